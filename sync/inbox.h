/* Applying a received batch through the store's one door. */
#ifndef TERRACE_SYNC_INBOX_H
#define TERRACE_SYNC_INBOX_H

#include "core/store.h"
#include "sync/message.h"
#include "sync/round.h"

struct inbox_result {
    uint64_t received;   /* records that brought something new */
    uint64_t known;      /* records that brought nothing */
    uint64_t need_whole; /* deltas that did not fit */
    uint64_t units;      /* of the received: records of kind unit */
    struct id_array wants;
    struct refused *refusals; /* in the arena */
    size_t refusal_count;
};
/* Records that are not taken are listed, and block nothing. On ERR_FORMAT, which may show only
 * after some records were written, the caller aborts the transaction: then nothing has changed. An
 * empty batch is fine. */
enum err inbox_apply(struct txn *t, struct slice batch, const struct arrival *arrival,
                     struct arena *arena, struct inbox_result *out) MUST_USE;
/* The same of a push; the signed message is kept as evidence when it brought anything, and the
 * history cites it. */
enum err inbox_apply_signed(struct txn *t, const struct message *message, struct slice batch,
                            const struct arrival *arrival, struct arena *arena,
                            struct inbox_result *out) MUST_USE;
/* Keeps a signed message that is not taken: its sender was revoked, or is a copy. */
enum err inbox_quarantine(struct store *store, const struct message *message, struct dot node,
                          enum via via) MUST_USE;

#endif
