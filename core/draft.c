#include "core/custom.h"
#include "core/draft_outcome.h"
#include "core/person.h"
#include "core/situation.h"
#include "core/steps.h"
#include "core/text.h"

struct state {
    struct txn *t;
    const struct draft *draft;
    struct arena *arena;
    const struct kind_def *kind;
    bool is_new;
    struct record before;
    struct edit *edits;
    size_t edit_count;
    struct id_list doubles;
};

static bool is_set(const struct field_def *f)
{
    return f->rule == MERGE_SET;
}

static const struct edit *edit_of(const struct state *s, uint32_t field)
{
    for (size_t i = 0; i < s->edit_count; i++) {
        if (s->edits[i].field == field) {
            return &s->edits[i];
        }
    }
    return NULL;
}

/* What the field will hold: the draft's value, else the one there now. Empty when neither. */
static struct datum outcome_of(const struct state *s, uint32_t field)
{
    const struct edit *e = edit_of(s, field);
    if (e) {
        return e->count ? e->data[0] : datum_empty();
    }
    const struct value *v = s->is_new ? NULL : merge_shown(&s->before, field);
    return v ? v->datum : datum_empty();
}

static struct dot outcome_ref(const struct state *s, uint32_t field)
{
    struct datum d = outcome_of(s, field);
    return d.type == DATUM_REF ? d.ref : (struct dot){0, 0};
}

/* Within a message. */
static const char *kind_words(const struct kind_def *kind)
{
    return schema_speaks_vi() ? kind->vi : kind->name;
}

/* Where a record belongs. */
static uint32_t home_field(const struct state *s)
{
    return s->kind->number == KIND_UNIT ? F_UNIT_PARENT : F_UNIT;
}

/* ---- from items to edits -------------------------------------------------------------------- */

static enum err parse_elements(struct state *s, const struct field_def *f,
                               const struct draft_item *item, struct edit *edit)
{
    struct datum *data = NULL;
    size_t count = 0, cap = item->element_count;
    for (size_t i = 0; !item->elements && i <= item->value.len; i++) {
        cap += i == item->value.len || item->value.ptr[i] == ';' ? 1 : 0;
    }
    data = arena_array(s->arena, cap + 1, sizeof(*data));
    for (size_t i = 0; item->elements && i < item->element_count; i++) {
        TRY(draft_parse_listing(s->t, f, item->elements[i], s->arena, &data[count], &s->doubles));
        count += data[count].type != DATUM_EMPTY ? 1 : 0;
    }
    for (size_t from = 0, at = 0; !item->elements && at <= item->value.len; at++) {
        if (at == item->value.len || item->value.ptr[at] == ';') {
            struct slice one = slice_make(item->value.ptr + from, at - from);
            TRY(draft_parse_listing(s->t, f, one, s->arena, &data[count], &s->doubles));
            count += data[count].type != DATUM_EMPTY ? 1 : 0;
            from = at + 1;
        }
    }
    edit->data = data;
    edit->count = count;
    return ERR_OK;
}

/* What a plain field will hold, whichever item says so; empty when none does. */
static enum err value_to_be(struct state *s, const struct field_def *f, struct datum *out)
{
    const struct value *now = s->is_new || !f ? NULL : merge_shown(&s->before, f->number);
    *out = now ? now->datum : datum_empty();
    for (size_t i = 0; f && i < s->draft->item_count; i++) {
        const struct draft_item *item = &s->draft->items[i];
        if (schema_field_by_name(s->kind, item->name) == f && !item->elements) {
            TRY(draft_parse(s->t, f, item->value, s->arena, out));
        }
    }
    return ERR_OK;
}

static enum err parse_set(struct state *s, const struct field_def *f, const struct draft_item *item,
                          struct edit *edit);

/* Who will be excused, of the record and of this save. */
static enum err excused_to_be(struct state *s, const struct value ***out, size_t *count)
{
    const struct field_def *f = schema_field(KIND_ACTIVITY, F_ACTIVITY_EXCUSED);
    struct record *r = arena_alloc(s->arena, sizeof(*r));
    *r = s->is_new ? (struct record){.kind = KIND_ACTIVITY} : s->before;
    for (size_t i = 0; i < s->draft->item_count; i++) {
        const struct draft_item *item = &s->draft->items[i];
        struct edit edit = {.field = f->number, .op = item->op};
        if (schema_field_by_name(s->kind, item->name) == f) {
            TRY(parse_set(s, f, item, &edit));
            *r = draft_outcome(r, KIND_ACTIVITY, &edit, 1, s->arena);
        }
    }
    *out = merge_siblings(r, f->number, s->arena, count);
    return ERR_OK;
}

