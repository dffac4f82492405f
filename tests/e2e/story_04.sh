#!/bin/sh
# Story 4: commune and district edit different fields of one member: both survive. Both edit the birth date:
# the district sees both, with author and time, and chooses; everywhere converges, the loser is in the
# history.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
join province 138 district
serve district
join district 04576 commune
everybody() { for s in commune district commune district commune; do t $s sync >/dev/null 2>&1; done; }
member=$(t commune add member full_name="Giàng A Dê" birth_date=12/04/2001)
everybody
t commune set "$member" phone=0912000001 >/dev/null
t district set "$member" education=12/12 >/dev/null
everybody
for s in commune district province; do
    line=$(t $s show "$member" --json)
    claim "story_4__different_fields_survive_at_$s" sh -c "echo '$line' | grep 0912000001 | grep -q 12/12"
done
TERRACE_NOW=2026-11-20T01:00:00Z t commune set "$member" birth_date=13/04/2001 >/dev/null
TERRACE_NOW=2026-11-21T01:00:00Z t district set "$member" birth_date=14/04/2001 >/dev/null
everybody
line=$(t district --json conflicts)
claim story_4__the_district_sees_both sh -c "echo '$line' | grep 2001-04-13 | grep -q 2001-04-14"
claim story_4__with_author_and_time has "$(t district conflicts 2>&1)" "14/04/2001  (Huyện Trấn Yên, 21/11/2026"
claim story_4__of_both has "$(t district conflicts 2>&1)" "13/04/2001  (Xã Hưng Khánh, 20/11/2026"
claim story_4__it_is_the_districts_to_decide has "$line" '"decides":"138"'
n=$(printf '%s' "$line" | tr '{' '\n' | sed -n 's/^"n":\([0-9]*\).*2001-04-13.*/\1/p')
claim story_4__the_district_chooses_the_communes exits 0 t district resolve "$member" birth_date --take "$n"
everybody
for s in commune district province; do
    claim "story_4__it_converges_at_$s" same "$(t $s show "$member" --json | json birth_date)" 2001-04-13
    claim "story_4__the_loser_is_in_the_history_at_$s" sh -c "'$TERRACE' -C '$work/$s' history '$member' --json |
        grep 2001-04-13 >/dev/null && '$TERRACE' -C '$work/$s' history '$member' --json | grep -q 2001-04-14"
done
claim story_4__no_conflict_is_left same "$(t district --json conflicts)" ""
claim story_4__all_levels_agree agree 04576 commune district province
done_testing
