/* Finding doubles: what speaks for one person and what against, and that the answer hangs on the
 * people alone. */
#include "core/doubles.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define CROWD 400

/* Root 15 (store 0), district 138 (1), commune 04576 (2) with some hundred people in it. */
struct house {
    struct fixture f;
    struct arena arena;
    struct double_pair *pairs;
    size_t count;
};

static struct dot add(struct house *h, size_t at, const char *const *words)
{
    struct dot id = {0, 0}, dot;
    struct id_list doubles;
    struct draft draft = {.kind = KIND_MEMBER, .anyway = true};
    enum err e = fixture_draft(&h->f, at, draft, &h->arena, &id, &dot, &doubles, words);
    if (e != ERR_OK) {
        fail_msg("add: %s", error_last()->text);
    }
    return id;
}
#define ADD(...) add(h, 2, WORDS(__VA_ARGS__))

static void crowd_add(struct house *h)
{
    static const char *const family[] = {"Giàng", "Sùng", "Vàng", "Thào", "Lý", "Mùa", "Cứ", "Hờ"};
    static const char *const given[] = {"Của", "Páo", "Chu", "Sử", "Tủa", "Lồng", "Dơ", "Súa"};
    for (unsigned i = 0; i < CROWD; i++) {
        unsigned day = (i * 37) % 28 + 1, month = (i * 11) % 12 + 1, year = 1995 + i % 14;
        (void)ADD(arena_printf(&h->arena, "full_name=%s A %s", family[i % 8], given[i / 8 % 8]),
                  arena_printf(&h->arena, "birth_date=%04u-%02u-%02u", year, month, day),
                  arena_printf(&h->arena, "home_place=Bản %u, Hồng Ca, Trấn Yên, Yên Bái", i % 9));
    }
}

static int begin(void **state)
{
    struct house *h = test_calloc(1, sizeof(*h));
    fixture_begin(&h->f, 5);
    fixture_root(&h->f);
    (void)fixture_child(&h->f, 0, "138", LEVEL_DISTRICT);
    (void)fixture_child(&h->f, 1, "04576", LEVEL_COMMUNE);
    fixture_settle(&h->f);
    crowd_add(h);
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

static void look(struct house *h, size_t at)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(h->f.stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(doubles_find(t, h->f.units[2], &h->arena, &h->pairs, &h->count), ERR_OK);
    txn_abort(t);
}

static const struct double_pair *pair_of(const struct house *h, struct dot a, struct dot b)
{
    for (size_t i = 0; i < h->count; i++) {
        const struct double_pair *p = &h->pairs[i];
        if ((dot_equal(p->a, a) && dot_equal(p->b, b)) ||
            (dot_equal(p->a, b) && dot_equal(p->b, a))) {
            return p;
        }
    }
    return NULL;
}

#define NAME_A "full_name=Hảng A Dính"
#define BIRTH_A "birth_date=2001-04-12"

static void doubles__each_slip_is_seen_with_its_reason(void **state)
{
    struct house *h = *state;
    static const struct {
        const char *name, *again, *birth;
        uint32_t reasons;
    } slips[] = {
        {"full_name=Hảng A Dính", "full_name=Hảng A Dính", "birth_date=2001-04-12",
         ALIKE_BIT(NAME) | ALIKE_BIT(BIRTH)},
        {"full_name=Sồng Thị Mỷ", "full_name=Song Thi My", "birth_date=2001-04-12",
         ALIKE_BIT(NAME_MARKS) | ALIKE_BIT(BIRTH)},
        {"full_name=Khang A Dê", "full_name=Khang A Dế", "birth_date=2001-04-12",
         ALIKE_BIT(NAME_MARKS) | ALIKE_BIT(BIRTH)},
        {"full_name=Lường Văn Inh", "full_name=Lường Inh", "birth_date=2001-04-12",
         ALIKE_BIT(NAME_MIDDLE) | ALIKE_BIT(BIRTH)},
        {"full_name=Nông Thị Thu Hằng", "full_name=Nông Thu Hằng", "birth_date=2001-04-12",
         ALIKE_BIT(NAME_MIDDLE) | ALIKE_BIT(BIRTH)},
        {"full_name=Bàn Tài Vượng", "full_name=Bàn Tài Vượgn", "birth_date=2001-04-12",
         ALIKE_BIT(NAME_TYPO) | ALIKE_BIT(BIRTH)},
        {"full_name=Chảo Mùi Ghển", "full_name=Chảoo Mùi Ghển", "birth_date=2001-04-12",
         ALIKE_BIT(NAME_TYPO) | ALIKE_BIT(BIRTH)},
        {"full_name=Phàn Kim Lưu", "full_name=Phàn Kim Lưu", "birth_date=2001-12-04",
         ALIKE_BIT(NAME) | ALIKE_BIT(BIRTH_SWAPPED)},
        {"full_name=Tẩn Phúc Chán", "full_name=Tẩn Phúc Chán", "birth_date=2001-04-13",
         ALIKE_BIT(NAME) | ALIKE_BIT(BIRTH_DIGIT)},
        {"full_name=Vừ A Lềnh", "full_name=Vu Lenh", "birth_date=2001-12-04",
         ALIKE_BIT(NAME_MARKS) | ALIKE_BIT(NAME_MIDDLE) | ALIKE_BIT(BIRTH_SWAPPED)},
    };
    struct dot ids[sizeof(slips) / sizeof(slips[0])][2];
    for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
        ids[i][0] = ADD(slips[i].name, BIRTH_A);
        ids[i][1] = ADD(slips[i].again, slips[i].birth);
    }
    look(h, 2);
    for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
        const struct double_pair *p = pair_of(h, ids[i][0], ids[i][1]);
        if (!p) {
            fail_msg("%s was not seen", slips[i].again);
        }
        assert_int_equal(p->reasons, slips[i].reasons);
        assert_false(p->apart);
    }
}

