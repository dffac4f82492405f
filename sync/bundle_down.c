/* A bundle downward: replies written one after the other. The receipt of a push says what of the
 * child's feed is durably here, what was refused and what is wanted, and brings all that flows
 * down; one that nobody asked for says the same as things stand. All of its replies carry one
 * round. */
#include "sync/bundle_part.h"

#include "sync/inbox.h"
#include "sync/reconcile.h"
#include "sync/session_copies.h"

#define LISTED_MAX 1000 /* refusals, and wants, in one reply */

/* ---- the hub writes -------------------------------------------------------------------------- */

struct receipt {
    struct bundle_writer w;
    struct push_word *word;
    struct dot node;
    bool started;
    bool more, last;
    bool sent;    /* all that flows down; what is left are the lists */
    uint64_t seq; /* of this feed, where the next reply begins */
    uint64_t round, head_seq, top_seq;
    uint64_t records;
    struct id_array wants; /* of this hub */
    size_t wanted, refused;
};

/* What the child asks for and may have is owed to it, so that it goes out in whichever reply. */
static enum err queue_wants(struct txn *t, const struct link *link, struct push_word *word)
{
    const struct outbox_request down = {.peer = link->node, .peer_unit = link->unit};
    size_t kept = 0;
    for (size_t i = 0; i < word->wants.count; i++) {
        struct dot id = word->wants.ids[i];
        if (outbox_may_send(t, &down, id)) {
            TRY(queue_put(t, link->node, id, 0));
        } else {
            word->wants.ids[kept++] = id;
        }
    }
    word->wants.count = kept;
    return ERR_OK;
}

/* Unasked, the child is taken for being where it said last that it is. */
static void assume(const struct link *link, struct push_word *word)
{
    word->taken = true;
    word->whole = link->epoch == 0 || link->first_contact;
    word->but_echo = true;
    word->peer_seq = link->out_seq;
}

static enum err own_wants(struct receipt *r, struct txn *t, struct arena *arena)
{
    struct id_array lost;
    TRY(mark_list(t, "want.", RECONCILE_IDS_MAX, arena, &lost));
    struct push_word *word = r->word;
    r->wants.ids =
        arena_array(&word->arena, lost.count + word->own_want_count + 1, sizeof(struct dot));
    for (size_t i = 0; i < word->own_want_count; i++) {
        r->wants.ids[r->wants.count++] = word->own_wants[i];
    }
    for (size_t i = 0; i < lost.count; i++) {
        r->wants.ids[r->wants.count++] = lost.ids[i];
    }
    return ERR_OK;
}

static enum err start(struct receipt *r, struct txn *t, struct link *link, struct arena *arena)
{
    memcpy(r->w.peer_key, link->public_key, KEY_PUBLIC_BYTES);
    if (!r->word->judged) {
        assume(link, r->word);
    }
    r->w.number = r->word->number;
    r->round = ++link->round;
    r->head_seq = store_feed_head(t);
    r->top_seq = link_top_seq(t);
    r->seq = r->word->whole ? r->head_seq : r->word->peer_seq;
    r->started = true;
    if (r->word->whole) {
        TRY(reconcile_queue_scope(t, link, r->word->but_echo));
    }
    TRY(queue_wants(t, link, r->word));
    TRY(own_wants(r, t, arena));
    return link_store(t, link);
}

/* The next of the lists, which may be longer than a message. They stand last: what the hub sends of
 * a record must not outlive what it said when it refused it. */
static void fill_lists(struct receipt *r, struct round_reply *p)
{
    if (!r->sent) {
        return;
    }
    const struct push_word *word = r->word;
    size_t n = r->wants.count - r->wanted, m = word->refusal_count - r->refused;
    p->wants.ids = r->wants.ids + r->wanted;
    p->wants.count = n < LISTED_MAX ? n : LISTED_MAX;
    p->refusals = word->refusals ? word->refusals + r->refused : NULL;
    p->refusal_count = m < LISTED_MAX ? m : LISTED_MAX;
    r->wanted += p->wants.count;
    r->refused += p->refusal_count;
}

