/* What waits for a person at this store's office: one list out of several sources. */
#ifndef TERRACE_CLI_WAITING_H
#define TERRACE_CLI_WAITING_H

#include "cli/cli.h"

enum waiting_type {
    WAITING_CONFLICT,
    WAITING_DOUBLE,
    WAITING_REFUSED,
    WAITING_TRANSFER,
    WAITING_OVERDUE,
    WAITING_RULE,
    WAITING_SILENT
};
#define WAITING_SEEN "seen." /* marks of letters that came back, once somebody has read of them */

struct waiting_item {
    enum waiting_type type;
    int urgency; /* 1 to 3, 1 the most urgent */
    int64_t since_ms;
    struct dot unit;
    struct dot id;
    struct slice text; /* in plain words, in the user's language */
    struct slice todo; /* the command to type */
    const char *rule;  /* of the table of rules (core/rules.h); NULL else */
};
struct waiting {
    struct arena arena; /* has the texts */
    struct waiting_item *items;
    size_t count, cap;
};
/* All of it, the most urgent and oldest first; of units below root alone, unless that is none. */
enum err waiting_collect(struct cli *c, struct txn *t, struct dot root,
                         struct waiting *out) MUST_USE;
void waiting_free(struct waiting *w);
const char *waiting_word(enum waiting_type type);

/* Prints at most limit of them (cmd_inbox.c). */
void waiting_print(struct cli *c, struct txn *t, const struct waiting *w, size_t limit);

#endif
