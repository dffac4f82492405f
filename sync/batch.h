/* Batches: changes as columns of msgpack (FORMAT.md, "Batch"). Records are grouped by kind; ids,
 * dots, times are delta-coded integer columns; each field's values stand one after another.
 *
 * Writing keeps pointers to the changes until batch_write; reading decodes one change at a time
 * into an arena, so a batch of thousands needs little memory. Canonical: for one set of changes
 * there is exactly one encoding; the reader refuses any other. Every count is checked against the
 * bytes that remain before anything is allocated. */
#ifndef TERRACE_SYNC_BATCH_H
#define TERRACE_SYNC_BATCH_H

#include "core/record.h"

#define BATCH_RECORDS_MAX 65536
#define BATCH_RAW_MAX_BYTES (4u << 20) /* before compression */
/* What the reader may take in memory for one batch, beside the changes themselves. A writer stays
 * within it as long as the sum of batch_weight over its changes does. */
#define BATCH_WEIGHT_MAX_BYTES (24u << 20)

/* The most that a reader takes to unpack this change. */
size_t batch_weight(const struct change *c);

/* Appends the encoding of the changes to out. Order of the changes does not matter; no two have the
 * same id. Scratch memory comes from the arena. */
void batch_write(const struct change *changes, size_t count, struct arena *arena, struct buf *out);

struct batch_reader;
/* Parses the directory of columns. The reader lives in the arena; raw must outlive it. */
enum err batch_reader_open(struct slice raw, struct arena *arena,
                           struct batch_reader **out) MUST_USE;
size_t batch_reader_count(const struct batch_reader *r);
/* The next change into the arena (which may be another one than the reader's); texts and bytes in
 * it may be borrowed from the reader and from raw. ERR_END after the last one, and only if
 * everything was consumed exactly; ERR_FORMAT, and then at every further call. */
enum err batch_reader_next(struct batch_reader *r, struct arena *arena,
                           struct change *out) MUST_USE;

#endif
