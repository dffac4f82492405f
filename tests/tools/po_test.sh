#!/bin/sh
# Every word that the program says to people has its Vietnamese, and nothing stale is left over.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
broken=0
claim() {
    n=$((n + 1))
    name=$1
    shift
    if "$@" >"$work/trace" 2>&1; then
        echo "ok $n - $name"
    else
        echo "not ok $n - $name"
        sed 's/^/#   /' "$work/trace"
        broken=1
    fi
}
words() { # words OUT FILE…
    out=$1
    shift
    xgettext --language=C --from-code=UTF-8 -k_ -kN_ -kngettext:1,2 --no-location -o "$out" "$@"
}
not() { ! "$@"; }
none() { # none PATTERN FILE
    ! grep -n "$1" "$2"
}

words "$work/terrace.pot" core/*.[ch] sync/*.[ch] cli/*.[ch]
claim po__the_program_has_words test "$(grep -c '^msgid ' "$work/terrace.pot")" -gt 200
claim po__formats_agree msgfmt --check -o "$work/vi.mo" cli/po/vi.po
claim po__every_word_is_translated msgcmp cli/po/vi.po "$work/terrace.pot"
claim po__nothing_is_fuzzy none '^#,.*fuzzy' cli/po/vi.po
msgattrib --set-obsolete --ignore-file="$work/terrace.pot" cli/po/vi.po >"$work/stale.po"
claim po__nothing_is_stale none '^#~ msgid' "$work/stale.po"

# the net has no hole: a new word without its Vietnamese is caught
printf '%s\n' 'const char *s(void) { return _("a word that nobody translated"); }' >"$work/new.c"
words "$work/more.pot" core/*.[ch] sync/*.[ch] cli/*.[ch] "$work/new.c"
claim po__a_new_word_is_caught not msgcmp cli/po/vi.po "$work/more.pot"
echo "1..$n"
exit $broken
