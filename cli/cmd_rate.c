/* rate: the members of a unit with their attendance of a year, and the rating of one. */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/show.h"
#include "core/rating.h"

#include <stdlib.h>

struct rating_list {
    struct cli *c;
    struct table table;
};

static const char *code_text(const struct cli *c, uint32_t field, int64_t number, bool label)
{
    const struct enum_code *code = schema_code(schema_field(KIND_RATING, field), number);
    return !code ? "" : !label ? code->code : strcmp(c->lang, "vi") == 0 ? code->vi : code->en;
}

static bool put_line(void *ctx, const struct rating_line *l)
{
    struct rating_list *list = ctx;
    struct cli *c = list->c;
    int64_t percent = attendance_percent(&l->attendance);
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "member", l->member);
        emit_put_text(&c->out, "full_name", l->name);
        emit_put_int(&c->out, "held", l->attendance.held);
        emit_put_int(&c->out, "attended", l->attendance.attended);
        if (percent >= 0) {
            emit_put_int(&c->out, "attendance_share", percent);
        }
        emit_put_id(&c->out, "id", l->record);
        emit_put_text(&c->out, "level", slice_str(code_text(c, F_RATING_LEVEL, l->level, false)));
        emit_put_text(&c->out, "status",
                      slice_str(code_text(c, F_RATING_STATUS, l->status, false)));
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        return true;
    }
    const char *share =
        percent < 0
            ? _("no meeting")
            : arena_printf(&c->arena, "%lld/%lld  %lld %%", (long long)l->attendance.attended,
                           (long long)l->attendance.held, (long long)percent);
    const char *level =
        dot_is_none(l->record) ? _("not rated") : code_text(c, F_RATING_LEVEL, l->level, true);
    table_add(&list->table,
              (const struct slice[]){l->name, slice_str(share), slice_str(level),
                                     slice_str(code_text(c, F_RATING_STATUS, l->status, true))});
    return true;
}

static enum err list_ratings(struct cli *c, int64_t year)
{
    struct rating_list list = {.c = c, .table = {.arena = &c->arena, .columns = 4}};
    struct txn *t = NULL;
    struct dot unit = store_identity(c->store)->unit;
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = c->args.given[OPT_UNIT] ? cli_find(c, t, KIND_UNIT, c->args.value[OPT_UNIT], &unit)
                                         : ERR_OK;
    e = e ? e : rating_each(t, unit, year, put_line, &list);
    txn_abort(t);
    table_write(&list.table, &c->out);
    return e ? e : cli_flush(c);
}

static enum err rate_one(struct cli *c, int64_t year)
{
    struct txn *t = NULL;
    struct rating_line line;
    struct dot id, dot, unit = store_identity(c->store)->unit;
    size_t count = c->args.word_count - 3;
    struct draft_item *items = arena_array(&c->arena, count + 1, sizeof(*items));
    for (size_t i = 0; i < count; i++) {
        TRY(cli_parse_item(c, c->args.words[3 + i], &items[i]));
    }
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    enum err e = c->args.given[OPT_UNIT] ? cli_find(c, t, KIND_UNIT, c->args.value[OPT_UNIT], &unit)
                                         : ERR_OK;
    e = e ? e : cli_find_member(c, t, unit, c->args.words[1], &line.member);
    e = e ? e : rating_of(t, line.member, year, &c->arena, &line);
    e = e ? e
          : rating_write(t, &line, year, slice_str(c->args.words[2]), items, count, &c->notes,
                         &c->arena, &id, &dot);
    TRY(cli_end(t, e));
    cli_tell_notes(c, NULL, 0);
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "id", id);
        emit_put_id(&c->out, "dot", dot);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
    } else {
        buf_printf(&c->out, "%s\n", dot_text(id, &c->arena));
    }
    return cli_flush(c);
}

enum err cmd_rate(struct cli *c)
{
    const struct field_def *f = schema_field(KIND_RATING, F_RATING_YEAR);
    char *end = NULL;
    long long year = strtoll(c->args.words[0], &end, 10);
    if (*end != '\0' || year < f->min || year > f->max) {
        return error_set_field(ERR_INPUT, f->name, _("say which year: 2025"));
    }
    if (c->args.word_count == 2) {
        return error_set(ERR_USAGE, _("a member is rated with a level; see: terrace help rating"));
    }
    return c->args.word_count == 1 ? list_ratings(c, year) : rate_one(c, year);
}
