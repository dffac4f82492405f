#include "cli/manual.h"

#include "cli/explain.h"
#include "core/rules.h"

#include <errno.h>
#include <sys/stat.h>

/* ---- man(7) --------------------------------------------------------------------------------- */

/* Text of a line: what roff takes for a request, an escape or a hyphen is none. */
static void put_text(struct buf *b, const char *s)
{
    if (*s == '.' || *s == '\'') {
        buf_add_str(b, "\\&");
    }
    for (; *s; s++) {
        if (*s == '\\') {
            buf_add_str(b, "\\e");
        } else if (*s == '-') {
            buf_add_str(b, "\\-");
        } else {
            buf_add_byte(b, (uint8_t)*s);
        }
    }
}

static void put_line(struct buf *b, const char *before, const char *s)
{
    buf_add_str(b, before);
    put_text(b, s);
    buf_add_byte(b, '\n');
}

/* Lines that begin with a space are examples, and stay as they are. */
static void put_block(struct buf *b, const char *text)
{
    bool as_is = false;
    struct arena arena = {0};
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, "\n");
        if ((*p == ' ') != as_is) {
            as_is = !as_is;
            buf_add_str(b, as_is ? ".PP\n.nf\n" : ".fi\n.PP\n");
        }
        put_line(b, "", arena_cstr(&arena, slice_make(p, len)));
        p += len + (p[len] == '\n');
    }
    buf_add_str(b, as_is ? ".fi\n" : "");
    arena_free(&arena);
}

static void put_top(struct buf *b, const char *page, const char *section, const char *summary)
{
    buf_printf(b,
               ".TH \"%s\" \"%s\" \"\" \"terrace " TERRACE_VERSION "\" \"terrace\"\n.SH \"%s\"\n",
               page, section, _("NAME"));
    put_text(b, page);
    put_line(b, " \\- ", summary);
}

static void put_option(struct buf *b, enum option id)
{
    struct buf usage = {0};
    option_usage(id, &usage);
    buf_add_byte(&usage, '\0');
    buf_add_str(b, ".TP\n.B ");
    put_text(b, (const char *)usage.ptr);
    put_line(b, "\n", option_help(id));
    buf_free(&usage);
}

static enum err save(struct cli *c, const char *dir, const char *page, const char *section,
                     struct buf *b)
{
    enum err e =
        cli_write_file(c, arena_printf(&c->arena, "%s/%s.%s", dir, page, section), buf_view(b));
    buf_free(b);
    return e;
}

/* ---- pages ---------------------------------------------------------------------------------- */

static enum err write_command(struct cli *c, const char *dir, const struct command *cmd)
{
    struct buf b = {0};
    const char *page = arena_printf(&c->arena, "terrace-%s", cmd->name);
    put_top(&b, page, "1", gettext(cmd->summary));
    buf_printf(&b, ".SH \"%s\"\n.B terrace %s\n", _("SYNOPSIS"), cmd->name);
    put_line(&b, "", command_words(cmd));
    buf_printf(&b, ".SH \"%s\"\n", _("DESCRIPTION"));
    put_block(&b, gettext(cmd->help));
    if (cmd->options) {
        buf_printf(&b, ".SH \"%s\"\n", _("OPTIONS"));
    }
    for (int i = 0; i < OPT_COUNT_OF_ALL; i++) {
        if (option_in(cmd->options, i)) {
            put_option(&b, (enum option)i);
        }
    }
    buf_printf(&b, ".SH \"%s\"\n.BR terrace (1),\n.BR terrace-kinds (7)\n", _("SEE ALSO"));
    return save(c, dir, page, "1", &b);
}

static void put_statuses(struct buf *b)
{
    static const enum err errors[] = {ERR_INPUT,   ERR_USAGE,   ERR_NOT_FOUND, ERR_NO_LINK,
                                      ERR_REFUSED, ERR_DAMAGED, ERR_DISK_FULL, ERR_BUSY};
    buf_printf(b, ".SH \"%s\"\n.TP\n.B 0\n%s\n", _("EXIT STATUS"), error_text(ERR_OK));
    for (size_t i = 0; i < ARRAY_COUNT(errors); i++) {
        buf_printf(b, ".TP\n.B %d\n%s\n", error_exit_status(errors[i]), error_text(errors[i]));
    }
}

