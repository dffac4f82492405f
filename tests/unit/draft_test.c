#include "core/draft.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Root 15 (store 0), district 138 (store 1), commune 04576 (store 2), each with what it needs. */
struct house {
    struct fixture f;
    struct arena arena;
    struct id_list doubles;
};

static int begin(void **state)
{
    struct house *h = test_calloc(1, sizeof(*h));
    fixture_begin(&h->f, 7);
    fixture_root(&h->f);
    (void)fixture_child(&h->f, 0, "138", LEVEL_DISTRICT);
    (void)fixture_child(&h->f, 1, "04576", LEVEL_COMMUNE);
    fixture_settle(&h->f);
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

static struct txn *write_txn(struct house *h, size_t at)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(h->f.stores[at], TXN_WRITE, &t), ERR_OK);
    return t;
}

static enum err try_draft(struct house *h, size_t at, struct draft draft, struct dot *id,
                          struct dot *dot, const char *const *words)
{
    return fixture_draft(&h->f, at, draft, &h->arena, id, dot, &h->doubles, words);
}

static enum err add(struct house *h, size_t at, uint32_t kind, struct dot *id,
                    const char *const *words)
{
    struct dot dot;
    return try_draft(h, at, (struct draft){.kind = kind}, id, &dot, words);
}

static enum err change(struct house *h, size_t at, struct dot id, const char *const *words)
{
    struct dot same, dot;
    return try_draft(h, at, (struct draft){.id = id}, &same, &dot, words);
}

static struct dot add_member(struct house *h, size_t at, const char *name, const char *birth)
{
    struct dot id = {0, 0};
    const char *n = arena_printf(&h->arena, "full_name=%s", name);
    const char *b = arena_printf(&h->arena, "birth_date=%s", birth);
    assert_int_equal(add(h, at, KIND_MEMBER, &id, WORDS(n, b)), ERR_OK);
    return id;
}

static struct record get(struct house *h, size_t at, struct dot id)
{
    struct txn *t = NULL;
    struct record r;
    assert_int_equal(txn_begin(h->f.stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &h->arena, &r, NULL), ERR_OK);
    txn_abort(t);
    return r;
}

static void assert_fault(enum err got, enum err wanted, const char *field)
{
    assert_int_equal(got, wanted);
    assert_string_equal(error_last()->field, field);
    assert_true(error_last()->text[0] != '\0');
}

/* ---- parsing: each type, both sides of each limit ------------------------------------------- */

static enum err parse(const struct field_def *f, const char *text, struct arena *arena,
                      struct datum *d)
{
    return draft_parse(NULL, f, slice_str(text), arena, d);
}

static void draft__dates_keep_their_precision(void **state)
{
    struct house *h = *state;
    const struct field_def *f = schema_field(KIND_MEMBER, F_MEMBER_BIRTH);
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"2001-04-12", DATE_MAKE(2001, 4, 12)}, {"12/04/2001", DATE_MAKE(2001, 4, 12)},
                {"12.4.2001", DATE_MAKE(2001, 4, 12)},  {"2001-04", DATE_MAKE(2001, 4, 0)},
                {"04/2001", DATE_MAKE(2001, 4, 0)},     {"2001", DATE_MAKE(2001, 0, 0)},
                {" 2001 ", DATE_MAKE(2001, 0, 0)},      {"29/02/2004", DATE_MAKE(2004, 2, 29)},
                {"29/02/2000", DATE_MAKE(2000, 2, 29)}, {"1000-01-01", DATE_MAKE(1000, 1, 1)},
                {"31/12/9999", DATE_MAKE(9999, 12, 31)}};
    static const char *const bad[] = {"2001-13-01",  "2001-00-01", "2001-02-29",    "1900-02-29",
                                      "31/04/2001",  "00/04/2001", "32/01/2001",    "0999",
                                      "10000-01-01", "12/04/01",   "yesterday",     "2001-04-12x",
                                      "2001-",       "-2001",      "2001-04-12-01", "12/2001/04"};
    struct datum d;
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        assert_int_equal(parse(f, good[i].text, &h->arena, &d), ERR_OK);
        assert_int_equal(d.type, DATUM_INT);
        assert_int_equal(d.i, good[i].value);
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_fault(parse(f, bad[i], &h->arena, &d), ERR_INPUT, "birth_date");
    }
}

