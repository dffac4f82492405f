/* Which node an actor belongs to (rule 9: an actor belongs to one node). */
#include "core/store_env.h"

#include "core/scope.h"

static struct slice actor_key(uint64_t actor, uint8_t space[8])
{
    be64_put(space, actor);
    return slice_make(space, 8);
}

bool store_actor(struct txn *t, uint64_t actor, struct actor_info *out)
{
    uint8_t space[8];
    struct slice v;
    if (table_get(t, TABLE_ACTORS, actor_key(actor, space), &v) != ERR_OK ||
        v.len != 2 * DOT_KEY_BYTES) {
        return false;
    }
    out->node = dot_key_get(v.ptr);
    out->unit = dot_key_get(v.ptr + DOT_KEY_BYTES);
    return true;
}

enum err actor_bind(struct txn *t, uint64_t actor, const struct actor_info *info)
{
    uint8_t space[8], value[2 * DOT_KEY_BYTES];
    dot_key_put(value, info->node);
    dot_key_put(value + DOT_KEY_BYTES, info->unit);
    return table_put(t, TABLE_ACTORS, actor_key(actor, space), slice_make(value, sizeof(value)));
}

/* 13 base32 characters, an ID without its seq. */
static bool actor_parse(struct slice text, uint64_t *actor)
{
    char id[DOT_TEXT_SIZE];
    struct dot d;
    unsigned bits = 0;
    if (text.len != 13) {
        return false;
    }
    memcpy(id, text.ptr, 13);
    memcpy(id + 13, "-1", 3);
    if (dot_parse(slice_str(id), &d, &bits) != ERR_OK || bits < 64) {
        return false;
    }
    *actor = d.actor;
    return true;
}

struct dot store_node_unit(struct txn *t, const struct record *node)
{
    const struct value *v = merge_shown(node, F_UNIT);
    struct actor_info who;
    struct dot none = {0, 0};
    if (!v || v->datum.type != DATUM_REF) {
        return none;
    }
    if (!store_actor(t, v->dot.actor, &who) || !store_has(t, v->datum.ref)) {
        return v->datum.ref; /* of an author or a unit not known yet nothing can be said */
    }
    bool may = !dot_equal(who.node, node->id) &&
               (dot_is_none(who.unit) || unit_was_within(t, v->datum.ref, who.unit));
    return may ? v->datum.ref : none;
}

enum err actors_learn(struct txn *t, const struct record *node)
{
    const struct field *f = record_field(node, F_NODE_ACTORS);
    struct dot unit = store_node_unit(t, node);
    enum err e = ERR_OK;
    for (uint32_t i = 0; f && e == ERR_OK && i < f->count; i++) {
        struct dot d = {0, 0};
        if (f->values[i].datum.type != DATUM_TEXT ||
            !actor_parse(f->values[i].datum.text, &d.actor)) {
            continue;
        }
        struct actor_info info = {.node = node->id, .unit = unit}, old = {0};
        if (store_actor(t, d.actor, &old) && !dot_is_none(old.node) &&
            !dot_equal(old.node, info.node)) {
            continue; /* the first node that named it keeps it */
        }
        info.unit = dot_is_none(unit) ? old.unit : unit;
        e = actor_bind(t, d.actor, &info);
    }
    return e;
}
