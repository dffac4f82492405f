#include "core/transfer.h"

#include "core/scope.h"
#include "core/text.h"

/* ---- small readers -------------------------------------------------------------------------- */

static struct dot own_unit(struct txn *t)
{
    return store_identity(txn_store(t))->unit;
}

static enum err save_plain(struct txn *t, struct dot *id, uint32_t kind, const struct edit *edits,
                           size_t count, struct arena *arena)
{
    struct dot dot;
    struct save save = {
        .id = *id, .kind = kind, .edits = edits, .edit_count = count, .via = VIA_LOCAL};
    return store_save(t, &save, arena, id, &dot);
}

/* ---- issuing -------------------------------------------------------------------------------- */

/* "04576-k7f", in the arena: what ends each number that this very computer makes. */
static struct slice own_tail(struct txn *t, struct arena *arena)
{
    const struct identity *self = store_identity(txn_store(t));
    struct slice code = unit_code(t, self->unit, arena);
    char id[DOT_TEXT_SIZE];
    dot_format((struct dot){self->actor, 1}, id);
    return slice_str(arena_printf(arena, "%.*s-%.3s", (int)code.len, (const char *)code.ptr, id));
}

/* "7/04576-k7f": a number of this store's own, its unit, and its actor's first letters, so that two
 * computers without a link never give the same. */
static enum err make_letter(struct txn *t, struct arena *arena, struct slice *out)
{
    const struct slice key = slice_str("letter.next");
    struct slice last, tail = own_tail(t, arena);
    uint64_t n = 1;
    uint8_t bytes[8];
    enum err e = store_kv_get(t, key, arena, &last);
    if (e == ERR_OK && last.len == sizeof(bytes)) {
        n = be64_get(last.ptr) + 1;
    } else if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    be64_put(bytes, n);
    TRY(store_kv_put(t, key, slice_make(bytes, sizeof(bytes))));
    *out = slice_str(arena_printf(arena, "%llu/%.*s", (unsigned long long)n, (int)tail.len,
                                  (const char *)tail.ptr));
    return ERR_OK;
}

static enum err check_not_on_the_way(struct txn *t, const struct record *member,
                                     struct arena *arena)
{
    struct id_list open;
    struct record x;
    TRY(store_ids_of_open_transfers(t, member->id, 1, arena, &open));
    if (open.count == 0) {
        return ERR_OK;
    }
    TRY(store_get(t, open.ids[0], arena, &x, NULL));
    struct slice to = unit_name(t, merge_shown_ref(&x, F_TRANSFER_TO), arena);
    struct slice letter = merge_shown_text(&x, F_TRANSFER_LETTER);
    to = to.len ? to : merge_shown_text(&x, F_TRANSFER_TO_OUTSIDE);
    return error_set(ERR_RULE,
                     _("this member is on the way to %.*s already, letter %.*s; the office that "
                       "gave it can take it back: terrace transfer return %.*s"),
                     (int)to.len, (const char *)to.ptr, (int)letter.len, (const char *)letter.ptr,
                     (int)letter.len, (const char *)letter.ptr);
}

static enum err check_issue(struct txn *t, const struct record *member,
                            const struct transfer_order *o, struct arena *arena)
{
    struct record to;
    if (member->kind != KIND_MEMBER) {
        return error_set(ERR_INPUT, _("a transfer is of a member"));
    }
    if (!(member->flags & RECORD_STUB)) {
        TRY(check_not_on_the_way(t, member, arena)); /* more telling than what follows */
    }
    TRY(draft_may_write(t, member));
    if (merge_is_deleted(member)) {
        return error_set(ERR_RULE, _("this record is deleted; undo the deletion first"));
    }
    if (dot_is_none(o->to)) {
        return o->to_outside.len
                   ? ERR_OK
                   : error_set(ERR_USAGE,
                               _("give --to UNIT, or --outside TEXT for a place outside"));
    }
    TRY(store_get(t, o->to, arena, &to, NULL));
    if (to.kind != KIND_UNIT || merge_is_deleted(&to)) {
        return error_set_field(ERR_INPUT, "to", _("this is no unit"));
    }
    return dot_equal(o->to, merge_shown_ref(member, F_UNIT))
               ? error_set_field(ERR_RULE, "to", _("the member is there already"))
               : ERR_OK;
}

