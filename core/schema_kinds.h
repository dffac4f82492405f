/* Private to the schema: where the table begins. */
#ifndef TERRACE_CORE_SCHEMA_KINDS_H
#define TERRACE_CORE_SCHEMA_KINDS_H

#include "core/schema.h"

extern const struct kind_def schema_kinds[];
extern const size_t schema_kinds_count;
extern const struct field_def schema_common_fields[];
extern const size_t schema_common_count;
extern const struct code_alias schema_aliases[];
extern const size_t schema_aliases_count;

#endif
