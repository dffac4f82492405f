/* Every rule that a save is held against, one case on each side of its limit. The numbers are typed
 * here, not read from the table. It is 1 January 2026. */
#include "core/rules.h"

#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define NEW_YEAR_2026_MS 1767268800000

struct house {
    struct fixture f;
    struct arena arena;
    struct id_list doubles;
    struct rule_notes notes;
};

static enum err try_at(struct house *h, size_t at, struct draft draft, struct dot *id,
                       const char *const *words)
{
    struct dot dot;
    h->notes = (struct rule_notes){0};
    draft.notes = &h->notes;
    draft.anyway = true;
    return fixture_draft(&h->f, at, draft, &h->arena, id, &dot, &h->doubles, words);
}

static enum err try(struct house *h, const char *kind, const char *const *words)
{
    struct dot id;
    const struct draft draft = {.kind = schema_kind_by_name(slice_str(kind))->number,
                                .via = VIA_IMPORT, /* in whatever state the case is about */
                                .by_command = true};
    return try_at(h, 0, draft, &id, words);
}

static void given(struct house *h, const char *kind, const char *const *words)
{
    if (try(h, kind, words) != ERR_OK) {
        fail_msg("%s: %s: %s", kind, error_last()->field, error_last()->text);
    }
}

static const char *const members[][6] = {
    /* known by card number */
    {"full_name=Giàng A Dê", "card_no=YOUNG", "birth_date=2005-01-15"},
    {"full_name=Lò Thị Mai", "card_no=AT35", "birth_date=1989-01-16",
     "political_theory=elementary"},
    {"full_name=Hà Văn Tư", "card_no=AT36", "birth_date=1989-01-15", "political_theory=none"},
    {"full_name=Sùng Thị Pà", "card_no=TEN", "birth_date=2004-01-15"},
    {"full_name=Vàng A Tủa", "card_no=NINE", "birth_date=2003-01-15"},
    {"full_name=Người Phía Đông", "card_no=EAST", "birth_date=2002-01-15", "unit=138"},
    {"full_name=Người Nơi Khác", "card_no=OTHER", "birth_date=2002-01-15", "unit=136"},
};

static int begin(void **state)
{
    struct house *h = test_calloc(1, sizeof(*h));
    fixture_begin(&h->f, 26);
    h->f.now_ms = NEW_YEAR_2026_MS;
    fixture_root(&h->f);
    (void)fixture_unit(&h->f, 0, h->f.units[0], "138", "huyen-doan");
    (void)fixture_unit(&h->f, 0, h->f.units[0], "136", "huyen-doan");
    for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
        given(h, "member",
              WORDS(members[i][0], members[i][1], members[i][2],
                    members[i][3] ? members[i][3] : "note=x"));
    }
    for (int i = 1; i <= 10; i++) {
        given(h, "activity",
              WORDS("title=Sinh hoạt", "type=meeting", "status=held",
                    arena_printf(&h->arena, "date=2025-%02d-10", i),
                    i == 1 ? "present=TEN" : "present=TEN;NINE"));
    }
    given(h, "fee", WORDS("member=YOUNG", "month=2025-03", "status=paid", "amount=2000"));
    given(h, "plan", WORDS("title=Chương trình", "period=month", "month=2025-03"));
    given(h, "directive",
          WORDS("number=1", "date=2025-01-01", "subject=Báo cáo", "ext_id=d1", "unit=15"));
    given(h, "answer", WORDS("directive=d1", "text=Đã nhận", "unit=136"));
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

/* ---- the limits ------------------------------------------------------------------------------ */

#define WORDS_MAX 10
#define NAME "full_name=Nguyễn Thị Hoa"
#define VOTED "application_date=2025-01-15", "status=voted"
#define ENDED "decision_date=2025-06-01", "member=YOUNG", "form=warning", "status=decided"

