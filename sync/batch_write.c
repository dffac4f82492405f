#include "sync/batch.h"

#include "sync/batch_writer.h"

#include <stdlib.h>

/* ---- order --------------------------------------------------------------------------------- */

static int compare_dots(const void *a, const void *b)
{
    return dot_compare(*(const struct dot *)a, *(const struct dot *)b);
}

static int compare_items(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;
    int marks = (x->datum->type == DATUM_MARK) - (y->datum->type == DATUM_MARK);
    int c = marks ? marks : datum_compare(x->datum, y->datum);
    return c ? c : x->entry == y->entry ? 0 : x->entry < y->entry ? -1 : 1;
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *x = a;
    const struct row *y = b;
    const struct record *r = &x->change->record;
    const struct record *q = &y->change->record;
    if (r->kind != q->kind) {
        return r->kind < q->kind ? -1 : 1;
    }
    if (r->route != q->route) {
        return r->route < q->route ? -1 : 1;
    }
    int c = dot_compare(x->unit_key, y->unit_key);
    return c ? c : dot_compare(r->id, q->id);
}

static struct dot unit_key(const struct record *r)
{
    struct dot key = {0, 0};
    const struct field *f = record_field(r, BATCH_UNIT_FIELD);
    for (size_t i = 0; f && i < f->count; i++) {
        const struct datum *d = &f->values[i].datum;
        if (d->type == DATUM_REF && (dot_is_none(key) || dot_compare(d->ref, key) < 0)) {
            key = d->ref;
        }
    }
    return key;
}

static struct row *make_rows(const struct change *changes, size_t count, struct arena *arena)
{
    struct row *rows = arena_array(arena, count, sizeof(struct row));
    for (size_t i = 0; i < count; i++) {
        rows[i].change = &changes[i];
        rows[i].unit_key = unit_key(&changes[i].record);
    }
    qsort(rows, count, sizeof(struct row), compare_rows);
    return rows;
}

/* ---- causality of one group ---------------------------------------------------------------- */

static size_t entry_of(const struct batch_writer *b, const struct value *v, size_t guess)
{
    const struct entry *g = &b->entries[guess];
    struct entry wanted = entry_of_value(v);
    if (dot_equal(g->dot, v->dot) && entry_compare(g, &wanted) == 0) {
        return guess;
    }
    size_t at = entry_first(b->entries, b->entry_count, v->dot);
    while (entry_compare(&b->entries[at], &wanted) != 0) {
        at++;
    }
    return at;
}

/* The field's values in column order: by datum, marks last, then save. */
static const struct item *order_items(struct batch_writer *b, const struct field *f, size_t home)
{
    bool one_save = true;
    for (size_t i = 0; i < f->count; i++) {
        b->items[i].datum = &f->values[i].datum;
        b->items[i].entry = entry_of(b, &f->values[i], i ? b->items[i - 1].entry : home);
        one_save = one_save && b->items[i].entry == b->items[0].entry;
    }
    if (!one_save) {
        qsort(b->items, f->count, sizeof(struct item), compare_items);
    }
    return b->items;
}

/* A value that is not of the save that created its record. */
struct other {
    size_t entry;
    size_t position;
};

static int compare_others(const void *a, const void *b)
{
    const struct other *x = a;
    const struct other *y = b;
    if (x->entry != y->entry) {
        return x->entry < y->entry ? -1 : 1;
    }
    return x->position == y->position ? 0 : x->position < y->position ? -1 : 1;
}

/* Lists values of other saves: columns a (saves), b (entries), c (values of each), d (positions).
 * Returns the context that the record's dots imply. */
static struct context write_other_saves(struct batch_writer *b, const struct row *row,
                                        struct arena *arena, bool *any)
{
    const struct record *r = &row->change->record;
    struct buf found = {0};
    size_t position = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        const struct item *items = order_items(b, &r->fields[i], row->home);
        for (size_t j = 0; j < r->fields[i].count; j++, position++) {
            if (items[j].entry != row->home) {
                struct other one = {items[j].entry, position};
                buf_add(&found, &one, sizeof(one));
            }
        }
    }
    size_t count = found.len / sizeof(struct other);
    struct other *others = (struct other *)(void *)found.ptr;
    if (count) {
        qsort(others, count, sizeof(struct other), compare_others);
    }
    struct dot *dots = arena_array(arena, count, sizeof(struct dot));
    size_t dot_count = 0;
    for (size_t i = 0; i < count;) {
        size_t end = i;
        while (end < count && others[end].entry == others[i].entry) {
            column_add(&b->d, others[end].position - (end > i ? others[end - 1].position + 1 : 0));
            end++;
        }
        column_add(&b->b, others[i].entry);
        column_add(&b->c, end - i);
        dots[dot_count++] = b->entries[others[i].entry].dot;
        i = end;
    }
    if (count) {
        column_add(&b->a, dot_count);
    }
    *any = count > 0;
    buf_free(&found);
    return implied_context(r->id, r->flags & RECORD_STUB, dots, dot_count, arena);
}

