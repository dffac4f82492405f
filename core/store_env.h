/* Private to core/store_*.c: the layout of the LMDB environment and thin wrappers that turn LMDB's
 * results into our errors. The only file that includes lmdb.
 *
 * Found by measurement on liblmdb 0.9.24, each with its countermeasure here: only the default,
 * fully durable mode; a full disk shows as EIO at commit, told apart with statvfs; after a failed
 * commit the environment is closed and opened again; a 0-byte data file opens silently as an empty
 * store, so a store is made in a temporary directory and renamed; the map grows between
 * transactions. */
#ifndef TERRACE_CORE_STORE_ENV_H
#define TERRACE_CORE_STORE_ENV_H

#include "core/store.h"

#include <lmdb.h>

/* 1: the index knew no mergers, open transfers and successors, and rows no content_seq. 2: there
 * was no log of the history and no evidence. A store of an older version is brought up to date when
 * it is opened. */
#define STORE_VERSION 3

/* One named database each. */
enum table {
    TABLE_META,        /* name → counters and kv facts */
    TABLE_RECORDS,     /* id 16 → hash 16, local part, record in row form */
    TABLE_FEED,        /* seq 8 → feed entry */
    TABLE_INDEX,       /* prefix byte and parts → "" or digest; see store_index.c */
    TABLE_HISTORY,     /* id 16, feed seq 8 → history entry */
    TABLE_DIGESTS,     /* route 1, unit 16 → sum 16, count 8 */
    TABLE_SAVES,       /* actor 8, seq 8 → record id 16, chain head 16 */
    TABLE_ACTORS,      /* actor 8 → node id 16, unit id 16, level 1, role 1, closed at 8 */
    TABLE_HISTORY_LOG, /* number 8 → what happened to which history entry; see store_history_log.c
                        */
    TABLE_EVIDENCE,    /* state 1, number 8 → hash 16, a signed message as it came */
    TABLE_COUNT
};
#define TABLE_FIRST_OF_3 TABLE_HISTORY_LOG /* which older stores do not have */

struct store {
    const struct env *env;
    char *dir;
    struct identity identity;
    MDB_env *mdb;
    MDB_dbi tables[TABLE_COUNT];
    struct seal *seal; /* store_seal.h; NULL: not sealed */
    bool broken;       /* a commit failed: reopen before the next transaction */
    int lock_fd;
    uint8_t place[PLACE_BYTES]; /* to which the identity file is bound (rule 24) */
    bool placed;                /* it is; version 1 of the file was not */
    int gate_fd;                /* held by every process that has the environment open */
};

/* The chain over the history as it stands (store_history_log.c); loaded when it is asked for. */
struct history_log {
    uint64_t count, again;
    struct hash head;
    bool loaded, dirty;
};

enum some { SOME_MERGED, SOME_TRANSFERS, SOME_LEAVING, SOME_COUNT };
enum some_state { SOME_UNKNOWN, SOME_NO, SOME_YES };

struct txn {
    struct store *store;
    MDB_txn *mdb;
    struct seal_work *sealed; /* NULL: the store is not sealed */
    enum txn_mode mode;
    /* Counters of this store, loaded at begin and written back at commit. */
    uint64_t feed_head;
    uint64_t own_seq;
    uint64_t record_count;
    struct hash chain_head;
    uint64_t passed_seq;
    struct history_log history_log;
    uint64_t evidence;    /* of what is being written; 0 = none */
    struct arena scratch; /* reset at every write through the door */
    struct buf row;       /* encoding space, reused */
    bool dirty;
    /* The digest group at hand: written back by digest_flush. */
    struct digest_slot {
        uint8_t key[1 + DOT_KEY_BYTES];
        struct hash sum;
        uint64_t count;
        bool loaded, dirty;
    } digest;
    /* Whose saves were judged last, direct-mapped by actor; dropped when one is bound. */
    struct author_slot {
        uint64_t actor;
        bool known;
        struct actor_info info;
        uint8_t level; /* most that it may claim */
    } authors[16];
    /* Is there anything of this sort at all? Looked up once a transaction. */
    enum some_state some[SOME_COUNT];
    enum some_state announce; /* is an actor of this node still to be announced? */
    bool tree_changed;        /* of units, in a part that concerns this store */
    /* What units.c asks of unit records, direct-mapped; dropped when one is written. */
    struct unit_slot {
        struct dot unit, parent;
        struct dot successor; /* the smallest of them */
        uint32_t successor_count;
        bool moved; /* it stood elsewhere before (F_ONCE) */
    } unit_slots[128];
};

/* ERR_NOT_FOUND without detail; other errors with. *value borrows from the map until the next
 * write; of a sealed store from the transaction, until SEAL_READS more values were read. */
enum err table_get(struct txn *t, enum table table, struct slice key, struct slice *value) MUST_USE;
/* Without looking at the value. */
bool table_has(struct txn *t, enum table table, struct slice key);
enum err table_put(struct txn *t, enum table table, struct slice key, struct slice value) MUST_USE;
enum err table_append(struct txn *t, enum table table, struct slice key,
                      struct slice value) MUST_USE; /* key is the greatest so far, or an error */
