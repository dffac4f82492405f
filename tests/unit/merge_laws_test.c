/* The laws of merging, on thousands of random histories: several authors save into copies of one
 * record, from stale forms too, copies meet in any order, whole or as deltas, again and again.
 *
 * A model of its own, which knows nothing of records, remembers every save and what its author was
 * shown, and says which values must be alive in a copy: those saved by someone whose save has been
 * heard of, and replaced by no save heard of. Every copy is held against it after every step. */
#include "core/merge.h"

#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define HISTORIES 3000
#define STEPS 60
#define COPIES 4
#define SAVES_MAX (STEPS + 1)
#define ELEMENTS 6
#define FIELDS 5

struct spec_field {
    uint32_t number;
    bool set, ints;
};
struct spec {
    uint32_t kind;
    struct spec_field fields[FIELDS]; /* number 0 = none; the last one is `deleted` */
};
/* All merge rules, sets, unknown fields of a known kind, and a kind that nobody knows. */
static const struct spec specs[] = {
    {KIND_MEMBER,
     {{F_MEMBER_NAME, false, false},    /* latest */
      {28, true, false},                /* set: languages */
      {F_MEMBER_CARD_NO, false, false}, /* authority */
      {40, false, true},                /* forward: status */
      {F_DELETED, false, false}}},
    {KIND_ANSWER,
     {{17, false, true}, /* forward */
      {18, false, false},
      {19, false, true}, /* min */
      {5000, false, false},
      {F_DELETED, false, false}}},
    {KIND_TRANSFER,
     {{22, false, true}, /* max */
      {23, false, false},
      {27, false, true}, /* max */
      {5001, true, false},
      {F_DELETED, false, false}}},
    {999,
     {{16, false, false}, {17, true, false}, {18, false, true}, {0}, {F_DELETED, false, false}}},
};

struct model_save {
    struct dot dot;
    struct context seen; /* what its author was shown */
    int64_t time_ms;
    uint8_t level;
    struct {
        bool touched;
        struct datum datum; /* of a plain field */
        int added, removed; /* elements of a set, -1 = none */
    } fields[FIELDS];
};
struct copy {
    bool has;
    struct record record;
    bool heard[SAVES_MAX];
    struct context stale; /* an earlier context of this copy: what an old form shows */
};
struct history {
    const struct spec *spec;
    struct arena *arena;
    struct rng *rng;
    struct model_save saves[SAVES_MAX];
    size_t save_count;
    struct copy copies[COPIES];
    uint64_t seqs[COPIES];
};

static struct datum element_datum(int e)
{
    static const char *const names[ELEMENTS] = {"Kinh", "Mông", "Tày", "Dao", "Thái", "Nùng"};
    return datum_text(slice_str(names[e]));
}

/* ---- the model ------------------------------------------------------------------------------ */

static bool replaced(const struct history *h, const struct copy *c, size_t save, size_t field,
                     int element)
{
    for (size_t i = 0; i < h->save_count; i++) {
        const struct model_save *s = &h->saves[i];
        if (c->heard[i] && s->fields[field].touched &&
            context_covers(&s->seen, h->saves[save].dot) &&
            (element < 0 || s->fields[field].removed == element)) {
            return true;
        }
    }
    return false;
}

struct expected {
    struct value values[SAVES_MAX * 2];
    size_t count;
};

static void expect_values(const struct history *h, const struct copy *c, size_t field,
                          struct expected *out)
{
    out->count = 0;
    for (size_t i = 0; i < h->save_count; i++) {
        const struct model_save *s = &h->saves[i];
        if (!c->heard[i] || !s->fields[field].touched) {
            continue;
        }
        struct value v = {.dot = s->dot, .time_ms = s->time_ms, .level = s->level};
        bool set = h->spec->fields[field].set;
        if (!replaced(h, c, i, field, -1)) {
            v.datum = set ? datum_mark() : s->fields[field].datum;
            out->values[out->count++] = v;
        }
        int e = s->fields[field].added;
        if (set && e >= 0 && !replaced(h, c, i, field, e)) {
            v.datum = element_datum(e);
            out->values[out->count++] = v;
        }
    }
    if (out->count > 0) {
        qsort(out->values, out->count, sizeof(struct value), random_value_order);
    }
}

static size_t distinct_data(const struct expected *x)
{
    size_t n = 0;
    for (size_t i = 0; i < x->count; i++) {
        bool seen = x->values[i].datum.type == DATUM_MARK;
        for (size_t j = 0; j < i && !seen; j++) {
            seen = datum_compare(&x->values[i].datum, &x->values[j].datum) == 0;
        }
        n += !seen;
    }
    return n;
}

