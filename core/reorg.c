#include "core/reorg.h"

#include "core/person.h"

struct work {
    struct txn *t;
    const struct reorg *q;
    struct arena *arena;
    struct reorg_report *out;
    int64_t on;
};

static const char *called(const struct work *w, struct dot unit)
{
    return unit_called(w->t, unit, w->arena);
}

static const char *day_text(const struct work *w, int64_t date)
{
    return arena_printf(w->arena, "%02d/%02d/%04d", DATE_DAY(date), DATE_MONTH(date),
                        DATE_YEAR(date));
}

/* ---- what forbids it ------------------------------------------------------------------------ */

/* Of a unit that is written or given to: may this store, and does it exist on that day? */
static enum err check_usable(const struct work *w, struct dot unit, struct unit_state *state)
{
    struct record r;
    TRY(store_get(w->t, unit, w->arena, &r, NULL));
    TRY(draft_may_write(w->t, &r));
    TRY(unit_state(w->t, unit, w->arena, state));
    if (state->deleted) {
        return error_set(ERR_RULE, _("%s is deleted; undo the deletion first"), called(w, unit));
    }
    if (state->valid_from && date_first_day(state->valid_from) > w->on) {
        return error_set_field(ERR_RULE, "on", _("%s exists only from %s on"), called(w, unit),
                               day_text(w, date_first_day(state->valid_from)));
    }
    return ERR_OK;
}

static enum err check_unit(const struct work *w, struct dot unit)
{
    struct unit_state s;
    TRY(check_usable(w, unit, &s));
    if (w->q->op != REORG_RENAME && dot_equal(unit, store_identity(txn_store(w->t))->unit)) {
        return error_set(ERR_RULE, _("a unit is reorganised by the one above it, and this is your "
                                     "own. Nothing was changed"));
    }
    if (unit_is_closed(&s) || unit_has_ended(&s, w->on)) {
        return s.valid_to
                   ? error_set(ERR_RULE, _("%s is closed already, from %s on. Nothing was changed"),
                               called(w, unit), day_text(w, date_first_day(s.valid_to)))
                   : error_set(ERR_RULE, _("%s is closed already. Nothing was changed"),
                               called(w, unit));
    }
    return ERR_OK;
}

/* A merger and a split keep the level; a closed unit may go to a higher one; a parent is above. */
static enum err check_level(const struct work *w, struct dot unit, struct dot target)
{
    enum level low = unit_level(w->t, unit), high = unit_level(w->t, target);
    bool fits = w->q->op == REORG_MOVE    ? high > low
                : w->q->op == REORG_CLOSE ? high >= low
                                          : high == low;
    if (fits) {
        return ERR_OK;
    }
    return w->q->op == REORG_MOVE
               ? error_set_field(ERR_RULE, "to", _("%s does not stand above %s"), called(w, target),
                                 called(w, unit))
               : error_set_field(ERR_RULE, "into", _("%s and %s are not of the same level"),
                                 called(w, unit), called(w, target));
}

static enum err check_target(const struct work *w, struct dot target)
{
    const char *field = w->q->op == REORG_MOVE ? "to" : "into";
    struct unit_state s;
    TRY(check_usable(w, target, &s));
    if (unit_has_ended(&s, w->on)) {
        return error_set_field(ERR_RULE, field,
                               _("%s is closed itself by that day. Nothing was changed"),
                               called(w, target));
    }
    for (size_t i = 0; i < w->q->unit_count; i++) {
        struct dot unit = w->q->units[i];
        if (dot_equal(unit, target)) {
            return error_set_field(ERR_RULE, field, _("%s cannot go into itself"), called(w, unit));
        }
        if (unit_is_within(w->t, target, unit)) {
            return error_set_field(ERR_RULE, field, _("%s stands below %s"), called(w, target),
                                   called(w, unit));
        }
        if (w->q->op == REORG_MOVE && dot_equal(unit_parent(w->t, unit), target)) {
            return error_set_field(ERR_RULE, field, _("%s stands there already"), called(w, unit));
        }
        TRY(check_level(w, unit, target));
    }
    return ERR_OK;
}

