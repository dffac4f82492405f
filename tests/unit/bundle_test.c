/* Bundles one at a time: what a stick brings, what a receipt says, and what neither of them may do.
 */
#include "sync/bundle.h"

#include "sync/join.h"
#include "sync/link.h"
#include "sync/reconcile.h"
#include "tests/unit/sticks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define F_MEMBER_PHONE 31
#define CHECK_AT 5 /* FORMAT.md, "Bundle" */
#define COUNT_AT 21
#define LENGTH_AT 25
#define HEAD_BYTES 33

static const struct dot none = {0, 0};

static void bundle__a_stick_goes_up_and_its_receipt_comes_back(void **state)
{
    (void)state;
    struct fixture f;
    struct buf up = {0}, down = {0};
    fixture_tree(&f, 2401);
    struct dot member = sticks_member(&f, 2, "Giàng A Dê");
    struct dot theme = fixture_save_text(&f, 1, none, KIND_THEME, f.units[1], F_NOTE, "tháng 3");
    sticks_up(&f, 2, &up);
    assert_int_equal(sticks_receipt(&f, 2, member), 0);
    assert_int_equal(sticks_unsent(&f, 2), 1); /* written to a stick is not arrived */
    struct bundle_taken taken = sticks_take(&f, 1, &up, &down);
    assert_true(taken.from_below && taken.has_reply);
    assert_int_equal(taken.fresh, 1);
    assert_int_equal(taken.waiting + taken.refused, 0);
    assert_int_equal(sticks_via(&f, 1, member), VIA_BUNDLE);
    assert_int_equal(sticks_unsent(&f, 2), 1);
    taken = sticks_take(&f, 2, &down, NULL);
    assert_false(taken.from_below || taken.has_reply);
    assert_int_equal(taken.fresh, 1);
    assert_int_equal(taken.digest_equal, 1);
    assert_int_equal(sticks_via(&f, 2, theme), VIA_BUNDLE);
    assert_int_equal(sticks_receipt(&f, 2, member), 1);
    assert_int_equal(sticks_unsent(&f, 2), 0);
    sticks_assert_agree(&f, 2);
    buf_free(&up);
    buf_free(&down);
    fixture_end(&f);
}

static void bundle__taken_again_it_brings_nothing(void **state)
{
    (void)state;
    struct fixture f;
    struct buf up = {0}, down = {0}, again = {0};
    fixture_tree(&f, 2402);
    struct dot member = sticks_member(&f, 2, "Thào A Sếnh");
    sticks_up(&f, 2, &up);
    (void)sticks_take(&f, 1, &up, &down);
    struct hash before = sticks_digest(&f, 1, f.units[1]);
    struct bundle_taken taken = sticks_take(&f, 1, &up, &again);
    assert_int_equal(taken.fresh, 0);
    assert_int_equal(taken.known, 1);
    assert_true(hash_equal(before, sticks_digest(&f, 1, f.units[1])));
    (void)sticks_take(&f, 2, &again, NULL);
    assert_int_equal(sticks_receipt(&f, 2, member), 1);
    (void)sticks_take(&f, 2, &down, NULL); /* the older of the two receipts */
    (void)sticks_take(&f, 2, &again, NULL);
    assert_int_equal(sticks_receipt(&f, 2, member), 1);
    assert_int_equal(sticks_unsent(&f, 2), 0);
    sticks_assert_agree(&f, 2);
    buf_free(&up);
    buf_free(&down);
    buf_free(&again);
    fixture_end(&f);
}

static void bundle__sticks_come_in_any_order(void **state)
{
    (void)state;
    struct fixture f;
    struct buf up[3] = {{0}}, down[3] = {{0}};
    struct dot ids[3];
    const size_t order[] = {2, 0, 1};
    fixture_tree(&f, 2403);
    for (size_t i = 0; i < 3; i++) {
        ids[i] = sticks_member(&f, 2, "Vàng Thị Mỷ");
        if (i > 0) {
            (void)fixture_save_text(&f, 2, ids[0], 0, none, F_MEMBER_PHONE,
                                    i == 1 ? "0911" : "0922");
        }
        sticks_up(&f, 2, &up[i]);
    }
    for (size_t i = 0; i < 3; i++) {
        struct bundle_taken taken = sticks_take(&f, 1, &up[order[i]], &down[order[i]]);
        assert_int_equal(taken.fresh, i == 0 ? 3 : 0);
        assert_false(taken.forked || taken.resend);
    }
    for (size_t i = 0; i < 3; i++) {
        (void)sticks_take(&f, 2, &down[2 - order[i]], NULL);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(sticks_receipt(&f, 2, ids[i]), 1);
        buf_free(&up[i]);
        buf_free(&down[i]);
    }
    assert_int_equal(sticks_unsent(&f, 2), 0);
    sticks_assert_agree(&f, 2);
    fixture_end(&f);
}

