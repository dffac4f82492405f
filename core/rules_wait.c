/* What other offices have handed in, and what they have answered: it waits on the desk of the one
 * whose turn it is. */
#include "core/desk.h"
#include "core/rules_row.h"
#include "core/steps.h"

#include <stdlib.h>

#define SINGLY_MAX 20 /* of one kind and unit; of more, one stands for all */

/* ---- steps that the office above takes --------------------------------------------------------
 */

struct handed {
    struct dot unit, id;
    int64_t since_ms;
};
struct pile {
    const struct machine *machine;
    struct arena arena;
    struct handed *list;
    size_t count, cap;
};

static bool is_for_above(const struct machine *m, int64_t state)
{
    for (const struct step *s = m->steps; s->to != 0; s++) {
        if (s->who == STEP_ABOVE && (state == 0 || s->from == state)) {
            return true;
        }
    }
    return false;
}

/* Of the top unit, which has none above, its own. */
static struct dot office_above(struct txn *t, struct dot unit)
{
    struct dot parent = unit_parent(t, unit);
    return desk_office(t, dot_is_none(parent) ? unit : parent);
}

static enum err look_for_handed(struct rule_search *s, const struct record *r, void *ctx)
{
    struct pile *p = ctx;
    int64_t state = merge_shown_int(r, p->machine->field);
    struct dot unit = merge_shown_ref(r, F_UNIT);
    if (state == 0 || !is_for_above(p->machine, state) || dot_is_none(unit) ||
        !dot_equal(office_above(s->t, unit), store_identity(txn_store(s->t))->unit)) {
        return ERR_OK;
    }
    if (p->count == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 64;
        struct handed *list = arena_array(&p->arena, cap, sizeof(*list));
        if (p->count) {
            memcpy(list, p->list, p->count * sizeof(*list));
        }
        p->list = list;
        p->cap = cap;
    }
    p->list[p->count++] = (struct handed){unit, r->id, merge_shown_ms(r, p->machine->field)};
    return ERR_OK;
}

static int by_unit_and_age(const void *a, const void *b)
{
    const struct handed *x = a, *y = b;
    int c = dot_compare(x->unit, y->unit);
    if (c == 0 && x->since_ms != y->since_ms) {
        c = x->since_ms < y->since_ms ? -1 : 1;
    }
    return c ? c : dot_compare(x->id, y->id);
}

static void report_pile(struct rule_search *s, struct pile *p)
{
    if (p->count > 1) {
        qsort(p->list, p->count, sizeof(*p->list), by_unit_and_age);
    }
    for (size_t i = 0, end = 0; i < p->count && s->go_on; i = end) {
        while (end < p->count && dot_equal(p->list[end].unit, p->list[i].unit)) {
            end++;
        }
        bool singly = end - i <= SINGLY_MAX;
        for (size_t k = i; k < (singly ? end : i + 1) && s->go_on; k++) {
            rule_report(s, &(struct rule_finding){.record = p->list[k].id,
                                                  .office = store_identity(txn_store(s->t))->unit,
                                                  .since_ms = p->list[k].since_ms,
                                                  .count = singly ? 1 : end - i});
        }
    }
}

enum err rule_find_handed_in(struct rule_search *s)
{
    const struct machine *m;
    enum err e = ERR_OK;
    for (size_t i = 0; (m = steps_at(i)) && e == ERR_OK && s->go_on; i++) {
        struct pile p = {.machine = m};
        if (is_for_above(m, 0)) {
            e = rule_each_of_kind(s, m->kind, look_for_handed, &p);
        }
        if (e == ERR_OK) {
            report_pile(s, &p);
        }
        arena_free(&p.arena);
    }
    return e;
}

/* ---- findings of an inspection that are answered ----------------------------------------------
 */

static enum err look_for_answered(struct rule_search *s, const struct record *r, void *ctx)
{
    int64_t state = merge_shown_int(r, F_INSPECTION_STATUS);
    struct dot by = merge_shown_ref(r, F_INSPECTION_BY);
    (void)ctx;
    if ((state == INSPECTION_DONE || state == INSPECTION_FIXING) &&
        merge_shown_text(r, F_INSPECTION_ANSWER).len > 0) {
        struct dot unit = merge_shown_ref(r, F_UNIT);
        rule_report(s, &(struct rule_finding){
                           .record = r->id,
                           .office = dot_is_none(by) ? office_above(s->t, desk_office(s->t, unit))
                                                     : desk_office(s->t, by),
                           .since_ms = merge_shown_ms(r, F_INSPECTION_ANSWER)});
    }
    return ERR_OK;
}

enum err rule_find_fix_answered(struct rule_search *s)
{
    return rule_each_of_kind(s, KIND_INSPECTION, look_for_answered, NULL);
}
