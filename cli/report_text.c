/* For the terminal: aligned columns, small bars. */
#include "cli/report.h"
#include "core/text.h"

#define BAR_CELLS 12
#define COLUMNS 5
#define HEADLINES 6
#define LINE_WIDTH 110 /* of the table of the units below */

/* Fills up to `width` columns, before the text when it is a number. */
static void put_padded(struct buf *out, const char *text, size_t width, bool number)
{
    size_t has = text_width(slice_str(text)), pad = has < width ? width - has : 0;
    buf_printf(out, "%*s%s%*s", number ? (int)pad : 0, "", text, number ? 0 : (int)pad, "");
}

static void put_bar(struct buf *out, int thousandths)
{
    static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int eighths = thousandths * BAR_CELLS * 8 / 1000;
    if (thousandths > 0 && eighths == 0) {
        eighths = 1;
    }
    for (int i = 0; i < eighths / 8; i++) {
        buf_add_str(out, "█");
    }
    buf_add_str(out, parts[eighths % 8]);
}

/* The months of a flow, one after the other. */
static void put_months(struct buf *out, const struct report_row *row, size_t count)
{
    static const char *const heights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    int64_t most = 0;
    for (size_t i = 0; i < count; i++) {
        most = row->months[i].known && row->months[i].tenths > most ? row->months[i].tenths : most;
    }
    for (size_t i = 0; most > 0 && i < count; i++) {
        const struct figure *f = &row->months[i];
        buf_add_str(out, f->known ? heights[f->tenths == most ? 7 : f->tenths * 8 / most] : " ");
    }
}

struct grid {
    const struct report_view *v;
    size_t widths[COLUMNS];
};

static void cells_of(const struct report_view *v, const struct report_row *row,
                     const char *cells[COLUMNS])
{
    const struct measure *m = row->measure;
    cells[0] = arena_printf(v->arena, "%s%s", row->grouped ? "    " : "  ", report_label(v, row));
    cells[1] = report_figure(v, m, row->value);
    cells[2] = report_figure(v, m, row->previous);
    cells[3] = report_figure(v, m, row->siblings);
    cells[4] = report_adjusted(v, row);
}

static void measure_cells(struct grid *g, const char *const cells[COLUMNS])
{
    for (size_t i = 0; i < COLUMNS; i++) {
        size_t w = text_width(slice_str(cells[i]));
        g->widths[i] = w > g->widths[i] ? w : g->widths[i];
    }
}

static void put_cells(const struct grid *g, const char *const cells[COLUMNS],
                      const struct report_row *row, struct buf *out)
{
    int bar = row ? report_bar(g->v, row) : -1;
    struct buf line = {0};
    bool shown[COLUMNS] = {true, true, true, g->v->result.sibling_count > 0,
                           g->v->published_on != 0};
    for (size_t i = 0; i < COLUMNS; i++) {
        if (!shown[i]) {
            continue;
        }
        buf_add_str(&line, i ? "  " : "");
        put_padded(&line, cells[i], g->widths[i], i > 0);
    }
    if (bar > 0) {
        buf_add_str(&line, "  ");
        put_bar(&line, bar);
    }
    if (bar < 0 && row && row->months && g->v->result.month_count > 1) {
        buf_add_str(&line, "  ");
        put_months(&line, row, g->v->result.month_count);
    }
    while (line.len > 0 && line.ptr[line.len - 1] == ' ') {
        line.len--;
    }
    buf_add_slice(out, buf_view(&line));
    buf_add_byte(out, '\n');
    buf_free(&line);
}

