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
        assert_int_equal(header.form, MESSAGE_OPEN);
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
    assert_int_equal(out.len, MESSAGE_OPEN_BYTES + 1);
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
    out.ptr[5] = 3;
    assert_int_equal(message_peek(buf_view(&out), &after), ERR_TOO_NEW);
    out.ptr[5] = MESSAGE_SEALED;
    assert_int_equal(message_read(buf_view(&out), &raw, &after), ERR_FORMAT);
    out.ptr[4] = MESSAGE_VERSION - 1;
    assert_int_equal(message_peek(buf_view(&out), &after), ERR_FORMAT);
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

/* ---- sealed --------------------------------------------------------------------------------- */

enum who { CLERK, DISTRICT, STRANGER, PEOPLE };

static const struct identity *person(enum who who)
{
    static struct identity people[PEOPLE];
    if (people[who].actor == 0) {
        people[who].actor = 1;
        crypto_keypair(people[who].public_key, people[who].secret_key);
    }
    return &people[who];
}

static void seal_to(enum who recipient, const char *text, struct hash answers, struct buf *out)
{
    struct message m = {.answers = answers, .body = slice_str(text)};
    assert_int_equal(message_seal(&m, person(CLERK), person(recipient)->public_key, out), ERR_OK);
}

/* As the district reads it, who believes that it is from `sender` and answers `answers`. */
static enum err open_as(enum who reader, enum who sender, struct hash answers, struct slice bytes,
                        struct buf *raw)
{
    struct buf plain = {0};
    struct message m;
    enum err e = message_unseal(bytes, person(reader), &plain, &m);
    m.answers = answers;
    e = e ? e : message_accept(&m, person(reader), person(sender)->public_key, raw);
    buf_free(&plain);
    return e;
}

static const struct hash nothing;

static void message__a_sealed_one_is_read_by_its_recipient_alone(void **state)
{
    (void)state;
    struct buf out = {0}, raw = {0};
    seal_to(DISTRICT, "Vừ A Páo, 0912345678", nothing, &out);
    assert_int_equal(open_as(DISTRICT, CLERK, nothing, buf_view(&out), &raw), ERR_OK);
    assert_true(slice_equal(buf_view(&raw), slice_str("Vừ A Páo, 0912345678")));
    assert_int_equal(open_as(STRANGER, CLERK, nothing, buf_view(&out), &raw), ERR_REFUSED);
    struct message_address other = message_address_of(person(STRANGER)->public_key);
    memcpy(out.ptr + 6, other.bytes, sizeof(other.bytes)); /* readdressed on the way */
    assert_int_equal(open_as(STRANGER, CLERK, nothing, buf_view(&out), &raw), ERR_FORMAT);
    for (size_t at = 0; at + 10 <= out.len; at++) {
        assert_memory_not_equal(out.ptr + at, "0912345678", 10);
    }
    buf_free(&out);
    buf_free(&raw);
}

static void message__a_sealed_one_costs_no_more_than_is_promised(void **state)
{
    (void)state;
    struct buf out = {0};
    seal_to(DISTRICT, "", nothing, &out);
    assert_int_equal(out.len, MESSAGE_SEALED_BYTES + 1); /* an empty frame is one byte */
    assert_true(MESSAGE_SEALED_BYTES <= 150);
    buf_free(&out);
}

static void message__another_sender_or_another_question_is_refused(void **state)
{
    (void)state;
    struct buf out = {0}, raw = {0};
    struct hash asked = hash_of(slice_str("request")), other = hash_of(slice_str("an older one"));
    seal_to(DISTRICT, "x", asked, &out);
    assert_int_equal(open_as(DISTRICT, CLERK, asked, buf_view(&out), &raw), ERR_OK);
    assert_int_equal(open_as(DISTRICT, STRANGER, asked, buf_view(&out), &raw), ERR_REFUSED);
    assert_int_equal(open_as(DISTRICT, CLERK, other, buf_view(&out), &raw), ERR_REFUSED);
    assert_int_equal(open_as(DISTRICT, CLERK, nothing, buf_view(&out), &raw), ERR_REFUSED);
    buf_free(&out);
    buf_free(&raw);
}

