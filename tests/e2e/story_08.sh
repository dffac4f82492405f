#!/bin/sh
# Story 8: a situation report with a comment naming a member warns; a cell of 2 is suppressed as soon as it
# is sent.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
join province 04576 commune
t commune add member full_name="Giàng A Dê" birth_date=2005-04-12 >/dev/null
draft=$(t commune add situation period=2025-06 topic="Tảo hôn" channel=direct counts="Tảo hôn: 2;Bỏ học: 12" \
    needs="Em Giàng A Dê cần giúp đỡ" 2>"$work/said")
claim story_8__a_comment_naming_a_member_warns has "$(cat "$work/said")" "Giàng A Dê"
claim story_8__it_is_only_a_warning has "$(t commune show "$draft" --json)" '"status":"draft"'
t commune set "$draft" needs="Cần người tư vấn" >/dev/null 2>&1
t commune sync >/dev/null
claim story_8__a_draft_stays_here same "$(count province situation)" 0
claim story_8__here_the_count_is_whole has "$(t commune show "$draft" --json)" "Tảo hôn: 2"
claim story_8__it_is_sent exits 0 t commune step "$draft" sent
report=$(t commune show "$draft" --json | json sent_as)
claim story_8__already_here_what_is_sent_has_no_2 has "$(t commune show "$report" --json)" "Tảo hôn: <5"
claim story_8__while_the_draft_keeps_it has "$(t commune show "$draft" --json)" "Tảo hôn: 2"
claim story_8__a_draft_is_sent_once exits 1 t commune step "$draft" sent
t commune sync >/dev/null
sent=$(t province list situation --json)
claim story_8__the_draft_does_not_go_with_it same "$(count province situation)" 1
claim story_8__it_arrives has "$sent" "Bỏ học: 12"
claim story_8__a_cell_of_2_is_suppressed sh -c "! printf '%s' '$sent' | grep -q 'Tảo hôn: 2'"
claim story_8__its_row_is_there_all_the_same has "$sent" "Tảo hôn: <5"
claim story_8__nobody_is_named sh -c "! printf '%s' '$sent' | grep -q 'Giàng A Dê'"
claim story_8__the_office_above_says_that_it_has_it exits 0 t province step \
    "$(printf '%s' "$sent" | sed -n 's/^{"id":"\([^"]*\)".*/\1/p')" acknowledged
done_testing
