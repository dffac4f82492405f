#include "sync/batch.h"

#include "sync/batch_layout.h"
#include "sync/batch_text.h"

#include <stdlib.h>

/* What one batch may take in memory when it is unpacked, whatever its size on the wire. */
#define BUDGET_BYTES (BATCH_WEIGHT_MAX_BYTES + FIELDS_MAX_BYTES)
#define FIELDS_MAX_BYTES (8u << 20) /* for the readers of fields, which batch_weight leaves out */

struct field_reader {
    uint32_t number;
    const uint8_t *present; /* bits; NULL: every record has it */
    struct column_view counts;
    struct column_view marks;
    struct column_view types;
    struct column_view ints;
    struct text_view texts;
    struct column_view ref_a; /* unit field: actors; others: places in the dictionary */
    struct column_view ref_b; /* unit field: seqs */
    struct column_view byte_lens;
    struct slice bytes;
    /* of the record being read */
    size_t data_count;
    size_t mark_count;
};

struct batch_reader {
    struct column_source in;
    uint64_t *actors;
    uint8_t *actor_used;
    size_t actor_count;
    struct entry *entries;
    uint8_t *entry_used;
    uint8_t *id_used;
    size_t entry_count;
    size_t count; /* records in the batch */
    size_t done;

    /* the group being read */
    uint32_t kind;
    uint8_t route;
    size_t group_count;
    size_t group_done;
    struct column_view homes;
    struct column_view shapes;
    struct column_view save_counts;
    struct column_view save_entries;
    struct column_view save_values;
    struct column_view positions;
    struct pack_reader extras;
    struct field_reader *fields;
    size_t field_count;
    struct dot *unit_keys; /* of each record; NULL: none has one */
    struct dot *dictionary;
    uint8_t *dictionary_used;
    size_t dictionary_count;
    struct column_view run_sizes;
    size_t run_start; /* of the current record's run in the dictionary */
    size_t run_size;
};

static void fail(struct batch_reader *b)
{
    pack_fail(&b->in.in);
}

static bool ok(const struct batch_reader *b)
{
    return pack_ok(&b->in.in);
}

/* Zeroed memory within the budget; NULL, and the reader failed, beyond. */
static void *take_memory(struct batch_reader *b, size_t count, size_t item_bytes)
{
    size_t size = 0;
    if (!size_mul(count, item_bytes, &size) || !column_spend(&b->in, size)) {
        fail(b);
        return NULL;
    }
    return arena_alloc(b->in.arena, size);
}

static bool all_used(const uint8_t *used, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!used[i]) {
            return false;
        }
    }
    return true;
}

static uint64_t actor_named(struct batch_reader *b, uint64_t place)
{
    if (place >= b->actor_count) {
        fail(b);
        return 0;
    }
    b->actor_used[place] = 1;
    return b->actors[place];
}

/* ---- tables of the batch ------------------------------------------------------------------- */

static void read_actors(struct batch_reader *b)
{
    struct slice bytes = read_bin(&b->in.in);
    b->actor_count = bytes.len / 8;
    b->actors = take_memory(b, b->actor_count, sizeof(uint64_t));
    b->actor_used = take_memory(b, b->actor_count, 1);
    if (!ok(b) || bytes.len % 8 || bytes.len == 0) {
        fail(b);
        return;
    }
    for (size_t i = 0; i < b->actor_count; i++) {
        b->actors[i] = be64_get(bytes.ptr + 8 * i);
        if (b->actors[i] == 0 || (i && b->actors[i - 1] >= b->actors[i])) {
            fail(b);
        }
    }
}

struct entry_columns {
    struct column_view actor, seq, flags, time, level, origin_actor, origin_seq, origin_level,
        origin_time;
};

