/* history */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/mask.h"
#include "cli/show.h"
#include "cli/show_evidence.h"
#include "core/desk.h"
#include "core/transfer.h"

#include <stdlib.h>

#define STORY_UNITS_MAX 64
#define LETTERS_MAX 256

/* ---- history, as JSON ------------------------------------------------------------------------ */

/* By which way. What stands in a record that was entered here, but was written elsewhere, came when
 * the member came back. */
static uint8_t way_of(struct txn *t, const struct history_entry *h)
{
    const struct identity *own = store_identity(txn_store(t));
    bool elsewhere = h->earlier && h->dot.actor != own->actor &&
                     (dot_is_none(own->node) || !dot_equal(desk_author(t, h->dot).node, own->node));
    return elsewhere && h->via != VIA_BUNDLE ? VIA_SYNC : h->via;
}

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
        emit_put_true(out, key);
    }
}

/* true when verify finds that what the entry claims does not hold. */
static bool history_json(struct txn *t, const struct record *r, const struct history_entry *h,
                         bool verify, struct arena *arena, struct buf *out)
{
    struct actor_info who = desk_author(t, h->dot);
    emit_open(out, '{');
    emit_put_id(out, "id", r->id);
    emit_put_id(out, "dot", h->dot);
    emit_put_int(out, "time", h->time_ms);
    emit_put_text(out, "by", unit_code(t, who.unit, arena));
    emit_put_id(out, "node", who.node);
    emit_put_text(out, "via", slice_str(via_word(way_of(t, h))));
    emit_put_int(out, "stored", h->stored_ms);
    emit_put_id(out, "from_node", h->node);
    put_flag(out, "refused", h->refused);
    put_flag(out, "late", h->late);
    put_flag(out, "earlier", h->earlier);
    bool bad = show_evidence_json(t, r->id, h, verify, arena, out);
    emit_key(out, "changes");
    emit_open(out, '[');
    for (size_t i = 0; i < h->change_count; i++) {
        const struct history_change *ch = &h->changes[i];
        const struct field_def *f = schema_field(r->kind, ch->field);
        emit_open(out, '{');
        emit_key(out, "field");
        emit_text(out, slice_str(show_field_key(r->kind, ch->field, arena)));
        if (mask_hides(f)) {
            emit_put_true(out, "_masked");
        } else {
            history_side("from", f, ch->from, ch->from_count, arena, out);
            history_side("to", f, ch->to, ch->to_count, arena, out);
        }
        emit_close(out, '}');
    }
    emit_close(out, ']');
    emit_close(out, '}');
    buf_add_byte(out, '\n');
    return bad;
}

/* ---- history, as a story --------------------------------------------------------------------- */

struct story {
    struct cli *c;
    struct txn *t;
    const struct record *record;
    struct arena *arena;
    bool verify;                             /* each save by the message that brought it */
    uint64_t bad;                            /* how many of them that does not prove */
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
        buf_add_slice(&b, mask_words(s->t, f, &data[i], s->c->lang, s->arena));
    }
    struct slice text = b.len ? arena_copy(s->arena, buf_view(&b)) : slice_str(_("(empty)"));
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

/* What a save of a member's unit did by letter: issuing writes the letter right before it, ending
 * writes the letter's status right after it (core/transfer.c). */
struct letter_step {
    struct transfer_view letter;
    bool issued;
    enum transfer_status ended; /* 0 = not by this save */
};

static bool step_of(const struct history_entry *h, const struct record *x, struct letter_step *out)
{
    const struct field *status = record_field(x, F_TRANSFER_STATUS);
    const struct dot before = {h->dot.actor, h->dot.seq - 1},
                     after = {h->dot.actor, h->dot.seq + 1};
    out->issued = dot_equal(x->id, before);
    out->ended = 0;
    for (uint32_t i = 0; status && i < status->count; i++) {
        const struct value *v = &status->values[i];
        if (dot_equal(v->dot, after) && v->datum.type == DATUM_INT) {
            out->ended = (enum transfer_status)v->datum.i;
        }
    }
    return out->issued || out->ended;
}

