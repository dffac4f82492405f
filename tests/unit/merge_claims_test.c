/* What merging does and what is shown, one claim each, on records made by hand. */
#include "core/merge.h"

#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static size_t field_values(const struct record *r, uint32_t number)
{
    const struct field *f = record_field(r, number);
    return f ? f->count : 0;
}

static struct record one_field(struct arena *a, uint32_t kind, uint32_t number,
                               const struct value *values, size_t count)
{
    struct record r = {.id = {1, 1}, .kind = kind, .route = ROUTE_OWN};
    struct value *copy = arena_array(a, count, sizeof(*copy));
    memcpy(copy, values, count * sizeof(*copy));
    qsort(copy, count, sizeof(*copy), random_value_order);
    r.fields = arena_array(a, 1, sizeof(*r.fields));
    r.fields[0] = (struct field){number, (uint32_t)count, copy};
    r.field_count = 1;
    for (size_t i = 0; i < count; i++) {
        r.context = context_with(&r.context, values[i].dot, a);
    }
    return r;
}

static struct value value_at(uint64_t actor, uint64_t seq, int64_t time, int level, int64_t datum)
{
    return (struct value){
        .dot = {actor, seq}, .time_ms = time, .level = (uint8_t)level, .datum = datum_int(datum)};
}

static void merge__same_dot_different_data_keeps_both_in_a_plain_field(void **state)
{
    (void)state;
    struct arena a = {0};
    struct value x = value_at(1, 5, 10, 2, 1), y = value_at(1, 5, 10, 2, 2);
    struct record l = one_field(&a, KIND_MEMBER, F_NOTE, &x, 1), out;
    struct record r = one_field(&a, KIND_MEMBER, F_NOTE, &y, 1);
    struct merge_report report;
    merge_records(&l, &r, &a, &out, &report);
    assert_int_equal(field_values(&out, F_NOTE), 2);
    assert_int_equal(report.net_count, 0);
    arena_free(&a);
}

static void merge__same_dot_missing_from_a_set_was_removed(void **state)
{
    (void)state;
    struct arena a = {0};
    struct value x = value_at(1, 5, 10, 2, 1), y = value_at(1, 5, 10, 2, 2);
    struct value mark = value_at(1, 5, 10, 2, 0), later = value_at(1, 6, 20, 2, 0);
    mark.datum = datum_mark();
    later.datum = datum_mark();
    struct value full[] = {x, y, mark}, less[] = {x, later};
    struct record l = one_field(&a, KIND_MEMBER, F_MERGED_INTO, full, 3), out;
    struct record r = one_field(&a, KIND_MEMBER, F_MERGED_INTO, less, 2);
    struct merge_report report;
    r.context = context_with(&r.context, (struct dot){1, 6}, &a);
    merge_records(&l, &r, &a, &out, &report);
    assert_int_equal(field_values(&out, F_MERGED_INTO), 2);
    arena_free(&a);
}

static void merge__a_field_never_becomes_empty(void **state)
{
    (void)state;
    struct arena a = {0};
    struct value x = value_at(1, 5, 10, 2, 1), y = value_at(2, 7, 10, 2, 2);
    struct record l = one_field(&a, KIND_MEMBER, F_NOTE, &x, 1), out;
    struct record r = one_field(&a, KIND_MEMBER, F_NOTE, &y, 1);
    struct merge_report report;
    l.context = context_with(&l.context, y.dot, &a); /* each claims to have replaced the other's */
    r.context = context_with(&r.context, x.dot, &a);
    merge_records(&l, &r, &a, &out, &report);
    assert_int_equal(field_values(&out, F_NOTE), 2);
    assert_int_equal(report.net_count, 1);
    arena_free(&a);
}

