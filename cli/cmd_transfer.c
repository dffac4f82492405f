/* transfer issue, accept, refuse, return, list */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/show.h"
#include "core/text.h"
#include "core/transfer.h"

/* ---- words ----------------------------------------------------------------------------------- */

/* How a state is called: by the code of the transfer's own status, but for one that only the two
 * sides together make. */
static const struct state_row {
    enum transfer_state state;
    enum transfer_status status; /* 0 = none of its own */
    const char *code;
} states[] = {
    {TRANSFER_STATE_IN_TRANSIT, TRANSFER_IN_TRANSIT, "in_transit"},
    {TRANSFER_STATE_ANNOUNCED, 0, "announced"},
    {TRANSFER_STATE_ACCEPTED, TRANSFER_ACCEPTED, "accepted"},
    {TRANSFER_STATE_REFUSED, TRANSFER_REFUSED, "refused"},
    {TRANSFER_STATE_RETURNED, TRANSFER_RETURNED, "returned"},
};

static const struct state_row *state_row(enum transfer_state state)
{
    for (size_t i = 0; i < ARRAY_COUNT(states); i++) {
        if (states[i].state == state) {
            return &states[i];
        }
    }
    return &states[0];
}

static const char *state_label(const struct cli *c, enum transfer_state state)
{
    const struct enum_code *code = schema_code(schema_field(KIND_TRANSFER, F_TRANSFER_STATUS),
                                               (int64_t)state_row(state)->status);
    if (!code) {
        return _("Answered, member awaited");
    }
    return strcmp(c->lang, "vi") == 0 ? code->vi : code->en;
}

static enum err state_by_text(struct cli *c, const char *text, const struct state_row **out)
{
    const struct enum_code *code = schema_code_by_text(
        schema_field(KIND_TRANSFER, F_TRANSFER_STATUS), slice_str(text), &c->arena);
    for (size_t i = 0; i < ARRAY_COUNT(states); i++) {
        if (strcmp(states[i].code, text) == 0 || (code && (int)states[i].status == code->number)) {
            *out = &states[i];
            return ERR_OK;
        }
    }
    return error_set_field(ERR_INPUT, "state",
                           _("“%s” is no state; there are in_transit, announced, accepted, "
                             "refused, returned"),
                           text);
}

static struct slice member_name(struct txn *t, struct dot member, struct arena *arena)
{
    return dot_is_none(member) ? slice_str(_("not known yet")) : show_title(t, member, arena);
}

static struct slice place_name(struct txn *t, struct dot unit, struct slice outside,
                               struct arena *arena)
{
    struct slice name = dot_is_none(unit) ? outside : unit_name(t, unit, arena);
    return name.len ? name : slice_str(_("not known yet"));
}

static struct dot letter_id(const struct transfer_view *v)
{
    return dot_is_none(v->transfer) ? v->acceptance : v->transfer;
}

static void transfer_json(struct cli *c, struct txn *t, const struct transfer_view *v,
                          struct arena *arena)
{
    emit_open(&c->out, '{');
    emit_put_id(&c->out, "id", letter_id(v));
    emit_put_id(&c->out, "member", v->member);
    emit_put_text(&c->out, "from_code", unit_code(t, v->sender, arena));
    emit_put_text(&c->out, "to_code", unit_code(t, v->to, arena));
    emit_put_text(&c->out, "to_outside", v->to_outside);
    emit_put_text(&c->out, "letter_no", v->letter);
    emit_put_text(&c->out, "state", slice_str(state_row(v->state)->code));
    emit_put_text(&c->out, "waiting_for", unit_code(t, v->waiting_for, arena));
    emit_put_int(&c->out, "days", cli_days(c, v->issued_ms));
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
}

/* ---- issue ----------------------------------------------------------------------------------- */

struct issued {
    struct transfer_view view;
    struct slice member, to;
};

static enum err parse_order(struct cli *c, struct txn *t, struct transfer_order *o)
{
    const struct args *a = &c->args;
    size_t count = a->word_count - 2;
    struct draft_item *items = arena_array(&c->arena, count + 1, sizeof(*items));
    if (a->given[OPT_TO] == a->given[OPT_OUTSIDE]) {
        return error_set(ERR_USAGE, _("say where to: --to UNIT, or --outside TEXT for a place that "
                                      "keeps no terrace"));
    }
    TRY(cli_find(c, t, KIND_MEMBER, a->words[1], &o->member));
    if (a->given[OPT_TO]) {
        TRY(cli_find(c, t, KIND_UNIT, a->value[OPT_TO], &o->to));
    } else {
        o->to_outside = slice_str(a->value[OPT_OUTSIDE]);
    }
    if (a->given[OPT_LETTER]) {
        o->letter = slice_str(a->value[OPT_LETTER]);
    }
    for (size_t i = 0; i < count; i++) {
        TRY(cli_parse_item(c, a->words[i + 2], &items[i]));
    }
    o->items = items;
    o->item_count = count;
    return ERR_OK;
}

