/* The row form of a record: FORMAT.md, "Record row". Actors and saves stand once in tables, so that
 * a value costs two small numbers beside its datum. */
#include "core/record.h"

#include <stdlib.h>

#define ROW_ITEMS 12
#define SMALL_COUNT 24

/* What the values of one save have in common. */
struct save {
    struct dot dot;
    int64_t time_ms;
    const struct origin *origin;
    uint8_t level;
};

/* The tables of one record, sorted. They begin on the stack; a record with many actors or saves
 * gets arrays of its own, filled whole and sorted once, so that no input makes this quadratic. */
struct tables {
    uint64_t *actors;
    size_t actor_count;
    struct save *saves;
    size_t save_count;
    size_t last_actor; /* where the latest look-ups ended: neighbours mostly ask for the same */
    size_t last_save;
    struct arena arena;
    uint64_t small_actors[SMALL_COUNT];
    struct save small_saves[SMALL_COUNT];
};

static int compare_actors(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return x == y ? 0 : x < y ? -1 : 1;
}

static int compare_saves(const void *a, const void *b)
{
    const struct save *x = a;
    const struct save *y = b;
    struct value v = {.dot = x->dot, .time_ms = x->time_ms, .origin = x->origin, .level = x->level};
    struct value w = {.dot = y->dot, .time_ms = y->time_ms, .origin = y->origin, .level = y->level};
    return value_compare(&v, &w);
}

static struct save save_of(const struct value *v)
{
    return (struct save){v->dot, v->time_ms, v->origin, v->level};
}

static bool save_fits(const struct save *s, const struct value *v)
{
    if (!dot_equal(s->dot, v->dot) || s->time_ms != v->time_ms || s->level != v->level) {
        return false;
    }
    if (s->origin == v->origin) {
        return true;
    }
    struct save other = save_of(v);
    return compare_saves(s, &other) == 0;
}

static size_t actor_at(struct tables *t, uint64_t actor)
{
    if (t->last_actor < t->actor_count && t->actors[t->last_actor] == actor) {
        return t->last_actor;
    }
    size_t low = 0;
    size_t high = t->actor_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->actors[mid] < actor) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    t->last_actor = low;
    return low;
}

static size_t save_at(struct tables *t, const struct value *v)
{
    if (t->last_save < t->save_count && save_fits(&t->saves[t->last_save], v)) {
        return t->last_save;
    }
    struct save wanted = save_of(v);
    size_t low = 0;
    size_t high = t->save_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (compare_saves(&t->saves[mid], &wanted) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    t->last_save = low;
    return low;
}

/* Inserts where it belongs; false when the small table is full. */
static bool add_small_actor(struct tables *t, uint64_t actor)
{
    size_t at = actor_at(t, actor);
    if (at < t->actor_count && t->actors[at] == actor) {
        return true;
    }
    if (t->actor_count == SMALL_COUNT) {
        return false;
    }
    memmove(t->actors + at + 1, t->actors + at, (t->actor_count - at) * sizeof(uint64_t));
    t->actors[at] = actor;
    t->actor_count++;
    return true;
}

static bool add_small_save(struct tables *t, const struct value *v)
{
    size_t at = save_at(t, v);
    if (at < t->save_count && save_fits(&t->saves[at], v)) {
        return true;
    }
    if (t->save_count == SMALL_COUNT) {
        return false;
    }
    memmove(t->saves + at + 1, t->saves + at, (t->save_count - at) * sizeof(struct save));
    t->saves[at] = save_of(v);
    t->save_count++;
    return add_small_actor(t, v->dot.actor) &&
           (!v->origin || add_small_actor(t, v->origin->dot.actor));
}

static bool collect_small(struct tables *t, const struct record *r)
{
    t->actors = t->small_actors;
    t->saves = t->small_saves;
    bool fits = add_small_actor(t, r->id.actor);
    for (size_t i = 0; fits && i < r->context.count; i++) {
        fits = add_small_actor(t, r->context.items[i].actor);
    }
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        for (size_t j = 0; fits && j < f->count; j++) {
            const struct value *v = &f->values[j];
            fits = add_small_save(t, v) &&
                   (v->datum.type != DATUM_REF || add_small_actor(t, v->datum.ref.actor));
        }
    }
    for (size_t i = 0; fits && i < r->mark_count; i++) {
        fits =
            add_small_actor(t, r->marks[i].unit_dot.actor) && add_small_actor(t, r->marks[i].actor);
    }
    for (size_t i = 0; fits && i < r->proof_count; i++) {
        fits = add_small_actor(t, r->proofs[i].dot.actor);
    }
    return fits;
}

