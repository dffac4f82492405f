/* Bundles of stores that lost something, took a new actor, or went elsewhere. */
#include "sync/link.h"
#include "tests/unit/sticks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define F_MEMBER_PHONE 31

static const struct dot none = {0, 0};

static void bundle__of_a_new_actor_and_late_ones_of_the_old(void **state)
{
    (void)state;
    struct fixture f;
    struct buf old = {0}, up = {0}, down = {0};
    fixture_tree(&f, 2414);
    struct dot first = sticks_member(&f, 2, "Giàng A Dê");
    sticks_up(&f, 2, &old);
    assert_int_equal(store_new_actor(f.stores[2]), ERR_OK);
    struct dot second = sticks_member(&f, 2, "Thào A Sếnh");
    sticks_up(&f, 2, &up);
    (void)sticks_take(&f, 1, &up, &down);
    (void)sticks_take(&f, 2, &down, NULL);
    struct bundle_taken taken = sticks_take(&f, 1, &old, &down); /* moves no cursor back */
    assert_false(taken.forked || taken.resend);
    (void)sticks_take(&f, 2, &down, NULL);
    assert_int_equal(sticks_receipt(&f, 2, first), 1);
    assert_int_equal(sticks_receipt(&f, 2, second), 1);
    struct dot third = sticks_member(&f, 2, "Vàng Thị Mỷ");
    sticks_round(&f, 2, NULL, NULL);
    assert_int_equal(sticks_receipt(&f, 2, third), 1);
    sticks_assert_agree(&f, 2);
    struct session_stats stats;
    assert_true(fixture_sync(&f, 2, &stats));
    assert_int_equal(stats.digest_equal, 1);
    buf_free(&old);
    buf_free(&up);
    buf_free(&down);
    fixture_end(&f);
}

/* A store on an older disk writes under dots that were given before: its stick is told apart. */
static void of_a_copy(bool by_link, bool longer)
{
    struct fixture f;
    struct buf up = {0}, down = {0};
    struct session_stats stats;
    fixture_tree(&f, 2415);
    (void)sticks_member(&f, 2, "Cứ A Sử");
    sticks_round(&f, 2, NULL, NULL);
    fixture_snapshot(&f, 2);
    struct dot gone = sticks_member(&f, 2, "Lý Láo Lở");
    (void)sticks_member(&f, 2, "Hạng A Lử");
    if (by_link) {
        assert_true(fixture_sync(&f, 2, &stats));
    } else {
        sticks_round(&f, 2, NULL, NULL);
    }
    fixture_roll_back(&f, 2);
    struct dot other = sticks_member(&f, 2, "Tẩn A San"); /* under the dot of `gone` */
    assert_true(dot_equal(gone, other));
    for (int i = 0; longer && i < 4; i++) {
        (void)sticks_member(&f, 2, "Phàn A Phổng");
    }
    sticks_up(&f, 2, &up);
    struct bundle_taken taken = sticks_take(&f, 1, &up, &down);
    assert_true(taken.forked);
    assert_int_equal(taken.fresh + taken.known, 0);
    assert_int_equal(taken.waiting, longer ? 5 : 1);
    taken = sticks_take(&f, 2, &down, NULL);
    assert_true(taken.renewed);
    assert_int_equal(sticks_receipt(&f, 2, other), 0);
    sticks_round(&f, 2, NULL, NULL);
    sticks_round(&f, 2, NULL, NULL);
    assert_int_equal(sticks_unsent(&f, 2), 0);
    sticks_assert_agree(&f, 2);
    buf_free(&up);
    buf_free(&down);
    fixture_end(&f);
}

static void bundle__of_a_copy_is_not_taken(void **state)
{
    (void)state;
    of_a_copy(false, false);
    of_a_copy(false, true);
    of_a_copy(true, false);
    of_a_copy(true, true);
}

