/* The laws of merging on random histories, against a model that shares no code with merging: the
 * model knows which saves a replica has heard of and what each save took away; nothing of contexts.
 */
#include "core/merge.h"

#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define REPLICAS 4
#define SAVES_MAX 64
#define VALUES_MAX 512
#define HISTORIES 3000

enum shape { PLAIN, SET, DELETION };
struct tested_field {
    uint32_t number;
    enum shape shape;
};
/* Every merge rule of the schema, and fields that no schema knows. */
static struct tested_field tested[10];
static size_t tested_count;

static uint32_t tested_kind;

static const struct field_def *field_of_kind(const struct kind_def *kind, enum merge_rule rule)
{
    for (size_t i = 0;; i++) {
        const struct field_def *f = schema_field_at(kind, i);
        if (!f || (f->rule == rule && f->number >= 16 && f->type != FIELD_REF)) {
            return f;
        }
    }
}

/* The kind with the most merge rules, a field of each of them, and fields that no schema knows. */
static void find_fields(void)
{
    static const enum merge_rule rules[] = {MERGE_LATEST, MERGE_AUTHORITY, MERGE_FORWARD, MERGE_MAX,
                                            MERGE_MIN};
    for (size_t k = 0; k < schema_kind_count(); k++) {
        struct tested_field found[ARRAY_COUNT(rules)];
        size_t n = 0;
        for (size_t i = 0; i < ARRAY_COUNT(rules); i++) {
            const struct field_def *f = field_of_kind(schema_kind_at(k), rules[i]);
            if (f) {
                found[n++] = (struct tested_field){f->number, PLAIN};
            }
        }
        if (n > tested_count) {
            memcpy(tested, found, n * sizeof(found[0]));
            tested_count = n;
            tested_kind = schema_kind_at(k)->number;
        }
    }
    printf("# kind %u has %zu of the plain merge rules\n", tested_kind, tested_count);
    tested[tested_count++] = (struct tested_field){F_NOTE, PLAIN};
    tested[tested_count++] = (struct tested_field){3000, PLAIN};
    tested[tested_count++] = (struct tested_field){3001, SET};
    tested[tested_count++] = (struct tested_field){F_MERGED_INTO, SET};
    tested[tested_count++] = (struct tested_field){F_DELETED, DELETION};
}

/* ---- the model ------------------------------------------------------------------------------ */

struct model_value {
    uint32_t field;
    struct dot dot;
    struct datum datum;
    int save;           /* that wrote it */
    uint64_t killed_by; /* saves that took it away, a bit each */
};
struct history {
    struct arena arena;
    struct rng *rng;
    struct record replicas[REPLICAS];
    uint64_t heard[REPLICAS]; /* saves, a bit each */
    uint64_t seqs[REPLICAS];
    struct model_value values[VALUES_MAX];
    size_t value_count;
    int save_count;
    struct record *old; /* states once seen, for stale copies */
    uint64_t *old_heard;
    size_t old_count;
};

static bool model_live(const struct model_value *v, uint64_t heard)
{
    return (heard >> v->save & 1) && (v->killed_by & heard) == 0;
}

static size_t field_values(const struct record *r, uint32_t number)
{
    const struct field *f = record_field(r, number);
    return f ? f->count : 0;
}

static bool record_has(const struct record *r, const struct model_value *v)
{
    const struct field *f = record_field(r, v->field);
    for (uint32_t i = 0; f && i < f->count; i++) {
        if (dot_equal(f->values[i].dot, v->dot) &&
            datum_compare(&f->values[i].datum, &v->datum) == 0) {
            return true;
        }
    }
    return false;
}

/* Exactly the live values, nothing lost, nothing come back. */
static void assert_as_model(const struct history *h, const struct record *r, uint64_t heard)
{
    for (size_t i = 0; i < tested_count; i++) {
        size_t live = 0;
        for (size_t j = 0; j < h->value_count; j++) {
            const struct model_value *v = &h->values[j];
            if (v->field == tested[i].number && model_live(v, heard)) {
                live++;
                assert_true(record_has(r, v));
            }
        }
        assert_int_equal(field_values(r, tested[i].number), live);
    }
}

