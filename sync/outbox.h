/* What is to be sent to a neighbour: the records it is owed whole, then the feed beyond its cursor,
 * filtered by scope and echo, as one batch that fits the message (rules 8, 14, 19, 20). */
#ifndef TERRACE_SYNC_OUTBOX_H
#define TERRACE_SYNC_OUTBOX_H

#include "sync/link.h"

struct outbox_request {
    struct dot peer;     /* node of the neighbour */
    uint64_t peer_epoch; /* its actor, for echo suppression */
    bool up; /* to the hub: what lies in this store's subtree, or did until it was heard */
    struct dot peer_unit;  /* of a child */
    uint64_t from_seq;     /* its cursor in this store's feed */
    bool from_head;        /* first contact: no feed, only what is owed */
    size_t max_bytes;      /* of the batch, compressed */
    uint64_t sent_mark;    /* written beside queue entries that are sent now */
    struct id_array wants; /* asked for whole in this very request */
    bool series;           /* one of several under sent_mark: what went out with it is not due */
};
struct outbox {
    struct buf batch; /* raw encoding; empty when there is nothing */
    size_t count;
    size_t units;    /* of these: records of kind unit */
    struct dot *ids; /* of the records sent; in the arena */
    uint64_t from_seq, to_seq;
    bool more;
};
/* t is a write transaction (queue entries are marked). Free batch afterwards. */
enum err outbox_fill(struct txn *t, const struct outbox_request *request, struct arena *arena,
                     struct outbox *out) MUST_USE;
/* Would the neighbour get this record at all? */
bool outbox_may_send(struct txn *t, const struct outbox_request *request, struct dot id);
/* Adds to *count the records owed whole that the feed beyond the cursor does not bring anyway. */
enum err outbox_owed(struct txn *t, const struct outbox_request *request, uint64_t *count) MUST_USE;
/* How many records the neighbour is still to get; stops counting at limit. */
enum err outbox_pending(struct txn *t, const struct outbox_request *request, uint64_t limit,
                        uint64_t *out) MUST_USE;

#endif
