/* Joining where there is no link: a request on a stick, and its answer (FORMAT.md, "Joining by
 * file"). With a code both sides prove that they know it, as over HTTP. Without one the request is
 * signed by the new key, so that it is the key's holder who asks; that it is the right computer the
 * officer vouches for, who had the stick from the clerk's hand; and who the hub is the clerk takes
 * from the stick that came back. If others carried it, they compare a check of each of the two
 * files.
 *
 * The answer names the hash of the request, so that it fits no other. The store's part is one
 * transaction and then the identity file: cut off between them it still waits, and the answer is
 * taken once more. The hub knows by the key whom it has admitted, and answers again. */
#include "core/scope.h"
#include "sync/admit.h"
#include "sync/join_code.h"

#include <stdio.h>

#define FILE_REQUEST 7
#define FILE_ANSWER 8
#define NODES_A_PAGE 200

static const char asked_key[] = "join.asked"; /* [code request], until it is admitted */
static const char done_key[] = "join.done";   /* then the hash of that request */

struct file_request {
    uint8_t public_key[KEY_PUBLIC_BYTES];
    uint64_t actor;
    bool has_code;
    struct hash id, proof;
    struct slice said_proof, said; /* what proof and signature cover */
    uint8_t signature[SIGNATURE_BYTES];
};

struct file_answer {
    struct hash context;
    struct identity admitted; /* node, unit and level */
    struct upstream up;
    struct cert_root root;
    bool proven;
    struct hash proof;
    struct slice said_proof, said;
    uint8_t signature[SIGNATURE_BYTES];
};

static enum err damaged(void)
{
    return error_set(ERR_FORMAT, _("the file is damaged, or no file of joining; nothing was "
                                   "changed. Have it written again"));
}

static struct hash context_of(struct slice request)
{
    struct buf b = {0};
    buf_add_str(&b, "terrace join file");
    buf_add_slice(&b, request);
    struct hash h = hash_of(buf_view(&b));
    buf_free(&b);
    return h;
}

static void check_format(struct hash context, char out[JOIN_CHECK_SIZE])
{
    const uint8_t *b = context.bytes;
    (void)snprintf(out, JOIN_CHECK_SIZE, "%02x%02x-%02x%02x-%02x%02x-%02x%02x", b[0], b[1], b[2],
                   b[3], b[4], b[5], b[6], b[7]);
}

/* ---- the two bodies ------------------------------------------------------------------------- */

static void sign_body(const struct identity *self, struct buf *body)
{
    struct pack_writer w = pack_writer_make(body);
    uint8_t signature[SIGNATURE_BYTES];
    crypto_sign_data(self->secret_key, buf_view(body), signature);
    pack_bin(&w, slice_make(signature, SIGNATURE_BYTES));
}

static void request_write(const struct identity *self, const uint8_t *code, struct buf *body)
{
    struct pack_writer w = pack_writer_make(body);
    struct hash id = code ? code_id(code) : (struct hash){{0}}, proof = {{0}};
    pack_array(&w, 6);
    pack_uint(&w, FILE_REQUEST);
    pack_bin(&w, slice_make(id.bytes, code ? HASH_BYTES : 0));
    pack_bin(&w, slice_make(self->public_key, KEY_PUBLIC_BYTES));
    pack_uint(&w, self->actor);
    if (code) {
        proof = code_prove(code, "node", buf_view(body));
    }
    pack_bin(&w, slice_make(proof.bytes, code ? HASH_BYTES : 0));
    sign_body(self, body);
}

static enum err request_read(const struct message *m, struct file_request *out)
{
    struct slice body = m->body;
    struct pack_reader r = pack_reader_make(body);
    *out = (struct file_request){0};
    read_array_exact(&r, 6);
    uint64_t type = read_uint(&r);
    out->has_code = join_read_hash(&r, &out->id);
    struct slice key = read_bin_exact(&r, KEY_PUBLIC_BYTES);
    out->actor = read_uint(&r);
    out->said_proof = slice_make(body.ptr, (size_t)(r.at - body.ptr));
    bool proven = join_read_hash(&r, &out->proof);
    out->said = slice_make(body.ptr, (size_t)(r.at - body.ptr));
    struct slice signature = read_bin_exact(&r, SIGNATURE_BYTES);
    if (!pack_end(&r) || type != FILE_REQUEST || out->actor == 0 || proven != out->has_code) {
        return damaged();
    }
    memcpy(out->public_key, key.ptr, KEY_PUBLIC_BYTES);
    memcpy(out->signature, signature.ptr, SIGNATURE_BYTES);
    struct message_address from = message_address_of(out->public_key);
    bool own = memcmp(&from, &m->sender, sizeof(from)) == 0 &&
               crypto_signed_by(out->public_key, out->said, out->signature);
    return own ? ERR_OK : damaged();
}

