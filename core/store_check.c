/* Verifying a store against itself, and rebuilding what is derived from records. */
#include "core/store_seal.h"

#include "core/scope.h"

#define REBUILD_STEP 500 /* records a transaction, to bound the dirty pages */

/* ---- verify --------------------------------------------------------------------------------- */

struct check_state {
    struct txn *t;
    struct check_report *report;
    uint64_t index_items; /* what the records should have */
    uint64_t wrong;       /* derived rows that are missing, stale or different */
};

static enum err check_derived(struct check_state *c, const struct record *r,
                              const struct record_local *local, struct arena *arena)
{
    struct id_list units;
    struct index_items items = {.arena = arena};
    struct slice v;
    uint8_t seq[8];
    TRY(scope_units(c->t, r, arena, &units));
    index_collect(c->t, r, &units, &items);
    index_sort(&items);
    for (size_t i = 0; i < items.count; i++) {
        enum err e = table_get(c->t, TABLE_INDEX, items.items[i].key, &v);
        if (e != ERR_OK && e != ERR_NOT_FOUND) {
            return e;
        }
        c->wrong += e == ERR_NOT_FOUND || !slice_equal(v, items.items[i].value);
    }
    c->index_items += items.count;
    be64_put(seq, local->feed_seq);
    c->wrong += table_get(c->t, TABLE_FEED, slice_make(seq, sizeof(seq)), &v) != ERR_OK;
    return ERR_OK;
}

static enum err check_records(struct check_state *c)
{
    struct arena arena = {0};
    struct walk w;
    enum err e = ERR_OK;
    walk_begin(&w, c->t, TABLE_RECORDS, (struct slice){0}, (struct slice){0});
    while (e == ERR_OK && walk_next(&w)) {
        struct record r;
        struct record_local local;
        arena_reset(&arena);
        c->report->records++;
        if (w.key.len != DOT_KEY_BYTES ||
            row_read(w.value, dot_key_get(w.key.ptr), &arena, &r, &local) != ERR_OK) {
            c->report->damaged++;
            continue;
        }
        e = check_derived(c, &r, &local, &arena);
    }
    enum err walked = walk_end(&w);
    arena_free(&arena);
    return e != ERR_OK ? e : walked;
}

static uint64_t digest_wrong(struct txn *t, const uint8_t *group, const struct hash *sum,
                             uint64_t count)
{
    struct dot unit = dot_key_get(group + 1);
    struct digest_group g = store_digest(t, (enum route)group[0], unit);
    return g.count != count || !hash_equal(g.sum, *sum);
}

/* The digest of a group is the sum over its index entries, which are in group order. */
static enum err check_digests(struct check_state *c)
{
    enum { GROUP_BYTES = 1 + DOT_KEY_BYTES };
    uint8_t group[GROUP_BYTES] = {0};
    struct hash sum = {{0}};
    uint64_t count = 0, entries = 0;
    bool any = false;
    struct walk w;
    walk_begin(&w, c->t, TABLE_INDEX, (struct slice){0}, (struct slice){0});
    while (walk_next(&w)) {
        entries++;
        if (w.key.ptr[0] != 'u' || w.key.len != 1 + GROUP_BYTES + DOT_KEY_BYTES ||
            w.value.len != HASH_BYTES) {
            continue;
        }
        if (!any || memcmp(group, w.key.ptr + 1, GROUP_BYTES) != 0) {
            c->wrong += any ? digest_wrong(c->t, group, &sum, count) : 0;
            memcpy(group, w.key.ptr + 1, GROUP_BYTES);
            sum = (struct hash){{0}};
            count = 0;
            any = true;
        }
        struct hash h;
        memcpy(h.bytes, w.value.ptr, HASH_BYTES);
        hash_sum_add(&sum, h);
        count += !hash_is_zero(h);
    }
    c->wrong += any ? digest_wrong(c->t, group, &sum, count) : 0;
    c->wrong += entries != c->index_items;
    return walk_end(&w);
}

/* ---- repair --------------------------------------------------------------------------------- */

