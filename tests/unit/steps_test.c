#include "core/steps.h"

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
        bool found = m->kind == KIND_TRANSFER; /* its steps are taken by terrace transfer */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps__every_pair_of_states_is_as_the_procedures_say),
        cmocka_unit_test(steps__every_machine_is_among_them),
        cmocka_unit_test(steps__what_a_step_needs_are_fields_of_its_kind),
        cmocka_unit_test(steps__what_may_follow_is_told_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
