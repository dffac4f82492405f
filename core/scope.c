#include "core/scope.h"

#include "core/store_env.h"

#include <stdlib.h>

static int dot_sort(const void *a, const void *b)
{
    return dot_compare(*(const struct dot *)a, *(const struct dot *)b);
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