static void bundle__a_lost_stick_costs_nothing(void **state)
{
    (void)state;
    struct fixture f;
    struct buf lost = {0}, up = {0}, down = {0};
    fixture_tree(&f, 2404);
    struct dot first = sticks_member(&f, 2, "Cứ A Sử");
    struct dot from_above = fixture_save_text(&f, 1, none, KIND_THEME, f.units[1], F_NOTE, "a");
    sticks_up(&f, 2, &lost);
    struct dot second = sticks_member(&f, 2, "Lý Láo Lở");
    sticks_up(&f, 2, &up);
    (void)sticks_take(&f, 1, &up, &down); /* and its receipt is lost */
    assert_true(sticks_holds(&f, 1, first) && sticks_holds(&f, 1, second));
    assert_int_equal(sticks_receipt(&f, 2, first), 0);
    sticks_up(&f, 2, &up);
    (void)sticks_take(&f, 1, &up, &down);
    (void)sticks_take(&f, 2, &down, NULL);
    assert_true(sticks_holds(&f, 2, from_above));
    assert_int_equal(sticks_receipt(&f, 2, first), 1);
    assert_int_equal(sticks_receipt(&f, 2, second), 1);
    sticks_assert_agree(&f, 2);
    buf_free(&lost);
    buf_free(&up);
    buf_free(&down);
    fixture_end(&f);
}

static void bundle__a_sync_in_between_does_no_harm(void **state)
{
    (void)state;
    struct fixture f;
    struct buf up = {0}, down = {0};
    struct session_stats stats;
    fixture_tree(&f, 2405);
    struct dot first = sticks_member(&f, 2, "Phàn A Phổng");
    sticks_up(&f, 2, &up);
    struct dot second = sticks_member(&f, 2, "Tẩn A San");
    assert_true(fixture_sync(&f, 2, &stats));
    assert_int_equal(stats.digest_equal, 1);
    struct bundle_taken taken =
        sticks_take(&f, 1, &up, &down); /* older than what came by the link */
    assert_int_equal(taken.fresh, 0);
    assert_false(taken.forked || taken.resend);
    struct dot third = sticks_member(&f, 2, "Chang Thị Dua");
    assert_true(fixture_sync(&f, 2, &stats));
    (void)sticks_take(&f, 2, &down, NULL); /* older than the last reply */
    assert_int_equal(sticks_receipt(&f, 2, first), 1);
    assert_int_equal(sticks_receipt(&f, 2, second), 1);
    assert_int_equal(sticks_receipt(&f, 2, third), 1);
    assert_true(fixture_sync(&f, 2, &stats));
    assert_int_equal(stats.rounds, 1);
    assert_int_equal(stats.digest_equal, 1);
    buf_free(&up);
    buf_free(&down);
    fixture_end(&f);
}

/* ---- files that are not as they should be ---------------------------------------------------- */

static struct hash file_hash(struct fixture *f, size_t at)
{
    char path[128];
    struct buf bytes = {0};
    (void)snprintf(path, sizeof(path), "%s/%zu/data.mdb", f->dir, at);
    assert_int_equal(f->env.read_file(f->env.ctx, path, 1u << 30, &bytes), ERR_OK);
    struct hash h = hash_of(buf_view(&bytes));
    buf_free(&bytes);
    return h;
}

static void bundle__a_flipped_bit_or_a_lost_byte_changes_nothing(void **state)
{
    (void)state;
    struct fixture f;
    struct buf up = {0}, down = {0};
    fixture_tree(&f, 2406);
    (void)sticks_member(&f, 2, "Sùng Thị Của");
    sticks_up(&f, 2, &up);
    (void)sticks_take(&f, 1, &up, &down);
    (void)sticks_member(&f, 2, "Hờ Thị Mỉ");
    sticks_up(&f, 2, &up);
    struct hash hub = file_hash(&f, 1), child = file_hash(&f, 2);
    const struct buf *files[] = {&up, &down};
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < files[k]->len; i++) {
            files[k]->ptr[i] ^= (uint8_t)(1u << i % 8);
            sticks_assert_refused(&f, 1 + k, buf_view(files[k]), ERR_FORMAT);
            files[k]->ptr[i] ^= (uint8_t)(1u << i % 8);
            sticks_assert_refused(&f, 1 + k, slice_make(files[k]->ptr, i), ERR_FORMAT);
        }
    }
    size_t len = up.len;
    buf_add_byte(&up, 0);
    sticks_assert_refused(&f, 1, buf_view(&up), ERR_FORMAT);
    up.len = len;
    assert_true(hash_equal(hub, file_hash(&f, 1)) && hash_equal(child, file_hash(&f, 2)));
    (void)sticks_take(&f, 1, &up, NULL);
    buf_free(&up);
    buf_free(&down);
    fixture_end(&f);
}

