/* The six merge rules by law: whatever order the stores meet in, all of them show the same value of
 * every field, list the siblings in the same order, and agree on what is in conflict. With leaders
 * and their followers, and with values that a hub re-asserted, which rank as they first were. */
#include "core/merge.h"

#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ROUNDS 20000
#define PARTS 4

struct law_field {
    uint32_t kind, number;
    enum merge_rule rule;
    uint32_t leader;
    int64_t max; /* of an integer datum; 0 = text */
};
static const struct law_field law_fields[] = {
    {KIND_MEMBER, F_MEMBER_NAME, MERGE_LATEST, 0, 0},
    {KIND_MEMBER, 28, MERGE_SET, 0, 0},
    {KIND_MEMBER, F_MEMBER_CARD_NO, MERGE_AUTHORITY, 0, 0},
    {KIND_MEMBER, F_MEMBER_STATUS, MERGE_FORWARD, 0, 7},
    {KIND_MEMBER, F_MEMBER_STATUS_DATE, MERGE_LATEST, F_MEMBER_STATUS, 5},
    {KIND_MEMBER, F_MEMBER_DECISION_NO, MERGE_LATEST, F_MEMBER_STATUS, 0},
    {KIND_ANSWER, 17, MERGE_FORWARD, 0, 2},
    {KIND_ANSWER, 19, MERGE_MIN, 0, 9},
    {KIND_ANSWER, 20, MERGE_LATEST, 17, 5},
    {KIND_TRANSFER, 22, MERGE_MAX, 0, 9},
};

static struct datum law_datum(struct rng *rng, const struct law_field *f)
{
    static const char *const texts[] = {"Dê", "Mai", "Sơn"};
    if (rng_one_in(rng, 6)) {
        return datum_empty();
    }
    return f->max ? datum_int(1 + (int64_t)rng_below(rng, (uint64_t)f->max))
                  : datum_text(slice_str(texts[rng_below(rng, 3)]));
}

struct law_save {
    struct dot dot;
    int64_t time_ms;
    uint8_t level;
    const struct origin *origin;
};

static struct law_save random_save(struct rng *rng, uint64_t actor, struct arena *arena)
{
    struct law_save s = {.dot = {actor, 1 + rng_below(rng, 3)},
                         .time_ms = (int64_t)rng_below(rng, 4),
                         .level = (uint8_t)(1 + rng_below(rng, 4))};
    if (rng_one_in(rng, 4)) {
        struct origin *o = arena_alloc(arena, sizeof(*o));
        *o = (struct origin){{0x900 + rng_below(rng, 3), 1 + rng_below(rng, 3)},
                             (int64_t)rng_below(rng, 4),
                             (uint8_t)(1 + rng_below(rng, 4))};
        s.origin = o;
    }
    return s;
}

/* What one store has seen: its own saves alone, each with a value in some of the fields. */
static struct record random_part(struct rng *rng, struct dot id, uint32_t kind, uint64_t actor,
                                 struct arena *arena)
{
    struct record r = {.id = id, .kind = kind, .route = ROUTE_OWN};
    struct law_save s = random_save(rng, actor, arena);
    r.context = context_with(&r.context, s.dot, arena);
    r.fields = arena_array(arena, ARRAY_COUNT(law_fields), sizeof(*r.fields));
    for (size_t i = 0; i < ARRAY_COUNT(law_fields); i++) {
        const struct law_field *f = &law_fields[i];
        if (f->kind != kind || rng_one_in(rng, 4)) {
            continue;
        }
        struct value v = {.dot = s.dot,
                          .time_ms = s.time_ms,
                          .level = s.level,
                          .origin = s.origin,
                          .datum = law_datum(rng, f)};
        struct value *values = arena_array(arena, 2, sizeof(*values));
        uint32_t n = 0;
        values[n++] = v;
        if (f->rule == MERGE_SET) {
            values[n] = v;
            values[n++].datum = datum_mark();
        }
        qsort(values, n, sizeof(*values), random_value_order);
        r.fields[r.field_count++] = (struct field){f->number, n, values};
    }
    return r;
}

static struct record merge_in_order(const struct record *parts, const size_t *order, size_t n,
                                    struct arena *arena)
{
    struct record all = parts[order[0]];
    for (size_t i = 1; i < n; i++) {
        struct record out;
        struct merge_report report;
        merge_records(&all, &parts[order[i]], arena, &out, &report);
        all = out;
    }
    return all;
}

