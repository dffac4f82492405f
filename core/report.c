/* One pass over the store, and rows out of what it filled. */
#include "core/report_tally.h"
#include "core/text.h"

#include <stdlib.h>

const char *figure_text(struct figure f, struct arena *arena)
{
    long long whole = f.tenths / 10, rest = f.tenths % 10;
    if (!f.known) {
        return "";
    }
    return rest ? arena_printf(arena, "%lld.%lld", whole, rest)
                : arena_printf(arena, "%lld", whole);
}

const char *figure_words(struct figure f, bool vi, struct arena *arena)
{
    const char *whole = f.known ? text_number(f.tenths / 10, vi, arena) : "";
    return f.tenths % 10 == 0 || !f.known
               ? whole
               : arena_printf(arena, "%s%c%d", whole, vi ? ',' : '.', (int)(f.tenths % 10));
}

/* ---- the pass ------------------------------------------------------------------------------- */

/* In this order: whatever needs members comes after them. */
static const struct {
    uint32_t kind;
    void (*visit)(struct tally *y, const struct record *r);
} passes[] = {
    {KIND_TRANSFER, count_transfer},     {KIND_ACCEPTANCE, count_acceptance},
    {KIND_ACTIVITY, count_activity},     {KIND_FEE, count_fee},
    {KIND_RATING, count_rating},         {KIND_REWARD, count_reward},
    {KIND_DISCIPLINE, count_discipline}, {KIND_POSITION, count_position},
    {KIND_CADRE_PLAN, count_cadre_plan}, {KIND_TRAINING, count_training},
    {KIND_ROTATION, count_rotation},     {KIND_VISIT, count_visit},
    {KIND_INSPECTION, count_inspection}, {KIND_PLAN, count_plan},
    {KIND_PLAN_ITEM, count_plan_item},   {KIND_DIALOGUE, count_dialogue},
    {KIND_PROPOSAL, count_proposal},     {KIND_COORDINATION, count_coordination},
    {KIND_ASSESSMENT, count_assessment},
};

static bool reads_kind(const struct report *report, uint32_t kind)
{
    for (const uint32_t *k = report->kinds; *k != 0; k++) {
        if (*k == kind) {
            return true;
        }
    }
    return false;
}

static void add_facts(struct tally *y)
{
    const struct report_query *q = y->q;
    int64_t day = q->period.to;
    for (size_t i = 0; i < q->fact_count; i++) {
        const struct report_fact *f = &q->facts[i];
        const struct measure *m = report_measure(f->measure);
        uint32_t place = place_find(y, f->unit);
        CHECK(m != NULL);
        if (m->how == HOW_GROUP) {
            uint32_t key = texts_put(y->keys, f->key, y->arena);
            /* one more, so that 0 days are something */
            tally_add_key(y, place, SIDE_NOW, day, (enum group)m->a, key, f->value + 1);
        } else if (dot_is_none(f->also)) {
            tally_add(y, place, SIDE_NOW, day, (enum counter)m->a, f->value);
        } else {
            tally_add_common(y, place, place_find(y, f->also), day, (enum counter)m->a);
        }
    }
}

static void choose_groups(struct tally *y)
{
    for (const struct report_section *s = y->q->report->sections; s->measures; s++) {
        for (const char *const *id = s->measures; *id; id++) {
            const struct measure *m = report_measure(*id);
            CHECK(m != NULL);
            if (m->how == HOW_GROUP || m->how == HOW_DISTINCT) {
                y->wants[m->a] = true;
            }
        }
    }
}

