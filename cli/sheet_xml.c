/* XML by expat; the only module that includes it. */
#include "cli/sheet_xml.h"

#include <expat.h>

struct reading {
    XML_Parser parser;
    const struct xml_sink *sink;
    uint64_t fed;
    size_t depth;
    enum err result;
};

static void stop(struct reading *r, enum err e)
{
    if (e != ERR_OK && r->result == ERR_OK) {
        r->result = e;
        (void)XML_StopParser(r->parser, XML_FALSE);
    }
}

static enum err broken(void)
{
    return error_set(ERR_INPUT, _("a part of this .xlsx file is damaged; open it in a spreadsheet "
                                  "program and save it again"));
}

/* "namespace|name" */
static const char *local(const char *name)
{
    const char *bar = strrchr(name, '|');
    return bar ? bar + 1 : name;
}

const char *xml_attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i]; i += 2) {
        if (strcmp(local(attributes[i]), name) == 0) {
            return attributes[i + 1];
        }
    }
    return NULL;
}

static void XMLCALL on_open(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *r = ctx;
    if (++r->depth > XML_DEPTH_MAX) {
        stop(r, broken());
    }
    if (r->result == ERR_OK && r->sink->open) {
        stop(r, r->sink->open(r->sink->ctx, local(name), attributes));
    }
}

static void XMLCALL on_close(void *ctx, const XML_Char *name)
{
    struct reading *r = ctx;
    r->depth--;
    if (r->result == ERR_OK && r->sink->close) {
        stop(r, r->sink->close(r->sink->ctx, local(name)));
    }
}

static void XMLCALL on_text(void *ctx, const XML_Char *text, int len)
{
    struct reading *r = ctx;
    if (r->result == ERR_OK && r->sink->text) {
        stop(r, r->sink->text(r->sink->ctx, slice_make(text, (size_t)len)));
    }
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *system_id,
                               const XML_Char *public_id, int has_internal)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal;
    stop(ctx, error_set(ERR_INPUT,
                        _("this .xlsx file holds what no spreadsheet program writes "
                          "(%s); it is not read"),
                        _("a document type")));
}

static enum err on_piece(void *ctx, struct slice piece)
{
    struct reading *r = ctx;
    enum XML_Status status =
        XML_Parse(r->parser, (const char *)piece.ptr, (int)piece.len, XML_FALSE);
    if (r->result != ERR_OK) {
        return r->result;
    }
    if (status != XML_STATUS_OK) {
        return broken();
    }
    r->fed += piece.len;
    XML_Index at = XML_GetCurrentByteIndex(r->parser);
    return at >= 0 && r->fed - (uint64_t)at > XML_TOKEN_MAX_BYTES ? broken() : ERR_OK;
}

enum err xml_read(struct parcel *p, const char *part, const struct xml_sink *sink)
{
    struct reading r = {.sink = sink, .parser = XML_ParserCreateNS(NULL, '|')};
    CHECK(r.parser != NULL);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_open, on_close);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    enum err e = parcel_read(p, part, on_piece, &r);
    if (e == ERR_OK && XML_Parse(r.parser, "", 0, XML_TRUE) != XML_STATUS_OK) {
        e = r.result != ERR_OK ? r.result : broken();
    }
    XML_ParserFree(r.parser);
    return e == ERR_END ? ERR_OK : e;
}