static void draft__months_need_year_and_month(void **state)
{
    struct house *h = *state;
    const struct field_def *f = schema_field_by_name(schema_kind(KIND_THEME), slice_str("month"));
    struct datum d;
    assert_int_equal(parse(f, "2025-03", &h->arena, &d), ERR_OK);
    assert_int_equal(d.i, MONTH_MAKE(2025, 3));
    assert_int_equal(parse(f, "3/2025", &h->arena, &d), ERR_OK);
    assert_int_equal(d.i, MONTH_MAKE(2025, 3));
    static const char *const bad[] = {"2025", "2025-13", "2025-03-01", "March"};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_fault(parse(f, bad[i], &h->arena, &d), ERR_INPUT, "month");
    }
}

static void draft__numbers_stay_within_their_limits(void **state)
{
    struct house *h = *state;
    const struct kind_def *k = schema_kind(KIND_TRANSFER);
    const struct field_def *f = schema_field_by_name(k, slice_str("meetings_held"));
    struct datum d;
    assert_int_equal(f->max, 1000);
    assert_int_equal(parse(f, "0", &h->arena, &d), ERR_OK);
    assert_int_equal(d.i, 0);
    assert_int_equal(parse(f, "1000", &h->arena, &d), ERR_OK);
    assert_int_equal(d.i, 1000);
    static const char *const bad[] = {"-1", "1001", "1.5", "ten", "1 000", "99999999999999999999"};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_fault(parse(f, bad[i], &h->arena, &d), ERR_INPUT, "meetings_held");
    }
}

static void draft__money_is_written_in_many_ways(void **state)
{
    struct house *h = *state;
    const struct field_def *f =
        schema_field_by_name(schema_kind(KIND_ACTIVITY), slice_str("value"));
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"2000", 2000},
                {"2.000", 2000},
                {"2,000,000", 2000000},
                {"2 000 đ", 2000},
                {"2000đ", 2000},
                {"2.000 đồng", 2000},
                {"1000000000000", 1000000000000},
                {"5000 VND", 5000}};
    static const char *const bad[] = {"2.00", "1.0000", "đ", "1000000000001", "-1", "2000 USD"};
    struct datum d;
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        assert_int_equal(parse(f, good[i].text, &h->arena, &d), ERR_OK);
        assert_int_equal(d.i, good[i].value);
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_fault(parse(f, bad[i], &h->arena, &d), ERR_INPUT, "value");
    }
}

static void draft__yes_and_no_in_both_languages(void **state)
{
    struct house *h = *state;
    const struct field_def *f =
        schema_field_by_name(schema_kind(KIND_MEMBER), slice_str("outstanding"));
    static const char *const yes[] = {"true", "Có", "YES", "1", "x", "đúng"};
    static const char *const no[] = {"false", "Không", "no", "0", "sai"};
    struct datum d;
    for (size_t i = 0; i < ARRAY_COUNT(yes); i++) {
        assert_int_equal(parse(f, yes[i], &h->arena, &d), ERR_OK);
        assert_int_equal(d.i, 1);
    }
    for (size_t i = 0; i < ARRAY_COUNT(no); i++) {
        assert_int_equal(parse(f, no[i], &h->arena, &d), ERR_OK);
        assert_int_equal(d.i, 0);
    }
    assert_fault(parse(f, "maybe", &h->arena, &d), ERR_INPUT, "outstanding");
}

static void draft__codes_go_by_code_label_and_alias(void **state)
{
    struct house *h = *state;
    const struct field_def *sex = schema_field_by_name(schema_kind(KIND_MEMBER), slice_str("sex"));
    const struct field_def *type = schema_field(KIND_UNIT, F_UNIT_TYPE);
    static const char *const female[] = {"female", "Nữ", "nu", "FEMALE"};
    struct datum d;
    for (size_t i = 0; i < ARRAY_COUNT(female); i++) {
        assert_int_equal(parse(sex, female[i], &h->arena, &d), ERR_OK);
        assert_string_equal(schema_code(sex, d.i)->code, "female");
    }
    assert_int_equal(parse(type, "Thị trấn", &h->arena, &d), ERR_OK);
    assert_string_equal(schema_code(type, d.i)->code, "doan-co-so");
    assert_fault(parse(sex, "purple", &h->arena, &d), ERR_INPUT, "sex");
    assert_non_null(strstr(error_last()->text, "female, male, other"));
}

