#!/bin/sh
# Processes killed with SIGKILL in the middle: nothing acknowledged is lost, the next sync goes on,
# and afterwards all stores hold the same.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
join province 138 district
serve district
join district 04576 commune
generate "$work/data" --members 600 --activities 300 --attendances 4000
import_steps commune "$work/data" >/dev/null

# the hub is killed while a slow sync is under way, three times
for n in 1 2 3; do
    proxy slow "$(cat "$work/district.url")" --rate 15000
    t commune sync --hub "$url" >"$work/sync.out" 2>&1 &
    sync_pid=$!
    sleep 0.$((n * 3))
    quit district KILL
    wait $sync_pid
    status=$?
    quit slow
    claim "killed__a_dead_hub_is_no_link_$n" same "$status" 4
    claim "killed__hub_starts_again_$n" serve district
done
claim killed__check_finds_the_hub_whole has "$(t district --json check)" '"damaged":0'

# the client is killed, three times
for n in 1 2 3; do
    proxy slow "$(cat "$work/district.url")" --rate 15000
    "$TERRACE" -C "$work/commune" sync --hub "$url" >"$work/sync.out" 2>&1 &
    sync_pid=$!
    sleep 0.$((n * 3))
    kill -9 $sync_pid 2>/dev/null
    wait $sync_pid 2>/dev/null
    quit slow
done
claim killed__check_finds_the_client_whole has "$(t commune --json check)" '"damaged":0'
claim killed__next_sync_goes_through t commune sync --hub "$(cat "$work/district.url")"
claim killed__digests_agree_after_it \
    has "$(t commune --json sync --hub "$(cat "$work/district.url")")" '"digest_equal":true'
claim killed__nothing_is_missing same "$(count district member)" 600
claim killed__stores_agree agree 04576 commune district

# an import is killed: what it kept is whole, and the second one completes it
generate "$work/more" --seed 9 --members 3000 --activities 0 --attendances 0
sed -i 's/"m-04576-/"n-04576-/' "$work/more/members.jsonl"
"$TERRACE" -C "$work/commune" import member "$work/more/members.jsonl" >/dev/null 2>&1 &
import_pid=$!
sleep 0.2
kill -9 $import_pid 2>/dev/null
wait $import_pid 2>/dev/null
claim killed__store_is_whole_after_a_killed_import has "$(t commune --json check)" '"damaged":0'
claim killed__import_completes t commune import member "$work/more/members.jsonl"
claim killed__import_is_complete same "$(count commune member)" 3600
done_testing