static struct round_reply reply_head(const struct receipt *r, const struct link *link)
{
    const struct env *env = store_env(r->w.store);
    struct round_reply p = {.epoch = store_identity(r->w.store)->actor,
                            .round = r->round,
                            .ack_epoch = link->epoch,
                            .ack_seq = link->in_seq,
                            .head_seq = r->head_seq,
                            .top_seq = r->top_seq,
                            .time_ms = env->now_ms(env->ctx)};
    if (r->word->apart) { /* of the feed that the push was of, there is nothing to say */
        p.ack_epoch = 0;
        p.ack_seq = 0;
    }
    if (r->word->whole) {
        p.flags |= ROUND_FIRST_CONTACT;
    }
    if (!r->word->taken) {
        p.flags |= ROUND_TOKEN_UNKNOWN;
        p.ack_epoch = r->word->epoch;
        p.ack_seq = r->word->ack_seq;
        p.chain_seq = r->word->chain_seq;
        p.chain_head = r->word->chain_head;
    }
    return p;
}

static enum err fill_batch(struct receipt *r, struct txn *t, const struct link *link,
                           struct round_reply *p, struct arena *arena, struct outbox *box)
{
    struct buf rest = {0};
    round_reply_write(p, &rest);
    struct outbox_request want = {
        .peer = link->node,
        .peer_epoch = link->epoch,
        .peer_unit = link->unit,
        .from_seq = r->seq,
        .from_head = r->word->whole,
        .max_bytes = session_batch_room(MESSAGE_MAX_BYTES - BUNDLE_PART_BYTES, &rest),
        .sent_mark = r->round,
        .series = true,
    };
    buf_free(&rest);
    if (r->w.count == 0) {
        want.wants = r->word->wants;
    }
    TRY(outbox_fill(t, &want, arena, box));
    r->seq = r->word->whole ? r->seq : box->to_seq;
    p->from_seq = r->word->whole ? r->head_seq : box->from_seq;
    p->to_seq = r->seq;
    p->batch = buf_view(&box->batch);
    r->records += box->count;
    r->sent = !box->more;
    r->more = box->more || r->wanted < r->wants.count || r->refused < r->word->refusal_count;
    return ERR_OK;
}

static enum err fill_reply(struct receipt *r, struct txn *t, struct arena *arena, struct buf *body)
{
    struct link link;
    struct outbox box = {0};
    TRY(link_load(t, r->node, &link));
    if (!r->started) {
        TRY(start(r, t, &link, arena));
    }
    struct round_reply p = reply_head(r, &link);
    p.own_seq = store_own_seq(t);
    fill_lists(r, &p);
    enum err e = fill_batch(r, t, &link, &p, arena, &box);
    r->last = !r->more || bundle_writer_is_full(&r->w);
    if (e == ERR_OK && r->more) {
        p.flags |= ROUND_MORE;
    } else if (e == ERR_OK && r->word->own_want_count == 0 && r->word->taken) {
        e = reconcile_digest(t, link.unit, false, &p.digest);
        p.has_digest = e == ERR_OK;
    }
    if (e == ERR_OK) {
        round_reply_write(&p, body);
    }
    buf_free(&box.batch);
    return e;
}

static enum err write_reply(struct receipt *r)
{
    struct arena arena = {0};
    struct buf body = {0};
    struct txn *t = NULL;
    enum err e = txn_begin(r->w.store, TXN_WRITE, &t);
    if (e == ERR_OK) {
        e = fill_reply(r, t, &arena, &body);
        if (e == ERR_OK) {
            e = txn_commit(t);
        } else {
            txn_abort(t);
        }
    }
    e = e ? e : bundle_writer_add(&r->w, buf_view(&body), r->last);
    buf_free(&body);
    arena_free(&arena);
    return e;
}

