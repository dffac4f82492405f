#!/bin/sh
# Yên Bái from 2019 to 2021, to March 2025 and through the end of its districts, by the real lists:
# 180 communes, 173, 168, seven of which go to another district. Every commune has members, 26 have
# computers that are without a link across each of the dates, with edits on both sides of it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

districts="132 133 135 136 137 138 139 140 141"
movers="04624 04660 04663 04675 04678 04681 04684"
merged_2020="04549 04432 04534 04723 04555"
into_2020="04558 04420 04531 04726"
merged_2025="04267 04507 04774"
into_2025="04264 04510 04762"
others="04672 04576 04375 04456"
communes="$movers $merged_2020 $into_2020 $merged_2025 $into_2025 $others"
successions=$data/successions-yenbai.csv

hub_of() { # of a commune as things stand: the district whose hub it joined last
    cat "$work/$1.hub"
}
each() { # each COMMAND…: once for every commune with a computer, its code behind it
    failures=0
    for commune in $communes; do
        "$@" "$commune" || {
            echo "that was $* $commune"
            failures=1
        }
    done
    return $failures
}

# ---- 2019 ------------------------------------------------------------------------------------

province_up
for d in $districts; do
    join province "$d" "$d" && serve "$d"
done
awk -F, 'NR > 1 && length($1) == 5 { print $1, $4 }' "$data/units-yenbai-2019-10.csv" >"$work/communes"
claim reorganisation__there_are_180_communes same "$(wc -l <"$work/communes" | tr -d ' ')" 180

# Ten members in each commune, as one file per store that enters them.
while read -r code district; do
    case " $communes " in
    *" $code "*) file=$code ;;
    *) file=$district ;;
    esac
    for n in 0 1 2 3 4 5 6 7 8 9; do
        printf '{"full_name":"Thành Viên %s","birth_date":"2003-0%d-11","unit":"%s","ext_id":"m-%s-%d"}\n' \
            "$code $n" $((n % 9 + 1)) "$code" "$code" "$n"
    done >>"$work/$file.members.jsonl"
