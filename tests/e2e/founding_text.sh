#!/bin/sh
# The founding text of 2018, phrase by phrase, in three offices: what serves a phrase is asked, the evidence
# behind it changes, and it is asked again. Figures are worked out by hand.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
export TERRACE_NOW=2019-06-20T08:00:00+07:00

# figure STORE REPORT MEASURE [ARGS…]: the value that a report gives for it; nothing when it has no such line
figure() {
    figure_of=$1
    name=$2
    measure=$3
    shift 3
    t "$figure_of" --json report "$name" "$@" | grep -F "\"measure\":\"$measure\"," | json value
}
# In the commune, for June unless another period is given
here() { figure commune "$1" "$2" --unit 04576 --period "${3:-2019-06}"; }
counted() { t commune list "$@" --count --json | json count; }
is() { # is VALUE COMMAND…: what the command prints
    want_value=$1
    shift
    same "$("$@")" "$want_value"
}
add() { t "$@" 2>/dev/null; }
quietly() { t "$@" >/dev/null 2>&1; }
everybody() { for s in commune other district commune other; do quietly $s sync; done; }
# shows STORE ID FIELD: its value
shows() { t "$1" show "$2" --json | json "$3"; }

province_up
quietly province add unit code=04576-1 name="Chi đoàn thôn Khe Dứa" parent=04576 type=chi-doan setting=thon-ban
quietly province add unit code=04576-2 name="Chi đoàn Trường THCS" parent=04576 type=chi-doan setting=thon-ban
join province 138 district
serve district
join district 04576 commune
join district 04570 other
everybody
de=$(add commune add member full_name="Giàng A Dê" birth_date=12/04/2001 sex=nam unit=04576-1 admission_date=26/03/2017)
mai=$(add commune add member full_name="Lò Thị Mai" birth_date=02/02/1999 sex=nữ unit=04576-2 admission_date=26/03/2015)

# ---- the whole -------------------------------------------------------------------------------------

# "giai đoạn 2018–2022": a number of the rules holds from a day to another
everybody
secretary=$(add district add position member="$de" title=bi-thu unit=04576 from=2016-01-01)
quietly district step "$secretary" approved decision_no=1-QĐ
everybody
claim giai_doan_2018_2022__a_cadre_owes_a_visit_a_month is 1 here branch-life visits_quota 2018-03
quietly province add rule name=visits_per_month value=2 from=01/01/2018 basis="Giai đoạn 2018–2022"
quietly province add rule name=visits_per_month value=1 from=01/01/2023
quietly district sync
everybody
claim giai_doan_2018_2022__two_in_that_time is 2 here branch-life visits_quota 2018-03
claim giai_doan_2018_2022__one_before_it is 1 here branch-life visits_quota 2017-12

