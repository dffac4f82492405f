/* Rules that a save about people is held against. */
#include "core/attendance.h"
#include "core/rules_row.h"
#include "core/text.h"

/* Whole years from birth to that day. Of a birth known by its year alone what speaks for the
 * person: `least` asks how old it may be at most, else how young. */
static int64_t age_at(int64_t birth, int64_t day, bool least)
{
    int64_t born = least ? date_first_day(birth) : date_last_day(birth);
    int64_t years = DATE_YEAR(day) - DATE_YEAR(born);
    return date_add_months(born, years * 12) > day ? years - 1 : years;
}

static const char *shown_name(const struct rule_judge *j, struct dot member)
{
    struct record r;
    struct slice name = {0};
    if (store_get(j->c->t, member, j->c->arena, &r, NULL) == ERR_OK) {
        name = merge_shown_text(&r, F_MEMBER_NAME);
    }
    return name.len ? arena_cstr(j->c->arena, name) : "?";
}

/* ---- admission --------------------------------------------------------------------------------
 */

/* The day of the vote, else the day of the application, else today. */
static int64_t review_day(const struct rule_judge *j)
{
    uint32_t field =
        rule_has(j, F_ADMISSION_MEETING_DATE) ? F_ADMISSION_MEETING_DATE : F_ADMISSION_APPLIED;
    return rule_day(j, field);
}

/* Somebody is a prospect before that age, and votes are for those who have applied. */
enum err rule_check_admission_age(const struct rule_judge *j)
{
    int64_t birth = rule_int(j, F_ADMISSION_BIRTH), day = review_day(j);
    if (!TOUCHES(j, F_ADMISSION_BIRTH, F_ADMISSION_STATUS, F_ADMISSION_MEETING_DATE,
                 F_ADMISSION_APPLIED) ||
        birth == 0 || rule_int(j, F_ADMISSION_STATUS) < ADMISSION_APPLIED) {
        return ERR_OK;
    }
    int64_t least = rule_value(j, "admission_age_min", day);
    int64_t days = rule_value(j, "admission_age_min_days", day);
    int64_t most = rule_value(j, "admission_age_max", day);
    int64_t ripe = date_number(date_add_months(date_first_day(birth), least * 12)) + days;
    if (date_number(day) < ripe) {
        return rule_break(
            j, "birth_date",
            _("%lld years old on %s; admission is possible from %lld years on%s, here from %s"),
            (long long)age_at(birth, day, true), rule_date_text(j, day), (long long)least,
            rule_value_since(j, "admission_age_min", day), rule_date_text(j, date_of_number(ripe)));
    }
    int64_t age = age_at(birth, day, false);
    if (age > most) {
        return rule_break(j, "birth_date",
                          _("%lld years old on %s; admission is possible up to %lld years%s"),
                          (long long)age, rule_date_text(j, day), (long long)most,
                          rule_value_since(j, "admission_age_max", day));
    }
    return ERR_OK;
}

/* The months are over by the vote: before its day is known there is nothing to count to. */
enum err rule_check_admission_introducer(const struct rule_judge *j)
{
    int64_t since = rule_int(j, F_ADMISSION_KNOWN_SINCE);
    if (!TOUCHES(j, F_ADMISSION_KNOWN_SINCE, F_ADMISSION_INTRODUCER, F_ADMISSION_MEETING_DATE) ||
        since == 0 || !rule_has(j, F_ADMISSION_MEETING_DATE)) {
        return ERR_OK;
    }
    int64_t day = rule_day(j, F_ADMISSION_MEETING_DATE);
    if (date_first_day(since) > day) {
        return rule_break(j, "introducer_since",
                          _("the introducer is said to be with the applicant since %s, which is "
                            "after the vote of %s"),
                          rule_date_text(j, date_first_day(since)), rule_date_text(j, day));
    }
    int64_t months = rule_value(j, "introducer_months", day);
    if (date_add_months(date_first_day(since), months) > day) {
        return rule_break(j, "introducer_since",
                          _("the introducer must have been with the applicant for %lld months; "
                            "from %s to %s is less"),
                          (long long)months, rule_date_text(j, date_first_day(since)),
                          rule_date_text(j, day));
    }
    return ERR_OK;
}

