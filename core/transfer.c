#include "core/transfer.h"

#include "core/person.h"
#include "core/scope.h"
#include "core/text.h"

#define LETTERS_MAX 64 /* records under one letter number */

/* ---- small readers -------------------------------------------------------------------------- */

static struct dot shown_ref(const struct record *r, uint32_t field)
{
    const struct value *v = merge_shown(r, field);
    return v && v->datum.type == DATUM_REF ? v->datum.ref : (struct dot){0, 0};
}

static int64_t shown_int(const struct record *r, uint32_t field)
{
    const struct value *v = merge_shown(r, field);
    return v && v->datum.type == DATUM_INT ? v->datum.i : 0;
}

static struct slice shown_text(const struct record *r, uint32_t field)
{
    const struct value *v = merge_shown(r, field);
    return v && v->datum.type == DATUM_TEXT ? v->datum.text : (struct slice){0};
}

static int64_t written_ms(const struct record *r, uint32_t field)
{
    const struct value *v = merge_shown(r, field);
    return v ? v->time_ms : 0;
}

static struct datum today(struct txn *t)
{
    const struct env *env = store_env(txn_store(t));
    int y = 0, m = 0, d = 0;
    env_day(env->now_ms(env->ctx), &y, &m, &d);
    return datum_int(DATE_MAKE(y, m, d));
}

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

/* "7/04576-k7f": a number of this store's own, its unit, and its actor's first letters, so that two
 * computers without a link never give the same. */
static enum err make_letter(struct txn *t, struct arena *arena, struct slice *out)
{
    const struct identity *self = store_identity(txn_store(t));
    const struct slice key = slice_str("letter.next");
    struct slice last;
    uint64_t n = 1;
    uint8_t bytes[8];
    char id[DOT_TEXT_SIZE];
    enum err e = store_kv_get(t, key, arena, &last);
    if (e == ERR_OK && last.len == sizeof(bytes)) {
        n = be64_get(last.ptr) + 1;
    } else if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    be64_put(bytes, n);
    TRY(store_kv_put(t, key, slice_make(bytes, sizeof(bytes))));
    dot_format((struct dot){self->actor, 1}, id);
    struct slice code = unit_code(t, self->unit, arena);
    *out = slice_str(arena_printf(arena, "%llu/%.*s-%.3s", (unsigned long long)n, (int)code.len,
                                  (const char *)code.ptr, id));
    return ERR_OK;
}

static enum err check_issue(struct txn *t, const struct record *member,
                            const struct transfer_order *o, struct arena *arena)
{
    struct id_list open;
    struct record to;
    if (member->kind != KIND_MEMBER) {
        return error_set(ERR_INPUT, _("a transfer is of a member"));
    }
    TRY(draft_may_write(t, member));
    if (merge_is_deleted(member)) {
        return error_set(ERR_RULE, _("this record is deleted; undo the deletion first"));
    }
    TRY(store_ids_of_open_transfers(t, member->id, 1, arena, &open));
    if (open.count > 0) {
        return error_set(ERR_RULE, _("this member is on the way already; terrace transfer list "
                                     "shows the letter, terrace transfer return takes it back"));
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
    return dot_equal(o->to, shown_ref(member, F_UNIT))
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
    char text[DOT_TEXT_SIZE];
    dot_format(ref, text);
    fill(f, name, arena_copy(f->arena, slice_str(text)));
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
    int64_t day = today(t).i;
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
                          .anyway = true};
    return draft_save(t, &draft, arena, id, &dot, &doubles);
}

static enum err letter_is_free(struct txn *t, struct slice letter, struct arena *arena)
{
    struct id_list same;
    TRY(store_ids_by_key(t, KIND_TRANSFER, F_TRANSFER_LETTER, letter, LETTERS_MAX, arena, &same));
    for (size_t i = 0; i < same.count; i++) {
        struct record r;
        TRY(store_get(t, same.ids[i], arena, &r, NULL));
        if (!merge_is_deleted(&r) && unit_is_within(t, shown_ref(&r, F_UNIT), own_unit(t)) &&
            slice_equal(text_fold(shown_text(&r, F_TRANSFER_LETTER), arena),
                        text_fold(letter, arena))) {
            return error_set_field(ERR_RULE, "letter_no",
                                   _("this letter number was given before; choose another"));
        }
    }
    return ERR_OK;
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
    TRY(save_transfer(t, order, shown_ref(&member, F_UNIT), *letter, arena, id));
    if (dot_is_none(order->to)) {
        return ERR_OK;
    }
    struct datum to = datum_ref(order->to);
    struct edit edit = {F_UNIT, EDIT_SET, &to, 1};
    struct dot member_id = order->member;
    return save_plain(t, &member_id, KIND_MEMBER, &edit, 1, arena);
}