static enum err issue_in_txn(struct cli *c, struct txn *t, struct issued *out)
{
    struct transfer_order order = {.notes = &c->notes};
    struct dot id;
    struct slice letter;
    char text[DOT_TEXT_SIZE];
    TRY(parse_order(c, t, &order));
    TRY(transfer_issue(t, &order, &c->arena, &id, &letter));
    dot_format(id, text);
    TRY(transfer_find(t, slice_str(text), &c->arena, &out->view, &c->candidates));
    out->member = member_name(t, out->view.member, &c->arena);
    out->to = place_name(t, out->view.to, out->view.to_outside, &c->arena);
    if (c->json) {
        transfer_json(c, t, &out->view, &c->arena);
    }
    return ERR_OK;
}

static enum err run_issue(struct cli *c)
{
    struct txn *t = NULL;
    struct issued done = {.member = {0}};
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    TRY(cli_end(t, issue_in_txn(c, t, &done)));
    cli_tell_notes(c, NULL, 0);
    if (c->json) {
        return cli_flush(c);
    }
    int len = (int)done.view.letter.len;
    const char *letter = (const char *)done.view.letter.ptr;
    buf_printf(&c->out, "%.*s\n", len, letter);
    TRY(cli_flush(c));
    if (dot_is_none(done.view.to)) {
        cli_say(c,
                _("Letter for %.*s to %.*s. The member counts here until that place confirms; "
                  "then type: terrace transfer accept %.*s\nIf nothing comes of it: terrace "
                  "transfer return %.*s"),
                (int)done.member.len, (const char *)done.member.ptr, (int)done.to.len,
                (const char *)done.to.ptr, len, letter, len, letter);
        return ERR_OK;
    }
    cli_say(c,
            _("Letter for %.*s to %.*s. The member counts here until %.*s accepts; a sync carries "
              "the whole record there.\nThere they type: terrace transfer accept %.*s\n"
              "or, with the reason: terrace transfer refuse %.*s --reason TEXT\n"
              "To take it back before they answer: terrace transfer return %.*s"),
            (int)done.member.len, (const char *)done.member.ptr, (int)done.to.len,
            (const char *)done.to.ptr, (int)done.to.len, (const char *)done.to.ptr, len, letter,
            len, letter, len, letter);
    return ERR_OK;
}

/* ---- accept, refuse, return ------------------------------------------------------------------ */

/* known: the letter itself is here, so that its number is no mistake. */
static void say_announced(struct cli *c, struct slice letter, bool known, struct slice from,
                          const char *waiting)
{
    if (from.len) {
        cli_say(c,
                _("Your answer is saved here. The member's record has not come from %.*s yet; "
                  "when a sync brings it, this is completed by itself."),
                (int)from.len, (const char *)from.ptr);
    } else {
        cli_say(c, _("Your answer is saved here. The letter is not known here yet; when a sync "
                     "brings it, this is completed by itself."));
    }
    if (known) {
        return;
    }
    cli_say(c,
            _("Please compare the number with the letter once more; if it is mistyped: terrace rm "
              "%.*s"),
            (int)letter.len, (const char *)letter.ptr);
    if (waiting && waiting[0]) {
        cli_say(c, _("These letters wait for your answer: %s"), waiting);
    }
}

/* Of one that does not move. */
static void say_ended(struct cli *c, const struct transfer_view *v, struct slice member,
                      struct slice from)
{
    const char *who = arena_cstr(&c->arena, member), *where = arena_cstr(&c->arena, from);
    if (dot_is_none(v->to)) {
        cli_say(c, _("The letter is put away: %s stays with %s."), who, where);
    } else if (v->state == TRANSFER_STATE_RETURNED) {
        cli_say(c,
                _("Taken back: %s stays with %s. Should the other side have accepted meanwhile, "
                  "both are shown as a conflict for the office above."),
                who, where);
    } else if (c->args.given[OPT_REASON]) {
        cli_say(c, _("Refused: %s goes back to %s. The next sync tells them, with the reason."),
                who, where);
    } else {
        cli_say(
            c,
            _("Refused: %s goes back to %s. The next sync tells them. Next time please say why: "
              "--reason TEXT"),
            who, where);
    }
}

