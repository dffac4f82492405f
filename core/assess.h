/* The yearly assessment of a unit: evidence from the records beside the marks that people give. */
#ifndef TERRACE_CORE_ASSESS_H
#define TERRACE_CORE_ASSESS_H

#include "core/draft.h"

struct assessment {
    struct dot record;        /* none: the unit has not registered for that year */
    int64_t status;           /* enum assessment_status; 0 without record */
    struct slice evidence[3]; /* as the records tell now, one figure a line; in Vietnamese, since it
                               * is written into the record, and goes into its decision */
    bool is_frozen;           /* it was decided: what the records tell now counts no more */
};
/* Everything in the arena. ERR_NOT_FOUND: no such unit. */
enum err assess_read(struct txn *t, struct dot unit, int64_t year, struct arena *arena,
                     struct assessment *out) MUST_USE;
/* Registers the unit, or brings the evidence up to date, with further items on top (self scores).
 * ERR_RULE when it was decided. *id and *dot as draft_save. */
enum err assess_write(struct txn *t, struct dot unit, int64_t year, const struct assessment *now,
                      const struct draft_item *items, size_t item_count, struct rule_notes *notes,
                      struct arena *arena, struct dot *id, struct dot *dot) MUST_USE;

#endif
