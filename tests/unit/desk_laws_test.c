/* The merge desk under random histories: transfers, merges, unmerges, reorganisations, deletes,
 * decisions and late edits, on a random tree, over a lossy link, in any order of delivery.
 * TERRACE_SEED=N TERRACE_SEEDS=1 replays one; TERRACE_TRACE=1 tells what happens where. */
#include "tests/unit/desk.h"

#include "core/person.h"
#include "core/transfer.h"
#include "sync/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define STEPS 60
#define SHARDS 2

/* How often each operation ran, over all seeds. */
struct tally {
    uint64_t counts[OP_COUNT];
    uint64_t noticed; /* records of which somebody heard that his change was taken back */
};

/* ---- the tree ------------------------------------------------------------------------------- */

static void plant(struct desk *d)
{
    struct fixture *f = &d->w.f;
    size_t stores = 3 + desk_below(d, 10), districts = 1 + desk_below(d, stores > 5 ? 3 : 1);
    char code[16];
    fixture_root(f);
    for (size_t i = 0; i < districts; i++) {
        (void)snprintf(code, sizeof(code), "1%zu", 30 + i);
        size_t at = fixture_child(f, 0, code, LEVEL_DISTRICT);
        assert_true(fixture_sync(f, at, NULL));
    }
    while (f->count < stores) {
        (void)snprintf(code, sizeof(code), "04%zu", 200 + f->count);
        size_t at = fixture_child(f, 1 + desk_below(d, districts), code, LEVEL_COMMUNE);
        assert_true(fixture_sync(f, at, NULL));
    }
}

/* ---- what must hold ------------------------------------------------------------------------- */

static void settle(struct desk *d)
{
    struct fixture *f = &d->w.f;
    f->lose_request_in = 0;
    f->lose_reply_in = 0;
    /* whoever syncs with a hub that has let its unit go, finds the top */
    for (int pass = 0; pass < 5; pass++) {
        for (size_t i = 1; i < f->count; i++) {
            struct txn *t = NULL;
            assert_int_equal(txn_begin(f->stores[0], TXN_READ, &t), ERR_OK);
            bool lost = !unit_is_within(t, desk_unit(d, i), desk_unit(d, (size_t)f->parents[i]));
            txn_abort(t);
            if (pass > 0 && lost && desk_rehome(d, i, 0)) {
                d->counts[OP_REHOME]++;
            }
        }
        for (size_t i = f->count - 1; i > 0; i--) {
            desk_sync(d, i);
        }
        for (size_t i = 1; i < f->count; i++) {
            desk_sync(d, i);
        }
    }
}

/* For the person who looks into a failure: what every store makes of one record. */
static void tell(struct desk *d, struct dot id)
{
    struct dot member = {0, 0};
    for (size_t at = 0; at < d->w.f.count; at++) {
        struct arena arena = {0};
        struct txn *t = NULL;
        struct record r;
        struct record_local local;
        struct id_list units = {0}, above = {0};
        char text[DOT_TEXT_SIZE], text_of_dot[DOT_TEXT_SIZE];
        dot_format(id, text);
        assert_int_equal(txn_begin(d->w.f.stores[at], TXN_READ, &t), ERR_OK);
        assert_int_equal(unit_above(t, desk_unit(d, at), &arena, &above), ERR_OK);
        printf("# store %zu (hub %d, within", at, d->w.f.parents[at]);
        for (size_t i = 0; i < above.count; i++) {
            struct slice code = unit_code(t, above.ids[i], &arena);
            printf(" %.*s", (int)code.len, (const char *)code.ptr);
        }
        printf("): %s ", text);
        if (store_get(t, id, &arena, &r, &local) == ERR_OK) {
            struct hash h = record_digest(&r);
            assert_int_equal(scope_units(t, &r, &arena, &units), ERR_OK);
            printf("kind %u flags %u leaving %d refused %d digest %02x%02x feed %llu content %llu "
                   "entered %llu counted %llx, units",
                   r.kind, r.flags, store_is_leaving(t, id), mark_has(t, "refused.", id),
                   h.bytes[0], h.bytes[1], (unsigned long long)local.feed_seq,
                   (unsigned long long)local.content_seq, (unsigned long long)local.entered_seq,
                   (unsigned long long)transfer_counted_unit(t, &r).seq);
            for (size_t i = 0; i < units.count; i++) {
                struct slice code = unit_code(t, units.ids[i], &arena);
                printf(" %.*s", (int)code.len, (const char *)code.ptr);
            }
            printf("\n");
            for (size_t i = 0; getenv("TERRACE_TRACE") && i < r.field_count; i++) {
                for (uint32_t j = 0; j < r.fields[i].count; j++) {
                    const struct value *x = &r.fields[i].values[j];
                    struct slice said =
                        x->datum.type == DATUM_REF && unit_code(t, x->datum.ref, &arena).len
                            ? unit_code(t, x->datum.ref, &arena)
                        : x->datum.type == DATUM_TEXT ? x->datum.text
                                                      : slice_str("…");
                    dot_format(x->dot, text_of_dot);
                    printf("#     field %u: %.*s by %s\n", r.fields[i].number, (int)said.len,
                           (const char *)said.ptr, text_of_dot);
                }
            }
            const struct value *v = merge_shown(&r, F_MEMBER);
            member = v && v->datum.type == DATUM_REF ? v->datum.ref : member;
        } else {
            printf("is not there\n");
        }
        txn_abort(t);
        arena_free(&arena);
    }
    if (!dot_is_none(member)) {
        tell(d, member);
    }
}

