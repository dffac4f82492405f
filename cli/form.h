/* Asking for the fields of a record one by one on a terminal. */
#ifndef TERRACE_CLI_FORM_H
#define TERRACE_CLI_FORM_H

#include "cli/cli.h"

/* Items for what was answered, in the command's arena. current NULL = a new record. ERR_USAGE when
 * there is no terminal. */
enum err form_fill(struct cli *c, const struct kind_def *kind, const struct record *current,
                   struct draft *draft) MUST_USE;

#endif
