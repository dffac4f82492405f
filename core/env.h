/* The one door to clock, randomness, network and files, so that a simulation can own them.
 * Times are UTC milliseconds since 1970. */
#ifndef TERRACE_CORE_ENV_H
#define TERRACE_CORE_ENV_H

#include "core/secret.h"

#define PLACE_BYTES 16

struct env {
    void *ctx;
    int64_t (*now_ms)(void *ctx);
    /* For measuring, never for data. */
    int64_t (*monotonic_ms)(void *ctx);
    void (*random)(void *ctx, void *out, size_t len);
    /* One HTTP POST. *reply grows; at most reply_max_bytes. wire_sent/received count every byte of
     * the exchange, headers included. ERR_NO_LINK when the link or the hub is not there. */
    enum err (*post)(void *ctx, const char *url, struct slice body, size_t reply_max_bytes,
                     struct buf *reply, int *http_status, uint64_t *wire_sent,
                     uint64_t *wire_received);
    /* Whole file into *out, at most max_bytes. Only a regular file, by no link. */
    enum err (*read_file)(void *ctx, const char *path, size_t max_bytes, struct buf *out);
    /* Temporary file, fsync, rename, fsync of the directory; mode 0600. What is there must be a
     * regular file, if anything. */
    enum err (*write_file)(void *ctx, const char *path, struct slice bytes);
    /* What opens the sealed store in dir, from wherever it is kept or by asking a person; of a key
     * only if the store takes one. The caller wipes it. ERR_SEALED when there is nothing. */
    enum err (*secret)(void *ctx, const char *dir, bool takes_key, struct secret *out);
    /* A store that is made is sealed with these, and they are tried before `secret` is asked. NULL:
     * it is not sealed. */
    const struct sealing *sealing;
    /* Where the store in dir stands: other bytes for a copy of it, and on another machine; the same
     * when it is only renamed (rule 24). */
    void (*place_of)(void *ctx, const char *dir, uint8_t out[PLACE_BYTES]);
};

/* Clock from $TERRACE_NOW when set, randomness from the kernel, files of the machine, secrets
 * from the environment's variables. `post` is filled in by sync/client, which owns libcurl. */
void env_init_default(struct env *env);
/* Is this a time as $TERRACE_NOW takes it, RFC 3339? One that is not is passed over by the clock.
 */
bool env_time_is_good(const char *text);
/* The calendar day of a time, where the machine stands. */
void env_day(int64_t ms, int *year, int *month, int *day);

#endif
