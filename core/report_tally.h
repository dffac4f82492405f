/* Private to the reports: what one pass over the store fills. */
#ifndef TERRACE_CORE_REPORT_TALLY_H
#define TERRACE_CORE_REPORT_TALLY_H

#include "core/report.h"
#include "core/units.h"

enum counter {
    C_NONE,
    /* strength */
    C_MEMBERS,
    C_MEMBERS_REMOTE,
    C_YOUTH,
    C_YOUTH_UNDER_18,
    C_YOUTH_18_25,
    C_YOUTH_26_30,
    C_YOUTH_UNITS,   /* that say how many there are */
    C_YOUTH_MEMBERS, /* members where that is said */
    C_ADMITTED,
    C_IN,
    C_OUT,
    C_AWAY,
    C_MATURED,
    C_REMOVED,
    C_EXPELLED,
    C_DECEASED,
    /* quality */
    C_RATED,
    C_RATED_EXCELLENT,
    C_RATED_UNITS,
    C_OUTSTANDING,
    C_PARTY_MEMBERS,
    C_PARTY_ADMISSIONS,
    C_REWARDS_MEMBERS,
    C_REWARDS_UNITS,
    C_DISCIPLINE,
    /* branch life */
    C_BRANCHES,
    C_BRANCHES_MET,
    C_BRANCH_MONTHS,
    C_BRANCH_MONTHS_MET,
    C_MEETINGS,
    C_MEETINGS_THEMATIC,
    C_PRESENT,
    C_EXPECTED,
    C_VISITS,
    C_VISITS_MADE,
    C_VISITS_QUOTA,
    C_INSPECTIONS,
    C_INSPECTIONS_DUE,
    C_INSPECTIONS_IN_TIME,
    /* movement */
    C_WORKS,
    C_PARTICIPANTS,
    C_VALUE,
    C_WORKDAYS,
    /* plans */
    C_PLANS,
    C_PLANS_APPROVED,
    C_ITEMS,
    C_ITEMS_DONE,
    C_ITEMS_LATE,
    C_ITEMS_DROPPED,
    C_ITEMS_OPEN,
    /* cadres */
    C_UNITS,
    C_FILLED,
    C_VACANT,
    C_FAILING,
    C_PLANNED,
    C_PLANNED_REVIEWED,
    C_TRAINED,
    C_TRAINED_HOURS,
    C_ROTATED,
    /* government and partners */
    C_DIALOGUES,
    C_DIALOGUES_ATTENDANCE,
    C_PROMISES,
    C_PROMISES_KEPT,
    C_PROPOSALS,
    C_PROPOSALS_ACCEPTED,
    C_PROPOSALS_DECLINED,
    C_COORDINATIONS,
    C_RESOURCES,
    /* fees */
    C_FEES_DUE,
    C_FEES_PAID,
    C_FEES_PAYERS,
    C_FEES_EXEMPT,
    C_FEES_REMITTED,
    /* the scorecard */
    C_ASSESSED,
    C_RECOGNISED,
    C_SCORE_1, /* sum of scores; _2 and _3 follow */
    C_SCORE_2,
    C_SCORE_3,
    C_SCORED_1, /* how many there are */
    C_SCORED_2,
    C_SCORED_3,
    /* data */
    C_FIELDS,
    C_FIELDS_FILLED,
    C_FIELDS_MISSING,
    C_NODES,
    C_NODES_SILENT,
    C_UNSENT,
    C_CONFLICTS,
    C_DOUBLES,
    COUNTER_COUNT
};
enum group {
    G_NONE,
    G_SEX,
    G_ETHNICITY,
    G_AGE,
    G_SETTING,
    G_OWN, /* lists and yes-or-no of a province's own: "field=code" */
    G_RATED,
    G_RATED_UNITS,
    G_REWARDS,
    G_DISCIPLINE,
    G_TOPICS,
    G_AGENDA,
    G_WORKS,
    G_FILLED,
    G_MISSING,
    G_CONTACT,
    GROUP_COUNT
};
enum side { SIDE_NOW, SIDE_BEFORE, SIDE_COUNT };

