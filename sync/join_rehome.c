/* Going to another hub (rule 18). The request is signed with the node's key, and says under which
 * new actor it will write; the hub checks it against the node's record. The reply is signed too, so
 * that a node follows no stranger.
 *
 * Which hub a node syncs with stands in its own record, and the node alone writes that, so that it
 * has one order. It may be cut off anywhere: before the hub's commit nothing has happened. After it
 * the new hub has a link that nobody uses, and waits for nothing; the node is still with the old
 * one. The node's step is one transaction with actor, upstream, address and that save; the identity
 * file follows, and a node that stopped in between completes it at the next start (the actor) and
 * the next sync (the unit). From there on the first contact with the new hub brings what either
 * side lacks, and by way of it the old hub hears that it was left. */
#include "core/scope.h"
#include "sync/admit.h"
#include "sync/join_code.h"

struct rehome_request {
    struct dot node;
    uint8_t public_key[KEY_PUBLIC_BYTES];
    uint64_t actor;
    bool has_code;
    struct hash id, proof;
    struct slice said_proof, said; /* what the proof and the signature cover */
    uint8_t signature[SIGNATURE_BYTES];
};

bool join_read_hash(struct pack_reader *r, struct hash *out)
{
    struct slice s = read_bin(r);
    if (pack_ok(r) && s.len != 0 && s.len != HASH_BYTES) {
        pack_fail(r);
    }
    if (!pack_ok(r) || s.len == 0) {
        return false;
    }
    memcpy(out->bytes, s.ptr, HASH_BYTES);
    return true;
}

static enum err request_read(struct slice body, struct rehome_request *out)
{
    struct pack_reader r = pack_reader_make(body);
    *out = (struct rehome_request){0};
    read_array_exact(&r, 8);
    uint64_t type = read_uint(&r);
    out->node = dot_read(&r);
    struct slice key = read_bin_exact(&r, KEY_PUBLIC_BYTES);
    out->actor = read_uint(&r);
    out->has_code = join_read_hash(&r, &out->id);
    out->said_proof = slice_make(body.ptr, (size_t)(r.at - body.ptr));
    bool proven = join_read_hash(&r, &out->proof);
    out->said = slice_make(body.ptr, (size_t)(r.at - body.ptr));
    struct slice signature = read_bin_exact(&r, SIGNATURE_BYTES);
    if (!pack_end(&r) || type != REHOME_REQUEST || out->actor == 0 || proven != out->has_code ||
        dot_is_none(out->node)) {
        return error_set(ERR_FORMAT, _("the message is damaged; nothing was changed"));
    }
    memcpy(out->public_key, key.ptr, KEY_PUBLIC_BYTES);
    memcpy(out->signature, signature.ptr, SIGNATURE_BYTES);
    return ERR_OK;
}

/* ---- the hub's side ------------------------------------------------------------------------- */

static enum err check_node(struct txn *t, const struct rehome_request *q, struct arena *arena,
                           struct record *node)
{
    struct upstream up;
    enum err e = store_get(t, q->node, arena, node, NULL);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && node->kind != KIND_NODE)) {
        return error_set(ERR_REFUSED,
                         _("this hub has not heard of this computer yet. Let its present hub sync "
                           "first, or keep to that one"));
    }
    TRY(e);
    const struct value *key = merge_shown(node, F_NODE_KEY),
                       *state = merge_shown(node, F_NODE_STATE);
    bool known = key && key->datum.type == DATUM_BYTES &&
                 slice_equal(key->datum.text, slice_make(q->public_key, KEY_PUBLIC_BYTES));
    if (!known || !crypto_signed_by(q->public_key, q->said, q->signature)) {
        return error_set(ERR_REFUSED, _("this hub knows that computer by another key"));
    }
    if (merge_is_deleted(node) ||
        (state && state->datum.type == DATUM_INT && state->datum.i != NODE_ACTIVE)) {
        return error_set(ERR_REVOKED, _("this computer is retired or revoked; ask for a new code"));
    }
    if (store_node_names(node, q->actor)) {
        return error_set(ERR_REFUSED, _("this was asked before; nothing was changed"));
    }
    TRY(upstream_load(t, &up));
    if (dot_equal(q->node, store_identity(txn_store(t))->node) || dot_equal(q->node, up.node)) {
        return error_set(ERR_REFUSED, _("a hub cannot sync with itself or with one below it"));
    }
    return ERR_OK;
}

/* Of which unit it is from now on: by what this hub itself knows of a child, else by its record, or
 * by a code. */