static void draft__places_are_degrees(void **state)
{
    struct house *h = *state;
    const struct field_def *f = schema_field_by_name(schema_kind(KIND_UNIT), slice_str("location"));
    static const struct {
        const char *text, *back;
    } good[] = {{"21.7, 104.87", "21.700000,104.870000"},
                {"-90,-180", "-90.000000,-180.000000"},
                {"90,180", "90.000000,180.000000"},
                {"-0.000001,0.5", "-0.000001,0.500000"}};
    static const char *const bad[] = {"90.000001,0", "0,180.000001", "91,0",      "21.7",
                                      "21.7,x",      "21.1234567,0", "21.7,104,5"};
    struct datum d;
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        assert_int_equal(parse(f, good[i].text, &h->arena, &d), ERR_OK);
        assert_string_equal(draft_geo(d.i, &h->arena), good[i].back);
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_fault(parse(f, bad[i], &h->arena, &d), ERR_INPUT, "location");
    }
}

static void draft__text_is_kept_in_nfc_up_to_its_limit(void **state)
{
    struct house *h = *state;
    const struct field_def *f = schema_field(KIND_UNIT, F_UNIT_CODE);
    struct datum d;
    char text[42];
    assert_int_equal(parse(f, "De\xcc\x82", &h->arena, &d), ERR_OK);
    assert_int_equal(d.text.len, 3);
    memset(text, 'x', sizeof(text));
    text[40] = '\0';
    assert_int_equal(parse(f, text, &h->arena, &d), ERR_OK);
    text[40] = 'x';
    text[41] = '\0';
    assert_fault(parse(f, text, &h->arena, &d), ERR_INPUT, "code");
    assert_fault(parse(f, "\xff", &h->arena, &d), ERR_INPUT, "code");
    assert_int_equal(parse(f, "  ", &h->arena, &d), ERR_OK);
    assert_int_equal(d.type, DATUM_EMPTY);
}

static void draft__machine_fields_are_not_typed(void **state)
{
    struct house *h = *state;
    struct dot id = add_member(h, 2, "Giàng A Dê", "2001");
    struct datum d;
    assert_fault(parse(schema_field(KIND_NODE, F_NODE_KEY), "00", &h->arena, &d), ERR_INPUT, "key");
    assert_fault(change(h, 2, id, WORDS("merged_into=x")), ERR_INPUT, "merged_into");
}

static void draft__what_is_formatted_is_parsed_back(void **state)
{
    struct house *h = *state;
    static const struct {
        uint32_t kind;
        const char *field, *text, *vi;
    } rows[] = {{KIND_MEMBER, "birth_date", "2001-04-12", "12/04/2001"},
                {KIND_MEMBER, "birth_date", "2001-04", "04/2001"},
                {KIND_MEMBER, "birth_date", "2001", "2001"},
                {KIND_THEME, "month", "2025-03", "03/2025"},
                {KIND_MEMBER, "sex", "male", "Nam"},
                {KIND_MEMBER, "outstanding", "true", "có"},
                {KIND_ACTIVITY, "value", "2000", "2.000 đ"},
                {KIND_ACTIVITY, "location", "21.7,104.87", "21.700000,104.870000"}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct field_def *f =
            schema_field_by_name(schema_kind(rows[i].kind), slice_str(rows[i].field));
        struct datum d, again;
        assert_int_equal(parse(f, rows[i].text, &h->arena, &d), ERR_OK);
        struct slice s = draft_format(NULL, f, &d, "vi", &h->arena);
        assert_int_equal(s.len, strlen(rows[i].vi));
        assert_memory_equal(s.ptr, rows[i].vi, s.len);
        assert_int_equal(draft_parse(NULL, f, s, &h->arena, &again), ERR_OK);
        assert_int_equal(datum_compare(&d, &again), 0);
    }
}

