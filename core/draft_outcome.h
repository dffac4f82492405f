/* Private to the drafts: the record as it will be, and what is checked on it. */
#ifndef TERRACE_CORE_DRAFT_OUTCOME_H
#define TERRACE_CORE_DRAFT_OUTCOME_H

#include "core/draft.h"

/* before (NULL: a new record of that kind) with the edits on top, values without dots; borrows from
 * both. Of an untouched field the values are those of before. */
struct record draft_outcome(const struct record *before, uint32_t kind, const struct edit *edits,
                            size_t count, struct arena *arena);
/* Is the step from one state to the other in the table, is it this store's to take, and is all
 * filled in that it needs? ERR_RULE, ERR_INPUT. */
enum err draft_check_step(struct txn *t, const struct draft *draft, const struct record *before,
                          const struct record *after, struct arena *arena) MUST_USE;
/* A living record of the kind that holds all these edits give already, so that a row of a list
 * that is read again adds nothing; *out is none when there is none. Looked for by a unique number,
 * the title, a reference, or the unit at last, and there among the first thousand. */
enum err draft_find_repeat(struct txn *t, const struct kind_def *kind, const struct edit *edits,
                           size_t count, struct arena *arena, struct dot *out) MUST_USE;
/* Of a member as it is read: while a letter is under way the place of origin counts the person
 * (rule 16), else the unit it has; none when that is not known. */
enum err draft_counted_unit(struct txn *t, const struct record *member, struct arena *arena,
                            struct dot *out) MUST_USE;

#endif
