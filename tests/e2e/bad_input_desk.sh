#!/bin/sh
# Bad input to what moves, merges and reorganises: each gets a clear error with the right exit
# status, and changes nothing, here or at the hub. Bent requests to change the hub likewise.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
quit province
t province config limit_requests 0 >/dev/null # of thousands, none is to be turned away unread
t province config limit_codes 0 >/dev/null
serve province
join province 138 district
t district sync >/dev/null
serve district
join district 04576 commune
join district 04570 other
a=$(t commune add member full_name="Giàng A Dê" birth_date=12/04/2001 sex=nam)
b=$(t commune add member full_name="Lò Thị Mai" birth_date=2003 sex=nữ)
n=$(t commune add note unit=04576 title="Sổ tay")
gone=$(t commune add member full_name="Đã Xoá" birth_date=2002)
t commune rm "$gone" >/dev/null
theirs=$(t other add member full_name="Hà Văn Bạn" birth_date=2000-02-02)
for s in commune other district commune other; do t $s sync >/dev/null; done
t commune transfer issue "$b" --to 04570 --letter 9/GT >/dev/null
for s in commune other district commune other; do t $s sync >/dev/null; done

held() { # all of a store's records, and how many of its saves there are
    for kind in member transfer acceptance unit node note; do
        t "$1" list $kind --json
        t "$1" list $kind --deleted --json
    done | sed 's/,"_receipt":[0-9]//' | cksum
    t "$1" status --json | json unsent
}
here=$(held commune)
there=$(held province)

