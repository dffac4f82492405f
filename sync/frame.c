#include "sync/frame.h"

#include "sync/dictionary.h"

#define ZLIB_CONST
#include <zlib.h>

/* First byte of a frame. A zlib stream with a window of 32 kB begins with 0x78. */
#define FRAME_STORED 0x00
#define FRAME_ZLIB 0x78

#define CHUNK_BYTES 16384

/* Small on purpose: it ends a deflate block after 1,024 symbols, so that every few columns get a
 * code of their own. Measured on 7,400 records: 169 kB, against 178 kB with zlib's usual 8. */
#define MEM_LEVEL 4

/* Deflates raw in one strategy; appends to out. */
static void deflate_all(struct slice raw, int strategy, struct buf *out)
{
    struct slice dictionary = dictionary_bytes();
    z_stream z = {0};
    CHECK(deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS, MEM_LEVEL, strategy) == Z_OK);
    CHECK(deflateSetDictionary(&z, dictionary.ptr, (uInt)dictionary.len) == Z_OK);
    uint8_t chunk[CHUNK_BYTES];
    z.next_in = raw.ptr;
    z.avail_in = (uInt)raw.len;
    int rc = Z_OK;
    while (rc == Z_OK) {
        z.next_out = chunk;
        z.avail_out = sizeof(chunk);
        rc = deflate(&z, Z_FINISH);
        buf_add(out, chunk, sizeof(chunk) - z.avail_out);
    }
    CHECK(rc == Z_STREAM_END);
    (void)deflateEnd(&z);
}

void frame_pack(struct slice raw, struct buf *out)
{
    size_t start = out->len;
    CHECK(raw.len <= UINT32_MAX);
    deflate_all(raw, Z_DEFAULT_STRATEGY, out);
    if (out->len - start > raw.len) {
        out->len = start;
        buf_add_byte(out, FRAME_STORED);
        buf_add_slice(out, raw);
    }
}

/* One inflate call into a chunk; *end when the stream is complete. */
static enum err inflate_chunk(z_stream *z, bool *end)
{
    struct slice dictionary = dictionary_bytes();
    int rc = inflate(z, Z_NO_FLUSH);
    if (rc == Z_NEED_DICT) {
        if (inflateSetDictionary(z, dictionary.ptr, (uInt)dictionary.len) != Z_OK) {
            return error_set(ERR_FORMAT, _("the message was packed with an unknown dictionary"));
        }
        rc = inflate(z, Z_NO_FLUSH);
    }
    CHECK(rc != Z_MEM_ERROR);
    *end = rc == Z_STREAM_END;
    if (rc == Z_OK || rc == Z_STREAM_END) {
        return ERR_OK;
    }
    return error_set(ERR_FORMAT, _("the message is damaged or cut short"));
}

static enum err inflate_all(z_stream *z, size_t max_bytes, struct buf *raw)
{
    uint8_t chunk[CHUNK_BYTES];
    size_t total = 0;
    bool end = false;
    while (!end) {
        z->next_out = chunk;
        z->avail_out = sizeof(chunk);
        enum err e = inflate_chunk(z, &end);
        if (e) {
            return e;
        }
        size_t got = sizeof(chunk) - z->avail_out;
        total += got;
        if (total > max_bytes) {
            return error_set(ERR_TOO_LARGE, _("the message unpacks to more than is allowed"));
        }
        buf_add(raw, chunk, got);
    }
    if (z->avail_in) {
        return error_set(ERR_FORMAT, _("bytes follow the end of the message"));
    }
    return ERR_OK;
}

enum err frame_unpack(struct slice frame, size_t max_bytes, struct buf *raw)
{
    if (frame.len == 0 || (frame.ptr[0] != FRAME_STORED && frame.ptr[0] != FRAME_ZLIB)) {
        return error_set(ERR_FORMAT, _("the message is packed in an unknown way"));
    }
    if (frame.ptr[0] == FRAME_STORED) {
        if (frame.len - 1 > max_bytes) {
            return error_set(ERR_TOO_LARGE, _("the message unpacks to more than is allowed"));
        }
        buf_add(raw, frame.ptr + 1, frame.len - 1);
        return ERR_OK;
    }
    z_stream z = {0};
    if (frame.len > UINT32_MAX || frame.len < 2 || !(frame.ptr[1] & 0x20)) {
        return error_set(ERR_FORMAT, _("the message was packed with an unknown dictionary"));
    }
    CHECK(inflateInit(&z) == Z_OK);
    z.next_in = frame.ptr;
    z.avail_in = (uInt)frame.len;
    enum err e = inflate_all(&z, max_bytes, raw);
    (void)inflateEnd(&z);
    return e;
}
