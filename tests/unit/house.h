/* Two districts and three communes, and what a test of scope asks of them again and again. */
#ifndef TERRACE_TESTS_UNIT_HOUSE_H
#define TERRACE_TESTS_UNIT_HOUSE_H

#include "core/transfer.h"
#include "tests/unit/fixture.h"

/* Root 15 (store 0) over the districts 138 (1) and 133 (4); communes 04576 (2) and 04570 (3) of the
 * first, 04672 (5) of the second. */
enum { TOP, DISTRICT, FROM, BESIDE, FAR_DISTRICT, TO, STORES };

struct house {
    struct fixture f;
    struct arena arena;
};
/* cmocka set-up and tear-down. */
int house_begin(void **state);
int house_end(void **state);

/* Every one of them fails the test when it does not end well. */
struct txn *house_txn(struct house *h, size_t at, enum txn_mode mode);
/* A member of the store's own unit. */
struct dot house_add(struct house *h, size_t at, const char *name);
void house_write(struct house *h, size_t at, struct dot id, const struct edit *edits, size_t count);
void house_write_text(struct house *h, size_t at, struct dot id, uint32_t field, const char *text);
/* With its hub. */
void house_sync(struct house *h, size_t at);
/* One request and one reply, and no more: as when the link is cut after them. */
void house_sync_one_round(struct house *h, size_t at);

bool house_has(struct house *h, size_t at, struct dot id);
bool house_holds_whole(struct house *h, size_t at, struct dot id);
bool house_is_leaving(struct house *h, size_t at, struct dot id);
struct record house_get(struct house *h, size_t at, struct dot id);
/* Not NULL. */
const struct value *house_shown(const struct record *r, uint32_t field);
/* Of a space of link.h. */
size_t house_mark_count(struct house *h, size_t at, const char *space);

void house_assert_shows(struct house *h, size_t at, struct dot id, uint32_t field,
                        const char *text);
/* Whole, and to the last value as it is at the top. */
void house_assert_as_at_top(struct house *h, size_t at, struct dot id);
void house_assert_counted_in(struct house *h, size_t at, struct dot id, struct dot unit);
void house_assert_nothing_refused(struct house *h);

/* To the unit of store `to`. The number of the letter, in the arena; of the store's choice when
 * number is empty. */
struct slice house_issue_as(struct house *h, size_t at, struct dot member, size_t to,
                            const char *number);
struct slice house_issue(struct house *h, size_t at, struct dot member, size_t to);
/* The state after it. */
enum transfer_state house_answer(struct house *h, size_t at, struct slice letter,
                                 enum transfer_answer how);
enum transfer_state house_letter_state(struct house *h, size_t at, struct slice letter);
struct house_letters {
    size_t transfers, answers_alone;
};
struct house_letters house_letters(struct house *h, size_t at);

#endif
