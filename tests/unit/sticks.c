#include "tests/unit/sticks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

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
