#include "core/situation.h"

#include "core/rules.h"

#include <stdio.h>

#define NUMBER_DIGITS 12

bool situation_is_sent(const struct record *after)
{
    return after->kind == KIND_SITUATION &&
           merge_shown_int(after, F_SITUATION_STATUS) >= SITUATION_SENT;
}

/* "what: number", "what: <number": where the number begins, and how large it is. */
struct cell {
    struct slice what; /* with the colon */
    int64_t number;
    bool suppressed;
};

static bool cell_read(struct slice text, struct cell *out)
{
    size_t colon = text.len;
    while (colon > 0 && text.ptr[colon - 1] != ':') {
        colon--;
    }
    size_t at = colon;
    while (at < text.len && text.ptr[at] == ' ') {
        at++;
    }
    *out = (struct cell){.what = slice_make(text.ptr, colon)};
    out->suppressed = at < text.len && text.ptr[at] == '<';
    at += out->suppressed ? 1 : 0;
    size_t digits = text.len - at;
    for (size_t i = at; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
        out->number = digits <= NUMBER_DIGITS ? out->number * 10 + (text.ptr[i] - '0') : 0;
    }
    return colon > 1 && digits > 0 && digits <= NUMBER_DIGITS;
}

static struct datum suppress(const struct datum *d, int64_t least, struct arena *arena)
{
    struct cell cell;
    if (!cell_read(d->text, &cell) || cell.number >= least) {
        return *d;
    }
    return datum_text(slice_str(arena_printf(arena, "%.*s <%lld", (int)cell.what.len,
                                             (const char *)cell.what.ptr, (long long)least)));
}

static int64_t least_of(struct txn *t)
{
    return rules_number(t, "situation_cell_min", store_today(t).i);
}

enum err situation_check(struct txn *t, const struct record *after, struct edit *edits,
                         size_t count, struct arena *arena)
{
    for (size_t i = 0; after->kind == KIND_SITUATION && i < count; i++) {
        struct edit *e = &edits[i];
        if (e->field != F_SITUATION_COUNTS || e->op == EDIT_REMOVE || e->count == 0) {
            continue;
        }
        struct datum *data = arena_array(arena, e->count, sizeof(*data));
        for (size_t k = 0; k < e->count; k++) {
            struct cell cell;
            if (!cell_read(e->data[k].text, &cell)) {
                return error_set_field(ERR_INPUT, "counts",
                                       _("“%.*s” is not a count; write what is counted, a colon "
                                         "and the number, as in “Bỏ học: 12”"),
                                       (int)e->data[k].text.len, (const char *)e->data[k].text.ptr);
            }
            data[k] =
                situation_is_sent(after) ? suppress(&e->data[k], least_of(t), arena) : e->data[k];
        }
        e->data = data;
    }
    return ERR_OK;
}

/* What a field of the draft becomes in the report that is sent; false when it stays behind. */
static bool carry(struct txn *t, const struct record *after, const struct field *f,
                  struct arena *arena, struct edit *out)
{
    const struct field_def *def = schema_field(KIND_SITUATION, f->number);
    struct datum *data = arena_array(arena, f->count + 1, sizeof(*data));
    size_t n = 0;
    if (!def || def->flags & FIELD_MACHINE) {
        return false;
    }
    if (def->rule == MERGE_SET) {
        for (uint32_t i = 0; i < f->count; i++) {
            if (f->values[i].datum.type != DATUM_MARK) {
                data[n++] = f->number == F_SITUATION_COUNTS
                                ? suppress(&f->values[i].datum, least_of(t), arena)
                                : f->values[i].datum;
            }
        }
    } else {
        const struct value *v = merge_shown(after, f->number);
        data[n] = v ? v->datum : datum_empty();
        n += data[n].type == DATUM_EMPTY ? 0 : 1;
    }
    *out = (struct edit){f->number, EDIT_SET, data, n};
    return n > 0;
}

enum err situation_send(struct txn *t, const struct record *before, const struct record *after,
                        enum via via, struct arena *arena, struct dot *id, struct dot *dot)
{
    struct dot sent = merge_shown_ref(before, F_SITUATION_SENT_AS), marked = {0, 0};
    if (!dot_is_none(sent)) {
        char text[DOT_TEXT_SIZE];
        dot_format(sent, text);
        return error_set_field(ERR_RULE, "status",
                               _("this draft was sent already, as %s; correct it there, or write a "
                                 "new report"),
                               text);
    }
    struct edit *edits = arena_array(arena, after->field_count + 1, sizeof(*edits));
    size_t n = 0;
    for (size_t i = 0; i < after->field_count; i++) {
        n += carry(t, after, &after->fields[i], arena, &edits[n]) ? 1 : 0;
    }
    struct save report = {.kind = KIND_SITUATION, .edits = edits, .edit_count = n, .via = via};
    TRY(store_save(t, &report, arena, id, dot));
    struct datum ref = datum_ref(*id);
    struct edit mark = {F_SITUATION_SENT_AS, EDIT_SET, &ref, 1};
    struct save draft = {.id = before->id, .edits = &mark, .edit_count = 1, .via = via};
    struct dot same = before->id;
    return store_save(t, &draft, arena, &same, &marked);
}
