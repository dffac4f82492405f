#!/bin/sh
# The workload generator keeps its word: deterministic by seed, exact counts, real units.
set -u
cd "$(dirname "$0")/../.." || exit 1
workload=${BUILD:-build}/tools/workload
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
claim() {
    what=$1
    shift
    n=$((n + 1))
    if "$@" >"$work/said" 2>&1; then
        echo "ok $n - workload__$what"
    else
        echo "not ok $n - workload__$what: $* $(head -c 300 "$work/said")"
    fi
}
same() { [ "$1" = "$2" ] || { echo "«$1» is not «$2»" && false; }; }
between() { [ "$1" -ge "$2" ] && [ "$1" -le "$3" ] || { echo "$1" && false; }; }
attendances() { grep -ohE '"(present|excused)":\[[^]]*' "$@" | grep -o '"m-' | wc -l; }
make_one() {
    out=$1
    shift
    "$workload" --commune 04576 --members 400 --activities 100 --attendances 1300 --branches 8 \
        --out "$work/$out" "$@"
}

claim runs make_one a --seed 5 --plans 3
claim runs_again make_one b --seed 5 --plans 3
claim same_seed_same_bytes diff -r "$work/a" "$work/b"
claim runs_with_another_seed make_one c --seed 6
claim another_seed_differs sh -c "! cmp -s '$work/a/members.jsonl' '$work/c/members.jsonl'"
claim members_as_asked same "$(wc -l <"$work/a/members.jsonl")" 400
claim activities_as_asked same "$(wc -l <"$work/a/activities.jsonl")" 100
claim attendances_as_asked same "$(attendances "$work/a/activities.jsonl")" 1300
claim branches_as_asked same "$(wc -l <"$work/a/branches.jsonl")" 8
claim plans_as_asked same "$(wc -l <"$work/a/plans.jsonl")" 3
claim month_edits_17_members same "$(wc -l <"$work/a/month-members.jsonl")" 17
claim month_changes_26_fields \
    same "$(grep -oE '"[a-z_]+":' "$work/a/month-members.jsonl" | grep -vc ext_id)" 26
claim month_has_10_activities same "$(wc -l <"$work/a/month-activities.jsonl")" 10
claim month_has_138_attendances same "$(attendances "$work/a/month-activities.jsonl")" 138
claim nobody_attends_twice sh -c "! grep -ohE '\"present\":\[[^]]*' '$work/a/activities.jsonl' |
    awk -F'[][,]' '{ split(\"\", seen); for (i = 3; i <= NF; i++) if (seen[\$i]++) print }' | grep -q ."

claim lives_in make_one d --seed 5 --order lived-in
cat "$work"/d/*-members.jsonl >"$work/d-members"
cat "$work"/d/*-edits.jsonl >"$work/d-edits"
claim lived_in_has_every_member same \
    "$(cat "$work"/d/[0-9]*-members.jsonl | wc -l)" 400
claim lived_in_edits_30_percent_twice between "$(wc -l <"$work/d-edits")" 180 300
claim lived_in_steps_are_in_order sh -c "cut -d' ' -f1 '$work/d/steps' | sort -c"
claim lived_in_names_every_file same "$(cut -d' ' -f3 "$work/d/steps" | sort | uniq | wc -l)" \
    "$(find "$work/d" -name '[0-9b]*.jsonl' | wc -l)"

claim plants_doubles make_one e --seed 5 --doubles 10
claim doubles_change_no_member cmp "$work/a/members.jsonl" "$work/e/members.jsonl"
claim doubles_as_asked same "$(grep -vc year "$work/e/doubles-truth")" 40
claim doubles_each_have_a_row same "$(wc -l <"$work/e/doubles.jsonl")" \
    "$(wc -l <"$work/e/doubles-truth")"
claim doubles_have_two_different_slips sh -c "! awk '\$3 == \$4' '$work/e/doubles-truth' | grep -q ."
claim doubles_double_nobody_twice same "$(cut -d' ' -f1 "$work/e/doubles-truth" | sort | uniq -d)" ""
claim doubles_are_imported_last same "$(tail -1 "$work/e/steps")" "now member doubles.jsonl"
claim refuses_too_many_doubles sh -c "! $workload --commune 04576 --doubles 30 --out '$work/x'"

claim takes_the_province "$workload" --province --members 3 --activities 0 --branches 1 --out "$work/p"
claim province_has_180_communes same "$(find "$work/p" -mindepth 1 -type d | wc -l)" 180
claim another_province_is_there "$workload" --province 10 --members 1 --activities 0 --branches 1 \
    --out "$work/l"
claim refuses_an_unknown_commune sh -c "! $workload --commune 99999 --out '$work/x'"
claim refuses_an_unknown_option sh -c "! $workload --commune 04576 --out '$work/x' --size 3"
claim refuses_a_wrong_number sh -c "! $workload --commune 04576 --out '$work/x' --members many"
echo "1..$n"
