#include "cli/form.h"

#include "cli/form_choice.h"
#include "cli/mask.h"
#include "cli/show.h"
#include "core/steps.h"

#include <stdio.h>
#include <unistd.h>

#define ANSWERS_MAX 256

struct form {
    struct cli *c;
    const struct kind_def *kind;
    const struct record *current; /* NULL = a new record */
    struct draft_item *items;
    size_t count;
    struct roll_day roll; /* its unit and date that the record will have, as far as known */
    bool rest_stays;
};

static bool asked_for(struct cli *c, const struct field_def *f)
{
    enum level own = (enum level)store_identity(c->store)->level;
    return !(f->flags & FIELD_MACHINE) && f->number != F_EXT_ID && f->level <= own &&
           !mask_hides(f);
}

static bool is_required(const struct field_def *f)
{
    return (f->flags & FIELD_REQUIRED) != 0;
}

static bool is_home(const struct form *form, const struct field_def *f)
{
    return f->number == (form->kind->number == KIND_UNIT ? F_UNIT_PARENT : F_UNIT);
}

/* What must be there comes first, then the unit, which says who else can be meant. */
static int place_of(const struct form *form, const struct field_def *f)
{
    return is_required(f) ? 0 : is_home(form, f) ? 1 : 2;
}

/* ---- the question --------------------------------------------------------------------------- */

/* The day on which something was done is most often the day on which it is entered. */
static bool is_today(const struct form *form, const struct field_def *f)
{
    return !form->current && f->type == FIELD_DATE && strcmp(f->name, "date") == 0;
}

/* What a record gets when nothing is answered. */
static struct datum usual_value(const struct form *form, struct txn *t, const struct field_def *f)
{
    struct dot own = store_identity(form->c->store)->unit;
    struct dot unit = is_home(form, f) ? form->roll.unit : own;
    bool own_unit = is_home(form, f) || (f->flags & FIELD_OWN_UNIT);
    if (is_today(form, f)) {
        return store_today(t);
    }
    return !form->current && own_unit && !dot_is_none(unit) ? datum_ref(unit) : datum_empty();
}

/* What is recorded now, or comes by itself, in words; empty when nothing. */
static enum err present_words(const struct form *form, const struct field_def *f, struct slice *out)
{
    struct cli *c = form->c;
    struct txn *t = NULL;
    struct buf b = {0};
    size_t count = 0;
    TRY(txn_begin(c->store, TXN_READ, &t));
    struct datum d = usual_value(form, t, f);
    if (form->current && record_field(form->current, f->number) && f->rule == MERGE_SET) {
        const struct value **v = merge_siblings(form->current, f->number, &c->arena, &count);
        for (size_t i = 0; i < count; i++) {
            buf_add_str(&b, i ? "; " : "");
            buf_add_slice(&b, draft_format(t, f, &v[i]->datum, c->lang, &c->arena));
        }
    } else {
        const struct value *v = form->current ? merge_shown(form->current, f->number) : NULL;
        buf_add_slice(&b, draft_format(t, f, v ? &v->datum : &d, c->lang, &c->arena));
    }
    txn_abort(t);
    *out = arena_copy(&c->arena, buf_view(&b));
    buf_free(&b);
    return ERR_OK;
}

/* The n-th of the usual values of a text, from 0; false past the end. */
static bool suggestion(const struct field_def *f, size_t n, struct slice *out)
{
    const char *s = f->suggest;
    while (s && n > 0) {
        s = strchr(s, '|');
        s = s ? s + 1 : NULL;
        n--;
    }
    const char *end = s ? strchr(s, '|') : NULL;
    *out = s ? slice_make(s, end ? (size_t)(end - s) : strlen(s)) : (struct slice){0};
    return s != NULL;
}

