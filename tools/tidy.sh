#!/bin/sh
# The rules of the layout that a machine can check.   usage: tools/tidy.sh [DIR]
# Prints one line a finding, `FILE:LINE: what`; exit 1 when a rule is broken. Warnings (`note:`) do
# not fail. tests/tools/tidy_test.sh seeds a violation of each rule and looks that it is caught.
set -u
cd "${1:-.}" || exit 2

if git rev-parse --git-dir >/dev/null 2>&1; then
    list() { git ls-files --cached --others --exclude-standard | sort -u; }
else
    list() { find . -name 'build' -prune -o -type f -print | sed 's,^\./,,' | sort; }
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
list | while read -r f; do
    [ -f "$f" ] && printf '%s\n' "$f"
done >"$work/all"
grep -E '\.[ch]$' "$work/all" >"$work/sources"
findings=$work/findings
: >"$findings"

# --- 1. Includes run one way -----------------------------------------------------------------------
# From a higher level to the same or a lower one. A module is a file's name up to its first "_":
# core/store_index.c belongs to store. Add a new module of core or sync to its level here.
cat >"$work/levels" <<'LEVELS'
core base
core error
core crypto env pack text limits secret
core datum
core context
core record
core schema proof
core steps
core merge
core store units scope person alike cert authority
core attendance custom
core desk
core rules
core draft undo situation
core transfer reorg doubles process
core fee rating
core report
core assess
sync dictionary frame batch
sync message round
sync link
sync outbox inbox reconcile evidence admit
sync session
sync receipts
sync client
sync join hub bundle
LEVELS
xargs grep -Hn '^[ \t]*#[ \t]*include' <"$work/sources" 2>/dev/null | awk -v levels="$work/levels" '
    BEGIN {
        while ((getline line <levels) > 0) {
            n = split(line, w, " ")
            row++
            for (i = 2; i <= n; i++) {
                level[w[1] "/" w[i]] = row
            }
        }
        rank["core"] = 1; rank["sync"] = 2; rank["cli"] = 3; rank["tools"] = 4; rank["tests"] = 4
    }
    function module(path, parts, stem) {
        split(path, parts, "/")
        stem = parts[2]
        sub(/\.[ch]$/, "", stem)
        sub(/_.*/, "", stem)
        return parts[1] "/" stem
    }
    {
        split($0, head, ":")
        file = head[1]
        where = head[1] ":" head[2]
        folder = file
        sub(/\/.*/, "", folder)
        if (folder == "core" || folder == "sync") {
            m = module(file)
            if (!(m in level)) {
                if (!(m in told)) {
                    print where ": module " m " stands in no level of tools/tidy.sh"
                }
                told[m] = 1
            }
        }
        if (!match($0, /"[^"]*"/)) {
            next
        }
        target = substr($0, RSTART + 1, RLENGTH - 2)
        to = target
        sub(/\/.*/, "", to)
        if (to == target || !(to in rank)) {
            print where ": include \"" target "\" by its path from the top"
        } else if ((to == "tests" || to == "tools") && folder != to) {
            print where ": nothing includes " to
        } else if (rank[folder] < rank[to]) {
            print where ": " folder " must not include " to
        } else if (folder == to && (folder == "core" || folder == "sync")) {
            t = module(target)
            if (level[module(file)] < level[t]) {
                print where ": " module(file) " stands below " t
            }
        }
    }' >>"$findings"

