/* A joined node that forges what gives scope: transfers, answers to them, mergers, nodes. Each
 * forgery is well-formed and of records that are the forger's to write, or new; each has an honest
 * twin that must go through. */
#include "core/crypto.h"
#include "core/person.h"
#include "core/transfer.h"
#include "sync/batch.h"
#include "sync/join.h"
#include "sync/link.h"
#include "tests/unit/forge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TOP, FORGER, VICTIM, THIRD, STORES };

struct scene {
    struct fixture f;
    struct dot theirs, own; /* a member of the victim's, one of the forger's */
    struct record before;   /* theirs, as the hub held it */
    struct arena arena;
    struct forge forge;
};

static void load(struct scene *s, size_t at, struct dot id, struct record *out)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(s->f.stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, &s->arena, out, NULL), ERR_OK);
    txn_abort(t);
}

static void begin(struct scene *s, bool first_contact)
{
    *s = (struct scene){.forge = {.from = FORGER, .to = TOP, .seq = 1000}};
    s->forge.f = &s->f;
    s->forge.first_contact = first_contact;
    struct fixture *f = &s->f;
    struct dot none = {0, 0};
    fixture_begin(f, 401);
    fixture_root(f);
    (void)fixture_child(f, 0, "04249", LEVEL_COMMUNE);
    (void)fixture_child(f, 0, "04252", LEVEL_COMMUNE);
    (void)fixture_child(f, 0, "04255", LEVEL_COMMUNE);
    s->own = fixture_save_text(f, FORGER, none, KIND_MEMBER, f->units[FORGER], F_MEMBER_NAME, "A");
    s->theirs =
        fixture_save_text(f, VICTIM, none, KIND_MEMBER, f->units[VICTIM], F_MEMBER_NAME, "B");
    fixture_settle(f);
    load(s, TOP, s->theirs, &s->before);
}

static void end(struct scene *s)
{
    arena_free(&s->arena);
    arena_free(&s->forge.arena);
    fixture_end(&s->f);
}

/* ---- forging -------------------------------------------------------------------------------- */

static bool holds_whole(struct scene *s, size_t at, struct dot id)
{
    struct record r;
    struct txn *t = NULL;
    assert_int_equal(txn_begin(s->f.stores[at], TXN_READ, &t), ERR_OK);
    bool whole = store_get(t, id, &s->arena, &r, NULL) == ERR_OK && !(r.flags & RECORD_STUB);
    txn_abort(t);
    return whole;
}

static struct dot counted(struct scene *s, size_t at, const struct record *r)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(s->f.stores[at], TXN_READ, &t), ERR_OK);
    struct dot unit = transfer_counted_unit(t, r);
    txn_abort(t);
    return unit;
}

/* The victim's member is as it was, is counted where it was, and the forger has not got it, nor can
 * write on it; and everybody agrees. */
static void expect_untouched(struct scene *s)
{
    struct record now, edit = s->before;
    struct session_stats stats;
    forge_replace(&s->forge, &edit, F_NOTE, datum_text(slice_str("giả mạo")));
    assert_int_equal(forge_push(&s->forge, &edit, 1), ERR_OK);
    fixture_settle(&s->f);
    load(s, TOP, s->theirs, &now);
    assert_true(record_equal(&now, &s->before));
    assert_true(dot_equal(counted(s, TOP, &now), s->f.units[VICTIM]));
    load(s, VICTIM, s->theirs, &now);
    assert_true(record_equal(&now, &s->before));
    assert_true(dot_equal(counted(s, VICTIM, &now), s->f.units[VICTIM]));
    assert_false(holds_whole(s, FORGER, s->theirs));
    for (size_t i = 1; i < STORES; i++) {
        assert_true(fixture_sync(&s->f, i, &stats));
        assert_int_equal(stats.digest_equal, 1);
    }
}

static struct datum unit_ref(struct scene *s, size_t at)
{
    return datum_ref(s->f.units[at]);
}

/* ---- transfers ------------------------------------------------------------------------------ */

