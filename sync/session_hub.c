/* The hub's side of a round: one request in, one reply out. Everything is read and checked before
 * anything is written; everything the reply acknowledges is committed before it leaves. */
#include "sync/session.h"

#include "core/scope.h"
#include "core/store_redot.h"
#include "sync/admit.h"
#include "sync/inbox.h"
#include "sync/outbox.h"
#include "sync/reconcile.h"

struct serve {
    struct store *store;
    struct txn *t;
    struct arena arena;
    struct link link;
    const struct message *message;
    struct round_request q;
    struct round_reply p;
    struct inbox_result in;
    struct outbox box;
    size_t wants_now;  /* of p.wants, what this very request gave rise to */
    bool cursor_known; /* the child's cursor into this feed means something here */
};

static bool token_listed(const struct round_request *q, const struct token *token)
{
    for (size_t i = 0; i < q->token_count; i++) {
        const struct token *t = &q->tokens[i];
        if (t->n == token->n && memcmp(t->random, token->random, TOKEN_RANDOM_BYTES) == 0) {
            return t->own_seq == token->own_seq && hash_equal(t->head, token->head);
        }
    }
    return false;
}

/* The child has seen rounds answered that this store knows nothing of: one of the two is wrong, and
 * only a reply that this store signed tells which (take_evidence). Counted on from there. */
static void note_gap(struct serve *s)
{
    struct link *link = &s->link;
    uint64_t actor = store_identity(s->store)->actor;
    if (s->q.peer_round <= link->round || s->q.peer_round >= UINT64_MAX / 2) {
        return;
    }
    if (s->q.peer_epoch == actor) {
        link->gap_from = link->round;
        link->gap_to = s->q.peer_round;
        link->gap_seq = link->own_actor == actor ? link->own_seq : 0;
    }
    link->round = s->q.peer_round;
}

/* Rule 23: is this the store we last spoke with, or, if it comes under an actor of before, does its
 * chain of saves go on from what we know? It is told until it has heard, together with how far its
 * saves went by our knowledge, from which it sees whether it is itself the older copy. */
static enum err take_tokens(struct serve *s)
{
    struct link *link = &s->link;
    struct known_chain chain;
    bool known_feed = link->has_token && link->epoch == s->q.epoch;
    note_gap(s);
    TRY(known_chain_load(s->t, link->node, s->q.epoch, &s->arena, &chain));
    if (chain.seq == 0 && link->epoch == s->q.epoch) { /* of an older program */
        chain.seq = link->chain_seq;
        chain.head = link->chain_head;
    }
    if (known_feed ? !token_listed(&s->q, &link->token) : !known_chain_fits(&chain, &s->q)) {
        link->unknown_round = link->round + 1;
    } else if (!known_feed || s->q.peer_round >= link->unknown_round) {
        link->unknown_round = 0;
    }
    if (link->unknown_round) {
        s->p.flags |= ROUND_TOKEN_UNKNOWN;
        s->p.chain_seq = chain.seq;
        s->p.chain_head = chain.head;
        s->p.known_heads = chain.heads;
        link->first_contact = true;
        /* Its feed may have been cut back: what is acknowledged is what it now says it holds. */
        link->in_seq = s->q.from_seq < link->in_seq ? s->q.from_seq : link->in_seq;
    }
    if (s->q.token_count) {
        link->token = s->q.tokens[s->q.token_count - 1];
        link->has_token = true;
    }
    if (s->q.token_count && !link->unknown_round) {
        link->chain_seq = link->token.own_seq;
        link->chain_head = link->token.head;
        TRY(known_chain_note(s->t, link->node, &s->q, &chain, &s->arena));
    }
    return ERR_OK;
}

static enum err take_cursors(struct serve *s)
{
    struct link *link = &s->link;
    uint64_t epoch = store_identity(s->store)->actor;
    if (link->epoch != s->q.epoch) {
        /* A feed never met: with a comparison it is taken up where it stands, else from the start.
         */
        link->epoch = s->q.epoch;
        link->in_seq = s->q.group_count || s->q.flags & ROUND_FIRST_CONTACT ? s->q.from_seq : 0;
        link->first_contact = true;
        TRY(store_actor_is_of(s->t, link->epoch, link->node, link->unit));
    }
    if (s->q.group_count || s->q.listing_count) {
        link->first_contact = true; /* what this store lost is taken back from whoever holds it */
    }
    s->cursor_known = s->q.peer_epoch == epoch && s->q.peer_seq <= store_feed_head(s->t);
    if (s->cursor_known) {
        link->out_seq = s->q.peer_seq;
    } else {
        s->p.flags |= ROUND_FIRST_CONTACT;
        link->first_contact = true;
    }
    return ERR_OK;
}

