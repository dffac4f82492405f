/* What was published stays as it was: figures in a record of their own, which later ones are held
 * against. `measures` holds the ids of the rows, parted by blanks; each of `figures` a unit's code
 * and then its figures in the same order, '-' for one that was not known. Blanks, '%' and control
 * characters in an id or a code are written as in an URL. */
#include "core/draft.h"
#include "core/report.h"
#include "core/units.h"

#include <stdio.h>
#include <stdlib.h>

/* What a text of a record holds; a report of more rows is published without the last of them. */
#define MEASURES_MAX_BYTES 32000
#define FROZEN_ROWS_MAX 1500
#define REST_WORD "..." /* in place of those */

static void put_word(struct buf *b, struct slice word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] <= ' ' || word.ptr[i] == '%') {
            buf_printf(b, "%%%02X", word.ptr[i]);
        } else {
            buf_add_byte(b, word.ptr[i]);
        }
    }
}

static void put_figure(struct buf *b, struct figure f, struct arena *arena)
{
    buf_printf(b, " %s", f.known ? figure_text(f, arena) : "-");
}

static struct slice taken(struct buf *b, struct arena *arena)
{
    struct slice s = arena_copy(arena, buf_view(b));
    buf_free(b);
    return s;
}

/* *count: of the rows that it holds. */
static struct slice measures_text(const struct report_result *r, struct arena *arena, size_t *count)
{
    struct buf b = {0};
    size_t i = 0;
    for (; i < r->row_count && i < FROZEN_ROWS_MAX; i++) {
        size_t before = b.len;
        buf_add_str(&b, i ? " " : "");
        put_word(&b, r->rows[i].id);
        if (b.len > MEASURES_MAX_BYTES) {
            b.len = before;
            break;
        }
    }
    buf_add_str(&b, i < r->row_count ? " " REST_WORD : "");
    *count = i;
    return taken(&b, arena);
}

/* Of the first rows; below: SIZE_MAX = of the unit itself. */
static struct slice figures_text(const struct report_result *r, size_t count, size_t below,
                                 struct arena *arena)
{
    struct buf b = {0};
    put_word(&b, below == SIZE_MAX ? r->unit.code : r->below[below].code);
    for (size_t i = 0; i < count; i++) {
        const struct report_row *row = &r->rows[i];
        put_figure(&b, below == SIZE_MAX ? row->value : row->below[below], arena);
    }
    return taken(&b, arena);
}

enum err report_publish(struct txn *t, const struct report *report,
                        const struct report_result *result, struct arena *arena, struct dot *id)
{
    int64_t today = store_today(t).i;
    char epoch[DOT_TEXT_SIZE];
    struct dot dot;
    struct id_list doubles;
    size_t count = 0;
    struct slice measures = measures_text(result, arena, &count);
    struct slice *figures = arena_array(arena, result->below_count + 1, sizeof(*figures));
    figures[0] = figures_text(result, count, SIZE_MAX, arena);
    for (size_t i = 0; i < result->below_count; i++) {
        figures[i + 1] = figures_text(result, count, i, arena);
    }
    dot_format_actor(store_identity(txn_store(t))->actor, epoch);
    const struct {
        const char *name;
        struct slice value;
    } words[] = {
        {"report", slice_str(report->name)},
        {"period", slice_str(result->period.text)},
        {"subject", slice_str(dot_text(result->unit.id, arena))},
        {"feed_epoch", slice_str(epoch)},
        {"feed_seq",
         slice_str(arena_printf(arena, "%llu", (unsigned long long)store_feed_head(t)))},
        {"published_on", slice_str(arena_printf(arena, "%04d-%02d-%02d", DATE_YEAR(today),
                                                DATE_MONTH(today), DATE_DAY(today)))},
        {"measures", measures},
    };
    struct draft_item items[ARRAY_COUNT(words) + 1];
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        items[i] = (struct draft_item){
            .name = slice_str(words[i].name), .op = EDIT_SET, .value = words[i].value};
    }
    items[ARRAY_COUNT(words)] = (struct draft_item){.name = slice_str("figures"),
                                                    .op = EDIT_SET,
                                                    .elements = figures,
                                                    .element_count = result->below_count + 1};
    const struct draft draft = {.kind = KIND_PUBLICATION,
                                .items = items,
                                .item_count = ARRAY_COUNT(items),
                                .via = VIA_LOCAL};
    return draft_save(t, &draft, arena, id, &dot, &doubles);
}

/* ---- held against it ------------------------------------------------------------------------ */

/* The next word; false at the end. */
static bool next_word(struct slice *rest, struct slice *word)
{
    size_t n = 0;
    while (n < rest->len && rest->ptr[n] != ' ') {
        n++;
    }
    *word = slice_make(rest->ptr, n);
    n += n < rest->len ? 1 : 0;
    *rest = slice_make(rest->ptr + n, rest->len - n);
    return word->len > 0;
}

/* "-", "12" or "12.3"; anything else is taken for not known. */
static struct figure read_figure(struct slice word)
{
    struct figure f = {.known = word.len > 0 && word.len < 18};
    bool tenth = false;
    for (size_t i = 0; f.known && i < word.len; i++) {
        bool point = word.ptr[i] == '.' && i + 2 == word.len;
        f.known = point || (word.ptr[i] >= '0' && word.ptr[i] <= '9');
        f.tenths = point ? f.tenths : f.tenths * 10 + (word.ptr[i] - '0');
        tenth = tenth || point;
    }
    f.tenths = tenth ? f.tenths : f.tenths * 10;
    return f;
}

