#!/bin/sh
# terrace unit: what it prints and refuses, the file of a split, looking without writing, taking back.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

t s init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null
t s import unit "$data/units-yenbai-2019-10.csv" >/dev/null
branch=$(t s add unit code=04549-1 name="Chi đoàn thôn 1" parent=04549 type=chi-doan)
one=$(t s add member full_name="Giàng A Dê" birth_date=2001-01-01 unit=04549)
two=$(t s add member full_name="Lò Thị Mai" birth_date=2002-02-02 unit="$branch")
old() { fails 1 rule "$TERRACE" --json -C "$work/s" unit "$@"; }

line=$(t s --json unit merge 04549 --into 04558 --on 01/03/2020 --dry-run)
claim unit__a_look_counts_what_it_touches \
    same "$line" '{"units":2,"members":2,"activities":0,"nodes":0}'
claim unit__and_writes_nothing same "$(t s show 04549 --json | json status)" ""
claim unit__people_are_told_how_to_go_back \
    has "$(t s unit merge 04549 --into 04558 --on 01/03/2020)" "terrace undo 04549 --save"
claim unit__its_state_is_written same "$(t s show 04549 --json | json valid_to)" 2020-03-01
claim unit__its_records_are_in_the_successors_subtree same "$(t s list member --unit 04558 --count --json | json count)" 2
claim unit__twice_is_refused old merge 04549 --into 04552 --on 2020-03-01
claim unit__into_a_closed_one_is_refused old merge 04552 --into 04549 --on 2020-03-01
claim unit__but_was_possible_before_that_day \
    t s unit merge 04552 --into 04549 --on 2019-01-01 --dry-run
claim unit__undo_brings_it_back t s undo 04549
claim unit__it_lives_again same "$(t s show 04549 --json | json status)" ""
claim unit__and_counts_for_itself same "$(t s list member --unit 04558 --count --json | json count)" 0
claim unit__it_can_be_done_again t s unit merge 04549 --into 04558 --on 01/03/2020
dot=$(t s history 04549 --json | tail -n 1 | json dot)
t s set 04549 remote=true >/dev/null
three=$(t s add member full_name="Vào Sau" birth_date=2003-03-03 unit=04558)
claim unit__undo_works_with_saves_in_between t s undo 04549 --save "$dot"
claim unit__what_came_in_between_stays has "$(t s show 04549 --json)" '"remote":true'
claim unit__what_was_entered_on_the_successor_stays \
    same "$(t s show "$three" --json | json unit_code)" 04558

# a merger that makes its successor
claim unit__into_a_new_one t s unit merge 04549 04552 --into 99001="Xã Văn Phúc" --on 2020-03-01
claim unit__which_stands_beside_them \
    same "$(t s show 99001 --json | json parent)" "$(t s show 04558 --json | json parent)"
claim unit__and_is_of_their_kind same "$(t s show 99001 --json | json type)" doan-co-so
four=$(t s add member full_name="Của Xã Mới" birth_date=2003-03-04 unit=99001)
claim unit__one_with_records_is_not_unmade fails 1 rule "$TERRACE" --json -C "$work/s" undo 99001
t s undo 04549 >/dev/null
t s undo 04552 >/dev/null
claim unit__it_is_handed_over_instead t s unit close 99001 --into 04549 --on 2020-03-02
claim unit__and_loses_nobody has "$(t s list member --unit 04549 --json)" "$four"
claim unit__a_code_that_is_taken_is_told \
    fails 1 double "$TERRACE" --json -C "$work/s" unit merge 04549 --into 04558="Xã" --on 2020-03-01

# a split with a file
printf '%s,99002\n%s,99003\n' "$one" 04549-1 >"$work/plain.csv"
printf 'id,to\n%s,99002\nnobody,99003\n' "$one" >"$work/bad.csv"
printf 'id,to\n%s,99002\n%s,99009\n' "$one" "$two" >"$work/code.csv"
printf 'id,to\n%s,99002\n%s,99003\n' "$one" "$one" >"$work/twice.csv"
split() {
    t s unit split 04549 --into 99002="Xã Một" --into 99003="Xã Hai" --on 01/07/2021 --assign "$@"
}
for file in bad code twice; do
    claim "unit__split_tells_the_line_of_$file" sh -c "[ -n \"\$(printf '%s' '$(split "$work/$file.csv" 2>&1)' | grep 'csv:3:')\" ]"
done
claim unit__and_has_written_nothing fails 3 not_found "$TERRACE" --json -C "$work/s" show 99002
split "$work/plain.csv" >"$work/split.out" 2>&1
claim unit__split_without_a_head_line has "$(cat "$work/split.out")" "take it back"
claim unit__a_member_is_undone_by_its_id has "$(cat "$work/split.out")" "terrace undo $one --save"
claim unit__the_member_is_there same "$(t s show "$one" --json | json unit_code)" 99002
claim unit__the_branch_too same "$(t s show 04549-1 --json | json parent)" "$(t s show 99003 --json | json id)"
claim unit__with_its_members has "$(t s list member --unit 99003 --json)" "$two"
claim unit__a_split_wants_two_parts \
    exits 2 "$TERRACE" -C "$work/s" unit split 04558 --into 99004=X --on 2021-07-01
claim unit__and_new_ones \
    exits 2 "$TERRACE" -C "$work/s" unit split 04558 --into 04555 --into 99004=X --on 2021-07-01

# moves and names
claim unit__moves t s unit move 04660 --to 133 --on 03/2020
claim unit__the_month_is_its_first_day same "$(t s show 04660 --json | json moved_on)" 2020-03-01
claim unit__not_below_itself old move 133 --to 04660 --on 2020-03-01
claim unit__renames t s unit rename 04624 --name "Xã Nghĩa Lộ" --on 2020-03-01
claim unit__the_old_name_finds_it has "$(t s find "nt nghia lo" --json)" '"code":"04624"'
claim unit__ones_own_is_for_others old close 15 --into 133 --on 2025-07-01
claim unit__closes_into_the_level_above t s unit close 133 --into 15 --on 01/07/2025

# how it is written
claim unit__wants_a_day exits 2 "$TERRACE" -C "$work/s" unit move 04663 --to 140
claim unit__that_is_one exits 1 "$TERRACE" -C "$work/s" unit move 04663 --to 133 --on 31/02/2020
claim unit__wants_an_operation exits 2 "$TERRACE" -C "$work/s" unit fuse 04663 --on 2020
claim unit__takes_no_foreign_option \
    exits 2 "$TERRACE" -C "$work/s" unit move 04663 --to 132 --name X --on 2020-01-01
claim unit__names_what_is_not_there \
    exits 3 "$TERRACE" -C "$work/s" unit move 99999 --to 132 --on 2020-01-01
claim unit__help_tells_both has "$(t s help unit)" "valid_to"
claim unit__in_vietnamese_too \
    has "$(t s --lang vi unit move 04663 --to 132 --on 01/01/2020 --dry-run)" "Đây chỉ là xem trước"
claim unit__check_is_clean has "$(t s --json check)" '"damaged":0'
done_testing
