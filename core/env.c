/* The machine as an env: the module that owns the OS calls for clock, randomness and files. */
#include "core/env.h"

#include "core/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* RFC 3339, to the second or with a fraction; Z or an offset. false when it is anything else. */
static bool parse_rfc3339(const char *s, int64_t *out_ms)
{
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, sec = 0, used = 0;
    if (sscanf(s, "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &sec, &used) != 6) {
        return false;
    }
    s += used;
    int64_t ms = 0;
    if (*s == '.') {
        int64_t scale = 100;
        for (s++; *s >= '0' && *s <= '9'; s++) {
            ms += (*s - '0') * scale;
            scale /= 10;
        }
    }
    int64_t offset_min = 0;
    if (*s == '+' || *s == '-') {
        int oh = 0, om = 0;
        if (sscanf(s + 1, "%2d:%2d", &oh, &om) != 2) {
            return false;
        }
        offset_min = (oh * 60 + om) * (*s == '+' ? 1 : -1);
    } else if (*s != 'Z' && *s != 'z') {
        return false;
    }
    /* days from civil, Howard Hinnant's algorithm */
    int64_t yy = mo <= 2 ? y - 1 : y;
    int64_t era = (yy >= 0 ? yy : yy - 399) / 400;
    int64_t yoe = yy - era * 400;
    int64_t doy = (153 * (mo + (mo > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    int64_t days = era * 146097 + doe - 719468;
    *out_ms = (((days * 24 + h) * 60 + mi - offset_min) * 60 + sec) * 1000 + ms;
    return true;
}

bool env_time_is_good(const char *text)
{
    int64_t ms = 0;
    return parse_rfc3339(text, &ms);
}

void env_day(int64_t ms, int *year, int *month, int *day)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm = {0};
    if (!localtime_r(&seconds, &tm)) {
        tm = (struct tm){.tm_year = 70, .tm_mday = 1};
    }
    *year = tm.tm_year + 1900;
    *month = tm.tm_mon + 1;
    *day = tm.tm_mday;
}

static int64_t clock_ms(clockid_t id)
{
    struct timespec ts = {0};
    CHECK(clock_gettime(id, &ts) == 0);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t env_now_ms(void *ctx)
{
    (void)ctx;
    const char *fixed = getenv("TERRACE_NOW");
    int64_t ms = 0;
    if (fixed && parse_rfc3339(fixed, &ms)) {
        return ms;
    }
    return clock_ms(CLOCK_REALTIME);
}

static int64_t env_monotonic_ms(void *ctx)
{
    (void)ctx;
    return clock_ms(CLOCK_MONOTONIC);
}

static void env_random(void *ctx, void *out, size_t len)
{
    (void)ctx;
    crypto_random(out, len);
}

static enum err file_error(const char *path)
{
    int e = errno;
    if (e == ENOENT) {
        return error_set(ERR_NOT_FOUND, _("%s: there is no such file"), path);
    }
    if (e == ELOOP) {
        return error_set(ERR_INPUT, _("%s is a link to a file elsewhere; give the file itself"),
                         path);
    }
    if (e == ENAMETOOLONG) {
        return error_set(ERR_INPUT, _("%s: the path is too long"), path);
    }
    if (e == ENOSPC || e == EDQUOT) {
        return error_set(ERR_DISK_FULL, _("%s: the disk is full; what was saved before is safe"),
                         path);
    }
    return error_set(ERR_IO, "%s: %s", path, strerror(e));
}

static enum err not_a_file(const char *path)
{
    return error_set(ERR_INPUT, _("%s is not a file that can be used for this"), path);
}

static enum err env_read_file(void *ctx, const char *path, size_t max_bytes, struct buf *out)
{
    (void)ctx;
    enum err e = ERR_OK;
    struct stat st;
    /* O_NONBLOCK: whoever puts a pipe there must not make us wait */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        return file_error(path);
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        (void)close(fd);
        return not_a_file(path);
    }
    uint8_t chunk[16384];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            e = file_error(path);
            goto done;
        }
        if (n == 0) {
            break;
        }
        if ((size_t)n > max_bytes - out->len) {
            e = error_set(ERR_TOO_LARGE, _("%s: larger than %zu bytes"), path, max_bytes);
            goto done;
        }
        buf_add(out, chunk, (size_t)n);
    }
done:
    (void)close(fd);
    return e;
}

static enum err write_all(int fd, struct slice s)
{
    while (s.len) {
        ssize_t n = write(fd, s.ptr, s.len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return ERR_IO;
        }
        s = slice_make(s.ptr + n, s.len - (size_t)n);
    }
    return ERR_OK;
}

/* The rename itself must survive a power cut too. */
static void sync_directory_of(const char *path)
{
    char dir[4096];
    (void)snprintf(dir, sizeof(dir), "%s", path);
    char *slash = strrchr(dir, '/');
    if (slash == dir) {
        slash[1] = '\0';
    } else if (slash) {
        *slash = '\0';
    } else {
        (void)snprintf(dir, sizeof(dir), ".");
    }
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
}

static enum err env_write_file(void *ctx, const char *path, struct slice bytes)
{
    (void)ctx;
    enum err e = ERR_OK;
    char tmp[4096];
    int fd = -1;
    struct stat st;
    if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) { /* a rename would put it away */
        return not_a_file(path);
    }
    int n = snprintf(tmp, sizeof(tmp), "%s.tmp-%ld", path, (long)getpid());
    if (n < 0 || (size_t)n >= sizeof(tmp)) {
        return error_set(ERR_INPUT, _("%s: the path is too long"), path);
    }
    (void)unlink(tmp);
    fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return file_error(path);
    }
    if (write_all(fd, bytes) != ERR_OK || fsync(fd) != 0) {
        e = file_error(path);
        goto done;
    }
    if (close(fd) != 0) {
        fd = -1;
        e = file_error(path);
        goto done;
    }
    fd = -1;
    if (rename(tmp, path) != 0) {
        e = file_error(path);
        goto done;
    }
    sync_directory_of(path);
