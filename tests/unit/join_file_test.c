/* Joining by two files: who is admitted by what, what is taken once, and what is not taken. */
#include "core/cert.h"
#include "sync/admit.h"
#include "sync/join.h"
#include "sync/link.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { TOP, DISTRICT, FIRST, SECOND };
#define DAY_MS (24ll * 60 * 60 * 1000)

static const struct dot none;

/* A computer that waits, beside the fixture's stores. */
struct waiting {
    struct fixture *f;
    char path[128];
    struct store *store;
    struct buf request, answer;
    char check[JOIN_CHECK_SIZE];
};

static void invite(struct fixture *f, size_t hub, struct dot unit, char code[JOIN_CODE_SIZE])
{
    struct txn *t = NULL;
    int64_t expires = 0;
    assert_int_equal(txn_begin(f->stores[hub], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(join_invite(t, unit, NODE_ROLE_CLERK, 7, code, &expires), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
}

static void ask(struct waiting *w, const char *code)
{
    buf_clear(&w->request);
    assert_int_equal(join_file_request(w->store, code, &w->request, w->check), ERR_OK);
}

static void wait_begin(struct waiting *w, struct fixture *f, const char *name, const char *code)
{
    *w = (struct waiting){.f = f};
    (void)snprintf(w->path, sizeof(w->path), "%s/%s", f->dir, name);
    assert_int_equal(join_file_create(&f->env, w->path, code), ERR_OK);
    assert_int_equal(store_open(&f->env, w->path, &w->store), ERR_OK);
    ask(w, code);
}

static void wait_end(struct waiting *w)
{
    store_close(w->store);
    buf_free(&w->request);
    buf_free(&w->answer);
}

static enum err admit_as(struct waiting *w, size_t hub, struct dot unit, int64_t role,
                         struct join_admitted *out)
{
    struct txn *t = NULL;
    buf_clear(&w->answer);
    assert_int_equal(txn_begin(w->f->stores[hub], TXN_WRITE, &t), ERR_OK);
    enum err e = join_file_admit(t, buf_view(&w->request), unit, role, &w->answer, out);
    if (e != ERR_OK) {
        txn_abort(t);
        return e;
    }
    return txn_commit(t);
}

static enum err admit(struct waiting *w, size_t hub, struct dot unit)
{
    struct join_admitted a;
    return admit_as(w, hub, unit, NODE_ROLE_CLERK, &a);
}

static enum err complete(struct waiting *w, struct slice answer)
{
    struct join_completed done;
    return join_file_complete(w->store, answer, &done);
}

static size_t nodes_at(struct fixture *f, size_t at)
{
    struct txn *t = NULL;
    struct arena arena = {0};
    struct id_list list = {0};
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_ids_of_kind(t, KIND_NODE, none, 100, &arena, &list), ERR_OK);
    size_t count = list.count;
    txn_abort(t);
    arena_free(&arena);
    return count;
}

static void expect_hub(struct waiting *w, size_t hub, struct dot unit)
{
    const struct identity *self = store_identity(w->store),
                          *other = store_identity(w->f->stores[hub]);
    struct upstream up;
    struct cert_root root;
    struct txn *t = NULL;
    assert_false(dot_is_none(self->node));
    assert_true(dot_equal(self->unit, unit));
    assert_int_equal(txn_begin(w->store, TXN_READ, &t), ERR_OK);
    assert_int_equal(upstream_load(t, &up), ERR_OK);
    assert_int_equal(cert_root_load(t, &root), ERR_OK);
    txn_abort(t);
    assert_true(dot_equal(up.node, other->node));
    assert_memory_equal(up.public_key, other->public_key, KEY_PUBLIC_BYTES);
    assert_true(dot_equal(root.node, store_identity(w->f->stores[TOP])->node));
    assert_memory_equal(root.key, store_identity(w->f->stores[TOP])->public_key, KEY_PUBLIC_BYTES);
}

/* From here on it is a store of the fixture, with a link to its hub. */
static size_t adopt(struct waiting *w, size_t hub)
{
    struct fixture *f = w->f;
    char url[64];
    struct txn *t = NULL;
    (void)snprintf(url, sizeof(url), "sim://%zu", hub);
    assert_int_equal(txn_begin(w->store, TXN_WRITE, &t), ERR_OK);
    assert_int_equal(store_kv_put(t, slice_str("set.hub"), slice_str(url)), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    f->stores[f->count] = w->store;
    f->parents[f->count] = (int)hub;
    f->units[f->count] = store_identity(w->store)->unit;
    w->store = NULL;
    return f->count++;
}

/* ---- what is taken -------------------------------------------------------------------------- */

static void join_file__a_code_admits_and_the_node_syncs(void **state)
{
    struct fixture f;
    struct waiting w;
    char code[JOIN_CODE_SIZE];
    (void)state;
    fixture_tree(&f, 901);
    invite(&f, DISTRICT, f.units[FIRST], code);
    wait_begin(&w, &f, "new", code);
    assert_true(join_is_waiting(w.store));
    assert_int_equal(admit(&w, DISTRICT, none), ERR_OK);
    assert_int_equal(complete(&w, buf_view(&w.answer)), ERR_OK);
    assert_false(join_is_waiting(w.store));
    assert_int_equal(store_identity(w.store)->level, LEVEL_COMMUNE);
    expect_hub(&w, DISTRICT, f.units[FIRST]);
    size_t at = adopt(&w, DISTRICT);
    fixture_settle(&f);
    struct dot id = fixture_save_text(&f, at, none, KIND_NOTE, f.units[FIRST], F_NOTE, "đã vào");
    fixture_settle(&f);
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f.stores[TOP], TXN_READ, &t), ERR_OK);
    assert_true(store_has(t, id));
    txn_abort(t);
    wait_end(&w);
    fixture_end(&f);
}

static void join_file__without_a_code_the_officer_names_the_unit(void **state)
{
    struct fixture f;
    struct waiting w;
    struct join_admitted a;
    struct join_completed done;
    (void)state;
    fixture_tree(&f, 902);
    wait_begin(&w, &f, "new", NULL);
    assert_int_equal(admit(&w, DISTRICT, none), ERR_USAGE);
    assert_int_equal(admit_as(&w, DISTRICT, f.units[SECOND], NODE_ROLE_CLERK, &a), ERR_OK);
    assert_string_equal(a.check, w.check); /* what both sides read out to each other */
    assert_int_equal(join_file_complete(w.store, buf_view(&w.answer), &done), ERR_OK);
    assert_string_equal(a.answer_check, done.answer_check);
    assert_string_not_equal(a.answer_check, a.check);
    assert_false(a.by_code || done.by_code);
    expect_hub(&w, DISTRICT, f.units[SECOND]);
    assert_true(dot_equal(a.node, store_identity(w.store)->node));
    wait_end(&w);
    fixture_end(&f);
}

static void join_file__a_stick_twice_gives_the_same_answer(void **state)
{
    struct fixture f;
    struct waiting w[2];
    struct buf first = {0};
    struct join_admitted a, b;
    char code[JOIN_CODE_SIZE];
    (void)state;
    fixture_tree(&f, 903);
    invite(&f, DISTRICT, f.units[FIRST], code);
    wait_begin(&w[0], &f, "with", code);
    wait_begin(&w[1], &f, "without", NULL);
    for (size_t i = 0; i < 2; i++) {
        struct dot unit = i ? f.units[FIRST] : none;
        size_t before = nodes_at(&f, DISTRICT);
        assert_int_equal(admit_as(&w[i], DISTRICT, unit, NODE_ROLE_CLERK, &a), ERR_OK);
        buf_clear(&first);
        buf_add_slice(&first, buf_view(&w[i].answer));
        f.now_ms += 30 * DAY_MS; /* the code has long expired */
        assert_int_equal(admit_as(&w[i], DISTRICT, unit, NODE_ROLE_CLERK, &b), ERR_OK);
        assert_false(a.again);
        assert_true(b.again);
        assert_true(dot_equal(a.node, b.node));
        assert_int_equal(nodes_at(&f, DISTRICT), before + 1);
        assert_int_equal(complete(&w[i], buf_view(&w[i].answer)), ERR_OK);
        struct join_completed done;
        assert_int_equal(join_file_complete(w[i].store, buf_view(&first), &done), ERR_OK);
        assert_true(done.again && done.by_code == (i == 0)); /* the first stick turned up as well */
        assert_int_equal(admit(&w[i], DISTRICT, f.units[SECOND]), ERR_INPUT);
    }
    buf_free(&first);
    wait_end(&w[0]);
    wait_end(&w[1]);
    fixture_end(&f);
}

static void join_file__a_lost_stick_is_written_again(void **state)
{
    struct fixture f;
    struct waiting w;
    struct buf lost = {0}, late = {0};
    char code[JOIN_CODE_SIZE];
    (void)state;
    fixture_tree(&f, 904);
    wait_begin(&w, &f, "new", NULL);
    buf_add_slice(&lost, buf_view(&w.request));
    ask(&w, NULL);
    assert_true(slice_equal(buf_view(&lost), buf_view(&w.request)));
    assert_int_equal(admit(&w, DISTRICT, f.units[FIRST]), ERR_OK);
    buf_add_slice(&late, buf_view(&w.answer));
    /* meanwhile the clerk asks once more, now with a code: its answer alone counts */
    invite(&f, DISTRICT, f.units[FIRST], code);
    ask(&w, code);
    assert_int_equal(complete(&w, buf_view(&late)), ERR_INPUT);
    size_t before = nodes_at(&f, DISTRICT);
    assert_int_equal(admit(&w, DISTRICT, none), ERR_OK);
    assert_int_equal(nodes_at(&f, DISTRICT), before); /* known by its key */
    assert_int_equal(complete(&w, buf_view(&w.answer)), ERR_OK);
    expect_hub(&w, DISTRICT, f.units[FIRST]);
    buf_clear(&w.request);
    assert_int_equal(join_file_request(w.store, NULL, &w.request, w.check), ERR_EXISTS);
    buf_free(&lost);
    buf_free(&late);
    wait_end(&w);
    fixture_end(&f);
}

/* The store's facts are written, and the power fails before the identity. */
static void join_file__cut_off_in_between_it_still_waits(void **state)
{
    struct fixture f;
    struct waiting w;
    (void)state;
    fixture_tree(&f, 905);
    wait_begin(&w, &f, "new", NULL);
    struct identity before = *store_identity(w.store);
    assert_int_equal(admit(&w, DISTRICT, f.units[FIRST]), ERR_OK);
    assert_int_equal(complete(&w, buf_view(&w.answer)), ERR_OK);
    assert_int_equal(store_set_identity(w.store, &before), ERR_OK);
    ask(&w, NULL); /* as it stood there */
    assert_true(join_is_waiting(w.store));
    assert_int_equal(complete(&w, buf_view(&w.answer)), ERR_OK);
    expect_hub(&w, DISTRICT, f.units[FIRST]);
    wait_end(&w);
    fixture_end(&f);
}

/* ---- what is not taken ---------------------------------------------------------------------- */

static void join_file__a_code_that_is_wrong_used_or_old_admits_nobody(void **state)
{
    struct fixture f;
    struct waiting a, b;
    char code[JOIN_CODE_SIZE], other[JOIN_CODE_SIZE];
    (void)state;
    fixture_tree(&f, 906);
    invite(&f, DISTRICT, f.units[FIRST], code);
    invite(&f, TOP, f.units[FIRST], other);
    wait_begin(&a, &f, "a", code);
    wait_begin(&b, &f, "b", other);
    size_t before = nodes_at(&f, DISTRICT);
    assert_int_equal(admit(&b, DISTRICT, none), ERR_REFUSED); /* another hub's */
    assert_int_equal(admit(&b, DISTRICT, f.units[FIRST]), ERR_REFUSED);
    assert_int_equal(admit(&a, DISTRICT, f.units[SECOND]), ERR_INPUT);
    assert_int_equal(admit(&a, DISTRICT, none), ERR_OK);
    ask(&b, code);
    assert_int_equal(admit(&b, DISTRICT, none), ERR_REFUSED); /* used */
    invite(&f, DISTRICT, f.units[FIRST], code);
    ask(&b, code);
    f.now_ms += 8 * DAY_MS;
    assert_int_equal(admit(&b, DISTRICT, none), ERR_REFUSED);
    assert_int_equal(nodes_at(&f, DISTRICT), before + 1);
    ask(&b, NULL); /* and so by hand */
    assert_int_equal(admit(&b, DISTRICT, f.units[FIRST]), ERR_OK);
    wait_end(&a);
    wait_end(&b);
    fixture_end(&f);
}

static void join_file__nobody_admits_beyond_his_own(void **state)
{
    struct fixture f;
    struct waiting w;
    struct join_admitted a;
    (void)state;
    fixture_tree(&f, 907);
    wait_begin(&w, &f, "new", NULL);
    size_t before = nodes_at(&f, FIRST);
    assert_int_equal(admit(&w, FIRST, f.units[SECOND]), ERR_REFUSED);
    assert_int_equal(admit(&w, FIRST, f.units[DISTRICT]), ERR_REFUSED);
    assert_int_equal(admit_as(&w, FIRST, f.units[FIRST], NODE_ROLE_HUB, &a), ERR_REFUSED);
    assert_int_equal(nodes_at(&f, FIRST), before);
    assert_int_equal(admit(&w, FIRST, f.units[FIRST]), ERR_OK);
    /* the stick goes on to another hub, which hears of it from the first */
    fixture_settle(&f);
    assert_int_equal(admit(&w, DISTRICT, f.units[FIRST]), ERR_REFUSED);
    wait_end(&w);
    fixture_end(&f);
}

static void join_file__whoever_was_revoked_stays_out(void **state)
{
    struct fixture f;
    struct waiting w;
    struct join_admitted a;
    struct arena arena = {0};
    struct txn *t = NULL;
    (void)state;
    fixture_tree(&f, 908);
    wait_begin(&w, &f, "new", NULL);
    assert_int_equal(admit_as(&w, DISTRICT, f.units[FIRST], NODE_ROLE_CLERK, &a), ERR_OK);
    assert_int_equal(txn_begin(f.stores[DISTRICT], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(admit_revoke(t, a.node, slice_str("mất máy"), &arena), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    arena_free(&arena);
    assert_int_equal(admit(&w, DISTRICT, f.units[FIRST]), ERR_REFUSED);
    wait_end(&w);
    fixture_end(&f);
}

/* An answer to w's request by a store that does not know the code. */
static void forge_answer(struct waiting *w, size_t by, struct buf *out)
{
    const struct identity *self = store_identity(w->f->stores[by]);
    struct buf raw = {0}, body = {0}, said = {0};
    struct message m;
    uint8_t signature[SIGNATURE_BYTES];
    assert_int_equal(message_read(buf_view(&w->request), &raw, &m), ERR_OK);
    buf_add_str(&said, "terrace join file");
    buf_add_slice(&said, m.body);
    struct hash context = hash_of(buf_view(&said));
    struct pack_writer p = pack_writer_make(&body);
    pack_array(&p, 15);
    pack_uint(&p, 8);
    pack_bin(&p, slice_make(context.bytes, HASH_BYTES));
    dot_pack(&p, (struct dot){self->actor, 99});
    dot_pack(&p, self->unit);
    pack_uint(&p, self->level);
    for (size_t i = 0; i < 2; i++) { /* hub and root in one */
        dot_pack(&p, self->node);
        pack_bin(&p, slice_make(self->public_key, KEY_PUBLIC_BYTES));
    }
    pack_bin(&p, slice_make("", 0));
    crypto_sign_data(self->secret_key, buf_view(&body), signature);
    pack_bin(&p, slice_make(signature, SIGNATURE_BYTES));
    struct message answer = {.version = MESSAGE_VERSION,
                             .sender = message_address_of(self->public_key),
                             .recipient = m.sender,
                             .body = buf_view(&body)};
    message_write(&answer, out);
    buf_free(&raw);
    buf_free(&body);
    buf_free(&said);
}

/* The control: without a code that very forgery is an honest answer. */
static void join_file__a_hub_that_does_not_know_the_code_is_not_followed(void **state)
{
    struct fixture f;
    struct waiting w;
    struct buf forged = {0};
    char code[JOIN_CODE_SIZE];
    (void)state;
    fixture_tree(&f, 913);
    invite(&f, DISTRICT, f.units[FIRST], code);
    wait_begin(&w, &f, "new", code);
    forge_answer(&w, SECOND, &forged);
    assert_int_equal(complete(&w, buf_view(&forged)), ERR_REFUSED);
    assert_true(join_is_waiting(w.store));
    ask(&w, NULL);
    assert_int_equal(complete(&w, buf_view(&forged)), ERR_INPUT); /* of the earlier request */
    buf_clear(&forged);
    forge_answer(&w, SECOND, &forged);
    assert_int_equal(complete(&w, buf_view(&forged)), ERR_OK);
    buf_free(&forged);
    wait_end(&w);
    fixture_end(&f);
}

static void join_file__an_answer_fits_one_request_of_one_computer(void **state)
{
    struct fixture f;
    struct waiting a, b;
    struct buf forged = {0}, raw = {0};
    struct message m;
    char code[JOIN_CODE_SIZE];
    (void)state;
    fixture_tree(&f, 909);
    invite(&f, DISTRICT, f.units[FIRST], code);
    wait_begin(&a, &f, "a", code);
    wait_begin(&b, &f, "b", NULL);
    assert_int_equal(admit(&b, DISTRICT, f.units[FIRST]), ERR_OK);
    assert_int_equal(complete(&a, buf_view(&b.answer)), ERR_INPUT);
    assert_int_equal(complete(&b, buf_view(&b.request)), ERR_FORMAT);
    /* sent to another address it is still not for that computer */
    assert_int_equal(admit(&a, DISTRICT, none), ERR_OK);
    assert_int_equal(message_read(buf_view(&a.answer), &raw, &m), ERR_OK);
    m.recipient = message_address_of(store_identity(b.store)->public_key);
    message_write(&m, &forged);
    assert_int_equal(complete(&b, buf_view(&forged)), ERR_INPUT);
    assert_true(join_is_waiting(b.store));
    assert_int_equal(complete(&a, buf_view(&a.answer)), ERR_OK);
    assert_int_equal(complete(&b, buf_view(&b.answer)), ERR_OK);
    assert_int_equal(complete(&a, buf_view(&b.answer)), ERR_INPUT); /* admitted, and not by this */
    assert_int_equal(complete(&b, buf_view(&a.answer)), ERR_INPUT);
    buf_free(&forged);
    buf_free(&raw);
    wait_end(&a);
    wait_end(&b);
    fixture_end(&f);
}

/* A bent body under a right check: what no key signed is nobody's. */
static void join_file__what_is_bent_under_a_right_check_is_found(void **state)
{
    struct fixture f;
    struct waiting w;
    struct buf bodies[2] = {{0}, {0}}, bent = {0}, file = {0}, keep = {0};
    struct message m[2];
    char code[JOIN_CODE_SIZE];
    (void)state;
    fixture_tree(&f, 910);
    invite(&f, DISTRICT, f.units[FIRST], code);
    wait_begin(&w, &f, "new", code);
    buf_add_slice(&keep, buf_view(&w.request));
    assert_int_equal(message_read(buf_view(&keep), &bodies[0], &m[0]), ERR_OK);
    size_t before = nodes_at(&f, DISTRICT);
    for (size_t i = 0; i < m[0].body.len; i++) {
        struct message copy = m[0];
        buf_clear(&bent);
        buf_add_slice(&bent, m[0].body);
        bent.ptr[i] ^= (uint8_t)(1u << (fixture_random(&f) % 8));
        copy.body = buf_view(&bent);
        buf_clear(&w.request);
        message_write(&copy, &w.request);
        assert_int_not_equal(admit(&w, DISTRICT, none), ERR_OK);
    }
    assert_int_equal(nodes_at(&f, DISTRICT), before);
    buf_clear(&w.request);
    buf_add_slice(&w.request, buf_view(&keep));
    assert_int_equal(admit(&w, DISTRICT, none), ERR_OK);
    assert_int_equal(message_read(buf_view(&w.answer), &bodies[1], &m[1]), ERR_OK);
    for (size_t i = 0; i < m[1].body.len; i++) {
        struct message copy = m[1];
        buf_clear(&bent);
        buf_add_slice(&bent, m[1].body);
        bent.ptr[i] ^= (uint8_t)(1u << (fixture_random(&f) % 8));
        copy.body = buf_view(&bent);
        buf_clear(&file);
        message_write(&copy, &file);
        assert_int_not_equal(complete(&w, buf_view(&file)), ERR_OK);
    }
    assert_true(join_is_waiting(w.store));
    assert_int_equal(complete(&w, buf_view(&w.answer)), ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        buf_free(&bodies[i]);
    }
    buf_free(&bent);
    buf_free(&file);
    buf_free(&keep);
    wait_end(&w);
    fixture_end(&f);
}

/* Every bit, every length, and a byte too many. */
static void join_file__damage_is_told_at_every_offset(void **state)
{
    struct fixture f;
    struct waiting w;
    struct buf good = {0};
    (void)state;
    fixture_tree(&f, 911);
    wait_begin(&w, &f, "new", NULL);
    buf_add_slice(&good, buf_view(&w.request));
    size_t before = nodes_at(&f, DISTRICT);
    for (size_t i = 0; i < good.len * 8; i++) {
        w.request.ptr[i / 8] ^= (uint8_t)(1u << (i % 8));
        assert_int_not_equal(admit(&w, DISTRICT, f.units[FIRST]), ERR_OK);
        w.request.ptr[i / 8] ^= (uint8_t)(1u << (i % 8));
    }
    for (size_t len = 0; len < good.len; len++) {
        w.request.len = len;
        assert_int_equal(admit(&w, DISTRICT, f.units[FIRST]), ERR_FORMAT);
    }
    w.request.len = good.len;
    buf_add_byte(&w.request, 0);
    assert_int_equal(admit(&w, DISTRICT, f.units[FIRST]), ERR_FORMAT);
    w.request.len = good.len;
    assert_int_equal(nodes_at(&f, DISTRICT), before);
    assert_int_equal(admit(&w, DISTRICT, f.units[FIRST]), ERR_OK);
    for (size_t i = 0; i < w.answer.len * 8; i++) {
        w.answer.ptr[i / 8] ^= (uint8_t)(1u << (i % 8));
        assert_int_not_equal(complete(&w, buf_view(&w.answer)), ERR_OK);
        w.answer.ptr[i / 8] ^= (uint8_t)(1u << (i % 8));
    }
    for (size_t len = 0; len < w.answer.len; len++) {
        assert_int_equal(complete(&w, slice_make(w.answer.ptr, len)), ERR_FORMAT);
    }
    assert_true(join_is_waiting(w.store));
    assert_int_equal(complete(&w, buf_view(&w.answer)), ERR_OK);
    buf_free(&good);
    wait_end(&w);
    fixture_end(&f);
}

static void join_file__a_store_that_never_asked_takes_nothing(void **state)
{
    struct fixture f;
    struct waiting w;
    struct buf out = {0};
    struct join_completed done;
    (void)state;
    fixture_tree(&f, 912);
    wait_begin(&w, &f, "new", NULL);
    assert_int_equal(admit(&w, DISTRICT, f.units[FIRST]), ERR_OK);
    assert_int_equal(join_file_complete(f.stores[FIRST], buf_view(&w.answer), &done), ERR_INPUT);
    assert_int_equal(join_file_request(f.stores[FIRST], NULL, &out, w.check), ERR_EXISTS);
    assert_int_equal(join_file_create(&f.env, w.path, NULL), ERR_EXISTS);
    assert_int_equal(join_file_create(&f.env, "/nonexistent", "k7f3"), ERR_INPUT);
    buf_free(&out);
    wait_end(&w);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(join_file__a_code_admits_and_the_node_syncs),
        cmocka_unit_test(join_file__without_a_code_the_officer_names_the_unit),
        cmocka_unit_test(join_file__a_stick_twice_gives_the_same_answer),
        cmocka_unit_test(join_file__a_lost_stick_is_written_again),
        cmocka_unit_test(join_file__cut_off_in_between_it_still_waits),
        cmocka_unit_test(join_file__a_code_that_is_wrong_used_or_old_admits_nobody),
        cmocka_unit_test(join_file__nobody_admits_beyond_his_own),
        cmocka_unit_test(join_file__whoever_was_revoked_stays_out),
        cmocka_unit_test(join_file__a_hub_that_does_not_know_the_code_is_not_followed),
        cmocka_unit_test(join_file__an_answer_fits_one_request_of_one_computer),
        cmocka_unit_test(join_file__what_is_bent_under_a_right_check_is_found),
        cmocka_unit_test(join_file__damage_is_told_at_every_offset),
        cmocka_unit_test(join_file__a_store_that_never_asked_takes_nothing),
    };
    return cmocka_run_group_tests_name("join_file", tests, NULL, NULL);
}
