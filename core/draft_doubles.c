/* Is it here already? */
#include "core/alike.h"
#include "core/draft_outcome.h"
#include "core/person.h"
#include "core/text.h"

#define DOUBLES_MAX 16
#define SAME_NAME_MAX 256
#define NEAR_NAME_MAX 2000
#define CROWD_LEAST 2000 /* the few who were looked up stand for a commune */
#define EVEN_ODDS 1.0
#define FEW 256 /* as many are looked at without asking for a better way to them */
#define REPEATS_MAX 1000

struct look_state {
    struct txn *t;
    const struct draft_look *look;
    struct arena *arena;
    struct dot self; /* the person that is written; none for a new one */
    struct id_list *out;
};

static bool same_shown(const struct record *r, uint32_t field, const struct datum *d,
                       struct arena *arena)
{
    const struct value *v = merge_shown(r, field);
    if (!v || v->datum.type != d->type) {
        return false;
    }
    if (d->type == DATUM_TEXT && field != F_EXT_ID) {
        return slice_equal(text_fold(v->datum.text, arena), text_fold(d->text, arena));
    }
    return datum_compare(&v->datum, d) == 0;
}

/* Two rows with keys of their own in the list they come from are two persons there, even with one
 * number between them by a slip: that is for people to look at afterwards. */
static bool told_apart(const struct look_state *s, const struct record *other)
{
    const struct value *v = merge_shown(other, F_EXT_ID);
    return s->look->via == VIA_IMPORT && other->kind != KIND_UNIT && s->look->ext_id.len > 0 && v &&
           v->datum.type == DATUM_TEXT && !slice_equal(s->look->ext_id, v->datum.text);
}

/* false for what can be no double: gone, or the very person that is written. */
static enum err read_other(const struct look_state *s, struct dot id, struct record *r,
                           bool *counts)
{
    *counts = false;
    if (!s->look->is_new && dot_equal(id, s->look->outcome->id)) {
        return ERR_OK;
    }
    TRY(store_get(s->t, id, s->arena, r, NULL));
    *counts = r->kind == s->look->outcome->kind && !(r->flags & RECORD_STUB) &&
              !merge_is_deleted(r) && !told_apart(s, r);
    return ERR_OK;
}

static void add_double(struct look_state *s, struct dot id)
{
    struct dot shown = person_shown(s->t, id);
    bool known = !dot_is_none(s->self) && dot_equal(shown, s->self);
    for (size_t i = 0; i < s->out->count && !known; i++) {
        known = dot_equal(s->out->ids[i], shown);
    }
    if (!known && s->out->count < DOUBLES_MAX) {
        s->out->ids[s->out->count++] = shown;
    }
}

static enum err find_number(struct look_state *s, const struct field_def *f)
{
    struct id_list found;
    const struct value *own = merge_shown(s->look->outcome, f->number);
    if (!own || own->datum.type != DATUM_TEXT) {
        return ERR_OK;
    }
    TRY(store_ids_by_key(s->t, s->look->outcome->kind, f->number, own->datum.text, SAME_NAME_MAX,
                         s->arena, &found));
    for (size_t i = 0; i < found.count; i++) {
        struct record r;
        bool counts = false;
        TRY(read_other(s, found.ids[i], &r, &counts));
        if (counts && same_shown(&r, f->number, &own->datum, s->arena)) {
            add_double(s, found.ids[i]);
        }
    }
    return ERR_OK;
}

/* ---- persons -------------------------------------------------------------------------------- */

static size_t name_words(struct slice folded, struct slice words[ALIKE_WORDS_MAX])
{
    size_t n = 0;
    for (size_t from = 0, end = 0; from < folded.len && n < ALIKE_WORDS_MAX; from = end + 1) {
        const uint8_t *space = memchr(folded.ptr + from, ' ', folded.len - from);
        end = space ? (size_t)(space - folded.ptr) : folded.len;
        words[n++] = slice_make(folded.ptr + from, end - from);
    }
    return n;
}

/* The words but those from `from` up to `to`. */
static struct slice name_without(const struct slice *words, size_t count, size_t from, size_t to,
                                 struct arena *arena)
{
    struct buf name = {0};
    for (size_t i = 0; i < count; i++) {
        if (i < from || i >= to) {
            buf_add_str(&name, name.len ? " " : "");
            buf_add_slice(&name, words[i]);
        }
    }
    struct slice out = arena_copy(arena, buf_view(&name));
    buf_free(&name);
    return out;
}

