/* Fields that a province adds at run time: which of two is good, and what is made of what another
 * store sends. */
#include "core/custom.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Root 15 (store 0), district 138 (store 1). */
struct house {
    struct fixture f;
    struct arena arena;
    struct id_list doubles;
};

static int begin(void **state)
{
    struct house *h = test_calloc(1, sizeof(*h));
    fixture_begin(&h->f, 31);
    fixture_root(&h->f);
    (void)fixture_child(&h->f, 0, "138", LEVEL_DISTRICT);
    fixture_settle(&h->f);
    *state = h;
    return 0;
}

static int end(void **state)
{
    struct house *h = *state;
    schema_custom_use(NULL, 0);
    fixture_end(&h->f);
    arena_free(&h->arena);
    test_free(h);
    return 0;
}

static void load(struct house *h, size_t at)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(h->f.stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(custom_load(t, &h->arena), ERR_OK);
    txn_abort(t);
}

static enum err add(struct house *h, const char *const *words, struct dot *id)
{
    struct dot dot;
    return fixture_draft(&h->f, 0, (struct draft){.kind = KIND_FIELD}, &h->arena, id, &dot,
                         &h->doubles, words);
}

static enum err change(struct house *h, struct dot id, const char *const *words)
{
    struct dot dot;
    return fixture_draft(&h->f, 0, (struct draft){.id = id}, &h->arena, &id, &dot, &h->doubles,
                         words);
}

static const struct field_def *named(const char *name)
{
    return schema_field_by_name(schema_kind(KIND_MEMBER), slice_str(name));
}

/* As another store may send it: past the draft, nothing looked at. */
static struct dot forge(struct house *h, const char *kind, int64_t number, const char *name,
                        int64_t type)
{
    struct dot id = {0, 0};
    struct datum d[] = {datum_ref(h->f.units[0]), datum_text(slice_str(kind)), datum_int(number),
                        datum_text(slice_str(name)), datum_int(type)};
    const struct edit edits[] = {{F_UNIT, EDIT_SET, &d[0], 1},
                                 {F_FIELD_KIND, EDIT_SET, &d[1], 1},
                                 {F_FIELD_NUMBER, EDIT_SET, &d[2], 1},
                                 {F_FIELD_NAME, EDIT_SET, &d[3], 1},
                                 {F_FIELD_TYPE, EDIT_SET, &d[4], 1}};
    (void)fixture_save(&h->f, 0, &id, KIND_FIELD, edits, ARRAY_COUNT(edits));
    return id;
}

