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
            e = sink->bad(sink->ctx, &(struct row){.line = number});
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
        e = e == ERR_OK ? sink->row(sink->ctx, &row) : sink->bad(sink->ctx, &row);
    }
    buf_free(&line);
    arena_free(&arena);
    return e == ERR_END ? ERR_OK : e;
}

/* ---- rows kept aside ----------------------------------------------------------------------- */

static void pack_slice(struct buf *b, struct slice s)
{
    uint8_t be[8];
    be64_put(be, s.len);
    buf_add(b, be, sizeof(be));
    buf_add_slice(b, s);
}

static void pack_number(struct buf *b, uint64_t v)
{
    uint8_t be[8];
    be64_put(be, v);
    buf_add(b, be, sizeof(be));
}

void row_pack(struct buf *b, const struct row *row)
{
    pack_number(b, row->line);
    pack_number(b, row->count);
    for (size_t i = 0; i < row->count; i++) {
        const struct cell *cell = &row->cells[i];
        pack_slice(b, cell->name);
        pack_slice(b, cell->value);
        pack_number(b, cell->elements ? cell->element_count + 1 : 0);
        for (size_t j = 0; j < cell->element_count; j++) {
            pack_slice(b, cell->elements[j]);
        }
    }
}

/* Our own bytes of a moment ago: no check beyond the length. */
static uint64_t take_number(const struct buf *b, size_t *at)
{
    CHECK(*at + 8 <= b->len);
    uint64_t v = be64_get(b->ptr + *at);
    *at += 8;
    return v;
}

static struct slice take_slice(const struct buf *b, size_t *at)
{
    size_t len = (size_t)take_number(b, at);
    CHECK(len <= b->len - *at);
    struct slice s = slice_make(b->ptr + *at, len);
    *at += len;
    return s;
}

struct row row_unpack(const struct buf *b, size_t *at, struct arena *arena)
{
    struct row row = {.line = (size_t)take_number(b, at)};
    row.count = (size_t)take_number(b, at);
    row.cells = arena_array(arena, row.count + 1, sizeof(*row.cells));
    for (size_t i = 0; i < row.count; i++) {
        struct cell *cell = &row.cells[i];
        cell->name = take_slice(b, at);
        cell->value = take_slice(b, at);
        size_t count = (size_t)take_number(b, at);
        if (count > 0) {
            cell->element_count = count - 1;
            cell->elements = arena_array(arena, count, sizeof(*cell->elements));
        }
        for (size_t j = 0; j < cell->element_count; j++) {
            cell->elements[j] = take_slice(b, at);
        }
    }
    return row;
}
