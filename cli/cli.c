/* Small things that several commands need. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum err cli_find(struct cli *c, struct txn *t, uint32_t kind, const char *word, struct dot *id)
{
    struct id_list found = {0};
    enum err e = draft_resolve_ref(t, kind, slice_str(word), &c->arena, id, &found);
    if (e == ERR_AMBIGUOUS) {
        c->candidates = found;
    }
    if (e == ERR_OK && c->args.word_count > 0 && word == c->args.words[0]) {
        c->subject = *id;
    }
    return e;
}

enum err cli_find_member(struct cli *c, struct txn *t, struct dot unit, const char *word,
                         struct dot *id)
{
    struct roll_day of = {.unit = unit};
    struct id_list found = {0};
    enum err e = cli_find(c, t, KIND_MEMBER, word, id);
    if (e != ERR_NOT_FOUND && e != ERR_AMBIGUOUS) {
        return e;
    }
    e = draft_find_member(t, &of, slice_str(word), &c->arena, id, &found);
    if (e == ERR_INPUT || e == ERR_NOT_FOUND) {
        return cli_find(c, t, KIND_MEMBER, word, id); /* as one who may be anywhere */
    }
    c->candidates = found;
    return e;
}

enum err cli_kind(const char *word, const struct kind_def **out)
{
    struct buf list = {0};
    *out = schema_kind_by_name(slice_str(word));
    if (*out) {
        return ERR_OK;
    }
    for (size_t i = 0; i < schema_kind_count(); i++) {
        buf_printf(&list, "%s%s", i ? ", " : "", schema_kind_at(i)->name);
    }
    enum err e = error_set(ERR_INPUT, _("there is no kind of record “%s”; there are: %.*s"), word,
                           (int)list.len, (const char *)list.ptr);
    buf_free(&list);
    return e;
}

const char *cli_kind_label(const struct cli *c, const struct kind_def *k)
{
    return strcmp(c->lang, "vi") == 0 ? k->vi : k->en;
}

const char *cli_field_label(const struct cli *c, const struct field_def *f)
{
    return strcmp(c->lang, "vi") == 0 ? f->vi : f->en;
}

bool cli_is_dash(const char *path)
{
    return strcmp(path, "-") == 0;
}

enum err cli_read_file(struct cli *c, const char *path, size_t max_bytes, struct buf *out)
{
    char part[16384];
    size_t n = 0;
    if (!cli_is_dash(path)) {
        return c->env.read_file(c->env.ctx, path, max_bytes, out);
    }
    while ((n = fread(part, 1, sizeof(part), stdin)) > 0) {
        if (n > max_bytes - out->len) {
            return error_set(ERR_TOO_LARGE, _("%s: larger than %zu bytes"), path, max_bytes);
        }
        buf_add(out, part, n);
    }
    return ferror(stdin) ? error_set(ERR_IO, _("the file could not be read to its end")) : ERR_OK;
}

enum err cli_write_file(struct cli *c, const char *path, struct slice bytes)
{
    if (!cli_is_dash(path)) {
        return c->env.write_file(c->env.ctx, path, bytes);
    }
    bool ok = fwrite(bytes.ptr, 1, bytes.len, stdout) == bytes.len && fflush(stdout) == 0;
    return ok ? ERR_OK : error_set(ERR_IO, _("the file could not be written to its end"));
}

enum err cli_parse_item(struct cli *c, const char *word, struct draft_item *out)
{
    const char *equals = strchr(word, '=');
    if (!equals || equals == word) {
        return error_set(ERR_INPUT, _("“%s” is not written FIELD=VALUE"), word);
    }
    size_t name_len = (size_t)(equals - word);
    *out = (struct draft_item){.op = EDIT_SET, .value = slice_str(equals + 1)};
    if (equals[-1] == '+' || equals[-1] == '-') {
        out->op = equals[-1] == '+' ? EDIT_ADD : EDIT_REMOVE;
        name_len--;
    }
    out->name = slice_make(word, name_len);
    if (out->value.len > 1 && out->value.ptr[0] == '@') {
        struct buf text = {0};
        enum err e = cli_read_file(c, equals + 2, RECORD_TEXT_MAX_BYTES, &text);
        out->value = arena_copy(&c->arena, buf_view(&text));
        buf_free(&text);
        return e;
    }
    return ERR_OK;
}

const char *cli_time(struct arena *arena, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm = {0};
    if (ms == 0 || !localtime_r(&seconds, &tm)) {
        return "";
    }
    return arena_printf(arena, "%02d/%02d/%04d %02d:%02d", tm.tm_mday, tm.tm_mon + 1,
                        tm.tm_year + 1900, tm.tm_hour, tm.tm_min);
}

int64_t cli_days(const struct cli *c, int64_t since_ms)
{
    int64_t past = c->env.now_ms(c->env.ctx) - since_ms;
    return since_ms > 0 && past > 0 ? past / 86400000 : 0;
}

void cli_end_signals(sigset_t *set)
{
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGINT);
}

const char *cli_real_path(struct arena *arena, const char *path)
{
    char *real = realpath(path, NULL);
    const char *out = arena_cstr(arena, slice_str(real ? real : path));
    free(real);
    return out;
}
