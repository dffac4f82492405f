/* Copies are prevented first (rule 24): the identity file is bound to the directory in which it
 * stands, and a store that finds itself elsewhere goes on under a new actor, so that two copies
 * never give the same dot. Whose the new actor is, the node's own record says. */
#include "core/store_env.h"

/* ---- what a person is to be told --------------------------------------------------------------
 */

static const char renewal_key[] = "renewed";

enum err renewal_note(struct txn *t, enum renewal why)
{
    uint8_t byte = (uint8_t)why;
    return store_kv_put(t, slice_str(renewal_key), slice_make(&byte, 1));
}

static enum err renewal_read(struct txn *t, enum renewal *out)
{
    struct arena arena = {0};
    struct slice v;
    enum err e = store_kv_get(t, slice_str(renewal_key), &arena, &v);
    *out = e == ERR_OK && v.len == 1 && v.ptr[0] <= RENEWAL_RESTORED ? (enum renewal)v.ptr[0]
                                                                     : RENEWAL_NONE;
    arena_free(&arena);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err store_take_renewal(struct store *s, enum renewal *out)
{
    struct txn *t = NULL;
    *out = RENEWAL_NONE;
    TRY(txn_begin(s, TXN_READ, &t));
    enum err e = renewal_read(t, out);
    txn_abort(t);
    if (e != ERR_OK || *out == RENEWAL_NONE) {
        return e;
    }
    TRY(txn_begin(s, TXN_WRITE, &t));
    e = store_kv_del(t, slice_str(renewal_key));
    if (e == ERR_OK) {
        return txn_commit(t);
    }
    txn_abort(t);
    return e;
}

/* ---- the place --------------------------------------------------------------------------------
 */

static enum err renew_here(struct store *s, const uint8_t here[PLACE_BYTES])
{
    struct txn *t = NULL;
    struct store other = {.env = s->env, .dir = s->dir, .seal = s->seal};
    TRY(txn_begin(s, TXN_WRITE, &t));
    enum err e = identity_read(&other);
    if (e == ERR_OK && other.placed && memcmp(other.place, here, PLACE_BYTES) == 0) {
        txn_abort(t); /* another process was first */
        memcpy(s->place, here, PLACE_BYTES);
        return ERR_OK;
    }
    e = e ? e : store_renew_actor(t);
    e = e ? e : renewal_note(t, RENEWAL_MOVED);
    if (e != ERR_OK) {
        txn_abort(t);
        return e;
    }
    TRY(txn_commit(t));
    memcpy(s->place, here, PLACE_BYTES);
    return identity_write(s);
}

enum err place_settle(struct store *s)
{
    uint8_t here[PLACE_BYTES];
    s->env->place_of(s->env->ctx, s->dir, here);
    if (s->placed) {
        return memcmp(s->place, here, PLACE_BYTES) == 0 ? ERR_OK : renew_here(s, here);
    }
    memcpy(s->place, here, PLACE_BYTES);
    s->placed = true;
    if (identity_write(s) != ERR_OK) { /* next time, then */
        error_clear();
    }
    return ERR_OK;
}

enum err renew_if_outrun(struct txn *t, const struct context *seen)
{
    if (context_seq(seen, store_identity(t->store)->actor) <= t->own_seq) {
        return ERR_OK;
    }
    TRY(store_renew_actor(t));
    return renewal_note(t, RENEWAL_OLDER);
}

/* ---- whose the actor is ------------------------------------------------------------------------
 */

static const char announce_key[] = "announce";

enum err announce_later(struct txn *t, uint64_t former)
{
    uint8_t bytes[8];
    be64_put(bytes, former);
    t->announce = SOME_YES;
    return store_kv_put(t, slice_str(announce_key), slice_make(bytes, sizeof(bytes)));
}

enum err store_own_actor(struct txn *t, uint64_t actor)
{
    const struct identity *self = store_identity(t->store);
    struct actor_info info;
    if (!store_actor(t, self->actor, &info) || !dot_equal(info.node, self->node)) {
        info = (struct actor_info){.node = self->node, .unit = self->unit, .closed_at = UINT64_MAX};
    }
    return actor_bind(t, actor, &info);
}

static bool names_actors(const struct save *save, struct dot node)
{
    bool names = false;
    for (size_t i = 0; dot_equal(save->id, node) && i < save->edit_count; i++) {
        names = names || save->edits[i].field == F_NODE_ACTORS;
    }
    return names;
}

static enum err announce_save(struct txn *t, struct dot node, uint64_t former, struct arena *arena)
{
    char texts[2][DOT_TEXT_SIZE];
    struct dot id, dot;
    dot_format_actor(former, texts[0]);
    dot_format_actor(store_identity(t->store)->actor, texts[1]);
    const struct datum own[] = {datum_text(slice_str(texts[0])), datum_text(slice_str(texts[1]))};
    const struct edit edit = {F_NODE_ACTORS, EDIT_ADD, own, ARRAY_COUNT(own)};
    struct save save = {.id = node, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    return store_save(t, &save, arena, &id, &dot);
}

enum err announce_actor(struct txn *t, const struct save *save)
{
    struct arena arena = {0};
    struct record node;
    struct slice v;
    struct dot own = store_identity(t->store)->node;
    if (t->announce == SOME_NO || dot_is_none(own)) {
        return ERR_OK;
    }
    enum err e = store_kv_get(t, slice_str(announce_key), &arena, &v);
    if (e == ERR_NOT_FOUND) {
        t->announce = SOME_NO;
        return ERR_OK;
    }
    e = e ? e : store_get(t, own, &arena, &node, NULL);
    if (e == ERR_OK && v.len == 8) {
        t->announce = SOME_NO; /* this very save comes by here again */
        e = store_kv_del(t, slice_str(announce_key));
        if (e == ERR_OK && !(save && names_actors(save, own)) && !(node.flags & RECORD_STUB) &&
            !merge_is_deleted(&node) && !store_is_leaving(t, own)) {
            e = announce_save(t, own, be64_get(v.ptr), &arena);
        }
    }
    arena_free(&arena);
    return e == ERR_NOT_FOUND ? ERR_OK : e; /* not held yet: with a later save */
}
