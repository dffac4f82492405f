/* export: .xlsx, .csv and .jsonl, in the words that import takes back. */
#include "cli/cmd.h"
#include "cli/export_sheet.h"
#include "cli/json.h"
#include "cli/mask.h"
#include "cli/query.h"
#include "cli/row.h"
#include "cli/show.h"

#include <errno.h>

struct export_state {
    struct cli *c;
    const struct kind_def *kind;
    FILE *file;
    bool csv, sheet;
    struct export_sheet table;
    int64_t count;
    struct buf out;
};

static enum err write_out(void *ctx)
{
    struct export_state *s = ctx;
    bool good = s->out.len == 0 || fwrite(s->out.ptr, 1, s->out.len, s->file) == s->out.len;
    buf_clear(&s->out);
    return good ? ERR_OK : error_set(ERR_IO, _("the file could not be written to its end"));
}

bool export_has(const struct field_def *f)
{
    return !(f->flags & FIELD_MACHINE) && !mask_hides(f);
}

static void put_head(struct export_state *s)
{
    const struct field_def *f = NULL;
    buf_add_str(&s->out, "id");
    for (size_t i = 0; (f = schema_field_at(s->kind, i)) != NULL; i++) {
        if (export_has(f)) {
            buf_printf(&s->out, ",%s", f->name);
        }
    }
    buf_add_byte(&s->out, '\n');
}

struct slice export_datum(const struct hit *hit, const struct field_def *f, const struct datum *d)
{
    struct slice code = {0};
    if (d->type == DATUM_REF && f->ref_kind == KIND_UNIT) {
        code = unit_code(hit->t, d->ref, hit->arena);
    }
    return code.len ? code : show_plain(f, d, hit->arena);
}

static void put_cell(struct export_state *s, const struct hit *hit, const struct field_def *f)
{
    const struct record *r = hit->record;
    struct buf joined = {0};
    if (!record_field(r, f->number)) {
        return;
    }
    if (f->rule != MERGE_SET) {
        const struct value *v = merge_shown(r, f->number);
        if (v) {
            csv_put_data(&s->out, export_datum(hit, f, &v->datum));
        }
        return;
    }
    size_t count = 0;
    const struct value **v = merge_siblings(r, f->number, hit->arena, &count);
    for (size_t i = 0; i < count; i++) {
        buf_add_str(&joined, i ? ";" : "");
        buf_add_slice(&joined, export_datum(hit, f, &v[i]->datum));
    }
    csv_put_data(&s->out, buf_view(&joined));
    buf_free(&joined);
}

static bool visit(void *ctx, const struct hit *hit)
{
    struct export_state *s = ctx;
    const struct field_def *f = NULL;
    char id[DOT_TEXT_SIZE];
    s->count++;
    if (s->sheet) {
        export_sheet_row(&s->table, hit);
        return true;
    }
    if (!s->csv) {
        show_json(hit->t, hit->record, hit->local, hit->arena, &s->out);
        return true;
    }
    dot_format(hit->record->id, id);
    buf_add_str(&s->out, id);
    for (size_t i = 0; (f = schema_field_at(s->kind, i)) != NULL; i++) {
        if (export_has(f)) {
            buf_add_byte(&s->out, ',');
            put_cell(s, hit, f);
        }
    }
    buf_add_byte(&s->out, '\n');
    return true;
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* Of a path, and of --template: a template is a table. */
static enum err choose_form(struct export_state *s, const char *path)
{
    s->sheet = ends_with(path, ".xlsx");
    s->csv = ends_with(path, ".csv") || (s->c->args.given[OPT_TEMPLATE] && !s->sheet);
    if (!s->csv && !s->sheet && !cli_is_dash(path) && !ends_with(path, ".jsonl")) {
        return error_set(ERR_INPUT, _("%s: an export is called .xlsx, .csv or .jsonl"), path);
    }
    return ERR_OK;
}

static enum err run_sheet(struct export_state *s, const struct query *q, const char *path)
{
    bool is_template = s->c->args.given[OPT_TEMPLATE];
    export_sheet_begin(&s->table, s->c, s->kind, is_template);
    enum err e = is_template ? ERR_OK : query_run(s->c, q, visit, write_out, s);
    e = e ? e : export_sheet_end(&s->table, path);
    export_sheet_free(&s->table);
    return e;
}

static enum err run_lines(struct export_state *s, const struct query *q, const char *path)
{
    bool to_stdout = cli_is_dash(path);
    enum err e = ERR_OK;
    s->file = to_stdout ? stdout : fopen(path, "w");
    if (!s->file) {
        return error_set(ERR_IO, _("%s cannot be written"), path);
    }
    if (s->csv) {
        put_head(s);
    }
    if (!s->c->args.given[OPT_TEMPLATE]) {
        e = query_run(s->c, q, visit, write_out, s);
    }
    e = e ? e : write_out(s);
    bool closed = to_stdout ? fflush(stdout) == 0 : fclose(s->file) == 0;
    buf_free(&s->out);
    return e == ERR_OK && !closed ? error_set(ERR_IO, _("the file could not be written to its end"))
                                  : e;
}

enum err cmd_export(struct cli *c)
{
    struct export_state s = {.c = c};
    const char *path = c->args.words[1];
    struct query q;
    TRY(cli_kind(c->args.words[0], &s.kind));
    mask_use(c->args.given[OPT_MASK] || mask_by_role(c->store));
    TRY(choose_form(&s, path));
    TRY(query_build(c, s.kind, NULL, 0, &q));
    TRY(s.sheet ? run_sheet(&s, &q, path) : run_lines(&s, &q, path));
    if (c->args.given[OPT_TEMPLATE] && !cli_is_dash(path)) {
        cli_say(c, _("The template is %s. Fill it in, and: terrace import %s %s"), path,
                s.kind->name, path);
    } else if (!cli_is_dash(path)) {
        cli_say(c, _("%lld records written to %s."), (long long)s.count, path);
    }
    return ERR_OK;
}
