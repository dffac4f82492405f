#include "core/datum.h"

#include <stdlib.h>

/* Crockford's base32: no i, l, o, u. */
static const char base32[] = "0123456789abcdefghjkmnpqrstvwxyz";
#define ACTOR_CHARS 13

int dot_compare(struct dot a, struct dot b)
{
    if (a.actor != b.actor) {
        return a.actor < b.actor ? -1 : 1;
    }
    return a.seq == b.seq ? 0 : a.seq < b.seq ? -1 : 1;
}

static int dots_order(const void *a, const void *b)
{
    return dot_compare(*(const struct dot *)a, *(const struct dot *)b);
}

void dots_sort(struct dot *dots, size_t count)
{
    if (count > 1) {
        qsort(dots, count, sizeof(*dots), dots_order);
    }
}

size_t dots_distinct(struct dot *dots, size_t count)
{
    size_t kept = 0;
    dots_sort(dots, count);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || !dot_equal(dots[i], dots[kept - 1])) {
            dots[kept++] = dots[i];
        }
    }
    return kept;
}

bool dots_have(const struct dot *sorted, size_t count, struct dot d)
{
    return count > 0 && bsearch(&d, sorted, count, sizeof(d), dots_order) != NULL;
}

void dot_key_put(uint8_t out[DOT_KEY_BYTES], struct dot d)
{
    be64_put(out, d.actor);
    be64_put(out + 8, d.seq);
}

struct dot dot_key_get(const uint8_t in[DOT_KEY_BYTES])
{
    return (struct dot){be64_get(in), be64_get(in + 8)};
}

/* 13 characters hold 65 bits: the actor from the top, then one zero bit. */
void dot_format(struct dot d, char out[DOT_TEXT_SIZE])
{
    uint64_t rest = d.actor;
    for (size_t i = 0; i < ACTOR_CHARS; i++) {
        out[i] = base32[rest >> 59];
        rest <<= 5;
    }
    char *at = out + ACTOR_CHARS;
    *at++ = '-';
    char digits[20];
    size_t count = 0;
    uint64_t seq = d.seq;
    do {
        digits[count++] = (char)('0' + seq % 10);
        seq /= 10;
    } while (seq);
    while (count) {
        *at++ = digits[--count];
    }
    *at = '\0';
}

const char *dot_text(struct dot d, struct arena *arena)
{
    char *text = arena_alloc(arena, DOT_TEXT_SIZE);
    dot_format(d, text);
    return text;
}

void dot_format_actor(uint64_t actor, char out[DOT_TEXT_SIZE])
{
    dot_format((struct dot){actor, 1}, out);
    out[13] = '\0';
}

/* As people read them to each other: capitals are fine, i and l are 1, o is 0. -1 when none. */
static int base32_digit(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') {
        c = (uint8_t)(c + ('a' - 'A'));
    }
    c = c == 'i' || c == 'l' ? '1' : c == 'o' ? '0' : c;
    const char *found = c ? strchr(base32, c) : NULL;
    return found ? (int)(found - base32) : -1;
}

static bool parse_seq(struct slice text, uint64_t *out)
{
    uint64_t seq = 0;
    if (text.len == 0 || text.ptr[0] == '0') {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(text.ptr[i] - '0');
        if (seq > (UINT64_MAX - digit) / 10) {
            return false;
        }
        seq = seq * 10 + digit;
    }
    *out = seq;
    return true;
}

enum err dot_parse(struct slice text, struct dot *d, unsigned *actor_bits)
{
    uint64_t actor = 0;
    uint64_t seq = 0;
    size_t chars = 0;
    while (chars < text.len && text.ptr[chars] != '-') {
        int digit = chars < ACTOR_CHARS ? base32_digit(text.ptr[chars]) : -1;
        if (digit < 0) {
            return error_set(ERR_INPUT, _("this is not an ID"));
        }
        unsigned shift = (unsigned)(5 * chars);
        if (chars + 1 < ACTOR_CHARS) {
            actor |= (uint64_t)digit << (59 - shift);
        } else if (digit & 1) {
            return error_set(ERR_INPUT, _("this is not an ID"));
        } else {
            actor |= (uint64_t)digit >> 1;
        }
        chars++;
    }
    if (chars == 0 || chars == text.len ||
        !parse_seq(slice_make(text.ptr + chars + 1, text.len - chars - 1), &seq)) {
        return error_set(ERR_INPUT, _("this is not an ID"));
    }
    *d = (struct dot){actor, seq};
    *actor_bits = (unsigned)(5 * chars);
    return ERR_OK;
}

