#!/bin/sh
# Story 9: the scorecard is prefilled with evidence; the district rejects criterion 2; the unit is not
# recognised.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
export TERRACE_NOW=2025-12-20T08:00:00Z

province_up
join province 138 district
serve district
join district 04576 commune
round() { for s in commune district commune; do t $s sync >/dev/null 2>&1; done; }
state() { t "$1" show "$id" --json | json status; }

t commune add member full_name="Giàng A Dê" birth_date=2004-03-04 admission_date=2025-03-26 >/dev/null
t commune add dialogue host="Chủ tịch xã" published=2025-02-01 date=2025-03-20 >/dev/null
line=$(t commune --json assess 2025)
id=$(printf '%s' "$line" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')
claim story_9__the_scorecard_is_prefilled_with_evidence keys "$line" id evidence_1 evidence_2 evidence_3
claim story_9__in_words_and_numbers has "$(t commune show "$id" --json)" "Đoàn viên: 1"
t commune add member full_name="Lò Thị Mai" birth_date=2005-03-04 >/dev/null
claim story_9__new_records_change_the_evidence has "$(t commune assess 2025)" "Đoàn viên: 2"
claim story_9__in_the_same_scorecard same "$(count commune assessment)" 1
claim story_9__the_unit_must_mark_itself fails 1 input "$TERRACE" --json -C "$work/commune" step "$id" self
claim story_9__the_unit_marks_itself exits 0 t commune step "$id" self self_1=90 self_2=80 self_3=85
claim story_9__a_unit_gives_itself_no_verdict exits 1 t commune step "$id" district verdict_1=passed \
    verdict_2=passed verdict_3=passed
round
claim story_9__the_district_sees_it same "$(state district)" self
claim story_9__the_district_rejects_criterion_2 exits 0 t district step "$id" district score_1=88 score_2=40 \
    score_3=85 verdict_1=passed verdict_2=failed verdict_3=passed
claim story_9__recognition_takes_all_three fails 1 rule "$TERRACE" --json -C "$work/district" step "$id" \
    recognised
claim story_9__the_reason_is_told has "$(t district --lang vi step "$id" recognised 2>&1)" "nội dung 2"
claim story_9__nor_does_the_unit_recognise_itself exits 1 t commune step "$id" recognised
claim story_9__it_stays_undecided same "$(state district)" district
claim story_9__the_unit_is_not_recognised exits 0 t district step "$id" not-recognised
claim story_9__what_it_rests_on_is_kept has "$(t district show "$id" --json | grep snapshot)" "Kết luận nội dung 2: Chưa đạt"
round
# figure MEASURE: of the scorecard, as the district's report tells it
figure() { t district --json report badong --unit 04576 --period 2025 | grep -F "\"measure\":\"$1\"," | json value; }
claim story_9__one_was_assessed same "$(figure assessments)" 1
claim story_9__none_is_recognised same "$(figure assessments_recognised)" 0
claim story_9__the_districts_scores_count same "$(figure score_1) $(figure score_2) $(figure score_3)" "88 40 85"
claim story_9__the_unit_reads_it same "$(state commune)" not-recognised
t commune add member full_name="Hờ A Sùng" birth_date=2005-03-04 >/dev/null
claim story_9__what_was_decided_stays_as_it_was fails 1 rule "$TERRACE" --json -C "$work/commune" assess 2025
claim story_9__the_commune_has_the_evidence_it_was_decided_on has "$(t commune show "$id" --json)" "Đoàn viên: 2"
claim assess__wants_a_year exits 1 t commune assess năm
claim assess__an_unknown_unit_is_told exits 3 t commune assess 2025 --unit 99999
claim assess__help_is_vietnamese has "$(t commune --lang vi help assess)" "minh chứng"
done_testing
