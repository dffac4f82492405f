#!/bin/sh
# terrace report: every measure against figures worked out by hand; periods, corrections, people on
# the way, merged persons and units, publication, and what the files look like to other programs.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
export TERRACE_NOW=2025-11-20T08:00:00+07:00

# row ARGS… MEASURE: its JSON line; figure KEY ARGS… MEASURE: one value of it
row() {
    words=
    for word; do
        measure=$word
        words="$words $last"
        last=$word
    done
    # shellcheck disable=SC2086 # words without blanks
    t s --json report $words | grep -F "\"measure\":\"$measure\","
    last=
}
last=
figure() {
    key=$1
    shift
    row "$@" | sed "s/.*\"$key\":\([^,}]*\).*/\1/"
}
is() { # is VALUE ARGS… MEASURE
    want_value=$1
    shift
    same "$(figure value "$@")" "$want_value"
}
was() {
    want_value=$1
    shift
    same "$(figure previous "$@")" "$want_value"
}
add() { t s add "$@"; }
# enter KIND FIELD=VALUE…: as a file brings it, in whatever state it is
enter() {
    kind=$1
    shift
    for word; do
        printf '"%s":"%s"\n' "${word%%=*}" "${word#*=}"
    done | paste -sd , | sed 's/.*/{&}/' | t s import "$kind" - --anyway >"$work/enter.out" 2>&1 ||
        cat "$work/enter.out" >&2
}
quietly() { t s "$@" >/dev/null 2>&1; }

# --- the tree: two districts, three communes, four branches -----------------------------------------
t s init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null
while read -r code parent type name; do
    add unit code="$code" parent="$parent" type="$type" name="$name" >/dev/null
done <<'UNITS'
D1 15 huyen-doan Huyện Một
D2 15 huyen-doan Huyện Hai
C1 D1 doan-co-so Xã Một
C2 D1 doan-co-so Xã Hai
C3 D2 doan-co-so Xã Ba
B1 C1 chi-doan Thôn Một
B2 C1 chi-doan Thôn Hai
B3 C2 chi-doan Thôn Ba
B4 C3 chi-doan Thôn Bốn
UNITS
quietly set C1 setting=xa
quietly set B2 setting=thon-ban remote=true youth_under_18=4 youth_18_25=10 youth_26_30=6
quietly set C2 youth_18_25=30
quietly set B3 youth_18_25=7 # the commune's own word counts, not its branch's
person() { add member --anyway "$@"; }
one=$(person full_name="Giàng A Dê" birth_date=2001-04-12 unit=B1 sex=female ethnicity=Hmông \
    admission_date=2020-01-01 outstanding=true party_date=2025-10-02)
two=$(person full_name="Lò Thị Mai" birth_date=2008-06-01 unit=B1 sex=male ethnicity=Thái \
    admission_date=2025-11-02 phone=0912)
person full_name="Hoàng Văn Ba" birth_date=1994-03 unit=B1 sex=male admission_date=2012 \
    status=matured status_date=2025-10-05 >/dev/null
four=$(person full_name="Vàng Thị Tư" birth_date=1997-01-05 unit=B2 sex=female ethnicity=Hmông \
    admission_date=2015-05-01 status=away status_date=2025-06-01)
five=$(person full_name="Nông Văn Năm" birth_date=2002-02-02 unit=B3 sex=male admission_date=2019-03-26)
six=$(person full_name="Tẩn Mẩy Sáu" birth_date=2003-03-03 unit=B4 sex=female admission_date=2019-03-26)

