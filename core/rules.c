#include "core/rules_row.h"

#include "core/desk.h"
#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- the tables ------------------------------------------------------------------------------ */

/* clang-format off */
static const struct rule_row {
    struct rule rule;
    enum err (*check)(const struct rule_judge *j);
    enum err (*find)(struct rule_search *s);
} rows[] = {
    {{"admission_age", KIND_ADMISSION, RULE_BLOCK, 1,
      N_("Admitted too young or too old"), "terrace show %s"}, rule_check_admission_age, NULL},
    {{"admission_introducer", KIND_ADMISSION, RULE_BLOCK, 2,
      N_("The introducer has not been with the applicant long enough"), "terrace show %s"},
     rule_check_admission_introducer, NULL},
    {{"admission_votes", KIND_ADMISSION, RULE_BLOCK, 1,
      N_("Admitted without enough votes"), "terrace show %s"}, rule_check_admission_votes, NULL},
    {{"member_age", KIND_MEMBER, RULE_WARN, 3,
      N_("Past the age of members, and neither matured nor extended"),
      "terrace add membership_end member=%s type=matured"}, rule_check_member_age, rule_find_aged},
    {{"absent", KIND_MEMBER, RULE_OFF, 3,
      N_("No meeting and no fee for months: to be reviewed, nothing happens by itself"),
      "terrace show %s"}, NULL, rule_find_absent},
    {{"unit_size", KIND_UNIT, RULE_OFF, 3,
      N_("Fewer members than a branch must have"), "terrace show %s"},
     NULL, rule_find_small_unit},
    {{"union_size", KIND_UNIT, RULE_OFF, 3,
      N_("Fewer members or branches than a grassroots union must have"),
      "terrace show %s"}, NULL, rule_find_small_union},
    {{"transfer_cleared", KIND_TRANSFER, RULE_WARN, 0,
      N_("A letter without the branch's comment, or before fees are settled"), "terrace show %s"},
     rule_check_transfer_cleared, NULL},
    {{"position_age", KIND_POSITION, RULE_WARN, 0,
      N_("Older than the standard of the title allows"), "terrace show %s"},
     rule_check_position_age, NULL},
    {{"position_theory", KIND_POSITION, RULE_WARN, 0,
      N_("Political theory below the standard of the title"), "terrace show %s"},
     rule_check_position_theory, NULL},
    {{"cadre_age", KIND_CADRE_PLAN, RULE_WARN, 0,
      N_("Older than the standard of the title allows"), "terrace show %s"},
     rule_check_cadre_age, NULL},
    {{"cadre_theory", KIND_CADRE_PLAN, RULE_WARN, 0,
      N_("Political theory below the standard of the title"), "terrace show %s"},
     rule_check_cadre_theory, NULL},
    {{"cadre_review", KIND_CADRE_PLAN, RULE_OFF, 3,
      N_("The yearly review of cadre planning is due"), "terrace set %s reviewed=…"},
     NULL, rule_find_cadre_review},
    {{"fee_amount", KIND_FEE, RULE_WARN, 0, N_("Less than the fee"), "terrace show %s"},
     rule_check_fee_amount, NULL},
    {{"fee_once", KIND_FEE, RULE_WARN, 2, N_("A second fee of one member for one month"),
      "terrace show %s"}, rule_check_fee_once, rule_find_fee_twice},
    {{"rating_attendance", KIND_RATING, RULE_BLOCK, 2,
      N_("Rated excellent without the attendance that this needs"), "terrace show %s"},
     rule_check_rating_attendance, NULL},
    {{"rating_votes", KIND_RATING, RULE_BLOCK, 2, N_("Rated without enough votes"),
      "terrace show %s"}, rule_check_rating_votes, NULL},
    {{"discipline_quorum", KIND_DISCIPLINE, RULE_BLOCK, 1,
      N_("Disciplined by a meeting with too few present"), "terrace show %s"},
     rule_check_discipline_quorum, NULL},
    {{"discipline_votes", KIND_DISCIPLINE, RULE_BLOCK, 1,
      N_("Disciplined without enough votes"), "terrace show %s"},
     rule_check_discipline_votes, NULL},
    {{"activity_attendee", KIND_ACTIVITY, RULE_WARN, 0,
      N_("Somebody is entered as present who was not of this unit on that day"),
      "terrace show %s"}, rule_check_activity_attendee, NULL},
    {{"activity_excused", KIND_ACTIVITY, RULE_WARN, 0,
      N_("Somebody is entered both as present and as excused"), "terrace show %s"},
     rule_check_activity_excused, NULL},
    {{"no_meeting", KIND_UNIT, RULE_OFF, 3,
      N_("No branch meeting last month"), "terrace add activity type=meeting unit=%s"},
     NULL, rule_find_no_meeting},
    {{"plan_once", KIND_PLAN, RULE_WARN, 0,
      N_("A second plan of one unit for one period"), "terrace show %s"},
     rule_check_plan_once, NULL},
    {{"plan_period", KIND_PLAN, RULE_BLOCK, 3,
      N_("A plan for a quarter or a year that begins in another month"),
      "terrace set %s month=…"}, rule_check_plan_period, NULL},
    {{"late_item", KIND_PLAN_ITEM, RULE_OFF, 2,
      N_("A task of the plan is past its date"), "terrace step %s"}, NULL, rule_find_late_item},
    {{"answer_once", KIND_ANSWER, RULE_WARN, 0,
      N_("A second answer of one unit to one directive"), "terrace show %s"},
     rule_check_answer_once, NULL},
    {{"unanswered", KIND_DIRECTIVE, RULE_OFF, 2,
      N_("A directive wants an answer"), "terrace add answer directive=%s text=…"},
     NULL, rule_find_unanswered},
    {{"inspection_deadline", KIND_INSPECTION, RULE_BLOCK, 2,
      N_("Findings of an inspection without a deadline"), "terrace set %s deadline=…"},
     rule_check_inspection_deadline, NULL},
    {{"late_fix", KIND_INSPECTION, RULE_OFF, 2,
      N_("What an inspection found is not put right in time"), "terrace set %s answer=…"},
     NULL, rule_find_late_fix},
    {{"fix_answered", KIND_INSPECTION, RULE_OFF, 2,
      N_("What an inspection found is answered: close it, or ask again"), "terrace step %s"},
     NULL, rule_find_fix_answered},
    {{"handed_in", 0, RULE_OFF, 2,
      N_("Handed in, and waiting for this office"), "terrace step %s"},
     NULL, rule_find_handed_in},
    {{"dialogue_notice", KIND_DIALOGUE, RULE_WARN, 0,
      N_("A dialogue was published too late"), "terrace show %s"},
     rule_check_dialogue_notice, NULL},
    {{"late_promise", KIND_DIALOGUE, RULE_OFF, 2,
      N_("A promise of a dialogue is past its date"), "terrace step %s"},
     NULL, rule_find_late_promise},
    {{"situation_names", KIND_SITUATION, RULE_WARN, 0,
      N_("A situation report seems to name a member"), "terrace edit %s"},
     rule_check_situation_names, NULL},
    {{"assessment_passed", KIND_ASSESSMENT, RULE_BLOCK, 1,
      N_("Recognised though one of the three contents failed"), "terrace show %s"},
     rule_check_assessment_passed, NULL},
    {{"date_future", 0, RULE_WARN, 0, N_("What is entered as done has a day that is yet to come"),
      "terrace show %s"}, rule_check_date_future, NULL},
    {{"date_order", 0, RULE_WARN, 0, N_("The days of one record are the wrong way round"),
      "terrace show %s"}, rule_check_date_order, NULL},
    {{"rule_known", KIND_RULE, RULE_BLOCK, 2,
      N_("A rule with a name or a value that this program does not know"), "terrace show %s"},
     rule_check_rule_known, NULL},
    {{"card_no_twice", KIND_MEMBER, RULE_OFF, 2,
      N_("Two persons have the same card number"), "terrace set %s card_no=…"},
     NULL, rule_find_card_twice},
    {{"id_no_twice", KIND_MEMBER, RULE_OFF, 2,
      N_("Two persons have the same identity number"), "terrace set %s id_no=…"},
     NULL, rule_find_id_no_twice},
    {{"ext_id_twice", KIND_MEMBER, RULE_OFF, 3,
      N_("Two persons came from one row of a list (ext_id)"), "terrace set %s ext_id=…"},
     NULL, rule_find_ext_id_twice},
    {{"unit_code_twice", KIND_UNIT, RULE_OFF, 2,
      N_("Two units have the same code"), "terrace set %s code=…"}, NULL, rule_find_code_twice},
    {{"letter_twice", KIND_TRANSFER, RULE_OFF, 2,
      N_("A letter number was used twice"), "terrace set %s letter_no=…"},
     NULL, rule_find_letter_twice},
    {{"deleted_reference", 0, RULE_OFF, 3,
      N_("This refers to something that is deleted"), "terrace show %s"},
     NULL, rule_find_deleted_reference},
    {{"lost_unit", KIND_MEMBER, RULE_OFF, 1,
      N_("Members of a unit that is closed or not known here"),
      "terrace transfer issue %s --to …"}, NULL, rule_find_lost_unit},
    {{"unit_cycle", KIND_UNIT, RULE_OFF, 1,
      N_("A unit stands below itself"), "terrace set %s parent=…"}, NULL, rule_find_unit_cycle},
    {{"stranger", KIND_ACTIVITY, RULE_OFF, 3,
      N_("Somebody is entered as present who never belonged here"), "terrace show %s"},
     NULL, rule_find_stranger},
    {{"unused_field", KIND_FIELD, RULE_OFF, 2,
      N_("A field is not used, since another one has its name or number: rename it, or delete it "
         "and add it again"),
      "terrace edit %s"}, NULL, rule_find_unused_field},
};

