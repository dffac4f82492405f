#!/bin/sh
# The story of three levels, told by the real commands on real sockets: a province, two district
# hubs, four communes. Leaves nothing behind. `make demo` runs it; $BUILD has the generator.
set -eu
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build}
workload=$BUILD/tools/workload
. tools/lib.sh

say() { printf '%s\n' "$*"; }
step() { printf '\n%s\n' "$*"; }
count() { t "$1" list "$2" --count --json | json count; }
# sync STORE WORDS: one line of what it cost
sync() {
    line=$(t "$1" --json sync)
    rounds=$(echo "$line" | json rounds)
    [ "$rounds" = 1 ] && rounds="1 request" || rounds="$rounds requests"
    say "  $2: $rounds," \
        "$(echo "$line" | json sent_records) records up, $(echo "$line" | json received_records)" \
        "down; $(echo "$line" | json sent_bytes) bytes sent," \
        "$(echo "$line" | json received_bytes) received"
    sent_all=$((sent_all + $(echo "$line" | json sent_bytes) + $(echo "$line" | json received_bytes)))
}
sent_all=0
started=$(date +%s)
units=tools/data/units-yenbai-2019-10.csv

say "TERRACE: one record book for a tree of offices, each with its own store."

step "1. The province opens its book and enters the real units of Yên Bái (October 2019)."
t province init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null
line=$(t province --json import unit $units)
say "  $(echo "$line" | json rows) rows: $(count province unit) units in the book"
serve province
say "  the province serves at $url"

step "2. Two districts and four communes join, each with a one-time code read over the phone."
for pair in 138:tran-yen 140:van-chan; do
    join province "${pair%%:*}" "${pair##*:}"
    serve "${pair##*:}"
    say "  district ${pair##*:} joined the province, and serves at $url"
