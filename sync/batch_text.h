/* Text columns: numbers inside a text are taken out, what is left (its shape) is told once and
 * spelled in words, each told once. FORMAT.md, "Text column". Lossless for any bytes that are
 * UTF-8. */
#ifndef TERRACE_SYNC_BATCH_TEXT_H
#define TERRACE_SYNC_BATCH_TEXT_H

#include "sync/batch_column.h"

/* Numbers of a text beyond this one share the last column. */
#define TEXT_NUMBER_COLUMNS 4

/* Writes count texts; nothing when there are none. scratch is overwritten. */
void text_column_write(struct pack_writer *w, const struct slice *texts, size_t count,
                       struct buf *scratch);

struct text_shape {
    struct slice bytes;
    size_t numbers; /* how many were taken out */
};
struct text_view {
    struct text_shape *shapes;
    size_t shape_count;
    struct column_view which; /* shape of each text: 0 = the next new one, k = the k-th */
    size_t shapes_seen;
    struct column_view numbers[TEXT_NUMBER_COLUMNS];
    struct column_source *source; /* its budget bounds what texts unpack to */
};
/* Shapes are built in the source's arena. */
void text_column_read(struct column_source *s, size_t count, struct text_view *out);
/* The next text; borrowed from the view, or built in the arena. false when no text has that form.
 */
bool text_take(struct text_view *v, struct arena *arena, struct slice *out);

#endif
