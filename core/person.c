#include "core/person.h"

#include "core/store_env.h"

static void mate_add(struct id_list *list, struct dot id)
{
    if (list->count < PERSON_MATES_MAX && !id_list_has(list, id)) {
        list->ids[list->count++] = id;
    }
}

bool person_is_merged(struct txn *t, struct dot member)
{
    return store_is_referred(t, member, F_MERGED_INTO) || store_is_merging(t, member);
}

static void add_smaller(const struct record *r, struct id_list *out)
{
    const struct field *f = record_field(r, F_MERGED_INTO);
    for (uint32_t i = 0; f && i < f->count; i++) {
        if (f->values[i].datum.type == DATUM_REF) {
            mate_add(out, f->values[i].datum.ref);
        }
    }
}

enum err person_reach(struct txn *t, struct dot member, const struct record *given,
                      struct arena *arena, struct id_list *out)
{
    *out = (struct id_list){.ids = arena_array(arena, PERSON_MATES_MAX, sizeof(struct dot))};
    out->ids[out->count++] = member;
    if (given) {
        add_smaller(given, out);
    }
    for (size_t next = 0; next < out->count; next++) {
        struct record r;
        struct id_list greater;
        if (!person_is_merged(t, out->ids[next])) {
            continue;
        }
        TRY(store_ids_by_ref(t, out->ids[next], F_MERGED_INTO, (struct dot){0, 0}, PERSON_MATES_MAX,
                             arena, &greater));
        for (size_t i = 0; i < greater.count; i++) {
            mate_add(out, greater.ids[i]);
        }
        enum err e =
            next == 0 && given ? ERR_NOT_FOUND : store_get(t, out->ids[next], arena, &r, NULL);
        if (e == ERR_OK) {
            add_smaller(&r, out);
        } else if (e != ERR_NOT_FOUND) {
            return e;
        }
    }
    dots_sort(out->ids, out->count);
    return ERR_OK;
}

enum err person_component(struct txn *t, struct dot member, struct arena *arena,
                          struct id_list *out)
{
    size_t held = 0;
    TRY(person_reach(t, member, NULL, arena, out));
    for (size_t i = 0; i < out->count; i++) {
        if (dot_equal(out->ids[i], member) || store_has(t, out->ids[i])) {
            out->ids[held++] = out->ids[i];
        }
    }
    out->count = held;
    return ERR_OK;
}

struct dot person_shown(struct txn *t, struct dot member)
{
    struct arena arena = {0};
    struct id_list list;
    struct dot shown = member;
    bool living = false;
    if (!person_is_merged(t, member) || person_component(t, member, &arena, &list) != ERR_OK) {
        goto done;
    }
    shown = list.ids[0];
    bool whole = false; /* a stub stands in only where nothing else lives */
    for (size_t at = 0; at < list.count && !whole; at++) {
        struct record r;
        if (store_get(t, list.ids[at], &arena, &r, NULL) == ERR_OK && !merge_is_deleted(&r)) {
            whole = !(r.flags & RECORD_STUB);
            shown = whole || !living ? list.ids[at] : shown;
            living = true;
        }
    }
done:
    arena_free(&arena);
    return shown;
}
