/* A bundle is what two stores have to say to each other in a file, for a USB stick: the messages
 * that would have gone over HTTP, written one after the other without hearing the other side.
 * FORMAT.md, "Bundle".
 *
 * A bundle upward (a push) starts from what the hub has durably acknowledged, so that a stick that
 * is lost costs nothing and sticks may come in any order. The hub answers with a bundle downward (a
 * receipt): what it holds of the sender's, and all that flows down. A hub may also write one
 * unasked. Nothing here reads or writes files. */
#ifndef TERRACE_SYNC_BUNDLE_H
#define TERRACE_SYNC_BUNDLE_H

#include "core/store.h"

/* A whole province's book of ten years is about half of this; an old PC has this memory. What does
 * not fit goes with the next bundle. */
#define BUNDLE_MAX_BYTES (64u << 20)

struct bundle_written {
    struct dot peer; /* the node it is for */
    uint64_t records;
    bool more; /* it was full, and the rest goes with the next */
};
/* For a computer below (its node), or for the hub (none). ERR_NOT_JOINED; ERR_NOT_FOUND: no such
 * computer syncs with this store; ERR_BUSY. */
enum err bundle_export(struct store *store, struct dot node, struct buf *out,
                       struct bundle_written *written) MUST_USE;

/* A bundle upward is safely in its file: people are told from now on that it has no receipt yet. */
enum err bundle_kept(struct store *store) MUST_USE;

struct bundle_taken {
    struct dot peer; /* the node that wrote it */
    bool from_below;
    uint64_t fresh, known; /* records that brought something, and nothing */
    uint64_t waiting;      /* that are to come whole, or all again */
    uint64_t refused;
    bool forked;      /* its saves do not continue those that came before: nothing was taken */
    bool resend;      /* it is older than what came, and not known: nothing was taken */
    bool renewed;     /* this store was the older copy, and goes on under a new actor */
    int digest_equal; /* of a receipt: 1, 0, -1 = not compared */
    bool has_reply;   /* from below: there is a receipt to carry back */
    struct buf reply;
    struct bundle_written written; /* in it */
};
/* Takes a bundle that is for this store. Everything is checked before anything is written. Free
 * taken->reply afterwards, also after an error. ERR_INPUT: it is for or from somebody else;
 * ERR_FORMAT: damaged, or no bundle; ERR_BUSY. */
enum err bundle_import(struct store *store, struct slice bytes,
                       struct bundle_taken *taken) MUST_USE;

/* The last bundle upward and what became of it. */
struct bundle_status {
    uint64_t number; /* 0 = none was ever written */
    int64_t written_ms;
    bool answered;
};
enum err bundle_status(struct txn *t, struct bundle_status *out) MUST_USE;

#endif
