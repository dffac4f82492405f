#!/bin/sh
# Deliberate mutations of what holds against others: the open hub, evidence, sealing, sticks, copies.
# shellcheck disable=SC2034 # what is set here the library reads
set -u
# shellcheck source=tests/tools/lib.sh
. "$(dirname "$0")/lib.sh"

# each reason to refuse, switched off
tests='trust revoke attack'
source=core/authority.c
mutant authority_as_it_is_passes ''
mutant revoked_authors_are_caught 's/    if (v->dot.seq > a->closed_at) {/    if (0) {/;s/    if (r->id.seq > a->closed_at) {/    if (0) {/'
mutant levels_that_are_forged_are_caught 's/    if (v->level > a->level) {/    if (0) {/'
mutant origins_that_are_forged_are_caught 's/    if (v->origin && v->origin->level > a->level .*/    if (0) {/'
mutant viewers_that_write_are_caught 's/if (a->role == NODE_ROLE_VIEWER.*/if (0) {/'
mutant kinds_of_a_higher_level_are_caught \
    's/    if ((def && def->level > v->level) .*/    if (0) {/;s/    if (kind && kind->level > a->level) {/    if (0) {/'
mutant units_that_rename_themselves_are_caught \
    's/return held && (top || !unit_field_is_above(field)) ? REFUSAL_NONE : REFUSAL_AUTHORITY;/return REFUSAL_NONE;/'
mutant nodes_that_raise_themselves_are_caught \
    's/return node_field_is_own(field) || is_root(t, a) ? REFUSAL_NONE : REFUSAL_AUTHORITY;/return REFUSAL_NONE;/'
mutant clerks_who_reach_far_are_caught 's/return far && clerk .*/return REFUSAL_NONE;/'
source=core/store_refuse.c
mutant what_steers_unsigned_is_caught \
    's/if (authority_steers(x->merged->kind, field) && !save_is_signed.*/if (0) {/'
mutant dots_of_a_colleague_are_caught 's/!node_is_beside(t, &info, arrival);/true;/'
mutant forged_late_work_is_caught 's/return x->late && marks_close(x->t, x->before, x->merged, v->dot)/return 0/'
source=core/store_receive.c
mutant the_word_of_others_passed_down_is_caught 's/schema_steers(merged.kind) && !push_is_signed(s, &merged)) {/0) {/'
mutant marks_ahead_of_what_was_saved_are_caught 's/^        cap_marks(s);//'
mutant forged_records_from_anywhere_are_caught 's/if (!push_is_allowed(s)) {/if (0) {/'
source=sync/link.c
mutant dots_not_given_yet_are_caught 's/return said > 0 && dot.seq > said;/return false;/'
mutant ids_that_the_hub_above_will_give_are_caught 's/be64_get(v.ptr) == dot.actor \&\& dot.seq > be64_get(v.ptr + 8)/false/'

tests=hub_gate
source=sync/hub_gate.c
mutant the_gate_as_it_is_passes ''
mutant heads_of_any_form_are_caught 's/        !is_written_plainly(h)) {/        0) {/'
mutant lines_moved_apart_are_caught 's/ || (uintptr_t)l->value.ptr != at + l->name.len + 2) {/) {/'
mutant heads_longer_than_their_lines_are_caught 's/return at + 2 - start == h->size_bytes;/return true;/'
mutant a_second_host_is_caught 's/count_name(h, "host") != 1/count_name(h, "host") < 1/'
mutant a_second_length_is_caught 's/ || count_name(h, "content-length") > 1//;s/return count == 1 ? found/return count >= 1 ? found/'
mutant chunks_are_caught 's/"transfer-encoding",//'
mutant pages_of_other_sites_are_caught 's/"origin",/"x-origin",/'
mutant fetches_are_caught 's/name_begins(name, "sec-")/0/'
mutant lengths_with_zeros_are_caught "s/ || (s.len > 1 \&\& s.ptr\[0\] == '0')//"
mutant crowds_of_one_address_are_caught 's/peer_of(g, from)->open < g->limits.connections_per_address/peer_of(g, from)->used/'
mutant requests_without_end_are_caught 's/p->requests >= requests_max/p->requests > 1000/'
mutant bytes_without_end_are_caught 's/p->bytes + bytes > bytes_max/p->bytes > 1000000000/'
mutant guessing_is_caught 's/    p->wrong_codes++;//'
mutant guessing_that_a_crowd_forgives_is_caught 's/return p->codes_ms > p->minute_ms ? p->codes_ms : p->minute_ms;/return p->minute_ms;/'
mutant anybody_who_speaks_for_others_is_caught 's/    if (!s->from_proxy) {/    if (h->count == 0) {/'
mutant what_a_client_claims_of_itself_is_caught "s/while (start > 0 \&\& list.ptr\[start - 1\] != ',' .*/while (start > 0) {/"
mutant heads_without_end_are_caught 's/return pressed ? GATE_HEAD_PRESSED_MS : GATE_HEAD_MS;/return GATE_REQUEST_MS;/'
mutant bodies_without_end_are_caught 's/return ms < GATE_REQUEST_MS ? ms : GATE_REQUEST_MS;/return ms;/'
mutant a_byte_a_second_is_caught 's/ms = grace + .*/ms = GATE_REQUEST_MS; (void)rate; (void)grace;/'
mutant work_that_is_cut_is_caught 's/s->phase != GATE_WORK \&\&/1 \&\&/'
mutant patience_in_a_crowd_is_caught 's/pressed = g->open \* 4 >= g->slot_count \* 3/pressed = false/'

