/* The file and its parts; the two directions (bundle_up.c, bundle_down.c) are written on it. */
#ifndef TERRACE_SYNC_BUNDLE_PART_H
#define TERRACE_SYNC_BUNDLE_PART_H

#include "sync/bundle.h"
#include "sync/link.h"
#include "sync/session.h"

/* What a queue entry is marked with when a stick takes it upward: no token has such a number. */
#define BUNDLE_MARK (UINT64_C(1) << 63)
/* Around a request or a reply in its part, compressed. */
#define BUNDLE_PART_BYTES 32

struct bundle_part {
    uint64_t number; /* of the sender's bundle upward, or of the one answered; 0 = none */
    uint64_t index;
    bool last;
    struct slice body;             /* a request or a reply */
    const struct message *message; /* of one that was read */
};

void bundle_part_write(const struct bundle_part *part, struct buf *out);
bool bundle_part_read(struct slice body, struct bundle_part *out);

struct bundle_writer {
    struct store *store;
    uint8_t peer_key[KEY_PUBLIC_BYTES];
    uint64_t number;
    struct hash previous; /* of the message before, which each one names as answered */
    uint32_t count;
    struct buf *out;
};
/* Appends to out, which is empty. */
void bundle_writer_open(struct bundle_writer *w, struct store *store, struct buf *out);
bool bundle_writer_is_full(const struct bundle_writer *w);
enum err bundle_writer_add(struct bundle_writer *w, struct slice body, bool last) MUST_USE;
void bundle_writer_close(struct bundle_writer *w);

struct bundle_reader {
    struct store *store;
    struct slice rest;
    uint32_t count, done;
    uint64_t number;
    struct hash previous;
    /* Known once the first message is open. */
    bool from_below;
    struct dot peer;
    uint8_t peer_key[KEY_PUBLIC_BYTES];
    struct buf plain, raw;
    struct message message; /* the one at hand */
};
/* Is it whole? Nothing is known of its contents yet. ERR_FORMAT. */
enum err bundle_reader_open(struct bundle_reader *r, struct store *store,
                            struct slice bytes) MUST_USE;
/* The bytes of the next message, as it is; ERR_END, ERR_FORMAT. */
enum err bundle_reader_message(struct bundle_reader *r, struct slice *out) MUST_USE;
/* The next part; it borrows from the reader until the next call. ERR_END. */
enum err bundle_reader_next(struct bundle_reader *r, struct bundle_part *out) MUST_USE;
void bundle_reader_close(struct bundle_reader *r);

/* ---- upward --------------------------------------------------------------------------------- */

enum err push_write(struct store *store, struct buf *out, struct bundle_written *written) MUST_USE;

/* What a push says that its answer needs. */
struct push_word {
    bool judged, apart; /* apart: of an earlier epoch; it moves no cursor */
    bool whole;         /* the child knows no cursor: it gets all of its scope */
    bool but_echo;      /* less what it has just sent */
    bool taken;
    uint64_t epoch;              /* of all its parts */
    uint64_t ack_seq, chain_seq; /* unless it was taken: what is known of that feed */
    struct hash chain_head;
    uint64_t number;
    uint64_t peer_seq; /* of this feed, there, unless whole */
    struct arena arena;
    struct id_array wants; /* of the child */
    struct dot *own_wants; /* of this hub */
    size_t own_want_count, own_want_cap;
    struct refused *refusals;
    size_t refusal_count, refusal_cap;
};
enum err push_take(struct store *store, struct dot node, const struct bundle_part *part,
                   struct push_word *word, struct bundle_taken *taken) MUST_USE;

/* ---- downward ------------------------------------------------------------------------------- */

/* word NULL: unasked. */
enum err receipt_write(struct store *store, struct dot node, struct push_word *word,
                       struct buf *out, struct bundle_written *written) MUST_USE;

/* A receipt at work. */
struct receipt_taking {
    bool started, newer;
    bool gap; /* something in it waits for its whole record */
    uint64_t units;
    bool older; /* it says that this store is an older copy: nothing of it is taken */
    uint64_t common;
};
enum err receipt_take(struct store *store, const struct bundle_part *part,
                      struct receipt_taking *taking, struct bundle_taken *taken) MUST_USE;

/* The last bundle upward, in the store's small facts. */
struct push_memory {
    uint64_t number;
    uint64_t to_seq;    /* of this feed, in it */
    bool full;          /* from the start of the feed, for a hub that compares nothing else */
    uint64_t answered;  /* number of the newest that a receipt came for */
    uint64_t kept;      /* number of the newest that is safely in a file */
    int64_t written_ms; /* when that was */
};
enum err push_memory_load(struct txn *t, struct push_memory *out) MUST_USE;
enum err push_memory_store(struct txn *t, const struct push_memory *m) MUST_USE;

#endif
