#include "core/schema.h"

#include "core/schema_kinds.h"
#include "core/text.h"

size_t schema_kind_count(void)
{
    return schema_kinds_count + schema_care_kinds_count + schema_work_kinds_count;
}

const struct kind_def *schema_kind_at(size_t index)
{
    const struct {
        const struct kind_def *kinds;
        size_t count;
    } parts[] = {{schema_kinds, schema_kinds_count},
                 {schema_care_kinds, schema_care_kinds_count},
                 {schema_work_kinds, schema_work_kinds_count}};
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        if (index < parts[i].count) {
            return &parts[i].kinds[index];
        }
        index -= parts[i].count;
    }
    return NULL;
}

const struct kind_def *schema_kind(uint32_t number)
{
    /* kinds are numbered without gaps so far; the loop keeps working if one is ever withdrawn */
    const struct kind_def *k = number >= 1 ? schema_kind_at(number - 1) : NULL;
    for (size_t i = 0; k && k->number != number; i++) {
        k = schema_kind_at(i);
    }
    return k;
}

/* A name as typed: '-' and '_' are the same, and labels of either language do as well. */
static bool names(const char *candidate, struct slice folded, struct arena *arena)
{
    return slice_equal(text_fold(slice_str(candidate), arena), folded);
}

const struct kind_def *schema_kind_by_name(struct slice name)
{
    struct arena arena = {0};
    struct slice folded = text_fold(name, &arena);
    const struct kind_def *found = NULL;
    const struct kind_def *k = NULL;
    for (size_t i = 0; !found && folded.len > 0 && (k = schema_kind_at(i)) != NULL; i++) {
        if (names(k->name, folded, &arena) || names(k->vi, folded, &arena) ||
            names(k->en, folded, &arena)) {
            found = k;
        }
    }
    arena_free(&arena);
    return found;
}

static const struct field_def *own_field(const struct kind_def *kind, uint32_t number)
{
    for (const struct field_def *f = kind->fields; f->number != 0; f++) {
        if (f->number == number) {
            return f;
        }
    }
    return NULL;
}

static const struct field_def *common_field(uint32_t number)
{
    for (size_t i = 0; i < schema_common_count; i++) {
        if (schema_common_fields[i].number == number) {
            return &schema_common_fields[i];
        }
    }
    return NULL;
}

static const struct field_def *built_in_field(uint32_t kind, uint32_t number)
{
    const struct kind_def *k = schema_kind(kind);
    const struct field_def *own = k ? own_field(k, number) : NULL;
    return own ? own : common_field(number);
}

const struct field_def *schema_field(uint32_t kind, uint32_t number)
{
    return number >= CUSTOM_NUMBER_MIN ? schema_custom_field(kind, number)
                                       : built_in_field(kind, number);
}

const struct field_def *schema_field_at(const struct kind_def *kind, size_t index)
{
    for (const struct field_def *f = kind->fields; f->number != 0; f++) {
        if (index == 0) {
            return f;
        }
        index--;
    }
    const struct field_def *custom = NULL;
    for (size_t i = 0; (custom = schema_custom_at(kind->number, i)) != NULL; i++) {
        if (index == 0) {
            return custom;
        }
        index--;
    }
    for (size_t i = 0; i < schema_common_count; i++) {
        const struct field_def *f = &schema_common_fields[i];
        /* only kinds that list it are about one member, and a unit belongs to itself */
        if (f->number == F_MEMBER || own_field(kind, f->number) ||
            (f->number == F_UNIT && kind->number == KIND_UNIT)) {
            continue;
        }
        if (index == 0) {
            return f;
        }
        index--;
    }
    return NULL;
}

const struct field_def *schema_field_by_name(const struct kind_def *kind, struct slice name)
{
    const struct field_def *f = NULL;
    for (size_t i = 0; (f = schema_field_at(kind, i)) != NULL; i++) {
        if (slice_equal(slice_str(f->name), name)) {
            return f;
        }
    }
    struct arena arena = {0};
    struct slice folded = text_fold(name, &arena);
    const struct field_def *found = NULL;
    for (size_t i = 0; !found && folded.len > 0 && (f = schema_field_at(kind, i)) != NULL; i++) {
        if (names(f->name, folded, &arena) || names(f->vi, folded, &arena) ||
            names(f->en, folded, &arena)) {
            found = f;
        }
    }
    arena_free(&arena);
    return found;
}

