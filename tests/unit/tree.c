#include "tests/unit/tree.h"

#include "core/cert.h"
#include "sync/admit.h"
#include "sync/join.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct dot none;

struct txn *tree_begin(struct fixture *f, size_t at, enum txn_mode mode)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(f->stores[at], mode, &t), ERR_OK);
    return t;
}

struct record tree_load(struct fixture *f, size_t at, struct dot id, struct arena *arena)
{
    struct record r;
    struct txn *t = tree_begin(f, at, TXN_READ);
    assert_int_equal(store_get(t, id, arena, &r, NULL), ERR_OK);
    txn_abort(t);
    return r;
}

bool tree_held(struct fixture *f, size_t at, struct dot id)
{
    struct txn *t = tree_begin(f, at, TXN_READ);
    bool has = store_has(t, id);
    txn_abort(t);
    return has;
}

bool tree_shows(struct fixture *f, size_t at, struct dot id, uint32_t field, const char *text)
{
    struct arena arena = {0};
    struct record r = tree_load(f, at, id, &arena);
    const struct value *v = merge_shown(&r, field);
    bool so = v && v->datum.type == DATUM_TEXT && slice_equal(v->datum.text, slice_str(text));
    arena_free(&arena);
    return so;
}

void tree_agrees(struct fixture *f)
{
    struct session_stats stats;
    fixture_settle(f);
    for (size_t i = 1; i < f->count; i++) {
        assert_true(fixture_sync(f, i, &stats));
        assert_int_equal(stats.digest_equal, 1);
    }
}

struct dot tree_node(struct fixture *f, size_t at)
{
    return store_identity(f->stores[at])->node;
}

struct dot tree_member(struct fixture *f, size_t at, size_t unit, const char *name)
{
    return fixture_save_text(f, at, none, KIND_MEMBER, f->units[unit], F_MEMBER_NAME, name);
}

enum err tree_sync(struct fixture *f, size_t at)
{
    struct session s;
    struct buf message = {0}, reply = {0};
    session_init(&s, f->stores[at]);
    enum err e = session_request(&s, &message);
    e = e ? e : session_serve(f->stores[f->parents[at]], buf_view(&message), &reply);
    e = e ? e : session_reply(&s, buf_view(&reply));
    session_end(&s);
    buf_free(&message);
    buf_free(&reply);
    return e;
}

size_t tree_joined(struct fixture *f, size_t hub, size_t unit, int64_t role)
{
    char path[128], url[64], code[JOIN_CODE_SIZE];
    int64_t expires = 0;
    struct identity id;
    size_t at = f->count;
    struct txn *t = tree_begin(f, hub, TXN_WRITE);
    assert_int_equal(join_invite(t, f->units[unit], role, 7, code, &expires), ERR_OK);
    assert_int_equal(txn_commit(t), ERR_OK);
    (void)snprintf(path, sizeof(path), "%s/%zu", f->dir, at);
    (void)snprintf(url, sizeof(url), "sim://%zu", hub);
    assert_int_equal(join_hub(&f->env, path, url, code, &id), ERR_OK);
    assert_int_equal(store_open(&f->env, path, &f->stores[at]), ERR_OK);
    f->units[at] = f->units[unit];
    f->parents[at] = (int)hub;
    f->count++;
    assert_true(fixture_sync(f, at, NULL));
    return at;
}

enum err tree_revoke(struct fixture *f, size_t by, size_t whom)
{
    struct arena arena = {0};
    struct txn *t = tree_begin(f, by, TXN_WRITE);
    enum err e = admit_revoke(t, tree_node(f, whom), slice_str("Bị mất cắp"), &arena);
    if (e == ERR_OK) {
        assert_int_equal(txn_commit(t), ERR_OK);
    } else {
        txn_abort(t);
    }
    arena_free(&arena);
    return e;
}

/* A certificate that the issuer signs with its own key, whether or not it may. */
bool tree_issued_holds(struct fixture *f, size_t issuer, struct dot unit, enum level level,
                       int64_t role)
{
    struct buf bytes = {0};
    struct cert cert = {.node = {77, 1},
                        .unit = unit,
                        .level = (uint8_t)level,
                        .role = (uint8_t)role,
                        .issuer = tree_node(f, issuer)};
    struct txn *t = tree_begin(f, TOP, TXN_READ);
    cert_write(&cert, store_identity(f->stores[issuer])->secret_key, &bytes);
    bool holds = cert_holds(t, buf_view(&bytes), none, &cert);
    txn_abort(t);
    buf_free(&bytes);
    return holds;
}
