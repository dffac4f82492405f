#include "core/fee.h"
#include "core/process.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct book {
    struct fixture f;
    struct arena arena;
};

/* A province, a district, two communes (fixture_tree); work is done in commune 2. */
static void book_open(struct book *b)
{
    *b = (struct book){.arena = {0}};
    fixture_tree(&b->f, 11);
}

static void book_close(struct book *b)
{
    arena_free(&b->arena);
    fixture_end(&b->f);
}

static struct dot add(struct book *b, size_t at, uint32_t kind, const char *const *words)
{
    struct dot id, dot;
    struct id_list doubles;
    struct draft draft = {.kind = kind, .via = VIA_LOCAL};
    assert_int_equal(fixture_draft(&b->f, at, draft, &b->arena, &id, &dot, &doubles, words),
                     ERR_OK);
    return id;
}

static enum err set(struct book *b, size_t at, struct dot id, const char *const *words)
{
    struct dot dot;
    struct id_list doubles;
    struct draft draft = {.id = id, .via = VIA_LOCAL};
    return fixture_draft(&b->f, at, draft, &b->arena, &id, &dot, &doubles, words);
}

static enum err step(struct book *b, size_t at, struct dot id, int32_t to,
                     const struct draft_item *items, size_t count, struct process_report *out)
{
    struct txn *t = NULL;
    struct id_list doubles;
    struct draft draft = {.id = id, .items = items, .item_count = count, .via = VIA_LOCAL};
    assert_int_equal(txn_begin(b->f.stores[at], TXN_WRITE, &t), ERR_OK);
    enum err e = process_step(t, &draft, to, &b->arena, out, &doubles);
    if (e == ERR_OK) {
        assert_int_equal(txn_commit(t), ERR_OK);
    } else {
        txn_abort(t);
    }
    return e;
}

static struct record get(struct book *b, size_t at, struct dot id)
{
    struct txn *t = NULL;
    struct record r;
    assert_int_equal(txn_begin(b->f.stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &b->arena, &r, NULL), ERR_OK);
    txn_abort(t);
    return r;
}

static struct draft_item item(const char *name, const char *value)
{
    return (struct draft_item){.name = slice_str(name), .value = slice_str(value)};
}

/* An admission that only wants its ceremony: a list that is taken over holds what happened before.
 */
static struct dot approved(struct book *b, const char *name, const char *birth)
{
    struct dot id, dot;
    struct id_list doubles;
    struct draft draft = {.kind = KIND_ADMISSION, .via = VIA_IMPORT};
    const char *full = arena_printf(&b->arena, "full_name=%s", name);
    const char *born = arena_printf(&b->arena, "birth_date=%s", birth);
    assert_int_equal(
        fixture_draft(&b->f, 2, draft, &b->arena, &id, &dot, &doubles,
                      WORDS(full, born, "status=approved", "decision_no=1",
                            "decision_date=2025-03-01", "meeting_date=2025-03-01", "card_no=YB-1")),
        ERR_OK);
    return id;
}

static void process__a_ceremony_makes_one_member_with_all_person_data(void **state)
{
    (void)state;
    struct book b;
    struct process_report out;
    book_open(&b);
    struct dot admission = approved(&b, "Giàng A Dê", "2008-03");
    const struct draft_item day = item("ceremony_date", "2025-03-26");
    assert_int_equal(step(&b, 2, admission, ADMISSION_CEREMONY, &day, 1, &out), ERR_OK);
    assert_int_equal(out.also_count, 1);
    assert_true(out.also[0].is_new);
    struct record m = get(&b, 2, out.also[0].id);
    assert_int_equal(m.kind, KIND_MEMBER);
    assert_int_equal(merge_shown_int(&m, F_MEMBER_BIRTH), DATE_MAKE(2008, 3, 0));
    assert_int_equal(merge_shown_int(&m, F_MEMBER_ADMITTED), DATE_MAKE(2025, 3, 26));
    assert_int_equal(merge_shown_int(&m, F_MEMBER_STATUS), MEMBER_ACTIVE);
    assert_true(slice_equal(merge_shown_text(&m, F_MEMBER_CARD_NO), slice_str("YB-1")));
    struct record a = get(&b, 2, admission);
    assert_true(dot_equal(merge_shown_ref(&a, F_MEMBER), m.id));
    assert_true(dot_equal(merge_shown_ref(&a, F_UNIT), merge_shown_ref(&m, F_UNIT)));
    assert_int_equal(step(&b, 2, admission, ADMISSION_CEREMONY, &day, 1, &out), ERR_RULE);
    book_close(&b);
}

