/* Proofs: the author's own signature of a save, end to end, on records that steer others (units,
 * nodes, custom fields, directives). What comes down through a hub is taken only if the one who
 * wrote it signed it. FORMAT.md, "Proof".
 *
 * A signature covers all that the save said. Values that others have replaced since are gone from
 * the record; of those the proof keeps the hashes, so that the rest can still be verified. So a
 * proof is a function of the record's state like everything in it. */
#ifndef TERRACE_CORE_PROOF_H
#define TERRACE_CORE_PROOF_H

#include "core/crypto.h"
#include "core/record.h"

#define PROOF_GONE_BYTES (4 + HASH_BYTES) /* field, hash of a value that was replaced */

/* One value of a save: what chains and proofs are made over, in this order. */
struct save_item {
    uint32_t field;
    struct hash hash;
};
/* All values of r under dot, sorted, in the arena. */
struct save_item *save_items(const struct record *r, struct dot dot, struct arena *arena,
                             size_t *count);

/* Adds the proof of a save of this store to r. */
void proof_sign(struct record *r, struct dot dot, const uint8_t secret_key[KEY_SECRET_BYTES],
                struct arena *arena);
/* Is there one, by the holder of this key, of all that the save said? */
bool proof_holds(const struct record *r, struct dot dot,
                 const uint8_t public_key[KEY_PUBLIC_BYTES]);
/* The proofs of out, whose fields were made from those of a and b (b may be NULL): those of saves
 * that have a value left, each with what is gone of it. */
void proofs_follow(const struct record *a, const struct record *b, struct record *out,
                   struct arena *arena);

#endif
