#include "core/context.h"
#include "tests/fuzz/fuzz.h"

/* Whatever is read packs to the same bytes. */
static void check_datum(struct slice bytes, struct buf *again)
{
    struct pack_reader r = pack_reader_make(bytes);
    struct datum d = datum_read(&r);
    if (pack_end(&r)) {
        struct pack_writer w = pack_writer_make(again);
        datum_pack(&w, &d);
        CHECK(slice_equal(bytes, buf_view(again)));
    }
}

static void check_context(struct slice bytes, struct buf *again)
{
    struct arena arena = {0};
    struct pack_reader r = pack_reader_make(bytes);
    struct context c = context_read(&r, &arena);
    if (pack_end(&r)) {
        struct pack_writer w = pack_writer_make(again);
        context_pack(&w, &c);
        CHECK(slice_equal(bytes, buf_view(again)));
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = slice_make(data, size);
    struct buf again = {0};
    struct pack_reader r = pack_reader_make(bytes);
    while (pack_ok(&r) && r.at < r.end) {
        read_skip(&r);
    }
    CHECK(r.at == r.end);
    check_datum(bytes, &again);
    buf_clear(&again);
    check_context(bytes, &again);
    buf_free(&again);
    return 0;
}
