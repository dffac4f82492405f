/* Bringing saves under another actor (rule 25). The measure is a twin that lived through the very
 * same history, but wrote under the other actor from the fork on: both must hold the same. */
#include "core/store_env.h"
#include "core/store_redot.h"
#include "tests/unit/fixture.h"
#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define STEPS 70
#define RECORDS_MAX 60
#define F_MEMBER_LANGUAGES 28
#define NEXT_ACTOR UINT64_C(0x5eed5eed5eed5eed)
#define FOREIGN UINT64_C(0x0ff1ce0ff1ce0ff1)

/* One of the two stores, and the script that both follow. */
struct life {
    struct fixture f;
    struct rng script;
    struct dot ids[RECORDS_MAX];
    uint32_t kinds[RECORDS_MAX];
    size_t count;
    struct dot units[2];
    uint64_t foreign_seq;
    uint64_t fork; /* own saves before it */
};

static struct store *store_of(struct life *x)
{
    return x->f.stores[0];
}

/* The fields touched, so that a reference goes by place in the list and not by id. */
static void save(struct life *x, struct dot *id, uint32_t kind, const struct edit *edits, size_t n)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct dot dot;
    struct save s = {.id = *id, .kind = kind, .edits = edits, .edit_count = n, .via = VIA_LOCAL};
    assert_int_equal(txn_begin(store_of(x), TXN_WRITE, &t), ERR_OK);
    enum err e = store_save(t, &s, &arena, id, &dot);
    if (e == ERR_OK) {
        assert_int_equal(txn_commit(t), ERR_OK);
    } else {
        assert_int_equal(e, ERR_RULE); /* it is deleted */
        txn_abort(t);
    }
    arena_free(&arena);
}

static void save_one(struct life *x, size_t at, uint32_t field, enum edit_op op, struct datum d,
                     size_t n)
{
    const struct edit edit = {field, op, &d, n};
    save(x, &x->ids[at], 0, &edit, 1);
}

static void add(struct life *x, uint32_t kind)
{
    char name[32];
    (void)snprintf(name, sizeof(name), "người %zu", x->count);
    struct datum d = datum_text(slice_str(name)), unit = datum_ref(x->units[x->count % 2]);
    const struct edit edits[] = {{kind == KIND_MEMBER ? F_MEMBER_NAME : F_NOTE, EDIT_SET, &d, 1},
                                 {F_UNIT, EDIT_SET, &unit, 1}};
    x->kinds[x->count] = kind;
    x->ids[x->count] = (struct dot){0, 0};
    save(x, &x->ids[x->count], kind, edits, 2);
    x->count++;
}

/* Somebody else wrote over the note, having seen all that stands here. */
static void foreign(struct life *x, size_t at)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct record r;
    enum outcome outcome;
    uint8_t why = 0;
    struct arrival from = {.via = VIA_SYNC, .node = {FOREIGN, 1}, .actor = FOREIGN};
    assert_int_equal(txn_begin(store_of(x), TXN_WRITE, &t), ERR_OK);
    assert_int_equal(store_get(t, x->ids[at], &arena, &r, NULL), ERR_OK);
    struct dot dot = {FOREIGN, ++x->foreign_seq};
    struct value v = {.dot = dot, .time_ms = x->f.now_ms, .level = 2};
    v.datum = datum_text(slice_str("của nơi khác"));
    struct field *fields = arena_array(&arena, r.field_count + 1, sizeof(*fields));
    size_t n = 0;
    bool placed = false;
    for (size_t i = 0; i < r.field_count; i++) {
        if (!placed && r.fields[i].number >= F_NOTE) {
            fields[n++] = (struct field){F_NOTE, 1, &v};
            placed = true;
        }
        if (r.fields[i].number != F_NOTE) {
            fields[n++] = r.fields[i];
        }
    }
    if (!placed) {
        fields[n++] = (struct field){F_NOTE, 1, &v};
    }
    r.fields = fields;
    r.field_count = n;
    r.context = context_with(&r.context, dot, &arena);
    const struct change change = {.record = r, .whole = true};
    assert_int_equal(store_receive(t, &change, &from, &outcome, &why), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    arena_free(&arena);
}

static void keep(struct life *x, size_t at, size_t of)
{
    char text[DOT_TEXT_SIZE + 8], id[DOT_TEXT_SIZE];
    dot_format(x->ids[of], id);
    (void)snprintf(text, sizeof(text), "16:%s", id);
    save_one(x, at, F_MERGED_KEEP, EDIT_ADD, datum_text(slice_str(text)), 1);
}

