/* The story of a record: each save by its own author, however many came at once; and taking a save
 * back. */
#include "core/undo.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define F_MEMBER_LANGUAGES 28
#define F_MEMBER_PHONE 31

static struct dot save(struct fixture *f, size_t at, struct dot id, const struct edit *edits,
                       size_t count)
{
    return fixture_save(f, at, &id, KIND_MEMBER, edits, count);
}

static struct dot save_text(struct fixture *f, size_t at, struct dot id, uint32_t field,
                            const char *text)
{
    struct datum d = datum_text(slice_str(text));
    struct edit edit = {field, EDIT_SET, &d, *text ? 1 : 0};
    return save(f, at, id, &edit, 1);
}

static struct dot save_set(struct fixture *f, size_t at, struct dot id, enum edit_op op,
                           const char *element)
{
    struct datum d = datum_text(slice_str(element));
    struct edit edit = {F_MEMBER_LANGUAGES, op, &d, 1};
    return save(f, at, id, &edit, 1);
}

static struct dot add_member(struct fixture *f, size_t at, const char *name)
{
    const struct dot none = {0, 0};
    return fixture_save_text(f, at, none, KIND_MEMBER, f->units[2], F_MEMBER_NAME, name);
}

struct told {
    struct arena arena;
    struct history_entry *list;
    size_t count;
};

static struct told story(struct fixture *f, size_t at, struct dot id)
{
    struct told s = {.count = 0};
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_history(t, id, &s.arena, &s.list, &s.count), ERR_OK);
    txn_abort(t);
    return s;
}

static const struct history_entry *entry_of(const struct told *s, struct dot dot)
{
    const struct history_entry *found = NULL;
    for (size_t i = 0; i < s->count; i++) {
        if (dot_equal(s->list[i].dot, dot) && !s->list[i].refused) {
            assert_null(found);
            found = &s->list[i];
        }
    }
    assert_non_null(found);
    return found;
}

static bool says(const struct datum *data, size_t count, const char *text)
{
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        found = found || (data[i].type == DATUM_TEXT && slice_equal(data[i].text, slice_str(text)));
    }
    return found;
}

static bool wrote(const struct told *s, struct dot dot, uint32_t field, const char *text)
{
    const struct history_entry *h = entry_of(s, dot);
    bool found = false;
    for (size_t i = 0; i < h->change_count; i++) {
        found = found || (h->changes[i].field == field &&
                          says(h->changes[i].to, h->changes[i].to_count, text));
    }
    return found;
}

static void history__several_saves_that_come_at_once_keep_their_authors(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 101);
    struct dot id = add_member(&f, 2, "Giàng A Dê");
    fixture_settle(&f);
    /* commune and district write while the province hears of neither, then both come in one merge
     */
    struct dot phone = save_text(&f, 2, id, F_MEMBER_PHONE, "0912");
    struct dot name = save_text(&f, 1, id, F_MEMBER_NAME, "Giàng A Dế");
    assert_true(fixture_sync(&f, 2, NULL));
    struct dot languages = save_set(&f, 1, id, EDIT_ADD, "Mông");
    assert_true(fixture_sync(&f, 1, NULL));
    struct told s = story(&f, 0, id);
    assert_int_equal(s.count, 4);
    assert_true(wrote(&s, id, F_MEMBER_NAME, "Giàng A Dê"));
    assert_true(wrote(&s, phone, F_MEMBER_PHONE, "0912"));
    assert_false(wrote(&s, phone, F_MEMBER_NAME, "Giàng A Dế"));
    assert_true(wrote(&s, name, F_MEMBER_NAME, "Giàng A Dế"));
    assert_true(wrote(&s, languages, F_MEMBER_LANGUAGES, "Mông"));
    assert_true(entry_of(&s, name)->time_ms > entry_of(&s, phone)->time_ms);
    arena_free(&s.arena);
    fixture_end(&f);
}