static const struct limit {
    const char *rule, *kind;
    bool blocks;
    const char *field;
    const char *good[WORDS_MAX], *bad[WORDS_MAX];
} limits[] = {
    {"admission_age",
     "admission",
     true,
     "birth_date",
     {NAME, "application_date=2025-01-15", "status=applied", "birth_date=2009-01-15"},
     {NAME, "application_date=2025-01-15", "status=applied", "birth_date=2009-01-16"}},
    {"admission_age",
     "admission",
     true,
     "birth_date",
     {NAME, "application_date=2025-01-15", "status=applied", "birth_date=1994-01-16"},
     {NAME, "application_date=2025-01-15", "status=applied", "birth_date=1994-01-15"}},
    /* the day of the vote counts, not that of the application; a prospect may be younger */
    {"admission_age",
     "admission",
     true,
     "birth_date",
     {NAME, VOTED, "meeting_date=2025-01-16", "birth_date=2009-01-16"},
     {NAME, VOTED, "meeting_date=2025-01-15", "birth_date=2009-01-16"}},
    {"admission_age",
     "admission",
     true,
     "birth_date",
     {NAME, "status=prospect", "birth_date=2011-01-01"},
     {NAME, "status=applied", "birth_date=2011-01-01"}},
    /* of a birth known by its year alone what speaks for the applicant */
    {"admission_age",
     "admission",
     true,
     "birth_date",
     {NAME, "application_date=2025-01-15", "status=applied", "birth_date=2009"},
     {NAME, "application_date=2025-01-15", "status=applied", "birth_date=2010"}},
    {"admission_introducer",
     "admission",
     true,
     "introducer_since",
     {NAME, VOTED, "birth_date=2007-01-01", "meeting_date=2025-01-15",
      "introducer_since=2024-10-15"},
     {NAME, VOTED, "birth_date=2007-01-01", "meeting_date=2025-01-15",
      "introducer_since=2024-10-16"}},
    /* it is the vote that this counts to, not the application */
    {"admission_introducer",
     "admission",
     true,
     "introducer_since",
     {NAME, "application_date=2025-01-15", "status=introduced", "birth_date=2007-01-01",
      "introducer_since=2025-12-01"},
     {NAME, VOTED, "birth_date=2007-01-01", "meeting_date=2025-01-31",
      "introducer_since=2025-02-01"}},
    {"admission_votes",
     "admission",
     true,
     "for",
     {NAME, VOTED, "birth_date=2007-01-01", "present=9", "for=5"},
     {NAME, VOTED, "birth_date=2007-01-01", "present=9", "for=4"}},
    {"admission_votes",
     "admission",
     true,
     "for",
     {NAME, VOTED, "birth_date=2007-01-01", "present=10", "for=6"},
     {NAME, VOTED, "birth_date=2007-01-01", "present=10", "for=5"}},
    {"admission_votes",
     "admission",
     true,
     "for",
     {NAME, VOTED, "birth_date=2007-01-01", "present=9", "for=9"},
     {NAME, VOTED, "birth_date=2007-01-01", "present=9", "for=10"}},
    {"member_age",
     "member",
     false,
     "birth_date",
     {NAME, "birth_date=1995-01-02"},
     {NAME, "birth_date=1995-01-01"}},
    {"member_age",
     "member",
     false,
     "birth_date",
     {NAME, "birth_date=1993-05-01", "extended_to=2026-01-01"},
     {NAME, "birth_date=1993-05-01", "extended_to=2025-12-31"}},
    {"member_age",
     "member",
     false,
     "extended_to",
     {NAME, "birth_date=1993-05-01", "extended_to=2029-04-30"},
     {NAME, "birth_date=1993-05-01", "extended_to=2029-05-01"}},
    {"member_age",
     "member",
     false,
     "birth_date",
     {NAME, "birth_date=1980-01-01", "status=matured"},
     {NAME, "birth_date=1980-01-01", "status=away"}},
    {"transfer_cleared",
     "transfer",
     false,
     "branch_comment",
     {"member=YOUNG", "type=out", "to=136", "status=issued", "fees_paid_to=2025-03",
      "branch_comment=Tốt"},
     {"member=YOUNG", "type=out", "to=136", "status=issued", "fees_paid_to=2025-03"}},
    {"transfer_cleared",
     "transfer",
     false,
     "fees_paid_to",
     {"member=YOUNG", "type=out", "to=136", "status=issued", "fees_paid_to=2025-03",
      "branch_comment=Tốt"},
     {"member=YOUNG", "type=out", "to=136", "status=issued", "branch_comment=Tốt"}},
    {"position_age",
     "position",
     false,
     "member",
     {"member=AT35", "title=bi-thu", "from=2025-01-15"},
     {"member=AT36", "title=uy-vien", "from=2025-01-15"}},
    {"position_theory",
     "position",
     false,
     "member",
     {"member=AT35", "title=bi-thu", "from=2020-01-15"},
     {"member=AT36", "title=bi-thu", "from=2020-01-15"}},
    {"cadre_age",
     "cadre_plan",
     false,
     "member",
     {"member=YOUNG", "title=uy-vien"},
     {"member=AT36", "title=uy-vien"}},
    {"cadre_theory",
     "cadre_plan",
     false,
     "member",
     {"member=YOUNG", "title=uy-vien-btv"},
     {"member=YOUNG", "title=pho-bi-thu"}},
    {"fee_amount",
     "fee",
     false,
     "amount",
     {"member=TEN", "month=2025-04", "status=paid", "amount=2000"},
     {"member=NINE", "month=2025-04", "status=paid", "amount=1999"}},
    {"fee_amount",
     "fee",
     false,
     "amount",
     {"member=TEN", "month=2025-05", "status=paid", "waged=yes", "amount=5000"},
     {"member=NINE", "month=2025-05", "status=paid", "waged=yes", "amount=4999"}},
    {"fee_once",
     "fee",
     false,
     "month",
     {"member=YOUNG", "month=2025-02", "status=due"},
     {"member=YOUNG", "month=2025-03", "status=due"}},
    {"rating_attendance",
     "rating",
     true,
     "level",
     {"member=TEN", "year=2025", "level=excellent"},
     {"member=YOUNG", "year=2025", "level=excellent"}},
    {"rating_attendance",
     "rating",
     true,
     "level",
     {"member=NINE", "year=2025", "level=excellent"}, /* 9 of 10 */
     {"member=YOUNG", "year=2025", "level=excellent", "attendance_share=100"}},
    {"rating_attendance",
     "rating",
     true,
     "level", /* no meeting recorded */
     {"member=YOUNG", "year=2024", "level=excellent", "attendance_share=90"},
     {"member=YOUNG", "year=2024", "level=excellent", "attendance_share=89"}},
    {"rating_votes",
     "rating",
     true,
     "for",
     {"member=NINE", "year=2025", "level=good", "status=voted", "present=6", "for=4"},
     {"member=NINE", "year=2025", "level=good", "status=voted", "present=6", "for=3"}},
    {"rating_votes",
     "rating",
     true,
     "for",
     {"member=NINE", "year=2025", "level=good", "status=voted", "present=6", "for=6"},
     {"member=NINE", "year=2025", "level=good", "status=voted", "present=6", "for=7"}},
    {"discipline_quorum",
     "discipline",
     true,
     "present",
     {ENDED, "total=9", "present=6", "for=4"},
     {ENDED, "total=9", "present=5", "for=4"}},
    {"discipline_votes",
     "discipline",
     true,
     "for",
     {ENDED, "total=9", "present=6", "for=4"},
     {ENDED, "total=9", "present=6", "for=3"}},
    {"activity_attendee",
     "activity",
     false,
     "present",
     {"title=Ra quân", "type=campaign", "date=2025-03-26", "unit=136", "present=OTHER"},
     {"title=Ra quân", "type=campaign", "date=2025-03-26", "unit=136", "present=EAST"}},
    {"activity_excused",
     "activity",
     false,
     "excused",
     {"title=Ra quân", "type=campaign", "date=2025-03-26", "unit=136", "present=OTHER",
      "excused=YOUNG"},
     {"title=Ra quân", "type=campaign", "date=2025-03-26", "unit=136", "present=OTHER",
      "excused=OTHER"}},
    {"plan_once",
     "plan",
     false,
     "month",
     {"title=Khác", "period=quarter", "month=2025-04"},
     {"title=Khác", "period=month", "month=2025-03"}},
    {"plan_period",
     "plan",
     true,
     "month",
     {"title=Quý IV", "period=quarter", "month=2025-10"},
     {"title=Quý IV", "period=quarter", "month=2025-11"}},
    {"plan_period",
     "plan",
     true,
     "month",
     {"title=Năm", "period=year", "month=2025-01"},
     {"title=Năm", "period=year", "month=2025-04"}},
    {"answer_once",
     "answer",
     false,
     "directive",
     {"directive=d1", "text=Đã nhận", "unit=138"},
     {"directive=d1", "text=Đã nhận", "unit=136"}},
    {"inspection_deadline",
     "inspection",
     true,
     "deadline",
     {"date=2025-05-05", "findings=Sổ chưa ghi", "deadline=2025-06-05"},
     {"date=2025-05-05", "findings=Sổ chưa ghi"}},
    {"dialogue_notice",
     "dialogue",
     false,
     "published",
     {"host=Bí thư Đảng uỷ", "published=2025-02-28", "date=2025-03-30"},
     {"host=Bí thư Đảng uỷ", "published=2025-03-01", "date=2025-03-30"}},
    {"situation_names",
     "situation",
     false,
     "needs",
     {"period=2025-03", "topic=Việc làm", "channel=direct", "needs=Bạn Giàng cần vay vốn"},
     {"period=2025-03", "topic=Việc làm", "channel=direct", "needs=Anh giàng a dê, cần vay vốn"}},
    {"situation_names",
     "situation",
     false,
     "needs", /* whole words only */
     {"period=2025-03", "topic=Việc làm", "channel=direct", "needs=Trường Giàng A Dếp thiếu sân"},
     {"period=2025-03", "topic=Việc làm", "channel=direct", "needs=Nhà «Giàng A Dê» thiếu sân"}},
    {"assessment_passed",
     "assessment",
     true,
     "status",
     {"year=2025", "status=recognised", "verdict_1=passed", "verdict_2=passed", "verdict_3=passed"},
     {"year=2025", "status=recognised", "verdict_1=passed", "verdict_2=failed",
      "verdict_3=passed"}},
    {"date_future",
     "member",
     false,
     "birth_date",
     {NAME, "birth_date=2026-01-01"},
     {NAME, "birth_date=2026-01-02"}},
    {"date_future",
     "activity",
     false,
     "date",
     {"title=Trại", "type=campaign", "status=held", "date=2026-01-01"},
     {"title=Trại", "type=campaign", "status=held", "date=2026-01-02"}},
    /* what is planned lies ahead */
    {"date_future",
     "activity",
     false,
     "date",
     {"title=Trại", "type=campaign", "status=planned", "date=2026-03-26"},
     {"title=Trại", "type=campaign", "status=minuted", "date=2026-03-26"}},
    {"date_future",
     "admission",
     false,
     "meeting_date",
     {NAME, "birth_date=2007-01-01", "status=voted", "meeting_date=2026-01-01"},
     {NAME, "birth_date=2007-01-01", "status=voted", "meeting_date=2026-01-02"}},
    {"date_future",
     "discipline",
     false,
     "decision_date",
     {"member=YOUNG", "form=warning", "decision_date=2026-01"},
     {"member=YOUNG", "form=warning", "decision_date=2026-02"}},
    {"date_order",
     "member",
     false,
     "admission_date",
     {NAME, "birth_date=2004-05-01", "admission_date=2004"},
     {NAME, "birth_date=2004-05-01", "admission_date=2003"}},
    {"date_order",
     "admission",
     false,
     "decision_date",
     {NAME, "birth_date=2007-01-01", "meeting_date=2025-03-01", "decision_date=2025-03-01"},
     {NAME, "birth_date=2007-01-01", "meeting_date=2025-03-01", "decision_date=2025-02-28"}},
    {"date_order",
     "admission",
     false,
     "ceremony_date",
     {NAME, "birth_date=2007-01-01", "decision_date=2025-03-01", "ceremony_date=2025-03-26"},
     {NAME, "birth_date=2007-01-01", "decision_date=2025-03-01", "ceremony_date=2025-02-26"}},
    {"date_order",
     "position",
     false,
     "to",
     {"member=AT35", "title=bi-thu", "from=2020-01-15", "to=2020-01-15"},
     {"member=AT35", "title=bi-thu", "from=2020-01-15", "to=2020-01-14"}},
    {"date_order",
     "rotation",
     false,
     "to_date",
     {"member=AT35", "from=136", "to=138", "from_date=2024-01-15", "to_date=2025-01-14"},
     {"member=AT35", "from=136", "to=138", "from_date=2024-01-15", "to_date=2023-01-14"}},
    {"date_order",
     "dialogue",
     false,
     "answered",
     {"host=Bí thư", "date=2025-03-30", "answered=2025-03-30"},
     {"host=Bí thư", "date=2025-03-30", "answered=2025-03-29"}},
    {"rule_known",
     "rule",
     true,
     "name",
     {"name=fee_waged", "value=5000", "from=2030-01-01"},
     {"name=fee_wage", "value=5000", "from=2030-01-01"}},
    {"rule_known",
     "rule",
     true,
     "value",
     {"name=plan_once", "value=2", "from=2030-01-01"},
     {"name=plan_once", "value=3", "from=2030-01-01"}},
    {"rule_known",
     "rule",
     true,
     "name", /* of one that is only listed there is no weight */
     {"name=plan_once", "value=0", "from=2030-01-01"},
     {"name=no_meeting", "value=0", "from=2030-01-01"}},
};

