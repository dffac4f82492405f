#include "sync/message.h"

#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct message sample(struct slice body)
{
    return (struct message){.version = MESSAGE_VERSION,
                            .sender = {{1, 2, 3, 4, 5, 6, 7, 8}},
                            .recipient = {{9, 10, 11, 12, 13, 14, 15, 16}},
                            .body = body};
}

static void message__survives(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("message");
    struct arena arena = {0};
    struct buf out = {0};
    struct buf raw = {0};
    for (int i = 0; i < 300; i++) {
        struct message before = sample(random_text(&rng, &arena));
        buf_clear(&out);
        message_write(&before, &out);
        struct message after;
        assert_int_equal(message_read(buf_view(&out), &raw, &after), ERR_OK);
        assert_true(slice_equal(before.body, after.body));
        assert_memory_equal(before.sender.bytes, after.sender.bytes, 8);
        assert_memory_equal(before.recipient.bytes, after.recipient.bytes, 8);
        struct message header;
        assert_int_equal(message_peek(buf_view(&out), &header), ERR_OK);
        assert_memory_equal(before.recipient.bytes, header.recipient.bytes, 8);
    }
    buf_free(&out);
    buf_free(&raw);
    arena_free(&arena);
}

static void message__an_empty_body_costs_the_stated_overhead_and_a_byte(void **state)
{
    (void)state;
    struct buf out = {0};
    struct message m = sample((struct slice){0});
    message_write(&m, &out);
    assert_int_equal(out.len, MESSAGE_OVERHEAD_BYTES + 1);
    buf_free(&out);
}

static void message__every_flipped_bit_and_every_cut_is_noticed(void **state)
{
    (void)state;
    struct buf out = {0};
    struct buf raw = {0};
    struct message m = sample(slice_str("nghị quyết đại hội đoàn các cấp, đoàn viên ưu tú"));
    message_write(&m, &out);
    for (size_t bit = 0; bit < 8 * out.len; bit++) {
        out.ptr[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        struct message after;
        assert_int_not_equal(message_read(buf_view(&out), &raw, &after), ERR_OK);
        out.ptr[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    for (size_t len = 0; len < out.len; len++) {
        struct message after;
        assert_int_equal(message_read(slice_make(out.ptr, len), &raw, &after), ERR_FORMAT);
    }
    buf_free(&out);
    buf_free(&raw);
}

static void message__newer_versions_and_flags_are_told_apart_from_damage(void **state)
{
    (void)state;
    struct buf out = {0};
    struct message m = sample(slice_str("x"));
    message_write(&m, &out);
    struct message after;
    struct buf raw = {0};
    out.ptr[4] = MESSAGE_VERSION + 1;
    assert_int_equal(message_read(buf_view(&out), &raw, &after), ERR_TOO_NEW);
    out.ptr[4] = MESSAGE_VERSION;
    out.ptr[5] = 1;
    assert_int_equal(message_peek(buf_view(&out), &after), ERR_TOO_NEW);
    out.ptr[0] = 'X';
    assert_int_equal(message_peek(buf_view(&out), &after), ERR_FORMAT);
    buf_free(&out);
    buf_free(&raw);
}

static void message__more_than_the_limit_is_refused(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("message size");
    struct buf body = {0};
    struct buf out = {0};
    struct buf raw = {0};
    for (size_t i = 0; i <= MESSAGE_LONE_MAX_BYTES; i++) {
        buf_add_byte(&body, (uint8_t)rng_next(&rng));
    }
    struct message m = sample(buf_view(&body));
    message_write(&m, &out);
    struct message after;
    assert_int_equal(message_read(buf_view(&out), &raw, &after), ERR_TOO_LARGE);
    buf_free(&body);
    buf_free(&out);
    buf_free(&raw);
}

static void message__addresses_come_from_keys(void **state)
{
    (void)state;
    uint8_t key[KEY_PUBLIC_BYTES] = {7};
    struct message_address a = message_address_of(key);
    key[31] = 1;
    struct message_address b = message_address_of(key);
    assert_memory_not_equal(a.bytes, b.bytes, 8);
}

int main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message__survives),
        cmocka_unit_test(message__an_empty_body_costs_the_stated_overhead_and_a_byte),
        cmocka_unit_test(message__every_flipped_bit_and_every_cut_is_noticed),
        cmocka_unit_test(message__newer_versions_and_flags_are_told_apart_from_damage),
        cmocka_unit_test(message__more_than_the_limit_is_refused),
        cmocka_unit_test(message__addresses_come_from_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
