/* show, list, find */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/mask.h"
#include "cli/query.h"
#include "cli/show.h"
#include "core/person.h"
#include "core/steps.h"
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

/* What a rule says, the day or month of what happens at a time, else the code that must be given.
 */
static int telling(const struct kind_def *k, const struct field_def *f)
{
    if (k->number == KIND_RULE) {
        return f->number == F_RULE_VALUE ? 2 : 0;
    }
    if (!(f->flags & FIELD_REQUIRED)) {
        return 0;
    }
    return f->type == FIELD_DATE || f->type == FIELD_MONTH ? 2 : f->type == FIELD_ENUM ? 1 : 0;
}

static struct slice field_words(struct cli *c, const struct hit *hit, const struct field_def *f)
{
    const struct value *v = f ? merge_shown(hit->record, f->number) : NULL;
    return v && v->datum.type == DATUM_INT ? mask_words(hit->t, f, &v->datum, c->lang, hit->arena)
                                           : slice_make("", 0);
}

/* What tells two records of one title apart. */
static struct slice detail_text(struct cli *c, const struct hit *hit)
{
    const struct kind_def *k = schema_kind(hit->record->kind);
    const struct field_def *f = NULL;
    struct slice best = slice_make("", 0);
    int best_rank = 0;
    for (size_t i = 0; k && (f = schema_field_at(k, i)) != NULL; i++) {
        int rank = telling(k, f);
        struct slice words = rank > best_rank ? field_words(c, hit, f) : slice_make("", 0);
        if (words.len > 0) {
            best = words;
            best_rank = rank;
        }
    }
    return best;
}

/* How far it is; of a member only what is unusual. */
static struct slice status_text(struct cli *c, const struct hit *hit)
{
    const struct machine *m = steps_of(hit->record->kind);
    const struct value *v = m ? merge_shown(hit->record, m->field) : NULL;
    bool usual = m && m->kind == KIND_MEMBER && v && v->datum.i == MEMBER_ACTIVE;
    return m && !usual ? field_words(c, hit, schema_field(m->kind, m->field)) : slice_make("", 0);
}

/* The code of its unit; of a member on the way "04576 → 04570", the one where it counts first. */
static struct slice place_text(const struct hit *hit)
{
    struct dot counts = show_counted_unit(hit->t, hit->record), unit = show_unit(hit->record);
    struct slice from = unit_code(hit->t, counts, hit->arena);
    struct slice to = unit_code(hit->t, unit, hit->arena);
    return dot_equal(counts, unit)
               ? to
               : slice_str(arena_printf(hit->arena, "%.*s → %.*s", (int)from.len,
                                        (const char *)from.ptr, (int)to.len, (const char *)to.ptr));
}

/* kinds: are there several kinds among them, so that each is named? */
static void table_hit(struct cli *c, struct table *table, const struct hit *hit, bool kinds)
{
    char id[DOT_TEXT_SIZE];
    dot_format(hit->record->id, id);
    struct slice unit = place_text(hit);
    int receipt = session_receipt(hit->t, hit->record, hit->local);
    const struct kind_def *k = schema_kind(hit->record->kind);
    const struct slice cells[] = {slice_str(kinds && k ? cli_kind_label(c, k) : ""),
                                  show_title(hit->t, hit->record->id, hit->arena),
                                  detail_text(c, hit),
                                  status_text(c, hit),
                                  unit,
                                  slice_str(id),
                                  receipt_mark(receipt)};
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
        table_hit(s->c, &s->table, hit, false);
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
    bool known = id_list_has(seen, id);
    if (!known) {
        seen->ids[seen->count++] = id;
    }
    return !known;
}

static enum err find_all(struct cli *c, struct txn *t, const struct id_list *found,
                         struct table *table, size_t *shown)
{
    struct arena arena = {0};
    struct id_list seen = {.ids = arena_array(&c->arena, found->count + 1, sizeof(struct dot))};
    bool merged = store_any_merging(t), itself = true, several = false;
    uint32_t first = 0;
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
            table_hit(c, table, &hit, true);
            several = several || (first != 0 && r.kind != first);
            first = r.kind;
        }
    }
    for (size_t i = 0; i < table->row_count && !several; i++) {
        table->rows[i][0] = slice_make("", 0);
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
