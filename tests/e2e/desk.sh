#!/bin/sh
# A clerk's day at the desk: forms on a terminal, spreadsheets in and out, undoing, languages.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

t s init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null
t s import unit "$data/units-yenbai-2019-10.csv" >/dev/null

# ---- forms: what is wrong is asked again, what is not answered stays
# typed STORE COMMAND…: answers come on stdin, on a terminal
typed() {
    store=$1
    shift
    script -qec "'$TERRACE' -C '$work/$store' $*" /dev/null
}
if script -qec true /dev/null >/dev/null 2>&1; then
    {
        printf 'Sùng A Páo\n31/02/2003\n03/2003\n\n\nnam\n'
        yes '' | head -n 60
    } | typed s add member >"$work/form" 2>&1
    id=$(tr -d '\r' <"$work/form" | grep -Eo '[0-9a-z]{13}-[0-9]+' | tail -n 1)
    claim desk__a_form_makes_a_record has "$(t s show "$id" --json)" '"full_name":"Sùng A Páo","sex":"male","birth_date":"2003-03"'
    claim desk__a_form_tells_a_wrong_date_at_once grep -q "31/02/2003” is not accepted" "$work/form"
    {
        printf '\n\n\n\n1\n'
        yes '' | head -n 60
    } | typed s edit "$id" >/dev/null 2>&1
    claim desk__edit_changes_what_was_answered has "$(t s show "$id" --json)" '"sex":"female","birth_date":"2003-03"'
    claim desk__edit_saves_only_that \
        same "$(t s history "$id" --json | tail -n 1 | grep -o '"field"' | wc -l)" 1
else
    skip desk__forms "no pseudo-terminal to be had here"
    id=$(t s add member full_name="Sùng A Páo" sex=nu birth_date=03/2003 2>/dev/null)
fi
claim desk__no_terminal_no_form exits 2 t s add member

# ---- spreadsheets
printf '\357\273\277Họ và tên;Ngày sinh;note;languages\r\n"Lò ""Đẹp""; A";12/04/2001;"dòng 1\r\ndòng 2; cuối";Mông\r\n' \
    >"$work/office.csv"
claim desk__a_spreadsheet_of_an_office_is_read exits 0 t s import member "$work/office.csv"
line=$(t s list member full_name="lo dep a" --json)
claim desk__quoted_values_are_whole has "$line" '"full_name":"Lò \"Đẹp\"; A"'
claim desk__values_may_have_lines has "$line" '"note":"dòng 1\ndòng 2; cuối"'
t s export member "$work/out.csv" >/dev/null 2>&1
claim desk__they_come_back_unchanged has "$(t s --json import member "$work/out.csv")" '"unchanged":2'
sed 's/2001-04-12/2001-04-13/' "$work/out.csv" >"$work/edited.csv"
claim desk__an_edited_export_changes_one has "$(t s --json import member "$work/edited.csv")" '"changed":1'
printf 'Ten,Sinh\nHà Văn Ích,2004\n' >"$work/foreign.csv"
printf 'Ten=full_name\nSinh=birth_date\n' >"$work/map"
claim desk__foreign_columns_are_refused exits 1 t s import member "$work/foreign.csv"
claim desk__a_map_renames_them exits 0 t s import member "$work/foreign.csv" --map "$work/map"
claim desk__a_template_is_the_head_alone same "$(t s export member - --template | wc -l)" 1
claim desk__a_template_names_the_fields has "$(t s export member - --template)" full_name,other_names
claim desk__export_since_the_end_is_empty same "$(t s export member - --since 999999)" ""
claim desk__rows_may_name_later_rows sh -c "
    printf 'code,name,type,parent\n91,Chi đoàn A,chi-doan,90\n90,Đoàn xã mới,xa,138\n' >'$work/late.csv'
    '$TERRACE' -C '$work/s' import unit '$work/late.csv' && '$TERRACE' -C '$work/s' show 91 --json | grep -q '\"parent\"'"