static bool letter_step(const struct story *s, const struct history_entry *h,
                        struct letter_step *out)
{
    struct id_list list, candidates;
    const struct dot start = {0, 0};
    if (s->record->kind != KIND_MEMBER ||
        store_ids_by_ref(s->t, s->record->id, F_MEMBER, start, LETTERS_MAX, s->arena, &list) !=
            ERR_OK) {
        return false;
    }
    for (size_t i = 0; i < list.count; i++) {
        struct record x;
        char id[DOT_TEXT_SIZE];
        dot_format(list.ids[i], id);
        if (store_get(s->t, list.ids[i], s->arena, &x, NULL) == ERR_OK && x.kind == KIND_TRANSFER &&
            !(x.flags & RECORD_STUB) && step_of(h, &x, out) &&
            transfer_find(s->t, slice_str(id), s->arena, &out->letter, &candidates) == ERR_OK) {
            return true;
        }
    }
    return false;
}

static const char *unit_words(const struct story *s, const struct field_def *f, struct dot unit)
{
    struct datum d = datum_ref(unit);
    return arena_cstr(s->arena, data_words(s, f, &d, 1));
}

static void letter_words(const struct story *s, const struct field_def *f,
                         const struct letter_step *step, struct buf *out)
{
    const char *from = unit_words(s, f, step->letter.sender),
               *to = unit_words(s, f, step->letter.to);
    const char *letter = arena_cstr(s->arena, step->letter.letter);
    switch (step->issued ? TRANSFER_IN_TRANSIT : step->ended) {
    case TRANSFER_ACCEPTED:
        buf_printf(out, _("    accepted at %s, letter %s\n"), to, letter);
        break;
    case TRANSFER_REFUSED:
        buf_printf(out, _("    back at %s: letter %s was refused at %s\n"), from, letter, to);
        break;
    case TRANSFER_RETURNED:
        buf_printf(out, _("    back at %s: letter %s to %s was taken back\n"), from, letter, to);
        break;
    default:
        buf_printf(out, _("    moved from %s to %s, letter %s\n"), from, to, letter);
        break;
    }
}

/* Where a member went, and by which letter. false when this is no move. */
static bool move_words(const struct story *s, const struct history_entry *h,
                       const struct field_def *f, const struct history_change *ch, struct buf *out)
{
    struct letter_step step;
    if (ch->field != F_UNIT || s->record->kind == KIND_UNIT) {
        return false;
    }
    if (!dot_equal(h->dot, s->record->id) && letter_step(s, h, &step)) {
        letter_words(s, f, &step, out);
        return true;
    }
    if (ch->from_count == 0) {
        return false;
    }
    const char *from = arena_cstr(s->arena, data_words(s, f, ch->from, ch->from_count));
    const char *to = arena_cstr(s->arena, data_words(s, f, ch->to, ch->to_count));
    if (strcmp(from, to) == 0) {
        buf_printf(out, _("    confirmed at %s\n"), to);
    } else {
        buf_printf(out, _("    moved from %s to %s\n"), from, to);
    }
    return true;
}

/* Each with its ID: once they are one person, one name is shown for all. */
static struct slice persons_words(const struct story *s, const struct field_def *f,
                                  const struct datum *data, size_t count)
{
    struct buf b = {0};
    for (size_t i = 0; i < count; i++) {
        char id[DOT_TEXT_SIZE] = "";
        struct record r;
        struct slice name = {0};
        if (data[i].type == DATUM_REF) {
            dot_format(data[i].ref, id);
        }
        if (data[i].type == DATUM_REF &&
            store_get(s->t, data[i].ref, s->arena, &r, NULL) == ERR_OK) {
            const struct value *v = merge_shown(&r, schema_title_field(r.kind));
            name = v && v->datum.type == DATUM_TEXT ? v->datum.text : name;
        }
        name = name.len ? name : draft_format(s->t, f, &data[i], s->c->lang, s->arena);
        buf_printf(&b, "%s%.*s (%s)", i ? "; " : "", (int)name.len, (const char *)name.ptr, id);
    }
    struct slice text = arena_copy(s->arena, buf_view(&b));
    buf_free(&b);
    return text;
}

