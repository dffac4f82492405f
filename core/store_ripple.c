/* What a write changes for other records: their scope (rules 12, 14, 16). A member's units are its
 * dependents' too; records merged into one share them; a transfer under way keeps a member where it
 * came from; a unit that moves takes its subtree along.
 *
 * The records are gathered, with the units that gave them scope, before the write; after it those
 * that have others are touched: they get a feed entry of their own, so that they go out whole to
 * whom they are new, and what is no longer this store's is remembered as leaving. */
#include "core/store_env.h"

#include "core/person.h"
#include "core/scope.h"

#define LETTERS_READ_MAX 256 /* of what names one member, when its letters are looked for */

static void watch(struct ripple *p, struct dot id, struct arena *arena)
{
    for (size_t i = 0; i < p->count; i++) {
        if (dot_equal(p->items[i].id, id)) {
            return;
        }
    }
    if (p->count == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 8;
        struct ripple_item *grown = arena_array(arena, cap, sizeof(*grown));
        if (p->count) {
            memcpy(grown, p->items, p->count * sizeof(*grown));
        }
        p->items = grown;
        p->cap = cap;
    }
    p->items[p->count++] = (struct ripple_item){.id = id};
}

static bool fields_equal(const struct record *a, const struct record *b, uint32_t number)
{
    const struct field *f = record_field(a, number), *g = record_field(b, number);
    return f && g ? field_equal(f, g) : f == g;
}

static enum err watch_person(struct txn *t, struct dot id, const struct record *given,
                             struct arena *arena, struct ripple *p)
{
    struct id_list mates;
    TRY(person_reach(t, id, given, arena, &mates));
    for (size_t i = 0; i < mates.count; i++) {
        watch(p, mates.ids[i], arena);
    }
    return ERR_OK;
}

static enum err ripple_member(struct txn *t, const struct record *before,
                              const struct record *after, struct arena *arena, struct ripple *p)
{
    if (before && fields_equal(before, after, F_UNIT) && fields_equal(before, after, F_ONCE) &&
        fields_equal(before, after, F_MERGED_INTO) && before->flags == after->flags) {
        return ERR_OK;
    }
    if (!before && !record_field(after, F_MERGED_INTO) && !person_is_merged(t, after->id) &&
        !store_is_referred(t, after->id, F_MEMBER)) {
        return ERR_OK; /* new, and nobody waits for it */
    }
    TRY(watch_person(t, after->id, after, arena, p));
    return before && !fields_equal(before, after, F_MERGED_INTO)
               ? watch_person(t, before->id, before, arena, p)
               : ERR_OK;
}

static enum err ripple_transfer(struct txn *t, const struct record *before,
                                const struct record *after, struct arena *arena, struct ripple *p)
{
    const struct record *sides[] = {before, after};
    bool open_before = before && merge_transfer_is_open(before);
    if (before && open_before == merge_transfer_is_open(after) &&
        fields_equal(before, after, F_MEMBER) && fields_equal(before, after, F_TRANSFER_FROM)) {
        return ERR_OK;
    }
    for (size_t s = 0; s < ARRAY_COUNT(sides); s++) {
        const struct field *f = sides[s] ? record_field(sides[s], F_MEMBER) : NULL;
        for (uint32_t i = 0; f && i < f->count; i++) {
            if (f->values[i].datum.type == DATUM_REF) {
                TRY(watch_person(t, f->values[i].datum.ref, NULL, arena, p));
            }
        }
    }
    return ERR_OK;
}

/* The units of each watched person as things stand; those of one component are computed once. */
static enum err person_units(struct txn *t, struct arena *arena, struct ripple *p, bool after)
{
    for (size_t i = 0; i < p->count; i++) {
        struct ripple_item *item = &p->items[i];
        struct id_list mates, units;
        if (after ? item->known_after : item->known_before) {
            continue;
        }
        TRY(person_reach(t, item->id, NULL, arena, &mates));
        TRY(scope_person(t, item->id, arena, &units));
        for (size_t j = i; j < p->count; j++) {
            struct ripple_item *mate = &p->items[j];
            if (!id_list_has(&mates, mate->id)) {
                continue;
            }
            if (after) {
                mate->after = units;
                mate->known_after = true;
            } else {
                mate->before = units;
                mate->known_before = true;
            }
        }
    }
    return ERR_OK;
}

