#!/bin/sh
# Three levels that join and sync by sticks alone; sticks that are lost, bent, for somebody else; codes
# read over a bad line; and the picture of a code.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

usb=$work/usb
mkdir "$usb"
t province init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null &&
    t province import unit "$data/units-yenbai-2019-10.csv" >/dev/null || exit 1
state() { cksum <"$work/$1/data.mdb"; }
nodes() { t "$1" nodes --json | grep -c .; }

# ---- a code read over the phone, the rest on a stick
code=$(t province invite 138 2>/dev/null)
line=$(t district --json join --request "$usb/d" "$code")
claim join_file__request_says_what_it_wrote keys "$line" file bytes check
claim join_file__the_request_is_small at_most "$(wc -c <"$usb/d")" 400
claim join_file__the_code_is_not_in_it sh -c "! grep -qai '$code' '$usb/d'"
claim join_file__written_again_it_is_the_same same \
    "$(t district --json join --request "$usb/d" "$code" | json check)" "$(printf '%s' "$line" | json check)"
claim join_file__with_a_code_nobody_compares sh -c \
    "! '$TERRACE' -C '$work/district' join --request '$usb/d' '$code' 2>&1 | grep -q 'Check of'"

# ---- it waits
claim join_file__status_says_so has "$(t district status)" "waits for its admission"
claim join_file__in_json_too has "$(t district status --json)" '"waiting_for_admission":true'
claim join_file__bare_says_so has "$(t district 2>&1)" "join --complete FILE"
claim join_file__in_vietnamese_too has "$(t district --lang vi 2>&1)" "chờ được cấp phép"
claim join_file__add_waits fails 1 not_joined t district --json add note title=x
claim join_file__sync_waits fails 1 not_joined t district --json sync
claim join_file__a_bundle_waits fails 1 not_joined t district --json bundle export "$usb/x"
claim join_file__serving_waits fails 1 not_joined t district --json serve --listen 127.0.0.1:0
claim join_file__inviting_waits fails 1 not_joined t district --json invite 138
claim join_file__admitting_waits fails 1 not_joined t district --json join --admit "$usb/d" --unit 138
claim join_file__going_elsewhere_waits fails 1 not_joined t district --json join --rehome http://127.0.0.1:9
claim join_file__a_link_does_not_mend_that \
    fails 1 not_joined t district --json join http://127.0.0.1:9 "$code"
claim join_file__and_says_why has "$(t district add note title=x 2>&1)" "carry the request to the hub"
claim join_file__reading_goes_on exits 0 t district list member
claim join_file__finding_too exits 0 t district find giang
claim join_file__exporting_too exits 0 t district export member -
claim join_file__the_inbox_too exits 0 t district inbox
claim join_file__checking_too exits 0 t district check
claim join_file__the_answer_is_missed fails 3 not_found t district --json join --complete "$usb/d"

# ---- the province admits it
t stranger init --unit 99 --name "Tỉnh khác" >/dev/null
claim join_file__another_province_does_not_know_the_code \
    fails 5 refused t stranger --json join --admit "$usb/d"
claim join_file__and_writes_no_answer sh -c "! test -e '$usb/d.admitted'"
line=$(t province --json join --admit "$usb/d")
claim join_file__admit_says_whom keys "$line" node unit_code file
claim join_file__of_the_unit_of_the_code same "$(printf '%s' "$line" | json unit_code)" 138
claim join_file__the_answer_lies_beside_it same "$(printf '%s' "$line" | json file)" "$usb/d.admitted"
cp "$usb/d.admitted" "$work/first"
before=$(nodes province)
claim join_file__a_stick_carried_twice exits 0 t province --json join --admit "$usb/d"
claim join_file__is_the_same_node same "$(json node <"$work/exits.out")" "$(printf '%s' "$line" | json node)"
claim join_file__with_the_same_answer cmp "$usb/d.admitted" "$work/first"
claim join_file__and_no_second_one same "$(nodes province)" "$before"

# ---- and it is complete, once
claim join_file__complete_by_the_requests_name exits 0 t district --json join --complete "$usb/d"
claim join_file__it_has_its_node same "$(json node <"$work/exits.out")" "$(printf '%s' "$line" | json node)"
was=$(state district)
claim join_file__again_it_is_done_already has "$(t district join --complete "$usb/d.admitted" 2>&1)" \
    "done already"
