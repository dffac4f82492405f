/* Who was there, said the short way: all members of a unit on that day, or all but some. */
#include "core/draft_outcome.h"
#include "core/person.h"
#include "core/text.h"

struct roll {
    struct txn *t;
    struct arena *arena;
    int64_t day;
    struct id_list ids;
    struct slice *names; /* folded, beside the ids */
    size_t cap;
};

/* The first `words` words of the text, folded, are these; *rest is what follows. */
static bool begins(struct slice text, size_t words, const char *folded, struct arena *arena,
                   struct slice *rest)
{
    size_t at = 0;
    for (size_t i = 0; i < words && at < text.len; i++) {
        while (at < text.len && text.ptr[at] == ' ') {
            at++;
        }
        while (at < text.len && text.ptr[at] != ' ' && text.ptr[at] != ':') {
            at++;
        }
    }
    *rest = slice_make(text.ptr + at, text.len - at);
    return slice_equal(text_fold(slice_make(text.ptr, at), arena), slice_str(folded));
}

bool draft_is_roll(const struct field_def *field, struct slice text, struct arena *arena,
                   struct slice *but)
{
    static const struct {
        size_t words;
        const char *folded;
        bool but;
    } forms[] = {{3, "tat ca tru", true},
                 {2, "all but", true},
                 {2, "all except", true},
                 {2, "tat ca", false},
                 {1, "all", false}};
    struct slice clean;
    *but = (struct slice){0};
    if (field->type != FIELD_REFSET || field->ref_kind != KIND_MEMBER ||
        text_normalize(text, arena, &clean) != ERR_OK) {
        return false;
    }
    if (slice_equal(clean, slice_str("*"))) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        struct slice rest;
        if (begins(clean, forms[i].words, forms[i].folded, arena, &rest) &&
            (forms[i].but ? rest.len > 0 : rest.len == 0)) {
            *but = rest;
            return true;
        }
    }
    return false;
}

/* ---- the members ---------------------------------------------------------------------------- */

static void roll_add(struct roll *l, struct dot id, struct slice name)
{
    if (l->ids.count == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        struct dot *ids = arena_array(l->arena, cap, sizeof(*ids));
        struct slice *names = arena_array(l->arena, cap, sizeof(*names));
        for (size_t i = 0; i < l->ids.count; i++) {
            ids[i] = l->ids.ids[i];
            names[i] = l->names[i];
        }
        l->ids.ids = ids;
        l->names = names;
        l->cap = cap;
    }
    l->ids.ids[l->ids.count] = id;
    l->names[l->ids.count++] = arena_copy(l->arena, name);
}

/* Did it stand below the top on that day? What was closed since, or is moved later, did so still.
 */
static bool counted_below(struct txn *t, struct dot unit, struct dot top, int64_t day)
{
    struct dot at = dot_equal(unit, top) ? unit : unit_at(t, unit, day);
    for (int step = 0; step < UNIT_DEPTH_MAX && !dot_is_none(at); step++) {
        if (dot_equal(at, top)) {
            return true;
        }
        at = unit_parent_at(t, at, day);
    }
    return false;
}

enum err draft_counted_unit(struct txn *t, const struct record *member, struct arena *arena,
                            struct dot *out)
{
    struct id_list ids, open;
    *out = merge_shown_ref(member, F_UNIT);
    TRY(person_component(t, member->id, arena, &ids));
    for (size_t i = 0; i < ids.count; i++) {
        TRY(store_ids_of_open_transfers(t, ids.ids[i], OPEN_TRANSFERS_MAX, arena, &open));
        for (size_t k = 0; k < open.count; k++) {
            struct record letter;
            TRY(store_get(t, open.ids[k], arena, &letter, NULL));
            struct dot from = merge_shown_ref(&letter, F_TRANSFER_FROM);
            if (dot_equal(merge_shown_ref(&letter, F_TRANSFER_TO),
                          merge_shown_ref(member, F_UNIT)) &&
                scope_came_from(member, from)) {
                *out = from;
                return ERR_OK;
            }
        }
    }
    return ERR_OK;
}

/* Admitted by that day, and active; who ended later took part then. */
static bool took_part(const struct record *r, int64_t day)
{
    int64_t status = merge_shown_int(r, F_MEMBER_STATUS);
    int64_t since = date_first_day(merge_shown_int(r, F_MEMBER_STATUS_DATE));
    bool ended = status == MEMBER_MATURED || status == MEMBER_REMOVED ||
                 status == MEMBER_EXPELLED || status == MEMBER_DECEASED;
    return date_first_day(merge_shown_int(r, F_MEMBER_ADMITTED)) <= day &&
           (status == 0 || status == MEMBER_ACTIVE || (ended && day < since));
}

/* Living, of this very unit, and taking part. */
static enum err roll_look(struct roll *l, struct dot id, struct dot unit, struct arena *arena)
{
    struct record r;
    struct dot counted;
    bool shown = false;
    TRY(store_get(l->t, id, arena, &r, NULL));
    if (r.kind != KIND_MEMBER || r.flags & RECORD_STUB || merge_is_deleted(&r)) {
        return ERR_OK;
    }
    TRY(person_follow(l->t, &r, NULL, arena, &shown));
    TRY(draft_counted_unit(l->t, &r, arena, &counted));
    if (shown && dot_equal(counted, unit) && took_part(&r, l->day) && !id_list_has(&l->ids, r.id)) {
        roll_add(l, r.id, text_fold(merge_shown_text(&r, F_MEMBER_NAME), arena));
    }
    return ERR_OK;
}

