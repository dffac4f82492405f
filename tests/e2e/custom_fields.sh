#!/bin/sh
# Fields that a province adds at run time: they flow down; forms, lists, exports and imports know
# them; a store that does not know one keeps and forwards its values untouched.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

claim custom_fields__province_starts province_up
claim custom_fields__district_joins join province 138 district
claim custom_fields__district_serves serve district
claim custom_fields__commune_joins join district 04576 commune

# ---- a member entered before anybody knows of the field
member=$(t commune add member full_name="Giàng A Dê" birth_date=2003-02-01)
claim custom_fields__unknown_at_first fails 1 input t commune --json set "$member" shirt_size=L

# ---- what a province may add
add() { t province --json add field "$@"; }
line=$(add of_kind=member name=shirt_size label_vi="Cỡ áo" label_en="Shirt size" type=text)
shirt=$(printf '%s\n' "$line" | json id)
claim custom_fields__is_added [ -n "$shirt" ]
add of_kind="Đoàn viên" name=policy label_vi="Diện chính sách" type=enum sensitive=true \
    codes="Thương binh;ho-ngheo:Hộ nghèo:Poor household" >"$work/line"
policy=$(json id <"$work/line")
add of_kind=member name=skills label_vi="Năng khiếu" type=set-of-text >/dev/null
add of_kind=activity name=guests_of label_vi="Đoàn viên phục vụ" type=set-of-refs ref_kind="Đoàn viên" >/dev/null
line=$(t province --json show "$policy")
claim custom_fields__numbers_are_given has "$line" '"number":1001'
claim custom_fields__a_kind_may_be_named_by_its_label has "$line" '"of_kind":"member"'
claim custom_fields__codes_are_completed has "$line" \
    '"codes":["1:thuong-binh:Thương binh:Thương binh","2:ho-ngheo:Hộ nghèo:Poor household"]'
claim custom_fields__its_name_is_taken fails 1 rule add of_kind=member name=shirt_size label_vi=x type=text
claim custom_fields__a_name_of_the_table_too fails 1 rule add of_kind=member name=phone label_vi=x type=text
claim custom_fields__and_a_label fails 1 rule add of_kind=member name=ten label_vi="Họ và tên" type=text
claim custom_fields__a_name_is_a_word fails 1 input add of_kind=member name="Cỡ giày" label_vi=x type=text
claim custom_fields__of_a_known_kind fails 1 input add of_kind=horse name=x label_vi=x type=text
claim custom_fields__of_an_open_kind fails 1 rule add of_kind=node name=x label_vi=x type=text
claim custom_fields__a_list_has_codes fails 1 input add of_kind=member name=x label_vi=x type=enum
claim custom_fields__a_text_has_none fails 1 input add of_kind=member name=x label_vi=x type=text codes=a
claim custom_fields__a_text_refers_to_nothing fails 1 input add of_kind=member name=x label_vi=x type=text ref_kind=member
claim custom_fields__nor_a_reference_to_a_horse fails 1 input add of_kind=member name=x label_vi=x type=ref ref_kind=horse
claim custom_fields__a_number_is_given_once fails 1 rule add of_kind=member name=x label_vi=x type=text number=1000
claim custom_fields__the_type_stays fails 1 rule t province --json set "$shirt" type=int
claim custom_fields__a_code_stays fails 1 rule t province --json set "$policy" codes="2:ho-ngheo:Hộ nghèo"
claim custom_fields__codes_are_added exits 0 t province set "$policy" codes+="Dân tộc thiểu số"
claim custom_fields__under_the_next_number has "$(t province --json show "$policy")" '"3:dan-toc-thieu-so:'
claim custom_fields__a_district_adds_none fails 1 rule t district --json add field of_kind=member name=x label_vi=x type=text

# ---- it flows down
t district sync >/dev/null
t commune sync >/dev/null
claim custom_fields__help_shows_it has "$(t commune help member)" "shirt_size"
claim custom_fields__with_its_label has "$(t commune --lang vi help member)" "Cỡ áo"
claim custom_fields__and_codes has "$(t commune --lang vi help member)" "ho-ngheo (Hộ nghèo)"
claim custom_fields__a_commune_fills_it_in exits 0 t commune set "$member" shirt_size=L policy="Hộ nghèo" skills="Hát;Múa khèn"
line=$(t commune show "$member" --json)
claim custom_fields__show_has_it has "$line" '"shirt_size":"L","policy":"ho-ngheo","skills":["Hát","Múa khèn"]'
claim custom_fields__show_has_its_label has "$(t commune --lang vi show "$member")" "Diện chính sách"
claim custom_fields__a_wrong_code_is_refused fails 1 input t commune --json set "$member" policy=x
claim custom_fields__list_looks_for_it same "$(t commune list member policy=ho-ngheo --count)" 1
claim custom_fields__and_finds_nothing_else same "$(t commune list member shirt_size=XL --count)" 0
claim custom_fields__history_names_it has "$(t commune history "$member" --json)" '"field":"shirt_size"'
meeting=$(t commune add activity type=meeting title="Họp" date=2026-11-01 guests_of="tất cả")
claim custom_fields__a_set_of_members_may_be_all has "$(t commune show "$meeting" --json)" "\"guests_of\":[\"$member\"]"

