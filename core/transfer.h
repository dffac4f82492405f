/* Moving a member from one unit to another: a handshake of two sides (rule 16).
 *
 * The issuer writes the member's new `unit` together with a record of kind `transfer`. While that
 * is open, its `from` stays in scope and counts the member. The receiver answers with a record of
 * kind `acceptance`, paired by letter number, so that it may come first; accepting, or receiving
 * the member after that, writes `unit` again. Each function is one user action in the caller's
 * write transaction, and checks what a person must be told. */
#ifndef TERRACE_CORE_TRANSFER_H
#define TERRACE_CORE_TRANSFER_H

#include "core/draft.h"

/* After how many days a letter is reminded of, and overdue: the rule numbers of today. */
struct transfer_days {
    int64_t remind, overdue;
};
struct transfer_days transfer_days(struct txn *t);

struct transfer_order {
    struct dot member;
    struct dot to;                  /* a unit; none when outside the tree */
    struct slice to_outside;        /* text, when `to` is none */
    struct slice letter;            /* empty = one is made: "7/04576-k7f" */
    const struct draft_item *items; /* further fields of the transfer, as typed */
    size_t item_count;
    struct rule_notes *notes; /* what it breaks without being blocked; NULL = not wanted */
};
/* *id is the transfer's. *letter is in the arena. ERR_RULE: not this store's member, already on its
 * way, already there. */
enum err transfer_issue(struct txn *t, const struct transfer_order *order, struct arena *arena,
                        struct dot *id, struct slice *letter) MUST_USE;

enum transfer_state {
    TRANSFER_STATE_IN_TRANSIT, /* issued, not answered */
    TRANSFER_STATE_ANNOUNCED,  /* accepted or refused here by its letter, the member is awaited */
    TRANSFER_STATE_ACCEPTED,
    TRANSFER_STATE_REFUSED,
    TRANSFER_STATE_RETURNED
};
/* What is known of one letter: the transfer, the answer, or both. */
struct transfer_view {
    struct dot transfer;   /* none when only the answer is here */
    struct dot acceptance; /* none when there is no answer, or the transfer is done with */
    struct dot member;     /* none when not known yet */
    struct dot from, to;   /* none when not known, or outside */
    struct dot sender;     /* `from`; where its record is not held, the letter's office if it is */
    struct slice letter, to_outside;
    enum transfer_state state;
    struct dot waiting_for; /* the unit whose turn it is; none when it is done */
    int64_t issued_ms;      /* when the letter, or the answer alone, was written */
};
/* Of a record of kind transfer or acceptance; slices borrow from what it borrows from. */
enum err transfer_view(struct txn *t, const struct record *r, struct arena *arena,
                       struct transfer_view *out) MUST_USE;
/* By letter number or ID of a transfer or acceptance. ERR_NOT_FOUND; ERR_AMBIGUOUS with the
 * candidates in *candidates (arena). */
enum err transfer_find(struct txn *t, struct slice letter_or_id, struct arena *arena,
                       struct transfer_view *out, struct id_list *candidates) MUST_USE;
/* The unit whose code is in the letter's number, as in those that Terrace makes, and most others;
 * none when there is no such. */
struct dot transfer_letter_office(struct txn *t, struct slice letter, struct arena *arena);
/* Calls visit for every letter known here, in order of ids, until it returns false. */
enum err transfer_each(struct txn *t, bool (*visit)(void *ctx, const struct transfer_view *v),
                       void *ctx) MUST_USE;

enum transfer_answer { TRANSFER_ACCEPT, TRANSFER_REFUSE, TRANSFER_RETURN };
/* Accept and refuse are the receiver's (by letter alone before the data is here: the answer waits,
 * *out->state is ANNOUNCED); accept is the issuer's own when the member left the tree; return is
 * the issuer's while it knows of no acceptance. */
enum err transfer_answer(struct txn *t, enum transfer_answer answer, struct slice letter_or_id,
                         struct slice reason, struct arena *arena, struct transfer_view *out,
                         struct id_list *candidates) MUST_USE;
/* After changes came in: completes what this store's unit answered before the member was here. */
enum err transfer_settle(struct txn *t, struct dot transfer) MUST_USE;

/* Where a person is counted: nowhere (none) for a stub, a deleted record or one merged into
 * another; `from` while an open transfer holds it on the way to the shown unit; else the shown
 * unit. */
struct dot transfer_counted_unit(struct txn *t, const struct record *member);

#endif
