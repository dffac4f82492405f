#include "cli/rejects.h"

#include "cli/json.h"
#include "cli/sheet.h"

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* Begins with _, so that it is passed over when the file comes back. */
static const char *reason_name(void)
{
    return _("_error");
}

void rejects_head(struct rejects *r, const struct slice *names, size_t count)
{
    r->names = arena_array(&r->arena, count + 1, sizeof(*r->names));
    r->name_count = 0;
    for (size_t i = 0; i < count; i++) {
        r->names[r->name_count++] = arena_copy(&r->arena, names[i]);
    }
}

void rejects_add(struct rejects *r, const struct row *row, const char *why)
{
    if (r->rows.len > REJECTS_MAX_BYTES) {
        r->left_out++;
        return;
    }
    struct cell reason = {.name = slice_str(why), .value = slice_make("", 0)};
    row_pack(&r->rows, row);
    row_pack(&r->rows, &(struct row){.line = row->line, .cells = &reason, .count = 1});
    r->count++;
}

enum err rejects_check(const char *path, bool has_columns)
{
    if (ends_with(path, ".jsonl") || (has_columns && ends_with(path, ".csv")) ||
        (has_columns && ends_with(path, ".xlsx"))) {
        return ERR_OK;
    }
    return has_columns
               ? error_set(ERR_INPUT,
                           _("%s: a file of rejected rows is called .xlsx, .csv "
                             "or .jsonl"),
                           path)
               : error_set(ERR_INPUT, _("%s: rejected rows of a .jsonl file go to a .jsonl file"),
                           path);
}

/* The columns that are written: an older reason gives way to the new one. */
static bool is_kept(const struct rejects *r, size_t column)
{
    return !slice_equal(r->names[column], slice_str(reason_name())) &&
           !slice_equal(r->names[column], slice_str("_error"));
}

static struct slice cell_at(const struct row *row, size_t column)
{
    return column < row->count ? row->cells[column].value : slice_make("", 0);
}

/* ---- three forms ---------------------------------------------------------------------------- */

static void put_csv(const struct rejects *r, const struct row *row, struct slice why,
                    struct buf *out)
{
    for (size_t i = 0; i < r->name_count; i++) {
        if (is_kept(r, i)) {
            csv_put_data(out, row ? cell_at(row, i) : r->names[i]);
            buf_add_byte(out, ',');
        }
    }
    csv_put_data(out, why);
    buf_add_byte(out, '\n');
}

static void put_json(const struct rejects *r, const struct row *row, struct slice why,
                     struct buf *out)
{
    struct arena arena = {0};
    emit_open(out, '{');
    for (size_t i = 0; i < row->count; i++) {
        const struct cell *cell = &row->cells[i];
        emit_key(out, arena_cstr(&arena, i < r->name_count ? r->names[i] : cell->name));
        if (!cell->elements) {
            emit_text(out, cell->value);
            continue;
        }
        emit_open(out, '[');
        for (size_t j = 0; j < cell->element_count; j++) {
            emit_text(out, cell->elements[j]);
        }
        emit_close(out, ']');
    }
    emit_put_text(out, "_error", why);
    emit_close(out, '}');
    buf_add_byte(out, '\n');
    arena_free(&arena);
}

static void put_sheet(const struct rejects *r, const struct row *row, struct slice why,
                      struct book *book)
{
    for (size_t i = 0; i < r->name_count; i++) {
        if (is_kept(r, i)) {
            book_text(book, cell_at(row, i));
        }
    }
    book_text(book, why);
    book_row_end(book);
}

static void head_sheet(struct rejects *r, struct book *book)
{
    struct sheet_column *columns = arena_array(&r->arena, r->name_count + 1, sizeof(*columns));
    size_t count = 0;
    for (size_t i = 0; i < r->name_count; i++) {
        if (is_kept(r, i)) {
            columns[count++].head = arena_cstr(&r->arena, r->names[i]);
        }
    }
    columns[count++] =
        (struct sheet_column){.head = reason_name(), .width_chars = 60, .wanted = true};
    book_head(book, columns, count);
}

enum err rejects_save(struct rejects *r, struct cli *c, const char *path)
{
    struct buf out = {0};
    struct arena arena = {0};
    bool sheet = ends_with(path, ".xlsx"), csv = ends_with(path, ".csv");
    struct book *book = NULL;
    if (r->count == 0) {
        return ERR_OK;
    }
    if (sheet) {
        book = book_new();
        book_sheet(book, _("Rejected rows"));
        head_sheet(r, book);
    } else if (csv) {
        put_csv(r, NULL, slice_str(reason_name()), &out);
    }
    for (size_t i = 0, at = 0; i < r->count; i++) {
        arena_reset(&arena);
        struct row row = row_unpack(&r->rows, &at, &arena);
        struct slice why = row_unpack(&r->rows, &at, &arena).cells[0].name;
        if (sheet) {
            put_sheet(r, &row, why, book);
        } else if (csv) {
            put_csv(r, &row, why, &out);
        } else {
            put_json(r, &row, why, &out);
        }
    }
    enum err e = sheet ? book_save(book, &c->env, path) : cli_write_file(c, path, buf_view(&out));
    book_free(book);
    arena_free(&arena);
    buf_free(&out);
    return e;
}

void rejects_free(struct rejects *r)
{
    buf_free(&r->rows);
    arena_free(&r->arena);
}
