/* One page that carries everything in itself. */
#include "cli/chart.h"
#include "cli/html.h"
#include "cli/report.h"

#define BARS_MAX 40
#define HEADLINES 6

static const char rules[] =
    "figure{margin:2mm 0 4mm}\nfigcaption{font-weight:bold;margin:0 0 1mm}\n"
    "svg{width:100%;height:auto;display:block}\n"
    "table.even{table-layout:fixed;width:99.6%}\nth.first{width:46%}\nth.unit{width:28%}\ntd.deep{"
    "padding-left:7mm}\ntr.all td{font-weight:bold}\n"
    ".note{font-size:11pt;font-style:italic;text-align:center}\n";

static void put_row(const struct report_view *v, const struct report_row *row, struct buf *out)
{
    const struct measure *m = row->measure;
    buf_add_str(out, "<tr>");
    buf_add_str(out, row->grouped ? "<td class=\"deep\">" : "<td>");
    html_text(out, slice_str(report_label(v, row)));
    buf_add_str(out, "</td>");
    html_put(out, "td", "num", slice_str(report_figure(v, m, row->value)));
    html_put(out, "td", "num", slice_str(report_figure(v, m, row->previous)));
    if (v->result.sibling_count > 0) {
        html_put(out, "td", "num", slice_str(report_figure(v, m, row->siblings)));
    }
    if (v->published_on) {
        html_put(out, "td", "num", slice_str(report_adjusted(v, row)));
    }
    buf_add_str(out, "</tr>\n");
}

static void put_head(const struct report_view *v, struct buf *out)
{
    buf_add_str(out, "<table class=\"grid even\"><thead><tr>");
    html_put(out, "th", "first", slice_str(_("Measure")));
    html_put(out, "th", NULL, slice_str(_("This period")));
    html_put(out, "th", NULL, slice_str(_("Previous")));
    if (v->result.sibling_count > 0) {
        html_put(out, "th", NULL, slice_str(_("Others")));
    }
    if (v->published_on) {
        html_put(out, "th", NULL, slice_str(_("Published")));
    }
    buf_add_str(out, "</tr></thead><tbody>\n");
}

/* A picture of each group of a section, and one of its shares. */
static void put_charts(const struct report_view *v, size_t from, size_t to, struct buf *out)
{
    struct chart_bar bars[BARS_MAX];
    size_t n = 0;
    for (size_t i = from; i < to; i = i + 1) {
        const struct report_row *row = &v->result.rows[i];
        bool group = row->measure->how == HOW_GROUP;
        bool first = group && (i == from || v->result.rows[i - 1].measure != row->measure);
        n = 0;
        for (size_t k = i; first && k < to && v->result.rows[k].measure == row->measure; k++) {
            const struct report_row *bar = &v->result.rows[k];
            if (n < BARS_MAX) {
                bars[n++] = (struct chart_bar){.label = report_key_label(v, bar),
                                               .text = report_figure(v, bar->measure, bar->value),
                                               .value = bar->value.known ? bar->value.tenths : 0,
                                               .beside = bar->previous.tenths,
                                               .has_beside = bar->previous.known};
            }
        }
        const char *title = strcmp(v->lang, "vi") == 0 ? row->measure->vi : row->measure->en;
        chart_bars(out, title, bars, n, 0, _("This period"),
                   n && bars[0].has_beside ? _("Previous") : NULL);
    }
    n = 0;
    for (size_t i = from; i < to && n < BARS_MAX; i++) {
        const struct report_row *row = &v->result.rows[i];
        if (row->measure->unit == MEASURE_PERCENT && row->value.known) {
            bars[n++] = (struct chart_bar){.label = report_label(v, row),
                                           .text = report_figure(v, row->measure, row->value),
                                           .value = row->value.tenths,
                                           .beside = row->previous.tenths,
                                           .has_beside = true};
        }
    }
    chart_bars(out, _("Shares"), bars, n, 1000, _("This period"), _("Previous"));
}

/* How the months of the period went: shares against 100 %, or one count. */
struct trend {
    const struct report_view *v;
    struct chart_line lines[CHART_LINES_MAX];
    size_t count;
    int64_t most;
    struct figure greatest;
};

static void add_line(struct trend *t, const struct report_row *row)
{
    size_t months = t->v->result.month_count;
    int64_t *values = arena_array(t->v->arena, months, sizeof(*values));
    bool *known = arena_array(t->v->arena, months, sizeof(*known));
    for (size_t i = 0; i < months; i++) {
        values[i] = row->months[i].tenths;
        known[i] = row->months[i].known;
        if (known[i] && values[i] > t->most) {
            t->most = values[i];
            t->greatest = row->months[i];
        }
    }
    t->lines[t->count++] = (struct chart_line){report_label(t->v, row), values, known};
}

