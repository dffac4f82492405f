/* Private to sync/join*.c: the code of an invitation, what it proves, and what a hub keeps of it.
 */
#ifndef TERRACE_SYNC_JOIN_CODE_H
#define TERRACE_SYNC_JOIN_CODE_H

#include "core/cert.h"
#include "sync/join.h"
#include "sync/link.h"

#define CODE_BYTES 10 /* 80 bits: 16 base32 characters */

/* ERR_INPUT with what is wrong. */
enum err code_parse(const char *text, uint8_t bytes[CODE_BYTES]) MUST_USE;
/* What is sent to name an invitation: a hash, from which the code cannot be found. */
struct hash code_id(const uint8_t code[CODE_BYTES]);
/* The MAC that proves that a side ("node" or "hub") knows the code, over all that it says. */
struct hash code_prove(const uint8_t code[CODE_BYTES], const char *side, struct slice said);

struct invitation {
    struct dot unit;
    int64_t role;
    int64_t expires_ms;
    bool used;
    uint8_t code[CODE_BYTES];
};
enum err invitation_store(struct txn *t, const struct invitation *v) MUST_USE;
/* The invitation with this id, when the proof fits and it is still good. ERR_REFUSED. */
enum err invitation_check(struct txn *t, struct hash id, struct slice said, struct hash proof,
                          struct invitation *out) MUST_USE;
/* The same whether it was used or has expired: who was admitted by it may ask again. */
enum err invitation_of(struct txn *t, struct hash id, struct slice said, struct hash proof,
                       struct invitation *out) MUST_USE;

/* A hash, or an empty bin: false. */
bool join_read_hash(struct pack_reader *r, struct hash *out);
/* Makes the record of a new node of that unit, with its certificate, and its link. */
enum err join_admit_node(struct txn *t, const uint8_t public_key[KEY_PUBLIC_BYTES], uint64_t actor,
                         struct dot unit, int64_t role, struct arena *arena,
                         struct link *link) MUST_USE;
/* The root of the tree; of a hub from before there were certificates itself. */
enum err join_root(struct txn *t, struct cert_root *root) MUST_USE;
/* Under whom a node syncs from now on, and in which tree. */
enum err join_take_hub(struct txn *t, const struct upstream *up,
                       const struct cert_root *root) MUST_USE;

/* Has env post a message with this body to url/v1/join; *raw holds the answer that *m borrows
 * from. */
enum err join_ask(const struct env *env, const char *url, const struct identity *id,
                  struct slice body, struct buf *raw, struct message *m) MUST_USE;
/* Has the hub at url admit id by a code: its node, unit, level, the hub, the root. */
enum err join_ask_hub(const struct env *env, const char *url, const uint8_t code[CODE_BYTES],
                      struct identity *id, struct upstream *up, struct cert_root *root) MUST_USE;
/* The store of a revoked computer goes on as a new one, which the code admits (join_succeed.c). */
enum err join_succeed(struct store *store, const char *url,
                      const uint8_t code[CODE_BYTES]) MUST_USE;
/* The hub's part of a re-homing, of a request that begins with its number (join_rehome.c). */
#define REHOME_REQUEST 5
#define REHOME_REPLY 6
enum err rehome_in_txn(struct txn *t, struct slice request, struct arena *arena,
                       struct buf *body) MUST_USE;

#endif
