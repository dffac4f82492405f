/* Between the text a person types or reads and a datum. */
#include "core/draft.h"
#include "core/person.h"
#include "core/text.h"

#define YEAR_MIN 1000
#define YEAR_MAX 9999
#define GEO_SCALE 1000000

static enum err refuse(const struct field_def *field, struct slice text, const char *wanted)
{
    int shown = text.len > 60 ? 60 : (int)text.len;
    if (field->flags & FIELD_SENSITIVE) { /* errors end up in logs and on others' screens */
        return error_set_field(ERR_INPUT, field->name, _("this is not accepted here: %s"), wanted);
    }
    return error_set_field(ERR_INPUT, field->name, _("“%.*s” is not accepted here: %s"), shown,
                           (const char *)text.ptr, wanted);
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* Decimal digits at *at into *v, at most 18 of them; how many there were. */
static size_t digits(struct slice s, size_t *at, int64_t *v)
{
    size_t n = 0;
    *v = 0;
    while (*at < s.len && s.ptr[*at] >= '0' && s.ptr[*at] <= '9' && n < 18) {
        *v = *v * 10 + (s.ptr[*at] - '0');
        (*at)++;
        n++;
    }
    return n;
}

static bool at_char(struct slice s, size_t *at, const char *any)
{
    if (*at < s.len && s.ptr[*at] != '\0' && strchr(any, s.ptr[*at])) {
        (*at)++;
        return true;
    }
    return false;
}

static bool parse_whole(struct slice s, int64_t *out)
{
    size_t at = 0;
    bool negative = at_char(s, &at, "-");
    if (digits(s, &at, out) == 0 || at != s.len) {
        return false;
    }
    *out = negative ? -*out : *out;
    return true;
}

/* "2000", "2.000", "2 000 đ": groups of three after the first separator. */
static bool parse_money(struct slice s, int64_t *out, struct arena *arena)
{
    struct slice folded = text_fold(s, arena);
    size_t at = 0;
    int64_t group = 0;
    bool negative = s.len > 0 && s.ptr[0] == '-';
    if (digits(folded, &at, out) == 0) {
        return false;
    }
    while (at < folded.len && folded.ptr[at] == ' ') {
        size_t next = at + 1;
        if (digits(folded, &next, &group) != 3 || *out > INT64_MAX / 1000 - 1000) {
            break;
        }
        *out = *out * 1000 + group;
        at = next;
    }
    if (at < folded.len && folded.ptr[at] == ' ') {
        at++;
    }
    struct slice unit = slice_make(folded.ptr + at, folded.len - at);
    static const char *const words[] = {"", "d", "dong", "vnd"};
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (slice_equal(unit, slice_str(words[i]))) {
            *out = negative ? -*out : *out;
            return true;
        }
    }
    return false;
}

static enum err parse_number(const struct field_def *field, struct slice text, struct arena *arena,
                             struct datum *out)
{
    int64_t v = 0;
    bool bounded = field->min != 0 || field->max != 0;
    bool good = field->type == FIELD_MONEY ? parse_money(text, &v, arena) : parse_whole(text, &v);
    if (!good) {
        return refuse(field, text, _("a whole number, such as 12"));
    }
    if (bounded && (v < field->min || v > field->max)) {
        return error_set_field(ERR_INPUT, field->name, _("%lld is not between %lld and %lld"),
                               (long long)v, (long long)field->min, (long long)field->max);
    }
    *out = datum_int(v);
    return ERR_OK;
}

