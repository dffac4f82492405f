/* .csv by libcsv; the only module that includes it. */
#include "cli/row.h"

#include <csv.h>
#include <stdlib.h>

struct csv_state {
    const struct row_sink *sink;
    struct arena head_arena;
    struct slice *names;
    size_t name_count;
    struct buf bytes; /* of the row's values, one after another */
    size_t *ends;
    size_t value_count, value_cap;
    size_t row_line; /* where the present row begins */
    enum err result;
};

static void on_value(void *value, size_t len, void *ctx)
{
    struct csv_state *s = ctx;
    buf_add(&s->bytes, value, len);
    if (s->value_count == s->value_cap) {
        s->value_cap = s->value_cap ? s->value_cap * 2 : 32;
        s->ends = realloc(s->ends, s->value_cap * sizeof(*s->ends));
        CHECK(s->ends != NULL);
    }
    s->ends[s->value_count++] = s->bytes.len;
}

static struct slice value_at(const struct csv_state *s, size_t i)
{
    size_t from = i ? s->ends[i - 1] : 0;
    return slice_make(s->bytes.ptr + from, s->ends[i] - from);
}

/* Would a spreadsheet program calculate with it, after the apostrophes that it has? */
static bool looks_calculated(struct slice s)
{
    size_t at = 0;
    while (at < s.len && s.ptr[at] == '\'') {
        at++;
    }
    return at < s.len && s.ptr[at] != '\0' && strchr("=+-@\t\r", s.ptr[at]) != NULL;
}

static bool is_number(struct slice s)
{
    size_t at = s.len > 0 && s.ptr[0] == '-' ? 1 : 0, digits = 0, points = 0;
    for (; at < s.len; at++) {
        points += s.ptr[at] == '.';
        digits += s.ptr[at] >= '0' && s.ptr[at] <= '9';
    }
    return digits > 0 && points <= 1 && digits + points + (s.ptr[0] == '-') == s.len;
}

static struct slice as_written(struct slice s)
{
    bool quoted = s.len > 0 && s.ptr[0] == '\'' && looks_calculated(s);
    return quoted ? slice_make(s.ptr + 1, s.len - 1) : s;
}

static enum err take_head(struct csv_state *s)
{
    s->names = arena_array(&s->head_arena, s->value_count + 1, sizeof(*s->names));
    s->name_count = s->value_count;
    for (size_t i = 0; i < s->value_count; i++) {
        s->names[i] = arena_copy(&s->head_arena, value_at(s, i));
    }
    return s->sink->head(s->sink->ctx, s->row_line, s->names, s->name_count);
}

static enum err take_row(struct csv_state *s)
{
    if (s->value_count > s->name_count) {
        (void)error_set(ERR_INPUT, _("this row has %zu values, but there are %zu columns"),
                        s->value_count, s->name_count);
        return s->sink->bad(s->sink->ctx, &(struct row){.line = s->row_line});
    }
    struct cell *cells = calloc(s->value_count + 1, sizeof(*cells));
    CHECK(cells != NULL);
    for (size_t i = 0; i < s->value_count; i++) {
        cells[i] = (struct cell){.name = s->names[i], .value = as_written(value_at(s, i))};
    }
    struct row row = {.line = s->row_line, .cells = cells, .count = s->value_count};
    enum err e = s->sink->row(s->sink->ctx, &row);
    free(cells);
    return e;
}

static void on_row_end(int character, void *ctx)
{
    struct csv_state *s = ctx;
    (void)character;
    if (s->result == ERR_OK && s->value_count > 0) {
        s->result = s->names ? take_row(s) : take_head(s);
    }
    s->value_count = 0;
    buf_clear(&s->bytes);
}

/* Spreadsheets of a Vietnamese office write ; between values. */
static unsigned char delimiter_of(struct slice head)
{
    bool comma = memchr(head.ptr, ',', head.len) != NULL;
    return !comma && memchr(head.ptr, ';', head.len) ? ';' : ',';
}

static enum err not_csv(struct csv_state *s)
{
    (void)error_set(ERR_INPUT,
                    _("from here on the file is not .csv: a quotation mark is missing or stands in "
                      "the wrong place"));
    enum err e = s->sink->bad(s->sink->ctx, &(struct row){.line = s->row_line});
    return e == ERR_OK ? ERR_END : e;
}

/* Line by line, so that a row is known by the line it begins on. */
static enum err read_lines(FILE *in, struct csv_parser *parser, struct csv_state *s)
{
    struct buf line = {0};
    size_t pending = 0;
    enum err e = ERR_OK;
    s->row_line = 1;
    for (size_t number = 1; e == ERR_OK; number++) {
        e = rows_line(in, &line);
        if (e == ERR_TOO_LARGE) {
            e = not_csv(s);
        }
        if (e != ERR_OK) {
            break;
        }
        buf_add_byte(&line, '\n');
        struct slice text = buf_view(&line);
        if (number == 1) {
            bool mark = text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0;
            text = mark ? slice_make(text.ptr + 3, text.len - 3) : text;
            csv_set_delim(parser, delimiter_of(text));
        }
        size_t used = csv_parse(parser, text.ptr, text.len, on_value, on_row_end, s);
        pending = parser->pstate == 0 ? 0 : pending + text.len;
        if (s->result != ERR_OK) {
            e = s->result;
        } else if (used != text.len || pending > ROW_MAX_BYTES) {
            e = not_csv(s);
        } else if (pending == 0) {
            s->row_line = number + 1;
        }
    }
    buf_free(&line);
    return e;
}

enum err rows_read_csv(FILE *in, const struct row_sink *sink)
{
    struct csv_parser parser;
    struct csv_state s = {.sink = sink};
    CHECK(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
    enum err e = read_lines(in, &parser, &s);
    bool whole = e == ERR_END && feof(in);
    if (whole && csv_fini(&parser, on_value, on_row_end, &s) != 0) {
        e = not_csv(&s);
    }
    e = s.result != ERR_OK ? s.result : e;
    csv_free(&parser);
    arena_free(&s.head_arena);
    buf_free(&s.bytes);
    free(s.ends);
    return e == ERR_END ? ERR_OK : e;
}

void csv_put(struct buf *b, struct slice value)
{
    bool quote = false;
    for (size_t i = 0; i < value.len && !quote; i++) {
        quote = value.ptr[i] != '\0' && strchr(",;\"\n\r", value.ptr[i]) != NULL;
    }
    /* libcsv trims what is not quoted */
    quote = quote || (value.len > 0 && (value.ptr[0] == ' ' || value.ptr[value.len - 1] == ' '));
    if (!quote) {
        buf_add_slice(b, value);
        return;
    }
    buf_add_byte(b, '"');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"') {
            buf_add_byte(b, '"');
        }
        buf_add_byte(b, value.ptr[i]);
    }
    buf_add_byte(b, '"');
}

void csv_put_data(struct buf *b, struct slice value)
{
    if (!looks_calculated(value) || is_number(value)) {
        csv_put(b, value);
        return;
    }
    struct buf guarded = {0};
    buf_add_byte(&guarded, '\'');
    buf_add_slice(&guarded, value);
    csv_put(b, buf_view(&guarded));
    buf_free(&guarded);
}
