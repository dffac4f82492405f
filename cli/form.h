/* Asking for the fields of a record one by one on a terminal. */
#ifndef TERRACE_CLI_FORM_H
#define TERRACE_CLI_FORM_H

#include "cli/cli.h"

/* Items for what was answered, in the command's arena. current NULL = a new record. ERR_USAGE when
 * there is no terminal. */
enum err form_fill(struct cli *c, const struct kind_def *kind, const struct record *current,
                   struct draft *draft) MUST_USE;
/* After the draft of a form was refused for `why`: tells it, and asks for the field concerned, or
 * whether a probable double is to be entered all the same. The draft can then be saved again. The
 * same error when there is nothing to ask. */
enum err form_again(struct cli *c, const struct kind_def *kind, const struct record *current,
                    struct draft *draft, enum err why) MUST_USE;

/* The same for these fields alone, each of which must get a value; appended to the draft's items.
 */
enum err form_ask(struct cli *c, const struct kind_def *kind, const uint32_t *fields, size_t count,
                  struct draft *draft) MUST_USE;

#endif