/* > 0 when the rule puts a before b, by what the values say of themselves */
static int model_rank(const struct spec *spec, uint32_t number, const struct value *a,
                      const struct value *b)
{
    const struct field_def *def = schema_field(spec->kind, number);
    enum merge_rule rule = def ? def->rule : MERGE_LATEST;
    bool a_empty = a->datum.type == DATUM_EMPTY;
    bool b_empty = b->datum.type == DATUM_EMPTY;
    int64_t x = a->time_ms;
    int64_t y = b->time_ms;
    if (rule == MERGE_AUTHORITY && a->level != b->level) {
        x = a->level;
        y = b->level;
    } else if (rule == MERGE_FORWARD || rule == MERGE_MAX || rule == MERGE_MIN) {
        if (a_empty != b_empty) {
            return (int)b_empty - (int)a_empty;
        }
        if (!a_empty && a->datum.i != b->datum.i) {
            x = rule == MERGE_FORWARD ? schema_code(def, a->datum.i)->rank : a->datum.i;
            y = rule == MERGE_FORWARD ? schema_code(def, b->datum.i)->rank : b->datum.i;
            if (rule == MERGE_MIN) {
                return x < y ? 1 : x > y ? -1 : 0;
            }
        }
    }
    return x < y ? -1 : x > y;
}

static void check_shown(const struct history *h, const struct copy *c, size_t field,
                        const struct expected *x)
{
    uint32_t number = h->spec->fields[field].number;
    const struct field_def *def = schema_field(h->spec->kind, number);
    size_t siblings = 0;
    const struct value **list = merge_siblings(&c->record, number, h->arena, &siblings);
    size_t distinct = distinct_data(x);
    /* every concurrent differing value is visible */
    assert_int_equal(siblings, distinct);
    if (h->spec->fields[field].set) {
        assert_false(merge_in_conflict(&c->record, number));
        return;
    }
    enum merge_rule rule = def ? def->rule : MERGE_LATEST;
    bool chosen_by_people = rule == MERGE_LATEST || rule == MERGE_AUTHORITY;
    assert_int_equal(merge_in_conflict(&c->record, number), chosen_by_people && distinct > 1);
    const struct value *shown = merge_shown(&c->record, number);
    assert_non_null(shown);
    assert_int_equal(datum_compare(&list[0]->datum, &shown->datum), 0);
    for (size_t i = 0; i < x->count; i++) {
        assert_true(model_rank(h->spec, number, shown, &x->values[i]) >= 0);
    }
}

static void check_deleted(const struct history *h, const struct copy *c)
{
    struct expected x;
    struct context seen = {0};
    bool deletes = false, undeletes = false, edit = false;
    expect_values(h, c, FIELDS - 1, &x);
    for (size_t i = 0; i < x.count; i++) {
        bool is_delete = x.values[i].datum.type == DATUM_BYTES;
        deletes = deletes || is_delete;
        undeletes = undeletes || !is_delete;
        for (size_t k = 0; k < h->save_count && is_delete; k++) {
            if (dot_equal(h->saves[k].dot, x.values[i].dot)) {
                seen = context_union(&seen, &h->saves[k].seen, h->arena);
            }
        }
    }
    for (size_t f = 0; f + 1 < FIELDS; f++) {
        expect_values(h, c, f, &x);
        for (size_t i = 0; i < x.count; i++) {
            edit = edit || !context_covers(&seen, x.values[i].dot);
        }
    }
    assert_int_equal(merge_in_conflict(&c->record, F_DELETED), deletes && (undeletes || edit));
    assert_int_equal(merge_is_deleted(&c->record), deletes && !undeletes);
}

static void check_copy(const struct history *h, const struct copy *c)
{
    assert_true(record_is_valid(&c->record));
    for (size_t i = 0; i < h->save_count; i++) {
        assert_int_equal(context_covers(&c->record.context, h->saves[i].dot), c->heard[i]);
    }
    for (size_t f = 0; f < FIELDS; f++) {
        uint32_t number = h->spec->fields[f].number;
        const struct field *field = number ? record_field(&c->record, number) : NULL;
        struct expected x;
        expect_values(h, c, f, &x);
        assert_int_equal(field ? field->count : 0, x.count);
        for (size_t i = 0; i < x.count; i++) {
            assert_int_equal(value_compare(&field->values[i], &x.values[i]), 0);
        }
        if (x.count > 0 && number != F_DELETED) {
            check_shown(h, c, f, &x);
        }
    }
    check_deleted(h, c);
}

/* ---- saves and meetings --------------------------------------------------------------------- */

