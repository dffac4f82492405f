/* The tree of units, read from the records of kind `unit`, and what reorganisations make of it
 * (rule 17). A unit is *within* another when it is that one, or its parent or any of its successors
 * is within it: successors extend scope at once, whatever their dates, so that no clock is in
 * scope. A unit on a parent cycle stands under the top of the tree. Dates govern counting only. */
#ifndef TERRACE_CORE_UNITS_H
#define TERRACE_CORE_UNITS_H

#include "core/store.h"

#define UNIT_DEPTH_MAX 32  /* of an honest tree */
#define UNIT_ABOVE_MAX 256 /* units that one is within; more is no honest number */

/* ---- scope ---------------------------------------------------------------------------------- */

struct dot unit_parent(struct txn *t, struct dot unit); /* none for a root or an unknown unit */
bool unit_is_within(struct txn *t, struct dot unit, struct dot root);
/* By parents alone: a successor takes over what belongs to a unit, not the unit's own record. */
bool unit_is_below(struct txn *t, struct dot unit, struct dot root);
/* Is it now, or was it before a move, a merger or their undoing (F_ONCE)? For what may still come
 * from there late; never for who holds what. */
bool unit_was_within(struct txn *t, struct dot unit, struct dot root);
/* Units that name this one as their parent, by any of several concurrent values. */
enum err unit_children(struct txn *t, struct dot unit, struct arena *arena,
                       struct id_list *out) MUST_USE;
/* Every unit that is within root: root itself first, each once. */
enum err unit_subtree(struct txn *t, struct dot root, struct arena *arena,
                      struct id_list *out) MUST_USE;
/* Every unit that this one is within: itself first, then the nearest, each once. */
enum err unit_above(struct txn *t, struct dot unit, struct arena *arena,
                    struct id_list *out) MUST_USE;
/* Is it its own ancestor? */
bool unit_on_cycle(struct txn *t, struct dot unit);

/* ---- counting by date ----------------------------------------------------------------------- */

/* What reorganisations wrote on a unit; dates as in datum.h, 0 = none. */
struct unit_state {
    struct dot parent, former_parent; /* the second until the day before moved_on */
    int64_t moved_on;
    int64_t status; /* enum unit_status, 0 = none */
    int64_t valid_from,
        valid_to; /* it counts from the first on, and until the day before the second */
    struct id_list successors; /* by id */
    bool deleted;
};
enum err unit_state(struct txn *t, struct dot unit, struct arena *arena,
                    struct unit_state *out) MUST_USE; /* ERR_NOT_FOUND */
/* Merged, split or dissolved, whatever the date. */
bool unit_is_closed(const struct unit_state *s);
/* Does it count no more on that day? What is closed without a date is so on any. */
bool unit_has_ended(const struct unit_state *s, int64_t date);
/* Does it exist and count on that day? A date of a month or a year stands for its first day, on
 * both sides of every comparison here: a fee for March is of who counts on the 1st of March. */
bool unit_is_living(struct txn *t, struct dot unit, int64_t date);
/* The unit that counts for this one on that day: itself until the day before its valid_to, then its
 * successor, and so on. Of several, after a split, the smallest id that is living then. */
struct dot unit_at(struct txn *t, struct dot unit, int64_t date);
/* Under which unit it counts on that day. Only the newest move is known. */
struct dot unit_parent_at(struct txn *t, struct dot unit, int64_t date);

/* ---- what a unit is called ------------------------------------------------------------------ */

/* ERR_NOT_FOUND; ERR_AMBIGUOUS */
enum err unit_by_code(struct txn *t, struct slice code, struct dot *out) MUST_USE;
/* Shown code and name, copied into the arena; empty when unknown. */
struct slice unit_code(struct txn *t, struct dot unit, struct arena *arena);
struct slice unit_name(struct txn *t, struct dot unit, struct arena *arena);
/* Both, for a message: "Xã Văn Tiến (04549)". In the arena. */
const char *unit_called(struct txn *t, struct dot unit, struct arena *arena);
enum level unit_level(struct txn *t, struct dot unit);

#endif
