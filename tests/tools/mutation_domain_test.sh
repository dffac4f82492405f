#!/bin/sh
# Deliberate mutations of the steps and rules of the domain.
# shellcheck disable=SC2034 # what is set here the library reads
set -u
# shellcheck source=tests/tools/lib.sh
. "$(dirname "$0")/lib.sh"

tests=steps
source=core/draft_outcome.c
mutant steps_as_they_are_pass ''
mutant steps_that_nobody_asks_are_caught \
    's/    return check_needs(m, s, after);/    (void)check_needs(m, s, after); return ERR_OK;/'
mutant what_is_handed_in_and_moved_is_caught 's/        TRY(check_move(t, m, before, after));/        (void)check_move(t, m, before, after);/'
mutant an_approval_by_anybody_is_caught 's/if (s->who == STEP_ABOVE \&\&/if (0 \&\&/'
mutant any_step_of_all_is_caught \
    's/return m->starts ? steps_find(m, \*from, to) : steps_into(m, to);/return steps_into(m, to);/'
source=core/steps.c
mutant a_step_from_anywhere_is_caught 's/if (s->from == from \&\& s->to == to)/if (s->to == to)/'
source=core/situation.c
mutant situations_as_they_are_pass ''
mutant a_count_of_five_suppressed_is_caught 's/cell.number >= least/cell.number > least/'
mutant raw_counts_sent_are_caught 's/    if (!cell_read(d->text, \&cell) || cell.number/    if (1 || !cell_read(d->text, \&cell) || cell.number/'
mutant a_report_sent_twice_is_caught 's/    if (!dot_is_none(sent)) {/    if (0) {/'
source=core/schema.c
mutant a_draft_that_leaves_is_caught 's/? k->route : ROUTE_LOCAL;/? k->route : k->route;/'

tests=limits
source=core/rules_people.c
mutant rules_as_they_are_pass ''
mutant a_day_too_young_is_caught 's/if (date_number(day) < ripe) {/if (date_number(day) + 1 < ripe) {/'
mutant a_year_too_old_is_caught 's/    if (age > most) {/    if (age > most + 1) {/'
mutant half_of_the_votes_is_caught 's/if (votes \* 100 <= present \* percent) {/if (votes * 100 < present * percent) {/'
mutant more_votes_than_people_are_caught 's/    if (votes > present) {/    if (0) {/'
mutant attendance_by_word_alone_is_caught 's/if (a.held > 0 \&\& a.attended/if (0 \&\& a.attended/'
mutant one_short_of_the_quorum_is_caught \
    's/return present \* of >= total \* part/return (present + 1) * of >= total * part/'
mutant an_introducer_before_any_vote_is_caught 's/since == 0 || !rule_has(j, F_ADMISSION_MEETING_DATE)/since == 0/'
source=core/rules_dates.c
mutant today_for_tomorrow_is_caught 's/day > j->today/day >= j->today/'
mutant plans_for_what_happened_are_caught 's/ \&\& status >= p->from \&\& status <= p->to//'
mutant the_same_day_for_an_earlier_one_is_caught 's/date_last_day(later) >= date_first/date_first_day(later) > date_first/'
source=core/rules_work.c
mutant a_quarter_from_any_month_is_caught 's/month % 3 != 1/0/'
mutant rules_of_work_as_they_are_pass ''
mutant a_day_short_of_the_notice_is_caught 's/return days >= least$/return days + 1 >= least/'
mutant one_content_failed_is_caught 's/for (uint32_t i = 0; i < 3; i++) {/for (uint32_t i = 0; i < 1; i++) {/'
mutant a_name_unseen_is_caught 's/if (is_full_name(folded) \&\& stands_in(text, folded)) {/if (0) {/'
mutant a_name_within_a_word_is_caught 's/if (begins \&\& ends \&\& memcmp/if (memcmp/'
source=core/rules.c
mutant the_table_as_it_is_passes ''
mutant a_number_that_holds_too_early_is_caught 's/if (in_range \&\& f.from <= date \&\& (only/if (in_range \&\& (only/'
mutant a_provinces_number_unread_is_caught 's/    return best.from >= 0;/    return false;/'
mutant a_weight_unread_is_caught 's/    return value <= 0 ? RULE_OFF/    return rule->weight; return value <= 0 ? RULE_OFF/'
mutant what_is_not_touched_looked_at_is_caught 's/    bool touched = j->c->before == NULL;/    bool touched = true;/'

tests=overdue
source=core/rules_overdue.c
mutant what_is_due_as_it_is_passes ''
mutant a_day_early_is_caught 's/date_last_day(due) < d->today/date_last_day(due) <= d->today/'
mutant what_is_done_told_as_late_is_caught 's/(d->open >> status \& 1) != 0/true/'
mutant a_month_not_over_counted_is_caught 's/->months \& since \& ~1u;/->months \& since;/'
mutant a_small_union_unseen_is_caught \
    's/(found->members < rules_number_in(s->t, "union_members_min", r->id, today) ||/(/'
mutant an_answer_told_as_late_is_caught 's/merge_shown_text(r, d->answer).len == 0/true/'
source=core/rules_wait.c
mutant what_waits_as_it_is_passes ''
mutant waiting_on_ones_own_desk_is_caught 's/dot_is_none(parent) ? unit : parent/unit/'
mutant a_state_that_waits_for_nobody_is_caught 's/(state == 0 || s->from == state)/true/'
mutant twenty_as_one_is_caught 's/end - i <= SINGLY_MAX/end - i < SINGLY_MAX/'
echo "1..$n"
