#include "sync/outbox.h"

#include "core/scope.h"
#include "sync/batch.h"
#include "sync/frame.h"

/* A first guess at what a record costs on the wire; the loop below corrects it. */
#define GUESS_RECORD_BYTES 16
/* Decoded records kept at once: bounds the memory of a sync. */
#define CANDIDATE_BYTES_MAX ((size_t)5 << 20)
#define FIT_TRIES 8

struct candidate {
    struct change change;
    uint64_t feed_seq; /* the feed entry it came from; 0 = queue or wants */
    bool queued;
    bool skipped; /* is marked so; goes whole now */
};
struct fill {
    struct txn *t;
    const struct outbox_request *q;
    struct arena *arena;
    struct candidate *items;
    size_t count, cap;
    size_t limit;
    size_t weight;    /* what the candidates take a reader to unpack */
    struct dot *seen; /* open addressing; none = free */
    size_t seen_cap;
    struct skip {
        struct dot id;
        uint64_t newest_seq;
    } * skips; /* passed over for the sake of a newer entry */
    size_t skip_count, skip_cap;
    uint64_t scanned_seq; /* everything up to here is in items or needs no sending */
    bool more;
};

/* ---- which records -------------------------------------------------------------------------- */

static bool seen_add(struct fill *f, struct dot id)
{
    size_t i = (size_t)((id.actor ^ (id.seq * 0x9e3779b97f4a7c15u)) >> 7) % f->seen_cap;
    while (!dot_is_none(f->seen[i])) {
        if (dot_equal(f->seen[i], id)) {
            return false;
        }
        i = (i + 1) % f->seen_cap;
    }
    f->seen[i] = id;
    return true;
}

static bool units_in_scope(struct txn *t, const struct outbox_request *q, uint8_t route,
                           const struct dot *units, size_t count)
{
    return q->up ? scope_within(t, units, count, store_identity(txn_store(t))->unit)
                 : scope_holds(t, route, units, count, q->peer_unit);
}

/* What is held everywhere never leaves, but this store may have written on it while it was its own.
 */
static bool was_own(struct txn *t, uint8_t route, const struct dot *units, size_t count)
{
    struct dot own = store_identity(txn_store(t))->unit;
    bool was = false;
    for (size_t i = 0; route == ROUTE_EVERYWHERE && i < count && !was; i++) {
        was = dot_equal(units[i], own) ||
              (unit_level(t, units[i]) < unit_level(t, own) && unit_was_within(t, units[i], own));
    }
    return was;
}

/* Does the neighbour get this record at all? For up: only what lies in this store's subtree, or did
 * until now, since what left may still carry what was written before. */
static bool in_scope(struct txn *t, const struct outbox_request *q, const struct record *r,
                     const struct feed_entry *entry, struct arena *arena)
{
    struct id_list units;
    if (r->flags & RECORD_STUB || r->route == ROUTE_LOCAL ||
        scope_units(t, r, arena, &units) != ERR_OK) {
        return false;
    }
    if (units_in_scope(t, q, r->route, units.ids, units.count)) {
        return true;
    }
    if (q->up && (store_is_leaving(t, r->id) || was_own(t, r->route, units.ids, units.count))) {
        return true; /* what it brings on its way out belongs to those who have it now */
    }
    return entry && r->route != ROUTE_EVERYWHERE &&
           units_in_scope(t, q, r->route, entry->units_before, entry->before_count);
}

static bool is_echo(const struct outbox_request *q, const struct record_local *local)
{
    return dot_equal(local->source_node, q->peer) && local->source_actor == q->peer_epoch &&
           !dot_is_none(q->peer);
}

/* An entry that the record got only because its scope changed: nothing new in it for whoever had it
 * in scope before and has passed its last change; and never anything new for the level above. */
static bool is_only_touched(struct txn *t, const struct outbox_request *q,
                            const struct feed_entry *entry, const struct record_local *local)
{
    if (entry->seq <= local->content_seq || local->content_seq > q->from_seq) {
        return false;
    }
    return (q->up ||
            units_in_scope(t, q, entry->route, entry->units_before, entry->before_count)) &&
           !skipped_has(t, q->peer, entry->id);
}