static enum err choose_unit(struct txn *t, const struct rehome_request *q,
                            const struct record *node, struct invitation *v, struct dot *unit)
{
    struct link former;
    enum err e = link_load(t, q->node, &former);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    *unit = e == ERR_OK ? former.unit : store_node_unit(t, node);
    if (!q->has_code) {
        return unit_is_within(t, *unit, store_identity(txn_store(t))->unit)
                   ? ERR_OK
                   : error_set(ERR_REFUSED, _("the unit of this computer does not belong to this "
                                              "hub's; ask the hub for a code"));
    }
    TRY(invitation_check(t, q->id, q->said_proof, q->proof, v));
    if (!unit_is_within(t, *unit, v->unit)) {
        return error_set(ERR_REFUSED,
                         _("the code is for a unit to which this computer's does not belong; its "
                           "records would not be taken. Ask for a code of the right unit"));
    }
    *unit = v->unit;
    return ERR_OK;
}

/* A code may be for a higher unit than the node's: what it is now of, those above say (rule 13). */
static enum err admit_by_code(struct txn *t, struct invitation *v, const struct link *link,
                              struct arena *arena)
{
    struct dot id, dot;
    struct buf cert = {0};
    admit_issue(t, link->node, link->public_key, link->unit, v->role, &cert);
    struct datum role = datum_int(v->role), unit = datum_ref(link->unit);
    struct datum issuer = datum_ref(store_identity(txn_store(t))->node);
    struct datum bytes = datum_bytes(buf_view(&cert));
    const struct edit edits[] = {{F_UNIT, EDIT_SET, &unit, 1},
                                 {F_NODE_ROLE, EDIT_SET, &role, 1},
                                 {F_NODE_ISSUER, EDIT_SET, &issuer, 1},
                                 {F_NODE_CERT, EDIT_SET, &bytes, 1}};
    struct save save = {
        .id = link->node, .edits = edits, .edit_count = ARRAY_COUNT(edits), .via = VIA_LOCAL};
    enum err e = store_save(t, &save, arena, &id, &dot);
    buf_free(&cert);
    TRY(e);
    v->used = true;
    return invitation_store(t, v);
}

static struct hash reply_context(struct slice request)
{
    struct buf b = {0};
    buf_add_str(&b, "terrace rehome");
    buf_add_slice(&b, request);
    struct hash h = hash_of(buf_view(&b));
    buf_free(&b);
    return h;
}

/* What proof and signature of a reply cover: the request that it answers, and all it says. */
static void reply_said(struct slice request, struct slice said, struct buf *out)
{
    struct hash h = reply_context(request);
    buf_add(out, h.bytes, HASH_BYTES);
    buf_add_slice(out, said);
}

static void reply_write(struct txn *t, struct slice request, const struct link *link,
                        const uint8_t *code, struct buf *body)
{
    const struct identity *self = store_identity(txn_store(t));
    struct pack_writer w = pack_writer_make(body);
    struct buf said = {0};
    uint8_t signature[SIGNATURE_BYTES];
    pack_array(&w, 9);
    pack_uint(&w, REHOME_REPLY);
    dot_pack(&w, link->unit);
    pack_uint(&w, (uint64_t)unit_level(t, link->unit));
    dot_pack(&w, self->node);
    pack_bin(&w, slice_make(self->public_key, KEY_PUBLIC_BYTES));
    reply_said(request, buf_view(body), &said);
    struct hash proof = code ? code_prove(code, "hub", buf_view(&said)) : (struct hash){{0}};
    pack_bin(&w, slice_make(proof.bytes, code ? HASH_BYTES : 0));
    buf_clear(&said);
    reply_said(request, buf_view(body), &said);
    crypto_sign_data(self->secret_key, buf_view(&said), signature);
    pack_bin(&w, slice_make(signature, SIGNATURE_BYTES));
    buf_free(&said);
}

enum err rehome_in_txn(struct txn *t, struct slice request, struct arena *arena, struct buf *body)
{
    struct rehome_request q;
    struct record node;
    struct invitation v = {0};
    TRY(request_read(request, &q));
    TRY(check_node(t, &q, arena, &node));
    struct link link = {.node = q.node, .first_contact = true};
    memcpy(link.public_key, q.public_key, KEY_PUBLIC_BYTES);
    TRY(choose_unit(t, &q, &node, &v, &link.unit));
    if (q.has_code) {
        TRY(admit_by_code(t, &v, &link, arena));
    }
    TRY(queue_forget(t, q.node));
    TRY(link_comes_back(t, &link, q.actor));
    TRY(link_store(t, &link));
    reply_write(t, request, &link, q.has_code ? v.code : NULL, body);
    return ERR_OK;
}

