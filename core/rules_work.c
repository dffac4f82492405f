/* Rules that a save about programmes, meetings and advice is held against. */
#include "core/person.h"
#include "core/rules_row.h"
#include "core/text.h"
#include "core/units.h"

#define NAMED_SHOWN 3

/* ---- activities, plans ------------------------------------------------------------------------
 */

/* Did this person belong there on that day, as far as is known: the unit it has now, or had
 * before. */
static bool belonged(struct txn *t, struct dot member, struct dot unit, int64_t date,
                     struct arena *arena)
{
    struct person_view p;
    if (person_view(t, member, arena, &p) != ERR_OK) {
        return true; /* not held here: not ours to judge */
    }
    for (size_t i = 0; i < p.count; i++) {
        for (int k = 0; k < 2; k++) {
            const struct field *f = record_field(&p.records[i], k ? F_ONCE : F_UNIT);
            for (uint32_t n = 0; f && n < f->count; n++) {
                const struct datum *d = &f->values[n].datum;
                if (d->type == DATUM_REF && (unit_is_within(t, d->ref, unit) ||
                                             unit_is_within(t, unit_at(t, unit, date), d->ref))) {
                    return true;
                }
            }
        }
    }
    return false;
}

enum err rule_check_activity_attendee(const struct rule_judge *j)
{
    const struct field *present = record_field(j->c->after, F_ACTIVITY_PRESENT);
    struct dot unit = rule_ref(j, F_UNIT);
    struct buf names = {0};
    size_t strangers = 0;
    if (!TOUCHES(j, F_ACTIVITY_PRESENT) || dot_is_none(unit)) {
        return ERR_OK;
    }
    int64_t date = rule_day(j, F_ACTIVITY_DATE);
    for (uint32_t i = 0; present && i < present->count; i++) {
        const struct datum *d = &present->values[i].datum;
        struct record r;
        if (d->type != DATUM_REF || belonged(j->c->t, d->ref, unit, date, j->c->arena) ||
            store_get(j->c->t, d->ref, j->c->arena, &r, NULL) != ERR_OK) {
            continue;
        }
        if (strangers++ < NAMED_SHOWN) {
            buf_add_str(&names, names.len ? ", " : "");
            buf_add_slice(&names, merge_shown_text(&r, F_MEMBER_NAME));
        }
    }
    enum err e = strangers == 0
                     ? ERR_OK
                     : rule_break(j, "present", _("not of this unit on %s: %.*s%s"),
                                  rule_date_text(j, date), (int)names.len, (const char *)names.ptr,
                                  strangers > NAMED_SHOWN ? ", …" : "");
    buf_free(&names);
    return e;
}

static bool is_present(const struct rule_judge *j, const struct field *present, struct dot person)
{
    bool found = false;
    for (uint32_t i = 0; present && i < present->count && !found; i++) {
        const struct datum *d = &present->values[i].datum;
        found = d->type == DATUM_REF && dot_equal(person_shown(j->c->t, d->ref), person);
    }
    return found;
}

enum err rule_check_activity_excused(const struct rule_judge *j)
{
    const struct field *present = record_field(j->c->after, F_ACTIVITY_PRESENT);
    const struct field *excused = record_field(j->c->after, F_ACTIVITY_EXCUSED);
    struct buf names = {0};
    size_t both = 0;
    if (!TOUCHES(j, F_ACTIVITY_PRESENT, F_ACTIVITY_EXCUSED)) {
        return ERR_OK;
    }
    for (uint32_t i = 0; excused && i < excused->count; i++) {
        const struct datum *d = &excused->values[i].datum;
        struct record r;
        if (d->type != DATUM_REF || !is_present(j, present, person_shown(j->c->t, d->ref)) ||
            store_get(j->c->t, d->ref, j->c->arena, &r, NULL) != ERR_OK) {
            continue;
        }
        if (both++ < NAMED_SHOWN) {
            buf_add_str(&names, names.len ? ", " : "");
            buf_add_slice(&names, merge_shown_text(&r, F_MEMBER_NAME));
        }
    }
    enum err e =
        both == 0 ? ERR_OK
                  : rule_break(j, "excused", _("both present and excused: %.*s%s"), (int)names.len,
                               (const char *)names.ptr, both > NAMED_SHOWN ? ", …" : "");
    buf_free(&names);
    return e;
}

