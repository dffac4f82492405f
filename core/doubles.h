/* Doubles: persons who were entered twice. Finding them, joining two records into one person, taking
 * that back, and remembering that two are two (rule 12). */
#ifndef TERRACE_CORE_DOUBLES_H
#define TERRACE_CORE_DOUBLES_H

#include "core/alike.h"
#include "core/draft.h"
#include "core/person.h"

#ifndef DOUBLES_SCORE_LEAST
#define DOUBLES_SCORE_LEAST 50       /* in percent: rather one person than two */
#endif
#define DOUBLES_APART_SCORE_LEAST 10 /* where only the year is known, people look at less */

struct double_pair {
    struct dot a, b; /* a < b, as they are shown */
    uint32_t reasons; /* ALIKE_BITs */
    uint8_t score;
    bool apart; /* a birth is known to its year or month alone */
};
/* Probable doubles among the living members whose shown unit is in root's subtree (none = all
 * here), the sure ones first, those known by year alone behind all others. A pair that is one person
 * already, or was found to be two, is left out. The answer depends on these members alone. */
enum err doubles_find(struct txn *t, struct dot root, struct arena *arena,
                      struct double_pair **out, size_t *count) MUST_USE;

#endif