static enum err set_aside(struct txn *t, struct slice key, struct slice row)
{
    uint8_t damaged[8 + DOT_KEY_BYTES] = "damaged.", want[5 + DOT_KEY_BYTES] = "want.";
    memcpy(damaged + 8, key.ptr, DOT_KEY_BYTES);
    memcpy(want + 5, key.ptr, DOT_KEY_BYTES);
    TRY(store_kv_put(t, slice_make(damaged, sizeof(damaged)), row));
    TRY(store_kv_put(t, slice_make(want, sizeof(want)), slice_str("1")));
    return table_del(t, TABLE_RECORDS, key);
}

/* One step of the rebuild: the records after `after`; *after is none at the end. First the
 * relations between records, from which scope is read, then everything. */
static enum err rebuild_step(struct txn *t, bool relations, struct dot *after,
                             struct check_report *report)
{
    struct arena arena = {0}, row_arena = {0};
    struct walk w;
    struct slice rows[REBUILD_STEP], keys[REBUILD_STEP];
    uint8_t from[DOT_KEY_BYTES];
    size_t n = 0;
    dot_key_put(from, *after);
    walk_begin(&w, t, TABLE_RECORDS, (struct slice){0},
               dot_is_none(*after) ? (struct slice){0} : slice_make(from, sizeof(from)));
    while (n < REBUILD_STEP && walk_next(&w)) {
        keys[n] = arena_copy(&arena, w.key); /* the pages move under writes */
        rows[n++] = arena_copy(&arena, w.value);
    }
    enum err e = walk_end(&w);
    *after = n == REBUILD_STEP ? dot_key_get(keys[n - 1].ptr) : (struct dot){0, 0};
    for (size_t i = 0; e == ERR_OK && i < n; i++) {
        struct record r;
        struct record_local local;
        struct id_list units;
        uint8_t seq[8];
        struct slice v;
        arena_reset(&row_arena);
        arena_reset(&t->scratch);
        if (row_read(rows[i], dot_key_get(keys[i].ptr), &row_arena, &r, &local) != ERR_OK) {
            e = set_aside(t, keys[i], rows[i]);
            report->repaired++;
            t->record_count--;
            continue;
        }
        if (relations) {
            e = index_relations(t, &r, &row_arena);
            continue;
        }
        e = scope_units(t, &r, &row_arena, &units);
        e = e ? e : index_update(t, NULL, &r, NULL, &units);
        be64_put(seq, local.feed_seq);
        if (e == ERR_OK && table_get(t, TABLE_FEED, slice_make(seq, sizeof(seq)), &v) != ERR_OK) {
            e = door_touch(t, r.id, &units, &units);
        }
    }
    arena_free(&arena);
    arena_free(&row_arena);
    return e;
}

enum err store_rebuild(struct store *s, struct check_report *report)
{
    struct txn *t = NULL;
    struct dot after = {0, 0};
    bool first = true, relations = true;
    for (;;) {
        enum err e = txn_begin(s, TXN_WRITE, &t);
        if (e == ERR_OK && first) {
            e = table_clear(t, TABLE_INDEX);
            e = e ? e : table_clear(t, TABLE_DIGESTS);
        }
        e = e ? e : rebuild_step(t, relations, &after, report);
        if (e != ERR_OK) {
            txn_abort(t);
            return e;
        }
        TRY(txn_commit(t));
        first = false;
        if (dot_is_none(after) && !relations) {
            return ERR_OK;
        }
        relations = relations && !dot_is_none(after);
    }
}

enum err rebuild_now(struct txn *t, struct check_report *report)
{
    memset(t->some, 0, sizeof(t->some));
    memset(t->unit_slots, 0, sizeof(t->unit_slots));
    t->digest = (struct digest_slot){.loaded = false};
    TRY(table_clear(t, TABLE_INDEX));
    TRY(table_clear(t, TABLE_DIGESTS));
    for (int relations = 1; relations >= 0; relations--) {
        struct dot after = {0, 0};
        do {
            TRY(rebuild_step(t, relations == 1, &after, report));
        } while (!dot_is_none(after));
        memset(t->some, 0, sizeof(t->some));
    }
    return ERR_OK;
}

