#include "core/store_backup.h"

#include "core/store_env.h"
#include "core/store_seal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STEM_SIZE 32

/* Beside data.mdb; only a sealed store has the second. */
static const char *const small_files[] = {"identity", "seal"};

/* ---- files ------------------------------------------------------------------------------------
 */

static enum err path_error(const char *path)
{
    if (errno == ENOSPC || errno == EDQUOT) {
        return error_set(ERR_DISK_FULL,
                         _("%s: there is no room for it on that disk. The store and earlier "
                           "backups are as they were"),
                         path);
    }
    return error_set(ERR_IO, "%s: %s", path, strerror(errno));
}

static enum err path_join(const char *dir, const char *name, char out[BACKUP_PATH_SIZE])
{
    int n = snprintf(out, BACKUP_PATH_SIZE, "%s/%s", dir, name);
    return n > 0 && n < BACKUP_PATH_SIZE - 64
               ? ERR_OK
               : error_set(ERR_INPUT, _("%s: the path is too long"), dir);
}

static enum err sync_dir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd >= 0 ? fsync(fd) : -1;
    enum err e = rc == 0 || errno == EINVAL || errno == EROFS ? ERR_OK : path_error(path);
    if (fd >= 0) {
        (void)close(fd);
    }
    return e;
}

/* The directory that holds it. */
static enum err sync_parent(const char *path)
{
    char parent[BACKUP_PATH_SIZE];
    (void)snprintf(parent, sizeof(parent), "%s", path);
    size_t len = strlen(parent);
    while (len > 1 && parent[len - 1] == '/') {
        parent[--len] = '\0';
    }
    char *slash = strrchr(parent, '/');
    if (slash == parent) {
        slash[1] = '\0';
    } else if (slash) {
        *slash = '\0';
    }
    return sync_dir(slash ? parent : ".");
}

/* A backup, or what was to become one; nothing else that may be there. */
static void remove_backup(const char *dir)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "identity",
                                        "seal",     "gate",     "ballast"};
    char path[BACKUP_PATH_SIZE];
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (path_join(dir, names[i], path) == ERR_OK) {
            (void)unlink(path);
        }
    }
    (void)rmdir(dir);
}

static enum err create_file(const char *path, int *fd)
{
    *fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return *fd >= 0 ? ERR_OK : path_error(path);
}

static enum err close_synced(const char *path, int fd, enum err e)
{
    if (e == ERR_OK && fsync(fd) != 0) {
        e = path_error(path);
    }
    if (close(fd) != 0 && e == ERR_OK) {
        e = path_error(path);
    }
    return e;
}

static enum err copy_bytes(int from, int to, const char *path)
{
    static uint8_t chunk[1 << 16];
    ssize_t n = 0;
    while ((n = read(from, chunk, sizeof(chunk))) != 0) {
        if (n < 0 && errno == EINTR) {
            continue;
        }
        for (ssize_t at = 0, w = 0; at<n; at += w> 0 ? w : 0) {
            w = write(to, chunk + at, (size_t)(n - at));
            if (w < 0 && errno != EINTR) {
                return path_error(path);
            }
        }
        if (n < 0) {
            return path_error(path);
        }
    }
    return ERR_OK;
}

static enum err copy_file(const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), out = -1;
    if (in < 0) {
        return errno == ENOENT ? ERR_NOT_FOUND : path_error(from);
    }
    enum err e = create_file(to, &out);
    if (e == ERR_OK) {
        e = close_synced(to, out, copy_bytes(in, out, to));
    }
    (void)close(in);
    return e;
}

static enum err copy_small_files(const char *from, const char *to)
{
    char source[BACKUP_PATH_SIZE], target[BACKUP_PATH_SIZE];
    for (size_t i = 0; i < ARRAY_COUNT(small_files); i++) {
        TRY(path_join(from, small_files[i], source));
        TRY(path_join(to, small_files[i], target));
        enum err e = copy_file(source, target);
        if (e != ERR_OK && (e != ERR_NOT_FOUND || i == 0)) {
            return e;
        }
    }
    return ERR_OK;
}

