/* Changes from other stores, through the same door as local saves. */
#include "core/store_env.h"

#include "core/scope.h"

#include <stdlib.h>

struct receive_state {
    struct txn *t;
    const struct change *change;
    const struct arrival *arrival;
    struct arena *arena;
    struct record incoming; /* after the cap */
    struct record before;
    struct record_local local;
    bool held;
    bool stub;
};

/* ---- rule 9: no borrowed futures ------------------------------------------------------------ */

static bool actor_is_below(struct txn *t, uint64_t actor, const struct arrival *arrival)
{
    struct actor_info info;
    if (actor == store_identity(t->store)->actor) {
        return false;
    }
    if (!store_actor(t, actor, &info)) {
        return true; /* first heard of from there */
    }
    return !dot_is_none(info.unit) && unit_was_within(t, info.unit, arrival->unit);
}

/* For actors outside the pusher's subtree the context counts only up to our own, and their dots
 * beyond it are refused. */
static void cap_incoming(struct receive_state *s)
{
    struct context *c = &s->incoming.context;
    struct context own = s->held ? s->before.context : (struct context){0};
    bool capped = false;
    struct dot *items = arena_array(s->arena, c->count + 1, sizeof(*items));
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++) {
        struct dot d = c->items[i];
        uint64_t known = context_seq(&own, d.actor);
        if (d.seq > known && !actor_is_below(s->t, d.actor, s->arrival)) {
            d.seq = known;
            capped = true;
        }
        if (d.seq) {
            items[n++] = d;
        }
    }
    if (!capped) {
        return;
    }
    struct context cap = {items, n};
    struct field *fields = arena_array(s->arena, s->incoming.field_count + 1, sizeof(*fields));
    size_t fn = 0;
    for (size_t i = 0; i < s->incoming.field_count; i++) {
        const struct field *f = &s->incoming.fields[i];
        struct field g = {f->number, 0, arena_array(s->arena, f->count, sizeof(struct value))};
        for (uint32_t j = 0; j < f->count; j++) {
            if (context_covers(&cap, f->values[j].dot)) {
                g.values[g.count++] = f->values[j];
            }
        }
        if (g.count) {
            fields[fn++] = g;
        }
    }
    s->incoming.context = cap;
    s->incoming.fields = fields;
    s->incoming.field_count = fn;
}

/* Late work on what has left: of others the cap lets through what this store knew when the record
 * left, and where it went is known by the stub. */
static void graft_stub(struct receive_state *s)
{
    const struct field *unit = record_field(&s->before, F_UNIT);
    struct record *r = &s->incoming;
    size_t at = 0;
    if (!s->stub || !unit || r->field_count == 0 || record_field(r, F_UNIT)) {
        return;
    }
    struct field *fields = arena_array(s->arena, r->field_count + 1, sizeof(*fields));
    while (at < r->field_count && r->fields[at].number < F_UNIT) {
        fields[at] = r->fields[at];
        at++;
    }
    fields[at] = *unit;
    if (r->field_count > at) {
        memcpy(fields + at + 1, r->fields + at, (r->field_count - at) * sizeof(*fields));
    }
    r->fields = fields;
    r->field_count++;
    for (uint32_t i = 0; i < unit->count; i++) {
        r->context = context_with(&r->context, unit->values[i].dot, s->arena);
    }
}

/* ---- scope: may it come from there? --------------------------------------------------------- */

static bool record_within(struct txn *t, const struct record *r, struct dot root,
                          struct arena *arena)
{
    struct id_list units;
    if (r->kind == KIND_UNIT) {
        const struct value *v = merge_shown(r, F_UNIT_PARENT);
        return dot_equal(r->id, root) ||
               (v && v->datum.type == DATUM_REF && unit_was_within(t, v->datum.ref, root));
    }
    bool within =
        scope_units(t, r, arena, &units) == ERR_OK && scope_within(t, units.ids, units.count, root);
    for (size_t i = 0; i < units.count && !within; i++) {
        within = unit_was_within(t, units.ids[i], root);
    }
    return within;
}

/* Has anybody there ever written on it? Then it was theirs, whatever of its way was seen here. */
static bool written_below(struct txn *t, const struct record *r, const struct arrival *arrival)
{
    bool wrote = false;
    for (size_t i = 0; i < r->context.count && !wrote; i++) {
        struct actor_info who;
        wrote = store_actor(t, r->context.items[i].actor, &who) && !dot_is_none(who.unit) &&
                unit_was_within(t, who.unit, arrival->unit);
    }
    return wrote;
}