/* Neighbours with one name would be taken for each other; a name that has become free may be taken.
 */
static enum err check_name(const struct work *w, struct dot unit)
{
    struct id_list siblings;
    const struct field_def *f = schema_field(KIND_UNIT, F_UNIT_NAME);
    struct datum name;
    TRY(draft_parse(w->t, f, w->q->name, w->arena, &name));
    if (name.type != DATUM_TEXT) {
        return error_set_field(ERR_INPUT, "name", _("this field must have a value"));
    }
    if (slice_equal(name.text, unit_name(w->t, unit, w->arena))) {
        return error_set_field(ERR_RULE, "name", _("%s is called that already"), called(w, unit));
    }
    TRY(unit_children(w->t, unit_parent(w->t, unit), w->arena, &siblings));
    for (size_t i = 0; i < siblings.count; i++) {
        if (!dot_equal(siblings.ids[i], unit) && unit_is_living(w->t, siblings.ids[i], w->on) &&
            slice_equal(unit_name(w->t, siblings.ids[i], w->arena), name.text)) {
            return error_set_field(ERR_RULE, "name",
                                   _("%s bears that name on that day; close or rename it first"),
                                   called(w, siblings.ids[i]));
        }
    }
    return ERR_OK;
}

static enum err check(const struct work *w)
{
    const struct reorg *q = w->q;
    for (size_t i = 0; i < q->unit_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (dot_equal(q->units[i], q->units[j])) {
                return error_set(ERR_INPUT, _("%s is given twice"), called(w, q->units[i]));
            }
        }
        TRY(check_unit(w, q->units[i]));
    }
    for (size_t i = 0; i < q->target_count; i++) {
        if (!dot_is_none(q->targets[i].unit)) {
            TRY(check_target(w, q->targets[i].unit));
        }
    }
    return q->op == REORG_RENAME ? check_name(w, q->units[0]) : ERR_OK;
}

/* ---- what it touches ------------------------------------------------------------------------ */

/* The units and all that is within them, sorted, each once. */
static enum err affected(const struct work *w, struct id_list *out)
{
    struct id_list *lists = arena_array(w->arena, w->q->unit_count + 1, sizeof(*lists));
    size_t n = 0;
    for (size_t i = 0; i < w->q->unit_count; i++) {
        TRY(unit_subtree(w->t, w->q->units[i], w->arena, &lists[i]));
        n += lists[i].count;
    }
    out->ids = arena_array(w->arena, n + 1, sizeof(struct dot));
    n = 0;
    for (size_t i = 0; i < w->q->unit_count; i++) {
        memcpy(out->ids + n, lists[i].ids, lists[i].count * sizeof(struct dot));
        n += lists[i].count;
    }
    out->count = dots_distinct(out->ids, n);
    return ERR_OK;
}

static enum err count_records(const struct work *w, struct dot unit)
{
    struct arena arena = {0};
    struct arena one = {0};
    struct id_list list;
    enum err e = store_ids_of_unit(w->t, unit, (struct dot){0, 0}, SIZE_MAX, &arena, &list);
    for (size_t i = 0; e == ERR_OK && i < list.count; i++) {
        struct record r;
        arena_reset(&one);
        e = store_get(w->t, list.ids[i], &one, &r, NULL);
        if (e != ERR_OK || (r.flags & RECORD_STUB) || merge_is_deleted(&r) ||
            !dot_equal(merge_shown_ref(&r, F_UNIT), unit)) {
            continue;
        }
        w->out->members +=
            r.kind == KIND_MEMBER && dot_equal(person_shown(w->t, list.ids[i]), list.ids[i]);
        w->out->activities += r.kind == KIND_ACTIVITY;
    }
    arena_free(&one);
    arena_free(&arena);
    return e;
}