/* ---- a verified copy ---------------------------------------------------------------------------
 */

/* Without what is free in it; other processes read and write the store meanwhile. */
static enum err copy_data(struct store *s, const char *dir)
{
    char path[BACKUP_PATH_SIZE];
    int fd = -1;
    TRY(path_join(dir, "data.mdb", path));
    TRY(create_file(path, &fd));
    int rc = mdb_env_copyfd2(s->mdb, fd, MDB_CP_COMPACT);
    errno = rc;
    enum err e = rc == 0 ? ERR_OK : rc == ENOSPC ? path_error(path) : lmdb_error(s, rc);
    return close_synced(path, fd, e);
}

static enum err verify_copy(const struct store *s, char *dir, uint64_t *records)
{
    struct store copy = *s;
    struct check_report report = {0};
    char path[BACKUP_PATH_SIZE];
    copy.dir = dir;
    copy.mdb = NULL;
    copy.broken = false;
    copy.lock_fd = copy.gate_fd = -1;
    enum err e = identity_read(&copy);
    e = e ? e : lmdb_open(&copy, false);
    e = e ? e : store_check(&copy, false, &report);
    lmdb_close(&copy);
    if (path_join(dir, "lock.mdb", path) == ERR_OK) {
        (void)unlink(path);
    }
    if (e == ERR_OK && report.damaged > 0) {
        e = error_set(ERR_DAMAGED,
                      _("%llu of %llu records or their index are damaged; nothing was kept of this "
                        "copy, and earlier backups are as they were. See: terrace check"),
                      (unsigned long long)report.damaged, (unsigned long long)report.records);
    }
    *records = report.records;
    return e;
}

static uint64_t size_of(const char *dir, const char *name)
{
    char path[BACKUP_PATH_SIZE];
    struct stat st;
    return path_join(dir, name, path) == ERR_OK && stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* In a new directory, which is gone again when it fails. */
static enum err copy_store(struct store *s, char *dir, struct backup_report *out)
{
    if (mkdir(dir, 0700) != 0) {
        return path_error(dir);
    }
    enum err e = copy_data(s, dir);
    e = e ? e : copy_small_files(s->dir, dir);
    e = e ? e : verify_copy(s, dir, &out->records);
    e = e ? e : sync_dir(dir);
    out->bytes = size_of(dir, "data.mdb");
    for (size_t i = 0; i < ARRAY_COUNT(small_files); i++) {
        out->bytes += size_of(dir, small_files[i]);
    }
    if (e != ERR_OK) {
        remove_backup(dir);
    }
    return e;
}

/* ---- names and rotation ------------------------------------------------------------------------
 */

/* "terrace-k7f3x2ab-": whose backup it is, by the key that it shares with no other store. */
static void stem_of(const struct store *s, char out[STEM_SIZE])
{
    struct hash h = hash_of(slice_make(s->identity.public_key, KEY_PUBLIC_BYTES));
    char text[DOT_TEXT_SIZE];
    dot_format_actor(be64_get(h.bytes), text);
    (void)snprintf(out, STEM_SIZE, "terrace-%.8s-", text);
}

/* "…20261126T040102Z", and a number behind it for the second of one second. */
static enum err name_of(const struct store *s, const char *dir, const char *stem,
                        char out[BACKUP_PATH_SIZE])
{
    time_t seconds = (time_t)(s->env->now_ms(s->env->ctx) / 1000);
    struct tm tm = {0};
    struct stat st;
    char name[128], when[64];
    if (!gmtime_r(&seconds, &tm) || strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm) == 0) {
        (void)snprintf(when, sizeof(when), "00000000T000000Z");
    }
    for (int n = 1; n < 1000; n++) {
        (void)snprintf(name, sizeof(name), n > 1 ? "%s%s-%03d" : "%s%s", stem, when, n);
        TRY(path_join(dir, name, out));
        if (lstat(out, &st) != 0) {
            return ERR_OK;
        }
    }
    return error_set(ERR_EXISTS, _("%s: there are too many of this second"), out);
}

