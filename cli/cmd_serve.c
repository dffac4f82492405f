/* serve */
#include "cli/cmd.h"
#include "cli/settings.h"
#include "sync/hub.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define PEM_MAX_BYTES (256u * 1024u)

static void log_line(void *ctx, const char *line)
{
    (void)ctx;
    (void)fprintf(stderr, "%s\n", line);
}

/* Links are followed: what renews certificates keeps the newest behind one. */
static enum err read_pem(struct cli *c, enum option option, const char **out)
{
    struct buf text = {0};
    const char *path = c->args.value[option];
    enum err e = c->env.read_file(c->env.ctx, cli_real_path(&c->arena, path), PEM_MAX_BYTES, &text);
    if (e == ERR_OK) {
        *out = arena_cstr(&c->arena, buf_view(&text));
    }
    buf_free(&text);
    return e;
}

static enum err read_limit(struct cli *c, struct txn *t, const char *key, uint64_t *out)
{
    const char *v = NULL;
    TRY(setting_get(t, setting_find(key), &c->arena, &v));
    *out = strtoull(v, NULL, 10);
    return ERR_OK;
}

static enum err read_settings(struct cli *c, struct txn *t, struct hub_options *o)
{
    const char *proxy = NULL;
    struct hub_limits *l = &o->limits;
    if (!o->listen) {
        TRY(setting_get(t, setting_find("listen"), &c->arena, &o->listen));
    }
    TRY(read_limit(c, t, "limit_connections", &l->connections_per_address));
    TRY(read_limit(c, t, "limit_requests", &l->requests_per_minute));
    TRY(read_limit(c, t, "limit_kbytes", &l->bytes_per_minute));
    l->bytes_per_minute *= 1024;
    TRY(read_limit(c, t, "limit_codes", &l->wrong_codes_per_minute));
    TRY(setting_get(t, setting_find("trusted_proxy"), &c->arena, &proxy));
    (void)snprintf(l->trusted_proxy, sizeof(l->trusted_proxy), "%s", proxy);
    return ERR_OK;
}

static enum err read_options(struct cli *c, struct hub_options *o)
{
    struct txn *t = NULL;
    *o = (struct hub_options){.listen = c->args.value[OPT_LISTEN], .log = log_line};
    if (c->args.given[OPT_TLS_CERT] != c->args.given[OPT_TLS_KEY]) {
        return error_set(ERR_USAGE, _("--tls-cert and --tls-key go together"));
    }
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = read_settings(c, t, o);
    txn_abort(t);
    TRY(e);
    if (c->args.given[OPT_TLS_CERT]) {
        TRY(read_pem(c, OPT_TLS_CERT, &o->certificate_pem));
        TRY(read_pem(c, OPT_TLS_KEY, &o->key_pem));
    }
    return setting_check_listen(o->listen);
}

enum err cmd_serve(struct cli *c)
{
    struct hub *hub = NULL;
    struct hub_options options;
    sigset_t set;
    int signal_number = 0;
    TRY(read_options(c, &options));
    /* blocked before the server makes its threads, so that only this one is told */
    cli_end_signals(&set);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    TRY(hub_start(c->store, &options, &hub));
    buf_printf(&c->out, "listening on %s\n", hub_address(hub));
    enum err e = cli_flush(c);
    if (e == ERR_OK) {
        (void)sigwait(&set, &signal_number);
    }
    hub_stop(hub);
    return e;
}
