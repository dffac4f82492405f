/* Whose desk a conflict belongs on, and what breaks a rule after merging: found, never changed. */
#include "core/rules.h"

#include "core/desk.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define F_MEMBER_PHONE 31
#define F_ACTIVITY_TITLE 17
#define F_PLAN_THEME 19
#define FINDINGS_MAX 16

static const struct dot none = {0, 0};

/* A province 0, a district 1, two communes 2 and 3 below it, a second district 4. Unions may be as
 * small as they are here. */
static void tree(struct fixture *f, uint64_t seed)
{
    struct arena arena = {0};
    struct id_list doubles;
    struct dot id, dot;
    fixture_tree(f, seed);
    (void)fixture_child(f, 0, "136", LEVEL_DISTRICT);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            fixture_draft(f, 0, (struct draft){.kind = KIND_RULE}, &arena, &id, &dot, &doubles,
                          WORDS(i ? "name=union_members_min" : "name=union_branches_min", "value=0",
                                "from=2000-01-01")),
            ERR_OK);
    }
    arena_free(&arena);
    fixture_settle(f);
}

static struct dot save(struct fixture *f, size_t at, struct dot id, uint32_t kind,
                       const struct edit *edits, size_t count)
{
    (void)fixture_save(f, at, &id, kind, edits, count);
    return id;
}

static struct dot add_member(struct fixture *f, size_t at, struct dot unit, const char *name)
{
    return fixture_save_text(f, at, none, KIND_MEMBER, unit, F_MEMBER_NAME, name);
}

static void set_text(struct fixture *f, size_t at, struct dot id, uint32_t field, const char *text)
{
    (void)fixture_save_text(f, at, id, 0, none, field, text);
}

static void set_ref(struct fixture *f, size_t at, struct dot id, uint32_t field, struct dot ref)
{
    struct datum d = datum_ref(ref);
    struct edit edit = {field, EDIT_SET, &d, 1};
    (void)save(f, at, id, 0, &edit, 1);
}

static void set_int(struct fixture *f, size_t at, struct dot id, uint32_t field, int64_t v)
{
    struct datum d = datum_int(v);
    struct edit edit = {field, EDIT_SET, &d, 1};
    (void)save(f, at, id, 0, &edit, 1);
}

static struct dot decider(struct fixture *f, size_t at, struct dot id, uint32_t field)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct record r;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &arena, &r, NULL), ERR_OK);
    assert_true(merge_in_conflict(&r, field));
    struct dot unit = desk_decider(t, &r, field);
    txn_abort(t);
    arena_free(&arena);
    return unit;
}

/* ---- whose desk ------------------------------------------------------------------------------ */

static void desk__what_a_commune_and_its_district_wrote_is_the_districts(void **state)
{
    (void)state;
    struct fixture f;
    tree(&f, 201);
    struct dot id = add_member(&f, 2, f.units[2], "Giàng A Dê");
    fixture_settle(&f);
    set_text(&f, 2, id, F_MEMBER_PHONE, "0911");
    set_text(&f, 1, id, F_MEMBER_PHONE, "0922");
    fixture_settle(&f);
    for (size_t at = 0; at < 3; at++) {
        assert_true(dot_equal(decider(&f, at, id, F_MEMBER_PHONE), f.units[1]));
    }
    fixture_end(&f);
}

static void desk__what_the_province_wrote_too_is_the_provinces(void **state)
{
    (void)state;
    struct fixture f;
    tree(&f, 202);
    struct dot id = add_member(&f, 2, f.units[2], "Giàng A Dê");
    fixture_settle(&f);
    set_text(&f, 2, id, F_MEMBER_PHONE, "0911");
    set_text(&f, 0, id, F_MEMBER_PHONE, "0933");
    fixture_settle(&f);
    assert_true(dot_equal(decider(&f, 2, id, F_MEMBER_PHONE), f.units[0]));
    assert_true(dot_equal(decider(&f, 0, id, F_MEMBER_PHONE), f.units[0]));
    fixture_end(&f);
}

static void desk__a_deletion_beside_an_edit_goes_to_both_authors_office(void **state)
{
    (void)state;
    struct fixture f;
    tree(&f, 203);
    struct dot id = add_member(&f, 2, f.units[2], "Giàng A Dê");
    fixture_settle(&f);
    struct datum yes = datum_int(1);
    struct edit edit = {F_DELETED, EDIT_SET, &yes, 1};
    (void)save(&f, 1, id, 0, &edit, 1);
    set_text(&f, 2, id, F_MEMBER_PHONE, "0911");
    fixture_settle(&f);
    assert_true(dot_equal(decider(&f, 2, id, F_DELETED), f.units[1]));
    fixture_end(&f);
}

