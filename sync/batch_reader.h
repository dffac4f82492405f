/* Inside the batch reader: what its parts share. */
#ifndef TERRACE_SYNC_BATCH_READER_H
#define TERRACE_SYNC_BATCH_READER_H

#include "sync/batch_layout.h"
#include "sync/batch_text.h"

struct field_reader {
    uint32_t number;
    const uint8_t *present; /* bits; NULL: every record has it */
    struct column_view counts;
    struct column_view marks;
    struct column_view types;
    struct column_view ints;
    struct text_view texts;
    struct column_view ref_a; /* unit field: actors; others: places in the dictionary */
    struct column_view ref_b; /* unit field: seqs */
    struct column_view byte_lens;
    struct slice bytes;
    /* of the record being read */
    size_t data_count;
    size_t mark_count;
};

struct batch_reader {
    struct column_source in;
    uint64_t *actors;
    uint8_t *actor_used;
    size_t actor_count;
    struct entry *entries;
    uint8_t *entry_used;
    uint8_t *id_used;
    size_t entry_count;
    size_t count; /* records in the batch */
    size_t done;

    /* the group being read */
    uint32_t kind;
    uint8_t route;
    size_t group_count;
    size_t group_done;
    struct column_view homes;
    struct column_view shapes;
    struct column_view save_counts;
    struct column_view save_entries;
    struct column_view save_values;
    struct column_view positions;
    struct pack_reader extras;
    struct field_reader *fields;
    size_t field_count;
    struct dot *unit_keys; /* of each record; NULL: none has one */
    struct dot *dictionary;
    uint8_t *dictionary_used;
    size_t dictionary_count;
    struct column_view run_sizes;
    size_t run_start; /* of the current record's run in the dictionary */
    size_t run_size;
};

static inline void reader_fail(struct batch_reader *b)
{
    pack_fail(&b->in.in);
}
static inline bool reader_ok(const struct batch_reader *b)
{
    return pack_ok(&b->in.in);
}
static inline bool field_present(const struct field_reader *f, size_t record)
{
    return !f->present || (f->present[record / 8] & (1u << (record % 8)));
}
/* The actor at this place of the table; fails the reader when there is none. */
uint64_t reader_actor(struct batch_reader *b, uint64_t place);
/* The unit that the record is sorted under; none without one. */
struct dot reader_unit_key(const struct batch_reader *b, size_t record);
/* The next record of the open group, put together in the arena; fails the reader. */
void reader_take_change(struct batch_reader *b, struct arena *arena, struct change *out);

#endif
