/* The chain over the history: whatever is done to an entry, or to the chain, behind the back of the
 * store is found and named. */
#include "core/store_env.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct dot none = {0, 0};

/* A store with some members, each renamed a few times. */
static void lived_in(struct fixture *f, uint64_t seed, struct dot *ids, size_t count, int edits)
{
    char name[32];
    fixture_begin(f, seed);
    fixture_root(f);
    for (size_t i = 0; i < count; i++) {
        ids[i] = fixture_save_text(f, 0, none, KIND_MEMBER, f->units[0], F_MEMBER_NAME, "Lý A");
        for (int n = 0; n < edits; n++) {
            (void)snprintf(name, sizeof(name), "Lý A %d", n);
            (void)fixture_save_text(f, 0, ids[i], KIND_MEMBER, none, F_MEMBER_NAME, name);
        }
    }
}

static struct check_report check(struct fixture *f, bool repair)
{
    struct check_report r;
    assert_int_equal(store_check(f->stores[0], repair, &r), ERR_OK);
    return r;
}

/* The n-th row of a table, copied. */
struct row {
    uint8_t key[64], value[4096];
    size_t key_len, value_len;
};
static struct row row_at(struct fixture *f, enum table table, size_t n)
{
    struct txn *t = NULL;
    struct walk w;
    struct row out = {.key_len = 0};
    assert_int_equal(txn_begin(f->stores[0], TXN_READ, &t), ERR_OK);
    walk_begin(&w, t, table, (struct slice){0}, (struct slice){0});
    for (size_t i = 0; i <= n; i++) {
        assert_true(walk_next(&w));
    }
    assert_true(w.key.len <= sizeof(out.key) && w.value.len <= sizeof(out.value));
    memcpy(out.key, w.key.ptr, w.key.len);
    memcpy(out.value, w.value.ptr, w.value.len);
    out.key_len = w.key.len;
    out.value_len = w.value.len;
    assert_int_equal(walk_end(&w), ERR_OK);
    txn_abort(t);
    return out;
}