static enum err take_batch(struct serve *s)
{
    struct link *link = &s->link;
    struct arrival arrival = {.via = VIA_SYNC,
                              .node = link->node,
                              .actor = s->q.epoch,
                              .from_below = true,
                              .first_contact = link->first_contact,
                              .unit = link->unit,
                              .said_seq = round_said_seq(&s->q),
                              .not_given = link_not_given,
                              .hub_not_given = link_hub_not_given};
    if (link->unknown_round) {
        return ERR_OK; /* it may have given dots that another copy gave; it sends again */
    }
    TRY(inbox_apply_signed(s->t, s->message, s->q.batch, &arrival, &s->arena, &s->in));
    if (s->in.need_whole == 0 && s->q.from_seq <= link->in_seq && s->q.to_seq > link->in_seq) {
        link->in_seq = s->q.to_seq;
    }
    s->p.refusals = s->in.refusals;
    s->p.refusal_count = s->in.refusal_count;
    return queue_acked(s->t, link->node, s->q.peer_round);
}

static enum err answer_contact(struct serve *s)
{
    struct id_array wants = {0};
    if (s->q.group_count || s->q.flags & ROUND_FIRST_CONTACT) {
        TRY(reconcile_answer_groups(s->t, &s->link, s->q.groups, s->q.group_count, &s->arena,
                                    &s->p.buckets, &s->p.buckets_count));
    }
    TRY(reconcile_answer_listings(s->t, &s->link, s->q.listings, s->q.listing_count, &s->arena,
                                  &wants));
    /* What a delta did not fit, what the comparison misses, what `check` set aside here. */
    struct id_array lost;
    TRY(mark_list(s->t, "want.", RECONCILE_IDS_MAX, &s->arena, &lost));
    size_t n = 0;
    struct dot *ids =
        arena_array(&s->arena, wants.count + s->in.wants.count + lost.count + 1, sizeof(*ids));
    const struct id_array *lists[] = {&wants, &s->in.wants, &lost};
    for (size_t i = 0; i < ARRAY_COUNT(lists); i++) {
        for (size_t j = 0; j < lists[i]->count; j++) {
            ids[n++] = lists[i]->ids[j];
        }
    }
    s->p.wants = (struct id_array){ids, n};
    s->wants_now = wants.count + s->in.wants.count;
    return ERR_OK;
}

/* Neither side takes anything of the other before it is known which of them is the older copy. */
static void hold_reply(struct serve *s)
{
    s->p.from_seq = s->cursor_known ? s->q.peer_seq : s->p.head_seq;
    s->p.to_seq = s->p.from_seq;
    s->p.flags |= ROUND_MORE;
}

static enum err fill_reply(struct serve *s)
{
    struct buf rest = {0};
    round_reply_write(&s->p, &rest);
    size_t room = session_batch_room(s->q.max_bytes, &rest);
    buf_free(&rest);
    struct outbox_request want = {
        .peer = s->link.node,
        .peer_epoch = s->q.epoch,
        .peer_unit = s->link.unit,
        .from_seq = s->cursor_known ? s->q.peer_seq : 0,
        .from_head = !s->cursor_known,
        .max_bytes = room,
        .sent_mark = s->link.round,
        .wants = s->q.wants,
    };
    TRY(outbox_fill(s->t, &want, &s->arena, &s->box));
    s->p.from_seq = s->box.from_seq;
    s->p.to_seq = s->box.to_seq;
    s->p.batch = buf_view(&s->box.batch);
    if (s->box.more) {
        s->p.flags |= ROUND_MORE;
    }
    bool quiet = !s->box.more && !(s->q.flags & ROUND_MORE) && s->wants_now == 0;
    if (quiet && s->cursor_known) {
        TRY(reconcile_digest(s->t, s->link.unit, false, &s->p.digest));
        s->p.has_digest = true;
    }
    return ERR_OK;
}

static enum err serve_round(struct serve *s)
{
    const struct env *env = store_env(s->store);
    struct link *link = &s->link;
    uint64_t children = 0;
    TRY(take_tokens(s));
    TRY(link_epoch_moves(s->t, link, s->q.epoch));
    TRY(take_cursors(s));
    TRY(link->unknown_round ? ERR_OK : heads_note(s->t, link->node, &s->q, false));
    TRY(take_batch(s));
    link->round++;
    link->last_contact_ms = env->now_ms(env->ctx);
    TRY(answer_contact(s));
    s->p.epoch = store_identity(s->store)->actor;
    s->p.own_seq = store_own_seq(s->t);
    s->p.round = link->round;
    s->p.ack_epoch = link->epoch;
    s->p.ack_seq = link->in_seq;
    s->p.time_ms = link->last_contact_ms;
    s->p.head_seq = store_feed_head(s->t);
    s->p.top_seq = link_top_seq(s->t);
    if (link->unknown_round) {
        hold_reply(s);
    } else {
        TRY(fill_reply(s));
    }
    if (s->cursor_known && s->q.group_count == 0 && s->q.listing_count == 0 &&
        !(s->q.flags & ROUND_MORE) && !(s->p.flags & ROUND_MORE)) {
        link->first_contact = false;
    }
    link->own_actor = store_identity(s->store)->actor;
    link->own_seq = store_own_seq(s->t);
    TRY(link_store(s->t, link));
    TRY(link_children_seq(s->t, &children));
    struct upstream up;
    TRY(upstream_load(s->t, &up));
    if (!dot_is_none(up.node) && !up.contact) {
        TRY(link_sweep(s->t, &up, children));
        children = up.acked_seq < children ? up.acked_seq : children;
    }
    if (children != UINT64_MAX) {
        store_feed_passed(s->t, children);
    }
    return ERR_OK;
}

