#include "sync/reconcile.h"

#include "core/scope.h"

#include <stdlib.h>

#define BUCKET_BITS_MAX 10

/* Spreads ids over buckets; FORMAT.md, "Reconciliation". */
static uint64_t bucket_hash(struct dot id)
{
    uint64_t x = id.actor ^ (id.seq * 0x9e3779b97f4a7c15u);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static uint32_t bucket_of(struct dot id, uint8_t bits)
{
    return bits == 0 ? 0 : (uint32_t)(bucket_hash(id) >> (64 - bits));
}

/* About the square root of the records, so that sums and listings cost alike. */
static uint8_t bits_for(uint64_t count)
{
    uint8_t bits = 0;
    while (bits < BUCKET_BITS_MAX && ((uint64_t)1 << (2 * (bits + 1))) <= count * 2) {
        bits++;
    }
    return bits;
}

/* ---- groups --------------------------------------------------------------------------------- */

struct group_visit {
    struct txn *t;
    void (*visit)(struct group_visit *v, const struct digest_group *g);
    struct hash sum;
    struct arena *arena;
    struct round_group *groups;
    size_t count, cap;
};

/* Everything a node of `unit` should hold: its subtree's own and down-flowing groups, what flows
 * down from above, and what is everywhere. */
static enum err visit_groups(struct group_visit *v, struct dot unit)
{
    struct arena arena = {0};
    struct id_list units;
    struct digest_group g = store_digest(v->t, ROUTE_EVERYWHERE, (struct dot){0, 0});
    v->visit(v, &g);
    enum err e = unit_subtree(v->t, unit, &arena, &units);
    for (size_t i = 0; e == ERR_OK && i < units.count; i++) {
        g = store_digest(v->t, ROUTE_OWN, units.ids[i]);
        v->visit(v, &g);
        g = store_digest(v->t, ROUTE_DOWN, units.ids[i]);
        v->visit(v, &g);
    }
    enum err up = e ? e : unit_above(v->t, unit, &arena, &units);
    for (size_t i = 0; up == ERR_OK && i < units.count; i++) {
        if (!unit_is_within(v->t, units.ids[i], unit)) { /* else it was visited above */
            g = store_digest(v->t, ROUTE_DOWN, units.ids[i]);
            v->visit(v, &g);
        }
    }
    arena_free(&arena);
    return up;
}

static void visit_sum(struct group_visit *v, const struct digest_group *g)
{
    hash_sum_add(&v->sum, g->sum);
}

static void visit_list(struct group_visit *v, const struct digest_group *g)
{
    if (g->count == 0) {
        return;
    }
    if (v->count == v->cap) {
        size_t cap = v->cap ? v->cap * 2 : 64;
        struct round_group *grown = arena_array(v->arena, cap, sizeof(*grown));
        if (v->count) {
            memcpy(grown, v->groups, v->count * sizeof(*grown));
        }
        v->groups = grown;
        v->cap = cap;
    }
    struct dot unit = g->route == ROUTE_EVERYWHERE ? (struct dot){0, 0} : g->unit;
    v->groups[v->count++] = (struct round_group){g->route, unit, be64_get(g->sum.bytes), g->count};
}

/* How often does a record count in the digest of `unit`? Once per group it is in. */
static enum err take_out_refused(struct txn *t, struct dot unit, struct hash *sum)
{
    struct arena arena = {0};
    struct id_array refused;
    enum err e = mark_list(t, "refused.", SIZE_MAX, &arena, &refused);
    for (size_t i = 0; e == ERR_OK && i < refused.count; i++) {
        struct record r;
        struct id_list units;
        if (store_get(t, refused.ids[i], &arena, &r, NULL) != ERR_OK || r.flags & RECORD_STUB) {
            continue;
        }
        e = scope_units(t, &r, &arena, &units);
        struct hash h = record_digest(&r);
        if (r.route == ROUTE_EVERYWHERE) {
            hash_sum_sub(sum, h);
        }
        for (size_t j = 0; e == ERR_OK && r.route != ROUTE_EVERYWHERE && j < units.count; j++) {
            if (scope_holds(t, r.route, &units.ids[j], 1, unit)) {
                hash_sum_sub(sum, h);
            }
        }
    }
    arena_free(&arena);
    return e;
}

enum err reconcile_digest(struct txn *t, struct dot unit, bool less_refused, struct hash *out)
{
    struct group_visit v = {.t = t, .visit = visit_sum};
    enum err e = visit_groups(&v, unit);
    *out = v.sum;
    return e || !less_refused ? e : take_out_refused(t, unit, out);
}

enum err reconcile_groups(struct txn *t, struct dot unit, struct arena *arena,
                          struct round_group **out, size_t *count)
{
    struct group_visit v = {.t = t, .visit = visit_list, .arena = arena};
    enum err e = visit_groups(&v, unit);
    *out = v.groups;
    *count = v.count < RECONCILE_GROUPS_MAX ? v.count : RECONCILE_GROUPS_MAX;
    return e;
}

/* ---- records of a group --------------------------------------------------------------------- */

static enum err group_records(struct txn *t, uint8_t route, struct dot unit, struct arena *arena,
                              struct id_hash **out, size_t *count)
{
    return store_group_hashes(t, (enum route)route, unit, (struct dot){0, 0}, SIZE_MAX, arena, out,
                              count);
}

static enum err queue_group(struct txn *t, struct dot peer, uint8_t route, struct dot unit)
{
    struct arena arena = {0};
    struct id_hash *list = NULL;
    size_t n = 0;
    enum err e = group_records(t, route, unit, &arena, &list, &n);
    for (size_t i = 0; e == ERR_OK && i < n; i++) {
        e = queue_put(t, peer, list[i].id, 0);
    }
    arena_free(&arena);
    return e;
}

static enum err queue_unless_echo(struct txn *t, const struct link *link,
                                  const struct round_group *g)
{
    struct arena arena = {0}, row = {0};
    struct id_hash *list = NULL;
    size_t n = 0;
    enum err e = group_records(t, g->route, g->unit, &arena, &list, &n);
    for (size_t i = 0; e == ERR_OK && i < n; i++) {
        struct record r;
        struct record_local local;
        arena_reset(&row);
        e = store_get(t, list[i].id, &row, &r, &local);
        bool echo = e == ERR_OK && dot_equal(local.source_node, link->node) &&
                    local.source_actor == link->epoch;
        if (e == ERR_OK && !echo) {
            e = queue_put(t, link->node, list[i].id, 0);
        }
        e = e == ERR_DAMAGED || e == ERR_NOT_FOUND ? ERR_OK : e; /* set aside; `check` tells */
    }
    arena_free(&arena);
    arena_free(&row);
    return e;
}

enum err reconcile_queue_scope(struct txn *t, const struct link *link, bool but_echo)
{
    struct arena arena = {0};
    struct group_visit v = {.t = t, .visit = visit_list, .arena = &arena};
    enum err e = visit_groups(&v, link->unit);
    for (size_t i = 0; e == ERR_OK && i < v.count; i++) {
        e = but_echo ? queue_unless_echo(t, link, &v.groups[i])
                     : queue_group(t, link->node, v.groups[i].route, v.groups[i].unit);
    }
    arena_free(&arena);
    return e;
}

static uint64_t *bucket_sums(const struct id_hash *list, size_t n, uint8_t bits,
                             struct arena *arena)
{
    uint64_t *sums = arena_array(arena, (size_t)1 << bits, sizeof(*sums));
    for (size_t i = 0; i < n; i++) {
        sums[bucket_of(list[i].id, bits)] += list[i].hash;
    }
    return sums;
}

static const struct round_group *group_find(const struct round_group *groups, size_t count,
                                            uint8_t route, struct dot unit)
{
    for (size_t i = 0; i < count; i++) {
        if (groups[i].route == route && dot_equal(groups[i].unit, unit)) {
            return &groups[i];
        }
    }
    return NULL;
}

/* May this child compare this group? Answers stay inside the requester's scope. */
static bool group_allowed(struct txn *t, const struct link *link, uint8_t route, struct dot unit)
{
    if (route == ROUTE_EVERYWHERE) {
        return dot_is_none(unit);
    }
    return (route == ROUTE_OWN || route == ROUTE_DOWN) &&
           scope_holds(t, route, &unit, 1, link->unit);
}

enum err reconcile_answer_groups(struct txn *t, const struct link *link,
                                 const struct round_group *groups, size_t count,
                                 struct arena *arena, struct round_buckets **out, size_t *out_count)
{
    struct round_group *own = NULL;
    size_t own_count = 0, n = 0, sums = 0;
    TRY(reconcile_groups(t, link->unit, arena, &own, &own_count));
    *out = arena_array(arena, count + own_count + 1, sizeof(struct round_buckets));
    for (size_t i = 0; i < own_count; i++) {
        const struct round_group *theirs = group_find(groups, count, own[i].route, own[i].unit);
        if (!theirs || theirs->count == 0) {
            TRY(queue_group(t, link->node, own[i].route, own[i].unit));
        } else if ((theirs->sum != own[i].sum || theirs->count != own[i].count) &&
                   sums < RECONCILE_SUMS_MAX) {
            struct id_hash *list = NULL;
            size_t list_count = 0;
            TRY(group_records(t, own[i].route, own[i].unit, arena, &list, &list_count));
            uint8_t bits = bits_for(own[i].count > theirs->count ? own[i].count : theirs->count);
            sums += (size_t)1 << bits;
            (*out)[n++] =
                (struct round_buckets){.route = own[i].route,
                                       .unit = own[i].unit,
                                       .bits = bits,
                                       .count = own[i].count,
                                       .sums = bucket_sums(list, list_count, bits, arena)};
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (groups[i].count && !group_find(own, own_count, groups[i].route, groups[i].unit)) {
            (*out)[n++] = (struct round_buckets){.route = groups[i].route, .unit = groups[i].unit};
        }
    }
    *out_count = n;
    return ERR_OK;
}

/* ---- listings ------------------------------------------------------------------------------- */

static struct round_listing listing_of(const struct round_buckets *b, uint32_t bucket,
                                       const struct id_hash *list, size_t n, struct arena *arena)
{
    struct round_listing l = {
        .route = b->route, .unit = b->unit, .bits = b->bits, .bucket = bucket};
    for (size_t i = 0; i < n; i++) {
        l.count += bucket_of(list[i].id, b->bits) == bucket;
    }
    l.ids = arena_array(arena, l.count + 1, sizeof(*l.ids));
    l.hashes = arena_array(arena, l.count + 1, sizeof(*l.hashes));
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (bucket_of(list[i].id, b->bits) == bucket) {
            l.ids[at] = list[i].id;
            l.hashes[at++] = list[i].hash;
        }
    }
    return l;
}

static enum err list_buckets(struct txn *t, const struct round_buckets *b, struct arena *arena,
                             struct round_listing *out, size_t *n, size_t *ids)
{
    struct id_hash *list = NULL;
    size_t count = 0;
    TRY(group_records(t, b->route, b->unit, arena, &list, &count));
    uint64_t *own = bucket_sums(list, count, b->bits, arena);
    for (uint32_t k = 0; k < (uint32_t)1 << b->bits; k++) {
        if (own[k] != b->sums[k]) {
            out[*n] = listing_of(b, k, list, count, arena);
            *ids += out[(*n)++].count;
        }
    }
    return ERR_OK;
}

enum err reconcile_listings(struct txn *t, struct dot upstream, const struct round_buckets *buckets,
                            size_t count, size_t *done, struct arena *arena,
                            struct round_listing **out, size_t *out_count)
{
    size_t n = 0, ids = 0, room = 0;
    for (size_t i = *done; i < count; i++) {
        room += (size_t)1 << buckets[i].bits;
    }
    *out = arena_array(arena, room + 1, sizeof(struct round_listing));
    while (*done < count && ids < RECONCILE_IDS_MAX) {
        const struct round_buckets *b = &buckets[(*done)++];
        if (b->count == 0) {
            TRY(queue_group(t, upstream, b->route, b->unit));
        } else {
            TRY(list_buckets(t, b, arena, *out, &n, &ids));
        }
    }
    *out_count = n;
    return ERR_OK;
}

/* A group's records, kept from one listing to the next: honest ones come group by group. */
struct held_group {
    bool loaded;
    uint8_t route;
    struct dot unit;
    struct id_hash *list;
    size_t count;
    size_t loads;
    struct arena arena;
};

static enum err held_load(struct txn *t, struct held_group *g, const struct round_listing *l)
{
    if (g->loaded && g->route == l->route && dot_equal(g->unit, l->unit)) {
        return ERR_OK;
    }
    if (++g->loads > RECONCILE_GROUPS_MAX) {
        return error_set(ERR_FORMAT, _("a message compares too much at once"));
    }
    arena_reset(&g->arena);
    g->loaded = true;
    g->route = l->route;
    g->unit = l->unit;
    return group_records(t, l->route, l->unit, &g->arena, &g->list, &g->count);
}

static int id_hash_compare(const void *a, const void *b)
{
    const struct id_hash *x = a, *y = b;
    return dot_compare(x->id, y->id);
}

static bool listed_same(const struct id_hash *list, size_t count, const struct id_hash *x)
{
    const struct id_hash *found = NULL;
    if (count) {
        found = bsearch(x, list, count, sizeof(*list), id_hash_compare);
    }
    return found && found->hash == x->hash;
}

/* One bucket against the same one here: what differs is owed to the child and wanted from it. */
static enum err answer_listing(struct txn *t, const struct link *link,
                               const struct round_listing *l, const struct held_group *own,
                               struct id_array *wants)
{
    struct arena arena = {0};
    enum err e = ERR_OK;
    struct id_hash *theirs = arena_array(&arena, l->count + 1, sizeof(*theirs));
    for (size_t i = 0; i < l->count; i++) {
        theirs[i] = (struct id_hash){l->ids[i], l->hashes[i]};
    }
    qsort(theirs, l->count, sizeof(*theirs), id_hash_compare);
    for (size_t i = 0; e == ERR_OK && i < own->count; i++) {
        if (bucket_of(own->list[i].id, l->bits) == l->bucket &&
            !listed_same(theirs, l->count, &own->list[i])) {
            e = queue_put(t, link->node, own->list[i].id, 0);
        }
    }
    for (size_t i = 0; e == ERR_OK && i < l->count; i++) {
        if (!listed_same(own->list, own->count, &theirs[i])) {
            wants->ids[wants->count++] = theirs[i].id;
        }
    }
    arena_free(&arena);
    return e;
}

enum err reconcile_answer_listings(struct txn *t, const struct link *link,
                                   const struct round_listing *lists, size_t count,
                                   struct arena *arena, struct id_array *wants)
{
    size_t room = 0;
    struct held_group own = {0};
    enum err e = ERR_OK;
    for (size_t i = 0; i < count; i++) {
        room += lists[i].count;
    }
    *wants = (struct id_array){.ids = arena_array(arena, room + 1, sizeof(struct dot))};
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        if (group_allowed(t, link, lists[i].route, lists[i].unit)) {
            e = held_load(t, &own, &lists[i]);
            e = e ? e : answer_listing(t, link, &lists[i], &own, wants);
        }
    }
    arena_free(&own.arena);
    return e;
}
