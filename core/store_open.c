/* Creating and opening a store, and the identity file beside it. */
#include "core/store_seal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define IDENTITY_MAX_BYTES 4096
/* 1: without the place to which it is bound. */
#define IDENTITY_VERSION 2
#define IDENTITY_PARTS_FIRST 9
#define IDENTITY_PARTS 10

/* ---- identity file -------------------------------------------------------------------------- */

#define SECRET_SEALED_BYTES (KEY_SECRET_BYTES + SEAL_OVERHEAD_BYTES)

/* The secret key of a sealed store is sealed too, bound to the public one. */
static void secret_key_pack(const struct store *s, struct pack_writer *w)
{
    uint8_t sealed[SECRET_SEALED_BYTES];
    struct slice pub = slice_make(s->identity.public_key, KEY_PUBLIC_BYTES);
    struct slice sec = slice_make(s->identity.secret_key, KEY_SECRET_BYTES);
    if (s->seal) {
        seal_lock_identity(s, pub, sec, sealed);
        sec = slice_make(sealed, sizeof(sealed));
    }
    pack_bin(w, sec);
}

/* false when it is damaged. */
static bool secret_key_open(struct store *s, struct slice pub, struct slice sec)
{
    if (s->seal) {
        return sec.len == SECRET_SEALED_BYTES &&
               seal_unlock_identity(s, pub, sec, s->identity.secret_key);
    }
    if (sec.len == KEY_SECRET_BYTES) {
        memcpy(s->identity.secret_key, sec.ptr, KEY_SECRET_BYTES);
    }
    return sec.len == KEY_SECRET_BYTES;
}

enum err identity_write(const struct store *s)
{
    const struct identity *id = &s->identity;
    struct buf b = {0};
    char path[4096];
    struct pack_writer w = pack_writer_make(&b);
    pack_array(&w, IDENTITY_PARTS);
    pack_uint(&w, IDENTITY_VERSION);
    pack_bin(&w, slice_make(id->public_key, KEY_PUBLIC_BYTES));
    secret_key_pack(s, &w);
    dot_pack(&w, id->node);
    dot_pack(&w, id->unit);
    pack_uint(&w, id->level);
    pack_uint(&w, id->actor);
    pack_bin(&w, slice_make(s->place, PLACE_BYTES));
    enum err e = s->env->write_file(s->env->ctx, store_path(s, "identity", path, sizeof(path)),
                                    buf_view(&b));
    crypto_wipe(b.ptr, b.cap);
    buf_free(&b);
    return e;
}

enum err identity_read(struct store *s)
{
    struct buf b = {0};
    char path[4096];
    enum err e = s->env->read_file(s->env->ctx, store_path(s, "identity", path, sizeof(path)),
                                   IDENTITY_MAX_BYTES, &b);
    if (e != ERR_OK) {
        e = e == ERR_NOT_FOUND
                ? error_set(ERR_DAMAGED, _("%s: the identity of this store is missing"), path)
                : e;
        goto done;
    }
    struct pack_reader r = pack_reader_make(buf_view(&b));
    size_t parts = read_array(&r);
    uint64_t version = read_uint(&r);
    if (pack_ok(&r) && version > IDENTITY_VERSION) {
        e = error_set(ERR_TOO_NEW, _("%s was written by a newer terrace; nothing was changed"),
                      s->dir);
        goto done;
    }
    struct identity *id = &s->identity;
    struct slice pub = read_bin_exact(&r, KEY_PUBLIC_BYTES);
    struct slice sec = read_bin(&r);
    id->node = dot_read(&r);
    id->unit = dot_read(&r);
    id->level = (uint8_t)read_uint_max(&r, 255);
    id->actor = read_uint(&r);
    s->placed = version >= IDENTITY_VERSION;
    struct slice place = s->placed ? read_bin_exact(&r, PLACE_BYTES) : (struct slice){0};
    if (pack_end(&r) && !s->seal && sec.len == SECRET_SEALED_BYTES) {
        e = error_set(ERR_DAMAGED,
                      _("%s: this store is sealed, and its file seal is missing. Put that back "
                        "from a backup: without it nothing can be read"),
                      s->dir);
        goto done;
    }
    if (!pack_end(&r) || id->actor == 0 || !secret_key_open(s, pub, sec) ||
        parts != (s->placed ? IDENTITY_PARTS : IDENTITY_PARTS_FIRST)) {
        e = error_set(ERR_DAMAGED, _("%s is damaged"), path);
        goto done;
    }
    memcpy(id->public_key, pub.ptr, KEY_PUBLIC_BYTES);
    if (s->placed) {
        memcpy(s->place, place.ptr, PLACE_BYTES);
    }
done:
    if (b.ptr) {
        crypto_wipe(b.ptr, b.cap);
    }
    buf_free(&b);
    return e;
}

/* ---- opening -------------------------------------------------------------------------------- */

static void remove_temporary(const char *dir)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "identity", "seal", "gate"};
    char path[4200];
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
}

