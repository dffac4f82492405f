#!/bin/sh
# The link is cut in mid-request at many places: the sync says "no link", nothing is lost, and the
# next one sends what was left.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

province_up
join province 04576 commune
hub=$(cat "$work/province.url")
generate "$work/data" --members 400 --activities 200 --attendances 3000
import_steps commune "$work/data" >/dev/null

for cut in 40 200 700 3000 6000 9000 14000; do
    proxy cut "$hub" --cut $cut
    claim "cut__after_${cut}_bytes_is_no_link" exits 4 t commune sync --hub "$url" --json
    claim "cut__after_${cut}_bytes_still_counts_bytes" keys "$(cat "$work/exits.out")" \
        sent_bytes received_bytes error
    quit cut
    claim "cut__after_${cut}_bytes_the_client_is_whole" has "$(t commune --json check)" '"damaged":0'
    claim "cut__after_${cut}_bytes_the_hub_is_whole" has "$(t province --json check)" '"damaged":0'
    # something new each time, so that there is always something to send
    t commune add note unit=04576 title="cut $cut" >/dev/null
done
claim cut__next_sync_goes_through t commune sync --hub "$hub"
claim cut__digests_agree has "$(t commune --json sync)" '"digest_equal":true'
claim cut__nothing_is_missing same "$(count province member)" 400
claim cut__notes_arrived same "$(count province note)" 7
claim cut__stores_agree agree 04576 commune province

# a reply that is lost after the hub committed: sent again, applied once
t commune add note unit=04576 title="twice" >/dev/null
proxy cut "$hub" --cut 500
exits 4 t commune sync --hub "$url" >/dev/null 2>&1
quit cut
t commune sync --hub "$hub" >/dev/null
claim cut__a_lost_reply_doubles_nothing same "$(count province note)" 8
claim cut__stores_agree_after_a_lost_reply agree 04576 commune province
done_testing
