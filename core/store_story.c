/* Telling the story of a record: reading what store_history.c wrote, one entry a save. The creation
 * is told from the record as it is now, with every later change taken back. */
#include "core/store_env.h"

static size_t by_read(struct pack_reader *r, struct arena *arena, struct history_by **out)
{
    size_t n = read_array(r);
    if (!pack_ok(r) || n % BY_PARTS != 0) {
        pack_fail(r);
        return 0;
    }
    n /= BY_PARTS;
    *out = arena_array(arena, n + 1, sizeof(**out));
    for (size_t i = 0; i < n && pack_ok(r); i++) {
        (*out)[i].dot.actor = read_uint(r);
        (*out)[i].dot.seq = read_uint(r);
        (*out)[i].time_ms = read_int(r);
        (*out)[i].level = (uint8_t)read_uint_max(r, 255);
    }
    return pack_ok(r) ? n : 0;
}

static size_t side_read(struct pack_reader *r, struct arena *arena, bool with_by,
                        struct datum **data, struct history_by **by)
{
    size_t n = read_array(r);
    if (!pack_ok(r)) {
        return 0;
    }
    *data = arena_array(arena, n + 1, sizeof(struct datum));
    for (size_t i = 0; i < n && pack_ok(r); i++) {
        (*data)[i] = datum_read(r);
    }
    if (!with_by) {
        *by = arena_array(arena, n + 1, sizeof(**by));
        memset(*by, 0, (n + 1) * sizeof(**by));
    } else if (by_read(r, arena, by) != n) {
        pack_fail(r);
    }
    return pack_ok(r) ? n : 0;
}

static void change_read(struct pack_reader *r, struct arena *arena, struct history_change *out)
{
    size_t parts = read_array(r);
    bool with_by = parts == CHANGE_PARTS;
    if (!with_by && parts != CHANGE_PARTS_FIRST) {
        pack_fail(r);
        return;
    }
    out->field = (uint32_t)read_uint_max(r, UINT32_MAX);
    out->from_count = side_read(r, arena, with_by, &out->from, &out->from_by);
    out->to_count = side_read(r, arena, with_by, &out->to, &out->to_by);
    if (with_by) {
        out->mark_count = by_read(r, arena, &out->marks);
    }
}

bool history_read(struct slice bytes, struct arena *arena, struct history_entry *out)
{
    struct pack_reader r = pack_reader_make(arena_copy(arena, bytes));
    *out = (struct history_entry){0};
    size_t parts = read_array(&r);
    out->dot.actor = read_uint(&r);
    out->dot.seq = read_uint(&r);
    out->time_ms = read_int(&r);
    out->stored_ms = read_int(&r);
    out->node.actor = read_uint(&r);
    out->node.seq = read_uint(&r);
    out->via = (uint8_t)read_uint_max(&r, 255);
    out->refused = read_bool(&r);
    size_t n = read_array(&r);
    if (!pack_ok(&r)) {
        return false;
    }
    out->changes = arena_array(arena, n + 1, sizeof(struct history_change));
    for (size_t i = 0; i < n && pack_ok(&r); i++) {
        out->changes[i] = (struct history_change){0};
        change_read(&r, arena, &out->changes[i]);
        out->change_count = i + 1;
    }
    out->evidence = parts == ENTRY_PARTS + 1 ? read_uint(&r) : 0;
    return pack_end(&r) && (parts == ENTRY_PARTS || parts == ENTRY_PARTS + 1);
}

struct entries {
    struct arena *arena;
    struct history_entry *list;
    size_t count, cap;
};

static struct history_entry *entries_add(struct entries *e, const struct history_entry *entry)
{
    if (e->count == e->cap) {
        size_t cap = e->cap ? e->cap * 2 : 16;
        struct history_entry *grown = arena_array(e->arena, cap, sizeof(*grown));
        if (e->count) {
            memcpy(grown, e->list, e->count * sizeof(*grown));
        }
        e->list = grown;
        e->cap = cap;
    }
    e->list[e->count] = *entry;
    return &e->list[e->count++];
}

