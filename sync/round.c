#include "sync/round.h"

#define ROUND_REQUEST 1
#define ROUND_REPLY 2
#define REQUEST_PARTS 18
#define REPLY_PARTS 18
#define BUCKET_BITS_MAX 12

/* ---- parts that both have ------------------------------------------------------------------- */

static void write_hash(struct pack_writer *w, struct hash h)
{
    pack_bin(w, slice_make(h.bytes, HASH_BYTES));
}

static struct hash read_hash(struct pack_reader *r)
{
    struct hash h = {{0}};
    struct slice s = read_bin_exact(r, HASH_BYTES);
    if (pack_ok(r)) {
        memcpy(h.bytes, s.ptr, HASH_BYTES);
    }
    return h;
}

static void write_digest(struct pack_writer *w, bool has, struct hash h)
{
    if (has) {
        write_hash(w, h);
    } else {
        pack_nil(w);
    }
}

static struct hash read_digest(struct pack_reader *r, bool *has)
{
    *has = pack_peek(r) != PACK_NIL;
    if (*has) {
        return read_hash(r);
    }
    read_nil(r);
    return (struct hash){{0}};
}

static void write_u64_bytes(struct pack_writer *w, const uint64_t *list, size_t count)
{
    struct buf b = {0};
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[8];
        be64_put(bytes, list[i]);
        buf_add(&b, bytes, sizeof(bytes));
    }
    pack_bin(w, buf_view(&b));
    buf_free(&b);
}

static size_t read_u64_bytes(struct pack_reader *r, struct arena *arena, uint64_t **out)
{
    struct slice s = read_bin(r);
    if (!pack_ok(r) || s.len % 8 != 0) {
        pack_fail(r);
        *out = NULL;
        return 0;
    }
    size_t n = s.len / 8;
    *out = arena_array(arena, n + 1, sizeof(uint64_t));
    for (size_t i = 0; i < n; i++) {
        (*out)[i] = be64_get(s.ptr + i * 8);
    }
    return n;
}

/* [actor, seq step, seq step, …, nil, actor, …] would save little: deflate sees the repeats. */
static void write_ids(struct pack_writer *w, const struct dot *ids, size_t count)
{
    pack_array(w, count * 2);
    for (size_t i = 0; i < count; i++) {
        dot_pack(w, ids[i]);
    }
}

static size_t read_count(struct pack_reader *r, size_t max)
{
    size_t n = read_array(r);
    if (n > max) {
        pack_fail(r);
    }
    return pack_ok(r) ? n : 0;
}

static size_t read_ids(struct pack_reader *r, struct arena *arena, struct dot **out)
{
    size_t n = read_count(r, 2 * (size_t)ROUND_IDS_MAX);
    if (!pack_ok(r) || n % 2 != 0) {
        pack_fail(r);
        *out = NULL;
        return 0;
    }
    *out = arena_array(arena, n / 2 + 1, sizeof(struct dot));
    for (size_t i = 0; i < n / 2; i++) {
        (*out)[i] = dot_read(r);
        if (dot_is_none((*out)[i])) {
            pack_fail(r);
        }
    }
    return pack_ok(r) ? n / 2 : 0;
}

static void write_refusals(struct pack_writer *w, const struct refused *list, size_t count)
{
    pack_array(w, count * 3);
    for (size_t i = 0; i < count; i++) {
        dot_pack(w, list[i].id);
        pack_uint(w, list[i].reason);
    }
}

static size_t read_refusals(struct pack_reader *r, struct arena *arena, struct refused **out)
{
    size_t n = read_count(r, 3 * (size_t)ROUND_IDS_MAX);
    if (!pack_ok(r) || n % 3 != 0) {
        pack_fail(r);
        *out = NULL;
        return 0;
    }
    *out = arena_array(arena, n / 3 + 1, sizeof(struct refused));
    for (size_t i = 0; i < n / 3; i++) {
        (*out)[i].id = dot_read(r);
        (*out)[i].reason = (uint8_t)read_uint_max(r, 255);
    }
    return pack_ok(r) ? n / 3 : 0;
}

