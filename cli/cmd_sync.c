/* invite, join, nodes, serve, sync */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/query.h"
#include "cli/secret.h"
#include "cli/settings.h"
#include "cli/show.h"
#include "sync/client.h"
#include "sync/hub.h"
#include "sync/join.h"
#include "sync/link.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define INVITE_DAYS 7
#define REFUSED_SHOWN 20

/* ---- invite --------------------------------------------------------------------------------- */

static enum err choose_role(struct cli *c, struct txn *t, struct dot unit, int64_t *role)
{
    const struct field_def *f = schema_field(KIND_NODE, F_NODE_ROLE);
    *role = unit_level(t, unit) >= LEVEL_DISTRICT ? NODE_ROLE_HUB : NODE_ROLE_CLERK;
    if (c->args.given[OPT_ROLE]) {
        struct datum d;
        TRY(draft_parse(t, f, slice_str(c->args.value[OPT_ROLE]), &c->arena, &d));
        *role = d.type == DATUM_INT ? d.i : *role;
    }
    return ERR_OK;
}

enum err cmd_invite(struct cli *c)
{
    struct txn *t = NULL;
    struct dot unit;
    char code[JOIN_CODE_SIZE];
    int64_t role = 0, days = 0, expires = 0;
    struct slice unit_text = {0}, name = {0};
    TRY(args_number(&c->args, OPT_DAYS, 1, 365, INVITE_DAYS, &days));
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    enum err e = cli_find(c, t, KIND_UNIT, c->args.words[0], &unit);
    e = e ? e : choose_role(c, t, unit, &role);
    e = e ? e : join_invite(t, unit, role, days, code, &expires);
    if (e == ERR_OK) {
        unit_text = unit_code(t, unit, &c->arena);
        name = unit_name(t, unit, &c->arena);
    }
    TRY(cli_end(t, e));
    if (c->json) {
        const struct enum_code *r = schema_code(schema_field(KIND_NODE, F_NODE_ROLE), role);
        emit_open(&c->out, '{');
        emit_put_text(&c->out, "code", slice_str(code));
        emit_put_text(&c->out, "unit_code", unit_text);
        emit_put_text(&c->out, "role", slice_str(r ? r->code : ""));
        emit_put_int(&c->out, "expires", expires);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        return cli_flush(c);
    }
    buf_printf(&c->out, "%s\n", code);
    TRY(cli_flush(c));
    cli_say(c, _("For one computer of %.*s, once, until %s. There: terrace join URL %s"),
            (int)name.len, (const char *)name.ptr, cli_time(&c->arena, expires), code);
    return ERR_OK;
}

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

static void end_signals(sigset_t *set)
{
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGINT);
}

enum err cmd_sync(struct cli *c)
{
    int64_t seconds = 0;
    sigset_t set;
    if (c->args.given[OPT_HUB]) {
        TRY(setting_check_url(c->args.value[OPT_HUB]));
    }
    TRY(join_settle(c->store));
    if (!c->args.given[OPT_EVERY]) {
        return sync_once(c);
    }
    TRY(parse_every(c->args.value[OPT_EVERY], &seconds));
    end_signals(&set);
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

/* ---- join ----------------------------------------------------------------------------------- */

static enum err first_sync(struct cli *c, struct sync_result *result)
{
    enum err e = client_sync(c->store, NULL, result);
    if (e != ERR_OK) {
        cli_say(c, _("This computer has joined. Only the first sync did not go through: terrace "
                     "sync goes on with it."));
    }
    return e;
}

static enum err put_node(struct cli *c, struct dot node)
{
    char id[DOT_TEXT_SIZE];
    dot_format(node, id);
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "node", node);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
    } else {
        buf_printf(&c->out, "%s\n", id);
    }
    return cli_flush(c);
}

static enum err rehome(struct cli *c)
{
    struct sync_result result;
    const char *code = c->args.word_count == 2 ? c->args.words[1] : NULL;
    if (!c->store) {
        return error_set(ERR_NOT_FOUND, _("there is no store in %s"), c->dir);
    }
    if (c->args.given[OPT_SEAL]) {
        return error_set(ERR_USAGE, _("a store is sealed when it is made; this one is there"));
    }
    TRY(setting_check_url(c->args.words[0]));
    TRY(join_rehome(c->store, c->args.words[0], code));
    TRY(put_node(c, store_identity(c->store)->node));
    TRY(first_sync(c, &result));
    cli_say(c,
            _("This computer now syncs with %s. Nothing was lost on the way: %llu records went "
              "there, %llu came."),
            c->args.words[0], (unsigned long long)result.stats.sent_records,
            (unsigned long long)result.stats.received_records);
    return ERR_OK;
}

