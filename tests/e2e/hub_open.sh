#!/bin/sh
# A hub that anybody can reach: crowds that mean it no good, heads that two programs would read
# differently, pages in a browser, guessed codes, https; and what a client makes of a stranger's answer.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
join province 04576 commune
generate "$work/data" --members 300 --activities 40 --attendances 300
import_steps commune "$work/data" >/dev/null
cp -r "$work/commune" "$work/twin" # what the hostile readers ask as
at=${url#http://}

# ---- heads: each refused one beside the same without what makes it doubtful
# ask HEAD [BODY]: the status of the first answer, "closed" when there is none
ask() {
    printf "$1" | "$helpers/raw" "$at" | sed -n '1{s/^HTTP.1.1 \([0-9]*\).*/\1/p;q;}' >"$work/status"
    [ -s "$work/status" ] && cat "$work/status" || echo closed
}
not_taken() { # 4xx, 5xx or closed by the gate; a message that was read as one says so
    printf "$1" | "$helpers/raw" "$at" >"$work/answer"
    ! grep -q 'not a terrace message' "$work/answer" && ! grep -q '^HTTP/1.1 200' "$work/answer" || {
        cat "$work/answer"
        return 1
    }
}
taken() { # the body got as far as the reader of messages
    printf "$1" | "$helpers/raw" "$at" >"$work/answer"
    grep -q 'not a terrace message' "$work/answer" || {
        cat "$work/answer"
        return 1
    }
}
type_='Content-Type: application/vnd.terrace\r\n'
post='POST /v1/sync HTTP/1.1\r\n'
claim hub_open__the_plain_head_is_taken taken "${post}Host: x\r\n${type_}Content-Length: 5\r\n\r\nhello"
claim hub_open__so_are_small_letters_and_a_proxys_lines \
    taken "${post}host: x\r\nx-forwarded-for: 1.2.3.4\r\nvia: 1.1 p\r\ncontent-type: application/vnd.terrace\r\ncontent-length: 5\r\n\r\nhello"
while IFS='|' read -r name head; do
    claim "hub_open__${name}_is_refused" not_taken "$head"
done <<TABLE
no_host|${post}${type_}Content-Length: 5\r\n\r\nhello
a_second_host|${post}Host: x\r\nHost: x\r\n${type_}Content-Length: 5\r\n\r\nhello
a_second_length|${post}Host: x\r\n${type_}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello
another_length|${post}Host: x\r\n${type_}Content-Length: 5\r\nContent-Length: 40\r\n\r\nhello
length_and_chunked|${post}Host: x\r\n${type_}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n
chunked_alone|${post}Host: x\r\n${type_}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n
chunked_that_is_hidden|${post}Host: x\r\n${type_}Content-Length: 5\r\nTransfer-Encoding:\x0bchunked\r\n\r\nhello
a_length_with_plus|${post}Host: x\r\n${type_}Content-Length: +5\r\n\r\nhello
a_list_of_lengths|${post}Host: x\r\n${type_}Content-Length: 5, 5\r\n\r\nhello
a_length_with_zeros|${post}Host: x\r\n${type_}Content-Length: 005\r\n\r\nhello
a_length_in_hex|${post}Host: x\r\n${type_}Content-Length: 0x5\r\n\r\nhello
a_length_that_wraps|${post}Host: x\r\n${type_}Content-Length: 18446744073709551621\r\n\r\nhello
a_length_of_half_a_megabyte_and_one|${post}Host: x\r\n${type_}Content-Length: 524289\r\n\r\nhello
a_negative_length|${post}Host: x\r\n${type_}Content-Length: -5\r\n\r\nhello
a_blank_before_the_colon|${post}Host: x\r\n${type_}Content-Length : 5\r\n\r\nhello
a_folded_length|${post}Host: x\r\n${type_}Content-Length:\r\n 5\r\n\r\nhello
a_folded_line|${post}Host: x\r\n${type_}A: b\r\n c\r\nContent-Length: 5\r\n\r\nhello
a_line_that_ends_bare|${post}Host: x\r\n${type_}A: b\nContent-Length: 5\r\n\r\nhello
a_head_that_ends_bare|${post}Host: x\r\n${type_}Content-Length: 5\r\n\nhello
a_bare_end_made_up_by_a_blank|${post}Host: x\r\n${type_}A:  b\nContent-Length: 5\r\n\r\nhello
a_bare_return|${post}Host: x\r\n${type_}A: b\rContent-Length: 5\r\n\r\nhello
two_blanks|${post}Host: x\r\n${type_}Content-Length:  5\r\n\r\nhello
an_absolute_address|POST http://x/v1/sync HTTP/1.1\r\nHost: x\r\n${type_}Content-Length: 5\r\n\r\nhello
an_escaped_path|POST /v1/%%73ync HTTP/1.1\r\nHost: x\r\n${type_}Content-Length: 5\r\n\r\nhello
a_question|POST /v1/sync?a=b HTTP/1.1\r\nHost: x\r\n${type_}Content-Length: 5\r\n\r\nhello
a_path_that_climbs|POST /v1/x/../sync HTTP/1.1\r\nHost: x\r\n${type_}Content-Length: 5\r\n\r\nhello
an_old_version|POST /v1/sync HTTP/1.0\r\nHost: x\r\n${type_}Content-Length: 5\r\n\r\nhello
no_version|POST /v1/sync\r\nHost: x\r\n${type_}Content-Length: 5\r\n\r\nhello
a_small_method|post /v1/sync HTTP/1.1\r\nHost: x\r\n${type_}Content-Length: 5\r\n\r\nhello
a_get|GET /v1/sync HTTP/1.1\r\nHost: x\r\n${type_}Content-Length: 5\r\n\r\nhello
a_page_of_another_site|${post}Host: x\r\nOrigin: http://evil.example\r\n${type_}Content-Length: 5\r\n\r\nhello
a_page_under_a_rebound_name|${post}Host: evil.example:7470\r\nOrigin: http://evil.example:7470\r\nSec-Fetch-Site: same-origin\r\n${type_}Content-Length: 5\r\n\r\nhello
an_old_browser|${post}Host: evil.example\r\nReferer: http://evil.example/\r\n${type_}Content-Length: 5\r\n\r\nhello
a_cookie|${post}Host: x\r\nCookie: a=b\r\n${type_}Content-Length: 5\r\n\r\nhello
a_websocket|GET /v1/sync HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n
http2_in_the_clear|${post}Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n${type_}Content-Length: 5\r\n\r\nhello
a_form|${post}Host: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello
TABLE
claim hub_open__a_preflight_gets_no_leave sh -c "printf 'OPTIONS /v1/sync HTTP/1.1\r\nHost: x\r\nOrigin: http://e\r\nAccess-Control-Request-Method: POST\r\n\r\n' |
    '$helpers/raw' '$at' >'$work/answer'; grep -q '^HTTP/1.1 4' '$work/answer' && ! grep -qi access-control '$work/answer'"
# what is smuggled behind a refused request is never answered; behind a good one it is one of its own
answers() { printf "$1" | "$helpers/raw" "$at" | grep -c '^HTTP/1.1 '; }
claim hub_open__nothing_is_read_behind_a_refusal \
    same "$(answers "${post}Host: x\r\nHost: y\r\n${type_}Content-Length: 5\r\n\r\nhello${post}Host: x\r\n${type_}Content-Length: 5\r\n\r\nhello")" 1
claim hub_open__a_long_head_is_refused \
    sh -c "{ printf 'POST /v1/sync HTTP/1.1\r\nHost: x\r\nA: '; head -c 70000 /dev/zero | tr '\0' a; printf '\r\n\r\n'; } |
    '$helpers/raw' '$at' >'$work/answer'; ! grep -q '^HTTP/1.1 200' '$work/answer'"
claim hub_open__the_hub_still_serves t commune --json sync

# ---- a crowd: from ten addresses, a third slow heads, a third slow bodies, a third that never read
"$helpers/sampler" "$work/hub.kb" --pid "$(cat "$work/province.pid")" &
sampler=$!
echo $sampler >"$work/sampler.pid"
listen flood "$helpers/flood" "$at" "$work/flood.stats" 200 10 "$work/twin" ||
    claim hub_open__a_crowd_can_be_raised false
t commune add note unit=04576 title="in the crowd" >/dev/null
claim hub_open__an_honest_sync_gets_through_the_crowd has "$(t commune --json sync)" '"digest_equal":true'
# the same address as the crowd's is full for a moment only
claim hub_open__and_another_one t commune sync
sleep 8 # heads are cut after 5 s in a crowd
flood_cut=$(cut -d" " -f2 "$work/flood.stats")
claim hub_open__slow_heads_are_cut test "$flood_cut" -gt 30
t commune add note unit=04576 title="later in the crowd" >/dev/null
claim hub_open__the_crowd_never_keeps_it_out has "$(t commune --json sync)" '"digest_equal":true'
claim hub_open__nor_a_new_one join province 04570 late
quit flood
# one address alone: the limit of connections
listen flood "$helpers/flood" "$at" "$work/flood.stats" 100 1 "$work/twin"
sockets=$(find "/proc/$(cat "$work/province.pid")/fd" -type l -exec readlink {} + 2>/dev/null | grep -c socket:)
claim hub_open__one_address_holds_no_more_than_its_share at_most "$sockets" 36
listen other "$helpers/proxy" "$at" "$work/other.stats" --from 127.0.0.77
claim hub_open__others_are_served_beside_it has "$(t commune --json sync --hub "$url")" '"digest_equal":true'
quit other
quit flood
kill $sampler
wait $sampler
rm -f "$work/sampler.pid"
peak=$(cut -d" " -f1 "$work/hub.kb")
case $TERRACE in
*san* | *valgrind*) ;;
*) claim hub_open__its_memory_is_bounded at_most "$peak" 40000 ;;
esac
claim hub_open__it_tells_what_it_turned_away sh -c "kill -TERM $(cat "$work/province.pid"); sleep 1; grep -q 'limits: connections turned away [1-9]' '$work/province.log'"
quit province

