/* Asking the index; store_index.c says what is in it. */
#include "core/store_key.h"

#include "core/text.h"

/* Ids are the last 16 bytes of the keys under prefix. */
static enum err ids_under(struct txn *t, const struct key_build *prefix, struct dot after,
                          size_t limit, struct arena *arena, struct id_list *out)
{
    struct key_build from = *prefix;
    key_dot(&from, after);
    size_t cap = limit < 64 ? limit + 1 : 64;
    *out = (struct id_list){.ids = arena_array(arena, cap, sizeof(struct dot))};
    struct walk w;
    walk_begin(&w, t, TABLE_INDEX, key_view(prefix),
               dot_is_none(after) ? (struct slice){0} : key_view(&from));
    w.keys_only = true;
    while (walk_next(&w)) {
        if (out->count == limit) {
            out->more = true;
            break;
        }
        id_list_add(out, &cap, dot_key_get(w.key.ptr + w.key.len - DOT_KEY_BYTES), arena);
    }
    return walk_end(&w);
}

enum err store_ids_of_kind(struct txn *t, uint32_t kind, struct dot after, size_t limit,
                           struct arena *arena, struct id_list *out)
{
    struct key_build k = {.len = 0};
    key_byte(&k, 'k');
    key_u32(&k, kind);
    return ids_under(t, &k, after, limit, arena, out);
}

#define EACH_PAGE 512 /* ids in memory at a time */

enum err store_each_of_kind(struct txn *t, uint32_t kind, struct arena *arena,
                            enum err (*visit)(void *ctx, const struct record *r), void *ctx)
{
    struct arena page = {0};
    struct id_list list = {0};
    struct dot after = {0, 0};
    enum err e = ERR_OK;
    do {
        arena_reset(&page);
        e = store_ids_of_kind(t, kind, after, EACH_PAGE, &page, &list);
        for (size_t i = 0; e == ERR_OK && i < list.count; i++) {
            struct record r;
            arena_reset(arena);
            e = store_get(t, list.ids[i], arena, &r, NULL);
            e = e == ERR_OK ? visit(ctx, &r) : e;
            after = list.ids[i];
        }
    } while (e == ERR_OK && list.more);
    arena_free(&page);
    return e == ERR_END ? ERR_OK : e;
}

enum err store_ids_of_unit(struct txn *t, struct dot unit, struct dot after, size_t limit,
                           struct arena *arena, struct id_list *out)
{
    struct key_build k = {.len = 0};
    key_byte(&k, 'u');
    group_key(&k, ROUTE_OWN, unit);
    return ids_under(t, &k, after, limit, arena, out);
}

enum err store_ids_handed_down(struct txn *t, struct dot unit, struct dot after, size_t limit,
                               struct arena *arena, struct id_list *out)
{
    struct key_build k = {.len = 0};
    key_byte(&k, 'u');
    group_key(&k, ROUTE_DOWN, unit);
    return ids_under(t, &k, after, limit, arena, out);
}

enum err store_ids_by_key(struct txn *t, uint32_t kind, uint32_t field, struct slice text,
                          size_t limit, struct arena *arena, struct id_list *out)
{
    struct key_build k = {.len = 0};
    exact_key(&k, t, kind, field, text_fold(text, arena));
    return ids_under(t, &k, (struct dot){0, 0}, limit, arena, out);
}

enum err store_ids_by_ref(struct txn *t, struct dot target, uint32_t field, struct dot after,
                          size_t limit, struct arena *arena, struct id_list *out)
{
    struct key_build k = {.len = 0};
    key_byte(&k, 'r');
    key_dot(&k, target);
    if (field != 0) {
        key_u32(&k, field);
    }
    return ids_under(t, &k, after, limit, arena, out);
}

