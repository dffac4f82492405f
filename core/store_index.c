/* What a record contributes to the index and digest tables, and how the index is asked.
 *
 * Keys, by their first byte:
 *   k kind 4, id 16                        records of a kind
 *   u route 1, unit 16, id 16 → digest 16  records that a unit gives scope to; the digest groups
 *   t phrase, 0, id 16                     searchable text: folded, from every word start on
 *   x kind 4, field 4, folded text, 0, id  exact keys: ext_id, codes, unique hints, titles
 *   r target 16, field 4, id 16            references in plain fields, and in a few sets
 *   m id 16                                records merged into others
 *   o member 16, id 16                     open transfers of a member
 *   c id 16                                records in conflict
 * Texts are cut at INDEX_TEXT_MAX; in a sealed store they are blinded (store_seal.h). Live siblings
 * all count, so a record is found by either of two concurrent values. */
#include "core/store_key.h"

#include "core/scope.h"
#include "core/text.h"

#include <stdlib.h>

#define INDEX_PHRASES_MAX 12 /* word starts of one value */

static void items_add(struct index_items *items, const struct key_build *k, struct slice value)
{
    if (items->count == items->cap) {
        size_t cap = items->cap ? items->cap * 2 : 32;
        struct index_item *grown = arena_array(items->arena, cap, sizeof(*grown));
        if (items->count) {
            memcpy(grown, items->items, items->count * sizeof(*grown));
        }
        items->items = grown;
        items->cap = cap;
    }
    items->items[items->count++] =
        (struct index_item){arena_copy(items->arena, key_view(k)), value};
}

/* "lo a sinh" is found by "lo a s", "a sinh" and "sinh". */
static void collect_phrases(struct txn *t, struct slice folded, struct dot id,
                            struct index_items *out)
{
    size_t from = 0, phrases = 0;
    while (from < folded.len && phrases < INDEX_PHRASES_MAX) {
        struct key_build k = {.len = 0};
        key_byte(&k, 't');
        key_text(&k, t, slice_make(folded.ptr + from, folded.len - from), true);
        key_dot(&k, id);
        items_add(out, &k, (struct slice){0});
        phrases++;
        const uint8_t *space = memchr(folded.ptr + from, ' ', folded.len - from);
        from = space ? (size_t)(space - folded.ptr) + 1 : folded.len;
    }
}

static bool field_is_exact_key(const struct record *r, const struct field_def *def)
{
    return def->number == F_EXT_ID || (def->flags & FIELD_UNIQUE_HINT) ||
           (r->kind == KIND_UNIT && def->number == F_UNIT_CODE) ||
           def->number == schema_title_field(r->kind);
}

static void collect_text(struct txn *t, const struct record *r, const struct field_def *def,
                         const struct value *v, struct index_items *out)
{
    bool search = def->flags & FIELD_SEARCHABLE, exact = field_is_exact_key(r, def);
    if (!search && !exact) {
        return;
    }
    struct slice folded = text_fold(v->datum.text, out->arena);
    if (search) {
        collect_phrases(t, folded, r->id, out);
    }
    if (exact) {
        struct key_build k = {.len = 0};
        exact_key(&k, t, r->kind, def->number, folded);
        key_dot(&k, r->id);
        items_add(out, &k, (struct slice){0});
    }
}

/* Sets that are also asked for from the other end. */
static bool set_is_indexed(const struct record *r, uint32_t field)
{
    return field == F_MERGED_INTO || field == F_NOT_SAME ||
           (r->kind == KIND_UNIT && field == F_UNIT_SUCCESSORS);
}