static enum err answer_write(struct txn *t, struct hash context, const struct link *link,
                             const uint8_t *code, struct buf *body)
{
    const struct identity *self = store_identity(txn_store(t));
    struct pack_writer w = pack_writer_make(body);
    struct cert_root root;
    struct hash proof = {{0}};
    TRY(join_root(t, &root));
    pack_array(&w, 15);
    pack_uint(&w, FILE_ANSWER);
    pack_bin(&w, slice_make(context.bytes, HASH_BYTES));
    dot_pack(&w, link->node);
    dot_pack(&w, link->unit);
    pack_uint(&w, (uint64_t)unit_level(t, link->unit));
    dot_pack(&w, self->node);
    pack_bin(&w, slice_make(self->public_key, KEY_PUBLIC_BYTES));
    dot_pack(&w, root.node);
    pack_bin(&w, slice_make(root.key, KEY_PUBLIC_BYTES));
    if (code) {
        proof = code_prove(code, "hub", buf_view(body));
    }
    pack_bin(&w, slice_make(proof.bytes, code ? HASH_BYTES : 0));
    sign_body(self, body);
    return ERR_OK;
}

static enum err answer_read(const struct message *m, struct file_answer *out)
{
    struct slice body = m->body;
    struct pack_reader r = pack_reader_make(body);
    *out = (struct file_answer){.admitted = {.level = 0}};
    read_array_exact(&r, 15);
    uint64_t type = read_uint(&r);
    struct slice context = read_bin_exact(&r, HASH_BYTES);
    out->admitted.node = dot_read(&r);
    out->admitted.unit = dot_read(&r);
    out->admitted.level = (uint8_t)read_uint_max(&r, LEVEL_PROVINCE);
    out->up.node = dot_read(&r);
    struct slice key = read_bin_exact(&r, KEY_PUBLIC_BYTES);
    out->root.node = dot_read(&r);
    struct slice root_key = read_bin_exact(&r, KEY_PUBLIC_BYTES);
    out->said_proof = slice_make(body.ptr, (size_t)(r.at - body.ptr));
    out->proven = join_read_hash(&r, &out->proof);
    out->said = slice_make(body.ptr, (size_t)(r.at - body.ptr));
    struct slice signature = read_bin_exact(&r, SIGNATURE_BYTES);
    if (!pack_end(&r) || type != FILE_ANSWER || dot_is_none(out->admitted.node) ||
        dot_is_none(out->admitted.unit) || dot_is_none(out->up.node) ||
        dot_is_none(out->root.node)) {
        return damaged();
    }
    memcpy(out->context.bytes, context.ptr, HASH_BYTES);
    memcpy(out->up.public_key, key.ptr, KEY_PUBLIC_BYTES);
    memcpy(out->root.key, root_key.ptr, KEY_PUBLIC_BYTES);
    memcpy(out->signature, signature.ptr, SIGNATURE_BYTES);
    struct message_address from = message_address_of(out->up.public_key);
    bool own = memcmp(&from, &m->sender, sizeof(from)) == 0 &&
               crypto_signed_by(out->up.public_key, out->said, out->signature);
    return own ? ERR_OK : damaged();
}

/* A message of the open form, and nothing else. */
static enum err file_read(struct slice bytes, struct buf *raw, struct message *m)
{
    enum err e = bytes.len > JOIN_FILE_MAX_BYTES ? ERR_FORMAT : message_read(bytes, raw, m);
    return e == ERR_FORMAT || e == ERR_TOO_LARGE ? damaged() : e;
}

bool join_file_is_request(struct slice bytes)
{
    struct buf raw = {0};
    struct message m;
    struct file_request q;
    bool is = file_read(bytes, &raw, &m) == ERR_OK && request_read(&m, &q) == ERR_OK;
    buf_free(&raw);
    return is;
}

/* ---- the hub's side ------------------------------------------------------------------------- */

