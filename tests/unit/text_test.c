#include "core/text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_reset(&arena);
    return 0;
}

static void assert_text(struct slice s, const char *expected)
{
    assert_int_equal(s.len, strlen(expected));
    assert_memory_equal(s.ptr, expected, s.len);
}

static void assert_normalizes(const char *in, const char *expected)
{
    struct slice out = {0};
    assert_int_equal(text_normalize(slice_str(in), &arena, &out), ERR_OK);
    assert_text(out, expected);
    assert_true(text_is_normal(out));
}

static void text__nfd_becomes_nfc(void **state)
{
    (void)state;
    assert_normalizes("Gia\xcc\x80ng A De\xcc\x82", "Giàng A Dê");
    assert_normalizes("Nguye\xcc\x82\xcc\x83n", "Nguyễn");
    assert_normalizes("Tru\xcc\x9bo\xcc\x9b\xcc\x80ng", "Trường");
}

static void text__nfc_stays_as_it_is(void **state)
{
    (void)state;
    assert_normalizes("Đặng Thị Ưng", "Đặng Thị Ưng");
    assert_normalizes("", "");
}

static void text__controls_go_and_line_ends_stay(void **state)
{
    (void)state;
    assert_normalizes("\xef\xbb\xbf  a\x1b[31mb\r\n\tc\x7f \xc2\xa0", "a[31mb\n\tc");
}

static void text__what_is_not_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80",
                                      "\xf4\x90\x80\x80"};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct slice out = {0};
        assert_int_equal(text_normalize(slice_str(bad[i]), &arena, &out), ERR_INPUT);
        assert_false(text_is_normal(slice_str(bad[i])));
    }
}

static void text__nfd_and_controls_are_not_normal(void **state)
{
    (void)state;
    assert_false(text_is_normal(slice_str("De\xcc\x82")));
    assert_false(text_is_normal(slice_str("a\x1b")));
    assert_false(text_is_normal(slice_str("\xe2\x84\xa6"))); /* OHM SIGN, a singleton */
    assert_true(text_is_normal(slice_str("Dê – “đ”")));
    assert_true(text_is_normal(slice_str("中文 ไทย")));
}

static void text__every_composed_code_point_survives(void **state)
{
    (void)state;
    /* the blocks that take the quick way, checked against the slow one: with a mark that combines
     * with nothing in front of it, the whole text goes through the library */
    for (unsigned cp = 0xa0; cp < 0x2028; cp++) {
        if ((cp >= 0x300 && cp < 0x1e00) || (cp >= 0x1f00 && cp < 0x2010)) {
            continue;
        }
        char text[16];
        size_t len = 0;
        if (cp < 0x800) {
            text[len++] = (char)(0xc0 | cp >> 6);
        } else {
            text[len++] = (char)(0xe0 | cp >> 12);
            text[len++] = (char)(0x80 | (cp >> 6 & 0x3f));
        }
        text[len++] = (char)(0x80 | (cp & 0x3f));
        memcpy(text + len, "|\xe0\xb8\x81", 5); /* THAI KO KAI: outside the quick blocks */
        struct slice with = slice_make(text, len + 4);
        assert_true(text_is_normal(slice_make(text, len)));
        assert_true(text_is_normal(with));
    }
}

static void text__folding_ignores_case_and_diacritics(void **state)
{
    (void)state;
    assert_text(text_fold(slice_str("Giàng A Dê"), &arena), "giang a de");
    assert_text(text_fold(slice_str("GIA\xcc\x80NG A DE\xcc\x82"), &arena), "giang a de");
    assert_text(text_fold(slice_str("Trường Sỹ Quý"), &arena), "truong sy quy");
}

static void text__d_with_stroke_folds_to_d(void **state)
{
    (void)state;
    assert_text(text_fold(slice_str("Đoàn đội"), &arena), "doan doi");
}

static void text__separators_become_one_space(void **state)
{
    (void)state;
    assert_text(text_fold(slice_str("  Thị-trấn (Cổ_Phúc)…"), &arena), "thi tran co phuc");
    assert_text(text_fold(slice_str("  – "), &arena), "");
    assert_text(text_fold(slice_str("a\xff"
                                    "b"),
                          &arena),
                "a b");
}

static void text__width_counts_columns_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(text_width(slice_str("Giàng A Dê")), 10);
    assert_int_equal(text_width(slice_str("De\xcc\x82")), 2);
    assert_int_equal(text_width(slice_str("中文")), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(text__nfd_becomes_nfc, reset),
        cmocka_unit_test_setup(text__nfc_stays_as_it_is, reset),
        cmocka_unit_test_setup(text__controls_go_and_line_ends_stay, reset),
        cmocka_unit_test_setup(text__what_is_not_utf8_is_refused, reset),
        cmocka_unit_test_setup(text__nfd_and_controls_are_not_normal, reset),
        cmocka_unit_test_setup(text__every_composed_code_point_survives, reset),
        cmocka_unit_test_setup(text__folding_ignores_case_and_diacritics, reset),
        cmocka_unit_test_setup(text__d_with_stroke_folds_to_d, reset),
        cmocka_unit_test_setup(text__separators_become_one_space, reset),
        cmocka_unit_test_setup(text__width_counts_columns_not_bytes, reset),
    };
    int failed = cmocka_run_group_tests_name("text", tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
