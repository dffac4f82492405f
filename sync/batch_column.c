#include "sync/batch_column.h"

#include "core/crypto.h"

#include <stdlib.h>

/* How the values stand in the bin: as differences to the smallest value or, in "delta", zigzag
 * coded to the value before, from the second one on. From MODE_RICE on, the rest is the parameter.
 */
enum mode {
    MODE_PLANES = 0,       /* all highest bytes, then all next ones… */
    MODE_PLANES_DELTA = 1, /* the same, of differences to the value before */
    MODE_PLANES_5 = 2,     /* the lowest plane has 5 bits: days of dates */
    MODE_RICE = 3          /* Golomb-Rice bits: gaps */
};
#define RICE_MAX 24u /* values below 1 << RICE_MAX */
#define MODE_LAST (MODE_RICE + RICE_MAX)
#define PLANES_MAX 8u

/* ---- collecting ---------------------------------------------------------------------------- */

void column_add(struct column *c, uint64_t v)
{
    buf_add(&c->bytes, &v, sizeof(v));
}

void column_add_signed(struct column *c, int64_t v)
{
    column_add(c, (uint64_t)v);
}

void column_clear(struct column *c)
{
    buf_clear(&c->bytes);
}

void column_free(struct column *c)
{
    buf_free(&c->bytes);
}

size_t column_count(const struct column *c)
{
    return c->bytes.len / sizeof(uint64_t);
}

/* ---- choosing a mode ----------------------------------------------------------------------- */

static uint64_t zigzag(uint64_t difference)
{
    return (difference << 1) ^ (difference >> 63 ? UINT64_MAX : 0);
}

static uint64_t unzigzag(uint64_t v)
{
    return (v >> 1) ^ (v & 1 ? UINT64_MAX : 0);
}

static unsigned bit_length(uint64_t v)
{
    unsigned bits = 0;
    while (v) {
        bits++;
        v >>= 1;
    }
    return bits;
}

/* What a column's values become before they are packed. */
struct stream {
    const uint64_t *values;
    size_t count; /* of values in the column */
    uint64_t base;
    bool delta;
};

static size_t stream_start(const struct stream *s)
{
    return s->delta ? 1 : 0;
}

static uint64_t stream_at(const struct stream *s, size_t i)
{
    return s->delta ? zigzag(s->values[i] - s->values[i - 1]) : s->values[i] - s->base;
}

/* log2 of v > 0 in 1/256, by repeated squaring: the same on every machine. */
static uint64_t log2_256(uint64_t v)
{
    unsigned whole = bit_length(v) - 1;
    uint64_t m = whole > 31 ? v >> (whole - 31) : v << (31 - whole);
    uint64_t out = whole;
    for (int i = 0; i < 8; i++) {
        m = (m * m) >> 31;
        out <<= 1;
        if (m >> 32) {
            m >>= 1;
            out |= 1;
        }
    }
    return out;
}

/* What Huffman coding of a plane costs, about, in 1/256 bits. */
static uint64_t plane_cost(const uint32_t counts[256])
{
    uint64_t total = 0;
    uint64_t cost = 0;
    for (size_t i = 0; i < 256; i++) {
        if (counts[i] > 1) {
            cost -= counts[i] * log2_256(counts[i]);
        }
        total += counts[i];
    }
    return total > 1 ? cost + total * log2_256(total) : 0;
}

struct costs {
    uint64_t planes, planes_5, rice;
    unsigned rice_parameter;
};

static uint64_t planes_cost(uint32_t counts[PLANES_MAX][256])
{
    uint64_t cost = 0;
    for (unsigned p = 0; p < PLANES_MAX; p++) {
        cost += plane_cost(counts[p]);
    }
    return cost;
}