static void draft__a_record_without_words_is_named_by_whom_it_is_about(void **state)
{
    struct house *h = *state;
    struct dot fee, year, member = add_member(h, 2, "Lò Thị Mai", "2004-03-03");
    char text[DOT_TEXT_SIZE];
    dot_format(member, text);
    const char *who = arena_printf(&h->arena, "member=%s", text);
    assert_int_equal(add(h, 2, KIND_FEE, &fee, WORDS(who, "month=2025-03", "status=due")), ERR_OK);
    assert_int_equal(add(h, 2, KIND_ASSESSMENT, &year, WORDS("year=2025")), ERR_OK);
    struct txn *t = write_txn(h, 2);
    struct datum of_fee = datum_ref(fee), of_year = datum_ref(year);
    struct slice name = draft_format(t, NULL, &of_fee, "vi", &h->arena);
    assert_true(slice_equal(name, slice_str("Lò Thị Mai")));
    name = draft_format(t, NULL, &of_year, "vi", &h->arena);
    assert_true(name.len > 8 && memcmp(name.ptr + name.len - 8, " (04576)", 8) == 0);
    txn_abort(t);
}

/* ---- saving --------------------------------------------------------------------------------- */

static void draft__a_new_record_gets_the_stores_unit(void **state)
{
    struct house *h = *state;
    struct dot id = add_member(h, 2, "Giàng A Dê", "2001");
    struct record r = get(h, 2, id);
    const struct value *unit = merge_shown(&r, F_UNIT);
    assert_non_null(unit);
    assert_true(dot_equal(unit->datum.ref, h->f.units[2]));
}

static void draft__required_fields_are_required(void **state)
{
    struct house *h = *state;
    struct dot id;
    assert_fault(add(h, 2, KIND_MEMBER, &id, WORDS("birth_date=2001")), ERR_INPUT, "full_name");
    assert_fault(add(h, 2, KIND_MEMBER, &id, WORDS("full_name= ", "birth_date=2001")), ERR_INPUT,
                 "full_name");
    id = add_member(h, 2, "Giàng A Dê", "2001");
    assert_fault(change(h, 2, id, WORDS("full_name=")), ERR_INPUT, "full_name");
    assert_fault(change(h, 2, id, WORDS("unit=")), ERR_INPUT, "unit");
    assert_int_equal(change(h, 2, id, WORDS("phone=09")), ERR_OK);
}

static void draft__fields_are_known_and_given_once(void **state)
{
    struct house *h = *state;
    struct dot id = add_member(h, 2, "Giàng A Dê", "2001");
    assert_fault(change(h, 2, id, WORDS("wings=2")), ERR_INPUT, "wings");
    assert_fault(change(h, 2, id, WORDS("phone=1", "phone=2")), ERR_INPUT, "phone");
    assert_fault(change(h, 2, id, WORDS("phone+=1")), ERR_INPUT, "phone");
    assert_int_equal(change(h, 2, id, WORDS("Điện thoại=0912")), ERR_OK);
    struct record r = get(h, 2, id);
    assert_non_null(record_field(&r, 31));
}

static size_t set_size(struct house *h, struct dot id, const char *name)
{
    size_t count = 0;
    struct record r = get(h, 2, id);
    const struct field_def *f = schema_field_by_name(schema_kind(r.kind), slice_str(name));
    (void)merge_siblings(&r, f->number, &h->arena, &count);
    return count;
}

static void draft__sets_grow_shrink_and_are_replaced(void **state)
{
    struct house *h = *state;
    struct dot id = add_member(h, 2, "Giàng A Dê", "2001");
    assert_int_equal(change(h, 2, id, WORDS("languages=Mông; Kinh;")), ERR_OK);
    assert_int_equal(set_size(h, id, "languages"), 2);
    assert_int_equal(change(h, 2, id, WORDS("languages+=Dao", "languages+=Thái")), ERR_OK);
    assert_int_equal(set_size(h, id, "languages"), 4);
    assert_int_equal(change(h, 2, id, WORDS("languages-=Kinh")), ERR_OK);
    assert_int_equal(set_size(h, id, "languages"), 3);
    assert_int_equal(change(h, 2, id, WORDS("languages=Tày")), ERR_OK);
    assert_int_equal(set_size(h, id, "languages"), 1);
    assert_int_equal(change(h, 2, id, WORDS("languages=")), ERR_OK);
    assert_int_equal(set_size(h, id, "languages"), 0);
    assert_int_equal(change(h, 2, id, WORDS("languages=Mông")), ERR_OK);
    assert_int_equal(change(h, 2, id, WORDS("languages+=Dao", "languages-=Mông")), ERR_OK);
    assert_int_equal(set_size(h, id, "languages"), 1);
    assert_fault(change(h, 2, id, WORDS("languages=a", "languages+=b")), ERR_INPUT, "languages");
}

