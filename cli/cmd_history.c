/* history, undo */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/show.h"
#include "core/desk.h"
#include "core/undo.h"

#include <stdlib.h>

#define STORY_UNITS_MAX 64

/* ---- history, as JSON ------------------------------------------------------------------------ */

static const char *via_word(uint8_t via)
{
    switch (via) {
    case VIA_SYNC:
        return "sync";
    case VIA_BUNDLE:
        return "bundle";
    case VIA_IMPORT:
        return "import";
    default:
        return "local";
    }
}

/* One value alone, several (siblings, sets) as an array, none as null. */
static void history_data(const struct field_def *f, const struct datum *data, size_t count,
                         struct arena *arena, struct buf *out)
{
    bool list = count > 1 || (f && f->rule == MERGE_SET);
    if (list) {
        emit_open(out, '[');
    } else if (count == 0) {
        emit_null(out);
    }
    for (size_t i = 0; i < count; i++) {
        if (f && f->number == F_DELETED) {
            emit_bool(out, data[i].type != DATUM_EMPTY);
        } else {
            show_datum(out, f, &data[i], arena);
        }
    }
    if (list) {
        emit_close(out, ']');
    }
}

/* Empty is absent, as everywhere. */
static void history_side(const char *key, const struct field_def *f, const struct datum *data,
                         size_t count, struct arena *arena, struct buf *out)
{
    bool any = f && f->number == F_DELETED && count;
    for (size_t i = 0; i < count && !any; i++) {
        any = data[i].type != DATUM_EMPTY;
    }
    if (any) {
        emit_key(out, key);
        history_data(f, data, count, arena, out);
    }
}

static void put_flag(struct buf *out, const char *key, bool set)
{
    if (set) {
        emit_key(out, key);
        emit_bool(out, true);
    }
}

static void history_json(struct txn *t, const struct record *r, const struct history_entry *h,
                         struct arena *arena, struct buf *out)
{
    struct actor_info who = desk_author(t, h->dot);
    emit_open(out, '{');
    emit_put_id(out, "id", r->id);
    emit_put_id(out, "dot", h->dot);
    emit_put_int(out, "time", h->time_ms);
    emit_put_text(out, "by", unit_code(t, who.unit, arena));
    emit_put_id(out, "node", who.node);
    emit_put_text(out, "via", slice_str(via_word(h->via)));
    emit_put_int(out, "stored", h->stored_ms);
    emit_put_id(out, "from_node", h->node);
    put_flag(out, "refused", h->refused);
    put_flag(out, "late", h->late);
    put_flag(out, "earlier", h->earlier);
    emit_key(out, "changes");
    emit_open(out, '[');
    for (size_t i = 0; i < h->change_count; i++) {
        const struct history_change *ch = &h->changes[i];
        const struct field_def *f = schema_field(r->kind, ch->field);
        emit_open(out, '{');
        emit_key(out, "field");
        emit_text(out, slice_str(show_field_key(r->kind, ch->field, arena)));
        history_side("from", f, ch->from, ch->from_count, arena, out);
        history_side("to", f, ch->to, ch->to_count, arena, out);
        emit_close(out, '}');
    }
    emit_close(out, ']');
    emit_close(out, '}');
    buf_add_byte(out, '\n');
}

/* ---- history, as a story --------------------------------------------------------------------- */

struct story {
    struct cli *c;
    struct txn *t;
    const struct record *record;
    struct arena *arena;
    struct actor_info seen[STORY_UNITS_MAX]; /* a computer each */
    size_t seen_count;
};

static void note_author(struct story *s, struct dot dot)
{
    struct actor_info who = desk_author(s->t, dot);
    for (size_t i = 0; i < s->seen_count; i++) {
        if (dot_equal(s->seen[i].node, who.node)) {
            return;
        }
    }
    if (s->seen_count < STORY_UNITS_MAX && !dot_is_none(who.node)) {
        s->seen[s->seen_count++] = who;
    }
}

/* The unit; its computer too when several of that unit take part in the story. */
static const char *story_author(const struct story *s, struct dot dot)
{
    struct actor_info who = desk_author(s->t, dot);
    struct slice name = unit_name(s->t, who.unit, s->arena);
    const char *unit = name.len ? arena_cstr(s->arena, name) : _("another office");
    size_t alike = 0;
    char id[DOT_TEXT_SIZE];
    for (size_t i = 0; i < s->seen_count; i++) {
        alike += dot_equal(s->seen[i].unit, who.unit);
    }
    if (alike < 2 || dot_is_none(who.node)) {
        return unit;
    }
    if (dot_equal(who.node, store_identity(txn_store(s->t))->node)) {
        return arena_printf(s->arena, _("%s, this computer"), unit);
    }
    dot_format(who.node, id);
    return arena_printf(s->arena, _("%s, computer %s"), unit, id);
}

