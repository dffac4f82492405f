/* Members: who counts where, and on which days. */
#include "core/person.h"
#include "core/report_tally.h"
#include "core/schema_kinds.h"
#include "core/transfer.h"

const uint32_t report_wanted_fields[] = {
    F_MEMBER_SEX,       F_MEMBER_BIRTH, F_MEMBER_HOME,    F_MEMBER_ETHNICITY, F_MEMBER_OCCUPATION,
    F_MEMBER_EDUCATION, F_MEMBER_PHONE, F_MEMBER_CARD_NO, F_MEMBER_ID_NO,     F_MEMBER_ADMITTED,
};
const size_t report_wanted_count = ARRAY_COUNT(report_wanted_fields);

static bool has_ended(int64_t status)
{
    return status == MEMBER_MATURED || status == MEMBER_REMOVED || status == MEMBER_EXPELLED ||
           status == MEMBER_DECEASED;
}

static struct person *new_person(struct tally *y)
{
    if (y->person_count == y->person_cap) {
        y->person_cap = y->person_cap ? 2 * y->person_cap : 1024;
        struct person *grown = arena_array(y->arena, y->person_cap, sizeof(*grown));
        uint32_t *own = arena_array(y->arena, y->person_cap * y->own_count + 1, sizeof(*own));
        if (y->person_count) {
            memcpy(grown, y->persons, y->person_count * sizeof(*grown));
            memcpy(own, y->own, y->person_count * y->own_count * sizeof(*own));
        }
        y->persons = grown;
        y->own = own;
    }
    return &y->persons[y->person_count++];
}

/* ---- fields of a province's own -------------------------------------------------------------- */

/* The i-th that is a list or yes-or-no, from 0; NULL past the end. */
static const struct field_def *own_field(size_t i)
{
    const struct field_def *f = NULL;
    for (size_t at = 0; (f = schema_custom_at(KIND_MEMBER, at)) != NULL; at++) {
        if ((f->type == FIELD_ENUM || f->type == FIELD_BOOL) && i-- == 0) {
            return f;
        }
    }
    return NULL;
}

static void read_own(struct tally *y, const struct record *r, uint32_t *own)
{
    for (size_t i = 0; i < y->own_count; i++) {
        const struct field_def *f = own_field(i);
        const struct value *v = merge_shown(r, f->number);
        const struct enum_code *c = NULL;
        const char *code = NULL;
        if (v && v->datum.type == DATUM_INT && f->type == FIELD_BOOL) {
            code = v->datum.i ? "true" : "false";
        } else if (v && v->datum.type == DATUM_INT && (c = schema_code(f, v->datum.i)) != NULL) {
            code = c->code;
        }
        if (code) {
            own[i] = tally_key(y, arena_printf(y->scratch, "%s=%s", f->name, code)) + 1;
        }
    }
}

