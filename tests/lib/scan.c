/* Looks in files for what must not be there, in every form in which it could be.
 *
 *   scan NEEDLES FILE…       NEEDLES: lines `text Giàng A Dê` and `digits 0912345678`
 *   scan --make NEEDLES OUT  writes every form, for a control: scanning OUT finds them all
 *
 * Of a text: in NFC and NFD, as it is and in small letters, folded, every run of 6 bytes of any of
 * these, each word from 5 letters on, UTF-16 in both orders. Of digits: as text and every run of 6
 * of it, packed two to a byte in both orders and with either end left over, as 64-bit numbers in
 * both orders and as msgpack. Shorter ones are met by chance in millions of random bytes.
 *
 * Prints where each needle was first found in each file, and how many forms of how many needles
 * were looked for in how many bytes. Exit 0 when nothing was found, 1 when something was, 2 when it
 * could not look. */
#include "core/pack.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>

#define RUN_BYTES 6
#define WORD_LETTERS 5
#define TABLE_BITS 16

struct needle {
    struct slice line;
    const char *shown; /* the last file in which it was found, and told */
};
struct form {
    struct slice bytes;
    const char *what;
    struct needle *of;
    struct form *next;
    bool found;
};

static struct arena arena;
static struct form *table[1u << TABLE_BITS];
static size_t form_count, needle_count;
static FILE *made; /* with --make */

static _Noreturn void stop(const char *what, const char *name)
{
    fprintf(stderr, "scan: %s: %s\n", what, name);
    exit(2);
}

static size_t head_of(const uint8_t *p)
{
    uint32_t head = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    return (head * 2654435761u) >> (32 - TABLE_BITS);
}

static void form_add(struct slice bytes, const char *what, struct needle *of)
{
    if (bytes.len < WORD_LETTERS) {
        return;
    }
    struct form **at = &table[head_of(bytes.ptr)];
    for (struct form *f = *at; f; f = f->next) {
        if (slice_equal(f->bytes, bytes)) {
            return;
        }
    }
    struct form *f = arena_alloc(&arena, sizeof(*f));
    *f = (struct form){.bytes = arena_copy(&arena, bytes), .what = what, .of = of, .next = *at};
    *at = f;
    form_count++;
    if (made && (fwrite(bytes.ptr, 1, bytes.len, made) != bytes.len || fputc(0x7f, made) == EOF)) {
        stop("cannot write", "control");
    }
}

static void add_runs(struct slice s, const char *what, struct needle *of)
{
    form_add(s, what, of);
    for (size_t i = 0; i + RUN_BYTES <= s.len; i++) {
        form_add(slice_make(s.ptr + i, RUN_BYTES), what, of);
    }
}

static void add_utf16(struct slice s, struct needle *of)
{
    struct buf low = {0}, high = {0};
    for (size_t at = 0; at < s.len;) {
        utf8proc_int32_t cp = 0;
        utf8proc_ssize_t n = utf8proc_iterate(s.ptr + at, (utf8proc_ssize_t)(s.len - at), &cp);
        at += n > 0 ? (size_t)n : 1;
        buf_add_byte(&low, (uint8_t)(cp & 0xff));
        buf_add_byte(&low, (uint8_t)(cp >> 8));
        buf_add_byte(&high, (uint8_t)(cp >> 8));
        buf_add_byte(&high, (uint8_t)(cp & 0xff));
    }
    form_add(buf_view(&low), "utf-16le", of);
    form_add(buf_view(&high), "utf-16be", of);
    buf_free(&low);
    buf_free(&high);
}

static void add_words(struct slice s, const char *what, struct needle *of)
{
    size_t from = 0;
    for (size_t i = 0; i <= s.len; i++) {
        if (i < s.len && s.ptr[i] != ' ') {
            continue;
        }
        struct slice word = slice_make(s.ptr + from, i - from);
        form_add(word, what, of);
        add_utf16(word, of);
        from = i + 1;
    }
}

static void add_text(struct slice text, struct needle *of)
{
    struct slice nfc = {0};
    if (text_normalize(text, &arena, &nfc) != ERR_OK) {
        stop("not UTF-8", "needle");
    }
    struct slice small = text_lower(nfc, &arena), folded = text_fold(nfc, &arena);
    char *nfc_text = arena_cstr(&arena, nfc), *small_text = arena_cstr(&arena, small);
    utf8proc_uint8_t *nfd = utf8proc_NFD((utf8proc_uint8_t *)nfc_text);
    utf8proc_uint8_t *small_nfd = utf8proc_NFD((utf8proc_uint8_t *)small_text);
    if (!nfd || !small_nfd) {
        stop("not decomposed", "needle");
    }
    add_runs(nfc, "nfc", of);
    add_runs(small, "small nfc", of);
    add_runs(slice_str((char *)nfd), "nfd", of);
    add_runs(slice_str((char *)small_nfd), "small nfd", of);
    add_runs(folded, "folded", of);
    add_words(folded, "folded word", of);
    add_words(nfc, "word", of);
    add_utf16(nfc, of);
    add_utf16(small, of);
    add_utf16(folded, of);
    free(nfd);
    free(small_nfd);
}

