#include "core/record.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct buf again = {0};
    struct pack_reader r = pack_reader_make(slice_make(data, size));
    struct record record = record_read(&r, &arena);
    if (pack_end(&r)) {
        CHECK(record_is_valid(&record));
        struct pack_writer w = pack_writer_make(&again);
        record_pack(&w, &record);
        CHECK(slice_equal(slice_make(data, size), buf_view(&again)));
        (void)record_digest(&record);
        struct record copy = record_copy(&record, &arena);
        CHECK(record_equal(&record, &copy));
    }
    buf_free(&again);
    arena_free(&arena);
    return 0;
}