static void shuffle(struct rng *rng, size_t *order, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = (size_t)rng_below(rng, i), swap = order[i - 1];
        order[i - 1] = order[k];
        order[k] = swap;
    }
}

static void assert_same_shown(const struct record *a, const struct record *b, uint32_t number,
                              struct arena *arena)
{
    const struct value *x = merge_shown(a, number), *y = merge_shown(b, number);
    size_t n = 0, m = 0;
    const struct value **list_a = merge_siblings(a, number, arena, &n);
    const struct value **list_b = merge_siblings(b, number, arena, &m);
    assert_int_equal(x == NULL, y == NULL);
    assert_true(!x || value_compare(x, y) == 0);
    assert_int_equal(n, m);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(datum_compare(&list_a[i]->datum, &list_b[i]->datum), 0);
    }
    assert_int_equal(merge_in_conflict(a, number), merge_in_conflict(b, number));
}

/* A follower shows what the leader's winner wrote there, if it wrote there. */
static void assert_leader_chooses(const struct record *r, const struct law_field *f)
{
    const struct value *winner = f->leader ? merge_shown(r, f->leader) : NULL;
    const struct field *field = record_field(r, f->number);
    for (uint32_t i = 0; winner && field && i < field->count; i++) {
        if (dot_equal(field->values[i].dot, winner->dot)) {
            assert_true(dot_equal(merge_shown(r, f->number)->dot, winner->dot));
        }
    }
}

static int rank_level(const struct value *v)
{
    return v->origin ? v->origin->level : v->level;
}

/* What the rule alone demands of the value shown. */
static void assert_rule_holds(const struct record *r, const struct law_field *f)
{
    const struct value *shown = f->leader ? NULL : merge_shown(r, f->number);
    const struct field *field = record_field(r, f->number);
    for (uint32_t i = 0; shown && i < field->count; i++) {
        const struct value *v = &field->values[i];
        bool both = v->datum.type == DATUM_INT && shown->datum.type == DATUM_INT;
        if (f->rule == MERGE_AUTHORITY) {
            assert_true(rank_level(shown) >= rank_level(v));
        } else if (f->rule == MERGE_MAX || f->rule == MERGE_MIN) {
            assert_true(v->datum.type == DATUM_EMPTY || shown->datum.type == DATUM_INT);
            assert_true(!both || (f->rule == MERGE_MAX ? shown->datum.i >= v->datum.i
                                                       : shown->datum.i <= v->datum.i));
        } else if (f->rule == MERGE_FORWARD) {
            const struct field_def *def = schema_field(r->kind, f->number);
            assert_true(v->datum.type == DATUM_EMPTY || both);
            assert_true(!both || schema_code(def, shown->datum.i)->rank >=
                                     schema_code(def, v->datum.i)->rank);
        }
    }
}

static void merge__every_store_shows_the_same_whatever_the_order(void **state)
{
    (void)state;
    static const uint32_t kinds[] = {KIND_MEMBER, KIND_ANSWER, KIND_TRANSFER};
    struct rng rng = rng_seeded("what is shown");
    struct arena arena = {0};
    size_t conflicts = 0, followers = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct record parts[PARTS];
        struct dot id = {0x77, 1};
        size_t order[PARTS];
        uint32_t kind = kinds[rng_below(&rng, ARRAY_COUNT(kinds))];
        for (size_t i = 0; i < PARTS; i++) {
            parts[i] = random_part(&rng, id, kind, 0x100 + i, &arena);
            order[i] = i;
        }
        struct record a = merge_in_order(parts, order, PARTS, &arena);
        shuffle(&rng, order, PARTS);
        struct record b = merge_in_order(parts, order, PARTS, &arena);
        for (size_t i = 0; i < ARRAY_COUNT(law_fields); i++) {
            const struct law_field *f = &law_fields[i];
            if (f->kind != kind || !record_field(&a, f->number)) {
                continue;
            }
            assert_int_equal(schema_field(kind, f->number)->rule, f->rule);
            assert_int_equal(schema_field(kind, f->number)->leader, f->leader);
            assert_same_shown(&a, &b, f->number, &arena);
            assert_leader_chooses(&a, f);
            assert_rule_holds(&a, f);
            conflicts += merge_in_conflict(&a, f->number);
            followers += f->leader != 0;
        }
        arena_reset(&arena);
    }
    print_message("%zu conflicts, %zu followers\n", conflicts, followers);
    assert_true(conflicts > 1000 && followers > 1000);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge__every_store_shows_the_same_whatever_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
