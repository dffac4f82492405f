#include "sync/message.h"

#include "sync/frame.h"

#define MAGIC "Trc1"
#define MAGIC_BYTES 4
#define ADDRESS_BYTES 8
#define CHECK_BYTES 8
#define HEADER_BYTES (MAGIC_BYTES + 2 + ADDRESS_BYTES)
#define PURPOSE "terrace message"
#define PURPOSE_BYTES 15
/* What the signature covers before the frame. */
#define COVERED_BYTES (PURPOSE_BYTES + HASH_BYTES + KEY_PUBLIC_BYTES + HEADER_BYTES + ADDRESS_BYTES)

_Static_assert(HEADER_BYTES + ADDRESS_BYTES + CHECK_BYTES == MESSAGE_OPEN_BYTES, "stated");
_Static_assert(HEADER_BYTES + SEAL_BYTES + ADDRESS_BYTES + SIGNATURE_BYTES == MESSAGE_SEALED_BYTES,
               "stated in the header");

struct message_address message_address_of(const uint8_t public_key[KEY_PUBLIC_BYTES])
{
    struct message_address address;
    struct hash h = hash_of(slice_make(public_key, KEY_PUBLIC_BYTES));
    memcpy(address.bytes, h.bytes, ADDRESS_BYTES);
    return address;
}

static void header_write(const struct message *m, struct buf *out)
{
    buf_add(out, MAGIC, MAGIC_BYTES);
    buf_add_byte(out, m->version);
    buf_add_byte(out, m->form);
    buf_add(out, m->recipient.bytes, ADDRESS_BYTES);
}

enum err message_peek(struct slice bytes, struct message *m)
{
    *m = (struct message){0};
    if (bytes.len < MESSAGE_OPEN_BYTES || memcmp(bytes.ptr, MAGIC, MAGIC_BYTES) != 0) {
        return error_set(ERR_FORMAT, _("the bytes are not a terrace message"));
    }
    const uint8_t *at = bytes.ptr + MAGIC_BYTES;
    m->version = *at++;
    m->form = *at++;
    memcpy(m->recipient.bytes, at, ADDRESS_BYTES);
    if (m->version < MESSAGE_VERSION) {
        return error_set(ERR_FORMAT, _("the message was written by an older terrace, which neither "
                                       "signs nor seals; bring that computer up to date"));
    }
    if (m->version != MESSAGE_VERSION || (m->form != MESSAGE_OPEN && m->form != MESSAGE_SEALED)) {
        return error_set(ERR_TOO_NEW, _("the message was written by a newer terrace"));
    }
    if (bytes.len > MESSAGE_LONE_MAX_BYTES) {
        return error_set(ERR_TOO_LARGE, _("the message is larger than is allowed"));
    }
    return ERR_OK;
}

static enum err damaged(void)
{
    return error_set(ERR_FORMAT, _("the message is damaged or cut short"));
}

/* ---- open ----------------------------------------------------------------------------------- */

void message_write(const struct message *m, struct buf *out)
{
    struct message open = *m;
    size_t start = out->len;
    open.form = MESSAGE_OPEN;
    header_write(&open, out);
    buf_add(out, m->sender.bytes, ADDRESS_BYTES);
    frame_pack(m->body, out);
    struct hash h = hash_of(slice_make(out->ptr + start, out->len - start));
    buf_add(out, h.bytes, CHECK_BYTES);
}

enum err message_unpack(struct message *m, struct buf *raw)
{
    buf_clear(raw);
    enum err e = frame_unpack(m->frame, MESSAGE_BODY_MAX_BYTES, raw);
    if (e == ERR_OK) {
        m->body = buf_view(raw);
    }
    return e;
}

enum err message_read(struct slice bytes, struct buf *raw, struct message *m)
{
    TRY(message_peek(bytes, m));
    if (m->form != MESSAGE_OPEN) {
        return error_set(ERR_FORMAT, _("the message is of another sort than belongs here"));
    }
    size_t checked = bytes.len - CHECK_BYTES;
    struct hash h = hash_of(slice_make(bytes.ptr, checked));
    if (memcmp(h.bytes, bytes.ptr + checked, CHECK_BYTES) != 0) {
        return damaged();
    }
    const size_t before = HEADER_BYTES + ADDRESS_BYTES;
    memcpy(m->sender.bytes, bytes.ptr + HEADER_BYTES, ADDRESS_BYTES);
    m->frame = slice_make(bytes.ptr + before, checked - before);
    return message_unpack(m, raw);
}

/* ---- sealed --------------------------------------------------------------------------------- */

/* All that the signature covers: to whom by its whole key, what it answers, from whom, the frame.
 */
