#include "sync/receipts.h"

#include "core/scope.h"
#include "sync/link.h"
#include "sync/session.h"

static void count_one(struct receipts *out, int receipt)
{
    uint64_t *counts[] = {&out->here, &out->up, &out->top};
    (*counts[receipt])++;
}

/* This feed up to here is held by the top, for all that no refusal or debt says otherwise. */
static uint64_t settled_seq(struct txn *t, const struct upstream *u)
{
    if (upstream_is_uncompared(u) || u->acked_epoch != store_identity(txn_store(t))->actor) {
        return 0;
    }
    return u->top_seq < u->acked_seq ? u->top_seq : u->acked_seq;
}

/* Every record's newest entry is in the feed, and counts once. */
static enum err count_feed(struct txn *t, uint64_t after, struct receipts *out, uint64_t *seen)
{
    struct arena arena = {0};
    enum err e = ERR_OK;
    for (;;) {
        struct feed_entry entry;
        struct record r;
        struct record_local local;
        arena_reset(&arena);
        e = store_feed_next(t, after, &arena, &entry);
        if (e != ERR_OK) {
            break;
        }
        after = entry.seq;
        e = store_get(t, entry.id, &arena, &r, &local);
        if (e == ERR_OK && local.feed_seq == entry.seq) {
            count_one(out, session_receipt(t, &r, &local));
            (*seen)++;
        } else if (e != ERR_OK && e != ERR_NOT_FOUND) {
            break;
        }
    }
    arena_free(&arena);
    return e == ERR_END ? ERR_OK : e;
}

/* What is refused, or owed whole, is not at the top, however old its entry. */
static enum err exceptions(struct txn *t, const struct upstream *u, struct arena *arena,
                           struct id_array *out)
{
    struct id_array refused;
    struct dot id = {0, 0};
    uint64_t sent = 0;
    size_t cap = 0;
    enum err e = ERR_OK;
    TRY(mark_list(t, "refused.", SIZE_MAX, arena, &refused));
    *out = refused;
    cap = out->count;
    while ((e = queue_next(t, u->node, id, arena, &id, &sent)) == ERR_OK) {
        if (mark_has(t, "refused.", id)) {
            continue;
        }
        if (out->count == cap) {
            cap = cap ? cap * 2 : 16;
            struct dot *grown = arena_array(arena, cap, sizeof(*grown));
            memcpy(grown, out->ids, out->count * sizeof(*grown));
            out->ids = grown;
        }
        out->ids[out->count++] = id;
    }
    return e == ERR_END ? ERR_OK : e;
}

