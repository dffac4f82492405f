/* terrace print: one page for a printer, from what the store holds. */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/print.h"
#include "core/report.h"
#include "core/transfer.h"
#include "core/units.h"

struct document {
    const char *name;
    uint32_t kinds[2]; /* what it may be of; the first is named in errors */
    enum err (*write)(struct print *p);
};
static const struct document documents[] = {
    {"card", {KIND_MEMBER, KIND_UNIT}, print_card},
    {"sheet", {KIND_MEMBER, KIND_UNIT}, print_sheet},
    {"minutes", {KIND_ACTIVITY, 0}, print_minutes},
    {"attendance", {KIND_ACTIVITY, KIND_UNIT}, print_attendance},
    {"letter", {KIND_TRANSFER, 0}, print_letter},
    {"book", {KIND_UNIT, 0}, print_book},
};

static enum err find_document(const char *word, const struct document **out)
{
    for (size_t i = 0; i < ARRAY_COUNT(documents); i++) {
        if (strcmp(documents[i].name, word) == 0) {
            *out = &documents[i];
            return ERR_OK;
        }
    }
    return error_set(ERR_USAGE,
                     _("“%s” is no document; there are card, sheet, minutes, attendance, "
                       "letter, book"),
                     word);
}

static enum err read_period(const char *text, struct print *p)
{
    struct report_period period;
    TRY(report_period_parse(slice_str(text), CUTOFF_MONTH_END, &period));
    p->first_month = MONTH_MAKE(period.first_month / 12, period.first_month % 12 + 1);
    p->months = (int)(period.last_month - period.first_month + 1);
    p->has_period = true;
    return ERR_OK;
}

/* A transfer also by the number of its letter. */
static enum err find_letter(struct print *p, const char *word)
{
    struct transfer_view v;
    TRY(transfer_find(p->t, slice_str(word), p->arena, &v, &p->c->candidates));
    if (dot_is_none(v.transfer)) {
        return error_set(ERR_NOT_FOUND, _("the letter has not come here yet; only its answer has"));
    }
    p->subject = v.transfer;
    return ERR_OK;
}

static bool in_conflict(const struct record *r)
{
    for (size_t i = 0; i < r->field_count; i++) {
        if (merge_in_conflict(r, r->fields[i].number)) {
            return true;
        }
    }
    return false;
}

static enum err find_subject(struct print *p, const struct document *d)
{
    struct cli *c = p->c;
    struct record r;
    bool takes_unit = d->kinds[0] == KIND_UNIT || d->kinds[1] == KIND_UNIT;
    if (c->args.word_count < 2) {
        if (!takes_unit) {
            return error_set(ERR_USAGE, _("of which one? usage: terrace print %s ID"), d->name);
        }
        p->subject = store_identity(c->store)->unit;
        p->kind = KIND_UNIT;
        return ERR_OK;
    }
    if (d->kinds[0] == KIND_TRANSFER) {
        TRY(find_letter(p, c->args.words[1]));
    } else {
        uint32_t kind = d->kinds[1] ? 0 : d->kinds[0];
        TRY(cli_find(c, p->t, kind, c->args.words[1], &p->subject));
    }
    TRY(store_get(p->t, p->subject, p->arena, &r, NULL));
    p->kind = r.kind;
    if (r.kind != d->kinds[0] && (d->kinds[1] == 0 || r.kind != d->kinds[1])) {
        return error_set(ERR_INPUT, _("a %s is printed of a record of kind %s, not of this one"),
                         d->name, schema_kind(d->kinds[0])->name);
    }
    if ((r.flags & RECORD_STUB) || merge_is_deleted(&r)) {
        return error_set(ERR_RULE, _("this record is deleted, or has gone to another unit"));
    }
    p->in_conflict = r.kind != KIND_UNIT && in_conflict(&r);
    return ERR_OK;
}

static enum err take_period(struct print *p, const struct document *d)
{
    if (!p->c->args.given[OPT_PERIOD]) {
        return ERR_OK;
    }
    if (d->write != print_book && d->write != print_attendance) {
        return error_set(ERR_USAGE, _("only book and attendance take --period"));
    }
    TRY(read_period(p->c->args.value[OPT_PERIOD], p));
    if (d->write == print_attendance && p->months > 1) {
        return error_set_field(ERR_INPUT, "period", _("a list to sign is of one month"));
    }
    return ERR_OK;
}

static enum err make_page(struct print *p, const struct document *d)
{
    int64_t today = print_today(p);
    p->first_month = MONTH_MAKE(DATE_YEAR(today), DATE_MONTH(today));
    p->months = 1;
    TRY(take_period(p, d));
    TRY(find_subject(p, d));
    return d->write(p);
}

/* minutes-k7f….html: a name that says what is in it and is that of no other record. */
static const char *usual_name(struct print *p, const struct document *d)
{
    struct slice code = {0};
    if (p->kind == KIND_UNIT) {
        code = unit_code(p->t, p->subject, p->arena);
    }
    bool plain = code.len > 0;
    for (size_t i = 0; i < code.len; i++) {
        uint8_t b = code.ptr[i];
        plain = plain && (b == '-' || (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') ||
                          (b >= 'a' && b <= 'z'));
    }
    return plain ? arena_printf(p->arena, "%s-%.*s.html", d->name, (int)code.len,
                                (const char *)code.ptr)
                 : arena_printf(p->arena, "%s-%s.html", d->name, dot_text(p->subject, p->arena));
}

static enum err deliver(struct cli *c, const char *path, struct slice page)
{
    TRY(cli_write_file(c, path, page));
    if (cli_is_dash(path)) {
        return ERR_OK;
    }
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_text(&c->out, "file", slice_str(path));
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
    } else {
        buf_printf(&c->out, "%s\n", path);
    }
    cli_say(c, _("Open it in a browser to print it (Ctrl+P, A4)."));
    return cli_flush(c);
}

enum err cmd_print(struct cli *c)
{
    const struct document *d = NULL;
    struct buf page = {0};
    struct print p = {.c = c, .arena = &c->arena, .out = &page};
    const char *path = c->args.given[OPT_OUT] ? c->args.value[OPT_OUT] : NULL;
    TRY(find_document(c->args.words[0], &d));
    if (c->json && path && cli_is_dash(path)) {
        return error_set(ERR_USAGE, _("--out - and --json both want the screen"));
    }
    TRY(txn_begin(c->store, TXN_READ, &p.t));
    enum err e = make_page(&p, d);
    path = e == ERR_OK && !path ? usual_name(&p, d) : path;
    txn_abort(p.t);
    e = e ? e : deliver(c, path, buf_view(&page));
    if (e == ERR_OK && p.in_conflict) {
        cli_say(c, _("Somebody else wrote another value of a field in it; the paper shows one of "
                     "them. See: terrace conflicts"));
    }
    buf_free(&page);
    return e;
}
