/* Who holds what, one rule at a time: transfers, late edits, edits beyond a closing mark, mergers,
 * a unit that moved, and the very first sync of a hub (rules 12 to 18, 26). The random histories of
 * desk_laws_test.c reach these only by chance. */
#include "core/desk.h"
#include "core/doubles.h"
#include "core/transfer.h"
#include "sync/link.h"
#include "tests/unit/house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define F_MEMBER_RESIDENCE 21
#define F_MEMBER_LANGUAGES 28
#define F_MEMBER_PHONE 31
#define ALIKE_LETTERS 70

static const struct dot none = {0, 0};

static void write_set(struct house *h, size_t at, struct dot id, enum edit_op op, const char *word)
{
    struct datum d = datum_text(slice_str(word));
    struct edit edit = {F_MEMBER_LANGUAGES, op, &d, 1};
    house_write(h, at, id, &edit, 1);
}

static void hand_over(struct house *h, size_t from, struct dot id, size_t to)
{
    struct slice letter = house_issue(h, from, id, to);
    fixture_settle(&h->f);
    (void)house_answer(h, to, letter, TRANSFER_ACCEPT);
    fixture_settle(&h->f);
}

static void scope__who_comes_back_has_the_way_back_in_the_story(void **state)
{
    struct house *h = *state;
    struct history_entry *entries = NULL;
    size_t count = 0, moves = 0;
    struct dot id = house_add(h, FROM, "Giàng A Dê");
    fixture_settle(&h->f);
    hand_over(h, FROM, id, TO);
    hand_over(h, TO, id, FROM);
    assert_true(house_holds_whole(h, FROM, id));
    struct txn *t = house_txn(h, FROM, TXN_READ);
    assert_int_equal(store_history(t, id, &h->arena, &entries, &count), ERR_OK);
    txn_abort(t);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < entries[i].change_count; j++) {
            const struct history_change *c = &entries[i].changes[j];
            moves += c->field == F_UNIT && c->from_count == 1 && c->to_count == 1 &&
                     dot_equal(c->from[0].ref, h->f.units[TO]) &&
                     dot_equal(c->to[0].ref, h->f.units[FROM]);
        }
    }
    assert_int_equal(moves, 1);
}

static bool nothing_owed(struct txn *t, struct dot upstream, struct dot id)
{
    (void)t;
    (void)upstream;
    (void)id;
    return false;
}

/* What left becomes a stub though a child has not heard of it: as when that child was away at
 * another hub in between. */
