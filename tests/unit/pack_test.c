#include "core/pack.h"

#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct slice bytes_of(const char *s, size_t len)
{
    return slice_make(s, len);
}
#define BYTES(literal) bytes_of(literal, sizeof(literal) - 1)

static void pack__integers_survive_at_every_edge(void **state)
{
    (void)state;
    static const int64_t edges[] = {0,         1,          127,        128,
                                    255,       256,        65535,      65536,
                                    INT32_MAX, UINT32_MAX, INT64_MAX,  -1,
                                    -32,       -33,        -128,       -129,
                                    -32768,    -32769,     INT32_MIN,  (int64_t)INT32_MIN - 1,
                                    INT64_MIN, 4294967296, -4294967296};
    for (size_t i = 0; i < ARRAY_COUNT(edges); i++) {
        struct buf out = {0};
        struct pack_writer w = pack_writer_make(&out);
        pack_int(&w, edges[i]);
        struct pack_reader r = pack_reader_make(buf_view(&out));
        assert_int_equal(pack_peek(&r), PACK_INT);
        assert_true(read_int(&r) == edges[i]);
        assert_true(pack_end(&r));
        buf_free(&out);
    }
    struct buf out = {0};
    struct pack_writer w = pack_writer_make(&out);
    pack_uint(&w, UINT64_MAX);
    struct pack_reader r = pack_reader_make(buf_view(&out));
    assert_true(read_uint(&r) == UINT64_MAX && pack_end(&r));
    r = pack_reader_make(buf_view(&out));
    (void)read_int(&r);
    assert_false(pack_ok(&r));
    buf_free(&out);
}

static void pack__strings_and_counts_survive_at_every_edge(void **state)
{
    (void)state;
    static const size_t edges[] = {0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536};
    static char filler[65536];
    for (size_t i = 0; i < ARRAY_COUNT(edges); i++) {
        struct buf out = {0};
        struct pack_writer w = pack_writer_make(&out);
        pack_str(&w, slice_make(filler, edges[i]));
        pack_bin(&w, slice_make(filler, edges[i]));
        pack_array(&w, edges[i]);
        for (size_t j = 0; j < edges[i]; j++) {
            pack_nil(&w);
        }
        pack_map(&w, edges[i]);
        for (size_t j = 0; j < 2 * edges[i]; j++) {
            pack_bool(&w, j % 2 == 0);
        }
        struct pack_reader r = pack_reader_make(buf_view(&out));
        assert_int_equal(read_str(&r).len, edges[i]);
        assert_int_equal(read_bin_exact(&r, edges[i]).len, edges[i]);
        struct pack_reader skipper = r;
        assert_int_equal(read_array(&r), edges[i]);
        for (size_t j = 0; j < edges[i]; j++) {
            read_nil(&r);
        }
        assert_int_equal(read_map(&r), edges[i]);
        for (size_t j = 0; j < 2 * edges[i]; j++) {
            assert_int_equal(read_bool(&r), j % 2 == 0);
        }
        assert_true(pack_end(&r));
        read_skip(&skipper);
        read_skip(&skipper);
        assert_true(pack_end(&skipper));
        buf_free(&out);
    }
}

static void pack__a_longer_form_than_needed_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
    } long_forms[] = {
        {"\xcc\x7f", 2},
        {"\xcd\x00\xff", 3},
        {"\xce\x00\x00\xff\xff", 5},
        {"\xcf\x00\x00\x00\x00\xff\xff\xff\xff", 9},
        {"\xd0\x05", 2},
        {"\xd0\xe0", 2},
        {"\xd1\xff\x80", 3},
        {"\xd2\xff\xff\x80\x00", 5},
        {"\xd3\xff\xff\xff\xff\x80\x00\x00\x00", 9},
        {"\xd9\x01\x61", 3},
        {"\xda\x00\x01\x61", 4},
        {"\xdb\x00\x00\x00\x01\x61", 6},
        {"\xc5\x00\x01\x61", 4},
        {"\xc6\x00\x00\x00\x01\x61", 6},
        {"\xdc\x00\x01\xc0", 4},
        {"\xdd\x00\x00\x00\x01\xc0", 6},
        {"\xde\x00\x01\xc0\xc0", 5},
        {"\xdf\x00\x00\x00\x01\xc0\xc0", 7},
    };
    for (size_t i = 0; i < ARRAY_COUNT(long_forms); i++) {
        struct pack_reader r = pack_reader_make(bytes_of(long_forms[i].bytes, long_forms[i].len));
        read_skip(&r);
        assert_false(pack_ok(&r));
    }
}