static void collect_fields(struct txn *t, const struct record *r, struct index_items *out)
{
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        const struct field_def *def = schema_field(r->kind, f->number);
        bool set = schema_rule(r->kind, f) == MERGE_SET;
        for (uint32_t j = 0; j < f->count; j++) {
            const struct value *v = &f->values[j];
            if (v->datum.type == DATUM_TEXT && def) {
                collect_text(t, r, def, v, out);
            } else if (v->datum.type == DATUM_REF && f->number != F_UNIT &&
                       (!set || set_is_indexed(r, f->number))) {
                struct key_build k = {.len = 0};
                key_byte(&k, 'r');
                key_dot(&k, v->datum.ref);
                key_u32(&k, f->number);
                key_dot(&k, r->id);
                items_add(out, &k, (struct slice){0});
            }
        }
    }
}

static void collect_groups(const struct record *r, const struct id_list *units,
                           struct index_items *out)
{
    struct hash digest =
        r->flags & RECORD_STUB || r->route == ROUTE_LOCAL ? (struct hash){{0}} : record_digest(r);
    struct slice value = arena_copy(out->arena, slice_make(digest.bytes, HASH_BYTES));
    size_t count = r->route == ROUTE_EVERYWHERE ? 1 : units->count;
    for (size_t i = 0; i < count; i++) {
        struct key_build k = {.len = 0};
        key_byte(&k, 'u');
        group_key(&k, r->route, r->route == ROUTE_EVERYWHERE ? (struct dot){0, 0} : units->ids[i]);
        key_dot(&k, r->id);
        items_add(out, &k, value);
    }
}

static int item_compare(const void *a, const void *b)
{
    const struct index_item *x = a, *y = b;
    return slice_compare(x->key, y->key);
}

void index_sort(struct index_items *items)
{
    if (items->count < 2) {
        return;
    }
    qsort(items->items, items->count, sizeof(*items->items), item_compare);
    size_t n = 1;
    for (size_t i = 1; i < items->count; i++) {
        if (!slice_equal(items->items[i].key, items->items[n - 1].key)) {
            items->items[n++] = items->items[i];
        }
    }
    items->count = n;
}

static bool record_conflicts(const struct record *r)
{
    for (size_t i = 0; i < r->field_count; i++) {
        if (merge_in_conflict(r, r->fields[i].number)) {
            return true;
        }
    }
    return false;
}

static bool has_ref(const struct record *r, uint32_t field)
{
    const struct field *f = record_field(r, field);
    bool any = false;
    for (uint32_t i = 0; f && i < f->count && !any; i++) {
        any = f->values[i].datum.type == DATUM_REF;
    }
    return any;
}

static void collect_relations(const struct record *r, struct index_items *out)
{
    struct key_build k = {.len = 0};
    if (has_ref(r, F_MERGED_INTO)) {
        key_byte(&k, 'm');
        key_dot(&k, r->id);
        items_add(out, &k, (struct slice){0});
    }
    const struct field *member = record_field(r, F_MEMBER);
    for (uint32_t i = 0; member && merge_transfer_is_open(r) && i < member->count; i++) {
        if (member->values[i].datum.type == DATUM_REF) {
            k.len = 0;
            key_byte(&k, 'o');
            key_dot(&k, member->values[i].datum.ref);
            key_dot(&k, r->id);
            items_add(out, &k, (struct slice){0});
        }
    }
}

void index_collect(struct txn *t, const struct record *r, const struct id_list *units,
                   struct index_items *out)
{
    struct key_build k = {.len = 0};
    key_byte(&k, 'k');
    key_u32(&k, r->kind);
    key_dot(&k, r->id);
    items_add(out, &k, (struct slice){0});
    if (record_conflicts(r)) {
        k.len = 0;
        key_byte(&k, 'c');
        key_dot(&k, r->id);
        items_add(out, &k, (struct slice){0});
    }
    collect_groups(r, units, out);
    collect_fields(t, r, out);
    collect_relations(r, out);
}

/* ---- digests -------------------------------------------------------------------------------- */

/* Records come group by group, so the group at hand is kept until another one's turn or the commit.
 */
