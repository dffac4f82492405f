#include "core/rating.h"

#include "core/person.h"
#include "core/transfer.h"

#define PAGE 256
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

static enum err fill_line(struct txn *t, const struct record *member, int64_t year,
                          struct arena *arena, struct rating_line *out)
{
    *out = (struct rating_line){.member = member->id,
                                .unit = transfer_counted_unit(t, member),
                                .name = merge_shown_text(member, F_MEMBER_NAME)};
    TRY(attendance_of(t, member->id, DATE_MAKE(year, 1, 1), DATE_MAKE(year, 12, 31),
                      &out->attendance));
    return find_rating(t, year, arena, out);
}

enum err rating_of(struct txn *t, struct dot member, int64_t year, struct arena *arena,
                   struct rating_line *out)
{
    struct record r;
    TRY(person_read(t, member, arena, &r, NULL));
    return fill_line(t, &r, year, arena, out);
}

static bool is_rated(struct txn *t, const struct record *m, struct dot unit)
{
    int64_t status = merge_shown_int(m, F_MEMBER_STATUS);
    return !(m->flags & RECORD_STUB) && !merge_is_deleted(m) &&
           (status == 0 || status == MEMBER_ACTIVE) && dot_equal(person_shown(t, m->id), m->id) &&
           unit_is_within(t, transfer_counted_unit(t, m), unit);
}

enum err rating_each(struct txn *t, struct dot unit, int64_t year,
                     bool (*visit)(void *ctx, const struct rating_line *line), void *ctx)
{
    struct arena page = {0}, arena = {0};
    struct id_list list = {0};
    struct dot after = {0, 0};
    bool go_on = true;
    enum err e = ERR_OK;
    do {
        arena_reset(&page);
        e = store_ids_of_kind(t, KIND_MEMBER, after, PAGE, &page, &list);
        for (size_t i = 0; e == ERR_OK && go_on && i < list.count; i++) {
            struct record r;
            struct rating_line line;
            arena_reset(&arena);
            after = list.ids[i];
            e = store_get(t, after, &arena, &r, NULL);
            if (e == ERR_OK && is_rated(t, &r, unit)) {
                e = fill_line(t, &r, year, &arena, &line);
                go_on = e == ERR_OK && visit(ctx, &line);
            }
        }
    } while (e == ERR_OK && go_on && list.more);
    arena_free(&page);
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
