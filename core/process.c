#include "core/process.h"

#include "core/attendance.h"
#include "core/person.h"
#include "core/units.h"

#define ITEMS_OF_EFFECT 16 /* more than any effect fills in */
#define REASON_MAX_BYTES 300

/* One step on its way. */
struct process {
    struct txn *t;
    const struct draft *draft;
    struct arena *arena;
    const struct machine *machine;
    int32_t to;
    struct record before, after;
    struct draft_item *items; /* of the step's own save */
    size_t item_count;
    struct process_report *out;
    struct id_list *doubles;
};
struct filling {
    struct draft_item items[ITEMS_OF_EFFECT];
    size_t count;
};

/* ---- small readers and writers ----------------------------------------------------------------
 */

const char *process_date_text(int64_t date, struct arena *arena)
{
    return DATE_DAY(date) ? arena_printf(arena, "%04d-%02d-%02d", DATE_YEAR(date), DATE_MONTH(date),
                                         DATE_DAY(date))
           : DATE_MONTH(date) ? arena_printf(arena, "%04d-%02d", DATE_YEAR(date), DATE_MONTH(date))
                              : arena_printf(arena, "%04d", DATE_YEAR(date));
}

const char *process_month_text(int64_t month, struct arena *arena)
{
    return arena_printf(arena, "%04d-%02d", MONTH_YEAR(month), MONTH_MONTH(month));
}

int64_t process_state(const struct machine *m, const struct record *r)
{
    int64_t state = merge_shown_int(r, m->field);
    return state ? state : steps_first(m);
}

static void fill(struct filling *f, const char *name, struct slice value)
{
    if (value.len > 0) {
        CHECK(f->count < ITEMS_OF_EFFECT);
        f->items[f->count++] =
            (struct draft_item){.name = slice_str(name), .op = EDIT_SET, .value = value};
    }
}

static void fill_str(struct filling *f, const char *name, const char *value)
{
    fill(f, name, slice_str(value));
}

static void fill_date(struct process *p, struct filling *f, const char *name, int64_t date)
{
    fill_str(f, name, date ? process_date_text(date, p->arena) : "");
}

static void fill_ref(struct process *p, struct filling *f, const char *name, struct dot ref)
{
    fill_str(f, name, dot_is_none(ref) ? "" : dot_text(ref, p->arena));
}

static const char *code_of(uint32_t kind, uint32_t field, int64_t number)
{
    const struct enum_code *c = schema_code(schema_field(kind, field), number);
    CHECK(c != NULL);
    return c->code;
}

/* A record that follows from the step: *id none = a new one. */
static enum err save_effect(struct process *p, uint32_t kind, struct dot *id,
                            const struct filling *f)
{
    struct dot dot;
    struct draft draft = {.id = *id,
                          .kind = kind,
                          .items = f->items,
                          .item_count = f->count,
                          .via = VIA_LOCAL,
                          .anyway = p->draft->anyway,
                          .notes = p->draft->notes};
    bool is_new = dot_is_none(*id);
    TRY(draft_save(p->t, &draft, p->arena, id, &dot, p->doubles));
    if (!dot_is_none(dot) && p->out->also_count < PROCESS_SAVED_MAX) {
        p->out->also[p->out->also_count++] = (struct process_saved){*id, dot, kind, is_new};
    }
    return ERR_OK;
}

/* What was typed for a field with the step; NULL when nothing was. */
static const struct draft_item *typed(const struct process *p, uint32_t field)
{
    const struct kind_def *kind = schema_kind(p->machine->kind);
    const struct draft_item *found = NULL;
    for (size_t i = 0; i < p->item_count; i++) {
        const struct field_def *f = schema_field_by_name(kind, p->items[i].name);
        found = f && f->number == field ? &p->items[i] : found;
    }
    return found;
}

/* Fills in a field of the step's own record that nobody has filled in. */
static void fill_own(struct process *p, uint32_t field, const char *value)
{
    const struct value *now = merge_shown(&p->before, field);
    if (!typed(p, field) && !(now && now->datum.type != DATUM_EMPTY)) {
        p->items[p->item_count++] =
            (struct draft_item){.name = slice_str(schema_field(p->machine->kind, field)->name),
                                .op = EDIT_SET,
                                .value = slice_str(value)};
    }
}