# "03 nội dung chính": the scorecard has three parts, and evidence for each
parts() { t commune --lang vi report badong --unit 04576 --period 2019 | grep -o 'Nội dung [0-9]:' | sort -u | wc -l; }
claim ba_noi_dung_chinh__the_scorecard_has_three is 3 parts
claim ba_noi_dung_chinh__no_score_yet is null here badong score_2 2019
card=$(t commune --json assess 2019 | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')
quietly commune step "$card" self self_1=80 self_2=70 self_3=60
claim ba_noi_dung_chinh__then_the_first is 80 here badong score_1 2019
claim ba_noi_dung_chinh__the_second is 70 here badong score_2 2019
claim ba_noi_dung_chinh__and_the_third is 60 here badong score_3 2019
everybody
quietly district step "$card" district score_1=80 score_2=40 score_3=60 verdict_1=passed verdict_2=failed \
    verdict_3=passed
everybody
claim ba_noi_dung_chinh__the_districts_score_counts is 40 here badong score_2 2019

# "6 đơn vị … mô hình điểm": the pilots beside the rest
for pilot in "DKCQ|Đoàn khối các cơ quan" "DKDN|Đoàn khối doanh nghiệp" "DCA|Đoàn Công an tỉnh" \
    "DSP|Đoàn Trường CĐ Sư phạm"; do
    quietly province add unit code="${pilot%%|*}" name="${pilot#*|}" parent=15 type=doan-khoi
done
pilots() { t province list unit pilot=true --count --json | json count; }
claim sau_don_vi_mo_hinh_diem__none_at_first is 0 pilots
claim sau_don_vi_mo_hinh_diem__nothing_to_compare is "" figure province badong members:pilot
for pilot in 135 132 DKCQ DKDN DCA DSP; do
    quietly province set "$pilot" pilot=true
done
claim sau_don_vi_mo_hinh_diem__six is 6 pilots
claim sau_don_vi_mo_hinh_diem__pilots_have_nobody is 0 figure province badong members:pilot
quietly district sync
claim sau_don_vi_mo_hinh_diem__the_rest_has_two is 2 figure province badong members:rest
quietly province add member full_name="Nông Văn Năm" birth_date=02/02/2000 unit=DCA admission_date=26/03/2016
claim sau_don_vi_mo_hinh_diem__one_more_with_the_pilots is 1 figure province badong members:pilot
claim sau_don_vi_mo_hinh_diem__not_with_the_rest is 2 figure province badong members:rest
claim sau_don_vi_mo_hinh_diem__the_office_that_is_one_does_not_say_so exits 1 t district set 138 pilot=true

# "từng khu vực và đối tượng đặc thù": the setting of a unit
claim tung_khu_vuc_va_doi_tuong_dac_thu__two_of_villages is 2 here strength members_setting:thon-ban
claim tung_khu_vuc_va_doi_tuong_dac_thu__none_of_a_school is "" here strength members_setting:truong
claim tung_khu_vuc_va_doi_tuong_dac_thu__none_far_away is 0 here strength members_remote
quietly commune set 04576-2 setting=truong
quietly commune set 04576-1 remote=true
claim tung_khu_vuc_va_doi_tuong_dac_thu__one_of_a_village is 1 here strength members_setting:thon-ban
claim tung_khu_vuc_va_doi_tuong_dac_thu__one_of_a_school is 1 here strength members_setting:truong
claim tung_khu_vuc_va_doi_tuong_dac_thu__one_far_away is 1 here strength members_remote
# and it chooses the criteria: two fifths of the votes are enough in a village, not in a school
vote() { t commune add admission full_name="Hờ A Sùng" birth_date=2002-02-02 unit="$1" present=5 for=2 --anyway; }
claim tung_khu_vuc_va_doi_tuong_dac_thu__two_of_five_are_too_few exits 1 vote 04576-1
quietly province add rule name=admission_votes_percent value=30 from=2019 setting=thon-ban
quietly district sync
everybody
claim tung_khu_vuc_va_doi_tuong_dac_thu__a_village_may_set_less exits 0 vote 04576-1
quietly commune rm "$(t commune --json list admission | json id)"
claim tung_khu_vuc_va_doi_tuong_dac_thu__a_school_goes_on_as_before exits 1 vote 04576-2

# ---- managing members and caring for youth ----------------------------------------------------------

# "tổ công tác nắm bắt tình hình": counts only, by channel; what is few is not told
situation() { # situation CHANNEL COUNTS: sent at once
    add commune add situation period=2019-06 topic="Việc làm" channel="$1" counts="$2" status=sent unit=04576
}
above() { t district list situation "$@" --count --json | json count; }
claim to_cong_tac_nam_bat_tinh_hinh__the_district_has_none is 0 above
# "mạng xã hội", "sinh hoạt đoàn", "hội nghị", "gặp gỡ trực tiếp"
for channel in mang_xa_hoi:social sinh_hoat_doan:meeting hoi_nghi:conference gap_go_truc_tiep:direct; do
    claim "${channel%:*}__none" is 0 above channel="${channel#*:}"
    report_sent=$(situation "${channel#*:}" "Chưa có việc: 40;Bỏ học: 2")
    quietly commune sync
    claim "${channel%:*}__one" is 1 above channel="${channel#*:}"
done
claim to_cong_tac_nam_bat_tinh_hinh__then_four is 4 above
claim to_cong_tac_nam_bat_tinh_hinh__a_count_is_told has "$(t district show "$report_sent" --json)" "Chưa có việc: 40"
claim to_cong_tac_nam_bat_tinh_hinh__a_small_one_is_not has "$(t district show "$report_sent" --json)" "Bỏ học: <5"

# "theo dõi chính xác các thông tin của từng đoàn viên": how complete, every change, nobody twice
changes() { t commune history "$de" --json | wc -l; }
claim theo_doi_chinh_xac__six_of_twenty_are_filled_in is 30 here data-health completeness # of ten for each
claim theo_doi_chinh_xac__entered_once is 1 changes
quietly commune set "$de" phone=0912000111 home_place="Xã Hưng Khánh" ethnicity=Mông
claim theo_doi_chinh_xac__nine_of_twenty is 45 here data-health completeness
claim theo_doi_chinh_xac__two_saves is 2 changes
claim theo_doi_chinh_xac__the_second_of_these \
    has "$(t commune history "$de" --json | tail -n 1)" '{"field":"phone","to":"0912000111"}'
claim theo_doi_chinh_xac__nobody_is_there_twice is 0 here data-health doubles
twice=$(add commune add member full_name="Giàng A Dế" birth_date=12/04/2001 sex=nam unit=04576-2 --anyway)
claim theo_doi_chinh_xac__one_may_be is 1 here data-health doubles
claim theo_doi_chinh_xac__and_counts_until_somebody_decides is 3 here strength members
quietly commune merge "$de" "$twice"
claim theo_doi_chinh_xac__one_person_counts_once is 2 here strength members
claim theo_doi_chinh_xac__and_is_asked_no_more is 0 here data-health doubles

# "quản lý tốt việc chuyển sinh hoạt Đoàn": two offices, one letter
own() { figure "$1" strength "$2" --unit "$3" --period 2019-06; }
chu=$(add commune add member full_name="Hờ Thị Chư" birth_date=03/05/2000 sex=nữ unit=04576-1 admission_date=26/03/2016)
everybody
claim chuyen_sinh_hoat_doan__three_are_here is 3 own district members 04576
letter=$(add commune transfer issue "$chu" --to 04570 branch_comment="Tốt" fees_paid_to=2019-06)
everybody
claim chuyen_sinh_hoat_doan__on_the_way_she_is_still_here is "3 0" echo "$(own district members 04576) $(own district members 04570)"
quietly other transfer accept "$letter"
everybody
claim chuyen_sinh_hoat_doan__then_there is "2 1" echo "$(own district members 04576) $(own district members 04570)"
claim chuyen_sinh_hoat_doan__out_here_and_in_there is "1 1" echo "$(own district out 04576) $(own district in 04570)"

# "Phần mềm Quản lý đoàn viên": tables of other programs in and out, and empty ones to fill in
cat >"$work/from.csv" <<'CSV'
Họ và tên,Ngày sinh,Giới tính,Đơn vị,Ngày vào Đoàn
Vàng A Páo,05/06/2002,Nam,04576-1,26/03/2018
Sùng Thị Mỷ,06/07/2002,Nữ,04576-2,26/03/2018
CSV
claim phan_mem_quan_ly_doan_vien__two_before is 2 here strength members
claim phan_mem_quan_ly_doan_vien__a_table_is_taken has "$(t commune --json import member "$work/from.csv")" '"added":2'
claim phan_mem_quan_ly_doan_vien__four_then is 4 here strength members
for form in xlsx csv; do
    quietly commune --lang vi export member "$work/out.$form"
    claim "phan_mem_quan_ly_doan_vien__out_and_in_again_as_$form" \
        has "$(t commune --json import member "$work/out.$form")" '"added":0,"changed":0'
    quietly commune --lang vi export member "$work/empty.$form" --template
    claim "phan_mem_quan_ly_doan_vien__a_form_to_fill_in_$form" \
        has "$(t commune --json import member "$work/empty.$form")" '"rows":0'
done

# "bồi dưỡng thanh niên ưu tú": who is outstanding, who is prepared
claim boi_duong_thanh_nien_uu_tu__nobody_is_outstanding is 0 here quality outstanding
claim boi_duong_thanh_nien_uu_tu__nobody_is_prepared is 0 counted admission status=prospect
quietly commune set "$mai" outstanding=true
son=$(add commune add admission full_name="Hà Văn Sơn" birth_date=01/02/2003 sex=nam unit=04576)
claim boi_duong_thanh_nien_uu_tu__one_is_outstanding is 1 here quality outstanding
claim boi_duong_thanh_nien_uu_tu__one_is_prepared is 1 counted admission status=prospect

# "phát triển đoàn viên mới… đúng quy trình": step by step, the office above approves
claim phat_trien_doan_vien_moi__nobody_is_admitted is 0 here strength admitted
claim phat_trien_doan_vien_moi__no_step_is_left_out exits 1 t commune step "$son" voted
quietly commune step "$son" applied application_date=01/03/2019
quietly commune step "$son" studied course_date=20/03/2019
quietly commune step "$son" introduced introducer="$de" introducer_since=01/11/2018
claim phat_trien_doan_vien_moi__four_of_nine_are_too_few exits 1 t commune step "$son" voted meeting_date=01/06/2019 present=9 for=4
quietly commune step "$son" voted meeting_date=01/06/2019 present=9 for=8
quietly commune step "$son" submitted
claim phat_trien_doan_vien_moi__nobody_approves_his_own exits 1 t commune step "$son" approved decision_no=1 decision_date=05/06/2019
everybody
claim phat_trien_doan_vien_moi__the_office_above_approves exits 0 t district step "$son" approved decision_no=1 decision_date=05/06/2019
everybody
claim phat_trien_doan_vien_moi__approved_is_not_yet_admitted is 0 here strength admitted
quietly commune step "$son" ceremony ceremony_date=12/06/2019
claim phat_trien_doan_vien_moi__one_is_admitted is 1 here strength admitted
claim phat_trien_doan_vien_moi__and_a_member is 5 here strength members

# "nắm rõ và quản lý tốt hơn số thanh niên": by age band
claim so_thanh_nien__nobody_said is null here strength youth
quietly commune set 04576 youth_under_18=20 youth_18_25=50 youth_26_30=30
claim so_thanh_nien__a_hundred is 100 here strength youth
claim so_thanh_nien__of_them_in_the_middle is 50 here strength youth_18_25
claim so_thanh_nien__five_of_a_hundred_are_members is 5 here strength youth_members_share
quietly commune set 04576 youth_18_25=70
claim so_thanh_nien__twenty_more is 120 here strength youth

# "nhóm theo sở thích, đối tượng, khu vực"
for group in so_thich:interest doi_tuong:target khu_vuc:area; do
    claim "nhom_theo_${group%:*}__none" is 0 counted group type="${group#*:}"
    of_kind=$(add commune add group type="${group#*:}" name="Nhóm $group" members="$de" leader="$de" unit=04576)
    claim "nhom_theo_${group%:*}__one" is 1 counted group type="${group#*:}"
    claim "nhom_theo_${group%:*}__she_is_in_none" is 0 counted group type="${group#*:}" members="$mai"
    quietly commune set "$of_kind" members+="$mai"
    claim "nhom_theo_${group%:*}__then_in_one" is 1 counted group type="${group#*:}" members="$mai"
done

# ---- building and carrying out programmes ------------------------------------------------------------

# "sinh hoạt chi đoàn đổi mới", "chủ đề sinh hoạt hàng tháng", "tiểu phẩm, kể chuyện", "chống tảo hôn… vận
# động học sinh ra lớp"
claim sinh_hoat_chi_doan_doi_moi__no_branch_met is 0 here branch-life branches_met
claim sinh_hoat_chi_doan_doi_moi__nor_half_of_them is 0 here branch-life met_share
theme=$(add province add theme month=2019-06 title="Tuổi trẻ với pháp luật" unit=15)
quietly district sync
everybody
claim chu_de_sinh_hoat_hang_thang__it_comes_from_the_province is "Tuổi trẻ với pháp luật" shows commune "$theme" title
claim chu_de_sinh_hoat_hang_thang__nobody_met_on_it is 0 counted activity theme="$theme"
claim tieu_pham__none is "" here branch-life "activities_agenda:Tiểu phẩm"
claim ke_chuyen__none is "" here branch-life "activities_agenda:Kể chuyện"
claim chong_tao_hon__never is "" here branch-life "activities_topic:Tảo hôn"
claim van_dong_hoc_sinh_ra_lop__never is "" here branch-life "activities_topic:Vận động học sinh ra lớp"
met=$(add commune add activity type=meeting title="Sinh hoạt tháng 6" date=05/06/2019 unit=04576-2 theme="$theme" \
    present="$mai" agenda="Tiểu phẩm" topics="Tảo hôn" status=held)
claim sinh_hoat_chi_doan_doi_moi__one_branch_met is 1 here branch-life branches_met
claim sinh_hoat_chi_doan_doi_moi__half_of_them is 50 here branch-life met_share
claim sinh_hoat_chi_doan_doi_moi__half_of_those_expected_came is 50 here branch-life attendance # Mỷ did not
claim chu_de_sinh_hoat_hang_thang__one_met_on_it is 1 counted activity theme="$theme"
claim tieu_pham__one is 1 here branch-life "activities_agenda:Tiểu phẩm"
claim chong_tao_hon__once is 1 here branch-life "activities_topic:Tảo hôn"
quietly commune set "$met" agenda+="Kể chuyện" topics+="Vận động học sinh ra lớp" excused="Sùng Thị Mỷ"
claim ke_chuyen__one is 1 here branch-life "activities_agenda:Kể chuyện"
claim van_dong_hoc_sinh_ra_lop__once is 1 here branch-life "activities_topic:Vận động học sinh ra lớp"
claim sinh_hoat_chi_doan_doi_moi__the_excused_are_spared is 100 here branch-life attendance

# "chương trình công tác hàng tháng, quý theo chủ đề, chủ điểm gắn với sự kiện"
claim chuong_trinh_cong_tac__none_is_approved is 0 here plans plans_approved
claim chuong_trinh_cong_tac_hang_thang__none is 0 counted plan period=month
claim chuong_trinh_cong_tac_quy__none is 0 counted plan period=quarter
claim theo_chu_de_chu_diem__none is 0 counted plan theme="$theme"
claim gan_voi_su_kien__none is 0 counted plan event="Tháng Thanh niên công nhân"
month=$(add commune add plan title="Tháng 6" period=month month=2019-06 theme="$theme" unit=04576 \
    event="Tháng Thanh niên công nhân")
claim chuong_trinh_cong_tac_hang_thang__one is 1 counted plan period=month
claim gan_voi_su_kien__one is 1 counted plan event="Tháng Thanh niên công nhân"
claim theo_chu_de_chu_diem__one is 1 counted plan theme="$theme"
quietly commune step "$month" submitted
everybody
quietly district step "$month" approved approver="Ban Thường vụ Huyện đoàn"
everybody
claim chuong_trinh_cong_tac__one_is_approved is 1 here plans plans_approved
quarter=$(add commune add plan title="Quý II" period=quarter month=2019-04 unit=04576)
claim chuong_trinh_cong_tac_quy__one is 1 counted plan period=quarter
claim chuong_trinh_cong_tac__nothing_is_due is 0 here plans items
item=$(add commune add plan_item plan="$month" task="Dọn đường thôn" owner="Bí thư" due=15/06/2019 unit=04576)
quietly commune add plan_item plan="$quarter" task="Trồng cây" owner="Bí thư" due=18/06/2019 unit=04576
claim chuong_trinh_cong_tac__two_are_late is "2 0" echo "$(here plans items_late) $(here plans items_done_share)"
quietly commune step "$item" "done" result="Dọn 2 km"
claim chuong_trinh_cong_tac__half_is_done is "1 50" echo "$(here plans items_late) $(here plans items_done_share)"

# "nhu cầu, lợi ích chính đáng": what young people need, and the task that answers it
needs=$(add commune add situation period=2019-06 topic="Việc làm" channel=direct needs="Lớp dạy nghề" status=sent unit=04576)
answered_by() { counted plan_item situation="$needs"; }
claim nhu_cau_loi_ich_chinh_dang__nothing_answers_it is 0 answered_by
quietly commune set "$item" situation="$needs" need="Lớp dạy nghề"
claim nhu_cau_loi_ich_chinh_dang__a_task_does is 1 answered_by
claim nhu_cau_loi_ich_chinh_dang__by_its_words is 1 counted plan_item need="lop day nghe"

# "Định kỳ… kiểm tra việc thực hiện Điều lệ"
claim dinh_ky_kiem_tra_dieu_le__none is 0 here branch-life inspections
look=$(add district add inspection date=03/06/2019 unit=04576)
quietly district step "$look" "done"
claim dinh_ky_kiem_tra_dieu_le__what_is_found_has_a_deadline exits 1 t district step "$look" fixing findings="Thiếu sổ"
quietly district step "$look" fixing findings="Thiếu sổ chi đoàn" deadline=18/06/2019
everybody
claim dinh_ky_kiem_tra_dieu_le__one is 1 here branch-life inspections
claim dinh_ky_kiem_tra_dieu_le__not_put_right_in_time is 0 here branch-life inspections_share
claim dinh_ky_kiem_tra_dieu_le__it_waits_in_the_inbox has "$(t commune --json inbox)" '"rule":"late_fix"'
quietly commune set "$look" answer="Đã lập sổ" answered=17/06/2019
everybody
quietly district step "$look" closed closed_date=18/06/2019
everybody
claim dinh_ky_kiem_tra_dieu_le__put_right_in_time is 100 here branch-life inspections_share

# "Hàng tháng, cán bộ Đoàn… dự sinh hoạt Chi đoàn": against the quota; "góp ý": what was said, and the answer
claim hang_thang_can_bo_du_sinh_hoat__owes_two is "0 2" echo "$(here branch-life visits_made) $(here branch-life visits_quota)"
for branch in 04576-1 04576-2; do
    visit=$(add commune add visit cadre="Giàng A Dê" cadre_unit=04576 date=05/06/2019 unit=$branch \
        comment="Nội dung thiết thực" advice="Thêm trò chơi" status=made)
    case $branch in
    *-1) claim hang_thang_can_bo_du_sinh_hoat__made_one is 50 here branch-life visits_share ;;
    *) claim hang_thang_can_bo_du_sinh_hoat__made_both is 100 here branch-life visits_share ;;
    esac
