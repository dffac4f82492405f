#!/bin/sh
# Guided steps leave what a person leaves who does the same by hand.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
export TERRACE_NOW=2025-07-01T08:00:00Z

# Two books alike: in one each step is guided, in the other it is typed.
for s in guided hand; do
    t $s init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null
    t $s add unit code=A name="Xã A" parent=15 type=doan-co-so >/dev/null
    t $s add unit code=A-1 name="Chi đoàn thôn 1" parent=A type=chi-doan >/dev/null
    t $s add member full_name="Lò Thị Mai" birth_date=2000-02-02 unit=A-1 card_no=YB-1 >/dev/null
done
# What a book holds of a kind, without what names one save or one computer.
plain() {
    t "$1" export "$2" - | sed -E 's/"[0-9a-z]{13}-[0-9]+"/"ID"/g; s/"(created|changed|time|by|node|_[a-z_]+)":("[^"]*"|[^,}]*)/"\1":""/g' | sort
}
alike() { # alike KIND…: both books hold the same of these kinds
    for kind in "$@"; do
        plain guided "$kind" >"$work/a"
        plain hand "$kind" >"$work/b"
        [ -s "$work/a" ] && diff "$work/a" "$work/b" || return 1
    done
}
refused() { fails "$1" "$2" "$TERRACE" --json -C "$work/guided" step "$3" "$4"; }
both() { # both ARGS…: the same in both books
    t guided "$@" >"$work/both.guided" && t hand "$@" >"$work/both.hand"
}
guided() { t guided step "$@"; }
hand() { t hand set "$@"; }
one_id() { t "$1" list "$2" --json | json id; }

# ---- admission ----
both add admission full_name="Giàng A Dê" birth_date=2008-03-04 sex=nam home_place="Văn Tiến" \
    ethnicity=Mông phone=0912000001 unit=A-1
g=$(one_id guided admission)
h=$(one_id hand admission)
claim step__says_where_a_record_stands has "$(t guided step "$g")" "Prospect"
claim step__says_what_may_come_next has "$(t guided step "$g" --json)" '"to":"applied"'
claim step__says_what_it_needs has "$(t guided step "$g" --json)" '"needs":["application_date"],"allowed":true'
claim step__speaks_vietnamese has "$(t guided --lang vi step "$g")" "Đã nộp đơn"
claim step__looking_changes_nothing same "$(t guided show "$g" --json | json status)" prospect
claim step__names_what_is_missing refused 1 input "$g" applied
claim step__a_step_that_does_not_follow_is_refused refused 1 rule "$g" approved
claim step__an_unknown_state_is_told refused 1 input "$g" dancing
claim step__fields_alone_are_no_step refused 2 usage "$g" application_date=2025-01-05
claim step__an_unknown_record_is_told refused 3 not_found zzz-999 applied
while read -r state fields; do
    # shellcheck disable=SC2086
    claim "step__admission_to_$state" guided "$g" "$state" $fields
    # shellcheck disable=SC2086
    hand "$h" status="$state" $fields >/dev/null
done <<'END'
applied application_date=2025-01-05
studied course_date=2025-02-10
introduced introducer=YB-1 introducer_since=2024-06-01
END
claim step__all_that_is_missing_is_named sh -c "'$TERRACE' -C '$work/guided' step '$g' voted 2>&1 |
    grep -q 'meeting_date=.*present=.*for='"
claim step__four_votes_of_nine_are_refused fails 1 rule "$TERRACE" --json -C "$work/guided" step "$g" voted \
    meeting_date=2025-03-01 present=9 for=4
claim step__and_nothing_is_saved same "$(t guided show "$g" --json | json status)" introduced
while read -r state fields; do
    # shellcheck disable=SC2086
    claim "step__admission_to_$state" guided "$g" "$state" $fields
    # shellcheck disable=SC2086
    hand "$h" status="$state" $fields >/dev/null
done <<'END'
voted meeting_date=2025-03-01 present=9 for=8
submitted
approved decision_no=12-QĐ decision_date=2025-03-10
END
claim step__the_ceremony_names_what_it_needs refused 1 input "$g" ceremony
claim step__what_is_wrong_is_told has "$(t guided step "$g" ceremony ceremony_date=31/02/2025 2>&1)" "31/02/2025"
claim step__the_ceremony_makes_the_member has \
    "$(t guided --json step "$g" ceremony ceremony_date=2025-03-26 card_no=YB-0147)" '"kind":"member"'
m=$(t hand add member full_name="Giàng A Dê" birth_date=2008-03-04 sex=nam home_place="Văn Tiến" ethnicity=Mông \
    phone=0912000001 unit=A-1 admission_date=2025-03-26 admission_place="Chi đoàn thôn 1" card_no=YB-0147 \
    status=active)
