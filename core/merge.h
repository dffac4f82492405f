/* Merging two states of one record, and choosing what is shown. Pure functions of record states:
 * no clock, no store, no order of arrival.
 *
 * Delta-state CRDTs with exact causality: Almeida, Shoker, Baquero 2018; dotted version vectors:
 * Preguiça, Baquero, Almeida, Fonte, Gonçalves 2010. The rules are numbered in CONTRIBUTING.md. */
#ifndef TERRACE_CORE_MERGE_H
#define TERRACE_CORE_MERGE_H

#include "core/schema.h"

struct merge_report {
    uint32_t net_count; /* rule 4: fields that would have become empty and were kept */
    bool changed;       /* result differs from l */
};
/* *out = l ⊔ r, in the arena, possibly sharing with l and r. Both have the same id. A stub's
 * context counts as empty. Commutative, associative, idempotent. */
void merge_records(const struct record *l, const struct record *r, struct arena *arena,
                   struct record *out, struct merge_report *report);
/* A delta's record carries only some fields; may it be merged into a record with this context? */
bool merge_base_holds(const struct context *own, const struct change *change);

/* The value to show for a field that is not a set, after leader and rule; NULL when the field is
 * absent. May be DATUM_EMPTY. */
const struct value *merge_shown(const struct record *r, uint32_t field_number);
/* What it holds: none, 0 or empty when the field is absent, empty or of another type. */
struct dot merge_shown_ref(const struct record *r, uint32_t field_number);
int64_t merge_shown_int(const struct record *r, uint32_t field_number);
/* The same to reckon with: a number that no draft would take, as a peer may send it, is 0. */
int64_t merge_shown_number(const struct record *r, uint32_t field_number);
struct slice merge_shown_text(const struct record *r, uint32_t field_number);
/* When it was written; 0 when the field is absent. */
int64_t merge_shown_ms(const struct record *r, uint32_t field_number);
/* Siblings to list, shown first, equal data once; *count is how many distinct data there are.
 * For a set: its elements, sorted, equal data once, markers left out. */
const struct value **merge_siblings(const struct record *r, uint32_t field_number,
                                    struct arena *arena, size_t *count);
/* Two or more distinct data under `latest` or `authority`; for F_DELETED an edit concurrent with a
 * delete, or a delete beside an undelete. */
bool merge_in_conflict(const struct record *r, uint32_t field_number);
/* The newest live value of another field that no live delete has seen; NULL when there is none.
 * For telling people who changed what another deleted. */
const struct value *merge_beside_delete(const struct record *r);
/* Deleted and not undeleted by anyone concurrent. */
bool merge_is_deleted(const struct record *r);
/* A transfer under way between two units of the tree (rule 16): its place of origin keeps the
 * member in scope and counts it. */
bool merge_transfer_is_open(const struct record *r);

#endif
