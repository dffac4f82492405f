#!/bin/sh
# Sealed stores: they go through what any store goes through, and not a name, a phone or a card
# number of it lies in any file of theirs, in any form; the same scan of stores that are not sealed
# finds them. What opens them, what does not, and what an interrupted change leaves.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
SEED=${SEED:-$(date +%s)}
echo "# seed $SEED"
export TERRACE_PASSPHRASE="bốn con suối chảy ngược" TERRACE_KEY_FILE="$work/keys/key"
mkdir -m 700 "$work/keys"

# --- what is planted --------------------------------------------------------------------------------
cat >"$work/needles" <<'END'
text Khuất Thượng Quỳnh
text Hoằng Nghiêm Thuận
text Trưởng Nghiễm Đoành
text Nhưỡng Khoáng Vĩnh Phước
text Quyềnh Trượng Loan
text Chiêm Thuyền Nghĩa
text Thôn Khuổi Phường Xoài Nghẹt
text Nghề buôn trống đồng Khoeo
digits 0987650123
digits 0976541230
digits 0965432108
digits 0954321097
digits 015198700321
digits 015297600432
digits 270918350647
digits 270918350658
END
cat >"$work/planted.csv" <<'END'
ext_id,full_name,birth_date,sex,phone,card_no,id_no,residence
p-1,Khuất Thượng Quỳnh,2001-04-12,nam,0987650123,270918350647,015198700321,Thôn Khuổi Phường Xoài Nghẹt
p-2,Hoằng Nghiêm Thuận,1999-01-30,nữ,0976541230,270918350658,015297600432,
p-3,Trưởng Nghiễm Đoành,2003-12-01,nam,,,,
p-4,Quyềnh Trượng Loan,2002-02-02,nữ,,,,
END

# --- one story, told by stores NAME-… with the options of init and join -----------------------------
id_of() { t "$1" list member "ext_id=$2" --json | json id; }
admit() { # admit HUB UNIT STORE [ARGS…]
    admit_hub=$1
    admit_store=$3
    admit_code=$(t "$1" invite "$2" 2>/dev/null)
    shift 3
    t "$admit_store" join "$(cat "$work/$admit_hub.url")" "$admit_code" "$@"
}
begin() { # begin NAME [ARGS…]
    n=$1
    shift
    t "$n-province" init --unit 15 --name "Tỉnh đoàn Yên Bái" "$@" &&
        t "$n-province" import unit "$data/units-yenbai-2019-10.csv" && serve "$n-province" &&
        admit "$n-province" 138 "$n-district" "$@" && serve "$n-district" &&
        admit "$n-district" 04576 "$n-commune" "$@" && admit "$n-district" 04570 "$n-other" "$@"
}
tell() { # tell NAME: imported, edited, in conflict, merged, moved, deleted, synced
    n=$1
    c=$n-commune
    t "$c" import member "$work/planted.csv" && t "$c" sync || return 1
    one=$(id_of "$c" p-1) two=$(id_of "$c" p-2) three=$(id_of "$c" p-3) four=$(id_of "$c" p-4)
    t "$c" set "$one" phone=0965432108 note="Nghề buôn trống đồng Khoeo" &&
        t "$n-district" set "$one" phone=0954321097 && t "$c" sync && t "$n-district" sync &&
        t "$c" set "$two" full_name="Nhưỡng Khoáng Vĩnh Phước" &&
        t "$c" add member full_name="Chiêm Thuyền Nghĩa" birth_date=2000-05-05 sex=nam phone=0976541230 \
            --anyway && t "$c" merge "$three" "$four" &&
        t "$c" transfer issue "$two" --to 04570 --letter 7/x && t "$c" sync && t "$n-other" sync &&
        t "$n-other" transfer accept 7/x && t "$n-other" sync && t "$c" sync && t "$c" rm "$four" &&
        t "$c" sync && t "$n-district" sync && t "$c" sync
}
found() { # found STORE TEXT: whom find names, as text, in one order
    t "$1" find "$2" --json | json full_name | sort
}

claim at_rest__sealed_stores_are_made begin s --seal
claim at_rest__others_are_made begin u
mode() { ls -l "$1" | cut -c 1-10; }
for file in seal identity data.mdb; do
    claim "at_rest__${file}_is_private" same "$(mode "$work/s-commune/$file")" -rw-------
done
claim at_rest__the_key_file_is_private same "$(mode "$TERRACE_KEY_FILE")" -rw-------
claim at_rest__others_have_no_seal sh -c "! ls '$work'/u-*/seal"
claim at_rest__the_story_is_told tell s
claim at_rest__and_in_the_others tell u

# --- they answer alike ------------------------------------------------------------------------------
for text in quynh "khuat thuong" 0965432108 270918350647 "vinh ph" chiem nghiem "nguoi khac"; do
    for at in commune district province; do
        claim "at_rest__find_${text}_at_${at}_is_the_same" same "$(found "s-$at" "$text")" \
            "$(found "u-$at" "$text")"
    done