# --- strength ----------------------------------------------------------------------------------------
claim strength__members_at_the_months_end is 3 strength --unit C1 members
claim strength__a_month_before_as_it_was_then was 2 strength --unit C1 members
claim strength__before_somebody_matured is 3 strength --unit C1 --period 2025-09 members
claim strength__above_it_is_the_sum is 4 strength --unit D1 members
claim strength__beside_the_others_under_the_same same "$(figure siblings strength --unit C1 members)" 1
claim strength__the_top_has_none_beside_it same "$(figure siblings strength members)" null
claim strength__women is 2 strength --unit C1 members_sex:female
claim strength__peoples is 2 strength --unit C1 members_ethnicity:Hmông
claim strength__age_at_that_day is 1 strength --unit C1 members_age:under_18
claim strength__not_at_another is 1 strength --unit C1 --period 2026-06 members_age:26_30
claim strength__setting_from_the_unit_above is 2 strength --unit C1 members_setting:xa
claim strength__setting_of_the_branch_itself is 1 strength --unit C1 members_setting:thon-ban
claim strength__remote is 1 strength --unit C1 members_remote
claim strength__admitted_in_the_month is 1 strength --unit C1 admitted
claim strength__admitted_in_the_year is 1 strength --unit C1 --period 2025 admitted
claim strength__matured_in_the_quarter is 1 strength --unit C1 --period 2025-Q4 matured
claim strength__not_in_the_half_year_before is 0 strength --unit C1 --period 2025-H1 matured
claim strength__away is 1 strength --unit C1 away
claim strength__youth_of_a_branch is 20 strength --unit C1 youth
claim strength__youth_of_a_commune_by_its_own_word is 30 strength --unit C2 youth
claim strength__youth_above_is_the_sum is 50 strength --unit D1 youth
claim strength__nobody_says_it is null strength --unit C3 youth
claim strength__nor_for_the_past was null strength --unit C1 youth
claim strength__share_of_the_youth is 4 strength --unit D1 youth_members_share # 2 of 50

# --- letters -----------------------------------------------------------------------------------------
letter=$(t s transfer issue "$five" --to C1 fees_paid_to=2025-11 branch_comment="Tốt" 2>/dev/null)
claim letters__on_the_way_he_counts_where_he_was is 1 strength --unit C2 members
claim letters__and_is_not_yet_out is 0 strength --unit C2 out
quietly transfer accept "$letter"
claim letters__accepted_he_counts_there is 4 strength --unit C1 members
claim letters__and_no_more_where_he_was is 0 strength --unit C2 members
claim letters__in is 1 strength --unit C1 in
claim letters__out is 1 strength --unit C2 out
claim letters__a_move_within_is_neither is 0 strength --unit D1 in
claim letters__nor_out is 0 strength --unit D1 out
quietly transfer accept "77/C2-zzz"
claim letters__an_answer_to_none_counts_nobody_in is 1 strength --unit C1 in
claim letters__an_answer_to_none_counts_nobody_out is 1 strength --unit C2 out
quietly rm "77/C2-zzz"
letter=$(t s transfer issue "$six" --outside "Đoàn phường Hoàn Kiếm" fees_paid_to=2025-11 branch_comment="Tốt" 2>/dev/null)
quietly transfer accept "$letter"
claim letters__who_leaves_the_tree_is_out is 1 strength --unit D2 out
claim letters__and_not_removed is 0 strength --unit D2 removed
claim letters__nor_a_member_here is 0 strength --unit D2 members

# --- persons merged, deleted -------------------------------------------------------------------------
again=$(person full_name="Giàng A De" birth_date=2001-04-12 unit=B1 sex=female admission_date=2020-01-01)
claim persons__entered_twice_count_twice is 5 strength --unit C1 members
quietly merge "$one" "$again"
claim persons__merged_count_once is 4 strength --unit C1 members
quietly unmerge "$one"
claim persons__parted_count_twice is 5 strength --unit C1 members
quietly rm "$again"
claim persons__deleted_do_not_count is 4 strength --unit C1 members

# --- branch life -------------------------------------------------------------------------------------
add activity type=meeting title="Tháng 10" date=2025-10-10 unit=B1 present="$one" topics="Tảo hôn" >/dev/null
meeting=$(add activity type=meeting title="Tháng 11" date=2025-11-10 unit=B1 present="$one;$two" \
    topics="Tảo hôn;Bảo vệ môi trường" agenda="Hát")
