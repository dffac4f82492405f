/* The branch book: for each month its members and their fees, what was done, what was planned. */
#include "cli/print.h"
#include "cli/show.h"
#include "core/attendance.h"
#include "core/person.h"
#include "core/transfer.h"
#include "core/units.h"

/* A letter that brought somebody here or took him away. */
struct move {
    struct dot member;
    bool out;
    int64_t date; /* of its issue */
    struct transfer_view view;
    struct slice status;
};
struct book {
    struct print *p;
    struct print_list members;      /* also those who have left since */
    const struct print_list **fees; /* of each of them */
    struct print_list activities, items;
    struct move *moves;
    size_t move_count;
};
struct month {
    struct print *p;
    const struct book *book;
    int64_t month;
    int64_t first, last; /* days, both included */
    struct print_list activities, items;
};

static int64_t month_of(int64_t date)
{
    return date ? MONTH_MAKE(DATE_YEAR(date), DATE_MONTH(date)) : 0;
}

static int64_t month_after(int64_t month)
{
    return MONTH_MONTH(month) == 12 ? MONTH_MAKE(MONTH_YEAR(month) + 1, 1) : month + 1;
}

/* ---- members -------------------------------------------------------------------------------- */

/* Was he a member here in that month, by what is known now? */
static bool was_member(const struct month *m, const struct record *r)
{
    int64_t admitted = date_first_day(merge_shown_int(r, F_MEMBER_ADMITTED));
    int64_t since = merge_shown_int(r, F_MEMBER_STATUS_DATE);
    bool living = merge_shown_int(r, F_MEMBER_STATUS) < MEMBER_MATURED;
    bool has_left = !unit_is_within(m->p->t, show_counted_unit(m->p->t, r), m->p->subject);
    bool was_here = !has_left;
    for (size_t i = 0; i < m->book->move_count; i++) {
        const struct move *move = &m->book->moves[i];
        if (!dot_equal(move->member, r->id)) {
            continue;
        }
        if (move->out && has_left) {
            was_here = was_here || month_of(move->date) >= m->month;
        } else if (!move->out && move->view.state == TRANSFER_STATE_ACCEPTED) {
            was_here = was_here && month_of(move->date) <= m->month;
        }
    }
    return was_here && admitted <= m->last && (living || (since != 0 && since >= m->first));
}

static struct slice fee_words(struct month *m, const struct print_list *fees)
{
    struct slice words = {0};
    for (size_t i = 0; i < fees->count; i++) {
        const struct record *fee = &fees->records[i];
        if (merge_shown_int(fee, F_FEE_MONTH) == m->month) {
            bool paid = merge_shown_int(fee, F_FEE_STATUS) >= FEE_PAID;
            words = print_words(m->p, fee, paid ? F_FEE_AMOUNT : F_FEE_STATUS);
        }
    }
    return words;
}

/* "1/2": of the month's meetings. */
static struct slice came_words(struct month *m, const struct record *member)
{
    size_t held = 0, came = 0;
    for (size_t i = 0; i < m->activities.count; i++) {
        const struct record *a = &m->activities.records[i];
        if (attendance_is_meeting(a)) {
            held++;
            came += print_set_has(a, F_ACTIVITY_PRESENT, member->id) ? 1 : 0;
        }
    }
    return held ? slice_str(arena_printf(m->p->arena, "%zu/%zu", came, held)) : slice_make("", 0);
}

static struct slice change_words(struct month *m, const struct record *r)
{
    struct print *p = m->p;
    int64_t status = merge_shown_int(r, F_MEMBER_STATUS);
    if (month_of(merge_shown_int(r, F_MEMBER_STATUS_DATE)) == m->month && status > MEMBER_ACTIVE) {
        return print_words(p, r, F_MEMBER_STATUS);
    }
    if (month_of(merge_shown_int(r, F_MEMBER_ADMITTED)) == m->month) {
        return slice_str(_("admitted"));
    }
    for (size_t i = 0; i < m->book->move_count; i++) {
        const struct move *move = &m->book->moves[i];
        if (dot_equal(move->member, r->id) && month_of(move->date) == m->month &&
            move->view.state == TRANSFER_STATE_ACCEPTED) {
            return slice_str(move->out ? _("moved away") : _("came by letter"));
        }
    }
    return status == MEMBER_AWAY || status == MEMBER_IN_TRANSIT ? print_words(p, r, F_MEMBER_STATUS)
                                                                : slice_make("", 0);
}

