/* Applying a received batch through the store's one door. */
#ifndef TERRACE_SYNC_INBOX_H
#define TERRACE_SYNC_INBOX_H

#include "core/store.h"
#include "sync/round.h"

struct inbox_result {
    uint64_t received;   /* records that brought something new */
    uint64_t known;      /* records that brought nothing */
    uint64_t need_whole; /* deltas that did not fit */
    struct id_array wants;
    struct refusal *refusals; /* in the arena */
    size_t refusal_count;
};
/* Decodes a batch to its end without touching the store. ERR_FORMAT. Empty is fine. */
enum err inbox_check(struct slice batch) MUST_USE;
/* After inbox_check. Records that are not taken are listed, and block nothing. */
enum err inbox_apply(struct txn *t, struct slice batch, const struct arrival *arrival,
                     struct arena *arena, struct inbox_result *out) MUST_USE;

#endif
