#!/bin/sh
# Backups, copies and older disks: what is made is whole, what is restored goes on under a new name and
# meets the others again, two copies of one folder lose nothing, and nothing is harmed by SIGKILL at any
# moment or by a second process.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
seed=${SEED:-47}
times=${KILLS:-25}
echo "# seed $seed, $times kills of each"

newest() { find "$work/$1" -maxdepth 1 -name 'terrace-*' | sort | tail -n 1; }
backups() { find "$work/$1" -maxdepth 1 -name 'terrace-*' | wc -l; }
# restored FROM STORE: in the place of a store that is gone
restored() { t "$2" --json restore "$1" >"$work/restored.out"; }
whole() { has "$(t "$1" --json check)" '"damaged":0'; }

province_up
join province 138 district
serve district
join district 04576 commune
generate "$work/data"
import_steps commune "$work/data" >/dev/null 2>&1
for s in commune district commune; do t $s sync >/dev/null; done

# ---- a backup
t commune --json backup "$work/usb" >"$work/made.out"
claim backup__reports_what_it_made keys "$(cat "$work/made.out")" path bytes records verified
claim backup__holds_every_record same "$(json records <"$work/made.out")" \
    "$(t commune status --json | json records)"
claim backup__is_where_it_says test -f "$(json path <"$work/made.out")/data.mdb"
claim backup__nobody_else_may_read_it same \
    "$(find "$work/usb" -type f -perm /077 | wc -l) $(find "$work/usb" -mindepth 1 -type d -perm /077 | wc -l)" "0 0"
for n in 1 2 3; do t commune backup "$work/usb" --keep 3 >/dev/null 2>&1; done
claim backup__keeps_as_many_as_it_is_told same "$(backups usb)" 3
claim backup__leaves_those_of_other_stores_alone exits 0 t district backup "$work/usb" --keep 1
claim backup__rotates_each_store_by_itself same "$(backups usb)" 4
claim backup__needs_a_sensible_number fails 1 input t commune --json backup "$work/usb" --keep 0
claim restore__does_not_touch_a_store fails 1 exists t commune --json restore "$(newest usb)"
claim restore__of_what_is_no_backup fails 3 not_found t fresh --json restore "$work/data"
claim restore__leaves_nothing_behind_then test ! -e "$work/fresh"
cp -r "$(newest usb)" "$work/bent"
printf 'bent' | dd of="$work/bent/data.mdb" bs=1 seek=20000 conv=notrunc 2>/dev/null
printf 'bent' | dd of="$work/bent/data.mdb" bs=1 seek=60000 conv=notrunc 2>/dev/null
claim restore__of_a_damaged_one_is_refused fails 6 "" t fresh --json restore "$work/bent"
claim restore__of_a_damaged_one_leaves_nothing test ! -e "$work/fresh"
claim backup__reads_like_the_store_it_is_of exits 0 t twin --json restore "$(newest usb)"
claim restore__reports_its_new_name keys "$(cat "$work/exits.out")" actor records
whole twin

# ---- beside a hub at work
for n in 1 2 3 4 5 6 7 8 9; do sed "s/\"m-04576-/\"n$n-04576-/" "$work/data/members.jsonl"; done >"$work/more.jsonl"
t commune import member "$work/more.jsonl" --anyway >/dev/null 2>&1 &
importing=$!
n=0
while kill -0 $importing 2>/dev/null && [ $n -lt 20 ]; do
    t commune --json backup "$work/busy" >>"$work/busy.out" 2>&1
    t district --json backup "$work/busy" --keep 2 >>"$work/busy.out" 2>&1
    n=$((n + 1))
done
wait $importing
echo "# $n backups of each beside an import and a hub"
claim backup__works_beside_an_import_and_a_hub \
    same "$(grep -c '"verified":true' "$work/busy.out")" $((2 * n))
claim backup__a_hub_at_work_goes_on exits 0 t commune sync
claim compact__does_not_disturb_a_hub_at_work fails 7 busy t district --json compact

# ---- compact
before=$(stat -c %s "$work/commune/data.mdb")
claim compact__reports keys "$(t commune --json compact)" path bytes records verified
claim compact__does_not_grow_it at_most "$(stat -c %s "$work/commune/data.mdb")" "$before"
claim compact__leaves_a_whole_store whole commune
claim compact__changes_nothing_in_it agree 04576 commune district

# ---- the drill: a commune's disk is lost
t commune backup "$work/old" >/dev/null 2>&1
late=$(t commune add note unit=04576 title="after the backup, sent")
t commune sync >/dev/null
lost=$(t commune add note unit=04576 title="after the backup, never sent")
rm -rf "$work/commune"
claim drill__a_commune_comes_back restored "$(newest old)" commune
# what it writes now must not be mistaken for what it wrote then
again=$(t commune add note unit=04576 title="after the restore" 2>/dev/null)
claim drill__it_writes_under_a_new_name test "${again%-*}" != "${late%-*}"
claim drill__it_syncs exits 0 t commune sync
t district sync >/dev/null
claim drill__what_was_sent_is_back exits 0 t commune show "$late"
claim drill__what_only_its_disk_had_is_gone fails 3 not_found t commune --json show "$lost"
claim drill__what_it_wrote_since_is_above exits 0 t district show "$again"
claim drill__all_agree agree 04576 commune district province
claim drill__the_digests_agree has "$(t commune --json sync)" '"digest_equal":true'
claim drill__receipts_are_right has "$(t commune show "$again" --json)" '"_receipt":2'