static enum err tally_fill(struct tally *y)
{
    const struct report *report = y->q->report;
    bool activities = reads_kind(report, KIND_ACTIVITY);
    choose_groups(y);
    TRY(places_read(y));
    y->sums = arena_array(y->arena, ((size_t)y->place_count + 1) * SIDE_COUNT * COUNTER_COUNT,
                          sizeof(*y->sums));
    y->unit = place_find(y, y->q->unit);
    y->months =
        arena_array(y->arena, (size_t)(y->q->period.last_month - y->q->period.first_month + 1),
                    sizeof(*y->months));
    y->groups = tally_map_new(y->arena);
    y->keys = texts_new(y->arena);
    y->visits = texts_new(y->arena);
    if (reads_kind(report, KIND_MEMBER) || (activities && store_any_merging(y->t))) {
        TRY(people_read(y));
    }
    for (size_t i = 0; i < ARRAY_COUNT(passes); i++) {
        if (reads_kind(report, passes[i].kind)) {
            TRY(tally_each(y, passes[i].kind, passes[i].visit));
        }
    }
    people_count(y);
    branches_count(y);
    places_count(y);
    add_facts(y);
    return ERR_OK;
}

/* ---- figures -------------------------------------------------------------------------------- */

static struct figure whole(int64_t n)
{
    return (struct figure){true, n * 10};
}

/* n in `of` parts of b, half a tenth rounded up. */
static struct figure ratio(int64_t a, int64_t b, int64_t of)
{
    return b > 0 ? (struct figure){true, (a * of * 10 * 2 + b) / (2 * b)}
                 : (struct figure){false, 0};
}

static struct figure figure_of_sums(struct tally *y, const struct measure *m, const int64_t *sums,
                                    enum side side)
{
    int64_t a = sums[m->a], b = sums[m->b], day = y->period[side].to;
    if (m->now_only && side != SIDE_NOW) {
        return (struct figure){false, 0};
    }
    switch (m->how) {
    case HOW_SHARE:
        return ratio(a, b, 100);
    case HOW_MEAN:
        return ratio(a, b, 1);
    case HOW_PART:
    case HOW_REST: {
        int64_t of = report_number(y, NUMBER_FEE_UP_OF, day);
        int64_t up = of > 0 ? a * report_number(y, NUMBER_FEE_UP_PART, day) / of : 0;
        return whole(m->how == HOW_PART ? up : a - up);
    }
    default:
        return m->b == C_NONE || b > 0 ? whole(a) : (struct figure){false, 0};
    }
}

static struct figure figure_of_group(struct tally *y, const struct measure *m, uint32_t key,
                                     uint32_t place, enum side side)
{
    if (m->now_only && side != SIDE_NOW) {
        return (struct figure){false, 0};
    }
    int64_t n = tally_of_key(y, place, side, (enum group)m->a, key);
    if (m->unit == MEASURE_DAYS) { /* of a fact; elsewhere there is none */
        return n > 0 ? whole(n - 1) : (struct figure){false, 0};
    }
    return whole(n);
}

static struct figure count_distinct(struct tally *y, const struct measure *m, uint32_t place,
                                    enum side side)
{
    int64_t n = 0;
    for (uint32_t key = 0; key < texts_count(y->keys); key++) {
        n += tally_of_key(y, place, side, (enum group)m->a, key) != 0 ? 1 : 0;
    }
    return whole(n);
}

/* key: of a group; else of no meaning. */
static struct figure figure_at(struct tally *y, const struct measure *m, uint32_t key,
                               uint32_t place, enum side side)
{
    switch (m->how) {
    case HOW_GROUP:
        return figure_of_group(y, m, key, place, side);
    case HOW_DISTINCT:
        return count_distinct(y, m, place, side);
    default:
        return figure_of_sums(y, m, sum_at(y, place, side), side);
    }
}

/* ---- rows ----------------------------------------------------------------------------------- */

struct rows {
    struct tally *y;
    struct report_result *out;
    uint32_t unit;
    uint32_t *below, *siblings;
    size_t below_count, sibling_count;
    size_t cap;
};

static struct figure average(struct rows *r, const struct measure *m, uint32_t key)
{
    int64_t sum = 0, n = 0;
    for (size_t i = 0; i < r->sibling_count; i++) {
        struct figure f = figure_at(r->y, m, key, r->siblings[i], SIDE_NOW);
        sum += f.known ? f.tenths : 0;
        n += f.known ? 1 : 0;
    }
    return n ? (struct figure){true, (2 * sum + n) / (2 * n)} : (struct figure){false, 0};
}

