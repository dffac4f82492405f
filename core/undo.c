#include "core/undo.h"

#include "core/desk.h"

struct undo {
    struct txn *t;
    struct arena *arena;
    struct record record;
    struct history_entry *entry;
    struct edit *edits;
    size_t edit_count;
    struct context shown; /* what the new save covers */
    struct undo_report *report;
};

/* ---- which save ----------------------------------------------------------------------------- */

static bool is_own(struct txn *t, struct dot dot)
{
    const struct identity *own = store_identity(txn_store(t));
    return dot.actor == own->actor ||
           (!dot_is_none(own->node) && dot_equal(desk_author(t, dot).node, own->node));
}

static enum err find_entry(struct undo *u, const struct dot *which, unsigned bits)
{
    struct history_entry *entries = NULL;
    size_t count = 0;
    TRY(store_history(u->t, u->record.id, u->arena, &entries, &count));
    for (size_t i = count; i > 0 && !u->entry; i--) {
        struct dot d = entries[i - 1].dot;
        bool same = false;
        if (!which) {
            same = is_own(u->t, d);
        } else if (bits > 64) {
            same = dot_equal(d, *which);
        } else {
            same = bits > 0 && d.seq == which->seq && (d.actor ^ which->actor) >> (64 - bits) == 0;
        }
        u->entry = same && !entries[i - 1].refused ? &entries[i - 1] : NULL;
    }
    if (!u->entry) {
        return error_set(ERR_NOT_FOUND, which ? _("the history here does not know that save")
                                              : _("this store has saved nothing on that record"));
    }
    u->report->undone = u->entry->dot;
    return ERR_OK;
}

/* ---- what it wrote, and what was there before ------------------------------------------------ */

static void add_edit(struct undo *u, struct edit edit)
{
    if (edit.count > 0 || edit.op == EDIT_SET) {
        u->edits[u->edit_count++] = edit;
    }
}

static size_t live_count(const struct field *f, const struct datum *d, struct dot but)
{
    size_t n = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        n += !dot_equal(f->values[i].dot, but) && datum_compare(&f->values[i].datum, d) == 0;
    }
    return n;
}

/* Of a set only what this save did and nobody else did as well. true when all of it is undone. */
static bool undo_set(struct undo *u, const struct field *f, const struct history_change *c)
{
    struct datum *out = arena_array(u->arena, c->to_count + 1, sizeof(*out));
    struct datum *in = arena_array(u->arena, c->from_count + 1, sizeof(*in));
    size_t out_count = 0, in_count = 0, kept = 0;
    const struct dot none = {0, 0};
    for (size_t i = 0; i < c->to_count; i++) {
        bool live = live_count(f, &c->to[i], none) > 0;
        bool others = live_count(f, &c->to[i], u->entry->dot) > 0;
        if (live && !others) {
            out[out_count++] = c->to[i];
        }
        kept += others;
    }
    for (size_t i = 0; i < c->from_count; i++) {
        if (live_count(f, &c->from[i], none) == 0) {
            in[in_count++] = c->from[i];
        }
    }
    add_edit(u, (struct edit){c->field, EDIT_REMOVE, out, out_count});
    add_edit(u, (struct edit){c->field, EDIT_ADD, in, in_count});
    return kept == 0;
}

/* The one of them that the field's rule would show. */
static const struct datum *shown_of(struct undo *u, uint32_t number, struct value *values, size_t n)
{
    struct field field = {number, (uint32_t)n, values};
    struct record alone = {.kind = u->record.kind, .fields = &field, .field_count = 1};
    const struct value *v = n ? merge_shown(&alone, number) : NULL;
    return v && v->datum.type != DATUM_EMPTY ? &v->datum : NULL;
}

/* Somebody else's value beside this one is not replaced by taking this one back. */
static void leave_uncovered(struct undo *u, struct dot d)
{
    for (size_t i = 0; i < u->shown.count; i++) {
        struct dot *item = &u->shown.items[i];
        if (item->actor == d.actor && item->seq >= d.seq && d.actor != u->entry->dot.actor) {
            item->seq = d.seq - 1;
        }
    }
}

