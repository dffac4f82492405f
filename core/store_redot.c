#include "core/authority.h"
#include "core/proof.h"
#include "core/store_redot_map.h"

#include <stdio.h>

/* ---- the map ----------------------------------------------------------------------------------
 */

/* Nobody could find this node any more: what it is and where it belongs stays. */
static uint64_t keep_identity(const struct store *s, uint64_t from, uint64_t after)
{
    const struct dot own[] = {s->identity.node, s->identity.unit};
    for (size_t i = 0; i < ARRAY_COUNT(own); i++) {
        if (own[i].actor == from && own[i].seq > after) {
            after = own[i].seq;
        }
    }
    return after;
}

static enum err map_load(struct txn *t, struct redot *m, struct arena *arena)
{
    uint8_t prefix[8];
    struct walk w;
    m->after = m->after < m->last ? m->after : m->last;
    m->records = arena_array(arena, m->last - m->after + 1, sizeof(*m->records));
    m->saves = arena_array(arena, m->last + 1, sizeof(*m->saves));
    be64_put(prefix, m->from);
    walk_begin(&w, t, TABLE_SAVES, slice_make(prefix, sizeof(prefix)), (struct slice){0});
    while (walk_next(&w)) {
        if (w.key.len != DOT_KEY_BYTES || w.value.len < DOT_KEY_BYTES || m->save_count >= m->last) {
            continue;
        }
        struct own_save save = {dot_key_get(w.value.ptr), dot_key_get(w.key.ptr).seq};
        m->saves[m->save_count++] = save;
        if (save.seq > m->after && save.seq <= m->last) {
            m->records[save.seq - m->after - 1] = save.record;
        }
    }
    redot_sort(m);
    return walk_end(&w);
}

/* ---- tables -----------------------------------------------------------------------------------
 */

/* All keys of a table, so that it can be written while they are gone through. */
static enum err table_keys(struct txn *t, enum table table, struct slice prefix,
                           struct arena *arena, struct slice **out, size_t *count)
{
    struct walk w;
    size_t cap = 1024;
    *out = arena_array(arena, cap, sizeof(**out));
    *count = 0;
    walk_begin(&w, t, table, prefix, (struct slice){0});
    while (walk_next(&w)) {
        if (*count == cap) {
            struct slice *grown = arena_array(arena, cap * 2, sizeof(*grown));
            memcpy(grown, *out, cap * sizeof(*grown));
            *out = grown;
            cap *= 2;
        }
        (*out)[(*count)++] = arena_copy(arena, w.key);
    }
    return walk_end(&w);
}

/* One row: its bytes in the arena, since pages move under writes. */
typedef enum err row_fn(struct txn *t, const struct redot *m, struct slice key, struct slice value,
                        struct arena *arena);

static enum err each_row(struct txn *t, const struct redot *m, enum table table,
                         struct slice prefix, row_fn *fn)
{
    struct arena keys_arena = {0}, arena = {0};
    struct slice *keys = NULL;
    size_t n = 0;
    enum err e = table_keys(t, table, prefix, &keys_arena, &keys, &n);
    for (size_t i = 0; e == ERR_OK && i < n; i++) {
        struct slice value;
        arena_reset(&arena);
        arena_reset(&t->scratch);
        e = table_get(t, table, keys[i], &value);
        e = e ? e : fn(t, m, keys[i], arena_copy(&arena, value), &arena);
    }
    arena_free(&keys_arena);
    arena_free(&arena);
    return e;
}

/* It is no longer what a neighbour sent. */
static enum err feed_forget_echo(struct txn *t, uint64_t seq, struct arena *arena)
{
    struct feed_entry entry;
    enum err e = seq ? store_feed_next(t, seq - 1, arena, &entry) : ERR_END;
    if (e == ERR_OK && entry.seq == seq) {
        entry.echo_node = (struct dot){0, 0};
        entry.echo_actor = 0;
        e = feed_replace(t, &entry);
    }
    return e == ERR_END ? ERR_OK : e;
}

