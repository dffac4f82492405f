#include "sync/batch.h"
#include "tests/fuzz/fuzz.h"

/* A batch that is read whole writes to the same bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    if (!ready) {
        crypto_init();
        ready = true;
    }
    struct arena arena = {0};
    struct buf again = {0};
    struct batch_reader *r = NULL;
    enum err e = batch_reader_open(slice_make(data, size), &arena, &r);
    if (e == ERR_OK) {
        size_t count = batch_reader_count(r);
        struct buf changes = {0};
        struct change one;
        for (e = batch_reader_next(r, &arena, &one); e == ERR_OK;
             e = batch_reader_next(r, &arena, &one)) {
            CHECK(record_is_valid(&one.record));
            buf_add(&changes, &one, sizeof(one));
        }
        if (e == ERR_END) {
            CHECK(changes.len == count * sizeof(struct change));
            batch_write((const struct change *)(const void *)changes.ptr, count, &arena, &again);
            CHECK(slice_equal(slice_make(data, size), buf_view(&again)));
        }
        buf_free(&changes);
    }
    buf_free(&again);
    arena_free(&arena);
    return 0;
}
