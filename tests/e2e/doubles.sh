#!/bin/sh
# Doubles through three levels: adding offers who is there, the list names them, a merge chooses
# field by field and travels, attendance unites, unmerging brings everything back, and two persons
# stay two.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

claim doubles__province_starts province_up
claim doubles__district_joins join province 138 district
claim doubles__district_serves serve district
claim doubles__commune_joins join district 04576 commune
claim doubles__another_commune_joins join district 04570 other
sync_all() {
    t commune sync >/dev/null && t other sync >/dev/null && t district sync >/dev/null &&
        t commune sync >/dev/null && t other sync >/dev/null
}
# the list of pairs, without what differs by level
pairs() { t "$1" doubles --json --unit 138; }

# adding offers
a=$(t commune add member full_name="Giàng A Dê" birth_date=12/04/2001 sex=nam card_no=15001 \
    ext_id=k1 languages=mông home_place="Khe Chè, Hồng Ca, Trấn Yên, Yên Bái")
claim doubles__adding_the_same_is_1 fails 1 double t commune --json add member \
    full_name="Giàng A Dê" birth_date=12/04/2001
claim doubles__the_existing_is_offered has "$(cat "$work/exits.err")" "\"candidates\":[\"$a\"]"
for name in "Giàng A Dế" "giang a de" "Giàng Dê" "Giàng A Dêe" "Gàng A Dê"; do
    claim "doubles__adding_offers_for_$name" fails 1 double t commune --json add member \
        full_name="$name" birth_date=12/04/2001
done
claim doubles__adding_offers_for_a_swapped_date fails 1 double t commune --json add member \
    full_name="Giàng A Dê" birth_date=04/12/2001
claim doubles__people_are_told_the_name sh -c "'$TERRACE' -C '$work/commune' add member \
    full_name='Giàng A Dế' birth_date=12/04/2001 2>&1 | grep -q '$a  Giàng A Dê'"
claim doubles__another_day_is_another_person t commune add member full_name="Giàng A Dê" \
    birth_date=27/09/1999 ext_id=k9
printf '%s\n' 'full_name,birth_date' 'Giang A De,04/12/2001' 'Lò Thị Ban,01/02/2003' >"$work/new.csv"
claim doubles__an_import_offers_too exits 1 t commune --json import member "$work/new.csv"
claim doubles__an_import_names_the_existing has "$(cat "$work/exits.err")" "\"candidates\":[\"$a\"]"
claim doubles__an_import_takes_the_others has "$(cat "$work/exits.out")" '"added":1,"changed":0,"unchanged":0,"rejected":1'
b=$(t other add member full_name="Giang De" birth_date=12/04/2001 sex=nam phone=0912000111 \
    ext_id=k2 languages="mông;kinh" --anyway)
c=$(t commune add member full_name="Giàng A Dế" birth_date=04/12/2001 card_no=15777 ext_id=k3 --anyway)
x=$(t commune add activity type=meeting title="Sinh hoạt" date=2024-01-02 present="k1;k3;k9" chair=k3)
y=$(t other add activity type=meeting title="Sinh hoạt bạn" date=2024-01-03 present=k2)
claim doubles__all_sync sync_all
before=$(export_of district 138)
mine=$(export_of commune 04576)

# the list
line=$(pairs district)
claim doubles__the_list_has_its_keys keys "$line" a b score reasons
claim doubles__the_pair_over_two_communes_is_there sh -c \
    "printf '%s' '$line' | grep '$a' | grep '$b' | grep -q '\"birth\"'"
claim doubles__the_province_says_the_same same "$(pairs province)" "$line"
claim doubles__a_commune_sees_its_own_only same "$(t commune doubles --json | grep -c "$b")" 0
said=$(t district doubles --unit 138)
claim doubles__people_are_told_what_to_type has "$said" "One person:   terrace merge "
claim doubles__people_are_told_what_differs has "$said" "≠"
claim doubles__people_are_told_in_vietnamese has "$(t district doubles --unit 138 --lang vi)" \
    "cùng ngày sinh"

# merge: refused where it is not one's own, tried, done
claim doubles__a_commune_cannot_merge_what_it_lacks fails 3 "" t commune --json merge "$a" "$b"
claim doubles__a_wrong_keep_is_1 fails 1 input t district --json merge "$a" "$b" --keep birth_date=c
claim doubles__an_unknown_field_is_1 fails 1 input t district --json merge "$a" "$b" --keep size=a
claim doubles__a_look_says_how_to_do_it has "$(t district merge "$a" "$b" --dry-run)" "To do it: terrace merge $a $b"
line=$(t district merge "$a" "$b" --dry-run --json --keep full_name=b)
claim doubles__a_trial_shows_field_by_field has "$line" \
    '{"field":"full_name","a":"Giàng A Dê","b":"Giang De","shown":"Giang De"}'
claim doubles__a_trial_writes_nothing same "$(export_of district 138)" "$before"
claim doubles__merge_prints_the_survivor same \
    "$(t district merge "$b" "$a" --keep full_name=b --keep card_no=b 2>/dev/null)" "$(printf '%s\n%s\n' "$a" "$b" | sort | head -1)"
first=$(printf '%s\n%s\n' "$a" "$b" | sort | head -1)
claim doubles__the_merge_travels sync_all
for record in "$a" "$b"; do
    claim "doubles__the_story_of_${record}_leads_to_the_other" \
        has "$(t district history "$record")" "The same person also has the record"