static void draft__saving_what_is_there_writes_nothing(void **state)
{
    struct house *h = *state;
    struct dot id = add_member(h, 2, "Giàng A Dê", "12/04/2001"), same, dot;
    assert_int_equal(try_draft(h, 2, (struct draft){.id = id}, &same, &dot,
                               WORDS("birth_date=2001-04-12", "phone=")),
                     ERR_OK);
    assert_true(dot_is_none(dot));
}

static void draft__references_are_found_in_many_ways(void **state)
{
    struct house *h = *state;
    struct dot id, found;
    struct id_list candidates;
    assert_int_equal(
        add(h, 2, KIND_MEMBER, &id,
            WORDS("full_name=Giàng A Dê", "birth_date=2001", "ext_id=m-1", "card_no=15 77")),
        ERR_OK);
    (void)add_member(h, 2, "Lò Thị Ban", "2002");
    (void)add_member(h, 2, "Lò Thị Bàn", "2003");
    char text[DOT_TEXT_SIZE], shorter[DOT_TEXT_SIZE];
    dot_format(id, text);
    (void)snprintf(shorter, sizeof(shorter), "%.8s%s", text, strchr(text, '-'));
    const char *const words[] = {text, shorter, "m-1", "15 77", "giang a de", "GIÀNG A DÊ"};
    struct txn *t = NULL;
    assert_int_equal(txn_begin(h->f.stores[2], TXN_READ, &t), ERR_OK);
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        assert_int_equal(
            draft_resolve_ref(t, KIND_MEMBER, slice_str(words[i]), &h->arena, &found, &candidates),
            ERR_OK);
        assert_true(dot_equal(found, id));
    }
    assert_int_equal(
        draft_resolve_ref(t, KIND_UNIT, slice_str("04576"), &h->arena, &found, &candidates),
        ERR_OK);
    assert_true(dot_equal(found, h->f.units[2]));
    assert_int_equal(
        draft_resolve_ref(t, KIND_MEMBER, slice_str("lo thi ban"), &h->arena, &found, &candidates),
        ERR_AMBIGUOUS);
    assert_int_equal(candidates.count, 2);
    static const char *const unknown[] = {"", "nobody", "M-1", "00000-1", "04576"};
    for (size_t i = 0; i < ARRAY_COUNT(unknown); i++) {
        assert_int_equal(draft_resolve_ref(t, KIND_MEMBER, slice_str(unknown[i]), &h->arena, &found,
                                           &candidates),
                         ERR_NOT_FOUND);
    }
    txn_abort(t);
}

static void draft__a_missing_reference_names_the_field(void **state)
{
    struct house *h = *state;
    struct dot id;
    assert_fault(add(h, 2, KIND_ACTIVITY, &id,
                     WORDS("type=meeting", "title=Họp", "date=2025", "present=nobody")),
                 ERR_NOT_FOUND, "present");
}

static void draft__a_probable_double_is_named(void **state)
{
    struct house *h = *state;
    struct dot id = add_member(h, 2, "Giàng A Dê", "12/04/2001"), other, dot;
    assert_fault(
        add(h, 2, KIND_MEMBER, &other, WORDS("full_name=giang a dế", "birth_date=2001-04-12")),
        ERR_DOUBLE, "full_name");
    assert_int_equal(h->doubles.count, 1);
    assert_true(dot_equal(h->doubles.ids[0], id));
    assert_int_equal(
        add(h, 2, KIND_MEMBER, &other, WORDS("full_name=Giàng A Dê", "birth_date=2001-04-13")),
        ERR_OK);
    assert_int_equal(try_draft(h, 2, (struct draft){.kind = KIND_MEMBER, .anyway = true}, &other,
                               &dot, WORDS("full_name=Giàng A Dê", "birth_date=2001-04-12")),
                     ERR_OK);
}