static void desk__a_branch_has_its_commune_for_an_office(void **state)
{
    (void)state;
    struct fixture f;
    tree(&f, 204);
    struct txn *t = NULL;
    struct dot branch = fixture_unit(&f, 2, f.units[2], "04576-1", "chi-doan");
    struct dot places[] = {branch, f.units[3]};
    fixture_settle(&f);
    assert_int_equal(txn_begin(f.stores[2], TXN_READ, &t), ERR_OK);
    assert_true(dot_equal(desk_office(t, branch), f.units[2]));
    assert_true(dot_equal(desk_common(t, places, 2), f.units[1]));
    assert_true(dot_is_none(desk_office(t, (struct dot){77, 7})));
    txn_abort(t);
    /* closed: its successor's desk */
    set_int(&f, 1, f.units[2], F_UNIT_STATUS, UNIT_MERGED);
    struct datum next = datum_ref(f.units[3]);
    struct edit edit = {F_UNIT_SUCCESSORS, EDIT_ADD, &next, 1};
    (void)save(&f, 1, f.units[2], 0, &edit, 1);
    assert_int_equal(txn_begin(f.stores[1], TXN_READ, &t), ERR_OK);
    assert_true(dot_equal(desk_office(t, f.units[2]), f.units[3]));
    txn_abort(t);
    fixture_end(&f);
}

/* ---- rules ----------------------------------------------------------------------------------- */

struct findings {
    struct rule_finding list[FINDINGS_MAX];
    size_t count;
};

static bool keep(void *ctx, const struct rule_finding *f)
{
    struct findings *out = ctx;
    assert_true(out->count < FINDINGS_MAX);
    out->list[out->count++] = *f;
    return true;
}

static struct findings find(struct fixture *f, size_t at)
{
    struct findings out = {.count = 0};
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(rules_each(t, keep, &out), ERR_OK);
    txn_abort(t);
    return out;
}

static const struct rule_finding *only(const struct findings *f, const char *rule)
{
    assert_int_equal(f->count, 1);
    assert_string_equal(f->list[0].rule->id, rule);
    return &f->list[0];
}

static void rules__nothing_is_found_where_nothing_is_wrong(void **state)
{
    (void)state;
    struct fixture f;
    tree(&f, 211);
    (void)add_member(&f, 2, f.units[2], "Giàng A Dê");
    (void)add_member(&f, 3, f.units[3], "Giàng A Dê");
    fixture_settle(&f);
    for (size_t at = 0; at < f.count; at++) {
        assert_int_equal(find(&f, at).count, 0);
    }
    fixture_end(&f);
}

static void rules__one_card_of_two_persons_is_their_common_offices(void **state)
{
    (void)state;
    struct fixture f;
    tree(&f, 212);
    struct dot a = add_member(&f, 2, f.units[2], "Giàng A Dê");
    struct dot b = add_member(&f, 3, f.units[3], "Lò Thị Mai");
    struct dot c = add_member(&f, 3, f.units[3], "Hà Văn Sơn");
    set_text(&f, 2, a, F_MEMBER_CARD_NO, "YB 001");
    set_text(&f, 3, b, F_MEMBER_CARD_NO, "yb-001");
    set_text(&f, 3, c, F_MEMBER_CARD_NO, "YB 0012");
    fixture_settle(&f);
    struct findings at2 = find(&f, 2), at1 = find(&f, 1), at0 = find(&f, 0);
    assert_int_equal(at2.count, 0); /* neither commune can see it */
    const struct rule_finding *x = only(&at1, "card_no_twice");
    assert_true(dot_equal(x->office, f.units[1]));
    assert_true((dot_equal(x->record, a) && dot_equal(x->other, b)) ||
                (dot_equal(x->record, b) && dot_equal(x->other, a)));
    assert_true(dot_equal(only(&at0, "card_no_twice")->office, f.units[1]));
    /* two entries of one person have one card */
    set_ref(&f, 1, dot_compare(a, b) < 0 ? b : a, F_MERGED_INTO, dot_compare(a, b) < 0 ? a : b);
    assert_int_equal(find(&f, 1).count, 0);
    fixture_end(&f);
}