static uint8_t read_route(struct pack_reader *r)
{
    uint64_t route = read_uint_max(r, ROUTE_LOCAL);
    if (route < ROUTE_OWN) {
        pack_fail(r);
    }
    return (uint8_t)route;
}

static enum err round_end(const struct pack_reader *r)
{
    return pack_end(r) ? ERR_OK
                       : error_set(ERR_FORMAT, _("the message is damaged; nothing was changed"));
}

/* ---- request -------------------------------------------------------------------------------- */

static void write_tokens(struct pack_writer *w, const struct token *tokens, size_t count)
{
    pack_array(w, count);
    for (size_t i = 0; i < count; i++) {
        pack_array(w, 4);
        pack_uint(w, tokens[i].n);
        pack_bin(w, slice_make(tokens[i].random, TOKEN_RANDOM_BYTES));
        pack_uint(w, tokens[i].own_seq);
        if (tokens[i].own_seq) {
            write_hash(w, tokens[i].head);
        } else {
            pack_nil(w);
        }
    }
}

static void read_tokens(struct pack_reader *r, struct arena *arena, struct round_request *out)
{
    size_t n = read_array(r);
    if (!pack_ok(r) || n > ROUND_TOKENS_MAX) {
        pack_fail(r);
        return;
    }
    out->tokens = arena_array(arena, n + 1, sizeof(struct token));
    for (size_t i = 0; i < n; i++) {
        struct token *t = &out->tokens[i];
        read_array_exact(r, 4);
        t->n = read_uint(r);
        struct slice random = read_bin_exact(r, TOKEN_RANDOM_BYTES);
        t->own_seq = read_uint(r);
        bool has_head = false;
        t->head = read_digest(r, &has_head);
        if (!pack_ok(r) || has_head != (t->own_seq != 0)) {
            pack_fail(r);
            return;
        }
        memcpy(t->random, random.ptr, TOKEN_RANDOM_BYTES);
    }
    out->token_count = n;
}

static void write_groups(struct pack_writer *w, const struct round_group *groups, size_t count)
{
    pack_array(w, count);
    for (size_t i = 0; i < count; i++) {
        pack_array(w, 5);
        pack_uint(w, groups[i].route);
        dot_pack(w, groups[i].unit);
        write_u64_bytes(w, &groups[i].sum, 1);
        pack_uint(w, groups[i].count);
    }
}

static void read_groups(struct pack_reader *r, struct arena *arena, struct round_request *out)
{
    size_t n = read_count(r, ROUND_GROUPS_MAX);
    out->groups = arena_array(arena, n + 1, sizeof(struct round_group));
    for (size_t i = 0; i < n && pack_ok(r); i++) {
        struct round_group *g = &out->groups[i];
        read_array_exact(r, 5);
        g->route = read_route(r);
        g->unit = dot_read(r);
        struct slice sum = read_bin_exact(r, 8);
        g->sum = pack_ok(r) ? be64_get(sum.ptr) : 0;
        g->count = read_uint(r);
    }
    out->group_count = n;
}

static void write_listings(struct pack_writer *w, const struct round_listing *list, size_t count)
{
    pack_array(w, count);
    for (size_t i = 0; i < count; i++) {
        pack_array(w, 7);
        pack_uint(w, list[i].route);
        dot_pack(w, list[i].unit);
        pack_uint(w, list[i].bits);
        pack_uint(w, list[i].bucket);
        write_ids(w, list[i].ids, list[i].count);
        write_u64_bytes(w, list[i].hashes, list[i].count);
    }
}

static void read_listings(struct pack_reader *r, struct arena *arena, struct round_request *out)
{
    size_t n = read_count(r, ROUND_LISTINGS_MAX), ids = 0;
    out->listings = arena_array(arena, n + 1, sizeof(struct round_listing));
    for (size_t i = 0; i < n && pack_ok(r); i++) {
        struct round_listing *l = &out->listings[i];
        read_array_exact(r, 7);
        l->route = read_route(r);
        l->unit = dot_read(r);
        l->bits = (uint8_t)read_uint_max(r, BUCKET_BITS_MAX);
        l->bucket = (uint32_t)read_uint_max(r, (1u << l->bits) - 1);
        l->count = read_ids(r, arena, &l->ids);
        ids += l->count;
        if (ids > ROUND_IDS_MAX || read_u64_bytes(r, arena, &l->hashes) != l->count) {
            pack_fail(r);
        }
    }
    out->listing_count = n;
}

