#include "core/assess.h"

#include "core/report.h"

#define ITEMS_OWN 5
#define CONTENTS 3

static enum err find_assessment(struct txn *t, struct dot unit, int64_t year, struct arena *arena,
                                struct assessment *out)
{
    struct id_list list;
    TRY(store_ids_of_kind(t, KIND_ASSESSMENT, (struct dot){0, 0}, SIZE_MAX, arena, &list));
    for (size_t i = 0; i < list.count; i++) {
        struct record r;
        TRY(store_get(t, list.ids[i], arena, &r, NULL));
        if (!(r.flags & RECORD_STUB) && !merge_is_deleted(&r) &&
            merge_shown_int(&r, F_ASSESSMENT_YEAR) == year &&
            dot_equal(merge_shown_ref(&r, F_UNIT), unit)) {
            out->record = r.id;
            out->status = merge_shown_int(&r, F_ASSESSMENT_STATUS);
            out->is_frozen =
                out->status == ASSESSMENT_RECOGNISED || out->status == ASSESSMENT_NOT_RECOGNISED;
        }
    }
    return ERR_OK;
}

static const char *unit_word(const struct measure *m)
{
    return m->unit == MEASURE_PERCENT ? " %"
           : m->unit == MEASURE_MONEY ? " đồng"
           : m->unit == MEASURE_DAYS  ? " ngày"
                                      : "";
}

/* The scores themselves are no evidence for a score. */
static void add_row(struct buf *b, const struct report_row *row, struct arena *arena)
{
    if (row->measure->unit != MEASURE_POINTS && !row->measure->sensitive && !row->grouped) {
        const char *text = row->value.known ? figure_words(row->value, true, arena) : "–";
        buf_printf(b, "%s%s: %s%s", b->len ? "\n" : "", row->vi, text,
                   row->value.known ? unit_word(row->measure) : "");
    }
}

enum err assess_read(struct txn *t, struct dot unit, int64_t year, struct arena *arena,
                     struct assessment *out)
{
    struct report_result result;
    struct report_query q = {.report = report_by_name("badong"), .unit = unit};
    *out = (struct assessment){.status = 0};
    CHECK(q.report != NULL);
    TRY(report_period_parse(slice_str(arena_printf(arena, "%04lld", (long long)year)),
                            CUTOFF_MONTH_END, &q.period));
    TRY(report_run(t, &q, arena, &result));
    for (size_t content = 0; content < CONTENTS; content++) {
        struct buf b = {0};
        for (size_t i = 0; i < result.row_count; i++) {
            if (result.rows[i].section == &q.report->sections[content]) {
                add_row(&b, &result.rows[i], arena);
            }
        }
        out->evidence[content] = arena_copy(arena, buf_view(&b));
        buf_free(&b);
    }
    return find_assessment(t, unit, year, arena, out);
}

enum err assess_write(struct txn *t, struct dot unit, int64_t year, const struct assessment *now,
                      const struct draft_item *items, size_t item_count, struct rule_notes *notes,
                      struct arena *arena, struct dot *id, struct dot *dot)
{
    static const char *const names[CONTENTS] = {"evidence_1", "evidence_2", "evidence_3"};
    struct draft_item *all = arena_array(arena, item_count + ITEMS_OWN, sizeof(*all));
    struct id_list doubles;
    size_t n = 0;
    if (now->is_frozen) {
        return error_set(ERR_RULE, _("this assessment is decided; its figures stay as they were"));
    }
    if (dot_is_none(now->record)) {
        const char *number = arena_printf(arena, "%lld", (long long)year);
        all[n++] = (struct draft_item){.name = slice_str("unit"),
                                       .value = slice_str(dot_text(unit, arena))};
        all[n++] = (struct draft_item){.name = slice_str("year"), .value = slice_str(number)};
    }
    for (size_t i = 0; i < CONTENTS; i++) {
        all[n++] = (struct draft_item){.name = slice_str(names[i]), .value = now->evidence[i]};
    }
    for (size_t i = 0; i < item_count; i++) {
        all[n++] = items[i];
    }
    struct draft draft = {.id = now->record,
                          .kind = KIND_ASSESSMENT,
                          .items = all,
                          .item_count = n,
                          .via = VIA_LOCAL,
                          .notes = notes};
    return draft_save(t, &draft, arena, id, dot, &doubles);
}
