#include "core/store_seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BALLAST_BYTES ((size_t)2 << 20)
#define READERS_MAX 126
#define LOCK_FILE_BYTES ((size_t)64 * READERS_MAX + 4096)
#define BALLAST_SPARE 16 /* times its size must be free before it is taken again */

size_t store_map_bytes = (size_t)256 << 20;

static const char *const table_names[TABLE_COUNT] = {"meta",        "records", "feed",  "index",
                                                     "history",     "digests", "saves", "actors",
                                                     "history_log", "evidence"};

/* ---- LMDB's results ------------------------------------------------------------------------- */

static bool disk_is_full(const struct store *s)
{
    struct statvfs v;
    return statvfs(s->dir, &v) == 0 && v.f_bavail < 64;
}

enum err lmdb_error(const struct store *s, int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return ERR_OK;
    case MDB_NOTFOUND:
        return ERR_NOT_FOUND;
    case ENOSPC:
    case EIO:
        if (rc == ENOSPC || disk_is_full(s)) {
            return error_set(ERR_DISK_FULL,
                             _("the disk is full. What was reported as saved is safe; free some "
                               "space and do the last step again"));
        }
        return error_set(ERR_DAMAGED, _("the disk reports an error: %s"), mdb_strerror(rc));
    case MDB_VERSION_MISMATCH:
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PANIC:
    case MDB_BAD_TXN:
        return error_set(
            ERR_DAMAGED,
            _("the store in %s is damaged (%s). Do not delete it; run `terrace check`"), s->dir,
            mdb_strerror(rc));
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
        return error_set(ERR_BUSY, _("too much was changed in one step; nothing was saved of it"));
    case MDB_READERS_FULL:
        return error_set(ERR_BUSY, _("too many programs are reading the store; try again"));
    case EACCES:
    case EPERM:
    case EROFS:
        return error_set(ERR_IO, _("%s: you may not write here (%s)"), s->dir, strerror(rc));
    default:
        return error_set(ERR_IO, _("%s: the store cannot be used: %s"), s->dir, mdb_strerror(rc));
    }
}

static MDB_val val_of(struct slice s)
{
    union {
        const void *in;
        void *out;
    } u = {.in = s.ptr}; /* LMDB does not write through it */
    return (MDB_val){s.len, u.out};
}

static struct slice slice_of(MDB_val v)
{
    return slice_make(v.mv_data, v.mv_size);
}

enum err table_get(struct txn *t, enum table table, struct slice key, struct slice *value)
{
    MDB_val k = val_of(key), v;
    int rc = mdb_get(t->mdb, t->store->tables[table], &k, &v);
    if (rc == 0) {
        *value = slice_of(v);
        return t->sealed ? seal_unvalue(t, table, key, *value, value) : ERR_OK;
    }
    return lmdb_error(t->store, rc);
}

bool table_has(struct txn *t, enum table table, struct slice key)
{
    MDB_val k = val_of(key), v;
    return mdb_get(t->mdb, t->store->tables[table], &k, &v) == 0;
}

enum err table_put(struct txn *t, enum table table, struct slice key, struct slice value)
{
    MDB_val k = val_of(key);
    MDB_val v = val_of(t->sealed ? seal_value(t, table, key, value) : value);
    t->dirty = true;
    return lmdb_error(t->store, mdb_put(t->mdb, t->store->tables[table], &k, &v, 0));
}

enum err table_append(struct txn *t, enum table table, struct slice key, struct slice value)
{
    MDB_val k = val_of(key);
    MDB_val v = val_of(t->sealed ? seal_value(t, table, key, value) : value);
    t->dirty = true;
    return lmdb_error(t->store, mdb_put(t->mdb, t->store->tables[table], &k, &v, MDB_APPEND));
}

enum err table_del(struct txn *t, enum table table, struct slice key)
{
    MDB_val k = val_of(key);
    t->dirty = true;
    int rc = mdb_del(t->mdb, t->store->tables[table], &k, NULL);
    return rc == MDB_NOTFOUND ? ERR_OK : lmdb_error(t->store, rc);
}

enum err table_clear(struct txn *t, enum table table)
{
    t->dirty = true;
    return lmdb_error(t->store, mdb_drop(t->mdb, t->store->tables[table], 0));
}

