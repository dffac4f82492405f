/* Drafts: what flags, forms and imported rows become before they are a save. Here text becomes
 * data, references are found, and rules of the domain are enforced — on local saves only (rule 10).
 */
#ifndef TERRACE_CORE_DRAFT_H
#define TERRACE_CORE_DRAFT_H

#include "core/rules.h"
#include "core/scope.h"

struct draft_item {
    struct slice name; /* field name; may be a Vietnamese or English label */
    enum edit_op op;
    struct slice value;           /* text as typed; empty with EDIT_SET clears */
    const struct slice *elements; /* sets: the elements, instead of value; NULL = split at ; */
    size_t element_count;
};
struct draft {
    struct dot id; /* none = a new record */
    uint32_t kind;
    const struct context *shown; /* NULL = as it is now */
    const struct draft_item *items;
    size_t item_count;
    enum via via;
    bool anyway;     /* enter a probable double all the same */
    bool may_repeat; /* new, without ext_id, and a record holds it all: that one, unchanged */
    bool by_command; /* steps that only their own command takes (steps.h) */
    struct rule_notes *notes; /* what the save breaks without being blocked; NULL = not wanted */
};
/* Checks everything and saves. ERR_INPUT, ERR_RULE with field; ERR_DOUBLE, and ERR_AMBIGUOUS of a
 * reference, with the candidates in *doubles (arena). *dot is none when nothing changed. A draft
 * for any record of a merged person is for the person: *id is the one shown, and each field goes to
 * the record that speaks for it. */
enum err draft_save(struct txn *t, const struct draft *draft, struct arena *arena, struct dot *id,
                    struct dot *dot, struct id_list *doubles) MUST_USE;
/* The same for one record as it stands, whoever it is merged with. */
enum err draft_save_record(struct txn *t, const struct draft *draft, struct arena *arena,
                           struct dot *id, struct dot *dot, struct id_list *doubles) MUST_USE;

/* What is about to be written, for a look at who is here already. */
struct draft_look {
    const struct record *outcome; /* its plain fields that change; id none when it is new */
    bool is_new;
    enum via via;
    struct slice ext_id; /* the one it has or gets; empty = none */
};
/* The same unique number in another record, or the same person to all appearance: one name but for
 * a slip, one day of birth but for day and month in the wrong order. What costs more than a few
 * look-ups is left out in an import; doubles_find sees it afterwards. *field is the one in which it
 * shows, NULL when nobody was found. Persons are named by the id under which they are shown. */
enum err draft_find_doubles(struct txn *t, const struct draft_look *look, struct arena *arena,
                            struct id_list *out, const char **field) MUST_USE;

/* The unit of a new record that names none: of what happens to a member the member's, where that is
 * this store's to write, so that it is counted there; else the store's own. member may be none. */
enum err draft_home(struct txn *t, uint32_t kind, struct dot member, struct arena *arena,
                    struct dot *out) MUST_USE;

/* May this store write the record at all: its level, its unit, not departed? ERR_RULE. */
enum err draft_may_write(struct txn *t, const struct record *r) MUST_USE;

/* One value of text to a datum; text in either language, dates in any of the accepted forms. */
enum err draft_parse(struct txn *t, const struct field_def *field, struct slice text,
                     struct arena *arena, struct datum *out) MUST_USE;
/* The same; on ERR_AMBIGUOUS of a reference with those it may mean in *candidates (arena). */
enum err draft_parse_listing(struct txn *t, const struct field_def *field, struct slice text,
                             struct arena *arena, struct datum *out,
                             struct id_list *candidates) MUST_USE;
/* Unit code, ID (full or shortened), ext_id, card_no, exact name; ERR_NOT_FOUND; ERR_AMBIGUOUS with
 * the candidates in *candidates. kind 0 = any. */
enum err draft_resolve_ref(struct txn *t, uint32_t kind, struct slice text, struct arena *arena,
                           struct dot *out, struct id_list *candidates) MUST_USE;
/* Does the text stand for all members of a unit, "*", "tất cả", "all", or for all but some, "tất cả
 * trừ Giàng A Dê; Sùng A Páo", "all but …"? Only of a set of members. *but borrows from the arena.
 */
bool draft_is_roll(const struct field_def *field, struct slice text, struct arena *arena,
                   struct slice *but);
/* Of which unit, on which day: as units and members stood then. */
struct roll_day {
    struct dot unit;
    int64_t date; /* 0 = today */
};
/* Those who were active members of the unit and those below it, but for some: by ID, card number,
 * or name, whose last words are enough within the unit. ERR_INPUT: there are none; ERR_NOT_FOUND;
 * ERR_AMBIGUOUS with *candidates. */
enum err draft_roll(struct txn *t, const struct roll_day *of, struct slice but, struct arena *arena,
                    struct id_list *out, struct id_list *candidates) MUST_USE;
/* One of them, named in the same ways; the same errors. */
enum err draft_find_member(struct txn *t, const struct roll_day *of, struct slice text,
                           struct arena *arena, struct dot *out,
                           struct id_list *candidates) MUST_USE;
/* Text a person reads: label of the code in the language ("vi" or "en"), date as dd/mm/yyyy, title
 * of a referred record. Result in the arena. */
struct slice draft_format(struct txn *t, const struct field_def *field, const struct datum *d,
                          const char *lang, struct arena *arena);
/* "21.700000,104.870000" */
const char *draft_geo(int64_t v, struct arena *arena);

#endif