done
claim gop_y__it_is_written_down is "Thêm trò chơi" shows commune "$visit" advice
claim gop_y__none_is_answered is 0 counted visit status=answered
quietly commune step "$visit" answered answer="Tháng 7 sẽ có"
claim gop_y__one_is is 1 counted visit status=answered
claim hang_thang_can_bo_du_sinh_hoat__an_answer_is_no_visit is 2 here branch-life visits_made

# ---- advising the Party committee, working with others ----------------------------------------------

# "gặp gỡ đối thoại giữa cấp uỷ, chính quyền với thanh niên"
claim gap_go_doi_thoai__none is 0 here government dialogues
talk=$(add commune add dialogue host="Chủ tịch UBND xã" date=03/06/2019 unit=04576)
claim gap_go_doi_thoai__a_planned_one_is_none is 0 here government dialogues
claim gap_go_doi_thoai__told_too_late_warns has "$(t commune set "$talk" published=20/05/2019 2>&1)" "14 days"
quietly commune step "$talk" published published=01/05/2019
quietly commune step "$talk" held attendance=60 promise="Sửa sân bóng" due=18/06/2019
claim gap_go_doi_thoai__one is "1 60" echo "$(here government dialogues) $(here government dialogues_attendance)"
claim gap_go_doi_thoai__a_promise_not_kept is "1 0" echo "$(here government promises_due) $(here government promises_kept)"
quietly commune step "$talk" answered answer="Đã sửa" answered=17/06/2019
claim gap_go_doi_thoai__kept is 100 here government promises_share

