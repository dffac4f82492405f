/* conflicts, resolve */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/mask.h"
#include "cli/show.h"
#include "core/desk.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- conflicts ------------------------------------------------------------------------------- */

static void conflict_json(struct txn *t, const struct record *r, uint32_t number,
                          struct arena *arena, struct buf *out)
{
    const struct kind_def *k = schema_kind(r->kind);
    const struct field_def *f = schema_field(r->kind, number);
    size_t count = 0;
    emit_open(out, '{');
    emit_put_id(out, "id", r->id);
    emit_key(out, "kind");
    emit_text(out, slice_str(k ? k->name : arena_printf(arena, "kind_%u", r->kind)));
    emit_put_text(out, "unit_code", unit_code(t, show_unit(r), arena));
    emit_key(out, "field");
    emit_text(out, slice_str(show_field_key(r->kind, number, arena)));
    if (mask_hides(f)) {
        emit_put_true(out, "_masked");
    } else if (number == F_DELETED) {
        emit_key(out, "shown");
        emit_bool(out, merge_is_deleted(r));
    } else {
        const struct value *shown = merge_shown(r, number);
        const struct datum none = datum_empty();
        emit_key(out, "shown");
        show_datum(out, f, shown ? &shown->datum : &none, arena);
    }
    emit_key(out, "values");
    emit_open(out, '[');
    if (number == F_DELETED) {
        show_deleted_json(t, r, true, arena, out);
    } else {
        const struct value **v = merge_siblings(r, number, arena, &count);
        for (size_t i = 0; i < count; i++) {
            emit_open(out, '{');
            emit_put_int(out, "n", (int64_t)i + 1);
            if (!mask_hides(f)) {
                emit_key(out, "value");
                show_datum(out, f, &v[i]->datum, arena);
            }
            show_origin(t, v[i], arena, out);
            emit_close(out, '}');
        }
    }
    emit_close(out, ']');
    emit_put_text(out, "decides", unit_code(t, desk_decider(t, r, number), arena));
    emit_close(out, '}');
    buf_add_byte(out, '\n');
}

/* Whose it is to decide, and with which command. */
static void decider_text(struct cli *c, struct txn *t, const struct record *r, uint32_t number,
                         struct arena *arena)
{
    char id[DOT_TEXT_SIZE];
    struct dot decider = desk_decider(t, r, number);
    struct slice name = unit_name(t, decider, arena);
    dot_format(r->id, id);
    if (desk_is_own(t, decider)) {
        buf_printf(&c->out, _("    Yours to decide: terrace resolve %s %s --take N\n"), id,
                   show_field_key(r->kind, number, arena));
    } else {
        buf_printf(&c->out, _("    %.*s decides, by: terrace resolve %s %s --take N\n"),
                   (int)name.len, (const char *)name.ptr, id,
                   show_field_key(r->kind, number, arena));
    }
}

static void conflict_text(struct cli *c, struct txn *t, const struct record *r, uint32_t number,
                          struct arena *arena)
{
    const struct field_def *f = schema_field(r->kind, number);
    struct slice title = show_title(t, r->id, arena);
    size_t count = 0;
    const struct value **v = merge_siblings(r, number, arena, &count);
    buf_printf(&c->out, "  %.*s – %s\n", (int)title.len, (const char *)title.ptr,
               f ? cli_field_label(c, f) : show_field_key(r->kind, number, arena));
    if (number == F_DELETED) {
        show_deleted_text(t, r, arena, &c->out);
        buf_add_str(&c->out, merge_is_deleted(r)
                                 ? _("    Until then it is deleted everywhere; the change is kept. "
                                     "1 deletes it again, 2 brings it back.\n")
                                 : _("    Until then it stays everywhere. 1 deletes it again, 2 "
                                     "keeps it.\n"));
    }
    for (size_t i = 0; number != F_DELETED && i < count; i++) {
        struct slice text = mask_words(t, f, &v[i]->datum, c->lang, arena);
        buf_printf(&c->out, "    %zu. %.*s  (%s, %s)%s\n", i + 1, text.len ? (int)text.len : 3,
                   text.len ? (const char *)text.ptr : "–",
                   show_value_author(t, v, count, i, arena), cli_time(arena, v[i]->time_ms),
                   i == 0 ? _("  ← shown now") : "");
    }
    decider_text(c, t, r, number, arena);
}