#define ALWAYS(v) {{0, v}, {0, 0}}

static const struct rule_number numbers[] = {
    {"admission_age_min", "admission_age", N_("admission: least age at the application and at the vote, in years"),
     ALWAYS(16)},
    {"admission_age_min_days", "admission_age",
     N_("admission: so many days older than that at least"), ALWAYS(0)},
    {"admission_age_max", "admission_age", N_("admission: greatest age at the application and at the vote, in years"),
     ALWAYS(30)},
    {"admission_votes_percent", "admission_votes",
     N_("admission: more than so many percent of those present must be in favour"), ALWAYS(50)},
    {"introducer_months", "admission_introducer",
     N_("admission: months that the introducer has been with the applicant"), ALWAYS(3)},
    {"maturity_age", "member_age", N_("members up to this age, in years"), ALWAYS(30)},
    {"extension_age", "member_age", N_("membership may be extended up to this age, in years"),
     ALWAYS(35)},
    {"absent_months", "absent", N_("months of a year without meeting or fee, for a review"),
     ALWAYS(3)},
    {"branch_members_min", "unit_size", N_("members of a branch, at least"), ALWAYS(3)},
    {"union_members_min", "union_size", N_("members of a grassroots union, at least"),
     ALWAYS(30)},
    {"union_branches_min", "union_size", N_("branches of a grassroots union, at least"),
     ALWAYS(2)},
    {"transfer_remind_days", "", N_("a letter is reminded of after so many days"), ALWAYS(30)},
    {"transfer_overdue_days", "", N_("a letter is overdue after so many days"), ALWAYS(90)},
    {"visits_per_month", "", N_("branch meetings a month that each cadre visits"), ALWAYS(1)},
    {"dialogue_notice_days", "dialogue_notice",
     N_("days that a dialogue is published beforehand"), ALWAYS(30)},
    {"situation_cell_min", "", N_("counts below this are suppressed when a report is sent"),
     ALWAYS(5)},
    {"age_max_uy_vien", "position_age", N_("greatest age of a committee member, in years"),
     ALWAYS(35)},
    {"age_max_uy_vien_btv", "position_age",
     N_("greatest age of a standing committee member, in years"), ALWAYS(35)},
    {"age_max_pho_bi_thu", "position_age", N_("greatest age of a deputy secretary, in years"),
     ALWAYS(35)},
    {"age_max_bi_thu", "position_age", N_("greatest age of a secretary, in years"), ALWAYS(35)},
    {"theory_min_uy_vien", "position_theory",
     N_("political theory of a committee member (1 none to 4 advanced)"), ALWAYS(1)},
    {"theory_min_uy_vien_btv", "position_theory",
     N_("political theory of a standing committee member (1 none to 4 advanced)"), ALWAYS(1)},
    {"theory_min_pho_bi_thu", "position_theory",
     N_("political theory of a deputy secretary (1 none to 4 advanced)"), ALWAYS(2)},
    {"theory_min_bi_thu", "position_theory",
     N_("political theory of a secretary (1 none to 4 advanced)"), ALWAYS(2)},
    {"review_months", "cadre_review", N_("cadre planning is reviewed every so many months"),
     ALWAYS(12)},
    {"fee_unwaged", "fee_amount", N_("fee a month of a member without wage, in đồng"),
     ALWAYS(2000)},
    {"fee_waged", "fee_amount", N_("fee a month of a member with a wage, in đồng"),
     ALWAYS(5000)},
    {"fee_up_part", "", N_("of the fees, so many parts go up…"), ALWAYS(1)},
    {"fee_up_of", "", N_("…of so many"), ALWAYS(3)},
    {"rating_attendance_percent", "rating_attendance",
     N_("excellent: meetings attended, in percent, at least"), ALWAYS(90)},
    {"rating_votes_percent", "rating_votes",
     N_("rating: more than so many percent of those present must be in favour"), ALWAYS(50)},
    {"discipline_present_part", "discipline_quorum",
     N_("discipline: so many parts of the members are present at least…"), ALWAYS(2)},
    {"discipline_present_of", "discipline_quorum", N_("…of so many"), ALWAYS(3)},
    {"discipline_votes_percent", "discipline_votes",
     N_("discipline: more than so many percent of those present must be in favour"),
     ALWAYS(50)},
};
/* clang-format on */

