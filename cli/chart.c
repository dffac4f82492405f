#include "cli/chart.h"

#include "cli/html.h"

/* In units of the picture, which is as wide as the page. */
#define WIDTH 1000
#define LABEL_WIDTH 330
#define BARS_WIDTH 520
#define LINE 34

static int64_t greatest(const struct chart_bar *bars, size_t count)
{
    int64_t most = 0;
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
                const char *legend, const char *legend_beside)
{
    int64_t most = greatest(bars, count);
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
