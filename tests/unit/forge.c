#include "tests/unit/forge.h"

#include "core/proof.h"
#include "sync/batch.h"
#include "sync/bundle_part.h"
#include "sync/link.h"
#include "sync/reconcile.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct dot forge_dot(struct forge *g)
{
    return (struct dot){g->actor ? g->actor : store_identity(g->f->stores[g->from])->actor,
                        ++g->seq};
}

void forge_put(struct forge *g, struct record *r, uint32_t number, struct dot dot, struct datum d)
{
    struct field *fields = arena_array(&g->arena, r->field_count + 1, sizeof(*fields));
    struct field added = {number, 0, NULL};
    size_t n = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        if (r->fields[i].number == number) {
            added = r->fields[i];
        }
    }
    struct value *values = arena_array(&g->arena, added.count + 1, sizeof(*values));
    struct value v = {.dot = dot,
                      .time_ms = g->time_ms ? g->time_ms : 1900000000000,
                      .level = g->level ? g->level : LEVEL_COMMUNE,
                      .origin = g->origin,
                      .datum = d};
    size_t at = 0;
    while (at < added.count && value_compare(&added.values[at], &v) < 0) {
        values[at] = added.values[at];
        at++;
    }
    values[at] = v;
    for (; at < added.count; at++) {
        values[at + 1] = added.values[at];
    }
    added.values = values;
    added.count++;
    bool placed = false;
    for (size_t i = 0; i < r->field_count; i++) {
        if (!placed && r->fields[i].number >= number) {
            fields[n++] = added;
            placed = true;
        }
        if (r->fields[i].number != number) {
            fields[n++] = r->fields[i];
        }
    }
    if (!placed) {
        fields[n++] = added;
    }
    r->fields = fields;
    r->field_count = n;
    r->context = context_with(&r->context, dot, &g->arena);
}

void forge_replace(struct forge *g, struct record *r, uint32_t number, struct datum d)
{
    size_t n = 0;
    struct field *fields = arena_array(&g->arena, r->field_count + 1, sizeof(*fields));
    for (size_t i = 0; i < r->field_count; i++) {
        if (r->fields[i].number != number) {
            fields[n++] = r->fields[i];
        }
    }
    r->fields = fields;
    r->field_count = n;
    forge_put(g, r, number, forge_dot(g), d);
}

struct record forge_record(struct forge *g, uint32_t kind)
{
    struct record r = {.id = forge_dot(g), .kind = kind};
    r.context = context_with(&r.context, r.id, &g->arena);
    return r;
}

void forge_put_new(struct forge *g, struct record *r, uint32_t number, struct datum d)
{
    forge_put(g, r, number, r->id, d);
}

/* Its own saves, as every program does; unless it is to be seen what comes of it. */
static void sign(struct forge *g, struct record *r)
{
    const struct identity *self = store_identity(g->f->stores[g->from]);
    uint64_t actor = g->actor ? g->actor : self->actor;
    for (size_t i = 0; i < r->field_count && schema_steers(r->kind) && !g->unsigned_; i++) {
        for (uint32_t j = 0; j < r->fields[i].count; j++) {
            struct dot dot = r->fields[i].values[j].dot;
            if (dot.actor == actor && dot.seq > 1000) {
                proof_sign(r, dot, g->key ? g->key : self->secret_key, &g->arena);
            }
        }
    }
}

/* As the forger's program reads it. */
static void hear(struct forge *g, struct slice request, struct slice reply)
{
    const struct identity *self = store_identity(g->f->stores[g->from]);
    struct buf plain = {0}, raw = {0};
    struct message m;
    struct round_reply p;
    assert_int_equal(message_unseal(reply, self, &plain, &m), ERR_OK);
    m.answers = hash_of(request);
    assert_int_equal(
        message_accept(&m, self, store_identity(g->f->stores[g->to])->public_key, &raw), ERR_OK);
    assert_int_equal(round_reply_read(m.body, &g->arena, &p), ERR_OK);
    g->refusals = p.refusals;
    g->refusal_count = p.refusal_count;
    buf_free(&plain);
    buf_free(&raw);
}

