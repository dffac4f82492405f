/* What people do at the merge desk, one random action at a time, in a world that remembers it. */
#ifndef TERRACE_TESTS_UNIT_DESK_H
#define TERRACE_TESTS_UNIT_DESK_H

#include "tests/unit/world.h"

#define MEMBERS_MAX 14
#define LETTERS_MAX 32

enum op {
    OP_CREATE,
    OP_EDIT,
    OP_LATE_EDIT,
    OP_ROGUE,
    OP_MOVE,
    OP_ISSUE,
    OP_ISSUE_BESIDE,
    OP_ACCEPT,
    OP_ACCEPT_AHEAD,
    OP_REFUSE,
    OP_RETURN,
    OP_MERGE_UP,
    OP_MERGE_DOWN,
    OP_UNMERGE,
    OP_DELETE,
    OP_UNDELETE,
    OP_DECIDE,
    OP_UNIT_MERGE,
    OP_UNIT_UNDO,
    OP_UNIT_MOVE,
    OP_REHOME,
    OP_COUNT
};
extern const char *const desk_op_names[OP_COUNT];

struct desk {
    struct world w;
    struct dot members[MEMBERS_MAX];
    size_t member_count;
    char letters[LETTERS_MAX][32];
    size_t letter_to[LETTERS_MAX]; /* the store of the unit it is addressed to */
    size_t letter_count;
    uint64_t counts[OP_COUNT];
    unsigned text;
    size_t going[FIXTURE_STORES_MAX]; /* to which hub, and 1; 0 = nowhere */
};

/* 0 … n-1 */
uint64_t desk_below(struct desk *d, uint64_t n);
struct dot desk_unit(struct desk *d, size_t at);
enum err desk_create(struct desk *d, size_t at, struct txn *t, struct arena *arena);
/* A node goes to another hub; false when that may not have it, or the answer was lost. */
bool desk_rehome(struct desk *d, size_t at, size_t hub);
void desk_sync(struct desk *d, size_t at);
/* One action, at the first store of a few where it can be done. */
void desk_step(struct desk *d);

#endif
