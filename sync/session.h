/* The sync session, sans I/O: bytes in, bytes and effects on the store out. HTTP, the bundle file
 * and the simulator are three thin shells around it. One request and one reply make a round; a
 * steady-state sync is one round. FORMAT.md, "Round". */
#ifndef TERRACE_SYNC_SESSION_H
#define TERRACE_SYNC_SESSION_H

#include "core/store.h"
#include "sync/message.h"
#include "sync/outbox.h"
#include "sync/round.h"

struct session_stats {
    uint64_t rounds;
    uint64_t sent_records;
    uint64_t received_records;
    uint64_t refused;
    int digest_equal; /* 1, 0, -1 = not compared */
};
/* Where the comparison of rule 18 stands in this conversation. */
enum contact_phase { CONTACT_NONE, CONTACT_GROUPS, CONTACT_LISTINGS, CONTACT_DONE };
struct session_contact {
    enum contact_phase phase;
    bool progress; /* records moved since the comparison began */
    int tries;     /* comparisons after which nothing had moved */
    struct arena arena;
    struct round_buckets *buckets;
    size_t bucket_count, bucket_done;
};
struct session {
    struct store *store;
    struct session_stats stats;
    struct session_contact contact;
    bool sent_more; /* the last request left something unsent */
    uint64_t sent_count;
    uint64_t sent_units; /* in the last request */
    size_t
        batch_max_bytes; /* compressed; at most MESSAGE_MAX_BYTES; the shell sizes it to the link */
    struct dot look_up;  /* only this record is asked for, and nothing sent; none = a usual round */
    struct hash asked;   /* of the last request, whose reply must say that it answers it */
    int idle_rounds;     /* rounds without progress, to end a conversation that goes nowhere */
    bool done;
};
void session_init(struct session *s, struct store *store);
void session_end(struct session *s);
/* The next request to upstream; ERR_NOT_JOINED. Everything the request promises is committed. */
enum err session_request(struct session *s, struct buf *message) MUST_USE;
/* Applies a reply; s->done when nothing is left to exchange. */
enum err session_reply(struct session *s, struct slice message) MUST_USE;

/* What of a message of max_bytes is left for the batch beside the rest of the body. */
size_t session_batch_room(uint64_t max_bytes, const struct buf *rest);

/* The hub's side: one request in, one reply out, everything it acknowledges committed before. */
enum err session_serve(struct store *store, struct slice request, struct buf *reply) MUST_USE;

/* For a carrier whose requests and replies are not one to one (bundle.h), the steps of a round by
 * themselves. What is due upward: */
struct outbox_request session_outbox(const struct upstream *u, const struct identity *self);
/* Refusals, and records that the hub wants whole. */
enum err session_take_lists(struct txn *t, const struct upstream *u,
                            const struct round_reply *p) MUST_USE;
/* The hub's newest word on how far it has this feed. */
void session_take_word(struct session *s, const struct round_reply *p, struct upstream *u);
/* This store is an older copy, of whose saves `common` are the hub's too: what it saved beyond goes
 * on under another actor, and the conversation begins anew. No transaction may be open. */
enum err session_leave_older(struct session *s, uint64_t common) MUST_USE;
/* The digests, when neither side has anything pending. */
enum err session_compare(struct session *s, struct txn *t, struct upstream *u,
                         const struct round_reply *p) MUST_USE;
/* Offers again what was refused. */
enum err session_retry_refused(struct txn *t, const struct upstream *u, bool units, bool moved,
                               struct arena *arena) MUST_USE;

/* Receipts of one record: 0 none, 1 stored at the upper level (✓), 2 at the top (✓✓). */
int session_receipt(struct txn *t, const struct record *r, const struct record_local *local);

struct link_status {
    struct dot hub;        /* upstream node; none at a root */
    uint64_t unsent;       /* records changed here and not yet acknowledged */
    int64_t last_sync_ms;  /* 0 = never */
    uint64_t received_seq; /* position in the hub's feed */
    uint64_t upstream_seq; /* the hub's feed head as last heard */
    uint64_t acked_seq;    /* of this store's feed, stored at the upper level */
    uint64_t top_seq;      /* of this store's feed, stored at the top */
};
enum err session_status(struct txn *t, struct link_status *out) MUST_USE;

#endif