static bool serves_holder(struct desk *d, struct txn *t, size_t at, const struct record *r,
                          const struct id_list *units)
{
    bool serves = false;
    for (size_t i = 1; i < d->w.f.count; i++) {
        serves = serves || (d->w.f.parents[i] == (int)at &&
                            scope_holds(t, r->route, units->ids, units->count, desk_unit(d, i)));
    }
    return serves;
}

static void assert_store_agrees(struct desk *d, struct txn *top, size_t at, uint64_t seed)
{
    struct arena arena = {0}, one = {0};
    struct txn *t = NULL;
    assert_int_equal(txn_begin(d->w.f.stores[at], TXN_READ, &t), ERR_OK);
    static const uint32_t kinds[] = {KIND_MEMBER, KIND_TRANSFER, KIND_ACCEPTANCE, KIND_UNIT};
    for (size_t k = 0; k < ARRAY_COUNT(kinds); k++) {
        struct id_list ids;
        assert_int_equal(
            store_ids_of_kind(top, kinds[k], (struct dot){0, 0}, SIZE_MAX, &arena, &ids), ERR_OK);
        for (size_t i = 0; i < ids.count; i++) {
            struct record r, here;
            struct id_list units;
            char id[DOT_TEXT_SIZE];
            arena_reset(&one);
            dot_format(ids.ids[i], id);
            assert_int_equal(store_get(top, ids.ids[i], &one, &r, NULL), ERR_OK);
            assert_int_equal(scope_units(top, &r, &one, &units), ERR_OK);
            bool entitled = scope_holds(top, r.route, units.ids, units.count, desk_unit(d, at));
            enum err e = store_get(t, ids.ids[i], &one, &here, NULL);
            bool held = e == ERR_OK && !(here.flags & RECORD_STUB);
            bool same = !entitled || (held && hash_equal(record_digest(&r), record_digest(&here)));
            if (!same || (held && !entitled && !serves_holder(d, top, at, &r, &units))) {
                tell(d, r.id);
            }
            if (entitled && !held) {
                fail_msg("seed %llu: store %zu lacks %s of kind %u", (unsigned long long)seed, at,
                         id, kinds[k]);
            }
            if (!entitled && held && !serves_holder(d, top, at, &r, &units)) {
                fail_msg("seed %llu: store %zu still holds %s of kind %u", (unsigned long long)seed,
                         at, id, kinds[k]);
            }
            if (!same) {
                fail_msg("seed %llu: store %zu has another %s of kind %u", (unsigned long long)seed,
                         at, id, kinds[k]);
            }
        }
    }
    txn_abort(t);
    arena_free(&arena);
    arena_free(&one);
}

/* How many persons `at` counts in the subtree of its own unit. */
static size_t persons_within(struct desk *d, struct txn *t, struct dot root)
{
    size_t n = 0;
    struct arena arena = {0};
    for (size_t i = 0; i < d->member_count; i++) {
        struct record r;
        arena_reset(&arena);
        if (store_get(t, d->members[i], &arena, &r, NULL) == ERR_OK) {
            struct dot unit = transfer_counted_unit(t, &r);
            n += !dot_is_none(unit) && unit_is_within(t, unit, root);
        }
    }
    arena_free(&arena);
    return n;
}

