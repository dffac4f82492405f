#include "core/secret.h"

#include "core/crypto.h"
#include "core/env.h"
#include "core/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define KEY_HEX_CHARS ((size_t)CRYPTO_KEY_BYTES * 2)
#define KEY_FILE_MAX_BYTES (KEY_HEX_CHARS + 2)

void secret_wipe(struct secret *s)
{
    crypto_wipe(s, sizeof(*s));
}

void secret_no_core(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
}

enum err secret_passphrase(const char *text, struct secret *out)
{
    struct arena arena = {0};
    struct slice normal;
    secret_no_core();
    *out = (struct secret){.kind = SECRET_PASSPHRASE};
    if (strlen(text) > SECRET_MAX_BYTES) {
        return error_set(ERR_INPUT, _("a passphrase has at most %d bytes"), SECRET_MAX_BYTES);
    }
    enum err e = text_normalize(slice_str(text), &arena, &normal);
    if (e == ERR_OK && normal.len <= sizeof(out->bytes)) {
        memcpy(out->bytes, normal.ptr ? normal.ptr : (const uint8_t *)"", normal.len);
        out->len = normal.len;
        if (normal.len) {
            crypto_wipe((void *)(uintptr_t)normal.ptr, normal.len);
        }
    } else if (e == ERR_OK) {
        e = error_set(ERR_INPUT, _("a passphrase has at most %d bytes"), SECRET_MAX_BYTES);
    }
    arena_free(&arena);
    return e;
}

enum err secret_is_strong(const struct secret *s)
{
    return s->len >= SECRET_PASSPHRASE_MIN
               ? ERR_OK
               : error_set(ERR_INPUT, _("a passphrase has at least 8 letters; four or five words "
                                        "that have nothing to do with each other are good"));
}

/* ---- key files ------------------------------------------------------------------------------- */

static int hex_value(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool key_parse(struct slice text, struct secret *out)
{
    *out = (struct secret){.kind = SECRET_KEY, .len = CRYPTO_KEY_BYTES};
    if (text.len && text.ptr[text.len - 1] == '\n') {
        text.len--;
    }
    bool good = text.len == KEY_HEX_CHARS;
    for (size_t i = 0; good && i < KEY_HEX_CHARS; i++) {
        int v = hex_value(text.ptr[i]);
        good = v >= 0;
        out->bytes[i / 2] = (uint8_t)(out->bytes[i / 2] << 4 | (good ? v : 0));
    }
    return good;
}

enum err secret_key_read(const char *path, struct secret *out)
{
    struct env files;
    struct buf b = {0};
    struct stat st;
    secret_no_core();
    *out = (struct secret){0};
    if (stat(path, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return error_set(ERR_INPUT,
                         _("%s: other people may read this key file; nothing was done with it. "
                           "chmod 600 puts that right, and a new key is better"),
                         path);
    }
    env_init_default(&files);
    enum err e = files.read_file(files.ctx, path, KEY_FILE_MAX_BYTES, &b);
    if (e == ERR_TOO_LARGE || (e == ERR_OK && !key_parse(buf_view(&b), out))) {
        e = error_set(ERR_INPUT, _("%s is not a key file of terrace; it is left as it is"), path);
    }
    if (b.ptr) {
        crypto_wipe(b.ptr, b.cap);
    }
    buf_free(&b);
    return e;
}

enum err secret_key_make(const char *path, struct secret *out)
{
    static const char digits[] = "0123456789abcdef";
    struct env files;
    struct stat st;
    char text[KEY_HEX_CHARS + 1];
    if (stat(path, &st) == 0 || errno != ENOENT) {
        return secret_key_read(path, out);
    }
    env_init_default(&files);
    *out = (struct secret){.kind = SECRET_KEY, .len = CRYPTO_KEY_BYTES};
    crypto_random(out->bytes, out->len);
    for (size_t i = 0; i < out->len; i++) {
        text[2 * i] = digits[out->bytes[i] >> 4];
        text[2 * i + 1] = digits[out->bytes[i] & 15];
    }
    text[KEY_HEX_CHARS] = '\n';
    enum err e = files.write_file(files.ctx, path, slice_make(text, sizeof(text)));
    crypto_wipe(text, sizeof(text));
    return e;
}

enum err secret_from_variables(const char *dir, bool takes_key, struct secret *out)
{
    const char *file = getenv("TERRACE_KEY_FILE"), *passphrase = getenv("TERRACE_PASSPHRASE");
    *out = (struct secret){0};
    if (takes_key && file && *file) {
        return secret_key_read(file, out);
    }
    if (passphrase && *passphrase) {
        return secret_passphrase(passphrase, out);
    }
    return error_set(ERR_SEALED,
                     _("the store in %s is sealed: it opens with its passphrase, on a terminal or "
                       "in TERRACE_PASSPHRASE, or with its key file (--key-file, "
                       "TERRACE_KEY_FILE)"),
                     dir);
}
