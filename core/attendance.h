/* How often a member came: the branch's meetings held, and those it attended. */
#ifndef TERRACE_CORE_ATTENDANCE_H
#define TERRACE_CORE_ATTENDANCE_H

#include "core/units.h"

struct attendance {
    int64_t held;     /* meetings that count for the member: of its unit since it was admitted, and
                       * any other at which it was present; without those it was excused from */
    int64_t attended; /* of them, those at which it was present */
};
/* Of a person as shown (person.h), from the day `from` to the day `to`, both included (dates as in
 * datum.h). Meetings that are only planned, or were cancelled, count for nothing. */
enum err attendance_of(struct txn *t, struct dot member, int64_t from, int64_t to,
                       struct attendance *out) MUST_USE;
/* The same of many, in one pass over the activities: out[i] of members[i]. */
enum err attendance_of_all(struct txn *t, const struct dot *members, size_t count, int64_t from,
                           int64_t to, struct attendance *out) MUST_USE;
/* In whole percent, rounded down; -1 when there was no meeting. */
int64_t attendance_percent(const struct attendance *a);
/* Is this activity a branch meeting, regular or thematic, that took place? */
bool attendance_is_meeting(const struct record *activity);

#endif
