/* Computers that are revoked: what stays of them, and what is not heard any more. */
#include "core/cert.h"
#include "tests/unit/tree.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct dot none;

static void revoke__a_revoked_computer_is_heard_no_more(void **state)
{
    struct fixture f;
    (void)state;
    fixture_tree(&f, 312);
    struct dot before = tree_member(&f, FIRST, FIRST, "Trước");
    fixture_settle(&f);
    assert_int_equal(tree_revoke(&f, DISTRICT, FIRST), ERR_OK);
    struct dot after = tree_member(&f, FIRST, FIRST, "Sau");
    assert_int_equal(tree_sync(&f, FIRST), ERR_REVOKED);
    assert_int_equal(tree_sync(&f, SECOND), ERR_OK);
    struct txn *t = tree_begin(&f, DISTRICT, TXN_READ); /* and what it said is kept aside */
    assert_int_equal(store_evidence_count(t, EVIDENCE_QUARANTINED), 1);
    txn_abort(t);
    assert_true(tree_held(&f, DISTRICT, before));
    assert_false(tree_held(&f, DISTRICT, after));
    fixture_end(&f);
}

/* The district has not heard yet that the province revoked the commune's computer. */
static void revoke__what_comes_after_a_revocation_by_way_of_others_is_not_taken(void **state)
{
    struct fixture f;
    struct arena arena = {0};
    (void)state;
    fixture_tree(&f, 313);
    struct dot before = tree_member(&f, FIRST, FIRST, "Trước");
    fixture_settle(&f);
    assert_int_equal(tree_revoke(&f, TOP, FIRST), ERR_OK);
    struct dot after = tree_member(&f, FIRST, FIRST, "Sau");
    (void)fixture_save_text(&f, FIRST, before, 0, none, F_NOTE, "sau khi bị thu hồi");
    struct dot honest = tree_member(&f, SECOND, SECOND, "Ngay thẳng");
    assert_int_equal(tree_sync(&f, FIRST), ERR_OK);
    assert_int_equal(tree_sync(&f, SECOND), ERR_OK);
    assert_true(tree_held(&f, DISTRICT, after));
    for (int i = 0; i < 4; i++) {
        assert_true(fixture_sync(&f, DISTRICT, NULL));
    }
    assert_false(tree_held(&f, TOP, after));
    assert_true(tree_held(&f, TOP, before));
    assert_true(tree_held(&f, TOP, honest));
    assert_false(tree_shows(&f, TOP, before, F_NOTE, "sau khi bị thu hồi"));
    /* by now the district has heard, too, and both agree */
    assert_false(tree_shows(&f, DISTRICT, before, F_NOTE, "sau khi bị thu hồi"));
    struct session_stats stats;
    assert_true(fixture_sync(&f, DISTRICT, &stats));
    assert_int_equal(stats.digest_equal, 1);
    assert_int_equal(tree_sync(&f, FIRST), ERR_REVOKED);
    arena_free(&arena);
    fixture_end(&f);
}

static void revoke__of_two_revocations_the_higher_authority_decides(void **state)
{
    struct fixture f;
    struct arena arena = {0};
    (void)state;
    fixture_tree(&f, 314);
    (void)tree_member(&f, FIRST, FIRST, "Một");
    fixture_settle(&f);
    assert_int_equal(tree_revoke(&f, TOP, FIRST), ERR_OK); /* by what came up so far */
    (void)tree_member(&f, FIRST, FIRST, "Hai");
    assert_int_equal(tree_sync(&f, FIRST), ERR_OK);
    assert_int_equal(tree_revoke(&f, DISTRICT, FIRST), ERR_OK);
    struct record at_top = tree_load(&f, TOP, tree_node(&f, FIRST), &arena);
    uint64_t actor = store_identity(f.stores[FIRST])->actor;
    uint64_t by_top = cert_closed_at(&at_top, actor);
    struct record below = tree_load(&f, DISTRICT, tree_node(&f, FIRST), &arena);
    assert_true(cert_closed_at(&below, actor) > by_top);
    for (int i = 0; i < 4; i++) {
        assert_true(fixture_sync(&f, DISTRICT, NULL));
        assert_true(fixture_sync(&f, SECOND, NULL));
    }
    for (size_t at = TOP; at <= DISTRICT; at++) {
        struct record r = tree_load(&f, at, tree_node(&f, FIRST), &arena);
        assert_int_equal(cert_closed_at(&r, actor), by_top);
    }
    arena_free(&arena);
    fixture_end(&f);
}

static void revoke__only_those_above_revoke(void **state)
{
    struct fixture f;
    (void)state;
    fixture_tree(&f, 315);
    assert_int_equal(tree_revoke(&f, DISTRICT, DISTRICT), ERR_RULE);
    assert_int_equal(tree_revoke(&f, DISTRICT, TOP), ERR_RULE);
    assert_int_equal(tree_revoke(&f, TOP, DISTRICT), ERR_OK);
    fixture_end(&f);
}

/* What a hub had issued before it was revoked stays good. */
static void revoke__certificates_below_a_revoked_issuer_stay_good(void **state)
{
    struct fixture f;
    struct arena arena = {0};
    struct cert cert;
    (void)state;
    fixture_tree(&f, 316);
    assert_int_equal(tree_revoke(&f, TOP, DISTRICT), ERR_OK);
    struct txn *t = tree_begin(&f, TOP, TXN_READ);
    struct record r;
    assert_int_equal(store_get(t, tree_node(&f, FIRST), &arena, &r, NULL), ERR_OK);
    assert_true(cert_of_node(t, &r, &cert));
    txn_abort(t);
    assert_false(tree_issued_holds(&f, DISTRICT, f.units[FIRST], LEVEL_COMMUNE, NODE_ROLE_CLERK));
    arena_free(&arena);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(revoke__a_revoked_computer_is_heard_no_more),
        cmocka_unit_test(revoke__what_comes_after_a_revocation_by_way_of_others_is_not_taken),
        cmocka_unit_test(revoke__of_two_revocations_the_higher_authority_decides),
        cmocka_unit_test(revoke__only_those_above_revoke),
        cmocka_unit_test(revoke__certificates_below_a_revoked_issuer_stay_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
