#include "core/record.h"

#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void pack_one(const struct record *r, struct buf *out)
{
    buf_clear(out);
    struct pack_writer w = pack_writer_make(out);
    record_pack(&w, r);
}

static void record__random_records_survive_the_row_form(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("record row");
    struct arena arena = {0};
    struct buf row = {0};
    for (int i = 0; i < 5000; i++) {
        struct record before = random_record(&rng, rng_dot(&rng), &arena);
        assert_true(record_is_valid(&before));
        pack_one(&before, &row);
        struct pack_reader r = pack_reader_make(buf_view(&row));
        struct record after = record_read(&r, &arena);
        assert_true(pack_end(&r));
        assert_true(record_equal(&before, &after));
        struct hash a = record_digest(&before);
        struct hash b = record_digest(&after);
        assert_true(hash_equal(a, b));
        struct record copy = record_copy(&before, &arena);
        assert_true(record_equal(&before, &copy));
        arena_reset(&arena);
    }
    buf_free(&row);
    arena_free(&arena);
}

/* Whatever reads has exactly one form: it packs to the bytes it was read from. */
static void record__damaged_rows_fail_or_are_canonical(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("record damage");
    struct arena arena = {0};
    struct buf row = {0};
    struct buf again = {0};
    size_t accepted = 0;
    for (int i = 0; i < 20000; i++) {
        struct record before = random_record(&rng, rng_dot(&rng), &arena);
        pack_one(&before, &row);
        size_t hits = 1 + (size_t)rng_below(&rng, 3);
        for (size_t h = 0; h < hits; h++) {
            row.ptr[rng_below(&rng, row.len)] ^= (uint8_t)(1u << rng_below(&rng, 8));
        }
        struct pack_reader r = pack_reader_make(buf_view(&row));
        struct record after = record_read(&r, &arena);
        if (pack_end(&r)) {
            accepted++;
            pack_one(&after, &again);
            assert_true(slice_equal(buf_view(&row), buf_view(&again)));
        }
        arena_reset(&arena);
    }
    assert_true(accepted > 100); /* a changed letter or number is still a record */
    buf_free(&row);
    buf_free(&again);
    arena_free(&arena);
}

static void record__many_actors_and_saves_survive(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct record r = {.id = {7, 1}, .kind = 4, .route = ROUTE_OWN};
    size_t count = 3000;
    r.context.items = arena_array(&arena, count, sizeof(struct dot));
    r.context.count = count;
    struct field f = {.number = 9, .count = (uint32_t)count};
    f.values = arena_array(&arena, count, sizeof(struct value));
    for (size_t i = 0; i < count; i++) {
        struct dot d = {7 + 3 * i, 1 + i % 5};
        r.context.items[i] = d;
        f.values[i] = (struct value){
            .dot = d, .time_ms = (int64_t)i, .datum = datum_ref((struct dot){8 + 3 * i, 2})};
    }
    r.fields = &f;
    r.field_count = 1;
    assert_true(record_is_valid(&r));
    struct buf row = {0};
    pack_one(&r, &row);
    struct pack_reader reader = pack_reader_make(buf_view(&row));
    struct record after = record_read(&reader, &arena);
    assert_true(pack_end(&reader));
    assert_true(record_equal(&r, &after));
    buf_free(&row);
    arena_free(&arena);
}

static struct record simple_record(struct value *values, struct field *fields, struct dot *context)
{
    context[0] = (struct dot){5, 3};
    context[1] = (struct dot){8, 2};
    values[0] = (struct value){.dot = {5, 1}, .datum = datum_text(slice_str("chi đoàn"))};
    values[1] = (struct value){.dot = {8, 2}, .datum = datum_int(7)};
    fields[0] = (struct field){2, 1, &values[0]};
    fields[1] = (struct field){16, 1, &values[1]};
    return (struct record){.id = {5, 1},
                           .kind = 4,
                           .route = ROUTE_OWN,
                           .context = {context, 2},
                           .fields = fields,
                           .field_count = 2};
}

