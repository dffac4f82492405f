/* What of a push may stand (rules 9, 12-16, 26): whose actor, in whose scope, by whose authority;
 * and what is saved back where it may not. */
#include "core/store_receive.h"

#include "core/cert.h"
#include "core/proof.h"
#include "core/scope.h"

#include <stdlib.h>

/* ---- whose actor ---------------------------------------------------------------------------- */

/* Another computer of the pusher's own office, that neither came in by the pusher nor syncs with
 * it: an actor belongs to one key, and a colleague does not write in its name. */
static bool node_is_beside(struct txn *t, const struct actor_info *who,
                           const struct arrival *arrival)
{
    struct arena arena = {0};
    struct record r;
    struct cert cert;
    bool beside = !dot_is_none(arrival->node) && !dot_is_none(who->node) &&
                  !dot_equal(who->node, arrival->node) && dot_equal(who->unit, arrival->unit) &&
                  store_get(t, who->node, &arena, &r, NULL) == ERR_OK;
    if (beside) {
        const struct value *hub = merge_shown(&r, F_NODE_HUB);
        bool syncs =
            hub && hub->datum.type == DATUM_REF && dot_equal(hub->datum.ref, arrival->node);
        beside = !syncs && !(cert_of_node(t, &r, &cert) && dot_equal(cert.issuer, arrival->node));
    }
    arena_free(&arena);
    return beside;
}

bool push_actor_is_below(struct txn *t, uint64_t actor, const struct arrival *arrival)
{
    struct actor_info info;
    if (actor == store_identity(t->store)->actor) {
        return false;
    }
    if (!store_actor(t, actor, &info)) {
        return true; /* first heard of from there */
    }
    return !dot_is_none(info.unit) && unit_was_within(t, info.unit, arrival->unit) &&
           !node_is_beside(t, &info, arrival);
}

bool push_is_not_given(struct receive_state *s, struct dot dot)
{
    return s->arrival->not_given && s->arrival->not_given(s->t, dot) &&
           !push_actor_is_below(s->t, dot.actor, s->arrival);
}

enum err push_learn_actors(struct receive_state *s)
{
    const struct context *c = &s->incoming.context;
    struct actor_info info = {.unit = s->arrival->from_below ? s->arrival->unit : (struct dot){0},
                              .closed_at = UINT64_MAX};
    for (size_t i = 0; i < c->count; i++) {
        struct actor_info known;
        uint64_t actor = c->items[i].actor;
        bool bound = store_actor(s->t, actor, &known);
        if (actor == s->arrival->actor && (!bound || dot_is_none(known.node))) {
            TRY(actor_learn_sender(s->t, s->arrival->node, actor, info.unit));
        } else if (!bound) {
            TRY(actor_bind(s->t, actor, &info));
        }
    }
    return ERR_OK;
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

/* A record that is new here, by what its first save says; what came later is judged by itself. */
static enum refusal judge_new(struct receive_state *s)
{
    const struct record *r = &s->incoming;
    struct author author = authority_author(s->t, r->id.actor, s->arrival->unit);
    enum refusal why = authority_judge_new(s->t, &author, r);
    for (size_t i = 0; i < r->field_count && why == REFUSAL_NONE; i++) {
        const struct field *f = &r->fields[i];
        for (uint32_t j = 0; j < f->count && why == REFUSAL_NONE; j++) {
            if (dot_equal(f->values[j].dot, r->id)) {
                why = authority_judge(s->t, &author, NULL, r, f->number, &f->values[j]);
            }
        }
    }
    return why;
}

bool push_is_allowed(struct receive_state *s)
{
    struct dot root = s->arrival->unit;
    s->why = REFUSAL_SCOPE;
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
    if (s->arrival->first_contact ? push_is_not_given(s, s->incoming.id)
                                  : !push_actor_is_below(s->t, s->incoming.id.actor, s->arrival) ||
                                        marks_close(s->t, NULL, &s->incoming, s->incoming.id)) {
        return false;
    }
    if (!record_within(s->t, &s->incoming, root, s->arena) &&
        !scope_was_within(s->t, &s->incoming, root)) { /* to be carried on to where it is now */
        return false;
    }
    s->why = judge_new(s);
    return s->why == REFUSAL_NONE;
}

/* ---- end to end ----------------------------------------------------------------------------- */

/* Whose key it must be. A node's record may name an actor of its own for the first time. */
static bool author_key(struct receive_state *s, uint64_t actor, const struct record *r,
                       uint8_t key[KEY_PUBLIC_BYTES])
{
    const struct identity *self = store_identity(s->t->store);
    struct arena arena = {0};
    struct actor_info who;
    struct record node;
    struct cert cert;
    bool found = actor == self->actor;
    if (found) {
        memcpy(key, self->public_key, KEY_PUBLIC_BYTES);
        return true;
    }
    bool bound = store_actor(s->t, actor, &who) && !dot_is_none(who.node);
    if (!bound && actor == s->arrival->actor) { /* it signed the message under that name */
        who.node = s->arrival->node;
        bound = !dot_is_none(who.node);
    }
    found = bound && store_get(s->t, who.node, &arena, &node, NULL) == ERR_OK &&
            cert_of_known(s->t, &node, &cert);
    if (!found && r->kind == KIND_NODE && store_node_names(r, actor) &&
        (!bound || dot_equal(who.node, r->id))) {
        found = cert_of_node(s->t, r, &cert);
    }
    if (found) {
        memcpy(key, cert.key, KEY_PUBLIC_BYTES);
    }
    arena_free(&arena);
    return found;
}

static bool save_is_signed(struct receive_state *s, const struct record *merged, struct dot dot)
{
    uint8_t key[KEY_PUBLIC_BYTES];
    return author_key(s, dot.actor, merged, key) && proof_holds(merged, dot, key);
}

bool push_is_signed(struct receive_state *s, const struct record *merged)
{
    const struct context *known =
        s->held && !s->stub ? &s->before.context : &(const struct context){0};
    struct dot last = {0, 0};
    bool ok = true;
    for (size_t i = 0; i < merged->field_count && ok; i++) {
        const struct field *f = &merged->fields[i];
        for (uint32_t j = 0; j < f->count && ok; j++) {
            struct dot dot = f->values[j].dot;
            if (authority_steers(merged->kind, f->number) && !context_covers(known, dot) &&
                !dot_equal(dot, last)) {
                ok = save_is_signed(s, merged, dot);
                last = dot;
            }
        }
    }
    return ok;
}

/* ---- rule 26: a refusal is a save ------------------------------------------------------------ */

struct refusal_state {
    struct receive_state *s;
    struct txn *t;
    const struct arrival *arrival;
    const struct record *before, *merged; /* before is empty for what was not here whole */
    struct arena *arena;
    struct dot dot;
    int64_t now_ms;
    bool late; /* what came beyond a closing mark counts */
    size_t refused;
    enum refusal why; /* of the first one */
};

/* A merger needs authority over both (rule 12): of one that is not here, as far as can be told. */
static bool mate_is_theirs(const struct refusal_state *x, struct dot mate)
{
    struct arena arena = {0};
    struct record r;
    enum err e = store_get(x->t, mate, &arena, &r, NULL);
    bool theirs = e == ERR_OK ? record_within(x->t, &r, x->arrival->unit, &arena) ||
                                    scope_was_within(x->t, &r, x->arrival->unit)
                              : push_actor_is_below(x->t, mate.actor, x->arrival);
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
        !push_actor_is_below(x->t, v->dot.actor, x->arrival)) {
        return false;
    }
    if (letter) {
        return !unit_was_within(x->t, v->datum.ref, x->arrival->unit);
    }
    return !x->arrival->first_contact && x->merged->kind == KIND_MEMBER &&
           !mate_is_theirs(x, v->datum.ref);
}

