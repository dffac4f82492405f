#include "core/pack.h"

#include <msgpack.h>

#define SKIP_DEPTH_MAX 16

/* ---- writing ------------------------------------------------------------------------------- */

static int append(void *data, const char *bytes, size_t len)
{
    buf_add(data, bytes, len);
    return 0;
}

/* The packer is two pointers; making one for each call keeps msgpack-c out of our header. */
static msgpack_packer packer(const struct pack_writer *w)
{
    msgpack_packer p;
    msgpack_packer_init(&p, w->out, append);
    return p;
}

/* append never fails, so neither do these. */
void pack_nil(struct pack_writer *w)
{
    msgpack_packer p = packer(w);
    (void)msgpack_pack_nil(&p);
}

void pack_bool(struct pack_writer *w, bool v)
{
    msgpack_packer p = packer(w);
    (void)(v ? msgpack_pack_true(&p) : msgpack_pack_false(&p));
}

void pack_uint(struct pack_writer *w, uint64_t v)
{
    if (v < 0x80) { /* most numbers by far: the form of one byte */
        buf_add_byte(w->out, (uint8_t)v);
        return;
    }
    msgpack_packer p = packer(w);
    (void)msgpack_pack_uint64(&p, v);
}

void pack_int(struct pack_writer *w, int64_t v)
{
    if (v >= 0 && v < 0x80) {
        buf_add_byte(w->out, (uint8_t)v);
        return;
    }
    msgpack_packer p = packer(w);
    (void)msgpack_pack_int64(&p, v);
}

void pack_str(struct pack_writer *w, struct slice s)
{
    msgpack_packer p = packer(w);
    (void)msgpack_pack_str(&p, s.len);
    buf_add_slice(w->out, s);
}

void pack_bin(struct pack_writer *w, struct slice s)
{
    msgpack_packer p = packer(w);
    (void)msgpack_pack_bin(&p, s.len);
    buf_add_slice(w->out, s);
}

void pack_array(struct pack_writer *w, size_t count)
{
    if (count < 0x10) {
        buf_add_byte(w->out, (uint8_t)(0x90u | count));
        return;
    }
    msgpack_packer p = packer(w);
    (void)msgpack_pack_array(&p, count);
}

void pack_map(struct pack_writer *w, size_t count)
{
    msgpack_packer p = packer(w);
    (void)msgpack_pack_map(&p, count);
}

/* ---- reading ------------------------------------------------------------------------------- */

enum pack_type pack_peek(const struct pack_reader *r)
{
    if (r->failed || r->at == r->end) {
        return PACK_ERROR;
    }
    uint8_t b = *r->at;
    if (b <= 0x7f || b >= 0xe0 || (b >= 0xcc && b <= 0xd3)) {
        return PACK_INT;
    }
    if (b <= 0x8f || b == 0xde || b == 0xdf) {
        return PACK_MAP;
    }
    if (b <= 0x9f || b == 0xdc || b == 0xdd) {
        return PACK_ARRAY;
    }
    if (b <= 0xbf || (b >= 0xd9 && b <= 0xdb)) {
        return PACK_STR;
    }
    if (b >= 0xc4 && b <= 0xc6) {
        return PACK_BIN;
    }
    return b == 0xc0 ? PACK_NIL : b == 0xc2 || b == 0xc3 ? PACK_BOOL : PACK_ERROR;
}

/* The byte that begins the next value; 0xc1, which msgpack never uses, when there is none. */
static uint8_t take_head(struct pack_reader *r)
{
    if (r->failed || r->at == r->end) {
        pack_fail(r);
        return 0xc1;
    }
    return *r->at++;
}

static uint64_t take_be(struct pack_reader *r, size_t len)
{
    if (pack_remaining(r) < len) {
        pack_fail(r);
        return 0;
    }
    uint64_t v = 0;
    for (size_t i = 0; i < len; i++) {
        v = (v << 8) | r->at[i];
    }
    r->at += len;
    return v;
}

/* A big-endian number of 1 << log2_len bytes that would not have fitted a shorter form: above
 * `below`, the largest value of the next shorter one. */
static uint64_t take_shortest(struct pack_reader *r, unsigned log2_len, uint64_t below)
{
    uint64_t v = take_be(r, (size_t)1 << log2_len);
    if (!r->failed && v <= below) {
        pack_fail(r);
        return 0;
    }
    return v;
}

static uint64_t take_uint(struct pack_reader *r, uint8_t head)
{
    switch (head) {
    case 0xcc:
        return take_shortest(r, 0, 0x7f);
    case 0xcd:
        return take_shortest(r, 1, UINT8_MAX);
    case 0xce:
        return take_shortest(r, 2, UINT16_MAX);
    case 0xcf:
        return take_shortest(r, 3, UINT32_MAX);
    default:
        pack_fail(r);
        return 0;
    }
}

/* -1 - v of a negative number in 1 << log2_len bytes; a shorter form holds down to -1 - below. */
static int64_t take_negative(struct pack_reader *r, unsigned log2_len, uint64_t below)
{
    unsigned bits = 8u << log2_len;
    uint64_t v = ~take_be(r, (size_t)1 << log2_len);
    if (bits < 64) {
        v &= (UINT64_C(1) << bits) - 1;
    }
    if (r->failed || v >> (bits - 1) || v <= below) {
        pack_fail(r);
        return 0;
    }
    return -1 - (int64_t)v;
}

