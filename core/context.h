/* A context is a version vector: for each actor the highest seq that a record has seen. A context
 * covers a dot when it has that actor with at least that seq. Sorted by actor, no zero seqs. */
#ifndef TERRACE_CORE_CONTEXT_H
#define TERRACE_CORE_CONTEXT_H

#include "core/datum.h"

struct context {
    struct dot *items; /* borrowed or in an arena; sorted by actor */
    size_t count;
};
uint64_t context_seq(const struct context *c, uint64_t actor); /* 0 when absent */
static inline bool context_covers(const struct context *c, struct dot d)
{
    return d.seq != 0 && context_seq(c, d.actor) >= d.seq;
}
/* every dot of b is covered by a */
bool context_covers_all(const struct context *a, const struct context *b);
bool context_equal(const struct context *a, const struct context *b);
/* pointwise maximum; the result is in the arena */
struct context context_union(const struct context *a, const struct context *b, struct arena *arena);
struct context context_with(const struct context *a, struct dot d, struct arena *arena);
struct context context_copy(const struct context *c, struct arena *arena);
/* [actor, seq, actor, seq, …] */
void context_pack(struct pack_writer *w, const struct context *c);
struct context context_read(struct pack_reader *r, struct arena *arena);

#endif