add activity type=thematic title="Chuyên đề" date=2025-11-12 unit=B1 present="$one" excused="$two" >/dev/null
add activity type=meeting title="Dự kiến" date=2025-11-30 unit=B2 status=planned >/dev/null
claim life__branches is 2 branch-life --unit C1 branches
claim life__met_this_month is 1 branch-life --unit C1 branches_met
claim life__share_of_months is 50 branch-life --unit C1 met_share
claim life__met_every_month_of_the_quarter_so_far is 1 branch-life --unit C1 --period 2025-Q4 branches_met
claim life__months_that_have_begun_count is 50 branch-life --unit C1 --period 2025-Q4 met_share
claim life__not_every_month_of_the_year is 0 branch-life --unit C1 --period 2025 branches_met
claim life__meetings is 2 branch-life --unit C1 meetings
claim life__of_them_thematic is 1 branch-life --unit C1 meetings_thematic
claim life__came is 3 branch-life --unit C1 present
claim life__the_excused_are_spared is 100 branch-life --unit C1 attendance
claim life__who_had_matured_is_not_expected was 100 branch-life --unit C1 attendance
quietly set "$meeting" present-="$two"
claim life__a_correction_shows is 66.7 branch-life --unit C1 attendance
claim life__topics_once_each is 2 branch-life --unit C1 topics
claim life__an_agenda_item is 1 branch-life --unit C1 activities_agenda:Hát
claim life__a_name_in_two_words_too \
    same "$(t s --json report branch life --unit C1)" "$(t s --json report branch-life --unit C1)"
enter position member="$one" title=bi-thu unit=C1 status=approved from=2025-01-01
enter visit unit=B1 cadre="Giàng A Dê" cadre_unit=C1 date=2025-11-10 status=made
enter visit unit=B1 cadre="Cán bộ huyện" cadre_unit=D1 date=2025-11-12 status=answered
claim visits__received is 2 branch-life --unit C1 visits_received
enter visit unit=B1 cadre="giang a de" cadre_unit=C1 date=2025-11-10 status=made comment=x
claim visits__written_down_twice_it_counts_once is 2 branch-life --unit C1 visits_received
claim visits__made_by_its_own is 1 branch-life --unit C1 visits_made
claim visits__made_by_all_below is 2 branch-life --unit D1 visits_made
claim visits__a_cadre_owes_one_a_month is 1 branch-life --unit C1 visits_quota
claim visits__in_the_quarter_so_far_two is 2 branch-life --unit C1 --period 2025-Q4 visits_quota
claim visits__against_the_quota is 50 branch-life --unit C1 --period 2025-Q4 visits_share
enter inspection unit=C1 date=2025-09-01 deadline=2025-11-05 status=closed closed_date=2025-11-04
enter inspection unit=C1 date=2025-09-02 deadline=2025-11-05 status=closed closed_date=2025-11-06
claim inspections__due is 2 branch-life --unit C1 inspections_due
claim inspections__in_time is 50 branch-life --unit C1 inspections_share
claim inspections__by_their_own_day is 2 branch-life --unit C1 --period 2025-Q3 inspections

# --- movement ----------------------------------------------------------------------------------------
add activity type=volunteer title="Làm đường" date=2025-11-15 unit=B2 present="$four;$one" \
    value=1500000 workdays=12 >/dev/null
football=$(add activity type=sport title="Bóng đá" date=2025-11-16 unit=B1 present="$one")
claim movement__works is 2 movement --unit C1 works
claim movement__by_type is 1 movement --unit C1 works_type:volunteer
claim movement__participants is 3 movement --unit C1 participants
claim movement__value is 1500000 movement --unit C1 value
claim movement__workdays is 12 movement --unit C1 workdays
quietly rm "$football"
claim movement__a_deleted_one_is_gone is 1 movement --unit C1 works

