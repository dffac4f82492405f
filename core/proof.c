#include "core/proof.h"

#include <stdlib.h>

#define PURPOSE "terrace save"

/* ---- what a save said ------------------------------------------------------------------------ */

static int item_order(const void *a, const void *b)
{
    const struct save_item *x = a, *y = b;
    if (x->field != y->field) {
        return x->field < y->field ? -1 : 1;
    }
    return memcmp(x->hash.bytes, y->hash.bytes, HASH_BYTES);
}

/* Sorted and each once. */
static size_t items_tidy(struct save_item *items, size_t count)
{
    size_t n = 0;
    if (count) {
        qsort(items, count, sizeof(*items), item_order);
    }
    for (size_t i = 0; i < count; i++) {
        if (n == 0 || item_order(&items[n - 1], &items[i]) != 0) {
            items[n++] = items[i];
        }
    }
    return n;
}

static size_t live_items(const struct record *r, struct dot dot, struct save_item *out)
{
    size_t n = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        for (uint32_t j = 0; j < r->fields[i].count; j++) {
            if (dot_equal(r->fields[i].values[j].dot, dot)) {
                out[n++] =
                    (struct save_item){r->fields[i].number, value_hash(&r->fields[i].values[j])};
            }
        }
    }
    return n;
}

static size_t value_count(const struct record *r)
{
    size_t n = 0;
    for (size_t i = 0; r && i < r->field_count; i++) {
        n += r->fields[i].count;
    }
    return n;
}

struct save_item *save_items(const struct record *r, struct dot dot, struct arena *arena,
                             size_t *count)
{
    struct save_item *items = arena_array(arena, value_count(r) + 1, sizeof(*items));
    *count = items_tidy(items, live_items(r, dot, items));
    return items;
}

/* ---- a proof's bytes ------------------------------------------------------------------------- */

static uint32_t be32_get(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static const struct proof *proof_of(const struct record *r, struct dot dot)
{
    const struct proof *found = NULL;
    for (size_t i = 0; r && i < r->proof_count && !found; i++) {
        found = dot_equal(r->proofs[i].dot, dot) ? &r->proofs[i] : NULL;
    }
    return found;
}

static bool well_formed(const struct proof *p)
{
    return p->signature.len >= SIGNATURE_BYTES &&
           (p->signature.len - SIGNATURE_BYTES) % PROOF_GONE_BYTES == 0;
}

static size_t gone_count(const struct proof *p)
{
    return p && well_formed(p) ? (p->signature.len - SIGNATURE_BYTES) / PROOF_GONE_BYTES : 0;
}

static size_t gone_items(const struct proof *p, struct save_item *out)
{
    size_t n = gone_count(p);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *at = p->signature.ptr + SIGNATURE_BYTES + i * PROOF_GONE_BYTES;
        out[i].field = be32_get(at);
        memcpy(out[i].hash.bytes, at + 4, HASH_BYTES);
    }
    return n;
}

static void said(const struct record *r, struct dot dot, const struct save_item *items, size_t n,
                 struct buf *out)
{
    uint8_t key[DOT_KEY_BYTES], number[8];
    buf_add_str(out, PURPOSE);
    dot_key_put(key, dot);
    buf_add(out, key, sizeof(key));
    dot_key_put(key, r->id);
    buf_add(out, key, sizeof(key));
    be64_put(number, r->kind);
    buf_add(out, number, sizeof(number));
    for (size_t i = 0; i < n; i++) {
        be64_put(number, items[i].field);
        buf_add(out, number, sizeof(number));
        buf_add(out, items[i].hash.bytes, HASH_BYTES);
    }
}

/* ---- signing and verifying ------------------------------------------------------------------- */

void proof_sign(struct record *r, struct dot dot, const uint8_t secret_key[KEY_SECRET_BYTES],
                struct arena *arena)
{
    size_t n = 0, at = 0;
    const struct save_item *items = save_items(r, dot, arena, &n);
    struct buf b = {0};
    uint8_t *signature = arena_alloc(arena, SIGNATURE_BYTES);
    said(r, dot, items, n, &b);
    crypto_sign_data(secret_key, buf_view(&b), signature);
    buf_free(&b);
    struct proof *proofs = arena_array(arena, r->proof_count + 1, sizeof(*proofs));
    while (at < r->proof_count && dot_compare(r->proofs[at].dot, dot) < 0) {
        proofs[at] = r->proofs[at];
        at++;
    }
    size_t skip = at < r->proof_count && dot_equal(r->proofs[at].dot, dot) ? 1 : 0;
    proofs[at] = (struct proof){dot, slice_make(signature, SIGNATURE_BYTES)};
    for (size_t i = at + skip; i < r->proof_count; i++) {
        proofs[i + 1 - skip] = r->proofs[i];
    }
    r->proofs = proofs;
    r->proof_count += 1 - skip;
}

