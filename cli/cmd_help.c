/* help, and what the bare command says */
#include "cli/cmd.h"
#include "cli/explain.h"
#include "cli/json.h"
#include "cli/manual.h"
#include "cli/settings.h"
#include "cli/show.h"
#include "cli/waiting.h"
#include "core/text.h"

#define BARE_WAITING_MAX 5

static void put_options(struct cli *c, uint64_t options)
{
    struct arena arena = {0};
    struct table table = {.arena = &arena, .columns = 2};
    for (int i = 0; i < OPT_COUNT_OF_ALL; i++) {
        if (!option_in(options, i)) {
            continue;
        }
        struct buf usage = {0};
        buf_add_str(&usage, "  ");
        option_usage((enum option)i, &usage);
        const struct slice cells[] = {buf_view(&usage), slice_str(option_help((enum option)i))};
        table_add(&table, cells);
        buf_free(&usage);
    }
    table_write(&table, &c->out);
    arena_free(&arena);
}

void help_command(struct cli *c, const struct command *cmd)
{
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_text(&c->out, "command", slice_str(cmd->name));
        emit_put_text(&c->out, "usage", slice_str(cmd->words));
        emit_put_text(&c->out, "summary", slice_str(gettext(cmd->summary)));
        emit_put_text(&c->out, "help", slice_str(gettext(cmd->help)));
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        return;
    }
    buf_printf(&c->out, "terrace %s %s\n    %s\n\n%s\n", cmd->name, command_words(cmd),
               gettext(cmd->summary), gettext(cmd->help));
    if (cmd->options) {
        buf_add_byte(&c->out, '\n');
        put_options(c, cmd->options);
    }
}

static void help_all(struct cli *c)
{
    struct arena arena = {0};
    struct table commands = {.arena = &arena, .columns = 2};
    struct table kinds = {.arena = &arena, .columns = 2};
    const struct command *cmd = NULL;
    if (c->json) {
        for (size_t i = 0; (cmd = command_at(i)) != NULL; i++) {
            help_command(c, cmd);
        }
        return;
    }
    buf_add_str(&c->out, _("terrace keeps the records of an office, also without any link, and "
                           "merges them with the offices above and below when there is one.\n\n"
                           "terrace [-C STORE] [--json] [--lang vi|en] COMMAND …\n\n"));
    for (size_t i = 0; (cmd = command_at(i)) != NULL; i++) {
        const struct slice cells[] = {slice_str(arena_printf(&arena, "  %s", cmd->name)),
                                      slice_str(gettext(cmd->summary))};
        table_add(&commands, cells);
    }
    table_write(&commands, &c->out);
    buf_add_str(&c->out, _("\nKinds of records:\n"));
    for (size_t i = 0; i < schema_kind_count(); i++) {
        const struct kind_def *k = schema_kind_at(i);
        const struct slice cells[] = {slice_str(arena_printf(&arena, "  %s", k->name)),
                                      slice_str(cli_kind_label(c, k))};
        table_add(&kinds, cells);
    }
    table_write(&kinds, &c->out);
    buf_add_str(&c->out, _("\nterrace help COMMAND and terrace help KIND tell more. The store is "
                           "-C, else $TERRACE_STORE, else ~/.local/share/terrace.\n"));
    arena_free(&arena);
}

enum err cmd_help(struct cli *c)
{
    if (c->args.given[OPT_MAN]) {
        return manual_write(c, c->args.value[OPT_MAN]);
    }
    if (c->args.word_count == 0) {
        help_all(c);
        return cli_flush(c);
    }
    const struct command *cmd = command_find(c->args.words[0]);
    const struct kind_def *k = schema_kind_by_name(slice_str(c->args.words[0]));
    if (cmd) {
        help_command(c, cmd);
    }
    if (cmd && k && !c->json) {
        buf_add_byte(&c->out, '\n');
    }
    if (k) { /* a few words are both */
        explain_kind(c, k);
    }
    if (!cmd && !k) {
        return error_set(ERR_USAGE,
                         _("there is no command and no kind “%s”; terrace help lists "
                           "them"),
                         c->args.words[0]);
    }
    return cli_flush(c);
}

/* The first of what waits. */
static enum err bare_waiting(struct cli *c)
{
    struct txn *t = NULL;
    struct waiting w = {.count = 0};
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = waiting_collect(c, t, (struct dot){0, 0}, &w);
    if (e == ERR_OK && w.count > 0 && !c->json) {
        buf_printf(
            &c->out,
            ngettext("\n%zu matter waits for you:\n", "\n%zu matters wait for you:\n", w.count),
            w.count);
    }
    if (e == ERR_OK) {
        waiting_print(c, t, &w, BARE_WAITING_MAX);
    }
    txn_abort(t);
    size_t count = w.count;
    waiting_free(&w);
    TRY(e);
    TRY(cli_flush(c));
    cli_say(c, count > BARE_WAITING_MAX
                   ? _("terrace inbox shows all of them; terrace help tells what else can be done.")
                   : _("terrace help tells what else can be done."));
    return ERR_OK;
}

enum err help_bare(struct cli *c)
{
    if (c->store) {
        TRY(cmd_status(c));
        return bare_waiting(c);
    }
    if (c->json) {
        return error_set(ERR_NOT_FOUND, _("there is no store in %s"), c->dir);
    }
    buf_printf(&c->out,
               _("There is no store in %s yet.\n"
                 "  An office with a code from its hub:  terrace join URL CODE\n"
                 "  The office at the top:               terrace init --unit CODE --name "
                 "NAME\n"
                 "  Then:                                terrace add member, terrace "
                 "list member, terrace sync\n"
                 "  Everything else:                     terrace help\n"),
               c->dir);
    return cli_flush(c);
}