static size_t clashes(struct house *h, struct custom_clash **list)
{
    struct txn *t = NULL;
    size_t count = 0;
    assert_int_equal(txn_begin(h->f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(custom_clashes(t, &h->arena, list, &count), ERR_OK);
    txn_abort(t);
    return count;
}

static void custom__the_rule_follows_from_the_type(void **state)
{
    struct house *h = *state;
    struct dot id;
    assert_int_equal(
        add(h, WORDS("of_kind=member", "name=shirt_size", "label_vi=Cỡ áo", "type=text"), &id),
        ERR_OK);
    assert_int_equal(
        add(h, WORDS("of_kind=member", "name=skills", "label_vi=Năng khiếu", "type=set-of-text"),
            &id),
        ERR_OK);
    assert_null(named("shirt_size"));
    load(h, 0);
    assert_int_equal(named("shirt_size")->number, CUSTOM_NUMBER_MIN);
    assert_int_equal(named("shirt_size")->rule, MERGE_LATEST);
    assert_int_equal(named("Năng khiếu")->rule, MERGE_SET);
    assert_string_equal(named("skills")->en, "Năng khiếu");
    assert_ptr_equal(schema_field(KIND_MEMBER, CUSTOM_NUMBER_MIN), named("shirt_size"));
    assert_null(schema_field(KIND_ACTIVITY, CUSTOM_NUMBER_MIN));
}

static void custom__merging_does_not_ask_who_knows_the_field(void **state)
{
    (void)state;
    struct value plain = {.datum = datum_int(1)}, marked = {.datum = datum_mark()};
    const struct field one = {CUSTOM_NUMBER_MIN, 1, &plain};
    const struct field set = {CUSTOM_NUMBER_MIN, 1, &marked};
    const struct custom_field as_set = {
        KIND_MEMBER, {.number = CUSTOM_NUMBER_MIN, .name = "x", .rule = MERGE_SET}};
    for (size_t known = 0; known <= 1; known++) {
        schema_custom_use(&as_set, known);
        assert_int_equal(schema_rule(KIND_MEMBER, &one), MERGE_LATEST);
        assert_int_equal(schema_rule(KIND_MEMBER, &set), MERGE_SET);
    }
}

static void custom__of_two_the_smaller_id_is_good(void **state)
{
    struct house *h = *state;
    struct custom_clash *list = NULL;
    struct dot number = forge(h, "member", 1000, "shirt_size", CUSTOM_TEXT);
    struct dot same_number = forge(h, "member", 1000, "shoe_size", CUSTOM_INT);
    struct dot same_name = forge(h, "member", 1001, "shirt_size", CUSTOM_INT);
    (void)forge(h, "activity", 1000, "shirt_size", CUSTOM_INT); /* another kind has its own */
    struct dot of_table = forge(h, "member", 1002, "phone", CUSTOM_TEXT);
    load(h, 0);
    assert_int_equal(schema_field(KIND_MEMBER, 1000)->type, FIELD_TEXT);
    assert_null(named("shoe_size"));
    assert_null(schema_field(KIND_MEMBER, 1001));
    assert_null(schema_field(KIND_MEMBER, 1002));
    assert_int_equal(schema_field(KIND_ACTIVITY, 1000)->type, FIELD_INT);
    assert_int_equal(clashes(h, &list), 3);
    assert_true(dot_equal(list[0].record, same_number) && dot_equal(list[0].other, number));
    assert_true(dot_equal(list[1].record, same_name) && dot_equal(list[1].other, number));
    assert_true(dot_equal(list[2].record, of_table) && dot_is_none(list[2].other));
}

static void custom__what_is_not_understood_is_left_alone(void **state)
{
    struct house *h = *state;
    struct custom_clash *list = NULL;
    (void)forge(h, "horse", 1000, "a", CUSTOM_TEXT);
    (void)forge(h, "node", 1000, "b", CUSTOM_TEXT);
    (void)forge(h, "member", CUSTOM_NUMBER_MIN - 1, "c", CUSTOM_TEXT);
    (void)forge(h, "member", (int64_t)UINT32_MAX + 1000, "d", CUSTOM_TEXT);
    (void)forge(h, "member", 1000, "Bad name", CUSTOM_TEXT);
    (void)forge(h, "member", 1000, "", CUSTOM_TEXT);
    (void)forge(h, "member", 1000, "e", CUSTOM_MONEY + 1);
    (void)forge(h, "member", 1000, "f", 0);
    (void)forge(h, "member", 1000, "g", CUSTOM_ENUM); /* without codes */
    load(h, 0);
    for (uint32_t i = 0; i < 10; i++) {
        assert_null(schema_field(KIND_MEMBER, CUSTOM_NUMBER_MIN - 1 + i));
    }
    assert_int_equal(clashes(h, &list), 0);
}

static void custom__codes_get_numbers_that_stay(void **state)
{
    struct house *h = *state;
    struct dot id;
    static const char *const bad[] = {
        "a:b:c:d:e", "1:2:3:4:5", "Hoa Quả:Hoa quả", "1:a:A;1:b:B", "1:a:A;2:a:B", "::", "1:a:"};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        const char *codes = arena_printf(&h->arena, "codes=%s", bad[i]);
        assert_int_equal(
            add(h, WORDS("of_kind=member", "name=policy", "label_vi=Diện", "type=enum", codes),
                &id),
            ERR_INPUT);
        assert_string_equal(error_last()->field, "codes");
    }
    assert_int_equal(add(h,
                         WORDS("of_kind=member", "name=policy", "label_vi=Diện", "type=enum",
                               "codes=Thương binh;7:ho-ngheo:Hộ nghèo;Khác"),
                         &id),
                     ERR_OK);
    load(h, 0);
    const struct enum_code *c = named("policy")->codes;
    assert_int_equal(c[0].number, 7);
    assert_string_equal(c[1].code, "thuong-binh");
    assert_int_equal(c[1].number, 8);
    assert_int_equal(c[2].number, 9);
    assert_int_equal(c[3].number, 0);
    /* said anew, they keep their numbers; one cannot go */
    assert_int_equal(change(h, id, WORDS("codes=Thương binh;Hộ nghèo;Khác;Mồ côi")), ERR_OK);
    assert_int_equal(change(h, id, WORDS("codes=Thương binh;Hộ nghèo;Khác")), ERR_RULE);
    load(h, 0);
    assert_int_equal(schema_code_by_text(named("policy"), slice_str("ho-ngheo"), &h->arena)->number,
                     7);
    assert_int_equal(schema_code_by_text(named("policy"), slice_str("Mồ côi"), &h->arena)->number,
                     10);
}

static void custom__what_values_stand_under_stays(void **state)
{
    struct house *h = *state;
    struct dot id, other;
    const char *const *words =
        WORDS("of_kind=member", "name=shirt_size", "label_vi=Cỡ áo", "type=text");
    assert_int_equal(add(h, words, &id), ERR_OK);
    assert_int_equal(change(h, id, WORDS("type=int")), ERR_RULE);
    assert_int_equal(change(h, id, WORDS("number=1005")), ERR_RULE);
    assert_int_equal(change(h, id, WORDS("of_kind=activity")), ERR_RULE);
    assert_int_equal(change(h, id, WORDS("label_vi=Cỡ áo đoàn", "name=shirt")), ERR_OK);
    assert_int_equal(add(h, words, &other), ERR_OK); /* the name is free again, the number is not */
    load(h, 0);
    assert_int_equal(named("shirt_size")->number, 1001);
    assert_int_equal(named("shirt")->number, 1000);
    const char *const *needed =
        WORDS("of_kind=transfer", "name=x", "label_vi=Y", "type=text", "required=true");
    assert_int_equal(add(h, needed, &other), ERR_RULE);
}

static void custom__each_limit_holds(void **state)
{
    struct house *h = *state;
    struct dot id;
    char name[] = "a23456789012345678901234567890123456789xx";
    struct buf codes = {0};
    assert_int_equal(add(h,
                         WORDS("of_kind=member", arena_printf(&h->arena, "name=%s", name),
                               "label_vi=Dài", "type=text"),
                         &id),
                     ERR_INPUT);
    name[40] = '\0';
    assert_int_equal(add(h,
                         WORDS("of_kind=member", arena_printf(&h->arena, "name=%s", name),
                               "label_vi=Dài", "type=text"),
                         &id),
                     ERR_OK);
    assert_int_equal(
        add(h,
            WORDS("of_kind=member", "name=last", "label_vi=Cuối", "type=text", "number=2147483647"),
            &id),
        ERR_OK);
    assert_int_equal(
        add(h, WORDS("of_kind=member", "name=beyond", "label_vi=Quá", "type=text"), &id),
        ERR_INPUT);
    assert_string_equal(error_last()->field, "number");
    assert_int_equal(
        add(h, WORDS("of_kind=activity", "name=low", "label_vi=Thấp", "type=text", "number=999"),
            &id),
        ERR_INPUT);
    assert_int_equal(add(h,
                         WORDS("of_kind=activity", "name=list", "label_vi=Danh mục", "type=enum",
                               "codes=2147483647:a:A;B"),
                         &id),
                     ERR_INPUT);
    buf_add_str(&codes, "codes=x1");
    for (int i = 2; i <= 500; i++) {
        buf_printf(&codes, ";x%d", i);
    }
    const char *full = arena_cstr(&h->arena, buf_view(&codes));
    buf_add_str(&codes, ";x501");
    const char *over = arena_cstr(&h->arena, buf_view(&codes));
    buf_free(&codes);
    assert_int_equal(
        add(h, WORDS("of_kind=activity", "name=list", "label_vi=Danh sách", "type=enum", over),
            &id),
        ERR_INPUT);
    assert_int_equal(
        add(h, WORDS("of_kind=activity", "name=list", "label_vi=Danh sách", "type=enum", full),
            &id),
        ERR_OK);
    for (int i = 4; i <= CUSTOM_MAX; i++) {
        const char *n = arena_printf(&h->arena, "name=f%d", i);
        const char *label = arena_printf(&h->arena, "label_vi=Nhãn %d", i);
        assert_int_equal(add(h, WORDS("of_kind=note", n, label, "type=text"), &id), ERR_OK);
    }
    assert_int_equal(add(h, WORDS("of_kind=note", "name=g", "label_vi=G", "type=text"), &id),
                     ERR_RULE);
}

static void custom__a_number_that_was_undone_is_not_given_again(void **state)
{
    struct house *h = *state;
    struct dot id;
    assert_int_equal(
        add(h, WORDS("of_kind=member", "name=policy", "label_vi=Diện", "type=enum", "codes=A;B"),
            &id),
        ERR_OK);
    struct datum two = datum_text(slice_str("2:b:B:B"));
    const struct edit undone = {F_FIELD_CODES, EDIT_REMOVE, &two, 1};
    (void)fixture_save(&h->f, 0, &id, 0, &undone, 1);
    assert_int_equal(change(h, id, WORDS("codes+=C")), ERR_OK);
    load(h, 0);
    assert_null(schema_code(named("policy"), 2));
    assert_string_equal(schema_code(named("policy"), 3)->code, "c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(custom__the_rule_follows_from_the_type, begin, end),
        cmocka_unit_test_setup_teardown(custom__merging_does_not_ask_who_knows_the_field, begin,
                                        end),
        cmocka_unit_test_setup_teardown(custom__of_two_the_smaller_id_is_good, begin, end),
        cmocka_unit_test_setup_teardown(custom__what_is_not_understood_is_left_alone, begin, end),
        cmocka_unit_test_setup_teardown(custom__codes_get_numbers_that_stay, begin, end),
        cmocka_unit_test_setup_teardown(custom__what_values_stand_under_stays, begin, end),
        cmocka_unit_test_setup_teardown(custom__each_limit_holds, begin, end),
        cmocka_unit_test_setup_teardown(custom__a_number_that_was_undone_is_not_given_again, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
