/* The store: one directory with an LMDB environment, an identity file and settings. The only module
 * family that includes lmdb (core/store_*.c through core/store_env.h).
 *
 * One door for writes: local saves (store_save) and changes from other stores (store_receive) enter
 * through the same function, which in one LMDB transaction updates record, feed, indexes, history,
 * digests and, for own saves, the chain of heads. Nobody else writes records.
 *
 * Transactions: a read transaction is a snapshot; keep none open across I/O to people or network.
 * One write transaction at a time over all processes. Everything a read returns is copied into the
 * caller's arena. Dirty pages live in memory until commit: commit every few hundred records. */
#ifndef TERRACE_CORE_STORE_H
#define TERRACE_CORE_STORE_H

#include "core/env.h"
#include "core/merge.h"

struct store;
struct txn;

/* Lives in DIR/identity, outside the LMDB file (rule 24). */
struct identity {
    uint8_t public_key[KEY_PUBLIC_BYTES];
    uint8_t secret_key[KEY_SECRET_BYTES];
    struct dot node; /* id of this node's record; none until the hub has admitted it */
    struct dot unit; /* id of its unit's record */
    uint8_t level;   /* enum level of that unit, goes into every save */
    uint64_t actor;  /* under which this store writes; also the epoch of its feed */
};

/* Creates DIR with an empty store, in a temporary directory beside it, then renames. ERR_EXISTS
 * when DIR exists and is not an empty directory. identity.actor is chosen here when 0. */
enum err store_create(const struct env *env, const char *dir, struct identity *identity) MUST_USE;
/* Would store_create find the place free? Changes nothing. ERR_EXISTS. */
enum err store_may_create(const char *dir) MUST_USE;
/* ERR_NOT_FOUND: no store there; ERR_DAMAGED; ERR_TOO_NEW; clears stale readers. */
enum err store_open(const struct env *env, const char *dir, struct store **out) MUST_USE;
void store_close(struct store *s); /* NULL is fine */
const struct identity *store_identity(const struct store *s);
const struct env *store_env(const struct store *s);
/* After the hub admitted this node, or the level became known. Written atomically. */
enum err store_set_identity(struct store *s, const struct identity *identity) MUST_USE;
/* A new actor, and with it a new feed epoch, before the next save (rules 18, 23, 24). */
enum err store_new_actor(struct store *s) MUST_USE;
/* The same inside a write transaction; the identity file follows with store_set_identity. */
enum err store_renew_actor(struct txn *t) MUST_USE;
/* The same with an actor that was chosen before, to be told to others first. */
enum err store_take_actor(struct txn *t, uint64_t actor) MUST_USE;
uint64_t store_random_actor(const struct env *env); /* never 0 */
/* Why this store took a new actor, to be told to a person once. */
enum renewal {
    RENEWAL_NONE,
    RENEWAL_MOVED,   /* the directory was copied, or is on another machine */
    RENEWAL_OLDER,   /* it was put back to an older state, or another copy of it is in use */
    RENEWAL_RESTORED /* from a backup */
};
/* Forgets it. */
enum err store_take_renewal(struct store *s, enum renewal *out) MUST_USE;
/* Exclusive, over processes: "sync". ERR_BUSY when held. Released by store_unlock or store_close.
 */
enum err store_lock(struct store *s, const char *name) MUST_USE;
void store_unlock(struct store *s);

/* ---- a store sealed with a passphrase --------------------------------------------------------
 */

/* store_create seals with env->sealing; store_open asks env->secret, and gives ERR_SEALED when what
 * it has does not open the store. */
bool store_is_sealed(const struct store *s);
bool store_takes_key(const struct store *s); /* does a key file open it too? */
/* From now on this opens the store, and what was of its kind no more; NULL takes the key away.
 * Written atomically: cut off, the former one goes on. Copies of the store made before open as they
 * did. */
enum err store_reseal(struct store *s, enum secret_kind kind, const struct secret *secret) MUST_USE;

enum txn_mode { TXN_READ, TXN_WRITE };
enum err txn_begin(struct store *s, enum txn_mode mode, struct txn **out) MUST_USE;
enum err txn_commit(struct txn *t) MUST_USE; /* ends the transaction in any case */
void txn_abort(struct txn *t);               /* NULL is fine */
struct store *txn_store(const struct txn *t);

/* ---- reading ------------------------------------------------------------------------------- */

enum via { VIA_LOCAL = 1, VIA_SYNC = 2, VIA_BUNDLE = 3, VIA_IMPORT = 4 };