done <"$work/communes"
sed -n 's/.*"ext_id":"\([^"]*\)".*/\1/p' "$work"/*.members.jsonl >"$work/model"

settle_in() {
    district=$(sed -n "s/^$1 //p" "$work/communes")
    echo "$district" >"$work/$1.hub"
    join "$district" "$1" "$1" && t "$1" import member "$work/$1.members.jsonl" >/dev/null &&
        t "$1" sync >/dev/null
}
claim reorganisation__26_communes_have_computers each settle_in
claim reorganisation__that_is_at_least_20 test "$(echo "$communes" | wc -w)" -ge 20
all_districts() {
    failed=0
    for d in $districts; do
        t "$d" sync >/dev/null || failed=1
    done
    return $failed
}
enter_the_rest() {
    for d in $districts; do
        t "$d" import member "$work/$d.members.jsonl" >/dev/null || return 1
    done
}
claim reorganisation__districts_enter_the_rest enter_the_rest
claim reorganisation__districts_sync all_districts
claim reorganisation__ten_members_in_every_commune same "$(count province member)" 1800

# ---- offline, and what the lists say -----------------------------------------------------------

# Entered without a link: a new member and a change to one that is there. The model keeps both.
offline() { # offline TAG CODE
    key=o-$2-$1
    printf '{"full_name":"Nhập Không Mạng %s","birth_date":"2004-01-01","ext_id":"%s"}\n{"ext_id":"m-%s-0","phone":"09%s%s"}\n' \
        "$2 $1" "$key" "$2" "$1" "$2" | t "$2" import member - >/dev/null || return 1
    echo "$key" >>"$work/model"
    echo "m-$2-0 09$1$2" >>"$work/phones.$1"
}
meeting() { # meeting DATE CODE: one that the commune held on that day
    t "$2" add activity title="Sinh hoạt $1" type=sinh-hoat-chi-doan date="$1" >/dev/null
}
# Communes of a store's own list that are open: code, name, code of the unit they stand under.
living() {
    t "$1" list unit --json | awk '
        function get(key,   s) {
            if (!match($0, "\"" key "\":\"[^\"]*\"")) {
                return ""
            }
            s = substr($0, RSTART, RLENGTH)
            sub(/^[^:]*:"/, "", s)
            sub(/"$/, "", s)
            return s
        }
        {
            id = get("id"); code[id] = get("code"); name[id] = get("name"); up[id] = get("parent")
            open[id] = get("status") !~ /^(merged|split|dissolved)$/
            next_of[id] = match($0, /"successors":\["[^"]*"/) ? substr($0, RSTART + 15, RLENGTH - 16) : ""
        }
        END {
            for (id in code) {
                if (open[id] && length(code[id]) == 5) {
                    p = up[id]
                    while (!open[p] && next_of[p] != "") {
                        p = next_of[p]
                    }
                    print code[id] "," name[id] "," code[p]
                }
            }
        }' | sort
}
as_listed() { # as_listed LIST: the same communes, names and districts as the official list
    living province >"$work/living"
    awk -F, 'NR > 1 && length($1) == 5 { print $1 "," $2 "," $4 }' "$data/$1" | sort >"$work/listed"
    diff "$work/listed" "$work/living"
}
reorganise() { # reorganise DATE: what the file says of that day
    awk -F, -v day="$1" '$1 == day { print $2 "|" $3 "|" $5 "|" $6 }' "$successions" |
        while IFS='|' read -r what code to name; do
            case $what in
            merge) t province unit merge "$code" --into "$to" --on "$1" ;;
            move) t province unit move "$code" --to "$to" --on "$1" ;;
            rename) t province unit rename "$code" --name "$name" --on "$1" ;;
            esac >/dev/null </dev/null || return 1
        done
}
sync_home() { t "$1" sync >/dev/null; }
go_to() { # go_to HUB CODE
    "$TERRACE" -C "$work/$2" join --rehome "$(cat "$work/$1.url")" >/dev/null && echo "$1" >"$work/$2.hub"
}
# Everything entered offline is at the top, under its own key, with what was changed.
nothing_lost() {
    t province list member --json >"$work/all"
    sed -n 's/.*"ext_id":"\([^"]*\)".*/\1/p' "$work/all" | sort >"$work/have"
    sort "$work/model" | diff - "$work/have" || return 1
    newest=
    for f in "$work"/phones.*; do
        newest=$f
    done
    while read -r key phone; do
        grep "\"ext_id\":\"$key\"" "$work/all" | grep -q "\"phone\":\"$phone\"" || {
            echo "$key has not $phone: $(grep "\"ext_id\":\"$key\"" "$work/all")"
            return 1
        }
    done <"$newest"
}
# No member without a living unit: its own, or the one that took over.
all_housed() {
    living province | cut -d, -f1 >"$work/open"
    t province list unit --json | sed -n \
        's/.*"id":"\([^"]*\)".*"unit_code":"\([^"]*\)".*/\1 \2/p' >"$work/codes"
    t province list unit --json | sed -n \
        's/.*"unit_code":"\([^"]*\)".*"successors":\["\([^"]*\)".*/\1 \2/p' >"$work/nexts"
    sed -n 's/.*"unit_code":"\([^"]*\)".*/\1/p' "$work/all" | sort -u | awk \
        -v open="$work/open" -v codes="$work/codes" -v nexts="$work/nexts" '
        BEGIN {
            while ((getline line <open) > 0) is_open[line] = 1
            while ((getline line <codes) > 0) { split(line, w, " "); code[w[1]] = w[2] }
            while ((getline line <nexts) > 0) { split(line, w, " "); after[w[1]] = code[w[2]] }
        }
        {
            unit = $1
            for (step = 0; step < 9 && !(unit in is_open) && (unit in after); step++) {
                unit = after[unit]
            }
            if (!(unit in is_open)) { print $1 " has no living unit"; bad = 1 }
        }
        END { exit bad }'
}
agree_with_hub() { agree "$1" "$1" "$(hub_of "$1")" province; }

# ---- to 2021 -----------------------------------------------------------------------------------

each offline 120
claim reorganisation__2020_is_done reorganise 2020-03-01
# the list calls it a townlet, which the file of successions leaves out
claim reorganisation__a_townlet_is_made \
    sh -c "'$TERRACE' -C '$work/province' unit rename 04672 --name 'Thị trấn Sơn Thịnh' --on 2020-03-01 &&
        '$TERRACE' -C '$work/province' set 04672 setting=thi-tran"
claim reorganisation__2021_is_as_listed as_listed units-yenbai-2021.csv
claim reorganisation__173_are_left same "$(wc -l <"$work/living" | tr -d ' ')" 173
each offline 121
# two go to their old district before it has heard of anything
claim reorganisation__a_late_one_syncs_with_its_old_hub sync_home 04660
claim reorganisation__and_another sync_home 04681
claim reorganisation__districts_hear all_districts
to_nghia_lo() {
    for commune in $movers; do
        go_to 133 "$commune" || return 1
    done
}
claim reorganisation__seven_go_to_nghia_lo to_nghia_lo
claim reorganisation__communes_sync each sync_home
claim reorganisation__districts_sync_after_them all_districts
claim reorganisation__communes_hear each sync_home
claim reorganisation__nothing_is_lost_in_2020 nothing_lost
claim reorganisation__all_are_housed_in_2020 all_housed
claim reorganisation__all_agree_in_2020 each agree_with_hub
claim reorganisation__the_successor_holds_both \
    same "$(count 04558 member)" $((10 + 2 + 10 + 2))