static void pack_dots(struct batch_writer *b, struct pack_writer *w, const struct context *c)
{
    pack_array(w, 2 * c->count);
    for (size_t i = 0; i < c->count; i++) {
        pack_uint(w, writer_actor(b, c->items[i].actor));
        pack_uint(w, c->items[i].seq);
    }
}

/* What few records have, one record after another. */
static void write_extras(struct batch_writer *b, const struct change *c, unsigned shape,
                         struct buf *extras)
{
    struct pack_writer w = pack_writer_make(extras);
    const struct record *r = &c->record;
    if (shape & SHAPE_CONTEXT) {
        pack_dots(b, &w, &r->context);
    }
    if (shape & SHAPE_BASE) {
        pack_dots(b, &w, &c->base);
    }
    if (shape & SHAPE_MARKS) {
        pack_array(&w, 4 * r->mark_count);
        for (size_t i = 0; i < r->mark_count; i++) {
            pack_uint(&w, writer_actor(b, r->marks[i].unit_dot.actor));
            pack_uint(&w, r->marks[i].unit_dot.seq);
            pack_uint(&w, writer_actor(b, r->marks[i].actor));
            pack_uint(&w, r->marks[i].seq);
        }
    }
    if (shape & SHAPE_PROOFS) {
        pack_array(&w, 3 * r->proof_count);
        for (size_t i = 0; i < r->proof_count; i++) {
            pack_uint(&w, writer_actor(b, r->proofs[i].dot.actor));
            pack_uint(&w, r->proofs[i].dot.seq);
            pack_bin(&w, r->proofs[i].signature);
        }
    }
}

static bool is_only(const struct context *c, struct dot d)
{
    return c->count == 1 && dot_equal(c->items[0], d);
}

static void write_causality(struct batch_writer *b, struct row *rows, size_t count)
{
    struct arena arena = {0};
    bool any_extras = false;
    buf_clear(&b->bytes);
    for (size_t i = 0; i < count; i++) {
        const struct change *c = rows[i].change;
        const struct record *r = &c->record;
        bool others = false;
        struct context implied = write_other_saves(b, &rows[i], &arena, &others);
        unsigned shape = (others ? SHAPE_SAVES : 0u) | (c->whole ? 0u : SHAPE_DELTA) |
                         (r->flags & RECORD_STUB ? SHAPE_STUB : 0u) |
                         (r->mark_count ? SHAPE_MARKS : 0u) | (r->proof_count ? SHAPE_PROOFS : 0u);
        if (!context_equal(&implied, &r->context)) {
            shape |= SHAPE_CONTEXT;
        }
        if (!c->whole && !is_only(&c->base, r->id)) {
            shape |= SHAPE_BASE;
        }
        any_extras = any_extras || (shape & SHAPE_EXTRAS);
        write_extras(b, c, shape, &b->bytes);
        column_add(&b->e, rows[i].home);
        column_add(&b->f, shape);
        arena_reset(&arena);
    }
    arena_free(&arena);
    writer_column(b, &b->e);
    writer_column(b, &b->f);
    writer_column(b, &b->a);
    writer_column(b, &b->b);
    writer_column(b, &b->c);
    writer_column(b, &b->d);
    if (any_extras) {
        pack_bin(&b->out, buf_view(&b->bytes));
    }
}

/* ---- fields of one group ------------------------------------------------------------------- */

