/* From what people write for a record to the record. */
#include "core/draft.h"
#include "core/person.h"
#include "core/text.h"

#define CANDIDATES_MAX 32

struct search {
    struct txn *t;
    uint32_t kind; /* 0 = any */
    struct slice text;
    struct arena *arena;
    struct id_list hits;
    bool deleted; /* the second look: among what was deleted */
};

static void keep(struct search *s, struct dot id)
{
    for (size_t i = 0; i < s->hits.count; i++) {
        if (dot_equal(s->hits.ids[i], id)) {
            return;
        }
    }
    if (s->hits.count == CANDIDATES_MAX) {
        s->hits.more = true;
        return;
    }
    s->hits.ids[s->hits.count++] = id;
}

/* The index cuts long texts and folds them, so each hit is looked at. An ext_id is another
 * program's and must be the same to the letter. */
static bool field_says(const struct record *r, uint32_t field, struct slice text,
                       struct arena *arena)
{
    const struct value *v = merge_shown(r, field);
    if (!v || v->datum.type != DATUM_TEXT) {
        return false;
    }
    if (field == F_EXT_ID) {
        return slice_equal(v->datum.text, text);
    }
    return slice_equal(text_fold(v->datum.text, arena), text_fold(text, arena));
}

static enum err search_field(struct search *s, uint32_t kind, uint32_t field)
{
    struct id_list found;
    enum err e = store_ids_by_key(s->t, kind, field, s->text, CANDIDATES_MAX, s->arena, &found);
    for (size_t i = 0; e == ERR_OK && i < found.count; i++) {
        struct record r;
        e = store_get(s->t, found.ids[i], s->arena, &r, NULL);
        if (e == ERR_OK && r.kind == kind && merge_is_deleted(&r) == s->deleted &&
            field_says(&r, field, s->text, s->arena)) {
            keep(s, found.ids[i]);
        }
    }
    return e;
}

/* One field in the kind that is asked for, or in all kinds. */
static enum err search_kinds(struct search *s, uint32_t (*field_of)(uint32_t kind))
{
    for (size_t i = 0; i < schema_kind_count(); i++) {
        uint32_t kind = schema_kind_at(i)->number;
        uint32_t field = field_of(kind);
        if ((s->kind == 0 || s->kind == kind) && field != 0) {
            TRY(search_field(s, kind, field));
        }
    }
    return ERR_OK;
}

static uint32_t field_code(uint32_t kind)
{
    return kind == KIND_UNIT ? F_UNIT_CODE : 0;
}

static uint32_t field_ext_id(uint32_t kind)
{
    (void)kind;
    return F_EXT_ID;
}

static uint32_t field_card_no(uint32_t kind)
{
    return kind == KIND_MEMBER ? F_MEMBER_CARD_NO : 0;
}

static enum err search_id(struct search *s)
{
    struct dot d;
    unsigned bits = 0;
    struct record r;
    if (dot_parse(s->text, &d, &bits) != ERR_OK) {
        error_clear();
        return ERR_OK;
    }
    struct id_list found = {.ids = &d, .count = 1};
    if (bits <= 64) {
        TRY(store_ids_by_short(s->t, d, bits, CANDIDATES_MAX, s->arena, &found));
    }
    for (size_t i = 0; i < found.count; i++) {
        enum err e = store_get(s->t, found.ids[i], s->arena, &r, NULL);
        if (e != ERR_OK && e != ERR_NOT_FOUND) {
            return e;
        }
        if (e == ERR_OK && (s->kind == 0 || r.kind == s->kind)) {
            keep(s, found.ids[i]);
        }
    }
    return ERR_OK;
}

static enum err search_fields(struct search *s)
{
    static uint32_t (*const fields[])(uint32_t kind) = {field_ext_id, field_card_no,
                                                        schema_title_field};
    for (size_t i = 0; i < ARRAY_COUNT(fields) && s->hits.count == 0; i++) {
        TRY(search_kinds(s, fields[i]));
    }
    return ERR_OK;
}

/* What was deleted is no place to refer to, but show, history and undo want to reach it. */
static enum err search_all(struct search *s)
{
    TRY(search_kinds(s, field_code));
    if (s->hits.count == 0) {
        TRY(search_id(s));
    }
    TRY(search_fields(s));
    if (s->hits.count == 0 && s->kind == 0) {
        s->deleted = true;
        TRY(search_kinds(s, field_code));
        TRY(search_fields(s));
    }
    return ERR_OK;
}

/* Several records of one person are one hit: the one shown. */
static void unite_persons(struct search *s)
{
    struct id_list hits = s->hits;
    if (hits.count < 2 || !store_any_merging(s->t)) {
        return;
    }
    s->hits.count = 0;
    for (size_t i = 0; i < hits.count; i++) {
        keep(s, person_shown(s->t, hits.ids[i])); /* never ahead of what is read */
    }
}

enum err draft_resolve_ref(struct txn *t, uint32_t kind, struct slice text, struct arena *arena,
                           struct dot *out, struct id_list *candidates)
{
    struct search s = {.t = t, .kind = kind, .arena = arena};
    TRY(text_normalize(text, arena, &s.text));
    s.hits.ids = arena_array(arena, CANDIDATES_MAX, sizeof(*s.hits.ids));
    if (s.text.len > 0) {
        TRY(search_all(&s));
        unite_persons(&s);
    }
    *candidates = s.hits;
    int shown = s.text.len > 80 ? 80 : (int)s.text.len;
    if (s.hits.count == 0) {
        const struct kind_def *k = schema_kind(kind);
        return k ? error_set(ERR_NOT_FOUND, _("there is no %s “%.*s” here"),
                             schema_speaks_vi() ? k->vi : k->name, shown, (const char *)s.text.ptr)
                 : error_set(ERR_NOT_FOUND, _("there is no record “%.*s” here"), shown,
                             (const char *)s.text.ptr);
    }
    if (s.hits.count > 1) {
        return error_set(ERR_AMBIGUOUS,
                         _("%zu records match “%.*s”; please give the ID of the one meant"),
                         s.hits.count, shown, (const char *)s.text.ptr);
    }
    *out = s.hits.ids[0];
    return ERR_OK;
}