static void add_all_values(struct tables *t, const struct field *f)
{
    for (size_t j = 0; j < f->count; j++) {
        const struct value *v = &f->values[j];
        t->saves[t->save_count++] = save_of(v);
        t->actors[t->actor_count++] = v->dot.actor;
        if (v->origin) {
            t->actors[t->actor_count++] = v->origin->dot.actor;
        }
        if (v->datum.type == DATUM_REF) {
            t->actors[t->actor_count++] = v->datum.ref.actor;
        }
    }
}

static void sort_distinct(struct tables *t)
{
    qsort(t->actors, t->actor_count, sizeof(uint64_t), compare_actors);
    size_t kept = 0;
    for (size_t i = 0; i < t->actor_count; i++) {
        if (kept == 0 || t->actors[kept - 1] != t->actors[i]) {
            t->actors[kept++] = t->actors[i];
        }
    }
    t->actor_count = kept;
    kept = 0;
    if (t->save_count) {
        qsort(t->saves, t->save_count, sizeof(struct save), compare_saves);
    }
    for (size_t i = 0; i < t->save_count; i++) {
        if (kept == 0 || compare_saves(&t->saves[kept - 1], &t->saves[i]) != 0) {
            t->saves[kept++] = t->saves[i];
        }
    }
    t->save_count = kept;
}

static void collect_large(struct tables *t, const struct record *r)
{
    size_t values = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        values += r->fields[i].count;
    }
    size_t actors = 1 + r->context.count + 3 * values + 2 * r->mark_count + r->proof_count;
    t->actors = arena_array(&t->arena, actors, sizeof(uint64_t));
    t->saves = arena_array(&t->arena, values, sizeof(struct save));
    t->save_count = 0;
    t->actor_count = 0;
    t->actors[t->actor_count++] = r->id.actor;
    for (size_t i = 0; i < r->context.count; i++) {
        t->actors[t->actor_count++] = r->context.items[i].actor;
    }
    for (size_t i = 0; i < r->field_count; i++) {
        add_all_values(t, &r->fields[i]);
    }
    for (size_t i = 0; i < r->mark_count; i++) {
        t->actors[t->actor_count++] = r->marks[i].unit_dot.actor;
        t->actors[t->actor_count++] = r->marks[i].actor;
    }
    for (size_t i = 0; i < r->proof_count; i++) {
        t->actors[t->actor_count++] = r->proofs[i].dot.actor;
    }
    sort_distinct(t);
}

/* ---- writing ------------------------------------------------------------------------------- */

static void pack_dot(struct pack_writer *w, struct tables *t, struct dot d)
{
    pack_uint(w, actor_at(t, d.actor));
    pack_uint(w, d.seq);
}

static void pack_saves(struct pack_writer *w, struct tables *t)
{
    size_t origins = 0;
    pack_array(w, 4 * t->save_count);
    for (size_t i = 0; i < t->save_count; i++) {
        const struct save *s = &t->saves[i];
        pack_dot(w, t, s->dot);
        pack_uint(w, s->level);
        pack_int(w, s->time_ms);
        origins += s->origin != NULL;
    }
    pack_array(w, 5 * origins);
    for (size_t i = 0; i < t->save_count; i++) {
        const struct origin *o = t->saves[i].origin;
        if (o) {
            pack_uint(w, i);
            pack_dot(w, t, o->dot);
            pack_uint(w, o->level);
            pack_int(w, o->time_ms);
        }
    }
}

static void pack_field(struct pack_writer *w, struct tables *t, const struct field *f)
{
    pack_array(w, 1 + 2 * (size_t)f->count);
    pack_uint(w, f->number);
    for (size_t j = 0; j < f->count; j++) {
        const struct value *v = &f->values[j];
        pack_uint(w, save_at(t, v));
        if (v->datum.type == DATUM_REF) {
            pack_array(w, 2);
            pack_dot(w, t, v->datum.ref);
        } else {
            datum_pack(w, &v->datum);
        }
    }
}