/* ---- one entry a save ------------------------------------------------------------------------ */

struct authors {
    struct arena *arena;
    struct history_by *list; /* by time, then dot */
    size_t count, cap;
};

static int by_compare(const struct history_by *a, const struct history_by *b)
{
    if (a->time_ms != b->time_ms) {
        return a->time_ms < b->time_ms ? -1 : 1;
    }
    return dot_compare(a->dot, b->dot);
}

static void authors_add(struct authors *a, const struct history_by *by)
{
    size_t at = a->count;
    for (size_t i = 0; i < a->count; i++) {
        if (dot_equal(a->list[i].dot, by->dot)) {
            return;
        }
    }
    if (a->count == a->cap) {
        size_t cap = a->cap ? a->cap * 2 : 8;
        struct history_by *grown = arena_array(a->arena, cap, sizeof(*grown));
        if (a->count) {
            memcpy(grown, a->list, a->count * sizeof(*grown));
        }
        a->list = grown;
        a->cap = cap;
    }
    for (; at > 0 && by_compare(by, &a->list[at - 1]) < 0; at--) {
        a->list[at] = a->list[at - 1];
    }
    a->list[at] = *by;
    a->count++;
}

/* Live after the change and not before: this very dot wrote it. */
static bool is_added(const struct history_change *c, size_t i)
{
    for (size_t k = 0; k < c->from_count; k++) {
        if (dot_equal(c->from_by[k].dot, c->to_by[i].dot) &&
            datum_compare(&c->from[k], &c->to[i]) == 0) {
            return false;
        }
    }
    return true;
}

static void change_authors(const struct history_change *c, struct authors *out)
{
    for (size_t i = 0; i < c->to_count; i++) {
        if (is_added(c, i)) {
            authors_add(out, &c->to_by[i]);
        }
    }
    for (size_t i = 0; i < c->mark_count; i++) {
        authors_add(out, &c->marks[i]);
    }
}

/* Which of several saves took elements out of a set cannot be told from what is left of them: one
 * that added nothing did, else the newest. */
static struct dot set_remover(const struct history_change *c, const struct authors *a)
{
    struct dot remover = {0, 0};
    for (size_t i = 0; i < c->mark_count; i++) {
        bool adds = false;
        for (size_t k = 0; k < c->to_count && !adds; k++) {
            adds = dot_equal(c->to_by[k].dot, c->marks[i].dot);
        }
        remover = adds ? remover : c->marks[i].dot;
    }
    for (size_t i = a->count; i-- > 0 && dot_is_none(remover);) {
        for (size_t k = 0; k < c->mark_count; k++) {
            remover = dot_equal(a->list[i].dot, c->marks[k].dot) ? a->list[i].dot : remover;
        }
    }
    return remover;
}

static bool has_author(const struct history_change *c)
{
    bool any = c->mark_count > 0;
    for (size_t i = 0; i < c->to_count && !any; i++) {
        any = is_added(c, i);
    }
    return any;
}

/* The part of the change that one of several saves made. false when it made none. Where nothing
 * tells who made it, as when a value only went, the newest stands for it. */
static bool change_of_author(const struct history_change *c, const struct authors *a,
                             const struct history_by *who, struct arena *arena,
                             struct history_change *out)
{
    bool set = c->mark_count > 0, any = false;
    *out = *c;
    if (!has_author(c)) {
        return dot_equal(who->dot, a->list[a->count - 1].dot);
    }
    out->to = arena_array(arena, c->to_count + 1, sizeof(*out->to));
    out->to_by = arena_array(arena, c->to_count + 1, sizeof(*out->to_by));
    out->to_count = 0;
    for (size_t i = 0; i < c->to_count; i++) {
        bool own = dot_equal(c->to_by[i].dot, who->dot);
        any = any || (own && is_added(c, i));
        if (own || (!set && !is_added(c, i))) {
            out->to[out->to_count] = c->to[i];
            out->to_by[out->to_count++] = c->to_by[i];
        }
    }
    if (set && !dot_equal(set_remover(c, a), who->dot)) {
        out->from_count = 0;
    }
    return any || (set && out->from_count > 0);
}

