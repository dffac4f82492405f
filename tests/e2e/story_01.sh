#!/bin/sh
# Story 1: an offline clerk admits twelve; one is 14 and one has 4 votes of 9: both are blocked with the
# reason. The PC loses power in the middle of a save: nothing reported as saved is missing. A sync that is
# cut at 60 % resumes.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
join province 04576 commune
quit province # no link from here on
t commune add member full_name="Người Giới Thiệu" birth_date=2000-01-01 card_no=YB-1 >/dev/null

# One is born after the others, one gets fewer votes: admit NUMBER BIRTH VOTES
admit() {
    admission=$(t commune add admission full_name="Thanh Niên Số $1" birth_date="$2") &&
        t commune step "$admission" applied application_date=2025-01-05 &&
        t commune step "$admission" studied course_date=2025-02-10 &&
        t commune step "$admission" introduced introducer=YB-1 introducer_since=2024-06-01 &&
        t commune step "$admission" voted meeting_date=2025-03-01 present=9 for="$3" &&
        t commune step "$admission" submitted
}
good=0
for n in 1 2 3 4 5 6 7 8 9 10; do
    admit $n 2008-0$((n % 9 + 1))-10 8 >/dev/null 2>&1 && good=$((good + 1))
done
claim story_1__ten_of_twelve_go_through same "$good" 10
admit 11 2011-02-01 9 >"$work/young" 2>&1
claim story_1__one_is_14_and_is_blocked same "$(t commune list admission status=submitted --count --json | json count)" 10
claim story_1__the_reason_is_told sh -c "grep -q '13 years old\|14 years old' '$work/young'"
admit 12 2008-05-05 4 >"$work/votes" 2>&1
claim story_1__one_has_4_votes_of_9_and_is_blocked same \
    "$(t commune list admission status=introduced --count --json | json count)" 1
claim story_1__that_reason_is_told has "$(cat "$work/votes")" "4 of 9 present in favour"
claim story_1__a_commune_does_not_approve_itself exits 1 t commune step \
    "$(t commune list admission status=submitted --json | head -n 1 | json id)" approved decision_no=1 \
    decision_date=2025-03-10

# power fails while saves are under way: whatever was reported as saved is there
: >"$work/reported"
n=0
for after in $(moments 12 1 40 7); do
    n=$((n + 1))
    cut_short commune "$after" add member full_name="Mất Điện $n" birth_date=2005-01-01
    grep -E '^[0-9a-z]{13}-[0-9]+$' "$work/cut.out" >>"$work/reported"
done
missing=0
while read -r id; do
    t commune show "$id" >/dev/null 2>&1 || missing=$((missing + 1))
done <"$work/reported"
claim story_1__nothing_reported_as_saved_is_missing same "$missing" 0
claim story_1__the_store_is_whole has "$(t commune --json check)" '"damaged":0'

# the link is back, and breaks when about 60 % of 13,500 bytes are through
generate "$work/data" --members 300 --activities 100 --attendances 1000
import_steps commune "$work/data" >/dev/null 2>&1
serve province
hub=$(cat "$work/province.url")
proxy whole "$hub" --cut 8000
claim story_1__the_sync_is_cut exits 4 t commune sync --hub "$url" --json
quit whole
claim story_1__part_of_it_waits sh -c "[ '$(t commune status --json | json unsent)' -gt 0 ]"
claim story_1__the_next_sync_resumes exits 0 t commune sync --hub "$hub"
claim story_1__nothing_waits_any_more same "$(t commune status --json | json unsent)" 0
claim story_1__both_hold_the_same agree 04576 commune province
claim story_1__the_ten_arrived same "$(t province list admission status=submitted --count --json | json count)" 10

# the office above approves, the commune holds the ceremony: a member
first=$(t province list admission status=submitted --json | head -n 1 | json id)
claim story_1__the_office_above_approves exits 0 t province step "$first" approved decision_no=12-QĐ \
    decision_date=2025-03-10
t commune sync --hub "$hub" >/dev/null
claim story_1__the_ceremony_makes_a_member has \
    "$(t commune step "$first" ceremony ceremony_date=2025-03-26)" "recorded with it"
done_testing