static void put_members(struct month *m)
{
    static const char *const heads[] = {N_("No."),     N_("Full name"), N_("Born"), N_("Admitted"),
                                        N_("Present"), N_("Fee"),       N_("Note"), NULL};
    struct print *p = m->p;
    size_t shown = 0;
    html_put(p->out, "h2", NULL, slice_str(_("I. Members, attendance and fees")));
    html_begin(p->out, "table", "grid book");
    print_columns(p, heads);
    html_begin(p->out, "tbody", NULL);
    for (size_t i = 0; i < m->book->members.count; i++) {
        const struct record *r = &m->book->members.records[i];
        if (!was_member(m, r)) {
            continue;
        }
        html_begin(p->out, "tr", NULL);
        print_number(p, ++shown);
        print_cell(p, NULL, print_words(p, r, F_MEMBER_NAME));
        print_cell(p, "mid", print_words(p, r, F_MEMBER_BIRTH));
        print_cell(p, "mid", print_words(p, r, F_MEMBER_ADMITTED));
        print_cell(p, "mid", came_words(m, r));
        print_cell(p, "num", fee_words(m, m->book->fees[i]));
        print_cell(p, NULL, change_words(m, r));
        html_end(p->out, "tr");
    }
    html_end(p->out, "tbody");
    html_end(p->out, "table");
    html_begin(p->out, "p", NULL);
    html_printf(p->out, _("Members in all: %zu"), shown);
    html_end(p->out, "p");
}

static void put_letters(struct month *m)
{
    struct print *p = m->p;
    bool any = false;
    for (size_t i = 0; i < m->book->move_count; i++) {
        const struct move *move = &m->book->moves[i];
        struct dot unit = move->out ? move->view.to : move->view.sender;
        struct slice other =
            dot_is_none(unit) ? move->view.to_outside : unit_name(p->t, unit, p->arena);
        if (month_of(move->date) != m->month) {
            continue;
        }
        if (!any) {
            html_put(p->out, "h3", NULL, slice_str(_("Transfers")));
            any = true;
        }
        html_begin(p->out, "p", NULL);
        html_printf(p->out,
                    move->out ? _("%s to %s, letter No. %s (%s)")
                              : _("%s from %s, letter No. %s (%s)"),
                    arena_cstr(p->arena, show_title(p->t, move->member, p->arena)),
                    arena_cstr(p->arena, other), arena_cstr(p->arena, move->view.letter),
                    arena_cstr(p->arena, move->status));
        html_end(p->out, "p");
    }
}

/* ---- what was done, and what was planned ---------------------------------------------------- */

static void put_activities(struct month *m)
{
    static const char *const heads[] = {N_("Day"),     N_("Activity"),   N_("Present"),
                                        N_("Content"), N_("Resolution"), NULL};
    struct print *p = m->p;
    html_put(p->out, "h2", NULL, slice_str(_("II. Meetings and activities")));
    html_begin(p->out, "table", "grid done");
    print_columns(p, heads);
    html_begin(p->out, "tbody", NULL);
    for (size_t i = 0; i < m->activities.count; i++) {
        const struct record *a = &m->activities.records[i];
        size_t present = 0;
        (void)merge_siblings(a, F_ACTIVITY_PRESENT, p->arena, &present);
        struct slice topics = print_words(p, a, F_ACTIVITY_TOPICS);
        html_begin(p->out, "tr", NULL);
        print_cell(p, "mid", print_words(p, a, F_ACTIVITY_DATE));
        print_cell(p, NULL, print_words(p, a, F_ACTIVITY_TITLE));
        print_number(p, present);
        print_cell(p, NULL, topics.len ? topics : print_words(p, a, F_ACTIVITY_SUMMARY));
        print_cell(p, "text", print_words(p, a, F_ACTIVITY_RESOLUTION));
        html_end(p->out, "tr");
    }
    for (size_t i = 0; m->activities.count == 0 && i < 2; i++) {
        html_begin(p->out, "tr", "free");
        for (size_t j = 0; heads[j]; j++) {
            print_cell(p, NULL, slice_make("", 0));
        }
        html_end(p->out, "tr");
    }
    html_end(p->out, "tbody");
    html_end(p->out, "table");
}

static void put_items(struct month *m)
{
    static const char *const heads[] = {N_("Task"), N_("Responsible"), N_("Due"), N_("Result"),
                                        NULL};
    struct print *p = m->p;
    if (m->items.count == 0) {
        return;
    }
    html_put(p->out, "h2", NULL, slice_str(_("III. Work plan")));
    html_begin(p->out, "table", "grid");
    print_columns(p, heads);
    html_begin(p->out, "tbody", NULL);
    for (size_t i = 0; i < m->items.count; i++) {
        const struct record *r = &m->items.records[i];
        struct slice result = print_words(p, r, F_PLAN_ITEM_RESULT);
        html_begin(p->out, "tr", NULL);
        print_cell(p, NULL, print_words(p, r, F_PLAN_ITEM_TASK));
        print_cell(p, NULL, print_words(p, r, F_PLAN_ITEM_OWNER));
        print_cell(p, "mid", print_words(p, r, F_PLAN_ITEM_DUE));
        print_cell(p, NULL, result.len ? result : print_words(p, r, F_PLAN_ITEM_STATUS));
        html_end(p->out, "tr");
    }
    html_end(p->out, "tbody");
    html_end(p->out, "table");
}

