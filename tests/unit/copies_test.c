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
#define F_MEMBER_LANGUAGES 28

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
    bool names = store_get(t, node, &arena, &r, NULL) == ERR_OK && store_node_names(&r, actor);
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
    struct txn *t = NULL;
    struct actor_info who;
    assert_true(fixture_sync(&f, 1, NULL));
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_true(store_actor(t, actor_of(&f, 1), &who));
    assert_true(dot_equal(who.node, node));
    assert_true(store_has(t, id));
    txn_abort(t);
    fixture_end(&f);
}

/* Before anything was saved under it: who signs the request is whose actor it is. */
static void copies__a_new_actor_is_known_by_who_signs(void **state)
{
    (void)state;
    struct fixture f;
    struct txn *t = NULL;
    struct actor_info who;
    pair(&f, 305);
    f.machine = 7;
    fixture_reopen(&f, 1);
    assert_true(fixture_sync(&f, 1, NULL));
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_true(store_actor(t, actor_of(&f, 1), &who));
    assert_true(dot_equal(who.node, store_identity(f.stores[1])->node));
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

/* ---- forks ----------------------------------------------------------------------------------- */

/* In how many records of that kind the store shows this text in this field. */
static size_t count_live(struct fixture *f, size_t at, uint32_t kind, uint32_t field,
                         const char *text)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct id_list ids;
    size_t n = 0;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_ids_of_kind(t, kind, (struct dot){0, 0}, SIZE_MAX, &arena, &ids),
                     ERR_OK);
    for (size_t i = 0; i < ids.count; i++) {
        struct record r;
        assert_int_equal(store_get(t, ids.ids[i], &arena, &r, NULL), ERR_OK);
        const struct field *x = record_field(&r, field);
        bool here = false;
        for (uint32_t k = 0; x && k < x->count; k++) {
            here = here || (x->values[k].datum.type == DATUM_TEXT &&
                            slice_equal(x->values[k].datum.text, slice_str(text)));
        }
        n += here;
    }
    txn_abort(t);
    arena_free(&arena);
    return n;
}

static size_t members(struct fixture *f, size_t at, const char *name)
{
    return count_live(f, at, KIND_MEMBER, F_MEMBER_NAME, name);
}

static void language(struct fixture *f, size_t at, struct dot id, enum edit_op op, const char *text)
{
    struct datum d = datum_text(slice_str(text));
    const struct edit edit = {F_MEMBER_LANGUAGES, op, &d, 1};
    (void)fixture_save(f, at, &id, 0, &edit, 1);
}

static void assert_quiet(struct fixture *f, size_t at)
{
    struct session_stats stats;
    struct check_report report;
    f->posts = 0;
    for (int i = 0; i < 3; i++) {
        assert_true(fixture_sync(f, at, &stats));
    }
    assert_int_equal(stats.digest_equal, 1);
    assert_int_equal(stats.rounds, 1);
    assert_int_equal(store_check(f->stores[at], false, &report), ERR_OK);
    assert_int_equal(report.damaged, 0);
}