static void read_entry_columns(struct batch_reader *b, struct entry_columns *c)
{
    size_t bare = 0;
    size_t level = 0;
    size_t origin = 0;
    c->actor = column_read(&b->in, b->entry_count);
    c->seq = column_read(&b->in, b->entry_count);
    c->flags = column_read(&b->in, b->entry_count);
    if (!ok(b)) {
        return;
    }
    for (size_t i = 0; i < b->entry_count; i++) {
        uint64_t flags = column_at(&c->flags, i);
        bare += (flags & ENTRY_BARE) != 0;
        level += (flags & ENTRY_LEVEL) != 0;
        origin += (flags & ENTRY_ORIGIN) != 0;
        if (flags > (ENTRY_LEVEL | ENTRY_ORIGIN) && flags != ENTRY_BARE) {
            fail(b);
            return;
        }
        if ((flags & ENTRY_BARE) && flags != ENTRY_BARE) {
            fail(b);
            return;
        }
    }
    c->time = column_read(&b->in, b->entry_count - bare);
    c->level = column_read(&b->in, level);
    c->origin_actor = column_read(&b->in, origin);
    c->origin_seq = column_read(&b->in, origin);
    c->origin_level = column_read(&b->in, origin);
    c->origin_time = column_read(&b->in, origin);
}

static uint8_t take_level(struct batch_reader *b, struct column_view *v)
{
    uint64_t level = column_take(v);
    if (level > UINT8_MAX) {
        fail(b);
    }
    return (uint8_t)level;
}

static void fill_entry(struct batch_reader *b, struct entry_columns *c, size_t i,
                       const struct column_view *levels)
{
    struct entry *e = &b->entries[i];
    uint64_t place = column_take(&c->actor);
    uint64_t flags = column_take(&c->flags);
    e->dot.actor = actor_named(b, place);
    e->dot.seq = column_take(&c->seq);
    if (i && b->entries[i - 1].dot.actor == e->dot.actor) {
        e->dot.seq += b->entries[i - 1].dot.seq;
    }
    if (!ok(b)) {
        return;
    }
    e->bare = flags & ENTRY_BARE;
    if (e->bare) {
        return;
    }
    uint64_t usual = column_at(levels, place);
    e->level = flags & ENTRY_LEVEL ? take_level(b, &c->level) : (uint8_t)usual;
    if ((flags & ENTRY_LEVEL) && e->level == usual) {
        fail(b);
    }
    e->time_ms = (int64_t)column_take(&c->time);
    if (flags & ENTRY_ORIGIN) {
        struct origin *origin = take_memory(b, 1, sizeof(struct origin));
        if (!origin) {
            return;
        }
        origin->dot.actor = actor_named(b, column_take(&c->origin_actor));
        origin->dot.seq = column_take(&c->origin_seq);
        origin->level = take_level(b, &c->origin_level);
        origin->time_ms = (int64_t)column_take(&c->origin_time);
        e->origin = origin;
    }
}

/* The usual level of an actor is that of its first save here; 0 when it has none. */
static void check_levels(struct batch_reader *b, const struct column_view *levels)
{
    size_t e = 0;
    for (size_t i = 0; i < b->actor_count; i++) {
        while (e < b->entry_count &&
               (b->entries[e].dot.actor < b->actors[i] ||
                (b->entries[e].dot.actor == b->actors[i] && b->entries[e].bare))) {
            e++;
        }
        bool known = e < b->entry_count && b->entries[e].dot.actor == b->actors[i];
        if (column_at(levels, i) != (known ? b->entries[e].level : 0)) {
            fail(b);
        }
    }
}

static void read_entries(struct batch_reader *b)
{
    read_actors(b);
    struct column_view levels = {0};
    struct entry_columns c = {0};
    if (ok(b)) {
        levels = column_read(&b->in, b->actor_count);
    }
    b->entry_count = (size_t)read_uint_max(&b->in.in, COLUMN_VALUES_MAX);
    if (ok(b)) {
        read_entry_columns(b, &c);
    }
    if (!ok(b)) {
        return;
    }
    b->entries = take_memory(b, b->entry_count, sizeof(struct entry));
    b->entry_used = take_memory(b, b->entry_count, 1);
    b->id_used = take_memory(b, b->entry_count, 1);
    for (size_t i = 0; i < b->entry_count && ok(b); i++) {
        fill_entry(b, &c, i, &levels);
        const struct entry *before = i ? &b->entries[i - 1] : NULL;
        if (before && (entry_compare(before, &b->entries[i]) >= 0 ||
                       (before->bare && dot_equal(before->dot, b->entries[i].dot)))) {
            fail(b);
        }
    }
    if (ok(b)) {
        check_levels(b, &levels);
    }
}

