#include "sync/frame.h"

#include "sync/dictionary.h"
#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CAP (1u << 20)

/* Bytes of every kind: random, repeated, words of the dictionary. */
static void random_bytes(struct rng *rng, struct buf *out)
{
    struct slice words = dictionary_bytes();
    buf_clear(out);
    size_t parts = (size_t)rng_below(rng, 6);
    for (size_t i = 0; i < parts; i++) {
        size_t len = (size_t)rng_below(rng, 3000);
        size_t at = (size_t)rng_below(rng, words.len);
        switch (rng_below(rng, 3)) {
        case 0:
            for (size_t j = 0; j < len; j++) {
                buf_add_byte(out, (uint8_t)rng_next(rng));
            }
            break;
        case 1:
            for (size_t j = 0; j < len; j++) {
                buf_add_byte(out, (uint8_t)(j % 7));
            }
            break;
        default:
            buf_add(out, words.ptr + at, words.len - at < len ? words.len - at : len);
            break;
        }
    }
}

static void frame__any_bytes_survive(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("frame");
    struct buf raw = {0};
    struct buf packed = {0};
    struct buf again = {0};
    for (int i = 0; i < 500; i++) {
        random_bytes(&rng, &raw);
        buf_clear(&packed);
        buf_clear(&again);
        frame_pack(buf_view(&raw), &packed);
        assert_true(packed.len <= raw.len + 1);
        assert_int_equal(frame_unpack(buf_view(&packed), CAP, &again), ERR_OK);
        assert_true(slice_equal(buf_view(&raw), buf_view(&again)));
    }
    buf_free(&raw);
    buf_free(&packed);
    buf_free(&again);
}

static void frame__a_bomb_costs_at_most_the_cap(void **state)
{
    (void)state;
    struct buf raw = {0};
    struct buf packed = {0};
    struct buf again = {0};
    for (size_t i = 0; i < (8u << 20); i++) {
        buf_add_byte(&raw, 0);
    }
    frame_pack(buf_view(&raw), &packed);
    assert_true(packed.len < 64 * 1024);
    assert_int_equal(frame_unpack(buf_view(&packed), 100000, &again), ERR_TOO_LARGE);
    assert_true(again.len <= 100000);
    buf_clear(&again);
    assert_int_equal(frame_unpack(buf_view(&packed), raw.len, &again), ERR_OK);
    buf_clear(&again);
    assert_int_equal(frame_unpack(buf_view(&packed), raw.len - 1, &again), ERR_TOO_LARGE);
    buf_free(&raw);
    buf_free(&packed);
    buf_free(&again);
}

static void frame__damage_cuts_and_trailing_bytes_are_refused(void **state)
{
    (void)state;
    struct buf packed = {0};
    struct buf again = {0};
    struct slice raw = slice_str("sinh hoạt chi đoàn thường kỳ, sinh hoạt chi đoàn thường kỳ");
    frame_pack(raw, &packed);
    assert_true(packed.len < raw.len);
    for (size_t len = 0; len < packed.len; len++) {
        buf_clear(&again);
        assert_int_equal(frame_unpack(slice_make(packed.ptr, len), CAP, &again), ERR_FORMAT);
    }
    size_t harmless = 0;
    for (size_t bit = 0; bit < 8 * packed.len; bit++) {
        packed.ptr[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        buf_clear(&again);
        enum err e = frame_unpack(buf_view(&packed), CAP, &again);
        /* a first byte of 0 would be a stored frame; a few bits pad the stream and mean nothing */
        if (packed.ptr[0] != 0 && e == ERR_OK) {
            assert_true(slice_equal(buf_view(&again), raw));
            harmless++;
        }
        packed.ptr[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    assert_true(harmless < 8);
    buf_add_byte(&packed, 0);
    buf_clear(&again);
    assert_int_equal(frame_unpack(buf_view(&packed), CAP, &again), ERR_FORMAT);
    buf_free(&packed);
    buf_free(&again);
}

static void frame__another_dictionary_is_refused(void **state)
{
    (void)state;
    struct buf packed = {0};
    struct buf again = {0};
    frame_pack(slice_str("chi đoàn chi đoàn chi đoàn chi đoàn chi đoàn"), &packed);
    packed.ptr[3] ^= 1; /* within the dictionary's id */
    assert_int_equal(frame_unpack(buf_view(&packed), CAP, &again), ERR_FORMAT);
    /* a zlib stream that names none */
    static const uint8_t plain[] = {0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01};
    assert_int_equal(frame_unpack(slice_make(plain, sizeof(plain)), CAP, &again), ERR_FORMAT);
    buf_free(&packed);
    buf_free(&again);
}

/* Peoples and places may sound like names; what most people here are called may not stand there. */
static void frame__the_dictionary_holds_no_family_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Nguyễn", "Trần", "Phạm",  "Hoàng", "Vũ",  "Đỗ",    "Bùi",  "Đặng", "Dương",
        "Phùng",  "Lý",   "Triệu", "Nông",  "Lò",  "Giàng", "Sùng", "Vàng", "Thào",
        "Hờ",     "Bàn",  "Chảo",  "Văn",   "Thị", "Đình",  "Hữu",  "Páo",  "Mỷ"};
    struct slice all = dictionary_bytes();
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        size_t len = strlen(names[i]);
        for (size_t at = 0; at + len <= all.len; at++) {
            bool whole =
                (at == 0 || all.ptr[at - 1] == ' ') &&
                (at + len == all.len || all.ptr[at + len] == ' ' || all.ptr[at + len] == ',');
            assert_false(whole && memcmp(all.ptr + at, names[i], len) == 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame__any_bytes_survive),
        cmocka_unit_test(frame__a_bomb_costs_at_most_the_cap),
        cmocka_unit_test(frame__damage_cuts_and_trailing_bytes_are_refused),
        cmocka_unit_test(frame__another_dictionary_is_refused),
        cmocka_unit_test(frame__the_dictionary_holds_no_family_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