claim reorganisation__the_old_district_has_none_of_the_seven \
    sh -c "! '$TERRACE' -C '$work/140' list member --json | grep -E '\"unit_code\":\"($(echo "$movers" | tr ' ' '|'))\"'"
claim reorganisation__the_new_one_has_them_all \
    test "$(t 133 list member --json | grep -cE "\"unit_code\":\"($(echo "$movers" | tr ' ' '|'))\"")" \
    = $((7 * 12))
claim reorganisation__a_merged_communes_clerk_is_told has "$(t 04549 status)" "01/03/2020"

# ---- to March 2025 -----------------------------------------------------------------------------

each offline 241
claim reorganisation__2025_is_done reorganise 2025-01-01
claim reorganisation__march_2025_is_as_listed as_listed units-yenbai-2025-03.csv
claim reorganisation__168_are_left same "$(wc -l <"$work/living" | tr -d ' ')" 168
claim reorganisation__a_name_was_taken_over \
    same "$(grep -c "Phường Hồng Hà" "$work/living")" 1
claim reorganisation__the_old_name_still_finds_it \
    has "$(t province --json find "phuong nguyen phuc")" '"code":"04264"'
each offline 242
# the meeting of December is entered in January, on the old unit
claim reorganisation__late_meetings_are_entered meeting 28/12/2024 04507
claim reorganisation__and_those_of_january meeting 10/01/2025 04507

# taken back after both sides have gone on, and done again
all_districts
sync_home 04774
sync_home 04762
undo=$(t 141 history 04774 --json | sed -n 's/.*"dot":"\([^"]*\)".*"merged".*/\1/p')
claim reorganisation__a_merger_is_undone t province undo 04774 --save "$undo"
claim reorganisation__the_unit_lives_again has "$(living province)" "04774,Xã Yên Bình,141"
one=$(t 04762 add member full_name="Sau Khi Tách Lại" birth_date=2004-05-05 ext_id=u-1)
two=$(t 04774 add member full_name="Về Lại Yên Bình" birth_date=2004-06-06 ext_id=u-2)
printf 'u-1\nu-2\n' >>"$work/model"
all_districts
for commune in 04762 04774 04762; do
    sync_home $commune
done
claim reorganisation__undone_each_holds_its_own \
    sh -c "'$TERRACE' -C '$work/04774' show '$two' && ! '$TERRACE' -C '$work/04762' show '$two'"
claim reorganisation__and_loses_nothing t 04762 show "$one"
claim reorganisation__it_is_merged_again \
    t province unit merge 04774 --into 04762 --on 01/01/2025
claim reorganisation__districts_hear_in_2025 all_districts
claim reorganisation__communes_sync_in_2025 each sync_home
claim reorganisation__districts_sync_in_2025 all_districts
claim reorganisation__communes_hear_in_2025 each sync_home
claim reorganisation__nothing_is_lost_in_2025 nothing_lost
claim reorganisation__all_are_housed_in_2025 all_housed
claim reorganisation__all_agree_in_2025 each agree_with_hub
claim reorganisation__late_meetings_are_in_the_successors_subtree \
    same "$(t province list activity --unit 04510 --count --json | json count)" 2

# ---- July 2025: no districts any more ----------------------------------------------------------

each offline 371
close_all() {
    for d in $districts; do
        t province unit close "$d" --into 15 --on 01/07/2025 >/dev/null || return 1
    done
}
claim reorganisation__the_districts_are_dissolved close_all
claim reorganisation__every_commune_answers_to_the_province \
    same "$(living province | cut -d, -f3 | sort | uniq -c | tr -s ' ')" " 168 15"
each offline 372
claim reorganisation__communes_go_to_the_province each go_to province
for d in $districts; do
    quit "$d"
done
claim reorganisation__and_sync_straight each sync_home
claim reorganisation__once_there_nothing_more_is_sent \
    has "$(t 04576 --json sync)" '"sent_records":0'
straight() { agree "$1" "$1" province; }
claim reorganisation__nothing_is_lost_at_the_end nothing_lost
claim reorganisation__all_are_housed_at_the_end all_housed
claim reorganisation__all_agree_at_the_end each straight
claim reorganisation__every_member_is_counted_once \
    same "$(count province member)" "$(sort -u "$work/model" | wc -l | tr -d ' ')"
claim reorganisation__check_is_clean has "$(t province --json check)" '"damaged":0'
claim reorganisation__no_conflict_arose same "$(t province conflicts --json)" ""
done_testing