static void add_ids(struct look_state *s, const struct id_list *found, struct id_list *all)
{
    struct dot *both = arena_array(s->arena, all->count + found->count + 1, sizeof(*both));
    for (size_t i = 0; i < all->count; i++) {
        both[i] = all->ids[i];
    }
    for (size_t i = 0; i < found->count; i++) {
        both[all->count + i] = found->ids[i];
    }
    *all = (struct id_list){.ids = both, .count = all->count + found->count};
}

static enum err with_name(struct look_state *s, struct slice name, struct id_list *all)
{
    struct id_list found;
    TRY(store_ids_by_key(s->t, KIND_MEMBER, F_MEMBER_NAME, name, SAME_NAME_MAX, s->arena, &found));
    add_ids(s, &found, all);
    return ERR_OK;
}

static enum err with_phrase(struct look_state *s, struct slice phrase, struct id_list *all)
{
    struct id_list found;
    TRY(store_ids_by_text(s->t, phrase, NEAR_NAME_MAX, s->arena, &found));
    add_ids(s, &found, all);
    return ERR_OK;
}

/* Who may have this name, but for a slip: the same, or without a middle name. At the keyboard there
 * is time to look also at those who share the last word, or all others. */
static enum err near_names(struct look_state *s, struct slice folded, struct id_list *all)
{
    struct slice words[ALIKE_WORDS_MAX];
    size_t n = name_words(folded, words);
    TRY(with_name(s, folded, all));
    if (n > 2) {
        TRY(with_name(s, name_without(words, n, 1, n - 1, s->arena), all));
    }
    for (size_t i = 1; n > 3 && i + 1 < n; i++) {
        TRY(with_name(s, name_without(words, n, i, i + 1, s->arena), all));
    }
    if (s->look->via != VIA_IMPORT && n > 1) {
        TRY(with_phrase(s, words[n - 1], all));
        TRY(with_phrase(s, name_without(words, n, n - 1, n, s->arena), all));
    }
    return ERR_OK;
}

static bool births_agree(int64_t x, int64_t y)
{
    bool swapped = DATE_DAY(x) != 0 && DATE_YEAR(x) == DATE_YEAR(y) &&
                   DATE_DAY(x) == DATE_MONTH(y) && DATE_MONTH(x) == DATE_DAY(y);
    return x == y || swapped;
}

/* Those of the found who have the same birthday come into a crowd with the new one, who is first.
 * Of most rows of an import there is none, and no crowd. */
static enum err gather(struct look_state *s, const struct id_list *all, int64_t birth,
                       struct alike_crowd *crowd)
{
    for (size_t i = 0; i < all->count; i++) {
        struct record r;
        bool counts = false;
        TRY(read_other(s, all->ids[i], &r, &counts));
        const struct value *v = counts ? merge_shown(&r, F_MEMBER_BIRTH) : NULL;
        if (!v || v->datum.type != DATUM_INT || !births_agree(birth, v->datum.i)) {
            continue;
        }
        if (crowd->count == 0 && !alike_add(crowd, s->look->outcome)) {
            return ERR_OK;
        }
        (void)alike_add(crowd, &r);
    }
    return ERR_OK;
}

static enum err find_person(struct look_state *s)
{
    const struct value *name = merge_shown(s->look->outcome, F_MEMBER_NAME);
    const struct value *birth = merge_shown(s->look->outcome, F_MEMBER_BIRTH);
    struct alike_crowd crowd = {.size_least = CROWD_LEAST};
    struct id_list all = {0};
    if (!name || name->datum.type != DATUM_TEXT || !birth || birth->datum.type != DATUM_INT) {
        return ERR_OK;
    }
    TRY(near_names(s, text_fold(name->datum.text, s->arena), &all));
    all.count = dots_distinct(all.ids, all.count);
    enum err e = gather(s, &all, birth->datum.i, &crowd);
    for (size_t i = 1; e == ERR_OK && i < crowd.count; i++) {
        struct alike_result r = alike_compare(&crowd, &crowd.people[0], &crowd.people[i]);
        bool named = r.reasons & (ALIKE_BIT(NAME) | ALIKE_BIT(NAME_MARKS));
        /* of two who are known by the year alone, only the name can tell */
        bool same = named && crowd.people[i].birth == birth->datum.i;
        if (same || (r.odds >= EVEN_ODDS && !r.apart)) {
            add_double(s, crowd.people[i].id);
        }
    }
    alike_free(&crowd);
    return e;
}