/* The value of a field after the step, as it would be typed. */
static struct slice outcome_text(struct process *p, const struct field_def *f)
{
    const struct draft_item *item = typed(p, f->number);
    const struct value *v = merge_shown(&p->before, f->number);
    if (item) {
        return item->value;
    }
    return v && v->datum.type != DATUM_EMPTY ? draft_format(p->t, f, &v->datum, "en", p->arena)
                                             : (struct slice){0};
}

/* ---- before the step is saved ------------------------------------------------------------------
 */

static enum err prepare_admission(struct process *p)
{
    static const char *const same[] = {"full_name", "sex",       "birth_date", "home_place",
                                       "residence", "ethnicity", "religion",   "occupation",
                                       "education", "phone",     "id_no",      "card_no"};
    const struct kind_def *kind = schema_kind(KIND_ADMISSION);
    struct filling f = {.count = 0};
    struct dot unit = merge_shown_ref(&p->before, F_UNIT), member = {0, 0};
    if (!dot_is_none(merge_shown_ref(&p->before, F_MEMBER)) || typed(p, F_MEMBER)) {
        return ERR_OK; /* somebody entered the member by hand */
    }
    for (size_t i = 0; i < ARRAY_COUNT(same); i++) {
        fill(&f, same[i], outcome_text(p, schema_field_by_name(kind, slice_str(same[i]))));
    }
    fill_ref(p, &f, "unit", unit);
    fill(&f, "admission_date", outcome_text(p, schema_field(KIND_ADMISSION, F_ADMISSION_CEREMONY)));
    fill(&f, "admission_place", unit_name(p->t, unit, p->arena));
    fill_str(&f, "status", code_of(KIND_MEMBER, F_MEMBER_STATUS, MEMBER_ACTIVE));
    TRY(save_effect(p, KIND_MEMBER, &member, &f));
    fill_own(p, F_MEMBER, dot_text(member, p->arena));
    return ERR_OK;
}

static enum err prepare_rating(struct process *p)
{
    int64_t year = merge_shown_number(&p->before, F_RATING_YEAR);
    struct dot member = merge_shown_ref(&p->before, F_MEMBER);
    struct attendance a = {0, 0};
    if (dot_is_none(member)) {
        return ERR_OK;
    }
    TRY(attendance_of(p->t, member, DATE_MAKE(year, 1, 1), DATE_MAKE(year, 12, 31), &a));
    int64_t percent = attendance_percent(&a);
    if (percent >= 0 && !typed(p, F_RATING_SHARE)) {
        p->items[p->item_count++] = (struct draft_item){
            .name = slice_str("attendance_share"),
            .op = EDIT_SET,
            .value = slice_str(arena_printf(p->arena, "%lld", (long long)percent))};
    }
    return ERR_OK;
}

/* What the decision rests on, as it stands today. */
static enum err prepare_assessment(struct process *p)
{
    struct buf b = {0};
    const struct kind_def *kind = schema_kind(KIND_ASSESSMENT);
    static const uint32_t first[] = {F_ASSESSMENT_EVIDENCE_1, F_ASSESSMENT_SELF_1,
                                     F_ASSESSMENT_SCORE_1, F_ASSESSMENT_VERDICT_1};
    buf_printf(&b, "%s\n", process_date_text(store_today(p->t).i, p->arena));
    for (uint32_t content = 0; content < 3; content++) {
        for (size_t i = 0; i < ARRAY_COUNT(first); i++) {
            const struct field_def *f = schema_field(kind->number, first[i] + content);
            const struct value *v = merge_shown(&p->before, f->number);
            const struct draft_item *item = typed(p, f->number);
            struct slice text = item ? item->value
                                : v && v->datum.type != DATUM_EMPTY
                                    ? draft_format(p->t, f, &v->datum, "vi", p->arena)
                                    : slice_str("–");
            buf_printf(&b, "%s: %.*s\n", f->vi, (int)text.len, (const char *)text.ptr);
        }
    }
    if (b.len <= (size_t)schema_field(KIND_ASSESSMENT, F_ASSESSMENT_SNAPSHOT)->max) {
        fill_own(p, F_ASSESSMENT_SNAPSHOT, arena_cstr(p->arena, buf_view(&b)));
    }
    buf_free(&b);
    return ERR_OK;
}

/* ---- after it is saved
 * --------------------------------------------------------------------------- */

