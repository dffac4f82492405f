/* The log of the history: for every entry that was written, and for every one that was rewritten or
 * taken away for a reason (saves that come under another actor), a row that extends a chain of
 * hashes. An entry that was altered, removed, put in or moved past this door does not fit its row;
 * a row that was does not fit the chain.
 *
 *   row  = kind 1, hash of the entry 16 (zero when it was taken away), head 16, key of the entry
 *   head = H(head before ‖ number 8 ‖ kind ‖ hash of the entry ‖ key)
 *
 * It finds accidents and whoever does not know it. Who may write every file of a store may write
 * the chain anew: what holds against that is the head, noted elsewhere (SECURITY.md). */
#include "core/store_env.h"

#include <stdlib.h>

#define ROW_HEAD (1 + 2 * HASH_BYTES)
#define KEY_MAX 64
#define REBUILD_STEP 2000

enum row_kind { ROW_ENTRY = 1, ROW_AGAIN, ROW_GONE };

/* Meta "history_log": rows, rows that rewrite or take away, head. */
static enum err log_load(struct txn *t)
{
    struct slice v;
    if (t->history_log.loaded) {
        return ERR_OK;
    }
    t->history_log = (struct history_log){.loaded = true};
    enum err e = table_get(t, TABLE_META, slice_str("history_log"), &v);
    if (e == ERR_OK && v.len == 16 + HASH_BYTES) {
        t->history_log.count = be64_get(v.ptr);
        t->history_log.again = be64_get(v.ptr + 8);
        memcpy(t->history_log.head.bytes, v.ptr + 16, HASH_BYTES);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err history_log_flush(struct txn *t)
{
    uint8_t v[16 + HASH_BYTES];
    if (!t->history_log.dirty) {
        return ERR_OK;
    }
    be64_put(v, t->history_log.count);
    be64_put(v + 8, t->history_log.again);
    memcpy(v + 16, t->history_log.head.bytes, HASH_BYTES);
    t->history_log.dirty = false;
    return table_put(t, TABLE_META, slice_str("history_log"), slice_make(v, sizeof(v)));
}

/* H(head ‖ number ‖ kind ‖ entry ‖ key) */
static struct hash head_after(struct hash head, uint64_t number, enum row_kind kind,
                              struct hash entry, struct slice key)
{
    uint8_t said[HASH_BYTES + 8 + 1 + HASH_BYTES + KEY_MAX];
    memcpy(said, head.bytes, HASH_BYTES);
    be64_put(said + HASH_BYTES, number);
    said[HASH_BYTES + 8] = (uint8_t)kind;
    memcpy(said + HASH_BYTES + 9, entry.bytes, HASH_BYTES);
    memcpy(said + HASH_BYTES + 9 + HASH_BYTES, key.ptr, key.len);
    return hash_of(slice_make(said, 2 * HASH_BYTES + 9 + key.len));
}

static enum err log_add(struct txn *t, enum row_kind kind, struct hash entry, struct slice key)
{
    uint8_t number[8], row[ROW_HEAD + KEY_MAX];
    struct history_log *log = &t->history_log;
    CHECK(key.len <= KEY_MAX);
    TRY(log_load(t));
    log->count++;
    log->again += kind != ROW_ENTRY;
    log->head = head_after(log->head, log->count, kind, entry, key);
    log->dirty = true;
    row[0] = (uint8_t)kind;
    memcpy(row + 1, entry.bytes, HASH_BYTES);
    memcpy(row + 1 + HASH_BYTES, log->head.bytes, HASH_BYTES);
    memcpy(row + ROW_HEAD, key.ptr, key.len);
    be64_put(number, log->count);
    return table_append(t, TABLE_HISTORY_LOG, slice_make(number, sizeof(number)),
                        slice_make(row, ROW_HEAD + key.len));
}

enum err history_put(struct txn *t, struct slice key, struct slice entry)
{
    struct slice there;
    enum err e = table_get(t, TABLE_HISTORY, key, &there);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    struct hash h = hash_of(entry); /* key and entry may borrow from the map */
    TRY(log_add(t, e == ERR_OK ? ROW_AGAIN : ROW_ENTRY, h, key));
    return table_put(t, TABLE_HISTORY, key, entry);
}

enum err history_take(struct txn *t, struct slice key)
{
    uint8_t copy[KEY_MAX];
    CHECK(key.len <= KEY_MAX);
    memcpy(copy, key.ptr, key.len);
    TRY(log_add(t, ROW_GONE, (struct hash){{0}}, slice_make(copy, key.len)));
    return table_del(t, TABLE_HISTORY, slice_make(copy, key.len));
}

/* ---- verifying ------------------------------------------------------------------------------ */

struct log_row {
    enum row_kind kind;
    struct hash entry, head;
    struct slice key;
};

static bool row_parse(struct slice v, struct log_row *out)
{
    if (v.len < ROW_HEAD || v.len > ROW_HEAD + KEY_MAX || v.ptr[0] < ROW_ENTRY ||
        v.ptr[0] > ROW_GONE) {
        return false;
    }
    out->kind = (enum row_kind)v.ptr[0];
    memcpy(out->entry.bytes, v.ptr + 1, HASH_BYTES);
    memcpy(out->head.bytes, v.ptr + 1 + HASH_BYTES, HASH_BYTES);
    out->key = slice_make(v.ptr + ROW_HEAD, v.len - ROW_HEAD);
    return true;
}

/* The newest row of a key, of those keys that have several. */
struct newest {
    struct hash key;
    uint64_t number;
};

struct verify {
    struct txn *t;
    struct history_report *report;
    struct newest *again; /* by key, then number */
    size_t again_count;
    struct hash *live; /* keys that the log has; only when some entry is none of them */
    size_t live_count, live_cap;
    bool collect;
};

static int newest_compare(const void *a, const void *b)
{
    const struct newest *x = a, *y = b;
    int c = memcmp(x->key.bytes, y->key.bytes, HASH_BYTES);
    return c ? c : x->number < y->number ? -1 : x->number > y->number;
}

static int hash_compare(const void *a, const void *b)
{
    return memcmp(a, b, HASH_BYTES);
}

static void found(struct verify *v, enum history_fault fault, struct slice key)
{
    struct history_report *r = v->report;
    if (r->shown < ARRAY_COUNT(r->faults)) {
        struct dot id = key.len >= DOT_KEY_BYTES ? dot_key_get(key.ptr) : (struct dot){0, 0};
        r->faults[r->shown++] = (struct history_wrong){fault, id};
    }
    r->wrong++;
}

/* Keys that were written more than once, with where they were last. */
static enum err collect_again(struct verify *v)
{
    uint64_t expected = v->t->history_log.again, rows = 0;
    struct walk w;
    uint64_t number = 0;
    TRY(table_count(v->t, TABLE_HISTORY_LOG, &rows));
    size_t cap = (size_t)(expected < rows ? expected : rows);
    if (cap == 0) {
        return ERR_OK;
    }
    v->again = calloc(cap, sizeof(*v->again));
    CHECK(v->again != NULL);
    walk_begin(&w, v->t, TABLE_HISTORY_LOG, (struct slice){0}, (struct slice){0});
    while (walk_next(&w) && v->again_count < cap) {
        struct log_row row;
        number++;
        if (row_parse(w.value, &row) && row.kind != ROW_ENTRY) {
            v->again[v->again_count++] = (struct newest){hash_of(row.key), number};
        }
    }
    qsort(v->again, v->again_count, sizeof(*v->again), newest_compare);
    return walk_end(&w);
}

/* Is there a later row for the key? */
static bool is_replaced(const struct verify *v, struct slice key, uint64_t number)
{
    struct newest want = {hash_of(key), UINT64_MAX};
    size_t low = 0, high = v->again_count;
    while (low < high) { /* the first behind all of this key */
        size_t middle = low + (high - low) / 2;
        if (newest_compare(&v->again[middle], &want) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 && hash_equal(v->again[low - 1].key, want.key) &&
           v->again[low - 1].number > number;
}

static void live_add(struct verify *v, struct slice key)
{
    if (v->live_count == v->live_cap) {
        v->live_cap = v->live_cap ? v->live_cap * 2 : 1024;
        v->live = realloc(v->live, v->live_cap * sizeof(*v->live));
        CHECK(v->live != NULL);
    }
    v->live[v->live_count++] = hash_of(key);
}

/* One row against its entry. *present: there is an entry that it speaks of. */
static void check_row(struct verify *v, const struct log_row *row, uint64_t number, bool *present)
{
    struct slice entry;
    *present = false;
    if (v->again_count && is_replaced(v, row->key, number)) {
        return;
    }
    enum err e = table_get(v->t, TABLE_HISTORY, row->key, &entry);
    *present = e == ERR_OK && row->kind != ROW_GONE;
    if (row->kind == ROW_GONE) {
        return; /* if it is there, there is one entry too many */
    }
    if (e != ERR_OK) {
        found(v, HISTORY_REMOVED, row->key);
    } else if (!hash_equal(hash_of(entry), row->entry)) {
        found(v, HISTORY_ALTERED, row->key);
    }
    if (v->collect && *present) {
        live_add(v, row->key);
    }
}

/* All rows in order; *entries is how many entries they speak of. */
static enum err check_rows(struct verify *v, uint64_t *entries)
{
    struct walk w;
    struct hash head = {{0}};
    uint64_t number = 0;
    bool broken = false;
    *entries = 0;
    walk_begin(&w, v->t, TABLE_HISTORY_LOG, (struct slice){0}, (struct slice){0});
    while (walk_next(&w)) {
        struct log_row row = {0};
        bool present = false;
        number++;
        bool good = row_parse(w.value, &row) && w.key.len == 8 && be64_get(w.key.ptr) == number;
        struct hash want = good ? head_after(head, number, row.kind, row.entry, row.key) : head;
        if ((!good || !hash_equal(want, row.head)) && !broken) {
            broken = true; /* told once: from here on nothing fits */
            v->report->log_broken = true;
            found(v, HISTORY_LOG_BROKEN, row.key);
        }
        number = w.key.len == 8 ? be64_get(w.key.ptr) : number;
        head = row.head;
        if (row.key.len) {
            check_row(v, &row, number, &present);
            *entries += present;
        }
    }
    const struct history_log *log = &v->t->history_log;
    if (!broken && (number != log->count || !hash_equal(head, log->head))) {
        v->report->log_broken = true;
        found(v, HISTORY_LOG_BROKEN, (struct slice){0});
    }
    v->report->rows = number;
    v->report->head = head;
    return walk_end(&w);
}

/* Entries that no row speaks of, by name. */
static enum err find_inserted(struct verify *v)
{
    struct history_report none = {0}, *told = v->report;
    struct walk w;
    uint64_t entries = 0;
    v->collect = true;
    v->report = &none;
    enum err e = check_rows(v, &entries);
    v->report = told;
    if (e != ERR_OK) {
        return e;
    }
    if (v->live) {
        qsort(v->live, v->live_count, sizeof(*v->live), hash_compare);
    }
    walk_begin(&w, v->t, TABLE_HISTORY, (struct slice){0}, (struct slice){0});
    while (walk_next(&w)) {
        struct hash key = hash_of(w.key);
        if (!v->live || !bsearch(&key, v->live, v->live_count, sizeof(*v->live), hash_compare)) {
            found(v, HISTORY_INSERTED, w.key);
        }
    }
    return walk_end(&w);
}

enum err history_log_verify(struct txn *t, struct history_report *out)
{
    struct verify v = {.t = t, .report = out};
    uint64_t spoken_of = 0, there = 0;
    *out = (struct history_report){0};
    TRY(log_load(t));
    enum err e = collect_again(&v);
    e = e ? e : check_rows(&v, &spoken_of);
    e = e ? e : table_count(t, TABLE_HISTORY, &there);
    if (e == ERR_OK && there != spoken_of) {
        e = find_inserted(&v);
    }
    free(v.again);
    free(v.live);
    return e;
}

/* ---- beginning anew -------------------------------------------------------------------------- */

struct rebuild {
    struct buf after; /* key of the last entry done; "" at the end */
    uint64_t added;
    bool others; /* wrote meanwhile: what is met now may have a row already */
};

/* Rows for the next entries. */
static enum err rebuild_step(struct txn *t, struct rebuild *b)
{
    struct slice keys[REBUILD_STEP];
    struct hash *hashes = calloc(REBUILD_STEP, sizeof(*hashes));
    struct arena arena = {0};
    struct walk w;
    size_t n = 0;
    CHECK(hashes != NULL);
    enum err e = log_load(t);
    b->others = b->others || t->history_log.count != b->added;
    walk_begin(&w, t, TABLE_HISTORY, (struct slice){0}, buf_view(&b->after));
    while (n < REBUILD_STEP && walk_next(&w)) {
        hashes[n] = hash_of(w.value);
        keys[n++] = arena_copy(&arena, w.key); /* the pages move under writes */
    }
    enum err walked = walk_end(&w);
    e = e ? e : walked;
    for (size_t i = 0; i < n && e == ERR_OK; i++) {
        e = log_add(t, b->others ? ROW_AGAIN : ROW_ENTRY, hashes[i], keys[i]);
    }
    b->added = t->history_log.count;
    buf_clear(&b->after);
    if (n == REBUILD_STEP) {
        buf_add_slice(&b->after, keys[n - 1]);
    }
    arena_free(&arena);
    free(hashes);
    return e;
}

enum err history_log_rebuild(struct store *s)
{
    struct rebuild b = {.added = 0};
    bool first = true;
    enum err e = ERR_OK;
    do {
        struct txn *t = NULL;
        e = txn_begin(s, TXN_WRITE, &t);
        if (e == ERR_OK && first) {
            e = table_clear(t, TABLE_HISTORY_LOG);
            t->history_log = (struct history_log){.loaded = true, .dirty = true};
        }
        e = e ? e : rebuild_step(t, &b);
        if (e == ERR_OK) {
            e = txn_commit(t);
        } else {
            txn_abort(t);
        }
        first = false;
    } while (e == ERR_OK && b.after.len > 0);
    buf_free(&b.after);
    return e;
}
