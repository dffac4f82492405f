/* The one decision for every way in, a local save, an import, a push over HTTP or from a bundle:
 * may this author write this value on this record (rules 9, 13, 26)? An author is known by the
 * actor of his dot, that by his node's record, that by its certificate (cert.h).
 *
 * It judges values that are new here, and only against what this store knows: the receiver of a
 * push, inside whose subtree the author is. Merging itself never asks it. */
#ifndef TERRACE_CORE_AUTHORITY_H
#define TERRACE_CORE_AUTHORITY_H

#include "core/store.h"

/* Why something was not taken. The numbers travel (FORMAT.md, "Reply"). */
enum refusal {
    REFUSAL_NONE = 0,
    REFUSAL_SCOPE = 1,     /* the record is not of the sender's office */
    REFUSAL_AUTHORITY = 2, /* a higher level, or another office, writes this */
    REFUSAL_DEPARTED = 3,  /* merged and saved back: it had left the author's office (rule 15) */
    REFUSAL_ROLE = 4,      /* its author may read only */
    REFUSAL_REVOKED = 5,   /* saved after its computer had been revoked */
    REFUSAL_FORGED = 6,    /* it claims a level or an origin that is not its author's */
    REFUSAL_UNSIGNED = 7,  /* it steers others, and does not bear its author's signature */
    /* added on the wire when it was merged and what had been there saved back, so that the record
     * is the same on both sides again; else it was not merged at all */
    REFUSAL_TAKEN_BACK = 16
};

struct author {
    struct dot node; /* none when not known */
    struct dot unit; /* none when not known */
    uint8_t level;   /* most that he may claim */
    uint8_t role;    /* enum node_role; 0 = not known */
    uint64_t closed_at;
};
/* Of an actor nobody has named yet it is known only that it is of `pusher_unit` or below. */
struct author authority_author(struct txn *t, uint64_t actor, struct dot pusher_unit);

/* A value of a field that `before` has not seen. before NULL or without fields: the record is new.
 * after: as it would be, for where it belongs. */
enum refusal authority_judge(struct txn *t, const struct author *author,
                             const struct record *before, const struct record *after,
                             uint32_t field, const struct value *value);
/* The lowest level at which no value of this kind, without an origin and not above the author's own
 * level, can be refused him; one that no level reaches when there is more to judge. */
enum level authority_least_level(const struct author *author, uint32_t kind);
/* May he make a record of this kind at all, at this level? */
enum refusal authority_judge_new(struct txn *t, const struct author *author,
                                 const struct record *record);
/* Does this field of this kind steer others, so that its save is signed end to end and taken from
 * above only so? What a unit says of itself does not. */
bool authority_steers(uint32_t kind, uint32_t field);

#endif