static const char *hint_of(const struct field_def *f)
{
    switch (f->type) {
    case FIELD_BOOL:
        return _("yes or no");
    case FIELD_DATE:
        return _("day/month/year");
    case FIELD_MONTH:
        return _("month/year");
    case FIELD_REFSET:
        return f->ref_kind == KIND_MEMBER
                   ? _("names or card numbers with ; between, * for all, or: all but NAME; NAME")
                   : _("several with ; between");
    case FIELD_TEXTSET:
        return f->suggest ? _("or others, several with ; between") : _("several with ; between");
    default:
        return f->suggest ? _("or other words") : "";
    }
}

/* Of a status only the steps that lead on from here, those of a command left out. */
static bool is_offered(const struct form *form, const struct field_def *f,
                       const struct enum_code *code)
{
    const struct machine *m = steps_of(form->kind->number);
    if (!m || m->field != f->number) {
        return true;
    }
    int64_t now = form->current ? merge_shown_int(form->current, f->number) : 0;
    bool unsaid = form->current && now == 0;
    const struct step *s = unsaid && !m->starts
                               ? steps_into(m, code->number)
                               : steps_find(m, unsaid ? steps_first(m) : now, code->number);
    return s && s->who != STEP_COMMAND;
}

/* The n-th code that is offered, from 0; NULL past the end. */
static const struct enum_code *choice(const struct form *form, const struct field_def *f, size_t n)
{
    for (const struct enum_code *c = f->codes; c && c->number != 0; c++) {
        if (is_offered(form, f, c) && n-- == 0) {
            return c;
        }
    }
    return NULL;
}

static void put_choices(const struct form *form, const struct field_def *f)
{
    bool vi = strcmp(form->c->lang, "vi") == 0;
    const char *hint = hint_of(f), *between = " (";
    struct slice usual;
    const struct enum_code *code = NULL;
    for (size_t i = 0; (code = choice(form, f, i)) != NULL; i++) {
        (void)fprintf(stderr, "%s%zu %s", between, i + 1, vi ? code->vi : code->en);
        between = ", ";
    }
    for (size_t i = 0; suggestion(f, i, &usual); i++) {
        (void)fprintf(stderr, "%s%zu %.*s", between, i + 1, (int)usual.len,
                      (const char *)usual.ptr);
        between = ", ";
    }
    if (*hint) {
        (void)fprintf(stderr, "%s%s", between, hint);
        between = ", ";
    }
    (void)fputs(strcmp(between, ", ") == 0 ? ")" : "", stderr);
}

static void put_question(const struct form *form, const struct field_def *f, struct slice present)
{
    (void)fprintf(stderr, "%s%s", cli_field_label(form->c, f), is_required(f) ? " *" : "");
    put_choices(form, f);
    if (present.len > 0) {
        (void)fprintf(stderr, " [%.*s]", (int)present.len, (const char *)present.ptr);
    }
    (void)fputs(": ", stderr);
}

/* ---- the answer ----------------------------------------------------------------------------- */

/* A number from the list that stands in the question. */
static bool picked(const struct form *form, const struct field_def *f, struct slice text,
                   struct slice *out)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || n > ANSWERS_MAX) {
            return false;
        }
        n = n * 10 + (size_t)(text.ptr[i] - '0');
    }
    if (n == 0 || (f->codes && schema_code_by_text(f, text, &form->c->arena))) {
        return false;
    }
    const struct enum_code *code = choice(form, f, n - 1);
    struct slice usual = slice_str(code ? code->code : "");
    bool there = code || (!f->codes && suggestion(f, n - 1, &usual));
    *out = there ? usual : *out;
    return there;
}

/* Which of them is meant, as an ID. The error that led here when it is none. */
static enum err choose(const struct form *form, const struct id_list *among, enum err why,
                       struct slice *out)
{
    struct dot id;
    char *text = arena_cstr(&form->c->arena, slice_str(error_last()->text));
    TRY(form_choose(form->c, among, &id));
    if (dot_is_none(id)) {
        return error_set(why, "%s", text);
    }
    *out = slice_str(dot_text(id, &form->c->arena));
    return ERR_OK;
}