/* Every unit is asked where it stood: one that left the top since is not below it any more. */
static enum err roll_call(struct roll *l, struct dot top)
{
    struct id_list units, list;
    struct arena arena = {0};
    TRY(store_ids_of_kind(l->t, KIND_UNIT, (struct dot){0, 0}, SIZE_MAX, l->arena, &units));
    enum err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < units.count; i++) {
        if (!counted_below(l->t, units.ids[i], top, l->day)) {
            continue;
        }
        e = store_ids_of_unit(l->t, units.ids[i], (struct dot){0, 0}, SIZE_MAX, l->arena, &list);
        for (size_t k = 0; e == ERR_OK && k < list.count; k++) {
            arena_reset(&arena);
            e = roll_look(l, list.ids[k], units.ids[i], &arena);
        }
    }
    arena_free(&arena);
    if (e == ERR_OK && l->ids.count == 0) {
        return error_set(ERR_INPUT, _("%s has no active members here; please name who was there"),
                         unit_called(l->t, top, l->arena));
    }
    return e;
}

/* ---- but some ------------------------------------------------------------------------------- */

/* "Dê" is "Giàng A Dê" where nobody else is called so: the last words of a name are enough. */
static bool ends_with(struct slice name, struct slice folded)
{
    if (folded.len == 0 || folded.len > name.len) {
        return false;
    }
    size_t from = name.len - folded.len;
    return slice_equal(slice_make(name.ptr + from, folded.len), folded) &&
           (from == 0 || name.ptr[from - 1] == ' ');
}

static enum err roll_find(struct roll *l, struct slice text, struct dot *out,
                          struct id_list *candidates)
{
    struct id_list found = {0}, hits = {0};
    size_t cap = 0;
    enum err e = draft_resolve_ref(l->t, KIND_MEMBER, text, l->arena, out, &found);
    if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_AMBIGUOUS) {
        return e;
    }
    for (size_t i = 0; i < found.count; i++) {
        struct dot id = person_shown(l->t, found.ids[i]);
        if (id_list_has(&l->ids, id) && !id_list_has(&hits, id)) {
            id_list_add(&hits, &cap, id, l->arena);
        }
    }
    struct slice folded = text_fold(text, l->arena);
    for (size_t i = 0; found.count == 0 && i < l->ids.count; i++) {
        if (ends_with(l->names[i], folded)) {
            id_list_add(&hits, &cap, l->ids.ids[i], l->arena);
        }
    }
    int shown = text.len > 60 ? 60 : (int)text.len;
    if (hits.count == 0) {
        return error_set(ERR_NOT_FOUND, _("“%.*s” is not among the active members of this unit"),
                         shown, (const char *)text.ptr);
    }
    *out = hits.ids[0];
    if (hits.count > 1) {
        *candidates = hits;
        return error_set(ERR_AMBIGUOUS,
                         _("%zu records match “%.*s”; please give the ID of the one meant"),
                         hits.count, shown, (const char *)text.ptr);
    }
    return ERR_OK;
}

static void roll_strike(struct roll *l, struct dot id)
{
    size_t n = 0;
    for (size_t i = 0; i < l->ids.count; i++) {
        if (!dot_equal(l->ids.ids[i], id)) {
            l->ids.ids[n++] = l->ids.ids[i];
        }
    }
    l->ids.count = n;
}

static struct roll roll_on(struct txn *t, int64_t date, struct arena *arena)
{
    int64_t day = date_first_day(date ? date : store_today(t).i);
    return (struct roll){.t = t, .arena = arena, .day = day};
}

enum err draft_roll(struct txn *t, const struct roll_day *of, struct slice but, struct arena *arena,
                    struct id_list *out, struct id_list *candidates)
{
    struct roll l = roll_on(t, of->date, arena);
    struct id_list struck = {0};
    size_t cap = 0;
    *candidates = (struct id_list){0};
    TRY(roll_call(&l, of->unit));
    for (size_t from = 0, at = 0; at <= but.len; at++) {
        if (at == but.len || but.ptr[at] == ';' || but.ptr[at] == ',') {
            struct slice name = slice_make(but.ptr + from, at - from);
            struct dot id;
            from = at + 1;
            TRY(text_normalize(name, arena, &name));
            if (name.len > 0 && name.ptr[0] == ':') {
                name = slice_make(name.ptr + 1, name.len - 1);
            }
            if (name.len > 0) {
                TRY(roll_find(&l, name, &id, candidates));
                id_list_add(&struck, &cap, id, arena);
            }
        }
    }
    for (size_t i = 0; i < struck.count; i++) {
        roll_strike(&l, struck.ids[i]);
    }
    *out = l.ids;
    return ERR_OK;
}

enum err draft_find_member(struct txn *t, const struct roll_day *of, struct slice text,
                           struct arena *arena, struct dot *out, struct id_list *candidates)
{
    struct roll l = roll_on(t, of->date, arena);
    *candidates = (struct id_list){0};
    TRY(roll_call(&l, of->unit));
    return roll_find(&l, text, out, candidates);
}
