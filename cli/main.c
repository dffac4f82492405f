/* terrace: from the command line to a command, and from its error to the exit status. */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/mask.h"
#include "cli/secret.h"
#include "cli/settings.h"
#include "cli/show.h"
#include "core/custom.h"
#include "core/text.h"
#include "sync/client.h"
#include "sync/join.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef TERRACE_VERSION
#define TERRACE_VERSION "0"
#endif

enum err cli_flush(struct cli *c)
{
    bool good = c->out.len == 0 || fwrite(c->out.ptr, 1, c->out.len, stdout) == c->out.len;
    buf_clear(&c->out);
    good = good && fflush(stdout) == 0;
    return good ? ERR_OK : error_set(ERR_IO, _("the output could not be written"));
}

void cli_say(struct cli *c, const char *fmt, ...)
{
    va_list ap;
    if (c->json) {
        return;
    }
    va_start(ap, fmt);
    (void)vfprintf(stderr, fmt, ap);
    va_end(ap);
    (void)fputc('\n', stderr);
}

static void tell_json(struct cli *c, enum err e, const char *message, size_t line)
{
    const struct error_detail *d = error_last();
    struct buf b = {0};
    emit_open(&b, '{');
    emit_put_text(&b, "error", slice_str(error_word(e)));
    emit_put_int(&b, "exit", error_exit_status(e));
    emit_put_text(&b, "message", slice_str(message));
    if (d->code == e) {
        emit_put_text(&b, "field", slice_str(d->field));
    }
    if (line) {
        emit_put_int(&b, "line", (int64_t)line);
    }
    if (c->candidates.count) {
        emit_key(&b, "candidates");
        emit_open(&b, '[');
        for (size_t i = 0; i < c->candidates.count; i++) {
            emit_id(&b, c->candidates.ids[i]);
        }
        emit_close(&b, ']');
    }
    emit_close(&b, '}');
    (void)fprintf(stderr, "%.*s\n", (int)b.len, (const char *)b.ptr);
    buf_free(&b);
}

const char *cli_candidate(const struct cli *c, struct txn *t, struct dot id, struct arena *arena)
{
    char text[DOT_TEXT_SIZE];
    struct slice title = show_title(t, id, arena);
    struct slice place = {0};
    struct record r;
    const struct kind_def *k = NULL;
    if (store_get(t, id, arena, &r, NULL) == ERR_OK) {
        k = schema_kind(r.kind);
        place = r.kind == KIND_UNIT ? place : unit_name(t, show_unit(&r), arena);
    }
    dot_format(id, text);
    return arena_printf(arena, "%s  %.*s (%s%s%.*s)", text, (int)title.len, (const char *)title.ptr,
                        k ? cli_kind_label(c, k) : "?", place.len ? ", " : "", (int)place.len,
                        (const char *)place.ptr);
}

static void tell_candidates(struct cli *c)
{
    struct txn *own = NULL;
    struct arena arena = {0};
    if (c->candidates.count == 0 || !c->store ||
        (!c->candidates_in && txn_begin(c->store, TXN_READ, &own) != ERR_OK)) {
        return;
    }
    struct txn *t = c->candidates_in ? c->candidates_in : own;
    for (size_t i = 0; i < c->candidates.count; i++) {
        (void)fprintf(stderr, "  %s\n", cli_candidate(c, t, c->candidates.ids[i], &arena));
    }
    txn_abort(own);
    arena_free(&arena);
}

static const struct kind_def *kind_of_subject(struct cli *c, struct arena *arena)
{
    struct txn *t = NULL;
    struct record r;
    const struct kind_def *k = NULL;
    if (dot_is_none(c->subject) || !c->store || txn_begin(c->store, TXN_READ, &t) != ERR_OK) {
        return NULL;
    }
    if (store_get(t, c->subject, arena, &r, NULL) == ERR_OK) {
        k = schema_kind(r.kind);
    }
    txn_abort(t);
    return k;
}

/* "Ngày sinh (birth_date): ", of the kind that the command is about; of what is no field there, and
 * in the lines of a file, FILE:LINE: field: reason, its bare name. */
static void tell_field(struct cli *c, const char *name, const struct kind_def *kind, bool bare)
{
    struct arena arena = {0};
    const char *const words[] = {c->args.word_count > 0 ? c->args.words[0] : "",
                                 c->args.command ? c->args.command : ""};
    const struct kind_def *const kinds[] = {kind, schema_kind_by_name(slice_str(words[0])),
                                            kind ? NULL : kind_of_subject(c, &arena),
                                            schema_kind_by_name(slice_str(words[1]))};
    const struct field_def *f = NULL;
    for (size_t i = 0; !f && i < ARRAY_COUNT(kinds); i++) {
        f = kinds[i] ? schema_field_by_name(kinds[i], slice_str(name)) : NULL;
    }
    if (f && !bare) {
        (void)fprintf(stderr, "%s (%s): ", cli_field_label(c, f), name);
    } else if (*name) {
        (void)fprintf(stderr, "%s: ", name);
    }
    arena_free(&arena);
}

