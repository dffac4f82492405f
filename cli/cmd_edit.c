/* add, edit, set, rm, undo */
#include "cli/cmd.h"
#include "cli/form.h"
#include "cli/json.h"
#include "cli/show.h"
#include "core/person.h"

#define REFERRING_MAX 100000
#define REFERRING_SHOWN 5

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
    enum err e = draft_save(t, draft, &c->arena, id, dot, &c->candidates);
    return cli_end(t, e);
}

enum err cmd_add(struct cli *c)
{
    const struct kind_def *kind = NULL;
    struct draft draft = {.via = VIA_LOCAL, .anyway = c->args.given[OPT_ANYWAY]};
    struct dot id, dot;
    TRY(cli_kind(c->args.words[0], &kind));
    draft.kind = kind->number;
    TRY(parse_items(c, 1, &draft));
    if (draft.item_count == 0) {
        TRY(form_fill(c, kind, NULL, &draft));
    }
    TRY(save_draft(c, &draft, &id, &dot));
    if (c->json) {
        put_saved(c, id, dot);
    } else {
        put_dot(c, id);
    }
    return cli_flush(c);
}

static enum err change(struct cli *c, struct draft *draft)
{
    struct dot id, dot;
    TRY(save_draft(c, draft, &id, &dot));
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
    struct draft draft = {.via = VIA_LOCAL, .anyway = c->args.given[OPT_ANYWAY]};
    struct record r;
    TRY(find_here(c, &draft.id, &r));
    TRY(parse_items(c, 1, &draft));
    return change(c, &draft);
}