static struct record forged_transfer(struct scene *s, struct dot member, size_t unit, size_t from,
                                     size_t to)
{
    struct record r = forge_record(&s->forge, KIND_TRANSFER);
    forge_put_new(&s->forge, &r, F_UNIT, unit_ref(s, unit));
    forge_put_new(&s->forge, &r, F_MEMBER, datum_ref(member));
    forge_put_new(&s->forge, &r, F_TRANSFER_FROM, unit_ref(s, from));
    forge_put_new(&s->forge, &r, F_TRANSFER_TO, unit_ref(s, to));
    forge_put_new(&s->forge, &r, F_TRANSFER_LETTER, datum_text(slice_str("13/GT")));
    forge_put_new(&s->forge, &r, F_TRANSFER_STATUS, datum_int(TRANSFER_IN_TRANSIT));
    return r;
}

static void hostile__a_letter_for_a_foreign_member_brings_it_nowhere(void **state)
{
    (void)state;
    for (int way = 0; way < 6; way++) {
        struct scene s;
        begin(&s, way % 2);
        struct record x = way / 2 == 0   ? forged_transfer(&s, s.theirs, FORGER, FORGER, FORGER)
                          : way / 2 == 1 ? forged_transfer(&s, s.theirs, FORGER, FORGER, VICTIM)
                                         : forged_transfer(&s, s.theirs, VICTIM, VICTIM, FORGER);
        assert_int_equal(forge_push(&s.forge, &x, 1), ERR_OK);
        expect_untouched(&s);
        end(&s);
    }
}

