#include "sync/link.h"

#define LINK_VERSION 2 /* 1: a link without what this store had saved, and without a gap */
#define LINK_PARTS_FIRST 20
#define LINK_PARTS 25
#define UPSTREAM_VERSION 1

/* ---- small encodings ------------------------------------------------------------------------ */

static void read_bytes(struct pack_reader *r, uint8_t *out, size_t len)
{
    struct slice s = read_bin_exact(r, len);
    if (pack_ok(r)) {
        memcpy(out, s.ptr, len);
    }
}

static void write_token(struct pack_writer *w, const struct token *t)
{
    pack_uint(w, t->n);
    pack_bin(w, slice_make(t->random, TOKEN_RANDOM_BYTES));
    pack_uint(w, t->own_seq);
    pack_bin(w, slice_make(t->head.bytes, HASH_BYTES));
}

static void read_token(struct pack_reader *r, struct token *t)
{
    t->n = read_uint(r);
    read_bytes(r, t->random, TOKEN_RANDOM_BYTES);
    t->own_seq = read_uint(r);
    read_bytes(r, t->head.bytes, HASH_BYTES);
}

static struct slice dot_key(const char *space, struct dot d, uint8_t *out)
{
    size_t n = strlen(space);
    memcpy(out, space, n);
    dot_key_put(out + n, d);
    return slice_make(out, n + DOT_KEY_BYTES);
}

static enum err link_damaged(void)
{
    return error_set(ERR_DAMAGED, _("what this store remembers of a neighbour is damaged"));
}

/* ---- children ------------------------------------------------------------------------------- */

static bool link_read(struct slice bytes, struct link *out)
{
    struct pack_reader r = pack_reader_make(bytes);
    *out = (struct link){0};
    size_t parts = read_array(&r);
    uint64_t version = read_uint(&r);
    if (version == 0 || version > LINK_VERSION ||
        parts != (version == 1 ? LINK_PARTS_FIRST : LINK_PARTS)) {
        return false;
    }
    out->node = dot_read(&r);
    out->unit = dot_read(&r);
    read_bytes(&r, out->public_key, KEY_PUBLIC_BYTES);
    out->epoch = read_uint(&r);
    out->in_seq = read_uint(&r);
    out->out_seq = read_uint(&r);
    out->round = read_uint(&r);
    out->has_token = read_bool(&r);
    read_token(&r, &out->token);
    out->first_contact = read_bool(&r);
    out->last_contact_ms = read_int(&r);
    read_bytes(&r, out->chain_head.bytes, HASH_BYTES);
    out->chain_seq = read_uint(&r);
    out->unknown_round = read_uint(&r);
    if (version > 1) {
        out->own_actor = read_uint(&r);
        out->own_seq = read_uint(&r);
        out->gap_from = read_uint(&r);
        out->gap_to = read_uint(&r);
        out->gap_seq = read_uint(&r);
    }
    return pack_end(&r);
}

enum err link_load(struct txn *t, struct dot node, struct link *out)
{
    struct arena arena = {0};
    struct slice v;
    uint8_t key[5 + DOT_KEY_BYTES];
    enum err e = store_kv_get(t, dot_key("link.", node, key), &arena, &v);
    if (e == ERR_OK && !link_read(v, out)) {
        e = link_damaged();
    }
    arena_free(&arena);
    return e;
}

enum err link_note_hub(struct txn *t, uint64_t epoch, uint64_t own_seq)
{
    uint8_t value[16];
    be64_put(value, epoch);
    be64_put(value + 8, own_seq);
    return store_kv_put(t, slice_str("up.own"), slice_make(value, sizeof(value)));
}

/* Of the hub above, its replies tell. */
bool link_hub_not_given(struct txn *t, struct dot dot)
{
    struct arena arena = {0};
    struct slice v;
    bool not_given = store_kv_get(t, slice_str("up.own"), &arena, &v) == ERR_OK && v.len == 16 &&
                     be64_get(v.ptr) == dot.actor && dot.seq > be64_get(v.ptr + 8);
    arena_free(&arena);
    return not_given;
}

