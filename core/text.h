/* Unicode; the only module that includes utf8proc. */
#ifndef TERRACE_CORE_TEXT_H
#define TERRACE_CORE_TEXT_H

#include "core/error.h"

/* NFC, control characters other than \n and \t removed, white space at both ends trimmed.
 * ERR_INPUT when the bytes are not UTF-8. *out is in the arena. */
enum err text_normalize(struct slice in, struct arena *arena, struct slice *out) MUST_USE;
/* Valid UTF-8 in NFC already? For what arrives from another store. */
bool text_is_normal(struct slice in);
/* Search key: case and diacritics folded, đ→d, runs of other than letters and digits become one
 * space, trimmed. "Giàng A Dê", in NFC or NFD, gives "giang a de". Input need not be valid. */
struct slice text_fold(struct slice in, struct arena *arena);
/* Small letters, marks kept; text in NFC stays so. */
struct slice text_lower(struct slice in, struct arena *arena);
/* Columns on a terminal. */
size_t text_width(struct slice in);
/* Thousands apart: 1.234.567 in Vietnamese, 1,234,567 in English. In the arena. */
const char *text_number(int64_t n, bool vi, struct arena *arena);
/* The same as money, "2.000 đ". */
const char *text_money(int64_t dong, bool vi, struct arena *arena);

#endif
