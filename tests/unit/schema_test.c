#include "core/schema.h"
#include "core/text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* What the table holds is permanent: this is the list of what was ever given out. A row may be
 * added; a number that changes its name or type would make stores misread each other. */
static const struct {
    uint32_t kind, number;
    const char *name;
    enum field_type type;
} given_out[] = {
    {KIND_UNIT, 16, "code", FIELD_TEXT},
    {KIND_UNIT, 17, "name", FIELD_TEXT},
    {KIND_UNIT, 18, "parent", FIELD_REF},
    {KIND_UNIT, 19, "type", FIELD_ENUM},
    {KIND_UNIT, 20, "setting", FIELD_ENUM},
    {KIND_UNIT, 26, "status", FIELD_ENUM},
    {KIND_NODE, 17, "key", FIELD_BYTES},
    {KIND_NODE, 18, "actors", FIELD_TEXTSET},
    {KIND_NODE, 19, "role", FIELD_ENUM},
    {KIND_NODE, 20, "state", FIELD_ENUM},
    {KIND_MEMBER, 16, "full_name", FIELD_TEXT},
    {KIND_MEMBER, 19, "birth_date", FIELD_DATE},
    {KIND_MEMBER, 30, "card_no", FIELD_TEXT},
    {KIND_MEMBER, 40, "status", FIELD_ENUM},
    {KIND_ACTIVITY, 17, "title", FIELD_TEXT},
    {KIND_ACTIVITY, 19, "date", FIELD_DATE},
    {KIND_ACTIVITY, 25, "present", FIELD_REFSET},
    {KIND_ACTIVITY, 26, "excused", FIELD_REFSET},
    {KIND_TRANSFER, F_MEMBER, "member", FIELD_REF},
    {KIND_TRANSFER, 25, "letter_no", FIELD_TEXT},
    {KIND_ANSWER, 19, "acknowledged", FIELD_DATE},
    {KIND_MEMBER, F_UNIT, "unit", FIELD_REF},
    {KIND_MEMBER, F_EXT_ID, "ext_id", FIELD_TEXT},
    {KIND_MEMBER, F_NOTE, "note", FIELD_TEXT},
    {KIND_MEMBER, F_DELETED, "deleted", FIELD_BYTES},
};

static void schema__numbers_given_out_stay(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(given_out); i++) {
        const struct field_def *f = schema_field(given_out[i].kind, given_out[i].number);
        assert_non_null(f);
        assert_string_equal(f->name, given_out[i].name);
        assert_int_equal(f->type, given_out[i].type);
    }
}

static void schema__kinds_are_numbered_and_named_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < schema_kind_count(); i++) {
        const struct kind_def *a = schema_kind_at(i);
        assert_ptr_equal(schema_kind(a->number), a);
        assert_ptr_equal(schema_kind_by_name(slice_str(a->name)), a);
        for (size_t j = i + 1; j < schema_kind_count(); j++) {
            const struct kind_def *b = schema_kind_at(j);
            assert_int_not_equal(a->number, b->number);
            assert_string_not_equal(a->name, b->name);
        }
    }
    assert_null(schema_kind_at(schema_kind_count()));
    assert_null(schema_kind(0));
    assert_null(schema_kind(9999));
}

static void schema__fields_of_a_kind_are_distinct(void **state)
{
    (void)state;
    for (size_t k = 0; k < schema_kind_count(); k++) {
        const struct kind_def *kind = schema_kind_at(k);
        const struct field_def *a = NULL;
        for (size_t i = 0; (a = schema_field_at(kind, i)) != NULL; i++) {
            assert_true(a->number >= 16 || a->number <= F_ONCE);
            assert_ptr_equal(schema_field(kind->number, a->number), a);
            assert_ptr_equal(schema_field_by_name(kind, slice_str(a->name)), a);
            const struct field_def *b = NULL;
            for (size_t j = i + 1; (b = schema_field_at(kind, j)) != NULL; j++) {
                assert_int_not_equal(a->number, b->number);
                assert_string_not_equal(a->name, b->name);
            }
        }
    }
}

/* Names that JSON output and the import use for something else. */
static void schema__no_field_takes_a_reserved_key(void **state)
{
    (void)state;
    static const char *const reserved[] = {"id", "kind", "unit_code"};
    for (size_t k = 0; k < schema_kind_count(); k++) {
        const struct field_def *f = NULL;
        for (size_t i = 0; (f = schema_field_at(schema_kind_at(k), i)) != NULL; i++) {
            assert_int_not_equal(f->name[0], '_');
            for (size_t r = 0; r < ARRAY_COUNT(reserved); r++) {
                assert_string_not_equal(f->name, reserved[r]);
            }
        }
    }
}

