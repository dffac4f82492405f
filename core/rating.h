/* The yearly rating of members, with the attendance that the records tell. */
#ifndef TERRACE_CORE_RATING_H
#define TERRACE_CORE_RATING_H

#include "core/attendance.h"
#include "core/draft.h"

struct rating_line {
    struct dot member, unit;
    struct slice name;
    struct attendance attendance; /* of that year */
    struct dot record;            /* none: not rated yet */
    int64_t level, status;        /* enum rating_level, rating_status; 0 without record */
};
/* Calls visit for every active member of the unit and those below, by id, until it returns false.
 * The line lasts until visit returns. */
enum err rating_each(struct txn *t, struct dot unit, int64_t year,
                     bool (*visit)(void *ctx, const struct rating_line *line), void *ctx) MUST_USE;
/* The line of one member, in the arena. */
enum err rating_of(struct txn *t, struct dot member, int64_t year, struct arena *arena,
                   struct rating_line *out) MUST_USE;
/* Rates the member, or changes the rating that there is: the level as typed, the share of
 * attendance filled in, further items on top. *id and *dot as draft_save. */
enum err rating_write(struct txn *t, const struct rating_line *line, int64_t year,
                      struct slice level, const struct draft_item *items, size_t item_count,
                      struct rule_notes *notes, struct arena *arena, struct dot *id,
                      struct dot *dot) MUST_USE;

#endif
