#include "core/merge.h"

#include "core/proof.h"

/* A stub has dropped its values, so what its context remembers must not cover anybody's (rule 1).
 */
static struct context live_context(const struct record *r)
{
    return r->flags & RECORD_STUB ? (struct context){0} : r->context;
}

static bool field_has_marker(const struct field *f)
{
    for (uint32_t i = 0; i < f->count; i++) {
        if (f->values[i].datum.type == DATUM_MARK) {
            return true;
        }
    }
    return false;
}

static bool field_has_dot(const struct field *f, struct dot d)
{
    for (uint32_t i = 0; i < f->count; i++) {
        if (dot_equal(f->values[i].dot, d)) {
            return true;
        }
    }
    return false;
}

/* A value that the other side lacks: was it replaced there, or not yet known? A covered dot means
 * replaced, except where two copies of one store wrote different data under the same dot into a
 * plain field (rule 3). */
static bool value_survives(const struct value *v, const struct field *other,
                           const struct context *other_context, bool set)
{
    if (!context_covers(other_context, v->dot)) {
        return true;
    }
    return !set && field_has_dot(other, v->dot);
}

/* Two sorted value lists into out, which has room for both; keep decides about what only one has.
 */
static uint32_t merge_values(const struct field *l, const struct field *r,
                             const struct context *l_context, const struct context *r_context,
                             bool keep_all, struct value *out)
{
    bool set = field_has_marker(l) || field_has_marker(r);
    uint32_t i = 0, j = 0, n = 0;
    while (i < l->count || j < r->count) {
        int c = i == l->count   ? 1
                : j == r->count ? -1
                                : value_compare(&l->values[i], &r->values[j]);
        if (c == 0) {
            out[n++] = l->values[i++];
            j++;
        } else if (c < 0) {
            const struct value *v = &l->values[i++];
            if (keep_all || value_survives(v, r, r_context, set)) {
                out[n++] = *v;
            }
        } else {
            const struct value *v = &r->values[j++];
            if (keep_all || value_survives(v, l, l_context, set)) {
                out[n++] = *v;
            }
        }
    }
    return n;
}

static struct field merge_field(const struct field *l, const struct field *r,
                                const struct context *l_context, const struct context *r_context,
                                struct arena *arena, struct merge_report *report)
{
    if (field_equal(l, r)) {
        return *l;
    }
    struct value *values = arena_array(arena, (size_t)l->count + r->count, sizeof(struct value));
    uint32_t n = merge_values(l, r, l_context, r_context, false, values);
    if (n == 0) {
        /* rule 4: a field never becomes empty by merging */
        n = merge_values(l, r, l_context, r_context, true, values);
        report->net_count++;
    }
    return (struct field){l->number, n, values};
}

static void merge_fields(const struct record *l, const struct record *r, struct arena *arena,
                         struct record *out, struct merge_report *report)
{
    struct context l_context = live_context(l);
    struct context r_context = live_context(r);
    out->fields = arena_array(arena, l->field_count + r->field_count, sizeof(struct field));
    size_t i = 0, j = 0, n = 0;
    while (i < l->field_count || j < r->field_count) {
        const struct field *a = i < l->field_count ? &l->fields[i] : NULL;
        const struct field *b = j < r->field_count ? &r->fields[j] : NULL;
        if (a && b && a->number == b->number) {
            out->fields[n] = merge_field(a, b, &l_context, &r_context, arena, report);
            report->changed = report->changed || !field_equal(a, &out->fields[n]);
            i++;
            j++;
        } else if (!b || (a && a->number < b->number)) {
            out->fields[n] = *a; /* absent says nothing */
            i++;
        } else {
            out->fields[n] = *b;
            report->changed = true;
            j++;
        }
        n++;
    }
    out->field_count = n;
}

static int mark_compare(const struct mark *a, const struct mark *b)
{
    int c = dot_compare(a->unit_dot, b->unit_dot);
    if (c != 0) {
        return c;
    }
    return a->actor == b->actor ? 0 : a->actor < b->actor ? -1 : 1;
}