/* Most stores have none of them: then one look a transaction is enough. */
static bool has_some(struct txn *t, enum some which, char prefix)
{
    if (t->some[which] == SOME_UNKNOWN) {
        struct walk w;
        walk_begin(&w, t, TABLE_INDEX, slice_make(&prefix, 1), (struct slice){0});
        w.keys_only = true;
        t->some[which] = walk_next(&w) ? SOME_YES : SOME_NO;
        if (walk_end(&w) != ERR_OK) {
            t->some[which] = SOME_YES; /* the look-up itself will tell */
        }
    }
    return t->some[which] == SOME_YES;
}

bool store_is_referred(struct txn *t, struct dot target, uint32_t field)
{
    struct key_build k = {.len = 0};
    struct walk w;
    if (field == F_MERGED_INTO && !has_some(t, SOME_MERGED, 'm')) {
        return false;
    }
    key_byte(&k, 'r');
    key_dot(&k, target);
    key_u32(&k, field);
    walk_begin(&w, t, TABLE_INDEX, key_view(&k), (struct slice){0});
    w.keys_only = true;
    bool any = walk_next(&w);
    return walk_end(&w) == ERR_OK && any;
}

bool store_is_merging(struct txn *t, struct dot id)
{
    struct key_build k = {.len = 0};
    if (!has_some(t, SOME_MERGED, 'm')) {
        return false;
    }
    key_byte(&k, 'm');
    key_dot(&k, id);
    return table_has(t, TABLE_INDEX, key_view(&k));
}

bool store_any_merging(struct txn *t)
{
    return has_some(t, SOME_MERGED, 'm');
}

enum err store_ids_of_open_transfers(struct txn *t, struct dot member, size_t limit,
                                     struct arena *arena, struct id_list *out)
{
    struct key_build k = {.len = 0};
    *out = (struct id_list){0};
    if (!has_some(t, SOME_TRANSFERS, 'o')) {
        return ERR_OK;
    }
    key_byte(&k, 'o');
    key_dot(&k, member);
    return ids_under(t, &k, (struct dot){0, 0}, limit, arena, out);
}

enum err store_ids_in_conflict(struct txn *t, struct dot after, size_t limit, struct arena *arena,
                               struct id_list *out)
{
    struct key_build k = {.len = 0};
    key_byte(&k, 'c');
    return ids_under(t, &k, after, limit, arena, out);
}

enum err store_ids_by_text(struct txn *t, struct slice folded, size_t limit, struct arena *arena,
                           struct id_list *out)
{
    struct key_build k = {.len = 0};
    key_byte(&k, 't');
    key_text(&k, t, folded, false);
    *out = (struct id_list){.ids = arena_array(arena, limit + 1, sizeof(struct dot))};
    struct walk w;
    walk_begin(&w, t, TABLE_INDEX, key_view(&k), (struct slice){0});
    w.keys_only = true;
    while (walk_next(&w)) {
        struct dot id = dot_key_get(w.key.ptr + w.key.len - DOT_KEY_BYTES);
        if (id_list_has(out, id)) {
            continue; /* two word starts of one record */
        }
        if (out->count == limit) {
            out->more = true;
            break;
        }
        out->ids[out->count++] = id;
    }
    return walk_end(&w);
}

/* Every actor that ever wrote anything held here is in the table of actors. */
enum err store_ids_by_short(struct txn *t, struct dot d, unsigned actor_bits, size_t limit,
                            struct arena *arena, struct id_list *out)
{
    uint64_t mask = actor_bits >= 64  ? UINT64_MAX
                    : actor_bits == 0 ? 0
                                      : ~(UINT64_MAX >> actor_bits);
    *out = (struct id_list){.ids = arena_array(arena, limit + 1, sizeof(struct dot))};
    struct walk w;
    walk_begin(&w, t, TABLE_ACTORS, (struct slice){0}, (struct slice){0});
    w.keys_only = true;
    while (walk_next(&w)) {
        struct dot id = {be64_get(w.key.ptr), d.seq};
        if (w.key.len != 8 || (id.actor & mask) != (d.actor & mask) || !store_has(t, id)) {
            continue;
        }
        if (out->count == limit) {
            out->more = true;
            break;
        }
        out->ids[out->count++] = id;
    }
    return walk_end(&w);
}