static void let_go(struct house *h, size_t at)
{
    struct departure d = {.upstream = store_identity(h->f.stores[TOP])->node,
                          .acked_seq = UINT64_MAX,
                          .children_seq = UINT64_MAX,
                          .is_owed = nothing_owed};
    struct txn *t = house_txn(h, at, TXN_WRITE);
    assert_int_equal(store_sweep_departed(t, &d), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
}

static void move_at_top(struct house *h, struct dot id, size_t to)
{
    struct datum unit = datum_ref(h->f.units[to]);
    struct edit edit = {F_UNIT, EDIT_SET, &unit, 1};
    house_write(h, TOP, id, &edit, 1);
}

/* The state at the top comes to a store past its hub: as from another hub that it was at. */
static void hear_from_top(struct house *h, size_t at, struct dot id)
{
    struct change change = {.record = house_get(h, TOP, id), .whole = true};
    struct arrival arrival = {.via = VIA_SYNC, .node = store_identity(h->f.stores[TOP])->node};
    enum outcome outcome = OUTCOME_REFUSED;
    uint8_t why = 0;
    struct txn *t = house_txn(h, at, TXN_WRITE);
    assert_int_equal(store_receive(t, &change, &arrival, &outcome, &why), ERR_OK);
    assert_int_equal(outcome, OUTCOME_MERGED);
    assert_int_equal(txn_commit(t), ERR_OK);
}

/* The district has let it go and knows no more what others wrote: what its commune brings late is
 * carried on, with the unit where it is now, and leaves again. */
static void scope__late_work_pushed_onto_a_stub_is_carried_on(void **state)
{
    struct house *h = *state;
    struct dot id = house_add(h, FROM, "Giàng A Dê");
    fixture_settle(&h->f);
    struct slice letter = house_issue(h, FROM, id, TO);
    fixture_settle(&h->f);
    (void)house_answer(h, TO, letter, TRANSFER_ACCEPT);
    house_sync(h, TO);
    house_sync(h, FAR_DISTRICT);
    house_sync(h, DISTRICT);
    let_go(h, DISTRICT);
    struct record stub = house_get(h, DISTRICT, id);
    assert_true(stub.flags & RECORD_STUB);
    house_write_text(h, FROM, id, F_MEMBER_PHONE, "0912345678");
    move_at_top(h, id, FAR_DISTRICT);
    hear_from_top(h, FROM, id);
    fixture_settle(&h->f);
    house_assert_shows(h, TOP, id, F_MEMBER_PHONE, "0912345678");
    house_assert_shows(h, FAR_DISTRICT, id, F_MEMBER_PHONE, "0912345678");
    assert_false(house_holds_whole(h, DISTRICT, id));
    assert_false(house_holds_whole(h, FROM, id));
    house_assert_nothing_refused(h);
}

/* ---- a transfer under way and after --------------------------------------------------------- */

static void scope__while_a_transfer_is_open_both_sides_hold_it_whole_and_from_counts(void **state)
{
    struct house *h = *state;
    static const size_t holders[] = {TOP, DISTRICT, FROM, FAR_DISTRICT, TO};
    struct dot id = house_add(h, FROM, "Giàng A Dê");
    house_write_text(h, FROM, id, F_MEMBER_PHONE, "0912345678");
    fixture_settle(&h->f);
    struct slice letter = house_issue(h, FROM, id, TO);
    fixture_settle(&h->f);
    for (size_t i = 0; i < ARRAY_COUNT(holders); i++) {
        house_assert_as_at_top(h, holders[i], id);
        house_assert_counted_in(h, holders[i], id, h->f.units[FROM]);
        assert_int_equal(house_letter_state(h, holders[i], letter), TRANSFER_STATE_IN_TRANSIT);
        assert_false(house_is_leaving(h, holders[i], id));
    }
    assert_false(house_has(h, BESIDE, id));
    house_assert_nothing_refused(h);
}

static void scope__after_acceptance_from_keeps_a_stub_that_names_where_to(void **state)
{
    struct house *h = *state;
    static const size_t left[] = {FROM, DISTRICT}, holders[] = {TOP, FAR_DISTRICT, TO};
    struct dot id = house_add(h, FROM, "Giàng A Dê");
    house_write_text(h, FROM, id, F_MEMBER_PHONE, "0912345678");
    struct slice letter = house_issue(h, FROM, id, TO);
    fixture_settle(&h->f);
    assert_int_equal(house_answer(h, TO, letter, TRANSFER_ACCEPT), TRANSFER_STATE_ACCEPTED);
    fixture_settle(&h->f);
    for (size_t i = 0; i < ARRAY_COUNT(left); i++) {
        struct record r = house_get(h, left[i], id);
        assert_true(r.flags & RECORD_STUB);
        assert_null(record_field(&r, F_MEMBER_PHONE));
        assert_true(dot_equal(house_shown(&r, F_UNIT)->datum.ref, h->f.units[TO]));
        house_assert_shows(h, left[i], id, F_MEMBER_NAME, "Giàng A Dê");
        house_assert_counted_in(h, left[i], id, none);
        assert_false(house_is_leaving(h, left[i], id));
        /* both offices keep the letter itself */
        assert_int_equal(house_letter_state(h, left[i], letter), TRANSFER_STATE_ACCEPTED);
    }
    for (size_t i = 0; i < ARRAY_COUNT(holders); i++) {
        house_assert_as_at_top(h, holders[i], id);
        house_assert_shows(h, holders[i], id, F_MEMBER_PHONE, "0912345678");
        house_assert_counted_in(h, holders[i], id, h->f.units[TO]);
    }
    house_assert_nothing_refused(h);
}

static void scope__a_late_edit_is_merged_at_the_top_and_at_the_receiver(void **state)
{
    struct house *h = *state;
    struct dot id = house_add(h, FROM, "Giàng A Dê");
    struct slice letter = house_issue(h, FROM, id, TO);
    fixture_settle(&h->f);
    (void)house_answer(h, TO, letter, TRANSFER_ACCEPT);
    house_sync(h, TO);
    house_sync(h, FAR_DISTRICT);
    house_sync(h, DISTRICT);
    assert_true(house_is_leaving(h, DISTRICT, id)); /* 04576 has not heard: it is kept for it */
    house_write_text(h, FROM, id, F_MEMBER_RESIDENCE, "Bản Háng Á");
    write_set(h, FROM, id, EDIT_ADD, "Mông");
    fixture_settle(&h->f);
    house_assert_shows(h, TOP, id, F_MEMBER_RESIDENCE, "Bản Háng Á");
    house_assert_shows(h, TO, id, F_MEMBER_RESIDENCE, "Bản Háng Á");
    house_assert_as_at_top(h, TO, id);
    assert_false(house_holds_whole(h, FROM, id));
    assert_false(house_holds_whole(h, DISTRICT, id));
    house_assert_nothing_refused(h);
}

/* ---- beyond the closing mark ---------------------------------------------------------------- */

/* Accepted elsewhere, heard of at 04576, its marks stated, and not yet a stub there. */
static void until_leaving(struct house *h, struct dot id, struct slice letter)
{
    (void)house_answer(h, TO, letter, TRANSFER_ACCEPT);
    house_sync(h, TO);
    house_sync(h, FAR_DISTRICT);
    house_sync(h, DISTRICT);
    house_sync_one_round(h, FROM);
    assert_true(house_is_leaving(h, FROM, id));
    assert_true(house_holds_whole(h, FROM, id));
}

/* A program that does not keep to its own marks: it forgets that it has let the record go. */
static void write_rogue(struct house *h, struct dot id, const struct edit *edits, size_t count)
{
    struct dot same, dot;
    uint8_t key[8 + DOT_KEY_BYTES] = "leaving.";
    struct slice view = slice_make(key, sizeof(key));
    struct save save = {.id = id, .edits = edits, .edit_count = count, .via = VIA_LOCAL};
    dot_key_put(key + 8, id);
    struct txn *t = house_txn(h, FROM, TXN_WRITE);
    assert_int_equal(store_save(t, &save, &h->arena, &same, &dot), ERR_RULE); /* an honest one */
    assert_int_equal(store_kv_del(t, view), ERR_OK);
    assert_int_equal(store_save(t, &save, &h->arena, &same, &dot), ERR_OK);
    assert_int_equal(store_kv_put(t, view, slice_str("1")), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
}

static uint8_t notice_reason(struct house *h, size_t at, struct dot id)
{
    uint8_t key[7 + DOT_KEY_BYTES] = "notice.";
    struct slice value;
    dot_key_put(key + 7, id);
    struct txn *t = house_txn(h, at, TXN_READ);
    assert_int_equal(store_kv_get(t, slice_make(key, sizeof(key)), &h->arena, &value), ERR_OK);
    txn_abort(t);
    assert_int_equal(value.len, 1);
    return value.ptr[0];
}

/* Is there a refused entry of the story with this text? */
static bool story_refused(struct house *h, size_t at, struct dot id, const char *text)
{
    struct history_entry *entries = NULL;
    size_t n = 0;
    bool found = false;
    struct txn *t = house_txn(h, at, TXN_READ);
    assert_int_equal(store_history(t, id, &h->arena, &entries, &n), ERR_OK);
    txn_abort(t);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; entries[i].refused && j < entries[i].change_count; j++) {
            const struct history_change *c = &entries[i].changes[j];
            for (size_t k = 0; k < c->to_count; k++) {
                found = found || (c->to[k].type == DATUM_TEXT &&
                                  slice_equal(c->to[k].text, slice_str(text)));
            }
        }
    }
    return found;
}