tests=history_log
source=core/store_history_log.c
mutant the_chain_as_it_is_passes ''
mutant altered_entries_are_caught 's/} else if (!hash_equal(hash_of(entry), row->entry)) {/} else if (0) {/'
mutant removed_entries_are_caught 's/found(v, HISTORY_REMOVED, row->key);/(void)v;/'
mutant inserted_entries_are_caught 's/if (e == ERR_OK \&\& there != spoken_of) {/if (0) {/'
mutant a_bent_chain_is_caught 's/(!good || !hash_equal(want, row.head)) \&\& !broken/!good \&\& !broken/'
mutant a_chain_cut_short_is_caught 's/if (!broken \&\& (number != log->count ||.*/if (0) {/'
mutant heads_that_leave_out_the_key_are_caught 's/2 \* HASH_BYTES + 9 + key.len));/2 * HASH_BYTES + 9));/'
mutant heads_without_those_before_are_caught 's/memcpy(said, head.bytes, HASH_BYTES);/memset(said, 0, HASH_BYTES);/'
mutant lawful_changes_taken_for_damage_are_caught 's/v->again_count \&\& is_replaced(v, row->key, number)/0/'
mutant a_chain_of_every_second_step_is_caught 's/while (e == ERR_OK \&\& b.after.len > 0);/while (0);/'

tests=redot
source=core/store_redot.c
mutant saves_that_move_as_they_do_pass ''
mutant moved_history_past_the_chain_is_caught 's/return history_take(t, key);/return table_del(t, TABLE_HISTORY, key);/'

tests=evidence
source=core/store_evidence.c
mutant evidence_as_it_is_passes ''
mutant evidence_that_never_goes_is_caught 's/(old.time_ms >= keep_from_ms \&\& c->bytes <= room)/1/'
mutant room_without_end_is_caught 's/(old.time_ms >= keep_from_ms \&\& c->bytes <= room)/old.time_ms >= keep_from_ms/'
mutant evidence_that_was_altered_is_caught 's/memcmp(hash_of(body).bytes, row.ptr, HASH_BYTES) == 0/true/'
mutant quarantine_that_is_switched_off_is_caught 's/days == 0 \&\& state == EVIDENCE_TAKEN/days == 0/'

source=sync/evidence.c
mutant proofs_as_they_are_pass ''
mutant proof_of_any_save_is_caught 's/found = e == ERR_OK \&\& dot_equal(change.record.id, record) \&\& writes(&change.record, save);/found = e == ERR_OK;/'
mutant proof_of_any_save_of_the_record_is_caught 's/ \&\& writes(&change.record, save);/;/'
mutant proof_without_a_signature_is_caught 's/^    return link_load(t, e->node, &link) == ERR_OK \&\&/    return message_evidence_verify(e->bytes, link.public_key, m) || true || (void *)\&link == NULL \&\&/'
source=sync/inbox.c
mutant news_without_evidence_is_caught 's/    store_evidence_cite(t, number);//'
mutant evidence_of_nothing_is_caught 's/return e || brought || number == 0 ? e : store_evidence_drop(t, number);/return e;/'
source=core/store_history.c
mutant entries_that_name_another_message_are_caught 's/pack_uint(&w, evidence);/pack_uint(\&w, evidence + 1);/'

tests=client
source=sync/client.c
mutant the_client_as_it_is_passes ''
mutant escapes_for_the_terminal_are_caught 's/bool hidden = c < 0x20 ||/bool hidden =/'
mutant controls_of_two_bytes_are_caught 's/(c >= 0x7f \&\& c < 0xa0) ||//'
mutant text_that_turns_round_is_caught 's/(c >= 0x2028 \&\& c <= 0x202e) ||//'
mutant redirects_in_no_words_are_caught 's/status >= 300 \&\& status < 400/status == 399/'