bool link_not_given(struct txn *t, struct dot dot)
{
    struct actor_info who;
    struct link link;
    if (!store_actor(t, dot.actor, &who) || dot_is_none(who.node) ||
        link_load(t, who.node, &link) != ERR_OK || link.epoch != dot.actor ||
        link.own_actor != store_identity(txn_store(t))->actor) {
        return false;
    }
    uint64_t said = link.has_token ? link.token.own_seq : 0;
    said = said > link.chain_seq ? said : link.chain_seq;
    return said > 0 && dot.seq > said;
}

static struct slice address_key(struct message_address a, uint8_t out[5 + sizeof(a.bytes)])
{
    memcpy(out, "addr.", 5);
    memcpy(out + 5, a.bytes, sizeof(a.bytes));
    return slice_make(out, 5 + sizeof(a.bytes));
}

enum err link_store(struct txn *t, const struct link *link)
{
    struct buf b = {0};
    uint8_t key[5 + DOT_KEY_BYTES], addr[5 + 8], node[DOT_KEY_BYTES];
    struct pack_writer w = pack_writer_make(&b);
    pack_array(&w, LINK_PARTS);
    pack_uint(&w, LINK_VERSION);
    dot_pack(&w, link->node);
    dot_pack(&w, link->unit);
    pack_bin(&w, slice_make(link->public_key, KEY_PUBLIC_BYTES));
    pack_uint(&w, link->epoch);
    pack_uint(&w, link->in_seq);
    pack_uint(&w, link->out_seq);
    pack_uint(&w, link->round);
    pack_bool(&w, link->has_token);
    write_token(&w, &link->token);
    pack_bool(&w, link->first_contact);
    pack_int(&w, link->last_contact_ms);
    pack_bin(&w, slice_make(link->chain_head.bytes, HASH_BYTES));
    pack_uint(&w, link->chain_seq);
    pack_uint(&w, link->unknown_round);
    pack_uint(&w, link->own_actor);
    pack_uint(&w, link->own_seq);
    pack_uint(&w, link->gap_from);
    pack_uint(&w, link->gap_to);
    pack_uint(&w, link->gap_seq);
    enum err e = store_kv_put(t, dot_key("link.", link->node, key), buf_view(&b));
    buf_free(&b);
    dot_key_put(node, link->node);
    struct slice address = address_key(message_address_of(link->public_key), addr);
    return e ? e : store_kv_put(t, address, slice_make(node, sizeof(node)));
}

/* To a sender that has no link here: did it go to another hub? */
static enum err tell_gone(struct txn *t, struct dot node, struct arena *arena)
{
    struct record r, hub;
    const struct value *v = NULL;
    if (!dot_is_none(node) && store_get(t, node, arena, &r, NULL) == ERR_OK) {
        v = merge_shown(&r, F_NODE_HUB);
    }
    if (!v || v->datum.type != DATUM_REF ||
        dot_equal(v->datum.ref, store_identity(txn_store(t))->node)) {
        return error_set(ERR_REFUSED, _("this hub does not know the sender"));
    }
    const struct value *name = store_get(t, v->datum.ref, arena, &hub, NULL) == ERR_OK
                                   ? merge_shown(&hub, F_NODE_NAME)
                                   : NULL;
    struct slice called =
        name && name->datum.type == DATUM_TEXT ? name->datum.text : slice_str("?");
    return error_set(ERR_REFUSED,
                     _("this computer now syncs with the hub of %.*s, and no more with this one. "
                       "Nothing is lost: terrace join --rehome with the address of that hub goes "
                       "on there"),
                     (int)called.len, (const char *)called.ptr);
}

