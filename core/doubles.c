/* Finding: one scan over the members, then blocks of those who share something, then a comparison
 * within each block. No block is compared all with all beyond BLOCK_MAX: a larger one is put in
 * order by what else its members have, and each is compared with its next neighbours. So the work
 * grows as n log n, however many share a name. */
#include "core/doubles.h"

#include <stdlib.h>

#define SCAN_PAGE 1000
#define BLOCK_MAX 64
#define NEIGHBOURS 32
#define ODDS_LEAST 0.02
#define FAR_MORE 30.0

struct link {
    uint64_t key;
    uint32_t person;
};
struct pair_of_ids {
    struct dot a, b;
};
/* A pair worth a second look, by places in the crowd. */
struct likely {
    uint32_t a, b;
    struct alike_result result;
};
struct scan {
    struct txn *t;
    struct dot root;
    struct alike_crowd crowd;
    struct dot *shown; /* per person of the crowd */
    size_t shown_cap;
    struct pair_of_ids *apart; /* found to be two, or one already */
    size_t apart_count, apart_cap;
    struct link *links;
    size_t link_count, link_cap;
    struct likely *likely;
    size_t likely_count, likely_cap;
    double *best;         /* per person: the odds with the one most like it */
    struct dot last_unit; /* neighbours mostly share it */
    bool last_within;
};

static void *grow_to(void *list, size_t *cap, size_t item_bytes)
{
    size_t size = 0;
    *cap = *cap ? *cap * 2 : 1024;
    CHECK(size_mul(*cap, item_bytes, &size));
    void *p = realloc(list, size);
    CHECK(p != NULL);
    return p;
}

static struct pair_of_ids in_order(struct dot x, struct dot y)
{
    return dot_compare(x, y) < 0 ? (struct pair_of_ids){x, y} : (struct pair_of_ids){y, x};
}

static int pair_compare(const void *a, const void *b)
{
    const struct pair_of_ids *x = a, *y = b;
    int c = dot_compare(x->a, y->a);
    return c ? c : dot_compare(x->b, y->b);
}

/* ---- the scan ------------------------------------------------------------------------------- */

static bool is_within(struct scan *s, const struct record *r)
{
    struct dot unit = merge_shown_ref(r, F_UNIT);
    if (dot_is_none(s->root)) {
        return true;
    }
    if (!dot_equal(unit, s->last_unit) || dot_is_none(unit)) {
        s->last_unit = unit;
        s->last_within = unit_is_within(s->t, unit, s->root);
    }
    return s->last_within;
}

static void note_not_same(struct scan *s, const struct record *r, struct dot shown)
{
    const struct field *f = record_field(r, F_NOT_SAME);
    for (uint32_t i = 0; f && i < f->count; i++) {
        if (f->values[i].datum.type != DATUM_REF) {
            continue;
        }
        if (s->apart_count == s->apart_cap) {
            s->apart = grow_to(s->apart, &s->apart_cap, sizeof(*s->apart));
        }
        s->apart[s->apart_count++] = in_order(shown, person_shown(s->t, f->values[i].datum.ref));
    }
}

static void scan_record(struct scan *s, const struct record *r)
{
    if ((r->flags & RECORD_STUB) || merge_is_deleted(r) || !is_within(s, r)) {
        return;
    }
    struct dot shown = person_shown(s->t, r->id);
    note_not_same(s, r, shown);
    if (!alike_add(&s->crowd, r)) {
        return;
    }
    if (s->crowd.count > s->shown_cap) {
        s->shown = grow_to(s->shown, &s->shown_cap, sizeof(*s->shown));
    }
    s->shown[s->crowd.count - 1] = shown;
}

static enum err scan_members(struct scan *s)
{
    struct arena ids = {0}, arena = {0};
    struct dot after = {0, 0};
    enum err e = ERR_OK;
    bool more = true;
    while (e == ERR_OK && more) {
        struct id_list page = {0};
        arena_reset(&ids);
        e = store_ids_of_kind(s->t, KIND_MEMBER, after, SCAN_PAGE, &ids, &page);
        for (size_t i = 0; e == ERR_OK && i < page.count; i++) {
            struct record r;
            arena_reset(&arena);
            e = store_get(s->t, page.ids[i], &arena, &r, NULL);
            if (e == ERR_OK) {
                scan_record(s, &r);
            }
        }
        more = page.count > 0;
        after = more ? page.ids[page.count - 1] : after;
    }
    arena_free(&ids);
    arena_free(&arena);
    if (s->apart_count > 1) {
        qsort(s->apart, s->apart_count, sizeof(*s->apart), pair_compare);
    }
    return e;
}

