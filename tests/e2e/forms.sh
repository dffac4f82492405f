#!/bin/sh
# Forms on a terminal: what must be there first, a number for a choice, names that two persons have,
# and who was there, said the short way. The short way is understood in arguments and lists, too.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

t s init --unit 04576 --name "Xã Chế Tạo" >/dev/null 2>&1
add() { t s add member --anyway full_name="$1" birth_date="$2"; }
de=$(add "Giàng A Dê" 2002-05-01)
pao=$(add "Sùng A Páo" 2003)
other_de=$(add "Vàng A Dê" 2001)
my=$(add "Lò Thị Mỷ" 2004)
twin=$(add "Giàng A Dê" 2006)
away=$(add "Thào A Sử" 2000)
t s set "$away" status=away >/dev/null

# ---- all but some, without any form
people() { t s show "$1" --json | grep -o "\"$2\":\[[^]]*\]" | grep -Eo '[0-9a-z]{13}-[0-9]+' | sort; }
these() { printf '%s\n' "$@" | sort; }
meeting=$(t s add activity type=meeting title="Họp" date=2026-11-01 present="tất cả trừ Páo; $twin")
claim forms__all_but_some same "$(people "$meeting" present)" "$(these "$de" "$other_de" "$my")"
t s set "$meeting" present="*" >/dev/null
claim forms__a_star_is_all_who_take_part \
    same "$(people "$meeting" present)" "$(these "$de" "$pao" "$other_de" "$my" "$twin")"
t s set "$meeting" present="all but Vàng A Dê, $de, Lò Thị Mỷ" >/dev/null
claim forms__in_either_language same "$(people "$meeting" present)" "$(these "$pao" "$twin")"
claim forms__a_name_of_two_is_asked_back fails 1 ambiguous t s --json set "$meeting" present="all but Dê"
claim forms__all_of_them_are_named same "$(grep -o '"candidates":.*' "$work/exits.err" | grep -Eo '[0-9a-z]{13}-[0-9]+' | wc -l)" 3
claim forms__who_is_away_is_not_among_them fails 3 not_found t s --json set "$meeting" present="all but Thào A Sử"
claim forms__nor_a_stranger fails 3 not_found t s --json set "$meeting" present="all but Hoàng"
claim forms__what_was_there_stays same "$(people "$meeting" present)" "$(these "$pao" "$twin")"
empty=$(t s add unit parent=04576 type=chi-doan code=04576.01 name="Chi đoàn Tà Dông")
claim forms__a_unit_without_members_has_no_list fails 1 input t s --json add activity type=meeting title=x \
    date=2026-11-01 unit="$empty" present="*"
printf 'type,title,date,present\nmeeting,Họp lại,2026-11-02,tất cả trừ Mỷ; Páo; Vàng A Dê\n' >"$work/a.csv"
t s import activity "$work/a.csv" >/dev/null
claim forms__in_a_list_that_is_imported \
    same "$(people "$(t s list activity title="Họp lại" --json | json id)" present)" "$(these "$de" "$twin")"

# ---- on a terminal
# typed COMMAND…: answers come on stdin; what was said is in $work/form
typed() {
    timeout 20 script -qec "'$TERRACE' -C '$work/s' $*" /dev/null 2>&1 | tr -d '\r' >"$work/form"
}
made() { grep -Eo '[0-9a-z]{13}-[0-9]+' "$work/form" | tail -n 1; }

if ! script -qec true /dev/null >/dev/null 2>&1; then
    skip forms__on_a_terminal "no script here"
    done_testing
fi

TERRACE_NOW=2026-11-20T02:00:00Z
export TERRACE_NOW
# type, title, date, unit, theme, place, location, chair (the second of two), agenda, topics, present
# (the second of three), excused, and the rest as it is
printf '%s\n' 1 'Sinh hoạt tháng 11' '' '' '' 'Nhà văn hoá' '' 'Giàng A Dê' 2 '1; 3; Đua ngựa' 2 \
    'tất cả trừ Dê; Mỷ' 2 'Mỷ' 1 . | typed add activity
