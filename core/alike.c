#include "core/alike.h"

#include "core/text.h"

#include <stdlib.h>

struct reason_row {
    const char *code, *vi, *en;
};
static const struct reason_row reason_rows[] = {
#define X(id, code, vi, en) {code, vi, en},
    ALIKE_REASONS(X)
#undef X
};

const char *alike_code(enum alike_reason reason)
{
    CHECK((size_t)reason < ARRAY_COUNT(reason_rows));
    return reason_rows[reason].code;
}

const char *alike_words(enum alike_reason reason, const char *lang)
{
    CHECK((size_t)reason < ARRAY_COUNT(reason_rows));
    return strcmp(lang, "vi") == 0 ? reason_rows[reason].vi : reason_rows[reason].en;
}

const char *alike_reasons(uint32_t bits, const char *lang, struct arena *arena)
{
    struct buf b = {0};
    for (int i = 0; i < ALIKE_REASON_COUNT; i++) {
        if (bits & (1u << i)) {
            buf_add_str(&b, b.len ? ", " : "");
            buf_add_str(&b, alike_words((enum alike_reason)i, lang));
        }
    }
    const char *text = arena_cstr(arena, buf_view(&b));
    buf_free(&b);
    return text;
}

void alike_free(struct alike_crowd *c)
{
    free(c->people);
    free(c->words);
    free(c->word_heads);
    free(c->tallies);
    buf_free(&c->text);
    arena_free(&c->scratch);
    *c = (struct alike_crowd){0};
}

/* ---- growing tables ------------------------------------------------------------------------- */

static void *grow(void *list, size_t count, size_t item_bytes)
{
    size_t size = 0;
    CHECK(size_mul(count, item_bytes, &size));
    void *p = realloc(list, size);
    CHECK(p != NULL);
    return p;
}

static void *zeroes(size_t count, size_t item_bytes)
{
    void *p = calloc(count, item_bytes);
    CHECK(p != NULL);
    return p;
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static uint64_t text_hash(struct slice s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.len; i++) {
        h = (h ^ s.ptr[i]) * 0x100000001b3u;
    }
    return mix(h);
}

struct slice alike_text(const struct alike_crowd *c, uint32_t word)
{
    return slice_make(c->text.ptr + c->words[word].at, c->words[word].len);
}

static void words_rehash(struct alike_crowd *c)
{
    free(c->word_heads);
    c->head_count = c->head_count ? c->head_count * 4 : 1024;
    c->word_heads = zeroes(c->head_count, sizeof(*c->word_heads));
    for (uint32_t i = 1; i <= c->word_count; i++) {
        uint32_t *head = &c->word_heads[text_hash(alike_text(c, i)) & (c->head_count - 1)];
        c->words[i].next = *head;
        *head = i;
    }
}

/* The number of a text, the same for equal texts; 0 for an empty one. */
static uint32_t word_number(struct alike_crowd *c, struct slice text)
{
    if (text.len == 0) {
        return 0;
    }
    if (c->word_count >= c->head_count) {
        words_rehash(c);
    }
    uint32_t *head = &c->word_heads[text_hash(text) & (c->head_count - 1)];
    for (uint32_t i = *head; i != 0; i = c->words[i].next) {
        if (slice_equal(alike_text(c, i), text)) {
            return i;
        }
    }
    if (c->word_count + 1 >= c->word_cap) {
        c->word_cap = c->word_cap ? c->word_cap * 2 : 1024;
        c->words = grow(c->words, c->word_cap, sizeof(*c->words));
    }
    CHECK(c->text.len + text.len <= UINT32_MAX);
    uint32_t number = ++c->word_count;
    c->words[number] = (struct alike_word){(uint32_t)c->text.len, (uint32_t)text.len, *head};
    *head = number;
    buf_add_slice(&c->text, text);
    return number;
}

