/* What opens a sealed store: from options, variables, or a person at the terminal. */
#ifndef TERRACE_CLI_SECRET_H
#define TERRACE_CLI_SECRET_H

#include "cli/cli.h"

/* As env.secret; ctx is the struct cli. */
enum err cli_secret(void *ctx, const char *dir, bool takes_key, struct secret *out) MUST_USE;
/* Has the store that is made next be sealed: asks for a passphrase twice. */
enum err cli_seal_new(struct cli *c) MUST_USE;
/* A passphrase to seal with, out of that variable or asked for twice. */
enum err cli_new_passphrase(const char *variable, struct secret *out) MUST_USE;
void cli_secret_end(struct cli *c);

#endif