# --- quality -----------------------------------------------------------------------------------------
enter rating unit=B1 member="$one" year=2025 level=excellent status=confirmed
enter rating unit=B1 member="$two" year=2025 level=good status=confirmed
enter rating unit=B1 member="$four" year=2025 level=good status=self
enter rating unit=C1 year=2025 level=good status=confirmed
claim quality__rated is 2 quality --unit C1 --period 2025 rated
claim quality__a_level is 1 quality --unit C1 --period 2025 members_rated:good
claim quality__excellent is 50 quality --unit C1 --period 2025 rated_excellent_share
claim quality__units is 1 quality --unit C1 --period 2025 units_rated:good
claim quality__a_year_counts_when_it_ends is 0 quality --unit C1 --period 2025-H1 rated
claim quality__outstanding is 1 quality --unit C1 outstanding
claim quality__party_admissions_in_october was 1 quality --unit C1 party_admissions
claim quality__party_members is 1 quality --unit C1 party_members
enter reward unit=B1 member="$one" form="Giấy khen" status=granted decision_date=2025-11-03
enter reward unit=C1 form="Bằng khen" status=granted decision_date=2025-11-03
enter reward unit=B1 member="$two" form="Giấy khen" status=proposed
claim quality__rewards_of_members is 1 quality --unit C1 rewards_members
claim quality__rewards_of_units is 1 quality --unit C1 rewards_units
enter discipline unit=B1 member="$two" form=warning status=decided decision_date=2025-11-04 total=3 present=3 for=3
claim quality__discipline is 1 quality --unit C1 discipline_form:warning

# --- plans, cadres, government, fees -----------------------------------------------------------------
enter plan ext_id=p1 unit=C1 title="Tháng 11" period=month month=2025-11 status=approved approver=A decision_date=2025-10-30
enter plan_item unit=C1 task=A plan=p1 owner=A due=2025-11-05 status=done result=x
enter plan_item unit=C1 task=B plan=p1 owner=A due=2025-11-06 # open, and past its day
enter plan_item unit=C1 task=C plan=p1 owner=A due=2025-11-25
enter plan_item unit=C1 task=D plan=p1 owner=A due=2025-11-07 status=dropped result=x
claim plans__approved is 1 plans --unit C1 plans_approved
claim plans__due is 4 plans --unit C1 items
claim plans__done is 1 plans --unit C1 items_done
claim plans__late_is_what_is_not_done_by_its_day is 1 plans --unit C1 items_late
claim plans__open_is_what_has_its_day_before_it is 1 plans --unit C1 items_open
claim plans__dropped is 1 plans --unit C1 items_dropped
claim plans__share is 25 plans --unit C1 items_done_share
claim cadres__filled is 1 cadres --unit C1 filled
claim cadres__a_title is 1 cadres --unit C1 filled_title:bi-thu
claim cadres__units_without_a_secretary is 2 cadres --unit C1 vacant
claim cadres__without_the_theory_for_it is 1 cadres --unit C1 failing
quietly set "$one" political_theory=elementary
claim cadres__with_it is 0 cadres --unit C1 failing
enter cadre_plan unit=C1 member="$two" title=bi-thu status=approved decision_no=1 decision_date=2025-01-10 \
    reviewed=2025-11-01
enter training unit=C1 member="$one" course="Lý luận" hours=16 date=2025-11-02 status=done result=đạt
enter rotation unit=C1 member="$one" to=C2 from_date=2025-11-02 status=done
claim cadres__planned is 1 cadres --unit C1 planned
claim cadres__reviewed is 1 cadres --unit C1 planned_reviewed
claim cadres__trained is 16 cadres --unit C1 trained_hours
claim cadres__rotated is 1 cadres --unit C1 rotated
enter dialogue unit=C1 host=A published=2025-09-01 date=2025-10-05 attendance=40 promise="Sửa đường" due=2025-11-15 \
    answered=2025-11-10 status=answered answer=xong
enter dialogue unit=C1 host=A published=2025-09-01 date=2025-11-05 attendance=30 promise="Làm cầu" due=2025-11-18 \
    status=held
