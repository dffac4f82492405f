#include "sync/message.h"
#include "tests/fuzz/fuzz.h"

#define CHECK_BYTES 8

/* The input stands for a message without its check, which is made right here: damage that a
 * checksum would catch is the dull part. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf bytes = {0};
    struct buf raw = {0};
    struct message m;
    buf_add(&bytes, data, size);
    CHECK(message_read(buf_view(&bytes), &raw, &m) < ERR_COUNT);
    struct hash h = hash_of(buf_view(&bytes));
    buf_add(&bytes, h.bytes, CHECK_BYTES);
    if (message_read(buf_view(&bytes), &raw, &m) == ERR_OK) {
        CHECK(m.body.len <= MESSAGE_BODY_MAX_BYTES);
        struct buf again = {0};
        struct buf raw_again = {0};
        struct message n;
        message_write(&m, &again);
        if (again.len <= MESSAGE_LONE_MAX_BYTES) {
            CHECK(message_read(buf_view(&again), &raw_again, &n) == ERR_OK);
            CHECK(slice_equal(m.body, n.body));
        }
        buf_free(&again);
        buf_free(&raw_again);
    }
    buf_free(&bytes);
    buf_free(&raw);
    return 0;
}
