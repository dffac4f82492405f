/* A sealed store: what opens it, and what is noticed of what was done to its files. */
#include "tests/unit/fixture.h"

#include "core/store_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char first[] = "núi cao đường xa", second[] = "suối trong rừng già";

static struct secret passphrase_of(const char *text)
{
    struct secret s;
    assert_int_equal(secret_passphrase(text, &s), ERR_OK);
    return s;
}

/* Opens with what `offered` holds, by the way of env->secret. */
static struct secret offered;
static unsigned asked;

static enum err offer(void *ctx, const char *dir, bool takes_key, struct secret *out)
{
    (void)ctx;
    (void)dir;
    (void)takes_key;
    asked++;
    *out = offered;
    return offered.len ? ERR_OK : error_set(ERR_SEALED, "nothing");
}

static void path_of(const struct fixture *f, const char *name, char out[160])
{
    (void)snprintf(out, 160, "%s/0%s%s", f->dir, name ? "/" : "", name ? name : "");
}

/* A sealed root store of its own, with `first` for a passphrase and nothing given beforehand. */
static void sealed_begin(struct fixture *f, uint64_t seed)
{
    static struct secret passphrase;
    static const struct sealing sealing = {&passphrase, NULL};
    fixture_begin(f, seed);
    fixture_at_rest(f);
    passphrase = passphrase_of(first);
    f->env.sealing = &sealing;
    f->env.secret = offer;
    fixture_root(f);
    f->env.sealing = NULL;
    offered = passphrase;
    asked = 0;
}

static enum err reopen(struct fixture *f)
{
    char path[160];
    path_of(f, NULL, path);
    store_close(f->stores[0]);
    f->stores[0] = NULL;
    return store_open(&f->env, path, &f->stores[0]);
}

static struct buf read_whole(struct fixture *f, const char *name)
{
    struct buf b = {0};
    char path[160];
    path_of(f, name, path);
    assert_int_equal(f->env.read_file(f->env.ctx, path, (size_t)1 << 24, &b), ERR_OK);
    return b;
}

static void write_whole(struct fixture *f, const char *name, const struct buf *b)
{
    char path[160];
    path_of(f, name, path);
    assert_int_equal(f->env.write_file(f->env.ctx, path, buf_view(b)), ERR_OK);
}

static struct dot member(struct fixture *f, const char *name)
{
    return fixture_save_text(f, 0, (struct dot){0, 0}, KIND_MEMBER, f->units[0], F_MEMBER_NAME,
                             name);
}

/* ---- opening --------------------------------------------------------------------------------- */

static void seal__only_the_passphrase_opens(void **state)
{
    (void)state;
    struct fixture f;
    sealed_begin(&f, 1);
    assert_true(store_is_sealed(f.stores[0]));
    struct buf before = read_whole(&f, "data.mdb"), seal = read_whole(&f, "seal");
    offered = passphrase_of(second);
    assert_int_equal(reopen(&f), ERR_SEALED);
    assert_int_equal(error_exit_status(ERR_SEALED), 1);
    offered = passphrase_of("núi cao đường x");
    assert_int_equal(reopen(&f), ERR_SEALED);
    offered.len = 0;
    assert_int_equal(reopen(&f), ERR_SEALED);
    struct buf after = read_whole(&f, "data.mdb"), seal_after = read_whole(&f, "seal");
    assert_true(slice_equal(buf_view(&before), buf_view(&after)));
    assert_true(slice_equal(buf_view(&seal), buf_view(&seal_after)));
    offered = passphrase_of("  nu\xcc\x81i cao d\xcc\x9b\xcc\x80 "); /* something else, in NFD */
    assert_int_equal(reopen(&f), ERR_SEALED);
    offered = passphrase_of(" nu\xcc\x81i cao \xc4\x91\xc6\xb0\xc6\xa1\xcc\x80ng xa");
    assert_int_equal(reopen(&f), ERR_OK); /* typed on another keyboard */
    buf_free(&before);
    buf_free(&after);
    buf_free(&seal);
    buf_free(&seal_after);
    fixture_end(&f);
}

