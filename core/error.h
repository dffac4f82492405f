/* One table of errors: code, exit status, HTTP status, text. A function that can fail returns
 * `enum err`, must-use; it sets the detail where the error arises, and only cli/ shows it.
 * Detail is per thread, bounded, and never allocated. It names what happened, what is safe, what to
 * do, in the user's language, and never personal data beyond what the user typed. */
#ifndef TERRACE_CORE_ERROR_H
#define TERRACE_CORE_ERROR_H

#include "core/base.h"

#include <libintl.h>

#define _(msgid) gettext(msgid)
#define N_(msgid) msgid

/* name, word in JSON, exit status, HTTP status, general text */
#define ERROR_TABLE(X)                                                                             \
    X(OK, "ok", 0, 200, N_("done"))                                                                \
    X(INPUT, "input", 1, 400, N_("the input is wrong"))                                            \
    X(DOUBLE, "double", 1, 409, N_("this may already be recorded"))                                \
    X(AMBIGUOUS, "ambiguous", 1, 409, N_("more than one record matches"))                          \
    X(RULE, "rule", 1, 422, N_("a rule forbids this"))                                             \
    X(NOT_JOINED, "not_joined", 1, 409, N_("this store has not joined a hub"))                     \
    X(USAGE, "usage", 2, 400, N_("the command is not written correctly"))                          \
    X(NOT_FOUND, "not_found", 3, 404, N_("not found"))                                             \
    X(NO_LINK, "no_link", 4, 503, N_("no link to the hub now; nothing is lost, try later"))        \
    X(REFUSED, "refused", 5, 403, N_("the hub refused"))                                           \
    X(REVOKED, "revoked", 5, 410, N_("this computer was revoked"))                                 \
    X(DAMAGED, "damaged", 6, 500, N_("the store is damaged"))                                      \
    X(DISK_FULL, "disk_full", 6, 507, N_("the disk is full; what was saved before is safe"))       \
    X(TOO_NEW, "too_new", 6, 500, N_("the store was written by a newer terrace"))                  \
    X(IO, "io", 6, 500, N_("a file could not be read or written"))                                 \
    X(BUSY, "busy", 7, 429, N_("another terrace is at work here"))                                 \
    X(FORMAT, "format", 1, 400, N_("the bytes are not a terrace message"))                         \
    X(TOO_LARGE, "too_large", 1, 413, N_("too large"))                                             \
    X(EXISTS, "exists", 1, 409, N_("there is already a store here"))                               \
    X(SEALED, "sealed", 1, 403, N_("the store is sealed, and this does not open it"))              \
    X(NEED_WHOLE, "need_whole", 1, 409, N_("the whole record is needed"))                          \
    X(END, "end", 0, 200, N_("no more"))

enum err {
#define X(name, word, exit, http, text) ERR_##name,
    ERROR_TABLE(X)
#undef X
        ERR_COUNT
};

/* Hands an error on at once. For functions that hold nothing to release. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        enum err try_error_ = (call);                                                              \
        if (try_error_ != ERR_OK) {                                                                \
            return try_error_;                                                                     \
        }                                                                                          \
    } while (0)

struct error_detail {
    enum err code;
    char field[64];  /* name of the field at fault, or "" */
    size_t line;     /* line of an imported file, or 0 */
    char text[1024]; /* what happened; may be "" */
};

const char *error_word(enum err e);
int error_exit_status(enum err e);
int error_http_status(enum err e);
const char *error_text(enum err e); /* translated */

/* Set the detail and return e, so that `return error_set(ERR_INPUT, _("…"))` reads well. */
enum err error_set(enum err e, const char *fmt, ...) PRINTF_LIKE(2, 3);
enum err error_set_field(enum err e, const char *field, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Borrowed; valid until this thread's next error_set. */
const struct error_detail *error_last(void);
void error_clear(void);

#endif