enum err table_count(struct txn *t, enum table table, uint64_t *rows)
{
    MDB_stat stat;
    int rc = mdb_stat(t->mdb, t->store->tables[table], &stat);
    *rows = rc == 0 ? stat.ms_entries : 0;
    return lmdb_error(t->store, rc);
}

void walk_begin(struct walk *w, struct txn *t, enum table table, struct slice prefix,
                struct slice after)
{
    *w = (struct walk){.t = t, .table = table, .prefix = prefix, .key = after.len ? after : prefix};
    w->started = after.len != 0;
    w->error = lmdb_error(t->store, mdb_cursor_open(t->mdb, t->store->tables[table], &w->cursor));
}

bool walk_next(struct walk *w)
{
    if (w->error != ERR_OK) {
        return false;
    }
    MDB_val k = val_of(w->key), v;
    bool first = w->value.ptr == NULL;
    int rc = first ? mdb_cursor_get(w->cursor, &k, &v, w->key.len ? MDB_SET_RANGE : MDB_FIRST)
                   : mdb_cursor_get(w->cursor, &k, &v, MDB_NEXT);
    if (rc == 0 && first && w->started && slice_equal(slice_of(k), w->key)) {
        rc = mdb_cursor_get(w->cursor, &k, &v, MDB_NEXT);
    }
    if (rc != 0) {
        if (rc != MDB_NOTFOUND) {
            w->error = error_set(ERR_DAMAGED, _("the store is damaged: %s"), mdb_strerror(rc));
        }
        return false;
    }
    w->key = slice_of(k);
    w->value = slice_of(v);
    if (w->value.ptr == NULL) {
        w->value.ptr = (const uint8_t *)"";
    }
    if (w->key.len < w->prefix.len ||
        (w->prefix.len && memcmp(w->key.ptr, w->prefix.ptr, w->prefix.len) != 0)) {
        return false;
    }
    if (w->t->sealed && !w->keys_only) {
        w->error = seal_unvalue(w->t, w->table, w->key, w->value, &w->value);
    }
    return w->error == ERR_OK;
}

enum err walk_end(struct walk *w)
{
    if (w->cursor) {
        mdb_cursor_close(w->cursor);
        w->cursor = NULL;
    }
    return w->error;
}

enum err table_last(struct txn *t, enum table table, struct slice prefix, struct slice *key,
                    struct slice *value)
{
    MDB_cursor *cursor = NULL;
    int rc = mdb_cursor_open(t->mdb, t->store->tables[table], &cursor);
    if (rc != 0) {
        return lmdb_error(t->store, rc);
    }
    /* Step behind the last possible key of the prefix, then one back. */
    uint8_t beyond[64];
    CHECK(prefix.len + 1 < sizeof(beyond));
    memset(beyond, 0xff, sizeof(beyond));
    if (prefix.len) {
        memcpy(beyond, prefix.ptr, prefix.len);
    }
    MDB_val k = {prefix.len + 24 < sizeof(beyond) ? prefix.len + 24 : sizeof(beyond), beyond}, v;
    rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
    rc = rc == 0 ? mdb_cursor_get(cursor, &k, &v, MDB_PREV)
                 : mdb_cursor_get(cursor, &k, &v, MDB_LAST);
    enum err e = lmdb_error(t->store, rc);
    if (e == ERR_OK) {
        *key = slice_of(k);
        *value = slice_of(v);
        if (key->len < prefix.len ||
            (prefix.len && memcmp(key->ptr, prefix.ptr, prefix.len) != 0)) {
            e = ERR_NOT_FOUND;
        } else if (t->sealed) {
            e = seal_unvalue(t, table, *key, *value, value);
        }
    }
    mdb_cursor_close(cursor);
    return e;
}

char *store_path(const struct store *s, const char *name, char *out, size_t size)
{
    int n = snprintf(out, size, "%s/%s", s->dir, name);
    CHECK(n > 0 && (size_t)n < size);
    return out;
}

/* ---- the ballast ----------------------------------------------------------------------------- */

