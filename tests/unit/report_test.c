#include "core/report.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- periods -------------------------------------------------------------------------------- */

static struct report_period period(const char *text, int cutoff_day)
{
    struct report_period p;
    assert_int_equal(report_period_parse(slice_str(text), cutoff_day, &p), ERR_OK);
    assert_string_equal(p.text, text);
    return p;
}

static void period__has_its_first_and_its_last_day(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int cutoff_day;
        int64_t from, to;
    } rows[] = {
        {"2025", 31, DATE_MAKE(2025, 1, 1), DATE_MAKE(2025, 12, 31)},
        {"2025-H1", 31, DATE_MAKE(2025, 1, 1), DATE_MAKE(2025, 6, 30)},
        {"2025-H2", 31, DATE_MAKE(2025, 7, 1), DATE_MAKE(2025, 12, 31)},
        {"2025-Q4", 31, DATE_MAKE(2025, 10, 1), DATE_MAKE(2025, 12, 31)},
        {"2024-02", 31, DATE_MAKE(2024, 2, 1), DATE_MAKE(2024, 2, 29)},
        {"2100-02", 31, DATE_MAKE(2100, 2, 1), DATE_MAKE(2100, 2, 28)},
        {"2025-01", 25, DATE_MAKE(2024, 12, 26), DATE_MAKE(2025, 1, 25)},
        {"2025-03", 28, DATE_MAKE(2025, 3, 1), DATE_MAKE(2025, 3, 28)},
        {"2024-03", 28, DATE_MAKE(2024, 2, 29), DATE_MAKE(2024, 3, 28)},
        {"2025", 5, DATE_MAKE(2024, 12, 6), DATE_MAKE(2025, 12, 5)},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct report_period p = period(rows[i].text, rows[i].cutoff_day);
        assert_int_equal(p.from, rows[i].from);
        assert_int_equal(p.to, rows[i].to);
    }
}

static void period__the_one_before_is_as_long_and_ends_there(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"2025", "2024"},
                                          {"2025-H1", "2024-H2"},
                                          {"2025-Q1", "2024-Q4"},
                                          {"2025-Q3", "2025-Q2"},
                                          {"2025-01", "2024-12"}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        for (int cutoff = 1; cutoff <= 31; cutoff += 10) {
            struct report_period p = period(rows[i][0], cutoff), q = report_period_before(&p);
            assert_string_equal(q.text, rows[i][1]);
            assert_int_equal(report_month_of(q.to, cutoff) + 1, report_month_of(p.from, cutoff));
        }
    }
}

static void period__every_day_is_in_the_month_that_says_so(void **state)
{
    (void)state;
    for (int cutoff = 1; cutoff <= 31; cutoff = cutoff == 28 ? 31 : cutoff + 1) {
        for (int64_t month = 2024 * 12 - 1; month < 2025 * 12 + 2; month++) {
            int64_t from = report_month_from(month, cutoff), to = report_month_to(month, cutoff);
            assert_int_equal(report_month_of(from, cutoff), month);
            assert_int_equal(report_month_of(to, cutoff), month);
            assert_true(from <= to);
        }
    }
}

static void period__what_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"",         "25",       "2025-",   "2025-0",   "2025-00",
                                       "2025-13",  "2025-Q0",  "2025-Q5", "2025-H3",  "2025-Q",
                                       "2025-Q11", "2025/06",  "1900",    "2025 ",    "2025-06-01",
                                       "year",     "20250000", "9999",    "2025-q 1", "2025-X1"};
    struct report_period p;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(report_period_parse(slice_str(rows[i]), 31, &p), ERR_INPUT);
    }
    assert_int_equal(report_period_parse(slice_str("2025-q2"), 31, &p), ERR_OK);
    assert_string_equal(p.text, "2025-Q2");
}

