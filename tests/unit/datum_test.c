#include "core/datum.h"

#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void datum__every_type_survives_packing(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("datum");
    struct arena arena = {0};
    for (int i = 0; i < 5000; i++) {
        struct datum before = random_datum(&rng, &arena);
        struct buf out = {0};
        struct pack_writer w = pack_writer_make(&out);
        datum_pack(&w, &before);
        struct pack_reader r = pack_reader_make(buf_view(&out));
        struct datum after = datum_read(&r);
        assert_true(pack_end(&r));
        assert_int_equal(after.type, before.type);
        assert_int_equal(datum_compare(&before, &after), 0);
        buf_free(&out);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void datum__the_order_is_total(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("datum order");
    struct arena arena = {0};
    struct datum some[60];
    for (size_t i = 0; i < ARRAY_COUNT(some); i++) {
        some[i] = random_datum(&rng, &arena);
    }
    for (size_t i = 0; i < ARRAY_COUNT(some); i++) {
        for (size_t j = 0; j < ARRAY_COUNT(some); j++) {
            int c = datum_compare(&some[i], &some[j]);
            assert_int_equal(c, -datum_compare(&some[j], &some[i]));
            for (size_t k = 0; c <= 0 && k < ARRAY_COUNT(some); k++) {
                if (datum_compare(&some[j], &some[k]) <= 0) {
                    assert_true(datum_compare(&some[i], &some[k]) <= 0);
                }
            }
        }
    }
    arena_free(&arena);
}

static void datum__shapes_that_are_no_datum_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
    } wrong[] = {{"\xc2", 1},
                 {"\x91\x01", 2},
                 {"\x92\x00\x01", 3},
                 {"\x92\x01\x00", 3},
                 {"\x93\x01\x01\x01", 4},
                 {"\x80", 1},
                 {"", 0},
                 {"\x92\x01\xff", 3},
                 {"\xcf\x80\0\0\0\0\0\0\0", 9}};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        struct pack_reader r = pack_reader_make(slice_make(wrong[i].bytes, wrong[i].len));
        (void)datum_read(&r);
        assert_false(pack_ok(&r));
    }
}

static void datum__dots_survive_as_keys_and_as_text(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("dots");
    struct dot before = {0, 0};
    uint8_t before_key[DOT_KEY_BYTES] = {0};
    for (int i = 0; i < 5000; i++) {
        struct dot d = {rng_size(&rng), rng_size(&rng) | 1};
        uint8_t key[DOT_KEY_BYTES];
        dot_key_put(key, d);
        assert_true(dot_equal(dot_key_get(key), d));
        assert_int_equal(memcmp(before_key, key, DOT_KEY_BYTES) < 0, dot_compare(before, d) < 0);
        char text[DOT_TEXT_SIZE];
        dot_format(d, text);
        struct dot parsed = {0, 0};
        unsigned bits = 0;
        assert_int_equal(dot_parse(slice_str(text), &parsed, &bits), ERR_OK);
        assert_true(dot_equal(parsed, d));
        assert_int_equal(bits, 65);
        before = d;
        memcpy(before_key, key, DOT_KEY_BYTES);
    }
}

static void datum__an_id_may_be_shortened_to_its_first_characters(void **state)
{
    (void)state;
    struct dot d = {0x9ccf123456789abc, 41};
    char text[DOT_TEXT_SIZE];
    dot_format(d, text);
    for (size_t chars = 1; chars < 13; chars++) {
        char brief[DOT_TEXT_SIZE];
        (void)snprintf(brief, sizeof(brief), "%.*s-41", (int)chars, text);
        struct dot parsed = {0, 0};
        unsigned bits = 0;
        assert_int_equal(dot_parse(slice_str(brief), &parsed, &bits), ERR_OK);
        assert_int_equal(bits, 5 * chars);
        uint64_t mask = ~(UINT64_MAX >> (5 * chars));
        assert_true(parsed.actor == (d.actor & mask));
        assert_true(parsed.seq == 41);
    }
    struct dot a = {0, 0};
    struct dot b = {0, 0};
    unsigned bits = 0;
    assert_int_equal(dot_parse(slice_str("K1O-7"), &a, &bits), ERR_OK);
    assert_int_equal(dot_parse(slice_str("kl0-7"), &b, &bits), ERR_OK);
    assert_true(dot_equal(a, b));
}