static void seal__a_key_file_opens_too_until_it_is_taken_away(void **state)
{
    (void)state;
    struct fixture f;
    struct secret key = {.kind = SECRET_KEY, .len = CRYPTO_KEY_BYTES, .bytes = {1, 2, 3}};
    sealed_begin(&f, 2);
    struct secret passphrase = offered;
    assert_false(store_takes_key(f.stores[0]));
    assert_int_equal(store_reseal(f.stores[0], SECRET_KEY, NULL), ERR_NOT_FOUND);
    assert_int_equal(store_reseal(f.stores[0], SECRET_KEY, &key), ERR_OK);
    assert_true(store_takes_key(f.stores[0]));
    offered = key;
    assert_int_equal(reopen(&f), ERR_OK);
    offered.bytes[31] ^= 1;
    assert_int_equal(reopen(&f), ERR_SEALED);
    offered = passphrase;
    assert_int_equal(reopen(&f), ERR_OK);
    assert_int_equal(store_reseal(f.stores[0], SECRET_KEY, NULL), ERR_OK);
    offered = key;
    assert_int_equal(reopen(&f), ERR_SEALED);
    offered = passphrase;
    assert_int_equal(reopen(&f), ERR_OK);
    fixture_end(&f);
}

static void seal__a_key_file_is_made_once_and_kept_private(void **state)
{
    (void)state;
    struct fixture f;
    struct secret made, read;
    struct stat st;
    char path[160];
    sealed_begin(&f, 3);
    path_of(&f, "key", path);
    assert_int_equal(secret_key_read(path, &read), ERR_NOT_FOUND);
    assert_int_equal(secret_key_make(path, &made), ERR_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(secret_key_make(path, &read), ERR_OK); /* it is there */
    assert_memory_equal(made.bytes, read.bytes, CRYPTO_KEY_BYTES);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(secret_key_read(path, &read), ERR_INPUT);
    assert_int_equal(chmod(path, 0600), 0);
    static const char *const bad[] = {"", "\n", "x", "00", "not a key at all"};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct buf b = {0};
        buf_add_str(&b, bad[i]);
        write_whole(&f, "key", &b);
        assert_int_equal(secret_key_read(path, &read), ERR_INPUT);
        assert_int_equal(secret_key_make(path, &read), ERR_INPUT); /* and is left as it is */
        buf_free(&b);
    }
    fixture_end(&f);
}