static bool is_noted(const struct house *h, const char *rule, const char *field)
{
    for (size_t i = 0; i < h->notes.count; i++) {
        const struct rule_note *n = &h->notes.list[i];
        if (strcmp(n->rule->id, rule) == 0 && (!field || strcmp(n->field, field) == 0)) {
            return n->text[0] != '\0';
        }
    }
    return false;
}

static void limits__each_rule_lets_pass_and_stops_where_it_should(void **state)
{
    struct house *h = *state;
    for (size_t i = 0; i < ARRAY_COUNT(limits); i++) {
        const struct limit *l = &limits[i];
        given(h, l->kind, l->good);
        if (is_noted(h, l->rule, NULL)) {
            fail_msg("row %zu, %s: noted without reason", i, l->rule);
        }
        enum err e = try(h, l->kind, l->bad);
        if (e != (l->blocks ? ERR_RULE : ERR_OK)) {
            fail_msg("row %zu, %s: %d %s", i, l->rule, (int)e, error_last()->text);
        }
        if (l->blocks) {
            assert_string_equal(error_last()->field, l->field);
        } else if (!is_noted(h, l->rule, l->field)) {
            fail_msg("row %zu, %s: not noted", i, l->rule);
        }
    }
}

static void limits__no_rule_of_saves_is_without_its_case(void **state)
{
    (void)state;
    const struct rule *r = NULL;
    for (size_t i = 0; (r = rules_at(i)) != NULL; i++) {
        bool found = r->weight == RULE_OFF;
        for (size_t k = 0; k < ARRAY_COUNT(limits) && !found; k++) {
            found =
                strcmp(limits[k].rule, r->id) == 0 && limits[k].blocks == (r->weight == RULE_BLOCK);
        }
        if (!found) {
            fail_msg("%s", r->id);
        }
    }
}

