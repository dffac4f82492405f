#!/bin/sh
# Is the suite awake? Each deliberate mutation of the merge code must make merge_test fail, and the
# code as it is must pass. TAP on stdout.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${BUILD:=build}" "${CC:=cc}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
libs="$(pkg-config --libs lmdb msgpack zlib libmicrohttpd libsodium libutf8proc libcurl) -lcmocka"
n=0

# usage: mutate NAME SED-EXPRESSION [expected: fail|pass]
mutate() {
    n=$((n + 1))
    sed -e "$2" core/merge.c >"$work/merge.c"
    if [ "${3:-fail}" = fail ] && cmp -s core/merge.c "$work/merge.c"; then
        echo "not ok $n - mutation $1: the expression no longer applies"
        return
    fi
    # the mutant stands before the library, so that its merge is the one linked
    if ! $CC -std=c11 -O1 -I. -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -o "$work/merge_test" \
        tests/unit/merge_test.c "$work/merge.c" "$BUILD/libterrace.a" $libs >"$work/cc.log" 2>&1; then
        echo "not ok $n - mutation $1: does not compile"
        sed 's/^/# /' "$work/cc.log"
        return
    fi
    if timeout 300 "$work/merge_test" >"$work/log" 2>&1; then
        result=pass
    else
        result=fail
    fi
    if [ "$result" = "${3:-fail}" ]; then
        echo "ok $n - mutation $1: the suite says $result"
    else
        echo "not ok $n - mutation $1: the suite says $result"
    fi
}

mutate "none" '' pass
mutate "a covered value survives" 's/return !set \&\& field_has_dot(other, v->dot);/return true;/'
mutate "a removed set element comes back" 's/return !set \&\& field_has_dot/return field_has_dot/'
mutate "two data under one dot collapse" 's/return !set \&\& field_has_dot(other, v->dot);/return false;/'
mutate "the context is not united" 's/context_union(&l->context, &r->context, arena);/r->context;/'
mutate "an absent field empties" 's/out->fields\[n\] = \*a; \/\* absent says nothing \*\//continue;/;s/continue;/i++; continue;/'
mutate "a field may become empty" 's/if (n == 0) {/if (n == SIZE_MAX) {/'
mutate "a stub covers" 's/return r->flags \& RECORD_STUB ? (struct context){0} : r->context;/return r->context;/;s/if (r_stub \&\& !l_stub)/if (0)/;s/if (l_stub \&\& !r_stub)/if (0)/'
mutate "time decides what survives" 's/if (!context_covers(other_context, v->dot)) {/if (!context_covers(other_context, v->dot) \&\& v->time_ms > 0) {/'
mutate "the first value wins ties" 's/shown_compare(&k, v, best) > 0/shown_compare(\&k, v, best) >= 2/'
echo "1..$n"