static int name_order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum err list_names(const char *dir, const char *stem, struct arena *arena, char ***out,
                           size_t *count)
{
    size_t cap = 64;
    DIR *d = opendir(dir);
    *count = 0;
    *out = arena_array(arena, cap, sizeof(**out));
    if (!d) {
        return path_error(dir);
    }
    for (struct dirent *entry = readdir(d); entry; entry = readdir(d)) {
        if (strncmp(entry->d_name, stem, strlen(stem)) != 0) {
            continue;
        }
        if (*count == cap) {
            char **grown = arena_array(arena, cap * 2, sizeof(*grown));
            memcpy(grown, *out, cap * sizeof(*grown));
            *out = grown;
            cap *= 2;
        }
        (*out)[(*count)++] = arena_cstr(arena, slice_str(entry->d_name));
    }
    (void)closedir(d);
    if (*count > 1) {
        qsort(*out, *count, sizeof(**out), name_order);
    }
    return ERR_OK;
}

/* First it loses its name, so that there is never half a backup under one. */
static enum err drop_backup(const char *dir, const char *name)
{
    char path[BACKUP_PATH_SIZE], hidden[BACKUP_PATH_SIZE];
    char other[300];
    (void)snprintf(other, sizeof(other), ".%.256s", name);
    TRY(path_join(dir, name, path));
    TRY(path_join(dir, other, hidden));
    if (rename(path, hidden) != 0) {
        return path_error(path);
    }
    remove_backup(hidden);
    return ERR_OK;
}

/* What was cut off, of this store. */
static enum err sweep(const char *dir, const char *stem)
{
    struct arena arena = {0};
    char hidden[STEM_SIZE + 1], path[BACKUP_PATH_SIZE];
    char **names = NULL;
    size_t n = 0;
    (void)snprintf(hidden, sizeof(hidden), ".%s", stem);
    enum err e = list_names(dir, hidden, &arena, &names, &n);
    for (size_t i = 0; e == ERR_OK && i < n; i++) {
        e = path_join(dir, names[i], path);
        if (e == ERR_OK) {
            remove_backup(path);
        }
    }
    arena_free(&arena);
    return e;
}

static enum err rotate(const char *dir, const char *stem, size_t keep, const char *made)
{
    struct arena arena = {0};
    char **names = NULL;
    size_t n = 0, kept = 1; /* the one just made, whatever the clock said */
    const char *own = strrchr(made, '/') + 1;
    enum err e = list_names(dir, stem, &arena, &names, &n);
    for (size_t i = n; e == ERR_OK && keep > 0 && i-- > 0;) {
        if (strcmp(names[i], own) == 0) {
            continue;
        }
        if (kept < keep) {
            kept++;
        } else {
            e = drop_backup(dir, names[i]);
        }
    }
    arena_free(&arena);
    return e;
}

static enum err backup_locked(struct store *s, const char *dir, size_t keep,
                              struct backup_report *out)
{
    char stem[STEM_SIZE], temporary[BACKUP_PATH_SIZE], name[64];
    stem_of(s, stem);
    TRY(sweep(dir, stem));
    (void)snprintf(name, sizeof(name), ".%snew", stem);
    TRY(path_join(dir, name, temporary));
    TRY(name_of(s, dir, stem, out->path));
    TRY(copy_store(s, temporary, out));
    if (rename(temporary, out->path) != 0) {
        enum err e = path_error(out->path);
        remove_backup(temporary);
        return e;
    }
    TRY(sync_dir(dir));
    return rotate(dir, stem, keep, out->path);
}

enum err store_backup(struct store *s, const char *dir, size_t keep, struct backup_report *out)
{
    *out = (struct backup_report){.bytes = 0};
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        return path_error(dir);
    }
    TRY(store_lock(s, "backup"));
    enum err e = backup_locked(s, dir, keep, out);
    store_unlock(s);
    return e;
}

/* ---- restoring ---------------------------------------------------------------------------------
 */