static void process__a_double_stops_step_and_member_alike(void **state)
{
    (void)state;
    struct book b;
    struct process_report out;
    book_open(&b);
    struct dot here =
        add(&b, 2, KIND_MEMBER, WORDS("full_name=Giàng A Dê", "birth_date=2008-03-04"));
    struct dot admission = approved(&b, "Giàng A Dế", "2008-03-04");
    const struct draft_item day = item("ceremony_date", "2025-03-26");
    assert_int_equal(step(&b, 2, admission, ADMISSION_CEREMONY, &day, 1, &out), ERR_DOUBLE);
    struct record a = get(&b, 2, admission);
    assert_int_equal(merge_shown_int(&a, F_ADMISSION_STATUS), ADMISSION_APPROVED);
    const struct draft_item with[] = {day, item("member", dot_text(here, &b.arena))};
    assert_int_equal(step(&b, 2, admission, ADMISSION_CEREMONY, with, 2, &out), ERR_OK);
    assert_int_equal(out.also_count, 0);
    book_close(&b);
}

static void process__every_end_shows_at_the_member_and_is_reversed(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        int64_t status;
    } ends[] = {{"type=matured", MEMBER_MATURED},
                {"type=withdrawn", MEMBER_REMOVED},
                {"type=removed", MEMBER_REMOVED},
                {"type=expelled", MEMBER_EXPELLED},
                {"type=deceased", MEMBER_DECEASED}};
    struct book b;
    struct process_report out;
    book_open(&b);
    struct dot member = add(&b, 2, KIND_MEMBER, WORDS("full_name=Lò Thị Mai", "birth_date=2000"));
    const char *of = arena_printf(&b.arena, "member=%s", dot_text(member, &b.arena));
    const struct draft_item day = item("date", "2025-06-01"), why = item("reason", "nhầm");
    for (size_t i = 0; i < ARRAY_COUNT(ends); i++) {
        struct dot end = add(&b, 2, KIND_MEMBERSHIP_END, WORDS(of, ends[i].type));
        assert_int_equal(step(&b, 2, end, END_DECIDED, NULL, 0, &out), ERR_INPUT);
        assert_int_equal(step(&b, 2, end, END_DECIDED, &day, 1, &out), ERR_OK);
        struct record m = get(&b, 2, member);
        assert_int_equal(merge_shown_int(&m, F_MEMBER_STATUS), ends[i].status);
        assert_int_equal(merge_shown_int(&m, F_MEMBER_STATUS_DATE), DATE_MAKE(2025, 6, 1));
        assert_int_equal(step(&b, 2, end, END_REVERSED, &why, 1, &out), ERR_OK);
        m = get(&b, 2, member);
        assert_int_equal(merge_shown_int(&m, F_MEMBER_STATUS), MEMBER_ACTIVE);
    }
    book_close(&b);
}

