#!/bin/sh
# terrace print: what stands on each paper, that names cannot break out of a page, what is refused; and, where
# a browser is, how many sheets of A4 it makes of it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
export TERRACE_NOW=2025-07-20T08:00:00Z TERRACE_LANG=vi

t s init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null
t s import unit "$data/units-yenbai-2019-10.csv" >/dev/null 2>&1
t s add unit code=04576-1 name="Chi đoàn thôn Khe Dứa" parent=04576 type=chi-doan >/dev/null
evil='<script>alert("1")</script> & O'\''Dê'
turned=$(printf 'A\342\200\256B')
a=$(t s add member full_name="Giàng A Dê" birth_date=12/04/2001 sex=nam unit=04576-1 card_no=YB-004576 \
    admission_date=26/03/2017 home_place="Xã Lâm Giang" phone=0912000111)
b=$(t s add member full_name="Lò Thị Ánh" birth_date=02/09/2003 sex=nữ unit=04576-1 admission_date=26/03/2019)
c=$(t s add member full_name="Nguyễn Văn Bình" birth_date=2002 unit=04576-1 admission_date=19/05/2018)
d=$(t s add member full_name="$evil" birth_date=01/01/2004 unit=04576-1 admission_date=10/06/2025 \
    home_place='"><img src=x onerror=alert(1)>' note="$turned")
t s add member full_name="Hoàng Văn Xa" birth_date=07/07/2000 unit=04576-1 status=away >/dev/null
t s add member full_name="Vàng Thị Cũ" birth_date=08/08/1990 unit=04576-1 status=matured \
    status_date=20/05/2025 >/dev/null