/* "All" were present but for those who are excused. */
static enum err leave_excused_out(struct state *s, struct id_list *present)
{
    const struct value **excused = NULL;
    size_t count = 0, kept = 0;
    TRY(excused_to_be(s, &excused, &count));
    for (size_t i = 0; i < present->count; i++) {
        bool out = false;
        for (size_t k = 0; k < count && !out; k++) {
            out = excused[k]->datum.type == DATUM_REF &&
                  dot_equal(person_shown(s->t, excused[k]->datum.ref), present->ids[i]);
        }
        if (!out) {
            present->ids[kept++] = present->ids[i];
        }
    }
    present->count = kept;
    return ERR_OK;
}

/* "All but Giàng A Dê" */
static enum err parse_roll(struct state *s, const struct field_def *f, struct slice but,
                           struct edit *edit)
{
    struct datum unit, date;
    struct id_list present;
    TRY(value_to_be(s, schema_field(s->kind->number, F_UNIT), &unit));
    TRY(value_to_be(s, schema_field_by_name(s->kind, slice_str("date")), &date));
    struct roll_day of = {.unit = unit.type == DATUM_REF ? unit.ref
                                                         : store_identity(txn_store(s->t))->unit,
                          .date = date.type == DATUM_INT ? date.i : 0};
    enum err e = draft_roll(s->t, &of, but, s->arena, &present, &s->doubles);
    if (e == ERR_INPUT || e == ERR_NOT_FOUND || e == ERR_AMBIGUOUS) {
        char *why = arena_cstr(s->arena, slice_str(error_last()->text));
        return error_set_field(e, f->name, "%s", why);
    }
    TRY(e);
    if (s->kind->number == KIND_ACTIVITY && f->number == F_ACTIVITY_PRESENT &&
        edit->op != EDIT_REMOVE) {
        TRY(leave_excused_out(s, &present));
    }
    struct datum *data = arena_array(s->arena, present.count + 1, sizeof(*data));
    for (size_t i = 0; i < present.count; i++) {
        data[i] = datum_ref(present.ids[i]);
    }
    edit->data = data;
    edit->count = present.count;
    return ERR_OK;
}

static enum err parse_set(struct state *s, const struct field_def *f, const struct draft_item *item,
                          struct edit *edit)
{
    struct slice but;
    bool one = !item->elements || item->element_count == 1;
    struct slice text = item->elements && one ? item->elements[0] : item->value;
    return one && draft_is_roll(f, text, s->arena, &but) ? parse_roll(s, f, but, edit)
                                                         : parse_elements(s, f, item, edit);
}

static enum err parse_plain(struct state *s, const struct field_def *f,
                            const struct draft_item *item, struct edit *edit)
{
    struct datum *d = arena_alloc(s->arena, sizeof(*d));
    if (item->op != EDIT_SET) {
        return error_set_field(ERR_INPUT, f->name,
                               _("this field has one value; write it with = alone"));
    }
    if (item->elements) {
        return error_set_field(ERR_INPUT, f->name, _("this field has one value, not a list"));
    }
    TRY(draft_parse_listing(s->t, f, item->value, s->arena, d, &s->doubles));
    edit->data = d;
    edit->count = d->type == DATUM_EMPTY ? 0 : 1;
    return ERR_OK;
}

static enum err add_edit(struct state *s, const struct field_def *f, struct edit edit)
{
    for (size_t i = 0; i < s->edit_count; i++) {
        struct edit *old = &s->edits[i];
        if (old->field != edit.field ||
            (old->op != edit.op && old->op != EDIT_SET && edit.op != EDIT_SET)) {
            continue; /* adding to a set and taking out of it go side by side */
        }
        if (old->op != edit.op || edit.op == EDIT_SET) {
            return error_set_field(ERR_INPUT, f->name, _("this field is given twice"));
        }
        struct datum *both = arena_array(s->arena, old->count + edit.count + 1, sizeof(*both));
        memcpy(both, old->data, old->count * sizeof(*both));
        memcpy(both + old->count, edit.data, edit.count * sizeof(*both));
        old->data = both;
        old->count += edit.count;
        return ERR_OK;
    }
    s->edits[s->edit_count++] = edit;
    return ERR_OK;
}

