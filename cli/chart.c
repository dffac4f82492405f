#include "cli/chart.h"

#include "cli/html.h"

/* In units of the picture, which is as wide as the page. */
#define WIDTH 1000
#define LABEL_WIDTH 330
#define BARS_WIDTH 520
#define LINE 34

static int64_t greatest(const struct chart_bar *bars, size_t count, int64_t full)
{
    int64_t most = full;
    for (size_t i = 0; i < count; i++) {
        most = bars[i].value > most ? bars[i].value : most;
        most = bars[i].has_beside && bars[i].beside > most ? bars[i].beside : most;
    }
    return most;
}

static int64_t width_of(int64_t value, int64_t most)
{
    return most > INT64_MAX / BARS_WIDTH ? value / (most / BARS_WIDTH) : value * BARS_WIDTH / most;
}

static void put_text(struct buf *out, int64_t x, int64_t y, const char *anchor, const char *text)
{
    buf_printf(out, "<text x=\"%lld\" y=\"%lld\" text-anchor=\"%s\">", (long long)x, (long long)y,
               anchor);
    html_text(out, slice_str(text));
    buf_add_str(out, "</text>");
}

static void put_rect(struct buf *out, int64_t x, int64_t y, int64_t width, int height,
                     const char *fill)
{
    buf_printf(out,
               "<rect x=\"%lld\" y=\"%lld\" width=\"%lld\" height=\"%d\" fill=\"%s\" "
               "stroke=\"#000\" stroke-width=\"1\"/>",
               (long long)x, (long long)y, (long long)width, height, fill);
}

/* Labels longer than there is room for are cut; the table beside the chart has them whole. */
static const char *fitting(struct buf *space, const char *label)
{
    size_t chars = 0, i = 0;
    for (; label[i]; i++) {
        chars += ((uint8_t)label[i] & 0xc0) != 0x80 ? 1 : 0;
        if (chars > 36) {
            break;
        }
    }
    buf_clear(space);
    buf_add(space, label, i);
    buf_add_str(space, label[i] ? "…" : "");
    buf_add_byte(space, '\0');
    return (const char *)space->ptr;
}

void chart_bars(struct buf *out, const char *title, const struct chart_bar *bars, size_t count,
                int64_t full, const char *legend, const char *legend_beside)
{
    int64_t most = greatest(bars, count, full);
    int64_t top = legend_beside ? LINE + 10 : 6;
    struct buf space = {0};
    if (count == 0 || most == 0) {
        return;
    }
    buf_add_str(out, "<figure class=\"whole\"><figcaption>");
    html_text(out, slice_str(title));
    buf_printf(out, "</figcaption>\n<svg role=\"img\" viewBox=\"0 0 %d %lld\" font-size=\"17\">",
               WIDTH, (long long)(top + (int64_t)count * LINE + 6));
    html_put(out, "title", NULL, slice_str(title));
    if (legend_beside) {
        put_rect(out, LABEL_WIDTH, 6, 20, 16, "#444");
        put_text(out, LABEL_WIDTH + 28, 21, "start", legend);
        put_rect(out, LABEL_WIDTH + 260, 6, 20, 16, "#ddd");
        put_text(out, LABEL_WIDTH + 288, 21, "start", legend_beside);
    }
    for (size_t i = 0; i < count; i++) {
        int64_t y = top + (int64_t)i * LINE, width = width_of(bars[i].value, most);
        int64_t beside = bars[i].has_beside ? width_of(bars[i].beside, most) : 0;
        put_text(out, LABEL_WIDTH - 8, y + 20, "end", fitting(&space, bars[i].label));
        put_rect(out, LABEL_WIDTH, y + 3, width, bars[i].has_beside ? 15 : 22, "#444");
        if (bars[i].has_beside) {
            put_rect(out, LABEL_WIDTH, y + 18, beside, 9, "#ddd");
        }
        put_text(out, LABEL_WIDTH + (beside > width ? beside : width) + 8, y + 20, "start",
                 bars[i].text);
    }
    buf_add_str(out, "</svg></figure>\n");
    buf_free(&space);
}

/* ---- lines ---------------------------------------------------------------------------------- */

#define PLOT_LEFT 110
#define PLOT_TOP 14
#define PLOT_WIDTH 840
#define PLOT_HEIGHT 220

