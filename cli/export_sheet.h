/* Records as a sheet, for export KIND FILE.xlsx, and the template to be filled in. */
#ifndef TERRACE_CLI_EXPORT_SHEET_H
#define TERRACE_CLI_EXPORT_SHEET_H

#include "cli/query.h"
#include "cli/sheet.h"

struct export_sheet {
    struct cli *c;
    const struct kind_def *kind;
    struct book *book;
    struct arena arena; /* of the book's life */
};
/* Begins the sheet with the kind's name, and its head. With for_template it has no column for the
 * ID, and what each field means stands on a second sheet. */
void export_sheet_begin(struct export_sheet *s, struct cli *c, const struct kind_def *kind,
                        bool for_template);
void export_sheet_row(struct export_sheet *s, const struct hit *hit);
enum err export_sheet_end(struct export_sheet *s, const char *path) MUST_USE;
/* Tolerates one that never began. */
void export_sheet_free(struct export_sheet *s);

/* Is it a column of an export? Shared with the other forms, as is the text of one value: a unit by
 * its code, which a person can read and import takes as well. */
bool export_has(const struct field_def *f);
struct slice export_datum(const struct hit *hit, const struct field_def *f, const struct datum *d);

#endif
