#include "cli/explain.h"

const char *explain_type(enum field_type type)
{
    switch (type) {
    case FIELD_TEXT:
        return _("text");
    case FIELD_INT:
        return _("whole number");
    case FIELD_BOOL:
        return _("yes or no");
    case FIELD_DATE:
        return _("date");
    case FIELD_MONTH:
        return _("month");
    case FIELD_ENUM:
        return _("one of");
    case FIELD_REF:
        return _("a record");
    case FIELD_REFSET:
        return _("set of records");
    case FIELD_TEXTSET:
        return _("set of texts");
    case FIELD_GEO:
        return _("latitude, longitude");
    case FIELD_MONEY:
        return _("đồng");
    case FIELD_BYTES:
        break;
    }
    return "";
}

struct slice explain_field(const struct cli *c, const struct field_def *f, struct arena *arena)
{
    struct buf b = {0};
    const struct kind_def *target = schema_kind(f->ref_kind);
    buf_add_str(&b, explain_type(f->type));
    if (target) {
        buf_printf(&b, ": %s", target->name);
    }
    for (const struct enum_code *code = f->codes; code && code->number != 0; code++) {
        buf_printf(&b, "%s %s (%s)", code == f->codes ? "" : ",", code->code,
                   strcmp(c->lang, "vi") == 0 ? code->vi : code->en);
    }
    if (f->flags & FIELD_REQUIRED) {
        buf_printf(&b, "; %s", _("required"));
    }
    if (f->flags & FIELD_SENSITIVE) {
        buf_printf(&b, "; %s", _("sensitive"));
    }
    struct slice s = arena_copy(arena, buf_view(&b));
    buf_free(&b);
    return s;
}