/* ---- one group ----------------------------------------------------------------------------- */

static void read_causality(struct batch_reader *b)
{
    size_t with_saves = 0;
    size_t saves = 0;
    size_t values = 0;
    bool any_extras = false;
    b->homes = column_read(&b->in, b->group_count);
    b->shapes = column_read(&b->in, b->group_count);
    if (!ok(b)) {
        return;
    }
    for (size_t i = 0; i < b->group_count; i++) {
        uint64_t shape = column_at(&b->shapes, i);
        uint64_t home = column_at(&b->homes, i);
        with_saves += (shape & SHAPE_SAVES) != 0;
        any_extras = any_extras || (shape & SHAPE_EXTRAS);
        if (shape > SHAPE_ALL || ((shape & SHAPE_BASE) && !(shape & SHAPE_DELTA)) ||
            home >= b->entry_count || b->id_used[home] ||
            (home && dot_equal(b->entries[home - 1].dot, b->entries[home].dot))) {
            fail(b);
            return;
        }
        b->id_used[home] = 1;
        if (b->entries[home].bare) {
            b->entry_used[home] = 1;
        }
    }
    b->save_counts = column_read(&b->in, with_saves);
    if (!ok(b) || !column_sum(&b->save_counts, COLUMN_VALUES_MAX, &saves)) {
        fail(b);
        return;
    }
    b->save_entries = column_read(&b->in, saves);
    b->save_values = column_read(&b->in, saves);
    if (!ok(b) || !column_sum(&b->save_values, COLUMN_VALUES_MAX, &values)) {
        fail(b);
        return;
    }
    b->positions = column_read(&b->in, values);
    struct slice extras = {0};
    if (any_extras) {
        extras = read_bin(&b->in.in);
    }
    b->extras = pack_reader_make(extras);
}

/* Which records have the field: at least one, and not told when all do. */
static size_t read_presence(struct batch_reader *b, struct field_reader *f)
{
    if (pack_peek(&b->in.in) == PACK_NIL) {
        read_nil(&b->in.in);
        return b->group_count;
    }
    struct slice bits = read_bin_exact(&b->in.in, (b->group_count + 7) / 8);
    size_t present = 0;
    for (size_t i = 0; i < 8 * bits.len; i++) {
        bool on = bits.ptr[i / 8] & (1u << (i % 8));
        present += on;
        if (on && i >= b->group_count) {
            fail(b);
        }
    }
    if (present == 0 || present == b->group_count) {
        fail(b);
    }
    f->present = bits.ptr;
    return present;
}

static void read_types(struct batch_reader *b, struct field_reader *f, size_t data,
                       size_t of_type[DATUM_BYTES + 1])
{
    f->types = column_read(&b->in, data);
    for (size_t i = 0; ok(b) && i < data; i++) {
        uint64_t type = column_at(&f->types, i);
        if (type > DATUM_BYTES || type == DATUM_MARK) {
            fail(b);
            return;
        }
        of_type[type]++;
    }
}

static void read_field(struct batch_reader *b, struct field_reader *f)
{
    size_t data = 0;
    size_t marks = 0;
    size_t of_type[DATUM_BYTES + 1] = {0};
    size_t present = read_presence(b, f);
    if (!ok(b)) {
        return;
    }
    f->counts = column_read(&b->in, present);
    f->marks = column_read(&b->in, present);
    if (!ok(b) || !column_sum(&f->counts, RECORD_VALUES_MAX, &data) ||
        !column_sum(&f->marks, RECORD_VALUES_MAX, &marks)) {
        fail(b);
        return;
    }
    read_types(b, f, data, of_type);
    f->ints = column_read(&b->in, of_type[DATUM_INT]);
    text_column_read(&b->in, of_type[DATUM_TEXT], &f->texts);
    f->ref_a = column_read(&b->in, of_type[DATUM_REF]);
    if (f->number == BATCH_UNIT_FIELD) {
        f->ref_b = column_read(&b->in, of_type[DATUM_REF]);
    }
    f->byte_lens = column_read(&b->in, of_type[DATUM_BYTES]);
    if (of_type[DATUM_BYTES]) {
        size_t total = 0;
        f->bytes = read_bin(&b->in.in);
        if (!ok(b) || !column_sum(&f->byte_lens, RECORD_TEXT_MAX_BYTES, &total) ||
            total != f->bytes.len) {
            fail(b);
        }
    }
}

