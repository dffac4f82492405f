/* Random histories of the merge desk in which everything goes by stick, or part of it by stick and
 * part over HTTP: sticks are lost, doubled, late and in any order, in both directions.
 * TERRACE_SEED=N TERRACE_SEEDS=1 replays one; TERRACE_TRACE=1 tells what happens where. */
#include "sync/receipts.h"
#include "sync/reconcile.h"
#include "tests/unit/desk.h"
#include "tests/unit/sticks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define STEPS 60
#define MEMBERS 60
#define F_MEMBER_PHONE 31

struct tally {
    uint64_t written, taken, receipts, foreign;
};

static bool tracing(void)
{
    return getenv("TERRACE_TRACE") != NULL;
}

/* ---- sticks of a desk ------------------------------------------------------------------------ */

/* One stick of the heap is carried to where it is to go, and often stays in the heap. */
static void carry(struct desk *d, struct sticks *s, struct tally *sum)
{
    struct bundle_taken taken;
    if (s->count == 0) {
        return;
    }
    /* mostly the newest ones, now and then whatever is found in a drawer */
    size_t back =
        (size_t)desk_below(d, desk_below(d, 3) ? (s->count < 3 ? s->count : 3) : s->count);
    size_t i = s->count - 1 - back, to = s->list[i].to;
    enum err e = world_import(&d->w, to, buf_view(&s->list[i].bytes), &taken);
    if (tracing()) {
        fprintf(stderr, "stick %zu taken by store %zu: %s%s, new %llu known %llu refused %llu\n", i,
                to, error_word(e),
                taken.forked   ? " forked"
                : taken.resend ? " resend"
                               : "",
                (unsigned long long)taken.fresh, (unsigned long long)taken.known,
                (unsigned long long)taken.refused);
    }
    if (e == ERR_INPUT) { /* the computer has gone to another hub meanwhile */
        sum->foreign++;
    } else if (e != ERR_OK) {
        fail_msg("seed %llu: %s: %s", (unsigned long long)d->w.seed, error_word(e),
                 error_last()->text);
    } else {
        sum->taken++;
        assert_false(taken.forked);
        if (taken.has_reply) {
            size_t back_to = sticks_store_of(&d->w.f, taken.peer);
            sticks_add(s, back_to, buf_view(&taken.reply));
            sum->receipts++;
        }
    }
    buf_free(&taken.reply);
    error_clear();
}

static void write_one(struct desk *d, struct sticks *s, struct tally *sum)
{
    size_t at = 1 + (size_t)desk_below(d, d->w.f.count - 1);
    if (d->going[at]) {
        desk_sync(d, at); /* it asks again for its new hub first */
        return;
    }
    bool down = desk_below(d, 4) == 0;
    size_t from = down ? (size_t)d->w.f.parents[at] : at;
    if (!sticks_write(&d->w.f, s, from, down ? at : 0)) {
        error_clear();
        return; /* it has gone to another hub, and does not know yet */
    }
    sum->written++;
    if (tracing()) {
        fprintf(stderr, "stick %zu written by store %zu for %zu\n", s->count - 1, from,
                s->list[s->count - 1].to);
    }
}

/* ---- the end --------------------------------------------------------------------------------- */

static void round_of(struct desk *d, size_t at)
{
    struct sticks s = {0};
    struct bundle_taken taken;
    (void)sticks_write(&d->w.f, &s, at, 0);
    enum err e = world_import(&d->w, s.list[0].to, buf_view(&s.list[0].bytes), &taken);
    if (e == ERR_OK) {
        struct bundle_taken back;
        assert_false(taken.forked || taken.resend);
        e = world_import(&d->w, at, buf_view(&taken.reply), &back);
    }
    if (e != ERR_OK) {
        fail_msg("seed %llu: store %zu: %s: %s", (unsigned long long)d->w.seed, at, error_word(e),
                 error_last()->text);
    }
    buf_free(&taken.reply);
    sticks_free(&s);
}

static void settle(struct desk *d, bool by_sticks)
{
    struct fixture *f = &d->w.f;
    f->lose_request_in = 0;
    f->lose_reply_in = 0;
    for (int pass = 0; pass < 6; pass++) {
        for (size_t i = 1; i < f->count; i++) {
            struct txn *t = NULL;
            assert_int_equal(txn_begin(f->stores[0], TXN_READ, &t), ERR_OK);
            bool lost = !unit_is_within(t, desk_unit(d, i), desk_unit(d, (size_t)f->parents[i]));
            txn_abort(t);
            if (d->going[i]) {
                desk_sync(d, i);
            }
            if (pass > 0 && lost) {
                (void)desk_rehome(d, i, 0);
            }
        }
        for (int down = 0; down < 2; down++) {
            for (size_t k = 1; k < f->count; k++) {
                size_t i = down ? k : f->count - k;
                if (by_sticks) {
                    round_of(d, i);
                } else {
                    desk_sync(d, i);
                }
            }
        }
    }
}