/* What this store alone knows of a record. */
struct record_local {
    uint64_t feed_seq;      /* its newest entry in this store's feed */
    uint64_t content_seq;   /* its newest entry that brought a change of its own (store_touched) */
    uint64_t entered_seq;   /* feed entry at which its scope changed: to be sent whole beyond it */
    uint64_t *field_seqs;   /* per record.fields[i]: the feed entry at which it last changed */
    int64_t stored_ms;      /* when it first came here */
    struct dot source_node; /* node whose push equalled the merged record, for echo; none else */
    uint64_t source_actor;
    uint8_t via;       /* enum via of its first arrival */
    uint64_t evidence; /* number of the message that first brought it; 0 = none was kept */
};
/* ERR_NOT_FOUND; ERR_DAMAGED when the hash does not fit. local may be NULL. */
enum err store_get(struct txn *t, struct dot id, struct arena *arena, struct record *out,
                   struct record_local *local) MUST_USE;
bool store_has(struct txn *t, struct dot id);

struct id_list {
    struct dot *ids;
    size_t count;
    bool more; /* the limit cut it */
};
/* Appends, in the arena; *cap is how many there is room for, 0 at first. */
void id_list_add(struct id_list *list, size_t *cap, struct dot id, struct arena *arena);
bool id_list_has(const struct id_list *list, struct dot id); /* whatever its order */
/* In id order, after `after` (none = from the start). Deleted records and stubs are included. */
enum err store_ids_of_kind(struct txn *t, uint32_t kind, struct dot after, size_t limit,
                           struct arena *arena, struct id_list *out) MUST_USE;
/* Every record of a kind in id order, stubs and deleted ones included, read into the arena, which
 * is reset before each. An error of visit ends it; ERR_END ends it well. */
enum err store_each_of_kind(struct txn *t, uint32_t kind, struct arena *arena,
                            enum err (*visit)(void *ctx, const struct record *r),
                            void *ctx) MUST_USE;
/* Records that a unit gives scope to. */
enum err store_ids_of_unit(struct txn *t, struct dot unit, struct dot after, size_t limit,
                           struct arena *arena, struct id_list *out) MUST_USE;
/* What a unit hands down to all below it: its plans, themes, directives. */
enum err store_ids_handed_down(struct txn *t, struct dot unit, struct dot after, size_t limit,
                               struct arena *arena, struct id_list *out) MUST_USE;
/* Records with a word-start phrase of a searchable field beginning with this folded text. */
enum err store_ids_by_text(struct txn *t, struct slice folded, size_t limit, struct arena *arena,
                           struct id_list *out) MUST_USE;
/* Exact, folded, among live values: F_EXT_ID, unit code, fields flagged FIELD_UNIQUE_HINT, titles.
 */
enum err store_ids_by_key(struct txn *t, uint32_t kind, uint32_t field, struct slice text,
                          size_t limit, struct arena *arena, struct id_list *out) MUST_USE;
/* Records that refer to target through a plain `field`, or merged_into, not_same and successors of
 * a unit; with 0 through any, and `after` is none. */
enum err store_ids_by_ref(struct txn *t, struct dot target, uint32_t field, struct dot after,
                          size_t limit, struct arena *arena, struct id_list *out) MUST_USE;
/* Does any record refer to target through `field`? */
bool store_is_referred(struct txn *t, struct dot target, uint32_t field);
/* Does the record name others it is merged into? */
bool store_is_merging(struct txn *t, struct dot id);
/* Is any record here merged into another? */
bool store_any_merging(struct txn *t);
#define OPEN_TRANSFERS_MAX 64 /* of one member; more is no honest number */
/* Transfers of a member that are under way (merge.h, merge_transfer_is_open). */
enum err store_ids_of_open_transfers(struct txn *t, struct dot member, size_t limit,
                                     struct arena *arena, struct id_list *out) MUST_USE;
/* Records in conflict, in id order. */
enum err store_ids_in_conflict(struct txn *t, struct dot after, size_t limit, struct arena *arena,
                               struct id_list *out) MUST_USE;
/* Groups of records that share an exact key of that kind and field, folded and cut to the index's
 * length; each group is ended by a dot of none. */
enum err store_ids_sharing_key(struct txn *t, uint32_t kind, uint32_t field, struct arena *arena,
                               struct id_list *out) MUST_USE;
