#!/bin/sh
# Story 7: a district cadre records a visit and advice; the commune sees it and answers; the quota counts it
# once.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
export TERRACE_NOW=2025-06-25T08:00:00Z

province_up
t province add unit code=04576-1 name="Chi đoàn thôn 1" parent=04576 type=chi-doan >/dev/null
join province 138 district
serve district
join district 04576 commune
everybody() { for s in commune district commune district commune; do t $s sync >/dev/null 2>&1; done; }
everybody
# the district has one cadre: he owes one visit a month
quan=$(t district add member full_name="Nguyễn Văn Quân" birth_date=1995-01-01 unit=138 political_theory=advanced)
office=$(t district add position member="$quan" title=bi-thu unit=138)
t district sync >/dev/null
t province step "$office" approved decision_no=1-QĐ from=2025-01-01 >/dev/null
everybody
# made STORE: visits made, visits owed, percent of these made
made() {
    t "$1" --json report branch-life --unit 138 --period 2025-06 >"$work/report"
    for measure in visits_made visits_quota visits_share; do
        grep "\"measure\":\"$measure\"" "$work/report" | json value
    done | tr '\n' ' '
}
claim story_7__the_cadre_owes_one same "$(made district)" "0 1 0 "
visit=$(t district add visit cadre="Nguyễn Văn Quân" date=2025-06-12 unit=04576-1)
claim story_7__a_visit_wants_a_comment exits 1 t district step "$visit" made
claim story_7__the_cadre_records_it_with_advice exits 0 t district step "$visit" made \
    comment="Sinh hoạt đúng nền nếp" advice="Thêm tiểu phẩm về tảo hôn"
everybody
claim story_7__the_commune_sees_the_advice has "$(t commune show "$visit")" "tiểu phẩm"
claim story_7__and_answers exits 0 t commune step "$visit" answered answer="Tháng 7 sẽ làm" answered=2025-06-25
everybody
claim story_7__the_district_reads_the_answer has "$(t district show "$visit" --json)" "Tháng 7"
for s in district province; do
    claim "story_7__the_quota_counts_it_once_at_$s" same "$(made $s)" "1 1 100 "
done
# the same visit written down a second time, on another computer
t commune add visit cadre="Nguyễn Văn Quân" cadre_unit=138 date=2025-06-12 unit=04576-1 status=made \
    comment="Đồng chí Quân dự" >/dev/null
everybody
for s in district province; do
    claim "story_7__entered_twice_it_counts_once_at_$s" same "$(made $s)" "1 1 100 "
done
done_testing
