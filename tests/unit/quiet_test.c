/* Every kind of operation ends: when the stores of three levels have met, a further sync of each is
 * one round in which nothing travels, and says that both hold the same. */
#include "core/person.h"
#include "core/reorg.h"
#include "core/transfer.h"
#include "core/undo.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { TOP, NORTH, SOUTH, A, B, C, STORES }; /* A and B are of the north, C of the south */
#define SYNCS_MAX 8

struct scene {
    struct fixture f;
    struct arena arena;
    struct dot a, b, c; /* a member of each */
};

static struct dot member(struct scene *s, size_t at, const char *name)
{
    return fixture_save_text(&s->f, at, (struct dot){0, 0}, KIND_MEMBER, s->f.units[at],
                             F_MEMBER_NAME, name);
}

static void begin(struct scene *s)
{
    *s = (struct scene){0};
    fixture_begin(&s->f, 501);
    fixture_root(&s->f);
    (void)fixture_child(&s->f, TOP, "132", LEVEL_DISTRICT);
    (void)fixture_child(&s->f, TOP, "138", LEVEL_DISTRICT);
    (void)fixture_sync(&s->f, NORTH, NULL);
    (void)fixture_sync(&s->f, SOUTH, NULL);
    (void)fixture_child(&s->f, NORTH, "04249", LEVEL_COMMUNE);
    (void)fixture_child(&s->f, NORTH, "04252", LEVEL_COMMUNE);
    (void)fixture_child(&s->f, SOUTH, "04576", LEVEL_COMMUNE);
    s->a = member(s, A, "Giàng A Dê");
    s->b = member(s, B, "Giàng A Đê");
    s->c = member(s, C, "Giàng Á Dê");
    fixture_settle(&s->f);
}

static void end(struct scene *s)
{
    arena_free(&s->arena);
    fixture_end(&s->f);
}

/* How it came to rest is not the point; that it does, and then costs one round. */
static void expect_quiet(struct scene *s, const char *after)
{
    struct session_stats stats;
    fixture_settle(&s->f);
    for (size_t i = STORES; i-- > 1;) {
        assert_true(fixture_sync(&s->f, i, &stats));
        if (stats.rounds != 1 || stats.sent_records || stats.received_records || stats.refused ||
            stats.digest_equal != 1) {
            fail_msg("after %s store %zu took %llu rounds, sent %llu, received %llu, digest %d",
                     after, i, (unsigned long long)stats.rounds,
                     (unsigned long long)stats.sent_records,
                     (unsigned long long)stats.received_records, stats.digest_equal);
        }
    }
}

static struct txn *open_txn(struct scene *s, size_t at)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(s->f.stores[at], TXN_WRITE, &t), ERR_OK);
    return t;
}

/* ---- letters -------------------------------------------------------------------------------- */

