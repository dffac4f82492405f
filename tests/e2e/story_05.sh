#!/bin/sh
# Story 5: 40 days without a signal: an export by stick, imported twice, sticks in the wrong order: no
# doubles, a receipt goes back with the stick.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
join province 138 district
serve district
join district 04576 commune
quit district
claim story_5__after_40_days_the_district_hears_of_the_silence \
    has "$(TERRACE_NOW=2027-02-10T08:00:00Z t district --json inbox)" '"type":"silent"'
for day in 01 20; do
    TERRACE_NOW=2026-10-${day}T08:00:00Z t commune add member full_name="Ngày $day" birth_date=2005-01-$day >/dev/null
    TERRACE_NOW=2026-10-${day}T09:00:00Z t commune bundle export "$work/stick$day" >/dev/null 2>&1
done
waits() { t commune status --json | json unsent; }
before=$(waits)
carry() { t district --json bundle import "$work/$1"; }
claim story_5__the_second_stick_comes_first exits 0 carry stick20
claim story_5__then_the_first exits 0 carry stick01
claim story_5__then_the_second_again exits 0 carry stick20
claim story_5__nothing_is_doubled same "$(count district member)" 2
claim story_5__until_the_receipt_is_back_it_waits sh -c "[ '$before' -gt 0 ] && [ '$(waits)' = '$before' ]"
claim story_5__a_receipt_goes_back_with_the_stick test -s "$work/stick20.receipt"
claim story_5__and_is_taken exits 0 t commune --json bundle import "$work/stick20.receipt"
claim story_5__nothing_waits_any_more same "$(waits)" 0
claim story_5__the_receipt_twice_is_no_harm exits 0 t commune --json bundle import "$work/stick20.receipt"
claim story_5__both_hold_the_same agree 04576 commune district
claim story_5__no_link_all_the_while exits 4 t commune sync
port=$(sed 's/.*://' "$work/district.url")
serve district "$port"
claim story_5__then_the_signal_is_back exits 0 t commune --json sync
claim story_5__and_brings_nothing_new has "$(cat "$work/exits.out")" '"sent_records":0,"received_records":0'
claim story_5__nothing_is_doubled_by_it same "$(count district member) $(count commune member)" "2 2"
done_testing
