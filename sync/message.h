/* The one envelope for all that travels, over HTTP and in a bundle file alike. FORMAT.md,
 * "Message".
 *
 *   magic "Trc1"  version u8  form u8  recipient 8  then, by form,
 *   open:    sender 8  frame …  check 8
 *   sealed:  to the recipient's key: ( sender 8  signature 64  frame … )
 *
 * Sender and recipient are the first 8 bytes of the BLAKE2b hash of a node's public key. The open
 * form is for joining, where the sides do not know each other's keys yet and prove a code instead.
 *
 * A sealed message is read in two steps, since only who it is from tells by which key: unseal, look
 * the sender up, accept. Before it is accepted nothing but the sender may be used, and nothing was
 * inflated. */
#ifndef TERRACE_SYNC_MESSAGE_H
#define TERRACE_SYNC_MESSAGE_H

#include "core/crypto.h"
#include "core/error.h"
#include "core/store.h"

#define MESSAGE_VERSION 2
#define MESSAGE_OPEN_BYTES 30    /* around the frame of an open message */
#define MESSAGE_SEALED_BYTES 134 /* around the frame of a sealed one */
#define MESSAGE_MAX_BYTES (64u * 1024u)
#define MESSAGE_LONE_MAX_BYTES (512u * 1024u) /* when its batch is a single record */
#define MESSAGE_BODY_MAX_BYTES (5u << 20)     /* unpacked: a batch and what stands around it */
#define MESSAGE_TYPE "application/vnd.terrace"

enum message_form { MESSAGE_OPEN = 1, MESSAGE_SEALED = 2 };
struct message_address {
    uint8_t bytes[8];
};
struct message {
    uint8_t version;
    uint8_t form;
    struct message_address sender;
    struct message_address recipient;
    /* Of a reply: the hash of the request it answers, which is signed along and does not travel, so
     * that no earlier reply can stand in its place. Zero in what answers nothing. */
    struct hash answers;
    struct slice body;      /* unpacked */
    struct slice frame;     /* of a message that was read: the body as it travelled */
    struct slice signature; /* of a sealed one */
};
struct message_address message_address_of(const uint8_t public_key[KEY_PUBLIC_BYTES]);

/* Packs body into a frame and appends the open message to out. */
void message_write(const struct message *m, struct buf *out);
/* Checks an open message and unpacks; m->body borrows from *raw. ERR_FORMAT; ERR_TOO_LARGE;
 * ERR_TOO_NEW. */
enum err message_read(struct slice bytes, struct buf *raw, struct message *m) MUST_USE;
/* Only the header, for routing; nothing is verified, and the sender of a sealed one not known. */
enum err message_peek(struct slice bytes, struct message *m) MUST_USE;

/* Appends m->body as a message of self, signed by it and sealed to the recipient. ERR_INPUT: no
 * such key can be. */
enum err message_seal(const struct message *m, const struct identity *self,
                      const uint8_t recipient[KEY_PUBLIC_BYTES], struct buf *out) MUST_USE;
/* Unseals into *plain, from which m borrows. ERR_REFUSED: it is for another; ERR_FORMAT;
 * ERR_TOO_LARGE; ERR_TOO_NEW. */
enum err message_unseal(struct slice bytes, const struct identity *self, struct buf *plain,
                        struct message *m) MUST_USE;
/* Verifies that the holder of the key wrote it to self, in answer to m->answers, and unpacks into
 * *raw. ERR_REFUSED; ERR_FORMAT; ERR_TOO_LARGE. */
enum err message_accept(struct message *m, const struct identity *self,
                        const uint8_t sender[KEY_PUBLIC_BYTES], struct buf *raw) MUST_USE;

/* An accepted message as it is kept for evidence: signature, then all that it covers. */
void message_evidence(const struct message *m, const struct identity *self, struct buf *out);
/* Did the holder of the key sign it? If so m->frame borrows from evidence, and m->recipient is set.
 */
bool message_evidence_verify(struct slice evidence, const uint8_t sender[KEY_PUBLIC_BYTES],
                             struct message *m) MUST_USE;
/* The body of a message whose frame is known. ERR_FORMAT, ERR_TOO_LARGE. */
enum err message_unpack(struct message *m, struct buf *raw) MUST_USE;

#endif
