/* Reports: figures of a unit and all below it in a period, beside its neighbours and the period
 * before. One table declares every measure and every report (report_table.c): a measure is one row.
 *
 * One pass over the kinds that a report reads fills sums for every unit and for both periods, so
 * that a comparison with any number of units costs no second pass. How is counted:
 * - an event counts for the units that its own unit stood under on its day (unit_at,
 *   unit_parent_at), and in the period that holds this day; what has no date is in no period;
 * - a stock (members, branches, cadres in office) is what is there on the last day of the period;
 * - a member counts in one unit (transfer_counted_unit), a merged person once, nobody who is
 *   deleted, and from the day on which an end of membership is dated no more; where somebody was
 *   before the present unit is not known, so it counts as the unit of the past as well. */
#ifndef TERRACE_CORE_REPORT_H
#define TERRACE_CORE_REPORT_H

#include "core/store.h"

/* ---- periods (report_period.c) -------------------------------------------------------------- */

#define CUTOFF_MONTH_END 31
/* Months are counted from 0: year * 12 + month - 1. */
struct report_period {
    int64_t first_month, last_month;
    int64_t from, to; /* days, both included (datum.h) */
    int cutoff_day;   /* on which a month ends, 1 to 28; CUTOFF_MONTH_END = its last */
    char text[12];    /* 2025, 2025-H1, 2025-Q2, 2025-06 */
};
/* What `text` holds, or 06/2025, Q2/2025, H1/2025. ERR_INPUT */
enum err report_period_parse(struct slice written, int cutoff_day,
                             struct report_period *out) MUST_USE;
/* The month that the day belongs to. */
struct report_period report_period_month(int64_t day, int cutoff_day);
/* The one of the same length that ends where this one begins. */
struct report_period report_period_before(const struct report_period *p);
/* Last day of a month, and the day after that of the month before. */
int64_t report_month_to(int64_t month, int cutoff_day);
int64_t report_month_from(int64_t month, int cutoff_day);
/* The month that the day belongs to, counted from 0. */
int64_t report_month_of(int64_t day, int cutoff_day);

/* ---- the table (report_table.c) ------------------------------------------------------------- */

enum measure_unit { MEASURE_COUNT, MEASURE_PERCENT, MEASURE_MONEY, MEASURE_DAYS, MEASURE_POINTS };
enum measure_how {
    HOW_SUM,      /* counter a; not known where counter b, if any, is 0 */
    HOW_SHARE,    /* a in percent of b; not known where b is 0 */
    HOW_MEAN,     /* a divided by b; not known where b is 0 */
    HOW_PART,     /* of counter a what goes up: report_numbers */
    HOW_REST,     /* of counter a what is left of that */
    HOW_GROUP,    /* one row for each key that group a has anywhere in the report */
    HOW_DISTINCT, /* how many keys group a has */
};
struct measure {
    const char *id, *vi, *en;
    enum measure_unit unit;
    enum measure_how how;
    uint8_t a, b;   /* enum counter, enum group (report_tally.h) */
    bool now_only;  /* of today, so that there is no figure of a past period */
    bool headline;  /* also stands in the table of the units below */
    bool flow;      /* counted on days or in months, so that each month has its figure */
    bool sensitive; /* tells what a viewer's computer masks */
};
struct report_section {
    const char *vi, *en;         /* "" = none */
    const char *const *measures; /* ids, ended by NULL */
};
struct report {
    const char *name, *vi, *en;
    const uint32_t *kinds;                 /* that it reads, ended by 0 */
    const struct report_section *sections; /* ended by measures NULL */
    bool pilots;                           /* pilot units are compared with the rest */
};
const struct report *report_at(size_t index); /* NULL past the end */
/* By name; words may be parted by '-', '_' or blanks, in any case. NULL */
const struct report *report_by_name(const char *name);
/* Does it have measures that no record tells (struct report_fact)? */
bool report_reads_facts(const struct report *report);
const struct measure *report_measure(const char *id); /* NULL */

/* ---- figures -------------------------------------------------------------------------------- */

/* In tenths, so that nothing is ever a float. */
struct figure {
    bool known;
    int64_t tenths;
};
/* "12" or "12.3"; in the arena. Of an unknown one "". */
const char *figure_text(struct figure f, struct arena *arena);
/* The same as people write it: "1.234,5" in Vietnamese, "1,234.5" in English. */
const char *figure_words(struct figure f, bool vi, struct arena *arena);

/* What this store knows besides its records, of today. */
struct report_fact {
    struct dot unit;
    struct dot also;         /* if not none: it counts where both of them stand */
    const char *measure;     /* HOW_SUM or HOW_GROUP */
    struct slice key, label; /* of a group */
    int64_t value;
};
struct report_query {
    const struct report *report;
    struct dot unit;
    struct report_period period;
    bool siblings; /* are their records held here? */
    const struct report_fact *facts;
    size_t fact_count;
};
struct report_unit {
    struct dot id;
    struct slice code, name;
};
struct report_row {
    const struct measure *measure;
    const struct report_section *section;
    struct slice id;     /* of a group with its key: "members_sex:female" */
    const char *vi, *en; /* of a group the label of its key */
    struct figure value, previous;
    struct figure siblings; /* average over those where it is known */
    struct figure *below;   /* one for each unit below */
    struct figure *months;  /* of a flow, one for each month of the period; else NULL */
    int rank;               /* of one of a group: its place among the others */
    bool grouped;           /* one of a group, or of the pilot units and the rest */
    bool adjusted;          /* it was published, and was otherwise then */
    struct figure frozen;   /* as it was */
};
struct report_result {
    struct report_unit unit;
    struct report_period period, before;
    struct report_unit *below; /* that stand under it on the last day, by code */
    size_t below_count;
    size_t sibling_count;
    size_t month_count;      /* of the period; those to come are not known */
    struct report_row *rows; /* in the order of the table */
    size_t row_count;
};
/* Everything is in the arena. ERR_NOT_FOUND: no such unit. */
enum err report_run(struct txn *t, const struct report_query *q, struct arena *arena,
                    struct report_result *out) MUST_USE;

/* ---- publication (report_publish.c) --------------------------------------------------------- */

/* Freezes the figures as a record of kind publication, with the position of this store's feed: of
 * the unit and of those below it. As draft_save. */
enum err report_publish(struct txn *t, const struct report *report,
                        const struct report_result *result, struct arena *arena,
                        struct dot *id) MUST_USE;
/* The day of the newest publication of the same report, unit and period; 0 = there is none. */
enum err report_last_published(struct txn *t, const struct report *report,
                               const struct report_result *result, struct arena *arena,
                               int64_t *day) MUST_USE;
/* Fills in `adjusted` and `frozen` from the newest publication of the same report, unit and period.
 * *published_on is its day, 0 = it was never published. */
enum err report_compare_published(struct txn *t, const struct report *report,
                                  struct report_result *result, struct arena *arena,
                                  int64_t *published_on) MUST_USE;

#endif
