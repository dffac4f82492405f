#!/bin/sh
# Which signed message brought a change, and whether it holds; the history is chained, and what was
# done to either behind the back of the program is found.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
join province 138 district
serve district
join district 04576 commune
id=$(t commune add member full_name="Giàng A Dê" birth_date=2001-04-12)
t commune sync >/dev/null
t commune set "$id" phone=0912000111 >/dev/null
t commune sync >/dev/null
t district set "$id" phone=0912000222 >/dev/null
t commune sync >/dev/null
t commune set "$id" phone=0912000333 >/dev/null
t commune sync >/dev/null
node=$(t commune status --json | json node)

verified() { t district --json history "$id" --verify; }
claim evidence__every_save_from_below_names_its_message same "$(t district --json history "$id" | grep -c '"evidence":')" 3
claim evidence__each_message_holds_its_save same "$(verified | grep -c '"verified":"signed"')" 3
claim evidence__and_names_who_signed_it same "$(verified | grep -c "\"signed_by\":\"$node\"")" 3
claim evidence__its_own_saves_need_none same "$(t district --json history "$id" | grep -v '"evidence":' | grep -c 0912000222)" 1
claim evidence__it_is_told_in_words has "$(t district history "$id" --verify)" "verified: in message"
claim evidence__and_in_vietnamese has "$(t district --lang vi history "$id" --verify)" "đã kiểm chứng: trong thông điệp"
claim evidence__where_none_is_kept_it_says_so has "$(t commune history "$id" --verify)" "no signed message of it is kept here"
claim evidence__without_the_word_it_does_not_look sh -c "! '$TERRACE' -C '$work/district' history '$id' | grep -q 'verified'"
# upward each level has the message of the level below
t district sync >/dev/null
claim evidence__the_province_has_the_districts_word \
    has "$(t province --json history "$id" --verify)" "\"signed_by\":\"$(t district status --json | json node)\""

# syncs that bring nothing leave none
before=$(t district --json history "$id" | json evidence | sort -n | tail -n 1)
t commune sync >/dev/null
t commune sync >/dev/null
t commune set "$id" phone=0912000444 >/dev/null
t commune sync >/dev/null
claim evidence__syncs_without_news_leave_none same "$(t district --json history "$id" | json evidence | sort -n | tail -n 1)" $((before + 1))

# ---- the chain
claim evidence__an_honest_store_is_whole exits 0 t district check
claim evidence__check_gives_the_head has "$(t district --json check)" '"history_head":"'
quit district
forge() { "$helpers/forge" "$work/district" "$@"; }
cp -r "$work/district" "$work/good"
for how in alter remove insert; do
    claim "evidence__history_can_be_forged_by_$how" forge "$how" "$id"
    claim "evidence__check_finds_it_after_$how" exits 6 t district --json check
    case $how in alter) fault=altered ;; remove) fault=removed ;; *) fault=inserted ;; esac
    claim "evidence__and_says_$fault" has "$(t district --json check 2>/dev/null)" "{\"id\":\"$id\",\"fault\":\"$fault\"}"
    rm -rf "$work/district"
    cp -r "$work/good" "$work/district"
done
forge remove "$id"
claim evidence__words_for_people has "$(t district check 2>/dev/null)" "History of $id: an entry is missing."
claim evidence__repair_begins_anew exits 0 t district check --repair
claim evidence__and_remembers has "$(t district check)" "the history was found wrong, in 1 places so far"
rm -rf "$work/district"
cp -r "$work/good" "$work/district"

# ---- messages that were tampered with
claim evidence__a_message_can_be_forged forge message 1
claim evidence__an_altered_message_proves_nothing fails 6 damaged t district --json history "$id" --verify
claim evidence__and_is_told same "$(verified 2>/dev/null | grep -c '"verified":"broken"')" 1
rm -rf "$work/district"
cp -r "$work/good" "$work/district"
claim evidence__two_messages_can_be_exchanged forge exchange "$before" $((before + 1))
claim evidence__another_message_proves_nothing fails 6 damaged t district --json history "$id" --verify
claim evidence__and_is_told_too same "$(verified 2>/dev/null | grep -c '"verified":"not_in_it"')" 2
rm -rf "$work/district"
cp -r "$work/good" "$work/district"

# ---- how long
t district config evidence_days 0 >/dev/null
serve district
t commune sync --hub "$url" >/dev/null
t commune set "$id" phone=0912000555 >/dev/null
t commune sync --hub "$url" >/dev/null
claim evidence__with_no_days_none_is_kept same "$(t district --json history "$id" | grep 0912000555 | grep -c '"evidence":')" 0
claim evidence__and_the_old_goes same "$(t district --json history "$id" --verify | grep -c '"verified":"gone"')" 4
claim evidence__days_are_a_number fails 1 input t district --json config evidence_days always
done_testing
