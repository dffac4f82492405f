#include "core/units.h"

#include "core/store_env.h"
#include "core/text.h"

#include <stdlib.h>

static struct dot shown_ref(const struct record *r, uint32_t field)
{
    const struct value *v = merge_shown(r, field);
    return v && v->datum.type == DATUM_REF ? v->datum.ref : (struct dot){0, 0};
}

static struct parent_slot *parent_slot(struct txn *t, struct dot unit)
{
    return &t->parents[(unit.actor ^ unit.seq) % ARRAY_COUNT(t->parents)];
}

struct dot unit_parent(struct txn *t, struct dot unit)
{
    struct parent_slot *slot = parent_slot(t, unit);
    if (dot_equal(slot->unit, unit) && !dot_is_none(unit)) {
        return slot->parent;
    }
    struct arena arena = {0};
    struct record r;
    struct dot parent = {0, 0};
    if (!dot_is_none(unit) && store_get(t, unit, &arena, &r, NULL) == ERR_OK &&
        r.kind == KIND_UNIT) {
        parent = shown_ref(&r, F_UNIT_PARENT);
        *slot = (struct parent_slot){unit, parent};
    }
    arena_free(&arena);
    return parent;
}

bool unit_is_within(struct txn *t, struct dot unit, struct dot root)
{
    for (int depth = 0; depth < UNIT_DEPTH_MAX && !dot_is_none(unit); depth++) {
        if (dot_equal(unit, root)) {
            return true;
        }
        unit = unit_parent(t, unit);
    }
    return false;
}

enum err unit_children(struct txn *t, struct dot unit, struct arena *arena, struct id_list *out)
{
    return store_ids_by_ref(t, unit, F_UNIT_PARENT, (struct dot){0, 0}, SIZE_MAX, arena, out);
}

static int dot_sort(const void *a, const void *b)
{
    return dot_compare(*(const struct dot *)a, *(const struct dot *)b);
}

enum err unit_subtree(struct txn *t, struct dot root, struct arena *arena, struct id_list *out)
{
    size_t cap = 64;
    struct dot *list = arena_array(arena, cap, sizeof(*list));
    list[0] = root;
    size_t n = 1;
    enum err e = ERR_OK;
    for (size_t next = 0; e == ERR_OK && next < n; next++) {
        struct id_list children;
        e = unit_children(t, list[next], arena, &children);
        for (size_t i = 0; e == ERR_OK && i < children.count; i++) {
            /* A child by a losing sibling of `parent`, or on a cycle, is not below. */
            if (!dot_equal(unit_parent(t, children.ids[i]), list[next]) ||
                dot_equal(children.ids[i], root)) {
                continue;
            }
            if (n == cap) {
                struct dot *grown = arena_array(arena, cap * 2, sizeof(*grown));
                memcpy(grown, list, cap * sizeof(*grown));
                list = grown;
                cap *= 2;
            }
            list[n++] = children.ids[i];
        }
    }
    *out = (struct id_list){.ids = list, .count = n};
    return e;
}

enum err unit_by_code(struct txn *t, struct slice code, struct dot *out)
{
    struct arena arena = {0};
    struct id_list hits;
    size_t found = 0;
    struct slice want = text_fold(code, &arena);
    enum err e = store_ids_by_key(t, KIND_UNIT, F_UNIT_CODE, code, 64, &arena, &hits);
    for (size_t i = 0; e == ERR_OK && i < hits.count; i++) {
        struct record r;
        if (store_get(t, hits.ids[i], &arena, &r, NULL) != ERR_OK || merge_is_deleted(&r)) {
            continue;
        }
        const struct value *v = merge_shown(&r, F_UNIT_CODE);
        if (v && v->datum.type == DATUM_TEXT &&
            slice_equal(text_fold(v->datum.text, &arena), want)) {
            *out = hits.ids[i];
            found++;
        }
    }
    if (e == ERR_OK && found == 0) {
        e = error_set(ERR_NOT_FOUND, _("there is no unit with code %.*s"), (int)code.len,
                      (const char *)code.ptr);
    } else if (e == ERR_OK && found > 1) {
        e = error_set(ERR_AMBIGUOUS, _("%zu units have code %.*s"), found, (int)code.len,
                      (const char *)code.ptr);
    }
    arena_free(&arena);
    return e;
}

