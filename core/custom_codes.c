#include "core/custom_codes.h"

#include "core/text.h"

#define PARTS 4 /* number:code:label:label in English */
#define CODE_TEXT_MAX 40
#define CODES_MAX 500

struct code {
    struct slice part[PARTS]; /* number, code, vi, en; empty = not given */
    int64_t number;
};

static struct slice trimmed(struct slice s)
{
    while (s.len > 0 && s.ptr[0] == ' ') {
        s = slice_make(s.ptr + 1, s.len - 1);
    }
    while (s.len > 0 && s.ptr[s.len - 1] == ' ') {
        s.len--;
    }
    return s;
}

/* 1 to INT32_MAX in digits; 0 when it is no such number. */
static int64_t number_of(struct slice s)
{
    int64_t v = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9' || v > INT32_MAX) {
            return 0;
        }
        v = v * 10 + (s.ptr[i] - '0');
    }
    return v <= INT32_MAX ? v : 0;
}

static bool is_code(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        bool good = (s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || (s.ptr[i] >= '0' && s.ptr[i] <= '9') ||
                    s.ptr[i] == '-' || s.ptr[i] == '_';
        if (!good) {
            return false;
        }
    }
    return s.len > 0 && s.len <= CODE_TEXT_MAX;
}

/* "Thương binh" gives "thuong-binh". */
static struct slice code_from(struct slice label, struct arena *arena)
{
    char *code = arena_cstr(arena, text_fold(label, arena));
    size_t len = strlen(code) < CODE_TEXT_MAX ? strlen(code) : CODE_TEXT_MAX;
    for (size_t i = 0; i < len; i++) {
        code[i] = code[i] == ' ' ? '-' : code[i];
    }
    return slice_make(code, len);
}

/* Label, code:label, code:label:English, each with or without its number before it. */
static bool split(struct slice text, struct code *out)
{
    struct slice part[PARTS] = {{0}};
    size_t n = 0, from = 0;
    *out = (struct code){.number = 0};
    for (size_t at = 0; at <= text.len; at++) {
        if (at == text.len || text.ptr[at] == ':') {
            if (n == PARTS) {
                return false;
            }
            part[n++] = trimmed(slice_make(text.ptr + from, at - from));
            from = at + 1;
        }
    }
    size_t first = n > 1 && number_of(part[0]) > 0 ? 1 : 0;
    out->number = first ? number_of(part[0]) : 0;
    size_t rest = n - first;
    if (rest == 0 || rest > 3) {
        return false;
    }
    out->part[1] = rest == 1 ? (struct slice){0} : part[first];
    out->part[2] = part[rest == 1 ? first : first + 1];
    out->part[3] = rest == 3 ? part[first + 2] : (struct slice){0};
    return out->part[2].len > 0;
}

static bool is_whole(const struct code *c)
{
    return c->number > 0 && is_code(c->part[1]) && c->part[3].len > 0;
}

const struct enum_code *custom_codes(const struct record *r, struct arena *arena)
{
    size_t count = 0, n = 0;
    if (!record_field(r, F_FIELD_CODES)) {
        return NULL;
    }
    const struct value **v = merge_siblings(r, F_FIELD_CODES, arena, &count);
    struct enum_code *codes = arena_array(arena, count + 1, sizeof(*codes));
    for (size_t i = 0; i < count && n < CODES_MAX; i++) {
        struct code c;
        bool good = v[i]->datum.type == DATUM_TEXT && split(v[i]->datum.text, &c) && is_whole(&c);
        size_t at = 0;
        while (good && at < n && codes[at].number < c.number) {
            at++;
        }
        if (!good || (at < n && codes[at].number == c.number)) {
            continue;
        }
        memmove(&codes[at + 1], &codes[at], (n - at) * sizeof(*codes));
        codes[at] = (struct enum_code){.number = (int32_t)c.number,
                                       .code = arena_cstr(arena, c.part[1]),
                                       .vi = arena_cstr(arena, c.part[2]),
                                       .en = arena_cstr(arena, c.part[3])};
        n++;
    }
    codes[n] = (struct enum_code){.number = 0};
    return n > 0 ? codes : NULL;
}

