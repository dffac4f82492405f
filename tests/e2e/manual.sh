#!/bin/sh
# Manual pages and help: every command, option, kind, field, step and rule is in them.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

for lang in en vi; do
    claim "manual__pages_in_${lang}_are_written" \
        exits 0 "$TERRACE" -C "$work/none" --lang $lang help --man "$work/$lang"
done
"$TERRACE" -C "$work/none" help --json | json command >"$work/commands"
claim manual__there_are_commands test "$(wc -l <"$work/commands")" -gt 30
# every_page LANG: one of each command, with its usage
every_page() {
    while read -r command; do
        grep -q "^.B terrace $command" "$work/$1/terrace-$command.1" || return 1
        grep -q "terrace.-$command (1)" "$work/$1/terrace.1" || return 1
    done <"$work/commands"
}
# every_option COMMAND: as its help lists them
every_option() {
    "$TERRACE" -C "$work/none" help "$1" | sed -n 's/^  \(-., \)\{0,1\}--\([a-z-]*\).*/\2/p' >"$work/options"
    while read -r option; do
        sed 's/\\-/-/g' "$work/en/terrace-$1.1" | grep -q -- "^.B .*--$option" || return 1
    done <"$work/options"
}
# every_field KIND LANG
every_field() {
    "$TERRACE" -C "$work/none" --json help "$1" | grep '"field":' >"$work/fields"
    "$TERRACE" -C "$work/none" help "$1" | sed -n 's/^  \([a-z_0-9][a-z_0-9]*\)  .*/\1/p' >"$work/shown"
    [ -s "$work/shown" ] || return 1
    sed -n "/^\.SH \"$1:/,/^\.SH/p" "$work/$2/terrace-kinds.7" >"$work/part"
    while read -r field; do
        grep -q "\"field\":\"$field\"" "$work/fields" || return 1
        grep -q "^\.BR $field " "$work/part" || return 1
    done <"$work/shown"
}
for lang in en vi; do
    claim "manual__every_command_has_a_page_in_$lang" every_page $lang
done
while read -r command; do
    claim "manual__options_of_${command}_are_explained" every_option "$command"
done <"$work/commands"
"$TERRACE" -C "$work/none" --lang en help | sed '1,/^Kinds of records/d; /^$/,$d' |
    sed -n 's/^  \([a-z_]*\) .*/\1/p' >"$work/kinds"
claim manual__there_are_kinds test "$(wc -l <"$work/kinds")" -gt 20
while read -r kind; do
    claim "manual__fields_of_${kind}_are_explained" every_field "$kind" vi
done <"$work/kinds"
if command -v groff >/dev/null; then
    for page in "$work"/en/*.[17] "$work"/vi/*.[17]; do
        groff -K utf8 -T utf8 -man -ww -z "$page" 2>&1
    done >"$work/groff.out"
    claim manual__groff_finds_nothing_wrong same "$(cat "$work/groff.out")" ""
else
    skip manual__groff_finds_nothing_wrong "no groff here"
fi
claim manual__a_folder_that_cannot_be_made_is_told \
    exits 6 "$TERRACE" -C "$work/none" help --man "$work/no/such/folder"

# what help says of a kind
help_of() { "$TERRACE" -C "$work/none" --lang "$1" help "$2"; }
claim manual__help_tells_what_must_be_filled_in has "$(help_of vi member)" "bắt buộc"
claim manual__help_tells_the_labels_of_codes has "$(help_of vi member)" "female (Nữ)"
claim manual__help_tells_the_steps has "$(help_of en transfer)" "Requested → Cleared"
claim manual__help_tells_what_a_step_needs has "$(help_of en transfer)" "with Branch comment, Fees paid to"
claim manual__help_tells_the_rules has "$(help_of en member)" "maturity_age = 30:"
claim manual__steps_are_for_programs_too \
    has "$("$TERRACE" -C "$work/none" --json help transfer)" '"from":"requested","to":"cleared","who":"own"'
claim manual__rules_are_for_programs_too \
    has "$("$TERRACE" -C "$work/none" --json help member)" '"maturity_age":30'
# the number that holds here, not the one that the program came with
t province init --unit 15 --name "Tỉnh đoàn Yên Bái" >/dev/null 2>&1
t province add rule name=maturity_age value=31 from=01/01/2020 >/dev/null 2>&1
claim manual__help_tells_the_number_that_holds_here has "$(t province --lang en help member)" "maturity_age = 31:"
done_testing