/* For what was not given, or given empty. */
static enum err add_default(struct state *s, uint32_t field, struct datum d)
{
    struct datum *copy = arena_alloc(s->arena, sizeof(*copy));
    struct edit *at = &s->edits[s->edit_count];
    *copy = d;
    for (size_t i = 0; i < s->edit_count; i++) {
        at = s->edits[i].field == field ? &s->edits[i] : at;
    }
    bool given = at < &s->edits[s->edit_count];
    if (d.type == DATUM_EMPTY || (given && at->count > 0)) {
        return ERR_OK;
    }
    *at = (struct edit){field, EDIT_SET, copy, 1};
    s->edit_count += given ? 0 : 1;
    return ERR_OK;
}

static enum err add_item(struct state *s, const struct draft_item *item)
{
    const struct field_def *f = schema_field_by_name(s->kind, item->name);
    if (!f) {
        char name[64];
        int len = item->name.len > 60 ? 60 : (int)item->name.len;
        memcpy(name, item->name.ptr, (size_t)len);
        name[len] = '\0';
        return error_set_field(ERR_INPUT, name, _("a %s has no field “%s”; see: terrace help %s"),
                               kind_words(s->kind), name, s->kind->name);
    }
    if (f->flags & FIELD_MACHINE) {
        return error_set_field(ERR_INPUT, f->name, _("this field is filled by the program"));
    }
    enum level own = (enum level)store_identity(txn_store(s->t))->level;
    if (f->level > own) {
        return error_set_field(ERR_RULE, f->name, _("only a higher level may write this field"));
    }
    struct edit edit = {.field = f->number, .op = item->op};
    TRY(is_set(f) ? parse_set(s, f, item, &edit) : parse_plain(s, f, item, &edit));
    return add_edit(s, f, edit);
}

#define USUAL_MAX 4 /* fields that a new record gets when nothing is given */

static enum err add_usual(struct state *s)
{
    const struct machine *m = steps_of(s->kind->number);
    struct dot own = store_identity(txn_store(s->t))->unit;
    const struct field_def *f = NULL;
    if (!s->is_new) {
        return ERR_OK;
    }
    if (m && m->starts) {
        TRY(add_default(s, m->field, datum_int(steps_first(m))));
    }
    for (size_t i = 0; !dot_is_none(own) && (f = schema_field_at(s->kind, i)) != NULL; i++) {
        if (f->flags & FIELD_OWN_UNIT) {
            TRY(add_default(s, f->number, datum_ref(own)));
        }
    }
    return ERR_OK;
}

/* What happens to a member is counted where the member is; a post, a plan for one, a letter belong
 * to whoever writes them. */
static bool is_members_own(uint32_t kind)
{
    return kind == KIND_FEE || kind == KIND_RATING || kind == KIND_REWARD ||
           kind == KIND_DISCIPLINE || kind == KIND_TRAINING || kind == KIND_MEMBERSHIP_END;
}