/* One who may read what it was sent seals it on to a third, under the first one's name. */
static void message__what_was_signed_for_one_is_no_message_to_another(void **state)
{
    (void)state;
    struct buf out = {0}, plain = {0}, raw = {0}, on = {0};
    struct message m;
    seal_to(DISTRICT, "x", nothing, &out);
    assert_int_equal(message_unseal(buf_view(&out), person(DISTRICT), &plain, &m), ERR_OK);
    struct message_address third = message_address_of(person(STRANGER)->public_key);
    buf_add(&on, out.ptr, 6);
    buf_add(&on, third.bytes, sizeof(third.bytes));
    struct slice header = slice_make(out.ptr, 6 + sizeof(third.bytes));
    uint8_t copy[14];
    memcpy(copy, on.ptr, sizeof(copy));
    header.ptr = copy;
    assert_true(crypto_seal(person(STRANGER)->public_key, header, buf_view(&plain), &on));
    assert_int_equal(open_as(STRANGER, CLERK, nothing, buf_view(&on), &raw), ERR_REFUSED);
    buf_free(&out);
    buf_free(&plain);
    buf_free(&raw);
    buf_free(&on);
}

static void message__every_bit_of_a_sealed_one_is_guarded(void **state)
{
    (void)state;
    struct buf out = {0}, raw = {0};
    seal_to(DISTRICT, "nghị quyết đại hội đoàn các cấp", nothing, &out);
    for (size_t bit = 0; bit < 8 * out.len; bit++) {
        out.ptr[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        assert_int_not_equal(open_as(DISTRICT, CLERK, nothing, buf_view(&out), &raw), ERR_OK);
        out.ptr[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    for (size_t len = 0; len < out.len; len++) {
        assert_int_equal(open_as(DISTRICT, CLERK, nothing, slice_make(out.ptr, len), &raw),
                         ERR_FORMAT);
    }
    buf_add_byte(&out, 0);
    assert_int_equal(open_as(DISTRICT, CLERK, nothing, buf_view(&out), &raw), ERR_FORMAT);
    buf_free(&out);
    buf_free(&raw);
}

static void message__two_of_the_same_have_nothing_in_common(void **state)
{
    (void)state;
    struct buf a = {0}, b = {0};
    seal_to(DISTRICT, "x", nothing, &a);
    seal_to(DISTRICT, "x", nothing, &b);
    assert_int_equal(a.len, b.len);
    assert_memory_not_equal(a.ptr + 14, b.ptr + 14, 8);
    assert_memory_not_equal(a.ptr + a.len - 8, b.ptr + b.len - 8, 8);
    buf_free(&a);
    buf_free(&b);
}

static void message__a_key_that_is_none_is_an_error(void **state)
{
    (void)state;
    static const uint8_t zero[KEY_PUBLIC_BYTES];
    struct buf out = {0};
    struct message m = {.body = slice_str("x")};
    assert_int_equal(message_seal(&m, person(CLERK), zero, &out), ERR_INPUT);
    buf_free(&out);
}

static void message__evidence_shows_who_signed_what(void **state)
{
    (void)state;
    struct buf out = {0}, plain = {0}, raw = {0}, kept = {0};
    struct message m, read;
    seal_to(DISTRICT, "đã gửi", nothing, &out);
    assert_int_equal(message_unseal(buf_view(&out), person(DISTRICT), &plain, &m), ERR_OK);
    message_evidence(&m, person(DISTRICT), &kept);
    assert_true(message_evidence_verify(buf_view(&kept), person(CLERK)->public_key, &read));
    assert_int_equal(message_unpack(&read, &raw), ERR_OK);
    assert_true(slice_equal(read.body, slice_str("đã gửi")));
    assert_false(message_evidence_verify(buf_view(&kept), person(DISTRICT)->public_key, &read));
    for (size_t at = 0; at < kept.len; at++) {
        kept.ptr[at] ^= 1;
        assert_false(message_evidence_verify(buf_view(&kept), person(CLERK)->public_key, &read));
        kept.ptr[at] ^= 1;
    }
    assert_false(
        message_evidence_verify(slice_make(kept.ptr, 100), person(CLERK)->public_key, &read));
    buf_free(&out);
    buf_free(&plain);
    buf_free(&raw);
    buf_free(&kept);
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
        cmocka_unit_test(message__a_sealed_one_is_read_by_its_recipient_alone),
        cmocka_unit_test(message__a_sealed_one_costs_no_more_than_is_promised),
        cmocka_unit_test(message__another_sender_or_another_question_is_refused),
        cmocka_unit_test(message__what_was_signed_for_one_is_no_message_to_another),
        cmocka_unit_test(message__every_bit_of_a_sealed_one_is_guarded),
        cmocka_unit_test(message__two_of_the_same_have_nothing_in_common),
        cmocka_unit_test(message__a_key_that_is_none_is_an_error),
        cmocka_unit_test(message__evidence_shows_who_signed_what),
        cmocka_unit_test(message__addresses_come_from_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
