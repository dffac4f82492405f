/* Who may come: certificates as a hub issues, renews and judges them.
 *
 * A certificate is good for CERT_DAYS, and renewed at any contact after half of them, so that
 * nobody who syncs ever meets its end. Its end is judged by the hub that issued it alone, by the
 * clock it was issued by. A clock that jumps (1970, 2099, a hub switched off for months) ends
 * nothing: what was good when it jumped stays good until it is renewed. */
#ifndef TERRACE_SYNC_ADMIT_H
#define TERRACE_SYNC_ADMIT_H

#include "core/cert.h"
#include "sync/link.h"

#define CERT_DAYS 1095

/* May this store admit a computer of that unit in that role? ERR_REFUSED. */
enum err admit_may(struct txn *t, struct dot unit, int64_t role) MUST_USE;
/* A certificate of this store for a node. */
void admit_issue(struct txn *t, struct dot node, const uint8_t key[KEY_PUBLIC_BYTES],
                 struct dot unit, int64_t role, struct buf *out);
/* A child at the door: not revoked or retired, its certificate not past its end (ERR_REFUSED, with
 * what to do); renews it when that is due and this store's to do. */
enum err admit_contact(struct txn *t, const struct link *link) MUST_USE;
/* Closes a node: what its actors have saved up to now, as far as it came here, stays; what comes
 * later is not taken anywhere. ERR_REFUSED: it is not this office's to revoke. */
enum err admit_revoke(struct txn *t, struct dot node, struct slice reason,
                      struct arena *arena) MUST_USE;

#endif
