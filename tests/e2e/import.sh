#!/bin/sh
# Importing: the real lists of units, idempotence by ext_id, bad rows, round trips of exports.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

claim import__init t province init --unit 15 --name "Tỉnh đoàn Yên Bái"
line=$(t province --json import unit "$data/units-yenbai-2019-10.csv")
claim import__units_of_2019_have_190_rows has "$line" '"rows":190'
claim import__units_are_not_rejected has "$line" '"rejected":0'
claim import__the_root_is_matched same "$(count province unit)" 190
line=$(t province --json import unit "$data/units-yenbai-2019-10.csv")
claim import__units_again_add_nothing has "$line" '"added":0'
claim import__units_again_change_nothing has "$line" '"changed":0'
for year in 2021 2025-03; do
    line=$(t province --json import unit "$data/units-yenbai-$year.csv")
    claim "import__units_of_${year}_are_taken" has "$line" '"rejected":0'
    claim "import__units_of_${year}_are_idempotent" \
        has "$(t province --json import unit "$data/units-yenbai-$year.csv")" '"changed":0'
done
claim import__parents_are_found_by_code sh -c "'$TERRACE' -C '$work/province' status --unit 138 --json"

generate "$work/data"
claim import__records import_steps province "$work/data"
before=$(digest province 04576)
line=$(t province --json import member "$work/data/members.jsonl")
claim import__members_again_change_nothing has "$line" '"added":0,"changed":0,"unchanged":120'
line=$(t province --json import activity "$work/data/activities.jsonl")
claim import__activities_again_change_nothing has "$line" '"added":0,"changed":0,"unchanged":40'
claim import__digest_is_unchanged same "$(digest province 04576)" "$before"

line=$(t province --json import member "$work/data/month-members.jsonl" --dry-run)
claim import__dry_run_counts has "$line" '"changed":17'
claim import__dry_run_writes_nothing same "$(digest province 04576)" "$before"
claim import__month_changes_17 \
    has "$(t province --json import member "$work/data/month-members.jsonl")" '"changed":17'

# a set of references by ext_id holds what the file named
want=$(sed -n '1s/.*"present":\[\([^]]*\)\].*/\1/p' "$work/data/activities.jsonl" | tr ',' '\n' | wc -l)
got=$(t province list activity ext_id=a-04576-1 --json |
    sed 's/.*"present":\[\([^]]*\)\].*/\1/' | tr ',' '\n' | wc -l)
claim import__attendance_is_complete same "$got" "$want"

# an export goes back in, in each form
for form in jsonl csv; do
    t province export member "$work/out.$form" >/dev/null
    line=$(t province --json import member "$work/out.$form")
    claim "import__export_as_${form}_comes_back_unchanged" \
        has "$line" '"rows":120,"added":0,"changed":0,"unchanged":120,"rejected":0'
done

# a list without keys of its own comes twice, with --anyway too
cat >"$work/list.csv" <<'CSV'
full_name,birth_date,unit,sex,card_no,languages
Sùng Thị Dở,12/04/2001,04576,nữ,9101,mông;kinh
Lò Thị Ban,04/2001,04576,nữ,,
Vàng A Páo,2002,04576,nam,9103,
CSV
sed 's/04576,nữ,,/04576,nam,,/; s/Vàng A Páo,2002/Vàng A Pó,2003/' "$work/list.csv" >"$work/other.csv"
claim import__a_list_without_keys_is_taken \
    has "$(t province --json import member "$work/list.csv")" '"added":3,'
for anyway in "" --anyway; do
    claim "import__a_list_without_keys_comes_again$anyway" \
        exits 0 t province --json import member "$work/list.csv" $anyway
    claim "import__that_adds_nothing$anyway" has "$(cat "$work/exits.out")" \
        '"rows":3,"added":0,"changed":0,"unchanged":3,"rejected":0'
done
claim import__another_cell_is_still_a_double \
    exits 1 t province --json import member "$work/other.csv"
claim import__but_for_the_row_as_it_was has "$(cat "$work/exits.out")" \
    '"added":0,"changed":0,"unchanged":1,"rejected":2'
# what two rows of one file share is told with the name, on the screen and in the file
cat >"$work/shared.csv" <<'CSV'
full_name,birth_date,unit,card_no
Hờ A Lềnh,02/03/2001,04576,9201
Thào Thị Pàng,2003,04576,9201
Hờ A Lềnh,02/03/2001,04576,9203
CSV
claim import__a_shared_number_exits_1 \
    exits 1 t province --lang vi import member "$work/shared.csv" --rejects "$work/rejects.csv"