enum err digest_flush(struct txn *t)
{
    struct digest_slot *d = &t->digest;
    struct slice key = slice_make(d->key, sizeof(d->key));
    uint8_t value[HASH_BYTES + 8];
    if (!d->dirty) {
        return ERR_OK;
    }
    d->dirty = false;
    if (d->count == 0 && hash_is_zero(d->sum)) {
        return table_del(t, TABLE_DIGESTS, key);
    }
    memcpy(value, d->sum.bytes, HASH_BYTES);
    be64_put(value + HASH_BYTES, d->count);
    return table_put(t, TABLE_DIGESTS, key, slice_make(value, sizeof(value)));
}

static enum err digest_load(struct txn *t, const struct key_build *k, struct hash *sum,
                            uint64_t *count)
{
    struct slice v;
    if (t->digest.loaded && memcmp(t->digest.key, k->bytes, sizeof(t->digest.key)) == 0) {
        *sum = t->digest.sum;
        *count = t->digest.count;
        return ERR_OK;
    }
    *sum = (struct hash){{0}};
    *count = 0;
    enum err e = table_get(t, TABLE_DIGESTS, key_view(k), &v);
    if (e == ERR_OK && v.len == HASH_BYTES + 8) {
        memcpy(sum->bytes, v.ptr, HASH_BYTES);
        *count = be64_get(v.ptr + HASH_BYTES);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* key and value of a 'u' item; a zero digest (a stub) does not count */
static enum err digest_apply(struct txn *t, const struct index_item *item, bool add)
{
    struct hash h, sum;
    uint64_t count = 0;
    memcpy(h.bytes, item->value.ptr, HASH_BYTES);
    if (hash_is_zero(h)) {
        return ERR_OK;
    }
    struct key_build k = {.len = 0};
    key_add(&k, item->key.ptr + 1, 1 + DOT_KEY_BYTES);
    enum err e = digest_load(t, &k, &sum, &count);
    if (e != ERR_OK) {
        return e;
    }
    if (add) {
        hash_sum_add(&sum, h);
        count++;
    } else {
        hash_sum_sub(&sum, h);
        count = count ? count - 1 : 0;
    }
    struct digest_slot *d = &t->digest;
    if (!d->loaded || memcmp(d->key, k.bytes, sizeof(d->key)) != 0) {
        TRY(digest_flush(t));
        memcpy(d->key, k.bytes, sizeof(d->key));
    }
    d->sum = sum;
    d->count = count;
    d->loaded = true;
    d->dirty = true;
    t->dirty = true;
    return ERR_OK;
}

struct digest_group store_digest(struct txn *t, enum route route, struct dot unit)
{
    struct digest_group g = {.route = group_route((uint8_t)route), .unit = unit};
    struct key_build k = {.len = 0};
    group_key(&k, (uint8_t)route, unit);
    if (digest_load(t, &k, &g.sum, &g.count) != ERR_OK) {
        g.count = 0;
    }
    return g;
}

enum err store_group_hashes(struct txn *t, enum route route, struct dot unit, struct dot after,
                            size_t limit, struct arena *arena, struct id_hash **out, size_t *count)
{
    struct key_build prefix = {.len = 0}, from = {.len = 0};
    key_byte(&prefix, 'u');
    group_key(&prefix, (uint8_t)route, unit);
    from = prefix;
    key_dot(&from, after);
    size_t cap = 64, n = 0;
    struct id_hash *list = arena_array(arena, cap, sizeof(*list));
    struct walk w;
    walk_begin(&w, t, TABLE_INDEX, key_view(&prefix),
               dot_is_none(after) ? (struct slice){0} : key_view(&from));
    while (n < limit && walk_next(&w)) {
        struct hash h = {{0}};
        if (w.value.len == HASH_BYTES) {
            memcpy(h.bytes, w.value.ptr, HASH_BYTES);
        }
        if (hash_is_zero(h)) {
            continue;
        }
        if (n == cap) {
            struct id_hash *grown = arena_array(arena, cap * 2, sizeof(*grown));
            memcpy(grown, list, cap * sizeof(*grown));
            list = grown;
            cap *= 2;
        }
        list[n++] = (struct id_hash){dot_key_get(w.key.ptr + prefix.len), be64_get(h.bytes)};
    }
    *out = list;
    *count = n;
    return walk_end(&w);
}

/* ---- update --------------------------------------------------------------------------------- */

static enum err item_drop(struct txn *t, const struct index_item *item)
{
    enum err e = table_del(t, TABLE_INDEX, item->key);
    return e == ERR_OK && item->key.ptr[0] == 'u' ? digest_apply(t, item, false) : e;
}

static enum err item_put(struct txn *t, const struct index_item *item)
{
    enum err e = table_put(t, TABLE_INDEX, item->key, item->value);
    if (item->key.ptr[0] == 'm') {
        t->some[SOME_MERGED] = SOME_YES;
    } else if (item->key.ptr[0] == 'o') {
        t->some[SOME_TRANSFERS] = SOME_YES;
    }
    return e == ERR_OK && item->key.ptr[0] == 'u' ? digest_apply(t, item, true) : e;
}

/* Scope is read from the relations between records, so that a rebuild writes these first. */
enum err index_relations(struct txn *t, const struct record *r, struct arena *arena)
{
    struct index_items items = {.arena = arena};
    collect_relations(r, &items);
    collect_fields(t, r, &items);
    for (size_t i = 0; i < items.count; i++) {
        TRY(item_put(t, &items.items[i]));
    }
    return ERR_OK;
}

enum err index_update(struct txn *t, const struct record *before, const struct record *after,
                      const struct id_list *units_before, const struct id_list *units_after)
{
    struct index_items old = {.arena = &t->scratch}, now = {.arena = &t->scratch};
    enum err e = ERR_OK;
    index_collect(t, after, units_after, &now);
    if (!before) { /* nothing to compare with: a key that comes twice is put twice */
        for (size_t i = 0; e == ERR_OK && i < now.count; i++) {
            e = item_put(t, &now.items[i]);
        }
        return e;
    }
    index_collect(t, before, units_before, &old);
    index_sort(&old);
    index_sort(&now);
    size_t i = 0, j = 0;
    while (e == ERR_OK && (i < old.count || j < now.count)) {
        int c = i == old.count   ? 1
                : j == now.count ? -1
                                 : slice_compare(old.items[i].key, now.items[j].key);
        if (c < 0) {
            e = item_drop(t, &old.items[i++]);
        } else if (c > 0) {
            e = item_put(t, &now.items[j++]);
        } else {
            if (!slice_equal(old.items[i].value, now.items[j].value)) {
                e = digest_apply(t, &old.items[i], false);
                e = e ? e : item_put(t, &now.items[j]);
            }
            i++;
            j++;
        }
    }
    return e;
}

/* A dependent's groups follow its member: leave the units the member left, enter the new ones. */
enum err index_regroup(struct txn *t, const struct record *r, const struct id_list *former,
                       const struct index_items *now)
{
    struct slice v;
    for (size_t i = 0; i < former->count; i++) {
        struct key_build k = {.len = 0};
        key_byte(&k, 'u');
        group_key(&k, r->route, former->ids[i]);
        key_dot(&k, r->id);
        if (table_get(t, TABLE_INDEX, key_view(&k), &v) == ERR_OK) {
            struct index_item item = {key_view(&k), arena_copy(now->arena, v)};
            TRY(item_drop(t, &item));
        }
    }
    for (size_t i = 0; i < now->count; i++) {
        const struct index_item *item = &now->items[i];
        if (item->key.ptr[0] == 'u' && !table_has(t, TABLE_INDEX, item->key)) {
            TRY(item_put(t, item));
        }
    }
    return ERR_OK;
}