# ---- out and in
for form in csv jsonl; do
    t commune export member "$work/m.$form" 2>/dev/null
    claim "custom_fields__export_has_it_$form" grep -q "shirt_size" "$work/m.$form"
    claim "custom_fields__comes_back_unchanged_$form" \
        has "$(t commune --json import member "$work/m.$form")" '"unchanged":1'
done
printf 'Họ và tên,Ngày sinh,Cỡ áo,Năng khiếu\nSùng A Páo,2004,M,Hát\n' >"$work/new.csv"
claim custom_fields__import_knows_the_label exits 0 t commune import member "$work/new.csv"
claim custom_fields__and_fills_it_in same "$(t commune list member shirt_size=M skills=Hát --count)" 1

# ---- up, changed on both sides
t commune sync >/dev/null
claim custom_fields__the_district_has_it has "$(t district show "$member" --json)" '"shirt_size":"L"'
t district set "$member" shirt_size=XL skills+="Đá bóng" >/dev/null
t commune set "$member" shirt_size=M skills+="Vẽ" >/dev/null
t commune sync >/dev/null
claim custom_fields__two_values_are_a_conflict has "$(t commune conflicts --json)" '"field":"shirt_size"'
claim custom_fields__sets_unite has "$(t commune show "$member" --json)" '"skills":["Hát","Múa khèn","Vẽ","Đá bóng"]'
claim custom_fields__it_is_resolved exits 0 t district resolve "$member" shirt_size --take 1
t district sync >/dev/null
t commune sync >/dev/null
claim custom_fields__everywhere agree 04576 commune district province

# ---- a viewer sees no sensitive one, whether it knows the field or not
t viewer join "$(cat "$work/district.url")" "$(t district invite 04576 --role viewer 2>/dev/null)" >/dev/null 2>&1
silent() { t viewer "$@" >"$work/said" 2>&1 && ! grep -q 'ho-ngheo\|Hộ nghèo' "$work/said"; }
claim custom_fields__a_viewer_has_the_field has "$(t viewer show "$member" --json)" '"_masked":["policy"]'
for words in "show $member" "show $member --json" "history $member --json" "export member -"; do
    # shellcheck disable=SC2086 # words of a command
    claim "custom_fields__a_viewer_does_not_see_it_${words%% *}" silent $words
done
t province rm "$policy" >/dev/null
t district sync >/dev/null
t viewer sync >/dev/null
claim custom_fields__nor_when_it_is_retired has "$(t viewer show "$member" --json)" '"_masked":["field_1001"]'
for words in "show $member" "show $member --json" "history $member --json" "export member -"; do
    # shellcheck disable=SC2086 # words of a command
    claim "custom_fields__nor_does_${words%% *}_then" silent $words
done

# ---- a store that knows no such field: the province's number is not there, its values are
t province rm "$shirt" >/dev/null
t district sync >/dev/null
claim custom_fields__a_retired_one_is_shown_by_number has "$(t district show "$member" --json)" '"field_1000":'
claim custom_fields__and_takes_nothing fails 1 input t district --json set "$member" shirt_size=S
t commune set "$member" shirt_size=S >/dev/null # it has not heard of it yet
t commune sync >/dev/null
t district sync >/dev/null
claim custom_fields__its_values_are_forwarded has "$(t province show "$member" --json)" '"field_1000":"S"'
claim custom_fields__and_all_agree agree 04576 commune district province
claim custom_fields__its_number_is_not_given_again \
    has "$(t province --json show "$(add of_kind=member name=shirt_size label_vi="Cỡ áo" type=int | json id)")" '"number":1003'
claim custom_fields__its_old_values_stay_where_they_are has "$(t province show "$member" --json)" '"field_1000":"S"'

# ---- two computers of the province, each without the other
claim custom_fields__a_second_computer_joins join province 15 second
t province add field of_kind=activity name=guests_count label_vi="Số khách" type=int >/dev/null
t second add field of_kind=activity name=weather label_vi="Thời tiết" type=set-of-text >/dev/null
for s in province second; do
    extra=guests_count=12
    [ $s = province ] || extra="weather=Nắng;Gió"
    t $s add activity type=meeting title="Họp $s" date=2026-11-01 $extra >/dev/null
done
t second sync >/dev/null
t district sync >/dev/null
t commune sync >/dev/null
used=$(t province help activity | grep -c 'guests_count\|weather')
claim custom_fields__one_of_the_two_is_used same "$used" 1
for s in second district commune; do
    claim "custom_fields__the_same_one_at_$s" \
        same "$(t $s help activity | grep 'guests_count\|weather')" "$(t province help activity | grep 'guests_count\|weather')"
done
claim custom_fields__the_other_one_waits_to_be_settled has "$(t province inbox --json)" '"unused_field"'
claim custom_fields__no_value_is_lost same \
    "$(t second list activity --json | grep -Eo '12|Nắng|Gió' | sort | tr '\n' ' ')" "$(printf '12 Gió Nắng ')"
for s in province second; do
    for title in province second; do
        id=$(t $s list activity title="Họp $title" --json | json id)
        claim "custom_fields__${s}_shows_what_${title}_wrote" exits 0 t $s show "$id"
        claim "custom_fields__and_exports_what_it_wrote" exits 0 t $s export activity -
    done
done
for s in province district commune second; do
    claim "custom_fields__${s}_is_sound" exits 0 t $s check
done
done_testing
