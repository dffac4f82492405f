#include "core/context.h"

#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct context random_context(struct rng *rng, struct arena *arena)
{
    struct context c = {0};
    size_t count = (size_t)rng_below(rng, 7);
    for (size_t i = 0; i < count; i++) {
        c = context_with(&c, rng_dot(rng), arena);
    }
    return c;
}

static void context__union_is_the_pointwise_maximum(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("context");
    struct arena arena = {0};
    for (int i = 0; i < 5000; i++) {
        struct context a = random_context(&rng, &arena);
        struct context b = random_context(&rng, &arena);
        struct context ab = context_union(&a, &b, &arena);
        struct context ba = context_union(&b, &a, &arena);
        assert_true(context_equal(&ab, &ba));
        assert_true(context_covers_all(&ab, &a));
        assert_true(context_covers_all(&ab, &b));
        for (size_t j = 0; j < ab.count; j++) {
            uint64_t in_a = context_seq(&a, ab.items[j].actor);
            uint64_t in_b = context_seq(&b, ab.items[j].actor);
            assert_true(ab.items[j].seq == (in_a > in_b ? in_a : in_b));
            assert_true(j == 0 || ab.items[j - 1].actor < ab.items[j].actor);
        }
        assert_int_equal(context_covers_all(&a, &b), context_equal(&a, &ab));
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void context__covers_what_it_has_seen_and_nothing_else(void **state)
{
    (void)state;
    struct dot items[] = {{3, 5}, {9, 1}};
    struct context c = {items, 2};
    assert_true(context_covers(&c, (struct dot){3, 5}));
    assert_true(context_covers(&c, (struct dot){3, 1}));
    assert_false(context_covers(&c, (struct dot){3, 6}));
    assert_false(context_covers(&c, (struct dot){4, 1}));
    assert_false(context_covers(&c, (struct dot){3, 0}));
    struct context none = {0};
    assert_true(context_covers_all(&c, &none));
    assert_false(context_covers_all(&none, &c));
}

static void context__survives_packing(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("context packing");
    struct arena arena = {0};
    for (int i = 0; i < 2000; i++) {
        struct context before = random_context(&rng, &arena);
        struct buf out = {0};
        struct pack_writer w = pack_writer_make(&out);
        context_pack(&w, &before);
        struct pack_reader r = pack_reader_make(buf_view(&out));
        struct context after = context_read(&r, &arena);
        assert_true(pack_end(&r));
        assert_true(context_equal(&before, &after));
        buf_free(&out);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void context__disorder_and_zeros_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
    } wrong[] = {{"\x94\x02\x01\x01\x01", 5},
                 {"\x94\x01\x01\x01\x02", 5},
                 {"\x92\x00\x01", 3},
                 {"\x92\x01\x00", 3},
                 {"\x91\x01", 2},
                 {"\x92\x01", 2}};
    struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        struct pack_reader r = pack_reader_make(slice_make(wrong[i].bytes, wrong[i].len));
        struct context c = context_read(&r, &arena);
        assert_false(pack_ok(&r));
        assert_int_equal(c.count, 0);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(context__union_is_the_pointwise_maximum),
        cmocka_unit_test(context__covers_what_it_has_seen_and_nothing_else),
        cmocka_unit_test(context__survives_packing),
        cmocka_unit_test(context__disorder_and_zeros_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