static const char *const dashes[CHART_LINES_MAX] = {"", "10 5", "3 4", "14 4 3 4"};
static const char *const shades[CHART_LINES_MAX] = {"#000", "#333", "#666", "#444"};

struct plot {
    size_t count; /* of points */
    int64_t most;
};

static long long point_x(const struct plot *p, size_t i)
{
    size_t steps = p->count > 1 ? p->count - 1 : 1;
    return PLOT_LEFT + (long long)(i * PLOT_WIDTH / steps);
}

static long long point_y(const struct plot *p, int64_t value)
{
    int64_t height = p->most > INT64_MAX / PLOT_HEIGHT ? value / (p->most / PLOT_HEIGHT)
                                                       : value * PLOT_HEIGHT / p->most;
    return PLOT_TOP + PLOT_HEIGHT - (height > PLOT_HEIGHT ? PLOT_HEIGHT : height);
}

static void put_line(struct buf *out, const struct plot *p, const struct chart_line *line,
                     size_t style)
{
    bool open = false;
    buf_printf(out,
               "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\" stroke-dasharray=\"%s\" "
               "d=\"",
               shades[style], dashes[style]);
    for (size_t i = 0; i < p->count; i++) {
        if (line->known[i]) {
            buf_printf(out, "%c%lld %lld", open ? 'L' : 'M', point_x(p, i),
                       point_y(p, line->values[i]));
        }
        open = line->known[i];
    }
    buf_add_str(out, "\"/>");
    for (size_t i = 0; i < p->count; i++) {
        if (line->known[i]) {
            buf_printf(out, "<circle cx=\"%lld\" cy=\"%lld\" r=\"4\" fill=\"%s\"/>", point_x(p, i),
                       point_y(p, line->values[i]), shades[style]);
        }
    }
}

static void put_frame(struct buf *out, const struct plot *p, const char *const *words,
                      const char *most_text)
{
    int64_t bottom = PLOT_TOP + PLOT_HEIGHT;
    for (int i = 0; i <= 4; i++) {
        int y = PLOT_TOP + PLOT_HEIGHT * i / 4;
        buf_printf(out, "<path d=\"M%d %dh%d\" stroke=\"%s\" stroke-width=\"1\" fill=\"none\"/>",
                   PLOT_LEFT, y, PLOT_WIDTH, i == 4 ? "#000" : "#ccc");
    }
    put_text(out, PLOT_LEFT - 10, PLOT_TOP + 6, "end", most_text);
    put_text(out, PLOT_LEFT - 10, bottom + 6, "end", "0");
    for (size_t i = 0; i < p->count; i++) {
        put_text(out, point_x(p, i), bottom + 24, "middle", words[i]);
    }
}

void chart_lines(struct buf *out, const char *title, const struct chart_line *lines,
                 size_t line_count, const char *const *words, size_t count, int64_t most,
                 const char *most_text)
{
    const struct plot p = {count, most};
    int64_t legend = PLOT_TOP + PLOT_HEIGHT + 40;
    size_t shown = line_count < CHART_LINES_MAX ? line_count : CHART_LINES_MAX;
    if (count == 0 || most <= 0 || line_count == 0) {
        return;
    }
    buf_add_str(out, "<figure class=\"whole\"><figcaption>");
    html_text(out, slice_str(title));
    buf_printf(out, "</figcaption>\n<svg role=\"img\" viewBox=\"0 0 %d %lld\" font-size=\"17\">",
               WIDTH, (long long)(legend + (int64_t)shown * 26));
    html_put(out, "title", NULL, slice_str(title));
    put_frame(out, &p, words, most_text);
    for (size_t i = 0; i < shown; i++) {
        int64_t y = legend + (int64_t)i * 26;
        put_line(out, &p, &lines[i], i);
        buf_printf(out,
                   "<path d=\"M%d %lldh60\" stroke=\"%s\" stroke-width=\"2.5\" "
                   "stroke-dasharray=\"%s\" fill=\"none\"/>",
                   PLOT_LEFT, (long long)(y + 8), shades[i], dashes[i]);
        put_text(out, PLOT_LEFT + 72, y + 14, "start", lines[i].label);
    }
    buf_add_str(out, "</svg></figure>\n");
}