static void split_entry(const struct history_entry *raw, struct entries *out)
{
    struct authors a = {.arena = out->arena};
    for (size_t i = 0; i < raw->change_count; i++) {
        change_authors(&raw->changes[i], &a);
    }
    if (a.count <= 1 || dot_is_none(a.list[0].dot)) {
        (void)entries_add(out, raw);
        return;
    }
    for (size_t i = 0; i < a.count; i++) {
        struct history_entry one = *raw;
        one.dot = a.list[i].dot;
        one.time_ms = a.list[i].time_ms;
        one.changes = arena_array(out->arena, raw->change_count + 1, sizeof(*one.changes));
        one.change_count = 0;
        for (size_t k = 0; k < raw->change_count; k++) {
            one.change_count += change_of_author(&raw->changes[k], &a, &a.list[i], out->arena,
                                                 &one.changes[one.change_count]);
        }
        if (one.change_count > 0) {
            (void)entries_add(out, &one);
        }
    }
}

/* ---- how the record was when it came here ---------------------------------------------------- */

static bool set_type_of(const struct record *r, uint32_t field)
{
    const struct field *f = record_field(r, field);
    return f && schema_rule(r->kind, f) == MERGE_SET;
}

struct state {
    struct datum *data;
    struct history_by *by;
    size_t count;
};

static void take_back(struct state *s, const struct history_change *c, bool set)
{
    size_t kept = 0;
    for (size_t k = 0; set && k < s->count; k++) {
        bool added = false;
        for (size_t m = 0; m < c->to_count && !added; m++) {
            added = datum_compare(&s->data[k], &c->to[m]) == 0;
        }
        if (!added) {
            s->data[kept] = s->data[k];
            s->by[kept++] = s->by[k];
        }
    }
    for (size_t m = 0; m < c->from_count; m++) {
        s->data[kept] = c->from[m];
        s->by[kept++] = c->from_by[m];
    }
    s->count = kept;
}

/* What a field held at first: what is live now, with every later change taken back. */
static struct state first_state(const struct record *r, const struct field *f,
                                const struct entries *later, struct arena *arena)
{
    bool set = set_type_of(r, f->number);
    size_t cap = f->count;
    for (size_t i = 0; i < later->count; i++) {
        for (size_t j = 0; j < later->list[i].change_count; j++) {
            cap += later->list[i].changes[j].from_count;
        }
    }
    struct state s = {.data = arena_array(arena, cap + 1, sizeof(*s.data)),
                      .by = arena_array(arena, cap + 1, sizeof(*s.by))};
    for (uint32_t i = 0; i < f->count; i++) {
        const struct value *v = &f->values[i];
        if (v->datum.type != DATUM_MARK) {
            s.data[s.count] = v->datum;
            s.by[s.count++] = (struct history_by){v->dot, v->time_ms, v->level};
        }
    }
    for (size_t i = later->count; i-- > 0;) {
        const struct history_entry *h = &later->list[i];
        for (size_t j = 0; j < h->change_count && !h->refused; j++) {
            if (h->changes[j].field == f->number) {
                take_back(&s, &h->changes[j], set);
            }
        }
    }
    return s;
}

/* What one save wrote of what was there at first. false when nothing. */
static bool first_part(const struct history_change *c, struct dot dot, struct arena *arena,
                       struct history_change *out)
{
    *out = *c;
    out->to = arena_array(arena, c->to_count + 1, sizeof(*out->to));
    out->to_by = arena_array(arena, c->to_count + 1, sizeof(*out->to_by));
    out->to_count = 0;
    for (size_t i = 0; i < c->to_count; i++) {
        if (dot_equal(c->to_by[i].dot, dot)) {
            out->to[out->to_count] = c->to[i];
            out->to_by[out->to_count++] = c->to_by[i];
        }
    }
    return out->to_count > 0;
}