/* ---- saving, written anew here -------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    return value_compare(a, b);
}

static void put_field(struct history *h, struct record *r, uint32_t number, struct value *values,
                      size_t count)
{
    struct field *fields = arena_array(&h->arena, r->field_count + 1, sizeof(*fields));
    size_t n = 0;
    bool placed = false;
    qsort(values, count, sizeof(*values), by_value);
    for (size_t i = 0; i < r->field_count; i++) {
        if (!placed && r->fields[i].number >= number) {
            fields[n++] = (struct field){number, (uint32_t)count, values};
            placed = true;
        }
        if (r->fields[i].number != number) {
            fields[n++] = r->fields[i];
        }
    }
    if (!placed) {
        fields[n++] = (struct field){number, (uint32_t)count, values};
    }
    r->fields = fields;
    r->field_count = n;
}

static void note_value(struct history *h, uint32_t field, const struct value *v, int save)
{
    assert_true(h->value_count < VALUES_MAX);
    h->values[h->value_count++] = (struct model_value){field, v->dot, v->datum, save, 0};
}

static void note_killed(struct history *h, uint32_t field, const struct value *v, int save)
{
    for (size_t i = 0; i < h->value_count; i++) {
        struct model_value *m = &h->values[i];
        if (m->field == field && dot_equal(m->dot, v->dot) &&
            datum_compare(&m->datum, &v->datum) == 0) {
            m->killed_by |= UINT64_C(1) << save;
        }
    }
}

static struct value make_value(struct history *h, struct dot dot, struct datum d)
{
    return (struct value){
        .dot = dot, .time_ms = (int64_t)rng_below(h->rng, 5) * 1000, .level = 2, .datum = d};
}

/* A random save on field f by an author who was shown the values that `shown` covers. */
static void save_field(struct history *h, size_t at, const struct tested_field *f,
                       const struct context *shown, struct dot dot, int save, int64_t time_ms)
{
    struct record *r = &h->replicas[at];
    const struct field *old = record_field(r, f->number);
    size_t old_count = old ? old->count : 0, n = 0;
    struct value *values = arena_array(&h->arena, old_count + 4, sizeof(*values));
    for (size_t i = 0; i < old_count; i++) {
        const struct value *v = &old->values[i];
        bool seen = context_covers(shown, v->dot);
        bool drop = f->shape != SET               ? seen
                    : v->datum.type == DATUM_MARK ? seen
                                                  : seen && rng_below(h->rng, 3) == 0;
        if (drop) {
            note_killed(h, f->number, v, save);
        } else {
            values[n++] = *v;
        }
    }
    struct value v = make_value(h, dot, datum_empty());
    v.time_ms = time_ms;
    if (f->shape == SET) {
        for (uint64_t i = rng_below(h->rng, 3); i > 0; i--) {
            v.datum = datum_ref((struct dot){5, i * 7 + rng_below(h->rng, 3)});
            values[n++] = v;
            note_value(h, f->number, &v, save);
        }
        v.datum = datum_mark();
    } else if (f->shape == DELETION) {
        struct buf bytes = {0};
        struct pack_writer w = pack_writer_make(&bytes);
        context_pack(&w, shown);
        if (rng_below(h->rng, 2)) {
            v.datum = datum_bytes(arena_copy(&h->arena, buf_view(&bytes)));
        }
        buf_free(&bytes);
    } else if (rng_below(h->rng, 5)) {
        v.datum = datum_int((int64_t)rng_below(h->rng, 4));
    }
    values[n++] = v;
    note_value(h, f->number, &v, save);
    put_field(h, r, f->number, values, n);
}

static void random_save(struct history *h)
{
    size_t at = rng_below(h->rng, REPLICAS);
    if (h->save_count == SAVES_MAX || (h->heard[at] == 0 && h->save_count != 0)) {
        return;
    }
    struct record *r = &h->replicas[at];
    struct dot dot = {100 + at, ++h->seqs[at]};
    if (h->save_count == 0) {
        *r = (struct record){.id = dot, .kind = tested_kind, .route = ROUTE_OWN};
    }
    /* Now and then a stale form: the author was shown an earlier state (rule 7). */
    struct context shown = r->context;
    if (h->old_count && rng_below(h->rng, 4) == 0) {
        size_t k = rng_below(h->rng, h->old_count);
        if (context_covers_all(&r->context, &h->old[k].context)) {
            shown = h->old[k].context;
        }
    }
    int64_t time_ms = (int64_t)rng_below(h->rng, 4) * 1000;
    uint64_t touched = 0;
    for (uint64_t i = 1 + rng_below(h->rng, 3); i > 0; i--) {
        size_t k = rng_below(h->rng, tested_count);
        if (!(touched >> k & 1)) {
            save_field(h, at, &tested[k], &shown, dot, h->save_count, time_ms);
            touched |= UINT64_C(1) << k;
        }
    }
    r->context = context_with(&r->context, dot, &h->arena);
    h->heard[at] |= UINT64_C(1) << h->save_count;
    h->save_count++;
    assert_true(record_is_valid(r));
}

