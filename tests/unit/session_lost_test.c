/* Stores that lost something, and what must not follow from it: older copies of a disk, replies
 * that never came, records set aside, wants that nobody can satisfy. */
#include "core/store_env.h"
#include "sync/link.h"
#include "sync/reconcile.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define POSTS_MAX 200
#define F_MEMBER_RESIDENCE 21
#define F_MEMBER_PHONE 31

/* A province 0 and a commune 1 that have met. */
static void pair(struct fixture *f, uint64_t seed)
{
    fixture_begin(f, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    fixture_root(f);
    (void)fixture_child(f, 0, "04249", LEVEL_COMMUNE);
    assert_true(fixture_sync(f, 1, NULL));
    f->posts_max = POSTS_MAX;
}

static struct dot add_member(struct fixture *f, size_t at, size_t unit, const char *name)
{
    return fixture_save_text(f, at, (struct dot){0, 0}, KIND_MEMBER, f->units[unit], F_MEMBER_NAME,
                             name);
}

static bool get(struct fixture *f, size_t at, struct dot id, struct arena *arena,
                struct record *out, struct record_local *local)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    enum err e = store_get(t, id, arena, out, local);
    txn_abort(t);
    assert_true(e == ERR_OK || e == ERR_NOT_FOUND);
    return e == ERR_OK;
}

static bool holds(struct fixture *f, size_t at, struct dot id)
{
    struct arena arena = {0};
    struct record r;
    bool has = get(f, at, id, &arena, &r, NULL) && !(r.flags & RECORD_STUB);
    arena_free(&arena);
    return has;
}

/* Is this text live in the field, shown or as a sibling? */
static bool live(struct fixture *f, size_t at, struct dot id, uint32_t field, const char *text)
{
    struct arena arena = {0};
    struct record r;
    bool found = false;
    if (get(f, at, id, &arena, &r, NULL)) {
        const struct field *x = record_field(&r, field);
        for (uint32_t i = 0; x && i < x->count; i++) {
            found = found || (x->values[i].datum.type == DATUM_TEXT &&
                              slice_equal(x->values[i].datum.text, slice_str(text)));
        }
    }
    arena_free(&arena);
    return found;
}

/* In some record of that kind, whatever its id is now; in how many. */
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
    txn_abort(t);
    for (size_t i = 0; i < ids.count; i++) {
        n += live(f, at, ids.ids[i], field, text);
    }
    arena_free(&arena);
    return n;
}

static int receipt(struct fixture *f, size_t at, struct dot id)
{
    struct arena arena = {0};
    struct record r;
    struct record_local local;
    struct txn *t = NULL;
    assert_true(get(f, at, id, &arena, &r, &local));
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    int seen = session_receipt(t, &r, &local);
    txn_abort(t);
    arena_free(&arena);
    return seen;
}

static uint64_t unsent(struct fixture *f, size_t at)
{
    struct txn *t = NULL;
    struct link_status status;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(session_status(t, &status), ERR_OK);
    txn_abort(t);
    return status.unsent;
}

/* One round by hand; the reply is thrown away when it is to be lost. */
static enum err round_by_hand(struct fixture *f, size_t at, struct session *s, bool lose_reply)
{
    struct buf request = {0}, reply = {0};
    enum err e = session_request(s, &request);
    e = e ? e : session_serve(f->stores[f->parents[at]], buf_view(&request), &reply);
    if (e == ERR_OK && !lose_reply) {
        e = session_reply(s, buf_view(&reply));
    }
    buf_free(&request);
    buf_free(&reply);
    return e;
}

static void assert_quiet(struct fixture *f, size_t at)
{
    struct session_stats stats;
    f->posts = 0;
    assert_true(fixture_sync(f, at, &stats));
    assert_int_equal(stats.digest_equal, 1);
    assert_true(fixture_sync(f, at, &stats));
    assert_int_equal(stats.rounds, 1);
    assert_int_equal(stats.digest_equal, 1);
    assert_int_equal(unsent(f, at), 0);
}

