#!/bin/sh
# The story of a record: who, when, on which computer, from what to what, by which way it came; and
# taking back one save, as a new one.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

claim history__a_province_serves province_up
claim history__a_district_joins join province 138 district
claim history__the_district_serves serve district
claim history__a_commune_joins join district 04576 commune
claim history__its_second_computer_joins join district 04576 second
round() { for s in "$@"; do t "$s" sync >/dev/null 2>&1; done; }
everybody() { round commune second district commune second district commune second; }

id=$(TERRACE_NOW=2026-11-01T01:00:00Z t commune add member full_name="Giàng A Dê" birth_date=2001 phone=0911)
TERRACE_NOW=2026-11-02T01:00:00Z t commune set "$id" phone=0922 languages="Mông;Kinh" >/dev/null
TERRACE_NOW=2026-11-03T01:00:00Z t commune set "$id" languages-=Kinh residence="Bản Khe Cam" >/dev/null
everybody
TERRACE_NOW=2026-11-04T01:00:00Z t second set "$id" phone=0933 >/dev/null
everybody

# the story, as a clerk reads it
text=$(t commune history "$id")
claim history__it_begins_with_who_it_is_about has "$text" "Member: Giàng A Dê"
claim history__the_creation_is_told has "$text" "01/11/2026"
claim history__from_what_to_what has "$text" "Phone: 0911 → 0922"
claim history__what_was_taken_out has "$text" "Languages: − Kinh"
claim history__where_it_was_entered has "$text" "Xã Hưng Khánh, this computer (entered here)"
claim history__which_computer_else has "$text" "Xã Hưng Khánh, computer $(cat "$work/second.node") (came here by sync"
claim history__in_vietnamese has "$(t commune --lang vi history "$id")" "Điện thoại: 0911 → 0922"
text=$(t district history "$id")
claim history__where_the_story_begins_here has "$text" "The story here begins on"
claim history__what_came_at_once_is_told_of_each_save \
    sh -c "t=\$('$TERRACE' -C '$work/district' history '$id' --json | grep -c '\"dot\"'); [ \"\$t\" -ge 4 ]"
claim history__what_was_replaced_before_it_came_is_not_invented \
    sh -c "! '$TERRACE' -C '$work/district' history '$id' --json | grep -q 0911"
line=$(t commune history "$id" --json | tail -n 1)
claim history__json_has_its_keys keys "$line" id dot time by node via changes stored
claim history__json_says_from has "$line" '"from":"0922"'
claim history__json_says_to has "$line" '"to":"0933"'
claim history__json_says_by has "$line" '"by":"04576"'
claim history__json_says_which_node has "$line" "\"node\":\"$(cat "$work/second.node")\""
claim history__json_says_by_which_way has "$line" '"via":"sync"'
imported=$(printf 'ext_id,full_name,birth_date\nm-1,Lò Thị Mai,2003\n' >"$work/one.csv" &&
    t commune import member "$work/one.csv" >/dev/null 2>&1 && t commune list member ext_id=m-1 --json | json id)
claim history__an_import_is_told has "$(t commune history "$imported" --json)" '"via":"import"'

# undo: the newest of this computer, though another one's came after it
dot=$(t commune undo "$id" 2>"$work/said")
claim history__undo_prints_the_new_dot sh -c "echo '$dot' | grep -Eq '^[0-9a-z]{13}-[0-9]+\$'"
claim history__undo_says_what_it_did has "$(cat "$work/said")" "Taken back"
shown=$(t commune show "$id" --json)
claim history__what_was_taken_out_is_back has "$shown" '"languages":["Kinh","Mông"]'
claim history__what_was_set_is_empty_again sh -c "! printf '%s' '$shown' | grep -q residence"
claim history__what_others_did_stays has "$shown" '"phone":"0933"'
claim history__undo_of_an_undo exits 0 t commune undo "$id"
claim history__is_as_it_was has "$(t commune show "$id" --json)" '"residence":"Bản Khe Cam"'

