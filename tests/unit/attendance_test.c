#include "core/attendance.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct dot add(struct fixture *f, struct arena *arena, uint32_t kind,
                      const char *const *words)
{
    struct dot id, dot;
    struct id_list doubles;
    struct draft draft = {.kind = kind, .via = VIA_LOCAL};
    assert_int_equal(fixture_draft(f, 0, draft, arena, &id, &dot, &doubles, words), ERR_OK);
    return id;
}

static void attendance__counts_what_took_place_and_spares_the_excused(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    fixture_begin(&f, 7);
    fixture_root(&f);
    struct dot member =
        add(&f, &arena, KIND_MEMBER,
            WORDS("full_name=Giàng A Dê", "birth_date=2001-04-12", "admission_date=2025-02-01"));
    struct dot other =
        add(&f, &arena, KIND_MEMBER, WORDS("full_name=Lò Thị Mai", "birth_date=2003-02-02"));
    add(&f, &arena, KIND_ACTIVITY, WORDS("type=meeting", "title=trước khi vào", "date=2025-01-10"));
    add(&f, &arena, KIND_ACTIVITY,
        WORDS("type=meeting", "title=có mặt", "date=2025-03-10", "present=Giàng A Dê"));
    add(&f, &arena, KIND_ACTIVITY, WORDS("type=meeting", "title=vắng", "date=2025-04-10"));
    add(&f, &arena, KIND_ACTIVITY,
        WORDS("type=thematic", "title=có lý do", "date=2025-05-10", "excused=Giàng A Dê"));
    add(&f, &arena, KIND_ACTIVITY,
        WORDS("type=meeting", "title=dự kiến", "date=2025-06-10", "status=planned"));
    add(&f, &arena, KIND_ACTIVITY, WORDS("type=sport", "title=bóng đá", "date=2025-07-10"));
    add(&f, &arena, KIND_ACTIVITY, WORDS("type=meeting", "title=năm sau", "date=2026-01-10"));
    struct txn *t = NULL;
    struct attendance a;
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(attendance_of(t, member, DATE_MAKE(2025, 1, 1), DATE_MAKE(2025, 12, 31), &a),
                     ERR_OK);
    assert_int_equal(a.held, 2);
    assert_int_equal(a.attended, 1);
    assert_int_equal(attendance_percent(&a), 50);
    struct attendance both[2];
    assert_int_equal(attendance_of_all(t, (const struct dot[]){other, member}, 2,
                                       DATE_MAKE(2025, 1, 1), DATE_MAKE(2025, 12, 31), both),
                     ERR_OK);
    assert_int_equal(both[0].held, 4); /* it was excused from none, and admitted before all */
    assert_int_equal(both[0].attended, 0);
    assert_int_equal(both[1].held, 2);
    assert_int_equal(both[1].attended, 1);
    assert_int_equal(attendance_of(t, member, DATE_MAKE(2024, 1, 1), DATE_MAKE(2024, 12, 31), &a),
                     ERR_OK);
    assert_int_equal(attendance_percent(&a), -1);
    txn_abort(t);
    arena_free(&arena);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attendance__counts_what_took_place_and_spares_the_excused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
