/* report: figures of a unit and all below it */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/mask.h"
#include "cli/report.h"
#include "cli/settings.h"
#include "cli/show.h"

#include <stdlib.h>

static enum err list_reports(struct cli *c)
{
    struct table table = {.arena = &c->arena, .columns = 2};
    const struct report *r = NULL;
    for (size_t i = 0; (r = report_at(i)) != NULL; i++) {
        const char *title = strcmp(c->lang, "vi") == 0 ? r->vi : r->en;
        const struct slice cells[] = {slice_str(r->name), slice_str(title)};
        if (!c->json) {
            table_add(&table, cells);
            continue;
        }
        emit_open(&c->out, '{');
        emit_put_text(&c->out, "report", cells[0]);
        emit_put_text(&c->out, "title", cells[1]);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
    }
    table_write(&table, &c->out);
    return cli_flush(c);
}

/* Words may stand apart: terrace report branch life */
static enum err find_report(struct cli *c, const struct report **out)
{
    struct buf name = {0};
    for (size_t i = 0; i < c->args.word_count; i++) {
        buf_printf(&name, "%s%s", i ? " " : "", c->args.words[i]);
    }
    buf_add_byte(&name, '\0');
    *out = report_by_name((const char *)name.ptr);
    enum err e = *out ? ERR_OK
                      : error_set(ERR_INPUT,
                                  _("there is no report “%s”; terrace report --list "
                                    "names them"),
                                  (const char *)name.ptr);
    buf_free(&name);
    return e;
}

static enum err read_period(struct cli *c, struct txn *t, struct report_period *out)
{
    const char *day = NULL;
    TRY(setting_get(t, setting_find("report_day"), &c->arena, &day));
    int cutoff = (int)strtol(day, NULL, 10);
    if (!c->args.given[OPT_PERIOD]) {
        *out = report_period_month(store_today(t).i, cutoff);
        return ERR_OK;
    }
    return report_period_parse(slice_str(c->args.value[OPT_PERIOD]), cutoff, out);
}

/* A viewer's computer shows nothing of what it masks in records. */
static void drop_masked(struct report_result *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->row_count; i++) {
        if (!r->rows[i].measure->sensitive) {
            r->rows[kept++] = r->rows[i];
        }
    }
    r->row_count = kept;
}

static enum err compute(struct cli *c, struct txn *t, struct report_view *v)
{
    struct report_query q = {.report = v->report, .unit = store_identity(c->store)->unit};
    if (c->args.given[OPT_UNIT]) {
        TRY(cli_find(c, t, KIND_UNIT, c->args.value[OPT_UNIT], &q.unit));
    }
    TRY(read_period(c, t, &q.period));
    struct dot parent = unit_parent_at(t, q.unit, q.period.to);
    q.siblings = !dot_is_none(parent) && unit_is_within(t, parent, store_identity(c->store)->unit);
    if (report_reads_facts(v->report)) {
        TRY(report_facts(c, t, q.unit, &q));
    }
    TRY(report_run(t, &q, &c->arena, &v->result));
    if (mask_by_role(c->store)) {
        drop_masked(&v->result);
    }
    if (c->args.given[OPT_PUBLISH]) {
        struct dot id;
        int64_t before = 0;
        TRY(report_last_published(t, v->report, &v->result, &c->arena, &before));
        if (before != 0) {
            cli_say(c,
                    _("Note: this was published before, on %02d/%02d/%04d; from now on later "
                      "changes show beside the new one."),
                    DATE_DAY(before), DATE_MONTH(before), DATE_YEAR(before));
        }
        TRY(report_publish(t, v->report, &v->result, &c->arena, &id));
        cli_say(c, _("Published as %s; later changes show beside it."), dot_text(id, &c->arena));
    }
    return report_compare_published(t, v->report, &v->result, &c->arena, &v->published_on);
}

enum form { FORM_TEXT, FORM_HTML, FORM_SHEET, FORM_CSV, FORM_JSON };

static enum err choose_form(const struct cli *c, enum form *out)
{
    static const struct {
        const char *end;
        enum form form;
    } ends[] = {{".html", FORM_HTML},
                {".xlsx", FORM_SHEET},
                {".csv", FORM_CSV},
                {".jsonl", FORM_JSON},
                {".txt", FORM_TEXT}};
    const char *path = c->args.given[OPT_OUT] ? c->args.value[OPT_OUT] : "-";
    *out = FORM_TEXT;
    if (cli_is_dash(path)) {
        return ERR_OK;
    }
    for (size_t i = 0; i < ARRAY_COUNT(ends); i++) {
        size_t n = strlen(path), m = strlen(ends[i].end);
        if (n > m && strcmp(path + n - m, ends[i].end) == 0) {
            *out = ends[i].form;
            return ERR_OK;
        }
    }
    return error_set(ERR_INPUT, _("%s: a report is called .html, .xlsx, .csv, .jsonl or .txt"),
                     path);
}

static enum err write_file(struct cli *c, const struct report_view *v, enum form form)
{
    const char *path = c->args.value[OPT_OUT];
    struct buf out = {0};
    enum err e = ERR_OK;
    switch (form) {
    case FORM_SHEET:
        e = report_put_sheet(v, &c->env, path);
        break;
    case FORM_HTML:
        report_put_html(v, &out);
        break;
    case FORM_CSV:
        report_put_csv(v, &out);
        break;
    case FORM_JSON:
        report_put_json(v, &out);
        break;
    case FORM_TEXT:
        report_put_text(v, &out);
        break;
    }
    if (form != FORM_SHEET) {
        e = cli_write_file(c, path, buf_view(&out));
    }
    buf_free(&out);
    if (e == ERR_OK) {
        cli_say(c, _("Written to %s."), path);
    }
    return e;
}

enum err cmd_report(struct cli *c)
{
    struct report_view v = {.lang = c->lang, .arena = &c->arena};
    struct txn *t = NULL;
    enum form form = FORM_TEXT;
    bool publish = c->args.given[OPT_PUBLISH];
    if (c->args.given[OPT_LIST]) {
        return list_reports(c);
    }
    if (c->args.word_count == 0) {
        return error_set(ERR_USAGE, _("which report? terrace report --list names them"));
    }
    TRY(find_report(c, &v.report));
    TRY(choose_form(c, &form));
    TRY(publish ? cli_admitted(c) : ERR_OK);
    TRY(txn_begin(c->store, publish ? TXN_WRITE : TXN_READ, &t));
    enum err e = compute(c, t, &v);
    if (publish) {
        e = cli_end(t, e);
    } else {
        txn_abort(t);
    }
    TRY(e);
    if (c->args.given[OPT_OUT] && !cli_is_dash(c->args.value[OPT_OUT])) {
        TRY(write_file(c, &v, form));
        if (!c->json) {
            return ERR_OK;
        }
    }
    if (c->json) {
        report_put_json(&v, &c->out);
    } else {
        report_put_text(&v, &c->out);
    }
    return cli_flush(c);
}
