#include "core/steps.h"

#include "tests/unit/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* What the Union's procedures allow, typed by hand: FROM>TO, none for a new record. Everything else
 * is not allowed. */
static const struct {
    const char *kind, *steps;
} wanted[] = {
    {"unit", " >proposed >active proposed>active active>merged active>split active>dissolved "},
    {"member",
     " >active >away >matured active>away away>active active>in_transit away>in_transit "
     "in_transit>active active>matured active>removed active>expelled active>deceased "
     "away>matured away>removed away>expelled away>deceased in_transit>deceased matured>active "
     "removed>active expelled>active deceased>active "},
    {"transfer", " >requested >in_transit requested>cleared cleared>issued cleared>in_transit "
                 "issued>in_transit in_transit>accepted in_transit>refused in_transit>returned "},
    {"activity", " >planned >held >minuted planned>held planned>cancelled held>minuted "},
    {"plan", " >draft draft>submitted submitted>approved approved>closed "},
    {"plan_item", " >todo todo>doing todo>done todo>late todo>dropped doing>done doing>late "
                  "doing>dropped late>done late>dropped "},
    {"directive", " >issued issued>closed "},
    {"answer", " >acknowledged >done acknowledged>done "},
    {"admission",
     " >prospect >applied prospect>applied applied>studied studied>introduced introduced>voted "
     "voted>submitted submitted>approved submitted>returned returned>submitted "
     "approved>ceremony "},
    {"membership_end", " >proposed proposed>decided decided>reversed "},
    {"position", " >nominated nominated>approved approved>ended "},
    {"cadre_plan", " >proposed proposed>approved approved>removed "},
    {"training", " >planned >done planned>done "},
    {"rotation", " >planned planned>done "},
    {"fee", " >due >paid >exempt >remitted due>paid due>exempt "},
    {"rating", " >self self>voted voted>confirmed "},
    {"discipline", " >opened opened>voted voted>decided decided>appeal "},
    {"reward", " >proposed proposed>granted proposed>refused "},
    {"group", " >active active>closed "},
    {"inspection", " >planned planned>done done>fixing done>closed fixing>closed "},
    {"visit", " >planned >made planned>made made>answered "},
    {"dialogue", " >planned planned>published published>held held>answered "},
    {"situation", " >draft >sent draft>sent sent>acknowledged "},
    {"coordination", " >active active>closed "},
    {"proposal", " >drafted drafted>sent sent>accepted sent>declined accepted>done "},
    {"assessment", " >registered registered>self self>district district>recognised "
                   "district>not-recognised "},
};

static bool is_wanted(const char *steps, const char *from, const char *to)
{
    char pair[96];
    (void)snprintf(pair, sizeof(pair), " %s>%s ", from, to);
    return strstr(steps, pair) != NULL;
}

static void steps__every_pair_of_states_is_as_the_procedures_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++) {
        const struct kind_def *kind = schema_kind_by_name(slice_str(wanted[i].kind));
        assert_non_null(kind);
        const struct machine *m = steps_of(kind->number);
        assert_non_null(m);
        const struct field_def *f = schema_field(kind->number, m->field);
        for (const struct enum_code *to = f->codes; to->number != 0; to++) {
            assert_int_equal(steps_find(m, 0, to->number) != NULL,
                             is_wanted(wanted[i].steps, "", to->code));
            for (const struct enum_code *from = f->codes; from->number != 0; from++) {
                bool found = steps_find(m, from->number, to->number) != NULL;
                if (found != is_wanted(wanted[i].steps, from->code, to->code)) {
                    fail_msg("%s: %s>%s", kind->name, from->code, to->code);
                }
            }
        }
    }
}

static void steps__every_machine_is_among_them(void **state)
{
    (void)state;
    const struct machine *m = NULL;
    for (size_t i = 0; (m = steps_at(i)) != NULL; i++) {
        bool found = false;
        for (size_t k = 0; k < ARRAY_COUNT(wanted) && !found; k++) {
            found = schema_kind_by_name(slice_str(wanted[k].kind))->number == m->kind;
        }
        assert_true(found);
        assert_int_equal(m->steps[0].from, 0);
    }
}