/* A unit as the pass needs it; index = where it stands in tally.places. */
struct place {
    struct dot id;
    struct slice code, name;
    struct unit_state state;
    int64_t type, setting;
    enum level level;
    bool pilot, remote;
    int64_t youth[3];                /* by age; -1 = not said */
    uint32_t months_met[SIDE_COUNT]; /* a bit for each month of the period */
    bool has_secretary[SIDE_COUNT];
};
struct person {
    struct dot id;
    int64_t admitted, ended, born, party; /* days; ended: INT64_MAX = not, 0 = without a date */
    int64_t status, sex, theory;
    uint32_t place;
    uint32_t ethnicity;     /* key + 1; 0 = not said */
    uint32_t filled;        /* a bit for each field that ought to be */
    bool outstanding, left; /* left: by a letter to a place outside the tree */
    uint32_t next;          /* of those that count for one unit; index + 1 */
};
/* Numbers that rules set; of the two last ones one for each title, which is added. */
enum report_number {
    NUMBER_FEE_UP_PART,
    NUMBER_FEE_UP_OF,
    NUMBER_VISITS_PER_MONTH,
    NUMBER_AGE_MAX,
    NUMBER_THEORY_MIN = NUMBER_AGE_MAX + TITLE_SECRETARY,
    NUMBER_COUNT = NUMBER_THEORY_MIN + TITLE_SECRETARY + 1
};
struct number_memo {
    int64_t day, value; /* 0 = nothing yet */
};
#define NOWHERE UINT32_MAX
struct chain {
    uint32_t start, count; /* in tally.links */
};
struct tally {
    struct txn *t;
    const struct report_query *q;
    struct report_period period[SIDE_COUNT];
    int64_t today;
    struct arena *arena, *scratch; /* of the whole pass; of the record at hand */
    struct place *places;
    uint32_t place_count;
    struct table_of_dots *place_of, *person_of;
    int64_t *cuts; /* days on which the tree changes, sorted */
    size_t cut_count;
    struct chain **chains; /* by epoch, then place; an epoch begins with each cut */
    uint32_t *links;
    size_t link_count, link_cap;
    struct person *persons;
    uint32_t person_count, person_cap;
    uint32_t *own; /* by person, own_count each: key + 1; 0 = not said */
    size_t own_count;
    uint32_t *stamps; /* by person: the activity that it was last met in */
    uint32_t stamp;
    uint32_t **rosters; /* by epoch: the first person that counts for a place, + 1 */
    uint32_t **roster_next;
    int64_t *sums;                    /* [place][side][counter] */
    uint32_t unit;                    /* that is asked for */
    int64_t (*months)[COUNTER_COUNT]; /* its counters of SIDE_NOW, month by month */
    struct tally_map *groups;
    bool wants[GROUP_COUNT]; /* the groups that the report shows; others are not kept */
    struct table_of_texts *keys;
    struct table_of_texts *visits; /* those that were counted: cadre, day, branch */
    struct number_memo numbers[NUMBER_COUNT];
};

/* ---- tables of numbers (report_map.c) ------------------------------------------------------- */

struct table_of_dots *dots_table_new(struct arena *arena, size_t count);
void dots_table_put(struct table_of_dots *m, struct dot id, uint32_t index);
uint32_t dots_table_get(const struct table_of_dots *m, struct dot id); /* NOWHERE */
struct table_of_texts *texts_new(struct arena *arena);
uint32_t texts_put(struct table_of_texts *m, struct slice text, struct arena *arena);
struct slice texts_get(const struct table_of_texts *m, uint32_t key);
size_t texts_count(const struct table_of_texts *m);
struct tally_map *tally_map_new(struct arena *arena);
void tally_map_add(struct tally_map *m, uint64_t key, int64_t n, struct arena *arena);
int64_t tally_map_get(const struct tally_map *m, uint64_t key);

/* ---- units by date (report_place.c) --------------------------------------------------------- */

