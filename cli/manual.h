/* The manual pages, made of the same tables as the program and its help. */
#ifndef TERRACE_CLI_MANUAL_H
#define TERRACE_CLI_MANUAL_H

#include "cli/cli.h"

/* terrace.1, terrace-COMMAND.1 of every command, terrace-kinds.7, in the language at hand, into the
 * folder, which is made when it is not there. ERR_IO. */
enum err manual_write(struct cli *c, const char *dir) MUST_USE;

#endif
