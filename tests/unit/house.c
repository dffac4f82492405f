#include "tests/unit/house.h"

#include "core/transfer.h"
#include "sync/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct dot none = {0, 0};

int house_begin(void **state)
{
    struct house *h = test_calloc(1, sizeof(*h));
    fixture_tree(&h->f, 23);
    assert_int_equal(fixture_child(&h->f, TOP, "133", LEVEL_DISTRICT), FAR_DISTRICT);
    assert_int_equal(fixture_child(&h->f, FAR_DISTRICT, "04672", LEVEL_COMMUNE), TO);
    fixture_settle(&h->f);
    *state = h;
    return 0;
}

int house_end(void **state)
{
    struct house *h = *state;
    fixture_end(&h->f);
    arena_free(&h->arena);
    test_free(h);
    return 0;
}

struct txn *house_txn(struct house *h, size_t at, enum txn_mode mode)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(h->f.stores[at], mode, &t), ERR_OK);
    return t;
}

struct dot house_add(struct house *h, size_t at, const char *name)
{
    return fixture_save_text(&h->f, at, none, KIND_MEMBER, h->f.units[at], F_MEMBER_NAME, name);
}

void house_write_text(struct house *h, size_t at, struct dot id, uint32_t field, const char *text)
{
    (void)fixture_save_text(&h->f, at, id, 0, none, field, text);
}

void house_write(struct house *h, size_t at, struct dot id, const struct edit *edits, size_t count)
{
    assert_false(dot_is_none(fixture_save(&h->f, at, &id, 0, edits, count)));
}

struct record house_get(struct house *h, size_t at, struct dot id)
{
    struct record r;
    struct txn *t = house_txn(h, at, TXN_READ);
    assert_int_equal(store_get(t, id, &h->arena, &r, NULL), ERR_OK);
    txn_abort(t);
    return r;
}

bool house_has(struct house *h, size_t at, struct dot id)
{
    struct txn *t = house_txn(h, at, TXN_READ);
    bool held = store_has(t, id);
    txn_abort(t);
    return held;
}

bool house_holds_whole(struct house *h, size_t at, struct dot id)
{
    return house_has(h, at, id) && !(house_get(h, at, id).flags & RECORD_STUB);
}

bool house_is_leaving(struct house *h, size_t at, struct dot id)
{
    struct txn *t = house_txn(h, at, TXN_READ);
    bool leaving = store_is_leaving(t, id);
    txn_abort(t);
    return leaving;
}

const struct value *house_shown(const struct record *r, uint32_t field)
{
    const struct value *v = merge_shown(r, field);
    assert_non_null(v);
    return v;
}

void house_assert_shows(struct house *h, size_t at, struct dot id, uint32_t field, const char *text)
{
    struct record r = house_get(h, at, id);
    const struct value *v = house_shown(&r, field);
    assert_int_equal(v->datum.type, DATUM_TEXT);
    assert_true(slice_equal(v->datum.text, slice_str(text)));
}

/* Whole, and to the last value as it is at the top. */
void house_assert_as_at_top(struct house *h, size_t at, struct dot id)
{
    struct record here = house_get(h, at, id), top = house_get(h, TOP, id);
    assert_false(here.flags & RECORD_STUB);
    assert_true(hash_equal(record_digest(&here), record_digest(&top)));
}

void house_assert_counted_in(struct house *h, size_t at, struct dot id, struct dot unit)
{
    struct record r = house_get(h, at, id);
    struct txn *t = house_txn(h, at, TXN_READ);
    struct dot counted = transfer_counted_unit(t, &r);
    txn_abort(t);
    assert_true(dot_equal(counted, unit));
}

size_t house_mark_count(struct house *h, size_t at, const char *space)
{
    struct id_array list;
    struct txn *t = house_txn(h, at, TXN_READ);
    assert_int_equal(mark_list(t, space, 100, &h->arena, &list), ERR_OK);
    txn_abort(t);
    return list.count;
}

void house_assert_nothing_refused(struct house *h)
{
    for (size_t at = 0; at < h->f.count; at++) {
        assert_int_equal(house_mark_count(h, at, "refused."), 0);
        assert_int_equal(house_mark_count(h, at, "notice."), 0);
    }
}

void house_sync(struct house *h, size_t at)
{
    assert_true(fixture_sync(&h->f, at, NULL));
}

void house_sync_one_round(struct house *h, size_t at)
{
    struct session s;
    struct buf message = {0}, reply = {0};
    session_init(&s, h->f.stores[at]);
    assert_int_equal(session_request(&s, &message), ERR_OK);
    assert_int_equal(session_serve(h->f.stores[h->f.parents[at]], buf_view(&message), &reply),
                     ERR_OK);
    assert_int_equal(session_reply(&s, buf_view(&reply)), ERR_OK);
    session_end(&s);
    buf_free(&message);
    buf_free(&reply);
}

struct slice house_issue_as(struct house *h, size_t at, struct dot member, size_t to,
                            const char *number)
{
    struct transfer_order order = {
        .member = member, .to = h->f.units[to], .letter = slice_str(number)};
    struct slice letter;
    struct dot id;
    struct txn *t = house_txn(h, at, TXN_WRITE);
    enum err e = transfer_issue(t, &order, &h->arena, &id, &letter);
    if (e != ERR_OK) {
        fail_msg("issue: %s", error_last()->text);
    }
    assert_int_equal(txn_commit(t), ERR_OK);
    return letter;
}

struct slice house_issue(struct house *h, size_t at, struct dot member, size_t to)
{
    return house_issue_as(h, at, member, to, "");
}

enum transfer_state house_answer(struct house *h, size_t at, struct slice letter,
                                 enum transfer_answer how)
{
    struct transfer_view v;
    struct id_list candidates;
    struct txn *t = house_txn(h, at, TXN_WRITE);
    enum err e = transfer_answer(t, how, letter, (struct slice){0}, &h->arena, &v, &candidates);
    if (e != ERR_OK) {
        fail_msg("answer: %s", error_last()->text);
    }
    assert_int_equal(txn_commit(t), ERR_OK);
    return v.state;
}

enum transfer_state house_letter_state(struct house *h, size_t at, struct slice letter)
{
    struct transfer_view v;
    struct id_list candidates;
    struct txn *t = house_txn(h, at, TXN_READ);
    assert_int_equal(transfer_find(t, letter, &h->arena, &v, &candidates), ERR_OK);
    txn_abort(t);
    return v.state;
}

static bool count_letter(void *ctx, const struct transfer_view *v)
{
    struct house_letters *n = ctx;
    n->transfers += !dot_is_none(v->transfer);
    n->answers_alone += dot_is_none(v->transfer);
    return true;
}

struct house_letters house_letters(struct house *h, size_t at)
{
    struct house_letters n = {0, 0};
    struct txn *t = house_txn(h, at, TXN_READ);
    assert_int_equal(transfer_each(t, count_letter, &n), ERR_OK);
    txn_abort(t);
    return n;
}