claim join_file__with_status_0 exits 0 t district --json join --complete "$usb/d.admitted"
claim join_file__and_nothing_changed same "$(state district)" "$was"
claim join_file__no_second_request fails 1 exists t district --json join --request "$usb/d"
# carry STORE FILE: imports it there
carry() { t "$1" --json bundle import "$2" >/dev/null; }
# trip FROM TO FILE: a stick there, and its receipt back
trip() {
    t "$1" --json bundle export "$usb/$3" >/dev/null && carry "$2" "$usb/$3" &&
        carry "$1" "$usb/$3.receipt"
}
claim join_file__the_first_trip_brings_the_units trip district province d1
claim join_file__it_knows_its_office has "$(t district status)" "Trấn Yên"

# ---- a commune without a code, from hand to hand
check=$(t commune --json join --request "$usb/c" | json check)
claim join_file__without_a_code_the_unit_is_asked_for \
    fails 2 usage t district --json join --admit "$usb/c"
claim join_file__not_of_a_unit_elsewhere fails 5 refused t district --json join --admit "$usb/c" --unit 15
claim join_file__not_above_ones_own_role \
    fails 1 input t district --json join --admit "$usb/c" --unit 04576 --role king
claim join_file__a_role_needs_a_unit fails 2 usage t district --json join --admit "$usb/c" --role viewer
line=$(t district --json join --admit "$usb/c" --unit 04576)
claim join_file__both_see_one_check same "$(printf '%s' "$line" | json check)" "$check"
claim join_file__and_are_told_to_compare has "$(t district join --admit "$usb/c" --unit 04576 2>&1)" \
    "of the answer: $(printf '%s' "$line" | json answer_check)"
claim join_file__for_another_unit_it_is_too_late \
    fails 1 input t district --json join --admit "$usb/c" --unit 04570
claim join_file__complete_by_the_answers_name exits 0 t commune --json join --complete "$usb/c.admitted"
claim join_file__the_answer_has_one_check_too \
    has "$(t commune join --complete "$usb/c" 2>&1)" "$(printf '%s' "$line" | json answer_check)"
generate "$work/data" --activities 0 --attendances 0 --members 30
import_steps commune "$work/data" >"$work/import.out" 2>&1
trip commune district c1
import_steps commune "$work/data" >"$work/import.out" 2>&1
claim join_file__the_commune_syncs_by_stick trip commune district c2
claim join_file__and_the_district trip district province d2
t district --json bundle export "$usb/down" --for 04576 >/dev/null
carry commune "$usb/down"
member=$(t commune list member --json --limit 1 | json id)
claim join_file__two_ticks_at_the_commune has "$(t commune show "$member" --json)" '"_receipt":2'
claim join_file__all_three_agree agree 04576 commune district province
claim join_file__the_province_has_the_members same "$(count province member)" "$(count commune member)"
claim join_file__the_province_knows_the_computers same "$(nodes province)" 3

# ---- a link after all: the same store goes on over it
serve district && t commune config hub "$(cat "$work/district.url")" >/dev/null
t commune add note unit=04576 title="qua mạng" >/dev/null
claim join_file__then_it_syncs_over_a_link exits 0 t commune --json sync
t other join --request "$usb/o" >/dev/null 2>&1
t district join --admit "$usb/o" --unit 04570 >/dev/null 2>&1
t other join --complete "$usb/o" >/dev/null 2>&1
t other config hub "$(cat "$work/district.url")" >/dev/null
claim join_file__one_that_has_only_a_link_now exits 0 t other --json sync
claim join_file__writes_and_is_heard t other add note unit=04570 title="đã vào"
t other sync >/dev/null
claim join_file__at_the_hub same "$(t district list note --unit 04570 --count --json | json count)" 1

# ---- sealed from the start
TERRACE_PASSPHRASE="một câu dài" t sealed join --request "$usb/s" --seal >/dev/null 2>&1
claim join_file__sealed_it_is_asked_again_by_the_same_command exits 0 env TERRACE_PASSPHRASE="một câu dài" \
    "$TERRACE" -C "$work/sealed" join --request "$usb/s" --seal
t district join --admit "$usb/s" --unit 04570 >/dev/null 2>&1
claim join_file__sealed_it_completes_too \
    exits 0 env TERRACE_PASSPHRASE="một câu dài" "$TERRACE" -C "$work/sealed" --json join --complete "$usb/s"
claim join_file__and_stays_sealed fails 1 sealed env TERRACE_PASSPHRASE= TERRACE_KEY_FILE= "$TERRACE" -C "$work/sealed" --json status

# ---- codes that do not hold
code=$(t district invite 04576 2>/dev/null)
t late join --request "$usb/l" "$code" >/dev/null 2>&1
claim join_file__an_expired_code fails 5 refused env TERRACE_NOW=2030-01-01T00:00:00Z "$TERRACE" \
    -C "$work/district" --json join --admit "$usb/l"
