#include "core/attendance.h"

#include "core/person.h"

#define PAGE 512

struct count {
    struct txn *t;
    const struct person_view *person;
    int64_t from, to, admitted;
    struct attendance *out;
};

bool attendance_is_meeting(const struct record *activity)
{
    int64_t type = merge_shown_int(activity, F_ACTIVITY_TYPE);
    int64_t status = merge_shown_int(activity, F_ACTIVITY_STATUS);
    return activity->kind == KIND_ACTIVITY && !(activity->flags & RECORD_STUB) &&
           !merge_is_deleted(activity) && (type == ACTIVITY_MEETING || type == ACTIVITY_THEMATIC) &&
           status != ACTIVITY_PLANNED && status != ACTIVITY_CANCELLED;
}

/* Under any id of the person. */
static bool is_among(const struct count *c, const struct record *activity, uint32_t field)
{
    const struct field *set = record_field(activity, field);
    for (uint32_t i = 0; set && i < set->count; i++) {
        const struct datum *d = &set->values[i].datum;
        if (d->type == DATUM_REF && id_list_has(&c->person->ids, d->ref)) {
            return true;
        }
    }
    return false;
}

static void count_one(struct count *c, const struct record *activity)
{
    int64_t date = date_first_day(merge_shown_int(activity, F_ACTIVITY_DATE));
    if (!attendance_is_meeting(activity) || date < c->from || date > c->to) {
        return;
    }
    if (is_among(c, activity, F_ACTIVITY_PRESENT)) {
        c->out->held++;
        c->out->attended++;
        return;
    }
    struct dot own = merge_shown_ref(&c->person->record, F_UNIT);
    struct dot unit = merge_shown_ref(activity, F_UNIT);
    bool expected = dot_equal(unit, own) || dot_equal(unit_at(c->t, unit, date), own);
    if (expected && date >= c->admitted && !is_among(c, activity, F_ACTIVITY_EXCUSED)) {
        c->out->held++;
    }
}

enum err attendance_of(struct txn *t, struct dot member, int64_t from, int64_t to,
                       struct attendance *out)
{
    struct arena arena = {0}, page = {0};
    struct person_view person;
    struct id_list list = {0};
    struct dot after = {0, 0};
    *out = (struct attendance){0, 0};
    enum err e = person_view(t, member, &arena, &person);
    struct count c = {.t = t, .person = &person, .from = from, .to = to, .out = out};
    if (e == ERR_OK) {
        c.admitted = date_first_day(merge_shown_int(&person.record, F_MEMBER_ADMITTED));
    }
    do {
        arena_reset(&page);
        e = e == ERR_OK ? store_ids_of_kind(t, KIND_ACTIVITY, after, PAGE, &page, &list) : e;
        for (size_t i = 0; e == ERR_OK && i < list.count; i++) {
            struct record r;
            e = store_get(t, list.ids[i], &page, &r, NULL);
            if (e == ERR_OK) {
                count_one(&c, &r);
            }
            after = list.ids[i];
        }
    } while (e == ERR_OK && list.more);
    arena_free(&page);
    arena_free(&arena);
    return e;
}

int64_t attendance_percent(const struct attendance *a)
{
    return a->held > 0 ? a->attended * 100 / a->held : -1;
}
