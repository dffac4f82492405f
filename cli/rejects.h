/* The rows that an import did not take, in a file of their own: as they were, with the reason in a
 * last column that an import passes over. Corrected there, they are imported from there. */
#ifndef TERRACE_CLI_REJECTS_H
#define TERRACE_CLI_REJECTS_H

#include "cli/cli.h"
#include "cli/row.h"

#define REJECTS_MAX_BYTES (32u << 20) /* of rows; those beyond are only counted */

struct rejects {
    struct buf rows;
    size_t count, left_out;
    struct slice *names; /* of the columns, as they were written */
    size_t name_count;
    struct arena arena;
};
void rejects_head(struct rejects *r, const struct slice *names, size_t count);
void rejects_add(struct rejects *r, const struct row *row, const char *why);
/* By the name's ending .csv, .xlsx or .jsonl, as env->write_file does. Nothing is written when
 * there are none. */
enum err rejects_save(struct rejects *r, struct cli *c, const char *path) MUST_USE;
/* Can such a file take rows of that input? ERR_INPUT. */
enum err rejects_check(const char *path, bool has_columns) MUST_USE;
void rejects_free(struct rejects *r);

#endif
