#!/bin/sh
# Letters, mergers of persons and of units killed with SIGKILL at random moments: each is there whole or
# not at all, what was reported is there, and the stores meet again. (Going to another hub: rehome.sh.)
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
seed=${SEED:-43}
times=${KILLS:-60}
echo "# seed $seed, $times kills of each"

province_up
join province 04576 commune
join province 04570 other
n=0
while [ $n -lt "$times" ]; do
    n=$((n + 1))
    printf '{"ext_id":"m%s","full_name":"Giàng A Số %s","birth_date":"1990-01-01"}\n' $n $n
    printf '{"ext_id":"d%s","full_name":"Lò Thị Ban %s","birth_date":"1995-02-0%s"}\n' $n $n $((n % 9 + 1))
done >"$work/members.jsonl"
# told to be doubles of each other by name; entered all the same
t commune import member "$work/members.jsonl" --anyway >/dev/null
claim killed_desk__members_are_there same "$(count commune member)" $((2 * times))
for s in commune other commune; do t $s sync >/dev/null; done

# ---- letters
: >"$work/letters"
# about as long as a command takes on this machine, so that about half of them end
start=$(date +%s%N)
t commune add note unit=04576 title="a clock" >/dev/null
took=$((($(date +%s%N) - start) / 1000000))
moments "$times" 1 $((2 * took + 8)) "$seed" >"$work/moments"
n=0
while read -r after; do
    n=$((n + 1))
    cut_short commune "$after" transfer issue "m$n" --to 04570 --letter "$n/KL"
    cat "$work/cut.out" >>"$work/letters"
done <"$work/moments"
t commune --json transfer list --state in_transit | json letter_no | sort >"$work/known"
sort "$work/letters" >"$work/printed"
echo "# $(wc -l <"$work/printed") letters were printed, $(wc -l <"$work/known") are on the way"
claim killed_desk__some_letters_were_issued_and_some_not \
    test "$(wc -l <"$work/known")" -gt 0 -a "$(wc -l <"$work/known")" -lt "$times"
claim killed_desk__every_printed_letter_is_there same "$(comm -23 "$work/printed" "$work/known")" ""
claim killed_desk__letters_are_whole whole_letters commune 04570
for s in commune other commune; do t $s sync >/dev/null; done
: >"$work/answered"
paste "$work/known" "$work/moments" | while read -r letter after; do
    [ -n "$after" ] || continue
    cut_short other "$after" transfer accept "$letter"
    cat "$work/cut.out" >>"$work/answered"
done
t other --json transfer list --state accepted | json letter_no | sort >"$work/accepted"
sort "$work/answered" >"$work/printed"
echo "# $(wc -l <"$work/printed") answers were printed, $(wc -l <"$work/accepted") letters are accepted"
claim killed_desk__every_printed_answer_is_there same "$(comm -23 "$work/printed" "$work/accepted")" ""
claim killed_desk__no_letter_is_half_answered \
    same "$(t other list acceptance --json | wc -l)" "$(wc -l <"$work/accepted")"

# ---- mergers of persons
: >"$work/merged"
n=1
while read -r after; do
    n=$((n + 1))
    [ $n -le "$times" ] || break
    cut_short commune "$after" merge "d$((n - 1))" "d$n"
    [ -s "$work/cut.out" ] && echo "d$((n - 1)) d$n" >>"$work/merged"
done <"$work/moments"
echo "# $(wc -l <"$work/merged") mergers were printed"
claim killed_desk__check_is_clean has "$(t commune --json check)" '"damaged":0'
while read -r one two; do
    t commune unmerge "$one" "$two" >/dev/null 2>&1 || echo "$one $two"
done <"$work/merged" >"$work/unknown"
claim killed_desk__every_printed_merger_was_there same "$(cat "$work/unknown")" ""

# ---- mergers of units
t province list unit parent=136 --json | json code >"$work/codes"
t province list unit parent=133 --json | json code >>"$work/codes"
paste -d ' ' - - <"$work/codes" | awk 'NF == 2 { print "K" NR, $0 }' >"$work/made"
: >"$work/said"
paste -d ' ' "$work/made" "$work/moments" | while read -r made_code from_a from_b after; do
    [ -n "$after" ] || continue
    cut_short province "$after" unit merge "$from_a" "$from_b" --into "$made_code=Xã $made_code" --on 2020-03-01
    [ ! -s "$work/cut.out" ] || echo "$made_code" >>"$work/said"
done
t province list unit --json | json code | grep '^K' | sort >"$work/known"
sort "$work/said" >"$work/printed"
echo "# $(wc -l <"$work/printed") mergers of units were printed, $(wc -l <"$work/known") are there"
claim killed_desk__mergers_of_units_are_whole whole_mergers province "$work/made"
claim killed_desk__every_printed_one_is_there same "$(comm -23 "$work/printed" "$work/known")" ""
claim killed_desk__province_checks_clean has "$(t province --json check)" '"damaged":0'

for s in commune other commune other commune other; do t $s sync >/dev/null; done
for s in commune other; do
    claim "killed_desk__digests_agree_at_$s" has "$(t $s --json sync)" '"digest_equal":true'
done
claim killed_desk__nobody_is_lost same "$(count province member)" \
    "$(($(count commune member) + $(count other member) - $(t other list member --json | grep -c '"unit_code":"04576"') - $(t commune list member --json | grep -c '"unit_code":"04570"')))"
done_testing