const struct rule *rules_at(size_t index)
{
    return index < ARRAY_COUNT(rows) ? &rows[index].rule : NULL;
}

bool rules_concerns(const struct rule *rule, uint32_t kind)
{
    return rule->kind ? rule->kind == kind : rule->weight != RULE_OFF && rule_has_dates(kind);
}

const struct rule_number *rules_number_at(size_t index)
{
    return index < ARRAY_COUNT(numbers) ? &numbers[index] : NULL;
}

/* ---- what holds on a day ----------------------------------------------------------------------
 */

/* A province's record with the latest `from` up to that day; of two for one day the one that was
 * written last. One for the setting alone goes before those for all. */
struct found {
    bool in_setting;
    int64_t from, ms, value;
};

static bool goes_before(const struct found *a, const struct found *b)
{
    if (a->in_setting != b->in_setting) {
        return a->in_setting;
    }
    return a->from != b->from ? a->from > b->from : a->ms > b->ms;
}

static bool overridden(struct txn *t, const char *name, int64_t setting, int64_t date,
                       int64_t *value, int64_t *since)
{
    struct arena arena = {0};
    struct id_list list = {0};
    struct found best = {.from = -1};
    enum err e =
        store_ids_by_key(t, KIND_RULE, F_RULE_NAME, slice_str(name), SIZE_MAX, &arena, &list);
    for (size_t i = 0; e == ERR_OK && i < list.count; i++) {
        struct record r;
        if (store_get(t, list.ids[i], &arena, &r, NULL) != ERR_OK || !rule_is_living(&r) ||
            !slice_equal(merge_shown_text(&r, F_RULE_NAME), slice_str(name))) {
            continue;
        }
        int64_t only = merge_shown_int(&r, F_RULE_SETTING);
        int64_t said = merge_shown_int(&r, F_RULE_VALUE);
        struct found f = {only != 0, date_first_day(merge_shown_int(&r, F_RULE_FROM)),
                          merge_shown_ms(&r, F_RULE_VALUE), said};
        bool in_range = said == merge_shown_number(&r, F_RULE_VALUE);
        if (in_range && f.from <= date && (only == 0 || only == setting) &&
            goes_before(&f, &best)) {
            best = f;
        }
    }
    arena_free(&arena);
    *value = best.value;
    *since = best.from >= 0 ? best.from : 0;
    return best.from >= 0;
}