/* By which key, only the sender's address tells; of a stranger nothing is unpacked. */
static enum err open_request(struct store *store, struct slice request, struct buf *plain,
                             struct buf *raw, struct message *m)
{
    struct link link;
    struct txn *t = NULL;
    TRY(message_unseal(request, store_identity(store), plain, m));
    TRY(txn_begin(store, TXN_READ, &t));
    enum err e = link_by_address(t, m->sender, &link);
    txn_abort(t);
    return e ? e : message_accept(m, store_identity(store), link.public_key, raw);
}

/* What a reply of this store's own shows, signed for this child. */
struct shown {
    uint64_t epoch; /* 0 = nothing that counts */
    bool forgotten; /* of this very epoch, and of a round that this store knows nothing of */
};

static enum err read_evidence(struct serve *s, struct message_address sender, struct shown *out)
{
    const struct identity *self = store_identity(s->store);
    struct buf raw = {0};
    struct message m;
    struct round_reply p;
    *out = (struct shown){0};
    TRY(link_by_address(s->t, sender, &s->link));
    if (!message_evidence_verify(s->q.evidence, self->public_key, &m) ||
        memcmp(&m.recipient, &sender, sizeof(sender)) != 0) {
        return ERR_OK;
    }
    if (message_unpack(&m, &raw) == ERR_OK && round_reply_read(m.body, &s->arena, &p) == ERR_OK) {
        out->epoch = p.epoch;
        out->forgotten =
            p.epoch == self->actor && p.round > s->link.gap_from && p.round <= s->link.gap_to;
    }
    error_clear();
    buf_free(&raw);
    return ERR_OK;
}

/* On an older disk a store does not know any more under which actors it wrote since; what it then
 * saved comes back from those who have it, and is its own. */
static enum err learn_own_actor(struct store *store, uint64_t actor)
{
    struct txn *t = NULL;
    struct actor_info known;
    TRY(txn_begin(store, TXN_WRITE, &t));
    enum err e = store_actor(t, actor, &known) && !dot_is_none(known.node)
                     ? ERR_OK
                     : store_own_actor(t, actor);
    if (e == ERR_OK) {
        return txn_commit(t);
    }
    txn_abort(t);
    return e;
}

/* If it has forgotten a round, it stands on an older disk and gives dots again: all that it saved
 * since it last answered goes on under a new actor, and with a new epoch everybody sends again
 * (rule 23). */
static enum err take_evidence(struct serve *s, struct message_address sender)
{
    struct shown shown;
    if (s->q.evidence.len == 0) {
        return ERR_OK;
    }
    TRY(txn_begin(s->store, TXN_READ, &s->t));
    enum err e = read_evidence(s, sender, &shown);
    uint64_t actor = store_identity(s->store)->actor;
    txn_abort(s->t);
    s->t = NULL;
    if (e == ERR_OK && shown.forgotten) {
        return store_redot(s->store, actor, s->link.gap_seq, 0, RENEWAL_OLDER, link_redot);
    }
    return e == ERR_OK && shown.epoch != 0 && shown.epoch != actor
               ? learn_own_actor(s->store, shown.epoch)
               : e;
}

enum err session_serve(struct store *store, struct slice request, struct buf *reply)
{
    struct serve s = {.store = store};
    struct buf plain = {0}, raw = {0}, body = {0};
    struct message m;
    enum err e = open_request(store, request, &plain, &raw, &m);
    s.message = &m;
    e = e ? e : round_request_read(m.body, &s.arena, &s.q);
    e = e ? e : take_evidence(&s, m.sender);
    e = e ? e : txn_begin(store, TXN_WRITE, &s.t);
    if (e != ERR_OK) {
        goto done;
    }
    e = link_by_address(s.t, m.sender, &s.link);
    bool known = e == ERR_OK;
    e = e ? e : admit_contact(s.t, &s.link);
    bool shut_out = known && (e == ERR_REFUSED || e == ERR_REVOKED) && s.q.batch.len > 0;
    e = e ? e : serve_round(&s);
    if (e != ERR_OK) {
        txn_abort(s.t);
        if (shut_out) {
            enum err kept = inbox_quarantine(store, &m, s.link.node, VIA_SYNC);
            e = kept ? kept : e;
        }
        goto done;
    }
    round_reply_write(&s.p, &body);
    e = txn_commit(s.t);
    if (e == ERR_OK) {
        struct message out = {.answers = hash_of(request), .body = buf_view(&body)};
        e = message_seal(&out, store_identity(store), s.link.public_key, reply);
    }
done:
    buf_free(&s.box.batch);
    buf_free(&body);
    buf_free(&plain);
    buf_free(&raw);
    arena_free(&s.arena);
    return e;
}
