#include "core/custom_codes.h"

#include "core/text.h"

#include <stdlib.h>

#define NAME_MAX_BYTES 40

struct entry {
    struct dot id;
    struct custom_field field;
    bool deleted;
};
struct entries {
    struct entry *list; /* by id */
    size_t count;
};

/* ---- reading -------------------------------------------------------------------------------- */

static bool name_is_good(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        bool letter = name.ptr[i] >= 'a' && name.ptr[i] <= 'z';
        bool other = (name.ptr[i] >= '0' && name.ptr[i] <= '9') || name.ptr[i] == '_';
        if (!letter && !(i > 0 && other)) {
            return false;
        }
    }
    return name.len > 0 && name.len <= NAME_MAX_BYTES;
}

/* Kinds that the program itself steers by are what they are. */
static bool kind_is_open(const struct kind_def *kind)
{
    return kind->number != KIND_NODE && kind->number != KIND_FIELD && kind->number != KIND_RULE;
}

/* Records that commands make, too, which ask for nothing. */
static bool kind_is_made_by_command(const struct kind_def *kind)
{
    return kind->number == KIND_UNIT || kind->number == KIND_TRANSFER ||
           kind->number == KIND_ACCEPTANCE;
}

static bool type_of(int64_t code, enum field_type *out)
{
    static const enum field_type types[] = {
        [CUSTOM_TEXT] = FIELD_TEXT,       [CUSTOM_INT] = FIELD_INT,
        [CUSTOM_BOOL] = FIELD_BOOL,       [CUSTOM_DATE] = FIELD_DATE,
        [CUSTOM_MONTH] = FIELD_MONTH,     [CUSTOM_ENUM] = FIELD_ENUM,
        [CUSTOM_REF] = FIELD_REF,         [CUSTOM_REFSET] = FIELD_REFSET,
        [CUSTOM_TEXTSET] = FIELD_TEXTSET, [CUSTOM_GEO] = FIELD_GEO,
        [CUSTOM_MONEY] = FIELD_MONEY,
    };
    if (code < CUSTOM_TEXT || code > CUSTOM_MONEY) {
        return false;
    }
    *out = types[code];
    return true;
}

static bool type_refers(enum field_type type)
{
    return type == FIELD_REF || type == FIELD_REFSET;
}

/* False when it cannot be used here: incomplete, or from a newer program. Nothing in it is trusted:
 * it came from another store. */
static bool read_field(const struct record *r, struct arena *arena, struct custom_field *out)
{
    const struct kind_def *kind = schema_kind_by_name(merge_shown_text(r, F_FIELD_KIND));
    struct slice name = merge_shown_text(r, F_FIELD_NAME);
    struct slice vi = merge_shown_text(r, F_FIELD_LABEL_VI);
    struct slice en = merge_shown_text(r, F_FIELD_LABEL_EN);
    int64_t number = merge_shown_int(r, F_FIELD_NUMBER);
    struct field_def f = {.rule = MERGE_LATEST};
    if (r->flags & RECORD_STUB || !kind || !kind_is_open(kind) || !name_is_good(name) ||
        number < CUSTOM_NUMBER_MIN || number > INT32_MAX ||
        !type_of(merge_shown_int(r, F_FIELD_TYPE), &f.type)) {
        return false;
    }
    f.number = (uint32_t)number;
    f.name = arena_cstr(arena, name);
    f.vi = vi.len ? arena_cstr(arena, vi) : f.name;
    f.en = en.len ? arena_cstr(arena, en) : f.vi;
    f.rule = f.type == FIELD_REFSET || f.type == FIELD_TEXTSET ? MERGE_SET : MERGE_LATEST;
    bool required = merge_shown_int(r, F_FIELD_REQUIRED) == 1 && !kind_is_made_by_command(kind);
    f.flags = (required ? FIELD_REQUIRED : 0u) |
              (merge_shown_int(r, F_FIELD_SENSITIVE) == 1 ? FIELD_SENSITIVE : 0u);
    const struct kind_def *target = schema_kind_by_name(merge_shown_text(r, F_FIELD_REF_KIND));
    f.ref_kind = target && type_refers(f.type) ? target->number : 0;
    f.codes = f.type == FIELD_ENUM ? custom_codes(r, arena) : NULL;
    *out = (struct custom_field){kind->number, f};
    return f.type != FIELD_ENUM || f.codes;
}

