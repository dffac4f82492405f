/* Invitations and joining. The code (80 bits) never travels: both sides prove that they know it. */
#ifndef TERRACE_SYNC_JOIN_H
#define TERRACE_SYNC_JOIN_H

#include "core/store.h"

#define JOIN_CODE_SIZE 24 /* "xxxx-xxxx-xxxx-xxxx-c" and NUL: base32 in groups, check character */

/* Makes a single-use code for a node of unit, valid for days. role: enum number of node.role. */
enum err join_invite(struct txn *t, struct dot unit, int64_t role, int64_t days,
                     char code[JOIN_CODE_SIZE], int64_t *expires_ms) MUST_USE;
/* Creates the store in dir, has the hub at url admit it. ERR_INPUT: mistyped; ERR_REFUSED: unknown,
 * used or expired code; ERR_NO_LINK. On any failure dir is not created. */
enum err join_hub(const struct env *env, const char *dir, const char *url, const char *code,
                  struct identity *out) MUST_USE;
/* The store goes to another hub with all that it holds: a new actor and a new upstream, in one
 * transaction; its records are compared with the hub's at the next sync. code NULL: the hub knows
 * this computer by its record, and this store knows the hub by its own. With a code the computer
 * becomes one of the unit that the code is for, which its own must be or be within. Until the hub
 * has agreed and that transaction is through, all stays as it was; it may be done again at any
 * time.
 * ERR_NOT_JOINED, ERR_INPUT, ERR_REFUSED, ERR_NO_LINK, ERR_BUSY. */
enum err join_rehome(struct store *store, const char *url, const char *code) MUST_USE;
/* Completes a re-homing that was cut off after it was decided: cheap, to be called before a sync.
 */
enum err join_settle(struct store *store) MUST_USE;
/* After the store of a revoked computer went on as a new one: what it had saved beyond the mark at
 * which the old one was closed goes on under the new one's name. Cheap when there is nothing to do;
 * to be called before a sync. ERR_NO_LINK: asked again at the next. */
enum err join_succeed_settle(struct store *store) MUST_USE;
/* The hub's side of POST /v1/join. */
enum err join_serve(struct store *store, struct slice request, struct buf *reply) MUST_USE;

/* ---- where there is no link: by two files on a stick (join_file.c) ------------------------- */

#define JOIN_FILE_MAX_BYTES 4096
/* "1a2b-3c4d-5e6f-7081" and NUL, of a request and of an answer: where no code was given people
 * compare them, or whoever carries the stick could put in his own */
#define JOIN_CHECK_SIZE 20

/* Is this a store that has asked by file and was not admitted yet? */
bool join_is_waiting(struct store *store);
/* A store with keys of its own that nobody has admitted. code NULL: there is none. ERR_INPUT,
 * ERR_EXISTS; then dir is not created. */
enum err join_file_create(const struct env *env, const char *dir, const char *code) MUST_USE;
/* Its request, to be asked for as often as a stick gets lost. A code replaces what was given
 * before; then the answer to that request counts no more. ERR_EXISTS: it is admitted. */
enum err join_file_request(struct store *store, const char *code, struct buf *out,
                           char check[JOIN_CHECK_SIZE]) MUST_USE;

struct join_admitted {
    struct dot node, unit;
    bool again;   /* it had been before; the answer is the same */
    bool by_code; /* a code proved both sides */
    char check[JOIN_CHECK_SIZE], answer_check[JOIN_CHECK_SIZE];
};
/* The hub's side. A request with a code: that decides. Without one the officer vouches for it and
 * names unit and role; `unit` is none when he did not. ERR_FORMAT, ERR_USAGE, ERR_INPUT,
 * ERR_REFUSED. */
enum err join_file_admit(struct txn *t, struct slice request, struct dot unit, int64_t role,
                         struct buf *answer, struct join_admitted *out) MUST_USE;
/* Is it a request, whole? */
bool join_file_is_request(struct slice bytes);

struct join_completed {
    bool again; /* it had been taken before */
    bool by_code;
    char answer_check[JOIN_CHECK_SIZE];
};
/* Takes the answer to this store's own request. ERR_FORMAT,
 * ERR_INPUT: it answers another request, or there was none; ERR_REFUSED: whoever wrote it is not
 * the hub. */
enum err join_file_complete(struct store *store, struct slice answer,
                            struct join_completed *out) MUST_USE;

#endif
