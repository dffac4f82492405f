#include "tests/unit/fixture.h"

#include "core/store_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct dot member(struct fixture *f, const char *name)
{
    return fixture_save_text(f, 0, (struct dot){0, 0}, KIND_MEMBER, f->units[0], F_MEMBER_NAME,
                             name);
}

static void store__a_save_is_read_back(void **state)
{
    (void)state;
    struct fixture f;
    fixture_begin(&f, 1);
    fixture_root(&f);
    struct dot id = member(&f, "Giàng A Dê");
    struct txn *t = NULL;
    struct arena arena = {0};
    struct record r;
    struct record_local local;
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &arena, &r, &local), ERR_OK);
    const struct value *v = merge_shown(&r, F_MEMBER_NAME);
    assert_true(slice_equal(v->datum.text, slice_str("Giàng A Dê")));
    assert_int_equal(v->level, LEVEL_PROVINCE);
    assert_int_equal(local.feed_seq, store_feed_head(t));
    txn_abort(t);
    arena_free(&arena);
    fixture_end(&f);
}

static void store__text_is_found_without_diacritics(void **state)
{
    (void)state;
    struct fixture f;
    fixture_begin(&f, 2);
    fixture_root(&f);
    struct dot id = member(&f, "Giàng A Dê");
    (void)member(&f, "Giàng A Sinh");
    struct txn *t = NULL;
    struct arena arena = {0};
    struct id_list hits;
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_ids_by_text(t, slice_str("giang a"), 10, &arena, &hits), ERR_OK);
    assert_int_equal(hits.count, 2);
    assert_int_equal(store_ids_by_text(t, slice_str("a de"), 10, &arena, &hits), ERR_OK);
    assert_int_equal(hits.count, 1);
    assert_true(dot_equal(hits.ids[0], id));
    txn_abort(t);
    arena_free(&arena);
    fixture_end(&f);
}

static void store__history_tells_who_changed_what(void **state)
{
    (void)state;
    struct fixture f;
    fixture_begin(&f, 3);
    fixture_root(&f);
    struct dot id = member(&f, "Lò Văn A"), none = {0, 0};
    (void)fixture_save_text(&f, 0, id, 0, none, F_MEMBER_NAME, "Lò Văn An");
    struct txn *t = NULL;
    struct arena arena = {0};
    struct history_entry *list = NULL;
    size_t n = 0;
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_history(t, id, &arena, &list, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_true(dot_equal(list[0].dot, id));
    assert_int_equal(list[0].change_count, 2);
    assert_int_equal(list[1].change_count, 1);
    assert_true(slice_equal(list[1].changes[0].from[0].text, slice_str("Lò Văn A")));
    assert_true(slice_equal(list[1].changes[0].to[0].text, slice_str("Lò Văn An")));
    txn_abort(t);
    arena_free(&arena);
    fixture_end(&f);
}

static void damage(struct fixture *f, struct dot id)
{
    struct txn *t = NULL;
    uint8_t key[DOT_KEY_BYTES];
    struct slice row;
    assert_int_equal(txn_begin(f->stores[0], TXN_WRITE, &t), ERR_OK);
    dot_key_put(key, id);
    assert_int_equal(table_get(t, TABLE_RECORDS, slice_make(key, sizeof(key)), &row), ERR_OK);
    uint8_t *copy = malloc(row.len);
    assert_non_null(copy);
    memcpy(copy, row.ptr, row.len);
    copy[row.len - 3] ^= 1;
    assert_int_equal(
        table_put(t, TABLE_RECORDS, slice_make(key, sizeof(key)), slice_make(copy, row.len)),
        ERR_OK);
    free(copy);
    assert_int_equal(txn_commit(t), ERR_OK);
}

static void store__a_flipped_bit_is_noticed_and_set_aside(void **state)
{
    (void)state;
    struct fixture f;
    fixture_begin(&f, 4);
    fixture_root(&f);
    struct dot id = member(&f, "Hoàng Thị B");
    (void)member(&f, "Hoàng Thị C");
    struct check_report report;
    assert_int_equal(store_check(f.stores[0], false, &report), ERR_OK);
    assert_int_equal(report.damaged, 0);
    assert_int_equal(report.records, 4);
    damage(&f, id);
    struct txn *t = NULL;
    struct arena arena = {0};
    struct record r;
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &arena, &r, NULL), ERR_DAMAGED);
    txn_abort(t);
    assert_int_equal(store_check(f.stores[0], false, &report), ERR_OK);
    assert_true(report.damaged >= 1);
    assert_int_equal(store_check(f.stores[0], true, &report), ERR_OK);
    assert_int_equal(store_check(f.stores[0], false, &report), ERR_OK);
    assert_int_equal(report.damaged, 0);
    assert_int_equal(report.records, 3);
    arena_free(&arena);
    fixture_end(&f);
}

