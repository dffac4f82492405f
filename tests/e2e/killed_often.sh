#!/bin/sh
# Commands killed with SIGKILL at random moments, by the hundred: what a command reported as done is
# there afterwards, what it did not report is there whole or not at all, and the stores meet again.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
seed=${SEED:-41}
times=${KILLS:-160}
echo "# seed $seed, $times kills"

province_up
join province 04576 commune
t commune sync >/dev/null
mark=$(t commune add note unit=04576 title="counter 0")
: >"$work/acked"
acked_mark=0

# about as long as a command takes on this machine, so that about half of them end
start=$(date +%s%N)
t commune add note unit=04576 title="a clock" >/dev/null
took=$((($(date +%s%N) - start) / 1000000))
n=0
moments "$times" 1 $((2 * took + 8)) "$seed" >"$work/moments"
while read -r after; do
    n=$((n + 1))
    case $((n % 8)) in
    0)
        printf '{"ext_id":"r%s-1","title":"row"}\n{"ext_id":"r%s-2","title":"row"}\n' $n $n >"$work/rows.jsonl"
        cut_short commune "$after" import note "$work/rows.jsonl" && echo "r$n" >>"$work/imported"
        ;;
    1 | 5) cut_short commune "$after" sync ;;
    2 | 6) cut_short commune "$after" set "$mark" title="counter $n" && acked_mark=$n ;;
    *)
        cut_short commune "$after" add note unit=04576 title="note $n"
        # an ID that was printed was promised, whatever became of the process
        grep -E '^[0-9a-z]{13}-[0-9]+$' "$work/cut.out" >>"$work/acked"
        ;;
    esac
    if [ $((n % 40)) = 20 ]; then # and the hub too
        quit province KILL
        serve province >/dev/null || exit 1
        t commune config hub "$url" >/dev/null
    fi
done <"$work/moments"
echo "# $(wc -l <"$work/acked") ids were printed, $(wc -l <"$work/imported" 2>/dev/null) imports ended"

claim killed_often__some_were_done_and_some_not test "$(wc -l <"$work/acked")" -gt 5 -a "$(wc -l <"$work/acked")" -lt $((times / 2))
t commune list note --json | json id | sort >"$work/held"
sort "$work/acked" >"$work/want"
claim killed_often__every_printed_id_is_there same "$(comm -23 "$work/want" "$work/held")" ""
last=$(t commune show "$mark" --json | sed -n 's/.*"title":"counter \([0-9]*\)".*/\1/p')
claim killed_often__no_reported_change_is_gone test "$last" -ge $acked_mark
rows=$(t commune list note --json | grep -c '"title":"row"')
claim killed_often__an_import_is_there_whole_or_not_at_all same $((rows % 2)) 0
claim killed_often__check_is_clean has "$(t commune --json check)" '"damaged":0'
claim killed_often__hub_checks_clean has "$(t province --json check)" '"damaged":0'
claim killed_often__sync_goes_through exits 0 t commune sync
claim killed_often__digests_agree has "$(t commune --json sync)" '"digest_equal":true'
t province list note --json | json id | sort >"$work/there"
claim killed_often__every_printed_id_is_at_the_hub same "$(comm -23 "$work/want" "$work/there")" ""
claim killed_often__stores_agree agree 04576 commune province
done_testing
