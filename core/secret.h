/* Passphrases and key files: what opens a sealed store, and where it comes from. */
#ifndef TERRACE_CORE_SECRET_H
#define TERRACE_CORE_SECRET_H

#include "core/error.h"

#define SECRET_MAX_BYTES 1024
#define SECRET_PASSPHRASE_MIN 8 /* bytes */

enum secret_kind { SECRET_PASSPHRASE = 1, SECRET_KEY = 2 };
/* Wiped by whoever had it made. */
struct secret {
    enum secret_kind kind;
    uint8_t bytes[SECRET_MAX_BYTES];
    size_t len;
};
struct sealing {
    const struct secret *passphrase; /* always */
    const struct secret *key;        /* of a key file; NULL = none */
};

void secret_wipe(struct secret *s);
/* A crash of this process is not to lay on the disk what it knows. */
void secret_no_core(void);
/* From what somebody typed or wrote down: in NFC, white space at both ends cut off, so that every
 * keyboard gives the same. ERR_INPUT when it is no text, or too long. */
enum err secret_passphrase(const char *text, struct secret *out) MUST_USE;
/* Is it good enough to seal with? ERR_INPUT. */
enum err secret_is_strong(const struct secret *s) MUST_USE;
/* A key file is one line, 64 hexadecimal digits. ERR_INPUT when it is something else, or when other
 * people may read it. */
enum err secret_key_read(const char *path, struct secret *out) MUST_USE;
/* The key of the file; a new one, with mode 0600, when there is none. */
enum err secret_key_make(const char *path, struct secret *out) MUST_USE;
/* $TERRACE_KEY_FILE if the store takes a key, else $TERRACE_PASSPHRASE. ERR_SEALED when there is
 * nothing. */
enum err secret_from_variables(const char *dir, bool takes_key, struct secret *out) MUST_USE;

#endif
