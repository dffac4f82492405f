/* Frames: bytes deflated with a preset dictionary; the only module that includes zlib. FORMAT.md,
 * "Frame". Inflation is streamed with an absolute cap, so a bomb costs at most the cap. */
#ifndef TERRACE_SYNC_FRAME_H
#define TERRACE_SYNC_FRAME_H

#include "core/error.h"

/* Appends the frame to out: stored when that is shorter. */
void frame_pack(struct slice raw, struct buf *out);
/* ERR_FORMAT, also for trailing bytes or an unknown dictionary; ERR_TOO_LARGE beyond the cap. */
enum err frame_unpack(struct slice frame, size_t max_bytes, struct buf *raw) MUST_USE;

#endif
