/* msgpack, bounded; the only module that includes msgpack-c.
 *
 * Writing appends to a buf through msgpack-c's packer. Reading is a pull reader over a slice with
 * sticky errors: read on, check `pack_ok` or `pack_end` once. It accepts only the shortest form of
 * every integer and length (encoding is canonical), allocates nothing, returns borrowed slices, and
 * checks every count against the bytes that remain: an array of n needs at least n more bytes. */
#ifndef TERRACE_CORE_PACK_H
#define TERRACE_CORE_PACK_H

#include "core/error.h"

struct pack_writer {
    struct buf *out;
};
static inline struct pack_writer pack_writer_make(struct buf *out)
{
    return (struct pack_writer){out};
}
void pack_nil(struct pack_writer *w);
void pack_bool(struct pack_writer *w, bool v);
void pack_uint(struct pack_writer *w, uint64_t v);
void pack_int(struct pack_writer *w, int64_t v);
void pack_str(struct pack_writer *w, struct slice s);
void pack_bin(struct pack_writer *w, struct slice s);
void pack_array(struct pack_writer *w, size_t count);
void pack_map(struct pack_writer *w, size_t count);

enum pack_type {
    PACK_ERROR, /* end of input, or a byte that starts nothing we accept */
    PACK_NIL,
    PACK_BOOL,
    PACK_INT, /* signed or unsigned */
    PACK_STR,
    PACK_BIN,
    PACK_ARRAY,
    PACK_MAP
};
struct pack_reader {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};
static inline struct pack_reader pack_reader_make(struct slice s)
{
    return (struct pack_reader){s.ptr, s.len ? s.ptr + s.len : s.ptr, false};
}
enum pack_type pack_peek(const struct pack_reader *r);
void read_nil(struct pack_reader *r);
bool read_bool(struct pack_reader *r);
uint64_t read_uint(struct pack_reader *r);
int64_t read_int(struct pack_reader *r);
/* v <= max, else the reader fails */
uint64_t read_uint_max(struct pack_reader *r, uint64_t max);
struct slice read_str(struct pack_reader *r);
struct slice read_bin(struct pack_reader *r);
/* exactly len bytes */
struct slice read_bin_exact(struct pack_reader *r, size_t len);
size_t read_array(struct pack_reader *r);
/* exactly count items */
void read_array_exact(struct pack_reader *r, size_t count);
size_t read_map(struct pack_reader *r);
/* Skip one value of any shape; nesting deeper than 16 fails. */
void read_skip(struct pack_reader *r);
static inline void pack_fail(struct pack_reader *r)
{
    r->failed = true;
    r->at = r->end;
}
static inline bool pack_ok(const struct pack_reader *r)
{
    return !r->failed;
}
static inline size_t pack_remaining(const struct pack_reader *r)
{
    return (size_t)(r->end - r->at);
}
/* ok and nothing left over */
static inline bool pack_end(const struct pack_reader *r)
{
    return !r->failed && r->at == r->end;
}

#endif