static void store__check_notices_a_lost_index_entry(void **state)
{
    (void)state;
    struct fixture f;
    fixture_begin(&f, 5);
    fixture_root(&f);
    (void)member(&f, "Sùng A Páo");
    struct txn *t = NULL;
    struct walk w;
    struct check_report report;
    uint8_t key[256];
    size_t len = 0;
    assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &t), ERR_OK);
    walk_begin(&w, t, TABLE_INDEX, slice_str("t"), (struct slice){0});
    assert_true(walk_next(&w));
    len = w.key.len;
    memcpy(key, w.key.ptr, len);
    assert_int_equal(walk_end(&w), ERR_OK);
    assert_int_equal(table_del(t, TABLE_INDEX, slice_make(key, len)), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    assert_int_equal(store_check(f.stores[0], true, &report), ERR_OK);
    assert_true(report.damaged > 0);
    assert_int_equal(store_check(f.stores[0], false, &report), ERR_OK);
    assert_int_equal(report.damaged, 0);
    fixture_end(&f);
}

static void store__a_store_of_the_first_version_is_brought_up_to_date(void **state)
{
    (void)state;
    struct fixture f;
    struct txn *t = NULL;
    struct check_report report;
    uint64_t version = 0;
    char dir[96];
    fixture_begin(&f, 8);
    fixture_root(&f);
    struct dot a = fixture_save_text(&f, 0, (struct dot){0, 0}, KIND_MEMBER, f.units[0],
                                     F_MEMBER_NAME, "Lý A Páo");
    assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(table_clear(t, TABLE_INDEX), ERR_OK);
    assert_int_equal(table_clear(t, TABLE_DIGESTS), ERR_OK);
    t->digest.loaded = false;
    assert_int_equal(meta_put_u64(t, "version", 1), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    store_close(f.stores[0]);
    (void)snprintf(dir, sizeof(dir), "%s/0", f.dir);
    assert_int_equal(store_open(&f.env, dir, &f.stores[0]), ERR_OK);
    assert_int_equal(store_check(f.stores[0], false, &report), ERR_OK);
    assert_int_equal(report.damaged, 0);
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(meta_get_u64(t, "version", &version), ERR_OK);
    assert_int_equal(version, STORE_VERSION);
    assert_true(store_has(t, a));
    txn_abort(t);
    fixture_end(&f);
}

static void store__tables_that_an_older_version_had_not_are_made(void **state)
{
    (void)state;
    struct fixture f;
    struct txn *t = NULL;
    char dir[96];
    fixture_begin(&f, 9);
    fixture_root(&f);
    (void)snprintf(dir, sizeof(dir), "%s/0", f.dir);
    for (uint64_t is = 2; is <= STORE_VERSION; is++) {
        assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &t), ERR_OK);
        for (size_t i = TABLE_FIRST_OF_3; i < TABLE_COUNT; i++) {
            assert_int_equal(mdb_drop(t->mdb, f.stores[0]->tables[i], 1), 0);
        }
        assert_int_equal(meta_put_u64(t, "version", is), ERR_OK);
        assert_int_equal(txn_commit(t), ERR_OK);
        store_close(f.stores[0]);
        f.stores[0] = NULL;
        /* one that says it is of this version has lost them */
        enum err e = store_open(&f.env, dir, &f.stores[0]);
        assert_int_equal(e, is == 2 ? ERR_OK : ERR_DAMAGED);
    }
    fixture_end(&f);
}