static void bundle__for_somebody_else_it_is_not_taken(void **state)
{
    (void)state;
    struct fixture f;
    struct buf up = {0}, down = {0};
    fixture_tree(&f, 2407);
    (void)sticks_member(&f, 2, "Hạng A Lử");
    sticks_up(&f, 2, &up);
    sticks_assert_refused(&f, 0, buf_view(&up), ERR_INPUT);
    sticks_assert_refused(&f, 3, buf_view(&up), ERR_INPUT);
    sticks_assert_refused(&f, 2, buf_view(&up), ERR_INPUT); /* back at the one that wrote it */
    (void)sticks_take(&f, 1, &up, &down);
    sticks_assert_refused(&f, 3, buf_view(&down), ERR_INPUT);
    sticks_assert_refused(&f, 1, buf_view(&down), ERR_INPUT);
    /* of another tree */
    struct fixture other;
    struct buf strange = {0};
    fixture_tree(&other, 2408);
    sticks_up(&other, 2, &strange);
    sticks_assert_refused(&f, 1, buf_view(&strange), ERR_INPUT);
    fixture_end(&other);
    buf_free(&strange);
    buf_free(&up);
    buf_free(&down);
    fixture_end(&f);
}

/* A head that fits the rest again, as a forger would make it. */
static void mend(struct buf *bytes, uint32_t count)
{
    struct hash parts[2];
    for (int i = 0; i < 4; i++) {
        bytes->ptr[COUNT_AT + i] = (uint8_t)(count >> (24 - 8 * i));
    }
    be64_put(bytes->ptr + LENGTH_AT, bytes->len);
    parts[0] = hash_of(slice_make(bytes->ptr, CHECK_AT));
    parts[1] = hash_of(slice_make(bytes->ptr + COUNT_AT, bytes->len - COUNT_AT));
    struct hash check = hash_of(slice_make(parts, sizeof(parts)));
    memcpy(bytes->ptr + CHECK_AT, check.bytes, HASH_BYTES);
}

static size_t size_at(const struct buf *bytes, size_t at)
{
    const uint8_t *p = bytes->ptr + at;
    return 4 + ((size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]);
}

static void bundle__no_part_can_be_taken_out_or_moved(void **state)
{
    (void)state;
    struct fixture f;
    struct buf up = {0}, forged = {0};
    fixture_tree(&f, 2409);
    for (size_t i = 0; i < 700; i++) {
        (void)sticks_noise(&f, 2, 2);
    }
    sticks_up(&f, 2, &up);
    size_t starts[16] = {HEAD_BYTES}, n = 0;
    while (starts[n] < up.len) {
        starts[n + 1] = starts[n] + size_at(&up, starts[n]);
        n++;
    }
    assert_true(n >= 3 && n < 15);
    struct hash before = file_hash(&f, 1);
    for (size_t gone = 0; gone < n; gone++) {
        buf_clear(&forged);
        buf_add(&forged, up.ptr, starts[gone]);
        buf_add(&forged, up.ptr + starts[gone + 1], up.len - starts[gone + 1]);
        mend(&forged, (uint32_t)n - 1);
        sticks_assert_refused(&f, 1, buf_view(&forged), ERR_FORMAT);
    }
    buf_clear(&forged);
    buf_add(&forged, up.ptr, HEAD_BYTES);
    buf_add(&forged, up.ptr + starts[1], starts[2] - starts[1]);
    buf_add(&forged, up.ptr + starts[0], starts[1] - starts[0]);
    buf_add(&forged, up.ptr + starts[2], up.len - starts[2]);
    mend(&forged, (uint32_t)n);
    sticks_assert_refused(&f, 1, buf_view(&forged), ERR_FORMAT);
    assert_true(hash_equal(before, file_hash(&f, 1)));
    buf_clear(&forged);
    buf_add_slice(&forged, buf_view(&up));
    mend(&forged, (uint32_t)n); /* the control: unchanged it is taken */
    assert_int_equal(sticks_take(&f, 1, &forged, NULL).fresh, 700);
    buf_free(&up);
    buf_free(&forged);
    fixture_end(&f);
}

