#include "core/custom.h"
#include "core/desk.h"
#include "core/person.h"
#include "core/rules_row.h"
#include "core/text.h"

#include <stdlib.h>

void rule_report(struct rule_search *s, const struct rule_finding *f)
{
    struct rule_finding finding = *f;
    finding.rule = s->rule;
    finding.count = f->count ? f->count : 1;
    s->go_on = s->go_on && s->visit(s->ctx, &finding);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

bool rule_is_living(const struct record *r)
{
    return !(r->flags & RECORD_STUB) && !merge_is_deleted(r);
}

/* A record that is gone is no error here. */
enum err rule_get(struct rule_search *s, struct dot id, struct record *out, bool *there)
{
    enum err e = store_get(s->t, id, &s->arena, out, NULL);
    *there = e == ERR_OK;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static struct dot office_of_two(struct rule_search *s, const struct record *a,
                                const struct record *b)
{
    struct dot offices[] = {desk_of_record(s->t, a), desk_of_record(s->t, b)};
    return desk_office(s->t, desk_common(s->t, offices, ARRAY_COUNT(offices)));
}

/* ---- one number, two records ----------------------------------------------------------------- */

struct shared_field {
    uint32_t kind, field;
    uint32_t also; /* must be the same as well; 0 = nothing */
};

static bool shares(struct rule_search *s, const struct shared_field *key, const struct record *a,
                   const struct record *b)
{
    const struct value *x = merge_shown(a, key->field), *y = merge_shown(b, key->field);
    if (!x || !y || x->datum.type != DATUM_TEXT || y->datum.type != DATUM_TEXT ||
        !slice_equal(text_fold(x->datum.text, &s->arena), text_fold(y->datum.text, &s->arena))) {
        return false;
    }
    x = key->also ? merge_shown(a, key->also) : NULL;
    y = key->also ? merge_shown(b, key->also) : NULL;
    return !key->also || (x && y && datum_compare(&x->datum, &y->datum) == 0);
}

static bool are_two(struct rule_search *s, const struct record *a, const struct record *b)
{
    return a->kind != KIND_MEMBER ||
           !dot_equal(person_shown(s->t, a->id), person_shown(s->t, b->id));
}

/* Each of a group against the first that it shares the number with. */
static enum err search_group(struct rule_search *s, const struct shared_field *key,
                             const struct dot *ids, size_t count)
{
    struct record *list = arena_array(&s->arena, count + 1, sizeof(*list));
    size_t n = 0;
    for (size_t i = 0; i < count && s->go_on; i++) {
        bool there = false, told = false;
        TRY(rule_get(s, ids[i], &list[n], &there));
        if (!there || !rule_is_living(&list[n])) {
            continue;
        }
        for (size_t k = 0; k < n && !told; k++) {
            told = shares(s, key, &list[k], &list[n]) && are_two(s, &list[k], &list[n]);
            if (told) {
                rule_report(s, &(struct rule_finding){
                                   .record = list[k].id,
                                   .other = list[n].id,
                                   .office = office_of_two(s, &list[k], &list[n]),
                                   .since_ms = later(merge_shown_ms(&list[k], key->field),
                                                     merge_shown_ms(&list[n], key->field))});
            }
        }
        n++;
    }
    return ERR_OK;
}

static enum err search_shared(struct rule_search *s, const struct shared_field *key)
{
    struct id_list list;
    size_t from = 0;
    TRY(store_ids_sharing_key(s->t, key->kind, key->field, &s->ids, &list));
    for (size_t i = 0; i < list.count && s->go_on; i++) {
        if (dot_is_none(list.ids[i])) {
            arena_reset(&s->arena);
            TRY(search_group(s, key, list.ids + from, i - from));
            from = i + 1;
        }
    }
    return ERR_OK;
}

enum err rule_find_card_twice(struct rule_search *s)
{
    return search_shared(s, &(struct shared_field){KIND_MEMBER, F_MEMBER_CARD_NO, 0});
}

enum err rule_find_id_no_twice(struct rule_search *s)
{
    return search_shared(s, &(struct shared_field){KIND_MEMBER, F_MEMBER_ID_NO, 0});
}

enum err rule_find_ext_id_twice(struct rule_search *s)
{
    return search_shared(s, &(struct shared_field){KIND_MEMBER, F_EXT_ID, 0});
}

enum err rule_find_code_twice(struct rule_search *s)
{
    return search_shared(s, &(struct shared_field){KIND_UNIT, F_UNIT_CODE, 0});
}

enum err rule_find_letter_twice(struct rule_search *s)
{
    return search_shared(s, &(struct shared_field){KIND_TRANSFER, F_TRANSFER_LETTER, F_UNIT});
}

/* ---- one month, two fees
 * ------------------------------------------------------------------------- Two computers of an
 * office that both entered what is owed, before they had heard of each other. */

struct owed {
    struct dot payer; /* none: passed up by the unit */
    struct dot unit;
    int64_t month, since_ms;
    struct dot id;
    bool paid;
};
struct owed_list {
    struct owed *list;
    size_t count, cap;
};

static int compare_owed(const void *a, const void *b)
{
    const struct owed *x = a, *y = b;
    int by_payer = dot_compare(x->payer, y->payer);
    int by_unit = dot_compare(x->unit, y->unit);
    if (by_payer || by_unit) {
        return by_payer ? by_payer : by_unit;
    }
    if (x->month != y->month) {
        return x->month < y->month ? -1 : 1;
    }
    return x->paid != y->paid ? (x->paid ? -1 : 1) : dot_compare(x->id, y->id);
}

static bool same_owed(const struct owed *x, const struct owed *y)
{
    return dot_equal(x->payer, y->payer) && dot_equal(x->unit, y->unit) && x->month == y->month;
}

static enum err gather_owed(struct rule_search *s, const struct record *r, void *ctx)
{
    struct owed_list *all = ctx;
    struct dot member = merge_shown_ref(r, F_MEMBER);
    if (!desk_is_own(s->t, desk_of_record(s->t, r)) || merge_shown_int(r, F_FEE_MONTH) == 0) {
        return ERR_OK;
    }
    if (all->count == all->cap) {
        size_t cap = all->cap ? all->cap * 2 : 256;
        struct owed *list = arena_array(&s->ids, cap, sizeof(*list));
        if (all->count) {
            memcpy(list, all->list, all->count * sizeof(*list));
        }
        all->list = list;
        all->cap = cap;
    }
    bool passed_up = dot_is_none(member);
    all->list[all->count++] =
        (struct owed){.payer = passed_up ? member : person_shown(s->t, member),
                      .unit = passed_up ? merge_shown_ref(r, F_UNIT) : (struct dot){0, 0},
                      .month = merge_shown_int(r, F_FEE_MONTH),
                      .since_ms = merge_shown_ms(r, F_FEE_MONTH),
                      .id = r->id,
                      .paid = merge_shown_int(r, F_FEE_STATUS) == FEE_PAID};
    return ERR_OK;
}

/* Of the two the one that is not paid, if there is one, else the later. */
enum err rule_find_fee_twice(struct rule_search *s)
{
    struct owed_list all = {0};
    TRY(rule_each_of_kind(s, KIND_FEE, gather_owed, &all));
    if (all.count > 1) {
        qsort(all.list, all.count, sizeof(*all.list), compare_owed);
    }
    for (size_t i = 1; i < all.count && s->go_on; i++) {
        struct record r;
        bool there = false;
        arena_reset(&s->arena);
        TRY(same_owed(&all.list[i - 1], &all.list[i]) ? rule_get(s, all.list[i].id, &r, &there)
                                                      : ERR_OK);
        if (there) {
            rule_report(s, &(struct rule_finding){
                               .record = all.list[i].id,
                               .other = all.list[i - 1].id,
                               .office = desk_of_record(s->t, &r),
                               .since_ms = later(all.list[i].since_ms, all.list[i - 1].since_ms)});
        }
    }
    return ERR_OK;
}

/* ---- references to what is deleted ----------------------------------------------------------- */

/* The newest shown reference of r to target in a plain field. What depends on a member stays with
 * it after it is deleted; only what was written afterwards asks for somebody. */
static const struct value *reference(const struct record *r, struct dot target, int64_t deleted_ms)
{
    const struct value *newest = NULL;
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        const struct value *v =
            schema_rule(r->kind, f) == MERGE_SET ? NULL : merge_shown(r, f->number);
        if (v && v->datum.type == DATUM_REF && dot_equal(v->datum.ref, target) &&
            (f->number != F_MEMBER || v->time_ms > deleted_ms) &&
            (!newest || v->time_ms > newest->time_ms)) {
            newest = v;
        }
    }
    return newest;
}

static enum err search_referring(struct rule_search *s, const struct record *target)
{
    struct id_list list;
    int64_t deleted_ms = merge_shown_ms(target, F_DELETED);
    TRY(store_ids_by_ref(s->t, target->id, 0, (struct dot){0, 0}, SIZE_MAX, &s->arena, &list));
    for (size_t i = 0; i < list.count && s->go_on; i++) {
        struct record r;
        bool there = false;
        TRY(rule_get(s, list.ids[i], &r, &there));
        const struct value *v =
            there && rule_is_living(&r) ? reference(&r, target->id, deleted_ms) : NULL;
        if (v) {
            rule_report(s, &(struct rule_finding){.record = r.id,
                                                  .other = target->id,
                                                  .office = desk_of_record(s->t, &r),
                                                  .since_ms = later(v->time_ms, deleted_ms)});
        }
    }
    return ERR_OK;
}

enum err rule_find_deleted_reference(struct rule_search *s)
{
    struct id_list targets;
    TRY(store_ids_referred(s->t, &s->ids, &targets));
    for (size_t i = 0; i < targets.count && s->go_on; i++) {
        struct record target;
        bool there = false;
        arena_reset(&s->arena);
        TRY(rule_get(s, targets.ids[i], &target, &there));
        /* of a person merged with another, the other answers for it */
        if (there && merge_is_deleted(&target) &&
            dot_equal(person_shown(s->t, target.id), target.id)) {
            TRY(search_referring(s, &target));
        }
    }
    return ERR_OK;
}

/* ---- units ----------------------------------------------------------------------------------- */

/* Closed, and nothing follows it; or not known at all, at the top: below it others' branches are
 * not known either. */
static enum err unit_is_lost(struct rule_search *s, struct dot unit, bool *lost)
{
    struct unit_state state;
    enum err e = unit_state(s->t, unit, &s->arena, &state);
    struct dot own = store_identity(txn_store(s->t))->unit;
    *lost =
        (e == ERR_NOT_FOUND && dot_is_none(unit_parent(s->t, own))) ||
        (e == ERR_OK && (state.deleted || (unit_is_closed(&state) && state.successors.count == 0)));
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err rule_find_lost_unit(struct rule_search *s)
{
    struct id_list units;
    TRY(store_units_with_records(s->t, &s->ids, &units));
    for (size_t i = 0; i < units.count && s->go_on; i++) {
        struct id_list list;
        struct rule_finding f = {.other = units.ids[i]};
        bool lost = false;
        arena_reset(&s->arena);
        TRY(unit_is_lost(s, units.ids[i], &lost));
        if (!lost) {
            continue;
        }
        TRY(store_ids_of_unit(s->t, units.ids[i], (struct dot){0, 0}, SIZE_MAX, &s->ids, &list));
        for (size_t k = 0; k < list.count; k++) {
            struct record r;
            bool there = false;
            arena_reset(&s->arena);
            TRY(rule_get(s, list.ids[k], &r, &there));
            const struct value *v = there ? merge_shown(&r, F_UNIT) : NULL;
            if (v && r.kind == KIND_MEMBER && rule_is_living(&r) && v->datum.type == DATUM_REF &&
                dot_equal(v->datum.ref, units.ids[i])) {
                f.record = f.count ? f.record : r.id;
                f.since_ms = later(f.since_ms, v->time_ms);
                f.office = desk_office(s->t, units.ids[i]);
                f.count++;
            }
        }
        if (f.count) {
            rule_report(s, &f);
        }
    }
    return ERR_OK;
}

enum err rule_find_unit_cycle(struct rule_search *s)
{
    struct id_list units;
    TRY(store_ids_of_kind(s->t, KIND_UNIT, (struct dot){0, 0}, SIZE_MAX, &s->ids, &units));
    for (size_t i = 0; i < units.count && s->go_on; i++) {
        struct record r;
        bool there = false;
        if (!unit_on_cycle(s->t, units.ids[i])) {
            continue;
        }
        arena_reset(&s->arena);
        TRY(rule_get(s, units.ids[i], &r, &there));
        if (there && rule_is_living(&r)) {
            rule_report(s, &(struct rule_finding){.record = r.id,
                                                  .since_ms = merge_shown_ms(&r, F_UNIT_PARENT)});
        }
    }
    return ERR_OK;
}

/* ---- who was at an activity ------------------------------------------------------------------ */

static enum err search_present(struct rule_search *s, const struct record *activity)
{
    static const uint32_t fields[] = {F_ACTIVITY_PRESENT, F_ACTIVITY_EXCUSED};
    struct rule_finding f = {.record = activity->id,
                             .office = store_identity(txn_store(s->t))->unit};
    for (size_t k = 0; k < ARRAY_COUNT(fields); k++) {
        const struct field *present = record_field(activity, fields[k]);
        for (uint32_t i = 0; present && i < present->count; i++) {
            const struct value *v = &present->values[i];
            /* whom this office ever had is held here, whole or as a stub */
            if (v->datum.type == DATUM_REF && !store_has(s->t, v->datum.ref)) {
                f.other = v->datum.ref;
                f.since_ms = later(f.since_ms, v->time_ms);
                f.count++;
            }
        }
    }
    if (f.count) {
        rule_report(s, &f);
    }
    return ERR_OK;
}

enum err rule_find_stranger(struct rule_search *s)
{
    struct id_list list;
    if (store_identity(txn_store(s->t))->level > LEVEL_COMMUNE) {
        return ERR_OK; /* each office looks after its own activities */
    }
    TRY(store_ids_of_kind(s->t, KIND_ACTIVITY, (struct dot){0, 0}, SIZE_MAX, &s->ids, &list));
    for (size_t i = 0; i < list.count && s->go_on; i++) {
        struct record r;
        bool there = false;
        arena_reset(&s->arena);
        TRY(rule_get(s, list.ids[i], &r, &there));
        if (there && rule_is_living(&r)) {
            TRY(search_present(s, &r));
        }
    }
    return ERR_OK;
}

/* ---- fields of one's own --------------------------------------------------------------------- */

enum err rule_find_unused_field(struct rule_search *s)
{
    struct custom_clash *list = NULL;
    size_t count = 0;
    TRY(custom_clashes(s->t, &s->ids, &list, &count));
    for (size_t i = 0; i < count && s->go_on; i++) {
        struct record r;
        bool there = false;
        arena_reset(&s->arena);
        TRY(rule_get(s, list[i].record, &r, &there));
        if (there) {
            rule_report(
                s, &(struct rule_finding){.record = r.id,
                                          .other = list[i].other,
                                          .office = desk_of_record(s->t, &r),
                                          .since_ms = later(merge_shown_ms(&r, F_FIELD_NAME),
                                                            merge_shown_ms(&r, F_FIELD_NUMBER))});
        }
    }
    return ERR_OK;
}