static void limits__an_introducer_after_the_vote_is_told_as_that(void **state)
{
    struct house *h = *state;
    const char *const late[] = {NAME,
                                VOTED,
                                "birth_date=2007-01-01",
                                "meeting_date=2025-01-31",
                                "introducer_since=2025-02-01",
                                NULL};
    assert_int_equal(try(h, "admission", late), ERR_RULE);
    assert_non_null(strstr(error_last()->text, "since 01/02/2025, which is after the vote of "
                                               "31/01/2025"));
}

/* ---- the province's own numbers ----------------------------------------------------------------
 */

static void limits__a_province_replaces_a_number_from_a_day_on(void **state)
{
    struct house *h = *state;
    const char *const before[] = {NAME, "application_date=2025-01-15", "status=applied",
                                  "birth_date=2009-12-01", NULL};
    const char *const after[] = {NAME, "application_date=2025-02-01", "status=applied",
                                 "birth_date=2009-12-01", NULL};
    assert_int_equal(try(h, "admission", before), ERR_RULE);
    assert_int_equal(try(h, "admission", after), ERR_RULE);
    given(h, "rule", WORDS("name=admission_age_min", "value=15", "from=2025-02-01"));
    assert_int_equal(try(h, "admission", before), ERR_RULE); /* what held on that day holds */
    assert_null(strstr(error_last()->text, "holds from"));
    assert_int_equal(try(h, "admission", after), ERR_OK);
    given(h, "rule", WORDS("name=admission_age_min_days", "value=63", "from=2025-02-01"));
    assert_int_equal(try(h, "admission", after), ERR_RULE); /* 62 days older than 15 years */
    assert_non_null(strstr(error_last()->text, "from 15 years on (so it holds from 01/02/2025"));
    given(h, "rule", WORDS("name=admission_age_min_days", "value=62", "from=2025-02-01"));
    assert_int_equal(try(h, "admission", after), ERR_OK); /* of two for one day the later */
}

