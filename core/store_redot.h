/* Giving saves of this store other dots (rules 23, 25): after a fork what was written beyond the
 * last common save goes on under a new actor, everywhere the store holds it. */
#ifndef TERRACE_CORE_STORE_REDOT_H
#define TERRACE_CORE_STORE_REDOT_H

#include "core/store.h"

/* Saves after+1 … last of actor `from` become 1 … last-after of actor `to`. Only what this store's
 * own log says it wrote: another copy may have given the same dots to something else. */
struct redot {
    uint64_t from, to;
    uint64_t after, last;
    struct dot *records; /* of the saves after+1 … last */
    struct own_save {
        struct dot record;
        uint64_t seq;
    } * saves; /* all of `from`, by record and seq */
    size_t save_count;
};
/* The record's id from now on. */
struct dot redot_id(const struct redot *m, struct dot id);
/* Small facts whose keys are `space` and so many ids, for `also`. */
enum err redot_key(struct txn *t, const struct redot *m, const char *space, size_t dots) MUST_USE;
/* In one transaction: everything that this store wrote under its present actor beyond save `after`
 * comes under a new one (0 = a random one): ids, dots and contexts, references, data that name ids,
 * marks, history, feed, log and chain; proofs of these saves go; what is derived is built anew.
 * `also` does the same for the facts of the modules above; it may be NULL. ERR_OK without doing
 * anything when the store does not write under `from` any more: another process was first. The
 * record of this node and of its unit keep their ids in any case. */
enum err store_redot(struct store *s, uint64_t from, uint64_t after, uint64_t to, enum renewal why,
                     enum err (*also)(struct txn *t, const struct redot *m)) MUST_USE;

/* The same of an actor under which this store wrote once, beyond save `after`; it writes on under
 * the new one. Nothing to do is fine. */
enum err store_redot_former(struct store *s, uint64_t actor, uint64_t after,
                            enum err (*also)(struct txn *t, const struct redot *m)) MUST_USE;
/* Every actor of which this store's log has a save, ascending; in the arena. */
enum err store_own_actors(struct txn *t, struct arena *arena, uint64_t **out,
                          size_t *count) MUST_USE;

#endif