/* Numbers of all fields that any record of the group has, ascending. */
static const uint32_t *collect_numbers(const struct row *rows, size_t count, struct buf *numbers)
{
    buf_clear(numbers);
    for (size_t i = 0; i < count; i++) {
        const struct record *r = &rows[i].change->record;
        size_t at = 0;
        for (size_t f = 0; f < r->field_count; f++) {
            const uint32_t *known = (const uint32_t *)(const void *)numbers->ptr;
            size_t known_count = numbers->len / sizeof(uint32_t);
            while (at < known_count && known[at] < r->fields[f].number) {
                at++;
            }
            if (at < known_count && known[at] == r->fields[f].number) {
                continue;
            }
            uint32_t number = r->fields[f].number;
            buf_add(numbers, &number, sizeof(number));
            uint32_t *moved = (uint32_t *)(void *)numbers->ptr;
            memmove(moved + at + 1, moved + at, (known_count - at) * sizeof(uint32_t));
            moved[at] = number;
        }
    }
    return (const uint32_t *)(const void *)numbers->ptr;
}

static void add_refs_of(const struct record *r, struct buf *found)
{
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        for (size_t j = 0; f->number != BATCH_UNIT_FIELD && j < f->count; j++) {
            if (f->values[j].datum.type == DATUM_REF) {
                buf_add(found, &f->values[j].datum.ref, sizeof(struct dot));
            }
        }
    }
}

/* The references of each run of records of one unit, distinct and sorted. */
static void write_dictionary(struct batch_writer *b, struct row *rows, size_t count)
{
    struct buf found = {0};
    struct buf all = {0};
    size_t run = 0;
    b->run_starts = arena_array(b->arena, count + 1, sizeof(size_t));
    for (size_t i = 0; i < count; run++) {
        buf_clear(&found);
        size_t end = i;
        for (; end < count && dot_equal(rows[end].unit_key, rows[i].unit_key); end++) {
            rows[end].run = run;
            add_refs_of(&rows[end].change->record, &found);
        }
        struct dot *dots = (struct dot *)(void *)found.ptr;
        size_t dot_count = found.len / sizeof(struct dot);
        if (dot_count) {
            qsort(dots, dot_count, sizeof(struct dot), compare_dots);
        }
        size_t start = b->run_starts[run];
        for (size_t j = 0; j < dot_count; j++) {
            if (j == 0 || !dot_equal(dots[j - 1], dots[j])) {
                buf_add(&all, &dots[j], sizeof(struct dot));
                column_add(&b->b, writer_actor(b, dots[j].actor));
                column_add(&b->c, dots[j].seq);
            }
        }
        b->run_starts[run + 1] = all.len / sizeof(struct dot);
        column_add(&b->a, b->run_starts[run + 1] - start);
        i = end;
    }
    b->dictionary = arena_array(b->arena, all.len / sizeof(struct dot), sizeof(struct dot));
    if (all.len) {
        memcpy(b->dictionary, all.ptr, all.len);
    }
    writer_column(b, &b->a);
    writer_column(b, &b->b);
    writer_column(b, &b->c);
    buf_free(&found);
    buf_free(&all);
}

static size_t dictionary_place(const struct batch_writer *b, size_t run, struct dot d)
{
    size_t low = b->run_starts[run];
    size_t high = b->run_starts[run + 1];
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (dot_compare(b->dictionary[mid], d) <= 0) {
            low = mid;
        } else {
            high = mid;
        }
    }
    return low - b->run_starts[run];
}

/* One datum to the column of its type: d ints, e and f references, g lengths of bytes. *before is
 * the place of the reference before it in the same field of the same record. */
static void add_datum(struct batch_writer *b, uint32_t number, size_t run, const struct datum *d,
                      size_t *before)
{
    switch (d->type) {
    case DATUM_INT:
        column_add_signed(&b->d, d->i);
        break;
    case DATUM_TEXT:
        buf_add(&b->texts, &d->text, sizeof(struct slice));
        break;
    case DATUM_REF:
        if (number == BATCH_UNIT_FIELD) {
            column_add(&b->e, writer_actor(b, d->ref.actor));
            column_add(&b->f, d->ref.seq);
        } else {
            size_t place = dictionary_place(b, run, d->ref);
            column_add(&b->e, place - *before);
            *before = place;
        }
        break;
    case DATUM_BYTES:
        column_add(&b->g, d->text.len);
        buf_add_slice(&b->bytes, d->text);
        break;
    case DATUM_EMPTY:
    case DATUM_MARK:
        break;
    }
}

