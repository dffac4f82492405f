#include "sync/bundle.h"

#include "sync/batch.h"
#include "sync/bundle_part.h"

enum err bundle_export(struct store *store, struct dot node, struct buf *out,
                       struct bundle_written *written)
{
    *written = (struct bundle_written){.peer = node};
    TRY(store_lock(store, "sync"));
    enum err e = dot_is_none(node) ? push_write(store, out, written)
                                   : receipt_write(store, node, NULL, out, written);
    store_unlock(store);
    return e;
}

/* ---- before anything is written -------------------------------------------------------------- */

static enum err check_batch(struct slice batch, uint64_t *records)
{
    struct arena arena = {0}, row = {0};
    struct batch_reader *reader = NULL;
    struct change change;
    enum err e = batch.len ? batch_reader_open(batch, &arena, &reader) : ERR_END;
    while (e == ERR_OK) {
        arena_reset(&row);
        e = batch_reader_next(reader, &row, &change);
        *records += e == ERR_OK;
    }
    arena_free(&row);
    arena_free(&arena);
    return e == ERR_END ? ERR_OK : e;
}

static enum err check_part(const struct bundle_reader *r, const struct bundle_part *part,
                           uint64_t *records)
{
    struct arena arena = {0};
    struct round_request q = {0};
    struct round_reply p = {0};
    enum err e = r->from_below ? round_request_read(part->body, &arena, &q)
                               : round_reply_read(part->body, &arena, &p);
    e = e ? e : check_batch(r->from_below ? q.batch : p.batch, records);
    arena_free(&arena);
    return e;
}

/* Every byte of it is looked at before the first one is believed. */
static enum err check_all(struct store *store, struct slice bytes, struct bundle_taken *taken,
                          uint64_t *records)
{
    struct bundle_reader r;
    struct bundle_part part;
    enum err e = bundle_reader_open(&r, store, bytes);
    while (e == ERR_OK) {
        e = bundle_reader_next(&r, &part);
        e = e ? e : check_part(&r, &part, records);
    }
    taken->peer = r.peer;
    taken->from_below = r.from_below;
    bundle_reader_close(&r);
    return e == ERR_END ? ERR_OK : e;
}

/* ---- taking it ------------------------------------------------------------------------------- */

static enum err take_all(struct store *store, struct slice bytes, struct push_word *word,
                         struct bundle_taken *taken)
{
    struct bundle_reader r;
    struct bundle_part part;
    struct receipt_taking taking = {0};
    enum err e = bundle_reader_open(&r, store, bytes);
    while (e == ERR_OK) {
        e = bundle_reader_next(&r, &part);
        if (e == ERR_OK) {
            e = r.from_below ? push_take(store, r.peer, &part, word, taken)
                             : receipt_take(store, &part, &taking, taken);
        }
    }
    bundle_reader_close(&r);
    return e == ERR_END ? ERR_OK : e;
}

enum err bundle_import(struct store *store, struct slice bytes, struct bundle_taken *taken)
{
    struct push_word word = {0};
    uint64_t records = 0;
    *taken = (struct bundle_taken){.digest_equal = -1};
    enum err e = check_all(store, bytes, taken, &records);
    e = e ? e : store_lock(store, "sync");
    if (e != ERR_OK) {
        return e;
    }
    e = take_all(store, bytes, &word, taken);
    if (e == ERR_OK && (taken->forked || taken->resend)) {
        taken->waiting = records;
    }
    if (e == ERR_OK && taken->from_below) {
        e = receipt_write(store, taken->peer, &word, &taken->reply, &taken->written);
        taken->has_reply = e == ERR_OK;
    }
    arena_free(&word.arena);
    store_unlock(store);
    return e;
}

enum err bundle_status(struct txn *t, struct bundle_status *out)
{
    struct push_memory m;
    TRY(push_memory_load(t, &m));
    *out = (struct bundle_status){.number = m.kept,
                                  .written_ms = m.written_ms,
                                  .answered = m.kept != 0 && m.answered >= m.kept};
    return ERR_OK;
}
