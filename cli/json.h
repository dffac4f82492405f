/* JSON: writing into a buffer, and reading one line as a row of an import. jansson stays inside
 * json.c. The writer finds out by itself where a comma belongs. */
#ifndef TERRACE_CLI_JSON_H
#define TERRACE_CLI_JSON_H

#include "cli/row.h"
#include "core/datum.h"

void emit_open(struct buf *b, char bracket);
void emit_close(struct buf *b, char bracket);
void emit_key(struct buf *b, const char *key);
void emit_text(struct buf *b, struct slice s);
void emit_int(struct buf *b, int64_t v);
void emit_bool(struct buf *b, bool v);
void emit_null(struct buf *b);
void emit_id(struct buf *b, struct dot d);
/* key and value; nothing when the text is empty or the dot none */
void emit_put_text(struct buf *b, const char *key, struct slice s);
void emit_put_int(struct buf *b, const char *key, int64_t v);
void emit_put_true(struct buf *b, const char *key);
void emit_put_id(struct buf *b, const char *key, struct dot d);

/* One line of .jsonl; the row is in the arena. ERR_INPUT. */
enum err json_read_row(struct slice line, struct arena *arena, struct row *out) MUST_USE;

#endif
