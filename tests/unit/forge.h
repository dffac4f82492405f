/* A joined node whose program was replaced: it signs and sends whatever it likes to its hub. */
#ifndef TERRACE_TESTS_UNIT_FORGE_H
#define TERRACE_TESTS_UNIT_FORGE_H

#include "tests/unit/fixture.h"

struct forge {
    struct fixture *f;
    size_t from, to; /* the forger's store, and its hub's */
    uint64_t seq;    /* of the last forged dot: beyond what the store itself ever gave */
    uint64_t actor;  /* of forged dots; 0 = the forger's own */
    uint8_t level;   /* that forged values claim; 0 = commune */
    int64_t time_ms; /* of forged values; 0 = in 2030 */
    bool first_contact;
    bool unsigned_;              /* steering saves go without their proofs */
    const uint8_t *key;          /* that signs them; NULL = the forger's own */
    bool by_stick;               /* in bundles, not over HTTP */
    uint64_t sticks;             /* written so far */
    const struct origin *origin; /* of forged values */
    struct refused *refusals;    /* of the last push, in the arena */
    size_t refusal_count;
    struct arena arena;
};
struct dot forge_dot(struct forge *g);
/* A value that was not there, under that dot. */
void forge_put(struct forge *g, struct record *r, uint32_t number, struct dot dot, struct datum d);
/* The same under a new dot, in place of whatever was there. */
void forge_replace(struct forge *g, struct record *r, uint32_t number, struct datum d);
struct record forge_record(struct forge *g, uint32_t kind);
void forge_put_new(struct forge *g, struct record *r, uint32_t number, struct datum d);
/* In the forger's name to the hub, as its program would send it; g->refusals by its reply. */
enum err forge_push(struct forge *g, const struct record *records, size_t count);
/* A body of its own making, a request's. */
enum err forge_deliver(struct forge *g, struct slice body);
/* What a hub, the forger, answers its child `to` with: a record that it may not have; or, with
 * NULL, nothing of what it has for it, and a digest as if there were nothing. */
enum err forge_answer(struct forge *g, const struct record *record);

#endif