/* A letter and the answer to it are written by the office that they are of. Both are in the other
 * side's scope too, but that side writes no letter in its name. */
static bool is_letter(const struct record *r)
{
    return r->kind == KIND_TRANSFER || r->kind == KIND_ACCEPTANCE;
}

static bool office_is_within(struct txn *t, const struct record *letter, struct dot root)
{
    const struct field *f = record_field(letter, F_UNIT);
    bool within = f != NULL;
    for (uint32_t i = 0; f && i < f->count && within; i++) {
        within = f->values[i].datum.type == DATUM_REF &&
                 unit_was_within(t, f->values[i].datum.ref, root);
    }
    return within;
}

static bool push_is_allowed(struct receive_state *s)
{
    struct dot root = s->arrival->unit;
    if (s->incoming.route == ROUTE_LOCAL ||
        (!s->held && is_letter(&s->incoming) && !office_is_within(s->t, &s->incoming, root))) {
        return false;
    }
    if (s->held) {
        /* What left the pusher's subtree may still bring what was written before it heard of that:
         * without a mark it is merged, however late (rule 15). */
        return record_within(s->t, &s->before, root, s->arena) ||
               scope_was_within(s->t, &s->before, root) ||
               written_below(s->t, &s->before, s->arrival);
    }
    if (!s->arrival->first_contact && (!actor_is_below(s->t, s->incoming.id.actor, s->arrival) ||
                                       marks_close(s->t, NULL, &s->incoming, s->incoming.id))) {
        return false;
    }
    return record_within(s->t, &s->incoming, root, s->arena) ||
           scope_was_within(s->t, &s->incoming, root); /* to be carried on to where it is now */
}

/* ---- merging -------------------------------------------------------------------------------- */

static enum err learn_new_actors(struct receive_state *s)
{
    const struct context *c = &s->incoming.context;
    struct actor_info info = {.unit = s->arrival->from_below ? s->arrival->unit : (struct dot){0}};
    for (size_t i = 0; i < c->count; i++) {
        struct actor_info known;
        if (!store_actor(s->t, c->items[i].actor, &known)) {
            TRY(actor_bind(s->t, c->items[i].actor, &info));
        }
    }
    return ERR_OK;
}

/* Rule 20: the sender need not hear of it again only if the merged record is what it just sent. */
static bool merged_equals_sent(const struct receive_state *s, const struct record *merged)
{
    const struct record *sent = &s->change->record;
    if (!context_equal(&merged->context, &sent->context) ||
        (s->change->whole && merged->field_count != sent->field_count)) {
        return false;
    }
    for (size_t i = 0; i < sent->field_count; i++) {
        const struct field *f = record_field(merged, sent->fields[i].number);
        if (!f || !field_equal(f, &sent->fields[i])) {
            return false;
        }
    }
    return true;
}

/* ---- rule 26: a refusal is a save ------------------------------------------------------------ */

struct refusal_state {
    struct txn *t;
    const struct arrival *arrival;
    const struct record *before, *merged; /* before is empty for what was not here whole */
    struct arena *arena;
    struct dot dot;
    int64_t now_ms;
    bool late; /* what came beyond a closing mark counts */
    size_t refused;
};

/* A merger needs authority over both (rule 12): of one that is not here, as far as can be told. */
static bool mate_is_theirs(const struct refusal_state *x, struct dot mate)
{
    struct arena arena = {0};
    struct record r;
    enum err e = store_get(x->t, mate, &arena, &r, NULL);
    bool theirs = e == ERR_OK ? record_within(x->t, &r, x->arrival->unit, &arena) ||
                                    scope_was_within(x->t, &r, x->arrival->unit)
                              : actor_is_below(x->t, mate.actor, x->arrival);
    arena_free(&arena);
    return theirs;
}

/* Does its author, of the pusher's subtree, join somebody else's member to his, or pass a letter
 * off as somebody else's? Whose a member is, a node in first contact may know better than this hub.
 */