static void put_trend(const struct report_view *v, struct trend *t, const struct report_row *row,
                      struct buf *out)
{
    const char *words[12];
    const struct report_result *r = &v->result;
    for (size_t i = 0; i < r->month_count; i++) {
        int64_t month = r->period.first_month + (int64_t)i;
        words[i] = arena_printf(v->arena, "%d/%d", (int)(month % 12 + 1), (int)(month / 12));
    }
    if (t->count > 0) {
        bool share = row->measure->unit == MEASURE_PERCENT;
        chart_lines(out, share ? _("Shares, month by month") : _("Month by month"), t->lines,
                    t->count, words, r->month_count, t->most,
                    report_figure(v, row->measure, t->greatest));
    }
}

static void put_trends(const struct report_view *v, size_t from, size_t to, struct buf *out)
{
    struct trend counts = {.v = v};
    struct trend shares = {.v = v, .most = 1000, .greatest = {true, 1000}}; /* 100 % */
    const struct report_row *share = NULL, *number = NULL;
    if (v->result.month_count < 3) {
        return;
    }
    for (size_t i = from; i < to; i++) {
        const struct report_row *row = &v->result.rows[i];
        if (!row->months || !row->measure->headline) {
            continue;
        }
        if (row->measure->unit == MEASURE_PERCENT && shares.count < CHART_LINES_MAX) {
            share = row;
            add_line(&shares, row);
        } else if (row->measure->unit == MEASURE_COUNT && counts.count < 2) {
            number = row;
            add_line(&counts, row);
        }
    }
    put_trend(v, &counts, number, out);
    put_trend(v, &shares, share, out);
}

static void put_sections(const struct report_view *v, struct buf *out)
{
    const struct report_result *r = &v->result;
    for (size_t from = 0, to; from < r->row_count; from = to) {
        const struct report_section *section = r->rows[from].section;
        for (to = from; to < r->row_count && r->rows[to].section == section; to++) {
        }
        if (*report_section_label(v, section)) {
            html_put(out, "h2", NULL, slice_str(report_section_label(v, section)));
        }
        put_head(v, out);
        for (size_t i = from; i < to; i++) {
            put_row(v, &r->rows[i], out);
        }
        buf_add_str(out, "</tbody></table>\n");
        put_charts(v, from, to, out);
        put_trends(v, from, to, out);
    }
}

static void put_below_chart(const struct report_view *v, const struct report_row *row,
                            struct buf *out)
{
    struct chart_bar bars[BARS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < v->result.below_count && n < BARS_MAX; i++) {
        struct figure f = row->below[i];
        bars[n++] = (struct chart_bar){.label = arena_cstr(v->arena, v->result.below[i].name),
                                       .text = report_figure(v, row->measure, f),
                                       .value = f.known ? f.tenths : 0};
    }
    chart_bars(out, report_label(v, row), bars, n, 0, NULL, NULL);
}

static void put_below(const struct report_view *v, struct buf *out)
{
    const struct report_result *r = &v->result;
    const struct report_row *rows[HEADLINES];
    size_t n = report_headlines(v, rows, HEADLINES);
    if (r->below_count == 0 || n == 0) {
        return;
    }
    html_put(out, "h2", NULL, slice_str(_("Units below")));
    buf_add_str(out, "<table class=\"grid even\"><thead><tr>");
    html_put(out, "th", "unit", slice_str(_("Unit")));
    for (size_t k = 0; k < n; k++) {
        html_put(out, "th", NULL, slice_str(report_label(v, rows[k])));
    }
    buf_add_str(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < r->below_count; i++) {
        buf_add_str(out, "<tr>");
        html_put(out, "td", NULL, r->below[i].name);
        for (size_t k = 0; k < n; k++) {
            html_put(out, "td", "num",
                     slice_str(report_figure(v, rows[k]->measure, rows[k]->below[i])));
        }
        buf_add_str(out, "</tr>\n");
    }
    buf_add_str(out, "<tr class=\"all\">");
    html_put(out, "td", NULL, slice_str(_("All together")));
    for (size_t k = 0; k < n; k++) {
        html_put(out, "td", "num", slice_str(report_figure(v, rows[k]->measure, rows[k]->value)));
    }
    buf_add_str(out, "</tr>\n</tbody></table>\n");
    put_below_chart(v, rows[0], out);
}

void report_put_html(const struct report_view *v, struct buf *out)
{
    const char *title = arena_printf(v->arena, "%s – %s", report_title(v), report_subtitle(v));
    html_open_styled(out, v->lang, HTML_PORTRAIT, slice_str(title), rules);
    html_put(out, "h1", NULL, slice_str(report_title(v)));
    html_put(out, "p", "sub", slice_str(report_subtitle(v)));
    html_put(out, "p", "note", slice_str(report_explains(v)));
    if (*report_notice(v)) {
        html_put(out, "p", "note", slice_str(report_notice(v)));
    }
    put_sections(v, out);
    put_below(v, out);
    html_close(out);
}
