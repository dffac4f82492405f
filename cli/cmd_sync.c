/* sync */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/query.h"
#include "cli/settings.h"
#include "cli/show.h"
#include "sync/client.h"
#include "sync/join.h"
#include "sync/link.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define REFUSED_SHOWN 20

/* ---- sync ----------------------------------------------------------------------------------- */

static void result_json(struct cli *c, const struct sync_result *r, enum err e)
{
    emit_open(&c->out, '{');
    emit_put_int(&c->out, "rounds", (int64_t)r->stats.rounds);
    emit_put_int(&c->out, "sent_bytes", (int64_t)r->sent_bytes);
    emit_put_int(&c->out, "received_bytes", (int64_t)r->received_bytes);
    /* what no reply ever answered was not sent */
    emit_put_int(&c->out, "sent_records", r->stats.rounds > 0 ? (int64_t)r->stats.sent_records : 0);
    emit_put_int(&c->out, "received_records", (int64_t)r->stats.received_records);
    emit_put_int(&c->out, "refused", (int64_t)r->stats.refused);
    emit_key(&c->out, "digest_equal");
    if (r->stats.digest_equal < 0) {
        emit_null(&c->out);
    } else {
        emit_bool(&c->out, r->stats.digest_equal == 1);
    }
    emit_put_int(&c->out, "ms", r->ms);
    if (e != ERR_OK) {
        emit_put_text(&c->out, "error", slice_str(error_word(e)));
    }
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
}

static void result_text(struct cli *c, const struct sync_result *r)
{
    uint64_t bytes = r->sent_bytes + r->received_bytes;
    buf_printf(&c->out,
               _("Synced: records sent %llu, received %llu; bytes %llu, requests %llu, ms %lld.\n"),
               (unsigned long long)r->stats.sent_records,
               (unsigned long long)r->stats.received_records, (unsigned long long)bytes,
               (unsigned long long)r->stats.rounds, (long long)r->ms);
    if (r->stats.digest_equal == 1) {
        buf_add_str(&c->out, _("Both sides hold the same.\n"));
    } else if (r->stats.digest_equal == 0) {
        buf_add_str(&c->out, _("The two sides differ still; the next sync compares again and "
                               "brings what is missing.\n"));
    }
}

/* Which records the hub did not take; at most a screen of them. */
static void tell_refused(struct cli *c)
{
    struct txn *t = NULL;
    struct id_array refused = {0};
    struct table table = {.arena = &c->arena, .columns = 2};
    if (c->json || txn_begin(c->store, TXN_READ, &t) != ERR_OK) {
        return;
    }
    if (mark_list(t, "refused.", REFUSED_SHOWN, &c->arena, &refused) == ERR_OK) {
        for (size_t i = 0; i < refused.count; i++) {
            struct record r;
            char id[DOT_TEXT_SIZE];
            dot_format(refused.ids[i], id);
            if (store_get(t, refused.ids[i], &c->arena, &r, NULL) == ERR_OK) {
                const struct slice cells[] = {slice_str(id), show_title(t, r.id, &c->arena)};
                table_add(&table, cells);
            }
        }
    }
    txn_abort(t);
    table_write(&table, &c->out);
}

static enum err sync_once(struct cli *c)
{
    struct sync_result result;
    const char *url = c->args.value[OPT_HUB];
    enum err e = client_sync(c->store, url, &result);
    struct error_detail why = *error_last();
    if (c->json) {
        result_json(c, &result, e);
    } else if (e == ERR_OK) {
        result_text(c, &result);
    }
    if (e == ERR_OK && result.stats.refused > 0) {
        tell_refused(c);
    }
    TRY(cli_flush(c));
    if (e == ERR_OK && result.stats.refused > 0) {
        return error_set(ERR_REFUSED,
                         _("the hub did not take %llu records, because they do not belong to "
                           "this office there; the rest was done. They are kept here"),
                         (unsigned long long)result.stats.refused);
    }
    return e == ERR_OK || why.code != e ? e : error_set_field(e, why.field, "%s", why.text);
}

static enum err parse_every(const char *text, int64_t *seconds)
{
    char *end = NULL;
    long long n = strtoll(text, &end, 10);
    int64_t scale = *end == 'h' ? 3600 : *end == 'm' ? 60 : (*end == 's' || !*end) ? 1 : 0;
    if (end == text || n < 1 || n > 100000 || scale == 0 || (*end && end[1])) {
        return error_set_field(ERR_INPUT, "every",
                               _("“%s” is not an interval such as 30s, 15m or 2h"), text);
    }
    *seconds = n * scale;
    return ERR_OK;
}

enum err cmd_sync(struct cli *c)
{
    int64_t seconds = 0;
    sigset_t set;
    if (c->args.given[OPT_HUB]) {
        TRY(setting_check_url(c->args.value[OPT_HUB]));
    }
    TRY(setting_trust(c->store));
    TRY(join_settle(c->store));
    TRY(join_succeed_settle(c->store));
    if (!c->args.given[OPT_EVERY]) {
        return sync_once(c);
    }
    TRY(parse_every(c->args.value[OPT_EVERY], &seconds));
    cli_end_signals(&set);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    for (;;) {
        struct timespec wait = {.tv_sec = (time_t)seconds};
        enum err e = sync_once(c);
        if (e == ERR_NOT_JOINED || e == ERR_DAMAGED || e == ERR_TOO_NEW) {
            return e;
        }
        if (e != ERR_OK) {
            cli_tell_error(c, e, NULL, 0); /* no link now: the next time */
        }
        if (sigtimedwait(&set, NULL, &wait) > 0) {
            return ERR_OK;
        }
    }
}