static enum err write_main(struct cli *c, const char *dir)
{
    static const enum option global[] = {OPT_STORE, OPT_JSON,    OPT_LANG,
                                         OPT_HELP,  OPT_VERSION, OPT_KEY_FILE};
    struct buf b = {0};
    const struct command *cmd = NULL;
    put_top(&b, "terrace", "1", _("the offline-first record book of a tree of offices"));
    buf_printf(&b, ".SH \"%s\"\n.B terrace\n", _("SYNOPSIS"));
    put_line(&b, "", _("[-C STORE] [--json] [--lang vi|en] COMMAND …"));
    buf_printf(&b, ".SH \"%s\"\n", _("COMMANDS"));
    for (size_t i = 0; (cmd = command_at(i)) != NULL; i++) {
        buf_printf(&b, ".TP\n.BR terrace\\-%s (1)\n", cmd->name);
        put_line(&b, "", gettext(cmd->summary));
    }
    buf_printf(&b, ".SH \"%s\"\n", _("OPTIONS"));
    for (size_t i = 0; i < ARRAY_COUNT(global); i++) {
        put_option(&b, global[i]);
    }
    put_statuses(&b);
    buf_printf(&b, ".SH \"%s\"\n.TP\n.B TERRACE_STORE\n", _("ENVIRONMENT"));
    put_line(&b, "", _("the store's directory"));
    put_line(&b, ".TP\n.B TERRACE_LANG\n", _("language"));
    put_line(&b, ".TP\n.B TERRACE_PASSPHRASE\n", _("the passphrase of a sealed store"));
    put_line(&b, ".TP\n.B TERRACE_KEY_FILE\n", _("the key file of a sealed store"));
    buf_printf(&b, ".SH \"%s\"\n.BR terrace-kinds (7)\n", _("SEE ALSO"));
    return save(c, dir, "terrace", "1", &b);
}

static void put_kind(struct cli *c, const struct kind_def *k, struct buf *b)
{
    struct arena arena = {0};
    const struct field_def *f = NULL;
    const struct rule *r = NULL;
    buf_printf(b, ".SH \"%s: %s\"\n", k->name, cli_kind_label(c, k));
    for (size_t i = 0; (f = schema_field_at(k, i)) != NULL; i++) {
        if (!(f->flags & FIELD_MACHINE)) {
            buf_printf(b, ".TP\n.BR %s \" (%s)\"\n", f->name, cli_field_label(c, f));
            put_line(b, "", arena_cstr(&arena, explain_field(c, f, &arena)));
        }
    }
    for (size_t i = 0; (r = rules_at(i)) != NULL; i++) {
        if (rules_concerns(r, k->number)) {
            buf_printf(b, ".TP\n.BR %s \" (%s)\"\n", r->id, _("rule"));
            put_line(b, "", gettext(r->text));
        }
    }
    arena_free(&arena);
}

static enum err write_kinds(struct cli *c, const char *dir)
{
    struct buf b = {0};
    put_top(&b, "terrace-kinds", "7", _("the kinds of records of terrace, and their fields"));
    for (size_t i = 0; i < schema_kind_count(); i++) {
        put_kind(c, schema_kind_at(i), &b);
    }
    buf_printf(&b, ".SH \"%s\"\n.BR terrace (1)\n", _("SEE ALSO"));
    return save(c, dir, "terrace-kinds", "7", &b);
}

enum err manual_write(struct cli *c, const char *dir)
{
    const struct command *cmd = NULL;
    if (mkdir(dir, 0755) != 0 && errno != EEXIST) {
        return error_set(ERR_IO, _("%s cannot be written"), dir);
    }
    TRY(write_main(c, dir));
    TRY(write_kinds(c, dir));
    for (size_t i = 0; (cmd = command_at(i)) != NULL; i++) {
        TRY(write_command(c, dir, cmd));
    }
    return ERR_OK;
}