claim government__dialogues is 1 government --unit C1 dialogues
claim government__promises_by_their_day is 2 government --unit C1 promises_due
claim government__promises_kept is 50 government --unit C1 promises_share
enter proposal unit=C1 to=party subject=A text=x sent=2025-11-01 status=accepted reply=x replied=2025-11-02
enter proposal unit=C1 to=party subject=B text=x sent=2025-11-02 status=sent
claim government__proposals_accepted is 50 government --unit C1 proposals_share
enter coordination unit=C1 partner="Công an" task=A date=2025-05-01 resources=5000000
claim government__coordination_goes_on is 1 government --unit C1 coordinations
claim government__resources_when_it_began is 5000000 government --unit C1 --period 2025 resources
enter fee unit=B1 member="$one" month=2025-11 amount=5000 status=paid paid_on=2025-11-03 waged=true
enter fee unit=B1 member="$two" month=2025-11 amount=2000 status=due
enter fee unit=B2 member="$four" month=2025-11 status=exempt exemption="Hộ nghèo"
enter fee unit=C1 month=2025-11 amount=1600 status=remitted paid_on=2025-11-19
claim fees__due is 7000 fees --unit C1 fees_due
claim fees__paid is 5000 fees --unit C1 fees_paid
claim fees__share is 71.4 fees --unit C1 fees_paid_share
claim fees__exempt is 1 fees --unit C1 fees_exempt
claim fees__a_third_goes_up is 1666 fees --unit C1 fees_up
claim fees__the_rest_is_kept is 3334 fees --unit C1 fees_kept
claim fees__passed_up is 1600 fees --unit C1 fees_remitted
claim health__completeness is 45 data-health --unit B1 completeness # 9 of 20
claim health__what_is_missing is 1 data-health --unit B1 missing:phone
claim health__no_conflicts is 0 data-health --unit C1 conflicts
claim health__the_one_computer is 1 data-health nodes
person full_name="Giàng A Dê" birth_date=2001-04-12 unit=B2 sex=female >/dev/null
claim health__a_probable_double is 1 data-health --unit C1 doubles

# --- the scorecard -----------------------------------------------------------------------------------
enter assessment unit=C1 year=2025 self_1=80 self_2=70 self_3=60 status=self
claim badong__own_score_until_the_district_gives_one is 80 badong --unit C1 --period 2025 score_1
claim badong__evidence_beside_it is 50 badong --unit C1 promises_share
claim badong__no_pilot_unit_no_comparison same "$(row badong members:pilot)" ""
quietly set D2 pilot=true
claim badong__pilots is 0 badong members:pilot
claim badong__and_the_rest same "$(figure value badong members:rest)" "$(figure value badong members)"

# --- reorganisation ----------------------------------------------------------------------------------
add activity type=meeting title="Cũ" date=2025-10-20 unit=B3 present="$five" >/dev/null
quietly unit merge B3 --into B1 --on 2025-11-01
add activity type=meeting title="Muộn" date=2025-10-25 unit=B3 >/dev/null
add activity type=meeting title="Mới" date=2025-11-05 unit=B3 >/dev/null
claim merged__before_the_day_it_counts_for_the_old_one is 2 branch-life --unit C2 --period 2025-10 meetings
claim merged__afterwards_for_its_successor is 3 branch-life --unit B1 meetings
claim merged__it_is_no_branch_any_more is 0 branch-life --unit C2 branches
claim merged__but_was_one was 1 branch-life --unit C2 branches
quietly unit move C2 --to D2 --on 2025-11-10
claim moved__before_the_day_under_the_old_one is 3 branch-life --unit D1 --period 2025-10 meetings
claim moved__from_the_day_on_not was 2 branch-life --unit C2 meetings

# --- periods -----------------------------------------------------------------------------------------
for bad in 2025-13 2025-Q5 2025-H0 25 2025-6 june 1900; do
    claim "periods__${bad}_is_none" fails 1 input "$TERRACE" --json -C "$work/s" report strength --period $bad
done
quietly config report_day 5
claim periods__cut_off_on_a_day same "$(t s report strength --period 2025-11 | sed -n 2p)" \
    "Tỉnh đoàn Yên Bái (15), period 2025-11 (06/10/2025 to 05/11/2025)"
claim periods__what_came_after_it_is_of_the_next_month is 0 movement --unit C1 --period 2025-11 works
claim periods__there_it_is is 1 movement --unit C1 --period 2025-12 works
claim periods__29_is_no_such_day fails 1 input "$TERRACE" --json -C "$work/s" config report_day 29
quietly config report_day ""