/* What steers others bears its author's hand: the words changed, and so it is signed again. */
static void sign_again(struct txn *t, struct record *r, struct arena *arena)
{
    const struct identity *self = store_identity(t->store);
    struct dot last = {0, 0};
    for (size_t i = 0; i < r->field_count && schema_steers(r->kind); i++) {
        const struct field *f = &r->fields[i];
        for (uint32_t j = 0; j < f->count; j++) {
            struct dot dot = f->values[j].dot;
            if (dot.actor == self->actor && authority_steers(r->kind, f->number) &&
                !dot_equal(dot, last) && !proof_holds(r, dot, self->public_key)) {
                proof_sign(r, dot, self->secret_key, arena);
            }
            last = dot;
        }
    }
}

static enum err record_row(struct txn *t, const struct redot *m, struct slice key,
                           struct slice value, struct arena *arena)
{
    struct record r, now;
    struct record_local local;
    uint8_t id[DOT_KEY_BYTES];
    if (key.len != DOT_KEY_BYTES ||
        row_read(value, dot_key_get(key.ptr), arena, &r, &local) != ERR_OK) {
        error_clear(); /* `check` tells */
        return ERR_OK;
    }
    redot_record(m, &r, arena, &now);
    if (dot_equal(now.id, r.id) && record_equal(&now, &r)) {
        return ERR_OK;
    }
    if (!record_is_valid(&now)) {
        return error_set(ERR_DAMAGED,
                         _("%s: a record could not be brought under the new name; "
                           "nothing was changed"),
                         dot_text(r.id, arena));
    }
    sign_again(t, &now, arena);
    local.source_node = (struct dot){0, 0};
    local.source_actor = 0;
    dot_key_put(id, now.id);
    TRY(feed_forget_echo(t, local.feed_seq, arena));
    TRY(dot_equal(now.id, r.id) ? ERR_OK : table_del(t, TABLE_RECORDS, key));
    row_write(&t->row, &now, &local);
    return table_put(t, TABLE_RECORDS, slice_make(id, sizeof(id)), buf_view(&t->row));
}

static bool units_map(const struct redot *m, struct dot *units, size_t count)
{
    bool changed = false;
    for (size_t i = 0; i < count; i++) {
        struct dot now = redot_id(m, units[i]);
        changed = changed || !dot_equal(now, units[i]);
        units[i] = now;
    }
    return changed;
}

static enum err feed_row(struct txn *t, const struct redot *m, struct slice key, struct slice value,
                         struct arena *arena)
{
    struct feed_entry entry;
    (void)value;
    TRY(store_feed_next(t, be64_get(key.ptr) - 1, arena, &entry));
    struct dot id = redot_id(m, entry.id), echo = redot_id(m, entry.echo_node);
    bool changed = !dot_equal(id, entry.id) || !dot_equal(echo, entry.echo_node);
    changed = units_map(m, entry.units_before, entry.before_count) || changed;
    changed = (entry.units_after != entry.units_before &&
               units_map(m, entry.units_after, entry.after_count)) ||
              changed;
    entry.id = id;
    entry.echo_node = echo;
    return changed ? feed_replace(t, &entry) : ERR_OK;
}

static enum err story_row(struct txn *t, const struct redot *m, struct slice key,
                          struct slice value, struct arena *arena)
{
    struct history_entry entry;
    uint8_t now[DOT_KEY_BYTES + 8 + 1];
    struct dot id = dot_key_get(key.ptr), to = redot_id(m, id);
    if (key.len > sizeof(now) || !history_read(value, arena, &entry)) {
        return error_set(ERR_DAMAGED, _("the history is damaged"));
    }
    redot_story(m, id, &entry, arena);
    history_pack(&t->row, &entry);
    if (dot_equal(to, id)) {
        return slice_equal(buf_view(&t->row), value) ? ERR_OK
                                                     : history_put(t, key, buf_view(&t->row));
    }
    memcpy(now, key.ptr, key.len);
    dot_key_put(now, to);
    TRY(history_put(t, slice_make(now, key.len), buf_view(&t->row)));
    return history_take(t, key);
}

