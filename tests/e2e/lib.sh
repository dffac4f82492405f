# Claims in TAP, over tools/lib.sh; sourced by the scripts beside it. A script runs from the top of
# the tree, with $TERRACE and $BUILD from tests/run.sh.
# shellcheck shell=sh
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
TERRACE=${TERRACE:-$BUILD/terrace}
helpers=$PWD/$BUILD/tests/lib
workload=$PWD/$BUILD/tools/workload
data=$PWD/tools/data
# shellcheck source=tools/lib.sh
. tools/lib.sh
claims=0
broken=0
trace=$work/trace

# claim NAME COMMAND…: it holds when the command succeeds
claim() {
    what=$1
    shift
    claims=$((claims + 1))
    if "$@" >"$trace" 2>&1; then
        echo "ok $claims - $what"
    else
        echo "not ok $claims - $what: $*"
        sed 's/^/#   /' "$trace"
        broken=$((broken + 1))
    fi
}
# skip NAME REASON: what cannot be tried on this machine
skip() {
    claims=$((claims + 1))
    echo "ok $claims - $1 # SKIP $2"
}
same() {
    [ "$1" = "$2" ] || {
        printf 'got  «%s»\nwant «%s»\n' "$1" "$2"
        return 1
    }
}
# exits STATUS COMMAND…: that exit status, and not by a signal
exits() {
    want=$1
    shift
    "$@" >"$work/exits.out" 2>"$work/exits.err" </dev/null
    got=$?
    [ $got = "$want" ] || {
        echo "exit status $got instead of $want; it said:"
        head -c 2000 "$work/exits.out" "$work/exits.err"
        return 1
    }
}
# fails STATUS WORD COMMAND…: that exit status, and an error object with that word on stderr
fails() {
    want=$1
    word=$2
    shift 2
    exits "$want" "$@" || return 1
    [ -z "$word" ] || grep -q "\"error\":\"$word\"" "$work/exits.err" || {
        echo "no error \"$word\" in:"
        head -c 2000 "$work/exits.err"
        return 1
    }
}
has() { # has TEXT WORD
    case $1 in
    *"$2"*) ;;
    *)
        printf 'no «%s» in «%s»\n' "$2" "$1"
        return 1
        ;;
    esac
}
# keys JSON KEY…: every one of them is there
keys() {
    object=$1
    shift
    for key in "$@"; do
        has "$object" "\"$key\":" || return 1
    done
}
at_most() { # at_most NUMBER LIMIT
    [ -n "$1" ] && [ "$1" -le "$2" ] || {
        echo "«$1» is more than $2"
        return 1
    }
}
count() { t "$1" list "$2" --count --json | json count; }
digest() { t "$1" status --unit "$2" --json | json digest; }
# What a store says of a unit's subtree, apart from receipts, which differ by level.
export_of() {
    for kind in member activity plan_item note; do
        t "$1" list $kind --unit "$2" --json
    done | sed 's/,"_receipt":[0-9]//' | cksum
}
# agree UNIT STORE…: the same digest and the same records in all of them
agree() {
    unit=$1
    shift
    want_digest=
    for s in "$@"; do
        got_digest="$(digest "$s" "$unit") $(export_of "$s" "$unit")"
        : "${want_digest:=$got_digest}"
        same "$got_digest" "$want_digest" || return 1
    done
    [ "${want_digest%% *}" != "" ]
}

# moments N FROM TO SEED: so many random numbers of milliseconds, one a line, as seconds
moments() {
    awk -v n="$1" -v from="$2" -v to="$3" -v seed="$4" \
        'BEGIN { srand(seed); for (i = 0; i < n; i++) printf "%.4f\n", (from + rand() * (to - from)) / 1000 }'
}
# cut_short STORE SECONDS ARGS…: the command is killed after that time; 0 when it had ended well before. What
# it said is in $work/cut.out
cut_short() {
    cut_store=$1
    after=$2
    shift 2
    : >"$work/cut.out" # it may be killed before it opens it, and what the last one said is not its word
    "$TERRACE" -C "$work/$cut_store" "$@" >"$work/cut.out" 2>"$work/cut.err" </dev/null &
    cut_pid=$!
    sleep "$after"
    kill -KILL $cut_pid 2>/dev/null
    wait $cut_pid 2>/dev/null
}
# Whole letters: whoever is on the way by a letter of STORE to UNIT is of that unit by his record, and
# nobody else is: whole_letters STORE UNIT
whole_letters() {
    t "$1" --json transfer list --state in_transit | json member | sort >"$work/on_the_way"
    t "$1" list member --json | grep "\"unit_code\":\"$2\"" | json id | sort >"$work/moved"
    same "$(cat "$work/on_the_way")" "$(cat "$work/moved")"
}
# Whole mergers: a unit that a merger made is there with all that it was made of, or not at all; their
# codes in the file MADE, as CODE FROM FROM: whole_mergers STORE MADE
whole_mergers() {
    t "$1" list unit --json >"$work/units.now"
    while read -r made_code from_a from_b; do
        there=$(grep -c "\"code\":\"$made_code\"" "$work/units.now")
        closed=$(grep "\"code\":\"\($from_a\|$from_b\)\"" "$work/units.now" | grep -c '"status":"merged"')
        same "$made_code $closed" "$made_code $((2 * there))" || return 1
    done <"$2"
}

# A province with the real units, serving as `province`.
province_up() {
    t province init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null &&
        t province import unit "$data/units-yenbai-2019-10.csv" >/dev/null && serve province
}
# generate DIR [ARGS…]: one small commune's records
generate() {
    dir=$1
    shift
    "$workload" --data "$data" --out "$dir" --commune 04576 --members 120 --branches 4 \
        --activities 40 --attendances 500 "$@"
}
# proxy NAME TARGET [ARGS…]: a link, its URL in $url, its counts in $work/NAME.stats once it has quit
proxy() {
    name=$1
    target=$2
    shift 2
    listen "$name" "$helpers/proxy" "$target" "$work/$name.stats" "$@"
}

# sound PAGE…: whole .html pages that run nothing and fetch nothing
sound() { [ $# -gt 0 ] && [ -s "$1" ] && python3 tests/lib/page.py "$@"; }
# to_pdf PAGE PDF: as a browser prints it, offline
to_pdf() {
    profile=$(mktemp -d "$work/chromium.XXXXXX")
    timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
        --disable-background-networking --no-first-run --no-pdf-header-footer --user-data-dir="$profile" \
        --print-to-pdf="$2" "file://$1" >"$work/chromium.log" 2>&1 </dev/null || cat "$work/chromium.log"
    rm -rf "$profile"
    [ -s "$2" ]
}
# prints_on PAGES PAGE WORD…: so many sheets of A4 (a range as 1-2 too), with these words to be read on them
prints_on() {
    pages=$1
    pdf=$work/$(basename "$2" .html).pdf
    to_pdf "$2" "$pdf" || return 1
    shift 2
    info=$(pdfinfo "$pdf")
    got=$(printf '%s' "$info" | sed -n 's/^Pages: *//p')
    [ "$got" -ge "${pages%-*}" ] && [ "$got" -le "${pages#*-}" ] || {
        echo "$got pages instead of $pages"
        return 1
    }
    printf '%s' "$info" | grep -q '^Page size: .*A4' || {
        printf '%s' "$info"
        return 1
    }
    read_back=$(pdftotext -layout "$pdf" -)
    for word in "$@"; do
        has "$read_back" "$word" || return 1
    done
}
can_print() { command -v chromium >/dev/null && command -v pdfinfo >/dev/null; }

done_testing() {
    echo "1..$claims"
    exit $((broken > 0))
}
