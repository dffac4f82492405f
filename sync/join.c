#include "sync/join.h"

#include "core/scope.h"
#include "sync/client.h"
#include "sync/link.h"

#include <stdio.h>

#define CODE_BYTES 10 /* 80 bits: 16 base32 characters */
#define CODE_CHARS 16
#define JOIN_REQUEST 3
#define JOIN_REPLY 4
#define DAY_MS (24ll * 60 * 60 * 1000)

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

/* ---- the code ------------------------------------------------------------------------------- */

static int alphabet_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        c = (char)(c - 'A' + 'a');
    }
    c = c == 'o' ? '0' : (c == 'i' || c == 'l') ? '1' : c; /* read aloud, typed by ear */
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

/* Position-weighted modulo 31, so that a wrong and a swapped character are both caught. */
static int check_value(const int digits[CODE_CHARS])
{
    int sum = 0;
    for (int i = 0; i < CODE_CHARS; i++) {
        sum += (i + 2) * digits[i];
    }
    return sum % 31;
}

static void code_format(const uint8_t bytes[CODE_BYTES], char out[JOIN_CODE_SIZE])
{
    int digits[CODE_CHARS];
    size_t at = 0;
    for (int i = 0; i < CODE_CHARS; i++) {
        int bit = i * 5;
        unsigned pair =
            (unsigned)bytes[bit / 8] << 8 | (bit / 8 + 1 < CODE_BYTES ? bytes[bit / 8 + 1] : 0u);
        digits[i] = (int)((pair >> (11 - bit % 8)) & 31u);
    }
    for (int i = 0; i < CODE_CHARS; i++) {
        out[at++] = alphabet[digits[i]];
        if (i % 4 == 3) {
            out[at++] = '-';
        }
    }
    out[at++] = alphabet[check_value(digits)];
    out[at] = '\0';
}

static enum err code_parse(const char *text, uint8_t bytes[CODE_BYTES])
{
    int digits[CODE_CHARS + 1], n = 0;
    memset(bytes, 0, CODE_BYTES);
    for (; *text; text++) {
        if (*text == '-' || *text == ' ') {
            continue;
        }
        int v = alphabet_value(*text);
        if (v < 0 || n > CODE_CHARS) {
            return error_set(ERR_INPUT, _("this is not an invitation code; it has 17 letters and "
                                          "digits in groups of four"));
        }
        digits[n++] = v;
    }
    if (n != CODE_CHARS + 1 || check_value(digits) != digits[CODE_CHARS]) {
        return error_set(ERR_INPUT,
                         _("the code was typed with a mistake; please compare it once more"));
    }
    for (int i = 0; i < CODE_CHARS * 5; i++) {
        int bit = (digits[i / 5] >> (4 - i % 5)) & 1;
        bytes[i / 8] = (uint8_t)(bytes[i / 8] | (bit << (7 - i % 8)));
    }
    return ERR_OK;
}

static struct hash derive(const char *purpose, const uint8_t code[CODE_BYTES])
{
    struct buf b = {0};
    buf_add_str(&b, purpose);
    buf_add(&b, code, CODE_BYTES);
    struct hash h = hash_of(buf_view(&b));
    buf_free(&b);
    return h;
}

/* What is sent to name an invitation: a hash, from which the code cannot be found. */
static struct hash code_id(const uint8_t code[CODE_BYTES])
{
    return derive("terrace invitation id", code);
}

/* The MAC that proves that a side knows the code, over all that it says. */
static struct hash prove(const uint8_t code[CODE_BYTES], const char *side, struct slice said)
{
    struct hash key = derive("terrace invitation key", code);
    struct buf b = {0};
    buf_add_str(&b, side);
    buf_add_slice(&b, said);
    struct hash h = hash_keyed(slice_make(key.bytes, HASH_BYTES), buf_view(&b));
    buf_free(&b);
    return h;
}

/* ---- inviting ------------------------------------------------------------------------------- */

static struct slice invite_key(struct hash id, uint8_t out[7 + HASH_BYTES])
{
    memcpy(out, "invite.", 7);
    memcpy(out + 7, id.bytes, HASH_BYTES);
    return slice_make(out, 7 + HASH_BYTES);
}

struct invitation {
    struct dot unit;
    int64_t role;
    int64_t expires_ms;
    bool used;
    uint8_t code[CODE_BYTES];
};

static enum err invitation_store(struct txn *t, const struct invitation *v)
{
    struct buf b = {0};
    uint8_t key[7 + HASH_BYTES];
    struct pack_writer w = pack_writer_make(&b);
    pack_array(&w, 6);
    pack_uint(&w, v->unit.actor);
    pack_uint(&w, v->unit.seq);
    pack_int(&w, v->role);
    pack_int(&w, v->expires_ms);
    pack_bool(&w, v->used);
    pack_bin(&w, slice_make(v->code, CODE_BYTES));
    enum err e = store_kv_put(t, invite_key(code_id(v->code), key), buf_view(&b));
    buf_free(&b);
    return e;
}