printf 'ext_id,full_name,birth_date,unit\nown1,Vàng A Sử,2002,\n' >"$work/own.csv"
t s import member "$work/own.csv" >/dev/null
claim desk__rows_of_ones_own_unit_come_twice has "$(t s --json import member "$work/own.csv")" '"unchanged":1'
printf 'code,name,type,parent\n93,Đoàn trường,doan-khoi,\n' >"$work/own_unit.csv"
t s import unit "$work/own_unit.csv" >/dev/null
claim desk__units_of_ones_own_come_twice has "$(t s --json import unit "$work/own_unit.csv")" '"unchanged":1'
claim desk__and_stay_where_they_are keys "$(t s show 93 --json)" parent
claim desk__rows_that_name_nothing_are_told sh -c "
    printf 'code,name,type,parent\n92,Chi đoàn B,chi-doan,nowhere\n' |
        '$TERRACE' -C '$work/s' import unit - 2>&1 | grep -q -- '-:2: parent: '"

# ---- lists: what tells records apart
t s add activity type=meeting title="Họp Páo" date=01/10/2026 status=held >/dev/null
t s add activity type=meeting title="Họp Páo" date=01/11/2026 status=planned >/dev/null
t s add rule name=admission_age_min value=21 from=01/01/2026 >/dev/null
claim desk__a_list_gives_day_and_status sh -c "'$TERRACE' -C '$work/s' list activity |
    grep -q 'Họp Páo  01/10/2026  Held  '"
claim desk__and_of_each_its_own sh -c "'$TERRACE' -C '$work/s' list activity | grep -q 'Họp Páo  01/11/2026  Planned  '"
claim desk__a_rule_with_its_value sh -c "'$TERRACE' -C '$work/s' list rule | grep -q 'admission_age_min  21  '"
claim desk__an_active_member_needs_no_word sh -c "! '$TERRACE' -C '$work/s' list member | grep -q Active"
t s set "$id" status=away >/dev/null
claim desk__another_one_does sh -c "'$TERRACE' -C '$work/s' list member | grep -q 'Páo .*03/2003.*  Away'"
t s set "$id" status=active >/dev/null
claim desk__of_several_kinds_each_is_named sh -c "'$TERRACE' -C '$work/s' find pao >'$work/kinds' &&
    grep -q '^Member .*Sùng A Páo' '$work/kinds' && grep -q '^Activity .*Họp Páo' '$work/kinds'"
claim desk__of_one_kind_none sh -c "'$TERRACE' -C '$work/s' find sung a p | grep -q '^Sùng A Páo  '"

t s add assessment year=2026 status=registered evidence_1="dòng một
dòng hai" evidence_3=ba >"$work/assessed"
assessed=$(grep -Eo '[0-9a-z]{13}-[0-9]+' "$work/assessed" | head -n 1)
claim desk__long_labels_stand_in_line same \
    "$(t s --lang en show "$assessed" | sed -n 's/^\(  Evidence 3: advising and cooperation\|  Unit *\) [^ ].*/\1/p' | wc -L)" \
    "$(t s --lang en show "$assessed" | sed -n 's/^\(  Unit *\) [^ ].*/\1/p' | wc -L)"
claim desk__further_lines_stand_under_the_first same \
    "$(t s --lang en show "$assessed" | grep -o '^.*dòng' | wc -L)" "$(t s --lang en show "$assessed" | grep -o '^ *dòng hai' | sed 's/ hai//' | wc -L)"

left=0
for command in 'list unit' 'list unit --json' 'export unit -'; do
    left=$((left + 1))
    claim "desk__a_reader_that_leaves_is_no_mistake_$left" sh -c "
        { sleep 0.2; '$TERRACE' -C '$work/s' $command 2>'$work/left'; } | true
        [ ! -s '$work/left' ] || { cat '$work/left'; exit 1; }"
done