/* New to this store, and not its author's to give, or given after he had let the record go? */
static enum refusal judge_value(const struct refusal_state *x, uint32_t field,
                                const struct value *v)
{
    if (context_covers(&x->before->context, v->dot)) {
        return REFUSAL_NONE;
    }
    struct author author = authority_author(x->t, v->dot.actor, x->arrival->unit);
    enum refusal why = authority_judge(x->t, &author, x->before, x->merged, field, v);
    if (why != REFUSAL_NONE) {
        return why;
    }
    if (authority_steers(x->merged->kind, field) && !save_is_signed(x->s, x->merged, v->dot)) {
        return REFUSAL_UNSIGNED; /* nobody else would take it */
    }
    if (value_is_foreign(x, field, v)) {
        return REFUSAL_AUTHORITY;
    }
    return x->late && marks_close(x->t, x->before, x->merged, v->dot) ? REFUSAL_DEPARTED
                                                                      : REFUSAL_NONE;
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
        enum refusal why = judge_value(x, f->number, &f->values[i]);
        if (why != REFUSAL_NONE) {
            x->why = x->why != REFUSAL_NONE ? x->why : why;
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
    struct refusal_state x = {.s = s,
                              .t = s->t,
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
    proofs_follow(merged, NULL, out, s->arena);
    *dot = x.dot;
    *refused = x.refused;
    s->why = x.why;
    return x.refused == 0 || record_is_valid(out)
               ? ERR_OK
               : error_set(ERR_INPUT, _("a record has become too large"));
}

/* Most records have nothing to judge value by value but who wrote it. */
static bool may_be_refused(const struct receive_state *s, const struct record *r)
{
    const struct record *before = s->held && !s->stub ? &s->before : NULL;
    const struct record *in = &s->incoming; /* what is new is in there */
    if (r->mark_count || r->route == ROUTE_DEPENDENT || is_letter(r) ||
        record_field(r, F_MERGED_INTO) || schema_steers(r->kind)) {
        return true;
    }
    enum refusal why = REFUSAL_NONE;
    struct author author = {.closed_at = 0};
    uint64_t actor = 0;
    enum level least = 0;
    for (size_t i = 0; i < in->field_count; i++) {
        const struct field *f = &in->fields[i];
        for (uint32_t j = 0; j < f->count && why == REFUSAL_NONE; j++) {
            const struct value *v = &f->values[j];
            if (before && context_covers(&before->context, v->dot)) {
                continue;
            }
            if (v->dot.actor != actor) { /* mostly one wrote it all */
                actor = v->dot.actor;
                author = authority_author(s->t, actor, s->arrival->unit);
                least = authority_least_level(&author, r->kind);
            }
            if (v->origin || v->level < (uint8_t)least || v->level > author.level) {
                why = authority_judge(s->t, &author, before, r, f->number, v);
            }
        }
    }
    return why != REFUSAL_NONE;
}

/* Rules 12, 15: what joins others' members to the sender's, and dots beyond his closing mark. *done
 * when the push has been dealt with here. */
enum err push_take_back(struct receive_state *s, const struct record *merged, enum outcome *outcome,
                        bool *done)
{
    struct record corrected;
    struct dot dot;
    size_t refused = 0;
    struct entry_cause cause = {.via = s->arrival->via, .node = s->arrival->node};
    *done = false;
    if (!s->arrival->from_below || !may_be_refused(s, merged)) {
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
    TRY(push_learn_actors(s));
    return door_save(s->t, s->held ? &s->before : NULL, &s->local, &corrected, dot,
                     s->arrival->via);
}
