/* What others signed, as it came: kept for a time, so that it can be shown later who had sent what.
 *
 * A row is: hash 16 of all that follows, [ time, node actor, node seq, via, the message ]. Its key
 * begins with the state, so that what may go is found without passing what may not. */
#include "core/store_env.h"

#include <stdlib.h>

#define EVIDENCE_DAYS 180
#define EVIDENCE_MBYTES 1024
#define DAY_MS (24ll * 60 * 60 * 1000)
#define PRUNE_AT_ONCE 4 /* more than one comes, so that it ends, and no write waits for it */

/* Meta "evidence": the last number given, bytes of what is taken, how many of each state. */
struct counters {
    uint64_t last, bytes, count[3];
};

static enum err counters_load(struct txn *t, struct counters *c)
{
    struct slice v;
    *c = (struct counters){0};
    enum err e = table_get(t, TABLE_META, slice_str("evidence"), &v);
    if (e == ERR_OK && v.len == 5 * 8) {
        c->last = be64_get(v.ptr);
        c->bytes = be64_get(v.ptr + 8);
        for (size_t i = 0; i < ARRAY_COUNT(c->count); i++) {
            c->count[i] = be64_get(v.ptr + 16 + 8 * i);
        }
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err counters_store(struct txn *t, const struct counters *c)
{
    uint8_t v[5 * 8];
    be64_put(v, c->last);
    be64_put(v + 8, c->bytes);
    for (size_t i = 0; i < ARRAY_COUNT(c->count); i++) {
        be64_put(v + 16 + 8 * i, c->count[i]);
    }
    return table_put(t, TABLE_META, slice_str("evidence"), slice_make(v, sizeof(v)));
}

struct evidence_key {
    uint8_t bytes[1 + 8];
};

static struct evidence_key key_of(enum evidence_state state, uint64_t number)
{
    struct evidence_key k = {{(uint8_t)state}};
    be64_put(k.bytes + 1, number);
    return k;
}

static struct slice key_slice(const struct evidence_key *k)
{
    return slice_make(k->bytes, sizeof(k->bytes));
}

/* Numbers of settings; what is no number is the fallback. */
static int64_t setting_number(struct txn *t, const char *key, int64_t fallback)
{
    struct arena arena = {0};
    struct slice v;
    int64_t n = fallback;
    if (store_kv_get(t, slice_str(key), &arena, &v) == ERR_OK && v.len) {
        char *end = NULL;
        long long given = strtoll(arena_cstr(&arena, v), &end, 10);
        n = *end == '\0' && given >= 0 ? given : fallback;
    }
    arena_free(&arena);
    return n;
}

static enum err row_parse(struct slice key, struct slice row, struct arena *arena,
                          struct evidence *out)
{
    *out = (struct evidence){.state = (enum evidence_state)key.ptr[0],
                             .number = be64_get(key.ptr + 1)};
    struct slice body = slice_make(row.ptr + HASH_BYTES, row.len - HASH_BYTES);
    bool whole = row.len > HASH_BYTES && memcmp(hash_of(body).bytes, row.ptr, HASH_BYTES) == 0;
    struct pack_reader r = pack_reader_make(whole ? arena_copy(arena, body) : (struct slice){0});
    read_array_exact(&r, 5);
    out->time_ms = read_int(&r);
    out->node.actor = read_uint(&r);
    out->node.seq = read_uint(&r);
    out->via = (enum via)read_uint_max(&r, 255);
    out->bytes = read_bin(&r);
    return pack_end(&r) ? ERR_OK
                        : error_set(ERR_DAMAGED,
                                    _("what was kept as evidence under number %llu "
                                      "is damaged"),
                                    (unsigned long long)out->number);
}

static enum err remove_row(struct txn *t, struct counters *c, struct slice key, size_t row_len)
{
    enum evidence_state state = (enum evidence_state)key.ptr[0];
    c->bytes -= state == EVIDENCE_TAKEN && c->bytes >= row_len ? row_len : 0;
    c->count[state] -= c->count[state] > 0;
    return table_del(t, TABLE_EVIDENCE, key);
}

/* The oldest of what was taken, when it is over its time or over the room there is. */
static enum err prune(struct txn *t, struct counters *c, int64_t days)
{
    const struct env *env = store_env(t->store);
    int64_t keep_from_ms = env->now_ms(env->ctx) - days * DAY_MS;
    uint64_t room = (uint64_t)setting_number(t, "set.evidence_mbytes", EVIDENCE_MBYTES) << 20;
    struct arena arena = {0};
    enum err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < PRUNE_AT_ONCE; i++) {
        static const uint8_t taken[] = {EVIDENCE_TAKEN};
        struct walk w;
        struct evidence old = {0};
        struct evidence_key key;
        size_t len = 0;
        walk_begin(&w, t, TABLE_EVIDENCE, slice_make(taken, sizeof(taken)), (struct slice){0});
        bool any = walk_next(&w) && w.key.len == sizeof(key.bytes);
        if (any) {
            memcpy(key.bytes, w.key.ptr, sizeof(key.bytes));
            len = w.value.len;
            if (row_parse(w.key, w.value, &arena, &old) != ERR_OK) {
                old.time_ms = INT64_MIN; /* no use to anybody */
            }
        }
        e = walk_end(&w);
        if (e != ERR_OK || !any || (old.time_ms >= keep_from_ms && c->bytes <= room)) {
            break;
        }
        e = remove_row(t, c, key_slice(&key), len);
        arena_reset(&arena);
    }
    arena_free(&arena);
    return e;
}

enum err store_evidence_put(struct txn *t, struct dot node, enum evidence_state state, enum via via,
                            struct slice bytes, uint64_t *number)
{
    const struct env *env = store_env(t->store);
    int64_t days = setting_number(t, "set.evidence_days", EVIDENCE_DAYS);
    struct counters c;
    struct hash none = {{0}};
    *number = 0;
    TRY(counters_load(t, &c));
    TRY(prune(t, &c, days));
    if (days == 0 && state == EVIDENCE_TAKEN) {
        return counters_store(t, &c);
    }
    buf_clear(&t->row);
    buf_add(&t->row, none.bytes, HASH_BYTES);
    struct pack_writer w = pack_writer_make(&t->row);
    pack_array(&w, 5);
    pack_int(&w, env->now_ms(env->ctx));
    pack_uint(&w, node.actor);
    pack_uint(&w, node.seq);
    pack_uint(&w, (uint64_t)via);
    pack_bin(&w, bytes);
    struct hash h = hash_of(slice_make(t->row.ptr + HASH_BYTES, t->row.len - HASH_BYTES));
    memcpy(t->row.ptr, h.bytes, HASH_BYTES);
    c.last++;
    c.count[state]++;
    c.bytes += state == EVIDENCE_TAKEN ? t->row.len : 0;
    struct evidence_key key = key_of(state, c.last);
    TRY(table_put(t, TABLE_EVIDENCE, key_slice(&key), buf_view(&t->row)));
    *number = c.last;
    return counters_store(t, &c);
}

void store_evidence_cite(struct txn *t, uint64_t number)
{
    t->evidence = number;
}

/* The key under which a number is kept, and its row. */
static enum err find(struct txn *t, uint64_t number, struct evidence_key *key, struct slice *row)
{
    static const enum evidence_state states[] = {EVIDENCE_TAKEN, EVIDENCE_QUARANTINED};
    enum err e = ERR_NOT_FOUND;
    for (size_t i = 0; i < ARRAY_COUNT(states) && e == ERR_NOT_FOUND; i++) {
        *key = key_of(states[i], number);
        e = table_get(t, TABLE_EVIDENCE, key_slice(key), row);
    }
    return e;
}

enum err store_evidence_get(struct txn *t, uint64_t number, struct arena *arena,
                            struct evidence *out)
{
    struct evidence_key key;
    struct slice row;
    TRY(find(t, number, &key, &row));
    return row_parse(key_slice(&key), row, arena, out);
}

enum err store_evidence_next(struct txn *t, enum evidence_state state, uint64_t after,
                             struct arena *arena, struct evidence *out)
{
    struct evidence_key from = key_of(state, after);
    struct walk w;
    walk_begin(&w, t, TABLE_EVIDENCE, slice_make(from.bytes, 1), key_slice(&from));
    bool any = walk_next(&w);
    enum err read = any ? row_parse(w.key, w.value, arena, out) : ERR_END;
    enum err e = walk_end(&w);
    return e ? e : read;
}

uint64_t store_evidence_count(struct txn *t, enum evidence_state state)
{
    struct counters c;
    return counters_load(t, &c) == ERR_OK ? c.count[state] : 0;
}

enum err store_evidence_drop(struct txn *t, uint64_t number)
{
    struct counters c;
    struct evidence_key key;
    struct slice row;
    enum err e = find(t, number, &key, &row);
    if (e != ERR_OK) {
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    size_t len = row.len;
    TRY(counters_load(t, &c));
    TRY(remove_row(t, &c, key_slice(&key), len));
    return counters_store(t, &c);
}

enum err store_evidence_move(struct txn *t, uint64_t number, enum evidence_state state)
{
    struct counters c;
    struct evidence_key from, to = key_of(state, number);
    struct slice row;
    TRY(find(t, number, &from, &row));
    if (from.bytes[0] == to.bytes[0]) {
        return ERR_OK;
    }
    buf_clear(&t->row); /* the pages move under writes */
    buf_add_slice(&t->row, row);
    TRY(counters_load(t, &c));
    TRY(remove_row(t, &c, key_slice(&from), t->row.len));
    TRY(table_put(t, TABLE_EVIDENCE, key_slice(&to), buf_view(&t->row)));
    c.count[state]++;
    c.bytes += state == EVIDENCE_TAKEN ? t->row.len : 0;
    return counters_store(t, &c);
}