/* ---- on saving ------------------------------------------------------------------------------ */

struct list {
    struct code *codes;
    size_t count;
};

static bool list_has_number(const struct list *l, int64_t number)
{
    for (size_t i = 0; i < l->count; i++) {
        if (l->codes[i].number == number) {
            return true;
        }
    }
    return false;
}

static enum err list_add(struct list *l, struct slice text, struct arena *arena)
{
    struct code c;
    if (!split(text, &c)) {
        return error_set_field(ERR_INPUT, "codes",
                               _("“%.*s” is not a code; write a label, or number:code:label:label "
                                 "in English, such as 1:thuong-binh:Thương binh:War invalid"),
                               text.len > 60 ? 60 : (int)text.len, (const char *)text.ptr);
    }
    c.part[1] = c.part[1].len ? c.part[1] : code_from(c.part[2], arena);
    c.part[3] = c.part[3].len ? c.part[3] : c.part[2];
    if (!is_code(c.part[1])) {
        return error_set_field(ERR_INPUT, "codes",
                               _("“%.*s” is not a code: small letters, digits and - alone, at most "
                                 "%d of them"),
                               c.part[1].len > 60 ? 60 : (int)c.part[1].len,
                               (const char *)c.part[1].ptr, CODE_TEXT_MAX);
    }
    for (size_t i = 0; i < l->count; i++) {
        const struct code *o = &l->codes[i];
        bool same = o->number == c.number || c.number == 0;
        if (same && slice_equal(o->part[1], c.part[1]) && slice_equal(o->part[2], c.part[2])) {
            return ERR_OK; /* read again */
        }
        if (slice_equal(o->part[1], c.part[1]) || (c.number && o->number == c.number)) {
            return error_set_field(ERR_INPUT, "codes",
                                   _("the code “%.*s” or its number is given "
                                     "twice"),
                                   (int)c.part[1].len, (const char *)c.part[1].ptr);
        }
    }
    if (l->count == CODES_MAX) {
        return error_set_field(ERR_INPUT, "codes", _("a list has at most %d codes"), CODES_MAX);
    }
    l->codes[l->count++] = c;
    return ERR_OK;
}

static struct datum code_datum(const struct code *c, struct arena *arena)
{
    return datum_text(slice_str(arena_printf(arena, "%lld:%.*s:%.*s:%.*s", (long long)c->number,
                                             (int)c->part[1].len, (const char *)c->part[1].ptr,
                                             (int)c->part[2].len, (const char *)c->part[2].ptr,
                                             (int)c->part[3].len, (const char *)c->part[3].ptr)));
}

static const struct edit *codes_edit(const struct edit *edits, size_t count, enum edit_op op)
{
    for (size_t i = 0; i < count; i++) {
        if (edits[i].field == F_FIELD_CODES && edits[i].op == op) {
            return &edits[i];
        }
    }
    return NULL;
}

static bool takes_out(const struct edit *e, const struct datum *d)
{
    for (size_t i = 0; e && i < e->count; i++) {
        if (datum_compare(&e->data[i], d) == 0) {
            return true;
        }
    }
    return false;
}

/* The whole list as it will be; numbers that are not given yet are 0. */
static enum err list_outcome(const struct record *before, const struct edit *edits, size_t count,
                             struct arena *arena, struct list *l)
{
    const struct edit *set = codes_edit(edits, count, EDIT_SET);
    const struct edit *add = codes_edit(edits, count, EDIT_ADD);
    const struct edit *out = codes_edit(edits, count, EDIT_REMOVE);
    const struct edit *given = set ? set : add;
    size_t old = 0;
    const struct value **v = before && record_field(before, F_FIELD_CODES)
                                 ? merge_siblings(before, F_FIELD_CODES, arena, &old)
                                 : NULL;
    l->codes = arena_array(arena, CODES_MAX, sizeof(*l->codes));
    for (size_t i = 0; !set && i < old; i++) {
        if (!takes_out(out, &v[i]->datum)) {
            TRY(list_add(l, v[i]->datum.text, arena));
        }
    }
    for (size_t i = 0; given && i < given->count; i++) {
        TRY(list_add(l, given->data[i].text, arena));
    }
    return ERR_OK;
}