# ---- undoing
t s set "$id" phone=1 >/dev/null
t s set "$id" phone=2 occupation=Nông >/dev/null
t s undo "$id" >/dev/null
line=$(t s show "$id" --json)
claim desk__undo_takes_back_one_save has "$line" '"phone":"1"'
claim desk__undo_takes_back_all_of_it sh -c "! printf '%s' '$line' | grep -q occupation"
t s set "$id" 'languages=Mông;Dao' >/dev/null
t s set "$id" languages-=Dao >/dev/null
dot=$(t s history "$id" --json | tail -n 1 | json dot)
t s set "$id" languages+=Thái >/dev/null
t s undo "$id" --save "$dot" >/dev/null
claim desk__undo_of_an_older_save_keeps_the_newer has "$(t s show "$id" --json)" '"languages":["Dao","Mông","Thái"]'
first=$(t s history "$id" --json | head -n 1 | json dot)
t s undo "$id" --save "$first" >/dev/null
claim desk__undo_of_the_first_save_deletes has "$(t s show "$id" --json)" '"_deleted":true'
t s undo "$id" >/dev/null
claim desk__and_is_undone_itself sh -c "! '$TERRACE' -C '$work/s' show '$id' --json | grep -q _deleted"
claim desk__rm_says_what_belongs_to_a_unit has "$(t s rm 90)" "1 record refers to it"
other=$(t s add member full_name="Lò Văn Hai" birth_date=2002)
t s add activity type=meeting title="Họp hai" date=02/10/2026 status=held present="$other" chair="$other" >/dev/null
t s add activity type=meeting title="Họp ba" date=03/10/2026 status=held excused="$other" >/dev/null
claim desk__rm_counts_who_was_present_and_excused has "$(t s rm "$other")" "2 records refer to it"
claim desk__rm_twice_is_told exits 1 t s rm 90

# ---- languages
claim desk__the_setting_decides sh -c "
    '$TERRACE' -C '$work/s' config lang vi >/dev/null &&
        env -u TERRACE_LANG LC_ALL=C '$TERRACE' -C '$work/s' show '$id' | grep -q 'Họ và tên'"
claim desk__the_option_is_stronger has "$(t s --lang en show "$id")" "Full name"
claim desk__errors_speak_it_too sh -c "
    '$TERRACE' --lang vi -C '$work/s' set '$id' birth_date=x 2>&1 | grep -q 'không hợp lệ'"
for line in 'add member birth_date=x' "set $id birth_date=x"; do
    claim "desk__an_error_names_the_field_as_people_do_${line%% *}" sh -c "
        '$TERRACE' --lang vi -C '$work/s' $line 2>&1 | grep -q '^terrace: Ngày sinh (birth_date): '"
done
claim desk__and_the_kind sh -c "
    '$TERRACE' --lang vi -C '$work/s' add member dob=1 2>&1 | grep -q 'loại Đoàn viên không có trường “dob”'"
claim desk__the_hint_names_it_too sh -c "
    '$TERRACE' --lang vi -C '$work/s' add member full_name='Lò Thị Ba' birth_date=1960-01-01 2>&1 | grep -q '^Lưu ý: Ngày sinh (birth_date): '"
claim desk__help_has_no_english_placeholder sh -c "
    '$TERRACE' --lang vi help unit >'$work/unit_help' && grep -q -- '--into ĐƠN_VỊ|MÃ=TÊN' '$work/unit_help' &&
        grep -q -- '--on NGÀY' '$work/unit_help'"
claim desk__help_names_kinds_as_people_do has "$(t s --lang vi help activity)" "Đoàn viên; "
claim desk__of_two_days_help_says_the_earlier has "$(t s --lang vi help answer)" "ngày sớm hơn"
claim desk__help_shows_how_a_day_is_written has "$(t s --lang vi help member)" "ngày; ví dụ 12/04/2001"
claim desk__help_says_who_alone_writes_a_kind has "$(t s --lang vi help rule | head -n 1)" "(do cấp tỉnh ghi)"
done_testing
