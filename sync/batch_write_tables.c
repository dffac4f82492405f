#include "sync/batch_writer.h"

#include <stdlib.h>

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return x == y ? 0 : x < y ? -1 : 1;
}

static int compare_entries(const void *a, const void *b)
{
    return entry_compare(a, b);
}

static bool same_save(const struct value *a, const struct value *b)
{
    struct value x = *a;
    struct value y = *b;
    x.datum = y.datum = datum_empty();
    return dot_equal(a->dot, b->dot) && value_compare(&x, &y) == 0;
}

struct entry entry_of_value(const struct value *v)
{
    return (struct entry){v->dot, v->time_ms, v->origin, v->level, false};
}

/* Saves of all values and ids of all records, distinct and sorted. */
static void collect_entries(struct batch_writer *b, const struct row *rows, size_t count)
{
    struct buf found = {0};
    for (size_t i = 0; i < count; i++) {
        const struct record *r = &rows[i].change->record;
        struct entry one = {.dot = r->id, .bare = true};
        buf_add(&found, &one, sizeof(one));
        const struct value *before = NULL;
        for (size_t f = 0; f < r->field_count; f++) {
            for (size_t v = 0; v < r->fields[f].count; v++) {
                const struct value *value = &r->fields[f].values[v];
                if (!before || !same_save(before, value)) {
                    one = entry_of_value(value);
                    buf_add(&found, &one, sizeof(one));
                }
                before = value;
            }
        }
    }
    struct entry *all = (struct entry *)(void *)found.ptr;
    size_t all_count = found.len / sizeof(struct entry);
    if (all_count > 1) {
        qsort(all, all_count, sizeof(struct entry), compare_entries);
    }
    size_t kept = 0;
    for (size_t i = 0; i < all_count; i++) {
        /* a bare dot goes when a save has it */
        if (i + 1 < all_count && dot_equal(all[i].dot, all[i + 1].dot) &&
            (all[i].bare || entry_compare(&all[i], &all[i + 1]) == 0)) {
            continue;
        }
        all[kept++] = all[i];
    }
    b->entries = arena_array(b->arena, kept, sizeof(struct entry));
    if (kept) {
        memcpy(b->entries, all, kept * sizeof(struct entry));
    }
    b->entry_count = kept;
    buf_free(&found);
}

/* Appends an actor unless it was the one appended before. */
static void add_actor(struct buf *found, uint64_t actor)
{
    uint64_t last = 0;
    if (found->len) {
        memcpy(&last, found->ptr + found->len - sizeof(last), sizeof(last));
    }
    if (last != actor) {
        buf_add(found, &actor, sizeof(actor));
    }
}

static void add_actors_of(struct buf *found, const struct change *c)
{
    const struct record *r = &c->record;
    for (size_t i = 0; i < r->context.count; i++) {
        add_actor(found, r->context.items[i].actor);
    }
    for (size_t i = 0; i < c->base.count; i++) {
        add_actor(found, c->base.items[i].actor);
    }
    for (size_t i = 0; i < r->mark_count; i++) {
        add_actor(found, r->marks[i].unit_dot.actor);
        add_actor(found, r->marks[i].actor);
    }
    for (size_t i = 0; i < r->proof_count; i++) {
        add_actor(found, r->proofs[i].dot.actor);
    }
    for (size_t i = 0; i < r->field_count; i++) {
        for (size_t j = 0; j < r->fields[i].count; j++) {
            const struct datum *d = &r->fields[i].values[j].datum;
            if (d->type == DATUM_REF) {
                add_actor(found, d->ref.actor);
            }
        }
    }
}