static void rules__the_dead_have_no_card(void **state)
{
    (void)state;
    struct fixture f;
    tree(&f, 213);
    struct dot a = add_member(&f, 2, f.units[2], "Giàng A Dê");
    struct dot b = add_member(&f, 2, f.units[2], "Lò Thị Mai");
    set_text(&f, 2, a, F_MEMBER_CARD_NO, "YB 001");
    set_text(&f, 2, b, F_MEMBER_CARD_NO, "YB 001");
    struct findings found = find(&f, 2);
    (void)only(&found, "card_no_twice");
    struct datum yes = datum_int(1);
    struct edit edit = {F_DELETED, EDIT_SET, &yes, 1};
    (void)save(&f, 2, b, 0, &edit, 1);
    assert_int_equal(find(&f, 2).count, 0);
    fixture_end(&f);
}

static void rules__a_reference_to_what_is_deleted_is_found(void **state)
{
    (void)state;
    struct fixture f;
    tree(&f, 214);
    struct dot theme =
        fixture_save_text(&f, 0, none, KIND_THEME, f.units[0], 17, "Tháng Thanh niên");
    fixture_settle(&f);
    struct dot plan = fixture_save_text(&f, 2, none, KIND_PLAN, f.units[2], 16, "Kế hoạch quý 1");
    set_ref(&f, 2, plan, F_PLAN_THEME, theme);
    struct datum yes = datum_int(1);
    struct edit edit = {F_DELETED, EDIT_SET, &yes, 1};
    (void)save(&f, 0, theme, 0, &edit, 1);
    fixture_settle(&f);
    struct findings found = find(&f, 2);
    const struct rule_finding *x = only(&found, "deleted_reference");
    assert_true(dot_equal(x->record, plan));
    assert_true(dot_equal(x->other, theme));
    assert_true(dot_equal(x->office, f.units[2]));
    fixture_end(&f);
}

static void rules__members_of_a_unit_that_is_gone_are_found(void **state)
{
    (void)state;
    struct fixture f;
    tree(&f, 215);
    (void)add_member(&f, 2, f.units[2], "Giàng A Dê");
    (void)add_member(&f, 2, f.units[2], "Lò Thị Mai");
    fixture_settle(&f);
    set_int(&f, 1, f.units[2], F_UNIT_STATUS, UNIT_DISSOLVED);
    struct findings found = find(&f, 1);
    const struct rule_finding *x = only(&found, "lost_unit");
    assert_int_equal(x->count, 2);
    assert_true(dot_equal(x->other, f.units[2]));
    assert_true(dot_equal(x->office, f.units[1]));
    /* with a successor they are at home */
    struct datum next = datum_ref(f.units[3]);
    struct edit edit = {F_UNIT_SUCCESSORS, EDIT_ADD, &next, 1};
    (void)save(&f, 1, f.units[2], 0, &edit, 1);
    assert_int_equal(find(&f, 1).count, 0);
    fixture_end(&f);
}

static void rules__a_unit_below_itself_is_found(void **state)
{
    (void)state;
    struct fixture f;
    tree(&f, 216);
    /* two offices move two units below each other, each without hearing of the other */
    struct dot a = fixture_unit(&f, 0, f.units[0], "901", "doan-khoi");
    struct dot b = fixture_unit(&f, 0, f.units[0], "902", "doan-khoi");
    set_ref(&f, 0, a, F_UNIT_PARENT, b);
    assert_int_equal(find(&f, 0).count, 0);
    set_ref(&f, 0, b, F_UNIT_PARENT, a);
    struct findings found = find(&f, 0);
    assert_int_equal(found.count, 2);
    assert_string_equal(found.list[0].rule->id, "unit_cycle");
    assert_string_equal(found.list[1].rule->id, "unit_cycle");
    fixture_end(&f);
}

static void rules__one_letter_number_of_one_office_is_given_once(void **state)
{
    (void)state;
    struct fixture f;
    tree(&f, 217);
    struct dot ids[3];
    const size_t places[] = {2, 2, 3};
    for (size_t i = 0; i < 3; i++) {
        ids[i] = fixture_save_text(&f, places[i], none, KIND_TRANSFER, f.units[places[i]],
                                   F_TRANSFER_LETTER, "12/GT");
    }
    fixture_settle(&f);
    struct findings found = find(&f, 1);
    const struct rule_finding *x = only(&found, "letter_twice");
    assert_true(dot_equal(x->office, f.units[2]));
    assert_false(dot_equal(x->record, ids[2]));
    assert_false(dot_equal(x->other, ids[2]));
    fixture_end(&f);
}

