/* Papers of a member: the card, and the sheet with all that is recorded. */
#include "cli/print.h"
#include "cli/qr.h"
#include "cli/show.h"
#include "core/attendance.h"
#include "core/person.h"
#include "core/units.h"

/* ---- card ----------------------------------------------------------------------------------- */

#define NAME_BYTES 40 /* longer ones are written smaller */

/* Both sides beside each other: cut around, fold in the middle, and no printer has to turn sheets.
 */
static const char card_rules[] =
    "@page{size:A4;margin:12mm 19mm}\n"
    "body{font-size:9pt;line-height:1.25}\n"
    ".pair{display:flex;width:172mm;height:54mm;break-inside:avoid}\n"
    ".card{width:86mm;height:54mm;border:.2mm dashed #000;padding:3mm 4mm;overflow:hidden;"
    "position:relative}\n"
    ".card+.card{border-left:.2mm dotted #000}\n"
    ".card .top{text-align:center;font-size:8pt}\n"
    ".card .name{font-size:14pt;font-weight:bold;text-align:center;margin:1mm 0 1.5mm}\n"
    ".card .photo{width:20mm;height:27mm;float:left;margin-right:3mm}\n"
    ".card .line{margin:0 0 .6mm;gap:1mm}\n"
    ".card .small{font-size:8pt;line-height:1.15}\n"
    ".card .who .val{font-weight:bold}\n"
    ".card .qr{position:absolute;left:3mm;bottom:3mm}\n"
    ".card .seal{position:absolute;right:3mm;bottom:2mm;width:48mm;text-align:center;height:21mm}\n"
    "@media screen{body{max-width:182mm}}\n";

static void put_front(struct print *p, const struct record *m, struct dot issuer)
{
    struct slice name = print_words(p, m, F_MEMBER_NAME);
    html_begin(p->out, "div", "card");
    html_begin(p->out, "div", "top");
    html_put(p->out, "div", "bold up", slice_str(_("Ho Chi Minh Communist Youth Union")));
    html_put(p->out, "div", "up", print_office(p, issuer));
    html_end(p->out, "div");
    html_put(p->out, "div", "name up", slice_str(_("Member card")));
    html_put(p->out, "div", "photo", slice_str(_("Photo 2×3 cm")));
    html_begin(p->out, "div", name.len > NAME_BYTES ? "who small" : "who");
    print_line(p, _("Card No."), print_words(p, m, F_MEMBER_CARD_NO));
    print_line(p, print_label(p, KIND_MEMBER, F_MEMBER_NAME), name);
    html_end(p->out, "div");
    print_line(p, print_label(p, KIND_MEMBER, F_MEMBER_BIRTH), print_words(p, m, F_MEMBER_BIRTH));
    print_line(p, print_label(p, KIND_MEMBER, F_MEMBER_SEX), print_words(p, m, F_MEMBER_SEX));
    print_line(p, print_label(p, KIND_MEMBER, F_MEMBER_HOME), print_words(p, m, F_MEMBER_HOME));
    html_end(p->out, "div");
}

static enum err put_back(struct print *p, const struct record *m)
{
    struct slice number = print_words(p, m, F_MEMBER_CARD_NO);
    html_begin(p->out, "div", "card");
    print_line(p, print_label(p, KIND_MEMBER, F_MEMBER_ADMITTED),
               print_words(p, m, F_MEMBER_ADMITTED));
    print_line(p, print_label(p, KIND_MEMBER, F_MEMBER_ADMISSION_PLACE),
               print_words(p, m, F_MEMBER_ADMISSION_PLACE));
    print_line(p, _("Unit"), unit_name(p->t, show_counted_unit(p->t, m), p->arena));
    if (number.len) {
        html_begin(p->out, "div", "qr");
        TRY(qr_svg(arena_cstr(p->arena, number), "19mm", p->out));
        html_end(p->out, "div");
    }
    html_begin(p->out, "div", "seal");
    html_put(p->out, "div", "slant", slice_str(_("Date of issue: ...../...../..........")));
    html_put(p->out, "div", "bold up", slice_str(_("For the standing committee")));
    html_put(p->out, "div", "bold up", slice_str(_("Secretary")));
    html_end(p->out, "div");
    html_end(p->out, "div");
    return ERR_OK;
}

