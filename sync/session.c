#include "sync/session.h"

#include "core/cert.h"
#include "core/scope.h"
#include "core/store_redot.h"
#include "sync/frame.h"
#include "sync/inbox.h"
#include "sync/outbox.h"
#include "sync/reconcile.h"
#include "sync/session_copies.h"

/* Compressed together, body and batch may come out a little longer than apart. */
#define BODY_SLACK_BYTES 128
#define BATCH_MIN_BYTES 256 /* one record goes in any case */
#define CONTACT_TRIES 1
#define IDLE_ROUNDS_MAX 4
#define RETRY_REFUSED_MAX 64
/* Rule 25: 4-byte heads of the last saves, then of one in this many. */
#define SHORT_HEADS_DENSE 64
#define SHORT_HEADS_STEP 16

void session_init(struct session *s, struct store *store)
{
    *s = (struct session){.store = store, .batch_max_bytes = MESSAGE_MAX_BYTES};
    s->stats.digest_equal = -1;
}

void session_end(struct session *s)
{
    arena_free(&s->contact.arena);
    s->contact = (struct session_contact){0};
}

/* What of a message of max_bytes is left for the batch beside the rest of the body. */
size_t session_batch_room(uint64_t max_bytes, const struct buf *rest)
{
    struct buf frame = {0};
    uint64_t max = max_bytes < MESSAGE_MAX_BYTES ? max_bytes : MESSAGE_MAX_BYTES;
    frame_pack(buf_view(rest), &frame);
    size_t used = MESSAGE_SEALED_BYTES + frame.len + BODY_SLACK_BYTES;
    buf_free(&frame);
    return max > used + BATCH_MIN_BYTES ? (size_t)max - used : BATCH_MIN_BYTES;
}

static enum err not_joined(void)
{
    return error_set(ERR_NOT_JOINED, _("this store has no hub; `terrace join URL CODE` joins one"));
}

/* A hub that was revoked learns nothing more from this store; it could keep the news from it for as
 * long as it is the only way. */
