/* Rules of the domain: one table (rules.c). Each is looked at when a record is saved here, and
 * blocks the save or warns; what breaks one after merging is found and listed for people, never
 * changed (rule 10). What a rule compares with stands in the table of numbers, dated; a province's
 * record of kind `rule` replaces a number, or a rule's weight, from a day on. */
#ifndef TERRACE_CORE_RULES_H
#define TERRACE_CORE_RULES_H

#include "core/store.h"

enum rule_weight { RULE_OFF, RULE_WARN, RULE_BLOCK };

struct rule {
    const char *id;
    uint32_t kind;           /* the kind of record that breaks it; 0 = of several */
    enum rule_weight weight; /* of a save that breaks it; RULE_OFF: it is only listed */
    int urgency;             /* of the list: 1 to 3, 1 the most urgent; 0 = it is not listed */
    const char *text;        /* what is wrong, for people; translated by the caller */
    const char *todo;        /* the command that helps; %s is the ID of the record */
};
/* The table; NULL past the end. */
const struct rule *rules_at(size_t index);
/* Are records of that kind held against it? */
bool rules_concerns(const struct rule *rule, uint32_t kind);

/* A number of the table. */
struct rule_number {
    const char *name;
    const char *rule; /* id of the rule that uses it; "" = a report or a process does */
    const char *text; /* what it says, with its unit; translated by the caller */
    struct {
        int64_t from, value; /* date (datum.h), 0 = always */
    } dated[2];              /* by date; the second one's 0 = there is none */
};
const struct rule_number *rules_number_at(size_t index); /* NULL past the end */
/* What holds on that day here: a province's record, else the table. The name must be in it. */
int64_t rules_number(struct txn *t, const char *name, int64_t date);
/* The same in a unit: its setting may have a number of its own. */
int64_t rules_number_in(struct txn *t, const char *name, struct dot unit, int64_t date);
/* The same of a rule's weight. */
enum rule_weight rules_weight(struct txn *t, const struct rule *rule, int64_t date);

/* ---- on saving ------------------------------------------------------------------------------ */

/* What a save breaks without being blocked. Texts are in the caller's arena. */
struct rule_note {
    const struct rule *rule;
    const char *field;
    const char *text;
};
struct rule_notes {
    struct rule_note *list;
    size_t count, cap;
};
/* What is about to be saved: the record as it is (NULL: it is new) and as it will be, its values
 * without dots. */
struct rule_case {
    struct txn *t;
    const struct record *before, *after;
    struct arena *arena;
    struct rule_notes *notes; /* NULL: warnings are not wanted */
};
/* ERR_RULE with field when one blocks. Only what the save changes is looked at, so that a record
 * that breaks a rule already can still be corrected elsewhere. */
enum err rules_check(const struct rule_case *c) MUST_USE;

/* ---- after merging -------------------------------------------------------------------------- */

struct rule_finding {
    const struct rule *rule;
    struct dot record;
    struct dot other;  /* the second record concerned, or the unit; none */
    struct dot office; /* whose desk it belongs on (desk.h); none = everybody's */
    int64_t since_ms;
    uint64_t count; /* of records concerned, when one stands for many; else 1 */
};
/* Calls visit for every finding, rule by rule, until it returns false. Of a rule that asks for much
 * reading only what this store's own office looks after. */
enum err rules_each(struct txn *t, bool (*visit)(void *ctx, const struct rule_finding *f),
                    void *ctx) MUST_USE;

#endif