/* Whatever plain fields refer to, each once, held here or not. */
enum err store_ids_referred(struct txn *t, struct arena *arena, struct id_list *out) MUST_USE;
/* Units that give scope to any record here, known or not. */
enum err store_units_with_records(struct txn *t, struct arena *arena, struct id_list *out) MUST_USE;
/* Ids whose actor begins with these bits (of dot_parse) and whose seq is d.seq. */
enum err store_ids_by_short(struct txn *t, struct dot d, unsigned actor_bits, size_t limit,
                            struct arena *arena, struct id_list *out) MUST_USE;

/* ---- writing: the one door ------------------------------------------------------------------ */

enum edit_op {
    EDIT_SET,   /* plain field: one datum, or none to clear; set: exactly these elements */
    EDIT_AGAIN, /* plain field: EDIT_SET, written even if it is so already (rule 16) */
    EDIT_ADD,   /* sets */
    EDIT_REMOVE /* sets */
};
struct edit {
    uint32_t field;
    enum edit_op op;
    const struct datum *data;
    size_t count;
};
struct save {
    struct dot id; /* none = a new record */
    uint32_t kind; /* of a new record */
    const struct context
        *shown; /* what the author was shown (rule 7); NULL = the record as it is */
    const struct edit *edits;
    size_t edit_count;
    enum via via; /* VIA_LOCAL or VIA_IMPORT */
};
/* One save under this store's next dot. Edits that change nothing are dropped; if none is left,
 * *dot is none and nothing is written. Structure is checked here; rules and references before
 * (draft.h). ERR_NOT_FOUND; ERR_INPUT when the record would become too large; ERR_RULE when it is
 * deleted and the save does not undelete it (rule 6), and when it has left this store's scope: its
 * closing marks are stated (rule 15). */
enum err store_save(struct txn *t, const struct save *save, struct arena *arena, struct dot *id,
                    struct dot *dot) MUST_USE;

/* How a change came here. */
struct arrival {
    enum via via;
    struct dot node; /* the neighbour that sent it */
    uint64_t actor;  /* its actor, for echo suppression */
    bool from_below; /* a push: scope and cap are enforced (rules 9, 14) */
    bool first_contact;
    struct dot unit; /* the pusher's unit, when from_below */
    bool last;       /* what the rest of the batch could explain, it has */
    /* How far the sender says that it has saved: no closing mark of its goes further (rule 15). */
    uint64_t said_seq;
    /* Is it known of that actor, by its own word, that it has not given this seq yet? Such a dot is
     * refused in first contact, too: there is nothing that this store could have lost. NULL = no.
     */
    bool (*not_given)(struct txn *t, struct dot dot);
    /* The same of the hub above, for ids of new records: they are not taken yet. NULL = no. */
    bool (*hub_not_given)(struct txn *t, struct dot dot);
};
enum outcome {
    OUTCOME_NEW,
    OUTCOME_MERGED,
    OUTCOME_SAME,       /* nothing new in it */
    OUTCOME_NEED_WHOLE, /* a delta whose base is not covered: ask for the whole record */
    OUTCOME_REFUSED,    /* not the sender's to write; kept in history when the record is held */
    OUTCOME_CORRECTED   /* merged, and what was before saved back at once (rules 15, 26) */
};
/* The change's record is valid by itself, as the batch reader guarantees. *why: enum refusal
 * (authority.h), of what was refused or corrected. */
enum err store_receive(struct txn *t, const struct change *change, const struct arrival *arrival,
                       enum outcome *outcome, uint8_t *why) MUST_USE;

/* Only what a person asks of one who has gone: who, where to, when. In the arena. */
void store_stub_of(const struct record *r, struct arena *arena, struct record *out);
/* When the tree of units changed in this transaction: what has left this store's scope by that, or
 * come back. After a batch; a commit does it in any case. */
enum err store_settle_tree(struct txn *t) MUST_USE;
/* Left this store's scope, and still held whole until everybody has heard. */
bool store_is_leaving(struct txn *t, struct dot id);
/* All of them. */
enum err store_ids_leaving(struct txn *t, struct arena *arena, struct id_list *out) MUST_USE;
/* Rule 14: what left this store's scope becomes a departed stub once upstream covers all it had,
 * every child has heard of it, and none of them holds it still. */
struct departure {
    struct dot upstream;
    uint64_t acked_seq;      /* of this feed, held by upstream */
    uint64_t children_seq;   /* of this feed, passed by every child (the head when there is none) */
    struct id_list children; /* their units */
    /* Does upstream lack it all the same, because it refused it or is owed it whole? */
    bool (*is_owed)(struct txn *t, struct dot upstream, struct dot id);
};
enum err store_sweep_departed(struct txn *t, const struct departure *d) MUST_USE;

