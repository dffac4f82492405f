#!/bin/sh
# What a viewer's computer shows, and what nobody's messages or logs say: planted values of sensitive
# fields are looked for in all that the program prints.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up && join province 138 district && serve district && join district 04576 commune &&
    join district 04576 second || exit 1
phone=0912000111 id_no=015200001234 religion="Tinlanhkín" ethnicity="Mônglạ" party=03/02/2019
planted="$phone $id_no $religion $ethnicity 2019-02-03 $party"
a=$(t commune add member full_name="Giàng A Dê" birth_date=12/04/2001 phone=$phone id_no=$id_no \
    religion="$religion" ethnicity="$ethnicity" party_date=$party)
b=$(t commune add member full_name="Giàng A Dế" birth_date=12/04/2001 phone=0912000112 id_no=015200001235 \
    --anyway)
t commune set "$a" phone=0912000113 >/dev/null
t commune set "$a" phone=$phone >/dev/null
t commune sync >/dev/null
# both write the phone, so that there is a conflict to be shown
t commune set "$a" phone=0912000114 >/dev/null
t district set "$a" phone=0912000115 >/dev/null
t commune sync >/dev/null
# and two of one commune, which then has to decide it itself
t second sync >/dev/null
t commune set "$b" phone=0912000116 >/dev/null
t second set "$b" phone=0912000117 >/dev/null
t second sync >/dev/null
t commune sync >/dev/null
code=$(t district invite 04576 --role viewer 2>/dev/null)
t viewer join "$(cat "$work/district.url")" "$code" >/dev/null 2>&1 || exit 1
claim roles__the_viewer_has_the_records same "$(count viewer member)" 2
claim roles__and_agrees_with_its_hub same "$(digest viewer 04576)" "$(digest district 04576)"

# ---- nothing of it on the viewer's screen, whichever command
# silent ARGS…: the command succeeds, says something, and none of the planted values
silent() {
    "$TERRACE" -C "$work/viewer" "$@" >"$work/said" 2>&1 </dev/null || {
        cat "$work/said"
        return 1
    }
    [ -s "$work/said" ] || return 1
    for word in $planted 0912000112 0912000113 0912000114 0912000115 0912000116 0912000117 015200001235; do
        ! grep -F -- "$word" "$work/said" || return 1
    done
}
# the control: the clerk's own computer says them with the same commands
loud() {
    "$TERRACE" -C "$work/commune" "$@" 2>&1 </dev/null | grep -qF -e "$phone" -e "$id_no" -e 0912000114 -e 0912000116
}
n=0
for words in "show $a" "show $a --json" "list member --json" "find giang --json" "history $a" \
    "history $a --json" "conflicts" "conflicts --json" "export member -" "print sheet $a --out -" "inbox" "inbox --json" \
    "merge $a $b --dry-run" "merge $a $b --dry-run --json"; do
    n=$((n + 1))
    case $words in
    merge*) # a viewer merges nothing, a try neither; what it says then is looked at all the same
        # shellcheck disable=SC2086
        t viewer $words >"$work/said" 2>&1
        claim "roles__the_viewer_sees_none_of_it_$n" sh -c "! grep -qF -e $phone -e 0912000112 -e $id_no '$work/said'"
        continue
        ;;
    esac
    # shellcheck disable=SC2086 # words
    claim "roles__the_viewer_sees_none_of_it_$n" silent $words
    # shellcheck disable=SC2086
    claim "roles__and_the_clerk_all_of_it_$n" loud $words
done
claim roles__nor_in_a_list silent list member
claim roles__nor_among_doubles silent doubles
claim roles__nor_among_doubles_in_json silent doubles --json
claim roles__nor_in_vietnamese silent --lang vi show "$a"
claim roles__a_row_of_dots_says_that_there_is_one has "$(t viewer show "$a")" "•••"
claim roles__one_for_each_value_in_conflict has "$(t viewer conflicts)" "2. •••"
claim roles__names_are_shown has "$(t viewer show "$a")" "Giàng A Dê"
line=$(t viewer show "$a" --json)
claim roles__json_names_what_is_masked has "$line" '"_masked":["ethnicity","religion","phone","id_no","party_date"]'
claim roles__and_leaves_the_key_out sh -c "! printf '%s' '$line' | grep -q '\"phone\":\"'"
claim roles__only_what_is_there_is_named has "$(t viewer show "$b" --json)" '"_masked":["phone","id_no"]'
claim roles__a_conflict_is_one_still has "$line" '"_conflicts":{"phone":['
claim roles__a_paper_of_one_says_so_beside has "$(t commune print sheet "$a" --out "$work/a.html" 2>&1)" \
    "terrace conflicts"
claim roles__history_says_masked has "$(t viewer history "$a" --json)" '"field":"phone","_masked":true'
claim roles__it_cannot_be_looked_for fails 1 rule t viewer --json list member phone=$phone
claim roles__nor_counted fails 1 rule t viewer --json list member religion= --count
claim roles__the_clerk_can exits 0 t commune list member id_no=$id_no
claim roles__a_viewer_writes_nothing fails 1 rule t viewer --json set "$a" full_name=x
claim roles__nor_a_masked_field fails 1 rule t viewer --json set "$a" phone=1
if command -v script >/dev/null; then
    script -qec "'$TERRACE' -C '$work/viewer' edit $a" "$work/typescript" >/dev/null 2>&1 </dev/null
    claim roles__a_form_does_not_show_it sh -c "grep -q 'Giàng A Dê' '$work/typescript' && ! grep -qF -e $phone -e $id_no '$work/typescript'"
