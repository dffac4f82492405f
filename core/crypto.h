/* Hashes and keys; the only module that includes libsodium. */
#ifndef TERRACE_CORE_CRYPTO_H
#define TERRACE_CORE_CRYPTO_H

#include "core/base.h"

#define HASH_BYTES 16
#define KEY_PUBLIC_BYTES 32
#define KEY_SECRET_BYTES 64
#define SIGNATURE_BYTES 64

struct hash {
    uint8_t bytes[HASH_BYTES];
};

/* Call once per process before anything else here. */
void crypto_init(void);
/* BLAKE2b-128. */
struct hash hash_of(struct slice data);
/* BLAKE2b-128 keyed (key of 16 to 64 bytes), a MAC. */
struct hash hash_keyed(struct slice key, struct slice data);
bool crypto_equal(const void *a, const void *b, size_t len); /* constant time */
void crypto_keypair(uint8_t public_key[KEY_PUBLIC_BYTES], uint8_t secret_key[KEY_SECRET_BYTES]);
/* Ed25519, over data. */
void crypto_sign_data(const uint8_t secret_key[KEY_SECRET_BYTES], struct slice data,
                      uint8_t signature[SIGNATURE_BYTES]);
bool crypto_signed_by(const uint8_t public_key[KEY_PUBLIC_BYTES], struct slice data,
                      const uint8_t signature[SIGNATURE_BYTES]);
/* Sealing to whoever holds an Ed25519 key: X25519 with a fresh key of the writer's, then
 * XChaCha20-Poly1305. Appends the fresh public key, the ciphertext and its tag: SEAL_BYTES more
 * than plain. `with` is authenticated along. false: no such recipient can be. */
#define SEAL_BYTES 48
bool crypto_seal(const uint8_t recipient[KEY_PUBLIC_BYTES], struct slice with, struct slice plain,
                 struct buf *out) MUST_USE;
/* Appends plain. false: not for this key, or a bit of it or of `with` is other. */
bool crypto_unseal(const uint8_t public_key[KEY_PUBLIC_BYTES],
                   const uint8_t secret_key[KEY_SECRET_BYTES], struct slice with,
                   struct slice sealed, struct buf *out) MUST_USE;
void crypto_random(void *out, size_t len);

/* Sums of hashes modulo 2^128, little-endian: the digest of a set does not depend on order. */
void hash_sum_add(struct hash *sum, struct hash h);
void hash_sum_sub(struct hash *sum, struct hash h);
bool hash_is_zero(struct hash h);
static inline bool hash_equal(struct hash a, struct hash b)
{
    return memcmp(a.bytes, b.bytes, HASH_BYTES) == 0;
}
#define HASH_HEX_SIZE (HASH_BYTES * 2 + 1)
void hash_hex(struct hash h, char out[HASH_HEX_SIZE]);

#endif
