#!/bin/sh
# https in the hub and before it, certificates that fit and that do not, and a client before servers
# that are no hubs: what it does, and what a person gets to read.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# certificate NAME SUBJECT-ALT-NAME CA: a key and a certificate, by a CA that `certificate ca` made
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
        -addext basicConstraints=critical,CA:TRUE -keyout "$work/$1.key" -out "$work/$1.pem" 2>/dev/null
}
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
        -CA "$work/$3.pem" -CAkey "$work/$3.key" -addext "subjectAltName=$2" \
        -addext basicConstraints=critical,CA:FALSE -keyout "$work/$1.key" -out "$work/$1.pem" 2>/dev/null
}
claim hub_https__there_is_a_tool_to_make_certificates command -v openssl
authority ca
authority strange
certificate hub IP:127.0.0.1 ca
certificate elsewhere DNS:hub.example ca

# https_serve NAME STORE CERTIFICATE
https_serve() {
    listen "$1" "$TERRACE" -C "$work/$2" serve --listen "127.0.0.1:${4:-0}" --tls-cert "$work/$3.pem" \
        --tls-key "$work/$3.key"
}
t province init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null
t province import unit "$data/units-yenbai-2019-10.csv" >/dev/null
https_serve province province hub
claim hub_https__the_hub_says_so has "$url" https://127.0.0.1:
code=$(t province invite 04576 2>/dev/null)
said() { "$@" 2>&1; }
claim hub_https__a_strange_issuer_is_no_link fails 4 no_link "$TERRACE" -C "$work/commune" --json join "$url" "$code"
claim hub_https__and_told_in_words has "$(cat "$work/exits.err")" "its certificate is not one that this computer trusts"
claim hub_https__nothing_is_left_behind test ! -e "$work/commune"
claim hub_https__the_wrong_ca_does_no_better exits 4 "$TERRACE" -C "$work/commune" join "$url" "$code" --ca-file "$work/strange.pem"
claim hub_https__a_ca_that_is_not_there_is_told exits 1 "$TERRACE" -C "$work/commune" join "$url" "$code" --ca-file "$work/nowhere.pem"
(cd "$work" && "$TERRACE" -C "$work/commune" join "$url" "$code" --ca-file ca.pem >/dev/null 2>"$work/join.err")
claim hub_https__the_provinces_own_ca_lets_it_join same $? 0
claim hub_https__and_is_remembered has "$(t commune --json config ca_file)" "$work/ca.pem"
t commune add note unit=04576 title="by https" >/dev/null
claim hub_https__it_syncs has "$(t commune --json sync)" '"digest_equal":true'
claim hub_https__the_note_is_there same "$(count province note)" 1
claim hub_https__a_ca_file_must_be_there fails 1 input t commune --json config ca_file /nowhere/ca.pem
port=${url##*:}
speaks() { # speaks VERSION: does a handshake in it come to its end?
    openssl s_client -connect "127.0.0.1:$port" "-$1" -cipher DEFAULT:@SECLEVEL=0 </dev/null \
        >"$work/handshake" 2>&1
    grep -q '^New, TLS' "$work/handshake"
}
not() { ! "$@"; }
claim hub_https__it_speaks_tls_1_3 speaks tls1_3
claim hub_https__it_speaks_tls_1_2 speaks tls1_2
claim hub_https__it_speaks_nothing_older not speaks tls1_1
claim hub_https__plain_http_to_it_is_no_link exits 4 t commune sync --hub "http://127.0.0.1:$port"
quit province
https_serve province province elsewhere "$port"
claim hub_https__another_name_is_no_link fails 4 no_link t commune --json sync
claim hub_https__nothing_was_sent_there same "$(count province note)" 1
quit province
claim hub_https__a_key_of_another_is_told \
    exits 1 t province serve --listen 127.0.0.1:0 --tls-cert "$work/hub.pem" --tls-key "$work/elsewhere.key"
claim hub_https__a_certificate_alone_is_no_use exits 2 t province serve --tls-cert "$work/hub.pem"
claim hub_https__no_file_no_https \
    exits 3 t province serve --tls-cert "$work/nothing.pem" --tls-key "$work/hub.key"
ln -s hub.pem "$work/newest.pem"
listen province "$TERRACE" -C "$work/province" serve --listen 127.0.0.1:0 --tls-cert "$work/newest.pem" --tls-key "$work/hub.key"
claim hub_https__a_link_to_the_newest_does t commune sync --hub "$url"
# the limits hold behind TLS too
hub=$url
listen flood "$helpers/flood" "${hub#https://}" "$work/flood.stats" 100 4 "$work/commune"
claim hub_https__a_crowd_before_the_handshake_keeps_nobody_out t commune sync --hub "$hub"
quit flood
quit province

# ---- nginx before the hub, as README has it
serve province
if command -v nginx >/dev/null; then
    free_port() { awk 'BEGIN { srand(); print 12000 + int(rand() * 20000) }'; }
    front=$(free_port)
    echo "# port of nginx: $front"
    mkdir -p "$work/nginx"
    sed -n '/^server {/,/^}/p' README.md | sed "s,listen .*,listen 127.0.0.1:$front ssl;,
        s,/etc/letsencrypt/live/hub.example/fullchain.pem,$work/hub.pem,
        s,/etc/letsencrypt/live/hub.example/privkey.pem,$work/hub.key,
        s,http://127.0.0.1:7470,$url,; s,server_name .*,server_name 127.0.0.1;," >"$work/nginx/server"
    cat >"$work/nginx/conf" <<CONF
daemon off; pid $work/nginx/pid; error_log $work/nginx/log;
events {}
http {
    access_log off;
    client_body_temp_path $work/nginx/a; proxy_temp_path $work/nginx/b;
    fastcgi_temp_path $work/nginx/c; uwsgi_temp_path $work/nginx/d; scgi_temp_path $work/nginx/e;
    $(cat "$work/nginx/server")
}
CONF
    nginx -p "$work/nginx" -c "$work/nginx/conf" -e "$work/nginx/log" 2>"$work/nginx/err" &
    echo $! >"$work/nginx.pid"
    sleep 1
    t commune add note unit=04576 title="through nginx" >/dev/null
    claim hub_https__nginx_before_it_passes_a_sync has "$(t commune --json sync --hub "https://127.0.0.1:$front")" '"digest_equal":true'
    t province config trusted_proxy 127.0.0.1 >/dev/null
    port=${url##*:}
    quit province
    serve province "$port"
    claim hub_https__and_names_who_asks t commune --json sync --hub "https://127.0.0.1:$front"
    claim hub_https__without_the_proxy_nobody_is_named fails 4 no_link t commune --json sync --hub "$url"
    t province config trusted_proxy "" >/dev/null
    quit nginx QUIT
else
    skip hub_https__nginx_before_it_passes_a_sync "no nginx on this machine"
fi
quit province
serve province
hub=$url

# ---- servers that are no hubs
# stranger ANSWER [ARGS…]: a server that answers so; a sync with it
stranger() {
    printf "$1" >"$work/answer"
    shift
    listen stranger "$helpers/canned" "$work/answer" "$work/stranger.count" "$@"
    t commune sync --hub "$url" >"$work/said" 2>&1
    echo $? >"$work/status"
    quit stranger
    cat "$work/status"
}
before=$(t province nodes --json | json last_contact)
claim hub_https__a_redirect_is_not_followed same "$(stranger "HTTP/1.1 307 x\r\nLocation: $hub/v1/sync\r\nContent-Length: 0\r\n\r\n")" 4
claim hub_https__and_is_told_in_words has "$(cat "$work/said")" "sends on to another one (307)"
claim hub_https__the_hub_heard_nothing_of_it same "$(t province nodes --json | json last_contact)" "$before"
claim hub_https__a_page_is_no_hub sh -c "[ $(stranger 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<html>hi</html>') -le 4 ]"
claim hub_https__a_refusal_drives_no_terminal same "$(stranger 'HTTP/1.1 403 x\r\nContent-Length: 38\r\n\r\n\033[2J\033]0;owned\007no\r\nterrace: all is well')" 5
claim hub_https__it_is_one_line_of_text same "$(tr -d '\n' <"$work/said" | tr -cd '\000-\037\177' | wc -c)" 0
claim hub_https__that_says_what_was_said has "$(cat "$work/said")" "the hub refused:"
claim hub_https__and_nothing_but_that same "$(wc -l <"$work/said")" 1
claim hub_https__an_endless_answer_ends same "$(stranger 'HTTP/1.1 200 OK\r\n\r\n' --endless)" 1
claim hub_https__an_endless_refusal_ends sh -c "[ $(stranger 'HTTP/1.1 403 x\r\n\r\n' --endless) -ge 1 ]"
claim hub_https__noise_is_no_hub same "$(stranger 'what do you want\r\n')" 4
claim hub_https__silence_is_no_link same "$(stranger '')" 4
claim hub_https__what_broke_off_is_told has "$(cat "$work/said")" "the link broke off"
claim hub_https__an_unknown_name_is_told has "$(said t commune sync --hub http://no-such-host.invalid)" "its name is not known"
claim hub_https__a_closed_port_is_told has "$(said t commune sync --hub http://127.254.1.1:9)" "nothing answers at its address"
claim hub_https__it_says_so_in_vietnamese has "$(said t commune --lang vi sync --hub http://127.254.1.1:9)" "không có gì trả lời ở địa chỉ đó"
claim hub_https__no_other_protocol exits 1 t commune sync --hub "file:///etc/passwd"
# proxies of the environment are used
claim hub_https__a_proxy_of_the_environment_is_used exits 4 env http_proxy=http://127.254.1.1:9 "$TERRACE" -C "$work/commune" sync --hub "$hub"
claim hub_https__unless_it_is_said_not_to env http_proxy=http://127.254.1.1:9 no_proxy=127.0.0.1 "$TERRACE" -C "$work/commune" sync --hub "$hub"
claim hub_https__nothing_was_lost_on_the_way has "$(t commune --json sync --hub "$hub")" '"digest_equal":true'
quit province
done_testing