static void draft__numbers_of_a_person_are_hints(void **state)
{
    struct house *h = *state;
    struct dot id = add_member(h, 2, "Giàng A Dê", "2001"), other;
    assert_int_equal(change(h, 2, id, WORDS("card_no=77")), ERR_OK);
    assert_int_equal(change(h, 2, id, WORDS("card_no=77", "phone=1")), ERR_OK);
    assert_fault(add(h, 2, KIND_MEMBER, &other,
                     WORDS("full_name=Vừ A Say", "birth_date=2002", "card_no=77")),
                 ERR_DOUBLE, "card_no");
}

static void draft__rows_with_keys_of_their_own_are_two(void **state)
{
    struct house *h = *state;
    struct draft draft = {.kind = KIND_MEMBER, .via = VIA_IMPORT};
    struct dot id, dot;
    const char *const a[] = {"full_name=Vừ A Say", "birth_date=2002", "ext_id=a", NULL};
    const char *const b[] = {"full_name=Vừ A Say", "birth_date=2002", "ext_id=b", NULL};
    const char *const none[] = {"full_name=Vừ A Say", "birth_date=2002", NULL};
    assert_int_equal(try_draft(h, 2, draft, &id, &dot, a), ERR_OK);
    assert_int_equal(try_draft(h, 2, draft, &id, &dot, b), ERR_OK);
    assert_fault(try_draft(h, 2, draft, &id, &dot, none), ERR_DOUBLE, "full_name");
}

static void draft__a_row_that_is_held_already_changes_nothing(void **state)
{
    struct house *h = *state;
    const struct draft draft = {.kind = KIND_MEMBER, .via = VIA_IMPORT, .may_repeat = true};
    const char *const row[] = {
        "unit=04576", "full_name=Vừ A Say", "birth_date=2002", "languages=mông;kinh", "sex=", NULL};
    const char *const less[] = {"unit=04576", "full_name=Vừ A Say", "languages=kinh", NULL};
    const char *const other[] = {"unit=04576", "full_name=Vừ A Say", "birth_date=2002",
                                 "languages=thái", NULL};
    const char *const marks[] = {"unit=04576", "full_name=Vừ A Sấy", "birth_date=2002", NULL};
    const char *const moved[] = {"unit=138", "full_name=Vừ A Say", "birth_date=2002", NULL};
    struct dot first, id, dot;
    assert_int_equal(try_draft(h, 1, draft, &first, &dot, row), ERR_OK);
    assert_false(dot_is_none(dot));
    assert_int_equal(try_draft(h, 1, draft, &id, &dot, row), ERR_OK);
    assert_true(dot_is_none(dot) && dot_equal(id, first));
    assert_int_equal(try_draft(h, 1, draft, &id, &dot, less), ERR_OK);
    assert_true(dot_is_none(dot) && dot_equal(id, first));
    assert_fault(try_draft(h, 1, draft, &id, &dot, other), ERR_DOUBLE, "full_name");
    assert_fault(try_draft(h, 1, draft, &id, &dot, marks), ERR_DOUBLE, "full_name");
    assert_fault(try_draft(h, 1, draft, &id, &dot, moved), ERR_DOUBLE, "full_name");
}

static void draft__a_word_of_the_lists_fills_the_setting(void **state)
{
    struct house *h = *state;
    const struct field_def *setting = schema_field(KIND_UNIT, F_UNIT_SETTING);
    struct dot id;
    assert_int_equal(add(h, 1, KIND_UNIT, &id, WORDS("code=9", "name=Cổ Phúc", "type=Thị trấn")),
                     ERR_OK);
    struct record r = get(h, 1, id);
    assert_string_equal(schema_code(setting, merge_shown(&r, F_UNIT_SETTING)->datum.i)->code,
                        "thi-tran");
    assert_true(dot_equal(merge_shown(&r, F_UNIT_PARENT)->datum.ref, h->f.units[1]));
    assert_int_equal(
        add(h, 1, KIND_UNIT, &id, WORDS("code=10", "name=Trường", "type=Xã", "setting=truong")),
        ERR_OK);
    r = get(h, 1, id);
    assert_string_equal(schema_code(setting, merge_shown(&r, F_UNIT_SETTING)->datum.i)->code,
                        "truong");
}

/* ---- who may write -------------------------------------------------------------------------- */