/* A node is known where its hub is (scope.c). */
static enum err ripple_hub(struct txn *t, const struct record *before, const struct record *after,
                           struct arena *arena, struct ripple *p)
{
    struct id_list children;
    size_t n = 0;
    if (before && fields_equal(before, after, F_UNIT) && before->flags == after->flags) {
        return ERR_OK;
    }
    TRY(store_ids_by_ref(t, after->id, F_NODE_HUB, (struct dot){0, 0}, SIZE_MAX, arena, &children));
    p->nodes = arena_array(arena, children.count + 1, sizeof(*p->nodes));
    for (size_t i = 0; i < children.count; i++) {
        struct record r;
        if (dot_equal(children.ids[i], after->id) ||
            store_get(t, children.ids[i], arena, &r, NULL) != ERR_OK) {
            continue;
        }
        p->nodes[n] = (struct ripple_item){.id = r.id};
        TRY(scope_units(t, &r, arena, &p->nodes[n++].before));
    }
    p->node_count = n;
    return ERR_OK;
}

/* Does this store hold anything by way of that unit? The top loses nothing. */
static bool tree_concerns(struct txn *t, struct dot unit)
{
    struct dot own = store_identity(t->store)->unit;
    return !dot_is_none(unit_parent(t, own)) &&
           (unit_is_within(t, unit, own) || unit_is_within(t, own, unit));
}

enum err ripple_gather(struct txn *t, const struct record *before, const struct record *after,
                       struct arena *arena, struct ripple *out)
{
    *out = (struct ripple){.writing = after->id};
    if (after->kind == KIND_MEMBER) {
        TRY(ripple_member(t, before, after, arena, out));
    } else if (after->kind == KIND_TRANSFER) {
        TRY(ripple_transfer(t, before, after, arena, out));
    } else if (after->kind == KIND_NODE) {
        TRY(ripple_hub(t, before, after, arena, out));
    } else if (after->kind == KIND_UNIT && !before) {
        struct id_list waiting; /* of this unit, which came before it */
        TRY(store_ids_of_unit(t, after->id, (struct dot){0, 0}, 1, arena, &waiting));
        out->tree = waiting.count != 0;
    } else if (after->kind == KIND_UNIT && (!fields_equal(before, after, F_UNIT_PARENT) ||
                                            !fields_equal(before, after, F_UNIT_SUCCESSORS))) {
        out->moved_unit = after->id;
        out->tree = tree_concerns(t, after->id);
    }
    return person_units(t, arena, out, false);
}

/* ---- after the write ------------------------------------------------------------------------ */

static struct slice leaving_key(struct dot id, uint8_t out[8 + DOT_KEY_BYTES])
{
    memcpy(out, "leaving.", 8);
    dot_key_put(out + 8, id);
    return slice_make(out, 8 + DOT_KEY_BYTES);
}

static bool any_leaving(struct txn *t)
{
    if (t->some[SOME_LEAVING] == SOME_UNKNOWN) {
        struct arena arena = {0};
        struct slice key, value;
        enum err e =
            store_kv_next(t, slice_str("leaving."), (struct slice){0}, &arena, &key, &value);
        t->some[SOME_LEAVING] = e == ERR_END ? SOME_NO : SOME_YES;
        arena_free(&arena);
    }
    return t->some[SOME_LEAVING] == SOME_YES;
}

bool store_is_leaving(struct txn *t, struct dot id)
{
    struct slice v;
    struct arena arena = {0};
    uint8_t key[8 + DOT_KEY_BYTES];
    bool leaving = any_leaving(t) && store_kv_get(t, leaving_key(id, key), &arena, &v) == ERR_OK;
    arena_free(&arena);
    return leaving;
}

enum err store_ids_leaving(struct txn *t, struct arena *arena, struct id_list *out)
{
    const struct slice prefix = slice_str("leaving.");
    struct slice key = {0}, value;
    size_t cap = 0;
    enum err e = ERR_OK;
    *out = (struct id_list){0};
    while ((e = store_kv_next(t, prefix, key, arena, &key, &value)) == ERR_OK) {
        if (key.len == prefix.len + DOT_KEY_BYTES) {
            id_list_add(out, &cap, dot_key_get(key.ptr + prefix.len), arena);
        }
    }
    return e == ERR_END ? ERR_OK : e;
}

