/* Rules of the domain that are broken in what is held here. They are enforced on local saves only
 * (rule 10); what breaks one after merging is found here and listed for people, never changed. */
#ifndef TERRACE_CORE_RULES_H
#define TERRACE_CORE_RULES_H

#include "core/store.h"

struct rule {
    const char *id;
    int urgency;      /* 1 to 3, 1 the most urgent */
    const char *text; /* what is wrong, for people; translated by the caller */
    const char *todo; /* the command that helps; %s is the ID of the record */
};
struct rule_finding {
    const struct rule *rule;
    struct dot record;
    struct dot other;  /* the second record concerned, or the unit; none */
    struct dot office; /* whose desk it belongs on (desk.h); none = everybody's */
    int64_t since_ms;
    uint64_t count; /* of records concerned, when one stands for many; else 1 */
};
/* The table; NULL past the end. */
const struct rule *rules_at(size_t index);
/* Calls visit for every finding, rule by rule, until it returns false. Of a rule that asks for much
 * reading only what this store's own office looks after. */
enum err rules_each(struct txn *t, bool (*visit)(void *ctx, const struct rule_finding *f),
                    void *ctx) MUST_USE;

#endif
