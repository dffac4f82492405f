/* The rows of a sheet. */
#include "cli/row.h"
#include "cli/sheet.h"
#include "cli/sheet_parts.h"
#include "core/datum.h"

#include <stdlib.h>

#define HEAD_ROWS_MAX 20   /* how far down a head is looked for */
#define PLACE_TEXT 16      /* "AMJ1048576" */
#define SERIAL_END 2958466 /* 01/01/10000 */

struct grid {
    const struct parts *parts;
    const struct row_sink *sink;
    const struct sheet_wish *wish;
    size_t head_row; /* 0: it is looked for */
    size_t first_row, rows_seen;
    struct arena arena; /* names of the columns */
    struct slice *names;
    bool *headed; /* something stands at the head of this column, whatever it is called by now */
    size_t name_count;
    struct buf bytes; /* the texts of the present row's cells, one after another */
    struct place {
        size_t column, from, end;
    } * cells;
    size_t count;
    size_t row; /* present row; from 1 */
    size_t column;
    uint16_t shown;
    char type[12];
    bool in_row, in_cell, in_text, has_formula, has_value, over;
    bool looking; /* for the head; nothing is handed over yet */
    size_t aside;
    bool bad; /* the present row; error_last() says why, kept here: */
    struct error_detail why;
};

/* ---- where it is ---------------------------------------------------------------------------- */

/* "BC12": column from 0, row from 1. */
static bool parse_place(const char *s, size_t *column, size_t *row)
{
    size_t letters = 0, digits = 0;
    *column = *row = 0;
    for (; s[letters] >= 'A' && s[letters] <= 'Z' && letters < 4; letters++) {
        *column = *column * 26 + (size_t)(s[letters] - 'A' + 1);
    }
    for (s += letters; s[digits] >= '0' && s[digits] <= '9' && digits < 8; digits++) {
        *row = *row * 10 + (size_t)(s[digits] - '0');
    }
    (*column)--;
    return letters > 0 && digits > 0 && s[digits] == '\0' && *row > 0;
}

static void place_text(size_t column, size_t row, char out[PLACE_TEXT])
{
    char letters[8];
    size_t n = 0;
    for (size_t v = column + 1; v > 0 && n < sizeof(letters); v = (v - 1) / 26) {
        letters[n++] = (char)('A' + (v - 1) % 26);
    }
    for (size_t i = 0; i < n; i++) {
        out[i] = letters[n - 1 - i];
    }
    (void)snprintf(out + n, PLACE_TEXT - n, "%u", (unsigned)row);
}

/* The rest of the row is still read, and then told as bad. */
static enum err mark_bad(struct grid *g, enum err e)
{
    if (!g->bad && e != ERR_OK) {
        g->bad = true;
        g->why = *error_last();
    }
    return ERR_OK;
}

static enum err out_of_order(void)
{
    return error_set(ERR_INPUT, _("the cells of this .xlsx file are not in their order; open it in "
                                  "a spreadsheet program and save it again"));
}

/* ---- numbers -------------------------------------------------------------------------------- */

static void add_date(struct grid *g, int64_t days, uint16_t shown)
{
    int64_t date = date_of_number(days);
    buf_printf(&g->bytes, "%04d", DATE_YEAR(date));
    if (shown != SHOWN_YEAR) {
        buf_printf(&g->bytes, "-%02d", DATE_MONTH(date));
    }
    if (shown == SHOWN_DATE) {
        buf_printf(&g->bytes, "-%02d", DATE_DAY(date));
    }
}

