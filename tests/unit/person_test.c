/* Merging persons and taking it back: what is shown, who speaks, where a save goes, and that two
 * officers who decide at once end alike. */
#include "core/doubles.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Root 15 (store 0), district 138 (1), communes 04576 (2) and 04570 (3). */
struct house {
    struct fixture f;
    struct arena arena;
};

static int begin(void **state)
{
    struct house *h = test_calloc(1, sizeof(*h));
    fixture_tree(&h->f, 11);
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

static struct dot add_kind(struct house *h, size_t at, uint32_t kind, const char *const *words)
{
    struct dot id = {0, 0}, dot;
    struct id_list doubles;
    struct draft draft = {.kind = kind, .anyway = true};
    enum err e = fixture_draft(&h->f, at, draft, &h->arena, &id, &dot, &doubles, words);
    if (e != ERR_OK) {
        fail_msg("add: %s", error_last()->text);
    }
    return id;
}
#define ADD(at, ...) add_kind(h, at, KIND_MEMBER, WORDS(__VA_ARGS__))

static enum err change(struct house *h, size_t at, struct dot id, const char *const *words)
{
    struct dot same, dot;
    struct id_list doubles;
    return fixture_draft(&h->f, at, (struct draft){.id = id}, &h->arena, &same, &dot, &doubles,
                         words);
}
#define CHANGE(at, id, ...) assert_int_equal(change(h, at, id, WORDS(__VA_ARGS__)), ERR_OK)

static enum err finish(struct txn *t, enum err e)
{
    if (e != ERR_OK) {
        txn_abort(t);
        return e;
    }
    return txn_commit(t);
}

static enum err try_merge(struct house *h, size_t at, struct dot a, struct dot b,
                          const struct doubles_keep *keeps, size_t count)
{
    struct txn *t = NULL;
    struct dot survivor;
    assert_int_equal(txn_begin(h->f.stores[at], TXN_WRITE, &t), ERR_OK);
    return finish(t, doubles_merge(t, a, b, keeps, count, &h->arena, &survivor));
}

static void merge(struct house *h, size_t at, struct dot a, struct dot b)
{
    enum err e = try_merge(h, at, a, b, NULL, 0);
    if (e != ERR_OK) {
        fail_msg("merge: %s", error_last()->text);
    }
}

static enum err unmerge(struct house *h, size_t at, struct dot a, struct dot b)
{
    struct txn *t = NULL;
    struct dot survivor;
    assert_int_equal(txn_begin(h->f.stores[at], TXN_WRITE, &t), ERR_OK);
    return finish(t, doubles_unmerge(t, a, b, &h->arena, &survivor));
}

static enum err not_same(struct house *h, size_t at, struct dot a, struct dot b, bool undo)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(h->f.stores[at], TXN_WRITE, &t), ERR_OK);
    return finish(t, doubles_not_same(t, a, b, undo, &h->arena));
}