static void steps__what_a_step_needs_are_fields_of_its_kind(void **state)
{
    (void)state;
    const struct machine *m = NULL;
    for (size_t i = 0; (m = steps_at(i)) != NULL; i++) {
        for (const struct step *s = m->steps; s->to != 0; s++) {
            for (size_t n = 0; n < STEP_NEEDS && s->needs[n] != 0; n++) {
                assert_non_null(schema_field(m->kind, s->needs[n]));
            }
        }
    }
}

static void steps__what_may_follow_is_told_in_words(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct machine *m = steps_of(KIND_ADMISSION);
    assert_string_equal(steps_next_text(m, ADMISSION_SUBMITTED, false, &arena),
                        "Approved, Returned");
    assert_string_equal(steps_next_text(m, ADMISSION_CEREMONY, true, &arena), "");
    assert_int_equal(steps_first(m), ADMISSION_PROSPECT);
    arena_free(&arena);
}

/* ---- through saves --------------------------------------------------------------------------- */

struct house {
    struct fixture f;
    struct arena arena;
    struct id_list doubles;
};

static int begin(void **state)
{
    struct house *h = test_calloc(1, sizeof(*h));
    fixture_tree(&h->f, 11);
    h->f.now_ms = 1767268800000; /* 1 January 2026 */
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

static enum err save(struct house *h, size_t at, struct draft draft, struct dot *id,
                     const char *const *words)
{
    struct dot dot;
    draft.anyway = true;
    return fixture_draft(&h->f, at, draft, &h->arena, id, &dot, &h->doubles, words);
}

static struct dot given(struct house *h, size_t at, uint32_t kind, const char *const *words)
{
    struct dot id;
    const struct draft draft = {.kind = kind, .via = VIA_IMPORT, .by_command = true};
    if (save(h, at, draft, &id, words) != ERR_OK) {
        fail_msg("%s: %s: %s", schema_kind(kind)->name, error_last()->field, error_last()->text);
    }
    return id;
}

/* A value that no rule stops at. */
static const char *usual_value(const struct field_def *f)
{
    static const struct {
        const char *field, *value;
    } own[] = {
        {"birth_date", "2005-05-05"},
        {"introducer_since", "2020-01-01"},
        {"for", "9"},
        {"present", "10"},
        {"total", "12"},
        {"level", "2"},
        {"date", "2025-05-05"},
        {"published", "2025-03-01"},
        {"application_date", "2025-01-15"},
        {"month", "2025-04"}, /* where a quarter begins */
    };
    static const char *const by_type[] = {
        [FIELD_TEXT] = "lời",        [FIELD_INT] = "2025",      [FIELD_BOOL] = "yes",
        [FIELD_DATE] = "2025-06-06", [FIELD_MONTH] = "2025-06", [FIELD_TEXTSET] = "một: 12",
        [FIELD_GEO] = "21.7,104.8",  [FIELD_MONEY] = "5000",    [FIELD_BYTES] = NULL};
    if (f->type == FIELD_ENUM) {
        return f->codes[f->codes[1].number ? 1 : 0].code; /* the second: passed, not failed */
    }
    for (size_t i = 0; i < ARRAY_COUNT(own); i++) {
        if (strcmp(own[i].field, f->name) == 0 &&
            (f->type == FIELD_INT || f->type == FIELD_DATE || f->type == FIELD_MONTH)) {
            return own[i].value;
        }
    }
    if (f->type == FIELD_REF || f->type == FIELD_REFSET) {
        return f->ref_kind == KIND_MEMBER      ? "M1"
               : f->ref_kind == KIND_DIRECTIVE ? "d1"
               : f->ref_kind == KIND_PLAN      ? "p1"
               : f->ref_kind == KIND_UNIT      ? "138"
                                               : NULL;
    }
    return f->max > 0 && f->max <= 1000 && f->type == FIELD_INT ? "50" : by_type[f->type];
}

#define FILLED_MAX 15

/* Fields of the kind from `from` on, as many as a draft of the fixture takes; the last are left. */
static size_t fill(struct house *h, const struct kind_def *kind, size_t from, const char **words)
{
    const struct field_def *f = NULL;
    size_t n = 0, i = from;
    for (; n < FILLED_MAX && (f = schema_field_at(kind, i)) != NULL; i++) {
        const char *value = usual_value(f);
        bool status = steps_of(kind->number)->field == f->number;
        if (value && !status && !(f->flags & FIELD_MACHINE) && f->number != F_UNIT &&
            f->number != F_EXT_ID) {
            words[n++] = arena_printf(&h->arena, "%s=%s", f->name, value);
        }
    }
    words[n] = NULL;
    return f ? i : 0;
}

/* In that state, with every field filled in. */
static struct dot filled(struct house *h, const struct kind_def *kind, const char *code)
{
    const char *words[FILLED_MAX + 2];
    size_t next = fill(h, kind, 0, words);
    size_t n = 0;
    while (words[n]) {
        n++;
    }
    words[n] = arena_printf(&h->arena, "%s=%s",
                            schema_field(kind->number, steps_of(kind->number)->field)->name, code);
    words[n + 1] = NULL;
    struct dot id = given(h, 0, kind->number, words), same;
    while (next != 0) {
        next = fill(h, kind, next, words);
        if (save(h, 0, (struct draft){.id = id, .via = VIA_IMPORT}, &same, words) != ERR_OK) {
            fail_msg("%s: %s: %s", kind->name, error_last()->field, error_last()->text);
        }
    }
    return id;
}

static void steps__a_save_takes_those_steps_and_no_other(void **state)
{
    struct house *h = *state;
    struct dot same;
    size_t tried = 0, taken = 0;
    (void)given(h, 0, KIND_MEMBER,
                WORDS("full_name=Giàng A Dê", "card_no=M1", "birth_date=2004-04-04"));
    (void)given(h, 0, KIND_DIRECTIVE,
                WORDS("number=1", "date=2025-01-01", "subject=Báo cáo", "ext_id=d1"));
    (void)given(h, 0, KIND_PLAN, WORDS("title=Khác", "period=year", "month=2024-01", "ext_id=p1"));
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++) {
        const struct kind_def *kind = schema_kind_by_name(slice_str(wanted[i].kind));
        const struct machine *m = steps_of(kind->number);
        const struct field_def *f = schema_field(kind->number, m->field);
        for (const struct enum_code *from = f->codes; from->number != 0; from++) {
            for (const struct enum_code *to = f->codes; to->number != 0; to++) {
                struct dot id = filled(h, kind, from->code);
                const char *word = arena_printf(&h->arena, "%s=%s", f->name, to->code);
                bool may = from == to || is_wanted(wanted[i].steps, from->code, to->code);
                if (kind->number == KIND_TRANSFER) { /* the others are terrace transfer's */
                    bool open =
                        from->number == TRANSFER_ISSUED || from->number == TRANSFER_IN_TRANSIT;
                    may = (from == to && !open) ||
                          (from->number == TRANSFER_REQUESTED && to->number == TRANSFER_CLEARED);
                }
                enum err e = save(h, 0, (struct draft){.id = id}, &same, WORDS(word));
                if (e != (may ? ERR_OK : ERR_RULE)) {
                    fail_msg("%s: %s>%s: %d %s", kind->name, from->code, to->code, (int)e,
                             error_last()->text);
                }
                assert_true(may || strcmp(error_last()->field, f->name) == 0);
                tried++;
                taken += may;
            }
        }
    }
    assert_true(tried > 300 && taken > 100 && taken < tried);
}

