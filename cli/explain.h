/* What may stand in a field, in people's words: for help, and for the sheet beside a template. */
#ifndef TERRACE_CLI_EXPLAIN_H
#define TERRACE_CLI_EXPLAIN_H

#include "cli/cli.h"

const char *explain_type(enum field_type type);
/* Type, codes with their labels, what it must be, who may see it; in the arena. */
struct slice explain_field(const struct cli *c, const struct field_def *f, struct arena *arena);

#endif