hand "$h" status=ceremony ceremony_date=2025-03-26 card_no=YB-0147 member="$m" >/dev/null
claim step__admission_leaves_what_the_hand_leaves alike member admission
claim step__taken_twice_is_told refused 1 rule "$g" ceremony
claim step__nothing_follows_the_ceremony same "$(t guided step "$g" --json)" ""
gm=$(t guided show YB-0147 --json | json id)

# somebody who is recorded already is offered
both add admission full_name="Lò Thị Mai" birth_date=2000-02-02 unit=A-1
g2=$(t guided list admission full_name="Lò Thị Mai" --json | json id)
for step in "applied application_date=2025-01-05" "studied course_date=2025-02-10" \
    "introduced introducer=YB-0147 introducer_since=2024-06-01" \
    "voted meeting_date=2025-03-01 present=9 for=9" submitted "approved decision_no=1 decision_date=2025-03-05"; do
    # shellcheck disable=SC2086
    t guided step "$g2" $step >/dev/null
done
claim step__a_double_is_offered fails 1 double "$TERRACE" --json -C "$work/guided" step "$g2" ceremony \
    ceremony_date=2025-03-26
claim step__and_the_admission_waits same "$(t guided show "$g2" --json | json status)" approved
claim step__the_one_on_record_can_be_taken exits 0 t guided step "$g2" ceremony ceremony_date=2025-03-26 member=YB-1
t guided rm "$g2" >/dev/null
t hand rm "$(t hand list admission full_name="Lò Thị Mai" --json | json id)" >/dev/null

# ---- an end, and its reversal ----
both add membership_end member=YB-1 type=matured unit=A-1
ge=$(one_id guided membership_end)
he=$(one_id hand membership_end)
claim step__an_end_is_decided guided "$ge" decided date=2025-06-01 decision_no=7-QĐ
hand "$he" status=decided date=2025-06-01 decision_no=7-QĐ >/dev/null
hand YB-1 status=matured status_date=2025-06-01 decision_no=7-QĐ >/dev/null
claim step__the_end_leaves_what_the_hand_leaves alike member membership_end
claim step__it_is_reversed guided "$ge" reversed reason="Ghi nhầm"
hand "$he" status=reversed reason="Ghi nhầm" >/dev/null
hand YB-1 status=active status_date=2025-07-01 >/dev/null
claim step__the_reversal_leaves_what_the_hand_leaves alike member membership_end

# ---- an expulsion ----
both add discipline member=YB-0147 form=expulsion unit=A-1 reason="Vi phạm"
gd=$(one_id guided discipline)
hd=$(one_id hand discipline)
claim step__too_few_present_are_refused fails 1 rule "$TERRACE" --json -C "$work/guided" step "$gd" voted \
    total=12 present=7 for=7
claim step__discipline_is_voted guided "$gd" voted total=12 present=9 for=8
hand "$hd" status=voted total=12 present=9 for=8 >/dev/null
claim step__and_decided has "$(guided "$gd" decided decision_no=9-QĐ decision_date=2025-06-20)" "recorded with it"
hand "$hd" status=decided decision_no=9-QĐ decision_date=2025-06-20 >/dev/null
e=$(t hand add membership_end member=YB-0147 unit=A-1 type=expelled reason="Vi phạm")
hand "$e" status=decided date=2025-06-20 decision_no=9-QĐ decision_date=2025-06-20 >/dev/null
hand YB-0147 status=expelled status_date=2025-06-20 decision_no=9-QĐ >/dev/null
claim step__expulsion_leaves_what_the_hand_leaves alike member membership_end discipline
claim step__the_member_is_expelled same "$(t guided show "$gm" --json | json status)" expelled

# ---- a mistake is taken back whole ----
take_back() { # take_back FILE: runs the commands that a step printed
    sed -n 's/^ *terrace undo //p' "$1" | while read -r id save dot; do
        t guided undo "$id" "$save" "$dot" || return 1
    done
}
for kind in member discipline membership_end admission; do plain guided $kind; done >"$work/book.before"
d=$(t guided add discipline member=YB-1 form=expulsion unit=A-1)
t guided step "$d" voted total=12 present=9 for=8 >/dev/null
guided "$d" decided decision_no=8-QĐ decision_date=2025-06-21 >"$work/taken"
claim step__it_says_how_to_take_all_of_it_back same "$(grep -c 'terrace undo' "$work/taken")" 4
claim step__that_is_done take_back "$work/taken"
t guided rm "$d" >/dev/null
for kind in member discipline membership_end admission; do plain guided $kind; done >"$work/book.after"
claim step__and_the_book_is_as_it_was cmp "$work/book.before" "$work/book.after"

# ---- a new secretary ----
both add member full_name="Hờ A Sùng" birth_date=1999-09-09 unit=A-1 card_no=YB-3 political_theory=intermediate
for who in YB-1 YB-3; do
    both add position member=$who title=bi-thu unit=A-1 term="2022–2027"