static void merge_marks(const struct record *l, const struct record *r, struct arena *arena,
                        struct record *out, struct merge_report *report)
{
    if (r->mark_count == 0) {
        out->marks = l->marks;
        out->mark_count = l->mark_count;
        return;
    }
    out->marks = arena_array(arena, l->mark_count + r->mark_count, sizeof(struct mark));
    size_t i = 0, j = 0, n = 0;
    while (i < l->mark_count || j < r->mark_count) {
        int c = i == l->mark_count   ? 1
                : j == r->mark_count ? -1
                                     : mark_compare(&l->marks[i], &r->marks[j]);
        struct mark m = c <= 0 ? l->marks[i] : r->marks[j];
        if (c == 0 && r->marks[j].seq > m.seq) {
            m.seq = r->marks[j].seq;
        }
        report->changed = report->changed || c > 0 || (c == 0 && m.seq != l->marks[i].seq);
        i += c <= 0;
        j += c >= 0;
        out->marks[n++] = m;
    }
    out->mark_count = n;
}

/* A function of the two states, like everything else. */
static void merge_proofs(const struct record *l, const struct record *r, struct arena *arena,
                         struct record *out, struct merge_report *report)
{
    if (r->proof_count == 0 && l->proof_count == 0) {
        return;
    }
    proofs_follow(l, r, out, arena);
    bool same = out->proof_count == l->proof_count;
    for (size_t i = 0; i < l->proof_count && same; i++) {
        same = dot_equal(out->proofs[i].dot, l->proofs[i].dot) &&
               slice_equal(out->proofs[i].signature, l->proofs[i].signature);
    }
    report->changed = report->changed || !same;
}

void merge_records(const struct record *l, const struct record *r, struct arena *arena,
                   struct record *out, struct merge_report *report)
{
    CHECK(dot_equal(l->id, r->id));
    *report = (struct merge_report){0};
    bool l_stub = l->flags & RECORD_STUB, r_stub = r->flags & RECORD_STUB;
    if (r_stub && !l_stub) {
        *out = *l;
        return;
    }
    *out = (struct record){.id = l->id};
    if (l_stub && !r_stub) {
        *out = *r;
        report->changed = true;
        return;
    }
    /* Kind and route are set at creation; two that differ come from a fork or an attack. */
    out->kind = l->kind < r->kind ? l->kind : r->kind;
    out->route = l->route < r->route ? l->route : r->route;
    out->flags = l->flags & r->flags;
    report->changed = out->kind != l->kind || out->route != l->route || out->flags != l->flags;
    if (context_covers_all(&l->context, &r->context)) {
        out->context = l->context;
    } else {
        out->context = context_union(&l->context, &r->context, arena);
        report->changed = true;
    }
    merge_fields(l, r, arena, out, report);
    merge_marks(l, r, arena, out, report);
    merge_proofs(l, r, arena, out, report);
}

bool merge_base_holds(const struct context *own, const struct change *change)
{
    return change->whole || context_covers_all(own, &change->base);
}

/* ---- showing -------------------------------------------------------------------------------- */

struct rank {
    const struct field_def *def; /* NULL for an unknown field */
    enum merge_rule rule;
    bool deletion;
};

static struct rank rank_of(const struct record *r, const struct field *f)
{
    return (struct rank){
        .def = schema_field(r->kind, f->number),
        .rule = schema_rule(r->kind, f),
        .deletion = f->number == F_DELETED,
    };
}

static int compare_u64(uint64_t a, uint64_t b)
{
    return a == b ? 0 : a < b ? -1 : 1;
}

static int64_t forward_rank(const struct rank *k, const struct datum *d)
{
    if (d->type != DATUM_INT) {
        return INT64_MIN;
    }
    const struct enum_code *code = k->def ? schema_code(k->def, d->i) : NULL;
    return code ? code->rank : INT64_MIN + 1; /* a newer program's code ranks below those we know */
}

static int rule_compare(const struct rank *k, const struct value *a, const struct value *b)
{
    if (k->deletion) {
        return (a->datum.type == DATUM_EMPTY) - (b->datum.type == DATUM_EMPTY);
    }
    switch (k->rule) {
    case MERGE_AUTHORITY: {
        int la = a->origin ? a->origin->level : a->level;
        int lb = b->origin ? b->origin->level : b->level;
        return la - lb;
    }
    case MERGE_FORWARD: {
        int64_t ra = forward_rank(k, &a->datum), rb = forward_rank(k, &b->datum);
        return ra == rb ? 0 : ra < rb ? -1 : 1;
    }
    case MERGE_MAX:
    case MERGE_MIN: {
        bool ea = a->datum.type == DATUM_EMPTY, eb = b->datum.type == DATUM_EMPTY;
        if (ea || eb) {
            return eb - ea;
        }
        int c = datum_compare(&a->datum, &b->datum);
        return k->rule == MERGE_MAX ? c : -c;
    }
    case MERGE_LATEST:
    case MERGE_SET:
        break;
    }
    return 0;
}

