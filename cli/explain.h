/* What may stand in a field, in people's words: for help, and for the sheet beside a template. */
#ifndef TERRACE_CLI_EXPLAIN_H
#define TERRACE_CLI_EXPLAIN_H

#include "cli/cli.h"

const char *explain_type(enum field_type type);
/* Who may write it; "" = whoever holds the record. */
const char *explain_level(enum level level);
/* Type, codes with their labels, what it must be, who may see it; in the arena. */
struct slice explain_field(const struct cli *c, const struct field_def *f, struct arena *arena);
/* The kind, its fields, the steps of its status and its rules with their present numbers, to the
 * command's output; with --json one object a field, a step and a rule. Needs no store. */
void explain_kind(struct cli *c, const struct kind_def *k);

#endif