/* The member's state, from an end of membership that is decided. */
static enum err show_end(struct process *p, const struct record *end)
{
    static const struct {
        int64_t type, status;
    } ends[] = {
        {END_MATURED, MEMBER_MATURED},   {END_WITHDRAWN, MEMBER_REMOVED},
        {END_REMOVED, MEMBER_REMOVED},   {END_EXPELLED, MEMBER_EXPELLED},
        {END_DECEASED, MEMBER_DECEASED},
    };
    struct filling f = {.count = 0};
    struct dot member = merge_shown_ref(end, F_MEMBER);
    for (size_t i = 0; i < ARRAY_COUNT(ends); i++) {
        if (ends[i].type == merge_shown_int(end, F_END_TYPE)) {
            fill_str(&f, "status", code_of(KIND_MEMBER, F_MEMBER_STATUS, ends[i].status));
        }
    }
    fill_date(p, &f, "status_date", merge_shown_int(end, F_END_DATE));
    fill(&f, "decision_no", merge_shown_text(end, F_END_DECISION_NO));
    return save_effect(p, KIND_MEMBER, &member, &f);
}

static enum err follow_end(struct process *p)
{
    return show_end(p, &p->after);
}

static enum err follow_reversal(struct process *p)
{
    struct filling f = {.count = 0};
    struct dot member = merge_shown_ref(&p->after, F_MEMBER);
    fill_str(&f, "status", code_of(KIND_MEMBER, F_MEMBER_STATUS, MEMBER_ACTIVE));
    fill_date(p, &f, "status_date", store_today(p->t).i);
    return save_effect(p, KIND_MEMBER, &member, &f);
}

static enum err follow_discipline(struct process *p)
{
    struct filling f = {.count = 0}, decided = {.count = 0};
    struct dot end = {0, 0};
    struct record r;
    struct slice reason = merge_shown_text(&p->after, F_DISCIPLINE_REASON);
    if (merge_shown_int(&p->after, F_DISCIPLINE_FORM) != DISCIPLINE_EXPULSION) {
        return ERR_OK;
    }
    fill_ref(p, &f, "unit", merge_shown_ref(&p->after, F_UNIT));
    fill_ref(p, &f, "member", merge_shown_ref(&p->after, F_MEMBER));
    fill_str(&f, "type", code_of(KIND_MEMBERSHIP_END, F_END_TYPE, END_EXPELLED));
    fill(&f, "reason", reason.len <= REASON_MAX_BYTES ? reason : (struct slice){0});
    TRY(save_effect(p, KIND_MEMBERSHIP_END, &end, &f));
    fill_str(&decided, "status", code_of(KIND_MEMBERSHIP_END, F_END_STATUS, END_DECIDED));
    fill_date(p, &decided, "date", merge_shown_int(&p->after, F_DISCIPLINE_DECISION_DATE));
    fill(&decided, "decision_no", merge_shown_text(&p->after, F_DISCIPLINE_DECISION_NO));
    fill_date(p, &decided, "decision_date", merge_shown_int(&p->after, F_DISCIPLINE_DECISION_DATE));
    TRY(save_effect(p, KIND_MEMBERSHIP_END, &end, &decided));
    TRY(store_get(p->t, end, p->arena, &r, NULL));
    return show_end(p, &r);
}

static bool is_same_office(const struct record *r, const struct record *p)
{
    return r->kind == KIND_POSITION && !(r->flags & RECORD_STUB) && !merge_is_deleted(r) &&
           !dot_equal(r->id, p->id) && merge_shown_int(r, F_POSITION_STATUS) == POSITION_APPROVED &&
           merge_shown_int(r, F_POSITION_TITLE) == merge_shown_int(p, F_POSITION_TITLE) &&
           dot_equal(merge_shown_ref(r, F_UNIT), merge_shown_ref(p, F_UNIT));
}