/* The record of the node with this key. ERR_NOT_FOUND. */
static enum err node_by_key(struct txn *t, const uint8_t key[KEY_PUBLIC_BYTES], struct arena *arena,
                            struct record *out)
{
    struct dot after = {0, 0};
    for (;;) {
        struct id_list page = {0};
        TRY(store_ids_of_kind(t, KIND_NODE, after, NODES_A_PAGE, arena, &page));
        for (size_t i = 0; i < page.count; i++) {
            TRY(store_get(t, page.ids[i], arena, out, NULL));
            const struct value *v = merge_shown(out, F_NODE_KEY);
            if (v && v->datum.type == DATUM_BYTES &&
                slice_equal(v->datum.text, slice_make(key, KEY_PUBLIC_BYTES))) {
                return ERR_OK;
            }
        }
        if (page.count == 0) {
            return ERR_NOT_FOUND;
        }
        after = page.ids[page.count - 1];
    }
}

/* The stick came twice, or is lost and was written again. */
static enum err admitted_before(struct txn *t, const struct file_request *q,
                                const struct record *node, struct invitation *v, struct link *link)
{
    struct dot self = store_identity(txn_store(t))->node;
    const struct value *state = merge_shown(node, F_NODE_STATE);
    if (merge_is_deleted(node) ||
        (state && state->datum.type == DATUM_INT && state->datum.i != NODE_ACTIVE)) {
        return error_set(ERR_REFUSED, _("this computer is retired or revoked; ask for a new code"));
    }
    enum err e = dot_equal(merge_shown_ref(node, F_NODE_ISSUER), self)
                     ? link_load(t, node->id, link)
                     : ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND && dot_equal(merge_shown_ref(node, F_NODE_HUB), self)) {
        e = link_revive(t, message_address_of(q->public_key), link);
        e = e ? e : link_store(t, link);
    }
    if (e == ERR_NOT_FOUND) {
        return error_set(ERR_REFUSED, _("this computer has been admitted by another hub; nothing "
                                        "was changed"));
    }
    TRY(e);
    if (!q->has_code) {
        return ERR_OK;
    }
    TRY(invitation_of(t, q->id, q->said_proof, q->proof, v));
    if (v->used) {
        return ERR_OK;
    }
    v->used = true;
    return invitation_store(t, v);
}

static enum err admit_new(struct txn *t, const struct file_request *q, struct dot unit,
                          int64_t role, struct invitation *v, struct arena *arena,
                          struct link *link)
{
    if (!q->has_code && dot_is_none(unit)) {
        return error_set(ERR_USAGE,
                         _("this request bears no code. If you had it from the clerk's own hand, "
                           "say of which unit the computer is: --unit CODE"));
    }
    if (!q->has_code) {
        TRY(admit_may(t, unit, role));
        return join_admit_node(t, q->public_key, q->actor, unit, role, arena, link);
    }
    TRY(invitation_check(t, q->id, q->said_proof, q->proof, v));
    if (!dot_is_none(unit) && !dot_equal(unit, v->unit)) {
        return error_set(ERR_INPUT, _("the code of this request is for another unit than --unit "
                                      "says; nothing was changed"));
    }
    TRY(join_admit_node(t, q->public_key, q->actor, v->unit, v->role, arena, link));
    v->used = true;
    return invitation_store(t, v);
}

static enum err admit_request(struct txn *t, const struct message *m, struct dot unit, int64_t role,
                              struct arena *arena, struct buf *body, struct join_admitted *out)
{
    struct file_request q;
    struct record node;
    struct invitation v = {.used = false};
    struct link link = {.first_contact = true};
    TRY(request_read(m, &q));
    struct hash context = context_of(m->body);
    enum err e = node_by_key(t, q.public_key, arena, &node);
    out->again = e == ERR_OK;
    if (e == ERR_OK) {
        e = admitted_before(t, &q, &node, &v, &link);
        if (e == ERR_OK && !dot_is_none(unit) && !dot_equal(unit, link.unit)) {
            e = error_set(ERR_INPUT, _("this computer has been admitted for another unit; nothing "
                                       "was changed"));
        }
    } else if (e == ERR_NOT_FOUND) {
        e = admit_new(t, &q, unit, role, &v, arena, &link);
    }
    TRY(e);
    out->node = link.node;
    out->unit = link.unit;
    out->by_code = q.has_code;
    check_format(context, out->check);
    TRY(answer_write(t, context, &link, q.has_code ? v.code : NULL, body));
    check_format(hash_of(buf_view(body)), out->answer_check);
    return ERR_OK;
}