static void period__may_be_written_the_other_way_round(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"10/2026", "2026-10"},
                                          {"9/2026", "2026-09"},
                                          {"Q4/2026", "2026-Q4"},
                                          {"h1/2026", "2026-H1"}};
    static const char *const wrong[] = {"/2026",    "13/2026", "0/2026",  "Q5/2026",
                                        "H3/2026",  "10/26",   "Q/2026",  "010/2026",
                                        "10/2026/", "10/20 6", "1/1/2026"};
    struct report_period p;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(report_period_parse(slice_str(rows[i][0]), 31, &p), ERR_OK);
        assert_string_equal(p.text, rows[i][1]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        assert_int_equal(report_period_parse(slice_str(wrong[i]), 31, &p), ERR_INPUT);
    }
}

/* ---- the table ------------------------------------------------------------------------------ */

static void table__every_measure_of_a_report_is_there_once(void **state)
{
    (void)state;
    const struct report *r = NULL;
    for (size_t i = 0; (r = report_at(i)) != NULL; i++) {
        assert_ptr_equal(report_by_name(r->name), r);
        assert_ptr_equal(report_by_name(r->vi), r);
        size_t measures = 0, headlines = 0;
        for (const struct report_section *s = r->sections; s->measures; s++) {
            for (const char *const *id = s->measures; *id; id++) {
                const struct measure *m = report_measure(*id);
                assert_non_null(m);
                measures++;
                headlines += m->headline ? 1 : 0;
            }
        }
        assert_true(measures > 0);
        assert_true(headlines > 0);
    }
    assert_int_equal(report_at(9) != NULL, 1);
    assert_null(report_at(10));
    assert_null(report_by_name("weather"));
    assert_ptr_equal(report_by_name("Branch Life"), report_by_name("branch-life"));
    assert_ptr_equal(report_by_name("branch_life"), report_by_name("branch-life"));
}

static void figures__are_written_in_tenths(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_string_equal(figure_text((struct figure){true, 120}, &arena), "12");
    assert_string_equal(figure_text((struct figure){true, 123}, &arena), "12.3");
    assert_string_equal(figure_text((struct figure){true, 3}, &arena), "0.3");
    assert_string_equal(figure_text((struct figure){true, 0}, &arena), "0");
    assert_string_equal(figure_text((struct figure){false, 9}, &arena), "");
    assert_string_equal(figure_words((struct figure){true, 136}, true, &arena), "13,6");
    assert_string_equal(figure_words((struct figure){true, 136}, false, &arena), "13.6");
    assert_string_equal(figure_words((struct figure){true, 12345670}, true, &arena), "1.234.567");
    assert_string_equal(figure_words((struct figure){true, 12345670}, false, &arena), "1,234,567");
    assert_string_equal(figure_words((struct figure){false, 9}, true, &arena), "");
    arena_free(&arena);
}

/* ---- figures over a store ------------------------------------------------------------------- */

struct scene {
    struct fixture f;
    struct arena arena;
    struct dot commune, branch, other;
};

static struct dot add(struct scene *s, uint32_t kind, const char *const *words)
{
    struct dot id, dot;
    struct id_list doubles;
    struct draft draft = {.kind = kind, .via = VIA_LOCAL, .anyway = true};
    assert_int_equal(fixture_draft(&s->f, 0, draft, &s->arena, &id, &dot, &doubles, words), ERR_OK);
    return id;
}

static void begin(struct scene *s)
{
    *s = (struct scene){.arena = {0}};
    fixture_begin(&s->f, 11);
    fixture_root(&s->f);
    s->commune = fixture_unit(&s->f, 0, s->f.units[0], "04576", "doan-co-so");
    s->other = fixture_unit(&s->f, 0, s->f.units[0], "04570", "doan-co-so");
    s->branch = fixture_unit(&s->f, 0, s->commune, "04576-1", "chi-doan");
}

static void end(struct scene *s)
{
    arena_free(&s->arena);
    fixture_end(&s->f);
}

