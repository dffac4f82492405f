/* fee: what the members of a unit owe and pay for a month, and what goes up of it. */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/show.h"
#include "core/fee.h"
#include "core/text.h"

struct fees {
    struct cli *c;
    struct fee_sheet sheet;
    bool *chosen;   /* lines that the words name */
    bool all;       /* they begin with "all" */
    uint64_t saved; /* how many were written */
};

static enum err parse_month(struct cli *c, struct txn *t, const char *word, int64_t *month)
{
    struct datum d;
    TRY(draft_parse(t, schema_field(KIND_FEE, F_FEE_MONTH), slice_str(word), &c->arena, &d));
    *month = d.i;
    return d.type == DATUM_INT ? ERR_OK
                               : error_set_field(ERR_INPUT, "month", _("say which month: 2025-06"));
}

static enum err read_sheet(struct fees *f, struct txn *t)
{
    struct cli *c = f->c;
    struct dot unit = store_identity(c->store)->unit;
    int64_t month = 0;
    TRY(parse_month(c, t, c->args.words[1], &month));
    if (c->args.given[OPT_UNIT]) {
        TRY(cli_find(c, t, KIND_UNIT, c->args.value[OPT_UNIT], &unit));
    }
    return fee_read(t, unit, month, &c->arena, &f->sheet);
}

/* How many words, from the third on, say "all", or "all but": quotes around them are not asked for.
 */
static size_t read_all(struct fees *f, bool *but)
{
    static const struct {
        const char *folded;
        bool but;
    } forms[] = {{"all", false},
                 {"tat ca", false},
                 {"all but", true},
                 {"all except", true},
                 {"tat ca tru", true}};
    struct cli *c = f->c;
    struct buf joined = {0};
    size_t taken = 0;
    for (size_t n = 0; n < 3 && 2 + n < c->args.word_count; n++) {
        buf_add_str(&joined, n ? " " : "");
        buf_add_str(&joined, c->args.words[2 + n]);
        struct slice folded = text_fold(buf_view(&joined), &c->arena);
        for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
            if (slice_equal(folded, slice_str(forms[i].folded))) {
                taken = n + 1;
                *but = forms[i].but;
                f->all = true;
            }
        }
    }
    buf_free(&joined);
    return taken;
}

static enum err choose_one(struct fees *f, struct txn *t, struct slice name, bool take)
{
    struct cli *c = f->c;
    struct dot member;
    bool found = false;
    const char *word = arena_cstr(&c->arena, name);
    TRY(cli_find_member(c, t, f->sheet.unit, word, &member));
    for (size_t i = 0; i < f->sheet.count; i++) {
        if (dot_equal(f->sheet.lines[i].member, member)) {
            f->chosen[i] = take;
            found = true;
        }
    }
    return found ? ERR_OK
                 : error_set_field(ERR_INPUT, "member", _("“%s” owes no fee here for that month"),
                                   word);
}

/* Names apart by ";" in one word, as in a list of those present. */
static enum err choose_each(struct fees *f, struct txn *t, struct slice names, bool take)
{
    for (size_t from = 0, at = 0; at <= names.len; at++) {
        if (at == names.len || names.ptr[at] == ';') {
            struct slice name;
            TRY(text_normalize(slice_make(names.ptr + from, at - from), &f->c->arena, &name));
            from = at + 1;
            if (name.len > 0) {
                TRY(choose_one(f, t, name, take));
            }
        }
    }
    return ERR_OK;
}

/* "all", "all but X Y", or the members one by one. */
static enum err choose(struct fees *f, struct txn *t)
{
    const struct field_def *like = schema_field(KIND_ACTIVITY, F_ACTIVITY_PRESENT);
    struct cli *c = f->c;
    struct slice names = {0};
    bool but = false;
    f->chosen = arena_array(&c->arena, f->sheet.count + 1, sizeof(*f->chosen));
    if (c->args.word_count < 3) {
        return error_set(ERR_USAGE, _("say who: members, all, or all but some"));
    }
    size_t at = 2 + read_all(f, &but);
    if (!f->all && draft_is_roll(like, slice_str(c->args.words[2]), &c->arena, &names)) {
        f->all = true; /* "all but X; Y" as one word */
        but = names.len > 0;
        at++;
    }
    if (f->all) {
        memset(f->chosen, 1, f->sheet.count * sizeof(*f->chosen));
    }
    TRY(choose_each(f, t, names, !but));
    for (; at < c->args.word_count; at++) {
        TRY(choose_each(f, t, slice_str(c->args.words[at]), !but));
    }
    return ERR_OK;
}

/* ---- what is written
 * ----------------------------------------------------------------------------- */

static enum err write_lines(struct fees *f, struct txn *t, const struct fee_entry *entry)
{
    for (size_t i = 0; i < f->sheet.count; i++) {
        bool saved = false;
        if (!f->chosen || f->chosen[i]) {
            TRY(fee_write(t, &f->sheet, &f->sheet.lines[i], entry, &f->c->notes, &f->c->arena,
                          &saved));
        }
        f->saved += saved ? 1 : 0;
    }
    return ERR_OK;
}

static enum err do_due(struct fees *f, struct txn *t)
{
    return write_lines(f, t, &(struct fee_entry){.status = FEE_DUE});
}

