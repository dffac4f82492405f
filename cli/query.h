/* Walking over the records of a kind, page by page, so that no transaction is open while output is
 * written. */
#ifndef TERRACE_CLI_QUERY_H
#define TERRACE_CLI_QUERY_H

#include "cli/cli.h"

struct filter {
    const struct field_def *field;
    struct slice folded; /* text */
    struct datum datum;  /* everything else; EMPTY: the field must be empty */
};
struct query {
    const struct kind_def *kind;
    struct dot root; /* subtree; none = all */
    bool deleted;    /* only the deleted, else only the living */
    uint64_t since;  /* feed seq */
    struct filter *filters;
    size_t filter_count;
};
struct hit {
    struct txn *t;
    const struct record *record;
    const struct record_local *local;
    struct arena *arena;
};
/* Words FIELD=VALUE and --unit, --deleted, --since into a query; memory from the command's arena.
 */
enum err query_build(struct cli *c, const struct kind_def *kind, const char **words, size_t count,
                     struct query *out) MUST_USE;
/* Calls visit for each record in id order until it returns false; page_done, when not NULL, after
 * each page without a transaction. */
enum err query_run(struct cli *c, const struct query *q,
                   bool (*visit)(void *ctx, const struct hit *hit),
                   enum err (*page_done)(void *ctx), void *ctx) MUST_USE;

#endif