done
claim at_rest__somebody_is_found has "$(found s-commune quynh)" "Khuất Thượng Quỳnh"
claim at_rest__a_double_is_noticed fails 1 double t s-commune --json add member \
    full_name="khuất thượng quỳnh" birth_date=2001-04-12 sex=nam
claim at_rest__a_card_number_is_taken fails 1 "" t s-commune --json add member full_name="Ai Khác" \
    birth_date=2001-04-12 sex=nam card_no=270918350647
claim at_rest__the_conflict_is_seen has "$(t s-district conflicts --json)" 0954321097
claim at_rest__the_history_knows has "$(t s-district history "$(id_of s-district p-1)" --json)" 0987650123
claim at_rest__all_agree agree 04576 s-commune s-district s-province
for at in commune other district province; do
    claim "at_rest__check_is_clean_at_$at" has "$(t "s-$at" --json check)" '"damaged":0'
done

# --- killed in the middle ---------------------------------------------------------------------------
generate "$work/data" --members 500 --activities 60 --attendances 800
sed -i 's/"full_name":"/"full_name":"Hoằng Nghiêm Thuận /' "$work/data/members.jsonl"
n=0
for after in $(moments 4 5 250 "$SEED"); do
    n=$((n + 1))
    cut_short s-commune "$after" import member "$work/data/members.jsonl"
    claim "at_rest__check_after_a_killed_import_$n" has "$(t s-commune --json check --repair)" '"damaged":0'
done
claim at_rest__the_import_goes_through import_steps s-commune "$work/data"
n=0
for after in $(moments 4 5 150 "$SEED"); do
    n=$((n + 1))
    cut_short s-commune "$after" sync
    claim "at_rest__check_after_a_killed_sync_$n" has "$(t s-commune --json check --repair)" '"damaged":0'
done
t s-commune sync >/dev/null 2>&1 &
sync_pid=$!
sleep 0.1
quit s-district KILL
wait $sync_pid
claim at_rest__a_killed_hub_serves_again serve s-district
claim at_rest__check_after_a_killed_hub has "$(t s-district --json check --repair)" '"damaged":0'
claim at_rest__the_next_sync_goes_through t s-commune sync --hub "$(cat "$work/s-district.url")"
claim at_rest__all_agree_after_it agree 04576 s-commune s-district
"$TERRACE" -C "$work/s-district" sync --every 1s >"$work/every.out" 2>&1 &
echo $! >"$work/every.pid"
for _ in $(seq 100); do
    [ "$(count s-province member)" = "$(count s-district member)" ] && break
    sleep 0.1
done
quit every
claim at_rest__sync_every_carries_it_up agree 04576 s-district s-province

# --- bad input --------------------------------------------------------------------------------------
sed 's/2001-04-12/2001-13-99/' "$work/planted.csv" >"$work/bad.csv"
claim at_rest__bad_rows_are_told exits 1 t s-commune import member "$work/bad.csv"
claim at_rest__bad_values_are_told exits 1 t s-commune set "$(id_of s-commune p-1)" sex=Khoeo
if t s-district help backup >/dev/null 2>&1; then
    claim at_rest__a_backup_is_made t s-district backup "$work/s-backups"
    claim at_rest__others_too t u-district backup "$work/u-backups"
fi

# --- the scan ---------------------------------------------------------------------------------------
scan() { # scan NAME: every file of the stores of that name, their logs, and what lies beside them
    find "$work" -path "$work/$1-*" -type f ! -name '*.out' -exec "$helpers/scan" "$work/needles" {} +
}
"$helpers/scan" --make "$work/needles" "$work/control"
forms=$("$helpers/scan" "$work/needles" "$work/control" | tail -n 1)
claim at_rest__scan_finds_every_form same "${forms%% *}" "$(echo "$forms" | cut -d ' ' -f 3)"
scan u >"$work/scan.u"
echo "# not sealed: $(tail -n 1 "$work/scan.u")"
for file in u-commune/data.mdb u-district/data.mdb u-province/data.mdb; do
    claim "at_rest__scan_finds_them_in_$file" grep -q "/$file at" "$work/scan.u"
done
while read -r needle; do
    claim "at_rest__scan_finds_${needle#* }" grep -q "of «$needle»" "$work/scan.u"
done <"$work/needles"
claim at_rest__nothing_is_found_in_sealed_stores scan s
echo "# sealed: $(scan s | tail -n 1)"
claim at_rest__the_sealed_ones_were_looked_at sh -c "find '$work'/s-* -name data.mdb | grep -c . | grep -qx [4-9]"
claim at_rest__the_passphrase_is_nowhere \
    sh -c "! grep -r -a -l -e 'con suối' -e \"\$(cat '$TERRACE_KEY_FILE')\" '$work'/s-*"