office() { # office MEMBER FROM [FIELD=VALUE…]: secretary of the branch
    office_member=$1
    from=$2
    shift 2
    office_id=$(t s add position member="$office_member" title=bi-thu unit=04576-1 from="$from" "$@" 2>/dev/null)
}
approve() { t s set "$office_id" status=approved decision_no=7 decision_date="$1" >/dev/null; }
office "$c" 01/01/2020 to=31/12/2023
approve 01/01/2020
office "$b" 01/01/2024
approve 01/01/2024
office "$d" 01/07/2025 # elected, and not approved yet
meeting=$(t s add activity type=meeting title="Sinh hoạt tháng 6" date=15/06/2025 unit=04576-1 chair="$b" \
    place="Nhà văn hoá" present="$a;$b" excused="$c" agenda="Hát;<b>Đố vui</b>" topics="Tảo hôn" \
    resolution="Một.
Hai & ba." status=held)
planned=$(t s add activity type=meeting title="Sinh hoạt tháng 8" date=12/08/2025 unit=04576-1)
t s add fee member="$a" month=2025-06 amount=2000 status=paid unit=04576-1 >/dev/null
plan=$(t s add plan title="Tháng 6" period=month month=2025-06 unit=04576)
t s add plan_item task="Dọn đường thôn" plan="$plan" owner="Giàng A Dê" due=22/06/2025 unit=04576-1 >/dev/null
letter=$(t s transfer issue "$a" --to 04549 reason="Lập gia đình" fees_paid_to=2025-06 2>/dev/null)

# paper NAME ARGS…: prints it into $work/NAME.html and reads it into $page, one line
paper() {
    name=$1
    shift
    rm -f "$work/$name.html"
    "$TERRACE" -C "$work/s" print "$@" --out "$work/$name.html" >"$work/said" 2>&1 || cat "$work/said"
    page=$(tr '\n' ' ' <"$work/$name.html")
}
# shows WORD…: all of them, in this order
shows() {
    rest=$page
    for word in "$@"; do
        has "$rest" "$word" || return 1
        rest=${rest#*"$word"}
    done
}
lacks() {
    for word in "$@"; do
        case $page in *"$word"*)
            echo "«$word» is there"
            return 1
            ;;
        esac
    done
}
not() { ! "$@"; }

paper card card 04576-1
claim print__cards_of_a_unit_by_given_name shows "Lò Thị Ánh" "Nguyễn Văn Bình" "Giàng A Dê" "Hoàng Văn Xa"
claim print__a_card_says_who shows "Thẻ đoàn viên" "Số thẻ:" YB-004576 12/04/2001 "Xã Lâm Giang" 26/03/2017 \
    "Chi đoàn thôn Khe Dứa"
claim print__and_who_issues_it shows "Đoàn TNCS Hồ Chí Minh" "Đoàn xã Hưng Khánh" "TM. Ban Thường vụ"
claim print__its_number_as_a_picture shows "<svg "
claim print__who_is_no_member_any_more_has_none lacks "Vàng Thị Cũ"
claim print__a_card_has_no_sensitive_field lacks 0912000111
paper one card "$a"
claim print__one_card_alone lacks "Lò Thị Ánh"

paper sheet sheet "$b"
claim print__a_sheet_has_the_head shows "Đoàn xã Hưng Khánh" "Chi đoàn thôn Khe Dứa" "Đoàn TNCS Hồ Chí Minh" \
    "Hưng Khánh, ngày 20 tháng 7 năm 2025" "Phiếu đoàn viên"
claim print__and_each_field shows "Họ và tên:" "Lò Thị Ánh" "Giới tính:" "Nữ" "Số căn cước:"
claim print__and_dots_where_nothing_is_known shows 'Số căn cước:</span> <span class="fill"></span>'
claim print__and_the_offices_held shows "Chức vụ" "Bí thư" 01/01/2024
paper sheet_c sheet "$c"
claim print__whose_term_is_over_is_shown_so shows "Chức vụ" "Bí thư" 01/01/2020 31/12/2023
paper sheet sheet "$b"
claim print__and_meetings_attended shows "1/1 buổi (100%)"
paper sheet_a sheet "$a"
claim print__a_sheet_has_sensitive_fields shows 0912000111
claim print__on_the_way_he_is_of_where_he_comes_from shows "Chi đoàn thôn Khe Dứa" "$letter"
claim print__nothing_is_said_of_conflicts_where_none_is not grep -q "terrace conflicts" "$work/said"
t s add field of_kind=member name=blood label_vi="Nhóm máu" label_en="Blood group" type=text >/dev/null
t s set "$a" blood=O+ >/dev/null
paper sheet_a sheet "$a"
claim print__a_field_of_the_province_is_on_the_sheet shows "Nhóm máu:" "O+"
paper sheets sheet 04576-1
claim print__sheets_of_a_unit_begin_new_pages same "$(printf '%s' "$page" | grep -o 'class="page"' | wc -l)" 4

paper minutes minutes "$meeting"
claim print__minutes_say_when_and_where shows "Hưng Khánh, ngày 15 tháng 6 năm 2025" "Biên bản" \
    "Sinh hoạt tháng 6" "Nhà văn hoá"
claim print__and_who_was_there shows "Chủ trì:" "Lò Thị Ánh" "2/4 đoàn viên" "Giàng A Dê" \
    "Vắng có lý do: Nguyễn Văn Bình" "Vắng không có lý do: &lt;script&gt;"
claim print__who_is_away_is_not_absent lacks "Hoàng Văn Xa"
claim print__and_what_was_resolved shows "Tảo hôn" "Nghị quyết" "Một. Hai &amp; ba." "Thư ký"
paper blank minutes "$planned"
claim print__minutes_before_a_meeting_are_to_be_filled_in shows 'Có mặt:</span> <span class="fill"></span>' \
    'class="blank"'

paper attendance attendance "$planned"
claim print__a_list_to_sign shows "Danh sách điểm danh" "Sinh hoạt tháng 8" "Chữ ký" "Lò Thị Ánh" \
    "Theo danh sách: 5"
paper month attendance 04576-1 --period 2025-08
claim print__a_list_for_a_month shows "sinh hoạt thường kỳ tháng 8 năm 2025" "Lò Thị Ánh"

paper letter letter "$letter"
claim print__a_letter_by_its_number shows "Huyện đoàn Trấn Yên" "Đoàn xã Hưng Khánh" "Số: $letter" \
    "Giấy giới thiệu" "<svg " "Kính gửi:" "Ban Chấp hành Đoàn xã Văn Tiến" "Giàng A Dê" "Lập gia đình" "06/2025"
claim print__with_an_answer_to_cut_off shows "Phần trả lời của nơi tiếp nhận" "$letter" "Giàng A Dê"

paper book book 04576-1 --period 2025-Q2
claim print__a_book_has_a_page_a_month shows "tháng 4 năm 2025" "tháng 5 năm 2025" "tháng 6 năm 2025"
claim print__a_quarter_ends lacks "tháng 7 năm 2025"
paper june book 04576-1 --period 2025-06
claim print__a_month_lists_members_with_fees_and_presence shows "Giàng A Dê" 1/1 "2.000 đ" "mới kết nạp"
claim print__and_meetings_and_the_plan shows "Sinh hoạt tháng 6" "Tảo hôn" "Dọn đường thôn" "Bí thư" "Lò Thị Ánh"
claim print__and_is_signed_by_who_holds_the_office_now same \
    "$(printf '%s' "$page" | sed 's/.*Bí thư<//' | grep -o 'Lò Thị Ánh\|Nguyễn Văn Bình\|O&#39;Dê' | head -n 1)" "Lò Thị Ánh"
claim print__who_left_before_is_not_in_it lacks "Vàng Thị Cũ"
paper july book 04576-1
claim print__the_present_month_when_none_is_given shows "tháng 7 năm 2025" "giấy số $letter"
claim print__other_months_are_not_in_it lacks "Sinh hoạt tháng 6" "2.000 đ"
paper may book 04576-1 --period 2025-05
claim print__who_left_in_that_month_is_told shows "Vàng Thị Cũ" "Đã trưởng thành"
claim print__who_came_later_is_not_in_it lacks "O&#39;Dê"

# a member of another branch moves here
t s add unit code=04576-2 name="Chi đoàn thôn Đá" parent=04576 type=chi-doan >/dev/null
e=$(t s add member full_name="Sùng A Đến" birth_date=03/03/2003 unit=04576-2)
in=$(TERRACE_NOW=2025-06-20T08:00:00Z t s transfer issue "$e" --to 04576-1 2>/dev/null)
t s transfer accept "$in" >/dev/null 2>&1
paper here book 04576-1 --period 2025-05
claim print__who_came_by_letter_was_not_here_before lacks "Sùng A Đến"
paper here book 04576-1 --period 2025-06
claim print__and_is_from_that_month_on shows "Sùng A Đến" "chuyển đến" "chuyển từ Chi đoàn thôn Đá"
paper there book 04576-2 --period 2025-05
claim print__and_was_where_he_came_from shows "Sùng A Đến" "Tổng số đoàn viên: 1"
paper there book 04576-2 --period 2025-06
claim print__where_the_month_of_leaving_says_so shows "Sùng A Đến" "chuyển đi</td>" "Sùng A Đến chuyển đến"
paper there book 04576-2 --period 2025-07
claim print__until_he_left lacks "Sùng A Đến"

# two records of one person
one=$(t s add member full_name="Thào Thị Dở" birth_date=04/04/2004 unit=04576-2 2>/dev/null)
two=$(t s add member full_name="Thào Thị Dợ" birth_date=04/04/2004 unit=04576-2 --anyway 2>/dev/null)
t s add activity type=meeting title="Cả hai" date=10/07/2025 unit=04576-2 present="$one;$two" status=held >/dev/null 2>&1
t s merge "$one" "$two" >/dev/null 2>&1
paper merged sheet "$two"
claim print__a_merged_person_is_printed_as_one shows "Thào Thị Dở" "1/1 buổi (100%)"
paper merged attendance 04576-2
claim print__and_is_in_a_list_once shows "Thào Thị Dở" "Theo danh sách: 1"

# ---- names that mean no good
paper evil sheet "$d"
claim print__a_name_is_only_a_name shows '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; O&#39;Dê' \
    '&quot;&gt;&lt;img src=x onerror=alert(1)&gt;'
claim print__nothing_turns_the_direction not grep -q "$(printf '\342\200\256')" "$work/evil.html"
claim print__every_page_is_sound sound "$work"/*.html
printf '<p>x' >"$work/broken.htm"
sed 's,</td>,,' "$work/june.html" >"$work/unclosed.htm"
sed 's,<body>,<body><p onclick="x">x</p>,' "$work/june.html" >"$work/running.htm"
sed 's,</style>,p{background:url(//x)}</style>,' "$work/june.html" >"$work/fetching.htm"
for page_fault in broken unclosed running fetching; do
    claim "print__a_page_that_is_not_is_caught_$page_fault" not sound "$work/$page_fault.htm"
done
paper plain letter "$letter"
claim print__in_english_too has "$(t s --lang en print letter "$letter" --out -)" "Letter of introduction"

# ---- where it goes
cd "$work" || exit 1
claim print__it_names_the_file same "$(t s print book 04576-1 2>/dev/null)" book-04576-1.html
claim print__which_is_there sh -c 'test -s book-04576-1.html'
claim print__by_its_id same "$(t s print minutes "$meeting" 2>/dev/null)" "minutes-$meeting.html"
claim print__in_json same "$(t s --json print book 04576-1 --out x.html)" '{"file":"x.html"}'
claim print__of_the_own_unit_when_none_is_named same "$(t s print attendance 2>/dev/null)" attendance-15.html
cd - >/dev/null || exit 1

# ---- what is refused
p() { "$TERRACE" -C "$work/s" --json print "$@"; }
claim print__no_such_document fails 2 usage p diploma "$a"
claim print__minutes_of_nothing fails 2 usage p minutes
claim print__nobody_of_that_name fails 3 not_found p card "Không Ai"
claim print__minutes_of_a_member fails 1 input p sheet "$meeting"
claim print__a_book_of_a_member fails 3 "" p book "$a"
claim print__an_empty_unit fails 3 not_found p card 04552
claim print__the_screen_cannot_be_both fails 2 usage p book 04576-1 --out -
claim print__a_folder_that_is_not_there fails 3 not_found p book 04576-1 --out "$work/nowhere/x.html"
claim print__a_list_is_of_one_month fails 1 input p attendance 04576-1 --period 2025-Q2
claim print__a_card_has_no_period fails 2 usage p card "$a" --period 2025
for period in 2025-13 2025-00 2025-Q5 2025-H3 25 2025-6 2025-006 2025/06 "" 0000 2025-; do
    claim "print__no_period_«$period»" fails 1 input p book 04576-1 --period "$period"
done
for period in 2025 2025-H2 2025-Q4 2025-12; do
    claim "print__a_period_$period" exits 0 p book 04576-1 --period "$period" --out "$work/period.html"
done
t s rm "$planned" >/dev/null
claim print__of_a_deleted_one fails 1 rule p minutes "$planned"

# ---- on paper
if can_print; then
    claim paper__five_cards_on_a_sheet prints_on 1 "$work/card.html" "THẺ ĐOÀN VIÊN" "Giàng A Dê" "<script>"
    claim paper__a_sheet prints_on 1-2 "$work/sheet.html" "PHIẾU ĐOÀN VIÊN" "Lò Thị Ánh" "BÍ THƯ"
    claim paper__minutes prints_on 1 "$work/minutes.html" "BIÊN BẢN" "2/4 đoàn viên" "CHỦ TRÌ"
    claim paper__a_list prints_on 1 "$work/attendance.html" "DANH SÁCH ĐIỂM DANH" "Chữ ký"
    claim paper__a_letter_with_its_answer prints_on 1 "$work/letter.html" "GIẤY GIỚI THIỆU" "$letter" \
        "PHẦN TRẢ LỜI"
    claim paper__a_quarter_of_the_book prints_on 3 "$work/book.html" "SỔ CHI ĐOÀN" "tháng 4 năm 2025" "2.000 đ"
else
    skip paper "no browser here to print with"
fi
done_testing