id=$(made)
shown=$(t s show "$id" --json)
claim forms__makes_a_record has "$shown" '"title":"Sinh hoạt tháng 11"'
claim forms__a_number_picks_a_code has "$shown" '"type":"meeting"'
claim forms__the_day_is_today has "$shown" '"date":"2026-11-20"'
claim forms__says_so grep -qF '[20/11/2026]' "$work/form"
claim forms__the_unit_is_ones_own grep -qF '[Xã Chế Tạo (04576)]' "$work/form"
claim forms__two_of_one_name_are_told_apart grep -qF '2. Giàng A Dê, 2006, Xã Chế Tạo' "$work/form"
claim forms__and_one_is_chosen has "$shown" "\"chair\":\"$twin\""
claim forms__usual_words_are_offered grep -qF '1 Tiểu phẩm, 2 Kể chuyện, 3 Hát' "$work/form"
claim forms__and_picked_by_number has "$shown" '"agenda":["Hát","Tiểu phẩm","Đua ngựa"]'
claim forms__of_a_set_of_one_too has "$shown" '"topics":["Luật Hôn nhân và gia đình"]'
claim forms__all_but_with_a_choice same "$(people "$id" present)" "$(these "$de" "$pao" "$twin")"
claim forms__says_how_many grep -qF '3 members of Xã Chế Tạo' "$work/form"
claim forms__part_of_a_name_finds_a_member same "$(people "$id" excused)" "$my"
claim forms__a_full_stop_leaves_the_rest has "$shown" '"place":"Nhà văn hoá"'

printf '%s\n' . '' 'Vừ Thị Sông' 2/2005 . | typed add member
claim forms__what_must_be_there_is_asked_before_a_full_stop has "$(t s show "$(made)" --json)" \
    '"full_name":"Vừ Thị Sông","birth_date":"2005-02"'
claim forms__and_says_so grep -qF 'this field must have a value' "$work/form"
printf '%s\n' . | typed edit "$pao"
claim forms__nothing_answered_changes_nothing grep -qF 'Nothing was changed.' "$work/form"
printf '%s\n' '' '' '' 'Páo Sùng' 9 1 . | typed edit "$pao"
claim forms__a_number_past_the_list_is_asked_again has "$(t s show "$pao" --json)" '"other_names":"Páo Sùng","sex":"female"'
printf '%s\n' '' '' '' '' '' '' '' '' '-Hát' '+2; Múa' . | typed edit "$id"
shown=$(t s show "$id" --json)
claim forms__an_element_is_taken_out has "$shown" '"agenda":["Tiểu phẩm","Đua ngựa"]'
claim forms__and_one_added has "$shown" '"topics":["Luật Hôn nhân và gia đình","Múa"]'
# what a save finds wrong is asked again; nothing that was typed is lost
printf '%s\n' 'Sùng A Páo' 2003 . '' | typed add member
claim forms__a_double_is_asked_about grep -qF 'Is it another one' "$work/form"
claim forms__and_not_entered_unasked same "$(t s list member full_name="Sùng A Páo" --count)" 1
printf '%s\n' 'Sùng A Páo' 2003 . có | typed add member
claim forms__said_to_be_another_it_is same "$(t s list member full_name="Sùng A Páo" --count)" 2
plan=$(t s add plan title="Tháng 11" period=month month=11/2026)
task=$(t s add plan_item plan="$plan" task="Trồng cây" owner="Bí thư" due=30/11/2026)
printf '%s\n' '' '' '' '' '' '' '' '' '' 2 . '' 'Trồng 200 cây' | typed edit "$task"
claim forms__what_a_step_needs_is_asked grep -qF 'must be filled in for the step' "$work/form"
claim forms__only_the_next_steps_are_offered grep -qF '(1 Doing, 2 Done, 3 Late, 4 Dropped) [To do]' "$work/form"
claim forms__until_it_is_there has "$(t s show "$task" --json)" '"result":"Trồng 200 cây","status":"done"'
before=$(digest s 04576)
printf '\nx\n' | typed add activity
claim forms__the_input_may_end grep -qF 'nothing was saved' "$work/form"
printf '%s\n' 1 x '' '' '' '' '' 'Giàng A Dê' '' 'Giàng A Dê' 7 - | typed add activity
claim forms__a_choice_may_be_refused grep -qF 'please give the ID of the one meant' "$work/form"
claim forms__then_nothing_is_saved same "$(digest s 04576)" "$before"
done_testing
