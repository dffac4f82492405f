/* show, list, find, history */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/query.h"
#include "cli/show.h"
#include "core/person.h"
#include "core/text.h"
#include "sync/session.h"

#define FIND_LIMIT 50

enum err cmd_show(struct cli *c)
{
    struct txn *t = NULL;
    struct dot id;
    struct record r;
    struct record_local local;
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = cli_find(c, t, 0, c->args.words[0], &id);
    e = e ? e : person_read(t, id, &c->arena, &r, &local);
    if (e == ERR_OK && c->json) {
        show_json(t, &r, &local, &c->arena, &c->out);
    } else if (e == ERR_OK) {
        show_text(c, t, &r, &local, &c->arena, &c->out);
    }
    txn_abort(t);
    return e ? e : cli_flush(c);
}

/* ---- list ----------------------------------------------------------------------------------- */

struct list_state {
    struct cli *c;
    int64_t limit;
    int64_t count;
    bool count_only;
    struct table table;
    struct arena arena;
};

static struct slice receipt_mark(int receipt)
{
    return slice_str(receipt == 2 ? "✓✓" : receipt == 1 ? "✓" : "·");
}

/* What tells two records of one title apart: the first date, month or code that must be given. */
static struct slice detail_text(struct cli *c, const struct hit *hit)
{
    const struct kind_def *k = schema_kind(hit->record->kind);
    const struct field_def *f = NULL;
    for (size_t i = 0; k && (f = schema_field_at(k, i)) != NULL; i++) {
        bool telling = f->type == FIELD_DATE || f->type == FIELD_MONTH || f->type == FIELD_ENUM;
        const struct value *v = NULL;
        if (telling && (f->flags & FIELD_REQUIRED)) {
            v = merge_shown(hit->record, f->number);
        }
        if (v && v->datum.type == DATUM_INT) {
            return draft_format(hit->t, f, &v->datum, c->lang, hit->arena);
        }
    }
    return slice_make("", 0);
}

static void table_hit(struct cli *c, struct table *table, const struct hit *hit)
{
    char id[DOT_TEXT_SIZE];
    dot_format(hit->record->id, id);
    struct slice unit = unit_code(hit->t, show_unit(hit->record), hit->arena);
    int receipt = session_receipt(hit->t, hit->record->id, hit->local);
    const struct slice cells[] = {show_title(hit->t, hit->record, hit->arena), detail_text(c, hit),
                                  unit, slice_str(id), receipt_mark(receipt)};
    table->columns = ARRAY_COUNT(cells);
    table_add(table, cells);
}

static bool list_visit(void *ctx, const struct hit *hit)
{
    struct list_state *s = ctx;
    if (s->limit > 0 && s->count == s->limit) {
        return false;
    }
    s->count++;
    if (s->count_only) {
        return true;
    }
    if (s->c->json) {
        show_json(hit->t, hit->record, hit->local, hit->arena, &s->c->out);
    } else {
        table_hit(s->c, &s->table, hit);
    }
    return true;
}

static enum err list_page(void *ctx)
{
    struct list_state *s = ctx;
    table_write(&s->table, &s->c->out);
    s->table = (struct table){.arena = &s->arena};
    arena_reset(&s->arena);
    return cli_flush(s->c);
}

enum err cmd_list(struct cli *c)
{
    struct list_state s = {.c = c, .count_only = c->args.given[OPT_COUNT]};
    struct query q;
    const struct kind_def *kind = NULL;
    s.table.arena = &s.arena;
    TRY(cli_kind(c->args.words[0], &kind));
    TRY(args_number(&c->args, OPT_LIMIT, 1, INT64_MAX, 0, &s.limit));
    TRY(query_build(c, kind, c->args.words + 1, c->args.word_count - 1, &q));
    enum err e = query_run(c, &q, list_visit, list_page, &s);
    arena_free(&s.arena);
    if (e != ERR_OK) {
        return e;
    }
    if (s.count_only && c->json) {
        emit_open(&c->out, '{');
        emit_put_int(&c->out, "count", s.count);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
    } else if (s.count_only) {
        buf_printf(&c->out, "%lld\n", (long long)s.count);
    } else if (s.count == 0) {
        cli_say(c, _("Nothing is recorded that fits."));
    }
    return cli_flush(c);
}

/* ---- find ----------------------------------------------------------------------------------- */

/* Two records of one person may both fit: it is shown once. */
static bool is_new_hit(struct id_list *seen, struct dot id)
{
    for (size_t i = 0; i < seen->count; i++) {
        if (dot_equal(seen->ids[i], id)) {
            return false;
        }
    }
    seen->ids[seen->count++] = id;
    return true;
}

static enum err find_all(struct cli *c, struct txn *t, const struct id_list *found,
                         struct table *table, size_t *shown)
{
    struct arena arena = {0};
    struct id_list seen = {.ids = arena_array(&c->arena, found->count + 1, sizeof(struct dot))};
    bool merged = store_any_merging(t), itself = true;
    enum err e = ERR_OK;
    for (size_t i = 0; i < found->count && e == ERR_OK; i++) {
        struct record r;
        struct record_local local;
        struct hit hit = {t, &r, &local, &arena};
        arena_reset(&arena);
        e = store_get(t, found->ids[i], &arena, &r, &local);
        if (e != ERR_OK || merge_is_deleted(&r) || (r.flags & RECORD_STUB)) {
            continue;
        }
        e = merged ? person_follow(t, &r, &local, &arena, &itself) : ERR_OK;
        if (e != ERR_OK || (merged && !is_new_hit(&seen, r.id))) {
            continue;
        }
        (*shown)++;
        if (c->json) {
            show_json(t, &r, &local, &arena, &c->out);
        } else {
            table_hit(c, table, &hit);
        }
    }
    arena_free(&arena);
    return e;
}