static bool value_is_foreign(const struct refusal_state *x, uint32_t field, const struct value *v)
{
    bool letter = field == F_UNIT && is_letter(x->merged);
    if (v->datum.type != DATUM_REF || (!letter && field != F_MERGED_INTO) ||
        !actor_is_below(x->t, v->dot.actor, x->arrival)) {
        return false;
    }
    if (letter) {
        return !unit_was_within(x->t, v->datum.ref, x->arrival->unit);
    }
    return !x->arrival->first_contact && x->merged->kind == KIND_MEMBER &&
           !mate_is_theirs(x, v->datum.ref);
}

/* New to this store, and given after its author had let the record go, or not his to give? */
static bool value_is_refused(const struct refusal_state *x, uint32_t field, const struct value *v)
{
    return !context_covers(&x->before->context, v->dot) &&
           ((x->late && marks_close(x->t, x->before, x->merged, v->dot)) ||
            value_is_foreign(x, field, v));
}

static struct value refusal_value(const struct refusal_state *x, struct datum d)
{
    return (struct value){.dot = x->dot,
                          .time_ms = x->now_ms,
                          .datum = d,
                          .level = store_identity(x->t->store)->level};
}

/* A value that was live before, under this save: for ranking and showing it stays what it was. */
static struct value reasserted(const struct refusal_state *x, const struct value *v)
{
    struct value out = refusal_value(x, v->datum);
    struct origin *o = arena_alloc(x->arena, sizeof(*o));
    *o = v->origin ? *v->origin : (struct origin){v->dot, v->time_ms, v->level};
    out.origin = o;
    return out;
}

static int value_order(const void *a, const void *b)
{
    return value_compare(a, b);
}

static bool has_value(const struct field *f, const struct value *v)
{
    bool has = false;
    for (uint32_t i = 0; f && i < f->count && !has; i++) {
        has = value_compare(&f->values[i], v) == 0;
    }
    return has;
}

/* What is refused goes; what it had replaced comes back. */
static void refuse_in_field(struct refusal_state *x, const struct field *f, struct field *out)
{
    const struct field *old = record_field(x->before, f->number);
    size_t n = 0, refused = 0, cap = (size_t)f->count + (old ? old->count : 0) + 1;
    struct value *values = arena_array(x->arena, cap, sizeof(*values));
    bool set = schema_rule(x->merged->kind, f) == MERGE_SET;
    *out = *f;
    for (uint32_t i = 0; i < f->count; i++) {
        if (value_is_refused(x, f->number, &f->values[i])) {
            refused++;
        } else {
            values[n++] = f->values[i];
        }
    }
    if (refused == 0) {
        return;
    }
    for (uint32_t i = 0; old && i < old->count; i++) {
        if (old->values[i].datum.type != DATUM_MARK && !has_value(f, &old->values[i])) {
            values[n++] = reasserted(x, &old->values[i]);
        }
    }
    if (set || n == 0) {
        values[n++] = refusal_value(x, set ? datum_mark() : datum_empty());
    }
    qsort(values, n, sizeof(*values), value_order);
    *out = (struct field){f->number, (uint32_t)n, values};
    x->refused += refused;
}

/* *out = merged with what is refused taken back under this store's next dot; refused counts it. */
static enum err refuse_values(struct receive_state *s, const struct record *merged,
                              struct record *out, struct dot *dot, size_t *refused)
{
    static const struct record nothing;
    const struct env *env = store_env(s->t->store);
    bool whole = s->held && !s->stub;
    struct refusal_state x = {.t = s->t,
                              .arrival = s->arrival,
                              .before = whole ? &s->before : &nothing,
                              .merged = merged,
                              .arena = s->arena,
                              .late = whole && !s->arrival->first_contact};
    x.now_ms = env->now_ms(env->ctx);
    x.dot = (struct dot){store_identity(s->t->store)->actor, store_own_seq(s->t) + 1};
    *out = *merged;
    out->fields = arena_array(s->arena, merged->field_count + 1, sizeof(struct field));
    for (size_t i = 0; i < merged->field_count; i++) {
        refuse_in_field(&x, &merged->fields[i], &out->fields[i]);
    }
    out->context = context_with(&merged->context, x.dot, s->arena);
    *dot = x.dot;
    *refused = x.refused;
    return x.refused == 0 || record_is_valid(out)
               ? ERR_OK
               : error_set(ERR_INPUT, _("a record has become too large"));
}

/* Most records have nothing to judge value by value. */
static bool may_be_refused(const struct record *r)
{
    return r->mark_count || r->route == ROUTE_DEPENDENT || is_letter(r) ||
           record_field(r, F_MERGED_INTO);
}

