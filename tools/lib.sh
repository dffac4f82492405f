# Stores and servers for the demonstration and the end-to-end tests; sourced, not run.
# Wants $TERRACE, the binary. Makes $work, a folder that is gone at the end, servers with it.
# shellcheck shell=sh

TERRACE=${TERRACE:-./terrace}
case $TERRACE in
/*) ;;
*) TERRACE=$PWD/${TERRACE#./} ;;
esac
work=$(mktemp -d "${TMPDIR:-/tmp}/terrace.XXXXXX")
unset TERRACE_STORE TERRACE_NOW TERRACE_LANG
export HOME="$work" TERRACE_LANG=en

end_all() {
    for pid_file in "$work"/*.pid; do
        [ -f "$pid_file" ] || continue
        kill "$(cat "$pid_file")" 2>/dev/null
    done
    for pid_file in "$work"/*.pid; do
        [ -f "$pid_file" ] || continue
        wait "$(cat "$pid_file")" 2>/dev/null
    done
    rm -rf "$work"
}
trap end_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# terrace on a store of $work: t STORE ARGS…
t() {
    store=$1
    shift
    "$TERRACE" -C "$work/$store" "$@"
}

# Value of a key in the JSON object on stdin, the last such key of the line; nothing when absent.
json() {
    sed -n 's/.*"'"$1"'":\("\([^"]*\)"\|\([^],}]*\)\).*/\2\3/p'
}

# Runs a program that prints "listening on URL" and leaves the URL in $url: listen NAME PROGRAM…
listen() {
    name=$1
    shift
    : >"$work/$name.out" # what an earlier one of this name said must not be read again
    "$@" >"$work/$name.out" 2>"$work/$name.log" </dev/null &
    echo $! >"$work/$name.pid"
    tries=0
    until url=$(sed -n 's/^listening on //p' "$work/$name.out") && [ -n "$url" ]; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ] || ! kill -0 "$(cat "$work/$name.pid")" 2>/dev/null; then
            echo "$name does not listen: $(cat "$work/$name.log")" >&2
            return 1
        fi
        sleep 0.05
    done
    echo "$url" >"$work/$name.url"
}

# serve STORE [PORT]: the store serves; its URL is in $url and in $work/STORE.url
serve() {
    listen "$1" "$TERRACE" -C "$work/$1" serve --listen "127.0.0.1:${2:-0}"
}

# quit NAME [SIGNAL]: ends a server and waits for it
quit() {
    kill "-${2:-TERM}" "$(cat "$work/$1.pid")" 2>/dev/null
    wait "$(cat "$work/$1.pid")" 2>/dev/null
    rm -f "$work/$1.pid"
}

# A node of UNIT joins the hub store that serves: join HUB UNIT STORE
join() {
    code=$(t "$1" invite "$2" 2>"$work/join.log") &&
        "$TERRACE" -C "$work/$3" join "$(cat "$work/$1.url")" "$code" >"$work/$3.node" \
            2>>"$work/join.log" || {
        cat "$work/join.log" >&2
        return 1
    }
}

# Imports what the generator wrote, in its order: import_steps STORE DIR [STEPS]
import_steps() {
    while read -r when kind file; do
        if [ "$when" = now ]; then
            t "$1" import "$kind" "$2/$file" || return 1
        else
            TERRACE_NOW=$when t "$1" import "$kind" "$2/$file" || return 1
        fi
    done <"$2/${3:-steps}"
}

# A province with one store and doubles planted: planted STORE MEMBERS_A_COMMUNE SEED PERCENT. Who is
# who stands in $work/STORE.made/truth.
planted() {
    made=$work/$1.made
    "$BUILD/tools/workload" --province --members "$2" --branches 8 --activities 0 --attendances 0 \
        --seed "$3" --doubles "$4" --out "$made" || return 1
    for part in branches.jsonl members.jsonl doubles.jsonl doubles-truth; do
        cat "$made"/*/"$part" >"$made/${part#doubles-}" || return 1
    done
    t "$1" init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null &&
        t "$1" import unit tools/data/units-yenbai-2019-10.csv >/dev/null &&
        t "$1" import unit "$made/branches.jsonl" >/dev/null &&
        t "$1" --json import member "$made/members.jsonl" &&
        t "$1" --json import member "$made/doubles.jsonl"
}
