/* Rules about days: what has happened lies in the past, and one thing after the other. */
#include "core/rules_row.h"

/* Days on which something has happened; of some only in these states, since before it is planned.
 */
static const struct past {
    uint32_t kind, field;
    uint32_t status; /* a field; 0 = always */
    int64_t from, to;
} pasts[] = {
    {KIND_MEMBER, F_MEMBER_BIRTH, 0, 0, 0},
    {KIND_MEMBER, F_MEMBER_ADMITTED, 0, 0, 0},
    {KIND_ACTIVITY, F_ACTIVITY_DATE, F_ACTIVITY_STATUS, ACTIVITY_HELD, ACTIVITY_MINUTED},
    {KIND_ADMISSION, F_ADMISSION_BIRTH, 0, 0, 0},
    {KIND_ADMISSION, F_ADMISSION_APPLIED, 0, 0, 0},
    {KIND_ADMISSION, F_ADMISSION_MEETING_DATE, F_ADMISSION_STATUS, ADMISSION_VOTED,
     ADMISSION_CEREMONY},
    {KIND_ADMISSION, F_ADMISSION_DECISION_DATE, F_ADMISSION_STATUS, ADMISSION_APPROVED,
     ADMISSION_CEREMONY},
    {KIND_ADMISSION, F_ADMISSION_CEREMONY, F_ADMISSION_STATUS, ADMISSION_CEREMONY,
     ADMISSION_CEREMONY},
    {KIND_TRAINING, F_TRAINING_DATE, F_TRAINING_STATUS, WORK_DONE, WORK_DONE},
    {KIND_FEE, F_FEE_PAID_ON, 0, 0, 0},
    {KIND_RATING, F_RATING_DECISION_DATE, 0, 0, 0},
    {KIND_DISCIPLINE, F_DISCIPLINE_DECISION_DATE, 0, 0, 0},
    {KIND_REWARD, F_REWARD_DECISION_DATE, 0, 0, 0},
    {KIND_INSPECTION, F_INSPECTION_DATE, F_INSPECTION_STATUS, INSPECTION_DONE, INSPECTION_CLOSED},
    {KIND_VISIT, F_VISIT_DATE, F_VISIT_STATUS, VISIT_MADE, VISIT_ANSWERED},
    {KIND_DIALOGUE, F_DIALOGUE_DATE, F_DIALOGUE_STATUS, DIALOGUE_HELD, DIALOGUE_ANSWERED},
    {KIND_DIALOGUE, F_DIALOGUE_ANSWERED, 0, 0, 0},
};

/* Pairs of days that may be the same, but not the other way round. */
static const struct pair {
    uint32_t kind, earlier, later;
} pairs[] = {
    {KIND_MEMBER, F_MEMBER_BIRTH, F_MEMBER_ADMITTED},
    {KIND_ADMISSION, F_ADMISSION_BIRTH, F_ADMISSION_APPLIED},
    {KIND_ADMISSION, F_ADMISSION_APPLIED, F_ADMISSION_MEETING_DATE},
    {KIND_ADMISSION, F_ADMISSION_MEETING_DATE, F_ADMISSION_DECISION_DATE},
    {KIND_ADMISSION, F_ADMISSION_DECISION_DATE, F_ADMISSION_CEREMONY},
    {KIND_POSITION, F_POSITION_FROM, F_POSITION_TO},
    {KIND_ROTATION, F_ROTATION_FROM_DATE, F_ROTATION_TO_DATE},
    {KIND_INSPECTION, F_INSPECTION_DATE, F_INSPECTION_DEADLINE},
    {KIND_INSPECTION, F_INSPECTION_DATE, F_INSPECTION_CLOSED},
    {KIND_DIALOGUE, F_DIALOGUE_PUBLISHED, F_DIALOGUE_DATE},
    {KIND_DIALOGUE, F_DIALOGUE_DATE, F_DIALOGUE_ANSWERED},
    {KIND_COORDINATION, F_COORDINATION_DATE, F_COORDINATION_CLOSED},
    {KIND_PROPOSAL, F_PROPOSAL_SENT, F_PROPOSAL_REPLIED},
};

bool rule_has_dates(uint32_t kind)
{
    bool found = false;
    for (size_t i = 0; i < ARRAY_COUNT(pasts); i++) {
        found = found || pasts[i].kind == kind;
    }
    for (size_t i = 0; i < ARRAY_COUNT(pairs); i++) {
        found = found || pairs[i].kind == kind;
    }
    return found;
}

static const char *label(const struct field_def *f)
{
    return schema_speaks_vi() ? f->vi : f->en;
}

enum err rule_check_date_future(const struct rule_judge *j)
{
    for (size_t i = 0; i < ARRAY_COUNT(pasts); i++) {
        const struct past *p = &pasts[i];
        if (p->kind != j->c->after->kind ||
            !(TOUCHES(j, p->field) || (p->status && TOUCHES(j, p->status)))) {
            continue;
        }
        int64_t status = p->status ? rule_int(j, p->status) : 0;
        int64_t day = date_first_day(rule_int(j, p->field));
        if (rule_int(j, p->field) > 0 && day > j->today && status >= p->from && status <= p->to) {
            const struct field_def *f = schema_field(p->kind, p->field);
            TRY(rule_break(j, f->name, _("“%s” is %s, which is yet to come; today is %s"), label(f),
                           rule_date_text(j, day), rule_date_text(j, j->today)));
        }
    }
    return ERR_OK;
}

enum err rule_check_date_order(const struct rule_judge *j)
{
    for (size_t i = 0; i < ARRAY_COUNT(pairs); i++) {
        const struct pair *p = &pairs[i];
        int64_t earlier = rule_int(j, p->earlier), later = rule_int(j, p->later);
        if (p->kind != j->c->after->kind || !TOUCHES(j, p->earlier, p->later) || earlier <= 0 ||
            later <= 0 || date_last_day(later) >= date_first_day(earlier)) {
            continue;
        }
        const struct field_def *f = schema_field(p->kind, p->later);
        TRY(rule_break(j, f->name, _("“%s” (%s) lies before “%s” (%s)"), label(f),
                       rule_date_text(j, date_first_day(later)),
                       label(schema_field(p->kind, p->earlier)),
                       rule_date_text(j, date_first_day(earlier))));
    }
    return ERR_OK;
}
