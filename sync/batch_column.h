/* Columns of a batch: many integers, or many texts, in few bytes that deflate likes. FORMAT.md,
 * "Column" and "Text column". Integers are taken modulo 2^64, so signed and unsigned ones go the
 * same way. How many values a column holds is always known to both sides from what stands before.
 */
#ifndef TERRACE_SYNC_BATCH_COLUMN_H
#define TERRACE_SYNC_BATCH_COLUMN_H

#include "core/pack.h"

/* More values than any sensible batch has: bounds what columns of equal values can claim. */
#define COLUMN_VALUES_MAX (1u << 22)

/* A column being collected. Zeroed is ready; column_free at the end. */
struct column {
    struct buf bytes;
};
void column_add(struct column *c, uint64_t v);
void column_add_signed(struct column *c, int64_t v);
void column_clear(struct column *c);
void column_free(struct column *c);
size_t column_count(const struct column *c);
/* Writes the column and clears it; an empty one writes nothing. scratch is overwritten. */
void column_write(struct pack_writer *w, struct column *c, struct buf *scratch);

/* Where columns are read from, and what they may cost. */
struct column_source {
    struct pack_reader in;
    struct arena *arena; /* for what is unpacked */
    size_t
        budget_bytes; /* that columns and texts may still take, however little they were sent as */
};
/* Lowers the budget; false, and the source fails, when it is too small. */
bool column_spend(struct column_source *s, size_t bytes);

/* A column being read, whole in memory; equal values take none. */
struct column_view {
    const uint64_t *items; /* NULL: all are `constant` */
    uint64_t constant;
    size_t count;
    size_t next;
};
/* Fails the source on anything but the one form that column_write gives. */
struct column_view column_read(struct column_source *s, size_t count);
static inline uint64_t column_at(const struct column_view *v, size_t i)
{
    return v->items ? v->items[i] : v->constant;
}
static inline uint64_t column_take(struct column_view *v)
{
    CHECK(v->next < v->count);
    return column_at(v, v->next++);
}
/* Sum of the values; false when one is above max or the sum above COLUMN_VALUES_MAX. */
bool column_sum(const struct column_view *v, uint64_t max, size_t *sum);

/* Places of distinct byte strings, in order of first appearance. The hash is seeded, so that
 * nobody can choose strings that collide. */
struct places {
    struct slice *items; /* borrowed bytes */
    size_t count;
    size_t cap;
    uint32_t *slots;
    size_t slot_count; /* a power of two */
    uint64_t seed;
};
/* The place of s; adds it when new (then *added). */
size_t places_put(struct places *p, struct slice s, bool *added);
void places_free(struct places *p);

#endif