static bool field_present(const struct field_reader *f, size_t record)
{
    return !f->present || (f->present[record / 8] & (1u << (record % 8)));
}

/* Unit keys from a copy of the unit field's columns, which stay as they are for the records. */
static void find_unit_keys(struct batch_reader *b, struct field_reader f)
{
    b->unit_keys = take_memory(b, b->group_count, sizeof(struct dot));
    for (size_t i = 0; i < b->group_count && ok(b); i++) {
        if (!field_present(&f, i)) {
            continue;
        }
        uint64_t data = column_take(&f.counts);
        for (uint64_t j = 0; j < data && ok(b); j++) {
            if (column_take(&f.types) != DATUM_REF) {
                continue;
            }
            struct dot d = {0, 0};
            d.actor = actor_named(b, column_take(&f.ref_a));
            d.seq = column_take(&f.ref_b);
            if (dot_is_none(b->unit_keys[i])) {
                b->unit_keys[i] = d; /* data ascend, so the first is the smallest */
            }
            if (d.seq == 0) {
                fail(b);
            }
        }
    }
}

static struct dot unit_key_at(const struct batch_reader *b, size_t record)
{
    return b->unit_keys ? b->unit_keys[record] : (struct dot){0, 0};
}

/* Records stand by unit, then id; counts the runs of one unit. */
static size_t check_order(struct batch_reader *b)
{
    size_t runs = 1;
    for (size_t i = 1; i < b->group_count; i++) {
        int c = dot_compare(unit_key_at(b, i - 1), unit_key_at(b, i));
        if (c > 0 || (c == 0 && column_at(&b->homes, i - 1) >= column_at(&b->homes, i))) {
            fail(b);
        }
        runs += c != 0;
    }
    return runs;
}

static void read_dictionary(struct batch_reader *b)
{
    size_t runs = check_order(b);
    if (!ok(b)) {
        return;
    }
    b->run_sizes = column_read(&b->in, runs);
    if (!ok(b) || !column_sum(&b->run_sizes, COLUMN_VALUES_MAX, &b->dictionary_count)) {
        fail(b);
        return;
    }
    struct column_view actors = column_read(&b->in, b->dictionary_count);
    struct column_view seqs = column_read(&b->in, b->dictionary_count);
    b->dictionary = take_memory(b, b->dictionary_count, sizeof(struct dot));
    b->dictionary_used = take_memory(b, b->dictionary_count, 1);
    size_t at = 0;
    for (size_t run = 0; run < runs && ok(b); run++) {
        size_t end = at + (size_t)column_at(&b->run_sizes, run);
        for (size_t start = at; at < end && ok(b); at++) {
            b->dictionary[at].actor = actor_named(b, column_take(&actors));
            b->dictionary[at].seq = column_take(&seqs);
            if (b->dictionary[at].seq == 0 ||
                (at > start && dot_compare(b->dictionary[at - 1], b->dictionary[at]) >= 0)) {
                fail(b);
            }
        }
    }
}

static void read_fields(struct batch_reader *b)
{
    b->field_count = (size_t)read_uint_max(&b->in.in, pack_remaining(&b->in.in));
    struct column_view numbers = {0};
    if (ok(b)) {
        numbers = column_read(&b->in, b->field_count);
        b->fields = take_memory(b, b->field_count, sizeof(struct field_reader));
    }
    b->unit_keys = NULL;
    size_t next = 0;
    if (ok(b) && b->field_count && column_at(&numbers, 0) == BATCH_UNIT_FIELD) {
        b->fields[0].number = BATCH_UNIT_FIELD;
        read_field(b, &b->fields[next++]);
        if (ok(b)) {
            find_unit_keys(b, b->fields[0]);
        }
    }
    if (ok(b)) {
        read_dictionary(b);
    }
    uint64_t before = next;
    for (; next < b->field_count && ok(b); next++) {
        uint64_t number = column_at(&numbers, next);
        if (number <= before || number > UINT32_MAX) {
            fail(b);
            return;
        }
        before = number;
        b->fields[next].number = (uint32_t)number;
        read_field(b, &b->fields[next]);
    }
}