static void draft__levels_guard_kinds_and_fields(void **state)
{
    struct house *h = *state;
    struct dot id;
    const char *const theme[] = {"month=2025-03", "title=Tháng Thanh niên", NULL};
    assert_int_equal(add(h, 2, KIND_THEME, &id, theme), ERR_RULE);
    assert_int_equal(add(h, 1, KIND_THEME, &id, theme), ERR_OK);
    assert_fault(change(h, 1, h->f.units[1], WORDS("pilot=true")), ERR_RULE, "pilot");
    assert_int_equal(change(h, 0, h->f.units[1], WORDS("pilot=true")), ERR_OK);
}

static void draft__only_the_own_subtree_is_written(void **state)
{
    struct house *h = *state;
    struct dot id;
    assert_fault(add(h, 2, KIND_MEMBER, &id, WORDS("full_name=A", "birth_date=2001", "unit=138")),
                 ERR_RULE, "unit");
    assert_int_equal(
        add(h, 1, KIND_MEMBER, &id, WORDS("full_name=A", "birth_date=2001", "unit=04576")), ERR_OK);
    assert_fault(change(h, 2, h->f.units[1], WORDS("name=Huyện khác")), ERR_RULE, "unit");
    assert_int_equal(change(h, 1, h->f.units[2], WORDS("name=Xã khác")), ERR_OK);
}

static void draft__what_flows_down_is_read_only_below(void **state)
{
    struct house *h = *state;
    struct dot id;
    assert_int_equal(add(h, 0, KIND_DIRECTIVE, &id, WORDS("subject=Rà soát")), ERR_OK);
    fixture_settle(&h->f);
    (void)get(h, 1, id);
    assert_fault(change(h, 1, id, WORDS("subject=Khác")), ERR_RULE, "unit");
}

static void draft__a_unit_stands_on_no_cycle(void **state)
{
    struct house *h = *state;
    assert_fault(change(h, 0, h->f.units[0], WORDS("parent=04576")), ERR_RULE, "parent");
    assert_fault(change(h, 0, h->f.units[1], WORDS("parent=138")), ERR_RULE, "parent");
    assert_int_equal(change(h, 0, h->f.units[2], WORDS("parent=15")), ERR_OK);
}

