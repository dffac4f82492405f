/* Receipts over three levels: nothing is claimed before it is durable there, whatever is lost on
 * the way; and what is counted agrees with what each record says. */
#include "sync/receipts.h"

#include "sync/link.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define F_MEMBER_PHONE 31
#define MEMBERS_MAX 200
#define STEPS 250

static const struct dot none = {0, 0};

static struct dot add_member(struct fixture *f, size_t at)
{
    return fixture_save_text(f, at, none, KIND_MEMBER, f->units[at], F_MEMBER_NAME, "Giàng A Dê");
}

static struct receipts count(struct fixture *f, size_t at)
{
    struct txn *t = NULL;
    struct receipts r;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(receipts_count(t, &r), ERR_OK);
    assert_int_equal(r.here + r.up + r.top, store_record_count(t));
    txn_abort(t);
    return r;
}

/* What every record says by itself, one after the other. */
static struct receipts count_each(struct fixture *f, size_t at)
{
    struct txn *t = NULL;
    struct arena arena = {0};
    struct receipts out = {0};
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    for (size_t k = 0; k < schema_kind_count(); k++) {
        struct id_list list;
        assert_int_equal(
            store_ids_of_kind(t, schema_kind_at(k)->number, none, SIZE_MAX, &arena, &list), ERR_OK);
        for (size_t i = 0; i < list.count; i++) {
            struct record r;
            struct record_local local;
            assert_int_equal(store_get(t, list.ids[i], &arena, &r, &local), ERR_OK);
            uint64_t *counts[] = {&out.here, &out.up, &out.top};
            (*counts[session_receipt(t, &r, &local)])++;
            out.drafts += r.route == ROUTE_LOCAL;
        }
    }
    txn_abort(t);
    arena_free(&arena);
    return out;
}

static int unit_receipt(struct fixture *f, size_t hub, size_t child)
{
    struct txn *t = NULL;
    struct arena arena = {0};
    struct receipts_unit *list = NULL;
    size_t n = 0;
    int receipt = -1;
    assert_int_equal(txn_begin(f->stores[hub], TXN_READ, &t), ERR_OK);
    assert_int_equal(receipts_units(t, &arena, &list, &n), ERR_OK);
    txn_abort(t);
    for (size_t i = 0; i < n; i++) {
        receipt = dot_equal(list[i].unit, f->units[child]) ? list[i].receipt : receipt;
    }
    arena_free(&arena);
    return receipt;
}

static bool same_state(struct fixture *f, size_t a, size_t b, struct dot id)
{
    struct arena arena = {0};
    struct txn *t[2] = {NULL, NULL};
    struct record r[2];
    const size_t at[] = {a, b};
    bool held = true;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(txn_begin(f->stores[at[i]], TXN_READ, &t[i]), ERR_OK);
        held = store_get(t[i], id, &arena, &r[i], NULL) == ERR_OK && held;
        txn_abort(t[i]);
    }
    bool covers = held && context_covers_all(&r[1].context, &r[0].context);
    arena_free(&arena);
    return covers;
}

static bool holds(struct fixture *f, size_t at, struct dot id)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    bool has = store_has(t, id);
    txn_abort(t);
    return has;
}

static int receipt_of(struct fixture *f, size_t at, struct dot id)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct record r;
    struct record_local local;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &arena, &r, &local), ERR_OK);
    int receipt = session_receipt(t, &r, &local);
    txn_abort(t);
    arena_free(&arena);
    return receipt;
}

static void receipts__step_by_step_to_the_top(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 301);
    struct receipts before = count(&f, 2);
    assert_int_equal(before.here, 0);
    (void)add_member(&f, 2);
    assert_int_equal(count(&f, 2).here, 1);
    assert_true(fixture_sync(&f, 2, NULL));
    assert_int_equal(count(&f, 2).here, 0);
    assert_int_equal(count(&f, 2).up, before.up + 1);
    assert_int_equal(unit_receipt(&f, 1, 2), 1);
    assert_int_equal(unit_receipt(&f, 1, 3), 2);
    assert_true(fixture_sync(&f, 1, NULL));
    assert_int_equal(unit_receipt(&f, 1, 2), 2);
    assert_true(fixture_sync(&f, 2, NULL));
    assert_int_equal(count(&f, 2).top, before.top + 1);
    assert_int_equal(unit_receipt(&f, 0, 1), 2);
    fixture_end(&f);
}

static void receipts__a_lost_reply_claims_nothing(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 302);
    struct dot id = add_member(&f, 2);
    f.lose_reply_in = 1;
    assert_false(fixture_sync(&f, 2, NULL));
    assert_int_equal(receipt_of(&f, 2, id), 0); /* it is there, but this store has not heard so */
    assert_int_equal(count(&f, 2).here, 1);
    assert_int_equal(unit_receipt(&f, 1, 2), 1);
    assert_false(fixture_sync(&f, 1, NULL));
    assert_int_equal(unit_receipt(&f, 1, 2), 1);
    f.lose_reply_in = 0;
    assert_true(fixture_sync(&f, 1, NULL));
    assert_int_equal(unit_receipt(&f, 1, 2), 2);
    fixture_end(&f);
}

