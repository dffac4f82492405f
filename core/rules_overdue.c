/* What is due and not done: looked for in what is held here, and listed for the office whose desk
 * it belongs on. */
#include "core/attendance.h"
#include "core/desk.h"
#include "core/person.h"
#include "core/rules_row.h"

struct each {
    struct rule_search *s;
    enum err (*visit)(struct rule_search *s, const struct record *r, void *ctx);
    void *ctx;
};

static enum err visit_living(void *ctx, const struct record *r)
{
    const struct each *each = ctx;
    enum err e = rule_is_living(r) ? each->visit(each->s, r, each->ctx) : ERR_OK;
    return e == ERR_OK && !each->s->go_on ? ERR_END : e;
}

enum err rule_each_of_kind(struct rule_search *s, uint32_t kind,
                           enum err (*visit)(struct rule_search *s, const struct record *r,
                                             void *ctx),
                           void *ctx)
{
    struct each each = {s, visit, ctx};
    return store_each_of_kind(s->t, kind, &s->arena, visit_living, &each);
}

/* ---- past their date --------------------------------------------------------------------------
 */

struct due {
    uint32_t kind, due, status;
    uint64_t open;   /* bit per code of the status that still waits */
    uint32_t answer; /* filled in, it is somebody else's turn; 0 = there is none */
    int64_t today;
};

static enum err look_for_due(struct rule_search *s, const struct record *r, void *ctx)
{
    const struct due *d = ctx;
    int64_t due = merge_shown_int(r, d->due), status = merge_shown_int(r, d->status);
    if (due != 0 && date_last_day(due) < d->today && status >= 0 && status < 64 &&
        (d->open >> status & 1) != 0 &&
        (d->answer == 0 || merge_shown_text(r, d->answer).len == 0)) {
        rule_report(s, &(struct rule_finding){.record = r->id,
                                              .office = desk_of_record(s->t, r),
                                              .since_ms = merge_shown_ms(r, d->due)});
    }
    return ERR_OK;
}

static enum err find_due(struct rule_search *s, struct due d)
{
    d.today = store_today(s->t).i;
    return rule_each_of_kind(s, d.kind, look_for_due, &d);
}

enum err rule_find_late_item(struct rule_search *s)
{
    return find_due(s, (struct due){KIND_PLAN_ITEM, F_PLAN_ITEM_DUE, F_PLAN_ITEM_STATUS,
                                    1u << ITEM_TODO | 1u << ITEM_DOING, 0, 0});
}

enum err rule_find_late_fix(struct rule_search *s)
{
    return find_due(s, (struct due){KIND_INSPECTION, F_INSPECTION_DEADLINE, F_INSPECTION_STATUS,
                                    1u << INSPECTION_DONE | 1u << INSPECTION_FIXING,
                                    F_INSPECTION_ANSWER, 0});
}

enum err rule_find_late_promise(struct rule_search *s)
{
    return find_due(s, (struct due){KIND_DIALOGUE, F_DIALOGUE_DUE, F_DIALOGUE_STATUS,
                                    1u << DIALOGUE_HELD, 0, 0});
}

static enum err look_for_review(struct rule_search *s, const struct record *r, void *ctx)
{
    const int64_t *before = ctx;
    int64_t status = merge_shown_int(r, F_CADRE_STATUS);
    int64_t reviewed = merge_shown_int(r, F_CADRE_REVIEWED);
    int64_t since = reviewed ? reviewed : merge_shown_int(r, F_CADRE_DECISION_DATE);
    if (status == CADRE_APPROVED && since != 0 && date_first_day(since) <= *before) {
        rule_report(s, &(struct rule_finding){.record = r->id,
                                              .office = desk_of_record(s->t, r),
                                              .since_ms = merge_shown_ms(r, F_CADRE_STATUS)});
    }
    return ERR_OK;
}

enum err rule_find_cadre_review(struct rule_search *s)
{
    int64_t today = store_today(s->t).i;
    int64_t before = date_add_months(today, -rules_number(s->t, "review_months", today));
    return rule_each_of_kind(s, KIND_CADRE_PLAN, look_for_review, &before);
}

/* ---- a branch and its members over a year -------------------------------------------------------
 */