static void process__a_new_secretary_ends_only_the_former_one_of_that_unit(void **state)
{
    (void)state;
    struct book b;
    struct process_report out;
    struct dot position[4];
    book_open(&b);
    const char *here = arena_printf(&b.arena, "unit=%s", dot_text(b.f.units[2], &b.arena));
    const char *there = arena_printf(&b.arena, "unit=%s", dot_text(b.f.units[3], &b.arena));
    const char *who = arena_printf(
        &b.arena, "member=%s",
        dot_text(add(&b, 1, KIND_MEMBER, WORDS("full_name=Hờ A Sùng", "birth_date=1999", here)),
                 &b.arena));
    const char *const titles[] = {"title=bi-thu", "title=pho-bi-thu", "title=bi-thu",
                                  "title=bi-thu"};
    const struct draft_item with[] = {item("decision_no", "1"), item("from", "2025-06-01")};
    for (size_t i = 0; i < ARRAY_COUNT(position); i++) {
        position[i] = add(&b, 1, KIND_POSITION, WORDS(who, titles[i], i == 2 ? there : here));
        assert_int_equal(step(&b, 1, position[i], POSITION_APPROVED, with, 2, &out), ERR_OK);
        assert_int_equal(out.also_count, i == 3 ? 1 : 0);
    }
    struct record r = get(&b, 1, position[0]);
    assert_int_equal(merge_shown_int(&r, F_POSITION_STATUS), POSITION_ENDED);
    assert_int_equal(merge_shown_int(&r, F_POSITION_TO), DATE_MAKE(2025, 6, 1));
    for (size_t i = 1; i < ARRAY_COUNT(position); i++) {
        r = get(&b, 1, position[i]);
        assert_int_equal(merge_shown_int(&r, F_POSITION_STATUS), POSITION_APPROVED);
    }
    book_close(&b);
}

static void process__an_expulsion_ends_membership_and_a_long_reason_stays_behind(void **state)
{
    (void)state;
    char reason[400] = "reason=";
    struct book b;
    struct process_report out;
    book_open(&b);
    memset(reason + 7, 'x', 350);
    struct dot member = add(&b, 2, KIND_MEMBER, WORDS("full_name=Lò Thị Mai", "birth_date=2000"));
    const char *of = arena_printf(&b.arena, "member=%s", dot_text(member, &b.arena));
    const struct draft_item votes[] = {item("total", "9"), item("present", "9"), item("for", "9")};
    const struct draft_item decision[] = {item("decision_no", "9"),
                                          item("decision_date", "2025-06-20")};
    for (int expels = 0; expels < 2; expels++) {
        struct dot id = add(&b, 2, KIND_DISCIPLINE,
                            WORDS(of, expels ? "form=expulsion" : "form=warning", reason));
        assert_int_equal(step(&b, 2, id, DISCIPLINE_VOTED, votes, 3, &out), ERR_OK);
        assert_int_equal(step(&b, 2, id, DISCIPLINE_DECIDED, decision, 2, &out), ERR_OK);
        assert_int_equal(out.also_count, expels ? 3 : 0); /* the end twice, and the member */
    }
    struct record end = get(&b, 2, out.also[0].id), m = get(&b, 2, member);
    assert_int_equal(merge_shown_int(&end, F_END_STATUS), END_DECIDED);
    assert_int_equal(merge_shown_text(&end, F_END_REASON).len, 0);
    assert_int_equal(merge_shown_int(&m, F_MEMBER_STATUS), MEMBER_EXPELLED);
    book_close(&b);
}