static void copies__two_images_of_one_disk_lose_nothing(void **state)
{
    (void)state;
    struct fixture f;
    pair(&f, 310);
    struct dot common = add_member(&f, 1, 1, "Cứ A Sử");
    language(&f, 1, common, EDIT_ADD, "tiếng Mông");
    assert_true(fixture_sync(&f, 1, NULL));
    (void)add_member(&f, 1, 1, "trên cả hai"); /* not sent yet */
    size_t copy = fixture_clone(&f, 1);
    (void)add_member(&f, 1, 1, "chỉ trên bản một");
    (void)add_member(&f, copy, 1, "chỉ trên bản hai");
    language(&f, 1, common, EDIT_ADD, "tiếng Thái");
    language(&f, copy, common, EDIT_ADD, "tiếng Dao");
    language(&f, copy, common, EDIT_REMOVE, "tiếng Mông");
    (void)fixture_save_text(&f, 1, common, 0, (struct dot){0, 0}, F_NOTE, "một");
    (void)fixture_save_text(&f, copy, common, 0, (struct dot){0, 0}, F_NOTE, "hai");
    uint64_t actor = actor_of(&f, 1);
    assert_true(fixture_sync(&f, 1, NULL));
    f.posts = 0;
    assert_true(fixture_sync(&f, copy, NULL));
    assert_true(actor_of(&f, 1) == actor);
    assert_true(actor_of(&f, copy) != actor);
    assert_int_equal(renewal_of(&f, copy), RENEWAL_OLDER);
    assert_quiet(&f, copy);
    assert_quiet(&f, 1);
    const size_t all[] = {0, 1, copy};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(members(&f, all[i], "chỉ trên bản một"), 1);
        assert_int_equal(members(&f, all[i], "chỉ trên bản hai"), 1);
        assert_int_equal(members(&f, all[i], "trên cả hai"), 1); /* found common by the heads */
        assert_int_equal(count_live(&f, all[i], KIND_MEMBER, F_MEMBER_LANGUAGES, "tiếng Thái"), 1);
        assert_int_equal(count_live(&f, all[i], KIND_MEMBER, F_MEMBER_LANGUAGES, "tiếng Dao"), 1);
        assert_int_equal(count_live(&f, all[i], KIND_MEMBER, F_MEMBER_LANGUAGES, "tiếng Mông"), 0);
        assert_int_equal(count_live(&f, all[i], KIND_MEMBER, F_NOTE, "một"), 1);
        assert_int_equal(count_live(&f, all[i], KIND_MEMBER, F_NOTE, "hai"), 1);
    }
    fixture_end(&f);
}

/* Another image comes only after the first copy went on under a name of its own. */
static void copies__a_third_image_is_noticed_too(void **state)
{
    (void)state;
    struct fixture f;
    pair(&f, 311);
    (void)add_member(&f, 1, 1, "trên tất cả");
    assert_true(fixture_sync(&f, 1, NULL));
    size_t second = fixture_clone(&f, 1), third = fixture_clone(&f, 1);
    (void)add_member(&f, 1, 1, "một");
    (void)add_member(&f, second, 1, "hai");
    (void)add_member(&f, third, 1, "ba");
    assert_true(fixture_sync(&f, 1, NULL));
    f.posts = 0;
    assert_true(fixture_sync(&f, second, NULL));
    f.posts = 0;
    assert_true(fixture_sync(&f, third, NULL));
    assert_true(actor_of(&f, second) != actor_of(&f, third));
    assert_true(actor_of(&f, 1) != actor_of(&f, third));
    assert_quiet(&f, 1);
    assert_quiet(&f, second);
    assert_quiet(&f, third);
    for (size_t at = 0; at <= third; at++) {
        (void)fixture_sync(&f, at ? at : 1, NULL);
        assert_int_equal(members(&f, at, "trên tất cả"), 1);
        assert_int_equal(members(&f, at, "một"), 1);
        assert_int_equal(members(&f, at, "hai"), 1);
        assert_int_equal(members(&f, at, "ba"), 1);
    }
    fixture_end(&f);
}

/* The top was put back and has written since: nobody above it knows; a child shows what it signed.
 */
static void rolled_back_top(uint64_t seed, bool lose)
{
    struct fixture f;
    pair(&f, seed);
    struct dot old = add_member(&f, 1, 1, "Cứ A Sử");
    assert_true(fixture_sync(&f, 1, NULL));
    fixture_snapshot(&f, 0);
    (void)fixture_save_text(&f, 0, old, 0, (struct dot){0, 0}, F_NOTE, "trước");
    language(&f, 0, old, EDIT_ADD, "tiếng Thái");
    (void)add_member(&f, 0, 1, "do tỉnh nhập");
    (void)add_member(&f, 1, 1, "do xã nhập");
    assert_true(fixture_sync(&f, 1, NULL));
    uint64_t actor = actor_of(&f, 0);
    fixture_roll_back(&f, 0);
    language(&f, 0, old, EDIT_ADD, "tiếng Dao");
    (void)fixture_save_text(&f, 0, old, 0, (struct dot){0, 0}, F_NOTE, "sau");
    for (int i = 0; i < 9; i++) {
        (void)add_member(&f, 0, 1, "nhập lại");
    }
    if (lose) {
        f.lose_reply_in = 1;
        assert_false(fixture_sync(&f, 1, NULL));
        f.lose_reply_in = 0;
    }
    f.posts = 0;
    assert_true(fixture_sync(&f, 1, NULL));
    assert_true(actor_of(&f, 0) != actor);
    assert_int_equal(renewal_of(&f, 0), RENEWAL_OLDER);
    assert_quiet(&f, 1);
    for (size_t at = 0; at < 2; at++) {
        assert_int_equal(members(&f, at, "do tỉnh nhập"), 1);
        assert_int_equal(members(&f, at, "do xã nhập"), 1);
        assert_int_equal(members(&f, at, "nhập lại"), 9);
        assert_int_equal(count_live(&f, at, KIND_MEMBER, F_MEMBER_LANGUAGES, "tiếng Thái"), 1);
        assert_int_equal(count_live(&f, at, KIND_MEMBER, F_MEMBER_LANGUAGES, "tiếng Dao"), 1);
        assert_int_equal(count_live(&f, at, KIND_MEMBER, F_NOTE, "trước"), 1);
        assert_int_equal(count_live(&f, at, KIND_MEMBER, F_NOTE, "sau"), 1);
    }
    fixture_end(&f);
}

