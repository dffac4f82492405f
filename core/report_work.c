/* Plans, dialogues, proposals, coordination, the scorecard; what holds of units; rules' numbers. */
#include "core/report_tally.h"
#include "core/rules.h"

/* ---- plans ---------------------------------------------------------------------------------- */

void count_plan(struct tally *y, const struct record *r)
{
    int64_t v = merge_shown_int(r, F_PLAN_MONTH), status = merge_shown_int(r, F_PLAN_STATUS);
    int64_t month = v ? MONTH_YEAR(v) * 12 + MONTH_MONTH(v) - 1 : 0;
    enum side side = side_of_month(y, month);
    int64_t day = report_month_to(month, y->period[SIDE_NOW].cutoff_day);
    uint32_t place = place_find(y, record_unit(r));
    tally_add(y, place, side, day, C_PLANS, 1);
    tally_add(y, place, side, day, C_PLANS_APPROVED,
              status == PLAN_APPROVED || status == PLAN_CLOSED);
}

/* By the day on which it is due. Late is what was marked so, and what is not done by then. */
void count_plan_item(struct tally *y, const struct record *r)
{
    int64_t due = record_day(r, F_PLAN_ITEM_DUE), status = merge_shown_int(r, F_PLAN_ITEM_STATUS);
    enum side side = side_of(y, due);
    uint32_t place = place_find(y, record_unit(r));
    enum counter c = status == ITEM_DONE                     ? C_ITEMS_DONE
                     : status == ITEM_DROPPED                ? C_ITEMS_DROPPED
                     : status == ITEM_LATE || due < y->today ? C_ITEMS_LATE
                                                             : C_ITEMS_OPEN;
    tally_add(y, place, side, due, C_ITEMS, 1);
    tally_add(y, place, side, due, c, 1);
}

/* ---- government and partners ---------------------------------------------------------------- */

void count_dialogue(struct tally *y, const struct record *r)
{
    int64_t day = record_day(r, F_DIALOGUE_DATE), status = merge_shown_int(r, F_DIALOGUE_STATUS);
    int64_t due = record_day(r, F_DIALOGUE_DUE), kept = record_day(r, F_DIALOGUE_ANSWERED);
    uint32_t place = place_find(y, record_unit(r));
    if (status != DIALOGUE_HELD && status != DIALOGUE_ANSWERED) {
        return;
    }
    tally_add(y, place, side_of(y, day), day, C_DIALOGUES, 1);
    tally_add(y, place, side_of(y, day), day, C_DIALOGUES_ATTENDANCE,
              merge_shown_number(r, F_DIALOGUE_ATTENDANCE));
    if (merge_shown_text(r, F_DIALOGUE_PROMISE).len != 0) {
        int64_t by = due ? due : day; /* a promise without a date is of the day it was given */
        bool in_time = status == DIALOGUE_ANSWERED && (due == 0 || kept <= due);
        tally_add(y, place, side_of(y, by), by, C_PROMISES, 1);
        tally_add(y, place, side_of(y, by), by, C_PROMISES_KEPT, in_time);
    }
}

void count_proposal(struct tally *y, const struct record *r)
{
    int64_t day = record_day(r, F_PROPOSAL_SENT), status = merge_shown_int(r, F_PROPOSAL_STATUS);
    uint32_t place = place_find(y, record_unit(r));
    enum side side = side_of(y, day);
    if (status >= PROPOSAL_SENT) {
        tally_add(y, place, side, day, C_PROPOSALS, 1);
        tally_add(y, place, side, day, C_PROPOSALS_ACCEPTED,
                  status == PROPOSAL_ACCEPTED || status == PROPOSAL_DONE);
        tally_add(y, place, side, day, C_PROPOSALS_DECLINED, status == PROPOSAL_DECLINED);
    }
}

/* Under way on any day of the period. */
void count_coordination(struct tally *y, const struct record *r)
{
    int64_t since = record_day(r, F_COORDINATION_DATE),
            closed = record_day(r, F_COORDINATION_CLOSED);
    bool ended = merge_shown_int(r, F_COORDINATION_STATUS) == COORDINATION_CLOSED;
    uint32_t place = place_find(y, record_unit(r));
    for (enum side side = SIDE_NOW; side < SIDE_COUNT; side++) {
        const struct report_period *p = &y->period[side];
        if (since <= p->to && (!ended || closed >= p->from)) {
            tally_add(y, place, side, p->to, C_COORDINATIONS, 1);
        }
        if (side_of(y, since) == side) {
            tally_add(y, place, side, since, C_RESOURCES,
                      merge_shown_number(r, F_COORDINATION_RESOURCES));
        }
    }
}

/* Of a year, in every period that lies in it. The score of the office above, else the unit's own.
 */