t district join --admit "$usb/l" >/dev/null 2>&1
t second join --request "$usb/2" "$code" >/dev/null 2>&1
claim join_file__a_used_code fails 5 refused t district --json join --admit "$usb/2"
claim join_file__says_so has "$(cat "$work/exits.err")" "used already"
claim join_file__a_mistyped_code fails 1 input t third --json join --request "$usb/3" "${code%?}!"
claim join_file__makes_no_store sh -c "! test -e '$work/third'"
claim join_file__asked_again_without_it exits 0 t second --json join --request "$usb/2"
claim join_file__it_is_admitted_by_hand exits 0 t district --json join --admit "$usb/2" --unit 04576

# ---- files that are bent, cut, for others, or none
was=$(state district)
head -c 60 "$usb/d" >"$usb/cut"
{
    head -c 70 "$usb/2"
    printf X
    tail -c +72 "$usb/2"
} >"$usb/bent"
: >"$usb/empty"
for bad in cut bent empty d1 2.admitted; do
    claim "join_file__not_admitted_$bad" fails 1 format t district --json join --admit "$usb/$bad" --unit 04576
    claim "join_file__not_completed_$bad" sh -c "[ $bad = 2.admitted ] || ! '$TERRACE' -C '$work/second' join --complete '$usb/$bad'"
done
mkfifo "$usb/pipe"
ln -s "$usb/2" "$usb/link"
for bad in pipe link; do
    claim "join_file__no_file_$bad" fails 1 input t district --json join --admit "$usb/$bad" --unit 04576
    claim "join_file__no_answer_$bad" fails 1 input t second --json join --complete "$usb/$bad"
    claim "join_file__not_over_a_$bad" fails 1 input t second --json join --request "$usb/$bad"
done
ln -s "$usb/2" "$usb/l2.admitted"
cp "$usb/l" "$usb/l2"
claim join_file__no_answer_over_a_link fails 1 input t district --json join --admit "$usb/l2"
claim join_file__a_folder_is_no_file fails 1 input t district --json join --admit "$usb" --unit 04576
claim join_file__a_missing_file fails 3 not_found t district --json join --admit "$usb/none" --unit 04576
head -c 100000 /dev/zero >"$usb/large"
claim join_file__a_large_one fails 1 too_large t district --json join --admit "$usb/large" --unit 04576
claim join_file__an_answer_for_another fails 1 input t second --json join --complete "$usb/l.admitted"
claim join_file__the_hub_is_unchanged same "$(state district)" "$was"
claim join_file__two_things_at_once fails 2 usage t second --json join --request "$usb/a" --admit "$usb/2"
claim join_file__a_word_too_many fails 2 usage t second --json join --complete "$usb/2" "$code"
claim join_file__nothing_said fails 2 usage t fourth --json join
claim join_file__the_top_does_not_ask fails 1 exists t province --json join --request "$usb/p"
claim join_file__the_top_completes_nothing fails 1 input t province --json join --complete "$usb/2"
claim join_file__told_in_vietnamese has "$(t district --lang vi join --admit "$usb/cut" --unit 04576 2>&1)" "bị hỏng"
claim join_file__it_still_completes exits 0 t second --json join --complete "$usb/2"

# ---- through pipes
t piped join --request - >"$work/p.request" 2>/dev/null
t district join --admit - --unit 04576 <"$work/p.request" >"$work/p.answer" 2>/dev/null
t piped join --complete - <"$work/p.answer" >"$work/p.node" 2>/dev/null
claim join_file__through_pipes grep -q -- - "$work/p.node"

# ---- killed at any moment
SEED=${SEED:-$(date +%s)}
echo "# seed $SEED"
n=0
for after in $(moments 12 1 60 "$SEED"); do
    n=$((n + 1))
    t "killed$n" join --request "$usb/k$n" >/dev/null 2>&1
    nodes_before=$(nodes district)
    cut_short district "$after" join --admit "$usb/k$n" --unit 04576
    claim "join_file__admitted_after_a_kill_$n" \
        exits 0 t district --json join --admit "$usb/k$n" --unit 04576
    node=$(json node <"$work/exits.out")
    claim "join_file__once_$n" same "$(nodes district)" $((nodes_before + 1))
    cut_short "killed$n" "$after" join --complete "$usb/k$n"
    claim "join_file__complete_after_a_kill_$n" exits 0 t "killed$n" --json join --complete "$usb/k$n"
    claim "join_file__as_that_one_$n" same "$(json node <"$work/exits.out")" "$node"