# the rules of scope, one claim each; and of the merge desk, switched off one by one, under random
# histories alone
tests=seal
source=core/store_seal_rows.c
mutant sealed_rows_as_they_are_pass ''
mutant rows_bound_to_no_place_are_caught 's/return slice_make(space, 1 + key.len);/return slice_make(space, 0);/'
mutant a_nonce_used_twice_is_caught 's/w->count++/w->count/'
mutant texts_in_clear_are_caught 's/for (size_t i = from; i < len; i++) {/for (size_t i = len; i < len; i++) {/'
mutant a_blinding_that_is_the_same_everywhere_is_caught 's/^    crypto_derive(state, input, state);/    (void)state;/'
source=core/store_seal.c
mutant the_seal_as_it_is_passes ''
mutant costs_without_a_bound_are_caught 's/passes > SEAL_PASSES_MAX || memory > SEAL_MEMORY_MAX_KIB/0/'
mutant a_lost_bit_that_is_not_noticed_is_caught 's/memcmp(h.ptr, want.bytes, HASH_BYTES) == 0/1/'
tests='bundle_lost bundle'
source=sync/bundle_up.c
mutant bundles_as_they_are_pass ''
mutant a_copy_that_is_believed_is_caught 's/    word->taken = verdict == FITS;/    word->taken = true;/;s/taken->forked = verdict == FORKED;/taken->forked = false;/'
mutant a_push_that_starts_at_the_last_stick_is_caught \
    's/p->seq = p->memory.full ? 0 : session_outbox(u, self).from_seq;/p->seq = p->memory.full ? 0 : p->memory.to_seq;/'
mutant a_cursor_that_jumps_a_gap_is_caught 's/q.from_seq <= link.in_seq && q.to_seq > link.in_seq/q.to_seq > link.in_seq/'
source=sync/bundle_down.c
mutant older_receipts_that_count_are_caught 's/return p->round > u->round && (/return (/'
mutant a_receipt_that_brings_half_is_caught 's/    r->more = box->more || .*/    r->more = false;/'
source=sync/bundle_part.c
mutant parts_that_can_be_taken_out_are_caught 's/    r->previous = hash_of(message);//;s/out->index != r->done ||/0 ||/;s/        w->previous = hash_of(buf_view(&message));//'
source=sync/link_heads.c
tests='bundle_lost bundle'
mutant old_epochs_that_move_cursors_are_caught 's/q->peer_round < round;/0;/'
tests=redot
source=core/store_redot_map.c
mutant bringing_under_another_actor_as_it_is_passes ''
mutant contexts_that_stay_behind_are_caught 's/if (seq <= m->after || newest <= m->after) {/if (seq || newest) {/'
mutant references_that_stay_behind_are_caught 's/return datum_ref(redot_id(m, d.ref));/return d;/'
mutant deletes_that_saw_something_else_are_caught \
    's/return d.type == DATUM_BYTES .*/return d;/'
mutant choices_of_a_merger_that_stay_behind_are_caught \
    's/if (d.type == DATUM_TEXT \&\& field == F_MERGED_KEEP) {/if (0) {/'
mutant dots_of_another_copy_taken_along_are_caught \
    's/newest_save(m, record, d.seq) == d.seq;/true;/'
source=core/store_redot.c
mutant a_story_under_former_ids_is_caught 's/    TRY(each_row(t, m, TABLE_HISTORY, all, story_row));//'
mutant a_feed_of_former_ids_is_caught 's/    TRY(each_row(t, m, TABLE_FEED, all, feed_row));//'
mutant a_log_under_the_former_actor_is_caught \
    's/    TRY(each_row(t, m, TABLE_SAVES, .*//'
mutant an_index_of_former_ids_is_caught 's/    return rebuild_now(t, &report);/    (void)report; return ERR_OK;/'
mutant a_node_that_loses_its_id_is_caught 's/m.after = keep_identity(s, from, after);/m.after = after;/'

tests=copies
TERRACE_SEEDS=3
export TERRACE_SEEDS
source=core/store_place.c
mutant copies_as_they_are_pass ''
mutant a_copy_that_keeps_its_actor_is_caught \
    's/return memcmp(s->place, here, PLACE_BYTES) == 0 ? ERR_OK : renew_here(s, here);/return ERR_OK;/'
mutant an_actor_that_nobody_is_told_of_is_caught 's/e = announce_save(t, own, be64_get(v.ptr), &arena);//'
mutant a_dot_given_again_is_caught 's/<= t->own_seq) {/<= UINT64_MAX) {/'
source=sync/session_hub.c
mutant a_batch_of_an_unknown_copy_is_caught '/return ERR_OK; .* it may have given dots/s/return ERR_OK;/;/'
mutant a_hub_that_does_not_listen_is_caught 's/if (e == ERR_OK \&\& shown.forgotten) {/if (0) {/'
source=sync/session_copies.c
mutant an_older_copy_unnoticed_is_caught 's/    \*older = true;/    *older = false;/'
source=sync/link_copies.c
mutant nothing_brought_under_another_actor_is_caught \
    's/    \*out = fits > seen ? fits : seen;/    *out = store_own_seq(t);/'
mutant common_saves_given_twice_are_caught 's/    \*out = fits > seen ? fits : seen;/    *out = seen;/'
mutant a_third_image_unnoticed_is_caught 's/bool fits = c->seq == 0 ||/bool fits = true ||/'
echo "1..$n"
