#!/bin/sh
# The founding text, phrase by phrase: the command or report that serves it runs, and its answer is another
# one when the evidence behind it changes.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
export TERRACE_NOW=2025-06-28T08:00:00Z

t s init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null
t s add unit code=H name="Huyện đoàn Lục Yên" parent=15 type=huyen-doan >/dev/null
t s add unit code=A name="Xã A" parent=H type=doan-co-so setting=xa >/dev/null
t s add unit code=B name="Xã B" parent=H type=doan-co-so setting=xa >/dev/null
t s add unit code=A-1 name="Chi đoàn thôn 1" parent=A type=chi-doan setting=thon-ban >/dev/null
de=$(t s add member full_name="Giàng A Dê" birth_date=12/04/2001 unit=A-1 admission_date=2017-03-26)
mai=$(t s add member full_name="Lò Thị Mai" birth_date=02/02/2003 unit=A-1 admission_date=2019-03-26)

# phrase NAME "PHRASE" COMMAND… -- CHANGE…: terrace COMMAND answers, and otherwise after terrace CHANGE. A
# command may end in "| FIGURE": the figures of a report with that name alone.
phrase() {
    row=$1
    shift 2 # the phrase itself is for the reader
    : >"$work/ask"
    while [ "$1" != -- ]; do
        printf '%s\n' "$1" >>"$work/ask"
        shift
    done
    shift
    claim "text__${row}__is_answered" answer before
    claim "text__${row}__evidence_changes" t s "$@"
    claim "text__${row}__and_the_answer_with_it" differs
}
answer() { # answer FILE
    (
        set --
        figure=
        while read -r word; do
            case $word in
            "| "*) figure=${word#| } ;;
            *) set -- "$@" "$word" ;;
            esac
        done <"$work/ask"
        t s --json "$@" >"$work/said" || exit 1
        grep "\"measure\":\"$figure" "$work/said" >"$work/figure"
        if [ -n "$figure" ]; then cat "$work/figure"; else cat "$work/said"; fi
    ) >"$work/$1" || return 1
    [ "$(tail -n 1 "$work/ask" | cut -c 1-2)" != "| " ] || [ -s "$work/$1" ]
}
differs() { answer after && ! cmp -s "$work/before" "$work/after"; }
r() { t s "$@" --json | json id; } # the id of what is added

# ---- the whole ----
phrase three_contents "03 nội dung chính" report badong --unit H --period 2025 -- \
    add activity type=meeting title="Sinh hoạt tháng 2" date=2025-02-05 unit=A-1 status=held present="$de"
phrase dated_criteria "giai đoạn 2018–2022" fee list 2022-06 --unit A -- \
    add rule name=fee_unwaged value=3000 from=2022-01-01
phrase pilots "6 đơn vị … mô hình điểm" report badong --unit 15 --period 2025 -- set H pilot=true
phrase settings "từng khu vực và đối tượng đặc thù" report strength --unit H --period 2025 "| members_setting" -- \
    set A-1 setting=truong

# ---- managing members and caring for youth ----
phrase situation "tổ công tác nắm bắt tình hình; mạng xã hội, sinh hoạt đoàn, hội nghị, gặp gỡ trực tiếp" \
    list situation channel=social -- \
    add situation period=2025-06 topic="Việc làm" channel=social counts="Chưa có việc: 40" status=sent unit=A
phrase every_member "theo dõi chính xác các thông tin của từng đoàn viên" \
    report data-health --unit A --period 2025 "| completeness" -- set "$de" residence="Thôn 1" phone=0912000001
phrase every_change "theo dõi chính xác các thông tin của từng đoàn viên" history "$de" -- set "$de" education=12/12
phrase doubles "theo dõi chính xác các thông tin của từng đoàn viên" doubles -- \
    add member full_name="Giàng A Dế" birth_date=12/04/2001 unit=B --anyway
phrase transfers "quản lý tốt việc chuyển sinh hoạt Đoàn" transfer list -- transfer issue "$mai" --to B \
    branch_comment="Tốt" fees_paid_to=2025-06
phrase lists "Phần mềm Quản lý đoàn viên" export member - -- add member full_name="Hờ A Sùng" \
    birth_date=09/09/2004 unit=A-1 admission_date=2020-03-26 card_no=YB-3
phrase prospects "bồi dưỡng thanh niên ưu tú" list admission status=prospect -- \
    add admission full_name="Sùng Thị Dở" birth_date=05/05/2008 unit=A-1
prospect=$(t s list admission --json | json id)
phrase admission "phát triển đoàn viên mới… đúng quy trình" step "$prospect" -- \
    step "$prospect" applied application_date=2025-05-01
phrase youth "nắm rõ và quản lý tốt hơn số thanh niên" report strength --unit A --period 2025 "| youth" -- \
    set A youth_18_25=140
phrase groups "nhóm theo sở thích, đối tượng, khu vực" list group -- \
    add group type=interest name="Câu lạc bộ khèn Mông" members="$de" unit=A

# ---- programmes ----
phrase meetings "sinh hoạt chi đoàn đổi mới" report branch-life --unit A --period 2025-06 "| meetings" -- \
    add activity type=meeting title="Sinh hoạt tháng 6" date=2025-06-05 unit=A-1 status=held present="$de" \
    agenda=Hát topics="Bảo vệ môi trường"
