#!/bin/sh
# What outside scripts rely on: keys of the JSON, exit statuses, forms of input, languages.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# before there is a store
claim contract__no_store_is_not_found fails 3 not_found t nowhere --json list member
claim contract__no_command_outside_a_store_says_how_to_start exits 0 t nowhere
claim contract__unknown_command_is_usage fails 2 usage t nowhere --json dance
claim contract__unknown_option_is_usage exits 2 t nowhere list member --frobnicate
claim contract__help_works_without_a_store exits 0 "$TERRACE" help
for command in init invite join nodes add edit set show list find rm history undo import export \
    serve sync status check conflicts resolve config help; do
    claim "contract__help_knows_$command" exits 0 "$TERRACE" help $command
done
claim contract__help_knows_kinds exits 0 "$TERRACE" help member

claim contract__init t s init --unit 15 --name "Tỉnh đoàn Yên Bái"
claim contract__init_again_is_refused fails 1 exists t s --json init --unit 15 --name X
t s import unit "$data/units-yenbai-2019-10.csv" >/dev/null

id=$(t s add member unit=04576 full_name="Giàng A Dê" birth_date=12/04/2001 sex=nam)
claim contract__add_prints_the_id_alone sh -c "echo '$id' | grep -Eq '^[0-9a-z]{13}-[0-9]+\$'"
line=$(t s show "$id" --json)
claim contract__show_has_its_keys keys "$line" id kind unit unit_code full_name birth_date sex _receipt
claim contract__dates_are_iso has "$line" '"birth_date":"2001-04-12"'
claim contract__enum_is_its_code has "$line" '"sex":"male"'
claim contract__receipt_at_the_top_is_2 has "$line" '"_receipt":2'
claim contract__empty_is_absent sh -c "! printf '%s' '$line' | grep -q phone"
claim contract__one_object_one_line same "$(printf '%s\n' "$line" | wc -l)" 1
short=$(echo "$id" | cut -c1-5)-${id##*-}
claim contract__a_shortened_id_works same "$(t s show "$short" --json)" "$line"
claim contract__global_options_may_stand_after same "$("$TERRACE" show "$id" --json -C "$work/s")" "$line"
claim contract__store_by_environment \
    same "$(TERRACE_STORE=$work/s "$TERRACE" show "$id" --json)" "$line"

claim contract__find_folds_diacritics has "$(t s find 'giang a de' --json)" "$id"
claim contract__find_is_not_bothered_by_case has "$(t s find 'GIÀNG A' --json)" "$id"
nfd=$(printf 'Gia\314\200ng A De\314\202')
claim contract__find_takes_decomposed_text has "$(t s find "$nfd" --json)" "$id"
claim contract__find_prefix has "$(t s find 'gia' --json)" "$id"
claim contract__find_nothing_is_no_error exits 0 t s find 'zzzz' --json

claim contract__set_one_field t s set "$id" phone=0912345678 languages+=Mông languages+=Kinh
claim contract__set_is_shown has "$(t s show "$id" --json)" '"phone":"0912345678"'
claim contract__sets_are_sorted_arrays has "$(t s show "$id" --json)" '"languages":["Kinh","Mông"]'
t s set "$id" languages-=Kinh >/dev/null
claim contract__sets_lose_elements has "$(t s show "$id" --json)" '"languages":["Mông"]'
claim contract__a_port_that_is_none_is_1 fails 1 input timeout 5 "$TERRACE" -C "$work/s" --json serve --listen 127.0.0.1:99999
t s set "$id" phone= >/dev/null
claim contract__clearing_makes_absent sh -c "! '$TERRACE' -C '$work/s' show '$id' --json | grep -q phone"
printf 'Đi làm ở Bắc Ninh' >"$work/note.txt"
t s set "$id" note=@"$work/note.txt" >/dev/null
claim contract__text_from_a_file has "$(t s show "$id" --json)" 'Đi làm ở Bắc Ninh'

claim contract__list_counts keys "$(t s list member --count --json)" count
claim contract__list_filters same "$(t s list member full_name='giang a de' --count --json | json count)" 1
claim contract__list_filters_dates_by_prefix \
    same "$(t s list member birth_date=2001-04 --count --json | json count)" 1
claim contract__list_unit_is_the_subtree \
    same "$(t s list member --unit 138 --count --json | json count)" 1
claim contract__list_other_unit_is_empty \
    same "$(t s list member --unit 140 --count --json | json count)" 0

line=$(t s history "$id" --json | head -n 1)
claim contract__history_has_its_keys keys "$line" id dot time by node via changes field to
claim contract__history_from_nothing_is_absent sh -c "! printf '%s' '$line' | grep -q '\"from\"'"
both=$(t s add activity type=meeting title=Họp date=2025-01-02 present+="$id")
other=$(t s add member unit=04576 full_name="Vàng Thị Mỷ" birth_date=2003 sex=nu)
t s set "$both" present+="$other" present-="$id" 2>/dev/null
claim contract__a_set_is_added_to_and_taken_from_at_once \
    has "$(t s history "$both" --json | tail -n 1)" "\"from\":[\"$id\"],\"to\":[\"$other\"]"
claim contract__history_begins_with_creation has "$line" '"via":"local"'

# doubles are told, not made
claim contract__double_exits_1 fails 1 double t s --json add member unit=04576 \
    full_name="Giàng A Dế" birth_date=2001-04-12
claim contract__double_names_candidates has "$(cat "$work/exits.err")" "\"candidates\":[\"$id\"]"
claim contract__anyway_enters_it exits 0 t s add member unit=04576 full_name="Giàng A Dế" \
    birth_date=2001-04-12 --anyway

claim contract__two_hits_of_a_reference fails 1 ambiguous t s --json add note unit=04576 title=hai \
    about="giang a de"
claim contract__name_their_field has "$(cat "$work/exits.err")" '"field":"about"'
claim contract__and_are_listed has "$(cat "$work/exits.err")" "\"candidates\":[\"$id\","
claim contract__two_hits_of_a_filter fails 1 ambiguous t s --json list activity present="giang a de"
claim contract__are_listed_too has "$(cat "$work/exits.err")" "\"candidates\":[\"$id\","
printf 'full_name,birth_date,unit\nGiàng A Dẻ,2001-04-12,04576\n' >"$work/double.csv"
claim contract__an_imported_double_exits_1 fails 1 double t s --json import member "$work/double.csv"
claim contract__and_names_the_records has "$(cat "$work/exits.err")" '"candidates":["'
claim contract__and_its_line has "$(cat "$work/exits.err")" '"line":2'

# undo, rm
dot=$(t s set "$id" phone=0987654321)
claim contract__undo_prints_a_dot sh -c "'$TERRACE' -C '$work/s' undo '$id' | grep -Eq '[0-9a-z]{13}-[0-9]+'"
claim contract__undo_takes_it_back sh -c "! '$TERRACE' -C '$work/s' show '$id' --json | grep -q 0987654321"
claim contract__set_prints_something same "${dot:+yes}" yes
claim contract__rm exits 0 t s rm "$id"
claim contract__deleted_is_marked has "$(t s show "$id" --json)" '"_deleted":true'
claim contract__deleted_is_listed_on_request has "$(t s list member --deleted --json)" "$id"
claim contract__deleted_takes_no_edit fails 1 rule t s --json set "$id" phone=0900000000

# errors
claim contract__missing_record_is_3 fails 3 not_found t s --json show zzzzz-99999
claim contract__wrong_date_is_1 fails 1 input t s --json add member unit=04576 full_name=A birth_date=2001-13-01
claim contract__error_names_the_field has "$(cat "$work/exits.err")" '"field":"birth_date"'
claim contract__error_tells_its_exit has "$(cat "$work/exits.err")" '"exit":1'
claim contract__unknown_field_is_1 fails 1 "" t s --json set "$id" shoe_size=42
claim contract__sync_without_hub_is_1 fails 1 not_joined t s --json sync
claim contract__json_errors_wherever_json_stands fails 2 usage t s list member --frobnicate --json
claim contract__an_option_without_its_value_is_usage fails 2 usage t s --json list member --limit
claim contract__a_wrong_clock_is_usage fails 2 usage env TERRACE_NOW=yesterday "$TERRACE" -C "$work/s" status --json
claim contract__a_wrong_filter_names_its_field fails 1 input t s list member shoe_size=42 --json
claim contract__its_name_is_field has "$(cat "$work/exits.err")" '"field":"shoe_size"'
claim contract__computers_are_not_typed_in fails 1 rule t s --json add node name=x
claim contract__a_store_keeps_its_own_unit fails 1 rule t s --json rm 15
claim contract__a_unit_keeps_a_parent fails 1 input t s --json set 138 parent=
claim contract__text_from_stdin sh -c "printf 'từ ống' | '$TERRACE' -C '$work/s' add note unit=04576 title=@- >'$work/piped' &&
    '$TERRACE' -C '$work/s' show \"\$(cat '$work/piped')\" --json | grep -q '\"title\":\"từ ống\"'"
claim contract__conflicts_of_nothing_is_empty same "$(t s conflicts --json)" ""
claim contract__status_has_its_keys keys "$(t s status --json)" unit_code node records unsent conflicts \
    quarantined received_seq upstream_seq
claim contract__status_of_a_unit_has_a_digest keys "$(t s status --unit 138 --json)" digest records
claim contract__check_has_its_keys keys "$(t s --json check)" records damaged repaired
claim contract__config_has_its_keys has "$(t s --json config)" '"key":'
t s config lang vi >/dev/null
claim contract__config_keeps has "$(t s --json config lang)" '"value":"vi"'
claim contract__mistakes_are_told_in_the_stores_language env -u TERRACE_LANG sh -c "'$TERRACE' -C '$work/s' dance 2>&1 | grep -q 'không có lệnh'"
claim contract__help_is_given_in_the_stores_language env -u TERRACE_LANG sh -c "'$TERRACE' -C '$work/s' set --help | grep -q 'sửa các trường'"
claim contract__an_option_behind_a_mistake_counts sh -c "'$TERRACE' list --frobnicate --lang vi 2>&1 | grep -q 'không có tuỳ chọn'"
line=$(t s --json invite 138)
claim contract__invite_has_its_keys keys "$line" code unit_code role expires
claim contract__invite_alone_is_the_code sh -c "[ \$('$TERRACE' -C '$work/s' invite 138 | wc -w) = 1 ]"
claim contract__invite_of_nobody_is_3 fails 3 not_found t s --json invite 99999

# the clock, the languages
id2=$(TERRACE_NOW=2031-02-03T04:05:06Z t s add note unit=04576 title=giờ)
claim contract__now_sets_the_clock has "$(t s history "$id2" --json)" '"time":1927857906000'
claim contract__vietnamese_is_spoken sh -c "[ \"\$('$TERRACE' --lang vi help)\" != \"\$('$TERRACE' --lang en help)\" ]"
claim contract__vietnamese_needs_no_locale \
    sh -c "LC_ALL=C '$TERRACE' --lang vi help | grep -q 'ồ\|ạ\|ệ\|ữ'"
claim contract__language_by_environment \
    sh -c "[ \"\$(TERRACE_LANG=vi '$TERRACE' help)\" = \"\$('$TERRACE' --lang vi help)\" ]"

# letters, and what waits
son=$(t s add member unit=04576 full_name="Hà Văn Sơn" birth_date=2002 id_no=0151)
letter=$(t s transfer issue "$son" --outside "Đoàn xã Khác" 2>/dev/null)
claim contract__transfer_has_its_keys keys "$(t s --json transfer list)" id member from_code letter_no \
    state waiting_for days
claim contract__transfer_prints_its_keys keys "$(t s --json transfer return "$letter")" id member \
    letter_no state
t s add member unit=04570 full_name="Lò Thị Mai" birth_date=2003 id_no=0151 --anyway >/dev/null
claim contract__inbox_leaves_a_districts_matter_to_it same "$(t s --json inbox)" ""
far=$(t s list unit parent=136 --json --limit 1 | json code)
t s add member unit="$far" full_name="Thào A Sếnh" birth_date=2004 id_no=0151 --anyway >/dev/null
claim contract__inbox_has_its_keys keys "$(t s --json inbox)" type urgency since unit_code id text 'do'

# a hub and its nodes
serve s
code=$(t s invite 04576)
claim contract__wrong_code_is_refused sh -c "! '$TERRACE' -C '$work/n' join $url 0000-0000-0000-0000-0"
claim contract__a_refused_join_leaves_nothing sh -c "[ ! -e '$work/n' ]"
claim contract__join_works exits 0 "$TERRACE" -C "$work/n" join "$url" "$code"
claim contract__a_code_works_once exits 5 "$TERRACE" -C "$work/m" join "$url" "$code"
claim contract__join_without_link_is_4 exits 4 "$TERRACE" -C "$work/m" join http://127.254.1.1:9 "$code"
claim contract__nodes_has_its_keys keys "$(t s --json nodes | tail -n 1)" node name unit_code role state
claim contract__sync_without_link_is_4 fails 4 no_link t n --json sync --hub http://127.254.1.1:9

# what two places wrote: who, when, from where
id=$(t s add member unit=04576 full_name="Sùng Thị Dua" birth_date=2003)
"$TERRACE" -C "$work/m" join "$url" "$(t s --json invite 04576 | json code)" >/dev/null 2>&1
t n sync >/dev/null
t n set "$id" birth_date=03/2003 >/dev/null
t m set "$id" birth_date=04/2003 >/dev/null
t n sync >/dev/null
t m sync >/dev/null
line=$(t m conflicts)
claim contract__a_conflict_tells_this_computer has "$line" ", this computer, $(date -u +%d/%m/%Y)"
claim contract__a_conflict_tells_the_other_computer has "$line" ", computer $(t n --json status | json node), "
t m resolve "$id" birth_date --take 1 >/dev/null
t m sync >/dev/null
t n sync >/dev/null
t n set "$id" phone=0911 >/dev/null
t s rm "$id" >/dev/null
t n sync >/dev/null
line=$(t n conflicts --json)
claim contract__a_delete_against_an_edit_has_both_sides has "$line" '"n":2,"value":false,"by":"04576"'
claim contract__the_delete_is_its_first has "$line" '"n":1,"value":true,"by":"15"'
claim contract__show_has_both_sides has "$(t n show "$id" --json)" '{"value":false,"by":"04576"'
claim contract__a_sync_without_link_sent_nothing \
    has "$(t n --json sync --hub http://127.0.0.1:1 2>/dev/null)" '"sent_records":0'
claim contract__two_brings_it_back sh -c "'$TERRACE' -C '$work/n' resolve '$id' deleted --take 2 &&
    ! '$TERRACE' -C '$work/n' show '$id' --json | grep -q _deleted"
claim contract__all_of_it_is_sound exits 0 t n check
quit s
claim contract__the_hub_is_sound exits 0 t s check
claim contract__sync_after_the_hub_went_is_4 exits 4 t n sync
done_testing