/* What everybody has heard of by now. */
static enum err sweep(struct store *store)
{
    struct txn *t = NULL;
    struct upstream up;
    uint64_t children = 0;
    TRY(txn_begin(store, TXN_WRITE, &t));
    enum err e = link_children_seq(t, &children);
    e = e ? e : upstream_load(t, &up);
    if (e == ERR_OK && !dot_is_none(up.node) && !up.contact) {
        e = link_sweep(t, &up, children);
        children = up.acked_seq < children ? up.acked_seq : children;
    }
    if (e != ERR_OK) {
        txn_abort(t);
        return e;
    }
    if (children != UINT64_MAX) {
        store_feed_passed(t, children);
    }
    return txn_commit(t);
}

static enum err check_node(struct store *store, struct dot node)
{
    struct txn *t = NULL;
    struct link link;
    TRY(txn_begin(store, TXN_READ, &t));
    enum err e = link_load(t, node, &link);
    txn_abort(t);
    return e == ERR_NOT_FOUND
               ? error_set(ERR_NOT_FOUND, _("that computer does not sync with this one"))
               : e;
}

enum err receipt_write(struct store *store, struct dot node, struct push_word *word,
                       struct buf *out, struct bundle_written *written)
{
    struct push_word none = {0};
    struct receipt r = {.word = word ? word : &none, .node = node};
    bundle_writer_open(&r.w, store, out);
    enum err e = check_node(store, node);
    while (e == ERR_OK && !r.last) {
        e = write_reply(&r);
    }
    e = e ? e : sweep(store);
    bundle_writer_close(&r.w);
    *written = (struct bundle_written){.peer = node, .records = r.records, .more = r.more};
    arena_free(&none.arena);
    return e;
}

/* ---- the child takes it ---------------------------------------------------------------------- */

/* Its place in the hub's feed. What a receipt brings in order moves it on, whatever its age; that
 * the hub knew none is believed of the newest alone, and once all of it is here. */
static void take_cursor(struct upstream *u, const struct round_reply *p, bool last,
                        const struct receipt_taking *taking)
{
    bool whole = p->flags & ROUND_FIRST_CONTACT;
    if (taking->gap) {
        return;
    }
    if (whole && taking->newer && last) {
        u->epoch = p->epoch;
        u->in_seq = p->to_seq;
    } else if (!whole && u->epoch == p->epoch && p->from_seq <= u->in_seq &&
               p->to_seq > u->in_seq) {
        u->in_seq = p->to_seq;
    }
}

/* Nothing here is on its way up, and nothing is to come down. */
static enum err is_quiet(struct txn *t, const struct upstream *u, const struct round_reply *p,
                         const struct receipt_taking *taking, bool *quiet)
{
    struct outbox_request up = session_outbox(u, store_identity(txn_store(t)));
    uint64_t pending = 0;
    TRY(outbox_pending(t, &up, 1, &pending));
    *quiet = !(p->flags & (ROUND_MORE | ROUND_TOKEN_UNKNOWN)) && !taking->gap && pending == 0 &&
             queue_is_empty(t, u->node);
    return ERR_OK;
}

/* The whole feed from its start was taken by the hub, and nothing of it is wanted again: so its
 * word on the cursor is a receipt, without a comparison (rule 18). */
static bool covers_all(struct txn *t, const struct upstream *u, const struct push_memory *m,
                       const struct bundle_part *part, const struct round_reply *p)
{
    return m->full && part->number == m->number && !(p->flags & ROUND_TOKEN_UNKNOWN) &&
           p->ack_epoch == store_identity(txn_store(t))->actor && p->ack_seq >= m->to_seq &&
           queue_is_empty(t, u->node);
}

static enum err answer_push(struct txn *t, struct upstream *u, const struct bundle_part *part,
                            const struct round_reply *p, bool *full)
{
    struct push_memory m;
    *full = false;
    if (part->number == 0) {
        return ERR_OK;
    }
    TRY(push_memory_load(t, &m));
    TRY(queue_acked(t, u->node, BUNDLE_MARK | part->number));
    if (covers_all(t, u, &m, part, p)) {
        u->contact = false;
        *full = true;
    }
    m.answered = part->number > m.answered ? part->number : m.answered;
    return push_memory_store(t, &m);
}