# "quy hoạch, tạo nguồn cán bộ", "đào tạo, bồi dưỡng", "điều động, luân chuyển"
claim quy_hoach_tao_nguon_can_bo__nobody is 0 figure district cadres planned --unit 138
next=$(add district add cadre_plan member="$mai" title=bi-thu unit=138)
claim quy_hoach_tao_nguon_can_bo__proposed_is_not_yet is 0 figure district cadres planned --unit 138
quietly district step "$next" approved decision_no=3-QĐ
claim quy_hoach_tao_nguon_can_bo__one is 1 figure district cadres planned --unit 138
claim dao_tao_boi_duong__nobody is "0 0" echo "$(here cadres trained) $(here cadres trained_hours)"
claim phan_cap_quan_ly__courses_are_held_above exits 1 t commune add training member="$mai" course=x unit=04576
quietly district add training member="$mai" course="Nghiệp vụ Đoàn" hours=16 date=10/06/2019 status=done unit=04576
everybody
claim dao_tao_boi_duong__one_for_16_hours is "1 16" echo "$(here cadres trained) $(here cadres trained_hours)"
claim dieu_dong_luan_chuyen__nobody is 0 figure district cadres rotated --unit 138
turn=$(add district add rotation member="$mai" from=04576 to=04570 unit=138)
quietly district step "$turn" "done" from_date=15/06/2019
claim dieu_dong_luan_chuyen__one is 1 figure district cadres rotated --unit 138

