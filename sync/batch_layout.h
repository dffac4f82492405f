/* What the writer and the reader of batches share. FORMAT.md, "Batch". */
#ifndef TERRACE_SYNC_BATCH_LAYOUT_H
#define TERRACE_SYNC_BATCH_LAYOUT_H

#include "core/record.h"

/* The field whose references order the records of a group and are coded one by one; the references
 * of all other fields go through a dictionary for each unit. F_UNIT of the schema. */
#define BATCH_UNIT_FIELD 1u

/* One row of the table of saves: what values of one save have in common; or a dot alone, when it is
 * the id of a record none of whose values in this batch carries it. */
struct entry {
    struct dot dot;
    int64_t time_ms;
    const struct origin *origin;
    uint8_t level;
    bool bare;
};
enum entry_flag {
    ENTRY_BARE = 1,
    ENTRY_LEVEL = 2, /* not the usual level of its actor */
    ENTRY_ORIGIN = 4
};

/* What a record of a batch has beyond: whole, all values of the save that created it, nothing seen
 * but these. */
enum shape_flag {
    SHAPE_DELTA = 1,
    SHAPE_STUB = 2,
    SHAPE_SAVES = 4,   /* values of other saves */
    SHAPE_CONTEXT = 8, /* not what its dots imply */
    SHAPE_BASE = 16,   /* of a delta: not its id alone */
    SHAPE_MARKS = 32,
    SHAPE_PROOFS = 64
};
#define SHAPE_EXTRAS (SHAPE_CONTEXT | SHAPE_BASE | SHAPE_MARKS | SHAPE_PROOFS)
#define SHAPE_ALL 127

/* By dot; a bare one first; then level, time, origin. */
int entry_compare(const struct entry *a, const struct entry *b);
/* The first entry with this dot, or where it would stand. */
size_t entry_first(const struct entry *entries, size_t count, struct dot d);

/* What a record's context is taken to be when none is sent: the highest seqs among its id and the
 * dots of its live values; empty for a stub. dots: the entries of its values, ascending. */
struct context implied_context(struct dot id, bool stub, const struct dot *dots, size_t count,
                               struct arena *arena);

#endif