/* Room kept for the day the disk is full, so that deleting and syncing still work then. */
void ballast_take(const struct store *s)
{
    char path[4096];
    struct statvfs v;
    struct stat st;
    (void)store_path(s, "ballast", path, sizeof(path));
    if (stat(path, &st) == 0 || statvfs(s->dir, &v) != 0 ||
        (uint64_t)v.f_bavail * v.f_frsize < (uint64_t)BALLAST_BYTES * BALLAST_SPARE) {
        return;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return;
    }
    bool full = posix_fallocate(fd, 0, (off_t)BALLAST_BYTES) != 0;
    (void)close(fd);
    if (full) {
        (void)unlink(path);
    }
}

static void ballast_drop(const struct store *s)
{
    char path[4096];
    (void)unlink(store_path(s, "ballast", path, sizeof(path)));
}

/* ---- opening the environment ----------------------------------------------------------------- */

/* LMDB makes its lock file with a hole in it and writes there through a map: on a full disk that is
 * SIGBUS. So the file gets its blocks beforehand, as long as it is not that long. */
static enum err lock_file_reserve(const struct store *s)
{
    char path[4096];
    struct stat st;
    int rc = 0;
    int fd = open(store_path(s, "lock.mdb", path, sizeof(path)),
                  O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return ERR_OK; /* LMDB tells better why */
    }
    if (fstat(fd, &st) == 0 && st.st_size < (off_t)LOCK_FILE_BYTES) {
        rc = posix_fallocate(fd, 0, (off_t)LOCK_FILE_BYTES);
    }
    (void)close(fd);
    return rc == ENOSPC ? lmdb_error(s, rc) : ERR_OK;
}

#define TABLES_OF_OLD (-1) /* neither LMDB's nor the system's */

/* Of what version is the store? 0 when it does not say. */
static uint64_t version_of(const struct store *s, MDB_txn *txn)
{
    MDB_val k = val_of(slice_str("version")), v;
    uint8_t plain[8];
    if (mdb_get(txn, s->tables[TABLE_META], &k, &v) != 0) {
        return 0;
    }
    if (s->seal) {
        bool good = v.mv_size == SEAL_OVERHEAD_BYTES + sizeof(plain) &&
                    seal_unvalue_into(s, TABLE_META, slice_of(k), slice_of(v), plain);
        return good ? be64_get(plain) : 0;
    }
    return v.mv_size == 8 ? be64_get(v.mv_data) : 0;
}

/* Handles of a transaction that does not commit are void: all in one. */
static int tables_in(struct store *s, bool create, bool upgrade)
{
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(s->mdb, NULL, create || upgrade ? 0 : MDB_RDONLY, &txn);
    for (size_t i = 0; rc == 0 && i < TABLE_COUNT; i++) {
        bool make = create || (upgrade && i >= TABLE_FIRST_OF_3);
        rc = mdb_dbi_open(txn, table_names[i], make ? MDB_CREATE : 0, &s->tables[i]);
        if (rc == MDB_NOTFOUND && i == TABLE_FIRST_OF_3) {
            uint64_t version = version_of(s, txn);
            rc = version > 0 && version < STORE_VERSION ? TABLES_OF_OLD : rc;
        }
    }
    if (rc == 0) {
        return mdb_txn_commit(txn);
    }
    if (txn) {
        mdb_txn_abort(txn);
    }
    return rc;
}

/* Tables that an older version had not yet are made, before the store is brought up to date. */
static int tables_open(struct store *s, bool create)
{
    int rc = tables_in(s, create, false);
    return rc == TABLES_OF_OLD ? tables_in(s, false, true) : rc;
}

enum err lmdb_open(struct store *s, bool create)
{
    int dead = 0;
    int rc = mdb_env_create(&s->mdb);
    CHECK(rc == 0);
    struct stat st;
    char path[4096];
    size_t map = store_map_bytes;
    if (!create && stat(store_path(s, "data.mdb", path, sizeof(path)), &st) == 0) {
        while (map < (size_t)st.st_size * 2) {
            map *= 2;
        }
        if (st.st_size == 0) {
            return error_set(ERR_DAMAGED, _("%s is empty: the store was lost by the disk"), path);
        }
    }
    enum err e = lock_file_reserve(s);
    if (e != ERR_OK) {
        return e;
    }
    rc = mdb_env_set_mapsize(s->mdb, map);
    rc = rc ? rc : mdb_env_set_maxdbs(s->mdb, TABLE_COUNT);
    rc = rc ? rc : mdb_env_set_maxreaders(s->mdb, READERS_MAX);
    /* MDB_NOTLS: a reader belongs to its transaction, not to a thread of the hub. */
    rc = rc ? rc : mdb_env_open(s->mdb, s->dir, MDB_NOTLS, 0600);
    rc = rc ? rc : mdb_reader_check(s->mdb, &dead);
    rc = rc ? rc : tables_open(s, create);
    if (rc == MDB_NOTFOUND) {
        return error_set(ERR_DAMAGED, _("%s is not a terrace store, or it is damaged"), s->dir);
    }
    return lmdb_error(s, rc);
}