# "bảo đảm các tiêu chuẩn": a secretary needs elementary theory
claim bao_dam_cac_tieu_chuan__one_fails is 1 here cadres failing
quietly commune set "$de" political_theory=elementary
claim bao_dam_cac_tieu_chuan__nobody_does is 0 here cadres failing
quietly province add rule name=theory_min_bi_thu value=3 from=01/06/2019
quietly district sync
everybody
claim bao_dam_cac_tieu_chuan__with_a_higher_standard_he_does is 1 here cadres failing

# "phân cấp quản lý": each level writes what is its own
claim phan_cap_quan_ly__one_is_in_office is "1 2" echo "$(here cadres filled) $(here cadres vacant)"
post=$(add commune add position member="$mai" title=pho-bi-thu unit=04576)
claim phan_cap_quan_ly__nobody_approves_his_own fails 1 rule t commune --json step "$post" approved decision_no=2-QĐ from=01/06/2019
everybody
quietly district step "$post" approved decision_no=2-QĐ from=01/06/2019
everybody
claim phan_cap_quan_ly__the_office_above_does is "2 2" echo "$(here cadres filled) $(here cadres vacant)"
post=$(add commune add position member="$mai" title=bi-thu unit=04576-2)
quietly commune step "$post" approved decision_no=1-QĐ from=01/06/2019
claim phan_cap_quan_ly__for_a_branch_that_is_the_commune is "3 1" echo "$(here cadres filled) $(here cadres vacant)"
claim phan_cap_quan_ly__a_commune_inspects_nobody exits 1 t commune add inspection date=03/06/2019 unit=04576
claim phan_cap_quan_ly__nor_gives_itself_a_verdict exits 1 t commune set "$card" verdict_2=passed
claim phan_cap_quan_ly__nor_sets_a_number exits 1 t commune add rule name=visits_per_month value=0 from=2019-01-01
claim phan_cap_quan_ly__nor_writes_in_another exits 1 t commune add activity title=x date=03/06/2019 unit=04570