static void step(struct life *x)
{
    uint64_t what = rng_below(&x->script, 12), a = rng_next(&x->script), b = rng_next(&x->script);
    if (x->count < 4 || (what < 3 && x->count < RECORDS_MAX)) {
        add(x, what % 2 ? KIND_ACTIVITY : KIND_MEMBER);
        return;
    }
    size_t at = a % x->count, of = b % x->count;
    bool member = x->kinds[at] == KIND_MEMBER;
    char text[24];
    (void)snprintf(text, sizeof(text), "chữ %u", (unsigned)(b % 7));
    struct datum words = datum_text(slice_str(text)), ref = datum_ref(x->ids[of]);
    if (what < 5) {
        save_one(x, at, F_NOTE, EDIT_SET, words, 1);
    } else if (what == 5 || what == 6) {
        save_one(x, at, member ? F_MEMBER_LANGUAGES : F_ACTIVITY_PRESENT,
                 b % 3 ? EDIT_ADD : EDIT_REMOVE, member ? words : ref, 1);
    } else if (what == 7) {
        save_one(x, at, F_DELETED, EDIT_SET, datum_int(1), b % 2);
    } else if (what == 8 && member && at != of && x->kinds[of] == KIND_MEMBER) {
        save_one(x, at, b % 3 ? F_MERGED_INTO : F_NOT_SAME, b % 5 ? EDIT_ADD : EDIT_REMOVE, ref, 1);
    } else if (what == 9) {
        keep(x, at, of);
    } else if (what == 10) {
        save_one(x, at, F_UNIT, EDIT_SET, datum_ref(x->units[b % 2]), 1);
    } else {
        foreign(x, at);
    }
}

static void actor_text(uint64_t actor, char out[DOT_TEXT_SIZE])
{
    dot_format_actor(actor, out);
}

/* The same for both, however often they look. */
static int64_t still_clock(void *ctx)
{
    return ((struct fixture *)ctx)->now_ms;
}

static bool at_rest; /* the stores are sealed */

/* twin: it takes the next actor at the fork. */
static void live(struct life *x, uint64_t seed, size_t fork_step, bool twin)
{
    char texts[2][DOT_TEXT_SIZE];
    *x = (struct life){.script = {seed}};
    fixture_begin(&x->f, seed);
    x->f.env.now_ms = still_clock;
    if (at_rest) {
        fixture_at_rest(&x->f);
    }
    fixture_root(&x->f);
    actor_text(store_identity(store_of(x))->actor, texts[0]);
    actor_text(NEXT_ACTOR, texts[1]);
    struct datum actors[] = {datum_text(slice_str(texts[0])), datum_text(slice_str(texts[1]))};
    const struct edit edit = {F_NODE_ACTORS, EDIT_ADD, actors, 2};
    struct dot node = store_identity(store_of(x))->node;
    save(x, &node, 0, &edit, 1); /* so that the twin need not say it */
    for (size_t i = 0; i < 2; i++) {
        x->units[i] = fixture_unit(&x->f, 0, x->f.units[0], i ? "b" : "a", "doan-co-so");
    }
    for (size_t i = 0; i < STEPS; i++) {
        struct txn *t = NULL;
        x->f.now_ms = 1600000000000 + (int64_t)i * 1000000;
        if (i == fork_step) {
            assert_int_equal(txn_begin(store_of(x), TXN_WRITE, &t), ERR_OK);
            x->fork = store_own_seq(t);
            assert_int_equal(twin ? store_take_actor(t, NEXT_ACTOR) : ERR_OK, ERR_OK);
            assert_int_equal(txn_commit(t), ERR_OK);
        }
        step(x);
    }
}

static void assert_datum(const struct datum *a, const struct datum *b)
{
    assert_int_equal(datum_compare(a, b), 0);
}