static void assert_counts(struct desk *d, struct txn *top, uint64_t seed)
{
    size_t counted = 0, people = 0;
    struct arena arena = {0};
    for (size_t i = 0; i < d->member_count; i++) {
        struct record r;
        if (store_get(top, d->members[i], &arena, &r, NULL) == ERR_OK) {
            bool is_counted = !dot_is_none(transfer_counted_unit(top, &r));
            bool person = !merge_is_deleted(&r) && dot_equal(person_shown(top, r.id), r.id);
            counted += is_counted;
            people += person;
            if (is_counted != person) {
                tell(d, r.id);
            }
        }
    }
    if (counted != people) {
        fail_msg("seed %llu: %zu persons, %zu counted", (unsigned long long)seed, people, counted);
    }
    for (size_t at = 1; at < d->w.f.count; at++) {
        struct txn *t = NULL;
        assert_int_equal(txn_begin(d->w.f.stores[at], TXN_READ, &t), ERR_OK);
        size_t here = persons_within(d, t, desk_unit(d, at));
        size_t there = persons_within(d, top, desk_unit(d, at));
        for (size_t i = 0; here != there && i < d->member_count; i++) {
            struct record r, u;
            struct dot a = {0, 0}, b = {0, 0};
            if (store_get(t, d->members[i], &arena, &r, NULL) == ERR_OK) {
                a = transfer_counted_unit(t, &r);
            }
            if (store_get(top, d->members[i], &arena, &u, NULL) == ERR_OK) {
                b = transfer_counted_unit(top, &u);
            }
            if (!dot_equal(a, b)) {
                tell(d, d->members[i]);
            }
        }
        txn_abort(t);
        if (here != there) {
            fail_msg("seed %llu: store %zu counts %zu persons, the top %zu there",
                     (unsigned long long)seed, at, here, there);
        }
    }
    arena_free(&arena);
}

/* Every two values that nobody has decided between are a conflict for people to see. */
static void assert_visible(struct desk *d, struct txn *top, uint64_t seed)
{
    struct arena arena = {0};
    for (size_t i = 0; i < d->w.fact_count; i++) {
        const struct fact *a = &d->w.facts[i];
        for (size_t j = i + 1; j < d->w.fact_count && !a->replaced && !a->refused && !a->shadowed;
             j++) {
            const struct fact *b = &d->w.facts[j];
            struct record r;
            if (b->replaced || b->refused || b->shadowed || b->field != a->field ||
                !dot_equal(a->id, b->id) || b->datum == a->datum || a->field == F_DELETED) {
                continue;
            }
            arena_reset(&arena);
            assert_int_equal(store_get(top, a->id, &arena, &r, NULL), ERR_OK);
            enum merge_rule rule = schema_rule(r.kind, record_field(&r, a->field));
            if ((rule == MERGE_LATEST || rule == MERGE_AUTHORITY) &&
                !merge_in_conflict(&r, a->field)) {
                fail_msg("seed %llu: a conflict of field %u is not seen", (unsigned long long)seed,
                         a->field);
            }
        }
    }
    arena_free(&arena);
}

static void assert_nothing_refused(struct desk *d, size_t at, uint64_t seed)
{
    static const char *const spaces[] = {"refused.", "notice."};
    struct txn *t = NULL;
    assert_int_equal(txn_begin(d->w.f.stores[at], TXN_READ, &t), ERR_OK);
    for (size_t i = 0; i < ARRAY_COUNT(spaces); i++) {
        struct arena arena = {0};
        struct id_array list;
        assert_int_equal(mark_list(t, spaces[i], 100, &arena, &list), ERR_OK);
        if (list.count) {
            tell(d, list.ids[0]);
            fail_msg("seed %llu: honest work of store %zu was refused", (unsigned long long)seed,
                     at);
        }
        arena_free(&arena);
    }
    txn_abort(t);
}

static uint64_t notices(struct desk *d)
{
    uint64_t n = 0;
    for (size_t at = 1; at < d->w.f.count; at++) {
        struct arena arena = {0};
        struct txn *t = NULL;
        struct id_array list;
        assert_int_equal(txn_begin(d->w.f.stores[at], TXN_READ, &t), ERR_OK);
        assert_int_equal(mark_list(t, "notice.", 100, &arena, &list), ERR_OK);
        n += list.count;
        txn_abort(t);
        arena_free(&arena);
    }
    return n;
}

