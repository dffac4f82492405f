/* Walking the index as a whole, for what is looked for over all records at once. */
#include "core/store_key.h"

static void grow(struct arena *arena, struct dot **ids, size_t count, size_t *cap)
{
    if (count < *cap) {
        return;
    }
    size_t wider = *cap ? *cap * 2 : 64;
    struct dot *grown = arena_array(arena, wider, sizeof(*grown));
    if (count) {
        memcpy(grown, *ids, count * sizeof(*grown));
    }
    *ids = grown;
    *cap = wider;
}

/* Keys that differ only in the id at their end stand side by side. */
enum err store_ids_sharing_key(struct txn *t, uint32_t kind, uint32_t field, struct arena *arena,
                               struct id_list *out)
{
    struct key_build prefix = {.len = 0}, last = {.len = 0};
    struct walk w;
    struct dot *ids = NULL;
    size_t count = 0, cap = 0;
    bool open = false; /* the group at hand is in the list */
    key_byte(&prefix, 'x');
    key_u32(&prefix, kind);
    key_u32(&prefix, field);
    walk_begin(&w, t, TABLE_INDEX, key_view(&prefix), (struct slice){0});
    while (walk_next(&w)) {
        size_t text = w.key.len - DOT_KEY_BYTES;
        bool same = last.len == w.key.len && memcmp(last.bytes, w.key.ptr, text) == 0;
        for (int pass = open ? 1 : 0; same && pass < 2; pass++) {
            grow(arena, &ids, count, &cap);
            ids[count++] = dot_key_get(pass ? w.key.ptr + text : last.bytes + text);
        }
        if (!same && open) {
            grow(arena, &ids, count, &cap);
            ids[count++] = (struct dot){0, 0};
        }
        open = same;
        last.len = 0;
        key_add(&last, w.key.ptr, w.key.len);
    }
    if (open) {
        grow(arena, &ids, count, &cap);
        ids[count++] = (struct dot){0, 0};
    }
    *out = (struct id_list){.ids = ids, .count = count};
    return walk_end(&w);
}

enum err store_ids_referred(struct txn *t, struct arena *arena, struct id_list *out)
{
    struct walk w;
    struct dot *ids = NULL, last = {0, 0};
    size_t count = 0, cap = 0;
    const uint8_t prefix = 'r';
    walk_begin(&w, t, TABLE_INDEX, slice_make(&prefix, 1), (struct slice){0});
    while (walk_next(&w)) {
        struct dot target = dot_key_get(w.key.ptr + 1);
        if (!dot_equal(target, last)) {
            grow(arena, &ids, count, &cap);
            ids[count++] = target;
            last = target;
        }
    }
    *out = (struct id_list){.ids = ids, .count = count};
    return walk_end(&w);
}

enum err store_units_with_records(struct txn *t, struct arena *arena, struct id_list *out)
{
    struct walk w;
    struct dot *ids = NULL;
    size_t count = 0, cap = 0;
    const uint8_t prefix = ROUTE_OWN;
    walk_begin(&w, t, TABLE_DIGESTS, slice_make(&prefix, 1), (struct slice){0});
    while (walk_next(&w)) {
        if (w.key.len == 1 + DOT_KEY_BYTES) {
            grow(arena, &ids, count, &cap);
            ids[count++] = dot_key_get(w.key.ptr + 1);
        }
    }
    *out = (struct id_list){.ids = ids, .count = count};
    return walk_end(&w);
}