void read_nil(struct pack_reader *r)
{
    if (take_head(r) != 0xc0) {
        pack_fail(r);
    }
}

bool read_bool(struct pack_reader *r)
{
    uint8_t head = take_head(r);
    if (head != 0xc2 && head != 0xc3) {
        pack_fail(r);
    }
    return head == 0xc3;
}

uint64_t read_uint(struct pack_reader *r)
{
    uint8_t head = take_head(r);
    return head <= 0x7f ? head : take_uint(r, head);
}

int64_t read_int(struct pack_reader *r)
{
    uint8_t head = take_head(r);
    if (head <= 0x7f) {
        return head;
    }
    if (head >= 0xe0) {
        return (int64_t)head - 256;
    }
    switch (head) {
    case 0xd0:
        return take_negative(r, 0, 31);
    case 0xd1:
        return take_negative(r, 1, INT8_MAX);
    case 0xd2:
        return take_negative(r, 2, INT16_MAX);
    case 0xd3:
        return take_negative(r, 3, INT32_MAX);
    default:
        break;
    }
    uint64_t v = take_uint(r, head);
    if (v > INT64_MAX) {
        pack_fail(r);
        return 0;
    }
    return (int64_t)v;
}

uint64_t read_uint_max(struct pack_reader *r, uint64_t max)
{
    uint64_t v = read_uint(r);
    if (v > max) {
        pack_fail(r);
        return 0;
    }
    return v;
}

static struct slice take_bytes(struct pack_reader *r, uint64_t len)
{
    if (r->failed || len > pack_remaining(r)) {
        pack_fail(r);
        return (struct slice){0};
    }
    struct slice s = slice_make(r->at, (size_t)len);
    r->at += (size_t)len;
    return s;
}

static uint64_t str_len(struct pack_reader *r, uint8_t head)
{
    switch (head) {
    case 0xd9:
        return take_shortest(r, 0, 31);
    case 0xda:
        return take_shortest(r, 1, UINT8_MAX);
    case 0xdb:
        return take_shortest(r, 2, UINT16_MAX);
    default:
        if ((head & 0xe0) != 0xa0) {
            pack_fail(r);
        }
        return head & 0x1f;
    }
}

static uint64_t bin_len(struct pack_reader *r, uint8_t head)
{
    switch (head) {
    case 0xc4:
        return take_be(r, 1);
    case 0xc5:
        return take_shortest(r, 1, UINT8_MAX);
    case 0xc6:
        return take_shortest(r, 2, UINT16_MAX);
    default:
        pack_fail(r);
        return 0;
    }
}

/* Length of an array (short form 0x90) or a map (0x80); each item takes at least a byte. */
static size_t take_count(struct pack_reader *r, uint8_t head, uint8_t fix, uint8_t wide,
                         size_t values_per_item)
{
    uint64_t count = head & 0x0f;
    if (head == wide) {
        count = take_shortest(r, 1, 15);
    } else if (head == wide + 1) {
        count = take_shortest(r, 2, UINT16_MAX);
    } else if ((head & 0xf0) != fix) {
        pack_fail(r);
    }
    if (r->failed || count > pack_remaining(r) / values_per_item) {
        pack_fail(r);
        return 0;
    }
    return (size_t)count;
}

struct slice read_str(struct pack_reader *r)
{
    return take_bytes(r, str_len(r, take_head(r)));
}

struct slice read_bin(struct pack_reader *r)
{
    return take_bytes(r, bin_len(r, take_head(r)));
}

struct slice read_bin_exact(struct pack_reader *r, size_t len)
{
    struct slice s = read_bin(r);
    if (s.len != len) {
        pack_fail(r);
        return (struct slice){0};
    }
    return s;
}

size_t read_array(struct pack_reader *r)
{
    return take_count(r, take_head(r), 0x90, 0xdc, 1);
}

void read_array_exact(struct pack_reader *r, size_t count)
{
    if (read_array(r) != count) {
        pack_fail(r);
    }
}

size_t read_map(struct pack_reader *r)
{
    return take_count(r, take_head(r), 0x80, 0xde, 2);
}

void read_skip(struct pack_reader *r)
{
    size_t left[SKIP_DEPTH_MAX + 1] = {1}; /* values still to skip at each depth */
    size_t depth = 0;
    for (;;) {
        while (left[depth] == 0) {
            if (depth == 0) {
                return;
            }
            depth--;
        }
        left[depth]--;
        size_t inside = 0;
        switch (pack_peek(r)) {
        case PACK_NIL:
            read_nil(r);
            break;
        case PACK_BOOL:
            (void)read_bool(r);
            break;
        case PACK_INT:
            /* read_uint takes what lies above INT64_MAX, read_int what lies below zero */
            (void)(*r->at >= 0xd0 ? (uint64_t)read_int(r) : read_uint(r));
            break;
        case PACK_STR:
            (void)read_str(r);
            break;
        case PACK_BIN:
            (void)read_bin(r);
            break;
        case PACK_ARRAY:
            inside = read_array(r);
            break;
        case PACK_MAP:
            inside = 2 * read_map(r);
            break;
        case PACK_ERROR:
            pack_fail(r);
            break;
        }
        if (r->failed) {
            return;
        }
        if (inside) {
            if (depth == SKIP_DEPTH_MAX) {
                pack_fail(r);
                return;
            }
            left[++depth] = inside;
        }
    }
}