static enum err count_nodes(const struct work *w, const struct id_list *units)
{
    struct arena one = {0};
    struct id_list nodes;
    TRY(store_ids_of_kind(w->t, KIND_NODE, (struct dot){0, 0}, SIZE_MAX, w->arena, &nodes));
    enum err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < nodes.count; i++) {
        struct record r;
        arena_reset(&one);
        e = store_get(w->t, nodes.ids[i], &one, &r, NULL);
        if (e == ERR_OK && !merge_is_deleted(&r) &&
            dots_have(units->ids, units->count, merge_shown_ref(&r, F_UNIT))) {
            const struct value *state = merge_shown(&r, F_NODE_STATE);
            w->out->nodes +=
                !state || state->datum.type != DATUM_INT || state->datum.i == NODE_ACTIVE;
        }
    }
    arena_free(&one);
    return e;
}

static enum err count(const struct work *w)
{
    struct id_list units;
    TRY(affected(w, &units));
    for (size_t i = 0; i < units.count; i++) {
        struct unit_state s;
        enum err e = unit_state(w->t, units.ids[i], w->arena, &s);
        w->out->units += e == ERR_OK && !s.deleted;
        TRY(count_records(w, units.ids[i]));
    }
    return count_nodes(w, &units);
}

/* ---- the saves ------------------------------------------------------------------------------ */

static enum err save_edits(const struct work *w, struct dot id, const struct edit *edits, size_t n)
{
    struct save save = {.id = id, .edits = edits, .edit_count = n, .via = VIA_LOCAL};
    struct reorg_save *done = &w->out->saves[w->out->save_count];
    TRY(store_save(w->t, &save, w->arena, &done->id, &done->dot));
    w->out->save_count += dot_is_none(done->dot) ? 0 : 1;
    return ERR_OK;
}

static struct slice enum_word(const struct record *r, uint32_t field)
{
    const struct value *v = merge_shown(r, field);
    const struct enum_code *code = v && v->datum.type == DATUM_INT
                                       ? schema_code(schema_field(KIND_UNIT, field), v->datum.i)
                                       : NULL;
    return code ? slice_str(code->code) : (struct slice){0};
}

/* A new unit is of the kind of the first that it comes from, and stands where that one stands. */
static enum err make_target(const struct work *w, struct reorg_target *target,
                            struct reorg_save *made)
{
    struct record like;
    struct id_list doubles;
    char parent[DOT_TEXT_SIZE];
    struct dot above = unit_parent_at(w->t, w->q->units[0], w->on);
    TRY(store_get(w->t, w->q->units[0], w->arena, &like, NULL));
    dot_format(above, parent);
    const struct draft_item items[] = {
        {.name = slice_str("code"), .value = target->code},
        {.name = slice_str("name"), .value = target->name},
        {.name = slice_str("parent"), .value = slice_str(parent)},
        {.name = slice_str("type"), .value = enum_word(&like, F_UNIT_TYPE)},
        {.name = slice_str("setting"), .value = enum_word(&like, F_UNIT_SETTING)},
        {.name = slice_str("status"), .value = slice_str("active")},
        {.name = slice_str("valid_from"), .value = slice_str(day_text(w, w->on))},
    };
    const struct draft draft = {
        .kind = KIND_UNIT, .items = items, .item_count = ARRAY_COUNT(items), .via = VIA_LOCAL};
    TRY(draft_save(w->t, &draft, w->arena, &made->id, &made->dot, &doubles));
    target->unit = made->id;
    return ERR_OK;
}

static enum err save_closing(const struct work *w, struct dot unit)
{
    enum unit_status status = w->q->op == REORG_MERGE   ? UNIT_MERGED
                              : w->q->op == REORG_SPLIT ? UNIT_SPLIT
                                                        : UNIT_DISSOLVED;
    struct datum state = datum_int(status), on = datum_int(w->on);
    struct datum *into = arena_array(w->arena, w->q->target_count, sizeof(*into));
    for (size_t i = 0; i < w->q->target_count; i++) {
        into[i] = datum_ref(w->q->targets[i].unit);
    }
    const struct edit edits[] = {
        {F_UNIT_STATUS, EDIT_SET, &state, 1},
        {F_UNIT_VALID_TO, EDIT_SET, &on, 1},
        {F_UNIT_SUCCESSORS, EDIT_SET, into, w->q->target_count},
    };
    return save_edits(w, unit, edits, ARRAY_COUNT(edits));
}

