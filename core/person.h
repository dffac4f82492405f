/* Persons: members that people have found to be one (rule 12). `merged_into` is a set on the
 * greater id naming the smaller; edges are read undirected, over the records held here. The person
 * shown is the smallest undeleted id of the component. References are followed on reading, never
 * rewritten. */
#ifndef TERRACE_CORE_PERSON_H
#define TERRACE_CORE_PERSON_H

#include "core/store.h"

#define PERSON_MATES_MAX 256 /* in one component; more is no honest number */

/* Every id of the component that is held here, the given one among them, sorted. */
enum err person_component(struct txn *t, struct dot member, struct arena *arena,
                          struct id_list *out) MUST_USE;
/* The same with those that are not held: edges lead over them, too. For scope, which must not
 * depend on the order in which records arrive. given: a state of the member that is not yet, or no
 * longer, the one in the store; NULL = that one. */
enum err person_reach(struct txn *t, struct dot member, const struct record *given,
                      struct arena *arena, struct id_list *out) MUST_USE;
/* Is it merged with any other record held here? Two look-ups, for hot paths. */
bool person_is_merged(struct txn *t, struct dot member);
/* The id under which the person is shown: the smallest undeleted of the component, the smallest
 * when all are deleted; the id itself when it is merged with none. */
struct dot person_shown(struct txn *t, struct dot member);

#endif