uint64_t store_random_actor(const struct env *env)
{
    uint64_t actor = 0;
    while (actor == 0) {
        env->random(env->ctx, &actor, sizeof(actor));
    }
    return actor;
}

enum err store_may_create(const char *dir)
{
    struct stat st;
    char path[4200];
    (void)snprintf(path, sizeof(path), "%.4000s/identity", dir);
    if (stat(path, &st) == 0) {
        return error_set(ERR_EXISTS, _("there is already a store in %s; nothing was changed"), dir);
    }
    DIR *d = opendir(dir);
    bool used = !d && errno != ENOENT;
    for (struct dirent *entry = d ? readdir(d) : NULL; entry && !used; entry = readdir(d)) {
        used = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    if (d) {
        (void)closedir(d);
    }
    return used ? error_set(ERR_EXISTS, _("%s is in use already; nothing was changed"), dir)
                : ERR_OK;
}

enum err store_create(const struct env *env, const char *dir, struct identity *identity)
{
    char tmp[4096];
    struct store *s = NULL;
    struct txn *t = NULL;
    enum err e = ERR_OK;
    int n = snprintf(tmp, sizeof(tmp), "%s.new-%ld", dir, (long)getpid());
    if (n < 0 || (size_t)n >= sizeof(tmp) - 16) {
        return error_set(ERR_INPUT, _("%s: the path is too long"), dir);
    }
    if (rmdir(dir) != 0 && errno != ENOENT) { /* an empty directory may be there */
        return error_set(ERR_EXISTS, _("%s is in use already; nothing was changed"), dir);
    }
    if (mkdir(tmp, 0700) != 0) {
        return error_set(ERR_IO, "%s: %s", tmp, strerror(errno));
    }
    if (identity->actor == 0) {
        identity->actor = store_random_actor(env);
    }
    s = calloc(1, sizeof(*s));
    CHECK(s != NULL);
    *s = (struct store){.env = env, .dir = strdup(tmp), .identity = *identity};
    CHECK(s->dir != NULL);
    s->lock_fd = s->gate_fd = -1;
    env->place_of(env->ctx, tmp, s->place); /* the directory stays the same when it is renamed */
    e = env->sealing ? seal_create(s) : ERR_OK;
    e = e ? e : lmdb_open(s, true);
    e = e ? e : txn_begin(s, TXN_WRITE, &t);
    if (e != ERR_OK) {
        goto done;
    }
    e = meta_put_u64(t, "version", STORE_VERSION);
    e = e ? e : meta_put_u64(t, "actor", identity->actor);
    if (e != ERR_OK) {
        txn_abort(t);
        goto done;
    }
    e = txn_commit(t);
    e = e ? e : identity_write(s);
    lmdb_close(s);
    if (e == ERR_OK && rename(tmp, dir) != 0) {
        e = error_set(errno == ENOTEMPTY || errno == EEXIST ? ERR_EXISTS : ERR_IO, "%s: %s", dir,
                      strerror(errno));
    }
done:
    store_close(s);
    if (e != ERR_OK) {
        remove_temporary(tmp);
    }
    return e;
}

/* What is derived from the records is written anew; the records stay as they are. One process does
 * it. */
static enum err upgrade(struct store *s)
{
    struct check_report report = {0};
    struct txn *t = NULL;
    TRY(store_lock(s, "upgrade"));
    enum err e = store_rebuild(s, &report);
    e = e ? e : history_log_rebuild(s);
    e = e ? e : txn_begin(s, TXN_WRITE, &t);
    if (e == ERR_OK) {
        uint8_t now[8];
        be64_put(now, (uint64_t)s->env->now_ms(s->env->ctx));
        e = store_kv_put(t, slice_str("history.chained"), slice_make(now, sizeof(now)));
        e = e ? e : meta_put_u64(t, "version", STORE_VERSION);
        if (e == ERR_OK) {
            e = txn_commit(t);
        } else {
            txn_abort(t);
        }
    }
    store_unlock(s);
    return e;
}

enum err open_version(struct store *s)
{
    struct txn *t = NULL;
    uint64_t version = 0, actor = 0;
    enum err e = txn_begin(s, TXN_READ, &t);
    if (e != ERR_OK) {
        return e;
    }
    e = meta_get_u64(t, "version", &version);
    e = e ? e : meta_get_u64(t, "actor", &actor);
    txn_abort(t);
    if (e == ERR_OK && version > STORE_VERSION) {
        return error_set(ERR_TOO_NEW, _("%s was written by a newer terrace; nothing was changed"),
                         s->dir);
    }
    if (e == ERR_OK && (version == 0 || actor == 0)) {
        return error_set(ERR_DAMAGED, _("%s is not a terrace store, or it is damaged"), s->dir);
    }
    if (e == ERR_OK && actor != s->identity.actor) {
        /* The commit is the truth; the identity file was one step behind when power went. */
        s->identity.actor = actor;
        e = identity_write(s);
    }
    return e == ERR_OK && version < STORE_VERSION ? upgrade(s) : e;
}

enum err store_open(const struct env *env, const char *dir, struct store **out)
{
    struct stat st;
    *out = NULL;
    if (strlen(dir) > 4000) {
        return error_set(ERR_INPUT, _("%s: the path is too long"), dir);
    }
    if (stat(dir, &st) != 0) {
        return error_set(ERR_NOT_FOUND, _("there is no store in %s"), dir);
    }
    struct store *s = calloc(1, sizeof(*s));
    CHECK(s != NULL);
    *s = (struct store){.env = env, .dir = strdup(dir), .lock_fd = -1, .gate_fd = -1};
    CHECK(s->dir != NULL);
    char path[4096];
    enum err e = ERR_OK;
    if (stat(store_path(s, "data.mdb", path, sizeof(path)), &st) != 0) {
        bool identity = stat(store_path(s, "identity", path, sizeof(path)), &st) == 0;
        e = identity ? error_set(ERR_DAMAGED, _("%s: the data of this store is missing"), dir)
                     : error_set(ERR_NOT_FOUND, _("there is no store in %s"), dir);
    }
    e = e ? e : seal_open(s);
    e = e ? e : identity_read(s);
    e = e ? e : store_gate_enter(s, false);
    e = e ? e : lmdb_open(s, false);
    e = e ? e : open_version(s);
    e = e ? e : place_settle(s);
    if (e != ERR_OK) {
        store_close(s);
        return e;
    }
    ballast_take(s);
    *out = s;
    return ERR_OK;
}

void store_close(struct store *s)
{
    if (!s) {
        return;
    }
    lmdb_close(s);
    seal_close(s);
    crypto_wipe(s->identity.secret_key, KEY_SECRET_BYTES);
    if (s->lock_fd >= 0) {
        (void)close(s->lock_fd);
    }
    if (s->gate_fd >= 0) {
        (void)close(s->gate_fd);
    }
    free(s->dir);
    free(s);
}

const struct identity *store_identity(const struct store *s)
{
    return &s->identity;
}

const struct env *store_env(const struct store *s)
{
    return s->env;
}

enum err store_set_identity(struct store *s, const struct identity *identity)
{
    struct identity old = s->identity;
    s->identity = *identity;
    s->identity.actor = old.actor; /* changes by store_new_actor only */
    enum err e = identity_write(s);
    if (e != ERR_OK) {
        s->identity = old;
    }
    return e;
}

enum err store_renew_actor(struct txn *t)
{
    return store_take_actor(t, store_random_actor(t->store->env));
}

enum err store_take_actor(struct txn *t, uint64_t actor)
{
    t->own_seq = 0;
    t->chain_head = (struct hash){{0}};
    TRY(announce_later(t, t->store->identity.actor));
    TRY(meta_put_u64(t, "actor", actor));
    t->store->identity.actor = actor;
    return ERR_OK;
}

enum err store_new_actor(struct store *s)
{
    struct txn *t = NULL;
    enum err e = txn_begin(s, TXN_WRITE, &t);
    if (e != ERR_OK) {
        return e;
    }
    e = store_renew_actor(t);
    if (e != ERR_OK) {
        txn_abort(t);
        return e;
    }
    e = txn_commit(t);
    return e ? e : identity_write(s);
}

enum err store_gate_enter(struct store *s, bool alone)
{
    char path[4096];
    int rc = 0;
    if (s->gate_fd < 0) {
        s->gate_fd = open(store_path(s, "gate", path, sizeof(path)),
                          O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    }
    if (s->gate_fd < 0) {
        return ERR_OK; /* nobody can write here, and LMDB tells better why */
    }
    struct flock lock = {.l_type = alone ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET};
    do {
        rc = fcntl(s->gate_fd, alone ? F_SETLK : F_SETLKW, &lock);
    } while (rc != 0 && errno == EINTR);
    return rc == 0 || !alone ? ERR_OK
                             : error_set(ERR_BUSY,
                                         _("another terrace has the store in %s open; stop it "
                                           "first, then try again. Nothing was changed"),
                                         s->dir);
}

enum err store_lock(struct store *s, const char *name)
{
    char file[64], path[4096];
    (void)snprintf(file, sizeof(file), "%s.lock", name);
    CHECK(s->lock_fd < 0);
    s->lock_fd = open(store_path(s, file, path, sizeof(path)), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (s->lock_fd >= 0 && fcntl(s->lock_fd, F_SETLK, &lock) == 0) {
        return ERR_OK;
    }
    int saved = errno;
    if (s->lock_fd >= 0) {
        (void)close(s->lock_fd);
        s->lock_fd = -1;
    }
    if (saved == EACCES || saved == EAGAIN) {
        return error_set(ERR_BUSY,
                         _("another `terrace %s` is at work in %s; wait until it is done"), name,
                         s->dir);
    }
    return error_set(ERR_IO, "%s: %s", path, strerror(saved));
}

void store_unlock(struct store *s)
{
    if (s->lock_fd >= 0) {
        (void)close(s->lock_fd);
        s->lock_fd = -1;
    }
}
