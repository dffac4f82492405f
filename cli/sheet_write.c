/* .xlsx by libxlsxwriter; the only module that includes it. */
#include "cli/sheet.h"
#include "core/datum.h"
#include "core/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <xlsxwriter.h>

#define NAME_MAX_CHARS 31
#define NOTE_MAX_CHARS 250
#define WIDTH_MAX 60
#define BOOK_MAX_BYTES (512u << 20)
#define LIST_SHEET "_"

#define FORMATS (SHEET_DATE + 1)

struct choice_list {
    const char *const *words;
    size_t count;
    uint32_t first_row; /* on the hidden sheet */
};
struct book {
    FILE *file; /* what the library writes into; nobody else sees it, and nothing stays of it */
    lxw_workbook *workbook;
    lxw_worksheet *sheet;
    lxw_format *formats[FORMATS];
    lxw_format *title, *head, *head_wanted;
    struct buf text; /* the cell at hand, as the library wants it */
    struct arena arena;
    struct choice_list *lists;
    size_t list_count, list_cap, column_count;
    uint32_t row, list_row, head_row;
    uint16_t column;
    bool has_head, filtered;
    enum err error;
};

/* ---- errors --------------------------------------------------------------------------------- */

static void fail(struct book *b, lxw_error e)
{
    if (e == LXW_NO_ERROR || b->error != ERR_OK) {
        return;
    }
    switch (e) {
    case LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED:
        b->error = error_set(ERR_INPUT,
                             _("row %u: a cell of a spreadsheet holds %d characters, and this text "
                               "is longer; export it as .jsonl"),
                             (unsigned)b->row + 1, SHEET_TEXT_MAX_CHARS);
        break;
    case LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE:
        b->error = error_set(ERR_TOO_LARGE,
                             _("a spreadsheet holds %d rows, and these are more; export them as "
                               ".csv, or unit by unit"),
                             SHEET_ROWS_MAX);
        break;
    default:
        b->error =
            errno == ENOSPC
                ? error_set(ERR_DISK_FULL, "%s", error_text(ERR_DISK_FULL))
                : error_set(ERR_IO, _("the spreadsheet could not be written: %s"), lxw_strerror(e));
    }
}

static bool ready(struct book *b)
{
    if (b->error == ERR_OK && b->row >= SHEET_ROWS_MAX) {
        fail(b, LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE);
    }
    CHECK(b->error != ERR_OK || b->sheet != NULL);
    return b->error == ERR_OK;
}

/* ---- text ----------------------------------------------------------------------------------- */