struct filling {
    struct arena *arena;
    struct draft_item *items;
    size_t count;
};

static void fill(struct filling *f, const char *name, struct slice value)
{
    f->items[f->count++] =
        (struct draft_item){.name = slice_str(name), .op = EDIT_SET, .value = value};
}

static void fill_ref(struct filling *f, const char *name, struct dot ref)
{
    fill(f, name, slice_str(dot_text(ref, f->arena)));
}

/* The issuer: this store's unit, or the member's when somebody above issues for it. */
static struct dot issuing_unit(struct txn *t, struct dot from)
{
    return unit_level(t, own_unit(t)) > LEVEL_COMMUNE ? from : own_unit(t);
}

static enum err save_transfer(struct txn *t, const struct transfer_order *o, struct dot from,
                              struct slice letter, struct arena *arena, struct dot *id)
{
    struct filling f = {arena, NULL, 0};
    struct dot dot;
    struct id_list doubles;
    int64_t day = store_today(t).i;
    f.items = arena_array(arena, o->item_count + 9, sizeof(*f.items)); /* 8 of its own at most */
    fill_ref(&f, "unit", issuing_unit(t, from));
    fill_ref(&f, "member", o->member);
    fill_ref(&f, "from", from);
    if (dot_is_none(o->to)) {
        fill(&f, "to_outside", o->to_outside);
    } else {
        fill_ref(&f, "to", o->to);
    }
    fill(&f, "status", slice_str("in_transit"));
    fill(&f, "letter_no", letter);
    fill(&f, "issued",
         slice_str(arena_printf(arena, "%04d-%02d-%02d", DATE_YEAR(day), DATE_MONTH(day),
                                DATE_DAY(day))));
    bool typed = false;
    for (size_t i = 0; i < o->item_count; i++) {
        f.items[f.count++] = o->items[i];
        typed = typed || slice_equal(text_fold(o->items[i].name, arena), slice_str("type"));
    }
    if (!typed) {
        bool inside = !dot_is_none(o->to) && unit_is_within(t, o->to, own_unit(t));
        fill(&f, "type", slice_str(inside ? "internal" : "out"));
    }
    struct draft draft = {.kind = KIND_TRANSFER,
                          .items = f.items,
                          .item_count = f.count,
                          .via = VIA_LOCAL,
                          .anyway = true,
                          .notes = o->notes,
                          .by_command = true};
    return draft_save(t, &draft, arena, id, &dot, &doubles);
}

static enum err letter_is_free(struct txn *t, struct slice letter, struct arena *arena)
{
    struct id_list same;
    TRY(store_ids_by_key(t, KIND_TRANSFER, F_TRANSFER_LETTER, letter, SIZE_MAX, arena, &same));
    for (size_t i = 0; i < same.count; i++) {
        struct record r;
        TRY(store_get(t, same.ids[i], arena, &r, NULL));
        if (!merge_is_deleted(&r) && unit_is_within(t, merge_shown_ref(&r, F_UNIT), own_unit(t)) &&
            slice_equal(text_fold(merge_shown_text(&r, F_TRANSFER_LETTER), arena),
                        text_fold(letter, arena))) {
            return error_set_field(ERR_RULE, "letter_no",
                                   _("this letter number was given before; choose another"));
        }
    }
    return ERR_OK;
}

struct transfer_days transfer_days(struct txn *t)
{
    int64_t today = store_today(t).i;
    return (struct transfer_days){rules_number(t, "transfer_remind_days", today),
                                  rules_number(t, "transfer_overdue_days", today)};
}