static void rolled_back_hub(uint64_t seed, bool reply_lost, bool hub_writes)
{
    struct fixture f;
    struct dot ids[8];
    pair(&f, seed);
    fixture_snapshot(&f, 0);
    for (size_t i = 0; i < 8; i++) {
        ids[i] = add_member(&f, 1, 1, "Giàng A Dê");
    }
    assert_true(fixture_sync(&f, 1, NULL));
    struct dot late = add_member(&f, 1, 1, "Thào A Sếnh");
    fixture_roll_back(&f, 0);
    for (int i = 0; hub_writes && i < 20; i++) {
        (void)add_member(&f, 0, 1, "Vàng Thị Mỷ");
    }
    if (reply_lost) {
        f.lose_reply_in = 1;
        assert_false(fixture_sync(&f, 1, NULL));
        f.lose_reply_in = 0;
    }
    f.posts = 0;
    assert_true(fixture_sync(&f, 1, NULL));
    assert_quiet(&f, 1);
    for (size_t i = 0; i < 8; i++) {
        assert_true(holds(&f, 0, ids[i]));
    }
    assert_true(holds(&f, 0, late));
    struct dot next = add_member(&f, 1, 1, "Hạng A Lử");
    assert_int_equal(receipt(&f, 1, next), 0);
    assert_quiet(&f, 1);
    assert_true(holds(&f, 0, next));
    assert_int_equal(receipt(&f, 1, next), 2);
    fixture_end(&f);
}

static void lost__a_hub_on_an_older_disk_gets_everything_again(void **state)
{
    (void)state;
    rolled_back_hub(201, false, false);
    rolled_back_hub(202, false, true);
}

static void lost__also_when_its_first_reply_is_lost(void **state)
{
    (void)state;
    rolled_back_hub(203, true, false);
    rolled_back_hub(204, true, true);
}

static void lost__a_node_on_an_older_disk_loses_nobodys_saves(void **state)
{
    (void)state;
    struct fixture f;
    pair(&f, 205);
    struct dot old = add_member(&f, 1, 1, "Cứ A Sử");
    assert_true(fixture_sync(&f, 1, NULL));
    fixture_snapshot(&f, 1);
    struct dot gone = add_member(&f, 1, 1, "Lý Láo Lở");
    (void)fixture_save_text(&f, 1, old, 0, (struct dot){0, 0}, F_NOTE, "trước");
    for (int i = 0; i < 6; i++) {
        (void)add_member(&f, 1, 1, "Phàn A Phổng");
    }
    (void)fixture_save_text(&f, 0, old, 0, (struct dot){0, 0}, F_MEMBER_PHONE, "0912000001");
    assert_true(fixture_sync(&f, 1, NULL));
    fixture_roll_back(&f, 1);
    struct dot again = add_member(&f, 1, 1, "Tẩn A San"); /* under the dot of `gone` */
    (void)fixture_save_text(&f, 1, old, 0, (struct dot){0, 0}, F_MEMBER_RESIDENCE, "bản Mù");
    f.posts = 0;
    assert_int_equal(receipt(&f, 1, again), 0);
    assert_true(fixture_sync(&f, 1, NULL));
    assert_quiet(&f, 1);
    for (size_t at = 0; at < 2; at++) {
        assert_true(live(&f, at, gone, F_MEMBER_NAME, "Lý Láo Lở"));
        assert_int_equal(count_live(&f, at, KIND_MEMBER, F_MEMBER_NAME, "Tẩn A San"), 1);
        assert_false(live(&f, at, again, F_MEMBER_NAME, "Tẩn A San")); /* that dot is taken */
        assert_true(live(&f, at, old, F_NOTE, "trước"));
        assert_true(live(&f, at, old, F_MEMBER_PHONE, "0912000001"));
        assert_true(live(&f, at, old, F_MEMBER_RESIDENCE, "bản Mù"));
    }
    /* what it writes from now on is known to be unsent, and arrives */
    struct dot next = add_member(&f, 1, 1, "Chang Thị Dua");
    assert_int_equal(receipt(&f, 1, next), 0);
    assert_int_equal(unsent(&f, 1), 1);
    assert_quiet(&f, 1);
    assert_true(live(&f, 0, next, F_MEMBER_NAME, "Chang Thị Dua"));
    fixture_end(&f);
}

static void want(struct fixture *f, size_t at, struct dot id)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f->stores[at], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(mark_put(t, "want.", id, 1), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
}

static void lost__a_want_that_nobody_satisfies_stops_nothing(void **state)
{
    (void)state;
    struct fixture f;
    pair(&f, 206);
    want(&f, 0, (struct dot){77, 7});
    want(&f, 1, (struct dot){77, 8});
    assert_quiet(&f, 1);
    size_t fresh = fixture_child(&f, 0, "04252", LEVEL_COMMUNE);
    (void)add_member(&f, fresh, fresh, "Sùng Thị Của");
    assert_quiet(&f, fresh);
    fixture_end(&f);
}