static void history__what_came_with_the_record_is_told_of_who_wrote_it(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 102);
    struct dot id = add_member(&f, 2, "Lò Thị Mai");
    assert_true(fixture_sync(&f, 2, NULL));
    struct dot phone = save_text(&f, 1, id, F_MEMBER_PHONE, "0987");
    assert_true(fixture_sync(&f, 1, NULL)); /* the province hears of all of it at once */
    struct told s = story(&f, 0, id);
    assert_int_equal(s.count, 2);
    assert_true(wrote(&s, id, F_MEMBER_NAME, "Lò Thị Mai"));
    assert_false(wrote(&s, id, F_MEMBER_PHONE, "0987"));
    assert_true(wrote(&s, phone, F_MEMBER_PHONE, "0987"));
    assert_true(entry_of(&s, phone)->earlier);
    assert_false(entry_of(&s, id)->earlier);
    arena_free(&s.arena);
    /* a later change here leaves the beginning of the story as it was */
    (void)save_text(&f, 0, id, F_MEMBER_PHONE, "0900");
    s = story(&f, 0, id);
    assert_int_equal(s.count, 3);
    assert_true(wrote(&s, phone, F_MEMBER_PHONE, "0987"));
    arena_free(&s.arena);
    fixture_end(&f);
}

static void history__two_values_of_one_field_are_told_of_two(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 103);
    struct dot id = add_member(&f, 2, "Vàng A Tủa");
    fixture_settle(&f);
    struct dot low = save_text(&f, 2, id, F_MEMBER_PHONE, "0911");
    struct dot high = save_text(&f, 1, id, F_MEMBER_PHONE, "0922");
    assert_true(fixture_sync(&f, 2, NULL));
    assert_true(fixture_sync(&f, 1, NULL));
    struct told s = story(&f, 0, id);
    assert_true(wrote(&s, low, F_MEMBER_PHONE, "0911"));
    assert_false(wrote(&s, low, F_MEMBER_PHONE, "0922"));
    assert_true(wrote(&s, high, F_MEMBER_PHONE, "0922"));
    assert_false(wrote(&s, high, F_MEMBER_PHONE, "0911"));
    arena_free(&s.arena);
    fixture_end(&f);
}

static void history__what_was_taken_out_of_a_set_has_its_author(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 104);
    struct dot id = add_member(&f, 2, "Hà Văn Sơn");
    (void)save_set(&f, 2, id, EDIT_ADD, "Kinh");
    fixture_settle(&f);
    struct dot taken = save_set(&f, 2, id, EDIT_REMOVE, "Kinh");
    struct dot added = save_set(&f, 1, id, EDIT_ADD, "Tày");
    assert_true(fixture_sync(&f, 2, NULL));
    assert_true(fixture_sync(&f, 1, NULL));
    struct told s = story(&f, 0, id);
    const struct history_entry *h = entry_of(&s, taken);
    assert_int_equal(h->change_count, 1);
    assert_int_equal(h->changes[0].to_count, 0);
    assert_true(says(h->changes[0].from, h->changes[0].from_count, "Kinh"));
    h = entry_of(&s, added);
    assert_int_equal(h->changes[0].from_count, 0);
    assert_true(says(h->changes[0].to, h->changes[0].to_count, "Tày"));
    arena_free(&s.arena);
    fixture_end(&f);
}

static void history__what_comes_after_a_later_save_is_late(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 105);
    struct dot id = add_member(&f, 2, "Sùng A Páo");
    fixture_settle(&f);
    struct dot first = save_text(&f, 2, id, F_MEMBER_PHONE, "0911");
    struct dot second = save_text(&f, 1, id, F_MEMBER_PHONE, "0922");
    struct dot apart = save_set(&f, 1, id, EDIT_ADD, "Dao");
    assert_true(fixture_sync(&f, 2, NULL));
    struct told s = story(&f, 1, id);
    assert_true(entry_of(&s, first)->late);
    assert_false(entry_of(&s, second)->late);
    assert_false(entry_of(&s, apart)->late);
    arena_free(&s.arena);
    fixture_end(&f);
}

/* ---- undo ----------------------------------------------------------------------------------- */

static enum err undo(struct fixture *f, size_t at, struct dot id, const struct dot *which,
                     struct undo_report *out, struct arena *arena)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f->stores[at], TXN_WRITE, &t), ERR_OK);
    enum err e = undo_save(t, id, which, 65, arena, out);
    if (e == ERR_OK) {
        assert_int_equal(txn_commit(t), ERR_OK);
    } else {
        txn_abort(t);
    }
    return e;
}

static void undo_ok(struct fixture *f, size_t at, struct dot id, const struct dot *which)
{
    struct arena arena = {0};
    struct undo_report report;
    enum err e = undo(f, at, id, which, &report, &arena);
    if (e != ERR_OK) {
        fail_msg("undo: %s", error_last()->text);
    }
    arena_free(&arena);
}

