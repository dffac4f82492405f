#!/bin/sh
# Commands side by side: writers at once, any command beside a running hub, a second sync at once.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
join province 04576 commune
hub=$(cat "$work/province.url")

# writers at once, beside the serving process
pids=
for n in 1 2 3 4 5 6 7 8; do
    "$TERRACE" -C "$work/province" add note unit=04576 title="note $n" >"$work/id.$n" 2>&1 &
    pids="$pids $!"
done
bad=0
for pid in $pids; do
    wait "$pid" || bad=$((bad + 1))
done
claim beside__eight_writers_at_once_all_succeed same $bad 0
claim beside__eight_notes_are_there same "$(count province note)" 8
claim beside__ids_are_distinct same "$(cat "$work"/id.? | sort -u | wc -l)" 8
for command in "list note" "status" "check" "nodes" "conflicts" "config" "find note" "export note -"; do
    # shellcheck disable=SC2086 # words of a command
    claim "beside__${command%% *}_works_beside_serve" exits 0 t province $command --json
done

claim beside__a_second_serve_at_one_port_is_told_busy \
    fails 7 busy t province --json serve --listen "${hub#http://}"

# the hub shows at once what a command beside it wrote
t commune sync >/dev/null
claim beside__what_was_written_beside_serve_is_served same "$(count commune note)" 8

# a large import at the hub while a node syncs
generate "$work/data" --members 800
t province import unit "$work/data/branches.jsonl" >/dev/null
"$TERRACE" -C "$work/province" import member "$work/data/members.jsonl" >"$work/import.out" 2>&1 &
import_pid=$!
syncs=0
while kill -0 $import_pid 2>/dev/null && [ $syncs -lt 50 ]; do
    t commune sync >"$work/sync.out" 2>&1 || break
    syncs=$((syncs + 1))
done
wait $import_pid
claim beside__import_beside_syncs_succeeds same $? 0
claim beside__syncs_beside_an_import_succeed exits 0 t commune sync
claim beside__all_of_it_arrived same "$(count commune member)" 800

# two syncs of one store at once: the second is told to wait
generate "$work/more" --seed 3 --members 1500 --activities 0 --attendances 0
sed -i 's/"m-04576-/"n-04576-/' "$work/more/members.jsonl"
t commune import member "$work/more/members.jsonl" >/dev/null
proxy slow "$hub" --rate 15000
"$TERRACE" -C "$work/commune" sync --hub "$url" >"$work/first.out" 2>&1 &
first_pid=$!
sleep 0.4
claim beside__a_second_sync_exits_7 fails 7 busy t commune --json sync
claim beside__commands_work_beside_a_sync exits 0 t commune add note unit=04576 title="beside a sync"
wait $first_pid
claim beside__the_first_sync_ends_well same $? 0
quit slow
t commune sync --hub "$hub" >/dev/null
claim beside__both_agree agree 04576 commune province

# the end of a server is clean
kill -TERM "$(cat "$work/province.pid")"
wait "$(cat "$work/province.pid")"
claim beside__serve_ends_well_on_sigterm same $? 0
rm -f "$work/province.pid"
claim beside__check_is_clean has "$(t province --json check)" '"damaged":0'
done_testing