static struct slice unit_text(struct txn *t, struct dot unit, uint32_t field, struct arena *arena)
{
    struct record r;
    if (dot_is_none(unit) || store_get(t, unit, arena, &r, NULL) != ERR_OK) {
        return (struct slice){0};
    }
    const struct value *v = merge_shown(&r, field);
    return v && v->datum.type == DATUM_TEXT ? v->datum.text : (struct slice){0};
}

struct slice unit_code(struct txn *t, struct dot unit, struct arena *arena)
{
    return unit_text(t, unit, F_UNIT_CODE, arena);
}

struct slice unit_name(struct txn *t, struct dot unit, struct arena *arena)
{
    return unit_text(t, unit, F_UNIT_NAME, arena);
}

enum level unit_level(struct txn *t, struct dot unit)
{
    struct arena arena = {0};
    struct record r;
    enum level level = LEVEL_NONE;
    if (!dot_is_none(unit) && store_get(t, unit, &arena, &r, NULL) == ERR_OK) {
        const struct value *v = merge_shown(&r, F_UNIT_TYPE);
        const struct field_def *def = schema_field(KIND_UNIT, F_UNIT_TYPE);
        const struct enum_code *code =
            v && v->datum.type == DATUM_INT ? schema_code(def, v->datum.i) : NULL;
        level = code ? (enum level)code->rank : LEVEL_NONE;
    }
    arena_free(&arena);
    return level;
}

static size_t add_unit_refs(const struct record *r, struct dot *out, size_t n, size_t max)
{
    const struct field *f = record_field(r, F_UNIT);
    for (uint32_t i = 0; f && i < f->count && n < max; i++) {
        if (f->values[i].datum.type == DATUM_REF) {
            out[n++] = f->values[i].datum.ref;
        }
    }
    return n;
}

enum err scope_units(struct txn *t, const struct record *r, struct arena *arena,
                     struct id_list *out)
{
    enum { MAX = 256 }; /* siblings of `unit` beyond any honest number add nothing */
    struct dot *list = arena_array(arena, MAX, sizeof(*list));
    size_t n = 0;
    if (r->kind == KIND_UNIT) {
        list[n++] = r->id;
    } else {
        n = add_unit_refs(r, list, n, MAX);
    }
    const struct field *member = r->route == ROUTE_DEPENDENT ? record_field(r, F_MEMBER) : NULL;
    for (uint32_t i = 0; member && i < member->count; i++) {
        struct record m;
        if (member->values[i].datum.type == DATUM_REF &&
            store_get(t, member->values[i].datum.ref, arena, &m, NULL) == ERR_OK) {
            n = add_unit_refs(&m, list, n, MAX);
        }
    }
    if (n > 1) {
        qsort(list, n, sizeof(*list), dot_sort);
        size_t kept = 1;
        for (size_t i = 1; i < n; i++) {
            if (!dot_equal(list[i], list[kept - 1])) {
                list[kept++] = list[i];
            }
        }
        n = kept;
    }
    *out = (struct id_list){.ids = list, .count = n};
    return ERR_OK;
}

bool scope_within(struct txn *t, const struct dot *units, size_t count, struct dot root)
{
    for (size_t i = 0; i < count; i++) {
        if (unit_is_within(t, units[i], root)) {
            return true;
        }
    }
    return false;
}

bool scope_holds(struct txn *t, uint8_t route, const struct dot *units, size_t count,
                 struct dot unit)
{
    if (route == ROUTE_EVERYWHERE) {
        return true;
    }
    if (route == ROUTE_LOCAL) {
        return false;
    }
    if (scope_within(t, units, count, unit)) {
        return true;
    }
    for (size_t i = 0; route == ROUTE_DOWN && i < count; i++) {
        if (unit_is_within(t, unit, units[i])) {
            return true;
        }
    }
    return false;
}

bool scope_was_within(struct txn *t, struct dot id, struct dot root)
{
    struct arena arena = {0};
    struct history_entry *entries = NULL;
    size_t n = 0;
    bool was = false;
    if (store_history(t, id, &arena, &entries, &n) != ERR_OK) {
        n = 0;
    }
    for (size_t i = 0; i < n && !was; i++) {
        for (size_t j = 0; j < entries[i].change_count && !was; j++) {
            const struct history_change *c = &entries[i].changes[j];
            for (size_t k = 0; c->field == F_UNIT && k < c->from_count && !was; k++) {
                was = c->from[k].type == DATUM_REF && unit_is_within(t, c->from[k].ref, root);
            }
        }
    }
    arena_free(&arena);
    return was;
}
