/* What is due and not done, one case on each side of its limit. It is 15 June 2026, at a commune
 * with one branch; the numbers are typed here. */
#include "core/rules.h"

#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define JUNE_2026_MS 1781494200000 /* 15 June 2026, 10:30 in Vietnam */
#define COMMUNE 2
#define BRANCH "0457601"

struct house {
    struct fixture f;
    struct arena arena;
    struct id_list doubles;
    const char *rule;
    size_t found;
    const char *todo;
    size_t times; /* findings, of which one may stand for many records */
    struct dot record, office;
};

static int begin(void **state)
{
    struct house *h = test_calloc(1, sizeof(*h));
    fixture_tree(&h->f, 15);
    h->f.now_ms = JUNE_2026_MS;
    (void)fixture_unit(&h->f, COMMUNE, h->f.units[COMMUNE], BRANCH, "chi-doan");
    *state = h;
    return 0;
}

static int end(void **state)
{
    struct house *h = *state;
    fixture_end(&h->f);
    arena_free(&h->arena);
    test_free(h);
    return 0;
}

static struct dot given(struct house *h, const char *kind, const char *const *words)
{
    struct dot id, dot;
    const struct draft draft = {
        .kind = schema_kind_by_name(slice_str(kind))->number, .via = VIA_IMPORT, .anyway = true};
    size_t at = draft.kind == KIND_DIRECTIVE || draft.kind == KIND_CADRE_PLAN ? 1 : COMMUNE;
    if (fixture_draft(&h->f, at, draft, &h->arena, &id, &dot, &h->doubles, words) != ERR_OK) {
        fail_msg("%s: %s: %s", kind, error_last()->field, error_last()->text);
    }
    return id;
}

static bool count(void *ctx, const struct rule_finding *f)
{
    struct house *h = ctx;
    if (strcmp(f->rule->id, h->rule) == 0) {
        h->found += f->count;
        h->times++;
        h->record = f->record;
        h->office = f->office;
        h->todo = f->rule->todo;
    }
    return true;
}

