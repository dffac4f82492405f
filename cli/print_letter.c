/* The letter with which a member moves, and the slip that the other side sends back. */
#include "cli/print.h"
#include "cli/qr.h"
#include "core/person.h"
#include "core/transfer.h"
#include "core/units.h"

static const char rules[] =
    "@page{size:A4;margin:15mm 15mm 12mm 30mm}\n"
    ".titles{display:flex;align-items:center;gap:4mm;margin:3mm 0}\n"
    ".titles .words{flex:1;text-align:center}\n"
    ".cut{border:0;border-top:.3mm dashed #000;margin:5mm 0 3mm}\n"
    ".slip{font-size:11.5pt;line-height:1.25}\n"
    "body{font-size:12.5pt;line-height:1.25}.line{margin-bottom:.8mm}.room td{height:17mm}\n"
    ".slip .room td{height:15mm}\n"
    ".two{display:flex;gap:4mm}.two .line{flex:1}\n"
    ".intro{text-indent:8mm}\n";

struct letter {
    struct record transfer, member; /* the member's may be a stub, when he has gone */
    struct transfer_view view;
    bool has_member;
};

static enum err read_letter(struct print *p, struct letter *out)
{
    TRY(person_read(p->t, p->subject, p->arena, &out->transfer, NULL));
    TRY(transfer_view(p->t, &out->transfer, p->arena, &out->view));
    out->has_member = !dot_is_none(out->view.member) &&
                      person_read(p->t, out->view.member, p->arena, &out->member, NULL) == ERR_OK;
    error_clear();
    return ERR_OK;
}

static struct slice destination(struct print *p, const struct letter *l)
{
    return dot_is_none(l->view.to) ? l->view.to_outside : print_office(p, l->view.to);
}

static struct slice addressee(struct print *p, struct slice office)
{
    return office.len ? slice_str(arena_printf(p->arena, _("the committee of %s"),
                                               arena_cstr(p->arena, office)))
                      : office;
}

static void member_line(struct print *p, const struct letter *l, uint32_t field)
{
    print_line(p, print_label(p, KIND_MEMBER, field),
               l->has_member ? print_words(p, &l->member, field) : slice_make("", 0));
}

static void transfer_line(struct print *p, const struct letter *l, uint32_t field)
{
    struct slice words = print_words(p, &l->transfer, field);
    if (words.len) {
        print_line(p, print_label(p, KIND_TRANSFER, field), words);
    }
}

/* Filled in at issue; the letter says nothing of a year without meetings. */
static void put_attended(struct print *p, const struct letter *l)
{
    int64_t held = merge_shown_int(&l->transfer, F_TRANSFER_HELD);
    if (held > 0) {
        int64_t came = merge_shown_int(&l->transfer, F_TRANSFER_ATTENDED);
        print_line(
            p, _("Meetings attended this year"),
            slice_str(arena_printf(p->arena, _("%lld of %lld"), (long long)came, (long long)held)));
    }
}

static enum err put_titles(struct print *p, const struct letter *l)
{
    html_begin(p->out, "div", "titles");
    html_begin(p->out, "div", "words");
    html_put(p->out, "div", "bold up", slice_str(_("Letter of introduction")));
    html_put(p->out, "div", "bold", slice_str(_("for the transfer of membership")));
    html_end(p->out, "div");
    if (l->view.letter.len) {
        html_begin(p->out, "div", "qr");
        TRY(qr_svg(arena_cstr(p->arena, l->view.letter), "26mm", p->out));
        html_end(p->out, "div");
    }
    html_end(p->out, "div");
    return ERR_OK;
}

static enum err put_letter(struct print *p, const struct letter *l)
{
    struct dot issuer = print_issuer(p, l->view.sender);
    print_head(p, issuer, l->view.letter, merge_shown_int(&l->transfer, F_TRANSFER_ISSUED));
    TRY(put_titles(p, l));
    print_line(p, _("Addressed to"), addressee(p, destination(p, l)));
    html_begin(p->out, "p", "intro");
    html_printf(p->out, _("The committee of %s introduces the member:"),
                arena_cstr(p->arena, print_office(p, issuer)));
    html_end(p->out, "p");
    member_line(p, l, F_MEMBER_NAME);
    html_begin(p->out, "div", "two");
    member_line(p, l, F_MEMBER_BIRTH);
    member_line(p, l, F_MEMBER_SEX);
    html_end(p->out, "div");
    member_line(p, l, F_MEMBER_HOME);
    html_begin(p->out, "div", "two");
    member_line(p, l, F_MEMBER_ADMITTED);
    member_line(p, l, F_MEMBER_CARD_NO);
    html_end(p->out, "div");
    print_line(p, _("Has been in"), unit_name(p->t, l->view.sender, p->arena));
    transfer_line(p, l, F_TRANSFER_TYPE);
    transfer_line(p, l, F_TRANSFER_REASON);
    print_line(p, print_label(p, KIND_TRANSFER, F_TRANSFER_FEES_PAID_TO),
               print_words(p, &l->transfer, F_TRANSFER_FEES_PAID_TO));
    put_attended(p, l);
    print_text(p, print_label(p, KIND_TRANSFER, F_TRANSFER_COMMENT),
               print_words(p, &l->transfer, F_TRANSFER_COMMENT), 2);
    const struct print_sign signs[] = {
        {NULL, _("Member"),
         l->has_member ? print_words(p, &l->member, F_MEMBER_NAME) : slice_make("", 0)},
        {_("For the committee"), _("Secretary"), print_secretary(p, issuer)}};
    print_signatures(p, signs, ARRAY_COUNT(signs));
    return ERR_OK;
}

/* To be cut off, filled in and sent back where there is no link. */
static void put_slip(struct print *p, const struct letter *l)
{
    struct slice office = destination(p, l);
    html_begin(p->out, "div", "whole");
    buf_add_str(p->out, "<hr class=\"cut\">\n");
    html_begin(p->out, "div", "slip");
    html_put(p->out, "div", "mid bold up", slice_str(_("Answer of the receiving side")));
    print_line(p, _("Addressed to"),
               addressee(p, print_office(p, print_issuer(p, l->view.sender))));
    html_begin(p->out, "p", NULL);
    html_printf(p->out, _("%s has received letter No. %s of the member %s, and"),
                office.len ? arena_cstr(p->arena, office) : "....................",
                arena_cstr(p->arena, l->view.letter),
                l->has_member ? arena_cstr(p->arena, print_words(p, &l->member, F_MEMBER_NAME))
                              : "....................");
    html_end(p->out, "p");
    html_put(p->out, "p", NULL,
             slice_str(_("☐ accepts the member from ...../...../.......... on; branch: "
                         "........................................")));
    html_put(p->out, "p", NULL,
             slice_str(_("☐ refuses; the reason: "
                         "................................................................")));
    const struct print_sign signs[] = {{NULL, "", {0}},
                                       {_("For the committee"), _("Secretary"), {0}}};
    print_signatures(p, signs, ARRAY_COUNT(signs));
    html_end(p->out, "div");
    html_end(p->out, "div");
}

enum err print_letter(struct print *p)
{
    struct letter l = {0};
    TRY(read_letter(p, &l));
    print_open(p, HTML_PORTRAIT, _("Letter of introduction"), rules);
    TRY(put_letter(p, &l));
    put_slip(p, &l);
    html_close(p->out);
    return ERR_OK;
}