/* "Each area and target group": a school has other numbers than a village. */
static void limits__a_setting_has_numbers_of_its_own(void **state)
{
    struct house *h = *state;
    const char *const schools[] = {NAME,    VOTED, "birth_date=2007-01-01", "unit=138", "present=9",
                                   "for=5", NULL};
    const char *const villages[] = {
        NAME, VOTED, "birth_date=2007-01-01", "unit=136", "present=9", "for=5", NULL};
    given(h, "unit",
          WORDS("code=T1", "name=Trường Nội trú", "parent=138", "type=chi-doan", "setting=truong"));
    given(h, "rule",
          WORDS("name=admission_votes_percent", "value=60", "from=2025-01-01", "setting=truong"));
    assert_int_equal(try(h, "admission", schools), ERR_OK); /* the district has no setting */
    assert_int_equal(try(h, "admission", villages), ERR_OK);
    const char *const school[] = {NAME,    VOTED, "birth_date=2007-01-01", "unit=T1", "present=9",
                                  "for=5", NULL};
    assert_int_equal(try(h, "admission", school), ERR_RULE);
    /* one for all that is younger does not replace what the setting has of its own */
    given(h, "rule", WORDS("name=admission_votes_percent", "value=40", "from=2025-01-10"));
    assert_int_equal(try(h, "admission", school), ERR_RULE);
}