/* A message on a stick is none for the link, and the other way round. */
static void bundle__its_messages_are_nothing_for_the_link(void **state)
{
    (void)state;
    struct fixture f;
    struct buf up = {0}, reply = {0};
    fixture_tree(&f, 2410);
    (void)sticks_member(&f, 2, "Lò Văn Ún");
    sticks_up(&f, 2, &up);
    struct slice message = slice_make(up.ptr + HEAD_BYTES + 4, up.len - HEAD_BYTES - 4);
    assert_int_equal(session_serve(f.stores[1], message, &reply), ERR_FORMAT);
    buf_free(&up);
    buf_free(&reply);
    fixture_end(&f);
}

/* ---- first contact --------------------------------------------------------------------------- */

/* A commune that has joined and never had a link; more than a message each way. */
static void bundle__first_contact_needs_no_link(void **state)
{
    (void)state;
    for (int unasked = 0; unasked < 2; unasked++) {
        struct fixture f;
        struct dot own[300], given[300];
        struct bundle_taken up, down;
        fixture_tree(&f, 2411);
        size_t at = fixture_child(&f, 1, "04600", LEVEL_COMMUNE);
        for (size_t i = 0; i < 300; i++) {
            own[i] = sticks_noise(&f, at, at);
            given[i] = sticks_noise(&f, 1, at);
        }
        if (unasked) {
            struct sticks s = {0};
            assert_true(sticks_write(&f, &s, 1, at));
            down = sticks_take(&f, at, &s.list[0].bytes, NULL);
            assert_true(down.fresh >= 300);
            sticks_free(&s);
        }
        sticks_round(&f, at, &up, &down);
        assert_int_equal(up.fresh, 300);
        assert_int_equal(up.refused + up.waiting + down.refused + down.waiting, 0);
        for (size_t i = 0; i < 300; i++) {
            assert_true(sticks_holds(&f, 1, own[i]) && sticks_holds(&f, at, given[i]));
            assert_int_equal(sticks_receipt(&f, at, own[i]), 1);
        }
        assert_int_equal(sticks_unsent(&f, at), 0);
        sticks_assert_agree(&f, at);
        sticks_round(&f, at, &up, &down);
        assert_int_equal(down.digest_equal, 1);
        assert_int_equal(up.fresh + down.fresh, 0);
        struct session_stats stats;
        assert_true(fixture_sync(&f, at, &stats)); /* the first link ever has nothing to do */
        assert_int_equal(stats.rounds, 1);
        assert_int_equal(stats.digest_equal, 1);
        fixture_end(&f);
    }
}

/* Work goes on while the stick is on its way: that is no reason to deny the receipt. */
static void bundle__first_contact_with_work_meanwhile(void **state)
{
    (void)state;
    struct fixture f;
    struct buf up = {0}, down = {0};
    fixture_tree(&f, 2412);
    size_t at = fixture_child(&f, 1, "04600", LEVEL_COMMUNE);
    struct dot before = sticks_member(&f, at, "Giàng Seo Sùng");
    sticks_up(&f, at, &up);
    struct dot meanwhile = sticks_member(&f, at, "Lò Văn Ên");
    (void)sticks_take(&f, 1, &up, &down);
    (void)sticks_take(&f, at, &down, NULL);
    assert_int_equal(sticks_receipt(&f, at, before), 1);
    assert_int_equal(sticks_receipt(&f, at, meanwhile), 0);
    assert_int_equal(sticks_unsent(&f, at), 1);
    sticks_round(&f, at, NULL, NULL);
    assert_int_equal(sticks_receipt(&f, at, meanwhile), 1);
    sticks_assert_agree(&f, at);
    buf_free(&up);
    buf_free(&down);
    fixture_end(&f);
}