done
p() { t "$1" list position --json | sed -n "${2}p" | json id; }
guided "$(p guided 1)" approved decision_no=1-QĐ from=2022-01-01 >/dev/null 2>&1
hand "$(p hand 1)" status=approved decision_no=1-QĐ from=2022-01-01 >/dev/null 2>&1
claim step__a_secretary_is_approved has \
    "$(guided "$(p guided 2)" approved decision_no=2-QĐ from=2025-06-01 2>/dev/null)" "changed with it"
hand "$(p hand 2)" status=approved decision_no=2-QĐ from=2025-06-01 >/dev/null 2>&1
hand "$(p hand 1)" status=ended to=2025-06-01 >/dev/null
claim step__the_former_one_leaves_what_the_hand_leaves alike position

# ---- a rating ----
both add activity type=meeting title="Tháng 3" date=2025-03-05 unit=A-1 "present=YB-1;YB-3"
both add activity type=meeting title="Tháng 4" date=2025-04-05 unit=A-1 present=YB-3
both add rating member=YB-1 year=2025 level=good unit=A-1
claim step__a_rating_gets_its_share_of_attendance guided "$(one_id guided rating)" voted present=3 for=3
hand "$(one_id hand rating)" status=voted present=3 for=3 attendance_share=50 >/dev/null
claim step__the_rating_leaves_what_the_hand_leaves alike rating

claim rate__lists_attendance has "$(t guided rate 2025 --unit A-1 --json)" '"held":2,"attended":1,"attendance_share":50'
claim rate__people_read_it has "$(t guided rate 2025 --unit A-1)" "1/2  50 %"
t hand add rating member=YB-3 year=2025 level=excellent attendance_share=100 unit=A-1 >/dev/null
claim rate__rates_one_with_the_share_filled_in exits 0 t guided rate 2025 YB-3 excellent
claim rate__which_leaves_what_the_hand_leaves alike rating
claim rate__excellent_takes_attendance fails 1 rule "$TERRACE" --json -C "$work/guided" rate 2025 YB-1 excellent
claim rate__again_it_changes_the_one_that_is_there exits 0 t guided rate 2025 YB-3 good
claim rate__and_makes_no_second same "$(t guided list rating --json | wc -l)" 2
claim rate__wants_a_year exits 1 t guided rate năm
claim rate__wants_a_level exits 2 t guided rate 2025 YB-3
claim rate__that_is_one exits 1 t guided rate 2025 YB-3 marvellous
claim rate__a_given_name_is_enough exits 0 t guided rate 2024 Sùng good
claim rate__an_unknown_member_is_told exits 3 t guided rate 2025 "Không Ai" good

# ---- on a terminal ----
typed() { script -qec "'$TERRACE' -C '$work/guided' $*" /dev/null; }
plan=$(t guided add plan title="Quý III" period=quarter month=2025-07 unit=A)
t guided --lang vi step "$plan" submitted >"$work/taken"
claim step__it_names_kind_and_state grep -q '^Chương trình công tác: .*: từ nay là “Đã trình”\.$' "$work/taken"
claim step__it_names_what_comes_next grep -q '^Tiếp theo: Đã duyệt (cấp trên)$' "$work/taken"
claim step__one_command_takes_one_save_back grep -q '^Lệnh sau đưa mọi thứ' "$work/taken"
situation=$(t guided add situation topic="Việc làm" period=2025-06 channel=social unit=A)
t guided step "$situation" sent >"$work/taken"
sent=$(t guided list situation status=sent --json | json id)
claim step__what_was_sent_is_named_as_a_new_record grep -q "new record: $sent\. The draft $situation stays" \
    "$work/taken"
if script -qec true /dev/null >/dev/null 2>&1; then
    printf '9\n1\n\nTrần Thị Hoa\n' | typed step "$plan" >"$work/typed" 2>&1
    claim step__a_terminal_is_asked_which_step_and_what_it_needs has "$(t guided show "$plan" --json)" \
        '"status":"approved","approver":"Trần Thị Hoa"'
    claim step__what_is_left_out_is_asked_again grep -q "must have a value" "$work/typed"
    printf '\n' | typed step "$plan" >/dev/null 2>&1
    claim step__enter_leaves_it_as_it_is same "$(t guided show "$plan" --json | json status)" approved
else
    skip step__a_terminal_is_asked "no pseudo-terminal to be had here"
fi

# ---- what has its own command, and what has no steps ----
claim step__a_letter_has_its_own_command has "$("$TERRACE" -C "$work/guided" step "$(t guided transfer issue YB-3 \
    --outside "Lào Cai" 2>/dev/null >/dev/null; one_id guided transfer)" accepted 2>&1)" "terrace transfer"
claim step__a_note_takes_no_steps refused 1 rule "$(t guided add note title=Nhớ unit=A)" held
claim step__check_is_clean has "$(t guided --json check)" '"damaged":0'
done_testing