enum err transfer_issue(struct txn *t, const struct transfer_order *order, struct arena *arena,
                        struct dot *id, struct slice *letter)
{
    struct record member;
    TRY(store_get(t, order->member, arena, &member, NULL));
    TRY(check_issue(t, &member, order, arena));
    *letter = order->letter;
    if (letter->len == 0) {
        TRY(make_letter(t, arena, letter));
    }
    TRY(letter_is_free(t, *letter, arena));
    TRY(save_transfer(t, order, merge_shown_ref(&member, F_UNIT), *letter, arena, id));
    if (dot_is_none(order->to)) {
        return ERR_OK;
    }
    struct datum to = datum_ref(order->to);
    struct edit edit = {F_UNIT, EDIT_SET, &to, 1};
    struct dot member_id = order->member;
    return save_plain(t, &member_id, KIND_MEMBER, &edit, 1, arena);
}

/* ---- answering ------------------------------------------------------------------------------ */

struct dot transfer_letter_office(struct txn *t, struct slice letter, struct arena *arena)
{
    struct slice folded = text_fold(letter, arena);
    struct dot unit = {0, 0};
    for (size_t from = 0, at = 0; at <= folded.len && dot_is_none(unit); at++) {
        if (at == folded.len || folded.ptr[at] == ' ') {
            struct slice word = slice_make(folded.ptr + from, at - from);
            if (word.len < 2 || unit_by_code(t, word, &unit) != ERR_OK) {
                unit = (struct dot){0, 0};
            }
            from = at + 1;
        }
    }
    error_clear();
    return unit;
}

static enum err save_answer(struct txn *t, const struct transfer_view *v, struct slice letter,
                            enum acceptance_verdict verdict, struct slice reason,
                            struct arena *arena, struct dot *id)
{
    struct datum unit = datum_ref(dot_is_none(v->to) ? own_unit(t) : v->to);
    struct datum text = datum_text(letter), issuer = datum_ref(v->from);
    struct datum member = datum_ref(v->member), day = store_today(t), word = datum_int(verdict);
    struct datum why = datum_text(reason);
    if (!dot_is_none(v->to) && unit_level(t, own_unit(t)) <= LEVEL_COMMUNE) {
        unit = datum_ref(own_unit(t));
    }
    const struct edit edits[] = {
        {F_UNIT, EDIT_SET, &unit, 1},
        {F_MEMBER, EDIT_SET, &member, !dot_is_none(v->member)},
        {F_ACCEPTANCE_LETTER, EDIT_SET, &text, 1},
        {F_ACCEPTANCE_ISSUER, EDIT_SET, &issuer, !dot_is_none(v->from)},
        {F_ACCEPTANCE_DATE, EDIT_SET, &day, 1},
        {F_ACCEPTANCE_VERDICT, EDIT_SET, &word, 1},
        {F_ACCEPTANCE_REASON, EDIT_SET, &why, reason.len != 0},
    };
    *id = (struct dot){0, 0};
    return save_plain(t, id, KIND_ACCEPTANCE, edits, ARRAY_COUNT(edits), arena);
}

static enum err end_transfer(struct txn *t, struct dot transfer, enum transfer_status status,
                             struct slice reason, struct arena *arena)
{
    struct datum word = datum_int(status), why = datum_text(reason);
    const struct edit edits[] = {
        {F_TRANSFER_STATUS, EDIT_SET, &word, 1},
        {F_NOTE, EDIT_SET, &why, 1},
    };
    return save_plain(t, &transfer, KIND_TRANSFER, edits, reason.len ? 2 : 1, arena);
}

/* The member stays, or goes back: `unit` is written again, so that it meets what the other side may
 * write at the same time (rule 16). A letter that says it came from where it never was sends nobody
 * there. */
static enum err write_unit(struct txn *t, struct dot member, struct dot unit, struct arena *arena)
{
    struct record r;
    TRY(store_get(t, member, arena, &r, NULL));
    if (!scope_came_from(&r, unit)) {
        return ERR_OK;
    }
    struct datum d = datum_ref(unit);
    struct edit edit = {F_UNIT, EDIT_AGAIN, &d, 1};
    return save_plain(t, &member, KIND_MEMBER, &edit, 1, arena);
}

