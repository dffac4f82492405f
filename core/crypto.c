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

void crypto_random(void *out, size_t len)
{
    randombytes_buf(out, len);
}

void hash_sum_add(struct hash *sum, struct hash h)
{
    unsigned carry = 0;
    for (size_t i = 0; i < HASH_BYTES; i++) {
        carry += (unsigned)sum->bytes[i] + h.bytes[i];
        sum->bytes[i] = (uint8_t)(carry & 0xff);
        carry >>= 8;
    }
}

void hash_sum_sub(struct hash *sum, struct hash h)
{
    unsigned borrow = 0;
    for (size_t i = 0; i < HASH_BYTES; i++) {
        unsigned d = 0x100u + sum->bytes[i] - h.bytes[i] - borrow;
        sum->bytes[i] = (uint8_t)(d & 0xff);
        borrow = d < 0x100u;
    }
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
