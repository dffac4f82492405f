/* What travels besides plain fields of known kinds: unknown kinds, sets, deletes, and whatever
 * gathered while a commune was silent. */
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define KIND_OF_TOMORROW 4711
#define FIELD_OF_TOMORROW 900

static struct dot save(struct fixture *f, size_t at, struct dot id, uint32_t kind,
                       const struct edit *edits, size_t count)
{
    (void)fixture_save(f, at, &id, kind, edits, count);
    return id;
}

static bool get(struct fixture *f, size_t at, struct dot id, struct arena *arena,
                struct record *out)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    enum err e = store_get(t, id, arena, out, NULL);
    txn_abort(t);
    return e == ERR_OK;
}

static void session__a_kind_of_a_newer_program_is_relayed_untouched(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct record here, there;
    fixture_tree(&f, 31);
    struct datum unit = datum_ref(f.units[2]), text = datum_text(slice_str("điều chưa biết"));
    struct edit edits[] = {{F_UNIT, EDIT_SET, &unit, 1}, {FIELD_OF_TOMORROW, EDIT_SET, &text, 1}};
    struct dot id = save(&f, 2, (struct dot){0, 0}, KIND_OF_TOMORROW, edits, 2);
    fixture_settle(&f);
    assert_true(get(&f, 2, id, &arena, &here));
    for (size_t up = 0; up < 2; up++) {
        assert_true(get(&f, up, id, &arena, &there));
        assert_true(record_equal(&here, &there));
        assert_int_equal(there.kind, KIND_OF_TOMORROW);
    }
    assert_false(get(&f, 3, id, &arena, &there));
    arena_free(&arena);
    fixture_end(&f);
}

static size_t set_size(struct fixture *f, size_t at, struct dot id)
{
    struct arena arena = {0};
    struct record r;
    size_t n = 0;
    assert_true(get(f, at, id, &arena, &r));
    (void)merge_siblings(&r, F_NOT_SAME, &arena, &n);
    arena_free(&arena);
    return n;
}

static void session__sets_edited_on_three_levels_unite(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 32);
    struct datum unit = datum_ref(f.units[2]);
    struct datum one = datum_ref((struct dot){9, 1}), two = datum_ref((struct dot){9, 2});
    struct datum three = datum_ref((struct dot){9, 3});
    struct edit create[] = {{F_UNIT, EDIT_SET, &unit, 1}, {F_NOT_SAME, EDIT_ADD, &one, 1}};
    struct dot id = save(&f, 2, (struct dot){0, 0}, KIND_MEMBER, create, 2);
    fixture_settle(&f);
    /* at once: the commune adds, the district adds, the province takes the first one out */
    struct edit add_two = {F_NOT_SAME, EDIT_ADD, &two, 1};
    struct edit add_three = {F_NOT_SAME, EDIT_ADD, &three, 1};
    struct edit remove_one = {F_NOT_SAME, EDIT_REMOVE, &one, 1};
    (void)save(&f, 2, id, 0, &add_two, 1);
    (void)save(&f, 1, id, 0, &add_three, 1);
    (void)save(&f, 0, id, 0, &remove_one, 1);
    fixture_settle(&f);
    for (size_t at = 0; at < 3; at++) {
        assert_int_equal(set_size(&f, at, id), 2);
    }
    fixture_end(&f);
}

static void session__a_delete_meets_an_edit_on_every_level(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct record r;
    fixture_tree(&f, 33);
    struct dot id = fixture_save_text(&f, 2, (struct dot){0, 0}, KIND_MEMBER, f.units[2],
                                      F_MEMBER_NAME, "Cứ Thị Dở");
    fixture_settle(&f);
    struct datum yes = datum_int(1);
    struct edit del = {F_DELETED, EDIT_SET, &yes, 1};
    (void)save(&f, 1, id, 0, &del, 1);
    (void)fixture_save_text(&f, 2, id, 0, (struct dot){0, 0}, F_NOTE, "vừa chuyển về");
    fixture_settle(&f);
    for (size_t at = 0; at < 3; at++) {
        assert_true(get(&f, at, id, &arena, &r));
        assert_true(merge_in_conflict(&r, F_DELETED));
        assert_non_null(record_field(&r, F_NOTE));
    }
    struct edit undelete = {F_DELETED, EDIT_SET, NULL, 0};
    (void)save(&f, 1, id, 0, &undelete, 1);
    fixture_settle(&f);
    for (size_t at = 0; at < 3; at++) {
        assert_true(get(&f, at, id, &arena, &r));
        assert_false(merge_in_conflict(&r, F_DELETED));
        assert_false(merge_is_deleted(&r));
    }
    arena_free(&arena);
    fixture_end(&f);
}

/* 40 days without a signal, while the others went on: one sync brings both sides level. */
static void session__a_commune_silent_for_long_catches_up_in_one_sync(void **state)
{
    (void)state;
    struct fixture f;
    struct session_stats stats;
    struct arena arena = {0};
    struct record r;
    struct dot own[60], theme = {0, 0};
    fixture_tree(&f, 34);
    for (size_t i = 0; i < ARRAY_COUNT(own); i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "đoàn viên %zu", i);
        own[i] = fixture_save_text(&f, 2, (struct dot){0, 0}, KIND_MEMBER, f.units[2],
                                   F_MEMBER_NAME, name);
        (void)fixture_save_text(&f, 3, (struct dot){0, 0}, KIND_MEMBER, f.units[3], F_MEMBER_NAME,
                                name);
        theme = fixture_save_text(&f, 0, (struct dot){0, 0}, KIND_THEME, f.units[0], F_NOTE, name);
        assert_true(fixture_sync(&f, 3, NULL));
        assert_true(fixture_sync(&f, 1, NULL));
        f.now_ms += INT64_C(16) * 3600 * 1000;
    }
    assert_true(fixture_sync(&f, 2, &stats));
    assert_int_equal(stats.digest_equal, 1);
    assert_int_equal(stats.sent_records, ARRAY_COUNT(own));
    assert_true(get(&f, 2, theme, &arena, &r));
    for (size_t i = 0; i < ARRAY_COUNT(own); i++) {
        assert_true(get(&f, 1, own[i], &arena, &r));
    }
    assert_true(fixture_sync(&f, 2, &stats));
    assert_int_equal(stats.rounds, 1);
    arena_free(&arena);
    fixture_end(&f);
}

/* Texts that deflate to nothing fit a message by the hundred, but not the memory a reader allows.
 */
static void session__long_texts_that_deflate_well_still_arrive(void **state)
{
    (void)state;
    struct fixture f;
    struct session_stats stats;
    static char text[60001];
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        text[i] = i % 2 ? ' ' : 'x'; /* many words: most to unpack */
    }
    text[sizeof(text) - 2] = 'x';
    fixture_tree(&f, 35);
    for (int i = 0; i < 70; i++) {
        (void)fixture_save_text(&f, 2, (struct dot){0, 0}, KIND_MEMBER, f.units[2], F_NOTE, text);
    }
    assert_true(fixture_sync(&f, 2, &stats));
    assert_int_equal(stats.sent_records, 70);
    assert_int_equal(stats.digest_equal, 1);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session__a_kind_of_a_newer_program_is_relayed_untouched),
        cmocka_unit_test(session__sets_edited_on_three_levels_unite),
        cmocka_unit_test(session__a_delete_meets_an_edit_on_every_level),
        cmocka_unit_test(session__a_commune_silent_for_long_catches_up_in_one_sync),
        cmocka_unit_test(session__long_texts_that_deflate_well_still_arrive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