static struct slice data_words(const struct story *s, const struct field_def *f,
                               const struct datum *data, size_t count)
{
    struct buf b = {0};
    for (size_t i = 0; i < count; i++) {
        buf_add_str(&b, b.len ? "; " : "");
        buf_add_slice(&b, draft_format(s->t, f, &data[i], s->c->lang, s->arena));
    }
    struct slice text = b.len ? arena_copy(s->arena, buf_view(&b)) : slice_str("–");
    buf_free(&b);
    return text;
}

static void add_words(struct buf *out, const char *what, struct slice words)
{
    buf_printf(out, "    %s %.*s\n", what, (int)words.len, (const char *)words.ptr);
}

static bool any_data(const struct datum *data, size_t count, enum datum_type type)
{
    for (size_t i = 0; i < count; i++) {
        if (data[i].type == type) {
            return true;
        }
    }
    return false;
}

static void deletion_words(const struct history_change *ch, struct buf *out)
{
    bool deleted = any_data(ch->to, ch->to_count, DATUM_BYTES);
    bool kept = any_data(ch->to, ch->to_count, DATUM_EMPTY);
    buf_add_str(out, deleted && kept ? _("    deleted in one place, kept in another\n")
                     : deleted       ? _("    deleted\n")
                                     : _("    brought back\n"));
}

/* Which letter took the member there, if it is known here. */
static struct slice letter_to(const struct story *s, struct dot unit)
{
    struct id_list list;
    struct slice letter = {0};
    if (store_ids_by_ref(s->t, s->record->id, F_MEMBER, (struct dot){0, 0}, 256, s->arena, &list) !=
        ERR_OK) {
        return letter;
    }
    for (size_t i = 0; i < list.count; i++) {
        struct record r;
        if (store_get(s->t, list.ids[i], s->arena, &r, NULL) != ERR_OK || r.kind != KIND_TRANSFER) {
            continue;
        }
        const struct value *to = merge_shown(&r, F_TRANSFER_TO);
        const struct value *no = merge_shown(&r, F_TRANSFER_LETTER);
        if (to && to->datum.type == DATUM_REF && dot_equal(to->datum.ref, unit) && no &&
            no->datum.type == DATUM_TEXT) {
            letter = no->datum.text;
        }
    }
    return letter;
}

static void move_words(const struct story *s, const struct field_def *f,
                       const struct history_change *ch, struct buf *out)
{
    struct slice from = data_words(s, f, ch->from, ch->from_count);
    struct slice to = data_words(s, f, ch->to, ch->to_count);
    struct slice letter = ch->to_count == 1 && ch->to[0].type == DATUM_REF
                              ? letter_to(s, ch->to[0].ref)
                              : (struct slice){0};
    if (slice_equal(from, to)) {
        buf_printf(out, _("    confirmed at %.*s"), (int)to.len, (const char *)to.ptr);
    } else {
        buf_printf(out, _("    moved from %.*s to %.*s"), (int)from.len, (const char *)from.ptr,
                   (int)to.len, (const char *)to.ptr);
    }
    if (letter.len) {
        buf_printf(out, _(", letter %.*s"), (int)letter.len, (const char *)letter.ptr);
    }
    buf_add_byte(out, '\n');
}

/* Sets that tell of persons found to be one, or two. */
static bool person_words(const struct story *s, const struct field_def *f,
                         const struct history_change *ch, struct buf *out)
{
    struct slice from = data_words(s, f, ch->from, ch->from_count);
    struct slice to = data_words(s, f, ch->to, ch->to_count);
    bool merged = ch->field == F_MERGED_INTO;
    if (!merged && ch->field != F_NOT_SAME) {
        return false;
    }
    if (ch->to_count) {
        add_words(out,
                  merged ? _("found to be the same person as")
                         : _("found to be another person than"),
                  to);
    }
    if (ch->from_count) {
        add_words(out,
                  merged ? _("no longer taken for the same person as")
                         : _("no longer told apart from"),
                  from);
    }
    return true;
}