/* The nearest one upwards from the unit; 0 when none is said. */
static int64_t setting_of(struct txn *t, struct dot unit)
{
    struct arena arena = {0};
    int64_t setting = 0;
    for (int depth = 0; depth < UNIT_DEPTH_MAX && !dot_is_none(unit) && setting == 0; depth++) {
        struct record r;
        arena_reset(&arena);
        setting = store_get(t, unit, &arena, &r, NULL) == ERR_OK
                      ? merge_shown_int(&r, F_UNIT_SETTING)
                      : 0;
        unit = unit_parent(t, unit);
    }
    arena_free(&arena);
    return setting;
}

/* *since: the day from which it holds; 0 = always. */
static int64_t number_in(struct txn *t, const char *name, struct dot unit, int64_t date,
                         int64_t *since)
{
    const struct rule_number *n = NULL;
    int64_t value = 0, day = date_first_day(date);
    for (size_t i = 0; i < ARRAY_COUNT(numbers) && !n; i++) {
        n = strcmp(numbers[i].name, name) == 0 ? &numbers[i] : NULL;
    }
    CHECK(n != NULL);
    if (overridden(t, name, setting_of(t, unit), day, &value, since)) {
        return value;
    }
    bool second = n->dated[1].from != 0 && n->dated[1].from <= day;
    *since = n->dated[second ? 1 : 0].from;
    return n->dated[second ? 1 : 0].value;
}

