/* Changes from other stores, through the same door as local saves. */
#include "core/store_env.h"

#include "core/scope.h"

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
    return !dot_is_none(info.unit) && unit_is_within(t, info.unit, arrival->unit);
}

/* For actors outside the pusher's subtree the context counts only up to our own, and their dots
 * beyond it are refused. */
static void cap_incoming(struct receive_state *s)
{
    struct context *c = &s->incoming.context;
    struct context own = s->held && !s->stub ? s->before.context : (struct context){0};
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

/* ---- scope: may it come from there? --------------------------------------------------------- */

static bool record_within(struct txn *t, const struct record *r, struct dot root,
                          struct arena *arena)
{
    struct id_list units;
    if (r->kind == KIND_UNIT) {
        const struct value *v = merge_shown(r, F_UNIT_PARENT);
        return dot_equal(r->id, root) ||
               (v && v->datum.type == DATUM_REF && unit_is_within(t, v->datum.ref, root));
    }
    return scope_units(t, r, arena, &units) == ERR_OK &&
           scope_within(t, units.ids, units.count, root);
}

static bool push_is_allowed(struct receive_state *s)
{
    struct dot root = s->arrival->unit;
    if (s->incoming.route == ROUTE_LOCAL) {
        return false;
    }
    if (s->held) {
        /* What left the pusher's subtree may still bring what was written before it heard of that:
         * without a mark it is merged, however late (rule 15). */
        return record_within(s->t, &s->before, root, s->arena) ||
               scope_was_within(s->t, s->incoming.id, root);
    }
    if (!s->arrival->first_contact && !actor_is_below(s->t, s->incoming.id.actor, s->arrival)) {
        return false;
    }
    return record_within(s->t, &s->incoming, root, s->arena);
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

static enum err out_of_scope(struct receive_state *s, const struct record *r, bool *out)
{
    struct dot unit = store_identity(s->t->store)->unit;
    struct id_list units;
    TRY(scope_units(s->t, r, s->arena, &units));
    *out = r->kind != KIND_UNIT && units.count != 0 &&
           !scope_holds(s->t, r->route, units.ids, units.count, unit);
    for (size_t i = 0; *out && i < units.count; i++) {
        *out = store_has(s->t, units.ids[i]); /* of a unit not yet known nothing can be said */
    }
    return ERR_OK;
}

/* Leaving is never an instruction: remember that this record may go once everybody has heard. */
static enum err note_departure(struct receive_state *s, const struct record *merged)
{
    bool out = false;
    uint8_t key[8 + DOT_KEY_BYTES] = "leaving.";
    dot_key_put(key + 8, merged->id);
    TRY(out_of_scope(s, merged, &out));
    return out ? store_kv_put(s->t, slice_make(key, sizeof(key)), slice_str("1"))
               : store_kv_del(s->t, slice_make(key, sizeof(key)));
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
        bool out = false; /* came and went before this store heard of it */
        TRY(out_of_scope(s, &merged, &out));
        if (out) {
            *outcome = OUTCOME_SAME;
            return ERR_OK;
        }
    }
    struct entry_cause cause = {.via = s->arrival->via, .node = s->arrival->node};
    if (merged_equals_sent(s, &merged)) {
        cause.echo_node = s->arrival->node;
        cause.echo_actor = s->arrival->actor;
    }
    *outcome = s->held ? OUTCOME_MERGED : OUTCOME_NEW;
    TRY(learn_new_actors(s));
    TRY(door_write(s->t, s->held ? &s->before : NULL, &s->local, &merged, &cause));
    if (s->arrival->from_below) {
        return ERR_OK;
    }
    return s->held ? note_departure(s, &merged) : ERR_OK;
}

/* Rule 11: what was refused on a held record stays in the history, with who sent it. */
static enum err keep_refused(struct receive_state *s)
{
    struct record merged;
    struct merge_report report;
    struct entry_cause cause = {.via = s->arrival->via, .node = s->arrival->node};
    if (!merge_base_holds(&s->before.context, s->change)) {
        return ERR_OK;
    }
    merge_records(&s->before, &s->incoming, s->arena, &merged, &report);
    return report.changed && record_is_valid(&merged)
               ? history_append(s->t, &s->before, &merged, &cause, true)
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
    if (capped) {
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
    if (change->record.flags & RECORD_STUB) {
        return ERR_OK; /* stubs are local memory; nobody sends them */
    }
    enum err e = store_get(t, change->record.id, s.arena, &s.before, &s.local);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    s.held = e == ERR_OK;
    s.stub = s.held && (s.before.flags & RECORD_STUB);
    if (!change->whole && (!s.held || s.stub)) {
        *outcome = OUTCOME_NEED_WHOLE; /* whose it is, only the whole tells */
        return ERR_OK;
    }
    if (arrival->from_below) {
        if (!arrival->first_contact) {
            cap_incoming(&s);
        }
        if (s.incoming.field_count == 0 && change->record.field_count != 0) {
            *outcome = s.held ? OUTCOME_SAME : OUTCOME_REFUSED;
            return ERR_OK;
        }
        if (!push_is_allowed(&s)) {
            return s.held && !s.stub ? keep_refused(&s) : ERR_OK;
        }
    }
    if (!merge_base_holds(&s.before.context, change)) {
        *outcome = OUTCOME_NEED_WHOLE;
        return ERR_OK;
    }
    if (s.stub && context_covers_all(&s.before.context, &s.incoming.context)) {
        *outcome = OUTCOME_SAME; /* a stale copy of what has left */
        return ERR_OK;
    }
    bool deletes = arrival->from_below && !arrival->first_contact &&
                   record_field(&s.incoming, F_DELETED) != NULL;
    TRY(receive_merge(&s, outcome));
    return deletes && *outcome != OUTCOME_SAME && *outcome != OUTCOME_REFUSED
               ? cap_delete(&s, s.held && !s.stub ? &s.before.context : &(struct context){0})
               : ERR_OK;
}

/* ---- departure ------------------------------------------------------------------------------ */

bool store_is_leaving(struct txn *t, struct dot id)
{
    struct slice v;
    struct arena arena = {0};
    uint8_t key[8 + DOT_KEY_BYTES] = "leaving.";
    dot_key_put(key + 8, id);
    bool leaving = store_kv_get(t, slice_make(key, sizeof(key)), &arena, &v) == ERR_OK;
    arena_free(&arena);
    return leaving;
}

/* Only what a person asks of one who has gone: who, where to, when. */
static void make_stub(const struct record *r, struct arena *arena, struct record *out)
{
    uint32_t keep[] = {F_UNIT, F_EXT_ID, schema_title_field(r->kind)};
    *out = *r;
    out->flags |= RECORD_STUB;
    out->fields = arena_array(arena, ARRAY_COUNT(keep) + 1, sizeof(struct field));
    out->field_count = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        for (size_t k = 0; k < ARRAY_COUNT(keep); k++) {
            if (r->fields[i].number == keep[k]) {
                out->fields[out->field_count++] = r->fields[i];
                break;
            }
        }
    }
}

static enum err depart(struct txn *t, struct dot id, struct dot upstream, uint64_t acked_seq,
                       uint64_t children_seq, bool *gone)
{
    struct arena arena = {0};
    struct record r, stub;
    struct record_local local;
    struct id_list units;
    *gone = false;
    enum err e = store_get(t, id, &arena, &r, &local);
    if (e == ERR_NOT_FOUND) {
        *gone = true;
        e = ERR_OK;
        goto done;
    }
    e = e ? e : scope_units(t, &r, &arena, &units);
    if (e != ERR_OK) {
        goto done;
    }
    bool back = scope_holds(t, r.route, units.ids, units.count, store_identity(t->store)->unit);
    bool covered = dot_equal(local.source_node, upstream) || local.feed_seq <= acked_seq;
    if (back || r.flags & RECORD_STUB) {
        *gone = true;
    } else if (covered && local.feed_seq <= children_seq) {
        make_stub(&r, &arena, &stub);
        struct entry_cause cause = {.via = VIA_SYNC, .node = upstream, .echo_node = upstream};
        e = door_write(t, &r, &local, &stub, &cause);
        *gone = e == ERR_OK;
    }
done:
    arena_free(&arena);
    return e;
}

enum err store_sweep_departed(struct txn *t, struct dot upstream, uint64_t acked_seq,
                              uint64_t children_seq)
{
    struct arena arena = {0};
    struct slice key = {0}, value, prefix = slice_str("leaving.");
    enum err e = ERR_OK;
    for (;;) {
        bool gone = false;
        e = store_kv_next(t, prefix, key, &arena, &key, &value);
        if (e != ERR_OK) {
            break;
        }
        if (key.len != prefix.len + DOT_KEY_BYTES) {
            continue;
        }
        arena_reset(&t->scratch);
        e = depart(t, dot_key_get(key.ptr + prefix.len), upstream, acked_seq, children_seq, &gone);
        if (e == ERR_OK && gone) {
            e = store_kv_del(t, key);
        }
        if (e != ERR_OK) {
            break;
        }
    }
    arena_free(&arena);
    return e == ERR_END ? ERR_OK : e;
}