/* Two digits to a byte; ends: what stands in a half byte left over at the end or at the front. */
static void add_packed(struct slice digits, unsigned end, bool at_front, bool low_first,
                       struct needle *of)
{
    struct buf b = {0};
    unsigned halves[64];
    size_t n = 0;
    if (digits.len % 2 != 0 && at_front) {
        halves[n++] = end;
    }
    for (size_t i = 0; i < digits.len && n < 62; i++) {
        halves[n++] = digits.ptr[i] - '0';
    }
    if (n % 2 != 0) {
        halves[n++] = end;
    }
    for (size_t i = 0; i < n; i += 2) {
        unsigned a = halves[i + low_first], c = halves[i + !low_first];
        buf_add_byte(&b, (uint8_t)(a << 4 | c));
    }
    form_add(buf_view(&b), low_first ? "packed digits, low first" : "packed digits", of);
    buf_free(&b);
}

static void add_digits(struct slice digits, struct needle *of)
{
    uint8_t high[8], low[8];
    struct buf packed = {0};
    struct pack_writer w = pack_writer_make(&packed);
    char *text = arena_cstr(&arena, digits);
    uint64_t n = strtoull(text, NULL, 10);
    struct slice bare = digits;
    while (bare.len && bare.ptr[0] == '0') {
        bare = slice_make(bare.ptr + 1, bare.len - 1);
    }
    add_runs(digits, "digits", of);
    add_utf16(digits, of);
    for (int way = 0; way < 16; way++) {
        add_packed(way & 8 ? bare : digits, way & 4 ? 15 : 0, way & 2, way & 1, of);
    }
    for (int i = 0; i < 8; i++) {
        low[i] = (uint8_t)(n >> (8 * i));
        high[7 - i] = low[i];
    }
    form_add(slice_make(high, 8), "64 bits", of);
    form_add(slice_make(low, 8), "64 bits, low first", of);
    pack_uint(&w, n);
    form_add(buf_view(&packed), "msgpack", of);
    buf_free(&packed);
}

static struct slice read_file(const char *path)
{
    struct buf b = {0};
    uint8_t chunk[65536];
    size_t n = 0;
    FILE *f = fopen(path, "rb");
    if (!f) {
        stop("cannot read", path);
    }
    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
        buf_add(&b, chunk, n);
    }
    if (ferror(f)) {
        stop("cannot read", path);
    }
    fclose(f);
    return buf_view(&b);
}

static void read_needles(const char *path)
{
    struct slice all = read_file(path);
    while (all.len) {
        const uint8_t *end = memchr(all.ptr, '\n', all.len);
        size_t len = end ? (size_t)(end - all.ptr) : all.len;
        struct slice line = slice_make(all.ptr, len);
        all = slice_make(all.ptr + len + (end != NULL), all.len - len - (end != NULL));
        struct needle *of = arena_alloc(&arena, sizeof(*of));
        of->line = line;
        if (len > 5 && memcmp(line.ptr, "text ", 5) == 0) {
            add_text(slice_make(line.ptr + 5, len - 5), of);
        } else if (len > 7 && memcmp(line.ptr, "digits ", 7) == 0) {
            add_digits(slice_make(line.ptr + 7, len - 7), of);
        } else if (len) {
            stop("not a needle", arena_cstr(&arena, line));
        }
        needle_count += len != 0;
    }
}

static size_t scan(const char *path, uint64_t *bytes)
{
    struct slice s = read_file(path);
    size_t hits = 0;
    *bytes += s.len;
    for (size_t i = 0; i + WORD_LETTERS <= s.len; i++) {
        for (struct form *f = table[head_of(s.ptr + i)]; f; f = f->next) {
            if (f->bytes.len > s.len - i || memcmp(f->bytes.ptr, s.ptr + i, f->bytes.len) != 0) {
                continue;
            }
            f->found = true;
            hits++;
            if (f->of->shown != path) {
                f->of->shown = path;
                printf("%s at %zu: %s of «%.*s»\n", path, i, f->what, (int)f->of->line.len,
                       (const char *)f->of->line.ptr);
            }
        }
    }
    free((void *)(uintptr_t)s.ptr);
    return hits;
}

int main(int argc, char **argv)
{
    size_t hits = 0, found = 0;
    uint64_t bytes = 0;
    if (argc < 3 || (strcmp(argv[1], "--make") == 0 && argc != 4)) {
        fprintf(stderr, "usage: scan NEEDLES FILE… | scan --make NEEDLES OUT\n");
        return 2;
    }
    if (strcmp(argv[1], "--make") == 0) {
        made = fopen(argv[3], "wb");
        if (!made) {
            stop("cannot write", argv[3]);
        }
        read_needles(argv[2]);
        return fclose(made) == 0 ? 0 : 2;
    }
    read_needles(argv[1]);
    for (int i = 2; i < argc; i++) {
        hits += scan(argv[i], &bytes);
    }
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        for (const struct form *f = table[i]; f; f = f->next) {
            found += f->found;
        }
    }
    printf("%zu of %zu forms of %zu needles found, %zu times, in %llu bytes of %d files\n", found,
           form_count, needle_count, hits, (unsigned long long)bytes, argc - 2);
    arena_free(&arena);
    return hits != 0;
}