int64_t rules_number_in(struct txn *t, const char *name, struct dot unit, int64_t date)
{
    int64_t since = 0;
    return number_in(t, name, unit, date, &since);
}

int64_t rules_number(struct txn *t, const char *name, int64_t date)
{
    return rules_number_in(t, name, (struct dot){0, 0}, date);
}

enum rule_weight rules_weight(struct txn *t, const struct rule *rule, int64_t date)
{
    int64_t value = 0, since = 0;
    if (rule->weight != RULE_OFF &&
        overridden(t, rule->id, 0, date_first_day(date), &value, &since)) {
        return value <= 0 ? RULE_OFF : value == 1 ? RULE_WARN : RULE_BLOCK;
    }
    return rule->weight;
}

/* ---- on saving --------------------------------------------------------------------------------
 */

enum err rule_break(const struct rule_judge *j, const char *field, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (j->weight == RULE_BLOCK) {
        return error_set_field(ERR_RULE, field, "%s", text);
    }
    struct rule_notes *notes = j->c->notes;
    if (!notes) {
        return ERR_OK;
    }
    if (notes->count == notes->cap) {
        size_t cap = notes->cap ? notes->cap * 2 : 8;
        struct rule_note *list = arena_array(j->c->arena, cap, sizeof(*list));
        if (notes->count) {
            memcpy(list, notes->list, notes->count * sizeof(*list));
        }
        notes->list = list;
        notes->cap = cap;
    }
    notes->list[notes->count++] =
        (struct rule_note){j->rule, field, arena_cstr(j->c->arena, slice_str(text))};
    return ERR_OK;
}

bool rule_touches(const struct rule_judge *j, const uint32_t *fields, size_t count)
{
    bool touched = j->c->before == NULL;
    for (size_t i = 0; i < count && !touched; i++) {
        const struct field *old = record_field(j->c->before, fields[i]);
        const struct field *new = record_field(j->c->after, fields[i]);
        const struct value *a = merge_shown(j->c->before, fields[i]);
        const struct value *b = merge_shown(j->c->after, fields[i]);
        touched = (a ? a->datum.type : DATUM_EMPTY) != (b ? b->datum.type : DATUM_EMPTY) ||
                  (a && b && datum_compare(&a->datum, &b->datum) != 0) ||
                  (new &&schema_rule(j->c->after->kind, new) == MERGE_SET &&
                   (!old || old->count != new->count || old->values != new->values));
    }
    return touched;
}

bool rule_has(const struct rule_judge *j, uint32_t field)
{
    const struct field *f = record_field(j->c->after, field);
    const struct value *v = merge_shown(j->c->after, field);
    bool set = f && schema_rule(j->c->after->kind, f) == MERGE_SET;
    for (uint32_t i = 0; set && i < f->count; i++) {
        if (f->values[i].datum.type != DATUM_MARK && f->values[i].datum.type != DATUM_EMPTY) {
            return true;
        }
    }
    return !set && v && v->datum.type != DATUM_EMPTY;
}

