/* Closing marks (rule 15): how far a node had written when it heard that a record left its scope.
 * What it wrote up to then is merged, however late; what it writes beyond is refused. */
#include "core/store_env.h"

#include "core/scope.h"

#define OWN_ACTORS_MAX 64

static int mark_compare(const struct mark *a, const struct mark *b)
{
    int c = dot_compare(a->unit_dot, b->unit_dot);
    return c != 0 ? c : a->actor == b->actor ? 0 : a->actor < b->actor ? -1 : 1;
}

static struct mark *mark_find(const struct record *r, struct dot unit_dot, uint64_t actor)
{
    for (size_t i = 0; i < r->mark_count; i++) {
        if (r->marks[i].actor == actor && dot_equal(r->marks[i].unit_dot, unit_dot)) {
            return &r->marks[i];
        }
    }
    return NULL;
}

/* r's marks are in the arena with room for one more */
static void mark_insert(struct record *r, struct mark m)
{
    size_t i = r->mark_count++;
    while (i > 0 && mark_compare(&r->marks[i - 1], &m) > 0) {
        r->marks[i] = r->marks[i - 1];
        i--;
    }
    r->marks[i] = m;
}

static void marks_make_room(struct record *r, size_t more, struct arena *arena)
{
    struct mark *grown = arena_array(arena, r->mark_count + more + 1, sizeof(*grown));
    if (r->mark_count) {
        memcpy(grown, r->marks, r->mark_count * sizeof(*grown));
    }
    r->marks = grown;
}

/* Every actor this store ever wrote under, with its last seq. */
static enum err own_actors(struct txn *t, struct dot out[OWN_ACTORS_MAX], size_t *count)
{
    uint8_t after[DOT_KEY_BYTES + 1];
    bool any = false;
    *count = 0;
    while (*count < OWN_ACTORS_MAX) {
        struct walk w;
        struct slice key, value;
        walk_begin(&w, t, TABLE_SAVES, (struct slice){0},
                   any ? slice_make(after, DOT_KEY_BYTES) : (struct slice){0});
        bool found = walk_next(&w);
        struct dot d = found ? dot_key_get(w.key.ptr) : (struct dot){0, 0};
        TRY(walk_end(&w));
        if (!found) {
            break;
        }
        uint8_t prefix[8];
        be64_put(prefix, d.actor);
        TRY(table_last(t, TABLE_SAVES, slice_make(prefix, sizeof(prefix)), &key, &value));
        out[(*count)++] = dot_key_get(key.ptr);
        dot_key_put(after, (struct dot){d.actor, UINT64_MAX});
        any = true;
    }
    return ERR_OK;
}

bool marks_were_ours(struct txn *t, const struct record *r)
{
    struct dot own = store_identity(t->store)->unit;
    bool ours = scope_was_within(t, r, own);
    for (size_t i = 0; i < r->context.count && !ours; i++) {
        struct actor_info who;
        ours = store_actor(t, r->context.items[i].actor, &who) && !dot_is_none(who.unit) &&
               unit_was_within(t, who.unit, own);
    }
    return ours;
}

enum err marks_state(struct txn *t, struct record *r, bool anew, struct arena *arena, bool *stated)
{
    struct dot actors[OWN_ACTORS_MAX];
    size_t n = 0;
    const struct field *unit = record_field(r, F_UNIT);
    *stated = false;
    if (!unit || r->route != ROUTE_OWN || !marks_were_ours(t, r)) {
        return ERR_OK; /* what depends on a member follows its member's marks */
    }
    TRY(own_actors(t, actors, &n));
    marks_make_room(r, unit->count * n, arena);
    for (uint32_t i = 0; i < unit->count; i++) {
        for (size_t j = 0; j < n; j++) {
            struct mark *m = mark_find(r, unit->values[i].dot, actors[j].actor);
            if (!m) {
                mark_insert(r, (struct mark){unit->values[i].dot, actors[j].actor, actors[j].seq});
                *stated = true;
            } else if (anew && m->seq < actors[j].seq) {
                m->seq = actors[j].seq;
                *stated = true;
            }
        }
    }
    return ERR_OK;
}

/* Had this actor closed every one of the unit values that were replaced? Up to where? */
static bool closed_before(const struct record *before, const struct field *unit,
                          const struct field *now, uint64_t actor, uint64_t *seq)
{
    bool any = false;
    *seq = 0;
    for (uint32_t i = 0; i < unit->count; i++) {
        const struct mark *m = mark_find(before, unit->values[i].dot, actor);
        bool kept = false;
        for (uint32_t j = 0; j < now->count && !kept; j++) {
            kept = dot_equal(now->values[j].dot, unit->values[i].dot);
        }
        if (kept) {
            continue;
        }
        if (!m) {
            return false;
        }
        *seq = m->seq > *seq ? m->seq : *seq;
        any = true;
    }
    return any;
}

