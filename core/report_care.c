/* Members' letters, ratings, rewards, discipline, cadres and fees. */
#include "core/report_tally.h"
#include "core/transfer.h"

static const char *code_of(const struct record *r, uint32_t field)
{
    const struct enum_code *c =
        schema_code(schema_field(r->kind, field), merge_shown_int(r, field));
    return c ? c->code : "unknown";
}

static bool has_member(const struct record *r)
{
    return !dot_is_none(merge_shown_ref(r, F_MEMBER));
}

static struct person *person_of(struct tally *y, const struct record *r)
{
    uint32_t person =
        y->person_of ? dots_table_get(y->person_of, merge_shown_ref(r, F_MEMBER)) : NOWHERE;
    return person == NOWHERE ? NULL : &y->persons[person];
}

/* ---- letters -------------------------------------------------------------------------------- */

/* Between two units what counts is the answer. Over the edge of the tree there is the letter alone:
 * whoever left it by one is out, not removed. */
void count_transfer(struct tally *y, const struct record *r)
{
    int64_t issued = record_day(r, F_TRANSFER_ISSUED);
    struct dot from = merge_shown_ref(r, F_TRANSFER_FROM), to = merge_shown_ref(r, F_TRANSFER_TO);
    struct person *p = person_of(y, r);
    if (merge_shown_int(r, F_TRANSFER_STATUS) != TRANSFER_ACCEPTED) {
        return;
    }
    if (dot_is_none(to) && p && p->status == MEMBER_REMOVED) {
        p->left = true;
    } else if (dot_is_none(from)) {
        tally_add(y, place_find(y, to), side_of(y, issued), issued, C_IN, 1);
    }
}

/* An answer to a letter that is not here moved nobody: mistyped, or far ahead of its letter. */
void count_acceptance(struct tally *y, const struct record *r)
{
    struct transfer_view v;
    int64_t day = record_day(r, F_ACCEPTANCE_DATE);
    enum side side = side_of(y, day);
    uint32_t to = place_find(y, record_unit(r));
    uint32_t from = place_find(y, merge_shown_ref(r, F_ACCEPTANCE_ISSUER));
    if (merge_shown_int(r, F_ACCEPTANCE_VERDICT) == VERDICT_ACCEPTED && side != SIDE_COUNT &&
        transfer_view(y->t, r, y->scratch, &v) == ERR_OK && !dot_is_none(v.transfer)) {
        tally_add_beside(y, to, from, side, day, C_IN);
        tally_add_beside(y, from, to, side, day, C_OUT);
    }
}

/* ---- quality -------------------------------------------------------------------------------- */

/* Of a year: it counts in whatever ends with the year. */
void count_rating(struct tally *y, const struct record *r)
{
    int64_t month = merge_shown_number(r, F_RATING_YEAR) * 12 + 11;
    int64_t day = report_month_to(month, y->period[SIDE_NOW].cutoff_day);
    enum side side = side_of_month(y, month);
    uint32_t place = place_find(y, record_unit(r));
    if (merge_shown_int(r, F_RATING_STATUS) != RATING_CONFIRMED) {
        return;
    }
    bool excellent = merge_shown_int(r, F_RATING_LEVEL) == RATING_EXCELLENT;
    uint32_t level = tally_key(y, code_of(r, F_RATING_LEVEL));
    if (has_member(r)) {
        tally_add(y, place, side, day, C_RATED, 1);
        tally_add(y, place, side, day, C_RATED_EXCELLENT, excellent);
        tally_add_key(y, place, side, day, G_RATED, level, 1);
    } else {
        tally_add(y, place, side, day, C_RATED_UNITS, 1);
        tally_add_key(y, place, side, day, G_RATED_UNITS, level, 1);
    }
}

void count_reward(struct tally *y, const struct record *r)
{
    int64_t day = record_day(r, F_REWARD_DECISION_DATE);
    enum side side = side_of(y, day);
    uint32_t place = place_find(y, record_unit(r));
    struct slice form = merge_shown_text(r, F_REWARD_FORM);
    if (merge_shown_int(r, F_REWARD_STATUS) == REWARD_GRANTED) {
        tally_add(y, place, side, day, has_member(r) ? C_REWARDS_MEMBERS : C_REWARDS_UNITS, 1);
        tally_add_key(y, place, side, day, G_REWARDS, texts_put(y->keys, form, y->arena), 1);
    }
}

void count_discipline(struct tally *y, const struct record *r)
{
    int64_t day = record_day(r, F_DISCIPLINE_DECISION_DATE);
    int64_t status = merge_shown_int(r, F_DISCIPLINE_STATUS);
    enum side side = side_of(y, day);
    uint32_t place = place_find(y, record_unit(r));
    if (status == DISCIPLINE_DECIDED || status == DISCIPLINE_APPEAL) {
        tally_add(y, place, side, day, C_DISCIPLINE, 1);
        tally_add_key(y, place, side, day, G_DISCIPLINE,
                      tally_key(y, code_of(r, F_DISCIPLINE_FORM)), 1);
    }
}

/* ---- cadres --------------------------------------------------------------------------------- */

/* Does somebody hold it on that day? One that ended without a date is held no more. */
static bool holds_office(const struct record *r, int64_t day)
{
    int64_t status = merge_shown_int(r, F_POSITION_STATUS);
    int64_t from = record_day(r, F_POSITION_FROM), to = record_day(r, F_POSITION_TO);
    bool begun = from <= day;
    return begun && ((status == POSITION_APPROVED && (to == 0 || day < to)) ||
                     (status == POSITION_ENDED && to != 0 && day < to));
}

/* Older than the title allows on that day, even if born on the last day that the date allows; or
 * with less political theory than it asks for. */