static void collect_actors(struct batch_writer *b, const struct row *rows, size_t count)
{
    struct buf found = {0};
    for (size_t i = 0; i < b->entry_count; i++) {
        add_actor(&found, b->entries[i].dot.actor);
        if (b->entries[i].origin) {
            add_actor(&found, b->entries[i].origin->dot.actor);
        }
    }
    for (size_t i = 0; i < count; i++) {
        add_actors_of(&found, rows[i].change);
    }
    uint64_t *all = (uint64_t *)(void *)found.ptr;
    size_t all_count = found.len / sizeof(uint64_t);
    if (all_count > 1) {
        qsort(all, all_count, sizeof(uint64_t), compare_u64);
    }
    size_t kept = 0;
    for (size_t i = 0; i < all_count; i++) {
        if (kept == 0 || all[kept - 1] != all[i]) {
            all[kept++] = all[i];
        }
    }
    b->actors = arena_array(b->arena, kept, sizeof(uint64_t));
    if (kept) {
        memcpy(b->actors, all, kept * sizeof(uint64_t));
    }
    b->actor_count = kept;
    buf_free(&found);
}

size_t writer_actor(const struct batch_writer *b, uint64_t actor)
{
    size_t low = 0;
    size_t high = b->actor_count;
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (b->actors[mid] <= actor) {
            low = mid;
        } else {
            high = mid;
        }
    }
    return low;
}

void writer_column(struct batch_writer *b, struct column *c)
{
    column_write(&b->out, c, &b->scratch);
}

static void write_actors(struct batch_writer *b, uint8_t *levels)
{
    buf_clear(&b->bytes);
    size_t e = 0;
    for (size_t i = 0; i < b->actor_count; i++) {
        uint8_t key[8];
        be64_put(key, b->actors[i]);
        buf_add(&b->bytes, key, sizeof(key));
        while (e < b->entry_count &&
               (b->entries[e].dot.actor < b->actors[i] ||
                (b->entries[e].dot.actor == b->actors[i] && b->entries[e].bare))) {
            e++;
        }
        bool known = e < b->entry_count && b->entries[e].dot.actor == b->actors[i];
        levels[i] = known ? b->entries[e].level : 0;
        column_add(&b->a, levels[i]);
    }
    pack_bin(&b->out, buf_view(&b->bytes));
    writer_column(b, &b->a);
}

void writer_write_tables(struct batch_writer *b)
{
    uint8_t *levels = arena_alloc(b->arena, b->actor_count);
    write_actors(b, levels);
    pack_uint(&b->out, b->entry_count);
    struct column origin_level = {0};
    struct column origin_time = {0};
    struct dot before = {0, 0};
    for (size_t i = 0; i < b->entry_count; i++) {
        const struct entry *e = &b->entries[i];
        size_t actor = writer_actor(b, e->dot.actor);
        bool other_level = !e->bare && e->level != levels[actor];
        column_add(&b->a, actor);
        column_add(&b->b, e->dot.seq - (e->dot.actor == before.actor ? before.seq : 0));
        column_add(&b->c, (e->bare ? ENTRY_BARE : 0u) | (other_level ? ENTRY_LEVEL : 0u) |
                              (e->origin ? ENTRY_ORIGIN : 0u));
        before = e->dot;
        if (!e->bare) {
            column_add_signed(&b->d, e->time_ms);
        }
        if (other_level) {
            column_add(&b->e, e->level);
        }
        if (e->origin) {
            column_add(&b->f, writer_actor(b, e->origin->dot.actor));
            column_add(&b->g, e->origin->dot.seq);
            column_add(&origin_level, e->origin->level);
            column_add_signed(&origin_time, e->origin->time_ms);
        }
    }
    writer_column(b, &b->a);
    writer_column(b, &b->b);
    writer_column(b, &b->c);
    writer_column(b, &b->d);
    writer_column(b, &b->e);
    writer_column(b, &b->f);
    writer_column(b, &b->g);
    writer_column(b, &origin_level);
    writer_column(b, &origin_time);
    column_free(&origin_level);
    column_free(&origin_time);
}

void writer_collect_tables(struct batch_writer *b, const struct row *rows, size_t count)
{
    collect_entries(b, rows, count);
    collect_actors(b, rows, count);
}