static void answer(struct scene *s, size_t at, enum transfer_answer what, const char *letter)
{
    struct txn *t = NULL;
    struct transfer_view v;
    struct id_list candidates;
    assert_int_equal(txn_begin(s->f.stores[at], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(
        transfer_answer(t, what, slice_str(letter), (struct slice){0}, &s->arena, &v, &candidates),
        ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
}

/* A letter that says "your own member comes to you from us", which the office in good faith
 * refuses: it must not go to where it never was. */
static void hostile__refusing_a_false_letter_gives_nobody_away(void **state)
{
    struct scene s;
    struct record now;
    (void)state;
    begin(&s, false);
    struct record x = forged_transfer(&s, s.theirs, FORGER, FORGER, VICTIM);
    assert_int_equal(forge_push(&s.forge, &x, 1), ERR_OK);
    fixture_settle(&s.f);
    answer(&s, VICTIM, TRANSFER_REFUSE, "13/GT");
    fixture_settle(&s.f);
    load(&s, TOP, s.theirs, &now);
    assert_true(dot_equal(merge_shown(&now, F_UNIT)->datum.ref, s.f.units[VICTIM]));
    assert_false(holds_whole(&s, FORGER, s.theirs));
    end(&s);
}

static struct dot issue(struct scene *s, size_t at, struct dot member, size_t to)
{
    struct txn *t = NULL;
    struct dot id;
    struct slice letter;
    struct transfer_order o = {.member = member, .to = s->f.units[to], .letter = slice_str("7/GT")};
    assert_int_equal(txn_begin(s->f.stores[at], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(transfer_issue(t, &o, &s->arena, &id, &letter), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    return id;
}

static bool is_accepted(struct scene *s, size_t at, struct dot transfer)
{
    struct record r;
    load(s, at, transfer, &r);
    return merge_shown(&r, F_TRANSFER_STATUS)->datum.i == TRANSFER_ACCEPTED;
}

static struct record forged_answer(struct scene *s)
{
    struct record r = forge_record(&s->forge, KIND_ACCEPTANCE);
    forge_put_new(&s->forge, &r, F_ACCEPTANCE_LETTER, datum_text(slice_str("7/GT")));
    forge_put_new(&s->forge, &r, F_ACCEPTANCE_VERDICT, datum_int(VERDICT_ACCEPTED));
    return r;
}

/* Letters are settled when anything of them comes: let something come. */
static void expect_unanswered(struct scene *s, struct dot transfer)
{
    struct dot none = {0, 0};
    fixture_settle(&s->f);
    (void)fixture_save_text(&s->f, VICTIM, s->theirs, 0, none, F_NOTE, "chờ");
    (void)fixture_save_text(&s->f, VICTIM, transfer, 0, none, F_NOTE, "chờ");
    fixture_settle(&s->f);
    for (size_t at = 0; at < STORES; at++) {
        assert_true(at == FORGER || !is_accepted(s, at, transfer));
    }
}

static void hostile__nobody_answers_a_letter_for_another_office(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) {
        struct scene s;
        begin(&s, way % 2);
        struct dot x = issue(&s, VICTIM, s.theirs, THIRD);
        fixture_settle(&s.f);
        struct record a = forged_answer(&s);
        if (way / 2 == 0) { /* in two units at once, so that it is the forger's too */
            forge_put_new(&s.forge, &a, F_UNIT, unit_ref(&s, FORGER));
            forge_put(&s.forge, &a, F_UNIT, forge_dot(&s.forge),
                      unit_ref(&s, THIRD)); /* this one is shown */
        } else { /* of the other office; the forger would be its issuer */
            forge_put_new(&s.forge, &a, F_UNIT, unit_ref(&s, THIRD));
            forge_put_new(&s.forge, &a, F_ACCEPTANCE_ISSUER, unit_ref(&s, FORGER));
            forge_put(&s.forge, &a, F_ACCEPTANCE_ISSUER, forge_dot(&s.forge), unit_ref(&s, VICTIM));
        }
        assert_int_equal(forge_push(&s.forge, &a, 1), ERR_OK);
        expect_unanswered(&s, x);
        end(&s);
    }
}

static void hostile__an_answer_does_not_change_its_office(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        struct scene s;
        begin(&s, way % 2);
        struct dot x = issue(&s, VICTIM, s.theirs, THIRD);
        fixture_settle(&s.f);
        struct record a = forged_answer(&s);
        forge_put_new(&s.forge, &a, F_UNIT, unit_ref(&s, FORGER));
        assert_int_equal(forge_push(&s.forge, &a, 1), ERR_OK);
        fixture_settle(&s.f);
        forge_replace(&s.forge, &a, F_UNIT, unit_ref(&s, THIRD));
        assert_int_equal(forge_push(&s.forge, &a, 1), ERR_OK);
        expect_unanswered(&s, x);
        end(&s);
    }
}

static void hostile__an_honest_letter_goes_all_the_way(void **state)
{
    struct scene s;
    struct record now;
    (void)state;
    begin(&s, false);
    struct dot x = issue(&s, FORGER, s.own, THIRD);
    fixture_settle(&s.f);
    load(&s, TOP, s.own, &now);
    assert_true(dot_equal(counted(&s, TOP, &now), s.f.units[FORGER]));
    assert_true(holds_whole(&s, THIRD, s.own));
    answer(&s, THIRD, TRANSFER_ACCEPT, "7/GT");
    fixture_settle(&s.f);
    assert_true(is_accepted(&s, FORGER, x));
    load(&s, TOP, s.own, &now);
    assert_true(dot_equal(counted(&s, TOP, &now), s.f.units[THIRD]));
    assert_false(holds_whole(&s, FORGER, s.own));
    end(&s);
}

/* ---- mergers -------------------------------------------------------------------------------- */

static void hostile__a_merger_with_a_foreign_member_is_taken_back(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        struct scene s;
        struct record r;
        begin(&s, false);
        if (way == 0) {
            load(&s, TOP, s.own, &r);
            struct dot dot = forge_dot(&s.forge);
            forge_put(&s.forge, &r, F_MERGED_INTO, dot, datum_ref(s.theirs));
            forge_put(&s.forge, &r, F_MERGED_INTO, dot, datum_mark());
        } else {
            r = forge_record(&s.forge, KIND_MEMBER);
            forge_put_new(&s.forge, &r, F_UNIT, unit_ref(&s, FORGER));
            forge_put_new(&s.forge, &r, F_MERGED_INTO, datum_ref(s.theirs));
            forge_put_new(&s.forge, &r, F_MERGED_INTO, datum_mark());
        }
        assert_int_equal(forge_push(&s.forge, &r, 1), ERR_OK);
        expect_untouched(&s);
        end(&s);
    }
}

/* Ids can be guessed: the edge may come before the member. */
static void hostile__a_merger_with_a_member_yet_to_come_is_taken_back(void **state)
{
    struct scene s;
    struct record r;
    (void)state;
    begin(&s, false);
    const struct identity *victim = store_identity(s.f.stores[VICTIM]);
    struct txn *t = NULL;
    assert_int_equal(txn_begin(s.f.stores[VICTIM], TXN_READ, &t), ERR_OK);
    struct dot next = {victim->actor, store_own_seq(t) + 1};
    txn_abort(t);
    r = forge_record(&s.forge, KIND_MEMBER);
    forge_put_new(&s.forge, &r, F_UNIT, unit_ref(&s, FORGER));
    forge_put_new(&s.forge, &r, F_MERGED_INTO, datum_ref(next));
    forge_put_new(&s.forge, &r, F_MERGED_INTO, datum_mark());
    assert_int_equal(forge_push(&s.forge, &r, 1), ERR_OK);
    s.theirs = fixture_save_text(&s.f, VICTIM, (struct dot){0, 0}, KIND_MEMBER, s.f.units[VICTIM],
                                 F_MEMBER_NAME, "Mới");
    assert_true(dot_equal(s.theirs, next));
    fixture_settle(&s.f);
    load(&s, TOP, s.theirs, &s.before);
    expect_untouched(&s);
    end(&s);
}

static void merge(struct scene *s, size_t at, struct dot greater, struct dot smaller)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct dot id, dot;
    struct datum d = datum_ref(smaller);
    struct edit edit = {F_MERGED_INTO, EDIT_ADD, &d, 1};
    struct save save = {.id = greater, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    assert_int_equal(txn_begin(s->f.stores[at], TXN_WRITE, &t), ERR_OK);
    assert_int_equal(store_save(t, &save, &arena, &id, &dot), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    arena_free(&arena);
}

static bool is_merged(struct scene *s, size_t at, struct dot id)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(s->f.stores[at], TXN_READ, &t), ERR_OK);
    bool merged = person_is_merged(t, id);
    txn_abort(t);
    return merged;
}

static void hostile__an_honest_merger_holds(void **state)
{
    struct scene s;
    struct dot none = {0, 0};
    (void)state;
    begin(&s, false);
    struct fixture *f = &s.f;
    struct dot again =
        fixture_save_text(f, FORGER, none, KIND_MEMBER, f->units[FORGER], F_MEMBER_NAME, "A'");
    merge(&s, FORGER, again, s.own); /* both are new or its own */
    struct dot there =
        fixture_save_text(f, TOP, none, KIND_MEMBER, f->units[VICTIM], F_MEMBER_NAME, "B'");
    merge(&s, TOP, there, s.theirs);
    /* merged offline, while the province gives the other one away */
    struct dot gone =
        fixture_save_text(f, FORGER, none, KIND_MEMBER, f->units[FORGER], F_MEMBER_NAME, "C");
    (void)fixture_sync(f, FORGER, NULL);
    (void)fixture_save_text(f, TOP, gone, 0, f->units[THIRD], F_NOTE, "chuyển");
    struct dot twin =
        fixture_save_text(f, FORGER, none, KIND_MEMBER, f->units[FORGER], F_MEMBER_NAME, "C'");
    merge(&s, FORGER, twin, gone);
    fixture_settle(f);
    for (size_t at = 0; at <= FORGER; at++) {
        assert_true(is_merged(&s, at, again));
        assert_true(is_merged(&s, at, twin));
    }
    assert_true(is_merged(&s, VICTIM, there));
    assert_true(is_merged(&s, THIRD, gone));
    end(&s);
}

/* ---- nodes and hubs ------------------------------------------------------------------------- */

/* A re-homing, asked for with bytes of our own. */
static enum err ask(struct scene *s, struct dot node, const uint8_t *public_key,
                    const uint8_t *secret_key, uint64_t actor, struct buf *message)
{
    struct buf body = {0}, reply = {0};
    uint8_t signature[SIGNATURE_BYTES];
    struct pack_writer w = pack_writer_make(&body);
    pack_array(&w, 8);
    pack_uint(&w, 5);
    dot_pack(&w, node);
    pack_bin(&w, slice_make(public_key, KEY_PUBLIC_BYTES));
    pack_uint(&w, actor);
    pack_bin(&w, (struct slice){0});
    pack_bin(&w, (struct slice){0});
    crypto_sign_data(secret_key, buf_view(&body), signature);
    pack_bin(&w, slice_make(signature, SIGNATURE_BYTES));
    struct message m = {.version = MESSAGE_VERSION,
                        .sender = message_address_of(public_key),
                        .body = buf_view(&body)};
    message_write(&m, message);
    enum err e = join_serve(s->f.stores[TOP], buf_view(message), &reply);
    buf_free(&body);
    buf_free(&reply);
    return e;
}

static struct link link_of(struct scene *s, struct dot node)
{
    struct link link;
    struct txn *t = NULL;
    assert_int_equal(txn_begin(s->f.stores[TOP], TXN_READ, &t), ERR_OK);
    assert_int_equal(link_load(t, node, &link), ERR_OK);
    txn_abort(t);
    return link;
}

static void hostile__a_node_does_not_raise_itself(void **state)
{
    static const size_t wanted[] = {TOP, VICTIM};
    (void)state;
    for (int way = 0; way < 8; way++) {
        struct scene s;
        struct record r;
        struct buf message = {0};
        begin(&s, way % 2);
        struct identity self = *store_identity(s.f.stores[FORGER]);
        size_t unit = wanted[way / 2 % 2];
        if (way / 4 == 0) { /* its own record */
            load(&s, TOP, self.node, &r);
            forge_replace(&s.forge, &r, F_UNIT, unit_ref(&s, unit));
        } else { /* a new one, of a node that would sync with the forger's */
            r = forge_record(&s.forge, KIND_NODE);
            forge_put_new(&s.forge, &r, F_UNIT, unit_ref(&s, unit));
            forge_put_new(&s.forge, &r, F_NODE_KEY,
                          datum_bytes(slice_make(self.public_key, KEY_PUBLIC_BYTES)));
            forge_put_new(&s.forge, &r, F_NODE_STATE, datum_int(NODE_ACTIVE));
            forge_put_new(&s.forge, &r, F_NODE_HUB, datum_ref(self.node));
        }
        assert_int_equal(forge_push(&s.forge, &r, 1), ERR_OK);
        enum err e = ask(&s, r.id, self.public_key, self.secret_key, 77, &message);
        assert_true(e == ERR_REFUSED || (e == ERR_OK && way / 4 == 0));
        assert_true(e != ERR_OK || dot_equal(link_of(&s, r.id).unit, s.f.units[FORGER]));
        buf_free(&message);
        end(&s);
    }
}

static void hostile__a_rehoming_is_not_played_again(void **state)
{
    struct scene s;
    struct buf message = {0}, reply = {0};
    struct session_stats stats;
    (void)state;
    begin(&s, false);
    const struct identity *self = store_identity(s.f.stores[FORGER]);
    struct link before = link_of(&s, self->node);
    assert_int_equal(
        ask(&s, self->node, self->public_key, self->secret_key, self->actor, &message),
        ERR_REFUSED); /* as it was asked when it came: under the actor that writes now */
    assert_int_equal(link_of(&s, self->node).round, before.round);
    assert_true(fixture_sync(&s.f, FORGER, &stats));
    assert_int_equal(stats.rounds, 1);
    buf_clear(&message);
    assert_int_equal(ask(&s, self->node, self->public_key, self->secret_key, 78, &message), ERR_OK);
    fixture_settle(&s.f);
    assert_true(fixture_sync(&s.f, FORGER, &stats));
    assert_int_equal(stats.digest_equal, 1);
    buf_free(&message);
    buf_free(&reply);
    end(&s);
}

static void hostile__a_node_does_not_take_anothers_actor(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        struct scene s;
        struct record r;
        char actor[DOT_TEXT_SIZE];
        struct session_stats stats;
        begin(&s, way % 2);
        load(&s, TOP, store_identity(s.f.stores[FORGER])->node, &r);
        dot_format_actor(store_identity(s.f.stores[VICTIM])->actor, actor);
        forge_put(&s.forge, &r, F_NODE_ACTORS, forge_dot(&s.forge), datum_text(slice_str(actor)));
        assert_int_equal(forge_push(&s.forge, &r, 1), ERR_OK);
        (void)fixture_save_text(&s.f, VICTIM, s.theirs, 0, (struct dot){0, 0}, F_NOTE, "của họ");
        assert_true(fixture_sync(&s.f, VICTIM, &stats));
        assert_int_equal(stats.refused, 0);
        load(&s, TOP, s.theirs, &r);
        assert_non_null(record_field(&r, F_NOTE));
        end(&s);
    }
}

/* ---- marks, stubs --------------------------------------------------------------------------- */

static void hostile__forged_marks_close_nobody_elses_pen(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        struct scene s;
        struct record r;
        begin(&s, way % 2);
        (void)issue(&s, FORGER, s.own, VICTIM);
        fixture_settle(&s.f);
        load(&s, TOP, s.own, &r);
        forge_replace(&s.forge, &r, F_NOTE, datum_text(slice_str("x")));
        const struct field *unit = record_field(&r, F_UNIT);
        struct mark marks[] = {{unit->values[0].dot, store_identity(s.f.stores[VICTIM])->actor, 1}};
        r.marks = marks;
        r.mark_count = 1;
        assert_int_equal(forge_push(&s.forge, &r, 1), ERR_OK);
        answer(&s, VICTIM, TRANSFER_ACCEPT, "7/GT");
        (void)fixture_save_text(&s.f, VICTIM, s.own, 0, (struct dot){0, 0}, F_EXT_ID, "0912");
        fixture_settle(&s.f);
        load(&s, TOP, s.own, &r);
        assert_true(slice_equal(merge_shown(&r, F_EXT_ID)->datum.text, slice_str("0912")));
        end(&s);
    }
}

