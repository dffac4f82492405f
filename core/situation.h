/* Situation reports: counts only. A draft holds the raw counts and never leaves its store
 * (schema_route). What is sent is a record of its own, in which counts below the rule number
 * situation_cell_min are suppressed: "Bỏ học: 2" goes as "Bỏ học: <5". */
#ifndef TERRACE_CORE_SITUATION_H
#define TERRACE_CORE_SITUATION_H

#include "core/store.h"

/* Does the record as it will be belong to a report that has been sent? */
bool situation_is_sent(const struct record *after);
/* Every element of the counts reads "what: number", or as suppressed before; ERR_INPUT with field.
 * In a report that is sent, small ones are suppressed in the edits themselves (arena). */
enum err situation_check(struct txn *t, const struct record *after, struct edit *edits,
                         size_t count, struct arena *arena) MUST_USE;
/* Saves what the draft `before` sends: the record as it will be, with small counts suppressed.
 * `id` and `dot` are those of the new record; the draft keeps its counts, and names it in sent_as.
 * ERR_RULE when it was sent before. */
enum err situation_send(struct txn *t, const struct record *before, const struct record *after,
                        enum via via, struct arena *arena, struct dot *id,
                        struct dot *dot) MUST_USE;

#endif
