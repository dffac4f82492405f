#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>

struct error_row {
    const char *word;
    int exit_status;
    int http_status;
    const char *text;
};

static const struct error_row rows[] = {
#define X(name, word, exit, http, text) {word, exit, http, text},
    ERROR_TABLE(X)
#undef X
};

static _Thread_local struct error_detail last;

static const struct error_row *error_row(enum err e)
{
    CHECK((size_t)e < ARRAY_COUNT(rows));
    return &rows[e];
}

const char *error_word(enum err e)
{
    return error_row(e)->word;
}

int error_exit_status(enum err e)
{
    return error_row(e)->exit_status;
}

int error_http_status(enum err e)
{
    return error_row(e)->http_status;
}

const char *error_text(enum err e)
{
    return gettext(error_row(e)->text);
}

static enum err error_fill(enum err e, const char *field, const char *fmt, va_list ap)
{
    last.code = e;
    last.line = 0;
    (void)snprintf(last.field, sizeof(last.field), "%s", field);
    (void)vsnprintf(last.text, sizeof(last.text), fmt, ap);
    return e;
}

enum err error_set(enum err e, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    error_fill(e, "", fmt, ap);
    va_end(ap);
    return e;
}

enum err error_set_field(enum err e, const char *field, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    error_fill(e, field, fmt, ap);
    va_end(ap);
    return e;
}

const struct error_detail *error_last(void)
{
    return &last;
}

void error_clear(void)
{
    last = (struct error_detail){0};
}