/* Rule 20. What only entered the child's scope again is not what it once sent. */
static bool is_echo_at(const struct outbox_request *q, const struct feed_entry *entry,
                       const struct record_local *local)
{
    return is_echo(q, local) && (q->up || entry->seq <= local->content_seq);
}

/* Fields that changed beyond the neighbour's cursor; the whole record when it is to be sent whole.
 */
static struct change change_of(const struct fill *f, const struct record *r,
                               const struct record_local *local, bool whole)
{
    uint32_t *numbers = arena_array(f->arena, r->field_count + 1, sizeof(*numbers));
    size_t n = 0;
    whole = whole || local->entered_seq > f->q->from_seq;
    for (size_t i = 0; i < r->field_count; i++) {
        if (whole || local->field_seqs[i] > f->q->from_seq) {
            numbers[n++] = r->fields[i].number;
        }
    }
    return record_delta(r, numbers, n, f->arena);
}

static void candidate_add(struct fill *f, struct change change, uint64_t feed_seq, bool queued)
{
    if (f->count == f->cap) {
        size_t cap = f->cap * 2;
        struct candidate *grown = arena_array(f->arena, cap, sizeof(*grown));
        memcpy(grown, f->items, f->count * sizeof(*grown));
        f->items = grown;
        f->cap = cap;
    }
    f->weight += batch_weight(&change);
    f->items[f->count++] =
        (struct candidate){.change = change, .feed_seq = feed_seq, .queued = queued};
}

static void skip_add(struct fill *f, struct dot id, uint64_t newest_seq)
{
    if (f->skip_count == f->skip_cap) {
        size_t cap = f->skip_cap ? f->skip_cap * 2 : 64;
        struct skip *grown = arena_array(f->arena, cap, sizeof(*grown));
        if (f->skip_count) {
            memcpy(grown, f->skips, f->skip_count * sizeof(*grown));
        }
        f->skips = grown;
        f->skip_cap = cap;
    }
    f->skips[f->skip_count++] = (struct skip){id, newest_seq};
}

static bool is_full(const struct fill *f)
{
    return f->count >= f->limit || f->arena->used_bytes > CANDIDATE_BYTES_MAX ||
           f->weight > BATCH_WEIGHT_MAX_BYTES / 2; /* one more record never doubles it */
}

/* A member on its way to another unit is this subtree's by its open transfer, which goes first. */
static enum err add_pending_transfers(struct fill *f, const struct record *r, uint64_t feed_seq)
{
    struct id_list open;
    if (r->kind != KIND_MEMBER) {
        return ERR_OK;
    }
    TRY(store_ids_of_open_transfers(f->t, r->id, OPEN_TRANSFERS_MAX, f->arena, &open));
    for (size_t i = 0; i < open.count; i++) {
        struct record x;
        struct record_local local;
        enum err e = store_get(f->t, open.ids[i], f->arena, &x, &local);
        bool owed = e == ERR_OK && queue_has(f->t, f->q->peer, x.id);
        bool pending = e == ERR_OK && local.content_seq > f->q->from_seq && !is_echo(f->q, &local);
        if ((owed || pending) && in_scope(f->t, f->q, &x, NULL, f->arena) && seen_add(f, x.id)) {
            candidate_add(f, change_of(f, &x, &local, owed), feed_seq, owed);
        }
    }
    return ERR_OK;
}

/* The hub judges scope by units it knows: a unit that it has not got yet goes before the first
 * record that belongs to it, whatever the order of the feed or of ids. */