claim import__a_shared_number_is_told_with_its_holder \
    grep -q 'shared.csv:3: card_no: .*đã ghi cho Hờ A Lềnh, Xã Hưng Khánh' "$work/exits.err"
claim import__the_holder_is_read_within_the_import \
    same "$(grep -c -- '-[0-9]*  Hờ A Lềnh (Đoàn viên, Xã Hưng Khánh)' "$work/exits.err")" 2
claim import__rejects_name_the_candidate \
    same "$(grep -c -- '→ .*-[0-9]*  Hờ A Lềnh (' "$work/rejects.csv")" 2
claim import__the_same_as_json exits 1 t province --json import member "$work/shared.csv"
claim import__json_is_one_object_a_line sh -c \
    "[ \$(wc -l <'$work/exits.out') = 1 ] && ! cat '$work/exits.out' '$work/exits.err' | grep -v '^{.*}$'"

printf 'title,date,unit,type,present\nHọp liên chi đoàn,01/03/2026,04570,meeting,9201\n' >"$work/guest.csv"
claim import__a_note_keeps_exit_0 exits 0 t province --json import activity "$work/guest.csv"
claim import__a_note_as_json_is_one_object_on_stderr \
    grep -qx '{"warning":"activity_attendee",.*"line":2}' "$work/exits.err"
claim import__and_the_report_alone_is_on_stdout \
    grep -qx '{"rows":1,"added":1,"changed":0,"unchanged":0,"rejected":0}' "$work/exits.out"
claim import__each_on_a_line_of_its_own \
    same "$(cat "$work/exits.out" "$work/exits.err" | wc -l)" 2

# a column that is no field
printf 'full_name,lương\nA,1\n' >"$work/column.csv"
claim import__a_column_that_is_no_field_exits_1 exits 1 t province --lang vi import member "$work/column.csv"
claim import__then_nothing_is_said_to_be_kept \
    sh -c "! grep -q 'đã được lưu' '$work/exits.out' && grep -q 'Chưa nhận gì.*_.*--map' '$work/exits.out'"

printf 'member,month,amount\n9101,2026-01,2000\n9101,2026-01,2000\n9103,2026-01,2000\n' >"$work/fee.csv"
printf 'title,date,unit,type,present\nHọp chi đoàn,01/03/2026,04576,meeting,9101;9103\n' >"$work/activity.csv"
printf 'Họp chi đoàn,01/03/2026,04570,meeting,\n' >>"$work/activity.csv"
printf 'unit,period,month,title\n04576,year,2026-01,Chương trình công tác năm\n' >"$work/plan.csv"
for kind in fee activity plan; do
    line=$(t province --json import $kind "$work/$kind.csv")
    rows=$(printf %s "$line" | json rows)
    claim "import__a_${kind}_is_taken" has "$line" '"rejected":0'
    claim "import__a_${kind}_again_adds_nothing" has "$(t province --json import $kind "$work/$kind.csv")" \
        "\"rows\":$rows,\"added\":0,\"changed\":0,\"unchanged\":$rows,\"rejected\":0"
done
claim import__a_row_twice_in_a_file_is_one \
    same "$(t province list fee month=2026-01 amount=2000 --json | grep -c .)" 2

# bad rows are named by line; good ones are kept
cat >"$work/bad.csv" <<'CSV'
ext_id,full_name,birth_date,unit,sex
x1,Giàng A Dê,2001-04-12,04576-01,male
x2,Lò Thị Ban,31/02/2001,04576-01,female
x3,Vừ A Say,2001-05,no-such-unit,male
x4,,2001-05,04576-01,male
x5,Hà Văn Ích,12/04/2001,04576-01,nam
CSV
claim import__bad_rows_exit_1 exits 1 t province --json import member "$work/bad.csv"
claim import__bad_rows_are_counted has "$(cat "$work/exits.out")" '"added":2'
claim import__bad_rows_are_rejected has "$(cat "$work/exits.out")" '"rejected":3'
for line in 3 4 5; do
    claim "import__line_${line}_is_named" grep -q "bad.csv:$line: \|\"line\":$line" "$work/exits.err"
done
claim import__good_rows_are_kept has "$(t province list member ext_id=x5 --json)" '"sex":"male"'
claim import__check_is_clean has "$(t province --json check)" '"damaged":0'
done_testing