/* ---- what is known of a letter -------------------------------------------------------------- */

static bool same_letter(const struct record *a, uint32_t field, struct slice letter,
                        struct arena *arena)
{
    return slice_equal(text_fold(shown_text(a, field), arena), text_fold(letter, arena));
}

/* Is `answer` the one to `transfer`? By letter and issuer; an answer that names no issuer, given
 * before anything was known here, by the unit that it comes from. */
static bool answers(struct txn *t, const struct record *answer, const struct record *transfer,
                    struct arena *arena)
{
    struct dot issuer = shown_ref(answer, F_ACCEPTANCE_ISSUER), from = shown_ref(answer, F_UNIT);
    struct dot unit = shown_ref(transfer, F_UNIT), to = shown_ref(transfer, F_TRANSFER_TO);
    return !merge_is_deleted(answer) &&
           same_letter(answer, F_ACCEPTANCE_LETTER, shown_text(transfer, F_TRANSFER_LETTER),
                       arena) &&
           (dot_is_none(issuer) || unit_is_within(t, unit, issuer) ||
            unit_is_within(t, issuer, unit)) &&
           unit_is_within(t, to, from);
}

static enum err find_answer(struct txn *t, const struct record *transfer, struct arena *arena,
                            struct record *out, bool *found)
{
    struct id_list list;
    *found = false;
    TRY(store_ids_by_key(t, KIND_ACCEPTANCE, F_ACCEPTANCE_LETTER,
                         shown_text(transfer, F_TRANSFER_LETTER), LETTERS_MAX, arena, &list));
    for (size_t i = 0; i < list.count && !*found; i++) {
        TRY(store_get(t, list.ids[i], arena, out, NULL));
        *found = !(out->flags & RECORD_STUB) && answers(t, out, transfer, arena);
    }
    return ERR_OK;
}

static enum err view_transfer(struct txn *t, const struct record *x, struct arena *arena,
                              struct transfer_view *out)
{
    struct record answer;
    bool answered = false;
    TRY(find_answer(t, x, arena, &answer, &answered));
    *out = (struct transfer_view){.transfer = x->id,
                                  .member = shown_ref(x, F_MEMBER),
                                  .from = shown_ref(x, F_TRANSFER_FROM),
                                  .to = shown_ref(x, F_TRANSFER_TO),
                                  .letter = shown_text(x, F_TRANSFER_LETTER),
                                  .to_outside = shown_text(x, F_TRANSFER_TO_OUTSIDE),
                                  .issued_ms = written_ms(x, F_TRANSFER_LETTER)};
    if (answered) {
        out->acceptance = answer.id;
    }
    switch (shown_int(x, F_TRANSFER_STATUS)) {
    case TRANSFER_ACCEPTED:
        out->state = TRANSFER_STATE_ACCEPTED;
        break;
    case TRANSFER_REFUSED:
        out->state = TRANSFER_STATE_REFUSED;
        break;
    case TRANSFER_RETURNED:
        out->state = TRANSFER_STATE_RETURNED;
        break;
    default:
        out->state = answered ? TRANSFER_STATE_ANNOUNCED : TRANSFER_STATE_IN_TRANSIT;
        out->waiting_for = answered || dot_is_none(out->to) ? out->from : out->to;
        break;
    }
    return ERR_OK;
}

static void view_answer(const struct record *a, struct transfer_view *out)
{
    *out = (struct transfer_view){.acceptance = a->id,
                                  .member = shown_ref(a, F_MEMBER),
                                  .from = shown_ref(a, F_ACCEPTANCE_ISSUER),
                                  .to = shown_ref(a, F_UNIT),
                                  .letter = shown_text(a, F_ACCEPTANCE_LETTER),
                                  .state = TRANSFER_STATE_ANNOUNCED,
                                  .waiting_for = shown_ref(a, F_ACCEPTANCE_ISSUER),
                                  .issued_ms = written_ms(a, F_ACCEPTANCE_LETTER)};
}

/* The transfer that an answer is to; none when it has not come. */
static enum err answered_transfer(struct txn *t, const struct record *answer, struct arena *arena,
                                  struct dot *out)
{
    struct id_list list;
    *out = (struct dot){0, 0};
    TRY(store_ids_by_key(t, KIND_TRANSFER, F_TRANSFER_LETTER,
                         shown_text(answer, F_ACCEPTANCE_LETTER), LETTERS_MAX, arena, &list));
    for (size_t i = 0; i < list.count && dot_is_none(*out); i++) {
        struct record x;
        TRY(store_get(t, list.ids[i], arena, &x, NULL));
        if (!(x.flags & RECORD_STUB) && !merge_is_deleted(&x) && answers(t, answer, &x, arena)) {
            *out = x.id;
        }
    }
    return ERR_OK;
}