enum err marks_carry(struct txn *t, const struct record *before, struct record *after,
                     struct dot dot, struct arena *arena)
{
    const struct field *was = record_field(before, F_UNIT), *now = record_field(after, F_UNIT);
    struct id_list units;
    if (before->mark_count == 0 || !was || !now) {
        return ERR_OK;
    }
    TRY(scope_units(t, after, arena, &units));
    marks_make_room(after, before->mark_count, arena);
    for (size_t i = 0; i < before->mark_count; i++) {
        uint64_t actor = before->marks[i].actor, seq = 0;
        struct actor_info who;
        if (mark_find(after, dot, actor) || !closed_before(before, was, now, actor, &seq)) {
            continue;
        }
        if (store_actor(t, actor, &who) && !dot_is_none(who.unit) &&
            scope_within(t, units.ids, units.count, who.unit)) {
            continue; /* it enters that actor's scope again */
        }
        mark_insert(after, (struct mark){dot, actor, seq});
    }
    return ERR_OK;
}

/* Had the actor closed every live value of unit before it gave this dot? Values that it wrote
 * itself beyond a mark open nothing; 0 no, 1 yes, -1 = there are no others. */
static int closed_in(const struct record *r, struct dot dot)
{
    const struct field *unit = record_field(r, F_UNIT);
    int closed = -1;
    for (uint32_t i = 0; unit && i < unit->count; i++) {
        struct dot u = unit->values[i].dot;
        bool self_granted = false;
        for (size_t j = 0; u.actor == dot.actor && j < r->mark_count && !self_granted; j++) {
            self_granted = r->marks[j].actor == dot.actor && r->marks[j].seq < u.seq;
        }
        if (self_granted) {
            continue;
        }
        const struct mark *m = mark_find(r, u, dot.actor);
        if (!m || m->seq >= dot.seq) {
            return 0;
        }
        closed = 1;
    }
    return closed;
}

static bool any_was_within(struct txn *t, const struct id_list *units, struct dot root)
{
    bool was = false;
    for (size_t i = 0; i < units->count && !was; i++) {
        was = unit_was_within(t, units->ids[i], root);
    }
    return was;
}

/* Whatever its marks: a transfer under way, a merger or a reorganisation may have brought it back
 * to the actor without a new value of unit. */
static bool is_in_scope_of(struct txn *t, const struct record *r, uint64_t actor)
{
    struct arena arena = {0};
    struct id_list units;
    struct actor_info who;
    bool in_scope = store_actor(t, actor, &who) && !dot_is_none(who.unit) &&
                    scope_units(t, r, &arena, &units) == ERR_OK &&
                    any_was_within(t, &units, who.unit);
    arena_free(&arena);
    return in_scope;
}

/* A dependent follows its member's marks, unless it stays the actor's by its own unit. */
static bool dependent_is_closed(struct txn *t, const struct record *r, struct dot dot)
{
    const struct field *member = record_field(r, F_MEMBER);
    struct arena arena = {0};
    struct id_list own;
    struct actor_info who = {0};
    bool closed = member != NULL && store_actor(t, dot.actor, &who) &&
                  scope_units_direct(t, r, &arena, &own) == ERR_OK &&
                  !any_was_within(t, &own, who.unit);
    for (uint32_t i = 0; closed && i < member->count; i++) {
        struct record m;
        if (member->values[i].datum.type == DATUM_REF) {
            closed = store_get(t, member->values[i].datum.ref, &arena, &m, NULL) == ERR_OK &&
                     !is_in_scope_of(t, &m, dot.actor) && closed_in(&m, dot) == 1;
        }
    }
    arena_free(&arena);
    return closed;
}

/* Does r bring saves of others that before has not seen? One of them may have opened it again. */
static bool others_wrote(const struct record *before, const struct record *r, uint64_t actor)
{
    bool wrote = false;
    for (size_t i = 0; i < r->context.count && !wrote; i++) {
        const struct dot *d = &r->context.items[i];
        wrote = d->actor != actor && !context_covers(&before->context, *d);
    }
    return wrote;
}

bool marks_close(struct txn *t, const struct record *before, const struct record *r, struct dot dot)
{
    if (r->route == ROUTE_DEPENDENT) {
        return dependent_is_closed(t, r, dot);
    }
    if (r->mark_count == 0 || is_in_scope_of(t, r, dot.actor) ||
        (before && is_in_scope_of(t, before, dot.actor))) {
        return false;
    }
    int closed = closed_in(r, dot);
    return closed == 1 || (closed == -1 && before && !others_wrote(before, r, dot.actor) &&
                           closed_in(before, dot) == 1);
}
