#!/bin/sh
# Forty days without a signal: three levels that sync by files on sticks, with sticks that are lost,
# doubled, late, for somebody else, cut short, bent, or full; receipts go back with them.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

usb=$work/usb
mkdir "$usb" "$work/drawer"
province_up && join province 138 district && serve district && join district 04576 commune &&
    join district 04570 other && t other sync >/dev/null || exit 1
# from here on nobody has a link
quit province
quit district
claim bundle__there_is_no_link exits 4 t commune --json sync
# a commune that has joined and never synced since would say the same: its hub has no signal either

generate "$work/data" --plans 1
import_steps commune "$work/data" >"$work/import.out" 2>&1
waits() { t "$1" status --json | json unsent; }
claim bundle__all_of_it_waits same "$(waits commune)" 170

# carry STORE FILE: imports it there
carry() { t "$1" --json bundle import "$2"; }

# ---- the first stick
line=$(t commune --json bundle export "$usb/c1")
claim bundle__export_says_what_it_wrote keys "$line" file for bytes records
claim bundle__export_names_its_file same "$(printf '%s' "$line" | json file)" "$usb/c1"
claim bundle__export_is_for_the_hub same "$(printf '%s' "$line" | json for)" "$(cat "$work/district.node")"
claim bundle__export_counts_records same "$(printf '%s' "$line" | json records)" 170
claim bundle__export_counts_bytes same "$(printf '%s' "$line" | json bytes)" "$(wc -c <"$usb/c1")"
claim bundle__the_file_is_for_its_owner_alone same "$(stat -c %a "$usb/c1")" 600
claim bundle__nobody_can_read_a_name_in_it sh -c "! grep -qa 'Hưng Khánh' '$usb/c1'"
claim bundle__nothing_else_is_left_on_the_stick same "$(ls -A "$usb")" c1
claim bundle__what_is_on_a_stick_still_waits same "$(waits commune)" 170
claim bundle__status_tells_of_the_stick has "$(t commune status)" "its receipt has not been imported yet"
cp "$usb/c1" "$work/drawer/c1"

member=$(t commune list member ext_id=m-04576-3 --json | json id)
t commune set "$member" phone=0912345678 >/dev/null
t commune --json bundle export "$usb/c2" >/dev/null

# ---- the second one comes first, then the first, then both again
line=$(carry district "$usb/c2")
claim bundle__import_says_what_came keys "$line" new known waiting refused receipt
claim bundle__the_later_stick_brings_it_all same "$(printf '%s' "$line" | json new)" 170
claim bundle__a_receipt_lies_beside_the_file same "$(printf '%s' "$line" | json receipt)" "$usb/c2.receipt"
claim bundle__the_receipt_is_there test -s "$usb/c2.receipt"
before=$(digest district 04576)
line=$(carry district "$usb/c1")
claim bundle__the_earlier_stick_brings_nothing same "$(printf '%s' "$line" | json new)" 0
claim bundle__the_earlier_stick_is_known same "$(printf '%s' "$line" | json known)" 170
claim bundle__all_known_is_no_error exits 0 carry district "$usb/c2"
claim bundle__nothing_is_doubled same "$(digest district 04576) $(count district member)" "$before 120"
claim bundle__the_way_is_in_the_history has "$(t district history "$member" --json)" '"via":"bundle"'

# ---- the receipts come in the wrong order as well
t province add theme unit=15 month=2025-03 title="Tháng Thanh niên" >/dev/null
claim bundle__a_receipt_is_taken exits 0 carry commune "$usb/c2.receipt"
claim bundle__a_receipt_needs_no_receipt sh -c "! grep -q receipt '$work/exits.out'"
claim bundle__nothing_waits_any_more same "$(waits commune)" 0
claim bundle__one_tick has "$(t commune show "$member" --json)" '"_receipt":1'
claim bundle__an_older_receipt_takes_nothing_back exits 0 carry commune "$usb/c1.receipt"
claim bundle__still_one_tick has "$(t commune show "$member" --json)" '"_receipt":1'
claim bundle__status_is_at_rest sh -c "! '$TERRACE' -C '$work/commune' status | grep -q 'receipt has not'"
claim bundle__commune_and_district_agree agree 04576 commune district

