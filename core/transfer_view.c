/* What is known of a letter, from the transfer, the answer, or both; and where a person counts. */
#include "core/person.h"
#include "core/text.h"
#include "core/transfer.h"

static bool same_letter(const struct record *a, uint32_t field, struct slice letter,
                        struct arena *arena)
{
    return slice_equal(text_fold(merge_shown_text(a, field), arena), text_fold(letter, arena));
}

/* Is `answer` the one to `transfer`? By letter and issuer; an answer that names no issuer, given
 * before anything was known here, by the unit that it comes from. A branch of another commune has
 * no record here: it is known by its ID alone. */
static bool answers(struct txn *t, const struct record *answer, const struct record *transfer,
                    struct arena *arena)
{
    struct dot issuer = merge_shown_ref(answer, F_ACCEPTANCE_ISSUER),
               from = merge_shown_ref(answer, F_UNIT);
    struct dot unit = merge_shown_ref(transfer, F_UNIT),
               to = merge_shown_ref(transfer, F_TRANSFER_TO);
    return !merge_is_deleted(answer) &&
           same_letter(answer, F_ACCEPTANCE_LETTER, merge_shown_text(transfer, F_TRANSFER_LETTER),
                       arena) &&
           (dot_is_none(issuer) || dot_equal(issuer, merge_shown_ref(transfer, F_TRANSFER_FROM)) ||
            unit_is_within(t, unit, issuer) || unit_is_within(t, issuer, unit)) &&
           unit_is_within(t, to, from);
}

/* An answer to this one? Offices number their letters alike, so there may be many to look at. */
static enum err find_answer(struct txn *t, const struct record *transfer, struct arena *arena,
                            struct dot *out)
{
    struct id_list list;
    struct slice letter = merge_shown_text(transfer, F_TRANSFER_LETTER);
    *out = (struct dot){0, 0};
    TRY(store_ids_by_key(t, KIND_ACCEPTANCE, F_ACCEPTANCE_LETTER, letter, SIZE_MAX, arena, &list));
    for (size_t i = 0; i < list.count && dot_is_none(*out); i++) {
        struct record r;
        TRY(store_get(t, list.ids[i], arena, &r, NULL));
        if (!(r.flags & RECORD_STUB) && answers(t, &r, transfer, arena)) {
            *out = r.id;
        }
    }
    return ERR_OK;
}

/* Whom to name as the sender: `from`; where its record is not held, the office of the letter. */
static struct dot sender_of(struct txn *t, struct dot from, struct dot office, struct slice letter,
                            struct arena *arena)
{
    if (dot_is_none(from) || store_has(t, from)) {
        return from;
    }
    office = store_has(t, office) ? office : transfer_letter_office(t, letter, arena);
    return dot_is_none(office) ? from : office;
}

static enum err view_transfer(struct txn *t, const struct record *x, struct arena *arena,
                              struct transfer_view *out)
{
    *out = (struct transfer_view){.transfer = x->id,
                                  .member = merge_shown_ref(x, F_MEMBER),
                                  .from = merge_shown_ref(x, F_TRANSFER_FROM),
                                  .to = merge_shown_ref(x, F_TRANSFER_TO),
                                  .letter = merge_shown_text(x, F_TRANSFER_LETTER),
                                  .to_outside = merge_shown_text(x, F_TRANSFER_TO_OUTSIDE),
                                  .issued_ms = merge_shown_ms(x, F_TRANSFER_LETTER)};
    out->sender = sender_of(t, out->from, merge_shown_ref(x, F_UNIT), out->letter, arena);
    switch (merge_shown_int(x, F_TRANSFER_STATUS)) {
    case TRANSFER_ACCEPTED:
        out->state = TRANSFER_STATE_ACCEPTED;
        return ERR_OK;
    case TRANSFER_REFUSED:
        out->state = TRANSFER_STATE_REFUSED;
        return ERR_OK;
    case TRANSFER_RETURNED:
        out->state = TRANSFER_STATE_RETURNED;
        return ERR_OK;
    default:
        break;
    }
    TRY(find_answer(t, x, arena, &out->acceptance));
    bool answered = !dot_is_none(out->acceptance);
    out->state = answered ? TRANSFER_STATE_ANNOUNCED : TRANSFER_STATE_IN_TRANSIT;
    out->waiting_for = answered || dot_is_none(out->to) ? out->sender : out->to;
    return ERR_OK;
}