done
communes="04576:hung-khanh:tran-yen 04570:hong-ca:tran-yen 04672:son-thinh:van-chan
04657:suoi-giang:van-chan"
for c in $communes; do
    unit=${c%%:*}
    rest=${c#*:}
    join "${rest##*:}" "$unit" "${rest%%:*}"
    say "  commune ${rest%%:*} ($unit) joined ${rest##*:}"
done

step "3. Each commune enters its branches, members and activities, without any link."
for c in $communes; do
    unit=${c%%:*}
    rest=${c#*:}
    name=${rest%%:*}
    $workload --commune "$unit" --seed 18 --members 300 --branches 8 --activities 120 \
        --attendances 1800 --plans 2 --out "$work/data-$name"
    import_steps "$name" "$work/data-$name" >"$work/$name.rows" 2>&1
    say "  $name: $(count "$name" member) members, $(count "$name" activity) activities," \
        "$(count "$name" plan_item) plan items"
done

step "4. A link is there for an hour: communes sync to their districts, districts to the province."
for c in $communes; do
    rest=${c#*:}
    sync "${rest%%:*}" "${rest%%:*} → ${rest##*:}"
done
sync tran-yen "tran-yen → province"
sync van-chan "van-chan → province"
say "  the province now holds $(count province member) members and" \
    "$(count province activity) activities"
plain=$(cat "$work"/data-*/members.jsonl "$work"/data-*/activities.jsonl | wc -c)
say "  all of it as plain JSON would be $plain bytes, each time it is sent"

step "5. The province publishes the theme of the month; it flows down at the next sync."
t province add theme unit=15 month=2025-03 title="Tháng Thanh niên" >/dev/null
sync tran-yen "tran-yen ← province"
sync hung-khanh "hung-khanh ← tran-yen"
say "  hung-khanh reads: $(t hung-khanh list theme --json | json title)"

step "6. The same member is edited in three places, all without a link."
member=$(t hung-khanh list member ext_id=m-04576-7 --json | json id)
say "  $(t hung-khanh show "$member" --json | json full_name), $member"
t hung-khanh set "$member" phone=0912345678 birth_date=2003-02-01 >/dev/null
t tran-yen set "$member" occupation="Cán bộ xã" birth_date=2003-01-02 >/dev/null
t province set "$member" outstanding=true >/dev/null
say "  the commune sets phone and birth date, the district occupation and another birth date,"
say "  the province marks the member as outstanding"
sync hung-khanh "hung-khanh → tran-yen"
sync tran-yen "tran-yen → province"
say "  different fields all survive; the birth date is a conflict, and the district sees both:"
t tran-yen conflicts | sed "s/^/    /"

step "7. The district decides, and the decision arrives everywhere."
t tran-yen resolve "$member" birth_date --take 2 >/dev/null
sync tran-yen "tran-yen → province"
sync hung-khanh "hung-khanh ← tran-yen"
for s in province tran-yen hung-khanh; do
    line=$(t $s show "$member" --json)
    say "  $s: birth date $(echo "$line" | json birth_date), phone $(echo "$line" | json phone)," \
        "occupation $(echo "$line" | json occupation), outstanding $(echo "$line" | json outstanding)," \
        "open conflicts $(t $s status --json | json conflicts)"
done
say "  the date that lost is in the history: $(t province history "$member" --json |
    grep -c '2003-01-02') save(s) name it"

step "8. Nothing has changed since: what does a sync cost?"
sync hung-khanh "hung-khanh → tran-yen"

step "9. A member moves to another district, by letter; the new commune answers before any data came."
mover=$(t hung-khanh list member ext_id=m-04576-9 --json | json id)
letter=$(t hung-khanh --json transfer issue "$mover" --to 04672 | json letter_no)
say "  hung-khanh issues letter $letter for $(t hung-khanh show "$mover" --json | json full_name)"
t son-thinh transfer accept "$letter" >/dev/null 2>&1
say "  son-thinh accepts it, with nothing but the letter in hand"
for pair in "hung-khanh tran-yen" "tran-yen province" "son-thinh van-chan" "van-chan province" \
    "son-thinh van-chan" "van-chan province" "tran-yen province" "hung-khanh tran-yen" \
    "tran-yen province" "hung-khanh tran-yen"; do
    sync "${pair% *}" "${pair% *} ↔ ${pair#* }"
done
for s in hung-khanh province son-thinh; do
    say "  $s: the transfer is $(t $s --json transfer list | grep "$letter" | json state)," \
        "$(count $s member) members there"
done

step "10. One person was entered in two communes; the district finds it and makes it one."
twin=$(t hong-ca add member full_name="$(t tran-yen show "$member" --json | json full_name)" \
    birth_date="$(t tran-yen show "$member" --json | json birth_date)" \
    home_place="$(t tran-yen show "$member" --json | json home_place)")
sync hong-ca "hong-ca → tran-yen"
say "  the district reads:"
t tran-yen doubles | head -n 8 | sed "s/^/    /"
say "  it merges: $(t tran-yen merge "$member" "$twin" 2>/dev/null | head -n 1) is the one that stays"

step "11. Proof: digests and exports of every commune agree on all three levels."
for s in tran-yen hung-khanh hong-ca; do
    sync $s "$s, once more"
done
for c in $communes; do
    rest=${c#*:}
    sync "${rest%%:*}" "${rest%%:*} → ${rest##*:}"
done
sync tran-yen "tran-yen → province"
sync van-chan "van-chan → province"
agreed=0
wrong=0
for c in $communes; do
    unit=${c%%:*}
    rest=${c#*:}
    first=
    for s in "${rest%%:*}" "${rest##*:}" province; do
        digest=$(t "$s" status --unit "$unit" --json | json digest)
        for kind in member activity plan_item; do
            t "$s" list $kind --unit "$unit" --json | sed 's/,"_receipt":[0-9]//'
        done | cksum >"$work/export"
        both="$digest $(cat "$work/export")"
        if [ -z "$digest" ] || [ "$both" != "${first:-$both}" ]; then
            wrong=$((wrong + 1))
        else
            agreed=$((agreed + 1))
        fi
        first=${first:-$both}
    done
    say "  $unit ${rest%%:*}: digest ${first%% *} at commune, district and province"
done

say ""
if [ $wrong -ne 0 ]; then
    say "NOT equal: $wrong of $((agreed + wrong)) stores differ."
    exit 1
fi
say "All $agreed digests and exports agree. $sent_all bytes travelled in all," \
    "$(($(date +%s) - started)) seconds."
