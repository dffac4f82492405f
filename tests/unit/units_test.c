/* The graph of units: parents and successors give scope, cycles end at the top, dates decide who
 * counts. */
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Province 15 with districts and communes, in one store. */
struct land {
    struct fixture f;
    struct dot top, north, south, a, b, branch;
    struct txn *t;
};

static void *land_begin(struct land *l)
{
    fixture_begin(&l->f, 1);
    fixture_root(&l->f);
    l->top = l->f.units[0];
    l->north = fixture_unit(&l->f, 0, l->top, "N", "huyen-doan");
    l->south = fixture_unit(&l->f, 0, l->top, "S", "huyen-doan");
    l->a = fixture_unit(&l->f, 0, l->north, "A", "doan-co-so");
    l->b = fixture_unit(&l->f, 0, l->south, "B", "doan-co-so");
    l->branch = fixture_unit(&l->f, 0, l->a, "A1", "chi-doan");
    assert_int_equal(txn_begin(l->f.stores[0], TXN_WRITE, &l->t), ERR_OK);
    return l;
}

static void land_end(struct land *l)
{
    txn_abort(l->t);
    fixture_end(&l->f);
}

/* One writes at a time. */
static struct dot more(struct land *l, struct dot parent, const char *code)
{
    assert_int_equal(txn_commit(l->t), ERR_OK);
    struct dot id = fixture_unit(&l->f, 0, parent, code, "doan-co-so");
    assert_int_equal(txn_begin(l->f.stores[0], TXN_WRITE, &l->t), ERR_OK);
    return id;
}