static void doubles__strangers_are_left_alone(void **state)
{
    struct house *h = *state;
    /* twins; a namesake; a neighbour of the same day; the same numbers told apart */
    struct dot a = ADD("full_name=Lò Văn Thuận", "birth_date=2001-04-12", "id_no=015201000001",
                       "home_place=Bản 1, Hồng Ca, Trấn Yên, Yên Bái");
    struct dot twin = ADD("full_name=Lò Văn Biên", "birth_date=2001-04-12", "id_no=015201000002",
                          "home_place=Bản 1, Hồng Ca, Trấn Yên, Yên Bái");
    struct dot namesake = ADD("full_name=Lò Văn Thuận", "birth_date=1998-11-30");
    struct dot other_card =
        ADD("full_name=Lò Văn Thuận", "birth_date=2001-04-12", "id_no=015201777777",
            "card_no=15201111111", "home_place=Bản 9, Nậm Có, Mù Cang Chải, Yên Bái");
    struct dot woman = ADD("full_name=Hảng A Dính", "birth_date=2001-04-12", "sex=female");
    struct dot man = ADD("full_name=Hảng A Dính", "birth_date=2001-09-27", "sex=male");
    look(h, 2);
    assert_null(pair_of(h, a, twin));
    assert_null(pair_of(h, a, namesake));
    assert_null(pair_of(h, woman, man));
    const struct double_pair *p = pair_of(h, a, other_card);
    assert_true(!p || p->score < 90); /* another identity number speaks against */
}