/* A serial counts days from 31/12/1899 with a day too many in 1900, or from 01/01/1904. */
static enum err add_serial(struct grid *g, double v, uint16_t shown)
{
    int64_t days = (int64_t)v, seconds = (int64_t)((v - (double)days) * 86400 + 0.5);
    days += seconds == 86400;
    seconds %= 86400;
    bool from_1904 = g->parts->from_1904;
    if (shown == SHOWN_TIME && days == 0) {
        buf_printf(&g->bytes, "%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60));
        return ERR_OK;
    }
    if (!from_1904 && days == 60) {
        return error_set(ERR_INPUT, _("a date that is none"));
    }
    int64_t since_1970 = from_1904 ? days - 24107 : days < 60 ? days - 25568 : days - 25569;
    add_date(g, since_1970, shown == SHOWN_TIME ? SHOWN_DATE : shown);
    if (seconds != 0 && shown != SHOWN_MONTH && shown != SHOWN_YEAR) {
        buf_printf(&g->bytes, " %02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60));
    }
    return ERR_OK;
}

static bool is_whole(const char *s)
{
    size_t at = *s == '-' ? 1 : 0, digits = strspn(s + at, "0123456789");
    return digits > 0 && digits <= 18 && s[at + digits] == '\0';
}

static enum err take_number(struct grid *g, const char *text)
{
    char *end = NULL;
    double v = strtod(text, &end);
    if (end == text || *end != '\0') {
        return error_set(ERR_INPUT, _("a number that is none"));
    }
    if (g->shown != SHOWN_NUMBER && g->shown < SHOWN_PADDED) {
        return v >= 0 && v < SERIAL_END ? add_serial(g, v, g->shown)
                                        : error_set(ERR_INPUT, _("a date that is none"));
    }
    bool whole = v > -1e15 && v < 1e15 && (double)(int64_t)v == v;
    if (g->shown >= SHOWN_PADDED && v >= 0 && whole) {
        buf_printf(&g->bytes, "%0*.0f", g->shown - SHOWN_PADDED, v);
    } else if (is_whole(text)) {
        buf_add_str(&g->bytes, text);
    } else if (whole) {
        buf_printf(&g->bytes, "%.0f", v);
    } else {
        buf_printf(&g->bytes, "%.15g", v);
    }
    return ERR_OK;
}

/* ---- cells ---------------------------------------------------------------------------------- */

static enum err cell_open(struct grid *g, const char **attributes)
{
    const char *place = xml_attribute(attributes, "r"), *type = xml_attribute(attributes, "t");
    const char *style = xml_attribute(attributes, "s");
    size_t column = g->count ? g->cells[g->count - 1].column + 1 : 0, row = g->row;
    if (place && !parse_place(place, &column, &row)) {
        return out_of_order();
    }
    if (row != g->row || (g->count > 0 && column <= g->cells[g->count - 1].column)) {
        return out_of_order();
    }
    g->column = column;
    (void)snprintf(g->type, sizeof(g->type), "%s", type ? type : "n");
    g->shown = style ? parts_shown(g->parts, strtoul(style, NULL, 10)) : (uint16_t)SHOWN_NUMBER;
    g->has_formula = g->has_value = false;
    /* a cell far to the right counts only when something stands in it */
    if (g->count == SHEET_COLUMNS_MAX) {
        return error_set(ERR_TOO_LARGE, _("this sheet has more than %d columns"),
                         SHEET_COLUMNS_MAX);
    }
    g->cells[g->count].column = column;
    g->cells[g->count].from = g->bytes.len;
    return ERR_OK;
}

static struct slice bytes_from(const struct buf *b, size_t from)
{
    return b->len > from ? slice_make(b->ptr + from, b->len - from) : slice_make("", 0);
}

/* What was gathered becomes what the cell says. */
static enum err cell_value(struct grid *g, size_t from)
{
    char text[64];
    struct slice s = bytes_from(&g->bytes, from);
    if (strcmp(g->type, "s") != 0 && strcmp(g->type, "b") != 0 && strcmp(g->type, "n") != 0) {
        parts_unescape(&g->bytes, from);
        if (strcmp(g->type, "d") == 0 && s.len > 10 && s.ptr[10] == 'T') {
            g->bytes.len = from + 10;
        }
        return strcmp(g->type, "e") == 0
                   ? error_set(ERR_INPUT, _("it shows the error %.*s"),
                               s.len > 20 ? 20 : (int)s.len, (const char *)s.ptr)
                   : ERR_OK;
    }
    if (s.len == 0) {
        return ERR_OK;
    }
    if (s.len >= sizeof(text)) {
        return error_set(ERR_INPUT, _("a number that is none"));
    }
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    g->bytes.len = from;
    if (g->type[0] == 'n') {
        return take_number(g, text);
    }
    if (g->type[0] == 'b') {
        buf_add_str(&g->bytes, strcmp(text, "0") == 0 ? "false" : "true");
        return ERR_OK;
    }
    size_t index = is_whole(text) ? strtoul(text, NULL, 10) : SIZE_MAX;
    if (index >= g->parts->text_count) {
        return error_set(ERR_INPUT, _("its text is missing in the file"));
    }
    buf_add_slice(&g->bytes, parts_text(g->parts, index));
    return ERR_OK;
}

static enum err cell_close(struct grid *g)
{
    struct place *cell = &g->cells[g->count];
    char place[PLACE_TEXT];
    enum err e = cell_value(g, cell->from);
    place_text(cell->column, g->row, place);
    if (e == ERR_OK && g->has_formula && !g->has_value) {
        e = error_set(ERR_INPUT, _("its formula has not been worked out; open the file in a "
                                   "spreadsheet program and save it again"));
    }
    if (e != ERR_OK) {
        struct error_detail why = *error_last(); /* error_set writes over it */
        g->bytes.len = cell->from;
        return mark_bad(g, error_set(e, _("cell %s: %s"), place, why.text));
    }
    if (g->bytes.len == cell->from) {
        return ERR_OK;
    }
    if (g->bytes.len > ROW_MAX_BYTES) {
        g->bytes.len = cell->from;
        return mark_bad(g, error_set(ERR_TOO_LARGE, _("this line is longer than a row can be")));
    }
    cell->end = g->bytes.len;
    g->count++;
    return ERR_OK;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static struct slice text_of(const struct grid *g, size_t i)
{
    return slice_make(g->bytes.ptr + g->cells[i].from, g->cells[i].end - g->cells[i].from);
}

/* While the head is looked for. */
static void try_head(struct grid *g)
{
    size_t known = 0;
    for (size_t i = 0; i < g->count; i++) {
        known += g->wish->is_column(g->wish->ctx, text_of(g, i));
    }
    g->first_row = g->first_row ? g->first_row : g->row;
    g->rows_seen++;
    if (known * 2 > g->count && g->rows_seen <= HEAD_ROWS_MAX) {
        g->head_row = g->row;
    }
}

static enum err take_head(struct grid *g)
{
    g->name_count = g->cells[g->count - 1].column + 1;
    if (g->name_count > SHEET_COLUMNS_MAX) {
        return error_set(ERR_TOO_LARGE, _("this sheet has more than %d columns"),
                         SHEET_COLUMNS_MAX);
    }
    g->names = arena_array(&g->arena, g->name_count, sizeof(*g->names));
    g->headed = arena_array(&g->arena, g->name_count, sizeof(*g->headed));
    for (size_t i = 0; i < g->count; i++) {
        g->names[g->cells[i].column] = arena_copy(&g->arena, text_of(g, i));
        g->headed[g->cells[i].column] = true;
    }
    return g->sink->head(g->sink->ctx, g->row, g->names, g->name_count);
}

static enum err take_row(struct grid *g)
{
    char place[PLACE_TEXT];
    struct cell *cells = calloc(g->name_count + 1, sizeof(*cells));
    CHECK(cells != NULL);
    struct row row = {.line = g->row, .cells = cells, .count = g->name_count};
    for (size_t i = 0; i < g->name_count; i++) {
        cells[i].name = g->names[i];
        cells[i].value = slice_make("", 0);
    }
    for (size_t i = 0; i < g->count; i++) {
        size_t column = g->cells[i].column;
        if (column >= g->name_count || !g->headed[column]) {
            place_text(column, g->row, place);
            (void)mark_bad(g, error_set(ERR_INPUT,
                                        _("cell %s: nothing stands at the head of this column"),
                                        place));
            continue;
        }
        cells[column].value = text_of(g, i);
    }
    enum err e = ERR_OK;
    if (g->bad) {
        (void)error_set(g->why.code, "%s", g->why.text);
        e = g->sink->bad(g->sink->ctx, &row);
    } else {
        e = g->sink->row(g->sink->ctx, &row);
    }
    free(cells);
    return e;
}

static enum err row_close(struct grid *g)
{
    enum err e = ERR_OK;
    if (g->looking) {
        if (g->head_row == 0 && g->count > 0) {
            try_head(g);
        }
    } else if (g->row == g->head_row) {
        e = g->count > 0 ? take_head(g) : out_of_order();
    } else if (g->row > g->head_row && (g->count > 0 || g->bad)) {
        e = take_row(g);
    }
    return e;
}

static enum err grid_open(void *ctx, const char *name, const char **attributes)
{
    struct grid *g = ctx;
    if (g->over) {
        return ERR_OK;
    }
    if (strcmp(name, "row") == 0) {
        const char *r = xml_attribute(attributes, "r");
        size_t row = r ? strtoul(r, NULL, 10) : g->row + 1;
        if (row <= g->row || row > SHEET_ROWS_MAX) {
            return out_of_order();
        }
        g->in_row = true;
        g->in_cell = false;
        g->row = row;
        g->count = 0;
        g->bad = false;
        buf_clear(&g->bytes);
    } else if (strcmp(name, "c") == 0 && g->in_row) {
        g->in_cell = true;
        return cell_open(g, attributes);
    }
    g->aside += strcmp(name, "rPh") == 0;
    g->has_formula = g->has_formula || strcmp(name, "f") == 0;
    g->in_text = g->aside == 0 && (strcmp(name, "v") == 0 || strcmp(name, "t") == 0);
    g->has_value = g->has_value || g->in_text;
    return ERR_OK;
}

static enum err grid_close(void *ctx, const char *name)
{
    struct grid *g = ctx;
    g->in_text = false;
    g->aside -= g->aside > 0 && strcmp(name, "rPh") == 0;
    if (g->over) {
        return ERR_OK;
    }
    if (g->in_cell && strcmp(name, "c") == 0) {
        g->in_cell = false;
        return cell_close(g);
    }
    if (g->in_row && strcmp(name, "row") == 0) {
        g->in_row = g->in_cell = false;
        return row_close(g);
    }
    g->over = g->over || strcmp(name, "sheetData") == 0;
    return ERR_OK;
}

static enum err grid_text(void *ctx, struct slice piece)
{
    struct grid *g = ctx;
    return g->in_text && g->in_cell ? parts_add_text(&g->bytes, g->cells[g->count].from, piece)
                                    : ERR_OK;
}

/* ---- the file ------------------------------------------------------------------------------- */

static enum err read_grid(struct parcel *p, const struct sheet_entry *sheet, struct grid *g)
{
    const struct xml_sink sink = {g, grid_open, grid_close, grid_text};
    g->row = g->count = g->aside = 0;
    g->bad = g->in_row = g->in_cell = g->in_text = g->over = false;
    return xml_read(p, sheet->part, &sink);
}

static const struct sheet_entry *choose(const struct parts *parts, const struct sheet_wish *wish)
{
    const struct sheet_entry *first = NULL;
    size_t seen = 0;
    for (size_t i = 0; i < parts->sheet_count; i++) {
        const struct sheet_entry *s = &parts->sheets[i];
        if (wish->is_sheet(wish->ctx, s->name)) {
            return s;
        }
        seen += !s->hidden;
        first = first || s->hidden ? first : s;
    }
    if (seen > 1) {
        wish->took_first(wish->ctx, first->name, seen - 1);
    }
    return first;
}

enum err rows_read_xlsx(struct slice file, const struct sheet_wish *wish,
                        const struct row_sink *sink)
{
    struct parcel *p = NULL;
    struct parts parts = {0};
    struct grid g = {.parts = &parts, .sink = sink, .wish = wish};
    g.cells = calloc(SHEET_COLUMNS_MAX + 1, sizeof(*g.cells));
    CHECK(g.cells != NULL);
    enum err e = parcel_open(file, &p);
    e = e ? e : parts_read(p, &parts);
    const struct sheet_entry *sheet = e == ERR_OK ? choose(&parts, wish) : NULL;
    if (e == ERR_OK && !sheet) {
        e = error_set(ERR_INPUT, _("there is no sheet in this .xlsx file"));
    }
    /* all of it once, so that a damaged file is refused before anything of it is taken */
    g.looking = true;
    e = e ? e : read_grid(p, sheet, &g);
    g.looking = false;
    g.head_row = g.head_row ? g.head_row : g.first_row;
    if (e == ERR_OK && g.head_row == 0) {
        e = error_set(ERR_INPUT, _("the sheet is empty"));
    }
    e = e ? e : read_grid(p, sheet, &g);
    free(g.cells);
    buf_free(&g.bytes);
    arena_free(&g.arena);
    parts_free(&parts);
    parcel_close(p);
    return e == ERR_END ? ERR_OK : e;
}