# --- 2. Each third-party header has exactly one including module ------------------------------------
# header: files that may; "cli": one file of cli, whichever it is. Tests are free to use cmocka, and the bench that measures LMDB itself.
cat >"$work/owners" <<'OWNERS'
lmdb.h core/store_env.h core/store_env.c
msgpack.h core/pack.c
msgpack/ core/pack.c
utf8proc.h core/text.c
sodium.h core/crypto.c
zlib.h sync/frame.c
curl/ sync/client.c
microhttpd.h sync/hub.c
jansson.h cli
csv.h cli
popt.h cli
qrencode.h cli
xlsxwriter.h cli
zip.h cli
expat.h cli
OWNERS
xargs grep -Hn '^[ \t]*#[ \t]*include[ \t]*<' <"$work/sources" 2>/dev/null |
    awk -v owners="$work/owners" '
    BEGIN {
        while ((getline line <owners) > 0) {
            n = split(line, w, " ")
            headers[++count] = w[1]
            for (i = 2; i <= n; i++) {
                allowed[w[1], w[i]] = 1
            }
            fixed[w[1]] = w[2] ~ /^(core|sync)\//
        }
    }
    {
        split($0, head, ":")
        file = head[1]
        if (file ~ /^tests\//) {
            next
        }
        match($0, /<[^>]*/)
        header = substr($0, RSTART + 1, RLENGTH - 1)
        if (header == "cmocka.h") {
            print file ":" head[2] ": cmocka belongs to tests"
        }
        for (i = 1; i <= count; i++) {
            h = headers[i]
            if (header != h && !(h ~ /\/$/ && index(header, h) == 1)) {
                continue
            }
            if (fixed[h] && !((h, file) in allowed)) {
                print file ":" head[2] ": <" header "> belongs to another module alone"
            } else if (!fixed[h] && h in user && user[h] != file) {
                print file ":" head[2] ": <" header "> is included by " user[h] " already"
            }
            user[h] = file
        }
    }' >>"$findings"

# --- 3. Sizes ---------------------------------------------------------------------------------------
# A function's body stands between a lone "{" and a lone "}" in the first column.
while read -r f; do
    awk -v file="$f" '
        /^\{$/ { start = NR; next }
        /^\}$/ && start {
            length_ = NR - start - 1
            if (length_ > 100) {
                print file ":" start ": a function of " length_ " lines (limit 100, habit 70)"
            } else if (length_ > 70) {
                print file ":" start ": note: a function of " length_ " lines (habit 70)"
            }
            start = 0
        }
        END {
            if (NR > 700) {
                print file ":1: " NR " lines (limit 700, habit 600)"
            } else if (NR > 600) {
                print file ":1: note: " NR " lines (habit 600)"
            }
        }' "$f"
done <"$work/sources" >>"$findings"

# --- 4. No dead files -------------------------------------------------------------------------------
# Every header is included; every source is of a kind that the Makefile builds.
while read -r f; do
    case $f in
    *.h)
        # shellcheck disable=SC2046 # paths without spaces
        grep -qF "#include \"$f\"" $(grep -vxF "$f" "$work/sources") /dev/null ||
            echo "$f:1: nothing includes this header"
        ;;
    core/*/* | sync/*/* | cli/*/*) echo "$f:1: the Makefile does not build this" ;;
    core/*.c | sync/*.c | cli/*.c | tools/*.c) ;;
    tests/unit/*.c | tests/fuzz/*_fuzz.c | tests/fuzz/replay.c | tests/lib/*.c | tests/bench/*.c) ;;
    *) echo "$f:1: the Makefile does not build this" ;;
    esac
done <"$work/sources" >>"$findings"
grep -E '^tests/(e2e|tools)/.*\.sh$' "$work/all" | grep -v '/lib\.sh$' | while read -r f; do
    [ -x "$f" ] || echo "$f:1: a test script that cannot be executed"
done >>"$findings"

# --- 5. Nothing is left for later -------------------------------------------------------------------
# the words are spelled so that this file does not find itself
words='TO''DO|FIX''ME|X''XX|HA''CK'
grep -E '\.([chwk]|sh|mk)$|Makefile$|^\.ci/run$' "$work/all" |
    xargs grep -HnwE "$words" 2>/dev/null |
    sed -E 's/^([^:]*:[0-9]*):.*/\1: something is left for later/' >>"$findings"

sort -t: -k1,1 -k2,2n "$findings"
if grep -qv ': note: ' "$findings"; then
    exit 1
fi
