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
static struct dot named(struct fixture *f, size_t at, const char *name);

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
    other = named(&f, 2, "Tẩn A San");
    assert_false(dot_equal(gone, other)); /* that dot is taken */
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

/* What a store saved, in order; what it saved since its snapshot goes when it is rolled back. */
struct saved {
    struct dot id;
    size_t at;
    bool since_snapshot, gone;
    char name[24];
};

static bool record_has_name(const struct record *r, const char *name)
{
    const struct field *x = record_field(r, F_MEMBER_NAME);
    bool found = false;
    for (uint32_t i = 0; x && i < x->count && !found; i++) {
        found = slice_equal(x->values[i].datum.text, slice_str(name));
    }
    return found;
}

/* The record of that name, whatever its id is by now; none. */
static struct dot named(struct fixture *f, size_t at, const char *name)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct id_list ids;
    struct dot id = none;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_ids_of_kind(t, KIND_MEMBER, none, SIZE_MAX, &arena, &ids), ERR_OK);
    for (size_t i = 0; i < ids.count && dot_is_none(id); i++) {
        struct record r;
        assert_int_equal(store_get(t, ids.ids[i], &arena, &r, NULL), ERR_OK);
        id = record_has_name(&r, name) ? r.id : id;
    }
    txn_abort(t);
    arena_free(&arena);
    return id;
}

static bool has_name(struct fixture *f, size_t at, const struct saved *s)
{
    return !dot_is_none(named(f, at, s->name));
}

static void carry_any(struct fixture *f, struct sticks *s, uint64_t *forked)
{
    struct bundle_taken taken;
    if (s->count == 0) {
        return;
    }
    size_t i = (size_t)(fixture_random(f) % s->count);
    assert_int_equal(bundle_import(f->stores[s->list[i].to], buf_view(&s->list[i].bytes), &taken),
                     ERR_OK);
    *forked += taken.forked;
    if (taken.has_reply) {
        sticks_add(s, sticks_store_of(f, taken.peer), buf_view(&taken.reply));
    }
    buf_free(&taken.reply);
}

static void disk_step(struct fixture *f, struct sticks *s, struct saved *list, size_t *n,
                      uint64_t *forked)
{
    size_t at = (size_t)(fixture_random(f) % f->count);
    uint64_t what = fixture_random(f) % 24;
    if (what < 7) {
        struct saved *x = &list[*n];
        size_t unit = at < 2 ? 2 : at;
        *x = (struct saved){.at = at, .since_snapshot = true};
        (void)snprintf(x->name, sizeof(x->name), "người %zu", (*n)++);
        x->id = fixture_save_text(f, at, none, KIND_MEMBER, f->units[unit], F_MEMBER_NAME, x->name);
    } else if (what < 12 && at > 0) {
        assert_true(sticks_write(f, s, at, 0));
    } else if (what < 14 && at > 0) {
        assert_true(sticks_write(f, s, (size_t)f->parents[at], at));
    } else if (what < 20) {
        carry_any(f, s, forked);
    } else if (what == 20 && at > 0) {
        (void)fixture_sync(f, at, NULL);
    } else if (what < 23) {
        fixture_snapshot(f, at);
        for (size_t i = 0; i < *n; i++) {
            list[i].since_snapshot = list[i].since_snapshot && list[i].at != at;
        }
    } else {
        fixture_roll_back(f, at);
        for (size_t i = 0; i < *n; i++) {
            list[i].gone = list[i].gone || (list[i].at == at && list[i].since_snapshot);
        }
    }
}

static void random_disks(uint64_t seed, uint64_t *forked)
{
    struct fixture f;
    struct sticks s = {0};
    static struct saved list[300];
    size_t n = 0;
    fixture_tree(&f, seed);
    for (size_t at = 0; at < f.count; at++) {
        fixture_snapshot(&f, at);
    }
    for (int step = 0; step < 200; step++) {
        disk_step(&f, &s, list, &n, forked);
    }
    sticks_settle(&f);
    for (size_t i = 0; i < n; i++) {
        for (size_t at = list[i].at; !list[i].gone; at = (size_t)f.parents[at]) {
            if (!has_name(&f, at, &list[i])) {
                fail_msg("seed %llu: %s, saved in %zu, is not in %zu", (unsigned long long)seed,
                         list[i].name, list[i].at, at);
            }
            if (f.parents[at] < 0) {
                break;
            }
        }
    }
    sticks_free(&s);
    fixture_end(&f);
}

static void bundle__older_disks_anywhere_lose_only_what_was_on_them(void **state)
{
    (void)state;
    uint64_t forked = 0;
    for (uint64_t seed = 2501; seed < 2513; seed++) {
        random_disks(seed, &forked);
    }
    print_message("%llu bundles of older disks were told apart\n", (unsigned long long)forked);
    assert_true(forked > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bundle__of_a_new_actor_and_late_ones_of_the_old),
        cmocka_unit_test(bundle__of_a_copy_is_not_taken),
        cmocka_unit_test(bundle__a_hub_on_an_older_disk_gets_everything_again),
        cmocka_unit_test(bundle__what_differs_is_healed_by_the_next_trip),
        cmocka_unit_test(bundle__after_going_to_another_hub),
        cmocka_unit_test(bundle__older_disks_anywhere_lose_only_what_was_on_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