struct tally {
    struct dot id;
    uint32_t months; /* bit 0: this month, bit 1: the one before, … */
    uint32_t members;
};
/* Of one kind of id, sorted by id. */
struct tallies {
    struct tally *list;
    size_t count, cap;
};
struct year {
    int64_t today;
    struct arena arena;
    struct tallies members, units;
};

static struct tally *tally_of(struct year *y, struct tallies *all, struct dot id)
{
    size_t low = 0, high = all->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (dot_compare(all->list[mid].id, id) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    if (low < all->count && dot_equal(all->list[low].id, id)) {
        return &all->list[low];
    }
    if (all->count == all->cap) {
        size_t cap = all->cap ? all->cap * 2 : 256;
        struct tally *list = arena_array(&y->arena, cap, sizeof(*list));
        if (all->count) {
            memcpy(list, all->list, all->count * sizeof(*list));
        }
        all->list = list;
        all->cap = cap;
    }
    memmove(&all->list[low + 1], &all->list[low], (all->count - low) * sizeof(*all->list));
    all->list[low] = (struct tally){.id = id};
    all->count++;
    return &all->list[low];
}

/* Months back from this one; -1 when it is not within the twelve. */
static int months_back(const struct year *y, int64_t date)
{
    int64_t n = (DATE_YEAR(y->today) * 12 + DATE_MONTH(y->today)) -
                (DATE_YEAR(date) * 12 + DATE_MONTH(date));
    return DATE_MONTH(date) != 0 && n >= 0 && n < 12 ? (int)n : -1;
}

static enum err tally_activity(struct rule_search *s, const struct record *r, void *ctx)
{
    struct year *y = ctx;
    int back = months_back(y, merge_shown_int(r, F_ACTIVITY_DATE));
    const struct field *present = record_field(r, F_ACTIVITY_PRESENT);
    if (back < 0 || !attendance_is_meeting(r)) {
        return ERR_OK;
    }
    tally_of(y, &y->units, merge_shown_ref(r, F_UNIT))->months |= 1u << back;
    for (uint32_t i = 0; present && i < present->count; i++) {
        const struct datum *d = &present->values[i].datum;
        if (d->type == DATUM_REF) {
            tally_of(y, &y->members, person_shown(s->t, d->ref))->months |= 1u << back;
        }
    }
    return ERR_OK;
}

static enum err tally_fee(struct rule_search *s, const struct record *r, void *ctx)
{
    struct year *y = ctx;
    int64_t month = merge_shown_int(r, F_FEE_MONTH), status = merge_shown_int(r, F_FEE_STATUS);
    int back = months_back(y, DATE_MAKE(MONTH_YEAR(month), MONTH_MONTH(month), 1));
    struct dot member = merge_shown_ref(r, F_MEMBER);
    if (back >= 0 && !dot_is_none(member) && (status == FEE_PAID || status == FEE_EXEMPT)) {
        tally_of(y, &y->members, person_shown(s->t, member))->months |= 1u << back;
    }
    return ERR_OK;
}

static unsigned bits(uint32_t v)
{
    unsigned n = 0;
    for (; v; v &= v - 1) {
        n++;
    }
    return n;
}

static enum err look_for_absent(struct rule_search *s, const struct record *r, void *ctx)
{
    struct year *y = ctx;
    int64_t status = merge_shown_int(r, F_MEMBER_STATUS);
    int64_t admitted = merge_shown_int(r, F_MEMBER_ADMITTED);
    if ((status != 0 && status != MEMBER_ACTIVE) || !dot_equal(person_shown(s->t, r->id), r->id)) {
        return ERR_OK; /* who is away and reports is exempt */
    }
    int back = admitted ? months_back(y, date_first_day(admitted)) : -1;
    uint32_t since = back >= 0 ? (1u << back) - 1 : 0xfffu;
    /* this month is not over yet */
    uint32_t met = tally_of(y, &y->units, merge_shown_ref(r, F_UNIT))->months & since & ~1u;
    uint32_t there = tally_of(y, &y->members, r->id)->months;
    if (bits(met & ~there) >= (unsigned)rules_number(s->t, "absent_months", y->today)) {
        rule_report(
            s,
            &(struct rule_finding){
                .record = r->id,
                .office = desk_of_record(s->t, r),
                .since_ms = store_env(txn_store(s->t))->now_ms(store_env(txn_store(s->t))->ctx)});
    }
    return ERR_OK;
}

/* Each office looks after its own members; the ones above have them in the report of branch life.
 */
static bool is_grassroots(struct rule_search *s)
{
    return store_identity(txn_store(s->t))->level <= LEVEL_COMMUNE;
}

enum err rule_find_absent(struct rule_search *s)
{
    struct year y = {.today = store_today(s->t).i};
    enum err e = ERR_OK;
    if (is_grassroots(s)) {
        e = rule_each_of_kind(s, KIND_ACTIVITY, tally_activity, &y);
        e = e == ERR_OK ? rule_each_of_kind(s, KIND_FEE, tally_fee, &y) : e;
        e = e == ERR_OK ? rule_each_of_kind(s, KIND_MEMBER, look_for_absent, &y) : e;
    }
    arena_free(&y.arena);
    return e;
}

static enum err tally_member(struct rule_search *s, const struct record *r, void *ctx)
{
    struct year *y = ctx;
    int64_t status = merge_shown_int(r, F_MEMBER_STATUS);
    if ((status == 0 || status <= MEMBER_IN_TRANSIT) &&
        dot_equal(person_shown(s->t, r->id), r->id)) {
        tally_of(y, &y->units, merge_shown_ref(r, F_UNIT))->members++;
    }
    return ERR_OK;
}

struct small {
    struct year *y;
    bool meetings; /* asked is whether it met last month, else whether it is large enough */
    struct rule_finding finding;
};

/* One finding stands for all. */
static enum err look_at_branch(struct rule_search *s, const struct record *r, void *ctx)
{
    struct small *x = ctx;
    struct tally *found = tally_of(x->y, &x->y->units, r->id);
    bool branch =
        unit_level(s->t, r->id) == LEVEL_BRANCH && unit_is_living(s->t, r->id, x->y->today);
    bool large =
        branch && found->members >= rules_number_in(s->t, "branch_members_min", r->id, x->y->today);
    bool broken =
        branch && found->members > 0 && (x->meetings ? large && (found->months & 2u) == 0 : !large);
    if (broken) {
        x->finding.record = x->finding.count ? x->finding.record : r->id;
        x->finding.office = desk_office(s->t, r->id);
        x->finding.count++;
    }
    return ERR_OK;
}

static enum err find_branches(struct rule_search *s, bool meetings)
{
    struct year y = {.today = store_today(s->t).i};
    struct small x = {.y = &y, .meetings = meetings};
    enum err e = ERR_OK;
    if (!is_grassroots(s)) {
        return ERR_OK;
    }
    x.finding.since_ms = store_env(txn_store(s->t))->now_ms(store_env(txn_store(s->t))->ctx);
    e = meetings ? rule_each_of_kind(s, KIND_ACTIVITY, tally_activity, &y) : ERR_OK;
    e = e == ERR_OK ? rule_each_of_kind(s, KIND_MEMBER, tally_member, &y) : e;
    e = e == ERR_OK ? rule_each_of_kind(s, KIND_UNIT, look_at_branch, &x) : e;
    if (e == ERR_OK && x.finding.count) {
        rule_report(s, &x.finding);
    }
    arena_free(&y.arena);
    return e;
}

/* The grassroots union that a unit belongs to, or is; none when it stands above them. */
static struct dot union_of(struct txn *t, struct dot unit)
{
    enum level level = unit_level(t, unit);
    for (int i = 0; level == LEVEL_BRANCH && i < UNIT_DEPTH_MAX; i++) {
        unit = unit_parent(t, unit);
        level = dot_is_none(unit) ? LEVEL_NONE : unit_level(t, unit);
    }
    return level == LEVEL_COMMUNE ? unit : (struct dot){0, 0};
}

static enum err tally_union_member(struct rule_search *s, const struct record *r, void *ctx)
{
    struct year *y = ctx;
    int64_t status = merge_shown_int(r, F_MEMBER_STATUS);
    if ((status == 0 || status <= MEMBER_IN_TRANSIT) &&
        dot_equal(person_shown(s->t, r->id), r->id)) {
        tally_of(y, &y->units, union_of(s->t, merge_shown_ref(r, F_UNIT)))->members++;
    }
    return ERR_OK;
}

static enum err tally_union_branch(struct rule_search *s, const struct record *r, void *ctx)
{
    struct year *y = ctx;
    if (unit_level(s->t, r->id) == LEVEL_BRANCH && unit_is_living(s->t, r->id, y->today)) {
        tally_of(y, &y->units, union_of(s->t, r->id))->months++;
    }
    return ERR_OK;
}

/* One that has no member yet is being set up. */
static enum err look_at_union(struct rule_search *s, const struct record *r, void *ctx)
{
    struct small *x = ctx;
    int64_t today = x->y->today;
    struct tally *found = tally_of(x->y, &x->y->units, r->id);
    if (unit_level(s->t, r->id) == LEVEL_COMMUNE && unit_is_living(s->t, r->id, x->y->today) &&
        found->members > 0 &&
        (found->members < rules_number_in(s->t, "union_members_min", r->id, today) ||
         found->months < rules_number_in(s->t, "union_branches_min", r->id, today)) &&
        dot_equal(desk_office(s->t, unit_parent(s->t, r->id)),
                  store_identity(txn_store(s->t))->unit)) {
        x->finding.record = x->finding.count ? x->finding.record : r->id;
        x->finding.office = desk_office(s->t, unit_parent(s->t, r->id));
        x->finding.count++;
    }
    return ERR_OK;
}

/* Whether a union goes on is for the office above it. */
static enum err find_small_unions(struct rule_search *s)
{
    struct year y = {.today = store_today(s->t).i};
    struct small x = {.y = &y};
    x.finding.since_ms = store_env(txn_store(s->t))->now_ms(store_env(txn_store(s->t))->ctx);
    enum err e = rule_each_of_kind(s, KIND_MEMBER, tally_union_member, &y);
    e = e == ERR_OK ? rule_each_of_kind(s, KIND_UNIT, tally_union_branch, &y) : e;
    e = e == ERR_OK ? rule_each_of_kind(s, KIND_UNIT, look_at_union, &x) : e;
    if (e == ERR_OK && x.finding.count) {
        rule_report(s, &x.finding);
    }
    arena_free(&y.arena);
    return e;
}

enum err rule_find_small_union(struct rule_search *s)
{
    return is_grassroots(s) ? ERR_OK : find_small_unions(s);
}

enum err rule_find_small_unit(struct rule_search *s)
{
    return find_branches(s, false);
}

enum err rule_find_no_meeting(struct rule_search *s)
{
    return find_branches(s, true);
}

/* ---- directives that want an answer
 * -------------------------------------------------------------- */

static enum err look_for_answer(struct rule_search *s, const struct record *r, void *ctx)
{
    struct dot own = store_identity(txn_store(s->t))->unit;
    struct id_list list;
    (void)ctx;
    if (merge_shown_int(r, F_DIRECTIVE_ANSWER_WANTED) == 0 ||
        merge_shown_int(r, F_DIRECTIVE_STATUS) == DIRECTIVE_CLOSED ||
        dot_equal(merge_shown_ref(r, F_UNIT), own)) {
        return ERR_OK;
    }
    TRY(store_ids_by_ref(s->t, r->id, F_ANSWER_DIRECTIVE, (struct dot){0, 0}, SIZE_MAX, &s->arena,
                         &list));
    bool done = false;
    for (size_t i = 0; i < list.count && !done; i++) {
        struct record a;
        bool there = false;
        TRY(rule_get(s, list.ids[i], &a, &there));
        done = there && rule_is_living(&a) && dot_equal(merge_shown_ref(&a, F_UNIT), own);
    }
    if (!done) {
        rule_report(s, &(struct rule_finding){
                           .record = r->id, .office = own, .since_ms = merge_shown_ms(r, F_UNIT)});
    }
    return ERR_OK;
}

enum err rule_find_unanswered(struct rule_search *s)
{
    return rule_each_of_kind(s, KIND_DIRECTIVE, look_for_answer, NULL);
}
