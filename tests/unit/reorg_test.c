/* Reorganising units: what is written, what is forbidden, what is touched, and taking it back; and
 * going to another hub on a link that loses messages. */
#include "core/reorg.h"
#include "core/text.h"
#include "sync/join.h"
#include "sync/link.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ON DATE_MAKE(2020, 3, 1)

struct land {
    struct fixture f;
    struct dot top, north, south, a, b, branch;
    struct arena arena;
    struct reorg_report report;
};

static void land_begin(struct land *l)
{
    *l = (struct land){0};
    fixture_begin(&l->f, 1);
    fixture_root(&l->f);
    l->top = l->f.units[0];
    l->north = fixture_unit(&l->f, 0, l->top, "N", "huyen-doan");
    l->south = fixture_unit(&l->f, 0, l->top, "S", "huyen-doan");
    l->a = fixture_unit(&l->f, 0, l->north, "A", "doan-co-so");
    l->b = fixture_unit(&l->f, 0, l->south, "B", "doan-co-so");
    l->branch = fixture_unit(&l->f, 0, l->a, "A1", "chi-doan");
}

static void land_end(struct land *l)
{
    arena_free(&l->arena);
    fixture_end(&l->f);
}

static struct dot member(struct land *l, struct dot unit, const char *name)
{
    return fixture_save_text(&l->f, 0, (struct dot){0, 0}, KIND_MEMBER, unit, F_MEMBER_NAME, name);
}

static enum err apply(struct land *l, const struct reorg *q)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(l->f.stores[0], TXN_WRITE, &t), ERR_OK);
    enum err e = reorg_apply(t, q, &l->arena, &l->report);
    if (e == ERR_OK) {
        assert_int_equal(txn_commit(t), ERR_OK);
    } else {
        txn_abort(t);
    }
    return e;
}

static enum err one(struct land *l, enum reorg_op op, struct dot unit, struct dot target)
{
    struct reorg_target to = {.unit = target};
    struct reorg q = {
        .op = op, .on = ON, .units = &unit, .unit_count = 1, .targets = &to, .target_count = 1};
    return apply(l, &q);
}

static struct unit_state state_of(struct land *l, struct dot unit)
{
    struct unit_state s;
    struct txn *t = NULL;
    assert_int_equal(txn_begin(l->f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(unit_state(t, unit, &l->arena, &s), ERR_OK);
    txn_abort(t);
    return s;
}

static struct slice name_of(struct land *l, struct dot unit)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(l->f.stores[0], TXN_READ, &t), ERR_OK);
    struct slice name = unit_name(t, unit, &l->arena);
    txn_abort(t);
    return name;
}

static struct dot unit_of(struct land *l, struct dot id)
{
    struct record r;
    struct txn *t = NULL;
    assert_int_equal(txn_begin(l->f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &l->arena, &r, NULL), ERR_OK);
    struct dot unit = merge_shown(&r, F_UNIT)->datum.ref;
    txn_abort(t);
    return unit;
}

/* ---- what is written ------------------------------------------------------------------------ */

static void reorg__a_merger_closes_the_unit_and_rewrites_nothing_else(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    struct dot m = member(&l, l.branch, "Giàng A Dê");
    (void)fixture_save_text(&l.f, 0, (struct dot){0, 0}, KIND_ACTIVITY, l.a, 16, "Sinh hoạt");
    assert_int_equal(one(&l, REORG_MERGE, l.a, l.b), ERR_OK);
    struct unit_state s = state_of(&l, l.a);
    assert_int_equal(s.status, UNIT_MERGED);
    assert_int_equal(s.valid_to, ON);
    assert_int_equal(s.successors.count, 1);
    assert_true(dot_equal(s.successors.ids[0], l.b));
    assert_true(dot_equal(s.parent, l.north));
    assert_true(dot_equal(unit_of(&l, m), l.branch));
    assert_int_equal(l.report.units, 2);
    assert_int_equal(l.report.members, 1);
    assert_int_equal(l.report.activities, 1);
    assert_int_equal(l.report.nodes, 0);
    assert_int_equal(l.report.save_count, 1);
    land_end(&l);
}

