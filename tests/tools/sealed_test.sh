#!/bin/sh
# The unit tests again, with every store that they make sealed: nothing above the tables may notice.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
broken=0
export TERRACE_TEST_SEALED=1 TERRACE_SEEDS=10
# Those with stores; the others are the same run twice. copies_test makes files of its own, not sealed.
for source in $(grep -l 'fixture\.h\|forge\.h\|tree\.h\|house\.h\|desk\.h\|world\.h' tests/unit/*_test.c); do
    name=$(basename "$source" .c)
    [ "$name" != copies_test ] || continue
    n=$((n + 1))
    if "$BUILD/tests/unit/$name" >"$work/log" 2>&1; then
        echo "ok $n - sealed__$name"
    else
        echo "not ok $n - sealed__$name"
        tail -n 20 "$work/log" | sed 's/^/#   /'
        broken=1
    fi
done
[ $n -gt 5 ] || broken=1
echo "1..$n"
exit $broken
