/* A draft of a situation report stays in its store, whatever its neighbours say of it; and what is
 * sent says no more of a small count than that it is small. */
#include "tests/unit/forge.h"
#include "tests/unit/tree.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct draft_case {
    struct fixture f;
    struct arena arena;
    struct dot id;
    size_t colleague; /* syncs with the computer of the draft */
};

static int begin(void **state)
{
    static struct draft_case c;
    struct dot dot;
    struct id_list doubles;
    c = (struct draft_case){.id = {0, 0}};
    *state = &c;
    fixture_tree(&c.f, 7);
    c.colleague = tree_joined(&c.f, FIRST, FIRST, NODE_ROLE_CLERK);
    assert_int_equal(fixture_draft(&c.f, FIRST, (struct draft){.kind = KIND_SITUATION}, &c.arena,
                                   &c.id, &dot, &doubles,
                                   WORDS("period=2025-03", "topic=Tảo hôn", "channel=meeting",
                                         "counts=Bỏ học: 2")),
                     ERR_OK);
    fixture_settle(&c.f);
    return 0;
}

static int end(void **state)
{
    struct draft_case *c = *state;
    arena_free(&c->arena);
    fixture_end(&c->f);
    return 0;
}

static bool has_count(struct draft_case *c, struct dot id, const char *text)
{
    struct record r = tree_load(&c->f, FIRST, id, &c->arena);
    const struct field *f = record_field(&r, F_SITUATION_COUNTS);
    bool found = false;
    for (uint32_t i = 0; f && i < f->count; i++) {
        const struct datum *d = &f->values[i].datum;
        found = found || (d->type == DATUM_TEXT && slice_equal(d->text, slice_str(text)));
    }
    return found;
}

/* What a neighbour that guesses its id would send: it was sent long ago. */
static struct record turned(struct draft_case *c, struct forge *g)
{
    struct record r = {.id = c->id, .kind = KIND_SITUATION};
    r.context = context_with(&r.context, c->id, &g->arena);
    forge_put(g, &r, F_UNIT, forge_dot(g), datum_ref(c->f.units[FIRST]));
    forge_put(g, &r, F_SITUATION_STATUS, forge_dot(g), datum_int(SITUATION_SENT));
    return r;
}

static void assert_stays(struct draft_case *c)
{
    fixture_settle(&c->f);
    struct record r = tree_load(&c->f, FIRST, c->id, &c->arena);
    assert_int_equal(r.route, ROUTE_LOCAL);
    assert_int_equal(merge_shown_int(&r, F_SITUATION_STATUS), SITUATION_DRAFT);
    assert_true(has_count(c, c->id, "Bỏ học: 2"));
    assert_false(tree_held(&c->f, DISTRICT, c->id));
    assert_false(tree_held(&c->f, c->colleague, c->id));
}

static void draft__is_not_sent_by_what_the_hub_says(void **state)
{
    struct draft_case *c = *state;
    for (int stick = 0; stick < 2; stick++) {
        struct forge g = {.f = &c->f,
                          .from = DISTRICT,
                          .to = FIRST,
                          .level = LEVEL_DISTRICT,
                          .seq = UINT64_C(1) << 40,
                          .by_stick = stick == 1};
        struct record r = turned(c, &g);
        assert_int_equal(forge_answer(&g, &r), ERR_OK);
        assert_stays(c);
        r.flags = RECORD_STUB; /* nor does it go */
        assert_int_equal(forge_answer(&g, &r), ERR_OK);
        assert_stays(c);
        arena_free(&g.arena);
    }
}

static void draft__is_not_sent_by_what_a_colleague_says(void **state)
{
    struct draft_case *c = *state;
    struct forge g = {.f = &c->f, .from = c->colleague, .to = FIRST};
    struct record r = turned(c, &g);
    assert_int_equal(forge_push(&g, &r, 1), ERR_OK);
    assert_stays(c);
    arena_free(&g.arena);
}

static void sent__says_no_more_than_that_a_count_is_small(void **state)
{
    struct draft_case *c = *state;
    struct dot id, dot;
    struct id_list doubles;
    assert_int_equal(fixture_draft(&c->f, FIRST, (struct draft){.kind = KIND_SITUATION}, &c->arena,
                                   &id, &dot, &doubles,
                                   WORDS("period=2025-03", "topic=Tảo hôn", "channel=meeting",
                                         "status=sent", "counts=Bỏ học: <2;Khác: <9")),
                     ERR_OK);
    assert_true(has_count(c, id, "Bỏ học: <5"));
    assert_true(has_count(c, id, "Khác: <9"));
    assert_false(has_count(c, id, "Bỏ học: <2"));
}

/* A province of a newer version has one more state. */
static void sent__goes_on_its_way_in_a_state_that_is_not_known(void **state)
{
    struct draft_case *c = *state;
    struct datum data[] = {datum_ref(c->f.units[FIRST]), datum_int(77)};
    struct edit edits[] = {{F_UNIT, EDIT_SET, &data[0], 1},
                           {F_SITUATION_STATUS, EDIT_SET, &data[1], 1}};
    struct dot id = {0, 0};
    (void)fixture_save(&c->f, TOP, &id, KIND_SITUATION, edits, 2);
    fixture_settle(&c->f);
    assert_true(tree_held(&c->f, FIRST, id));
    (void)fixture_save_text(&c->f, TOP, id, 0, (struct dot){0, 0}, F_SITUATION_TOPIC, "Khác");
    fixture_settle(&c->f);
    assert_true(tree_shows(&c->f, FIRST, id, F_SITUATION_TOPIC, "Khác"));
    tree_agrees(&c->f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(draft__is_not_sent_by_what_the_hub_says, begin, end),
        cmocka_unit_test_setup_teardown(draft__is_not_sent_by_what_a_colleague_says, begin, end),
        cmocka_unit_test_setup_teardown(sent__goes_on_its_way_in_a_state_that_is_not_known, begin,
                                        end),
        cmocka_unit_test_setup_teardown(sent__says_no_more_than_that_a_count_is_small, begin, end),
    };
    return cmocka_run_group_tests_name("situation", tests, NULL, NULL);
}