static void datum__what_is_no_id_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "-",
                                        "k7f",
                                        "k7f-",
                                        "-41",
                                        "k-0",
                                        "k-041",
                                        "k--1",
                                        "k-1x",
                                        "k-1-2",
                                        "ú-1",
                                        "k u-1",
                                        "kuk-1",
                                        "0000000000001-1",
                                        "00000000000000-1",
                                        "k-18446744073709551616",
                                        "k- 1"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        struct dot d = {0, 0};
        unsigned bits = 0;
        assert_int_equal(dot_parse(slice_str(wrong[i]), &d, &bits), ERR_INPUT);
    }
}

static void datum__dates_sort_by_time_and_keep_their_precision(void **state)
{
    (void)state;
    int64_t year = DATE_MAKE(2001, 0, 0);
    int64_t month = DATE_MAKE(2001, 4, 0);
    int64_t day = DATE_MAKE(2001, 4, 12);
    assert_true(year < month && month < day && day < DATE_MAKE(2001, 5, 0));
    assert_true(DATE_MAKE(2001, 12, 31) < DATE_MAKE(2002, 0, 0));
    assert_int_equal(DATE_DAY(day), 12);
    assert_int_equal(DATE_MONTH(day), 4);
    assert_int_equal(DATE_YEAR(day), 2001);
    assert_int_equal(DATE_DAY(month), 0);
    assert_int_equal(DATE_MONTH(year), 0);
    assert_int_equal(MONTH_MONTH(MONTH_MAKE(2001, 4)), 4);
    assert_int_equal(MONTH_YEAR(MONTH_MAKE(2001, 4)), 2001);
}

static void datum__days_and_months_of_dates(void **state)
{
    (void)state;
    assert_int_equal(date_number(DATE_MAKE(1970, 1, 1)), 0);
    assert_int_equal(date_number(DATE_MAKE(2000, 2, 29)), 11016);
    assert_int_equal(date_number(DATE_MAKE(2000, 3, 1)), 11017);
    for (int64_t n = -200000; n < 200000; n += 37) {
        assert_int_equal(date_number(date_of_number(n)), n);
    }
    assert_int_equal(date_last_day(DATE_MAKE(2024, 2, 0)), DATE_MAKE(2024, 2, 29));
    assert_int_equal(date_last_day(DATE_MAKE(2023, 0, 0)), DATE_MAKE(2023, 12, 31));
    assert_int_equal(date_first_day(DATE_MAKE(2023, 0, 0)), DATE_MAKE(2023, 1, 1));
    assert_int_equal(date_add_months(DATE_MAKE(2025, 1, 31), 1), DATE_MAKE(2025, 2, 28));
    assert_int_equal(date_add_months(DATE_MAKE(2025, 1, 31), -2), DATE_MAKE(2024, 11, 30));
}

/* A peer may send any number as a date. */
static void datum__a_number_that_is_no_date_has_no_parts(void **state)
{
    (void)state;
    static const int64_t odd[] = {-1,        -32,       -33,       -416,
                                  INT64_MIN, INT64_MAX, INT32_MIN, DATE_MAKE(10000, 1, 1)};
    for (size_t i = 0; i < ARRAY_COUNT(odd); i++) {
        assert_int_equal(DATE_DAY(odd[i]), 0);
        assert_int_equal(DATE_MONTH(odd[i]), 0);
        assert_int_equal(DATE_YEAR(odd[i]), 0);
        assert_int_equal(MONTH_MONTH(odd[i]), 0);
        assert_int_equal(date_first_day(odd[i]), DATE_MAKE(0, 1, 1));
        assert_int_equal(date_last_day(odd[i]), DATE_MAKE(0, 12, 31));
        assert_int_equal(date_add_months(odd[i], -7), DATE_MAKE(0, 1, 1));
        assert_int_equal(date_add_months(odd[i], INT64_MIN), DATE_MAKE(0, 1, 1));
        assert_int_equal(date_add_months(odd[i], INT64_MAX), DATE_MAKE(9999, 12, 1));
    }
    assert_int_equal(DATE_YEAR(DATE_MAKE(9999, 12, 31)), 9999);
    assert_int_equal(date_add_months(DATE_MAKE(2024, 3, 31), -1), DATE_MAKE(2024, 2, 29));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datum__days_and_months_of_dates),
        cmocka_unit_test(datum__every_type_survives_packing),
        cmocka_unit_test(datum__the_order_is_total),
        cmocka_unit_test(datum__shapes_that_are_no_datum_are_refused),
        cmocka_unit_test(datum__dots_survive_as_keys_and_as_text),
        cmocka_unit_test(datum__an_id_may_be_shortened_to_its_first_characters),
        cmocka_unit_test(datum__what_is_no_id_is_refused),
        cmocka_unit_test(datum__dates_sort_by_time_and_keep_their_precision),
        cmocka_unit_test(datum__a_number_that_is_no_date_has_no_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