static void receipts__a_refused_record_is_only_here(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 303);
    struct dot id = add_member(&f, 2);
    fixture_settle(&f);
    uint64_t top = count(&f, 2).top;
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f.stores[2], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(mark_put(t, "refused.", id, REFUSAL_SCOPE), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    assert_int_equal(count(&f, 2).here, 1);
    assert_int_equal(count(&f, 2).top, top - 1);
    fixture_end(&f);
}

/* Random saves and syncs, with requests and replies lost: after every step what is claimed is true.
 */
static void receipts__random_losses_never_make_a_claim_untrue(void **state)
{
    (void)state;
    struct fixture f;
    struct dot ids[MEMBERS_MAX];
    size_t places[MEMBERS_MAX], n = 0, claims[3] = {0, 0, 0};
    fixture_tree(&f, 304);
    f.lose_reply_in = 3;
    f.lose_request_in = 5;
    for (int step = 0; step < STEPS; step++) {
        size_t at = 2 + fixture_random(&f) % 2;
        switch (fixture_random(&f) % 4) {
        case 0:
            if (n < MEMBERS_MAX) {
                places[n] = at;
                ids[n++] = add_member(&f, at);
            }
            break;
        case 1:
            if (n > 0) {
                size_t i = (size_t)(fixture_random(&f) % n);
                (void)fixture_save_text(&f, places[i], ids[i], 0, none, F_MEMBER_PHONE,
                                        step % 2 ? "0911" : "0922");
            }
            break;
        default:
            (void)fixture_sync(&f, 1 + fixture_random(&f) % 3, NULL);
            break;
        }
        for (size_t i = 0; i < n; i++) {
            int receipt = receipt_of(&f, places[i], ids[i]);
            claims[receipt]++;
            assert_true(receipt < 1 || same_state(&f, places[i], 1, ids[i]));
            assert_true(receipt < 2 || same_state(&f, places[i], 0, ids[i]));
        }
        for (size_t child = 2; child < 4; child++) {
            for (size_t i = 0; i < n && unit_receipt(&f, 1, child) == 2; i++) {
                /* what the office has sent is at the top; what it has not sent is no claim */
                assert_true(places[i] != child || !holds(&f, 1, ids[i]) ||
                            same_state(&f, 1, 0, ids[i]));
            }
        }
        for (size_t store = 0; store < f.count; store++) {
            struct receipts fast = count(&f, store), slow = count_each(&f, store);
            assert_int_equal(fast.here, slow.here);
            assert_int_equal(fast.up, slow.up);
            assert_int_equal(fast.top, slow.top);
        }
    }
    print_message("claims: none %zu, one level up %zu, at the top %zu\n", claims[0], claims[1],
                  claims[2]);
    assert_true(claims[0] > 0 && claims[1] > 0 && claims[2] > 0);
    fixture_settle(&f);
    fixture_settle(&f);
    assert_int_equal(count(&f, 2).here, 0);
    assert_int_equal(unit_receipt(&f, 1, 2), 2);
    fixture_end(&f);
}

static void receipts__a_draft_that_never_leaves_is_nowhere_else(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct id_list doubles;
    struct dot draft, sent, dot;
    fixture_tree(&f, 307);
    assert_int_equal(fixture_draft(&f, 2, (struct draft){.kind = KIND_SITUATION}, &arena, &draft,
                                   &dot, &doubles,
                                   WORDS("period=2025-03", "topic=Tảo hôn", "channel=direct",
                                         "counts=Bỏ học: 12")),
                     ERR_OK);
    assert_int_equal(fixture_draft(&f, 2, (struct draft){.id = draft}, &arena, &sent, &dot,
                                   &doubles, WORDS("status=sent")),
                     ERR_OK);
    fixture_settle(&f);
    fixture_settle(&f);
    assert_int_equal(receipt_of(&f, 2, sent), 2);
    assert_int_equal(receipt_of(&f, 2, draft), 0);
    assert_int_equal(count(&f, 2).here, 1);
    assert_int_equal(count(&f, 2).drafts, 1);
    assert_int_equal(count(&f, 1).drafts, 0);
    arena_free(&arena);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(receipts__a_draft_that_never_leaves_is_nowhere_else),
        cmocka_unit_test(receipts__step_by_step_to_the_top),
        cmocka_unit_test(receipts__a_lost_reply_claims_nothing),
        cmocka_unit_test(receipts__a_refused_record_is_only_here),
        cmocka_unit_test(receipts__random_losses_never_make_a_claim_untrue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
