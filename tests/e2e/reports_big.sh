#!/bin/sh
# Every figure of every report against a program that reads the export alone and shares nothing with
# this one (tests/lib/recompute.py): three years of a province, reorganised, with letters and merged
# persons. `make bench BENCH=reports` does it at full size.
#   REPORT_MEMBERS, REPORT_BRANCHES, REPORT_ACTIVITIES (a year), REPORT_FEES, REPORT_SEED
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/lib/reports.sh
. tests/lib/reports.sh
: "${REPORT_MEMBERS:=1500}" "${REPORT_BRANCHES:=150}" "${REPORT_ACTIVITIES:=600}" "${REPORT_FEES:=3000}"
: "${REPORT_SEED:=7}"
echo "# seed $REPORT_SEED"

claim big__the_province_is_there province_of s "$REPORT_SEED" "$REPORT_MEMBERS" "$REPORT_BRANCHES" \
    "$REPORT_ACTIVITIES" "$REPORT_FEES"
claim big__letters_were_accepted test "$(t s --json report strength --period 2025-11 --unit 04558 | grep '"measure":"in"' | json value)" -ge 2
claim big__persons_were_merged has "$(cat "$work/changes.log")" "one person now"
claim big__it_is_exported exported s "$work/e"
claim big__every_figure_agrees agree_with s "$work/e" 31 "15 133 04558" \
    "2025 2025-H1 2025-Q2 2025-11"
claim big__many_were_compared test "$(sed -n 's/ compared.*//p' "$work/e/verdict")" -gt 4000
t s config report_day 20 >/dev/null
rm -rf "$work"/e/*-*
claim big__with_another_last_day_too agree_with s "$work/e" 20 "138 04558" "2025 2025-Q1"

# the net has no hole: a figure that is wrong by one, and a row that is left out, are seen
t s config report_day "" >/dev/null
rm -rf "$work"/e/*-*
t s --json report strength --period 2025 >"$work/strength.jsonl"
judged() { python3 tests/lib/recompute.py "$work/e" 2025-11-20 31 strength "$work/wrong.jsonl"; }
not() { ! "$@"; }
cp "$work/strength.jsonl" "$work/wrong.jsonl"
claim big__a_right_one_is_found_right judged
members=$(grep '"measure":"members"' "$work/strength.jsonl" | json value)
sed "s/\"measure\":\"members\",\"value\":$members/\"measure\":\"members\",\"value\":$((members + 1))/" \
    "$work/strength.jsonl" >"$work/wrong.jsonl"
claim big__one_more_is_found_wrong not judged
grep -v 'ethnicity:Dao' "$work/strength.jsonl" >"$work/wrong.jsonl"
claim big__a_group_left_out_is_found_wrong not judged
done_testing