/* A record in conflict, to be listed under its unit. */
struct conflicted {
    struct slice code; /* of the unit */
    struct dot unit;
    struct dot id;
};
struct listing {
    struct arena arena;
    struct conflicted *list;
    size_t count, cap;
    struct dot root;   /* of --unit; none = all */
    struct dot headed; /* the unit whose head line was written last */
    bool any_head;
    size_t fields; /* conflicts told */
};

static void listing_add(struct listing *l, struct txn *t, const struct record *r)
{
    struct dot unit = show_unit(r);
    if (!dot_is_none(l->root) && !unit_is_within(t, unit, l->root)) {
        return;
    }
    if (l->count == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        struct conflicted *grown = arena_array(&l->arena, cap, sizeof(*grown));
        if (l->count) {
            memcpy(grown, l->list, l->count * sizeof(*grown));
        }
        l->list = grown;
        l->cap = cap;
    }
    l->list[l->count++] = (struct conflicted){unit_code(t, unit, &l->arena), unit, r->id};
}

static int by_unit(const void *a, const void *b)
{
    const struct conflicted *x = a, *y = b;
    int c = slice_compare(x->code, y->code);
    c = c ? c : dot_compare(x->unit, y->unit);
    return c ? c : dot_compare(x->id, y->id);
}

static enum err gather(struct cli *c, struct listing *l)
{
    struct txn *t = NULL;
    struct arena arena = {0};
    struct id_list page = {0};
    struct dot after = {0, 0};
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = c->args.given[OPT_UNIT]
                     ? cli_find(c, t, KIND_UNIT, c->args.value[OPT_UNIT], &l->root)
                     : ERR_OK;
    do {
        arena_reset(&arena);
        page = (struct id_list){0};
        e = e ? e : store_ids_in_conflict(t, after, PAGE_RECORDS, &arena, &page);
        for (size_t i = 0; i < page.count && e == ERR_OK; i++) {
            struct record r;
            e = store_get(t, page.ids[i], &arena, &r, NULL);
            if (e == ERR_OK) {
                listing_add(l, t, &r);
            }
            after = page.ids[i];
        }
    } while (e == ERR_OK && page.count > 0);
    txn_abort(t);
    arena_free(&arena);
    if (l->count > 1) {
        qsort(l->list, l->count, sizeof(*l->list), by_unit);
    }
    return e;
}

static void unit_head(struct cli *c, struct txn *t, struct listing *l, const struct conflicted *x,
                      struct arena *arena)
{
    struct slice name = unit_name(t, x->unit, arena);
    if (l->any_head && dot_equal(l->headed, x->unit)) {
        return;
    }
    buf_printf(&c->out, "%s%.*s (%.*s)\n", l->any_head ? "\n" : "", (int)name.len,
               (const char *)name.ptr, (int)x->code.len, (const char *)x->code.ptr);
    l->headed = x->unit;
    l->any_head = true;
}

