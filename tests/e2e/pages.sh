#!/bin/sh
# Pages of reports as a browser prints them: whole, quiet, and on sheets of A4.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
export TERRACE_NOW=2025-07-20T08:00:00Z TERRACE_LANG=vi

t s init --unit 15 --name "Tỉnh đoàn <b>Yên Bái</b>" >/dev/null
t s import unit "$data/units-yenbai-2019-10.csv" >/dev/null 2>&1
t s add unit code=04576-1 name='Chi đoàn <script>alert(1)</script>' parent=04576 type=chi-doan >/dev/null
generate "$work/records" >/dev/null
for file in unit:branches member:members activity:activities; do
    t s import "${file%:*}" "$work/records/${file#*:}.jsonl" >/dev/null 2>&1
done

t s report --list --json | json report >"$work/names"
claim pages__there_are_reports test -s "$work/names"
while read -r name; do
    for unit in 15 04576 04576-1; do
        claim "pages__${name}_of_$unit" t s report "$name" --unit "$unit" --period 2025 \
            --out "$work/$name-$unit.html"
    done
    claim "pages__${name}_is_sound" sound "$work/$name-15.html" "$work/$name-04576.html" "$work/$name-04576-1.html"
    claim "pages__${name}_tells_names_only" grep -q 'lt;script&gt;alert' "$work/$name-04576-1.html"
    if can_print; then
        claim "paper__$name" prints_on 1-10 "$work/$name-04576.html" 2025
    else
        skip "paper__$name" "no browser here to print with"
    fi
done <"$work/names"
done_testing
