/* Reorganising units (rule 17): merge, split, move, rename, close. Each is one save per unit record
 * with an effective date, in the caller's write transaction, so that `undo` takes each back and a
 * preview is the same thing not committed. Records stay where they were entered: scope and counting
 * follow successors; only what a split hands to one of its parts by name is written anew. */
#ifndef TERRACE_CORE_REORG_H
#define TERRACE_CORE_REORG_H

#include "core/draft.h"

enum reorg_op { REORG_MERGE, REORG_SPLIT, REORG_MOVE, REORG_RENAME, REORG_CLOSE };

/* Where a unit goes: one that exists, or one to be made with this code and name. */
struct reorg_target {
    struct dot unit; /* none = to be made; then its id once it is */
    struct slice code, name;
};
/* A member of the split unit, or a branch right below it, to one of the parts. */
struct reorg_assign {
    struct dot id;
    size_t target; /* index */
};
struct reorg {
    enum reorg_op op;
    int64_t on; /* date in any precision; its first day counts */
    const struct dot *units;
    size_t unit_count; /* one, but for a merge */
    struct reorg_target *targets;
    size_t target_count; /* none for a rename, two or more for a split, else one */
    struct slice name;   /* REORG_RENAME */
    const struct reorg_assign *assigns;
    size_t assign_count; /* REORG_SPLIT */
};
struct reorg_save {
    struct dot id, dot;
};
struct reorg_report {
    /* What the operation touches: the units with all that is within them, and what is there. */
    uint64_t units, members, activities, nodes;
    /* In the order in which undoing them takes the whole back; units that were made come last. */
    struct reorg_save *saves;
    size_t save_count;
};
/* ERR_RULE, ERR_INPUT, ERR_DOUBLE (a new unit's code is taken): the caller aborts. Memory from the
 * arena. */
enum err reorg_apply(struct txn *t, const struct reorg *q, struct arena *arena,
                     struct reorg_report *out) MUST_USE;

#endif