static enum err left_the_tree(struct txn *t, const struct transfer_view *v, struct arena *arena)
{
    struct dot member = v->member;
    struct datum gone = datum_int(MEMBER_REMOVED), letter = datum_text(v->letter),
                 day = store_today(t);
    const struct edit edits[] = {
        {F_MEMBER_STATUS, EDIT_SET, &gone, 1},
        {F_MEMBER_STATUS_DATE, EDIT_SET, &day, 1},
        {F_MEMBER_DECISION_NO, EDIT_SET, &letter, v->letter.len != 0},
    };
    return save_plain(t, &member, KIND_MEMBER, edits, ARRAY_COUNT(edits), arena);
}

/* Both sides' records are here: the handshake ends. */
static enum err complete(struct txn *t, const struct transfer_view *v, bool accepted,
                         struct slice reason, struct arena *arena)
{
    if (dot_is_none(v->to)) {
        TRY(accepted ? left_the_tree(t, v, arena) : ERR_OK);
    } else {
        TRY(write_unit(t, v->member, accepted ? v->to : v->from, arena));
    }
    return end_transfer(t, v->transfer, accepted ? TRANSFER_ACCEPTED : TRANSFER_REFUSED, reason,
                        arena);
}

static bool member_is_here(struct txn *t, struct dot member)
{
    struct arena arena = {0};
    struct record r;
    bool here = !dot_is_none(member) && store_get(t, member, &arena, &r, NULL) == ERR_OK &&
                !(r.flags & RECORD_STUB) && !store_is_leaving(t, member) && !merge_is_deleted(&r);
    arena_free(&arena);
    return here;
}

static enum err check_open(const struct transfer_view *v)
{
    switch (v->state) {
    case TRANSFER_STATE_ACCEPTED:
        return error_set(ERR_RULE, _("this transfer was accepted already"));
    case TRANSFER_STATE_REFUSED:
        return error_set(ERR_RULE, _("this transfer was refused already"));
    case TRANSFER_STATE_RETURNED:
        return error_set(ERR_RULE, _("this transfer was taken back already"));
    case TRANSFER_STATE_IN_TRANSIT:
    case TRANSFER_STATE_ANNOUNCED:
        break;
    }
    return ERR_OK;
}

static enum err take_back(struct txn *t, const struct transfer_view *v, struct slice reason,
                          struct arena *arena)
{
    if (dot_is_none(v->transfer) || !unit_is_within(t, v->from, own_unit(t))) {
        return error_set(ERR_RULE, _("only the office that issued the letter takes it back; to "
                                     "send the member away again: terrace transfer refuse"));
    }
    if (!dot_is_none(v->acceptance)) {
        return error_set(ERR_RULE, _("the other side has answered this letter; it cannot be taken "
                                     "back any more"));
    }
    if (!dot_is_none(v->to)) {
        TRY(write_unit(t, v->member, v->from, arena));
    }
    return end_transfer(t, v->transfer, TRANSFER_RETURNED, reason, arena);
}

static enum err answer_known(struct txn *t, enum transfer_answer answer, struct slice reason,
                             struct arena *arena, const struct transfer_view *v)
{
    bool accept = answer == TRANSFER_ACCEPT;
    struct dot id, turn = dot_is_none(v->to) ? v->from : v->to;
    if (!dot_is_none(v->acceptance)) {
        return error_set(ERR_RULE, _("this letter was answered already"));
    }
    if (!unit_is_within(t, turn, own_unit(t))) {
        return error_set(ERR_RULE, _("only the office that the letter is addressed to answers it"));
    }
    if (!dot_is_none(v->to)) {
        TRY(save_answer(t, v, v->letter, accept ? VERDICT_ACCEPTED : VERDICT_REFUSED, reason, arena,
                        &id));
    }
    return member_is_here(t, v->member) ? complete(t, v, accept, reason, arena) : ERR_OK;
}