static struct field *field_for(struct record *r, uint32_t number, struct arena *arena)
{
    struct field *fields = arena_array(arena, r->field_count + 1, sizeof(*fields));
    size_t at = 0;
    while (at < r->field_count && r->fields[at].number < number) {
        at++;
    }
    bool there = at < r->field_count && r->fields[at].number == number;
    if (!there) {
        fields[at] = (struct field){.number = number};
    }
    for (size_t i = 0; i < r->field_count; i++) {
        fields[i + (i >= at && !there)] = r->fields[i];
    }
    r->field_count += !there;
    r->fields = fields;
    return &fields[at];
}

static void apply(struct record *r, const struct spec *spec, const struct model_save *s,
                  struct arena *arena)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (!s->fields[i].touched) {
            continue;
        }
        struct field *f = field_for(r, spec->fields[i].number, arena);
        struct value *values = arena_array(arena, f->count + 2, sizeof(*values));
        uint32_t n = 0;
        for (uint32_t k = 0; k < f->count; k++) {
            const struct value *v = &f->values[k];
            bool goes = context_covers(&s->seen, v->dot);
            if (spec->fields[i].set && v->datum.type != DATUM_MARK) {
                struct datum gone =
                    element_datum(s->fields[i].removed < 0 ? 0 : s->fields[i].removed);
                goes = goes && s->fields[i].removed >= 0 && datum_compare(&v->datum, &gone) == 0;
            }
            if (!goes) {
                values[n++] = *v;
            }
        }
        struct value v = {.dot = s->dot, .time_ms = s->time_ms, .level = s->level};
        v.datum = spec->fields[i].set ? datum_mark() : s->fields[i].datum;
        values[n++] = v;
        if (spec->fields[i].set && s->fields[i].added >= 0) {
            v.datum = element_datum(s->fields[i].added);
            values[n++] = v;
        }
        qsort(values, n, sizeof(*values), random_value_order);
        f->values = values;
        f->count = n;
    }
    r->context = context_with(&r->context, s->dot, arena);
}

static void choose_edit(struct history *h, const struct record *r, size_t field,
                        struct model_save *s)
{
    const struct spec_field *f = &h->spec->fields[field];
    s->fields[field].touched = true;
    s->fields[field].added = s->fields[field].removed = -1;
    if (!f->set) {
        int64_t n = 1 + (int64_t)rng_below(h->rng, 2 + rng_below(h->rng, 4));
        s->fields[field].datum = rng_one_in(h->rng, 6) ? datum_empty()
                                 : f->ints             ? datum_int(n > 2 && f->number == 17 ? 2 : n)
                                                       : element_datum((int)n - 1);
        return;
    }
    int e = (int)rng_below(h->rng, ELEMENTS);
    struct datum wanted = element_datum(e);
    bool there = false;
    const struct field *now = record_field(r, f->number);
    for (uint32_t i = 0; now && i < now->count; i++) {
        there = there || (context_covers(&s->seen, now->values[i].dot) &&
                          datum_compare(&now->values[i].datum, &wanted) == 0);
    }
    s->fields[field].added = there ? -1 : e;
    s->fields[field].removed = there ? e : -1;
}

static void save(struct history *h, size_t at)
{
    struct copy *c = &h->copies[at];
    struct model_save *s = &h->saves[h->save_count];
    *s = (struct model_save){
        .dot = {0x1000 + 7 * at, ++h->seqs[at]},
        .time_ms = rng_one_in(h->rng, 8) ? 0 : (int64_t)rng_below(h->rng, 50),
        .level = (uint8_t)(1 + at % 4),
        .seen = c->has && !rng_one_in(h->rng, 4) ? c->record.context : c->stale,
    };
    bool deleted = c->has && merge_is_deleted(&c->record);
    if (deleted || (c->has && rng_one_in(h->rng, 15))) {
        struct buf bytes = {0};
        struct pack_writer w = pack_writer_make(&bytes);
        s->seen = c->record.context;
        context_pack(&w, &s->seen);
        s->fields[FIELDS - 1].touched = true;
        s->fields[FIELDS - 1].datum =
            deleted ? datum_empty() : datum_bytes(arena_copy(h->arena, buf_view(&bytes)));
        buf_free(&bytes);
    } else {
        size_t first = (size_t)rng_below(h->rng, FIELDS - 1);
        for (size_t f = 0; f + 1 < FIELDS; f++) {
            if (h->spec->fields[f].number && (f == first || rng_one_in(h->rng, 3))) {
                choose_edit(h, &c->record, f, s);
            }
        }
    }
    if (!c->has) {
        c->record = (struct record){.id = s->dot, .kind = h->spec->kind, .route = ROUTE_OWN};
        c->has = true;
    }
    c->stale = c->record.context;
    apply(&c->record, h->spec, s, h->arena);
    c->heard[h->save_count++] = true;
}

