#!/bin/sh
# One list of all that waits for a person, the most urgent first, each with the command to type; and
# how far everything has come.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

claim inbox__a_province_serves province_up
claim inbox__a_district_joins join province 138 district
claim inbox__the_district_serves serve district
claim inbox__a_commune_joins join district 04576 commune
claim inbox__another_commune_joins join district 04570 other
round() { for s in "$@"; do t "$s" sync >/dev/null 2>&1; done; }
everybody() { round commune other district commune other district commune other; }
inbox() { t "$@" --json inbox; }
# unions may be as small as they are here
claim inbox__a_province_sets_its_numbers t province add rule name=union_members_min value=0 from=2020
claim inbox__and_another t province add rule name=union_branches_min value=0 from=2020
everybody

claim inbox__empty_at_first same "$(inbox commune)$(inbox district)$(inbox province)" ""
claim inbox__people_hear_that_nothing_waits has "$(t commune inbox 2>&1)" "Nothing waits"

# one card of two persons in two communes: for the district, that sees both
a=$(t commune add member full_name="Giàng A Dê" birth_date=2001 card_no="YB 0147")
b=$(t other add member full_name="Lò Thị Mai" birth_date=2003 card_no=yb-0147)
everybody
claim inbox__neither_commune_can_know same "$(inbox commune)$(inbox other)" ""
line=$(inbox district)
claim inbox__json_has_its_keys keys "$line" type urgency since unit_code id text 'do'
claim inbox__the_district_is_told has "$line" '"rule":"card_no_twice"'
claim inbox__both_are_named sh -c "echo '$line' | grep 'Giàng A Dê' | grep -q 'Lò Thị Mai'"
claim inbox__with_what_to_type has "$line" '"do":"terrace set '
claim inbox__the_province_leaves_it_to_the_district same "$(inbox province)" ""
claim inbox__in_vietnamese has "$(t district --lang vi inbox)" "Hai người có cùng số thẻ đoàn viên"
claim inbox__nothing_was_changed_for_it has "$(t other show "$b" --json)" '"card_no":"yb-0147"'
t district set "$b" card_no="YB 0148" --anyway >/dev/null
claim inbox__corrected_it_is_gone same "$(inbox district)" ""
everybody

# one person entered in two communes: for the district, that sees both
one=$(t commune add member full_name="Hờ Thị Pàng Chư" birth_date=03/05/2004 sex=nữ)
two=$(t other add member full_name="Ho Thi Pang Chu" birth_date=03/05/2004 sex=nữ)
everybody
claim inbox__no_commune_can_know_a_double same "$(inbox commune)$(inbox other)" ""
line=$(inbox district)
claim inbox__the_district_is_told_of_a_double has "$line" '"type":"double"'
claim inbox__what_speaks_for_it_is_said has "$(t district inbox)" "may be one person"
claim inbox__it_says_how_to_look_at_both has "$line" "terrace merge "
t district merge "$one" "$two" >/dev/null 2>&1
claim inbox__merged_it_is_gone same "$(inbox district)" ""
claim inbox__the_story_tells_of_it \
    has "$(t district history "$one")$(t district history "$two")" "found to be the same person as"
t district undo "$two" >/dev/null 2>&1 || t district undo "$one" >/dev/null 2>&1
claim inbox__undone_it_is_back has "$(inbox district)" '"type":"double"'
t district doubles --not "$one" "$two" >/dev/null 2>&1
claim inbox__found_to_be_two_it_is_gone same "$(inbox district)" ""
everybody

# something that is deleted is still named elsewhere
theme=$(t province add theme unit=15 month=2026-03 title="Tháng Thanh niên")
everybody
activity=$(t commune add activity type=meeting title="Sinh hoạt tháng 3" date=2026-03-05 theme="$theme")
t province rm "$theme" >/dev/null
everybody
claim inbox__a_reference_to_what_is_deleted has "$(inbox commune)" '"rule":"deleted_reference"'
t commune set "$activity" theme= >/dev/null
claim inbox__taken_out_it_is_gone same "$(inbox commune)" ""

