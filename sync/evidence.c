#include "sync/evidence.h"

#include "sync/batch.h"
#include "sync/link.h"
#include "sync/message.h"

/* By the key of the node's record, or of the link when the record is not held. */
static bool is_signed(struct txn *t, const struct evidence *e, struct arena *arena,
                      struct message *m)
{
    struct record node;
    struct link link;
    if (store_get(t, e->node, arena, &node, NULL) == ERR_OK) {
        const struct field *f = record_field(&node, F_NODE_KEY);
        for (uint32_t i = 0; f && i < f->count; i++) {
            const struct datum *d = &f->values[i].datum;
            if (d->type == DATUM_BYTES && d->text.len == KEY_PUBLIC_BYTES &&
                message_evidence_verify(e->bytes, d->text.ptr, m)) {
                return true;
            }
        }
    }
    return link_load(t, e->node, &link) == ERR_OK &&
           message_evidence_verify(e->bytes, link.public_key, m);
}

static bool writes(const struct record *r, struct dot save)
{
    for (size_t i = 0; i < r->field_count; i++) {
        for (uint32_t k = 0; k < r->fields[i].count; k++) {
            if (dot_equal(r->fields[i].values[k].dot, save)) {
                return true;
            }
        }
    }
    return false;
}

static bool holds(struct message *m, struct dot record, struct dot save, struct arena *arena)
{
    struct buf raw = {0};
    struct arena row = {0};
    struct round_request q;
    struct batch_reader *reader = NULL;
    struct change change;
    bool found = false;
    enum err e = message_unpack(m, &raw);
    e = e ? e : round_request_read(m->body, arena, &q);
    e = e ? e : batch_reader_open(q.batch, arena, &reader);
    while (e == ERR_OK && !found) {
        arena_reset(&row);
        e = batch_reader_next(reader, &row, &change);
        found = e == ERR_OK && dot_equal(change.record.id, record) && writes(&change.record, save);
    }
    arena_free(&row);
    buf_free(&raw);
    return found;
}

enum err evidence_verify(struct txn *t, uint64_t number, struct dot record, struct dot save,
                         struct evidence_finding *out)
{
    struct arena arena = {0};
    struct evidence kept = {0};
    struct message m;
    *out = (struct evidence_finding){.verdict = EVIDENCE_GONE};
    enum err e = store_evidence_get(t, number, &arena, &kept);
    if (e == ERR_OK) {
        out->node = kept.node;
        out->time_ms = kept.time_ms;
        out->verdict = !is_signed(t, &kept, &arena, &m)  ? EVIDENCE_UNSIGNED
                       : holds(&m, record, save, &arena) ? EVIDENCE_HOLDS
                                                         : EVIDENCE_NOT_IN_IT;
    } else if (e == ERR_DAMAGED) {
        out->verdict = EVIDENCE_UNSIGNED;
    }
    arena_free(&arena);
    return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}