static void reorg__a_merger_may_make_its_successor(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    struct dot both[] = {l.a, l.b};
    struct reorg_target to = {.code = slice_str("C"), .name = slice_str("Xã Mới")};
    struct reorg q = {.op = REORG_MERGE,
                      .on = DATE_MAKE(2020, 3, 0), /* the month: from its first day */
                      .units = both,
                      .unit_count = 2,
                      .targets = &to,
                      .target_count = 1};
    assert_int_equal(apply(&l, &q), ERR_OK);
    struct unit_state s = state_of(&l, to.unit);
    assert_int_equal(s.status, UNIT_ACTIVE);
    assert_int_equal(s.valid_from, ON);
    assert_true(dot_equal(s.parent, l.north));
    assert_true(slice_equal(name_of(&l, to.unit), slice_str("Xã Mới")));
    assert_true(dot_equal(state_of(&l, l.b).successors.ids[0], to.unit));
    assert_int_equal(l.report.save_count, 3);
    assert_true(dot_equal(l.report.saves[2].id, to.unit)); /* undone last */
    land_end(&l);
}

static void reorg__a_split_hands_over_what_it_is_told(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    struct dot stays = member(&l, l.a, "Một"), goes = member(&l, l.a, "Hai");
    struct dot in_branch = member(&l, l.branch, "Ba");
    struct reorg_target to[] = {{.code = slice_str("P"), .name = slice_str("Xã P")},
                                {.code = slice_str("Q"), .name = slice_str("Xã Q")}};
    const struct reorg_assign assigns[] = {{goes, 1}, {l.branch, 0}};
    struct reorg q = {.op = REORG_SPLIT,
                      .on = ON,
                      .units = &l.a,
                      .unit_count = 1,
                      .targets = to,
                      .target_count = 2,
                      .assigns = assigns,
                      .assign_count = 2};
    assert_int_equal(apply(&l, &q), ERR_OK);
    assert_true(dot_equal(unit_of(&l, goes), to[1].unit));
    assert_true(dot_equal(unit_of(&l, stays), l.a));
    assert_true(dot_equal(unit_of(&l, in_branch), l.branch));
    struct unit_state branch = state_of(&l, l.branch);
    assert_true(dot_equal(branch.parent, to[0].unit));
    assert_true(dot_equal(branch.former_parent, l.a));
    assert_int_equal(branch.moved_on, ON);
    assert_int_equal(state_of(&l, l.a).status, UNIT_SPLIT);
    assert_int_equal(state_of(&l, l.a).successors.count, 2);
    const struct reorg_assign foreign = {l.b, 0};
    struct reorg_target more[] = {{.code = slice_str("V"), .name = slice_str("Xã V")},
                                  {.code = slice_str("W"), .name = slice_str("Xã W")}};
    q.units = &to[1].unit;
    q.targets = more;
    q.assigns = &foreign;
    q.assign_count = 1;
    assert_int_equal(apply(&l, &q), ERR_INPUT);
    land_end(&l);
}

static void reorg__a_move_keeps_where_it_stood(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    assert_int_equal(one(&l, REORG_MOVE, l.a, l.south), ERR_OK);
    struct unit_state s = state_of(&l, l.a);
    assert_true(dot_equal(s.parent, l.south));
    assert_true(dot_equal(s.former_parent, l.north));
    assert_int_equal(s.moved_on, ON);
    land_end(&l);
}

static void reorg__a_name_that_became_free_may_be_taken(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    struct dot c = fixture_unit(&l.f, 0, l.north, "C", "doan-co-so");
    struct reorg q = {
        .op = REORG_RENAME, .on = ON, .units = &c, .unit_count = 1, .name = slice_str("A")};
    assert_int_equal(apply(&l, &q), ERR_RULE); /* A lives under the same parent */
    assert_int_equal(one(&l, REORG_MERGE, l.a, c), ERR_OK);
    assert_int_equal(apply(&l, &q), ERR_OK);
    assert_true(slice_equal(name_of(&l, c), slice_str("A")));
    assert_int_equal(apply(&l, &q), ERR_RULE); /* called so already */
    q.name = slice_str("");
    assert_int_equal(apply(&l, &q), ERR_INPUT);
    land_end(&l);
}

