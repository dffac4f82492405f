/* What a hub remembers of its children beyond their newest state: when they took the actor they
 * come under, and heads of their chains. Kept under "epch." and "head.". */
#include "sync/link.h"

/* Older heads go: a stick that was carried about for so many saves is written anew. */
#define HEADS_KEPT 4096
#define DENSE_HEADS 64 /* as a request over HTTP tells them, then one in so many */
#define HEADS_STEP 16
#define SPACE_BYTES 5
#define EPOCH_KEY (SPACE_BYTES + DOT_KEY_BYTES)
#define FEED_KEY (EPOCH_KEY + 8)
#define HEAD_KEY (FEED_KEY + 8)

static struct slice epoch_key(struct dot node, uint8_t out[EPOCH_KEY])
{
    memcpy(out, "epch.", SPACE_BYTES);
    dot_key_put(out + SPACE_BYTES, node);
    return slice_make(out, EPOCH_KEY);
}

/* Since which round it comes under which epoch. */
static bool epoch_load(struct txn *t, struct dot node, uint64_t *round, uint64_t *epoch)
{
    uint8_t key[EPOCH_KEY];
    struct arena arena = {0};
    struct slice v;
    bool known = store_kv_get(t, epoch_key(node, key), &arena, &v) == ERR_OK && v.len == 16;
    *round = known ? be64_get(v.ptr) : 0;
    *epoch = known ? be64_get(v.ptr + 8) : 0;
    arena_free(&arena);
    return known;
}

static enum err epoch_store(struct txn *t, struct dot node, uint64_t round, uint64_t epoch)
{
    uint8_t key[EPOCH_KEY], value[16];
    be64_put(value, round);
    be64_put(value + 8, epoch);
    return store_kv_put(t, epoch_key(node, key), slice_make(value, sizeof(value)));
}

enum err link_epoch_moves(struct txn *t, const struct link *link, uint64_t epoch)
{
    return link->epoch == epoch ? ERR_OK : epoch_store(t, link->node, link->round + 1, epoch);
}

bool link_epoch_is_past(struct txn *t, const struct link *link, const struct round_request *q)
{
    uint64_t round = 0, epoch = 0;
    return q->epoch != link->epoch && epoch_load(t, link->node, &round, &epoch) &&
           q->epoch != epoch && q->peer_round < round;
}

enum err link_goes_away(struct txn *t, const struct link *link)
{
    return epoch_store(t, link->node, link->round + 1, link->epoch);
}

enum err link_comes_back(struct txn *t, struct link *link, uint64_t epoch)
{
    struct link former;
    uint64_t round = 0, last = 0;
    enum err e = link_load(t, link->node, &former);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    (void)epoch_load(t, link->node, &round, &last);
    link->round = e == ERR_OK && former.round > round ? former.round : round;
    return link_epoch_moves(t, link, epoch);
}

/* ---- heads ---------------------------------------------------------------------------------- */

static struct slice head_key(struct dot node, uint64_t epoch, uint64_t seq, uint8_t out[HEAD_KEY])
{
    memcpy(out, "head.", SPACE_BYTES);
    dot_key_put(out + SPACE_BYTES, node);
    be64_put(out + EPOCH_KEY, epoch);
    be64_put(out + FEED_KEY, seq);
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
    prefix.len = FEED_KEY;
    while ((e = store_kv_next(t, prefix, (struct slice){0}, &arena, &k, &v)) == ERR_OK) {
        if (k.len != HEAD_KEY || be64_get(k.ptr + FEED_KEY) + HEADS_KEPT >= newest) {
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
