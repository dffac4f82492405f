/* Private to the custom fields: the codes of a list, "1:thuong-binh:Thương binh:War invalid". */
#ifndef TERRACE_CORE_CUSTOM_CODES_H
#define TERRACE_CORE_CUSTOM_CODES_H

#include "core/custom.h"

/* Those of the record that are whole, by number, each number once, ended by number 0; NULL when
 * there is none. In the arena. */
const struct enum_code *custom_codes(const struct record *r, struct arena *arena);
/* Completes the edits of the codes: a number, a code and an English label where they are not given.
 * Numbers stay: values hold them. ERR_INPUT, ERR_RULE. *any tells whether there will be a code. */
enum err custom_complete_codes(struct txn *t, const struct record *before, struct edit *edits,
                               size_t count, struct arena *arena, bool *any) MUST_USE;

#endif
