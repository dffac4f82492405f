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

/* Live data of f; with other, only those that other lacks (for sets). */
static void side_pack(struct pack_writer *w, const struct field *f, const struct field *other,
                      bool set)
{
    size_t n = 0;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1) {
            pack_array(w, n);
        }
        for (uint32_t i = 0; f && i < f->count; i++) {
            const struct datum *d = &f->values[i].datum;
            if (d->type == DATUM_MARK || (set && field_has_datum(other, d))) {
                continue;
            }
            if (pass == 0) {
                n++;
            } else {
                datum_pack(w, d);
            }
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
    /* A refused value has no feed entry of its own, so a byte sets it apart from the last one's. */
    uint8_t key[DOT_KEY_BYTES + 8 + 1] = {0};
    history_key(key, after->id, t->feed_head);
    size_t key_len = refused ? sizeof(key) : sizeof(key) - 1;
    buf_clear(&t->row);
    struct pack_writer w = pack_writer_make(&t->row);
    pack_array(&w, 9);
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
        pack_array(&w, 3);
        pack_uint(&w, f->number);
        side_pack(&w, old, f, set);
        side_pack(&w, f, old, set);
    }
    return table_put(t, TABLE_HISTORY, slice_make(key, key_len), buf_view(&t->row));
}

/* ---- reading -------------------------------------------------------------------------------- */

static size_t side_read(struct pack_reader *r, struct arena *arena, struct datum **out)
{
    size_t n = read_array(r);
    *out = arena_array(arena, n + 1, sizeof(struct datum));
    for (size_t i = 0; i < n && pack_ok(r); i++) {
        (*out)[i] = datum_read(r);
    }
    return pack_ok(r) ? n : 0;
}

static bool entry_read(struct slice bytes, struct arena *arena, struct history_entry *out)
{
    struct pack_reader r = pack_reader_make(arena_copy(arena, bytes));
    *out = (struct history_entry){0};
    read_array_exact(&r, 9);
    out->dot.actor = read_uint(&r);
    out->dot.seq = read_uint(&r);
    out->time_ms = read_int(&r);
    out->stored_ms = read_int(&r);
    out->node.actor = read_uint(&r);
    out->node.seq = read_uint(&r);
    out->via = (uint8_t)read_uint_max(&r, 255);
    out->refused = read_bool(&r);
    size_t n = read_array(&r);
    out->changes = arena_array(arena, n + 1, sizeof(struct history_change));
    for (size_t i = 0; i < n && pack_ok(&r); i++) {
        struct history_change *c = &out->changes[i];
        read_array_exact(&r, 3);
        c->field = (uint32_t)read_uint_max(&r, UINT32_MAX);
        c->from_count = side_read(&r, arena, &c->from);
        c->to_count = side_read(&r, arena, &c->to);
        out->change_count = i + 1;
    }
    return pack_end(&r);
}

static bool set_type_of(const struct record *r, uint32_t field)
{
    const struct field *f = record_field(r, field);
    return f && schema_rule(r->kind, f) == MERGE_SET;
}

/* What a field held at creation: what is live now, with every later change taken back. */
static void creation_field(const struct record *r, const struct field *f,
                           const struct history_entry *later, size_t later_count,
                           struct arena *arena, struct history_change *out)
{
    bool set = set_type_of(r, f->number);
    size_t cap = f->count, n = 0;
    for (size_t i = 0; i < later_count; i++) {
        for (size_t j = 0; j < later[i].change_count; j++) {
            cap += later[i].changes[j].from_count;
        }
    }
    struct datum *data = arena_array(arena, cap + 1, sizeof(*data));
    for (uint32_t i = 0; i < f->count; i++) {
        if (f->values[i].datum.type != DATUM_MARK) {
            data[n++] = f->values[i].datum;
        }
    }
    for (size_t i = later_count; i-- > 0;) {
        for (size_t j = 0; j < later[i].change_count; j++) {
            const struct history_change *c = &later[i].changes[j];
            if (c->field != f->number || later[i].refused) {
                continue;
            }
            size_t kept = 0;
            for (size_t k = 0; set && k < n; k++) {
                bool added = false;
                for (size_t m = 0; m < c->to_count && !added; m++) {
                    added = datum_compare(&data[k], &c->to[m]) == 0;
                }
                if (!added) {
                    data[kept++] = data[k];
                }
            }
            n = kept;
            for (size_t m = 0; m < c->from_count; m++) {
                data[n++] = c->from[m];
            }
        }
    }
    *out = (struct history_change){.field = f->number, .to = data, .to_count = n};
}

static void creation_entry(const struct record *r, const struct record_local *local,
                           const struct history_entry *later, size_t later_count,
                           struct arena *arena, struct history_entry *out)
{
    *out = (struct history_entry){.dot = r->id, .stored_ms = local->stored_ms, .via = local->via};
    out->time_ms = local->stored_ms;
    out->changes = arena_array(arena, r->field_count + 1, sizeof(struct history_change));
    for (size_t i = 0; i < r->field_count; i++) {
        struct history_change c;
        creation_field(r, &r->fields[i], later, later_count, arena, &c);
        if (c.to_count) {
            out->changes[out->change_count++] = c;
        }
        for (uint32_t j = 0; j < r->fields[i].count; j++) {
            const struct value *v = &r->fields[i].values[j];
            if (dot_equal(v->dot, r->id)) {
                out->time_ms = v->time_ms;
            }
        }
    }
}

enum err store_history(struct txn *t, struct dot id, struct arena *arena,
                       struct history_entry **out, size_t *count)
{
    struct record r;
    struct record_local local;
    uint8_t prefix[DOT_KEY_BYTES];
    struct walk w;
    *count = 0;
    enum err e = store_get(t, id, arena, &r, &local);
    if (e != ERR_OK) {
        return e;
    }
    dot_key_put(prefix, id);
    size_t cap = 16, n = 1; /* [0] is the creation */
    struct history_entry *list = arena_array(arena, cap, sizeof(*list));
    walk_begin(&w, t, TABLE_HISTORY, slice_make(prefix, sizeof(prefix)), (struct slice){0});
    while (walk_next(&w)) {
        if (n == cap) {
            struct history_entry *grown = arena_array(arena, cap * 2, sizeof(*grown));
            memcpy(grown, list, cap * sizeof(*grown));
            list = grown;
            cap *= 2;
        }
        if (!entry_read(w.value, arena, &list[n++])) {
            w.error = error_set(ERR_DAMAGED, _("the history is damaged"));
        }
    }
    e = walk_end(&w);
    if (e == ERR_OK) {
        creation_entry(&r, &local, list + 1, n - 1, arena, &list[0]);
        *out = list;
        *count = n;
    }
    return e;
}

enum err store_own_newest(struct txn *t, struct dot id, struct dot *out)
{
    struct arena arena = {0};
    struct record r;
    uint64_t actor = store_identity(t->store)->actor;
    enum err e = store_get(t, id, &arena, &r, NULL);
    *out = (struct dot){0, 0};
    if (e == ERR_OK) {
        uint64_t seq = context_seq(&r.context, actor);
        *out = seq ? (struct dot){actor, seq} : (struct dot){0, 0};
    }
    arena_free(&arena);
    return e;
}
