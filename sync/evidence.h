/* Looking again at the signed message that brought a save. */
#ifndef TERRACE_SYNC_EVIDENCE_H
#define TERRACE_SYNC_EVIDENCE_H

#include "core/store.h"

enum evidence_verdict {
    EVIDENCE_HOLDS,    /* its sender signed it, and that save is in it */
    EVIDENCE_GONE,     /* it is not kept any more */
    EVIDENCE_UNSIGNED, /* it was altered, or never signed by that sender; or his key is not known */
    EVIDENCE_NOT_IN_IT, /* signed, but it does not hold the save */
};
struct evidence_finding {
    enum evidence_verdict verdict;
    struct dot node; /* who signed it; none when it is gone */
    int64_t time_ms; /* when it came */
};
/* Does the message with this number prove that its sender sent that save on that record? */
enum err evidence_verify(struct txn *t, uint64_t number, struct dot record, struct dot save,
                         struct evidence_finding *out) MUST_USE;

#endif
