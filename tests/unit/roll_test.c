/* Who was there, said the short way. */
#include "core/draft.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* A commune 04576 (store 0, which is the top here) with a branch; two members at the commune, two
 * in the branch. */
struct house {
    struct fixture f;
    struct arena arena;
    struct id_list doubles;
    struct dot branch, a, b, c, d;
};

static struct dot add(struct house *h, struct dot unit, const char *name)
{
    struct dot id, dot;
    char code[DOT_TEXT_SIZE];
    dot_format(unit, code);
    const char *n = arena_printf(&h->arena, "full_name=%s", name);
    const char *u = arena_printf(&h->arena, "unit=%s", code);
    assert_int_equal(fixture_draft(&h->f, 0, (struct draft){.kind = KIND_MEMBER, .anyway = true},
                                   &h->arena, &id, &dot, &h->doubles,
                                   WORDS(n, u, "birth_date=2001")),
                     ERR_OK);
    return id;
}

static int begin(void **state)
{
    struct house *h = test_calloc(1, sizeof(*h));
    fixture_begin(&h->f, 41);
    fixture_root(&h->f);
    h->branch = fixture_unit(&h->f, 0, h->f.units[0], "15.01", "chi-doan");
    h->a = add(h, h->f.units[0], "Giàng A Dê");
    h->b = add(h, h->f.units[0], "Sùng A Páo");
    h->c = add(h, h->branch, "Vàng A Dê");
    h->d = add(h, h->branch, "Lò Thị Mỷ");
    *state = h;
    return 0;
}

static int end(void **state)
{
    struct house *h = *state;
    fixture_end(&h->f);
    arena_free(&h->arena);
    test_free(h);
    return 0;
}

static enum err change(struct house *h, struct dot id, const char *const *words)
{
    struct dot same, dot;
    return fixture_draft(&h->f, 0, (struct draft){.id = id}, &h->arena, &same, &dot, &h->doubles,
                         words);
}

static enum err roll(struct house *h, struct dot unit, const char *but, struct id_list *out,
                     struct id_list *candidates)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(h->f.stores[0], TXN_READ, &t), ERR_OK);
    enum err e = draft_roll(t, unit, slice_str(but), &h->arena, out, candidates);
    txn_abort(t);
    return e;
}

static void assert_roll(struct house *h, struct dot unit, const char *but, size_t count,
                        const struct dot *ids)
{
    struct id_list out, among;
    assert_int_equal(roll(h, unit, but, &out, &among), ERR_OK);
    assert_int_equal(out.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_true(id_list_has(&out, ids[i]));
    }
}
#define ASSERT_ROLL(h, unit, but, ...)                                                             \
    assert_roll(h, unit, but, sizeof((struct dot[]){__VA_ARGS__}) / sizeof(struct dot),            \
                (struct dot[]){__VA_ARGS__})

static void roll__is_said_in_few_ways_and_of_members_alone(void **state)
{
    struct house *h = *state;
    const struct field_def *present = schema_field(KIND_ACTIVITY, F_ACTIVITY_PRESENT);
    static const char *const whole[] = {"*", " * ", "all", "ALL", "tất cả", "Tất  cả", "tat ca"};
    static const char *const part[] = {"all but x", "All except x", "tất cả trừ x",
                                       "TẤT CẢ TRỪ: x"};
    static const char *const none[] = {"",      "all but", "tất cả trừ", "Allan", "all x",
                                       "* but", "\xff",    "k7f-41",     "tất"};
    struct slice but;
    for (size_t i = 0; i < ARRAY_COUNT(whole); i++) {
        assert_true(draft_is_roll(present, slice_str(whole[i]), &h->arena, &but));
        assert_int_equal(but.len, 0);
    }
    for (size_t i = 0; i < ARRAY_COUNT(part); i++) {
        assert_true(draft_is_roll(present, slice_str(part[i]), &h->arena, &but));
        assert_true(but.len > 0 && but.ptr[but.len - 1] == 'x');
    }
    for (size_t i = 0; i < ARRAY_COUNT(none); i++) {
        assert_false(draft_is_roll(present, slice_str(none[i]), &h->arena, &but));
    }
    const struct field_def *chair = schema_field(KIND_ACTIVITY, F_ACTIVITY_CHAIR);
    const struct field_def *topics = schema_field(KIND_ACTIVITY, F_ACTIVITY_TOPICS);
    const struct field_def *next = schema_field(KIND_UNIT, F_UNIT_SUCCESSORS);
    assert_false(draft_is_roll(chair, slice_str("*"), &h->arena, &but));
    assert_false(draft_is_roll(topics, slice_str("*"), &h->arena, &but));
    assert_false(draft_is_roll(next, slice_str("*"), &h->arena, &but));
}

