/* What several tests share: a seeded generator of numbers, and random records that are valid by
 * construction: unknown kinds and fields, siblings, origins, marks, proofs, stubs, odd times. */
#ifndef TERRACE_TESTS_UNIT_RANDOM_H
#define TERRACE_TESTS_UNIT_RANDOM_H

#include "core/record.h"

#include <stdio.h>
#include <stdlib.h>

struct rng {
    uint64_t state;
};

/* From $TERRACE_SEED, else fixed; printed so that a failure replays. */
static inline struct rng rng_seeded(const char *what)
{
    const char *text = getenv("TERRACE_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : UINT64_C(20180326);
    printf("[   seed   ] %s: TERRACE_SEED=%llu\n", what, (unsigned long long)seed);
    return (struct rng){seed};
}

/* splitmix64 */
static inline uint64_t rng_next(struct rng *r)
{
    r->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = r->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 … n-1 */
static inline uint64_t rng_below(struct rng *r, uint64_t n)
{
    return rng_next(r) % n;
}

static inline bool rng_one_in(struct rng *r, uint64_t n)
{
    return rng_below(r, n) == 0;
}

/* Numbers of all sizes, the edges among them. */
static inline uint64_t rng_size(struct rng *r)
{
    return rng_next(r) >> rng_below(r, 64);
}

static inline uint64_t rng_actor(struct rng *rng)
{
    static const uint64_t few[] = {1, 0x8000000000000000u, UINT64_MAX, 0x3f55aa1234567890u};
    return rng_one_in(rng, 20) ? rng_next(rng) | 1 : few[rng_below(rng, ARRAY_COUNT(few))];
}

static inline struct dot rng_dot(struct rng *rng)
{
    uint64_t seq = rng_one_in(rng, 30) ? rng_size(rng) : 1 + rng_below(rng, 12);
    return (struct dot){rng_actor(rng), seq ? seq : 1};
}

static inline struct slice random_text(struct rng *rng, struct arena *arena)
{
    static const char *const words[] = {"",
                                        "a",
                                        " ",
                                        "  ",
                                        "Đoàn",
                                        "chi đoàn",
                                        "xã",
                                        "họp",
                                        "\n",
                                        "mạnh khoẻ",
                                        "\xe2\x80\x93",
                                        "x y",
                                        "한",
                                        "0123456789012345678901234567890"};
    struct buf text = {0};
    size_t count = (size_t)rng_below(rng, rng_one_in(rng, 50) ? 400 : 6);
    for (size_t i = 0; i < count; i++) {
        buf_add_str(&text, words[rng_below(rng, ARRAY_COUNT(words))]);
        if (!rng_one_in(rng, 4)) {
            buf_add_byte(&text, ' ');
        }
    }
    struct slice copy = arena_copy(arena, buf_view(&text));
    buf_free(&text);
    return copy;
}

static inline struct datum random_datum(struct rng *rng, struct arena *arena)
{
    switch (rng_below(rng, 8)) {
    case 0:
        return datum_empty();
    case 1:
        return datum_mark();
    case 2:
        return datum_ref(rng_dot(rng));
    case 3:
        return datum_bytes(random_text(rng, arena));
    case 4:
    case 5: {
        int64_t v = (int64_t)(rng_size(rng) >> 1);
        return datum_int(rng_one_in(rng, 3) ? -1 - v : v);
    }
    default:
        return datum_text(random_text(rng, arena));
    }
}

static inline int random_value_order(const void *a, const void *b)
{
    return value_compare(a, b);
}

static inline int random_dot_order(const void *a, const void *b)
{
    return dot_compare(*(const struct dot *)a, *(const struct dot *)b);
}

/* Saves of one record: a value takes one of these, so that dots are shared as in real records. */
struct random_saves {
    struct value items[6];
    size_t count;
};

static inline struct random_saves random_saves_make(struct rng *rng, struct dot id,
                                                    struct arena *arena)
{
    struct random_saves saves = {.count = 1 + (size_t)rng_below(rng, 5)};
    for (size_t i = 0; i < saves.count; i++) {
        struct value *v = &saves.items[i];
        v->dot = i == 0 ? id : rng_dot(rng);
        v->time_ms = rng_one_in(rng, 20)
                         ? (int64_t)rng_next(rng)
                         : INT64_C(1600000000000) + (int64_t)rng_below(rng, 5) * 977;
        v->level = (uint8_t)(rng_one_in(rng, 10) ? rng_below(rng, 256) : rng_below(rng, 3));
        if (rng_one_in(rng, 12)) {
            struct origin *o = arena_alloc(arena, sizeof(*o));
            *o = (struct origin){rng_dot(rng), (int64_t)rng_size(rng), (uint8_t)rng_below(rng, 5)};
            v->origin = o;
        }
    }
    return saves;
}

static inline void random_field(struct rng *rng, struct field *f, const struct random_saves *saves,
                                struct arena *arena)
{
    size_t most = rng_one_in(rng, 5) ? rng_one_in(rng, 20) ? 300 : 12 : 1;
    size_t count = 1 + (size_t)rng_below(rng, most);
    f->values = arena_array(arena, count, sizeof(struct value));
    bool refs = rng_one_in(rng, 3);
    for (size_t i = 0; i < count; i++) {
        f->values[i] = saves->items[rng_one_in(rng, 4) ? rng_below(rng, saves->count) : 0];
        f->values[i].datum =
            refs ? i == 0 ? datum_mark() : datum_ref(rng_dot(rng)) : random_datum(rng, arena);
    }
    qsort(f->values, count, sizeof(struct value), random_value_order);
    f->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (f->count == 0 || value_compare(&f->values[f->count - 1], &f->values[i]) != 0) {
            f->values[f->count++] = f->values[i];
        }
    }
}

static inline void random_marks_and_proofs(struct rng *rng, struct record *r, struct arena *arena)
{
    size_t count = (size_t)rng_below(rng, 4);
    r->marks = arena_array(arena, count, sizeof(struct mark));
    struct dot at = rng_dot(rng);
    for (size_t i = 0; i < count && at.seq < UINT64_MAX; i++) {
        at.seq++;
        r->marks[r->mark_count++] = (struct mark){at, rng_actor(rng), rng_size(rng)};
    }
    /* of saves that have a value left: the others have no proof (proof.h) */
    struct dot dots[4];
    count = 0;
    for (size_t i = 0; i < r->field_count && count < 4 && !(r->flags & RECORD_STUB); i++) {
        if (r->fields[i].count && rng_one_in(rng, 2)) {
            dots[count++] = r->fields[i].values[0].dot;
        }
    }
    if (count) {
        qsort(dots, count, sizeof(struct dot), random_dot_order);
    }
    r->proofs = arena_array(arena, count, sizeof(struct proof));
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !dot_equal(dots[i - 1], dots[i])) {
            uint8_t *bytes = arena_alloc(arena, SIGNATURE_BYTES);
            for (size_t k = 0; k < SIGNATURE_BYTES; k++) {
                bytes[k] = (uint8_t)rng_next(rng);
            }
            bool odd = rng_one_in(rng, 4); /* of a form that nobody writes */
            struct slice signature =
                odd ? random_text(rng, arena) : slice_make(bytes, SIGNATURE_BYTES);
            r->proofs[r->proof_count++] = (struct proof){dots[i], signature};
        }
    }
}