/* Whoever is exempt pays nothing with all the others. */
static enum err do_pay(struct fees *f, struct txn *t)
{
    TRY(choose(f, t));
    for (size_t i = 0; i < f->sheet.count; i++) {
        f->chosen[i] = f->chosen[i] && !(f->all && f->sheet.lines[i].status == FEE_EXEMPT);
    }
    return write_lines(f, t, &(struct fee_entry){.status = FEE_PAID});
}

static enum err do_exempt(struct fees *f, struct txn *t)
{
    const char *why = f->c->args.value[OPT_REASON];
    if (!why || !*why) {
        return error_set(ERR_USAGE, _("say why with --reason"));
    }
    TRY(choose(f, t));
    return write_lines(f, t,
                       &(struct fee_entry){.status = FEE_EXEMPT, .exemption = slice_str(why)});
}

static enum err do_remit(struct fees *f, struct txn *t)
{
    bool saved = false;
    TRY(fee_remit(t, &f->sheet, &f->c->arena, &saved));
    f->saved = saved ? 1 : 0;
    return ERR_OK;
}

static const struct {
    const char *word;
    enum err (*run)(struct fees *f, struct txn *t); /* NULL: it only looks */
} operations[] = {
    {"list", NULL}, {"due", do_due}, {"pay", do_pay}, {"exempt", do_exempt}, {"remit", do_remit},
};

/* ---- what is said
 * --------------------------------------------------------------------------------- */

static const char *money(struct cli *c, int64_t dong)
{
    return text_money(dong, strcmp(c->lang, "vi") == 0, &c->arena);
}

static void put_lines(struct fees *f)
{
    struct cli *c = f->c;
    const struct field_def *status = schema_field(KIND_FEE, F_FEE_STATUS);
    struct table tb = {.arena = &c->arena, .columns = 4};
    for (size_t i = 0; i < f->sheet.count; i++) {
        const struct fee_line *l = &f->sheet.lines[i];
        const struct enum_code *code = schema_code(status, l->status);
        bool recorded = !dot_is_none(l->record);
        if (c->json) {
            emit_open(&c->out, '{');
            emit_put_id(&c->out, "member", l->member);
            emit_put_text(&c->out, "full_name", l->name);
            emit_put_id(&c->out, "id", l->record);
            emit_put_text(&c->out, "status", slice_str(recorded && code ? code->code : ""));
            emit_put_int(&c->out, "amount", l->status == FEE_EXEMPT ? 0 : l->amount);
            emit_put_text(&c->out, "exemption", l->exemption);
            emit_close(&c->out, '}');
            buf_add_byte(&c->out, '\n');
            continue;
        }
        const char *label = !recorded || !code           ? _("not entered")
                            : strcmp(c->lang, "vi") == 0 ? code->vi
                                                         : code->en;
        const char *amount = l->status == FEE_EXEMPT ? "" : money(c, l->amount);
        table_add(&tb, (const struct slice[]){l->name, slice_str(label), slice_str(amount),
                                              l->exemption});
    }
    table_write(&tb, &c->out);
}

static void put_sums(struct fees *f)
{
    const struct fee_sheet *s = &f->sheet;
    struct cli *c = f->c;
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_int(&c->out, "saved", (int64_t)f->saved);
        emit_put_int(&c->out, "members", (int64_t)s->count);
        emit_put_int(&c->out, "due", (int64_t)s->due);
        emit_put_int(&c->out, "exempt", (int64_t)s->exempt);
        emit_put_int(&c->out, "paid", (int64_t)s->paid);
        emit_put_int(&c->out, "collected", s->collected);
        emit_put_int(&c->out, "kept", s->kept);
        emit_put_int(&c->out, "up", s->up);
        emit_put_int(&c->out, "remitted", s->remitted);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        return;
    }
    buf_printf(&c->out, _("Members %zu: paid %zu, due %zu, exempt %zu, not entered %zu.\n"),
               s->count, s->paid, s->due, s->exempt, s->count - s->recorded);
    buf_printf(&c->out, _("Collected %s: %s stay, %s go up, of which %s are recorded.\n"),
               money(c, s->collected), money(c, s->kept), money(c, s->up), money(c, s->remitted));
}

enum err cmd_fee(struct cli *c)
{
    struct fees f = {.c = c};
    struct txn *t = NULL;
    size_t op = 0;
    while (op < ARRAY_COUNT(operations) && strcmp(operations[op].word, c->args.words[0]) != 0) {
        op++;
    }
    if (op == ARRAY_COUNT(operations)) {
        return error_set(ERR_USAGE, _("it is one of list, due, pay, exempt and remit"));
    }
    bool looks = operations[op].run == NULL;
    TRY(txn_begin(c->store, looks ? TXN_READ : TXN_WRITE, &t));
    enum err e = read_sheet(&f, t);
    e = e || looks ? e : operations[op].run(&f, t);
    e = e || looks ? e : read_sheet(&f, t); /* as it is now */
    if (looks) {
        txn_abort(t);
    } else {
        e = cli_end(t, e);
    }
    TRY(e);
    if (looks) {
        put_lines(&f);
    }
    if (!looks || !c->json) {
        put_sums(&f);
    }
    cli_tell_notes(c, NULL, 0);
    return cli_flush(c);
}
