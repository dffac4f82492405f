#include "tests/unit/sticks.h"

#include "sync/reconcile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct dot none = {0, 0};

static void expect_ok(enum err e, const char *what)
{
    if (e != ERR_OK) {
        fail_msg("%s: %s: %s", what, error_word(e), error_last()->text);
    }
}

void sticks_free(struct sticks *s)
{
    for (size_t i = 0; i < s->count; i++) {
        buf_free(&s->list[i].bytes);
    }
    s->count = 0;
}

void sticks_add(struct sticks *s, size_t to, struct slice bytes)
{
    if (s->count == STICKS_MAX) {
        buf_free(&s->list[0].bytes);
        memmove(&s->list[0], &s->list[1], (STICKS_MAX - 1) * sizeof(s->list[0]));
        s->count--;
    }
    s->list[s->count] = (struct stick){.to = to};
    buf_add_slice(&s->list[s->count++].bytes, bytes);
}

bool sticks_write(struct fixture *f, struct sticks *s, size_t at, size_t child)
{
    struct buf bytes = {0};
    struct bundle_written w;
    struct dot node = {0, 0};
    if (child) {
        node = store_identity(f->stores[child])->node;
    }
    enum err e = bundle_export(f->stores[at], node, &bytes, &w);
    if (child == 0 || e != ERR_NOT_FOUND) {
        expect_ok(e, "export");
        sticks_add(s, child ? child : (size_t)f->parents[at], buf_view(&bytes));
    }
    buf_free(&bytes);
    return e == ERR_OK;
}

size_t sticks_store_of(const struct fixture *f, struct dot node)
{
    for (size_t i = 0; i < f->count; i++) {
        if (dot_equal(store_identity(f->stores[i])->node, node)) {
            return i;
        }
    }
    fail_msg("no store of that node");
    return 0;
}

void sticks_round(struct fixture *f, size_t at, struct bundle_taken *up, struct bundle_taken *down)
{
    struct buf bytes = {0};
    struct bundle_written w;
    struct bundle_taken first, second;
    up = up ? up : &first;
    down = down ? down : &second;
    expect_ok(bundle_export(f->stores[at], (struct dot){0, 0}, &bytes, &w), "export");
    expect_ok(bundle_import(f->stores[f->parents[at]], buf_view(&bytes), up), "import");
    assert_true(up->has_reply);
    expect_ok(bundle_import(f->stores[at], buf_view(&up->reply), down), "import the receipt");
    buf_free(&up->reply);
    buf_free(&bytes);
}

void sticks_settle(struct fixture *f)
{
    for (int pass = 0; pass < 6; pass++) {
        for (size_t i = f->count - 1; i > 0; i--) {
            sticks_round(f, i, NULL, NULL);
        }
        for (size_t i = 1; i < f->count; i++) {
            struct sticks s = {0};
            struct bundle_taken taken;
            assert_true(sticks_write(f, &s, (size_t)f->parents[i], i));
            expect_ok(bundle_import(f->stores[i], buf_view(&s.list[0].bytes), &taken), "import");
            sticks_free(&s);
        }
    }
}

/* ---- what a store has and says -------------------------------------------------------------- */

struct dot sticks_member(struct fixture *f, size_t at, const char *name)
{
    return fixture_save_text(f, at, none, KIND_MEMBER, f->units[at], F_MEMBER_NAME, name);
}

/* Text that does not compress. */
struct dot sticks_noise(struct fixture *f, size_t at, size_t unit)
{
    char text[420];
    for (size_t i = 0; i + 1 < sizeof(text); i++) {
        text[i] = (char)('a' + fixture_random(f) % 26);
    }
    text[sizeof(text) - 1] = '\0';
    return fixture_save_text(f, at, none, KIND_MEMBER, f->units[unit], F_MEMBER_NAME, text);
}

static bool get(struct fixture *f, size_t at, struct dot id, struct arena *arena,
                struct record *out, struct record_local *local, int *receipt)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    enum err e = store_get(t, id, arena, out, local);
    if (e == ERR_OK && receipt) {
        *receipt = session_receipt(t, out, local);
    }
    txn_abort(t);
    error_clear();
    return e == ERR_OK && !(out->flags & RECORD_STUB);
}

bool sticks_holds(struct fixture *f, size_t at, struct dot id)
{
    struct arena arena = {0};
    struct record r;
    struct record_local local;
    bool has = get(f, at, id, &arena, &r, &local, NULL);
    arena_free(&arena);
    return has;
}

int sticks_receipt(struct fixture *f, size_t at, struct dot id)
{
    struct arena arena = {0};
    struct record r;
    struct record_local local;
    int receipt = -1;
    assert_true(get(f, at, id, &arena, &r, &local, &receipt));
    arena_free(&arena);
    return receipt;
}

uint8_t sticks_via(struct fixture *f, size_t at, struct dot id)
{
    struct arena arena = {0};
    struct record r;
    struct record_local local = {0};
    assert_true(get(f, at, id, &arena, &r, &local, NULL));
    arena_free(&arena);
    return local.via;
}

uint64_t sticks_unsent(struct fixture *f, size_t at)
{
    struct txn *t = NULL;
    struct link_status status;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(session_status(t, &status), ERR_OK);
    txn_abort(t);
    return status.unsent;
}

struct hash sticks_digest(struct fixture *f, size_t at, struct dot unit)
{
    struct txn *t = NULL;
    struct hash h;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(reconcile_digest(t, unit, true, &h), ERR_OK);
    txn_abort(t);
    return h;
}

void sticks_assert_agree(struct fixture *f, size_t at)
{
    struct hash own = sticks_digest(f, at, f->units[at]);
    assert_true(hash_equal(own, sticks_digest(f, (size_t)f->parents[at], f->units[at])));
}

void sticks_up(struct fixture *f, size_t at, struct buf *out)
{
    struct bundle_written w;
    buf_clear(out);
    assert_int_equal(bundle_export(f->stores[at], none, out, &w), ERR_OK);
    assert_true(dot_equal(w.peer, store_identity(f->stores[f->parents[at]])->node));
    assert_false(w.more);
}

/* The receipt into *reply, if any. */
struct bundle_taken sticks_take(struct fixture *f, size_t at, const struct buf *bytes,
                                struct buf *reply)
{
    struct bundle_taken taken;
    enum err e = bundle_import(f->stores[at], buf_view(bytes), &taken);
    if (e != ERR_OK) {
        fail_msg("import: %s: %s", error_word(e), error_last()->text);
    }
    if (reply) {
        buf_clear(reply);
        buf_add_slice(reply, buf_view(&taken.reply));
    }
    buf_free(&taken.reply);
    return taken;
}

void sticks_assert_refused(struct fixture *f, size_t at, struct slice bytes, enum err want)
{
    struct bundle_taken taken;
    enum err e = bundle_import(f->stores[at], bytes, &taken);
    assert_int_equal(e, want);
    assert_int_equal(error_exit_status(e), 1);
    assert_true(error_last()->text[0] != '\0');
    assert_false(taken.has_reply);
    buf_free(&taken.reply);
}
