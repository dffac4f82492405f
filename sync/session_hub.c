/* The hub's side of a round: one request in, one reply out. Everything is read and checked before
 * anything is written; everything the reply acknowledges is committed before it leaves. */
#include "sync/session.h"

#include "core/scope.h"
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

/* Rule 23: is this the store we last spoke with? It is told until it has heard, together with how
 * far its saves went by our knowledge, from which it sees whether it is itself the older copy. */
static void take_tokens(struct serve *s)
{
    struct link *link = &s->link;
    bool known_feed = link->has_token && link->epoch == s->q.epoch;
    /* A hub on an older disk counts on from where the child is. */
    if (s->q.peer_round > link->round && s->q.peer_round < UINT64_MAX / 2) {
        link->round = s->q.peer_round;
    }
    if (known_feed && !token_listed(&s->q, &link->token)) {
        link->unknown_round = link->round + 1;
    } else if (!known_feed || s->q.peer_round >= link->unknown_round) {
        link->unknown_round = 0;
    }
    if (link->unknown_round) {
        s->p.flags |= ROUND_TOKEN_UNKNOWN;
        s->p.chain_seq = link->chain_seq;
        s->p.chain_head = link->chain_head;
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
    }
}

static void take_cursors(struct serve *s)
{
    struct link *link = &s->link;
    uint64_t epoch = store_identity(s->store)->actor;
    if (link->epoch != s->q.epoch) {
        /* A feed never met: with a comparison it is taken up where it stands, else from the start.
         */
        link->epoch = s->q.epoch;
        link->in_seq = s->q.group_count || s->q.flags & ROUND_FIRST_CONTACT ? s->q.from_seq : 0;
        link->first_contact = true;
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
}

/* Kept before it is applied, so that what it brings can name it; not if it brought nothing. */
static enum err apply_with_evidence(struct serve *s, const struct arrival *arrival)
{
    struct buf signed_bytes = {0};
    uint64_t number = 0;
    enum err e = ERR_OK;
    if (s->q.batch.len > 0) {
        message_evidence(s->message, store_identity(s->store), &signed_bytes);
        e = store_evidence_put(s->t, arrival->node, EVIDENCE_TAKEN, arrival->via,
                               buf_view(&signed_bytes), &number);
        buf_free(&signed_bytes);
    }
    store_evidence_cite(s->t, number);
    e = e ? e : inbox_apply(s->t, s->q.batch, arrival, &s->arena, &s->in);
    store_evidence_cite(s->t, 0);
    bool brought = s->in.received > 0 || s->in.refusal_count > 0;
    return e || brought || number == 0 ? e : store_evidence_drop(s->t, number);
}

static enum err take_batch(struct serve *s)
{
    struct link *link = &s->link;
    struct arrival arrival = {.via = VIA_SYNC,
                              .node = link->node,
                              .actor = s->q.epoch,
                              .from_below = true,
                              .first_contact = link->first_contact,
                              .unit = link->unit};
    TRY(apply_with_evidence(s, &arrival));
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
    take_tokens(s);
    TRY(link_epoch_moves(s->t, link, s->q.epoch));
    take_cursors(s);
    TRY(link->unknown_round ? ERR_OK : heads_note(s->t, link->node, &s->q, false));
    TRY(take_batch(s));
    link->round++;
    link->last_contact_ms = env->now_ms(env->ctx);
    TRY(answer_contact(s));
    s->p.epoch = store_identity(s->store)->actor;
    s->p.round = link->round;
    s->p.ack_epoch = link->epoch;
    s->p.ack_seq = link->in_seq;
    s->p.time_ms = link->last_contact_ms;
    s->p.head_seq = store_feed_head(s->t);
    s->p.top_seq = link_top_seq(s->t);
    TRY(fill_reply(s));
    if (s->cursor_known && s->q.group_count == 0 && s->q.listing_count == 0 &&
        !(s->q.flags & ROUND_MORE) && !(s->p.flags & ROUND_MORE)) {
        link->first_contact = false;
    }
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

enum err session_serve(struct store *store, struct slice request, struct buf *reply)
{
    struct serve s = {.store = store};
    struct buf plain = {0}, raw = {0}, body = {0};
    struct message m;
    enum err e = open_request(store, request, &plain, &raw, &m);
    s.message = &m;
    e = e ? e : round_request_read(m.body, &s.arena, &s.q);
    e = e ? e : txn_begin(store, TXN_WRITE, &s.t);
    if (e != ERR_OK) {
        goto done;
    }
    e = link_by_address(s.t, m.sender, &s.link);
    e = e ? e : admit_contact(s.t, &s.link);
    e = e ? e : serve_round(&s);
    if (e != ERR_OK) {
        txn_abort(s.t);
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