static enum err add_pending_unit(struct fill *f, const struct record *r, uint64_t feed_seq)
{
    struct dot chain[UNIT_DEPTH_MAX];
    size_t n = 0;
    struct dot unit = merge_shown_ref(r, r->kind == KIND_UNIT ? F_UNIT_PARENT : F_UNIT);
    while (n < UNIT_DEPTH_MAX && !dot_is_none(unit) &&
           !dot_equal(unit, store_identity(txn_store(f->t))->unit)) {
        chain[n++] = unit;
        unit = unit_parent(f->t, unit);
    }
    while (n-- > 0) {
        struct record u;
        struct record_local local;
        enum err e = store_get(f->t, chain[n], f->arena, &u, &local);
        bool owed = e == ERR_OK && queue_has(f->t, f->q->peer, chain[n]);
        bool pending = e == ERR_OK && local.content_seq > f->q->from_seq && !is_echo(f->q, &local);
        if ((owed || pending) && in_scope(f->t, f->q, &u, NULL, f->arena) &&
            seen_add(f, chain[n])) {
            candidate_add(f, change_of(f, &u, &local, owed), feed_seq, owed);
        }
    }
    return ERR_OK;
}

/* How a record owed whole goes: in scope as it is; to a child that once had it in scope its last
 * state, wherever it is now (rule 18); to one that holds it by way of others, or when only a stub
 * is left here, as a stub, from which the child sees that it has gone. */
static bool owed_form(struct fill *f, struct record *r, bool queued)
{
    if (in_scope(f->t, f->q, r, NULL, f->arena)) {
        return true;
    }
    if (f->q->up || !(queued || scope_was_within(f->t, r, f->q->peer_unit)) ||
        r->route == ROUTE_LOCAL) {
        return false;
    }
    if (!(r->flags & RECORD_STUB) && !scope_was_within(f->t, r, f->q->peer_unit)) {
        struct record whole = *r;
        store_stub_of(&whole, f->arena, r);
    }
    return true;
}

/* A record owed whole, from the queue or asked for in the request. What cannot be sent, because it
 * is gone or out of scope, counts as sent. */
static enum err add_whole(struct fill *f, struct dot id, bool queued)
{
    struct record r;
    struct record_local local;
    enum err e = store_get(f->t, id, f->arena, &r, &local);
    if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DAMAGED) {
        return e;
    }
    if (e != ERR_OK || !owed_form(f, &r, queued)) {
        return queued ? queue_put(f->t, f->q->peer, id, f->q->sent_mark) : ERR_OK;
    }
    if (f->q->up) {
        TRY(add_pending_unit(f, &r, 0));
        TRY(add_pending_transfers(f, &r, 0));
    }
    if (seen_add(f, id)) {
        candidate_add(f, change_of(f, &r, &local, true), 0, queued);
    }
    return ERR_OK;
}

static enum err add_owed(struct fill *f)
{
    for (size_t i = 0; i < f->q->wants.count && !is_full(f); i++) {
        TRY(add_whole(f, f->q->wants.ids[i], false));
    }
    struct dot id = {0, 0};
    uint64_t sent = 0;
    enum err e = ERR_OK;
    while ((e = queue_next(f->t, f->q->peer, id, f->arena, &id, &sent)) == ERR_OK) {
        if (f->q->series && sent == f->q->sent_mark) {
            continue;
        }
        if (is_full(f)) {
            f->more = true;
            return ERR_OK;
        }
        TRY(add_whole(f, id, true));
    }
    return e == ERR_END ? ERR_OK : e;
}

/* From the feed entry alone, without reading the record. */
static bool entry_concerns(const struct fill *f, const struct feed_entry *entry)
{
    if (!dot_is_none(f->q->peer) && dot_equal(entry->echo_node, f->q->peer) &&
        entry->echo_actor == f->q->peer_epoch) {
        return false; /* rule 20; if anything came after, its own entry tells */
    }
    return (f->q->up && (store_is_leaving(f->t, entry->id) ||
                         was_own(f->t, entry->route, entry->units_after, entry->after_count))) ||
           units_in_scope(f->t, f->q, entry->route, entry->units_after, entry->after_count) ||
           units_in_scope(f->t, f->q, entry->route, entry->units_before, entry->before_count);
}

/* A superseded entry is left to the newest one, unless only this one tells that the record left. */
static bool entry_counts(const struct fill *f, const struct feed_entry *entry,
                         const struct record *r, const struct record_local *local,
                         struct arena *probe)
{
    struct id_list units;
    if (is_echo_at(f->q, entry, local) || !in_scope(f->t, f->q, r, entry, probe) ||
        is_only_touched(f->t, f->q, entry, local)) {
        return false;
    }
    return local->feed_seq == entry->seq ||
           (!(f->q->up && store_is_leaving(f->t, r->id)) &&
            scope_units(f->t, r, probe, &units) == ERR_OK &&
            !units_in_scope(f->t, f->q, r->route, units.ids, units.count));
}