static struct hash digest_of(struct desk *d, size_t at, struct dot unit)
{
    struct txn *t = NULL;
    struct hash h;
    assert_int_equal(txn_begin(d->w.f.stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(reconcile_digest(t, unit, true, &h), ERR_OK);
    txn_abort(t);
    return h;
}

static void assert_agreement(struct desk *d)
{
    for (size_t at = 1; at < d->w.f.count; at++) {
        struct dot unit = desk_unit(d, at);
        struct hash own = digest_of(d, at, unit);
        struct hash above = digest_of(d, (size_t)d->w.f.parents[at], unit);
        struct txn *t = NULL;
        struct link_status status;
        if (!hash_equal(own, above)) {
            fail_msg("seed %llu: store %zu and its hub differ", (unsigned long long)d->w.seed, at);
        }
        assert_int_equal(txn_begin(d->w.f.stores[at], TXN_READ, &t), ERR_OK);
        assert_int_equal(session_status(t, &status), ERR_OK);
        struct receipts receipts;
        assert_int_equal(receipts_count(t, &receipts), ERR_OK);
        txn_abort(t);
        if (d->counts[OP_ROGUE] == 0 && (status.unsent || receipts.here)) {
            fail_msg("seed %llu: store %zu: %llu unsent, %llu only here",
                     (unsigned long long)d->w.seed, at, (unsigned long long)status.unsent,
                     (unsigned long long)receipts.here);
        }
    }
}

static void plant(struct desk *d, bool by_sticks)
{
    struct fixture *f = &d->w.f;
    size_t stores = 3 + (size_t)desk_below(d, 5), districts = 1 + (size_t)desk_below(d, 2);
    char code[16];
    fixture_root(f);
    while (f->count < stores) {
        bool district = f->count <= districts;
        (void)snprintf(code, sizeof(code), district ? "1%zu" : "04%zu",
                       (district ? 30 : 200) + f->count);
        size_t at = fixture_child(f, district ? 0 : 1 + (size_t)desk_below(d, districts), code,
                                  district ? LEVEL_DISTRICT : LEVEL_COMMUNE);
        if (by_sticks) {
            sticks_round(f, at, NULL, NULL);
        } else {
            assert_true(fixture_sync(f, at, NULL));
        }
    }
}

static void run(uint64_t seed, bool by_sticks, struct tally *sum)
{
    struct desk *d = calloc(1, sizeof(*d));
    struct sticks *s = calloc(1, sizeof(*s));
    assert_non_null(d);
    assert_non_null(s);
    world_begin(&d->w, seed);
    plant(d, by_sticks);
    for (int i = 0; i < 6; i++) {
        struct arena arena = {0};
        size_t at = (size_t)desk_below(d, d->w.f.count);
        struct txn *t = world_save(&d->w, at);
        world_saved(&d->w, at, t, desk_create(d, at, t, &arena));
        arena_free(&arena);
    }
    d->w.f.lose_request_in = 6;
    d->w.f.lose_reply_in = 5;
    for (int i = 0; i < STEPS; i++) {
        desk_step(d);
        size_t at = (size_t)desk_below(d, d->w.f.count);
        if (!by_sticks && at != 0 && desk_below(d, 3) == 0) {
            desk_sync(d, at);
        }
        if (desk_below(d, 2)) {
            write_one(d, s, sum);
        }
        for (uint64_t n = desk_below(d, 3); n > 0; n--) {
            carry(d, s, sum);
        }
        if (desk_below(d, 4) == 0) {
            world_assert_visible(&d->w, at);
        }
    }
    settle(d, by_sticks);
    assert_agreement(d);
    world_assert_nothing_lost(&d->w);
    for (size_t i = 0; i < d->w.f.count; i++) {
        struct check_report report;
        assert_int_equal(store_check(d->w.f.stores[i], false, &report), ERR_OK);
        assert_int_equal(report.damaged, 0);
    }
    sticks_free(s);
    world_end(&d->w);
    free(s);
    free(d);
}

static uint64_t number_of(const char *name, uint64_t fallback)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : fallback;
}

static void run_all(bool by_sticks)
{
    uint64_t first = number_of("TERRACE_SEED", 1), seeds = number_of("TERRACE_SEEDS", 40);
    struct tally sum = {0};
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        if (tracing()) {
            fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
        }
        run(seed, by_sticks, &sum);
    }
    print_message("seeds %llu to %llu: %llu bundles written, %llu taken, %llu receipts, %llu came "
                  "too late for a hub that was left\n",
                  (unsigned long long)first, (unsigned long long)(first + seeds - 1),
                  (unsigned long long)sum.written, (unsigned long long)sum.taken,
                  (unsigned long long)sum.receipts, (unsigned long long)sum.foreign);
    assert_true(sum.taken > seeds && sum.receipts > 0);
}

