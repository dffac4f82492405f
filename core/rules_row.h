/* Private to the rules: what a row of their table calls. A check looks at one save; a finder at
 * what is held here. */
#ifndef TERRACE_CORE_RULES_ROW_H
#define TERRACE_CORE_RULES_ROW_H

#include "core/rules.h"

/* ---- checks --------------------------------------------------------------------------------- */

struct rule_judge {
    const struct rule_case *c;
    const struct rule *rule;
    enum rule_weight weight;
    int64_t today;
};
/* The save breaks the rule: ERR_RULE when it blocks, else ERR_OK with one more note. */
enum err rule_break(const struct rule_judge *j, const char *field, const char *fmt, ...)
    PRINTF_LIKE(3, 4) MUST_USE;
/* Does the save change any of these fields? Always of a record that is looked at as it stands. */
bool rule_touches(const struct rule_judge *j, const uint32_t *fields, size_t count);
#define TOUCHES(j, ...)                                                                            \
    rule_touches(j, (const uint32_t[]){__VA_ARGS__},                                               \
                 sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))
/* Is the field filled in afterwards? */
bool rule_has(const struct rule_judge *j, uint32_t field);
int64_t rule_int(const struct rule_judge *j, uint32_t field);
struct dot rule_ref(const struct rule_judge *j, uint32_t field);
/* The field as a day, else today. */
int64_t rule_day(const struct rule_judge *j, uint32_t field);
int64_t rule_value(const struct rule_judge *j, const char *name, int64_t date);
/* " (so it holds from … on)" of a number that has not always held, else "". In the arena. */
const char *rule_value_since(const struct rule_judge *j, const char *name, int64_t date);
/* "dd/mm/yyyy", in the arena. */
const char *rule_date_text(const struct rule_judge *j, int64_t date);

enum err rule_check_admission_age(const struct rule_judge *j);
enum err rule_check_admission_introducer(const struct rule_judge *j);
enum err rule_check_admission_votes(const struct rule_judge *j);
enum err rule_check_member_age(const struct rule_judge *j);
enum err rule_check_position_age(const struct rule_judge *j);
enum err rule_check_position_theory(const struct rule_judge *j);
enum err rule_check_cadre_age(const struct rule_judge *j);
enum err rule_check_cadre_theory(const struct rule_judge *j);
enum err rule_check_fee_amount(const struct rule_judge *j);
enum err rule_check_fee_once(const struct rule_judge *j);
enum err rule_check_rating_attendance(const struct rule_judge *j);
enum err rule_check_rating_votes(const struct rule_judge *j);
enum err rule_check_discipline_quorum(const struct rule_judge *j);
enum err rule_check_discipline_votes(const struct rule_judge *j);
enum err rule_check_transfer_cleared(const struct rule_judge *j);

enum err rule_check_activity_attendee(const struct rule_judge *j);
enum err rule_check_plan_period(const struct rule_judge *j);
enum err rule_check_activity_excused(const struct rule_judge *j);
enum err rule_check_plan_once(const struct rule_judge *j);
enum err rule_check_answer_once(const struct rule_judge *j);
enum err rule_check_inspection_deadline(const struct rule_judge *j);
enum err rule_check_dialogue_notice(const struct rule_judge *j);
enum err rule_check_situation_names(const struct rule_judge *j);
enum err rule_check_assessment_passed(const struct rule_judge *j);
enum err rule_check_date_future(const struct rule_judge *j);
enum err rule_check_date_order(const struct rule_judge *j);
/* Are there days of that kind that these two look at? */
bool rule_has_dates(uint32_t kind);
enum err rule_check_rule_known(const struct rule_judge *j);

/* ---- finders -------------------------------------------------------------------------------- */

struct rule_search {
    struct txn *t;
    const struct rule *rule;
    struct arena ids, arena; /* of the whole search; of the record at hand */
    bool (*visit)(void *ctx, const struct rule_finding *f);
    void *ctx;
    bool go_on;
};
void rule_report(struct rule_search *s, const struct rule_finding *f);
bool rule_is_living(const struct record *r);
/* A record that is gone is no error here. */
enum err rule_get(struct rule_search *s, struct dot id, struct record *out, bool *there);
/* Every living record of a kind, in id order, until it returns an error or the search ends. */
enum err rule_each_of_kind(struct rule_search *s, uint32_t kind,
                           enum err (*visit)(struct rule_search *s, const struct record *r,
                                             void *ctx),
                           void *ctx);

enum err rule_find_card_twice(struct rule_search *s);
enum err rule_find_id_no_twice(struct rule_search *s);
enum err rule_find_ext_id_twice(struct rule_search *s);
enum err rule_find_code_twice(struct rule_search *s);
enum err rule_find_letter_twice(struct rule_search *s);
enum err rule_find_fee_twice(struct rule_search *s);
enum err rule_find_deleted_reference(struct rule_search *s);
enum err rule_find_lost_unit(struct rule_search *s);
enum err rule_find_unit_cycle(struct rule_search *s);
enum err rule_find_stranger(struct rule_search *s);
enum err rule_find_unused_field(struct rule_search *s);
enum err rule_find_aged(struct rule_search *s);
enum err rule_find_absent(struct rule_search *s);
enum err rule_find_small_unit(struct rule_search *s);
enum err rule_find_small_union(struct rule_search *s);
enum err rule_find_no_meeting(struct rule_search *s);
enum err rule_find_cadre_review(struct rule_search *s);
enum err rule_find_late_item(struct rule_search *s);
enum err rule_find_late_fix(struct rule_search *s);
enum err rule_find_late_promise(struct rule_search *s);
enum err rule_find_unanswered(struct rule_search *s);
enum err rule_find_handed_in(struct rule_search *s);
enum err rule_find_fix_answered(struct rule_search *s);

#endif
