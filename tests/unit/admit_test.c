/* What a store makes of the state of its own hub, and of its own. */
#include "sync/admit.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { TOP, DISTRICT, FIRST };

/* As it would come by another way than the hub itself: a stick, another computer of the office. */
static void bring(struct fixture *f, size_t from, size_t to, struct dot id)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct change change = {.whole = true};
    const struct identity *sender = store_identity(f->stores[from]);
    const struct arrival arrival = {
        .via = VIA_BUNDLE, .node = sender->node, .actor = sender->actor, .last = true};
    enum outcome outcome;
    uint8_t why = 0;
    assert_int_equal(txn_begin(f->stores[from], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &arena, &change.record, NULL), ERR_OK);
    txn_abort(t);
    assert_int_equal(txn_begin(f->stores[to], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(store_receive(t, &change, &arrival, &outcome, &why), ERR_OK);
    assert_int_equal(outcome, OUTCOME_MERGED);
    assert_int_equal(txn_commit(t), ERR_OK);
    arena_free(&arena);
}

static void revoke(struct fixture *f, size_t by, size_t whom)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f->stores[by], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(
        admit_revoke(t, store_identity(f->stores[whom])->node, slice_str("Bị lộ khoá"), &arena),
        ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    arena_free(&arena);
}

static enum err ask(struct fixture *f, size_t at)
{
    struct session s;
    struct buf message = {0};
    session_init(&s, f->stores[at]);
    enum err e = session_request(&s, &message);
    session_end(&s);
    buf_free(&message);
    return e;
}

static void admit__nothing_is_sent_to_a_revoked_hub(void **state)
{
    struct fixture f;
    (void)state;
    fixture_tree(&f, 331);
    assert_int_equal(ask(&f, FIRST), ERR_OK);
    revoke(&f, TOP, DISTRICT);
    bring(&f, TOP, FIRST, store_identity(f.stores[DISTRICT])->node);
    assert_int_equal(ask(&f, FIRST), ERR_REVOKED);
    fixture_end(&f);
}

/* Entered on a computer that knows of its own revocation, it would go nowhere. */
static void admit__who_knows_that_he_was_revoked_saves_nothing(void **state)
{
    struct fixture f;
    struct arena arena = {0};
    struct dot id = {0, 0}, dot;
    struct txn *t = NULL;
    (void)state;
    fixture_tree(&f, 332);
    id = fixture_save_text(&f, FIRST, id, KIND_MEMBER, f.units[FIRST], F_MEMBER_NAME, "Trước");
    fixture_settle(&f);
    revoke(&f, DISTRICT, FIRST);
    bring(&f, DISTRICT, FIRST, store_identity(f.stores[FIRST])->node);
    struct datum d = datum_text(slice_str("Sau"));
    const struct edit edit = {F_NOTE, EDIT_SET, &d, 1};
    const struct save save = {.id = id, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    assert_int_equal(txn_begin(f.stores[FIRST], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(store_save(t, &save, &arena, &id, &dot), ERR_RULE);
    txn_abort(t);
    arena_free(&arena);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(admit__nothing_is_sent_to_a_revoked_hub),
        cmocka_unit_test(admit__who_knows_that_he_was_revoked_saves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
