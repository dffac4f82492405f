/* Which node an actor belongs to (rule 9: an actor belongs to one node). */
#include "core/store_env.h"

#include "core/cert.h"
#include "core/scope.h"

#define ACTOR_DOTS_BYTES (2 * DOT_KEY_BYTES) /* a row of an older program ends here */
#define ACTOR_ROW_BYTES (ACTOR_DOTS_BYTES + 2 + 8)

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
        (v.len != ACTOR_DOTS_BYTES && v.len != ACTOR_ROW_BYTES)) {
        return false;
    }
    *out = (struct actor_info){.node = dot_key_get(v.ptr),
                               .unit = dot_key_get(v.ptr + DOT_KEY_BYTES),
                               .closed_at = UINT64_MAX};
    if (v.len == ACTOR_ROW_BYTES) {
        out->level = v.ptr[ACTOR_DOTS_BYTES];
        out->role = v.ptr[ACTOR_DOTS_BYTES + 1];
        out->closed_at = be64_get(v.ptr + ACTOR_DOTS_BYTES + 2);
    }
    return true;
}

enum err actor_bind(struct txn *t, uint64_t actor, const struct actor_info *info)
{
    uint8_t space[8], value[ACTOR_ROW_BYTES];
    dot_key_put(value, info->node);
    dot_key_put(value + DOT_KEY_BYTES, info->unit);
    value[ACTOR_DOTS_BYTES] = info->level;
    value[ACTOR_DOTS_BYTES + 1] = info->role;
    be64_put(value + ACTOR_DOTS_BYTES + 2, info->closed_at);
    memset(t->authors, 0, sizeof(t->authors));
    return table_put(t, TABLE_ACTORS, actor_key(actor, space), slice_make(value, sizeof(value)));
}

bool store_actor_parse(struct slice text, uint64_t *actor)
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

bool store_node_names(const struct record *node, uint64_t actor)
{
    const struct field *f = record_field(node, F_NODE_ACTORS);
    char text[DOT_TEXT_SIZE];
    bool named = false;
    dot_format_actor(actor, text);
    for (uint32_t i = 0; f && i < f->count && !named; i++) {
        named = f->values[i].datum.type == DATUM_TEXT &&
                slice_equal(f->values[i].datum.text, slice_str(text));
    }
    return named;
}

struct dot store_node_unit(struct txn *t, const struct record *node)
{
    const struct value *v = merge_shown(node, F_UNIT);
    struct actor_info who;
    struct dot none = {0, 0};
    if (!v || v->datum.type != DATUM_REF) {
        return none;
    }
    bool known = store_actor(t, v->dot.actor, &who);
    if (known && dot_equal(who.node, node->id)) {
        return none;
    }
    if (!known || !store_has(t, v->datum.ref)) {
        return v->datum.ref; /* of an author or a unit not known yet nothing can be said */
    }
    bool may = dot_is_none(who.unit) || unit_was_within(t, v->datum.ref, who.unit);
    return may ? v->datum.ref : none;
}

/* What its record says of a node, certificate first. */
static struct actor_info node_info(struct txn *t, const struct record *node)
{
    struct cert cert;
    if (cert_of_node(t, node, &cert)) {
        return (struct actor_info){
            .node = node->id, .unit = cert.unit, .level = cert.level, .role = cert.role};
    }
    return (struct actor_info){.node = node->id, .unit = store_node_unit(t, node)};
}

enum err store_actor_is_of(struct txn *t, uint64_t actor, struct dot node, struct dot unit)
{
    struct arena arena = {0};
    struct record r;
    struct actor_info known = {0}, info = {.node = node, .unit = unit, .closed_at = UINT64_MAX};
    if (store_actor(t, actor, &known) && !dot_is_none(known.node)) {
        return ERR_OK; /* the first node that named it keeps it */
    }
    enum err e = store_get(t, node, &arena, &r, NULL);
    if (e == ERR_OK) {
        info = node_info(t, &r);
        info.unit = dot_is_none(info.unit) ? unit : info.unit;
        info.closed_at = cert_closed_at(&r, actor);
    }
    e = e == ERR_NOT_FOUND ? ERR_OK : e;
    e = e ? e : actor_bind(t, actor, &info);
    arena_free(&arena);
    return e;
}