static void draft__a_deleted_record_takes_no_edit(void **state)
{
    struct house *h = *state;
    struct dot id = add_member(h, 2, "Giàng A Dê", "2001"), dot;
    struct datum yes = datum_int(1);
    struct edit edit = {F_DELETED, EDIT_SET, &yes, 1};
    struct save save = {.id = id, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    struct txn *t = write_txn(h, 2);
    assert_int_equal(store_save(t, &save, &h->arena, &id, &dot), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    assert_int_equal(change(h, 2, id, WORDS("phone=1")), ERR_RULE);
    /* and is nobody's double */
    (void)add_member(h, 2, "Giàng A Dê", "2001");
}

/* Two edits of one field meet; a file that says what is shown decides nothing, a person does. */
static void draft__an_import_of_what_is_shown_decides_no_conflict(void **state)
{
    struct house *h = *state;
    struct dot id = add_member(h, 2, "Giàng A Dê", "2001"), same, dot;
    fixture_settle(&h->f);
    assert_int_equal(change(h, 2, id, WORDS("phone=1")), ERR_OK);
    h->f.now_ms += 1000;
    assert_int_equal(change(h, 1, id, WORDS("phone=2")), ERR_OK);
    fixture_settle(&h->f);
    struct record r = get(h, 2, id);
    assert_true(merge_in_conflict(&r, 31));
    assert_int_equal(
        try_draft(h, 2, (struct draft){.id = id, .via = VIA_IMPORT}, &same, &dot, WORDS("phone=2")),
        ERR_OK);
    assert_true(dot_is_none(dot));
    assert_int_equal(change(h, 2, id, WORDS("phone=2")), ERR_OK);
    r = get(h, 2, id);
    assert_false(merge_in_conflict(&r, 31));
}

/* Rule 7: a form covers only what its author was shown. */
static void draft__a_stale_form_overwrites_nothing(void **state)
{
    struct house *h = *state;
    struct dot id = add_member(h, 2, "Giàng A Dê", "2001"), same, dot;
    struct record shown = get(h, 2, id);
    assert_int_equal(change(h, 2, id, WORDS("phone=1")), ERR_OK);
    assert_int_equal(try_draft(h, 2, (struct draft){.id = id, .shown = &shown.context}, &same, &dot,
                               WORDS("phone=2")),
                     ERR_OK);
    struct record r = get(h, 2, id);
    assert_true(merge_in_conflict(&r, 31));
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, begin, end)
static struct dot unit_of(struct house *h, size_t at, struct dot id)
{
    struct txn *t = write_txn(h, at);
    struct record r;
    assert_int_equal(store_get(t, id, &h->arena, &r, NULL), ERR_OK);
    struct dot unit = merge_shown_ref(&r, F_UNIT);
    txn_abort(t);
    return unit;
}

static void draft__what_happens_to_a_member_is_of_its_unit(void **state)
{
    struct house *h = *state;
    struct dot branch = fixture_unit(&h->f, 2, h->f.units[2], "04576-1", "chi-doan"), m, id;
    assert_int_equal(add(h, 2, KIND_MEMBER, &m,
                         WORDS("full_name=Lò Thị Mai", "birth_date=2001", "unit=04576-1")),
                     ERR_OK);
    assert_int_equal(add(h, 2, KIND_FEE, &id, WORDS("month=2025-06", "member=Lò Thị Mai")), ERR_OK);
    assert_true(dot_equal(unit_of(h, 2, id), branch));
    assert_int_equal(
        add(h, 2, KIND_REWARD, &id, WORDS("member=Lò Thị Mai", "form=Giấy khen", "unit=04576")),
        ERR_OK);
    assert_true(dot_equal(unit_of(h, 2, id), h->f.units[2])); /* as it is said */
    assert_int_equal(add(h, 2, KIND_POSITION, &id,
                         WORDS("member=Lò Thị Mai", "title=bi-thu", "from=2025-01-15")),
                     ERR_OK);
    assert_true(dot_equal(unit_of(h, 2, id), h->f.units[2])); /* a post is the committee's */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(draft__a_record_without_words_is_named_by_whom_it_is_about,
                                        begin, end),
        CLAIM(draft__dates_keep_their_precision),
        CLAIM(draft__months_need_year_and_month),
        CLAIM(draft__numbers_stay_within_their_limits),
        CLAIM(draft__money_is_written_in_many_ways),
        CLAIM(draft__yes_and_no_in_both_languages),
        CLAIM(draft__codes_go_by_code_label_and_alias),
        CLAIM(draft__places_are_degrees),
        CLAIM(draft__text_is_kept_in_nfc_up_to_its_limit),
        CLAIM(draft__machine_fields_are_not_typed),
        CLAIM(draft__what_is_formatted_is_parsed_back),
        CLAIM(draft__a_new_record_gets_the_stores_unit),
        CLAIM(draft__required_fields_are_required),
        CLAIM(draft__fields_are_known_and_given_once),
        CLAIM(draft__sets_grow_shrink_and_are_replaced),
        CLAIM(draft__saving_what_is_there_writes_nothing),
        CLAIM(draft__references_are_found_in_many_ways),
        CLAIM(draft__a_missing_reference_names_the_field),
        CLAIM(draft__a_probable_double_is_named),
        CLAIM(draft__numbers_of_a_person_are_hints),
        CLAIM(draft__rows_with_keys_of_their_own_are_two),
        CLAIM(draft__a_row_that_is_held_already_changes_nothing),
        CLAIM(draft__a_word_of_the_lists_fills_the_setting),
        CLAIM(draft__levels_guard_kinds_and_fields),
        CLAIM(draft__only_the_own_subtree_is_written),
        CLAIM(draft__what_flows_down_is_read_only_below),
        CLAIM(draft__a_unit_stands_on_no_cycle),
        CLAIM(draft__a_deleted_record_takes_no_edit),
        CLAIM(draft__an_import_of_what_is_shown_decides_no_conflict),
        CLAIM(draft__a_stale_form_overwrites_nothing),
        cmocka_unit_test_setup_teardown(draft__what_happens_to_a_member_is_of_its_unit, begin, end),
    };
    return cmocka_run_group_tests_name("draft", tests, NULL, NULL);
}