enum err table_del(struct txn *t, enum table table, struct slice key) MUST_USE;
enum err table_clear(struct txn *t, enum table table) MUST_USE;
enum err table_count(struct txn *t, enum table table, uint64_t *rows) MUST_USE;
enum err lmdb_error(const struct store *s, int rc) MUST_USE;

/* Walk keys that begin with prefix, from the first key > after (empty = from the prefix itself).
 * Key and value borrow from the map until the next write; the value as that of table_get. */
struct walk {
    MDB_cursor *cursor;
    struct txn *t;
    enum table table;
    bool keys_only; /* set it after walk_begin where no value is looked at: nothing is unsealed */
    struct slice prefix;
    struct slice key, value;
    enum err error;
    bool started;
};
void walk_begin(struct walk *w, struct txn *t, enum table table, struct slice prefix,
                struct slice after);
bool walk_next(struct walk *w); /* false at the end or on error: look at w->error in walk_end */
enum err walk_end(struct walk *w) MUST_USE;
/* The last key that begins with prefix; ERR_NOT_FOUND. */
enum err table_last(struct txn *t, enum table table, struct slice prefix, struct slice *key,
                    struct slice *value) MUST_USE;

/* Size of the map of a small store; a test makes it smaller to see it grow. */
extern size_t store_map_bytes;
void ballast_take(const struct store *s);
/* Opens or creates the environment in s->dir; s->mdb may be set even on failure. */
enum err lmdb_open(struct store *s, bool create) MUST_USE;
/* Room for a transaction that writes everything anew; none of this store may be open. */
enum err lmdb_make_room(struct store *s) MUST_USE;
void lmdb_close(struct store *s);
enum err meta_put_u64(struct txn *t, const char *name, uint64_t v) MUST_USE;
enum err meta_get_u64(struct txn *t, const char *name, uint64_t *v) MUST_USE; /* 0 when absent */
char *store_path(const struct store *s, const char *name, char *out, size_t size);

/* ---- between the store's own files ---------------------------------------------------------- */

/* store_index.c: what a record contributes to TABLE_INDEX and TABLE_DIGESTS. */
enum err index_update(struct txn *t, const struct record *before, const struct record *after,
                      const struct id_list *units_before,
                      const struct id_list *units_after) MUST_USE;
/* Adds every index key (with its digest value or "") of r to the list. For check and repair. */
enum err digest_flush(struct txn *t) MUST_USE;
struct index_item {
    struct slice key;
    struct slice value;
};
struct index_items {
    struct index_item *items;
    size_t count, cap;
    struct arena *arena;
};
/* former: the units that r's member has left */
enum err index_regroup(struct txn *t, const struct record *r, const struct id_list *former,
                       const struct index_items *now) MUST_USE;
void index_collect(struct txn *t, const struct record *r, const struct id_list *units,
                   struct index_items *out);
/* By key, each key once. */
void index_sort(struct index_items *items);

enum err index_relations(struct txn *t, const struct record *r, struct arena *arena) MUST_USE;

/* store_check.c: writes anew what is derived from the records, in several transactions; done again
 * from the start when it was cut off. */
enum err store_rebuild(struct store *s, struct check_report *report) MUST_USE;

/* The same within one. */
enum err rebuild_now(struct txn *t, struct check_report *report) MUST_USE;

/* store_ripple.c: records whose scope a write changes. */
struct ripple_item {
    struct dot id;
    struct id_list before, after; /* units that give it scope, before and after the write */
    bool known_before, known_after;
};
struct ripple {
    struct dot writing;
    struct ripple_item *items; /* persons whose units may change, all members of each */
    size_t count, cap;
    struct ripple_item *nodes; /* whose hub is written */
    size_t node_count;
    struct dot moved_unit; /* the tree of units itself changed; none */
    bool tree;             /* in a part that this store holds something of */
};
/* Before the record is written; before NULL = it is new here. */
enum err ripple_gather(struct txn *t, const struct record *before, const struct record *after,
                       struct arena *arena, struct ripple *out) MUST_USE;
/* After it. */
enum err ripple_spread(struct txn *t, struct ripple *p) MUST_USE;
/* Held here, and given scope by units outside this store's own? */
bool scope_is_lost(struct txn *t, const struct record *r, const struct id_list *units);
enum err leaving_put(struct txn *t, struct dot id) MUST_USE;
enum err leaving_del(struct txn *t, struct dot id) MUST_USE;

/* store_marks.c (rule 15). r's marks are replaced by a grown copy in the arena. */
/* Could anybody here ever write r? Not if it was only merged with a member of ours. */
bool marks_were_ours(struct txn *t, const struct record *r);
/* States how far this store's actors had written when r left its scope. anew: it leaves now, so
 * that an earlier mark grows: r had come back in between, with its unit as it was. Otherwise a mark
 * that stands is never moved, whatever was written since. */
enum err marks_state(struct txn *t, struct record *r, bool anew, struct arena *arena,
                     bool *stated) MUST_USE;