static void seal__without_its_file_the_store_says_so(void **state)
{
    (void)state;
    struct fixture f;
    char path[160];
    sealed_begin(&f, 4);
    path_of(&f, "seal", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(reopen(&f), ERR_DAMAGED);
    assert_non_null(strstr(error_last()->text, "seal"));
    assert_int_equal(asked, 0);
    fixture_end(&f);
}

static void seal__a_store_that_is_not_sealed_has_nothing_of_it(void **state)
{
    (void)state;
    struct fixture f;
    char path[160];
    fixture_begin(&f, 5);
    f.env.sealing = NULL;
    f.env.secret = offer;
    fixture_root(&f);
    asked = 0;
    path_of(&f, "seal", path);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(reopen(&f), ERR_OK);
    assert_int_equal(asked, 0);
    assert_false(store_is_sealed(f.stores[0]));
    assert_int_equal(store_reseal(f.stores[0], SECRET_KEY, NULL), ERR_INPUT);
    fixture_end(&f);
}

/* ---- the file -------------------------------------------------------------------------------- */

/* It lies there twice, so that no single bit decides; and it is whole again after that. */
static void seal__any_flipped_bit_in_the_file_is_survived(void **state)
{
    (void)state;
    struct fixture f;
    sealed_begin(&f, 6);
    struct buf good = read_whole(&f, "seal");
    for (size_t bit = 0; bit < good.len * 8; bit++) {
        struct seal_file file;
        good.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(seal_file_read(buf_view(&good), &file), ERR_OK);
        assert_true(file.worn);
        if (bit % 97 == 0) {
            write_whole(&f, "seal", &good);
            assert_int_equal(reopen(&f), ERR_OK);
        }
        good.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    struct buf after = read_whole(&f, "seal");
    assert_true(slice_equal(buf_view(&good), buf_view(&after)));
    buf_free(&good);
    buf_free(&after);
    fixture_end(&f);
}

static void seal__damage_in_both_copies_is_no_wrong_passphrase(void **state)
{
    (void)state;
    struct fixture f;
    sealed_begin(&f, 7);
    struct buf good = read_whole(&f, "seal");
    size_t half = good.len / 2;
    for (size_t bit = 0; bit < half * 8; bit++) {
        struct seal_file file;
        uint8_t mask = (uint8_t)(1u << bit % 8);
        good.ptr[bit / 8] ^= mask;
        good.ptr[half + bit / 8] ^= mask;
        enum err e = seal_file_read(buf_view(&good), &file);
        assert_true(e == ERR_DAMAGED || e == ERR_TOO_NEW);
        good.ptr[bit / 8] ^= mask;
        good.ptr[half + bit / 8] ^= mask;
    }
    for (size_t len = 0; len < good.len; len++) { /* cut off: the first copy, or nothing */
        struct seal_file file;
        enum err e = seal_file_read(slice_make(good.ptr, len), &file);
        assert_int_equal(e, len < half ? ERR_DAMAGED : ERR_OK);
    }
    struct buf none = {0};
    write_whole(&f, "seal", &none);
    assert_int_equal(reopen(&f), ERR_DAMAGED);
    assert_int_equal(asked, 0);
    buf_free(&good);
    fixture_end(&f);
}

/* Nothing is taken before the bounds are looked at: this would be 4 TiB and as many passes. */
static void seal__a_file_that_costs_too_much_is_refused(void **state)
{
    (void)state;
    struct fixture f;
    static const uint32_t costs[][2] = {
        {SEAL_PASSES_MAX + 1, 8}, {1, SEAL_MEMORY_MAX_KIB + 1}, {UINT32_MAX, UINT32_MAX}};
    sealed_begin(&f, 8);
    struct buf good = read_whole(&f, "seal");
    for (size_t i = 0; i < ARRAY_COUNT(costs); i++) {
        struct seal_file file;
        struct buf b = {0};
        assert_int_equal(seal_file_read(buf_view(&good), &file), ERR_OK);
        file.slots[0].passes = costs[i][0];
        file.slots[0].memory_kib = costs[i][1];
        seal_file_write(&file, &b);
        write_whole(&f, "seal", &b);
        assert_int_equal(reopen(&f), ERR_FORMAT);
        assert_int_equal(asked, 0);
        buf_free(&b);
    }
    /* within them, but not what the key was wrapped at: it opens nothing */
    struct seal_file file;
    struct buf b = {0};
    assert_int_equal(seal_file_read(buf_view(&good), &file), ERR_OK);
    file.slots[0].passes = 2;
    seal_file_write(&file, &b);
    write_whole(&f, "seal", &b);
    assert_int_equal(reopen(&f), ERR_SEALED);
    buf_free(&b);
    buf_free(&good);
    fixture_end(&f);
}

/* ---- changing the passphrase ----------------------------------------------------------------- */

static enum { WRITE_NOTHING, WRITE_HALF_BESIDE, WRITE_THEN_DIE } write_fault;
static enum err (*true_write)(void *ctx, const char *path, struct slice bytes);

static enum err write_and_fail(void *ctx, const char *path, struct slice bytes)
{
    char beside[200];
    (void)snprintf(beside, sizeof(beside), "%s.tmp-1", path);
    if (write_fault == WRITE_HALF_BESIDE) {
        assert_int_equal(true_write(ctx, beside, slice_make(bytes.ptr, bytes.len / 2)), ERR_OK);
    } else if (write_fault == WRITE_THEN_DIE) {
        assert_int_equal(true_write(ctx, path, bytes), ERR_OK);
    }
    return error_set(ERR_IO, "power went");
}

static void seal__a_change_cut_off_leaves_one_that_opens(void **state)
{
    (void)state;
    struct fixture f;
    sealed_begin(&f, 9);
    struct dot id = member(&f, "Giàng A Dê");
    true_write = f.env.write_file;
    for (int fault = WRITE_NOTHING; fault <= WRITE_THEN_DIE; fault++) {
        struct secret old = offered, new = passphrase_of(second);
        write_fault = fault;
        f.env.write_file = write_and_fail;
        assert_int_equal(store_reseal(f.stores[0], SECRET_PASSPHRASE, &new), ERR_IO);
        f.env.write_file = true_write;
        offered = new;
        assert_int_equal(reopen(&f), fault == WRITE_THEN_DIE ? ERR_OK : ERR_SEALED);
        offered = old;
        assert_int_equal(reopen(&f), fault == WRITE_THEN_DIE ? ERR_SEALED : ERR_OK);
    }
    offered = passphrase_of(second);
    assert_int_equal(reopen(&f), ERR_OK);
    struct secret back = passphrase_of(first);
    assert_int_equal(store_reseal(f.stores[0], SECRET_PASSPHRASE, &back), ERR_OK);
    assert_int_equal(reopen(&f), ERR_SEALED);
    offered = back;
    assert_int_equal(reopen(&f), ERR_OK);
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_true(store_has(t, id)); /* nothing of it was written anew */
    txn_abort(t);
    fixture_end(&f);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* The table as it lies on disk: of the work of a sealed transaction nothing is done. */
struct raw_row {
    struct slice key, value;
};
static size_t raw_rows(struct txn *t, enum table table, struct arena *arena, struct raw_row *out,
                       size_t max)
{
    struct seal_work *work = t->sealed;
    struct walk w;
    size_t n = 0;
    t->sealed = NULL;
    walk_begin(&w, t, table, (struct slice){0}, (struct slice){0});
    while (n < max && walk_next(&w)) {
        out[n++] = (struct raw_row){arena_copy(arena, w.key), arena_copy(arena, w.value)};
    }
    assert_int_equal(walk_end(&w), ERR_OK);
    t->sealed = work;
    return n;
}

static void raw_put(struct txn *t, enum table table, struct slice key, struct slice value)
{
    struct seal_work *work = t->sealed;
    t->sealed = NULL;
    assert_int_equal(table_put(t, table, key, value), ERR_OK);
    t->sealed = work;
}

/* Does reading the row give just what was written there? */
static bool reads_well(struct txn *t, enum table table, struct slice key, struct arena *arena)
{
    struct slice v;
    struct record r;
    enum err e = table_get(t, table, key, &v);
    if (e == ERR_OK && table == TABLE_RECORDS) {
        e = row_read(v, dot_key_get(key.ptr), arena, &r, NULL);
    }
    assert_true(e == ERR_OK || e == ERR_DAMAGED);
    return e == ERR_OK;
}

static void lived_in(struct fixture *f)
{
    struct dot none = {0, 0};
    for (int i = 0; i < 4; i++) {
        struct dot id = member(f, "Sùng Thị Máy");
        (void)fixture_save_text(f, 0, id, 0, none, F_MEMBER_NAME, "Sùng Thị Mây");
    }
}

static void seal__a_flipped_bit_in_any_row_is_noticed(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct txn *t = NULL;
    size_t flips = 0;
    sealed_begin(&f, 10);
    lived_in(&f);
    assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &t), ERR_OK);
    for (int table = 0; table < TABLE_COUNT; table++) {
        struct raw_row rows[400];
        size_t n = raw_rows(t, (enum table)table, &arena, rows, ARRAY_COUNT(rows));
        assert_true(n > 0 || table == TABLE_EVIDENCE);
        for (size_t i = 0; i < n; i++) {
            struct slice key = rows[i].key, value = rows[i].value;
            uint8_t *copy = arena_alloc(&arena, value.len + 1);
            if (value.len == 0) {
                assert_int_equal(table, TABLE_INDEX); /* a key alone says it all */
                continue;
            }
            assert_true(reads_well(t, (enum table)table, key, &arena));
            for (size_t at = 0; at < value.len; at++) {
                memcpy(copy, value.ptr, value.len);
                copy[at] ^= (uint8_t)(1u << fixture_random(&f) % 8);
                raw_put(t, (enum table)table, key, slice_make(copy, value.len));
                assert_false(reads_well(t, (enum table)table, key, &arena));
                flips++;
            }
            raw_put(t, (enum table)table, key, slice_make(value.ptr, value.len / 2));
            assert_false(reads_well(t, (enum table)table, key, &arena));
            raw_put(t, (enum table)table, key, value);
        }
        arena_reset(&arena);
    }
    txn_abort(t);
    print_message("# %zu flips\n", flips);
    arena_free(&arena);
    fixture_end(&f);
}

static void seal__rows_that_changed_places_are_damage(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct txn *t = NULL;
    struct check_report report;
    sealed_begin(&f, 11);
    lived_in(&f);
    assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &t), ERR_OK);
    static const enum table tables[] = {TABLE_RECORDS, TABLE_HISTORY, TABLE_FEED, TABLE_SAVES};
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++) {
        struct raw_row rows[2], other[1];
        enum table next = tables[(i + 1) % ARRAY_COUNT(tables)];
        assert_int_equal(raw_rows(t, tables[i], &arena, rows, 2), 2);
        assert_int_equal(raw_rows(t, next, &arena, other, 1), 1);
        raw_put(t, tables[i], rows[0].key, rows[1].value);
        assert_false(reads_well(t, tables[i], rows[0].key, &arena));
        raw_put(t, tables[i], rows[0].key, other[0].value);
        assert_false(reads_well(t, tables[i], rows[0].key, &arena));
        raw_put(t, tables[i], rows[0].key, rows[0].value);
        assert_true(reads_well(t, tables[i], rows[0].key, &arena));
    }
    struct raw_row members[16];
    size_t n = raw_rows(t, TABLE_RECORDS, &arena, members, ARRAY_COUNT(members));
    raw_put(t, TABLE_RECORDS, members[n - 1].key, members[n - 2].value);
    raw_put(t, TABLE_RECORDS, members[n - 2].key, members[n - 1].value);
    t->dirty = true;
    assert_int_equal(txn_commit(t), ERR_OK);
    assert_int_equal(store_check(f.stores[0], false, &report), ERR_OK);
    assert_true(report.damaged >= 2);
    assert_int_equal(store_check(f.stores[0], true, &report), ERR_OK);
    assert_int_equal(store_check(f.stores[0], false, &report), ERR_OK);
    assert_int_equal(report.damaged, 0);
    assert_int_equal(report.records, n - 2); /* set aside, to be asked for again */
    arena_free(&arena);
    fixture_end(&f);
}

