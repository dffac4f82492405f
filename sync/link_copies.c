/* What a store remembers of its neighbours to notice copies (rules 23, 25), and what becomes of it
 * when saves come under another actor. */
#include "core/cert.h"
#include "core/store_redot.h"
#include "sync/link.h"

#define CHAIN_HEAD_BYTES (8 + HASH_BYTES)
/* Positions of the short heads in a request: the last ones, then one in so many. */
#define DENSE 64
#define STEP 16

static struct slice chain_key(struct dot node, uint64_t actor, uint8_t out[6 + DOT_KEY_BYTES + 8])
{
    memcpy(out, "chain.", 6);
    dot_key_put(out + 6, node);
    be64_put(out + 6 + DOT_KEY_BYTES, actor);
    return slice_make(out, 6 + DOT_KEY_BYTES + 8);
}

enum err known_chain_load(struct txn *t, struct dot node, uint64_t actor, struct arena *arena,
                          struct known_chain *out)
{
    uint8_t key[6 + DOT_KEY_BYTES + 8];
    struct slice v;
    *out = (struct known_chain){0};
    enum err e = store_kv_get(t, chain_key(node, actor, key), arena, &v);
    if (e == ERR_OK && v.len >= CHAIN_HEAD_BYTES &&
        (v.len - CHAIN_HEAD_BYTES) % KNOWN_HEAD_BYTES == 0) {
        out->seq = be64_get(v.ptr);
        memcpy(out->head.bytes, v.ptr + 8, HASH_BYTES);
        out->heads = slice_make(v.ptr + CHAIN_HEAD_BYTES, v.len - CHAIN_HEAD_BYTES);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static uint64_t next_back(uint64_t back)
{
    return back + (back < DENSE ? 1 : STEP);
}

/* The short head after save `seq` that q carries; NULL when it carries none. */
static const uint8_t *short_head(const struct round_request *q, uint64_t seq)
{
    size_t i = 0, n = q->short_heads.len / SHORT_HEAD_BYTES;
    for (uint64_t back = 1; i < n && back < q->chain_seq; back = next_back(back), i++) {
        if (q->chain_seq - back == seq) {
            return q->short_heads.ptr + i * SHORT_HEAD_BYTES;
        }
    }
    return NULL;
}

bool known_chain_fits(const struct known_chain *c, const struct round_request *q)
{
    bool fits = c->seq == 0 || (q->chain_seq == c->seq && hash_equal(q->chain_head, c->head));
    for (size_t i = 0; i < q->token_count && !fits; i++) {
        fits = q->tokens[i].own_seq == c->seq && hash_equal(q->tokens[i].head, c->head);
    }
    const uint8_t *head = fits ? NULL : short_head(q, c->seq);
    return fits || (head && memcmp(head, c->head.bytes, SHORT_HEAD_BYTES) == 0);
}

static void add_head(struct buf *out, uint64_t seq, const uint8_t *head)
{
    uint8_t bytes[KNOWN_HEAD_BYTES];
    if (out->len < (size_t)ROUND_KNOWN_HEADS_MAX * KNOWN_HEAD_BYTES) {
        be64_put(bytes, seq);
        memcpy(bytes + 8, head, SHORT_HEAD_BYTES);
        buf_add(out, bytes, sizeof(bytes));
    }
}

enum err known_chain_note(struct txn *t, struct dot node, const struct round_request *q,
                          struct known_chain *c, struct arena *arena)
{
    const struct token *now = q->token_count ? &q->tokens[q->token_count - 1] : NULL;
    struct buf heads = {0}, value = {0};
    uint8_t key[6 + DOT_KEY_BYTES + 8], number[8];
    if (!now || now->own_seq <= c->seq) {
        return ERR_OK;
    }
    add_head(&heads, now->own_seq, now->head.bytes);
    size_t i = 0, n = q->chain_seq == now->own_seq ? q->short_heads.len / SHORT_HEAD_BYTES : 0;
    for (uint64_t back = 1; i < n && back < q->chain_seq && q->chain_seq - back > c->seq;
         back = next_back(back), i++) {
        add_head(&heads, q->chain_seq - back, q->short_heads.ptr + i * SHORT_HEAD_BYTES);
    }
    for (size_t k = 0; k < c->heads.len / KNOWN_HEAD_BYTES; k++) {
        const uint8_t *at = c->heads.ptr + k * KNOWN_HEAD_BYTES;
        add_head(&heads, be64_get(at), at + 8);
    }
    be64_put(number, now->own_seq);
    buf_add(&value, number, sizeof(number));
    buf_add(&value, now->head.bytes, HASH_BYTES);
    buf_add_slice(&value, buf_view(&heads));
    *c = (struct known_chain){now->own_seq, now->head, arena_copy(arena, buf_view(&heads))};
    enum err e = store_kv_put(t, chain_key(node, q->epoch, key), buf_view(&value));
    buf_free(&heads);
    buf_free(&value);
    return e;
}

enum err known_chain_common(struct txn *t, const struct round_reply *p, uint64_t seen,
                            uint64_t *out)
{
    uint64_t own = store_own_seq(t), fits = 0, other = UINT64_MAX;
    *out = 0;
    for (size_t i = 0; i < p->known_heads.len / KNOWN_HEAD_BYTES; i++) {
        const uint8_t *at = p->known_heads.ptr + i * KNOWN_HEAD_BYTES;
        uint64_t seq = be64_get(at);
        struct hash h;
        if (seq == 0 || seq > own) {
            continue;
        }
        TRY(store_chain_head(t, seq, &h));
        if (memcmp(h.bytes, at + 8, SHORT_HEAD_BYTES) != 0) {
            other = seq < other ? seq : other;
        } else {
            fits = seq > fits ? seq : fits;
        }
    }
    if (p->chain_seq <= own && p->chain_seq < other) {
        other = p->chain_seq; /* it was looked at, and is another's */
    }
    /* One that fits beyond one that does not is chance: four bytes are no proof. */
    fits = fits < other ? fits : 0;
    seen = seen < other && seen <= own ? seen : 0;
    *out = fits > seen ? fits : seen;
    return ERR_OK;
}

/* ---- children that a restored hub forgot --------------------------------------------------------
 */

static bool is_child(struct txn *t, const struct record *r, struct message_address address,
                     struct cert *cert)
{
    struct dot own = store_identity(txn_store(t))->node;
    bool ours = dot_equal(merge_shown_ref(r, F_NODE_HUB), own) && !dot_equal(r->id, own) &&
                !(r->flags & RECORD_STUB) && !merge_is_deleted(r) && cert_of_node(t, r, cert);
    struct message_address a = ours ? message_address_of(cert->key) : (struct message_address){{0}};
    return ours && memcmp(&a, &address, sizeof(a)) == 0;
}

enum err link_revive(struct txn *t, struct message_address address, struct link *out)
{
    struct arena arena = {0};
    struct id_list ids;
    struct cert cert;
    bool found = false;
    enum err e = store_ids_by_ref(t, store_identity(txn_store(t))->node, F_NODE_HUB,
                                  (struct dot){0, 0}, SIZE_MAX, &arena, &ids);
    for (size_t i = 0; e == ERR_OK && i < ids.count && !found; i++) {
        struct record r;
        e = store_get(t, ids.ids[i], &arena, &r, NULL);
        if (e == ERR_OK && r.kind == KIND_NODE && is_child(t, &r, address, &cert)) {
            *out = (struct link){.node = r.id, .unit = cert.unit, .first_contact = true};
            memcpy(out->public_key, cert.key, KEY_PUBLIC_BYTES);
            found = true;
        }
    }
    arena_free(&arena);
    return e == ERR_OK && !found ? ERR_NOT_FOUND : e;
}

/* ---- after a fork -----------------------------------------------------------------------------
 */

static enum err redot_link(struct txn *t, const struct redot *m, struct dot node)
{
    struct link link;
    uint8_t key[5 + DOT_KEY_BYTES];
    TRY(link_load(t, node, &link));
    link.node = redot_id(m, link.node);
    link.unit = redot_id(m, link.unit);
    link.own_actor = 0;
    link.own_seq = 0;
    link.gap_from = 0;
    link.gap_to = 0;
    link.gap_seq = 0;
    TRY(link_store(t, &link));
    if (!dot_equal(link.node, node)) {
        memcpy(key, "link.", 5);
        dot_key_put(key + 5, node);
        TRY(store_kv_del(t, slice_make(key, sizeof(key))));
    }
    return ERR_OK;
}

enum err link_redot(struct txn *t, const struct redot *m)
{
    static const char *const marks[] = {"want.", "refused.", "notice."};
    struct arena arena = {0};
    struct id_array links = {0};
    enum err e = mark_list(t, "link.", SIZE_MAX, &arena, &links);
    for (size_t i = 0; e == ERR_OK && i < links.count; i++) {
        e = redot_link(t, m, links.ids[i]);
    }
    arena_free(&arena);
    e = e ? e : redot_key(t, m, "q.", 2);
    e = e ? e : redot_key(t, m, "s.", 2);
    for (size_t i = 0; e == ERR_OK && i < ARRAY_COUNT(marks); i++) {
        e = redot_key(t, m, marks[i], 1);
    }
    return e;
}
