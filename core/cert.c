#include "core/cert.h"

#include "core/pack.h"
#include "core/units.h"

#define CERT_VERSION 1
#define CERT_ITEMS 12
#define PURPOSE "terrace certificate"

static const char root_key[] = "root";

/* ---- bytes ---------------------------------------------------------------------------------- */

static void said_hash(struct slice said, struct buf *out)
{
    buf_add_str(out, PURPOSE);
    buf_add_slice(out, said);
}

void cert_write(const struct cert *c, const uint8_t secret_key[KEY_SECRET_BYTES], struct buf *out)
{
    struct buf body = {0}, said = {0};
    uint8_t signature[SIGNATURE_BYTES];
    struct pack_writer w = pack_writer_make(&body);
    pack_array(&w, CERT_ITEMS);
    pack_uint(&w, CERT_VERSION);
    dot_pack(&w, c->node);
    pack_bin(&w, slice_make(c->key, KEY_PUBLIC_BYTES));
    dot_pack(&w, c->unit);
    pack_uint(&w, c->level);
    pack_uint(&w, c->role);
    pack_int(&w, c->from_ms);
    pack_int(&w, c->to_ms);
    dot_pack(&w, c->issuer);
    said_hash(buf_view(&body), &said);
    crypto_sign_data(secret_key, buf_view(&said), signature);
    buf_add_slice(out, buf_view(&body));
    buf_add(out, signature, SIGNATURE_BYTES);
    buf_free(&body);
    buf_free(&said);
}

enum err cert_read(struct slice bytes, struct cert *out, struct slice *said,
                   uint8_t signature[SIGNATURE_BYTES])
{
    *out = (struct cert){0};
    if (bytes.len <= SIGNATURE_BYTES || bytes.len > CERT_MAX_BYTES) {
        return error_set(ERR_FORMAT, _("this is not a certificate"));
    }
    *said = slice_make(bytes.ptr, bytes.len - SIGNATURE_BYTES);
    struct pack_reader r = pack_reader_make(*said);
    read_array_exact(&r, CERT_ITEMS);
    uint64_t version = read_uint(&r);
    out->node = dot_read(&r);
    struct slice key = read_bin_exact(&r, KEY_PUBLIC_BYTES);
    out->unit = dot_read(&r);
    out->level = (uint8_t)read_uint_max(&r, LEVEL_PROVINCE);
    out->role = (uint8_t)read_uint_max(&r, UINT8_MAX);
    out->from_ms = read_int(&r);
    out->to_ms = read_int(&r);
    out->issuer = dot_read(&r);
    if (!pack_end(&r) || version != CERT_VERSION) {
        return error_set(ERR_FORMAT, _("this is not a certificate"));
    }
    memcpy(out->key, key.ptr, KEY_PUBLIC_BYTES);
    memcpy(signature, bytes.ptr + said->len, SIGNATURE_BYTES);
    return ERR_OK;
}

static bool signed_by(struct slice said, const uint8_t signature[SIGNATURE_BYTES],
                      const uint8_t key[KEY_PUBLIC_BYTES])
{
    struct buf b = {0};
    said_hash(said, &b);
    bool ok = crypto_signed_by(key, buf_view(&b), signature);
    buf_free(&b);
    return ok;
}

/* ---- the root ------------------------------------------------------------------------------- */

enum err cert_root_load(struct txn *t, struct cert_root *out)
{
    struct arena arena = {0};
    struct slice v;
    *out = (struct cert_root){0};
    enum err e = store_kv_get(t, slice_str(root_key), &arena, &v);
    if (e == ERR_OK) {
        struct pack_reader r = pack_reader_make(v);
        read_array_exact(&r, 3);
        out->node = dot_read(&r);
        struct slice key = read_bin_exact(&r, KEY_PUBLIC_BYTES);
        if (!pack_end(&r)) {
            e = error_set(ERR_DAMAGED, _("what this store knows of the top of its tree is "
                                         "damaged"));
        } else {
            memcpy(out->key, key.ptr, KEY_PUBLIC_BYTES);
        }
    }
    arena_free(&arena);
    return e;
}

enum err cert_root_store(struct txn *t, const struct cert_root *root)
{
    struct buf b = {0};
    struct pack_writer w = pack_writer_make(&b);
    pack_array(&w, 3);
    dot_pack(&w, root->node);
    pack_bin(&w, slice_make(root->key, KEY_PUBLIC_BYTES));
    enum err e = store_kv_put(t, slice_str(root_key), buf_view(&b));
    buf_free(&b);
    return e;
}

/* ---- chains --------------------------------------------------------------------------------- */

uint64_t cert_closed_at(const struct record *node, uint64_t actor)
{
    const struct value *state = merge_shown(node, F_NODE_STATE);
    const struct value *v = merge_shown(node, F_NODE_CLOSED);
    if (!state || state->datum.type != DATUM_INT || state->datum.i != NODE_REVOKED) {
        return UINT64_MAX;
    }
    if (!v || v->datum.type != DATUM_BYTES) {
        return 0;
    }
    struct arena arena = {0};
    struct pack_reader r = pack_reader_make(v->datum.text);
    struct context closed = context_read(&r, &arena);
    uint64_t seq = pack_end(&r) ? context_seq(&closed, actor) : 0;
    arena_free(&arena);
    return seq;
}

static bool is_root(const struct cert_root *root, const struct record *node)
{
    const struct value *key = merge_shown(node, F_NODE_KEY);
    return dot_equal(node->id, root->node) && key && key->datum.type == DATUM_BYTES &&
           slice_equal(key->datum.text, slice_make(root->key, KEY_PUBLIC_BYTES));
}

