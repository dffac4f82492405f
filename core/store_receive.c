/* Changes from other stores, through the same door as local saves. */
#include "core/store_receive.h"

#include "core/scope.h"

#include <stdlib.h>

/* ---- rule 9: no borrowed futures ------------------------------------------------------------ */

/* For actors outside the pusher's subtree the context counts only up to our own, and their dots
 * beyond it are refused. In first contact only those that cannot be yet. */
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
        if (d.seq > known && !push_actor_is_below(s->t, d.actor, s->arrival) &&
            (!s->arrival->first_contact || push_is_not_given(s, d))) {
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

/* Nobody closes his pen further on than he says that he has written: what he might write later
 * would count as written before he heard. */
static void cap_marks(struct receive_state *s)
{
    struct record *r = &s->incoming;
    struct mark *marks = arena_array(s->arena, r->mark_count + 1, sizeof(*marks));
    size_t n = 0;
    for (size_t i = 0; i < r->mark_count; i++) {
        struct mark m = r->marks[i];
        if (m.actor == s->arrival->actor && m.seq > s->arrival->said_seq) {
            m.seq = s->arrival->said_seq;
        }
        if (m.seq) {
            marks[n++] = m;
        }
    }
    r->marks = marks;
    r->mark_count = n;
}

/* ---- merging -------------------------------------------------------------------------------- */

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
    if ((!s->arrival->from_below || !s->arrival->last || !s->held || s->stub) &&
        schema_steers(merged.kind) && !push_is_signed(s, &merged)) {
        *outcome = OUTCOME_REFUSED;
        s->why = REFUSAL_UNSIGNED;
        return ERR_OK;
    }
    bool done = false;
    TRY(push_take_back(s, &merged, outcome, &done));
    if (done) {
        return ERR_OK;
    }
    struct entry_cause cause = {.via = s->arrival->via, .node = s->arrival->node};
    if (merged_equals_sent(s, &merged)) {
        cause.echo_node = s->arrival->node;
        cause.echo_actor = s->arrival->actor;
    }
    *outcome = s->held ? OUTCOME_MERGED : OUTCOME_NEW;
    TRY(push_learn_actors(s));
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
            if (d.seq > known && !push_actor_is_below(s->t, d.actor, s->arrival)) {
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

static enum err receive(struct receive_state *s, enum outcome *outcome)
{
    const struct change *change = s->change;
    const struct arrival *arrival = s->arrival;
    enum err e = store_get(s->t, change->record.id, s->arena, &s->before, &s->local);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    s->held = e == ERR_OK;
    s->stub = s->held && (s->before.flags & RECORD_STUB);
    if (s->held && s->before.route == ROUTE_LOCAL) {
        return ERR_OK; /* nobody else has it; what would turn it would send it */
    }
    TRY(arrival->from_below ? ERR_OK : renew_if_outrun(s->t, &change->record.context));
    if (change->record.flags & RECORD_STUB) {
        return receive_stub(s, outcome);
    }
    if (!change->whole && (!s->held || s->stub)) {
        *outcome = OUTCOME_NEED_WHOLE; /* whose it is, only the whole tells */
        return ERR_OK;
    }
    if (arrival->from_below) {
        cap_marks(s);
        if (!s->held && arrival->first_contact && arrival->hub_not_given &&
            arrival->hub_not_given(s->t, change->record.id)) {
            *outcome = OUTCOME_NEED_WHOLE; /* not yet: it is sent again until it can be */
            return ERR_OK;
        }
        cap_incoming(s);
        if (!arrival->first_contact) {
            graft_stub(s);
        }
        if (s->incoming.field_count == 0 && change->record.field_count != 0) {
            *outcome = s->held ? OUTCOME_SAME : OUTCOME_REFUSED;
            return ERR_OK;
        }
        if (!push_is_allowed(s)) {
            return s->held && !s->stub ? keep_refused(s, outcome) : ERR_OK;
        }
    }
    if (!merge_base_holds(&s->before.context, change)) {
        *outcome = OUTCOME_NEED_WHOLE;
        return ERR_OK;
    }
    if (s->stub && context_covers_all(&s->before.context, &s->incoming.context) && !comes_back(s)) {
        *outcome = OUTCOME_SAME; /* a stale copy of what has left */
        return ERR_OK;
    }
    TRY(arrival->from_below ? renew_if_outrun(s->t, &s->incoming.context) : ERR_OK);
    bool deletes = arrival->from_below && !arrival->first_contact &&
                   record_field(&s->incoming, F_DELETED) != NULL;
    TRY(receive_merge(s, outcome));
    return deletes && *outcome != OUTCOME_SAME && *outcome != OUTCOME_REFUSED
               ? cap_delete(s, s->held && !s->stub ? &s->before.context : &(struct context){0})
               : ERR_OK;
}

enum err store_receive(struct txn *t, const struct change *change, const struct arrival *arrival,
                       enum outcome *outcome, uint8_t *why)
{
    struct receive_state s = {.t = t,
                              .change = change,
                              .arrival = arrival,
                              .arena = &t->scratch,
                              .incoming = change->record,
                              .why = REFUSAL_SCOPE};
    arena_reset(&t->scratch);
    *outcome = OUTCOME_REFUSED;
    enum err e = receive(&s, outcome);
    *why = (uint8_t)s.why;
    return e;
}