static enum err tell_record(struct cli *c, struct txn *t, struct listing *l,
                            const struct conflicted *x, struct arena *arena)
{
    struct record r;
    enum err e = store_get(t, x->id, arena, &r, NULL);
    if (e != ERR_OK) {
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    for (size_t j = 0; j < r.field_count; j++) {
        uint32_t number = r.fields[j].number;
        if (!merge_in_conflict(&r, number)) {
            continue;
        }
        l->fields++;
        if (c->json) {
            conflict_json(t, &r, number, arena, &c->out);
        } else {
            unit_head(c, t, l, x, arena);
            conflict_text(c, t, &r, number, arena);
        }
    }
    return ERR_OK;
}

enum err cmd_conflicts(struct cli *c)
{
    struct listing l = {.count = 0};
    struct arena arena = {0};
    enum err e = gather(c, &l);
    for (size_t from = 0; e == ERR_OK && from < l.count; from += PAGE_RECORDS) {
        struct txn *t = NULL;
        size_t to = from + PAGE_RECORDS < l.count ? from + PAGE_RECORDS : l.count;
        e = txn_begin(c->store, TXN_READ, &t);
        for (size_t i = from; i < to && e == ERR_OK; i++) {
            arena_reset(&arena);
            e = tell_record(c, t, &l, &l.list[i], &arena);
        }
        txn_abort(t);
        e = e ? e : cli_flush(c);
    }
    arena_free(&arena);
    arena_free(&l.arena);
    TRY(e);
    if (l.fields == 0) {
        cli_say(c, _("There is no conflict."));
    } else {
        cli_say(c, _("If nobody decides, the first value stays shown everywhere; nothing is lost. "
                     "--value V instead of --take N writes another one."));
    }
    return ERR_OK;
}

/* ---- resolve -------------------------------------------------------------------------------- */

/* "--take": the number in the list, or a dot. Two values under one dot need the number. */
static enum err taken_value(const char *take, const struct value **v, size_t count,
                            const struct value **out)
{
    struct dot d;
    unsigned bits = 0;
    char *end = NULL;
    size_t hits = 0;
    long n = strtol(take, &end, 10);
    if (end != take && *end == '\0') {
        if (n < 1 || (size_t)n > count) {
            return error_set_field(ERR_INPUT, "take", _("there are values 1 to %zu"), count);
        }
        *out = v[n - 1];
        return ERR_OK;
    }
    if (dot_parse(slice_str(take), &d, &bits) != ERR_OK) {
        return error_set_field(ERR_INPUT, "take", _("“%s” is neither a number nor a dot"), take);
    }
    for (size_t i = 0; i < count; i++) {
        if (v[i]->dot.seq == d.seq && bits > 0 &&
            (bits > 64 ? v[i]->dot.actor == d.actor
                       : (v[i]->dot.actor ^ d.actor) >> (64 - bits) == 0)) {
            *out = v[i];
            hits++;
        }
    }
    if (hits == 0) {
        return error_set_field(ERR_INPUT, "take", _("no value there has that dot"));
    }
    return hits == 1 ? ERR_OK
                     : error_set(ERR_AMBIGUOUS,
                                 _("%zu values have that dot; take one by its number"), hits);
}

static enum err resolve_deleted(struct txn *t, const struct record *r, const char *take,
                                struct arena *arena, struct dot *dot)
{
    struct datum d = datum_int(1);
    struct dot id;
    if (!take || (strcmp(take, "1") != 0 && strcmp(take, "2") != 0)) {
        return error_set_field(ERR_INPUT, "take", _("1 deletes again, 2 keeps the record"));
    }
    struct edit edit = {F_DELETED, EDIT_SET, &d, take[0] == '1' ? 1 : 0};
    struct save save = {.id = r->id, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    return store_save(t, &save, arena, &id, dot);
}

/* Where a member belongs was written by offices that each had the right to: what is between two of
 * them is decided by an office above both. */
static enum err check_claims(struct txn *t, const struct record *r, struct arena *arena)
{
    const struct identity *own = store_identity(txn_store(t));
    const struct field *f = record_field(r, F_UNIT);
    bool above = true;
    for (uint32_t i = 0; f && i < f->count; i++) {
        above = above && f->values[i].datum.type == DATUM_REF &&
                unit_is_within(t, f->values[i].datum.ref, own->unit);
    }
    if (above) {
        return ERR_OK;
    }
    struct slice name = unit_name(t, desk_decider(t, r, F_UNIT), arena);
    return error_set_field(ERR_RULE, "unit",
                           _("two offices claim this record; the one above both decides: %.*s. "
                             "Nothing was changed"),
                           (int)name.len, (const char *)name.ptr);
}

static enum err check_home(struct txn *t, const struct datum *d)
{
    if (d->type == DATUM_REF && unit_is_within(t, d->ref, store_identity(txn_store(t))->unit)) {
        return ERR_OK;
    }
    return error_set_field(ERR_RULE, "unit", _("the unit must be your own or below it"));
}

/* Letters of the member that lead elsewhere than was decided are returned, or they would go on
 * keeping it where it came from. */
static enum err return_letters(struct txn *t, struct dot member, struct dot unit,
                               struct arena *arena, size_t *count)
{
    struct id_list open;
    const struct datum returned = datum_int(TRANSFER_RETURNED);
    TRY(store_ids_of_open_transfers(t, member, SIZE_MAX, arena, &open));
    for (size_t i = 0; i < open.count; i++) {
        struct record r;
        struct dot id, dot;
        TRY(store_get(t, open.ids[i], arena, &r, NULL));
        const struct value *to = merge_shown(&r, F_TRANSFER_TO);
        if (to && to->datum.type == DATUM_REF && dot_equal(to->datum.ref, unit)) {
            continue;
        }
        const struct edit edit = {F_TRANSFER_STATUS, EDIT_SET, &returned, 1};
        const struct save save = {.id = r.id, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
        TRY(store_save(t, &save, arena, &id, &dot));
        (*count)++;
    }
    return ERR_OK;
}

struct resolution {
    struct dot id, dot;
    size_t returned; /* letters */
};

static enum err resolve_field(struct cli *c, struct txn *t, const struct record *r, uint32_t number,
                              const struct field_def *f, struct resolution *out)
{
    const char *take = c->args.value[OPT_TAKE];
    struct datum d;
    struct dot id;
    size_t count = 0;
    if (number == F_DELETED) {
        return resolve_deleted(t, r, take, &c->arena, &out->dot);
    }
    if (take) {
        const struct value *v = NULL;
        const struct value **all = merge_siblings(r, number, &c->arena, &count);
        TRY(taken_value(take, all, count, &v));
        d = v->datum;
    } else {
        if (!f) {
            return error_set(ERR_RULE, _("this field comes from a newer terrace; use --take"));
        }
        TRY(draft_parse_listing(t, f, slice_str(c->args.value[OPT_VALUE]), &c->arena, &d,
                                &c->candidates));
    }
    bool home = number == F_UNIT && r->kind != KIND_UNIT;
    if (home) {
        TRY(check_home(t, &d));
    }
    struct edit edit = {number, EDIT_SET, &d, d.type == DATUM_EMPTY ? 0 : 1};
    struct save save = {.id = r->id, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    TRY(store_save(t, &save, &c->arena, &id, &out->dot));
    return home && r->kind == KIND_MEMBER
               ? return_letters(t, r->id, d.ref, &c->arena, &out->returned)
               : ERR_OK;
}

static enum err resolve(struct cli *c, struct txn *t, struct resolution *out)
{
    struct record r;
    unsigned number = 0;
    const char *name = c->args.words[1];
    TRY(cli_find(c, t, 0, c->args.words[0], &out->id));
    TRY(store_get(t, out->id, &c->arena, &r, NULL));
    const struct kind_def *k = schema_kind(r.kind);
    const struct field_def *f = k ? schema_field_by_name(k, slice_str(name)) : NULL;
    if (!f && sscanf(name, "field_%u", &number) != 1) {
        return error_set_field(ERR_INPUT, name, _("there is no such field"));
    }
    number = f ? f->number : number;
    bool conflict = merge_in_conflict(&r, number);
    if (conflict && number == F_UNIT) {
        TRY(check_claims(t, &r, &c->arena));
    }
    TRY(draft_may_write(t, &r));
    if (!conflict) {
        return error_set_field(ERR_INPUT, name,
                               _("this field is not in conflict; use set to change it"));
    }
    return resolve_field(c, t, &r, number, f, out);
}

enum err cmd_resolve(struct cli *c)
{
    struct txn *t = NULL;
    struct resolution out = {.returned = 0};
    if (c->args.given[OPT_TAKE] == c->args.given[OPT_VALUE]) {
        return error_set(ERR_USAGE, _("give either --take N or --value V"));
    }
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    TRY(cli_end(t, resolve(c, t, &out)));
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "id", out.id);
        emit_put_id(&c->out, "dot", out.dot);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        return cli_flush(c);
    }
    buf_add_str(&c->out, _("Decided. The other values stay in the history, and the next sync "
                           "carries the decision everywhere.\n"));
    if (out.returned > 0) {
        buf_printf(&c->out,
                   ngettext("%zu letter that led elsewhere is returned.\n",
                            "%zu letters that led elsewhere are returned.\n", out.returned),
                   out.returned);
    }
    return cli_flush(c);
}