/* Checked at once, so that a mistake costs one line and not the whole form. */
static enum err settle_one(const struct form *form, const struct field_def *f, struct slice text,
                           struct slice *out)
{
    struct txn *t = NULL;
    struct datum d;
    struct id_list among = {0};
    *out = text;
    if (picked(form, f, text, out)) {
        return ERR_OK;
    }
    TRY(txn_begin(form->c->store, TXN_READ, &t));
    enum err e = draft_parse_listing(t, f, text, &form->c->arena, &d, &among);
    txn_abort(t);
    if (e == ERR_NOT_FOUND) {
        char *why = arena_cstr(&form->c->arena, slice_str(error_last()->text));
        TRY(form_similar(form->c, f->ref_kind, text, &among));
        e = error_set(e, "%s", why);
    }
    return among.count > 0 ? choose(form, &among, e, out) : e;
}

/* Each name becomes an ID, so that the answer says the same when it is saved. */
static enum err settle_roll(const struct form *form, struct slice but, struct slice *out)
{
    struct cli *c = form->c;
    struct buf whole = {0};
    enum err e = ERR_OK;
    buf_add_str(&whole, but.len ? "all but " : "*");
    for (size_t from = 0, at = 0; e == ERR_OK && at <= but.len; at++) {
        if (at == but.len || but.ptr[at] == ';' || but.ptr[at] == ',') {
            struct slice name = slice_make(but.ptr + from, at - from);
            struct id_list rest, among = {0};
            struct txn *t = NULL;
            from = at + 1;
            e = txn_begin(c->store, TXN_READ, &t);
            if (e == ERR_OK) {
                e = draft_roll(t, &form->roll, name, &c->arena, &rest, &among);
                txn_abort(t);
            }
            e = among.count > 0 ? choose(form, &among, e, &name) : e;
            buf_add_slice(&whole, name);
            buf_add_str(&whole, at < but.len ? "; " : "");
        }
    }
    *out = arena_copy(&c->arena, buf_view(&whole));
    buf_free(&whole);
    return e;
}

static enum err tell_roll(const struct form *form, const struct field_def *f, struct slice text)
{
    struct txn *t = NULL;
    struct slice but;
    struct id_list list, among;
    TRY(txn_begin(form->c->store, TXN_READ, &t));
    (void)draft_is_roll(f, text, &form->c->arena, &but);
    enum err e = draft_roll(t, &form->roll, but, &form->c->arena, &list, &among);
    if (e == ERR_OK) {
        cli_say(form->c, ngettext("  %zu member of %s", "  %zu members of %s", list.count),
                list.count, unit_called(t, form->roll.unit, &form->c->arena));
    }
    txn_abort(t);
    return e;
}

static enum err settle_set(const struct form *form, const struct field_def *f, struct slice text,
                           struct draft_item *item)
{
    struct slice but;
    if (draft_is_roll(f, text, &form->c->arena, &but)) {
        TRY(settle_roll(form, but, &item->value));
        return tell_roll(form, f, item->value);
    }
    size_t cap = 1;
    if (text.len > 1 && (text.ptr[0] == '+' || text.ptr[0] == '-')) {
        item->op = text.ptr[0] == '+' ? EDIT_ADD : EDIT_REMOVE;
        text = slice_make(text.ptr + 1, text.len - 1);
    }
    for (size_t i = 0; i < text.len; i++) {
        cap += text.ptr[i] == ';' ? 1 : 0;
    }
    struct slice *elements = arena_array(&form->c->arena, cap, sizeof(*elements));
    for (size_t from = 0, at = 0; at <= text.len; at++) {
        if (at == text.len || text.ptr[at] == ';') {
            struct slice one = slice_make(text.ptr + from, at - from);
            while (one.len > 0 && one.ptr[0] == ' ') {
                one = slice_make(one.ptr + 1, one.len - 1);
            }
            while (one.len > 0 && one.ptr[one.len - 1] == ' ') {
                one.len--;
            }
            TRY(settle_one(form, f, one, &elements[item->element_count++]));
            from = at + 1;
        }
    }
    item->elements = elements;
    return ERR_OK;
}