static void hostile__a_stub_from_below_empties_nothing(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) {
        struct scene s;
        struct record r, now;
        begin(&s, way % 2);
        struct dot id = way / 2 ? s.theirs : s.own;
        load(&s, TOP, id, &r);
        struct record whole = r;
        store_stub_of(&whole, &s.arena, &r);
        forge_replace(&s.forge, &r, F_UNIT, unit_ref(&s, THIRD));
        assert_int_equal(forge_push(&s.forge, &r, 1), ERR_OK);
        fixture_settle(&s.f);
        load(&s, TOP, id, &now);
        assert_false(now.flags & RECORD_STUB);
        assert_non_null(record_field(&now, F_MEMBER_NAME));
        end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile__a_letter_for_a_foreign_member_brings_it_nowhere),
        cmocka_unit_test(hostile__refusing_a_false_letter_gives_nobody_away),
        cmocka_unit_test(hostile__nobody_answers_a_letter_for_another_office),
        cmocka_unit_test(hostile__an_answer_does_not_change_its_office),
        cmocka_unit_test(hostile__an_honest_letter_goes_all_the_way),
        cmocka_unit_test(hostile__a_merger_with_a_foreign_member_is_taken_back),
        cmocka_unit_test(hostile__a_merger_with_a_member_yet_to_come_is_taken_back),
        cmocka_unit_test(hostile__an_honest_merger_holds),
        cmocka_unit_test(hostile__a_node_does_not_raise_itself),
        cmocka_unit_test(hostile__a_rehoming_is_not_played_again),
        cmocka_unit_test(hostile__a_node_does_not_take_anothers_actor),
        cmocka_unit_test(hostile__forged_marks_close_nobody_elses_pen),
        cmocka_unit_test(hostile__a_stub_from_below_empties_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