enum err link_by_address(struct txn *t, struct message_address address, struct link *out)
{
    struct arena arena = {0};
    struct slice v;
    uint8_t key[5 + 8];
    enum err e = store_kv_get(t, address_key(address, key), &arena, &v);
    struct dot node = {0, 0};
    if (e == ERR_OK) {
        node = v.len == DOT_KEY_BYTES ? dot_key_get(v.ptr) : node;
        e = dot_is_none(node) ? link_damaged() : link_load(t, node, out);
    }
    if (e == ERR_NOT_FOUND && dot_is_none(node)) {
        e = link_revive(t, address, out);
    }
    if (e == ERR_NOT_FOUND) {
        e = tell_gone(t, node, &arena);
    }
    arena_free(&arena);
    return e;
}

/* Every key that begins with prefix. */
static enum err forget_under(struct txn *t, struct slice prefix)
{
    struct arena arena = {0};
    struct slice key, value;
    enum err e = ERR_OK;
    while ((e = store_kv_next(t, prefix, (struct slice){0}, &arena, &key, &value)) == ERR_OK) {
        e = store_kv_del(t, key);
        if (e != ERR_OK) {
            break;
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
    return e == ERR_END ? ERR_OK : e;
}

static enum err link_close(struct txn *t, const struct link *link)
{
    uint8_t key[5 + DOT_KEY_BYTES];
    TRY(link_goes_away(t, link));
    TRY(store_kv_del(t, dot_key("link.", link->node, key)));
    return queue_forget(t, link->node);
}

enum err link_follow_node(struct txn *t, struct dot id)
{
    struct arena arena = {0};
    struct record r;
    struct link link;
    struct dot own = store_identity(txn_store(t))->node;
    enum err e = store_get(t, id, &arena, &r, NULL);
    const struct field *f =
        e == ERR_OK && r.kind == KIND_NODE ? record_field(&r, F_NODE_HUB) : NULL;
    bool gone = f != NULL;
    for (uint32_t i = 0; f && i < f->count && gone; i++) {
        gone = f->values[i].datum.type == DATUM_REF && !dot_equal(f->values[i].datum.ref, own);
    }
    if (gone) {
        e = link_load(t, id, &link);
        /* Of the actor under which it came last the record must know: else this is an older word,
         * and the one by which it came here is still under way. */
        if (e == ERR_OK && link.epoch != 0 && store_node_names(&r, link.epoch)) {
            e = link_close(t, &link);
        }
    }
    arena_free(&arena);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err link_children_seq(struct txn *t, uint64_t *out)
{
    struct arena arena = {0};
    struct slice key = {0}, value;
    enum err e = ERR_OK;
    *out = UINT64_MAX;
    while ((e = store_kv_next(t, slice_str("link."), key, &arena, &key, &value)) == ERR_OK) {
        struct link link;
        if (!link_read(value, &link)) {
            e = link_damaged();
            break;
        }
        if (link.epoch != 0) { /* else it never came, and will begin with a comparison */
            *out = link.out_seq < *out ? link.out_seq : *out;
        }
    }
    arena_free(&arena);
    return e == ERR_END ? ERR_OK : e;
}

static enum err link_units(struct txn *t, struct arena *arena, struct id_list *out)
{
    struct slice key = {0}, value;
    size_t cap = 0;
    enum err e = ERR_OK;
    *out = (struct id_list){0};
    while ((e = store_kv_next(t, slice_str("link."), key, arena, &key, &value)) == ERR_OK) {
        struct link link;
        if (!link_read(value, &link)) {
            return link_damaged();
        }
        if (link.epoch != 0) { /* one that never came may have gone elsewhere */
            id_list_add(out, &cap, link.unit, arena);
        }
    }
    return e == ERR_END ? ERR_OK : e;
}

/* ---- upstream ------------------------------------------------------------------------------- */

static bool upstream_read(struct slice bytes, struct upstream *out)
{
    struct pack_reader r = pack_reader_make(bytes);
    *out = (struct upstream){0};
    read_array_exact(&r, 18);
    if (read_uint(&r) != UPSTREAM_VERSION) {
        return false;
    }
    out->node = dot_read(&r);
    read_bytes(&r, out->public_key, KEY_PUBLIC_BYTES);
    out->epoch = read_uint(&r);
    out->in_seq = read_uint(&r);
    out->head_seq = read_uint(&r);
    out->acked_epoch = read_uint(&r);
    out->acked_seq = read_uint(&r);
    out->top_seq = read_uint(&r);
    out->round = read_uint(&r);
    out->last_sync_ms = read_int(&r);
    out->hub_time_ms = read_int(&r);
    out->contact = read_bool(&r);
    out->has_digest = read_bool(&r);
    read_bytes(&r, out->digest.bytes, HASH_BYTES);
    size_t n = read_array(&r);
    for (size_t i = 0; i + 1 < n && i / 2 < LINK_PENDING_MAX; i += 2) {
        out->pending[out->pending_count].own_seq = read_uint(&r);
        out->pending[out->pending_count++].hub_seq = read_uint(&r);
    }
    n = read_array(&r);
    for (size_t i = 0; i + 3 < n && i / 4 < ROUND_TOKENS_MAX; i += 4) {
        read_token(&r, &out->tokens[out->token_count++]);
    }
    return pack_end(&r);
}

enum err upstream_load(struct txn *t, struct upstream *out)
{
    struct arena arena = {0};
    struct slice v;
    *out = (struct upstream){0};
    enum err e = store_kv_get(t, slice_str("up.link"), &arena, &v);
    if (e == ERR_OK && !upstream_read(v, out)) {
        e = link_damaged();
    }
    arena_free(&arena);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err upstream_store(struct txn *t, const struct upstream *u)
{
    struct buf b = {0};
    struct pack_writer w = pack_writer_make(&b);
    pack_array(&w, 18);
    pack_uint(&w, UPSTREAM_VERSION);
    dot_pack(&w, u->node);
    pack_bin(&w, slice_make(u->public_key, KEY_PUBLIC_BYTES));
    pack_uint(&w, u->epoch);
    pack_uint(&w, u->in_seq);
    pack_uint(&w, u->head_seq);
    pack_uint(&w, u->acked_epoch);
    pack_uint(&w, u->acked_seq);
    pack_uint(&w, u->top_seq);
    pack_uint(&w, u->round);
    pack_int(&w, u->last_sync_ms);
    pack_int(&w, u->hub_time_ms);
    pack_bool(&w, u->contact);
    pack_bool(&w, u->has_digest);
    pack_bin(&w, slice_make(u->digest.bytes, HASH_BYTES));
    pack_array(&w, u->pending_count * 2);
    for (size_t i = 0; i < u->pending_count; i++) {
        pack_uint(&w, u->pending[i].own_seq);
        pack_uint(&w, u->pending[i].hub_seq);
    }
    pack_array(&w, u->token_count * 4);
    for (size_t i = 0; i < u->token_count; i++) {
        write_token(&w, &u->tokens[i]);
    }
    enum err e = store_kv_put(t, slice_str("up.link"), buf_view(&b));
    buf_free(&b);
    return e;
}

void upstream_receipt(struct upstream *u, uint64_t own_seq, uint64_t hub_seq, uint64_t top_seq)
{
    struct pending_push *last = u->pending_count ? &u->pending[u->pending_count - 1] : NULL;
    if (own_seq > u->top_seq && (!last || own_seq > last->own_seq)) {
        if (u->pending_count == LINK_PENDING_MAX) {
            /* Forget a middle one: its saves are then known at the top a little later. */
            memmove(&u->pending[LINK_PENDING_MAX / 2], &u->pending[LINK_PENDING_MAX / 2 + 1],
                    (LINK_PENDING_MAX / 2 - 1) * sizeof(u->pending[0]));
            u->pending_count--;
        }
        u->pending[u->pending_count++] = (struct pending_push){own_seq, hub_seq};
    }
    size_t done = 0;
    while (done < u->pending_count && u->pending[done].hub_seq <= top_seq) {
        u->top_seq = u->pending[done].own_seq > u->top_seq ? u->pending[done].own_seq : u->top_seq;
        done++;
    }
    memmove(u->pending, u->pending + done, (u->pending_count - done) * sizeof(u->pending[0]));
    u->pending_count -= done;
}

uint64_t link_top_seq(struct txn *t)
{
    struct upstream u;
    if (upstream_load(t, &u) != ERR_OK) {
        return 0;
    }
    return dot_is_none(u.node) ? store_feed_head(t) : u.top_seq;
}

/* ---- queues and marks ----------------------------------------------------------------------- */

#define QUEUE_PREFIX 2
#define QUEUE_KEY (QUEUE_PREFIX + 2 * DOT_KEY_BYTES)

static struct slice queue_key(struct dot peer, struct dot id, uint8_t out[QUEUE_KEY])
{
    memcpy(out, "q.", QUEUE_PREFIX);
    dot_key_put(out + QUEUE_PREFIX, peer);
    dot_key_put(out + QUEUE_PREFIX + DOT_KEY_BYTES, id);
    return slice_make(out, QUEUE_KEY);
}

enum err queue_put(struct txn *t, struct dot peer, struct dot id, uint64_t sent)
{
    uint8_t key[QUEUE_KEY], value[8];
    be64_put(value, sent);
    return store_kv_put(t, queue_key(peer, id, key), slice_make(value, sizeof(value)));
}

enum err queue_next(struct txn *t, struct dot peer, struct dot after, struct arena *arena,
                    struct dot *id, uint64_t *sent)
{
    uint8_t key[QUEUE_KEY], prefix[QUEUE_KEY];
    struct slice k, v;
    struct slice from = dot_is_none(after) ? (struct slice){0} : queue_key(peer, after, key);
    struct slice under = queue_key(peer, (struct dot){0, 0}, prefix);
    under.len = QUEUE_PREFIX + DOT_KEY_BYTES;
    enum err e = store_kv_next(t, under, from, arena, &k, &v);
    if (e == ERR_OK && (k.len != QUEUE_KEY || v.len != 8)) {
        return link_damaged();
    }
    if (e == ERR_OK) {
        *id = dot_key_get(k.ptr + QUEUE_PREFIX + DOT_KEY_BYTES);
        *sent = be64_get(v.ptr);
    }
    return e;
}

enum err queue_acked(struct txn *t, struct dot peer, uint64_t acked)
{
    struct arena arena = {0};
    struct dot id = {0, 0};
    uint64_t sent = 0;
    uint8_t key[QUEUE_KEY];
    enum err e = ERR_OK;
    while ((e = queue_next(t, peer, id, &arena, &id, &sent)) == ERR_OK) {
        if (sent != 0 && sent == acked) {
            e = store_kv_del(t, queue_key(peer, id, key));
        }
        if (e != ERR_OK) {
            break;
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
    return e == ERR_END ? ERR_OK : e;
}

enum err queue_forget(struct txn *t, struct dot peer)
{
    uint8_t key[QUEUE_KEY];
    struct slice under = queue_key(peer, (struct dot){0, 0}, key);
    under.len = QUEUE_PREFIX + DOT_KEY_BYTES;
    TRY(forget_under(t, under));
    key[0] = 's'; /* skipped_key */
    return forget_under(t, under);
}

bool queue_is_empty(struct txn *t, struct dot peer)
{
    struct arena arena = {0};
    struct dot id;
    uint64_t sent = 0;
    bool empty = queue_next(t, peer, (struct dot){0, 0}, &arena, &id, &sent) == ERR_END;
    arena_free(&arena);
    return empty;
}

bool queue_has(struct txn *t, struct dot peer, struct dot id)
{
    struct arena arena = {0};
    struct slice v;
    uint8_t key[QUEUE_KEY];
    bool has = store_kv_get(t, queue_key(peer, id, key), &arena, &v) == ERR_OK;
    arena_free(&arena);
    return has;
}

static struct slice skipped_key(struct dot peer, struct dot id, uint8_t out[QUEUE_KEY])
{
    struct slice key = queue_key(peer, id, out);
    out[0] = 's'; /* "s." beside "q." */
    return key;
}

enum err skipped_put(struct txn *t, struct dot peer, struct dot id)
{
    uint8_t key[QUEUE_KEY];
    return store_kv_put(t, skipped_key(peer, id, key), slice_str("1"));
}

bool skipped_has(struct txn *t, struct dot peer, struct dot id)
{
    uint8_t key[QUEUE_KEY];
    struct arena arena = {0};
    struct slice v;
    bool has = store_kv_get(t, skipped_key(peer, id, key), &arena, &v) == ERR_OK;
    arena_free(&arena);
    return has;
}

enum err skipped_del(struct txn *t, struct dot peer, struct dot id)
{
    uint8_t key[QUEUE_KEY];
    return store_kv_del(t, skipped_key(peer, id, key));
}

enum err mark_put(struct txn *t, const char *space, struct dot id, uint8_t value)
{
    uint8_t key[64];
    return store_kv_put(t, dot_key(space, id, key), slice_make(&value, 1));
}

enum err mark_del(struct txn *t, const char *space, struct dot id)
{
    uint8_t key[64];
    return store_kv_del(t, dot_key(space, id, key));
}

enum err mark_forget(struct txn *t, const char *space)
{
    return forget_under(t, slice_str(space));
}

bool mark_has(struct txn *t, const char *space, struct dot id)
{
    struct arena arena = {0};
    struct slice v;
    uint8_t key[64];
    bool has = store_kv_get(t, dot_key(space, id, key), &arena, &v) == ERR_OK;
    arena_free(&arena);
    return has;
}

enum err mark_list(struct txn *t, const char *space, size_t limit, struct arena *arena,
                   struct id_array *out)
{
    struct slice key = {0}, value, prefix = slice_str(space);
    size_t cap = 16;
    *out = (struct id_array){.ids = arena_array(arena, cap, sizeof(struct dot))};
    enum err e = ERR_OK;
    while (out->count < limit &&
           (e = store_kv_next(t, prefix, key, arena, &key, &value)) == ERR_OK) {
        if (key.len != prefix.len + DOT_KEY_BYTES) {
            continue;
        }
        if (out->count == cap) {
            struct dot *grown = arena_array(arena, cap * 2, sizeof(*grown));
            memcpy(grown, out->ids, cap * sizeof(*grown));
            out->ids = grown;
            cap *= 2;
        }
        out->ids[out->count++] = dot_key_get(key.ptr + prefix.len);
    }
    return e == ERR_END ? ERR_OK : e;
}

static bool is_owed(struct txn *t, struct dot upstream, struct dot id)
{
    return mark_has(t, "refused.", id) || queue_has(t, upstream, id);
}

/* A refusal is of no more use when the record has gone. */
static enum err forget_gone(struct txn *t, struct arena *arena)
{
    struct id_array refused;
    TRY(mark_list(t, "refused.", ROUND_IDS_MAX, arena, &refused));
    for (size_t i = 0; i < refused.count; i++) {
        struct record r;
        enum err e = store_get(t, refused.ids[i], arena, &r, NULL);
        if (e == ERR_NOT_FOUND || (e == ERR_OK && r.flags & RECORD_STUB)) {
            TRY(mark_del(t, "refused.", refused.ids[i]));
        }
    }
    return ERR_OK;
}

enum err link_sweep(struct txn *t, const struct upstream *u, uint64_t children_seq)
{
    struct arena arena = {0};
    struct departure d = {.upstream = u->node,
                          .acked_seq = u->acked_seq,
                          .children_seq = children_seq,
                          .is_owed = is_owed};
    enum err e = link_units(t, &arena, &d.children);
    e = e ? e : store_sweep_departed(t, &d);
    e = e ? e : forget_gone(t, &arena);
    arena_free(&arena);
    return e;
}
