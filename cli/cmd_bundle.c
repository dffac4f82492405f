/* bundle */
#include "cli/cmd.h"
#include "cli/json.h"
#include "core/units.h"
#include "sync/bundle.h"
#include "sync/link.h"

#define RECEIPT_SUFFIX ".receipt"
#define NAME_MAX_BYTES 235 /* of a file, with room for the end of a temporary one's name */

static struct slice node_name(struct cli *c, struct dot node)
{
    struct txn *t = NULL;
    struct record r;
    char id[DOT_TEXT_SIZE];
    dot_format(node, id);
    struct slice name = slice_str(arena_printf(&c->arena, "%s", id));
    if (txn_begin(c->store, TXN_READ, &t) != ERR_OK) {
        return name;
    }
    const struct value *v =
        store_get(t, node, &c->arena, &r, NULL) == ERR_OK ? merge_shown(&r, F_NODE_NAME) : NULL;
    if (v && v->datum.type == DATUM_TEXT && v->datum.text.len) {
        name = v->datum.text;
    }
    txn_abort(t);
    error_clear();
    return name;
}

/* ---- export --------------------------------------------------------------------------------- */

/* The computers of a unit that sync with this store. */
static enum err nodes_of_unit(struct cli *c, struct txn *t, struct dot unit, struct dot *node)
{
    struct slice key = {0}, value, prefix = slice_str("link.");
    size_t cap = 0;
    enum err e = ERR_OK;
    c->candidates = (struct id_list){0};
    while ((e = store_kv_next(t, prefix, key, &c->arena, &key, &value)) == ERR_OK) {
        struct link link;
        TRY(link_load(t, dot_key_get(key.ptr + prefix.len), &link));
        if (dot_equal(link.unit, unit)) {
            id_list_add(&c->candidates, &cap, link.node, &c->arena);
        }
    }
    if (e != ERR_END) {
        return e;
    }
    if (c->candidates.count == 1) {
        *node = c->candidates.ids[0];
        return ERR_OK;
    }
    if (c->candidates.count == 0) {
        return error_set(ERR_NOT_FOUND, _("no computer of that unit syncs with this one"));
    }
    return error_set(ERR_AMBIGUOUS, _("several computers of that unit sync with this one; name one "
                                      "by its ID"));
}

static enum err find_node(struct cli *c, const char *word, struct dot *node)
{
    struct txn *t = NULL;
    struct dot unit;
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = cli_find(c, t, KIND_NODE, word, node);
    if (e == ERR_NOT_FOUND || e == ERR_INPUT) {
        enum err of_unit = cli_find(c, t, KIND_UNIT, word, &unit);
        e = of_unit == ERR_OK
                ? nodes_of_unit(c, t, unit, node)
                : error_set(ERR_NOT_FOUND, _("there is no computer “%s”; terrace nodes lists them"),
                            word);
    }
    txn_abort(t);
    return e;
}

static void export_json(struct cli *c, const char *path, const struct bundle_written *w,
                        size_t bytes)
{
    emit_open(&c->out, '{');
    emit_put_text(&c->out, "file", slice_str(path));
    emit_put_id(&c->out, "for", w->peer);
    emit_put_int(&c->out, "bytes", (int64_t)bytes);
    emit_put_int(&c->out, "records", (int64_t)w->records);
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
}

static void tell_more(struct cli *c, const struct bundle_written *w)
{
    if (w->more) {
        cli_say(c, _("The file was full: the rest goes with the next one."));
    }
}

static enum err write_bundle(struct cli *c, const char *path)
{
    struct buf bytes = {0};
    struct bundle_written w;
    struct dot node = {0, 0};
    if (c->args.given[OPT_FOR]) {
        TRY(find_node(c, c->args.value[OPT_FOR], &node));
    }
    enum err e = bundle_export(c->store, node, &bytes, &w);
    e = e ? e : cli_write_file(c, path, buf_view(&bytes));
    size_t size = bytes.len;
    buf_free(&bytes);
    TRY(e);
    if (dot_is_none(node)) {
        TRY(bundle_kept(c->store));
    }
    struct slice name = node_name(c, w.peer);
    if (cli_is_dash(path)) {
        cli_say(c, _("%llu records for %.*s, %zu bytes."), (unsigned long long)w.records,
                (int)name.len, (const char *)name.ptr, size);
        tell_more(c, &w);
        return ERR_OK;
    }
    if (c->json) {
        export_json(c, path, &w, size);
        return cli_flush(c);
    }
    buf_printf(&c->out, _("%s: %llu records for %.*s, %zu bytes. Nobody else can read it.\n"), path,
               (unsigned long long)w.records, (int)name.len, (const char *)name.ptr, size);
    buf_printf(&c->out, _("Next: carry it there, terrace bundle import %s\n"), path);
    if (dot_is_none(node)) {
        buf_add_str(&c->out, _("and bring back the receipt that it writes beside the file. Until "
                               "then everything stays here too, and a new file holds it all "
                               "again.\n"));
    }
    TRY(cli_flush(c));
    tell_more(c, &w);
    return ERR_OK;
}

/* ---- import --------------------------------------------------------------------------------- */

