/* Private to sync/session*.c: a child's side of noticing copies (rules 23, 25). */
#ifndef TERRACE_SYNC_SESSION_COPIES_H
#define TERRACE_SYNC_SESSION_COPIES_H

#include "sync/link.h"

/* First contact when this store writes under another actor than the hub has acknowledged. */
void copies_begin_anew(struct upstream *u, uint64_t actor);
/* Is this store an older copy of one that the hub knows? *common: of its saves, how many are that
 * one's too. To be asked before anything of the reply is applied. */
enum err copies_is_older(struct txn *t, const struct upstream *u, const struct round_reply *p,
                         bool *older, uint64_t *common) MUST_USE;
/* After a reply was applied: keeps it, or remembers that an earlier one is to be shown. */
enum err copies_keep(struct txn *t, const struct message *m, const struct round_reply *p) MUST_USE;
/* Shows it in the request, if so. */
enum err copies_show(struct txn *t, struct arena *arena, struct round_request *q) MUST_USE;

#endif