static struct figure *month_figures(struct rows *r, const struct measure *m)
{
    const struct report_period *p = &r->y->period[SIDE_NOW];
    struct figure *out = NULL;
    if (m->flow) {
        out = arena_array(r->y->arena, r->out->month_count + 1, sizeof(*out));
    }
    for (size_t i = 0; out && i < r->out->month_count; i++) {
        bool begun = report_month_from(p->first_month + (int64_t)i, p->cutoff_day) <= r->y->today;
        out[i] =
            begun ? figure_of_sums(r->y, m, r->y->months[i], SIDE_NOW) : (struct figure){false, 0};
    }
    return out;
}

static struct report_row *new_row(struct rows *r)
{
    struct report_result *out = r->out;
    if (out->row_count == r->cap) {
        r->cap = r->cap ? 2 * r->cap : 64;
        struct report_row *grown = arena_array(r->y->arena, r->cap, sizeof(*grown));
        if (out->row_count) {
            memcpy(grown, out->rows, out->row_count * sizeof(*grown));
        }
        out->rows = grown;
    }
    return &out->rows[out->row_count++];
}

static struct report_row *put_row(struct rows *r, const struct report_section *section,
                                  const struct measure *m, uint32_t key)
{
    struct report_row *row = new_row(r);
    *row = (struct report_row){.measure = m,
                               .section = section,
                               .id = slice_str(m->id),
                               .vi = m->vi,
                               .en = m->en,
                               .value = figure_at(r->y, m, key, r->unit, SIDE_NOW),
                               .previous = figure_at(r->y, m, key, r->unit, SIDE_BEFORE),
                               .siblings = average(r, m, key),
                               .months = month_figures(r, m)};
    row->below = arena_array(r->y->arena, r->below_count + 1, sizeof(*row->below));
    for (size_t i = 0; i < r->below_count; i++) {
        row->below[i] = figure_at(r->y, m, key, r->below[i], SIDE_NOW);
    }
    return row;
}

/* What a key of a group is called: a code of the schema, a field, an age band, or itself. */
static void name_key(struct rows *r, const struct measure *m, struct slice key,
                     struct report_row *row)
{
    static const struct {
        const char *key, *vi, *en;
    } words[] = {
        {"unknown", "Chưa ghi", "Not recorded"}, {"under_18", "Dưới 18 tuổi", "Under 18"},
        {"18_25", "18–25 tuổi", "18–25"},        {"26_30", "26–30 tuổi", "26–30"},
        {"over_30", "Trên 30 tuổi", "Over 30"},
    };
    static const struct {
        enum group group;
        uint32_t kind, field;
    } coded[] = {
        {G_SEX, KIND_MEMBER, F_MEMBER_SEX},
        {G_SETTING, KIND_UNIT, F_UNIT_SETTING},
        {G_RATED, KIND_RATING, F_RATING_LEVEL},
        {G_RATED_UNITS, KIND_RATING, F_RATING_LEVEL},
        {G_DISCIPLINE, KIND_DISCIPLINE, F_DISCIPLINE_FORM},
        {G_WORKS, KIND_ACTIVITY, F_ACTIVITY_TYPE},
        {G_FILLED, KIND_POSITION, F_POSITION_TITLE},
    };
    row->vi = row->en = arena_cstr(r->y->arena, key);
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (slice_equal(key, slice_str(words[i].key))) {
            row->vi = words[i].vi;
            row->en = words[i].en;
            row->rank = i == 0 ? INT32_MAX : (int)i; /* what is not recorded comes last */
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(coded); i++) {
        const struct field_def *f = schema_field(coded[i].kind, coded[i].field);
        for (const struct enum_code *c = f->codes; m->a == coded[i].group && c->number; c++) {
            if (slice_equal(key, slice_str(c->code))) {
                row->vi = c->vi;
                row->en = c->en;
                row->rank = c->number;
            }
        }
    }
    if (m->a == G_MISSING) {
        const struct field_def *f = schema_field_by_name(schema_kind(KIND_MEMBER), key);
        row->vi = f->vi;
        row->en = f->en;
    }
    if (m->a == G_OWN && report_own_label(key, true, r->y->arena, &row->vi)) {
        (void)report_own_label(key, false, r->y->arena, &row->en);
    }
    for (size_t i = 0; m->a == G_CONTACT && i < r->y->q->fact_count; i++) {
        if (slice_equal(r->y->q->facts[i].key, key)) {
            row->vi = row->en = arena_cstr(r->y->arena, r->y->q->facts[i].label);
        }
    }
}

