#include "sync/message.h"

#include "sync/frame.h"

#define MAGIC "Trc1"
#define MAGIC_BYTES 4
#define ADDRESS_BYTES 8
#define CHECK_BYTES 8
#define HEADER_BYTES (MAGIC_BYTES + 2 + 2 * ADDRESS_BYTES)

_Static_assert(HEADER_BYTES + CHECK_BYTES == MESSAGE_OVERHEAD_BYTES, "stated in the header");

struct message_address message_address_of(const uint8_t public_key[KEY_PUBLIC_BYTES])
{
    struct message_address address;
    struct hash h = hash_of(slice_make(public_key, KEY_PUBLIC_BYTES));
    memcpy(address.bytes, h.bytes, ADDRESS_BYTES);
    return address;
}

void message_write(const struct message *m, struct buf *out)
{
    size_t start = out->len;
    buf_add(out, MAGIC, MAGIC_BYTES);
    buf_add_byte(out, m->version);
    buf_add_byte(out, m->flags);
    buf_add(out, m->sender.bytes, ADDRESS_BYTES);
    buf_add(out, m->recipient.bytes, ADDRESS_BYTES);
    frame_pack(m->body, out);
    struct hash h = hash_of(slice_make(out->ptr + start, out->len - start));
    buf_add(out, h.bytes, CHECK_BYTES);
}

enum err message_peek(struct slice bytes, struct message *m)
{
    *m = (struct message){0};
    if (bytes.len < MESSAGE_OVERHEAD_BYTES || memcmp(bytes.ptr, MAGIC, MAGIC_BYTES) != 0) {
        return error_set(ERR_FORMAT, _("the bytes are not a terrace message"));
    }
    const uint8_t *at = bytes.ptr + MAGIC_BYTES;
    m->version = *at++;
    m->flags = *at++;
    memcpy(m->sender.bytes, at, ADDRESS_BYTES);
    memcpy(m->recipient.bytes, at + ADDRESS_BYTES, ADDRESS_BYTES);
    if (m->version != MESSAGE_VERSION || m->flags != 0) {
        return error_set(ERR_TOO_NEW, _("the message was written by a newer terrace"));
    }
    return ERR_OK;
}

enum err message_read(struct slice bytes, struct buf *raw, struct message *m)
{
    enum err e = message_peek(bytes, m);
    if (e) {
        return e;
    }
    if (bytes.len > MESSAGE_LONE_MAX_BYTES) {
        return error_set(ERR_TOO_LARGE, _("the message is larger than is allowed"));
    }
    size_t checked = bytes.len - CHECK_BYTES;
    struct hash h = hash_of(slice_make(bytes.ptr, checked));
    if (memcmp(h.bytes, bytes.ptr + checked, CHECK_BYTES) != 0) {
        return error_set(ERR_FORMAT, _("the message is damaged or cut short"));
    }
    buf_clear(raw);
    e = frame_unpack(slice_make(bytes.ptr + HEADER_BYTES, checked - HEADER_BYTES),
                     MESSAGE_BODY_MAX_BYTES, raw);
    if (e == ERR_OK) {
        m->body = buf_view(raw);
    }
    return e;
}
