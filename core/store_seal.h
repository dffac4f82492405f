/* Private to core/store_*.c: a store sealed with a passphrase.
 *
 * A random master key, from which the other keys are derived, lies in DIR/seal, wrapped by what
 * opens it: a slot for the passphrase, and perhaps one for a key file. So either can change without
 * the store being written anew.
 *
 * The file is two equal copies, one behind the other, so that one bit lost does not lose the store:
 *   copy = [ version, [slot*], bin H of all before ]
 *   slot = [ kind, passes, memory KiB, bin salt 16, bin nonce 24, bin wrapped 48 ]   ascending kind
 * A passphrase is stretched with Argon2id at a cost that stands in the slot, and is bounded when it
 * is read: who puts a file there must not have us take gigabytes, or an hour.
 *
 * What is random here comes from the kernel and not from env: a simulation that repeats itself
 * would use a nonce twice.
 *
 * Values of tables are nonce 24 and the value under XChaCha20-Poly1305, bound to their table and
 * key, so that rows cannot be exchanged; an empty value of the index stays empty. Ids, counts and
 * names of settings in keys stay as they are; text in keys of the index is blinded: each byte is
 * replaced through a secret permutation that depends on all bytes before it. Texts that begin alike
 * begin alike when blinded, so that the index is walked by prefix as ever, and no two texts become
 * one. */
#ifndef TERRACE_CORE_STORE_SEAL_H
#define TERRACE_CORE_STORE_SEAL_H

#include "core/store_env.h"

#define SEAL_VERSION 1
#define SEAL_FILE_MAX_BYTES 1024
#define SEAL_PASSES_MAX 16
#define SEAL_MEMORY_MIN_KIB 8
#define SEAL_MEMORY_MAX_KIB (256u * 1024)
#define SEAL_WRAPPED_BYTES (CRYPTO_KEY_BYTES + CRYPTO_TAG_BYTES)
#define SEAL_OVERHEAD_BYTES (CRYPTO_NONCE_BYTES + CRYPTO_TAG_BYTES)

struct seal_slot {
    uint32_t passes, memory_kib; /* 0 for a key, which needs no stretching */
    uint8_t salt[CRYPTO_SALT_BYTES];
    uint8_t nonce[CRYPTO_NONCE_BYTES];
    uint8_t wrapped[SEAL_WRAPPED_BYTES];
    bool used;
};
struct seal_file {
    struct seal_slot slots[2]; /* by enum secret_kind, from 1 */
    bool worn;                 /* one of the copies is damaged */
};

/* What a new passphrase costs; tests make it cheaper. 64 MiB, which a PC of 1 GB has, three times.
 */
extern uint32_t seal_memory_kib, seal_passes;

/* ERR_DAMAGED, ERR_TOO_NEW; ERR_FORMAT for a cost beyond the bounds. */
enum err seal_file_read(struct slice bytes, struct seal_file *out) MUST_USE;
/* One copy, up to and without its hash; for the fuzzer, since nothing gets behind the hash by luck.
 */
enum err seal_copy_read(struct pack_reader *r, struct seal_file *out) MUST_USE;
void seal_file_write(const struct seal_file *f, struct buf *out);

/* The keys, in memory that is kept apart. */
struct seal {
    uint8_t master[CRYPTO_KEY_BYTES];
    uint8_t values[CRYPTO_KEY_BYTES];
    uint8_t blinds[CRYPTO_KEY_BYTES];
    uint8_t identity[CRYPTO_KEY_BYTES];
};
/* A new master key under env->sealing, written to s->dir/seal; s->seal. */
enum err seal_create(struct store *s) MUST_USE;
/* s->seal when s->dir/seal is there, opened with what env has; else s->seal stays NULL. ERR_SEALED
 * when that does not fit. */
enum err seal_open(struct store *s) MUST_USE;
void seal_close(struct store *s);
/* Secret of the identity file. out: len and SEAL_OVERHEAD_BYTES. */
void seal_lock_identity(const struct store *s, struct slice bound, struct slice plain,
                        uint8_t *out);
bool seal_unlock_identity(const struct store *s, struct slice bound, struct slice locked,
                          uint8_t *out);

/* What a transaction of a sealed store needs; NULL of one that is not. */
struct seal_work *seal_work_begin(struct store *s, enum txn_mode mode);
void seal_work_end(struct seal_work *w);
/* The value as it is stored, valid until the next call. */
struct slice seal_value(struct txn *t, enum table table, struct slice key, struct slice value);
/* What was stored, in clear, until SEAL_READS more values were read in the transaction. ERR_DAMAGED
 * when it is not what was sealed there; a record's row is then handed on as it lies, and its own
 * hash tells. */
#define SEAL_READS 16
enum err seal_unvalue(struct txn *t, enum table table, struct slice key, struct slice stored,
                      struct slice *value) MUST_USE;
/* The same without a transaction of ours; out: stored.len less SEAL_OVERHEAD_BYTES. */
bool seal_unvalue_into(const struct store *s, enum table table, struct slice key,
                       struct slice stored, uint8_t *out);
/* Rows that are not what was sealed there, but for those that are checked otherwise: records, index
 * and digests. With drop those go of the feed, of history and its log, and of evidence. */
enum err seal_check_rows(struct txn *t, bool drop, uint64_t *wrong, uint64_t *dropped) MUST_USE;
/* Text at key[from..len) of an index key, in place; what stands before it, at most 16 bytes, says
 * which texts may be compared. */
void seal_blind(const struct txn *t, uint8_t *key, size_t from, size_t len);

#endif