else
    skip roles__a_form_does_not_show_it "no script here"
fi

# ---- exports
t viewer export member "$work/v.csv" 2>/dev/null
claim roles__a_viewers_export_has_no_such_column sh -c "head -n 1 '$work/v.csv' | grep -q full_name && ! head -n 1 '$work/v.csv' | grep -qE 'phone|id_no|religion|ethnicity|party'"
claim roles__a_clerks_is_whole sh -c "'$TERRACE' -C '$work/commune' export member - | grep -q $id_no"
claim roles__whole_it_comes_back_unchanged sh -c \
    "'$TERRACE' -C '$work/commune' export member '$work/w.csv' 2>/dev/null; '$TERRACE' -C '$work/commune' --json import member '$work/w.csv' | grep -q '\"unchanged\":2'"
before=$(digest commune 04576)
for form in csv jsonl; do
    t commune export member "$work/m.$form" --mask 2>/dev/null
    claim "roles__masked_on_request_$form" sh -c "test -s '$work/m.$form' && ! grep -qF -e $phone -e $id_no -e 0912000114 -e '$religion' '$work/m.$form'"
    line=$(t commune --json import member "$work/m.$form")
    claim "roles__and_back_it_changes_nothing_$form" same "$(printf '%s' "$line" | json unchanged) $(digest commune 04576)" "2 $before"
    sed 's/Giàng A Dê/Giàng A Dề/' "$work/m.$form" >"$work/n.$form"
    t commune --json import member "$work/n.$form" >"$work/said" 2>&1
    claim "roles__edited_it_changes_the_rest_$form" same "$(json changed <"$work/said")" 1
    claim "roles__and_the_number_stays_$form" has "$(t commune show "$a" --json)" "\"id_no\":\"$id_no\""
    t commune undo "$a" >/dev/null 2>&1
    before=$(digest commune 04576)
done
claim roles__the_template_is_masked_too sh -c "! '$TERRACE' -C '$work/commune' export member - --template --mask | grep -q id_no"

# ---- officers and hubs see it all; a code's role is what counts
code=$(t district invite 04576 --role officer 2>/dev/null)
t officer join "$(cat "$work/district.url")" "$code" >/dev/null 2>&1
claim roles__an_officer_sees_it has "$(t officer show "$a" --json)" "$id_no"
claim roles__the_hub_sees_it has "$(t district show "$a")" "$id_no"

# ---- by stick as well
t sight join --request "$work/r" >/dev/null 2>&1
t district join --admit "$work/r" --unit 04576 --role viewer >/dev/null 2>&1
t sight join --complete "$work/r" >/dev/null 2>&1
t sight bundle export "$work/s" >/dev/null 2>&1
t district bundle import "$work/s" >/dev/null 2>&1
t sight bundle import "$work/s.receipt" >/dev/null 2>&1
claim roles__a_viewer_by_stick_has_the_records same "$(count sight member)" 2
claim roles__and_sees_none_of_it sh -c "! '$TERRACE' -C '$work/sight' export member - | grep -qF -e $phone -e $id_no"

# ---- errors and logs never say it
bad=9$id_no
while [ ${#bad} -lt 200 ]; do bad=$bad$id_no; done
printf 'full_name,birth_date,id_no,party_date,phone\nVàng A Tủa,2001-01-02,%s,,\nLý A Sử,2001-01-03,,99/99/%s,\nHờ A Chu,2001-01-04,,,%s\n' \
    "$bad" "$id_no" "$bad" >"$work/bad.csv"
printf '{"full_name":"Sùng A Lử","id_no":"%s" oops\n{"full_name":"A","id_no":{"x":"%s"}}\n{"id_no":%s%s}\n' \
    "$id_no" "$id_no" "$id_no" x >"$work/bad.jsonl"
for form in csv jsonl; do
    t commune import member "$work/bad.$form" >"$work/said" 2>&1
    claim "roles__bad_rows_are_told_$form" sh -c "grep -q 'bad.$form:2: ' '$work/said'"
    claim "roles__and_not_what_stood_in_them_$form" sh -c "! grep -F $id_no '$work/said'"
done
claim roles__a_bad_date_is_not_repeated sh -c "! '$TERRACE' -C '$work/commune' set $a party_date=99/99/$id_no 2>&1 | grep -F $id_no"
claim roles__other_fields_say_what_was_wrong has "$(t commune set "$a" birth_date=99/99/2001 2>&1)" "99/99/2001"
t commune sync >/dev/null 2>&1
t viewer sync >/dev/null 2>&1
sleep 0.1
claim roles__the_log_has_lines sh -c "grep -q . '$work/district.log'"
claim roles__and_no_one_in_them sh -c "! grep -qF -e $phone -e $id_no -e '$religion' -e '$ethnicity' -e Giàng '$work/district.log' '$work/province.log'"
done_testing