/* What the questions after this one go by. */
static enum err learn(struct form *form, const struct field_def *f, struct slice text)
{
    struct txn *t = NULL;
    struct datum d;
    bool is_date = strcmp(f->name, "date") == 0;
    bool is_member = f->number == F_MEMBER && !form->current;
    if (f->number != F_UNIT && !is_date && !is_member) {
        return ERR_OK;
    }
    TRY(txn_begin(form->c->store, TXN_READ, &t));
    enum err e = draft_parse(t, f, text, &form->c->arena, &d);
    if (e == ERR_OK && is_date && d.type == DATUM_INT) {
        form->roll.date = d.i;
    } else if (e == ERR_OK && is_member && d.type == DATUM_REF) {
        e = draft_home(t, form->kind->number, d.ref, &form->c->arena, &form->roll.unit);
    } else if (e == ERR_OK && f->number == F_UNIT && d.type == DATUM_REF) {
        form->roll.unit = d.ref;
    }
    txn_abort(t);
    return e;
}

static enum err settle(struct form *form, const struct field_def *f, struct slice text,
                       struct draft_item *item)
{
    *item = (struct draft_item){.name = slice_str(f->name)};
    if (f->rule == MERGE_SET) {
        return settle_set(form, f, text, item);
    }
    TRY(settle_one(form, f, text, &item->value));
    return learn(form, f, item->value);
}

/* The question stands above it and is asked again: the reason alone is enough. */
static void tell_answer(struct cli *c, enum err e)
{
    if (c->json || error_last()->code != e) {
        cli_tell_error(c, e, NULL, 0);
    } else {
        cli_say(c, "  %s", error_last()->text);
    }
}

/* One answer; *done when the form goes on with the next field. */
static enum err take_answer(struct form *form, const struct field_def *f, struct slice present,
                            bool *done)
{
    struct slice answer;
    struct draft_item *item = &form->items[form->count];
    bool may_be_empty = present.len > 0 || !is_required(f);
    TRY(form_line(form->c, &answer));
    *done = true;
    bool clears = slice_equal(answer, slice_str("-"));
    if (slice_equal(answer, slice_str("."))) {
        form->rest_stays = may_be_empty;
        answer.len = 0;
    }
    if (answer.len == 0 && may_be_empty) {
        bool shown = present.len > 0 && is_today(form, f);
        *item = (struct draft_item){.name = slice_str(f->name), .value = present};
        form->count += shown ? 1 : 0;
        return ERR_OK;
    }
    if (clears && !is_required(f)) {
        *item = (struct draft_item){.name = slice_str(f->name), .value = slice_make("", 0)};
        form->count++;
        return ERR_OK;
    }
    enum err e = answer.len > 0 && !clears
                     ? settle(form, f, answer, item)
                     : error_set_field(ERR_INPUT, f->name, _("this field must have a value"));
    if (e == ERR_END) {
        return e;
    }
    *done = e == ERR_OK;
    form->count += *done ? 1 : 0;
    if (!*done) {
        tell_answer(form->c, e);
    }
    return ERR_OK;
}

static enum err ask(struct form *form, const struct field_def *f)
{
    struct slice present;
    bool done = false;
    TRY(present_words(form, f, &present));
    if (form->rest_stays && (present.len > 0 || !is_required(f))) {
        return ERR_OK;
    }
    while (!done) {
        put_question(form, f, present);
        TRY(take_answer(form, f, present, &done));
    }
    return ERR_OK;
}

static struct form form_begin(struct cli *c, const struct kind_def *kind,
                              const struct record *current)
{
    const struct field_def *date = schema_field_by_name(kind, slice_str("date"));
    return (struct form){
        .c = c,
        .kind = kind,
        .current = current,
        .items = arena_array(&c->arena, ANSWERS_MAX, sizeof(struct draft_item)),
        .roll = {.unit =
                     current ? merge_shown_ref(current, F_UNIT) : store_identity(c->store)->unit,
                 .date = current && date ? merge_shown_int(current, date->number) : 0},
    };
}