static enum err add_entry(struct fill *f, const struct feed_entry *entry, struct dot *last_unit,
                          struct arena *probe)
{
    struct record r;
    struct record_local local;
    if (!entry_concerns(f, entry)) {
        return ERR_OK;
    }
    enum err e = store_get(f->t, entry->id, probe, &r, &local);
    if (e == ERR_NOT_FOUND || e == ERR_DAMAGED) {
        return ERR_OK; /* set aside; `check` tells */
    }
    TRY(e);
    if (!entry_counts(f, entry, &r, &local, probe)) {
        if (local.feed_seq > entry->seq && !is_echo(f->q, &local)) {
            skip_add(f, entry->id, local.feed_seq);
        }
        return ERR_OK;
    }
    struct dot u = merge_shown_ref(&r, F_UNIT);
    if (f->q->up && (r.kind == KIND_UNIT || !dot_equal(u, *last_unit))) {
        TRY(add_pending_unit(f, &r, entry->seq));
        *last_unit = u;
    }
    if (f->q->up) {
        TRY(add_pending_transfers(f, &r, entry->seq));
    }
    if (seen_add(f, entry->id)) {
        TRY(store_get(f->t, entry->id, f->arena, &r, &local)); /* now to keep */
        bool skipped = skipped_has(f->t, f->q->peer, entry->id);
        candidate_add(f, change_of(f, &r, &local, skipped), entry->seq, false);
        f->items[f->count - 1].skipped = skipped;
    }
    return ERR_OK;
}

static enum err add_feed(struct fill *f)
{
    struct feed_entry entry;
    struct dot last_unit = {0, 0};
    struct arena probe = {0}; /* what is only looked at does not count as kept */
    enum err e = ERR_OK;
    f->scanned_seq = f->q->from_seq;
    while (e == ERR_OK && !is_full(f)) {
        arena_reset(&probe);
        e = store_feed_next(f->t, f->scanned_seq, &probe, &entry);
        if (e == ERR_OK) {
            e = add_entry(f, &entry, &last_unit, &probe);
            f->scanned_seq = entry.seq;
        }
    }
    arena_free(&probe);
    if (e == ERR_OK) { /* full */
        f->more = f->more || f->scanned_seq < store_feed_head(f->t);
    } else if (e == ERR_END) {
        f->scanned_seq = store_feed_head(f->t);
    }
    return e == ERR_END ? ERR_OK : e;
}

static enum err collect(struct fill *f)
{
    f->cap = 64;
    f->items = arena_array(f->arena, f->cap, sizeof(*f->items));
    f->seen_cap = (f->limit + 64) * 2;
    f->seen = arena_array(f->arena, f->seen_cap, sizeof(*f->seen));
    TRY(add_owed(f));
    if (f->q->from_head) {
        f->scanned_seq = store_feed_head(f->t);
        return ERR_OK;
    }
    if (is_full(f)) {
        f->scanned_seq = f->q->from_seq;
        f->more = true;
        return ERR_OK;
    }
    return add_feed(f);
}

/* ---- how many fit --------------------------------------------------------------------------- */

static size_t encoded_bytes(const struct fill *f, size_t n, struct buf *batch, struct buf *frame)
{
    struct arena scratch = {0};
    struct change *list = arena_array(&scratch, n + 1, sizeof(*list));
    for (size_t i = 0; i < n; i++) {
        list[i] = f->items[i].change;
    }
    buf_clear(batch);
    buf_clear(frame);
    batch_write(list, n, &scratch, batch);
    arena_free(&scratch);
    frame_pack(buf_view(batch), frame);
    return frame->len;
}