static void forget(struct fixture *f, size_t at, struct dot id)
{
    struct txn *t = NULL;
    struct check_report report;
    uint8_t key[DOT_KEY_BYTES];
    dot_key_put(key, id);
    assert_int_equal(txn_begin(f->stores[at], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(table_del(t, TABLE_RECORDS, slice_make(key, sizeof(key))), ERR_OK);
    t->record_count--;
    t->dirty = true;
    assert_int_equal(txn_commit(t), ERR_OK);
    assert_int_equal(store_check(f->stores[at], true, &report), ERR_OK);
}

static void lost__a_hub_gets_back_what_it_wrote_itself(void **state)
{
    (void)state;
    for (int wanted = 0; wanted < 2; wanted++) {
        struct fixture f;
        pair(&f, 207);
        struct dot id = add_member(&f, 0, 1, "Hờ Thị Mỉ");
        assert_quiet(&f, 1);
        forget(&f, 0, id);
        if (wanted) {
            want(&f, 0, id);
        }
        f.posts = 0;
        assert_true(fixture_sync(&f, 1, NULL));
        assert_quiet(&f, 1);
        assert_true(live(&f, 0, id, F_MEMBER_NAME, "Hờ Thị Mỉ"));
        fixture_end(&f);
    }
}

static void noise(struct fixture *f, char *out, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++) {
        out[i] = (char)('a' + fixture_random(f) % 26);
    }
    out[len - 1] = '\0';
}

static size_t queued(struct fixture *f, size_t at, struct dot peer)
{
    struct txn *t = NULL;
    struct arena arena = {0};
    struct dot id = {0, 0};
    uint64_t sent = 0;
    size_t n = 0;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    while (queue_next(t, peer, id, &arena, &id, &sent) == ERR_OK) {
        n++;
    }
    txn_abort(t);
    arena_free(&arena);
    return n;
}

/* What was in a lost message and is not in the next, smaller one is still owed. */
static void lost__what_a_lost_message_brought_is_still_owed(void **state)
{
    (void)state;
    struct fixture f;
    struct session s;
    char text[400];
    pair(&f, 208);
    struct dot hub = store_identity(f.stores[0])->node, node = store_identity(f.stores[1])->node;
    struct txn *up = NULL, *down = NULL;
    size_t n = 120;
    for (size_t i = 0; i < n; i++) {
        noise(&f, text, sizeof(text));
        struct dot id = add_member(&f, 1, 1, text);
        assert_int_equal(txn_begin(f.stores[1], TXN_WRITE, &up), ERR_OK);
        assert_int_equal(queue_put(up, hub, id, 0), ERR_OK);
        assert_int_equal(txn_commit(up), ERR_OK);
        noise(&f, text, sizeof(text));
        id = add_member(&f, 0, 1, text);
        assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &down), ERR_OK);
        assert_int_equal(queue_put(down, node, id, 0), ERR_OK);
        assert_int_equal(txn_commit(down), ERR_OK);
    }
    session_init(&s, f.stores[1]);
    assert_int_equal(round_by_hand(&f, 1, &s, true), ERR_OK);
    uint64_t before = s.stats.sent_records;
    assert_true(before > 50);
    s.batch_max_bytes = 6000;
    assert_int_equal(round_by_hand(&f, 1, &s, false), ERR_OK);
    uint64_t sent = s.stats.sent_records - before, received = s.stats.received_records;
    assert_true(sent < 50 && received < 50);
    assert_int_equal(round_by_hand(&f, 1, &s, true), ERR_OK); /* tells the hub what came */
    assert_true(queued(&f, 1, hub) >= n - sent);
    assert_true(queued(&f, 0, node) >= n - received);
    session_end(&s);
    assert_quiet(&f, 1);
    fixture_end(&f);
}

/* On first contact the feed is taken up at its head: that is no receipt for what it holds. */
static void lost__first_contact_cut_short_gives_no_receipt(void **state)
{
    (void)state;
    struct fixture f;
    struct session s;
    char text[400];
    struct dot ids[60];
    pair(&f, 209);
    size_t at = fixture_child(&f, 0, "04252", LEVEL_COMMUNE);
    for (size_t i = 0; i < 60; i++) {
        noise(&f, text, sizeof(text));
        ids[i] = add_member(&f, at, at, text);
    }
    session_init(&s, f.stores[at]);
    s.batch_max_bytes = 4000;
    for (int round = 0; round < 4; round++) {
        for (size_t i = 0; i < 60; i++) {
            assert_true(receipt(&f, at, ids[i]) == 0 || holds(&f, 0, ids[i]));
        }
        assert_true(unsent(&f, at) > 0);
        assert_int_equal(round_by_hand(&f, at, &s, false), ERR_OK);
    }
    session_end(&s);
    assert_quiet(&f, at);
    for (size_t i = 0; i < 60; i++) {
        assert_true(holds(&f, 0, ids[i]));
        assert_int_equal(receipt(&f, at, ids[i]), 2);
    }
    fixture_end(&f);
}