enum err join_file_admit(struct txn *t, struct slice request, struct dot unit, int64_t role,
                         struct buf *answer, struct join_admitted *out)
{
    struct buf raw = {0}, body = {0};
    struct arena arena = {0};
    struct message m;
    *out = (struct join_admitted){.again = false};
    enum err e = file_read(request, &raw, &m);
    e = e ? e : admit_request(t, &m, unit, role, &arena, &body, out);
    if (e == ERR_OK) {
        struct message reply = {.version = MESSAGE_VERSION,
                                .sender =
                                    message_address_of(store_identity(txn_store(t))->public_key),
                                .recipient = m.sender,
                                .body = buf_view(&body)};
        message_write(&reply, answer);
    }
    arena_free(&arena);
    buf_free(&body);
    buf_free(&raw);
    return e;
}

/* ---- the node's side ------------------------------------------------------------------------ */

struct asked {
    bool has_code;
    uint8_t code[CODE_BYTES];
    struct slice request;
};

/* ERR_NOT_FOUND: it never asked by file, or has been admitted. */
static enum err asked_load(struct txn *t, struct arena *arena, struct asked *out)
{
    struct slice bytes;
    *out = (struct asked){.has_code = false};
    TRY(store_kv_get(t, slice_str(asked_key), arena, &bytes));
    struct pack_reader r = pack_reader_make(bytes);
    read_array_exact(&r, 2);
    struct slice code = read_bin(&r);
    out->request = read_bin(&r);
    if (!pack_end(&r) || (code.len != 0 && code.len != CODE_BYTES)) {
        return error_set(ERR_DAMAGED, _("the request of this store is damaged; write it again with "
                                        "terrace join --request FILE"));
    }
    out->has_code = code.len != 0;
    memcpy(out->code, code.ptr, code.len);
    return ERR_OK;
}

static enum err asked_store(struct txn *t, const uint8_t *code, struct slice request)
{
    struct buf b = {0};
    struct pack_writer w = pack_writer_make(&b);
    pack_array(&w, 2);
    pack_bin(&w, slice_make(code, code ? CODE_BYTES : 0));
    pack_bin(&w, request);
    enum err e = store_kv_put(t, slice_str(asked_key), buf_view(&b));
    buf_free(&b);
    return e;
}

bool join_is_waiting(struct store *store)
{
    struct txn *t = NULL;
    struct arena arena = {0};
    struct slice bytes;
    if (!dot_is_none(store_identity(store)->node) || txn_begin(store, TXN_READ, &t) != ERR_OK) {
        return false;
    }
    bool waiting = store_kv_get(t, slice_str(asked_key), &arena, &bytes) == ERR_OK;
    txn_abort(t);
    arena_free(&arena);
    return waiting;
}

static enum err ask_in_txn(struct store *store, const uint8_t *code, struct buf *body)
{
    struct txn *t = NULL;
    body->len = 0;
    request_write(store_identity(store), code, body);
    TRY(txn_begin(store, TXN_WRITE, &t));
    enum err e = asked_store(t, code, buf_view(body));
    if (e == ERR_OK) {
        return txn_commit(t);
    }
    txn_abort(t);
    return e;
}

enum err join_file_create(const struct env *env, const char *dir, const char *code)
{
    struct identity id = {.level = 0};
    struct store *s = NULL;
    struct buf body = {0};
    uint8_t bytes[CODE_BYTES];
    if (code) {
        TRY(code_parse(code, bytes));
    }
    TRY(store_may_create(dir));
    crypto_keypair(id.public_key, id.secret_key);
    id.actor = store_random_actor(env);
    TRY(store_create(env, dir, &id));
    enum err e = store_open(env, dir, &s);
    e = e ? e : ask_in_txn(s, code ? bytes : NULL, &body);
    buf_free(&body);
    store_close(s);
    return e;
}

enum err join_file_request(struct store *store, const char *code, struct buf *out,
                           char check[JOIN_CHECK_SIZE])
{
    const struct identity *self = store_identity(store);
    uint8_t bytes[CODE_BYTES];
    struct buf body = {0};
    if (code) {
        TRY(code_parse(code, bytes));
    }
    if (!dot_is_none(self->node)) {
        return error_set(ERR_EXISTS, _("this computer has been admitted already"));
    }
    TRY(ask_in_txn(store, code ? bytes : NULL, &body));
    struct message m = {.version = MESSAGE_VERSION,
                        .sender = message_address_of(self->public_key),
                        .body = buf_view(&body)};
    message_write(&m, out);
    check_format(context_of(buf_view(&body)), check);
    buf_free(&body);
    return ERR_OK;
}