# --- what opens a store, and what does not ----------------------------------------------------------
sum() { (cd "$work/s-other" && cksum data.mdb identity seal); }
before=$(sum)
bare() { # bare ARGS…: with no key file, and no passphrase but what stands before it
    TERRACE_KEY_FILE='' t s-other "$@"
}
claim at_rest__the_passphrase_opens bare status
locked() { TERRACE_PASSPHRASE=$1 TERRACE_KEY_FILE='' fails 1 sealed t s-other --json list member; }
claim at_rest__another_does_not locked "bốn con suối chảy ngượ"
claim at_rest__no_passphrase_is_told locked ""
"$TERRACE" -C "$work/k" init --unit 1 --name k --seal >/dev/null
"$TERRACE" -C "$work/k" passphrase --key-file "$work/keys/other" >/dev/null
claim at_rest__another_key_file_does_not fails 1 sealed t s-other --json --key-file "$work/keys/other" status
claim at_rest__nothing_was_changed_by_it same "$(sum)" "$before"
claim at_rest__help_asks_nobody env TERRACE_PASSPHRASE= TERRACE_KEY_FILE= "$TERRACE" -C "$work/s-other" help member
claim at_rest__the_hub_leaves_no_core \
    grep -q 'Max core file size *0 ' "/proc/$(cat "$work/s-district.pid")/limits"
claim at_rest__a_weak_passphrase_is_refused \
    env TERRACE_PASSPHRASE=ngan sh -c "! '$TERRACE' -C '$work/weak' init --unit 1 --name x --seal && ! ls '$work/weak'"
claim at_rest__a_store_is_not_sealed_later fails 1 input t u-other --json passphrase
mv "$work/s-other/seal" "$work/seal.away"
claim at_rest__a_lost_seal_is_told fails 6 damaged t s-other --json status
mv "$work/seal.away" "$work/s-other/seal"
# typed PASSPHRASE… -- ARGS…: at a terminal, one line a question; what is seen is in $work/typescript
typed() {
    : >"$work/lines"
    while [ "$1" != -- ]; do
        echo "$1" >>"$work/lines"
        shift
    done
    shift
    { while read -r said; do sleep 0.7; echo "$said"; done; sleep 1; } <"$work/lines" |
        TERRACE_PASSPHRASE='' TERRACE_KEY_FILE='' script -qec "'$TERRACE' -C '$work/s-other' $*" \
            "$work/typescript" >/dev/null
}
if command -v script >/dev/null; then
    claim at_rest__it_is_asked_for_on_a_terminal typed "$TERRACE_PASSPHRASE" -- list unit --count
    claim at_rest__and_opens sh -c "grep -q '^[0-9]' '$work/typescript'"
    claim at_rest__and_is_not_shown sh -c "! grep -q 'con suối' '$work/typescript'"
    claim at_rest__a_new_one_is_asked_for_twice \
        typed "$TERRACE_PASSPHRASE" "hai lần như nhau" "hai lần như nhau" -- passphrase
    refused() { ! typed "$@"; }
    claim at_rest__two_that_differ_change_nothing \
        refused "hai lần như nhau" "một lần thế này" "một lần thế kia" -- passphrase
    claim at_rest__and_back typed "hai lần như nhau" "$TERRACE_PASSPHRASE" "$TERRACE_PASSPHRASE" -- passphrase
else
    skip at_rest__it_is_asked_for_on_a_terminal "no script here"
fi

# --- changing it ------------------------------------------------------------------------------------
new="năm ngọn núi đứng im"
change() { TERRACE_NEW_PASSPHRASE=$1 bare passphrase; }
with() { TERRACE_PASSPHRASE=$1 bare status >/dev/null 2>&1; }
claim at_rest__the_passphrase_is_changed change "$new"
claim at_rest__the_new_one_opens with "$new"
claim at_rest__the_old_one_does_not sh -c "! TERRACE_KEY_FILE= '$TERRACE' -C '$work/s-other' status"
claim at_rest__the_key_file_opens_still env TERRACE_PASSPHRASE= "$TERRACE" -C "$work/s-other" status
now=$new n=0
for after in $(moments 12 1 300 "$SEED"); do
    n=$((n + 1))
    other=$TERRACE_PASSPHRASE
    [ "$now" = "$other" ] && other=$new
    TERRACE_PASSPHRASE=$now TERRACE_KEY_FILE='' TERRACE_NEW_PASSPHRASE=$other cut_short s-other "$after" passphrase
    if with "$now"; then
        claim "at_rest__one_opens_after_a_killed_change_$n" sh -c "! TERRACE_KEY_FILE= TERRACE_PASSPHRASE='$other' '$TERRACE' -C '$work/s-other' status"
    else
        claim "at_rest__one_opens_after_a_killed_change_$n" with "$other"
        now=$other
    fi
done
export TERRACE_PASSPHRASE="$now"
claim at_rest__the_key_file_is_taken_away bare passphrase --remove-key-file
claim at_rest__and_opens_no_more fails 1 sealed t s-other --json --key-file "$TERRACE_KEY_FILE" status
claim at_rest__the_passphrase_does bare status
claim at_rest__the_records_are_there has "$(bare find phuoc --json)" "Nhưỡng Khoáng"
done_testing
