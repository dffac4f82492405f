/* import: rows become drafts, some hundred in a transaction. A row that names a record further down
 * in the file waits until the rest was read. */
#include "cli/cmd.h"
#include "cli/column.h"
#include "cli/json.h"
#include "cli/rejects.h"
#include "cli/sheet_zip.h"
#include "core/text.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROWS_PER_COMMIT 500
#define WAITING_MAX_BYTES (4u << 20)
#define NOTES_TOLD 20 /* a list of thousands is not told row by row; the inbox keeps what stays */

struct mapping {
    struct slice column, field;
};
struct import {
    struct cli *c;
    const struct kind_def *kind;
    const char *file;
    struct txn *t;
    size_t in_txn;
    bool dry_run;
    int64_t rows, added, changed, unchanged, rejected, noted;
    struct arena arena; /* of one row */
    struct mapping *map;
    size_t map_count;
    struct buf waiting; /* rows whose references were not found, packed */
    size_t waiting_count;
    bool last_pass;
    bool refused; /* for a column that is no field: nothing was read */
    bool named;   /* the columns have the names of fields already */
    struct rejects rejects;
};

/* ---- rows that wait ------------------------------------------------------------------------- */

static void wait_put(struct import *im, const struct row *row)
{
    row_pack(&im->waiting, row);
    im->waiting_count++;
}

/* ---- one row -------------------------------------------------------------------------------- */

static struct slice mapped(const struct import *im, struct slice name)
{
    for (size_t i = 0; i < im->map_count && !im->named; i++) {
        if (slice_equal(im->map[i].column, name)) {
            return im->map[i].field;
        }
    }
    return name;
}

static struct slice cell_text(const struct import *im, const struct row *row, const char *name)
{
    for (size_t i = 0; i < row->count; i++) {
        if (!row->cells[i].elements &&
            slice_equal(mapped(im, row->cells[i].name), slice_str(name))) {
            return row->cells[i].value;
        }
    }
    return slice_make("", 0);
}

static enum err match_ext_id(struct import *im, struct slice text, struct dot *out)
{
    struct id_list found;
    struct slice want;
    TRY(text_normalize(text, &im->arena, &want));
    TRY(store_ids_by_key(im->t, im->kind->number, F_EXT_ID, want, 64, &im->arena, &found));
    for (size_t i = 0; i < found.count; i++) {
        struct record r;
        TRY(store_get(im->t, found.ids[i], &im->arena, &r, NULL));
        const struct value *v = merge_shown(&r, F_EXT_ID);
        bool same = v && v->datum.type == DATUM_TEXT && slice_equal(v->datum.text, want);
        if (same && (dot_is_none(*out) || !merge_is_deleted(&r))) {
            *out = found.ids[i];
        }
    }
    return ERR_OK;
}