static void assert_same_story(struct txn *a, struct txn *b, struct dot id, struct arena *arena)
{
    struct history_entry *x = NULL, *y = NULL;
    size_t n = 0, m = 0;
    assert_int_equal(store_history(a, id, arena, &x, &n), ERR_OK);
    assert_int_equal(store_history(b, id, arena, &y, &m), ERR_OK);
    assert_int_equal(n, m);
    for (size_t i = 0; i < n; i++) {
        assert_true(dot_equal(x[i].dot, y[i].dot) && dot_equal(x[i].node, y[i].node));
        assert_int_equal(x[i].change_count, y[i].change_count);
        for (size_t k = 0; k < x[i].change_count; k++) {
            const struct history_change *c = &x[i].changes[k], *d = &y[i].changes[k];
            assert_int_equal(c->field, d->field);
            assert_int_equal(c->from_count, d->from_count);
            assert_int_equal(c->to_count, d->to_count);
            for (size_t q = 0; q < c->from_count; q++) {
                assert_datum(&c->from[q], &d->from[q]);
                assert_true(dot_equal(c->from_by[q].dot, d->from_by[q].dot));
            }
            for (size_t q = 0; q < c->to_count; q++) {
                assert_datum(&c->to[q], &d->to[q]);
                assert_true(dot_equal(c->to_by[q].dot, d->to_by[q].dot));
            }
        }
    }
}

static void assert_clean(struct store *s)
{
    struct check_report report;
    assert_int_equal(store_check(s, false, &report), ERR_OK);
    assert_int_equal(report.damaged, 0);
}

/* Every row of the log: the same record under the same dot. */
static void assert_same_log(struct txn *a, struct txn *b)
{
    struct walk x, y;
    walk_begin(&x, a, TABLE_SAVES, (struct slice){0}, (struct slice){0});
    walk_begin(&y, b, TABLE_SAVES, (struct slice){0}, (struct slice){0});
    bool more = true;
    while (more) {
        more = walk_next(&x);
        assert_int_equal(walk_next(&y), more);
        if (more) {
            assert_true(slice_equal(x.key, y.key));
            assert_memory_equal(x.value.ptr, y.value.ptr, DOT_KEY_BYTES);
        }
    }
    assert_int_equal(walk_end(&x), ERR_OK);
    assert_int_equal(walk_end(&y), ERR_OK);
}

static void assert_same_feed(struct txn *a, struct txn *b, struct arena *arena)
{
    struct feed_entry x = {.seq = 0}, y = {.seq = 0};
    enum err e = ERR_OK;
    while (e == ERR_OK) {
        e = store_feed_next(a, x.seq, arena, &x);
        assert_int_equal(store_feed_next(b, y.seq, arena, &y), e);
        assert_true(e != ERR_OK || (x.seq == y.seq && dot_equal(x.id, y.id)));
    }
    assert_int_equal(e, ERR_END);
}

static void assert_same(struct life *x, struct life *twin)
{
    struct txn *a = NULL, *b = NULL;
    struct arena arena = {0};
    assert_int_equal(txn_begin(store_of(x), TXN_READ, &a), ERR_OK);
    assert_int_equal(txn_begin(store_of(twin), TXN_READ, &b), ERR_OK);
    assert_int_equal(store_record_count(a), store_record_count(b));
    for (size_t i = 0; i < twin->count; i++) {
        struct record r, s;
        struct record_local here, there;
        struct dot id = twin->ids[i];
        assert_int_equal(store_get(a, id, &arena, &r, &here), ERR_OK);
        assert_int_equal(store_get(b, id, &arena, &s, &there), ERR_OK);
        assert_true(record_equal(&r, &s));
        assert_int_equal(here.feed_seq, there.feed_seq);
        assert_same_story(a, b, id, &arena);
        arena_reset(&arena);
    }
    for (size_t i = 0; i < 2; i++) {
        struct digest_group g = store_digest(a, ROUTE_OWN, x->units[i]),
                            h = store_digest(b, ROUTE_OWN, x->units[i]);
        assert_true(hash_equal(g.sum, h.sum) && g.count == h.count);
    }
    assert_int_equal(store_own_seq(a), store_own_seq(b));
    assert_same_log(a, b);
    assert_same_feed(a, b, &arena);
    txn_abort(a);
    txn_abort(b);
    arena_free(&arena);
}

static void compare_with_twins(int times)
{
    struct rng rng = rng_seeded("redot");
    for (int i = 0; i < times; i++) {
        static struct life x, twin;
        uint64_t seed = rng_next(&rng);
        size_t fork = rng_below(&rng, STEPS);
        live(&x, seed, fork, false);
        live(&twin, seed, fork, true);
        uint64_t from = store_identity(store_of(&x))->actor;
        assert_int_equal(store_redot(store_of(&x), from, x.fork, NEXT_ACTOR, RENEWAL_OLDER, NULL),
                         ERR_OK);
        assert_true(store_identity(store_of(&x))->actor == NEXT_ACTOR);
        assert_clean(store_of(&x));
        assert_same(&x, &twin);
        for (size_t k = 0; k < 10; k++) { /* and goes on as one */
            memcpy(x.ids, twin.ids, sizeof(x.ids));
            x.f.now_ms = twin.f.now_ms;
            step(&x);
            step(&twin);
        }
        assert_same(&x, &twin);
        assert_clean(store_of(&x));
        fixture_end(&x.f);
        fixture_end(&twin.f);
    }
}

