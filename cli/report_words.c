#include "cli/report.h"

static bool is_vi(const struct report_view *v)
{
    return strcmp(v->lang, "vi") == 0;
}

static const char *date_text(const struct report_view *v, int64_t d)
{
    return arena_printf(v->arena, "%02d/%02d/%04d", DATE_DAY(d), DATE_MONTH(d), DATE_YEAR(d));
}

const char *report_title(const struct report_view *v)
{
    return is_vi(v) ? v->report->vi : v->report->en;
}

/* In Vietnamese as on paper: "tháng 11/2026"; in English as it is typed. */
static const char *period_text(const struct report_view *v, const struct report_period *p)
{
    static const char *const quarters[] = {"I", "II", "III", "IV"};
    int year = (int)(p->first_month / 12), month = (int)(p->first_month % 12);
    if (!is_vi(v)) {
        return p->text;
    }
    switch (p->last_month - p->first_month) {
    case 11:
        return arena_printf(v->arena, "năm %d", year);
    case 5:
        return arena_printf(v->arena, "6 tháng %s năm %d", month < 6 ? "đầu" : "cuối", year);
    case 2:
        return arena_printf(v->arena, "quý %s/%d", quarters[month / 3], year);
    default:
        return arena_printf(v->arena, "tháng %02d/%d", month + 1, year);
    }
}

const char *report_subtitle(const struct report_view *v)
{
    const struct report_result *r = &v->result;
    return arena_printf(v->arena, _("%.*s (%.*s), period %s (%s to %s)"), (int)r->unit.name.len,
                        (const char *)r->unit.name.ptr, (int)r->unit.code.len,
                        (const char *)r->unit.code.ptr, period_text(v, &r->period),
                        date_text(v, r->period.from), date_text(v, r->period.to));
}

const char *report_explains(const struct report_view *v)
{
    const struct report_result *r = &v->result;
    if (r->sibling_count == 0) {
        return arena_printf(v->arena,
                            _("Previous period: %s. No other unit under the same one is "
                              "known here."),
                            period_text(v, &r->before));
    }
    return arena_printf(v->arena,
                        ngettext("Previous period: %s. Others: average of %zu other unit under "
                                 "the same one.",
                                 "Previous period: %s. Others: average of %zu other units under "
                                 "the same one.",
                                 (unsigned long)r->sibling_count),
                        period_text(v, &r->before), r->sibling_count);
}

const char *report_notice(const struct report_view *v)
{
    size_t adjusted = 0;
    for (size_t i = 0; i < v->result.row_count; i++) {
        adjusted += v->result.rows[i].adjusted ? 1 : 0;
    }
    if (v->published_on == 0) {
        return "";
    }
    return arena_printf(v->arena,
                        ngettext("Published on %s; %zu figure was adjusted since.",
                                 "Published on %s; %zu figures were adjusted since.",
                                 (unsigned long)adjusted),
                        date_text(v, v->published_on), adjusted);
}

const char *report_label(const struct report_view *v, const struct report_row *row)
{
    const char *label = is_vi(v) ? row->vi : row->en;
    if (row->measure->how != HOW_GROUP) {
        return label;
    }
    return arena_printf(v->arena, "%s: %s", is_vi(v) ? row->measure->vi : row->measure->en, label);
}

const char *report_key_label(const struct report_view *v, const struct report_row *row)
{
    return is_vi(v) ? row->vi : row->en;
}

const char *report_section_label(const struct report_view *v, const struct report_section *s)
{
    return is_vi(v) ? s->vi : s->en;
}

const char *report_figure(const struct report_view *v, const struct measure *m, struct figure f)
{
    const char *text = NULL;
    if (!f.known) {
        return "–";
    }
    text = figure_words(f, is_vi(v), v->arena);
    if (m->unit == MEASURE_PERCENT) {
        return arena_printf(v->arena, "%s %%", text);
    }
    return m->unit == MEASURE_MONEY ? arena_printf(v->arena, "%s đ", text) : text;
}

const char *report_adjusted(const struct report_view *v, const struct report_row *row)
{
    return row->adjusted ? report_figure(v, row->measure, row->frozen) : "";
}

int report_bar(const struct report_view *v, const struct report_row *row)
{
    int64_t most = 0;
    if (!row->value.known) {
        return -1;
    }
    if (row->measure->unit == MEASURE_PERCENT) {
        return row->value.tenths > 1000 ? 1000 : (int)row->value.tenths;
    }
    if (row->measure->how != HOW_GROUP) {
        return -1;
    }
    for (size_t i = 0; i < v->result.row_count; i++) {
        const struct report_row *other = &v->result.rows[i];
        if (other->measure == row->measure && other->value.tenths > most) {
            most = other->value.tenths;
        }
    }
    return most > 0 ? (int)(row->value.tenths * 1000 / most) : -1;
}

size_t report_headlines(const struct report_view *v, const struct report_row **out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < v->result.row_count && n < max; i++) {
        const struct report_row *row = &v->result.rows[i];
        if (row->measure->headline && !row->grouped) {
            out[n++] = row;
        }
    }
    return n;
}
