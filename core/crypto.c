#include "core/crypto.h"

#include <sodium.h>

void crypto_init(void)
{
    CHECK(sodium_init() >= 0);
}

struct hash hash_of(struct slice data)
{
    struct hash h;
    CHECK(crypto_generichash(h.bytes, HASH_BYTES, data.ptr, data.len, NULL, 0) == 0);
    return h;
}

struct hash hash_keyed(struct slice key, struct slice data)
{
    struct hash h;
    CHECK(key.len >= crypto_generichash_KEYBYTES_MIN && key.len <= crypto_generichash_KEYBYTES_MAX);
    CHECK(crypto_generichash(h.bytes, HASH_BYTES, data.ptr, data.len, key.ptr, key.len) == 0);
    return h;
}

bool crypto_equal(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}

void crypto_keypair(uint8_t public_key[KEY_PUBLIC_BYTES], uint8_t secret_key[KEY_SECRET_BYTES])
{
    CHECK(crypto_sign_keypair(public_key, secret_key) == 0);
}

void crypto_sign_data(const uint8_t secret_key[KEY_SECRET_BYTES], struct slice data,
                      uint8_t signature[SIGNATURE_BYTES])
{
    CHECK(crypto_sign_detached(signature, NULL, data.ptr, data.len, secret_key) == 0);
}

bool crypto_signed_by(const uint8_t public_key[KEY_PUBLIC_BYTES], struct slice data,
                      const uint8_t signature[SIGNATURE_BYTES])
{
    return crypto_sign_verify_detached(signature, data.ptr, data.len, public_key) == 0;
}

void crypto_random(void *out, size_t len)
{
    randombytes_buf(out, len);
}

static uint64_t le64_get(const uint8_t *p)
{
    uint64_t v = 0;
    for (int i = 7; i >= 0; i--) {
        v = v << 8 | p[i];
    }
    return v;
}

static void le64_put(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 8; i++) {
        p[i] = (uint8_t)(v >> (8 * i));
    }
}

void hash_sum_add(struct hash *sum, struct hash h)
{
    uint64_t low = le64_get(sum->bytes), add = le64_get(h.bytes);
    uint64_t high = le64_get(sum->bytes + 8) + le64_get(h.bytes + 8);
    low += add;
    le64_put(sum->bytes, low);
    le64_put(sum->bytes + 8, high + (low < add));
}

void hash_sum_sub(struct hash *sum, struct hash h)
{
    uint64_t low = le64_get(sum->bytes), take = le64_get(h.bytes);
    uint64_t high = le64_get(sum->bytes + 8) - le64_get(h.bytes + 8);
    le64_put(sum->bytes, low - take);
    le64_put(sum->bytes + 8, high - (low < take));
}

bool hash_is_zero(struct hash h)
{
    unsigned any = 0;
    for (size_t i = 0; i < HASH_BYTES; i++) {
        any |= h.bytes[i];
    }
    return any == 0;
}

void hash_hex(struct hash h, char out[HASH_HEX_SIZE])
{
    sodium_bin2hex(out, HASH_HEX_SIZE, h.bytes, HASH_BYTES);
}

/* ---- for what is sealed at rest -------------------------------------------------------------- */

void crypto_lock(const uint8_t key[CRYPTO_KEY_BYTES], const uint8_t nonce[CRYPTO_NONCE_BYTES],
                 struct slice bound, struct slice plain, uint8_t *out)
{
    unsigned long long len = 0;
    CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(out, &len, plain.ptr, plain.len, bound.ptr,
                                                     bound.len, NULL, nonce, key) == 0);
    CHECK(len == plain.len + CRYPTO_TAG_BYTES);
}

bool crypto_unlock(const uint8_t key[CRYPTO_KEY_BYTES], const uint8_t nonce[CRYPTO_NONCE_BYTES],
                   struct slice bound, struct slice locked, uint8_t *out)
{
    return locked.len >= CRYPTO_TAG_BYTES &&
           crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, locked.ptr, locked.len,
                                                      bound.ptr, bound.len, nonce, key) == 0;
}

void crypto_derive(const uint8_t key[CRYPTO_KEY_BYTES], const uint8_t input[CRYPTO_INPUT_BYTES],
                   uint8_t out[CRYPTO_KEY_BYTES])
{
    CHECK(crypto_core_hchacha20(out, input, key, NULL) == 0);
}

bool crypto_stretch(struct slice passphrase, const uint8_t salt[CRYPTO_SALT_BYTES], uint32_t passes,
                    uint32_t memory_kib, uint8_t out[CRYPTO_KEY_BYTES])
{
    return crypto_pwhash(out, CRYPTO_KEY_BYTES, (const char *)passphrase.ptr, passphrase.len, salt,
                         passes, (size_t)memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

void crypto_wipe(void *p, size_t len)
{
    sodium_memzero(p, len);
}

void *crypto_secret_alloc(size_t size)
{
    void *p = sodium_malloc(size);
    CHECK(p != NULL);
    memset(p, 0, size);
    return p;
}

void crypto_secret_free(void *p)
{
    sodium_free(p);
}
