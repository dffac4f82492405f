#include "sync/inbox.h"

#include "core/scope.h"
#include "core/transfer.h"
#include "sync/batch.h"
#include "sync/link.h"

#define TRANSFERS_MAX 16 /* of one member under way at once */

/* A child that pushes what has left its scope is told where it is now. */
static enum err tell_if_left(struct txn *t, struct dot id, const struct arrival *arrival,
                             struct arena *arena)
{
    struct record r;
    struct id_list units;
    if (!arrival->from_below || store_get(t, id, arena, &r, NULL) != ERR_OK ||
        r.flags & RECORD_STUB) {
        return ERR_OK;
    }
    TRY(scope_units(t, &r, arena, &units));
    return scope_holds(t, r.route, units.ids, units.count, arrival->unit)
               ? ERR_OK
               : queue_put(t, arrival->node, id, 0);
}

/* asked: this store wants some record whole, so that this may be it */
static enum err take_outcome(struct txn *t, enum outcome outcome, struct dot id, bool asked,
                             const struct arrival *arrival, struct inbox_result *out)
{
    switch (outcome) {
    case OUTCOME_NEW:
    case OUTCOME_MERGED:
        out->received++;
        return asked ? mark_del(t, "want.", id) : ERR_OK;
    case OUTCOME_SAME:
        out->known++;
        return ERR_OK;
    case OUTCOME_NEED_WHOLE:
        out->need_whole++;
        out->wants.ids[out->wants.count++] = id;
        /* A child sends the delta again until it fits; from above it is ours to ask for. */
        return arrival->from_below ? ERR_OK : mark_put(t, "want.", id, 1);
    case OUTCOME_CORRECTED:
        out->received++;
        out->refusals[out->refusal_count++] = (struct refusal){id, REFUSAL_DEPARTED};
        return ERR_OK;
    case OUTCOME_REFUSED:
        out->refusals[out->refusal_count++] = (struct refusal){id, REFUSAL_SCOPE};
        return ERR_OK;
    }
    return ERR_OK;
}

/* What this office answered by letter before the member was here is completed when it comes. */
static enum err note_transfers(struct txn *t, const struct record *r, struct arena *arena,
                               struct id_array *out)
{
    struct dot self = r->id;
    struct id_list open = {.ids = &self, .count = r->kind == KIND_TRANSFER};
    if (r->kind == KIND_MEMBER) {
        TRY(store_ids_of_open_transfers(t, r->id, TRANSFERS_MAX, arena, &open));
    }
    if (open.count == 0) {
        return ERR_OK;
    }
    struct dot *grown = arena_array(arena, out->count + open.count, sizeof(*grown));
    if (out->count) {
        memcpy(grown, out->ids, out->count * sizeof(*grown));
    }
    memcpy(grown + out->count, open.ids, open.count * sizeof(*grown));
    *out = (struct id_array){grown, out->count + open.count};
    return ERR_OK;
}

static enum err settle_transfers(struct txn *t, const struct id_array *open)
{
    for (size_t i = 0; i < open->count; i++) {
        TRY(transfer_settle(t, open->ids[i]));
    }
    return ERR_OK;
}

enum err inbox_apply(struct txn *t, struct slice batch, const struct arrival *arrival,
                     struct arena *arena, struct inbox_result *out)
{
    struct arena scratch = {0}, row = {0};
    struct batch_reader *reader = NULL;
    struct change change;
    struct id_array wanted, transfers = {0};
    *out = (struct inbox_result){0};
    if (batch.len == 0) {
        return ERR_OK;
    }
    enum err e = mark_list(t, "want.", 1, &scratch, &wanted);
    bool asked = e == ERR_OK && wanted.count != 0;
    e = e ? e : batch_reader_open(batch, &scratch, &reader);
    if (e == ERR_OK) {
        size_t n = batch_reader_count(reader);
        out->wants.ids = arena_array(arena, n + 1, sizeof(struct dot));
        out->refusals = arena_array(arena, n + 1, sizeof(struct refusal));
    }
    while (e == ERR_OK) {
        enum outcome outcome = OUTCOME_REFUSED;
        arena_reset(&row);
        e = batch_reader_next(reader, &row, &change);
        struct arrival as = *arrival;
        /* What this store asked for is taken back from whoever holds it (rule 18). */
        as.first_contact =
            as.first_contact || (e == ERR_OK && asked && mark_has(t, "want.", change.record.id));
        e = e ? e : store_receive(t, &change, &as, &outcome);
        e = e ? e : take_outcome(t, outcome, change.record.id, asked, arrival, out);
        if (e == ERR_OK && (outcome == OUTCOME_NEW || outcome == OUTCOME_MERGED)) {
            e = change.record.kind == KIND_NODE ? link_follow_node(t, change.record.id) : ERR_OK;
            e = e ? e : note_transfers(t, &change.record, &scratch, &transfers);
        }
        if (outcome != OUTCOME_NEW && outcome != OUTCOME_NEED_WHOLE) {
            e = e ? e : tell_if_left(t, change.record.id, arrival, &row);
        }
    }
    e = e == ERR_END ? settle_transfers(t, &transfers) : e;
    arena_free(&row);
    arena_free(&scratch);
    return e;
}
