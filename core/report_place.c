/* Units by date: where each stood on any day, worked out once for each stretch of days between two
 * changes of the tree. */
#include "core/report_tally.h"

#include <stdlib.h>

static void read_youth(const struct record *r, struct place *p)
{
    for (uint32_t i = 0; i < ARRAY_COUNT(p->youth); i++) {
        const struct value *v = merge_shown(r, F_UNIT_YOUTH_UNDER_18 + i);
        p->youth[i] =
            v && v->datum.type == DATUM_INT ? merge_shown_number(r, F_UNIT_YOUTH_UNDER_18 + i) : -1;
    }
}

static enum err read_place(struct tally *y, struct dot id, struct place *out)
{
    struct record r;
    TRY(store_get(y->t, id, y->arena, &r, NULL));
    TRY(unit_state(y->t, id, y->arena, &out->state));
    out->id = id;
    out->code = merge_shown_text(&r, F_UNIT_CODE);
    out->name = merge_shown_text(&r, F_UNIT_NAME);
    out->type = merge_shown_int(&r, F_UNIT_TYPE);
    out->setting = merge_shown_int(&r, F_UNIT_SETTING);
    out->remote = merge_shown_int(&r, F_UNIT_REMOTE) != 0;
    out->pilot = merge_shown_int(&r, F_UNIT_PILOT) != 0;
    const struct enum_code *code = schema_code(schema_field(KIND_UNIT, F_UNIT_TYPE), out->type);
    out->level = code ? (enum level)code->rank : LEVEL_NONE;
    read_youth(&r, out);
    return ERR_OK;
}

static int compare_days(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void add_cut(struct tally *y, int64_t date)
{
    if (date != 0) {
        y->cuts[y->cut_count++] = date_first_day(date);
    }
}

/* The days from which something in the tree is otherwise: a unit ends, moves, or begins to take
 * over from another. */
static void collect_cuts(struct tally *y)
{
    y->cuts = arena_array(y->arena, (size_t)y->place_count * 3 + 1, sizeof(*y->cuts));
    bool *succeeds = arena_array(y->arena, (size_t)y->place_count + 1, sizeof(*succeeds));
    for (uint32_t i = 0; i < y->place_count; i++) {
        const struct id_list *s = &y->places[i].state.successors;
        for (size_t k = 0; k < s->count; k++) {
            uint32_t to = place_find(y, s->ids[k]);
            if (to != NOWHERE) {
                succeeds[to] = true;
            }
        }
    }
    for (uint32_t i = 0; i < y->place_count; i++) {
        add_cut(y, y->places[i].state.valid_to);
        add_cut(y, y->places[i].state.moved_on);
        add_cut(y, succeeds[i] ? y->places[i].state.valid_from : 0);
    }
    qsort(y->cuts, y->cut_count, sizeof(*y->cuts), compare_days);
    size_t kept = 0;
    for (size_t i = 0; i < y->cut_count; i++) {
        if (kept == 0 || y->cuts[kept - 1] != y->cuts[i]) {
            y->cuts[kept++] = y->cuts[i];
        }
    }
    y->cut_count = kept;
}

enum err places_read(struct tally *y)
{
    struct id_list list;
    TRY(store_ids_of_kind(y->t, KIND_UNIT, (struct dot){0, 0}, SIZE_MAX, y->arena, &list));
    y->places = arena_array(y->arena, list.count + 1, sizeof(*y->places));
    y->place_of = dots_table_new(y->arena, list.count);
    for (size_t i = 0; i < list.count; i++) {
        TRY(read_place(y, list.ids[i], &y->places[y->place_count]));
        dots_table_put(y->place_of, list.ids[i], y->place_count++);
    }
    collect_cuts(y);
    y->chains = arena_array(y->arena, y->cut_count + 1, sizeof(*y->chains));
    return ERR_OK;
}

uint32_t place_find(const struct tally *y, struct dot unit)
{
    return dot_is_none(unit) ? NOWHERE : dots_table_get(y->place_of, unit);
}

size_t place_epoch(const struct tally *y, int64_t day)
{
    size_t low = 0, high = y->cut_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (y->cuts[mid] <= day) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static void add_link(struct tally *y, uint32_t place)
{
    if (y->link_count == y->link_cap) {
        y->link_cap = y->link_cap ? 2 * y->link_cap : 4096;
        uint32_t *grown = arena_array(y->arena, y->link_cap, sizeof(*grown));
        if (y->link_count) {
            memcpy(grown, y->links, y->link_count * sizeof(*grown));
        }
        y->links = grown;
    }
    y->links[y->link_count++] = place;
}

static void make_chain(struct tally *y, uint32_t place, int64_t day, struct chain *out)
{
    out->start = (uint32_t)y->link_count;
    struct dot at = unit_at(y->t, y->places[place].id, day);
    uint32_t next = place_find(y, at);
    while (next != NOWHERE && out->count < UNIT_DEPTH_MAX) {
        for (uint32_t i = 0; i < out->count; i++) {
            if (y->links[out->start + i] == next) {
                return; /* a cycle */
            }
        }
        add_link(y, next);
        out->count++;
        next = place_find(y, unit_parent_at(y->t, y->places[next].id, day));
    }
}

const uint32_t *place_chain(struct tally *y, uint32_t place, int64_t day, size_t *count)
{
    size_t epoch = place_epoch(y, day);
    *count = 0;
    if (place == NOWHERE) {
        return NULL;
    }
    if (!y->chains[epoch]) {
        y->chains[epoch] = arena_array(y->arena, (size_t)y->place_count + 1, sizeof(struct chain));
    }
    struct chain *c = &y->chains[epoch][place];
    if (c->count == 0) {
        make_chain(y, place, day, c);
    }
    *count = c->count;
    return y->links + c->start;
}

uint32_t place_at(struct tally *y, uint32_t place, int64_t day)
{
    size_t count = 0;
    const uint32_t *chain = place_chain(y, place, day, &count);
    return count ? chain[0] : NOWHERE;
}

bool place_is_living(const struct place *p, int64_t day)
{
    const struct unit_state *s = &p->state;
    bool begun = s->valid_from == 0 || day >= date_first_day(s->valid_from);
    return !s->deleted && begun && s->status != UNIT_PROPOSED && !unit_has_ended(s, day);
}

bool place_is_branch(const struct place *p)
{
    return p->type == UNIT_TYPE_BRANCH || p->type == UNIT_TYPE_GRASSROOTS_BRANCH;
}