/* More than so many percent of those present, and no more votes than people. */
static enum err check_votes(const struct rule_judge *j, uint32_t present_field, uint32_t for_field,
                            int64_t percent)
{
    int64_t present = rule_int(j, present_field), votes = rule_int(j, for_field);
    if (!rule_has(j, present_field) || !rule_has(j, for_field)) {
        return ERR_OK;
    }
    if (votes > present) {
        return rule_break(j, "for", _("%lld in favour, but only %lld present"), (long long)votes,
                          (long long)present);
    }
    if (votes * 100 <= present * percent) {
        return rule_break(j, "for",
                          _("%lld of %lld present in favour; it takes more than %lld percent of "
                            "them"),
                          (long long)votes, (long long)present, (long long)percent);
    }
    return ERR_OK;
}

enum err rule_check_admission_votes(const struct rule_judge *j)
{
    if (!TOUCHES(j, F_ADMISSION_PRESENT, F_ADMISSION_FOR, F_ADMISSION_STATUS)) {
        return ERR_OK;
    }
    return check_votes(j, F_ADMISSION_PRESENT, F_ADMISSION_FOR,
                       rule_value(j, "admission_votes_percent", review_day(j)));
}

/* ---- members ----------------------------------------------------------------------------------
 */

/* Serving cadres stay members while they serve. */
static bool serves(struct txn *t, struct dot member, int64_t day, struct arena *arena)
{
    struct id_list list;
    bool found = false;
    if (store_ids_by_ref(t, member, F_MEMBER, (struct dot){0, 0}, SIZE_MAX, arena, &list) !=
        ERR_OK) {
        return false;
    }
    for (size_t i = 0; i < list.count && !found; i++) {
        struct record r;
        if (store_get(t, list.ids[i], arena, &r, NULL) == ERR_OK && r.kind == KIND_POSITION &&
            rule_is_living(&r) && merge_shown_int(&r, F_POSITION_STATUS) == POSITION_APPROVED) {
            int64_t to = merge_shown_int(&r, F_POSITION_TO);
            found = to == 0 || date_last_day(to) >= day;
        }
    }
    return found;
}

static bool is_serving_member(int64_t status)
{
    return status == 0 || status == MEMBER_ACTIVE || status == MEMBER_AWAY;
}

enum err rule_check_member_age(const struct rule_judge *j)
{
    int64_t birth = rule_int(j, F_MEMBER_BIRTH), until = rule_int(j, F_MEMBER_EXTENDED);
    if (!TOUCHES(j, F_MEMBER_BIRTH, F_MEMBER_STATUS, F_MEMBER_EXTENDED) || birth == 0 ||
        !is_serving_member(rule_int(j, F_MEMBER_STATUS))) {
        return ERR_OK;
    }
    int64_t most = rule_value(j, "maturity_age", j->today);
    int64_t extended = rule_value(j, "extension_age", j->today);
    int64_t age = age_at(birth, j->today, false);
    if (until != 0 && age_at(birth, date_last_day(until), false) > extended) {
        return rule_break(j, "extended_to", _("membership may be extended up to %lld years"),
                          (long long)extended);
    }
    bool exempt = (until != 0 && date_last_day(until) >= j->today) ||
                  (j->c->before && serves(j->c->t, j->c->before->id, j->today, j->c->arena));
    if (age > most && !exempt) {
        return rule_break(j, "birth_date",
                          _("%lld years old: members are up to %lld; time for the ceremony of "
                            "maturity, or an extension (extended_to)"),
                          (long long)age, (long long)most);
    }
    return ERR_OK;
}

struct aged {
    int64_t most, today;
    struct arena arena;
};

