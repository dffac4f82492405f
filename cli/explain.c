#include "cli/explain.h"

#define SHORT_TEXT_BYTES                                                                           \
    40 /* a number, a code: nobody reaches the end of a longer one by mistake */

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

/* Which of several concurrent values is shown; nothing where the newest is, as everywhere. */
static const char *merge_words(const struct field_def *f)
{
    bool dated = f->type == FIELD_DATE || f->type == FIELD_MONTH;
    switch (f->rule) {
    case MERGE_SET:
        return _("several, with ; between");
    case MERGE_AUTHORITY:
        return _("the higher office's word is shown");
    case MERGE_FORWARD:
        return _("of two the later step is shown");
    case MERGE_MAX:
        return dated ? _("of two the later is shown") : _("of two the greater is shown");
    case MERGE_MIN:
        return dated ? _("of two the earlier is shown") : _("of two the smaller is shown");
    case MERGE_LATEST:
        break;
    }
    return "";
}

const char *explain_level(enum level level)
{
    return level == LEVEL_PROVINCE   ? _("written by the province")
           : level == LEVEL_DISTRICT ? _("written by a district or above")
           : level == LEVEL_COMMUNE  ? _("written by a commune or above")
                                     : "";
}

static void add_words(struct buf *b, const char *words)
{
    if (words[0] != '\0') {
        buf_printf(b, "; %s", words);
    }
}

/* How it is written; a unit goes by its code, a member by the number of the card. */
static const char *example_words(const struct field_def *f)
{
    switch (f->type) {
    case FIELD_DATE:
        return _("such as 12/04/2001");
    case FIELD_MONTH:
        return _("such as 04/2001");
    case FIELD_REF:
    case FIELD_REFSET:
        return f->ref_kind == KIND_UNIT     ? _("by its code or ID")
               : f->ref_kind == KIND_MEMBER ? _("by card number or ID")
                                            : _("by its ID");
    default:
        return "";
    }
}

static void add_limits(const struct field_def *f, struct buf *b)
{
    bool number = f->type == FIELD_INT || f->type == FIELD_MONEY;
    if (number && (f->min != 0 || f->max != 0)) {
        buf_printf(b, _("; from %lld to %lld"), (long long)f->min, (long long)f->max);
    } else if (f->type == FIELD_TEXT && f->max > 0 && f->max <= SHORT_TEXT_BYTES) {
        buf_printf(b, _("; at most %lld bytes"), (long long)f->max);
    }
    for (const char *p = f->suggest; p && *p;) {
        size_t len = strcspn(p, "|");
        buf_printf(b, "%s%.*s", p == f->suggest ? _("; for instance ") : " | ", (int)len, p);
        p += len + (p[len] == '|');
    }
}

struct slice explain_field(const struct cli *c, const struct field_def *f, struct arena *arena)
{
    struct buf b = {0};
    const struct kind_def *target = schema_kind(f->ref_kind);
    buf_add_str(&b, explain_type(f->type));
    if (target) {
        buf_printf(&b, ": %s", cli_kind_label(c, target));
    }
    for (const struct enum_code *code = f->codes; code && code->number != 0; code++) {
        buf_printf(&b, "%s %s (%s)", code == f->codes ? "" : ",", code->code,
                   strcmp(c->lang, "vi") == 0 ? code->vi : code->en);
    }
    add_words(&b, example_words(f));
    add_words(&b, f->flags & FIELD_REQUIRED ? _("required") : "");
    add_limits(f, &b);
    add_words(&b, f->flags & FIELD_OWN_UNIT ? _("yours when it is left empty") : "");
    add_words(&b, f->flags & FIELD_UNIQUE_HINT ? _("no two records have the same") : "");
    add_words(&b, f->flags & FIELD_SENSITIVE ? _("sensitive") : "");
    add_words(&b, explain_level(f->level));
    add_words(&b, merge_words(f));
    struct slice s = arena_copy(arena, buf_view(&b));
    buf_free(&b);
    return s;
}