# "phối hợp với các ban, ngành, đoàn thể", "tạo thêm nguồn lực"
claim phoi_hop_voi_cac_ban_nganh_doan_the__none is 0 here government coordinations
claim tao_them_nguon_luc__nothing is 0 here government resources 2019
quietly commune add coordination partner="Hội Phụ nữ" task="Đường hoa" date=03/06/2019 resources=5000000 unit=04576
claim phoi_hop_voi_cac_ban_nganh_doan_the__one is 1 here government coordinations
claim tao_them_nguon_luc__five_million is 5000000 here government resources 2019
bank=$(add commune add coordination partner="Ngân hàng CSXH" task="Vay vốn" date=04/05/2019 resources=50000000 unit=04576)
claim phoi_hop_voi_cac_ban_nganh_doan_the__two is 2 here government coordinations
claim tao_them_nguon_luc__ten_times_more is 55000000 here government resources 2019
quietly commune step "$bank" closed result="20 hộ vay" closed_date=31/05/2019
claim phoi_hop_voi_cac_ban_nganh_doan_the__one_goes_on is 1 here government coordinations

# "chủ động tham mưu, đề xuất"
claim chu_dong_tham_muu_de_xuat__none is 0 here government proposals
first=$(add commune add proposal to=party subject="Sân chơi" text="Đề nghị xây sân chơi" unit=04576)
second=$(add commune add proposal to=government subject="Nhà văn hoá" text="Đề nghị sửa" unit=04576)
claim chu_dong_tham_muu_de_xuat__a_draft_is_none is 0 here government proposals
quietly commune step "$first" sent sent=05/06/2019
quietly commune step "$second" sent sent=06/06/2019
claim chu_dong_tham_muu_de_xuat__two_are_sent is "2 0" echo "$(here government proposals) $(here government proposals_share)"
quietly commune step "$first" accepted reply="Đồng ý" replied=15/06/2019
claim chu_dong_tham_muu_de_xuat__half_is_accepted is 50 here government proposals_share

everybody
quietly district sync
for s in commune district province; do
    claim "the_book_is_whole_at_$s" has "$(t $s --json check)" '"damaged":0'
done
claim all_levels_agree agree 04576 commune district province
done_testing