bool proof_holds(const struct record *r, struct dot dot, const uint8_t public_key[KEY_PUBLIC_BYTES])
{
    const struct proof *p = proof_of(r, dot);
    struct arena arena = {0};
    struct buf b = {0};
    bool holds = p && well_formed(p);
    if (holds) {
        struct save_item *items =
            arena_array(&arena, value_count(r) + gone_count(p) + 1, sizeof(*items));
        size_t n = live_items(r, dot, items);
        n += gone_items(p, items + n);
        n = items_tidy(items, n);
        said(r, dot, items, n, &b);
        holds = crypto_signed_by(public_key, buf_view(&b), p->signature.ptr);
    }
    buf_free(&b);
    arena_free(&arena);
    return holds;
}

/* ---- following the record -------------------------------------------------------------------- */

static bool items_have(const struct save_item *items, size_t n, const struct save_item *x)
{
    bool has = false;
    for (size_t i = 0; i < n && !has; i++) {
        has = item_order(&items[i], x) == 0;
    }
    return has;
}

/* Of two that say they prove the same save the smaller counts, so that all agree. */
static const struct proof *choose(const struct proof *x, const struct proof *y)
{
    if (!x || !y) {
        return x ? x : y;
    }
    if (well_formed(x) != well_formed(y)) {
        return well_formed(x) ? x : y;
    }
    size_t n = well_formed(x) ? SIGNATURE_BYTES : SIZE_MAX;
    struct slice a = x->signature, b = y->signature;
    a.len = a.len < n ? a.len : n;
    b.len = b.len < n ? b.len : n;
    return slice_compare(b, a) < 0 ? y : x;
}

/* false when nothing that the save said is left. */
static bool follow_one(const struct record *a, const struct record *b, const struct record *out,
                       struct dot dot, struct arena *arena, struct proof *to)
{
    const struct proof *x = proof_of(a, dot), *y = proof_of(b, dot), *p = choose(x, y);
    size_t room = value_count(a) + value_count(b) + gone_count(x) + gone_count(y) + 1, n = 0;
    struct save_item *all = arena_array(arena, room, sizeof(*all));
    struct save_item *live = arena_array(arena, value_count(out) + 1, sizeof(*live));
    size_t live_count = live_items(out, dot, live);
    *to = *p;
    if (live_count == 0 || !well_formed(p)) {
        return live_count != 0;
    }
    n = live_items(a, dot, all);
    n += b ? live_items(b, dot, all + n) : 0;
    n += gone_items(x, all + n);
    n += y ? gone_items(y, all + n) : 0;
    n = items_tidy(all, n);
    uint8_t *bytes = arena_alloc(arena, SIGNATURE_BYTES + n * PROOF_GONE_BYTES);
    size_t len = SIGNATURE_BYTES;
    memcpy(bytes, p->signature.ptr, SIGNATURE_BYTES);
    for (size_t i = 0; i < n; i++) {
        if (!items_have(live, live_count, &all[i])) {
            uint8_t field[8];
            be64_put(field, all[i].field);
            memcpy(bytes + len, field + 4, 4);
            memcpy(bytes + len + 4, all[i].hash.bytes, HASH_BYTES);
            len += PROOF_GONE_BYTES;
        }
    }
    to->signature = slice_make(bytes, len);
    return true;
}

void proofs_follow(const struct record *a, const struct record *b, struct record *out,
                   struct arena *arena)
{
    size_t i = 0, j = 0, n = 0, b_count = b ? b->proof_count : 0;
    if (a->proof_count + b_count == 0) {
        out->proofs = NULL;
        out->proof_count = 0;
        return;
    }
    struct proof *proofs = arena_array(arena, a->proof_count + b_count, sizeof(*proofs));
    while (i < a->proof_count || j < b_count) {
        int c = i == a->proof_count ? 1
                : j == b_count      ? -1
                                    : dot_compare(a->proofs[i].dot, b->proofs[j].dot);
        struct dot dot = c <= 0 ? a->proofs[i].dot : b->proofs[j].dot;
        n += follow_one(a, b, out, dot, arena, &proofs[n]) ? 1 : 0;
        i += c <= 0;
        j += c >= 0;
    }
    out->proofs = proofs;
    out->proof_count = n;
}