enum err cmd_join(struct cli *c)
{
    struct identity identity;
    struct sync_result result;
    if (c->args.given[OPT_REHOME]) {
        return rehome(c);
    }
    TRY(setting_check_url(c->args.words[0]));
    if (c->args.word_count < 2) {
        return error_set(ERR_USAGE, _("this is how it is written: terrace %s %s"), "join",
                         command_words(command_find("join")));
    }
    TRY(store_may_create(c->dir));
    TRY(cli_make_parents(c));
    if (c->args.given[OPT_SEAL]) {
        TRY(cli_seal_new(c));
    }
    TRY(join_hub(&c->env, c->dir, c->args.words[0], c->args.words[1], &identity));
    TRY(put_node(c, identity.node));
    TRY(store_open(&c->env, c->dir, &c->store));
    TRY(first_sync(c, &result));
    cli_say(c, _("This computer has joined: %llu records received. Its store is %s."),
            (unsigned long long)result.stats.received_records, c->dir);
    return ERR_OK;
}

/* ---- nodes ---------------------------------------------------------------------------------- */

struct nodes_state {
    struct cli *c;
    struct table table;
    struct arena arena;
};

static struct slice node_word(const struct hit *hit, uint32_t number, const char *lang)
{
    const struct value *v = merge_shown(hit->record, number);
    const struct field_def *f = schema_field(KIND_NODE, number);
    if (!v) {
        return slice_make("", 0);
    }
    return lang ? draft_format(hit->t, f, &v->datum, lang, hit->arena)
                : show_plain(f, &v->datum, hit->arena);
}

static bool nodes_visit(void *ctx, const struct hit *hit)
{
    struct nodes_state *s = ctx;
    struct cli *c = s->c;
    struct link link = {0};
    char id[DOT_TEXT_SIZE];
    bool known = link_load(hit->t, hit->record->id, &link) == ERR_OK;
    struct slice unit = unit_code(hit->t, show_unit(hit->record), hit->arena);
    dot_format(hit->record->id, id);
    if (!c->json) {
        const char *contact = known ? cli_time(hit->arena, link.last_contact_ms) : "";
        const struct slice cells[] = {node_word(hit, F_NODE_NAME, c->lang),
                                      unit,
                                      node_word(hit, F_NODE_ROLE, c->lang),
                                      node_word(hit, F_NODE_STATE, c->lang),
                                      node_word(hit, F_NODE_HUB, c->lang),
                                      slice_str(contact),
                                      slice_str(id)};
        s->table.columns = ARRAY_COUNT(cells);
        table_add(&s->table, cells);
        return true;
    }
    emit_open(&c->out, '{');
    emit_put_id(&c->out, "node", hit->record->id);
    emit_put_text(&c->out, "name", node_word(hit, F_NODE_NAME, NULL));
    emit_put_text(&c->out, "unit_code", unit);
    emit_put_text(&c->out, "role", node_word(hit, F_NODE_ROLE, NULL));
    emit_put_text(&c->out, "state", node_word(hit, F_NODE_STATE, NULL));
    emit_put_text(&c->out, "hub", node_word(hit, F_NODE_HUB, NULL));
    if (known && link.last_contact_ms) {
        emit_put_int(&c->out, "last_contact", link.last_contact_ms);
    }
    if (known) {
        emit_put_int(&c->out, "acked_seq", (int64_t)link.out_seq);
    }
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
    return true;
}

enum err cmd_nodes(struct cli *c)
{
    struct nodes_state s = {.c = c};
    struct query q;
    s.table.arena = &s.arena;
    TRY(query_build(c, schema_kind(KIND_NODE), NULL, 0, &q));
    enum err e = query_run(c, &q, nodes_visit, NULL, &s);
    table_write(&s.table, &c->out);
    arena_free(&s.arena);
    return e ? e : cli_flush(c);
}

/* ---- serve ---------------------------------------------------------------------------------- */

static void log_line(void *ctx, const char *line)
{
    (void)ctx;
    (void)fprintf(stderr, "%s\n", line);
}

enum err cmd_serve(struct cli *c)
{
    struct hub *hub = NULL;
    struct txn *t = NULL;
    const char *listen = c->args.value[OPT_LISTEN];
    sigset_t set;
    int signal_number = 0;
    if (!listen) {
        TRY(txn_begin(c->store, TXN_READ, &t));
        enum err e = setting_get(t, setting_find("listen"), &c->arena, &listen);
        txn_abort(t);
        TRY(e);
    }
    TRY(setting_check_listen(listen));
    /* blocked before the server makes its threads, so that only this one is told */
    end_signals(&set);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    TRY(hub_start(c->store, listen, log_line, NULL, &hub));
    buf_printf(&c->out, "listening on http://%s\n", hub_address(hub));
    enum err e = cli_flush(c);
    if (e == ERR_OK) {
        (void)sigwait(&set, &signal_number);
    }
    hub_stop(hub);
    return e;
}