# ---- the district's stick to the province, and both receipts back
t district --json bundle export "$usb/d1" >/dev/null
line=$(carry province "$usb/d1")
claim bundle__the_province_gets_what_the_commune_wrote same "$(count province member)" 120
claim bundle__nothing_was_refused same "$(printf '%s' "$line" | json refused)" 0
carry district "$usb/d1.receipt" >/dev/null
claim bundle__two_ticks_at_the_district has "$(t district show "$member" --json)" '"_receipt":2'
claim bundle__one_tick_at_the_commune_until_it_hears has "$(t commune show "$member" --json)" '"_receipt":1'
t district --json bundle export "$usb/for-c" --for 04576 >/dev/null
claim bundle__unasked_by_code_of_the_unit exits 0 carry commune "$usb/for-c"
claim bundle__two_ticks_at_the_commune has "$(t commune show "$member" --json)" '"_receipt":2'
claim bundle__what_the_province_publishes_comes_down has "$(t commune list theme --json)" "Tháng Thanh niên"
t district bundle export "$usb/for-o" --for "$(cat "$work/other.node")" >/dev/null
carry other "$usb/for-o" >/dev/null
claim bundle__to_every_commune has "$(t other list theme --json)" "Tháng Thanh niên"
claim bundle__and_no_further same "$(count other member)" 0
claim bundle__all_three_agree agree 04576 commune district province

# ---- for somebody else, of another tree, bent, cut short, no bundle at all
t commune add note unit=04576 title="mới" >/dev/null
t commune --json bundle export "$usb/c3" >/dev/null
state() { cksum <"$work/$1/data.mdb"; }
was=$(state district)
claim bundle__for_another_hub fails 1 input carry province "$usb/c3"
claim bundle__for_another_commune fails 1 input carry other "$usb/c3"
claim bundle__a_missing_file_is_told fails 3 not_found carry other "$usb/c3.none"
t stranger init --unit 99 --name "Tỉnh khác" >/dev/null
claim bundle__of_another_tree fails 1 input carry stranger "$usb/c3"
head -c 200 "$usb/c3" >"$usb/cut"
claim bundle__cut_short fails 1 format carry district "$usb/cut"
sed 's/./x/60' "$usb/c3" >"$usb/bent"
{
    head -c 100 "$usb/c3"
    printf X
    tail -c +102 "$usb/c3"
} >"$usb/bent"
claim bundle__bent fails 1 format carry district "$usb/bent"
claim bundle__not_a_bundle fails 1 format carry district "$data/units-yenbai-2019-10.csv"
: >"$usb/empty"
claim bundle__empty fails 1 format carry district "$usb/empty"
claim bundle__told_in_vietnamese has "$(t district --lang vi bundle import "$usb/cut" 2>&1)" "bị hỏng"
claim bundle__nothing_was_changed same "$(state district)" "$was"

# ---- files that are none
mkfifo "$usb/pipe"
ln -s "$usb/c3" "$usb/link"
claim bundle__a_pipe_is_no_file fails 1 input carry district "$usb/pipe"
claim bundle__a_link_is_not_followed fails 1 input carry district "$usb/link"
claim bundle__a_device_is_no_file fails 1 input carry district /dev/zero
claim bundle__a_folder_is_no_file fails 1 input carry district "$usb"
claim bundle__no_file_replaces_a_pipe fails 1 input t commune --json bundle export "$usb/pipe"
claim bundle__no_file_replaces_a_link fails 1 input t commune --json bundle export "$usb/link"
claim bundle__the_pipe_is_still_one test -p "$usb/pipe"
claim bundle__no_such_folder exits 3 t commune --json bundle export "$usb/none/c"
long=$(printf '%0230d' 0)
t commune --json bundle export "$usb/$long" >/dev/null
line=$(carry district "$usb/$long")
claim bundle__a_long_name_gets_a_shorter_receipt test -s "$(printf '%s' "$line" | json receipt)"
claim bundle__a_name_that_is_too_long fails 1 input t commune --json bundle export "$usb/$long$long"
claim bundle__wrong_word fails 2 usage t commune --json bundle carry "$usb/c3"
claim bundle__nobody_above fails 1 not_joined t province --json bundle export "$usb/p"
claim bundle__nobody_of_that_name fails 3 not_found t province --json bundle export "$usb/p" --for nobody
claim bundle__a_commune_of_another_hub fails 3 not_found t province --json bundle export "$usb/p" --for 04576
claim bundle__nothing_was_written sh -c "! test -e '$usb/p'"

