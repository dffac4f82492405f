#!/bin/sh
# Many at once: two imports into one store, a hub that imports while nodes sync, and goes down and
# comes back in the middle; a second sync of the same store is told to wait.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
join province 04576 one
join province 04570 two
generate "$work/data" --members 400 --activities 0 --attendances 0
t one import unit "$work/data/branches.jsonl" >/dev/null
sed 's/"m-04576-/"n-04576-/' "$work/data/members.jsonl" >"$work/other.jsonl"

"$TERRACE" -C "$work/one" import member "$work/data/members.jsonl" >"$work/a.out" 2>&1 &
a=$!
"$TERRACE" -C "$work/one" import member "$work/other.jsonl" >"$work/b.out" 2>&1 &
b=$!
wait $a
claim crowd__the_first_of_two_imports_succeeds same $? 0
wait $b
claim crowd__the_second_of_two_imports_succeeds same $? 0
claim crowd__both_are_there same "$(count one member)" 800

awk 'BEGIN { for (i = 0; i < 500; i++) printf "{\"ext_id\":\"t%d\",\"title\":\"two %d\"}\n", i, i }' >"$work/two.jsonl"
awk 'BEGIN { for (i = 0; i < 500; i++) printf "{\"ext_id\":\"p%d\",\"title\":\"high %d\",\"unit\":\"04570\"}\n", i, i }' >"$work/high.jsonl"
t two import note "$work/two.jsonl" >/dev/null
port=${url##*:}
# sync_on STORE: syncs until it has gone well, and counts how often it had to be told "no link"
sync_on() {
    tries=0
    until "$TERRACE" -C "$work/$1" sync >"$work/$1.sync" 2>&1; do
        status=$?
        tries=$((tries + 1))
        { [ $status = 4 ] || [ $status = 7 ]; } && [ $tries -lt 60 ] || exit 1
        sleep 0.1
    done
}
sync_on one &
one=$!
sync_on one &
twin=$!
sync_on two &
two=$!
"$TERRACE" -C "$work/province" import note "$work/high.jsonl" >"$work/high.out" 2>&1 &
import=$!
quit province KILL
serve province "$port"
claim crowd__the_hub_is_back_at_its_place test "${url##*:}" = "$port"
wait $one
claim crowd__one_gets_through same $? 0
wait $twin
claim crowd__its_twin_gets_through same $? 0
wait $two
claim crowd__two_gets_through same $? 0
wait $import
claim crowd__the_import_beside_them_succeeds same $? 0
t one sync >/dev/null
t two sync >/dev/null
claim crowd__digests_of_one_agree has "$(t one sync --json)" '"digest_equal":true'
claim crowd__digests_of_two_agree has "$(t two sync --json)" '"digest_equal":true'
claim crowd__nothing_of_one_is_missing same "$(count province member)" 800
claim crowd__nothing_of_two_is_missing same "$(count two note)" 1000
claim crowd__stores_agree agree 04570 two province
claim crowd__check_is_clean has "$(t province --json check)" '"damaged":0'
done_testing