static enum err check_kept(const struct record *before, const struct list *l, struct arena *arena)
{
    const struct enum_code *c = before ? custom_codes(before, arena) : NULL;
    for (; c && c->number; c++) {
        if (!list_has_number(l, c->number)) {
            return error_set_field(ERR_RULE, "codes",
                                   _("the code %d (%s) must stay, since records may hold it; its "
                                     "label can be changed"),
                                   (int)c->number, c->code);
        }
    }
    return ERR_OK;
}

static int64_t greatest(const struct datum *data, size_t count, int64_t so_far)
{
    for (size_t i = 0; i < count; i++) {
        struct code c;
        bool good = data[i].type == DATUM_TEXT && split(data[i].text, &c);
        so_far = good && c.number > so_far ? c.number : so_far;
    }
    return so_far;
}

/* The greatest number that a code of this field ever had here, one that was undone among them. */
static enum err greatest_ever(struct txn *t, struct dot id, struct arena *arena, int64_t *out)
{
    struct history_entry *entries = NULL;
    size_t count = 0;
    *out = 0;
    TRY(store_history(t, id, arena, &entries, &count));
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < entries[i].change_count; k++) {
            const struct history_change *ch = &entries[i].changes[k];
            if (ch->field == F_FIELD_CODES) {
                *out = greatest(ch->from, ch->from_count, *out);
                *out = greatest(ch->to, ch->to_count, *out);
            }
        }
    }
    return ERR_OK;
}

static enum err fill_numbers(struct txn *t, const struct record *before, struct list *l,
                             struct arena *arena)
{
    int64_t next = 0;
    const struct enum_code *old = before ? custom_codes(before, arena) : NULL;
    TRY(before ? greatest_ever(t, before->id, arena, &next) : ERR_OK);
    for (size_t i = 0; i < l->count; i++) {
        /* a list that is given anew without its numbers keeps those of its codes */
        for (const struct enum_code *c = old; c && c->number && !l->codes[i].number; c++) {
            if (slice_equal(slice_str(c->code), l->codes[i].part[1])) {
                l->codes[i].number = c->number;
            }
        }
        next = l->codes[i].number > next ? l->codes[i].number : next;
    }
    for (size_t i = 0; i < l->count; i++) {
        l->codes[i].number = l->codes[i].number ? l->codes[i].number : ++next;
    }
    return next <= INT32_MAX ? ERR_OK
                             : error_set_field(ERR_INPUT, "codes",
                                               _("there is no number after the greatest one that "
                                                 "was given; please give a free one"));
}

enum err custom_complete_codes(struct txn *t, const struct record *before, struct edit *edits,
                               size_t count, struct arena *arena, bool *any)
{
    struct list l = {0};
    struct edit *given = NULL;
    TRY(list_outcome(before, edits, count, arena, &l));
    TRY(fill_numbers(t, before, &l, arena));
    TRY(check_kept(before, &l, arena));
    *any = l.count > 0;
    for (size_t i = 0; i < count; i++) {
        bool puts = edits[i].op == EDIT_SET || edits[i].op == EDIT_ADD;
        given = edits[i].field == F_FIELD_CODES && puts ? &edits[i] : given;
    }
    if (!given) {
        return ERR_OK;
    }
    /* what is there already is the same element, and adding it again changes nothing */
    struct datum *data = arena_array(arena, l.count + 1, sizeof(*data));
    for (size_t i = 0; i < l.count; i++) {
        data[i] = code_datum(&l.codes[i], arena);
    }
    given->data = data;
    given->count = l.count;
    return ERR_OK;
}