void count_assessment(struct tally *y, const struct record *r)
{
    int64_t year = merge_shown_number(r, F_ASSESSMENT_YEAR);
    uint32_t place = place_find(y, record_unit(r));
    for (enum side side = SIDE_NOW; side < SIDE_COUNT; side++) {
        const struct report_period *p = &y->period[side];
        if (year != p->last_month / 12) {
            continue;
        }
        tally_add(y, place, side, p->to, C_ASSESSED, 1);
        tally_add(y, place, side, p->to, C_RECOGNISED,
                  merge_shown_int(r, F_ASSESSMENT_STATUS) == ASSESSMENT_RECOGNISED);
        for (uint32_t i = 0; i < 3; i++) {
            const struct value *above = merge_shown(r, F_ASSESSMENT_SCORE_1 + i);
            const struct value *own = merge_shown(r, F_ASSESSMENT_SELF_1 + i);
            const struct value *v = above && above->datum.type == DATUM_INT ? above : own;
            if (v && v->datum.type == DATUM_INT) {
                tally_add(y, place, side, p->to, (enum counter)(C_SCORE_1 + i),
                          merge_shown_number(r, v == above ? F_ASSESSMENT_SCORE_1 + i
                                                           : F_ASSESSMENT_SELF_1 + i));
                tally_add(y, place, side, p->to, (enum counter)(C_SCORED_1 + i), 1);
            }
        }
    }
}

/* ---- units ---------------------------------------------------------------------------------- */

static bool tells_youth(const struct place *p)
{
    return p->youth[0] >= 0 || p->youth[1] >= 0 || p->youth[2] >= 0;
}

/* What a unit says of its youth stands for all below it; it goes up as far as nobody says anything
 * of his own. */
static void count_youth(struct tally *y, uint32_t place, int64_t day)
{
    static const enum counter bands[] = {C_YOUTH_UNDER_18, C_YOUTH_18_25, C_YOUTH_26_30};
    const struct place *p = &y->places[place];
    size_t count = 0;
    const uint32_t *chain = place_chain(y, place, day, &count);
    int64_t members = sum_at(y, place, SIDE_NOW)[C_MEMBERS];
    for (size_t i = 0; i < count && (i == 0 || !tells_youth(&y->places[chain[i]])); i++) {
        int64_t *sums = sum_at(y, chain[i], SIDE_NOW);
        for (uint32_t b = 0; b < ARRAY_COUNT(bands); b++) {
            int64_t n = p->youth[b] > 0 ? p->youth[b] : 0;
            sums[bands[b]] += n;
            sums[C_YOUTH] += n;
        }
        sums[C_YOUTH_UNITS]++;
        sums[C_YOUTH_MEMBERS] += members;
    }
}

/* After the members and the positions. */
void places_count(struct tally *y)
{
    for (uint32_t i = 0; i < y->place_count; i++) {
        const struct place *p = &y->places[i];
        for (enum side side = SIDE_NOW; side < SIDE_COUNT; side++) {
            int64_t day = y->period[side].to;
            if (place_is_living(p, day)) {
                tally_add(y, i, side, day, C_UNITS, 1);
                tally_add(y, i, side, day, C_VACANT, !p->has_secretary[side]);
            }
        }
        if (place_is_living(p, y->period[SIDE_NOW].to) && tells_youth(p)) {
            count_youth(y, i, y->period[SIDE_NOW].to);
        }
    }
}

/* ---- numbers that rules set ------------------------------------------------------------------ */

int64_t report_number(struct tally *y, enum report_number which, int64_t day)
{
    static const char *const names[] = {
        [NUMBER_FEE_UP_PART] = "fee_up_part",
        [NUMBER_FEE_UP_OF] = "fee_up_of",
        [NUMBER_VISITS_PER_MONTH] = "visits_per_month",
        [NUMBER_AGE_MAX + TITLE_MEMBER] = "age_max_uy_vien",
        [NUMBER_AGE_MAX + TITLE_STANDING] = "age_max_uy_vien_btv",
        [NUMBER_AGE_MAX + TITLE_DEPUTY] = "age_max_pho_bi_thu",
        [NUMBER_AGE_MAX + TITLE_SECRETARY] = "age_max_bi_thu",
        [NUMBER_THEORY_MIN + TITLE_MEMBER] = "theory_min_uy_vien",
        [NUMBER_THEORY_MIN + TITLE_STANDING] = "theory_min_uy_vien_btv",
        [NUMBER_THEORY_MIN + TITLE_DEPUTY] = "theory_min_pho_bi_thu",
        [NUMBER_THEORY_MIN + TITLE_SECRETARY] = "theory_min_bi_thu",
    };
    struct number_memo *memo = &y->numbers[which];
    if (memo->day != day) {
        *memo = (struct number_memo){day, rules_number(y->t, names[which], day)};
    }
    return memo->value;
}
