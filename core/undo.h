/* Taking one save back, as a new save: what it wrote and nobody has replaced since returns to what
 * was there before; the rest stays and is named. Nothing is ever removed from the history. */
#ifndef TERRACE_CORE_UNDO_H
#define TERRACE_CORE_UNDO_H

#include "core/draft.h"

struct undo_report {
    struct dot undone; /* the save that was taken back */
    struct dot dot;    /* the save that does it */
    bool deleted;      /* it had made the record, which is now deleted */
    uint32_t *kept;    /* fields that were replaced since and stay as they are; in the arena */
    size_t kept_count;
};
/* which: NULL = the newest save of this store on the record; else that save, of which bits of the
 * actor are given (dot_parse). ERR_NOT_FOUND: the history here does not know it; ERR_RULE: nothing
 * of it is left, or it is not this store's to write. */
enum err undo_save(struct txn *t, struct dot id, const struct dot *which, unsigned bits,
                   struct arena *arena, struct undo_report *out) MUST_USE;

#endif