# ---- the drill: a hub's disk is lost
t district backup "$work/old-hub" >/dev/null 2>&1
sent=$(t commune add note unit=04576 title="the hub heard of it after its backup")
t commune sync >/dev/null
join district 04570 newcomer # of whom the backup knows nothing
young=$(t newcomer add note unit=04570 title="of a computer that joined after the backup")
t newcomer sync >/dev/null
own=$(t district add note unit=138 title="the hub's own, sent up")
t district sync >/dev/null
unsent=$(t commune add note unit=04576 title="not sent yet")
quit district
rm -rf "$work/district"
claim drill__a_hub_comes_back restored "$(newest old-hub)" district
more=$(t district add note unit=138 title="since the restore" 2>/dev/null)
claim drill__it_serves_again serve district "$(sed 's/.*://' "$work/district.url")"
claim drill__its_commune_syncs exits 0 t commune sync
claim drill__it_syncs_upward exits 0 t district sync
claim drill__who_joined_since_is_known_again exits 0 t newcomer sync
for s in commune newcomer district commune newcomer; do t $s sync >/dev/null; done
for id in "$sent" "$own" "$unsent" "$more" "$young"; do
    claim drill__nothing_anybody_had_is_lost exits 0 t district show "$id"
    claim drill__and_it_is_above exits 0 t province show "$id"
done
claim drill__all_agree_again agree 04576 commune district province
claim drill__hub_and_top_agree agree 138 district province
claim drill__the_digests_agree_again has "$(t commune --json sync)" '"digest_equal":true'
claim drill__a_newcomer_agrees agree 04570 newcomer district province
claim drill__receipts_are_right_again has "$(t commune show "$unsent" --json)" '"_receipt":2'

# ---- two folders that are one store
cp -r "$work/commune" "$work/copy"
mine=$(t commune add note unit=04576 title="on the first")
t copy add note unit=04576 title="on the copy" >"$work/copy.out" 2>"$work/copy.err"
theirs=$(cat "$work/copy.out")
claim copy__says_so_once grep -q "copied or moved" "$work/copy.err"
claim copy__says_so_once_only same "$(t copy status 2>&1 >/dev/null)" ""
claim copy__writes_under_a_name_of_its_own test "${mine%-*}" != "${theirs%-*}"
for s in commune copy commune copy; do claim copy__syncs exits 0 t $s sync; done
for s in commune copy district; do
    claim copy__nothing_is_lost exits 0 t $s show "$mine"
    claim copy__nothing_is_lost_either exits 0 t $s show "$theirs"
done
claim copy__all_agree agree 04576 commune copy district
mv "$work/copy" "$work/renamed"
claim copy__a_new_name_of_the_folder_is_no_copy same "$(t renamed status 2>&1 >/dev/null)" ""

# ---- an image of a disk, put back: the folder stays the same
cp -r "$work/commune" "$work/image"
first=$(t commune add note unit=04576 title="after the image")
t commune set "$first" note="first" >/dev/null
t commune sync >/dev/null
cp "$work/image/data.mdb" "$work/image/lock.mdb" "$work/image/identity" "$work/commune/"
t commune add note unit=04576 title="given the same name" >/dev/null
claim image__syncs exits 0 t commune sync
t commune sync >"$work/image.out" 2>&1
for s in commune district; do
    claim image__nothing_is_lost has "$(t $s list note --json)" "after the image"
    claim image__nothing_is_lost_either has "$(t $s list note --json)" "given the same name"
done
claim image__the_digests_agree has "$(t commune --json sync)" '"digest_equal":true'
claim image__is_whole whole commune

# ---- killed at any moment
start=$(date +%s%N)
t commune backup "$work/clock" >/dev/null 2>&1
took=$((($(date +%s%N) - start) / 1000000))
moments "$times" 1 $((took + took / 2 + 8)) "$seed" >"$work/moments"
ended=0
while read -r after; do
    cut_short commune "$after" --json backup "$work/cut" --keep 2
    grep -q '"verified":true' "$work/cut.out" && ended=$((ended + 1))
done <"$work/moments"
echo "# $ended of $times backups ended"
t commune backup "$work/cut" --keep 2 >/dev/null 2>&1
claim killed__no_backup_is_half same "$(backups cut)" 2
bad=0
n=0
for b in "$work"/cut/terrace-*; do
    n=$((n + 1))
    t "cut-$n" restore "$b" >/dev/null 2>&1 || bad=$((bad + 1))
done
claim killed__every_backup_can_be_restored same $bad 0
claim killed__nothing_is_left_over same "$(find "$work/cut" -mindepth 1 -maxdepth 1 -name '.*' | wc -l)" 0
from=$(newest cut)
bad=0
while read -r after; do
    rm -rf "$work/again"
    cut_short again "$after" --json restore "$from"
    if [ -e "$work/again" ]; then whole again >/dev/null || bad=$((bad + 1)); fi
done <"$work/moments"
claim killed__a_restore_is_there_whole_or_not_at_all same $bad 0
bad=0
digest commune 04576 >"$work/digest.before"
while read -r after; do
    cut_short commune "$after" --json compact
    whole commune >/dev/null || bad=$((bad + 1))
done <"$work/moments"
claim killed__compacting_harms_nothing same $bad 0
claim killed__compacting_changes_nothing same "$(digest commune 04576)" "$(cat "$work/digest.before")"
claim killed__it_compacts_after_that exits 0 t commune compact
claim killed__and_syncs exits 0 t commune sync
quit district
quit province
done_testing
