#!/bin/sh
# Runs targets of the Makefile one after another and sums them up.   usage: check.sh TARGET…
# A target whose last line is "N passed, N failed" counts its tests, any other counts once.
set -u
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0
failed=0
skipped=0

for target in "$@"; do
    echo "== $target"
    started=$(date +%s)
    { ${MAKE:-make} --no-print-directory "$target" 2>&1; echo "status $?"; } | tee "$log" |
        grep -v -e '^status [0-9]*$' -e '^[0-9]* passed, [0-9]* failed'
    status=$(sed -n 's/^status //p' "$log" | tail -n 1)
    counts=$(grep '^[0-9]* passed, [0-9]* failed' "$log" | tail -n 1)
    if [ -n "$counts" ]; then
        # shellcheck disable=SC2046 # three numbers
        set -- $(echo "$counts" | awk '{ print $1, $3, $5 + 0 }')
        passed=$((passed + $1))
        failed=$((failed + $2))
        skipped=$((skipped + $3))
        [ "$status" = 0 ] || [ "$2" != 0 ] || failed=$((failed + 1))
        echo "-- $target: $counts, $(($(date +%s) - started)) s"
    elif [ "$status" = 0 ]; then
        passed=$((passed + 1))
        echo "-- $target: passed, $(($(date +%s) - started)) s"
    else
        failed=$((failed + 1))
        echo "-- $target: FAILED, $(($(date +%s) - started)) s"
    fi
done
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ]