static bool is_hex(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* "_x0041_" would be read as "A": its first character is written as such a code itself. */
static bool looks_escaped(struct slice s, size_t at)
{
    return s.len - at >= 7 && s.ptr[at] == '_' && s.ptr[at + 1] == 'x' && is_hex(s.ptr[at + 2]) &&
           is_hex(s.ptr[at + 3]) && is_hex(s.ptr[at + 4]) && is_hex(s.ptr[at + 5]) &&
           s.ptr[at + 6] == '_';
}

static const char *cell_text(struct book *b, struct slice s)
{
    buf_clear(&b->text);
    for (size_t i = 0; i < s.len; i++) {
        if (looks_escaped(s, i)) {
            buf_add_str(&b->text, "_x005F");
        }
        if (s.ptr[i] != '\0') {
            buf_add_byte(&b->text, s.ptr[i]);
        }
    }
    buf_add_byte(&b->text, '\0');
    return (const char *)b->text.ptr;
}

/* At most so many characters; never half of one. */
static const char *shortened(struct book *b, struct slice s, size_t max_chars)
{
    size_t chars = 0, at = 0;
    for (; at < s.len; at++) {
        if ((s.ptr[at] & 0xc0) != 0x80 && ++chars > max_chars) {
            break;
        }
    }
    return arena_cstr(&b->arena, slice_make(s.ptr, at));
}

/* ---- the book ------------------------------------------------------------------------------- */

static lxw_format *new_format(struct book *b, const char *number)
{
    lxw_format *f = workbook_add_format(b->workbook);
    CHECK(f != NULL);
    format_set_num_format(f, number);
    format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
    return f;
}

static void make_formats(struct book *b)
{
    static const char *const numbers[FORMATS] = {"@", "0", "#,##0", "0.0%", "dd/mm/yyyy"};
    for (size_t i = 0; i < FORMATS; i++) {
        b->formats[i] = new_format(b, numbers[i]);
    }
    b->title = new_format(b, "@");
    format_set_bold(b->title);
    format_set_font_size(b->title, 14);
    b->head = new_format(b, "@");
    b->head_wanted = new_format(b, "@");
    lxw_format *const heads[] = {b->head, b->head_wanted};
    for (size_t i = 0; i < ARRAY_COUNT(heads); i++) {
        format_set_bold(heads[i]);
        format_set_text_wrap(heads[i]);
        format_set_border(heads[i], LXW_BORDER_THIN);
        format_set_bg_color(heads[i], i == 0 ? 0xdddddd : 0xffe699);
    }
}

struct book *book_new(void)
{
    struct book *b = calloc(1, sizeof(*b));
    CHECK(b != NULL);
    b->file = tmpfile();
    if (!b->file) {
        fail(b, LXW_ERROR_CREATING_TMPFILE);
        return b;
    }
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    char path[64];
    (void)snprintf(path, sizeof(path), "/dev/fd/%d", fileno(b->file));
    b->workbook = workbook_new_opt(path, &options);
    CHECK(b->workbook != NULL);
    make_formats(b);
    return b;
}

void book_free(struct book *b)
{
    if (!b) {
        return;
    }
    if (b->workbook) {
        lxw_workbook_free(b->workbook);
    }
    if (b->file) {
        (void)fclose(b->file);
    }
    buf_free(&b->text);
    arena_free(&b->arena);
    free(b);
}

/* The filter is for the rows so far. The library takes it only as long as nothing stands below. */
static void end_table(struct book *b)
{
    if (b->error != ERR_OK || !b->sheet || !b->has_head || b->filtered) {
        return;
    }
    uint32_t last = b->row - 1 > b->head_row ? b->row - 1 : b->head_row + 1;
    b->filtered = true;
    fail(b, worksheet_autofilter(b->sheet, b->head_row, 0, last, (lxw_col_t)(b->column_count - 1)));
}

void book_sheet(struct book *b, const char *name)
{
    if (b->error != ERR_OK) {
        return;
    }
    char *clean = arena_cstr(&b->arena, slice_str(shortened(b, slice_str(name), NAME_MAX_CHARS)));
    for (char *p = clean; *p; p++) {
        *p = strchr("[]:*?/\\'", *p) ? ' ' : *p;
    }
    end_table(b);
    b->row = b->head_row = 0;
    b->column = 0;
    b->column_count = 0;
    b->has_head = b->filtered = false;
    b->sheet = workbook_add_worksheet(b->workbook, clean);
    if (!b->sheet) {
        fail(b, LXW_ERROR_SHEETNAME_ALREADY_USED);
        return;
    }
    worksheet_set_paper(b->sheet, 9); /* A4 */
    worksheet_set_landscape(b->sheet);
    worksheet_fit_to_pages(b->sheet, 1, 0);
    fail(b, worksheet_set_footer(b->sheet, "&C&P / &N"));
    /* numbers of people are text, and nobody is to be warned of that cell by cell */
    fail(b, worksheet_ignore_errors(b->sheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "A1:XFD1048576"));
}

static void put_line(struct book *b, struct slice text, lxw_format *format)
{
    if (!ready(b)) {
        return;
    }
    CHECK(b->column == 0);
    end_table(b);
    if (text.len > 0) {
        fail(b, worksheet_write_string(b->sheet, b->row, 0, cell_text(b, text), format));
    }
    b->row++;
}

void book_title(struct book *b, const char *text)
{
    put_line(b, slice_str(text), b->title);
}

void book_line(struct book *b, struct slice text)
{
    put_line(b, text, b->formats[SHEET_TEXT]);
}

/* ---- the head ------------------------------------------------------------------------------- */

/* Lists stand one below the other on a hidden sheet: in the cell's own rule they would have to be
 * shorter than 255 characters. */
static uint32_t keep_list(struct book *b, const struct sheet_column *c)
{
    for (size_t i = 0; i < b->list_count; i++) {
        if (b->lists[i].words == c->choices && b->lists[i].count == c->choice_count) {
            return b->lists[i].first_row;
        }
    }
    if (b->list_count == b->list_cap) {
        size_t cap = b->list_cap ? b->list_cap * 2 : 16;
        struct choice_list *grown = arena_array(&b->arena, cap, sizeof(*grown));
        if (b->list_count > 0) {
            memcpy(grown, b->lists, b->list_count * sizeof(*grown));
        }
        b->lists = grown;
        b->list_cap = cap;
    }
    struct choice_list list = {c->choices, c->choice_count, b->list_row};
    b->lists[b->list_count++] = list;
    b->list_row += (uint32_t)c->choice_count;
    return list.first_row;
}

static void put_rule(struct book *b, const struct sheet_column *c, uint16_t column)
{
    lxw_data_validation rule = {.validate = LXW_VALIDATION_TYPE_ANY,
                                .ignore_blank = LXW_VALIDATION_ON,
                                .show_input = LXW_VALIDATION_ON,
                                .error_type = LXW_VALIDATION_ERROR_TYPE_WARNING};
    /* the library's fields are not const, but only read */
    if (c->note) {
        rule.input_message = (char *)(uintptr_t)shortened(b, slice_str(c->note), NOTE_MAX_CHARS);
    }
    if (c->choice_count > 0) {
        uint32_t first = keep_list(b, c);
        rule.validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
        rule.dropdown = LXW_VALIDATION_ON;
        rule.show_error = LXW_VALIDATION_ON;
        rule.value_formula = arena_printf(&b->arena, "='" LIST_SHEET "'!$A$%u:$A$%u", first + 1,
                                          first + (unsigned)c->choice_count);
    }
    fail(b, worksheet_data_validation_range(b->sheet, b->head_row + 1, column, SHEET_ROWS_MAX - 1,
                                            column, &rule));
}

void book_head(struct book *b, const struct sheet_column *columns, size_t count)
{
    if (!ready(b)) {
        return;
    }
    CHECK(!b->has_head && b->column == 0 && count > 0 && count <= SHEET_COLUMNS_MAX);
    b->has_head = true;
    b->head_row = b->row;
    b->column_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct sheet_column *c = &columns[i];
        uint16_t column = (uint16_t)i;
        size_t width = c->width_chars ? c->width_chars : text_width(slice_str(c->head)) + 4;
        width = width < 8 ? 8 : width > WIDTH_MAX ? WIDTH_MAX : width;
        fail(b,
             worksheet_set_column(b->sheet, column, column, (double)width, b->formats[c->format]));
        fail(b, worksheet_write_string(b->sheet, b->row, column, cell_text(b, slice_str(c->head)),
                                       c->wanted ? b->head_wanted : b->head));
        if (c->note || c->choice_count > 0) {
            put_rule(b, c, column);
        }
    }
    worksheet_freeze_panes(b->sheet, b->row + 1, 0);
    fail(b, worksheet_repeat_rows(b->sheet, b->row, b->row));
    b->row++;
}