static struct report_result run(struct scene *s, const char *name, struct dot unit,
                                const char *text)
{
    struct txn *t = NULL;
    struct report_result out;
    int64_t published = 0;
    struct report_query q = {
        .report = report_by_name(name), .unit = unit, .period = period(text, 31), .siblings = true};
    assert_int_equal(txn_begin(s->f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(report_run(t, &q, &s->arena, &out), ERR_OK);
    assert_int_equal(report_compare_published(t, q.report, &out, &s->arena, &published), ERR_OK);
    txn_abort(t);
    return out;
}

static const struct report_row *row(const struct report_result *r, const char *id)
{
    for (size_t i = 0; i < r->row_count; i++) {
        if (slice_equal(r->rows[i].id, slice_str(id))) {
            return &r->rows[i];
        }
    }
    fail_msg("no row %s", id);
    return NULL;
}

static void run__figures_of_a_unit_those_below_and_those_beside(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    add(&s, KIND_MEMBER,
        WORDS("full_name=Giàng A Dê", "birth_date=2001-04-12", "admission_date=2025-05-02",
              "unit=04576-1", "sex=male"));
    add(&s, KIND_MEMBER,
        WORDS("full_name=Lò Thị Mai", "birth_date=2002-02-02", "admission_date=2020",
              "unit=04576-1"));
    add(&s, KIND_MEMBER,
        WORDS("full_name=Vàng A Páo", "birth_date=2003-03-03", "admission_date=2020",
              "unit=04570"));
    struct report_result r = run(&s, "strength", s.commune, "2025-05");
    assert_int_equal(r.below_count, 1);
    assert_int_equal(r.sibling_count, 1);
    const struct report_row *members = row(&r, "members");
    assert_int_equal(members->value.tenths, 20);
    assert_int_equal(members->previous.tenths, 10);
    assert_int_equal(members->siblings.tenths, 10);
    assert_int_equal(members->below[0].tenths, 20);
    assert_int_equal(row(&r, "members_sex:male")->value.tenths, 10);
    assert_int_equal(row(&r, "members_sex:male")->previous.tenths, 0);
    assert_string_equal(row(&r, "members_sex:unknown")->en, "Not recorded");
    assert_false(row(&r, "youth")->value.known);
    end(&s);
}

static void run__a_unit_that_is_not_here_is_told(void **state)
{
    (void)state;
    struct scene s;
    struct txn *t = NULL;
    struct report_result out;
    begin(&s);
    struct report_query q = {
        .report = report_by_name("plans"), .unit = {77, 1}, .period = period("2025", 31)};
    assert_int_equal(txn_begin(s.f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(report_run(t, &q, &s.arena, &out), ERR_NOT_FOUND);
    txn_abort(t);
    end(&s);
}

static void publish__keeps_what_was_said_then(void **state)
{
    (void)state;
    struct scene s;
    struct txn *t = NULL;
    struct dot id;
    begin(&s);
    add(&s, KIND_ACTIVITY,
        WORDS("type=campaign", "title=một", "date=2025-05-02", "unit=04576-1", "value=1500000",
              "topics=Bảo vệ 100% môi trường"));
    struct report_result r = run(&s, "movement", s.commune, "2025-05");
    assert_int_equal(txn_begin(s.f.stores[0], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(report_publish(t, report_by_name("movement"), &r, &s.arena, &id), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    r = run(&s, "movement", s.commune, "2025-05");
    for (size_t i = 0; i < r.row_count; i++) {
        assert_false(r.rows[i].adjusted);
    }
    add(&s, KIND_ACTIVITY,
        WORDS("type=sport", "title=hai", "date=2025-05-03", "unit=04576-1", "value=500000"));
    r = run(&s, "movement", s.commune, "2025-05");
    assert_true(row(&r, "value")->adjusted);
    assert_int_equal(row(&r, "value")->frozen.tenths, 15000000);
    assert_true(row(&r, "works_type:sport")->adjusted);
    assert_false(row(&r, "works_type:campaign")->adjusted);
    assert_false(row(&r, "workdays")->adjusted);
    r = run(&s, "movement", s.branch, "2025-05");
    assert_false(row(&r, "value")->adjusted);
    end(&s);
}

/* What a month says within a year is what its own report says. */
static void run__a_month_of_the_year_is_as_its_own_report(void **state)
{
    (void)state;
    static const char *const days[] = {"2025-01-31", "2025-02-01", "2025-06-30", "2025-06-02"};
    struct scene s;
    begin(&s);
    s.f.now_ms = 1767139200000; /* 31 December 2025 */
    for (size_t i = 0; i < ARRAY_COUNT(days); i++) {
        struct arena a = {0};
        add(&s, KIND_ACTIVITY,
            WORDS("type=meeting", "title=một", arena_printf(&a, "date=%s", days[i]),
                  "unit=04576-1"));
        add(&s, KIND_ACTIVITY,
            WORDS("type=volunteer", "title=hai", arena_printf(&a, "date=%s", days[i]),
                  "unit=04576-1", "value=1000"));
        arena_free(&a);
    }
    static const char *const names[] = {"branch-life", "movement", "government", "fees"};
    for (size_t n = 0; n < ARRAY_COUNT(names); n++) {
        struct report_result year = run(&s, names[n], s.commune, "2025");
        assert_int_equal(year.month_count, 12);
        for (int m = 1; m <= 12; m++) {
            struct report_result month =
                run(&s, names[n], s.commune, arena_printf(&s.arena, "2025-%02d", m));
            for (size_t i = 0; i < year.row_count; i++) {
                const struct report_row *r = &year.rows[i];
                if (!r->months || !r->months[m - 1].known) {
                    continue;
                }
                assert_int_equal(r->months[m - 1].tenths,
                                 row(&month, arena_cstr(&s.arena, r->id))->value.tenths);
            }
        }
    }
    struct report_result year = run(&s, "branch-life", s.commune, "2025");
    assert_int_equal(row(&year, "meetings")->months[5].tenths, 20);
    assert_null(row(&year, "branches")->months);
    end(&s);
}

/* A text of a record holds so much: what does not fit any more is not compared, and not lost. */
static void publish__of_very_many_rows_keeps_the_first(void **state)
{
    (void)state;
    struct scene s;
    struct txn *t = NULL;
    struct dot id;
    begin(&s);
    for (int i = 0; i < 4; i++) {
        struct buf topics = {0};
        for (int k = 0; k < 250; k++) {
            buf_printf(&topics, "%sChuyên đề số %d của tháng", k ? ";" : "topics=", i * 250 + k);
        }
        buf_add_byte(&topics, '\0');
        add(&s, KIND_ACTIVITY,
            WORDS("type=meeting", "title=một", "date=2025-05-02", "unit=04576-1",
                  (const char *)topics.ptr));
        buf_free(&topics);
    }
    struct report_result r = run(&s, "branch-life", s.commune, "2025-05");
    assert_true(r.row_count > 1000);
    assert_int_equal(row(&r, "topics")->value.tenths, 10000);
    assert_int_equal(txn_begin(s.f.stores[0], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(report_publish(t, report_by_name("branch-life"), &r, &s.arena, &id), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    add(&s, KIND_ACTIVITY,
        WORDS("type=meeting", "title=hai", "date=2025-05-03", "unit=04576-1", "topics=Mới"));
    r = run(&s, "branch-life", s.commune, "2025-05");
    assert_int_equal(row(&r, "topics")->frozen.tenths, 10000);
    assert_true(row(&r, "topics")->adjusted);
    assert_true(row(&r, "meetings")->adjusted);
    assert_false(row(&r, "activities_topic:Mới")->adjusted);
    end(&s);
}

static void publish__is_not_said_of_an_office_by_one_below(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    add(&s, KIND_PUBLICATION,
        WORDS("unit=04576", "report=branch-life", "period=2025", "subject=04576",
              "published_on=2026-01-02", "measures=meetings", "figures=04576 7"));
    add(&s, KIND_PUBLICATION,
        WORDS("unit=04576-1", "report=branch-life", "period=2025", "subject=04576",
              "published_on=2026-02-02", "measures=meetings", "figures=04576 999"));
    struct report_result r = run(&s, "branch-life", s.commune, "2025");
    assert_true(row(&r, "meetings")->adjusted);
    assert_int_equal(row(&r, "meetings")->frozen.tenths, 70);
    end(&s);
}

/* As a peer may send them, past every draft. */
static void run__what_no_draft_takes_is_not_reckoned_with(void **state)
{
    (void)state;
    static const int64_t odd[] = {INT64_MIN, INT64_MIN + 1, -416, -32, -1, INT64_MAX};
    static const struct {
        uint32_t kind, number, date, status, wanted;
    } rows[] = {
        {KIND_FEE, F_FEE_AMOUNT, F_FEE_MONTH, F_FEE_STATUS, FEE_REMITTED},
        {KIND_RATING, F_RATING_YEAR, F_RATING_YEAR, F_RATING_STATUS, RATING_CONFIRMED},
        {KIND_ACTIVITY, F_ACTIVITY_VALUE, F_ACTIVITY_DATE, F_ACTIVITY_STATUS, ACTIVITY_HELD},
        {KIND_ASSESSMENT, F_ASSESSMENT_SELF_1, F_ASSESSMENT_YEAR, F_ASSESSMENT_STATUS, 1},
    };
    struct scene s;
    begin(&s);
    for (size_t i = 0; i < ARRAY_COUNT(odd) * ARRAY_COUNT(rows) * 2; i++) {
        size_t k = i % ARRAY_COUNT(rows);
        bool dated = i >= ARRAY_COUNT(odd) * ARRAY_COUNT(rows);
        int64_t day = k == 0 ? MONTH_MAKE(2025, 3) : k == 2 ? DATE_MAKE(2025, 3, 31) : 2025;
        struct datum data[] = {datum_ref(s.commune), datum_int(odd[i / ARRAY_COUNT(rows) % 6]),
                               datum_int(dated ? day : odd[i / ARRAY_COUNT(rows) % 6]),
                               datum_int(rows[k].wanted)};
        struct edit edits[] = {{F_UNIT, EDIT_SET, &data[0], 1},
                               {rows[k].status, EDIT_SET, &data[3], 1},
                               {rows[k].date, EDIT_SET, &data[2], 1},
                               {rows[k].number, EDIT_SET, &data[1], 1}};
        struct dot id = {0, 0};
        (void)fixture_save(&s.f, 0, &id, rows[k].kind, edits, k == 1 ? 3 : 4);
    }
    const struct report *report = NULL;
    for (size_t i = 0; (report = report_at(i)) != NULL; i++) {
        struct report_result r = run(&s, report->name, s.f.units[0], "2025");
        for (size_t n = 0; n < r.row_count; n++) {
            assert_true(!r.rows[n].value.known || r.rows[n].value.tenths >= 0);
            assert_true(!r.rows[n].value.known || r.rows[n].value.tenths < 100000);
        }
    }
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(period__has_its_first_and_its_last_day),
        cmocka_unit_test(period__the_one_before_is_as_long_and_ends_there),
        cmocka_unit_test(period__every_day_is_in_the_month_that_says_so),
        cmocka_unit_test(period__what_is_none_is_refused),
        cmocka_unit_test(period__may_be_written_the_other_way_round),
        cmocka_unit_test(table__every_measure_of_a_report_is_there_once),
        cmocka_unit_test(figures__are_written_in_tenths),
        cmocka_unit_test(run__figures_of_a_unit_those_below_and_those_beside),
        cmocka_unit_test(run__a_unit_that_is_not_here_is_told),
        cmocka_unit_test(run__a_month_of_the_year_is_as_its_own_report),
        cmocka_unit_test(run__what_no_draft_takes_is_not_reckoned_with),
        cmocka_unit_test(publish__is_not_said_of_an_office_by_one_below),
        cmocka_unit_test(publish__keeps_what_was_said_then),
        cmocka_unit_test(publish__of_very_many_rows_keeps_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