uint64_t round_said_seq(const struct round_request *r)
{
    uint64_t token = r->token_count ? r->tokens[r->token_count - 1].own_seq : 0;
    return token > r->chain_seq ? token : r->chain_seq;
}

void round_request_write(const struct round_request *q, struct buf *out)
{
    struct pack_writer w = pack_writer_make(out);
    pack_array(&w, REQUEST_PARTS);
    pack_uint(&w, ROUND_REQUEST);
    pack_uint(&w, q->flags);
    write_tokens(&w, q->tokens, q->token_count);
    pack_uint(&w, q->peer_epoch);
    pack_uint(&w, q->peer_seq);
    pack_uint(&w, q->peer_round);
    pack_uint(&w, q->epoch);
    pack_uint(&w, q->from_seq);
    pack_uint(&w, q->to_seq);
    pack_uint(&w, q->max_bytes);
    pack_array(&w, q->chain_seq ? 3 : 0);
    if (q->chain_seq) {
        pack_uint(&w, q->chain_seq);
        write_hash(&w, q->chain_head);
        pack_bin(&w, q->short_heads);
    }
    write_digest(&w, q->has_digest, q->digest);
    write_ids(&w, q->wants.ids, q->wants.count);
    write_refusals(&w, q->refusals, q->refusal_count);
    write_groups(&w, q->groups, q->group_count);
    write_listings(&w, q->listings, q->listing_count);
    pack_bin(&w, q->batch);
    pack_bin(&w, q->evidence);
}

static void read_chain(struct pack_reader *r, struct round_request *out)
{
    size_t n = read_array(r);
    if (n == 0) {
        return;
    }
    if (n != 3) {
        pack_fail(r);
        return;
    }
    out->chain_seq = read_uint(r);
    out->chain_head = read_hash(r);
    out->short_heads = read_bin(r);
    if (out->chain_seq == 0 || out->short_heads.len % SHORT_HEAD_BYTES != 0 ||
        out->short_heads.len / SHORT_HEAD_BYTES > ROUND_SHORT_HEADS_MAX) {
        pack_fail(r);
    }
}

enum err round_request_read(struct slice body, struct arena *arena, struct round_request *out)
{
    struct pack_reader r = pack_reader_make(body);
    *out = (struct round_request){0};
    read_array_exact(&r, REQUEST_PARTS);
    if (read_uint(&r) != ROUND_REQUEST) {
        pack_fail(&r);
    }
    out->flags = (uint32_t)read_uint_max(&r, UINT32_MAX);
    read_tokens(&r, arena, out);
    out->peer_epoch = read_uint(&r);
    out->peer_seq = read_uint(&r);
    out->peer_round = read_uint(&r);
    out->epoch = read_uint(&r);
    out->from_seq = read_uint(&r);
    out->to_seq = read_uint(&r);
    out->max_bytes = read_uint(&r);
    read_chain(&r, out);
    out->digest = read_digest(&r, &out->has_digest);
    out->wants.count = read_ids(&r, arena, &out->wants.ids);
    out->refusal_count = read_refusals(&r, arena, &out->refusals);
    read_groups(&r, arena, out);
    read_listings(&r, arena, out);
    out->batch = read_bin(&r);
    out->evidence = read_bin(&r);
    if (out->epoch == 0 || out->from_seq > out->to_seq ||
        out->evidence.len > ROUND_EVIDENCE_MAX_BYTES) {
        pack_fail(&r);
    }
    return round_end(&r);
}

/* ---- reply ---------------------------------------------------------------------------------- */

static void write_buckets(struct pack_writer *w, const struct round_buckets *list, size_t count)
{
    pack_array(w, count);
    for (size_t i = 0; i < count; i++) {
        pack_array(w, 6);
        pack_uint(w, list[i].route);
        dot_pack(w, list[i].unit);
        pack_uint(w, list[i].bits);
        pack_uint(w, list[i].count);
        write_u64_bytes(w, list[i].sums, list[i].count ? (size_t)1 << list[i].bits : 0);
    }
}

