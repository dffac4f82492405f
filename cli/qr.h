/* A QR code: in half blocks, for a terminal of whatever colour, or as a picture in a page. */
#ifndef TERRACE_CLI_QR_H
#define TERRACE_CLI_QR_H

#include "core/error.h"

/* Appends its lines, with a margin. coloured: white on black whatever the terminal's colours are;
 * else for one with light letters on a dark ground. Capitals and digits make it small. */
enum err qr_write(const char *text, bool coloured, struct buf *out) MUST_USE;
/* An <svg> element, margin included, whose side is that long ("20mm"). */
enum err qr_svg(const char *text, const char *side, struct buf *out) MUST_USE;

#endif
