/* The container of an .xlsx file, as somebody else may have made it to do harm: everything is
 * looked at before anything of it is used. sheet_zip.c is the one module that includes libzip. */
#ifndef TERRACE_CLI_SHEET_ZIP_H
#define TERRACE_CLI_SHEET_ZIP_H

#include "core/error.h"

#define PARCEL_MAX_BYTES (32u << 20) /* the file */
#define PARCEL_ENTRIES_MAX 2000
#define PARCEL_ENTRY_MAX_BYTES (192u << 20) /* inflated */
#define PARCEL_ALL_MAX_BYTES (256u << 20)   /* the same, of all entries together */
#define PARCEL_RATIO_MAX 200                /* inflated to packed, of an entry beyond this size: */
#define PARCEL_RATIO_FROM_BYTES (1u << 20)

struct parcel;
/* The file's bytes are borrowed until parcel_close. ERR_INPUT: it is no such container, or one that
 * nobody makes in good faith (names that lead outside or come twice, links, encryption, ZIP64);
 * ERR_TOO_LARGE: it goes beyond a bound. Both say what to do. */
enum err parcel_open(struct slice file, struct parcel **out) MUST_USE;
void parcel_close(struct parcel *p); /* NULL is fine */
/* Hands the entry's bytes over, piece by piece; what take returns ends it. ERR_INPUT when there is
 * no such entry, or it is damaged (some of it may have been handed over by then). */
enum err parcel_read(struct parcel *p, const char *name,
                     enum err (*take)(void *ctx, struct slice piece), void *ctx) MUST_USE;

#endif
