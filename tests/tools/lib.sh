# Deliberate mutations, one at a time: the tests must notice each. Sourced by the scripts beside it.
# shellcheck shell=sh disable=SC2154 # source and tests are set by the script
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0

msgpack=msgpack
pkg-config --exists $msgpack || msgpack='msgpack-c'
libs=$(pkg-config --libs lmdb zlib libsodium libutf8proc libcurl libmicrohttpd $msgpack)

# mutant NAME SED: the tests of $tests fail when $source is changed so; an empty SED is the control,
# with which they pass
mutant() {
    n=$((n + 1))
    sed "$2" "$source" >"$work/mutant.c"
    if [ -n "$2" ] && cmp -s "$source" "$work/mutant.c"; then
        echo "not ok $n - mutation__$1: the mutation changes nothing: $2"
        return
    fi
    if ! ${CC:-cc} -std=c11 -O1 -I. -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -w -c \
        -o "$work/mutant.o" "$work/mutant.c" >"$work/log" 2>&1; then
        echo "not ok $n - mutation__$1: does not compile: $(tail -n 3 "$work/log")"
        return
    fi
    noticed=
    for test in $tests; do
        # the mutant stands before the library, so that it is the one linked
        # shellcheck disable=SC2086 # lists of words
        ${CC:-cc} -o "$work/test" "$work/mutant.o" "$BUILD/tests/unit/${test}_test.o" \
            "$BUILD/libunit.a" "$BUILD/libterrace.a" $libs -lcmocka || exit 1
        if ! timeout 120 "$work/test" >"$work/log" 2>&1; then
            noticed=$test
            break
        fi
    done
    if { [ -z "$2" ] && [ -z "$noticed" ]; } || { [ -n "$2" ] && [ -n "$noticed" ]; }; then
        echo "ok $n - mutation__$1${noticed:+ by ${noticed}_test}"
    else
        echo "not ok $n - mutation__$1: noticed by «$noticed»"
    fi
}
