/* Whose desk a matter belongs on: who wrote what, which office keeps a unit's book, and which
 * office decides where several have written. */
#ifndef TERRACE_CORE_DESK_H
#define TERRACE_CORE_DESK_H

#include "core/units.h"

/* The computer and unit that wrote under this dot; none where it is not known. */
struct actor_info desk_author(struct txn *t, struct dot dot);
/* The same of a value; where a hub re-asserted it, of its origin. */
struct actor_info desk_value_author(struct txn *t, const struct value *v);
/* The living office that keeps the book of a unit: itself, or the nearest one above branch level;
 * where it is closed, its successor's or the one above. none when the unit is not known. */
struct dot desk_office(struct txn *t, struct dot unit);
/* The lowest unit that contains them all; none when there is none, or when one is not known. */
struct dot desk_common(struct txn *t, const struct dot *units, size_t count);
/* The office that decides a conflict: the lowest one that contains the authors of all live values
 * and the record's units. A commune decides its own, the district those between communes. none when
 * that cannot be told here. */
struct dot desk_decider(struct txn *t, const struct record *r, uint32_t field);
/* The office that looks after a record: desk_common over its live units, and the office of that. */
struct dot desk_of_record(struct txn *t, const struct record *r);
/* Does this store's office look after it? What belongs to none that is known, everybody sees. */
bool desk_is_own(struct txn *t, struct dot office);

#endif