phrase themes "chủ đề sinh hoạt hàng tháng" list theme month=2025-03 -- \
    add theme month=2025-03 title="Tháng Thanh niên"
phrase agenda "tiểu phẩm, kể chuyện" report branch-life --unit A --period 2025-06 "| activities_agenda" -- \
    add activity type=meeting title="Sinh hoạt thêm" date=2025-06-12 unit=A-1 status=held \
    present="$de" agenda="Tiểu phẩm;Kể chuyện"
phrase topics "chống tảo hôn… vận động học sinh ra lớp" report branch-life --unit A --period 2025-06 \
    "| activities_topic" -- add activity type=thematic title="Nói chuyện chuyên đề" date=2025-06-19 unit=A-1 \
    status=held present="$de" topics="Tảo hôn;Vận động học sinh ra lớp"
plan=$(r add plan title="Chương trình quý II" period=quarter month=2025-04 unit=A)
phrase plans "chương trình công tác hàng tháng, quý theo chủ đề, chủ điểm gắn với sự kiện" \
    report plans --unit A --period 2025 "| items" -- \
    add plan_item task="Dọn đường thôn" plan="$plan" owner="Bí thư" due=2025-06-20 unit=A
phrase needs "nhu cầu, lợi ích chính đáng" list plan_item need="viec lam tai cho" -- \
    add plan_item task="Lớp nghề" plan="$plan" owner="Bí thư" due=2025-06-30 need="Việc làm tại chỗ" unit=A
inspection=$(r add inspection date=2025-05-15 scope="Sổ sách" unit=A by=H)
phrase inspections "Định kỳ… kiểm tra việc thực hiện Điều lệ" \
    report branch-life --unit A --period 2025 "| inspections" -- \
    step "$inspection" "done"
t s step "$inspection" fixing findings="Thiếu sổ chi đoàn" deadline=2025-06-27 >/dev/null
phrase inspections_fixed "Định kỳ… kiểm tra việc thực hiện Điều lệ" \
    report branch-life --unit A --period 2025 "| inspections_in_time" -- \
    step "$inspection" closed answer="Đã có sổ" closed_date=2025-06-27
phrase visits "Hàng tháng, cán bộ Đoàn… dự sinh hoạt Chi đoàn" \
    report branch-life --unit H --period 2025-06 "| visits" -- \
    add visit cadre="Nguyễn Văn Quân" cadre_unit=H date=2025-06-05 unit=A-1 status=made comment="Tốt"
visit=$(t s list visit --json | json id)
phrase comments "góp ý" show "$visit" -- step "$visit" answered answer="Tháng sau làm"

# ---- advising, and working with others ----
dialogue=$(r add dialogue host="Bí thư Đảng uỷ" date=2025-05-20 unit=A promise="Sửa sân" due=2025-06-01)
t s step "$dialogue" published published=2025-03-01 >/dev/null
phrase dialogues "gặp gỡ đối thoại giữa cấp uỷ, chính quyền với thanh niên" \
    report government --unit A --period 2025 "| dialogues" -- \
    step "$dialogue" held attendance=60
phrase promises "gặp gỡ đối thoại giữa cấp uỷ, chính quyền với thanh niên" \
    report government --unit A --period 2025 "| promises_kept" -- \
    step "$dialogue" answered answer="Sân đã sửa" answered=2025-05-30
planned=$(r add cadre_plan member="$de" title=bi-thu unit=H 2>/dev/null)
phrase cadre_planning "quy hoạch, tạo nguồn cán bộ" report cadres --unit H --period 2025 "| planned" -- \
    step "$planned" approved decision_no=3-QĐ
phrase training "đào tạo, bồi dưỡng" report cadres --unit H --period 2025 "| trained" -- \
    add training member="$de" course="Bồi dưỡng cán bộ Đoàn" date=2025-04-10 status=done unit=A-1
rotation=$(r add rotation member="$de" from=A to=B unit=A-1)
phrase rotation "điều động, luân chuyển" report cadres --unit H --period 2025 "| rotated" -- \
    step "$rotation" "done" from_date=2025-05-01
position=$(r add position member="$de" title=bi-thu unit=A-1 2>/dev/null)
phrase offices "phân cấp quản lý" step "$position" -- step "$position" approved decision_no=1-QĐ from=2025-01-01
phrase standards "bảo đảm các tiêu chuẩn" report cadres --unit H --period 2025 "| failing" -- \
    set "$de" political_theory=intermediate
phrase coordination "phối hợp với các ban, ngành, đoàn thể" \
    report government --unit A --period 2025 "| coordinations" -- \
    add coordination partner="Hội Phụ nữ" task="Đường hoa" date=2025-03-01 resources=0 unit=A
phrase resources "tạo thêm nguồn lực" report government --unit A --period 2025 "| resources" -- \
    add coordination partner="Ngân hàng CSXH" task="Vay vốn" date=2025-04-01 resources=50000000 unit=A
proposal=$(r add proposal to=party subject="Sân chơi" text="Đề nghị" unit=A)
t s step "$proposal" sent sent=2025-04-01 >/dev/null
phrase proposals "chủ động tham mưu, đề xuất" report government --unit A --period 2025 "| proposals" -- \
    step "$proposal" accepted reply="Đồng ý" replied=2025-05-01
phrase assessment "03 nội dung chính" list assessment -- assess 2025 --unit A
claim text__the_book_is_whole has "$(t s --json check)" '"damaged":0'
done_testing
