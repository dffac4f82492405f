/* Status machines: which step leads from which state to which, who may take it, and what must be
 * filled in. One table; a step is one row. Steps are looked at on local saves only: what comes from
 * another store is never refused for its state (rule 10), and undo takes a step back that was a
 * mistake. */
#ifndef TERRACE_CORE_STEPS_H
#define TERRACE_CORE_STEPS_H

#include "core/schema.h"

enum step_who {
    STEP_OWN,    /* whoever may write the record */
    STEP_ABOVE,  /* an office above the unit of the record; of the top unit itself */
    STEP_COMMAND /* its own command alone: terrace transfer */
};
#define STEP_NEEDS 4
struct step {
    int32_t from; /* code of the status; 0 = the record is new */
    int32_t to;
    enum step_who who;
    uint32_t needs[STEP_NEEDS]; /* fields that must be filled afterwards; 0 ends the list */
};
struct machine {
    uint32_t kind, field;     /* the status */
    bool starts;              /* a new record without a status gets the first state */
    const struct step *steps; /* ended by to = 0; the first one begins a new record */
};
/* NULL when the kind has none. */
const struct machine *steps_of(uint32_t kind);
const struct machine *steps_at(size_t index); /* NULL past the end */
/* NULL when no step leads there. */
const struct step *steps_find(const struct machine *m, int64_t from, int64_t to);
/* Any step that leads to that state; NULL when none does. */
const struct step *steps_into(const struct machine *m, int64_t to);
/* The state before any other. */
int32_t steps_first(const struct machine *m);
/* Labels of the states that may follow, as a list for a message, "Đã trình, Đã duyệt"; in the
 * arena. Empty at an end. */
const char *steps_next_text(const struct machine *m, int64_t from, bool vi, struct arena *arena);

#endif
