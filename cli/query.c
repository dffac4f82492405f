#include "cli/query.h"

#include "cli/mask.h"
#include "cli/show.h"
#include "core/person.h"
#include "core/text.h"

/* "2001" and "2001-04" ask for a whole year and a whole month. */
static bool date_begins(const struct field_def *f, int64_t v, int64_t wanted)
{
    if (f->type == FIELD_MONTH) {
        return v == wanted;
    }
    if (DATE_MONTH(wanted) == 0) {
        return DATE_YEAR(v) == DATE_YEAR(wanted);
    }
    return DATE_DAY(wanted) == 0 ? v / 32 == wanted / 32 : v == wanted;
}

static bool datum_fits(const struct filter *q, const struct datum *d, struct arena *arena)
{
    if (d->type == DATUM_TEXT) {
        return q->datum.type == DATUM_TEXT && slice_equal(text_fold(d->text, arena), q->folded);
    }
    if (d->type == DATUM_INT && q->datum.type == DATUM_TEXT && q->field->type == FIELD_MONTH) {
        return slice_equal(slice_str(arena_printf(arena, "%04d", MONTH_YEAR(d->i))), q->folded);
    }
    if (d->type != q->datum.type) {
        return false;
    }
    bool dated = q->field->type == FIELD_DATE || q->field->type == FIELD_MONTH;
    return dated ? date_begins(q->field, d->i, q->datum.i) : datum_compare(d, &q->datum) == 0;
}

static bool filter_fits(const struct filter *q, const struct record *r, struct arena *arena)
{
    if (q->field->rule != MERGE_SET) {
        const struct value *v = merge_shown(r, q->field->number);
        if (q->datum.type == DATUM_EMPTY) {
            return !v || v->datum.type == DATUM_EMPTY;
        }
        return v && datum_fits(q, &v->datum, arena);
    }
    size_t count = 0;
    const struct value **v = record_field(r, q->field->number)
                                 ? merge_siblings(r, q->field->number, arena, &count)
                                 : NULL;
    bool fits = q->datum.type == DATUM_EMPTY && count == 0;
    for (size_t i = 0; i < count && !fits; i++) {
        fits = datum_fits(q, &v[i]->datum, arena);
    }
    return fits;
}

static enum err build_filter(struct cli *c, struct txn *t, const struct kind_def *kind,
                             const char *word, struct filter *out)
{
    struct draft_item item;
    TRY(cli_parse_item(c, word, &item));
    out->field = schema_field_by_name(kind, item.name);
    if (!out->field || item.op != EDIT_SET) {
        const char *name = arena_cstr(&c->arena, item.name);
        return error_set_field(ERR_INPUT, name, _("“%s” is no filter; see: terrace help %s"), word,
                               kind->name);
    }
    if (mask_hides(out->field)) { /* what fits would tell what is hidden */
        return error_set_field(ERR_RULE, out->field->name,
                               _("this computer may not see this field, nor look for it"));
    }
    enum err e =
        draft_parse_listing(t, out->field, item.value, &c->arena, &out->datum, &c->candidates);
    /* a month also by its year alone */
    if (e == ERR_INPUT && out->field->type == FIELD_MONTH && item.value.len == 4) {
        out->datum = datum_text(item.value);
        e = ERR_OK;
    }
    if (e == ERR_OK && out->datum.type == DATUM_REF) {
        out->datum.ref = person_shown(t, out->datum.ref); /* as those of the records are followed */
    }
    if (e == ERR_OK && out->datum.type == DATUM_TEXT) {
        out->folded = text_fold(out->datum.text, &c->arena);
    }
    return e;
}

enum err query_build(struct cli *c, const struct kind_def *kind, const char **words, size_t count,
                     struct query *out)
{
    struct txn *t = NULL;
    int64_t since = 0;
    *out = (struct query){.kind = kind, .deleted = c->args.given[OPT_DELETED]};
    TRY(args_number(&c->args, OPT_SINCE, 0, INT64_MAX, 0, &since));
    out->since = (uint64_t)since;
    out->filters = arena_array(&c->arena, count + 1, sizeof(*out->filters));
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = ERR_OK;
    if (c->args.given[OPT_UNIT]) {
        e = cli_find(c, t, KIND_UNIT, c->args.value[OPT_UNIT], &out->root);
    }
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        e = build_filter(c, t, kind, words[i], &out->filters[out->filter_count++]);
    }
    txn_abort(t);
    return e;
}

static bool query_fits(const struct query *q, const struct hit *hit)
{
    const struct record *r = hit->record;
    if ((r->flags & RECORD_STUB) || merge_is_deleted(r) != q->deleted ||
        hit->local->feed_seq <= q->since) {
        return false;
    }
    if (!dot_is_none(q->root) && !unit_is_within(hit->t, show_counted_unit(hit->t, r), q->root)) {
        return false;
    }
    for (size_t i = 0; i < q->filter_count; i++) {
        if (!filter_fits(&q->filters[i], r, hit->arena)) {
            return false;
        }
    }
    return true;
}

static enum err run_page(struct txn *t, const struct query *q, const struct id_list *page,
                         struct arena *arena, bool (*visit)(void *ctx, const struct hit *hit),
                         void *ctx, bool *go_on)
{
    /* a deleted record is listed as it is, so that it can be brought back */
    bool raw = (q->deleted && q->kind->number == KIND_MEMBER) || !store_any_merging(t);
    for (size_t i = 0; i < page->count && *go_on; i++) {
        struct record r;
        struct record_local local;
        struct hit hit = {t, &r, &local, arena};
        arena_reset(arena);
        enum err e = store_get(t, page->ids[i], arena, &r, &local);
        bool shown = true;
        if (e == ERR_OK && !raw) {
            e = person_follow(t, &r, &local, arena, &shown);
        }
        if (e != ERR_OK) {
            return e;
        }
        if (shown && query_fits(q, &hit)) {
            *go_on = visit(ctx, &hit);
        }
    }
    return ERR_OK;
}

enum err query_run(struct cli *c, const struct query *q,
                   bool (*visit)(void *ctx, const struct hit *hit),
                   enum err (*page_done)(void *ctx), void *ctx)
{
    struct arena ids = {0}, arena = {0};
    struct dot after = {0, 0};
    enum err e = ERR_OK;
    bool go_on = true;
    while (e == ERR_OK && go_on) {
        struct txn *t = NULL;
        struct id_list page = {0};
        arena_reset(&ids);
        e = txn_begin(c->store, TXN_READ, &t);
        e = e ? e : store_ids_of_kind(t, q->kind->number, after, PAGE_RECORDS, &ids, &page);
        e = e ? e : run_page(t, q, &page, &arena, visit, ctx, &go_on);
        txn_abort(t);
        if (page.count == 0) {
            break;
        }
        after = page.ids[page.count - 1];
        if (e == ERR_OK && page_done) {
            e = page_done(ctx);
        }
    }
    arena_free(&ids);
    arena_free(&arena);
    return e;
}