/* By the unit itself or one above it: no office below says what was published of it. */
static bool is_of_office(struct txn *t, const struct record *r, struct dot subject)
{
    struct dot by = merge_shown_ref(r, F_UNIT);
    return !dot_is_none(by) && unit_is_within(t, subject, by);
}

/* The newest of this report, unit and period; false when there is none. */
static enum err find_published(struct txn *t, const struct report *report,
                               const struct report_result *result, struct arena *arena,
                               struct record *out, bool *found)
{
    struct id_list list;
    int64_t newest_day = 0, newest_ms = 0;
    *found = false;
    TRY(store_ids_by_key(t, KIND_PUBLICATION, F_PUBLICATION_REPORT, slice_str(report->name),
                         SIZE_MAX, arena, &list));
    for (size_t i = 0; i < list.count; i++) {
        struct record r;
        TRY(store_get(t, list.ids[i], arena, &r, NULL));
        int64_t day = merge_shown_int(&r, F_PUBLICATION_DATE);
        int64_t ms = merge_shown_ms(&r, F_PUBLICATION_DATE);
        bool fits =
            !(r.flags & RECORD_STUB) && !merge_is_deleted(&r) &&
            slice_equal(merge_shown_text(&r, F_PUBLICATION_REPORT), slice_str(report->name)) &&
            slice_equal(merge_shown_text(&r, F_PUBLICATION_PERIOD),
                        slice_str(result->period.text)) &&
            dot_equal(merge_shown_ref(&r, F_PUBLICATION_SUBJECT), result->unit.id) &&
            is_of_office(t, &r, result->unit.id);
        bool newer = !*found || day > newest_day || (day == newest_day && ms >= newest_ms);
        if (fits && newer) {
            *out = r;
            *found = true;
            newest_day = day;
            newest_ms = ms;
        }
    }
    return ERR_OK;
}

enum err report_last_published(struct txn *t, const struct report *report,
                               const struct report_result *result, struct arena *arena,
                               int64_t *day)
{
    struct record r;
    bool found = false;
    TRY(find_published(t, report, result, arena, &r, &found));
    *day = found ? merge_shown_int(&r, F_PUBLICATION_DATE) : 0;
    return ERR_OK;
}

static bool same_figure(struct figure a, struct figure b)
{
    return a.known == b.known && (!a.known || a.tenths == b.tenths);
}

/* Rows as they are written, to be found by that. */
struct written {
    struct slice word;
    struct report_row *row;
    bool found;
};

static int compare_words(const void *a, const void *b)
{
    const struct written *x = a, *y = b;
    return slice_compare(x->word, y->word);
}

static struct written *write_rows(struct report_result *result, struct arena *arena)
{
    struct written *list = arena_array(arena, result->row_count + 1, sizeof(*list));
    for (size_t i = 0; i < result->row_count; i++) {
        struct buf b = {0};
        put_word(&b, result->rows[i].id);
        list[i] = (struct written){taken(&b, arena), &result->rows[i], false};
    }
    qsort(list, result->row_count, sizeof(*list), compare_words);
    return list;
}

static void freeze(struct report_row *row, struct figure f)
{
    row->frozen = f;
    row->adjusted = !same_figure(f, row->value);
}

static void hold_against(struct report_result *result, struct slice measures, struct slice figures,
                         struct arena *arena)
{
    struct written *list = write_rows(result, arena), key = {0};
    struct slice figure;
    bool whole = true;
    while (next_word(&measures, &key.word)) {
        struct written *w = bsearch(&key, list, result->row_count, sizeof(*list), compare_words);
        (void)next_word(&figures, &figure);
        whole = whole && !slice_equal(key.word, slice_str(REST_WORD));
        if (w) {
            freeze(w->row, read_figure(figure));
            w->found = true;
        }
    }
    /* a key of a group that nobody had then */
    for (size_t i = 0; whole && i < result->row_count; i++) {
        if (!list[i].found && list[i].row->measure->how == HOW_GROUP) {
            freeze(list[i].row, (struct figure){true, 0});
        }
    }
}

enum err report_compare_published(struct txn *t, const struct report *report,
                                  struct report_result *result, struct arena *arena,
                                  int64_t *published_on)
{
    struct record r;
    bool found = false;
    struct buf code = {0};
    size_t count = 0;
    *published_on = 0;
    TRY(find_published(t, report, result, arena, &r, &found));
    if (!found || !record_field(&r, F_PUBLICATION_FIGURES)) {
        return ERR_OK;
    }
    put_word(&code, result->unit.code);
    struct slice own = taken(&code, arena);
    const struct value **v = merge_siblings(&r, F_PUBLICATION_FIGURES, arena, &count);
    for (size_t i = 0; i < count; i++) {
        struct slice rest = v[i]->datum.text, word;
        if (v[i]->datum.type == DATUM_TEXT && next_word(&rest, &word) && slice_equal(word, own)) {
            hold_against(result, merge_shown_text(&r, F_PUBLICATION_MEASURES), rest, arena);
        }
    }
    *published_on = merge_shown_int(&r, F_PUBLICATION_DATE);
    return ERR_OK;
}