static enum err parse_bool(const struct field_def *field, struct slice text, struct arena *arena,
                           struct datum *out)
{
    static const char *const yes[] = {"true", "yes", "1", "y", "x", "co", "dung"};
    static const char *const no[] = {"false", "no", "0", "n", "khong", "sai"};
    struct slice folded = text_fold(text, arena);
    for (size_t i = 0; i < ARRAY_COUNT(yes); i++) {
        if (slice_equal(folded, slice_str(yes[i]))) {
            *out = datum_int(1);
            return ERR_OK;
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(no); i++) {
        if (slice_equal(folded, slice_str(no[i]))) {
            *out = datum_int(0);
            return ERR_OK;
        }
    }
    return refuse(field, text, _("yes or no"));
}

/* ---- dates ---------------------------------------------------------------------------------- */

static int days_in_month(int64_t year, int64_t month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* 2001-04-12, 12/04/2001, 2001-04, 04/2001, 2001; what is not given is 0. */
static bool split_date(struct slice s, int64_t part[3])
{
    int64_t number[3] = {0, 0, 0};
    size_t width[3] = {0, 0, 0}, count = 0, at = 0;
    do {
        width[count] = digits(s, &at, &number[count]);
        if (width[count] == 0) {
            return false;
        }
        count++;
    } while (count < 3 && at_char(s, &at, "-/."));
    if (at != s.len) {
        return false;
    }
    bool year_first = width[0] == 4;
    for (size_t i = 0; i < 3; i++) {
        part[i] = i >= count ? 0 : year_first ? number[i] : number[count - 1 - i];
    }
    size_t year_width = year_first ? width[0] : width[count - 1];
    if (year_width != 4 || part[0] < YEAR_MIN || part[0] > YEAR_MAX) {
        return false;
    }
    if (count >= 2 && (part[1] < 1 || part[1] > 12)) {
        return false;
    }
    return count < 3 || (part[2] >= 1 && part[2] <= days_in_month(part[0], part[1]));
}

static enum err parse_date(const struct field_def *field, struct slice text, struct datum *out)
{
    int64_t part[3];
    bool good = split_date(text, part);
    if (field->type == FIELD_MONTH) {
        if (!good || part[1] == 0 || part[2] != 0) {
            return refuse(field, text, _("a month, such as 04/2001 or 2001-04"));
        }
        *out = datum_int(MONTH_MAKE(part[0], part[1]));
        return ERR_OK;
    }
    if (!good) {
        return refuse(field, text, _("a date, such as 12/04/2001, 04/2001 or 2001"));
    }
    *out = datum_int(DATE_MAKE(part[0], part[1], part[2]));
    return ERR_OK;
}

/* ---- places --------------------------------------------------------------------------------- */

/* Degrees with at most six decimals, in millionths. */
static bool parse_degrees(struct slice s, size_t *at, int64_t limit, int64_t *out)
{
    int64_t whole = 0, part = 0;
    bool negative = at_char(s, at, "-");
    if (digits(s, at, &whole) == 0 || whole > limit) {
        return false;
    }
    if (at_char(s, at, ".")) {
        size_t n = digits(s, at, &part);
        if (n == 0 || n > 6) {
            return false;
        }
        for (; n < 6; n++) {
            part *= 10;
        }
    }
    *out = whole * GEO_SCALE + part;
    *out = negative ? -*out : *out;
    return *out >= -limit * GEO_SCALE && *out <= limit * GEO_SCALE;
}

static enum err parse_geo(const struct field_def *field, struct slice text, struct datum *out)
{
    size_t at = 0;
    int64_t lat = 0, lon = 0;
    bool good = parse_degrees(text, &at, 90, &lat) && at_char(text, &at, ",; ");
    while (good && at_char(text, &at, " ")) {
    }
    if (!good || !parse_degrees(text, &at, 180, &lon) || at != text.len) {
        return refuse(field, text, _("latitude and longitude, such as 21.70, 104.87"));
    }
    *out = datum_int((lat + 90 * GEO_SCALE) << 32 | (lon + 180 * GEO_SCALE));
    return ERR_OK;
}

/* ---- codes, text, references ---------------------------------------------------------------- */

static enum err parse_enum(const struct field_def *field, struct slice text, struct arena *arena,
                           struct datum *out)
{
    const struct enum_code *c = schema_code_by_text(field, text, arena);
    if (c) {
        *out = datum_int(c->number);
        return ERR_OK;
    }
    const struct code_alias *a = schema_alias(field, text_fold(text, arena));
    if (a) {
        *out = datum_int(a->number);
        return ERR_OK;
    }
    struct buf list = {0};
    for (c = field->codes; c->number != 0; c++) {
        buf_printf(&list, "%s%s", list.len ? ", " : "", schema_speaks_vi() ? c->vi : c->code);
    }
    char *known = arena_cstr(arena, buf_view(&list));
    buf_free(&list);
    return refuse(field, text, arena_printf(arena, _("one of %s"), known));
}

static enum err parse_text(const struct field_def *field, struct slice text, struct datum *out)
{
    size_t max = field->max > 0 ? (size_t)field->max : RECORD_TEXT_MAX_BYTES;
    if (text.len > max) {
        return error_set_field(ERR_INPUT, field->name,
                               _("the text has %zu bytes; at most %zu are kept here"), text.len,
                               max);
    }
    *out = datum_text(text);
    return ERR_OK;
}

static enum err parse_ref(struct txn *t, const struct field_def *field, struct slice text,
                          struct arena *arena, struct datum *out, struct id_list *candidates)
{
    struct dot ref;
    struct id_list found;
    enum err e = draft_resolve_ref(t, field->ref_kind, text, arena, &ref, &found);
    *candidates = e == ERR_AMBIGUOUS ? found : (struct id_list){0};
    if (e == ERR_NOT_FOUND || e == ERR_AMBIGUOUS || e == ERR_INPUT) {
        char *why = arena_cstr(arena, slice_str(error_last()->text));
        return error_set_field(e, field->name, "%s", why);
    }
    *out = datum_ref(ref);
    return e;
}

enum err draft_parse(struct txn *t, const struct field_def *field, struct slice text,
                     struct arena *arena, struct datum *out)
{
    struct id_list candidates;
    return draft_parse_listing(t, field, text, arena, out, &candidates);
}

enum err draft_parse_listing(struct txn *t, const struct field_def *field, struct slice text,
                             struct arena *arena, struct datum *out, struct id_list *candidates)
{
    struct slice clean;
    *candidates = (struct id_list){0};
    if (text_normalize(text, arena, &clean) != ERR_OK) {
        return error_set_field(ERR_INPUT, field->name, _("the text is not UTF-8"));
    }
    *out = datum_empty();
    if (clean.len == 0) {
        return ERR_OK;
    }
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_TEXTSET:
        return parse_text(field, clean, out);
    case FIELD_INT:
    case FIELD_MONEY:
        return parse_number(field, clean, arena, out);
    case FIELD_BOOL:
        return parse_bool(field, clean, arena, out);
    case FIELD_DATE:
    case FIELD_MONTH:
        return parse_date(field, clean, out);
    case FIELD_ENUM:
        return parse_enum(field, clean, arena, out);
    case FIELD_REF:
    case FIELD_REFSET:
        return parse_ref(t, field, clean, arena, out, candidates);
    case FIELD_GEO:
        return parse_geo(field, clean, out);
    case FIELD_BYTES:
        break;
    }
    return error_set_field(ERR_INPUT, field->name, _("this field is filled by the program"));
}

/* ---- and back ------------------------------------------------------------------------------- */

/* What a record without words of its own is about: its member, else its unit. */
static struct dot subject_of(const struct record *r)
{
    struct dot member = merge_shown_ref(r, F_MEMBER);
    return dot_is_none(member) ? merge_shown_ref(r, F_UNIT) : member;
}

static struct slice format_ref(struct txn *t, struct dot ref, struct arena *arena)
{
    struct record r;
    char id[DOT_TEXT_SIZE];
    dot_format(ref, id);
    if (person_read(t, ref, arena, &r, NULL) != ERR_OK) {
        return arena_copy(arena, slice_str(id));
    }
    const struct value *title = merge_shown(&r, schema_title_field(r.kind));
    if (!title || title->datum.type != DATUM_TEXT) {
        ref = subject_of(&r);
        if (dot_is_none(ref) || person_read(t, ref, arena, &r, NULL) != ERR_OK) {
            return arena_copy(arena, slice_str(id));
        }
        title = merge_shown(&r, schema_title_field(r.kind));
        if (!title || title->datum.type != DATUM_TEXT) {
            return arena_copy(arena, slice_str(id));
        }
    }
    struct slice code = r.kind == KIND_UNIT ? unit_code(t, ref, arena) : (struct slice){0};
    if (code.len == 0) {
        return title->datum.text;
    }
    return slice_str(arena_printf(arena, "%.*s (%.*s)", (int)title->datum.text.len,
                                  (const char *)title->datum.text.ptr, (int)code.len,
                                  (const char *)code.ptr));
}

static const char *format_int(const struct field_def *field, int64_t v, const char *lang,
                              struct arena *arena)
{
    bool vi = strcmp(lang, "vi") == 0;
    const struct enum_code *c = NULL;
    switch (field->type) {
    case FIELD_BOOL:
        return v ? (vi ? "có" : "yes") : (vi ? "không" : "no");
    case FIELD_ENUM:
        c = schema_code(field, v);
        return c ? (vi ? c->vi : c->en) : arena_printf(arena, "#%lld", (long long)v);
    case FIELD_MONTH:
        return arena_printf(arena, "%02d/%04d", MONTH_MONTH(v), MONTH_YEAR(v));
    case FIELD_DATE:
        if (DATE_DAY(v) != 0) {
            return arena_printf(arena, "%02d/%02d/%04d", DATE_DAY(v), DATE_MONTH(v), DATE_YEAR(v));
        }
        return DATE_MONTH(v) != 0 ? arena_printf(arena, "%02d/%04d", DATE_MONTH(v), DATE_YEAR(v))
                                  : arena_printf(arena, "%04d", DATE_YEAR(v));
    case FIELD_GEO:
        return draft_geo(v, arena);
    case FIELD_MONEY:
        return text_money(v, vi, arena);
    default:
        return arena_printf(arena, "%lld", (long long)v);
    }
}

const char *draft_geo(int64_t v, struct arena *arena)
{
    long long lat = (long long)((uint64_t)v >> 32) - 90ll * GEO_SCALE;
    long long lon = (long long)((uint64_t)v & UINT32_MAX) - 180ll * GEO_SCALE;
    return arena_printf(arena, "%s%lld.%06lld,%s%lld.%06lld", lat < 0 ? "-" : "",
                        (lat < 0 ? -lat : lat) / GEO_SCALE, (lat < 0 ? -lat : lat) % GEO_SCALE,
                        lon < 0 ? "-" : "", (lon < 0 ? -lon : lon) / GEO_SCALE,
                        (lon < 0 ? -lon : lon) % GEO_SCALE);
}

struct slice draft_format(struct txn *t, const struct field_def *field, const struct datum *d,
                          const char *lang, struct arena *arena)
{
    static const struct field_def unknown = {.type = FIELD_TEXT};
    switch (d->type) {
    case DATUM_INT:
        return slice_str(format_int(field ? field : &unknown, d->i, lang, arena));
    case DATUM_TEXT:
        return d->text;
    case DATUM_REF:
        return format_ref(t, d->ref, arena);
    case DATUM_BYTES:
        return slice_str(arena_printf(arena, "(%zu B)", d->text.len));
    case DATUM_EMPTY:
    case DATUM_MARK:
        break;
    }
    return slice_make("", 0);
}
