/* The ground everything stands on: slices, arenas, growing buffers, checked sizes.
 *
 * Ownership: a `struct slice` never owns. Memory from an arena lives until the arena is reset or
 * freed; one arena per command or request. A `struct buf` owns its bytes until buf_free.
 * Running out of memory ends the process (CHECK): every commit is atomic, so nothing is lost. */
#ifndef TERRACE_CORE_BASE_H
#define TERRACE_CORE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

#if defined(__GNUC__)
#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#else
#define MUST_USE
#define PRINTF_LIKE(f, a)
#endif

/* For our own mistakes, in release builds too. Bad input gets an error instead. */
#define CHECK(cond) ((cond) ? (void)0 : check_failed(__FILE__, __LINE__, #cond))
_Noreturn void check_failed(const char *file, int line, const char *cond);

struct slice {
    const uint8_t *ptr;
    size_t len;
};

static inline struct slice slice_make(const void *ptr, size_t len)
{
    return (struct slice){(const uint8_t *)ptr, len};
}
/* A C string without its NUL; borrowed. */
static inline struct slice slice_str(const char *s)
{
    return slice_make(s, s ? strlen(s) : 0);
}
static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
/* Bytewise order; a proper prefix comes first. */
int slice_compare(struct slice a, struct slice b);

/* false on overflow, *out untouched */
static inline bool size_add(size_t a, size_t b, size_t *out)
{
    if (a > SIZE_MAX - b) {
        return false;
    }
    *out = a + b;
    return true;
}
static inline bool size_mul(size_t a, size_t b, size_t *out)
{
    if (b != 0 && a > SIZE_MAX / b) {
        return false;
    }
    *out = a * b;
    return true;
}

struct arena_block;
struct arena {
    struct arena_block *head;
    size_t used_bytes; /* handed out since the last reset */
};
/* A zeroed arena is ready for use. */
void arena_free(struct arena *a);
/* Keeps one block for reuse. */
void arena_reset(struct arena *a);
/* Zeroed, aligned for any object. */
void *arena_alloc(struct arena *a, size_t size_bytes);
void *arena_array(struct arena *a, size_t count, size_t item_bytes);
struct slice arena_copy(struct arena *a, struct slice s);
/* NUL-terminated copy, for a library's edge. */
char *arena_cstr(struct arena *a, struct slice s);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

struct buf {
    uint8_t *ptr;
    size_t len;
    size_t cap;
};
void buf_free(struct buf *b);
static inline void buf_clear(struct buf *b)
{
    b->len = 0;
}
void buf_add(struct buf *b, const void *ptr, size_t len);
/* Makes room for len more bytes and counts them in; returns where they are to be written. */
uint8_t *buf_grow(struct buf *b, size_t len);
static inline void buf_add_byte(struct buf *b, uint8_t byte)
{
    if (b->len < b->cap) {
        b->ptr[b->len++] = byte;
    } else {
        buf_add(b, &byte, 1);
    }
}
static inline void buf_add_slice(struct buf *b, struct slice s)
{
    buf_add(b, s.ptr, s.len);
}
void buf_add_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
static inline struct slice buf_view(const struct buf *b)
{
    return slice_make(b->ptr, b->len);
}

/* Big-endian 64-bit, for keys that sort as numbers. */
void be64_put(uint8_t out[8], uint64_t v);
uint64_t be64_get(const uint8_t in[8]);

#endif