static void scope__an_edit_beyond_the_mark_is_taken_back_with_a_notice(void **state)
{
    struct house *h = *state;
    struct dot id = house_add(h, FROM, "Giàng A Dê");
    struct slice letter = house_issue(h, FROM, id, TO);
    fixture_settle(&h->f);
    struct record honest = house_get(h, TOP, id);
    struct dot written = house_shown(&honest, F_MEMBER_NAME)->dot;
    until_leaving(h, id, letter);
    struct datum name = datum_text(slice_str("Ai Đó Khác")),
                 home = datum_text(slice_str("Nậm Búng"));
    const struct edit edits[] = {{F_MEMBER_NAME, EDIT_SET, &name, 1},
                                 {F_MEMBER_RESIDENCE, EDIT_SET, &home, 1}};
    write_rogue(h, id, edits, ARRAY_COUNT(edits));
    fixture_settle(&h->f);
    static const size_t holders[] = {TOP, FAR_DISTRICT, TO};
    for (size_t i = 0; i < ARRAY_COUNT(holders); i++) {
        struct record r = house_get(h, holders[i], id);
        const struct value *v = house_shown(&r, F_MEMBER_NAME);
        house_assert_as_at_top(h, holders[i], id);
        house_assert_shows(h, holders[i], id, F_MEMBER_NAME, "Giàng A Dê");
        assert_false(dot_equal(v->dot, written)); /* the hub's own save */
        assert_non_null(v->origin);
        assert_true(dot_equal(v->origin->dot, written));
        assert_int_equal(v->origin->level, LEVEL_COMMUNE);
        /* there was nothing before: an explicit empty value */
        assert_int_equal(house_shown(&r, F_MEMBER_RESIDENCE)->datum.type, DATUM_EMPTY);
        assert_false(merge_in_conflict(&r, F_MEMBER_NAME));
    }
    assert_int_equal(notice_reason(h, FROM, id), REFUSAL_DEPARTED);
    assert_int_equal(house_mark_count(h, FROM, "refused."), 0); /* nothing blocks */
    assert_true(story_refused(h, DISTRICT, id, "Ai Đó Khác"));
    assert_true(story_refused(h, DISTRICT, id, "Nậm Búng"));
    assert_false(house_holds_whole(h, FROM, id));
}

