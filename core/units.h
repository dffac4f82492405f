/* The tree of units, read from the records of kind `unit`, and what each unit gives scope to. */
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

/* Units that give this record scope: for a unit record itself; else live siblings of `unit`, and of
 * its member's `unit` when it depends on one. Sorted, distinct. */
enum err scope_units(struct txn *t, const struct record *r, struct arena *arena,
                     struct id_list *out) MUST_USE;
/* Does a node of `unit` hold a record with this route and these scope units? */
bool scope_holds(struct txn *t, uint8_t route, const struct dot *units, size_t count,
                 struct dot unit);
/* Was this record's unit, or any of them, within the subtree: may a push from there touch it? */
bool scope_within(struct txn *t, const struct dot *units, size_t count, struct dot root);
/* Did the record belong there once, by this store's history? */
bool scope_was_within(struct txn *t, struct dot id, struct dot root);

#endif