static struct costs stream_costs(const struct stream *s)
{
    uint32_t planes[PLANES_MAX][256] = {{0}};
    uint32_t fives[PLANES_MAX][256] = {{0}};
    uint64_t all = 0;
    uint64_t sum = 0;
    size_t count = s->count - stream_start(s);
    uint64_t low = s->base & 31;
    for (size_t i = stream_start(s); i < s->count; i++) {
        uint64_t u = stream_at(s, i);
        all |= u;
        sum += u >> RICE_MAX ? 0 : u;
        for (uint64_t rest = u, p = 0; rest; rest >>= 8, p++) {
            planes[p][rest & 0xff]++;
        }
        if (!s->delta) {
            u += low;
            fives[0][u & 31]++;
            for (uint64_t rest = u >> 5, p = 1; rest && p < PLANES_MAX; rest >>= 8, p++) {
                fives[p][rest & 0xff]++;
            }
        }
    }
    /* zeros above a short value's highest byte were not counted one by one */
    for (unsigned p = 0; p < PLANES_MAX; p++) {
        uint32_t others = 0;
        uint32_t five_others = 0;
        for (size_t i = 0; i < 256; i++) {
            others += planes[p][i];
            five_others += fives[p][i];
        }
        planes[p][0] += (uint32_t)count - others;
        fives[p][0] += (uint32_t)count - five_others;
    }
    struct costs out = {planes_cost(planes), UINT64_MAX, UINT64_MAX, 0};
    if (s->delta) {
        return out;
    }
    if (all < (UINT64_C(1) << 56)) {
        out.planes_5 = planes_cost(fives);
    }
    if (all >> RICE_MAX == 0 && count) {
        unsigned mean_bits = bit_length(sum / count);
        out.rice_parameter = mean_bits ? mean_bits - 1 : 0;
        uint64_t bits = 0;
        for (size_t i = stream_start(s); i < s->count; i++) {
            bits += (stream_at(s, i) >> out.rice_parameter) + 1 + out.rice_parameter;
        }
        /* bits pass through deflate as they are, while what it makes of short symbols is worse
         * than their entropy: so bits may cost a fifteenth more */
        out.rice = bits * 240;
    }
    return out;
}

static void keep_cheaper(uint64_t cost, unsigned mode, uint64_t *best, unsigned *best_mode)
{
    if (cost < *best) {
        *best = cost;
        *best_mode = mode;
    }
}

static unsigned choose_mode(const uint64_t *values, size_t count, uint64_t smallest)
{
    struct stream plain = {values, count, smallest, false};
    struct stream delta = {values, count, values[0], true};
    struct costs p = stream_costs(&plain);
    struct costs d = stream_costs(&delta);
    uint64_t best = p.planes;
    unsigned mode = MODE_PLANES;
    keep_cheaper(d.planes, MODE_PLANES_DELTA, &best, &mode);
    keep_cheaper(p.planes_5, MODE_PLANES_5, &best, &mode);
    keep_cheaper(p.rice, MODE_RICE + p.rice_parameter, &best, &mode);
    return mode;
}

/* ---- writing ------------------------------------------------------------------------------- */

static void write_planes(const struct stream *s, unsigned low_bits, struct buf *out)
{
    uint64_t all = 0;
    for (size_t i = stream_start(s); i < s->count; i++) {
        all |= stream_at(s, i);
    }
    unsigned planes = 1;
    for (uint64_t rest = all >> low_bits; rest; rest >>= 8) {
        planes++;
    }
    for (unsigned p = planes; p-- > 0;) {
        unsigned shift = p == 0 ? 0 : low_bits + 8 * (p - 1);
        uint64_t mask = p == 0 ? (1u << low_bits) - 1 : 0xff;
        for (size_t i = stream_start(s); i < s->count; i++) {
            buf_add_byte(out, (uint8_t)((stream_at(s, i) >> shift) & mask));
        }
    }
}

static void write_rice(const struct stream *s, unsigned parameter, struct buf *out)
{
    uint8_t byte = 0;
    unsigned used = 0;
    for (size_t i = stream_start(s); i < s->count; i++) {
        uint64_t u = stream_at(s, i);
        uint64_t ones = u >> parameter;
        uint64_t length = ones + 1 + parameter;
        for (uint64_t bit = 0; bit < length; bit++) {
            bool on = bit < ones || (bit > ones && (u >> (length - 1 - bit)) & 1);
            byte = (uint8_t)((byte << 1) | on);
            if (++used == 8) {
                buf_add_byte(out, byte);
                byte = 0;
                used = 0;
            }
        }
    }
    if (used) {
        buf_add_byte(out, (uint8_t)(byte << (8 - used)));
    }
}