static void seal__check_tells_of_rows_that_nobody_looks_at(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct txn *t = NULL;
    struct check_report report;
    struct history_entry *story = NULL;
    size_t n = 0;
    static const enum table tables[] = {TABLE_HISTORY, TABLE_FEED, TABLE_HISTORY_LOG, TABLE_SAVES};
    sealed_begin(&f, 16);
    lived_in(&f);
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++) {
        struct raw_row rows[2];
        assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &t), ERR_OK);
        assert_int_equal(raw_rows(t, tables[i], &arena, rows, 2), 2);
        raw_put(t, tables[i], rows[0].key, rows[1].value);
        assert_int_equal(txn_commit(t), ERR_OK);
        assert_int_equal(store_check(f.stores[0], false, &report), ERR_OK);
        assert_true(report.damaged > 0);
        assert_int_equal(store_check(f.stores[0], true, &report), ERR_OK);
        /* who saved what cannot be had from anywhere: it is told, and stays */
        assert_int_equal(report.damaged > report.repaired, tables[i] == TABLE_SAVES);
        assert_int_equal(store_check(f.stores[0], false, &report), ERR_OK);
        assert_int_equal(report.damaged, tables[i] == TABLE_SAVES);
        if (tables[i] == TABLE_HISTORY) { /* the rest of the story is told again */
            assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
            struct dot id = dot_key_get(rows[0].key.ptr);
            assert_int_equal(store_history(t, id, &arena, &story, &n), ERR_OK);
            txn_abort(t);
        }
    }
    arena_free(&arena);
    fixture_end(&f);
}

