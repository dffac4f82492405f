/* The one envelope for all that travels, over HTTP and in a bundle file alike. FORMAT.md,
 * "Message".
 *
 *   magic "Trc1"  version u8  flags u8  sender 8  recipient 8  frame …  check 8
 *
 * Sender and recipient are the first 8 bytes of the BLAKE2b hash of a node's public key. Flags say
 * whether a signature stands in place of the check, and whether the frame is sealed; both 0 here.
 */
#ifndef TERRACE_SYNC_MESSAGE_H
#define TERRACE_SYNC_MESSAGE_H

#include "core/crypto.h"
#include "core/error.h"

#define MESSAGE_VERSION 1
#define MESSAGE_OVERHEAD_BYTES 30
#define MESSAGE_MAX_BYTES (64u * 1024u)
#define MESSAGE_LONE_MAX_BYTES (512u * 1024u) /* when its batch is a single record */
#define MESSAGE_BODY_MAX_BYTES (5u << 20)     /* unpacked: a batch and what stands around it */
#define MESSAGE_TYPE "application/vnd.terrace"

struct message_address {
    uint8_t bytes[8];
};
struct message {
    uint8_t version;
    uint8_t flags;
    struct message_address sender;
    struct message_address recipient;
    struct slice body; /* unpacked */
};
struct message_address message_address_of(const uint8_t public_key[KEY_PUBLIC_BYTES]);
/* Packs body into a frame and appends the message to out. */
void message_write(const struct message *m, struct buf *out);
/* Checks and unpacks; m->body borrows from *raw. ERR_FORMAT; ERR_TOO_LARGE; ERR_TOO_NEW. */
enum err message_read(struct slice bytes, struct buf *raw, struct message *m) MUST_USE;
/* Only the header, for routing; nothing is verified. */
enum err message_peek(struct slice bytes, struct message *m) MUST_USE;

#endif
