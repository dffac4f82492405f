/* The feed: the order in which changes arrived in this store. */
#include "core/store_env.h"

static void units_pack(struct pack_writer *w, const struct id_list *units)
{
    pack_array(w, units ? units->count * 2 : 0);
    for (size_t i = 0; units && i < units->count; i++) {
        pack_uint(w, units->ids[i].actor);
        pack_uint(w, units->ids[i].seq);
    }
}

enum err feed_append(struct txn *t, const struct record *r, const struct record_local *local,
                     const struct id_list *before, const struct id_list *after)
{
    uint8_t key[8];
    be64_put(key, local->feed_seq);
    buf_clear(&t->row);
    struct pack_writer w = pack_writer_make(&t->row);
    bool same = before && after && id_lists_equal(before, after);
    pack_array(&w, same ? 7 : 8);
    pack_uint(&w, r->id.actor);
    pack_uint(&w, r->id.seq);
    pack_uint(&w, r->route);
    pack_uint(&w, local->source_node.actor);
    pack_uint(&w, local->source_node.seq);
    pack_uint(&w, local->source_actor);
    units_pack(&w, before);
    if (!same) {
        units_pack(&w, after);
    }
    return table_append(t, TABLE_FEED, slice_make(key, sizeof(key)), buf_view(&t->row));
}

enum err feed_replace(struct txn *t, const struct feed_entry *entry)
{
    uint8_t key[8];
    be64_put(key, entry->seq);
    buf_clear(&t->row);
    struct pack_writer w = pack_writer_make(&t->row);
    struct id_list before = {entry->units_before, entry->before_count, false},
                   after = {entry->units_after, entry->after_count, false};
    bool same = entry->units_after == entry->units_before;
    pack_array(&w, same ? 7 : 8);
    pack_uint(&w, entry->id.actor);
    pack_uint(&w, entry->id.seq);
    pack_uint(&w, entry->route);
    pack_uint(&w, entry->echo_node.actor);
    pack_uint(&w, entry->echo_node.seq);
    pack_uint(&w, entry->echo_actor);
    units_pack(&w, &before);
    if (!same) {
        units_pack(&w, &after);
    }
    return table_put(t, TABLE_FEED, slice_make(key, sizeof(key)), buf_view(&t->row));
}

enum err feed_drop(struct txn *t, uint64_t seq)
{
    uint8_t key[8];
    be64_put(key, seq);
    return table_del(t, TABLE_FEED, slice_make(key, sizeof(key)));
}

uint64_t store_feed_head(struct txn *t)
{
    return t->feed_head;
}

void store_feed_passed(struct txn *t, uint64_t seq)
{
    if (seq > t->passed_seq) {
        t->passed_seq = seq;
        t->dirty = true;
    }
}

static size_t units_read(struct pack_reader *r, struct arena *arena, struct dot **out)
{
    size_t n = read_array(r);
    *out = arena_array(arena, n / 2 + 1, sizeof(struct dot));
    if (n % 2 != 0) {
        pack_fail(r);
        return 0;
    }
    for (size_t i = 0; i < n / 2; i++) {
        (*out)[i].actor = read_uint(r);
        (*out)[i].seq = read_uint(r);
    }
    return pack_ok(r) ? n / 2 : 0;
}

enum err store_feed_next(struct txn *t, uint64_t after_seq, struct arena *arena,
                         struct feed_entry *out)
{
    uint8_t key[8];
    struct walk w;
    enum err e = ERR_OK;
    be64_put(key, after_seq);
    walk_begin(&w, t, TABLE_FEED, (struct slice){0}, slice_make(key, sizeof(key)));
    if (!walk_next(&w)) {
        e = walk_end(&w);
        return e == ERR_OK ? ERR_END : e;
    }
    struct pack_reader r = pack_reader_make(w.value);
    size_t parts = read_array(&r);
    *out = (struct feed_entry){.seq = be64_get(w.key.ptr)};
    out->id.actor = read_uint(&r);
    out->id.seq = read_uint(&r);
    out->route = (uint8_t)read_uint_max(&r, 255);
    out->echo_node.actor = read_uint(&r);
    out->echo_node.seq = read_uint(&r);
    out->echo_actor = read_uint(&r);
    out->before_count = units_read(&r, arena, &out->units_before);
    if (parts == 8) {
        out->after_count = units_read(&r, arena, &out->units_after);
    } else {
        out->units_after = out->units_before;
        out->after_count = out->before_count;
    }
    if (!pack_end(&r)) {
        e = error_set(ERR_DAMAGED, _("the feed is damaged at %llu; run `terrace check --repair`"),
                      (unsigned long long)out->seq);
    }
    enum err walked = walk_end(&w);
    return e != ERR_OK ? e : walked;
}
