#include "cli/row.h"

#include "cli/json.h"

enum err rows_line(FILE *in, struct buf *line)
{
    int c = 0;
    bool any = false, long_line = false;
    buf_clear(line);
    while ((c = getc(in)) != EOF) {
        any = true;
        if (c == '\n') {
            break;
        }
        if (line->len >= ROW_MAX_BYTES) {
            long_line = true;
        } else {
            buf_add_byte(line, (uint8_t)c);
        }
    }
    if (ferror(in)) {
        return error_set(ERR_IO, _("the file could not be read to its end"));
    }
    if (long_line) {
        return error_set(ERR_TOO_LARGE, _("this line is longer than a row can be"));
    }
    return any ? ERR_OK : ERR_END;
}

static bool is_blank(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != ' ' && s.ptr[i] != '\t' && s.ptr[i] != '\r') {
            return false;
        }
    }
    return true;
}

enum err rows_read_jsonl(FILE *in, const struct row_sink *sink)
{
    struct buf line = {0};
    struct arena arena = {0};
    enum err e = ERR_OK;
    for (size_t number = 1; e == ERR_OK; number++) {
        e = rows_line(in, &line);
        if (e == ERR_TOO_LARGE) {
            e = sink->bad(sink->ctx, number);
            continue;
        }
        struct slice text = buf_view(&line);
        if (e != ERR_OK || is_blank(text)) {
            continue;
        }
        if (number == 1 && text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0) {
            text = slice_make(text.ptr + 3, text.len - 3);
        }
        struct row row = {.line = number};
        arena_reset(&arena);
        e = json_read_row(text, &arena, &row);
        e = e == ERR_OK ? sink->row(sink->ctx, &row) : sink->bad(sink->ctx, number);
    }
    buf_free(&line);
    arena_free(&arena);
    return e == ERR_END ? ERR_OK : e;
}