/* Once all of a newest receipt is here. */
static enum err conclude(struct session *s, struct txn *t, struct upstream *u,
                         const struct bundle_part *part, const struct round_reply *p,
                         const struct receipt_taking *taking, struct arena *arena)
{
    bool quiet = false, full = false, moved = p->head_seq != u->head_seq;
    uint64_t children = 0;
    take_cursor(u, p, true, taking);
    u->head_seq = p->head_seq;
    TRY(link_note_hub(t, p->epoch, p->own_seq));
    TRY(answer_push(t, u, part, p, &full)); /* first: what it proves lets its word count */
    session_take_word(s, p, u);
    TRY(is_quiet(t, u, p, taking, &quiet));
    if (quiet && p->has_digest) {
        TRY(session_compare(s, t, u, p));
        u->contact = u->contact && !full; /* all was exchanged just now, and again would not help */
    }
    TRY(session_retry_refused(t, u, taking->units != 0, moved, arena));
    TRY(link_children_seq(t, &children));
    if (!u->contact) {
        TRY(link_sweep(t, u, children));
    }
    store_feed_passed(t, children < u->acked_seq ? children : u->acked_seq);
    return ERR_OK;
}

/* A hub counts the rounds of a link on, whatever becomes of its feed. Where it begins anew, it must
 * not be speaking of an earlier feed of this store. */
static bool is_newer(const struct session *s, const struct upstream *u, const struct round_reply *p)
{
    bool anew = p->flags & ROUND_FIRST_CONTACT &&
                (p->ack_epoch == 0 || p->ack_epoch == store_identity(s->store)->actor);
    return p->round > u->round && (u->epoch == p->epoch || anew);
}

static enum err take_reply(struct session *s, struct txn *t, const struct bundle_part *part,
                           struct arena *arena, struct receipt_taking *taking,
                           struct bundle_taken *taken)
{
    const struct env *env = store_env(s->store);
    struct round_reply p;
    struct inbox_result in = {0};
    struct upstream u;
    TRY(round_reply_read(part->body, arena, &p));
    TRY(upstream_load(t, &u));
    if (!taking->started) {
        taking->started = true;
        taking->newer = is_newer(s, &u, &p);
    }
    if (taking->newer && !taking->older) {
        TRY(copies_is_older(t, &u, &p, &taking->older, &taking->common));
    }
    if (taking->older) {
        return ERR_OK;
    }
    struct arrival arrival = {.via = VIA_BUNDLE, .node = u.node, .actor = p.epoch};
    TRY(inbox_apply(t, p.batch, &arrival, arena, &in));
    taking->gap = taking->gap || in.need_whole != 0;
    taking->units += in.units;
    taken->fresh += in.received;
    taken->known += in.known;
    taken->waiting += in.need_whole;
    taken->refused += taking->newer ? p.refusal_count : 0;
    if (taking->newer) {
        TRY(session_take_lists(t, &u, &p));
    }
    if (taking->newer && part->last) {
        TRY(conclude(s, t, &u, part, &p, taking, arena));
        taken->digest_equal = s->stats.digest_equal;
    } else {
        take_cursor(&u, &p, part->last, taking);
    }
    u.last_sync_ms = env->now_ms(env->ctx);
    return upstream_store(t, &u);
}

enum err receipt_take(struct store *store, const struct bundle_part *part,
                      struct receipt_taking *taking, struct bundle_taken *taken)
{
    struct arena arena = {0};
    struct session s;
    struct txn *t = NULL;
    session_init(&s, store);
    enum err e = txn_begin(store, TXN_WRITE, &t);
    if (e == ERR_OK) {
        e = take_reply(&s, t, part, &arena, taking, taken);
        if (e == ERR_OK) {
            e = txn_commit(t);
        } else {
            txn_abort(t);
        }
    }
    if (e == ERR_OK && taking->older && part->last) {
        taken->renewed = true;
        e = session_leave_older(&s, taking->common);
    }
    session_end(&s);
    arena_free(&arena);
    return e;
}