static void put_month(struct month *m, bool first_page)
{
    struct print *p = m->p;
    html_begin(p->out, "div", first_page ? NULL : "page");
    print_head(p, p->subject, slice_make("", 0), 0);
    html_put(p->out, "h1", "up", slice_str(_("Branch book")));
    html_put(p->out, "p", "mid bold", slice_str(print_month(p, m->month)));
    put_members(m);
    put_letters(m);
    put_activities(m);
    put_items(m);
    const struct print_sign signs[] = {{NULL, _("Kept by"), {0}},
                                       {NULL, _("Secretary"), print_secretary(p, p->subject)}};
    print_signatures(p, signs, ARRAY_COUNT(signs));
    html_end(p->out, "div");
}

/* Those of one month, out of all. */
static void pick(struct print *p, const struct print_list *all, uint32_t date, int64_t month,
                 struct print_list *out)
{
    *out = (struct print_list){.records =
                                   arena_array(p->arena, all->count + 1, sizeof(struct record))};
    for (size_t i = 0; i < all->count; i++) {
        if (month_of(merge_shown_int(&all->records[i], date)) == month) {
            out->records[out->count++] = all->records[i];
        }
    }
    print_sort_by_date(out, date);
}

static bool took_place(const struct print *p, const struct record *r)
{
    (void)p;
    int64_t status = merge_shown_int(r, F_ACTIVITY_STATUS);
    return status != ACTIVITY_PLANNED && status != ACTIVITY_CANCELLED;
}

/* ---- what is read for all months at once ---------------------------------------------------- */

static bool has_member(const struct print_list *list, struct dot id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (dot_equal(list->records[i].id, id)) {
            return true;
        }
    }
    return false;
}

/* Who has gone to another unit was a member until then. */
static void add_gone(struct book *b, struct dot member)
{
    struct print *p = b->p;
    struct record r;
    if (!has_member(&b->members, member) &&
        person_read(p->t, member, p->arena, &r, NULL) == ERR_OK && !merge_is_deleted(&r)) {
        print_list_add(p, &b->members, &r);
    }
    error_clear(); /* what is not held here any more is not listed */
}

static enum err read_moves(struct book *b)
{
    struct print *p = b->p;
    struct print_list letters;
    TRY(print_collect(p, KIND_TRANSFER, (struct dot){0, 0}, NULL, &letters));
    b->moves = arena_array(p->arena, letters.count + 1, sizeof(*b->moves));
    for (size_t i = 0; i < letters.count; i++) {
        const struct record *r = &letters.records[i];
        struct move move = {.date = merge_shown_int(r, F_TRANSFER_ISSUED),
                            .status = print_words(p, r, F_TRANSFER_STATUS)};
        TRY(transfer_view(p->t, r, p->arena, &move.view));
        move.out = unit_is_within(p->t, move.view.from, p->subject);
        if (dot_is_none(move.view.member) ||
            move.out == unit_is_within(p->t, move.view.to, p->subject)) {
            continue;
        }
        move.member = person_shown(p->t, move.view.member);
        if (move.out) {
            add_gone(b, move.member);
        }
        b->moves[b->move_count++] = move;
    }
    return ERR_OK;
}

static enum err read_fees(struct book *b)
{
    struct print *p = b->p;
    b->fees = arena_array(p->arena, b->members.count + 1, sizeof(*b->fees));
    for (size_t i = 0; i < b->members.count; i++) {
        struct print_list *fees = arena_alloc(p->arena, sizeof(*fees));
        TRY(print_about(p, b->members.records[i].id, KIND_FEE, fees));
        b->fees[i] = fees;
    }
    return ERR_OK;
}

enum err print_book(struct print *p)
{
    struct book b = {.p = p};
    struct month m = {.p = p, .book = &b, .month = p->first_month};
    TRY(print_collect(p, KIND_MEMBER, p->subject, NULL, &b.members));
    TRY(print_collect(p, KIND_ACTIVITY, p->subject, took_place, &b.activities));
    TRY(print_collect(p, KIND_PLAN_ITEM, p->subject, NULL, &b.items));
    TRY(read_moves(&b));
    print_sort_by_name(p, &b.members);
    TRY(read_fees(&b));
    print_open(p, HTML_PORTRAIT, _("Branch book"),
               "@page{size:A4;margin:15mm 15mm 12mm 25mm}\n"
               ".book th:nth-child(1){width:11mm}.book th:nth-child(2){width:45mm}\n"
               ".book th:nth-child(7){width:25mm}.grid{font-size:11pt!important}\n"
               ".free td{height:9mm}\n");
    for (int i = 0; i < p->months; i++) {
        m.first = DATE_MAKE(MONTH_YEAR(m.month), MONTH_MONTH(m.month), 1);
        m.last = DATE_MAKE(MONTH_YEAR(m.month), MONTH_MONTH(m.month), 31);
        pick(p, &b.activities, F_ACTIVITY_DATE, m.month, &m.activities);
        pick(p, &b.items, F_PLAN_ITEM_DUE, m.month, &m.items);
        put_month(&m, i == 0);
        m.month = month_after(m.month);
    }
    html_close(p->out);
    return ERR_OK;
}
