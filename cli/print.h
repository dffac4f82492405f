/* What the printed documents share: the page under way, and the parts that official papers have. */
#ifndef TERRACE_CLI_PRINT_H
#define TERRACE_CLI_PRINT_H

#include "cli/cli.h"
#include "cli/html.h"

struct print {
    struct cli *c;
    struct txn *t;
    struct arena *arena; /* what lives as long as the document */
    struct buf *out;
    struct dot subject;  /* what is printed: a member, a unit, an activity */
    uint32_t kind;       /* of the subject */
    int64_t first_month; /* MONTH_MAKE; the present one when no period was given */
    int months;          /* how many, from that one on */
    bool has_period;
    bool in_conflict; /* a field of the subject has two values, and the paper shows one */
    /* what print_holder found last: of many sheets it is the same */
    struct dot holder_unit;
    struct slice holder;
};

/* The documents. Each opens and closes its page in p->out. */
enum err print_card(struct print *p) MUST_USE;       /* of a member, or of all of a unit */
enum err print_sheet(struct print *p) MUST_USE;      /* the same */
enum err print_minutes(struct print *p) MUST_USE;    /* of an activity */
enum err print_attendance(struct print *p) MUST_USE; /* of an activity or a unit, to fill by hand */
enum err print_letter(struct print *p) MUST_USE;     /* of a transfer */
enum err print_book(struct print *p) MUST_USE;       /* of a unit, a page a month */

/* ---- records -------------------------------------------------------------------------------- */

struct print_list {
    struct record *records; /* copied into the document's arena */
    size_t count, cap;
};
void print_list_add(struct print *p, struct print_list *list, const struct record *r);
/* Living records of a kind whose unit is within root, for which keep says yes (NULL: all). */
enum err print_collect(struct print *p, uint32_t kind, struct dot root,
                       bool (*keep)(const struct print *p, const struct record *r),
                       struct print_list *out) MUST_USE;
/* Living records of a kind that are about this member, under any id of his. */
enum err print_about(struct print *p, struct dot member, uint32_t kind,
                     struct print_list *out) MUST_USE;
/* Members who count for the unit now, by given name as Vietnamese lists are. */
enum err print_members(struct print *p, struct dot unit, struct print_list *out) MUST_USE;
/* The one member, or all of the unit. */
enum err print_subjects(struct print *p, struct print_list *out) MUST_USE;
void print_sort_by_name(struct print *p, struct print_list *list);
void print_sort_by_date(struct print_list *list, uint32_t field);
bool print_set_has(const struct record *r, uint32_t field, struct dot id);

/* ---- words ---------------------------------------------------------------------------------- */

/* The shown value as people read it, a set parted by ", "; empty when there is none. Masked. */
struct slice print_words(struct print *p, const struct record *r, uint32_t field);
const char *print_label(struct print *p, uint32_t kind, uint32_t field);
/* "26/11/2026", or as the language writes it in full; with what is known of it. */
struct slice print_date(struct print *p, int64_t date);
/* "month 6/2025" */
const char *print_month(struct print *p, int64_t month);
int64_t print_today(struct print *p);
/* "Xã Văn Tiến" as the office of the Union there: "Đoàn xã Văn Tiến". */
struct slice print_office(struct print *p, struct dot unit);
/* The unit itself when it is an office that issues papers, else the one above that is. */
struct dot print_issuer(struct print *p, struct dot unit);
/* The unit's secretary now; empty when it is not recorded. */
struct slice print_secretary(struct print *p, struct dot unit);

/* ---- parts ---------------------------------------------------------------------------------- */

void print_open(struct print *p, enum html_paper paper, const char *title, const char *rules);
/* Head of an official paper: the unit and the one above on the left, the Union, place and date on
 * the right. number: "" for papers that have none. date 0: dots, to be filled in. */
void print_head(struct print *p, struct dot unit, struct slice number, int64_t date);
/* "Label: value" in a line; dots to write on where there is no value. */
void print_line(struct print *p, const char *label, struct slice value);
/* The same as a paragraph that may have several lines; this many empty ones when there is none. */
void print_text(struct print *p, const char *label, struct slice value, int empty_lines);
struct print_sign {
    const char *office; /* "ON BEHALF OF THE COMMITTEE", or NULL */
    const char *title;  /* "": nobody signs on this side */
    struct slice name;  /* may be empty */
};
void print_signatures(struct print *p, const struct print_sign *signs, size_t count);
/* A row of column heads, translated here; ended by NULL. */
void print_columns(struct print *p, const char *const *heads);
void print_cell(struct print *p, const char *class_name, struct slice text);
void print_number(struct print *p, size_t n);

#endif