static void process__choices_say_who_and_what_and_change_nothing(void **state)
{
    (void)state;
    struct book b;
    struct process_choice *choices = NULL;
    size_t count = 0;
    book_open(&b);
    struct dot plan =
        add(&b, 2, KIND_PLAN, WORDS("title=Quý II", "period=quarter", "month=2025-04"));
    assert_int_equal(set(&b, 2, plan, WORDS("status=submitted")), ERR_OK);
    assert_int_equal(process_choices(b.f.stores[2], plan, &b.arena, &choices, &count), ERR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(choices[0].step->to, PLAN_APPROVED);
    assert_int_equal(choices[0].missing_count, 1);
    assert_int_equal(choices[0].missing[0], F_PLAN_APPROVER);
    assert_int_equal(choices[0].who, STEP_ABOVE);
    assert_non_null(choices[0].why); /* the office above approves */
    struct record r = get(&b, 2, plan);
    assert_int_equal(merge_shown_int(&r, F_PLAN_STATUS), PLAN_SUBMITTED);
    struct dot note = add(&b, 2, KIND_NOTE, WORDS("title=Nhớ"));
    assert_int_equal(process_choices(b.f.stores[2], note, &b.arena, &choices, &count), ERR_RULE);
    book_close(&b);
}

/* The state of an inspection is the district's to write, though the unit answers in it. */
static void process__choices_of_a_unit_leave_the_state_to_the_level_that_writes_it(void **state)
{
    (void)state;
    struct book b;
    struct process_choice *choices;
    size_t count = 0;
    book_open(&b);
    struct dot inspection = add(&b, 1, KIND_INSPECTION, WORDS("unit=04576", "date=2025-05-05"));
    assert_int_equal(set(&b, 1, inspection, WORDS("status=done")), ERR_OK);
    fixture_settle(&b.f);
    for (size_t at = 1; at <= 2; at++) {
        assert_int_equal(process_choices(b.f.stores[at], inspection, &b.arena, &choices, &count),
                         ERR_OK);
        assert_int_equal(count, 2);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(choices[i].who, at == 1 ? STEP_OWN : STEP_ABOVE);
            assert_int_equal(choices[i].why != NULL, at == 2);
            assert_true(choices[i].missing_count > 0);
        }
    }
    book_close(&b);
}

static struct fee_sheet fees(struct book *b, int64_t month)
{
    struct txn *t = NULL;
    struct fee_sheet sheet;
    assert_int_equal(txn_begin(b->f.stores[2], TXN_READ, &t), ERR_OK);
    assert_int_equal(fee_read(t, b->f.units[2], month, &b->arena, &sheet), ERR_OK);
    txn_abort(t);
    return sheet;
}

static void fee__what_goes_up_is_whole_and_the_remainder_stays(void **state)
{
    (void)state;
    struct book b;
    struct txn *t = NULL;
    bool saved = false;
    book_open(&b);
    add(&b, 2, KIND_MEMBER, WORDS("full_name=Lò Thị Mai", "birth_date=2000"));
    add(&b, 2, KIND_MEMBER, WORDS("full_name=Đã Đi", "birth_date=1990", "status=matured"));
    struct fee_sheet sheet = fees(&b, MONTH_MAKE(2025, 6));
    assert_int_equal(sheet.count, 1);
    assert_int_equal(sheet.recorded, 0);
    assert_int_equal(txn_begin(b.f.stores[2], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(fee_remit(t, &sheet, &b.arena, &saved), ERR_RULE);
    assert_int_equal(fee_write(t, &sheet, &sheet.lines[0], &(struct fee_entry){.status = FEE_PAID},
                               NULL, &b.arena, &saved),
                     ERR_OK);
    assert_true(saved);
    assert_int_equal(txn_commit(t), ERR_OK);
    sheet = fees(&b, MONTH_MAKE(2025, 6));
    assert_int_equal(sheet.collected, 2000);
    assert_int_equal(sheet.up, 666);
    assert_int_equal(sheet.kept, 1334);
    assert_int_equal(sheet.lines[0].status, FEE_PAID);
    book_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(process__a_ceremony_makes_one_member_with_all_person_data),
        cmocka_unit_test(process__a_double_stops_step_and_member_alike),
        cmocka_unit_test(process__every_end_shows_at_the_member_and_is_reversed),
        cmocka_unit_test(process__a_new_secretary_ends_only_the_former_one_of_that_unit),
        cmocka_unit_test(process__an_expulsion_ends_membership_and_a_long_reason_stays_behind),
        cmocka_unit_test(process__choices_say_who_and_what_and_change_nothing),
        cmocka_unit_test(process__choices_of_a_unit_leave_the_state_to_the_level_that_writes_it),
        cmocka_unit_test(fee__what_goes_up_is_whole_and_the_remainder_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