/* ---- cells ---------------------------------------------------------------------------------- */

/* Where the next cell goes, or false. */
static bool next(struct book *b, uint16_t *column)
{
    if (!ready(b)) {
        return false;
    }
    CHECK(b->column < SHEET_COLUMNS_MAX);
    *column = b->column++;
    return true;
}

static void put_number(struct book *b, double v, enum sheet_format format)
{
    uint16_t column = 0;
    if (next(b, &column)) {
        fail(b, worksheet_write_number(b->sheet, b->row, column, v, b->formats[format]));
    }
}

/* A number of more digits than the program of an office keeps is written as text. */
static void put_whole(struct book *b, int64_t v, enum sheet_format format)
{
    if (v > 999999999999999 || v < -999999999999999) {
        char text[32];
        (void)snprintf(text, sizeof(text), "%lld", (long long)v);
        book_text(b, slice_str(text));
        return;
    }
    put_number(b, (double)v, format);
}

void book_text(struct book *b, struct slice text)
{
    uint16_t column = 0;
    if (!next(b, &column)) {
        return;
    }
    if (text.len > 0) {
        fail(b, worksheet_write_string(b->sheet, b->row, column, cell_text(b, text),
                                       b->formats[SHEET_TEXT]));
    }
}

void book_skip(struct book *b)
{
    book_text(b, slice_make("", 0));
}

