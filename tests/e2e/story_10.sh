#!/bin/sh
# Story 10: a PC is stolen: the district revokes it, what it sends later is quarantined; the clerk restores a
# backup on another PC, gets a new identity, unsent changes arrive once.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
join province 138 district
serve district
join district 04576 stolen
add() { t "$1" add member full_name="$2" birth_date="$3"; }
named() { t "$1" list member full_name="$2" --count --json | json count; }
add stolen "Đã Gửi" 2001-01-01 >/dev/null
t stolen sync >/dev/null
add stolen "Chưa Gửi" 2002-02-02 >/dev/null
t stolen backup "$work/usb" >/dev/null 2>&1
node=$(t stolen status --json | json node)

claim story_10__the_district_revokes_it exits 0 t district revoke "$node" --reason "Bị mất cắp"
add stolen "Kẻ Trộm" 2000-03-03 >/dev/null
claim story_10__what_it_sends_later_is_refused exits 5 t stolen --json sync
claim story_10__and_quarantined same "$(t district status --json | json quarantined)" 1
claim story_10__nothing_of_it_counts same "$(named district "Kẻ Trộm")" 0

claim story_10__the_clerk_restores_a_backup_on_another_pc exits 0 t new restore \
    "$(find "$work/usb" -maxdepth 1 -name 'terrace-*')"
claim story_10__which_is_closed_as_well exits 5 t new --json sync
code=$(t district invite 04576 2>/dev/null)
claim story_10__and_joins_again exits 0 t new --json join --rehome "$(cat "$work/district.url")" "$code"
claim story_10__under_a_new_identity sh -c "[ '$(t new status --json | json node)' != '$node' ]"
t new sync >/dev/null
claim story_10__the_new_pc_is_listed_beside_it has "$(t district nodes --json)" "$(t new status --json | json node)"
claim story_10__unsent_changes_arrive_once same "$(named district "Chưa Gửi")" 1
claim story_10__what_was_sent_is_there_once same "$(named district "Đã Gửi")" 1
claim story_10__and_on_the_new_pc same "$(named new "Chưa Gửi") $(named new "Đã Gửi")" "1 1"
claim story_10__the_thiefs_work_is_nowhere same "$(named new "Kẻ Trộm") $(named district "Kẻ Trộm")" "0 0"
claim story_10__the_stolen_one_stays_closed exits 5 t stolen --json sync
t district sync >/dev/null
t new sync >/dev/null
claim story_10__all_levels_agree agree 04576 new district province
done_testing