static void rules__who_never_belonged_here_was_not_present(void **state)
{
    (void)state;
    struct fixture f;
    tree(&f, 218);
    struct dot here = add_member(&f, 2, f.units[2], "Giàng A Dê");
    struct dot elsewhere = add_member(&f, 3, f.units[3], "Lò Thị Mai");
    struct dot activity =
        fixture_save_text(&f, 2, none, KIND_ACTIVITY, f.units[2], F_ACTIVITY_TITLE, "Họp");
    struct datum one = datum_ref(here), other = datum_ref(elsewhere);
    struct edit edit = {F_ACTIVITY_PRESENT, EDIT_ADD, &one, 1};
    (void)save(&f, 2, activity, 0, &edit, 1);
    assert_int_equal(find(&f, 2).count, 0);
    edit.data = &other;
    (void)save(&f, 2, activity, 0, &edit, 1);
    struct findings found = find(&f, 2);
    const struct rule_finding *x = only(&found, "stranger");
    assert_true(dot_equal(x->record, activity));
    assert_true(dot_equal(x->other, elsewhere));
    assert_int_equal(x->count, 1);
    fixture_end(&f);
}

/* Two computers of a province added one at the same time. */
static void rules__of_two_fields_with_one_number_one_is_not_used(void **state)
{
    (void)state;
    struct fixture f;
    struct dot ids[2];
    tree(&f, 219);
    for (size_t i = 0; i < ARRAY_COUNT(ids); i++) {
        struct datum d[] = {
            datum_ref(f.units[0]), datum_text(slice_str("member")), datum_int(CUSTOM_NUMBER_MIN),
            datum_text(slice_str(i ? "shoe_size" : "shirt_size")), datum_int(CUSTOM_TEXT)};
        const struct edit edits[] = {{F_UNIT, EDIT_SET, &d[0], 1},
                                     {F_FIELD_KIND, EDIT_SET, &d[1], 1},
                                     {F_FIELD_NUMBER, EDIT_SET, &d[2], 1},
                                     {F_FIELD_NAME, EDIT_SET, &d[3], 1},
                                     {F_FIELD_TYPE, EDIT_SET, &d[4], 1}};
        ids[i] = save(&f, 0, none, KIND_FIELD, edits, ARRAY_COUNT(edits));
        assert_int_equal(find(&f, 0).count, i);
    }
    struct findings found = find(&f, 0);
    const struct rule_finding *x = only(&found, "unused_field");
    assert_true(dot_equal(x->record, ids[1]) && dot_equal(x->other, ids[0]));
    assert_true(dot_equal(x->office, f.units[0]));
    fixture_end(&f);
}

static void rules__each_has_words_and_a_name_of_its_own(void **state)
{
    (void)state;
    size_t n = 0;
    for (; rules_at(n); n++) {
        const struct rule *r = rules_at(n);
        assert_in_range(r->urgency, 0, 3); /* 0: it is not listed */
        assert_true(r->weight != RULE_OFF || r->urgency > 0);
        assert_true(*r->text && strstr(r->todo, "%s"));
        assert_true(r->kind != 0 || r->weight == RULE_OFF || r->urgency == 0);
        for (size_t i = 0; i < n; i++) {
            assert_string_not_equal(rules_at(i)->id, r->id);
        }
    }
    assert_true(n >= 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(desk__what_a_commune_and_its_district_wrote_is_the_districts),
        cmocka_unit_test(desk__what_the_province_wrote_too_is_the_provinces),
        cmocka_unit_test(desk__a_deletion_beside_an_edit_goes_to_both_authors_office),
        cmocka_unit_test(desk__a_branch_has_its_commune_for_an_office),
        cmocka_unit_test(rules__nothing_is_found_where_nothing_is_wrong),
        cmocka_unit_test(rules__one_card_of_two_persons_is_their_common_offices),
        cmocka_unit_test(rules__the_dead_have_no_card),
        cmocka_unit_test(rules__a_reference_to_what_is_deleted_is_found),
        cmocka_unit_test(rules__members_of_a_unit_that_is_gone_are_found),
        cmocka_unit_test(rules__a_unit_below_itself_is_found),
        cmocka_unit_test(rules__one_letter_number_of_one_office_is_given_once),
        cmocka_unit_test(rules__who_never_belonged_here_was_not_present),
        cmocka_unit_test(rules__of_two_fields_with_one_number_one_is_not_used),
        cmocka_unit_test(rules__each_has_words_and_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
