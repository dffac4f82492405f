/* Records as JSON and as text for people. show, list, find and export share this writer. */
#ifndef TERRACE_CLI_SHOW_H
#define TERRACE_CLI_SHOW_H

#include "cli/cli.h"

/* One JSON object and a line end, appended to out. */
void show_json(struct txn *t, const struct record *r, const struct record_local *local,
               struct arena *arena, struct buf *out);
/* The same for a reader: a block of labelled lines. */
void show_text(struct cli *c, struct txn *t, const struct record *r,
               const struct record_local *local, struct arena *arena, struct buf *out);
/* Any datum of a field as JSON; field NULL = unknown. */
void show_datum(struct buf *out, const struct field_def *f, const struct datum *d,
                struct arena *arena);
/* Its name, "field_5000" for one that is not known here. */
const char *show_field_key(uint32_t kind, uint32_t number, struct arena *arena);
/* A datum as an import reads it back: date 2001-04-12, code, ID. */
struct slice show_plain(const struct field_def *f, const struct datum *d, struct arena *arena);
/* "by", "node", "time", "dot" of a value */
void show_origin(struct txn *t, const struct value *v, struct arena *arena, struct buf *out);
/* Who wrote the value at `index`, for people; two computers of one unit are told apart. */
const char *show_value_author(struct txn *t, const struct value *const *values, size_t count,
                              size_t index, struct arena *arena);
/* The two ways out of a conflict about deletion, in the order of `resolve --take`: the delete, and
 * the undelete or the edit beside it. NULL where there is none. */
void show_deleted_sides(const struct record *r, struct arena *arena, const struct value *out[2]);
/* {"value":true|false, origin…} of those two, the shown one first; with "n" when numbered. */
void show_deleted_json(struct txn *t, const struct record *r, bool numbered, struct arena *arena,
                       struct buf *out);
/* Lines for people: what happened, and who did it. */
void show_deleted_text(struct txn *t, const struct record *r, struct arena *arena, struct buf *out);
/* Different outcomes of a state that were written at the same time (show_beside.c): key "_beside",
 * and lines for people. */
void show_beside_json(struct txn *t, const struct record *r, struct arena *arena, struct buf *out);
void show_beside_text(struct cli *c, struct txn *t, const struct record *r, struct arena *arena,
                      struct buf *out);
/* Its unit; a unit stands for itself. none when it has none. */
struct dot show_unit(const struct record *r);
/* Where it counts: of a member on the way still the unit that it comes from (rule 16). */
struct dot show_counted_unit(struct txn *t, const struct record *r);
/* Of a member on the way (show_transit.c): key "_in_transit", and a line for people. */
void show_transit_json(struct txn *t, const struct record *r, struct arena *arena, struct buf *out);
void show_transit_text(struct txn *t, const struct record *r, struct arena *arena, struct buf *out);
/* The moment the shown unit was written, which is when a stub's record left; 0 = not known. */
int64_t show_departed_ms(const struct record *r);
/* The other records of the same person; none when it is merged with none. */
struct id_list show_merged(struct txn *t, const struct record *r, struct arena *arena);
/* Title of a record, or the ID when it has none or is not here; in the arena. */
struct slice show_title(struct txn *t, struct dot id, struct arena *arena);
/* A word of a command that people are told to type: in quotes when a shell would take it for more
 * than a word. In the arena. */
const char *show_typed(const char *word, struct arena *arena);

/* Aligned columns; one that is empty in all rows takes no room. Cells are copied into the arena; a
 * row is complete with `columns` cells. */
#define TABLE_COLUMNS_MAX 8
struct table {
    struct arena *arena;
    size_t columns, row_count, cap;
    struct slice (*rows)[TABLE_COLUMNS_MAX];
};
void table_add(struct table *tb, const struct slice *cells);
void table_write(const struct table *tb, struct buf *out);

#endif
