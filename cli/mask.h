/* Sensitive fields (FIELD_SENSITIVE) are shown by role: a computer that was admitted as a viewer
 * masks them in all that it prints and exports. A record is stored and synced whole (rule 1): it is
 * a help against eyes at the screen and files that are handed on, and no lock. */
#ifndef TERRACE_CLI_MASK_H
#define TERRACE_CLI_MASK_H

#include "cli/cli.h"

/* Is this computer a viewer's, by its own certificate? Before the first sync it is not known, and
 * nothing is here yet. */
bool mask_by_role(struct store *store);
void mask_use(bool on);
/* Does this field stay hidden? NULL, a field that is not known here, may be sensitive: it does. */
bool mask_hides(const struct field_def *f);
/* draft_format, with ••• for what stays hidden. */
struct slice mask_words(struct txn *t, const struct field_def *f, const struct datum *d,
                        const char *lang, struct arena *arena);

#endif
