#include "core/units.h"

#include "core/store_env.h"
#include "core/text.h"

static struct id_list successors_of(const struct record *r, struct arena *arena)
{
    size_t n = 0;
    const struct value **v = merge_siblings(r, F_UNIT_SUCCESSORS, arena, &n);
    struct id_list list = {.ids = arena_array(arena, n + 1, sizeof(struct dot))};
    for (size_t i = 0; i < n; i++) {
        if (v[i]->datum.type == DATUM_REF) {
            list.ids[list.count++] = v[i]->datum.ref;
        }
    }
    dots_sort(list.ids, list.count);
    return list;
}

/* ---- one step up ---------------------------------------------------------------------------- */

/* By value: the next look may take the slot. A unit that is not held has nothing above it. */
static struct unit_slot unit_slot(struct txn *t, struct dot unit)
{
    struct unit_slot *slot = &t->unit_slots[(unit.actor ^ unit.seq) % ARRAY_COUNT(t->unit_slots)];
    if (dot_is_none(unit)) {
        return (struct unit_slot){0};
    }
    if (dot_equal(slot->unit, unit)) {
        return *slot;
    }
    struct arena arena = {0};
    struct record r;
    struct unit_slot found = {0};
    if (store_get(t, unit, &arena, &r, NULL) == ERR_OK && r.kind == KIND_UNIT) {
        struct id_list successors = successors_of(&r, &arena);
        found = (struct unit_slot){.unit = unit,
                                   .parent = merge_shown_ref(&r, F_UNIT_PARENT),
                                   .successor_count = (uint32_t)successors.count,
                                   .moved = record_field(&r, F_ONCE) != NULL ||
                                            record_field(&r, F_UNIT_FORMER_PARENT) != NULL};
        found.successor = successors.count ? successors.ids[0] : found.successor;
        *slot = found;
    }
    arena_free(&arena);
    return found;
}

struct dot unit_parent(struct txn *t, struct dot unit)
{
    return unit_slot(t, unit).parent;
}

static bool is_top(struct txn *t, struct dot unit)
{
    struct unit_slot slot = unit_slot(t, unit);
    return !dot_is_none(slot.unit) && dot_is_none(slot.parent);
}

bool unit_on_cycle(struct txn *t, struct dot unit)
{
    struct dot at = unit_parent(t, unit);
    for (int depth = 0; depth < UNIT_ABOVE_MAX && !dot_is_none(at); depth++) {
        if (dot_equal(at, unit)) {
            return true;
        }
        at = unit_parent(t, at);
    }
    return false;
}

/* ---- upwards -------------------------------------------------------------------------------- */

struct climb {
    struct txn *t;
    struct dot seen[UNIT_ABOVE_MAX];
    size_t count;
};

static void climb_add(struct climb *c, struct dot unit)
{
    if (dot_is_none(unit) || c->count == UNIT_ABOVE_MAX) {
        return;
    }
    for (size_t i = 0; i < c->count; i++) {
        if (dot_equal(c->seen[i], unit)) {
            return;
        }
    }
    c->seen[c->count++] = unit;
}

static void climb_step(struct climb *c, struct dot unit)
{
    struct unit_slot slot = unit_slot(c->t, unit);
    climb_add(c, slot.parent);
    if (slot.successor_count > 0) {
        climb_add(c, slot.successor);
    }
    if (slot.successor_count > 1) {
        struct arena arena = {0};
        struct record r;
        if (store_get(c->t, unit, &arena, &r, NULL) == ERR_OK) {
            struct id_list list = successors_of(&r, &arena);
            for (size_t i = 0; i < list.count; i++) {
                climb_add(c, list.ids[i]);
            }
        }
        arena_free(&arena);
    }
}

static bool climb_meets_cycle(const struct climb *c)
{
    for (size_t i = 0; i < c->count; i++) {
        if (unit_on_cycle(c->t, c->seen[i])) {
            return true;
        }
    }
    return false;
}

static bool climb_reaches(struct txn *t, struct dot unit, struct dot root)
{
    struct climb c = {.t = t};
    climb_add(&c, unit);
    for (size_t i = 0; i < c.count; i++) {
        if (dot_equal(c.seen[i], root)) {
            return true;
        }
        climb_step(&c, c.seen[i]);
    }
    return is_top(t, root) && climb_meets_cycle(&c);
}