static void roll__is_of_the_unit_and_those_below(void **state)
{
    struct house *h = *state;
    ASSERT_ROLL(h, h->f.units[0], "", h->a, h->b, h->c, h->d);
    ASSERT_ROLL(h, h->branch, "", h->c, h->d);
}

static void roll__leaves_out_who_is_named(void **state)
{
    struct house *h = *state;
    struct id_list out, among;
    ASSERT_ROLL(h, h->f.units[0], "Sùng A Páo; my", h->a, h->c);
    ASSERT_ROLL(h, h->f.units[0], "giang a de, lo thi my,", h->b, h->c);
    ASSERT_ROLL(h, h->branch, "Dê", h->d); /* the other one is not of the branch */
    assert_int_equal(roll(h, h->f.units[0], "Mỷ; Dê", &out, &among), ERR_AMBIGUOUS);
    assert_int_equal(among.count, 2);
    assert_true(id_list_has(&among, h->a) && id_list_has(&among, h->c));
    assert_int_equal(roll(h, h->branch, "Sùng A Páo", &out, &among), ERR_NOT_FOUND);
    assert_int_equal(roll(h, h->branch, "Zê", &out, &among), ERR_NOT_FOUND);
    assert_int_equal(roll(h, h->branch, "ê", &out, &among), ERR_NOT_FOUND); /* no whole word */
}

static void roll__has_no_more_than_those_who_take_part(void **state)
{
    struct house *h = *state;
    struct id_list out, among;
    assert_int_equal(change(h, h->a, WORDS("status=away")), ERR_OK);
    assert_int_equal(change(h, h->b, WORDS("status=active")), ERR_OK);
    ASSERT_ROLL(h, h->f.units[0], "", h->b, h->c, h->d);
    assert_int_equal(change(h, h->b, WORDS("status=deceased", "status_date=2025-01-01")), ERR_OK);
    ASSERT_ROLL(h, h->f.units[0], "", h->c, h->d);
    struct dot empty = fixture_unit(&h->f, 0, h->f.units[0], "15.02", "chi-doan");
    assert_int_equal(roll(h, empty, "", &out, &among), ERR_INPUT);
}

static void roll__is_of_the_unit_that_the_record_gets(void **state)
{
    struct house *h = *state;
    struct dot id, dot;
    struct txn *t = NULL;
    struct record r;
    size_t count = 0;
    assert_int_equal(fixture_draft(&h->f, 0, (struct draft){.kind = KIND_ACTIVITY}, &h->arena, &id,
                                   &dot, &h->doubles,
                                   WORDS("present=*", "type=meeting", "title=Họp",
                                         "date=2026-11-01", "unit=15.01")),
                     ERR_OK);
    assert_int_equal(txn_begin(h->f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &h->arena, &r, NULL), ERR_OK);
    (void)merge_siblings(&r, F_ACTIVITY_PRESENT, &h->arena, &count);
    assert_int_equal(count, 2);
    txn_abort(t);
    assert_int_equal(change(h, id, WORDS("present=all but Páo")), ERR_NOT_FOUND);
    assert_string_equal(error_last()->field, "present");
    assert_int_equal(change(h, id, WORDS("present-=all but Mỷ")), ERR_OK);
    assert_int_equal(change(h, id, WORDS("excused+=*")), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(roll__is_said_in_few_ways_and_of_members_alone, begin, end),
        cmocka_unit_test_setup_teardown(roll__is_of_the_unit_and_those_below, begin, end),
        cmocka_unit_test_setup_teardown(roll__leaves_out_who_is_named, begin, end),
        cmocka_unit_test_setup_teardown(roll__has_no_more_than_those_who_take_part, begin, end),
        cmocka_unit_test_setup_teardown(roll__is_of_the_unit_that_the_record_gets, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
