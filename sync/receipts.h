/* How far the records of a store, and of each office that syncs with it, have come: ✓ stored at the
 * upper level, ✓✓ at the top. Nothing is claimed before it is durable there (rule 21). */
#ifndef TERRACE_SYNC_RECEIPTS_H
#define TERRACE_SYNC_RECEIPTS_H

#include "core/store.h"

struct receipts {
    uint64_t here;   /* only in this store so far, drafts included */
    uint64_t up;     /* ✓ */
    uint64_t top;    /* ✓✓; at a root, everything */
    uint64_t drafts; /* never leave this store; of a root not counted */
};
/* Reads what is not yet at the top, not the whole store. */
enum err receipts_count(struct txn *t, struct receipts *out) MUST_USE;

/* An office whose computers sync with this hub. */
struct receipts_unit {
    struct dot unit;
    uint64_t nodes;
    int64_t last_contact_ms; /* of any of them; 0 = never */
    int receipt; /* 0: a computer is in first contact, 1: all they sent is here, 2: at the top */
};
/* In order of units; in the arena. */
enum err receipts_units(struct txn *t, struct arena *arena, struct receipts_unit **out,
                        size_t *count) MUST_USE;

#endif