static void say_answer(struct cli *c, const struct transfer_view *v, struct slice member,
                       struct slice from, struct slice to, const char *waiting)
{
    switch (v->state) {
    case TRANSFER_STATE_ACCEPTED:
        cli_say(c,
                dot_is_none(v->to)
                    ? _("%.*s has left for %.*s and no longer counts here.")
                    : _("%.*s belongs to %.*s from now on. The next sync tells everybody."),
                (int)member.len, (const char *)member.ptr, (int)to.len, (const char *)to.ptr);
        break;
    case TRANSFER_STATE_REFUSED:
    case TRANSFER_STATE_RETURNED:
        say_ended(c, v, member, from);
        break;
    case TRANSFER_STATE_ANNOUNCED:
    case TRANSFER_STATE_IN_TRANSIT:
        say_announced(c, v->letter, !dot_is_none(v->transfer),
                      dot_is_none(v->sender) ? (struct slice){0} : from, waiting);
        break;
    }
}

struct asked {
    struct cli *c;
    struct txn *t;
    struct buf words;
};

static bool add_asked(void *ctx, const struct transfer_view *v)
{
    struct asked *q = ctx;
    struct dot own = store_identity(q->c->store)->unit;
    if (v->state == TRANSFER_STATE_IN_TRANSIT && !dot_is_none(v->to) &&
        unit_is_within(q->t, v->to, own)) {
        struct slice name = member_name(q->t, v->member, &q->c->arena);
        buf_printf(&q->words, "%s%.*s (%.*s)", q->words.len ? ", " : "", (int)v->letter.len,
                   (const char *)v->letter.ptr, (int)name.len, (const char *)name.ptr);
    }
    return true;
}

/* Which letters this office could have meant. */
static const char *waiting_letters(struct cli *c, struct txn *t)
{
    struct asked q = {.c = c, .t = t};
    if (transfer_each(t, add_asked, &q) != ERR_OK) {
        q.words.len = 0;
    }
    const char *words = arena_cstr(&c->arena, buf_view(&q.words));
    buf_free(&q.words);
    return words;
}

static enum err run_answer(struct cli *c, enum transfer_answer answer)
{
    struct txn *t = NULL;
    struct transfer_view v;
    struct slice member = {0}, from = {0}, to = {0};
    const char *waiting = NULL;
    struct slice reason =
        c->args.given[OPT_REASON] ? slice_str(c->args.value[OPT_REASON]) : (struct slice){0};
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    enum err e = text_normalize(reason, &c->arena, &reason);
    e = e ? e
          : transfer_answer(t, answer, slice_str(c->args.words[1]), reason, &c->arena, &v,
                            &c->candidates);
    if (e == ERR_OK) {
        member = member_name(t, v.member, &c->arena);
        from = place_name(t, v.sender, (struct slice){0}, &c->arena);
        to = place_name(t, v.to, v.to_outside, &c->arena);
        waiting = v.state == TRANSFER_STATE_ANNOUNCED ? waiting_letters(c, t) : NULL;
    }
    if (e == ERR_OK && c->json) {
        transfer_json(c, t, &v, &c->arena);
    }
    TRY(cli_end(t, e));
    if (c->json) {
        return cli_flush(c);
    }
    buf_printf(&c->out, "%.*s\n", (int)v.letter.len, (const char *)v.letter.ptr);
    TRY(cli_flush(c));
    say_answer(c, &v, member, from, to, waiting);
    return ERR_OK;
}

static enum err run_accept(struct cli *c)
{
    return run_answer(c, TRANSFER_ACCEPT);
}

static enum err run_refuse(struct cli *c)
{
    return run_answer(c, TRANSFER_REFUSE);
}

static enum err run_return(struct cli *c)
{
    return run_answer(c, TRANSFER_RETURN);
}

/* ---- list ------------------------------------------------------------------------------------ */

struct list {
    struct cli *c;
    struct txn *t;
    const struct state_row *only; /* NULL = all */
    struct table table;
    struct transfer_days limit;
    struct arena arena;
    size_t count, late;
};

static bool is_open(const struct transfer_view *v)
{
    return v->state == TRANSFER_STATE_IN_TRANSIT || v->state == TRANSFER_STATE_ANNOUNCED;
}

static struct slice awaited_name(struct txn *t, const struct transfer_view *v, struct arena *arena)
{
    if (!is_open(v)) {
        return slice_make("", 0);
    }
    return dot_is_none(v->waiting_for) ? slice_str(_("the letter itself"))
                                       : place_name(t, v->waiting_for, (struct slice){0}, arena);
}