static void view_answer(struct txn *t, const struct record *a, struct arena *arena,
                        struct transfer_view *out)
{
    *out = (struct transfer_view){.acceptance = a->id,
                                  .member = merge_shown_ref(a, F_MEMBER),
                                  .from = merge_shown_ref(a, F_ACCEPTANCE_ISSUER),
                                  .to = merge_shown_ref(a, F_UNIT),
                                  .letter = merge_shown_text(a, F_ACCEPTANCE_LETTER),
                                  .state = TRANSFER_STATE_ANNOUNCED,
                                  .issued_ms = merge_shown_ms(a, F_ACCEPTANCE_LETTER)};
    out->sender = sender_of(t, out->from, (struct dot){0, 0}, out->letter, arena);
    out->waiting_for = out->sender;
}

static enum err first_answered(struct txn *t, const struct record *answer,
                               const struct id_list *list, struct arena *arena, struct dot *out)
{
    for (size_t i = 0; i < list->count && dot_is_none(*out); i++) {
        struct record x;
        TRY(store_get(t, list->ids[i], arena, &x, NULL));
        if (x.kind == KIND_TRANSFER && !(x.flags & RECORD_STUB) && !merge_is_deleted(&x) &&
            answers(t, answer, &x, arena)) {
            *out = x.id;
        }
    }
    return ERR_OK;
}

/* The transfer that an answer is to; none when it has not come. Most answers name the member, who
 * has few of them; one that was given ahead has the letter's number alone. */
static enum err answered_transfer(struct txn *t, const struct record *answer, struct arena *arena,
                                  struct dot *out)
{
    struct id_list list;
    struct dot member = merge_shown_ref(answer, F_MEMBER);
    struct slice letter = merge_shown_text(answer, F_ACCEPTANCE_LETTER);
    *out = (struct dot){0, 0};
    if (!dot_is_none(member)) {
        TRY(store_ids_by_ref(t, member, F_MEMBER, *out, SIZE_MAX, arena, &list));
        TRY(first_answered(t, answer, &list, arena, out));
    }
    if (dot_is_none(*out)) {
        TRY(store_ids_by_key(t, KIND_TRANSFER, F_TRANSFER_LETTER, letter, SIZE_MAX, arena, &list));
        TRY(first_answered(t, answer, &list, arena, out));
    }
    return ERR_OK;
}

enum err transfer_view(struct txn *t, const struct record *r, struct arena *arena,
                       struct transfer_view *out)
{
    struct dot transfer;
    struct record x;
    if (r->kind == KIND_TRANSFER) {
        return view_transfer(t, r, arena, out);
    }
    TRY(answered_transfer(t, r, arena, &transfer));
    if (dot_is_none(transfer)) {
        view_answer(t, r, arena, out);
        return ERR_OK;
    }
    TRY(store_get(t, transfer, arena, &x, NULL));
    return view_transfer(t, &x, arena, out);
}

enum err transfer_find(struct txn *t, struct slice letter_or_id, struct arena *arena,
                       struct transfer_view *out, struct id_list *candidates)
{
    static const uint32_t kinds[] = {KIND_TRANSFER, KIND_ACCEPTANCE};
    enum err e = ERR_NOT_FOUND;
    for (size_t i = 0; i < ARRAY_COUNT(kinds) && e == ERR_NOT_FOUND; i++) {
        struct dot id;
        struct record r;
        e = draft_resolve_ref(t, kinds[i], letter_or_id, arena, &id, candidates);
        e = e ? e : store_get(t, id, arena, &r, NULL);
        e = e ? e : transfer_view(t, &r, arena, out);
    }
    if (e == ERR_NOT_FOUND) {
        return error_set(e, _("no letter “%.*s” is known here"),
                         letter_or_id.len > 80 ? 80 : (int)letter_or_id.len,
                         (const char *)letter_or_id.ptr);
    }
    return e;
}

