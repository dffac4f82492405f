#include "sync/inbox.h"

#include "core/scope.h"
#include "core/transfer.h"
#include "sync/batch.h"
#include "sync/link.h"

/* A child that pushes what has left its scope is told where it is now. */
static enum err tell_if_left(struct txn *t, struct dot id, const struct arrival *arrival,
                             struct arena *arena)
{
    struct record r;
    struct id_list units;
    if (!arrival->from_below || store_get(t, id, arena, &r, NULL) != ERR_OK) {
        return ERR_OK;
    }
    TRY(scope_units(t, &r, arena, &units));
    return scope_holds(t, r.route, units.ids, units.count, arrival->unit)
               ? ERR_OK
               : queue_put(t, arrival->node, id, 0);
}

/* asked: this store wants some record whole, so that this may be it */
static enum err take_outcome(struct txn *t, enum outcome outcome, uint8_t why, struct dot id,
                             bool asked, const struct arrival *arrival, struct inbox_result *out)
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
        out->refusals[out->refusal_count++] = (struct refused){
            id, why == REFUSAL_DEPARTED ? why : (uint8_t)(why | REFUSAL_TAKEN_BACK)};
        return ERR_OK;
    case OUTCOME_REFUSED:
        out->refusals[out->refusal_count++] = (struct refused){id, why};
        return ERR_OK;
    }
    return ERR_OK;
}

#define QUARANTINE_MAX 256 /* messages */
#define WAITING_PASSES 8   /* of what waits for something else in the batch */

/* A batch at work. */
struct apply {
    struct txn *t;
    const struct arrival *arrival;
    struct inbox_result *out;
    struct arena *arena; /* until the batch is done */
    bool asked;          /* this store wants some record whole, so that it may be among them */
    bool refused;        /* the hub has refused some record of this store */
    struct id_array transfers;
    size_t transfer_cap;
    struct waiting {
        struct change change;
        struct waiting *next;
    } * *waiting_end; /* new records that nothing allowed yet; NULL = no more are put off */
};

/* What this office answered by letter before the member was here is completed when it comes. */
static enum err note_transfers(struct apply *a, const struct record *r)
{
    struct dot self = r->id;
    struct id_list open = {.ids = &self, .count = r->kind == KIND_TRANSFER};
    struct id_array *out = &a->transfers;
    if (r->kind == KIND_MEMBER) {
        TRY(store_ids_of_open_transfers(a->t, r->id, OPEN_TRANSFERS_MAX, a->arena, &open));
    }
    if (open.count == 0) {
        return ERR_OK;
    }
    if (out->count + open.count > a->transfer_cap) {
        size_t cap = (out->count + open.count) * 2;
        struct dot *grown = arena_array(a->arena, cap, sizeof(*grown));
        if (out->count) {
            memcpy(grown, out->ids, out->count * sizeof(*grown));
        }
        out->ids = grown;
        a->transfer_cap = cap;
    }
    memcpy(out->ids + out->count, open.ids, open.count * sizeof(*out->ids));
    out->count += open.count;
    return ERR_OK;
}

/* What the hub sends it has; but a state without what it refused is no sign that it took that: the
 * record may be on its way out of this store's scope, where no comparison would show it. */
static enum err no_more_refused(struct apply *a, const struct change *change, struct arena *row)
{
    struct record own;
    struct dot id = change->record.id;
    if (!a->refused || a->arrival->from_below || !mark_has(a->t, "refused.", id)) {
        return ERR_OK;
    }
    enum err e = store_get(a->t, id, row, &own, NULL);
    if (e == ERR_OK && !context_covers_all(&change->record.context, &own.context)) {
        return ERR_OK;
    }
    return e == ERR_OK || e == ERR_NOT_FOUND ? mark_del(a->t, "refused.", id) : e;
}

/* A batch goes by kinds; what a later record of it gives a place is looked at again at its end. */
static bool put_off(struct apply *a, const struct change *change, enum outcome outcome, uint8_t why)
{
    bool may_change = why == REFUSAL_UNSIGNED || !store_has(a->t, change->record.id);
    if (outcome != OUTCOME_REFUSED || !a->waiting_end || !may_change) {
        return false;
    }
    struct waiting *w = arena_alloc(a->arena, sizeof(*w));
    w->change = *change;
    w->change.record = record_copy(&change->record, a->arena);
    *a->waiting_end = w;
    a->waiting_end = &w->next;
    return true;
}

static enum err apply_change(struct apply *a, const struct change *change, struct arena *row)
{
    enum outcome outcome = OUTCOME_REFUSED;
    uint8_t why = REFUSAL_SCOPE;
    struct arrival as = *a->arrival;
    struct dot id = change->record.id;
    /* What this store asked for is taken back from whoever holds it (rule 18). */
    as.last = a->waiting_end == NULL;
    as.first_contact = as.first_contact || (a->asked && mark_has(a->t, "want.", id));
    TRY(store_receive(a->t, change, &as, &outcome, &why));
    if (put_off(a, change, outcome, why)) {
        return ERR_OK;
    }
    TRY(take_outcome(a->t, outcome, why, id, a->asked, a->arrival, a->out));
    TRY(no_more_refused(a, change, row));
    if (outcome == OUTCOME_NEW || outcome == OUTCOME_MERGED) {
        TRY(note_transfers(a, &change->record));
        a->out->units += change->record.kind == KIND_UNIT;
        TRY(change->record.kind == KIND_NODE ? link_follow_node(a->t, id) : ERR_OK);
    }
    return outcome == OUTCOME_NEW || outcome == OUTCOME_NEED_WHOLE
               ? ERR_OK
               : tell_if_left(a->t, id, a->arrival, row);
}