# somebody present who never belonged here
t commune set "$activity" present+="$a" >/dev/null
claim inbox__ones_own_were_present same "$(inbox commune)" ""

# conflicts stand in it, urgent ones first, the oldest first among equals
TERRACE_NOW=2026-11-20T01:00:00Z t commune set "$a" phone=0911 >/dev/null
TERRACE_NOW=2026-11-20T02:00:00Z t district set "$a" phone=0922 >/dev/null
TERRACE_NOW=2026-11-21T01:00:00Z t other set "$b" phone=0933 >/dev/null
TERRACE_NOW=2026-11-21T02:00:00Z t district set "$b" phone=0944 >/dev/null
everybody
t district rm "$a" >/dev/null
t commune set "$a" residence="Bản Khe Cam" >/dev/null
everybody
inbox district >"$work/list"
claim inbox__the_urgent_one_is_first has "$(head -n 1 "$work/list")" '"urgency":1'
claim inbox__it_is_the_deletion has "$(head -n 1 "$work/list")" "resolve $a deleted"
claim inbox__then_the_older_conflict has "$(sed -n 2p "$work/list")" "resolve $a phone"
claim inbox__then_the_newer has "$(sed -n 3p "$work/list")" "resolve $b phone"
claim inbox__of_one_unit_alone same "$(inbox district --unit 04570 | wc -l)" 1
claim inbox__at_most_so_many same "$(inbox district --limit 1 | wc -l)" 1
claim inbox__it_says_how_many_there_are has "$(t district inbox --limit 1 2>&1)" "There are 3 in all"
claim inbox__bare_terrace_shows_it has "$(t district)" "3 matters wait for you"
claim inbox__and_in_vietnamese has "$(t district --lang vi)" "Có 3 việc đang chờ bạn"
claim inbox__what_it_says_to_type_does_it exits 0 t district resolve "$a" deleted --take 2
t district resolve "$a" phone --take 1 >/dev/null
t district resolve "$b" phone --take 2 >/dev/null
everybody
claim inbox__done_it_is_empty same "$(inbox district)" ""

# what is handed in waits for the office above, until it has decided
plan=$(t commune add plan title="Năm 2026" period=year month=2026-01)
everybody
claim inbox__a_draft_waits_for_nobody same "$(inbox commune)$(inbox district)$(inbox province)" ""
claim inbox__step_says_what_comes_next has "$(t commune --lang vi step "$plan" submitted)" \
    "Tiếp theo: Đã duyệt (cấp trên)"
everybody
line=$(inbox district)
claim inbox__handed_in_it_waits_for_the_district has "$line" '"type":"rule","urgency":2'
claim inbox__under_its_name has "$line" '"rule":"handed_in"'
claim inbox__with_the_step_to_take has "$line" "\"do\":\"terrace step $plan\""
claim inbox__it_says_what_of_whom_and_how_far has "$(t district --lang vi inbox)" \
    "Chương trình công tác: Năm 2026, Xã Hưng Khánh – Đã trình"
claim inbox__and_for_nobody_else same "$(inbox commune)$(inbox other)$(inbox province)" ""
claim inbox__the_district_decides exits 0 t district step "$plan" approved approver="Bí thư"
claim inbox__decided_it_is_gone same "$(inbox district)" ""
{
    echo title,period,month,status
    for i in $(seq 21); do echo "Việc $i,month,2026-02,submitted"; done
} >"$work/plans.csv"
t commune import plan "$work/plans.csv" >/dev/null 2>&1
everybody
claim inbox__twenty_one_of_a_unit_stand_as_one same "$(inbox district | wc -l)" 1
claim inbox__which_says_how_many_more has "$(t district --lang vi inbox)" "và 20 trường hợp nữa"
t commune list plan status=submitted --json | while read -r line; do
    t commune rm "$(echo "$line" | json id)" >/dev/null
done
everybody
claim inbox__deleted_they_are_gone same "$(inbox district)" ""

# silence
late=2027-01-20T01:00:00Z
claim inbox__before_that_nobody_is_silent same "$(inbox district | grep silent)" ""
claim inbox__a_computer_is_silent_for_40_days \
    has "$(TERRACE_NOW=$late t district --json inbox)" '"type":"silent","urgency":3'