static enum err learn_node(struct txn *t, const struct record *node)
{
    const struct field *f = record_field(node, F_NODE_ACTORS);
    const struct actor_info known = node_info(t, node);
    enum err e = ERR_OK;
    for (uint32_t i = 0; f && e == ERR_OK && i < f->count; i++) {
        struct dot d = {0, 0};
        if (f->values[i].datum.type != DATUM_TEXT ||
            !store_actor_parse(f->values[i].datum.text, &d.actor)) {
            continue;
        }
        struct actor_info info = known, old = {0};
        if (store_actor(t, d.actor, &old) && !dot_is_none(old.node) &&
            !dot_equal(old.node, info.node)) {
            continue; /* the first node that named it keeps it */
        }
        info.unit = dot_is_none(known.unit) ? old.unit : known.unit;
        info.closed_at = cert_closed_at(node, d.actor);
        e = actor_bind(t, d.actor, &info);
    }
    return e;
}

enum err actor_learn_sender(struct txn *t, struct dot node, uint64_t actor, struct dot unit)
{
    struct arena arena = {0};
    struct record r;
    struct actor_info info = {.node = node, .unit = unit, .closed_at = UINT64_MAX};
    enum err e = store_get(t, node, &arena, &r, NULL);
    if (e == ERR_OK && r.kind == KIND_NODE) {
        info = node_info(t, &r);
        info.unit = dot_is_none(info.unit) ? unit : info.unit;
        info.closed_at = cert_closed_at(&r, actor);
    }
    arena_free(&arena);
    return e == ERR_OK || e == ERR_NOT_FOUND ? actor_bind(t, actor, &info) : e;
}

/* Whose certificate hangs on another's may have come before that. */
static enum err learn_issued(struct txn *t, const struct record *issuer, struct arena *arena)
{
    struct id_list issued;
    enum err e = store_ids_by_ref(t, issuer->id, F_NODE_ISSUER, (struct dot){0, 0}, SIZE_MAX, arena,
                                  &issued);
    for (size_t i = 0; e == ERR_OK && i < issued.count; i++) {
        struct record r;
        e = store_get(t, issued.ids[i], arena, &r, NULL);
        if (e == ERR_OK && r.kind == KIND_NODE && !dot_equal(r.id, issuer->id)) {
            e = learn_node(t, &r);
        }
    }
    return e;
}

enum err actors_learn(struct txn *t, const struct record *node)
{
    struct arena arena = {0};
    enum err e = learn_node(t, node);
    e = e ? e : learn_issued(t, node, &arena);
    arena_free(&arena);
    return e;
}

/* Was its certificate verified already? What it hangs on only grows. */
static bool is_learnt(struct txn *t, const struct record *node)
{
    const struct field *f = record_field(node, F_NODE_ACTORS);
    bool learnt = f != NULL;
    for (uint32_t i = 0; f && i < f->count && learnt; i++) {
        struct actor_info who;
        uint64_t actor = 0;
        learnt = f->values[i].datum.type == DATUM_TEXT &&
                 store_actor_parse(f->values[i].datum.text, &actor) &&
                 store_actor(t, actor, &who) && who.role != 0;
    }
    return learnt;
}

enum err store_learn_nodes(struct txn *t)
{
    struct arena arena = {0};
    struct id_list nodes;
    enum err e = store_ids_of_kind(t, KIND_NODE, (struct dot){0, 0}, SIZE_MAX, &arena, &nodes);
    for (size_t i = 0; e == ERR_OK && i < nodes.count; i++) {
        struct record r;
        e = store_get(t, nodes.ids[i], &arena, &r, NULL);
        if (e == ERR_OK && !is_learnt(t, &r)) {
            e = learn_node(t, &r);
        }
    }
    arena_free(&arena);
    return e;
}