static void put_rows(const struct report_view *v, struct buf *out)
{
    struct grid g = {.v = v};
    const char *const head[COLUMNS] = {"", _("This period"), _("Previous"), _("Others"),
                                       _("Published")};
    const char *cells[COLUMNS];
    const struct report_section *section = NULL;
    measure_cells(&g, head);
    for (size_t i = 0; i < v->result.row_count; i++) {
        cells_of(v, &v->result.rows[i], cells);
        measure_cells(&g, cells);
    }
    put_cells(&g, head, NULL, out);
    for (size_t i = 0; i < v->result.row_count; i++) {
        const struct report_row *row = &v->result.rows[i];
        if (row->section != section && *report_section_label(v, row->section)) {
            buf_printf(out, "%s\n", report_section_label(v, row->section));
        }
        section = row->section;
        cells_of(v, row, cells);
        put_cells(&g, cells, row, out);
    }
}

/* How many columns there is room for, and how wide each is. */
static size_t fit_columns(const struct report_view *v, const struct report_row *const *rows,
                          size_t n, size_t room, size_t *widths)
{
    size_t used = 0;
    for (size_t k = 0; k < n; k++) {
        widths[k] = text_width(slice_str(report_label(v, rows[k])));
        for (size_t i = 0; i < v->result.below_count; i++) {
            const char *text = report_figure(v, rows[k]->measure, rows[k]->below[i]);
            size_t w = text_width(slice_str(text));
            widths[k] = w > widths[k] ? w : widths[k];
        }
        size_t all = text_width(slice_str(report_figure(v, rows[k]->measure, rows[k]->value)));
        widths[k] = all > widths[k] ? all : widths[k];
        used += widths[k] + 2;
        if (k > 0 && used > room) {
            return k;
        }
    }
    return n;
}

/* The line of a unit below, or of all together: below = the count of those. */
static void put_unit(const struct report_view *v, const struct report_row *const *rows, size_t n,
                     size_t below, const char *name, size_t name_width, const size_t *widths,
                     struct buf *out)
{
    put_padded(out, name, name_width, false);
    for (size_t k = 0; k < n; k++) {
        struct figure f = below < v->result.below_count ? rows[k]->below[below] : rows[k]->value;
        buf_add_str(out, "  ");
        put_padded(out, report_figure(v, rows[k]->measure, f), widths[k], true);
    }
    buf_add_byte(out, '\n');
}

/* Units below, a line each, with the headline measures; the last one as in the spreadsheet. */
static void put_below(const struct report_view *v, struct buf *out)
{
    const struct report_result *r = &v->result;
    const struct report_row *rows[HEADLINES];
    size_t n = report_headlines(v, rows, HEADLINES), name_width = 0, widths[HEADLINES] = {0};
    if (r->below_count == 0 || n == 0) {
        return;
    }
    for (size_t i = 0; i < r->below_count; i++) {
        size_t w = text_width(r->below[i].name) + text_width(r->below[i].code) + 5;
        name_width = w > name_width ? w : name_width;
    }
    const char *all = arena_printf(v->arena, "  %s", _("All together"));
    name_width = text_width(slice_str(all)) > name_width ? text_width(slice_str(all)) : name_width;
    n = fit_columns(v, rows, n, LINE_WIDTH - name_width, widths);
    buf_printf(out, "\n%s\n", _("Units below"));
    put_padded(out, "", name_width, false);
    for (size_t k = 0; k < n; k++) {
        buf_add_str(out, "  ");
        put_padded(out, report_label(v, rows[k]), widths[k], true);
    }
    buf_add_byte(out, '\n');
    for (size_t i = 0; i < r->below_count; i++) {
        const char *name =
            arena_printf(v->arena, "  %.*s (%.*s)", (int)r->below[i].name.len,
                         (const char *)r->below[i].name.ptr, (int)r->below[i].code.len,
                         (const char *)r->below[i].code.ptr);
        put_unit(v, rows, n, i, name, name_width, widths, out);
    }
    put_unit(v, rows, n, r->below_count, all, name_width, widths, out);
}

void report_put_text(const struct report_view *v, struct buf *out)
{
    buf_printf(out, "%s\n%s\n%s\n", report_title(v), report_subtitle(v), report_explains(v));
    if (*report_notice(v)) {
        buf_printf(out, "%s\n", report_notice(v));
    }
    buf_add_byte(out, '\n');
    put_rows(v, out);
    put_below(v, out);
}