/* Written past the door; value NULL = deleted. */
static void forge(struct fixture *f, enum table table, const struct row *key,
                  const struct row *value)
{
    struct txn *t = NULL;
    struct slice k = slice_make(key->key, key->key_len);
    assert_int_equal(txn_begin(f->stores[0], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(value ? table_put(t, table, k, slice_make(value->value, value->value_len))
                           : table_del(t, table, k),
                     ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
}

static void expect(struct fixture *f, enum history_fault fault, struct dot id)
{
    struct check_report r = check(f, false);
    assert_int_equal(r.damaged, r.history.wrong);
    assert_int_equal(r.history.wrong, 1);
    assert_int_equal(r.history.faults[0].fault, fault);
    assert_true(dot_equal(r.history.faults[0].id, id));
}

static void history_log__of_an_honest_store_fits(void **state)
{
    (void)state;
    struct fixture f;
    struct dot ids[5];
    lived_in(&f, 1, ids, 5, 4);
    struct check_report r = check(&f, false);
    assert_int_equal(r.damaged, 0);
    assert_true(r.history.rows >= 20);
    assert_false(hash_is_zero(r.history.head));
    /* it grows, and every entry changes its head */
    (void)fixture_save_text(&f, 0, ids[0], KIND_MEMBER, none, F_MEMBER_NAME, "Lý B");
    struct check_report after = check(&f, false);
    assert_int_equal(after.damaged, 0);
    assert_int_equal(after.history.rows, r.history.rows + 1);
    assert_false(hash_equal(after.history.head, r.history.head));
    fixture_end(&f);
}

static void history_log__an_altered_entry_is_found(void **state)
{
    (void)state;
    for (size_t n = 0; n < 6; n++) {
        struct fixture f;
        struct dot ids[2];
        lived_in(&f, 2 + n, ids, 2, 3);
        struct row row = row_at(&f, TABLE_HISTORY, n);
        row.value[row.value_len / 2] ^= 1;
        forge(&f, TABLE_HISTORY, &row, &row);
        expect(&f, HISTORY_ALTERED, dot_key_get(row.key));
        fixture_end(&f);
    }
}

static void history_log__a_removed_entry_is_found(void **state)
{
    (void)state;
    for (size_t n = 0; n < 6; n++) {
        struct fixture f;
        struct dot ids[2];
        lived_in(&f, 12 + n, ids, 2, 3);
        struct row row = row_at(&f, TABLE_HISTORY, n);
        forge(&f, TABLE_HISTORY, &row, NULL);
        expect(&f, HISTORY_REMOVED, dot_key_get(row.key));
        fixture_end(&f);
    }
}

static void history_log__an_inserted_entry_is_found(void **state)
{
    (void)state;
    struct fixture f;
    struct dot ids[2];
    lived_in(&f, 20, ids, 2, 3);
    struct row row = row_at(&f, TABLE_HISTORY, 1);
    row.key[row.key_len++] = 7;
    forge(&f, TABLE_HISTORY, &row, &row);
    expect(&f, HISTORY_INSERTED, dot_key_get(row.key));
    fixture_end(&f);
}

static void history_log__exchanged_entries_are_found(void **state)
{
    (void)state;
    struct fixture f;
    struct dot ids[1];
    lived_in(&f, 21, ids, 1, 3);
    struct row a = row_at(&f, TABLE_HISTORY, 0), b = row_at(&f, TABLE_HISTORY, 1);
    forge(&f, TABLE_HISTORY, &a, &b);
    forge(&f, TABLE_HISTORY, &b, &a);
    struct check_report r = check(&f, false);
    assert_int_equal(r.history.wrong, 2);
    assert_int_equal(r.history.faults[0].fault, HISTORY_ALTERED);
    fixture_end(&f);
}

/* Entry and row gone together, or changed together: then the chain does not fit. */
static void history_log__a_bent_chain_is_found(void **state)
{
    (void)state;
    for (int how = 0; how < 5; how++) {
        struct fixture f;
        struct dot ids[1];
        lived_in(&f, 30 + (uint64_t)how, ids, 1, 6);
        uint64_t rows = check(&f, false).history.rows;
        struct row row = row_at(&f, TABLE_HISTORY_LOG, 2), other = row_at(&f, TABLE_HISTORY_LOG, 3);
        struct row last = row_at(&f, TABLE_HISTORY_LOG, (size_t)rows - 1);
        struct row entry = {.key_len = 0};
        switch (how) {
        case 0: /* one in the middle, with its entry */
        case 1: /* the newest, with its entry */
            row = how ? last : row;
            entry.key_len = row.value_len - 33;
            memcpy(entry.key, row.value + 33, entry.key_len);
            forge(&f, TABLE_HISTORY, &entry, NULL);
            forge(&f, TABLE_HISTORY_LOG, &row, NULL);
            break;
        case 2: /* two exchanged */
            forge(&f, TABLE_HISTORY_LOG, &row, &other);
            forge(&f, TABLE_HISTORY_LOG, &other, &row);
            break;
        case 3: /* "was taken away lawfully" */
            row.value[0] = 3;
            forge(&f, TABLE_HISTORY_LOG, &row, &row);
            break;
        default: /* noise */
            row.value_len = 5;
            forge(&f, TABLE_HISTORY_LOG, &row, &row);
            break;
        }
        struct check_report r = check(&f, false);
        assert_true(r.history.log_broken);
        assert_true(r.damaged > 0);
        fixture_end(&f);
    }
}

static void history_log__an_entry_moved_with_its_row_is_found(void **state)
{
    (void)state;
    struct fixture f;
    struct dot ids[1];
    lived_in(&f, 45, ids, 1, 4);
    struct row row = row_at(&f, TABLE_HISTORY_LOG, 1), entry = row_at(&f, TABLE_HISTORY, 1);
    assert_memory_equal(row.value + 33, entry.key, entry.key_len);
    forge(&f, TABLE_HISTORY, &entry, NULL);
    entry.key[0] ^= 1; /* the history of another record */
    row.value[33] ^= 1;
    forge(&f, TABLE_HISTORY, &entry, &entry);
    forge(&f, TABLE_HISTORY_LOG, &row, &row);
    expect(&f, HISTORY_LOG_BROKEN, dot_key_get(entry.key));
    fixture_end(&f);
}

/* Who knows how a head is made and makes one anew must make all that follow. */
static void history_log__a_row_that_fits_by_itself_is_found_by_the_next(void **state)
{
    (void)state;
    struct fixture f;
    struct dot ids[1];
    uint8_t said[128] = {0};
    lived_in(&f, 46, ids, 1, 4);
    struct row row = row_at(&f, TABLE_HISTORY_LOG, 0), entry = row_at(&f, TABLE_HISTORY, 0);
    struct row next = row_at(&f, TABLE_HISTORY_LOG, 1);
    entry.value[entry.value_len - 1] ^= 1;
    struct hash h = hash_of(slice_make(entry.value, entry.value_len));
    memcpy(row.value + 1, h.bytes, HASH_BYTES);
    be64_put(said + HASH_BYTES, 1);
    said[HASH_BYTES + 8] = row.value[0];
    memcpy(said + HASH_BYTES + 9, h.bytes, HASH_BYTES);
    memcpy(said + HASH_BYTES + 9 + HASH_BYTES, row.value + 33, row.value_len - 33);
    h = hash_of(slice_make(said, 2 * HASH_BYTES + 9 + row.value_len - 33));
    memcpy(row.value + 1 + HASH_BYTES, h.bytes, HASH_BYTES);
    forge(&f, TABLE_HISTORY, &entry, &entry);
    forge(&f, TABLE_HISTORY_LOG, &row, &row);
    expect(&f, HISTORY_LOG_BROKEN, dot_key_get(next.value + 33));
    fixture_end(&f);
}

static void history_log__a_chain_cut_off_with_its_entries_is_found(void **state)
{
    (void)state;
    struct fixture f;
    struct dot ids[1];
    struct txn *t = NULL;
    lived_in(&f, 40, ids, 1, 6);
    assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(table_clear(t, TABLE_HISTORY), ERR_OK);
    assert_int_equal(table_clear(t, TABLE_HISTORY_LOG), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    struct check_report r = check(&f, false);
    assert_true(r.history.log_broken);
    assert_int_equal(r.history.faults[0].fault, HISTORY_LOG_BROKEN);
    fixture_end(&f);
}

static void history_log__lawful_changes_of_entries_fit(void **state)
{
    (void)state;
    struct fixture f;
    struct dot ids[2];
    struct txn *t = NULL;
    lived_in(&f, 41, ids, 2, 4);
    struct row a = row_at(&f, TABLE_HISTORY, 0), b = row_at(&f, TABLE_HISTORY, 5);
    struct row moved = b;
    moved.key[moved.key_len++] = 1;
    assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &t), ERR_OK);
    a.value[a.value_len - 1] ^= 1;
    assert_int_equal(history_put(t, slice_make(a.key, a.key_len), slice_make(a.value, a.value_len)),
                     ERR_OK);
    assert_int_equal(
        history_put(t, slice_make(moved.key, moved.key_len), slice_make(b.value, b.value_len)),
        ERR_OK);
    assert_int_equal(history_take(t, slice_make(b.key, b.key_len)), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    assert_int_equal(check(&f, false).damaged, 0);
    /* and what they left is watched like the rest */
    forge(&f, TABLE_HISTORY, &b, &b);
    expect(&f, HISTORY_INSERTED, dot_key_get(b.key));
    forge(&f, TABLE_HISTORY, &b, NULL);
    a.value[0] ^= 1;
    forge(&f, TABLE_HISTORY, &a, &a);
    expect(&f, HISTORY_ALTERED, dot_key_get(a.key));
    fixture_end(&f);
}

static void history_log__a_repair_begins_anew_and_remembers_it(void **state)
{
    (void)state;
    struct fixture f;
    struct dot ids[2];
    lived_in(&f, 42, ids, 2, 4);
    struct row row = row_at(&f, TABLE_HISTORY, 2);
    forge(&f, TABLE_HISTORY, &row, NULL);
    struct check_report r = check(&f, true);
    assert_int_equal(r.damaged, 1);
    assert_int_equal(r.repaired, 1);
    r = check(&f, false);
    assert_int_equal(r.damaged, 0);
    assert_int_equal(r.history_repaired, 1);
    assert_true(r.history_repaired_ms > 0);
    (void)fixture_save_text(&f, 0, ids[0], KIND_MEMBER, none, F_MEMBER_NAME, "Lý B");
    assert_int_equal(check(&f, false).damaged, 0);
    fixture_end(&f);
}

static void history_log__of_an_older_store_begins_when_it_is_opened(void **state)
{
    (void)state;
    struct fixture f;
    struct dot ids[3];
    struct txn *t = NULL;
    char dir[96];
    lived_in(&f, 43, ids, 3, 900); /* more than one step */
    uint64_t rows = check(&f, false).history.rows;
    assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &t), ERR_OK);
    for (size_t i = TABLE_FIRST_OF_3; i < TABLE_COUNT; i++) {
        assert_int_equal(mdb_drop(t->mdb, f.stores[0]->tables[i], 1), 0);
    }
    assert_int_equal(table_del(t, TABLE_META, slice_str("history_log")), ERR_OK);
    assert_int_equal(meta_put_u64(t, "version", 2), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    store_close(f.stores[0]);
    (void)snprintf(dir, sizeof(dir), "%s/0", f.dir);
    assert_int_equal(store_open(&f.env, dir, &f.stores[0]), ERR_OK);
    struct check_report r = check(&f, false);
    assert_int_equal(r.damaged, 0);
    assert_int_equal(r.history.rows, rows);
    assert_true(r.history_chained_ms > 0);
    fixture_end(&f);
}

static void history_log__an_aborted_transaction_leaves_no_row(void **state)
{
    (void)state;
    struct fixture f;
    struct dot ids[1];
    struct txn *t = NULL;
    const uint8_t key[25] = {1};
    lived_in(&f, 44, ids, 1, 2);
    struct check_report before = check(&f, false);
    assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(history_put(t, slice_make(key, sizeof(key)), slice_str("x")), ERR_OK);
    txn_abort(t);
    struct check_report r = check(&f, false);
    assert_int_equal(r.damaged, 0);
    assert_true(hash_equal(r.history.head, before.history.head));
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(history_log__of_an_honest_store_fits),
        cmocka_unit_test(history_log__an_altered_entry_is_found),
        cmocka_unit_test(history_log__a_removed_entry_is_found),
        cmocka_unit_test(history_log__an_inserted_entry_is_found),
        cmocka_unit_test(history_log__exchanged_entries_are_found),
        cmocka_unit_test(history_log__a_bent_chain_is_found),
        cmocka_unit_test(history_log__an_entry_moved_with_its_row_is_found),
        cmocka_unit_test(history_log__a_row_that_fits_by_itself_is_found_by_the_next),
        cmocka_unit_test(history_log__a_chain_cut_off_with_its_entries_is_found),
        cmocka_unit_test(history_log__lawful_changes_of_entries_fit),
        cmocka_unit_test(history_log__a_repair_begins_anew_and_remembers_it),
        cmocka_unit_test(history_log__of_an_older_store_begins_when_it_is_opened),
        cmocka_unit_test(history_log__an_aborted_transaction_leaves_no_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