static enum err view_record(struct txn *t, const struct record *r, struct arena *arena,
                            struct transfer_view *out)
{
    struct dot transfer;
    struct record x;
    if (r->kind == KIND_TRANSFER) {
        return view_transfer(t, r, arena, out);
    }
    TRY(answered_transfer(t, r, arena, &transfer));
    if (dot_is_none(transfer)) {
        view_answer(r, out);
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
        e = e ? e : view_record(t, &r, arena, out);
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
                e = view_record(t, &r, &arena, &v);
                go_on = e == ERR_OK && visit(ctx, &v);
            }
        }
    }
    arena_free(&ids);
    arena_free(&arena);
    return e;
}

/* ---- answering ------------------------------------------------------------------------------ */

/* Letters that Terrace makes, and most others, carry the code of the unit that gave them. */
static struct dot issuer_of_letter(struct txn *t, struct slice letter, struct arena *arena)
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
    struct datum member = datum_ref(v->member), day = today(t), word = datum_int(verdict);
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
    struct datum gone = datum_int(MEMBER_REMOVED), letter = datum_text(v->letter), day = today(t);
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

/* By the letter in the hand, before anything of it came here. */
static enum err answer_ahead(struct txn *t, enum transfer_answer answer, struct slice letter,
                             struct slice reason, struct arena *arena, struct transfer_view *out)
{
    struct dot id;
    struct transfer_view v = {.from = issuer_of_letter(t, letter, arena)};
    struct slice clean;
    TRY(text_normalize(letter, arena, &clean));
    if (clean.len == 0) {
        return error_set_field(ERR_INPUT, "letter_no", _("a letter has a number"));
    }
    TRY(save_answer(t, &v, clean, answer == TRANSFER_ACCEPT ? VERDICT_ACCEPTED : VERDICT_REFUSED,
                    reason, arena, &id));
    struct record r;
    TRY(store_get(t, id, arena, &r, NULL));
    view_answer(&r, out);
    return ERR_OK;
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
    return view_record(t, &r, arena, out);
}

enum err transfer_settle(struct txn *t, struct dot transfer)
{
    struct arena arena = {0};
    struct record x, answer;
    struct transfer_view v;
    bool answered = false;
    enum err e = store_get(t, transfer, &arena, &x, NULL);
    if (e == ERR_OK && merge_transfer_is_open(&x) && !(x.flags & RECORD_STUB) &&
        !store_is_leaving(t, transfer)) {
        e = find_answer(t, &x, &arena, &answer, &answered);
    }
    /* the answer's own office ends it, nobody else */
    if (e == ERR_OK && answered && dot_equal(shown_ref(&answer, F_UNIT), own_unit(t)) &&
        member_is_here(t, shown_ref(&x, F_MEMBER))) {
        e = view_transfer(t, &x, &arena, &v);
        e = e ? e
              : complete(t, &v, shown_int(&answer, F_ACCEPTANCE_VERDICT) == VERDICT_ACCEPTED,
                         shown_text(&answer, F_ACCEPTANCE_REASON), &arena);
    }
    arena_free(&arena);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- counting ------------------------------------------------------------------------------- */

/* The unit of the person: its shown record's, else the next one's that has any. */
static struct dot person_unit(struct txn *t, const struct record *shown,
                              const struct id_list *mates, struct arena *arena)
{
    struct dot unit = shown_ref(shown, F_UNIT);
    for (size_t i = 0; i < mates->count && dot_is_none(unit); i++) {
        struct record m;
        if (store_get(t, mates->ids[i], arena, &m, NULL) == ERR_OK && !merge_is_deleted(&m)) {
            unit = shown_ref(&m, F_UNIT);
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
        if (store_ids_of_open_transfers(t, mates.ids[i], LETTERS_MAX, &arena, &open) != ERR_OK) {
            continue;
        }
        for (size_t j = 0; j < open.count && dot_equal(unit, shown); j++) {
            struct record x;
            struct record m;
            if (store_get(t, open.ids[j], &arena, &x, NULL) == ERR_OK &&
                dot_equal(shown_ref(&x, F_TRANSFER_TO), shown) &&
                store_get(t, mates.ids[i], &arena, &m, NULL) == ERR_OK &&
                scope_came_from(&m, shown_ref(&x, F_TRANSFER_FROM))) {
                unit = shown_ref(&x, F_TRANSFER_FROM);
            }
        }
    }
done:
    arena_free(&arena);
    return unit;
}