/* Drafts that never leave are nowhere else, however old their entry. */
static enum err count_drafts(struct txn *t, uint64_t settled, struct receipts *out, uint64_t *seen)
{
    struct arena arena = {0};
    struct id_list list = {0};
    enum err e = store_ids_of_kind(t, KIND_SITUATION, (struct dot){0, 0}, SIZE_MAX, &arena, &list);
    for (size_t i = 0; e == ERR_OK && i < list.count; i++) {
        struct record r;
        struct record_local local;
        e = store_get(t, list.ids[i], &arena, &r, &local);
        if (e == ERR_OK && r.route == ROUTE_LOCAL) {
            bool counted = local.feed_seq > settled;
            out->drafts++;
            out->here += counted ? 0 : 1;
            *seen += counted ? 0 : 1;
        }
        e = e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    arena_free(&arena);
    return e;
}

enum err receipts_count(struct txn *t, struct receipts *out)
{
    struct upstream u;
    struct arena arena = {0};
    struct id_array apart = {0};
    uint64_t seen = 0;
    *out = (struct receipts){0};
    TRY(upstream_load(t, &u));
    if (dot_is_none(u.node)) {
        out->top = store_record_count(t);
        return ERR_OK;
    }
    uint64_t settled = settled_seq(t, &u);
    enum err e = count_feed(t, settled, out, &seen);
    e = e ? e : count_drafts(t, settled, out, &seen);
    e = e ? e : exceptions(t, &u, &arena, &apart);
    for (size_t i = 0; i < apart.count && e == ERR_OK; i++) {
        struct record r;
        struct record_local local;
        e = store_get(t, apart.ids[i], &arena, &r, &local);
        if (e == ERR_OK && local.feed_seq <= settled) {
            count_one(out, session_receipt(t, &r, &local));
            seen++;
        }
        e = e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    out->top += store_record_count(t) - seen;
    arena_free(&arena);
    return e;
}

/* ---- offices below --------------------------------------------------------------------------- */

struct units {
    struct arena *arena;
    struct receipts_unit *list;
    size_t count, cap;
};

static struct receipts_unit *unit_of(struct units *u, struct dot unit)
{
    size_t at = 0;
    while (at < u->count && dot_compare(u->list[at].unit, unit) < 0) {
        at++;
    }
    if (at < u->count && dot_equal(u->list[at].unit, unit)) {
        return &u->list[at];
    }
    if (u->count == u->cap) {
        size_t cap = u->cap ? u->cap * 2 : 32;
        struct receipts_unit *grown = arena_array(u->arena, cap, sizeof(*grown));
        if (u->count) {
            memcpy(grown, u->list, u->count * sizeof(*grown));
        }
        u->list = grown;
        u->cap = cap;
    }
    memmove(&u->list[at + 1], &u->list[at], (u->count - at) * sizeof(*u->list));
    u->count++;
    u->list[at] = (struct receipts_unit){.unit = unit, .receipt = 1};
    return &u->list[at];
}

/* A computer in first contact, or one that this hub no longer recognises, has not been heard out.
 */
static bool heard_out(const struct link *link)
{
    return link->epoch != 0 && !link->first_contact && link->unknown_round == 0;
}

static enum err gather_links(struct txn *t, struct units *out)
{
    struct slice key = {0}, value, prefix = slice_str("link.");
    enum err e = ERR_OK;
    while ((e = store_kv_next(t, prefix, key, out->arena, &key, &value)) == ERR_OK) {
        struct link link;
        if (key.len != prefix.len + DOT_KEY_BYTES) {
            continue;
        }
        TRY(link_load(t, dot_key_get(key.ptr + prefix.len), &link));
        struct receipts_unit *u = unit_of(out, link.unit);
        u->nodes++;
        u->last_contact_ms =
            link.last_contact_ms > u->last_contact_ms ? link.last_contact_ms : u->last_contact_ms;
        u->receipt = heard_out(&link) ? u->receipt : 0;
    }
    return e == ERR_END ? ERR_OK : e;
}

/* Something of these units is not at the top. */
static void hold_back(struct txn *t, struct units *u, const struct dot *units, size_t count)
{
    for (size_t i = 0; i < u->count; i++) {
        if (u->list[i].receipt == 2 && scope_within(t, units, count, u->list[i].unit)) {
            u->list[i].receipt = 1;
        }
    }
}

static size_t at_top(const struct units *u)
{
    size_t n = 0;
    for (size_t i = 0; i < u->count; i++) {
        n += u->list[i].receipt == 2;
    }
    return n;
}

static enum err hold_back_pending(struct txn *t, struct units *u, uint64_t after)
{
    struct arena arena = {0};
    enum err e = ERR_OK;
    while (at_top(u) > 0) {
        struct feed_entry entry;
        arena_reset(&arena);
        e = store_feed_next(t, after, &arena, &entry);
        if (e != ERR_OK) {
            break;
        }
        after = entry.seq;
        hold_back(t, u, entry.units_before, entry.before_count);
        hold_back(t, u, entry.units_after, entry.after_count);
    }
    arena_free(&arena);
    return e == ERR_END ? ERR_OK : e;
}

static enum err hold_back_exceptions(struct txn *t, struct units *u, const struct upstream *up)
{
    struct id_array apart;
    TRY(exceptions(t, up, u->arena, &apart));
    for (size_t i = 0; i < apart.count && at_top(u) > 0; i++) {
        struct record r;
        struct id_list units;
        enum err e = store_get(t, apart.ids[i], u->arena, &r, NULL);
        if (e == ERR_OK) {
            TRY(scope_units(t, &r, u->arena, &units));
            hold_back(t, u, units.ids, units.count);
        } else if (e != ERR_NOT_FOUND) {
            return e;
        }
    }
    return ERR_OK;
}

enum err receipts_units(struct txn *t, struct arena *arena, struct receipts_unit **out,
                        size_t *count)
{
    struct units u = {.arena = arena};
    struct upstream up;
    TRY(gather_links(t, &u));
    TRY(upstream_load(t, &up));
    bool root = dot_is_none(up.node);
    uint64_t settled = root ? store_feed_head(t) : settled_seq(t, &up);
    for (size_t i = 0; i < u.count; i++) {
        u.list[i].receipt += u.list[i].receipt == 1 && (root || settled > 0);
    }
    TRY(hold_back_pending(t, &u, settled));
    TRY(root ? ERR_OK : hold_back_exceptions(t, &u, &up));
    *out = u.list;
    *count = u.count;
    return ERR_OK;
}
