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
    /* .csv: the names of the columns, before any row */
    enum err (*head)(void *ctx, const struct slice *names, size_t count);
    /* Everything of the row is gone when it returns. */
    enum err (*row)(void *ctx, const struct row *row);
    /* A line that is no row; error_last() says why. */
    enum err (*bad)(void *ctx, size_t line);
};
enum err rows_read_jsonl(FILE *in, const struct row_sink *sink) MUST_USE;
enum err rows_read_csv(FILE *in, const struct row_sink *sink) MUST_USE; /* csv.c */
/* Appends one value of a .csv line, quoted when it must be. */
void csv_put(struct buf *b, struct slice value); /* csv.c */
/* The next line without its end; *line is reused and the caller's to free. ERR_END; ERR_TOO_LARGE
 * (the rest of the line is skipped). */
enum err rows_line(FILE *in, struct buf *line) MUST_USE;

#endif
