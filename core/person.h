/* Persons: members that people have found to be one (rule 12). `merged_into` is a set on the
 * greater id naming the smaller; edges are read undirected, over the records held here. The person
 * shown is the smallest undeleted id of the component. References are followed on reading, never
 * rewritten. */
#ifndef TERRACE_CORE_PERSON_H
#define TERRACE_CORE_PERSON_H

#include "core/store.h"

#define PERSON_MATES_MAX 64 /* in one component; more is no honest number */

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

/* A person as it is read. */
struct person_view {
    struct id_list ids;     /* the whole component */
    struct record *records; /* those that speak, the shown one first, then by id: the living ones,
                             * the shown one alone when none lives */
    size_t count;
    struct record record;      /* under the shown id: of each plain field the values of the record
                                * that speaks for it, of a set the union */
    struct record_local local; /* of the shown one, feed_seq the newest of all */
};
enum err person_view(struct txn *t, struct dot member, struct arena *arena,
                     struct person_view *out) MUST_USE;
/* The record that speaks for a plain field: the one that an officer chose when merging (the latest
 * choice, where there are several), else the first that has a value, else the shown one. A field
 * that follows a leader comes from where the leader comes from. */
const struct record *person_speaker(const struct person_view *v, uint32_t field);
/* Any record as people read it: a member as its person, whatever id of it was asked for; in others
 * references to members are followed to the shown ids, and what becomes equal in a set is one.
 * Costs nothing noticeable where nobody is merged. ERR_NOT_FOUND, ERR_DAMAGED. local may be NULL.
 */
enum err person_read(struct txn *t, struct dot id, struct arena *arena, struct record *out,
                     struct record_local *local) MUST_USE;
/* The same for a record that was read already. *shown is false for a record of a person that is
 * shown under another id: whoever lists records leaves it out. */
enum err person_follow(struct txn *t, struct record *r, struct record_local *local,
                       struct arena *arena, bool *shown) MUST_USE;

/* The text of a choice in merged_keep, "19:k7f3…-41". */
struct slice person_keep_format(uint32_t field, struct dot id, struct arena *arena);
bool person_keep_parse(struct slice text, uint32_t *field, struct dot *id);

#endif