/* ---- the feed ------------------------------------------------------------------------------- */

struct feed_entry {
    uint64_t seq;
    struct dot id;
    uint8_t route;
    struct dot echo_node; /* the record was then just what this node sent; none else */
    uint64_t echo_actor;
    struct dot *units_before; /* scope units before and after this change (rule 14) */
    size_t before_count;
    struct dot *units_after;
    size_t after_count;
};
uint64_t store_feed_head(struct txn *t);
/* The next entry after seq; ERR_END at the head. */
enum err store_feed_next(struct txn *t, uint64_t after_seq, struct arena *arena,
                         struct feed_entry *out) MUST_USE;
/* Entries up to this seq may go when a newer one for the record exists. */
void store_feed_passed(struct txn *t, uint64_t seq);

/* ---- digests, history, chain, odds and ends ---------------------------------------------------
 */

/* Running sums: one group per (route, unit); ROUTE_EVERYWHERE has the one group of unit none. OWN
 * and DEPENDENT share the group ROUTE_OWN. Stubs and local records are left out. */
struct digest_group {
    uint8_t route;
    struct dot unit;
    struct hash sum;
    uint64_t count;
};
struct digest_group store_digest(struct txn *t, enum route route, struct dot unit);
struct id_hash {
    struct dot id;
    uint64_t hash; /* first 8 bytes of record_digest */
};
/* Members of one group in id order, after `after`. */
enum err store_group_hashes(struct txn *t, enum route route, struct dot unit, struct dot after,
                            size_t limit, struct arena *arena, struct id_hash **out,
                            size_t *count) MUST_USE;

/* Who wrote a datum of the story: a dot of none where an older program wrote the entry. */
struct history_by {
    struct dot dot;
    int64_t time_ms;
    uint8_t level;
};
struct history_change {
    uint32_t field;
    struct datum *from; /* what was live before; several for siblings; of a set what it took out */
    struct history_by *from_by; /* one each */
    size_t from_count;
    struct datum *to; /* what was live after; of a set what it added */
    struct history_by *to_by;
    size_t to_count;
    struct history_by *marks; /* of sets: the saves that touched it */
    size_t mark_count;
};
/* One save. What one merge brought of several saves is told as several entries. */
struct history_entry {
    struct dot dot;
    int64_t time_ms;   /* of that save */
    int64_t stored_ms; /* when it came here */
    struct dot node;   /* that sent it; none when local */
    uint8_t via;
    uint64_t evidence; /* number of the message that brought it; 0 = none was kept */
    bool refused;      /* kept here only, never live */
    bool late;    /* it came after a later save of the same field, or of where the record belongs */
    bool earlier; /* a save that was part of the record when that first came here */
    struct history_change *changes;
    size_t change_count;
};
/* Oldest first, the creation included. */
enum err store_history(struct txn *t, struct dot id, struct arena *arena,
                       struct history_entry **out, size_t *count) MUST_USE;
/* The hash chain over this actor's saves (rule 25): head after seq; zero hash for seq 0. */
uint64_t store_own_seq(struct txn *t);
enum err store_chain_head(struct txn *t, uint64_t seq, struct hash *out) MUST_USE;

/* Which node an actor belongs to, as far as this store knows. */
struct actor_info {
    struct dot node; /* none when only seen in a push */
    struct dot unit;
    uint8_t level;      /* most that its saves may claim, by certificate; 0 = none is known */
    uint8_t role;       /* enum node_role; 0 = not known */
    uint64_t closed_at; /* its node was revoked, and is taken up to this seq; UINT64_MAX = not */
};
bool store_actor(struct txn *t, uint64_t actor, struct actor_info *out);
/* A node that signed so writes under that actor, which nobody had named yet. */
enum err store_actor_is_of(struct txn *t, uint64_t actor, struct dot node,
                           struct dot unit) MUST_USE;
/* This store once wrote under that actor, though it does not know it any more. */
enum err store_own_actor(struct txn *t, uint64_t actor) MUST_USE;
/* The unit that a node's record says it is of. none when whoever wrote that could not give it: the
 * node itself, or one whose own unit does not stand above (rule 13). */
struct dot store_node_unit(struct txn *t, const struct record *node);

