#!/bin/sh
# Deliberate mutations of merging, scope and syncing.
# shellcheck disable=SC2034 # what is set here the library reads
set -u
# shellcheck source=tests/tools/lib.sh
. "$(dirname "$0")/lib.sh"

source=core/merge.c
tests='merge_claims merge_laws merge'
mutant the_code_as_it_is_passes ''
mutant replaced_values_that_return_are_caught \
    's/if (!context_covers(other_context, v->dot)) {/if (v) {/'
mutant unknown_values_that_are_dropped_are_caught \
    '/if (!context_covers(other_context, v->dot))/,/}/s/return true;/return false;/'
mutant a_context_not_united_is_caught 's/context_union(&l->context, &r->context, arena)/l->context/'
mutant a_base_not_looked_at_is_caught \
    's/return change->whole || context_covers_all(own, &change->base);/return own \&\& change;/'
mutant elements_that_cannot_be_removed_are_caught \
    's/return !set && field_has_dot(other, v->dot);/return field_has_dot(other, v->dot) \&\& (set || !set);/'
mutant a_missing_net_is_caught 's/if (n == 0) {/if (n > 1000000) {/'
mutant authority_upside_down_is_caught 's/return la - lb;/return lb - la;/'
mutant forward_upside_down_is_caught 's/return ra == rb ? 0 : ra < rb ? -1 : 1;/return ra == rb ? 0 : ra < rb ? 1 : -1;/'
mutant min_taken_for_max_is_caught 's/k->rule == MERGE_MAX ? c : -c/c/'
mutant an_edit_beside_a_delete_unseen_is_caught \
    's/if (!context_covers(&seen, v->dot) && (!newest/if (0 \&\& (!newest/'
mutant a_leader_without_followers_is_caught 's/if (leader) {/if (leader \&\& f->count > 1000) {/'
mutant equal_siblings_counted_twice_are_caught 's/if (!seen) {/if (seen || !seen) {/'
mutant a_conflict_unseen_is_caught 's/if (rule != MERGE_LATEST && rule != MERGE_AUTHORITY) {/if (rule != MERGE_LATEST) {/'
mutant two_data_under_one_dot_that_collapse_are_caught \
    's/return !set && field_has_dot(other, v->dot);/return false;/'
mutant an_absent_field_that_empties_is_caught \
    's/out->fields\[n\] = \*a; .*/i++; continue;/'
mutant a_stub_that_covers_is_caught \
    's/return r->flags & RECORD_STUB ? (struct context){0} : r->context;/return r->context;/;s/if (r_stub && !l_stub)/if (0)/;s/if (l_stub && !r_stub)/if (0)/'
mutant time_that_decides_what_survives_is_caught \
    's/if (!context_covers(other_context, v->dot)) {/if (!context_covers(other_context, v->dot) \&\& v->time_ms > 0) {/'
mutant the_first_value_winning_is_caught 's/shown_compare(&k, v, best) > 0/shown_compare(\&k, v, best) >= 2/'

tests=session
source=core/store_receive.c
mutant receiving_as_it_is_passes ''
mutant borrowed_futures_are_caught 's/if (d.seq > known && !push_actor_is_below/if (0 \&\& !push_actor_is_below/'
mutant pushes_from_anywhere_are_caught 's/if (!push_is_allowed(s)) {/if (0) {/'
mutant deltas_without_their_base_are_caught 's/    if (!merge_base_holds(&s->before.context, change)) {/    if (0) {/'
source=sync/outbox.c
mutant late_edits_left_behind_are_caught 's/if (q->up && (store_is_leaving(t, r->id) || was_own(.*/if (0) {/'
mutant skipped_entries_forgotten_are_caught \
    's/candidate_add(f, change_of(f, &r, &local, skipped)/candidate_add(f, change_of(f, \&r, \&local, false)/'
source=sync/session.c
mutant receipts_without_storage_are_caught 's/upstream_receipt(u, p->ack_seq, p->head_seq, p->top_seq)/upstream_receipt(u, p->ack_seq, p->head_seq, p->head_seq)/'

tests=hostile_scope
source=core/store_refuse.c
mutant forged_scope_as_it_is_passes ''
mutant foreign_mergers_are_caught 's/if (value_is_foreign(x, field, v)) {/if (0) {/'
source=core/scope.c
mutant letters_from_where_nobody_was_are_caught 's/scope_came_from(member, d->ref)/true/'