bool report_own_label(struct slice key, bool vi, struct arena *arena, const char **out)
{
    const struct field_def *f = NULL;
    for (size_t i = 0; (f = own_field(i)) != NULL; i++) {
        size_t len = strlen(f->name);
        if (key.len <= len || memcmp(key.ptr, f->name, len) != 0 || key.ptr[len] != '=') {
            continue;
        }
        struct slice code = slice_make(key.ptr + len + 1, key.len - len - 1);
        bool yes = slice_equal(code, slice_str("true"));
        const char *word = vi ? (yes ? "có" : "không") : (yes ? "yes" : "no");
        for (const struct enum_code *c = f->codes; f->type == FIELD_ENUM && c->number; c++) {
            word = slice_equal(code, slice_str(c->code)) ? (vi ? c->vi : c->en) : word;
        }
        *out = arena_printf(arena, "%s: %s", vi ? f->vi : f->en, word);
        return true;
    }
    return false;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void read_person(struct tally *y, const struct record *r)
{
    dots_table_put(y->person_of, r->id, y->person_count);
    struct person *p = new_person(y);
    struct slice ethnicity = merge_shown_text(r, F_MEMBER_ETHNICITY);
    *p = (struct person){.id = r->id,
                         .admitted = record_day(r, F_MEMBER_ADMITTED),
                         .born = merge_shown_int(r, F_MEMBER_BIRTH),
                         .party = record_day(r, F_MEMBER_PARTY_DATE),
                         .status = merge_shown_int(r, F_MEMBER_STATUS),
                         .sex = merge_shown_int(r, F_MEMBER_SEX),
                         .theory = merge_shown_int(r, F_MEMBER_THEORY),
                         .outstanding = merge_shown_int(r, F_MEMBER_OUTSTANDING) != 0};
    p->ended = has_ended(p->status) ? record_day(r, F_MEMBER_STATUS_DATE) : INT64_MAX;
    p->place = place_find(y, transfer_counted_unit(y->t, r));
    read_own(y, r, &y->own[(size_t)(y->person_count - 1) * y->own_count]);
    p->ethnicity = ethnicity.len ? texts_put(y->keys, ethnicity, y->arena) + 1 : 0;
    for (uint32_t i = 0; i < report_wanted_count; i++) {
        const struct value *v = merge_shown(r, report_wanted_fields[i]);
        p->filled |= v && v->datum.type != DATUM_EMPTY ? UINT32_C(1) << i : 0;
    }
}

/* What was merged into another is known by the id of that, too. */
static enum err read_aliases(struct tally *y)
{
    struct id_list list;
    if (!store_any_merging(y->t)) {
        return ERR_OK;
    }
    TRY(store_ids_of_kind(y->t, KIND_MEMBER, (struct dot){0, 0}, SIZE_MAX, y->arena, &list));
    for (size_t i = 0; i < list.count; i++) {
        if (dots_table_get(y->person_of, list.ids[i]) == NOWHERE) {
            uint32_t person = dots_table_get(y->person_of, person_shown(y->t, list.ids[i]));
            if (person != NOWHERE) {
                dots_table_put(y->person_of, list.ids[i], person);
            }
        }
    }
    return ERR_OK;
}

enum err people_read(struct tally *y)
{
    y->person_of = dots_table_new(y->arena, 1024);
    while (own_field(y->own_count)) {
        y->own_count++;
    }
    TRY(tally_each(y, KIND_MEMBER, read_person));
    TRY(read_aliases(y));
    y->stamps = arena_array(y->arena, (size_t)y->person_count + 1, sizeof(*y->stamps));
    y->rosters = arena_array(y->arena, y->cut_count + 1, sizeof(*y->rosters));
    y->roster_next = arena_array(y->arena, y->cut_count + 1, sizeof(*y->roster_next));
    return ERR_OK;
}

bool person_counts(const struct person *p, int64_t day)
{
    return p->admitted <= day && day < p->ended;
}

static void make_roster(struct tally *y, size_t epoch, int64_t day)
{
    uint32_t *first = arena_array(y->arena, (size_t)y->place_count + 1, sizeof(*first));
    uint32_t *next = arena_array(y->arena, (size_t)y->person_count + 1, sizeof(*next));
    for (uint32_t i = 0; i < y->person_count; i++) {
        uint32_t at = place_at(y, y->persons[i].place, day);
        if (at != NOWHERE) {
            next[i] = first[at];
            first[at] = i + 1;
        }
    }
    y->rosters[epoch] = first;
    y->roster_next[epoch] = next;
}

uint32_t roster_first(struct tally *y, uint32_t place, int64_t day)
{
    size_t epoch = place_epoch(y, day);
    if (!y->rosters[epoch]) {
        make_roster(y, epoch, day);
    }
    return y->rosters[epoch][place];
}

uint32_t roster_next(struct tally *y, uint32_t person, int64_t day)
{
    return y->roster_next[place_epoch(y, day)][person];
}

/* ---- strength ------------------------------------------------------------------------------- */

/* Whole years on that day, of who was born on the first day that the date allows. */
static int64_t age_on(int64_t born, int64_t day)
{
    int64_t birth = date_first_day(born);
    bool before = day % (13 * 32) < birth % (13 * 32);
    return DATE_YEAR(day) - DATE_YEAR(birth) - (before ? 1 : 0);
}

static const char *age_band(int64_t born, int64_t day)
{
    int64_t age = born ? age_on(born, day) : -1;
    return age < 0     ? "unknown"
           : age < 18  ? "under_18"
           : age <= 25 ? "18_25"
           : age <= 30 ? "26_30"
                       : "over_30";
}

static const char *code_of(uint32_t kind, uint32_t field, int64_t number)
{
    const struct enum_code *c = schema_code(schema_field(kind, field), number);
    return c ? c->code : "unknown";
}

/* The nearest setting upwards from where it stands; whether any unit up there is remote. */
static int64_t setting_of(struct tally *y, uint32_t place, int64_t day, bool *remote)
{
    size_t count = 0;
    const uint32_t *chain = place_chain(y, place, day, &count);
    int64_t setting = 0;
    *remote = false;
    for (size_t i = 0; i < count; i++) {
        const struct place *p = &y->places[chain[i]];
        setting = setting ? setting : p->setting;
        *remote = *remote || p->remote;
    }
    return setting;
}

static void count_groups(struct tally *y, const struct person *p, enum side side, int64_t day)
{
    bool remote = false;
    int64_t setting = setting_of(y, p->place, day, &remote);
    uint32_t ethnicity = p->ethnicity ? p->ethnicity - 1 : tally_key(y, "unknown");
    const struct {
        enum group group;
        uint32_t key;
    } groups[] = {
        {G_SEX, tally_key(y, code_of(KIND_MEMBER, F_MEMBER_SEX, p->sex))},
        {G_ETHNICITY, ethnicity},
        {G_AGE, tally_key(y, age_band(p->born, day))},
        {G_SETTING, tally_key(y, code_of(KIND_UNIT, F_UNIT_SETTING, setting))},
    };
    for (size_t i = 0; i < ARRAY_COUNT(groups); i++) {
        tally_add_key(y, p->place, side, day, groups[i].group, groups[i].key, 1);
    }
    const uint32_t *own = &y->own[(size_t)(p - y->persons) * y->own_count];
    for (size_t i = 0; i < y->own_count; i++) {
        if (own[i]) {
            tally_add_key(y, p->place, side, day, G_OWN, own[i] - 1, 1);
        }
    }
    tally_add(y, p->place, side, day, C_MEMBERS_REMOTE, remote);
}

static void count_filled(struct tally *y, const struct person *p, enum side side, int64_t day)
{
    int64_t filled = 0;
    for (uint32_t i = 0; i < report_wanted_count; i++) {
        if (p->filled >> i & 1) {
            filled++;
        } else {
            const struct field_def *f = schema_field(KIND_MEMBER, report_wanted_fields[i]);
            tally_add_key(y, p->place, side, day, G_MISSING, tally_key(y, f->name), 1);
        }
    }
    tally_add(y, p->place, side, day, C_FIELDS, (int64_t)report_wanted_count);
    tally_add(y, p->place, side, day, C_FIELDS_FILLED, filled);
    tally_add(y, p->place, side, day, C_FIELDS_MISSING, (int64_t)report_wanted_count - filled);
}

static void count_stock(struct tally *y, const struct person *p, enum side side)
{
    int64_t day = y->period[side].to;
    if (!person_counts(p, day)) {
        return;
    }
    tally_add(y, p->place, side, day, C_MEMBERS, 1);
    tally_add(y, p->place, side, day, C_AWAY, p->status == MEMBER_AWAY);
    tally_add(y, p->place, side, day, C_OUTSTANDING, p->outstanding);
    tally_add(y, p->place, side, day, C_PARTY_MEMBERS, p->party != 0 && p->party <= day);
    if (y->wants[G_SEX]) {
        count_groups(y, p, side, day);
    }
    count_filled(y, p, side, day);
}

static void count_flow(struct tally *y, const struct person *p)
{
    static const enum counter ends[] = {[MEMBER_MATURED] = C_MATURED,
                                        [MEMBER_REMOVED] = C_REMOVED,
                                        [MEMBER_EXPELLED] = C_EXPELLED,
                                        [MEMBER_DECEASED] = C_DECEASED};
    tally_add(y, p->place, side_of(y, p->admitted), p->admitted, C_ADMITTED, 1);
    tally_add(y, p->place, side_of(y, p->party), p->party, C_PARTY_ADMISSIONS, 1);
    if (p->ended != INT64_MAX) {
        enum counter c = p->left ? C_OUT : ends[p->status];
        tally_add(y, p->place, side_of(y, p->ended), p->ended, c, 1);
    }
}

void people_count(struct tally *y)
{
    for (uint32_t i = 0; i < y->person_count; i++) {
        const struct person *p = &y->persons[i];
        if (p->place == NOWHERE) {
            continue;
        }
        for (enum side side = SIDE_NOW; side < SIDE_COUNT; side++) {
            count_stock(y, p, side);
        }
        count_flow(y, p);
    }
}