/* ---- the node's side ------------------------------------------------------------------------ */

static void request_write(const struct identity *self, uint64_t actor, const uint8_t *code,
                          struct buf *body)
{
    struct pack_writer w = pack_writer_make(body);
    struct hash id = code ? code_id(code) : (struct hash){{0}}, proof = {{0}};
    uint8_t signature[SIGNATURE_BYTES];
    pack_array(&w, 8);
    pack_uint(&w, REHOME_REQUEST);
    dot_pack(&w, self->node);
    pack_bin(&w, slice_make(self->public_key, KEY_PUBLIC_BYTES));
    pack_uint(&w, actor);
    pack_bin(&w, slice_make(id.bytes, code ? HASH_BYTES : 0));
    if (code) {
        proof = code_prove(code, "node", buf_view(body));
    }
    pack_bin(&w, slice_make(proof.bytes, code ? HASH_BYTES : 0));
    crypto_sign_data(self->secret_key, buf_view(body), signature);
    pack_bin(&w, slice_make(signature, SIGNATURE_BYTES));
}

struct rehome {
    uint64_t actor;
    struct dot unit;
    uint8_t level;
    struct dot hub;
    uint8_t hub_key[KEY_PUBLIC_BYTES];
};

static enum err reply_read(struct slice request, struct slice body, const uint8_t *code,
                           struct rehome *out)
{
    struct pack_reader r = pack_reader_make(body);
    struct buf said = {0};
    struct hash proof = {{0}}, want = {{0}};
    read_array_exact(&r, 9);
    uint64_t type = read_uint(&r);
    out->unit = dot_read(&r);
    out->level = (uint8_t)read_uint_max(&r, LEVEL_PROVINCE);
    out->hub = dot_read(&r);
    struct slice key = read_bin_exact(&r, KEY_PUBLIC_BYTES);
    reply_said(request, slice_make(body.ptr, (size_t)(r.at - body.ptr)), &said);
    bool proven = join_read_hash(&r, &proof);
    if (code) {
        want = code_prove(code, "hub", buf_view(&said));
    }
    buf_clear(&said);
    reply_said(request, slice_make(body.ptr, (size_t)(r.at - body.ptr)), &said);
    struct slice signature = read_bin_exact(&r, SIGNATURE_BYTES);
    enum err e = ERR_OK;
    if (!pack_end(&r) || type != REHOME_REPLY || proven != (code != NULL) ||
        dot_is_none(out->hub) || dot_is_none(out->unit)) {
        e = error_set(ERR_FORMAT, _("the hub's answer is damaged; nothing was changed"));
    } else if (!crypto_signed_by(key.ptr, buf_view(&said), signature.ptr) ||
               (code && !crypto_equal(want.bytes, proof.bytes, HASH_BYTES))) {
        e = error_set(ERR_REFUSED, _("the hub could not prove who it is; nothing was changed"));
    } else {
        memcpy(out->hub_key, key.ptr, KEY_PUBLIC_BYTES);
    }
    buf_free(&said);
    return e;
}

/* Without a code a hub is followed only when its record is here, and says the same key. */
static enum err check_hub(struct txn *t, const struct rehome *h)
{
    struct arena arena = {0};
    struct record r;
    enum err e = store_get(t, h->hub, &arena, &r, NULL);
    const struct value *key = e == ERR_OK ? merge_shown(&r, F_NODE_KEY) : NULL;
    bool same = key && key->datum.type == DATUM_BYTES &&
                slice_equal(key->datum.text, slice_make(h->hub_key, KEY_PUBLIC_BYTES));
    arena_free(&arena);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    return same ? ERR_OK
                : error_set(ERR_REFUSED, _("this computer does not know that hub yet; ask the hub "
                                           "for a code and give it behind the address"));
}

static const char unit_key[] = "rehome.unit";

/* Under the new actor: who this node syncs with, and that both actors are its own. By the one that
 * it gives up the old hub knows that this came after all that it had from there. */
static enum err save_hub(struct txn *t, uint64_t former, const struct rehome *h)
{
    struct arena arena = {0};
    char texts[2][DOT_TEXT_SIZE];
    struct dot id, dot;
    dot_format_actor(former, texts[0]);
    dot_format_actor(h->actor, texts[1]);
    const struct datum own[] = {datum_text(slice_str(texts[0])), datum_text(slice_str(texts[1]))};
    const struct datum hub = datum_ref(h->hub);
    const struct edit edits[] = {{F_NODE_ACTORS, EDIT_ADD, own, ARRAY_COUNT(own)},
                                 {F_NODE_HUB, EDIT_SET, &hub, 1}};
    struct save save = {.id = store_identity(txn_store(t))->node,
                        .edits = edits,
                        .edit_count = ARRAY_COUNT(edits),
                        .via = VIA_LOCAL};
    enum err e = store_save(t, &save, &arena, &id, &dot);
    arena_free(&arena);
    return e;
}