static void store__a_deleted_record_takes_no_edit(void **state)
{
    (void)state;
    struct fixture f;
    fixture_begin(&f, 6);
    fixture_root(&f);
    struct dot id = member(&f, "Vàng Thị D"), dot;
    struct txn *t = NULL;
    struct arena arena = {0};
    struct datum yes = datum_int(1), name = datum_text(slice_str("x"));
    struct edit del = {F_DELETED, EDIT_SET, &yes, 1}, set = {F_MEMBER_NAME, EDIT_SET, &name, 1};
    struct edit undel = {F_DELETED, EDIT_SET, NULL, 0};
    struct save save = {.id = id, .edits = &del, .edit_count = 1, .via = VIA_LOCAL};
    assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(store_save(t, &save, &arena, &id, &dot), ERR_OK);
    save.edits = &set;
    assert_int_equal(store_save(t, &save, &arena, &id, &dot), ERR_RULE);
    save.edits = &undel;
    assert_int_equal(store_save(t, &save, &arena, &id, &dot), ERR_OK);
    save.edits = &set;
    assert_int_equal(store_save(t, &save, &arena, &id, &dot), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    arena_free(&arena);
    fixture_end(&f);
}

static void store__creation_refuses_a_place_in_use(void **state)
{
    (void)state;
    struct fixture f;
    char path[128];
    struct identity id = {0};
    fixture_begin(&f, 7);
    fixture_root(&f);
    (void)snprintf(path, sizeof(path), "%s/0", f.dir);
    assert_int_equal(store_create(&f.env, path, &id), ERR_EXISTS);
    assert_int_equal(store_may_create(path), ERR_EXISTS);
    fixture_end(&f);
}

static void store__an_empty_data_file_is_damage_not_an_empty_store(void **state)
{
    (void)state;
    struct fixture f;
    char path[160];
    struct store *s = NULL;
    fixture_begin(&f, 8);
    fixture_root(&f);
    store_close(f.stores[0]);
    f.stores[0] = NULL;
    (void)snprintf(path, sizeof(path), "%s/0/data.mdb", f.dir);
    assert_int_equal(truncate(path, 0), 0);
    (void)snprintf(path, sizeof(path), "%s/0", f.dir);
    assert_int_equal(store_open(&f.env, path, &s), ERR_DAMAGED);
    fixture_end(&f);
}

static void store__an_aborted_transaction_leaves_nothing(void **state)
{
    (void)state;
    struct fixture f;
    struct txn *t = NULL;
    struct arena arena = {0};
    struct dot id, dot;
    fixture_begin(&f, 9);
    fixture_root(&f);
    struct datum name = datum_text(slice_str("x")), unit = datum_ref(f.units[0]);
    struct edit edits[] = {{F_MEMBER_NAME, EDIT_SET, &name, 1}, {F_UNIT, EDIT_SET, &unit, 1}};
    struct save save = {.kind = KIND_MEMBER, .edits = edits, .edit_count = 2, .via = VIA_LOCAL};
    assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &t), ERR_OK);
    uint64_t seq = store_own_seq(t), head = store_feed_head(t);
    assert_int_equal(store_save(t, &save, &arena, &id, &dot), ERR_OK);
    txn_abort(t);
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_own_seq(t), seq);
    assert_int_equal(store_feed_head(t), head);
    assert_false(store_has(t, id));
    txn_abort(t);
    arena_free(&arena);
    fixture_end(&f);
}

static void store__the_chain_of_heads_grows_with_each_save(void **state)
{
    (void)state;
    struct fixture f;
    struct txn *t = NULL;
    struct hash a, b;
    fixture_begin(&f, 10);
    fixture_root(&f);
    (void)member(&f, "Lý Văn E");
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_own_seq(t), 3);
    assert_int_equal(store_chain_head(t, 2, &a), ERR_OK);
    assert_int_equal(store_chain_head(t, 3, &b), ERR_OK);
    assert_false(hash_equal(a, b));
    assert_false(hash_is_zero(a));
    txn_abort(t);
    fixture_end(&f);
}

/* MDB_MAP_FULL never reaches the user: the map grows between transactions, in every process. */
static void store__the_map_grows_between_transactions(void **state)
{
    (void)state;
    struct fixture f;
    struct store *second = NULL;
    struct txn *t = NULL;
    char path[128];
    size_t usual = store_map_bytes;
    char *text = malloc(60001);
    assert_non_null(text);
    memset(text, 'x', 60000);
    text[60000] = '\0';
    store_map_bytes = (size_t)1 << 20;
    fixture_begin(&f, 11);
    fixture_root(&f);
    for (int i = 0; i < 100; i++) {
        (void)fixture_save_text(&f, 0, (struct dot){0, 0}, KIND_MEMBER, f.units[0], F_NOTE, text);
    }
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_record_count(t), 102);
    txn_abort(t);
    store_close(f.stores[0]);
    (void)snprintf(path, sizeof(path), "%s/0", f.dir);
    assert_int_equal(store_open(&f.env, path, &second), ERR_OK);
    f.stores[0] = second;
    (void)member(&f, "Giàng Thị Súa");
    store_map_bytes = usual;
    free(text);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store__a_save_is_read_back),
        cmocka_unit_test(store__text_is_found_without_diacritics),
        cmocka_unit_test(store__history_tells_who_changed_what),
        cmocka_unit_test(store__a_flipped_bit_is_noticed_and_set_aside),
        cmocka_unit_test(store__check_notices_a_lost_index_entry),
        cmocka_unit_test(store__tables_that_an_older_version_had_not_are_made),
        cmocka_unit_test(store__a_store_of_the_first_version_is_brought_up_to_date),
        cmocka_unit_test(store__a_deleted_record_takes_no_edit),
        cmocka_unit_test(store__creation_refuses_a_place_in_use),
        cmocka_unit_test(store__an_empty_data_file_is_damage_not_an_empty_store),
        cmocka_unit_test(store__an_aborted_transaction_leaves_nothing),
        cmocka_unit_test(store__the_chain_of_heads_grows_with_each_save),
        cmocka_unit_test(store__the_map_grows_between_transactions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
