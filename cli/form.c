#include "cli/form.h"

#include "cli/mask.h"
#include "cli/row.h"
#include "cli/show.h"

#include <unistd.h>

#define ANSWERS_MAX 128

static bool asked_for(struct cli *c, const struct field_def *f)
{
    enum level own = (enum level)store_identity(c->store)->level;
    return !(f->flags & FIELD_MACHINE) && f->number != F_EXT_ID && f->level <= own &&
           !mask_hides(f);
}

/* What is recorded now, as it would be typed. */
static struct slice present_value(const struct record *r, const struct field_def *f,
                                  struct arena *arena)
{
    if (!r || !record_field(r, f->number)) {
        return slice_make("", 0);
    }
    if (f->rule != MERGE_SET) {
        const struct value *v = merge_shown(r, f->number);
        return v ? show_plain(f, &v->datum, arena) : slice_make("", 0);
    }
    struct buf b = {0};
    size_t count = 0;
    const struct value **v = merge_siblings(r, f->number, arena, &count);
    for (size_t i = 0; i < count; i++) {
        buf_add_str(&b, i ? ";" : "");
        buf_add_slice(&b, show_plain(f, &v[i]->datum, arena));
    }
    struct slice s = arena_copy(arena, buf_view(&b));
    buf_free(&b);
    return s;
}

static void ask(struct cli *c, const struct field_def *f, struct slice present)
{
    (void)fprintf(stderr, "%s%s", cli_field_label(c, f), f->flags & FIELD_REQUIRED ? " *" : "");
    if (f->codes) {
        (void)fputs(" (", stderr);
        for (const struct enum_code *code = f->codes; code->number != 0; code++) {
            (void)fprintf(stderr, "%s%s", code == f->codes ? "" : ", ",
                          strcmp(c->lang, "vi") == 0 ? code->vi : code->en);
        }
        (void)fputs(")", stderr);
    }
    if (present.len > 0) {
        (void)fprintf(stderr, " [%.*s]", (int)present.len, (const char *)present.ptr);
    }
    (void)fputs(": ", stderr);
}

/* An answer is checked at once, so that a mistake costs one line and not the whole form. */
static enum err check_answer(struct cli *c, const struct field_def *f, struct slice answer)
{
    struct txn *t = NULL;
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = ERR_OK;
    for (size_t from = 0, at = 0; at <= answer.len && e == ERR_OK; at++) {
        struct datum d;
        bool end = at == answer.len || (f->rule == MERGE_SET && answer.ptr[at] == ';');
        if (end) {
            e = draft_parse(t, f, slice_make(answer.ptr + from, at - from), &c->arena, &d);
            from = at + 1;
        }
    }
    txn_abort(t);
    return e;
}

/* The question stands above it and is asked again: the reason alone is enough. */
static void tell_answer(struct cli *c, enum err e)
{
    if (c->json || error_last()->code != e) {
        cli_tell_error(c, e, NULL, 0);
    } else {
        cli_say(c, "  %s", error_last()->text);
    }
}

static enum err ask_until_good(struct cli *c, const struct field_def *f, struct slice present,
                               struct buf *line, bool *given, struct slice *answer)
{
    for (;;) {
        ask(c, f, present);
        enum err e = rows_line(stdin, line);
        if (e != ERR_OK) {
            return e;
        }
        *answer = arena_copy(&c->arena, buf_view(line));
        *given = answer->len > 0;
        if (!*given && (present.len > 0 || !(f->flags & FIELD_REQUIRED))) {
            return ERR_OK;
        }
        if (*given && slice_equal(*answer, slice_str("-")) && !(f->flags & FIELD_REQUIRED)) {
            *answer = slice_make("", 0);
            return ERR_OK;
        }
        e = *given ? check_answer(c, f, *answer)
                   : error_set_field(ERR_INPUT, f->name, _("this field must have a value"));
        if (e == ERR_OK) {
            return ERR_OK;
        }
        tell_answer(c, e);
    }
}

enum err form_fill(struct cli *c, const struct kind_def *kind, const struct record *current,
                   struct draft *draft)
{
    struct draft_item *items = arena_array(&c->arena, ANSWERS_MAX, sizeof(*items));
    const struct field_def *f = NULL;
    struct buf line = {0};
    enum err e = ERR_OK;
    size_t n = 0;
    if (!isatty(STDIN_FILENO)) {
        return error_set(ERR_USAGE, _("no field was given; write FIELD=VALUE, or run this on a "
                                      "terminal to be asked"));
    }
    cli_say(c, _("Enter keeps what stands in brackets, a single - clears it, Ctrl-C leaves "
                 "everything as it was."));
    for (size_t i = 0; e == ERR_OK && (f = schema_field_at(kind, i)) != NULL; i++) {
        struct slice answer = {0};
        bool given = false;
        if (!asked_for(c, f) || n == ANSWERS_MAX) {
            continue;
        }
        e = ask_until_good(c, f, present_value(current, f, &c->arena), &line, &given, &answer);
        if (e == ERR_OK && given) {
            items[n++] = (struct draft_item){.name = slice_str(f->name), .value = answer};
        }
    }
    buf_free(&line);
    if (e == ERR_END) {
        return error_set(ERR_INPUT, _("the input ended; nothing was saved"));
    }
    draft->items = items;
    draft->item_count = n;
    return e;
}

enum err form_ask(struct cli *c, const struct kind_def *kind, const uint32_t *fields, size_t count,
                  struct draft *draft)
{
    struct draft_item *items = arena_array(&c->arena, draft->item_count + count, sizeof(*items));
    struct buf line = {0};
    enum err e = ERR_OK;
    size_t n = 0;
    for (; n < draft->item_count; n++) {
        items[n] = draft->items[n];
    }
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct field_def f = *schema_field(kind->number, fields[i]);
        struct slice answer = {0};
        bool given = false;
        f.flags |= FIELD_REQUIRED;
        e = ask_until_good(c, &f, slice_make("", 0), &line, &given, &answer);
        items[n++] = (struct draft_item){.name = slice_str(f.name), .value = answer};
    }
    buf_free(&line);
    if (e == ERR_END) {
        return error_set(ERR_INPUT, _("the input ended; nothing was saved"));
    }
    draft->items = items;
    draft->item_count = n;
    return e;
}