/* > 0 when a is shown before b. Rule first; ties by time, actor, seq, hash. */
static int shown_compare(const struct rank *k, const struct value *a, const struct value *b)
{
    int c = rule_compare(k, a, b);
    if (c != 0) {
        return c;
    }
    int64_t ta = a->origin ? a->origin->time_ms : a->time_ms;
    int64_t tb = b->origin ? b->origin->time_ms : b->time_ms;
    if (ta != tb) {
        return ta < tb ? -1 : 1;
    }
    struct dot da = a->origin ? a->origin->dot : a->dot;
    struct dot db = b->origin ? b->origin->dot : b->dot;
    c = compare_u64(da.actor, db.actor);
    c = c != 0 ? c : compare_u64(da.seq, db.seq);
    if (c != 0) {
        return c;
    }
    struct hash ha = value_hash(a), hb = value_hash(b);
    c = memcmp(ha.bytes, hb.bytes, HASH_BYTES);
    return c != 0 ? c : value_compare(a, b);
}

static const struct value *best_value(const struct record *r, const struct field *f)
{
    struct rank k = {0};
    if (f->count > 1) {
        k = rank_of(r, f);
    }
    const struct value *best = NULL;
    for (uint32_t i = 0; i < f->count; i++) {
        const struct value *v = &f->values[i];
        if (v->datum.type == DATUM_MARK) {
            continue;
        }
        if (!best || shown_compare(&k, v, best) > 0) {
            best = v;
        }
    }
    return best;
}

const struct value *merge_shown(const struct record *r, uint32_t field_number)
{
    const struct field *f = record_field(r, field_number);
    if (!f) {
        return NULL;
    }
    const struct field_def *def = f->count > 1 ? schema_field(r->kind, field_number) : NULL;
    const struct field *leader = def && def->leader ? record_field(r, def->leader) : NULL;
    if (leader) {
        const struct value *winner = best_value(r, leader);
        for (uint32_t i = 0; winner && i < f->count; i++) {
            if (dot_equal(f->values[i].dot, winner->dot) && f->values[i].datum.type != DATUM_MARK) {
                return &f->values[i];
            }
        }
    }
    return best_value(r, f);
}

struct dot merge_shown_ref(const struct record *r, uint32_t field_number)
{
    const struct value *v = merge_shown(r, field_number);
    return v && v->datum.type == DATUM_REF ? v->datum.ref : (struct dot){0, 0};
}

int64_t merge_shown_int(const struct record *r, uint32_t field_number)
{
    const struct value *v = merge_shown(r, field_number);
    return v && v->datum.type == DATUM_INT ? v->datum.i : 0;
}

int64_t merge_shown_number(const struct record *r, uint32_t field_number)
{
    const struct field_def *def = schema_field(r->kind, field_number);
    int64_t v = merge_shown_int(r, field_number);
    return def && def->max > 0 && (v < def->min || v > def->max) ? 0 : v;
}

struct slice merge_shown_text(const struct record *r, uint32_t field_number)
{
    const struct value *v = merge_shown(r, field_number);
    return v && v->datum.type == DATUM_TEXT ? v->datum.text : slice_make("", 0);
}

int64_t merge_shown_ms(const struct record *r, uint32_t field_number)
{
    const struct value *v = merge_shown(r, field_number);
    return v ? v->time_ms : 0;
}

static void siblings_sort(const struct value **list, size_t n, const struct rank *k, bool set)
{
    for (size_t i = 1; i < n; i++) { /* few siblings; set elements come nearly sorted */
        const struct value *v = list[i];
        size_t j = i;
        while (j > 0 && (set ? datum_compare(&v->datum, &list[j - 1]->datum) < 0
                             : shown_compare(k, v, list[j - 1]) > 0)) {
            list[j] = list[j - 1];
            j--;
        }
        list[j] = v;
    }
}