static void schema__every_text_has_both_languages(void **state)
{
    (void)state;
    for (size_t k = 0; k < schema_kind_count(); k++) {
        const struct kind_def *kind = schema_kind_at(k);
        assert_true(kind->vi && kind->vi[0] && kind->en && kind->en[0]);
        const struct field_def *f = NULL;
        for (size_t i = 0; (f = schema_field_at(kind, i)) != NULL; i++) {
            assert_true(f->vi && f->vi[0] && f->en && f->en[0]);
            assert_true(text_is_normal(slice_str(f->vi)));
            for (const struct enum_code *c = f->codes; c && c->number != 0; c++) {
                assert_true(c->code && c->code[0] && c->vi && c->vi[0] && c->en && c->en[0]);
                assert_true(text_is_normal(slice_str(c->vi)));
            }
        }
    }
}

static void schema__types_and_rules_fit_together(void **state)
{
    (void)state;
    for (size_t k = 0; k < schema_kind_count(); k++) {
        const struct kind_def *kind = schema_kind_at(k);
        const struct field_def *f = NULL;
        for (size_t i = 0; (f = schema_field_at(kind, i)) != NULL; i++) {
            bool set = f->type == FIELD_REFSET || f->type == FIELD_TEXTSET;
            assert_int_equal(set, f->rule == MERGE_SET);
            assert_int_equal(f->type == FIELD_ENUM, f->codes != NULL);
            assert_true(f->rule != MERGE_FORWARD || f->type == FIELD_ENUM);
            assert_true(f->ref_kind == 0 || schema_kind(f->ref_kind) != NULL);
            if (f->leader != 0) {
                const struct field_def *leader = schema_field(kind->number, f->leader);
                assert_non_null(leader);
                assert_true(leader != f && leader->leader == 0);
            }
        }
        uint32_t title = schema_title_field(kind->number);
        assert_true(title == 0 || schema_field(kind->number, title)->type == FIELD_TEXT);
    }
}

static void schema__every_merge_rule_and_type_is_in_use(void **state)
{
    (void)state;
    bool rules[MERGE_MIN + 1] = {false};
    bool types[FIELD_BYTES + 1] = {false};
    for (size_t k = 0; k < schema_kind_count(); k++) {
        const struct field_def *f = NULL;
        for (size_t i = 0; (f = schema_field_at(schema_kind_at(k), i)) != NULL; i++) {
            rules[f->rule] = true;
            types[f->type] = true;
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(rules); i++) {
        assert_true(rules[i]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        assert_true(types[i]);
    }
}

static void schema__codes_of_a_field_are_distinct(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t k = 0; k < schema_kind_count(); k++) {
        const struct field_def *f = NULL;
        for (size_t i = 0; (f = schema_field_at(schema_kind_at(k), i)) != NULL; i++) {
            for (const struct enum_code *c = f->codes; c && c->number != 0; c++) {
                assert_ptr_equal(schema_code(f, c->number), c);
                /* any of its three names leads to it, so none of them means another code */
                assert_ptr_equal(schema_code_by_text(f, slice_str(c->code), &arena), c);
                assert_ptr_equal(schema_code_by_text(f, slice_str(c->vi), &arena), c);
                assert_ptr_equal(schema_code_by_text(f, slice_str(c->en), &arena), c);
            }
        }
    }
    arena_free(&arena);
}

static void schema__words_of_the_unit_lists_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *word, *type, *setting;
    } words[] = {
        {"Tỉnh", "tinh-doan", NULL},
        {"Thành phố Trung ương", "tinh-doan", NULL},
        {"Huyện", "huyen-doan", NULL},
        {"huyen", "huyen-doan", NULL},
        {"Thị xã", "thi-doan", NULL},
        {"thanh-pho", "thanh-doan", NULL},
        {"THÀNH PHỐ", "thanh-doan", NULL},
        {"Quận", "quan-doan", NULL},
        {"Xã", "doan-co-so", "xa"},
        {"xa", "doan-co-so", "xa"},
        {"Phường", "doan-co-so", "phuong"},
        {"thi-tran", "doan-co-so", "thi-tran"},
        {"thị trấn", "doan-co-so", "thi-tran"},
    };
    struct arena arena = {0};
    const struct field_def *type = schema_field(KIND_UNIT, F_UNIT_TYPE);
    const struct field_def *setting = schema_field(KIND_UNIT, F_UNIT_SETTING);
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        assert_null(schema_code_by_text(type, slice_str(words[i].word), &arena));
        const struct code_alias *a =
            schema_alias(type, text_fold(slice_str(words[i].word), &arena));
        assert_non_null(a);
        assert_string_equal(schema_code(type, a->number)->code, words[i].type);
        if (words[i].setting) {
            assert_int_equal(a->also_field, F_UNIT_SETTING);
            assert_string_equal(schema_code(setting, a->also_number)->code, words[i].setting);
        } else {
            assert_int_equal(a->also_field, 0);
        }
    }
    assert_null(schema_alias(type, slice_str("xa phuong")));
    assert_null(schema_alias(setting, slice_str("xa")));
    arena_free(&arena);
}