enum err draft_home(struct txn *t, uint32_t kind, struct dot member, struct arena *arena,
                    struct dot *out)
{
    struct record r;
    struct dot unit, own = store_identity(txn_store(t))->unit;
    *out = own;
    if (!is_members_own(kind) || dot_is_none(member)) {
        return ERR_OK;
    }
    enum err e = person_read(t, member, arena, &r, NULL);
    if (e != ERR_OK) {
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    TRY(draft_counted_unit(t, &r, arena, &unit));
    if (!dot_is_none(unit) && (dot_is_none(own) || unit_is_within(t, unit, own))) {
        *out = unit;
    }
    return ERR_OK;
}

static enum err add_home(struct state *s)
{
    struct dot home;
    TRY(draft_home(s->t, s->kind->number, outcome_ref(s, F_MEMBER), s->arena, &home));
    return add_default(s, home_field(s), dot_is_none(home) ? datum_empty() : datum_ref(home));
}

/* What a word of the administrative lists says besides the type: "Xã" is also a setting. */
static enum err add_implied(struct state *s)
{
    for (size_t i = 0; i < s->draft->item_count; i++) {
        const struct draft_item *item = &s->draft->items[i];
        const struct field_def *f = schema_field_by_name(s->kind, item->name);
        if (!f || f->type != FIELD_ENUM || item->op != EDIT_SET ||
            schema_code_by_text(f, item->value, s->arena)) {
            continue;
        }
        const struct code_alias *a = schema_alias(f, text_fold(item->value, s->arena));
        if (a && a->also_field != 0) {
            TRY(add_default(s, a->also_field, datum_int(a->also_number)));
        }
    }
    return ERR_OK;
}

/* ---- rules ---------------------------------------------------------------------------------- */

static enum err check_required(const struct state *s)
{
    const struct field_def *f = NULL;
    for (size_t i = 0; (f = schema_field_at(s->kind, i)) != NULL; i++) {
        bool asked = s->is_new || edit_of(s, f->number);
        if ((f->flags & FIELD_REQUIRED) && asked && outcome_of(s, f->number).type == DATUM_EMPTY) {
            return error_set_field(ERR_INPUT, f->name, _("this field must have a value"));
        }
    }
    const struct edit *home = s->is_new ? NULL : edit_of(s, home_field(s));
    const struct value *now = home ? merge_shown(&s->before, home_field(s)) : NULL;
    if (home && home->count == 0 && now && now->datum.type != DATUM_EMPTY) {
        return error_set_field(ERR_INPUT, schema_field(s->kind->number, home_field(s))->name,
                               _("this field must have a value"));
    }
    return ERR_OK;
}

/* A save outside one's own subtree would be refused above; better to hear it before it is made. */
static enum err check_unit(struct txn *t, struct dot unit, const char *field)
{
    struct dot own = store_identity(txn_store(t))->unit;
    if (dot_is_none(own) || unit_is_within(t, unit, own)) {
        return ERR_OK;
    }
    return error_set_field(ERR_RULE, field,
                           _("this belongs to a unit outside yours; you can read it, and only "
                             "that unit or one above it writes it"));
}

static enum err check_kind(struct txn *t, const struct kind_def *kind)
{
    enum level own = (enum level)store_identity(txn_store(t))->level;
    if (!kind) {
        return error_set(ERR_RULE,
                         _("this kind of record comes from a newer terrace; it can only be read"));
    }
    if (kind->level > own) {
        return error_set(ERR_RULE, _("only a higher level writes records of kind %s"),
                         kind_words(kind));
    }
    return ERR_OK;
}

/* Tells which letter a member is on the way by; ERR_OK when it is not. */
static enum err check_letter(struct txn *t, struct dot member)
{
    struct arena arena = {0};
    struct id_list open;
    struct record r;
    enum err e = store_ids_of_open_transfers(t, member, 1, &arena, &open);
    if (e == ERR_OK && open.count > 0 && store_get(t, open.ids[0], &arena, &r, NULL) == ERR_OK) {
        const struct value *to = merge_shown(&r, F_TRANSFER_TO);
        const struct value *no = merge_shown(&r, F_TRANSFER_LETTER);
        bool inside = to && to->datum.type == DATUM_REF && no && no->datum.type == DATUM_TEXT;
        struct slice name = inside ? unit_name(t, to->datum.ref, &arena) : (struct slice){0};
        struct slice letter = inside ? no->datum.text : (struct slice){0};
        if (inside) { /* one for a place outside moves nobody before it is confirmed */
            e = error_set_field(ERR_RULE, "unit",
                                _("this member is on the way to %.*s by letter %.*s, and the "
                                  "record is written there from now on; to change it here, take "
                                  "the letter back first: terrace transfer return %.*s"),
                                (int)name.len, (const char *)name.ptr, (int)letter.len,
                                (const char *)letter.ptr, (int)letter.len,
                                (const char *)letter.ptr);
        }
    }
    arena_free(&arena);
    return e;
}

enum err draft_may_write(struct txn *t, const struct record *r)
{
    if (r->flags & RECORD_STUB) {
        return error_set(ERR_RULE,
                         _("this record has moved to another unit and is read-only here"));
    }
    TRY(check_kind(t, schema_kind(r->kind)));
    const struct value *v = merge_shown(r, F_UNIT);
    struct dot own = store_identity(txn_store(t))->unit;
    struct dot unit = v && v->datum.type == DATUM_REF ? v->datum.ref : own;
    if (r->kind == KIND_UNIT && !dot_is_none(own) && !unit_is_below(t, r->id, own)) {
        return check_unit(t, (struct dot){0, 0}, "unit");
    }
    if (r->kind == KIND_MEMBER && !dot_is_none(own) && !unit_is_within(t, unit, own)) {
        TRY(check_letter(t, r->id));
    }
    return check_unit(t, r->kind == KIND_UNIT ? r->id : unit, "unit");
}

/* Rule 13: where a record belongs is written by its owner and those above, within what is theirs.
 */
static enum err check_new_unit(const struct state *s)
{
    if (!s->is_new && !edit_of(s, home_field(s))) {
        return ERR_OK;
    }
    const struct field_def *home = schema_field(s->kind->number, home_field(s));
    return check_unit(s->t, outcome_ref(s, home->number), home->name);
}

static enum err check_cycle(const struct state *s)
{
    if (s->kind->number != KIND_UNIT || s->is_new || !edit_of(s, F_UNIT_PARENT)) {
        return ERR_OK;
    }
    struct dot parent = outcome_ref(s, F_UNIT_PARENT);
    if (!dot_is_none(parent) && unit_is_within(s->t, parent, s->before.id)) {
        return error_set_field(ERR_RULE, "parent",
                               _("a unit cannot stand below itself or one of its own units"));
    }
    return ERR_OK;
}

/* What both sides go by while a member is on the way is not rewritten by one of them. */
static enum err check_open_letter(const struct state *s)
{
    static const uint32_t fields[] = {F_TRANSFER_STATUS, F_MEMBER, F_TRANSFER_FROM, F_TRANSFER_TO,
                                      F_TRANSFER_LETTER};
    if (s->is_new || !merge_transfer_is_open(&s->before)) {
        return ERR_OK;
    }
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        if (edit_of(s, fields[i])) {
            return error_set_field(ERR_RULE, schema_field(KIND_TRANSFER, fields[i])->name,
                                   _("this letter is under way; it is settled by terrace transfer "
                                     "accept, refuse or return"));
        }
    }
    return ERR_OK;
}