void record_pack(struct pack_writer *w, const struct record *r)
{
    struct tables t;
    t.actor_count = t.save_count = t.last_actor = t.last_save = 0;
    t.arena = (struct arena){0};
    if (!collect_small(&t, r)) {
        collect_large(&t, r);
    }
    pack_array(w, ROW_ITEMS);
    pack_uint(w, r->kind);
    pack_uint(w, r->route);
    pack_uint(w, r->flags);
    pack_array(w, t.actor_count);
    for (size_t i = 0; i < t.actor_count; i++) {
        pack_uint(w, t.actors[i]);
    }
    pack_dot(w, &t, r->id);
    pack_array(w, 2 * r->context.count);
    for (size_t i = 0; i < r->context.count; i++) {
        pack_dot(w, &t, r->context.items[i]);
    }
    pack_saves(w, &t);
    pack_array(w, r->field_count);
    for (size_t i = 0; i < r->field_count; i++) {
        pack_field(w, &t, &r->fields[i]);
    }
    pack_array(w, 4 * r->mark_count);
    for (size_t i = 0; i < r->mark_count; i++) {
        pack_dot(w, &t, r->marks[i].unit_dot);
        pack_uint(w, actor_at(&t, r->marks[i].actor));
        pack_uint(w, r->marks[i].seq);
    }
    pack_array(w, 3 * r->proof_count);
    for (size_t i = 0; i < r->proof_count; i++) {
        pack_dot(w, &t, r->proofs[i].dot);
        pack_bin(w, r->proofs[i].signature);
    }
    arena_free(&t.arena);
}

/* ---- reading ------------------------------------------------------------------------------- */

/* Table entries, with a note of which were used: an unused one would make a second form. */
struct row {
    uint64_t *actors;
    uint8_t *actor_used;
    size_t actor_count;
    struct save *saves;
    uint8_t *save_used;
    size_t save_count;
};

static uint64_t row_actor(struct pack_reader *r, struct row *row)
{
    uint64_t at = read_uint(r);
    if (at >= row->actor_count) {
        pack_fail(r);
        return 0;
    }
    row->actor_used[at] = 1;
    return row->actors[at];
}

static struct dot row_dot(struct pack_reader *r, struct row *row)
{
    struct dot d = {0, 0};
    d.actor = row_actor(r, row);
    d.seq = read_uint(r);
    return d;
}

/* Length of an array that holds groups of `each` items. */
static size_t read_groups(struct pack_reader *r, size_t each)
{
    size_t count = read_array(r);
    if (count % each) {
        pack_fail(r);
    }
    return pack_ok(r) ? count / each : 0;
}

static void read_actors(struct pack_reader *r, struct row *row, struct arena *arena)
{
    row->actor_count = read_array(r);
    row->actors = arena_array(arena, row->actor_count, sizeof(uint64_t));
    row->actor_used = arena_alloc(arena, row->actor_count);
    for (size_t i = 0; i < row->actor_count; i++) {
        row->actors[i] = read_uint(r);
        if (row->actors[i] == 0 || (i && row->actors[i - 1] >= row->actors[i])) {
            pack_fail(r);
        }
    }
}

static void read_saves(struct pack_reader *r, struct row *row, struct arena *arena)
{
    row->save_count = read_groups(r, 4);
    row->saves = arena_array(arena, row->save_count, sizeof(struct save));
    row->save_used = arena_alloc(arena, row->save_count);
    for (size_t i = 0; i < row->save_count; i++) {
        struct save *s = &row->saves[i];
        s->dot = row_dot(r, row);
        s->level = (uint8_t)read_uint_max(r, UINT8_MAX);
        s->time_ms = read_int(r);
    }
    size_t origins = read_groups(r, 5);
    struct origin *o = arena_array(arena, origins, sizeof(struct origin));
    for (size_t i = 0; i < origins; i++, o++) {
        uint64_t at = read_uint(r);
        o->dot = row_dot(r, row);
        o->level = (uint8_t)read_uint_max(r, UINT8_MAX);
        o->time_ms = read_int(r);
        if (at >= row->save_count || row->saves[at].origin) {
            pack_fail(r);
            return;
        }
        row->saves[at].origin = o;
    }
    for (size_t i = 1; i < row->save_count; i++) {
        if (compare_saves(&row->saves[i - 1], &row->saves[i]) >= 0) {
            pack_fail(r);
        }
    }
}