/* Written while the author did not know of what stands here as well. false when it is not so. */
static bool beside_words(const struct story *s, const struct history_entry *h,
                         const struct history_change *ch, const char *label, struct buf *out)
{
    const struct field_def *f = schema_field(s->record->kind, ch->field);
    struct datum *own = arena_array(s->arena, ch->to_count + 1, sizeof(*own));
    struct datum *others = arena_array(s->arena, ch->to_count + 1, sizeof(*others));
    size_t n = 0, m = 0;
    for (size_t i = 0; i < ch->to_count; i++) {
        if (dot_equal(ch->to_by[i].dot, h->dot)) {
            own[n++] = ch->to[i];
        } else {
            others[m++] = ch->to[i];
        }
    }
    if ((f && f->rule == MERGE_SET) || ch->mark_count || n == 0 || m == 0) {
        return false;
    }
    struct slice mine = data_words(s, f, own, n), theirs = data_words(s, f, others, m);
    buf_printf(out, _("    %s: %.*s, beside %.*s that was written elsewhere\n"), label,
               (int)mine.len, (const char *)mine.ptr, (int)theirs.len, (const char *)theirs.ptr);
    return true;
}

static void change_words(const struct story *s, const struct history_entry *h,
                         const struct history_change *ch, struct buf *out)
{
    const struct field_def *f = schema_field(s->record->kind, ch->field);
    const char *label =
        f ? cli_field_label(s->c, f) : show_field_key(s->record->kind, ch->field, s->arena);
    struct slice from = data_words(s, f, ch->from, ch->from_count);
    struct slice to = data_words(s, f, ch->to, ch->to_count);
    if (ch->field == F_DELETED) {
        deletion_words(ch, out);
    } else if (ch->field == F_UNIT && ch->from_count && s->record->kind != KIND_UNIT) {
        move_words(s, f, ch, out);
    } else if (person_words(s, f, ch, out) || beside_words(s, h, ch, label, out)) {
        return;
    } else if (f && f->rule == MERGE_SET && ch->from_count == 0) {
        buf_printf(out, "    %s: + %.*s\n", label, (int)to.len, (const char *)to.ptr);
    } else if (f && f->rule == MERGE_SET && ch->to_count == 0) {
        buf_printf(out, "    %s: − %.*s\n", label, (int)from.len, (const char *)from.ptr);
    } else if (ch->from_count && slice_equal(from, to)) {
        buf_printf(out, _("    %s: stays %.*s\n"), label, (int)to.len, (const char *)to.ptr);
    } else if (ch->from_count == 0) {
        buf_printf(out, "    %s: %.*s\n", label, (int)to.len, (const char *)to.ptr);
    } else {
        buf_printf(out, "    %s: %.*s → %.*s\n", label, (int)from.len, (const char *)from.ptr,
                   (int)to.len, (const char *)to.ptr);
    }
}

static const char *via_text(const struct story *s, const struct history_entry *h)
{
    const char *came = cli_time(s->arena, h->stored_ms);
    if (h->via == VIA_SYNC && h->dot.actor == store_identity(txn_store(s->t))->actor) {
        return _("put right here, after a sync");
    }
    switch (h->via) {
    case VIA_SYNC:
        return arena_printf(s->arena, _("came here by sync %s"), came);
    case VIA_BUNDLE:
        return arena_printf(s->arena, _("came here by stick %s"), came);
    case VIA_IMPORT:
        return _("from an imported file");
    default:
        return _("entered here");
    }
}

static void entry_words(const struct story *s, const struct history_entry *h, struct buf *out)
{
    char dot[DOT_TEXT_SIZE];
    dot_format(h->dot, dot);
    buf_printf(out, "%s  %s (%s)  %s\n", cli_time(s->arena, h->time_ms), story_author(s, h->dot),
               via_text(s, h), dot);
    if (h->refused) {
        buf_add_str(out, _("    refused: that office may not write this. It never counted and is "
                           "kept only here\n"));
    }
    if (h->late) {
        buf_add_str(out, _("    late: written before what stands above, but it came after it\n"));
    }
    for (size_t i = 0; i < h->change_count; i++) {
        change_words(s, h, &h->changes[i], out);
    }
}

