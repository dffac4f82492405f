/* Attacks by every way in, each beside its honest twin: none is accepted, and nothing honest is
 * lost or refused. TERRACE_ATTACK=NAME runs one. What holds connections or bends their heads is
 * tried on a whole server, with twins too: tests/e2e/hub_open.sh. */
#include "tests/unit/attack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const way_names[WAYS] = {"http", "bundle", "command"};

struct sum {
    size_t attacks, cells, accepted, lost;
};

static void set_the_scene(struct scene *s, enum way way)
{
    *s = (struct scene){.way = way};
    fixture_tree(&s->f, 900);
    s->g = (struct forge){.f = &s->f, .from = FIRST, .to = DISTRICT, .seq = 1000};
    s->own = tree_member(&s->f, FIRST, FIRST, "Của nó");
    s->theirs = tree_member(&s->f, SECOND, SECOND, "Của họ");
    fixture_settle(&s->f);
}

/* The others go on as if nothing had been: what is entered arrives, and both sides agree. */
static bool others_go_on(struct scene *s)
{
    struct session_stats stats;
    bool on = attack_arrives(s, SECOND);
    for (int i = 0; i < 3; i++) {
        on = fixture_sync(&s->f, SECOND, &stats) && on;
    }
    return on && stats.digest_equal == 1 &&
           tree_shows(&s->f, DISTRICT, s->theirs, F_MEMBER_NAME, "Của họ");
}

static void try_one(const struct attack *a, enum way way, struct sum *sum)
{
    struct scene s;
    if (a->not_by[way]) {
        print_message("# %s | %s | %s | -\n", a->name, way_names[way], a->not_by[way]);
        return;
    }
    set_the_scene(&s, way);
    bool accepted = a->attack(&s);
    arena_free(&s.g.arena);
    arena_free(&s.arena);
    bool on = others_go_on(&s);
    fixture_end(&s.f);
    set_the_scene(&s, way);
    bool taken = a->twin(&s);
    on = others_go_on(&s) && on;
    arena_free(&s.g.arena);
    arena_free(&s.arena);
    fixture_end(&s.f);
    sum->cells++;
    sum->accepted += accepted;
    sum->lost += !taken || !on;
    print_message("# %s (%s) | %s | %s | %s%s\n", a->name, a->has, way_names[way],
                  accepted ? "ACCEPTED" : "refused", taken ? "taken" : "LOST",
                  on ? "" : ", OTHERS DISTURBED");
}

static void try_all(const struct attack *list, size_t count, size_t min)
{
    static const char elsewhere[] = "tests/e2e/hub_open.sh, each beside its twin";
    const char *only = getenv("TERRACE_ATTACK");
    struct sum sum = {0};
    print_message("# attack | way | verdict | twin\n");
    print_message("# slow bytes, smuggled framing | http | %s | -\n", elsewhere);
    for (size_t i = 0; i < count; i++) {
        if (only && strcmp(only, list[i].name) != 0) {
            continue;
        }
        sum.attacks++;
        for (enum way way = BY_HTTP; way < WAYS; way++) {
            try_one(&list[i], way, &sum);
        }
    }
    print_message("# %zu attacks in %zu cells: %zu accepted, %zu times honest work lost\n",
                  sum.attacks, sum.cells, sum.accepted, sum.lost);
    assert_int_equal(sum.accepted, 0);
    assert_int_equal(sum.lost, 0);
    assert_true(only || sum.attacks >= min);
}

static void attack__nothing_is_written_that_its_author_may_not_write(void **state)
{
    (void)state;
    try_all(attacks_written, attacks_written_count, 24);
}

static void attack__no_key_opens_more_than_it_was_given(void **state)
{
    (void)state;
    try_all(attacks_keys, attacks_keys_count, 12);
}

static void attack__what_is_under_way_is_neither_bent_nor_played_again(void **state)
{
    (void)state;
    try_all(attacks_carried, attacks_carried_count, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attack__nothing_is_written_that_its_author_may_not_write),
        cmocka_unit_test(attack__no_key_opens_more_than_it_was_given),
        cmocka_unit_test(attack__what_is_under_way_is_neither_bent_nor_played_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