static struct record merged(struct history *h, const struct record *a, const struct record *b)
{
    struct record out;
    struct merge_report report;
    merge_records(a, b, &h->arena, &out, &report);
    assert_int_equal(report.net_count, 0);
    assert_true(record_is_valid(&out));
    bool same = record_equal(a, &out);
    assert_int_equal(report.changed, !same);
    return out;
}

/* A delivery: the state of one replica, or an old copy of it, to another; lost, doubled, reordered
 * deliveries are just what random choices make. */
static void random_delivery(struct history *h)
{
    size_t from = rng_below(h->rng, REPLICAS), to = rng_below(h->rng, REPLICAS);
    const struct record *r = &h->replicas[from];
    uint64_t heard = h->heard[from];
    if (h->old_count && rng_below(h->rng, 3) == 0) {
        size_t k = rng_below(h->rng, h->old_count);
        r = &h->old[k];
        heard = h->old_heard[k];
    }
    if (heard == 0) {
        return;
    }
    h->replicas[to] = h->heard[to] ? merged(h, &h->replicas[to], r) : *r;
    h->heard[to] |= heard;
    assert_as_model(h, &h->replicas[to], h->heard[to]);
}

/* Rule 8: what changed since a state the receiver once had, if its base holds. */
static void random_delta(struct history *h, size_t *applied)
{
    size_t from = rng_below(h->rng, REPLICAS), to = rng_below(h->rng, REPLICAS);
    const struct record *r = &h->replicas[from];
    uint32_t fields[16];
    size_t n = 0;
    if (h->heard[from] == 0 || h->heard[to] == 0) {
        return;
    }
    for (size_t i = 0; i < r->field_count && n < ARRAY_COUNT(fields); i++) {
        if (rng_below(h->rng, 2)) {
            fields[n++] = r->fields[i].number;
        }
    }
    struct change change = record_delta(r, fields, n, &h->arena);
    if (!merge_base_holds(&h->replicas[to].context, &change)) {
        return;
    }
    /* The base says that what is left out is covered; only then may the context be taken over. */
    h->replicas[to] = merged(h, &h->replicas[to], &change.record);
    h->heard[to] |= h->heard[from];
    assert_as_model(h, &h->replicas[to], h->heard[to]);
    (*applied)++;
}

static void keep_old(struct history *h)
{
    size_t at = rng_below(h->rng, REPLICAS);
    if (h->heard[at] && h->old_count < 16) {
        h->old[h->old_count] = h->replicas[at];
        h->old_heard[h->old_count++] = h->heard[at];
    }
}

static void history_begin(struct history *h, struct rng *rng)
{
    *h = (struct history){.rng = rng};
    h->old = arena_array(&h->arena, 16, sizeof(*h->old));
    h->old_heard = arena_array(&h->arena, 16, sizeof(*h->old_heard));
    random_save(h);
    while (h->save_count == 0) {
        random_save(h);
    }
}

static size_t history_run(struct history *h, int steps)
{
    size_t deltas = 0;
    for (int i = 0; i < steps; i++) {
        switch (rng_below(h->rng, 8)) {
        case 0:
        case 1:
        case 2:
            random_save(h);
            break;
        case 3:
            keep_old(h);
            break;
        case 4:
        case 5:
            random_delta(h, &deltas);
            break;
        default:
            random_delivery(h);
            break;
        }
    }
    return deltas;
}

/* ---- the laws ------------------------------------------------------------------------------- */

static void merge__is_commutative_associative_idempotent_and_loses_nothing(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("merge laws");
    size_t deltas = 0, triples = 0;
    for (int n = 0; n < HISTORIES; n++) {
        struct history h;
        history_begin(&h, &rng);
        deltas += history_run(&h, 60);
        for (size_t i = 0; i + 2 < REPLICAS; i++) {
            if (!h.heard[i] || !h.heard[i + 1] || !h.heard[i + 2]) {
                continue;
            }
            const struct record *a = &h.replicas[i], *b = a + 1, *c = a + 2;
            struct record ab = merged(&h, a, b), ba = merged(&h, b, a), bc = merged(&h, b, c);
            struct record left = merged(&h, &ab, c), right = merged(&h, a, &bc);
            struct record again = merged(&h, &left, &left);
            assert_true(record_equal(&ab, &ba));
            assert_true(record_equal(&left, &right));
            assert_true(record_equal(&left, &again));
            assert_as_model(&h, &left, h.heard[i] | h.heard[i + 1] | h.heard[i + 2]);
            triples++;
        }
        arena_free(&h.arena);
    }
    printf("# %d histories, %zu deltas applied, %zu triples compared\n", HISTORIES, deltas,
           triples);
    assert_true(deltas > HISTORIES && triples > HISTORIES);
}

