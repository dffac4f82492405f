/* Walking the index as a whole, for what is looked for over all records at once. */
#include "core/store_key.h"

/* Keys that differ only in the id at their end stand side by side. */
enum err store_ids_sharing_key(struct txn *t, uint32_t kind, uint32_t field, struct arena *arena,
                               struct id_list *out)
{
    struct key_build prefix = {.len = 0}, last = {.len = 0};
    struct walk w;
    size_t cap = 0;
    *out = (struct id_list){0};
    bool open = false; /* the group at hand is in the list */
    key_byte(&prefix, 'x');
    key_u32(&prefix, kind);
    key_u32(&prefix, field);
    walk_begin(&w, t, TABLE_INDEX, key_view(&prefix), (struct slice){0});
    w.keys_only = true;
    while (walk_next(&w)) {
        size_t text = w.key.len - DOT_KEY_BYTES;
        bool same = last.len == w.key.len && memcmp(last.bytes, w.key.ptr, text) == 0;
        for (int pass = open ? 1 : 0; same && pass < 2; pass++) {
            id_list_add(out, &cap, dot_key_get(pass ? w.key.ptr + text : last.bytes + text), arena);
        }
        if (!same && open) {
            id_list_add(out, &cap, (struct dot){0, 0}, arena);
        }
        open = same;
        last.len = 0;
        key_add(&last, w.key.ptr, w.key.len);
    }
    if (open) {
        id_list_add(out, &cap, (struct dot){0, 0}, arena);
    }
    return walk_end(&w);
}

enum err store_ids_referred(struct txn *t, struct arena *arena, struct id_list *out)
{
    struct walk w;
    struct dot last = {0, 0};
    size_t cap = 0;
    *out = (struct id_list){0};
    const uint8_t prefix = 'r';
    walk_begin(&w, t, TABLE_INDEX, slice_make(&prefix, 1), (struct slice){0});
    w.keys_only = true;
    while (walk_next(&w)) {
        struct dot target = dot_key_get(w.key.ptr + 1);
        if (!dot_equal(target, last)) {
            id_list_add(out, &cap, target, arena);
            last = target;
        }
    }
    return walk_end(&w);
}

enum err store_units_with_records(struct txn *t, struct arena *arena, struct id_list *out)
{
    struct walk w;
    size_t cap = 0;
    *out = (struct id_list){0};
    const uint8_t prefix = ROUTE_OWN;
    walk_begin(&w, t, TABLE_DIGESTS, slice_make(&prefix, 1), (struct slice){0});
    w.keys_only = true;
    while (walk_next(&w)) {
        if (w.key.len == 1 + DOT_KEY_BYTES) {
            id_list_add(out, &cap, dot_key_get(w.key.ptr + 1), arena);
        }
    }
    return walk_end(&w);
}
