#include "core/fee.h"

#include "core/person.h"
#include "core/process.h"
#include "core/transfer.h"

#include <stdlib.h>

#define PAGE 512
#define FEE_ITEMS_MAX 8

struct reading {
    struct txn *t;
    struct arena *arena; /* of the sheet */
    struct fee_sheet *out;
    size_t cap;
    int64_t last_day; /* of the month */
};

/* ---- reading -----------------------------------------------------------------------------------
 */

static bool is_fee(const struct record *r)
{
    return r->kind == KIND_FEE && !(r->flags & RECORD_STUB) && !merge_is_deleted(r);
}

/* The member's fee of the month into the line, and what its newest fee before says. */
static enum err look_at_fees(struct reading *g, struct dot member, struct arena *page,
                             struct fee_line *line)
{
    struct id_list ids, fees;
    int64_t newest = 0;
    TRY(person_component(g->t, member, page, &ids));
    for (size_t k = 0; k < ids.count; k++) {
        TRY(store_ids_by_ref(g->t, ids.ids[k], F_MEMBER, (struct dot){0, 0}, SIZE_MAX, page,
                             &fees));
        for (size_t i = 0; i < fees.count; i++) {
            struct record r;
            TRY(store_get(g->t, fees.ids[i], page, &r, NULL));
            int64_t month = merge_shown_int(&r, F_FEE_MONTH);
            if (!is_fee(&r) || month > g->out->month || month < newest) {
                continue;
            }
            newest = month;
            line->waged = merge_shown_int(&r, F_FEE_WAGED) != 0;
            line->exemption = (struct slice){0};
            if (merge_shown_int(&r, F_FEE_STATUS) == FEE_EXEMPT) {
                line->exemption = arena_copy(g->arena, merge_shown_text(&r, F_FEE_EXEMPTION));
            }
            if (month == g->out->month) {
                line->record = r.id;
                line->unit = merge_shown_ref(&r, F_UNIT);
                line->status = merge_shown_int(&r, F_FEE_STATUS);
                line->amount = merge_shown_number(&r, F_FEE_AMOUNT);
            }
        }
    }
    return ERR_OK;
}

static void add_line(struct reading *g, const struct fee_line *line)
{
    struct fee_sheet *s = g->out;
    if (s->count == g->cap) {
        size_t cap = g->cap ? g->cap * 2 : 64;
        struct fee_line *lines = arena_array(g->arena, cap, sizeof(*lines));
        if (s->count) {
            memcpy(lines, s->lines, s->count * sizeof(*lines));
        }
        s->lines = lines;
        g->cap = cap;
    }
    s->lines[s->count++] = *line;
    if (!dot_is_none(line->record)) {
        s->recorded++;
        s->due += line->status == FEE_DUE ? 1 : 0;
        s->exempt += line->status == FEE_EXEMPT ? 1 : 0;
        s->paid += line->status == FEE_PAID ? 1 : 0;
        s->collected += line->status == FEE_PAID ? line->amount : 0;
    }
}

static enum err look_at_member(struct reading *g, const struct record *m, struct arena *page)
{
    struct fee_line line = {.member = m->id};
    if ((m->flags & RECORD_STUB) || merge_is_deleted(m) ||
        !dot_equal(person_shown(g->t, m->id), m->id)) {
        return ERR_OK;
    }
    int64_t status = merge_shown_int(m, F_MEMBER_STATUS);
    int64_t admitted = date_first_day(merge_shown_int(m, F_MEMBER_ADMITTED));
    struct dot unit = transfer_counted_unit(g->t, m);
    bool owes = (status == 0 || status == MEMBER_ACTIVE) && admitted <= g->last_day &&
                unit_is_within(g->t, unit, g->out->unit);
    TRY(look_at_fees(g, m->id, page, &line));
    bool here = !dot_is_none(line.record) && unit_is_within(g->t, line.unit, g->out->unit);
    if (!owes && !here) {
        return ERR_OK;
    }
    if (dot_is_none(line.record)) {
        line.unit = unit;
        line.status = line.exemption.len ? FEE_EXEMPT : FEE_DUE;
        line.amount =
            rules_number(g->t, line.waged ? "fee_waged" : "fee_unwaged",
                         DATE_MAKE(MONTH_YEAR(g->out->month), MONTH_MONTH(g->out->month), 1));
    }
    line.name = arena_copy(g->arena, merge_shown_text(m, F_MEMBER_NAME));
    if (g->out->count == FEE_MEMBERS_MAX) {
        return error_set(ERR_TOO_LARGE, _("more than %d members; take the units below one by one"),
                         FEE_MEMBERS_MAX);
    }
    add_line(g, &line);
    return ERR_OK;
}

/* What was passed up for that month by this very unit. */
static enum err look_for_remittance(struct reading *g, struct arena *page)
{
    struct id_list list;
    TRY(store_ids_of_unit(g->t, g->out->unit, (struct dot){0, 0}, SIZE_MAX, page, &list));
    for (size_t i = 0; i < list.count; i++) {
        struct record r;
        TRY(store_get(g->t, list.ids[i], page, &r, NULL));
        if (is_fee(&r) && merge_shown_int(&r, F_FEE_STATUS) == FEE_REMITTED &&
            merge_shown_int(&r, F_FEE_MONTH) == g->out->month &&
            dot_equal(merge_shown_ref(&r, F_UNIT), g->out->unit)) {
            g->out->remittance = r.id;
            g->out->remitted = merge_shown_number(&r, F_FEE_AMOUNT);
        }
    }
    return ERR_OK;
}

