/* Pages for a browser and a printer: one file, A4, black on white, nothing fetched and no script.
 * Whatever a person wrote goes through html_text, which leaves nothing of it that a browser obeys.
 */
#ifndef TERRACE_CLI_HTML_H
#define TERRACE_CLI_HTML_H

#include "core/base.h"

enum html_paper { HTML_PORTRAIT, HTML_LANDSCAPE };

/* Everything up to the first element of the body. title is escaped. The style sheet knows:
 * table.grid (lines, head repeated on each page), .num (to the right), .mid (in the middle),
 * .page (the next one starts a new sheet), .whole (not to be parted by a page's end), .screen (not
 * printed), .title, .sub, .small, .bold. */
void html_open(struct buf *out, const char *lang, enum html_paper paper, struct slice title);
/* The same with rules of one's own behind those; ours, not escaped. */
void html_open_styled(struct buf *out, const char *lang, enum html_paper paper, struct slice title,
                      const char *rules);
void html_close(struct buf *out);

/* Text within an element or between the quotes of an attribute: & < > " ' as entities, no control
 * character but the new line, and none that turns the direction of what follows. */
void html_text(struct buf *out, struct slice s);
/* Formats, then the same. */
void html_printf(struct buf *out, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* <tag class="…">; the class is left out when it is NULL. Tags and classes are ours, not escaped.
 */
void html_begin(struct buf *out, const char *tag, const char *class_name);
void html_end(struct buf *out, const char *tag);
/* The whole element with a text. */
void html_put(struct buf *out, const char *tag, const char *class_name, struct slice text);

#endif
