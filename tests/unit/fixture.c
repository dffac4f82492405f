#include "tests/unit/fixture.h"

#include "core/cert.h"
#include "core/crypto.h"
#include "core/store_seal.h"
#include "sync/client.h"
#include "sync/join.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define FIXTURES_MAX 64 /* of failed tests of one program, and those at work */

static void expect_ok(enum err e, const char *what)
{
    if (e != ERR_OK) {
        fail_msg("%s: %s: %s", what, error_word(e), error_last()->text);
    }
}

uint64_t fixture_random(struct fixture *f)
{
    uint64_t x = f->random_state += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static int64_t fixture_now(void *ctx)
{
    struct fixture *f = ctx;
    return f->now_ms += 1000;
}

static int64_t fixture_monotonic(void *ctx)
{
    (void)ctx;
    return 0;
}

static void fixture_bytes(void *ctx, void *out, size_t len)
{
    uint8_t *p = out;
    for (size_t i = 0; i < len; i++) {
        p[i] = (uint8_t)fixture_random(ctx);
    }
}

/* Copies within one fixture are images of a whole disk, and stay bound. */
static void fixture_place(void *ctx, const char *dir, uint8_t out[PLACE_BYTES])
{
    (void)dir;
    memset(out, ((struct fixture *)ctx)->machine, PLACE_BYTES);
}

static bool lost(struct fixture *f, unsigned one_in)
{
    return one_in != 0 && fixture_random(f) % one_in == 0;
}

static enum err fixture_post(void *ctx, const char *url, struct slice body, size_t reply_max,
                             struct buf *reply, int *status, uint64_t *sent, uint64_t *received)
{
    struct fixture *f = ctx;
    unsigned at = 0;
    char path[64];
    assert_int_equal(sscanf(url, "sim://%u/%63s", &at, path), 2);
    assert_true(at < f->count);
    assert_true(body.len <= MESSAGE_LONE_MAX_BYTES);
    *sent += body.len;
    f->posts++;
    assert_true(f->posts_max == 0 || f->posts <= f->posts_max);
    if (lost(f, f->lose_request_in)) {
        return error_set(ERR_NO_LINK, "request lost");
    }
    enum err e = strcmp(path, "v1/join") == 0 ? join_serve(f->stores[at], body, reply)
                                              : session_serve(f->stores[at], body, reply);
    *status = error_http_status(e);
    *received += reply->len;
    assert_true(reply->len <= reply_max);
    if (e != ERR_OK) {
        buf_clear(reply);
        buf_add_str(reply, error_last()->text);
    }
    if (lost(f, f->lose_reply_in)) {
        return error_set(ERR_NO_LINK, "reply lost");
    }
    return ERR_OK;
}

/* Directories of fixtures that have begun and not ended: a failing test jumps over its end. */
static char left_dirs[FIXTURES_MAX][sizeof(((struct fixture *)0)->dir)];
static pid_t left_by;

static void remove_dir(const char *dir)
{
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf %.100s", dir);
    assert_int_equal(system(command), 0);
}

static void remove_left(void)
{
    for (size_t i = 0; i < FIXTURES_MAX && left_by == getpid(); i++) {
        if (left_dirs[i][0]) {
            remove_dir(left_dirs[i]);
        }
    }
}

static void left_replace(const char *old, const char *dir)
{
    if (left_by != getpid()) { /* the first of this process, which may be a fork of another */
        memset(left_dirs, 0, sizeof(left_dirs));
        assert_int_equal(atexit(remove_left), 0);
        left_by = getpid();
    }
    for (size_t i = 0; i < FIXTURES_MAX; i++) {
        if (strcmp(left_dirs[i], old) == 0) {
            (void)snprintf(left_dirs[i], sizeof(left_dirs[i]), "%s", dir);
            return;
        }
    }
}

void fixture_at_rest(struct fixture *f)
{
    static struct secret passphrase, key = {.kind = SECRET_KEY, .len = 32, .bytes = {7}};
    static const struct sealing sealing = {&passphrase, &key};
    seal_memory_kib = SEAL_MEMORY_MIN_KIB; /* what it costs is not what these tests are about */
    seal_passes = 1;
    expect_ok(secret_passphrase("năm chữ tình cờ thôi", &passphrase), "passphrase");
    f->env.sealing = &sealing;
}

void fixture_begin(struct fixture *f, uint64_t seed)
{
    *f = (struct fixture){.now_ms = 1577836800000, .random_state = seed};
    env_init_default(&f->env);
    f->env.ctx = f;
    f->env.now_ms = fixture_now;
    f->env.monotonic_ms = fixture_monotonic;
    f->env.random = fixture_bytes;
    f->env.post = fixture_post;
    f->env.place_of = fixture_place;
    if (getenv("TERRACE_TEST_SEALED")) {
        fixture_at_rest(f);
    }
    /* In memory where there is such a place: these tests are about order, not about disks. */
    bool memory = access("/dev/shm", W_OK) == 0;
    (void)snprintf(f->dir, sizeof(f->dir), "%s/terrace-test-XXXXXX", memory ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(f->dir));
    left_replace("", f->dir);
}

void fixture_end(struct fixture *f)
{
    for (size_t i = 0; i < f->count; i++) {
        store_close(f->stores[i]);
    }
    remove_dir(f->dir);
    left_replace(f->dir, "");
}

static void store_path_at(const struct fixture *f, size_t at, char *out, size_t size)
{
    (void)snprintf(out, size, "%s/%zu", f->dir, at);
}

struct dot fixture_unit(struct fixture *f, size_t at, struct dot parent, const char *code,
                        const char *type)
{
    struct arena arena = {0};
    struct dot id = {0, 0};
    const struct enum_code *c =
        schema_code_by_text(schema_field(KIND_UNIT, F_UNIT_TYPE), slice_str(type), &arena);
    assert_non_null(c);
    struct datum code_datum = datum_text(slice_str(code)), type_datum = datum_int(c->number);
    struct datum parent_datum = datum_ref(parent);
    struct edit edits[] = {
        {F_UNIT_CODE, EDIT_SET, &code_datum, 1},
        {F_UNIT_NAME, EDIT_SET, &code_datum, 1},
        {F_UNIT_TYPE, EDIT_SET, &type_datum, 1},
        {F_UNIT_PARENT, EDIT_SET, &parent_datum, dot_is_none(parent) ? 0 : 1},
    };
    (void)fixture_save(f, at, &id, KIND_UNIT, edits, ARRAY_COUNT(edits));
    arena_free(&arena);
    return id;
}

static struct dot root_node(struct fixture *f, const struct identity *self)
{
    struct dot id = {0, 0};
    struct datum unit = datum_ref(self->unit), name = datum_text(slice_str("root"));
    struct datum key = datum_bytes(slice_make(self->public_key, KEY_PUBLIC_BYTES));
    struct datum role = datum_int(NODE_ROLE_HUB), state = datum_int(NODE_ACTIVE);
    char text[DOT_TEXT_SIZE];
    dot_format_actor(self->actor, text);
    struct datum actor = datum_text(slice_str(text));
    struct edit edits[] = {{F_UNIT, EDIT_SET, &unit, 1},      {F_NODE_NAME, EDIT_SET, &name, 1},
                           {F_NODE_KEY, EDIT_SET, &key, 1},   {F_NODE_ACTORS, EDIT_ADD, &actor, 1},
                           {F_NODE_ROLE, EDIT_SET, &role, 1}, {F_NODE_STATE, EDIT_SET, &state, 1}};
    (void)fixture_save(f, 0, &id, KIND_NODE, edits, ARRAY_COUNT(edits));
    return id;
}

void fixture_root(struct fixture *f)
{
    char path[128];
    struct identity id = {.level = LEVEL_PROVINCE};
    crypto_keypair(id.public_key, id.secret_key);
    store_path_at(f, 0, path, sizeof(path));
    expect_ok(store_create(&f->env, path, &id), "create root");
    expect_ok(store_open(&f->env, path, &f->stores[0]), "open root");
    f->count = 1;
    f->parents[0] = -1;
    f->units[0] = fixture_unit(f, 0, (struct dot){0, 0}, "15", "tinh-doan");
    id.unit = f->units[0];
    id.node = root_node(f, &id);
    struct cert_root root = {.node = id.node};
    struct txn *t = NULL;
    memcpy(root.key, id.public_key, KEY_PUBLIC_BYTES);
    expect_ok(txn_begin(f->stores[0], TXN_WRITE, &t), "begin");
    expect_ok(cert_root_store(t, &root), "root");
    expect_ok(txn_commit(t), "commit");
    expect_ok(store_set_identity(f->stores[0], &id), "identity");
}

size_t fixture_child(struct fixture *f, size_t parent, const char *code, enum level level)
{
    char path[128], url[64], invitation[JOIN_CODE_SIZE];
    int64_t expires = 0;
    struct txn *t = NULL;
    struct identity id;
    size_t at = f->count;
    assert_true(at < FIXTURE_STORES_MAX);
    f->units[at] = fixture_unit(f, parent, f->units[parent], code,
                                level == LEVEL_DISTRICT ? "huyen-doan" : "doan-co-so");
    f->parents[at] = (int)parent;
    expect_ok(txn_begin(f->stores[parent], TXN_WRITE, &t), "begin");
    int64_t role = level == LEVEL_DISTRICT ? NODE_ROLE_HUB : NODE_ROLE_CLERK;
    expect_ok(join_invite(t, f->units[at], role, 7, invitation, &expires), "invite");
    expect_ok(txn_commit(t), "commit");
    store_path_at(f, at, path, sizeof(path));
    (void)snprintf(url, sizeof(url), "sim://%zu", parent);
    expect_ok(join_hub(&f->env, path, url, invitation, &id), "join");
    expect_ok(store_open(&f->env, path, &f->stores[at]), "open");
    f->count++;
    return at;
}

void fixture_tree(struct fixture *f, uint64_t seed)
{
    fixture_begin(f, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    fixture_root(f);
    (void)fixture_child(f, 0, "138", LEVEL_DISTRICT);
    (void)fixture_child(f, 1, "04576", LEVEL_COMMUNE);
    (void)fixture_child(f, 1, "04570", LEVEL_COMMUNE);
    fixture_settle(f);
}

struct dot fixture_save(struct fixture *f, size_t at, struct dot *id, uint32_t kind,
                        const struct edit *edits, size_t count)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct dot dot;
    struct save save = {
        .id = *id, .kind = kind, .edits = edits, .edit_count = count, .via = VIA_LOCAL};
    expect_ok(txn_begin(f->stores[at], TXN_WRITE, &t), "begin");
    expect_ok(store_save(t, &save, &arena, id, &dot), "save");
    expect_ok(txn_commit(t), "commit");
    arena_free(&arena);
    return dot;
}

struct dot fixture_save_text(struct fixture *f, size_t at, struct dot id, uint32_t kind,
                             struct dot unit, uint32_t field, const char *text)
{
    struct datum d = datum_text(slice_str(text)), u = datum_ref(unit);
    const struct edit edits[] = {{field, EDIT_SET, &d, 1}, {F_UNIT, EDIT_SET, &u, 1}};
    (void)fixture_save(f, at, &id, kind, edits, dot_is_none(unit) ? 1 : 2);
    return id;
}

enum err fixture_draft(struct fixture *f, size_t at, struct draft draft, struct arena *arena,
                       struct dot *id, struct dot *dot, struct id_list *doubles,
                       const char *const *words)
{
    struct draft_item items[16];
    struct txn *t = NULL;
    size_t n = 0;
    for (; words[n]; n++) {
        const char *equals = strchr(words[n], '=');
        size_t len = (size_t)(equals - words[n]);
        enum edit_op op = equals[-1] == '+' ? EDIT_ADD : equals[-1] == '-' ? EDIT_REMOVE : EDIT_SET;
        assert_true(n < sizeof(items) / sizeof(items[0]));
        items[n] = (struct draft_item){.name = slice_make(words[n], op == EDIT_SET ? len : len - 1),
                                       .op = op,
                                       .value = slice_str(equals + 1)};
    }
    expect_ok(txn_begin(f->stores[at], TXN_WRITE, &t), "begin");
    draft.items = items;
    draft.item_count = n;
    draft.via = draft.via ? draft.via : VIA_LOCAL;
    enum err e = draft_save(t, &draft, arena, id, dot, doubles);
    if (e == ERR_OK) {
        expect_ok(txn_commit(t), "commit");
    } else {
        txn_abort(t);
    }
    return e;
}

enum err fixture_rehome(struct fixture *f, size_t at, size_t hub, const char *code)
{
    char url[64];
    (void)snprintf(url, sizeof(url), "sim://%zu", hub);
    enum err e = join_rehome(f->stores[at], url, code);
    if (e == ERR_OK) {
        f->parents[at] = (int)hub;
    }
    return e;
}

enum err fixture_seal(struct fixture *f, size_t from, size_t to, struct slice body, struct buf *out)
{
    struct message m = {.body = body};
    buf_clear(out);
    return message_seal(&m, store_identity(f->stores[from]),
                        store_identity(f->stores[to])->public_key, out);
}

void fixture_unseal(struct fixture *f, size_t from, size_t to, struct slice bytes, struct buf *raw)
{
    const struct identity *reader = store_identity(f->stores[to]);
    struct buf plain = {0};
    struct message m;
    expect_ok(message_unseal(bytes, reader, &plain, &m), "unseal");
    expect_ok(message_accept(&m, reader, store_identity(f->stores[from])->public_key, raw),
              "accept");
    buf_free(&plain);
}

static void copy_store(struct fixture *f, size_t at, bool back)
{
    char path[128], line[512];
    store_path_at(f, at, path, sizeof(path));
    store_close(f->stores[at]);
    (void)snprintf(line, sizeof(line),
                   back ? "rm -rf %s && cp -r %s.old %s" : "rm -rf %s.old && cp -r %s %s.old", path,
                   path, path);
    assert_int_equal(system(line), 0);
    expect_ok(store_open(&f->env, path, &f->stores[at]), "open");
}

void fixture_snapshot(struct fixture *f, size_t at)
{
    copy_store(f, at, false);
}

void fixture_roll_back(struct fixture *f, size_t at)
{
    copy_store(f, at, true);
}

size_t fixture_clone(struct fixture *f, size_t at)
{
    char path[128], copy[128], line[512];
    size_t clone = f->count;
    assert_true(clone < FIXTURE_STORES_MAX);
    store_path_at(f, at, path, sizeof(path));
    store_path_at(f, clone, copy, sizeof(copy));
    store_close(f->stores[at]);
    (void)snprintf(line, sizeof(line), "cp -r %s %s", path, copy);
    assert_int_equal(system(line), 0);
    expect_ok(store_open(&f->env, path, &f->stores[at]), "open");
    expect_ok(store_open(&f->env, copy, &f->stores[clone]), "open the clone");
    f->parents[clone] = f->parents[at];
    f->units[clone] = f->units[at];
    f->count++;
    return clone;
}

void fixture_reopen(struct fixture *f, size_t at)
{
    char path[128];
    store_path_at(f, at, path, sizeof(path));
    store_close(f->stores[at]);
    expect_ok(store_open(&f->env, path, &f->stores[at]), "open");
}

/* The rounds of client_sync, on a link that takes only so much at once. */
static enum err narrow_sync(struct fixture *f, size_t at, struct session_stats *stats)
{
    struct session s;
    char url[64];
    enum err e = ERR_OK;
    (void)snprintf(url, sizeof(url), "sim://%d/v1/sync", f->parents[at]);
    session_init(&s, f->stores[at]);
    s.batch_max_bytes = f->message_bytes;
    while (e == ERR_OK && !s.done) {
        struct buf message = {0}, reply = {0};
        uint64_t sent = 0, received = 0;
        int status = 0;
        e = session_request(&s, &message);
        e = e ? e
              : fixture_post(f, url, buf_view(&message), MESSAGE_LONE_MAX_BYTES, &reply, &status,
                             &sent, &received);
        e = e ? e : session_reply(&s, buf_view(&reply));
        buf_free(&message);
        buf_free(&reply);
    }
    *stats = s.stats;
    session_end(&s);
    return e;
}

bool fixture_sync(struct fixture *f, size_t at, struct session_stats *stats)
{
    struct sync_result result;
    enum err e = f->message_bytes ? narrow_sync(f, at, &result.stats)
                                  : client_sync(f->stores[at], NULL, &result);
    if (e != ERR_OK && e != ERR_NO_LINK) {
        fail_msg("sync of %zu: %s: %s", at, error_word(e), error_last()->text);
    }
    if (stats) {
        *stats = result.stats;
    }
    return e == ERR_OK;
}

void fixture_settle(struct fixture *f)
{
    f->lose_request_in = 0;
    f->lose_reply_in = 0;
    for (int pass = 0; pass < 6; pass++) {
        for (size_t i = f->count - 1; i > 0; i--) {
            (void)fixture_sync(f, i, NULL);
        }
        for (size_t i = 1; i < f->count; i++) {
            (void)fixture_sync(f, i, NULL);
        }
    }
}