static void redot__is_as_if_written_under_the_other_actor(void **state)
{
    (void)state;
    compare_with_twins(40);
}

static void redot__of_a_sealed_store_is_the_same(void **state)
{
    (void)state;
    at_rest = true;
    compare_with_twins(5);
    at_rest = false;
}

/* Only what this store wrote is its to rename: under the same dots another copy may have written.
 */
static void redot__what_another_copy_wrote_keeps_its_dots(void **state)
{
    (void)state;
    static struct life x;
    struct arena arena = {0};
    struct txn *t = NULL;
    struct record r;
    enum outcome outcome;
    uint8_t why = 0;
    live(&x, 7, STEPS, false);
    uint64_t from = store_identity(store_of(&x))->actor;
    assert_int_equal(txn_begin(store_of(&x), TXN_WRITE, &t), ERR_OK);
    uint64_t last = store_own_seq(t);
    assert_int_equal(store_get(t, x.ids[0], &arena, &r, NULL), ERR_OK);
    /* of a record of its own, under a dot that this store gave to another one */
    struct dot dot = {from, last};
    struct value v = {.dot = dot, .time_ms = 5, .level = 4, .datum = datum_ref(x.units[0])};
    struct value w = {.dot = dot, .time_ms = 5, .level = 4};
    w.datum = datum_text(slice_str("bản kia"));
    struct field fields[] = {{F_UNIT, 1, &v}, {F_NOTE, 1, &w}};
    struct record other = {.id = {FOREIGN, 40}, .kind = KIND_NOTE, .route = ROUTE_OWN};
    other.context = context_with(&(struct context){0}, dot, &arena);
    other.context = context_with(&other.context, other.id, &arena);
    other.fields = fields;
    other.field_count = 2;
    const struct change change = {.record = other, .whole = true};
    const struct arrival above = {.via = VIA_SYNC, .node = {FOREIGN, 1}, .actor = FOREIGN};
    assert_int_equal(store_receive(t, &change, &above, &outcome, &why), ERR_OK);
    assert_int_equal(outcome, OUTCOME_NEW);
    assert_int_equal(txn_commit(t), ERR_OK);
    assert_int_equal(store_redot(store_of(&x), from, last - 1, 0, RENEWAL_OLDER, NULL), ERR_OK);
    assert_clean(store_of(&x));
    assert_int_equal(txn_begin(store_of(&x), TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, other.id, &arena, &r, NULL), ERR_OK);
    assert_true(record_equal(&r, &other));
    txn_abort(t);
    arena_free(&arena);
    fixture_end(&x.f);
}

static void redot__what_this_node_is_keeps_its_id(void **state)
{
    (void)state;
    static struct life x;
    struct txn *t = NULL;
    live(&x, 8, STEPS, false);
    struct identity before = *store_identity(store_of(&x));
    assert_int_equal(store_redot(store_of(&x), before.actor, 0, 0, RENEWAL_OLDER, NULL), ERR_OK);
    const struct identity *now = store_identity(store_of(&x));
    assert_true(dot_equal(now->node, before.node) && dot_equal(now->unit, before.unit));
    assert_int_equal(txn_begin(store_of(&x), TXN_READ, &t), ERR_OK);
    assert_true(store_has(t, now->node) && store_has(t, now->unit));
    assert_false(store_has(t, x.ids[0]));
    txn_abort(t);
    assert_clean(store_of(&x));
    /* once: the actor has gone */
    uint64_t actor = now->actor;
    assert_int_equal(store_redot(store_of(&x), before.actor, 0, 0, RENEWAL_OLDER, NULL), ERR_OK);
    assert_true(store_identity(store_of(&x))->actor == actor);
    fixture_end(&x.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(redot__is_as_if_written_under_the_other_actor),
        cmocka_unit_test(redot__of_a_sealed_store_is_the_same),
        cmocka_unit_test(redot__what_another_copy_wrote_keeps_its_dots),
        cmocka_unit_test(redot__what_this_node_is_keeps_its_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
