/* add, edit, set, rm */
#include "cli/cmd.h"
#include "cli/form.h"
#include "cli/json.h"
#include "cli/show.h"
#include "core/person.h"

#include <stdlib.h>

#define REFERRING_MAX 100000
#define REFERRING_SHOWN 5
#define SCAN_PAGE 256

static void put_saved(struct cli *c, struct dot id, struct dot dot)
{
    emit_open(&c->out, '{');
    emit_put_id(&c->out, "id", id);
    emit_put_id(&c->out, "dot", dot);
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
}

static void put_dot(struct cli *c, struct dot d)
{
    char text[DOT_TEXT_SIZE];
    dot_format(d, text);
    buf_printf(&c->out, "%s\n", text);
}

static enum err parse_items(struct cli *c, size_t from, struct draft *draft)
{
    size_t count = c->args.word_count - from;
    struct draft_item *items = arena_array(&c->arena, count + 1, sizeof(*items));
    for (size_t i = 0; i < count; i++) {
        TRY(cli_parse_item(c, c->args.words[from + i], &items[i]));
    }
    draft->items = items;
    draft->item_count = count;
    return ERR_OK;
}

static enum err save_draft(struct cli *c, const struct draft *draft, struct dot *id,
                           struct dot *dot)
{
    struct txn *t = NULL;
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    TRY(cli_end(t, draft_save(t, draft, &c->arena, id, dot, &c->candidates)));
    cli_tell_notes(c, NULL, 0);
    return ERR_OK;
}

/* What was typed into a form is not lost for one answer that will not do. kind NULL: no form. */
static enum err save_form(struct cli *c, const struct kind_def *kind, const struct record *current,
                          struct draft *draft, struct dot *id, struct dot *dot)
{
    enum err e = save_draft(c, draft, id, dot);
    while (e != ERR_OK && kind) {
        TRY(form_again(c, kind, current, draft, e));
        c->notes.count = 0;
        e = save_draft(c, draft, id, dot);
    }
    return e;
}

enum err cmd_add(struct cli *c)
{
    const struct kind_def *kind = NULL;
    struct draft draft = {
        .via = VIA_LOCAL, .anyway = c->args.given[OPT_ANYWAY], .notes = &c->notes};
    struct dot id, dot;
    TRY(cli_kind(c->args.words[0], &kind));
    draft.kind = kind->number;
    TRY(parse_items(c, 1, &draft));
    bool asked = draft.item_count == 0;
    if (asked) {
        TRY(form_fill(c, kind, NULL, &draft));
    }
    TRY(save_form(c, asked ? kind : NULL, NULL, &draft, &id, &dot));
    if (c->json) {
        put_saved(c, id, dot);
    } else {
        put_dot(c, id);
    }
    return cli_flush(c);
}

/* kind and current are those of the form that was filled in; NULL when there was none. */
static enum err change(struct cli *c, const struct kind_def *kind, const struct record *current,
                       struct draft *draft)
{
    struct dot id, dot;
    TRY(save_form(c, kind, current, draft, &id, &dot));
    if (c->json) {
        put_saved(c, id, dot);
    } else if (dot_is_none(dot)) {
        buf_add_str(&c->out, _("Nothing to save: it is so already.\n"));
    } else {
        char text[DOT_TEXT_SIZE];
        dot_format(id, text);
        buf_printf(&c->out, _("Saved here. terrace undo %s takes it back.\n"), text);
    }
    return cli_flush(c);
}

static enum err find_here(struct cli *c, struct dot *id, struct record *r)
{
    struct txn *t = NULL;
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = cli_find(c, t, 0, c->args.words[0], id);
    e = e ? e : person_read(t, *id, &c->arena, r, NULL);
    txn_abort(t);
    return e;
}

enum err cmd_set(struct cli *c)
{
    struct draft draft = {
        .via = VIA_LOCAL, .anyway = c->args.given[OPT_ANYWAY], .notes = &c->notes};
    struct record r;
    TRY(find_here(c, &draft.id, &r));
    TRY(parse_items(c, 1, &draft));
    return change(c, NULL, NULL, &draft);
}