void book_number(struct book *b, int64_t v)
{
    put_whole(b, v, SHEET_NUMBER);
}

void book_money(struct book *b, int64_t dong)
{
    put_whole(b, dong, SHEET_MONEY);
}

void book_percent(struct book *b, int64_t basis_points)
{
    put_number(b, (double)basis_points / 10000, SHEET_PERCENT);
}

void book_date(struct book *b, int64_t date)
{
    int year = DATE_YEAR(date), month = DATE_MONTH(date), day = DATE_DAY(date);
    char text[32];
    uint16_t column = 0;
    /* the format's calendar is wrong before March of 1900 */
    if (day != 0 && (year > 1900 || (year == 1900 && month >= 3))) {
        lxw_datetime when = {.year = year, .month = month, .day = day};
        if (next(b, &column)) {
            fail(b,
                 worksheet_write_datetime(b->sheet, b->row, column, &when, b->formats[SHEET_DATE]));
        }
        return;
    }
    if (day != 0) {
        (void)snprintf(text, sizeof(text), "%02d/%02d/%04d", day, month, year);
    } else if (month != 0) {
        (void)snprintf(text, sizeof(text), "%02d/%04d", month, year);
    } else {
        (void)snprintf(text, sizeof(text), "%04d", year);
    }
    book_text(b, slice_str(text));
}

void book_month(struct book *b, int64_t month)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "%02d/%04d", MONTH_MONTH(month), MONTH_YEAR(month));
    book_text(b, slice_str(text));
}

void book_row_end(struct book *b)
{
    if (b->error == ERR_OK) {
        b->row++;
    }
    b->column = 0;
}

/* ---- saving --------------------------------------------------------------------------------- */

static void put_lists(struct book *b)
{
    book_sheet(b, LIST_SHEET);
    for (size_t i = 0; i < b->list_count; i++) {
        for (size_t j = 0; j < b->lists[i].count && b->error == ERR_OK; j++) {
            fail(b, worksheet_write_string(b->sheet, b->lists[i].first_row + (uint32_t)j, 0,
                                           cell_text(b, slice_str(b->lists[i].words[j])), NULL));
        }
    }
    if (b->error == ERR_OK) {
        worksheet_hide(b->sheet);
    }
}

static enum err read_back(FILE *file, struct buf *bytes)
{
    uint8_t chunk[16384];
    size_t n = 0;
    rewind(file);
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        if (bytes->len > BOOK_MAX_BYTES) {
            return error_set(ERR_TOO_LARGE, _("the spreadsheet is too large; export it as .csv"));
        }
        buf_add(bytes, chunk, n);
    }
    return ferror(file) ? error_set(ERR_IO, _("the file could not be read to its end")) : ERR_OK;
}

enum err book_save(struct book *b, const struct env *env, const char *path)
{
    struct buf bytes = {0};
    if (b->error == ERR_OK && b->list_count > 0) {
        put_lists(b);
    } else if (b->error == ERR_OK) {
        end_table(b);
    }
    if (b->error != ERR_OK) {
        return b->error;
    }
    CHECK(b->sheet != NULL);
    errno = 0;
    fail(b, workbook_close(b->workbook)); /* it frees the workbook, whatever comes of it */
    b->workbook = NULL;
    enum err e = b->error;
    e = e ? e : read_back(b->file, &bytes);
    if (e == ERR_OK && strcmp(path, "-") != 0) {
        e = env->write_file(env->ctx, path, buf_view(&bytes));
    } else if (e == ERR_OK &&
               (fwrite(bytes.ptr, 1, bytes.len, stdout) != bytes.len || fflush(stdout) != 0)) {
        e = error_set(ERR_IO, _("the file could not be written to its end"));
    }
    buf_free(&bytes);
    return e;
}