static void save(struct land *l, struct dot unit, uint32_t field, enum edit_op op,
                 struct datum datum)
{
    struct arena arena = {0};
    struct dot id, dot;
    struct edit edit = {field, op, &datum, 1};
    struct save s = {.id = unit, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    assert_int_equal(store_save(l->t, &s, &arena, &id, &dot), ERR_OK);
    arena_free(&arena);
}

static void close_into(struct land *l, struct dot unit, struct dot into, int64_t on)
{
    save(l, unit, F_UNIT_STATUS, EDIT_SET, datum_int(UNIT_MERGED));
    save(l, unit, F_UNIT_VALID_TO, EDIT_SET, datum_int(on));
    save(l, unit, F_UNIT_SUCCESSORS, EDIT_ADD, datum_ref(into));
}

static bool list_has(const struct id_list *list, struct dot id)
{
    size_t n = 0;
    for (size_t i = 0; i < list->count; i++) {
        n += dot_equal(list->ids[i], id);
    }
    assert_true(n <= 1);
    return n == 1;
}

static bool below(struct land *l, struct dot unit, struct dot root)
{
    struct arena arena = {0};
    struct id_list down, up;
    assert_int_equal(unit_subtree(l->t, root, &arena, &down), ERR_OK);
    assert_int_equal(unit_above(l->t, unit, &arena, &up), ERR_OK);
    assert_true(dot_equal(down.ids[0], root));
    assert_true(dot_equal(up.ids[0], unit));
    bool within = unit_is_within(l->t, unit, root);
    assert_int_equal(list_has(&down, unit), within);
    assert_int_equal(list_has(&up, root), within);
    arena_free(&arena);
    return within;
}

static void units__a_tree_is_walked_up_and_down(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    assert_true(below(&l, l.branch, l.top));
    assert_true(below(&l, l.branch, l.north));
    assert_true(below(&l, l.a, l.a));
    assert_false(below(&l, l.branch, l.south));
    assert_false(below(&l, l.north, l.a));
    land_end(&l);
}

static void units__a_successor_extends_scope_at_once(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    close_into(&l, l.a, l.b, DATE_MAKE(2999, 1, 1));
    assert_true(below(&l, l.branch, l.b));
    assert_true(below(&l, l.branch, l.south));
    assert_true(below(&l, l.a, l.b));
    assert_true(below(&l, l.a, l.north)); /* and what was above it stays above it */
    assert_false(below(&l, l.b, l.a));
    assert_false(below(&l, l.b, l.north));
    land_end(&l);
}

static void units__any_of_several_successors_gives_scope(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    save(&l, l.a, F_UNIT_SUCCESSORS, EDIT_ADD, datum_ref(l.b));
    save(&l, l.a, F_UNIT_SUCCESSORS, EDIT_ADD, datum_ref(l.south));
    assert_true(below(&l, l.branch, l.b));
    assert_true(below(&l, l.branch, l.south));
    save(&l, l.a, F_UNIT_SUCCESSORS, EDIT_REMOVE, datum_ref(l.b));
    assert_false(below(&l, l.branch, l.b));
    assert_true(below(&l, l.branch, l.south));
    land_end(&l);
}

static void units__successors_of_successors_give_scope(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    struct dot c = more(&l, l.south, "C");
    close_into(&l, l.a, l.b, DATE_MAKE(2020, 1, 1));
    close_into(&l, l.b, c, DATE_MAKE(2021, 1, 1));
    assert_true(below(&l, l.branch, c));
    close_into(&l, c, l.a, DATE_MAKE(2022, 1, 1)); /* round and round */
    assert_true(below(&l, l.branch, c));
    assert_true(below(&l, c, l.a));
    assert_true(below(&l, c, l.north));
    land_end(&l);
}

static void units__a_cycle_stands_under_the_top(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    assert_false(unit_on_cycle(l.t, l.north));
    save(&l, l.north, F_UNIT_PARENT, EDIT_SET, datum_ref(l.a));
    assert_true(unit_on_cycle(l.t, l.north));
    assert_true(unit_on_cycle(l.t, l.a));
    assert_false(unit_on_cycle(l.t, l.branch));
    assert_true(below(&l, l.north, l.top));
    assert_true(below(&l, l.branch, l.top));
    assert_true(below(&l, l.north, l.a));
    assert_true(below(&l, l.branch, l.north));
    assert_false(below(&l, l.branch, l.south));
    assert_true(below(&l, l.b, l.top));
    save(&l, l.north, F_UNIT_PARENT, EDIT_SET, datum_ref(l.north)); /* its own parent */
    assert_true(below(&l, l.branch, l.top));
    assert_false(below(&l, l.branch, l.south));
    land_end(&l);
}

static void units__a_branch_on_no_known_unit_is_within_itself_only(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    save(&l, l.branch, F_UNIT_PARENT, EDIT_SET, datum_ref((struct dot){77, 1}));
    assert_true(below(&l, l.branch, l.branch));
    assert_true(below(&l, l.branch, (struct dot){77, 1}));
    assert_false(below(&l, l.branch, l.top));
    land_end(&l);
}

/* Against a plain closure over the same edges. */
static void units__random_graphs_agree_with_their_closure(void **state)
{
    enum { UNITS = 14 };
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct land l;
        bool up[UNITS + 1][UNITS + 1] = {{false}};
        struct dot ids[UNITS + 1];
        int parent[UNITS + 1];
        land_begin(&l);
        l.f.random_state = seed;
        for (int i = 0; i < UNITS; i++) {
            ids[i] = i == 0 ? l.top : more(&l, l.top, "U");
            parent[i] = i == 0 ? -1 : 0;
        }
        for (int n = 0; n < UNITS; n++) {
            int i = 1 + (int)(fixture_random(&l.f) % (UNITS - 1));
            int j = (int)(fixture_random(&l.f) % UNITS);
            if (fixture_random(&l.f) % 3 == 0) {
                save(&l, ids[i], F_UNIT_SUCCESSORS, EDIT_ADD, datum_ref(ids[j]));
                up[i][j] = true;
            } else {
                save(&l, ids[i], F_UNIT_PARENT, EDIT_SET, datum_ref(ids[j]));
                parent[i] = j;
            }
        }
        for (int i = 0; i < UNITS; i++) {
            int at = i;
            for (int n = 0; n <= UNITS && at >= 0; n++) {
                at = parent[at];
                up[i][0] = up[i][0] || at == i;
            }
            up[i][i] = true;
            if (parent[i] >= 0) {
                up[i][parent[i]] = true;
            }
        }
        for (int k = 0; k < UNITS; k++) {
            for (int i = 0; i < UNITS; i++) {
                for (int j = 0; j < UNITS; j++) {
                    up[i][j] = up[i][j] || (up[i][k] && up[k][j]);
                }
            }
        }
        for (int i = 0; i < UNITS; i++) {
            for (int j = 0; j < UNITS; j++) {
                if (below(&l, ids[i], ids[j]) != up[i][j]) {
                    fail_msg("seed %llu: unit %d within %d", (unsigned long long)seed, i, j);
                }
            }
        }
        land_end(&l);
    }
}

