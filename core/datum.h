/* A dot names one save; a datum is what a value holds. Shapes on the wire and on disk are in
 * sync/FORMAT.md, "Datum". */
#ifndef TERRACE_CORE_DATUM_H
#define TERRACE_CORE_DATUM_H

#include "core/pack.h"

struct dot {
    uint64_t actor; /* random, never 0 */
    uint64_t seq;   /* from 1, without gaps in each actor; 0 in "no dot" */
};
static inline bool dot_equal(struct dot a, struct dot b)
{
    return a.actor == b.actor && a.seq == b.seq;
}
static inline bool dot_is_none(struct dot d)
{
    return d.seq == 0;
}
/* By actor, then seq. */
int dot_compare(struct dot a, struct dot b);
void dots_sort(struct dot *dots, size_t count);
/* Sorts, and leaves each once; how many are left. */
size_t dots_distinct(struct dot *dots, size_t count);
bool dots_have(const struct dot *sorted, size_t count, struct dot d);

/* Two integers, actor and seq, side by side. */
void dot_pack(struct pack_writer *w, struct dot d);
struct dot dot_read(struct pack_reader *r);

#define DOT_KEY_BYTES 16
void dot_key_put(uint8_t out[DOT_KEY_BYTES], struct dot d); /* actor, seq big-endian */
struct dot dot_key_get(const uint8_t in[DOT_KEY_BYTES]);

/* Text form: 13 base32 characters (0-9 a-z without i l o u, Crockford), '-', seq in decimal. */
#define DOT_TEXT_SIZE (13 + 1 + 20 + 1)
void dot_format(struct dot d, char out[DOT_TEXT_SIZE]);
/* The same in the arena. */
const char *dot_text(struct dot d, struct arena *arena);
/* Its first part alone, as node records name actors. */
void dot_format_actor(uint64_t actor, char out[DOT_TEXT_SIZE]);
/* Parses a full or a shortened ID ("k7f-41"): *actor_bits is 65 for a full one, else the number of
 * leading bits of the 13-character form that are given, in the top bits of d->actor.
 * ERR_INPUT when it is not an ID at all. */
enum err dot_parse(struct slice text, struct dot *d, unsigned *actor_bits) MUST_USE;

enum datum_type {
    DATUM_EMPTY = 0, /* explicitly empty: a field that was cleared, a record that was undeleted */
    DATUM_INT = 1,   /* int, bool, enum number, money in đồng, date, month, geo point */
    DATUM_TEXT = 2,  /* UTF-8 in NFC */
    DATUM_REF = 3,   /* id of another record */
    DATUM_MARK = 4,  /* a save touched this set (rule 5) */
    DATUM_BYTES = 5  /* opaque: the context of a delete, keys */
};
struct datum {
    enum datum_type type;
    union {
        int64_t i;
        struct slice text; /* borrowed; TEXT and BYTES */
        struct dot ref;
    };
};
static inline struct datum datum_empty(void)
{
    return (struct datum){.type = DATUM_EMPTY, .i = 0};
}
static inline struct datum datum_int(int64_t v)
{
    return (struct datum){.type = DATUM_INT, .i = v};
}
static inline struct datum datum_text(struct slice s)
{
    return (struct datum){.type = DATUM_TEXT, .text = s};
}
static inline struct datum datum_bytes(struct slice s)
{
    return (struct datum){.type = DATUM_BYTES, .text = s};
}
static inline struct datum datum_ref(struct dot d)
{
    return (struct datum){.type = DATUM_REF, .ref = d};
}
static inline struct datum datum_mark(void)
{
    return (struct datum){.type = DATUM_MARK, .i = 0};
}
/* A total order: by type, then content. 0 only when equal. */
int datum_compare(const struct datum *a, const struct datum *b);
struct datum datum_copy(const struct datum *d, struct arena *arena);

/* nil | int | str | [actor, seq] | true | bin, in the order of the types above. */
void datum_pack(struct pack_writer *w, const struct datum *d);
/* Text and bytes are borrowed from the reader's input; text is not yet checked for NFC. */
struct datum datum_read(struct pack_reader *r);

/* Dates and months are integers that keep their precision and sort by time:
 * date = (year * 13 + month) * 32 + day, with month and day 0 when unknown; month = year*13+month.
 * Geo point = (latitude + 90) and (longitude + 180) in millionths of a degree, high and low 32
 * bits. */
#define DATE_MAKE(y, m, d) ((((int64_t)(y)*13) + (m)) * 32 + (d))
/* A peer may send any number: one that is no day of the years 0 to 9999 has the parts 0, and so is
 * known to nobody. */
static inline int64_t date_known(int64_t date)
{
    return date >= 0 && date <= DATE_MAKE(9999, 12, 31) ? date : 0;
}
#define DATE_DAY(v) ((int)(date_known(v) % 32))
#define DATE_MONTH(v) ((int)((date_known(v) / 32) % 13))
#define DATE_YEAR(v) ((int)(date_known(v) / 32 / 13))
/* Of a month or a year, its first day. */
int64_t date_first_day(int64_t date);
int64_t date_last_day(int64_t date);
/* Days since 1970-01-01 of the first day of a date, and back. */
int64_t date_number(int64_t date);
int64_t date_of_number(int64_t days);
/* So many months later, or earlier: 31 January and a month is the last day of February. Of its
 * first day. */
int64_t date_add_months(int64_t date, int64_t months);
#define MONTH_MAKE(y, m) (((int64_t)(y)*13) + (m))
static inline int64_t month_known(int64_t month)
{
    return month >= 0 && month <= MONTH_MAKE(9999, 12) ? month : 0;
}
#define MONTH_MONTH(v) ((int)(month_known(v) % 13))
#define MONTH_YEAR(v) ((int)(month_known(v) / 13))

#endif