enum err leaving_put(struct txn *t, struct dot id)
{
    uint8_t key[8 + DOT_KEY_BYTES];
    t->some[SOME_LEAVING] = SOME_YES;
    return store_kv_put(t, leaving_key(id, key), slice_str("1"));
}

enum err leaving_del(struct txn *t, struct dot id)
{
    uint8_t key[8 + DOT_KEY_BYTES];
    return any_leaving(t) ? store_kv_del(t, leaving_key(id, key)) : ERR_OK;
}

/* Does a letter say of this unit, which is not known here, that it is another office's? The records
 * of the branches below other communes come to nobody else; whoever sends one of their members
 * names its own office, too. Until a letter does, nothing can be said. */
static bool unit_is_others(struct txn *t, const struct record *r, struct dot unit, struct dot own)
{
    struct arena arena = {0};
    struct id_list list = {0};
    struct dot member = r->kind == KIND_MEMBER ? r->id : merge_shown_ref(r, F_MEMBER);
    bool others = false;
    if (dot_is_none(member) || store_ids_by_ref(t, member, F_MEMBER, (struct dot){0, 0},
                                                LETTERS_READ_MAX, &arena, &list) != ERR_OK) {
        list.count = 0;
    }
    for (size_t i = 0; i < list.count && !others; i++) {
        struct record x;
        if (store_get(t, list.ids[i], &arena, &x, NULL) != ERR_OK || x.kind != KIND_TRANSFER ||
            x.flags & RECORD_STUB || merge_is_deleted(&x) ||
            !dot_equal(merge_shown_ref(&x, F_TRANSFER_FROM), unit)) {
            continue;
        }
        struct dot office = merge_shown_ref(&x, F_UNIT);
        others = store_has(t, office) && !unit_is_within(t, office, own) &&
                 !unit_is_within(t, own, office);
    }
    arena_free(&arena);
    return others;
}

bool scope_is_lost(struct txn *t, const struct record *r, const struct id_list *units)
{
    struct dot own = store_identity(t->store)->unit;
    if (r->kind == KIND_UNIT || units->count == 0 || r->route == ROUTE_LOCAL ||
        r->route == ROUTE_EVERYWHERE || r->flags & RECORD_STUB || dot_is_none(own) ||
        scope_holds(t, r->route, units->ids, units->count, own)) {
        return false;
    }
    for (size_t i = 0; i < units->count; i++) {
        if (!store_has(t, units->ids[i]) && !unit_is_others(t, r, units->ids[i], own)) {
            return false; /* of a unit not yet known nothing can be said */
        }
    }
    return true;
}

/* A unit moved or has successors: everything below it may have left this store's scope, or come
 * back; and what flows down may come from others now. */
static enum err ripple_tree(struct txn *t)
{
    struct arena ids = {0}, arena = {0};
    struct id_list all = {0};
    struct walk w;
    size_t cap = 0;
    walk_begin(&w, t, TABLE_RECORDS, (struct slice){0}, (struct slice){0});
    w.keys_only = true;
    while (walk_next(&w)) {
        id_list_add(&all, &cap, dot_key_get(w.key.ptr), &ids);
    }
    enum err e = walk_end(&w);
    for (size_t i = 0; e == ERR_OK && i < all.count; i++) {
        struct record r;
        struct id_list units;
        arena_reset(&arena);
        e = store_get(t, all.ids[i], &arena, &r, NULL);
        e = e == ERR_OK ? scope_units(t, &r, &arena, &units) : e;
        if (e == ERR_DAMAGED) {
            e = ERR_OK; /* `check` tells */
            continue;
        }
        if (e == ERR_OK && scope_is_lost(t, &r, &units)) {
            e = store_is_leaving(t, r.id) ? ERR_OK : door_touch(t, r.id, &units, &units);
        } else if (e == ERR_OK) {
            e = leaving_del(t, r.id);
        }
    }
    arena_free(&ids);
    arena_free(&arena);
    return e;
}