static void units__where_it_was_is_remembered(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    save(&l, l.a, F_UNIT_PARENT, EDIT_SET, datum_ref(l.south)); /* by an import, say */
    assert_false(below(&l, l.branch, l.north));
    assert_true(unit_was_within(l.t, l.branch, l.north));
    assert_true(unit_was_within(l.t, l.branch, l.south));
    assert_false(unit_was_within(l.t, l.b, l.north));
    save(&l, l.b, F_UNIT_SUCCESSORS, EDIT_ADD, datum_ref(l.north));
    save(&l, l.b, F_UNIT_SUCCESSORS, EDIT_REMOVE, datum_ref(l.north));
    assert_false(below(&l, l.b, l.north));
    assert_true(unit_was_within(l.t, l.b, l.north));
    land_end(&l);
}

static void units__a_former_parent_is_believed_without_history(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    struct dot c = more(&l, l.south, "C");
    save(&l, c, F_UNIT_FORMER_PARENT, EDIT_SET, datum_ref(l.north));
    assert_false(below(&l, c, l.north));
    assert_true(unit_was_within(l.t, c, l.north));
    assert_false(unit_was_within(l.t, c, l.a));
    land_end(&l);
}

/* ---- counting by date ----------------------------------------------------------------------- */

static void units__december_is_of_the_old_unit_january_of_the_new(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    close_into(&l, l.a, l.b, DATE_MAKE(2021, 1, 1));
    assert_true(dot_equal(unit_at(l.t, l.a, DATE_MAKE(2020, 12, 31)), l.a));
    assert_true(dot_equal(unit_at(l.t, l.a, DATE_MAKE(2021, 1, 1)), l.b));
    assert_true(dot_equal(unit_at(l.t, l.b, DATE_MAKE(2020, 12, 31)), l.b));
    assert_true(unit_is_living(l.t, l.a, DATE_MAKE(2020, 12, 31)));
    assert_false(unit_is_living(l.t, l.a, DATE_MAKE(2021, 1, 1)));
    assert_true(unit_is_living(l.t, l.b, DATE_MAKE(2021, 1, 1)));
    land_end(&l);
}

static void units__a_month_or_a_year_stands_for_its_first_day(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    close_into(&l, l.a, l.b, DATE_MAKE(2021, 1, 1));
    assert_true(dot_equal(unit_at(l.t, l.a, DATE_MAKE(2021, 1, 0)), l.b));
    assert_true(dot_equal(unit_at(l.t, l.a, DATE_MAKE(2021, 0, 0)), l.b));
    assert_true(dot_equal(unit_at(l.t, l.a, DATE_MAKE(2020, 12, 0)), l.a));
    save(&l, l.a, F_UNIT_VALID_TO, EDIT_SET, datum_int(DATE_MAKE(2021, 0, 0)));
    assert_true(dot_equal(unit_at(l.t, l.a, DATE_MAKE(2021, 1, 1)), l.b));
    assert_true(dot_equal(unit_at(l.t, l.a, DATE_MAKE(2020, 12, 31)), l.a));
    land_end(&l);
}

static void units__a_chain_of_successors_is_followed_to_the_day(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    struct dot c = more(&l, l.south, "C");
    close_into(&l, l.a, l.b, DATE_MAKE(2020, 3, 1));
    close_into(&l, l.b, c, DATE_MAKE(2025, 1, 1));
    assert_true(dot_equal(unit_at(l.t, l.a, DATE_MAKE(2022, 5, 5)), l.b));
    assert_true(dot_equal(unit_at(l.t, l.a, DATE_MAKE(2025, 5, 5)), c));
    close_into(&l, c, l.a, DATE_MAKE(2025, 1, 1)); /* a cycle ends somewhere, and is no loop */
    (void)unit_at(l.t, l.a, DATE_MAKE(2025, 5, 5));
    land_end(&l);
}