static enum err read_all(struct txn *t, struct arena *arena, struct entries *out)
{
    struct id_list ids;
    const struct dot start = {0, 0};
    TRY(store_ids_of_kind(t, KIND_FIELD, start, SIZE_MAX, arena, &ids));
    out->list = arena_array(arena, ids.count + 1, sizeof(*out->list));
    out->count = 0;
    for (size_t i = 0; i < ids.count; i++) {
        struct record r;
        struct entry *e = &out->list[out->count];
        TRY(store_get(t, ids.ids[i], arena, &r, NULL));
        if (read_field(&r, arena, &e->field)) {
            e->id = r.id;
            e->deleted = merge_is_deleted(&r);
            out->count++;
        }
    }
    return ERR_OK;
}

/* A field of the table that goes by this name or label. */
static const struct field_def *built_in_named(const struct kind_def *kind, struct slice text,
                                              struct arena *arena)
{
    const struct field_def *f = NULL;
    struct slice folded = text_fold(text, arena);
    for (size_t i = 0; (f = schema_field_at(kind, i)) != NULL; i++) {
        const char *const words[] = {f->name, f->vi, f->en};
        for (size_t k = 0; k < ARRAY_COUNT(words) && f->number < CUSTOM_NUMBER_MIN; k++) {
            if (slice_equal(text_fold(slice_str(words[k]), arena), folded)) {
                return f;
            }
        }
    }
    return NULL;
}