int datum_compare(const struct datum *a, const struct datum *b)
{
    if (a->type != b->type) {
        return a->type < b->type ? -1 : 1;
    }
    switch (a->type) {
    case DATUM_INT:
        return a->i == b->i ? 0 : a->i < b->i ? -1 : 1;
    case DATUM_TEXT:
    case DATUM_BYTES:
        return slice_compare(a->text, b->text);
    case DATUM_REF:
        return dot_compare(a->ref, b->ref);
    case DATUM_EMPTY:
    case DATUM_MARK:
        break;
    }
    return 0;
}

struct datum datum_copy(const struct datum *d, struct arena *arena)
{
    struct datum copy = *d;
    if (d->type == DATUM_TEXT || d->type == DATUM_BYTES) {
        copy.text = arena_copy(arena, d->text);
    }
    return copy;
}

void datum_pack(struct pack_writer *w, const struct datum *d)
{
    switch (d->type) {
    case DATUM_EMPTY:
        pack_nil(w);
        break;
    case DATUM_INT:
        pack_int(w, d->i);
        break;
    case DATUM_TEXT:
        pack_str(w, d->text);
        break;
    case DATUM_REF:
        pack_array(w, 2);
        pack_uint(w, d->ref.actor);
        pack_uint(w, d->ref.seq);
        break;
    case DATUM_MARK:
        pack_bool(w, true);
        break;
    case DATUM_BYTES:
        pack_bin(w, d->text);
        break;
    }
}

struct datum datum_read(struct pack_reader *r)
{
    switch (pack_peek(r)) {
    case PACK_NIL:
        read_nil(r);
        return datum_empty();
    case PACK_INT:
        return datum_int(read_int(r));
    case PACK_STR:
        return datum_text(read_str(r));
    case PACK_ARRAY: {
        struct dot ref = {0, 0};
        read_array_exact(r, 2);
        ref.actor = read_uint(r);
        ref.seq = read_uint(r);
        if (ref.actor == 0 || ref.seq == 0) {
            pack_fail(r);
        }
        return datum_ref(ref);
    }
    case PACK_BOOL:
        if (!read_bool(r)) {
            pack_fail(r);
        }
        return datum_mark();
    case PACK_BIN:
        return datum_bytes(read_bin(r));
    case PACK_MAP:
    case PACK_ERROR:
        break;
    }
    pack_fail(r);
    return datum_empty();
}

void dot_pack(struct pack_writer *w, struct dot d)
{
    pack_uint(w, d.actor);
    pack_uint(w, d.seq);
}

struct dot dot_read(struct pack_reader *r)
{
    struct dot d = {0, 0};
    d.actor = read_uint(r);
    d.seq = read_uint(r);
    return d;
}

int64_t date_first_day(int64_t date)
{
    int month = DATE_MONTH(date), day = DATE_DAY(date);
    return DATE_MAKE(DATE_YEAR(date), month ? month : 1, day ? day : 1);
}

static int days_of_month(int64_t year, int64_t month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

int64_t date_last_day(int64_t date)
{
    int month = DATE_MONTH(date) ? DATE_MONTH(date) : 12, year = DATE_YEAR(date);
    int day = DATE_DAY(date) ? DATE_DAY(date) : days_of_month(year, month);
    return DATE_MAKE(year, month, day);
}

/* Civil from and to days: Howard Hinnant, chrono-compatible low-level date algorithms. */
int64_t date_number(int64_t date)
{
    int64_t first = date_first_day(date);
    int64_t y = DATE_YEAR(first) - (DATE_MONTH(first) <= 2 ? 1 : 0);
    int64_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
    int64_t doy = (153 * ((DATE_MONTH(first) + 9) % 12) + 2) / 5 + DATE_DAY(first) - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int64_t date_of_number(int64_t days)
{
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;
    return DATE_MAKE(yoe + era * 400 + (month <= 2 ? 1 : 0), month, doy - (153 * mp + 2) / 5 + 1);
}

#define MONTHS_MAX (9999 * 12 + 11)

int64_t date_add_months(int64_t date, int64_t months)
{
    int64_t first = date_first_day(date);
    int64_t n = DATE_YEAR(first) * 12 + DATE_MONTH(first) - 1;
    /* any number of months may be asked for; a day before the year 0 is the first one */
    n = months < -n ? 0 : months > MONTHS_MAX - n ? MONTHS_MAX : n + months;
    int64_t year = n / 12, month = n % 12 + 1, day = DATE_DAY(first);
    int64_t last = days_of_month(year, month);
    return DATE_MAKE(year, month, day < last ? day : last);
}
