#!/bin/sh
# The merge desk of a district: what two offices wrote differently stands under its unit, says who
# wrote what and who decides, and a decision arrives everywhere.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

claim conflicts__a_province_serves province_up
claim conflicts__a_district_joins join province 138 district
claim conflicts__the_district_serves serve district
claim conflicts__a_commune_joins join district 04576 hungkhanh
claim conflicts__its_second_computer_joins join district 04576 second
claim conflicts__another_commune_joins join district 04570 hongca
round() { for s in "$@"; do t "$s" sync >/dev/null 2>&1; done; }
everybody() { round hungkhanh second hongca district hungkhanh second hongca district hungkhanh second hongca; }
de=$(t hungkhanh add member full_name="Giàng A Dê" birth_date=12/04/2001)
mai=$(t hongca add member full_name="Lò Thị Mai" birth_date=2003)
everybody
claim conflicts__none_at_first same "$(t district conflicts --json)" ""
claim conflicts__people_hear_that_there_is_none has "$(t district conflicts 2>&1)" "There is no conflict"

# the commune and the district correct one birthday, each without hearing of the other
TERRACE_NOW=2026-11-20T01:00:00Z t hungkhanh set "$de" birth_date=13/04/2001 >/dev/null
TERRACE_NOW=2026-11-21T01:00:00Z t district set "$de" birth_date=14/04/2001 >/dev/null
# two computers of one commune write one phone number
t hungkhanh set "$de" phone=0911 >/dev/null
t second set "$de" phone=0922 >/dev/null
# the other commune and the province: a card number
t hongca set "$mai" card_no=A1 >/dev/null
t province set "$mai" card_no=B2 >/dev/null
everybody
for s in hungkhanh district province; do
    claim "conflicts__the_district_decides_what_it_and_its_commune_wrote_at_$s" \
        has "$(t $s --json conflicts | grep birth_date)" '"decides":"138"'
done
for s in hungkhanh second district; do
    claim "conflicts__a_commune_decides_its_own_at_$s" \
        has "$(t $s --json conflicts | grep '"field":"phone"')" '"decides":"04576"'
done
claim conflicts__the_province_decides_what_it_wrote_itself \
    has "$(t district --json conflicts | grep card_no)" '"decides":"15"'
claim conflicts__the_commune_knows_that_too \
    has "$(t hongca --json conflicts | grep card_no)" '"decides":"15"'
text=$(t district conflicts 2>&1)
claim conflicts__a_unit_is_named_once same "$(printf '%s\n' "$text" | grep -c '(04576)$')" 1
claim conflicts__it_says_which_is_shown has "$text" "14/04/2001  (Huyện Trấn Yên, 21/11/2026"
claim conflicts__the_first_is_marked has "$text" "← shown now"
claim conflicts__it_says_what_happens_if_nobody_decides has "$text" "nothing is lost"
claim conflicts__it_says_whose_they_are has "$text" "Yours to decide: terrace resolve $de birth_date"
claim conflicts__and_those_of_others has "$text" "Xã Hưng Khánh decides"
claim conflicts__two_computers_are_told_apart has "$text" "Xã Hưng Khánh, computer "
claim conflicts__in_vietnamese has "$(t district --lang vi conflicts 2>&1)" "Đơn vị bạn quyết định"
claim conflicts__of_one_unit_alone \
    same "$(t district conflicts --unit 04570 --json | grep -c '"unit_code":"04576"')" 0
claim conflicts__status_counts_the_records has "$(t district --json status)" '"conflicts":2'

# the inbox has only what this office decides
claim conflicts__the_districts_inbox_has_one \
    same "$(t district --json inbox | grep -c '"type":"conflict"')" 1
claim conflicts__the_communes_inbox_has_the_phone \
    has "$(t second --json inbox | grep '"type":"conflict"')" "phone"
claim conflicts__the_provinces_inbox_has_the_card \
    has "$(t province --json inbox | grep '"type":"conflict"')" "card_no"

# deciding: by number, by dot, by another value
claim conflicts__nothing_is_taken_that_is_not_there fails 1 input t district --json resolve "$de" \
    birth_date --take 3
claim conflicts__a_field_that_is_in_none_is_refused fails 1 input t district --json resolve "$de" \
    sex --value nam
dot=$(t district --json conflicts | grep birth_date | sed 's/.*13"[^}]*"dot":"\([^"]*\)".*/\1/')
claim conflicts__resolved_by_dot exits 0 t district resolve "$de" birth_date --take "$dot"
claim conflicts__resolved_by_number exits 0 t second resolve "$de" phone --take 2
claim conflicts__resolved_by_another_value exits 0 t province resolve "$mai" card_no --value C3
everybody
for s in hungkhanh second hongca district province; do
    claim "conflicts__decisions_arrive_at_$s" same "$(t $s conflicts --json)" ""
done
claim conflicts__the_decided_birthday has "$(t second show "$de" --json)" '"birth_date":"2001-04-13"'
claim conflicts__the_decided_card has "$(t hongca show "$mai" --json)" '"card_no":"C3"'
claim conflicts__the_other_birthday_is_in_the_history has "$(t hungkhanh history "$de" --json)" 2001-04-14

# a decision covers only what was seen: what is written meanwhile stands beside it
t hungkhanh set "$de" phone=0933 >/dev/null
t district set "$de" phone=0944 >/dev/null
everybody
t second set "$de" phone=0955 >/dev/null # without seeing the decision
t district resolve "$de" phone --take 1 >/dev/null
everybody
claim conflicts__what_was_written_meanwhile_is_still_seen \
    has "$(t district --json conflicts | grep phone)" 0955
t district resolve "$de" phone --take 1 >/dev/null
everybody

# deleted here, changed there; and two that both delete
t district rm "$de" >/dev/null
t hungkhanh set "$de" residence="Bản Khe Cam" >/dev/null
everybody
line=$(t district --json conflicts)
claim conflicts__a_delete_beside_an_edit_is_one has "$line" '"field":"deleted"'
claim conflicts__it_says_how_it_stands has "$(t district conflicts 2>/dev/null)" \
    "Until then it is deleted everywhere"
claim conflicts__the_delete_is_decided_too exits 0 t district resolve "$de" deleted --take 2
everybody
claim conflicts__the_change_is_there has "$(t second show "$de" --json)" "Bản Khe Cam"
t hongca rm "$mai" >/dev/null
t district rm "$mai" >/dev/null
everybody
claim conflicts__two_deletes_are_none same "$(t district --json conflicts)" ""

# sets and states go together without anybody's decision
t hungkhanh set "$de" languages+=Mông status=away >/dev/null
t district set "$de" languages+=Kinh status=matured status_date=2025-01-01 >/dev/null
everybody
claim conflicts__sets_and_states_are_none same "$(t district --json conflicts)" ""
claim conflicts__both_elements_are_there has "$(t second show "$de" --json)" '"languages":["Kinh","Mông"]'
claim conflicts__the_further_state_is_shown has "$(t second show "$de" --json)" '"status":"matured"'
claim conflicts__the_other_state_can_be_seen has "$(t second show "$de")" "Away"
for s in hungkhanh second hongca district province; do
    claim "conflicts__all_is_sound_at_$s" has "$(t $s --json check)" '"damaged":0'
done
claim conflicts__all_agree agree 04576 hungkhanh second district province
done_testing