static void
scope__in_a_set_what_was_added_beyond_the_mark_goes_and_what_was_removed_returns(void **state)
{
    struct house *h = *state;
    struct dot id = house_add(h, FROM, "Giàng A Dê");
    write_set(h, FROM, id, EDIT_ADD, "Mông");
    write_set(h, FROM, id, EDIT_ADD, "Thái");
    struct slice letter = house_issue(h, FROM, id, TO);
    fixture_settle(&h->f);
    until_leaving(h, id, letter);
    struct datum gone = datum_text(slice_str("Mông")), added = datum_text(slice_str("Dao"));
    const struct edit edits[] = {{F_MEMBER_LANGUAGES, EDIT_REMOVE, &gone, 1},
                                 {F_MEMBER_LANGUAGES, EDIT_ADD, &added, 1}};
    write_rogue(h, id, edits, ARRAY_COUNT(edits));
    fixture_settle(&h->f);
    static const size_t holders[] = {TOP, TO};
    for (size_t i = 0; i < ARRAY_COUNT(holders); i++) {
        struct record r = house_get(h, holders[i], id);
        size_t n = 0;
        const struct value **v = merge_siblings(&r, F_MEMBER_LANGUAGES, &h->arena, &n);
        assert_int_equal(n, 2);
        assert_true(slice_equal(v[0]->datum.text, slice_str("Mông")));
        assert_true(slice_equal(v[1]->datum.text, slice_str("Thái")));
        house_assert_as_at_top(h, holders[i], id);
    }
    assert_int_equal(notice_reason(h, FROM, id), REFUSAL_DEPARTED);
    assert_true(story_refused(h, DISTRICT, id, "Dao"));
}

