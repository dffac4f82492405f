/* Branch life and movement: meetings, works, visits, inspections. */
#include "core/attendance.h"
#include "core/person.h"
#include "core/report_tally.h"
#include "core/text.h"

/* ---- who came ------------------------------------------------------------------------------- */

struct heads {
    uint32_t *persons; /* each once */
    size_t count;
    struct id_list others; /* nobody who counts: deleted since, or not held */
};

/* A merged person once. Each gets a new stamp. */
static struct heads heads_of(struct tally *y, const struct record *r, uint32_t field)
{
    struct heads h = {0};
    size_t count = 0, cap = 0;
    const struct value **v =
        record_field(r, field) ? merge_siblings(r, field, y->scratch, &count) : NULL;
    h.persons = arena_array(y->scratch, count + 1, sizeof(*h.persons));
    y->stamp++;
    for (size_t i = 0; i < count; i++) {
        struct dot ref = v[i]->datum.type == DATUM_REF ? v[i]->datum.ref : (struct dot){0, 0};
        uint32_t person = y->person_of ? dots_table_get(y->person_of, ref) : NOWHERE;
        if (person == NOWHERE) {
            struct dot shown = person_shown(y->t, ref);
            if (!dot_is_none(ref) && !id_list_has(&h.others, shown)) {
                id_list_add(&h.others, &cap, shown, y->scratch);
            }
        } else if (y->stamps[person] != y->stamp) {
            y->stamps[person] = y->stamp;
            h.persons[h.count++] = person;
        }
    }
    return h;
}

/* Whoever counts for the unit on that day without those who were excused, and whoever else came. */
static int64_t expected_at(struct tally *y, const struct record *r, uint32_t place, int64_t day,
                           const struct heads *came)
{
    (void)heads_of(y, r, F_ACTIVITY_EXCUSED); /* which stamps them */
    int64_t expected = (int64_t)(came->count + came->others.count);
    for (size_t i = 0; i < came->count; i++) {
        y->stamps[came->persons[i]] = y->stamp; /* counted already, as the excused are */
    }
    uint32_t at = place_at(y, place, day);
    for (uint32_t i = at == NOWHERE ? 0 : roster_first(y, at, day); i != 0;
         i = roster_next(y, i - 1, day)) {
        bool counts = person_counts(&y->persons[i - 1], day);
        expected += counts && y->stamps[i - 1] != y->stamp ? 1 : 0;
    }
    return expected;
}

static void count_meeting(struct tally *y, const struct record *r, uint32_t place, enum side side,
                          int64_t day)
{
    const struct report_period *p = &y->period[side];
    int64_t month = report_month_of(day, p->cutoff_day);
    uint32_t at = place_at(y, place, report_month_to(month, p->cutoff_day));
    if (at != NOWHERE) {
        y->places[at].months_met[side] |= UINT32_C(1) << (month - p->first_month);
    }
    tally_add(y, place, side, day, C_MEETINGS, 1);
    tally_add(y, place, side, day, C_MEETINGS_THEMATIC,
              merge_shown_int(r, F_ACTIVITY_TYPE) == ACTIVITY_THEMATIC);
    if (y->person_of) {
        struct heads came = heads_of(y, r, F_ACTIVITY_PRESENT);
        tally_add(y, place, side, day, C_PRESENT, (int64_t)(came.count + came.others.count));
        tally_add(y, place, side, day, C_EXPECTED, expected_at(y, r, place, day, &came));
    }
}

static void count_work(struct tally *y, const struct record *r, uint32_t place, enum side side,
                       int64_t day)
{
    const struct enum_code *type = schema_code(schema_field(KIND_ACTIVITY, F_ACTIVITY_TYPE),
                                               merge_shown_int(r, F_ACTIVITY_TYPE));
    struct heads came = heads_of(y, r, F_ACTIVITY_PRESENT);
    tally_add(y, place, side, day, C_WORKS, 1);
    tally_add_key(y, place, side, day, G_WORKS, tally_key(y, type->code), 1);
    tally_add(y, place, side, day, C_PARTICIPANTS, (int64_t)(came.count + came.others.count));
    tally_add(y, place, side, day, C_VALUE, merge_shown_number(r, F_ACTIVITY_VALUE));
    tally_add(y, place, side, day, C_WORKDAYS, merge_shown_number(r, F_ACTIVITY_WORKDAYS));
}

static void count_words(struct tally *y, const struct record *r, uint32_t field, enum group g,
                        uint32_t place, enum side side, int64_t day)
{
    size_t count = 0;
    const struct value **v =
        record_field(r, field) ? merge_siblings(r, field, y->scratch, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        if (v[i]->datum.type == DATUM_TEXT) {
            uint32_t key = texts_put(y->keys, v[i]->datum.text, y->arena);
            tally_add_key(y, place, side, day, g, key, 1);
        }
    }
}

