/* Private to the schema: where the table begins. */
#ifndef TERRACE_CORE_SCHEMA_KINDS_H
#define TERRACE_CORE_SCHEMA_KINDS_H

#include "core/schema.h"

#define LIST(...) ((const struct enum_code[]){__VA_ARGS__, {.number = 0}})
#define FIELDS(...) ((const struct field_def[]){__VA_ARGS__, {.number = 0}})

#define CODE_BYTES 40
#define LINE_BYTES 300
#define STORY_BYTES 32768
#define COUNT_MAX 1000000
#define MONEY_MAX 1000000000000 /* đồng */

#define FIND_BY (FIELD_SEARCHABLE)
#define MUST (FIELD_REQUIRED)
#define KEY_OF_IT (FIELD_UNIQUE_HINT | FIELD_SEARCHABLE)

/* The table stands in three files; numbers run through them without gaps. */
extern const struct kind_def schema_kinds[];      /* units, members, activities, plans */
extern const struct kind_def schema_care_kinds[]; /* managing members and caring for youth */
extern const struct kind_def schema_work_kinds[]; /* carrying out, watching, advising */
extern const size_t schema_kinds_count, schema_care_kinds_count, schema_work_kinds_count;
extern const struct enum_code schema_titles[];   /* of a cadre, by rank */
extern const struct enum_code schema_settings[]; /* of a unit */
extern const struct field_def schema_common_fields[];
extern const size_t schema_common_count;
extern const struct code_alias schema_aliases[];
extern const size_t schema_aliases_count;

/* The custom fields of a kind, in the order of their numbers (schema_custom.c); NULL past the end.
 */
const struct field_def *schema_custom_at(uint32_t kind, size_t index);
const struct field_def *schema_custom_field(uint32_t kind, uint32_t number);

#endif