/* What is stored twice is not the same twice, or it would show what did not change. */
static void seal__a_value_is_never_sealed_the_same_way(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct txn *t = NULL;
    struct raw_row rows[2][64];
    size_t n[2];
    sealed_begin(&f, 12);
    for (int i = 0; i < 2; i++) {
        struct slice key = slice_str("fact"), value = slice_str("the same each time");
        assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &t), ERR_OK);
        assert_int_equal(store_kv_put(t, key, value), ERR_OK);
        assert_int_equal(txn_commit(t), ERR_OK);
        assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
        n[i] = raw_rows(t, TABLE_META, &arena, rows[i], ARRAY_COUNT(rows[i]));
        txn_abort(t);
    }
    size_t seen = 0;
    assert_int_equal(n[0], n[1]);
    for (size_t i = 0; i < n[0]; i++) {
        for (size_t j = 0; j < i; j++) { /* nor with a number that another row of it has */
            assert_memory_not_equal(rows[0][i].value.ptr, rows[0][j].value.ptr, CRYPTO_NONCE_BYTES);
        }
        bool written = slice_equal(rows[0][i].key, slice_str(".fact")) ||
                       slice_equal(rows[0][i].key, slice_str("feed_head"));
        assert_false(written && slice_equal(rows[0][i].value, rows[1][i].value));
        seen += written;
    }
    assert_int_equal(seen, 2);
    arena_free(&arena);
    fixture_end(&f);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void seal__texts_blind_by_prefix_and_never_to_the_same(void **state)
{
    (void)state;
    struct fixture f;
    struct txn *t = NULL;
    sealed_begin(&f, 13);
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    bool seen[256] = {false}, other[256] = {false};
    size_t equal = 0;
    for (unsigned b = 0; b < 256; b++) { /* whatever stands before it, a byte is a permutation */
        uint8_t one[] = {'t', 'g', 'i', 'a', (uint8_t)b}, two[] = {'t', 'g', 'i', 'b', (uint8_t)b};
        seal_blind(t, one, 1, sizeof(one));
        seal_blind(t, two, 1, sizeof(two));
        assert_int_equal(one[0], 't');
        assert_memory_equal(one, two, 3);
        assert_false(seen[one[4]]);
        assert_false(other[two[4]]);
        seen[one[4]] = true;
        other[two[4]] = true;
        equal += one[4] == two[4];
    }
    assert_true(equal < 16); /* and another one */
    for (int i = 0; i < 2000; i++) {
        uint8_t a[64], b[64], ca[65] = {'t'}, cb[65] = {'t'};
        size_t len = 1 + fixture_random(&f) % 64, common = fixture_random(&f) % len;
        for (size_t j = 0; j < len; j++) {
            a[j] = (uint8_t)("abc "[fixture_random(&f) % 4]);
            b[j] = j < common ? a[j] : (uint8_t)("abc "[fixture_random(&f) % 4]);
        }
        memcpy(ca + 1, a, len);
        memcpy(cb + 1, b, len);
        seal_blind(t, ca, 1, len + 1);
        seal_blind(t, cb, 1, len + 1);
        for (size_t j = 1; j <= len; j++) {
            assert_int_equal(memcmp(a, b, j) == 0, memcmp(ca, cb, j + 1) == 0);
        }
    }
    txn_abort(t);
    fixture_end(&f);
}

