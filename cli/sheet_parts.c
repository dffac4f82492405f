#include "cli/sheet_parts.h"

#include <stdlib.h>

#define RELATIONS_MAX 4096
#define FORMATS_MAX 4096

static enum err too_many(void)
{
    return error_set(ERR_TOO_LARGE, _("this .xlsx file unpacks to more than is taken here; divide "
                                      "it into several, or save it as .csv"));
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* ---- relations ------------------------------------------------------------------------------ */

struct relation {
    const char *id, *type, *target;
};
struct relations {
    struct arena *arena;
    const char *folder; /* what targets are relative to */
    struct relation *items;
    size_t count;
};

static const char *keep(struct arena *arena, const char *s)
{
    return s ? arena_cstr(arena, slice_str(s)) : "";
}

static enum err relation_open(void *ctx, const char *name, const char **attributes)
{
    struct relations *r = ctx;
    const char *target = xml_attribute(attributes, "Target");
    const char *mode = xml_attribute(attributes, "TargetMode");
    if (strcmp(name, "Relationship") != 0 || !target || (mode && strcmp(mode, "External") == 0)) {
        return ERR_OK;
    }
    if (r->count == RELATIONS_MAX) {
        return too_many();
    }
    r->items[r->count++] = (struct relation){
        .id = keep(r->arena, xml_attribute(attributes, "Id")),
        .type = keep(r->arena, xml_attribute(attributes, "Type")),
        .target = target[0] == '/' ? keep(r->arena, target + 1)
                                   : arena_printf(r->arena, "%s%s", r->folder, target)};
    return ERR_OK;
}

static enum err read_relations(struct parcel *p, const char *part, const char *folder,
                               struct arena *arena, struct relations *out)
{
    *out = (struct relations){.arena = arena, .folder = folder};
    out->items = arena_array(arena, RELATIONS_MAX, sizeof(*out->items));
    const struct xml_sink sink = {.ctx = out, .open = relation_open};
    return xml_read(p, part, &sink);
}

static const char *by_type(const struct relations *r, const char *end)
{
    for (size_t i = 0; i < r->count; i++) {
        if (ends_with(r->items[i].type, end)) {
            return r->items[i].target;
        }
    }
    return NULL;
}

/* ---- the workbook --------------------------------------------------------------------------- */

struct workbook {
    struct parts *parts;
    const struct relations *relations;
};

static enum err workbook_open(void *ctx, const char *name, const char **attributes)
{
    struct workbook *w = ctx;
    struct parts *parts = w->parts;
    if (strcmp(name, "workbookPr") == 0) {
        const char *v = xml_attribute(attributes, "date1904");
        parts->from_1904 = v && (strcmp(v, "1") == 0 || strcmp(v, "true") == 0);
    }
    if (strcmp(name, "sheet") != 0) {
        return ERR_OK;
    }
    if (parts->sheet_count == PARTS_SHEETS_MAX) {
        return too_many();
    }
    const char *label = xml_attribute(attributes, "name");
    const char *state = xml_attribute(attributes, "state");
    const char *id = xml_attribute(attributes, "id");
    for (size_t i = 0; id && i < w->relations->count; i++) {
        if (strcmp(w->relations->items[i].id, id) == 0 &&
            ends_with(w->relations->items[i].type, "/worksheet")) {
            parts->sheets[parts->sheet_count++] =
                (struct sheet_entry){.name = slice_str(keep(&parts->arena, label)),
                                     .part = w->relations->items[i].target,
                                     .hidden = state && strcmp(state, "visible") != 0};
            break;
        }
    }
    return ERR_OK;
}

/* ---- shared texts --------------------------------------------------------------------------- */

struct texts {
    struct parts *parts;
    size_t from;
    bool in_text;
    size_t aside; /* depth within what is only a reading aid */
};

enum err parts_add_text(struct buf *b, size_t from, struct slice piece)
{
    if (piece.len > PARTS_CELL_MAX_BYTES - (b->len - from)) {
        return error_set(ERR_TOO_LARGE, _("a cell holds more text than a cell can hold"));
    }
    buf_add_slice(b, piece);
    return ERR_OK;
}

static int hex(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The number in "_x000D_" at p; -1 when there is none. */
static int escaped(const uint8_t *p, size_t len)
{
    int v = 0;
    if (len < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_') {
        return -1;
    }
    for (size_t i = 2; i < 6; i++) {
        int digit = hex(p[i]);
        if (digit < 0) {
            return -1;
        }
        v = v * 16 + digit;
    }
    return v;
}

void parts_unescape(struct buf *b, size_t from)
{
    size_t to = from;
    for (size_t at = from; at < b->len;) {
        int v = escaped(b->ptr + at, b->len - at);
        /* others than control characters and '_' need no escape, and nobody writes them so */
        if (v >= 0 && (v < 0x20 || v == '_')) {
            b->ptr[to++] = v == 0 ? ' ' : (uint8_t)v;
            at += 7;
        } else {
            b->ptr[to++] = b->ptr[at++];
        }
    }
    b->len = to;
}

static enum err texts_open(void *ctx, const char *name, const char **attributes)
{
    struct texts *s = ctx;
    (void)attributes;
    if (strcmp(name, "si") == 0) {
        s->from = s->parts->texts.len;
    }
    s->aside += strcmp(name, "rPh") == 0;
    s->in_text = s->aside == 0 && strcmp(name, "t") == 0;
    return ERR_OK;
}

static enum err texts_close(void *ctx, const char *name)
{
    struct texts *s = ctx;
    struct parts *parts = s->parts;
    s->in_text = false;
    s->aside -= s->aside > 0 && strcmp(name, "rPh") == 0;
    if (strcmp(name, "si") != 0) {
        return ERR_OK;
    }
    parts_unescape(&parts->texts, s->from);
    if (parts->text_count == PARTS_TEXTS_MAX || parts->texts.len > PARTS_TEXTS_MAX_BYTES) {
        return too_many();
    }
    if (parts->text_count == parts->text_cap) {
        parts->text_cap = parts->text_cap ? parts->text_cap * 2 : 1024;
        parts->text_ends = realloc(parts->text_ends, parts->text_cap * sizeof(*parts->text_ends));
        CHECK(parts->text_ends != NULL);
    }
    parts->text_ends[parts->text_count++] = s->from = parts->texts.len;
    return ERR_OK;
}

static enum err texts_text(void *ctx, struct slice piece)
{
    struct texts *s = ctx;
    return s->in_text ? parts_add_text(&s->parts->texts, s->from, piece) : ERR_OK;
}

struct slice parts_text(const struct parts *parts, size_t index)
{
    CHECK(index < parts->text_count);
    size_t from = index ? parts->text_ends[index - 1] : 0, end = parts->text_ends[index];
    return end > from ? slice_make(parts->texts.ptr + from, end - from) : slice_make("", 0);
}

/* ---- styles --------------------------------------------------------------------------------- */

struct styles {
    struct parts *parts;
    struct {
        uint32_t id;
        uint16_t shown;
    } * formats; /* the ones that are defined in the file */
    size_t format_count;
    bool in_cells;
};

/* Which of year, month, day and time a format shows; all else in it is ornament. */
static uint16_t shown_by_code(const char *code)
{
    bool year = false, month = false, day = false, time = false;
    size_t zeros = strspn(code, "0");
    if (zeros > 1 && zeros < 32 && code[zeros] == '\0') {
        return (uint16_t)(SHOWN_PADDED + zeros);
    }
    for (const char *p = code; *p && *p != ';'; p++) {
        const char *end = *p == '"' ? strchr(p + 1, '"') : *p == '[' ? strchr(p + 1, ']') : NULL;
        if (end) {
            time = time || (*p == '[' && strchr("hHmMsS", p[1]) && strchr("hHmMsS]", p[2]));
            p = end;
        } else if (*p == '\\' || *p == '_' || *p == '*') {
            p += p[1] != '\0';
        } else {
            year = year || *p == 'y' || *p == 'Y';
            month = month || *p == 'm' || *p == 'M';
            day = day || *p == 'd' || *p == 'D';
            time = time || *p == 'h' || *p == 'H' || *p == 's' || *p == 'S';
        }
    }
    if (day || (month && !year && !time)) {
        return SHOWN_DATE;
    }
    return year ? (month ? SHOWN_MONTH : SHOWN_YEAR) : time ? SHOWN_TIME : SHOWN_NUMBER;
}

/* ECMA-376 part 1, 18.8.30; from 27 on those of East Asian languages. */
static uint16_t shown_by_id(const struct styles *s, uint32_t id)
{
    for (size_t i = 0; i < s->format_count; i++) {
        if (s->formats[i].id == id) {
            return s->formats[i].shown;
        }
    }
    if (id == 17) {
        return SHOWN_MONTH;
    }
    if ((id >= 18 && id <= 21) || (id >= 45 && id <= 47) || (id >= 32 && id <= 35)) {
        return SHOWN_TIME;
    }
    bool date = (id >= 14 && id <= 16) || id == 22 || (id >= 27 && id <= 31) || id == 36 ||
                (id >= 50 && id <= 58);
    return date ? SHOWN_DATE : SHOWN_NUMBER;
}

static uint32_t number_of(const char *s)
{
    return s ? (uint32_t)strtoul(s, NULL, 10) : 0;
}

static enum err styles_open(void *ctx, const char *name, const char **attributes)
{
    struct styles *s = ctx;
    if (strcmp(name, "cellXfs") == 0) {
        s->in_cells = true;
        return ERR_OK;
    }
    const char *id = xml_attribute(attributes, "numFmtId");
    if (strcmp(name, "numFmt") == 0) {
        const char *code = xml_attribute(attributes, "formatCode");
        if (s->format_count == FORMATS_MAX) {
            return too_many();
        }
        s->formats[s->format_count].id = number_of(id);
        s->formats[s->format_count++].shown = shown_by_code(code ? code : "");
    } else if (s->in_cells && strcmp(name, "xf") == 0) {
        if (s->parts->shown_count == PARTS_STYLES_MAX) {
            return too_many();
        }
        s->parts->shown[s->parts->shown_count++] = shown_by_id(s, number_of(id));
    }
    return ERR_OK;
}

static enum err styles_close(void *ctx, const char *name)
{
    struct styles *s = ctx;
    s->in_cells = s->in_cells && strcmp(name, "cellXfs") != 0;
    return ERR_OK;
}

uint16_t parts_shown(const struct parts *parts, size_t style)
{
    return style < parts->shown_count ? parts->shown[style] : SHOWN_NUMBER;
}

/* ---- all of them ---------------------------------------------------------------------------- */

static enum err read_styles(struct parcel *p, const char *part, struct parts *out)
{
    struct styles s = {.parts = out};
    s.formats = arena_array(&out->arena, FORMATS_MAX, sizeof(*s.formats));
    out->shown = arena_array(&out->arena, PARTS_STYLES_MAX, sizeof(*out->shown));
    const struct xml_sink sink = {.ctx = &s, .open = styles_open, .close = styles_close};
    return xml_read(p, part, &sink);
}

enum err parts_read(struct parcel *p, struct parts *out)
{
    struct relations top, book;
    struct arena *arena = &out->arena;
    *out = (struct parts){0};
    out->sheets = arena_array(arena, PARTS_SHEETS_MAX, sizeof(*out->sheets));
    TRY(read_relations(p, "_rels/.rels", "", arena, &top));
    const char *main_part = by_type(&top, "/officeDocument");
    if (!main_part) {
        return error_set(ERR_INPUT, _("this is no .xlsx file, or it is damaged; open it in a "
                                      "spreadsheet program and save it again as .xlsx"));
    }
    const char *slash = strrchr(main_part, '/');
    const char *file = slash ? slash + 1 : main_part;
    const char *folder = arena_cstr(arena, slice_make(main_part, (size_t)(file - main_part)));
    TRY(read_relations(p, arena_printf(arena, "%s_rels/%s.rels", folder, file), folder, arena,
                       &book));
    struct workbook w = {out, &book};
    const struct xml_sink workbook = {.ctx = &w, .open = workbook_open};
    TRY(xml_read(p, main_part, &workbook));
    const char *styles = by_type(&book, "/styles"), *texts = by_type(&book, "/sharedStrings");
    if (styles) {
        TRY(read_styles(p, styles, out));
    }
    if (texts) {
        struct texts s = {.parts = out};
        const struct xml_sink sink = {&s, texts_open, texts_close, texts_text};
        TRY(xml_read(p, texts, &sink));
    }
    return ERR_OK;
}

void parts_free(struct parts *parts)
{
    arena_free(&parts->arena);
    buf_free(&parts->texts);
    free(parts->text_ends);
}