done:
    if (fd >= 0) {
        (void)close(fd);
    }
    if (e != ERR_OK) {
        (void)unlink(tmp);
    }
    return e;
}

/* The machine's own name, as systemd or dbus keeps it; empty where there is none. */
static void machine_id(struct buf *out)
{
    static const char *const paths[] = {"/etc/machine-id", "/var/lib/dbus/machine-id"};
    for (size_t i = 0; i < ARRAY_COUNT(paths) && out->len == 0; i++) {
        int fd = open(paths[i], O_RDONLY | O_CLOEXEC);
        uint8_t bytes[64];
        ssize_t n = fd >= 0 ? read(fd, bytes, sizeof(bytes)) : 0;
        buf_add(out, bytes, n > 0 ? (size_t)n : 0);
        if (fd >= 0) {
            (void)close(fd);
        }
    }
}

static void env_place_of(void *ctx, const char *dir, uint8_t out[PLACE_BYTES])
{
    (void)ctx;
    struct buf b = {0};
    struct stat st = {0};
    uint8_t number[8];
    if (stat(dir, &st) != 0) {
        st = (struct stat){0};
    }
    buf_add_str(&b, "terrace place");
    be64_put(number, (uint64_t)st.st_dev);
    buf_add(&b, number, sizeof(number));
    be64_put(number, (uint64_t)st.st_ino);
    buf_add(&b, number, sizeof(number));
    machine_id(&b);
    struct hash h = hash_of(buf_view(&b));
    memcpy(out, h.bytes, PLACE_BYTES);
    buf_free(&b);
}

static enum err env_post_none(void *ctx, const char *url, struct slice body, size_t reply_max_bytes,
                              struct buf *reply, int *http_status, uint64_t *wire_sent,
                              uint64_t *wire_received)
{
    (void)ctx;
    (void)body;
    (void)reply_max_bytes;
    (void)reply;
    (void)http_status;
    (void)wire_sent;
    (void)wire_received;
    return error_set(ERR_NO_LINK, _("%s: this program was started without a network"), url);
}

static enum err env_secret(void *ctx, const char *dir, bool takes_key, struct secret *out)
{
    (void)ctx;
    return secret_from_variables(dir, takes_key, out);
}

void env_init_default(struct env *env)
{
    crypto_init();
    *env = (struct env){
        .now_ms = env_now_ms,
        .monotonic_ms = env_monotonic_ms,
        .random = env_random,
        .post = env_post_none,
        .read_file = env_read_file,
        .write_file = env_write_file,
        .secret = env_secret,
        .place_of = env_place_of,
    };
}