/* head = H(previous, seq, record, former head): the log of the new actor, in the same order. */
static enum err save_row(struct txn *t, const struct redot *m, struct slice key, struct slice value,
                         struct arena *arena)
{
    struct dot d = dot_key_get(key.ptr);
    uint8_t out_key[DOT_KEY_BYTES], out[DOT_KEY_BYTES + HASH_BYTES], number[8];
    struct buf bytes = {0};
    (void)arena;
    if (d.seq <= m->after || d.seq > m->last || value.len != sizeof(out)) {
        return ERR_OK;
    }
    d = (struct dot){m->to, d.seq - m->after};
    dot_key_put(out_key, d);
    dot_key_put(out, redot_id(m, dot_key_get(value.ptr)));
    buf_add(&bytes, t->chain_head.bytes, HASH_BYTES);
    be64_put(number, d.seq);
    buf_add(&bytes, number, sizeof(number));
    buf_add(&bytes, out, DOT_KEY_BYTES);
    buf_add(&bytes, value.ptr + DOT_KEY_BYTES, HASH_BYTES);
    t->chain_head = hash_of(buf_view(&bytes));
    buf_free(&bytes);
    memcpy(out + DOT_KEY_BYTES, t->chain_head.bytes, HASH_BYTES);
    TRY(table_del(t, TABLE_SAVES, key));
    return table_put(t, TABLE_SAVES, slice_make(out_key, sizeof(out_key)),
                     slice_make(out, sizeof(out)));
}

static enum err actor_row(struct txn *t, const struct redot *m, struct slice key,
                          struct slice value, struct arena *arena)
{
    struct actor_info info;
    uint64_t actor = be64_get(key.ptr);
    (void)value;
    (void)arena;
    if (!store_actor(t, actor, &info)) {
        return ERR_OK;
    }
    struct dot node = redot_id(m, info.node), unit = redot_id(m, info.unit);
    if (dot_equal(node, info.node) && dot_equal(unit, info.unit)) {
        return ERR_OK;
    }
    info.node = node;
    info.unit = unit;
    return actor_bind(t, actor, &info);
}

enum err redot_key(struct txn *t, const struct redot *m, const char *space, size_t dots)
{
    struct arena arena = {0};
    struct slice key = {0}, value, prefix = slice_str(space);
    struct slice *keys = NULL;
    size_t n = 0, len = prefix.len + dots * DOT_KEY_BYTES;
    uint8_t from[64], to[64];
    CHECK(len < sizeof(from));
    from[0] = '.'; /* as store_kv writes them */
    memcpy(from + 1, prefix.ptr, prefix.len);
    enum err e = table_keys(t, TABLE_META, slice_make(from, prefix.len + 1), &arena, &keys, &n);
    for (size_t i = 0; e == ERR_OK && i < n; i++) {
        key = slice_make(keys[i].ptr + 1, keys[i].len - 1);
        if (key.len != len) {
            continue;
        }
        memcpy(to, key.ptr, len);
        for (size_t k = 0; k < dots; k++) {
            uint8_t *at = to + prefix.len + k * DOT_KEY_BYTES;
            dot_key_put(at, redot_id(m, dot_key_get(at)));
        }
        if (memcmp(to, key.ptr, len) != 0) {
            e = store_kv_get(t, key, &arena, &value);
            e = e ? e : store_kv_put(t, slice_make(to, len), value);
            e = e ? e : store_kv_del(t, key);
        }
    }
    arena_free(&arena);
    return e;
}

static enum err map_tables(struct txn *t, const struct redot *m)
{
    static const struct slice all;
    struct check_report report = {0};
    uint8_t own[8];
    be64_put(own, m->from);
    TRY(each_row(t, m, TABLE_RECORDS, all, record_row));
    TRY(each_row(t, m, TABLE_FEED, all, feed_row));
    TRY(each_row(t, m, TABLE_HISTORY, all, story_row));
    TRY(each_row(t, m, TABLE_ACTORS, all, actor_row));
    TRY(each_row(t, m, TABLE_SAVES, slice_make(own, sizeof(own)), save_row));
    TRY(redot_key(t, m, "leaving.", 1));
    return rebuild_now(t, &report);
}