done
claim join_file__a_killed_one_works trip killed1 district k.bundle
claim join_file__check_is_clean has "$(t killed1 --json check)" '"damaged":0'
t saved join --request "$usb/sv" >/dev/null 2>&1
t saved backup "$work/saved.backups" >/dev/null 2>&1
t back restore "$work/saved.backups"/* >/dev/null 2>&1
t district join --admit "$usb/sv" --unit 04576 >/dev/null 2>&1
claim join_file__restored_while_waiting_it_completes exits 0 t back --json join --complete "$usb/sv"
claim join_file__and_syncs trip back district sv.bundle

# ---- a stick without room
if [ -w /dev/full ] && unshare -m mount -t tmpfs none /mnt 2>/dev/null; then
    # shellcheck disable=SC2016 # for the inner shell
    full='mount -t tmpfs -o size=8k none "$1" && head -c 8192 /dev/zero >"$1/x" 2>/dev/null
        shift; "$@"'
    mkdir "$work/full"
    claim join_file__no_room_for_the_request fails 6 disk_full unshare -m sh -c "$full" - "$work/full" \
        "$TERRACE" -C "$work/crowded" --json join --request "$work/full/r"
    claim join_file__the_store_is_kept has "$(t crowded status)" "waits for its admission"
    t crowded join --request "$usb/r" >/dev/null 2>&1
    mkdir "$work/stick"
    # shellcheck disable=SC2016
    full2='mount -t tmpfs -o size=8k none "$1" && cp "$2" "$1/r" && head -c 8192 /dev/zero >"$1/x" 2>/dev/null
        shift 2; "$@"'
    claim join_file__no_room_for_the_answer fails 6 disk_full unshare -m sh -c "$full2" - "$work/stick" "$usb/r" \
        "$TERRACE" -C "$work/district" --json join --admit "$work/stick/r" --unit 04576
    claim join_file__says_what_is_safe has "$(cat "$work/exits.err")" "only the answer could not be written"
    claim join_file__with_room_it_is_answered exits 0 t district --json join --admit "$usb/r"
    claim join_file__and_completes exits 0 t crowded --json join --complete "$usb/r"
else
    skip join_file__no_room_for_the_request "no permission to mount a small disk"
fi

# ---- the picture of a code
code=$(t district invite 04576 --qr 2>"$work/qr.err")
claim join_file__the_code_stands_alone_on_stdout sh -c "echo '$code' | grep -Eq '^[0-9a-z]{4}(-[0-9a-z]{4}){3}-[0-9a-z]$'"
claim join_file__no_picture_unasked sh -c "! '$TERRACE' -C '$work/district' invite 04576 2>&1 >/dev/null | grep -q '█'"
# Half blocks as pixels, eight to a module: white is drawn.
picture() {
    grep '[█▀▄]' "$1" | sed 's/█/B/g;s/▀/U/g;s/▄/L/g;s/\x1b\[[0-9;]*m//g' | awk '
        {
            top = bottom = ""
            for (i = 1; i <= length($0); i++) {
                c = substr($0, i, 1)
                top = top (c == "B" || c == "U" ? "1" : "0")
                bottom = bottom (c == "B" || c == "L" ? "1" : "0")
            }
            rows[++n] = top
            rows[++n] = bottom
        }
        END {
            printf "P2 %d %d 1\n", length(rows[1]) * 8, n * 8
            for (r = 1; r <= n; r++) {
                line = ""
                for (i = 1; i <= length(rows[r]); i++) {
                    p = substr(rows[r], i, 1)
                    line = line p " " p " " p " " p " " p " " p " " p " " p " "
                }
                for (k = 0; k < 8; k++) {
                    print line
                }
            }
        }'
}
picture "$work/qr.err" >"$work/qr.pgm"
claim join_file__the_picture_has_a_margin sh -c "sed -n 10p '$work/qr.pgm' | grep -qv 0"
if command -v zbarimg >/dev/null; then
    read_back=$(zbarimg -q --raw "$work/qr.pgm" 2>"$trace")
    claim join_file__the_picture_is_the_code_in_capitals same "$read_back" "$(echo "$code" | tr "[:lower:]" "[:upper:]")"
    claim join_file__which_is_good exits 0 t photo --json join --request "$usb/q" "$read_back"
    claim join_file__and_known exits 0 t district --json join --admit "$usb/q"
else
    skip join_file__the_picture_is_the_code_in_capitals "no zbarimg here"
fi
if command -v script >/dev/null; then
    script -qec "'$TERRACE' -C '$work/district' invite 04576" "$work/typescript" >/dev/null 2>&1 </dev/null
    claim join_file__a_terminal_gets_the_picture grep -q '█' "$work/typescript"
    claim join_file__in_colours_of_its_own grep -q '97;40m' "$work/typescript"
else
    skip join_file__a_terminal_gets_the_picture "no script here"
fi
done_testing
