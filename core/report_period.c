/* Periods and their days. */
#include "core/report.h"

#include <stdio.h>
#include <string.h>

#define YEAR_MIN 1931
#define YEAR_MAX 2200

static int64_t clip(int64_t month, int cutoff_day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 0) { /* before the year 0 */
        month = 0;
    }
    int64_t year = month / 12;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    int last = month % 12 == 1 && leap ? 29 : days[month % 12];
    return cutoff_day < last ? cutoff_day : last;
}

int64_t report_month_to(int64_t month, int cutoff_day)
{
    return DATE_MAKE(month / 12, month % 12 + 1, clip(month, cutoff_day));
}

int64_t report_month_from(int64_t month, int cutoff_day)
{
    int64_t before = month - 1;
    if (clip(before, cutoff_day) == clip(before, CUTOFF_MONTH_END)) {
        return DATE_MAKE(month / 12, month % 12 + 1, 1);
    }
    return report_month_to(before, cutoff_day) + 1;
}

int64_t report_month_of(int64_t day, int cutoff_day)
{
    int64_t month = DATE_YEAR(day) * 12 + DATE_MONTH(day) - 1;
    return day > report_month_to(month, cutoff_day) ? month + 1 : month;
}

static struct report_period period_make(int64_t first, int64_t last, int cutoff_day)
{
    struct report_period p = {.first_month = first,
                              .last_month = last,
                              .from = report_month_from(first, cutoff_day),
                              .to = report_month_to(last, cutoff_day),
                              .cutoff_day = cutoff_day};
    int year = (int)(first / 12), month = (int)(first % 12);
    switch (last - first) {
    case 11:
        (void)snprintf(p.text, sizeof(p.text), "%04d", year);
        break;
    case 5:
        (void)snprintf(p.text, sizeof(p.text), "%04d-H%d", year, month / 6 + 1);
        break;
    case 2:
        (void)snprintf(p.text, sizeof(p.text), "%04d-Q%d", year, month / 3 + 1);
        break;
    default:
        (void)snprintf(p.text, sizeof(p.text), "%04d-%02d", year, month + 1);
        break;
    }
    return p;
}

static bool digits(struct slice s, size_t from, size_t count, int64_t *out)
{
    *out = 0;
    for (size_t i = from; i < from + count; i++) {
        if (i >= s.len || s.ptr[i] < '0' || s.ptr[i] > '9') {
            return false;
        }
        *out = *out * 10 + (s.ptr[i] - '0');
    }
    return true;
}

/* "10/2026", "9/2026", "Q4/2026", "H1/2026" turned round; anything else as it is. */
static struct slice turn_round(struct slice text, char out[8])
{
    const uint8_t *slash = text.len > 0 ? memchr(text.ptr, '/', text.len) : NULL;
    size_t head = slash ? (size_t)(slash - text.ptr) : 0;
    if (head < 1 || head > 2 || text.len != head + 5) {
        return text;
    }
    (void)snprintf(out, 8, "%.4s-%s%.*s", (const char *)slash + 1, head == 1 ? "0" : "", (int)head,
                   (const char *)text.ptr);
    return slice_str(out);
}

enum err report_period_parse(struct slice written, int cutoff_day, struct report_period *out)
{
    char turned[8];
    struct slice text = turn_round(written, turned);
    int64_t year = 0, n = 0, months = 0;
    bool good = digits(text, 0, 4, &year) && year >= YEAR_MIN && year <= YEAR_MAX;
    if (good && text.len == 4) {
        n = 1;
        months = 12;
    } else if (good && text.len == 7 && text.ptr[4] == '-') {
        uint8_t letter = text.ptr[5] & 0xdf;
        months = letter == 'H' ? 6 : letter == 'Q' ? 3 : 1;
        good = digits(text, months == 1 ? 5 : 6, months == 1 ? 2 : 1, &n);
    }
    if (!good || months == 0 || n < 1 || n > 12 / months) {
        return error_set_field(ERR_INPUT, "period",
                               _("“%.*s” is no period; write 2025, 2025-H1 or H1/2025 (half-year), "
                                 "2025-Q2 or Q2/2025 (quarter), 2025-06 or 06/2025 (month)"),
                               written.len > 40 ? 40 : (int)written.len, (const char *)written.ptr);
    }
    int64_t first = year * 12 + (n - 1) * months;
    *out = period_make(first, first + months - 1, cutoff_day);
    return ERR_OK;
}

struct report_period report_period_month(int64_t day, int cutoff_day)
{
    int64_t month = report_month_of(day, cutoff_day);
    return period_make(month, month, cutoff_day);
}

struct report_period report_period_before(const struct report_period *p)
{
    int64_t months = p->last_month - p->first_month + 1;
    return period_make(p->first_month - months, p->last_month - months, p->cutoff_day);
}
