/* join --request, --admit, --complete: joining where there is no link, by two files on a stick */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/secret.h"
#include "sync/join.h"

#include <stdio.h>

#define ANSWER_SUFFIX ".admitted"

static enum err usage(void)
{
    return error_set(ERR_USAGE, _("this is how it is written: terrace %s %s"), "join",
                     command_words(command_find("join")));
}

static const char *answer_path(struct cli *c, const char *path)
{
    return cli_is_dash(path) ? path : arena_printf(&c->arena, "%s" ANSWER_SUFFIX, path);
}

/* Options that say nothing here are a mistake that is better told. */
static enum err check_options(struct cli *c, size_t words_max, bool seal, bool unit)
{
    bool given =
        c->args.given[OPT_REHOME] || c->args.given[OPT_CA_FILE] ||
        (c->args.given[OPT_SEAL] && !seal) ||
        ((c->args.given[OPT_UNIT] || c->args.given[OPT_ROLE]) && !unit) ||
        c->args.given[OPT_REQUEST] + c->args.given[OPT_ADMIT] + c->args.given[OPT_COMPLETE] != 1;
    return given || c->args.word_count > words_max ? usage() : ERR_OK;
}

/* ---- request -------------------------------------------------------------------------------- */

static enum err make_store(struct cli *c, const char *code)
{
    if (c->store && join_is_waiting(c->store)) {
        return c->args.given[OPT_SEAL] && !store_is_sealed(c->store)
                   ? error_set(ERR_USAGE, _("a store is sealed when it is made; this one is there"))
                   : ERR_OK;
    }
    TRY(store_may_create(c->dir));
    TRY(cli_make_parents(c));
    if (c->args.given[OPT_SEAL]) {
        TRY(cli_seal_new(c));
    }
    TRY(join_file_create(&c->env, c->dir, code));
    return store_open(&c->env, c->dir, &c->store);
}

static enum err request(struct cli *c)
{
    const char *path = c->args.value[OPT_REQUEST];
    const char *code = c->args.word_count > 0 ? c->args.words[0] : NULL;
    struct buf bytes = {0};
    char check[JOIN_CHECK_SIZE];
    TRY(check_options(c, 1, true, false));
    TRY(make_store(c, code));
    enum err e = join_file_request(c->store, code, &bytes, check);
    e = e ? e : cli_write_file(c, path, buf_view(&bytes));
    size_t size = bytes.len;
    buf_free(&bytes);
    if (e == ERR_DISK_FULL || e == ERR_IO || e == ERR_NOT_FOUND) {
        cli_say(c, _("The store is made and keeps its keys; only the file could not be written. "
                     "The same command writes it again."));
    }
    TRY(e);
    if (cli_is_dash(path)) {
        return ERR_OK; /* the file is all that belongs there */
    }
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_text(&c->out, "file", slice_str(path));
        emit_put_int(&c->out, "bytes", (int64_t)size);
        emit_put_text(&c->out, "check", slice_str(check));
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        return cli_flush(c);
    }
    buf_printf(&c->out, "%s\n", path);
    TRY(cli_flush(c));
    cli_say(c,
            code ? _("Carry it to the hub: there, terrace join --admit FILE writes the answer "
                     "beside it. Back here: terrace join --complete %s")
                 : _("Hand it to the hub yourself: there, terrace join --admit FILE --unit CODE "
                     "writes the answer beside it. Back here: terrace join --complete %s"),
            path);
    if (!code) {
        cli_say(c,
                _("Check of the request: %s. If others carry the stick, the hub must see the "
                  "same: compare it over the phone."),
                check);
    }
    return ERR_OK;
}

/* ---- admit ---------------------------------------------------------------------------------- */

struct admission {
    struct join_admitted is;
    struct slice unit_code, unit_name;
};

static enum err admit_in_txn(struct cli *c, struct txn *t, struct slice bytes, struct buf *answer,
                             struct admission *out)
{
    struct dot unit = {0, 0};
    int64_t role = NODE_ROLE_CLERK;
    if (c->args.given[OPT_UNIT]) {
        TRY(cli_find(c, t, KIND_UNIT, c->args.value[OPT_UNIT], &unit));
        TRY(cli_role(c, t, unit, &role));
    }
    TRY(join_file_admit(t, bytes, unit, role, answer, &out->is));
    out->unit_code = unit_code(t, out->is.unit, &c->arena);
    out->unit_name = unit_name(t, out->is.unit, &c->arena);
    return ERR_OK;
}

static enum err admit_write(struct cli *c, const char *path, const struct buf *answer)
{
    enum err e = cli_write_file(c, path, buf_view(answer));
    if (e == ERR_OK) {
        return e;
    }
    struct error_detail why = *error_last();
    return error_set(e,
                     _("the computer is admitted; only the answer could not be written (%s). The "
                       "same command writes it again"),
                     why.text);
}

