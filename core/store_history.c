/* The local story of each record: what was overwritten, refused or came late (rule 11).
 *
 * Only what cannot be derived is stored: an entry per write that replaced something. The creation
 * is told from the record itself and the oldest entries. */
#include "core/store_env.h"

static void history_key(uint8_t out[DOT_KEY_BYTES + 8], struct dot id, uint64_t seq)
{
    dot_key_put(out, id);
    be64_put(out + DOT_KEY_BYTES, seq);
}

static bool field_has_value(const struct field *f, const struct value *v)
{
    for (uint32_t i = 0; f && i < f->count; i++) {
        if (value_compare(&f->values[i], v) == 0) {
            return true;
        }
    }
    return false;
}

static bool field_has_datum(const struct field *f, const struct datum *d)
{
    for (uint32_t i = 0; f && i < f->count; i++) {
        if (datum_compare(&f->values[i].datum, d) == 0) {
            return true;
        }
    }
    return false;
}

/* Is the value part of the side? Of a set only what the other state does not show. */
static bool side_has(const struct value *v, const struct field *other, bool set)
{
    return v->datum.type != DATUM_MARK && !(set && field_has_datum(other, &v->datum));
}

static void by_pack(struct pack_writer *w, const struct value *v)
{
    pack_uint(w, v->dot.actor);
    pack_uint(w, v->dot.seq);
    pack_int(w, v->time_ms);
    pack_uint(w, v->level);
}

/* Live data of f; with other, only those that other lacks (for sets). Then who wrote each. */
static void side_pack(struct pack_writer *w, const struct field *f, const struct field *other,
                      bool set)
{
    size_t n = 0;
    for (uint32_t i = 0; f && i < f->count; i++) {
        n += side_has(&f->values[i], other, set);
    }
    pack_array(w, n);
    for (uint32_t i = 0; f && i < f->count; i++) {
        if (side_has(&f->values[i], other, set)) {
            datum_pack(w, &f->values[i].datum);
        }
    }
    pack_array(w, n * BY_PARTS);
    for (uint32_t i = 0; f && i < f->count; i++) {
        if (side_has(&f->values[i], other, set)) {
            by_pack(w, &f->values[i]);
        }
    }
}

/* Markers that are new in f: a save that only took elements out has nothing else here. */
static void marks_pack(struct pack_writer *w, const struct field *f, const struct field *old)
{
    size_t n = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        n += f->values[i].datum.type == DATUM_MARK && !field_has_value(old, &f->values[i]);
    }
    pack_array(w, n * BY_PARTS);
    for (uint32_t i = 0; i < f->count; i++) {
        if (f->values[i].datum.type == DATUM_MARK && !field_has_value(old, &f->values[i])) {
            by_pack(w, &f->values[i]);
        }
    }
}

/* The newest value in after that before lacks tells who did it and when. */
static const struct value *newest_added(const struct record *before, const struct record *after)
{
    const struct value *newest = NULL;
    for (size_t i = 0; i < after->field_count; i++) {
        const struct field *f = &after->fields[i];
        const struct field *old = record_field(before, f->number);
        for (uint32_t j = 0; j < f->count; j++) {
            const struct value *v = &f->values[j];
            if (!field_has_value(old, v) &&
                (!newest || v->time_ms > newest->time_ms ||
                 (v->time_ms == newest->time_ms && dot_compare(v->dot, newest->dot) > 0))) {
                newest = v;
            }
        }
    }
    return newest;
}

static bool field_differs(const struct record *before, const struct field *f)
{
    const struct field *old = record_field(before, f->number);
    return !old || !field_equal(old, f);
}

/* Both begin with the dot of their newest save. */
static bool same_save(struct slice a, struct slice b)
{
    struct dot dots[2];
    struct slice both[2] = {a, b};
    for (size_t i = 0; i < 2; i++) {
        struct pack_reader r = pack_reader_make(both[i]);
        (void)read_array(&r);
        dots[i].actor = read_uint(&r);
        dots[i].seq = read_uint(&r);
        if (!pack_ok(&r)) {
            return false;
        }
    }
    return dot_equal(dots[0], dots[1]);
}

/* A refused value has no feed entry of its own, so that a byte sets it apart from the last one's
 * and from others refused since. The same one again, sent until its author hears, is told once. */
