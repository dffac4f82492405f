#!/bin/sh
# Spreadsheets: what another program wrote is read, what we write another program reads, and a file
# that was made to do harm is refused and changes nothing.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

xlsx() { python3 tests/lib/xlsx.py "$@"; }
# counts ROWS ADDED CHANGED UNCHANGED REJECTED: as --json tells them
counts() {
    printf '"rows":%s,"added":%s,"changed":%s,"unchanged":%s,"rejected":%s' "$@"
}
# got KEY=VALUE FIELD: that field of the member
got() { t province list member "$1" --json | json "$2"; }

t province init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null 2>&1
t province import unit "$data/units-yenbai-2019-10.csv" >/dev/null

# --- a table as an office makes it -------------------------------------------------------------------
xlsx make "$work/office.xlsx" office
line=$(t province --json import member "$work/office.xlsx")
claim sheets__a_table_of_an_office_is_read has "$line" "$(counts 4 4 0 0 0)"
claim sheets__again_it_changes_nothing \
    has "$(t province --json import member "$work/office.xlsx")" "$(counts 4 0 0 4 0)"
claim sheets__shared_texts_are_joined_without_reading_aids same "$(got ext_id=o1 full_name)" "Giàng A Dê"
claim sheets__a_date_is_a_day same "$(got ext_id=o1 birth_date)" 2001-04-12
claim sheets__a_date_shown_as_a_month_is_a_month same "$(got ext_id=o2 birth_date)" 2001-04
claim sheets__a_date_shown_as_a_year_is_a_year same "$(got ext_id=o4 birth_date)" 2001
claim sheets__labels_of_codes_are_understood same "$(got ext_id=o2 sex)" female
claim sheets__zeros_that_are_shown_are_kept same "$(got ext_id=o1 phone)" 000912345678
claim sheets__a_text_is_no_formula same "$(got ext_id=o3 phone)" "=1+1"
xlsx make "$work/two.xlsx" two_sheets
claim sheets__sheets_that_are_not_read_are_told \
    sh -c "'$TERRACE' -C '$work/province' --lang en import member '$work/two.xlsx' 2>&1 | grep -q 'Sheet1'"
xlsx make "$work/1904.xlsx" 1904
t province --json import member "$work/1904.xlsx" >/dev/null
claim sheets__days_are_counted_from_1904_too same "$(got ext_id=x9 birth_date)" 2001-04-12
claim sheets__a_sheet_comes_from_a_pipe \
    has "$(t province --json import member - <"$work/office.xlsx")" "$(counts 4 0 0 4 0)"

# --- and back ----------------------------------------------------------------------------------------
generate "$work/data"
import_steps province "$work/data" >/dev/null 2>&1
before=$(digest province 15)
for kind in member activity unit; do
    for lang in vi en; do
        t province --lang $lang export $kind "$work/$kind.xlsx" >/dev/null 2>&1
        all=$(count province $kind)
        claim "sheets__${kind}_in_${lang}_comes_back_unchanged" \
            has "$(t province --json import $kind "$work/$kind.xlsx")" "$(counts "$all" 0 0 "$all" 0)"
    done
done
claim sheets__the_digest_is_the_same same "$(digest province 15)" "$before"
t province --lang vi export member "$work/member.xlsx" >/dev/null 2>&1
xlsx read "$work/member.xlsx" >"$work/member.rows"
claim sheets__another_program_reads_every_row \
    same "$(($(wc -l <"$work/member.rows") - 1))" "$(count province member)"
claim sheets__heads_are_labels has "$(head -n 1 "$work/member.rows")" '"Họ và tên *"'
claim sheets__a_day_is_a_number_of_days has "$(grep '"Giàng A Dê"' "$work/member.rows")" 36993.0
claim sheets__a_month_is_text has "$(grep '"Lò Thị Ban"' "$work/member.rows")" '"04/2001"'
claim sheets__what_begins_like_a_formula_is_text has "$(cat "$work/member.rows")" '"=1+1"'
if command -v ssconvert >/dev/null; then # of gnumeric
    ssconvert "$work/member.xlsx" "$work/gnumeric.xlsx" >/dev/null 2>&1
    all=$(count province member)
    claim sheets__what_gnumeric_saves_again_comes_back_unchanged \
        has "$(t province --json import member "$work/gnumeric.xlsx")" "$(counts "$all" 0 0 "$all" 0)"