# ---- a clean stop while others hold on
serve province
at=${url#http://}
hub_pid=$(cat "$work/province.pid")
listen flood "$helpers/flood" "$at" "$work/flood.stats" 60 6 "$work/twin"
kill -TERM "$hub_pid"
ends() { # within 10 s
    tries=0
    while kill -0 "$1" 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || return 1
        sleep 0.1
    done
}
(wait "$hub_pid") 2>/dev/null
claim hub_open__it_stops_though_others_hold_on ends "$hub_pid"
quit province
quit flood
claim hub_open__and_its_store_is_good has "$(t province --json check)" '"damaged":0'

# ---- few file numbers: it neither spins nor dies
listen few sh -c "ulimit -n 64; exec '$TERRACE' -C '$work/province' serve --listen 127.0.0.1:0"
at=${url#http://}
listen flood "$helpers/flood" "$at" "$work/flood.stats" 60 10 "$work/twin"
ticks() { awk '{ print $14 + $15 }' "/proc/$(cat "$work/few.pid")/stat"; }
before=$(ticks)
sleep 3
claim hub_open__without_file_numbers_it_does_not_spin at_most $(($(ticks) - before)) $((3 * $(getconf CLK_TCK) / 2))
claim hub_open__nor_does_it_die kill -0 "$(cat "$work/few.pid")"
claim hub_open__and_an_honest_sync_gets_through has "$(t commune --json sync --hub "http://$at")" '"digest_equal":true'
quit flood
quit few

# ---- codes
serve province
at=${url#http://}
t other init --unit 15 --name "Another" >/dev/null
t other import unit "$data/units-yenbai-2019-10.csv" >/dev/null
used=$(t province invite 138 2>/dev/null)
"$TERRACE" -C "$work/used" join "$url" "$used" >/dev/null 2>&1
claim hub_open__a_used_code_is_told has "$("$TERRACE" -C "$work/x" join "$url" "$used" 2>&1)" "has been used already"
old=$(TERRACE_NOW=2020-01-01T00:00:00Z t province invite 138 2>/dev/null)
claim hub_open__an_old_code_is_told has "$("$TERRACE" -C "$work/x" join "$url" "$old" 2>&1)" "has expired"
n=3
while [ $n -le 10 ]; do
    guess=$(t other invite 138 2>/dev/null)
    "$TERRACE" -C "$work/x" --json join "$url" "$guess" >/dev/null 2>"$work/guess.err"
    echo "$?" >>"$work/guesses"
    n=$((n + 1))
done
claim hub_open__wrong_codes_are_refused same "$(sort "$work/guesses" | uniq -c | tr -d ' \n')" 85
good=$(t province invite 133 2>/dev/null)
claim hub_open__the_eleventh_has_to_wait fails 4 no_link "$TERRACE" -C "$work/x" --json join "$url" "$good"
claim hub_open__and_is_told_why has "$(cat "$work/exits.err")" "too many wrong codes from this address; wait a minute"
claim hub_open__the_client_hears_for_how_long sh -c "printf 'POST /v1/join HTTP/1.1\r\nHost: x\r\n${type_}Content-Length: 1\r\n\r\nx' |
    '$helpers/raw' '$at' >'$work/answer'; grep -q '^HTTP/1.1 429' '$work/answer' && grep -q '^Retry-After: [1-9]' '$work/answer'"
claim hub_open__who_has_joined_syncs_on t commune sync --hub "$url"
listen other "$helpers/proxy" "$at" "$work/other.stats" --from 127.0.0.78
claim hub_open__others_still_join "$TERRACE" -C "$work/elsewhere" join "$url" "$good"
quit other
quit province

# ---- settings
claim hub_open__limits_are_numbers fails 1 input t province --json config limit_requests many
claim hub_open__a_proxy_is_an_address fails 1 input t province --json config trusted_proxy "a proxy"
t province config limit_requests 3 >/dev/null
serve province
for n in 1 2 3; do t commune sync --hub "$url" >/dev/null; done
claim hub_open__requests_over_the_quota_wait fails 4 no_link t commune --json sync --hub "$url"
quit province
t province config limit_requests 0 >/dev/null
t province config trusted_proxy 127.0.0.1 >/dev/null
serve province
at=${url#http://}
claim hub_open__behind_a_proxy_who_asks_must_be_named not_taken "${post}Host: x\r\n${type_}Content-Length: 5\r\n\r\nhello"
claim hub_open__and_is_served_by_that_name \
    taken "${post}Host: x\r\nX-Forwarded-For: 6.6.6.6, 1.2.3.4\r\n${type_}Content-Length: 5\r\n\r\nhello"
quit province
t province config trusted_proxy "" >/dev/null
done_testing