static int compare_lines(const void *a, const void *b)
{
    const struct fee_line *x = a, *y = b;
    int by_name = slice_compare(x->name, y->name);
    return by_name ? by_name : dot_compare(x->member, y->member);
}

enum err fee_read(struct txn *t, struct dot unit, int64_t month, struct arena *arena,
                  struct fee_sheet *out)
{
    struct arena page = {0};
    struct id_list list = {0};
    struct dot after = {0, 0};
    int64_t first = DATE_MAKE(MONTH_YEAR(month), MONTH_MONTH(month), 1);
    struct reading g = {.t = t, .arena = arena, .out = out};
    enum err e = ERR_OK;
    *out = (struct fee_sheet){.month = month, .unit = unit};
    g.last_day = date_last_day(DATE_MAKE(MONTH_YEAR(month), MONTH_MONTH(month), 0));
    do {
        arena_reset(&page);
        e = store_ids_of_kind(t, KIND_MEMBER, after, PAGE, &page, &list);
        for (size_t i = 0; e == ERR_OK && i < list.count; i++) {
            struct record r;
            e = store_get(t, list.ids[i], &page, &r, NULL);
            e = e ? e : look_at_member(&g, &r, &page);
            after = list.ids[i];
        }
    } while (e == ERR_OK && list.more);
    arena_reset(&page);
    e = e ? e : look_for_remittance(&g, &page);
    arena_free(&page);
    if (e == ERR_OK && out->count > 0) {
        qsort(out->lines, out->count, sizeof(*out->lines), compare_lines);
    }
    int64_t of = rules_number(t, "fee_up_of", first);
    out->up = of > 0 ? out->collected * rules_number(t, "fee_up_part", first) / of : 0;
    out->kept = out->collected - out->up;
    return e;
}

/* ---- writing ------------------------------------------------------------------------------------
 */

static enum err save(struct txn *t, struct dot id, const struct draft_item *items, size_t count,
                     struct rule_notes *notes, struct arena *arena, bool *saved)
{
    struct dot dot = {0, 0};
    struct id_list doubles;
    struct draft draft = {.id = id,
                          .kind = KIND_FEE,
                          .items = items,
                          .item_count = count,
                          .via = VIA_LOCAL,
                          .notes = notes};
    enum err e = draft_save(t, &draft, arena, &id, &dot, &doubles);
    *saved = e == ERR_OK && !dot_is_none(dot);
    return e;
}

static struct draft_item item(const char *name, const char *value)
{
    return (struct draft_item){.name = slice_str(name), .op = EDIT_SET, .value = slice_str(value)};
}

enum err fee_write(struct txn *t, const struct fee_sheet *sheet, const struct fee_line *line,
                   const struct fee_entry *entry, struct rule_notes *notes, struct arena *arena,
                   bool *saved)
{
    struct draft_item items[FEE_ITEMS_MAX];
    size_t n = 0;
    bool is_new = dot_is_none(line->record);
    bool goes_on = entry->status == FEE_DUE && line->status == FEE_EXEMPT;
    int64_t status = goes_on ? FEE_EXEMPT : entry->status;
    *saved = false;
    if (!is_new && (entry->status == FEE_DUE || entry->status == line->status)) {
        return ERR_OK;
    }
    if (is_new) {
        items[n++] = item("unit", dot_text(line->unit, arena));
        items[n++] = item("member", dot_text(line->member, arena));
        items[n++] = item("month", process_month_text(sheet->month, arena));
        items[n++] = item("waged", line->waged ? "true" : "false");
    }
    if (status == FEE_EXEMPT) {
        struct slice why = goes_on ? line->exemption : entry->exemption;
        items[n++] = item("exemption", arena_cstr(arena, why));
    } else if (is_new) {
        items[n++] = item("amount", arena_printf(arena, "%lld", (long long)line->amount));
    }
    if (status == FEE_PAID) {
        items[n++] = item("paid_on", process_date_text(store_today(t).i, arena));
    }
    items[n++] = item("status", schema_code(schema_field(KIND_FEE, F_FEE_STATUS), status)->code);
    return save(t, line->record, items, n, notes, arena, saved);
}

enum err fee_remit(struct txn *t, const struct fee_sheet *sheet, struct arena *arena, bool *saved)
{
    struct draft_item items[FEE_ITEMS_MAX];
    size_t n = 0;
    *saved = false;
    if (sheet->up == 0 && dot_is_none(sheet->remittance)) {
        return error_set(ERR_RULE, _("nothing was collected for that month yet"));
    }
    if (!dot_is_none(sheet->remittance) && sheet->remitted == sheet->up) {
        return ERR_OK;
    }
    items[n++] = item("amount", arena_printf(arena, "%lld", (long long)sheet->up));
    if (dot_is_none(sheet->remittance)) {
        items[n++] = item("unit", dot_text(sheet->unit, arena));
        items[n++] = item("month", process_month_text(sheet->month, arena));
        items[n++] = item("status", "remitted");
        items[n++] = item("paid_on", process_date_text(store_today(t).i, arena));
    }
    return save(t, sheet->remittance, items, n, NULL, arena, saved);
}
