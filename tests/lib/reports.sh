# What the tests of reports at size share; sourced after tools/lib.sh. Wants $work and $data.
# shellcheck shell=sh disable=SC2154
export TERRACE_NOW=2025-11-20T08:00:00+07:00
report_kinds="unit member transfer acceptance activity plan plan_item position cadre_plan training rotation fee \
rating discipline reward inspection visit dialogue proposal coordination assessment field"
report_names="badong strength quality branch-life movement plans cadres government fees data-health"

# province_of STORE SEED MEMBERS BRANCHES ACTIVITIES FEES: three years of it, with a merger, a move,
# letters, merged persons and deletions
province_of() {
    p_store=$1
    mkdir -p "$work/made-$p_store"
    python3 tests/lib/report_data.py "$work/made-$p_store" "$data/units-yenbai-2019-10.csv" "$2" "$3" "$4" "$5" "$6" \
        >"$work/made-$p_store/steps" || return 1
    t "$p_store" init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null
    t "$p_store" import unit "$data/units-yenbai-2019-10.csv" >/dev/null 2>&1
    t "$p_store" add field of_kind=member name=policy label_vi="Diện chính sách" type=enum \
        codes="Hộ nghèo;Thương binh" >/dev/null
    t "$p_store" add field of_kind=member name=boarding label_vi="Ở bán trú" type=bool >/dev/null
    # what is made up keeps no rules
    for rule in rating_attendance activity_attendee fee_amount fee_once position_age position_theory cadre_age \
        cadre_theory discipline_quorum discipline_votes dialogue_notice inspection_deadline plan_once assessment_passed; do
        t "$p_store" add rule name=$rule value=0 from=2020-01-01 >/dev/null 2>&1
    done
    while read -r kind file; do
        t "$p_store" import "$kind" "$work/made-$p_store/$file" --anyway >/dev/null 2>"$work/import.err" || {
            echo "$file: $(head -n 3 "$work/import.err")"
            return 1
        }
    done <"$work/made-$p_store/steps"
    {
        t "$p_store" unit merge 04549 --into 04558 --on 01/03/2025
        t "$p_store" unit move 04660 --to 133 --on 2025-06-15
        t "$p_store" unit close 139 --into 15 --on 01/07/2025
        # letters between communes and out of the tree: accepted, on the way, taken back
        n=0
        for member in m-3 m-5 m-7 m-11 m-13 m-17; do
            n=$((n + 1))
            to="--to 04558"
            [ $n = 2 ] && to="--outside Hanoi"
            # shellcheck disable=SC2086 # words without blanks
            t "$p_store" transfer issue "$member" $to --letter "L$n" fees_paid_to=2025-10 branch_comment=x
            [ $n -le 3 ] && t "$p_store" transfer accept "L$n"
            [ $n = 4 ] && t "$p_store" transfer return "L$n" --reason x
        done
        t "$p_store" transfer accept "L99/04549" # such a letter there is not
        t "$p_store" merge m-20 m-21
        t "$p_store" merge m-22 m-23
        t "$p_store" rm m-25
        t "$p_store" rm a-3
    } >"$work/changes.log" 2>&1
    [ "$(t "$p_store" show 04549 --json | json status)" = merged ]
}
# exported STORE DIR: everything as an independent program may read it
exported() {
    mkdir -p "$2"
    for kind in $report_kinds; do
        t "$1" export "$kind" "$2/$kind.jsonl" >/dev/null 2>&1 || return 1
    done
    t "$1" export unit "$2/unit.deleted.jsonl" --deleted >/dev/null 2>&1
}
# agree_with STORE DIR CUTOFF "UNITS" "PERIODS": every report, every figure
agree_with() {
    for a_unit in $4; do
        for a_period in $5; do
            mkdir -p "$2/$a_unit-$a_period"
            for a_name in $report_names; do
                t "$1" --json report "$a_name" --unit "$a_unit" --period "$a_period" \
                    >"$2/$a_unit-$a_period/$a_name.jsonl" || return 1
            done
        done
    done
    python3 tests/lib/recompute.py "$2" 2025-11-20 "$3" - "$2"/*-*/*.jsonl >"$2/verdict"
    a_status=$?
    tail -n 20 "$2/verdict"
    return $a_status
}