claim inbox__it_says_whose has "$(TERRACE_NOW=$late t district inbox)" " of Xã Hưng Khánh has not synced for"
claim inbox__the_commune_hears_it_too has "$(TERRACE_NOW=$late t commune --json inbox)" '"do":"terrace sync"'
t district config silent_days 1000 >/dev/null
claim inbox__the_days_are_a_setting same "$(TERRACE_NOW=$late t district --json inbox)" ""
claim inbox__a_setting_that_is_no_number fails 1 input t district --json config silent_days nhiều

# an edit of somebody who had left already: kept in the history, and its author hears of it
t commune sync >/dev/null
letter=$(t commune transfer issue "$a" --to 04570 2>/dev/null)
everybody
t other transfer accept "$letter" >/dev/null 2>&1
everybody
claim inbox__the_member_has_left has "$(t commune show "$a" --json)" _departed
t district sync >/dev/null
claim inbox__no_notice_so_far same "$(inbox commune | grep refused)" ""
claim inbox__a_notice_that_is_none_is_3 fails 3 not_found t commune --json inbox --seen "$a"

mark() { "$helpers/mark" "$work/$1" "$2" "$3" "$4"; }
mark commune notice. "$a" 3
claim inbox__a_notice_says_what_counts has "$(t commune inbox)" "had left your office before you changed it"
claim inbox__and_how_to_put_it_away has "$(inbox commune)" "\"do\":\"terrace inbox --seen $a\""
claim inbox__read_it_goes exits 0 t commune inbox --seen "$a"
claim inbox__it_is_gone same "$(inbox commune)" ""
new=$(t commune add member full_name="Thào A Sếnh" birth_date=2001)
mark commune refused. "$new" 2
claim inbox__what_was_refused_says_why has "$(t commune inbox)" "does not let this office write it"
claim inbox__it_is_urgent has "$(inbox commune)" '"type":"refused","urgency":1'
claim inbox__a_refused_record_is_only_here has "$(t commune --json status)" '"receipts":{"here":1,'
t commune sync >/dev/null
claim inbox__sent_again_and_taken_it_is_gone same "$(inbox commune)" ""
t district sync >/dev/null
t commune sync >/dev/null

# how far everything has come
t commune add member full_name="Hà Văn Sơn" birth_date=2002 >/dev/null
status=$(t commune --json status)
claim inbox__status_counts_what_is_only_here has "$status" '"receipts":{"here":1,'
t commune sync >/dev/null
claim inbox__then_what_is_one_level_up has "$(t commune --json status)" '"receipts":{"here":0,"up":'
claim inbox__the_hub_knows_what_it_has_of_each_unit \
    sh -c "'$TERRACE' -C '$work/district' --json status | grep -q '\"unit_code\":\"04576\",\"name\":\"Xã Hưng Khánh\",\"nodes\":1,\"last_contact\":[0-9]*,\"receipt\":1'"
t district sync >/dev/null
claim inbox__and_what_is_at_the_top \
    sh -c "'$TERRACE' -C '$work/district' --json status | grep -q '\"unit_code\":\"04576\",\"name\":\"Xã Hưng Khánh\",\"nodes\":1,\"last_contact\":[0-9]*,\"receipt\":2'"
t commune sync >/dev/null
claim inbox__at_the_bottom_too has "$(t commune --json status)" '"receipts":{"here":0,"up":0,'
claim inbox__people_see_it has "$(t district status)" "✓✓  Xã Hưng Khánh"
for s in commune other district province; do
    claim "inbox__all_is_sound_at_$s" has "$(t $s --json check)" '"damaged":0'
done
# a number of a letter is whatever its writer wrote, and a shell would do what it says
odd=$(t commune add member full_name="Sùng Thị Lạ" birth_date=2001)
t commune transfer issue "$odd" --outside "Hà Nội" --letter "7/1; touch '$work/done'" >/dev/null 2>&1
claim inbox__a_word_to_type_is_one_word has "$(t commune show "$odd")" "terrace transfer accept '7/1; touch "
done_testing