/* Rules 12, 15: what joins others' members to the sender's, and dots beyond his closing mark. *done
 * when the push has been dealt with here. */
static enum err take_back(struct receive_state *s, const struct record *merged,
                          enum outcome *outcome, bool *done)
{
    struct record corrected;
    struct dot dot;
    size_t refused = 0;
    struct entry_cause cause = {.via = s->arrival->via, .node = s->arrival->node};
    *done = false;
    if (!s->arrival->from_below || !may_be_refused(merged)) {
        return ERR_OK;
    }
    TRY(refuse_values(s, merged, &corrected, &dot, &refused));
    if (refused == 0) {
        return ERR_OK;
    }
    *done = true;
    *outcome = OUTCOME_CORRECTED;
    if (s->held && !s->stub) {
        TRY(history_append(s->t, &s->before, merged, &cause, true));
    }
    TRY(learn_new_actors(s));
    return door_save(s->t, s->held ? &s->before : NULL, &s->local, &corrected, dot,
                     s->arrival->via);
}

static enum err receive_merge(struct receive_state *s, enum outcome *outcome)
{
    struct record merged = s->incoming;
    struct merge_report report = {.changed = true};
    if (s->held) {
        merge_records(&s->before, &s->incoming, s->arena, &merged, &report);
    }
    if (!report.changed) {
        *outcome = OUTCOME_SAME;
        return ERR_OK;
    }
    if (s->held && !record_is_valid(&merged)) { /* one alone was checked when it was read */
        *outcome = OUTCOME_REFUSED;             /* too large together; the rest goes on */
        return ERR_OK;
    }
    if (!s->held && !s->arrival->from_below) {
        struct id_list units;
        TRY(scope_units(s->t, &merged, s->arena, &units));
        if (scope_is_lost(s->t, &merged, &units)) {
            *outcome = OUTCOME_SAME; /* came and went before this store heard of it */
            return ERR_OK;
        }
    }
    bool done = false;
    TRY(take_back(s, &merged, outcome, &done));
    if (done) {
        return ERR_OK;
    }
    struct entry_cause cause = {.via = s->arrival->via, .node = s->arrival->node};
    if (merged_equals_sent(s, &merged)) {
        cause.echo_node = s->arrival->node;
        cause.echo_actor = s->arrival->actor;
    }
    *outcome = s->held ? OUTCOME_MERGED : OUTCOME_NEW;
    TRY(learn_new_actors(s));
    return door_write(s->t, s->held ? &s->before : NULL, &s->local, &merged, &cause);
}

/* Rule 11: what was refused on a held record stays in the history, with who sent it. */
static enum err keep_refused(struct receive_state *s, enum outcome *outcome)
{
    struct record merged;
    struct merge_report report;
    struct entry_cause cause = {.via = s->arrival->via, .node = s->arrival->node};
    if (!merge_base_holds(&s->before.context, s->change)) {
        return ERR_OK;
    }
    merge_records(&s->before, &s->incoming, s->arena, &merged, &report);
    if (!report.changed) {
        *outcome = OUTCOME_SAME; /* whoever sends it: it is here */
        return ERR_OK;
    }
    return record_is_valid(&merged) ? history_append(s->t, &s->before, &merged, &cause, true)
                                    : ERR_OK;
}

/* Rule 9: a delete that claims to have seen more of others than this store has is saved again, with
 * the claim cut down, under this store's own dot. */
static enum err cap_delete(struct receive_state *s, const struct context *own)
{
    const struct field *f = record_field(&s->incoming, F_DELETED);
    struct arena arena = {0};
    struct context claim = {0};
    bool capped = false;
    for (uint32_t i = 0; f && i < f->count; i++) {
        struct pack_reader r = pack_reader_make(f->values[i].datum.text);
        if (f->values[i].datum.type != DATUM_BYTES) {
            continue;
        }
        struct context c = context_read(&r, &arena);
        size_t n = 0;
        for (size_t j = 0; pack_end(&r) && j < c.count; j++) {
            struct dot d = c.items[j];
            uint64_t known = context_seq(own, d.actor);
            if (d.seq > known && !actor_is_below(s->t, d.actor, s->arrival)) {
                d.seq = known;
                capped = true;
            }
            if (d.seq) {
                c.items[n++] = d;
            }
        }
        c.count = n;
        claim = context_union(&claim, &c, &arena);
        claim = context_with(&claim, f->values[i].dot, &arena); /* it takes that delete's place */
    }
    enum err e = ERR_OK;
    if (capped && !store_is_leaving(s->t, s->incoming.id)) { /* else the next hub cuts it down */
        struct datum yes = datum_int(1);
        struct edit edit = {F_DELETED, EDIT_SET, &yes, 1};
        struct save save = {.id = s->incoming.id,
                            .shown = &claim,
                            .edits = &edit,
                            .edit_count = 1,
                            .via = VIA_LOCAL};
        struct dot id, dot;
        e = store_save(s->t, &save, &arena, &id, &dot);
    }
    arena_free(&arena);
    return e;
}

