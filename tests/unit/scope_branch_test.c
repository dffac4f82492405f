/* Letters of members of a commune's branches: the units of the branches are not held by the other
 * side, which knows them by their IDs alone (rules 14, 16). */
#include "tests/unit/house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define F_MEMBER_PHONE 31

static const struct dot none = {0, 0};

/* The commune issues for a member of its branch; the branch's own record does not go to others. */
static struct slice issue_from_branch(struct house *h, struct dot *id)
{
    struct dot branch = fixture_unit(&h->f, FROM, h->f.units[FROM], "04576-2", "chi-doan");
    *id = fixture_save_text(&h->f, FROM, none, KIND_MEMBER, branch, F_MEMBER_NAME, "Mùa A Sình");
    struct slice letter = house_issue(h, FROM, *id, TO);
    fixture_settle(&h->f);
    assert_false(house_has(h, TO, branch));
    return letter;
}

static void one_letter_of_the_commune(struct house *h, size_t at, struct slice letter)
{
    struct house_letters n = house_letters(h, at);
    struct transfer_view v;
    struct id_list candidates;
    struct txn *t = house_txn(h, at, TXN_READ);
    assert_int_equal(transfer_find(t, letter, &h->arena, &v, &candidates), ERR_OK);
    assert_true(dot_equal(v.sender, store_has(t, v.from) ? v.from : h->f.units[FROM]));
    txn_abort(t);
    assert_int_equal(n.transfers, 1);
    assert_int_equal(n.answers_alone, 0);
}

static void branch__a_letter_from_a_branch_unknown_here_is_one_with_its_answer(void **state)
{
    struct house *h = *state;
    struct dot id;
    struct slice letter = issue_from_branch(h, &id);
    one_letter_of_the_commune(h, TO, letter);
    assert_int_equal(house_answer(h, TO, letter, TRANSFER_ACCEPT), TRANSFER_STATE_ACCEPTED);
    fixture_settle(&h->f);
    static const size_t holders[] = {TOP, DISTRICT, FROM, FAR_DISTRICT, TO};
    for (size_t i = 0; i < ARRAY_COUNT(holders); i++) {
        one_letter_of_the_commune(h, holders[i], letter);
        assert_int_equal(house_letter_state(h, holders[i], letter), TRANSFER_STATE_ACCEPTED);
    }
    house_assert_nothing_refused(h);
}

static void branch__refused_a_member_of_an_unknown_branch_leaves_whoever_refused_it(void **state)
{
    struct house *h = *state;
    struct dot id;
    struct slice letter = issue_from_branch(h, &id);
    struct datum member = datum_ref(id), unit = datum_ref(h->f.units[FROM]);
    const struct edit edits[] = {{F_UNIT, EDIT_SET, &unit, 1}, {F_MEMBER, EDIT_SET, &member, 1}};
    struct dot reward = none;
    (void)fixture_save(&h->f, FROM, &reward, KIND_REWARD, edits, ARRAY_COUNT(edits));
    fixture_settle(&h->f);
    house_assert_as_at_top(h, TO, id);
    assert_true(house_holds_whole(h, TO, reward));
    assert_int_equal(house_answer(h, TO, letter, TRANSFER_REFUSE), TRANSFER_STATE_REFUSED);
    assert_true(house_is_leaving(h, TO, id));
    assert_true(house_holds_whole(h, TO, id)); /* until all above has what was written here */
    fixture_settle(&h->f);
    static const size_t holders[] = {TOP, DISTRICT, FROM}, left[] = {FAR_DISTRICT, TO};
    for (size_t i = 0; i < ARRAY_COUNT(holders); i++) {
        house_assert_as_at_top(h, holders[i], id);
        assert_true(house_holds_whole(h, holders[i], reward));
    }
    for (size_t i = 0; i < ARRAY_COUNT(left); i++) {
        assert_false(house_holds_whole(h, left[i], id));
        assert_false(house_holds_whole(h, left[i], reward));
        assert_false(house_is_leaving(h, left[i], id));
        assert_int_equal(house_letter_state(h, left[i], letter), TRANSFER_STATE_REFUSED);
    }
    /* sent once more it comes back whole */
    house_write_text(h, FROM, id, F_MEMBER_PHONE, "0912345678");
    letter = house_issue(h, FROM, id, TO);
    fixture_settle(&h->f);
    house_assert_shows(h, TO, id, F_MEMBER_PHONE, "0912345678");
    (void)house_answer(h, TO, letter, TRANSFER_ACCEPT);
    fixture_settle(&h->f);
    house_assert_as_at_top(h, TO, id);
    house_assert_as_at_top(h, FAR_DISTRICT, id);
    assert_true(house_holds_whole(h, TO, reward));
    assert_false(house_holds_whole(h, FROM, id));
    house_assert_nothing_refused(h);
}

/* Taken back by the sender: nobody here has written anything. */
static void branch__taken_back_a_member_of_an_unknown_branch_leaves_too(void **state)
{
    struct house *h = *state;
    struct dot id;
    struct slice letter = issue_from_branch(h, &id);
    house_assert_as_at_top(h, TO, id);
    assert_int_equal(house_answer(h, FROM, letter, TRANSFER_RETURN), TRANSFER_STATE_RETURNED);
    fixture_settle(&h->f);
    assert_false(house_holds_whole(h, TO, id));
    assert_false(house_holds_whole(h, FAR_DISTRICT, id));
    house_assert_as_at_top(h, FROM, id);
    house_assert_nothing_refused(h);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(branch__##name, house_begin, house_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM(a_letter_from_a_branch_unknown_here_is_one_with_its_answer),
        CLAIM(refused_a_member_of_an_unknown_branch_leaves_whoever_refused_it),
        CLAIM(taken_back_a_member_of_an_unknown_branch_leaves_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