/* What a sender would choose for a receiver with this context: the fields with news; now and then
 * it errs, and the base must say so. */
static struct change change_for(struct history *h, const struct record *r, const struct context *to)
{
    uint32_t fields[FIELDS];
    size_t count = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        bool news = false;
        for (uint32_t k = 0; k < r->fields[i].count; k++) {
            news = news || !context_covers(to, r->fields[i].values[k].dot);
        }
        if (rng_one_in(h->rng, 5) ? rng_one_in(h->rng, 2) : news) {
            fields[count++] = r->fields[i].number;
        }
    }
    return record_delta(r, fields, count, h->arena);
}

static void meet(struct history *h, size_t from, size_t to)
{
    const struct copy *a = &h->copies[from];
    struct copy *b = &h->copies[to];
    struct merge_report report;
    if (!a->has) {
        return;
    }
    if (!b->has) {
        b->record = a->record;
        b->has = true;
    } else {
        struct change change = change_for(h, &a->record, &b->record.context);
        struct record merged;
        bool holds = merge_base_holds(&b->record.context, &change);
        merge_records(&b->record, holds ? &change.record : &a->record, h->arena, &merged, &report);
        assert_int_equal(report.net_count, 0);
        assert_int_equal(report.changed, !record_equal(&merged, &b->record));
        b->record = merged;
    }
    for (size_t i = 0; i < h->save_count; i++) {
        b->heard[i] = b->heard[i] || a->heard[i];
    }
}

static struct record merged(const struct record *l, const struct record *r, struct arena *arena)
{
    struct record out;
    struct merge_report report;
    merge_records(l, r, arena, &out, &report);
    return out;
}

static void check_laws(const struct history *h)
{
    const struct record *r[3];
    for (size_t i = 0; i < 3; i++) {
        size_t at = rng_below(h->rng, COPIES);
        r[i] = &h->copies[at].record;
        if (!h->copies[at].has) {
            return;
        }
    }
    struct record ab = merged(r[0], r[1], h->arena);
    struct record ba = merged(r[1], r[0], h->arena);
    assert_true(record_equal(&ab, &ba));
    struct record bc = merged(r[1], r[2], h->arena);
    struct record ab_c = merged(&ab, r[2], h->arena);
    struct record a_bc = merged(r[0], &bc, h->arena);
    assert_true(record_equal(&ab_c, &a_bc));
    struct record aa = merged(r[0], r[0], h->arena);
    assert_true(record_equal(&aa, r[0]));
    struct record again = merged(&ab, r[1], h->arena);
    assert_true(record_equal(&again, &ab));
    struct hash x = record_digest(&ab_c);
    struct hash y = record_digest(&a_bc);
    assert_true(hash_equal(x, y));
}

static void merge__random_histories_hold_exactly_what_the_model_says(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("merge laws");
    struct arena arena = {0};
    static struct history h;
    for (int i = 0; i < HISTORIES; i++) {
        h = (struct history){
            .spec = &specs[rng_below(&rng, ARRAY_COUNT(specs))], .arena = &arena, .rng = &rng};
        save(&h, 0);
        while (h.save_count < SAVES_MAX && !rng_one_in(&rng, STEPS)) {
            size_t at = (size_t)rng_below(&rng, COPIES);
            if (h.copies[at].has && rng_one_in(&rng, 3)) {
                save(&h, at);
            } else {
                meet(&h, (size_t)rng_below(&rng, COPIES), at);
            }
            if (h.copies[at].has) {
                check_copy(&h, &h.copies[at]);
            }
            if (rng_one_in(&rng, 4)) {
                check_laws(&h);
            }
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void merge__any_valid_states_commute_and_are_idempotent(void **state)
{
    (void)state;
    struct rng rng = rng_seeded("merge of any states");
    struct arena arena = {0};
    for (int i = 0; i < 20000; i++) {
        struct dot id = rng_dot(&rng);
        struct record a = random_record(&rng, id, &arena);
        struct record b = random_record(&rng, id, &arena);
        struct record ab = merged(&a, &b, &arena);
        struct record ba = merged(&b, &a, &arena);
        assert_true(record_equal(&ab, &ba));
        struct record aa = merged(&a, &a, &arena);
        assert_true(record_equal(&aa, &a));
        arena_reset(&arena);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge__random_histories_hold_exactly_what_the_model_says),
        cmocka_unit_test(merge__any_valid_states_commute_and_are_idempotent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