static void open_group(struct batch_reader *b)
{
    uint32_t kind = (uint32_t)read_uint_max(&b->in.in, UINT32_MAX);
    uint8_t route = (uint8_t)read_uint_max(&b->in.in, UINT8_MAX);
    if (b->done && (kind < b->kind || (kind == b->kind && route <= b->route))) {
        fail(b);
    }
    b->kind = kind;
    b->route = route;
    b->group_count = (size_t)read_uint_max(&b->in.in, b->count - b->done);
    b->group_done = 0;
    b->run_start = 0;
    b->run_size = 0;
    if (!ok(b) || b->group_count == 0) {
        fail(b);
        return;
    }
    read_causality(b);
    if (ok(b)) {
        read_fields(b);
    }
    if (ok(b)) {
        b->run_size = (size_t)column_take(&b->run_sizes);
    }
}

static void close_group(struct batch_reader *b)
{
    if (!pack_end(&b->extras) || !all_used(b->dictionary_used, b->dictionary_count)) {
        fail(b);
    }
}

/* ---- one record ---------------------------------------------------------------------------- */

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
            fail(b);
        }
        total += f->data_count + f->mark_count;
        r->field_count++;
    }
    if (total > RECORD_VALUES_MAX || r->field_count > RECORD_FIELDS_MAX) {
        fail(b);
    }
    return total;
}

/* The saves that values of this record have beside the one that created it. */
static size_t take_saves(struct batch_reader *b, size_t home, struct slot *slots, size_t count,
                         struct dot **dots, struct arena *arena)
{
    size_t saves = (size_t)column_take(&b->save_counts);
    if (saves == 0 || saves > count) {
        fail(b);
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
            fail(b);
            return 0;
        }
        before = entry;
        (*dots)[i] = b->entries[entry].dot;
        uint64_t at = 0;
        for (uint64_t v = 0; v < values; v++, at++) {
            uint64_t gap = column_take(&b->positions);
            if (gap >= count || at + gap >= count || slots[at + gap].assigned) {
                fail(b);
                return 0;
            }
            at += gap;
            slots[at] = (struct slot){(size_t)entry, true};
            listed++;
        }
    }
    if (b->entries[home].bare && listed != count) {
        fail(b);
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
            fail(b);
        }
        break;
    case DATUM_REF: {
        uint64_t a = column_take(&f->ref_a);
        if (f->number == BATCH_UNIT_FIELD) {
            d = datum_ref((struct dot){0, column_take(&f->ref_b)});
            d.ref.actor = actor_named(b, a);
            break;
        }
        if (a >= b->run_size || *place + a >= b->run_size) {
            fail(b);
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
    for (size_t i = 0; i < out->count && ok(b); i++) {
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
                fail(b);
            }
            one_save = one_save && slots[i - 1].entry == slots[i].entry;
        }
    }
    bool bytes_before_marks =
        f->mark_count && f->data_count && out->values[f->data_count - 1].datum.type == DATUM_BYTES;
    if (ok(b) && (!one_save || bytes_before_marks)) {
        qsort(out->values, out->count, sizeof(struct value), compare_values);
    }
}

static struct context take_dots(struct batch_reader *b, struct arena *arena)
{
    struct context out = {0};
    size_t items = read_array(&b->extras);
    if (items % 2) {
        fail(b);
        return out;
    }
    out.items = arena_array(arena, items / 2, sizeof(struct dot));
    out.count = items / 2;
    for (size_t i = 0; i < out.count; i++) {
        out.items[i].actor = actor_named(b, read_uint(&b->extras));
        out.items[i].seq = read_uint(&b->extras);
        if (out.items[i].seq == 0 || (i && out.items[i - 1].actor >= out.items[i].actor)) {
            fail(b);
        }
    }
    return out;
}