enum err rule_check_plan_once(const struct rule_judge *j)
{
    struct id_list list;
    struct dot unit = rule_ref(j, F_UNIT);
    if (!TOUCHES(j, F_UNIT, F_PLAN_PERIOD, F_PLAN_MONTH)) {
        return ERR_OK;
    }
    TRY(store_ids_handed_down(j->c->t, unit, (struct dot){0, 0}, SIZE_MAX, j->c->arena, &list));
    for (size_t i = 0; i < list.count; i++) {
        struct record r;
        if (!dot_equal(list.ids[i], j->c->after->id) &&
            store_get(j->c->t, list.ids[i], j->c->arena, &r, NULL) == ERR_OK &&
            r.kind == KIND_PLAN && rule_is_living(&r) &&
            dot_equal(merge_shown_ref(&r, F_UNIT), unit) &&
            merge_shown_int(&r, F_PLAN_PERIOD) == rule_int(j, F_PLAN_PERIOD) &&
            merge_shown_int(&r, F_PLAN_MONTH) == rule_int(j, F_PLAN_MONTH)) {
            return rule_break(j, "month", _("this unit has a plan for that period already"));
        }
    }
    return ERR_OK;
}

enum err rule_check_plan_period(const struct rule_judge *j)
{
    int64_t period = rule_int(j, F_PLAN_PERIOD), month = MONTH_MONTH(rule_int(j, F_PLAN_MONTH));
    if (!TOUCHES(j, F_PLAN_PERIOD, F_PLAN_MONTH) || !rule_has(j, F_PLAN_MONTH)) {
        return ERR_OK;
    }
    if (period == PLAN_QUARTER && month % 3 != 1) {
        return rule_break(j, "month", _("a plan for a quarter begins in month 1, 4, 7 or 10"));
    }
    return period != PLAN_YEAR || month == 1
               ? ERR_OK
               : rule_break(j, "month", _("a plan for a year begins in month 1"));
}

/* ---- watching over, advising ------------------------------------------------------------------
 */

enum err rule_check_inspection_deadline(const struct rule_judge *j)
{
    if (!TOUCHES(j, F_INSPECTION_FINDINGS, F_INSPECTION_DEADLINE, F_INSPECTION_STATUS) ||
        !rule_has(j, F_INSPECTION_FINDINGS) || rule_has(j, F_INSPECTION_DEADLINE)) {
        return ERR_OK;
    }
    return rule_break(j, "deadline", _("what was found needs a deadline"));
}

enum err rule_check_dialogue_notice(const struct rule_judge *j)
{
    int64_t published = rule_int(j, F_DIALOGUE_PUBLISHED), date = rule_int(j, F_DIALOGUE_DATE);
    if (!TOUCHES(j, F_DIALOGUE_PUBLISHED, F_DIALOGUE_DATE) || published == 0 || date == 0) {
        return ERR_OK;
    }
    int64_t least = rule_value(j, "dialogue_notice_days", date);
    int64_t days = date_number(date) - date_number(published);
    return days >= least
               ? ERR_OK
               : rule_break(j, "published", _("published %lld days beforehand; it takes %lld"),
                            (long long)days, (long long)least);
}

enum err rule_check_assessment_passed(const struct rule_judge *j)
{
    if (!TOUCHES(j, F_ASSESSMENT_STATUS, F_ASSESSMENT_VERDICT_1, F_ASSESSMENT_VERDICT_1 + 1,
                 F_ASSESSMENT_VERDICT_1 + 2) ||
        rule_int(j, F_ASSESSMENT_STATUS) != ASSESSMENT_RECOGNISED) {
        return ERR_OK;
    }
    for (uint32_t i = 0; i < 3; i++) {
        if (rule_int(j, F_ASSESSMENT_VERDICT_1 + i) != ASSESSMENT_PASSED) {
            return rule_break(j, "status",
                              _("content %u did not pass; a unit is recognised only if all three "
                                "do"),
                              (unsigned)i + 1);
        }
    }
    return ERR_OK;
}

/* ---- situation reports -------------------------------------------------------------------------
 */

/* A name of one word is too common to tell a person by. */
static bool is_full_name(struct slice folded)
{
    return memchr(folded.ptr, ' ', folded.len) != NULL;
}

