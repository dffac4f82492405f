/* Fields that a province adds at run time, as records of kind `field`: they flow down, and stand
 * beside the table of every store below that holds them. Of two with one name or one number, which
 * two computers may give at the same time, the record with the smaller id is good; the other is
 * not used before it is changed or deleted. */
#ifndef TERRACE_CORE_CUSTOM_H
#define TERRACE_CORE_CUSTOM_H

#include "core/units.h"

#define CUSTOM_MAX 200 /* in use in one store */

/* Reads the records of kind `field` and hands what is good in them to the schema (arena: as long as
 * the schema is used). What is deleted, or not understood, stands there no more. */
enum err custom_load(struct txn *t, struct arena *arena) MUST_USE;
/* A record of kind `field` that is not used since another one has its name or number, or a newer
 * table has its name. */
struct custom_clash {
    struct dot record, other; /* other is none when it is the table itself */
};
enum err custom_clashes(struct txn *t, struct arena *arena, struct custom_clash **out,
                        size_t *count) MUST_USE;
/* Looks at the edits of a local save of a `field` (before NULL: a new one) and completes them: the
 * next free number, the numbers and codes of a list. There is room for one edit more. ERR_INPUT,
 * ERR_RULE with field. */
enum err custom_complete(struct txn *t, const struct record *before, struct edit *edits,
                         size_t *count, struct arena *arena) MUST_USE;

#endif
