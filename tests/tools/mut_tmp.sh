#!/bin/sh
# Deliberate mutations of merging and syncing, one at a time: the tests must notice each.
set -u
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

tests=session
source=core/store_receive.c
mutant leaving_early_is_caught 's/} else if (covered && local.feed_seq/} else if (local.feed_seq/'
source=sync/outbox.c
mutant late_edits_left_behind_are_caught 's/if (q->up && (store_is_leaving(t, r->id) || was_own(.*/if (0) {/'
# the rules of the merge desk, switched off one by one
tests=desk_laws
TERRACE_SEED=1 TERRACE_SEEDS=120
export TERRACE_SEED TERRACE_SEEDS
source=core/scope.c
mutant the_desk_as_it_is_passes ''
mutant rule_12_a_person_not_in_scope_as_one_is_caught \
    's/if (person_is_merged(g->t, id) ||.*/if (0) {/'
mutant rule_16_a_member_that_leaves_at_issue_is_caught \
    's/add_unit_refs(g, &r, F_TRANSFER_FROM);/(void)r;/'
source=core/store_receive.c
mutant rule_14_leaving_before_upstream_has_it_is_caught \
    's/} else if (covered && local.feed_seq/} else if (local.feed_seq/'
mutant rule_15_marks_that_close_nothing_are_caught \
    's/marks_close(x->t, x->before, x->merged, v->dot);/(x->t == NULL);/'
source=core/merge.c
mutant rule_2_equal_values_collapsed_are_caught \
    's/if (!context_covers(other_context, v->dot)) {/for (uint32_t q = 0; q < other->count \&\& !set; q++) { if (datum_compare(\&other->values[q].datum, \&v->datum) == 0 \&\& value_compare(\&other->values[q], v) < 0) { return false; } } if (!context_covers(other_context, v->dot)) {/'
mutant rule_5_elements_that_come_back_are_caught \
    's/return !set && field_has_dot(other, v->dot);/return field_has_dot(other, v->dot) || set;/'
echo "1..$n"