static enum err look_for_aged(struct rule_search *s, const struct record *r, void *ctx)
{
    struct aged *a = ctx;
    int64_t birth = merge_shown_int(r, F_MEMBER_BIRTH);
    int64_t until = merge_shown_int(r, F_MEMBER_EXTENDED);
    arena_reset(&a->arena);
    if (birth != 0 && is_serving_member(merge_shown_int(r, F_MEMBER_STATUS)) &&
        age_at(birth, a->today, false) > a->most &&
        (until == 0 || date_last_day(until) < a->today) &&
        !serves(s->t, r->id, a->today, &a->arena)) {
        rule_report(s, &(struct rule_finding){.record = r->id,
                                              .office = merge_shown_ref(r, F_UNIT),
                                              .since_ms = merge_shown_ms(r, F_MEMBER_BIRTH)});
    }
    return ERR_OK;
}

enum err rule_find_aged(struct rule_search *s)
{
    int64_t today = store_today(s->t).i;
    struct aged a = {.most = rules_number(s->t, "maturity_age", today), .today = today};
    enum err e = rule_each_of_kind(s, KIND_MEMBER, look_for_aged, &a);
    arena_free(&a.arena);
    return e;
}

/* ---- cadres -----------------------------------------------------------------------------------
 */

static const char *number_of_title(const struct rule_judge *j, const char *what, int64_t title)
{
    static const char *const names[] = {"uy_vien", "uy_vien_btv", "pho_bi_thu", "bi_thu"};
    bool known = title >= TITLE_MEMBER && title <= TITLE_SECRETARY;
    return known ? arena_printf(j->c->arena, "%s_%s", what, names[title - 1]) : NULL;
}

static enum err check_age(const struct rule_judge *j, uint32_t title_field, uint32_t day_field)
{
    int64_t day = day_field ? rule_day(j, day_field) : j->today;
    const char *number = number_of_title(j, "age_max", rule_int(j, title_field));
    struct record member;
    if (!TOUCHES(j, F_MEMBER, title_field) || !number ||
        store_get(j->c->t, rule_ref(j, F_MEMBER), j->c->arena, &member, NULL) != ERR_OK) {
        return ERR_OK;
    }
    int64_t birth = merge_shown_int(&member, F_MEMBER_BIRTH);
    int64_t most = rule_value(j, number, day);
    int64_t age = birth ? age_at(birth, day, false) : 0;
    return age <= most ? ERR_OK
                       : rule_break(j, "member", _("%s is %lld years old; the standard is %lld"),
                                    shown_name(j, member.id), (long long)age, (long long)most);
}

static enum err check_theory(const struct rule_judge *j, uint32_t title_field)
{
    const char *number = number_of_title(j, "theory_min", rule_int(j, title_field));
    struct record member;
    if (!TOUCHES(j, F_MEMBER, title_field) || !number ||
        store_get(j->c->t, rule_ref(j, F_MEMBER), j->c->arena, &member, NULL) != ERR_OK) {
        return ERR_OK;
    }
    int64_t least = rule_value(j, number, j->today);
    int64_t has = merge_shown_int(&member, F_MEMBER_THEORY);
    const struct field_def *f = schema_field(KIND_MEMBER, F_MEMBER_THEORY);
    const struct enum_code *want = schema_code(f, least);
    if ((has ? has : 1) >= least || !want) {
        return ERR_OK;
    }
    return rule_break(j, "member", _("political theory of %s: the standard is %s"),
                      shown_name(j, member.id), schema_speaks_vi() ? want->vi : want->en);
}

enum err rule_check_position_age(const struct rule_judge *j)
{
    return check_age(j, F_POSITION_TITLE, F_POSITION_FROM);
}

enum err rule_check_position_theory(const struct rule_judge *j)
{
    return check_theory(j, F_POSITION_TITLE);
}

enum err rule_check_cadre_age(const struct rule_judge *j)
{
    return check_age(j, F_CADRE_TITLE, 0);
}