static void copies__a_hub_put_back_is_shown_what_it_signed(void **state)
{
    (void)state;
    rolled_back_top(312, false);
    rolled_back_top(313, true);
}

/* A child that only says so, or shows what was signed for another, moves nothing. */
static void copies__a_hub_is_not_talked_into_a_new_actor(void **state)
{
    (void)state;
    struct fixture f;
    struct txn *t = NULL;
    struct arena arena = {0};
    struct upstream u;
    struct slice evidence;
    pair(&f, 314);
    size_t other = fixture_child(&f, 0, "04252", LEVEL_COMMUNE);
    for (int i = 0; i < 4; i++) {
        assert_true(fixture_sync(&f, 1, NULL));
        assert_true(fixture_sync(&f, other, NULL));
    }
    for (int i = 0; i < 10; i++) {
        assert_true(fixture_sync(&f, other, NULL));
    }
    uint64_t actor = actor_of(&f, 0);
    assert_int_equal(txn_begin(f.stores[other], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_kv_get(t, slice_str("up.reply"), &arena, &evidence), ERR_OK);
    txn_abort(t);
    for (int whose = 0; whose < 2; whose++) {
        assert_int_equal(txn_begin(f.stores[1], TXN_WRITE, &t), ERR_OK);
        assert_int_equal(upstream_load(t, &u), ERR_OK);
        u.round += 20; /* as if it had seen more than there ever was */
        assert_int_equal(upstream_store(t, &u), ERR_OK);
        assert_int_equal(store_kv_put(t, slice_str("up.doubt"), slice_str("1")), ERR_OK);
        if (whose) {
            assert_int_equal(store_kv_put(t, slice_str("up.reply"), evidence), ERR_OK);
        }
        assert_int_equal(txn_commit(t), ERR_OK);
        f.posts = 0;
        assert_true(fixture_sync(&f, 1, NULL));
        assert_true(actor_of(&f, 0) == actor);
    }
    arena_free(&arena);
    assert_quiet(&f, 1);
    fixture_end(&f);
}

/* Not even the hub knows; but it has the save itself, and brings it. */
static void copies__a_dot_that_was_seen_is_not_given_again(void **state)
{
    (void)state;
    struct fixture f;
    pair(&f, 315);
    struct txn *t = NULL;
    struct arena arena = {0};
    uint64_t actor = actor_of(&f, 1);
    fixture_snapshot(&f, 1);
    struct dot id = add_member(&f, 1, 1, "Cứ A Sử");
    assert_true(fixture_sync(&f, 1, NULL));
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    struct change change = {.whole = true};
    assert_int_equal(store_get(t, id, &arena, &change.record, NULL), ERR_OK);
    txn_abort(t);
    fixture_roll_back(&f, 1);
    enum outcome outcome;
    uint8_t why = 0;
    const struct arrival above = {.via = VIA_SYNC, .node = store_identity(f.stores[0])->node};
    assert_int_equal(txn_begin(f.stores[1], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(store_receive(t, &change, &above, &outcome, &why), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    assert_true(actor_of(&f, 1) != actor);
    assert_false(dot_equal(add_member(&f, 1, 1, "Vừ A Páo"), id));
    assert_quiet(&f, 1);
    assert_int_equal(members(&f, 0, "Cứ A Sử"), 1);
    assert_int_equal(members(&f, 0, "Vừ A Páo"), 1);
    arena_free(&arena);
    fixture_end(&f);
}

/* A child that was admitted after the image was taken is known again by the record of it that the
 * hub's own hub has. */
static void copies__a_hub_put_back_knows_whom_it_admitted_since(void **state)
{
    (void)state;
    struct fixture f;
    fixture_begin(&f, 316);
    print_message("seed 316\n");
    fixture_root(&f);
    (void)fixture_child(&f, 0, "132", LEVEL_DISTRICT);
    fixture_settle(&f);
    fixture_snapshot(&f, 1);
    size_t late = fixture_child(&f, 1, "04249", LEVEL_COMMUNE);
    (void)add_member(&f, late, late, "Cứ A Sử");
    fixture_settle(&f);
    fixture_roll_back(&f, 1);
    (void)add_member(&f, late, late, "Vừ A Páo");
    assert_true(fixture_sync(&f, 1, NULL)); /* it hears of it from above */
    fixture_settle(&f);
    f.posts_max = POSTS_MAX;
    assert_quiet(&f, late);
    assert_quiet(&f, 1);
    for (size_t at = 0; at <= late; at++) {
        assert_int_equal(members(&f, at, "Cứ A Sử"), 1);
        assert_int_equal(members(&f, at, "Vừ A Páo"), 1);
    }
    fixture_end(&f);
}

/* ---- random disks ---------------------------------------------------------------------------- */

#define SAVED_MAX 300

/* What a store saved, in order. It may go only with the disk that alone held it. */
struct saved {
    size_t at;
    uint32_t field; /* of the record of everybody, or F_MEMBER_NAME of one of its own */
    bool gone;
    char text[24];
};

struct disks {
    struct fixture f;
    struct saved list[SAVED_MAX];
    size_t count;
    bool since[FIXTURE_STORES_MAX][SAVED_MAX]; /* saved after that store's snapshot */
    struct dot shared;
    size_t level; /* whose disks are put back: of the top, of the district, of the communes; not of
                   * two neighbours, who could not tell then */
};

static void disk_save(struct disks *d, size_t at)
{
    struct fixture *f = &d->f;
    struct saved *s = &d->list[d->count];
    uint64_t what = fixture_random(f) % 3;
    *s = (struct saved){.at = at, .field = F_MEMBER_NAME};
    (void)snprintf(s->text, sizeof(s->text), "người %zu", d->count);
    if (what == 0 && f->units[at].seq != f->units[3].seq) { /* it is not in that commune's book */
        language(f, at, d->shared, EDIT_ADD, s->text);
        s->field = F_MEMBER_LANGUAGES;
    } else {
        (void)add_member(f, at, at < 2 ? 2 : at, s->text);
    }
    d->since[at][d->count++] = true;
}

static void disk_act(struct disks *d)
{
    struct fixture *f = &d->f;
    size_t at = fixture_random(f) % f->count;
    uint64_t what = fixture_random(f) % 40;
    f->posts = 0;
    if (what < 16 && d->count < SAVED_MAX) {
        disk_save(d, at);
    } else if (what < 34 && at > 0) {
        f->lose_reply_in = what % 2 ? 3 : 0;
        f->lose_request_in = what % 5 ? 0 : 4;
        f->message_bytes = what % 3 ? 0 : 900;
        (void)fixture_sync(f, at, NULL);
    } else if (what < 36) {
        fixture_snapshot(f, at);
        memset(d->since[at], 0, sizeof(d->since[at]));
    } else if (what < 38 && (at < 2 ? at : 2) == d->level) {
        fixture_roll_back(f, at);
        for (size_t i = 0; i < d->count; i++) { /* what others had of it comes back, or not */
            d->list[i].gone = d->list[i].gone || (d->since[at][i] && d->list[i].at == at);
        }
    } else if (what >= 38 && at > 1 && f->count < 7 && d->level == 2) {
        size_t copy = fixture_clone(f, at);
        fixture_snapshot(f, copy); /* its first image is all that it has now */
    }
}

static void assert_held(struct disks *d, size_t i, size_t at)
{
    const struct saved *s = &d->list[i];
    if (count_live(&d->f, at, KIND_MEMBER, s->field, s->text) == 0) {
        fail_msg("%s, saved in %zu, is not in %zu", s->text, s->at, at);
    }
}

static struct hash group_of(struct disks *d, size_t at, size_t unit)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(d->f.stores[at], TXN_READ, &t), ERR_OK);
    struct hash sum = store_digest(t, ROUTE_OWN, d->f.units[unit]).sum;
    txn_abort(t);
    return sum;
}

/* Of a commune the store and its hub hold the same. */
static void assert_same_group(struct disks *d, size_t at, size_t unit)
{
    if (at > 1 && !dot_equal(d->f.units[at], d->f.units[unit])) {
        return;
    }
    if (!hash_equal(group_of(d, at, unit), group_of(d, (size_t)d->f.parents[at], unit))) {
        fail_msg("store %zu and its hub differ in the unit of %zu", at, unit);
    }
}

static void random_disks(uint64_t seed)
{
    static struct disks d;
    struct fixture *f = &d.f;
    d = (struct disks){.level = seed % 3};
    fixture_begin(f, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    fixture_root(f);
    (void)fixture_child(f, 0, "132", LEVEL_DISTRICT);
    assert_true(fixture_sync(f, 1, NULL));
    (void)fixture_child(f, 1, "04249", LEVEL_COMMUNE);
    (void)fixture_child(f, 1, "04252", LEVEL_COMMUNE);
    d.shared = add_member(f, 0, 2, "của mọi người");
    fixture_settle(f);
    for (size_t at = 0; at < f->count; at++) {
        fixture_snapshot(f, at);
    }
    f->posts_max = 400;
    for (int step = 0; step < 160; step++) {
        disk_act(&d);
    }
    f->posts_max = 0;
    f->message_bytes = 0;
    fixture_settle(f);
    for (size_t i = 0; i < d.count; i++) {
        for (size_t at = d.list[i].at; !d.list[i].gone; at = (size_t)f->parents[at]) {
            if (d.list[i].field != F_MEMBER_LANGUAGES || at != 3) { /* not that commune's member */
                assert_held(&d, i, at);
            }
            if (f->parents[at] < 0) {
                break;
            }
        }
    }
    for (size_t at = 0; at < f->count; at++) {
        struct check_report report;
        assert_int_equal(store_check(f->stores[at], false, &report), ERR_OK);
        assert_int_equal(report.damaged, 0);
        (void)fixture_sync(f, at ? at : 1, NULL);
        for (size_t unit = at < 2 ? 2 : at; unit < f->count && at > 0; unit++) {
            assert_same_group(&d, at, unit);
        }
    }
    fixture_end(f);
}

static void copies__images_and_older_disks_anywhere_lose_only_what_they_alone_held(void **state)
{
    (void)state;
    const char *count = getenv("TERRACE_SEEDS"), *first = getenv("TERRACE_SEED");
    uint64_t seed = first ? strtoull(first, NULL, 10) : 3201,
             n = count ? strtoull(count, NULL, 10) : 12;
    for (uint64_t i = 0; i < n; i++) {
        random_disks(seed + i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies__a_store_that_stays_keeps_its_actor),
        cmocka_unit_test(copies__a_copy_elsewhere_takes_a_new_actor_once),
        cmocka_unit_test(copies__a_new_actor_is_said_in_the_nodes_own_record),
        cmocka_unit_test(copies__a_new_actor_is_known_by_who_signs),
        cmocka_unit_test(copies__an_identity_of_the_first_version_is_bound),
        cmocka_unit_test(copies__two_images_of_one_disk_lose_nothing),
        cmocka_unit_test(copies__a_third_image_is_noticed_too),
        cmocka_unit_test(copies__a_hub_put_back_is_shown_what_it_signed),
        cmocka_unit_test(copies__a_hub_put_back_knows_whom_it_admitted_since),
        cmocka_unit_test(copies__a_dot_that_was_seen_is_not_given_again),
        cmocka_unit_test(copies__a_hub_is_not_talked_into_a_new_actor),
        cmocka_unit_test(copies__images_and_older_disks_anywhere_lose_only_what_they_alone_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
