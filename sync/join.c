#include "core/scope.h"
#include "sync/admit.h"
#include "sync/client.h"
#include "sync/join_code.h"

#define JOIN_REQUEST 3
#define JOIN_REPLY 4

/* ---- the hub's side ------------------------------------------------------------------------- */

struct join_request {
    struct hash id;
    uint8_t public_key[KEY_PUBLIC_BYTES];
    uint64_t actor;
    struct hash proof;
    struct slice said; /* what the proof covers */
};

static enum err join_request_read(struct slice body, struct join_request *out)
{
    struct pack_reader r = pack_reader_make(body);
    read_array_exact(&r, 5);
    uint64_t type = read_uint(&r);
    struct slice id = read_bin_exact(&r, HASH_BYTES);
    struct slice key = read_bin_exact(&r, KEY_PUBLIC_BYTES);
    out->actor = read_uint(&r);
    const uint8_t *end = r.at;
    struct slice proof = read_bin_exact(&r, HASH_BYTES);
    if (!pack_end(&r) || type != JOIN_REQUEST || out->actor == 0) {
        return error_set(ERR_FORMAT, _("the message is damaged; nothing was changed"));
    }
    memcpy(out->id.bytes, id.ptr, HASH_BYTES);
    memcpy(out->public_key, key.ptr, KEY_PUBLIC_BYTES);
    memcpy(out->proof.bytes, proof.ptr, HASH_BYTES);
    out->said = slice_make(body.ptr, (size_t)(end - body.ptr));
    return ERR_OK;
}

enum err join_admit_node(struct txn *t, const uint8_t public_key[KEY_PUBLIC_BYTES], uint64_t number,
                         struct dot of, int64_t as, struct arena *arena, struct link *link)
{
    const struct identity *self = store_identity(txn_store(t));
    char actor[DOT_TEXT_SIZE];
    struct dot save_dot;
    struct buf cert = {0};
    *link = (struct link){.node = {self->actor, store_own_seq(t) + 1}, /* as it will be saved */
                          .unit = of,
                          .first_contact = true};
    memcpy(link->public_key, public_key, KEY_PUBLIC_BYTES);
    admit_issue(t, link->node, public_key, of, as, &cert);
    dot_format_actor(number, actor);
    struct slice name = unit_name(t, of, arena);
    struct datum unit = datum_ref(of), text = datum_text(name), role = datum_int(as);
    struct datum key = datum_bytes(slice_make(public_key, KEY_PUBLIC_BYTES));
    struct datum actors = datum_text(slice_str(actor)), state = datum_int(NODE_ACTIVE);
    struct datum hub = datum_ref(self->node), bytes = datum_bytes(buf_view(&cert));
    struct edit edits[] = {
        {F_UNIT, EDIT_SET, &unit, 1},       {F_NODE_NAME, EDIT_SET, &text, name.len != 0},
        {F_NODE_KEY, EDIT_SET, &key, 1},    {F_NODE_ACTORS, EDIT_ADD, &actors, 1},
        {F_NODE_ROLE, EDIT_SET, &role, 1},  {F_NODE_STATE, EDIT_SET, &state, 1},
        {F_NODE_ISSUER, EDIT_SET, &hub, 1}, {F_NODE_HUB, EDIT_SET, &hub, 1},
        {F_NODE_CERT, EDIT_SET, &bytes, 1},
    };
    struct save save = {
        .kind = KIND_NODE, .edits = edits, .edit_count = ARRAY_COUNT(edits), .via = VIA_LOCAL};
    struct dot id;
    enum err e = store_save(t, &save, arena, &id, &save_dot);
    buf_free(&cert);
    TRY(e);
    CHECK(dot_equal(id, link->node));
    return link_store(t, link);
}

enum err join_root(struct txn *t, struct cert_root *root)
{
    const struct identity *self = store_identity(txn_store(t));
    enum err e = cert_root_load(t, root);
    if (e == ERR_NOT_FOUND) { /* a hub from before there were certificates */
        *root = (struct cert_root){.node = self->node};
        memcpy(root->key, self->public_key, KEY_PUBLIC_BYTES);
        e = ERR_OK;
    }
    return e;
}