static void merge__an_absent_field_says_nothing(void **state)
{
    (void)state;
    struct arena a = {0};
    struct value x = value_at(1, 5, 10, 2, 1), y = value_at(1, 6, 10, 2, 2);
    struct record l = one_field(&a, KIND_MEMBER, F_NOTE, &x, 1), out;
    struct record r = one_field(&a, KIND_MEMBER, F_EXT_ID, &y, 1);
    struct merge_report report;
    r.context = context_with(&r.context, x.dot, &a);
    merge_records(&l, &r, &a, &out, &report);
    assert_int_equal(field_values(&out, F_NOTE), 1);
    assert_int_equal(field_values(&out, F_EXT_ID), 1);
    merge_records(&r, &l, &a, &out, &report);
    assert_int_equal(field_values(&out, F_NOTE), 1);
    arena_free(&a);
}

static void merge__a_stub_covers_nothing(void **state)
{
    (void)state;
    struct arena a = {0};
    struct value both[] = {value_at(1, 5, 10, 2, 1), value_at(2, 3, 10, 2, 2)};
    struct record l = one_field(&a, KIND_MEMBER, F_NOTE, both, 2), out;
    struct record stub = one_field(&a, KIND_MEMBER, F_NOTE, both, 1);
    struct merge_report report;
    stub.flags = RECORD_STUB;
    stub.context = l.context; /* only remembered: it had both, and kept one */
    merge_records(&stub, &l, &a, &out, &report);
    assert_int_equal(field_values(&out, F_NOTE), 2);
    assert_int_equal(out.flags, 0);
    merge_records(&l, &stub, &a, &out, &report);
    assert_int_equal(field_values(&out, F_NOTE), 2);
    assert_false(report.changed);
    arena_free(&a);
}

static int64_t shown_of(struct arena *a, uint32_t kind, uint32_t field, const struct value *v,
                        size_t count)
{
    struct record r = one_field(a, kind, field, v, count);
    const struct value *shown = merge_shown(&r, field);
    assert_non_null(shown);
    return shown->datum.type == DATUM_EMPTY ? -1 : shown->datum.i;
}

static void merge__the_newest_is_shown_and_ties_go_by_actor(void **state)
{
    (void)state;
    struct arena a = {0};
    struct value v[] = {value_at(9, 1, 10, 4, 1), value_at(2, 1, 30, 1, 2),
                        value_at(3, 1, 30, 1, 3)};
    assert_int_equal(shown_of(&a, KIND_MEMBER, F_NOTE, v, 3), 3);
    struct origin origin = {.dot = {1, 1}, .time_ms = 99, .level = 1};
    v[0].origin = &origin; /* a re-asserted value ranks as it first was */
    assert_int_equal(shown_of(&a, KIND_MEMBER, F_NOTE, v, 3), 1);
    arena_free(&a);
}

static void merge__authority_shows_the_higher_level(void **state)
{
    (void)state;
    struct arena a = {0};
    struct value v[] = {value_at(9, 1, 90, 2, 1), value_at(2, 1, 10, 4, 2),
                        value_at(3, 1, 30, 3, 3)};
    assert_int_equal(shown_of(&a, KIND_UNIT, F_UNIT_TYPE, v, 3), 2);
    struct record r = one_field(&a, KIND_UNIT, F_UNIT_TYPE, v, 3);
    assert_true(merge_in_conflict(&r, F_UNIT_TYPE));
    arena_free(&a);
}

static const struct field_def *field_with(enum merge_rule rule, uint32_t *kind)
{
    for (size_t k = 0; k < schema_kind_count(); k++) {
        const struct kind_def *def = schema_kind_at(k);
        for (size_t i = 0;; i++) {
            const struct field_def *f = schema_field_at(def, i);
            if (!f) {
                break;
            }
            if (f->rule == rule && f->number >= 16) {
                *kind = def->number;
                return f;
            }
        }
    }
    return NULL;
}

