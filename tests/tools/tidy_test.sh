#!/bin/sh
# Each rule of tools/tidy.sh catches its violation: the positive controls.
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
n=0
bad=0

fresh() {
    rm -rf "$tree"
    mkdir -p "$tree/core" "$tree/sync" "$tree/cli" "$tree/tools" "$tree/tests/unit" "$tree/tests/e2e"
    printf '#define BASE 1\n' >"$tree/core/base.h"
    printf '#include "core/base.h"\n' >"$tree/core/store_env.c"
}
# claim, expected words; the tree is tidied as it stands
expect() {
    n=$((n + 1))
    said=$("$here/tools/tidy.sh" "$tree" 2>&1)
    status=$?
    if [ "$status" = 1 ] && printf '%s\n' "$said" | grep -qF "$2"; then
        echo "ok $n - tidy__$1"
    else
        echo "not ok $n - tidy__$1: status $status, said: $said"
        bad=1
    fi
}
lines() { # count, text
    awk -v n="$1" -v text="$2" 'BEGIN { for (i = 0; i < n; i++) print text }'
}

fresh
n=$((n + 1))
if said=$("$here/tools/tidy.sh" "$tree") && [ -z "$said" ]; then
    echo "ok $n - tidy__clean_tree_passes"
else
    echo "not ok $n - tidy__clean_tree_passes: $said"
    bad=1
fi

fresh
printf '#define S 1\n' >"$tree/sync/frame.h"
printf '#include "sync/frame.h"\n' >"$tree/core/text.c"
expect core_including_sync_is_caught 'core/text.c:1: core must not include sync'

fresh
printf '#define S 1\n' >"$tree/cli/args.h"
printf '#include "cli/args.h"\n' >"$tree/sync/frame.c"
expect sync_including_cli_is_caught 'sync/frame.c:1: sync must not include cli'

fresh
printf '#include "core/base.h"\n#define S 1\n' >"$tree/core/store.h"
printf '#include "core/store.h"\n' >"$tree/core/merge.c"
expect core_including_a_higher_level_is_caught 'core/merge.c:1: core/merge stands below core/store'

fresh
printf '#define S 1\n' >"$tree/sync/client.h"
printf '#include "sync/client.h"\n' >"$tree/sync/frame.c"
expect sync_including_a_higher_level_is_caught 'sync/frame stands below sync/client'

fresh
printf '#define S 1\n' >"$tree/tests/unit/lib.h"
printf '#include "tests/unit/lib.h"\n' >"$tree/cli/main.c"
expect including_tests_is_caught 'cli/main.c:1: nothing includes tests'

fresh
printf '#define S 1\n' >"$tree/tools/lib.h"
printf '#include "tools/lib.h"\n' >"$tree/cli/main.c"
expect including_tools_is_caught 'cli/main.c:1: nothing includes tools'

fresh
printf '#include "base.h"\n' >"$tree/core/text.c"
expect include_by_bare_name_is_caught 'by its path from the top'

fresh
printf '#include "core/base.h"\n' >"$tree/core/strange.c"
expect module_without_a_level_is_caught 'core/strange stands in no level'

for pair in lmdb.h:core/merge.c msgpack.h:sync/frame.c utf8proc.h:cli/main.c sodium.h:core/text.c \
    zlib.h:core/pack.c curl/curl.h:sync/hub.c microhttpd.h:sync/client.c; do
    fresh
    printf '#include <%s>\n' "${pair%%:*}" >"$tree/${pair##*:}"
    expect "second_user_of_$(echo "${pair%%:*}" | tr -c 'a-z0-9\n' _)_is_caught" \
        'belongs to another module alone'
done

for header in jansson.h csv.h popt.h; do
    fresh
    printf '#include <%s>\n' "$header" >"$tree/cli/one.c"
    printf '#include <%s>\n' "$header" >"$tree/cli/two.c"
    expect "second_user_of_$(echo $header | tr . _)_is_caught" 'is included by cli/one.c already'
done

fresh
printf '#include <cmocka.h>\n' >"$tree/cli/main.c"
expect cmocka_outside_tests_is_caught 'cmocka belongs to tests'

fresh
lines 701 'int x;' >"$tree/cli/main.c"
expect file_over_700_lines_is_caught '701 lines (limit 700'

fresh
{ echo 'int f(void)'; echo '{'; lines 101 '    g();'; echo '}'; } >"$tree/cli/main.c"
expect function_over_100_lines_is_caught 'a function of 101 lines (limit 100'

fresh
{ echo 'int f(void)'; echo '{'; lines 71 '    g();'; echo '}'; } >"$tree/cli/main.c"
n=$((n + 1))
if said=$("$here/tools/tidy.sh" "$tree") && echo "$said" | grep -qF 'note: a function of 71'; then
    echo "ok $n - tidy__function_over_70_lines_is_listed"
else
    echo "not ok $n - tidy__function_over_70_lines_is_listed: $said"
    bad=1
fi

fresh
printf '#define S 1\n' >"$tree/cli/lonely.h"
expect unused_header_is_caught 'cli/lonely.h:1: nothing includes this header'

fresh
mkdir "$tree/core/deep"
printf 'int x;\n' >"$tree/core/deep/store.c"
expect unbuilt_source_is_caught 'the Makefile does not build this'

fresh
printf '#!/bin/sh\n' >"$tree/tests/e2e/forgotten.sh"
expect unexecutable_test_script_is_caught 'cannot be executed'

fresh
printf '/* %s: later */\n' TO''DO >"$tree/cli/main.c"
expect work_left_for_later_is_caught 'cli/main.c:1: something is left for later'

echo "1..$n"
exit $bad
