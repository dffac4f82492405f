/* What is kept of the messages that others signed: how long, how much, and in which state. */
#include "core/store_env.h"
#include "sync/evidence.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define DAY_MS (24ll * 60 * 60 * 1000)

static const struct dot node = {7, 3};

static struct txn *begin(struct fixture *f, enum txn_mode mode)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f->stores[0], mode, &t), ERR_OK);
    return t;
}

static uint64_t put(struct fixture *f, enum evidence_state state, const char *text)
{
    uint64_t number = 99;
    struct txn *t = begin(f, TXN_WRITE);
    assert_int_equal(store_evidence_put(t, node, state, VIA_SYNC, slice_str(text), &number),
                     ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    return number;
}

static enum err get(struct fixture *f, uint64_t number, struct evidence *out, struct arena *arena)
{
    struct txn *t = begin(f, TXN_READ);
    enum err e = store_evidence_get(t, number, arena, out);
    txn_abort(t);
    return e;
}

static uint64_t count(struct fixture *f, enum evidence_state state)
{
    struct txn *t = begin(f, TXN_READ);
    uint64_t n = store_evidence_count(t, state);
    txn_abort(t);
    return n;
}

static void set(struct fixture *f, const char *key, const char *value)
{
    struct txn *t = begin(f, TXN_WRITE);
    assert_int_equal(store_kv_put(t, slice_str(key), slice_str(value)), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
}

static void evidence__comes_back_as_it_came(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct evidence e;
    fixture_begin(&f, 1);
    fixture_root(&f);
    assert_int_equal(put(&f, EVIDENCE_TAKEN, "first"), 1);
    assert_int_equal(put(&f, EVIDENCE_QUARANTINED, "second"), 2);
    assert_int_equal(get(&f, 1, &e, &arena), ERR_OK);
    assert_true(slice_equal(e.bytes, slice_str("first")));
    assert_true(dot_equal(e.node, node));
    assert_in_range(e.time_ms, f.now_ms - 60000, f.now_ms);
    assert_int_equal(e.state, EVIDENCE_TAKEN);
    assert_int_equal(e.via, VIA_SYNC);
    assert_int_equal(get(&f, 2, &e, &arena), ERR_OK);
    assert_int_equal(e.state, EVIDENCE_QUARANTINED);
    assert_int_equal(get(&f, 3, &e, &arena), ERR_NOT_FOUND);
    assert_int_equal(count(&f, EVIDENCE_TAKEN), 1);
    assert_int_equal(count(&f, EVIDENCE_QUARANTINED), 1);
    arena_free(&arena);
    fixture_end(&f);
}

static void evidence__goes_after_its_days_a_few_at_a_time(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct evidence e;
    fixture_begin(&f, 2);
    fixture_root(&f);
    for (int i = 0; i < 10; i++) {
        (void)put(&f, EVIDENCE_TAKEN, "old");
    }
    f.now_ms += 180 * DAY_MS - 60000;
    (void)put(&f, EVIDENCE_TAKEN, "just in time"); /* none is over */
    assert_int_equal(count(&f, EVIDENCE_TAKEN), 11);
    f.now_ms += 60000;
    (void)put(&f, EVIDENCE_TAKEN, "later");
    assert_int_equal(count(&f, EVIDENCE_TAKEN), 12 - 4);
    assert_int_equal(get(&f, 1, &e, &arena), ERR_NOT_FOUND);
    (void)put(&f, EVIDENCE_TAKEN, "later");
    (void)put(&f, EVIDENCE_TAKEN, "later");
    assert_int_equal(count(&f, EVIDENCE_TAKEN), 4);
    assert_int_equal(get(&f, 11, &e, &arena), ERR_OK);
    arena_free(&arena);
    fixture_end(&f);
}

static void evidence__beyond_its_room_the_oldest_goes(void **state)
{
    (void)state;
    struct fixture f;
    char *half = malloc((512 << 10) + 1);
    struct arena arena = {0};
    struct evidence e;
    fixture_begin(&f, 3);
    fixture_root(&f);
    memset(half, 'x', 512 << 10);
    half[512 << 10] = '\0';
    set(&f, "set.evidence_mbytes", "1");
    for (int i = 0; i < 6; i++) {
        (void)put(&f, EVIDENCE_TAKEN, half);
    }
    assert_in_range(count(&f, EVIDENCE_TAKEN), 2, 3);
    assert_int_equal(get(&f, 6, &e, &arena), ERR_OK);
    assert_int_equal(get(&f, 1, &e, &arena), ERR_NOT_FOUND);
    arena_free(&arena);
    free(half);
    fixture_end(&f);
}

static void evidence__in_quarantine_stays_until_it_is_decided(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct evidence e;
    fixture_begin(&f, 4);
    fixture_root(&f);
    uint64_t held = put(&f, EVIDENCE_QUARANTINED, "held");
    uint64_t other = put(&f, EVIDENCE_QUARANTINED, "other");
    f.now_ms += 1000 * DAY_MS;
    set(&f, "set.evidence_days", "0");
    assert_int_equal(put(&f, EVIDENCE_TAKEN, "not kept"), 0);
    assert_true(put(&f, EVIDENCE_QUARANTINED, "kept all the same") != 0);
    assert_int_equal(count(&f, EVIDENCE_QUARANTINED), 3);
    assert_int_equal(count(&f, EVIDENCE_TAKEN), 0);
    struct txn *t = begin(&f, TXN_WRITE);
    assert_int_equal(store_evidence_next(t, EVIDENCE_QUARANTINED, 0, &arena, &e), ERR_OK);
    assert_int_equal(e.number, held);
    assert_int_equal(store_evidence_next(t, EVIDENCE_QUARANTINED, held, &arena, &e), ERR_OK);
    assert_int_equal(e.number, other);
    assert_int_equal(store_evidence_move(t, held, EVIDENCE_TAKEN), ERR_OK);
    assert_int_equal(store_evidence_drop(t, other), ERR_OK);
    assert_int_equal(store_evidence_drop(t, other), ERR_OK);
    assert_int_equal(store_evidence_get(t, held, &arena, &e), ERR_OK);
    assert_int_equal(e.state, EVIDENCE_TAKEN);
    assert_true(slice_equal(e.bytes, slice_str("held")));
    assert_int_equal(store_evidence_count(t, EVIDENCE_QUARANTINED), 1);
    assert_int_equal(store_evidence_count(t, EVIDENCE_TAKEN), 1);
    assert_int_equal(store_evidence_next(t, EVIDENCE_QUARANTINED, other + 1, &arena, &e), ERR_END);
    assert_int_equal(txn_commit(t), ERR_OK);
    arena_free(&arena);
    fixture_end(&f);
}

static void evidence__that_was_altered_is_damaged(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct evidence e;
    const uint8_t key[9] = {EVIDENCE_TAKEN, 0, 0, 0, 0, 0, 0, 0, 1};
    uint8_t row[512];
    struct slice v;
    fixture_begin(&f, 5);
    fixture_root(&f);
    (void)put(&f, EVIDENCE_TAKEN, "as it came");
    struct txn *t = begin(&f, TXN_WRITE);
    assert_int_equal(table_get(t, TABLE_EVIDENCE, slice_make(key, sizeof(key)), &v), ERR_OK);
    memcpy(row, v.ptr, v.len);
    row[v.len - 1] ^= 1;
    assert_int_equal(
        table_put(t, TABLE_EVIDENCE, slice_make(key, sizeof(key)), slice_make(row, v.len)), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    assert_int_equal(get(&f, 1, &e, &arena), ERR_DAMAGED);
    assert_int_equal(e.number, 1);
    arena_free(&arena);
    fixture_end(&f);
}

/* ---- what pushes leave ------------------------------------------------------------------------
 */

static struct history_entry entry_of(struct fixture *f, size_t at, struct dot id, struct dot dot,
                                     struct arena *arena)
{
    struct history_entry *list = NULL, found = {.dot = {0, 0}};
    size_t n = 0;
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_history(t, id, arena, &list, &n), ERR_OK);
    for (size_t i = 0; i < n; i++) {
        found = dot_equal(list[i].dot, dot) ? list[i] : found;
    }
    txn_abort(t);
    assert_true(dot_equal(found.dot, dot));
    return found;
}

static enum evidence_verdict verify(struct fixture *f, size_t at, uint64_t number, struct dot id,
                                    struct dot dot)
{
    struct txn *t = NULL;
    struct evidence_finding found;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(evidence_verify(t, number, id, dot, &found), ERR_OK);
    txn_abort(t);
    return found.verdict;
}

static struct dot rename_member(struct fixture *f, size_t at, struct dot id, const char *name)
{
    struct datum d = datum_text(slice_str(name));
    struct edit edit = {F_MEMBER_NAME, EDIT_SET, &d, 1};
    return fixture_save(f, at, &id, KIND_MEMBER, &edit, 1);
}

/* The commune (2) under the district (1). */
static void evidence__a_push_proves_what_it_brought_and_nothing_else(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    fixture_tree(&f, 6);
    struct dot a = fixture_save_text(&f, 2, (struct dot){0, 0}, KIND_MEMBER, f.units[2],
                                     F_MEMBER_NAME, "Lý A");
    struct dot b = fixture_save_text(&f, 2, (struct dot){0, 0}, KIND_MEMBER, f.units[2],
                                     F_MEMBER_NAME, "Lý B");
    assert_true(fixture_sync(&f, 2, NULL));
    struct dot edit = rename_member(&f, 2, a, "Lý A Páo");
    assert_true(fixture_sync(&f, 2, NULL));
    struct dot own = rename_member(&f, 1, a, "Lý A Phổng");
    uint64_t first = entry_of(&f, 1, a, a, &arena).evidence;
    uint64_t second = entry_of(&f, 1, a, edit, &arena).evidence;
    assert_true(first != 0 && second != 0 && first != second);
    assert_int_equal(entry_of(&f, 1, b, b, &arena).evidence, first);
    assert_int_equal(entry_of(&f, 1, a, own, &arena).evidence, 0);
    assert_int_equal(entry_of(&f, 2, a, edit, &arena).evidence, 0);
    assert_int_equal(verify(&f, 1, first, a, a), EVIDENCE_HOLDS);
    assert_int_equal(verify(&f, 1, first, b, b), EVIDENCE_HOLDS);
    assert_int_equal(verify(&f, 1, second, a, edit), EVIDENCE_HOLDS);
    assert_int_equal(verify(&f, 1, first, a, edit), EVIDENCE_NOT_IN_IT);
    assert_int_equal(verify(&f, 1, second, b, edit), EVIDENCE_NOT_IN_IT);
    assert_int_equal(verify(&f, 1, second, a, own), EVIDENCE_NOT_IN_IT);
    assert_int_equal(verify(&f, 1, second + 1, a, own), EVIDENCE_GONE);
    arena_free(&arena);
    fixture_end(&f);
}

static void evidence__of_another_sender_proves_nothing(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct evidence e;
    struct txn *t = NULL;
    uint64_t number = 0;
    fixture_tree(&f, 7);
    struct dot a = fixture_save_text(&f, 2, (struct dot){0, 0}, KIND_MEMBER, f.units[2],
                                     F_MEMBER_NAME, "Lý A");
    assert_true(fixture_sync(&f, 2, NULL));
    uint64_t first = entry_of(&f, 1, a, a, &arena).evidence;
    assert_int_equal(txn_begin(f.stores[1], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(store_evidence_get(t, first, &arena, &e), ERR_OK);
    /* the same bytes, said to be of the other commune */
    assert_int_equal(store_evidence_put(t, store_identity(f.stores[3])->node, EVIDENCE_TAKEN,
                                        VIA_SYNC, e.bytes, &number),
                     ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    assert_int_equal(verify(&f, 1, first, a, a), EVIDENCE_HOLDS);
    assert_int_equal(verify(&f, 1, number, a, a), EVIDENCE_UNSIGNED);
    arena_free(&arena);
    fixture_end(&f);
}

static uint64_t count_at(struct fixture *f, size_t at)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    uint64_t n = store_evidence_count(t, EVIDENCE_TAKEN);
    txn_abort(t);
    return n;
}

static void evidence__a_sync_without_news_leaves_none(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 8);
    (void)fixture_save_text(&f, 2, (struct dot){0, 0}, KIND_MEMBER, f.units[2], F_MEMBER_NAME,
                            "Lý A");
    assert_true(fixture_sync(&f, 2, NULL));
    uint64_t before = count_at(&f, 1);
    assert_true(before > 0);
    assert_true(fixture_sync(&f, 2, NULL));
    assert_true(fixture_sync(&f, 2, NULL));
    assert_int_equal(count_at(&f, 1), before);
    assert_int_equal(count_at(&f, 2), 0); /* what comes from above is not kept */
    /* sent again because the reply was lost: once is enough */
    (void)fixture_save_text(&f, 2, (struct dot){0, 0}, KIND_MEMBER, f.units[2], F_MEMBER_NAME,
                            "Lý B");
    f.lose_reply_in = 1;
    assert_false(fixture_sync(&f, 2, NULL));
    f.lose_reply_in = 0;
    assert_true(fixture_sync(&f, 2, NULL));
    assert_int_equal(count_at(&f, 1), before + 1);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence__comes_back_as_it_came),
        cmocka_unit_test(evidence__goes_after_its_days_a_few_at_a_time),
        cmocka_unit_test(evidence__beyond_its_room_the_oldest_goes),
        cmocka_unit_test(evidence__in_quarantine_stays_until_it_is_decided),
        cmocka_unit_test(evidence__that_was_altered_is_damaged),
        cmocka_unit_test(evidence__a_push_proves_what_it_brought_and_nothing_else),
        cmocka_unit_test(evidence__of_another_sender_proves_nothing),
        cmocka_unit_test(evidence__a_sync_without_news_leaves_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