bool unit_is_within(struct txn *t, struct dot unit, struct dot root)
{
    struct dot at = unit;
    for (int depth = 0; depth < UNIT_DEPTH_MAX; depth++) {
        if (dot_is_none(at)) {
            return false;
        }
        if (dot_equal(at, root)) {
            return true;
        }
        struct unit_slot slot = unit_slot(t, at);
        if (slot.successor_count > 0) {
            break;
        }
        at = slot.parent;
    }
    return climb_reaches(t, unit, root);
}

/* What stood above it before. */
static void climb_back(struct climb *c, struct dot unit)
{
    struct arena arena = {0};
    struct record r;
    const struct field *once = NULL;
    if (store_get(c->t, unit, &arena, &r, NULL) == ERR_OK) {
        once = record_field(&r, F_ONCE);
        climb_add(c, merge_shown_ref(&r, F_UNIT_FORMER_PARENT));
    }
    for (uint32_t i = 0; once && i < once->count; i++) {
        if (once->values[i].datum.type == DATUM_REF) {
            climb_add(c, once->values[i].datum.ref);
        }
    }
    arena_free(&arena);
}

bool unit_is_below(struct txn *t, struct dot unit, struct dot root)
{
    bool below = dot_equal(unit, root);
    for (int depth = 0; depth < UNIT_DEPTH_MAX && !below && !dot_is_none(unit); depth++) {
        unit = unit_parent(t, unit);
        below = dot_equal(unit, root);
    }
    return below || (is_top(t, root) && unit_is_within(t, unit, root));
}

bool unit_was_within(struct txn *t, struct dot unit, struct dot root)
{
    struct climb c = {.t = t};
    if (unit_is_within(t, unit, root)) {
        return true;
    }
    climb_add(&c, unit);
    for (size_t i = 0; i < c.count; i++) {
        if (dot_equal(c.seen[i], root)) {
            return true;
        }
        climb_step(&c, c.seen[i]);
        if (unit_slot(t, c.seen[i]).moved) {
            climb_back(&c, c.seen[i]);
        }
    }
    return false;
}

/* Every unit without a parent that is held: where a cycle hangs. */
static enum err climb_tops(struct climb *c, struct arena *arena)
{
    struct id_list all;
    TRY(store_ids_of_kind(c->t, KIND_UNIT, (struct dot){0, 0}, SIZE_MAX, arena, &all));
    for (size_t i = 0; i < all.count; i++) {
        if (is_top(c->t, all.ids[i])) {
            climb_add(c, all.ids[i]);
        }
    }
    return ERR_OK;
}

enum err unit_above(struct txn *t, struct dot unit, struct arena *arena, struct id_list *out)
{
    struct climb c = {.t = t};
    climb_add(&c, unit);
    for (size_t i = 0; i < c.count; i++) {
        climb_step(&c, c.seen[i]);
    }
    if (climb_meets_cycle(&c)) {
        size_t from = c.count;
        TRY(climb_tops(&c, arena));
        for (size_t i = from; i < c.count; i++) {
            climb_step(&c, c.seen[i]);
        }
    }
    *out = (struct id_list){.ids = arena_array(arena, c.count + 1, sizeof(struct dot)),
                            .count = c.count};
    memcpy(out->ids, c.seen, c.count * sizeof(struct dot));
    return ERR_OK;
}

/* ---- downwards ------------------------------------------------------------------------------ */

enum err unit_children(struct txn *t, struct dot unit, struct arena *arena, struct id_list *out)
{
    return store_ids_by_ref(t, unit, F_UNIT_PARENT, (struct dot){0, 0}, SIZE_MAX, arena, out);
}

struct descent {
    struct txn *t;
    struct arena *arena;
    struct id_list list;
    size_t cap;
    bool cycles; /* units on a cycle are among them: any may be met again */
};

/* A unit with neither successors nor a cycle is met once, from its one parent. */
static bool descent_has(const struct descent *d, struct dot unit)
{
    if (d->list.count == 0 || dot_equal(unit, d->list.ids[0])) {
        return d->list.count > 0;
    }
    return (d->cycles || unit_slot(d->t, unit).successor_count > 0) && id_list_has(&d->list, unit);
}