static struct slice days_text(const struct list *l, const struct transfer_view *v,
                              struct arena *arena)
{
    int64_t days = cli_days(l->c, v->issued_ms);
    if (!is_open(v)) {
        return slice_make("", 0);
    }
    const char *mark = days >= l->limit.overdue  ? _(" days, overdue!")
                       : days >= l->limit.remind ? _(" days, please remind")
                                                 : _(" days");
    return slice_str(arena_printf(arena, "%lld%s", (long long)days, mark));
}

static bool list_visit(void *ctx, const struct transfer_view *v)
{
    struct list *l = ctx;
    struct cli *c = l->c;
    if (l->only && l->only->state != v->state) {
        return true;
    }
    l->count++;
    if (c->json) {
        transfer_json(c, l->t, v, &l->arena);
        return true;
    }
    l->late += is_open(v) && cli_days(c, v->issued_ms) >= l->limit.remind;
    const struct slice cells[] = {
        v->letter,
        member_name(l->t, v->member, &l->arena),
        place_name(l->t, v->sender, (struct slice){0}, &l->arena),
        place_name(l->t, v->to, v->to_outside, &l->arena),
        slice_str(state_label(c, v->state)),
        awaited_name(l->t, v, &l->arena),
        days_text(l, v, &l->arena),
    };
    l->table.columns = ARRAY_COUNT(cells);
    table_add(&l->table, cells);
    return true;
}

static void list_head(struct list *l)
{
    const struct slice cells[] = {
        slice_str(_("Letter")), slice_str(_("Member")),    slice_str(_("From")), slice_str(_("To")),
        slice_str(_("State")),  slice_str(_("Waits for")), slice_str(_("Since"))};
    l->table.columns = ARRAY_COUNT(cells);
    table_add(&l->table, cells);
}

static enum err run_list(struct cli *c)
{
    struct list l = {.c = c};
    l.table.arena = &l.arena;
    if (c->args.given[OPT_STATE]) {
        TRY(state_by_text(c, c->args.value[OPT_STATE], &l.only));
    }
    TRY(txn_begin(c->store, TXN_READ, &l.t));
    l.limit = transfer_days(l.t);
    list_head(&l);
    enum err e = transfer_each(l.t, list_visit, &l);
    txn_abort(l.t);
    if (e == ERR_OK && l.count > 0 && !c->json) {
        table_write(&l.table, &c->out);
    }
    arena_free(&l.arena);
    TRY(e);
    TRY(cli_flush(c));
    if (l.count == 0) {
        cli_say(c, l.only ? _("There is no letter in that state here.")
                          : _("There is no letter here yet. To send a member on: terrace transfer "
                              "issue MEMBER --to UNIT"));
    } else if (l.late > 0) {
        cli_say(c,
                _("After %lld days please ask the office that is waited for; after %lld days the "
                  "office above both steps in."),
                (long long)l.limit.remind, (long long)l.limit.overdue);
    }
    return ERR_OK;
}

/* ---- transfer -------------------------------------------------------------------------------- */

static const struct action {
    const char *name;
    size_t words_min, words_max; /* itself included */
    uint64_t options;
    enum err (*run)(struct cli *c);
} actions[] = {
    {"issue", 2, SIZE_MAX, OPT_BIT(TO) | OPT_BIT(OUTSIDE) | OPT_BIT(LETTER), run_issue},
    {"accept", 2, 2, OPT_BIT(REASON), run_accept},
    {"refuse", 2, 2, OPT_BIT(REASON), run_refuse},
    {"return", 2, 2, OPT_BIT(REASON), run_return},
    {"list", 1, 1, OPT_BIT(STATE), run_list},
};
#define ACTION_OPTIONS                                                                             \
    (OPT_BIT(TO) | OPT_BIT(OUTSIDE) | OPT_BIT(LETTER) | OPT_BIT(REASON) | OPT_BIT(STATE))

enum err cmd_transfer(struct cli *c)
{
    const struct action *action = NULL;
    const struct args *a = &c->args;
    for (size_t i = 0; i < ARRAY_COUNT(actions); i++) {
        action = strcmp(actions[i].name, a->words[0]) == 0 ? &actions[i] : action;
    }
    bool good = action && a->word_count >= action->words_min && a->word_count <= action->words_max;
    for (int i = 0; i < OPT_COUNT_OF_ALL && good; i++) {
        good = !a->given[i] || !option_in(ACTION_OPTIONS, i) || option_in(action->options, i);
    }
    if (!good) {
        return error_set(ERR_USAGE, _("this is how it is written: terrace %s %s"), "transfer",
                         command_words(command_find("transfer")));
    }
    return action->run(c);
}