static bool deletes(const struct field *f, struct dot dot)
{
    for (uint32_t i = 0; i < f->count; i++) {
        if (dot_equal(f->values[i].dot, dot) && f->values[i].datum.type != DATUM_EMPTY) {
            return true;
        }
    }
    return false;
}

/* A plain field returns to what stands beside the value of this save, as if that had never been
 * written; else to what was there before. true when there was anything to return. */
static bool undo_plain(struct undo *u, const struct field *f, const struct history_change *c)
{
    size_t others = 0;
    bool live = false;
    struct value *beside = arena_array(u->arena, f->count + 1, sizeof(*beside));
    struct value *before = arena_array(u->arena, c->from_count + 1, sizeof(*before));
    for (uint32_t i = 0; i < f->count; i++) {
        bool own = dot_equal(f->values[i].dot, u->entry->dot);
        live = live || own;
        if (!own) {
            beside[others++] = f->values[i];
        }
    }
    if (!live) {
        return false;
    }
    for (size_t i = 0; i < c->from_count; i++) {
        before[i] = (struct value){.dot = c->from_by[i].dot,
                                   .time_ms = c->from_by[i].time_ms,
                                   .level = c->from_by[i].level,
                                   .datum = c->from[i]};
    }
    const struct datum *d = others ? shown_of(u, c->field, beside, others)
                                   : shown_of(u, c->field, before, c->from_count);
    if (c->field == F_DELETED && deletes(f, u->entry->dot)) {
        d = NULL; /* deleted twice, it is brought back all the same: that is what is asked for */
    }
    for (size_t i = 0; i < others && c->field != F_DELETED; i++) {
        leave_uncovered(u, beside[i].dot);
    }
    add_edit(u, (struct edit){c->field, EDIT_SET, d, d ? 1 : 0});
    return true;
}

/* ---- may it be taken back ------------------------------------------------------------------- */

static enum err by_letter(void)
{
    return error_set(ERR_RULE, _("a transfer is taken back by its letter: terrace transfer return "
                                 "LETTER, or refuse at the place it goes to"));
}

/* A transfer is a handshake of two offices: one save of it alone would leave it half undone. */
static enum err check_transfer(const struct undo *u, uint32_t field)
{
    struct id_list open;
    bool letter = u->record.kind == KIND_TRANSFER || u->record.kind == KIND_ACCEPTANCE;
    uint32_t state = u->record.kind == KIND_TRANSFER ? (uint32_t)F_TRANSFER_STATUS
                                                     : (uint32_t)F_ACCEPTANCE_VERDICT;
    if (letter && field == F_DELETED && merge_is_deleted(&u->record)) {
        return ERR_OK; /* brought back */
    }
    if (letter && (field == state || field == F_DELETED || field == F_UNIT)) {
        return by_letter();
    }
    if (u->record.kind == KIND_MEMBER && field == F_UNIT) {
        TRY(store_ids_of_open_transfers(u->t, u->record.id, 1, u->arena, &open));
        return open.count ? by_letter() : ERR_OK;
    }
    return ERR_OK;
}

static enum err check_change(const struct undo *u, const struct edit *e)
{
    const struct identity *own = store_identity(txn_store(u->t));
    const struct field_def *f = schema_field(u->record.kind, e->field);
    TRY(check_transfer(u, e->field));
    if (f && f->level > (enum level)own->level) {
        return error_set_field(ERR_RULE, f->name, _("only a higher level may write this field"));
    }
    if (e->field == F_UNIT && e->count && e->data[0].type == DATUM_REF &&
        !unit_is_within(u->t, e->data[0].ref, own->unit)) {
        return error_set_field(ERR_RULE, "unit",
                               _("before that save the record belonged to a unit outside yours; a "
                                 "member goes back there by a transfer"));
    }
    return ERR_OK;
}

