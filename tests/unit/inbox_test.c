/* What comes in a batch, and what follows from it for the marks that a store keeps. */
#include "sync/inbox.h"

#include "sync/batch.h"
#include "sync/link.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct dot none = {0, 0};

static struct record get(struct fixture *f, size_t at, struct dot id, struct arena *arena)
{
    struct txn *t = NULL;
    struct record r;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, arena, &r, NULL), ERR_OK);
    txn_abort(t);
    return r;
}

/* The hub sends that state; is the record still refused here? */
static bool refused_after(struct fixture *f, size_t at, const struct record *r, struct arena *arena)
{
    struct buf batch = {0};
    struct txn *t = NULL;
    struct inbox_result in;
    const struct change change = {.record = *r, .whole = true};
    const struct identity *hub = store_identity(f->stores[f->parents[at]]);
    const struct arrival arrival = {.via = VIA_SYNC, .node = hub->node, .actor = hub->actor};
    batch_write(&change, 1, arena, &batch);
    assert_int_equal(txn_begin(f->stores[at], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(inbox_apply(t, buf_view(&batch), &arrival, arena, &in), ERR_OK);
    bool refused = mark_has(t, "refused.", r->id);
    assert_int_equal(txn_commit(t), ERR_OK);
    buf_free(&batch);
    return refused;
}

/* A record that is on its way out was refused by a hub that had not heard why it came. What that
 * hub sends of it is no sign that it has taken it; or else the record is let go, and the save lost.
 */
static void inbox__an_older_state_does_not_settle_a_refusal(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct txn *t = NULL;
    fixture_tree(&f, 2601);
    struct dot id = fixture_save_text(&f, 2, none, KIND_MEMBER, f.units[2], F_MEMBER_NAME, "Dê");
    assert_true(fixture_sync(&f, 2, NULL));
    struct record above = get(&f, 1, id, &arena);
    (void)fixture_save_text(&f, 2, id, 0, none, F_NOTE, "chưa ai nhận");
    assert_int_equal(txn_begin(f.stores[2], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(mark_put(t, "refused.", id, REFUSAL_SCOPE), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    assert_true(refused_after(&f, 2, &above, &arena));
    struct record taken = get(&f, 2, id, &arena);
    assert_false(refused_after(&f, 2, &taken, &arena));
    arena_free(&arena);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inbox__an_older_state_does_not_settle_a_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