static void set_noise(struct fixture *f, size_t at, struct dot id, uint32_t field)
{
    static char text[32768];
    noise(f, text, sizeof(text));
    (void)fixture_save_text(f, at, id, 0, (struct dot){0, 0}, field, text);
}

/* Long texts in conflict make a record larger than a batch may be: it travels alone. */
static void lost__a_record_larger_than_a_batch_stops_nothing(void **state)
{
    (void)state;
    struct fixture f;
    pair(&f, 210);
    struct dot id = add_member(&f, 1, 1, "Lò Văn Ún");
    assert_quiet(&f, 1);
    const uint32_t fields[] = {F_NOTE, F_MEMBER_PHONE, F_MEMBER_RESIDENCE};
    for (size_t at = 0; at < 2; at++) {
        for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
            set_noise(&f, at, id, fields[i]);
        }
    }
    struct dot after = add_member(&f, 1, 1, "Lò Văn Ên");
    f.posts = 0;
    assert_true(fixture_sync(&f, 1, NULL));
    assert_quiet(&f, 1);
    assert_true(holds(&f, 0, after));
    fixture_end(&f);
}

/* A push that would make a record larger than records may be is refused, alone. */
static void lost__a_record_that_would_grow_too_large_is_refused_alone(void **state)
{
    (void)state;
    struct fixture f;
    struct session_stats stats;
    pair(&f, 211);
    struct dot id = add_member(&f, 1, 1, "Lò Văn Ún");
    assert_quiet(&f, 1);
    for (size_t at = 0; at < 2; at++) {
        for (uint32_t i = 0; i < 8; i++) {
            set_noise(&f, at, id, 700 + i);
        }
    }
    struct dot after = add_member(&f, 1, 1, "Lò Văn Ên");
    f.posts = 0;
    assert_true(fixture_sync(&f, 1, &stats));
    assert_true(stats.refused > 0);
    assert_true(holds(&f, 0, after));
    assert_int_equal(receipt(&f, 1, id), 0);
    f.posts = 0;
    assert_true(fixture_sync(&f, 1, &stats));
    fixture_end(&f);
}