/* ---- the new save --------------------------------------------------------------------------- */

static enum err save_edits(struct undo *u)
{
    struct dot id;
    struct save save = {.id = u->record.id,
                        .shown = &u->shown,
                        .edits = u->edits,
                        .edit_count = u->edit_count,
                        .via = VIA_LOCAL};
    TRY(store_save(u->t, &save, u->arena, &id, &u->report->dot));
    if (dot_is_none(u->report->dot)) {
        return error_set(ERR_RULE,
                         _("what that save wrote has been replaced since; nothing was changed"));
    }
    return ERR_OK;
}

/* Taking back that a unit was made deletes it, and nothing must be left standing on it. */
static enum err check_unmake(const struct undo *u)
{
    struct id_list refs, own;
    size_t living = 0;
    if (u->record.kind != KIND_UNIT) {
        return ERR_OK;
    }
    const struct dot start = {0, 0};
    TRY(store_ids_by_ref(u->t, u->record.id, 0, start, SIZE_MAX, u->arena, &refs));
    TRY(store_ids_of_unit(u->t, u->record.id, start, SIZE_MAX, u->arena, &own));
    for (size_t i = 0; i < refs.count + own.count; i++) {
        struct dot id = i < refs.count ? refs.ids[i] : own.ids[i - refs.count];
        struct record other;
        TRY(store_get(u->t, id, u->arena, &other, NULL));
        living += !dot_equal(id, u->record.id) && !merge_is_deleted(&other);
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

static enum err undo_creation(struct undo *u)
{
    const struct identity *own = store_identity(txn_store(u->t));
    static const struct datum yes = {.type = DATUM_INT, .i = 1};
    if (dot_equal(u->record.id, own->unit) || dot_equal(u->record.id, own->node)) {
        return error_set(ERR_RULE, _("this store stands on that record: it is its own unit or "
                                     "computer. Nothing was changed"));
    }
    if (merge_is_deleted(&u->record)) {
        return error_set(ERR_RULE, _("this record is deleted already"));
    }
    TRY(check_transfer(u, F_DELETED));
    TRY(check_unmake(u));
    add_edit(u, (struct edit){F_DELETED, EDIT_SET, &yes, 1});
    u->report->deleted = true;
    return save_edits(u);
}

static enum err undo_changes(struct undo *u)
{
    bool deletion = false;
    for (size_t i = 0; i < u->entry->change_count; i++) {
        const struct history_change *c = &u->entry->changes[i];
        const struct field *f = record_field(&u->record, c->field);
        bool set = f && schema_rule(u->record.kind, f) == MERGE_SET;
        bool whole = f && (set ? undo_set(u, f, c) : undo_plain(u, f, c));
        if (!whole) {
            u->report->kept[u->report->kept_count++] = c->field;
        }
        deletion = deletion || c->field == F_DELETED;
    }
    for (size_t i = 0; i < u->edit_count; i++) {
        TRY(check_change(u, &u->edits[i]));
    }
    if (u->edit_count > 0 && merge_is_deleted(&u->record) && !deletion) {
        return error_set(ERR_RULE, _("this record is deleted; undo the deletion first"));
    }
    return save_edits(u);
}

enum err undo_save(struct txn *t, struct dot id, const struct dot *which, unsigned bits,
                   struct arena *arena, struct undo_report *out)
{
    struct undo u = {.t = t, .arena = arena, .report = out};
    *out = (struct undo_report){0};
    TRY(store_get(t, id, arena, &u.record, NULL));
    TRY(draft_may_write(t, &u.record));
    TRY(find_entry(&u, which, bits));
    u.edits = arena_array(arena, u.entry->change_count * 2 + 1, sizeof(*u.edits));
    out->kept = arena_array(arena, u.entry->change_count + 1, sizeof(*out->kept));
    u.shown = context_copy(&u.record.context, arena);
    return dot_equal(u.entry->dot, id) ? undo_creation(&u) : undo_changes(&u);
}
