/* Private to core/store_receive.c and store_refuse.c: a change on its way in. */
#ifndef TERRACE_CORE_STORE_RECEIVE_H
#define TERRACE_CORE_STORE_RECEIVE_H

#include "core/authority.h"
#include "core/store_env.h"

struct receive_state {
    struct txn *t;
    const struct change *change;
    const struct arrival *arrival;
    struct arena *arena;
    struct record incoming; /* after the cap */
    struct record before;
    struct record_local local;
    bool held;
    bool stub;
    enum refusal why;
};

/* Is the actor of the pusher's subtree, or first heard of from there? */
bool push_actor_is_below(struct txn *t, uint64_t actor, const struct arrival *arrival);
/* Is the dot known for one that its actor, not of the pusher's, has not given yet? */
bool push_is_not_given(struct receive_state *s, struct dot dot);
/* Those that nobody has named are the sender's. */
enum err push_learn_actors(struct receive_state *s) MUST_USE;
/* May it come from there at all? If not, s->why says why not. */
bool push_is_allowed(struct receive_state *s);
/* Values that their author may not give, that join others' members to the sender's, and dots beyond
 * his closing mark are saved back. *done when the push has been dealt with here. */
enum err push_take_back(struct receive_state *s, const struct record *merged, enum outcome *outcome,
                        bool *done) MUST_USE;

/* Of what steers others: does every save in merged that is new here bear its author's signature? A
 * hub passes it on, and is not believed. */
bool push_is_signed(struct receive_state *s, const struct record *merged);

#endif
