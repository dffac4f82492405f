/* What becomes of a record, and of a story about it, when saves come under another actor. */
#include "core/store_redot_map.h"

#include <stdio.h>
#include <stdlib.h>

static int own_save_order(const void *a, const void *b)
{
    const struct own_save *x = a, *y = b;
    int c = dot_compare(x->record, y->record);
    return c != 0 ? c : x->seq == y->seq ? 0 : x->seq < y->seq ? -1 : 1;
}

void redot_sort(struct redot *m)
{
    if (m->save_count > 1) {
        qsort(m->saves, m->save_count, sizeof(*m->saves), own_save_order);
    }
}

/* The newest of this store's saves of the record up to seq; 0 when there is none. */
static uint64_t newest_save(const struct redot *m, struct dot record, uint64_t seq)
{
    size_t low = 0, high = m->save_count;
    const struct own_save key = {record, seq};
    while (low < high) { /* the first one beyond it */
        size_t mid = low + (high - low) / 2;
        if (own_save_order(&m->saves[mid], &key) <= 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low > 0 && dot_equal(m->saves[low - 1].record, record) ? m->saves[low - 1].seq : 0;
}

struct dot redot_id(const struct redot *m, struct dot id)
{
    bool ours = id.actor == m->from && id.seq > m->after && id.seq <= m->last &&
                dot_equal(m->records[id.seq - m->after - 1], id);
    return ours ? (struct dot){m->to, id.seq - m->after} : id;
}

struct dot redot_dot(const struct redot *m, struct dot record, struct dot d)
{
    bool ours = d.actor == m->from && d.seq > m->after && d.seq <= m->last &&
                newest_save(m, record, d.seq) == d.seq;
    return ours ? (struct dot){m->to, d.seq - m->after} : d;
}

static int dot_order(const void *a, const void *b)
{
    return dot_compare(*(const struct dot *)a, *(const struct dot *)b);
}

struct context redot_context(const struct redot *m, struct dot record, const struct context *c,
                             struct arena *arena)
{
    uint64_t seq = context_seq(c, m->from), newest = newest_save(m, record, seq);
    struct context out = *c;
    if (seq <= m->after || newest <= m->after) {
        return out;
    }
    out.items = arena_array(arena, c->count + 1, sizeof(*out.items));
    out.count = 0;
    for (size_t i = 0; i < c->count; i++) {
        struct dot d = c->items[i];
        if (d.actor == m->from && newest == d.seq) { /* else it is another copy's */
            d.seq = newest_save(m, record, m->after);
        }
        if (d.seq) {
            out.items[out.count++] = d;
        }
    }
    out.items[out.count++] = (struct dot){m->to, newest - m->after};
    qsort(out.items, out.count, sizeof(*out.items), dot_order);
    return out;
}

/* "FIELD:ID" */
static struct datum keep_map(const struct redot *m, struct datum d, struct arena *arena)
{
    const uint8_t *colon = d.text.len ? memchr(d.text.ptr, ':', d.text.len) : NULL;
    struct dot id;
    unsigned bits = 0;
    if (!colon) {
        return d;
    }
    size_t head = (size_t)(colon - d.text.ptr) + 1;
    struct slice text = slice_make(d.text.ptr + head, d.text.len - head);
    if (dot_parse(text, &id, &bits) != ERR_OK) {
        error_clear();
        return d;
    }
    struct dot now = redot_id(m, id);
    if (bits < 64 || dot_equal(now, id)) {
        return d;
    }
    const char *said =
        arena_printf(arena, "%.*s%s", (int)head, (const char *)d.text.ptr, dot_text(now, arena));
    return datum_text(slice_str(said));
}

static struct datum delete_map(const struct redot *m, struct dot record, struct datum d,
                               struct arena *arena)
{
    struct pack_reader r = pack_reader_make(d.text);
    struct context seen = context_read(&r, arena);
    struct buf bytes = {0};
    if (!pack_end(&r)) {
        return d;
    }
    struct context now = redot_context(m, record, &seen, arena);
    struct pack_writer w = pack_writer_make(&bytes);
    context_pack(&w, &now);
    struct datum out = datum_bytes(arena_copy(arena, buf_view(&bytes)));
    buf_free(&bytes);
    return out;
}

struct datum redot_datum(const struct redot *m, struct dot record, uint32_t field, struct datum d,
                         struct arena *arena)
{
    if (d.type == DATUM_REF) {
        return datum_ref(redot_id(m, d.ref));
    }
    if (d.type == DATUM_TEXT && field == F_MERGED_KEEP) {
        return keep_map(m, d, arena);
    }
    return d.type == DATUM_BYTES && field == F_DELETED ? delete_map(m, record, d, arena) : d;
}

static int value_order(const void *a, const void *b)
{
    return value_compare(a, b);
}

static struct field field_map(const struct redot *m, struct dot record, const struct field *f,
                              struct arena *arena)
{
    struct field out = {f->number, 0, arena_array(arena, f->count, sizeof(struct value))};
    for (uint32_t i = 0; i < f->count; i++) {
        struct value v = f->values[i];
        v.dot = redot_dot(m, record, v.dot);
        v.datum = redot_datum(m, record, f->number, v.datum, arena);
        if (v.origin) {
            struct origin *o = arena_alloc(arena, sizeof(*o));
            *o = *v.origin;
            o->dot = redot_dot(m, record, o->dot);
            v.origin = o;
        }
        out.values[out.count++] = v;
    }
    qsort(out.values, out.count, sizeof(*out.values), value_order);
    uint32_t n = 1;
    for (uint32_t i = 1; i < out.count; i++) {
        if (value_compare(&out.values[n - 1], &out.values[i]) != 0) {
            out.values[n++] = out.values[i];
        }
    }
    out.count = n;
    return out;
}

static int mark_order(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    int c = dot_compare(x->unit_dot, y->unit_dot);
    return c != 0 ? c : x->actor == y->actor ? 0 : x->actor < y->actor ? -1 : 1;
}

/* How far this store had written, over all records: a mark beyond the fork becomes two. */
static void marks_map(const struct redot *m, const struct record *r, struct record *out,
                      struct arena *arena)
{
    out->marks = arena_array(arena, r->mark_count * 2 + 1, sizeof(*out->marks));
    out->mark_count = 0;
    for (size_t i = 0; i < r->mark_count; i++) {
        struct mark mark = r->marks[i];
        mark.unit_dot = redot_dot(m, r->id, mark.unit_dot);
        if (mark.actor == m->from && mark.seq > m->after) {
            out->marks[out->mark_count++] =
                (struct mark){mark.unit_dot, m->to, mark.seq - m->after};
            mark.seq = m->after;
        }
        if (mark.actor != m->from || mark.seq > 0) {
            out->marks[out->mark_count++] = mark;
        }
    }
    if (out->mark_count > 1) {
        qsort(out->marks, out->mark_count, sizeof(*out->marks), mark_order);
    }
}

void redot_record(const struct redot *m, const struct record *r, struct arena *arena,
                  struct record *out)
{
    *out = *r;
    out->id = redot_id(m, r->id);
    out->context = redot_context(m, r->id, &r->context, arena);
    out->fields = arena_array(arena, r->field_count + 1, sizeof(struct field));
    for (size_t i = 0; i < r->field_count; i++) {
        out->fields[i] = field_map(m, r->id, &r->fields[i], arena);
    }
    marks_map(m, r, out, arena);
    out->proofs = arena_array(arena, r->proof_count + 1, sizeof(*out->proofs));
    out->proof_count = 0;
    for (size_t i = 0; i < r->proof_count; i++) {
        if (dot_equal(redot_dot(m, r->id, r->proofs[i].dot), r->proofs[i].dot)) {
            out->proofs[out->proof_count++] = r->proofs[i]; /* of the others the words changed */
        }
    }
}

static void side_map(const struct redot *m, struct dot record, uint32_t field, struct datum *data,
                     struct history_by *by, size_t count, struct arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        data[i] = redot_datum(m, record, field, data[i], arena);
        by[i].dot = redot_dot(m, record, by[i].dot);
    }
}

void redot_story(const struct redot *m, struct dot record, struct history_entry *e,
                 struct arena *arena)
{
    e->dot = redot_dot(m, record, e->dot);
    e->node = redot_id(m, e->node);
    for (size_t i = 0; i < e->change_count; i++) {
        struct history_change *c = &e->changes[i];
        side_map(m, record, c->field, c->from, c->from_by, c->from_count, arena);
        side_map(m, record, c->field, c->to, c->to_by, c->to_count, arena);
        for (size_t k = 0; k < c->mark_count; k++) {
            c->marks[k].dot = redot_dot(m, record, c->marks[k].dot);
        }
    }
}