static void first_contact_anew(struct fixture *f, size_t at)
{
    struct txn *t = NULL;
    struct upstream u;
    assert_int_equal(store_new_actor(f->stores[at]), ERR_OK);
    assert_int_equal(txn_begin(f->stores[at], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(upstream_load(t, &u), ERR_OK);
    u.epoch = 0;
    assert_int_equal(upstream_store(t, &u), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
}

/* A hub that lost nearly all: the listings of a large group go through. */
static void lost__a_large_group_that_differs_everywhere_is_compared(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct txn *t = NULL;
    struct datum name = datum_text(slice_str("Người")), unit;
    pair(&f, 212);
    unit = datum_ref(f.units[1]);
    assert_int_equal(txn_begin(f.stores[1], TXN_WRITE, &t), ERR_OK);
    for (int i = 0; i < 6000; i++) {
        struct dot id, dot;
        struct edit edits[] = {{F_MEMBER_NAME, EDIT_SET, &name, 1}, {F_UNIT, EDIT_SET, &unit, 1}};
        struct save save = {.kind = KIND_MEMBER, .edits = edits, .edit_count = 2, .via = VIA_LOCAL};
        assert_int_equal(store_save(t, &save, &arena, &id, &dot), ERR_OK);
        arena_reset(&arena);
    }
    assert_int_equal(txn_commit(t), ERR_OK);
    arena_free(&arena);
    (void)add_member(&f, 0, 1, "Người đầu");
    first_contact_anew(&f, 1);
    f.posts = 0;
    assert_true(fixture_sync(&f, 1, NULL));
    assert_quiet(&f, 1);
    fixture_end(&f);
}

static long resident_kb(void)
{
    long kb = 0;
    char line[256];
    FILE *in = fopen("/proc/self/status", "r");
    while (in && fgets(line, sizeof(line), in)) {
        if (sscanf(line, "VmHWM: %ld", &kb) == 1) {
            break;
        }
    }
    if (in) {
        (void)fclose(in);
    }
    return kb;
}

/* Counts that the bytes could hold, but no honest node sends, are refused before room is made. */
static void lost__huge_counts_cost_no_memory(void **state)
{
    (void)state;
    struct fixture f;
    struct buf whole = {0}, message = {0}, reply = {0}, body = {0}, raw = {0};
    struct session s;
    pair(&f, 213);
    session_init(&s, f.stores[1]);
    assert_int_equal(session_request(&s, &whole), ERR_OK);
    session_end(&s);
    fixture_unseal(&f, 1, 0, buf_view(&whole), &raw);
    long before = resident_kb();
    for (size_t at = 0; at < raw.len; at++) {
        if (raw.ptr[at] != 0x90) { /* an empty list becomes one of four million */
            continue;
        }
        const uint8_t many[5] = {0xdd, 0x00, 0x40, 0x00, 0x00};
        buf_clear(&body);
        buf_add(&body, raw.ptr, at);
        buf_add(&body, many, sizeof(many));
        for (size_t i = 0; i < (size_t)4 << 20; i++) {
            buf_add_byte(&body, 0x01);
        }
        assert_int_equal(fixture_seal(&f, 1, 0, buf_view(&body), &message), ERR_OK);
        assert_int_equal(session_serve(f.stores[0], buf_view(&message), &reply), ERR_FORMAT);
    }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* these keep what was freed   \
                                                                     */
    assert_true(resident_kb() - before < 40 * 1024);
#endif
    print_message("%ld kB more\n", resident_kb() - before);
    buf_free(&whole);
    buf_free(&message);
    buf_free(&reply);
    buf_free(&body);
    buf_free(&raw);
    fixture_end(&f);
}

/* Records whose ids come before that of their unit, and more than one batch of them: the hub cannot
 * place them before it has the unit. */
static void lost__a_unit_goes_before_the_records_that_it_holds(void **state)
{
    (void)state;
    for (uint64_t seed = 214; seed < 218; seed++) {
        struct fixture f;
        struct session_stats stats;
        struct dot ids[40];
        char text[300];
        pair(&f, seed);
        for (size_t i = 0; i < ARRAY_COUNT(ids); i++) {
            noise(&f, text, sizeof(text));
            ids[i] = add_member(&f, 1, 1, text);
        }
        first_contact_anew(&f, 1); /* now and then the new actor is the greater one */
        struct dot village = fixture_unit(&f, 1, f.units[1], "v1", "chi-doan");
        struct dot hamlet = fixture_unit(&f, 1, village, "v2", "chi-doan");
        for (size_t i = 0; i < ARRAY_COUNT(ids); i++) {
            noise(&f, text, sizeof(text));
            (void)fixture_save_text(&f, 1, ids[i], 0, i % 2 ? village : hamlet, F_NOTE, text);
        }
        f.posts = 0;
        f.message_bytes = 3000;
        assert_true(fixture_sync(&f, 1, &stats));
        assert_int_equal(stats.refused, 0);
        f.message_bytes = 0;
        assert_quiet(&f, 1);
        for (size_t i = 0; i < ARRAY_COUNT(ids); i++) {
            assert_true(holds(&f, 0, ids[i]));
        }
        fixture_end(&f);
    }
}

/* A hub on an older disk gives dots a second time, and to records of another kind. */
static void lost__a_hub_that_gives_dots_twice_loses_nothing(void **state)
{
    (void)state;
    struct fixture f;
    struct dot notes[5], members[5];
    pair(&f, 220);
    fixture_snapshot(&f, 0);
    for (size_t i = 0; i < 5; i++) {
        notes[i] =
            fixture_save_text(&f, 0, (struct dot){0, 0}, KIND_NOTE, f.units[1], F_NOTE, "ghi chép");
    }
    assert_true(fixture_sync(&f, 1, NULL));
    fixture_roll_back(&f, 0);
    for (size_t i = 0; i < 5; i++) {
        members[i] = add_member(&f, 0, 1, "Giàng Seo Sùng");
        assert_true(dot_equal(members[i], notes[i]));
    }
    f.posts = 0;
    assert_true(fixture_sync(&f, 1, NULL));
    assert_quiet(&f, 1);
    for (size_t at = 0; at < 2; at++) {
        for (size_t i = 0; i < 5; i++) {
            assert_true(live(&f, at, notes[i], F_NOTE, "ghi chép"));
            assert_false(live(&f, at, members[i], F_MEMBER_NAME, "Giàng Seo Sùng"));
        }
        assert_int_equal(count_live(&f, at, KIND_MEMBER, F_MEMBER_NAME, "Giàng Seo Sùng"), 5);
    }
    fixture_end(&f);
}

/* What a store saved, in order; what it saved since its snapshot goes when it is rolled back. */
struct saved {
    struct dot id;
    size_t at;
    bool since_snapshot, gone;
    char name[24];
};

static void random_disks(uint64_t seed)
{
    struct fixture f;
    static struct saved list[200];
    size_t n = 0;
    fixture_begin(&f, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    fixture_root(&f);
    (void)fixture_child(&f, 0, "132", LEVEL_DISTRICT);
    assert_true(fixture_sync(&f, 1, NULL));
    (void)fixture_child(&f, 1, "04249", LEVEL_COMMUNE);
    (void)fixture_child(&f, 1, "04252", LEVEL_COMMUNE);
    fixture_settle(&f);
    for (size_t at = 0; at < f.count; at++) {
        fixture_snapshot(&f, at);
    }
    f.posts_max = 400;
    for (int step = 0; step < 120; step++) {
        size_t at = fixture_random(&f) % f.count;
        uint64_t what = fixture_random(&f) % 20;
        f.posts = 0;
        if (what < 8) {
            struct saved *s = &list[n];
            *s = (struct saved){.at = at, .since_snapshot = true};
            (void)snprintf(s->name, sizeof(s->name), "người %zu", n++);
            s->id = add_member(&f, at, at < 2 ? 2 : at, s->name);
        } else if (what < 17 && at > 0) {
            f.lose_reply_in = what % 2 ? 3 : 0;
            f.message_bytes = what % 3 ? 0 : 900;
            (void)fixture_sync(&f, at, NULL);
        } else if (what == 17 || what == 18) {
            fixture_snapshot(&f, at);
            for (size_t i = 0; i < n; i++) {
                list[i].since_snapshot = list[i].since_snapshot && list[i].at != at;
            }
        } else if (what == 19) {
            fixture_roll_back(&f, at);
            for (size_t i = 0; i < n; i++) {
                list[i].gone = list[i].gone || (list[i].at == at && list[i].since_snapshot);
            }
        }
    }
    f.posts_max = 0;
    f.message_bytes = 0;
    fixture_settle(&f);
    for (size_t i = 0; i < n; i++) {
        for (size_t at = list[i].at; !list[i].gone; at = (size_t)f.parents[at]) {
            if (count_live(&f, at, KIND_MEMBER, F_MEMBER_NAME, list[i].name) == 0) {
                fail_msg("%s, saved in %zu, is not in %zu", list[i].name, list[i].at, at);
            }
            if (f.parents[at] < 0) {
                break;
            }
        }
    }
    fixture_end(&f);
}

static void lost__older_disks_anywhere_lose_only_what_was_on_them(void **state)
{
    (void)state;
    for (uint64_t seed = 2201; seed < 2211; seed++) {
        random_disks(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lost__a_hub_on_an_older_disk_gets_everything_again),
        cmocka_unit_test(lost__also_when_its_first_reply_is_lost),
        cmocka_unit_test(lost__a_node_on_an_older_disk_loses_nobodys_saves),
        cmocka_unit_test(lost__a_want_that_nobody_satisfies_stops_nothing),
        cmocka_unit_test(lost__a_hub_gets_back_what_it_wrote_itself),
        cmocka_unit_test(lost__what_a_lost_message_brought_is_still_owed),
        cmocka_unit_test(lost__first_contact_cut_short_gives_no_receipt),
        cmocka_unit_test(lost__a_record_larger_than_a_batch_stops_nothing),
        cmocka_unit_test(lost__a_record_that_would_grow_too_large_is_refused_alone),
        cmocka_unit_test(lost__a_large_group_that_differs_everywhere_is_compared),
        cmocka_unit_test(lost__huge_counts_cost_no_memory),
        cmocka_unit_test(lost__a_unit_goes_before_the_records_that_it_holds),
        cmocka_unit_test(lost__a_hub_that_gives_dots_twice_loses_nothing),
        cmocka_unit_test(lost__older_disks_anywhere_lose_only_what_was_on_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