tests=shown_laws
source=core/merge.c
mutant showing_as_it_is_passes ''
mutant a_leader_that_does_not_choose_is_caught 's/if (leader) {/if (leader \&\& f->count > 1000) {/'
mutant an_origin_that_does_not_rank_is_caught 's/int la = a->origin ? a->origin->level : a->level;/int la = a->level;/'

tests=history
source=core/store_story.c
mutant the_story_as_it_is_passes ''
mutant saves_told_of_the_newest_author_are_caught 's/if (a.count <= 1 ||/if (a.count <= 100 ||/'
mutant what_came_before_told_of_the_creator_is_caught 's/dot_equal(c->to_by\[i\].dot, dot)/!dot_is_none(dot)/'
source=core/undo.c
mutant undoing_what_was_replaced_is_caught 's/    if (!live) {/    if (0) {/'
mutant undoing_over_another_value_is_caught 's/others ? shown_of(u, c->field, beside, others)/0 ? NULL/'

tests=rules
source=core/desk.c
mutant the_routing_as_it_is_passes ''
mutant a_desk_of_the_record_alone_is_caught 's/set_add(out, dot_is_none(unit) ? .*/(void)unit;/'
source=core/rules_find.c
mutant one_person_with_one_card_is_no_breach 's/^    return a->kind != KIND_MEMBER ||/    return a->kind == KIND_MEMBER ||/'

tests=receipts
source=sync/receipts.c
mutant receipts_as_they_are_pass ''
mutant a_unit_at_the_top_too_early_is_caught 's/    TRY(hold_back_pending(t, &u, settled));//'
mutant a_refused_record_counted_above_is_caught 's/    e = e ? e : exceptions(t, &u, &arena, &apart);//'

tests=scope
source=core/scope.c
mutant scope_as_it_is_passes ''
mutant from_without_a_member_under_way_is_caught \
    's/if (d->type == DATUM_REF \&\& scope_came_from(member, d->ref)) {/if (0) {/'
mutant a_person_in_one_commune_alone_is_caught \
    's/if (person_is_merged(g->t, id) ||.*/if (0) {/'
source=core/store_marks.c
mutant a_mark_that_moves_is_caught 's/} else if (anew \&\& m->seq/} else if (m->seq/'
source=core/store_refuse.c
mutant refusals_that_are_not_told_are_caught 's/\*outcome = OUTCOME_CORRECTED;/*outcome = OUTCOME_MERGED;/'
mutant refused_values_in_no_history_are_caught \
    's/TRY(history_append(s->t, &s->before, merged, &cause, true));//'
mutant origins_that_are_lost_are_caught 's/    out.origin = o;/    (void)o;/'
mutant what_was_removed_and_stays_away_is_caught \
    's/values\[n++\] = reasserted(x, &old->values\[i\]);/(void)reasserted;/'
source=core/store_receive.c
mutant late_work_on_a_stub_without_its_unit_is_caught 's/^            graft_stub(s);//'
source=core/transfer_view.c
mutant a_member_counted_where_it_goes_is_caught \
    's/unit = merge_shown_ref(&x, F_TRANSFER_FROM);/unit = shown;/'

tests=desk_laws
TERRACE_SEED=1 TERRACE_SEEDS=200
export TERRACE_SEED TERRACE_SEEDS
source=core/scope.c
mutant the_desk_as_it_is_passes ''
mutant rule_12_a_person_not_in_scope_as_one_is_caught \
    's/if (person_is_merged(g->t, id) ||.*/if (0) {/'
mutant rule_16_a_member_that_leaves_at_issue_is_caught \
    's/if (d->type == DATUM_REF \&\& scope_came_from(member, d->ref)) {/if (0) {/'
source=core/store_depart.c
mutant rule_14_leaving_before_upstream_has_it_is_caught \
    's/} else if (covered && local.feed_seq/} else if (local.feed_seq/'
source=core/store_refuse.c
mutant rule_15_marks_that_close_nothing_are_caught \
    's/return x->late \&\& marks_close(x->t, x->before, x->merged, v->dot)/return 0/'
source=core/merge.c
mutant rule_2_equal_values_collapsed_are_caught \
    's/if (!context_covers(other_context, v->dot)) {/for (uint32_t q = 0; q < other->count \&\& !set; q++) { if (datum_compare(\&other->values[q].datum, \&v->datum) == 0 \&\& value_compare(\&other->values[q], v) < 0) { return false; } } if (!context_covers(other_context, v->dot)) {/'
mutant rule_5_elements_that_come_back_are_caught \
    's/return !set && field_has_dot(other, v->dot);/return field_has_dot(other, v->dot) || set;/'
echo "1..$n"
