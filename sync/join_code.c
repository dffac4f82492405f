#include "sync/join_code.h"

#include "core/scope.h"
#include "sync/admit.h"

#define CODE_CHARS 16
#define DAY_MS (24ll * 60 * 60 * 1000)

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

/* ---- the code ------------------------------------------------------------------------------- */

static int alphabet_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        c = (char)(c - 'A' + 'a');
    }
    c = c == 'o' ? '0' : (c == 'i' || c == 'l') ? '1' : c; /* read aloud, typed by ear */
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

/* Position-weighted modulo 31, so that a wrong and a swapped character are both caught. */
static int check_value(const int digits[CODE_CHARS])
{
    int sum = 0;
    for (int i = 0; i < CODE_CHARS; i++) {
        sum += (i + 2) * digits[i];
    }
    return sum % 31;
}

static void code_format(const uint8_t bytes[CODE_BYTES], char out[JOIN_CODE_SIZE])
{
    int digits[CODE_CHARS];
    size_t at = 0;
    for (int i = 0; i < CODE_CHARS; i++) {
        int bit = i * 5;
        unsigned pair =
            (unsigned)bytes[bit / 8] << 8 | (bit / 8 + 1 < CODE_BYTES ? bytes[bit / 8 + 1] : 0u);
        digits[i] = (int)((pair >> (11 - bit % 8)) & 31u);
    }
    for (int i = 0; i < CODE_CHARS; i++) {
        out[at++] = alphabet[digits[i]];
        if (i % 4 == 3) {
            out[at++] = '-';
        }
    }
    out[at++] = alphabet[check_value(digits)];
    out[at] = '\0';
}

enum err code_parse(const char *text, uint8_t bytes[CODE_BYTES])
{
    int digits[CODE_CHARS + 1], n = 0;
    memset(bytes, 0, CODE_BYTES);
    for (; *text; text++) {
        if (*text == '-' || *text == ' ') {
            continue;
        }
        int v = alphabet_value(*text);
        if (v < 0 || n > CODE_CHARS) {
            return error_set(ERR_INPUT, _("this is not an invitation code; it has 17 letters and "
                                          "digits in groups of four"));
        }
        digits[n++] = v;
    }
    if (n != CODE_CHARS + 1 || check_value(digits) != digits[CODE_CHARS]) {
        return error_set(ERR_INPUT,
                         _("the code was typed with a mistake; please compare it once more"));
    }
    for (int i = 0; i < CODE_CHARS * 5; i++) {
        int bit = (digits[i / 5] >> (4 - i % 5)) & 1;
        bytes[i / 8] = (uint8_t)(bytes[i / 8] | (bit << (7 - i % 8)));
    }
    return ERR_OK;
}

static struct hash derive(const char *purpose, const uint8_t code[CODE_BYTES])
{
    struct buf b = {0};
    buf_add_str(&b, purpose);
    buf_add(&b, code, CODE_BYTES);
    struct hash h = hash_of(buf_view(&b));
    buf_free(&b);
    return h;
}

struct hash code_id(const uint8_t code[CODE_BYTES])
{
    return derive("terrace invitation id", code);
}

struct hash code_prove(const uint8_t code[CODE_BYTES], const char *side, struct slice said)
{
    struct hash key = derive("terrace invitation key", code);
    struct buf b = {0};
    buf_add_str(&b, side);
    buf_add_slice(&b, said);
    struct hash h = hash_keyed(slice_make(key.bytes, HASH_BYTES), buf_view(&b));
    buf_free(&b);
    return h;
}

/* ---- inviting ------------------------------------------------------------------------------- */

static struct slice invite_key(struct hash id, uint8_t out[7 + HASH_BYTES])
{
    memcpy(out, "invite.", 7);
    memcpy(out + 7, id.bytes, HASH_BYTES);
    return slice_make(out, 7 + HASH_BYTES);
}

enum err invitation_store(struct txn *t, const struct invitation *v)
{
    struct buf b = {0};
    uint8_t key[7 + HASH_BYTES];
    struct pack_writer w = pack_writer_make(&b);
    pack_array(&w, 6);
    pack_uint(&w, v->unit.actor);
    pack_uint(&w, v->unit.seq);
    pack_int(&w, v->role);
    pack_int(&w, v->expires_ms);
    pack_bool(&w, v->used);
    pack_bin(&w, slice_make(v->code, CODE_BYTES));
    enum err e = store_kv_put(t, invite_key(code_id(v->code), key), buf_view(&b));
    buf_free(&b);
    return e;
}

static enum err invitation_load(struct txn *t, struct hash id, struct invitation *out)
{
    struct arena arena = {0};
    struct slice bytes;
    uint8_t key[7 + HASH_BYTES];
    enum err e = store_kv_get(t, invite_key(id, key), &arena, &bytes);
    if (e == ERR_OK) {
        struct pack_reader r = pack_reader_make(bytes);
        *out = (struct invitation){0};
        read_array_exact(&r, 6);
        out->unit.actor = read_uint(&r);
        out->unit.seq = read_uint(&r);
        out->role = read_int(&r);
        out->expires_ms = read_int(&r);
        out->used = read_bool(&r);
        struct slice code = read_bin_exact(&r, CODE_BYTES);
        if (!pack_end(&r)) {
            e = error_set(ERR_DAMAGED, _("an invitation is damaged"));
        } else {
            memcpy(out->code, code.ptr, CODE_BYTES);
        }
    }
    arena_free(&arena);
    return e;
}

enum err invitation_of(struct txn *t, struct hash id, struct slice said, struct hash proof,
                       struct invitation *out)
{
    enum err e = invitation_load(t, id, out);
    if (e == ERR_NOT_FOUND) {
        return error_set(ERR_REFUSED, _("the code is not known here; ask for a new one"));
    }
    TRY(e);
    struct hash want = code_prove(out->code, "node", said);
    if (!crypto_equal(want.bytes, proof.bytes, HASH_BYTES)) {
        return error_set(ERR_REFUSED, _("the code is not known here; ask for a new one"));
    }
    return ERR_OK;
}

enum err invitation_check(struct txn *t, struct hash id, struct slice said, struct hash proof,
                          struct invitation *out)
{
    const struct env *env = store_env(txn_store(t));
    TRY(invitation_of(t, id, said, proof, out));
    if (out->used) {
        return error_set(ERR_REFUSED, _("the code has been used already; ask for a new one"));
    }
    if (env->now_ms(env->ctx) > out->expires_ms) {
        return error_set(ERR_REFUSED, _("the code has expired; ask for a new one"));
    }
    return ERR_OK;
}

enum err join_invite(struct txn *t, struct dot unit, int64_t role, int64_t days,
                     char code[JOIN_CODE_SIZE], int64_t *expires_ms)
{
    const struct env *env = store_env(txn_store(t));
    struct invitation v = {.unit = unit, .role = role};
    if (days < 1 || days > 365) {
        return error_set_field(ERR_INPUT, "days", _("an invitation is valid for 1 to 365 days"));
    }
    TRY(admit_may(t, unit, role));
    v.expires_ms = env->now_ms(env->ctx) + days * DAY_MS;
    env->random(env->ctx, v.code, CODE_BYTES);
    code_format(v.code, code);
    *expires_ms = v.expires_ms;
    return invitation_store(t, &v);
}