/* Does `name` stand in the text, as whole words? Both folded. */
static bool stands_in(struct slice text, struct slice name)
{
    for (size_t at = 0; at + name.len <= text.len; at++) {
        bool begins = at == 0 || text.ptr[at - 1] == ' ';
        bool ends = at + name.len == text.len || text.ptr[at + name.len] == ' ';
        if (begins && ends && memcmp(text.ptr + at, name.ptr, name.len) == 0) {
            return true;
        }
    }
    return false;
}

/* Words parted by single spaces, so that punctuation hides no name. */
static struct slice words_only(struct slice folded, struct arena *arena)
{
    uint8_t *out = arena_alloc(arena, folded.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < folded.len; i++) {
        uint8_t c = folded.ptr[i];
        bool word = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
        if (word || (n > 0 && out[n - 1] != ' ')) {
            out[n++] = word ? c : ' ';
        }
    }
    return slice_make(out, n);
}

/* A member known here whose full name begins with the two words at `at`. */
static enum err find_named(const struct rule_judge *j, struct slice text, size_t at,
                           struct slice *name)
{
    size_t end = at, spaces = 0;
    for (; end < text.len; end++) {
        spaces += text.ptr[end] == ' ' ? 1 : 0;
        if (spaces == 2) {
            break;
        }
    }
    struct id_list list;
    *name = (struct slice){0};
    if (end == text.len && spaces == 0) {
        return ERR_OK;
    }
    TRY(store_ids_by_text(j->c->t, slice_make(text.ptr + at, end - at), 64, j->c->arena, &list));
    for (size_t i = 0; i < list.count && name->len == 0; i++) {
        struct record r;
        if (store_get(j->c->t, list.ids[i], j->c->arena, &r, NULL) != ERR_OK ||
            r.kind != KIND_MEMBER || merge_is_deleted(&r)) {
            continue;
        }
        struct slice shown = merge_shown_text(&r, F_MEMBER_NAME);
        struct slice folded = words_only(text_fold(shown, j->c->arena), j->c->arena);
        if (is_full_name(folded) && stands_in(text, folded)) {
            *name = shown;
        }
    }
    return ERR_OK;
}

enum err rule_check_situation_names(const struct rule_judge *j)
{
    const struct kind_def *kind = schema_kind(KIND_SITUATION);
    const struct field_def *f = NULL;
    for (size_t k = 0; (f = schema_field_at(kind, k)) != NULL; k++) {
        const struct field *field = record_field(j->c->after, f->number);
        if ((f->type != FIELD_TEXT && f->type != FIELD_TEXTSET) || !field ||
            !TOUCHES(j, f->number)) {
            continue;
        }
        for (uint32_t i = 0; i < field->count; i++) {
            const struct datum *d = &field->values[i].datum;
            struct slice text = d->type == DATUM_TEXT
                                    ? words_only(text_fold(d->text, j->c->arena), j->c->arena)
                                    : (struct slice){0};
            for (size_t at = 0; at < text.len; at++) {
                struct slice name = {0};
                if (at == 0 || text.ptr[at - 1] == ' ') {
                    TRY(find_named(j, text, at, &name));
                }
                if (name.len > 0) {
                    return rule_break(j, f->name,
                                      _("this seems to name %.*s; a situation report counts, and "
                                        "names nobody"),
                                      (int)name.len, (const char *)name.ptr);
                }
            }
        }
    }
    return ERR_OK;
}

/* ---- the rules themselves
 * ------------------------------------------------------------------------ */

enum err rule_check_rule_known(const struct rule_judge *j)
{
    struct slice name = merge_shown_text(j->c->after, F_RULE_NAME);
    int64_t value = rule_int(j, F_RULE_VALUE);
    const struct rule_number *n = NULL;
    const struct rule *r = NULL;
    for (size_t i = 0; (n = rules_number_at(i)) != NULL; i++) {
        if (slice_equal(slice_str(n->name), name)) {
            return ERR_OK;
        }
    }
    for (size_t i = 0; (r = rules_at(i)) != NULL; i++) {
        if (!slice_equal(slice_str(r->id), name)) {
            continue;
        }
        if (r->weight == RULE_OFF) {
            return rule_break(j, "name", _("this rule is only listed; it cannot be weighed"));
        }
        return value <= RULE_BLOCK
                   ? ERR_OK
                   : rule_break(j, "value", _("a rule is 0 off, 1 warns or 2 blocks"));
    }
    return rule_break(j, "name",
                      _("there is no rule and no number of that name; see: terrace help "
                        "rule"));
}
