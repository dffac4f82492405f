/* Guided procedures: a record takes its next step (steps.h), and what follows from it is saved with
 * it. They leave what a person would leave who did the same by hand with several commands, and go
 * through the same door (draft.h): steps, rules, levels and doubles are looked at there.
 *
 * What follows: an admission whose ceremony was held becomes a member; an end of membership that
 * was decided, or reversed, shows at the member; an expulsion that was decided ends membership; a
 * new secretary ends the former one's time; a rating gets its share of attendance; an assessment
 * that ends keeps what it was decided on. */
#ifndef TERRACE_CORE_PROCESS_H
#define TERRACE_CORE_PROCESS_H

#include "core/draft.h"
#include "core/steps.h"

struct process_saved {
    struct dot id, dot;
    uint32_t kind;
    bool is_new;
};
#define PROCESS_SAVED_MAX 16
struct process_report {
    struct dot id, dot;                           /* the record that took the step, and its save */
    struct process_saved also[PROCESS_SAVED_MAX]; /* what followed from it */
    size_t also_count;
};
/* Takes the step to that state, with draft->items on top; draft->id is the record. ERR_INPUT with
 * every field that is still missing; else the errors of draft_save, of the record or of what
 * follows, with *doubles: then the caller aborts. */
enum err process_step(struct txn *t, const struct draft *draft, int32_t to, struct arena *arena,
                      struct process_report *out, struct id_list *doubles) MUST_USE;

/* A step that may come next. */
struct process_choice {
    const struct step *step;
    enum step_who who;            /* process_who() */
    uint32_t missing[STEP_NEEDS]; /* fields to be filled in; 0 ends the list */
    size_t missing_count;
    const char *why; /* why it is not this store's to take now; NULL = it is. In the arena */
};
/* All of a record, in the order of the table. Each is tried in a write transaction that is
 * aborted, so that the answer is the one that taking it would give. ERR_RULE: the kind has no
 * steps. */
enum err process_choices(struct store *s, struct dot id, struct arena *arena,
                         struct process_choice **out, size_t *count) MUST_USE;
/* Whose the step is, seen from this store: the office above's, too, where the state itself is
 * written by a higher level alone. */
enum step_who process_who(const struct store *s, const struct machine *m, const struct step *step);
/* The state of a record; the first one when it has none yet. */
int64_t process_state(const struct machine *m, const struct record *r);

/* "2025-06-30", in the arena, and the same of a month, "2025-06": as a draft reads them. */
const char *process_date_text(int64_t date, struct arena *arena);
const char *process_month_text(int64_t month, struct arena *arena);

#endif
