/* conflicts, resolve */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/show.h"

#include <stdio.h>
#include <stdlib.h>

static bool in_subtree(struct txn *t, const struct record *r, struct dot root)
{
    return dot_is_none(root) || unit_is_within(t, show_unit(r), root);
}

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
    emit_text(out, slice_str(f ? f->name : arena_printf(arena, "field_%u", number)));
    emit_key(out, "shown");
    if (number == F_DELETED) {
        emit_bool(out, merge_is_deleted(r));
    } else {
        const struct value *shown = merge_shown(r, number);
        const struct datum none = datum_empty();
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
            emit_key(out, "value");
            show_datum(out, f, &v[i]->datum, arena);
            show_origin(t, v[i], arena, out);
            emit_close(out, '}');
        }
    }
    emit_close(out, ']');
    emit_close(out, '}');
    buf_add_byte(out, '\n');
}

static void conflict_text(struct cli *c, struct txn *t, const struct record *r, uint32_t number,
                          struct arena *arena)
{
    const struct field_def *f = schema_field(r->kind, number);
    struct slice title = show_title(t, r, arena), unit = unit_name(t, show_unit(r), arena);
    char id[DOT_TEXT_SIZE];
    size_t count = 0;
    dot_format(r->id, id);
    const struct value **v = merge_siblings(r, number, arena, &count);
    buf_printf(&c->out, "%.*s – %s  (%.*s)\n", (int)title.len, (const char *)title.ptr,
               f ? cli_field_label(c, f) : "?", (int)unit.len, (const char *)unit.ptr);
    if (number == F_DELETED) {
        show_deleted_text(t, r, arena, &c->out);
        buf_add_str(&c->out, _("    Now --take 1 deletes it again, --take 2 keeps it.\n"));
    }
    for (size_t i = 0; number != F_DELETED && i < count; i++) {
        struct slice text = draft_format(t, f, &v[i]->datum, c->lang, arena);
        buf_printf(&c->out, "    %zu. %.*s  (%s, %s)\n", i + 1, (int)text.len,
                   (const char *)text.ptr, show_value_author(t, v, count, i, arena),
                   cli_time(arena, v[i]->time_ms));
    }
    buf_printf(&c->out, _("    To decide: terrace resolve %s %s --take N\n"), id,
               f ? f->name : arena_printf(arena, "field_%u", number));
}

static enum err conflicts_page(struct cli *c, struct txn *t, const struct id_list *page,
                               struct dot root, size_t *count)
{
    struct arena arena = {0};
    enum err e = ERR_OK;
    for (size_t i = 0; i < page->count && e == ERR_OK; i++) {
        struct record r;
        arena_reset(&arena);
        e = store_get(t, page->ids[i], &arena, &r, NULL);
        if (e != ERR_OK || !in_subtree(t, &r, root)) {
            continue;
        }
        for (size_t j = 0; j < r.field_count; j++) {
            uint32_t number = r.fields[j].number;
            if (!merge_in_conflict(&r, number)) {
                continue;
            }
            (*count)++;
            if (c->json) {
                conflict_json(t, &r, number, &arena, &c->out);
            } else {
                conflict_text(c, t, &r, number, &arena);
            }
        }
    }
    arena_free(&arena);
    return e;
}

enum err cmd_conflicts(struct cli *c)
{
    struct arena ids = {0};
    struct dot root = {0, 0}, after = {0, 0};
    enum err e = ERR_OK;
    size_t count = 0;
    bool first = true, more = true;
    while (e == ERR_OK && more) {
        struct txn *t = NULL;
        struct id_list page = {0};
        arena_reset(&ids);
        e = txn_begin(c->store, TXN_READ, &t);
        if (e == ERR_OK && first && c->args.given[OPT_UNIT]) {
            e = cli_find(c, t, KIND_UNIT, c->args.value[OPT_UNIT], &root);
        }
        first = false;
        e = e ? e : store_ids_in_conflict(t, after, PAGE_RECORDS, &ids, &page);
        e = e ? e : conflicts_page(c, t, &page, root, &count);
        txn_abort(t);
        more = page.count > 0;
        after = more ? page.ids[page.count - 1] : after;
        e = e ? e : cli_flush(c);
    }
    arena_free(&ids);
    if (e == ERR_OK && count == 0) {
        cli_say(c, _("There is no conflict."));
    }
    return e;
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

static enum err resolve_field(struct cli *c, struct txn *t, const struct record *r, uint32_t number,
                              const struct field_def *f, struct dot *dot)
{
    const char *take = c->args.value[OPT_TAKE];
    struct datum d;
    struct dot id;
    size_t count = 0;
    if (number == F_DELETED) {
        return resolve_deleted(t, r, take, &c->arena, dot);
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
        TRY(draft_parse(t, f, slice_str(c->args.value[OPT_VALUE]), &c->arena, &d));
    }
    struct edit edit = {number, EDIT_SET, &d, d.type == DATUM_EMPTY ? 0 : 1};
    struct save save = {.id = r->id, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    return store_save(t, &save, &c->arena, &id, dot);
}

static enum err resolve(struct cli *c, struct txn *t, struct dot *id, struct dot *dot)
{
    struct record r;
    unsigned number = 0;
    const char *name = c->args.words[1];
    TRY(cli_find(c, t, 0, c->args.words[0], id));
    TRY(store_get(t, *id, &c->arena, &r, NULL));
    TRY(draft_may_write(t, &r));
    const struct kind_def *k = schema_kind(r.kind);
    const struct field_def *f = k ? schema_field_by_name(k, slice_str(name)) : NULL;
    if (!f && sscanf(name, "field_%u", &number) != 1) {
        return error_set_field(ERR_INPUT, name, _("there is no such field"));
    }
    number = f ? f->number : number;
    if (!merge_in_conflict(&r, number)) {
        return error_set_field(ERR_INPUT, name,
                               _("this field is not in conflict; use set to change it"));
    }
    return resolve_field(c, t, &r, number, f, dot);
}

enum err cmd_resolve(struct cli *c)
{
    struct txn *t = NULL;
    struct dot id, dot = {0, 0};
    if (c->args.given[OPT_TAKE] == c->args.given[OPT_VALUE]) {
        return error_set(ERR_USAGE, _("give either --take N or --value V"));
    }
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    TRY(cli_end(t, resolve(c, t, &id, &dot)));
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "id", id);
        emit_put_id(&c->out, "dot", dot);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
    } else {
        buf_add_str(&c->out, _("Decided. The other values stay in the history, and the next sync "
                               "carries the decision everywhere.\n"));
    }
    return cli_flush(c);
}
