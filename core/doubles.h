/* Doubles: persons who were entered twice. Finding them, joining two records into one person,
 * taking that back, and remembering that two are two (rule 12). */
#ifndef TERRACE_CORE_DOUBLES_H
#define TERRACE_CORE_DOUBLES_H

#include "core/alike.h"
#include "core/draft.h"
#include "core/person.h"

#define DOUBLES_SCORE_LEAST 18       /* in percent: worth a look */
#define DOUBLES_APART_SCORE_LEAST 10 /* where only the year is known, people look at less */

struct double_pair {
    struct dot a, b;  /* a < b, as they are shown */
    uint32_t reasons; /* ALIKE_BITs */
    uint8_t score;
    bool apart; /* a birth is known to its year or month alone */
};
/* Probable doubles among the living members whose shown unit is in root's subtree (none = all
 * here), the sure ones first, those known by year alone behind all others. A pair that is one
 * person already, or was found to be two, is left out. The answer depends on these members alone.
 */
enum err doubles_find(struct txn *t, struct dot root, struct arena *arena, struct double_pair **out,
                      size_t *count) MUST_USE;

/* What an officer chooses when two are joined: which side's value of a plain field is kept. */
struct doubles_keep {
    uint32_t field;
    bool from_b;
};
/* a and b become one person, by one save on the record with the greater id, which undo takes back.
 * *survivor is the id under which the person is shown. ERR_RULE: not members, not this store's to
 * write, deleted, one already, or found to be two. */
enum err doubles_merge(struct txn *t, struct dot a, struct dot b, const struct doubles_keep *keeps,
                       size_t keep_count, struct arena *arena, struct dot *survivor) MUST_USE;
/* Takes apart what was joined directly: a and b, or a and all that it was joined with when b is
 * none. What was chosen for that goes with it; everything is as before. *survivor is the id under
 * which the person was shown. */
enum err doubles_unmerge(struct txn *t, struct dot a, struct dot b, struct arena *arena,
                         struct dot *survivor) MUST_USE;
/* a and b are two persons: remembered, and asked no more; undo forgets it. */
enum err doubles_not_same(struct txn *t, struct dot a, struct dot b, bool undo,
                          struct arena *arena) MUST_USE;

#endif