# ---- status, error word or -, and the words; A a member, N a note, G a deleted member, F a foreign
# member, Z nobody
while read -r want word words; do
    [ -n "$want" ] || continue
    words=$(echo "$words" | sed "s/\\<A\\>/$a/g; s/\\<B\\>/$b/g; s/\\<N\\>/$n/g; s/\\<G\\>/$gone/g;
        s/\\<F\\>/$theirs/g; s/\\<Z\\>/00000-1/g")
    [ "$word" != - ] || word=
    # shellcheck disable=SC2086 # words of a command
    claim "bad_input_desk__$(echo "$words" | tr -c 'a-zA-Z0-9\n' '_')_exits_$want" \
        fails "$want" "$word" t commune --json $words
done <<'TABLE'
2 usage doubles A
2 usage doubles A A
2 usage doubles --not
2 usage doubles --not A
3 not_found doubles --not A Z
1 input doubles --not A A
3 not_found doubles --not A N
3 not_found doubles --unit dragon
2 usage merge
2 usage merge A
2 usage merge A A A
1 input merge A A
3 not_found merge A Z
3 not_found merge A N
1 rule merge A G
3 not_found merge A F
2 usage merge A A --keep
1 - merge A B --keep wings=a
1 - merge A B --keep phone
1 - merge A B --keep phone=c
1 - merge A B --keep phone=a --keep phone=b
2 usage unmerge
3 not_found unmerge Z
1 - unmerge A
1 - unmerge A B
2 usage transfer
2 usage transfer dance
2 usage transfer issue
2 usage transfer issue A
2 usage transfer issue A --to
3 not_found transfer issue Z --to 04570
3 not_found transfer issue N --to 04570
1 rule transfer issue G --to 04570
3 not_found transfer issue A --to 99999
1 rule transfer issue A --to 04576
1 - transfer issue A --to 04570 wings=2
1 - transfer issue A --to 04570 reason
1 rule transfer issue A --to 04570 --letter 9/GT
1 rule transfer issue B --to 04570
2 usage transfer accept
3 not_found transfer accept Z
1 rule transfer accept 9/GT
1 rule transfer refuse 9/GT
3 not_found transfer return none/such
2 usage transfer return
1 input transfer list --state flying
2 usage unit
2 usage unit dance 04576
2 usage unit merge 04576
2 usage unit merge 04570 --into 04576
1 - unit merge 04570 --into 04576 --on yesterday
1 - unit merge 04570 --into 04576 --on 2020-02-30
1 rule unit merge 04570 --into 04576 --on 2020-03-01
1 rule unit merge 04576 --into 04570 --on 2020-03-01
3 not_found unit merge 99999 --into 04576 --on 2020-03-01
2 usage unit move 04576 --on 2020-03-01
1 rule unit move 04576 --to 136 --on 2020-03-01
2 usage unit rename 04576 --on 2020-03-01
2 usage unit close 04576 --on 2020-03-01
2 usage unit split 04576 --into X1=Một --on
2 usage join
1 exists join http://127.0.0.1:1 not-a-code
2 usage join --rehome
2 usage join --rehome http://127.0.0.1:1 x y
4 no_link join --rehome http://127.254.1.1:9
1 - join --rehome ftp://127.0.0.1
3 not_found inbox --unit dragon
1 - inbox --limit minus
3 not_found inbox --seen Z
2 usage inbox now
3 not_found conflicts --unit dragon
2 usage conflicts now
2 usage resolve A
2 usage resolve A phone
1 - resolve A phone --take 7
1 - resolve A wings --take 1
3 not_found undo A --save Z
TABLE
claim bad_input_desk__nothing_changed_here same "$(held commune)" "$here"

# ---- units, by who may: what is said of the province's own
while read -r want word words; do
    [ -n "$want" ] || continue
    [ "$word" != - ] || word=
    # shellcheck disable=SC2086 # words of a command
    claim "bad_input_desk__province_$(echo "$words" | tr -c 'a-zA-Z0-9\n' '_')_exits_$want" \
        fails "$want" "$word" t province --json $words
done <<'TABLE'
1 input unit merge 04576 04576 --into 04570 --on 2020-03-01
1 rule unit merge 04576 --into 04576 --on 2020-03-01
1 rule unit merge 04576 --into 138 --on 2020-03-01
1 rule unit merge 138 --into 04576 --on 2020-03-01
1 rule unit move 138 --to 04576 --on 2020-03-01
1 rule unit move 04576 --to 138 --on 2020-03-01
1 rule unit close 15 --into 138 --on 2020-03-01
1 - unit rename 04576 --name= --on 2020-03-01
3 not_found unit move 04576 --to 99999 --on 2020-03-01
2 usage unit split 04576 --into X1=Một --on 2020-03-01
1 - unit split 04576 --into X1=Một 04570=Trùng --on 2020-03-01
1 - unit split 04576 --into X1=Một --into X1=Hai --on 2020-03-01
2 usage unit split 04576 04570 --into X1=Một --on 2020-03-01
TABLE
long=$(head -c 70000 /dev/zero | tr '\0' x)
bad=$(printf '\377\376x')
claim bad_input_desk__a_letter_that_is_not_text exits 1 t commune transfer issue "$a" --to 04570 --letter "$bad"
claim bad_input_desk__an_endless_letter exits 1 t commune transfer issue "$a" --to 04570 --letter "$long"
claim bad_input_desk__accepting_what_is_not_text exits 1 t commune transfer accept "$bad"
claim bad_input_desk__accepting_an_endless_letter exits 1 t commune transfer accept "$long"
claim bad_input_desk__an_endless_reason exits 1 t commune transfer refuse 8/XX --reason "$long"
claim bad_input_desk__an_endless_name exits 1 t province unit rename 04576 --name "$long" --on 2020-03-01
claim bad_input_desk__parts_may_follow_one_into \
    has "$(t province --json unit split 04576 --into X1=Một X2=Hai --on 2020-03-01 --dry-run)" '"units":'
head -c 3000 /dev/urandom >"$work/noise.csv"
claim bad_input_desk__an_assignment_of_noise \
    exits 1 t province unit split 04576 --into X1=Một X2=Hai --assign "$work/noise.csv" --on 2020-03-01
claim bad_input_desk__still_nothing_changed_here same "$(held commune)" "$here"
claim bad_input_desk__nothing_changed_there same "$(held province)" "$there"

# ---- requests to change the hub, bent by the thousand: whatever the answer, the one that sends them
# goes on with its own hub, and nobody's records change
at=$(sed 's|http://||' "$work/province.url")
claim bad_input_desk__mangled_rehomings_are_survived \
    "$helpers/mangle" "$at" "$work/commune" "${MANGLED:-1000}" 23 rehome
claim bad_input_desk__nothing_changed_there_by_them same "$(held province)" "$there"
claim bad_input_desk__the_sender_is_as_before same "$(held commune)" "$here"
claim bad_input_desk__and_syncs_as_before has "$(t commune sync --json)" '"digest_equal":true'
claim bad_input_desk__province_checks_clean has "$(t province --json check)" '"damaged":0'
claim bad_input_desk__it_may_still_go_there t commune join --rehome "$(cat "$work/province.url")"
claim bad_input_desk__and_is_quiet_there has "$(t commune sync --json)" '"rounds":1'
done_testing
