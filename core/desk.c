#include "core/desk.h"

#define UNITS_MAX 512

struct actor_info desk_author(struct txn *t, struct dot dot)
{
    struct actor_info info = {0};
    const struct identity *own = store_identity(txn_store(t));
    if (dot.actor == own->actor) {
        info = (struct actor_info){own->node, own->unit};
    } else if (!store_actor(t, dot.actor, &info)) {
        info = (struct actor_info){0};
    }
    return info;
}

struct actor_info desk_value_author(struct txn *t, const struct value *v)
{
    return desk_author(t, v->origin ? v->origin->dot : v->dot);
}

static struct dot living_successor(struct txn *t, const struct record *unit)
{
    const struct field *f = record_field(unit, F_UNIT_SUCCESSORS);
    struct dot first = {0, 0};
    for (uint32_t i = 0; f && i < f->count; i++) {
        const struct datum *d = &f->values[i].datum;
        if (d->type == DATUM_REF && store_has(t, d->ref) &&
            (dot_is_none(first) || dot_compare(d->ref, first) < 0)) {
            first = d->ref;
        }
    }
    return first;
}

struct dot desk_office(struct txn *t, struct dot unit)
{
    struct arena arena = {0};
    struct dot office = {0, 0};
    for (int depth = 0; depth < UNIT_DEPTH_MAX && !dot_is_none(unit); depth++) {
        struct record r;
        arena_reset(&arena);
        if (store_get(t, unit, &arena, &r, NULL) != ERR_OK || r.kind != KIND_UNIT) {
            break;
        }
        const struct value *status = merge_shown(&r, F_UNIT_STATUS);
        bool closed =
            status && status->datum.type == DATUM_INT && status->datum.i >= UNIT_MERGED;
        if (!closed && unit_level(t, unit) != LEVEL_BRANCH) {
            office = unit;
            break;
        }
        struct dot next = closed ? living_successor(t, &r) : (struct dot){0, 0};
        unit = dot_is_none(next) ? unit_parent(t, unit) : next;
    }
    arena_free(&arena);
    return office;
}

struct dot desk_common(struct txn *t, const struct dot *units, size_t count)
{
    struct dot top = count ? units[0] : (struct dot){0, 0};
    for (int depth = 0; depth < UNIT_DEPTH_MAX && !dot_is_none(top); depth++) {
        bool all = true;
        for (size_t i = 0; i < count && all; i++) {
            all = unit_is_within(t, units[i], top);
        }
        if (all) {
            return top;
        }
        top = unit_parent(t, top);
    }
    return (struct dot){0, 0};
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

static void add_authors(struct txn *t, const struct field *f, struct unit_set *out)
{
    for (uint32_t i = 0; f && i < f->count; i++) {
        set_add(out, desk_value_author(t, &f->values[i]).unit);
    }
}

struct dot desk_decider(struct txn *t, const struct record *r, uint32_t field)
{
    struct unit_set units = {.count = 0};
    const struct value *beside = field == F_DELETED ? merge_beside_delete(r) : NULL;
    add_record_units(r, &units);
    add_authors(t, record_field(r, field), &units);
    if (beside) {
        set_add(&units, desk_value_author(t, beside).unit);
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