static bool anywhere(struct rows *r, const struct measure *m, uint32_t key)
{
    bool found = tally_of_key(r->y, r->unit, SIDE_NOW, (enum group)m->a, key) != 0 ||
                 tally_of_key(r->y, r->unit, SIDE_BEFORE, (enum group)m->a, key) != 0;
    return found;
}

static int compare_rows(const void *a, const void *b)
{
    const struct report_row *x = a, *y = b;
    return x->rank != y->rank ? (x->rank < y->rank ? -1 : 1) : slice_compare(x->id, y->id);
}

static void put_group(struct rows *r, const struct report_section *section, const struct measure *m)
{
    size_t from = r->out->row_count;
    for (uint32_t key = 0; key < texts_count(r->y->keys); key++) {
        if (!anywhere(r, m, key)) {
            continue;
        }
        struct slice text = texts_get(r->y->keys, key);
        struct report_row *row = put_row(r, section, m, key);
        row->grouped = true;
        row->id = slice_str(
            arena_printf(r->y->arena, "%s:%.*s", m->id, (int)text.len, (const char *)text.ptr));
        name_key(r, m, text, row);
    }
    qsort(r->out->rows + from, r->out->row_count - from, sizeof(*r->out->rows), compare_rows);
}

/* ---- pilot units ---------------------------------------------------------------------------- */

struct pilots {
    int64_t pilot[SIDE_COUNT][COUNTER_COUNT], rest[SIDE_COUNT][COUNTER_COUNT];
    bool any;
};

/* Within the unit, and in no other pilot unit that is. */
static bool is_outer_pilot(struct rows *r, uint32_t place, int64_t day)
{
    size_t count = 0;
    const uint32_t *chain = place_chain(r->y, place, day, &count);
    bool within = false;
    if (!r->y->places[place].pilot || count == 0 || chain[0] != place || place == r->unit) {
        return false;
    }
    for (size_t i = 1; i < count && !within; i++) {
        if (chain[i] != r->unit && r->y->places[chain[i]].pilot) {
            return false;
        }
        within = chain[i] == r->unit;
    }
    return within;
}

static struct pilots sum_pilots(struct rows *r)
{
    struct pilots p = {.any = false};
    for (enum side side = SIDE_NOW; side < SIDE_COUNT; side++) {
        memcpy(p.rest[side], sum_at(r->y, r->unit, side), sizeof(p.rest[side]));
        for (uint32_t i = 0; i < r->y->place_count; i++) {
            if (!is_outer_pilot(r, i, r->y->period[side].to)) {
                continue;
            }
            p.any = p.any || side == SIDE_NOW;
            for (size_t c = 0; c < COUNTER_COUNT; c++) {
                p.pilot[side][c] += sum_at(r->y, i, side)[c];
                p.rest[side][c] -= sum_at(r->y, i, side)[c];
            }
        }
    }
    return p;
}

static void put_pilots(struct rows *r, const struct report_section *section)
{
    static const struct report_section pilot_section = {"Mô hình điểm so với các đơn vị còn lại",
                                                        "Pilot units beside the rest", NULL};
    struct pilots p = sum_pilots(r);
    for (; p.any && section->measures; section++) {
        for (const char *const *id = section->measures; *id; id++) {
            const struct measure *m = report_measure(*id);
            for (int side = 0; m->how != HOW_GROUP && m->how != HOW_DISTINCT && side < 2; side++) {
                int64_t(*sums)[COUNTER_COUNT] = side == 0 ? p.pilot : p.rest;
                struct report_row *row = put_row(r, &pilot_section, m, 0);
                const char *word = side == 0 ? "pilot" : "rest";
                row->id = slice_str(arena_printf(r->y->arena, "%s:%s", m->id, word));
                row->vi = arena_printf(r->y->arena, "%s: %s", m->vi,
                                       side == 0 ? "mô hình điểm" : "còn lại");
                row->en = arena_printf(r->y->arena, "%s: %s", m->en, word);
                row->value = figure_of_sums(r->y, m, sums[SIDE_NOW], SIDE_NOW);
                row->previous = figure_of_sums(r->y, m, sums[SIDE_BEFORE], SIDE_BEFORE);
                row->siblings = (struct figure){false, 0};
                row->months = NULL;
                row->grouped = true;
            }
        }
    }
}

