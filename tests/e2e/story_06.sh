#!/bin/sh
# Story 6: the province merges two branches from 1 January; an offline clerk enters a December meeting and a
# January fee on the old one: December stays, January counts for the successor.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
export TERRACE_NOW=2026-02-10T08:00:00Z

province_up
t province add unit code=04576-1 name="Chi đoàn thôn 1" parent=04576 type=chi-doan >/dev/null
t province add unit code=04576-2 name="Chi đoàn thôn 2" parent=04576 type=chi-doan >/dev/null
join province 04576 commune
member=$(t commune add member full_name="Giàng A Dê" birth_date=2005-04-12 unit=04576-1)
t commune sync >/dev/null
claim story_6__the_province_merges_two_branches exits 0 t province unit merge 04576-1 --into 04576-2 --on 01/01/2026
# the clerk has not heard of it
t commune add activity type=meeting title="Sinh hoạt tháng 12" date=2025-12-20 unit=04576-1 status=held \
    present="$member" >/dev/null
t commune add fee member="$member" month=2026-01 amount=2000 status=paid unit=04576-1 >/dev/null
t commune sync >/dev/null
t commune sync >/dev/null
# figure STORE REPORT MEASURE UNIT PERIOD
figure() {
    t "$1" --json report "$2" --unit "$4" --period "$5" | grep "\"measure\":\"$3\"" | json value
}
for s in commune province; do
    claim "story_6__december_stays_at_$s" same "$(figure $s branch-life meetings 04576-1 2025-12)" 1
    claim "story_6__and_does_not_move_at_$s" same "$(figure $s branch-life meetings 04576-2 2025-12)" 0
    claim "story_6__january_counts_for_the_successor_at_$s" same "$(figure $s fees fees_paid 04576-2 2026-01)" 2000
    claim "story_6__and_not_for_the_old_one_at_$s" same "$(figure $s fees fees_paid 04576-1 2026-01)" 0
done
claim story_6__the_member_is_the_successors has "$(t commune list member --unit 04576-2 --json)" "$member"
claim story_6__nothing_is_lost agree 04576 commune province
done_testing
