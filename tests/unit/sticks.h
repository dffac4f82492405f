/* Bundles under way between the stores of a fixture: written, carried, lost, doubled, late. */
#ifndef TERRACE_TESTS_UNIT_STICKS_H
#define TERRACE_TESTS_UNIT_STICKS_H

#include "sync/bundle.h"
#include "tests/unit/fixture.h"

#define STICKS_MAX 64

struct stick {
    struct buf bytes;
    size_t to; /* the store that it is for */
};
struct sticks {
    struct stick list[STICKS_MAX];
    size_t count;
};
void sticks_free(struct sticks *s);
/* A bundle of `at` for its hub; or for a child, when that is not 0: false when it has let that
 * child go. Takes the place of the oldest when there are too many. */
bool sticks_write(struct fixture *f, struct sticks *s, size_t at, size_t child);
void sticks_add(struct sticks *s, size_t to, struct slice bytes);
/* The store whose hub is `at` and whose node that is. */
size_t sticks_store_of(const struct fixture *f, struct dot node);

/* From `at` to its hub and the receipt back, each once. What the hub took, and what came down. */
void sticks_round(struct fixture *f, size_t at, struct bundle_taken *up, struct bundle_taken *down);
/* Sticks go up and down until nothing moves; nothing goes over HTTP. */
void sticks_settle(struct fixture *f);

/* A member of the store's own unit; and one of any unit whose name does not compress. */
struct dot sticks_member(struct fixture *f, size_t at, const char *name);
struct dot sticks_noise(struct fixture *f, size_t at, size_t unit);
bool sticks_holds(struct fixture *f, size_t at, struct dot id);
int sticks_receipt(struct fixture *f, size_t at, struct dot id);
uint8_t sticks_via(struct fixture *f, size_t at, struct dot id);
uint64_t sticks_unsent(struct fixture *f, size_t at);
struct hash sticks_digest(struct fixture *f, size_t at, struct dot unit);
/* A store and its hub, on what the store should hold. */
void sticks_assert_agree(struct fixture *f, size_t at);
/* A bundle of `at` for its hub, into *out. */
void sticks_up(struct fixture *f, size_t at, struct buf *out);
/* Imported without an error; the receipt into *reply, if any. */
struct bundle_taken sticks_take(struct fixture *f, size_t at, const struct buf *bytes,
                                struct buf *reply);
/* With this error, exit status 1, and words. */
void sticks_assert_refused(struct fixture *f, size_t at, struct slice bytes, enum err want);

#endif