void count_activity(struct tally *y, const struct record *r)
{
    int64_t day = record_day(r, F_ACTIVITY_DATE), type = merge_shown_int(r, F_ACTIVITY_TYPE);
    int64_t status = merge_shown_int(r, F_ACTIVITY_STATUS);
    enum side side = side_of(y, day);
    uint32_t place = side < SIDE_COUNT ? place_find(y, record_unit(r)) : NOWHERE;
    if (place == NOWHERE || status == ACTIVITY_PLANNED || status == ACTIVITY_CANCELLED) {
        return;
    }
    if (attendance_is_meeting(r)) {
        count_meeting(y, r, place, side, day);
    } else if (type >= ACTIVITY_CAMPAIGN && type <= ACTIVITY_SPORT) {
        count_work(y, r, place, side, day);
    }
    count_words(y, r, F_ACTIVITY_TOPICS, G_TOPICS, place, side, day);
    count_words(y, r, F_ACTIVITY_AGENDA, G_AGENDA, place, side, day);
}

/* ---- branches month by month ---------------------------------------------------------------- */

static bool has_begun(const struct tally *y, const struct report_period *p, int64_t month)
{
    return report_month_from(month, p->cutoff_day) <= y->today;
}

static void count_branch(struct tally *y, uint32_t place, enum side side)
{
    const struct report_period *p = &y->period[side];
    const struct place *branch = &y->places[place];
    int64_t months = 0, met = 0;
    for (int64_t m = p->first_month; m <= p->last_month && has_begun(y, p, m); m++) {
        int64_t end = report_month_to(m, p->cutoff_day);
        if (place_is_living(branch, end)) {
            int64_t did = branch->months_met[side] >> (m - p->first_month) & 1;
            tally_add(y, place, side, end, C_BRANCH_MONTHS, 1);
            tally_add(y, place, side, end, C_BRANCH_MONTHS_MET, did);
            months++;
            met += did;
        }
    }
    if (place_is_living(branch, p->to)) {
        tally_add(y, place, side, p->to, C_BRANCHES, 1);
        tally_add(y, place, side, p->to, C_BRANCHES_MET, months > 0 && met == months);
    }
}

void branches_count(struct tally *y)
{
    for (uint32_t i = 0; i < y->place_count; i++) {
        for (enum side side = SIDE_NOW; place_is_branch(&y->places[i]) && side < SIDE_COUNT;
             side++) {
            count_branch(y, i, side);
        }
    }
}

/* ---- visits and inspections ----------------------------------------------------------------- */

/* The same visit is written down by the cadre, and sometimes by the branch as well. */
static bool is_new_visit(struct tally *y, const struct record *r, int64_t day)
{
    struct slice cadre = text_fold(merge_shown_text(r, F_VISIT_CADRE), y->scratch);
    const char *key = arena_printf(y->scratch, "%s %lld %.*s", dot_text(record_unit(r), y->scratch),
                                   (long long)day, (int)cadre.len, (const char *)cadre.ptr);
    size_t before = texts_count(y->visits);
    (void)texts_put(y->visits, slice_str(key), y->arena);
    return texts_count(y->visits) > before;
}

void count_visit(struct tally *y, const struct record *r)
{
    int64_t day = record_day(r, F_VISIT_DATE), status = merge_shown_int(r, F_VISIT_STATUS);
    enum side side = side_of(y, day);
    if (status != VISIT_PLANNED && side != SIDE_COUNT && is_new_visit(y, r, day)) {
        tally_add(y, place_find(y, record_unit(r)), side, day, C_VISITS, 1);
        tally_add(y, place_find(y, merge_shown_ref(r, F_VISIT_CADRE_UNIT)), side, day,
                  C_VISITS_MADE, 1);
    }
}

void count_inspection(struct tally *y, const struct record *r)
{
    uint32_t place = place_find(y, record_unit(r));
    int64_t day = record_day(r, F_INSPECTION_DATE),
            status = merge_shown_int(r, F_INSPECTION_STATUS);
    int64_t due = record_day(r, F_INSPECTION_DEADLINE), closed = record_day(r, F_INSPECTION_CLOSED);
    if (status != INSPECTION_PLANNED) {
        bool in_time = status == INSPECTION_CLOSED && closed <= due;
        tally_add(y, place, side_of(y, day), day, C_INSPECTIONS, 1);
        tally_add(y, place, side_of(y, due), due, C_INSPECTIONS_DUE, 1);
        tally_add(y, place, side_of(y, due), due, C_INSPECTIONS_IN_TIME, in_time);
    }
}