/* A unit has one secretary: the former one's time ends on the day when the new one's begins. */
static enum err follow_position(struct process *p)
{
    struct id_list list;
    struct filling f = {.count = 0};
    if (merge_shown_int(&p->after, F_POSITION_TITLE) != TITLE_SECRETARY) {
        return ERR_OK;
    }
    fill_str(&f, "status", code_of(KIND_POSITION, F_POSITION_STATUS, POSITION_ENDED));
    fill_date(p, &f, "to", merge_shown_int(&p->after, F_POSITION_FROM));
    TRY(store_ids_of_kind(p->t, KIND_POSITION, (struct dot){0, 0}, SIZE_MAX, p->arena, &list));
    for (size_t i = 0; i < list.count; i++) {
        struct record r;
        struct dot id = list.ids[i];
        TRY(store_get(p->t, id, p->arena, &r, NULL));
        TRY(is_same_office(&r, &p->after) ? save_effect(p, KIND_POSITION, &id, &f) : ERR_OK);
    }
    return ERR_OK;
}

/* ---- the step
 * ------------------------------------------------------------------------------------- */

static const struct effect {
    uint32_t kind;
    int32_t to;                             /* 0 = any */
    enum err (*prepare)(struct process *p); /* before its own save, into which it may fill */
    enum err (*follow)(struct process *p);  /* after it */
} effects[] = {
    {KIND_ADMISSION, ADMISSION_CEREMONY, prepare_admission, NULL},
    {KIND_RATING, 0, prepare_rating, NULL},
    {KIND_ASSESSMENT, ASSESSMENT_RECOGNISED, prepare_assessment, NULL},
    {KIND_ASSESSMENT, ASSESSMENT_NOT_RECOGNISED, prepare_assessment, NULL},
    {KIND_MEMBERSHIP_END, END_DECIDED, NULL, follow_end},
    {KIND_MEMBERSHIP_END, END_REVERSED, NULL, follow_reversal},
    {KIND_DISCIPLINE, DISCIPLINE_DECIDED, NULL, follow_discipline},
    {KIND_POSITION, POSITION_APPROVED, NULL, follow_position},
};

static const struct effect *effect_of(const struct process *p)
{
    for (size_t i = 0; i < ARRAY_COUNT(effects); i++) {
        if (effects[i].kind == p->machine->kind && (effects[i].to == 0 || effects[i].to == p->to)) {
            return &effects[i];
        }
    }
    return NULL;
}

static bool is_filled(const struct process *p, uint32_t field)
{
    const struct field *f = record_field(&p->before, field);
    const struct draft_item *item = typed(p, field);
    if (item) {
        return item->value.len > 0;
    }
    for (uint32_t i = 0; f && i < f->count; i++) {
        if (f->values[i].datum.type != DATUM_MARK && f->values[i].datum.type != DATUM_EMPTY) {
            return true;
        }
    }
    return false;
}

/* All at once, so that one look at the papers is enough. */
static enum err check_missing(const struct process *p, const struct step *step)
{
    struct buf b = {0};
    const char *first = NULL;
    bool vi = schema_speaks_vi();
    for (size_t i = 0; i < STEP_NEEDS && step->needs[i] != 0; i++) {
        const struct field_def *f = schema_field(p->machine->kind, step->needs[i]);
        if (!is_filled(p, f->number)) {
            buf_printf(&b, "%s%s (%s=…)", b.len ? ", " : "", vi ? f->vi : f->en, f->name);
            first = first ? first : f->name;
        }
    }
    const struct enum_code *c =
        schema_code(schema_field(p->machine->kind, p->machine->field), p->to);
    enum err e =
        !first ? ERR_OK
               : error_set_field(ERR_INPUT, first, _("for the step to “%s” this is missing: %.*s"),
                                 vi ? c->vi : c->en, (int)b.len, (const char *)b.ptr);
    buf_free(&b);
    return e;
}

static enum err open_step(struct process *p)
{
    TRY(store_get(p->t, p->draft->id, p->arena, &p->before, NULL));
    p->machine = steps_of(p->before.kind);
    if (!p->machine) {
        return error_set(ERR_RULE, _("a record of this kind takes no steps"));
    }
    const struct field_def *f = schema_field(p->machine->kind, p->machine->field);
    const struct enum_code *c = schema_code(f, p->to);
    CHECK(c != NULL);
    if (process_state(p->machine, &p->before) == p->to) {
        return error_set_field(ERR_RULE, f->name, _("this record is “%s” already"),
                               schema_speaks_vi() ? c->vi : c->en);
    }
    p->items = arena_array(p->arena, p->draft->item_count + ITEMS_OF_EFFECT, sizeof(*p->items));
    for (size_t i = 0; i < p->draft->item_count; i++) {
        p->items[p->item_count++] = p->draft->items[i];
    }
    p->items[p->item_count++] = (struct draft_item){
        .name = slice_str(f->name), .op = EDIT_SET, .value = slice_str(c->code)};
    return ERR_OK;
}