/* A save under `dot` wrote `unit`: marks go on to it, but for those whose scope it enters. */
enum err marks_carry(struct txn *t, const struct record *before, struct record *after,
                     struct dot dot, struct arena *arena) MUST_USE;
/* Was `dot` given after its actor had closed r, whose former state is before (NULL = none)? */
bool marks_close(struct txn *t, const struct record *before, const struct record *r,
                 struct dot dot);

/* store_write.c: the door itself. */
struct entry_cause {
    enum via via;
    struct dot node;      /* neighbour it came from; none when local */
    struct dot echo_node; /* set when the merged record equals what this node pushed */
    uint64_t echo_actor;
};
enum err door_write(struct txn *t, const struct record *before, const struct record_local *local,
                    const struct record *after, const struct entry_cause *cause) MUST_USE;
/* Appends a feed entry for a record whose scope changed though it was not written: it goes out
 * whole to those to whom it is new (rule 14). */
enum err door_touch(struct txn *t, struct dot id, const struct id_list *former,
                    const struct id_list *units) MUST_USE;
/* A save of this store under `dot`, its next: extends the chain and writes. before NULL = new. */
enum err door_save(struct txn *t, const struct record *before, const struct record_local *local,
                   const struct record *after, struct dot dot, enum via via) MUST_USE;

/* store_rows.c: rows of TABLE_RECORDS. */
bool id_lists_equal(const struct id_list *a, const struct id_list *b);
void row_write(struct buf *out, const struct record *r, const struct record_local *local);
enum err row_read(struct slice row, struct dot id, struct arena *arena, struct record *out,
                  struct record_local *local) MUST_USE;

/* store_feed.c */
enum err feed_append(struct txn *t, const struct record *r, const struct record_local *local,
                     const struct id_list *before, const struct id_list *after) MUST_USE;
enum err feed_drop(struct txn *t, uint64_t seq) MUST_USE;
/* In the place of the entry with that seq. */
enum err feed_replace(struct txn *t, const struct feed_entry *entry) MUST_USE;

/* store_history.c writes and store_story.c reads: a change is field, from, by whom, to, by whom,
 * marks; the first version wrote field, from, to. An entry has the number of its evidence behind
 * it, when there is one. */
#define ENTRY_PARTS 9
#define BY_PARTS 4 /* dot, time, level */
#define CHANGE_PARTS 6
#define CHANGE_PARTS_FIRST 3
enum err history_append(struct txn *t, const struct record *before, const struct record *after,
                        const struct entry_cause *cause, bool refused) MUST_USE;

/* store_history_log.c: the one door to TABLE_HISTORY. An entry is written, written again under the
 * same key, or taken away, for a reason that the caller has. */
enum err history_put(struct txn *t, struct slice key, struct slice entry) MUST_USE;
enum err history_take(struct txn *t, struct slice key) MUST_USE;
enum err history_log_flush(struct txn *t) MUST_USE;
enum err history_log_verify(struct txn *t, struct history_report *out) MUST_USE;
/* A new chain over the entries as they are, in several transactions; from the start again when it
 * was cut off. */
enum err history_log_rebuild(struct store *s) MUST_USE;

/* store_open.c: the identity file. */
enum err identity_write(const struct store *s) MUST_USE;
enum err identity_read(struct store *s) MUST_USE;
/* Is it of this program's version, or can it be brought up to it? ERR_TOO_NEW; ERR_DAMAGED. */
enum err open_version(struct store *s) MUST_USE;
/* Every process that has the environment open holds the gate; `compact` must have it alone.
 * ERR_BUSY when it is to be had alone and is not. */
enum err store_gate_enter(struct store *s, bool alone) MUST_USE;

/* store_place.c */
/* Was the store copied or moved to where it is now? Then it takes a new actor before its first
 * save. */
enum err place_settle(struct store *s) MUST_USE;
/* Somebody has seen saves under this store's actor that it did not make: it stands on an older
 * disk, and would give their dots again. */
enum err renew_if_outrun(struct txn *t, const struct context *seen) MUST_USE;
/* A new actor belongs to this node: said in its own record with the first save under it. */
enum err announce_later(struct txn *t, uint64_t former) MUST_USE;
enum err announce_actor(struct txn *t, const struct save *save) MUST_USE;
enum err renewal_note(struct txn *t, enum renewal why) MUST_USE;

/* An entry as it is kept; borrows from the arena. */
bool history_read(struct slice bytes, struct arena *arena, struct history_entry *out);
void history_pack(struct buf *out, const struct history_entry *entry);

/* store_actors.c */
enum err actor_bind(struct txn *t, uint64_t actor, const struct actor_info *info) MUST_USE;
/* The actor under which a neighbour sends, which its record does not name yet. */
enum err actor_learn_sender(struct txn *t, struct dot node, uint64_t actor,
                            struct dot unit) MUST_USE;
/* After a node record was written: its actors belong to it. */
enum err actors_learn(struct txn *t, const struct record *node) MUST_USE;

#endif
