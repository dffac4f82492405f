/* A tree of stores whose saves the test remembers by itself: every value that a save wrote, and
 * whether a later save of somebody who was shown it took it away. It looks at what a store holds
 * before and after one user action there, and knows nothing of merging or syncing. */
#ifndef TERRACE_TESTS_UNIT_WORLD_H
#define TERRACE_TESTS_UNIT_WORLD_H

#include "sync/bundle.h"
#include "tests/unit/fixture.h"

struct fact {
    struct dot id; /* of the record */
    uint32_t kind, field;
    struct dot dot;
    uint64_t datum; /* hash of it */
    bool marker;
    bool replaced; /* somebody who saw it wrote over it */
    bool refused; /* came after its author had let the record go: history alone keeps it, unless the
                   * record was its author's again by then */
    bool shadowed; /* such a save wrote in the same field: what is live there is not judged */
};
struct world {
    struct fixture f;
    uint64_t seed;
    struct fact *facts;
    size_t fact_count, fact_cap;
    struct shot *shot;
    uint64_t own_seq; /* of the store at hand, before the action */
};
void world_begin(struct world *w, uint64_t seed);
void world_end(struct world *w);
/* One user action at a store: between these two, in one transaction, committed by world_saved. */
struct txn *world_save(struct world *w, size_t at);
void world_saved(struct world *w, size_t at, struct txn *t, enum err e);
/* The same for a save that is to be refused where its author's closing mark is known. */
void world_saved_in_vain(struct world *w, size_t at, struct txn *t, enum err e);
/* One sync; what the stores save of themselves meanwhile (answers settled, refusals) is noted. */
bool world_sync(struct world *w, size_t at);
/* The same for a bundle that is carried to a store. */
enum err world_import(struct world *w, size_t at, struct slice bytes,
                      struct bundle_taken *taken) MUST_USE;
/* Whatever a store has seen and nobody wrote over is live there: values that differ are siblings,
 * for people to see, until somebody decides. */
void world_assert_visible(struct world *w, size_t at);
/* The facts that must be live in every store that is entitled to the record, and no others. */
void world_assert_nothing_lost(struct world *w);

#endif