enum err rule_check_cadre_theory(const struct rule_judge *j)
{
    return check_theory(j, F_CADRE_TITLE);
}

/* ---- fees, rating, discipline ------------------------------------------------------------------
 */

/* The first day of the fee's month. */
static int64_t fee_day(const struct rule_judge *j)
{
    int64_t month = rule_int(j, F_FEE_MONTH);
    return DATE_MAKE(MONTH_YEAR(month), MONTH_MONTH(month), 1);
}

enum err rule_check_fee_amount(const struct rule_judge *j)
{
    bool waged = rule_int(j, F_FEE_WAGED) != 0;
    int64_t amount = rule_int(j, F_FEE_AMOUNT);
    if (!TOUCHES(j, F_FEE_AMOUNT, F_FEE_STATUS, F_FEE_WAGED) ||
        rule_int(j, F_FEE_STATUS) != FEE_PAID) {
        return ERR_OK;
    }
    int64_t fee = rule_value(j, waged ? "fee_waged" : "fee_unwaged", fee_day(j));
    return amount >= fee ? ERR_OK
                         : rule_break(j, "amount", _("%s paid; the fee is %s a month"),
                                      text_money(amount, schema_speaks_vi(), j->c->arena),
                                      text_money(fee, schema_speaks_vi(), j->c->arena));
}

/* Another living record of the member, of this kind, in which these fields are the same. */
static enum err has_other(const struct rule_judge *j, uint32_t ref, const uint32_t *same,
                          size_t count, bool *found)
{
    struct id_list list;
    struct dot target = rule_ref(j, ref);
    *found = false;
    if (dot_is_none(target)) {
        return ERR_OK;
    }
    TRY(store_ids_by_ref(j->c->t, target, ref, (struct dot){0, 0}, SIZE_MAX, j->c->arena, &list));
    for (size_t i = 0; i < list.count && !*found; i++) {
        struct record r;
        if (dot_equal(list.ids[i], j->c->after->id) ||
            store_get(j->c->t, list.ids[i], j->c->arena, &r, NULL) != ERR_OK ||
            r.kind != j->c->after->kind || !rule_is_living(&r)) {
            continue;
        }
        *found = true;
        for (size_t k = 0; k < count && *found; k++) {
            const struct value *a = merge_shown(&r, same[k]);
            const struct value *b = merge_shown(j->c->after, same[k]);
            *found = a && b && datum_compare(&a->datum, &b->datum) == 0;
        }
    }
    return ERR_OK;
}

enum err rule_check_fee_once(const struct rule_judge *j)
{
    bool found = false;
    if (TOUCHES(j, F_MEMBER, F_FEE_MONTH)) {
        TRY(has_other(j, F_MEMBER, (const uint32_t[]){F_FEE_MONTH}, 1, &found));
    }
    int64_t month = rule_int(j, F_FEE_MONTH);
    return !found ? ERR_OK
                  : rule_break(j, "month", _("there is a fee of %s for %02d/%04d already"),
                               shown_name(j, rule_ref(j, F_MEMBER)), MONTH_MONTH(month),
                               MONTH_YEAR(month));
}

enum err rule_check_answer_once(const struct rule_judge *j)
{
    bool found = false;
    if (TOUCHES(j, F_ANSWER_DIRECTIVE, F_UNIT)) {
        TRY(has_other(j, F_ANSWER_DIRECTIVE, (const uint32_t[]){F_UNIT}, 1, &found));
    }
    return !found ? ERR_OK
                  : rule_break(j, "directive", _("this unit has answered that directive already"));
}

