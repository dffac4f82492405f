#!/bin/sh
# Bad input gets a clear error with the right exit status, and nothing is lost: arguments, files,
# HTTP bodies and heads by a raw sender, damaged store files.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
quit province
t province config limit_requests 0 >/dev/null # of thousands, none is to be turned away unread
serve province
join province 04576 commune
hub=$(cat "$work/province.url")
generate "$work/data"
import_steps commune "$work/data" >/dev/null
t commune sync >/dev/null
before="$(digest province 15) $(export_of province 04576)"

# ---- arguments: status, then the words
while read -r want words; do
    [ -n "$want" ] || continue
    # shellcheck disable=SC2086 # words of a command
    claim "bad_input__$(echo "$words" | tr -c 'a-zA-Z0-9\n' '_')_exits_$want" \
        exits "$want" t commune --json $words
done <<'TABLE'
2 dance
2 list
2 list member --limit
2 show
2 set
2 import
2 import member
2 add
1 add dragon unit=04576
1 add member unit=04576
1 add member unit=04576 full_name=
1 add member full_name=A birth_date=2001 sex=purple
1 add member full_name=A birth_date=yesterday
1 add member full_name=A birth_date=2001-02-30
1 list dragon
3 show 00000-1
3 rm 00000-1
3 history 00000-1
3 undo 00000-1
3 resolve 00000-1 full_name --take 1
1 list member --limit minus
1 config no_such_setting 1
1 sync --hub ftp://127.0.0.1
4 sync --hub http://127.254.1.1:9
TABLE
claim bad_input__text_that_is_not_utf8_exits_1 \
    exits 1 t commune add note unit=04576 title="$(printf '\377\376x')"
long=$(head -c 70000 /dev/zero | tr '\0' x)
claim bad_input__endless_text_exits_1 exits 1 t commune add note unit=04576 title="$long"

# ---- files
printf '{"ext_id":"q1","full_name":"A"' >"$work/cut.jsonl"
printf '[1,2,3]\n"x"\n{}\n' >"$work/shapes.jsonl"
head -c 4096 /dev/urandom >"$work/noise.jsonl"
head -c 4096 /dev/urandom >"$work/noise.csv"
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "["; print "" }' >"$work/deep.jsonl"
printf 'ext_id,full_name\n"never closed,Giàng A' >"$work/open.csv"
printf 'ext_id,wings\nz1,2\n' >"$work/column.csv"
: >"$work/empty.csv"
for file in cut.jsonl shapes.jsonl noise.jsonl noise.csv deep.jsonl open.csv column.csv; do
    claim "bad_input__import_of_${file}_exits_1" exits 1 t commune import member "$work/$file"
done
claim bad_input__import_of_nothing_is_clean \
    sh -c "'$TERRACE' -C '$work/commune' import member '$work/empty.csv'; [ \$? -le 1 ]"
claim bad_input__import_of_no_file_fails sh -c "! '$TERRACE' -C '$work/commune' import member /nowhere.csv"
claim bad_input__import_of_a_folder_fails sh -c "! '$TERRACE' -C '$work/commune' import member '$work'"
claim bad_input__members_are_untouched same "$(count commune member)" 120

# ---- HTTP, by a raw sender: the server answers 4xx or closes, and lives on
at=${hub#http://}
say() { printf "$@" | "$helpers/raw" "$at" | head -n 1 | tr -d '\r'; }
refused() { # refused REPLY: a 4xx or 5xx, or a closed connection
    case $1 in
    '' | 'HTTP/1.'[01]' '[45]*) ;;
    *)
        echo "answered: $1"
        return 1
        ;;
    esac
}
head_='POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/vnd.terrace\r\n'
claim bad_input__http_noise refused "$(head -c 3000 /dev/urandom | "$helpers/raw" "$at" | head -n 1 | tr -d '\r\0')"
claim bad_input__http_wrong_method refused "$(say 'GET /v1/sync HTTP/1.1\r\nHost: x\r\n\r\n')"
claim bad_input__http_wrong_path refused "$(say 'POST /etc/passwd HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n')"
claim bad_input__http_empty_body refused "$(say "${head_}Content-Length: 0\r\n\r\n")"
claim bad_input__http_noise_body refused "$(say "${head_}Content-Length: 40\r\n\r\n0123456789012345678901234567890123456789")"
claim bad_input__http_huge_length refused "$(say "${head_}Content-Length: 99999999999\r\n\r\nx")"
claim bad_input__http_two_hosts refused "$(say 'POST /v1/sync HTTP/1.1\r\nHost: x\r\nHost: y\r\nContent-Length: 0\r\n\r\n')"
claim bad_input__http_two_lengths refused "$(say "${head_}Content-Length: 1\r\nContent-Length: 40\r\n\r\nx")"
claim bad_input__http_length_and_chunked refused "$(say "${head_}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")"
claim bad_input__http_negative_length refused "$(say "${head_}Content-Length: -1\r\n\r\nx")"
claim bad_input__http_short_body refused "$(say "${head_}Content-Length: 400\r\n\r\nx")"
claim bad_input__http_join_noise refused "$(say 'POST /v1/join HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello')"
claim bad_input__http_long_header refused "$(printf "POST /v1/sync HTTP/1.1\r\nHost: x\r\nA: %s\r\n\r\n" "$long" | "$helpers/raw" "$at" | head -n 1 | tr -d '\r')"
claim bad_input__hub_holds_what_it_held same "$(digest province 15) $(export_of province 04576)" "$before"

