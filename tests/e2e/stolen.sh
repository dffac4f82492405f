#!/bin/sh
# A PC is stolen: the district revokes it, what it sends later is kept aside; the clerk restores a backup
# on another PC, gets a new identity, and what was never sent arrives once.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

newest() { find "$work/$1" -maxdepth 1 -name 'terrace-*' | sort | tail -n 1; }
add() { t "$1" add member full_name="$2" birth_date="$3" sex=nam; }
named() { t "$1" list member full_name="$2" --count --json | json count; }

province_up
join province 138 district
t district sync >/dev/null
serve district
join district 04576 commune
generate "$work/data"
import_steps commune "$work/data" >/dev/null 2>&1
t commune sync >/dev/null
sent=$(add commune "Đã Gửi" 01/02/2001)
t commune sync >/dev/null
unsent=$(add commune "Chưa Gửi" 02/03/2002)
t commune set "$sent" phone=0912000001 >/dev/null
t commune backup "$work/usb" >/dev/null 2>&1
# one more sync after the backup, from the PC that is stolen later
add commune "Sau Sao Lưu" 03/04/2003 >/dev/null
t commune sync >/dev/null
node=$(t commune status --json | json node)

claim stolen__a_commune_does_not_revoke_its_district exits 1 t commune revoke \
    "$(t district status --json | json node)"
claim stolen__the_district_revokes_it exits 0 t district --json revoke "$node" --reason "Bị mất cắp"
claim stolen__it_says_so keys "$(cat "$work/exits.out")" node state
claim stolen__the_list_of_computers_shows_it has "$(t district nodes --json | grep "$node")" \
    '"state":"revoked"'

# the thief goes on
add commune "Kẻ Trộm" 04/05/1990 >/dev/null
t commune set "$sent" phone=0999999999 >/dev/null
claim stolen__what_it_sends_is_refused fails 5 revoked t commune --json sync
claim stolen__the_reason_is_told has "$(t commune --lang vi sync 2>&1)" "Bị mất cắp"
claim stolen__nothing_of_it_came same "$(named district "Kẻ Trộm")" 0
claim stolen__it_is_kept_aside same "$(t district status --json | json quarantined)" 2
claim stolen__people_are_told has "$(t district status --lang en)" "kept aside"
t commune bundle export "$work/thief" >/dev/null 2>&1
claim stolen__nor_by_stick exits 5 t district --json bundle import "$work/thief"
claim stolen__nothing_of_that_came same "$(named district "Kẻ Trộm")" 0
claim stolen__an_old_code_does_not_bring_it_back exits 5 t commune --json join --rehome \
    "$(cat "$work/district.url")"

# the clerk on another PC
t other restore "$(newest usb)" >/dev/null 2>&1
claim stolen__the_restored_store_is_refused_as_well exits 5 t other --json sync
claim stolen__it_says_what_to_do has "$(t other --lang en sync 2>&1)" "join --rehome"
code=$(t district invite 04576 2>/dev/null)
claim stolen__with_a_new_code_it_goes_on exits 0 t other --json join --rehome \
    "$(cat "$work/district.url")" "$code"
claim stolen__under_a_new_identity same "$([ "$(t other status --json | json node)" != "$node" ] && echo new)" new
t other sync >/dev/null
claim stolen__what_was_never_sent_arrives_once same "$(named district "Chưa Gửi")" 1
claim stolen__what_was_sent_is_there_once same "$(named district "Đã Gửi")" 1
claim stolen__what_came_after_the_backup_is_there_once same "$(named district "Sau Sao Lưu")" 1
claim stolen__and_back_on_the_other_pc same "$(named other "Sau Sao Lưu")" 1
claim stolen__edits_too has "$(t district show "$sent" --json)" '0912000001'
claim stolen__nothing_is_left_over same "$(t other status --json | json unsent)" 0
t district sync >/dev/null
t other sync >/dev/null
claim stolen__all_levels_agree agree 04576 other district province
for s in other district province; do
    claim stolen__${s}_is_whole exits 0 t $s check
done
# further than the mark at which the old one was closed
"$workload" --data "$data" --out "$work/more" --commune 04576 --members 400 --branches 4 --activities 0 \
    --attendances 0 --seed 9 >/dev/null 2>&1
t other import member "$work/more/members.jsonl" --anyway >/dev/null 2>&1
grown=$(t other list member --count --json | json count)
claim stolen__many_more_are_entered test "${grown:-0}" -gt 400
claim stolen__the_clerk_goes_on exits 0 add other "Làm Tiếp" 05/06/2004
t other sync >/dev/null
claim stolen__and_is_heard same "$(named district "Làm Tiếp")" 1
claim stolen__the_thief_is_not exits 5 t commune --json sync
: "$unsent"
done_testing