static void steps__a_new_record_begins_at_the_beginning(void **state)
{
    struct house *h = *state;
    struct dot id;
    const struct draft plan = {.kind = KIND_PLAN};
    assert_int_equal(
        save(h, 2, plan, &id,
             WORDS("title=Tháng 3", "period=month", "month=2025-03", "status=approved")),
        ERR_RULE);
    assert_string_equal(error_last()->field, "status");
    assert_int_equal(save(h, 2, plan, &id, WORDS("title=Tháng 3", "period=month", "month=2025-03")),
                     ERR_OK);
    struct record r = tree_load(&h->f, 2, id, &h->arena);
    assert_int_equal(merge_shown_int(&r, F_PLAN_STATUS), PLAN_DRAFT);
}

static void steps__the_office_above_approves_and_needs_what_the_step_needs(void **state)
{
    struct house *h = *state;
    struct dot id, same;
    assert_int_equal(save(h, 2, (struct draft){.kind = KIND_PLAN}, &id,
                          WORDS("title=Tháng 3", "period=month", "month=2025-03")),
                     ERR_OK);
    const struct draft change = {.id = id};
    assert_int_equal(save(h, 2, change, &same, WORDS("status=submitted")), ERR_OK);
    assert_int_equal(save(h, 2, change, &same, WORDS("status=approved", "approver=Huyện đoàn")),
                     ERR_RULE);
    assert_string_equal(error_last()->field, "status");
    fixture_settle(&h->f);
    assert_int_equal(save(h, 1, change, &same, WORDS("status=approved")), ERR_INPUT);
    assert_string_equal(error_last()->field, "approver");
    assert_int_equal(save(h, 1, change, &same, WORDS("status=approved", "approver=Huyện đoàn")),
                     ERR_OK);
    assert_int_equal(save(h, 1, change, &same, WORDS("status=")), ERR_RULE);
}