enum err places_read(struct tally *y) MUST_USE;
uint32_t place_find(const struct tally *y, struct dot unit); /* NOWHERE */
/* The unit that counts for it on that day, and all above it. */
const uint32_t *place_chain(struct tally *y, uint32_t place, int64_t day, size_t *count);
uint32_t place_at(struct tally *y, uint32_t place, int64_t day);
bool place_is_living(const struct place *p, int64_t day);
/* Does it hold meetings of its own: a branch, or a grassroots union that is one? */
bool place_is_branch(const struct place *p);
size_t place_epoch(const struct tally *y, int64_t day);

/* ---- sums (report_sum.c) -------------------------------------------------------------------- */

int64_t *sum_at(struct tally *y, uint32_t place, enum side side); /* all its counters */
/* In which of the two periods is that day, or that month counted from 0? SIDE_COUNT = neither. */
enum side side_of(const struct tally *y, int64_t day);
enum side side_of_month(const struct tally *y, int64_t month);
/* To the unit that counts for it on that day and all above. */
void tally_add(struct tally *y, uint32_t place, enum side side, int64_t day, enum counter c,
               int64_t n);
void tally_add_key(struct tally *y, uint32_t place, enum side side, int64_t day, enum group g,
                   uint32_t key, int64_t n);
uint32_t tally_key(struct tally *y, const char *text);
/* To the first one's units that are not also the second one's. */
void tally_add_beside(struct tally *y, uint32_t place, uint32_t other, enum side side, int64_t day,
                      enum counter c);
/* To those of the first one that are the second one's too; of today. */
void tally_add_common(struct tally *y, uint32_t place, uint32_t other, int64_t day, enum counter c);
int64_t tally_of_key(const struct tally *y, uint32_t place, enum side side, enum group g,
                     uint32_t key);

/* ---- passes --------------------------------------------------------------------------------- */

/* Every living record of a kind that is held whole. Of members those that are shown, as the person
 * they are. */
enum err tally_each(struct tally *y, uint32_t kind,
                    void (*visit)(struct tally *y, const struct record *r)) MUST_USE;
enum err people_read(struct tally *y) MUST_USE; /* report_people.c */
/* What "field=code" says in words, in the arena; false when no field of that name is there. */
bool report_own_label(struct slice key, bool vi, struct arena *arena, const char **out);
bool person_counts(const struct person *p, int64_t day);
/* Members that count for one unit on that day: the first index + 1, and the next ones of it. */
uint32_t roster_first(struct tally *y, uint32_t place, int64_t day);
uint32_t roster_next(struct tally *y, uint32_t person, int64_t day);
void people_count(struct tally *y);
void places_count(struct tally *y);
void count_activity(struct tally *y, const struct record *r); /* report_life.c */
void count_visit(struct tally *y, const struct record *r);
void count_inspection(struct tally *y, const struct record *r);
void branches_count(struct tally *y);
void count_transfer(struct tally *y, const struct record *r); /* report_care.c */
void count_acceptance(struct tally *y, const struct record *r);
void count_rating(struct tally *y, const struct record *r);
void count_reward(struct tally *y, const struct record *r);
void count_discipline(struct tally *y, const struct record *r);
void count_position(struct tally *y, const struct record *r);
void count_cadre_plan(struct tally *y, const struct record *r);
void count_training(struct tally *y, const struct record *r);
void count_rotation(struct tally *y, const struct record *r);
void count_fee(struct tally *y, const struct record *r);
void count_plan(struct tally *y, const struct record *r); /* report_work.c */
void count_plan_item(struct tally *y, const struct record *r);
void count_dialogue(struct tally *y, const struct record *r);
void count_proposal(struct tally *y, const struct record *r);
void count_coordination(struct tally *y, const struct record *r);
void count_assessment(struct tally *y, const struct record *r);
/* Fields of a member that ought to be filled in; the bit of each is its index. */
extern const uint32_t report_wanted_fields[];
extern const size_t report_wanted_count;

/* The number that holds on that day (rules.h). */
int64_t report_number(struct tally *y, enum report_number which, int64_t day);

/* The first day that a date may mean; 0 = none. */
static inline int64_t record_day(const struct record *r, uint32_t field)
{
    int64_t date = merge_shown_int(r, field);
    return date ? date_first_day(date) : 0;
}
static inline struct dot record_unit(const struct record *r)
{
    return merge_shown_ref(r, F_UNIT);
}

#endif