static void merge__forward_shows_the_higher_rank(void **state)
{
    (void)state;
    struct arena a = {0};
    uint32_t kind = 0;
    const struct field_def *f = field_with(MERGE_FORWARD, &kind);
    assert_non_null(f);
    const struct enum_code *low = &f->codes[0], *high = &f->codes[0];
    for (const struct enum_code *c = f->codes; c->number; c++) {
        low = c->rank < low->rank ? c : low;
        high = c->rank > high->rank ? c : high;
    }
    assert_true(high->rank > low->rank);
    struct value v[] = {value_at(1, 1, 90, 4, low->number), value_at(2, 1, 10, 1, high->number)};
    assert_int_equal(shown_of(&a, kind, f->number, v, 2), high->number);
    struct record r = one_field(&a, kind, f->number, v, 2);
    assert_false(merge_in_conflict(&r, f->number));
    arena_free(&a);
}

static void merge__max_and_min_show_the_extreme(void **state)
{
    (void)state;
    struct arena a = {0};
    static const enum merge_rule rules[] = {MERGE_MAX, MERGE_MIN};
    for (size_t i = 0; i < ARRAY_COUNT(rules); i++) {
        uint32_t kind = 0;
        const struct field_def *f = field_with(rules[i], &kind);
        assert_non_null(f);
        struct value v[] = {value_at(1, 1, 90, 4, 5), value_at(2, 1, 10, 1, 9),
                            value_at(3, 1, 50, 1, 7)};
        assert_int_equal(shown_of(&a, kind, f->number, v, 3), rules[i] == MERGE_MAX ? 9 : 5);
        struct record r = one_field(&a, kind, f->number, v, 3);
        assert_false(merge_in_conflict(&r, f->number));
    }
    arena_free(&a);
}

static void merge__equal_values_collapse_when_shown_and_stay_in_the_state(void **state)
{
    (void)state;
    struct arena a = {0};
    size_t count = 0;
    struct value v[] = {value_at(1, 1, 10, 2, 7), value_at(2, 1, 20, 2, 7)};
    struct record r = one_field(&a, KIND_MEMBER, F_NOTE, v, 2);
    (void)merge_siblings(&r, F_NOTE, &a, &count);
    assert_int_equal(count, 1);
    assert_false(merge_in_conflict(&r, F_NOTE));
    assert_int_equal(field_values(&r, F_NOTE), 2);
    arena_free(&a);
}

static void merge__the_leader_chooses_for_its_followers(void **state)
{
    (void)state;
    struct arena arena = {0};
    /* expelled on the 2nd, active again written later: forward shows expelled, with *its* date */
    struct value status[] = {value_at(1, 5, 5, 2, 6), value_at(2, 7, 7, 2, 1)};
    struct value date[] = {value_at(1, 5, 5, 2, 20250102), value_at(2, 7, 7, 2, 20250309)};
    struct field fields[] = {{40, 2, status}, {41, 2, date}};
    struct dot seen[] = {{1, 5}, {2, 7}};
    struct record r = {.id = {1, 1},
                       .kind = KIND_MEMBER,
                       .route = ROUTE_OWN,
                       .context = {seen, 2},
                       .fields = fields,
                       .field_count = 2};
    assert_int_equal(merge_shown(&r, 40)->datum.i, 6);
    assert_int_equal(merge_shown(&r, 41)->datum.i, 20250102);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge__same_dot_different_data_keeps_both_in_a_plain_field),
        cmocka_unit_test(merge__same_dot_missing_from_a_set_was_removed),
        cmocka_unit_test(merge__a_field_never_becomes_empty),
        cmocka_unit_test(merge__an_absent_field_says_nothing),
        cmocka_unit_test(merge__a_stub_covers_nothing),
        cmocka_unit_test(merge__the_newest_is_shown_and_ties_go_by_actor),
        cmocka_unit_test(merge__authority_shows_the_higher_level),
        cmocka_unit_test(merge__forward_shows_the_higher_rank),
        cmocka_unit_test(merge__max_and_min_show_the_extreme),
        cmocka_unit_test(merge__equal_values_collapse_when_shown_and_stay_in_the_state),
        cmocka_unit_test(merge__the_leader_chooses_for_its_followers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
