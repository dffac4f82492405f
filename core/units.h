/* The tree of units, read from the records of kind `unit`. */
#ifndef TERRACE_CORE_UNITS_H
#define TERRACE_CORE_UNITS_H

#include "core/store.h"

#define UNIT_DEPTH_MAX 32 /* a parent cycle ends here (rule 17) */

struct dot unit_parent(struct txn *t, struct dot unit); /* none for a root or an unknown unit */
/* unit is root, or below it */
bool unit_is_within(struct txn *t, struct dot unit, struct dot root);
enum err unit_children(struct txn *t, struct dot unit, struct arena *arena,
                       struct id_list *out) MUST_USE;
/* root itself first, then everything below it, parents before children */
enum err unit_subtree(struct txn *t, struct dot root, struct arena *arena,
                      struct id_list *out) MUST_USE;
/* ERR_NOT_FOUND; ERR_AMBIGUOUS */
enum err unit_by_code(struct txn *t, struct slice code, struct dot *out) MUST_USE;
/* Shown code and name, copied into the arena; empty when unknown. */
struct slice unit_code(struct txn *t, struct dot unit, struct arena *arena);
struct slice unit_name(struct txn *t, struct dot unit, struct arena *arena);
enum level unit_level(struct txn *t, struct dot unit);

#endif