static inline struct record random_record(struct rng *rng, struct dot id, struct arena *arena)
{
    struct record r = {.id = id, .kind = (uint32_t)(1 + rng_below(rng, 4))};
    if (rng_one_in(rng, 15)) {
        r.kind = (uint32_t)rng_size(rng) | 1;
    }
    r.route = (uint8_t)(1 + rng_below(rng, rng_one_in(rng, 4) ? 5 : 1));
    r.flags = rng_one_in(rng, 10) ? RECORD_STUB : 0;
    struct random_saves saves = random_saves_make(rng, id, arena);
    for (size_t i = 0; i < saves.count; i++) {
        r.context = context_with(&r.context, saves.items[i].dot, arena);
    }
    if (rng_one_in(rng, 4)) {
        r.context = context_with(&r.context, rng_dot(rng), arena);
    }
    if (r.flags & RECORD_STUB && rng_one_in(rng, 2)) {
        r.context = (struct context){0};
    }
    size_t fields = (size_t)rng_below(rng, 9);
    r.fields = arena_array(arena, fields, sizeof(struct field));
    uint32_t number = 0;
    for (size_t i = 0; i < fields; i++) {
        number += (uint32_t)(1 + rng_below(rng, rng_one_in(rng, 9) ? 100000 : 3));
        r.fields[i].number = number;
        random_field(rng, &r.fields[i], &saves, arena);
    }
    r.field_count = fields;
    if (rng_one_in(rng, 10)) {
        random_marks_and_proofs(rng, &r, arena);
    }
    return r;
}

/* As it travels: now and then only some of the fields. */
static inline struct change random_change(struct rng *rng, struct dot id, struct arena *arena)
{
    struct record *r = arena_alloc(arena, sizeof(*r));
    *r = random_record(rng, id, arena);
    if (rng_one_in(rng, 2)) {
        return (struct change){.record = *r, .whole = true};
    }
    uint32_t keep[9];
    size_t count = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        if (rng_one_in(rng, 2)) {
            keep[count++] = r->fields[i].number;
        }
    }
    return record_delta(r, keep, count, arena);
}

#endif