static void tell_story(struct story *s, const struct history_entry *entries, size_t count)
{
    struct buf *out = &s->c->out;
    struct slice title = show_title(s->t, s->record->id, s->arena);
    const struct kind_def *k = schema_kind(s->record->kind);
    for (size_t i = 0; i < count; i++) {
        note_author(s, entries[i].dot);
    }
    buf_printf(out, "%s: %.*s\n", k ? cli_kind_label(s->c, k) : _("Record of an unknown kind"),
               (int)title.len, (const char *)title.ptr);
    if (entries[0].via == VIA_SYNC || entries[0].via == VIA_BUNDLE) {
        buf_printf(out,
                   _("The story here begins on %s, when the record came. What was replaced before "
                     "that is told by the history at the office that wrote it.\n"),
                   cli_time(s->arena, entries[0].stored_ms));
    }
    for (size_t i = 0; i < count; i++) {
        entry_words(s, &entries[i], out);
    }
    if (s->record->flags & RECORD_STUB) {
        struct slice to = unit_name(s->t, show_unit(s->record), s->arena);
        buf_printf(out, _("The record has moved to %.*s; its story goes on there.\n"), (int)to.len,
                   (const char *)to.ptr);
    }
}

enum err cmd_history(struct cli *c)
{
    struct txn *t = NULL;
    struct dot id;
    struct record r;
    struct history_entry *entries = NULL;
    size_t count = 0;
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = cli_find(c, t, 0, c->args.words[0], &id);
    e = e ? e : store_get(t, id, &c->arena, &r, NULL);
    e = e ? e : store_history(t, id, &c->arena, &entries, &count);
    struct story story = {.c = c, .t = t, .record = &r, .arena = &c->arena};
    if (e == ERR_OK && !c->json) {
        tell_story(&story, entries, count);
    }
    for (size_t i = 0; i < count && e == ERR_OK && c->json; i++) {
        history_json(t, &r, &entries[i], &c->arena, &c->out);
    }
    txn_abort(t);
    return e ? e : cli_flush(c);
}

/* ---- undo ----------------------------------------------------------------------------------- */

static enum err undo(struct cli *c, struct txn *t, struct record *r, struct undo_report *report)
{
    struct dot id, which;
    unsigned bits = 0;
    bool given = c->args.given[OPT_SAVE];
    TRY(cli_find(c, t, 0, c->args.words[0], &id));
    TRY(store_get(t, id, &c->arena, r, NULL));
    if (given && dot_parse(slice_str(c->args.value[OPT_SAVE]), &which, &bits) != ERR_OK) {
        return error_set_field(ERR_INPUT, "save",
                               _("“%s” is no dot; terrace history --json names the dot of each "
                                 "save"),
                               c->args.value[OPT_SAVE]);
    }
    return undo_save(t, id, given ? &which : NULL, bits, &c->arena, report);
}

static void undo_json(struct cli *c, const struct record *r, const struct undo_report *report)
{
    emit_open(&c->out, '{');
    emit_put_id(&c->out, "id", r->id);
    emit_put_id(&c->out, "dot", report->dot);
    emit_put_id(&c->out, "undone", report->undone);
    if (report->kept_count) {
        emit_key(&c->out, "kept");
        emit_open(&c->out, '[');
        for (size_t i = 0; i < report->kept_count; i++) {
            emit_text(&c->out, slice_str(show_field_key(r->kind, report->kept[i], &c->arena)));
        }
        emit_close(&c->out, ']');
    }
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
}

static void undo_words(struct cli *c, const struct record *r, const struct undo_report *report)
{
    char id[DOT_TEXT_SIZE];
    struct buf kept = {0};
    dot_format(r->id, id);
    if (report->deleted) {
        cli_say(c,
                _("That save had made the record, so the record is deleted now. Nothing is "
                  "lost: terrace undo %s brings it back."),
                id);
        return;
    }
    cli_say(c, _("Taken back, as a new save. terrace undo %s again would restore it."), id);
    for (size_t i = 0; i < report->kept_count; i++) {
        const struct field_def *f = schema_field(r->kind, report->kept[i]);
        buf_printf(&kept, "%s%s", i ? ", " : "",
                   f ? cli_field_label(c, f) : show_field_key(r->kind, report->kept[i], &c->arena));
    }
    if (kept.len) {
        cli_say(c, _("Not taken back, because it was changed since: %.*s."), (int)kept.len,
                (const char *)kept.ptr);
    }
    buf_free(&kept);
}

enum err cmd_undo(struct cli *c)
{
    struct txn *t = NULL;
    struct record r;
    struct undo_report report;
    char dot[DOT_TEXT_SIZE];
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    TRY(cli_end(t, undo(c, t, &r, &report)));
    if (c->json) {
        undo_json(c, &r, &report);
        return cli_flush(c);
    }
    dot_format(report.dot, dot);
    buf_printf(&c->out, "%s\n", dot);
    TRY(cli_flush(c));
    undo_words(c, &r, &report);
    return ERR_OK;
}