static void delete (struct house *h, size_t at, struct dot id)
{
    struct txn *t = NULL;
    struct dot same, dot;
    struct datum d = datum_int(1);
    struct edit edit = {F_DELETED, EDIT_SET, &d, 1};
    struct save save = {.id = id, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    assert_int_equal(txn_begin(h->f.stores[at], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(finish(t, store_save(t, &save, &h->arena, &same, &dot)), ERR_OK);
}

static struct record read_person(struct house *h, size_t at, struct dot id)
{
    struct txn *t = NULL;
    struct record r;
    assert_int_equal(txn_begin(h->f.stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(person_read(t, id, &h->arena, &r, NULL), ERR_OK);
    txn_abort(t);
    return r;
}

/* The field in words, elements of a set parted by ;. */
static const char *words_of(struct house *h, size_t at, struct dot id, const char *name)
{
    struct record r = read_person(h, at, id);
    const struct field_def *f = schema_field_by_name(schema_kind(r.kind), slice_str(name));
    size_t count = 0;
    struct txn *t = NULL;
    struct buf b = {0};
    assert_non_null(f);
    if (!record_field(&r, f->number)) {
        return "";
    }
    const struct value **v = merge_siblings(&r, f->number, &h->arena, &count);
    assert_int_equal(txn_begin(h->f.stores[at], TXN_READ, &t), ERR_OK);
    for (size_t i = 0; i < count; i++) {
        buf_add_str(&b, i ? ";" : "");
        buf_add_slice(&b, draft_format(t, f, &v[i]->datum, "en", &h->arena));
    }
    txn_abort(t);
    const char *out = arena_cstr(&h->arena, buf_view(&b));
    buf_free(&b);
    return out;
}
#define SHOWS(at, id, field, text) assert_string_equal(words_of(h, at, id, field), text)

static struct dot shown(struct house *h, size_t at, struct dot id)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(h->f.stores[at], TXN_READ, &t), ERR_OK);
    struct dot d = person_shown(t, id);
    txn_abort(t);
    return d;
}
#define SAME_ID(x, y) assert_true(dot_equal(x, y))

static struct record raw(struct house *h, size_t at, struct dot id)
{
    struct txn *t = NULL;
    struct record r;
    assert_int_equal(txn_begin(h->f.stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &h->arena, &r, NULL), ERR_OK);
    txn_abort(t);
    return r;
}

/* ---- claims --------------------------------------------------------------------------------- */

static void person__values_of_the_shown_first_then_of_the_next(void **state)
{
    struct house *h = *state;
    struct dot a = ADD(2, "full_name=Giàng A Dê", "birth_date=2001-04-12", "languages=mông");
    struct dot b =
        ADD(2, "full_name=Giang De", "birth_date=2001-12-04", "phone=0912", "languages=mông;kinh");
    merge(h, 2, b, a);
    SAME_ID(shown(h, 2, b), a);
    for (int i = 0; i < 2; i++) {
        struct dot id = i ? b : a;
        SAME_ID(read_person(h, 2, id).id, a);
        SHOWS(2, id, "full_name", "Giàng A Dê");
        SHOWS(2, id, "birth_date", "12/04/2001");
        SHOWS(2, id, "phone", "0912");
        SHOWS(2, id, "languages", "kinh;mông");
    }
}

static void person__what_was_chosen_is_shown(void **state)
{
    struct house *h = *state;
    struct dot a = ADD(2, "full_name=Giàng A Dê", "birth_date=2001-04-12", "status=away",
                       "status_date=2020-01-01");
    struct dot b = ADD(2, "full_name=Giàng A Dế", "birth_date=2001-12-04", "status=active",
                       "status_date=2019-02-02");
    const struct doubles_keep keeps[] = {{F_MEMBER_BIRTH, true}, {F_MEMBER_STATUS, true}};
    assert_int_equal(try_merge(h, 2, a, b, keeps, 2), ERR_OK);
    SHOWS(2, a, "full_name", "Giàng A Dê");
    SHOWS(2, a, "birth_date", "04/12/2001");
    SHOWS(2, a, "status", "Active");
    SHOWS(2, a, "status_date", "02/02/2019"); /* it goes with its leader */
    assert_int_equal(unmerge(h, 2, a, b), ERR_OK);
    SHOWS(2, a, "birth_date", "12/04/2001");
    SHOWS(2, b, "birth_date", "04/12/2001");
}

static void person__a_save_is_what_is_shown_afterwards(void **state)
{
    struct house *h = *state;
    struct dot a = ADD(2, "full_name=Giàng A Dê", "birth_date=2001-04-12", "phone=0911");
    struct dot b = ADD(2, "full_name=Giàng A Dế", "birth_date=2001-12-04", "occupation=Thợ xây",
                       "phone=0922", "languages=kinh");
    const struct doubles_keep keep = {F_MEMBER_BIRTH, true};
    assert_int_equal(try_merge(h, 2, a, b, &keep, 1), ERR_OK);
    CHANGE(2, b, "birth_date=2002-02-02", "full_name=Giàng A Đế");
    SHOWS(2, a, "birth_date", "02/02/2002");
    SHOWS(2, a, "full_name", "Giàng A Đế");
    SHOWS(2, a, "occupation", "Thợ xây");
    CHANGE(2, a, "phone=", "occupation=", "languages+=mông", "languages-=kinh");
    SHOWS(2, a, "phone", "");
    SHOWS(2, a, "occupation", "");
    SHOWS(2, a, "languages", "mông");
    CHANGE(2, b, "phone=0933", "occupation=Y tế");
    SHOWS(2, b, "phone", "0933");
    SHOWS(2, b, "occupation", "Y tế");
}

static void person__references_are_followed_and_unite(void **state)
{
    struct house *h = *state;
    struct dot a = ADD(2, "full_name=Giàng A Dê", "birth_date=2001-04-12", "ext_id=a");
    struct dot b = ADD(2, "full_name=Giàng A Dế", "birth_date=2001-04-12", "ext_id=b");
    (void)ADD(2, "full_name=Lò Thị Ban", "birth_date=2002-04-12", "ext_id=c");
    struct dot meeting = add_kind(
        h, 2, KIND_ACTIVITY,
        WORDS("type=meeting", "title=Sinh hoạt", "date=2024-01-02", "present=a;b;c", "chair=b"));
    merge(h, 2, a, b);
    SHOWS(2, meeting, "present", "Giàng A Dê;Lò Thị Ban");
    SHOWS(2, meeting, "chair", "Giàng A Dê");
    struct record stored = raw(h, 2, meeting);
    size_t count = 0;
    (void)merge_siblings(&stored, F_ACTIVITY_PRESENT, &h->arena, &count);
    assert_int_equal(count, 3); /* never rewritten */
    assert_int_equal(unmerge(h, 2, b, (struct dot){0, 0}), ERR_OK);
    SHOWS(2, meeting, "present", "Giàng A Dê;Giàng A Dế;Lò Thị Ban");
}

static void person__unmerging_leaves_no_trace_in_what_is_shown(void **state)
{
    struct house *h = *state;
    struct dot a = ADD(2, "full_name=Giàng A Dê", "birth_date=2001-04-12");
    struct dot b = ADD(2, "full_name=Giàng A Dế", "birth_date=2001-12-04");
    struct dot c = ADD(2, "full_name=Giang A De", "birth_date=2001-12-05");
    const struct doubles_keep from_b = {F_MEMBER_BIRTH, true}, from_a = {F_MEMBER_BIRTH, false};
    assert_int_equal(try_merge(h, 2, a, b, &from_b, 1), ERR_OK);
    assert_int_equal(try_merge(h, 2, a, c, &from_a, 1), ERR_OK);
    SHOWS(2, c, "birth_date", "04/12/2001");
    assert_int_equal(unmerge(h, 2, b, c), ERR_RULE); /* only by way of a */
    assert_int_equal(unmerge(h, 2, a, (struct dot){0, 0}), ERR_OK);
    assert_int_equal(unmerge(h, 2, a, (struct dot){0, 0}), ERR_RULE);
    const struct dot ids[] = {a, b, c};
    const char *births[] = {"12/04/2001", "04/12/2001", "05/12/2001"};
    for (size_t i = 0; i < 3; i++) {
        struct record r = raw(h, 2, ids[i]);
        size_t count = 0;
        SAME_ID(shown(h, 2, ids[i]), ids[i]);
        SHOWS(2, ids[i], "birth_date", births[i]);
        if (record_field(&r, F_MERGED_KEEP)) {
            (void)merge_siblings(&r, F_MERGED_KEEP, &h->arena, &count);
        }
        assert_int_equal(count, 0);
    }
}

static void person__a_deleted_record_does_not_speak(void **state)
{
    struct house *h = *state;
    struct dot a = ADD(2, "full_name=Giàng A Dê", "birth_date=2001-04-12", "phone=0911");
    struct dot b = ADD(2, "full_name=Giàng A Dế", "birth_date=2001-12-04");
    merge(h, 2, a, b);
    delete (h, 2, a);
    SAME_ID(shown(h, 2, a), b);
    SHOWS(2, a, "full_name", "Giàng A Dế");
    SHOWS(2, a, "phone", "");
    delete (h, 2, b);
    SAME_ID(shown(h, 2, b), a);
}

static void person__what_cannot_be_merged_says_why(void **state)
{
    struct house *h = *state;
    struct dot a = ADD(2, "full_name=Giàng A Dê", "birth_date=2001-04-12");
    struct dot b = ADD(2, "full_name=Giàng A Dế", "birth_date=2001-12-04");
    struct dot far = ADD(3, "full_name=Giàng A Dê", "birth_date=2001-04-12");
    struct dot gone = ADD(2, "full_name=Giàng A Dề", "birth_date=2001-12-04");
    const struct doubles_keep sets = {28, true}, follows = {41, true};
    const struct doubles_keep twice[] = {{F_MEMBER_BIRTH, true}, {F_MEMBER_BIRTH, false}};
    delete (h, 2, gone);
    fixture_settle(&h->f);
    assert_int_equal(try_merge(h, 2, a, a, NULL, 0), ERR_INPUT);
    assert_int_equal(try_merge(h, 2, a, h->f.units[2], NULL, 0), ERR_RULE);
    assert_int_equal(try_merge(h, 2, a, gone, NULL, 0), ERR_RULE);
    assert_int_equal(try_merge(h, 2, a, b, &sets, 1), ERR_INPUT);
    assert_int_equal(try_merge(h, 2, a, b, &follows, 1), ERR_INPUT);
    assert_int_equal(try_merge(h, 2, a, b, twice, 2), ERR_INPUT);
    assert_int_equal(try_merge(h, 2, a, far, NULL, 0), ERR_NOT_FOUND);
    assert_int_equal(not_same(h, 2, a, b, false), ERR_OK);
    assert_int_equal(try_merge(h, 2, b, a, NULL, 0), ERR_RULE);
    assert_non_null(strstr(error_last()->text, "terrace doubles --not"));
    assert_int_equal(not_same(h, 2, b, a, true), ERR_OK);
    merge(h, 2, b, a);
    assert_int_equal(try_merge(h, 2, b, a, NULL, 0), ERR_RULE);
    assert_int_equal(not_same(h, 2, a, b, false), ERR_RULE);
    merge(h, 1, a, far); /* the district stands above both */
    fixture_settle(&h->f);
    SAME_ID(shown(h, 1, far), shown(h, 1, b));
}

static void person__two_officers_at_once_end_alike(void **state)
{
    struct house *h = *state;
    struct dot a = ADD(2, "full_name=Giàng A Dê", "birth_date=2001-04-12", "phone=1");
    struct dot b = ADD(2, "full_name=Giàng A Dế", "birth_date=2001-12-04", "phone=2");
    struct dot c = ADD(2, "full_name=Giang De", "birth_date=2002-12-04", "phone=3");
    const struct doubles_keep one = {F_MEMBER_BIRTH, true}, two = {F_MEMBER_BIRTH, false};
    fixture_settle(&h->f);
    assert_int_equal(try_merge(h, 2, a, b, &one, 1), ERR_OK); /* the commune */
    assert_int_equal(try_merge(h, 1, b, c, &two, 1), ERR_OK); /* the district */
    assert_int_equal(try_merge(h, 0, a, b, &two, 1), ERR_OK); /* the province, otherwise */
    fixture_settle(&h->f);
    for (size_t at = 0; at < 3; at++) {
        SAME_ID(shown(h, at, c), a);
        SHOWS(at, c, "birth_date", words_of(h, 0, a, "birth_date"));
        SHOWS(at, b, "phone", "1");
    }
    assert_int_equal(unmerge(h, 1, b, a), ERR_OK); /* of both saves */
    fixture_settle(&h->f);
    for (size_t at = 0; at < 3; at++) {
        SAME_ID(shown(h, at, a), a);
        SAME_ID(shown(h, at, c), b);
        SHOWS(at, a, "birth_date", "12/04/2001");
    }
}

static void person__a_number_of_ones_own_is_no_double(void **state)
{
    struct house *h = *state;
    struct dot a = ADD(2, "full_name=Giàng A Dê", "birth_date=2001-04-12");
    struct dot b = ADD(2, "full_name=Giàng A Dế", "birth_date=2001-04-12", "id_no=015201004576");
    assert_int_equal(change(h, 2, a, WORDS("id_no=015201004576")), ERR_DOUBLE);
    merge(h, 2, a, b);
    CHANGE(2, a, "id_no=015201004576");
}

static void person__choices_are_read_as_written(void **state)
{
    struct house *h = *state;
    uint32_t field = 0;
    struct dot id, want = {0x123456789abcdefu, 41};
    struct slice text = person_keep_format(19, want, &h->arena);
    assert_true(person_keep_parse(text, &field, &id));
    assert_int_equal(field, 19);
    SAME_ID(id, want);
    const char *bad[] = {"",         "19",        "19:",    ":k7f-41",
                         "x:k7f-41", "19:k7f-41", "19:k7f", "99999999999:k7f-41"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(person_keep_parse(slice_str(bad[i]), &field, &id));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(person__values_of_the_shown_first_then_of_the_next),
        TEST(person__what_was_chosen_is_shown),
        TEST(person__a_save_is_what_is_shown_afterwards),
        TEST(person__references_are_followed_and_unite),
        TEST(person__unmerging_leaves_no_trace_in_what_is_shown),
        TEST(person__a_deleted_record_does_not_speak),
        TEST(person__what_cannot_be_merged_says_why),
        TEST(person__two_officers_at_once_end_alike),
        TEST(person__a_number_of_ones_own_is_no_double),
        TEST(person__choices_are_read_as_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
