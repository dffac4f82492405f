/* Where figures are added up. */
#include "core/person.h"
#include "core/report_tally.h"

int64_t *sum_at(struct tally *y, uint32_t place, enum side side)
{
    return y->sums + ((size_t)place * SIDE_COUNT + side) * COUNTER_COUNT;
}

enum side side_of(const struct tally *y, int64_t day)
{
    for (enum side s = SIDE_NOW; s < SIDE_COUNT; s++) {
        if (day >= y->period[s].from && day <= y->period[s].to) {
            return s;
        }
    }
    return SIDE_COUNT;
}

enum side side_of_month(const struct tally *y, int64_t month)
{
    for (enum side s = SIDE_NOW; s < SIDE_COUNT; s++) {
        if (month >= y->period[s].first_month && month <= y->period[s].last_month) {
            return s;
        }
    }
    return SIDE_COUNT;
}

/* Stocks, which are of the last day, are in the last month alone, and are not asked for there. */
static void add_to(struct tally *y, uint32_t place, enum side side, int64_t day, enum counter c,
                   int64_t n)
{
    const struct report_period *p = &y->period[SIDE_NOW];
    sum_at(y, place, side)[c] += n;
    if (side == SIDE_NOW && place == y->unit) {
        int64_t month = report_month_of(day, p->cutoff_day);
        CHECK(month >= p->first_month && month <= p->last_month);
        y->months[month - p->first_month][c] += n;
    }
}

void tally_add(struct tally *y, uint32_t place, enum side side, int64_t day, enum counter c,
               int64_t n)
{
    size_t count = 0;
    bool counts = side < SIDE_COUNT && n != 0;
    const uint32_t *chain = counts ? place_chain(y, place, day, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        add_to(y, chain[i], side, day, c, n);
    }
}

/* Of the first one's units those that are the second one's too, or those that are not. */
static void add_compared(struct tally *y, const uint32_t places[2], bool common, enum side side,
                         int64_t day, enum counter c)
{
    size_t count = 0, other_count = 0;
    (void)place_chain(y, places[0], day, &count); /* to make one chain may move the other */
    const uint32_t *there = place_chain(y, places[1], day, &other_count);
    const uint32_t *chain = place_chain(y, places[0], day, &count);
    for (size_t i = 0; i < count; i++) {
        bool both = false;
        for (size_t k = 0; k < other_count && !both; k++) {
            both = chain[i] == there[k];
        }
        if (both == common) {
            add_to(y, chain[i], side, day, c, 1);
        }
    }
}

void tally_add_beside(struct tally *y, uint32_t place, uint32_t other, enum side side, int64_t day,
                      enum counter c)
{
    if (side < SIDE_COUNT) {
        add_compared(y, (const uint32_t[]){place, other}, false, side, day, c);
    }
}

void tally_add_common(struct tally *y, uint32_t place, uint32_t other, int64_t day, enum counter c)
{
    add_compared(y, (const uint32_t[]){place, other}, true, SIDE_NOW, day, c);
}

static uint64_t group_key(uint32_t place, enum side side, enum group g, uint32_t key)
{
    return (((uint64_t)place * SIDE_COUNT + side) * GROUP_COUNT + g) << 32 | key;
}

void tally_add_key(struct tally *y, uint32_t place, enum side side, int64_t day, enum group g,
                   uint32_t key, int64_t n)
{
    size_t count = 0;
    bool wanted = side < SIDE_COUNT && y->wants[g];
    const uint32_t *chain = wanted ? place_chain(y, place, day, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        tally_map_add(y->groups, group_key(chain[i], side, g, key), n, y->arena);
    }
}

int64_t tally_of_key(const struct tally *y, uint32_t place, enum side side, enum group g,
                     uint32_t key)
{
    return tally_map_get(y->groups, group_key(place, side, g, key));
}

uint32_t tally_key(struct tally *y, const char *text)
{
    return texts_put(y->keys, slice_str(text), y->arena);
}

struct each {
    struct tally *y;
    void (*visit)(struct tally *y, const struct record *r);
    bool merging;
};

/* A merged person once, as it is shown. */
static enum err visit_shown(void *ctx, const struct record *stored)
{
    const struct each *each = ctx;
    struct record r = *stored;
    bool shown = true;
    if (each->merging) {
        TRY(person_follow(each->y->t, &r, NULL, each->y->scratch, &shown));
    }
    if (shown && !(r.flags & RECORD_STUB) && !merge_is_deleted(&r)) {
        each->visit(each->y, &r);
    }
    return ERR_OK;
}

enum err tally_each(struct tally *y, uint32_t kind,
                    void (*visit)(struct tally *y, const struct record *r))
{
    struct arena arena = {0};
    struct each each = {y, visit, kind == KIND_MEMBER && store_any_merging(y->t)};
    y->scratch = &arena;
    enum err e = store_each_of_kind(y->t, kind, &arena, visit_shown, &each);
    arena_free(&arena);
    return e;
}
