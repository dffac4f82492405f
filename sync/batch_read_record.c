#include "sync/batch_reader.h"

#include <stdlib.h>

/* A value and where it stands, while its record is put together. */
struct slot {
    size_t entry;
    bool assigned;
};

/* Reads how many values each field has; how many there are in all. */
static size_t take_counts(struct batch_reader *b, struct record *r)
{
    size_t total = 0;
    for (size_t i = 0; i < b->field_count; i++) {
        struct field_reader *f = &b->fields[i];
        f->data_count = f->mark_count = 0;
        if (!field_present(f, b->group_done)) {
            continue;
        }
        f->data_count = (size_t)column_take(&f->counts);
        f->mark_count = (size_t)column_take(&f->marks);
        if (f->data_count + f->mark_count == 0) {
            reader_fail(b);
        }
        total += f->data_count + f->mark_count;
        r->field_count++;
    }
    if (total > RECORD_VALUES_MAX || r->field_count > RECORD_FIELDS_MAX) {
        reader_fail(b);
    }
    return total;
}

/* The saves that values of this record have beside the one that created it. */
static size_t take_saves(struct batch_reader *b, size_t home, struct slot *slots, size_t count,
                         struct dot **dots, struct arena *arena)
{
    size_t saves = (size_t)column_take(&b->save_counts);
    if (saves == 0 || saves > count) {
        reader_fail(b);
        return 0;
    }
    *dots = arena_array(arena, saves, sizeof(struct dot));
    uint64_t before = 0;
    size_t listed = 0;
    for (size_t i = 0; i < saves; i++) {
        uint64_t entry = column_take(&b->save_entries);
        uint64_t values = column_take(&b->save_values);
        if (entry >= b->entry_count || entry == home || b->entries[entry].bare ||
            (i && entry <= before) || values == 0) {
            reader_fail(b);
            return 0;
        }
        before = entry;
        (*dots)[i] = b->entries[entry].dot;
        uint64_t at = 0;
        for (uint64_t v = 0; v < values; v++, at++) {
            uint64_t gap = column_take(&b->positions);
            if (gap >= count || at + gap >= count || slots[at + gap].assigned) {
                reader_fail(b);
                return 0;
            }
            at += gap;
            slots[at] = (struct slot){(size_t)entry, true};
            listed++;
        }
    }
    if (b->entries[home].bare && listed != count) {
        reader_fail(b);
    }
    return saves;
}

static struct datum take_datum(struct batch_reader *b, struct field_reader *f, struct arena *arena,
                               size_t *place)
{
    struct datum d = datum_empty();
    switch (column_take(&f->types)) {
    case DATUM_INT:
        d = datum_int((int64_t)column_take(&f->ints));
        break;
    case DATUM_TEXT:
        d.type = DATUM_TEXT;
        if (!text_take(&f->texts, arena, &d.text)) {
            reader_fail(b);
        }
        break;
    case DATUM_REF: {
        uint64_t a = column_take(&f->ref_a);
        if (f->number == BATCH_UNIT_FIELD) {
            d = datum_ref((struct dot){0, column_take(&f->ref_b)});
            d.ref.actor = reader_actor(b, a);
            break;
        }
        if (a >= b->run_size || *place + a >= b->run_size) {
            reader_fail(b);
            break;
        }
        *place += (size_t)a;
        b->dictionary_used[b->run_start + *place] = 1;
        d = datum_ref(b->dictionary[b->run_start + *place]);
        break;
    }
    case DATUM_BYTES: {
        size_t len = (size_t)column_take(&f->byte_lens);
        d = datum_bytes(slice_make(f->bytes.ptr, len));
        f->bytes = slice_make(f->bytes.ptr + len, f->bytes.len - len);
        break;
    }
    default:
        break;
    }
    return d;
}

static int compare_values(const void *a, const void *b)
{
    return value_compare(a, b);
}

/* Values of one field in column order, then sorted as a record has them. */
static void take_field(struct batch_reader *b, struct field_reader *f, const struct slot *slots,
                       struct arena *arena, struct field *out)
{
    size_t place = 0;
    bool one_save = true;
    for (size_t i = 0; i < out->count && reader_ok(b); i++) {
        struct value *v = &out->values[i];
        const struct entry *e = &b->entries[slots[i].entry];
        v->datum = i < f->data_count ? take_datum(b, f, arena, &place) : datum_mark();
        v->dot = e->dot;
        v->time_ms = e->time_ms;
        v->level = e->level;
        v->origin = e->origin;
        b->entry_used[slots[i].entry] = 1;
        if (i) {
            /* marks stand last, whatever the number of their type */
            bool marks_begin = i == f->data_count;
            int c = marks_begin ? -1 : datum_compare(&v[-1].datum, &v->datum);
            if (c > 0 || (c == 0 && slots[i - 1].entry >= slots[i].entry)) {
                reader_fail(b);
            }
            one_save = one_save && slots[i - 1].entry == slots[i].entry;
        }
    }
    bool bytes_before_marks =
        f->mark_count && f->data_count && out->values[f->data_count - 1].datum.type == DATUM_BYTES;
    if (reader_ok(b) && (!one_save || bytes_before_marks)) {
        qsort(out->values, out->count, sizeof(struct value), compare_values);
    }
}