void lmdb_close(struct store *s)
{
    if (s->mdb) {
        mdb_env_close(s->mdb);
        s->mdb = NULL;
    }
}

enum err meta_put_u64(struct txn *t, const char *name, uint64_t v)
{
    uint8_t bytes[8];
    be64_put(bytes, v);
    return table_put(t, TABLE_META, slice_str(name), slice_make(bytes, sizeof(bytes)));
}

enum err meta_get_u64(struct txn *t, const char *name, uint64_t *v)
{
    struct slice s = {0};
    enum err e = table_get(t, TABLE_META, slice_str(name), &s);
    if (e == ERR_OK && s.len != 8) {
        return error_set(ERR_DAMAGED, _("the store in %s is damaged: %s"), t->store->dir, name);
    }
    *v = e == ERR_OK ? be64_get(s.ptr) : 0;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- transactions --------------------------------------------------------------------------- */

/* Grow the map while no transaction of ours is open: a write never uses more than half of it. */
static enum err map_grow(struct store *s)
{
    MDB_envinfo info;
    MDB_stat stat;
    int rc = mdb_env_info(s->mdb, &info);
    rc = rc ? rc : mdb_env_stat(s->mdb, &stat);
    if (rc == 0 && info.me_last_pgno * stat.ms_psize > info.me_mapsize / 2) {
        rc = mdb_env_set_mapsize(s->mdb, info.me_mapsize * 2);
    }
    return lmdb_error(s, rc);
}

enum err lmdb_make_room(struct store *s)
{
    MDB_envinfo info;
    MDB_stat stat;
    int rc = mdb_env_info(s->mdb, &info);
    rc = rc ? rc : mdb_env_stat(s->mdb, &stat);
    size_t used = rc == 0 ? info.me_last_pgno * stat.ms_psize : 0;
    if (rc == 0 && used * 4 > info.me_mapsize) {
        rc = mdb_env_set_mapsize(s->mdb, used * 4);
    }
    return lmdb_error(s, rc);
}

static enum err txn_load(struct txn *t)
{
    struct slice s = {0};
    uint64_t actor = 0;
    enum err e = meta_get_u64(t, "actor", &actor);
    if (e == ERR_OK && actor != 0) {
        t->store->identity.actor = actor; /* another process may have taken a new one */
    }
    e = e ? e : meta_get_u64(t, "feed_head", &t->feed_head);
    e = e ? e : meta_get_u64(t, "own_seq", &t->own_seq);
    e = e ? e : meta_get_u64(t, "record_count", &t->record_count);
    e = e ? e : meta_get_u64(t, "passed_seq", &t->passed_seq);
    if (e != ERR_OK) {
        return e;
    }
    e = table_get(t, TABLE_META, slice_str("chain_head"), &s);
    if (e == ERR_OK && s.len == HASH_BYTES) {
        memcpy(t->chain_head.bytes, s.ptr, HASH_BYTES);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err txn_begin(struct store *s, enum txn_mode mode, struct txn **out)
{
    *out = NULL;
    enum err e = ERR_OK;
    if (s->broken) {
        /* After a failed meta write the outcome is unknown: close, reopen, look. */
        lmdb_close(s);
        e = lmdb_open(s, false);
        s->broken = e != ERR_OK;
    }
    if (e == ERR_OK && mode == TXN_WRITE) {
        e = map_grow(s);
    }
    if (e != ERR_OK) {
        return e;
    }
    struct txn *t = calloc(1, sizeof(*t));
    CHECK(t != NULL);
    t->store = s;
    t->mode = mode;
    unsigned flags = mode == TXN_READ ? MDB_RDONLY : 0;
    int rc = mdb_txn_begin(s->mdb, NULL, flags, &t->mdb);
    if (rc == MDB_MAP_RESIZED) { /* another process grew it */
        rc = mdb_env_set_mapsize(s->mdb, 0);
        rc = rc ? rc : mdb_txn_begin(s->mdb, NULL, flags, &t->mdb);
    }
    t->sealed = seal_work_begin(s, mode);
    e = lmdb_error(s, rc);
    if (e == ERR_OK) {
        e = txn_load(t);
    }
    if (e != ERR_OK) {
        txn_abort(t);
        return e;
    }
    t->dirty = false;
    *out = t;
    return ERR_OK;
}

static void txn_free(struct txn *t)
{
    arena_free(&t->scratch);
    buf_free(&t->row);
    seal_work_end(t->sealed);
    free(t);
}

enum err txn_commit(struct txn *t)
{
    if (t->mode == TXN_READ || !t->dirty) {
        txn_abort(t);
        return ERR_OK;
    }
    struct store *s = t->store;
    enum err e = store_settle_tree(t);
    e = e ? e : digest_flush(t);
    e = e ? e : history_log_flush(t);
    e = e ? e : meta_put_u64(t, "feed_head", t->feed_head);
    e = e ? e : meta_put_u64(t, "own_seq", t->own_seq);
    e = e ? e : meta_put_u64(t, "record_count", t->record_count);
    e = e ? e : meta_put_u64(t, "passed_seq", t->passed_seq);
    e = e ? e
          : table_put(t, TABLE_META, slice_str("chain_head"),
                      slice_make(t->chain_head.bytes, HASH_BYTES));
    if (e != ERR_OK) {
        txn_abort(t);
        return e;
    }
    int rc = mdb_txn_commit(t->mdb);
    t->mdb = NULL;
    txn_free(t);
    s->broken = rc != 0;
    enum err result = lmdb_error(s, rc);
    if (result == ERR_DISK_FULL) {
        ballast_drop(s);
    }
    return result;
}

void txn_abort(struct txn *t)
{
    if (!t) {
        return;
    }
    if (t->mdb) {
        mdb_txn_abort(t->mdb);
    }
    txn_free(t);
}

struct store *txn_store(const struct txn *t)
{
    return t->store;
}

struct datum store_today(struct txn *t)
{
    const struct env *env = t->store->env;
    int year = 0, month = 0, day = 0;
    env_day(env->now_ms(env->ctx), &year, &month, &day);
    return datum_int(DATE_MAKE(year, month, day));
}

/* ---- small facts ---------------------------------------------------------------------------- */

#define KV_KEY_MAX 256

static struct slice kv_key(struct slice key, uint8_t space[KV_KEY_MAX])
{
    CHECK(key.len < KV_KEY_MAX - 1);
    space[0] = '.'; /* apart from the counters above */
    memcpy(space + 1, key.ptr, key.len);
    return slice_make(space, key.len + 1);
}

enum err store_kv_get(struct txn *t, struct slice key, struct arena *arena, struct slice *out)
{
    uint8_t space[KV_KEY_MAX];
    struct slice v;
    enum err e = table_get(t, TABLE_META, kv_key(key, space), &v);
    if (e == ERR_OK) {
        *out = arena_copy(arena, v);
    }
    return e;
}

enum err store_kv_put(struct txn *t, struct slice key, struct slice value)
{
    uint8_t space[KV_KEY_MAX];
    return table_put(t, TABLE_META, kv_key(key, space), value);
}

enum err store_kv_del(struct txn *t, struct slice key)
{
    uint8_t space[KV_KEY_MAX];
    return table_del(t, TABLE_META, kv_key(key, space));
}

enum err store_kv_next(struct txn *t, struct slice prefix, struct slice after, struct arena *arena,
                       struct slice *key, struct slice *value)
{
    uint8_t prefix_space[KV_KEY_MAX], after_space[KV_KEY_MAX];
    struct walk w;
    struct slice from = after.len ? kv_key(after, after_space) : (struct slice){0};
    walk_begin(&w, t, TABLE_META, kv_key(prefix, prefix_space), from);
    bool any = walk_next(&w);
    if (any) {
        *key = arena_copy(arena, slice_make(w.key.ptr + 1, w.key.len - 1));
        *value = arena_copy(arena, w.value);
    }
    enum err e = walk_end(&w);
    return e != ERR_OK ? e : any ? ERR_OK : ERR_END;
}