static void add_field(struct batch_writer *b, const struct row *row, const struct field *f)
{
    const struct item *items = order_items(b, f, row->home);
    size_t marks = 0;
    size_t before = 0;
    for (size_t i = 0; i < f->count; i++) {
        if (items[i].datum->type == DATUM_MARK) {
            marks++;
            continue;
        }
        column_add(&b->c, items[i].datum->type);
        add_datum(b, f->number, row->run, items[i].datum, &before);
    }
    column_add(&b->a, f->count - marks);
    column_add(&b->b, marks);
}

static void write_field(struct batch_writer *b, struct row *rows, size_t count, uint32_t number)
{
    size_t present = 0;
    uint8_t *bits = arena_alloc(b->arena, (count + 7) / 8);
    buf_clear(&b->texts);
    buf_clear(&b->bytes);
    for (size_t i = 0; i < count; i++) {
        const struct record *r = &rows[i].change->record;
        size_t next = rows[i].next_field;
        if (next < r->field_count && r->fields[next].number == number) {
            rows[i].next_field++;
            bits[i / 8] = (uint8_t)(bits[i / 8] | (1u << (i % 8)));
            present++;
            add_field(b, &rows[i], &r->fields[next]);
        }
    }
    if (present == count) {
        pack_nil(&b->out);
    } else {
        pack_bin(&b->out, slice_make(bits, (count + 7) / 8));
    }
    bool any_bytes = column_count(&b->g) > 0;
    writer_column(b, &b->a);
    writer_column(b, &b->b);
    writer_column(b, &b->c);
    writer_column(b, &b->d);
    text_column_write(&b->out, (const struct slice *)(const void *)b->texts.ptr,
                      b->texts.len / sizeof(struct slice), &b->scratch);
    writer_column(b, &b->e);
    writer_column(b, &b->f);
    writer_column(b, &b->g);
    if (any_bytes) {
        pack_bin(&b->out, buf_view(&b->bytes));
    }
}

static void write_group(struct batch_writer *b, struct row *rows, size_t count)
{
    const struct record *first = &rows[0].change->record;
    pack_uint(&b->out, first->kind);
    pack_uint(&b->out, first->route);
    pack_uint(&b->out, count);
    write_causality(b, rows, count);
    struct buf numbers = {0};
    const uint32_t *number = collect_numbers(rows, count, &numbers);
    size_t number_count = numbers.len / sizeof(uint32_t);
    pack_uint(&b->out, number_count);
    for (size_t i = 0; i < number_count; i++) {
        column_add(&b->a, number[i]);
    }
    writer_column(b, &b->a);
    size_t next = 0;
    if (number_count && number[0] == BATCH_UNIT_FIELD) {
        write_field(b, rows, count, number[next++]);
    }
    write_dictionary(b, rows, count);
    for (; next < number_count; next++) {
        write_field(b, rows, count, number[next]);
    }
    buf_free(&numbers);
}

/* ---- the batch ----------------------------------------------------------------------------- */

static void writer_free(struct batch_writer *b)
{
    struct column *columns[] = {&b->a, &b->b, &b->c, &b->d, &b->e, &b->f, &b->g};
    for (size_t i = 0; i < ARRAY_COUNT(columns); i++) {
        column_free(columns[i]);
    }
    buf_free(&b->scratch);
    buf_free(&b->texts);
    buf_free(&b->bytes);
}

void batch_write(const struct change *changes, size_t count, struct arena *arena, struct buf *out)
{
    struct batch_writer b = {.out = pack_writer_make(out), .arena = arena};
    pack_uint(&b.out, count);
    if (count == 0) {
        return;
    }
    struct row *rows = make_rows(changes, count, arena);
    writer_collect_tables(&b, rows, count);
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        const struct record *r = &rows[i].change->record;
        rows[i].home = entry_first(b.entries, b.entry_count, r->id);
        for (size_t f = 0; f < r->field_count; f++) {
            most = r->fields[f].count > most ? r->fields[f].count : most;
        }
    }
    b.items = arena_array(arena, most, sizeof(struct item));
    writer_write_tables(&b);
    for (size_t i = 0; i < count;) {
        const struct record *first = &rows[i].change->record;
        size_t end = i;
        while (end < count && rows[end].change->record.kind == first->kind &&
               rows[end].change->record.route == first->route) {
            end++;
        }
        write_group(&b, rows + i, end - i);
        i = end;
    }
    writer_free(&b);
}