enum err draft_find_doubles(struct txn *t, const struct draft_look *look, struct arena *arena,
                            struct id_list *out, const char **field)
{
    struct look_state s = {.t = t, .look = look, .arena = arena, .out = out};
    const struct kind_def *kind = schema_kind(look->outcome->kind);
    const struct field_def *f = NULL;
    *out = (struct id_list){.ids = arena_array(arena, DOUBLES_MAX, sizeof(*out->ids))};
    *field = NULL;
    if (!look->is_new) {
        s.self = person_shown(t, look->outcome->id);
    }
    for (size_t i = 0; (f = schema_field_at(kind, i)) != NULL && !*field; i++) {
        if (f->flags & FIELD_UNIQUE_HINT) {
            TRY(find_number(&s, f));
            *field = out->count ? f->name : NULL;
        }
    }
    if (!*field && look->outcome->kind == KIND_MEMBER && look->is_new) {
        TRY(find_person(&s));
        *field = out->count ? "full_name" : NULL;
    }
    return ERR_OK;
}

/* ---- rows that come again ------------------------------------------------------------------- */

static bool holds(const struct record *r, const struct edit *e, struct arena *arena)
{
    if (schema_field(r->kind, e->field)->rule != MERGE_SET) {
        const struct value *v = merge_shown(r, e->field);
        return e->count == 0 || (v && datum_compare(&v->datum, &e->data[0]) == 0);
    }
    size_t there = 0, found = 0;
    const struct value **elements = merge_siblings(r, e->field, arena, &there);
    for (size_t i = 0; i < e->count; i++) {
        for (size_t k = 0; k < there; k++) {
            if (datum_compare(&elements[k]->datum, &e->data[i]) == 0) {
                found++;
                break;
            }
        }
    }
    return found == e->count;
}

enum way { WAY_NUMBER, WAY_TITLE, WAY_MEMBER, WAY_OTHER, WAY_HOME, WAY_COUNT };

static enum way way_of(const struct kind_def *kind, const struct edit *e)
{
    const struct field_def *f = schema_field(kind->number, e->field);
    bool text = e->count == 1 && e->data[0].type == DATUM_TEXT;
    bool ref = e->count == 1 && e->data[0].type == DATUM_REF && f->rule != MERGE_SET;
    bool home = e->field == F_UNIT || e->field == F_UNIT_PARENT;
    return text && (f->flags & FIELD_UNIQUE_HINT)                 ? WAY_NUMBER
           : text && e->field == schema_title_field(kind->number) ? WAY_TITLE
           : ref && e->field == F_MEMBER                          ? WAY_MEMBER
           : ref && !home                                         ? WAY_OTHER
           : ref                                                  ? WAY_HOME
                                                                  : WAY_COUNT;
}

/* Whoever holds all of it holds each of it: one short list is enough. */
static enum err list_repeats(struct txn *t, const struct kind_def *kind, const struct edit *edits,
                             size_t count, struct arena *arena, struct id_list *out)
{
    *out = (struct id_list){0};
    for (enum way way = WAY_NUMBER; way < WAY_COUNT; way++) {
        for (size_t i = 0; i < count; i++) {
            const struct edit *e = &edits[i];
            struct id_list found;
            if (way_of(kind, e) != way) {
                continue;
            }
            TRY(way <= WAY_TITLE ? store_ids_by_key(t, kind->number, e->field, e->data[0].text,
                                                    REPEATS_MAX, arena, &found)
                                 : store_ids_by_ref(t, e->data[0].ref, e->field, (struct dot){0, 0},
                                                    REPEATS_MAX, arena, &found));
            if (!out->ids || found.count < out->count) {
                *out = found;
            }
            if (out->count <= FEW) {
                return ERR_OK;
            }
        }
    }
    return ERR_OK;
}

enum err draft_find_repeat(struct txn *t, const struct kind_def *kind, const struct edit *edits,
                           size_t count, struct arena *arena, struct dot *out)
{
    struct id_list list;
    *out = (struct dot){0, 0};
    TRY(list_repeats(t, kind, edits, count, arena, &list));
    for (size_t i = 0; i < list.count; i++) {
        struct record r;
        TRY(store_get(t, list.ids[i], arena, &r, NULL));
        bool same = r.kind == kind->number && !(r.flags & RECORD_STUB) && !merge_is_deleted(&r);
        for (size_t k = 0; k < count && same; k++) {
            same = holds(&r, &edits[k], arena);
        }
        if (same) {
            *out = list.ids[i];
            return ERR_OK;
        }
    }
    return ERR_OK;
}