static void covered_write(const struct message *m, const uint8_t recipient[KEY_PUBLIC_BYTES],
                          struct buf *out)
{
    buf_add(out, PURPOSE, PURPOSE_BYTES);
    buf_add(out, m->answers.bytes, HASH_BYTES);
    buf_add(out, recipient, KEY_PUBLIC_BYTES);
    header_write(m, out);
    buf_add(out, m->sender.bytes, ADDRESS_BYTES);
    buf_add_slice(out, m->frame);
}

enum err message_seal(const struct message *m, const struct identity *self,
                      const uint8_t recipient[KEY_PUBLIC_BYTES], struct buf *out)
{
    struct buf frame = {0}, covered = {0}, plain = {0};
    uint8_t signature[SIGNATURE_BYTES];
    struct message sealed = {.version = MESSAGE_VERSION,
                             .form = MESSAGE_SEALED,
                             .sender = message_address_of(self->public_key),
                             .recipient = message_address_of(recipient),
                             .answers = m->answers};
    size_t start = out->len;
    frame_pack(m->body, &frame);
    sealed.frame = buf_view(&frame);
    covered_write(&sealed, recipient, &covered);
    crypto_sign_data(self->secret_key, buf_view(&covered), signature);
    buf_add(&plain, sealed.sender.bytes, ADDRESS_BYTES);
    buf_add(&plain, signature, SIGNATURE_BYTES);
    buf_add_slice(&plain, sealed.frame);
    header_write(&sealed, out);
    uint8_t header[HEADER_BYTES];
    memcpy(header, out->ptr + start, HEADER_BYTES);
    bool ok = crypto_seal(recipient, slice_make(header, HEADER_BYTES), buf_view(&plain), out);
    buf_free(&frame);
    buf_free(&covered);
    buf_free(&plain);
    return ok ? ERR_OK : error_set(ERR_INPUT, _("the key of the other computer is not a key"));
}

enum err message_unseal(struct slice bytes, const struct identity *self, struct buf *plain,
                        struct message *m)
{
    struct message_address own = message_address_of(self->public_key);
    TRY(message_peek(bytes, m));
    if (m->form != MESSAGE_SEALED || bytes.len < MESSAGE_SEALED_BYTES) {
        return error_set(ERR_FORMAT, _("the message is of another sort than belongs here"));
    }
    if (memcmp(&m->recipient, &own, sizeof(own)) != 0) {
        return error_set(ERR_REFUSED, _("the message is for another computer"));
    }
    buf_clear(plain);
    if (!crypto_unseal(self->public_key, self->secret_key, slice_make(bytes.ptr, HEADER_BYTES),
                       slice_make(bytes.ptr + HEADER_BYTES, bytes.len - HEADER_BYTES), plain)) {
        return damaged();
    }
    const size_t before = ADDRESS_BYTES + SIGNATURE_BYTES;
    memcpy(m->sender.bytes, plain->ptr, ADDRESS_BYTES);
    m->signature = slice_make(plain->ptr + ADDRESS_BYTES, SIGNATURE_BYTES);
    m->frame = slice_make(plain->ptr + before, plain->len - before);
    return ERR_OK;
}

enum err message_accept(struct message *m, const struct identity *self,
                        const uint8_t sender[KEY_PUBLIC_BYTES], struct buf *raw)
{
    struct message_address address = message_address_of(sender);
    struct buf covered = {0};
    covered_write(m, self->public_key, &covered);
    bool ok = memcmp(&m->sender, &address, sizeof(address)) == 0 &&
              crypto_signed_by(sender, buf_view(&covered), m->signature.ptr);
    buf_free(&covered);
    return ok ? message_unpack(m, raw)
              : error_set(ERR_REFUSED, _("the message was not signed by the computer that it says "
                                         "it is from, or answers something else; nothing was "
                                         "changed"));
}

/* ---- evidence ------------------------------------------------------------------------------- */

void message_evidence(const struct message *m, const struct identity *self, struct buf *out)
{
    buf_add_slice(out, m->signature);
    covered_write(m, self->public_key, out);
}

bool message_evidence_verify(struct slice evidence, const uint8_t sender[KEY_PUBLIC_BYTES],
                             struct message *m)
{
    *m = (struct message){0};
    if (evidence.len < SIGNATURE_BYTES + COVERED_BYTES ||
        memcmp(evidence.ptr + SIGNATURE_BYTES, PURPOSE, PURPOSE_BYTES) != 0) {
        return false;
    }
    struct slice covered =
        slice_make(evidence.ptr + SIGNATURE_BYTES, evidence.len - SIGNATURE_BYTES);
    m->signature = slice_make(evidence.ptr, SIGNATURE_BYTES);
    memcpy(m->recipient.bytes,
           covered.ptr + PURPOSE_BYTES + HASH_BYTES + KEY_PUBLIC_BYTES + MAGIC_BYTES + 2,
           ADDRESS_BYTES);
    m->frame = slice_make(covered.ptr + COVERED_BYTES, covered.len - COVERED_BYTES);
    return crypto_signed_by(sender, covered, evidence.ptr);
}