# ---- real messages, bent by the thousand; what is bent may by chance still be well-formed and speak
# of the sender's own records, so what is compared is everything it has no right to
t commune add note unit=04576 title="to be bent" >/dev/null
t commune set "$(t commune list member ext_id=m-04576-9 --json | json id)" phone=0900000001 >/dev/null
t province add theme unit=15 month=2025-03 title="Tháng Thanh niên" >/dev/null
for unit in 04570 140 15; do
    t province add note unit=$unit title="not theirs: $unit" >/dev/null
done
others() {
    for unit in 04570 140; do digest province $unit; done
    t province list theme --json
    t province list unit --json
    t province list note unit=15 --json
}
before=$(others | cksum)
claim bad_input__mangled_messages_are_survived "$helpers/mangle" "$at" "$work/commune" "${MANGLED:-2000}" 17 "$work/province"
peak=$(sed -n 's/^VmHWM:[ \t]*\([0-9]*\) kB/\1/p' "/proc/$(cat "$work/province.pid")/status")
case $TERRACE in
*san* | *valgrind*) ;; # these need room of their own
*) claim bad_input__hub_stays_below_64_mb at_most "$peak" 65536 ;;
esac
claim bad_input__nobody_elses_record_is_changed same "$(others | cksum)" "$before"
claim bad_input__hub_is_alive t commune --json sync
claim bad_input__sync_still_converges has "$(t commune --json sync)" '"digest_equal":true'
claim bad_input__hub_checks_clean has "$(t province --json check)" '"damaged":0'
quit province

# ---- a damaged store
t commune export member "$work/good.jsonl" >/dev/null
# LMDB trusts its pages and may fault on torn ones; the program turns that into an error, but a
# memory checker sees the fault first
tear() {
    cp -r "$work/commune" "$work/torn"
    file=$(find "$work/torn" -name '*.mdb' ! -name '*lock*' | head -n 1)
    size=$(stat -c %s "$file")
    at_byte=$((size / 3))
    while [ $at_byte -lt $((size * 2 / 3)) ]; do
        printf 'damage' | dd of="$file" bs=1 seek=$at_byte conv=notrunc 2>/dev/null
        at_byte=$((at_byte + 512))
    done
    claim bad_input__damage_is_found exits 6 t torn --json check
    claim bad_input__damage_is_never_a_crash sh -c "'$TERRACE' -C '$work/torn' list member >/dev/null 2>&1;
        [ \$? -le 7 ]"
}
case $TERRACE in
*valgrind* | *san*) ;;
*) tear ;;
esac

cp -r "$work/commune" "$work/emptied"
: >"$(find "$work/emptied" -name '*.mdb' ! -name '*lock*' | head -n 1)"
claim bad_input__an_emptied_file_is_no_empty_store exits 6 t emptied --json status
cp -r "$work/commune" "$work/noised"
head -c 20000 /dev/urandom >"$(find "$work/noised" -name '*.mdb' ! -name '*lock*' | head -n 1)"
claim bad_input__noise_is_no_store exits 6 t noised --json status
cp -r "$work/commune" "$work/nameless"
rm -f "$work/nameless/identity"
claim bad_input__a_store_without_identity_is_told \
    sh -c "'$TERRACE' -C '$work/nameless' status >/dev/null 2>&1; s=\$?; [ \$s = 6 ] || [ \$s = 3 ]"
claim bad_input__the_good_store_is_good has "$(t commune --json check)" '"damaged":0'
done_testing
