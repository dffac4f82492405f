/* Papers of a meeting: its minutes, and the list that is signed by hand. */
#include "cli/print.h"
#include "cli/show.h"
#include "core/person.h"
#include "core/units.h"

#define FREE_ROWS 5 /* for guests, and for who joined since */
#define LINES_FOR_HAND 4

/* ---- minutes -------------------------------------------------------------------------------- */

/* Who was to come: members of the unit on that day, and whoever the record names besides. */
struct roll {
    size_t present, expected;
    struct buf present_names, excused_names, absent_names;
};

static void add_name(struct buf *out, struct slice name)
{
    buf_add_str(out, out->len ? ", " : "");
    buf_add_slice(out, name);
}

/* Who was admitted later was not to come, nor who is away for work. */
static bool is_expected(const struct record *member, int64_t date)
{
    int64_t admitted = date_first_day(merge_shown_int(member, F_MEMBER_ADMITTED));
    return admitted <= date && merge_shown_int(member, F_MEMBER_STATUS) != MEMBER_AWAY;
}

static void add_named(struct print *p, const struct record *activity, struct roll *roll)
{
    size_t count = 0;
    const struct value **v = merge_siblings(activity, F_ACTIVITY_PRESENT, p->arena, &count);
    for (size_t i = 0; i < count; i++) {
        roll->present++;
        add_name(&roll->present_names, show_title(p->t, v[i]->datum.ref, p->arena));
    }
    roll->expected = count;
    v = merge_siblings(activity, F_ACTIVITY_EXCUSED, p->arena, &count);
    for (size_t i = 0; i < count; i++) {
        if (!print_set_has(activity, F_ACTIVITY_PRESENT, v[i]->datum.ref)) {
            roll->expected++;
            add_name(&roll->excused_names, show_title(p->t, v[i]->datum.ref, p->arena));
        }
    }
}

static enum err call_roll(struct print *p, const struct record *activity, struct roll *roll)
{
    struct print_list members;
    int64_t date = date_first_day(merge_shown_int(activity, F_ACTIVITY_DATE));
    add_named(p, activity, roll);
    TRY(print_members(p, merge_shown_ref(activity, F_UNIT), &members));
    for (size_t i = 0; i < members.count; i++) {
        const struct record *m = &members.records[i];
        if (is_expected(m, date) && !print_set_has(activity, F_ACTIVITY_PRESENT, m->id) &&
            !print_set_has(activity, F_ACTIVITY_EXCUSED, m->id)) {
            roll->expected++;
            add_name(&roll->absent_names, merge_shown_text(m, F_MEMBER_NAME));
        }
    }
    return ERR_OK;
}

static void put_roll(struct print *p, const struct record *activity, const struct roll *roll)
{
    html_put(p->out, "h2", NULL, slice_str(_("II. Attendance")));
    print_line(p, _("Chair"), print_words(p, activity, F_ACTIVITY_CHAIR));
    print_line(p, _("Secretary of the meeting"), slice_make("", 0));
    print_line(p, _("Present"),
               roll->present ? slice_str(arena_printf(p->arena, _("%zu of %zu members"),
                                                      roll->present, roll->expected))
                             : slice_make("", 0));
    print_text(p, _("Names"), buf_view(&roll->present_names), 2);
    if (roll->present > 0) {
        struct slice none = slice_str(_("nobody"));
        struct slice excused = buf_view(&roll->excused_names);
        struct slice absent = buf_view(&roll->absent_names);
        print_text(p, _("Absent with leave"), excused.len ? excused : none, 0);
        print_text(p, _("Absent without leave"), absent.len ? absent : none, 0);
    }
    print_line(p, print_label(p, KIND_ACTIVITY, F_ACTIVITY_GUESTS),
               print_words(p, activity, F_ACTIVITY_GUESTS));
}

static void put_items(struct print *p, const struct record *activity, uint32_t field)
{
    size_t count = 0;
    const struct value **v = merge_siblings(activity, field, p->arena, &count);
    if (count == 0) {
        return;
    }
    html_begin(p->out, "p", NULL);
    html_printf(p->out, "%s:", print_label(p, KIND_ACTIVITY, field));
    html_end(p->out, "p");
    html_begin(p->out, "ul", NULL);
    for (size_t i = 0; i < count; i++) {
        html_put(p->out, "li", NULL, v[i]->datum.text);
    }
    html_end(p->out, "ul");
}

static void put_minutes(struct print *p, const struct record *a, const struct roll *roll)
{
    html_put(p->out, "h1", "up", slice_str(_("Minutes")));
    html_put(p->out, "p", "mid bold", print_words(p, a, F_ACTIVITY_TITLE));
    html_put(p->out, "h2", NULL, slice_str(_("I. Time and place")));
    print_line(p, _("Time"), print_date(p, merge_shown_int(a, F_ACTIVITY_DATE)));
    print_line(p, print_label(p, KIND_ACTIVITY, F_ACTIVITY_PLACE),
               print_words(p, a, F_ACTIVITY_PLACE));
    print_line(p, print_label(p, KIND_ACTIVITY, F_ACTIVITY_TYPE),
               print_words(p, a, F_ACTIVITY_TYPE));
    put_roll(p, a, roll);
    html_put(p->out, "h2", NULL, slice_str(_("III. What was discussed")));
    struct slice theme = print_words(p, a, F_ACTIVITY_THEME);
    if (theme.len) {
        print_line(p, print_label(p, KIND_ACTIVITY, F_ACTIVITY_THEME), theme);
    }
    put_items(p, a, F_ACTIVITY_AGENDA);
    put_items(p, a, F_ACTIVITY_TOPICS);
    print_text(p, print_label(p, KIND_ACTIVITY, F_ACTIVITY_SUMMARY),
               print_words(p, a, F_ACTIVITY_SUMMARY), roll->present ? 2 : LINES_FOR_HAND);
    html_put(p->out, "h2", NULL, slice_str(_("IV. Resolution")));
    struct slice resolution = print_words(p, a, F_ACTIVITY_RESOLUTION);
    html_put(p->out, "div", "text", resolution);
    for (int i = 0; resolution.len == 0 && i < LINES_FOR_HAND; i++) {
        html_put(p->out, "div", "blank", slice_make("", 0));
    }
    html_begin(p->out, "div", "whole closing");
    html_put(p->out, "p", NULL,
             slice_str(_("The minutes were read to the meeting, which agreed with them.")));
    const struct print_sign signs[] = {{NULL, _("Secretary of the meeting"), {0}},
                                       {NULL, _("Chair"), print_words(p, a, F_ACTIVITY_CHAIR)}};
    print_signatures(p, signs, ARRAY_COUNT(signs));
    html_end(p->out, "div");
}

