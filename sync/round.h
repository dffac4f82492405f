/* The two bodies of a round, request and reply, as structures and as bytes (FORMAT.md, "Round"). */
#ifndef TERRACE_SYNC_ROUND_H
#define TERRACE_SYNC_ROUND_H

#include "core/authority.h"
#include "core/crypto.h"
#include "core/record.h"

#define TOKEN_RANDOM_BYTES 8
#define ROUND_TOKENS_MAX 32
#define ROUND_SHORT_HEADS_MAX 4096
/* What a reader takes at most, whatever the bytes could hold: more is no honest node's, and room is
 * made before the sender is known. */
#define ROUND_IDS_MAX 65536 /* in one list of ids, and in all listings together */
#define ROUND_GROUPS_MAX 4096
#define ROUND_LISTINGS_MAX 16384
#define SHORT_HEAD_BYTES 4
#define KNOWN_HEAD_BYTES 12 /* u64be seq, then the first 4 bytes of the head after it */
#define ROUND_KNOWN_HEADS_MAX 256
#define ROUND_EVIDENCE_MAX_BYTES 8192

/* Rule 23: which state of the sender a request comes from. */
struct token {
    uint64_t n;
    uint8_t random[TOKEN_RANDOM_BYTES];
    uint64_t own_seq; /* of the sender's saves when the token was written down */
    struct hash head; /* and the head of their chain */
};

struct id_array {
    struct dot *ids;
    size_t count;
};

/* Rules 18 and 22: sums per group, then per bucket of a group, then the hash of each record. */
struct round_group {
    uint8_t route;
    struct dot unit;
    uint64_t sum; /* first 8 bytes of the group's sum */
    uint64_t count;
};
/* A record belongs to the bucket given by the top `bits` bits of its bucket hash (reconcile.h). */
struct round_buckets {
    uint8_t route;
    struct dot unit;
    uint8_t bits;
    uint64_t count; /* of records the sender holds in the group */
    uint64_t *sums; /* 1 << bits of them; none when count is 0 */
};
struct round_listing {
    uint8_t route;
    struct dot unit;
    uint8_t bits;
    uint32_t bucket;
    struct dot *ids;
    uint64_t *hashes;
    size_t count;
};
struct refused {
    struct dot id;
    uint8_t reason; /* enum refusal (core/authority.h), with REFUSAL_TAKEN_BACK or without */
};

enum round_flag {
    ROUND_MORE = 1,          /* the sender has more to send */
    ROUND_FIRST_CONTACT = 2, /* request: I know no cursor; reply: I do not know your cursor */
    ROUND_TOKEN_UNKNOWN = 4  /* reply: your tokens do not name the state I knew of you */
};

struct round_request {
    uint32_t flags;
    struct token *tokens; /* the last one whose reply was seen, then those written down since */
    size_t token_count;
    uint64_t peer_epoch, peer_seq;    /* what of the hub's feed is durably here */
    uint64_t peer_round;              /* the last reply that was applied */
    uint64_t epoch, from_seq, to_seq; /* the part of the sender's feed that the batch covers */
    uint64_t max_bytes;               /* of a reply that suits the link */
    uint64_t chain_seq;               /* rule 25; 0 when nothing own is pushed */
    struct hash chain_head;
    struct slice short_heads; /* SHORT_HEAD_BYTES each, newest first */
    bool has_digest;
    struct hash digest; /* as of the last complete round */
    struct id_array wants;
    struct refused *refusals; /* relayed to their origin */
    size_t refusal_count;
    struct round_group *groups;
    size_t group_count;
    struct round_listing *listings;
    size_t listing_count;
    struct slice batch;
    struct slice evidence; /* rule 23: a reply of the hub's own that it may have forgotten */
};
struct round_reply {
    uint32_t flags;
    uint64_t epoch, round;
    uint64_t ack_epoch, ack_seq; /* what of the sender's feed is durably here */
    uint64_t from_seq, to_seq;   /* the part of the hub's feed that the batch covers */
    uint64_t head_seq;           /* the hub's feed when the push was committed */
    uint64_t top_seq;            /* of the hub's feed, held by the top */
    uint64_t own_seq;            /* how far the hub itself has saved */
    int64_t time_ms;             /* the hub's clock */
    uint64_t chain_seq;
    struct hash chain_head;
    struct slice known_heads; /* of the sender's earlier saves: KNOWN_HEAD_BYTES each */
    bool has_digest;
    struct hash digest; /* of what the sender should hold after applying this reply */
    struct id_array wants;
    struct refused *refusals;
    size_t refusal_count;
    struct round_buckets *buckets;
    size_t buckets_count;
    struct slice batch;
};

/* How far the sender's saves go, by its newest token or its chain, whichever says more. */
uint64_t round_said_seq(const struct round_request *r);
void round_request_write(const struct round_request *r, struct buf *out);
enum err round_request_read(struct slice body, struct arena *arena,
                            struct round_request *out) MUST_USE;
void round_reply_write(const struct round_reply *r, struct buf *out);
enum err round_reply_read(struct slice body, struct arena *arena, struct round_reply *out) MUST_USE;

#endif