/* Is it a number that this very computer would have made? */
static bool is_own_number(struct txn *t, struct slice letter, struct arena *arena)
{
    struct slice said = text_fold(letter, arena), tail = text_fold(own_tail(t, arena), arena);
    size_t digits = 0;
    while (digits < said.len && said.ptr[digits] >= '0' && said.ptr[digits] <= '9') {
        digits++;
    }
    return digits > 0 && digits < said.len &&
           slice_equal(slice_make(said.ptr + digits + 1, said.len - digits - 1), tail);
}

/* By the letter in the hand, before anything of it came here. */
static enum err answer_ahead(struct txn *t, enum transfer_answer answer, struct slice letter,
                             struct slice reason, struct arena *arena, struct transfer_view *out)
{
    struct dot id;
    struct transfer_view v = {.from = transfer_letter_office(t, letter, arena)};
    struct slice clean;
    TRY(text_normalize(letter, arena, &clean));
    if (clean.len == 0) {
        return error_set_field(ERR_INPUT, "letter_no", _("a letter has a number"));
    }
    if (is_own_number(t, clean, arena)) {
        return error_set(ERR_NOT_FOUND,
                         _("this computer has given no letter %.*s; please compare the number with "
                           "the letter once more"),
                         (int)clean.len, (const char *)clean.ptr);
    }
    TRY(save_answer(t, &v, clean, answer == TRANSFER_ACCEPT ? VERDICT_ACCEPTED : VERDICT_REFUSED,
                    reason, arena, &id));
    struct record r;
    TRY(store_get(t, id, arena, &r, NULL));
    return transfer_view(t, &r, arena, out);
}

enum err transfer_answer(struct txn *t, enum transfer_answer answer, struct slice letter_or_id,
                         struct slice reason, struct arena *arena, struct transfer_view *out,
                         struct id_list *candidates)
{
    struct dot d;
    unsigned bits = 0;
    enum err e = transfer_find(t, letter_or_id, arena, out, candidates);
    if (e == ERR_NOT_FOUND && answer != TRANSFER_RETURN &&
        dot_parse(letter_or_id, &d, &bits) != ERR_OK) {
        error_clear();
        return answer_ahead(t, answer, letter_or_id, reason, arena, out);
    }
    TRY(e);
    TRY(check_open(out));
    if (answer == TRANSFER_RETURN) {
        TRY(take_back(t, out, reason, arena));
    } else {
        TRY(answer_known(t, answer, reason, arena, out));
    }
    struct record r;
    TRY(store_get(t, dot_is_none(out->transfer) ? out->acceptance : out->transfer, arena, &r,
                  NULL));
    return transfer_view(t, &r, arena, out);
}

enum err transfer_settle(struct txn *t, struct dot transfer)
{
    struct arena arena = {0};
    struct record x, answer;
    struct transfer_view v = {0};
    enum err e = store_get(t, transfer, &arena, &x, NULL);
    if (e == ERR_OK && merge_transfer_is_open(&x) && !(x.flags & RECORD_STUB) &&
        !store_is_leaving(t, transfer)) {
        e = transfer_view(t, &x, &arena, &v);
    }
    if (e == ERR_OK && !dot_is_none(v.acceptance)) {
        e = store_get(t, v.acceptance, &arena, &answer, NULL);
        /* the answer's own office ends it, nobody else */
        if (e == ERR_OK && dot_equal(merge_shown_ref(&answer, F_UNIT), own_unit(t)) &&
            member_is_here(t, v.member)) {
            bool accepted = merge_shown_int(&answer, F_ACCEPTANCE_VERDICT) == VERDICT_ACCEPTED;
            e = complete(t, &v, accepted, merge_shown_text(&answer, F_ACCEPTANCE_REASON), &arena);
        }
    }
    arena_free(&arena);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}