/* A field's keys say nothing about another's. */
static void seal__the_same_text_differs_by_field(void **state)
{
    (void)state;
    struct fixture f;
    struct txn *t = NULL;
    sealed_begin(&f, 14);
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    struct key_build keys[3] = {{.len = 0}, {.len = 0}, {.len = 0}};
    exact_key(&keys[0], t, KIND_MEMBER, F_MEMBER_NAME, slice_str("giang a de"));
    exact_key(&keys[1], t, KIND_MEMBER, F_EXT_ID, slice_str("giang a de"));
    exact_key(&keys[2], t, KIND_UNIT, F_MEMBER_NAME, slice_str("giang a de"));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(keys[i].len, 9 + 10 + 1);
        assert_memory_not_equal(keys[i].bytes + 9, "giang", 5);
        assert_memory_not_equal(keys[i].bytes + 9, keys[(i + 1) % 3].bytes + 9, 11);
    }
    txn_abort(t);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seal__only_the_passphrase_opens),
        cmocka_unit_test(seal__a_key_file_opens_too_until_it_is_taken_away),
        cmocka_unit_test(seal__a_key_file_is_made_once_and_kept_private),
        cmocka_unit_test(seal__without_its_file_the_store_says_so),
        cmocka_unit_test(seal__a_store_that_is_not_sealed_has_nothing_of_it),
        cmocka_unit_test(seal__any_flipped_bit_in_the_file_is_survived),
        cmocka_unit_test(seal__damage_in_both_copies_is_no_wrong_passphrase),
        cmocka_unit_test(seal__a_file_that_costs_too_much_is_refused),
        cmocka_unit_test(seal__a_change_cut_off_leaves_one_that_opens),
        cmocka_unit_test(seal__a_flipped_bit_in_any_row_is_noticed),
        cmocka_unit_test(seal__rows_that_changed_places_are_damage),
        cmocka_unit_test(seal__check_tells_of_rows_that_nobody_looks_at),
        cmocka_unit_test(seal__a_value_is_never_sealed_the_same_way),
        cmocka_unit_test(seal__texts_blind_by_prefix_and_never_to_the_same),
        cmocka_unit_test(seal__the_same_text_differs_by_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
