/* Certificates: what a node may do, said and signed by the node that admitted it, up to the root of
 * the tree (the province), whose key every store has known since it joined. FORMAT.md,
 * "Certificate".
 *
 * A certificate lies in the node's own record (field `cert`), so that it travels like any other
 * value and every hop can check the chain by itself. It holds for as long as its issuer says; only
 * the issuer's clock judges that (sync/admit.c), so that no other clock can block anybody. */
#ifndef TERRACE_CORE_CERT_H
#define TERRACE_CORE_CERT_H

#include "core/store.h"

#define CERT_MAX_BYTES 512
#define CERT_CHAIN_MAX 8 /* issuers up to the root */

struct cert {
    struct dot node;
    uint8_t key[KEY_PUBLIC_BYTES];
    struct dot unit;
    uint8_t level; /* enum level of that unit when it was issued */
    uint8_t role;  /* enum node_role */
    int64_t from_ms, to_ms;
    struct dot issuer; /* its node */
};
/* The holder of the secret key issues it. Appends. */
void cert_write(const struct cert *c, const uint8_t secret_key[KEY_SECRET_BYTES], struct buf *out);
/* ERR_FORMAT. *said is what the signature covers. */
enum err cert_read(struct slice bytes, struct cert *out, struct slice *said,
                   uint8_t signature[SIGNATURE_BYTES]) MUST_USE;

/* The root of this store's tree: its node and key, kept in the store's small facts. */
struct cert_root {
    struct dot node;
    uint8_t key[KEY_PUBLIC_BYTES];
};
enum err cert_root_load(struct txn *t, struct cert_root *out) MUST_USE; /* ERR_NOT_FOUND */
enum err cert_root_store(struct txn *t, const struct cert_root *root) MUST_USE;

/* The certificate in a node's record by which it is admitted: signed by an issuer that was itself
 * admitted and might admit it, and had not been revoked before, up to the root. Of the root itself
 * one is made up. false: there is none that holds. */
bool cert_of_node(struct txn *t, const struct record *node, struct cert *out);
/* The same, without verifying anew what was verified when the record came (store_actors.c). */
bool cert_of_known(struct txn *t, const struct record *node, struct cert *out);
/* The same of one certificate, whatever record it came in. `by` is the save that brought it, none
 * when it came by another way. */
bool cert_holds(struct txn *t, struct slice bytes, struct dot by, struct cert *out);

/* Revocation: an actor of a revoked node is closed at a seq; later dots are not taken. UINT64_MAX:
 * it is not closed. */
uint64_t cert_closed_at(const struct record *node, uint64_t actor);

#endif