enum err print_card(struct print *p)
{
    struct print_list list;
    TRY(print_subjects(p, &list));
    print_open(p, HTML_PORTRAIT, _("Member card"), card_rules);
    for (size_t i = 0; i < list.count; i++) {
        const struct record *m = &list.records[i];
        struct dot issuer = print_issuer(p, show_counted_unit(p->t, m));
        html_begin(p->out, "div", "pair");
        put_front(p, m, issuer);
        TRY(put_back(p, m));
        html_end(p->out, "div");
    }
    html_close(p->out);
    return ERR_OK;
}

/* ---- sheet ---------------------------------------------------------------------------------- */

static const char sheet_rules[] = ".fields{display:flex;flex-wrap:wrap;column-gap:4mm}\n"
                                  ".fields .full{width:100%}\n"
                                  ".fields .half{width:calc(50% - 2mm)}\n"
                                  ".top{display:flex;gap:6mm;align-items:flex-start;margin:4mm 0}\n"
                                  ".top .photo{width:30mm;height:40mm;flex:none}\n"
                                  ".top .titles{flex:1;text-align:center}\n";

/* What the head, the title or the program itself has is not asked for on the sheet. */
static bool on_sheet(const struct field_def *f)
{
    return !(f->flags & FIELD_MACHINE) && f->number != F_UNIT && f->number != F_MEMBER &&
           f->number != F_EXT_ID && f->number != F_NOTE;
}

static bool is_short(const struct field_def *f)
{
    switch (f->type) {
    case FIELD_TEXT:
        return (f->max > 0 && f->max <= 64) || (f->flags & FIELD_SENSITIVE);
    case FIELD_REF:
    case FIELD_REFSET:
    case FIELD_TEXTSET:
        return false;
    default:
        return true;
    }
}

static void put_fields(struct print *p, const struct record *m)
{
    const struct kind_def *kind = schema_kind(KIND_MEMBER);
    const struct field_def *f = NULL;
    html_begin(p->out, "div", "fields");
    for (size_t i = 0; (f = schema_field_at(kind, i)) != NULL; i++) {
        if (on_sheet(f)) {
            html_begin(p->out, "div", is_short(f) ? "half" : "full");
            print_line(p, cli_field_label(p->c, f), print_words(p, m, f->number));
            html_end(p->out, "div");
        }
    }
    html_end(p->out, "div");
    struct slice note = print_words(p, m, F_NOTE);
    if (note.len) {
        print_text(p, print_label(p, KIND_MEMBER, F_NOTE), note, 0);
    }
}

#define COLUMNS_MAX 6
struct story {
    uint32_t kind, date; /* sorted by this field */
    uint32_t columns[COLUMNS_MAX];
};
static const struct story stories[] = {
    {KIND_POSITION,
     F_POSITION_FROM,
     {F_POSITION_TITLE, F_UNIT, F_POSITION_FROM, F_POSITION_TO, F_POSITION_DECISION_NO}},
    {KIND_TRANSFER,
     F_TRANSFER_ISSUED,
     {F_TRANSFER_LETTER, F_TRANSFER_ISSUED, F_TRANSFER_FROM, F_TRANSFER_TO, F_TRANSFER_STATUS}},
    {KIND_TRAINING, F_TRAINING_DATE, {F_TRAINING_COURSE, F_TRAINING_DATE, F_TRAINING_RESULT}},
    {KIND_RATING, F_RATING_YEAR, {F_RATING_YEAR, F_RATING_LEVEL, F_RATING_STATUS}},
    {KIND_REWARD,
     F_REWARD_DECISION_DATE,
     {F_REWARD_FORM, F_REWARD_DECISION_NO, F_REWARD_DECISION_DATE, F_REWARD_STATUS}},
    {KIND_DISCIPLINE,
     F_DISCIPLINE_DECISION_DATE,
     {F_DISCIPLINE_FORM, F_DISCIPLINE_DECISION_NO, F_DISCIPLINE_DECISION_DATE,
      F_DISCIPLINE_STATUS}},
};