static enum err join_reply_write(struct txn *t, const struct link *link,
                                 const uint8_t code[CODE_BYTES], struct buf *body)
{
    const struct identity *self = store_identity(txn_store(t));
    struct pack_writer w = pack_writer_make(body);
    struct cert_root root;
    TRY(join_root(t, &root));
    pack_array(&w, 13);
    pack_uint(&w, JOIN_REPLY);
    pack_uint(&w, link->node.actor);
    pack_uint(&w, link->node.seq);
    pack_uint(&w, link->unit.actor);
    pack_uint(&w, link->unit.seq);
    pack_uint(&w, (uint64_t)unit_level(t, link->unit));
    pack_uint(&w, self->node.actor);
    pack_uint(&w, self->node.seq);
    pack_bin(&w, slice_make(self->public_key, KEY_PUBLIC_BYTES));
    dot_pack(&w, root.node);
    pack_bin(&w, slice_make(root.key, KEY_PUBLIC_BYTES));
    struct hash proof = code_prove(code, "hub", buf_view(body));
    pack_bin(&w, slice_make(proof.bytes, HASH_BYTES));
    return ERR_OK;
}

static enum err join_in_txn(struct txn *t, struct slice request, struct arena *arena,
                            struct buf *body)
{
    struct join_request request_read, *q = &request_read;
    TRY(join_request_read(request, q));
    struct invitation v;
    struct link link;
    TRY(invitation_check(t, q->id, q->said, q->proof, &v));
    TRY(join_admit_node(t, q->public_key, q->actor, v.unit, v.role, arena, &link));
    v.used = true;
    TRY(invitation_store(t, &v));
    return join_reply_write(t, &link, v.code, body);
}

static bool is_rehoming(struct slice body)
{
    struct pack_reader r = pack_reader_make(body);
    return read_array(&r) > 0 && read_uint(&r) == REHOME_REQUEST && pack_ok(&r);
}

enum err join_serve(struct store *store, struct slice request, struct buf *reply)
{
    struct buf raw = {0}, body = {0};
    struct arena arena = {0};
    struct message m;
    struct txn *t = NULL;
    enum err e = message_read(request, &raw, &m);
    e = e ? e : txn_begin(store, TXN_WRITE, &t);
    if (e == ERR_OK) {
        e = is_rehoming(m.body) ? rehome_in_txn(t, m.body, &arena, &body)
                                : join_in_txn(t, m.body, &arena, &body);
        if (e == ERR_OK) {
            e = txn_commit(t);
        } else {
            txn_abort(t);
        }
    }
    if (e == ERR_OK) {
        struct message out = {.version = MESSAGE_VERSION,
                              .sender = message_address_of(store_identity(store)->public_key),
                              .recipient = m.sender,
                              .body = buf_view(&body)};
        message_write(&out, reply);
    }
    arena_free(&arena);
    buf_free(&body);
    buf_free(&raw);
    return e;
}

/* ---- the node's side ------------------------------------------------------------------------ */

static void join_request_write(const struct identity *id, const uint8_t code[CODE_BYTES],
                               struct buf *body)
{
    struct pack_writer w = pack_writer_make(body);
    struct hash name = code_id(code);
    pack_array(&w, 5);
    pack_uint(&w, JOIN_REQUEST);
    pack_bin(&w, slice_make(name.bytes, HASH_BYTES));
    pack_bin(&w, slice_make(id->public_key, KEY_PUBLIC_BYTES));
    pack_uint(&w, id->actor);
    struct hash proof = code_prove(code, "node", buf_view(body));
    pack_bin(&w, slice_make(proof.bytes, HASH_BYTES));
}