static void descent_add(struct descent *d, struct dot unit)
{
    if (!descent_has(d, unit)) {
        id_list_add(&d->list, &d->cap, unit, d->arena);
    }
}

/* Everything that is within the list's units from this one on. */
static enum err descend(struct descent *d, size_t from)
{
    struct id_list below;
    for (size_t next = from; next < d->list.count; next++) {
        struct dot unit = d->list.ids[next];
        TRY(unit_children(d->t, unit, d->arena, &below));
        for (size_t i = 0; i < below.count; i++) {
            /* A child by a losing sibling of `parent` is not below. */
            if (dot_equal(unit_parent(d->t, below.ids[i]), unit)) {
                descent_add(d, below.ids[i]);
            }
        }
        TRY(store_ids_by_ref(d->t, unit, F_UNIT_SUCCESSORS, (struct dot){0, 0}, SIZE_MAX, d->arena,
                             &below));
        for (size_t i = 0; i < below.count; i++) {
            descent_add(d, below.ids[i]);
        }
    }
    return ERR_OK;
}

enum err unit_subtree(struct txn *t, struct dot root, struct arena *arena, struct id_list *out)
{
    struct descent d = {.t = t, .arena = arena};
    struct id_list all = {0};
    descent_add(&d, root);
    TRY(descend(&d, 0));
    if (is_top(t, root)) {
        TRY(store_ids_of_kind(t, KIND_UNIT, (struct dot){0, 0}, SIZE_MAX, arena, &all));
    }
    if (all.count > d.list.count) {
        size_t from = d.list.count;
        for (size_t i = 0; i < all.count; i++) {
            if (unit_on_cycle(t, all.ids[i])) {
                d.cycles = true;
                descent_add(&d, all.ids[i]);
            }
        }
        TRY(descend(&d, from));
    }
    *out = d.list;
    return ERR_OK;
}

/* ---- counting by date ----------------------------------------------------------------------- */

enum err unit_state(struct txn *t, struct dot unit, struct arena *arena, struct unit_state *out)
{
    struct record r;
    *out = (struct unit_state){0};
    enum err e = dot_is_none(unit) ? ERR_NOT_FOUND : store_get(t, unit, arena, &r, NULL);
    if (e == ERR_OK && r.kind != KIND_UNIT) {
        e = ERR_NOT_FOUND;
    }
    if (e == ERR_OK) {
        *out = (struct unit_state){.parent = merge_shown_ref(&r, F_UNIT_PARENT),
                                   .former_parent = merge_shown_ref(&r, F_UNIT_FORMER_PARENT),
                                   .moved_on = merge_shown_int(&r, F_UNIT_MOVED_ON),
                                   .status = merge_shown_int(&r, F_UNIT_STATUS),
                                   .valid_from = merge_shown_int(&r, F_UNIT_VALID_FROM),
                                   .valid_to = merge_shown_int(&r, F_UNIT_VALID_TO),
                                   .successors = successors_of(&r, arena),
                                   .deleted = merge_is_deleted(&r)};
    }
    return e;
}

bool unit_is_closed(const struct unit_state *s)
{
    return s->status == UNIT_MERGED || s->status == UNIT_SPLIT || s->status == UNIT_DISSOLVED;
}

bool unit_has_ended(const struct unit_state *s, int64_t date)
{
    return s->valid_to ? date_first_day(date) >= date_first_day(s->valid_to) : unit_is_closed(s);
}

static bool state_is_living(const struct unit_state *s, int64_t date)
{
    bool begun = s->valid_from == 0 || date_first_day(date) >= date_first_day(s->valid_from);
    return !s->deleted && begun && !unit_has_ended(s, date);
}

bool unit_is_living(struct txn *t, struct dot unit, int64_t date)
{
    struct arena arena = {0};
    struct unit_state s;
    bool living = unit_state(t, unit, &arena, &s) == ERR_OK && state_is_living(&s, date);
    arena_free(&arena);
    return living;
}

static struct dot choose_successor(struct txn *t, const struct unit_state *s, int64_t date)
{
    for (size_t i = 0; i < s->successors.count; i++) {
        if (unit_is_living(t, s->successors.ids[i], date)) {
            return s->successors.ids[i];
        }
    }
    for (size_t i = 0; i < s->successors.count; i++) {
        if (store_has(t, s->successors.ids[i])) {
            return s->successors.ids[i];
        }
    }
    return (struct dot){0, 0};
}

