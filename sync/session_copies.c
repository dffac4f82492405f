#include "sync/session_copies.h"

static const char evidence_key[] = "up.reply", doubt_key[] = "up.doubt";

enum err copies_show(struct txn *t, struct arena *arena, struct round_request *q)
{
    struct slice doubt, kept = {0};
    enum err e = store_kv_get(t, slice_str(doubt_key), arena, &doubt);
    e = e ? e : store_kv_get(t, slice_str(evidence_key), arena, &kept);
    if (e == ERR_OK && kept.len > 8) {
        q->evidence = slice_make(kept.ptr + 8, kept.len - 8);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Under a new actor this is another feed to the hub: what either side lacks, only a comparison
 * tells, and no receipt of the former one holds (rules 18, 19, 21). */
void copies_begin_anew(struct upstream *u, uint64_t actor)
{
    if (u->acked_epoch != 0 && u->acked_epoch != actor) {
        u->epoch = 0;
        u->in_seq = 0;
        u->top_seq = 0;
        u->pending_count = 0;
        u->has_digest = false;
        if (u->token_count) { /* their states are of the former actor */
            u->tokens[0] = u->tokens[u->token_count - 1];
            u->tokens[0].own_seq = 0;
            u->tokens[0].head = (struct hash){{0}};
            u->token_count = 1;
        }
    }
}

/* The hub knows of saves under this store's actor that this store does not: it is a copy, or was
 * put back on an older disk (rules 23, 25). *common: how far both are the same. */
enum err copies_is_older(struct txn *t, const struct upstream *u, const struct round_reply *p,
                         bool *older, uint64_t *common)
{
    struct hash own = {{0}};
    *older = false;
    if (!(p->flags & ROUND_TOKEN_UNKNOWN) || p->chain_seq == 0 ||
        p->ack_epoch != store_identity(txn_store(t))->actor) {
        return ERR_OK;
    }
    if (p->chain_seq <= store_own_seq(t)) {
        TRY(store_chain_head(t, p->chain_seq, &own));
        if (hash_equal(own, p->chain_head)) {
            return ERR_OK;
        }
    }
    *older = true;
    uint64_t seen = u->round != 0 && u->token_count ? u->tokens[0].own_seq : 0;
    return known_chain_common(t, p, seen, common);
}

/* Is the newest reply that is kept from another time of the hub, under another actor? */
static bool is_of_other_epoch(struct txn *t, uint64_t epoch)
{
    struct arena arena = {0};
    struct slice kept;
    bool other = store_kv_get(t, slice_str(evidence_key), &arena, &kept) == ERR_OK &&
                 kept.len > 8 && be64_get(kept.ptr) != epoch;
    arena_free(&arena);
    return other;
}

/* Rule 23: the hub's newest reply is kept (its epoch before it), and shown to it once when it does
 * not know the state in which it left this store, or writes under another actor: then it may be the
 * one that forgot, and learns from its own signature under which actor it once wrote. */
enum err copies_keep(struct txn *t, const struct message *m, const struct round_reply *p)
{
    struct buf b = {0};
    struct slice doubt;
    struct arena arena = {0};
    uint8_t epoch[8];
    enum err e = store_kv_get(t, slice_str(doubt_key), &arena, &doubt);
    bool shown = e == ERR_OK;
    arena_free(&arena);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    if (p->flags & ROUND_TOKEN_UNKNOWN || (!shown && is_of_other_epoch(t, p->epoch))) {
        return store_kv_put(t, slice_str(doubt_key), slice_str("1"));
    }
    be64_put(epoch, p->epoch);
    buf_add(&b, epoch, sizeof(epoch));
    message_evidence(m, store_identity(txn_store(t)), &b);
    e = shown ? store_kv_del(t, slice_str(doubt_key)) : ERR_OK;
    if (e == ERR_OK && b.len <= ROUND_EVIDENCE_MAX_BYTES + sizeof(epoch)) {
        e = store_kv_put(t, slice_str(evidence_key), buf_view(&b));
    }
    buf_free(&b);
    return e;
}