static enum err invitation_load(struct txn *t, struct hash id, struct invitation *out)
{
    struct arena arena = {0};
    struct slice bytes;
    uint8_t key[7 + HASH_BYTES];
    enum err e = store_kv_get(t, invite_key(id, key), &arena, &bytes);
    if (e == ERR_OK) {
        struct pack_reader r = pack_reader_make(bytes);
        *out = (struct invitation){0};
        read_array_exact(&r, 6);
        out->unit.actor = read_uint(&r);
        out->unit.seq = read_uint(&r);
        out->role = read_int(&r);
        out->expires_ms = read_int(&r);
        out->used = read_bool(&r);
        struct slice code = read_bin_exact(&r, CODE_BYTES);
        if (!pack_end(&r)) {
            e = error_set(ERR_DAMAGED, _("an invitation is damaged"));
        } else {
            memcpy(out->code, code.ptr, CODE_BYTES);
        }
    }
    arena_free(&arena);
    return e;
}

enum err join_invite(struct txn *t, struct dot unit, int64_t role, int64_t days,
                     char code[JOIN_CODE_SIZE], int64_t *expires_ms)
{
    const struct env *env = store_env(txn_store(t));
    struct invitation v = {.unit = unit, .role = role};
    if (days < 1 || days > 365) {
        return error_set_field(ERR_INPUT, "days", _("an invitation is valid for 1 to 365 days"));
    }
    if (!unit_is_within(t, unit, store_identity(txn_store(t))->unit)) {
        return error_set(ERR_REFUSED, _("this unit does not belong to yours"));
    }
    v.expires_ms = env->now_ms(env->ctx) + days * DAY_MS;
    env->random(env->ctx, v.code, CODE_BYTES);
    code_format(v.code, code);
    *expires_ms = v.expires_ms;
    return invitation_store(t, &v);
}

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

static void actor_text(uint64_t actor, char out[DOT_TEXT_SIZE])
{
    dot_format((struct dot){actor, 1}, out);
    out[13] = '\0'; /* an ID without its seq */
}

static enum err admit(struct txn *t, const struct join_request *q, const struct invitation *v,
                      struct arena *arena, struct link *link)
{
    char actor[DOT_TEXT_SIZE];
    struct dot save_dot;
    actor_text(q->actor, actor);
    struct slice name = unit_name(t, v->unit, arena);
    struct datum unit = datum_ref(v->unit), text = datum_text(name), role = datum_int(v->role);
    struct datum key = datum_bytes(slice_make(q->public_key, KEY_PUBLIC_BYTES));
    struct datum actors = datum_text(slice_str(actor)), state = datum_int(1);
    struct edit edits[] = {
        {F_UNIT, EDIT_SET, &unit, 1},      {F_NODE_NAME, EDIT_SET, &text, name.len != 0},
        {F_NODE_KEY, EDIT_SET, &key, 1},   {F_NODE_ACTORS, EDIT_ADD, &actors, 1},
        {F_NODE_ROLE, EDIT_SET, &role, 1}, {F_NODE_STATE, EDIT_SET, &state, 1},
    };
    struct save save = {
        .kind = KIND_NODE, .edits = edits, .edit_count = ARRAY_COUNT(edits), .via = VIA_LOCAL};
    *link = (struct link){.unit = v->unit, .first_contact = true};
    memcpy(link->public_key, q->public_key, KEY_PUBLIC_BYTES);
    TRY(store_save(t, &save, arena, &link->node, &save_dot));
    return link_store(t, link);
}

static void join_reply_write(struct store *store, const struct link *link, enum level level,
                             const uint8_t code[CODE_BYTES], struct buf *body)
{
    const struct identity *self = store_identity(store);
    struct pack_writer w = pack_writer_make(body);
    pack_array(&w, 10);
    pack_uint(&w, JOIN_REPLY);
    pack_uint(&w, link->node.actor);
    pack_uint(&w, link->node.seq);
    pack_uint(&w, link->unit.actor);
    pack_uint(&w, link->unit.seq);
    pack_uint(&w, (uint64_t)level);
    pack_uint(&w, self->node.actor);
    pack_uint(&w, self->node.seq);
    pack_bin(&w, slice_make(self->public_key, KEY_PUBLIC_BYTES));
    struct hash proof = prove(code, "hub", buf_view(body));
    pack_bin(&w, slice_make(proof.bytes, HASH_BYTES));
}

static enum err join_in_txn(struct txn *t, const struct join_request *q, struct arena *arena,
                            struct buf *body)
{
    const struct env *env = store_env(txn_store(t));
    struct invitation v;
    struct link link;
    enum err e = invitation_load(t, q->id, &v);
    if (e == ERR_NOT_FOUND) {
        return error_set(ERR_REFUSED, _("the code is not known here; ask for a new one"));
    }
    TRY(e);
    struct hash proof = prove(v.code, "node", q->said);
    if (!crypto_equal(proof.bytes, q->proof.bytes, HASH_BYTES)) {
        return error_set(ERR_REFUSED, _("the code is not known here; ask for a new one"));
    }
    if (v.used) {
        return error_set(ERR_REFUSED, _("the code has been used already; ask for a new one"));
    }
    if (env->now_ms(env->ctx) > v.expires_ms) {
        return error_set(ERR_REFUSED, _("the code has expired; ask for a new one"));
    }
    TRY(admit(t, q, &v, arena, &link));
    v.used = true;
    TRY(invitation_store(t, &v));
    join_reply_write(txn_store(t), &link, unit_level(t, v.unit), v.code, body);
    return ERR_OK;
}

