#!/bin/sh
# Three levels converge: units, members and activities travel up, what the province publishes flows
# down, concurrent edits survive, a conflict is seen and its resolution arrives everywhere.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

claim three_levels__province_starts province_up
claim three_levels__district_joins join province 138 district
claim three_levels__district_serves serve district
claim three_levels__commune_joins join district 04576 commune
claim three_levels__join_prints_the_node \
    sh -c "grep -Eq '^[0-9a-z]{13}-[0-9]+\$' '$work/commune.node'"
claim three_levels__another_commune_joins join district 04570 other

generate "$work/data" --plans 1
claim three_levels__imports import_steps commune "$work/data"
claim three_levels__counts_members same "$(count commune member)" 120
claim three_levels__counts_activities same "$(count commune activity)" 40

line=$(t commune --json sync)
claim three_levels__commune_syncs keys "$line" rounds sent_bytes received_bytes sent_records \
    received_records refused digest_equal ms
claim three_levels__digest_is_equal has "$line" '"digest_equal":true'
claim three_levels__nothing_is_refused has "$line" '"refused":0'
claim three_levels__district_syncs has "$(t district --json sync)" '"digest_equal":true'
claim three_levels__province_has_members same "$(count province member)" 120
claim three_levels__all_agree agree 04576 commune district province
claim three_levels__the_other_commune_gets_none_of_it same "$(count other member)" 0

line=$(t commune --json sync)
claim three_levels__no_change_takes_one_round has "$line" '"rounds":1'
claim three_levels__no_change_sends_no_record has "$line" '"sent_records":0'

# down
t province add theme unit=15 month=2025-03 title="Tháng Thanh niên" >/dev/null
t province add directive unit=15 subject="Rà soát đoàn viên" >/dev/null
t district sync >/dev/null
t commune sync >/dev/null
t other sync >/dev/null
claim three_levels__theme_flows_down has "$(t commune list theme --json)" "Tháng Thanh niên"
claim three_levels__directive_flows_down has "$(t other list directive --json)" "Rà soát đoàn viên"

# edits in three places
member=$(t commune list member ext_id=m-04576-3 --json | json id)
claim three_levels__member_has_the_same_id_above \
    same "$(t province list member ext_id=m-04576-3 --json | json id)" "$member"
t commune set "$member" phone=0912345678 birth_date=2003-02-01 >/dev/null
t district set "$member" occupation="Cán bộ xã" birth_date=2003-01-02 >/dev/null
t province set "$member" outstanding=true >/dev/null
t commune sync >/dev/null
t district sync >/dev/null
t commune sync >/dev/null
for s in commune district province; do
    shown=$(t $s show "$member" --json)
    claim "three_levels__phone_survives_at_$s" has "$shown" '"phone":"0912345678"'
    claim "three_levels__occupation_survives_at_$s" has "$shown" '"occupation":"Cán bộ xã"'
    claim "three_levels__outstanding_survives_at_$s" has "$shown" '"outstanding":true'
    claim "three_levels__conflict_is_seen_at_$s" keys "$(t $s conflicts --json)" id kind unit_code \
        field shown values
    claim "three_levels__both_dates_are_in_the_conflict_at_$s" \
        sh -c "printf '%s' '$(t $s conflicts --json)' | grep 2003-02-01 | grep -q 2003-01-02"
done

claim three_levels__district_resolves \
    t district resolve "$member" birth_date --value 2003-02-01
t district sync >/dev/null
t commune sync >/dev/null
for s in commune district province; do
    claim "three_levels__no_conflict_left_at_$s" same "$(t $s conflicts --json)" ""
    claim "three_levels__resolution_arrives_at_$s" \
        has "$(t $s show "$member" --json)" '"birth_date":"2003-02-01"'
    claim "three_levels__loser_is_in_the_history_at_$s" \
        has "$(t $s history "$member" --json)" '2003-01-02'
done

# delete, undelete
t commune rm "$member" >/dev/null
t commune sync >/dev/null
t district sync >/dev/null
claim three_levels__delete_arrives_at_the_top \
    has "$(t province show "$member" --json)" '"_deleted":true'
claim three_levels__deleted_is_not_listed same "$(count province member)" 119
t commune undo "$member" >/dev/null
t commune sync >/dev/null
t district sync >/dev/null
t commune sync >/dev/null
claim three_levels__undo_of_delete_arrives_at_the_top same "$(count province member)" 120
claim three_levels__receipt_reaches_two_at_the_bottom \
    sh -c "'$TERRACE' -C '$work/commune' sync && '$TERRACE' -C '$work/commune' show '$member' --json |
        grep -q '\"_receipt\":2'"
claim three_levels__all_agree_at_the_end agree 04576 commune district province
for s in commune district province; do
    claim "three_levels__check_is_clean_at_$s" has "$(t $s --json check)" '"damaged":0'
done
done_testing
