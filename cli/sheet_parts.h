/* The parts of an .xlsx file around its sheets: which sheets there are, shared texts, and which
 * cells are dates. After ECMA-376 part 1, as far as rows of plain values need it. */
#ifndef TERRACE_CLI_SHEET_PARTS_H
#define TERRACE_CLI_SHEET_PARTS_H

#include "cli/sheet_xml.h"

#define PARTS_SHEETS_MAX 256
#define PARTS_TEXTS_MAX (2u << 20)         /* shared texts */
#define PARTS_TEXTS_MAX_BYTES (128u << 20) /* the same, in all */
#define PARTS_STYLES_MAX 65536
#define PARTS_CELL_MAX_BYTES (128u << 10) /* 32,767 characters, as the format has it */

/* What a number in a cell stands for, by the way in which it is shown. */
enum shown_as {
    SHOWN_NUMBER,
    SHOWN_DATE,
    SHOWN_MONTH, /* month and year, no day */
    SHOWN_YEAR,
    SHOWN_TIME,
    SHOWN_PADDED /* plus the number of digits: 000000 shows 12 as 000012 */
};
struct sheet_entry {
    struct slice name;
    const char *part; /* its path in the file */
    bool hidden;
};
struct parts {
    struct arena arena;
    struct sheet_entry *sheets;
    size_t sheet_count;
    bool from_1904;  /* the day that days are counted from */
    uint16_t *shown; /* by style: enum shown_as */
    size_t shown_count;
    struct buf texts; /* the shared texts, one after another */
    size_t *text_ends;
    size_t text_count, text_cap;
};
/* ERR_INPUT, ERR_TOO_LARGE as above. To be freed whatever comes of it. */
enum err parts_read(struct parcel *p, struct parts *out) MUST_USE;
void parts_free(struct parts *parts);
struct slice parts_text(const struct parts *parts, size_t index); /* index < text_count */
/* How a number of this style is to be taken. */
uint16_t parts_shown(const struct parts *parts, size_t style);

/* A text with its _x000D_ and the like resolved. ERR_TOO_LARGE beyond a cell's length. */
enum err parts_add_text(struct buf *b, size_t from, struct slice piece) MUST_USE;
void parts_unescape(struct buf *b, size_t from);

#endif
