#include "core/scope.h"

#include "core/person.h"
#include "core/store_env.h"

/* Units being gathered. Siblings beyond any honest number add nothing. */
struct gather {
    struct txn *t;
    struct arena *arena;
    struct dot *list;
    size_t count;
};
#define GATHER_MAX 256

static void add_unit_refs(struct gather *g, const struct record *r, uint32_t field)
{
    const struct field *f = record_field(r, field);
    for (uint32_t i = 0; f && i < f->count && g->count < GATHER_MAX; i++) {
        if (f->values[i].datum.type == DATUM_REF) {
            g->list[g->count++] = f->values[i].datum.ref;
        }
    }
}

bool scope_came_from(const struct record *member, struct dot unit)
{
    static const uint32_t fields[] = {F_UNIT, F_ONCE};
    bool came = false;
    for (size_t k = 0; k < ARRAY_COUNT(fields); k++) {
        const struct field *f = record_field(member, fields[k]);
        for (uint32_t i = 0; f && i < f->count && !came; i++) {
            came = f->values[i].datum.type == DATUM_REF && dot_equal(f->values[i].datum.ref, unit);
        }
    }
    return came;
}

/* Rule 16: while a transfer is under way, its place of origin keeps the member; if it is that: a
 * letter about somebody else's member opens nothing to whoever wrote it. */
static enum err add_transfers(struct gather *g, const struct record *member)
{
    struct id_list open;
    TRY(store_ids_of_open_transfers(g->t, member->id, OPEN_TRANSFERS_MAX, g->arena, &open));
    for (size_t i = 0; i < open.count; i++) {
        struct record r;
        enum err e = store_get(g->t, open.ids[i], g->arena, &r, NULL);
        if (e != ERR_OK && e != ERR_NOT_FOUND) {
            return e;
        }
        const struct field *from = e == ERR_OK ? record_field(&r, F_TRANSFER_FROM) : NULL;
        for (uint32_t j = 0; from && j < from->count && g->count < GATHER_MAX; j++) {
            const struct datum *d = &from->values[j].datum;
            if (d->type == DATUM_REF && scope_came_from(member, d->ref)) {
                g->list[g->count++] = d->ref;
            }
        }
    }
    return ERR_OK;
}

/* Rule 12: a person is wherever any of the records merged into one is. r may be given, else it is
 * read. */
static enum err add_member(struct gather *g, struct dot id, const struct record *r)
{
    struct id_list mates = {.ids = &id, .count = 1};
    if (r) {
        add_unit_refs(g, r, F_UNIT);
    }
    if (person_is_merged(g->t, id) || (r && record_field(r, F_MERGED_INTO))) {
        TRY(person_reach(g->t, id, r, g->arena, &mates));
    }
    for (size_t i = 0; i < mates.count; i++) {
        struct record m;
        if (r && dot_equal(mates.ids[i], id)) {
            TRY(add_transfers(g, r));
            continue;
        }
        enum err e = store_get(g->t, mates.ids[i], g->arena, &m, NULL);
        if (e == ERR_OK) {
            add_unit_refs(g, &m, F_UNIT);
            TRY(add_transfers(g, &m));
        } else if (e != ERR_NOT_FOUND) {
            return e;
        }
    }
    return ERR_OK;
}

/* A node is known where its hub is: the one it leaves hears of it. */
static enum err add_hubs(struct gather *g, const struct record *r)
{
    const struct field *f = record_field(r, F_NODE_HUB);
    for (uint32_t i = 0; f && i < f->count; i++) {
        struct record hub;
        if (f->values[i].datum.type != DATUM_REF || dot_equal(f->values[i].datum.ref, r->id)) {
            continue;
        }
        enum err e = store_get(g->t, f->values[i].datum.ref, g->arena, &hub, NULL);
        if (e == ERR_OK) {
            add_unit_refs(g, &hub, F_UNIT);
        } else if (e != ERR_NOT_FOUND) {
            return e;
        }
    }
    return ERR_OK;
}