struct dot unit_at(struct txn *t, struct dot unit, int64_t date)
{
    struct arena arena = {0};
    struct unit_state s;
    struct dot at = unit;
    for (int step = 0; step < UNIT_DEPTH_MAX; step++) {
        arena_reset(&arena);
        if (unit_state(t, at, &arena, &s) != ERR_OK || !unit_has_ended(&s, date)) {
            break;
        }
        struct dot next = choose_successor(t, &s, date);
        if (dot_is_none(next) || dot_equal(next, unit)) {
            break;
        }
        at = next;
    }
    arena_free(&arena);
    return at;
}

struct dot unit_parent_at(struct txn *t, struct dot unit, int64_t date)
{
    struct arena arena = {0};
    struct unit_state s;
    struct dot parent = {0, 0};
    if (unit_state(t, unit, &arena, &s) == ERR_OK) {
        bool before = s.moved_on && date_first_day(date) < date_first_day(s.moved_on);
        parent = before && !dot_is_none(s.former_parent) ? s.former_parent : s.parent;
    }
    arena_free(&arena);
    return dot_is_none(parent) ? parent : unit_at(t, parent, date);
}

/* ---- what a unit is called ------------------------------------------------------------------ */

enum err unit_by_code(struct txn *t, struct slice code, struct dot *out)
{
    struct arena arena = {0};
    struct id_list hits;
    size_t found = 0;
    struct slice want = text_fold(code, &arena);
    enum err e = store_ids_by_key(t, KIND_UNIT, F_UNIT_CODE, code, 64, &arena, &hits);
    for (size_t i = 0; e == ERR_OK && i < hits.count; i++) {
        struct record r;
        if (store_get(t, hits.ids[i], &arena, &r, NULL) != ERR_OK || merge_is_deleted(&r)) {
            continue;
        }
        const struct value *v = merge_shown(&r, F_UNIT_CODE);
        if (v && v->datum.type == DATUM_TEXT &&
            slice_equal(text_fold(v->datum.text, &arena), want)) {
            *out = hits.ids[i];
            found++;
        }
    }
    if (e == ERR_OK && found == 0) {
        e = error_set(ERR_NOT_FOUND, _("there is no unit with code %.*s"), (int)code.len,
                      (const char *)code.ptr);
    } else if (e == ERR_OK && found > 1) {
        e = error_set(ERR_AMBIGUOUS, _("%zu units have code %.*s"), found, (int)code.len,
                      (const char *)code.ptr);
    }
    arena_free(&arena);
    return e;
}

static struct slice unit_text(struct txn *t, struct dot unit, uint32_t field, struct arena *arena)
{
    struct record r;
    if (dot_is_none(unit) || store_get(t, unit, arena, &r, NULL) != ERR_OK) {
        return (struct slice){0};
    }
    const struct value *v = merge_shown(&r, field);
    return v && v->datum.type == DATUM_TEXT ? v->datum.text : (struct slice){0};
}

struct slice unit_code(struct txn *t, struct dot unit, struct arena *arena)
{
    return unit_text(t, unit, F_UNIT_CODE, arena);
}

struct slice unit_name(struct txn *t, struct dot unit, struct arena *arena)
{
    return unit_text(t, unit, F_UNIT_NAME, arena);
}

const char *unit_called(struct txn *t, struct dot unit, struct arena *arena)
{
    struct slice name = unit_name(t, unit, arena), code = unit_code(t, unit, arena);
    return arena_printf(arena, "%.*s (%.*s)", (int)name.len, (const char *)name.ptr, (int)code.len,
                        (const char *)code.ptr);
}

enum level unit_level(struct txn *t, struct dot unit)
{
    struct arena arena = {0};
    struct record r;
    enum level level = LEVEL_NONE;
    if (!dot_is_none(unit) && store_get(t, unit, &arena, &r, NULL) == ERR_OK) {
        const struct value *v = merge_shown(&r, F_UNIT_TYPE);
        const struct field_def *def = schema_field(KIND_UNIT, F_UNIT_TYPE);
        const struct enum_code *code =
            v && v->datum.type == DATUM_INT ? schema_code(def, v->datum.i) : NULL;
        level = code ? (enum level)code->rank : LEVEL_NONE;
    }
    arena_free(&arena);
    return level;
}