/* Exactly; this is looked at whenever a store is opened. */
static bool table_has(const struct kind_def *kind, const char *name)
{
    const struct field_def *f = NULL;
    for (size_t i = 0; (f = schema_field_at(kind, i)) != NULL; i++) {
        if (f->number < CUSTOM_NUMBER_MIN && strcmp(f->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool same_name(const struct entry *a, const struct entry *b)
{
    return strcmp(a->field.def.name, b->field.def.name) == 0;
}

/* Is it in use beside those before it? *other is whose name or number it has, none = the table. */
static bool is_used(const struct entries *all, size_t index, struct dot *other)
{
    const struct entry *e = &all->list[index];
    *other = (struct dot){0, 0};
    for (size_t i = 0; i < index; i++) {
        const struct entry *o = &all->list[i];
        bool same = o->field.def.number == e->field.def.number || same_name(o, e);
        if (!o->deleted && o->field.kind == e->field.kind && same) {
            *other = o->id;
            return false;
        }
    }
    return !table_has(schema_kind(e->field.kind), e->field.def.name);
}

static int field_compare(const void *a, const void *b)
{
    const struct custom_field *x = a, *y = b;
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return x->def.number < y->def.number ? -1 : x->def.number > y->def.number;
}

enum err custom_load(struct txn *t, struct arena *arena)
{
    struct entries all;
    size_t n = 0;
    schema_custom_use(NULL, 0);
    TRY(read_all(t, arena, &all));
    struct custom_field *fields = arena_array(arena, all.count + 1, sizeof(*fields));
    for (size_t i = 0; i < all.count && n < CUSTOM_MAX; i++) {
        struct dot other;
        if (!all.list[i].deleted && is_used(&all, i, &other)) {
            fields[n++] = all.list[i].field;
        }
    }
    qsort(fields, n, sizeof(*fields), field_compare);
    schema_custom_use(fields, n);
    return ERR_OK;
}

enum err custom_clashes(struct txn *t, struct arena *arena, struct custom_clash **out,
                        size_t *count)
{
    struct entries all;
    TRY(read_all(t, arena, &all));
    *count = 0;
    *out = arena_array(arena, all.count + 1, sizeof(**out));
    for (size_t i = 0; i < all.count; i++) {
        struct dot other;
        if (!all.list[i].deleted && !is_used(&all, i, &other)) {
            (*out)[(*count)++] = (struct custom_clash){all.list[i].id, other};
        }
    }
    return ERR_OK;
}

/* ---- on saving ------------------------------------------------------------------------------ */

struct save_case {
    const struct record *before;
    struct edit *edits;
    size_t *count;
    struct arena *arena;
    const struct kind_def *kind; /* that the field is for */
    struct entries all;
};

static struct edit *edit_of(const struct save_case *c, uint32_t field)
{
    for (size_t i = 0; i < *c->count; i++) {
        if (c->edits[i].field == field) {
            return &c->edits[i];
        }
    }
    return NULL;
}

static struct datum outcome(const struct save_case *c, uint32_t field)
{
    const struct edit *e = edit_of(c, field);
    const struct value *v = c->before && !e ? merge_shown(c->before, field) : NULL;
    return e && e->count ? e->data[0] : v ? v->datum : datum_empty();
}

static bool is_self(const struct save_case *c, const struct entry *e)
{
    return c->before && dot_equal(c->before->id, e->id);
}

/* What values stand under does not change: they would mean something else. */
static enum err check_fixed(const struct save_case *c)
{
    static const uint32_t fixed[] = {F_FIELD_KIND, F_FIELD_NUMBER, F_FIELD_TYPE};
    for (size_t i = 0; c->before && i < ARRAY_COUNT(fixed); i++) {
        struct datum d = outcome(c, fixed[i]);
        const struct value *v = merge_shown(c->before, fixed[i]);
        if (v && v->datum.type != DATUM_EMPTY && datum_compare(&v->datum, &d) != 0) {
            return error_set_field(ERR_RULE, schema_field(KIND_FIELD, fixed[i])->name,
                                   _("this stays as it is, since records may hold values; delete "
                                     "this field and add another one"));
        }
    }
    return ERR_OK;
}

/* The kind that a field of the record names. It may have been given by its label. */
static enum err find_kind(const struct save_case *c, uint32_t field, const struct kind_def **out)
{
    struct slice name = outcome(c, field).text;
    struct edit *e = edit_of(c, field);
    *out = schema_kind_by_name(name);
    if (!*out) {
        return error_set_field(ERR_INPUT, schema_field(KIND_FIELD, field)->name,
                               _("there is no kind “%.*s”; terrace help lists them"),
                               name.len > 60 ? 60 : (int)name.len, (const char *)name.ptr);
    }
    if (e && e->count) {
        struct datum *d = arena_alloc(c->arena, sizeof(*d));
        *d = datum_text(slice_str((*out)->name));
        e->data = d;
    }
    return ERR_OK;
}

static enum err check_target(const struct save_case *c, int64_t type)
{
    const struct kind_def *target = NULL;
    if (outcome(c, F_FIELD_REF_KIND).type != DATUM_TEXT) {
        return ERR_OK;
    }
    if (type != CUSTOM_REF && type != CUSTOM_REFSET) {
        return error_set_field(ERR_INPUT, "ref_kind", _("only a reference refers to a kind"));
    }
    return find_kind(c, F_FIELD_REF_KIND, &target);
}

static enum err check_kind(struct save_case *c)
{
    TRY(find_kind(c, F_FIELD_KIND, &c->kind));
    if (!kind_is_open(c->kind)) {
        return error_set_field(ERR_RULE, "of_kind",
                               _("records of kind %s take no fields of one's "
                                 "own"),
                               c->kind->name);
    }
    return ERR_OK;
}

static enum err check_word(const struct save_case *c, uint32_t field, struct slice word)
{
    const char *name = schema_field(KIND_FIELD, field)->name;
    struct slice folded = text_fold(word, c->arena);
    const struct field_def *taken = built_in_named(c->kind, word, c->arena);
    for (size_t i = 0; !taken && i < c->all.count; i++) {
        const struct entry *e = &c->all.list[i];
        const char *const words[] = {e->field.def.name, e->field.def.vi, e->field.def.en};
        bool counts = !e->deleted && e->field.kind == c->kind->number && !is_self(c, e);
        for (size_t k = 0; counts && k < ARRAY_COUNT(words); k++) {
            if (slice_equal(text_fold(slice_str(words[k]), c->arena), folded)) {
                taken = &e->field.def;
            }
        }
    }
    return taken ? error_set_field(ERR_RULE, name,
                                   _("“%.*s” is taken already: a %s has the field %s (%s)"),
                                   (int)word.len, (const char *)word.ptr, c->kind->name,
                                   taken->name, schema_speaks_vi() ? taken->vi : taken->en)
                 : ERR_OK;
}

static enum err check_words(const struct save_case *c)
{
    static const uint32_t fields[] = {F_FIELD_NAME, F_FIELD_LABEL_VI, F_FIELD_LABEL_EN};
    struct slice name = outcome(c, F_FIELD_NAME).text;
    if (edit_of(c, F_FIELD_NAME) && !name_is_good(name)) {
        return error_set_field(ERR_INPUT, "name",
                               _("“%.*s” is no name for a field: small letters without marks, "
                                 "digits and _, a letter first, such as shirt_size"),
                               name.len > 60 ? 60 : (int)name.len, (const char *)name.ptr);
    }
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        const struct edit *e = edit_of(c, fields[i]);
        if (e && e->count && e->data[0].type == DATUM_TEXT) {
            TRY(check_word(c, fields[i], e->data[0].text));
        }
    }
    return ERR_OK;
}

/* Numbers of deleted fields count too: values may still stand under them. */
static enum err complete_number(const struct save_case *c)
{
    int64_t next = CUSTOM_NUMBER_MIN;
    struct datum d = outcome(c, F_FIELD_NUMBER);
    size_t used = 0;
    for (size_t i = 0; i < c->all.count; i++) {
        const struct entry *e = &c->all.list[i];
        used += e->deleted || is_self(c, e) ? 0 : 1;
        if (e->field.kind != c->kind->number || is_self(c, e)) {
            continue;
        }
        if (d.type == DATUM_INT && d.i == (int64_t)e->field.def.number) {
            return error_set_field(ERR_RULE, "number",
                                   _("the number %lld was given to the field %s already; leave it "
                                     "out, and the next free one is taken"),
                                   (long long)d.i, e->field.def.name);
        }
        next = e->field.def.number >= next ? (int64_t)e->field.def.number + 1 : next;
    }
    if (!c->before && used >= CUSTOM_MAX) {
        return error_set(ERR_RULE,
                         _("there are %d fields of one's own already, and no more are "
                           "taken; delete one that is not used"),
                         CUSTOM_MAX);
    }
    if (d.type != DATUM_EMPTY) {
        return ERR_OK;
    }
    if (next > INT32_MAX) {
        return error_set_field(ERR_INPUT, "number",
                               _("there is no number after the greatest one "
                                 "that was given; please give a free one"));
    }
    struct edit *e = edit_of(c, F_FIELD_NUMBER);
    struct datum *number = arena_alloc(c->arena, sizeof(*number));
    *number = datum_int(next);
    *(e ? e : &c->edits[(*c->count)++]) = (struct edit){F_FIELD_NUMBER, EDIT_SET, number, 1};
    return ERR_OK;
}

static enum err check_codes(struct txn *t, const struct save_case *c, int64_t type)
{
    bool any = false;
    TRY(custom_complete_codes(t, c->before, c->edits, *c->count, c->arena, &any));
    if (any != (type == CUSTOM_ENUM)) {
        return error_set_field(ERR_INPUT, "codes",
                               any ? _("only a field of type enum has codes")
                                   : _("a field of type enum needs its codes, such as "
                                       "codes=\"Thương binh;Bệnh binh\""));
    }
    return ERR_OK;
}

enum err custom_complete(struct txn *t, const struct record *before, struct edit *edits,
                         size_t *count, struct arena *arena)
{
    struct save_case c = {.before = before, .edits = edits, .count = count, .arena = arena};
    struct datum kind = outcome(&c, F_FIELD_KIND), type = outcome(&c, F_FIELD_TYPE);
    if (kind.type != DATUM_TEXT || outcome(&c, F_FIELD_NAME).type != DATUM_TEXT ||
        type.type != DATUM_INT) {
        return ERR_OK; /* the draft tells what is missing */
    }
    TRY(check_kind(&c));
    TRY(check_fixed(&c));
    TRY(read_all(t, arena, &c.all));
    TRY(check_words(&c));
    TRY(complete_number(&c));
    TRY(check_target(&c, type.i));
    if (kind_is_made_by_command(c.kind) && outcome(&c, F_FIELD_REQUIRED).i == 1) {
        return error_set_field(ERR_RULE, "required",
                               _("a %s is also made by commands that do not ask for this field"),
                               c.kind->name);
    }
    return check_codes(t, &c, type.i);
}
