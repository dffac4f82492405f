/* What a store remembers of a neighbour: cursors, rounds, tokens, receipts, what is still owed.
 * Kept in the store's small facts, under "link.…", "addr.…", "up.…", "q.…", "s.…", "want.…",
 * "refused.…", "notice.…". */
#ifndef TERRACE_SYNC_LINK_H
#define TERRACE_SYNC_LINK_H

#include "core/store.h"
#include "sync/message.h"
#include "sync/round.h"

#define LINK_PENDING_MAX 64

/* A child, as the hub sees it. */
struct link {
    struct dot node;
    struct dot unit;
    uint8_t public_key[KEY_PUBLIC_BYTES];
    uint64_t epoch;   /* of the child's feed; 0 = never met */
    uint64_t in_seq;  /* of the child's feed, durably here */
    uint64_t out_seq; /* of this feed, durably there */
    uint64_t round;
    bool has_token;
    struct token token; /* the child's newest */
    bool first_contact; /* until a round went through with known cursors */
    int64_t last_contact_ms;
    struct hash chain_head; /* of its saves, as of the last request that fitted */
    uint64_t chain_seq;
    uint64_t unknown_round; /* in which it was told that its tokens do not fit; 0 = it has heard */
    /* Of this store, when it last answered: its actor, and how many saves it had made. */
    uint64_t own_actor, own_seq;
    /* Rounds after gap_from, up to gap_to, the child has seen answered and this store knows nothing
     * of; gap_seq: how many saves of this store are certainly older. 0, 0 = none. */
    uint64_t gap_from, gap_to, gap_seq;
};
enum err link_load(struct txn *t, struct dot node, struct link *out) MUST_USE; /* ERR_NOT_FOUND */
enum err link_store(struct txn *t, const struct link *link) MUST_USE;
/* ERR_REFUSED: unknown, or gone to another hub. */
enum err link_by_address(struct txn *t, struct message_address address, struct link *out) MUST_USE;
/* A hub that was restored does not remember whom it admitted since; but their records came back, by
 * way of its own hub: one that syncs with this store, by a certificate that holds. Not stored yet.
 * ERR_NOT_FOUND. */
enum err link_revive(struct txn *t, struct message_address address, struct link *out) MUST_USE;
/* After the record of a node came: is it a child's that now syncs with another hub? Then its link
 * is closed: nothing waits for it any more, and link_by_address tells it why. */
enum err link_follow_node(struct txn *t, struct dot id) MUST_USE;
/* Is the dot of a child's present actor, and beyond what the child itself has said that it saved?
 * Not told as long as the child has not spoken with this store under the name that it has now: it
 * may stand on an older disk. */
bool link_not_given(struct txn *t, struct dot dot);
/* The same of the hub above, of an id. */
bool link_hub_not_given(struct txn *t, struct dot dot);
/* How far the hub above says that it has saved. */
enum err link_note_hub(struct txn *t, uint64_t epoch, uint64_t own_seq) MUST_USE;
/* Smallest out_seq over all children that were ever in touch; UINT64_MAX when there is none. */
enum err link_children_seq(struct txn *t, uint64_t *out) MUST_USE;

/* The hub, as a child sees it. */
struct upstream {
    struct dot node; /* none: not joined, or a root */
    uint8_t public_key[KEY_PUBLIC_BYTES];
    uint64_t epoch;    /* of the hub's feed; 0 = first contact */
    uint64_t in_seq;   /* of the hub's feed, durably here */
    uint64_t head_seq; /* of the hub's feed, as last heard */
    uint64_t acked_epoch;
    uint64_t acked_seq; /* of this feed, durably at the hub */
    uint64_t top_seq;   /* of this feed, durably at the top */
    uint64_t round;
    int64_t last_sync_ms;
    int64_t hub_time_ms; /* hub's clock less ours, as last heard */
    bool contact;        /* digest reconciliation is due in the next request */
    struct hash digest;  /* of the last complete round */
    bool has_digest;
    /* Pushes on their way up: this feed up to own_seq is in the hub's feed up to hub_seq. */
    struct pending_push {
        uint64_t own_seq, hub_seq;
    } pending[LINK_PENDING_MAX];
    size_t pending_count;
    struct token tokens[ROUND_TOKENS_MAX]; /* the one seen, then those written down since */
    size_t token_count;
};
enum err upstream_load(struct txn *t, struct upstream *out) MUST_USE; /* zeroed when none */
/* First contact, or one that lost something, before a comparison has come out equal: what the
 * cursors say is then no receipt, since they were taken up where the feeds stood. */
static inline bool upstream_is_uncompared(const struct upstream *u)
{
    return u->contact && !u->has_digest;
}
enum err upstream_store(struct txn *t, const struct upstream *u) MUST_USE;
/* Notes a push the hub has committed, and what the top holds by its word. */
void upstream_receipt(struct upstream *u, uint64_t own_seq, uint64_t hub_seq, uint64_t top_seq);
/* Of this store's feed, how much the top holds: everything at a root. */
uint64_t link_top_seq(struct txn *t);