static bool fails_standard(struct tally *y, const struct person *p, int64_t title, int64_t day)
{
    if (!p || title < TITLE_MEMBER || title > TITLE_SECRETARY) {
        return false;
    }
    enum report_number age_max = (enum report_number)(NUMBER_AGE_MAX + title);
    enum report_number theory_min = (enum report_number)(NUMBER_THEORY_MIN + title);
    int64_t born = p->born;
    int64_t birth = DATE_MAKE(DATE_YEAR(born), DATE_MONTH(born) ? DATE_MONTH(born) : 12,
                              DATE_DAY(born) ? DATE_DAY(born) : 31);
    int64_t age = DATE_YEAR(day) - DATE_YEAR(birth) - (day % (13 * 32) < birth % (13 * 32) ? 1 : 0);
    int64_t theory = p->theory ? p->theory : 1;
    return (born != 0 && age > report_number(y, age_max, day)) ||
           theory < report_number(y, theory_min, day);
}

/* Each cadre of a unit above the branches is to visit so many meetings a month, in every month at
 * whose end the office is held. */
static void count_quota(struct tally *y, const struct record *r, uint32_t place, enum side side)
{
    const struct report_period *p = &y->period[side];
    for (int64_t m = p->first_month; m <= p->last_month; m++) {
        int64_t end = report_month_to(m, p->cutoff_day);
        bool begun = report_month_from(m, p->cutoff_day) <= y->today;
        if (begun && holds_office(r, end)) {
            tally_add(y, place, side, end, C_VISITS_QUOTA,
                      report_number(y, NUMBER_VISITS_PER_MONTH, end));
        }
    }
}

void count_position(struct tally *y, const struct record *r)
{
    uint32_t place = place_find(y, record_unit(r));
    int64_t title = merge_shown_int(r, F_POSITION_TITLE);
    for (enum side side = SIDE_NOW; side < SIDE_COUNT && place != NOWHERE; side++) {
        int64_t day = y->period[side].to;
        if (y->places[place].level > LEVEL_BRANCH) {
            count_quota(y, r, place, side);
        }
        if (!holds_office(r, day)) {
            continue;
        }
        tally_add(y, place, side, day, C_FILLED, 1);
        tally_add_key(y, place, side, day, G_FILLED, tally_key(y, code_of(r, F_POSITION_TITLE)), 1);
        tally_add(y, place, side, day, C_FAILING, fails_standard(y, person_of(y, r), title, day));
        uint32_t at = place_at(y, place, day);
        if (at != NOWHERE && title == TITLE_SECRETARY) {
            y->places[at].has_secretary[side] = true;
        }
    }
}

void count_cadre_plan(struct tally *y, const struct record *r)
{
    uint32_t place = place_find(y, record_unit(r));
    int64_t decided = record_day(r, F_CADRE_DECISION_DATE),
            reviewed = record_day(r, F_CADRE_REVIEWED);
    for (enum side side = SIDE_NOW; side < SIDE_COUNT; side++) {
        const struct report_period *p = &y->period[side];
        if (merge_shown_int(r, F_CADRE_STATUS) == CADRE_APPROVED && decided <= p->to) {
            tally_add(y, place, side, p->to, C_PLANNED, 1);
            tally_add(y, place, side, p->to, C_PLANNED_REVIEWED,
                      reviewed >= p->from && reviewed <= p->to);
        }
    }
}

void count_training(struct tally *y, const struct record *r)
{
    int64_t day = record_day(r, F_TRAINING_DATE);
    uint32_t place = place_find(y, record_unit(r));
    if (merge_shown_int(r, F_TRAINING_STATUS) == WORK_DONE) {
        tally_add(y, place, side_of(y, day), day, C_TRAINED, 1);
        tally_add(y, place, side_of(y, day), day, C_TRAINED_HOURS,
                  merge_shown_number(r, F_TRAINING_HOURS));
    }
}

void count_rotation(struct tally *y, const struct record *r)
{
    int64_t day = record_day(r, F_ROTATION_FROM_DATE);
    if (merge_shown_int(r, F_ROTATION_STATUS) == WORK_DONE) {
        tally_add(y, place_find(y, record_unit(r)), side_of(y, day), day, C_ROTATED, 1);
    }
}

/* ---- fees ----------------------------------------------------------------------------------- */

/* By the month that a fee is for, whenever it is paid, and where its unit counts at the end of
 * it. */
void count_fee(struct tally *y, const struct record *r)
{
    int64_t v = merge_shown_int(r, F_FEE_MONTH), status = merge_shown_int(r, F_FEE_STATUS);
    int64_t month = v ? MONTH_YEAR(v) * 12 + MONTH_MONTH(v) - 1 : 0;
    int64_t amount = merge_shown_number(r, F_FEE_AMOUNT);
    enum side side = side_of_month(y, month);
    if (side == SIDE_COUNT) {
        return;
    }
    int64_t day = report_month_to(month, y->period[side].cutoff_day);
    uint32_t place = place_find(y, record_unit(r));
    if (!has_member(r)) {
        tally_add(y, place, side, day, C_FEES_REMITTED, status == FEE_REMITTED ? amount : 0);
        return;
    }
    bool paid = status == FEE_PAID || status == FEE_REMITTED;
    tally_add(y, place, side, day, C_FEES_DUE, status == FEE_EXEMPT ? 0 : amount);
    tally_add(y, place, side, day, C_FEES_PAID, paid ? amount : 0);
    tally_add(y, place, side, day, C_FEES_PAYERS, paid);
    tally_add(y, place, side, day, C_FEES_EXEMPT, status == FEE_EXEMPT);
}