/* The form of `count` values that are not all equal, without the head of the bin. */
static void encode(const uint64_t *values, size_t count, struct buf *out)
{
    int64_t smallest = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        if ((int64_t)values[i] < smallest) {
            smallest = (int64_t)values[i];
        }
    }
    unsigned mode = choose_mode(values, count, (uint64_t)smallest);
    struct stream s = {values, count, (uint64_t)smallest, mode == MODE_PLANES_DELTA};
    if (s.delta) {
        s.base = values[0];
    } else if (mode == MODE_PLANES_5) {
        s.base &= ~UINT64_C(31);
    }
    buf_add_byte(out, (uint8_t)mode);
    struct pack_writer w = pack_writer_make(out);
    pack_int(&w, (int64_t)s.base);
    if (mode <= MODE_PLANES_5) {
        write_planes(&s, mode == MODE_PLANES_5 ? 5 : 8, out);
    } else {
        write_rice(&s, mode - MODE_RICE, out);
    }
}

static bool all_equal(const uint64_t *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (values[i] != values[0]) {
            return false;
        }
    }
    return true;
}

void column_write(struct pack_writer *w, struct column *c, struct buf *scratch)
{
    const uint64_t *values = (const uint64_t *)(const void *)c->bytes.ptr;
    size_t count = column_count(c);
    if (count && all_equal(values, count)) {
        pack_int(w, (int64_t)values[0]);
    } else if (count) {
        buf_clear(scratch);
        encode(values, count, scratch);
        pack_bin(w, buf_view(scratch));
    }
    column_clear(c);
}

/* ---- reading ------------------------------------------------------------------------------- */

static bool read_planes(struct slice data, unsigned low_bits, uint64_t *out, size_t count)
{
    if (count == 0 || data.len % count || data.len / count > PLANES_MAX) {
        return false;
    }
    size_t planes = data.len / count;
    for (size_t p = 0; p < planes; p++) {
        unsigned step = p + 1 == planes ? low_bits : 8;
        for (size_t i = 0; i < count; i++) {
            out[i] = (out[i] << step) | data.ptr[p * count + i];
        }
    }
    return true;
}

static bool read_rice(struct slice data, unsigned parameter, uint64_t *out, size_t count)
{
    size_t bits = data.len * 8;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t ones = 0;
        while (at < bits && data.ptr[at / 8] & (0x80u >> (at % 8))) {
            ones++;
            at++;
        }
        if (bits - at < 1 + (size_t)parameter) {
            return false;
        }
        at++;
        uint64_t u = ones;
        for (unsigned b = 0; b < parameter; b++, at++) {
            u = (u << 1) | ((data.ptr[at / 8] >> (7 - at % 8)) & 1);
        }
        out[i] = u;
    }
    return (at + 7) / 8 == data.len;
}

/* Undoes encode as far as it can; whether the form was the right one is for the caller to see. */
static bool decode(struct slice data, uint64_t *values, size_t count)
{
    if (data.len == 0 || data.ptr[0] > MODE_LAST) {
        return false;
    }
    unsigned mode = data.ptr[0];
    bool delta = mode == MODE_PLANES_DELTA;
    struct pack_reader r = pack_reader_make(slice_make(data.ptr + 1, data.len - 1));
    uint64_t base = (uint64_t)read_int(&r);
    if (!pack_ok(&r)) {
        return false;
    }
    uint64_t *to = delta ? values + 1 : values;
    size_t packed = delta ? count - 1 : count;
    struct slice rest = slice_make(r.at, pack_remaining(&r));
    bool fits = true;
    if (mode <= MODE_PLANES_5) {
        fits = read_planes(rest, mode == MODE_PLANES_5 ? 5 : 8, to, packed);
    } else {
        fits = read_rice(rest, mode - MODE_RICE, to, packed);
    }
    if (delta) {
        values[0] = base;
    }
    for (size_t i = delta ? 1 : 0; fits && i < count; i++) {
        values[i] = delta ? values[i - 1] + unzigzag(values[i]) : values[i] + base;
    }
    return fits;
}

