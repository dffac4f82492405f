/* Fields that a province added, beside the table. */
#include "core/schema_kinds.h"

static const struct custom_field *fields; /* sorted by kind, number */
static size_t field_count;

void schema_custom_use(const struct custom_field *list, size_t count)
{
    fields = list;
    field_count = count;
}

const struct field_def *schema_custom_at(uint32_t kind, size_t index)
{
    for (size_t i = 0; i < field_count; i++) {
        if (fields[i].kind == kind && index-- == 0) {
            return &fields[i].def;
        }
    }
    return NULL;
}

const struct field_def *schema_custom_field(uint32_t kind, uint32_t number)
{
    for (size_t i = 0; i < field_count; i++) {
        if (fields[i].kind == kind && fields[i].def.number == number) {
            return &fields[i].def;
        }
    }
    return NULL;
}