/* ---- answers before, beside and against ----------------------------------------------------- */

static void scope__an_acceptance_by_letter_completes_when_the_data_comes(void **state)
{
    struct house *h = *state;
    struct dot id = house_add(h, FROM, "Giàng A Dê");
    struct slice letter = house_issue(h, FROM, id, TO);
    assert_int_equal(house_answer(h, TO, letter, TRANSFER_ACCEPT), TRANSFER_STATE_ANNOUNCED);
    house_sync(h, TO);
    house_sync(h, FAR_DISTRICT);
    assert_false(house_has(h, TO, id));
    assert_int_equal(house_letter_state(h, TO, letter), TRANSFER_STATE_ANNOUNCED);
    fixture_settle(&h->f);
    assert_int_equal(house_letter_state(h, TO, letter), TRANSFER_STATE_ACCEPTED);
    assert_int_equal(house_letter_state(h, FROM, letter), TRANSFER_STATE_ACCEPTED);
    house_assert_as_at_top(h, TO, id);
    house_assert_counted_in(h, TOP, id, h->f.units[TO]);
    house_assert_counted_in(h, TO, id, h->f.units[TO]);
    assert_false(house_holds_whole(h, FROM, id));
    house_assert_nothing_refused(h);
}

/* Every office counts its letters from 1, and the office above has them all. */
static void scope__an_answer_finds_its_letter_among_many_of_one_number(void **state)
{
    struct house *h = *state;
    uint64_t actors[] = {store_identity(h->f.stores[FROM])->actor,
                         store_identity(h->f.stores[BESIDE])->actor};
    size_t others = actors[0] < actors[1] ? FROM : BESIDE; /* theirs come first in the index */
    size_t issuer = others == FROM ? BESIDE : FROM;
    for (size_t i = 0; i < ALIKE_LETTERS; i++) {
        (void)fixture_save_text(&h->f, others, none, KIND_TRANSFER, h->f.units[others],
                                F_TRANSFER_LETTER, "1/GT");
    }
    (void)house_issue_as(h, issuer, house_add(h, issuer, "Giàng A Dê"), TO, "1/GT");
    fixture_settle(&h->f);
    (void)house_answer(h, TO, slice_str("1/GT"), TRANSFER_ACCEPT);
    fixture_settle(&h->f);
    struct house_letters n = house_letters(h, DISTRICT);
    assert_int_equal(n.transfers, ALIKE_LETTERS + 1);
    assert_int_equal(n.answers_alone, 0);
}

static size_t conflicts_at(struct house *h, size_t at, struct dot id, uint32_t *field)
{
    struct id_list list;
    struct record r = house_get(h, at, id);
    size_t n = 0;
    struct txn *t = house_txn(h, at, TXN_READ);
    assert_int_equal(store_ids_in_conflict(t, none, 100, &h->arena, &list), ERR_OK);
    txn_abort(t);
    for (size_t i = 0; i < r.field_count; i++) {
        if (merge_in_conflict(&r, r.fields[i].number)) {
            *field = r.fields[i].number;
            n++;
        }
    }
    assert_int_equal(list.count, n ? 1 : 0); /* in no other record */
    return n;
}

static struct dot decider_of_unit(struct house *h, size_t at, struct dot id)
{
    struct record r = house_get(h, at, id);
    struct txn *t = house_txn(h, at, TXN_READ);
    struct dot office = desk_decider(t, &r, F_UNIT);
    txn_abort(t);
    return office;
}