static void limits__a_province_weighs_a_rule(void **state)
{
    struct house *h = *state;
    const char *const few[] = {NAME, VOTED, "birth_date=2007-01-01", "present=9", "for=4", NULL};
    assert_int_equal(try(h, "admission", few), ERR_RULE);
    given(h, "rule", WORDS("name=admission_votes", "value=1", "from=2025-01-01"));
    assert_int_equal(try(h, "admission", few), ERR_OK);
    assert_true(is_noted(h, "admission_votes", "for"));
    given(h, "rule", WORDS("name=admission_votes", "value=0", "from=2025-06-01"));
    assert_int_equal(try(h, "admission", few), ERR_OK);
    assert_int_equal(h->notes.count, 0);
    given(h, "rule", WORDS("name=admission_votes", "value=2", "from=2026-06-01"));
    assert_int_equal(try(h, "admission", few), ERR_OK); /* not yet */
}

/* A record that breaks a rule already can still be corrected elsewhere. */
static void limits__only_what_a_save_changes_is_looked_at(void **state)
{
    struct house *h = *state;
    struct dot id, same;
    const struct draft draft = {.kind = KIND_ADMISSION, .via = VIA_IMPORT};
    const char *const good[] = {NAME, VOTED, "birth_date=2007-01-01", "present=9", "for=5", NULL};
    assert_int_equal(try_at(h, 0, draft, &id, good), ERR_OK);
    given(h, "rule", WORDS("name=admission_votes_percent", "value=60", "from=2025-01-01"));
    const struct draft edit = {.id = id};
    assert_int_equal(try_at(h, 0, edit, &same, WORDS("note=x")), ERR_OK);
    assert_int_equal(try_at(h, 0, edit, &same, WORDS("present=8")), ERR_OK);
    assert_int_equal(try_at(h, 0, edit, &same, WORDS("present=9")), ERR_RULE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(limits__each_rule_lets_pass_and_stops_where_it_should,
                                        begin, end),
        cmocka_unit_test(limits__no_rule_of_saves_is_without_its_case),
        cmocka_unit_test_setup_teardown(limits__an_introducer_after_the_vote_is_told_as_that, begin,
                                        end),
        cmocka_unit_test_setup_teardown(limits__a_province_replaces_a_number_from_a_day_on, begin,
                                        end),
        cmocka_unit_test_setup_teardown(limits__a_setting_has_numbers_of_its_own, begin, end),
        cmocka_unit_test_setup_teardown(limits__a_province_weighs_a_rule, begin, end),
        cmocka_unit_test_setup_teardown(limits__only_what_a_save_changes_is_looked_at, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