static struct alike_tally *tally_slot(const struct alike_crowd *c, uint64_t key)
{
    size_t at = (size_t)mix(key) & (c->tally_cap - 1);
    while (c->tallies[at].count != 0 && c->tallies[at].key != key) {
        at = (at + 1) & (c->tally_cap - 1);
    }
    return &c->tallies[at];
}

static void tally_add(struct alike_crowd *c, uint64_t key)
{
    if (c->tally_count * 2 >= c->tally_cap) {
        struct alike_crowd old = *c;
        c->tally_cap = old.tally_cap ? old.tally_cap * 2 : 4096;
        c->tallies = zeroes(c->tally_cap, sizeof(*c->tallies));
        for (size_t i = 0; i < old.tally_cap; i++) {
            if (old.tallies[i].count != 0) {
                *tally_slot(c, old.tallies[i].key) = old.tallies[i];
            }
        }
        free(old.tallies);
    }
    struct alike_tally *slot = tally_slot(c, key);
    c->tally_count += slot->count == 0 ? 1 : 0;
    slot->key = key;
    slot->count++;
}

uint32_t alike_count(const struct alike_crowd *c, enum alike_role role, uint64_t a, uint64_t b)
{
    return c->tally_cap ? tally_slot(c, alike_key(role, a, b))->count : 0;
}

/* ---- what a record says --------------------------------------------------------------------- */

static void add_word(struct alike_crowd *c, struct alike *p, struct slice folded,
                     struct slice marked)
{
    /* of a name with more words the last one counts, as the one people are called by */
    size_t at = p->word_count < ALIKE_WORDS_MAX ? p->word_count++ : ALIKE_WORDS_MAX - 1;
    p->words[at] = word_number(c, folded);
    p->marked[at] = word_number(c, marked);
}

static size_t span(struct slice s, size_t from, uint8_t until)
{
    size_t end = from;
    while (end < s.len && s.ptr[end] != until) {
        end++;
    }
    return end;
}

static void read_name(struct alike_crowd *c, const struct record *r, struct alike *p)
{
    struct slice name = text_lower(merge_shown_text(r, F_MEMBER_NAME), &c->scratch);
    p->plain = true;
    for (size_t i = 0; i < name.len; i++) {
        p->plain = p->plain && name.ptr[i] < 0x80;
    }
    for (size_t from = 0, end = 0; from < name.len; from = end + 1) {
        end = span(name, from, ' ');
        struct slice marked = slice_make(name.ptr + from, end - from);
        struct slice folded = text_fold(marked, &c->scratch);
        bool whole = memchr(folded.ptr ? folded.ptr : (const uint8_t *)"", ' ', folded.len) == NULL;
        for (size_t at = 0, stop = 0; at < folded.len; at = stop + 1) {
            stop = span(folded, at, ' ');
            add_word(c, p, slice_make(folded.ptr + at, stop - at), whole ? marked : folded);
        }
    }
    struct buf middle = {0};
    for (size_t i = 1; i + 1 < p->word_count; i++) {
        buf_add_str(&middle, i > 1 ? " " : "");
        buf_add_slice(&middle, alike_text(c, p->words[i]));
    }
    p->middle = word_number(c, buf_view(&middle));
    buf_free(&middle);
}

/* "xã Tân Đồng" and "Tân Đồng" are one place. */
static struct slice place_name(struct slice folded)
{
    static const char *const ranks[] = {"xa ",   "phuong ", "thi tran ", "huyen ",
                                        "quan ", "tinh ",   "thi xa ",   "thanh pho ",
                                        "tp ",   "thon ",   "ban "};
    for (size_t i = 0; i < ARRAY_COUNT(ranks); i++) {
        size_t len = strlen(ranks[i]);
        if (folded.len > len && memcmp(folded.ptr, ranks[i], len) == 0) {
            return slice_make(folded.ptr + len, folded.len - len);
        }
    }
    return folded;
}