enum err transfer_each(struct txn *t, bool (*visit)(void *ctx, const struct transfer_view *v),
                       void *ctx)
{
    static const uint32_t kinds[] = {KIND_TRANSFER, KIND_ACCEPTANCE};
    struct arena ids = {0}, arena = {0};
    enum err e = ERR_OK;
    bool go_on = true;
    for (size_t k = 0; k < ARRAY_COUNT(kinds) && e == ERR_OK; k++) {
        struct id_list list = {0};
        e = store_ids_of_kind(t, kinds[k], (struct dot){0, 0}, SIZE_MAX, &ids, &list);
        for (size_t i = 0; i < list.count && e == ERR_OK && go_on; i++) {
            struct record r;
            struct transfer_view v;
            struct dot transfer = {0, 0};
            arena_reset(&arena);
            e = store_get(t, list.ids[i], &arena, &r, NULL);
            if (e != ERR_OK || r.flags & RECORD_STUB || merge_is_deleted(&r)) {
                continue;
            }
            if (r.kind == KIND_ACCEPTANCE) {
                e = answered_transfer(t, &r, &arena, &transfer);
            }
            if (e == ERR_OK && dot_is_none(transfer)) {
                e = transfer_view(t, &r, &arena, &v);
                go_on = e == ERR_OK && visit(ctx, &v);
            }
        }
    }
    arena_free(&ids);
    arena_free(&arena);
    return e;
}

/* ---- counting ------------------------------------------------------------------------------- */

/* The unit of the person: its shown record's, else the next one's that has any. */
static struct dot person_unit(struct txn *t, const struct record *shown,
                              const struct id_list *mates, struct arena *arena)
{
    struct dot unit = merge_shown_ref(shown, F_UNIT);
    for (size_t i = 0; i < mates->count && dot_is_none(unit); i++) {
        struct record m;
        if (store_get(t, mates->ids[i], arena, &m, NULL) == ERR_OK && !merge_is_deleted(&m)) {
            unit = merge_shown_ref(&m, F_UNIT);
        }
    }
    return unit;
}

struct dot transfer_counted_unit(struct txn *t, const struct record *member)
{
    struct arena arena = {0};
    struct id_list mates;
    struct dot unit = {0, 0};
    if (member->kind != KIND_MEMBER || member->flags & RECORD_STUB || merge_is_deleted(member) ||
        !dot_equal(person_shown(t, member->id), member->id) ||
        person_component(t, member->id, &arena, &mates) != ERR_OK) {
        goto done;
    }
    unit = person_unit(t, member, &mates, &arena);
    struct dot shown = unit;
    for (size_t i = 0; i < mates.count && dot_equal(unit, shown); i++) {
        struct id_list open;
        if (store_ids_of_open_transfers(t, mates.ids[i], OPEN_TRANSFERS_MAX, &arena, &open) !=
            ERR_OK) {
            continue;
        }
        for (size_t j = 0; j < open.count && dot_equal(unit, shown); j++) {
            struct record x, m;
            if (store_get(t, open.ids[j], &arena, &x, NULL) == ERR_OK &&
                dot_equal(merge_shown_ref(&x, F_TRANSFER_TO), shown) &&
                store_get(t, mates.ids[i], &arena, &m, NULL) == ERR_OK &&
                scope_came_from(&m, merge_shown_ref(&x, F_TRANSFER_FROM))) {
                unit = merge_shown_ref(&x, F_TRANSFER_FROM);
            }
        }
    }
done:
    arena_free(&arena);
    return unit;
}
