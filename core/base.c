#include "core/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void check_failed(const char *file, int line, const char *cond)
{
    fprintf(stderr, "terrace: internal check failed at %s:%d: %s\n", file, line, cond);
    abort();
}

int slice_compare(struct slice a, struct slice b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int c = len ? memcmp(a.ptr, b.ptr, len) : 0;
    if (c != 0) {
        return c < 0 ? -1 : 1;
    }
    return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

/* Blocks grow up to this size; larger requests get a block of their own. */
#define ARENA_BLOCK_MIN 4096u
#define ARENA_BLOCK_MAX (256u * 1024u)

struct arena_block {
    struct arena_block *next;
    size_t size;
    size_t used;
    _Alignas(max_align_t) uint8_t data[];
};

void arena_free(struct arena *a)
{
    struct arena_block *b = a->head;
    while (b) {
        struct arena_block *next = b->next;
        free(b);
        b = next;
    }
    *a = (struct arena){0};
}

void arena_reset(struct arena *a)
{
    struct arena_block *keep = a->head;
    if (keep) {
        struct arena_block *b = keep->next;
        while (b) {
            struct arena_block *next = b->next;
            free(b);
            b = next;
        }
        keep->next = NULL;
        keep->used = 0;
    }
    a->used_bytes = 0;
}

static struct arena_block *arena_grow(struct arena *a, size_t need)
{
    size_t size = a->head ? a->head->size * 2 : ARENA_BLOCK_MIN;
    if (size > ARENA_BLOCK_MAX) {
        size = ARENA_BLOCK_MAX;
    }
    if (size < need) {
        size = need;
    }
    size_t total = 0;
    CHECK(size_add(size, sizeof(struct arena_block), &total));
    struct arena_block *b = malloc(total);
    CHECK(b != NULL);
    b->next = a->head;
    b->size = size;
    b->used = 0;
    a->head = b;
    return b;
}

void *arena_alloc(struct arena *a, size_t size_bytes)
{
    const size_t align = _Alignof(max_align_t);
    size_t size = 0;
    CHECK(size_add(size_bytes, align - 1, &size));
    size &= ~(align - 1);
    struct arena_block *b = a->head;
    if (!b || b->size - b->used < size) {
        b = arena_grow(a, size);
    }
    void *p = b->data + b->used;
    b->used += size;
    a->used_bytes += size;
    memset(p, 0, size);
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t item_bytes)
{
    size_t size = 0;
    CHECK(size_mul(count, item_bytes, &size));
    return arena_alloc(a, size);
}

struct slice arena_copy(struct arena *a, struct slice s)
{
    if (s.len == 0) {
        return (struct slice){0};
    }
    uint8_t *p = arena_alloc(a, s.len);
    memcpy(p, s.ptr, s.len);
    return slice_make(p, s.len);
}

char *arena_cstr(struct arena *a, struct slice s)
{
    char *p = arena_alloc(a, s.len + 1);
    if (s.len) {
        memcpy(p, s.ptr, s.len);
    }
    return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    CHECK(n >= 0);
    char *p = arena_alloc(a, (size_t)n + 1);
    va_start(ap, fmt);
    (void)vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return p;
}

void buf_free(struct buf *b)
{
    free(b->ptr);
    *b = (struct buf){0};
}

static void buf_reserve(struct buf *b, size_t more)
{
    size_t need = 0;
    CHECK(size_add(b->len, more, &need));
    if (need <= b->cap && b->ptr) {
        return;
    }
    size_t cap = b->cap ? b->cap : 64;
    while (cap < need) {
        CHECK(size_mul(cap, 2, &cap));
    }
    uint8_t *p = realloc(b->ptr, cap);
    CHECK(p != NULL);
    b->ptr = p;
    b->cap = cap;
}

void buf_add(struct buf *b, const void *ptr, size_t len)
{
    if (len == 0) {
        return;
    }
    buf_reserve(b, len);
    memcpy(b->ptr + b->len, ptr, len);
    b->len += len;
}

uint8_t *buf_grow(struct buf *b, size_t len)
{
    buf_reserve(b, len);
    b->len += len;
    return b->ptr + b->len - len;
}

void buf_add_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    CHECK(n >= 0);
    buf_reserve(b, (size_t)n + 1);
    va_start(ap, fmt);
    (void)vsnprintf((char *)b->ptr + b->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)n;
}

void be64_put(uint8_t out[8], uint64_t v)
{
    for (int i = 7; i >= 0; i--) {
        out[i] = (uint8_t)(v & 0xff);
        v >>= 8;
    }
}

uint64_t be64_get(const uint8_t in[8])
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) {
        v = (v << 8) | in[i];
    }
    return v;
}