static void scope__two_concurrent_transfers_are_one_conflict_at_the_common_ancestor(void **state)
{
    struct house *h = *state;
    struct dot id = house_add(h, FROM, "Giàng A Dê");
    fixture_settle(&h->f);
    struct slice near = house_issue(h, FROM, id, BESIDE), far = house_issue(h, DISTRICT, id, TO);
    fixture_settle(&h->f);
    uint32_t field = 0;
    static const size_t above[] = {TOP, DISTRICT, FROM, BESIDE, FAR_DISTRICT, TO};
    for (size_t i = 0; i < ARRAY_COUNT(above); i++) {
        house_assert_as_at_top(h, above[i], id);
        assert_int_equal(conflicts_at(h, above[i], id, &field), 1);
        assert_int_equal(field, F_UNIT);
        house_assert_counted_in(h, above[i], id, h->f.units[FROM]); /* both are under way */
    }
    assert_true(dot_equal(decider_of_unit(h, TOP, id), h->f.units[TOP]));
    (void)house_answer(h, BESIDE, near, TRANSFER_ACCEPT);
    (void)house_answer(h, TO, far, TRANSFER_ACCEPT);
    fixture_settle(&h->f);
    struct record r = house_get(h, TOP, id);
    struct dot counted = house_shown(&r, F_UNIT)->datum.ref;
    assert_int_equal(conflicts_at(h, TOP, id, &field), 1);
    assert_int_equal(field, F_UNIT);
    assert_true(dot_equal(decider_of_unit(h, TOP, id), h->f.units[TOP]));
    house_assert_counted_in(h, TOP, id, counted);
    house_assert_counted_in(h, BESIDE, id, counted); /* one of the two, by the word of both */
    house_assert_counted_in(h, TO, id, counted);
    struct datum there = datum_ref(h->f.units[TO]);
    struct edit decide = {F_UNIT, EDIT_SET, &there, 1};
    house_write(h, TOP, id, &decide, 1);
    fixture_settle(&h->f);
    assert_int_equal(conflicts_at(h, TO, id, &field), 0);
    house_assert_counted_in(h, TO, id, h->f.units[TO]);
    house_assert_counted_in(h, BESIDE, id, none);
    house_assert_nothing_refused(h);
}

static void scope__a_return_and_an_acceptance_at_once_meet_as_a_conflict(void **state)
{
    struct house *h = *state;
    struct dot id = house_add(h, FROM, "Giàng A Dê");
    struct slice letter = house_issue(h, FROM, id, BESIDE);
    fixture_settle(&h->f);
    assert_int_equal(house_answer(h, FROM, letter, TRANSFER_RETURN), TRANSFER_STATE_RETURNED);
    assert_int_equal(house_answer(h, BESIDE, letter, TRANSFER_ACCEPT), TRANSFER_STATE_ACCEPTED);
    fixture_settle(&h->f);
    static const size_t holders[] = {TOP, DISTRICT, FROM, BESIDE};
    struct record top = house_get(h, TOP, id);
    for (size_t i = 0; i < ARRAY_COUNT(holders); i++) {
        struct record r = house_get(h, holders[i], id);
        size_t n = 0;
        const struct value **v = merge_siblings(&r, F_UNIT, &h->arena, &n);
        house_assert_as_at_top(h, holders[i], id);
        assert_true(merge_in_conflict(&r, F_UNIT));
        assert_int_equal(n, 2);
        assert_false(dot_equal(v[0]->datum.ref, v[1]->datum.ref));
        house_assert_counted_in(h, holders[i], id, house_shown(&top, F_UNIT)->datum.ref);
    }
    assert_true(dot_equal(decider_of_unit(h, DISTRICT, id), h->f.units[DISTRICT]));
    house_assert_nothing_refused(h);
}

/* ---- one person over two communes ----------------------------------------------------------- */

static void decide_person(struct house *h, size_t at, struct dot a, struct dot b, bool one)
{
    struct dot survivor;
    struct txn *t = house_txn(h, at, TXN_WRITE);
    enum err e = one ? doubles_merge(t, a, b, NULL, 0, &h->arena, &survivor)
                     : doubles_unmerge(t, a, b, &h->arena, &survivor);
    if (e != ERR_OK) {
        fail_msg("merge or unmerge: %s", error_last()->text);
    }
    assert_int_equal(txn_commit(t), ERR_OK);
}

