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

enum err actors_learn(struct txn *t, const struct record *node)
{
    const struct field *f = record_field(node, F_NODE_ACTORS);
    const struct value *unit = merge_shown(node, F_UNIT);
    enum err e = ERR_OK;
    for (uint32_t i = 0; f && e == ERR_OK && i < f->count; i++) {
        struct dot d = {0, 0};
        if (f->values[i].datum.type != DATUM_TEXT ||
            !actor_parse(f->values[i].datum.text, &d.actor)) {
            continue;
        }
        struct actor_info info = {.node = node->id}, old;
        if (unit && unit->datum.type == DATUM_REF) {
            info.unit = unit->datum.ref;
        }
        if (store_actor(t, d.actor, &old) && !dot_is_none(old.node) &&
            !dot_equal(old.node, info.node)) {
            continue; /* the first node that named it keeps it */
        }
        e = actor_bind(t, d.actor, &info);
    }
    return e;
}
