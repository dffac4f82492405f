#!/bin/sh
# A disk that fills up under a store: every command says so with status 6, nothing that was reported
# as done is lost, reading goes on, and all is well again once there is room. Needs a small disk of
# its own, which only root can make.
if [ "${FULL_DISK_INSIDE:-}" != 1 ]; then
    if ! unshare -m mount -t tmpfs none /mnt 2>/dev/null; then
        echo "ok 1 - full_disk # SKIP no permission to mount a small disk"
        echo 1..1
        exit 0
    fi
    # in a name space of its own nothing stays mounted, whatever happens
    FULL_DISK_INSIDE=1 exec unshare -m "$0"
fi
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# disk NAME: a small disk with room for a ballast
disk() { mkdir -p "$work/$1" && mount -t tmpfs -o size=48m none "$work/$1"; }
# fill NAME KB: takes all the room of that disk but so much
fill() {
    room=$(df --output=avail -k "$work/$1" | tail -n 1)
    [ "$room" -le "$2" ] || head -c $(((room - $2) * 1024)) /dev/zero >"$work/$1/filler"
}
free_up() { rm -f "$work/$1/filler"; }

trap 'umount -l "$work/low" "$work/high"; end_all' EXIT
disk low && disk high || exit 1
t high/province init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null &&
    t high/province import unit "$data/units-yenbai-2019-10.csv" >/dev/null || exit 1
listen province "$TERRACE" -C "$work/high/province" serve --listen 127.0.0.1:0 || exit 1
hub=$url
code=$(t high/province invite 04576)
t low/commune join "$hub" "$code" >/dev/null || exit 1
generate "$work/data" --members 800 --activities 0 --attendances 0
import_steps low/commune "$work/data" >"$work/import.out" 2>&1
claim full_disk__a_ballast_is_kept test -f "$work/low/commune/ballast"
first=$(t low/commune add note unit=04576 title="before")

# crowd STORE UNIT: notes, first long, then short, until there is no room for another
crowd() {
    for length in 9000 900 90; do
        crowded=0
        while [ $crowded -lt 400 ] &&
            t "$1" --json add note unit="$2" title="crowd" text="$(printf "%0${length}d" $crowded)" \
                >"$work/crowd.out" 2>&1; do
            crowded=$((crowded + 1))
        done
    done
}

# ---- the node's own disk
fill low 0
n=0
while [ $n -lt 400 ]; do # what fits into free pages may still succeed
    n=$((n + 1))
    t low/commune --json add note unit=04576 title="note $n" text="$(printf '%0900d' $n)" \
        >>"$work/ids" 2>"$work/err"
    status=$?
    [ $status = 0 ] || break
done
claim full_disk__add_exits_6 same $status 6
claim full_disk__add_says_so grep -q '"error":"disk_full"' "$work/err"
claim full_disk__the_ballast_made_room test ! -f "$work/low/commune/ballast"
claim full_disk__deleting_works_then exits 0 t low/commune rm "$first"
claim full_disk__reading_works exits 0 t low/commune list member --count

# a letter and its member, or neither; two records of one person, or of two
free_up low
fill low 0
n=0
status=0
while [ $n -lt 40 ] && [ $status = 0 ]; do
    n=$((n + 1))
    crowd low/commune 04576
    t low/commune --json transfer issue "m-04576-$n" --to 04570 --letter "$n/FD" \
        >>"$work/letters" 2>"$work/err"
    status=$?
done
claim full_disk__a_letter_exits_6 same $status 6
claim full_disk__a_letter_says_so grep -q '"error":"disk_full"' "$work/err"
claim full_disk__letters_are_whole whole_letters low/commune 04570
claim full_disk__letters_reported_are_there \
    same "$(t low/commune transfer list --json | wc -l)" "$(wc -l <"$work/letters")"
crowd low/commune 04576
t low/commune --json merge m-04576-100 m-04576-101 >"$work/out" 2>"$work/err"
status=$?
claim full_disk__a_merger_of_persons_is_told test $status = 0 -o $status = 6
free_up low
claim full_disk__and_is_there_or_not \
    exits $((status / 6)) t low/commune unmerge m-04576-100 m-04576-101
