/* Inside the batch writer: what its parts share. */
#ifndef TERRACE_SYNC_BATCH_WRITER_H
#define TERRACE_SYNC_BATCH_WRITER_H

#include "sync/batch_layout.h"
#include "sync/batch_text.h"

/* A change in its place in the batch. */
struct row {
    const struct change *change;
    struct dot unit_key; /* smallest reference of the unit field; none without one */
    size_t home;         /* entry of its id */
    size_t next_field;   /* while fields are written: the next one of this record */
    size_t run;          /* of rows with the same unit_key in its group */
};

/* A value in column order. */
struct item {
    const struct datum *datum;
    size_t entry;
};

struct batch_writer {
    struct pack_writer out;
    struct arena *arena;
    struct buf scratch;
    uint64_t *actors;
    size_t actor_count;
    struct entry *entries;
    size_t entry_count;
    struct item *items; /* room for the values of any one field */
    struct buf texts;   /* of struct slice */
    struct buf bytes;
    struct column a, b, c, d, e, f, g; /* lent to one section at a time */
    /* of the group being written: references of the records of each unit */
    struct dot *dictionary;
    size_t *run_starts; /* into dictionary; one more than runs */
};

/* Columns are lent: written, they are empty again. */
void writer_column(struct batch_writer *b, struct column *c);
/* Place of an actor of this batch in its table. */
size_t writer_actor(const struct batch_writer *b, uint64_t actor);
struct entry entry_of_value(const struct value *v);
/* Saves and actors of all changes, distinct and sorted. */
void writer_collect_tables(struct batch_writer *b, const struct row *rows, size_t count);
void writer_write_tables(struct batch_writer *b);

#endif
