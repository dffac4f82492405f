#include "core/units.h"

#include "core/store_env.h"
#include "core/text.h"

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