static bool shows(struct fixture *f, size_t at, struct dot id, uint32_t field, const char *text)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct record r;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &arena, &r, NULL), ERR_OK);
    txn_abort(t);
    bool found = false;
    const struct field *x = record_field(&r, field);
    bool set = x && schema_rule(r.kind, x) == MERGE_SET;
    for (uint32_t i = 0; set && i < x->count; i++) {
        found = found || says(&x->values[i].datum, 1, text);
    }
    const struct value *v = merge_shown(&r, field);
    if (!set && *text == '\0') {
        found = !v || v->datum.type == DATUM_EMPTY;
    } else if (!set) {
        found = v && says(&v->datum, 1, text);
    }
    arena_free(&arena);
    return found;
}

static bool is_deleted(struct fixture *f, size_t at, struct dot id)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct record r;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &arena, &r, NULL), ERR_OK);
    txn_abort(t);
    bool deleted = merge_is_deleted(&r);
    arena_free(&arena);
    return deleted;
}

static void undo__a_save_is_taken_back_and_done_again(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 111);
    struct dot id = add_member(&f, 2, "Giàng A Dê");
    (void)save_text(&f, 2, id, F_MEMBER_PHONE, "0911");
    (void)save_text(&f, 2, id, F_MEMBER_PHONE, "0922");
    undo_ok(&f, 2, id, NULL);
    assert_true(shows(&f, 2, id, F_MEMBER_PHONE, "0911"));
    undo_ok(&f, 2, id, NULL);
    assert_true(shows(&f, 2, id, F_MEMBER_PHONE, "0922"));
    fixture_settle(&f);
    assert_true(shows(&f, 0, id, F_MEMBER_PHONE, "0922"));
    fixture_end(&f);
}

static void undo__a_creation_is_a_deletion_and_back(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 112);
    struct dot id = add_member(&f, 2, "Giàng A Dê");
    undo_ok(&f, 2, id, NULL);
    assert_true(is_deleted(&f, 2, id));
    undo_ok(&f, 2, id, NULL);
    assert_false(is_deleted(&f, 2, id));
    fixture_end(&f);
}

static void undo__of_a_set_only_what_that_save_did(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 113);
    struct dot id = add_member(&f, 2, "Giàng A Dê");
    (void)save_set(&f, 2, id, EDIT_ADD, "Mông");
    struct dot kinh = save_set(&f, 2, id, EDIT_ADD, "Kinh");
    (void)save_set(&f, 2, id, EDIT_ADD, "Tày");
    undo_ok(&f, 2, id, &kinh);
    assert_true(shows(&f, 2, id, F_MEMBER_LANGUAGES, "Mông"));
    assert_false(shows(&f, 2, id, F_MEMBER_LANGUAGES, "Kinh"));
    assert_true(shows(&f, 2, id, F_MEMBER_LANGUAGES, "Tày"));
    struct dot gone = save_set(&f, 2, id, EDIT_REMOVE, "Mông");
    undo_ok(&f, 2, id, &gone);
    assert_true(shows(&f, 2, id, F_MEMBER_LANGUAGES, "Mông"));
    fixture_end(&f);
}

static void undo__what_was_replaced_since_stays_and_is_named(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 114);
    struct arena arena = {0};
    struct undo_report report;
    struct dot id = add_member(&f, 2, "Giàng A Dê");
    struct datum name = datum_text(slice_str("Giàng A Dế")), phone = datum_text(slice_str("0911"));
    struct edit both[] = {{F_MEMBER_NAME, EDIT_SET, &name, 1},
                          {F_MEMBER_PHONE, EDIT_SET, &phone, 1}};
    struct dot two = save(&f, 2, id, both, 2);
    fixture_settle(&f);
    (void)save_text(&f, 1, id, F_MEMBER_PHONE, "0999"); /* the district corrects one of them */
    fixture_settle(&f);
    assert_int_equal(undo(&f, 2, id, &two, &report, &arena), ERR_OK);
    assert_int_equal(report.kept_count, 1);
    assert_int_equal(report.kept[0], F_MEMBER_PHONE);
    assert_true(shows(&f, 2, id, F_MEMBER_NAME, "Giàng A Dê"));
    assert_true(shows(&f, 2, id, F_MEMBER_PHONE, "0999"));
    /* nothing of it is left: nothing is written */
    assert_int_equal(undo(&f, 2, id, &two, &report, &arena), ERR_RULE);
    arena_free(&arena);
    fixture_end(&f);
}