static void bundle__three_levels_with_sticks_alone(void **state)
{
    (void)state;
    struct fixture f;
    struct sticks s = {0};
    fixture_begin(&f, 2413);
    fixture_root(&f);
    (void)fixture_child(&f, 0, "138", LEVEL_DISTRICT);
    sticks_round(&f, 1, NULL, NULL);
    (void)fixture_child(&f, 1, "04576", LEVEL_COMMUNE);
    sticks_round(&f, 2, NULL, NULL);
    struct dot member = sticks_member(&f, 2, "Giàng A Dê");
    sticks_round(&f, 2, NULL, NULL);
    assert_int_equal(sticks_receipt(&f, 2, member), 1);
    assert_false(sticks_holds(&f, 0, member));
    sticks_round(&f, 1, NULL, NULL);
    assert_true(sticks_holds(&f, 0, member));
    assert_int_equal(sticks_receipt(&f, 1, member), 2);
    assert_int_equal(sticks_receipt(&f, 2, member), 1); /* it has not heard yet */
    struct dot directive =
        fixture_save_text(&f, 0, none, KIND_DIRECTIVE, f.units[0], F_NOTE, "rà soát");
    sticks_round(&f, 1, NULL, NULL);
    assert_true(sticks_write(&f, &s, 1, 2));
    (void)sticks_take(&f, 2, &s.list[0].bytes, NULL);
    assert_int_equal(sticks_receipt(&f, 2, member), 2);
    assert_true(sticks_holds(&f, 2, directive));
    sticks_assert_agree(&f, 1);
    sticks_assert_agree(&f, 2);
    sticks_free(&s);
    fixture_end(&f);
}

/* ---- what is told -------------------------------------------------------------------------- */

static void write_long(struct fixture *f, size_t at, struct dot id)
{
    static char text[32768];
    for (uint32_t field = 700; field < 708; field++) {
        for (size_t i = 0; i + 1 < sizeof(text); i++) {
            text[i] = (char)('a' + fixture_random(f) % 26);
        }
        (void)fixture_save_text(f, at, id, 0, none, field, text);
    }
}

/* What the hub refuses, a record that would grow too large, is told in the receipt, counts as only
 * here, and blocks nothing; it is offered again, and told again. */
static void bundle__a_refusal_is_in_the_receipt(void **state)
{
    (void)state;
    struct fixture f;
    struct bundle_taken up, down;
    fixture_tree(&f, 2419);
    struct dot large = sticks_member(&f, 2, "Lò Văn Ún");
    sticks_round(&f, 2, NULL, NULL);
    write_long(&f, 1, large);
    write_long(&f, 2, large);
    struct dot after = sticks_member(&f, 2, "Lò Văn Ên");
    sticks_round(&f, 2, &up, &down);
    assert_int_equal(up.refused, 1);
    assert_int_equal(down.refused, 1);
    assert_true(sticks_holds(&f, 1, after));
    assert_int_equal(sticks_receipt(&f, 2, after), 1);
    assert_int_equal(sticks_receipt(&f, 2, large), 0);
    sticks_round(&f, 2, &up, &down); /* the two differ in it; so all goes once more */
    assert_true(up.refused > 0 && up.fresh == 0);
    assert_int_equal(sticks_receipt(&f, 2, large), 0);
    assert_int_equal(sticks_receipt(&f, 2, after), 1);
    sticks_round(&f, 2, &up, &down);
    assert_int_equal(up.known, 0); /* and not again */
    assert_int_equal(sticks_receipt(&f, 2, large), 0);
    assert_int_equal(sticks_receipt(&f, 2, after), 1);
    fixture_end(&f);
}

static void bundle__a_root_has_nobody_above(void **state)
{
    (void)state;
    struct fixture f;
    struct buf out = {0};
    struct bundle_written w;
    fixture_tree(&f, 2420);
    assert_int_equal(bundle_export(f.stores[0], none, &out, &w), ERR_NOT_JOINED);
    buf_clear(&out);
    struct dot node = store_identity(f.stores[2])->node; /* of a hub below */
    assert_int_equal(bundle_export(f.stores[0], node, &out, &w), ERR_NOT_FOUND);
    buf_free(&out);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bundle__a_stick_goes_up_and_its_receipt_comes_back),
        cmocka_unit_test(bundle__taken_again_it_brings_nothing),
        cmocka_unit_test(bundle__sticks_come_in_any_order),
        cmocka_unit_test(bundle__a_lost_stick_costs_nothing),
        cmocka_unit_test(bundle__a_sync_in_between_does_no_harm),
        cmocka_unit_test(bundle__a_flipped_bit_or_a_lost_byte_changes_nothing),
        cmocka_unit_test(bundle__for_somebody_else_it_is_not_taken),
        cmocka_unit_test(bundle__no_part_can_be_taken_out_or_moved),
        cmocka_unit_test(bundle__its_messages_are_nothing_for_the_link),
        cmocka_unit_test(bundle__first_contact_needs_no_link),
        cmocka_unit_test(bundle__first_contact_with_work_meanwhile),
        cmocka_unit_test(bundle__three_levels_with_sticks_alone),
        cmocka_unit_test(bundle__a_refusal_is_in_the_receipt),
        cmocka_unit_test(bundle__a_root_has_nobody_above),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