int64_t rule_int(const struct rule_judge *j, uint32_t field)
{
    return merge_shown_number(j->c->after, field);
}

struct dot rule_ref(const struct rule_judge *j, uint32_t field)
{
    return merge_shown_ref(j->c->after, field);
}

int64_t rule_day(const struct rule_judge *j, uint32_t field)
{
    int64_t day = rule_int(j, field);
    return day ? date_first_day(day) : j->today;
}

int64_t rule_value(const struct rule_judge *j, const char *name, int64_t date)
{
    const struct record *r = j->c->after;
    struct dot unit = r->kind == KIND_UNIT ? r->id : merge_shown_ref(r, F_UNIT);
    return rules_number_in(j->c->t, name, unit, date);
}

const char *rule_value_since(const struct rule_judge *j, const char *name, int64_t date)
{
    int64_t since = 0;
    (void)number_in(j->c->t, name, merge_shown_ref(j->c->after, F_UNIT), date, &since);
    return since == 0 ? ""
                      : arena_printf(j->c->arena, _(" (so it holds from %s on)"),
                                     rule_date_text(j, since));
}

const char *rule_date_text(const struct rule_judge *j, int64_t date)
{
    return arena_printf(j->c->arena, "%02d/%02d/%04d", DATE_DAY(date), DATE_MONTH(date),
                        DATE_YEAR(date));
}

enum err rules_check(const struct rule_case *c)
{
    int64_t today = store_today(c->t).i;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct rule_row *row = &rows[i];
        if (!row->check || !rules_concerns(&row->rule, c->after->kind)) {
            continue;
        }
        struct rule_judge j = {c, &row->rule, rules_weight(c->t, &row->rule, today), today};
        if (j.weight != RULE_OFF) {
            TRY(row->check(&j));
        }
    }
    return ERR_OK;
}

/* ---- after merging ----------------------------------------------------------------------------
 */

static const struct rule_row *row_of(const struct rule *rule)
{
    const struct rule_row *row = rows;
    while (&row->rule != rule) {
        row++;
    }
    return row;
}

/* A save here would have been blocked: it came from elsewhere, or two saves met. */
static enum err look_again(struct rule_search *s, const struct record *r, void *ctx)
{
    (void)ctx;
    struct dot office = desk_of_record(s->t, r);
    struct rule_notes notes = {0};
    struct rule_case c = {s->t, NULL, r, &s->arena, &notes};
    struct rule_judge j = {&c, s->rule, RULE_WARN, store_today(s->t).i};
    if (!desk_is_own(s->t, office)) {
        return ERR_OK;
    }
    TRY(row_of(s->rule)->check(&j));
    if (notes.count > 0) {
        int64_t newest = 0;
        for (size_t i = 0; i < r->field_count; i++) {
            int64_t ms = merge_shown_ms(r, r->fields[i].number);
            newest = ms > newest ? ms : newest;
        }
        rule_report(s,
                    &(struct rule_finding){.record = r->id, .office = office, .since_ms = newest});
    }
    return ERR_OK;
}

static enum err find_row(struct rule_search *s, const struct rule_row *row)
{
    if (row->find) {
        return row->find(s);
    }
    bool listed =
        row->rule.urgency > 0 && rules_weight(s->t, &row->rule, store_today(s->t).i) == RULE_BLOCK;
    return listed ? rule_each_of_kind(s, row->rule.kind, look_again, NULL) : ERR_OK;
}

enum err rules_each(struct txn *t, bool (*visit)(void *ctx, const struct rule_finding *f),
                    void *ctx)
{
    struct rule_search s = {.t = t, .visit = visit, .ctx = ctx, .go_on = true};
    enum err e = ERR_OK;
    for (size_t i = 0; i < ARRAY_COUNT(rows) && e == ERR_OK && s.go_on; i++) {
        s.rule = &rows[i].rule;
        e = find_row(&s, &rows[i]);
        arena_reset(&s.ids);
    }
    arena_free(&s.ids);
    arena_free(&s.arena);
    return e;
}
