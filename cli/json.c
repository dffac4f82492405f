#include "cli/json.h"

#include "core/text.h"

#include <jansson.h>

/* ---- writing -------------------------------------------------------------------------------- */

static void separate(struct buf *b)
{
    uint8_t last = b->len ? b->ptr[b->len - 1] : '\n';
    if (last != '{' && last != '[' && last != ':' && last != '\n') {
        buf_add_byte(b, ',');
    }
}

void emit_open(struct buf *b, char bracket)
{
    separate(b);
    buf_add_byte(b, (uint8_t)bracket);
}

void emit_close(struct buf *b, char bracket)
{
    buf_add_byte(b, (uint8_t)bracket);
}

static void put_quoted(struct buf *b, struct slice s)
{
    buf_add_byte(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.ptr[i];
        if (c == '"' || c == '\\') {
            buf_add_byte(b, '\\');
            buf_add_byte(b, c);
        } else if (c == '\n') {
            buf_add_str(b, "\\n");
        } else if (c == '\t') {
            buf_add_str(b, "\\t");
        } else if (c < 0x20) {
            buf_printf(b, "\\u%04x", c);
        } else {
            buf_add_byte(b, c);
        }
    }
    buf_add_byte(b, '"');
}

void emit_key(struct buf *b, const char *key)
{
    separate(b);
    put_quoted(b, slice_str(key));
    buf_add_byte(b, ':');
}

/* Text of a store is UTF-8; what a message quotes from the command line may be anything. */
void emit_text(struct buf *b, struct slice s)
{
    struct arena arena = {0};
    struct slice clean;
    separate(b);
    if (text_is_normal(s)) {
        put_quoted(b, s);
    } else if (text_normalize(s, &arena, &clean) == ERR_OK) {
        put_quoted(b, clean);
    } else {
        uint8_t *ascii = arena_alloc(&arena, s.len);
        for (size_t i = 0; i < s.len; i++) {
            ascii[i] = s.ptr[i] < 0x80 ? s.ptr[i] : '?';
        }
        put_quoted(b, slice_make(ascii, s.len));
    }
    arena_free(&arena);
}

void emit_int(struct buf *b, int64_t v)
{
    separate(b);
    buf_printf(b, "%lld", (long long)v);
}

void emit_bool(struct buf *b, bool v)
{
    separate(b);
    buf_add_str(b, v ? "true" : "false");
}

void emit_null(struct buf *b)
{
    separate(b);
    buf_add_str(b, "null");
}

void emit_id(struct buf *b, struct dot d)
{
    char text[DOT_TEXT_SIZE];
    dot_format(d, text);
    separate(b);
    put_quoted(b, slice_str(text));
}

void emit_put_text(struct buf *b, const char *key, struct slice s)
{
    if (s.len > 0) {
        emit_key(b, key);
        emit_text(b, s);
    }
}

void emit_put_int(struct buf *b, const char *key, int64_t v)
{
    emit_key(b, key);
    emit_int(b, v);
}

void emit_put_true(struct buf *b, const char *key)
{
    emit_key(b, key);
    emit_bool(b, true);
}

void emit_put_id(struct buf *b, const char *key, struct dot d)
{
    if (!dot_is_none(d)) {
        emit_key(b, key);
        emit_id(b, d);
    }
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool scalar(json_t *v, struct arena *arena, struct slice *out)
{
    switch (json_typeof(v)) {
    case JSON_STRING:
        *out = arena_copy(arena, slice_make(json_string_value(v), json_string_length(v)));
        return true;
    case JSON_INTEGER:
        *out = slice_str(arena_printf(arena, "%lld", (long long)json_integer_value(v)));
        return true;
    case JSON_REAL:
        *out = slice_str(arena_printf(arena, "%.15g", json_real_value(v)));
        return true;
    case JSON_TRUE:
        *out = slice_str("true");
        return true;
    case JSON_FALSE:
        *out = slice_str("false");
        return true;
    case JSON_NULL:
        *out = slice_make("", 0);
        return true;
    default:
        return false;
    }
}

static enum err read_cell(const char *key, json_t *v, struct arena *arena, struct cell *cell)
{
    bool good = true;
    if (!json_is_array(v)) {
        good = scalar(v, arena, &cell->value);
    } else {
        cell->element_count = json_array_size(v);
        cell->elements = arena_array(arena, cell->element_count + 1, sizeof(*cell->elements));
        for (size_t i = 0; good && i < cell->element_count; i++) {
            good = scalar(json_array_get(v, i), arena, &cell->elements[i]);
        }
    }
    return good ? ERR_OK
                : error_set_field(ERR_INPUT, key, _("a text, a number or a list is wanted here"));
}

enum err json_read_row(struct slice line, struct arena *arena, struct row *out)
{
    json_error_t why;
    enum err e = ERR_OK;
    json_t *root = json_loadb((const char *)line.ptr, line.len, JSON_REJECT_DUPLICATES, &why);
    if (!root || !json_is_object(root)) {
        char *near = root ? NULL : strstr(why.text, " near ");
        if (near) {
            *near = '\0'; /* what stands at the mistake may be anybody's number */
        }
        e = error_set(ERR_INPUT, _("this line is not a JSON object: %s"),
                      root ? _("it is something else") : why.text);
        goto done;
    }
    out->cells = arena_array(arena, json_object_size(root) + 1, sizeof(*out->cells));
    out->count = 0;
    const char *key = NULL;
    json_t *v = NULL;
    json_object_foreach(root, key, v)
    {
        struct cell *cell = &out->cells[out->count];
        if (key[0] == '_') {
            continue;
        }
        cell->name = arena_copy(arena, slice_str(key));
        e = read_cell(key, v, arena, cell);
        if (e != ERR_OK) {
            goto done;
        }
        out->count++;
    }
done:
    json_decref(root);
    return e;
}