/* The hub tells of a record that it let go, or that is another's: all that this store had of it is
 * known above. Whether it has left is decided here all the same, by this store's unit. */
static enum err receive_stub(struct receive_state *s, enum outcome *outcome)
{
    struct record whole = s->incoming;
    struct id_list units;
    *outcome = OUTCOME_SAME;
    if (!s->held || s->stub || s->arrival->from_below ||
        !context_covers_all(&s->incoming.context, &s->before.context)) {
        return ERR_OK;
    }
    whole.flags = 0;
    TRY(scope_units(s->t, &whole, s->arena, &units));
    if (!scope_is_lost(s->t, &whole, &units)) {
        return ERR_OK;
    }
    struct entry_cause cause = {
        .via = s->arrival->via, .node = s->arrival->node, .echo_node = s->arrival->node};
    cause.echo_actor = s->arrival->actor;
    TRY(door_write(s->t, &s->before, &s->local, &s->incoming, &cause));
    *outcome = OUTCOME_MERGED;
    return leaving_del(s->t, s->incoming.id);
}

/* Just as it was when it left, and in scope again by what other records say now. */
static bool comes_back(struct receive_state *s)
{
    struct id_list units;
    return context_equal(&s->before.context, &s->incoming.context) &&
           scope_units(s->t, &s->incoming, s->arena, &units) == ERR_OK &&
           !scope_is_lost(s->t, &s->incoming, &units);
}

enum err store_receive(struct txn *t, const struct change *change, const struct arrival *arrival,
                       enum outcome *outcome)
{
    struct receive_state s = {.t = t,
                              .change = change,
                              .arrival = arrival,
                              .arena = &t->scratch,
                              .incoming = change->record};
    arena_reset(&t->scratch);
    *outcome = OUTCOME_REFUSED;
    enum err e = store_get(t, change->record.id, s.arena, &s.before, &s.local);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    s.held = e == ERR_OK;
    s.stub = s.held && (s.before.flags & RECORD_STUB);
    if (change->record.flags & RECORD_STUB) {
        return receive_stub(&s, outcome);
    }
    if (!change->whole && (!s.held || s.stub)) {
        *outcome = OUTCOME_NEED_WHOLE; /* whose it is, only the whole tells */
        return ERR_OK;
    }
    if (arrival->from_below) {
        if (!arrival->first_contact) {
            cap_incoming(&s);
            graft_stub(&s);
        }
        if (s.incoming.field_count == 0 && change->record.field_count != 0) {
            *outcome = s.held ? OUTCOME_SAME : OUTCOME_REFUSED;
            return ERR_OK;
        }
        if (!push_is_allowed(&s)) {
            return s.held && !s.stub ? keep_refused(&s, outcome) : ERR_OK;
        }
    }
    if (!merge_base_holds(&s.before.context, change)) {
        *outcome = OUTCOME_NEED_WHOLE;
        return ERR_OK;
    }
    if (s.stub && context_covers_all(&s.before.context, &s.incoming.context) && !comes_back(&s)) {
        *outcome = OUTCOME_SAME; /* a stale copy of what has left */
        return ERR_OK;
    }
    TRY(renew_if_outrun(t, &s.incoming.context));
    bool deletes = arrival->from_below && !arrival->first_contact &&
                   record_field(&s.incoming, F_DELETED) != NULL;
    TRY(receive_merge(&s, outcome));
    return deletes && *outcome != OUTCOME_SAME && *outcome != OUTCOME_REFUSED
               ? cap_delete(&s, s.held && !s.stub ? &s.before.context : &(struct context){0})
               : ERR_OK;
}