static enum err hub_is_good(struct txn *t, const struct upstream *u, struct arena *arena)
{
    struct record hub;
    enum err e = store_get(t, u->node, arena, &hub, NULL);
    if (e != ERR_OK || cert_closed_at(&hub, 0) == UINT64_MAX) {
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    return error_set(ERR_REVOKED,
                     _("the hub of this computer was revoked, and nothing is sent there "
                       "any more. Nothing is lost here; ask the office above for "
                       "another hub and a code: terrace join --rehome URL CODE"));
}

/* ---- the request ---------------------------------------------------------------------------- */

/* Rule 23: the next token is written down before anything is sent. */
static enum err add_token(struct txn *t, struct upstream *u)
{
    const struct env *env = store_env(txn_store(t));
    struct token next = {.n = u->token_count ? u->tokens[u->token_count - 1].n + 1 : 1,
                         .own_seq = store_own_seq(t)};
    env->random(env->ctx, next.random, sizeof(next.random));
    TRY(store_chain_head(t, next.own_seq, &next.head));
    if (u->token_count == ROUND_TOKENS_MAX) {
        u->token_count--; /* the newest was perhaps never heard; the hub then sees one unknown */
    }
    u->tokens[u->token_count++] = next;
    return ERR_OK;
}

/* Heads of the own saves since the last state the hub has confirmed. */
static enum err add_chain(struct txn *t, const struct upstream *u, struct buf *heads,
                          struct round_request *q)
{
    uint64_t seq = store_own_seq(t);
    uint64_t known = u->token_count ? u->tokens[0].own_seq : 0;
    if (seq == 0 || seq <= known) {
        return ERR_OK;
    }
    q->chain_seq = seq;
    TRY(store_chain_head(t, seq, &q->chain_head));
    for (uint64_t back = 1;
         back < seq - known && heads->len / SHORT_HEAD_BYTES < ROUND_SHORT_HEADS_MAX;
         back += back < SHORT_HEADS_DENSE ? 1 : SHORT_HEADS_STEP) {
        struct hash h;
        TRY(store_chain_head(t, seq - back, &h));
        buf_add(heads, h.bytes, SHORT_HEAD_BYTES);
    }
    q->short_heads = buf_view(heads);
    return ERR_OK;
}

/* What is on its way out of this store's scope is in no group that is compared. */
static enum err queue_leaving(struct txn *t, const struct upstream *u, struct arena *arena)
{
    struct id_list leaving;
    TRY(store_ids_leaving(t, arena, &leaving));
    for (size_t i = 0; i < leaving.count; i++) {
        TRY(queue_put(t, u->node, leaving.ids[i], 0));
    }
    return ERR_OK;
}

/* Rule 18: what of the comparison this request carries. */
static enum err add_contact(struct session *s, struct txn *t, struct upstream *u,
                            struct arena *arena, struct round_request *q)
{
    struct session_contact *c = &s->contact;
    if (!u->contact) {
        return ERR_OK;
    }
    if (c->phase == CONTACT_NONE) {
        c->phase = CONTACT_GROUPS;
        TRY(queue_leaving(t, u, arena));
        return reconcile_groups(t, store_identity(s->store)->unit, arena, &q->groups,
                                &q->group_count);
    }
    if (c->phase == CONTACT_LISTINGS) {
        TRY(reconcile_listings(t, u->node, c->buckets, c->bucket_count, &c->bucket_done, arena,
                               &q->listings, &q->listing_count));
        if (c->bucket_done == c->bucket_count) {
            c->phase = CONTACT_DONE;
        }
    }
    return ERR_OK;
}

static struct outbox_request outbox_up(const struct upstream *u, const struct identity *self)
{
    return (struct outbox_request){
        .peer = u->node,
        .peer_epoch = u->epoch,
        .up = true,
        .from_seq = u->acked_epoch == self->actor ? u->acked_seq : 0,
        .from_head = u->epoch == 0,
        .max_bytes = MESSAGE_MAX_BYTES,
        .sent_mark = u->token_count ? u->tokens[u->token_count - 1].n : 1,
    };
}

/* What is sent again is judged again. */
static enum err forget_refusals(struct txn *t, const struct outbox *box, struct arena *arena)
{
    struct id_array refused;
    TRY(mark_list(t, "refused.", 1, arena, &refused));
    for (size_t i = 0; refused.count && i < box->count; i++) {
        TRY(mark_del(t, "refused.", box->ids[i]));
    }
    return ERR_OK;
}

static enum err build_request(struct session *s, struct txn *t, struct arena *arena,
                              struct buf *body, struct upstream *u)
{
    const struct identity *self = store_identity(s->store);
    struct round_request q = {.epoch = self->actor, .max_bytes = s->batch_max_bytes};
    struct outbox box = {0};
    struct buf heads = {0};
    enum err e = upstream_load(t, u);
    if (e == ERR_OK && dot_is_none(u->node)) {
        e = not_joined();
    }
    if (e != ERR_OK) {
        return e;
    }
    TRY(hub_is_good(t, u, arena));
    copies_begin_anew(u, self->actor);
    u->contact = u->contact || u->epoch == 0;
    e = add_token(t, u);
    if (dot_is_none(s->look_up)) {
        e = e ? e : add_contact(s, t, u, arena, &q);
        e = e ? e : add_chain(t, u, &heads, &q);
        e = e ? e : copies_show(t, arena, &q);
        e = e ? e : mark_list(t, "want.", RECONCILE_IDS_MAX, arena, &q.wants);
    } else {
        q.wants = (struct id_array){&s->look_up, 1};
    }
    q.tokens = u->tokens;
    q.token_count = u->token_count;
    q.peer_epoch = u->epoch;
    q.peer_seq = u->in_seq;
    q.peer_round = u->round;
    q.has_digest = u->has_digest;
    q.digest = u->digest;
    round_request_write(&q, body);
    struct outbox_request want = outbox_up(u, self);
    want.max_bytes = session_batch_room(s->batch_max_bytes, body);
    bool sends = dot_is_none(s->look_up);
    e = e || !sends ? e : outbox_fill(t, &want, arena, &box);
    e = e ? e : forget_refusals(t, &box, arena);
    e = e ? e : upstream_store(t, u);
    if (e == ERR_OK) {
        bool first = u->epoch == 0 && sends;
        q.flags = (box.more ? ROUND_MORE : 0u) | (first ? ROUND_FIRST_CONTACT : 0u);
        q.from_seq = box.from_seq;
        q.to_seq = box.to_seq;
        q.batch = buf_view(&box.batch);
        s->sent_more = box.more;
        s->sent_count = box.count;
        s->sent_units = box.units;
        s->stats.sent_records += box.count;
        buf_clear(body);
        round_request_write(&q, body);
    }
    buf_free(&heads);
    buf_free(&box.batch);
    return e;
}

enum err session_request(struct session *s, struct buf *message)
{
    struct arena arena = {0};
    struct buf body = {0};
    struct txn *t = NULL;
    struct upstream u;
    enum err e = txn_begin(s->store, TXN_WRITE, &t);
    if (e == ERR_OK) {
        e = build_request(s, t, &arena, &body, &u);
        if (e == ERR_OK) {
            e = txn_commit(t);
        } else {
            txn_abort(t);
        }
    }
    if (e == ERR_OK) {
        struct message m = {.body = buf_view(&body)};
        size_t start = message->len;
        e = message_seal(&m, store_identity(s->store), u.public_key, message);
        s->asked = hash_of(slice_make(message->ptr + start, message->len - start));
    }
    buf_free(&body);
    arena_free(&arena);
    return e;
}

/* ---- the reply ------------------------------------------------------------------------------ */

static void take_cursor(struct upstream *u, const struct round_reply *p, bool applied_all)
{
    if (u->epoch != p->epoch || p->flags & ROUND_FIRST_CONTACT) {
        /* An unknown epoch: the feed head read before is where the feed is taken up. */
        u->epoch = p->epoch;
        u->in_seq = p->to_seq;
        u->contact = true;
        u->has_digest = false;
    } else if (applied_all && p->from_seq <= u->in_seq && p->to_seq > u->in_seq) {
        u->in_seq = p->to_seq; /* rule 19: never past a gap, never back */
    }
    if (p->flags & ROUND_TOKEN_UNKNOWN) {
        u->contact = true;
        u->has_digest = false;
    }
    u->head_seq = p->head_seq;
}

/* Nothing of the reply is applied: under dots that this store gave to something else it would meet
 * it and be mistaken for it. First what was saved beyond the last common save goes on under a new
 * actor; then the conversation begins anew, and brings all that the other copy saved. */
static enum err leave_older_copy(struct session *s, uint64_t common)
{
    TRY(store_redot(s->store, store_identity(s->store)->actor, common, 0, RENEWAL_OLDER,
                    link_redot));
    arena_free(&s->contact.arena);
    s->contact = (struct session_contact){0};
    s->idle_rounds = 0;
    s->done = false;
    return ERR_OK;
}

static void take_receipt(struct upstream *u, const struct round_reply *p, uint64_t own_epoch)
{
    if (p->ack_epoch != own_epoch) {
        return;
    }
    /* The reply answers the latest request, so that its word is the newest, up or down: what the
     * hub has lost is to be sent again, and receipts go back (rule 21). */
    if (u->acked_epoch != own_epoch || p->ack_seq < u->acked_seq) {
        u->pending_count = 0;
        u->top_seq = u->top_seq < p->ack_seq ? u->top_seq : p->ack_seq;
    }
    u->acked_epoch = own_epoch;
    u->acked_seq = p->ack_seq;
    if (!upstream_is_uncompared(u)) {
        upstream_receipt(u, p->ack_seq, p->head_seq, p->top_seq);
    }
}

static enum err take_refusals(struct txn *t, const struct round_reply *p)
{
    for (size_t i = 0; i < p->refusal_count; i++) {
        uint8_t reason = p->refusals[i].reason;
        if (reason == REFUSAL_DEPARTED || reason & REFUSAL_TAKEN_BACK) {
            TRY(mark_put(t, "notice.", p->refusals[i].id, reason));
        } else if (store_has(t, p->refusals[i].id)) {
            TRY(mark_put(t, "refused.", p->refusals[i].id, reason));
        }
    }
    return ERR_OK;
}

static bool is_refused(const struct round_reply *p, struct dot id)
{
    for (size_t i = 0; i < p->refusal_count; i++) {
        if (dot_equal(p->refusals[i].id, id)) {
            return true;
        }
    }
    return false;
}

/* What the hub asks for and this store can send, and has not just sent in vain. */
static enum err take_wants(struct txn *t, const struct upstream *u, const struct round_reply *p)
{
    struct outbox_request up = outbox_up(u, store_identity(txn_store(t)));
    for (size_t i = 0; i < p->wants.count; i++) {
        struct dot id = p->wants.ids[i];
        if (!is_refused(p, id) && outbox_may_send(t, &up, id)) {
            TRY(queue_put(t, u->node, id, 0));
        }
    }
    return ERR_OK;
}

static void keep_buckets(struct session_contact *c, const struct round_reply *p)
{
    arena_free(&c->arena);
    c->buckets = arena_array(&c->arena, p->buckets_count + 1, sizeof(*c->buckets));
    for (size_t i = 0; i < p->buckets_count; i++) {
        const struct round_buckets *b = &p->buckets[i];
        size_t n = b->count ? (size_t)1 << b->bits : 0;
        c->buckets[i] = *b;
        c->buckets[i].sums = arena_array(&c->arena, n + 1, sizeof(uint64_t));
        memcpy(c->buckets[i].sums, b->sums, n * sizeof(uint64_t));
    }
    c->bucket_count = p->buckets_count;
    c->bucket_done = 0;
    c->phase = c->bucket_count ? CONTACT_LISTINGS : CONTACT_DONE;
}

/* Rule 22: compare only when neither side has anything pending. */
static enum err compare(struct session *s, struct txn *t, struct upstream *u,
                        const struct round_reply *p)
{
    struct session_contact *c = &s->contact;
    struct hash own;
    TRY(reconcile_digest(t, store_identity(s->store)->unit, true, &own));
    if (hash_equal(own, p->digest)) {
        u->contact = false;
        u->has_digest = true;
        u->digest = own;
        if (u->acked_epoch == store_identity(s->store)->actor) {
            upstream_receipt(u, u->acked_seq, p->head_seq, p->top_seq);
        }
        c->phase = CONTACT_NONE;
        s->stats.digest_equal = 1;
        return ERR_OK;
    }
    s->stats.digest_equal = 0;
    if (c->phase == CONTACT_NONE || c->phase == CONTACT_DONE) {
        c->tries = c->progress ? 0 : c->tries + 1;
        u->contact = c->tries <= CONTACT_TRIES;
        c->progress = false;
        c->phase = CONTACT_NONE;
    }
    return ERR_OK;
}

/* Anything left to say or to hear? */
static enum err look_ahead(struct session *s, struct txn *t, struct upstream *u,
                           const struct round_reply *p, const struct inbox_result *in)
{
    const struct identity *self = store_identity(s->store);
    struct outbox_request up = outbox_up(u, self);
    uint64_t pending = 0;
    TRY(outbox_pending(t, &up, 1, &pending));
    bool quiet = !(p->flags & ROUND_MORE) && !s->sent_more && pending == 0 && in->need_whole == 0 &&
                 queue_is_empty(t, u->node) && s->contact.phase != CONTACT_LISTINGS;
    if (quiet && p->has_digest && s->contact.phase != CONTACT_GROUPS) {
        TRY(compare(s, t, u, p));
    }
    if (s->contact.phase == CONTACT_GROUPS) {
        quiet = false;
    }
    s->contact.progress = s->contact.progress || in->received != 0;
    bool progress = in->received != 0 || s->sent_count != 0 || s->contact.phase != CONTACT_NONE;
    s->idle_rounds = progress ? 0 : s->idle_rounds + 1;
    s->done = (quiet && !u->contact) || s->idle_rounds >= IDLE_ROUNDS_MAX ||
              s->contact.tries > CONTACT_TRIES;
    return ERR_OK;
}

/* What the hub refused is offered again when that may have changed: all of it when either side has
 * learnt of units, else a little whenever the hub has learnt of anything (rule 26). */
static enum err retry_refused(struct txn *t, const struct upstream *u, bool units, bool moved,
                              struct arena *arena)
{
    struct id_array refused = {0};
    if (units || moved) {
        size_t most = units ? RECONCILE_IDS_MAX : RETRY_REFUSED_MAX;
        TRY(mark_list(t, "refused.", most, arena, &refused));
    }
    for (size_t i = 0; i < refused.count; i++) {
        TRY(queue_put(t, u->node, refused.ids[i], 0));
    }
    return ERR_OK;
}

static enum err apply_reply(struct session *s, struct txn *t, const struct round_reply *p,
                            struct upstream *u, struct arena *arena)
{
    const struct identity *self = store_identity(s->store);
    const struct env *env = store_env(s->store);
    struct inbox_result in = {0};
    struct arrival arrival = {.via = VIA_SYNC, .node = u->node, .actor = p->epoch};
    bool groups_answered = s->contact.phase == CONTACT_GROUPS;
    bool held = p->flags & ROUND_TOKEN_UNKNOWN; /* nothing is taken before that is settled */
    TRY(held ? ERR_OK : inbox_apply(t, p->batch, &arrival, arena, &in));
    /* Rule 21: a receipt counts once, in its order; or when the hub says that it lost its memory.
     */
    bool newer = u->epoch != p->epoch || p->round > u->round ||
                 p->flags & (ROUND_FIRST_CONTACT | ROUND_TOKEN_UNKNOWN);
    TRY(retry_refused(t, u, in.units != 0 || s->sent_units != 0, p->head_seq != u->head_seq,
                      arena));
    take_cursor(u, p, in.need_whole == 0);
    if (newer) {
        take_receipt(u, p, self->actor);
        u->round = p->round;
        TRY(link_note_hub(t, p->epoch, p->own_seq));
    }
    TRY(take_refusals(t, p));
    TRY(take_wants(t, u, p));
    uint64_t sent = u->token_count ? u->tokens[u->token_count - 1].n : 0;
    TRY(p->flags & ROUND_TOKEN_UNKNOWN ? ERR_OK : queue_acked(t, u->node, sent)); /* not taken */
    if (u->token_count) {
        u->tokens[0] = u->tokens[u->token_count - 1];
        u->token_count = 1;
    }
    u->last_sync_ms = env->now_ms(env->ctx);
    u->hub_time_ms = p->time_ms - u->last_sync_ms;
    if (groups_answered) {
        keep_buckets(&s->contact, p);
    }
    uint64_t children = 0;
    TRY(link_children_seq(t, &children));
    if (!u->contact) { /* else the cursors do not tell what upstream covers */
        TRY(link_sweep(t, u, children));
    }
    store_feed_passed(t, children < u->acked_seq ? children : u->acked_seq);
    s->stats.received_records += in.received;
    s->stats.refused += p->refusal_count;
    TRY(look_ahead(s, t, u, p, &in));
    return upstream_store(t, u);
}

/* Is it from this store's hub, and an answer to what was asked last? */
static enum err open_reply(struct session *s, struct slice message, struct buf *plain,
                           struct buf *raw, struct message *m)
{
    struct upstream u;
    struct txn *t = NULL;
    TRY(txn_begin(s->store, TXN_READ, &t));
    enum err e = upstream_load(t, &u);
    txn_abort(t);
    e = e ? e : message_unseal(message, store_identity(s->store), plain, m);
    if (e != ERR_OK) {
        return e;
    }
    m->answers = s->asked;
    return message_accept(m, store_identity(s->store), u.public_key, raw);
}

enum err session_reply(struct session *s, struct slice message)
{
    struct arena arena = {0};
    struct buf plain = {0}, raw = {0};
    struct message m;
    struct round_reply p;
    struct upstream u;
    struct txn *t = NULL;
    bool older = false;
    uint64_t common = 0;
    s->stats.rounds++;
    enum err e = open_reply(s, message, &plain, &raw, &m);
    e = e ? e : round_reply_read(m.body, &arena, &p);
    e = e ? e : txn_begin(s->store, TXN_WRITE, &t);
    if (e != ERR_OK) {
        goto done;
    }
    e = upstream_load(t, &u);
    e = e ? e : copies_is_older(t, &u, &p, &older, &common);
    if (e == ERR_OK && older) {
        txn_abort(t);
        e = leave_older_copy(s, common);
        goto done;
    }
    e = e ? e : apply_reply(s, t, &p, &u, &arena);
    e = e ? e : copies_keep(t, &m, &p);
    if (e == ERR_OK) {
        e = txn_commit(t);
    } else {
        txn_abort(t);
    }
done:
    buf_free(&plain);
    buf_free(&raw);
    arena_free(&arena);
    return e;
}

/* ---- for carriers that bring no reply to every request ----------------------------------------
 */

struct outbox_request session_outbox(const struct upstream *u, const struct identity *self)
{
    return outbox_up(u, self);
}

enum err session_take_lists(struct txn *t, const struct upstream *u, const struct round_reply *p)
{
    TRY(take_refusals(t, p));
    return take_wants(t, u, p);
}

void session_take_word(struct session *s, const struct round_reply *p, struct upstream *u)
{
    take_receipt(u, p, store_identity(s->store)->actor);
    u->round = p->round;
}

enum err session_leave_older(struct session *s, uint64_t common)
{
    return leave_older_copy(s, common);
}

enum err session_compare(struct session *s, struct txn *t, struct upstream *u,
                         const struct round_reply *p)
{
    return compare(s, t, u, p);
}

enum err session_retry_refused(struct txn *t, const struct upstream *u, bool units, bool moved,
                               struct arena *arena)
{
    return retry_refused(t, u, units, moved, arena);
}

/* ---- what people ask ------------------------------------------------------------------------ */

int session_receipt(struct txn *t, const struct record *r, const struct record_local *local)
{
    struct dot id = r->id;
    struct upstream u;
    if (upstream_load(t, &u) != ERR_OK) {
        return 0;
    }
    if (dot_is_none(u.node)) {
        return 2; /* the top itself */
    }
    if (r->route == ROUTE_LOCAL || mark_has(t, "refused.", id)) {
        return 0;
    }
    bool from_hub = dot_equal(local->source_node, u.node);
    if (upstream_is_uncompared(&u) || queue_has(t, u.node, id)) {
        return from_hub ? 1 : 0;
    }
    bool own_epoch = u.acked_epoch == store_identity(txn_store(t))->actor;
    if (own_epoch && local->content_seq <= u.top_seq) {
        return 2;
    }
    return from_hub || (own_epoch && local->content_seq <= u.acked_seq) ? 1 : 0;
}

enum err session_status(struct txn *t, struct link_status *out)
{
    struct upstream u;
    const struct identity *self = store_identity(txn_store(t));
    *out = (struct link_status){0};
    TRY(upstream_load(t, &u));
    if (dot_is_none(u.node)) {
        return ERR_OK;
    }
    struct outbox_request up = outbox_up(&u, self);
    out->hub = u.node;
    out->last_sync_ms = u.last_sync_ms;
    out->received_seq = u.in_seq;
    out->upstream_seq = u.head_seq;
    out->acked_seq = up.from_seq;
    out->top_seq = u.top_seq;
    up.from_seq = upstream_is_uncompared(&u) ? 0 : up.from_seq;
    TRY(outbox_pending(t, &up, UINT64_MAX, &out->unsent));
    return outbox_owed(t, &up, &out->unsent);
}
