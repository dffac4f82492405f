/* Rows of a file that is imported, whatever its form. */
#ifndef TERRACE_CLI_ROW_H
#define TERRACE_CLI_ROW_H

#include "core/error.h"

#include <stdio.h>

#define ROW_MAX_BYTES (1u << 20)

struct cell {
    struct slice name;
    struct slice value;
    struct slice *elements; /* of a list; else NULL */
    size_t element_count;
};
struct row {
    size_t line; /* where it begins; from 1 */
    struct cell *cells;
    size_t count;
};
/* Where rows go. An error that a function returns ends the reading. */
struct row_sink {
    void *ctx;
    /* .csv, .xlsx: the names of the columns, before any row; they may be replaced in place */
    enum err (*head)(void *ctx, size_t line, struct slice *names, size_t count);
    /* Everything of the row is gone when it returns. */
    enum err (*row)(void *ctx, const struct row *row);
    /* One that cannot be taken, with as many cells as could be read; error_last() says why. */
    enum err (*bad)(void *ctx, const struct row *row);
};
/* What .xlsx asks besides: which sheet of several, and which row is the head. */
struct sheet_wish {
    void *ctx;
    bool (*is_sheet)(void *ctx, struct slice name);
    bool (*is_column)(void *ctx, struct slice name);
    /* Told when a sheet is read only because it is the first, and so many others are not. */
    void (*took_first)(void *ctx, struct slice name, size_t others);
};
enum err rows_read_jsonl(FILE *in, const struct row_sink *sink) MUST_USE;
enum err rows_read_csv(FILE *in, const struct row_sink *sink) MUST_USE; /* csv.c */
/* sheet_read.c: the sheet that is wished for, else the first that can be seen. Its head is the
 * first row of which most cells are columns, else the first that is not empty; titles above are
 * passed over. Dates come as 2001-04-12, 2001-04 or 2001, truth as true or false, formulas as what
 * they gave. */
enum err rows_read_xlsx(struct slice file, const struct sheet_wish *wish,
                        const struct row_sink *sink) MUST_USE;
/* Appends one value of a .csv line, quoted when it must be. */
void csv_put(struct buf *b, struct slice value); /* csv.c */
/* The same for what people wrote: a spreadsheet program takes what begins with = + - @ for a
 * formula. An apostrophe before it makes it text, and rows_read_csv takes that away again. Numbers
 * stay as they are. */
void csv_put_data(struct buf *b, struct slice value);
/* Rows kept aside as bytes; at a place that row_pack began at, it comes back (in the arena, its
 * texts borrowed from the bytes) and *at is at the next one. */
void row_pack(struct buf *b, const struct row *row);
struct row row_unpack(const struct buf *b, size_t *at, struct arena *arena);
/* The next line without its end; *line is reused and the caller's to free. ERR_END; ERR_TOO_LARGE
 * (the rest of the line is skipped). */
enum err rows_line(FILE *in, struct buf *line) MUST_USE;

#endif