static void merge__every_concurrent_differing_value_is_visible(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("merge visible");
    size_t conflicts = 0;
    for (int n = 0; n < HISTORIES; n++) {
        struct history h;
        history_begin(&h, &rng);
        (void)history_run(&h, 40);
        for (size_t at = 0; at < REPLICAS; at++) {
            for (size_t i = 0; h.heard[at] && i < h.value_count; i++) {
                const struct model_value *v = &h.values[i];
                if (!model_live(v, h.heard[at]) || v->datum.type == DATUM_MARK) {
                    continue;
                }
                size_t count = 0;
                bool found = false;
                const struct value **list =
                    merge_siblings(&h.replicas[at], v->field, &h.arena, &count);
                for (size_t j = 0; j < count && !found; j++) {
                    found = datum_compare(&list[j]->datum, &v->datum) == 0;
                }
                assert_true(found);
                if (v->field == F_NOTE) {
                    assert_int_equal(merge_in_conflict(&h.replicas[at], F_NOTE), count > 1);
                    conflicts += count > 1;
                }
            }
        }
        arena_free(&h.arena);
    }
    assert_true(conflicts > 100);
}

/* Rule 6 against its words: a live dot of another field outside what the live deletes had seen. */
static void merge__an_edit_beside_a_delete_is_a_conflict(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("merge delete");
    size_t conflicts = 0, quiet = 0;
    for (int n = 0; n < HISTORIES; n++) {
        struct history h;
        history_begin(&h, &rng);
        (void)history_run(&h, 40);
        for (size_t at = 0; at < REPLICAS; at++) {
            const struct record *r = &h.replicas[at];
            bool any_delete = false, any_undelete = false, outside = false;
            for (size_t i = 0; h.heard[at] && i < h.value_count; i++) {
                const struct model_value *v = &h.values[i];
                if (model_live(v, h.heard[at]) && v->field == F_DELETED) {
                    any_delete = any_delete || v->datum.type == DATUM_BYTES;
                    any_undelete = any_undelete || v->datum.type == DATUM_EMPTY;
                }
            }
            for (size_t i = 0; any_delete && i < h.value_count; i++) {
                const struct model_value *v = &h.values[i];
                if (v->field == F_DELETED || !model_live(v, h.heard[at])) {
                    continue;
                }
                bool seen = false;
                for (size_t j = 0; j < h.value_count && !seen; j++) {
                    const struct model_value *d = &h.values[j];
                    struct pack_reader p = pack_reader_make(d->datum.text);
                    if (d->field == F_DELETED && d->datum.type == DATUM_BYTES &&
                        model_live(d, h.heard[at])) {
                        struct context c = context_read(&p, &h.arena);
                        seen = context_covers(&c, v->dot);
                    }
                }
                outside = outside || !seen;
            }
            if (h.heard[at] && any_delete) {
                bool expected = any_undelete || outside;
                assert_int_equal(merge_in_conflict(r, F_DELETED), expected);
                assert_int_equal(merge_is_deleted(r), !any_undelete);
                conflicts += expected;
                quiet += !expected;
            }
        }
        arena_free(&h.arena);
    }
    assert_true(conflicts > 100 && quiet > 100);
}

static void merge__what_is_shown_does_not_depend_on_order(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("merge shown");
    for (int n = 0; n < HISTORIES; n++) {
        struct history h;
        history_begin(&h, &rng);
        (void)history_run(&h, 30);
        struct record l = h.replicas[0], r = h.replicas[0];
        bool any = h.heard[0] != 0;
        for (size_t i = 1; i < REPLICAS; i++) {
            if (h.heard[i]) {
                l = any ? merged(&h, &l, &h.replicas[i]) : h.replicas[i];
                r = any ? merged(&h, &h.replicas[i], &r) : h.replicas[i];
                any = true;
            }
        }
        for (size_t i = 0; i < tested_count; i++) {
            const struct value *a = merge_shown(&l, tested[i].number);
            const struct value *b = merge_shown(&r, tested[i].number);
            assert_true((a == NULL) == (b == NULL));
            assert_true(!a || value_compare(a, b) == 0);
        }
        arena_free(&h.arena);
    }
}

int main(void)
{
    find_fields();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge__is_commutative_associative_idempotent_and_loses_nothing),
        cmocka_unit_test(merge__every_concurrent_differing_value_is_visible),
        cmocka_unit_test(merge__an_edit_beside_a_delete_is_a_conflict),
        cmocka_unit_test(merge__what_is_shown_does_not_depend_on_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