/* For store_redot: what this store remembers of its neighbours after a fork. */
struct redot;
enum err link_redot(struct txn *t, const struct redot *m) MUST_USE;

/* What this hub knows of the saves of a child's actor (rule 25): how many, the head of their chain,
 * and the first bytes of earlier heads, KNOWN_HEAD_BYTES each, newest first. Kept under
 * "chain.…", whatever actor the child comes under now. */
struct known_chain {
    uint64_t seq;
    struct hash head;
    struct slice heads; /* in the arena */
};
enum err known_chain_load(struct txn *t, struct dot node, uint64_t actor, struct arena *arena,
                          struct known_chain *out) MUST_USE; /* zeroed when none */
/* Does the sender of q have a save chain that goes on from it? */
bool known_chain_fits(const struct known_chain *c, const struct round_request *q);
/* After q was found to fit. */
enum err known_chain_note(struct txn *t, struct dot node, const struct round_request *q,
                          struct known_chain *c, struct arena *arena) MUST_USE;
/* How many of this store's own saves are the hub's too, by what the hub knows; `seen` is how many
 * were there when a reply was last seen. */
enum err known_chain_common(struct txn *t, const struct round_reply *p, uint64_t seen,
                            uint64_t *out) MUST_USE;

/* Rule 14 for what has left this store's scope, by what the links say. */
enum err link_sweep(struct txn *t, const struct upstream *u, uint64_t children_seq) MUST_USE;

/* Records owed to a neighbour whole, whatever the cursor says; sent = round or token of the last
 * sending, 0 = not yet. */
enum err queue_put(struct txn *t, struct dot peer, struct dot id, uint64_t sent) MUST_USE;
enum err queue_next(struct txn *t, struct dot peer, struct dot after, struct arena *arena,
                    struct dot *id, uint64_t *sent) MUST_USE; /* ERR_END */
/* Forget those last sent in just this round or with this token. What an earlier one brought was
 * forgotten when that was answered; if it is still here, it was lost on the way. */
enum err queue_acked(struct txn *t, struct dot peer, uint64_t sent) MUST_USE;
/* Everything owed to it, and what was skipped. */
enum err queue_forget(struct txn *t, struct dot peer) MUST_USE;
bool queue_is_empty(struct txn *t, struct dot peer);
bool queue_has(struct txn *t, struct dot peer, struct dot id);

/* Records whose earlier feed entry a neighbour's cursor passed unsent, because a newer entry was
 * still to come: at that one they go whole, or fields changed before the cursor would be missing.
 */
enum err skipped_put(struct txn *t, struct dot peer, struct dot id) MUST_USE;
bool skipped_has(struct txn *t, struct dot peer, struct dot id);
enum err skipped_del(struct txn *t, struct dot peer, struct dot id) MUST_USE;

/* A child that comes under another epoch than before: in which round that was answered. A stick of
 * some other epoch is newer only if its writer had heard of that round; what an older one brings is
 * taken, and moves no cursor. */
enum err link_epoch_moves(struct txn *t, const struct link *link, uint64_t epoch) MUST_USE;
bool link_epoch_is_past(struct txn *t, const struct link *link, const struct round_request *q);
/* A child goes to another hub, and comes back perhaps: the rounds are counted on, so that sticks of
 * the time before are known for what they are. */
enum err link_goes_away(struct txn *t, const struct link *link) MUST_USE;
enum err link_comes_back(struct txn *t, struct link *link, uint64_t epoch) MUST_USE;

/* The first bytes of the heads of a child's chain of saves, as its requests told them, so that an
 * older stick is known for what it is (rule 25). dense: every head is told, as in a bundle. */
enum err heads_note(struct txn *t, struct dot node, const struct round_request *q,
                    bool dense) MUST_USE;
/* false when that head was not told. */
bool heads_find(struct txn *t, struct dot node, uint64_t epoch, uint64_t seq,
                uint8_t out[SHORT_HEAD_BYTES]);

/* Sets of ids: "want." asked for whole, "refused." not taken by upstream (with the
 * reason), "notice." taken and corrected there, to be told (with the reason). */
enum err mark_put(struct txn *t, const char *space, struct dot id, uint8_t value) MUST_USE;
enum err mark_del(struct txn *t, const char *space, struct dot id) MUST_USE;
bool mark_has(struct txn *t, const char *space, struct dot id);
enum err mark_forget(struct txn *t, const char *space) MUST_USE; /* all of them */
enum err mark_list(struct txn *t, const char *space, size_t limit, struct arena *arena,
                   struct id_array *out) MUST_USE;

#endif
