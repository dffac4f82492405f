#include "core/draft_outcome.h"

#include "core/steps.h"

/* ---- the record as it will be -----------------------------------------------------------------
 */

static bool has_datum(const struct value *values, size_t count, const struct datum *d)
{
    for (size_t i = 0; i < count; i++) {
        if (datum_compare(&values[i].datum, d) == 0) {
            return true;
        }
    }
    return false;
}

/* The elements of a set after one edit, on top of those in *f. */
static void edit_set(struct field *f, const struct edit *e, struct arena *arena)
{
    struct value *values = arena_array(arena, f->count + e->count + 1, sizeof(*values));
    uint32_t n = 0;
    for (uint32_t i = 0; e->op != EDIT_SET && e->op != EDIT_AGAIN && i < f->count; i++) {
        bool gone = false;
        for (size_t k = 0; e->op == EDIT_REMOVE && k < e->count && !gone; k++) {
            gone = datum_compare(&f->values[i].datum, &e->data[k]) == 0;
        }
        if (!gone && f->values[i].datum.type != DATUM_MARK) {
            values[n++].datum = f->values[i].datum;
        }
    }
    for (size_t k = 0; e->op != EDIT_REMOVE && k < e->count; k++) {
        if (!has_datum(values, n, &e->data[k])) {
            values[n++].datum = e->data[k];
        }
    }
    f->values = values;
    f->count = n;
}

static void edit_plain(struct field *f, const struct edit *e, struct arena *arena)
{
    f->values = arena_array(arena, 1, sizeof(*f->values));
    f->values[0].datum = e->count ? e->data[0] : datum_empty();
    f->count = 1;
}

struct record draft_outcome(const struct record *before, uint32_t kind, const struct edit *edits,
                            size_t count, struct arena *arena)
{
    struct record r = before ? *before : (struct record){.kind = kind};
    size_t old_count = r.field_count;
    const struct field *old = r.fields;
    r.fields = arena_array(arena, old_count + count + 1, sizeof(*r.fields));
    r.field_count = 0;
    for (size_t i = 0; i < old_count; i++) {
        r.fields[r.field_count++] = old[i];
    }
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < r.field_count && r.fields[at].number < edits[i].field) {
            at++;
        }
        if (at == r.field_count || r.fields[at].number != edits[i].field) {
            memmove(&r.fields[at + 1], &r.fields[at], (r.field_count - at) * sizeof(*r.fields));
            r.fields[at] = (struct field){edits[i].field, 0, NULL};
            r.field_count++;
        }
        const struct field_def *def = schema_field(r.kind, edits[i].field);
        if (def && def->rule == MERGE_SET) {
            edit_set(&r.fields[at], &edits[i], arena);
        } else {
            edit_plain(&r.fields[at], &edits[i], arena);
        }
    }
    return r;
}

/* ---- steps ------------------------------------------------------------------------------------
 */

static const char *state_label(const struct machine *m, int64_t state)
{
    const struct enum_code *c = schema_code(schema_field(m->kind, m->field), state);
    return !c ? "?" : schema_speaks_vi() ? c->vi : c->en;
}

/* Strictly above the record's unit; the top has nobody above, and decides itself. */
static bool is_above(struct txn *t, struct dot unit)
{
    struct dot own = store_identity(txn_store(t))->unit;
    if (dot_equal(unit, own)) {
        return dot_is_none(unit_parent(t, own));
    }
    return dot_is_none(own) || unit_is_within(t, unit, own);
}

static bool is_filled(const struct record *r, uint32_t field)
{
    const struct field *f = record_field(r, field);
    const struct value *v = merge_shown(r, field);
    bool filled = f && schema_rule(r->kind, f) != MERGE_SET && v && v->datum.type != DATUM_EMPTY;
    for (uint32_t i = 0; f && schema_rule(r->kind, f) == MERGE_SET && i < f->count; i++) {
        filled = filled ||
                 (f->values[i].datum.type != DATUM_MARK && f->values[i].datum.type != DATUM_EMPTY);
    }
    return filled;
}