static void bundle__a_hub_on_an_older_disk_gets_everything_again(void **state)
{
    (void)state;
    struct fixture f;
    struct dot ids[5];
    fixture_tree(&f, 2416);
    fixture_snapshot(&f, 1);
    for (size_t i = 0; i < 5; i++) {
        ids[i] = sticks_member(&f, 2, "Giàng A Dê");
        sticks_round(&f, 2, NULL, NULL);
    }
    fixture_roll_back(&f, 1);
    (void)fixture_save_text(&f, 1, none, KIND_THEME, f.units[1], F_NOTE, "tháng 3");
    ids[4] = sticks_member(&f, 2, "Sùng Thị Của");
    sticks_round(&f, 2, NULL, NULL);
    for (size_t i = 0; i < 5; i++) { /* nothing is claimed meanwhile that is not so */
        assert_true(sticks_receipt(&f, 2, ids[i]) == 0 || sticks_holds(&f, 1, ids[i]));
    }
    sticks_round(&f, 2, NULL, NULL);
    for (size_t i = 0; i < 5; i++) {
        assert_true(sticks_holds(&f, 1, ids[i]));
        assert_int_equal(sticks_receipt(&f, 2, ids[i]), 1);
    }
    sticks_assert_agree(&f, 2);
    fixture_end(&f);
}

static void forget_contact(struct fixture *f, size_t at)
{
    struct txn *t = NULL;
    struct upstream u;
    assert_int_equal(txn_begin(f->stores[at], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(upstream_load(t, &u), ERR_OK);
    u.contact = true;
    u.has_digest = false;
    assert_int_equal(upstream_store(t, &u), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
}

/* When the two sides were found to differ, the next trip brings everything, either way. */
static void bundle__what_differs_is_healed_by_the_next_trip(void **state)
{
    (void)state;
    struct fixture f;
    struct bundle_taken up, down;
    fixture_tree(&f, 2417);
    struct dot id = sticks_member(&f, 2, "Giàng A Dê");
    sticks_round(&f, 2, NULL, NULL);
    forget_contact(&f, 2);
    assert_int_equal(sticks_receipt(&f, 2, id), 0);
    sticks_round(&f, 2, &up, &down);
    assert_int_equal(up.fresh + down.fresh, 0);
    assert_true(up.known > 0 && down.known > 0);
    assert_int_equal(sticks_receipt(&f, 2, id), 1);
    sticks_round(&f, 2, &up, &down);
    assert_int_equal(up.known + down.known, 0);
    fixture_end(&f);
}

static void bundle__after_going_to_another_hub(void **state)
{
    (void)state;
    struct fixture f;
    struct buf old = {0}, up = {0};
    fixture_tree(&f, 2418);
    struct dot first = sticks_member(&f, 2, "Giàng A Dê");
    sticks_up(&f, 2, &old);
    assert_int_equal(fixture_rehome(&f, 2, 0, NULL), ERR_OK);
    struct dot second = sticks_member(&f, 2, "Thào A Sếnh");
    sticks_assert_refused(&f, 0, buf_view(&old), ERR_INPUT);
    struct bundle_taken taken;
    sticks_round(&f, 2, &taken, NULL);
    sticks_round(&f, 2, NULL, NULL);
    assert_true(sticks_holds(&f, 0, first) && sticks_holds(&f, 0, second));
    assert_int_equal(sticks_receipt(&f, 2, first), 2);
    assert_int_equal(sticks_receipt(&f, 2, second), 2);
    sticks_assert_agree(&f, 2);
    buf_free(&old);
    buf_free(&up);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bundle__of_a_new_actor_and_late_ones_of_the_old),
        cmocka_unit_test(bundle__of_a_copy_is_not_taken),
        cmocka_unit_test(bundle__a_hub_on_an_older_disk_gets_everything_again),
        cmocka_unit_test(bundle__what_differs_is_healed_by_the_next_trip),
        cmocka_unit_test(bundle__after_going_to_another_hub),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