static void undo__beside_another_value_leaves_that_one(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 115);
    struct dot id = add_member(&f, 2, "Giàng A Dê");
    (void)save_text(&f, 2, id, F_MEMBER_PHONE, "0900");
    fixture_settle(&f);
    struct dot low = save_text(&f, 2, id, F_MEMBER_PHONE, "0911");
    (void)save_text(&f, 1, id, F_MEMBER_PHONE, "0922");
    fixture_settle(&f);
    undo_ok(&f, 2, id, &low);
    fixture_settle(&f);
    for (size_t at = 0; at < 3; at++) {
        assert_true(shows(&f, at, id, F_MEMBER_PHONE, "0922"));
        struct arena arena = {0};
        struct txn *t = NULL;
        struct record r;
        assert_int_equal(txn_begin(f.stores[at], TXN_READ, &t), ERR_OK);
        assert_int_equal(store_get(t, id, &arena, &r, NULL), ERR_OK);
        assert_false(merge_in_conflict(&r, F_MEMBER_PHONE));
        txn_abort(t);
        arena_free(&arena);
    }
    fixture_end(&f);
}

static void undo__of_a_decision_shows_what_was_shown_before(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 116);
    struct dot id = add_member(&f, 2, "Giàng A Dê");
    fixture_settle(&f);
    (void)save_text(&f, 2, id, F_MEMBER_CARD_NO, "A1");
    (void)save_text(&f, 1, id, F_MEMBER_CARD_NO, "B2");
    fixture_settle(&f);
    assert_true(shows(&f, 1, id, F_MEMBER_CARD_NO, "B2")); /* by authority */
    struct dot decided = save_text(&f, 1, id, F_MEMBER_CARD_NO, "C3");
    undo_ok(&f, 1, id, &decided);
    assert_true(shows(&f, 1, id, F_MEMBER_CARD_NO, "B2"));
    fixture_end(&f);
}

static void undo__a_store_knows_its_saves_under_an_earlier_actor(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 117);
    struct dot id = add_member(&f, 2, "Giàng A Dê");
    (void)save_text(&f, 2, id, F_MEMBER_PHONE, "0911");
    fixture_settle(&f);
    assert_int_equal(store_new_actor(f.stores[2]), ERR_OK);
    undo_ok(&f, 2, id, NULL);
    assert_true(shows(&f, 2, id, F_MEMBER_PHONE, ""));
    fixture_end(&f);
}

static void undo__what_nobody_here_knows_is_not_found(void **state)
{
    (void)state;
    struct fixture f;
    fixture_tree(&f, 118);
    struct arena arena = {0};
    struct undo_report report;
    struct dot id = add_member(&f, 2, "Giàng A Dê"), other = {12345, 6};
    fixture_settle(&f);
    assert_int_equal(undo(&f, 1, id, NULL, &report, &arena), ERR_NOT_FOUND);
    assert_int_equal(undo(&f, 2, id, &other, &report, &arena), ERR_NOT_FOUND);
    arena_free(&arena);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(history__several_saves_that_come_at_once_keep_their_authors),
        cmocka_unit_test(history__what_came_with_the_record_is_told_of_who_wrote_it),
        cmocka_unit_test(history__two_values_of_one_field_are_told_of_two),
        cmocka_unit_test(history__what_was_taken_out_of_a_set_has_its_author),
        cmocka_unit_test(history__what_comes_after_a_later_save_is_late),
        cmocka_unit_test(undo__a_save_is_taken_back_and_done_again),
        cmocka_unit_test(undo__a_creation_is_a_deletion_and_back),
        cmocka_unit_test(undo__of_a_set_only_what_that_save_did),
        cmocka_unit_test(undo__what_was_replaced_since_stays_and_is_named),
        cmocka_unit_test(undo__beside_another_value_leaves_that_one),
        cmocka_unit_test(undo__of_a_decision_shows_what_was_shown_before),
        cmocka_unit_test(undo__a_store_knows_its_saves_under_an_earlier_actor),
        cmocka_unit_test(undo__what_nobody_here_knows_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