static void pack__what_is_cut_short_fails_and_stays_failed(void **state)
{
    (void)state;
    struct buf out = {0};
    struct pack_writer w = pack_writer_make(&out);
    pack_array(&w, 4);
    pack_uint(&w, 70000);
    pack_str(&w, slice_str("Đoàn xã"));
    pack_bin(&w, slice_str("k"));
    pack_int(&w, -70000);
    for (size_t len = 0; len < out.len; len++) {
        struct pack_reader r = pack_reader_make(slice_make(out.ptr, len));
        (void)read_array(&r);
        (void)read_uint(&r);
        (void)read_str(&r);
        (void)read_bin(&r);
        (void)read_int(&r);
        assert_false(pack_ok(&r));
        assert_false(pack_end(&r));
        assert_int_equal(pack_peek(&r), PACK_ERROR);
    }
    buf_free(&out);
}

static void pack__a_count_beyond_the_bytes_that_remain_is_refused(void **state)
{
    (void)state;
    struct pack_reader r = pack_reader_make(BYTES("\xdd\x10\x00\x00\x00"));
    assert_int_equal(read_array(&r), 0);
    assert_false(pack_ok(&r));
    r = pack_reader_make(BYTES("\x93\xc0\xc0"));
    assert_int_equal(read_array(&r), 0);
    assert_false(pack_ok(&r));
    r = pack_reader_make(BYTES("\x82\xc0\xc0\xc0"));
    assert_int_equal(read_map(&r), 0);
    assert_false(pack_ok(&r));
}

static void pack__floats_and_extensions_are_refused(void **state)
{
    (void)state;
    for (unsigned b = 0; b < 256; b++) {
        bool foreign = b == 0xc1 || (b >= 0xc7 && b <= 0xcb) || (b >= 0xd4 && b <= 0xd8);
        uint8_t bytes[16] = {(uint8_t)b};
        struct pack_reader r = pack_reader_make(slice_make(bytes, sizeof(bytes)));
        assert_int_equal(pack_peek(&r) == PACK_ERROR, foreign);
        read_skip(&r);
        if (foreign) {
            assert_false(pack_ok(&r));
        }
    }
}

static void pack__skipping_is_bounded_in_depth(void **state)
{
    (void)state;
    uint8_t nest[40];
    memset(nest, 0x91, sizeof(nest));
    for (size_t depth = 1; depth < sizeof(nest); depth++) {
        nest[depth] = 0xc0;
        struct pack_reader r = pack_reader_make(slice_make(nest, depth + 1));
        read_skip(&r);
        assert_int_equal(pack_end(&r), depth <= 16);
        nest[depth] = 0x91;
    }
}

static void pack__random_bytes_read_or_fail_within_their_bounds(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("pack");
    for (int i = 0; i < 20000; i++) {
        size_t len = (size_t)rng_below(&rng, 40);
        uint8_t *bytes = malloc(len + 1); /* its own block, so that a sanitizer sees the edge */
        for (size_t j = 0; j < len; j++) {
            bytes[j] = (uint8_t)rng_next(&rng);
        }
        struct pack_reader r = pack_reader_make(slice_make(bytes, len));
        while (pack_ok(&r) && r.at < r.end) {
            read_skip(&r);
        }
        assert_true(r.at == r.end);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pack__integers_survive_at_every_edge),
        cmocka_unit_test(pack__strings_and_counts_survive_at_every_edge),
        cmocka_unit_test(pack__a_longer_form_than_needed_is_refused),
        cmocka_unit_test(pack__what_is_cut_short_fails_and_stays_failed),
        cmocka_unit_test(pack__a_count_beyond_the_bytes_that_remain_is_refused),
        cmocka_unit_test(pack__floats_and_extensions_are_refused),
        cmocka_unit_test(pack__skipping_is_bounded_in_depth),
        cmocka_unit_test(pack__random_bytes_read_or_fail_within_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