# of a save that touched several fields, those that were replaced since stay, and it says so
first=$(t commune history "$id" --json | sed -n 2p | json dot)
t commune undo "$id" --save "$first" --json >"$work/out"
claim history__a_replaced_field_is_named has "$(cat "$work/out")" '"kept":["phone"'
claim history__the_rest_is_taken_back sh -c "! '$TERRACE' -C '$work/commune' show '$id' --json | grep -q Mông"
claim history__the_replaced_field_stays has "$(t commune show "$id" --json)" '"phone":"0933"'
claim history__nothing_left_of_it_is_1 fails 1 rule t commune --json undo "$id" --save "$first"
claim history__an_unknown_save_is_3 fails 3 not_found t commune --json undo "$id" --save k7f-99
claim history__no_dot_at_all_is_1 fails 1 input t commune --json undo "$id" --save "vài chữ"

# deleting and creating
new=$(t commune add member full_name="Hà Văn Sơn" birth_date=2002)
claim history__undo_of_a_creation_deletes exits 0 t commune undo "$new"
claim history__it_is_deleted has "$(t commune show "$new" --json)" '"_deleted":true'
claim history__the_story_says_deleted has "$(t commune history "$new")" "    deleted"
claim history__undo_again_brings_it_back exits 0 t commune undo "$new"
claim history__the_story_says_brought_back has "$(t commune history "$new")" "    brought back"
t commune rm "$new" >/dev/null
claim history__undo_of_a_deletion exits 0 t commune undo "$new"
claim history__it_lives sh -c "! '$TERRACE' -C '$work/commune' show '$new' --json | grep -q _deleted"

# deleted twice, by a decision: one undo is enough
twice=$(t district add member full_name="Mùa A Sử" birth_date=2001 unit=04576)
everybody
t district rm "$twice" >/dev/null
t commune set "$twice" phone=0900 >/dev/null
everybody
t district resolve "$twice" deleted --take 1 >/dev/null
everybody
claim history__who_deleted_it_is_shown has "$(t commune show "$twice")" "was deleted by Huyện Trấn Yên on"
claim history__undo_of_a_second_deletion exits 0 t district undo "$twice"
everybody
claim history__it_lives_everywhere \
    sh -c "! '$TERRACE' -C '$work/commune' show '$twice' --json | grep -q _deleted"
claim history__a_cleared_field_is_said_in_words \
    sh -c "'$TERRACE' -C '$work/commune' set '$twice' phone= >/dev/null &&
           '$TERRACE' -C '$work/commune' history '$twice' | grep -q 'Phone: 0900 → (empty)'"
everybody

# the district takes back what it did, not what the commune did; and everybody agrees
everybody
t district set "$id" occupation="Cán bộ xã" >/dev/null
everybody
claim history__a_store_that_did_nothing_has_nothing_to_take_back \
    fails 3 not_found t district --json undo "$new"
claim history__the_district_undoes_its_own exits 0 t district undo "$id"
everybody
claim history__it_is_gone_below sh -c "! '$TERRACE' -C '$work/commune' show '$id' --json | grep -q occupation"

# what is written in two places at once
t commune set "$id" phone=0944 >/dev/null
t district set "$id" phone=0955 >/dev/null
everybody
claim history__beside_another_value_is_said has "$(t district history "$id")" ", beside "
claim history__undo_of_one_of_two_leaves_the_other exits 0 t commune undo "$id"
everybody
claim history__and_there_is_no_conflict same "$(t district --json conflicts)" ""
claim history__the_other_is_shown has "$(t second show "$id" --json)" '"phone":"0955"'
for s in commune second district province; do
    claim "history__all_is_sound_at_$s" has "$(t $s --json check)" '"damaged":0'
done
claim history__all_agree agree 04576 commune second district province
done_testing
