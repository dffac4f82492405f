#include "sync/frame.h"
#include "tests/fuzz/fuzz.h"

#define CAP (1u << 18)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf raw = {0};
    struct buf packed = {0};
    struct buf again = {0};
    if (frame_unpack(slice_make(data, size), CAP, &raw) == ERR_OK) {
        CHECK(raw.len <= CAP);
        frame_pack(buf_view(&raw), &packed);
        CHECK(frame_unpack(buf_view(&packed), CAP, &again) == ERR_OK);
        CHECK(slice_equal(buf_view(&raw), buf_view(&again)));
    }
    buf_free(&raw);
    buf_free(&packed);
    buf_free(&again);
    return 0;
}
