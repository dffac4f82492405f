/* Rows of the records table, and lists of ids.
 *
 * A row is: hash 16 of all that follows, the local part, the record in row form. The hash is
 * checked on every read, since LMDB has no checksums of its own. */
#include "core/store_env.h"

void row_write(struct buf *out, const struct record *r, const struct record_local *local)
{
    buf_clear(out);
    struct hash none = {{0}};
    buf_add(out, none.bytes, HASH_BYTES);
    struct pack_writer w = pack_writer_make(out);
    pack_array(&w, 8 + r->field_count);
    pack_uint(&w, local->feed_seq);
    pack_uint(&w, local->entered_seq);
    pack_int(&w, local->stored_ms);
    pack_uint(&w, local->source_node.actor);
    pack_uint(&w, local->source_node.seq);
    pack_uint(&w, local->source_actor);
    pack_uint(&w, local->via | local->evidence << 8);
    pack_uint(&w, local->content_seq);
    for (size_t i = 0; i < r->field_count; i++) {
        pack_uint(&w, local->field_seqs[i]);
    }
    record_pack(&w, r);
    struct hash h = hash_of(slice_make(out->ptr + HASH_BYTES, out->len - HASH_BYTES));
    memcpy(out->ptr, h.bytes, HASH_BYTES);
}

static enum err row_damaged(struct dot id)
{
    char text[DOT_TEXT_SIZE];
    dot_format(id, text);
    return error_set(
        ERR_DAMAGED,
        _("record %s is damaged on disk; `terrace check --repair` sets it aside and the "
          "next sync fetches it again"),
        text);
}

enum err row_read(struct slice row, struct dot id, struct arena *arena, struct record *out,
                  struct record_local *local)
{
    if (row.len <= HASH_BYTES) {
        return row_damaged(id);
    }
    struct slice body = slice_make(row.ptr + HASH_BYTES, row.len - HASH_BYTES);
    struct hash h = hash_of(body);
    if (memcmp(h.bytes, row.ptr, HASH_BYTES) != 0) {
        return row_damaged(id);
    }
    /* The caller's record outlives the map's page. */
    struct pack_reader r = pack_reader_make(arena_copy(arena, body));
    size_t count = read_array(&r);
    struct record_local l = {0};
    if (count < 8) {
        return row_damaged(id);
    }
    l.feed_seq = read_uint(&r);
    l.entered_seq = read_uint(&r);
    l.stored_ms = read_int(&r);
    l.source_node.actor = read_uint(&r);
    l.source_node.seq = read_uint(&r);
    l.source_actor = read_uint(&r);
    uint64_t via = read_uint(&r); /* above its lowest byte, since version 3, the evidence */
    l.via = (uint8_t)(via & 0xff);
    l.evidence = via >> 8;
    l.content_seq = read_uint(&r);
    l.content_seq = l.content_seq ? l.content_seq : l.feed_seq; /* a row of version 1 */
    l.field_seqs = arena_array(arena, count - 8 + 1, sizeof(uint64_t));
    for (size_t i = 0; i + 8 < count; i++) {
        l.field_seqs[i] = read_uint(&r);
    }
    *out = record_read(&r, arena);
    if (!pack_end(&r) || out->field_count != count - 8 || !dot_equal(out->id, id)) {
        return row_damaged(id);
    }
    if (local) {
        *local = l;
    }
    return ERR_OK;
}

enum err store_get(struct txn *t, struct dot id, struct arena *arena, struct record *out,
                   struct record_local *local)
{
    uint8_t key[DOT_KEY_BYTES];
    struct slice row;
    dot_key_put(key, id);
    enum err e = table_get(t, TABLE_RECORDS, slice_make(key, sizeof(key)), &row);
    return e == ERR_OK ? row_read(row, id, arena, out, local) : e;
}

bool store_has(struct txn *t, struct dot id)
{
    uint8_t key[DOT_KEY_BYTES];
    dot_key_put(key, id);
    return table_has(t, TABLE_RECORDS, slice_make(key, sizeof(key)));
}

uint64_t store_record_count(struct txn *t)
{
    return t->record_count;
}

void id_list_add(struct id_list *list, size_t *cap, struct dot id, struct arena *arena)
{
    if (list->count == *cap) {
        *cap = *cap ? *cap * 2 : 16;
        struct dot *grown = arena_array(arena, *cap, sizeof(*grown));
        if (list->count) {
            memcpy(grown, list->ids, list->count * sizeof(*grown));
        }
        list->ids = grown;
    }
    list->ids[list->count++] = id;
}

bool id_list_has(const struct id_list *list, struct dot id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (dot_equal(list->ids[i], id)) {
            return true;
        }
    }
    return false;
}

bool id_lists_equal(const struct id_list *a, const struct id_list *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (!dot_equal(a->ids[i], b->ids[i])) {
            return false;
        }
    }
    return true;
}