static const char *receipt_path(struct cli *c, const char *path, struct slice bytes)
{
    char hex[HASH_HEX_SIZE];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (cli_is_dash(path)) {
        return "bundle" RECEIPT_SUFFIX;
    }
    if (strlen(name) + sizeof(RECEIPT_SUFFIX) <= NAME_MAX_BYTES) {
        return arena_printf(&c->arena, "%s" RECEIPT_SUFFIX, path);
    }
    hash_hex(hash_of(bytes), hex);
    return arena_printf(&c->arena, "%.*s%.8s" RECEIPT_SUFFIX, (int)(name - path), path, hex);
}

static void import_json(struct cli *c, const struct bundle_taken *b, const char *receipt)
{
    emit_open(&c->out, '{');
    emit_put_int(&c->out, "new", (int64_t)b->fresh);
    emit_put_int(&c->out, "known", (int64_t)b->known);
    emit_put_int(&c->out, "waiting", (int64_t)b->waiting);
    emit_put_int(&c->out, "refused", (int64_t)b->refused);
    if (receipt) {
        emit_put_text(&c->out, "receipt", slice_str(receipt));
    }
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
}

static void import_text(struct cli *c, const struct bundle_taken *b, const char *receipt)
{
    struct slice from = node_name(c, b->peer);
    buf_printf(&c->out, _("From %.*s: records new %llu, known already %llu"), (int)from.len,
               (const char *)from.ptr, (unsigned long long)b->fresh, (unsigned long long)b->known);
    if (b->waiting) {
        buf_printf(&c->out, _(", to come again %llu"), (unsigned long long)b->waiting);
    }
    if (b->refused) {
        buf_printf(&c->out, _(", refused %llu"), (unsigned long long)b->refused);
    }
    buf_add_str(&c->out, ".\n");
    if (b->digest_equal == 1) {
        buf_add_str(&c->out, _("Both sides hold the same.\n"));
    } else if (b->digest_equal == 0) {
        buf_add_str(&c->out, _("The two sides differ still; the next file or sync brings what is "
                               "missing.\n"));
    }
    if (b->renewed) {
        buf_add_str(&c->out, _("This computer had been put back to an older state. From now on it "
                               "writes under a new name, so that nothing is lost; write a new file "
                               "with terrace bundle export.\n"));
    }
    if (receipt) {
        buf_printf(&c->out,
                   _("The receipt is %s. Carry it back, and import it there: it says what has "
                     "arrived, and brings %llu records down.\n"),
                   receipt, (unsigned long long)b->written.records);
    }
}

/* What was not taken, and what to do. */
static enum err judge(const struct bundle_taken *b)
{
    if (b->forked) {
        return error_set(ERR_REFUSED,
                         _("nothing of it was taken: it does not continue what that computer sent "
                           "before, as from a copy of it, or from one put back to an older state. "
                           "Nothing is lost there. Import the receipt there, then write a new "
                           "file (resend)"));
    }
    if (b->resend) {
        return error_set(ERR_REFUSED,
                         _("nothing of it was taken: it is older than what that computer has sent "
                           "since, too old to be told from a copy's. Nothing is lost there. "
                           "Import the receipt there, then write a new file (resend)"));
    }
    if (b->refused && !b->from_below) {
        return error_set(ERR_REFUSED,
                         _("the hub did not take %llu records, because they do not belong to "
                           "this office there; the rest was done. They are kept here"),
                         (unsigned long long)b->refused);
    }
    return ERR_OK;
}

static enum err write_receipt(struct cli *c, const char *path, const struct bundle_taken *b)
{
    enum err e = c->env.write_file(c->env.ctx, path, buf_view(&b->reply));
    if (e != ERR_OK) {
        struct error_detail why = *error_last();
        return error_set(e,
                         _("what the file brought is taken and safe; only its receipt could not "
                           "be written (%s). Import the file again when there is room, or write "
                           "one with terrace bundle export FILE --for NODE"),
                         why.text);
    }
    return ERR_OK;
}

static enum err take_bundle(struct cli *c, const char *path)
{
    struct buf bytes = {0};
    struct bundle_taken b = {0};
    const char *receipt = NULL;
    enum err e = cli_read_file(c, path, BUNDLE_MAX_BYTES, &bytes);
    e = e ? e : bundle_import(c->store, buf_view(&bytes), &b);
    if (e == ERR_OK && b.has_reply) {
        receipt = receipt_path(c, path, buf_view(&bytes));
        e = write_receipt(c, receipt, &b);
    }
    buf_free(&bytes);
    buf_free(&b.reply);
    TRY(e);
    if (c->json) {
        import_json(c, &b, receipt);
    } else {
        import_text(c, &b, receipt);
    }
    TRY(cli_flush(c));
    if (b.has_reply) {
        tell_more(c, &b.written);
    }
    return judge(&b);
}

enum err cmd_bundle(struct cli *c)
{
    const char *what = c->args.words[0], *path = c->args.words[1];
    if (strcmp(what, "export") == 0) {
        return write_bundle(c, path);
    }
    if (strcmp(what, "import") == 0 && !c->args.given[OPT_FOR]) {
        return take_bundle(c, path);
    }
    return error_set(ERR_USAGE, _("this is how it is written: terrace %s %s"), "bundle",
                     command_words(command_find("bundle")));
}
