#!/bin/sh
# Story 3: commune A issues a transfer offline and prints the letter; B accepts by letter number before A's
# data arrives: "waiting for A", then exactly one primary unit.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
join province 138 district
serve district
join district 04576 a
join district 04570 b
round() { for s in "$@"; do t "$s" sync >/dev/null 2>&1; done; }
round a b
member=$(t a add member full_name="Giàng A Dê" birth_date=12/04/2001)
round a b a b
# nobody has a link
letter=$(t a transfer issue "$member" --to 04570 branch_comment="Tốt" fees_paid_to=2025-06 2>/dev/null)
claim story_3__a_issues_offline has "$letter" "04576"
claim story_3__and_prints_the_letter exits 0 t a print letter "$letter" --out "$work/letter.html"
claim story_3__with_its_number has "$(cat "$work/letter.html")" "$letter"
claim story_3__b_accepts_before_the_data_is_there exits 0 t b transfer accept "$letter"
claim story_3__it_waits_for_a has "$(t b --json transfer list)" '"state":"announced"'
claim story_3__namely_for_a has "$(t b --json transfer list)" '"waiting_for":"04576"'
claim story_3__people_read_it has "$(t b transfer list)" "Answered, member awaited  Xã Hưng Khánh"
round b # B's answer comes before A's letter
claim story_3__it_still_counts_at_a same "$(t a list member --unit 04576 --count --json | json count)" 1
round a b a b
t district sync >/dev/null
for s in a b district province; do
    claim "story_3__one_primary_unit_at_$s" same \
        "$(t $s list member --unit 04576 --count --json | json count) $(t $s show "$member" --json | json unit_code)" \
        "0 04570"
done
claim story_3__counted_once same "$(t district list member --unit 138 --count --json | json count)" 1
claim story_3__the_letter_is_done has "$(t district --json transfer list --state accepted)" "$letter"
claim story_3__all_agree agree 04570 b district
done_testing