static enum err entry_put(struct txn *t, struct dot id, bool refused)
{
    uint8_t key[DOT_KEY_BYTES + 8 + 1] = {0};
    struct slice there;
    history_key(key, id, t->feed_head);
    if (!refused) {
        return history_put(t, slice_make(key, sizeof(key) - 1), buf_view(&t->row));
    }
    for (; key[sizeof(key) - 1] < UINT8_MAX; key[sizeof(key) - 1]++) {
        enum err e = table_get(t, TABLE_HISTORY, slice_make(key, sizeof(key)), &there);
        if (e != ERR_OK && e != ERR_NOT_FOUND) {
            return e;
        }
        if (e == ERR_NOT_FOUND) {
            break;
        }
        if (same_save(there, buf_view(&t->row))) {
            return ERR_OK;
        }
    }
    if (key[sizeof(key) - 1] == UINT8_MAX) {
        return ERR_OK; /* so many without one that was taken: enough is told */
    }
    return history_put(t, slice_make(key, sizeof(key)), buf_view(&t->row));
}

enum err history_append(struct txn *t, const struct record *before, const struct record *after,
                        const struct entry_cause *cause, bool refused)
{
    const struct value *v = newest_added(before, after);
    size_t changed = 0;
    for (size_t i = 0; i < after->field_count; i++) {
        changed += field_differs(before, &after->fields[i]);
    }
    if (!v || changed == 0) {
        return ERR_OK;
    }
    const struct env *env = store_env(t->store);
    buf_clear(&t->row);
    struct pack_writer w = pack_writer_make(&t->row);
    uint64_t evidence = v->dot.actor == store_identity(t->store)->actor ? 0 : t->evidence;
    pack_array(&w, ENTRY_PARTS + (evidence != 0));
    pack_uint(&w, v->dot.actor);
    pack_uint(&w, v->dot.seq);
    pack_int(&w, v->time_ms);
    pack_int(&w, env->now_ms(env->ctx));
    pack_uint(&w, cause->node.actor);
    pack_uint(&w, cause->node.seq);
    pack_uint(&w, (uint64_t)cause->via);
    pack_bool(&w, refused);
    pack_array(&w, changed);
    for (size_t i = 0; i < after->field_count; i++) {
        const struct field *f = &after->fields[i];
        if (!field_differs(before, f)) {
            continue;
        }
        const struct field *old = record_field(before, f->number);
        bool set = schema_rule(after->kind, f) == MERGE_SET;
        pack_array(&w, CHANGE_PARTS);
        pack_uint(&w, f->number);
        side_pack(&w, old, f, set);
        side_pack(&w, f, old, set);
        marks_pack(&w, f, old);
    }
    if (evidence) {
        pack_uint(&w, evidence);
    }
    return entry_put(t, after->id, refused);
}

static void told_pack(struct pack_writer *w, const struct history_by *by, size_t count)
{
    pack_array(w, count * BY_PARTS);
    for (size_t i = 0; i < count; i++) {
        pack_uint(w, by[i].dot.actor);
        pack_uint(w, by[i].dot.seq);
        pack_int(w, by[i].time_ms);
        pack_uint(w, by[i].level);
    }
}

static void told_side_pack(struct pack_writer *w, const struct datum *data,
                           const struct history_by *by, size_t count)
{
    pack_array(w, count);
    for (size_t i = 0; i < count; i++) {
        datum_pack(w, &data[i]);
    }
    told_pack(w, by, count);
}

void history_pack(struct buf *out, const struct history_entry *entry)
{
    buf_clear(out);
    struct pack_writer w = pack_writer_make(out);
    pack_array(&w, ENTRY_PARTS + (entry->evidence != 0));
    dot_pack(&w, entry->dot);
    pack_int(&w, entry->time_ms);
    pack_int(&w, entry->stored_ms);
    dot_pack(&w, entry->node);
    pack_uint(&w, entry->via);
    pack_bool(&w, entry->refused);
    pack_array(&w, entry->change_count);
    for (size_t i = 0; i < entry->change_count; i++) {
        const struct history_change *c = &entry->changes[i];
        pack_array(&w, CHANGE_PARTS);
        pack_uint(&w, c->field);
        told_side_pack(&w, c->from, c->from_by, c->from_count);
        told_side_pack(&w, c->to, c->to_by, c->to_count);
        told_pack(&w, c->marks, c->mark_count);
    }
    if (entry->evidence) {
        pack_uint(&w, entry->evidence);
    }
}