/* A commune stands above its branches, and its own plan is none of theirs. */
static void steps__nobody_gets_above_by_moving_what_is_to_be_approved(void **state)
{
    struct house *h = *state;
    struct dot id, same;
    (void)fixture_unit(&h->f, 2, h->f.units[2], "0457601", "chi-doan");
    assert_int_equal(save(h, 2, (struct draft){.kind = KIND_PLAN}, &id,
                          WORDS("title=Tháng 3", "period=month", "month=2025-03")),
                     ERR_OK);
    assert_int_equal(save(h, 2, (struct draft){.id = id}, &same, WORDS("status=submitted")),
                     ERR_OK);
    assert_int_equal(save(h, 2, (struct draft){.id = id}, &same,
                          WORDS("status=approved", "approver=Huyện đoàn", "unit=0457601")),
                     ERR_RULE);
    assert_string_equal(error_last()->field, "unit");
    /* nor in several saves: a draft may be moved, what was approved there does not come back */
    assert_int_equal(save(h, 2, (struct draft){.id = id}, &same, WORDS("unit=0457601")), ERR_RULE);
    assert_int_equal(save(h, 2, (struct draft){.kind = KIND_PLAN}, &id,
                          WORDS("title=Tháng 4", "period=month", "month=2025-04")),
                     ERR_OK);
    const struct draft change = {.id = id};
    assert_int_equal(save(h, 2, change, &same, WORDS("unit=0457601")), ERR_OK);
    assert_int_equal(save(h, 2, change, &same, WORDS("status=submitted")), ERR_OK);
    assert_int_equal(save(h, 2, change, &same, WORDS("status=approved", "approver=Đoàn xã")),
                     ERR_OK);
    assert_int_equal(save(h, 2, change, &same, WORDS("unit=04576")), ERR_RULE);
    assert_string_equal(error_last()->field, "unit");
}

/* Reports count who left on that day: without one nobody would have. */
static void steps__who_leaves_does_so_on_a_day(void **state)
{
    struct house *h = *state;
    static const char *const ends[] = {"matured", "removed", "expelled", "deceased"};
    for (size_t i = 0; i < ARRAY_COUNT(ends); i++) {
        struct dot same,
            id = given(h, 0, KIND_MEMBER,
                       WORDS("full_name=Giàng A Dê", "birth_date=2004-04-04", "status=active"));
        const struct draft change = {.id = id};
        const char *word = arena_printf(&h->arena, "status=%s", ends[i]);
        assert_int_equal(save(h, 0, change, &same, WORDS(word)), ERR_INPUT);
        assert_string_equal(error_last()->field, "status_date");
        assert_int_equal(save(h, 0, change, &same, WORDS(word, "status_date=2019-12-31")), ERR_OK);
    }
}

/* One that never had a state, from another program: a plan stands at its beginning, of a unit
 * nobody has said how far it is. */
static void steps__a_record_without_a_state(void **state)
{
    struct house *h = *state;
    struct dot same, unit = fixture_unit(&h->f, 2, h->f.units[2], "0457601", "chi-doan");
    struct dot plan =
        fixture_save_text(&h->f, 2, (struct dot){0, 0}, KIND_PLAN, h->f.units[2], 16, "Tháng 3");
    struct record r = tree_load(&h->f, 2, unit, &h->arena);
    assert_int_equal(merge_shown_int(&r, F_UNIT_STATUS), 0);
    assert_int_equal(save(h, 2, (struct draft){.id = unit}, &same, WORDS("status=merged")), ERR_OK);
    fixture_settle(&h->f);
    assert_int_equal(save(h, 1, (struct draft){.id = plan}, &same,
                          WORDS("status=approved", "approver=Huyện đoàn")),
                     ERR_RULE);
    assert_int_equal(save(h, 2, (struct draft){.id = plan}, &same, WORDS("status=submitted")),
                     ERR_OK);
}