enum err cmd_find(struct cli *c)
{
    struct txn *t = NULL;
    struct id_list found = {0};
    struct buf words = {0};
    struct table table = {.arena = &c->arena};
    int64_t limit = 0;
    size_t shown = 0;
    TRY(args_number(&c->args, OPT_LIMIT, 1, 100000, FIND_LIMIT, &limit));
    for (size_t i = 0; i < c->args.word_count; i++) {
        buf_printf(&words, "%s%s", i ? " " : "", c->args.words[i]);
    }
    struct slice folded = text_fold(buf_view(&words), &c->arena);
    buf_free(&words);
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = ERR_OK;
    if (folded.len > 0) {
        e = store_ids_by_text(t, folded, (size_t)limit, &c->arena, &found);
    }
    e = e ? e : find_all(c, t, &found, &table, &shown);
    txn_abort(t);
    TRY(e);
    table_write(&table, &c->out);
    TRY(cli_flush(c));
    if (shown == 0) {
        cli_say(c, _("Nothing was found. Letters without marks do as well: “giang a de” finds "
                     "“Giàng A Dê”."));
    } else if (found.more) {
        cli_say(c, _("There are more; --limit N shows more of them."));
    }
    return ERR_OK;
}

/* ---- history -------------------------------------------------------------------------------- */

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

static const char *via_text(uint8_t via)
{
    switch (via) {
    case VIA_SYNC:
        return _("by sync");
    case VIA_BUNDLE:
        return _("by stick");
    case VIA_IMPORT:
        return _("by import");
    default:
        return _("here");
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
        if (data[i].type == DATUM_MARK) {
            continue;
        }
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
        any = data[i].type != DATUM_MARK && data[i].type != DATUM_EMPTY;
    }
    if (any) {
        emit_key(out, key);
        history_data(f, data, count, arena, out);
    }
}

static void history_json(struct txn *t, const struct record *r, const struct history_entry *h,
                         struct arena *arena, struct buf *out)
{
    struct actor_info who = {0};
    const struct identity *own = store_identity(txn_store(t));
    if (h->dot.actor == own->actor) {
        who = (struct actor_info){own->node, own->unit};
    } else if (!store_actor(t, h->dot.actor, &who)) {
        who.node = h->node;
    }
    emit_open(out, '{');
    emit_put_id(out, "id", r->id);
    emit_put_id(out, "dot", h->dot);
    emit_put_int(out, "time", h->time_ms);
    emit_put_text(out, "by", unit_code(t, who.unit, arena));
    emit_put_id(out, "node", who.node);
    emit_put_text(out, "via", slice_str(via_word(h->via)));
    if (h->refused) {
        emit_key(out, "refused");
        emit_bool(out, true);
    }
    emit_key(out, "changes");
    emit_open(out, '[');
    for (size_t i = 0; i < h->change_count; i++) {
        const struct history_change *ch = &h->changes[i];
        const struct field_def *f = schema_field(r->kind, ch->field);
        emit_open(out, '{');
        emit_key(out, "field");
        emit_text(out, slice_str(f ? f->name : arena_printf(arena, "field_%u", ch->field)));
        history_side("from", f, ch->from, ch->from_count, arena, out);
        history_side("to", f, ch->to, ch->to_count, arena, out);
        emit_close(out, '}');
    }
    emit_close(out, ']');
    emit_close(out, '}');
    buf_add_byte(out, '\n');
}

static struct slice history_words(struct cli *c, struct txn *t, const struct field_def *f,
                                  const struct datum *data, size_t count, struct arena *arena)
{
    struct buf b = {0};
    for (size_t i = 0; i < count; i++) {
        if (data[i].type == DATUM_MARK) {
            continue;
        }
        buf_add_str(&b, b.len ? "; " : "");
        if (f && f->number == F_DELETED) {
            buf_add_str(&b, data[i].type == DATUM_EMPTY ? _("kept") : _("deleted"));
        } else {
            buf_add_slice(&b, draft_format(t, f, &data[i], c->lang, arena));
        }
    }
    struct slice s = b.len ? arena_copy(arena, buf_view(&b)) : slice_str("–");
    buf_free(&b);
    return s;
}

static void history_text(struct cli *c, struct txn *t, const struct record *r,
                         const struct history_entry *h, struct arena *arena, struct buf *out)
{
    buf_printf(out, "%s  %s, %s%s\n", cli_time(arena, h->time_ms), show_author(t, h->dot, arena),
               via_text(h->via), h->refused ? _(" – refused, kept here only") : "");
    for (size_t i = 0; i < h->change_count; i++) {
        const struct history_change *ch = &h->changes[i];
        const struct field_def *f = schema_field(r->kind, ch->field);
        struct slice from = history_words(c, t, f, ch->from, ch->from_count, arena);
        struct slice to = history_words(c, t, f, ch->to, ch->to_count, arena);
        buf_printf(out, "    %s: %.*s → %.*s\n",
                   f ? cli_field_label(c, f) : arena_printf(arena, "field_%u", ch->field),
                   (int)from.len, (const char *)from.ptr, (int)to.len, (const char *)to.ptr);
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
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        if (c->json) {
            history_json(t, &r, &entries[i], &c->arena, &c->out);
        } else {
            history_text(c, t, &r, &entries[i], &c->arena, &c->out);
        }
    }
    txn_abort(t);
    return e ? e : cli_flush(c);
}