static void record__what_breaks_the_structure_is_not_valid(void **state)
{
    (void)state;
    struct value values[2];
    struct field fields[2];
    struct dot context[2];
#define BREAKS(change)                                                                             \
    do {                                                                                           \
        struct record r = simple_record(values, fields, context);                                  \
        assert_true(record_is_valid(&r));                                                          \
        change;                                                                                    \
        assert_false(record_is_valid(&r));                                                         \
    } while (0)
    BREAKS(r.kind = 0);
    BREAKS(r.route = 0);
    BREAKS(r.route = 6);
    BREAKS(r.flags = 2);
    BREAKS(r.id.actor = 0);
    BREAKS(r.id.seq = 0);
    BREAKS(r.id.seq = 4);
    BREAKS(context[0].actor = 8);
    BREAKS(context[1].seq = 1);
    BREAKS(context[1].seq = 0);
    BREAKS(fields[0].number = 0);
    BREAKS(fields[0].number = 16);
    BREAKS(fields[0].count = 0);
    BREAKS(values[0].dot.actor = 6);
    BREAKS(values[0].datum = datum_text(slice_str("e\xcc\x82")));
    BREAKS(values[0].datum = datum_text(slice_str("\xc3")));
    BREAKS(values[0].datum = datum_text(slice_str("a\x1b[31m")));
    BREAKS(values[0].datum = datum_text(slice_str("a\rb")));
    BREAKS(values[0].datum = datum_text(slice_str("a\x7f")));
    BREAKS(values[0].datum = datum_text(slice_str("a\xc2\x9b"
                                                  "31m")));
    BREAKS(values[0].datum = datum_text(slice_make("a\0b", 3)));
    BREAKS(values[0].datum = datum_text(slice_str("\xc0\x80")));
    BREAKS(values[0].datum = datum_text(slice_str("\xed\xa0\x80")));
    BREAKS(values[0].datum = datum_ref((struct dot){0, 1}));
    BREAKS(values[0].datum = datum_ref((struct dot){1, 0}));
    BREAKS(values[1] = values[0]; fields[0].count = 2; r.field_count = 1);
#undef BREAKS
}

static void record__the_digest_sees_every_part_of_a_value(void **state)
{
    (void)state;
    struct value values[2];
    struct field fields[2];
    struct dot context[2];
    struct record same = simple_record(values, fields, context);
    struct hash base = record_digest(&same);
    struct origin origin = {{5, 1}, 3, 1};
#define CHANGES(change)                                                                            \
    do {                                                                                           \
        struct record r = simple_record(values, fields, context);                                  \
        change;                                                                                    \
        struct hash h = record_digest(&r);                                                         \
        assert_false(hash_equal(h, base));                                                         \
    } while (0)
    CHANGES(r.id.seq = 2);
    CHANGES(fields[0].number = 3);
    CHANGES(values[0].dot.seq = 2);
    CHANGES(values[0].time_ms = 1);
    CHANGES(values[0].level = 1);
    CHANGES(values[0].origin = &origin);
    CHANGES(values[0].datum = datum_text(slice_str("chi doàn")));
    CHANGES(values[0].datum.type = DATUM_BYTES);
    CHANGES(values[1].datum.i = 8);
    CHANGES(r.field_count = 1);
#undef CHANGES
    struct record r = simple_record(values, fields, context);
    r.context.items[0].seq = 9;
    struct hash h = record_digest(&r);
    assert_true(hash_equal(h, base));
}

static void record__a_delta_carries_its_fields_and_the_base_of_the_rest(void **state)
{
    (void)state;
    struct value values[2];
    struct field fields[2];
    struct dot context[2];
    struct record r = simple_record(values, fields, context);
    struct arena arena = {0};
    uint32_t one[] = {16};
    struct change c = record_delta(&r, one, 1, &arena);
    assert_false(c.whole);
    assert_int_equal(c.record.field_count, 1);
    assert_int_equal(c.record.fields[0].number, 16);
    assert_int_equal(c.base.count, 1);
    assert_true(dot_equal(c.base.items[0], (struct dot){5, 1}));
    assert_true(context_equal(&c.record.context, &r.context));
    uint32_t all[] = {1, 2, 9, 16, 20};
    c = record_delta(&r, all, ARRAY_COUNT(all), &arena);
    assert_true(c.whole);
    assert_int_equal(c.base.count, 0);
    assert_true(record_equal(&c.record, &r));
    c = record_delta(&r, NULL, 0, &arena);
    assert_false(c.whole);
    assert_int_equal(c.record.field_count, 0);
    assert_int_equal(c.base.count, 2);
    arena_free(&arena);
}

int main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record__random_records_survive_the_row_form),
        cmocka_unit_test(record__damaged_rows_fail_or_are_canonical),
        cmocka_unit_test(record__many_actors_and_saves_survive),
        cmocka_unit_test(record__what_breaks_the_structure_is_not_valid),
        cmocka_unit_test(record__the_digest_sees_every_part_of_a_value),
        cmocka_unit_test(record__a_delta_carries_its_fields_and_the_base_of_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