/* By what the record itself says, whatever it depends on. */
static enum err gather_direct(struct gather *g, const struct record *r)
{
    add_unit_refs(g, r, F_UNIT);
    if (r->kind == KIND_TRANSFER) {
        add_unit_refs(g, r, F_TRANSFER_FROM);
        add_unit_refs(g, r, F_TRANSFER_TO);
    } else if (r->kind == KIND_ACCEPTANCE) {
        add_unit_refs(g, r, F_ACCEPTANCE_ISSUER);
    } else if (r->kind == KIND_NODE) {
        return add_hubs(g, r);
    }
    return ERR_OK;
}

static enum err gather_units(struct gather *g, const struct record *r)
{
    if (r->kind == KIND_UNIT) {
        g->list[g->count++] = r->id;
        return ERR_OK;
    }
    if (r->kind == KIND_MEMBER) {
        return add_member(g, r->id, r);
    }
    TRY(gather_direct(g, r));
    const struct field *member = r->route == ROUTE_DEPENDENT ? record_field(r, F_MEMBER) : NULL;
    for (uint32_t i = 0; member && i < member->count; i++) {
        if (member->values[i].datum.type == DATUM_REF) {
            TRY(add_member(g, member->values[i].datum.ref, NULL));
        }
    }
    return ERR_OK;
}

enum err scope_units(struct txn *t, const struct record *r, struct arena *arena,
                     struct id_list *out)
{
    struct gather g = {t, arena, arena_array(arena, GATHER_MAX, sizeof(struct dot)), 0};
    TRY(gather_units(&g, r));
    g.count = dots_distinct(g.list, g.count);
    *out = (struct id_list){.ids = g.list, .count = g.count};
    return ERR_OK;
}

enum err scope_person(struct txn *t, struct dot member, struct arena *arena, struct id_list *out)
{
    struct gather g = {t, arena, arena_array(arena, GATHER_MAX, sizeof(struct dot)), 0};
    TRY(add_member(&g, member, NULL));
    g.count = dots_distinct(g.list, g.count);
    *out = (struct id_list){.ids = g.list, .count = g.count};
    return ERR_OK;
}

enum err scope_units_direct(struct txn *t, const struct record *r, struct arena *arena,
                            struct id_list *out)
{
    struct gather g = {t, arena, arena_array(arena, GATHER_MAX, sizeof(struct dot)), 0};
    TRY(gather_direct(&g, r));
    *out = (struct id_list){.ids = g.list, .count = g.count};
    return ERR_OK;
}

bool scope_within(struct txn *t, const struct dot *units, size_t count, struct dot root)
{
    for (size_t i = 0; i < count; i++) {
        if (unit_is_within(t, units[i], root)) {
            return true;
        }
    }
    return false;
}

bool scope_holds(struct txn *t, uint8_t route, const struct dot *units, size_t count,
                 struct dot unit)
{
    if (route == ROUTE_EVERYWHERE) {
        return true;
    }
    if (route == ROUTE_LOCAL) {
        return false;
    }
    if (scope_within(t, units, count, unit)) {
        return true;
    }
    for (size_t i = 0; route == ROUTE_DOWN && i < count; i++) {
        if (unit_is_within(t, unit, units[i])) {
            return true;
        }
    }
    return false;
}

bool scope_was_within(struct txn *t, const struct record *r, struct dot root)
{
    static const uint32_t fields[] = {F_UNIT, F_ONCE};
    bool was = false;
    for (size_t k = 0; k < ARRAY_COUNT(fields); k++) {
        const struct field *f = record_field(r, fields[k]);
        for (uint32_t i = 0; f && i < f->count && !was; i++) {
            was = f->values[i].datum.type == DATUM_REF &&
                  unit_was_within(t, f->values[i].datum.ref, root);
        }
    }
    return was;
}