void cli_tell_error(struct cli *c, enum err e, const char *file, size_t line)
{
    struct error_detail d = *error_last();
    const char *message = d.code == e && d.text[0] ? d.text : error_text(e);
    (void)fflush(stdout);
    if (c->json) {
        tell_json(c, e, message, line);
        return;
    }
    if (file) {
        (void)fprintf(stderr, "%s:%zu: ", file, line);
    } else {
        (void)fputs("terrace: ", stderr);
    }
    tell_field(c, d.code == e ? d.field : "", NULL, file != NULL);
    (void)fprintf(stderr, "%s\n", message);
    tell_candidates(c);
}

static void note_json(const struct rule_note *n, size_t line)
{
    struct buf b = {0};
    emit_open(&b, '{');
    emit_put_text(&b, "warning", slice_str(n->rule->id));
    emit_put_text(&b, "message", slice_str(n->text));
    if (*n->field) {
        emit_put_text(&b, "field", slice_str(n->field));
    }
    if (line) {
        emit_put_int(&b, "line", (int64_t)line);
    }
    emit_close(&b, '}');
    (void)fprintf(stderr, "%.*s\n", (int)b.len, (const char *)b.ptr);
    buf_free(&b);
}

void cli_tell_notes(struct cli *c, const char *file, size_t line)
{
    for (size_t i = 0; i < c->notes.count; i++) {
        const struct rule_note *n = &c->notes.list[i];
        if (c->json) {
            note_json(n, line);
            continue;
        }
        if (file) {
            (void)fprintf(stderr, "%s:%zu: ", file, line);
        }
        (void)fputs(_("Note: "), stderr);
        tell_field(c, n->field, schema_kind(n->rule->kind), file != NULL);
        (void)fprintf(stderr, "%s\n", n->text);
    }
    c->notes = (struct rule_notes){0};
}

enum err cli_end(struct txn *t, enum err e)
{
    if (e == ERR_OK) {
        return txn_commit(t);
    }
    txn_abort(t);
    return e;
}

static const char *default_dir(struct arena *arena)
{
    const char *dir = getenv("TERRACE_STORE");
    const char *home = getenv("HOME");
    if (dir && *dir) {
        return dir;
    }
    return arena_printf(arena, "%s/.local/share/terrace", home && *home ? home : ".");
}

void cli_tell_renewal(struct cli *c)
{
    static const char *const texts[] = {
        [RENEWAL_NONE] = "",
        [RENEWAL_MOVED] = N_("This store was copied or moved to another computer: it goes on under "
                             "a new name. Nothing was lost, and the next sync brings the rest in "
                             "order."),
        [RENEWAL_OLDER] = N_("This store had been put back to an older state, or a copy of it is "
                             "in use elsewhere: it goes on under a new name. Nothing was lost; "
                             "terrace doubles shows what may now be here twice."),
        [RENEWAL_RESTORED] = N_("This store comes from a backup: it goes on under a new name, and "
                                "the next sync brings what it had since."),
    };
    enum renewal why = RENEWAL_NONE;
    if (c->json || !c->store) { /* told when a person is there to read it */
        return;
    }
    if (store_take_renewal(c->store, &why) == ERR_OK && why != RENEWAL_NONE) {
        cli_say(c, "%s", gettext(texts[why]));
    }
    error_clear();
}

enum err cli_admitted(struct cli *c)
{
    if (!join_is_waiting(c->store)) {
        return ERR_OK;
    }
    return error_set(ERR_NOT_JOINED,
                     _("this computer waits for its admission, and writes and syncs nothing before "
                       "that: carry the request to the hub (terrace join --request FILE writes it "
                       "again), then terrace join --complete FILE with the answer"));
}

/* A store that is damaged there is still opened: for check, and to be put right. */
static void load_fields(struct cli *c)
{
    struct txn *t = NULL;
    if (txn_begin(c->store, TXN_READ, &t) == ERR_OK) {
        enum err e = custom_load(t, &c->arena);
        (void)e;
        txn_abort(t);
    }
    error_clear();
}