# ---- through pipes
t commune bundle export - 2>/dev/null >"$work/piped"
(cd "$work" && "$TERRACE" -C "$work/district" --json bundle import - <"$work/piped" >"$work/piped.out")
claim bundle__from_stdout_to_stdin has "$(cat "$work/piped.out")" '"receipt":"bundle.receipt"'
claim bundle__its_receipt_is_here exits 0 carry commune "$work/bundle.receipt"
claim bundle__and_nothing_waits same "$(waits commune)" 0

# ---- a stick that is full: no half file under the name, and nothing is lost
if mkdir "$work/small" && mount -t tmpfs -o size=32k none "$work/small" 2>/dev/null; then
    trap 'umount -l "$work/small"; end_all' EXIT
    generate "$work/more" --seed 7 --members 400 --activities 0 --attendances 0 >/dev/null
    t commune import member "$work/more/members.jsonl" --anyway >/dev/null 2>&1
    head -c 28000 /dev/zero >"$work/small/filler"
    claim bundle__a_full_stick fails 6 disk_full t commune --json bundle export "$work/small/c"
    claim bundle__a_file_that_is_none_is_not_waited_for \
        sh -c "! '$TERRACE' -C '$work/commune' status | grep -q 'receipt has not'"
    claim bundle__no_half_file same "$(ls -A "$work/small")" filler
    was=$(waits commune)
    claim bundle__what_did_not_fit_still_waits test "$was" -gt 0
    rm "$work/small/filler"
    claim bundle__with_room_it_goes exits 0 t commune --json bundle export "$work/small/c"
    free=$(df --output=avail -k "$work/small" | tail -n 1)
    head -c $((free * 1024)) /dev/zero >"$work/small/filler"
    claim bundle__no_room_for_the_receipt fails 6 disk_full carry district "$work/small/c"
    claim bundle__what_it_brought_is_safe same "$(count district member)" "$(count commune member)"
    rm "$work/small/filler"
    claim bundle__with_room_again exits 0 carry district "$work/small/c"
    claim bundle__its_receipt_goes_back exits 0 carry commune "$work/small/c.receipt"
    claim bundle__nothing_waits_after_it same "$(waits commune)" 0
else
    skip bundle__a_full_stick "no permission to mount a small disk"
fi

# ---- forty days later: the old stick from the drawer, then the link is back
carry district "$work/drawer/c1" >/dev/null
claim bundle__an_old_stick_takes_nothing_back agree 04576 commune district
port=$(sed 's/.*://' "$work/district.url")
serve province "$(sed 's/.*://' "$work/province.url")" && serve district "$port" || exit 1
line=$(t commune --json sync)
claim bundle__the_link_finds_nothing_to_do has "$line" '"rounds":1'
claim bundle__the_digests_agree has "$line" '"digest_equal":true'
# a stick beside a sync: one of the two waits
proxy slow "$(cat "$work/district.url")" --delay 5000
until t commune sync --hub "$url" >"$work/slow.sync" 2>&1; do :; done &
slow=$!
beside() {
    while kill -0 $slow 2>/dev/null; do
        fails 7 busy t commune --json bundle export "$usb/busy" && return 0
        sleep 0.05
    done
    return 1
}
claim bundle__beside_a_sync_it_says_busy beside
wait $slow
claim bundle__and_the_sync_goes_through grep -q "Both sides hold the same" "$work/slow.sync"
t district sync >/dev/null
t commune sync >/dev/null
claim bundle__all_agree_at_the_end agree 04576 commune district province
for s in commune district province; do
    claim "bundle__check_is_clean_at_$s" has "$(t $s --json check)" '"damaged":0'
done
done_testing
