#include "tests/unit/fixture.h"

#include "sync/link.h"
#include "sync/reconcile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Province 0, districts 1 and 2, communes 3, 4 under 1 and 5, 6 under 2. */
static void tree(struct fixture *f, uint64_t seed)
{
    fixture_begin(f, seed);
    fixture_root(f);
    size_t a = fixture_child(f, 0, "132", LEVEL_DISTRICT);
    size_t b = fixture_child(f, 0, "133", LEVEL_DISTRICT);
    assert_true(fixture_sync(f, a, NULL));
    assert_true(fixture_sync(f, b, NULL));
    (void)fixture_child(f, a, "04249", LEVEL_COMMUNE);
    (void)fixture_child(f, a, "04252", LEVEL_COMMUNE);
    (void)fixture_child(f, b, "04612", LEVEL_COMMUNE);
    (void)fixture_child(f, b, "04615", LEVEL_COMMUNE);
    for (size_t i = 3; i < f->count; i++) {
        assert_true(fixture_sync(f, i, NULL));
    }
}

static struct dot add_member(struct fixture *f, size_t at, const char *name)
{
    return fixture_save_text(f, at, (struct dot){0, 0}, KIND_MEMBER, f->units[at], F_MEMBER_NAME,
                             name);
}

static void rename_member(struct fixture *f, size_t at, struct dot id, const char *name)
{
    (void)fixture_save_text(f, at, id, 0, (struct dot){0, 0}, F_MEMBER_NAME, name);
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

static size_t siblings(struct fixture *f, size_t at, struct dot id, uint32_t field)
{
    struct arena arena = {0};
    struct record r;
    size_t n = 0;
    if (get(f, at, id, &arena, &r, NULL)) {
        (void)merge_siblings(&r, field, &arena, &n);
    }
    arena_free(&arena);
    return n;
}

static struct hash digest(struct fixture *f, size_t at, size_t unit)
{
    struct txn *t = NULL;
    struct hash h;
    assert_int_equal(txn_begin(f->stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(reconcile_digest(t, f->units[unit], false, &h), ERR_OK);
    txn_abort(t);
    return h;
}

static void assert_converged(struct fixture *f)
{
    for (size_t i = 1; i < f->count; i++) {
        for (size_t up = i; f->parents[up] >= 0; up = (size_t)f->parents[up]) {
            struct hash here = digest(f, i, i), there = digest(f, (size_t)f->parents[up], i);
            if (!hash_equal(here, there)) {
                fail_msg("digests of unit %zu differ in store %zu and %d", i, i, f->parents[up]);
            }
        }
    }
}

static void session__a_record_climbs_three_levels(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct record r;
    struct session_stats stats;
    tree(&f, 11);
    struct dot id = add_member(&f, 3, "Giàng A Dê");
    assert_true(fixture_sync(&f, 3, &stats));
    assert_int_equal(stats.rounds, 1);
    assert_int_equal(stats.sent_records, 1);
    assert_int_equal(stats.digest_equal, 1);
    assert_true(get(&f, 1, id, &arena, &r, NULL));
    assert_false(get(&f, 0, id, &arena, &r, NULL));
    assert_true(fixture_sync(&f, 1, NULL));
    assert_true(get(&f, 0, id, &arena, &r, NULL));
    assert_false(get(&f, 2, id, &arena, &r, NULL));
    assert_false(get(&f, 4, id, &arena, &r, NULL));
    fixture_settle(&f);
    assert_converged(&f);
    arena_free(&arena);
    fixture_end(&f);
}

static void session__without_changes_one_round_suffices(void **state)
{
    (void)state;
    struct fixture f;
    struct session_stats stats;
    tree(&f, 12);
    fixture_settle(&f);
    for (size_t i = 1; i < f.count; i++) {
        assert_true(fixture_sync(&f, i, &stats));
        assert_int_equal(stats.rounds, 1);
        assert_int_equal(stats.sent_records + stats.received_records, 0);
        assert_int_equal(stats.digest_equal, 1);
    }
    fixture_end(&f);
}

static void session__concurrent_values_are_both_kept_and_one_decision_ends_it(void **state)
{
    (void)state;
    struct fixture f;
    tree(&f, 13);
    struct dot id = add_member(&f, 3, "Lò Thị Mai");
    fixture_settle(&f);
    rename_member(&f, 3, id, "Lò Thị Mài");
    rename_member(&f, 1, id, "Lò Thị Mái");
    rename_member(&f, 0, id, "Lò Thị Mãi");
    fixture_settle(&f);
    assert_converged(&f);
    assert_int_equal(siblings(&f, 0, id, F_MEMBER_NAME), 3);
    assert_int_equal(siblings(&f, 1, id, F_MEMBER_NAME), 3);
    assert_int_equal(siblings(&f, 3, id, F_MEMBER_NAME), 3);
    rename_member(&f, 1, id, "Lò Thị Mai");
    fixture_settle(&f);
    assert_converged(&f);
    assert_int_equal(siblings(&f, 0, id, F_MEMBER_NAME), 1);
    assert_int_equal(siblings(&f, 3, id, F_MEMBER_NAME), 1);
    fixture_end(&f);
}

static void session__directives_flow_down_and_stay_out_of_sight_elsewhere(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct record r;
    tree(&f, 14);
    struct dot id = fixture_save_text(&f, 1, (struct dot){0, 0}, KIND_DIRECTIVE, f.units[1], F_NOTE,
                                      "Về sinh hoạt chi đoàn");
    fixture_settle(&f);
    assert_true(get(&f, 3, id, &arena, &r, NULL));
    assert_true(get(&f, 4, id, &arena, &r, NULL));
    assert_true(get(&f, 0, id, &arena, &r, NULL));
    assert_false(get(&f, 5, id, &arena, &r, NULL));
    assert_converged(&f);
    arena_free(&arena);
    fixture_end(&f);
}

static void session__a_record_that_moves_leaves_a_stub_and_arrives_whole(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct record r;
    tree(&f, 15);
    struct dot id = add_member(&f, 3, "Sùng A Chu");
    fixture_settle(&f);
    (void)fixture_save_text(&f, 0, id, 0, f.units[5], F_MEMBER_NAME, "Sùng A Chu");
    fixture_settle(&f);
    assert_converged(&f);
    assert_true(get(&f, 3, id, &arena, &r, NULL));
    assert_true(r.flags & RECORD_STUB);
    assert_true(get(&f, 1, id, &arena, &r, NULL));
    assert_true(r.flags & RECORD_STUB);
    assert_true(get(&f, 5, id, &arena, &r, NULL));
    assert_false(r.flags & RECORD_STUB);
    assert_non_null(record_field(&r, F_MEMBER_NAME));
    /* and back again: the stub asks for the whole */
    (void)fixture_save_text(&f, 0, id, 0, f.units[3], F_MEMBER_NAME, "Sùng A Chư");
    fixture_settle(&f);
    assert_converged(&f);
    assert_true(get(&f, 3, id, &arena, &r, NULL));
    assert_false(r.flags & RECORD_STUB);
    arena_free(&arena);
    fixture_end(&f);
}

static void session__an_edit_made_before_hearing_of_the_move_is_not_lost(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct record r;
    tree(&f, 16);
    struct dot id = add_member(&f, 3, "Mùa A Tủa");
    fixture_settle(&f);
    (void)fixture_save_text(&f, 0, id, 0, f.units[5], F_MEMBER_NAME, "Mùa A Tủa");
    (void)fixture_save_text(&f, 3, id, 0, (struct dot){0, 0}, F_NOTE, "đã có xe máy");
    fixture_settle(&f);
    assert_converged(&f);
    assert_true(get(&f, 5, id, &arena, &r, NULL));
    assert_non_null(record_field(&r, F_NOTE));
    assert_true(get(&f, 0, id, &arena, &r, NULL));
    assert_non_null(record_field(&r, F_NOTE));
    arena_free(&arena);
    fixture_end(&f);
}

static void session__receipts_come_only_when_it_is_stored_there(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct record r;
    struct record_local local;
    struct txn *t = NULL;
    int seen[4] = {0};
    tree(&f, 17);
    fixture_settle(&f);
    struct dot id = add_member(&f, 3, "Hờ A Páo");
    for (int step = 0; step < 4; step++) {
        if (step == 1 || step == 3) {
            assert_true(fixture_sync(&f, 3, NULL));
        }
        if (step == 2) {
            assert_true(fixture_sync(&f, 1, NULL));
        }
        assert_true(get(&f, 3, id, &arena, &r, &local));
        assert_int_equal(txn_begin(f.stores[3], TXN_READ, &t), ERR_OK);
        seen[step] = session_receipt(t, &r, &local);
        txn_abort(t);
    }
    assert_int_equal(seen[0], 0);
    assert_int_equal(seen[1], 1);
    assert_int_equal(seen[2], 1); /* not heard of yet */
    assert_int_equal(seen[3], 2);
    arena_free(&arena);
    fixture_end(&f);
}

static void session__a_commune_cannot_write_another_communes_record(void **state)
{
    (void)state;
    struct fixture f;
    struct session_stats stats;
    struct arena arena = {0};
    struct record r;
    tree(&f, 18);
    struct dot id = add_member(&f, 5, "Vừ Thị Dợ");
    fixture_settle(&f);
    /* a record of its own making, put into a unit that is not its own */
    struct dot own = fixture_save_text(&f, 3, (struct dot){0, 0}, KIND_MEMBER, f.units[3],
                                       F_MEMBER_NAME, "Kẻ lạ");
    struct txn *t = NULL;
    struct change change = {.whole = true};
    struct arrival arrival = {.via = VIA_SYNC, .from_below = true, .unit = f.units[3]};
    enum outcome outcome = OUTCOME_NEW;
    uint8_t why = 0;
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &arena, &change.record, NULL), ERR_OK);
    txn_abort(t);
    change.record.context = context_with(&change.record.context, (struct dot){77, 1}, &arena);
    assert_int_equal(txn_begin(f.stores[0], TXN_WRITE, &t), ERR_OK);
    arrival.node = f.units[3];
    assert_int_equal(store_receive(t, &change, &arrival, &outcome, &why), ERR_OK);
    assert_int_equal(outcome, OUTCOME_REFUSED);
    txn_abort(t);
    assert_true(fixture_sync(&f, 3, &stats));
    assert_true(get(&f, 1, own, &arena, &r, NULL));
    arena_free(&arena);
    fixture_end(&f);
}

/* Rule 9: a pusher's word about others' saves counts only as far as the hub has seen them. */
static void session__borrowed_futures_are_cut_down(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct record r;
    struct txn *t = NULL;
    tree(&f, 19);
    struct dot id = add_member(&f, 3, "Chảo Mẩy Pham");
    fixture_settle(&f);
    uint64_t province = store_identity(f.stores[0])->actor;
    struct change change = {.whole = true};
    struct arrival arrival = {.via = VIA_SYNC, .from_below = true, .unit = f.units[3]};
    enum outcome outcome = OUTCOME_REFUSED;
    uint8_t why = 0;
    assert_true(get(&f, 1, id, &arena, &change.record, NULL));
    struct dot own = {store_identity(f.stores[3])->actor, 900};
    change.record.context = context_with(&change.record.context, own, &arena);
    change.record.context =
        context_with(&change.record.context, (struct dot){province, 99}, &arena);
    assert_int_equal(txn_begin(f.stores[1], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(store_receive(t, &change, &arrival, &outcome, &why), ERR_OK);
    assert_int_equal(outcome, OUTCOME_MERGED);
    assert_int_equal(store_get(t, id, &arena, &r, NULL), ERR_OK);
    assert_int_equal(context_seq(&r.context, own.actor), 900);
    assert_int_equal(context_seq(&r.context, province), 0);
    txn_abort(t);
    arena_free(&arena);
    fixture_end(&f);
}

static void session__a_delete_cannot_claim_to_have_seen_the_future(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct record r;
    struct txn *t = NULL;
    struct buf bytes = {0};
    tree(&f, 20);
    struct dot id = add_member(&f, 3, "Lừu Thị Mỷ");
    fixture_settle(&f);
    uint64_t province = store_identity(f.stores[0])->actor;
    struct dot dot = {store_identity(f.stores[3])->actor, 900};
    struct change change = {.whole = false};
    struct arrival arrival = {.via = VIA_SYNC, .from_below = true, .unit = f.units[3]};
    enum outcome outcome = OUTCOME_REFUSED;
    uint8_t why = 0;
    assert_true(get(&f, 1, id, &arena, &r, NULL));
    struct context claim = context_with(&r.context, (struct dot){province, 1000}, &arena);
    struct pack_writer w = pack_writer_make(&bytes);
    context_pack(&w, &claim);
    struct value v = {.dot = dot, .level = 2, .datum = datum_bytes(buf_view(&bytes))};
    struct field field = {F_DELETED, 1, &v};
    change.record = r;
    change.record.fields = &field;
    change.record.field_count = 1;
    change.base = r.context;
    change.record.context = context_with(&r.context, dot, &arena);
    assert_int_equal(txn_begin(f.stores[1], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(store_receive(t, &change, &arrival, &outcome, &why), ERR_OK);
    assert_int_equal(outcome, OUTCOME_MERGED);
    assert_int_equal(store_get(t, id, &arena, &r, NULL), ERR_OK);
    const struct field *deleted = record_field(&r, F_DELETED);
    assert_int_equal(deleted->count, 1);
    assert_true(deleted->values[0].dot.actor == store_identity(f.stores[1])->actor);
    struct pack_reader p = pack_reader_make(deleted->values[0].datum.text);
    struct context seen = context_read(&p, &arena);
    assert_int_equal(context_seq(&seen, province), 0);
    txn_abort(t);
    buf_free(&bytes);
    arena_free(&arena);
    fixture_end(&f);
}

static void session__a_delta_whose_base_is_missing_asks_for_the_whole(void **state)
{
    (void)state;
    struct fixture f;
    struct arena arena = {0};
    struct record r, still;
    struct txn *t = NULL;
    tree(&f, 21);
    struct dot id = add_member(&f, 3, "Thào Thị Sua");
    fixture_settle(&f);
    (void)fixture_save_text(&f, 3, id, 0, (struct dot){0, 0}, F_NOTE, "một");
    (void)fixture_save_text(&f, 3, id, 0, (struct dot){0, 0}, F_EXT_ID, "hai");
    assert_true(get(&f, 3, id, &arena, &r, NULL));
    const uint32_t only[] = {F_EXT_ID}; /* the note, which the hub lacks, is left out */
    struct change change = record_delta(&r, only, 1, &arena);
    struct arrival arrival = {.via = VIA_SYNC, .from_below = true, .unit = f.units[3]};
    enum outcome outcome = OUTCOME_MERGED;
    uint8_t why = 0;
    assert_int_equal(txn_begin(f.stores[1], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(store_receive(t, &change, &arrival, &outcome, &why), ERR_OK);
    assert_int_equal(outcome, OUTCOME_NEED_WHOLE);
    assert_int_equal(store_get(t, id, &arena, &still, NULL), ERR_OK);
    assert_null(record_field(&still, F_EXT_ID));
    txn_abort(t);
    arena_free(&arena);
    fixture_end(&f);
}

/* Batches cut between a record's creation and its later edit: it still goes once, in one piece. */
static void session__a_record_edited_before_it_was_sent_goes_once(void **state)
{
    (void)state;
    struct fixture f;
    struct session_stats stats;
    struct dot ids[40];
    tree(&f, 22);
    fixture_settle(&f);
    for (size_t i = 0; i < ARRAY_COUNT(ids); i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "người %zu", i);
        ids[i] = add_member(&f, 3, name);
    }
    for (size_t i = 0; i < ARRAY_COUNT(ids); i += 2) {
        (void)fixture_save_text(&f, 3, ids[i], 0, (struct dot){0, 0}, F_NOTE, "sửa sau");
    }
    f.message_bytes = 280;
    assert_true(fixture_sync(&f, 3, &stats));
    assert_true(stats.rounds > 1);
    assert_int_equal(stats.sent_records, ARRAY_COUNT(ids));
    assert_int_equal(stats.digest_equal, 1);
    fixture_end(&f);
}

/* ---- random histories ------------------------------------------------------------------------ */

#define WRITES_MAX 4000

/* The test's own model: every value ever written, and whether its successor's author saw it. */
struct model {
    struct {
        struct dot id;
        char text[24];
        bool replaced;
    } writes[WRITES_MAX];
    size_t count;
    struct dot ids[200];
    size_t owner[200]; /* the commune that holds it in the end */
    size_t id_count;
    size_t moves, late;
};

/* Gone, or on its way out: then nothing more can be saved there. */
static bool has_left(struct fixture *f, size_t at, struct dot id, const struct record *r)
{
    struct txn *t = NULL;
    struct arena arena = {0};
    struct datum d = datum_text(slice_str("quá muộn"));
    struct edit edit = {F_MEMBER_NAME, EDIT_SET, &d, 1};
    struct save save = {.id = id, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    struct dot dot;
    assert_int_equal(txn_begin(f->stores[at], TXN_WRITE, &t), ERR_OK);
    bool left = r->flags & RECORD_STUB || store_is_leaving(t, id);
    enum err e = store_save(t, &save, &arena, &id, &dot);
    txn_abort(t);
    assert_int_equal(e, left ? ERR_RULE : ERR_OK);
    arena_free(&arena);
    return left;
}

static void model_write(struct model *m, struct fixture *f, size_t at, size_t k)
{
    struct arena arena = {0};
    struct record r;
    if (m->count == WRITES_MAX || !get(f, at, m->ids[k], &arena, &r, NULL) ||
        has_left(f, at, m->ids[k], &r)) {
        arena_free(&arena);
        return;
    }
    size_t n = 0;
    const struct value **seen = merge_siblings(&r, F_MEMBER_NAME, &arena, &n);
    for (size_t i = 0; i < n; i++) {
        for (size_t w = 0; w < m->count; w++) {
            if (dot_equal(m->writes[w].id, m->ids[k]) &&
                slice_equal(slice_str(m->writes[w].text), seen[i]->datum.text)) {
                m->writes[w].replaced = true;
            }
        }
    }
    m->writes[m->count].id = m->ids[k];
    (void)snprintf(m->writes[m->count].text, sizeof(m->writes[0].text), "v%zu", m->count);
    rename_member(f, at, m->ids[k], m->writes[m->count].text);
    m->count++;
    arena_free(&arena);
}

static void model_create(struct model *m, struct fixture *f, size_t at)
{
    if (m->id_count == ARRAY_COUNT(m->ids) || m->count == WRITES_MAX) {
        return;
    }
    (void)snprintf(m->writes[m->count].text, sizeof(m->writes[0].text), "v%zu", m->count);
    m->ids[m->id_count] = add_member(f, at, m->writes[m->count].text);
    m->writes[m->count].id = m->ids[m->id_count];
    m->owner[m->id_count++] = at;
    m->count++;
}

/* The province moves a member to another commune; the old one may go on writing until it hears. */
static void model_move(struct model *m, struct fixture *f, size_t k)
{
    struct arena arena = {0};
    struct record r;
    size_t to = 3 + fixture_random(f) % 4;
    struct txn *t = NULL;
    struct dot id, dot;
    struct datum unit = datum_ref(f->units[to]);
    struct edit edit = {F_UNIT, EDIT_SET, &unit, 1};
    struct save save = {.id = m->ids[k], .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    if (get(f, 0, m->ids[k], &arena, &r, NULL)) {
        assert_int_equal(txn_begin(f->stores[0], TXN_WRITE, &t), ERR_OK);
        assert_int_equal(store_save(t, &save, &arena, &id, &dot), ERR_OK);
        assert_int_equal(txn_commit(t), ERR_OK);
        m->moves += !dot_is_none(dot);
        m->late += m->owner[k] != to;
        m->owner[k] = to;
    }
    arena_free(&arena);
}

static void assert_model(struct model *m, struct fixture *f, size_t at, size_t k, uint64_t seed)
{
    struct arena arena = {0};
    struct record r;
    size_t n = 0, expected = 0;
    if (!get(f, at, m->ids[k], &arena, &r, NULL)) {
        fail_msg("seed %llu: record %zu is not in store %zu", (unsigned long long)seed, k, at);
    }
    const struct value **live = merge_siblings(&r, F_MEMBER_NAME, &arena, &n);
    for (size_t w = 0; w < m->count; w++) {
        if (!dot_equal(m->writes[w].id, m->ids[k]) || m->writes[w].replaced) {
            continue;
        }
        expected++;
        bool found = false;
        for (size_t i = 0; i < n && !found; i++) {
            found = slice_equal(live[i]->datum.text, slice_str(m->writes[w].text));
        }
        if (!found) {
            fail_msg("seed %llu: %s of record %zu is lost in store %zu", (unsigned long long)seed,
                     m->writes[w].text, k, at);
        }
    }
    if (n != expected) {
        fail_msg("seed %llu: record %zu shows %zu values in store %zu, not %zu",
                 (unsigned long long)seed, k, n, at, expected);
    }
    arena_free(&arena);
}

static size_t random_history(uint64_t seed, bool moves)
{
    struct fixture f;
    struct model *m = calloc(1, sizeof(*m));
    assert_non_null(m);
    tree(&f, seed);
    f.message_bytes = seed % 2 ? 600 : 0;
    f.lose_request_in = 6;
    f.lose_reply_in = 5;
    for (int step = 0; step < 220; step++) {
        uint64_t what = fixture_random(&f) % 10;
        size_t at = fixture_random(&f) % f.count;
        if (what < 2) {
            model_create(m, &f, 3 + at % 4);
        } else if (what == 2 && moves && m->id_count) {
            model_move(m, &f, fixture_random(&f) % m->id_count);
        } else if (what == 3 && moves && m->id_count) {
            /* anybody who still holds it, the former commune included */
            model_write(m, &f, at, fixture_random(&f) % m->id_count);
        } else if (what < 6 && m->id_count) {
            size_t k = fixture_random(&f) % m->id_count;
            size_t writer = m->owner[k];
            for (uint64_t up = fixture_random(&f) % 3; up > 0; up--) {
                writer = (size_t)f.parents[writer];
            }
            model_write(m, &f, writer, k);
        } else if (at != 0) {
            (void)fixture_sync(&f, at, NULL);
        }
    }
    fixture_settle(&f);
    assert_converged(&f);
    for (size_t k = 0; k < m->id_count; k++) {
        for (int at = (int)m->owner[k]; at >= 0; at = f.parents[at]) {
            assert_model(m, &f, (size_t)at, k, seed);
        }
    }
    for (size_t i = 0; i < f.count; i++) {
        struct check_report report;
        assert_int_equal(store_check(f.stores[i], false, &report), ERR_OK);
        assert_int_equal(report.damaged, 0);
    }
    size_t moved = m->moves;
    free(m);
    fixture_end(&f);
    return moved;
}

static void session__random_histories_over_a_lossy_link_lose_nothing(void **state)
{
    (void)state;
    const char *given = getenv("TERRACE_TEST_SEED");
    if (given) {
        (void)random_history(strtoull(given, NULL, 10), false);
        return;
    }
    for (uint64_t seed = 1; seed <= 20; seed++) {
        (void)random_history(seed, false);
    }
}

static void session__moves_between_communes_lose_nothing(void **state)
{
    (void)state;
    const char *given = getenv("TERRACE_TEST_SEED");
    size_t moved = 0;
    if (given) {
        (void)random_history(strtoull(given, NULL, 10), true);
        return;
    }
    for (uint64_t seed = 101; seed <= 120; seed++) {
        moved += random_history(seed, true);
    }
    printf("# %zu moves\n", moved);
    assert_true(moved > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session__a_record_climbs_three_levels),
        cmocka_unit_test(session__without_changes_one_round_suffices),
        cmocka_unit_test(session__concurrent_values_are_both_kept_and_one_decision_ends_it),
        cmocka_unit_test(session__directives_flow_down_and_stay_out_of_sight_elsewhere),
        cmocka_unit_test(session__a_record_that_moves_leaves_a_stub_and_arrives_whole),
        cmocka_unit_test(session__an_edit_made_before_hearing_of_the_move_is_not_lost),
        cmocka_unit_test(session__receipts_come_only_when_it_is_stored_there),
        cmocka_unit_test(session__a_commune_cannot_write_another_communes_record),
        cmocka_unit_test(session__borrowed_futures_are_cut_down),
        cmocka_unit_test(session__a_delete_cannot_claim_to_have_seen_the_future),
        cmocka_unit_test(session__a_delta_whose_base_is_missing_asks_for_the_whole),
        cmocka_unit_test(session__a_record_edited_before_it_was_sent_goes_once),
        cmocka_unit_test(session__random_histories_over_a_lossy_link_lose_nothing),
        cmocka_unit_test(session__moves_between_communes_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
