/* Records: the unit of merging. A record is its id, kind, route, context and fields; each field
 * holds its live values, normally one. What a record is in memory here is what sync/FORMAT.md
 * describes on the wire. Nothing here knows kinds and fields by name: unknown ones are kept.
 *
 * Ownership: everything a record points to is in the arena it was decoded or merged into, or
 * borrowed from the bytes it was decoded from; copy with record_copy to keep it longer. */
#ifndef TERRACE_CORE_RECORD_H
#define TERRACE_CORE_RECORD_H

#include "core/context.h"
#include "core/crypto.h"

/* Permanent: travels with every record, so that a relay can route kinds it does not know. */
enum route {
    ROUTE_OWN = 1,        /* its own unit and the units above */
    ROUTE_DEPENDENT = 2,  /* the same, and wherever its member is */
    ROUTE_DOWN = 3,       /* its own unit and every unit below, read-only there */
    ROUTE_EVERYWHERE = 4, /* every store of the tree */
    ROUTE_LOCAL = 5       /* never leaves its store */
};

/* Where a hub re-asserted a value (rule 26), the dot, level and time it had first. */
struct origin {
    struct dot dot;
    int64_t time_ms;
    uint8_t level;
};
/* Identity of a value: dot, level, time, origin, datum. */
struct value {
    struct dot dot;
    int64_t time_ms;
    const struct origin *origin; /* NULL nearly always */
    struct datum datum;
    uint8_t level; /* of the author: enum level in schema.h */
};
struct field {
    uint32_t number;
    uint32_t count;       /* of live values, at least 1 */
    struct value *values; /* sorted by value_compare, no two equal */
};
/* Rule 15: dots of `actor` beyond `seq` came after the record left that actor's scope. */
struct mark {
    struct dot unit_dot;
    uint64_t actor;
    uint64_t seq;
};
/* The author's own signature of one save, for the kinds that steer others. */
struct proof {
    struct dot dot;
    struct slice signature;
};
enum record_flag {
    RECORD_STUB = 1 /* departed: values dropped, context only remembered */
};
struct record {
    struct dot id;
    uint32_t kind;
    uint8_t route; /* enum route */
    uint8_t flags; /* enum record_flag */
    struct context context;
    struct field *fields; /* sorted by number */
    size_t field_count;
    struct mark *marks; /* sorted by unit_dot, actor */
    size_t mark_count;
    struct proof *proofs; /* sorted by dot */
    size_t proof_count;
};

/* What travels: a record, whole or only the fields that changed. A delta (whole == false) may be
 * applied by a receiver whose own context covers `base` (rule 8). */
struct change {
    struct record record;
    bool whole;
    struct context base; /* empty when whole */
};

/* By dot, level, time, origin, datum. */
int value_compare(const struct value *a, const struct value *b);
/* Hash of level, time, origin and datum: with the dot, the value's identity. */
struct hash value_hash(const struct value *v);

/* NULL when the record has no such field. */
const struct field *record_field(const struct record *r, uint32_t number);
/* The same number and the same live values. */
bool field_equal(const struct field *a, const struct field *b);
bool record_equal(const struct record *a, const struct record *b);
struct record record_copy(const struct record *r, struct arena *arena);
/* The sum, over all live values, of hash(record id, field, value identity): see FORMAT.md, Digest.
 */
struct hash record_digest(const struct record *r);
/* Only the listed fields (sorted numbers), with the context and the base of what is left out. A
 * record that keeps all its fields comes back whole. Borrows from r. */
struct change record_delta(const struct record *r, const uint32_t *fields, size_t count,
                           struct arena *arena);

/* Structure only: fields sorted, values sorted and within the context, counts bounded, dots real,
 * route known, text in NFC. Called before writing and after reading. */
bool record_is_valid(const struct record *r);

/* Row form, for the store: actors and saves through small tables inside the record. */
void record_pack(struct pack_writer *w, const struct record *r);
/* Sets the reader to failed when the bytes are not a valid record. */
struct record record_read(struct pack_reader *r, struct arena *arena);

#define RECORD_FIELDS_MAX 1024
#define RECORD_VALUES_MAX 100000 /* in one record */
#define RECORD_ACTORS_MAX 4096
#define RECORD_TEXT_MAX_BYTES 65536
/* Of all values together, RECORD_VALUE_BYTES and the text of each: so that any record, however many
 * values are in conflict, still fits a message of its own. */
#define RECORD_MAX_BYTES ((size_t)384 << 10)
#define RECORD_VALUE_BYTES 12

#endif
