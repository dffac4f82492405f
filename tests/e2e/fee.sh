#!/bin/sh
# Fees of a month: entered for all, paid by all but some, exemptions that go on, the share that goes up.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
export TERRACE_NOW=2025-07-05T08:00:00Z

t s init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null
t s add unit code=A name="Xã A" parent=15 type=doan-co-so >/dev/null
t s add unit code=A-1 name="Chi đoàn thôn 1" parent=A type=chi-doan >/dev/null
t s add unit code=A-2 name="Chi đoàn thôn 2" parent=A type=chi-doan >/dev/null
n=0
for name in "Giàng A Dê" "Hờ A Sùng" "Lò Thị Mai" "Sùng Thị Dở" "Vàng A Páo"; do
    n=$((n + 1))
    t s add member full_name="$name" birth_date=200$n-02-02 unit=A-1 card_no=YB-$n >/dev/null
done
t s add member full_name="Người Khác" birth_date=2001-01-01 unit=A-2 >/dev/null
t s add member full_name="Đã Trưởng Thành" birth_date=1990-01-01 unit=A-1 status=matured >/dev/null
t s add member full_name="Mới Vào" birth_date=2009-01-01 unit=A-1 admission_date=2025-07-01 >/dev/null
# one with a wage, as the fee before says
t s add fee member=YB-2 month=2025-05 amount=5000 waged=true status=paid unit=A-1 >/dev/null
fee() { t s --json fee "$@" --unit A-1; }

claim fee__a_look_writes_nothing same "$(fee list 2025-06 | json id)" ""
claim fee__it_shows_who_owes same "$(fee list 2025-06 | wc -l)" 5
line=$(fee due 2025-06)
claim fee__due_is_entered_for_the_active_members has "$line" '"saved":5,"members":5,"due":5'
claim fee__unwaged_and_waged same "$(fee list 2025-06 | json amount | sort | tr '\n' ' ')" "2000 2000 2000 2000 5000 "
claim fee__again_changes_nothing has "$(fee due 2025-06)" '"saved":0'
claim fee__exempt_wants_a_reason exits 2 t s fee exempt 2025-06 YB-4
claim fee__exempt_with_its_reason has "$(fee exempt 2025-06 YB-4 --reason "Hộ nghèo")" '"exempt":1'
line=$(fee pay 2025-06 all but "Giàng A Dê")
claim fee__all_but_one_pay has "$line" '"saved":3,"members":5,"due":1,"exempt":1,"paid":3,"collected":9000'
claim fee__two_thirds_stay has "$line" '"kept":6000,"up":3000,"remitted":0'
claim fee__in_vietnamese_words has "$(fee pay 2025-06 "tất cả" "trừ" "Giàng A Dê")" '"saved":0'
claim fee__in_vietnamese_words_without_quotes has "$(fee pay 2025-06 tất cả trừ "Giàng A Dê")" '"saved":0'
claim fee__but_two_of_them_by_their_given_names has "$(fee pay 2025-05 tất cả trừ Dê Páo)" '"paid":3,'
claim fee__as_one_word has "$(fee pay 2025-05 "tất cả trừ Dê; Páo")" '"paid":3,'
claim fee__all_without_quotes has "$(fee pay 2025-05 tất cả)" '"paid":5,'
claim fee__a_given_name_is_enough has "$(fee pay 2025-03 dở)" '"paid":1,'
t s add member full_name="Vừa Thị Mai" birth_date=2004-01-01 unit=A-2 >/dev/null
claim fee__of_the_unit has "$(fee pay 2025-03 Mai)" '"paid":2,'
t s fee pay 2025-03 Mai --unit A >/dev/null 2>"$work/mai"
claim fee__a_name_of_two_is_not_guessed same $? 1
claim fee__and_both_are_named has "$(cat "$work/mai")" "Lò Thị Mai"
claim fee__and_the_other has "$(cat "$work/mai")" "Vừa Thị Mai"
claim fee__the_share_goes_up has "$(fee remit 2025-06)" '"saved":1'
claim fee__once has "$(fee remit 2025-06)" '"saved":0'
line=$(fee pay 2025-06 YB-1)
claim fee__a_late_payer_counts has "$line" '"collected":11000,"kept":7334,"up":3666,"remitted":3000'
claim fee__the_remainder_stays_below has "$(fee remit 2025-06)" '"remitted":3666'
claim fee__in_one_record same "$(t s list fee status=remitted --json | wc -l)" 1
claim fee__an_exemption_goes_on has "$(fee due 2025-07)" '"saved":6,"members":6,"due":5,"exempt":1'
claim fee__with_its_reason has "$(t s list fee month=2025-07 status=exempt --json)" "Hộ nghèo"
claim fee__people_read_it has "$(t s fee list 2025-06 --unit A-1)" "11,000 đ"
claim fee__in_vietnamese has "$(t s --lang vi fee list 2025-06 --unit A-1)" "Đã thu 11.000 đ"
# the numbers are the province's to change, from a day on
t s add rule name=fee_unwaged value=3000 from=2025-08-01 >/dev/null
claim fee__a_new_amount_holds_from_its_day same "$(fee list 2025-08 | json amount | sort -u | tr '\n' ' ')" "0 3000 5000 "

claim fee__an_unknown_operation_is_told exits 2 t s fee eat 2025-06
claim fee__a_month_that_is_none_is_told exits 1 t s fee due 2025-13
claim fee__paying_wants_somebody exits 2 t s fee pay 2025-06
claim fee__a_stranger_is_told exits 1 t s fee pay 2025-06 "Người Khác" --unit A-1
claim fee__somebody_unknown_is_told exits 3 t s fee pay 2025-06 "Không Ai" --unit A-1
claim fee__nothing_to_remit_is_told exits 1 t s fee remit 2024-01 --unit A-1
claim fee__who_has_paid_is_not_exempted exits 1 t s fee exempt 2025-06 YB-1 --reason x --unit A-1
claim fee__all_or_nothing same "$(t s list fee status=exempt month=2025-06 --json | wc -l)" 1

# what the command leaves is what the hand leaves
t s add fee member=YB-3 month=2025-04 amount=2000 waged=false status=paid paid_on=2025-07-05 unit=A-1 >/dev/null
t s fee pay 2025-04 YB-5 --unit A-1 >/dev/null
plain() {
    t s list fee month=2025-04 member="$1" --json |
        sed -E 's/"[0-9a-z]{13}-[0-9]+"/"ID"/g; s/"(_[a-z_]+|time|member_name|member_title)":("[^"]*"|[^,}]*)/"\1":""/g'
}
claim fee__it_leaves_what_the_hand_leaves same "$(plain YB-5)" "$(plain YB-3)"
# more members than one sheet takes
t big init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null
awk 'BEGIN { for (i = 1; i <= 5001; i++)
    printf "{\"full_name\":\"Số %d\",\"birth_date\":\"200%d\"}\n", i, i % 8 }' >"$work/many.jsonl"
t big import member "$work/many.jsonl" --anyway >/dev/null 2>&1
claim fee__too_many_members_for_one_sheet_are_told fails 1 too_large "$TERRACE" --json -C "$work/big" fee due 2025-06
claim fee__and_nothing_is_entered same "$(count big fee)" 0
done_testing

