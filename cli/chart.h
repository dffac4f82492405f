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
/* Bars from left to right under a title; legends of the two shades, NULL = none. Nothing when there
 * is no bar, or none is longer than 0. */
void chart_bars(struct buf *out, const char *title, const struct chart_bar *bars, size_t count,
                const char *legend, const char *legend_beside);

#endif
