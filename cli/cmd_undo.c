/* undo */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/show.h"
#include "core/undo.h"

static enum err undo(struct cli *c, struct txn *t, struct record *r, struct undo_report *report)
{
    struct dot id, which;
    unsigned bits = 0;
    bool given = c->args.given[OPT_SAVE];
    TRY(cli_find(c, t, 0, c->args.words[0], &id));
    TRY(store_get(t, id, &c->arena, r, NULL));
    if (given && dot_parse(slice_str(c->args.value[OPT_SAVE]), &which, &bits) != ERR_OK) {
        return error_set_field(ERR_INPUT, "save",
                               _("“%s” is no dot; terrace history --json names the dot of each "
                                 "save"),
                               c->args.value[OPT_SAVE]);
    }
    return undo_save(t, id, given ? &which : NULL, bits, &c->arena, report);
}

static void undo_json(struct cli *c, const struct record *r, const struct undo_report *report)
{
    emit_open(&c->out, '{');
    emit_put_id(&c->out, "id", r->id);
    emit_put_id(&c->out, "dot", report->dot);
    emit_put_id(&c->out, "undone", report->undone);
    if (report->kept_count) {
        emit_key(&c->out, "kept");
        emit_open(&c->out, '[');
        for (size_t i = 0; i < report->kept_count; i++) {
            emit_text(&c->out, slice_str(show_field_key(r->kind, report->kept[i], &c->arena)));
        }
        emit_close(&c->out, ']');
    }
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
}

static void undo_words(struct cli *c, const struct record *r, const struct undo_report *report)
{
    char id[DOT_TEXT_SIZE];
    struct buf kept = {0};
    dot_format(r->id, id);
    if (report->deleted) {
        cli_say(c,
                _("That save had made the record, so the record is deleted now. Nothing is "
                  "lost: terrace undo %s brings it back."),
                id);
        return;
    }
    cli_say(c, _("Taken back, as a new save. terrace undo %s again would restore it."), id);
    for (size_t i = 0; i < report->kept_count; i++) {
        const struct field_def *f = schema_field(r->kind, report->kept[i]);
        buf_printf(&kept, "%s%s", i ? ", " : "",
                   f ? cli_field_label(c, f) : show_field_key(r->kind, report->kept[i], &c->arena));
    }
    if (kept.len) {
        cli_say(c, _("Not taken back, because it was changed since: %.*s."), (int)kept.len,
                (const char *)kept.ptr);
    }
    buf_free(&kept);
}

enum err cmd_undo(struct cli *c)
{
    struct txn *t = NULL;
    struct record r;
    struct undo_report report;
    char dot[DOT_TEXT_SIZE];
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    TRY(cli_end(t, undo(c, t, &r, &report)));
    if (c->json) {
        undo_json(c, &r, &report);
        return cli_flush(c);
    }
    dot_format(report.dot, dot);
    buf_printf(&c->out, "%s\n", dot);
    TRY(cli_flush(c));
    undo_words(c, &r, &report);
    return ERR_OK;
}