done
claim doubles__what_was_kept_is_said_in_words \
    has "$(t district history "$a")$(t district history "$b")" "Full name: the one of "
claim doubles__and_under_which_record \
    sh -c "('$TERRACE' -C '$work/district' history '$a'; '$TERRACE' -C '$work/district' history '$b') |
           grep -Eq 'found to be the same person as .* \([0-9a-z]{13}-[0-9]+\)'"
for s in district province; do
    claim "doubles__one_person_at_$s" same "$(t $s list member birth_date=2001-04-12 --count --json | json count)" 1
    for id in "$a" "$b"; do
        shown=$(t $s show "$id" --json)
        claim "doubles__any_id_shows_the_person_at_$s" has "$shown" "\"id\":\"$first\""
        claim "doubles__the_other_id_is_named_at_$s" has "$shown" '"_merged":["'
        claim "doubles__the_phone_of_one_at_$s" has "$shown" '"phone":"0912000111"'
        claim "doubles__the_card_of_the_other_at_$s" has "$shown" '"card_no":"15001"'
        claim "doubles__the_name_that_was_kept_at_$s" has "$shown" '"full_name":"Giàng A Dê"'
        claim "doubles__all_languages_at_$s" has "$shown" '"languages":["kinh","mông"]'
    done
    claim "doubles__found_once_at_$s" same "$(t $s find "giang" --json | grep -c "\"id\":\"$first\"")" 1
    claim "doubles__exported_once_at_$s" same "$(t $s export member - | grep -c "$a\|$b")" 1
    for id in "$a" "$b"; do
        claim "doubles__attendance_under_either_id_at_$s" same \
            "$(t $s list activity present="$id" --count --json | json count)" 2
    done
    claim "doubles__the_pair_is_asked_no_more_at_$s" same "$(pairs $s | grep "$a" | grep -c "$b")" 0
done

# the third entry of the same person, merged by the commune while the district is at it, too
t commune merge "$a" "$c" --keep birth_date=b >/dev/null 2>&1
t district merge "$b" "$c" --keep birth_date=a >/dev/null 2>&1
claim doubles__concurrent_merges_travel sync_all
claim doubles__concurrent_merges_end_alike same "$(export_of district 138)" "$(export_of province 138)"
shown=$(t province show "$c" --json)
claim doubles__three_records_are_one has "$shown" '"_merged":["'
claim doubles__present_counts_once has "$(t province show "$x" --json)" '"present":["'
claim doubles__present_unites same "$(t province show "$x" --json | sed 's/.*"present":\[\([^]]*\)\].*/\1/' | tr ',' '\n' | wc -l)" 2
claim doubles__the_chair_is_followed has "$(t province show "$x" --json)" "\"chair\":\"$first\""

# what is saved under any id is the person's
claim doubles__a_save_under_any_id t district set "$b" occupation="Thợ xây"
claim doubles__is_shown_under_every_id has "$(t district show "$a" --json)" '"occupation":"Thợ xây"'
t district undo "$first" >/dev/null
claim doubles__and_can_be_undone same "$(t district show "$a" --json | grep -c occupation)" 0
t district export member "$work/again.jsonl" >/dev/null 2>&1
claim doubles__an_export_comes_back_unchanged has "$(t district --json import member "$work/again.jsonl")" \
    '"added":0,"changed":0'

# unmerge: everything as before
sync_all
claim doubles__unmerge_prints_the_survivor same "$(t district unmerge "$c" 2>/dev/null)" "$first"
claim doubles__unmerge_of_two t district unmerge "$a" "$b"
claim doubles__unmerge_again_is_1 fails 1 rule t district --json unmerge "$a" "$b"
claim doubles__the_unmerge_travels sync_all
for s in district province; do
    claim "doubles__as_before_at_$s" same "$(export_of $s 138)" "$before"
done
claim doubles__as_before_at_commune same "$(export_of commune 04576)" "$mine"
greater=$(printf '%s\n%s\n' "$a" "$b" | sort | tail -1)
t district merge "$a" "$b" >/dev/null 2>&1
claim doubles__undo_takes_a_merge_back t district undo "$greater"
claim doubles__as_before_after_undo same "$(export_of district 138)" "$before"

# two persons after all
claim doubles__not_is_remembered t district doubles --not "$a" "$b"
claim doubles__not_travels sync_all
for s in district province; do
    claim "doubles__not_asked_again_at_$s" same "$(pairs $s | grep "$a" | grep -c "$b")" 0
done
claim doubles__merging_two_persons_is_refused fails 1 rule t province --json merge "$a" "$b"
claim doubles__and_says_how_to_change_it has "$(cat "$work/exits.err")" "--undo"
claim doubles__not_can_be_forgotten t province doubles --not "$b" "$a" --undo
claim doubles__then_it_is_asked_again sh -c \
    "'$TERRACE' -C '$work/province' doubles --json | grep '$a' | grep -q '$b'"

# how it is written
claim doubles__not_wants_two fails 2 usage t district --json doubles --not "$a"
claim doubles__undo_wants_not fails 2 usage t district --json doubles --undo
claim doubles__merge_with_itself_is_1 fails 1 input t district --json merge "$a" "$a"
claim doubles__merge_of_a_meeting_is_3 fails 3 "" t district --json merge "$a" "$y"
claim doubles__nobody_is_said_so sh -c "'$TERRACE' -C '$work/other' doubles 2>&1 | grep -q Nobody"
for s in commune district province other; do
    claim "doubles__check_is_clean_at_$s" has "$(t $s --json check)" '"damaged":0'
done
done_testing