static void reorg__a_district_closes_into_the_province(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    assert_int_equal(one(&l, REORG_CLOSE, l.north, l.top), ERR_OK);
    assert_int_equal(state_of(&l, l.north).status, UNIT_DISSOLVED);
    assert_int_equal(l.report.units, 3);
    struct txn *t = NULL;
    assert_int_equal(txn_begin(l.f.stores[0], TXN_READ, &t), ERR_OK);
    assert_true(dot_equal(unit_parent_at(t, l.a, ON), l.top));
    assert_true(dot_equal(unit_parent_at(t, l.a, DATE_MAKE(2020, 2, 29)), l.north));
    txn_abort(t);
    land_end(&l);
}

/* ---- what is forbidden ---------------------------------------------------------------------- */

static void reorg__what_makes_no_sense_is_refused(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    assert_int_equal(one(&l, REORG_MERGE, l.a, l.a), ERR_RULE);
    assert_int_equal(one(&l, REORG_MERGE, l.a, l.north), ERR_RULE);   /* another level */
    assert_int_equal(one(&l, REORG_MERGE, l.a, l.branch), ERR_RULE);  /* below it */
    assert_int_equal(one(&l, REORG_CLOSE, l.north, l.b), ERR_RULE);   /* downwards */
    assert_int_equal(one(&l, REORG_MOVE, l.north, l.a), ERR_RULE);    /* a cycle */
    assert_int_equal(one(&l, REORG_MOVE, l.a, l.north), ERR_RULE);    /* there already */
    assert_int_equal(one(&l, REORG_MOVE, l.a, l.b), ERR_RULE);        /* the same level */
    assert_int_equal(one(&l, REORG_CLOSE, l.top, l.north), ERR_RULE); /* one's own */
    struct dot twice[] = {l.a, l.a};
    struct reorg_target to = {.unit = l.b};
    struct reorg q = {.op = REORG_MERGE,
                      .on = ON,
                      .units = twice,
                      .unit_count = 2,
                      .targets = &to,
                      .target_count = 1};
    assert_int_equal(apply(&l, &q), ERR_INPUT);
    struct reorg_target taken = {.code = slice_str("B"), .name = slice_str("Xã B")};
    q.unit_count = 1;
    q.targets = &taken;
    assert_int_equal(apply(&l, &q), ERR_DOUBLE);
    assert_int_equal(state_of(&l, l.a).status, 0);
    land_end(&l);
}

static void reorg__a_closed_unit_is_neither_closed_again_nor_given_to(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    struct dot c = fixture_unit(&l.f, 0, l.south, "C", "doan-co-so");
    assert_int_equal(one(&l, REORG_MERGE, l.a, l.b), ERR_OK);
    assert_int_equal(one(&l, REORG_MERGE, l.a, c), ERR_RULE);
    assert_int_equal(one(&l, REORG_MERGE, c, l.a), ERR_RULE);
    assert_int_equal(one(&l, REORG_MERGE, l.b, l.a), ERR_RULE);
    /* entered late: what was closed later was still there on an earlier day */
    struct reorg_target to = {.unit = l.a};
    struct reorg q = {.op = REORG_MERGE,
                      .on = DATE_MAKE(2019, 1, 1),
                      .units = &c,
                      .unit_count = 1,
                      .targets = &to,
                      .target_count = 1};
    assert_int_equal(apply(&l, &q), ERR_OK);
    struct txn *t = NULL;
    assert_int_equal(txn_begin(l.f.stores[0], TXN_READ, &t), ERR_OK);
    assert_true(dot_equal(unit_at(t, c, DATE_MAKE(2018, 1, 1)), c));
    assert_true(dot_equal(unit_at(t, c, DATE_MAKE(2019, 6, 1)), l.a));
    assert_true(dot_equal(unit_at(t, c, ON), l.b));
    txn_abort(t);
    land_end(&l);
}