/* The status machine, and the rules of the domain. *out borrows from the edits. */
static enum err check_outcome(const struct state *s, struct record *out)
{
    const struct record *before = s->is_new ? NULL : &s->before;
    struct record after = draft_outcome(before, s->kind->number, s->edits, s->edit_count, s->arena);
    TRY(draft_check_step(s->t, s->draft, before, &after, s->arena));
    TRY(situation_check(s->t, &after, s->edits, s->edit_count, s->arena));
    const struct rule_case c = {s->t, before, &after, s->arena, s->draft->notes};
    *out = after;
    return rules_check(&c);
}

/* ---- doubles -------------------------------------------------------------------------------- */

/* What is to be written, as a record that can be compared with others. */
static struct record outcome_record(const struct state *s)
{
    struct record r = {.id = s->before.id, .kind = s->kind->number};
    r.fields = arena_array(s->arena, s->edit_count + 1, sizeof(*r.fields));
    struct value *values = arena_array(s->arena, s->edit_count + 1, sizeof(*values));
    for (size_t i = 0; i < s->edit_count; i++) {
        const struct edit *e = &s->edits[i];
        if (e->count == 0 || is_set(schema_field(r.kind, e->field))) {
            continue;
        }
        size_t at = r.field_count++;
        for (; at > 0 && r.fields[at - 1].number > e->field; at--) {
            r.fields[at] = r.fields[at - 1];
        }
        values[i].datum = e->data[0];
        r.fields[at] = (struct field){e->field, 1, &values[i]};
    }
    return r;
}

/* One number in two records is a slip of the pen before it is anything else. */
static enum err tell_double(const struct state *s, const char *field)
{
    const struct field_def *f = schema_field_by_name(s->kind, slice_str(field));
    struct record r;
    if (!f || !(f->flags & FIELD_UNIQUE_HINT) ||
        store_get(s->t, s->doubles.ids[0], s->arena, &r, NULL) != ERR_OK) {
        return error_set_field(ERR_DOUBLE, field,
                               _("this may already be recorded; look at the record named here, "
                                 "and use --anyway if it is another one"));
    }
    const struct datum d = datum_ref(r.id);
    struct slice name = draft_format(s->t, NULL, &d, "en", s->arena);
    struct slice unit = unit_name(s->t, merge_shown_ref(&r, home_field(s)), s->arena);
    return error_set_field(ERR_DOUBLE, field,
                           _("this number is already recorded for %.*s%s%.*s; check the number "
                             "(if both have it all the same: --anyway)"),
                           (int)name.len, (const char *)name.ptr, unit.len ? ", " : "",
                           (int)unit.len, (const char *)unit.ptr);
}

static enum err check_doubles(struct state *s)
{
    const char *at = NULL;
    if (s->draft->anyway) {
        return ERR_OK;
    }
    struct record outcome = outcome_record(s);
    struct datum ext_id = outcome_of(s, F_EXT_ID);
    struct draft_look look = {.outcome = &outcome,
                              .is_new = s->is_new,
                              .via = s->draft->via,
                              .ext_id =
                                  ext_id.type == DATUM_TEXT ? ext_id.text : slice_make("", 0)};
    TRY(draft_find_doubles(s->t, &look, s->arena, &s->doubles, &at));
    return at ? tell_double(s, at) : ERR_OK;
}