/* What was put off, again and again as long as that helps: a unit may wait for the node whose hand
 * it is, and that for the one that admitted it. */
static enum err apply_waiting(struct apply *a, struct waiting *first, struct arena *row)
{
    enum err e = ERR_OK;
    for (unsigned pass = 0; first && e == ERR_OK; pass++) {
        struct waiting *again = first;
        size_t before = 0, after = 0;
        first = NULL;
        a->waiting_end = pass < WAITING_PASSES ? &first : NULL;
        for (struct waiting *w = again; w && e == ERR_OK; w = w->next, before++) {
            arena_reset(row);
            e = apply_change(a, &w->change, row);
        }
        for (struct waiting *w = first; w; w = w->next) {
            after++;
        }
        if (after == before) { /* no use: the last time it is told */
            pass = WAITING_PASSES;
        }
    }
    a->waiting_end = NULL;
    return e;
}

static enum err apply_all(struct apply *a, struct batch_reader *reader)
{
    struct arena row = {0};
    struct change change;
    struct waiting *first = NULL;
    enum err e = ERR_OK;
    a->waiting_end = &first;
    while (e == ERR_OK) {
        arena_reset(&row);
        e = batch_reader_next(reader, &row, &change);
        e = e ? e : apply_change(a, &change, &row);
    }
    e = e == ERR_END ? ERR_OK : e;
    e = e ? e : apply_waiting(a, first, &row);
    a->waiting_end = NULL; /* it may not have come to that */
    if (e == ERR_OK && a->out->units) {
        e = store_learn_nodes(a->t);
    }
    e = e ? e : store_settle_tree(a->t);
    for (size_t i = 0; i < a->transfers.count && e == ERR_OK; i++) {
        e = transfer_settle(a->t, a->transfers.ids[i]);
    }
    arena_free(&row);
    return e;
}

enum err inbox_apply(struct txn *t, struct slice batch, const struct arrival *arrival,
                     struct arena *arena, struct inbox_result *out)
{
    struct arena scratch = {0};
    struct apply a = {.t = t, .arrival = arrival, .out = out, .arena = &scratch};
    struct batch_reader *reader = NULL;
    struct id_array wanted;
    *out = (struct inbox_result){0};
    if (batch.len == 0) {
        return ERR_OK;
    }
    enum err e = mark_list(t, "want.", 1, &scratch, &wanted);
    a.asked = e == ERR_OK && wanted.count != 0;
    e = e ? e : mark_list(t, "refused.", 1, &scratch, &wanted);
    a.refused = e == ERR_OK && wanted.count != 0;
    e = e ? e : batch_reader_open(batch, &scratch, &reader);
    if (e == ERR_OK) {
        size_t n = batch_reader_count(reader);
        out->wants.ids = arena_array(arena, n + 1, sizeof(struct dot));
        out->refusals = arena_array(arena, n + 1, sizeof(struct refused));
        e = apply_all(&a, reader);
    }
    arena_free(&scratch);
    return e;
}

enum err inbox_apply_signed(struct txn *t, const struct message *message, struct slice batch,
                            const struct arrival *arrival, struct arena *arena,
                            struct inbox_result *out)
{
    struct buf signed_bytes = {0};
    uint64_t number = 0;
    enum err e = ERR_OK;
    if (batch.len > 0) {
        message_evidence(message, store_identity(txn_store(t)), &signed_bytes);
        e = store_evidence_put(t, arrival->node, EVIDENCE_TAKEN, arrival->via,
                               buf_view(&signed_bytes), &number);
        buf_free(&signed_bytes);
    }
    store_evidence_cite(t, number);
    e = e ? e : inbox_apply(t, batch, arrival, arena, out);
    store_evidence_cite(t, 0);
    bool brought = out->received > 0 || out->refusal_count > 0;
    return e || brought || number == 0 ? e : store_evidence_drop(t, number);
}

enum err inbox_quarantine(struct store *store, const struct message *message, struct dot node,
                          enum via via)
{
    struct buf signed_bytes = {0};
    struct txn *t = NULL;
    uint64_t number = 0;
    TRY(txn_begin(store, TXN_WRITE, &t));
    if (store_evidence_count(t, EVIDENCE_QUARANTINED) >= QUARANTINE_MAX) {
        txn_abort(t);
        return ERR_OK; /* who is shut out must not fill the disk */
    }
    message_evidence(message, store_identity(store), &signed_bytes);
    enum err e =
        store_evidence_put(t, node, EVIDENCE_QUARANTINED, via, buf_view(&signed_bytes), &number);
    buf_free(&signed_bytes);
    if (e != ERR_OK) {
        txn_abort(t);
        return e;
    }
    return txn_commit(t);
}