/* No mode takes less than a bit for a value. */
static bool count_is_credible(size_t count, size_t bytes)
{
    return count / 8 <= bytes;
}

bool column_spend(struct column_source *s, size_t bytes)
{
    if (bytes > s->budget_bytes) {
        pack_fail(&s->in);
        return false;
    }
    s->budget_bytes -= bytes;
    return true;
}

struct column_view column_read(struct column_source *s, size_t count)
{
    struct column_view view = {.count = count};
    if (count == 0) {
        return view;
    }
    if (count > COLUMN_VALUES_MAX) {
        pack_fail(&s->in);
        return view;
    }
    if (pack_peek(&s->in) == PACK_INT) {
        view.constant = (uint64_t)read_int(&s->in);
        return view;
    }
    struct slice data = read_bin(&s->in);
    if (!pack_ok(&s->in) || !count_is_credible(count, data.len) ||
        !column_spend(s, count * sizeof(uint64_t))) {
        pack_fail(&s->in);
        return view;
    }
    uint64_t *values = arena_array(s->arena, count, sizeof(uint64_t));
    view.items = values;
    if (!decode(data, values, count) || all_equal(values, count)) {
        pack_fail(&s->in);
        return view;
    }
    /* one form only: what these values encode to must be what stood there */
    struct buf again = {0};
    encode(values, count, &again);
    if (!slice_equal(buf_view(&again), data)) {
        pack_fail(&s->in);
    }
    buf_free(&again);
    return view;
}

bool column_sum(const struct column_view *v, uint64_t max, size_t *sum)
{
    uint64_t total = 0;
    for (size_t i = 0; i < v->count; i++) {
        uint64_t one = column_at(v, i);
        if (one > max || one > COLUMN_VALUES_MAX || total + one > COLUMN_VALUES_MAX) {
            return false;
        }
        total += one;
    }
    *sum = (size_t)total;
    return true;
}

/* ---- places -------------------------------------------------------------------------------- */

static uint64_t seeded_hash(uint64_t seed, struct slice s)
{
    uint64_t h = seed ^ (s.len * UINT64_C(0x9e3779b97f4a7c15));
    size_t i = 0;
    while (i < s.len) {
        uint64_t part = 0;
        size_t take = s.len - i < 8 ? s.len - i : 8;
        memcpy(&part, s.ptr + i, take);
        h = (h ^ part) * UINT64_C(0xd6e8feb86659fd93);
        h ^= h >> 32;
        i += take;
    }
    h *= UINT64_C(0xd6e8feb86659fd93);
    return h ^ (h >> 29);
}

static void places_grow(struct places *p)
{
    if (p->slot_count == 0) {
        crypto_random(&p->seed, sizeof(p->seed));
    }
    p->slot_count = p->slot_count ? 2 * p->slot_count : 64;
    p->cap = p->slot_count / 2;
    free(p->slots);
    p->slots = calloc(p->slot_count, sizeof(uint32_t));
    struct slice *items = realloc(p->items, p->cap * sizeof(struct slice));
    CHECK(p->slots != NULL && items != NULL);
    p->items = items;
    for (size_t i = 0; i < p->count; i++) {
        size_t slot = seeded_hash(p->seed, p->items[i]) & (p->slot_count - 1);
        while (p->slots[slot]) {
            slot = (slot + 1) & (p->slot_count - 1);
        }
        p->slots[slot] = (uint32_t)(i + 1);
    }
}

size_t places_put(struct places *p, struct slice s, bool *added)
{
    if (p->count == p->cap) {
        places_grow(p);
    }
    size_t slot = seeded_hash(p->seed, s) & (p->slot_count - 1);
    while (p->slots[slot]) {
        if (slice_equal(p->items[p->slots[slot] - 1], s)) {
            *added = false;
            return p->slots[slot] - 1;
        }
        slot = (slot + 1) & (p->slot_count - 1);
    }
    CHECK(p->count < UINT32_MAX);
    p->items[p->count++] = s;
    p->slots[slot] = (uint32_t)p->count;
    *added = true;
    return p->count - 1;
}

void places_free(struct places *p)
{
    free(p->items);
    free(p->slots);
    *p = (struct places){0};
}