static struct record record_with(uint32_t kind, uint32_t number, int64_t code, struct field *field,
                                 struct value *value)
{
    *value = (struct value){.dot = {1, 1}, .datum = datum_int(code)};
    *field = (struct field){number, 1, value};
    return (struct record){.id = {1, 1}, .kind = kind, .fields = field, .field_count = 1};
}

static void schema__branches_and_clerks_stay_in_their_commune(void **state)
{
    (void)state;
    struct field field;
    struct value value;
    for (const struct enum_code *c = schema_field(KIND_UNIT, F_UNIT_TYPE)->codes; c->number; c++) {
        struct record r = record_with(KIND_UNIT, F_UNIT_TYPE, c->number, &field, &value);
        assert_int_equal(schema_route(&r), c->rank == LEVEL_BRANCH ? ROUTE_OWN : ROUTE_EVERYWHERE);
    }
    static const struct {
        int64_t role;
        enum route route;
    } roles[] = {{NODE_ROLE_VIEWER, ROUTE_OWN},
                 {NODE_ROLE_CLERK, ROUTE_OWN},
                 {NODE_ROLE_OFFICER, ROUTE_EVERYWHERE},
                 {NODE_ROLE_HUB, ROUTE_EVERYWHERE}};
    for (size_t i = 0; i < ARRAY_COUNT(roles); i++) {
        struct record r = record_with(KIND_NODE, F_NODE_ROLE, roles[i].role, &field, &value);
        assert_int_equal(schema_route(&r), roles[i].route);
    }
}

static void schema__unknown_things_get_a_safe_default(void **state)
{
    (void)state;
    struct value values[2] = {{.datum = datum_int(5)}, {.datum = datum_mark()}};
    struct field plain = {5000, 1, values};
    struct field set = {5001, 2, values};
    assert_int_equal(schema_rule(KIND_MEMBER, &plain), MERGE_LATEST);
    assert_int_equal(schema_rule(KIND_MEMBER, &set), MERGE_SET);
    assert_int_equal(schema_rule(777, &plain), MERGE_LATEST);
    assert_null(schema_field(KIND_MEMBER, 5000));
    assert_int_equal(schema_field(777, F_UNIT)->number, F_UNIT);
    struct record r = {.kind = 777};
    assert_int_equal(schema_route(&r), ROUTE_OWN);
}

static void schema__labels_name_kinds_and_fields(void **state)
{
    (void)state;
    const struct kind_def *member = schema_kind_by_name(slice_str("đoàn viên"));
    assert_non_null(member);
    assert_int_equal(member->number, KIND_MEMBER);
    assert_int_equal(schema_field_by_name(member, slice_str("Ho va ten"))->number, F_MEMBER_NAME);
    assert_int_equal(schema_field_by_name(member, slice_str("Birth date"))->number, F_MEMBER_BIRTH);
    assert_null(schema_field_by_name(member, slice_str("member")));
    assert_null(schema_field_by_name(member, slice_str("")));
    assert_null(schema_kind_by_name(slice_str("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema__numbers_given_out_stay),
        cmocka_unit_test(schema__kinds_are_numbered_and_named_once),
        cmocka_unit_test(schema__fields_of_a_kind_are_distinct),
        cmocka_unit_test(schema__no_field_takes_a_reserved_key),
        cmocka_unit_test(schema__every_text_has_both_languages),
        cmocka_unit_test(schema__types_and_rules_fit_together),
        cmocka_unit_test(schema__every_merge_rule_and_type_is_in_use),
        cmocka_unit_test(schema__codes_of_a_field_are_distinct),
        cmocka_unit_test(schema__words_of_the_unit_lists_are_known),
        cmocka_unit_test(schema__branches_and_clerks_stay_in_their_commune),
        cmocka_unit_test(schema__unknown_things_get_a_safe_default),
        cmocka_unit_test(schema__labels_name_kinds_and_fields),
    };
    return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
