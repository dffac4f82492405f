/* A report on paper, on the screen, or for a program. */
#ifndef TERRACE_CLI_REPORT_H
#define TERRACE_CLI_REPORT_H

#include "cli/cli.h"
#include "core/report.h"

struct report_view {
    const char *lang; /* "vi" or "en" */
    const struct report *report;
    struct report_result result;
    int64_t published_on; /* 0 = it was not */
    struct arena *arena;
};

/* ---- words shared by all (report_words.c); in the arena ------------------------------------- */

const char *report_title(const struct report_view *v);    /* what it is about */
const char *report_subtitle(const struct report_view *v); /* of whom, and when */
const char *report_explains(const struct report_view *v); /* what it is compared with */
const char *report_notice(const struct report_view *v);   /* of the publication; "" */
const char *report_label(const struct report_view *v, const struct report_row *row);
/* Of one of a group without the group's name. */
const char *report_key_label(const struct report_view *v, const struct report_row *row);
const char *report_section_label(const struct report_view *v, const struct report_section *s);
/* "1.234", "83,3 %", "12.000 đ"; "–" when it is not known. */
const char *report_figure(const struct report_view *v, const struct measure *m, struct figure f);
/* The frozen figure of a row that was adjusted, else "". */
const char *report_adjusted(const struct report_view *v, const struct report_row *row);
/* How full a bar is, 0 to 1000: of a share what it says, of one of a group its part of the greatest
 * one; -1 = there is none. */
int report_bar(const struct report_view *v, const struct report_row *row);
/* Measures that stand in the table of the units below, at most `max`; how many. */
size_t report_headlines(const struct report_view *v, const struct report_row **out, size_t max);

/* ---- forms ---------------------------------------------------------------------------------- */

void report_put_json(const struct report_view *v, struct buf *out); /* report_rows.c */
void report_put_csv(const struct report_view *v, struct buf *out);  /* report_rows.c */
void report_put_text(const struct report_view *v, struct buf *out); /* report_text.c */
void report_put_html(const struct report_view *v, struct buf *out); /* report_html.c */
enum err report_put_sheet(const struct report_view *v, const struct env *env,
                          const char *path) MUST_USE; /* report_sheet.c */

/* What this computer knows of its links, conflicts and doubles (report_facts.c). */
enum err report_facts(struct cli *c, struct txn *t, struct dot unit,
                      struct report_query *q) MUST_USE;

#endif