else
    skip sheets__what_gnumeric_saves_again_comes_back_unchanged "no gnumeric here"
fi
claim sheets__masked_has_no_phone sh -c "'$TERRACE' -C '$work/province' --lang vi \
    export member '$work/masked.xlsx' --mask && ! python3 tests/lib/xlsx.py read '$work/masked.xlsx' |
    grep -q 'Điện thoại'"
claim sheets__masked_comes_back_unchanged \
    has "$(t province --json import member "$work/masked.xlsx")" '"changed":0'
t province export member - --unit 04576 --template >"$work/head.csv"
claim sheets__a_csv_template_has_field_names has "$(cat "$work/head.csv")" full_name,

# --- .csv: what begins like a formula ----------------------------------------------------------------
t province set o2 phone="'@b" note="-5" residence="-x" home_place="''+1" >/dev/null 2>&1
t province export member "$work/all.csv" >/dev/null 2>&1
claim sheets__csv_has_no_formula sh -c "! tr ',' '\n' <'$work/all.csv' | grep -q '^\"\\{0,1\\}[=+@]'"
claim sheets__csv_guards_with_an_apostrophe grep -q ",'=1+1," "$work/all.csv"
claim sheets__csv_numbers_stay_numbers grep -q ",-5$" "$work/all.csv"
claim sheets__csv_comes_back_unchanged has "$(t province --json import member "$work/all.csv")" '"changed":0'
claim sheets__an_apostrophe_of_ones_own_stays same "$(got ext_id=o2 phone)" "'@b"

# --- a filled template, without keys, comes twice ----------------------------------------------------
xlsx make "$work/filled.xlsx" without_keys
claim sheets__a_sheet_without_keys_is_taken \
    has "$(t province --json import member "$work/filled.xlsx")" "$(counts 2 2 0 0 0)"
claim sheets__a_sheet_without_keys_comes_again exits 0 t province --json import member "$work/filled.xlsx"
claim sheets__and_adds_nothing has "$(cat "$work/exits.out")" "$(counts 2 0 0 2 0)"

# --- templates ---------------------------------------------------------------------------------------
t province --lang vi export member "$work/template.xlsx" --template >/dev/null 2>&1
claim sheets__a_template_has_no_rows same "$(xlsx read "$work/template.xlsx" | wc -l)" 1
claim sheets__a_template_has_a_sheet_that_explains \
    same "$(xlsx names "$work/template.xlsx" | tail -n 1)" "Giải thích"
claim sheets__a_template_has_lists_of_codes same "$(xlsx choices "$work/template.xlsx" C | sed -n 2p)" Nam
claim sheets__an_empty_template_is_imported \
    has "$(t province --json import member "$work/template.xlsx")" "$(counts 0 0 0 0 0)"
# every head of every kind, in both languages, is understood when it comes back
"$TERRACE" -C "$work/none" --lang en help | sed '1,/^Kinds of records/d; /^$/,$d' |
    sed -n 's/^  \([a-z_]*\) .*/\1/p' >"$work/kinds"
claim sheets__there_are_kinds test "$(wc -l <"$work/kinds")" -gt 20
while read -r kind; do
    for lang in vi en; do
        t province --lang $lang export "$kind" "$work/kind.xlsx" --template >/dev/null 2>&1
        claim "sheets__heads_of_${kind}_in_${lang}_are_understood" \
            exits 0 t province import "$kind" "$work/kind.xlsx"
    done
done <"$work/kinds"

# --- rows that are not taken -------------------------------------------------------------------------
xlsx make "$work/cells.xlsx" bad_cells
claim sheets__bad_cells_exit_1 \
    exits 1 t province --json import member "$work/cells.xlsx" --rejects "$work/rejects.xlsx"
