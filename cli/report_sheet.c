/* As a spreadsheet: the figures on one sheet, the units below with totals on another. */
#include "cli/report.h"
#include "cli/sheet.h"

#define HEADLINES 24

static enum sheet_format format_of(const struct measure *m)
{
    return m->unit == MEASURE_PERCENT ? SHEET_PERCENT
           : m->unit == MEASURE_MONEY ? SHEET_MONEY
                                      : SHEET_NUMBER;
}

static void put_figure(struct book *b, const struct report_view *v, const struct measure *m,
                       struct figure f)
{
    if (!f.known) {
        book_skip(b);
    } else if (m->unit == MEASURE_PERCENT) {
        book_percent(b, f.tenths * 10);
    } else if (m->unit == MEASURE_MONEY) {
        book_money(b, f.tenths / 10);
    } else if (f.tenths % 10 == 0) {
        book_number(b, f.tenths / 10);
    } else {
        book_text(b, slice_str(report_figure(v, m, f)));
    }
}

static void put_figures(struct book *b, const struct report_view *v,
                        const struct sheet_column *columns, size_t count)
{
    book_sheet(b, report_title(v));
    book_title(b, report_title(v));
    book_line(b, slice_str(report_subtitle(v)));
    book_line(b, slice_str(report_explains(v)));
    if (*report_notice(v)) {
        book_line(b, slice_str(report_notice(v)));
    }
    book_head(b, columns, count);
    for (size_t i = 0; i < v->result.row_count; i++) {
        const struct report_row *row = &v->result.rows[i];
        book_text(b, slice_str(report_section_label(v, row->section)));
        book_text(b, slice_str(report_label(v, row)));
        book_text(b, row->id);
        put_figure(b, v, row->measure, row->value);
        put_figure(b, v, row->measure, row->previous);
        put_figure(b, v, row->measure, row->siblings);
        if (row->adjusted) {
            put_figure(b, v, row->measure, row->frozen);
        }
        book_row_end(b);
    }
}

/* The total is the unit's own figure, which is more than those below where it keeps records itself.
 */
static void put_below(struct book *b, const struct report_view *v,
                      const struct report_row *const *rows, const struct sheet_column *columns,
                      size_t count)
{
    const struct report_result *r = &v->result;
    book_sheet(b, _("Units below"));
    book_title(b, report_title(v));
    book_line(b, slice_str(report_subtitle(v)));
    book_head(b, columns, count + 2);
    for (size_t i = 0; i < r->below_count; i++) {
        book_text(b, r->below[i].code);
        book_text(b, r->below[i].name);
        for (size_t k = 0; k < count; k++) {
            put_figure(b, v, rows[k]->measure, rows[k]->below[i]);
        }
        book_row_end(b);
    }
    book_text(b, r->unit.code);
    book_text(b, slice_str(_("All together")));
    for (size_t k = 0; k < count; k++) {
        put_figure(b, v, rows[k]->measure, rows[k]->value);
    }
    book_row_end(b);
}

enum err report_put_sheet(const struct report_view *v, const struct env *env, const char *path)
{
    struct book *b = book_new();
    const struct report_row *rows[HEADLINES];
    size_t n = report_headlines(v, rows, HEADLINES);
    const struct sheet_column columns[] = {
        {.head = _("Part"), .width_chars = 24},
        {.head = _("Measure"), .width_chars = 40},
        {.head = _("Code"), .width_chars = 24},
        {.head = _("This period"), .format = SHEET_NUMBER, .width_chars = 14},
        {.head = _("Previous"), .format = SHEET_NUMBER, .width_chars = 14},
        {.head = _("Others"), .format = SHEET_NUMBER, .width_chars = 14},
        {.head = _("Published"), .format = SHEET_NUMBER, .width_chars = 14},
    };
    struct sheet_column below[HEADLINES + 2] = {{.head = _("Code"), .width_chars = 12},
                                                {.head = _("Unit"), .width_chars = 32}};
    for (size_t k = 0; k < n; k++) {
        below[k + 2] = (struct sheet_column){.head = report_label(v, rows[k]),
                                             .format = format_of(rows[k]->measure),
                                             .width_chars = 14};
    }
    put_figures(b, v, columns, v->published_on ? 7 : 6);
    if (v->result.below_count > 0 && n > 0) {
        put_below(b, v, rows, below, n);
    }
    enum err e = book_save(b, env, path);
    book_free(b);
    return e;
}
