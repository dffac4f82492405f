#!/bin/sh
# A member moves from one commune to another, in another district, by letter: offline in any order,
# accepted, refused, taken back, forgotten, and claimed by two at once.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

claim transfer__a_province_serves province_up
claim transfer__district_a_joins join province 138 tranyen
claim transfer__district_b_joins join province 136 vanyen
claim transfer__district_a_serves serve tranyen
claim transfer__district_b_serves serve vanyen
claim transfer__commune_a_joins join tranyen 04576 hungkhanh
claim transfer__commune_a2_joins join tranyen 04570 hongca
far=$(t province list unit parent=136 --json --limit 1 | json code)
claim transfer__commune_b_joins join vanyen "$far" mauly
round() { for s in "$@"; do t "$s" sync >/dev/null 2>&1; done; }
everybody() {
    round hungkhanh hongca mauly tranyen vanyen
    round hungkhanh hongca mauly tranyen vanyen
    round hungkhanh hongca mauly tranyen vanyen
    round hungkhanh hongca mauly
}
# in how many communes does a living, whole record of this person count?
held_by() {
    for s in hungkhanh hongca mauly; do
        t $s list member --json | grep -q "\"id\":\"$1\"" && printf '%s ' $s
    done
}

counts() { t "$1" list member --unit "$2" --count --json | json count; }

de=$(t hungkhanh add member full_name="Giàng A Dê" birth_date=12/04/2001 sex=nam phone=0911)
everybody

# issued offline; the letter is in the member's hand before any data
letter=$(t hungkhanh transfer issue "$de" --to "$far" reason="Lấy vợ" fees_paid_to=2026-10 2>"$work/said")
claim transfer__issue_prints_the_letter_number sh -c "echo '$letter' | grep -Eq '^1/04576-...\$'"
claim transfer__it_says_what_the_other_side_types \
    has "$(cat "$work/said")" "terrace transfer accept $letter"
claim transfer__it_says_how_to_take_it_back has "$(cat "$work/said")" "terrace transfer return $letter"
claim transfer__one_on_the_way_is_not_issued_again \
    fails 1 rule t hungkhanh --json transfer issue "$de" --to 04570
line=$(t hungkhanh --json transfer list)
claim transfer__list_has_its_keys keys "$line" id member from_code to_code letter_no state waiting_for days
claim transfer__it_is_in_transit has "$line" '"state":"in_transit"'
claim transfer__the_receiver_is_waited_for has "$line" "\"waiting_for\":\"$far\""
claim transfer__whoever_has_a_letter_hears_its_number \
    has "$(t hungkhanh transfer issue "$de" --to 04570 2>&1)" "letter $letter"
claim transfer__on_the_way_the_record_says_where_to \
    has "$(t hungkhanh show "$de")" "On the way from Xã Hưng Khánh to"
claim transfer__by_which_letter has "$(t hungkhanh show "$de")" "letter $letter"
claim transfer__scripts_read_it_too \
    has "$(t hungkhanh show "$de" --json)" "\"_in_transit\":{\"from_code\":\"04576\",\"to_code\":\"$far\""
claim transfer__it_counts_where_it_comes_from same "$(counts hungkhanh 04576)" 1
claim transfer__and_not_yet_where_it_goes same "$(counts hungkhanh "$far")" 0
claim transfer__a_list_marks_it has "$(t hungkhanh list member)" "04576 → $far"
claim transfer__the_programs_own_notes_are_not_shown \
    sh -c "! '$TERRACE' -C '$work/hungkhanh' show '$de' | grep -q Former"
claim transfer__it_is_not_changed_behind_the_letter \
    has "$(t hungkhanh set "$de" phone=0912 2>&1)" "transfer return $letter"
claim transfer__a_letter_under_way_is_not_deleted fails 1 rule t hungkhanh --json rm "$letter"
claim transfer__nor_settled_by_hand \
    fails 1 rule t hungkhanh --json set "$letter" status=accepted
claim transfer__list_by_state same "$(t hungkhanh --json transfer list --state accepted)" ""
claim transfer__list_by_vietnamese_state \
    has "$(t hungkhanh --json transfer list --state "Đang chuyển")" "$letter"
claim transfer__a_state_that_is_none fails 1 input t hungkhanh --json transfer list --state gone

t mauly transfer accept "$letter" 2>"$work/said" >"$work/out"
claim transfer__accept_prints_the_letter_number same "$(cat "$work/out")" "$letter"
claim transfer__accepted_ahead_it_waits_for_the_issuer \
    has "$(cat "$work/said")" "has not come from Xã Hưng Khánh yet"
claim transfer__a_number_that_names_its_issuer_may_be_mistyped_too \
    has "$(cat "$work/said")" "terrace rm $letter"
