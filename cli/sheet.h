/* Spreadsheets (.xlsx). Writing: sheet_write.c, the one module that includes libxlsxwriter.
 *
 * A book is filled from left to right and from top to bottom; nothing can be written above or left
 * of what stands there already, so that a book of any length takes little memory. Errors stick:
 * write on, and look once, at book_save. What is text stays text: never a formula, never a link. */
#ifndef TERRACE_CLI_SHEET_H
#define TERRACE_CLI_SHEET_H

#include "core/env.h"

#define SHEET_ROWS_MAX 1048576
#define SHEET_COLUMNS_MAX 1024
#define SHEET_TEXT_MAX_CHARS 32767 /* of a cell, as the format has it */

enum sheet_format {
    SHEET_TEXT, /* what is typed into it stays as it was typed: 0912…, 2001, 12/04/2001 */
    SHEET_NUMBER,
    SHEET_MONEY,   /* 1.234.567 */
    SHEET_PERCENT, /* 12,3 % */
    SHEET_DATE     /* dd/mm/yyyy */
};
struct sheet_column {
    const char *head;
    enum sheet_format format; /* of the cells that are still empty */
    unsigned width_chars;     /* 0 = as wide as the head */
    bool wanted;              /* the head is coloured: this must be filled in */
    /* A list to choose from in every cell below the head; NULL = none. Other words stay allowed. */
    const char *const *choices;
    size_t choice_count;
    const char *note; /* shown when a cell of the column is entered; NULL = none */
};

struct book;
/* NULL is never returned: without room on the disk the error sticks. */
struct book *book_new(void);
void book_free(struct book *b); /* NULL is fine */
/* What follows goes to a new sheet: A4, landscape, as wide as a page. Characters that a name cannot
 * have are replaced, and the rest is cut. */
void book_sheet(struct book *b, const char *name);
/* A line of its own: title, explanation, source. Before a head, and after the last row. */
void book_title(struct book *b, const char *text); /* large and bold */
void book_line(struct book *b, struct slice text);
/* The head of the table: bold, repeated on every printed page, stays in view, and filters. Once a
 * sheet. The columns are borrowed until book_save. */
void book_head(struct book *b, const struct sheet_column *columns, size_t count);
/* The next cell of the row. */
void book_text(struct book *b, struct slice text); /* empty text leaves the cell empty */
void book_number(struct book *b, int64_t v);
void book_money(struct book *b, int64_t dong);
void book_percent(struct book *b, int64_t basis_points); /* 1234 is 12.34 % */
void book_date(struct book *b, int64_t date);   /* DATE_MAKE; without a day it becomes text */
void book_month(struct book *b, int64_t month); /* MONTH_MAKE, as text */
void book_skip(struct book *b);                 /* leaves it empty */
void book_row_end(struct book *b);
/* Writes it all, as env->write_file does; "-" is stdout. ERR_INPUT: a text is too long for a cell;
 * ERR_TOO_LARGE: too many rows; ERR_IO, ERR_DISK_FULL. The book is then only to be freed. */
enum err book_save(struct book *b, const struct env *env, const char *path) MUST_USE;

#endif