static enum err put_story(struct print *p, const struct record *m, const struct story *s)
{
    struct print_list list;
    TRY(print_about(p, m->id, s->kind, &list));
    if (list.count == 0) {
        return ERR_OK;
    }
    print_sort_by_date(&list, s->date);
    html_begin(p->out, "h3", NULL);
    html_text(p->out, slice_str(cli_kind_label(p->c, schema_kind(s->kind))));
    html_end(p->out, "h3");
    html_begin(p->out, "table", "grid");
    html_begin(p->out, "thead", NULL);
    html_begin(p->out, "tr", NULL);
    for (size_t i = 0; i < COLUMNS_MAX && s->columns[i]; i++) {
        html_put(p->out, "th", NULL, slice_str(print_label(p, s->kind, s->columns[i])));
    }
    html_end(p->out, "tr");
    html_end(p->out, "thead");
    html_begin(p->out, "tbody", NULL);
    for (size_t i = 0; i < list.count; i++) {
        html_begin(p->out, "tr", NULL);
        for (size_t j = 0; j < COLUMNS_MAX && s->columns[j]; j++) {
            const struct field_def *f = schema_field(s->kind, s->columns[j]);
            print_cell(p, f->type == FIELD_DATE ? "mid" : NULL,
                       print_words(p, &list.records[i], f->number));
        }
        html_end(p->out, "tr");
    }
    html_end(p->out, "tbody");
    html_end(p->out, "table");
    return ERR_OK;
}

static enum err put_attended(struct print *p, const struct record *m)
{
    int64_t today = print_today(p);
    struct attendance a;
    TRY(attendance_of(p->t, m->id, DATE_MAKE(DATE_YEAR(today), 1, 1), today, &a));
    if (a.held > 0) {
        print_line(
            p, _("Meetings attended this year"),
            slice_str(arena_printf(p->arena, _("%lld of %lld (%lld %%)"), (long long)a.attended,
                                   (long long)a.held, (long long)attendance_percent(&a))));
    }
    return ERR_OK;
}

static enum err put_sheet(struct print *p, const struct record *m, bool first)
{
    struct dot unit = show_counted_unit(p->t, m);
    struct dot issuer = print_issuer(p, unit);
    html_begin(p->out, "div", first ? NULL : "page");
    print_head(p, unit, slice_make("", 0), print_today(p));
    html_begin(p->out, "div", "top");
    html_put(p->out, "div", "photo", slice_str(_("Photo 3×4 cm")));
    html_begin(p->out, "div", "titles");
    html_put(p->out, "h1", "up", slice_str(_("Member sheet")));
    html_end(p->out, "div");
    html_end(p->out, "div");
    put_fields(p, m);
    TRY(put_attended(p, m));
    for (size_t i = 0; i < ARRAY_COUNT(stories); i++) {
        TRY(put_story(p, m, &stories[i]));
    }
    const struct print_sign signs[] = {
        {NULL, _("Member"), print_words(p, m, F_MEMBER_NAME)},
        {_("For the committee"), _("Secretary"), print_secretary(p, issuer)}};
    print_signatures(p, signs, ARRAY_COUNT(signs));
    html_end(p->out, "div");
    return ERR_OK;
}

enum err print_sheet(struct print *p)
{
    struct print_list list;
    TRY(print_subjects(p, &list));
    print_open(p, HTML_PORTRAIT, _("Member sheet"), sheet_rules);
    for (size_t i = 0; i < list.count; i++) {
        TRY(put_sheet(p, &list.records[i], i == 0));
    }
    html_close(p->out);
    return ERR_OK;
}
