#!/bin/sh
# Runs one test for tests/run.sh.   usage: one.sh LOGDIR PROGRAM
# Writes LOGDIR/NAME.log and LOGDIR/NAME.count ("passed failed skipped"), prints one line, and on
# failure what the test said.
set -u
logs=$1
program=$2
name=$(basename "$program" .sh)
log=$logs/$name.log

set --
case $name in
*_fuzz) # a corpus is replayed file by file
    corpus=tests/fuzz/corpus/${name%_fuzz}
    set -- "$corpus"
    ;;
esac
case $program in
/*) ;;
*) program=./$program ;;
esac

started=$(date +%s)
timeout -k 10 "$TEST_SECONDS" "$program" "$@" >"$log" 2>&1 </dev/null
status=$?
seconds=$(($(date +%s) - started))

awk -v status="$status" -v name="$name" -v seconds="$seconds" -v out="$logs/$name.count" '
    /^[ \t]*(not )?ok .*# *[Ss][Kk][Ii][Pp]/ { skipped++; next } # cmocka says "not ok 3 # SKIP"
    /^[ \t]*not ok/ { failed++; next }
    /^[ \t]*ok / { passed++; next }
    END {
        if (passed + failed + skipped == 0) {
            passed = status == 0
            skipped = status == 77
            failed = !passed && !skipped
        } else if (status != 0 && !failed) {
            failed = 1
        }
        print passed + 0, failed + 0, skipped + 0 > out
        printf "%-4s %-28s %4d passed", failed ? "FAIL" : passed ? "ok" : "skip", name, passed
        if (failed) {
            printf ", %d failed (exit status %d)", failed, status
        }
        if (skipped) {
            printf ", %d skipped", skipped
        }
        printf "  %d s\n", seconds
    }' "$log"
read -r _ failed _ <"$logs/$name.count"
if [ "$failed" != 0 ]; then
    # in one write, so that tests running beside do not get into it
    text=$({ grep -n 'not ok' "$log"; echo "--- end of $log:"; tail -n 40 "$log"; } | sed 's/^/    /')
    printf '%s\n' "$text"
fi
exit 0
