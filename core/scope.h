/* What each unit gives scope to: which records a node holds, and from where a push may touch them
 * (rules 12 to 17). Scope is a function of the records held, never of a clock or of arrival. */
#ifndef TERRACE_CORE_SCOPE_H
#define TERRACE_CORE_SCOPE_H

#include "core/units.h"

/* Units that give this record scope: for a unit record itself; else live siblings of `unit`; for a
 * member also those of the records merged with it and `from` of its open transfers, where it did
 * come from there; for what depends on a member, the member's; for a transfer and its answer both
 * sides; for a node also its hub's. Sorted, distinct. */
enum err scope_units(struct txn *t, const struct record *r, struct arena *arena,
                     struct id_list *out) MUST_USE;
/* Those of a member, held or not, as it stands in the store. */
enum err scope_person(struct txn *t, struct dot member, struct arena *arena,
                      struct id_list *out) MUST_USE;
/* Those of them that the record names itself, its member left aside. In any order. */
enum err scope_units_direct(struct txn *t, const struct record *r, struct arena *arena,
                            struct id_list *out) MUST_USE;
/* Does a node of `unit` hold a record with this route and these scope units? */
bool scope_holds(struct txn *t, uint8_t route, const struct dot *units, size_t count,
                 struct dot unit);
/* Is any of these units within the subtree now? */
bool scope_within(struct txn *t, const struct dot *units, size_t count, struct dot root);
/* Is this its unit, or was it ever? A letter moves a member only from where it was (rule 16). */
bool scope_came_from(const struct record *member, struct dot unit);
/* Does the record itself belong there, or did it once (F_ONCE), by any of its live values, as the
 * units stand or stood? For what may still come from there late. */
bool scope_was_within(struct txn *t, const struct record *r, struct dot root);

#endif
