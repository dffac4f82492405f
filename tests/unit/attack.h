/* The table of attacks: each comes in by every way that it can take, and beside each goes an honest
 * twin. attack_test.c runs them and counts. */
#ifndef TERRACE_TESTS_UNIT_ATTACK_H
#define TERRACE_TESTS_UNIT_ATTACK_H

#include "tests/unit/forge.h"
#include "tests/unit/tree.h"

enum way { BY_HTTP, BY_STICK, BY_HAND, WAYS };

/* The tree of fixture_tree: the attacker is a clerk of FIRST whose program was replaced, unless the
 * attack says otherwise. */
struct scene {
    struct fixture f;
    enum way way;
    struct forge g;
    struct arena arena;
    struct dot own, theirs; /* members of FIRST and SECOND, which everybody entitled holds */
    unsigned text;          /* how many were made up */
};
struct attack {
    const char *name;
    const char *has;                 /* the attacker: whose key, or what else */
    bool (*attack)(struct scene *s); /* true: what was tried stands */
    bool (*twin)(struct scene *s);   /* true: it was taken */
    const char *not_by[WAYS];        /* why it is no way, or what is SKIPPED; NULL = it is tried */
};
/* Records that nobody may write so; keys and certificates; what is carried, doubled and put back.
 */
extern const struct attack attacks_written[], attacks_keys[], attacks_carried[];
extern const size_t attacks_written_count, attacks_keys_count, attacks_carried_count;

/* The forged record given to the hub by the way of the scene; then the level above hears. */
void attack_push(struct scene *s, struct record *r);
/* A value of the field with this datum is live, at the hub or above it. */
bool attack_live(struct scene *s, struct dot id, uint32_t field, struct datum d);
/* The record forged with the datum in that field, pushed; does it stand? */
bool attack_field(struct scene *s, struct dot id, uint32_t field, struct datum d);
/* A new record, pushed; is it held? */
bool attack_new(struct scene *s, struct record *r);
/* By the commands of the attacker's own store; did they save? */
bool attack_draft(struct scene *s, struct dot id, uint32_t kind, const char *const *words);
/* A text that nobody wrote before. */
struct datum attack_text(struct scene *s);
/* A whole sync of a store with its hub by the way of the scene: how the hub took it. */
enum err attack_exchange(struct scene *s, size_t at);
/* A member entered by that store arrives at its hub, by the way of the scene. */
bool attack_arrives(struct scene *s, size_t at);

#endif