static void doubles__a_number_weighs_more_than_a_name(void **state)
{
    struct house *h = *state;
    struct dot maiden = ADD("full_name=Trần Thị Hoa", "birth_date=2001-04-12",
                            "id_no=015301 012345", "card_no=15-2012-345");
    struct dot spaced =
        ADD("full_name=Trần Thị Hoan", "birth_date=2001-04-02", "id_no=015301012345");
    struct dot zero1 = ADD("full_name=Hà Văn Ích", "birth_date=1999-02-03", "id_no=0");
    struct dot zero2 = ADD("full_name=Vì Văn Pản", "birth_date=1999-05-03", "id_no=0");
    look(h, 2);
    const struct double_pair *p = pair_of(h, maiden, spaced);
    assert_non_null(p);
    assert_true(p->reasons & ALIKE_BIT(ID_NO));
    assert_true(p->score >= 95);
    assert_null(pair_of(h, zero1, zero2));
}

static void doubles__a_rare_name_tells_more_than_a_common_one(void **state)
{
    struct house *h = *state;
    struct dot rare1 = ADD("full_name=Quàng Thị Piêng", "birth_date=2001");
    struct dot rare2 = ADD("full_name=Quàng Thị Piêng", "birth_date=2001");
    struct dot common1 = ADD("full_name=Giàng A Của", "birth_date=2001");
    struct dot common2 = ADD("full_name=Giàng A Của", "birth_date=2001");
    look(h, 2);
    const struct double_pair *rare = pair_of(h, rare1, rare2);
    const struct double_pair *common = pair_of(h, common1, common2);
    assert_non_null(rare);
    assert_true(!common || common->score < rare->score);
}

static void doubles__year_alone_stands_apart_and_last(void **state)
{
    struct house *h = *state;
    struct dot full = ADD(NAME_A, BIRTH_A), year = ADD(NAME_A, "birth_date=2001");
    struct dot sure1 = ADD("full_name=Tẩn Mùi Mẩy", "birth_date=2002-02-03");
    struct dot sure2 = ADD("full_name=Tan Mui May", "birth_date=2002-02-03");
    look(h, 2);
    const struct double_pair *apart = pair_of(h, full, year), *sure = pair_of(h, sure1, sure2);
    assert_non_null(apart);
    assert_true(apart->apart);
    assert_true(apart->reasons & ALIKE_BIT(BIRTH_YEAR));
    assert_non_null(sure);
    assert_false(sure->apart);
    assert_true(sure < apart);
    for (size_t i = 1; i < h->count; i++) {
        const struct double_pair *x = &h->pairs[i - 1], *y = &h->pairs[i];
        assert_true(x->apart < y->apart || (x->apart == y->apart && x->score >= y->score));
    }
}