static struct context take_dots(struct batch_reader *b, struct arena *arena)
{
    struct context out = {0};
    size_t items = read_array(&b->extras);
    if (items % 2) {
        reader_fail(b);
        return out;
    }
    out.items = arena_array(arena, items / 2, sizeof(struct dot));
    out.count = items / 2;
    for (size_t i = 0; i < out.count; i++) {
        out.items[i].actor = reader_actor(b, read_uint(&b->extras));
        out.items[i].seq = read_uint(&b->extras);
        if (out.items[i].seq == 0 || (i && out.items[i - 1].actor >= out.items[i].actor)) {
            reader_fail(b);
        }
    }
    return out;
}

static void take_marks(struct batch_reader *b, struct arena *arena, struct record *r)
{
    size_t items = read_array(&b->extras);
    if (items == 0 || items % 4) {
        reader_fail(b);
        return;
    }
    r->mark_count = items / 4;
    r->marks = arena_array(arena, r->mark_count, sizeof(struct mark));
    for (size_t i = 0; i < r->mark_count; i++) {
        r->marks[i].unit_dot.actor = reader_actor(b, read_uint(&b->extras));
        r->marks[i].unit_dot.seq = read_uint(&b->extras);
        r->marks[i].actor = reader_actor(b, read_uint(&b->extras));
        r->marks[i].seq = read_uint(&b->extras);
    }
}

static void take_proofs(struct batch_reader *b, struct arena *arena, struct record *r)
{
    size_t items = read_array(&b->extras);
    if (items == 0 || items % 3) {
        reader_fail(b);
        return;
    }
    r->proof_count = items / 3;
    r->proofs = arena_array(arena, r->proof_count, sizeof(struct proof));
    for (size_t i = 0; i < r->proof_count; i++) {
        r->proofs[i].dot.actor = reader_actor(b, read_uint(&b->extras));
        r->proofs[i].dot.seq = read_uint(&b->extras);
        r->proofs[i].signature = read_bin(&b->extras);
    }
}

static void take_extras(struct batch_reader *b, uint64_t shape, struct context implied,
                        struct arena *arena, struct change *c)
{
    struct record *r = &c->record;
    r->context = implied;
    if (shape & SHAPE_CONTEXT) {
        r->context = take_dots(b, arena);
        if (context_equal(&r->context, &implied)) {
            reader_fail(b);
        }
    }
    c->whole = !(shape & SHAPE_DELTA);
    if (shape & SHAPE_BASE) {
        c->base = take_dots(b, arena);
        if (c->base.count == 1 && dot_equal(c->base.items[0], r->id)) {
            reader_fail(b);
        }
    } else if (!c->whole) {
        c->base = context_with(&c->base, r->id, arena);
    }
    if (shape & SHAPE_MARKS) {
        take_marks(b, arena, r);
    }
    if (shape & SHAPE_PROOFS) {
        take_proofs(b, arena, r);
    }
    if (!pack_ok(&b->extras)) {
        reader_fail(b);
    }
}

/* Moves on to the dictionary of the current record's unit. */
static void enter_run(struct batch_reader *b)
{
    size_t i = b->group_done;
    if (i && !dot_equal(reader_unit_key(b, i - 1), reader_unit_key(b, i))) {
        b->run_start += b->run_size;
        b->run_size = (size_t)column_take(&b->run_sizes);
    }
}

void reader_take_change(struct batch_reader *b, struct arena *arena, struct change *out)
{
    struct record *r = &out->record;
    uint64_t shape = column_take(&b->shapes);
    size_t home = (size_t)column_take(&b->homes);
    enter_run(b);
    r->id = b->entries[home].dot;
    r->kind = b->kind;
    r->route = b->route;
    r->flags = shape & SHAPE_STUB ? RECORD_STUB : 0;
    size_t total = take_counts(b, r);
    if (!reader_ok(b)) {
        return;
    }
    r->fields = arena_array(arena, r->field_count, sizeof(struct field));
    struct value *values = arena_array(arena, total, sizeof(struct value));
    struct slot *slots = arena_array(arena, total, sizeof(struct slot));
    for (size_t i = 0; i < total; i++) {
        slots[i].entry = home;
    }
    struct dot *dots = NULL;
    size_t saves = 0;
    if (shape & SHAPE_SAVES) {
        saves = take_saves(b, home, slots, total, &dots, arena);
    } else if (b->entries[home].bare && total) {
        reader_fail(b);
    }
    struct field *next = r->fields;
    for (size_t i = 0; i < b->field_count && reader_ok(b); i++) {
        struct field_reader *f = &b->fields[i];
        size_t count = f->data_count + f->mark_count;
        if (count == 0) {
            continue;
        }
        *next = (struct field){f->number, (uint32_t)count, values};
        take_field(b, f, slots, arena, next++);
        values += count;
        slots += count;
    }
    if (reader_ok(b)) {
        struct context implied = implied_context(r->id, r->flags & RECORD_STUB, dots, saves, arena);
        take_extras(b, shape, implied, arena, out);
    }
}