enum err cmd_edit(struct cli *c)
{
    struct draft draft = {.via = VIA_LOCAL, .anyway = c->args.given[OPT_ANYWAY]};
    struct record r;
    TRY(find_here(c, &draft.id, &r));
    TRY(parse_items(c, 1, &draft));
    if (draft.item_count == 0) {
        const struct kind_def *kind = schema_kind(r.kind);
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
    return change(c, &draft);
}

/* ---- rm ------------------------------------------------------------------------------------- */

static enum err delete_save(struct txn *t, struct dot id, bool deleted, struct arena *arena,
                            struct dot *dot)
{
    struct datum d = datum_int(1);
    struct edit edit = {.field = F_DELETED, .op = EDIT_SET, .data = &d, .count = deleted ? 1 : 0};
    struct save save = {.id = id, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    return store_save(t, &save, arena, &id, dot);
}

/* Records that name this one; for a unit also those that belong to it, itself left out. */
static enum err list_referring(struct cli *c, struct txn *t, const struct record *r,
                               struct id_list *out)
{
    struct id_list refs = {0}, own = {0};
    const struct dot start = {0, 0};
    TRY(store_ids_by_ref(t, r->id, 0, start, REFERRING_MAX, &c->arena, &refs));
    if (r->kind == KIND_UNIT) {
        TRY(store_ids_of_unit(t, r->id, start, REFERRING_MAX, &c->arena, &own));
    }
    out->ids = arena_array(&c->arena, refs.count + own.count + 1, sizeof(*out->ids));
    out->count = 0;
    for (size_t i = 0; i < refs.count; i++) {
        out->ids[out->count++] = refs.ids[i];
    }
    for (size_t i = 0; i < own.count; i++) {
        if (!dot_equal(own.ids[i], r->id)) {
            out->ids[out->count++] = own.ids[i];
        }
    }
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
            show_title(t, &r, &c->arena), slice_str(id)};
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
    rm->title = show_title(t, &r, &c->arena);
    TRY(list_referring(c, t, &r, &rm->referring));
    TRY(show_referring(c, t, rm));
    TRY(delete_save(t, rm->id, true, &c->arena, &rm->dot));
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

/* ---- undo ----------------------------------------------------------------------------------- */

static bool has_datum(const struct datum *list, size_t count, const struct datum *d)
{
    for (size_t i = 0; i < count; i++) {
        if (datum_compare(&list[i], d) == 0) {
            return true;
        }
    }
    return false;
}

/* Elements of a that b lacks, markers left out. */
static struct edit set_difference(uint32_t field, enum edit_op op, const struct datum *a,
                                  size_t a_count, const struct datum *b, size_t b_count,
                                  struct arena *arena)
{
    struct datum *data = arena_array(arena, a_count + 1, sizeof(*data));
    size_t n = 0;
    for (size_t i = 0; i < a_count; i++) {
        if (a[i].type != DATUM_MARK && !has_datum(b, b_count, &a[i])) {
            data[n++] = a[i];
        }
    }
    return (struct edit){field, op, data, n};
}

/* Of a set only what this save did; of a plain field the value before, if this save's is live. */
static size_t undo_change(const struct record *r, const struct history_entry *h,
                          const struct history_change *ch, struct arena *arena, struct edit *out)
{
    const struct field *field = record_field(r, ch->field);
    size_t n = 0;
    if (!field) {
        return 0;
    }
    if (schema_rule(r->kind, field) == MERGE_SET) {
        out[0] = set_difference(ch->field, EDIT_REMOVE, ch->to, ch->to_count, ch->from,
                                ch->from_count, arena);
        n += out[0].count ? 1 : 0;
        out[n] = set_difference(ch->field, EDIT_ADD, ch->from, ch->from_count, ch->to, ch->to_count,
                                arena);
        return n + (out[n].count ? 1 : 0);
    }
    bool live = false;
    for (uint32_t i = 0; i < field->count; i++) {
        live = live || dot_equal(field->values[i].dot, h->dot);
    }
    if (!live) {
        return 0;
    }
    bool empty = ch->from_count == 0 || ch->from[0].type == DATUM_EMPTY;
    out[0] = (struct edit){ch->field, EDIT_SET, ch->from, empty ? 0 : 1};
    return 1;
}

static enum err undo_entry(struct txn *t, const struct record *r, const struct history_entry *h,
                           struct arena *arena, struct dot *dot)
{
    if (dot_equal(h->dot, r->id)) {
        return delete_save(t, r->id, true, arena, dot);
    }
    struct edit *edits = arena_array(arena, h->change_count * 2 + 1, sizeof(*edits));
    size_t n = 0;
    bool deletion = false;
    for (size_t i = 0; i < h->change_count; i++) {
        n += undo_change(r, h, &h->changes[i], arena, &edits[n]);
        deletion = deletion || h->changes[i].field == F_DELETED;
    }
    if (n == 0) {
        return error_set(ERR_RULE,
                         _("what that save wrote has been replaced since; nothing was changed"));
    }
    if (merge_is_deleted(r) && !deletion) {
        return error_set(ERR_RULE, _("this record is deleted; undo the deletion first"));
    }
    struct save save = {.id = r->id, .edits = edits, .edit_count = n, .via = VIA_LOCAL};
    struct dot id;
    return store_save(t, &save, arena, &id, dot);
}

/* Taking back that a unit was made deletes it, and nothing must be left standing on it. */
static enum err check_unmake(struct cli *c, struct txn *t, const struct record *r)
{
    struct id_list list;
    size_t living = 0;
    if (r->kind != KIND_UNIT) {
        return ERR_OK;
    }
    TRY(list_referring(c, t, r, &list));
    for (size_t i = 0; i < list.count; i++) {
        struct record other;
        TRY(store_get(t, list.ids[i], &c->arena, &other, NULL));
        living += !merge_is_deleted(&other);
    }
    if (living == 0) {
        return ERR_OK;
    }
    return error_set(ERR_RULE,
                     ngettext("%zu record belongs to this unit, which would be gone; terrace unit "
                              "close hands it to another. Nothing was changed",
                              "%zu records belong to this unit, which would be gone; terrace unit "
                              "close hands them to another. Nothing was changed",
                              living),
                     living);
}

static enum err undo(struct cli *c, struct txn *t, struct dot *id, struct dot *dot)
{
    struct record r;
    struct dot which;
    struct history_entry *entries = NULL;
    size_t count = 0;
    unsigned bits = 0;
    TRY(cli_find(c, t, 0, c->args.words[0], id));
    TRY(store_get(t, *id, &c->arena, &r, NULL));
    TRY(draft_may_write(t, &r));
    if (c->args.given[OPT_SAVE]) {
        TRY(dot_parse(slice_str(c->args.value[OPT_SAVE]), &which, &bits));
    } else {
        enum err e = store_own_newest(t, *id, &which);
        if (e == ERR_NOT_FOUND) {
            return error_set(e, _("this store has saved nothing on that record"));
        }
        TRY(e);
        bits = 65;
    }
    TRY(store_history(t, *id, &c->arena, &entries, &count));
    for (size_t i = count; i > 0; i--) {
        struct dot d = entries[i - 1].dot;
        bool same = bits > 64 ? dot_equal(d, which)
                              : d.seq == which.seq && bits > 0 &&
                                    (d.actor ^ which.actor) >> (64 - bits) == 0;
        if (same && !entries[i - 1].refused) {
            if (dot_equal(d, r.id)) {
                TRY(check_unmake(c, t, &r));
            }
            return undo_entry(t, &r, &entries[i - 1], &c->arena, dot);
        }
    }
    return error_set(ERR_NOT_FOUND, _("the history here does not know that save"));
}

enum err cmd_undo(struct cli *c)
{
    struct txn *t = NULL;
    struct dot id, dot = {0, 0};
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    TRY(cli_end(t, undo(c, t, &id, &dot)));
    if (c->json) {
        put_saved(c, id, dot);
    } else {
        put_dot(c, dot);
    }
    return cli_flush(c);
}