/* ---- blocks --------------------------------------------------------------------------------- */

static uint64_t key_of(uint64_t sort, uint64_t x, uint64_t y, uint64_t z)
{
    uint64_t h = sort * 0x9e3779b97f4a7c15u;
    const uint64_t parts[] = {x, y, z};
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        h = (h ^ parts[i]) * 0xbf58476d1ce4e5b9u;
        h ^= h >> 29;
    }
    return h;
}

static void link_add(struct scan *s, uint64_t key, size_t person)
{
    if (s->link_count == s->link_cap) {
        s->links = grow_to(s->links, &s->link_cap, sizeof(*s->links));
    }
    s->links[s->link_count++] = (struct link){key, (uint32_t)person};
}

/* Day and month that have changed places fall into one block. */
static uint64_t unordered_day(int64_t birth)
{
    unsigned d = (unsigned)DATE_DAY(birth), m = (unsigned)DATE_MONTH(birth);
    return d <= 12 && d < m ? d * 32u + m : m * 32u + d;
}

enum link_sort {
    BY_DAY,
    BY_YEAR_MONTH,
    BY_YEAR_DAY,
    BY_DAY_MONTH,
    BY_YEAR,
    BY_ID_NO,
    BY_CARD_NO,
    BY_EXT_ID
};

static void link_names(struct scan *s, const struct alike *p, size_t i)
{
    uint64_t name = (uint64_t)p->words[0] << 32 | p->words[p->word_count - 1];
    uint64_t year = (uint64_t)DATE_YEAR(p->birth);
    if (p->birth == 0) {
        return;
    }
    link_add(s, key_of(BY_YEAR, year, name, 0), i);
    if (!alike_birth_is_full(p)) {
        return;
    }
    uint64_t day = (uint64_t)DATE_DAY(p->birth), month = (uint64_t)DATE_MONTH(p->birth);
    link_add(s, key_of(BY_DAY_MONTH, day, month, name), i);
    for (size_t k = 0; k < p->word_count; k++) {
        bool again = false;
        for (size_t before = 0; before < k; before++) {
            again = again || p->words[before] == p->words[k];
        }
        if (!again) {
            link_add(s, key_of(BY_DAY, year, unordered_day(p->birth), p->words[k]), i);
        }
    }
}

static void link_person(struct scan *s, size_t i)
{
    const struct alike *p = &s->crowd.people[i];
    link_names(s, p, i);
    if (p->id_no) {
        link_add(s, key_of(BY_ID_NO, p->id_no, 0, 0), i);
    }
    if (p->card_no) {
        link_add(s, key_of(BY_CARD_NO, p->card_no, 0, 0), i);
    }
    if (p->ext_id) {
        link_add(s, key_of(BY_EXT_ID, p->ext_id, 0, 0), i);
    }
}

static int link_compare(const void *a, const void *b)
{
    const struct link *x = a, *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return x->person < y->person ? -1 : x->person > y->person;
}

/* ---- pairs ---------------------------------------------------------------------------------- */

static bool is_settled(const struct scan *s, struct pair_of_ids pair)
{
    return dot_equal(pair.a, pair.b) ||
           (s->apart_count > 0 &&
            bsearch(&pair, s->apart, s->apart_count, sizeof(pair), pair_compare));
}

static void compare_pair(struct scan *s, uint32_t i, uint32_t j)
{
    /* weights of a day or name are those of the one or the other: always in the same order */
    bool turned = dot_compare(s->crowd.people[i].id, s->crowd.people[j].id) > 0;
    uint32_t a = turned ? j : i, b = turned ? i : j;
    struct alike_result r = alike_compare(&s->crowd, &s->crowd.people[a], &s->crowd.people[b]);
    if (r.odds < ODDS_LEAST) {
        return;
    }
    if (s->likely_count == s->likely_cap) {
        s->likely = grow_to(s->likely, &s->likely_cap, sizeof(*s->likely));
    }
    s->likely[s->likely_count++] = (struct likely){a, b, r};
    s->best[a] = r.odds > s->best[a] ? r.odds : s->best[a];
    s->best[b] = r.odds > s->best[b] ? r.odds : s->best[b];
}