static enum err form_end(const struct form *form, enum err e, struct draft *draft)
{
    if (e == ERR_END) {
        return error_set(ERR_INPUT, _("the input ended; nothing was saved"));
    }
    draft->items = form->items;
    draft->item_count = form->count;
    return e;
}

enum err form_fill(struct cli *c, const struct kind_def *kind, const struct record *current,
                   struct draft *draft)
{
    const struct field_def *f = NULL;
    enum err e = ERR_OK;
    if (!isatty(STDIN_FILENO)) {
        return error_set(ERR_USAGE, _("no field was given; write FIELD=VALUE, or run this on a "
                                      "terminal to be asked"));
    }
    struct form form = form_begin(c, kind, current);
    cli_say(c, _("Enter keeps what stands in brackets, a single - clears it, a single . leaves the "
                 "rest as it is and saves, Ctrl-C leaves everything as it was. A number picks from "
                 "a list. What has a * must be filled in."));
    for (int place = 0; place <= 2; place++) {
        for (size_t i = 0; e == ERR_OK && (f = schema_field_at(kind, i)) != NULL; i++) {
            if (asked_for(c, f) && place_of(&form, f) == place && form.count < ANSWERS_MAX) {
                e = ask(&form, f);
            }
        }
    }
    return form_end(&form, e, draft);
}

/* ---- when it was not good enough ------------------------------------------------------------ */

static enum err ask_anyway(struct cli *c, struct draft *draft)
{
    static const struct field_def yes_or_no = {.name = "anyway", .type = FIELD_BOOL};
    struct slice answer;
    struct datum d = datum_empty();
    (void)fputs(_("Is it another one, to be entered all the same (yes or no)? "), stderr);
    enum err e = form_line(c, &answer);
    bool yes = e == ERR_OK && draft_parse(NULL, &yes_or_no, answer, &c->arena, &d) == ERR_OK &&
               d.type == DATUM_INT && d.i == 1;
    draft->anyway = yes;
    c->candidates = (struct id_list){0};
    return yes ? ERR_OK : error_set(ERR_DOUBLE, _("nothing was saved"));
}

enum err form_again(struct cli *c, const struct kind_def *kind, const struct record *current,
                    struct draft *draft, enum err why)
{
    const struct field_def *f = schema_field_by_name(kind, slice_str(error_last()->field));
    bool about_field = why == ERR_INPUT || why == ERR_RULE || why == ERR_NOT_FOUND;
    if (c->json || error_last()->code != why || !f || !asked_for(c, f) ||
        !(about_field || why == ERR_DOUBLE)) {
        return why;
    }
    cli_tell_error(c, why, NULL, 0);
    if (why == ERR_DOUBLE) {
        return ask_anyway(c, draft);
    }
    struct form form = form_begin(c, kind, current);
    for (size_t i = 0; i < draft->item_count; i++) {
        const struct draft_item *item = &draft->items[i];
        if (!slice_equal(item->name, slice_str(f->name))) {
            form.items[form.count++] = *item;
        }
    }
    return form_end(&form, ask(&form, f), draft);
}

enum err form_ask(struct cli *c, const struct kind_def *kind, const uint32_t *fields, size_t count,
                  struct draft *draft)
{
    struct form form = form_begin(c, kind, NULL);
    enum err e = ERR_OK;
    for (size_t i = 0; i < draft->item_count && form.count < ANSWERS_MAX; i++) {
        form.items[form.count++] = draft->items[i];
    }
    for (size_t i = 0; e == ERR_OK && i < count && form.count < ANSWERS_MAX; i++) {
        struct field_def f = *schema_field(kind->number, fields[i]);
        f.flags |= FIELD_REQUIRED;
        e = ask(&form, &f);
    }
    return form_end(&form, e, draft);
}
