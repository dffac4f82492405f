/* What a hub remembers of its children beyond their newest state: feeds they had before, and heads
 * of their chains. Kept under "past." and "head.". */
#include "sync/link.h"

/* Older heads go: a stick that was carried about for so many saves is written anew. */
#define HEADS_KEPT 4096
#define DENSE_HEADS 64 /* as a request over HTTP tells them, then one in so many */
#define HEADS_STEP 16
#define SPACE_BYTES 5
#define PAST_KEY (SPACE_BYTES + DOT_KEY_BYTES + 8)
#define HEAD_KEY (PAST_KEY + 8)

static struct slice past_key(struct dot peer, uint64_t epoch, uint8_t out[PAST_KEY])
{
    memcpy(out, "past.", SPACE_BYTES);
    dot_key_put(out + SPACE_BYTES, peer);
    be64_put(out + SPACE_BYTES + DOT_KEY_BYTES, epoch);
    return slice_make(out, PAST_KEY);
}

enum err link_epoch_moves(struct txn *t, struct dot peer, uint64_t from, uint64_t to)
{
    uint8_t key[PAST_KEY];
    if (from == to) {
        return ERR_OK;
    }
    if (from != 0) {
        TRY(store_kv_put(t, past_key(peer, from, key), slice_str("1")));
    }
    return store_kv_del(t, past_key(peer, to, key));
}

bool link_epoch_is_past(struct txn *t, struct dot peer, uint64_t epoch)
{
    uint8_t key[PAST_KEY];
    struct arena arena = {0};
    struct slice v;
    bool past = store_kv_get(t, past_key(peer, epoch, key), &arena, &v) == ERR_OK;
    arena_free(&arena);
    return past;
}

/* ---- heads ---------------------------------------------------------------------------------- */

static struct slice head_key(struct dot node, uint64_t epoch, uint64_t seq, uint8_t out[HEAD_KEY])
{
    (void)past_key(node, epoch, out);
    memcpy(out, "head.", SPACE_BYTES);
    be64_put(out + PAST_KEY, seq);
    return slice_make(out, HEAD_KEY);
}

bool heads_find(struct txn *t, struct dot node, uint64_t epoch, uint64_t seq,
                uint8_t out[SHORT_HEAD_BYTES])
{
    uint8_t key[HEAD_KEY];
    struct arena arena = {0};
    struct slice v;
    bool found = store_kv_get(t, head_key(node, epoch, seq, key), &arena, &v) == ERR_OK &&
                 v.len == SHORT_HEAD_BYTES;
    if (found) {
        memcpy(out, v.ptr, SHORT_HEAD_BYTES);
    }
    arena_free(&arena);
    return found;
}

static enum err head_put(struct txn *t, struct dot node, uint64_t epoch, uint64_t seq,
                         const uint8_t *head)
{
    uint8_t key[HEAD_KEY], known[SHORT_HEAD_BYTES];
    if (heads_find(t, node, epoch, seq, known)) {
        return ERR_OK;
    }
    return store_kv_put(t, head_key(node, epoch, seq, key), slice_make(head, SHORT_HEAD_BYTES));
}

static enum err forget_old(struct txn *t, struct dot node, uint64_t epoch, uint64_t newest)
{
    struct arena arena = {0};
    uint8_t key[HEAD_KEY];
    struct slice prefix = head_key(node, epoch, 0, key), k, v;
    enum err e = ERR_OK;
    prefix.len = PAST_KEY;
    while ((e = store_kv_next(t, prefix, (struct slice){0}, &arena, &k, &v)) == ERR_OK) {
        if (k.len != HEAD_KEY || be64_get(k.ptr + PAST_KEY) + HEADS_KEPT >= newest) {
            break;
        }
        e = store_kv_del(t, k);
        if (e != ERR_OK) {
            break;
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
    return e == ERR_END ? ERR_OK : e;
}

enum err heads_note(struct txn *t, struct dot node, const struct round_request *q, bool dense)
{
    for (size_t i = 0; i < q->token_count; i++) {
        if (q->tokens[i].own_seq) {
            TRY(head_put(t, node, q->epoch, q->tokens[i].own_seq, q->tokens[i].head.bytes));
        }
    }
    if (q->chain_seq == 0) {
        return ERR_OK;
    }
    TRY(head_put(t, node, q->epoch, q->chain_seq, q->chain_head.bytes));
    uint64_t back = 1;
    for (size_t i = 0; i < q->short_heads.len / SHORT_HEAD_BYTES && back < q->chain_seq; i++) {
        TRY(head_put(t, node, q->epoch, q->chain_seq - back,
                     q->short_heads.ptr + i * SHORT_HEAD_BYTES));
        back += dense || back < DENSE_HEADS ? 1 : HEADS_STEP;
    }
    return forget_old(t, node, q->epoch, q->chain_seq);
}