static void read_buckets(struct pack_reader *r, struct arena *arena, struct round_reply *out)
{
    size_t n = read_count(r, ROUND_GROUPS_MAX);
    out->buckets = arena_array(arena, n + 1, sizeof(struct round_buckets));
    for (size_t i = 0; i < n && pack_ok(r); i++) {
        struct round_buckets *b = &out->buckets[i];
        read_array_exact(r, 6);
        b->route = read_route(r);
        b->unit = dot_read(r);
        b->bits = (uint8_t)read_uint_max(r, BUCKET_BITS_MAX);
        b->count = read_uint(r);
        if (read_u64_bytes(r, arena, &b->sums) != (b->count ? (size_t)1 << b->bits : 0)) {
            pack_fail(r);
        }
    }
    out->buckets_count = n;
}

void round_reply_write(const struct round_reply *p, struct buf *out)
{
    struct pack_writer w = pack_writer_make(out);
    pack_array(&w, REPLY_PARTS);
    pack_uint(&w, ROUND_REPLY);
    pack_uint(&w, p->flags);
    pack_uint(&w, p->epoch);
    pack_uint(&w, p->round);
    pack_uint(&w, p->ack_epoch);
    pack_uint(&w, p->ack_seq);
    pack_uint(&w, p->from_seq);
    pack_uint(&w, p->to_seq);
    pack_uint(&w, p->head_seq);
    pack_uint(&w, p->top_seq);
    pack_int(&w, p->time_ms);
    pack_array(&w, p->chain_seq ? 3 : 0);
    if (p->chain_seq) {
        pack_uint(&w, p->chain_seq);
        write_hash(&w, p->chain_head);
        pack_bin(&w, p->known_heads);
    }
    write_digest(&w, p->has_digest, p->digest);
    write_ids(&w, p->wants.ids, p->wants.count);
    write_refusals(&w, p->refusals, p->refusal_count);
    write_buckets(&w, p->buckets, p->buckets_count);
    pack_bin(&w, p->batch);
    pack_uint(&w, p->own_seq);
}

static void read_known_chain(struct pack_reader *r, struct round_reply *out)
{
    size_t n = read_array(r);
    if (n == 0) {
        return;
    }
    if (n != 3) {
        pack_fail(r);
        return;
    }
    out->chain_seq = read_uint(r);
    out->chain_head = read_hash(r);
    out->known_heads = read_bin(r);
    if (out->chain_seq == 0 || out->known_heads.len % KNOWN_HEAD_BYTES != 0 ||
        out->known_heads.len / KNOWN_HEAD_BYTES > ROUND_KNOWN_HEADS_MAX) {
        pack_fail(r);
    }
}

enum err round_reply_read(struct slice body, struct arena *arena, struct round_reply *out)
{
    struct pack_reader r = pack_reader_make(body);
    *out = (struct round_reply){0};
    read_array_exact(&r, REPLY_PARTS);
    if (read_uint(&r) != ROUND_REPLY) {
        pack_fail(&r);
    }
    out->flags = (uint32_t)read_uint_max(&r, UINT32_MAX);
    out->epoch = read_uint(&r);
    out->round = read_uint(&r);
    out->ack_epoch = read_uint(&r);
    out->ack_seq = read_uint(&r);
    out->from_seq = read_uint(&r);
    out->to_seq = read_uint(&r);
    out->head_seq = read_uint(&r);
    out->top_seq = read_uint(&r);
    out->time_ms = read_int(&r);
    read_known_chain(&r, out);
    out->digest = read_digest(&r, &out->has_digest);
    out->wants.count = read_ids(&r, arena, &out->wants.ids);
    out->refusal_count = read_refusals(&r, arena, &out->refusals);
    read_buckets(&r, arena, out);
    out->batch = read_bin(&r);
    out->own_seq = read_uint(&r);
    if (out->epoch == 0 || out->from_seq > out->to_seq) {
        pack_fail(&r);
    }
    return round_end(&r);
}