/* What comes from elsewhere is never refused for its state, and stands as it is. */
static void steps__what_is_merged_is_not_held_up(void **state)
{
    struct house *h = *state;
    struct datum closed = datum_int(PLAN_CLOSED);
    struct edit edit = {F_PLAN_STATUS, EDIT_SET, &closed, 1};
    struct dot id;
    assert_int_equal(save(h, 2, (struct draft){.kind = KIND_PLAN}, &id,
                          WORDS("title=Tháng 3", "period=month", "month=2025-03")),
                     ERR_OK);
    (void)fixture_save(&h->f, 2, &id, 0, &edit, 1); /* past the drafts: another program's save */
    fixture_settle(&h->f);
    struct record r = tree_load(&h->f, 0, id, &h->arena);
    assert_int_equal(merge_shown_int(&r, F_PLAN_STATUS), PLAN_CLOSED);
    tree_agrees(&h->f);
}

/* ---- situation reports ------------------------------------------------------------------------
 */

static bool says(struct house *h, size_t at, struct dot id, const char *count)
{
    struct record r = tree_load(&h->f, at, id, &h->arena);
    const struct field *f = record_field(&r, F_SITUATION_COUNTS);
    bool found = false;
    for (uint32_t i = 0; f && i < f->count; i++) {
        const struct datum *d = &f->values[i].datum;
        found = found || (d->type == DATUM_TEXT && slice_equal(d->text, slice_str(count)));
    }
    return found;
}

#define SITUATION "period=2025-03", "topic=Tảo hôn", "channel=meeting"

static void situation__a_draft_stays_and_what_is_sent_hides_small_counts(void **state)
{
    struct house *h = *state;
    struct dot draft, sent, again;
    assert_int_equal(save(h, 2, (struct draft){.kind = KIND_SITUATION}, &draft,
                          WORDS(SITUATION, "counts=Bỏ học: 2;Đi làm xa: 31;Tảo hôn: 5")),
                     ERR_OK);
    fixture_settle(&h->f);
    assert_false(tree_held(&h->f, 1, draft));
    assert_int_equal(
        save(h, 2, (struct draft){.id = draft}, &sent, WORDS("status=sent", "counts+=Nghiện: 4")),
        ERR_OK);
    assert_false(dot_equal(sent, draft));
    fixture_settle(&h->f);
    assert_false(tree_held(&h->f, 1, draft));
    for (size_t at = 0; at < 3; at++) {
        assert_true(says(h, at, sent, "Bỏ học: <5"));
        assert_true(says(h, at, sent, "Nghiện: <5"));
        assert_true(says(h, at, sent, "Tảo hôn: 5"));
        assert_true(says(h, at, sent, "Đi làm xa: 31"));
        assert_false(says(h, at, sent, "Bỏ học: 2"));
    }
    struct record r = tree_load(&h->f, 2, draft, &h->arena);
    assert_true(says(h, 2, draft, "Bỏ học: 2"));
    assert_int_equal(merge_shown_int(&r, F_SITUATION_STATUS), SITUATION_DRAFT);
    assert_true(dot_equal(merge_shown_ref(&r, F_SITUATION_SENT_AS), sent));
    /* once only; and what is added to it later is hidden as well */
    assert_int_equal(save(h, 2, (struct draft){.id = draft}, &again, WORDS("status=sent")),
                     ERR_RULE);
    assert_int_equal(save(h, 2, (struct draft){.id = sent}, &again, WORDS("counts+=Mới: 1")),
                     ERR_OK);
    assert_true(says(h, 2, sent, "Mới: <5"));
    tree_agrees(&h->f);
}