/* The record a row is about: by id, by ext_id, a unit by its code; none = a new one. */
static enum err match_row(struct import *im, const struct row *row, struct dot *out)
{
    struct slice id = cell_text(im, row, "id"), ext_id = cell_text(im, row, "ext_id");
    *out = (struct dot){0, 0};
    if (id.len > 0) {
        struct id_list found;
        enum err e = draft_resolve_ref(im->t, im->kind->number, id, &im->arena, out, &found);
        return e == ERR_NOT_FOUND
                   ? error_set_field(ERR_INPUT, "id", _("there is no record with this ID here"))
                   : e;
    }
    if (ext_id.len > 0) {
        TRY(match_ext_id(im, ext_id, out));
    }
    if (dot_is_none(*out) && im->kind->number == KIND_UNIT) {
        struct slice code = cell_text(im, row, "code");
        enum err e = code.len ? unit_by_code(im->t, code, out) : ERR_NOT_FOUND;
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    return ERR_OK;
}

static enum err save_row(struct import *im, const struct row *row, bool *is_new, struct dot *dot,
                         struct id_list *candidates)
{
    struct draft draft = {.kind = im->kind->number,
                          .via = VIA_IMPORT,
                          .may_repeat = true,
                          .anyway = im->c->args.given[OPT_ANYWAY],
                          .notes = &im->c->notes};
    struct draft_item *items = arena_array(&im->arena, row->count + 1, sizeof(*items));
    struct dot id;
    TRY(match_row(im, row, &draft.id));
    *is_new = dot_is_none(draft.id);
    for (size_t i = 0; i < row->count; i++) {
        const struct cell *cell = &row->cells[i];
        struct slice name = mapped(im, cell->name);
        bool known = im->named || column_name(im->kind, name, &name);
        if ((known && name.len == 0) || slice_equal(name, slice_str(COLUMN_ID))) {
            continue;
        }
        items[draft.item_count++] = (struct draft_item){.name = name,
                                                        .value = cell->value,
                                                        .elements = cell->elements,
                                                        .element_count = cell->element_count};
    }
    draft.items = items;
    return draft_save(im->t, &draft, &im->arena, &id, dot, candidates);
}

static bool is_row_error(enum err e)
{
    return e == ERR_INPUT || e == ERR_RULE || e == ERR_DOUBLE || e == ERR_AMBIGUOUS ||
           e == ERR_NOT_FOUND || e == ERR_TOO_LARGE || e == ERR_REFUSED;
}

static enum err commit(struct import *im)
{
    struct txn *t = im->t;
    if (!t || im->in_txn < ROWS_PER_COMMIT) {
        return ERR_OK;
    }
    im->t = NULL;
    im->in_txn = 0;
    if (im->dry_run) {
        im->t = t;
        return ERR_OK;
    }
    if (!im->c->json && isatty(STDERR_FILENO)) {
        (void)fprintf(stderr, "\r%lld ", (long long)im->rows);
    }
    return txn_commit(t);
}

/* With whom the row may be mixed up, for a file that is read without the screen beside it. */
static const char *with_candidates(struct import *im, const char *reason)
{
    const struct id_list *list = &im->c->candidates;
    for (size_t i = 0; i < list->count; i++) {
        reason = arena_printf(&im->arena, "%s%s%s", reason, i == 0 ? " → " : "; ",
                              cli_candidate(im->c, im->c->candidates_in, list->ids[i], &im->arena));
    }
    return reason;
}

static enum err reject(struct import *im, const struct row *row, enum err e)
{
    const struct error_detail before = *error_last();
    const struct error_detail *why = &before;
    const char *text = why->code == e && why->text[0] ? why->text : error_text(e);
    const char *reason = text;
    im->rejected++;
    cli_tell_error(im->c, e, im->file, row->line);
    if (im->c->args.given[OPT_REJECTS]) {
        const struct field_def *f = schema_field_by_name(im->kind, slice_str(why->field));
        if (f) {
            reason = arena_printf(&im->arena, "%s: %s", cli_field_label(im->c, f), text);
        } else if (row->count == 0) { /* nothing of it can be shown but where it stood */
            reason = arena_printf(&im->arena, _("line %zu: %s"), row->line, text);
        }
        rejects_add(&im->rejects, row, with_candidates(im, reason));
    }
    return ERR_OK;
}

/* Warnings of a row, which lie in its arena. */
static void note(struct import *im, size_t line)
{
    im->noted += im->c->notes.count > 0 ? 1 : 0;
    if (im->noted <= NOTES_TOLD) {
        cli_tell_notes(im->c, im->file, line);
    }
    im->c->notes = (struct rule_notes){0};
}

static enum err on_bad(void *ctx, const struct row *row)
{
    struct import *im = ctx;
    im->rows++;
    return reject(im, row, error_last()->code);
}

static enum err try_row(struct import *im, const struct row *row)
{
    struct dot dot = {0, 0};
    bool is_new = false;
    if (!im->t) {
        TRY(txn_begin(im->c->store, TXN_WRITE, &im->t));
    }
    arena_reset(&im->arena);
    struct id_list candidates = {0};
    enum err e = save_row(im, row, &is_new, &dot, &candidates);
    if (e == ERR_NOT_FOUND && !im->last_pass && im->waiting.len < WAITING_MAX_BYTES) {
        wait_put(im, row);
        return ERR_OK;
    }
    if (e != ERR_OK) {
        im->c->notes = (struct rule_notes){0};
    }
    if (is_row_error(e)) {
        im->c->candidates = candidates; /* told with the row, and gone with its arena */
        im->c->candidates_in = im->t;   /* a row of this very file may be among them */
        enum err told = reject(im, row, e);
        im->c->candidates = (struct id_list){0};
        im->c->candidates_in = NULL;
        return told;
    }
    TRY(e);
    note(im, row->line);
    if (dot_is_none(dot)) {
        im->unchanged++;
    } else if (is_new) {
        im->added++;
    } else {
        im->changed++;
    }
    im->in_txn++;
    return commit(im);
}

static enum err on_row(void *ctx, const struct row *row)
{
    struct import *im = ctx;
    im->rows++;
    return try_row(im, row);
}

/* A column that is no field would be lost silently row by row: better to refuse the file. */
static enum err on_head(void *ctx, size_t line, struct slice *names, size_t count)
{
    struct import *im = ctx;
    rejects_head(&im->rejects, names, count);
    for (size_t i = 0; i < count; i++) {
        struct slice name = mapped(im, names[i]);
        if (column_name(im->kind, name, &names[i])) {
            continue;
        }
        int len = name.len > 60 ? 60 : (int)name.len;
        const char *near = column_nearest(im->c, im->kind, name, &im->c->arena);
        if (near[0]) {
            (void)error_set(ERR_INPUT,
                            _("a %s has no field “%.*s”; is it one of these: %s? See: terrace help "
                              "%s"),
                            im->kind->name, len, (const char *)name.ptr, near, im->kind->name);
        } else {
            (void)error_set(ERR_INPUT, _("a %s has no field “%.*s”; see: terrace help %s"),
                            im->kind->name, len, (const char *)name.ptr, im->kind->name);
        }
        im->rejected++;
        im->refused = true;
        cli_tell_error(im->c, ERR_INPUT, im->file, line);
        return ERR_END;
    }
    im->named = true;
    return ERR_OK;
}

static bool is_sheet(void *ctx, struct slice name)
{
    const struct import *im = ctx;
    return schema_kind_by_name(name) == im->kind;
}

static bool is_column(void *ctx, struct slice name)
{
    const struct import *im = ctx;
    return column_name(im->kind, mapped(im, name), &name);
}

/* Rows wait for each other in chains, so it goes round as long as that brings something. */
static enum err run_waiting(struct import *im)
{
    enum err e = ERR_OK;
    while (e == ERR_OK && im->waiting_count > 0) {
        struct buf rows = im->waiting;
        struct arena arena = {0};
        size_t count = im->waiting_count, at = 0;
        im->waiting = (struct buf){0};
        im->waiting_count = 0;
        for (size_t i = 0; i < count && e == ERR_OK; i++) {
            arena_reset(&arena);
            struct row row = row_unpack(&rows, &at, &arena);
            e = try_row(im, &row);
        }
        im->last_pass = im->waiting_count == count;
        arena_free(&arena);
        buf_free(&rows);
    }
    return e;
}

/* ---- the file ------------------------------------------------------------------------------- */

static enum err load_map(struct import *im, const char *path)
{
    struct buf text = {0};
    struct cli *c = im->c;
    enum err e = c->env.read_file(c->env.ctx, path, 65536, &text);
    im->map = arena_array(&c->arena, text.len + 1, sizeof(*im->map));
    for (size_t from = 0, at = 0; e == ERR_OK && at <= text.len; at++) {
        if (at < text.len && text.ptr[at] != '\n') {
            continue;
        }
        struct slice line = slice_make(text.ptr + from, at - from);
        const uint8_t *equals = line.len ? memchr(line.ptr, '=', line.len) : NULL;
        from = at + 1;
        if (!equals) {
            continue;
        }
        size_t column = (size_t)(equals - line.ptr);
        struct mapping *m = &im->map[im->map_count++];
        e = text_normalize(slice_make(line.ptr, column), &c->arena, &m->column);
        e = e ? e
              : text_normalize(slice_make(equals + 1, line.len - column - 1), &c->arena, &m->field);
    }
    buf_free(&text);
    return e;
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

static void took_first(void *ctx, struct slice name, size_t others)
{
    const struct import *im = ctx;
    cli_say(im->c,
            ngettext("Of this file the sheet “%.*s” is read; %zu other is not.",
                     "Of this file the sheet “%.*s” is read; %zu others are not.", others),
            (int)name.len, (const char *)name.ptr, others);
}

static enum err read_sheet(struct import *im, FILE *in, const struct row_sink *sink)
{
    const struct sheet_wish wish = {im, is_sheet, is_column, took_first};
    struct buf file = {0};
    uint8_t chunk[16384];
    size_t n = 0;
    while (file.len <= PARCEL_MAX_BYTES && (n = fread(chunk, 1, sizeof(chunk), in)) > 0) {
        buf_add(&file, chunk, n);
    }
    enum err e = ferror(in) ? error_set(ERR_IO, _("the file could not be read to its end"))
                            : rows_read_xlsx(buf_view(&file), &wish, sink);
    buf_free(&file);
    return e;
}

enum form { FORM_CSV, FORM_JSONL, FORM_XLSX };

static enum err form_of(const struct import *im, FILE *in, enum form *out)
{
    static const char *const endings[] = {".csv", ".jsonl", ".xlsx"};
    for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
        if (ends_with(im->file, endings[i])) {
            *out = (enum form)i;
            return ERR_OK;
        }
    }
    if (strcmp(im->file, "-") != 0) {
        return error_set(ERR_INPUT, _("%s: a file to import is called .xlsx, .csv or .jsonl"),
                         im->file);
    }
    int first = getc(in);
    (void)ungetc(first, in);
    *out = first == '{' ? FORM_JSONL : first == 'P' ? FORM_XLSX : FORM_CSV;
    return ERR_OK;
}

static enum err read_file(struct import *im, FILE *in)
{
    const struct row_sink sink = {im, on_head, on_row, on_bad};
    enum form form = FORM_CSV;
    TRY(form_of(im, in, &form));
    if (im->c->args.given[OPT_REJECTS]) {
        TRY(rejects_check(im->c->args.value[OPT_REJECTS], form != FORM_JSONL));
    }
    return form == FORM_XLSX    ? read_sheet(im, in, &sink)
           : form == FORM_JSONL ? rows_read_jsonl(in, &sink)
                                : rows_read_csv(in, &sink);
}

static enum err open_file(const char *path, FILE **out)
{
    struct stat st;
    *out = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (!*out) {
        return error_set(errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, _("%s cannot be read"), path);
    }
    if (fstat(fileno(*out), &st) == 0 && S_ISDIR(st.st_mode)) {
        (void)fclose(*out);
        return error_set(ERR_INPUT, _("%s is a directory"), path);
    }
    return ERR_OK;
}

static enum err report(struct import *im)
{
    struct cli *c = im->c;
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_int(&c->out, "rows", im->rows);
        emit_put_int(&c->out, "added", im->added);
        emit_put_int(&c->out, "changed", im->changed);
        emit_put_int(&c->out, "unchanged", im->unchanged);
        emit_put_int(&c->out, "rejected", im->rejected);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        return cli_flush(c);
    }
    buf_printf(&c->out, _("%lld rows: %lld added, %lld changed, %lld unchanged, %lld rejected.\n"),
               (long long)im->rows, (long long)im->added, (long long)im->changed,
               (long long)im->unchanged, (long long)im->rejected);
    if (im->noted > NOTES_TOLD) {
        cli_say(c, _("Notes on %lld rows in all; the first %d are shown."), (long long)im->noted,
                NOTES_TOLD);
    }
    if (im->dry_run) {
        buf_add_str(&c->out, _("This was a trial: nothing was written.\n"));
    }
    if (im->refused) {
        buf_add_str(&c->out,
                    _("Nothing of this file was taken. Give that column the name of a field; or a "
                      "name that begins with _, and it is passed over; or say with --map FILE, in "
                      "a line COLUMN=FIELD, which field it is.\n"));
        return cli_flush(c);
    }
    if (!im->dry_run && im->rejected > 0) {
        buf_add_str(&c->out, _("The good rows are kept. Correct the others and import the file "
                               "again; what is there already stays as it is.\n"));
    }
    if (im->rejected > 0 && !c->args.given[OPT_REJECTS]) {
        buf_add_str(&c->out, _("With --rejects FILE they are written to a file of their own, each "
                               "with its reason.\n"));
    }
    if (im->rejects.count > 0) {
        buf_printf(&c->out,
                   _("The rejected rows are in %s, each with its reason. Correct them "
                     "there, and import that file.\n"),
                   c->args.value[OPT_REJECTS]);
    }
    return cli_flush(c);
}

enum err cmd_import(struct cli *c)
{
    struct import im = {.c = c, .file = c->args.words[1], .dry_run = c->args.given[OPT_DRY_RUN]};
    FILE *in = NULL;
    TRY(cli_kind(c->args.words[0], &im.kind));
    if (c->args.given[OPT_MAP]) {
        TRY(load_map(&im, c->args.value[OPT_MAP]));
    }
    TRY(open_file(im.file, &in));
    enum err e = read_file(&im, in);
    e = e ? e : run_waiting(&im);
    if (im.t && e == ERR_OK && !im.dry_run) {
        e = txn_commit(im.t);
    } else {
        txn_abort(im.t);
    }
    if (in != stdin) {
        (void)fclose(in);
    }
    if (e == ERR_OK && c->args.given[OPT_REJECTS]) {
        e = rejects_save(&im.rejects, c, c->args.value[OPT_REJECTS]);
    }
    rejects_free(&im.rejects);
    buf_free(&im.waiting);
    arena_free(&im.arena);
    TRY(e);
    if (im.rejected > 0) {
        c->exit_status = 1;
    }
    return report(&im);
}
