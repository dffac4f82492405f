/* Private to core/store_*.c: building the keys of the index. */
#ifndef TERRACE_CORE_STORE_KEY_H
#define TERRACE_CORE_STORE_KEY_H

#include "core/store_seal.h"

#define INDEX_TEXT_MAX 64 /* bytes of a folded phrase that are indexed */

static inline void put_be32(uint8_t out[4], uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(v >> (24 - 8 * i));
    }
}

struct key_build {
    uint8_t bytes[256];
    size_t len;
};

static inline void key_add(struct key_build *k, const void *ptr, size_t len)
{
    CHECK(k->len + len <= sizeof(k->bytes));
    if (len == 0) {
        return;
    }
    memcpy(k->bytes + k->len, ptr, len);
    k->len += len;
}

static inline void key_byte(struct key_build *k, uint8_t b)
{
    key_add(k, &b, 1);
}

static inline void key_u32(struct key_build *k, uint32_t v)
{
    uint8_t b[4];
    put_be32(b, v);
    key_add(k, b, 4);
}

static inline void key_dot(struct key_build *k, struct dot d)
{
    uint8_t b[DOT_KEY_BYTES];
    dot_key_put(b, d);
    key_add(k, b, sizeof(b));
}

static inline struct slice key_view(const struct key_build *k)
{
    return slice_make(k->bytes, k->len);
}

/* Folded text behind what stands in the key; whole: all of it, not the beginning of what is looked
 * for. Blinded when the store is sealed. */
static inline void key_text(struct key_build *k, const struct txn *t, struct slice folded,
                            bool whole)
{
    size_t from = k->len;
    key_add(k, folded.ptr, folded.len < INDEX_TEXT_MAX ? folded.len : INDEX_TEXT_MAX);
    if (whole) {
        key_byte(k, 0);
    }
    if (t->sealed) {
        seal_blind(t, k->bytes, from, k->len);
    }
}

static inline void exact_key(struct key_build *k, const struct txn *t, uint32_t kind,
                             uint32_t field, struct slice folded)
{
    key_byte(k, 'x');
    key_u32(k, kind);
    key_u32(k, field);
    key_text(k, t, folded, true);
}

/* OWN and DEPENDENT share a group; EVERYWHERE has one group, of no unit. */
static inline uint8_t group_route(uint8_t route)
{
    return route == ROUTE_DEPENDENT ? ROUTE_OWN : route;
}

static inline void group_key(struct key_build *k, uint8_t route, struct dot unit)
{
    key_byte(k, group_route(route));
    key_dot(k, route == ROUTE_EVERYWHERE ? (struct dot){0, 0} : unit);
}

#endif