/* Whose actors are whose, from all node records anew: after units came, in which certificates were
 * given. */
enum err store_learn_nodes(struct txn *t) MUST_USE;
/* Does a node's record name this actor as one of its own? */
bool store_node_names(const struct record *node, uint64_t actor);
/* Reads an actor as node records name it, 13 base32 characters. */
bool store_actor_parse(struct slice text, uint64_t *actor);
/* The date of today by this store's clock. */
struct datum store_today(struct txn *t);

/* ---- evidence --------------------------------------------------------------------------------
 */

enum evidence_state {
    EVIDENCE_TAKEN = 1,  /* it was taken in; goes after the setting evidence_days */
    EVIDENCE_QUARANTINED /* nothing of it counts until somebody decides; stays until then */
};
/* A message as its sender signed it (sync/message.h, message_evidence). */
struct evidence {
    uint64_t number;
    int64_t time_ms; /* when it came */
    struct dot node; /* that sent and signed it */
    enum evidence_state state;
    enum via via;
    struct slice bytes;
};
/* Keeps it under the next number, which never is 0, and lets a few of the oldest go that were taken
 * before the setting `evidence_days` (180; 0 keeps none) or are beyond `evidence_mbytes` (1024).
 * *number is 0 when nothing was kept: what was taken, with evidence_days 0. */
enum err store_evidence_put(struct txn *t, struct dot node, enum evidence_state state, enum via via,
                            struct slice bytes, uint64_t *number) MUST_USE;
/* Until the next call, or the end of the transaction, what is written of others' saves names this
 * number as its evidence. 0 = none. */
void store_evidence_cite(struct txn *t, uint64_t number);
/* In the arena. ERR_NOT_FOUND: never there, or gone by now; ERR_DAMAGED. */
enum err store_evidence_get(struct txn *t, uint64_t number, struct arena *arena,
                            struct evidence *out) MUST_USE;
/* The next of that state after a number; ERR_END; ERR_DAMAGED with the number in *out. */
enum err store_evidence_next(struct txn *t, enum evidence_state state, uint64_t after,
                             struct arena *arena, struct evidence *out) MUST_USE;
uint64_t store_evidence_count(struct txn *t, enum evidence_state state);
/* Decided: under the same number, in another state. ERR_NOT_FOUND. */
enum err store_evidence_move(struct txn *t, uint64_t number, enum evidence_state state) MUST_USE;
enum err store_evidence_drop(struct txn *t, uint64_t number) MUST_USE; /* absent is fine */

/* Small facts by key, for settings ("set.lang"), links and cursors ("link.…"). */
enum err store_kv_get(struct txn *t, struct slice key, struct arena *arena,
                      struct slice *out) MUST_USE; /* ERR_NOT_FOUND */
enum err store_kv_put(struct txn *t, struct slice key, struct slice value) MUST_USE;
enum err store_kv_del(struct txn *t, struct slice key) MUST_USE; /* absent is fine */
/* The next key after `after` that begins with prefix; ERR_END. */
enum err store_kv_next(struct txn *t, struct slice prefix, struct slice after, struct arena *arena,
                       struct slice *key, struct slice *value) MUST_USE;

/* What is wrong with the history of a store. */
enum history_fault {
    HISTORY_ALTERED,
    HISTORY_REMOVED,
    HISTORY_INSERTED,
    HISTORY_LOG_BROKEN /* the chain itself; the record is the first from which nothing fits, or none
                        */
};
struct history_wrong {
    enum history_fault fault;
    struct dot id; /* of the record whose history it is */
};
struct history_report {
    uint64_t rows; /* of the chain */
    struct hash head;
    uint64_t wrong;
    bool log_broken;
    struct history_wrong faults[20]; /* the first of them */
    size_t shown;
};
struct check_report {
    uint64_t records;
    uint64_t damaged; /* what is wrong with the history among it */
    uint64_t repaired;
    struct history_report history;
    int64_t history_chained_ms; /* what is older has been chained only since then; 0 = all always */
    /* Had the history been wrong before, when it was last repaired? 0 = never. */
    int64_t history_repaired_ms;
    uint64_t history_repaired;
};
/* Verifies every record, everything derived from records and the chain of the history; with repair
 * rebuilds what is derived, sets damaged records aside (asked for again at the next sync), and
 * begins the chain anew over what is left of the history, remembering that it had to. */
enum err store_check(struct store *s, bool repair, struct check_report *out) MUST_USE;
uint64_t store_record_count(struct txn *t);

#endif
