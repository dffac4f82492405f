#include "sync/admit.h"

#include "core/scope.h"

#include <stdlib.h>

#define DAY_MS (24ll * 60 * 60 * 1000)
#define CLOCK_STEP_MS (30 * DAY_MS) /* a hub that runs is in touch more often than that */
#define CLOCK_JUMPS_MAX 8

/* ---- the clock ------------------------------------------------------------------------------ */

struct clock {
    int64_t seen_ms; /* when this store last looked */
    int64_t jumped_from[CLOCK_JUMPS_MAX];
    size_t count;
};

static enum err clock_load(struct txn *t, struct clock *out)
{
    struct arena arena = {0};
    struct slice v;
    *out = (struct clock){0};
    enum err e = store_kv_get(t, slice_str("clock"), &arena, &v);
    if (e == ERR_OK) {
        struct pack_reader r = pack_reader_make(v);
        size_t n = read_array(&r);
        out->seen_ms = read_int(&r);
        for (size_t i = 1; i < n && out->count < CLOCK_JUMPS_MAX; i++) {
            out->jumped_from[out->count++] = read_int(&r);
        }
    }
    arena_free(&arena);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err clock_store(struct txn *t, const struct clock *c)
{
    struct buf b = {0};
    struct pack_writer w = pack_writer_make(&b);
    pack_array(&w, c->count + 1);
    pack_int(&w, c->seen_ms);
    for (size_t i = 0; i < c->count; i++) {
        pack_int(&w, c->jumped_from[i]);
    }
    enum err e = store_kv_put(t, slice_str("clock"), buf_view(&b));
    buf_free(&b);
    return e;
}

/* Looks at the clock, and remembers from where it jumped, back or ahead. Once a day it is written.
 */
static enum err clock_look(struct txn *t, int64_t now, struct clock *out)
{
    TRY(clock_load(t, out));
    int64_t step = now - out->seen_ms;
    if (step >= 0 && step < DAY_MS) {
        return ERR_OK;
    }
    if (out->seen_ms != 0 && (step > CLOCK_STEP_MS || step < -DAY_MS)) {
        if (out->count == CLOCK_JUMPS_MAX) { /* the oldest goes */
            memmove(out->jumped_from, out->jumped_from + 1,
                    (CLOCK_JUMPS_MAX - 1) * sizeof(out->jumped_from[0]));
            out->count--;
        }
        out->jumped_from[out->count++] = out->seen_ms;
    }
    out->seen_ms = now;
    return clock_store(t, out);
}

static bool has_ended(const struct clock *c, int64_t now, int64_t to_ms)
{
    bool ended = now > to_ms;
    for (size_t i = 0; i < c->count && ended; i++) {
        ended = to_ms < c->jumped_from[i]; /* else it was good when the clock jumped */
    }
    return ended;
}

/* ---- issuing -------------------------------------------------------------------------------- */

/* What this store itself may do; false when it has no certificate, as before there were any. */
static bool own_cert(struct txn *t, struct cert *out)
{
    struct arena arena = {0};
    struct record r;
    bool has = store_get(t, store_identity(txn_store(t))->node, &arena, &r, NULL) == ERR_OK &&
               cert_of_known(t, &r, out);
    arena_free(&arena);
    return has;
}

enum err admit_may(struct txn *t, struct dot unit, int64_t role)
{
    const struct identity *self = store_identity(txn_store(t));
    struct cert own;
    if (!unit_is_within(t, unit, self->unit)) {
        return error_set(ERR_REFUSED, _("this unit does not belong to yours"));
    }
    if (!own_cert(t, &own)) {
        return ERR_OK;
    }
    if (own.role < NODE_ROLE_CLERK) {
        return error_set(ERR_REFUSED, _("this computer was admitted to read only; it admits "
                                        "nobody"));
    }
    if (role > own.role) {
        return error_set_field(ERR_REFUSED, "role",
                               _("nobody gives a role higher than his own; ask the office above "
                                 "for that code"));
    }
    return ERR_OK;
}

void admit_issue(struct txn *t, struct dot node, const uint8_t key[KEY_PUBLIC_BYTES],
                 struct dot unit, int64_t role, struct buf *out)
{
    const struct identity *self = store_identity(txn_store(t));
    const struct env *env = store_env(txn_store(t));
    struct cert c = {.node = node,
                     .unit = unit,
                     .level = (uint8_t)unit_level(t, unit),
                     .role = (uint8_t)role,
                     .from_ms = env->now_ms(env->ctx),
                     .issuer = self->node};
    memcpy(c.key, key, KEY_PUBLIC_BYTES);
    c.to_ms = c.from_ms + CERT_DAYS * DAY_MS;
    cert_write(&c, self->secret_key, out);
}

static int64_t role_of(const struct record *node)
{
    const struct value *v = merge_shown(node, F_NODE_ROLE);
    return v && v->datum.type == DATUM_INT ? v->datum.i : NODE_ROLE_CLERK;
}

static enum err renew(struct txn *t, const struct link *link, const struct record *node,
                      struct arena *arena)
{
    struct buf cert = {0};
    struct dot id, dot;
    int64_t role = role_of(node);
    if (admit_may(t, link->unit, role) != ERR_OK) {
        return ERR_OK; /* another issued it, and will renew it */
    }
    admit_issue(t, link->node, link->public_key, link->unit, role, &cert);
    struct datum bytes = datum_bytes(buf_view(&cert));
    struct datum issuer = datum_ref(store_identity(txn_store(t))->node);
    const struct edit edits[] = {{F_NODE_CERT, EDIT_SET, &bytes, 1},
                                 {F_NODE_ISSUER, EDIT_SET, &issuer, 1}};
    struct save save = {
        .id = link->node, .edits = edits, .edit_count = ARRAY_COUNT(edits), .via = VIA_LOCAL};
    enum err e = store_save(t, &save, arena, &id, &dot);
    buf_free(&cert);
    return e;
}

/* ---- at the door ---------------------------------------------------------------------------- */

static enum err check_state(const struct record *node)
{
    const struct value *state = merge_shown(node, F_NODE_STATE);
    const struct value *reason = merge_shown(node, F_NODE_STATE_REASON);
    bool active = !state || state->datum.type != DATUM_INT || state->datum.i == NODE_ACTIVE;
    if (active && !merge_is_deleted(node)) {
        return ERR_OK;
    }
    struct slice why =
        reason && reason->datum.type == DATUM_TEXT ? reason->datum.text : slice_str("-");
    return error_set(ERR_REVOKED, _("this computer is retired or revoked: %.*s"), (int)why.len,
                     (const char *)why.ptr);
}

enum err admit_contact(struct txn *t, const struct link *link)
{
    const struct env *env = store_env(txn_store(t));
    struct arena arena = {0};
    struct record node;
    struct cert cert;
    struct clock clock;
    int64_t now = env->now_ms(env->ctx);
    enum err e = store_get(t, link->node, &arena, &node, NULL);
    if (e != ERR_OK) {
        arena_free(&arena);
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    e = check_state(&node);
    e = e ? e : clock_look(t, now, &clock);
    if (e == ERR_OK) {
        bool holds = cert_of_known(t, &node, &cert);
        bool ours = holds && dot_equal(cert.issuer, store_identity(txn_store(t))->node);
        if (ours && has_ended(&clock, now, cert.to_ms)) {
            e = error_set(ERR_REFUSED,
                          _("this computer was not in touch for so long that its certificate has "
                            "ended. Nothing is lost; ask for a new code and give it with: terrace "
                            "join --rehome URL CODE"));
        } else if (!holds || (ours && cert.to_ms - now < CERT_DAYS * DAY_MS / 2)) {
            e = renew(t, link, &node, &arena);
        }
    }
    arena_free(&arena);
    return e;
}

/* ---- revoking ------------------------------------------------------------------------------- */

struct closing {
    struct dot actors[64]; /* actor, greatest seq that came here */
    size_t count;
};

static void close_actor(struct closing *c, uint64_t actor)
{
    bool known = actor == 0 || c->count == ARRAY_COUNT(c->actors);
    for (size_t i = 0; i < c->count && !known; i++) {
        known = c->actors[i].actor == actor;
    }
    if (!known) {
        c->actors[c->count++] = (struct dot){actor, 0};
    }
}

/* What a record has seen tells up to where an actor has come; the feed names every record. */
static enum err find_seqs(struct txn *t, struct closing *c)
{
    struct arena arena = {0};
    struct feed_entry entry = {.seq = 0};
    enum err e = ERR_OK;
    while ((e = store_feed_next(t, entry.seq, &arena, &entry)) == ERR_OK) {
        struct record r;
        if (store_get(t, entry.id, &arena, &r, NULL) == ERR_OK) {
            for (size_t i = 0; i < c->count; i++) {
                uint64_t seq = context_seq(&r.context, c->actors[i].actor);
                c->actors[i].seq = seq > c->actors[i].seq ? seq : c->actors[i].seq;
            }
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
    return e == ERR_END ? ERR_OK : e;
}

static int actor_order(const void *a, const void *b)
{
    return dot_compare(*(const struct dot *)a, *(const struct dot *)b);
}

static enum err closing_of(struct txn *t, const struct record *node, struct buf *out)
{
    struct closing c = {.count = 0};
    struct link link;
    struct context closed = {c.actors, 0};
    const struct field *f = record_field(node, F_NODE_ACTORS);
    for (uint32_t i = 0; f && i < f->count; i++) {
        uint64_t actor = 0;
        if (f->values[i].datum.type == DATUM_TEXT &&
            store_actor_parse(f->values[i].datum.text, &actor)) {
            close_actor(&c, actor);
        }
    }
    if (link_load(t, node->id, &link) == ERR_OK) {
        close_actor(&c, link.epoch);
    }
    TRY(find_seqs(t, &c));
    qsort(c.actors, c.count, sizeof(c.actors[0]), actor_order);
    for (size_t i = 0; i < c.count; i++) {
        if (c.actors[i].seq) {
            c.actors[closed.count++] = c.actors[i];
        }
    }
    struct pack_writer w = pack_writer_make(out);
    context_pack(&w, &closed);
    return ERR_OK;
}

enum err admit_revoke(struct txn *t, struct dot node, struct slice reason, struct arena *arena)
{
    const struct identity *self = store_identity(txn_store(t));
    struct record r;
    struct dot id, dot;
    struct buf closed = {0};
    TRY(store_get(t, node, arena, &r, NULL));
    if (r.kind != KIND_NODE) {
        return error_set(ERR_INPUT, _("this is not a computer; terrace nodes lists them"));
    }
    if (dot_equal(node, self->node)) {
        return error_set(ERR_RULE, _("a computer does not revoke itself; the office above does, or "
                                     "another computer of this one"));
    }
    const struct value *unit = merge_shown(&r, F_UNIT);
    if (!unit || unit->datum.type != DATUM_REF ||
        !unit_was_within(t, unit->datum.ref, self->unit)) {
        return error_set(ERR_RULE, _("this computer belongs to an office outside yours; only that "
                                     "one or one above it revokes it"));
    }
    enum err e = closing_of(t, &r, &closed);
    if (e == ERR_OK) {
        const struct datum state = datum_int(NODE_REVOKED);
        const struct datum date = store_today(t);
        const struct datum why = datum_text(reason), bytes = datum_bytes(buf_view(&closed));
        const struct edit edits[] = {{F_NODE_STATE, EDIT_AGAIN, &state, 1},
                                     {F_NODE_STATE_DATE, EDIT_SET, &date, 1},
                                     {F_NODE_STATE_REASON, EDIT_SET, &why, reason.len != 0},
                                     {F_NODE_CLOSED, EDIT_SET, &bytes, 1}};
        struct save save = {
            .id = node, .edits = edits, .edit_count = ARRAY_COUNT(edits), .via = VIA_LOCAL};
        e = store_save(t, &save, arena, &id, &dot);
    }
    buf_free(&closed);
    return e;
}