sed 's/"m-04576-/"n-04576-/' "$work/data/members.jsonl" >"$work/more.jsonl"
for n in 1 2 3 4 5 6 7 8; do sed "s/\"n-04576-/\"n$n-04576-/" "$work/more.jsonl"; done >"$work/many.jsonl"
free_up low
fill low 1500
rm -f "$work/low/commune/ballast"
claim full_disk__import_exits_6 fails 6 disk_full t low/commune --json import member "$work/many.jsonl"
fill low 0
claim full_disk__init_exits_6 exits 6 t low/other --json init --unit 15 --name x
claim full_disk__a_failed_init_leaves_nothing test ! -e "$work/low/other"
claim full_disk__export_says_so fails 6 "" t low/commune --json export member "$work/low/out.jsonl"
claim full_disk__check_is_clean_meanwhile has "$(t low/commune --json check)" '"damaged":0'
claim full_disk__listing_works exits 0 t low/commune list note --json
json id <"$work/exits.out" | sort >"$work/held"
json id <"$work/ids" | sort >"$work/want"
claim full_disk__some_were_reported test -s "$work/want"
claim full_disk__nothing_reported_is_lost same "$(comm -23 "$work/want" "$work/held")" ""
# a sync needs room for its token: it ends with 6 or, with room found in the file, well
t low/commune --json sync >"$work/sync.out" 2>&1
status=$?
claim full_disk__sync_ends_in_order test $status = 0 -o $status = 6
free_up low
claim full_disk__import_completes_with_room exits 0 t low/commune import member "$work/many.jsonl"
claim full_disk__import_is_complete same "$(count low/commune member)" 7200

# a backup onto that disk, a restore there, and compacting: all or nothing, and the store is as it was
t low/commune backup "$work/low/usb" --keep 5 >/dev/null 2>&1
claim full_disk__a_backup_with_room same "$(find "$work/low/usb" -mindepth 1 -maxdepth 1 | wc -l)" 1
sum=$(digest low/commune 04576)
fill low 100
claim full_disk__backup_exits_6 fails 6 disk_full t low/commune --json backup "$work/low/usb" --keep 1
claim full_disk__no_half_backup_and_the_good_one_stays \
    same "$(find "$work/low/usb" -mindepth 1 -maxdepth 1 | wc -l)" 1
claim full_disk__restore_exits_6 \
    fails 6 disk_full t low/back --json restore "$(find "$work/low/usb" -mindepth 1 -maxdepth 1)"
claim full_disk__a_failed_restore_leaves_nothing same "$(find "$work/low" -maxdepth 1 -name 'back*' | wc -l)" 0
claim full_disk__compact_exits_6 fails 6 disk_full t low/commune --json compact
claim full_disk__compact_harms_nothing same "$(digest low/commune 04576)" "$sum"
claim full_disk__compact_leaves_nothing test ! -e "$work/low/commune/compact"
free_up low
rm -rf "$work/low/usb"

# ---- the hub's disk
late=$(t low/commune add note unit=04576 title="late")
fill high 0
rm -f "$work/high/province/ballast"
t high/province list unit parent=136 --json | json code >"$work/codes"
t high/province list unit parent=133 --json | json code >>"$work/codes"
paste -d ' ' - - <"$work/codes" | awk 'NF == 2 { print "K" NR, $0 }' >"$work/made"
status=0
while [ $status = 0 ] && read -r made_code from_a from_b; do
    crowd high/province 15
    t high/province --json unit merge "$from_a" "$from_b" --into "$made_code=Xã $made_code" \
        --on 2020-03-01 >"$work/out" 2>"$work/err"
    status=$?
done <"$work/made"
claim full_disk__a_merger_of_units_exits_6 same $status 6
claim full_disk__mergers_of_units_are_whole whole_mergers high/province "$work/made"
t low/commune --json sync >"$work/sync.out" 2>"$work/sync.err"
status=$?
claim full_disk__a_full_hub_is_no_link_now same $status 4
claim full_disk__a_full_hub_lives exits 0 kill -0 "$(cat "$work/province.pid")"
claim full_disk__a_full_hub_is_whole has "$(t high/province --json check)" '"damaged":0'
claim full_disk__no_receipt_from_a_full_hub has "$(t low/commune show "$late" --json)" '"_receipt":0'
free_up high
claim full_disk__sync_goes_through_with_room exits 0 t low/commune sync
claim full_disk__digests_agree has "$(t low/commune --json sync)" '"digest_equal":true'
claim full_disk__stores_agree agree 04576 low/commune high/province
claim full_disk__members_are_at_the_hub same "$(count high/province member)" 7200
quit province
done_testing