static struct digest_group group(struct house *h, size_t at, size_t unit)
{
    struct txn *t = house_txn(h, at, TXN_READ);
    struct digest_group g = store_digest(t, ROUTE_OWN, h->f.units[unit]);
    txn_abort(t);
    return g;
}

/* Field by field, but for what says of a merger that it was taken back. */
static void assert_same_but_for_the_merger(const struct record *a, const struct record *b)
{
    size_t seen = 0;
    for (size_t i = 0; i < b->field_count; i++) {
        const struct field *f = &b->fields[i];
        if (f->number != F_MERGED_INTO) {
            assert_non_null(record_field(a, f->number));
            assert_true(field_equal(record_field(a, f->number), f));
            seen++;
        }
    }
    assert_int_equal(seen, a->field_count);
}

static void scope__a_merged_person_is_whole_in_both_communes_until_it_is_taken_apart(void **state)
{
    struct house *h = *state;
    struct dot ids[] = {house_add(h, FROM, "Giàng A Dê"), house_add(h, TO, "Giàng A Dế")};
    const size_t homes[] = {FROM, TO};
    struct record before[2];
    struct digest_group groups[2];
    fixture_settle(&h->f);
    size_t greater = dot_compare(ids[0], ids[1]) > 0 ? 0 : 1, smaller = 1 - greater;
    for (size_t i = 0; i < 2; i++) {
        before[i] = house_get(h, TOP, ids[i]);
        groups[i] = group(h, TOP, homes[i]);
        assert_false(house_has(h, homes[1 - i], ids[i]));
    }
    decide_person(h, TOP, ids[0], ids[1], true);
    fixture_settle(&h->f);
    for (size_t at = 0; at < STORES; at++) {
        for (size_t i = 0; i < 2 && at != BESIDE; i++) {
            house_assert_as_at_top(h, at, ids[i]);
        }
    }
    assert_false(house_has(h, BESIDE, ids[0]) || house_has(h, BESIDE, ids[1]));
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(group(h, TOP, homes[i]).count, groups[i].count + 1);
        house_assert_counted_in(h, homes[i], ids[greater], none);
        house_assert_counted_in(h, homes[i], ids[smaller], h->f.units[homes[smaller]]);
    }
    decide_person(h, TOP, ids[0], ids[1], false);
    fixture_settle(&h->f);
    for (size_t i = 0; i < 2; i++) {
        struct record now = house_get(h, TOP, ids[i]);
        assert_same_but_for_the_merger(&before[i], &now);
        house_assert_as_at_top(h, homes[i], ids[i]);
        assert_false(house_holds_whole(h, homes[1 - i], ids[i]));
        assert_int_equal(group(h, TOP, homes[i]).count, groups[i].count);
        assert_true(hash_equal(group(h, homes[i], homes[i]).sum, group(h, TOP, homes[i]).sum));
        house_assert_counted_in(h, TOP, ids[i], h->f.units[homes[i]]);
    }
    /* nothing was written on the smaller one: its unit is to the last bit what it was */
    assert_true(hash_equal(group(h, TOP, homes[smaller]).sum, groups[smaller].sum));
    house_assert_nothing_refused(h);
}

/* ---- a unit that moved, and the first sync of a hub ----------------------------------------- */