claim sheets__bad_cells_are_rejected has "$(cat "$work/exits.out")" "$(counts 7 1 0 0 6)"
claim sheets__a_bad_cell_is_named grep -q 'C2.*#N/A.*"line":2' "$work/exits.err"
claim sheets__a_formula_without_a_value_is_named grep -q 'C3.*"line":3' "$work/exits.err"
claim sheets__a_cell_without_a_head_is_named grep -q 'F4.*"line":4' "$work/exits.err"
claim sheets__the_day_that_never_was_is_named grep -q 'C5.*"line":5' "$work/exits.err"
claim sheets__a_number_is_no_date grep -q '36993.*"line":6' "$work/exits.err"
claim sheets__a_text_that_is_missing_is_named grep -q 'D8.*"line":8' "$work/exits.err"
claim sheets__what_a_formula_gave_is_taken same "$(got ext_id=b6 birth_date)" 2001
xlsx read "$work/rejects.xlsx" >"$work/rejects.rows"
claim sheets__rejects_hold_the_bad_rows_alone same "$(wc -l <"$work/rejects.rows")" 7
claim sheets__rejects_have_a_reason has "$(sed -n 6p "$work/rejects.rows")" '"Giàng A F", "36993"'
cat >"$work/bad.csv" <<'CSV'
STT,Mã bên ngoài,Họ và tên,Ngày sinh,Đơn vị,Giới tính
1,r1,Giàng Thị Mỷ,12/04/2001,04576,nữ
2,r2,Vàng A Páo,31/02/2001,04576,nam
3,r3,=Vàng A Lử,2001,no-such-unit,nam
CSV
for form in csv jsonl xlsx; do
    claim "sheets__bad_rows_are_written_as_$form" \
        exits 1 t province import member "$work/bad.csv" --rejects "$work/again.$form"
    claim "sheets__what_stays_bad_in_${form}_is_rejected_again" \
        exits 1 t province --json import member "$work/again.$form" --rejects "$work/third.$form"
    claim "sheets__reasons_in_${form}_are_passed_over" has "$(cat "$work/exits.out")" "$(counts 2 0 0 0 2)"
done
printf 'ext_id,full_name\nq1,A,too,many\n' >"$work/many.csv"
claim sheets__a_line_that_is_no_row_is_rejected \
    exits 1 t province --json import member "$work/many.csv" --rejects "$work/where.csv"
claim sheets__and_the_file_says_where_it_stood grep -q '^,,.*line 2:' "$work/where.csv"
claim sheets__rejects_of_lines_go_to_lines \
    exits 1 t province import member "$work/again.jsonl" --rejects "$work/no.csv"
claim sheets__rejects_need_a_known_form \
    exits 1 t province import member "$work/bad.csv" --rejects "$work/no.txt"
sed 's/31.02.2001/28\/02\/2001/; s/no-such-unit/04576/' "$work/again.csv" >"$work/mended.csv"
claim sheets__corrected_rows_are_taken \
    has "$(t province --json import member "$work/mended.csv" --rejects "$work/none.csv")" "$(counts 2 2 0 0 0)"
claim sheets__without_bad_rows_there_is_no_file test ! -e "$work/none.csv"
echo '_ghi chú=no_such_field' >"$work/slip.map"
claim sheets__a_head_that_nobody_knows_is_refused \
    exits 1 t province --json import member "$work/office.xlsx" --map "$work/slip.map"
claim sheets__and_told_with_its_line grep -q 'no_such_field.*"line":3' "$work/exits.err"
printf 'full_nam,birth_date\nA,2001\n' >"$work/slip.csv"
claim sheets__an_unknown_column_is_refused exits 1 t province import member "$work/slip.csv"
claim sheets__and_the_nearest_is_named grep -q full_name "$work/exits.err"

# --- files made to do harm ---------------------------------------------------------------------------
before=$(t province --json status | cksum)
for bad in $(xlsx bad); do
    xlsx make "$work/bad.xlsx" "$bad"
    claim "sheets__${bad}_is_refused" exits 1 t province --json import member "$work/bad.xlsx"
    claim "sheets__${bad}_is_explained" grep -q '"error":"\(input\|too_large\)"' "$work/exits.err"
done
claim sheets__bad_files_change_nothing same "$(t province --json status | cksum)" "$before"
claim sheets__check_is_clean has "$(t province --json check)" '"damaged":0'
done_testing
