/* Persons as they are read: which record speaks for which field, and references followed. */
#include "core/person.h"

#include "core/text.h"

#include <stdlib.h>

struct slice person_keep_format(uint32_t field, struct dot id, struct arena *arena)
{
    char text[DOT_TEXT_SIZE];
    dot_format(id, text);
    return slice_str(arena_printf(arena, "%u:%s", field, text));
}

bool person_keep_parse(struct slice text, uint32_t *field, struct dot *id)
{
    unsigned bits = 0;
    size_t at = 0;
    *field = 0;
    while (at < text.len && at < 9 && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
        *field = *field * 10 + (uint32_t)(text.ptr[at++] - '0');
    }
    if (at == 0 || at >= text.len || text.ptr[at] != ':') {
        return false;
    }
    struct slice rest = slice_make(text.ptr + at + 1, text.len - at - 1);
    if (dot_parse(rest, id, &bits) != ERR_OK) {
        error_clear();
        return false;
    }
    return bits > 64;
}

/* ---- who speaks ----------------------------------------------------------------------------- */

static bool says_something(const struct record *r, uint32_t field)
{
    const struct value *v = merge_shown(r, field);
    return v && v->datum.type != DATUM_EMPTY;
}

/* Concurrent choices for one field: the latest one, by the values' own data. */
static bool choice_is_later(const struct value *x, const struct value *y)
{
    if (x->time_ms != y->time_ms) {
        return x->time_ms > y->time_ms;
    }
    int c = dot_compare(x->dot, y->dot);
    return c ? c > 0 : datum_compare(&x->datum, &y->datum) > 0;
}

static const struct record *chosen(const struct person_view *v, uint32_t field)
{
    const struct value *best = NULL;
    const struct record *out = NULL;
    for (size_t i = 0; i < v->count; i++) {
        const struct field *keeps = record_field(&v->records[i], F_MERGED_KEEP);
        for (uint32_t j = 0; keeps && j < keeps->count; j++) {
            const struct value *keep = &keeps->values[j];
            const struct record *named = NULL;
            uint32_t number = 0;
            struct dot id;
            if (keep->datum.type != DATUM_TEXT ||
                !person_keep_parse(keep->datum.text, &number, &id) || number != field) {
                continue;
            }
            for (size_t k = 0; k < v->count && !named; k++) {
                named = dot_equal(v->records[k].id, id) ? &v->records[k] : NULL;
            }
            if (named && (!best || choice_is_later(keep, best))) {
                best = keep;
                out = named;
            }
        }
    }
    return out;
}

static const struct record *first_speaker(const struct person_view *v, uint32_t field)
{
    const struct record *out = chosen(v, field);
    for (size_t i = 0; i < v->count && !out; i++) {
        out = says_something(&v->records[i], field) ? &v->records[i] : NULL;
    }
    return out;
}

const struct record *person_speaker(const struct person_view *v, uint32_t field)
{
    const struct field_def *f = schema_field(KIND_MEMBER, field);
    const struct record *out = f && f->leader ? first_speaker(v, f->leader) : NULL;
    out = out ? out : first_speaker(v, field);
    return out ? out : &v->records[0];
}

/* ---- the view ------------------------------------------------------------------------------- */

static int value_sort(const void *a, const void *b)
{
    return value_compare(a, b);
}

/* Everything that anybody's set holds. */
static struct field united(const struct person_view *v, uint32_t number, struct arena *arena)
{
    size_t count = 0, n = 0;
    for (size_t i = 0; i < v->count; i++) {
        const struct field *f = record_field(&v->records[i], number);
        count += f ? f->count : 0;
    }
    struct value *values = arena_array(arena, count + 1, sizeof(*values));
    for (size_t i = 0; i < v->count; i++) {
        const struct field *f = record_field(&v->records[i], number);
        for (uint32_t j = 0; f && j < f->count; j++) {
            values[n++] = f->values[j];
        }
    }
    if (n > 1) {
        qsort(values, n, sizeof(*values), value_sort);
    }
    return (struct field){number, (uint32_t)n, values};
}

static bool next_number(const struct person_view *v, uint32_t after, const struct field **out)
{
    *out = NULL;
    for (size_t i = 0; i < v->count; i++) {
        for (size_t j = 0; j < v->records[i].field_count; j++) {
            const struct field *f = &v->records[i].fields[j];
            if (f->number > after && (!*out || f->number < (*out)->number)) {
                *out = f;
                break;
            }
        }
    }
    return *out != NULL;
}