static enum err join_reply_read(struct slice body, const uint8_t code[CODE_BYTES],
                                struct identity *id, struct upstream *up, struct cert_root *root)
{
    struct pack_reader r = pack_reader_make(body);
    read_array_exact(&r, 13);
    uint64_t type = read_uint(&r);
    id->node = dot_read(&r);
    id->unit = dot_read(&r);
    id->level = (uint8_t)read_uint_max(&r, LEVEL_PROVINCE);
    up->node = dot_read(&r);
    struct slice key = read_bin_exact(&r, KEY_PUBLIC_BYTES);
    root->node = dot_read(&r);
    struct slice root_key = read_bin_exact(&r, KEY_PUBLIC_BYTES);
    const uint8_t *end = r.at;
    struct slice proof = read_bin_exact(&r, HASH_BYTES);
    if (!pack_end(&r) || type != JOIN_REPLY) {
        return error_set(ERR_FORMAT, _("the hub's answer is damaged; nothing was changed"));
    }
    struct hash want = code_prove(code, "hub", slice_make(body.ptr, (size_t)(end - body.ptr)));
    memcpy(up->public_key, key.ptr, KEY_PUBLIC_BYTES);
    memcpy(root->key, root_key.ptr, KEY_PUBLIC_BYTES);
    if (!crypto_equal(want.bytes, proof.ptr, HASH_BYTES)) {
        return error_set(ERR_REFUSED,
                         _("this hub does not know the code: it is not the one that invited you"));
    }
    return ERR_OK;
}

enum err join_ask(const struct env *env, const char *url, const struct identity *id,
                  struct slice body, struct buf *raw, struct message *m)
{
    struct buf message = {0}, reply = {0};
    uint64_t sent = 0, received = 0;
    int status = 0;
    char target[2048];
    struct message q = {
        .version = MESSAGE_VERSION, .sender = message_address_of(id->public_key), .body = body};
    message_write(&q, &message);
    enum err e = client_hub_url(NULL, url, "/v1/join", target, sizeof(target));
    e = e ? e
          : env->post(env->ctx, target, buf_view(&message), MESSAGE_MAX_BYTES, &reply, &status,
                      &sent, &received);
    e = e ? e : client_http_error(status, buf_view(&reply));
    e = e ? e : message_read(buf_view(&reply), raw, m);
    buf_free(&message);
    buf_free(&reply);
    return e;
}

enum err join_ask_hub(const struct env *env, const char *url, const uint8_t code[CODE_BYTES],
                      struct identity *id, struct upstream *up, struct cert_root *root)
{
    struct buf body = {0}, raw = {0};
    struct message m;
    join_request_write(id, code, &body);
    enum err e = join_ask(env, url, id, buf_view(&body), &raw, &m);
    e = e ? e : join_reply_read(m.body, code, id, up, root);
    buf_free(&body);
    buf_free(&raw);
    return e;
}

enum err join_take_hub(struct txn *t, const struct upstream *up, const struct cert_root *root)
{
    TRY(upstream_store(t, up));
    return cert_root_store(t, root);
}

enum err join_hub(const struct env *env, const char *dir, const char *url, const char *code,
                  struct identity *out)
{
    uint8_t bytes[CODE_BYTES];
    struct upstream up = {0};
    struct cert_root root = {0};
    struct store *s = NULL;
    struct txn *t = NULL;
    *out = (struct identity){0};
    TRY(code_parse(code, bytes));
    TRY(store_may_create(dir));
    crypto_keypair(out->public_key, out->secret_key);
    while (out->actor == 0) {
        env->random(env->ctx, &out->actor, sizeof(out->actor));
    }
    TRY(join_ask_hub(env, url, bytes, out, &up, &root));
    TRY(store_create(env, dir, out));
    enum err e = store_open(env, dir, &s);
    e = e ? e : txn_begin(s, TXN_WRITE, &t);
    if (e == ERR_OK) {
        e = join_take_hub(t, &up, &root);
        e = e ? e : store_kv_put(t, slice_str("set.hub"), slice_str(url));
        if (e == ERR_OK) {
            e = txn_commit(t);
        } else {
            txn_abort(t);
        }
    }
    store_close(s);
    return e;
}
