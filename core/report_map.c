/* Hash tables in an arena: ids, texts and sums by key. They only grow. */
#include "core/report_tally.h"

static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

/* ---- ids ------------------------------------------------------------------------------------ */

struct table_of_dots {
    struct dot *ids;
    uint32_t *index; /* + 1; 0 = free */
    size_t mask, count;
    struct arena *arena;
};

struct table_of_dots *dots_table_new(struct arena *arena, size_t count)
{
    struct table_of_dots *m = arena_alloc(arena, sizeof(*m));
    size_t cap = 64;
    while (cap < count * 2) {
        cap *= 2;
    }
    *m = (struct table_of_dots){.ids = arena_array(arena, cap, sizeof(struct dot)),
                                .index = arena_array(arena, cap, sizeof(uint32_t)),
                                .mask = cap - 1,
                                .arena = arena};
    return m;
}

static size_t dots_slot(const struct table_of_dots *m, struct dot id)
{
    size_t i = (size_t)mix(id.actor ^ mix(id.seq)) & m->mask;
    while (m->index[i] != 0 && !dot_equal(m->ids[i], id)) {
        i = (i + 1) & m->mask;
    }
    return i;
}

void dots_table_put(struct table_of_dots *m, struct dot id, uint32_t index)
{
    if ((m->count + 1) * 2 > m->mask) {
        struct table_of_dots *grown = dots_table_new(m->arena, m->mask + 1);
        for (size_t i = 0; i <= m->mask; i++) {
            if (m->index[i] != 0) {
                dots_table_put(grown, m->ids[i], m->index[i] - 1);
            }
        }
        *m = *grown;
    }
    size_t i = dots_slot(m, id);
    m->count += m->index[i] == 0 ? 1 : 0;
    m->ids[i] = id;
    m->index[i] = index + 1;
}

uint32_t dots_table_get(const struct table_of_dots *m, struct dot id)
{
    size_t i = dots_slot(m, id);
    return m->index[i] != 0 ? m->index[i] - 1 : NOWHERE;
}

/* ---- texts ---------------------------------------------------------------------------------- */

struct table_of_texts {
    struct slice *texts;
    size_t count, cap;
    uint32_t *index; /* + 1; 0 = free */
    size_t mask;
};

struct table_of_texts *texts_new(struct arena *arena)
{
    struct table_of_texts *m = arena_alloc(arena, sizeof(*m));
    m->cap = 128;
    m->mask = 2 * m->cap - 1;
    m->texts = arena_array(arena, m->cap, sizeof(*m->texts));
    m->index = arena_array(arena, m->mask + 1, sizeof(*m->index));
    return m;
}

static size_t texts_slot(const struct table_of_texts *m, struct slice text)
{
    uint64_t h = text.len;
    for (size_t i = 0; i < text.len; i++) {
        h = (h ^ text.ptr[i]) * UINT64_C(0x100000001b3);
    }
    size_t at = (size_t)mix(h) & m->mask;
    while (m->index[at] != 0 && !slice_equal(m->texts[m->index[at] - 1], text)) {
        at = (at + 1) & m->mask;
    }
    return at;
}

static void texts_grow(struct table_of_texts *m, struct arena *arena)
{
    struct slice *old = m->texts;
    m->cap *= 2;
    m->mask = 2 * m->cap - 1;
    m->texts = arena_array(arena, m->cap, sizeof(*m->texts));
    m->index = arena_array(arena, m->mask + 1, sizeof(*m->index));
    for (size_t i = 0; i < m->count; i++) {
        m->texts[i] = old[i];
        m->index[texts_slot(m, old[i])] = (uint32_t)i + 1;
    }
}

uint32_t texts_put(struct table_of_texts *m, struct slice text, struct arena *arena)
{
    size_t at = texts_slot(m, text);
    if (m->index[at] != 0) {
        return m->index[at] - 1;
    }
    if (m->count == m->cap) {
        texts_grow(m, arena);
        at = texts_slot(m, text);
    }
    m->texts[m->count] = arena_copy(arena, text);
    m->index[at] = (uint32_t)++m->count;
    return m->index[at] - 1;
}

struct slice texts_get(const struct table_of_texts *m, uint32_t key)
{
    return m->texts[key];
}

size_t texts_count(const struct table_of_texts *m)
{
    return m->count;
}

/* ---- sums by key ---------------------------------------------------------------------------- */

struct tally_map {
    uint64_t *keys; /* 0 = free */
    int64_t *sums;
    size_t mask, count;
};

static void map_room(struct tally_map *m, size_t cap, struct arena *arena)
{
    m->mask = cap - 1;
    m->keys = arena_array(arena, cap, sizeof(*m->keys));
    m->sums = arena_array(arena, cap, sizeof(*m->sums));
}

struct tally_map *tally_map_new(struct arena *arena)
{
    struct tally_map *m = arena_alloc(arena, sizeof(*m));
    map_room(m, 1024, arena);
    return m;
}

static size_t map_slot(const struct tally_map *m, uint64_t key)
{
    size_t i = (size_t)mix(key) & m->mask;
    while (m->keys[i] != 0 && m->keys[i] != key) {
        i = (i + 1) & m->mask;
    }
    return i;
}

void tally_map_add(struct tally_map *m, uint64_t key, int64_t n, struct arena *arena)
{
    if ((m->count + 1) * 2 > m->mask) {
        struct tally_map old = *m;
        map_room(m, 2 * (m->mask + 1), arena);
        for (size_t i = 0; i <= old.mask; i++) {
            if (old.keys[i] != 0) {
                size_t to = map_slot(m, old.keys[i]);
                m->keys[to] = old.keys[i];
                m->sums[to] = old.sums[i];
            }
        }
    }
    size_t i = map_slot(m, key);
    m->count += m->keys[i] == 0 ? 1 : 0;
    m->keys[i] = key;
    m->sums[i] += n;
}

int64_t tally_map_get(const struct tally_map *m, uint64_t key)
{
    return m->sums[map_slot(m, key)]; /* 0 where it is free */
}
