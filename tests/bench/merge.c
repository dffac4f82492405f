/* How fast a hub merges what a node sends, against raw LMDB making the same puts.
 *
 *   merge SCRATCH HUB NODE HUB NODE…
 *
 * A and B are two pairs of stores, each node joined to its hub and full of records not yet sent.
 * The first pair is synced with every put and deletion of the hub written down (the linker wraps
 * mdb_put and mdb_del); the second is synced with a clock, the hub's part alone: inflating,
 * decoding, merging, durable commits. Then what was written down is made again in a fresh LMDB
 * environment, in the same order, with the same commits. Of both the best run counts.
 * Prints: records, seconds and records/s of the merge; puts, seconds and records/s of raw LMDB;
 * ratio. */
#include "core/crypto.h"
#include "core/store_env.h"
#include "sync/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RAW_RUNS 3
#define RAW_MAP_BYTES ((size_t)1 << 30)

enum op { OP_PUT, OP_DEL, OP_COMMIT };
struct logged {
    enum op op;
    MDB_dbi dbi;
    unsigned flags;
    size_t key_at, key_len, value_at, value_len; /* in bytes.ptr */
};
static struct {
    bool on;
    struct logged *list;
    size_t count, cap;
    struct buf bytes;
    uint64_t puts;
} written;

int __real_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags);
int __wrap_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags);
int __real_mdb_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data);
int __wrap_mdb_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data);
int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

static void note(enum op op, MDB_dbi dbi, const MDB_val *key, const MDB_val *value, unsigned flags)
{
    if (!written.on) {
        return;
    }
    if (written.count == written.cap) {
        written.cap = written.cap ? written.cap * 2 : 65536;
        written.list = realloc(written.list, written.cap * sizeof(*written.list));
        CHECK(written.list != NULL);
    }
    struct logged *l = &written.list[written.count++];
    *l = (struct logged){.op = op, .dbi = dbi, .flags = flags};
    if (key) {
        l->key_at = written.bytes.len;
        l->key_len = key->mv_size;
        buf_add(&written.bytes, key->mv_data, key->mv_size);
    }
    if (value) {
        l->value_at = written.bytes.len;
        l->value_len = value->mv_size;
        buf_add(&written.bytes, value->mv_data, value->mv_size);
        written.puts++;
    }
}

int __wrap_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags)
{
    note(OP_PUT, dbi, key, data, flags);
    return __real_mdb_put(txn, dbi, key, data, flags);
}

int __wrap_mdb_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data)
{
    note(OP_DEL, dbi, key, NULL, 0);
    return __real_mdb_del(txn, dbi, key, data);
}

