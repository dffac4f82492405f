/* A bundle upward: requests written one after the other as a child would send them if it heard no
 * reply, and what the hub makes of each. Tokens do not move; that a push continues what came before
 * is seen from the chain of saves (rules 23, 25). */
#include "sync/bundle_part.h"

#include "sync/admit.h"
#include "sync/inbox.h"
#include "sync/reconcile.h"

#define MEMORY_KEY "up.bundle"

/* ---- what the child remembers ---------------------------------------------------------------- */

enum err push_memory_load(struct txn *t, struct push_memory *out)
{
    struct arena arena = {0};
    struct slice v;
    *out = (struct push_memory){0};
    enum err e = store_kv_get(t, slice_str(MEMORY_KEY), &arena, &v);
    if (e == ERR_OK) {
        struct pack_reader r = pack_reader_make(v);
        read_array_exact(&r, 6);
        out->number = read_uint(&r);
        out->to_seq = read_uint(&r);
        out->full = read_bool(&r);
        out->written_ms = read_int(&r);
        out->answered = read_uint(&r);
        out->kept = read_uint(&r);
        if (!pack_end(&r)) {
            e = error_set(ERR_DAMAGED, _("what this store remembers of a neighbour is damaged"));
        }
    }
    arena_free(&arena);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err push_memory_store(struct txn *t, const struct push_memory *m)
{
    struct buf b = {0};
    struct pack_writer w = pack_writer_make(&b);
    pack_array(&w, 6);
    pack_uint(&w, m->number);
    pack_uint(&w, m->to_seq);
    pack_bool(&w, m->full);
    pack_int(&w, m->written_ms);
    pack_uint(&w, m->answered);
    pack_uint(&w, m->kept);
    enum err e = store_kv_put(t, slice_str(MEMORY_KEY), buf_view(&b));
    buf_free(&b);
    return e;
}

/* ---- the child writes ------------------------------------------------------------------------ */

struct push {
    struct bundle_writer w;
    struct push_memory memory;
    bool started;
    uint64_t seq;     /* of this feed, where the next request begins */
    uint64_t own_seq; /* of this store's saves, as of the first request */
    struct hash head;
    bool more; /* than has been written so far */
    bool last; /* the file ends here */
    uint64_t records;
};

/* Without a hub that answers at once there is nothing to compare: who has not met it yet, or
 * differs from it, sends its feed from the start. */
static enum err start(struct push *p, struct txn *t, const struct upstream *u)
{
    const struct identity *self = store_identity(p->w.store);
    if (dot_is_none(u->node)) {
        return error_set(ERR_NOT_JOINED,
                         _("this store has no hub above it; terrace bundle export FILE --for NODE "
                           "writes one for a computer below"));
    }
    TRY(push_memory_load(t, &p->memory));
    p->memory.number++;
    p->memory.full = u->contact || u->epoch == 0;
    p->seq = p->memory.full ? 0 : session_outbox(u, self).from_seq;
    p->own_seq = store_own_seq(t);
    TRY(store_chain_head(t, p->own_seq, &p->head));
    memcpy(p->w.peer_key, u->public_key, KEY_PUBLIC_BYTES);
    p->w.number = p->memory.number;
    p->started = true;
    /* the number is used up, whatever becomes of the file */
    struct push_memory kept;
    TRY(push_memory_load(t, &kept));
    kept.number = p->memory.number;
    return push_memory_store(t, &kept);
}

/* Every head since the state that the hub has confirmed: whatever it has seen since is among them.
 */
static enum err dense_heads(const struct push *p, struct txn *t, const struct upstream *u,
                            struct buf *heads)
{
    uint64_t known = u->token_count ? u->tokens[0].own_seq : 0;
    for (uint64_t back = 1; back < p->own_seq && p->own_seq - back >= known &&
                            heads->len / SHORT_HEAD_BYTES < ROUND_SHORT_HEADS_MAX;
         back++) {
        struct hash h;
        TRY(store_chain_head(t, p->own_seq - back, &h));
        buf_add(heads, h.bytes, SHORT_HEAD_BYTES);
    }
    return ERR_OK;
}

/* What was refused is judged again when it is sent again; until the answer comes it counts as owed.
 */
static enum err owe_refused(struct push *p, struct txn *t, const struct upstream *u,
                            const struct outbox *box)
{
    for (size_t i = 0; i < box->count; i++) {
        if (mark_has(t, "refused.", box->ids[i])) {
            TRY(queue_put(t, u->node, box->ids[i], BUNDLE_MARK | p->memory.number));
            TRY(mark_del(t, "refused.", box->ids[i]));
        }
    }
    return ERR_OK;
}

static enum err fill_request(struct push *p, struct txn *t, struct arena *arena, struct buf *body)
{
    const struct identity *self = store_identity(p->w.store);
    struct upstream u;
    struct outbox box = {0};
    struct buf heads = {0};
    enum err e = upstream_load(t, &u);
    if (e == ERR_OK && !p->started) {
        e = start(p, t, &u);
    }
    if (e != ERR_OK) {
        return e;
    }
    struct round_request q = {.epoch = self->actor,
                              .max_bytes = MESSAGE_MAX_BYTES,
                              .tokens = u.tokens,
                              .token_count = u.token_count,
                              .peer_epoch = u.epoch,
                              .peer_seq = u.in_seq,
                              .peer_round = u.round,
                              .chain_seq = p->own_seq,
                              .chain_head = p->head,
                              .has_digest = u.has_digest,
                              .digest = u.digest};
    if (p->w.count == 0) {
        e = mark_list(t, "want.", RECONCILE_IDS_MAX, arena, &q.wants);
        e = e ? e : dense_heads(p, t, &u, &heads);
        q.short_heads = buf_view(&heads);
    }
    round_request_write(&q, body);
    struct outbox_request want = session_outbox(&u, self);
    want.from_seq = p->seq;
    want.from_head = false;
    want.peer_epoch = p->memory.full ? 0 : u.epoch; /* no echo for one that may have lost it */
    want.max_bytes = session_batch_room(MESSAGE_MAX_BYTES - BUNDLE_PART_BYTES, body);
    want.sent_mark = BUNDLE_MARK | p->memory.number;
    want.series = true;
    e = e ? e : outbox_fill(t, &want, arena, &box);
    e = e ? e : owe_refused(p, t, &u, &box);
    if (e == ERR_OK) {
        q.flags = (box.more ? ROUND_MORE : 0u) | (p->memory.full ? ROUND_FIRST_CONTACT : 0u);
        q.from_seq = box.from_seq;
        q.to_seq = box.to_seq;
        q.batch = buf_view(&box.batch);
        buf_clear(body);
        round_request_write(&q, body);
        p->seq = box.to_seq;
        p->more = box.more;
        p->records += box.count;
    }
    buf_free(&heads);
    buf_free(&box.batch);
    return e;
}

static enum err write_request(struct push *p)
{
    struct arena arena = {0};
    struct buf body = {0};
    struct txn *t = NULL;
    enum err e = txn_begin(p->w.store, TXN_WRITE, &t);
    if (e == ERR_OK) {
        e = fill_request(p, t, &arena, &body);
        if (e == ERR_OK) {
            e = txn_commit(t);
        } else {
            txn_abort(t);
        }
    }
    p->last = !p->more || bundle_writer_is_full(&p->w);
    e = e ? e : bundle_writer_add(&p->w, buf_view(&body), p->last);
    buf_free(&body);
    arena_free(&arena);
    return e;
}

static enum err remember(struct push *p)
{
    struct push_memory was;
    struct txn *t = NULL;
    TRY(txn_begin(p->w.store, TXN_WRITE, &t));
    enum err e = push_memory_load(t, &was);
    p->memory.answered = was.answered;
    p->memory.written_ms = was.written_ms;
    p->memory.kept = was.kept;
    p->memory.to_seq = p->seq;
    p->memory.full = p->memory.full && !p->more;
    e = e ? e : push_memory_store(t, &p->memory);
    if (e != ERR_OK) {
        txn_abort(t);
        return e;
    }
    return txn_commit(t);
}

enum err bundle_kept(struct store *store)
{
    const struct env *env = store_env(store);
    struct push_memory m;
    struct txn *t = NULL;
    TRY(txn_begin(store, TXN_WRITE, &t));
    enum err e = push_memory_load(t, &m);
    m.written_ms = env->now_ms(env->ctx);
    m.kept = m.number;
    e = e ? e : push_memory_store(t, &m);
    if (e != ERR_OK) {
        txn_abort(t);
        return e;
    }
    return txn_commit(t);
}

enum err push_write(struct store *store, struct buf *out, struct bundle_written *written)
{
    struct push p = {0};
    struct upstream u;
    struct txn *t = NULL;
    bundle_writer_open(&p.w, store, out);
    enum err e = ERR_OK;
    do {
        e = write_request(&p);
    } while (e == ERR_OK && !p.last);
    e = e ? e : remember(&p);
    e = e ? e : txn_begin(store, TXN_READ, &t);
    if (e != ERR_OK) {
        return e;
    }
    e = upstream_load(t, &u);
    txn_abort(t);
    bundle_writer_close(&p.w);
    *written = (struct bundle_written){.peer = u.node, .records = p.records, .more = p.more};
    return e;
}

/* ---- the hub takes it ------------------------------------------------------------------------ */

enum verdict { FITS, OLDER, FORKED };

static bool starts_with(struct hash h, const uint8_t short_head[SHORT_HEAD_BYTES])
{
    return memcmp(h.bytes, short_head, SHORT_HEAD_BYTES) == 0;
}

/* Does what it tells of its own saves contain the state that this hub knows last? */
static bool contains_state(const struct round_request *q, const struct link *link)
{
    uint64_t back = q->chain_seq - link->chain_seq;
    for (size_t i = 0; i < q->token_count; i++) {
        if (q->tokens[i].own_seq == link->chain_seq) {
            return hash_equal(q->tokens[i].head, link->chain_head);
        }
    }
    if (back == 0) {
        return hash_equal(q->chain_head, link->chain_head);
    }
    if (back - 1 < q->short_heads.len / SHORT_HEAD_BYTES) {
        return starts_with(link->chain_head, q->short_heads.ptr + (back - 1) * SHORT_HEAD_BYTES);
    }
    return true; /* thousands of saves ago: neither side could tell */
}

static enum verdict judge(struct txn *t, const struct link *link, const struct round_request *q)
{
    uint8_t known[SHORT_HEAD_BYTES];
    if (q->chain_seq == 0) {
        return FITS;
    }
    if (q->epoch == link->epoch && q->chain_seq >= link->chain_seq) {
        return link->chain_seq == 0 || contains_state(q, link) ? FITS : FORKED;
    }
    if (heads_find(t, link->node, q->epoch, q->chain_seq, known)) {
        return starts_with(q->chain_head, known) ? FITS : FORKED;
    }
    return q->epoch == link->epoch ? OLDER : FITS;
}

/* It comes under this epoch from now on. */
static enum err take_epoch(struct txn *t, struct link *link, const struct round_request *q)
{
    if (link->epoch != q->epoch) {
        TRY(link_epoch_moves(t, link, q->epoch));
        link->epoch = q->epoch;
        link->in_seq = 0; /* a bundle begins at the start of a feed that was never met */
        link->first_contact = true;
        link->has_token = false;
        link->unknown_round = 0;
        link->chain_seq = 0;
        link->chain_head = (struct hash){{0}};
    }
    if (q->chain_seq > link->chain_seq) {
        link->chain_seq = q->chain_seq;
        link->chain_head = q->chain_head;
    }
    return ERR_OK;
}

/* How far it has this feed. Who is not believed is answered by it all the same. */
static void take_cursor(struct txn *t, struct link *link, const struct round_request *q,
                        struct push_word *word)
{
    bool known =
        q->peer_epoch == store_identity(txn_store(t))->actor && q->peer_seq <= store_feed_head(t);
    bool counts = word->taken && !word->apart;
    if (known && counts && q->peer_seq > link->out_seq) {
        link->out_seq = q->peer_seq;
    }
    word->whole = !known || q->flags & ROUND_FIRST_CONTACT;
    word->but_echo = q->peer_epoch == 0 && counts;
    word->peer_seq = q->peer_seq;
    link->first_contact = link->first_contact || (word->whole && counts);
}

/* From which its writer sees whether it is the copy. Of an earlier feed only that it is. */
static void tell_chain(const struct link *link, const struct round_request *q,
                       struct push_word *word)
{
    bool now = q->epoch == link->epoch;
    word->ack_seq = now ? link->in_seq : 0;
    word->chain_seq = now ? link->chain_seq : q->chain_seq;
    word->chain_head = now ? link->chain_head : (struct hash){{0}};
}

/* The first request of a bundle tells what is to become of all of it. */
static enum err begin(struct txn *t, struct link *link, const struct round_request *q,
                      struct push_word *word, struct bundle_taken *taken)
{
    TRY(admit_contact(t, link));
    enum verdict verdict = judge(t, link, q);
    word->judged = true;
    word->taken = verdict == FITS;
    taken->resend = verdict == OLDER;
    taken->forked = verdict == FORKED;
    if (q->peer_round > link->round && q->peer_round < UINT64_MAX / 2) {
        link->round = q->peer_round; /* a hub on an older disk counts on from where the child is */
    }
    word->apart = link_epoch_is_past(t, link, q);
    if (word->taken && !word->apart) {
        TRY(take_epoch(t, link, q));
    }
    take_cursor(t, link, q, word);
    if (!word->taken) {
        tell_chain(link, q, word);
        return link_store(t, link);
    }
    TRY(heads_note(t, link->node, q, true));
    word->wants.ids = arena_array(&word->arena, q->wants.count + 1, sizeof(struct dot));
    memcpy(word->wants.ids, q->wants.ids, q->wants.count * sizeof(struct dot));
    word->wants.count = q->wants.count;
    return queue_acked(t, link->node, q->peer_round);
}

static void *grown(struct arena *arena, const void *old, size_t count, size_t cap, size_t size)
{
    void *list = arena_array(arena, cap, size);
    if (count) {
        memcpy(list, old, count * size);
    }
    return list;
}

static void keep_lists(struct push_word *word, const struct inbox_result *in)
{
    for (size_t i = 0; i < in->refusal_count; i++) {
        if (word->refusal_count == word->refusal_cap) {
            word->refusal_cap = word->refusal_cap ? word->refusal_cap * 2 : 64;
            word->refusals = grown(&word->arena, word->refusals, word->refusal_count,
                                   word->refusal_cap, sizeof(*word->refusals));
        }
        word->refusals[word->refusal_count++] = in->refusals[i];
    }
    for (size_t i = 0; i < in->wants.count; i++) {
        if (word->own_want_count == word->own_want_cap) {
            word->own_want_cap = word->own_want_cap ? word->own_want_cap * 2 : 64;
            word->own_wants = grown(&word->arena, word->own_wants, word->own_want_count,
                                    word->own_want_cap, sizeof(*word->own_wants));
        }
        word->own_wants[word->own_want_count++] = in->wants.ids[i];
    }
}

static enum err take_request(struct txn *t, struct dot node, const struct bundle_part *part,
                             struct arena *arena, struct push_word *word,
                             struct bundle_taken *taken)
{
    const struct env *env = store_env(txn_store(t));
    struct round_request q;
    struct inbox_result in = {0};
    struct link link;
    TRY(round_request_read(part->body, arena, &q));
    TRY(link_load(t, node, &link));
    if (!word->judged) {
        word->epoch = q.epoch;
        TRY(begin(t, &link, &q, word, taken));
    }
    if (q.epoch != word->epoch) {
        return error_set(ERR_FORMAT, _("the message is damaged; nothing was changed"));
    }
    if (!word->taken) {
        return ERR_OK;
    }
    struct arrival arrival = {.via = VIA_BUNDLE,
                              .node = link.node,
                              .actor = q.epoch,
                              .from_below = true,
                              .first_contact = link.first_contact,
                              .unit = link.unit,
                              .said_seq = round_said_seq(&q),
                              .not_given = link_not_given,
                              .hub_not_given = link_hub_not_given};
    TRY(inbox_apply_signed(t, part->message, q.batch, &arrival, arena, &in));
    if (!word->apart && in.need_whole == 0 && q.from_seq <= link.in_seq && q.to_seq > link.in_seq) {
        link.in_seq = q.to_seq;
    }
    keep_lists(word, &in);
    taken->fresh += in.received;
    taken->known += in.known;
    taken->waiting += in.need_whole;
    taken->refused += in.refusal_count;
    link.last_contact_ms = env->now_ms(env->ctx);
    if (part->last && !word->apart) {
        word->number = part->number;
        link.first_contact = link.first_contact && (word->whole || q.flags & ROUND_MORE);
    }
    return link_store(t, &link);
}

enum err push_take(struct store *store, struct dot node, const struct bundle_part *part,
                   struct push_word *word, struct bundle_taken *taken)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    enum err e = txn_begin(store, TXN_WRITE, &t);
    if (e == ERR_OK) {
        e = take_request(t, node, part, &arena, word, taken);
        if (e == ERR_OK) {
            e = txn_commit(t);
        } else {
            txn_abort(t);
        }
    }
    arena_free(&arena);
    /* What is not taken is kept apart; its sender is told by the receipt, or by whom shut it out.
     */
    if (e == ERR_REFUSED || e == ERR_REVOKED || (e == ERR_OK && !word->taken)) {
        enum err kept = inbox_quarantine(store, part->message, node, VIA_BUNDLE);
        e = kept ? kept : e;
    }
    return e;
}
