#include "sync/batch.h"

#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int by_id(const void *a, const void *b)
{
    const struct change *x = a;
    const struct change *y = b;
    return dot_compare(x->record.id, y->record.id);
}

/* Reads a whole batch; false when it is refused anywhere. */
static bool read_all(struct slice raw, struct arena *arena, struct change **out, size_t *count)
{
    struct batch_reader *r = NULL;
    if (batch_reader_open(raw, arena, &r) != ERR_OK) {
        return false;
    }
    *count = batch_reader_count(r);
    *out = arena_array(arena, *count, sizeof(struct change));
    for (size_t i = 0; i < *count; i++) {
        if (batch_reader_next(r, arena, &(*out)[i]) != ERR_OK) {
            return false;
        }
    }
    struct change extra;
    return batch_reader_next(r, arena, &extra) == ERR_END;
}

static bool change_equal(const struct change *a, const struct change *b)
{
    return a->whole == b->whole && context_equal(&a->base, &b->base) &&
           record_equal(&a->record, &b->record);
}

/* Distinct ids, some of them neighbours. */
static size_t random_changes(struct rng *rng, struct change *out, size_t most, struct arena *arena)
{
    size_t count = (size_t)rng_below(rng, most + 1);
    size_t kept = 0;
    struct dot id = rng_dot(rng);
    for (size_t i = 0; i < count; i++) {
        id = rng_one_in(rng, 3) ? rng_dot(rng) : (struct dot){id.actor, id.seq + 1};
        bool known = id.seq == 0;
        for (size_t j = 0; j < kept; j++) {
            known = known || dot_equal(out[j].record.id, id);
        }
        if (!known) {
            out[kept++] = random_change(rng, id, arena);
        }
    }
    return kept;
}

static void batch__random_changes_survive(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("batch");
    struct arena arena = {0};
    struct buf raw = {0};
    for (int i = 0; i < 3000; i++) {
        struct change before[40];
        size_t count = random_changes(&rng, before, rng_one_in(&rng, 4) ? 40 : 4, &arena);
        buf_clear(&raw);
        batch_write(before, count, &arena, &raw);
        struct change *after = NULL;
        size_t read = 0;
        assert_true(read_all(buf_view(&raw), &arena, &after, &read));
        assert_int_equal(read, count);
        qsort(before, count, sizeof(struct change), by_id);
        qsort(after, count, sizeof(struct change), by_id);
        for (size_t j = 0; j < count; j++) {
            assert_true(change_equal(&before[j], &after[j]));
        }
        arena_reset(&arena);
    }
    buf_free(&raw);
    arena_free(&arena);
}

static void batch__order_of_the_changes_does_not_matter(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("batch order");
    struct arena arena = {0};
    struct buf a = {0};
    struct buf b = {0};
    for (int i = 0; i < 200; i++) {
        struct change changes[20];
        size_t count = random_changes(&rng, changes, 20, &arena);
        buf_clear(&a);
        buf_clear(&b);
        batch_write(changes, count, &arena, &a);
        for (size_t j = count; j > 1; j--) {
            size_t k = (size_t)rng_below(&rng, j);
            struct change t = changes[j - 1];
            changes[j - 1] = changes[k];
            changes[k] = t;
        }
        batch_write(changes, count, &arena, &b);
        assert_true(slice_equal(buf_view(&a), buf_view(&b)));
        arena_reset(&arena);
    }
    buf_free(&a);
    buf_free(&b);
    arena_free(&arena);
}

/* Whatever is read writes to the bytes it was read from: there is one form only. */
static void batch__damaged_batches_fail_or_are_canonical(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("batch damage");
    struct arena arena = {0};
    struct buf raw = {0};
    struct buf again = {0};
    size_t accepted = 0;
    for (int i = 0; i < 20000; i++) {
        struct change before[6];
        size_t count = random_changes(&rng, before, 6, &arena);
        buf_clear(&raw);
        batch_write(before, count, &arena, &raw);
        size_t hits = 1 + (size_t)rng_below(&rng, 3);
        for (size_t h = 0; h < hits; h++) {
            uint8_t *at = &raw.ptr[rng_below(&rng, raw.len)];
            unsigned flipped = *at ^ (1u << rng_below(&rng, 8));
            *at = (uint8_t)(rng_one_in(&rng, 2) ? flipped : rng_below(&rng, 8));
        }
        struct change *after = NULL;
        size_t read = 0;
        if (read_all(buf_view(&raw), &arena, &after, &read)) {
            accepted++;
            buf_clear(&again);
            batch_write(after, read, &arena, &again);
            assert_true(slice_equal(buf_view(&raw), buf_view(&again)));
        }
        arena_reset(&arena);
    }
    assert_true(accepted > 100); /* a changed letter or number is still a batch */
    buf_free(&raw);
    buf_free(&again);
    arena_free(&arena);
}

static void batch__what_is_cut_short_or_longer_is_refused(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("batch cut");
    struct arena arena = {0};
    struct buf raw = {0};
    for (int i = 0; i < 30; i++) {
        struct change before[5];
        size_t count = random_changes(&rng, before, 5, &arena);
        buf_clear(&raw);
        batch_write(before, count, &arena, &raw);
        struct change *after = NULL;
        size_t read = 0;
        for (size_t len = 0; len < raw.len; len++) {
            assert_false(read_all(slice_make(raw.ptr, len), &arena, &after, &read));
        }
        buf_add_byte(&raw, 0xc0);
        assert_false(read_all(buf_view(&raw), &arena, &after, &read));
        arena_reset(&arena);
    }
    buf_free(&raw);
    arena_free(&arena);
}

static void batch__nothing_takes_one_byte(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf raw = {0};
    batch_write(NULL, 0, &arena, &raw);
    assert_int_equal(raw.len, 1);
    struct change *after = NULL;
    size_t read = 1;
    assert_true(read_all(buf_view(&raw), &arena, &after, &read));
    assert_int_equal(read, 0);
    buf_free(&raw);
    arena_free(&arena);
}

/* Counts that no bytes stand behind cost no memory. */
static void batch__claims_of_many_values_are_bounded(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf raw = {0};
    struct pack_writer w = pack_writer_make(&raw);
    pack_uint(&w, 60000);
    static const uint8_t actor[8] = {0, 0, 0, 0, 0, 0, 0, 1};
    pack_bin(&w, slice_make(actor, 8));
    pack_uint(&w, 0);
    pack_uint(&w, 4000000);
    pack_uint(&w, 0);
    pack_uint(&w, 1);
    pack_uint(&w, 0);
    pack_uint(&w, 0);
    struct batch_reader *r = NULL;
    assert_int_equal(batch_reader_open(buf_view(&raw), &arena, &r), ERR_FORMAT);
    assert_true(arena.used_bytes <= BATCH_WEIGHT_MAX_BYTES + (9u << 20));
    buf_free(&raw);
    arena_free(&arena);
}

int main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch__random_changes_survive),
        cmocka_unit_test(batch__order_of_the_changes_does_not_matter),
        cmocka_unit_test(batch__damaged_batches_fail_or_are_canonical),
        cmocka_unit_test(batch__what_is_cut_short_or_longer_is_refused),
        cmocka_unit_test(batch__nothing_takes_one_byte),
        cmocka_unit_test(batch__claims_of_many_values_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
