/* Who was there, said the short way. */
#include "core/transfer.h"
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
    struct roll_day of = {.unit = unit};
    enum err e = draft_roll(t, &of, slice_str(but), &h->arena, out, candidates);
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
    assert_int_equal(change(h, h->b, WORDS("status=deceased", "status_date=2019-12-31")), ERR_OK);
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

/* How many of the set, and is this one of them? */
static size_t among(struct house *h, struct dot id, uint32_t field, struct dot member, bool *in)
{
    struct txn *t = NULL;
    struct record r;
    size_t count = 0;
    *in = false;
    assert_int_equal(txn_begin(h->f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &h->arena, &r, NULL), ERR_OK);
    const struct value **v = merge_siblings(&r, field, &h->arena, &count);
    for (size_t i = 0; i < count; i++) {
        *in = *in || dot_equal(v[i]->datum.ref, member);
    }
    txn_abort(t);
    return count;
}

static struct dot meet(struct house *h, const char *date, const char *present, const char *excused)
{
    struct dot id, dot;
    assert_int_equal(fixture_draft(&h->f, 0, (struct draft){.kind = KIND_ACTIVITY}, &h->arena, &id,
                                   &dot, &h->doubles,
                                   WORDS("type=meeting", "title=Họp", date, present, excused)),
                     ERR_OK);
    return id;
}

static void roll__of_those_present_leaves_out_who_is_excused(void **state)
{
    struct house *h = *state;
    bool in = true;
    struct dot id = meet(h, "date=2026-11-01", "present=*", "excused=Lò Thị Mỷ");
    assert_int_equal(among(h, id, F_ACTIVITY_PRESENT, h->d, &in), 3);
    assert_false(in);
    assert_int_equal(among(h, id, F_ACTIVITY_EXCUSED, h->d, &in), 1);
    assert_int_equal(change(h, id, WORDS("present=tất cả")), ERR_OK); /* excused before */
    assert_int_equal(among(h, id, F_ACTIVITY_PRESENT, h->d, &in), 3);
    assert_int_equal(change(h, id, WORDS("excused+=Sùng A Páo", "present=*")), ERR_OK);
    assert_int_equal(among(h, id, F_ACTIVITY_PRESENT, h->b, &in), 2);
    assert_false(in);
    assert_int_equal(change(h, id, WORDS("present=all", "excused=")), ERR_OK);
    assert_int_equal(among(h, id, F_ACTIVITY_PRESENT, h->b, &in), 4);
    assert_true(in);
    assert_int_equal(change(h, id, WORDS("excused=Sùng A Páo")), ERR_OK);
    assert_int_equal(change(h, id, WORDS("present-=*")), ERR_OK);
    assert_int_equal(among(h, id, F_ACTIVITY_PRESENT, h->b, &in), 0);
}

static void roll__is_of_the_day(void **state)
{
    struct house *h = *state;
    bool in = true;
    assert_int_equal(change(h, h->a, WORDS("admission_date=2026-10-20")), ERR_OK);
    assert_int_equal(change(h, h->b, WORDS("status=matured", "status_date=2026-10-10")), ERR_OK);
    struct dot before = meet(h, "date=2026-10-09", "present=*", "excused=");
    assert_int_equal(among(h, before, F_ACTIVITY_PRESENT, h->b, &in), 3);
    assert_true(in);
    struct dot between = meet(h, "date=2026-10-10", "present=*", "excused=");
    assert_int_equal(among(h, between, F_ACTIVITY_PRESENT, h->b, &in), 2);
    assert_false(in);
    struct dot after = meet(h, "date=2026-10-20", "present=*", "excused=");
    assert_int_equal(among(h, after, F_ACTIVITY_PRESENT, h->a, &in), 3);
    assert_true(in);
    assert_int_equal(change(h, after, WORDS("present=*", "date=2026-10-10")), ERR_OK);
    assert_int_equal(among(h, after, F_ACTIVITY_PRESENT, h->a, &in), 2);
}

/* A branch is closed into another on a day to come. */
static void roll__is_of_the_units_of_the_day(void **state)
{
    struct house *h = *state;
    struct dot into = fixture_unit(&h->f, 0, h->f.units[0], "15.02", "chi-doan");
    struct dot own = add(h, into, "Hờ A Sùng");
    bool in = true;
    assert_int_equal(
        change(h, h->branch, WORDS("status=merged", "valid_to=2026-12-01", "successors=15.02")),
        ERR_OK);
    struct dot id, dot;
    assert_int_equal(fixture_draft(&h->f, 0, (struct draft){.kind = KIND_ACTIVITY}, &h->arena, &id,
                                   &dot, &h->doubles,
                                   WORDS("type=meeting", "title=Họp", "date=2026-11-30",
                                         "unit=15.02", "present=*")),
                     ERR_OK);
    assert_int_equal(among(h, id, F_ACTIVITY_PRESENT, own, &in), 1);
    assert_true(in);
    assert_int_equal(change(h, id, WORDS("date=2026-12-01", "present=*")), ERR_OK);
    assert_int_equal(among(h, id, F_ACTIVITY_PRESENT, h->c, &in), 3);
    assert_true(in);
}

static void roll__counts_who_is_on_the_way_where_the_letter_is_from(void **state)
{
    struct house *h = *state;
    struct dot into = fixture_unit(&h->f, 0, h->f.units[0], "15.02", "chi-doan");
    struct txn *t = NULL;
    struct dot letter;
    struct slice no;
    struct transfer_order order = {.member = h->c, .to = into};
    assert_int_equal(txn_begin(h->f.stores[0], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(transfer_issue(t, &order, &h->arena, &letter, &no), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    struct id_list out, candidates;
    ASSERT_ROLL(h, h->branch, "", h->c, h->d);
    assert_int_equal(roll(h, into, "", &out, &candidates), ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(roll__is_said_in_few_ways_and_of_members_alone, begin, end),
        cmocka_unit_test_setup_teardown(roll__is_of_the_unit_and_those_below, begin, end),
        cmocka_unit_test_setup_teardown(roll__leaves_out_who_is_named, begin, end),
        cmocka_unit_test_setup_teardown(roll__has_no_more_than_those_who_take_part, begin, end),
        cmocka_unit_test_setup_teardown(roll__is_of_the_unit_that_the_record_gets, begin, end),
        cmocka_unit_test_setup_teardown(roll__of_those_present_leaves_out_who_is_excused, begin,
                                        end),
        cmocka_unit_test_setup_teardown(roll__is_of_the_day, begin, end),
        cmocka_unit_test_setup_teardown(roll__is_of_the_units_of_the_day, begin, end),
        cmocka_unit_test_setup_teardown(roll__counts_who_is_on_the_way_where_the_letter_is_from,
                                        begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