static void situation__sent_at_once_hides_them_too(void **state)
{
    struct house *h = *state;
    struct dot id;
    assert_int_equal(save(h, 2, (struct draft){.kind = KIND_SITUATION}, &id,
                          WORDS(SITUATION, "status=sent", "counts=Bỏ học: 0;Khác: 12")),
                     ERR_OK);
    fixture_settle(&h->f);
    assert_true(says(h, 0, id, "Bỏ học: <5"));
    assert_true(says(h, 0, id, "Khác: 12"));
    id = given(h, 2, KIND_SITUATION, WORDS(SITUATION, "status=acknowledged", "counts=Nghiện: 4"));
    assert_true(says(h, 2, id, "Nghiện: <5"));
}

static void situation__a_count_is_something_and_a_number(void **state)
{
    struct house *h = *state;
    static const char *const bad[] = {
        "counts=12",         "counts=Bỏ học",       "counts=Bỏ học: hai",          "counts=: 12",
        "counts=Bỏ học: -1", "counts=Bỏ học: 2 em", "counts=Bỏ học: 9999999999999"};
    struct dot id;
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_int_equal(
            save(h, 2, (struct draft){.kind = KIND_SITUATION}, &id, WORDS(SITUATION, bad[i])),
            ERR_INPUT);
        assert_string_equal(error_last()->field, "counts");
    }
}

/* ---- who holds the other new kinds -------------------------------------------------------------
 */

static void kinds__what_is_planned_for_a_cadre_stays_above_and_a_visit_goes_down(void **state)
{
    struct house *h = *state;
    struct dot member = tree_member(&h->f, 2, 2, "Lò Thị Mai");
    char text[DOT_TEXT_SIZE];
    fixture_settle(&h->f);
    dot_format(member, text);
    const char *who = arena_printf(&h->arena, "member=%s", text);
    struct dot plan = given(h, 1, KIND_CADRE_PLAN, WORDS(who, "title=bi-thu"));
    struct dot visit = given(
        h, 1, KIND_VISIT, WORDS("unit=04576", "cadre=Hà Văn Tư", "date=2025-03-03", "comment=Tốt"));
    struct dot inspection = given(h, 1, KIND_INSPECTION, WORDS("unit=04576", "date=2025-03-03"));
    fixture_settle(&h->f);
    assert_false(tree_held(&h->f, 2, plan));
    assert_true(tree_held(&h->f, 0, plan));
    assert_true(tree_held(&h->f, 2, visit));
    assert_true(tree_held(&h->f, 2, inspection));
    assert_false(tree_held(&h->f, 3, visit));
    assert_false(tree_held(&h->f, 3, inspection));
    struct record r = tree_load(&h->f, 2, visit, &h->arena);
    assert_true(dot_equal(merge_shown_ref(&r, F_VISIT_CADRE_UNIT), h->f.units[1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps__every_pair_of_states_is_as_the_procedures_say),
        cmocka_unit_test(steps__every_machine_is_among_them),
        cmocka_unit_test(steps__what_a_step_needs_are_fields_of_its_kind),
        cmocka_unit_test(steps__what_may_follow_is_told_in_words),
        cmocka_unit_test_setup_teardown(steps__a_save_takes_those_steps_and_no_other, begin, end),
        cmocka_unit_test_setup_teardown(steps__a_new_record_begins_at_the_beginning, begin, end),
        cmocka_unit_test_setup_teardown(
            steps__the_office_above_approves_and_needs_what_the_step_needs, begin, end),
        cmocka_unit_test_setup_teardown(steps__who_leaves_does_so_on_a_day, begin, end),
        cmocka_unit_test_setup_teardown(steps__a_record_without_a_state, begin, end),
        cmocka_unit_test_setup_teardown(steps__nobody_gets_above_by_moving_what_is_to_be_approved,
                                        begin, end),
        cmocka_unit_test_setup_teardown(steps__what_is_merged_is_not_held_up, begin, end),
        cmocka_unit_test_setup_teardown(
            situation__a_draft_stays_and_what_is_sent_hides_small_counts, begin, end),
        cmocka_unit_test_setup_teardown(situation__sent_at_once_hides_them_too, begin, end),
        cmocka_unit_test_setup_teardown(situation__a_count_is_something_and_a_number, begin, end),
        cmocka_unit_test_setup_teardown(
            kinds__what_is_planned_for_a_cadre_stays_above_and_a_visit_goes_down, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
