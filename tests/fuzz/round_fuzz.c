#include "sync/round.h"
#include "tests/fuzz/fuzz.h"

/* Whatever is read is written again byte by byte the same: there is one encoding (FORMAT.md, 10).
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct buf again = {0};
    struct slice body = slice_make(data, size);
    struct round_request q;
    struct round_reply p;
    if (round_request_read(body, &arena, &q) == ERR_OK) {
        CHECK(q.token_count <= ROUND_TOKENS_MAX && q.group_count <= ROUND_GROUPS_MAX);
        round_request_write(&q, &again);
        CHECK(slice_equal(buf_view(&again), body));
    }
    buf_clear(&again);
    if (round_reply_read(body, &arena, &p) == ERR_OK) {
        CHECK(p.buckets_count <= ROUND_GROUPS_MAX);
        round_reply_write(&p, &again);
        CHECK(slice_equal(buf_view(&again), body));
    }
    buf_free(&again);
    arena_free(&arena);
    return 0;
}
