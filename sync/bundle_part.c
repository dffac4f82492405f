/* The file: a head that tells whether it is whole, then sealed messages, each a part. */
#include "sync/bundle_part.h"

#include "core/pack.h"

#define MAGIC "TrcB"
#define MAGIC_BYTES 4
#define BUNDLE_VERSION 1
#define CHECK_AT (MAGIC_BYTES + 1)
#define COUNT_AT (CHECK_AT + HASH_BYTES)
#define LENGTH_AT (COUNT_AT + 4)
#define HEAD_BYTES (LENGTH_AT + 8)
#define SIZE_BYTES 4 /* before each message */
#define BODY_PART 16
/* Room for one message of any size. */
#define LAST_MESSAGE_BYTES (SIZE_BYTES + MESSAGE_LONE_MAX_BYTES)

static void be32_put(uint8_t *out, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(v >> (24 - 8 * i));
    }
}

static uint32_t be32_get(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Over all but itself. */
static struct hash check_of(struct slice file)
{
    struct hash parts[2] = {
        hash_of(slice_make(file.ptr, CHECK_AT)),
        hash_of(slice_make(file.ptr + COUNT_AT, file.len - COUNT_AT)),
    };
    return hash_of(slice_make(parts, sizeof(parts)));
}

/* ---- writing -------------------------------------------------------------------------------- */

void bundle_writer_open(struct bundle_writer *w, struct store *store, struct buf *out)
{
    const uint8_t head[HEAD_BYTES] = {0};
    *w = (struct bundle_writer){.store = store, .out = out};
    CHECK(out->len == 0);
    buf_add(out, head, sizeof(head));
}

bool bundle_writer_is_full(const struct bundle_writer *w)
{
    return w->out->len + 2 * LAST_MESSAGE_BYTES > BUNDLE_MAX_BYTES;
}

void bundle_part_write(const struct bundle_part *part, struct buf *out)
{
    struct pack_writer w = pack_writer_make(out);
    pack_array(&w, 5);
    pack_uint(&w, BODY_PART);
    pack_uint(&w, part->number);
    pack_uint(&w, part->index);
    pack_bool(&w, part->last);
    pack_bin(&w, part->body);
}

enum err bundle_writer_add(struct bundle_writer *w, struct slice body, bool last)
{
    struct buf part = {0}, message = {0};
    uint8_t size[SIZE_BYTES];
    const struct bundle_part now = {
        .number = w->number, .index = w->count, .last = last, .body = body};
    bundle_part_write(&now, &part);
    struct message m = {.answers = w->previous, .body = buf_view(&part)};
    enum err e = message_seal(&m, store_identity(w->store), w->peer_key, &message);
    if (e == ERR_OK) {
        be32_put(size, (uint32_t)message.len);
        buf_add(w->out, size, sizeof(size));
        buf_add(w->out, message.ptr, message.len);
        w->previous = hash_of(buf_view(&message));
        w->count++;
    }
    buf_free(&part);
    buf_free(&message);
    return e;
}

void bundle_writer_close(struct bundle_writer *w)
{
    uint8_t *head = w->out->ptr;
    memcpy(head, MAGIC, MAGIC_BYTES);
    head[MAGIC_BYTES] = BUNDLE_VERSION;
    be32_put(head + COUNT_AT, w->count);
    be64_put(head + LENGTH_AT, w->out->len);
    struct hash check = check_of(buf_view(w->out));
    memcpy(head + CHECK_AT, check.bytes, HASH_BYTES);
}

/* ---- reading -------------------------------------------------------------------------------- */

static enum err damaged(void)
{
    return error_set(ERR_FORMAT, _("the bundle is damaged or cut short, and nothing was changed. "
                                   "Copy it again from where it was written, or have a new one "
                                   "written: nothing is lost there"));
}

enum err bundle_reader_open(struct bundle_reader *r, struct store *store, struct slice bytes)
{
    *r = (struct bundle_reader){.store = store};
    if (bytes.len < MAGIC_BYTES || memcmp(bytes.ptr, MAGIC, MAGIC_BYTES) != 0) {
        return error_set(ERR_FORMAT, _("this file is not a terrace bundle; nothing was changed"));
    }
    if (bytes.len < HEAD_BYTES || be64_get(bytes.ptr + LENGTH_AT) != bytes.len) {
        return damaged();
    }
    struct hash check = check_of(bytes);
    if (memcmp(check.bytes, bytes.ptr + CHECK_AT, HASH_BYTES) != 0) {
        return damaged();
    }
    if (bytes.ptr[MAGIC_BYTES] != BUNDLE_VERSION) {
        return error_set(ERR_FORMAT, _("the bundle was written by a newer terrace; bring this "
                                       "computer up to date. Nothing was changed"));
    }
    r->count = be32_get(bytes.ptr + COUNT_AT);
    r->rest = slice_make(bytes.ptr + HEAD_BYTES, bytes.len - HEAD_BYTES);
    return r->count == 0 ? damaged() : ERR_OK;
}

bool bundle_part_read(struct slice body, struct bundle_part *out)
{
    struct pack_reader r = pack_reader_make(body);
    read_array_exact(&r, 5);
    uint64_t type = read_uint(&r);
    out->number = read_uint(&r);
    out->index = read_uint(&r);
    out->last = read_bool(&r);
    out->body = read_bin(&r);
    return pack_end(&r) && type == BODY_PART;
}

/* The hub above, or a computer below: nobody else's bundles are taken. */
static enum err find_sender(struct bundle_reader *r, struct message_address sender)
{
    struct txn *t = NULL;
    struct upstream u;
    struct link link;
    TRY(txn_begin(r->store, TXN_READ, &t));
    enum err e = upstream_load(t, &u);
    struct message_address hub = message_address_of(u.public_key);
    if (e == ERR_OK && !dot_is_none(u.node) && memcmp(&hub, &sender, sizeof(hub)) == 0) {
        r->peer = u.node;
        memcpy(r->peer_key, u.public_key, KEY_PUBLIC_BYTES);
    } else if (e == ERR_OK && (e = link_by_address(t, sender, &link)) == ERR_OK) {
        r->from_below = true;
        r->peer = link.node;
        memcpy(r->peer_key, link.public_key, KEY_PUBLIC_BYTES);
    }
    txn_abort(t);
    if (e == ERR_REFUSED) {
        struct error_detail why = *error_last();
        return error_set(ERR_INPUT,
                         _("the bundle is from a computer that does not sync with this one; "
                           "nothing was changed (%s)"),
                         why.text);
    }
    return e;
}

static enum err open_message(struct bundle_reader *r, struct slice bytes, struct message *m)
{
    const struct identity *self = store_identity(r->store);
    enum err e = message_unseal(bytes, self, &r->plain, m);
    if (e == ERR_REFUSED) {
        return error_set(ERR_INPUT, _("the bundle is for another computer; nothing was changed "
                                      "here. It can be imported where it was meant to go"));
    }
    if (e == ERR_TOO_NEW) {
        struct error_detail why = *error_last();
        return error_set(ERR_FORMAT, "%s", why.text);
    }
    TRY(e);
    if (r->done == 0) {
        TRY(find_sender(r, m->sender));
    }
    m->answers = r->previous;
    e = message_accept(m, self, r->peer_key, &r->raw);
    return e == ERR_REFUSED || e == ERR_TOO_LARGE ? damaged() : e;
}

enum err bundle_reader_message(struct bundle_reader *r, struct slice *out)
{
    if (r->done == r->count) {
        return r->rest.len == 0 ? ERR_END : damaged();
    }
    if (r->rest.len < SIZE_BYTES || be32_get(r->rest.ptr) > r->rest.len - SIZE_BYTES) {
        return damaged();
    }
    *out = slice_make(r->rest.ptr + SIZE_BYTES, be32_get(r->rest.ptr));
    r->rest = slice_make(out->ptr + out->len, r->rest.len - SIZE_BYTES - out->len);
    return ERR_OK;
}

enum err bundle_reader_next(struct bundle_reader *r, struct bundle_part *out)
{
    struct slice message;
    TRY(bundle_reader_message(r, &message));
    TRY(open_message(r, message, &r->message));
    bool read = bundle_part_read(r->message.body, out);
    out->message = &r->message;
    if (!read || out->index != r->done || out->last != (r->done + 1 == r->count) ||
        (r->done > 0 && out->number != r->number)) {
        return damaged();
    }
    r->number = out->number;
    r->previous = hash_of(message);
    r->done++;
    return ERR_OK;
}

void bundle_reader_close(struct bundle_reader *r)
{
    buf_free(&r->plain);
    buf_free(&r->raw);
}