static void view_fields(struct person_view *v, struct arena *arena)
{
    const struct field *f = NULL;
    size_t cap = 0;
    for (size_t i = 0; i < v->count; i++) {
        cap += v->records[i].field_count;
    }
    v->record.fields = arena_array(arena, cap + 1, sizeof(struct field));
    v->record.field_count = 0;
    for (uint32_t after = 0; next_number(v, after, &f); after = f->number) {
        struct field *out = &v->record.fields[v->record.field_count];
        const struct record *from = &v->records[0];
        if (f->number == F_MERGED_INTO || f->number == F_MERGED_KEEP) {
            continue; /* how it came to be one person is not among what is known of it */
        }
        if (schema_rule(KIND_MEMBER, f) == MERGE_SET) {
            *out = united(v, f->number, arena);
            v->record.field_count++;
            continue;
        }
        from = f->number == F_DELETED ? from : person_speaker(v, f->number);
        const struct field *spoken = record_field(from, f->number);
        if (spoken) {
            *out = *spoken;
            v->record.field_count++;
        }
    }
}

static bool speaks(const struct record *r, bool deleted_too)
{
    return !(r->flags & RECORD_STUB) && (deleted_too || !merge_is_deleted(r));
}

enum err person_view(struct txn *t, struct dot member, struct arena *arena, struct person_view *out)
{
    *out = (struct person_view){.ids = {0}};
    TRY(person_component(t, member, arena, &out->ids));
    struct record *all = arena_array(arena, out->ids.count, sizeof(*all));
    struct record_local *locals = arena_array(arena, out->ids.count, sizeof(*locals));
    uint64_t newest = 0;
    size_t shown = out->ids.count, held = 0;
    for (size_t i = 0; i < out->ids.count; i++) {
        enum err e = store_get(t, out->ids.ids[i], arena, &all[held], &locals[held]);
        if (e == ERR_OK) {
            newest = locals[held].feed_seq > newest ? locals[held].feed_seq : newest;
            held++;
        } else if (e != ERR_NOT_FOUND) {
            return e;
        }
    }
    if (held == 0) {
        return ERR_NOT_FOUND;
    }
    out->records = arena_array(arena, held, sizeof(*out->records));
    for (int pass = 0; pass < 3 && out->count == 0; pass++) {
        for (size_t i = 0; i < held; i++) {
            if (pass == 2 || speaks(&all[i], pass == 1)) {
                shown = out->count == 0 ? i : shown;
                out->records[out->count++] = all[i];
            }
        }
        out->count = pass > 0 && out->count > 1 ? 1 : out->count; /* nobody lives */
    }
    out->record = out->records[0];
    out->local = locals[shown];
    out->local.feed_seq = newest;
    view_fields(out, arena);
    return ERR_OK;
}

/* ---- references ----------------------------------------------------------------------------- */

static bool names_members(const struct record *r, const struct field *f)
{
    const struct field_def *def = schema_field(r->kind, f->number);
    return def && (def->type == FIELD_REF || def->type == FIELD_REFSET) &&
           (def->ref_kind == KIND_MEMBER || def->ref_kind == 0) && f->number != F_MERGED_INTO &&
           f->number != F_NOT_SAME;
}

static void follow_field(struct txn *t, struct field *f, struct arena *arena)
{
    struct value *values = NULL;
    for (uint32_t i = 0; i < f->count; i++) {
        if (f->values[i].datum.type != DATUM_REF) {
            continue;
        }
        struct dot shown = person_shown(t, f->values[i].datum.ref);
        if (dot_equal(shown, f->values[i].datum.ref)) {
            continue;
        }
        if (!values) {
            values = arena_array(arena, f->count, sizeof(*values));
            memcpy(values, f->values, f->count * sizeof(*values));
        }
        values[i].datum = datum_ref(shown);
    }
    if (values) {
        qsort(values, f->count, sizeof(*values), value_sort);
        f->values = values;
    }
}

enum err person_follow(struct txn *t, struct record *r, struct record_local *local,
                       struct arena *arena, bool *shown)
{
    *shown = true;
    if (!store_any_merging(t)) {
        return ERR_OK;
    }
    if (r->kind == KIND_MEMBER && person_is_merged(t, r->id)) {
        struct person_view v;
        struct dot asked = r->id;
        TRY(person_view(t, asked, arena, &v));
        *r = v.record;
        *shown = dot_equal(r->id, asked);
        if (local) {
            *local = v.local;
        }
        return ERR_OK;
    }
    struct field *fields = arena_array(arena, r->field_count + 1, sizeof(*fields));
    for (size_t i = 0; i < r->field_count; i++) {
        fields[i] = r->fields[i];
        if (names_members(r, &fields[i])) {
            follow_field(t, &fields[i], arena);
        }
    }
    r->fields = fields;
    return ERR_OK;
}

enum err person_read(struct txn *t, struct dot id, struct arena *arena, struct record *out,
                     struct record_local *local)
{
    bool shown = true;
    TRY(store_get(t, id, arena, out, local));
    return person_follow(t, out, local, arena, &shown);
}