int __wrap_mdb_txn_commit(MDB_txn *txn)
{
    note(OP_COMMIT, 0, NULL, NULL, 0);
    return __real_mdb_txn_commit(txn);
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void fail(const char *what, enum err e)
{
    fprintf(stderr, "merge: %s: %s %s\n", what, error_word(e), error_last()->text);
    exit(1);
}

static struct store *open_store(const struct env *env, const char *dir)
{
    struct store *s = NULL;
    enum err e = store_open(env, dir, &s);
    if (e != ERR_OK) {
        fail(dir, e);
    }
    return s;
}

/* Seconds of the hub's part. */
static double sync_pair(const struct env *env, const char *hub_dir, const char *node_dir, bool log,
                        uint64_t *records)
{
    struct store *hub = open_store(env, hub_dir);
    struct store *node = open_store(env, node_dir);
    struct session s;
    struct buf request = {0}, reply = {0};
    double spent = 0;
    session_init(&s, node);
    while (!s.done) {
        buf_clear(&request);
        buf_clear(&reply);
        enum err e = session_request(&s, &request);
        if (e != ERR_OK) {
            fail("request", e);
        }
        written.on = log;
        double started = now_s();
        e = session_serve(hub, buf_view(&request), &reply);
        spent += now_s() - started;
        written.on = false;
        if (e != ERR_OK) {
            fail("serve", e);
        }
        e = session_reply(&s, buf_view(&reply));
        if (e != ERR_OK) {
            fail("reply", e);
        }
    }
    *records = s.stats.sent_records;
    buf_free(&request);
    buf_free(&reply);
    store_close(node);
    store_close(hub);
    return spent;
}

#define LMDB(call)                                                                                 \
    do {                                                                                           \
        int rc_ = (call);                                                                          \
        if (rc_ != 0) {                                                                            \
            fprintf(stderr, "merge: raw LMDB: %s\n", mdb_strerror(rc_));                           \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static double raw_run(const char *scratch, int run)
{
    char dir[1024];
    MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    MDB_dbi dbis[TABLE_COUNT + 2];
    snprintf(dir, sizeof(dir), "%s/raw-%d", scratch, run);
    if (mkdir(dir, 0700) != 0) {
        perror(dir);
        exit(1);
    }
    LMDB(mdb_env_create(&env));
    LMDB(mdb_env_set_mapsize(env, RAW_MAP_BYTES));
    LMDB(mdb_env_set_maxdbs(env, TABLE_COUNT));
    LMDB(mdb_env_open(env, dir, 0, 0600));
    LMDB(mdb_txn_begin(env, NULL, 0, &txn));
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        char name[32];
        snprintf(name, sizeof(name), "table-%zu", i);
        MDB_dbi dbi = 0;
        LMDB(mdb_dbi_open(txn, name, MDB_CREATE, &dbi));
        dbis[dbi] = dbi; /* numbered alike, in the order of opening */
    }
    LMDB(__real_mdb_txn_commit(txn));

    double started = now_s();
    LMDB(mdb_txn_begin(env, NULL, 0, &txn));
    for (size_t i = 0; i < written.count; i++) {
        const struct logged *l = &written.list[i];
        MDB_val key = {l->key_len, written.bytes.ptr + l->key_at};
        MDB_val value = {l->value_len, written.bytes.ptr + l->value_at};
        if (l->op == OP_COMMIT) {
            LMDB(__real_mdb_txn_commit(txn));
            LMDB(mdb_txn_begin(env, NULL, 0, &txn));
        } else if (l->op == OP_DEL) {
            int rc = __real_mdb_del(txn, dbis[l->dbi], &key, NULL);
            LMDB(rc == MDB_NOTFOUND ? 0 : rc);
        } else {
            LMDB(__real_mdb_put(txn, dbis[l->dbi], &key, &value, l->flags & ~(unsigned)MDB_APPEND));
        }
    }
    LMDB(__real_mdb_txn_commit(txn));
    double spent = now_s() - started;
    mdb_env_close(env);
    return spent;
}

int main(int argc, char **argv)
{
    struct env env;
    uint64_t records = 0;
    double raw = 0;
    if (argc < 6 || argc % 2 != 0) {
        fprintf(stderr, "usage: merge SCRATCH HUB NODE HUB NODE…\n");
        return 2;
    }
    crypto_init();
    env_init_default(&env);
    (void)sync_pair(&env, argv[2], argv[3], true, &records);
    double merge = 0;
    for (int i = 4; i < argc; i += 2) {
        double spent = sync_pair(&env, argv[i], argv[i + 1], false, &records);
        merge = i == 4 || spent < merge ? spent : merge;
    }
    for (int i = 0; i < RAW_RUNS; i++) {
        double spent = raw_run(argv[1], i);
        raw = i == 0 || spent < raw ? spent : raw;
    }
    double n = (double)records;
    printf("%llu %.4f %.0f %llu %.4f %.0f %.3f\n", (unsigned long long)records, merge, n / merge,
           (unsigned long long)written.puts, raw, n / raw, raw / merge);
    free(written.list);
    buf_free(&written.bytes);
    return 0;
}
