/* The fees of a unit for one month: who owes what, what was paid, what goes up. The amounts, and
 * the share that goes up, are numbers of the rules. Everything is saved as drafts (draft.h); doing
 * it again changes nothing. */
#ifndef TERRACE_CORE_FEE_H
#define TERRACE_CORE_FEE_H

#include "core/draft.h"

#define FEE_MEMBERS_MAX 5000 /* in one unit; for more, take its units one by one */

struct fee_line {
    struct dot member, unit;
    struct dot record; /* none: nothing is recorded for that month yet */
    int64_t status;    /* enum fee_status; of a line without record the one it would get */
    int64_t amount;    /* đồng; of the record, else what is due */
    bool waged;
    struct slice name, exemption; /* why exempt; carried on from the newest fee before */
};
struct fee_sheet {
    int64_t month; /* datum.h */
    struct dot unit;
    struct fee_line *lines; /* the active members of the unit and those below, and whoever else has
                             * a fee there for that month; by name */
    size_t count;
    size_t recorded, due, exempt, paid; /* lines with a record, and of those by status */
    int64_t collected;                  /* đồng paid */
    int64_t up, kept; /* the share of it for the level above, in whole đồng rounded down, and the
                       * rest */
    int64_t remitted; /* as recorded */
    struct dot remittance; /* the record; none = nothing was remitted */
};
/* Everything in the arena. ERR_TOO_LARGE beyond FEE_MEMBERS_MAX lines. */
enum err fee_read(struct txn *t, struct dot unit, int64_t month, struct arena *arena,
                  struct fee_sheet *out) MUST_USE;

/* What is to be written of a line. */
struct fee_entry {
    int64_t status; /* FEE_DUE, FEE_PAID or FEE_EXEMPT */
    struct slice exemption;
};
/* Writes it unless it is so already, and tells in *saved whether it was. FEE_DUE leaves alone what
 * has a record, and records an exemption that goes on. */
enum err fee_write(struct txn *t, const struct fee_sheet *sheet, const struct fee_line *line,
                   const struct fee_entry *entry, struct rule_notes *notes, struct arena *arena,
                   bool *saved) MUST_USE;
/* Records what goes up of what was collected so far; an earlier record of that month is brought up
 * to date. *saved: was it not so already? */
enum err fee_remit(struct txn *t, const struct fee_sheet *sheet, struct arena *arena,
                   bool *saved) MUST_USE;

#endif
