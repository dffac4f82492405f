#include "cli/args.h"

#include <popt.h>
#include <stdio.h>
#include <stdlib.h>

struct option_row {
    const char *name;
    char letter;
    const char *arg;
    const char *help;
};
static const struct option_row option_rows[] = {
#define X(id, name, letter, arg, help) {name, letter, arg, help},
    OPTION_TABLE(X)
#undef X
};
#define GLOBAL_OPTIONS                                                                             \
    (OPT_BIT(STORE) | OPT_BIT(JSON) | OPT_BIT(LANG) | OPT_BIT(HELP) | OPT_BIT(VERSION) |           \
     OPT_BIT(KEY_FILE))

void option_usage(enum option id, struct buf *out)
{
    const struct option_row *o = &option_rows[id];
    if (o->letter) {
        buf_printf(out, "-%c, ", o->letter);
    }
    buf_printf(out, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? gettext(o->arg) : "");
}

const char *option_help(enum option id)
{
    return gettext(option_rows[id].help);
}

static void value_add(struct args *a, int id, const char *value)
{
    size_t n = a->value_count[id];
    a->values[id] = realloc((void *)(uintptr_t)a->values[id], (n + 1) * sizeof(*a->values[id]));
    CHECK(a->values[id] != NULL);
    a->values[id][n] = value;
    a->value_count[id] = n + 1;
    a->value[id] = value;
}

static void words_add(struct args *a, const char *word)
{
    if (!a->command) {
        a->command = word;
        return;
    }
    a->words[a->word_count++] = word;
}

/* popt hands over options only; what is no option is collected at the end, and so an option that
 * stands between words changes nothing. */
static void note_bad(struct args *a, const char *option, int rc)
{
    if (a->bad[0] == '\0') {
        (void)snprintf(a->bad, sizeof(a->bad), "%s", option);
        a->bad_lacks_value = rc == POPT_ERROR_NOARG;
    }
}

void args_parse(int argc, const char **argv, struct args *out)
{
    struct poptOption table[OPT_COUNT_OF_ALL + 1] = {{0}};
    int rc = 0;
    *out = (struct args){0};
    for (int i = 0; i < OPT_COUNT_OF_ALL; i++) {
        table[i] =
            (struct poptOption){.longName = option_rows[i].name,
                                .shortName = option_rows[i].letter,
                                .argInfo = option_rows[i].arg ? POPT_ARG_STRING : POPT_ARG_NONE,
                                .val = i + 1};
    }
    out->words = calloc((size_t)argc + 1, sizeof(*out->words));
    CHECK(out->words != NULL);
    poptContext ctx = poptGetContext("terrace", argc, argv, table, 0);
    CHECK(ctx != NULL);
    for (int left = argc; left > 0 && (rc = poptGetNextOpt(ctx)) != -1; left--) {
        if (rc <= 0) {
            note_bad(out, poptBadOption(ctx, 0), rc);
            continue;
        }
        out->given[rc - 1] = true;
        if (option_rows[rc - 1].arg) {
            value_add(out, rc - 1, poptGetOptArg(ctx));
        }
    }
    const char *word = NULL;
    while ((word = poptGetArg(ctx)) != NULL) {
        /* popt owns its words only as long as the context: argv has the same */
        for (int i = 1; i < argc; i++) {
            if (strcmp(argv[i], word) == 0) {
                word = argv[i];
                break;
            }
        }
        words_add(out, word);
    }
    poptFreeContext(ctx);
}

enum err args_check_options(const struct args *a)
{
    if (a->bad[0] == '\0') {
        return ERR_OK;
    }
    return error_set(ERR_USAGE,
                     a->bad_lacks_value ? _("%s needs a value behind it")
                                        : _("there is no option %s; see: terrace help"),
                     a->bad);
}

void args_free(struct args *a)
{
    for (int i = 0; i < OPT_COUNT_OF_ALL; i++) {
        for (size_t n = 0; n < a->value_count[i]; n++) {
            free((void *)(uintptr_t)a->values[i][n]);
        }
        free((void *)(uintptr_t)a->values[i]);
    }
    free((void *)(uintptr_t)a->words);
    *a = (struct args){0};
}

enum err args_check(const struct args *a, const struct command *cmd)
{
    for (int i = 0; i < OPT_COUNT_OF_ALL; i++) {
        if (a->given[i] && !option_in(GLOBAL_OPTIONS | cmd->options, i)) {
            return error_set(ERR_USAGE, _("%s does not take --%s; see: terrace help %s"), cmd->name,
                             option_rows[i].name, cmd->name);
        }
    }
    if (a->word_count < cmd->words_min || a->word_count > cmd->words_max) {
        return error_set(ERR_USAGE, _("this is how it is written: terrace %s %s"), cmd->name,
                         command_words(cmd));
    }
    return ERR_OK;
}

enum err args_number(const struct args *a, enum option id, int64_t min, int64_t max,
                     int64_t fallback, int64_t *out)
{
    char *end = NULL;
    *out = fallback;
    if (!a->given[id]) {
        return ERR_OK;
    }
    long long v = strtoll(a->value[id], &end, 10);
    if (end == a->value[id] || *end != '\0' || v < min || v > max) {
        return error_set_field(ERR_INPUT, option_rows[id].name,
                               _("“%s” is not a number between %lld and %lld"), a->value[id],
                               (long long)min, (long long)max);
    }
    *out = v;
    return ERR_OK;
}
