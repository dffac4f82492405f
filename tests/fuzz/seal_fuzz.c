/* The file of a sealed store: a copy of it without its hash, and the whole file. What is read is
 * within the bounds, and is written to the same bytes. */
#include "core/store_seal.h"
#include "tests/fuzz/fuzz.h"

static void check_bounds(const struct seal_file *f)
{
    CHECK(f->slots[0].used || f->slots[1].used);
    for (size_t i = 0; i < ARRAY_COUNT(f->slots); i++) {
        CHECK(f->slots[i].passes <= SEAL_PASSES_MAX);
        CHECK(f->slots[i].memory_kib <= SEAL_MEMORY_MAX_KIB);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seal_file f;
    struct buf again = {0};
    struct pack_reader r = pack_reader_make(slice_make(data, size));
    if (seal_copy_read(&r, &f) == ERR_OK) {
        size_t used = (size_t)(r.at - data);
        check_bounds(&f);
        seal_file_write(&f, &again);
        CHECK(again.len / 2 == used + 2 + HASH_BYTES); /* a hash stands behind it */
        CHECK(memcmp(again.ptr, data, used) == 0);
        CHECK(seal_file_read(buf_view(&again), &f) == ERR_OK && !f.worn);
        check_bounds(&f);
    }
    if (seal_file_read(slice_make(data, size), &f) == ERR_OK) {
        check_bounds(&f);
    }
    buf_free(&again);
    return 0;
}
