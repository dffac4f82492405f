/* Asking for the fields of a record one by one on a terminal. */
#ifndef TERRACE_CLI_FORM_H
#define TERRACE_CLI_FORM_H

#include "cli/cli.h"

/* Items for what was answered, in the command's arena. current NULL = a new record. ERR_USAGE when
 * there is no terminal. */
enum err form_fill(struct cli *c, const struct kind_def *kind, const struct record *current,
                   struct draft *draft) MUST_USE;

/* The same for these fields alone, each of which must get a value; appended to the draft's items.
 */
enum err form_ask(struct cli *c, const struct kind_def *kind, const uint32_t *fields, size_t count,
                  struct draft *draft) MUST_USE;

#endif