static enum err save_move(const struct work *w, struct dot unit, struct dot to)
{
    struct dot before = unit_parent(w->t, unit);
    struct datum parent = datum_ref(to), former = datum_ref(before), on = datum_int(w->on);
    const struct edit edits[] = {
        {F_UNIT_PARENT, EDIT_SET, &parent, 1},
        {F_UNIT_FORMER_PARENT, EDIT_SET, &former, dot_is_none(before) ? 0 : 1},
        {F_UNIT_MOVED_ON, EDIT_SET, &on, 1},
    };
    return save_edits(w, unit, edits, ARRAY_COUNT(edits));
}

static enum err save_rename(const struct work *w, struct dot unit)
{
    struct datum name, on = datum_int(w->on);
    struct datum former = datum_text(unit_name(w->t, unit, w->arena));
    TRY(draft_parse(w->t, schema_field(KIND_UNIT, F_UNIT_NAME), w->q->name, w->arena, &name));
    const struct edit edits[] = {
        {F_UNIT_NAME, EDIT_SET, &name, 1},
        {F_UNIT_FORMER_NAME, EDIT_SET, &former, 1},
        {F_UNIT_RENAMED_ON, EDIT_SET, &on, 1},
    };
    return save_edits(w, unit, edits, ARRAY_COUNT(edits));
}

/* A branch moves below its part, a member into it. */
static enum err save_assigned(const struct work *w, const struct reorg_assign *a)
{
    struct record r;
    struct dot split = w->q->units[0], to = w->q->targets[a->target].unit;
    TRY(store_get(w->t, a->id, w->arena, &r, NULL));
    TRY(draft_may_write(w->t, &r));
    bool branch = r.kind == KIND_UNIT && dot_equal(unit_parent(w->t, r.id), split);
    bool member = r.kind == KIND_MEMBER && unit_is_within(w->t, merge_shown_ref(&r, F_UNIT), split);
    if (merge_is_deleted(&r) || !(branch || member)) {
        char id[DOT_TEXT_SIZE];
        dot_format(a->id, id);
        return error_set_field(ERR_INPUT, "assign",
                               _("%s is neither a member of %s nor a branch right below it"), id,
                               called(w, split));
    }
    if (branch) {
        return save_move(w, r.id, to);
    }
    struct datum unit = datum_ref(to);
    const struct edit edit = {F_UNIT, EDIT_SET, &unit, 1};
    return save_edits(w, r.id, &edit, 1);
}

static enum err save_all(const struct work *w)
{
    const struct reorg *q = w->q;
    struct reorg_save *made = arena_array(w->arena, q->target_count + 1, sizeof(*made));
    size_t made_count = 0;
    for (size_t i = 0; i < q->target_count; i++) {
        if (dot_is_none(q->targets[i].unit)) {
            TRY(make_target(w, &q->targets[i], &made[made_count]));
            made_count++;
        }
    }
    for (size_t i = 0; i < q->assign_count; i++) {
        TRY(save_assigned(w, &q->assigns[i]));
    }
    for (size_t i = 0; i < q->unit_count; i++) {
        TRY(q->op == REORG_MOVE     ? save_move(w, q->units[i], q->targets[0].unit)
            : q->op == REORG_RENAME ? save_rename(w, q->units[i])
                                    : save_closing(w, q->units[i]));
    }
    for (size_t i = 0; i < made_count; i++) {
        w->out->saves[w->out->save_count++] = made[i];
    }
    return ERR_OK;
}

enum err reorg_apply(struct txn *t, const struct reorg *q, struct arena *arena,
                     struct reorg_report *out)
{
    struct work w = {.t = t, .q = q, .arena = arena, .out = out, .on = date_first_day(q->on)};
    size_t room = q->unit_count + q->target_count + q->assign_count + 1;
    *out = (struct reorg_report){.saves = arena_array(arena, room, sizeof(*out->saves))};
    TRY(check(&w));
    TRY(count(&w));
    return save_all(&w);
}
