#!/bin/sh
# Story 2: "giang a de" finds Giàng A Dê, typed in NFC or NFD. Adding Giàng A Dế with the same birthday
# offers the existing record.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

t s init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null
one=$(t s add member full_name="Giàng A Dê" birth_date=12/04/2001) # composed
nfd=$(printf 'Gia\314\200ng A De\314\202 Hai')                      # letters and marks apart
two=$(t s add member full_name="$nfd" birth_date=13/05/2002)
claim story_2__letters_without_marks_find_it has "$(t s find "giang a de" --json)" "$one"
claim story_2__typed_in_nfd_as_well has "$(t s find "giang a de" --json)" "$two"
claim story_2__both_are_listed same "$(t s find "giang a de" --json | wc -l)" 2
claim story_2__the_first_is_searched_for_in_nfc has "$(t s find "Giàng A Dê" --json)" "$one"
claim story_2__searched_for_in_nfd has "$(t s find "$(printf 'Gia\314\200ng A De\314\202')" --json)" "$one"
claim story_2__adding_a_slip_of_it_is_stopped fails 1 double "$TERRACE" --json -C "$work/s" add member \
    full_name="Giàng A Dế" birth_date=12/04/2001
claim story_2__the_existing_record_is_offered has "$(cat "$work/exits.err")" "$one"
claim story_2__people_are_offered_it has \
    "$(t s add member full_name="Giàng A Dế" birth_date=12/04/2001 2>&1)" "Giàng A Dê"
claim story_2__typed_in_nfd_it_is_offered_as_well fails 1 double t s --json add member \
    full_name="$(printf 'Gia\314\200ng A De\314\202\314\201')" birth_date=12/04/2001
claim story_2__nothing_was_written same "$(count s member)" 2
claim story_2__another_person_is_entered_anyway exits 0 t s add member full_name="Giàng A Dế" \
    birth_date=12/04/2001 --anyway
claim story_2__then_there_are_three same "$(count s member)" 3
done_testing