static void scope__a_commune_that_moved_writes_by_its_old_hub_until_it_goes_to_the_new(void **state)
{
    struct house *h = *state;
    struct dot old = house_add(h, FROM, "Giàng A Dê");
    fixture_settle(&h->f);
    struct datum parent = datum_ref(h->f.units[FAR_DISTRICT]);
    struct edit move = {F_UNIT_PARENT, EDIT_SET, &parent, 1};
    house_write(h, TOP, h->f.units[FROM], &move, 1);
    fixture_settle(&h->f);
    house_assert_as_at_top(h, FAR_DISTRICT, old);
    struct dot by_old = house_add(h, FROM, "Lò Thị Mai");
    house_write_text(h, FROM, old, F_MEMBER_RESIDENCE, "Bản Háng Á");
    fixture_settle(&h->f);
    house_assert_as_at_top(h, FROM, by_old);
    house_assert_as_at_top(h, FAR_DISTRICT, by_old);
    house_assert_shows(h, FAR_DISTRICT, old, F_MEMBER_RESIDENCE, "Bản Háng Á");
    assert_int_equal(fixture_rehome(&h->f, FROM, FAR_DISTRICT, NULL), ERR_OK);
    fixture_settle(&h->f);
    struct dot by_new = house_add(h, FROM, "Sùng A Páo");
    fixture_settle(&h->f);
    house_assert_as_at_top(h, FAR_DISTRICT, by_new);
    house_assert_as_at_top(h, FROM, by_old);
    house_assert_as_at_top(h, FROM, old);
    assert_false(house_has(h, DISTRICT, by_new));
    assert_false(house_holds_whole(h, DISTRICT, old)); /* nobody there needs it any more */
    assert_false(house_holds_whole(h, DISTRICT, by_old));
    house_assert_nothing_refused(h);
}

static void
scope__a_unit_made_before_the_first_sync_of_its_district_arrives_at_the_top(void **state)
{
    struct fixture f;
    (void)state;
    fixture_begin(&f, 29);
    fixture_root(&f);
    (void)fixture_child(&f, 0, "138", LEVEL_DISTRICT);
    (void)fixture_child(&f, 1, "04576", LEVEL_COMMUNE);
    struct dot id =
        fixture_save_text(&f, 2, none, KIND_MEMBER, f.units[2], F_MEMBER_NAME, "Giàng A Dê");
    assert_true(fixture_sync(&f, 2, NULL));
    for (int i = 0; i < 3; i++) {
        assert_true(fixture_sync(&f, 1, NULL));
    }
    struct txn *t = NULL;
    struct id_array refused;
    struct arena arena = {0};
    assert_int_equal(txn_begin(f.stores[1], TXN_READ, &t), ERR_OK);
    assert_int_equal(mark_list(t, "refused.", 100, &arena, &refused), ERR_OK);
    txn_abort(t);
    assert_int_equal(txn_begin(f.stores[0], TXN_READ, &t), ERR_OK);
    assert_true(store_has(t, f.units[2]));
    assert_true(store_has(t, id));
    assert_true(unit_is_within(t, f.units[2], f.units[0]));
    txn_abort(t);
    assert_int_equal(refused.count, 0);
    arena_free(&arena);
    fixture_end(&f);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(scope__##name, house_begin, house_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM(while_a_transfer_is_open_both_sides_hold_it_whole_and_from_counts),
        CLAIM(after_acceptance_from_keeps_a_stub_that_names_where_to),
        CLAIM(who_comes_back_has_the_way_back_in_the_story),
        CLAIM(late_work_pushed_onto_a_stub_is_carried_on),
        CLAIM(a_late_edit_is_merged_at_the_top_and_at_the_receiver),
        CLAIM(an_edit_beyond_the_mark_is_taken_back_with_a_notice),
        CLAIM(in_a_set_what_was_added_beyond_the_mark_goes_and_what_was_removed_returns),
        CLAIM(an_acceptance_by_letter_completes_when_the_data_comes),
        CLAIM(an_answer_finds_its_letter_among_many_of_one_number),
        CLAIM(two_concurrent_transfers_are_one_conflict_at_the_common_ancestor),
        CLAIM(a_return_and_an_acceptance_at_once_meet_as_a_conflict),
        CLAIM(a_merged_person_is_whole_in_both_communes_until_it_is_taken_apart),
        CLAIM(a_commune_that_moved_writes_by_its_old_hub_until_it_goes_to_the_new),
        cmocka_unit_test(
            scope__a_unit_made_before_the_first_sync_of_its_district_arrives_at_the_top),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
