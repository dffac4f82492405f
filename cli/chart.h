/* Charts as inline SVG, for pages of html.h: black and grey, so that they print. */
#ifndef TERRACE_CLI_CHART_H
#define TERRACE_CLI_CHART_H

#include "core/base.h"

struct chart_bar {
    const char *label;
    const char *text;      /* what stands at its end */
    int64_t value, beside; /* any one measure, not negative; beside: a second, lighter bar */
    bool has_beside;
};
/* Bars from left to right under a title; one of `full` or more, and 0 if that is not to say
 * anything, is as long as there is room for; legends of the two shades, NULL = none. Nothing when
 * there is no bar, or nothing to be as long as. */
void chart_bars(struct buf *out, const char *title, const struct chart_bar *bars, size_t count,
                int64_t full, const char *legend, const char *legend_beside);

struct chart_line {
    const char *label;
    const int64_t *values; /* not negative */
    const bool *known;     /* where it is not, the line is broken */
};
#define CHART_LINES_MAX 4
/* Lines over `count` points with a word under each; texts of the greatest value and of 0 at the
 * side. Of at most CHART_LINES_MAX lines, told apart by dashes. Nothing when all is 0. */
void chart_lines(struct buf *out, const char *title, const struct chart_line *lines,
                 size_t line_count, const char *const *words, size_t count, int64_t most,
                 const char *most_text);

#endif
