/* join: a store for this computer, or another hub for the one it has */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/secret.h"
#include "cli/settings.h"
#include "sync/client.h"
#include "sync/join.h"

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

/* --ca-file counts from the first connection on; the store keeps it once there is one. */
static enum err trust(struct cli *c)
{
    const char *path = c->args.value[OPT_CA_FILE];
    if (!path) {
        return c->store ? setting_trust(c->store) : ERR_OK;
    }
    c->args.value[OPT_CA_FILE] = cli_real_path(&c->arena, path);
    return client_trust(c->args.value[OPT_CA_FILE]);
}

static enum err keep_trust(struct cli *c)
{
    struct txn *t = NULL;
    if (!c->args.given[OPT_CA_FILE]) {
        return ERR_OK;
    }
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    return cli_end(t, setting_put(t, setting_find("ca_file"), c->args.value[OPT_CA_FILE]));
}

static enum err rehome(struct cli *c)
{
    struct sync_result result;
    const char *code = c->args.word_count == 2 ? c->args.words[1] : NULL;
    if (c->args.word_count == 0 || c->args.given[OPT_UNIT] || c->args.given[OPT_ROLE]) {
        return error_set(ERR_USAGE, _("this is how it is written: terrace %s %s"), "join",
                         command_words(command_find("join")));
    }
    if (!c->store) {
        return error_set(ERR_NOT_FOUND, _("there is no store in %s"), c->dir);
    }
    TRY(cli_admitted(c));
    if (c->args.given[OPT_SEAL]) {
        return error_set(ERR_USAGE, _("a store is sealed when it is made; this one is there"));
    }
    TRY(setting_check_url(c->args.words[0]));
    TRY(trust(c));
    TRY(join_rehome(c->store, c->args.words[0], code));
    TRY(keep_trust(c));
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
    if (c->args.given[OPT_REQUEST] || c->args.given[OPT_ADMIT] || c->args.given[OPT_COMPLETE]) {
        return cmd_join_file(c);
    }
    if (c->args.given[OPT_REHOME]) {
        return rehome(c);
    }
    if (c->args.word_count < 2 || c->args.given[OPT_UNIT] || c->args.given[OPT_ROLE]) {
        return error_set(ERR_USAGE, _("this is how it is written: terrace %s %s"), "join",
                         command_words(command_find("join")));
    }
    TRY(setting_check_url(c->args.words[0]));
    TRY(c->store ? cli_admitted(c) : ERR_OK);
    TRY(store_may_create(c->dir));
    TRY(cli_make_parents(c));
    TRY(trust(c));
    if (c->args.given[OPT_SEAL]) {
        TRY(cli_seal_new(c));
    }
    TRY(join_hub(&c->env, c->dir, c->args.words[0], c->args.words[1], &identity));
    TRY(put_node(c, identity.node));
    TRY(store_open(&c->env, c->dir, &c->store));
    TRY(keep_trust(c));
    TRY(first_sync(c, &result));
    cli_say(c, _("This computer has joined: %llu records received. Its store is %s."),
            (unsigned long long)result.stats.received_records, c->dir);
    return ERR_OK;
}