enum err process_step(struct txn *t, const struct draft *draft, int32_t to, struct arena *arena,
                      struct process_report *out, struct id_list *doubles)
{
    struct process p = {
        .t = t, .draft = draft, .arena = arena, .to = to, .out = out, .doubles = doubles};
    *out = (struct process_report){.id = draft->id};
    *doubles = (struct id_list){0};
    TRY(open_step(&p));
    const struct step *step = steps_find(p.machine, process_state(p.machine, &p.before), to);
    const struct effect *effect = step ? effect_of(&p) : NULL; /* else the draft says why not */
    TRY(step && step->who == STEP_OWN ? check_missing(&p, step) : ERR_OK);
    TRY(effect && effect->prepare ? effect->prepare(&p) : ERR_OK);
    struct draft own = *draft;
    own.items = p.items;
    own.item_count = p.item_count;
    enum err e = draft_save(t, &own, arena, &out->id, &out->dot, doubles);
    TRY(e == ERR_INPUT && step ? check_missing(&p, step) : ERR_OK);
    TRY(e);
    TRY(store_get(t, out->id, arena, &p.after, NULL));
    return effect && effect->follow ? effect->follow(&p) : ERR_OK;
}

/* ---- what may come next ------------------------------------------------------------------------
 */

static bool is_for_higher_level(const struct store *s, const struct machine *m)
{
    return schema_field(m->kind, m->field)->level > store_identity(s)->level;
}

enum step_who process_who(const struct store *s, const struct machine *m, const struct step *step)
{
    return step->who == STEP_OWN && is_for_higher_level(s, m) ? STEP_ABOVE : step->who;
}

/* Tries it and takes it back. What is missing is no reason against it. */
static enum err try_step(struct store *s, struct dot id, struct process_choice *choice,
                         struct arena *arena)
{
    struct txn *t = NULL;
    struct process_report report;
    struct id_list doubles;
    struct draft draft = {.id = id, .via = VIA_LOCAL};
    struct process p = {.arena = arena};
    TRY(txn_begin(s, TXN_WRITE, &t));
    enum err e = store_get(t, id, arena, &p.before, NULL);
    if (e == ERR_OK) {
        p.machine = steps_of(p.before.kind);
        for (size_t i = 0; i < STEP_NEEDS && choice->step->needs[i] != 0; i++) {
            if (!is_filled(&p, choice->step->needs[i])) {
                choice->missing[choice->missing_count++] = choice->step->needs[i];
            }
        }
        choice->who = process_who(s, p.machine, choice->step);
        e = process_step(t, &draft, choice->step->to, arena, &report, &doubles);
        if (is_for_higher_level(s, p.machine)) {
            choice->why = _("only a higher level may write this field");
            e = ERR_OK;
        } else if (e == ERR_RULE) {
            choice->why = arena_cstr(arena, slice_str(error_last()->text));
            e = ERR_OK;
        } else if (e == ERR_INPUT || e == ERR_DOUBLE || e == ERR_AMBIGUOUS) {
            e = ERR_OK;
        }
    }
    txn_abort(t);
    return e;
}

enum err process_choices(struct store *s, struct dot id, struct arena *arena,
                         struct process_choice **out, size_t *count)
{
    struct txn *t = NULL;
    struct record r;
    TRY(txn_begin(s, TXN_READ, &t));
    enum err e = store_get(t, id, arena, &r, NULL);
    txn_abort(t);
    TRY(e);
    const struct machine *m = steps_of(r.kind);
    if (!m) {
        return error_set(ERR_RULE, _("a record of this kind takes no steps"));
    }
    size_t most = 0;
    while (m->steps[most].to != 0) {
        most++;
    }
    *out = arena_array(arena, most + 1, sizeof(**out));
    *count = 0;
    for (const struct step *step = m->steps; step->to != 0 && e == ERR_OK; step++) {
        if (step->from == process_state(m, &r)) {
            (*out)[*count].step = step;
            e = try_step(s, id, &(*out)[(*count)++], arena);
        }
    }
    return e;
}
