/* The one user of libqrencode. */
#include "cli/qr.h"

#include <qrencode.h>

#define QUIET 4 /* modules of margin, without which no reader finds it */

/* Black or white of a module; all around it is white. */
static bool is_dark(const QRcode *q, int x, int y)
{
    bool inside = x >= 0 && y >= 0 && x < q->width && y < q->width;
    return inside && (q->data[y * q->width + x] & 1) != 0;
}

enum err qr_write(const char *text, bool coloured, struct buf *out)
{
    /* two rows in a line; white is drawn, black left out */
    static const char *const halves[] = {"█", "▀", "▄", " "};
    QRcode *q = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (!q) {
        return error_set(ERR_IO, _("the QR code could not be made"));
    }
    for (int y = -QUIET; y < q->width + QUIET; y += 2) {
        buf_add_str(out, coloured ? "\033[97;40m" : "");
        for (int x = -QUIET; x < q->width + QUIET; x++) {
            bool below = y + 1 < q->width + QUIET ? is_dark(q, x, y + 1) : true;
            buf_add_str(out, halves[(is_dark(q, x, y) ? 2 : 0) + (below ? 1 : 0)]);
        }
        buf_add_str(out, coloured ? "\033[0m\n" : "\n");
    }
    QRcode_free(q);
    return ERR_OK;
}

enum err qr_svg(const char *text, const char *side, struct buf *out)
{
    QRcode *q = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (!q) {
        return error_set(ERR_IO, _("the QR code could not be made"));
    }
    int whole = q->width + 2 * QUIET;
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%s\" height=\"%s\" "
               "viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\"><path d=\"",
               side, side, whole, whole);
    for (int y = 0; y < q->width; y++) {
        for (int x = 0; x < q->width; x++) {
            int from = x;
            while (is_dark(q, x, y)) {
                x++;
            }
            if (x > from) {
                buf_printf(out, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
            }
        }
    }
    buf_add_str(out, "\"/></svg>\n");
    QRcode_free(q);
    return ERR_OK;
}