/* The root needs no certificate: its key is what all the others hang on. */
static bool root_cert(struct txn *t, const struct cert_root *root, const struct record *node,
                      struct cert *out)
{
    const struct value *unit = merge_shown(node, F_UNIT);
    if (!is_root(root, node) || !unit || unit->datum.type != DATUM_REF) {
        return false;
    }
    *out = (struct cert){.node = node->id,
                         .unit = unit->datum.ref,
                         .level = (uint8_t)unit_level(t, unit->datum.ref),
                         .role = NODE_ROLE_HUB,
                         .to_ms = INT64_MAX,
                         .issuer = node->id};
    memcpy(out->key, root->key, KEY_PUBLIC_BYTES);
    return true;
}

/* Might this issuer admit it? Nobody gives more than he has. */
static bool may_issue(struct txn *t, const struct cert *issuer, const struct cert *c)
{
    return issuer->role >= NODE_ROLE_CLERK && c->role <= issuer->role &&
           c->level <= issuer->level &&
           (dot_equal(c->unit, issuer->unit) || unit_was_within(t, c->unit, issuer->unit));
}

/* One certificate on the way up, and what its issuer's record says. */
struct step {
    struct cert cert;
    struct slice said;
    uint8_t signature[SIGNATURE_BYTES];
    struct dot by;       /* the save that brought it */
    bool issuer_revoked; /* then it holds if it was issued before: up to closed_at */
    uint64_t closed_at;
};

struct chain {
    struct step steps[CERT_CHAIN_MAX];
    size_t count;
    struct cert top; /* of the root, on which the last step hangs */
    struct arena arena;
};

static bool step_read(struct chain *c, struct slice bytes, struct dot by)
{
    struct step *s = &c->steps[c->count];
    if (c->count == CERT_CHAIN_MAX || cert_read(bytes, &s->cert, &s->said, s->signature)) {
        return false;
    }
    s->by = by;
    c->count++;
    return !dot_equal(s->cert.issuer, s->cert.node);
}

/* From the last step on up to the root. */
static bool climb(struct txn *t, const struct cert_root *root, struct chain *c)
{
    for (;;) {
        struct step *s = &c->steps[c->count - 1];
        struct record issuer;
        if (store_get(t, s->cert.issuer, &c->arena, &issuer, NULL) != ERR_OK ||
            issuer.kind != KIND_NODE) {
            return false;
        }
        s->issuer_revoked = cert_closed_at(&issuer, 0) != UINT64_MAX;
        s->closed_at = cert_closed_at(&issuer, s->by.actor);
        if (root_cert(t, root, &issuer, &c->top)) {
            return true;
        }
        const struct value *v = merge_shown(&issuer, F_NODE_CERT);
        if (!v || v->datum.type != DATUM_BYTES || !step_read(c, v->datum.text, v->dot) ||
            !dot_equal(c->steps[c->count - 1].cert.node, issuer.id)) {
            return false;
        }
    }
}

/* Each was signed by the one above it, who might. What was issued before its issuer was revoked
 * stays good; an issue that no save bears witness to does not. */
static bool descend(struct txn *t, const struct chain *c)
{
    const struct cert *issuer = &c->top;
    for (size_t i = c->count; i-- > 0;) {
        const struct step *s = &c->steps[i];
        bool in_time = !s->issuer_revoked || (s->by.seq != 0 && s->by.seq <= s->closed_at);
        if (!in_time || !signed_by(s->said, s->signature, issuer->key) ||
            !may_issue(t, issuer, &s->cert)) {
            return false;
        }
        issuer = &s->cert;
    }
    return true;
}

bool cert_holds(struct txn *t, struct slice bytes, struct dot by, struct cert *out)
{
    struct cert_root root;
    struct chain c = {.count = 0};
    bool holds = cert_root_load(t, &root) == ERR_OK && step_read(&c, bytes, by) &&
                 climb(t, &root, &c) && descend(t, &c);
    *out = c.steps[0].cert;
    arena_free(&c.arena);
    return holds;
}

bool cert_of_node(struct txn *t, const struct record *node, struct cert *out)
{
    struct cert_root root;
    if (cert_root_load(t, &root) != ERR_OK) {
        return false;
    }
    if (root_cert(t, &root, node, out)) {
        return true;
    }
    const struct value *v = merge_shown(node, F_NODE_CERT);
    return v && v->datum.type == DATUM_BYTES && cert_holds(t, v->datum.text, v->dot, out) &&
           dot_equal(out->node, node->id);
}

bool cert_of_known(struct txn *t, const struct record *node, struct cert *out)
{
    const struct value *v = merge_shown(node, F_NODE_CERT);
    const struct field *f = record_field(node, F_NODE_ACTORS);
    uint8_t signature[SIGNATURE_BYTES];
    struct slice said;
    bool verified = false;
    for (uint32_t i = 0; v && f && i < f->count && !verified; i++) {
        struct actor_info who;
        uint64_t actor = 0;
        verified = f->values[i].datum.type == DATUM_TEXT &&
                   store_actor_parse(f->values[i].datum.text, &actor) &&
                   store_actor(t, actor, &who) && dot_equal(who.node, node->id) && who.role != 0;
    }
    if (verified && v->datum.type == DATUM_BYTES &&
        cert_read(v->datum.text, out, &said, signature) == ERR_OK &&
        dot_equal(out->node, node->id)) {
        return true;
    }
    return cert_of_node(t, node, out);
}