/* What else tells members of a crowded block apart: their names, then their homes. */
static int neighbour_compare(const struct alike *x, const struct alike *y)
{
    const uint32_t keys[][2] = {
        {x->words[x->word_count - 1], y->words[y->word_count - 1]},
        {x->words[0], y->words[0]},
        {x->middle, y->middle},
        {x->place_count ? x->places[x->place_count - 1] : 0,
         y->place_count ? y->places[y->place_count - 1] : 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        if (keys[i][0] != keys[i][1]) {
            return keys[i][0] < keys[i][1] ? -1 : 1;
        }
    }
    return dot_compare(x->id, y->id);
}

static const struct alike_crowd *sorted_in; /* qsort hands no context on */

static int crowded_compare(const void *a, const void *b)
{
    const struct link *x = a, *y = b;
    return neighbour_compare(&sorted_in->people[x->person], &sorted_in->people[y->person]);
}

static void compare_block(struct scan *s, struct link *block, size_t count)
{
    size_t reach = count;
    if (count > BLOCK_MAX) {
        sorted_in = &s->crowd;
        qsort(block, count, sizeof(*block), crowded_compare);
        reach = NEIGHBOURS;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count && j <= i + reach; j++) {
            compare_pair(s, block[i].person, block[j].person);
        }
    }
}

static void compare_blocks(struct scan *s)
{
    if (s->link_count > 1) {
        qsort(s->links, s->link_count, sizeof(*s->links), link_compare);
    }
    for (size_t from = 0, end = 0; from < s->link_count; from = end) {
        while (end < s->link_count && s->links[end].key == s->links[from].key) {
            end++;
        }
        compare_block(s, s->links + from, end - from);
    }
}

static int found_compare(const void *a, const void *b)
{
    const struct double_pair *x = a, *y = b;
    int c = dot_compare(x->a, y->a);
    c = c ? c : dot_compare(x->b, y->b);
    return c ? c : (int)y->score - (int)x->score;
}

static int rank_compare(const void *a, const void *b)
{
    const struct double_pair *x = a, *y = b;
    if (x->apart != y->apart) {
        return x->apart ? 1 : -1;
    }
    return x->score != y->score ? (int)y->score - (int)x->score : found_compare(a, b);
}

/* A damaged record has many faint likenesses and one of whom it is the double: beside one that is
 * far more like it, a likeness counts for less. Three entries of one person are alike all three. */
static double odds_beside(const struct scan *s, const struct likely *l)
{
    double best = s->best[l->a] > s->best[l->b] ? s->best[l->a] : s->best[l->b];
    double odds = l->result.odds;
    return best > FAR_MORE * odds ? odds * (FAR_MORE * odds / best) : odds;
}

static void pairs_fill(struct scan *s, struct double_pair *pairs, size_t *count)
{
    for (size_t i = 0; i < s->likely_count; i++) {
        const struct likely *l = &s->likely[i];
        struct pair_of_ids ids = in_order(s->shown[l->a], s->shown[l->b]);
        double odds = odds_beside(s, l), score = 100 * odds / (1 + odds);
        double least = l->result.apart ? DOUBLES_APART_SCORE_LEAST : DOUBLES_SCORE_LEAST;
        if (score >= least && !is_settled(s, ids)) {
            pairs[(*count)++] = (struct double_pair){.a = ids.a,
                                                     .b = ids.b,
                                                     .reasons = l->result.reasons,
                                                     .score = (uint8_t)score,
                                                     .apart = l->result.apart};
        }
    }
}

/* Several blocks, and several records of one person, give one pair. */
static size_t distinct_pairs(struct double_pair *pairs, size_t count)
{
    size_t n = 0;
    if (count > 1) {
        qsort(pairs, count, sizeof(*pairs), found_compare);
    }
    for (size_t i = 0; i < count; i++) {
        if (n == 0 || !dot_equal(pairs[n - 1].a, pairs[i].a) ||
            !dot_equal(pairs[n - 1].b, pairs[i].b)) {
            pairs[n++] = pairs[i];
        }
    }
    if (n > 1) {
        qsort(pairs, n, sizeof(*pairs), rank_compare);
    }
    return n;
}

enum err doubles_find(struct txn *t, struct dot root, struct arena *arena, struct double_pair **out,
                      size_t *count)
{
    struct scan s = {.t = t, .root = root};
    *out = NULL;
    *count = 0;
    enum err e = scan_members(&s);
    if (e != ERR_OK) {
        goto done;
    }
    for (size_t i = 0; i < s.crowd.count; i++) {
        link_person(&s, i);
    }
    s.best = arena_array(&s.crowd.scratch, s.crowd.count + 1, sizeof(*s.best));
    compare_blocks(&s);
    *out = arena_array(arena, s.likely_count + 1, sizeof(**out));
    pairs_fill(&s, *out, count);
    *count = distinct_pairs(*out, *count);
done:
    alike_free(&s.crowd);
    free(s.shown);
    free(s.apart);
    free(s.links);
    free(s.likely);
    return e;
}