/* The language may be a setting of the store, so the store is opened for it if it is there. */
static enum err open_store(struct cli *c, enum store_need need)
{
    char setting[8] = "";
    if (need == STORE_NONE) {
        return ERR_OK;
    }
    fault_guard(c);
    enum err e = store_open(&c->env, c->dir, &c->store);
    if (e != ERR_OK) {
        bool without = need == STORE_MAYBE && (e == ERR_NOT_FOUND || c->no_secret);
        return without ? ERR_OK : e;
    }
    settings_lang(c->store, setting);
    c->lang = lang_choose(c->args.value[OPT_LANG], setting);
    lang_use(c->lang);
    cli_tell_renewal(c);
    mask_use(mask_by_role(c->store));
    load_fields(c);
    return need == STORE_WRITE ? cli_admitted(c) : ERR_OK;
}

/* What is wrong with the line as it was typed; the command, NULL when none was given. */
static enum err check_line(struct cli *c, const struct command **cmd)
{
    const char *lang = c->args.value[OPT_LANG], *name = c->args.command,
               *now = getenv("TERRACE_NOW");
    *cmd = NULL;
    if (lang && strcmp(lang, "vi") != 0 && strcmp(lang, "en") != 0) {
        return error_set(ERR_USAGE, _("the languages are vi and en"));
    }
    if (now && *now && !env_time_is_good(now)) {
        return error_set(ERR_USAGE, _("TERRACE_NOW is not a time such as 2026-11-23T08:00:00Z"));
    }
    TRY(args_check_options(&c->args));
    if (!name || c->args.given[OPT_VERSION]) {
        return ERR_OK;
    }
    *cmd = command_find(name);
    if (!*cmd) {
        return error_set(ERR_USAGE, _("there is no command “%s”; terrace help lists them"), name);
    }
    return c->args.given[OPT_HELP] ? ERR_OK : args_check(&c->args, *cmd);
}

/* Help and mistakes are told in the store's language as well, if there is a store. */
static enum err run_help(struct cli *c, const struct command *cmd)
{
    (void)open_store(c, STORE_MAYBE);
    error_clear();
    if (cmd && strcmp(cmd->name, "help") != 0) {
        help_command(c, cmd);
        return cli_flush(c);
    }
    return cmd_help(c);
}

static enum err run(struct cli *c, int argc, const char **argv)
{
    const struct command *cmd = NULL;
    args_parse(argc, argv, &c->args);
    c->json = c->args.given[OPT_JSON];
    c->lang = lang_choose(c->args.value[OPT_LANG], NULL);
    lang_use(c->lang);
    c->dir = c->args.given[OPT_STORE] ? c->args.value[OPT_STORE] : default_dir(&c->arena);
    if (check_line(c, &cmd) != ERR_OK) {
        c->no_secret = true;
        (void)open_store(c, STORE_MAYBE);
        return check_line(c, &cmd);
    }
    if (c->args.given[OPT_VERSION]) {
        buf_add_str(&c->out, "terrace " TERRACE_VERSION "\n");
        return cli_flush(c);
    }
    if (c->args.given[OPT_HELP]) {
        c->no_secret = true;
        return run_help(c, cmd);
    }
    c->no_secret = cmd && cmd->run == cmd_help;
    c->new_key_file = cmd && cmd->run == cmd_passphrase;
    TRY(open_store(c, cmd ? cmd->store : STORE_MAYBE));
    return cmd ? cmd->run(c) : help_bare(c);
}

/* Whoever read stdout wants no more of it, as head does: that is no mistake of anybody's. */
static bool reader_has_left(enum err e)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return e == ERR_IO && ferror(stdout) && poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

int main(int argc, char **argv)
{
    struct cli c = {.exit_status = -1};
    (void)signal(SIGPIPE, SIG_IGN);
    crypto_init();
    env_init_default(&c.env);
    client_install(&c.env);
    c.env.ctx = &c;
    c.env.secret = cli_secret;
    error_clear();
    const char **words = arena_array(&c.arena, (size_t)argc + 1, sizeof(*words));
    for (int i = 0; i < argc; i++) {
        words[i] = argv[i];
    }
    enum err e = run(&c, argc, words);
    int status = error_exit_status(e);
    if (e == ERR_OK && c.out.len > 0) {
        e = cli_flush(&c);
        status = error_exit_status(e);
    }
    bool left = reader_has_left(e);
    if (c.exit_status >= 0) {
        status = c.exit_status;
    } else if (e != ERR_OK && !left) {
        cli_tell_error(&c, e, NULL, 0);
    }
    store_close(c.store);
    cli_secret_end(&c);
    client_shutdown();
    buf_free(&c.out);
    args_free(&c.args);
    arena_free(&c.arena);
    if (left) {
        (void)signal(SIGPIPE, SIG_DFL);
        (void)raise(SIGPIPE); /* ends in silence, as other programs do */
    }
    return status;
}