claim transfer__the_list_says_so_too has "$(t mauly --json transfer list)" '"state":"announced"'
claim transfer__an_answer_is_given_once fails 1 rule t mauly --json transfer accept "$letter"
everybody
claim transfer__then_exactly_one_commune_has_the_person same "$(held_by "$de")" "mauly "
claim transfer__the_whole_record_came has "$(t mauly show "$de" --json)" '"phone":"0911"'
claim transfer__the_old_commune_has_a_departed_stub \
    has "$(t hungkhanh show "$de" --json)" "\"_departed\":{\"to_code\":\"$far\""
claim transfer__the_stub_says_where_to has "$(t hungkhanh show "$de")" "has moved to"
claim transfer__and_when sh -c "'$TERRACE' -C '$work/hungkhanh' show '$de' | grep -Eq ' on [0-9]{2}/[0-9]{2}/[0-9]{4} and is kept there'"
for s in hungkhanh tranyen province; do
    claim "transfer__it_counts_there_no_more_at_$s" same "$(counts $s 04576)" 0
done
for s in mauly vanyen province; do
    claim "transfer__it_counts_at_its_new_place_at_$s" same "$(counts $s "$far")" 1
done
for s in hungkhanh mauly tranyen vanyen province; do
    claim "transfer__it_is_accepted_at_$s" \
        has "$(t $s --json transfer list --state accepted)" "\"letter_no\":\"$letter\""
done
claim transfer__an_accepted_one_is_not_taken_back \
    fails 1 rule t hungkhanh --json transfer return "$letter"
claim transfer__the_story_tells_of_the_letter has "$(t mauly history "$de")" \
    "moved from Xã Hưng Khánh (04576) to"
claim transfer__and_of_the_answer has "$(t hungkhanh history "$de")" "accepted at"
claim transfer__by_its_number has "$(t mauly history "$de")" "letter $letter"
claim transfer__without_the_programs_own_notes \
    sh -c "! '$TERRACE' -C '$work/hungkhanh' history '$de' | grep -q Former"

# refused: back where it came from, with the reason
mai=$(t hongca add member full_name="Lò Thị Mai" birth_date=2003)
letter=$(t hongca transfer issue "$mai" --to 04576 --letter "7/GT" 2>/dev/null)
claim transfer__a_letter_number_of_ones_own same "$letter" "7/GT"
everybody
claim transfer__while_open_both_hold_it_whole has "$(held_by "$mai")" "hungkhanh hongca"
for s in hungkhanh hongca tranyen province; do
    claim "transfer__while_open_it_counts_where_it_came_from_at_$s" \
        same "$(t $s list member full_name="Lò Thị Mai" --unit 04570 --count)" 1
    claim "transfer__and_not_yet_where_it_goes_at_$s" \
        same "$(t $s list member full_name="Lò Thị Mai" --unit 04576 --count)" 0
done
claim transfer__the_inbox_asks_the_receiver \
    has "$(t hungkhanh --json inbox | grep '"type":"transfer"')" "terrace transfer accept 7/GT"
claim transfer__bare_terrace_shows_it has "$(t hungkhanh)" "terrace transfer accept 7/GT"
claim transfer__the_sender_is_not_asked same "$(t hongca --json inbox)" ""
claim transfer__the_sender_does_not_answer_it fails 1 rule t hongca --json transfer refuse 7/GT
t mauly transfer refuse 7/GT >/dev/null 2>&1 # a letter that was never theirs
everybody
claim transfer__an_answer_from_elsewhere_is_none \
    has "$(t hungkhanh --json transfer list --state in_transit)" '"letter_no":"7/GT"'
claim transfer__refused exits 0 t hungkhanh transfer refuse 7/GT --reason "Chưa có xác nhận"
everybody
claim transfer__it_is_back_where_it_was same "$(held_by "$mai")" "hongca "
claim transfer__the_sender_hears_the_reason has "$(t hongca --json inbox)" "Chưa có xác nhận"
claim transfer__the_story_says_refused has "$(t hongca history "$mai")" \
    "back at Xã Hồng Ca (04570): letter 7/GT was refused"
t hongca inbox --seen "$(t hongca --json transfer list --state refused | json id)" >/dev/null 2>&1
claim transfer__read_it_leaves_the_inbox same "$(t hongca --json inbox)" ""

# a number that was mistyped: told at once with those that wait, later by the inbox, and put right
t hungkhanh transfer accept 7/GTT >/dev/null 2>"$work/said"
claim transfer__a_number_nobody_knows_can_be_put_right has "$(cat "$work/said")" "terrace rm 7/GTT"
claim transfer__a_letter_that_never_came_is_told \
    has "$(TERRACE_NOW=2027-03-01T01:00:00Z t hungkhanh --json inbox)" "no such letter has come"
