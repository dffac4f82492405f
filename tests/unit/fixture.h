/* A tree of stores in temporary directories, inside one process, with a clock of the test's own. */
#ifndef TERRACE_TESTS_UNIT_FIXTURE_H
#define TERRACE_TESTS_UNIT_FIXTURE_H

#include "core/draft.h"
#include "core/env.h"
#include "core/scope.h"
#include "core/store.h"
#include "sync/session.h"

#define FIXTURE_STORES_MAX 16

struct fixture {
    struct env env;
    int64_t now_ms;
    uint64_t random_state;
    char dir[64];
    struct store *stores[FIXTURE_STORES_MAX];
    int parents[FIXTURE_STORES_MAX]; /* index of the hub, -1 for the root */
    struct dot units[FIXTURE_STORES_MAX];
    size_t count;
    unsigned lose_request_in, lose_reply_in; /* one in so many is lost; 0 = none */
    unsigned posts, posts_max;               /* a sync that goes on and on fails; 0 = no limit */
    uint8_t machine;                         /* on which the stores stand, image of a disk or not */
    size_t message_bytes; /* of a link that takes only so much at once; 0 = the usual */
};
/* Fails the test when an expectation is not met. */
void fixture_begin(struct fixture *f, uint64_t seed);
/* The stores that are made from here on are sealed. All of a program's are when
 * TERRACE_TEST_SEALED is set. */
void fixture_at_rest(struct fixture *f);
void fixture_end(struct fixture *f); /* of a test that failed: when the program ends */
uint64_t fixture_random(struct fixture *f);
/* The root store with its unit (code "15"). Index 0. */
void fixture_root(struct fixture *f);
/* A unit under parent's unit (saved in parent's store) and a joined store for it. */
size_t fixture_child(struct fixture *f, size_t parent, const char *code, enum level level);
/* A unit without a store, under the unit of store `at`. */
struct dot fixture_unit(struct fixture *f, size_t at, struct dot parent, const char *code,
                        const char *type);
/* Root 15 (index 0), district 138 (1), its communes 04576 (2) and 04570 (3), each with what it
 * needs. Begins the fixture, and prints the seed. */
void fixture_tree(struct fixture *f, uint64_t seed);
/* One save in a transaction of its own; *id none = a new record of that kind. Its dot. */
struct dot fixture_save(struct fixture *f, size_t at, struct dot *id, uint32_t kind,
                        const struct edit *edits, size_t count);
/* The same of one text, and of the unit unless that is none. The record. */
struct dot fixture_save_text(struct fixture *f, size_t at, struct dot id, uint32_t kind,
                             struct dot unit, uint32_t field, const char *text);
/* A draft in a transaction of its own, from "name=value" words, NULL at the end; a name ending in +
 * or - adds or removes. Candidates in *doubles. */
enum err fixture_draft(struct fixture *f, size_t at, struct draft draft, struct arena *arena,
                       struct dot *id, struct dot *dot, struct id_list *doubles,
                       const char *const *words);
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
/* One whole sync with the hub; requests and replies may get lost. true when it ended well. */
bool fixture_sync(struct fixture *f, size_t at, struct session_stats *stats);
/* Goes to another store's hub, with a code or NULL. What was lost on the way may be tried again. */
enum err fixture_rehome(struct fixture *f, size_t at, size_t hub, const char *code) MUST_USE;
/* The body as a message of one store to another, and such a message's body in *raw. */
enum err fixture_seal(struct fixture *f, size_t from, size_t to, struct slice body,
                      struct buf *out) MUST_USE;
void fixture_unseal(struct fixture *f, size_t from, size_t to, struct slice bytes, struct buf *raw);
/* A copy of the store's directory as it is now; and back to it, as from an old image of the disk.
 */
void fixture_snapshot(struct fixture *f, size_t at);
void fixture_roll_back(struct fixture *f, size_t at);
/* A second image of that disk, as it is now, in use beside the first. Its index. */
size_t fixture_clone(struct fixture *f, size_t at);
/* The store closed and opened again. */
void fixture_reopen(struct fixture *f, size_t at);
/* Rounds of syncs without losses until nothing moves. */
void fixture_settle(struct fixture *f);

#endif
