/* passphrase */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/secret.h"

static enum err tell(struct cli *c, const char *said)
{
    if (c->json) {
        emit_open(&c->out, '{');
        emit_key(&c->out, "key_file");
        emit_bool(&c->out, store_takes_key(c->store));
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
    } else {
        buf_printf(&c->out, "%s\n", said);
    }
    return cli_flush(c);
}

static enum err add_key_file(struct cli *c)
{
    struct secret key = {0};
    enum err e = secret_key_make(c->args.value[OPT_KEY_FILE], &key);
    e = e ? e : store_reseal(c->store, SECRET_KEY, &key);
    secret_wipe(&key);
    return e ? e
             : tell(c, _("The key file opens the store now, as the passphrase does. Keep it on "
                         "another disk: whoever has both needs no passphrase."));
}

static enum err change(struct cli *c)
{
    struct secret passphrase = {0};
    enum err e = cli_new_passphrase("TERRACE_NEW_PASSPHRASE", &passphrase);
    e = e ? e : store_reseal(c->store, SECRET_PASSPHRASE, &passphrase);
    secret_wipe(&passphrase);
    return e ? e
             : tell(c, _("The new passphrase opens the store now, and the old one no more. Backups "
                         "made before open with the old one."));
}

enum err cmd_passphrase(struct cli *c)
{
    bool add = c->args.given[OPT_KEY_FILE], remove = c->args.given[OPT_REMOVE_KEY_FILE];
    if (!store_is_sealed(c->store)) {
        return error_set(ERR_INPUT,
                         _("the store in %s is not sealed; a store is sealed when it is made, by "
                           "init --seal or join --seal"),
                         c->dir);
    }
    if (add && remove) {
        return error_set(ERR_USAGE, _("one of --key-file and --remove-key-file"));
    }
    if (remove) {
        TRY(store_reseal(c->store, SECRET_KEY, NULL));
        return tell(c, _("The store opens with its passphrase only."));
    }
    return add ? add_key_file(c) : change(c);
}
