#include "core/attendance.h"

#include "core/person.h"

struct head {
    struct person_view person;
    int64_t admitted;
    struct attendance *out;
};
struct count {
    struct txn *t;
    struct head *heads;
    size_t head_count;
    int64_t from, to;
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
static bool is_among(const struct head *h, const struct record *activity, uint32_t field)
{
    const struct field *set = record_field(activity, field);
    for (uint32_t i = 0; set && i < set->count; i++) {
        const struct datum *d = &set->values[i].datum;
        if (d->type == DATUM_REF && id_list_has(&h->person.ids, d->ref)) {
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
    struct dot unit = merge_shown_ref(activity, F_UNIT), then = unit_at(c->t, unit, date);
    for (size_t i = 0; i < c->head_count; i++) {
        struct head *h = &c->heads[i];
        if (is_among(h, activity, F_ACTIVITY_PRESENT)) {
            h->out->held++;
            h->out->attended++;
            continue;
        }
        struct dot own = merge_shown_ref(&h->person.record, F_UNIT);
        bool expected = dot_equal(unit, own) || dot_equal(then, own);
        if (expected && date >= h->admitted && !is_among(h, activity, F_ACTIVITY_EXCUSED)) {
            h->out->held++;
        }
    }
}

static enum err visit_activity(void *ctx, const struct record *r)
{
    count_one(ctx, r);
    return ERR_OK;
}

static enum err count_all(struct count *c)
{
    struct arena arena = {0};
    enum err e = store_each_of_kind(c->t, KIND_ACTIVITY, &arena, visit_activity, c);
    arena_free(&arena);
    return e;
}

enum err attendance_of_all(struct txn *t, const struct dot *members, size_t count, int64_t from,
                           int64_t to, struct attendance *out)
{
    struct arena arena = {0};
    struct count c = {.t = t, .head_count = count, .from = from, .to = to};
    enum err e = ERR_OK;
    c.heads = arena_array(&arena, count + 1, sizeof(*c.heads));
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct head *h = &c.heads[i];
        out[i] = (struct attendance){0, 0};
        h->out = &out[i];
        e = person_view(t, members[i], &arena, &h->person);
        if (e == ERR_OK) {
            h->admitted = date_first_day(merge_shown_int(&h->person.record, F_MEMBER_ADMITTED));
        }
    }
    e = e ? e : count_all(&c);
    arena_free(&arena);
    return e;
}

enum err attendance_of(struct txn *t, struct dot member, int64_t from, int64_t to,
                       struct attendance *out)
{
    return attendance_of_all(t, &member, 1, from, to, out);
}

int64_t attendance_percent(const struct attendance *a)
{
    return a->held > 0 ? a->attended * 100 / a->held : -1;
}
