#!/bin/sh
# Story 1: an offline clerk admits twelve; one is 14 and one has 4 votes of 9: both are blocked with the
# reason. The PC loses power in the middle of a save: nothing reported as saved is missing. A sync that is
# cut at 60 % resumes.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
join province 04576 commune
hub=$(cat "$work/province.url")
quit province # no link from here on
admissions() { t commune list admission status="$1" --count --json | json count; }

# ---- twelve admissions, offline
introducer=$(t commune add member full_name="Người Giới Thiệu" birth_date=2000-01-01 card_no=YB-1)
# prepare NUMBER BIRTH: up to the vote; the ID is in $admission
prepare() {
    admission=$(t commune add admission full_name="Thanh Niên Số $1" birth_date="$2")
    t commune step "$admission" applied application_date=2025-01-05 &&
        t commune step "$admission" studied course_date=2025-02-10 &&
        t commune step "$admission" introduced introducer="$introducer" introducer_since=2024-06-01
}
vote() { t commune step "$admission" voted meeting_date=2025-03-01 present=9 for="$1"; } # vote IN_FAVOUR
for n in 1 2 3 4 5 6 7 8 9 10; do
    prepare $n 2007-0$((n % 9 + 1))-10 && vote 8 && t commune step "$admission" submitted
done >/dev/null 2>&1
claim story_1__an_offline_clerk_admits_twelve__ten_go_through same "$(admissions submitted)" 10
claim story_1__one_is_14_and_is_blocked exits 1 prepare 11 2010-12-01
claim story_1__the_reason_is_told has "$(cat "$work/exits.err")" "14 years old"
claim story_1__and_from_when_on_it_is_possible has "$(cat "$work/exits.err")" "from 01/12/2026"
claim story_1__it_stays_where_it_was same "$(t commune show "$admission" --json | json status)" prospect
claim story_1__one_comes_to_the_vote exits 0 prepare 12 2007-05-05
claim story_1__it_has_4_votes_of_9_and_is_blocked exits 1 vote 4
claim story_1__that_reason_is_told_too has "$(cat "$work/exits.err")" "4 of 9 present in favour"
claim story_1__it_stays_before_the_vote same "$(admissions introduced)" 1
claim story_1__five_of_nine_would_do exits 0 vote 5

# ---- power fails in the middle of saves, early in some and late in others
: >"$work/reported"
n=0
for after in $(moments 15 1 40 7); do
    n=$((n + 1))
    cut_short commune "$after" add member full_name="Mất Điện $n" birth_date=2005-01-01 --anyway
    grep -E '^[0-9a-z]{13}-[0-9]+$' "$work/cut.out" >>"$work/reported"
done
t commune add member full_name="Trước Lúc Mất Điện" birth_date=2005-01-01 --anyway >>"$work/reported"
cut_short commune 0.01 add member full_name="Lúc Mất Điện" birth_date=2005-01-02 --anyway
t commune list member --json | sed -n 's/^{"id":"\([^"]*\)".*/\1/p' | sort >"$work/held"
sort "$work/reported" >"$work/promised"
claim story_1__something_was_reported test -s "$work/promised"
claim story_1__nothing_reported_as_saved_is_missing same "$(comm -23 "$work/promised" "$work/held")" ""
claim story_1__the_admissions_are_there same "$(admissions submitted)" 10
claim story_1__the_store_is_whole has "$(t commune --json check)" '"damaged":0'

# ---- the link is back, and slow: what goes in one message is fitted to it
port=${hub##*:}
serve province "$port"
head -c 2400 /dev/urandom | base64 -w0 >"$work/long"
t commune add note unit=04576 title="Biên bản" text=@"$work/long" >/dev/null
proxy slow "$hub" --rate 800
claim story_1__the_link_is_back exits 0 t commune sync --hub "$url"
quit slow
generate "$work/data" --members 200 --activities 30 --attendances 300
import_steps commune "$work/data" >/dev/null 2>&1
waits() { t commune status --json | json unsent; }
all=$(waits)
# how much the whole is, found with copies of both
cp -r "$work/commune" "$work/commune_copy"
cp -r "$work/province" "$work/province_copy"
serve province_copy
line=$(t commune_copy --json sync --hub "$url")
whole=$(printf '%s' "$line" | json sent_bytes)
echo "# $whole bytes in all"
quit province_copy
proxy cut "$hub" --rate 800 --cut $((whole * 60 / 100))
claim story_1__a_sync_is_cut_at_60_percent exits 4 t commune sync --hub "$url"
claim story_1__nothing_is_lost_it_says has "$(cat "$work/exits.err")" "Nothing is lost"
quit cut
left=$(waits)
claim story_1__a_part_of_it_has_arrived test "$left" -gt 0 -a "$left" -lt "$all"
line=$(t commune --json sync --hub "$hub")
claim story_1__the_next_one_resumes_with_what_was_left at_most "$(printf '%s' "$line" | json sent_records)" "$left"
claim story_1__nothing_waits_any_more same "$(waits)" 0
claim story_1__both_hold_the_same agree 04576 commune province

# ---- the office above approves, the commune holds the ceremony: ten members more
members=$(count commune member)
t province list admission status=submitted --json | sed -n 's/^{"id":"\([^"]*\)".*/\1/p' >"$work/ten"
claim story_1__the_ten_are_above same "$(wc -l <"$work/ten")" 10
claim story_1__a_commune_does_not_approve_its_own exits 1 t commune step "$(head -n 1 "$work/ten")" approved \
    decision_no=12-QĐ decision_date=2025-03-10
while read -r id; do
    t province step "$id" approved decision_no=12-QĐ decision_date=2025-03-10
done <"$work/ten" >/dev/null
t commune sync --hub "$hub" >/dev/null
while read -r id; do
    t commune step "$id" ceremony ceremony_date=2025-03-26
done <"$work/ten" >/dev/null
claim story_1__ten_are_members same "$(count commune member)" $((members + 10))
done_testing