wrong=$(t hungkhanh --json transfer list --state announced | json id)
claim transfer__a_mistyped_answer_is_deleted exits 0 t hungkhanh rm 7/GTT
claim transfer__and_brought_back exits 0 t hungkhanh undo "$wrong"
t hungkhanh rm 7/GTT >/dev/null
claim transfer__number_given_twice_is_told \
    fails 1 rule t hongca --json transfer issue "$mai" --to 04576 --letter "7/GT"

# of a branch's member, whose unit no other commune holds
quietly() { "$@" >/dev/null 2>&1; }
quietly t hungkhanh add unit code=04576-2 name="Chi đoàn thôn Khe Dứa" parent=04576 type=chi-doan setting=thon-ban
sinh=$(t hungkhanh add member full_name="Mùa A Sình" birth_date=2004 unit=04576-2 phone=0913)
letter=$(t hungkhanh transfer issue "$sinh" --to 04570 2>"$work/said")
claim transfer__what_the_letter_lacks_is_told has "$(cat "$work/said")" "no comment of the branch"
letter2=$(t hungkhanh --json transfer issue "$(t hungkhanh add member full_name="Sùng A Páo" \
    birth_date=2004 unit=04576-2)" --to "$far" 2>"$work/said" | json letter_no)
claim transfer__scripts_are_told_as_well has "$(cat "$work/said")" "branch_comment"
everybody
claim transfer__the_inbox_names_the_commune_of_the_branch \
    has "$(t hongca --json inbox | grep "$letter")" "Mùa A Sình comes from Xã Hưng Khánh to you"
t hongca transfer refuse "$letter" --reason "Chưa đủ" >"$work/out" 2>"$work/said"
claim transfer__a_refusal_names_it has "$(cat "$work/said")" "Mùa A Sình goes back to Xã Hưng Khánh"
quietly t mauly transfer accept "$letter2"
claim transfer__the_list_has_the_answer_and_its_letter_once \
    same "$(t mauly --json transfer list | grep -c "\"letter_no\":\"$letter2\"")" 1
claim transfer__the_list_names_it has "$(t mauly --json transfer list | grep "$letter2")" '"from_code":"04576"'
everybody
claim transfer__refused_it_is_with_its_branch_alone same "$(held_by "$sinh")" "hungkhanh "
claim transfer__whoever_refused_is_not_asked_for_a_letter \
    same "$(t hongca --json inbox | grep "transfer issue")" ""

# taken back before anybody answered
letter=$(t hongca transfer issue "$mai" --to 04576 2>/dev/null)
everybody
claim transfer__an_own_number_never_given_is_no_letter \
    fails 3 not_found t hongca --json transfer accept "99/04570-$(echo "$letter" | sed 's/.*-//')"
claim transfer__taken_back exits 0 t hongca transfer return "$letter"
everybody
claim transfer__it_never_left same "$(held_by "$mai")" "hongca "
claim transfer__the_story_says_taken_back has "$(t hongca history "$mai")" \
    "letter $letter to Xã Hưng Khánh (04576) was taken back"
claim transfer__state_is_returned has "$(t hungkhanh --json transfer list --state returned)" "$letter"
claim transfer__one_taken_back_is_not_accepted fails 1 rule t hungkhanh --json transfer accept "$letter"

# out of the tree
letter=$(t hongca transfer issue "$mai" --outside "Đoàn Khối doanh nghiệp Hà Nội" 2>/dev/null)
claim transfer__outside_it_still_counts_here same "$(held_by "$mai")" "hongca "
claim transfer__outside_is_named has "$(t hongca --json transfer list)" '"to_outside":"Đoàn Khối'
claim transfer__outside_is_shown has "$(t hongca show "$mai")" "On the way to Đoàn Khối"
t hongca transfer return "$letter" >/dev/null 2>"$work/said"
claim transfer__outside_nobody_else_is_spoken_of has "$(cat "$work/said")" "The letter is put away"
claim transfer__outside_put_away_nobody_is_asked same "$(t hongca --json inbox)" ""
letter=$(t hongca transfer issue "$mai" --outside "Đoàn Khối doanh nghiệp Hà Nội" 2>/dev/null)
claim transfer__outside_confirmed exits 0 t hongca transfer accept "$letter"
claim transfer__then_it_has_left has "$(t hongca show "$mai" --json)" '"status":"removed"'

