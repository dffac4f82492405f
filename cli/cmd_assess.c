/* assess: the yearly assessment of a unit, with its evidence filled in from the records. */
#include "cli/cmd.h"
#include "cli/json.h"
#include "core/assess.h"

#include <stdlib.h>

static void put_assessment(struct cli *c, const struct assessment *a, struct dot id, struct dot dot)
{
    static const char *const names[] = {"evidence_1", "evidence_2", "evidence_3"};
    const struct kind_def *kind = schema_kind(KIND_ASSESSMENT);
    const char *text = dot_text(id, &c->arena);
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "id", id);
        emit_put_id(&c->out, "dot", dot);
        for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
            emit_put_text(&c->out, names[i], a->evidence[i]);
        }
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        const struct field_def *f = schema_field_by_name(kind, slice_str(names[i]));
        buf_printf(&c->out, "%s\n%.*s\n\n", cli_field_label(c, f), (int)a->evidence[i].len,
                   (const char *)a->evidence[i].ptr);
    }
    buf_printf(&c->out,
               dot_is_none(dot) ? _("Nothing has changed since: %s. Next: terrace step %s\n")
                                : _("Filled in: %s. Next: terrace step %s\n"),
               text, text);
}

enum err cmd_assess(struct cli *c)
{
    const struct field_def *f = schema_field(KIND_ASSESSMENT, F_ASSESSMENT_YEAR);
    struct dot unit = store_identity(c->store)->unit, id, dot;
    struct assessment now;
    struct txn *t = NULL;
    char *end = NULL;
    size_t count = c->args.word_count - 1;
    struct draft_item *items = arena_array(&c->arena, count + 1, sizeof(*items));
    long long year = strtoll(c->args.words[0], &end, 10);
    if (*end != '\0' || year < f->min || year > f->max) {
        return error_set_field(ERR_INPUT, f->name, _("say which year: 2025"));
    }
    for (size_t i = 0; i < count; i++) {
        TRY(cli_parse_item(c, c->args.words[1 + i], &items[i]));
    }
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    enum err e = c->args.given[OPT_UNIT] ? cli_find(c, t, KIND_UNIT, c->args.value[OPT_UNIT], &unit)
                                         : ERR_OK;
    e = e ? e : assess_read(t, unit, year, &c->arena, &now);
    e = e ? e : assess_write(t, unit, year, &now, items, count, &c->notes, &c->arena, &id, &dot);
    TRY(cli_end(t, e));
    put_assessment(c, &now, id, dot);
    cli_tell_notes(c, NULL, 0);
    return cli_flush(c);
}