static void bundle__histories_by_stick_alone_agree_and_lose_nothing(void **state)
{
    (void)state;
    run_all(true);
}

static void bundle__histories_by_stick_and_link_agree_and_lose_nothing(void **state)
{
    (void)state;
    run_all(false);
}

/* ---- receipts -------------------------------------------------------------------------------- */

static bool get(struct fixture *f, size_t at, struct dot id, struct arena *arena,
                struct record *out, int *receipt)
{
    struct txn *t = NULL;
    struct record_local local;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    enum err e = store_get(t, id, arena, out, &local);
    if (receipt && e == ERR_OK) {
        *receipt = session_receipt(t, out, &local);
    }
    txn_abort(t);
    error_clear();
    return e == ERR_OK;
}

/* Whatever `at` is told of the record is so: its own state is covered by that of the store above.
 */
static void assert_claim(struct fixture *f, size_t at, struct dot id, size_t claims[3])
{
    struct arena arena = {0};
    struct record own, other;
    int receipt = 0;
    assert_true(get(f, at, id, &arena, &own, &receipt));
    claims[receipt]++;
    for (int level = 1; level <= receipt; level++) {
        size_t there = level == 1 ? (size_t)f->parents[at] : 0;
        if (!get(f, there, id, &arena, &other, NULL) ||
            !context_covers_all(&other.context, &own.context)) {
            fail_msg("store %zu is told %d, and store %zu has not got it", at, receipt, there);
        }
    }
    arena_free(&arena);
}

/* Random saves, sticks and syncs: after every step what is claimed is true. */
static void claims(uint64_t seed, size_t sum[3])
{
    struct fixture f;
    struct sticks s = {0};
    struct dot ids[MEMBERS];
    size_t places[MEMBERS], n = 0;
    fixture_tree(&f, seed);
    f.lose_reply_in = 3;
    f.lose_request_in = 5;
    for (int step = 0; step < 250; step++) {
        size_t at = 1 + (size_t)(fixture_random(&f) % 3);
        switch (fixture_random(&f) % 8) {
        case 0:
            if (n < MEMBERS && at > 1) {
                places[n] = at;
                ids[n++] = fixture_save_text(&f, at, (struct dot){0, 0}, KIND_MEMBER, f.units[at],
                                             F_MEMBER_NAME, "Giàng A Dê");
            }
            break;
        case 1:
            if (n > 0) {
                size_t i = (size_t)(fixture_random(&f) % n);
                (void)fixture_save_text(&f, places[i], ids[i], 0, (struct dot){0, 0},
                                        F_MEMBER_PHONE, step % 2 ? "0911" : "0922");
            }
            break;
        case 2:
            (void)fixture_sync(&f, at, NULL);
            break;
        case 3:
            (void)sticks_write(&f, &s, at, 0);
            break;
        case 4:
            assert_true(sticks_write(&f, &s, (size_t)f.parents[at], at));
            break;
        default:
            if (s.count > 0) {
                size_t i = (size_t)(fixture_random(&f) % s.count);
                struct bundle_taken taken;
                assert_int_equal(
                    bundle_import(f.stores[s.list[i].to], buf_view(&s.list[i].bytes), &taken),
                    ERR_OK);
                if (taken.has_reply) {
                    sticks_add(&s, sticks_store_of(&f, taken.peer), buf_view(&taken.reply));
                }
                buf_free(&taken.reply);
            }
            break;
        }
        for (size_t i = 0; i < n; i++) {
            assert_claim(&f, places[i], ids[i], sum);
        }
    }
    sticks_settle(&f);
    for (size_t i = 0; i < n; i++) {
        size_t last[3] = {0};
        assert_claim(&f, places[i], ids[i], last);
        assert_int_equal(last[2], 1);
    }
    sticks_free(&s);
    fixture_end(&f);
}

static void bundle__receipts_claim_only_what_is_so(void **state)
{
    (void)state;
    size_t sum[3] = {0};
    for (uint64_t seed = 2301; seed < 2309; seed++) {
        claims(seed, sum);
    }
    print_message("claims: none %zu, one level up %zu, at the top %zu\n", sum[0], sum[1], sum[2]);
    assert_true(sum[0] > 0 && sum[1] > 0 && sum[2] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bundle__histories_by_stick_alone_agree_and_lose_nothing),
        cmocka_unit_test(bundle__histories_by_stick_and_link_agree_and_lose_nothing),
        cmocka_unit_test(bundle__receipts_claim_only_what_is_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