/* ---- all of it --------------------------------------------------------------------------------
 */

static enum err redot_in_txn(struct txn *t, struct redot *m, enum renewal why, struct arena *arena,
                             enum err (*also)(struct txn *t, const struct redot *m))
{
    TRY(map_load(t, m, arena));
    TRY(store_own_actor(t, m->to));
    TRY(store_take_actor(t, m->to));
    if (m->after < m->last) {
        TRY(map_tables(t, m));
        t->own_seq = m->last - m->after;
    }
    TRY(also ? also(t, m) : ERR_OK);
    TRY(renewal_note(t, why));
    return m->after < m->last ? announce_actor(t, NULL) : ERR_OK;
}

enum err store_redot(struct store *s, uint64_t from, uint64_t after, uint64_t to, enum renewal why,
                     enum err (*also)(struct txn *t, const struct redot *m))
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct redot m = {.from = from, .to = to ? to : store_random_actor(s->env)};
    TRY(lmdb_make_room(s));
    TRY(txn_begin(s, TXN_WRITE, &t));
    if (s->identity.actor != from) {
        txn_abort(t);
        return ERR_OK;
    }
    m.after = keep_identity(s, from, after);
    m.last = t->own_seq;
    enum err e = redot_in_txn(t, &m, why, &arena, also);
    arena_free(&arena);
    if (e != ERR_OK) {
        txn_abort(t);
        s->identity.actor = from;
        return e;
    }
    e = txn_commit(t);
    return e ? e : identity_write(s);
}

/* It writes under that actor again, as far as it had come, for the moment. */
static enum err resume(struct txn *t, uint64_t actor, uint64_t after, bool *any)
{
    uint8_t prefix[8];
    struct slice key, value;
    be64_put(prefix, actor);
    *any = false;
    enum err e = table_last(t, TABLE_SAVES, slice_make(prefix, sizeof(prefix)), &key, &value);
    if (e != ERR_OK || key.len != DOT_KEY_BYTES || value.len != DOT_KEY_BYTES + HASH_BYTES) {
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    uint64_t last = dot_key_get(key.ptr).seq;
    struct hash head;
    memcpy(head.bytes, value.ptr + DOT_KEY_BYTES, HASH_BYTES);
    *any = last > after;
    if (*any) {
        TRY(store_take_actor(t, actor));
        t->own_seq = last;
        t->chain_head = head;
    }
    return ERR_OK;
}

enum err store_redot_former(struct store *s, uint64_t actor, uint64_t after,
                            enum err (*also)(struct txn *t, const struct redot *m))
{
    struct txn *t = NULL;
    uint64_t now = s->identity.actor;
    bool any = false;
    TRY(txn_begin(s, TXN_WRITE, &t));
    enum err e = resume(t, actor, after, &any);
    if (e != ERR_OK || !any) {
        txn_abort(t);
        s->identity.actor = now;
        return e;
    }
    e = txn_commit(t);
    return e ? e : store_redot(s, actor, after, 0, RENEWAL_NONE, also);
}

enum err store_own_actors(struct txn *t, struct arena *arena, uint64_t **out, size_t *count)
{
    struct walk w;
    size_t cap = 8;
    *out = arena_array(arena, cap, sizeof(**out));
    *count = 0;
    walk_begin(&w, t, TABLE_SAVES, (struct slice){0}, (struct slice){0});
    while (walk_next(&w)) {
        uint64_t actor = w.key.len == DOT_KEY_BYTES ? dot_key_get(w.key.ptr).actor : 0;
        if (actor == 0 || (*count && (*out)[*count - 1] == actor)) {
            continue;
        }
        if (*count == cap) {
            uint64_t *grown = arena_array(arena, cap * 2, sizeof(*grown));
            memcpy(grown, *out, cap * sizeof(*grown));
            *out = grown;
            cap *= 2;
        }
        (*out)[(*count)++] = actor;
    }
    return walk_end(&w);
}
