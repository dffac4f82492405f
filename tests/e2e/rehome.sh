#!/bin/sh
# A commune is given to another district: its computer goes there with what it has not sent yet, and
# sends nothing again that is there already. Cut off anywhere, it stays usable. A computer of a unit
# that was merged away becomes one of the successor.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
join province 140 old
join province 133 new
serve old
serve new
join old 04660 commune
generate "$work/data" --members 300 --activities 60 --attendances 900
sed -i 's/"04576/"04660/g; s/04576-/04660-/g' "$work"/data/*.jsonl
claim rehome__commune_has_records import_steps commune "$work/data"
t commune sync >/dev/null
t old sync >/dev/null

# moved, while the commune works on without a link
claim rehome__the_unit_moves t province unit move 04660 --to 133 --on 01/03/2020
one=$(t commune add member full_name="Lò Thị Chưa Gửi" birth_date=2001-02-03)
claim rehome__a_preview_counts_its_computer \
    has "$(t province --json unit move 04672 --to 133 --on 2020-03-01 --dry-run)" '"nodes":0'

claim rehome__a_hub_that_has_not_heard_refuses \
    exits 5 "$TERRACE" -C "$work/commune" join --rehome "$(cat "$work/new.url")"
claim rehome__and_the_old_one_still_serves t commune sync
t old sync >/dev/null
t new sync >/dev/null
t commune sync >/dev/null
claim rehome__its_clerk_hears_where_the_unit_belongs_now \
    has "$(t commune)" "nothing is lost by it. When the address of the new hub is known"
two=$(t commune add member full_name="Hà Văn Chưa Gửi" birth_date=2002-02-03)
unsent=$(t commune status --json | json unsent)
claim rehome__goes_to_the_new_hub \
    sh -c "'$TERRACE' -C '$work/commune' join --rehome '$(cat "$work/new.url")' 2>'$work/said'"
sent=$(sed -n 's/.*: \([0-9]*\) records went.*/\1/p' "$work/said")
claim rehome__sends_only_what_is_missing_there at_most "$sent" $((unsent + 5))
claim rehome__new_hub_has_what_was_unsent t new show "$two"
claim rehome__and_all_the_rest same "$(count new member)" "$(count commune member)"
claim rehome__stores_agree agree 04660 commune new
claim rehome__next_sync_is_one_round has "$(t commune --json sync)" '"rounds":1'

t new sync >/dev/null
t old sync >/dev/null
claim rehome__province_agrees agree 04660 commune new province
claim rehome__nodes_tell_the_hub \
    has "$(t province nodes --json | grep '"unit_code":"04660"')" \
    "\"hub\":\"$(t new --json status | json node)\""
claim rehome__the_old_hub_refuses exits 5 "$TERRACE" -C "$work/commune" sync --hub "$(cat "$work/old.url")"
claim rehome__the_old_hub_waits_for_it_no_more \
    sh -c "! '$TERRACE' -C '$work/old' nodes --json | grep '\"unit_code\":\"04660\"' | grep acked_seq"
claim rehome__an_edit_at_the_province_arrives \
    sh -c "'$TERRACE' -C '$work/province' set '$one' phone=0912000111 && '$TERRACE' -C '$work/new' sync &&
        '$TERRACE' -C '$work/commune' sync && '$TERRACE' -C '$work/commune' show '$one' --json |
        grep -q 0912000111"

# bad input
claim rehome__a_top_has_no_hub_to_leave \
    fails 1 not_joined "$TERRACE" --json -C "$work/province" join --rehome "$(cat "$work/new.url")"
claim rehome__no_link_is_4 \
    exits 4 "$TERRACE" -C "$work/commune" join --rehome http://127.254.1.1:9
claim rehome__a_mistyped_code_is_told \
    exits 1 "$TERRACE" -C "$work/commune" join --rehome "$(cat "$work/new.url")" 0000-0000-0000-0000-1
claim rehome__a_stranger_is_refused \
    exits 5 "$TERRACE" -C "$work/old" join --rehome "$(cat "$work/new.url")"
claim rehome__without_a_store_is_3 \
    exits 3 "$TERRACE" -C "$work/nowhere" join --rehome "$(cat "$work/new.url")"
claim rehome__store_still_works t commune sync

# killed in the middle, back and forth between two hubs, and always usable
seed=${SEED:-$$}
echo "# seed $seed"
n=0
while [ $n -lt 12 ]; do
    n=$((n + 1))
    to=$([ $((n % 2)) = 1 ] && echo province || echo new)
    "$TERRACE" -C "$work/commune" join --rehome "$(cat "$work/$to.url")" >/dev/null 2>&1 &
    pid=$!
    sleep "$(awk -v s="$seed$n" 'BEGIN { srand(s); printf "%.4f", rand() * 0.05 }')"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    t commune add member full_name="Giàng Thị Số $n" birth_date=2003-01-0$((n % 9 + 1)) >"$work/id"
    cat "$work/id" >>"$work/added"
    t commune sync >/dev/null 2>&1
    status=$?
    claim "rehome__killed_${n}_it_syncs_with_the_one_or_the_other" same $status 0
done
claim rehome__after_all_that_it_goes_through \
    t commune join --rehome "$(cat "$work/new.url")"
for s in commune new commune; do
    t $s sync >/dev/null
done
claim rehome__nothing_is_lost same "$(count province member)" $((300 + 2 + n))
claim rehome__everybody_agrees agree 04660 commune new province
for s in commune new province old; do
    claim "rehome__check_is_clean_at_$s" has "$(t $s --json check)" '"damaged":0'
done

# a unit is merged away: its computer goes on, and becomes one of the successor
t province unit move 04663 --to 133 --on 01/03/2020 >/dev/null
t new sync >/dev/null
join new 04663 kept
t kept add member full_name="Người của Phù Nham" birth_date=2001-01-01 >/dev/null
t province unit merge 04660 --into 04663 --on 01/01/2021 >/dev/null
t new sync >/dev/null
t commune sync >/dev/null
claim rehome__its_clerk_is_told has "$(t commune status)" "01/01/2021"
claim rehome__in_plain_words has "$(t commune status)" "04663"
three=$(t commune add member full_name="Vẫn Nhập Được" birth_date=2004-01-01)
claim rehome__it_keeps_working t commune sync
code=$(t new invite 04663 2>/dev/null)
claim rehome__with_a_code_it_is_of_the_successor \
    t commune join --rehome "$(cat "$work/new.url")" "$code"
claim rehome__its_unit_is_the_successor same "$(t commune status --json | json unit_code)" 04663
t kept sync >/dev/null
t commune sync >/dev/null
t kept sync >/dev/null
claim rehome__both_computers_hold_the_same agree 04663 commune kept new
claim rehome__the_successor_has_it t kept show "$three"
claim rehome__a_code_works_once \
    exits 5 "$TERRACE" -C "$work/commune" join --rehome "$(cat "$work/new.url")" "$code"
code=$(t old invite 04672 2>/dev/null)
claim rehome__a_code_for_a_foreign_unit_is_refused \
    exits 5 "$TERRACE" -C "$work/commune" join --rehome "$(cat "$work/old.url")" "$code"
done_testing