static enum err check_needs(const struct machine *m, const struct step *s,
                            const struct record *after)
{
    for (size_t i = 0; i < STEP_NEEDS && s->needs[i] != 0; i++) {
        const struct field_def *f = schema_field(m->kind, s->needs[i]);
        if (!is_filled(after, s->needs[i])) {
            return error_set_field(ERR_INPUT, f->name,
                                   _("“%s” must be filled in for the step to “%s”"),
                                   schema_speaks_vi() ? f->vi : f->en, state_label(m, s->to));
        }
    }
    return ERR_OK;
}

/* Of a record that never had a state: one that begins by itself stands at the beginning; of another
 * nobody has said yet how far it is. */
static const struct step *step_of(const struct machine *m, bool exists, int64_t *from, int64_t to)
{
    if (exists && *from == 0) {
        *from = steps_first(m);
        return m->starts ? steps_find(m, *from, to) : steps_into(m, to);
    }
    return steps_find(m, *from, to);
}

static bool is_approved_above(const struct machine *m)
{
    bool found = false;
    for (const struct step *s = m->steps; s->to != 0 && !found; s++) {
        found = s->who == STEP_ABOVE;
    }
    return found;
}

/* Of both units, the one it was in and the one it gets: nobody gets above a record by lending it to
 * a unit below. */
static bool is_above_both(struct txn *t, const struct record *before, const struct record *after)
{
    return is_above(t, merge_shown_ref(after, F_UNIT)) &&
           (!before || is_above(t, merge_shown_ref(before, F_UNIT)));
}

/* Once it is handed in, who approves it does not change by moving it. */
static enum err check_move(struct txn *t, const struct machine *m, const struct record *before,
                           const struct record *after)
{
    int64_t state = merge_shown_int(before, m->field);
    bool moved = !dot_equal(merge_shown_ref(before, F_UNIT), merge_shown_ref(after, F_UNIT));
    if (!moved || state == 0 || state == steps_first(m) || !is_approved_above(m) ||
        is_above_both(t, before, after)) {
        return ERR_OK;
    }
    return error_set_field(ERR_RULE, "unit",
                           _("this was handed in; only an office above both units moves it now"));
}

enum err draft_check_step(struct txn *t, const struct draft *draft, const struct record *before,
                          const struct record *after, struct arena *arena)
{
    const struct machine *m = steps_of(after->kind);
    if (!m || (!before && draft->via == VIA_IMPORT)) {
        return ERR_OK; /* a list that is taken over holds what happened before */
    }
    if (before) {
        TRY(check_move(t, m, before, after));
    }
    const char *name = schema_field(m->kind, m->field)->name;
    int64_t to = merge_shown_int(after, m->field);
    int64_t from = before ? merge_shown_int(before, m->field) : 0;
    if (to == from) {
        return ERR_OK;
    }
    if (to == 0) {
        return error_set_field(ERR_RULE, name,
                               _("a record that has a state keeps one; a step taken by mistake is "
                                 "taken back by terrace undo"));
    }
    const struct step *s = step_of(m, before != NULL, &from, to);
    if (!s && !before) {
        return error_set_field(ERR_RULE, name,
                               _("a new record does not begin as “%s”; it begins "
                                 "as: %s"),
                               state_label(m, to),
                               steps_next_text(m, 0, schema_speaks_vi(), arena));
    }
    if (!s) {
        const char *next = steps_next_text(m, from, schema_speaks_vi(), arena);
        return error_set_field(ERR_RULE, name,
                               _("“%s” does not follow “%s”; what may follow: %s. A step taken by "
                                 "mistake is taken back by terrace undo"),
                               state_label(m, to), state_label(m, from), *next ? next : "–");
    }
    if (s->who == STEP_COMMAND && !draft->by_command) {
        return error_set_field(ERR_RULE, name,
                               _("this step is taken by terrace transfer alone, since it moves the "
                                 "member too"));
    }
    if (s->who == STEP_ABOVE && !is_above_both(t, before, after)) {
        return error_set_field(ERR_RULE, name, _("the step to “%s” is taken by the office above"),
                               state_label(m, to));
    }
    return check_needs(m, s, after);
}