static void take_marks(struct batch_reader *b, struct arena *arena, struct record *r)
{
    size_t items = read_array(&b->extras);
    if (items == 0 || items % 4) {
        fail(b);
        return;
    }
    r->mark_count = items / 4;
    r->marks = arena_array(arena, r->mark_count, sizeof(struct mark));
    for (size_t i = 0; i < r->mark_count; i++) {
        r->marks[i].unit_dot.actor = actor_named(b, read_uint(&b->extras));
        r->marks[i].unit_dot.seq = read_uint(&b->extras);
        r->marks[i].actor = actor_named(b, read_uint(&b->extras));
        r->marks[i].seq = read_uint(&b->extras);
    }
}

static void take_proofs(struct batch_reader *b, struct arena *arena, struct record *r)
{
    size_t items = read_array(&b->extras);
    if (items == 0 || items % 3) {
        fail(b);
        return;
    }
    r->proof_count = items / 3;
    r->proofs = arena_array(arena, r->proof_count, sizeof(struct proof));
    for (size_t i = 0; i < r->proof_count; i++) {
        r->proofs[i].dot.actor = actor_named(b, read_uint(&b->extras));
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
            fail(b);
        }
    }
    c->whole = !(shape & SHAPE_DELTA);
    if (shape & SHAPE_BASE) {
        c->base = take_dots(b, arena);
        if (c->base.count == 1 && dot_equal(c->base.items[0], r->id)) {
            fail(b);
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
        fail(b);
    }
}

/* Moves on to the dictionary of the current record's unit. */
static void enter_run(struct batch_reader *b)
{
    size_t i = b->group_done;
    if (i && !dot_equal(unit_key_at(b, i - 1), unit_key_at(b, i))) {
        b->run_start += b->run_size;
        b->run_size = (size_t)column_take(&b->run_sizes);
    }
}

static void take_change(struct batch_reader *b, struct arena *arena, struct change *out)
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
    if (!ok(b)) {
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
        fail(b);
    }
    struct field *next = r->fields;
    for (size_t i = 0; i < b->field_count && ok(b); i++) {
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
    if (ok(b)) {
        struct context implied = implied_context(r->id, r->flags & RECORD_STUB, dots, saves, arena);
        take_extras(b, shape, implied, arena, out);
    }
}

/* ---- the batch ----------------------------------------------------------------------------- */

static enum err format_error(void)
{
    return error_set(ERR_FORMAT, _("the batch is not in the right form"));
}

enum err batch_reader_open(struct slice raw, struct arena *arena, struct batch_reader **out)
{
    *out = NULL;
    if (raw.len > BATCH_RAW_MAX_BYTES) {
        return error_set(ERR_TOO_LARGE, _("the batch is larger than is allowed"));
    }
    struct batch_reader *b = arena_alloc(arena, sizeof(*b));
    b->in.in = pack_reader_make(raw);
    b->in.arena = arena;
    b->in.budget_bytes = BUDGET_BYTES;
    b->count = (size_t)read_uint_max(&b->in.in, BATCH_RECORDS_MAX);
    if (ok(b) && b->count) {
        read_entries(b);
    }
    if (!ok(b)) {
        return format_error();
    }
    *out = b;
    return ERR_OK;
}

size_t batch_reader_count(const struct batch_reader *r)
{
    return r->count;
}

enum err batch_reader_next(struct batch_reader *b, struct arena *arena, struct change *out)
{
    *out = (struct change){.whole = true};
    if (ok(b) && b->done == b->count) {
        bool complete = pack_end(&b->in.in) && all_used(b->actor_used, b->actor_count) &&
                        all_used(b->entry_used, b->entry_count);
        return complete ? ERR_END : format_error();
    }
    if (ok(b) && b->group_done == b->group_count) {
        open_group(b);
    }
    if (ok(b)) {
        take_change(b, arena, out);
    }
    if (ok(b)) {
        b->done++;
        b->group_done++;
        if (b->group_done == b->group_count) {
            close_group(b);
        }
    }
    if (!ok(b) || !record_is_valid(&out->record)) {
        fail(b);
        *out = (struct change){.whole = true};
        return format_error();
    }
    return ERR_OK;
}
