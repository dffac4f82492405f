/* What is told of the signed message that brought a save. */
#ifndef TERRACE_CLI_SHOW_EVIDENCE_H
#define TERRACE_CLI_SHOW_EVIDENCE_H

#include "cli/cli.h"

/* Keys of a history entry's JSON object; with verify after looking at the message. true when what
 * it claims does not hold. */
bool show_evidence_json(struct txn *t, struct dot record, const struct history_entry *h,
                        bool verify, struct arena *arena, struct buf *out);
/* A line under the entry, after looking. true as above. */
bool show_evidence_text(struct txn *t, struct dot record, const struct history_entry *h,
                        struct arena *arena, struct buf *out);

#endif