/* Does it answer what this store asked, and from whom? */
static enum err answer_check(const struct asked *asked, const struct file_answer *a)
{
    struct hash context = context_of(asked->request), want = {{0}};
    if (!crypto_equal(context.bytes, a->context.bytes, HASH_BYTES)) {
        return error_set(ERR_INPUT, _("this file does not answer the last request of this "
                                      "computer; nothing was changed"));
    }
    if (!asked->has_code && !a->proven) {
        return ERR_OK;
    }
    want = code_prove(asked->code, "hub", a->said_proof);
    bool proven =
        a->proven && asked->has_code && crypto_equal(want.bytes, a->proof.bytes, HASH_BYTES);
    return proven ? ERR_OK
                  : error_set(ERR_REFUSED, _("this hub does not know the code: it is not the one "
                                             "that invited you"));
}

static enum err already_done(struct txn *t, const struct file_answer *a, struct arena *arena)
{
    struct slice done;
    enum err e = store_kv_get(t, slice_str(done_key), arena, &done);
    bool same = e == ERR_OK && done.len == HASH_BYTES &&
                memcmp(done.ptr, a->context.bytes, HASH_BYTES) == 0;
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    return same ? ERR_OK
                : error_set(ERR_INPUT, _("this computer has been admitted already, and this file "
                                         "is not for it; nothing was changed"));
}

static enum err answer_take(struct txn *t, const struct file_answer *a, struct arena *arena)
{
    struct asked asked;
    enum err e = asked_load(t, arena, &asked);
    if (e == ERR_NOT_FOUND) {
        return error_set(ERR_INPUT, _("this store has not asked to join by a file"));
    }
    TRY(e);
    TRY(answer_check(&asked, a));
    TRY(store_kv_put(t, slice_str(done_key), slice_make(a->context.bytes, HASH_BYTES)));
    return join_take_hub(t, &a->up, &a->root);
}

static enum err complete_locked(struct store *store, const struct file_answer *a)
{
    struct identity id = *store_identity(store);
    struct arena arena = {0};
    struct txn *t = NULL;
    enum err e = txn_begin(store, TXN_WRITE, &t);
    if (e == ERR_OK) {
        e = answer_take(t, a, &arena);
        if (e == ERR_OK) {
            e = txn_commit(t);
        } else {
            txn_abort(t);
        }
    }
    arena_free(&arena);
    TRY(e);
    id.node = a->admitted.node;
    id.unit = a->admitted.unit;
    id.level = a->admitted.level;
    TRY(store_set_identity(store, &id));
    /* the code has done its work */
    TRY(txn_begin(store, TXN_WRITE, &t));
    e = store_kv_del(t, slice_str(asked_key));
    if (e == ERR_OK || e == ERR_NOT_FOUND) {
        return txn_commit(t);
    }
    txn_abort(t);
    return e;
}

static enum err complete(struct store *store, const struct message *m, struct join_completed *out)
{
    struct file_answer a;
    struct message_address self = message_address_of(store_identity(store)->public_key);
    TRY(answer_read(m, &a));
    out->by_code = a.proven; /* it would not be taken otherwise */
    check_format(hash_of(m->body), out->answer_check);
    if (memcmp(&self, &m->recipient, sizeof(self)) != 0) {
        return error_set(ERR_INPUT, _("this file is for another computer; nothing was changed"));
    }
    if (dot_is_none(store_identity(store)->node)) {
        return complete_locked(store, &a);
    }
    struct arena arena = {0};
    struct txn *t = NULL;
    TRY(txn_begin(store, TXN_READ, &t));
    enum err e = already_done(t, &a, &arena);
    txn_abort(t);
    arena_free(&arena);
    out->again = e == ERR_OK;
    return e;
}

enum err join_file_complete(struct store *store, struct slice answer, struct join_completed *out)
{
    struct buf raw = {0};
    struct message m;
    *out = (struct join_completed){.again = false};
    enum err e = file_read(answer, &raw, &m);
    e = e ? e : store_lock(store, "sync");
    if (e == ERR_OK) {
        e = complete(store, &m, out);
        store_unlock(store);
    }
    buf_free(&raw);
    return e;
}
