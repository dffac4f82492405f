#include "sync/batch.h"

#include "sync/batch_reader.h"

/* What one batch may take in memory when it is unpacked, whatever its size on the wire. */
#define BUDGET_BYTES (BATCH_WEIGHT_MAX_BYTES + FIELDS_MAX_BYTES)
#define FIELDS_MAX_BYTES (8u << 20) /* for the readers of fields, which batch_weight leaves out */

/* Zeroed memory within the budget; NULL, and the reader failed, beyond. */
static void *take_memory(struct batch_reader *b, size_t count, size_t item_bytes)
{
    size_t size = 0;
    if (!size_mul(count, item_bytes, &size) || !column_spend(&b->in, size)) {
        reader_fail(b);
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

uint64_t reader_actor(struct batch_reader *b, uint64_t place)
{
    if (place >= b->actor_count) {
        reader_fail(b);
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
    if (!reader_ok(b) || bytes.len % 8 || bytes.len == 0) {
        reader_fail(b);
        return;
    }
    for (size_t i = 0; i < b->actor_count; i++) {
        b->actors[i] = be64_get(bytes.ptr + 8 * i);
        if (b->actors[i] == 0 || (i && b->actors[i - 1] >= b->actors[i])) {
            reader_fail(b);
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
    if (!reader_ok(b)) {
        return;
    }
    for (size_t i = 0; i < b->entry_count; i++) {
        uint64_t flags = column_at(&c->flags, i);
        bare += (flags & ENTRY_BARE) != 0;
        level += (flags & ENTRY_LEVEL) != 0;
        origin += (flags & ENTRY_ORIGIN) != 0;
        if (flags > (ENTRY_LEVEL | ENTRY_ORIGIN) && flags != ENTRY_BARE) {
            reader_fail(b);
            return;
        }
        if ((flags & ENTRY_BARE) && flags != ENTRY_BARE) {
            reader_fail(b);
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
        reader_fail(b);
    }
    return (uint8_t)level;
}

static void fill_entry(struct batch_reader *b, struct entry_columns *c, size_t i,
                       const struct column_view *levels)
{
    struct entry *e = &b->entries[i];
    uint64_t place = column_take(&c->actor);
    uint64_t flags = column_take(&c->flags);
    e->dot.actor = reader_actor(b, place);
    e->dot.seq = column_take(&c->seq);
    if (i && b->entries[i - 1].dot.actor == e->dot.actor) {
        e->dot.seq += b->entries[i - 1].dot.seq;
    }
    if (!reader_ok(b)) {
        return;
    }
    e->bare = flags & ENTRY_BARE;
    if (e->bare) {
        return;
    }
    uint64_t usual = column_at(levels, place);
    e->level = flags & ENTRY_LEVEL ? take_level(b, &c->level) : (uint8_t)usual;
    if ((flags & ENTRY_LEVEL) && e->level == usual) {
        reader_fail(b);
    }
    e->time_ms = (int64_t)column_take(&c->time);
    if (flags & ENTRY_ORIGIN) {
        struct origin *origin = take_memory(b, 1, sizeof(struct origin));
        if (!origin) {
            return;
        }
        origin->dot.actor = reader_actor(b, column_take(&c->origin_actor));
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
            reader_fail(b);
        }
    }
}

static void read_entries(struct batch_reader *b)
{
    read_actors(b);
    struct column_view levels = {0};
    struct entry_columns c = {0};
    if (reader_ok(b)) {
        levels = column_read(&b->in, b->actor_count);
    }
    b->entry_count = (size_t)read_uint_max(&b->in.in, COLUMN_VALUES_MAX);
    if (reader_ok(b)) {
        read_entry_columns(b, &c);
    }
    if (!reader_ok(b)) {
        return;
    }
    b->entries = take_memory(b, b->entry_count, sizeof(struct entry));
    b->entry_used = take_memory(b, b->entry_count, 1);
    b->id_used = take_memory(b, b->entry_count, 1);
    for (size_t i = 0; i < b->entry_count && reader_ok(b); i++) {
        fill_entry(b, &c, i, &levels);
        const struct entry *before = i ? &b->entries[i - 1] : NULL;
        if (before && (entry_compare(before, &b->entries[i]) >= 0 ||
                       (before->bare && dot_equal(before->dot, b->entries[i].dot)))) {
            reader_fail(b);
        }
    }
    if (reader_ok(b)) {
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
    if (!reader_ok(b)) {
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
            reader_fail(b);
            return;
        }
        b->id_used[home] = 1;
        if (b->entries[home].bare) {
            b->entry_used[home] = 1;
        }
    }
    b->save_counts = column_read(&b->in, with_saves);
    if (!reader_ok(b) || !column_sum(&b->save_counts, COLUMN_VALUES_MAX, &saves)) {
        reader_fail(b);
        return;
    }
    b->save_entries = column_read(&b->in, saves);
    b->save_values = column_read(&b->in, saves);
    if (!reader_ok(b) || !column_sum(&b->save_values, COLUMN_VALUES_MAX, &values)) {
        reader_fail(b);
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
            reader_fail(b);
        }
    }
    if (present == 0 || present == b->group_count) {
        reader_fail(b);
    }
    f->present = bits.ptr;
    return present;
}

static void read_types(struct batch_reader *b, struct field_reader *f, size_t data,
                       size_t of_type[DATUM_BYTES + 1])
{
    f->types = column_read(&b->in, data);
    for (size_t i = 0; reader_ok(b) && i < data; i++) {
        uint64_t type = column_at(&f->types, i);
        if (type > DATUM_BYTES || type == DATUM_MARK) {
            reader_fail(b);
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
    if (!reader_ok(b)) {
        return;
    }
    f->counts = column_read(&b->in, present);
    f->marks = column_read(&b->in, present);
    if (!reader_ok(b) || !column_sum(&f->counts, RECORD_VALUES_MAX, &data) ||
        !column_sum(&f->marks, RECORD_VALUES_MAX, &marks)) {
        reader_fail(b);
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
        if (!reader_ok(b) || !column_sum(&f->byte_lens, RECORD_TEXT_MAX_BYTES, &total) ||
            total != f->bytes.len) {
            reader_fail(b);
        }
    }
}

/* Unit keys from a copy of the unit field's columns, which stay as they are for the records. */
static void find_unit_keys(struct batch_reader *b, struct field_reader f)
{
    b->unit_keys = take_memory(b, b->group_count, sizeof(struct dot));
    for (size_t i = 0; i < b->group_count && reader_ok(b); i++) {
        if (!field_present(&f, i)) {
            continue;
        }
        uint64_t data = column_take(&f.counts);
        for (uint64_t j = 0; j < data && reader_ok(b); j++) {
            if (column_take(&f.types) != DATUM_REF) {
                continue;
            }
            struct dot d = {0, 0};
            d.actor = reader_actor(b, column_take(&f.ref_a));
            d.seq = column_take(&f.ref_b);
            if (dot_is_none(b->unit_keys[i])) {
                b->unit_keys[i] = d; /* data ascend, so the first is the smallest */
            }
            if (d.seq == 0) {
                reader_fail(b);
            }
        }
    }
}

struct dot reader_unit_key(const struct batch_reader *b, size_t record)
{
    return b->unit_keys ? b->unit_keys[record] : (struct dot){0, 0};
}

/* Records stand by unit, then id; counts the runs of one unit. */
static size_t check_order(struct batch_reader *b)
{
    size_t runs = 1;
    for (size_t i = 1; i < b->group_count; i++) {
        int c = dot_compare(reader_unit_key(b, i - 1), reader_unit_key(b, i));
        if (c > 0 || (c == 0 && column_at(&b->homes, i - 1) >= column_at(&b->homes, i))) {
            reader_fail(b);
        }
        runs += c != 0;
    }
    return runs;
}

static void read_dictionary(struct batch_reader *b)
{
    size_t runs = check_order(b);
    if (!reader_ok(b)) {
        return;
    }
    b->run_sizes = column_read(&b->in, runs);
    if (!reader_ok(b) || !column_sum(&b->run_sizes, COLUMN_VALUES_MAX, &b->dictionary_count)) {
        reader_fail(b);
        return;
    }
    struct column_view actors = column_read(&b->in, b->dictionary_count);
    struct column_view seqs = column_read(&b->in, b->dictionary_count);
    b->dictionary = take_memory(b, b->dictionary_count, sizeof(struct dot));
    b->dictionary_used = take_memory(b, b->dictionary_count, 1);
    size_t at = 0;
    for (size_t run = 0; run < runs && reader_ok(b); run++) {
        size_t end = at + (size_t)column_at(&b->run_sizes, run);
        for (size_t start = at; at < end && reader_ok(b); at++) {
            b->dictionary[at].actor = reader_actor(b, column_take(&actors));
            b->dictionary[at].seq = column_take(&seqs);
            if (b->dictionary[at].seq == 0 ||
                (at > start && dot_compare(b->dictionary[at - 1], b->dictionary[at]) >= 0)) {
                reader_fail(b);
            }
        }
    }
}

static void read_fields(struct batch_reader *b)
{
    b->field_count = (size_t)read_uint_max(&b->in.in, pack_remaining(&b->in.in));
    struct column_view numbers = {0};
    if (reader_ok(b)) {
        numbers = column_read(&b->in, b->field_count);
        b->fields = take_memory(b, b->field_count, sizeof(struct field_reader));
    }
    b->unit_keys = NULL;
    size_t next = 0;
    if (reader_ok(b) && b->field_count && column_at(&numbers, 0) == BATCH_UNIT_FIELD) {
        b->fields[0].number = BATCH_UNIT_FIELD;
        read_field(b, &b->fields[next++]);
        if (reader_ok(b)) {
            find_unit_keys(b, b->fields[0]);
        }
    }
    if (reader_ok(b)) {
        read_dictionary(b);
    }
    uint64_t before = next;
    for (; next < b->field_count && reader_ok(b); next++) {
        uint64_t number = column_at(&numbers, next);
        if (number <= before || number > UINT32_MAX) {
            reader_fail(b);
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
        reader_fail(b);
    }
    b->kind = kind;
    b->route = route;
    b->group_count = (size_t)read_uint_max(&b->in.in, b->count - b->done);
    b->group_done = 0;
    b->run_start = 0;
    b->run_size = 0;
    if (!reader_ok(b) || b->group_count == 0) {
        reader_fail(b);
        return;
    }
    read_causality(b);
    if (reader_ok(b)) {
        read_fields(b);
    }
    if (reader_ok(b)) {
        b->run_size = (size_t)column_take(&b->run_sizes);
    }
}

static void close_group(struct batch_reader *b)
{
    if (!pack_end(&b->extras) || !all_used(b->dictionary_used, b->dictionary_count)) {
        reader_fail(b);
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
    if (reader_ok(b) && b->count) {
        read_entries(b);
    }
    if (!reader_ok(b)) {
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
    if (reader_ok(b) && b->done == b->count) {
        bool complete = pack_end(&b->in.in) && all_used(b->actor_used, b->actor_count) &&
                        all_used(b->entry_used, b->entry_count);
        return complete ? ERR_END : format_error();
    }
    if (reader_ok(b) && b->group_done == b->group_count) {
        open_group(b);
    }
    if (reader_ok(b)) {
        reader_take_change(b, arena, out);
    }
    if (reader_ok(b)) {
        b->done++;
        b->group_done++;
        if (b->group_done == b->group_count) {
            close_group(b);
        }
    }
    if (!reader_ok(b) || !record_is_valid(&out->record)) {
        reader_fail(b);
        *out = (struct change){.whole = true};
        return format_error();
    }
    return ERR_OK;
}
