/* Private to core/store_redot*.c: the mapping of one fork, applied to records and stories. */
#ifndef TERRACE_CORE_STORE_REDOT_MAP_H
#define TERRACE_CORE_STORE_REDOT_MAP_H

#include "core/store_env.h"
#include "core/store_redot.h"

void redot_sort(struct redot *m);
/* `record` is the former id of the record that the dot, context or datum stands in. */
struct dot redot_dot(const struct redot *m, struct dot record, struct dot d);
struct context redot_context(const struct redot *m, struct dot record, const struct context *c,
                             struct arena *arena);
struct datum redot_datum(const struct redot *m, struct dot record, uint32_t field, struct datum d,
                         struct arena *arena);
/* Borrows from r and the arena. */
void redot_record(const struct redot *m, const struct record *r, struct arena *arena,
                  struct record *out);
/* In place. */
void redot_story(const struct redot *m, struct dot record, struct history_entry *e,
                 struct arena *arena);

#endif