static void run(uint64_t seed, struct tally *sum)
{
    struct desk *d = calloc(1, sizeof(*d));
    struct txn *top = NULL;
    assert_non_null(d);
    world_begin(&d->w, seed);
    plant(d);
    for (int i = 0; i < 6; i++) {
        struct arena arena = {0};
        size_t at = desk_below(d, d->w.f.count);
        struct txn *t = world_save(&d->w, at);
        world_saved(&d->w, at, t, desk_create(d, at, t, &arena));
        arena_free(&arena);
    }
    d->w.f.lose_request_in = 6;
    d->w.f.lose_reply_in = 5;
    for (int i = 0; i < STEPS; i++) {
        desk_step(d);
        size_t at = desk_below(d, d->w.f.count);
        if (at != 0 && desk_below(d, 3)) {
            desk_sync(d, at);
        }
        if (desk_below(d, 4) == 0) {
            world_assert_visible(&d->w, at);
        }
    }
    settle(d);
    assert_int_equal(txn_begin(d->w.f.stores[0], TXN_READ, &top), ERR_OK);
    for (size_t at = 1; at < d->w.f.count; at++) {
        assert_store_agrees(d, top, at, seed);
    }
    assert_counts(d, top, seed);
    assert_visible(d, top, seed);
    txn_abort(top);
    for (size_t i = 0; getenv("TERRACE_TELL") && i < d->member_count; i++) {
        tell(d, d->members[i]);
    }
    world_assert_nothing_lost(&d->w);
    for (size_t at = 1; at < d->w.f.count && d->counts[OP_ROGUE] == 0; at++) {
        assert_nothing_refused(d, at, seed);
    }
    for (size_t i = 0; i < d->w.f.count; i++) {
        struct check_report report;
        assert_int_equal(store_check(d->w.f.stores[i], false, &report), ERR_OK);
        assert_int_equal(report.damaged, 0);
    }
    for (size_t i = 0; i < OP_COUNT; i++) {
        sum->counts[i] += d->counts[i];
    }
    sum->noticed += notices(d);
    world_end(&d->w);
    free(d);
}

static uint64_t number_of(const char *name, uint64_t fallback)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : fallback;
}

/* Half of the seeds each, so that two cores share them. */
static void run_shard(uint64_t first, uint64_t seeds, uint64_t shard, struct tally *out)
{
    for (uint64_t seed = first + shard; seed < first + seeds; seed += SHARDS) {
        if (getenv("TERRACE_TRACE")) {
            fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
        }
        run(seed, out);
    }
}

static void run_all(uint64_t first, uint64_t seeds, struct tally *sum)
{
    int pipes[2];
    struct tally other;
    if (seeds < SHARDS) {
        run_shard(first, seeds, 0, sum);
        return;
    }
    assert_int_equal(pipe(pipes), 0);
    (void)fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        run_shard(first, seeds, 1, sum); /* a failure ends the child with nothing in the pipe */
        ssize_t n = write(pipes[1], sum, sizeof(*sum));
        _exit(n == (ssize_t)sizeof(*sum) ? 0 : 1);
    }
    (void)close(pipes[1]);
    run_shard(first, seeds, 0, sum);
    ssize_t n = read(pipes[0], &other, sizeof(other));
    int status = 0;
    (void)close(pipes[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(n, sizeof(other));
    assert_int_equal(status, 0);
    for (size_t i = 0; i < OP_COUNT; i++) {
        sum->counts[i] += other.counts[i];
    }
    sum->noticed += other.noticed;
}

static void desk__random_histories_agree_and_lose_nothing(void **state)
{
    (void)state;
    uint64_t first = number_of("TERRACE_SEED", 1), seeds = number_of("TERRACE_SEEDS", 2000);
    struct tally sum = {{0}, 0};
    run_all(first, seeds, &sum);
    printf("# seeds %llu to %llu\n", (unsigned long long)first,
           (unsigned long long)(first + seeds - 1));
    for (size_t i = 0; i < OP_COUNT; i++) {
        printf("# %s: %llu\n", desk_op_names[i], (unsigned long long)sum.counts[i]);
    }
    printf("# notices of a rogue edit taken back: %llu\n", (unsigned long long)sum.noticed);
    /* others came before a mark was known, or when the record was its author's again */
    assert_true(sum.counts[OP_ROGUE] < 20 || sum.noticed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(desk__random_histories_agree_and_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
