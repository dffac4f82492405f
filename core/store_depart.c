/* Leaving a store for good: the stub that remains, and when a record may become one (rule 14). */
#include "core/store_env.h"

#include "core/scope.h"

void store_stub_of(const struct record *r, struct arena *arena, struct record *out)
{
    uint32_t keep[] = {F_UNIT, F_ONCE, F_EXT_ID, schema_title_field(r->kind)};
    *out = *r;
    out->flags |= RECORD_STUB;
    out->fields = arena_array(arena, ARRAY_COUNT(keep) + 1, sizeof(struct field));
    out->field_count = 0;
    out->proof_count = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        for (size_t k = 0; k < ARRAY_COUNT(keep); k++) {
            if (r->fields[i].number == keep[k]) {
                out->fields[out->field_count++] = r->fields[i];
                break;
            }
        }
    }
}

static bool child_holds(struct txn *t, const struct record *r, const struct id_list *units,
                        const struct departure *d)
{
    bool holds = false;
    for (size_t i = 0; i < d->children.count && !holds; i++) {
        holds = scope_holds(t, r->route, units->ids, units->count, d->children.ids[i]);
    }
    return holds;
}

static enum err depart(struct txn *t, struct dot id, const struct departure *d, bool *gone)
{
    struct arena arena = {0};
    struct record r, stub;
    struct record_local local;
    struct id_list units;
    *gone = false;
    enum err e = store_get(t, id, &arena, &r, &local);
    if (e == ERR_NOT_FOUND) {
        *gone = true;
        e = ERR_OK;
        goto done;
    }
    e = e ? e : scope_units(t, &r, &arena, &units);
    if (e != ERR_OK) {
        goto done;
    }
    bool covered =
        !marks_were_ours(t, &r) || /* nothing here that is not from above */
        ((dot_equal(local.source_node, d->upstream) || local.content_seq <= d->acked_seq) &&
         !d->is_owed(t, d->upstream, id));
    if (!scope_is_lost(t, &r, &units)) {
        *gone = true; /* it is this store's again, or a stub already */
    } else if (covered && local.feed_seq <= d->children_seq && !child_holds(t, &r, &units, d)) {
        store_stub_of(&r, &arena, &stub);
        struct entry_cause cause = {.via = VIA_SYNC, .node = d->upstream, .echo_node = d->upstream};
        e = door_write(t, &r, &local, &stub, &cause);
        *gone = e == ERR_OK;
    }
done:
    arena_free(&arena);
    return e;
}

enum err store_sweep_departed(struct txn *t, const struct departure *d)
{
    struct arena arena = {0};
    struct id_list leaving;
    enum err e = store_ids_leaving(t, &arena, &leaving);
    for (size_t i = 0; e == ERR_OK && i < leaving.count; i++) {
        bool gone = false;
        arena_reset(&t->scratch);
        e = depart(t, leaving.ids[i], d, &gone);
        e = e == ERR_OK && gone ? leaving_del(t, leaving.ids[i]) : e;
    }
    arena_free(&arena);
    return e;
}