enum err forge_push(struct forge *g, const struct record *records, size_t count)
{
    struct arena arena = {0};
    struct buf batch = {0}, body = {0};
    struct change *changes = arena_array(&arena, count, sizeof(*changes));
    for (size_t i = 0; i < count; i++) {
        changes[i] = (struct change){.record = records[i], .whole = true};
        changes[i].record.route = (uint8_t)schema_route(&records[i]);
        sign(g, &changes[i].record);
        assert_true(record_is_valid(&changes[i].record));
    }
    batch_write(changes, count, &arena, &batch);
    const struct identity *hub = store_identity(g->f->stores[g->to]);
    const struct identity *self = store_identity(g->f->stores[g->from]);
    struct round_group group = {ROUTE_OWN, g->f->units[g->from], 7, 7};
    struct upstream up; /* with a token that the hub knows, else it is first contact */
    struct txn *t = NULL;
    assert_int_equal(txn_begin(g->f->stores[g->from], TXN_READ, &t), ERR_OK);
    assert_int_equal(upstream_load(t, &up), ERR_OK);
    txn_abort(t);
    struct round_request q = {.flags = g->first_contact ? ROUND_FIRST_CONTACT : 0,
                              .tokens = up.tokens,
                              .token_count = up.token_count,
                              .peer_epoch = hub->actor,
                              .peer_seq = 1,
                              .epoch = self->actor,
                              .groups = &group,
                              .group_count = g->first_contact ? 1 : 0,
                              .max_bytes = 60000,
                              .batch = buf_view(&batch)};
    round_request_write(&q, &body);
    enum err e = forge_deliver(g, buf_view(&body));
    buf_free(&batch);
    buf_free(&body);
    arena_free(&arena);
    return e;
}

/* The file of one part that its program would write. */
static void stick_of(struct forge *g, struct slice body, struct buf *out)
{
    struct bundle_writer w;
    bundle_writer_open(&w, g->f->stores[g->from], out);
    memcpy(w.peer_key, store_identity(g->f->stores[g->to])->public_key, KEY_PUBLIC_BYTES);
    w.number = ++g->sticks;
    assert_int_equal(bundle_writer_add(&w, body, true), ERR_OK);
    bundle_writer_close(&w);
}

static enum err carry(struct forge *g, struct slice body)
{
    struct buf bytes = {0};
    struct bundle_taken taken;
    stick_of(g, body, &bytes);
    enum err e = bundle_import(g->f->stores[g->to], buf_view(&bytes), &taken);
    g->refusal_count = 0;
    buf_free(&taken.reply);
    buf_free(&bytes);
    return e;
}

enum err forge_deliver(struct forge *g, struct slice body)
{
    struct buf bytes = {0}, reply = {0};
    if (g->by_stick) {
        return carry(g, body);
    }
    assert_int_equal(fixture_seal(g->f, g->from, g->to, body, &bytes), ERR_OK);
    enum err e = session_serve(g->f->stores[g->to], buf_view(&bytes), &reply);
    g->refusal_count = 0;
    if (e == ERR_OK) {
        hear(g, buf_view(&bytes), buf_view(&reply));
    }
    buf_free(&bytes);
    buf_free(&reply);
    return e;
}

static enum err answer_over_http(struct forge *g, struct slice body)
{
    struct session s;
    struct buf request = {0}, reply = {0};
    session_init(&s, g->f->stores[g->to]);
    assert_int_equal(session_request(&s, &request), ERR_OK);
    struct message m = {.answers = hash_of(buf_view(&request)), .body = body};
    assert_int_equal(message_seal(&m, store_identity(g->f->stores[g->from]),
                                  store_identity(g->f->stores[g->to])->public_key, &reply),
                     ERR_OK);
    enum err e = session_reply(&s, buf_view(&reply));
    session_end(&s);
    buf_free(&request);
    buf_free(&reply);
    return e;
}

static uint64_t head_of(struct store *store)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(store, TXN_READ, &t), ERR_OK);
    uint64_t head = store_feed_head(t);
    txn_abort(t);
    return head;
}

enum err forge_answer(struct forge *g, const struct record *record)
{
    struct arena arena = {0};
    struct buf batch = {0}, body = {0};
    struct upstream up;
    struct hash digest;
    struct txn *t = NULL;
    if (record) {
        struct change change = {.record = *record, .whole = true};
        change.record.route = (uint8_t)schema_route(record);
        sign(g, &change.record);
        batch_write(&change, 1, &arena, &batch);
    }
    assert_int_equal(txn_begin(g->f->stores[g->to], TXN_READ, &t), ERR_OK);
    assert_int_equal(upstream_load(t, &up), ERR_OK);
    assert_int_equal(reconcile_digest(t, g->f->units[g->to], true, &digest), ERR_OK);
    txn_abort(t);
    uint64_t to_seq = record ? up.in_seq : head_of(g->f->stores[g->from]);
    struct round_reply p = {.epoch = up.epoch,
                            .round = up.round + 1,
                            .ack_epoch = store_identity(g->f->stores[g->to])->actor,
                            .ack_seq = up.acked_seq,
                            .from_seq = up.in_seq,
                            .to_seq = to_seq,
                            .head_seq = to_seq,
                            .has_digest = record == NULL,
                            .digest = digest,
                            .batch = buf_view(&batch)};
    round_reply_write(&p, &body);
    enum err e = g->by_stick ? carry(g, buf_view(&body)) : answer_over_http(g, buf_view(&body));
    buf_free(&batch);
    buf_free(&body);
    arena_free(&arena);
    return e;
}