enum err print_minutes(struct print *p)
{
    struct record a;
    struct roll roll = {0};
    TRY(person_read(p->t, p->subject, p->arena, &a, NULL));
    enum err e = call_roll(p, &a, &roll);
    if (e == ERR_OK) {
        print_open(p, HTML_PORTRAIT, _("Minutes"),
                   "@page{size:A4;margin:15mm 15mm 12mm "
                   "30mm}\nbody{font-size:12.5pt;line-height:1.25}h2{margin:2.5mm 0 1mm}.room "
                   "td{height:17mm}\n"
                   "ul{margin:0 0 1.5mm;padding-left:8mm}\n.closing{padding-top:3mm}\n");
        print_head(p, merge_shown_ref(&a, F_UNIT), slice_make("", 0),
                   merge_shown_int(&a, F_ACTIVITY_DATE));
        put_minutes(p, &a, &roll);
        html_close(p->out);
    }
    buf_free(&roll.present_names);
    buf_free(&roll.excused_names);
    buf_free(&roll.absent_names);
    return e;
}

/* ---- the list to sign ----------------------------------------------------------------------- */

static void put_row(struct print *p, size_t number, const struct record *member)
{
    html_begin(p->out, "tr", NULL);
    print_number(p, number);
    print_cell(p, NULL, member ? print_words(p, member, F_MEMBER_NAME) : slice_make("", 0));
    print_cell(p, "mid", member ? print_words(p, member, F_MEMBER_BIRTH) : slice_make("", 0));
    print_cell(p, NULL, slice_make("", 0));
    print_cell(p, NULL, slice_make("", 0));
    html_end(p->out, "tr");
}

static void put_attendance(struct print *p, const struct record *activity, struct dot unit,
                           const struct print_list *members)
{
    static const char *const heads[] = {N_("No."),       N_("Full name"), N_("Born"),
                                        N_("Signature"), N_("Note"),      NULL};
    int64_t date = activity ? merge_shown_int(activity, F_ACTIVITY_DATE) : 0;
    print_head(p, unit, slice_make("", 0), date);
    html_put(p->out, "h1", "up", slice_str(_("Attendance list")));
    if (activity) {
        html_put(p->out, "p", "mid bold", print_words(p, activity, F_ACTIVITY_TITLE));
    }
    print_line(p, _("Meeting"),
               activity        ? print_words(p, activity, F_ACTIVITY_TYPE)
               : p->has_period ? slice_str(arena_printf(p->arena, _("regular meeting, %s"),
                                                        print_month(p, p->first_month)))
                               : slice_make("", 0));
    print_line(p, _("Time"), print_date(p, date));
    print_line(p, _("Place"),
               activity ? print_words(p, activity, F_ACTIVITY_PLACE) : slice_make("", 0));
    html_begin(p->out, "table", "grid roll");
    print_columns(p, heads);
    html_begin(p->out, "tbody", NULL);
    for (size_t i = 0; i < members->count; i++) {
        put_row(p, i + 1, &members->records[i]);
    }
    for (size_t i = 0; i < FREE_ROWS; i++) {
        put_row(p, members->count + i + 1, NULL);
    }
    html_end(p->out, "tbody");
    html_end(p->out, "table");
    html_begin(p->out, "p", NULL);
    html_printf(p->out,
                _("In the list: %zu. Present: ........ Absent with leave: ........ "
                  "Without leave: ........"),
                members->count);
    html_end(p->out, "p");
    const struct print_sign signs[] = {{NULL, _("Secretary of the meeting"), {0}},
                                       {NULL, _("Chair"), {0}}};
    print_signatures(p, signs, ARRAY_COUNT(signs));
}

enum err print_attendance(struct print *p)
{
    struct record activity;
    struct print_list members;
    struct dot unit = p->subject;
    if (p->kind == KIND_ACTIVITY) {
        TRY(person_read(p->t, p->subject, p->arena, &activity, NULL));
        unit = merge_shown_ref(&activity, F_UNIT);
    }
    TRY(print_members(p, unit, &members));
    print_open(p, HTML_PORTRAIT, _("Attendance list"),
               ".roll td{height:8mm;vertical-align:middle}\n"
               ".roll th:nth-child(1){width:10mm}.roll th:nth-child(2){width:58mm}\n"
               ".roll th:nth-child(3){width:26mm}.roll th:nth-child(5){width:28mm}\n");
    put_attendance(p, p->kind == KIND_ACTIVITY ? &activity : NULL, unit, &members);
    html_close(p->out);
    return ERR_OK;
}