enum err join_serve(struct store *store, struct slice request, struct buf *reply)
{
    struct buf raw = {0}, body = {0};
    struct arena arena = {0};
    struct message m;
    struct join_request q;
    struct txn *t = NULL;
    enum err e = message_read(request, &raw, &m);
    e = e ? e : join_request_read(m.body, &q);
    e = e ? e : txn_begin(store, TXN_WRITE, &t);
    if (e == ERR_OK) {
        e = join_in_txn(t, &q, &arena, &body);
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
                               struct buf *message)
{
    struct buf body = {0};
    struct pack_writer w = pack_writer_make(&body);
    struct hash name = code_id(code);
    pack_array(&w, 5);
    pack_uint(&w, JOIN_REQUEST);
    pack_bin(&w, slice_make(name.bytes, HASH_BYTES));
    pack_bin(&w, slice_make(id->public_key, KEY_PUBLIC_BYTES));
    pack_uint(&w, id->actor);
    struct hash proof = prove(code, "node", buf_view(&body));
    pack_bin(&w, slice_make(proof.bytes, HASH_BYTES));
    struct message m = {.version = MESSAGE_VERSION,
                        .sender = message_address_of(id->public_key),
                        .body = buf_view(&body)};
    message_write(&m, message);
    buf_free(&body);
}

static enum err join_reply_read(struct slice bytes, const uint8_t code[CODE_BYTES],
                                struct identity *id, struct upstream *up)
{
    struct buf raw = {0};
    struct message m;
    enum err e = message_read(bytes, &raw, &m);
    if (e != ERR_OK) {
        buf_free(&raw);
        return e;
    }
    struct pack_reader r = pack_reader_make(m.body);
    read_array_exact(&r, 10);
    uint64_t type = read_uint(&r);
    id->node.actor = read_uint(&r);
    id->node.seq = read_uint(&r);
    id->unit.actor = read_uint(&r);
    id->unit.seq = read_uint(&r);
    id->level = (uint8_t)read_uint_max(&r, LEVEL_PROVINCE);
    up->node.actor = read_uint(&r);
    up->node.seq = read_uint(&r);
    struct slice key = read_bin_exact(&r, KEY_PUBLIC_BYTES);
    const uint8_t *end = r.at;
    struct slice proof = read_bin_exact(&r, HASH_BYTES);
    if (!pack_end(&r) || type != JOIN_REPLY) {
        e = error_set(ERR_FORMAT, _("the hub's answer is damaged; nothing was changed"));
    } else {
        struct hash want = prove(code, "hub", slice_make(m.body.ptr, (size_t)(end - m.body.ptr)));
        memcpy(up->public_key, key.ptr, KEY_PUBLIC_BYTES);
        if (!crypto_equal(want.bytes, proof.ptr, HASH_BYTES)) {
            e = error_set(ERR_REFUSED,
                          _("this hub does not know the code: it is not the one that invited you"));
        }
    }
    buf_free(&raw);
    return e;
}

static enum err ask_hub(const struct env *env, const char *url, const uint8_t code[CODE_BYTES],
                        struct identity *id, struct upstream *up)
{
    struct buf message = {0}, reply = {0};
    uint64_t sent = 0, received = 0;
    int status = 0;
    char target[2048];
    enum err e = client_hub_url(NULL, url, "/v1/join", target, sizeof(target));
    join_request_write(id, code, &message);
    e = e ? e
          : env->post(env->ctx, target, buf_view(&message), MESSAGE_MAX_BYTES, &reply, &status,
                      &sent, &received);
    e = e ? e : client_http_error(status, buf_view(&reply));
    e = e ? e : join_reply_read(buf_view(&reply), code, id, up);
    buf_free(&message);
    buf_free(&reply);
    return e;
}

enum err join_hub(const struct env *env, const char *dir, const char *url, const char *code,
                  struct identity *out)
{
    uint8_t bytes[CODE_BYTES];
    struct upstream up = {0};
    struct store *s = NULL;
    struct txn *t = NULL;
    *out = (struct identity){0};
    TRY(code_parse(code, bytes));
    TRY(store_may_create(dir));
    crypto_keypair(out->public_key, out->secret_key);
    while (out->actor == 0) {
        env->random(env->ctx, &out->actor, sizeof(out->actor));
    }
    TRY(ask_hub(env, url, bytes, out, &up));
    TRY(store_create(env, dir, out));
    enum err e = store_open(env, dir, &s);
    e = e ? e : txn_begin(s, TXN_WRITE, &t);
    if (e == ERR_OK) {
        e = upstream_store(t, &up);
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
