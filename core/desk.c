#include "core/desk.h"

#define UNITS_MAX 512

struct actor_info desk_author(struct txn *t, struct dot dot)
{
    struct actor_info info = {0};
    const struct identity *own = store_identity(txn_store(t));
    if (dot.actor == own->actor) {
        info = (struct actor_info){.node = own->node, .unit = own->unit, .closed_at = UINT64_MAX};
    } else if (!store_actor(t, dot.actor, &info)) {
        info = (struct actor_info){0};
    }
    return info;
}

struct actor_info desk_value_author(struct txn *t, const struct value *v)
{
    return desk_author(t, v->origin ? v->origin->dot : v->dot);
}

struct dot desk_office(struct txn *t, struct dot unit)
{
    struct arena arena = {0};
    struct dot office = {0, 0};
    for (int depth = 0; depth < UNIT_DEPTH_MAX && !dot_is_none(unit); depth++) {
        struct unit_state s;
        arena_reset(&arena);
        if (unit_state(t, unit, &arena, &s) != ERR_OK) {
            break;
        }
        bool closed = s.deleted || unit_is_closed(&s);
        if (!closed && unit_level(t, unit) != LEVEL_BRANCH) {
            office = unit;
            break;
        }
        unit = closed && s.successors.count ? s.successors.ids[0] : s.parent;
    }
    arena_free(&arena);
    return office;
}

struct dot desk_common(struct txn *t, const struct dot *units, size_t count)
{
    struct arena arena = {0};
    struct id_list above = {0};
    struct dot common = {0, 0};
    if (count > 0 && unit_above(t, units[0], &arena, &above) != ERR_OK) {
        above.count = 0;
    }
    for (size_t k = 0; k < above.count && dot_is_none(common); k++) {
        bool all = true;
        for (size_t i = 1; i < count && all; i++) {
            all = unit_is_within(t, units[i], above.ids[k]);
        }
        common = all ? above.ids[k] : common;
    }
    arena_free(&arena);
    return common;
}

struct unit_set {
    struct dot ids[UNITS_MAX];
    size_t count;
};

static void set_add(struct unit_set *s, struct dot unit)
{
    for (size_t i = 0; i < s->count; i++) {
        if (dot_equal(s->ids[i], unit)) {
            return;
        }
    }
    if (!dot_is_none(unit) && s->count < UNITS_MAX) {
        s->ids[s->count++] = unit;
    }
}

static void add_record_units(const struct record *r, struct unit_set *out)
{
    const struct field *f = record_field(r, F_UNIT);
    if (r->kind == KIND_UNIT) {
        set_add(out, r->id);
    }
    for (uint32_t i = 0; r->kind != KIND_UNIT && f && i < f->count; i++) {
        if (f->values[i].datum.type == DATUM_REF) {
            set_add(out, f->values[i].datum.ref);
        }
    }
}

/* An author whose computer is not known here sits outside this unit, or is another computer of an
 * office above it: his level says how far up to go. */
static struct dot office_of_level(struct txn *t, struct dot unit, enum level level)
{
    struct arena arena = {0};
    struct id_list above;
    struct dot found = {0, 0};
    if (unit_above(t, unit, &arena, &above) != ERR_OK) {
        above.count = 0;
    }
    for (size_t i = 1; i < above.count && dot_is_none(found); i++) {
        enum level at = unit_level(t, above.ids[i]);
        found = at >= level && at > LEVEL_COMMUNE ? above.ids[i] : found;
    }
    arena_free(&arena);
    return found;
}

static void add_author(struct txn *t, const struct value *v, struct dot home, struct unit_set *out)
{
    struct dot unit = desk_value_author(t, v).unit;
    enum level level = (enum level)(v->origin ? v->origin->level : v->level);
    set_add(out, dot_is_none(unit) ? office_of_level(t, home, level) : unit);
}

struct dot desk_decider(struct txn *t, const struct record *r, uint32_t field)
{
    struct unit_set units = {.count = 0};
    const struct value *beside = field == F_DELETED ? merge_beside_delete(r) : NULL;
    const struct field *f = record_field(r, field);
    add_record_units(r, &units);
    struct dot home = units.count ? units.ids[0] : (struct dot){0, 0};
    for (uint32_t i = 0; f && i < f->count; i++) {
        add_author(t, &f->values[i], home, &units);
    }
    if (beside) {
        add_author(t, beside, home, &units);
    }
    return desk_office(t, desk_common(t, units.ids, units.count));
}

struct dot desk_of_record(struct txn *t, const struct record *r)
{
    struct unit_set units = {.count = 0};
    add_record_units(r, &units);
    return desk_office(t, desk_common(t, units.ids, units.count));
}

bool desk_is_own(struct txn *t, struct dot office)
{
    return dot_is_none(office) || dot_equal(office, store_identity(txn_store(t))->unit);
}
