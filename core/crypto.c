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

/* ---- sealing -------------------------------------------------------------------------------- */

#define EPHEMERAL_BYTES 32
#define TAG_BYTES 16
#define AEAD_KEY_BYTES 32
#define AEAD_NONCE_BYTES 24

_Static_assert(EPHEMERAL_BYTES + TAG_BYTES == SEAL_BYTES, "stated in the header");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == AEAD_KEY_BYTES &&
                   crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == AEAD_NONCE_BYTES &&
                   crypto_aead_xchacha20poly1305_ietf_ABYTES == TAG_BYTES,
               "the sizes of XChaCha20-Poly1305");

/* Key and nonce of one message, from the secret that its fresh key and the recipient's share. Each
 * fresh key seals once, so that the nonce may follow from it. false when they share none. */
static bool derive_seal(const uint8_t scalar[32], const uint8_t point[32],
                        const uint8_t ephemeral[EPHEMERAL_BYTES], const uint8_t recipient[32],
                        uint8_t out[AEAD_KEY_BYTES + AEAD_NONCE_BYTES])
{
    static const char purpose[] = "terrace seal";
    uint8_t shared[crypto_scalarmult_BYTES];
    crypto_generichash_state state;
    bool ok = crypto_scalarmult(shared, scalar, point) == 0;
    const size_t len = AEAD_KEY_BYTES + AEAD_NONCE_BYTES;
    CHECK(crypto_generichash_init(&state, NULL, 0, len) == 0);
    (void)crypto_generichash_update(&state, (const uint8_t *)purpose, sizeof(purpose) - 1);
    (void)crypto_generichash_update(&state, shared, sizeof(shared));
    (void)crypto_generichash_update(&state, ephemeral, EPHEMERAL_BYTES);
    (void)crypto_generichash_update(&state, recipient, 32);
    (void)crypto_generichash_final(&state, out, len);
    sodium_memzero(shared, sizeof(shared));
    return ok;
}

bool crypto_seal(const uint8_t recipient[KEY_PUBLIC_BYTES], struct slice with, struct slice plain,
                 struct buf *out)
{
    uint8_t to[32], scalar[32], ephemeral[EPHEMERAL_BYTES];
    uint8_t secret[AEAD_KEY_BYTES + AEAD_NONCE_BYTES];
    if (crypto_sign_ed25519_pk_to_curve25519(to, recipient) != 0) {
        return false;
    }
    CHECK(crypto_box_keypair(ephemeral, scalar) == 0);
    bool ok = derive_seal(scalar, to, ephemeral, to, secret);
    if (ok) {
        buf_add(out, ephemeral, EPHEMERAL_BYTES);
        uint8_t *cipher = buf_grow(out, plain.len + TAG_BYTES);
        ok = crypto_aead_xchacha20poly1305_ietf_encrypt(cipher, NULL, plain.ptr, plain.len,
                                                        with.ptr, with.len, NULL,
                                                        secret + AEAD_KEY_BYTES, secret) == 0;
    }
    sodium_memzero(scalar, sizeof(scalar));
    sodium_memzero(secret, sizeof(secret));
    return ok;
}

bool crypto_unseal(const uint8_t public_key[KEY_PUBLIC_BYTES],
                   const uint8_t secret_key[KEY_SECRET_BYTES], struct slice with,
                   struct slice sealed, struct buf *out)
{
    uint8_t to[32], scalar[32], secret[AEAD_KEY_BYTES + AEAD_NONCE_BYTES];
    if (sealed.len < SEAL_BYTES || crypto_sign_ed25519_pk_to_curve25519(to, public_key) != 0 ||
        crypto_sign_ed25519_sk_to_curve25519(scalar, secret_key) != 0) {
        return false;
    }
    bool ok = derive_seal(scalar, sealed.ptr, sealed.ptr, to, secret);
    if (ok) {
        size_t len = sealed.len - SEAL_BYTES, start = out->len;
        uint8_t *plain = buf_grow(out, len);
        ok = crypto_aead_xchacha20poly1305_ietf_decrypt(
                 plain, NULL, NULL, sealed.ptr + EPHEMERAL_BYTES, len + TAG_BYTES, with.ptr,
                 with.len, secret + AEAD_KEY_BYTES, secret) == 0;
        out->len = ok ? out->len : start;
    }
    sodium_memzero(scalar, sizeof(scalar));
    sodium_memzero(secret, sizeof(secret));
    return ok;
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