/* The creation and, when the record came here with more in it, the saves before that. */
static void first_entries(const struct record *r, const struct record_local *local,
                          const struct entries *later, struct entries *out)
{
    struct arena *arena = out->arena;
    struct history_entry whole = {.dot = r->id,
                                  .stored_ms = local->stored_ms,
                                  .via = local->via,
                                  .evidence = local->evidence,
                                  .node = {0, 0}};
    struct authors a = {.arena = arena};
    whole.time_ms = local->stored_ms;
    whole.changes = arena_array(arena, r->field_count + 1, sizeof(*whole.changes));
    for (size_t i = 0; i < r->field_count; i++) {
        struct state s = first_state(r, &r->fields[i], later, arena);
        for (size_t k = 0; k < s.count; k++) {
            if (dot_equal(s.by[k].dot, r->id)) {
                whole.time_ms = s.by[k].time_ms;
            } else if (dot_is_none(s.by[k].dot)) {
                s.by[k].dot = r->id; /* an older program did not note it */
            } else {
                authors_add(&a, &s.by[k]);
            }
        }
        if (s.count) {
            whole.changes[whole.change_count++] = (struct history_change){
                .field = r->fields[i].number, .to = s.data, .to_by = s.by, .to_count = s.count};
        }
    }
    for (size_t i = 0; i <= a.count; i++) {
        struct history_entry one = whole;
        if (i > 0) {
            one.dot = a.list[i - 1].dot;
            one.time_ms = a.list[i - 1].time_ms;
            one.earlier = true;
        }
        one.changes = arena_array(arena, whole.change_count + 1, sizeof(*one.changes));
        one.change_count = 0;
        for (size_t k = 0; k < whole.change_count; k++) {
            one.change_count +=
                first_part(&whole.changes[k], one.dot, arena, &one.changes[one.change_count]);
        }
        (void)entries_add(out, &one);
    }
}

static bool touches(const struct history_entry *h, const struct history_entry *other)
{
    for (size_t i = 0; i < h->change_count; i++) {
        if (h->changes[i].field == F_UNIT) {
            return true;
        }
        for (size_t k = 0; k < other->change_count; k++) {
            if (h->changes[i].field == other->changes[k].field) {
                return true;
            }
        }
    }
    return false;
}

/* Entries stand in the order in which they came. */
static void mark_late(struct history_entry *list, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        bool came = list[i].via == VIA_SYNC || list[i].via == VIA_BUNDLE;
        for (size_t k = 0; k < i && came && !list[i].late && !list[i].earlier; k++) {
            list[i].late = !list[k].refused && list[k].time_ms > list[i].time_ms &&
                           touches(&list[k], &list[i]);
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
    struct entries raw = {.arena = arena}, told = {.arena = arena};
    *count = 0;
    enum err e = store_get(t, id, arena, &r, &local);
    if (e != ERR_OK) {
        return e;
    }
    dot_key_put(prefix, id);
    walk_begin(&w, t, TABLE_HISTORY, slice_make(prefix, sizeof(prefix)), (struct slice){0});
    while (walk_next(&w)) {
        struct history_entry entry;
        if (!history_read(w.value, arena, &entry)) {
            w.error = error_set(ERR_DAMAGED, _("the history is damaged"));
            break;
        }
        (void)entries_add(&raw, &entry);
    }
    e = walk_end(&w);
    if (e == ERR_OK) {
        first_entries(&r, &local, &raw, &told);
        for (size_t i = 0; i < raw.count; i++) {
            split_entry(&raw.list[i], &told);
        }
        mark_late(told.list, told.count);
        *out = told.list;
        *count = told.count;
    }
    return e;
}