static void read_value(struct pack_reader *r, struct row *row, struct value *v)
{
    uint64_t at = read_uint(r);
    if (at >= row->save_count) {
        pack_fail(r);
        return;
    }
    const struct save *s = &row->saves[at];
    row->save_used[at] = 1;
    v->dot = s->dot;
    v->time_ms = s->time_ms;
    v->origin = s->origin;
    v->level = s->level;
    if (pack_peek(r) == PACK_ARRAY) {
        read_array_exact(r, 2);
        v->datum = datum_ref(row_dot(r, row));
    } else {
        v->datum = datum_read(r);
    }
}

static void read_fields(struct pack_reader *r, struct row *row, struct arena *arena,
                        struct record *out)
{
    out->field_count = read_array(r);
    out->fields = arena_array(arena, out->field_count, sizeof(struct field));
    for (size_t i = 0; i < out->field_count && pack_ok(r); i++) {
        struct field *f = &out->fields[i];
        size_t items = read_array(r);
        if (items % 2 == 0) {
            pack_fail(r);
            return;
        }
        f->number = (uint32_t)read_uint_max(r, UINT32_MAX);
        f->count = (uint32_t)(items / 2);
        f->values = arena_array(arena, f->count, sizeof(struct value));
        for (size_t j = 0; j < f->count && pack_ok(r); j++) {
            read_value(r, row, &f->values[j]);
        }
    }
}

static void read_marks_and_proofs(struct pack_reader *r, struct row *row, struct arena *arena,
                                  struct record *out)
{
    out->mark_count = read_groups(r, 4);
    out->marks = arena_array(arena, out->mark_count, sizeof(struct mark));
    for (size_t i = 0; i < out->mark_count; i++) {
        out->marks[i].unit_dot = row_dot(r, row);
        out->marks[i].actor = row_actor(r, row);
        out->marks[i].seq = read_uint(r);
    }
    out->proof_count = read_groups(r, 3);
    out->proofs = arena_array(arena, out->proof_count, sizeof(struct proof));
    for (size_t i = 0; i < out->proof_count; i++) {
        out->proofs[i].dot = row_dot(r, row);
        out->proofs[i].signature = read_bin(r);
    }
}

/* Origins stand in ascending order of their saves because each save is named once and the writer
 * goes through the table; order is checked here so that there is one form only. */
static bool row_is_canonical(const struct row *row)
{
    for (size_t i = 0; i < row->actor_count; i++) {
        if (!row->actor_used[i]) {
            return false;
        }
    }
    const struct origin *before = NULL;
    for (size_t i = 0; i < row->save_count; i++) {
        const struct origin *o = row->saves[i].origin;
        if (!row->save_used[i] || (o && before && o < before)) {
            return false;
        }
        before = o ? o : before;
    }
    return true;
}

struct record record_read(struct pack_reader *r, struct arena *arena)
{
    struct record out = {0};
    struct row row = {0};
    read_array_exact(r, ROW_ITEMS);
    out.kind = (uint32_t)read_uint_max(r, UINT32_MAX);
    out.route = (uint8_t)read_uint_max(r, UINT8_MAX);
    out.flags = (uint8_t)read_uint_max(r, UINT8_MAX);
    read_actors(r, &row, arena);
    out.id = row_dot(r, &row);
    out.context.count = read_groups(r, 2);
    out.context.items = arena_array(arena, out.context.count, sizeof(struct dot));
    for (size_t i = 0; i < out.context.count; i++) {
        out.context.items[i] = row_dot(r, &row);
    }
    read_saves(r, &row, arena);
    read_fields(r, &row, arena, &out);
    read_marks_and_proofs(r, &row, arena, &out);
    if (!pack_ok(r) || !row_is_canonical(&row) || !record_is_valid(&out)) {
        pack_fail(r);
        return (struct record){0};
    }
    return out;
}