/* What gives scope to a record that depends on watched persons: as it was, or as it is. */
static enum err dependent_units(struct txn *t, const struct ripple *p, const struct record *r,
                                bool after, struct arena *arena, struct id_list *out)
{
    const struct field *member = record_field(r, F_MEMBER);
    size_t cap = 0;
    struct id_list direct;
    TRY(scope_units_direct(t, r, arena, &direct));
    *out = (struct id_list){0};
    for (size_t i = 0; i < direct.count; i++) {
        id_list_add(out, &cap, direct.ids[i], arena);
    }
    for (uint32_t i = 0; member && i < member->count; i++) {
        struct id_list units = {0};
        bool watched = false;
        if (member->values[i].datum.type != DATUM_REF) {
            continue;
        }
        for (size_t j = 0; j < p->count && !watched; j++) {
            watched = dot_equal(p->items[j].id, member->values[i].datum.ref);
            units = watched ? after ? p->items[j].after : p->items[j].before : units;
        }
        if (!watched) {
            TRY(scope_person(t, member->values[i].datum.ref, arena, &units));
        }
        for (size_t j = 0; j < units.count; j++) {
            id_list_add(out, &cap, units.ids[j], arena);
        }
    }
    out->count = dots_distinct(out->ids, out->count);
    return ERR_OK;
}

static enum err touch_dependents(struct txn *t, const struct ripple *p, struct dot member)
{
    struct arena ids = {0}, arena = {0};
    struct id_list list = {0};
    enum err e = store_ids_by_ref(t, member, F_MEMBER, (struct dot){0, 0}, SIZE_MAX, &ids, &list);
    for (size_t i = 0; i < list.count && e == ERR_OK; i++) {
        struct record r;
        struct id_list former, now;
        arena_reset(&arena);
        if (dot_equal(list.ids[i], p->writing)) {
            continue;
        }
        e = store_get(t, list.ids[i], &arena, &r, NULL);
        if (e == ERR_OK && r.route != ROUTE_DEPENDENT) {
            continue; /* it names the member, and stays its own unit's */
        }
        e = e ? e : dependent_units(t, p, &r, false, &arena, &former);
        e = e ? e : dependent_units(t, p, &r, true, &arena, &now);
        if (e == ERR_OK && !id_lists_equal(&former, &now)) {
            e = door_touch(t, r.id, &former, &now);
        }
    }
    arena_free(&ids);
    arena_free(&arena);
    return e;
}

/* Everybody of the persons whose units differ now, and what depends on them. */
static enum err touch_persons(struct txn *t, struct ripple *p)
{
    struct arena arena = {0};
    enum err e = person_units(t, &arena, p, true);
    for (size_t i = 0; i < p->count && e == ERR_OK; i++) {
        const struct ripple_item *item = &p->items[i];
        if (id_lists_equal(&item->before, &item->after)) {
            continue;
        }
        if (!dot_equal(item->id, p->writing) && store_has(t, item->id)) {
            e = door_touch(t, item->id, &item->before, &item->after);
        }
        e = e ? e : touch_dependents(t, p, item->id);
    }
    arena_free(&arena);
    return e;
}

enum err ripple_spread(struct txn *t, struct ripple *p)
{
    TRY(touch_persons(t, p));
    for (size_t i = 0; i < p->node_count; i++) {
        struct arena arena = {0};
        struct record r;
        struct id_list units;
        enum err e = store_get(t, p->nodes[i].id, &arena, &r, NULL);
        e = e ? e : scope_units(t, &r, &arena, &units);
        if (e == ERR_OK && !id_lists_equal(&units, &p->nodes[i].before)) {
            e = door_touch(t, r.id, &p->nodes[i].before, &units);
        }
        arena_free(&arena);
        TRY(e);
    }
    t->tree_changed = t->tree_changed || p->tree ||
                      (!dot_is_none(p->moved_unit) && tree_concerns(t, p->moved_unit));
    return ERR_OK;
}

enum err store_settle_tree(struct txn *t)
{
    if (!t->tree_changed) {
        return ERR_OK;
    }
    t->tree_changed = false;
    return ripple_tree(t);
}