const struct value **merge_siblings(const struct record *r, uint32_t field_number,
                                    struct arena *arena, size_t *count)
{
    *count = 0;
    const struct field *f = record_field(r, field_number);
    if (!f) {
        return NULL;
    }
    struct rank k = rank_of(r, f);
    bool set = k.rule == MERGE_SET;
    const struct value **list = arena_array(arena, (size_t)f->count + 1, sizeof(*list));
    size_t n = 0;
    const struct value *first = set ? NULL : merge_shown(r, field_number);
    for (uint32_t i = 0; i < f->count; i++) {
        if (f->values[i].datum.type != DATUM_MARK) {
            list[n++] = &f->values[i];
        }
    }
    siblings_sort(list, n, &k, set);
    size_t kept = 0;
    const struct value **out = arena_array(arena, n + 1, sizeof(*out));
    if (first) {
        out[kept++] = first;
    }
    for (size_t i = 0; i < n; i++) {
        bool seen = false;
        for (size_t j = set && kept ? kept - 1 : 0; j < kept && !seen; j++) {
            seen = datum_compare(&out[j]->datum, &list[i]->datum) == 0;
        }
        if (!seen) {
            out[kept++] = list[i];
        }
    }
    *count = kept;
    return out;
}

/* What the live deletes have seen together. */
static struct context deletes_seen(const struct field *deleted, struct arena *arena)
{
    struct context seen = {0};
    for (uint32_t i = 0; i < deleted->count; i++) {
        const struct datum *d = &deleted->values[i].datum;
        if (d->type == DATUM_BYTES) {
            struct pack_reader reader = pack_reader_make(d->text);
            struct context c = context_read(&reader, arena);
            if (pack_end(&reader)) {
                seen = context_union(&seen, &c, arena);
            }
        }
    }
    return seen;
}

const struct value *merge_beside_delete(const struct record *r)
{
    const struct field *deleted = record_field(r, F_DELETED);
    const struct value *newest = NULL;
    struct arena arena = {0};
    if (!deleted) {
        return NULL;
    }
    struct context seen = deletes_seen(deleted, &arena);
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        for (uint32_t j = 0; f->number != F_DELETED && j < f->count; j++) {
            const struct value *v = &f->values[j];
            if (!context_covers(&seen, v->dot) && (!newest || v->time_ms > newest->time_ms)) {
                newest = v;
            }
        }
    }
    arena_free(&arena);
    return newest;
}

/* Rule 6: a live dot of another field outside the union of the live delete contexts, or a delete
 * beside an undelete. Two deletes are none. */
static bool delete_in_conflict(const struct record *r, const struct field *deleted)
{
    bool any_delete = false, any_undelete = false;
    for (uint32_t i = 0; i < deleted->count; i++) {
        bool is_delete = deleted->values[i].datum.type == DATUM_BYTES;
        any_delete = any_delete || is_delete;
        any_undelete = any_undelete || !is_delete;
    }
    return any_delete && (any_undelete || merge_beside_delete(r) != NULL);
}

bool merge_in_conflict(const struct record *r, uint32_t field_number)
{
    const struct field *f = record_field(r, field_number);
    if (!f || r->flags & RECORD_STUB) {
        return false;
    }
    if (field_number == F_DELETED) {
        return delete_in_conflict(r, f);
    }
    if (f->count < 2) {
        return false;
    }
    enum merge_rule rule = schema_rule(r->kind, f);
    if (rule != MERGE_LATEST && rule != MERGE_AUTHORITY) {
        return false;
    }
    for (uint32_t i = 1; i < f->count; i++) {
        if (datum_compare(&f->values[0].datum, &f->values[i].datum) != 0) {
            return true;
        }
    }
    return false;
}

bool merge_is_deleted(const struct record *r)
{
    const struct value *v = merge_shown(r, F_DELETED);
    return v && v->datum.type == DATUM_BYTES;
}

bool merge_transfer_is_open(const struct record *r)
{
    const struct value *v = r->kind == KIND_TRANSFER ? merge_shown(r, F_TRANSFER_STATUS) : NULL;
    return v && v->datum.type == DATUM_INT && !merge_is_deleted(r) &&
           (v->datum.i == TRANSFER_ISSUED || v->datum.i == TRANSFER_IN_TRANSIT);
}