/* ---- saving --------------------------------------------------------------------------------- */

static enum err open_draft(struct state *s)
{
    const struct draft *d = s->draft;
    s->is_new = dot_is_none(d->id);
    if (s->is_new) {
        s->kind = schema_kind(d->kind);
        if (d->kind == KIND_NODE) {
            return error_set(ERR_RULE, _("a computer is entered by terrace invite and terrace join "
                                         "alone"));
        }
        return check_kind(s->t, s->kind);
    }
    TRY(store_get(s->t, d->id, s->arena, &s->before, NULL));
    TRY(draft_may_write(s->t, &s->before));
    if (merge_is_deleted(&s->before)) {
        return error_set(ERR_RULE, _("this record is deleted; undo the deletion first"));
    }
    s->kind = schema_kind(s->before.kind);
    return ERR_OK;
}

/* An empty cell put a new record into the store's own unit; read again, it moves nothing. */
static void drop_empty_home(struct state *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->edit_count; i++) {
        const struct edit *e = &s->edits[i];
        if (e->field != home_field(s) || e->count > 0) {
            s->edits[n++] = *e;
        }
    }
    s->edit_count = n;
}

/* A file that is read again, or an export that comes back, decides no conflict: what it says is
 * what was shown. */
static void drop_unchanged(struct state *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->edit_count; i++) {
        const struct edit *e = &s->edits[i];
        const struct value *v = merge_shown(&s->before, e->field);
        struct datum now = e->count ? e->data[0] : datum_empty();
        bool plain = schema_field(s->kind->number, e->field)->rule != MERGE_SET;
        if (!(plain && v && datum_compare(&v->datum, &now) == 0)) {
            s->edits[n++] = *e;
        }
    }
    s->edit_count = n;
}

enum err draft_save_record(struct txn *t, const struct draft *draft, struct arena *arena,
                           struct dot *id, struct dot *dot, struct id_list *doubles)
{
    struct state s = {.t = t, .draft = draft, .arena = arena};
    *doubles = (struct id_list){0};
    TRY(open_draft(&s));
    /* each item gives one edit; an implied code, a default unit and what is usual come on top */
    s.edits = arena_array(arena, draft->item_count * 2 + USUAL_MAX + 2, sizeof(*s.edits));
    for (size_t i = 0; i < draft->item_count; i++) {
        enum err bad = add_item(&s, &draft->items[i]);
        if (bad != ERR_OK) {
            *doubles = s.doubles;
            return bad;
        }
    }
    TRY(add_implied(&s));
    if (s.is_new) {
        TRY(add_home(&s));
    } else if (draft->via == VIA_IMPORT) {
        drop_empty_home(&s);
    }
    if (s.is_new && draft->may_repeat && outcome_of(&s, F_EXT_ID).type == DATUM_EMPTY) {
        *dot = (struct dot){0, 0};
        TRY(draft_find_repeat(t, s.kind, s.edits, s.edit_count, arena, id));
        if (!dot_is_none(*id)) {
            return ERR_OK;
        }
    }
    TRY(add_usual(&s));
    if (s.kind->number == KIND_FIELD) {
        const struct record *before = s.is_new ? NULL : &s.before;
        TRY(custom_complete(t, before, s.edits, &s.edit_count, arena));
    }
    TRY(check_required(&s));
    TRY(check_new_unit(&s));
    TRY(check_cycle(&s));
    if (!s.is_new && draft->via == VIA_IMPORT) {
        drop_unchanged(&s);
    }
    TRY(check_open_letter(&s));
    struct record after;
    TRY(check_outcome(&s, &after));
    enum err e = check_doubles(&s);
    *doubles = s.doubles;
    if (e != ERR_OK) {
        return e;
    }
    if (!s.is_new && situation_is_sent(&after) && !situation_is_sent(&s.before)) {
        return situation_send(t, &s.before, &after, draft->via, arena, id, dot);
    }
    struct save save = {.id = draft->id,
                        .kind = s.kind->number,
                        .shown = draft->shown,
                        .edits = s.edits,
                        .edit_count = s.edit_count,
                        .via = draft->via};
    return store_save(t, &save, arena, id, dot);
}