static void reorg__units_outside_ones_own_are_left_alone(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    size_t d = fixture_child(&l.f, 0, "D", LEVEL_DISTRICT);
    struct dot own = fixture_unit(&l.f, d, l.f.units[d], "D1", "doan-co-so");
    assert_true(fixture_sync(&l.f, d, NULL));
    struct txn *t = NULL;
    struct reorg_target to = {.unit = l.b};
    struct reorg q = {.op = REORG_MERGE,
                      .on = ON,
                      .units = &own,
                      .unit_count = 1,
                      .targets = &to,
                      .target_count = 1};
    assert_int_equal(txn_begin(l.f.stores[d], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(reorg_apply(t, &q, &l.arena, &l.report), ERR_RULE); /* to a foreign one */
    q.units = &l.a;
    to.unit = own;
    assert_int_equal(reorg_apply(t, &q, &l.arena, &l.report), ERR_RULE); /* a foreign one */
    txn_abort(t);
    land_end(&l);
}

/* ---- other hubs ----------------------------------------------------------------------------- */

/* A commune of district 1 with one of its members; district 2 beside it. */
static size_t two_districts(struct fixture *f, struct dot *m)
{
    fixture_begin(f, 7);
    fixture_root(f);
    size_t from = fixture_child(f, 0, "N", LEVEL_DISTRICT);
    size_t to = fixture_child(f, 0, "S", LEVEL_DISTRICT);
    assert_int_equal(from, 1);
    assert_int_equal(to, 2);
    size_t c = fixture_child(f, from, "A", LEVEL_COMMUNE);
    fixture_settle(f);
    *m = fixture_save_text(f, c, (struct dot){0, 0}, KIND_MEMBER, f->units[c], F_MEMBER_NAME, "Dê");
    fixture_settle(f);
    struct txn *t = NULL;
    struct arena arena = {0};
    struct reorg_report report;
    struct reorg_target target = {.unit = f->units[to]};
    struct reorg q = {.op = REORG_MOVE,
                      .on = ON,
                      .units = &f->units[c],
                      .unit_count = 1,
                      .targets = &target,
                      .target_count = 1};
    assert_int_equal(txn_begin(f->stores[0], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(reorg_apply(t, &q, &arena, &report), ERR_OK);
    assert_int_equal(report.nodes, 1);
    assert_int_equal(txn_commit(t), ERR_OK);
    arena_free(&arena);
    return c;
}

static bool holds(struct fixture *f, size_t at, struct dot id)
{
    struct txn *t = NULL;
    struct record r;
    struct arena arena = {0};
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    bool has = store_get(t, id, &arena, &r, NULL) == ERR_OK && !(r.flags & RECORD_STUB);
    txn_abort(t);
    arena_free(&arena);
    return has;
}

static bool has_link(struct fixture *f, size_t hub, size_t child)
{
    struct txn *t = NULL;
    struct link link;
    assert_int_equal(txn_begin(f->stores[hub], TXN_READ, &t), ERR_OK);
    bool has = link_load(t, store_identity(f->stores[child])->node, &link) == ERR_OK;
    txn_abort(t);
    return has;
}

static void rehome__the_node_takes_all_along_and_the_old_hub_lets_go(void **state)
{
    struct fixture f;
    struct dot m;
    struct session_stats stats;
    (void)state;
    size_t c = two_districts(&f, &m);
    uint64_t actor = store_identity(f.stores[c])->actor;
    struct dot late =
        fixture_save_text(&f, c, (struct dot){0, 0}, KIND_MEMBER, f.units[c], F_MEMBER_NAME, "Lò");
    assert_true(fixture_sync(&f, 2, NULL));
    assert_true(holds(&f, 2, m) && !holds(&f, 2, late));
    assert_int_equal(fixture_rehome(&f, c, 2, NULL), ERR_OK);
    assert_true(store_identity(f.stores[c])->actor != actor);
    assert_true(fixture_sync(&f, c, &stats));
    assert_true(stats.sent_records <= 3); /* the late one, its own record, its unit's old state */
    assert_true(holds(&f, 2, late) && holds(&f, 2, m));
    assert_true(has_link(&f, 1, c));
    fixture_settle(&f);
    assert_false(has_link(&f, 1, c));
    assert_false(holds(&f, 1, m));
    assert_true(fixture_sync(&f, c, &stats));
    assert_int_equal(stats.rounds, 1);
    assert_int_equal(stats.digest_equal, 1);
    fixture_end(&f);
}

static void rehome__a_lost_reply_leaves_it_with_the_old_hub(void **state)
{
    struct fixture f;
    struct dot m;
    (void)state;
    size_t c = two_districts(&f, &m);
    uint64_t actor = store_identity(f.stores[c])->actor;
    assert_true(fixture_sync(&f, 2, NULL));
    f.lose_reply_in = 1;
    assert_int_equal(fixture_rehome(&f, c, 2, NULL), ERR_NO_LINK);
    f.lose_reply_in = 0;
    assert_true(store_identity(f.stores[c])->actor == actor);
    assert_int_equal(f.parents[c], 1);
    fixture_settle(&f); /* nobody waits for the link that was not taken up */
    assert_true(has_link(&f, 1, c));
    assert_int_equal(fixture_rehome(&f, c, 2, NULL), ERR_OK);
    fixture_settle(&f);
    assert_true(holds(&f, 2, m));
    assert_false(has_link(&f, 1, c));
    fixture_end(&f);
}

static void rehome__back_again_is_no_loop(void **state)
{
    struct fixture f;
    struct dot m;
    (void)state;
    size_t c = two_districts(&f, &m);
    fixture_settle(&f);
    for (int i = 0; i < 6; i++) { /* the hubs never hear in time */
        assert_int_equal(fixture_rehome(&f, c, i % 2 ? 2 : 0, NULL), ERR_OK);
        assert_true(fixture_sync(&f, c, NULL));
    }
    fixture_settle(&f);
    assert_true(has_link(&f, 2, c));
    assert_false(has_link(&f, 0, c));
    assert_true(fixture_sync(&f, c, NULL));
    fixture_end(&f);
}

static void rehome__a_hub_that_does_not_hold_the_unit_refuses(void **state)
{
    struct fixture f;
    struct dot m;
    (void)state;
    size_t c = two_districts(&f, &m);
    assert_int_equal(fixture_rehome(&f, c, 2, NULL), ERR_REFUSED); /* has not heard of the move */
    assert_true(fixture_sync(&f, c, NULL));
    assert_int_equal(fixture_rehome(&f, 0, 2, NULL), ERR_NOT_JOINED);
    assert_int_equal(fixture_rehome(&f, 1, 1, NULL), ERR_REFUSED); /* itself */
    fixture_end(&f);
}

static void rehome__a_code_makes_it_a_node_of_the_successor(void **state)
{
    struct fixture f;
    struct dot m;
    struct txn *t = NULL;
    char code[JOIN_CODE_SIZE];
    int64_t expires = 0;
    (void)state;
    size_t c = two_districts(&f, &m);
    assert_true(fixture_sync(&f, 2, NULL));
    assert_int_equal(txn_begin(f.stores[2], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(join_invite(t, f.units[2], NODE_ROLE_OFFICER, 7, code, &expires), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    assert_int_equal(fixture_rehome(&f, c, 2, code), ERR_OK);
    assert_true(dot_equal(store_identity(f.stores[c])->unit, f.units[2]));
    assert_int_equal(store_identity(f.stores[c])->level, LEVEL_DISTRICT);
    assert_int_equal(fixture_rehome(&f, c, 2, code), ERR_REFUSED); /* once */
    fixture_settle(&f);
    struct dot s = fixture_save_text(&f, 2, (struct dot){0, 0}, KIND_MEMBER, f.units[2],
                                     F_MEMBER_NAME, "Của huyện");
    assert_true(fixture_sync(&f, c, NULL));
    assert_true(holds(&f, c, s) && holds(&f, c, m));
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reorg__a_merger_closes_the_unit_and_rewrites_nothing_else),
        cmocka_unit_test(reorg__a_merger_may_make_its_successor),
        cmocka_unit_test(reorg__a_split_hands_over_what_it_is_told),
        cmocka_unit_test(reorg__a_move_keeps_where_it_stood),
        cmocka_unit_test(reorg__a_name_that_became_free_may_be_taken),
        cmocka_unit_test(reorg__a_district_closes_into_the_province),
        cmocka_unit_test(reorg__what_makes_no_sense_is_refused),
        cmocka_unit_test(reorg__a_closed_unit_is_neither_closed_again_nor_given_to),
        cmocka_unit_test(reorg__units_outside_ones_own_are_left_alone),
        cmocka_unit_test(rehome__the_node_takes_all_along_and_the_old_hub_lets_go),
        cmocka_unit_test(rehome__a_lost_reply_leaves_it_with_the_old_hub),
        cmocka_unit_test(rehome__back_again_is_no_loop),
        cmocka_unit_test(rehome__a_hub_that_does_not_hold_the_unit_refuses),
        cmocka_unit_test(rehome__a_code_makes_it_a_node_of_the_successor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
