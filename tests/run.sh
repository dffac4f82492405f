#!/bin/sh
# Runs test programs and scripts, $JOBS at a time, and says of each what passed.
#   usage: BUILD=build tests/run.sh PROGRAM…
# A test prints TAP ("ok 1 - claim", "not ok 2 - claim", "ok 3 - claim # SKIP why"); each line
# counts. One that prints none counts once, by its exit status (77 = skipped). A status other than 0
# without a "not ok" is a failure too: it crashed. Logs are kept in $BUILD/logs.
# Last line: N passed, N failed[, N skipped].
set -u
: "${BUILD:=build}" "${JOBS:=2}" "${TEST_SECONDS:=900}"
export BUILD
export TERRACE="${TERRACE:-$BUILD/terrace}" CMOCKA_MESSAGE_OUTPUT=TAP
logs=$BUILD/logs
rm -rf "$logs"
mkdir -p "$logs"
if [ $# -eq 0 ]; then
    echo "run: no tests given" >&2
    exit 1
fi

one=$(dirname "$0")/lib/one.sh
printf '%s\n' "$@" | TEST_SECONDS=$TEST_SECONDS xargs -P "$JOBS" -n 1 "$one" "$logs"

counted=$(cat "$logs"/*.count | wc -l)
cat "$logs"/*.count | awk -v want="$#" -v counted="$counted" '
    { passed += $1; failed += $2; skipped += $3 }
    END {
        if (counted != want) {
            failed += want - counted
        }
        printf "%d passed, %d failed", passed, failed
        if (skipped) {
            printf ", %d skipped", skipped
        }
        printf "\n"
        exit failed != 0 || passed == 0
    }'