/* ---- the history ----------------------------------------------------------------------------- */

static const char repaired_key[] = "history.repaired";

static void load_repaired(struct txn *t, struct check_report *out)
{
    struct arena arena = {0};
    struct slice v;
    if (store_kv_get(t, slice_str(repaired_key), &arena, &v) == ERR_OK && v.len == 16) {
        out->history_repaired_ms = (int64_t)be64_get(v.ptr);
        out->history_repaired = be64_get(v.ptr + 8);
    }
    if (store_kv_get(t, slice_str("history.chained"), &arena, &v) == ERR_OK && v.len == 8) {
        out->history_chained_ms = (int64_t)be64_get(v.ptr);
    }
    arena_free(&arena);
}

static enum err verify_history(struct store *s, struct history_report *out, enum err *result)
{
    struct txn *t = NULL;
    TRY(txn_begin(s, TXN_READ, &t));
    *out = (struct history_report){0};
    *result = history_log_verify(t, out);
    txn_abort(t);
    return ERR_OK;
}

/* What was lost cannot come back; from here on it is whole again, and it says so for ever. */
static enum err repair_history(struct store *s, struct check_report *out)
{
    const struct env *env = store_env(s);
    struct txn *t = NULL;
    uint8_t v[16];
    TRY(history_log_rebuild(s));
    TRY(txn_begin(s, TXN_WRITE, &t));
    out->history_repaired_ms = env->now_ms(env->ctx);
    out->history_repaired += out->history.wrong;
    out->repaired += out->history.wrong;
    be64_put(v, (uint64_t)out->history_repaired_ms);
    be64_put(v + 8, out->history_repaired);
    enum err e = store_kv_put(t, slice_str(repaired_key), slice_make(v, sizeof(v)));
    if (e == ERR_OK) {
        return txn_commit(t);
    }
    txn_abort(t);
    return e;
}

/* What cannot be unsealed in the feed and in history is taken out: it says nothing any more, and
 * would stop whoever reads past it. */
static enum err drop_unreadable(struct store *s, uint64_t *dropped)
{
    struct txn *t = NULL;
    uint64_t wrong = 0;
    TRY(txn_begin(s, TXN_WRITE, &t));
    enum err e = seal_check_rows(t, true, &wrong, dropped);
    if (e != ERR_OK) {
        txn_abort(t);
        return e;
    }
    return txn_commit(t);
}

enum err store_check(struct store *s, bool repair, struct check_report *out)
{
    struct txn *t = NULL;
    uint64_t unreadable = 0, dropped = 0;
    *out = (struct check_report){0};
    TRY(txn_begin(s, TXN_READ, &t));
    struct check_state c = {.t = t, .report = out};
    enum err e = check_records(&c);
    if (e == ERR_OK) {
        e = check_digests(&c);
    }
    e = e ? e : seal_check_rows(t, false, &unreadable, &dropped);
    enum err history = history_log_verify(t, &out->history);
    load_repaired(t, out);
    txn_abort(t);
    bool told = history != ERR_OK && unreadable; /* by the rows of it that cannot be unsealed */
    if (!repair && (e != ERR_OK || (history != ERR_OK && !told))) {
        return e ? e : history;
    }
    uint64_t derived = c.wrong;
    if (repair && s->seal && (unreadable || e != ERR_OK || history != ERR_OK)) {
        TRY(drop_unreadable(s, &dropped));
    }
    if (repair && (out->damaged || derived || e != ERR_OK)) {
        TRY(store_rebuild(s, out));
        out->repaired += derived;
    }
    if (repair) { /* what was taken out above is missing in it, too */
        TRY(verify_history(s, &out->history, &history));
    }
    if (repair && (out->history.wrong || history != ERR_OK)) {
        TRY(repair_history(s, out));
    }
    out->damaged += derived + unreadable + out->history.wrong;
    out->repaired += dropped;
    error_clear();
    return ERR_OK;
}