/* Village, commune, district, province: from the widest on, each with those around it. */
static void read_home(struct alike_crowd *c, const struct record *r, struct alike *p)
{
    struct slice home = merge_shown_text(r, F_MEMBER_HOME);
    struct buf path = {0};
    size_t end = home.len;
    while (home.len > 0) {
        size_t from = end;
        while (from > 0 && home.ptr[from - 1] != ',') {
            from--;
        }
        struct slice part = slice_make(home.ptr + from, end - from);
        part = place_name(text_fold(part, &c->scratch));
        if (part.len > 0) {
            buf_add_byte(&path, ',');
            buf_add_slice(&path, part);
            size_t at = p->place_count < ALIKE_PLACES_MAX ? p->place_count++ : ALIKE_PLACES_MAX - 1;
            p->places[at] = word_number(c, buf_view(&path));
        }
        if (from == 0) {
            break;
        }
        end = from - 1;
    }
    buf_free(&path);
}

/* Letters and digits of a number, however it was spaced. */
static uint32_t read_number(struct alike_crowd *c, const struct record *r, uint32_t field)
{
    struct slice folded = text_fold(merge_shown_text(r, field), &c->scratch);
    struct buf kept = {0};
    for (size_t i = 0; i < folded.len; i++) {
        if (folded.ptr[i] != ' ') {
            buf_add_byte(&kept, folded.ptr[i]);
        }
    }
    uint32_t number = word_number(c, buf_view(&kept));
    buf_free(&kept);
    return number;
}

static void count_person(struct alike_crowd *c, const struct alike *p)
{
    uint32_t first = p->words[0], last = p->words[p->word_count - 1];
    tally_add(c, alike_key(ALIKE_ROLE_FIRST, first, 0));
    tally_add(c, alike_key(ALIKE_ROLE_LAST, last, 0));
    tally_add(c, alike_key(ALIKE_ROLE_FIRST_LAST, first, last));
    tally_add(c, alike_key(ALIKE_ROLE_MIDDLE, p->middle, 0));
    tally_add(c, alike_key(ALIKE_ROLE_MIDDLE_LAST, p->middle, last));
    if (p->birth != 0) {
        tally_add(c, alike_key(ALIKE_ROLE_YEAR, (uint64_t)DATE_YEAR(p->birth), 0));
        tally_add(c, alike_key(ALIKE_ROLE_DAY, (uint64_t)(p->birth % (13 * 32)), 0));
    }
    for (size_t i = 0; i < p->place_count; i++) {
        tally_add(c, alike_key(ALIKE_ROLE_PLACE, p->places[i], 0));
    }
    if (p->id_no) {
        tally_add(c, alike_key(ALIKE_ROLE_ID_NO, p->id_no, 0));
    }
    if (p->card_no) {
        tally_add(c, alike_key(ALIKE_ROLE_CARD_NO, p->card_no, 0));
    }
    c->plain_count += p->plain ? 1 : 0;
}

bool alike_add(struct alike_crowd *c, const struct record *r)
{
    struct alike p = {.id = r->id};
    arena_reset(&c->scratch);
    if (!c->words) { /* so that number 0 may be looked at */
        (void)word_number(c, slice_make("\0", 1));
        c->words[0] = (struct alike_word){0};
    }
    read_name(c, r, &p);
    if (p.word_count == 0) {
        return false;
    }
    int64_t birth = merge_shown_int(r, F_MEMBER_BIRTH);
    p.birth = birth > 0 ? birth : 0;
    p.sex = (uint8_t)merge_shown_int(r, F_MEMBER_SEX);
    read_home(c, r, &p);
    p.id_no = read_number(c, r, F_MEMBER_ID_NO);
    p.card_no = read_number(c, r, F_MEMBER_CARD_NO);
    p.ext_id = word_number(c, merge_shown_text(r, F_EXT_ID));
    if (c->count == c->cap) {
        c->cap = c->cap ? c->cap * 2 : 256;
        c->people = grow(c->people, c->cap, sizeof(*c->people));
    }
    c->people[c->count++] = p;
    count_person(c, &p);
    return true;
}
