/* Copies of stores (rules 18, 23-25): a directory that was copied, a disk that was put back, two
 * images of one disk that are both in use. Nothing that any of them acknowledged may be lost. */
#include "core/store_env.h"
#include "sync/link.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define POSTS_MAX 200
#define F_MEMBER_PHONE 31

/* A province 0 and a commune 1 that have met. */
static void pair(struct fixture *f, uint64_t seed)
{
    fixture_begin(f, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    fixture_root(f);
    (void)fixture_child(f, 0, "04249", LEVEL_COMMUNE);
    fixture_settle(f);
    f->posts_max = POSTS_MAX;
}

static struct dot add_member(struct fixture *f, size_t at, size_t unit, const char *name)
{
    return fixture_save_text(f, at, (struct dot){0, 0}, KIND_MEMBER, f->units[unit], F_MEMBER_NAME,
                             name);
}

static uint64_t actor_of(struct fixture *f, size_t at)
{
    return store_identity(f->stores[at])->actor;
}

static bool node_names(struct fixture *f, size_t at, struct dot node, uint64_t actor)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct record r;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    bool names = store_get(t, node, &arena, &r, NULL) == ERR_OK && link_names_actor(&r, actor);
    txn_abort(t);
    arena_free(&arena);
    return names;
}

static enum renewal renewal_of(struct fixture *f, size_t at)
{
    enum renewal why = RENEWAL_NONE;
    assert_int_equal(store_take_renewal(f->stores[at], &why), ERR_OK);
    return why;
}

/* ---- the place ------------------------------------------------------------------------------- */

static void copies__a_store_that_stays_keeps_its_actor(void **state)
{
    (void)state;
    struct fixture f;
    pair(&f, 301);
    uint64_t actor = actor_of(&f, 1);
    fixture_reopen(&f, 1);
    assert_true(actor_of(&f, 1) == actor);
    assert_int_equal(renewal_of(&f, 1), RENEWAL_NONE);
    fixture_end(&f);
}

static void copies__a_copy_elsewhere_takes_a_new_actor_once(void **state)
{
    (void)state;
    struct fixture f;
    pair(&f, 302);
    uint64_t actor = actor_of(&f, 1);
    f.machine = 7;
    fixture_reopen(&f, 1);
    uint64_t next = actor_of(&f, 1);
    assert_true(next != actor);
    assert_int_equal(renewal_of(&f, 1), RENEWAL_MOVED);
    assert_int_equal(renewal_of(&f, 1), RENEWAL_NONE);
    fixture_reopen(&f, 1);
    assert_true(actor_of(&f, 1) == next);
    assert_int_equal(renewal_of(&f, 1), RENEWAL_NONE);
    struct dot id = add_member(&f, 1, 1, "Giàng A Dê");
    assert_true(id.actor == next);
    fixture_end(&f);
}

static void copies__a_new_actor_is_said_in_the_nodes_own_record(void **state)
{
    (void)state;
    struct fixture f;
    pair(&f, 303);
    uint64_t actor = actor_of(&f, 1);
    f.machine = 7;
    fixture_reopen(&f, 1);
    struct dot node = store_identity(f.stores[1])->node;
    assert_false(node_names(&f, 1, node, actor_of(&f, 1)));
    struct dot id = add_member(&f, 1, 1, "Giàng A Dê");
    assert_true(node_names(&f, 1, node, actor_of(&f, 1)));
    assert_true(node_names(&f, 1, node, actor));
    assert_int_equal(id.seq, 2); /* behind that save */
    (void)add_member(&f, 1, 1, "Vừ A Páo");
    assert_true(fixture_sync(&f, 1, NULL));
    struct txn *t = NULL;
    struct actor_info who;
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_true(store_actor(t, actor_of(&f, 1), &who));
    assert_true(dot_equal(who.node, node));
    assert_true(store_has(t, id));
    txn_abort(t);
    fixture_end(&f);
}

/* The first version of the file had no place: it is bound where it is found. */
static void copies__an_identity_of_the_first_version_is_bound(void **state)
{
    (void)state;
    struct fixture f;
    struct buf b = {0};
    char path[128];
    fixture_begin(&f, 304);
    fixture_root(&f);
    const struct identity *id = store_identity(f.stores[0]);
    uint64_t actor = id->actor;
    struct pack_writer w = pack_writer_make(&b);
    pack_array(&w, 9);
    pack_uint(&w, 1);
    pack_bin(&w, slice_make(id->public_key, KEY_PUBLIC_BYTES));
    pack_bin(&w, slice_make(id->secret_key, KEY_SECRET_BYTES));
    dot_pack(&w, id->node);
    dot_pack(&w, id->unit);
    pack_uint(&w, id->level);
    pack_uint(&w, id->actor);
    (void)snprintf(path, sizeof(path), "%s/0/identity", f.dir);
    assert_int_equal(f.env.write_file(&f, path, buf_view(&b)), ERR_OK);
    buf_free(&b);
    f.machine = 9;
    fixture_reopen(&f, 0);
    assert_true(actor_of(&f, 0) == actor);
    fixture_reopen(&f, 0);
    assert_true(actor_of(&f, 0) == actor);
    f.machine = 10;
    fixture_reopen(&f, 0);
    assert_true(actor_of(&f, 0) != actor);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies__a_store_that_stays_keeps_its_actor),
        cmocka_unit_test(copies__a_copy_elsewhere_takes_a_new_actor_once),
        cmocka_unit_test(copies__a_new_actor_is_said_in_the_nodes_own_record),
        cmocka_unit_test(copies__an_identity_of_the_first_version_is_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