static void units__after_a_split_the_smallest_living_counts(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    struct dot c = more(&l, l.south, "C");
    struct dot d = more(&l, l.south, "D");
    assert_true(dot_compare(c, d) < 0);
    close_into(&l, l.a, d, DATE_MAKE(2020, 3, 1));
    save(&l, l.a, F_UNIT_SUCCESSORS, EDIT_ADD, datum_ref(c));
    assert_true(dot_equal(unit_at(l.t, l.a, DATE_MAKE(2020, 3, 1)), c));
    close_into(&l, c, l.b, DATE_MAKE(2021, 3, 1));
    assert_true(dot_equal(unit_at(l.t, l.a, DATE_MAKE(2021, 3, 1)), d));
    land_end(&l);
}

static void units__closed_without_a_date_is_closed_on_any(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    save(&l, l.a, F_UNIT_STATUS, EDIT_SET, datum_int(UNIT_DISSOLVED));
    assert_false(unit_is_living(l.t, l.a, DATE_MAKE(2000, 1, 1)));
    assert_true(dot_equal(unit_at(l.t, l.a, DATE_MAKE(2000, 1, 1)), l.a)); /* nobody took it */
    save(&l, l.b, F_UNIT_VALID_FROM, EDIT_SET, datum_int(DATE_MAKE(2020, 5, 1)));
    assert_false(unit_is_living(l.t, l.b, DATE_MAKE(2020, 4, 30)));
    assert_true(unit_is_living(l.t, l.b, DATE_MAKE(2020, 5, 1)));
    assert_false(unit_is_living(l.t, (struct dot){9, 9}, DATE_MAKE(2020, 5, 1)));
    land_end(&l);
}

static void units__before_a_move_it_counts_under_its_former_parent(void **state)
{
    struct land l;
    (void)state;
    land_begin(&l);
    save(&l, l.a, F_UNIT_PARENT, EDIT_SET, datum_ref(l.south));
    save(&l, l.a, F_UNIT_FORMER_PARENT, EDIT_SET, datum_ref(l.north));
    save(&l, l.a, F_UNIT_MOVED_ON, EDIT_SET, datum_int(DATE_MAKE(2020, 3, 1)));
    assert_true(dot_equal(unit_parent_at(l.t, l.a, DATE_MAKE(2020, 2, 29)), l.north));
    assert_true(dot_equal(unit_parent_at(l.t, l.a, DATE_MAKE(2020, 3, 1)), l.south));
    close_into(&l, l.south, l.top, DATE_MAKE(2025, 7, 1));
    assert_true(dot_equal(unit_parent_at(l.t, l.a, DATE_MAKE(2025, 6, 30)), l.south));
    assert_true(dot_equal(unit_parent_at(l.t, l.a, DATE_MAKE(2025, 7, 1)), l.top));
    assert_true(dot_is_none(unit_parent_at(l.t, l.top, DATE_MAKE(2025, 7, 1))));
    land_end(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units__a_tree_is_walked_up_and_down),
        cmocka_unit_test(units__a_successor_extends_scope_at_once),
        cmocka_unit_test(units__any_of_several_successors_gives_scope),
        cmocka_unit_test(units__successors_of_successors_give_scope),
        cmocka_unit_test(units__a_cycle_stands_under_the_top),
        cmocka_unit_test(units__a_branch_on_no_known_unit_is_within_itself_only),
        cmocka_unit_test(units__random_graphs_agree_with_their_closure),
        cmocka_unit_test(units__where_it_was_is_remembered),
        cmocka_unit_test(units__a_former_parent_is_believed_without_history),
        cmocka_unit_test(units__december_is_of_the_old_unit_january_of_the_new),
        cmocka_unit_test(units__a_month_or_a_year_stands_for_its_first_day),
        cmocka_unit_test(units__a_chain_of_successors_is_followed_to_the_day),
        cmocka_unit_test(units__after_a_split_the_smallest_living_counts),
        cmocka_unit_test(units__closed_without_a_date_is_closed_on_any),
        cmocka_unit_test(units__before_a_move_it_counts_under_its_former_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