/* What an officer chose, field by field: "31:k7f…-41" (rule 12). */
static void keep_words(const struct story *s, const struct history_change *ch, struct buf *out)
{
    for (size_t i = 0; i < ch->to_count; i++) {
        struct slice text = ch->to[i].type == DATUM_TEXT ? ch->to[i].text : (struct slice){0};
        const char *word = arena_cstr(s->arena, text), *colon = strchr(word, ':');
        const struct field_def *f =
            schema_field(s->record->kind, (uint32_t)strtoul(word, NULL, 10));
        if (colon && f) {
            buf_printf(out, _("    %s: the one of %s is kept\n"), cli_field_label(s->c, f),
                       colon + 1);
        }
    }
    if (ch->from_count && ch->to_count == 0) {
        buf_add_str(out, _("    the choice of what is kept is taken back\n"));
    }
}

/* Sets that tell of persons found to be one, or two. */
static bool person_words(const struct story *s, const struct field_def *f,
                         const struct history_change *ch, struct buf *out)
{
    struct slice from = persons_words(s, f, ch->from, ch->from_count);
    struct slice to = persons_words(s, f, ch->to, ch->to_count);
    bool merged = ch->field == F_MERGED_INTO;
    if (ch->field == F_MERGED_KEEP) {
        keep_words(s, ch, out);
        return true;
    }
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

/* There were several values, and somebody chose. */
static bool decided_words(const struct story *s, const struct field_def *f,
                          const struct history_change *ch, const char *label, struct buf *out)
{
    bool differ = false;
    for (size_t i = 1; i < ch->from_count; i++) {
        differ = differ || datum_compare(&ch->from[0], &ch->from[i]) != 0;
    }
    if ((f && f->rule == MERGE_SET) || !differ || ch->to_count > 1) {
        return false;
    }
    struct slice to = data_words(s, f, ch->to, ch->to_count);
    struct slice from = data_words(s, f, ch->from, ch->from_count);
    buf_printf(out, _("    %s: decided for %.*s; before there were: %.*s\n"), label, (int)to.len,
               (const char *)to.ptr, (int)from.len, (const char *)from.ptr);
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
    if (ch->field == F_ONCE) {
        return; /* the program's own; the move says it */
    }
    if (mask_hides(f)) {
        buf_printf(out, "    %s: •••\n", label); /* not even whether it changed */
    } else if (ch->field == F_DELETED) {
        deletion_words(ch, out);
    } else if (person_words(s, f, ch, out) || beside_words(s, h, ch, label, out) ||
               decided_words(s, f, ch, label, out) || move_words(s, h, f, ch, out)) {
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
    if (way_of(s->t, h) != h->via) {
        return _("came here by sync");
    }
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

/* The program's own bookkeeping alone is nothing to tell. */
static bool is_told(const struct history_entry *h)
{
    bool told = h->refused || h->change_count == 0;
    for (size_t i = 0; i < h->change_count; i++) {
        told = told || h->changes[i].field != F_ONCE;
    }
    return told;
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
        if (is_told(&entries[i])) {
            entry_words(s, &entries[i], out);
            s->bad +=
                s->verify && show_evidence_text(s->t, s->record->id, &entries[i], s->arena, out);
        }
    }
    struct id_list merged = show_merged(s->t, s->record, s->arena);
    for (size_t i = 0; i < merged.count; i++) {
        char id[DOT_TEXT_SIZE];
        dot_format(merged.ids[i], id);
        buf_printf(out,
                   _("The same person also has the record %s; its story: terrace history "
                     "%s\n"),
                   id, id);
    }
    if (!(s->record->flags & RECORD_STUB)) {
        char id[DOT_TEXT_SIZE];
        dot_format(s->record->id, id);
        buf_printf(out,
                   _("To take one of these back that was saved here: terrace undo %s --save CODE, "
                     "with the code at the end of its line.\n"),
                   id);
    } else {
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
    struct story story = {
        .c = c, .t = t, .record = &r, .arena = &c->arena, .verify = c->args.given[OPT_VERIFY]};
    if (e == ERR_OK && !c->json) {
        tell_story(&story, entries, count);
    }
    for (size_t i = 0; i < count && e == ERR_OK && c->json; i++) {
        story.bad += history_json(t, &r, &entries[i], story.verify, &c->arena, &c->out);
    }
    txn_abort(t);
    e = e ? e : cli_flush(c);
    return e || story.bad == 0
               ? e
               : error_set(ERR_DAMAGED,
                           _("%llu of these saves are not proved by the message that is said to "
                             "have brought them; what the record holds is not changed by that"),
                           (unsigned long long)story.bad);
}