# nobody answers: reminded after 30 days, overdue after 90, the office above steps in
son=$(TERRACE_NOW=2026-01-05T01:00:00Z t hongca add member full_name="Hà Văn Sơn" birth_date=2002)
letter=$(TERRACE_NOW=2026-01-06T01:00:00Z t hongca transfer issue "$son" --to 04576 2>/dev/null)
everybody
after() {
    now=$1
    shift
    TERRACE_NOW=$now "$TERRACE" -C "$work/$1" --json inbox
}
claim transfer__before_30_days_the_sender_waits_in_peace same "$(after 2026-01-20T01:00:00Z hongca | grep 'Hà Văn Sơn')" ""
claim transfer__after_30_days_the_sender_is_reminded \
    has "$(after 2026-02-10T01:00:00Z hongca)" '"type":"transfer","urgency":2'
claim transfer__after_90_days_it_is_overdue has "$(after 2026-05-10T01:00:00Z hungkhanh)" '"type":"overdue","urgency":1'
claim transfer__then_the_district_is_told has "$(after 2026-05-10T01:00:00Z tranyen)" '"type":"overdue"'
claim transfer__the_province_is_not same "$(after 2026-05-10T01:00:00Z province | grep overdue)" ""
claim transfer__list_counts_the_days \
    has "$(TERRACE_NOW=2026-02-10T01:00:00Z t hongca --json transfer list --state in_transit)" '"days":35'
claim transfer__list_says_please_remind \
    has "$(TERRACE_NOW=2026-02-10T01:00:00Z t hongca transfer list 2>&1)" "35 days, please remind"
claim transfer__list_says_overdue \
    has "$(TERRACE_NOW=2026-05-10T01:00:00Z t hongca --lang vi transfer list 2>&1)" "quá hạn"
t hungkhanh transfer accept "$letter" >/dev/null 2>&1
everybody

# the commune and its district send one member to two places at once: one visible conflict, at the
# office above both
tua=$(t hungkhanh add member full_name="Vàng A Tủa" birth_date=2000)
everybody
t hungkhanh transfer issue "$tua" --to 04570 >/dev/null 2>&1
t tranyen transfer issue "$tua" --to "$far" >/dev/null 2>&1
everybody
everybody
for s in hungkhanh tranyen province; do
    claim "transfer__two_places_are_one_conflict_at_$s" \
        has "$(t $s --json conflicts)" "\"id\":\"$tua\",\"kind\":\"member\""
done
line=$(t province --json conflicts | grep "$tua")
claim transfer__the_province_decides_between_districts has "$line" '"decides":"15"'
claim transfer__it_is_urgent_in_its_inbox has "$(t province --json inbox | grep "$tua")" '"urgency":1'
claim transfer__a_commune_does_not_decide fails 1 rule t hungkhanh --json resolve "$tua" unit --take 1
claim transfer__nor_does_the_district fails 1 rule t tranyen --json resolve "$tua" unit --take 1
claim transfer__the_province_decides exits 0 t province resolve "$tua" unit --value 04570
everybody
everybody
claim transfer__no_conflict_is_left same "$(t province --json conflicts)" ""
claim transfer__the_letter_that_led_elsewhere_is_returned \
    has "$(t province --json transfer list --state returned | grep "$tua")" "\"to_code\":\"$far\""
claim transfer__the_story_tells_of_both_claims has "$(t province history "$tua")" \
    "Unit: decided for Xã Hồng Ca (04570); before there were:"
held=$(held_by "$tua")
claim transfer__the_other_place_does_not_hold_it sh -c "! echo '$held' | grep -q mauly"

# bad input
claim transfer__without_a_place_to_go_it_is_2 fails 2 usage t hongca --json transfer issue "$son"
claim transfer__to_two_places_is_2 fails 2 usage t hongca --json transfer issue "$son" --to 04576 --outside x
claim transfer__an_unknown_word_is_2 fails 2 usage t hongca --json transfer send "$son"
claim transfer__an_option_of_another_action_is_2 fails 2 usage t hongca --json transfer list --reason x
claim transfer__nobody_is_3 fails 3 not_found t hongca --json transfer issue 0000000000000-9 --to 04576
claim transfer__to_no_unit_is_3 fails 3 not_found t hongca --json transfer issue "$son" --to 99999
claim transfer__an_unknown_letter_is_not_taken_back \
    fails 3 not_found t hongca --json transfer return 99/GT
claim transfer__half_of_it_is_not_undone fails 1 rule t hungkhanh --json undo "$tua"
for s in hungkhanh hongca mauly tranyen vanyen province; do
    claim "transfer__all_is_sound_at_$s" has "$(t $s --json check)" '"damaged":0'
done
claim transfer__commune_and_province_agree agree 04576 hungkhanh tranyen province
claim transfer__the_other_two_as_well agree "$far" mauly vanyen province
done_testing