static void doubles__what_was_decided_is_asked_no_more(void **state)
{
    struct house *h = *state;
    struct dot ids[3], survivor;
    struct txn *t = NULL;
    for (size_t i = 0; i < 3; i++) {
        ids[i] = ADD(NAME_A, BIRTH_A);
    }
    look(h, 2);
    assert_non_null(pair_of(h, ids[0], ids[1]));
    assert_non_null(pair_of(h, ids[1], ids[2])); /* three entries of one person */
    assert_int_equal(txn_begin(h->f.stores[2], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(doubles_merge(t, ids[1], ids[2], NULL, 0, &h->arena, &survivor), ERR_OK);
    assert_int_equal(doubles_not_same(t, ids[2], ids[0], false, &h->arena), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    look(h, 2);
    /* what was found of one record of the person holds for the person */
    assert_null(pair_of(h, ids[0], ids[1]));
    assert_null(pair_of(h, ids[0], ids[2]));
    assert_null(pair_of(h, ids[1], ids[2]));
    assert_int_equal(txn_begin(h->f.stores[2], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(doubles_not_same(t, ids[0], ids[2], true, &h->arena), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    look(h, 2);
    assert_non_null(pair_of(h, ids[0], ids[1])); /* under the id that is shown */
    assert_null(pair_of(h, ids[0], ids[2]));
}

static void doubles__every_store_gives_the_same_list(void **state)
{
    struct house *h = *state;
    (void)ADD(NAME_A, BIRTH_A);
    (void)ADD("full_name=Hang Dinh", "birth_date=2001-04-12");
    (void)ADD("full_name=Hảng A Dính", "birth_date=2001");
    fixture_settle(&h->f);
    /* more people elsewhere change nothing in what is said of this commune */
    struct dot elsewhere = fixture_unit(&h->f, 0, h->f.units[0], "999", "huyen-doan");
    (void)fixture_save_text(&h->f, 0, (struct dot){0, 0}, KIND_MEMBER, elsewhere, F_MEMBER_NAME,
                            "Hảng A Dính");
    look(h, 2);
    size_t count = h->count;
    const struct double_pair *here = h->pairs;
    assert_true(count >= 2);
    for (size_t at = 0; at < 2; at++) {
        look(h, at);
        assert_int_equal(h->count, count);
        for (size_t i = 0; i < count; i++) {
            assert_true(dot_equal(h->pairs[i].a, here[i].a));
            assert_true(dot_equal(h->pairs[i].b, here[i].b));
            assert_int_equal(h->pairs[i].score, here[i].score);
            assert_int_equal(h->pairs[i].reasons, here[i].reasons);
        }
    }
}

/* Hundreds on 1 January, all with one name: no block may be compared all with all. */
static void doubles__a_crowded_day_ends_and_is_no_proof(void **state)
{
    struct house *h = *state;
    for (unsigned i = 0; i < 200; i++) {
        (void)ADD("full_name=Sùng A Páo",
                  arena_printf(&h->arena, "birth_date=%u-01-01", 1990 + i % 15));
    }
    struct dot a = ADD(NAME_A, "birth_date=2001-01-01"), b = ADD(NAME_A, "birth_date=2001-01-01");
    look(h, 2);
    assert_non_null(pair_of(h, a, b));
    assert_true(h->count < 200 * 64);
}

static void doubles__on_adding_the_existing_is_offered(void **state)
{
    struct house *h = *state;
    struct dot first = ADD(NAME_A, BIRTH_A, "sex=male");
    static const char *const again[][2] = {
        {"full_name=Hảng A Dính", "birth_date=2001-04-12"},
        {"full_name=Hảng A Dình", "birth_date=2001-04-12"},
        {"full_name=Hang Dinh", "birth_date=2001-04-12"},
        {"full_name=Hảng A Dinhh", "birth_date=2001-04-12"},
        {"full_name=Hẳn A Dính", "birth_date=2001-04-12"},
        {"full_name=Hảng A Dính", "birth_date=2001-12-04"},
    };
    static const char *const others[][2] = {
        {"full_name=Hảng A Dính", "birth_date=2001-04-27"},
        {"full_name=Hảng Thị Sua", "birth_date=2001-04-12"},
        {"full_name=Hảng A Dính", "birth_date=2003"},
    };
    struct dot id, dot;
    struct id_list doubles;
    struct draft draft = {.kind = KIND_MEMBER};
    for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++) {
        enum err e = fixture_draft(&h->f, 2, draft, &h->arena, &id, &dot, &doubles,
                                   WORDS(again[i][0], again[i][1]));
        if (e != ERR_DOUBLE) {
            fail_msg("%s %s was let in", again[i][0], again[i][1]);
        }
        assert_int_equal(doubles.count, 1);
        assert_true(dot_equal(doubles.ids[0], first));
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_int_equal(fixture_draft(&h->f, 2, draft, &h->arena, &id, &dot, &doubles,
                                       WORDS(others[i][0], others[i][1])),
                         ERR_OK);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(doubles__each_slip_is_seen_with_its_reason),
        TEST(doubles__strangers_are_left_alone),
        TEST(doubles__a_number_weighs_more_than_a_name),
        TEST(doubles__a_rare_name_tells_more_than_a_common_one),
        TEST(doubles__year_alone_stands_apart_and_last),
        TEST(doubles__what_was_decided_is_asked_no_more),
        TEST(doubles__every_store_gives_the_same_list),
        TEST(doubles__a_crowded_day_ends_and_is_no_proof),
        TEST(doubles__on_adding_the_existing_is_offered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