# --- publication -------------------------------------------------------------------------------------
claim published__nothing_is_adjusted same "$(figure adjusted movement --unit C1 works)" null
t s report movement --unit C1 --publish >/dev/null 2>"$work/first"
claim published__the_first_time_tells_of_none same "$(grep -c 'published before' "$work/first")" 0
claim published__right_after_nothing same "$(t s --json report movement --unit C1 | grep -vc '"adjusted":null')" 0
add activity type=campaign title="Bổ sung" date=2025-11-17 unit=B1 value=500000 >/dev/null
claim published__a_correction_shows_what_it_was same "$(figure adjusted movement --unit C1 works)" 1
claim published__beside_what_it_is is 2 movement --unit C1 works
claim published__a_new_kind_of_work_was_none same "$(figure adjusted movement --unit C1 works_type:campaign)" 0
claim published__money_too same "$(figure adjusted movement --unit C1 value)" 1500000
claim published__people_are_told has "$(t s report movement --unit C1)" "were adjusted since"
claim published__another_period_is_not same "$(figure adjusted movement --unit C1 --period 2025-10 works)" null
claim published__with_the_feeds_position has "$(t s list publication --json)" '"feed_seq":'
t s report movement --unit C1 --publish >/dev/null 2>"$work/second"
claim published__again_is_told has "$(cat "$work/second")" "published before, on 20/11/2025"
claim published__the_newest_counts same "$(figure adjusted movement --unit C1 works)" null

# --- another office ----------------------------------------------------------------------------------
serve s
code=$(t s invite D1 2>/dev/null)
t district join "$url" "$code" >"$work/district.id" 2>/dev/null
quietly report quality --unit C1 --publish
t district sync >/dev/null 2>&1
# values STORE ARGS…: the figures, without what only the upper office knows of
values() {
    from=$1
    shift
    t "$from" --json report "$@" --unit C1 | sed 's/,"siblings":[^,]*//'
}
for name in strength quality branch-life movement plans cadres government fees; do
    claim "office__${name}_is_the_same_in_the_district" same "$(values district $name)" "$(values s $name)"
done
beside() { t "$1" --json report strength --unit D1 | grep '"measure":"members"' | json siblings; }
claim office__the_other_district_is_not_known_in_this_one same "$(beside district)" null
claim office__but_in_the_province same "$(beside s)" 0
claim health__a_computer_below is 1 data-health --unit D1 nodes
claim health__was_in_touch_today has "$(t s --json report data-health --unit D1)" \
    "\"measure\":\"days_since_contact:$(cat "$work/district.id")\",\"value\":0,\"previous\":null"
claim health__is_not_silent is 0 data-health --unit D1 nodes_silent
TERRACE_NOW=2026-01-20T08:00:00+07:00
claim health__after_sixty_days_it_is is 1 data-health --unit D1 nodes_silent
TERRACE_NOW=2025-11-20T08:00:00+07:00
t district set B1 note="Sửa" >/dev/null 2>&1
claim health__what_is_not_sent \
    same "$(t district --json report data-health | grep '"measure":"unsent"' | json value)" 1
code=$(t s invite D1 --role viewer 2>/dev/null)
t viewer join "$url" "$code" >/dev/null 2>&1
claim office__a_viewer_sees_strength has "$(t viewer --json report strength --unit C1)" '"measure":"members"'
claim office__but_no_peoples same "$(t viewer --json report strength --unit C1 | grep -c ethnicity)" 0
claim office__nor_the_party same "$(t viewer --json report quality --unit C1 | grep -c party)" 0
t district report strength --publish >/dev/null 2>&1
t district sync >/dev/null 2>&1
t viewer sync >/dev/null 2>&1
pub=$(t viewer list publication report=strength --json | json id | tail -n 1)
claim office__a_viewer_has_what_was_published has "$(t viewer show "$pub" --json)" '"report":"strength"'
for words in "show $pub" "show $pub --json" "history $pub" "list publication --json" "export publication $work/p.csv" \
    "export publication $work/p.jsonl"; do
    rm -f "$work/p.csv" "$work/p.jsonl"
    # shellcheck disable=SC2086
    t viewer $words >"$work/said" 2>&1
    claim "office__nor_in_what_was_published_by_${words%% *}" \
        same "$(cat "$work/said" "$work/p.csv" "$work/p.jsonl" 2>/dev/null | grep -c 'ethnicity\|party')" 0