enum err cmd_edit(struct cli *c)
{
    struct draft draft = {
        .via = VIA_LOCAL, .anyway = c->args.given[OPT_ANYWAY], .notes = &c->notes};
    struct record r;
    TRY(find_here(c, &draft.id, &r));
    TRY(parse_items(c, 1, &draft));
    const struct kind_def *kind = draft.item_count == 0 ? schema_kind(r.kind) : NULL;
    if (draft.item_count == 0) {
        if (!kind) {
            return error_set(ERR_RULE, _("this kind of record comes from a newer terrace; it can "
                                         "only be read"));
        }
        TRY(form_fill(c, kind, &r, &draft));
        draft.shown = &r.context; /* what changed meanwhile stays beside it */
        if (draft.item_count == 0) {
            buf_add_str(&c->out, _("Nothing was changed.\n"));
            return cli_flush(c);
        }
    }
    return change(c, kind, &r, &draft);
}

/* ---- rm ------------------------------------------------------------------------------------- */

static enum err delete_save(struct txn *t, struct dot id, struct arena *arena, struct dot *dot)
{
    struct datum d = datum_int(1);
    struct edit edit = {.field = F_DELETED, .op = EDIT_SET, .data = &d, .count = 1};
    struct save save = {.id = id, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    return store_save(t, &save, arena, &id, dot);
}

struct referring {
    struct txn *t;
    const struct record *record;
    struct arena *arena;
    struct id_list *out;
    size_t cap;
};

/* A set of a kind's own that the index leaves out: who was present, who is in a group. */
static bool is_scanned_set(const struct field_def *f, uint32_t target)
{
    return f->type == FIELD_REFSET && f->ref_kind == target && !(f->flags & FIELD_MACHINE) &&
           f->number != F_UNIT_SUCCESSORS;
}

static bool names_in_set(const struct record *r, const struct kind_def *k,
                         const struct record *target, struct arena *arena)
{
    const struct field_def *f = NULL;
    for (size_t i = 0; (f = schema_field_at(k, i)) != NULL; i++) {
        size_t count = 0;
        if (!is_scanned_set(f, target->kind) || !record_field(r, f->number)) {
            continue;
        }
        const struct value **v = merge_siblings(r, f->number, arena, &count);
        for (size_t j = 0; j < count; j++) {
            if (v[j]->datum.type == DATUM_REF && dot_equal(v[j]->datum.ref, target->id)) {
                return true;
            }
        }
    }
    return false;
}

static enum err scan_kind(struct referring *s, const struct kind_def *k)
{
    struct arena page = {0};
    struct id_list list = {0};
    struct dot after = {0, 0};
    enum err e = ERR_OK;
    do {
        arena_reset(&page);
        e = store_ids_of_kind(s->t, k->number, after, SCAN_PAGE, &page, &list);
        for (size_t i = 0; e == ERR_OK && i < list.count; i++) {
            struct record r;
            after = list.ids[i];
            e = store_get(s->t, after, &page, &r, NULL);
            if (e == ERR_OK && !merge_is_deleted(&r) && names_in_set(&r, k, s->record, &page)) {
                id_list_add(s->out, &s->cap, after, s->arena);
            }
        }
    } while (e == ERR_OK && list.more);
    arena_free(&page);
    return e;
}

/* Only kinds that have such a set of records of this kind are read. */
static enum err scan_sets(struct referring *s)
{
    for (size_t i = 0; i < schema_kind_count(); i++) {
        const struct kind_def *k = schema_kind_at(i);
        const struct field_def *f = NULL;
        bool wanted = false;
        for (size_t j = 0; !wanted && (f = schema_field_at(k, j)) != NULL; j++) {
            wanted = is_scanned_set(f, s->record->kind);
        }
        TRY(wanted ? scan_kind(s, k) : ERR_OK);
    }
    return ERR_OK;
}

static int by_dot(const void *a, const void *b)
{
    return dot_compare(*(const struct dot *)a, *(const struct dot *)b);
}

/* Records that name this one, each once however often; for a unit also those that belong to it. */
static enum err list_referring(struct cli *c, struct txn *t, const struct record *r,
                               struct id_list *out)
{
    struct id_list refs = {0}, own = {0};
    struct referring s = {t, r, &c->arena, out, 0};
    const struct dot start = {0, 0};
    size_t kept = 0;
    *out = (struct id_list){0};
    TRY(store_ids_by_ref(t, r->id, 0, start, REFERRING_MAX, &c->arena, &refs));
    if (r->kind == KIND_UNIT) {
        TRY(store_ids_of_unit(t, r->id, start, REFERRING_MAX, &c->arena, &own));
    }
    for (size_t i = 0; i < refs.count + own.count; i++) {
        struct dot id = i < refs.count ? refs.ids[i] : own.ids[i - refs.count];
        id_list_add(out, &s.cap, id, &c->arena);
    }
    TRY(scan_sets(&s));
    if (out->count > 0) {
        qsort(out->ids, out->count, sizeof(*out->ids), by_dot);
    }
    for (size_t i = 0; i < out->count; i++) {
        bool again = kept > 0 && dot_equal(out->ids[kept - 1], out->ids[i]);
        if (!again && !dot_equal(out->ids[i], r->id)) {
            out->ids[kept++] = out->ids[i];
        }
    }
    out->count = kept;
    return ERR_OK;
}

struct removal {
    struct dot id, dot;
    struct slice title;
    struct id_list referring;
    struct table shown;   /* the first of them, for people */
    struct dot stands_in; /* under which a merged person is shown now */
};

static enum err show_referring(struct cli *c, struct txn *t, struct removal *rm)
{
    rm->shown = (struct table){.arena = &c->arena, .columns = 3};
    for (size_t i = 0; i < rm->referring.count && i < REFERRING_SHOWN; i++) {
        struct record r;
        char id[DOT_TEXT_SIZE];
        TRY(store_get(t, rm->referring.ids[i], &c->arena, &r, NULL));
        const struct kind_def *k = schema_kind(r.kind);
        dot_format(r.id, id);
        const struct slice cells[] = {
            slice_str(arena_printf(&c->arena, "    %s", k ? cli_kind_label(c, k) : "?")),
            show_title(t, r.id, &c->arena), slice_str(id)};
        table_add(&rm->shown, cells);
    }
    return ERR_OK;
}

static enum err remove_record(struct cli *c, struct txn *t, struct removal *rm)
{
    struct record r;
    const struct identity *own = store_identity(c->store);
    TRY(cli_find(c, t, 0, c->args.words[0], &rm->id));
    rm->id = person_shown(t, rm->id);
    TRY(store_get(t, rm->id, &c->arena, &r, NULL));
    TRY(draft_may_write(t, &r));
    if (merge_is_deleted(&r)) {
        return error_set(ERR_RULE, _("this record is deleted already"));
    }
    if (dot_equal(rm->id, own->unit) || dot_equal(rm->id, own->node)) {
        return error_set(ERR_RULE, _("this store stands on that record: it is its own unit or "
                                     "computer. Nothing was changed"));
    }
    if (merge_transfer_is_open(&r)) {
        return error_set(ERR_RULE, _("this letter is under way; it is settled by terrace transfer "
                                     "accept, refuse or return"));
    }
    rm->title = show_title(t, r.id, &c->arena);
    TRY(list_referring(c, t, &r, &rm->referring));
    TRY(show_referring(c, t, rm));
    TRY(delete_save(t, rm->id, &c->arena, &rm->dot));
    rm->stands_in = person_shown(t, rm->id);
    return ERR_OK;
}

enum err cmd_rm(struct cli *c)
{
    struct txn *t = NULL;
    struct removal rm = {0};
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    TRY(cli_end(t, remove_record(c, t, &rm)));
    size_t referring = rm.referring.count;
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "id", rm.id);
        emit_put_id(&c->out, "dot", rm.dot);
        emit_put_int(&c->out, "referring", (int64_t)referring);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        return cli_flush(c);
    }
    char text[DOT_TEXT_SIZE];
    dot_format(rm.id, text);
    buf_printf(&c->out, _("Deleted: %.*s. Nothing is lost: terrace undo %s brings it back.\n"),
               (int)rm.title.len, (const char *)rm.title.ptr, text);
    if (referring > 0) {
        buf_printf(&c->out,
                   ngettext("%zu record refers to it and stays as it is.\n",
                            "%zu records refer to it and stay as they are.\n", referring),
                   referring);
        table_write(&rm.shown, &c->out);
    }
    if (referring > REFERRING_SHOWN) {
        buf_add_str(&c->out, "    …\n");
    }
    if (!dot_equal(rm.stands_in, rm.id)) {
        dot_format(rm.stands_in, text);
        buf_printf(&c->out,
                   _("The same person has another record, which is shown from now on: %s\n"), text);
    }
    return cli_flush(c);
}
