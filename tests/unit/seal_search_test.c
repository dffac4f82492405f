/* A sealed store finds what any other finds: the same people in both, asked the same. */
#include "tests/unit/fixture.h"

#include "core/store_key.h"
#include "core/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct dot member(struct fixture *f, const char *name)
{
    return fixture_save_text(f, 0, (struct dot){0, 0}, KIND_MEMBER, f->units[0], F_MEMBER_NAME,
                             name);
}

#define PEOPLE 300

static const char *const words[] = {"giàng", "Giang", "a",   "A",  "dê", "dề",   "de",  "đê",
                                    "sùng",  "thị",   "thi", "lò", "lo", "vàng", "van", "x"};

static void random_text(struct fixture *f, char out[200])
{
    size_t n = 1 + fixture_random(f) % 5, at = 0;
    for (size_t i = 0; i < n; i++) {
        int wrote = snprintf(out + at, 200 - at, "%s%s", i ? " " : "",
                             words[fixture_random(f) % ARRAY_COUNT(words)]);
        at += (size_t)wrote;
    }
    if (fixture_random(f) % 10 == 0) { /* longer than what is indexed */
        memset(out + at, 'y', 90);
        (void)snprintf(out + at + 90, 200 - at - 90, "%u", (unsigned)(fixture_random(f) % 3));
    }
}

/* Whom a list of ids names, by the order in which they were entered. */
static void mark_found(const struct id_list *hits, const struct dot ids[PEOPLE], bool out[PEOPLE])
{
    for (size_t i = 0; i < hits->count; i++) {
        size_t who = 0;
        while (who < PEOPLE && !dot_equal(ids[who], hits->ids[i])) {
            who++;
        }
        if (who < PEOPLE) {
            out[who] = true;
        }
    }
}

static void same_answers(struct fixture f[2], struct dot ids[2][PEOPLE], const char *text)
{
    struct arena arena = {0};
    bool found[2][3][PEOPLE] = {{{false}}};
    for (int side = 0; side < 2; side++) {
        struct txn *t = NULL;
        struct id_list hits;
        struct slice folded = text_fold(slice_str(text), &arena);
        assert_int_equal(txn_begin(f[side].stores[0], TXN_READ, &t), ERR_OK);
        for (size_t cut = 1; cut <= folded.len; cut += 1 + folded.len / 7) {
            bool now[PEOPLE] = {false};
            assert_int_equal(
                store_ids_by_text(t, slice_make(folded.ptr, cut), 2 * PEOPLE, &arena, &hits),
                ERR_OK);
            mark_found(&hits, ids[side], now);
            for (size_t i = 0; i < PEOPLE; i++) { /* fewer the longer the text */
                found[side][0][i] = cut == 1 ? now[i] : found[side][0][i];
                assert_true(found[side][0][i] || !now[i]);
                found[side][1][i] = now[i];
            }
        }
        assert_int_equal(store_ids_by_key(t, KIND_MEMBER, F_MEMBER_NAME, slice_str(text),
                                          2 * PEOPLE, &arena, &hits),
                         ERR_OK);
        mark_found(&hits, ids[side], found[side][2]);
        txn_abort(t);
    }
    assert_memory_equal(found[0], found[1], sizeof(found[0]));
    arena_free(&arena);
}

/* Groups that share a name, as a number to each person: the first of his group. */
static void groups_of(struct fixture *f, const struct dot ids[PEOPLE], size_t out[PEOPLE])
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct id_list list;
    assert_int_equal(txn_begin(f->stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_ids_sharing_key(t, KIND_MEMBER, F_MEMBER_NAME, &arena, &list), ERR_OK);
    for (size_t i = 0; i < PEOPLE; i++) {
        out[i] = PEOPLE;
    }
    for (size_t from = 0, i = 0; i < list.count; i++) {
        if (!dot_is_none(list.ids[i])) {
            continue;
        }
        bool group[PEOPLE] = {false};
        struct id_list part = {.ids = list.ids + from, .count = i - from};
        mark_found(&part, ids, group);
        size_t least = PEOPLE;
        for (size_t j = PEOPLE; j-- > 0;) {
            least = group[j] ? j : least;
        }
        for (size_t j = 0; j < PEOPLE; j++) {
            out[j] = group[j] ? least : out[j];
        }
        from = i + 1;
    }
    txn_abort(t);
    arena_free(&arena);
}

static void seal__search_finds_what_it_finds_in_any_store(void **state)
{
    (void)state;
    struct fixture f[2];
    static struct dot ids[2][PEOPLE];
    size_t groups[2][PEOPLE];
    char text[200];
    uint64_t seed = getenv("TERRACE_SEED") ? strtoull(getenv("TERRACE_SEED"), NULL, 10) : 15;
    print_message("# seed %llu\n", (unsigned long long)seed);
    fixture_begin(&f[0], seed);
    f[0].env.sealing = NULL;
    fixture_root(&f[0]);
    fixture_begin(&f[1], seed);
    fixture_at_rest(&f[1]);
    fixture_root(&f[1]);
    assert_true(store_is_sealed(f[1].stores[0]) && !store_is_sealed(f[0].stores[0]));
    f[1].random_state = f[0].random_state;
    for (size_t i = 0; i < PEOPLE; i++) {
        random_text(&f[0], text);
        for (int side = 0; side < 2; side++) {
            ids[side][i] = member(&f[side], text);
        }
        if (i > 0 && fixture_random(&f[0]) % 4 == 0) {
            size_t who = fixture_random(&f[0]) % i;
            random_text(&f[0], text);
            for (int side = 0; side < 2; side++) {
                struct dot none = {0, 0};
                (void)fixture_save_text(&f[side], 0, ids[side][who], 0, none, F_MEMBER_NAME, text);
            }
        }
    }
    for (int i = 0; i < 300; i++) {
        random_text(&f[0], text);
        same_answers(f, ids, text);
    }
    groups_of(&f[0], ids[0], groups[0]);
    groups_of(&f[1], ids[1], groups[1]);
    assert_memory_equal(groups[0], groups[1], sizeof(groups[0]));
    fixture_end(&f[0]);
    fixture_end(&f[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seal__search_finds_what_it_finds_in_any_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
