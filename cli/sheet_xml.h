/* One part of an .xlsx file as XML, read as it is unpacked. sheet_xml.c is the one module that
 * includes expat. Nothing is declared, expanded or fetched: a document type is refused. */
#ifndef TERRACE_CLI_SHEET_XML_H
#define TERRACE_CLI_SHEET_XML_H

#include "cli/sheet_zip.h"

#define XML_DEPTH_MAX 32
#define XML_TOKEN_MAX_BYTES (1u << 20) /* of a tag with all that stands in it */

/* Names come without their prefix and namespace: every program has its own. What a function returns
 * ends the reading; ERR_END ends it as if the part were over. NULL: not wanted. */
struct xml_sink {
    void *ctx;
    enum err (*open)(void *ctx, const char *name, const char **attributes);
    enum err (*close)(void *ctx, const char *name);
    enum err (*text)(void *ctx, struct slice text); /* maybe in several pieces */
};
enum err xml_read(struct parcel *p, const char *part, const struct xml_sink *sink) MUST_USE;
/* NULL when it is not there. */
const char *xml_attribute(const char **attributes, const char *name);

#endif
