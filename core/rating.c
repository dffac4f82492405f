#include "core/rating.h"

#include "core/person.h"
#include "core/transfer.h"

#define PAGE 1024 /* members whose meetings are counted in one pass */
#define ITEMS_OWN 5

static enum err find_rating(struct txn *t, int64_t year, struct arena *arena,
                            struct rating_line *line)
{
    struct id_list ids, list;
    TRY(person_component(t, line->member, arena, &ids));
    for (size_t k = 0; k < ids.count; k++) {
        TRY(store_ids_by_ref(t, ids.ids[k], F_MEMBER, (struct dot){0, 0}, SIZE_MAX, arena, &list));
        for (size_t i = 0; i < list.count; i++) {
            struct record r;
            TRY(store_get(t, list.ids[i], arena, &r, NULL));
            if (r.kind == KIND_RATING && !(r.flags & RECORD_STUB) && !merge_is_deleted(&r) &&
                merge_shown_int(&r, F_RATING_YEAR) == year) {
                line->record = r.id;
                line->level = merge_shown_int(&r, F_RATING_LEVEL);
                line->status = merge_shown_int(&r, F_RATING_STATUS);
            }
        }
    }
    return ERR_OK;
}

enum err rating_of(struct txn *t, struct dot member, int64_t year, struct arena *arena,
                   struct rating_line *out)
{
    struct record r;
    TRY(person_read(t, member, arena, &r, NULL));
    *out = (struct rating_line){.member = r.id,
                                .unit = transfer_counted_unit(t, &r),
                                .name = merge_shown_text(&r, F_MEMBER_NAME)};
    TRY(attendance_of(t, r.id, DATE_MAKE(year, 1, 1), DATE_MAKE(year, 12, 31), &out->attendance));
    return find_rating(t, year, arena, out);
}

static bool is_rated(struct txn *t, const struct record *m, struct dot unit)
{
    int64_t status = merge_shown_int(m, F_MEMBER_STATUS);
    return !(m->flags & RECORD_STUB) && !merge_is_deleted(m) &&
           (status == 0 || status == MEMBER_ACTIVE) && dot_equal(person_shown(t, m->id), m->id) &&
           unit_is_within(t, transfer_counted_unit(t, m), unit);
}

/* The next members that are rated, with all but their attendance. */
static enum err read_page(struct txn *t, struct dot unit, int64_t year, const struct id_list *page,
                          struct arena *arena, struct rating_line *lines, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < page->count; i++) {
        struct record r;
        TRY(store_get(t, page->ids[i], arena, &r, NULL));
        if (is_rated(t, &r, unit)) {
            struct rating_line *line = &lines[(*count)++];
            line->member = r.id;
            line->unit = transfer_counted_unit(t, &r);
            line->name = merge_shown_text(&r, F_MEMBER_NAME);
            TRY(find_rating(t, year, arena, line));
        }
    }
    return ERR_OK;
}

enum err rating_each(struct txn *t, struct dot unit, int64_t year,
                     bool (*visit)(void *ctx, const struct rating_line *line), void *ctx)
{
    struct arena arena = {0};
    struct id_list page = {0};
    struct dot after = {0, 0};
    bool go_on = true;
    enum err e = ERR_OK;
    do {
        arena_reset(&arena);
        size_t count = 0;
        struct rating_line *lines = arena_array(&arena, PAGE, sizeof(*lines));
        struct dot *members = arena_array(&arena, PAGE, sizeof(*members));
        struct attendance *sums = arena_array(&arena, PAGE, sizeof(*sums));
        e = store_ids_of_kind(t, KIND_MEMBER, after, PAGE, &arena, &page);
        e = e ? e : read_page(t, unit, year, &page, &arena, lines, &count);
        for (size_t i = 0; i < count; i++) {
            members[i] = lines[i].member;
        }
        if (e == ERR_OK && count > 0) {
            e = attendance_of_all(t, members, count, DATE_MAKE(year, 1, 1), DATE_MAKE(year, 12, 31),
                                  sums);
        }
        for (size_t i = 0; e == ERR_OK && go_on && i < count; i++) {
            lines[i].attendance = sums[i];
            go_on = visit(ctx, &lines[i]);
        }
        after = page.count ? page.ids[page.count - 1] : after;
    } while (e == ERR_OK && go_on && page.more);
    arena_free(&arena);
    return e;
}

enum err rating_write(struct txn *t, const struct rating_line *line, int64_t year,
                      struct slice level, const struct draft_item *items, size_t item_count,
                      struct rule_notes *notes, struct arena *arena, struct dot *id,
                      struct dot *dot)
{
    struct draft_item *all = arena_array(arena, item_count + ITEMS_OWN, sizeof(*all));
    struct id_list doubles;
    size_t n = 0;
    int64_t percent = attendance_percent(&line->attendance);
    const char *number = arena_printf(arena, "%lld", (long long)year);
    const char *share = arena_printf(arena, "%lld", (long long)percent);
    if (dot_is_none(line->record)) {
        const char *unit = dot_text(line->unit, arena), *member = dot_text(line->member, arena);
        all[n++] = (struct draft_item){.name = slice_str("unit"), .value = slice_str(unit)};
        all[n++] = (struct draft_item){.name = slice_str("member"), .value = slice_str(member)};
        all[n++] = (struct draft_item){.name = slice_str("year"), .value = slice_str(number)};
    }
    all[n++] = (struct draft_item){.name = slice_str("level"), .value = level};
    if (percent >= 0) {
        all[n++] =
            (struct draft_item){.name = slice_str("attendance_share"), .value = slice_str(share)};
    }
    for (size_t i = 0; i < item_count; i++) {
        all[n++] = items[i];
    }
    struct draft draft = {.id = line->record,
                          .kind = KIND_RATING,
                          .items = all,
                          .item_count = n,
                          .via = VIA_LOCAL,
                          .notes = notes};
    return draft_save(t, &draft, arena, id, dot, &doubles);
}