/* How many records of that commune, or of its district, break the rule as it is now. */
static size_t found_at(struct house *h, size_t at, const char *rule)
{
    struct txn *t = NULL;
    h->rule = rule;
    h->found = 0;
    h->times = 0;
    assert_int_equal(txn_begin(h->f.stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(rules_each(t, count, h), ERR_OK);
    txn_abort(t);
    return h->found;
}

static size_t found(struct house *h, const char *rule)
{
    return found_at(h, COMMUNE, rule);
}

/* ---- past their date ------------------------------------------------------------------------- */

static const struct late {
    const char *rule, *kind;
    const char *in_time[8], *late[8];
} lates[] = {
    {"late_item",
     "plan_item",
     {"plan=p1", "task=Ra quân", "owner=Lan", "due=2026-06-15", "status=doing"},
     {"plan=p1", "task=Ra quân", "owner=Lan", "due=2026-06-14", "status=doing"}},
    {"late_item",
     "plan_item",
     {"plan=p1", "task=Ra quân", "owner=Lan", "due=2026-06-14", "status=done"},
     {"plan=p1", "task=Ra quân", "owner=Lan", "due=2026-06-14", "status=todo"}},
    {"late_item",
     "plan_item", /* of a month its last day */
     {"plan=p1", "task=Ra quân", "owner=Lan", "due=2026-06", "status=todo"},
     {"plan=p1", "task=Ra quân", "owner=Lan", "due=2026-05", "status=todo"}},
    {"late_promise",
     "dialogue",
     {"host=Bí thư", "date=2026-03-26", "promise=Sân bóng", "due=2026-06-15", "status=held"},
     {"host=Bí thư", "date=2026-03-26", "promise=Sân bóng", "due=2026-06-14", "status=held"}},
    {"late_promise",
     "dialogue",
     {"host=Bí thư", "date=2026-03-26", "promise=Sân bóng", "due=2026-06-14", "status=answered"},
     {"host=Bí thư", "date=2026-03-26", "promise=Sân bóng", "due=2026-06-14", "status=held"}},
};

static void overdue__a_day_makes_the_difference(void **state)
{
    struct house *h = *state;
    (void)given(h, "plan", WORDS("title=Năm", "period=year", "month=2026-01", "ext_id=p1"));
    for (size_t i = 0; i < ARRAY_COUNT(lates); i++) {
        size_t before = found(h, lates[i].rule);
        (void)given(h, lates[i].kind, lates[i].in_time);
        assert_int_equal(found(h, lates[i].rule), before);
        (void)given(h, lates[i].kind, lates[i].late);
        if (found(h, lates[i].rule) != before + 1) {
            fail_msg("row %zu, %s", i, lates[i].rule);
        }
    }
}

/* Findings of an inspection are the unit's to put right: the district's record, found at the
 * commune. */
static void overdue__what_was_found_is_put_right_in_time(void **state)
{
    struct house *h = *state;
    struct dot id, dot;
    const char *deadline[] = {"deadline=2026-06-15", "deadline=2026-06-14"};
    for (size_t i = 0; i < 2; i++) {
        const struct draft draft = {.kind = KIND_INSPECTION, .via = VIA_IMPORT};
        assert_int_equal(fixture_draft(&h->f, 1, draft, &h->arena, &id, &dot, &h->doubles,
                                       WORDS("unit=04576", "date=2026-05-05", "status=fixing",
                                             "findings=Sổ", deadline[i])),
                         ERR_OK);
        fixture_settle(&h->f);
        assert_int_equal(found(h, "late_fix"), i);
    }
    const struct draft answer = {.id = id}, close = {.id = id};
    assert_int_equal(found_at(h, 1, "fix_answered"), 0);
    assert_int_equal(fixture_draft(&h->f, COMMUNE, answer, &h->arena, &id, &dot, &h->doubles,
                                   WORDS("answer=Đã sửa")),
                     ERR_OK);
    fixture_settle(&h->f);
    assert_int_equal(found(h, "late_fix"), 0); /* it is the district's turn */
    assert_int_equal(found_at(h, 1, "fix_answered"), 1);
    assert_true(dot_equal(h->record, id));
    assert_true(dot_equal(h->office, h->f.units[1]));
    assert_int_equal(
        fixture_draft(&h->f, 1, close, &h->arena, &id, &dot, &h->doubles,
                      WORDS("status=closed", "answer=Đã sửa", "closed_date=2026-06-15")),
        ERR_OK);
    fixture_settle(&h->f);
    assert_int_equal(found_at(h, 1, "fix_answered"), 0);
    assert_int_equal(found(h, "late_fix"), 0);
}

static void overdue__cadre_planning_is_reviewed_every_year(void **state)
{
    struct house *h = *state;
    struct dot member = given(h, "member", WORDS("full_name=Lò Thị Mai", "birth_date=2000-01-01"));
    char text[DOT_TEXT_SIZE];
    fixture_settle(&h->f);
    dot_format(member, text);
    const char *who = arena_printf(&h->arena, "member=%s", text);
    (void)given(h, "cadre_plan",
                WORDS(who, "title=bi-thu", "status=approved", "reviewed=2025-06-16"));
    assert_int_equal(found_at(h, 1, "cadre_review"), 0);
    (void)given(h, "cadre_plan",
                WORDS(who, "title=bi-thu", "status=approved", "reviewed=2025-06-15"));
    assert_int_equal(found_at(h, 1, "cadre_review"), 1);
    (void)given(h, "cadre_plan",
                WORDS(who, "title=bi-thu", "status=removed", "reviewed=2020-06-15"));
    assert_int_equal(found_at(h, 1, "cadre_review"), 1);
}

static void overdue__a_directive_waits_for_the_answer_of_each_unit(void **state)
{
    struct house *h = *state;
    (void)given(
        h, "directive",
        WORDS("number=7", "date=2026-06-01", "subject=Báo cáo", "ext_id=d7", "answer_wanted=no"));
    fixture_settle(&h->f);
    assert_int_equal(found(h, "unanswered"), 0);
    (void)given(
        h, "directive",
        WORDS("number=8", "date=2026-06-01", "subject=Báo cáo", "ext_id=d8", "answer_wanted=yes"));
    fixture_settle(&h->f);
    assert_int_equal(found(h, "unanswered"), 1);
    assert_int_equal(found_at(h, 1, "unanswered"), 0); /* who asks does not answer */
    (void)given(h, "answer", WORDS("directive=d8", "text=Đã làm"));
    assert_int_equal(found(h, "unanswered"), 0);
    assert_int_equal(found_at(h, 3, "unanswered"), 1); /* the neighbour's is its own */
}

/* ---- what is handed in -------------------------------------------------------------------------
 */

static const struct handed {
    const char *kind;
    const char *before[8], *handed[8];
} handeds[] = {
    {"plan",
     {"title=A", "period=year", "month=2026-01", "status=draft"},
     {"title=B", "period=year", "month=2026-01", "status=submitted"}},
    {"admission",
     {"full_name=Lò Văn Pó", "birth_date=2008", "status=voted"},
     {"full_name=Hờ A Chu", "birth_date=2008", "status=submitted"}},
    {"admission",
     {"full_name=Lò Văn Di", "birth_date=2008", "status=returned"},
     {"full_name=Hờ A Sò", "birth_date=2008", "status=submitted"}},
    {"admission",
     {"full_name=Lò Văn Tẻo", "birth_date=2008", "status=approved"},
     {"full_name=Hờ A Vàng", "birth_date=2008", "status=submitted"}},
    {"situation",
     {"period=2026-05", "topic=Việc làm", "channel=social", "status=draft"},
     {"period=2026-05", "topic=Việc làm", "channel=social", "status=sent"}},
    {"assessment", {"year=2025", "status=registered"}, {"year=2025", "status=self"}},
};

static void overdue__what_is_handed_in_waits_for_the_office_above(void **state)
{
    struct house *h = *state;
    for (size_t i = 0; i < ARRAY_COUNT(handeds); i++) {
        (void)given(h, handeds[i].kind, handeds[i].before);
        fixture_settle(&h->f);
        assert_int_equal(found_at(h, 1, "handed_in"), i);
        struct dot id = given(h, handeds[i].kind, handeds[i].handed);
        fixture_settle(&h->f);
        assert_int_equal(found(h, "handed_in"), 0);
        assert_int_equal(found_at(h, 0, "handed_in"), 0);
        if (found_at(h, 1, "handed_in") != i + 1) {
            fail_msg("row %zu, %s", i, handeds[i].kind);
        }
        assert_true(dot_equal(h->office, h->f.units[1]));
        assert_false(dot_is_none(id));
    }
}

static void overdue__a_commune_decides_what_its_branch_hands_in(void **state)
{
    struct house *h = *state;
    struct dot id = given(h, "plan",
                          WORDS("title=Quý II", "period=quarter", "month=2026-04", "unit=" BRANCH,
                                "status=submitted"));
    fixture_settle(&h->f);
    assert_int_equal(found(h, "handed_in"), 1);
    assert_true(dot_equal(h->record, id));
    assert_int_equal(found_at(h, 1, "handed_in"), 0);
    const struct draft approve = {.id = id};
    struct dot dot;
    assert_int_equal(fixture_draft(&h->f, COMMUNE, approve, &h->arena, &id, &dot, &h->doubles,
                                   WORDS("status=approved", "approver=Bí thư")),
                     ERR_OK);
    assert_int_equal(found(h, "handed_in"), 0);
}

/* The desk of a district must not drown in what one commune hands in. */
static void overdue__more_than_twenty_of_a_unit_stand_as_one(void **state)
{
    struct house *h = *state;
    for (int i = 1; i <= 21; i++) {
        fixture_settle(&h->f);
        assert_int_equal(found_at(h, 1, "handed_in"), i - 1);
        assert_int_equal(h->times, i - 1);
        (void)given(h, "admission",
                    WORDS(arena_printf(&h->arena, "full_name=Người %d", i), "birth_date=2008",
                          "status=submitted"));
    }
    fixture_settle(&h->f);
    assert_int_equal(found_at(h, 1, "handed_in"), 21);
    assert_int_equal(h->times, 1);
}

/* ---- members and branches over a year ----------------------------------------------------------
 */

static void meeting(struct house *h, const char *month, const char *who)
{
    (void)given(h, "activity",
                WORDS("title=Sinh hoạt", "type=meeting", "status=held", "unit=" BRANCH,
                      arena_printf(&h->arena, "date=%s-10", month),
                      arena_printf(&h->arena, "present=%s", who)));
}

static void member(struct house *h, const char *card, const char *more)
{
    (void)given(h, "member",
                WORDS(arena_printf(&h->arena, "full_name=Đoàn viên %s", card), "unit=" BRANCH,
                      "birth_date=2005-05-05", arena_printf(&h->arena, "card_no=%s", card), more));
}

static void overdue__who_stays_away_for_months_is_reviewed(void **state)
{
    struct house *h = *state;
    member(h, "ALWAYS", "note=x");
    member(h, "NEVER", "note=x");
    meeting(h, "2026-03", "ALWAYS");
    meeting(h, "2026-04", "ALWAYS");
    assert_int_equal(found(h, "absent"), 0); /* two months */
    meeting(h, "2026-06", "ALWAYS");
    assert_int_equal(found(h, "absent"), 0); /* this month is not over */
    meeting(h, "2026-05", "ALWAYS");
    assert_int_equal(found(h, "absent"), 1);
    assert_true(h->record.seq != 0);
    (void)given(h, "fee", WORDS("member=NEVER", "month=2026-05", "status=paid", "amount=2000"));
    assert_int_equal(found(h, "absent"), 0); /* a fee is a sign of life */
    member(h, "AWAY", "status=away");
    member(h, "NEW", "admission_date=2026-05-20");
    assert_int_equal(found(h, "absent"), 0);
    meeting(h, "2025-05", "ALWAYS"); /* more than a year ago */
    assert_int_equal(found(h, "absent"), 0);
}

static size_t found_above(struct house *h)
{
    fixture_settle(&h->f);
    return found_at(h, 1, "union_size");
}

static void overdue__a_union_has_thirty_members_in_two_branches(void **state)
{
    struct house *h = *state;
    assert_int_equal(found_above(h), 0); /* nobody yet */
    for (int i = 1; i < 30; i++) {
        member(h, arena_printf(&h->arena, "N%d", i), "note=x");
    }
    assert_int_equal(found_above(h), 1);
    assert_true(dot_equal(h->record, h->f.units[COMMUNE]));
    assert_string_equal(h->todo, "terrace show %s");   /* one looks before one closes it */
    assert_int_equal(found_at(h, 0, "union_size"), 0); /* it is the district's to see to */
    (void)fixture_unit(&h->f, COMMUNE, h->f.units[COMMUNE], "0457602", "chi-doan");
    assert_int_equal(found_above(h), 1);
    member(h, "N30", "note=x");
    assert_int_equal(found_above(h), 0);
    struct dot id, dot;
    const struct draft three = {.kind = KIND_RULE};
    assert_int_equal(fixture_draft(&h->f, 0, three, &h->arena, &id, &dot, &h->doubles,
                                   WORDS("name=union_branches_min", "value=3", "from=2026")),
                     ERR_OK);
    assert_int_equal(found_above(h), 1);
}

static void overdue__a_branch_is_large_enough_and_meets(void **state)
{
    struct house *h = *state;
    member(h, "ONE", "note=x");
    member(h, "TWO", "note=x");
    assert_int_equal(found(h, "unit_size"), 1);
    assert_string_equal(h->todo, "terrace show %s");
    assert_int_equal(found(h, "no_meeting"), 0); /* too small to be asked */
    member(h, "THREE", "note=x");
    assert_int_equal(found(h, "unit_size"), 0);
    assert_int_equal(found(h, "no_meeting"), 1);
    meeting(h, "2026-06", "ONE");
    assert_int_equal(found(h, "no_meeting"), 1); /* asked is last month */
    meeting(h, "2026-05", "ONE");
    assert_int_equal(found(h, "no_meeting"), 0);
}

static void overdue__past_the_age_of_members(void **state)
{
    struct house *h = *state;
    (void)given(h, "member", WORDS("full_name=Vàng A Tủa", "birth_date=1995-06-16"));
    assert_int_equal(found(h, "member_age"), 0); /* 31 tomorrow */
    (void)given(h, "member", WORDS("full_name=Sùng A Lử", "birth_date=1995-06-15", "card_no=OLD"));
    assert_int_equal(found(h, "member_age"), 1);
    (void)given(h, "member",
                WORDS("full_name=Hà Thị Lan", "birth_date=1993-01-01", "extended_to=2026-06-15"));
    assert_int_equal(found(h, "member_age"), 1);
    (void)given(h, "member",
                WORDS("full_name=Hà Thị Hoa", "birth_date=1993-01-01", "extended_to=2026-06-14"));
    assert_int_equal(found(h, "member_age"), 2);
    (void)given(h, "position",
                WORDS("member=OLD", "title=bi-thu", "status=approved", "from=2024-01-01"));
    assert_int_equal(found(h, "member_age"), 1); /* a serving cadre is exempt */
}

/* Two computers of one office that both entered a month's fees. */
static void overdue__a_month_is_owed_once(void **state)
{
    struct house *h = *state;
    (void)given(h, "member", WORDS("full_name=Hờ A Sùng", "birth_date=2004-01-01", "card_no=A"));
    (void)given(h, "member", WORDS("full_name=Hà Thị Hoa", "birth_date=2004-02-01", "card_no=B"));
    struct dot due =
        given(h, "fee", WORDS("member=A", "month=2026-05", "amount=2000", "status=due"));
    (void)given(h, "fee", WORDS("member=A", "month=2026-04", "amount=2000", "status=due"));
    (void)given(h, "fee", WORDS("member=B", "month=2026-05", "amount=2000", "status=due"));
    (void)given(h, "fee", WORDS("month=2026-05", "amount=700", "status=remitted"));
    (void)given(h, "fee", WORDS("month=2026-04", "amount=700", "status=remitted"));
    assert_int_equal(found(h, "fee_once"), 0);
    (void)given(h, "fee", WORDS("member=A", "month=2026-05", "amount=2000", "status=paid"));
    assert_int_equal(found(h, "fee_once"), 1);
    assert_true(dot_equal(h->record, due)); /* the one that is not paid */
    (void)given(h, "fee", WORDS("month=2026-05", "amount=600", "status=remitted"));
    assert_int_equal(found(h, "fee_once"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(overdue__a_day_makes_the_difference, begin, end),
        cmocka_unit_test_setup_teardown(overdue__what_was_found_is_put_right_in_time, begin, end),
        cmocka_unit_test_setup_teardown(overdue__cadre_planning_is_reviewed_every_year, begin, end),
        cmocka_unit_test_setup_teardown(overdue__a_directive_waits_for_the_answer_of_each_unit,
                                        begin, end),
        cmocka_unit_test_setup_teardown(overdue__what_is_handed_in_waits_for_the_office_above,
                                        begin, end),
        cmocka_unit_test_setup_teardown(overdue__a_commune_decides_what_its_branch_hands_in, begin,
                                        end),
        cmocka_unit_test_setup_teardown(overdue__more_than_twenty_of_a_unit_stand_as_one, begin,
                                        end),
        cmocka_unit_test_setup_teardown(overdue__who_stays_away_for_months_is_reviewed, begin, end),
        cmocka_unit_test_setup_teardown(overdue__a_branch_is_large_enough_and_meets, begin, end),
        cmocka_unit_test_setup_teardown(overdue__a_union_has_thirty_members_in_two_branches, begin,
                                        end),
        cmocka_unit_test_setup_teardown(overdue__past_the_age_of_members, begin, end),
        cmocka_unit_test_setup_teardown(overdue__a_month_is_owed_once, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