static enum err is_backup(const char *from)
{
    struct stat st;
    if (size_of(from, "data.mdb") == 0 || size_of(from, "identity") == 0) {
        return error_set(ERR_NOT_FOUND,
                         stat(from, &st) == 0 ? _("%s is not a backup: one is a folder "
                                                  "terrace-…-DATE with data.mdb and identity in it")
                                              : _("%s: there is no such folder"),
                         from);
    }
    return ERR_OK;
}

static enum err renew_restored(struct store *s, struct restore_report *out)
{
    struct txn *t = NULL;
    TRY(txn_begin(s, TXN_WRITE, &t));
    enum err e = store_renew_actor(t);
    e = e ? e : renewal_note(t, RENEWAL_RESTORED);
    if (e != ERR_OK) {
        txn_abort(t);
        return e;
    }
    TRY(txn_commit(t));
    s->env->place_of(s->env->ctx, s->dir, s->place);
    s->placed = true;
    out->actor = s->identity.actor;
    return identity_write(s);
}

static enum err restore_in(const struct env *env, const char *from, char *dir,
                           struct restore_report *out)
{
    char source[BACKUP_PATH_SIZE], target[BACKUP_PATH_SIZE];
    struct check_report report = {0};
    struct store s = {.env = env, .dir = dir, .lock_fd = -1, .gate_fd = -1};
    TRY(path_join(from, "data.mdb", source));
    TRY(path_join(dir, "data.mdb", target));
    TRY(copy_file(source, target));
    TRY(copy_small_files(from, dir));
    enum err e = seal_open(&s);
    e = e ? e : identity_read(&s);
    e = e ? e : lmdb_open(&s, false);
    e = e ? e : open_version(&s);
    e = e ? e : store_check(&s, false, &report);
    if (e == ERR_OK && report.damaged > 0) {
        e = error_set(ERR_DAMAGED, _("%s is not whole; nothing was restored. Try an older one"),
                      from);
    }
    out->records = report.records;
    e = e ? e : renew_restored(&s, out);
    lmdb_close(&s);
    seal_close(&s);
    return e ? e : sync_dir(dir);
}

enum err store_restore(const struct env *env, const char *from, const char *dir,
                       struct restore_report *out)
{
    char temporary[BACKUP_PATH_SIZE];
    *out = (struct restore_report){0};
    if (strlen(dir) > 4000) {
        return error_set(ERR_INPUT, _("%s: the path is too long"), dir);
    }
    TRY(store_may_create(dir));
    TRY(is_backup(from));
    (void)snprintf(temporary, sizeof(temporary), "%s.new-%ld", dir, (long)getpid());
    if (mkdir(temporary, 0700) != 0) {
        return path_error(temporary);
    }
    enum err e = restore_in(env, from, temporary, out);
    if (e == ERR_OK && rename(temporary, dir) != 0) {
        e = path_error(dir);
    }
    if (e != ERR_OK) {
        remove_backup(temporary);
        return e;
    }
    return sync_parent(dir);
}

/* ---- compacting --------------------------------------------------------------------------------
 */

static enum err compact_alone(struct store *s, struct backup_report *out)
{
    char temporary[BACKUP_PATH_SIZE], source[BACKUP_PATH_SIZE], target[BACKUP_PATH_SIZE];
    TRY(path_join(s->dir, "compact", temporary));
    TRY(path_join(temporary, "data.mdb", source));
    TRY(path_join(s->dir, "data.mdb", target));
    remove_backup(temporary); /* of one that was cut off */
    TRY(copy_store(s, temporary, out));
    lmdb_close(s);
    enum err e = rename(source, target) == 0 ? sync_dir(s->dir) : path_error(target);
    remove_backup(temporary);
    out->bytes = size_of(s->dir, "data.mdb");
    enum err opened = lmdb_open(s, false);
    return e ? e : opened;
}

enum err store_compact(struct store *s, struct backup_report *out)
{
    *out = (struct backup_report){.bytes = 0};
    (void)snprintf(out->path, sizeof(out->path), "%s", s->dir);
    TRY(store_gate_enter(s, true));
    enum err e = compact_alone(s, out);
    enum err shared = store_gate_enter(s, false);
    return e ? e : shared;
}