static enum err admit(struct cli *c)
{
    const char *path = c->args.value[OPT_ADMIT], *answer_file = answer_path(c, path);
    struct buf bytes = {0}, answer = {0};
    struct admission a = {.is = {.again = false}};
    struct txn *t = NULL;
    TRY(check_options(c, 0, false, true));
    if (c->args.given[OPT_ROLE] && !c->args.given[OPT_UNIT]) {
        return error_set(ERR_USAGE, _("--role goes with --unit; a code has its own role"));
    }
    if (!c->store) {
        return error_set(ERR_NOT_FOUND, _("there is no store in %s"), c->dir);
    }
    TRY(cli_admitted(c));
    enum err e = cli_read_file(c, path, JOIN_FILE_MAX_BYTES, &bytes);
    e = e ? e : txn_begin(c->store, TXN_WRITE, &t);
    if (e == ERR_OK) {
        e = cli_end(t, admit_in_txn(c, t, buf_view(&bytes), &answer, &a));
    }
    e = e ? e : admit_write(c, answer_file, &answer);
    buf_free(&bytes);
    buf_free(&answer);
    TRY(e);
    if (cli_is_dash(path)) {
        return ERR_OK;
    }
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "node", a.is.node);
        emit_put_text(&c->out, "unit_code", a.unit_code);
        emit_put_text(&c->out, "file", slice_str(answer_file));
        emit_put_text(&c->out, "check", slice_str(a.is.check));
        emit_put_text(&c->out, "answer_check", slice_str(a.is.answer_check));
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        return cli_flush(c);
    }
    buf_printf(&c->out, "%s\n", dot_text(a.is.node, &c->arena));
    TRY(cli_flush(c));
    cli_say(c,
            a.is.again ? _("It was admitted before, as a computer of %.*s; this is the same answer "
                           "again: %s. Carry it back.")
                       : _("A computer of %.*s is admitted. The answer is %s. Carry it back; "
                           "there: terrace join --complete FILE"),
            (int)a.unit_name.len, (const char *)a.unit_name.ptr, answer_file);
    if (!a.is.by_code) {
        cli_say(c,
                _("Check of the request: %s, of the answer: %s. If others carried the stick, "
                  "compare both over the phone with what the computer says; if they differ, it is "
                  "another one: terrace revoke %s"),
                a.is.check, a.is.answer_check, dot_text(a.is.node, &c->arena));
    }
    return ERR_OK;
}

/* ---- complete ------------------------------------------------------------------------------- */

/* The answer, or the request that it lies beside. */
static enum err read_answer(struct cli *c, const char *path, struct buf *out)
{
    const char *beside = answer_path(c, path);
    enum err e = cli_read_file(c, path, JOIN_FILE_MAX_BYTES, out);
    if (e == ERR_OK && (cli_is_dash(path) || !join_file_is_request(buf_view(out)))) {
        return e;
    }
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    bool request_is_there = e == ERR_OK;
    buf_clear(out);
    e = cli_read_file(c, beside, JOIN_FILE_MAX_BYTES, out);
    if (e == ERR_NOT_FOUND && request_is_there) {
        return error_set(ERR_NOT_FOUND,
                         _("the hub has not answered this request yet: there is no "
                           "%s. Carry it there"),
                         beside);
    }
    return e;
}

static enum err tell_completed(struct cli *c, const struct join_completed *done)
{
    struct dot node = store_identity(c->store)->node;
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "node", node);
        emit_put_text(&c->out, "answer_check", slice_str(done->answer_check));
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        return cli_flush(c);
    }
    buf_printf(&c->out, "%s\n", dot_text(node, &c->arena));
    TRY(cli_flush(c));
    if (!done->by_code) {
        cli_say(c,
                _("Check of the answer: %s. If others carried the stick and the hub says "
                  "another, it is not from the hub: enter nothing here, and ask there."),
                done->answer_check);
    }
    if (done->again) {
        cli_say(c, _("That is done already; nothing was changed."));
        return ERR_OK;
    }
    cli_say(c, _("This computer is admitted. What is above comes with the first exchange: terrace "
                 "bundle export FILE for the hub, or, where there is a link, terrace config hub "
                 "URL and terrace sync."));
    return ERR_OK;
}

static enum err complete(struct cli *c)
{
    struct buf bytes = {0};
    struct join_completed done = {.again = false};
    TRY(check_options(c, 0, false, false));
    if (!c->store) {
        return error_set(ERR_NOT_FOUND, _("there is no store in %s"), c->dir);
    }
    enum err e = read_answer(c, c->args.value[OPT_COMPLETE], &bytes);
    e = e ? e : join_file_complete(c->store, buf_view(&bytes), &done);
    buf_free(&bytes);
    return e ? e : tell_completed(c, &done);
}

enum err cmd_join_file(struct cli *c)
{
    if (c->args.given[OPT_REQUEST]) {
        return request(c);
    }
    return c->args.given[OPT_ADMIT] ? admit(c) : complete(c);
}