const struct enum_code *schema_code(const struct field_def *field, int64_t number)
{
    for (const struct enum_code *c = field->codes; c && c->number != 0; c++) {
        if (c->number == number) {
            return c;
        }
    }
    return NULL;
}

const struct enum_code *schema_code_by_text(const struct field_def *field, struct slice text,
                                            struct arena *arena)
{
    for (const struct enum_code *c = field->codes; c && c->number != 0; c++) {
        if (slice_equal(slice_str(c->code), text)) {
            return c;
        }
    }
    struct slice folded = text_fold(text, arena);
    for (const struct enum_code *c = field->codes; c && c->number != 0 && folded.len > 0; c++) {
        if (names(c->code, folded, arena) || names(c->vi, folded, arena) ||
            names(c->en, folded, arena)) {
            return c;
        }
    }
    return NULL;
}

static bool word_among(const char *words, struct slice word)
{
    while (*words) {
        const char *bar = strchr(words, '|');
        size_t len = bar ? (size_t)(bar - words) : strlen(words);
        if (slice_equal(slice_make(words, len), word)) {
            return true;
        }
        words += bar ? len + 1 : len;
    }
    return false;
}

const struct code_alias *schema_alias(const struct field_def *field, struct slice folded)
{
    for (size_t i = 0; i < schema_aliases_count; i++) {
        const struct code_alias *a = &schema_aliases[i];
        if (schema_field(a->kind, a->field) == field && word_among(a->words, folded)) {
            return a;
        }
    }
    return NULL;
}

enum merge_rule schema_rule(uint32_t kind, const struct field *field)
{
    const struct field_def *def = built_in_field(kind, field->number);
    if (def) {
        return def->rule;
    }
    for (uint32_t i = 0; i < field->count; i++) {
        if (field->values[i].datum.type == DATUM_MARK) {
            return MERGE_SET;
        }
    }
    return MERGE_LATEST;
}

/* The greatest rank among the live values of an enum; -1 when there is none. */
static int32_t greatest_rank(const struct record *r, uint32_t number)
{
    const struct field *f = record_field(r, number);
    const struct field_def *def = schema_field(r->kind, number);
    int32_t rank = -1;
    for (uint32_t i = 0; f && def && i < f->count; i++) {
        const struct datum *d = &f->values[i].datum;
        const struct enum_code *c = d->type == DATUM_INT ? schema_code(def, d->i) : NULL;
        rank = c && c->rank > rank ? c->rank : rank;
    }
    return rank;
}

/* Also in a state that only a newer program knows: a draft has none of those. */
static bool is_sent(const struct record *r)
{
    const struct field *f = record_field(r, F_SITUATION_STATUS);
    bool sent = false;
    for (uint32_t i = 0; f && i < f->count; i++) {
        const struct datum *d = &f->values[i].datum;
        sent = sent || (d->type == DATUM_INT && d->i > SITUATION_DRAFT);
    }
    return sent;
}

/* Branches stay within their commune; offices above are known everywhere, so that any of them can
 * be named as a destination. The nodes of those who issue certificates are known everywhere too, so
 * that a chain can be checked. */
enum route schema_route(const struct record *r)
{
    const struct kind_def *k = schema_kind(r->kind);
    if (!k) {
        return ROUTE_OWN;
    }
    if (r->kind == KIND_UNIT && greatest_rank(r, F_UNIT_TYPE) == LEVEL_BRANCH) {
        return ROUTE_OWN;
    }
    if (r->kind == KIND_NODE) {
        const struct field_def *role = schema_field(KIND_NODE, F_NODE_ROLE);
        const struct enum_code *officer = schema_code(role, NODE_ROLE_OFFICER);
        return greatest_rank(r, F_NODE_ROLE) >= officer->rank ? ROUTE_EVERYWHERE : ROUTE_OWN;
    }
    if (r->kind == KIND_SITUATION) { /* raw counts stay where they were taken down */
        return is_sent(r) ? k->route : ROUTE_LOCAL;
    }
    return k->route;
}

bool schema_steers(uint32_t kind)
{
    return kind == KIND_UNIT || kind == KIND_NODE || kind == KIND_FIELD || kind == KIND_DIRECTIVE ||
           kind == KIND_RULE;
}

uint32_t schema_title_field(uint32_t kind)
{
    const struct kind_def *k = schema_kind(kind);
    return k ? k->title : 0;
}

bool schema_speaks_vi(void)
{
    return strcmp(_("en"), "vi") == 0; /* the catalogue's own name */
}
