#!/bin/sh
# Planted doubles are found and strangers are not: a tenth of what `make bench BENCH=doubles` judges,
# with more doubles in it so that one miss is not all.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

planted whole 28 21 4 >"$work/said"
claim found__a_province_with_doubles_is_imported same "$(grep -c '"rejected":0' "$work/said")" 2
truth=$work/whole.made/truth
judge() { "$helpers/judge" "$work/whole" "$1"; }
judge "$truth" >"$work/judged"
read -r members planted found reported wrong years years_found _ <"$work/judged"
claim found__all_are_there sh -c "test $members -gt 5200"
claim found__199_of_200_planted_pairs sh -c "echo $found of $planted; test $((found * 200)) -ge $((planted * 199))"
claim found__one_in_fifty_false_at_most sh -c "echo $wrong of $reported; test $((wrong * 50)) -le $reported"
claim found__those_by_year_alone sh -c "echo $years_found of $years; test $((years_found * 10)) -ge $((years * 8))"

# the command says the same as the function
claim found__the_command_agrees same \
    "$(t whole doubles --json | grep -vc '"apart":true')" "$reported"
claim found__sorted_by_score sh -c "'$TERRACE' -C '$work/whole' doubles --json | grep -v apart |
    sed 's/.*\"score\":\([0-9]*\).*/\1/' | sort -rn -c"
sum=0
for district in 132 133 135 136 137 138 139 140 141; do
    sum=$((sum + $(t whole doubles --unit $district --json | grep -vc '"apart":true')))
done
claim found__districts_have_no_more_than_the_whole at_most $sum $((reported + reported / 20 + 5))

# the judge is no yes-man: partners exchanged are not found, pairs left out are false
awk 'NR > 1 { print $1, last, $3, $4 } { last = $2 }' "$truth" | grep -v year >"$work/exchanged"
read -r _ _ found _ <<RESULT
$(judge "$work/exchanged")
RESULT
claim found__exchanged_partners_are_missed at_most "$found" 2
sed -n 'n;p' "$truth" >"$work/half"
read -r _ _ _ _ wrong _ <<RESULT
$(judge "$work/half")
RESULT
claim found__pairs_left_out_are_false sh -c "test $wrong -gt $((planted / 3))"
done_testing