/* ---- the units around ----------------------------------------------------------------------- */

static struct report_unit unit_of(const struct place *p)
{
    return (struct report_unit){p->id, p->code, p->name};
}

struct by_code {
    struct slice code;
    uint32_t place;
};

static int compare_codes(const void *a, const void *b)
{
    const struct by_code *x = a, *y = b;
    return slice_compare(x->code, y->code);
}

/* Living units right below one on that day, without `but`. */
static size_t units_below(struct tally *y, uint32_t parent, uint32_t but, int64_t day,
                          uint32_t **out)
{
    struct by_code *found = arena_array(y->arena, (size_t)y->place_count + 1, sizeof(*found));
    size_t n = 0;
    for (uint32_t i = 0; i < y->place_count; i++) {
        size_t count = 0;
        const uint32_t *chain = place_chain(y, i, day, &count);
        if (i != but && count > 1 && chain[0] == i && chain[1] == parent &&
            place_is_living(&y->places[i], day)) {
            found[n++] = (struct by_code){y->places[i].code, i};
        }
    }
    qsort(found, n, sizeof(*found), compare_codes);
    *out = arena_array(y->arena, n + 1, sizeof(**out));
    for (size_t i = 0; i < n; i++) {
        (*out)[i] = found[i].place;
    }
    return n;
}

static void look_around(struct rows *r)
{
    struct tally *y = r->y;
    int64_t day = y->period[SIDE_NOW].to;
    r->below_count = units_below(y, r->unit, NOWHERE, day, &r->below);
    uint32_t parent = place_find(y, unit_parent_at(y->t, y->places[r->unit].id, day));
    if (y->q->siblings && parent != NOWHERE) {
        r->sibling_count = units_below(y, parent, r->unit, day, &r->siblings);
    }
    r->out->below = arena_array(y->arena, r->below_count + 1, sizeof(*r->out->below));
    for (size_t i = 0; i < r->below_count; i++) {
        r->out->below[i] = unit_of(&y->places[r->below[i]]);
    }
    r->out->below_count = r->below_count;
    r->out->sibling_count = r->sibling_count;
}

enum err report_run(struct txn *t, const struct report_query *q, struct arena *arena,
                    struct report_result *out)
{
    struct tally y = {.t = t, .q = q, .arena = arena, .today = store_today(t).i};
    struct rows r = {.y = &y, .out = out};
    y.period[SIDE_NOW] = q->period;
    y.period[SIDE_BEFORE] = report_period_before(&q->period);
    *out = (struct report_result){.period = q->period,
                                  .before = y.period[SIDE_BEFORE],
                                  .month_count =
                                      (size_t)(q->period.last_month - q->period.first_month + 1)};
    TRY(tally_fill(&y));
    r.unit = place_find(&y, q->unit);
    if (r.unit == NOWHERE) {
        return error_set(ERR_NOT_FOUND, _("this unit is not known here"));
    }
    out->unit = unit_of(&y.places[r.unit]);
    look_around(&r);
    for (const struct report_section *s = q->report->sections; s->measures; s++) {
        for (const char *const *id = s->measures; *id; id++) {
            const struct measure *m = report_measure(*id);
            if (m->how == HOW_GROUP) {
                put_group(&r, s, m);
            } else {
                put_row(&r, s, m, 0);
            }
        }
    }
    if (q->report->pilots) {
        put_pilots(&r, q->report->sections);
    }
    return ERR_OK;
}
