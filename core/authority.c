#include "core/authority.h"

#include "core/store_env.h"

#include "core/cert.h"
#include "core/scope.h"

/* ---- who ------------------------------------------------------------------------------------ */

static uint8_t higher(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

struct author authority_author(struct txn *t, uint64_t actor, struct dot pusher_unit)
{
    struct author_slot *slot = &t->authors[(actor ^ actor >> 32) % ARRAY_COUNT(t->authors)];
    if (slot->actor != actor || actor == 0) {
        *slot = (struct author_slot){.actor = actor};
        slot->known = store_actor(t, actor, &slot->info);
        /* As the unit is now, or as it was certified: what was saved before it changed stays. */
        slot->level =
            slot->known ? higher(slot->info.level, (uint8_t)unit_level(t, slot->info.unit)) : 0;
    }
    const struct identity *self = store_identity(t->store);
    if (actor == self->actor) { /* perhaps before its own records have come here */
        return (struct author){.node = self->node,
                               .unit = self->unit,
                               .level = higher(slot->level, self->level),
                               .role = slot->info.role,
                               .closed_at = slot->known ? slot->info.closed_at : UINT64_MAX};
    }
    if (!slot->known || dot_is_none(slot->info.unit)) { /* of the pusher, for all that is known */
        return (struct author){.node = slot->known ? slot->info.node : (struct dot){0, 0},
                               .unit = pusher_unit,
                               .level = (uint8_t)unit_level(t, pusher_unit),
                               .role = slot->known ? slot->info.role : 0,
                               .closed_at = slot->known ? slot->info.closed_at : UINT64_MAX};
    }
    return (struct author){.node = slot->info.node,
                           .unit = slot->info.unit,
                           .level = slot->level,
                           .role = slot->info.role,
                           .closed_at = slot->info.closed_at};
}

/* ---- what ----------------------------------------------------------------------------------- */

/* Is he the root of the tree itself, over whom nobody stands? Not whoever is of its office. */
static bool is_root(struct txn *t, const struct author *a)
{
    struct cert_root root;
    enum err e = cert_root_load(t, &root);
    return e == ERR_OK ? dot_equal(a->node, root.node)
                       : e == ERR_NOT_FOUND && dot_is_none(unit_parent(t, a->unit));
}

/* Does the author's office stand over this unit, now or when he wrote? */
static bool is_over(struct txn *t, const struct author *a, struct dot unit)
{
    return dot_is_none(a->unit) || unit_was_within(t, unit, a->unit);
}

/* What a unit is called, what it is and where it stands, the office above says; the rest of the
 * record is its own. */
static bool unit_field_is_above(uint32_t field)
{
    static const uint32_t above[] = {F_UNIT_CODE,     F_UNIT_NAME,        F_UNIT_PARENT,
                                     F_UNIT_TYPE,     F_UNIT_STATUS,      F_UNIT_VALID_FROM,
                                     F_UNIT_VALID_TO, F_UNIT_SUCCESSORS,  F_UNIT_FORMER_PARENT,
                                     F_UNIT_MOVED_ON, F_UNIT_FORMER_NAME, F_UNIT_RENAMED_ON,
                                     F_DELETED};
    bool is = false;
    for (size_t i = 0; i < ARRAY_COUNT(above) && !is; i++) {
        is = above[i] == field;
    }
    return is;
}

static enum refusal judge_unit(struct txn *t, const struct author *a, const struct record *before,
                               const struct record *after, uint32_t field)
{
    bool held = before && before->field_count;
    if (dot_equal(after->id, a->unit)) {
        bool top = dot_is_none(unit_parent(t, a->unit));
        return held && (top || !unit_field_is_above(field)) ? REFUSAL_NONE : REFUSAL_AUTHORITY;
    }
    if (held) {
        return is_over(t, a, after->id) ? REFUSAL_NONE : REFUSAL_AUTHORITY;
    }
    const struct value *parent = merge_shown(after, F_UNIT_PARENT);
    return dot_is_none(a->unit) ||
                   (parent && parent->datum.type == DATUM_REF && is_over(t, a, parent->datum.ref))
               ? REFUSAL_NONE
               : REFUSAL_AUTHORITY;
}

bool authority_steers(uint32_t kind, uint32_t field)
{
    return kind == KIND_UNIT ? unit_field_is_above(field) : schema_steers(kind);
}

/* What goes to those who do not know a clerk's computer bears the hand of one that all know. */
static enum refusal judge_reach(const struct author *a, const struct record *after, uint32_t field)
{
    bool far = after->kind == KIND_DIRECTIVE || after->kind == KIND_FIELD ||
               (after->kind == KIND_UNIT && after->route == ROUTE_EVERYWHERE);
    bool clerk = a->role != 0 && a->role < NODE_ROLE_OFFICER;
    return far && clerk && authority_steers(after->kind, field) ? REFUSAL_ROLE : REFUSAL_NONE;
}

/* What a computer may do is said by the office that admitted it or one above, never by itself; with
 * whom it syncs and under which actors it writes, by itself. */
static bool node_field_is_own(uint32_t field)
{
    return field == F_NODE_ACTORS || field == F_NODE_HUB || field == F_NODE_NAME || field == F_NOTE;
}

static enum refusal judge_node(struct txn *t, const struct author *a, const struct record *before,
                               const struct record *after, uint32_t field, uint64_t actor)
{
    /* A new actor of a node is named by that node, under itself; whose hand it is, the proof tells.
     */
    bool itself =
        dot_equal(after->id, a->node) || (dot_is_none(a->node) && store_node_names(after, actor));
    if (itself) {
        return node_field_is_own(field) || is_root(t, a) ? REFUSAL_NONE : REFUSAL_AUTHORITY;
    }
    if (a->role != 0 && a->role < NODE_ROLE_CLERK) {
        return REFUSAL_ROLE;
    }
    const struct record *r = before && before->field_count ? before : after;
    const struct field *f = record_field(r, F_UNIT);
    bool over = true;
    for (uint32_t i = 0; f && i < f->count && over; i++) {
        over = f->values[i].datum.type != DATUM_REF || is_over(t, a, f->values[i].datum.ref);
    }
    return over ? REFUSAL_NONE : REFUSAL_AUTHORITY;
}

static bool tells(const struct datum *data, const struct history_by *by, size_t count,
                  const struct value *v)
{
    bool told = false;
    for (size_t i = 0; i < count && !told; i++) {
        told = dot_equal(by[i].dot, v->origin->dot) && by[i].level == v->origin->level &&
               datum_compare(&data[i], &v->datum) == 0;
    }
    return told;
}

/* A value that says it was another's first ranks by that one's level. This store must have had it
 * so: live, or in the story of the record. */
static bool origin_is_true(struct txn *t, const struct record *before, uint32_t field,
                           const struct value *v)
{
    const struct field *f = before ? record_field(before, field) : NULL;
    struct history_entry *entries = NULL;
    size_t count = 0;
    bool known = false;
    for (uint32_t i = 0; f && i < f->count && !known; i++) {
        const struct value *l = &f->values[i];
        struct dot dot = l->origin ? l->origin->dot : l->dot;
        uint8_t level = l->origin ? l->origin->level : l->level;
        known = dot_equal(dot, v->origin->dot) && level == v->origin->level &&
                datum_compare(&l->datum, &v->datum) == 0;
    }
    if (known || !before || before->field_count == 0) {
        return known;
    }
    struct arena arena = {0};
    if (store_history(t, before->id, &arena, &entries, &count) != ERR_OK) {
        count = 0;
    }
    for (size_t i = 0; i < count && !known; i++) {
        for (size_t j = 0; j < entries[i].change_count && !known; j++) {
            const struct history_change *c = &entries[i].changes[j];
            known = c->field == field && (tells(c->from, c->from_by, c->from_count, v) ||
                                          tells(c->to, c->to_by, c->to_count, v));
        }
    }
    arena_free(&arena);
    return known;
}

enum refusal authority_judge(struct txn *t, const struct author *a, const struct record *before,
                             const struct record *after, uint32_t field, const struct value *v)
{
    const struct kind_def *kind = schema_kind(after->kind);
    const struct field_def *def = schema_field(after->kind, field);
    if (v->dot.seq > a->closed_at) {
        return REFUSAL_REVOKED;
    }
    if (v->level > a->level) {
        return REFUSAL_FORGED;
    }
    if (v->origin && v->origin->level > a->level && !origin_is_true(t, before, field, v)) {
        return REFUSAL_FORGED;
    }
    bool own_node = after->kind == KIND_NODE && dot_equal(after->id, a->node);
    if (a->role == NODE_ROLE_VIEWER && !own_node) {
        return REFUSAL_ROLE;
    }
    if ((def && def->level > v->level) || (kind && !own_node && kind->level > v->level)) {
        return REFUSAL_AUTHORITY;
    }
    if (field == F_ONCE) {
        return REFUSAL_NONE; /* only remembers */
    }
    enum refusal why = after->kind == KIND_UNIT ? judge_unit(t, a, before, after, field)
                       : after->kind == KIND_NODE
                           ? judge_node(t, a, before, after, field, v->dot.actor)
                           : REFUSAL_NONE;
    return why != REFUSAL_NONE ? why : judge_reach(a, after, field);
}

enum level authority_least_level(const struct author *a, uint32_t number)
{
    const struct kind_def *kind = schema_kind(number);
    enum level least = kind ? kind->level : LEVEL_NONE;
    if (schema_steers(number) || a->closed_at != UINT64_MAX || a->role == NODE_ROLE_VIEWER) {
        return LEVEL_PROVINCE + 1;
    }
    for (const struct field_def *f = kind ? kind->fields : NULL; f && f->number; f++) {
        least = f->level > least ? f->level : least;
    }
    return least;
}

enum refusal authority_judge_new(struct txn *t, const struct author *a, const struct record *r)
{
    const struct kind_def *kind = schema_kind(r->kind);
    if (r->id.seq > a->closed_at) {
        return REFUSAL_REVOKED;
    }
    if (a->role == NODE_ROLE_VIEWER) {
        return REFUSAL_ROLE;
    }
    if (kind && kind->level > a->level) {
        return REFUSAL_AUTHORITY;
    }
    return r->kind == KIND_UNIT   ? judge_unit(t, a, NULL, r, F_UNIT_PARENT)
           : r->kind == KIND_NODE ? judge_node(t, a, NULL, r, F_UNIT, r->id.actor)
                                  : REFUSAL_NONE;
}
