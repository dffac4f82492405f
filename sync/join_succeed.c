/* A revoked computer's records go on under a new computer: a clerk whose PC was stolen restores a
 * backup, and joins with a new code. The new one has its own key and node. What the old one had
 * saved up to the mark at which it was closed is known everywhere under its name; what it saved
 * beyond, which nobody takes any more, goes on under the new one's (rule 25), so that it arrives
 * once.
 *
 * Cut off anywhere it goes on: the step that takes the new identity is one transaction, which also
 * writes down what is left to do. */
#include "core/scope.h"
#include "core/store_redot.h"
#include "sync/client.h"
#include "sync/join_code.h"

static const char succeed_key[] = "succeed";

/* What is left to do: whom it succeeds, and as who. */
struct succession {
    struct dot former;
    struct identity id;
};

static enum err succession_store(struct txn *t, const struct succession *s)
{
    struct buf b = {0};
    struct pack_writer w = pack_writer_make(&b);
    pack_array(&w, 9);
    dot_pack(&w, s->former);
    pack_bin(&w, slice_make(s->id.public_key, KEY_PUBLIC_BYTES));
    pack_bin(&w, slice_make(s->id.secret_key, KEY_SECRET_BYTES));
    dot_pack(&w, s->id.node);
    dot_pack(&w, s->id.unit);
    pack_uint(&w, s->id.level);
    enum err e = store_kv_put(t, slice_str(succeed_key), buf_view(&b));
    buf_free(&b);
    return e;
}

static enum err succession_load(struct txn *t, struct succession *out)
{
    struct arena arena = {0};
    struct slice v;
    *out = (struct succession){0};
    enum err e = store_kv_get(t, slice_str(succeed_key), &arena, &v);
    if (e == ERR_OK) {
        struct pack_reader r = pack_reader_make(v);
        read_array_exact(&r, 9);
        out->former = dot_read(&r);
        struct slice pub = read_bin_exact(&r, KEY_PUBLIC_BYTES);
        struct slice sec = read_bin_exact(&r, KEY_SECRET_BYTES);
        out->id.node = dot_read(&r);
        out->id.unit = dot_read(&r);
        out->id.level = (uint8_t)read_uint_max(&r, LEVEL_PROVINCE);
        if (pack_end(&r)) {
            memcpy(out->id.public_key, pub.ptr, KEY_PUBLIC_BYTES);
            memcpy(out->id.secret_key, sec.ptr, KEY_SECRET_BYTES);
        } else {
            e = error_set(ERR_DAMAGED, _("what this store remembers of a neighbour is damaged"));
        }
    }
    arena_free(&arena);
    return e;
}

/* ---- taking the new identity ---------------------------------------------------------------- */

static enum err take_identity(struct txn *t, const struct succession *s, const struct upstream *up,
                              const struct cert_root *root, const char *url, uint64_t actor)
{
    struct upstream old;
    TRY(upstream_load(t, &old));
    TRY(queue_forget(t, old.node));
    TRY(mark_forget(t, "refused."));
    TRY(upstream_store(t, up));
    TRY(cert_root_store(t, root));
    TRY(store_kv_put(t, slice_str("set.hub"), slice_str(url)));
    TRY(succession_store(t, s));
    return store_take_actor(t, actor);
}

enum err join_succeed(struct store *store, const char *url, const uint8_t code[CODE_BYTES])
{
    const struct env *env = store_env(store);
    struct succession s = {.former = store_identity(store)->node};
    struct upstream up = {0};
    struct cert_root root = {0};
    struct txn *t = NULL;
    crypto_keypair(s.id.public_key, s.id.secret_key);
    s.id.actor = store_random_actor(env);
    TRY(join_ask_hub(env, url, code, &s.id, &up, &root));
    TRY(txn_begin(store, TXN_WRITE, &t));
    enum err e = take_identity(t, &s, &up, &root, url, s.id.actor);
    if (e == ERR_OK) {
        e = txn_commit(t);
    } else {
        txn_abort(t);
    }
    return e ? e : store_set_identity(store, &s.id);
}

/* ---- what was saved beyond the mark --------------------------------------------------------- */

/* One round that sends nothing: the record of the former computer, with its mark. */
static enum err look_up(struct store *store, struct dot node)
{
    const struct env *env = store_env(store);
    struct session s;
    struct buf message = {0}, reply = {0};
    uint64_t sent = 0, received = 0;
    char target[2048];
    int status = 0;
    session_init(&s, store);
    s.look_up = node;
    enum err e = client_hub_url(store, NULL, "/v1/sync", target, sizeof(target));
    e = e ? e : session_request(&s, &message);
    e = e ? e
          : env->post(env->ctx, target, buf_view(&message), MESSAGE_LONE_MAX_BYTES, &reply, &status,
                      &sent, &received);
    e = e ? e : client_http_error(status, buf_view(&reply));
    e = e ? e : session_reply(&s, buf_view(&reply));
    session_end(&s);
    buf_free(&message);
    buf_free(&reply);
    return e;
}

/* Under which actors this store ever wrote, and up to where each is taken. */
static enum err find_marks(struct store *store, struct dot former, struct arena *arena,
                           struct dot **out, size_t *count)
{
    struct txn *t = NULL;
    struct record node;
    uint64_t *actors = NULL;
    size_t n = 0;
    TRY(txn_begin(store, TXN_READ, &t));
    enum err e = store_get(t, former, arena, &node, NULL);
    e = e ? e : store_own_actors(t, arena, &actors, &n);
    *out = arena_array(arena, n + 1, sizeof(**out));
    *count = 0;
    for (size_t i = 0; e == ERR_OK && i < n; i++) {
        uint64_t closed = cert_closed_at(&node, actors[i]);
        if (closed != UINT64_MAX && actors[i] != store_identity(store)->actor) {
            (*out)[(*count)++] = (struct dot){actors[i], closed};
        }
    }
    txn_abort(t);
    return e;
}

static enum err forget_succession(struct store *store)
{
    struct txn *t = NULL;
    TRY(txn_begin(store, TXN_WRITE, &t));
    enum err e = store_kv_del(t, slice_str(succeed_key));
    if (e == ERR_OK) {
        return txn_commit(t);
    }
    txn_abort(t);
    return e;
}

static enum err settle(struct store *store, const struct succession *s)
{
    struct arena arena = {0};
    struct dot *marks = NULL;
    size_t count = 0;
    enum err e = store_set_identity(store, &s->id);
    e = e ? e : look_up(store, s->former);
    e = e ? e : find_marks(store, s->former, &arena, &marks, &count);
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        e = store_redot_former(store, marks[i].actor, marks[i].seq, link_redot);
    }
    arena_free(&arena);
    return e ? e : forget_succession(store);
}

enum err join_succeed_settle(struct store *store)
{
    struct succession s;
    struct txn *t = NULL;
    TRY(txn_begin(store, TXN_READ, &t));
    enum err e = succession_load(t, &s);
    txn_abort(t);
    if (e != ERR_OK) {
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    TRY(store_lock(store, "sync"));
    e = settle(store, &s);
    store_unlock(store);
    return e;
}