done
quit s

# --- forms -------------------------------------------------------------------------------------------
line=$(t s --json report strength | head -n 1)
claim forms__json_has_its_keys keys "$line" unit_code period measure value previous siblings adjusted
names="badong strength quality branch-life movement plans cadres government fees data-health"
claim forms__the_ten same "$(t s --json report --list | json report | tr '\n' ' ')" "$names "
for name in $names; do
    for lang in vi en; do
        claim "forms__${name}_${lang}_for_people" \
            has "$(t s --lang $lang report "$name" --period Q4/2025)" "$([ $lang = vi ] && echo quý IV/2025 || echo 2025-Q4)"
    done
    quietly report "$name" --out "$work/$name.html"
    claim "forms__${name}_is_a_whole_page" has "$(tail -n 1 "$work/$name.html")" "</html>"
    quietly report "$name" --out "$work/$name.xlsx"
    t s --json report "$name" >"$work/$name.jsonl"
    claim "forms__${name}_is_a_spreadsheet" \
        python3 tests/lib/xlsx_figures.py "$work/$name.xlsx" "$work/$name.jsonl"
done
for written in '2025:năm 2025' 'H1/2025:6 tháng đầu năm 2025' '2025-H2:6 tháng cuối năm 2025' '9/2025:tháng 09/2025'; do
    claim "forms__${written%%:*}_reads_as_on_paper" \
        has "$(t s --lang vi report strength --period "${written%%:*}")" "kỳ ${written#*:} ("
done
all_together() { t s report strength --unit C1 | sed -n 's/^  All together  *//p' | cut -d' ' -f1; }
claim forms__the_screen_has_the_total_of_the_sheet same "$(all_together)" "$(figure value strength --unit C1 members)"
quietly report strength --unit C1 --out "$work/below.html"
claim forms__so_has_the_page grep -q '<tr class="all"><td>All together</td>' "$work/below.html"
claim forms__a_page_has_its_pictures_in_it grep -q "<svg" "$work/strength.html"
claim forms__and_fetches_nothing sh -c "! grep -q 'http://\|https://\|<script\|<img\|<link' '$work/strength.html'"
sed 's/"value":2000000/"value":2000001/' "$work/movement.jsonl" >"$work/wrong.jsonl"
claim forms__what_is_otherwise_in_one_is_seen sh -c "! cmp -s '$work/movement.jsonl' '$work/wrong.jsonl' &&
    ! python3 tests/lib/xlsx_figures.py '$work/movement.xlsx' '$work/wrong.jsonl'"
quietly report fees --unit C1 --out "$work/fees.csv"
claim forms__csv_has_a_head same "$(head -n 1 "$work/fees.csv")" \
    unit_code,period,measure,label,value,previous,siblings,adjusted
claim forms__and_the_same_figures has "$(cat "$work/fees.csv")" "C1,2025-11,fees_paid,Fees paid,5000,0,"
quietly report fees --unit C1 --out "$work/fees.jsonl"
claim forms__jsonl_is_what_json_says same "$(cat "$work/fees.jsonl")" "$(t s --json report fees --unit C1)"
claim forms__another_ending_is_refused \
    fails 1 input "$TERRACE" --json -C "$work/s" report fees --out "$work/fees.pdf"
claim forms__no_such_folder exits 3 "$TERRACE" -C "$work/s" report fees --out "$work/no/fees.csv"
claim wants_a_name exits 2 "$TERRACE" -C "$work/s" report
claim that_there_is fails 1 input "$TERRACE" --json -C "$work/s" report weather
claim of_a_unit_that_there_is exits 3 "$TERRACE" -C "$work/s" report fees --unit nowhere
claim speaks_vietnamese has "$(t s --lang vi report strength --unit C1)" "Dân tộc: Hmông"
claim bars_are_drawn has "$(t s report strength --unit C1)" "█"
done_testing
