/* Finding what differs between two stores, at a cost in proportion to the difference (rules 18,
 * 22): sums per group, then per bucket, then the hash of each record, then whole records. */
#ifndef TERRACE_SYNC_RECONCILE_H
#define TERRACE_SYNC_RECONCILE_H

#include "sync/link.h"

#define RECONCILE_IDS_MAX 1500    /* listed in one request */
#define RECONCILE_GROUPS_MAX 2500 /* in one request */
#define RECONCILE_SUMS_MAX                                                                         \
    3000 /* bucket sums in one reply; the next comparison brings the rest                          \
          */

/* The digest of all that a node of `unit` should hold; as a child compares it, less what its hub
 * has refused. */
enum err reconcile_digest(struct txn *t, struct dot unit, bool less_refused,
                          struct hash *out) MUST_USE;
/* All groups that a node of `unit` compares with its hub, empty ones left out. */
enum err reconcile_groups(struct txn *t, struct dot unit, struct arena *arena,
                          struct round_group **out, size_t *count) MUST_USE;
/* All that a node of the child's unit should hold is owed to it whole; with but_echo not what is
 * just as the child sent it. */
enum err reconcile_queue_scope(struct txn *t, const struct link *link, bool but_echo) MUST_USE;
/* The hub's answer to groups: buckets of those that differ; what the child has nothing of is
 * queued. */
enum err reconcile_answer_groups(struct txn *t, const struct link *link,
                                 const struct round_group *groups, size_t count,
                                 struct arena *arena, struct round_buckets **out,
                                 size_t *out_count) MUST_USE;
/* The child's next listings for buckets that differ, from *done on (advanced), at most
 * RECONCILE_IDS_MAX ids; groups the hub has nothing of are queued for it. */
enum err reconcile_listings(struct txn *t, struct dot upstream, const struct round_buckets *buckets,
                            size_t count, size_t *done, struct arena *arena,
                            struct round_listing **out, size_t *out_count) MUST_USE;
/* The hub's answer to listings: ids it wants whole; what the child lacks is queued. */
enum err reconcile_answer_listings(struct txn *t, const struct link *link,
                                   const struct round_listing *list, size_t count,
                                   struct arena *arena, struct id_array *wants) MUST_USE;

#endif