/* Actor, upstream and address change together, so that the old hub or the new one is there whole.
 */
static enum err take_hub(struct txn *t, const struct rehome *h, const char *url)
{
    struct upstream old, up = {.node = h->hub};
    uint64_t former = store_identity(txn_store(t))->actor;
    struct buf unit = {0};
    TRY(upstream_load(t, &old));
    up.last_sync_ms = old.last_sync_ms;
    memcpy(up.public_key, h->hub_key, KEY_PUBLIC_BYTES);
    TRY(queue_forget(t, old.node));
    TRY(mark_forget(t, "refused."));
    TRY(upstream_store(t, &up));
    TRY(store_kv_put(t, slice_str("set.hub"), slice_str(url)));
    struct pack_writer w = pack_writer_make(&unit);
    dot_pack(&w, h->unit);
    pack_uint(&w, h->level);
    enum err e = store_kv_put(t, slice_str(unit_key), buf_view(&unit));
    buf_free(&unit);
    e = e ? e : store_take_actor(t, h->actor);
    return e ? e : save_hub(t, former, h);
}

enum err join_settle(struct store *store)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct slice bytes;
    struct identity id = *store_identity(store);
    enum err e = txn_begin(store, TXN_READ, &t);
    if (e != ERR_OK) {
        return e;
    }
    e = store_kv_get(t, slice_str(unit_key), &arena, &bytes);
    txn_abort(t);
    if (e == ERR_OK) {
        struct pack_reader r = pack_reader_make(bytes);
        id.unit = dot_read(&r);
        id.level = (uint8_t)read_uint_max(&r, LEVEL_PROVINCE);
        e = pack_end(&r) ? store_set_identity(store, &id) : ERR_DAMAGED;
        e = e ? e : txn_begin(store, TXN_WRITE, &t);
        if (e == ERR_OK) {
            e = store_kv_del(t, slice_str(unit_key));
            if (e == ERR_OK) {
                e = txn_commit(t);
            } else {
                txn_abort(t);
            }
        }
    }
    arena_free(&arena);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err may_rehome(struct store *store)
{
    struct upstream up;
    struct txn *t = NULL;
    TRY(txn_begin(store, TXN_READ, &t));
    enum err e = upstream_load(t, &up);
    bool known = store_has(t, store_identity(store)->node);
    txn_abort(t);
    if (e == ERR_OK && dot_is_none(up.node)) {
        return error_set(ERR_NOT_JOINED, _("this store is at the top and has no hub to leave"));
    }
    if (e == ERR_OK && !known) {
        return error_set(ERR_RULE, _("this computer has not synced since it joined; terrace sync "
                                     "first"));
    }
    return e;
}

static enum err rehome_locked(struct store *store, const char *url, const uint8_t *code)
{
    const struct env *env = store_env(store);
    const struct identity *self = store_identity(store);
    struct rehome h = {.actor = store_random_actor(env)};
    struct buf body = {0}, raw = {0};
    struct message m;
    struct txn *t = NULL;
    request_write(self, h.actor, code, &body);
    enum err e = join_ask(env, url, self, buf_view(&body), &raw, &m);
    e = e ? e : reply_read(buf_view(&body), m.body, code, &h);
    if (e == ERR_REVOKED && code) {
        buf_free(&body);
        buf_free(&raw);
        return join_succeed(store, url, code);
    }
    e = e ? e : txn_begin(store, TXN_WRITE, &t);
    if (e == ERR_OK) {
        e = code ? ERR_OK : check_hub(t, &h);
        e = e ? e : take_hub(t, &h, url);
        if (e == ERR_OK) {
            e = txn_commit(t);
        } else {
            txn_abort(t);
        }
    }
    buf_free(&body);
    buf_free(&raw);
    return e ? e : join_settle(store);
}

enum err join_rehome(struct store *store, const char *url, const char *code)
{
    uint8_t bytes[CODE_BYTES];
    if (code) {
        TRY(code_parse(code, bytes));
    }
    TRY(may_rehome(store));
    TRY(join_settle(store));
    TRY(store_lock(store, "sync"));
    enum err e = rehome_locked(store, url, code ? bytes : NULL);
    store_unlock(store);
    return e;
}