/* Counted from the meetings recorded; where there are none, what the record itself says. */
enum err rule_check_rating_attendance(const struct rule_judge *j)
{
    int64_t year = rule_int(j, F_RATING_YEAR);
    struct dot member = rule_ref(j, F_MEMBER);
    if (!TOUCHES(j, F_RATING_LEVEL, F_RATING_YEAR, F_RATING_SHARE, F_MEMBER) ||
        rule_int(j, F_RATING_LEVEL) != RATING_EXCELLENT || dot_is_none(member)) {
        return ERR_OK;
    }
    int64_t least = rule_value(j, "rating_attendance_percent", DATE_MAKE(year, 12, 31));
    struct attendance a = {0, 0};
    enum err e = attendance_of(j->c->t, member, DATE_MAKE(year, 1, 1), DATE_MAKE(year, 12, 31), &a);
    TRY(e == ERR_NOT_FOUND ? ERR_OK : e);
    if (a.held > 0 && a.attended * 100 < a.held * least) {
        return rule_break(
            j, "level", _("%s attended %lld of %lld meetings; excellent takes %lld percent"),
            shown_name(j, member), (long long)a.attended, (long long)a.held, (long long)least);
    }
    int64_t share = rule_int(j, F_RATING_SHARE);
    if (a.held == 0 && share < least) {
        return rule_break(j, "level", _("attendance %lld percent; excellent takes %lld percent"),
                          (long long)share, (long long)least);
    }
    return ERR_OK;
}

enum err rule_check_rating_votes(const struct rule_judge *j)
{
    int64_t end = DATE_MAKE(rule_int(j, F_RATING_YEAR), 12, 31);
    if (!TOUCHES(j, F_RATING_PRESENT, F_RATING_FOR, F_RATING_STATUS)) {
        return ERR_OK;
    }
    return check_votes(j, F_RATING_PRESENT, F_RATING_FOR,
                       rule_value(j, "rating_votes_percent", end));
}

static int64_t discipline_day(const struct rule_judge *j)
{
    return rule_day(j, F_DISCIPLINE_DECISION_DATE);
}

enum err rule_check_discipline_quorum(const struct rule_judge *j)
{
    int64_t present = rule_int(j, F_DISCIPLINE_PRESENT), total = rule_int(j, F_DISCIPLINE_TOTAL);
    if (!TOUCHES(j, F_DISCIPLINE_PRESENT, F_DISCIPLINE_TOTAL, F_DISCIPLINE_STATUS) ||
        !rule_has(j, F_DISCIPLINE_PRESENT) || !rule_has(j, F_DISCIPLINE_TOTAL)) {
        return ERR_OK;
    }
    int64_t part = rule_value(j, "discipline_present_part", discipline_day(j));
    int64_t of = rule_value(j, "discipline_present_of", discipline_day(j));
    if (present > total) {
        return rule_break(j, "present", _("%lld present, but only %lld members in all"),
                          (long long)present, (long long)total);
    }
    return present * of >= total * part
               ? ERR_OK
               : rule_break(j, "present",
                            _("%lld of %lld members present; it takes %lld of every %lld"),
                            (long long)present, (long long)total, (long long)part, (long long)of);
}

enum err rule_check_discipline_votes(const struct rule_judge *j)
{
    if (!TOUCHES(j, F_DISCIPLINE_PRESENT, F_DISCIPLINE_FOR, F_DISCIPLINE_STATUS)) {
        return ERR_OK;
    }
    return check_votes(j, F_DISCIPLINE_PRESENT, F_DISCIPLINE_FOR,
                       rule_value(j, "discipline_votes_percent", discipline_day(j)));
}

enum err rule_check_transfer_cleared(const struct rule_judge *j)
{
    int64_t status = rule_int(j, F_TRANSFER_STATUS);
    bool issued = status == TRANSFER_ISSUED || status == TRANSFER_IN_TRANSIT;
    if (!TOUCHES(j, F_TRANSFER_STATUS) || !issued) {
        return ERR_OK;
    }
    if (!rule_has(j, F_TRANSFER_COMMENT)) {
        return rule_break(j, "branch_comment", _("the letter bears no comment of the branch"));
    }
    return rule_has(j, F_TRANSFER_FEES_PAID_TO)
               ? ERR_OK
               : rule_break(j, "fees_paid_to",
                            _("the letter does not say up to which month fees are paid"));
}