static size_t fit(const struct fill *f, struct buf *batch)
{
    struct buf frame = {0};
    size_t n = f->count;
    for (int i = 0; n > 0; i++) {
        size_t bytes = encoded_bytes(f, n, batch, &frame);
        if ((bytes <= f->q->max_bytes && batch->len <= BATCH_RAW_MAX_BYTES) || n == 1) {
            break;
        }
        size_t next = i < FIT_TRIES
                          ? (size_t)((double)n * 0.98 * (double)f->q->max_bytes / (double)bytes)
                          : n / 2;
        n = next >= n ? n - 1 : next == 0 ? 1 : next;
    }
    buf_free(&frame);
    return n;
}

enum err outbox_fill(struct txn *t, const struct outbox_request *q, struct arena *arena,
                     struct outbox *out)
{
    struct arena scratch = {0};
    struct fill f = {.t = t, .q = q, .arena = &scratch};
    f.limit = q->max_bytes / GUESS_RECORD_BYTES + 1;
    *out = (struct outbox){.from_seq = q->from_head ? store_feed_head(t) : q->from_seq};
    enum err e = collect(&f);
    size_t n = 0;
    if (e == ERR_OK && f.count) {
        n = fit(&f, &out->batch);
    }
    out->count = n;
    out->ids = arena_array(arena, n + 1, sizeof(struct dot));
    out->to_seq = f.scanned_seq;
    for (size_t i = 0; e == ERR_OK && i < f.count; i++) {
        if (i < n) {
            out->ids[i] = f.items[i].change.record.id;
            out->units += f.items[i].change.record.kind == KIND_UNIT;
            if (f.items[i].queued) {
                e = queue_put(t, q->peer, out->ids[i], q->sent_mark);
            }
            if (e == ERR_OK && f.items[i].skipped) {
                e = skipped_del(t, q->peer, out->ids[i]);
            }
        } else if (f.items[i].feed_seq && f.items[i].feed_seq <= out->to_seq) {
            out->to_seq = f.items[i].feed_seq - 1; /* the cursor stops before the first left out */
        }
    }
    if (out->to_seq < out->from_seq) {
        out->to_seq = out->from_seq;
    }
    for (size_t i = 0; e == ERR_OK && i < f.skip_count; i++) {
        if (f.skips[i].newest_seq > out->to_seq) {
            e = skipped_put(t, q->peer, f.skips[i].id);
        }
    }
    out->more = f.more || n < f.count;
    arena_free(&scratch);
    return e;
}

enum err outbox_pending(struct txn *t, const struct outbox_request *q, uint64_t limit,
                        uint64_t *out)
{
    struct arena arena = {0};
    struct feed_entry entry;
    uint64_t seq = q->from_seq, n = 0;
    enum err e = ERR_OK;
    while (n < limit && (e = store_feed_next(t, seq, &arena, &entry)) == ERR_OK) {
        struct record r;
        struct record_local local;
        seq = entry.seq;
        if (store_get(t, entry.id, &arena, &r, &local) == ERR_OK && local.feed_seq == entry.seq &&
            !is_echo_at(q, &entry, &local) && in_scope(t, q, &r, &entry, &arena) &&
            !is_only_touched(t, q, &entry, &local)) {
            n++;
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
    *out = n;
    return e == ERR_END ? ERR_OK : e;
}

bool outbox_may_send(struct txn *t, const struct outbox_request *q, struct dot id)
{
    struct arena arena = {0};
    struct record r;
    bool may = store_get(t, id, &arena, &r, NULL) == ERR_OK && in_scope(t, q, &r, NULL, &arena);
    arena_free(&arena);
    return may;
}

enum err outbox_owed(struct txn *t, const struct outbox_request *q, uint64_t *count)
{
    struct arena arena = {0};
    struct dot id = {0, 0};
    uint64_t sent = 0;
    enum err e = ERR_OK;
    while ((e = queue_next(t, q->peer, id, &arena, &id, &sent)) == ERR_OK) {
        struct record r;
        struct record_local local;
        if (store_get(t, id, &arena, &r, &local) == ERR_OK &&
            (local.content_seq <= q->from_seq || is_echo(q, &local)) &&
            in_scope(t, q, &r, NULL, &arena)) {
            (*count)++;
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
    return e == ERR_END ? ERR_OK : e;
}