static void issue(struct scene *s, size_t at, struct dot id, struct dot to, const char *letter)
{
    struct txn *t = open_txn(s, at);
    struct dot x;
    struct slice made;
    struct transfer_order o = {.member = id, .to = to, .letter = slice_str(letter)};
    if (dot_is_none(to)) {
        o.to_outside = slice_str("Hà Nội");
    }
    assert_int_equal(transfer_issue(t, &o, &s->arena, &x, &made), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
}

static void answer(struct scene *s, size_t at, enum transfer_answer what, const char *letter)
{
    struct txn *t = open_txn(s, at);
    struct transfer_view v;
    struct id_list candidates;
    struct slice reason = {0};
    assert_int_equal(
        transfer_answer(t, what, slice_str(letter), reason, &s->arena, &v, &candidates), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
}

static void quiet__after_letters_of_every_end(void **state)
{
    struct scene s;
    struct dot none = {0, 0};
    (void)state;
    begin(&s);
    struct dot *units = s.f.units;
    issue(&s, A, s.a, units[B], "1");
    expect_quiet(&s, "a letter within the district");
    answer(&s, B, TRANSFER_ACCEPT, "1");
    expect_quiet(&s, "its acceptance");
    issue(&s, B, s.a, units[C], "2");
    expect_quiet(&s, "a letter to another district");
    answer(&s, C, TRANSFER_REFUSE, "2");
    expect_quiet(&s, "its refusal");
    issue(&s, B, s.a, units[C], "3");
    (void)fixture_sync(&s.f, B, NULL);
    answer(&s, B, TRANSFER_RETURN, "3");
    expect_quiet(&s, "a letter taken back");
    answer(&s, C, TRANSFER_ACCEPT, "4");
    expect_quiet(&s, "an answer ahead of its letter");
    issue(&s, B, s.a, units[C], "4");
    expect_quiet(&s, "the letter that was answered already");
    issue(&s, C, s.a, none, "5");
    expect_quiet(&s, "a letter to outside");
    answer(&s, C, TRANSFER_ACCEPT, "5");
    expect_quiet(&s, "its end");
    end(&s);
}

/* ---- persons -------------------------------------------------------------------------------- */

static void write_edge(struct scene *s, size_t at, struct dot on, struct dot to)
{
    struct txn *t = open_txn(s, at);
    struct dot id, dot;
    struct datum d = datum_ref(to);
    struct edit edit = {F_MERGED_INTO, EDIT_ADD, &d, 1};
    struct save save = {.id = on, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    assert_int_equal(store_save(t, &save, &s->arena, &id, &dot), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
}

static void merge(struct scene *s, size_t at, struct dot x, struct dot y)
{
    bool ascending = dot_compare(x, y) < 0;
    write_edge(s, at, ascending ? y : x, ascending ? x : y);
}

static void unmerge(struct scene *s, size_t at, struct dot x, struct dot y)
{
    struct txn *t = open_txn(s, at);
    struct dot id, dot;
    struct edit edit = {F_MERGED_INTO, EDIT_SET, NULL, 0};
    struct save save = {
        .id = dot_compare(x, y) < 0 ? y : x, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    assert_int_equal(store_save(t, &save, &s->arena, &id, &dot), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
}

static void quiet__after_mergers_of_persons(void **state)
{
    struct scene s;
    (void)state;
    begin(&s);
    struct dot again = member(&s, A, "Giàng A Dê");
    merge(&s, A, s.a, again);
    expect_quiet(&s, "a merger within the commune");
    unmerge(&s, A, s.a, again);
    expect_quiet(&s, "its end");
    merge(&s, NORTH, s.a, s.b);
    expect_quiet(&s, "a merger by the district");
    merge(&s, TOP, s.a, s.c);
    expect_quiet(&s, "a merger across districts");
    (void)fixture_save_text(&s.f, C, s.c, 0, (struct dot){0, 0}, F_NOTE, "sửa");
    expect_quiet(&s, "an edit of one of them");
    issue(&s, C, s.c, s.f.units[B], "1");
    answer(&s, B, TRANSFER_ACCEPT, "1");
    expect_quiet(&s, "a letter for one of them");
    unmerge(&s, TOP, s.a, s.c);
    expect_quiet(&s, "the end of the merger across districts");
    unmerge(&s, NORTH, s.a, s.b);
    expect_quiet(&s, "the end of the district's merger");
    end(&s);
}

/* ---- units, hubs ---------------------------------------------------------------------------- */

static struct reorg_report reorganise(struct scene *s, enum reorg_op op, struct dot unit,
                                      struct dot to)
{
    struct txn *t = open_txn(s, TOP);
    struct reorg_target target = {.unit = to};
    struct reorg_report report;
    struct reorg q = {.op = op,
                      .on = DATE_MAKE(2020, 3, 1),
                      .units = &unit,
                      .unit_count = 1,
                      .targets = &target,
                      .target_count = 1};
    assert_int_equal(reorg_apply(t, &q, &s->arena, &report), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    return report;
}

static void undo(struct scene *s, const struct reorg_report *report)
{
    for (size_t i = 0; i < report->save_count; i++) {
        struct txn *t = open_txn(s, TOP);
        struct undo_report undone;
        assert_int_equal(
            undo_save(t, report->saves[i].id, &report->saves[i].dot, 64, &s->arena, &undone),
            ERR_OK);
        assert_int_equal(txn_commit(t), ERR_OK);
    }
}

static void quiet__after_reorganisations(void **state)
{
    struct scene s;
    (void)state;
    begin(&s);
    struct dot *units = s.f.units;
    struct reorg_report done = reorganise(&s, REORG_MERGE, units[A], units[B]);
    expect_quiet(&s, "a merger of units");
    undo(&s, &done);
    expect_quiet(&s, "its undoing");
    done = reorganise(&s, REORG_MERGE, units[A], units[C]);
    expect_quiet(&s, "a merger with a unit of another district");
    undo(&s, &done);
    expect_quiet(&s, "its undoing");
    done = reorganise(&s, REORG_MOVE, units[A], units[SOUTH]);
    expect_quiet(&s, "a move to another district");
    undo(&s, &done);
    expect_quiet(&s, "its undoing");
    end(&s);
}

static void quiet__after_going_to_another_hub(void **state)
{
    struct scene s;
    (void)state;
    begin(&s);
    (void)reorganise(&s, REORG_MOVE, s.f.units[A], s.f.units[SOUTH]);
    expect_quiet(&s, "a move");
    struct dot unsent = member(&s, A, "Chưa Gửi");
    assert_int_equal(fixture_rehome(&s.f, A, SOUTH, NULL), ERR_OK);
    expect_quiet(&s, "going to the new district");
    issue(&s, A, unsent, s.f.units[B], "1");
    answer(&s, B, TRANSFER_ACCEPT, "1");
    expect_quiet(&s, "a letter back to the old one");
    assert_int_equal(fixture_rehome(&s.f, C, TOP, NULL), ERR_OK);
    expect_quiet(&s, "going to the top");
    end(&s);
}

/* ---- refusals ------------------------------------------------------------------------------- */

static void quiet__after_refusals(void **state)
{
    struct scene s;
    (void)state;
    begin(&s);
    /* By a program that asks for no rights: somebody else's unit, and a foreign mate. */
    struct dot stray =
        fixture_save_text(&s.f, A, (struct dot){0, 0}, KIND_NOTE, s.f.units[C], F_NOTE, "lạc");
    struct session_stats stats;
    assert_true(fixture_sync(&s.f, A, &stats));
    fixture_settle(&s.f);
    struct txn *t = open_txn(&s, C);
    bool arrived = store_has(t, stray);
    txn_abort(t);
    assert_false(arrived);
    expect_quiet(&s, "a record of a foreign unit");
    struct dot own = member(&s, A, "Bạn");
    write_edge(&s, A, own, s.c);
    expect_quiet(&s, "a merger with a foreign member");
    t = open_txn(&s, A);
    assert_false(person_is_merged(t, own));
    txn_abort(t);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet__after_letters_of_every_end),
        cmocka_unit_test(quiet__after_mergers_of_persons),
        cmocka_unit_test(quiet__after_reorganisations),
        cmocka_unit_test(quiet__after_going_to_another_hub),
        cmocka_unit_test(quiet__after_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
