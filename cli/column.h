/* The heads of columns: what a clerk writes above a table, and what stands above ours. */
#ifndef TERRACE_CLI_COLUMN_H
#define TERRACE_CLI_COLUMN_H

#include "cli/cli.h"

#define COLUMN_ID "id"

/* The name by which an import knows the column: "id", or a field's name; its label in either
 * language does as well, marks, capitals and a star do not matter. Empty: the column is passed over
 * (it has no head or one with _ before it, numbers the rows, or says what follows from the rest).
 * false: nobody knows what it means. */
bool column_name(const struct kind_def *kind, struct slice head, struct slice *out);
/* Label in the language when that leads back to the field, else its name; required ones get a star.
 */
const char *column_head(const struct cli *c, const struct kind_def *kind, const struct field_def *f,
                        struct arena *arena);
/* The fields whose names or labels are most like it: "a, b"; "" when none is. In the arena. */
const char *column_nearest(const struct cli *c, const struct kind_def *kind, struct slice head,
                           struct arena *arena);

#endif
