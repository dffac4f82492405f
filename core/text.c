#include "core/text.h"

#include <stdlib.h>
#include <utf8proc.h>

#define CP_D_STROKE_LOWER 0x0111
#define CP_D_STROKE_UPPER 0x0110
#define FOLD_PARTS_MAX 32 /* code points that one may become; Unicode's longest is 18 */

/* Decodes one code point at *at; -1 when the bytes there are not UTF-8, and then *at moves one byte
 * on. */
static int32_t next_code_point(struct slice s, size_t *at)
{
    utf8proc_int32_t cp = -1;
    utf8proc_ssize_t used = utf8proc_iterate(s.ptr + *at, (utf8proc_ssize_t)(s.len - *at), &cp);
    if (used <= 0) {
        *at += 1;
        return -1;
    }
    *at += (size_t)used;
    return cp;
}

static bool is_unwanted_control(int32_t cp)
{
    return (cp < 0x20 && cp != '\n' && cp != '\t') || (cp >= 0x7f && cp < 0xa0) || cp == 0xfeff;
}

/* Blocks in which every code point is a starter, unchanged by NFC: all that Vietnamese in NFC
 * needs, so that nearly no text takes the slow way. */
static bool is_surely_composed(int32_t cp)
{
    return cp < 0x300 || (cp >= 0x1e00 && cp < 0x1f00) || (cp >= 0x2010 && cp < 0x2028);
}

static bool is_space(int32_t cp)
{
    return cp == ' ' || cp == '\n' || cp == '\t' || cp == 0xa0 ||
           (cp > 0x1000 && utf8proc_category(cp) == UTF8PROC_CATEGORY_ZS);
}

static struct slice trim(struct slice s)
{
    size_t from = 0;
    size_t end = 0;
    bool seen = false;
    for (size_t at = 0; at < s.len;) {
        size_t start = at;
        if (!is_space(next_code_point(s, &at))) {
            if (!seen) {
                from = start;
                seen = true;
            }
            end = at;
        }
    }
    return seen ? slice_make(s.ptr + from, end - from) : slice_make(s.ptr, 0);
}

enum err text_normalize(struct slice in, struct arena *arena, struct slice *out)
{
    struct buf kept = {0};
    utf8proc_uint8_t *composed = NULL;
    bool simple = true;
    enum err e = ERR_OK;

    for (size_t at = 0; at < in.len;) {
        size_t start = at;
        int32_t cp = next_code_point(in, &at);
        if (cp < 0) {
            e = error_set(ERR_INPUT, _("the text is not UTF-8"));
            goto done;
        }
        if (!is_unwanted_control(cp)) {
            buf_add(&kept, in.ptr + start, at - start);
            simple = simple && is_surely_composed(cp);
        }
    }
    if (simple) {
        *out = arena_copy(arena, trim(buf_view(&kept)));
        goto done;
    }
    utf8proc_ssize_t len = utf8proc_map(kept.ptr, (utf8proc_ssize_t)kept.len, &composed,
                                        UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (len < 0) {
        e = error_set(ERR_INPUT, _("the text is not UTF-8"));
        goto done;
    }
    *out = arena_copy(arena, trim(slice_make(composed, (size_t)len)));
done:
    free(composed);
    buf_free(&kept);
    return e;
}

bool text_is_normal(struct slice in)
{
    bool simple = true;
    for (size_t at = 0; at < in.len;) {
        if (in.ptr[at] >= 0x20 && in.ptr[at] < 0x7f) {
            at++;
            continue;
        }
        int32_t cp = next_code_point(in, &at);
        if (cp < 0 || is_unwanted_control(cp)) {
            return false;
        }
        simple = simple && is_surely_composed(cp);
    }
    if (simple) {
        return true;
    }
    utf8proc_uint8_t *composed = NULL;
    utf8proc_ssize_t len = utf8proc_map(in.ptr, (utf8proc_ssize_t)in.len, &composed,
                                        UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    bool same = len >= 0 && slice_equal(in, slice_make(composed, (size_t)len));
    free(composed);
    return same;
}

static bool is_mark(int32_t cp)
{
    utf8proc_category_t c = utf8proc_category(cp);
    return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_MC || c == UTF8PROC_CATEGORY_ME;
}

static bool is_letter_or_digit(int32_t cp)
{
    utf8proc_category_t c = utf8proc_category(cp);
    return (c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO) ||
           (c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO);
}

/* A gap is written only between two words, so that the key needs no trimming. */
static void fold_add(struct buf *key, bool *gap, const void *bytes, size_t len)
{
    if (*gap && key->len > 0) {
        buf_add_byte(key, ' ');
    }
    *gap = false;
    buf_add(key, bytes, len);
}

static void fold_code_point(struct buf *key, bool *gap, int32_t cp)
{
    utf8proc_int32_t parts[FOLD_PARTS_MAX];
    int last_class = 0;
    utf8proc_ssize_t count = utf8proc_decompose_char(
        cp, parts, FOLD_PARTS_MAX, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD,
        &last_class);
    if (count < 0 || count > FOLD_PARTS_MAX) {
        *gap = true;
        return;
    }
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        if (is_mark(parts[i])) {
            continue;
        }
        if (!is_letter_or_digit(parts[i])) {
            *gap = true;
            continue;
        }
        utf8proc_uint8_t bytes[4];
        utf8proc_ssize_t len = utf8proc_encode_char(parts[i], bytes);
        fold_add(key, gap, bytes, (size_t)len);
    }
}

struct slice text_fold(struct slice in, struct arena *arena)
{
    struct buf key = {0};
    bool gap = false;
    for (size_t at = 0; at < in.len;) {
        uint8_t c = in.ptr[at];
        if (c < 0x80) {
            at++;
            if (c >= 'A' && c <= 'Z') {
                c = (uint8_t)(c - 'A' + 'a');
            }
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
                fold_add(&key, &gap, &c, 1);
            } else {
                gap = true;
            }
            continue;
        }
        int32_t cp = next_code_point(in, &at);
        if (cp < 0) {
            gap = true;
        } else if (cp == CP_D_STROKE_LOWER || cp == CP_D_STROKE_UPPER) {
            fold_add(&key, &gap, "d", 1);
        } else {
            fold_code_point(&key, &gap, cp);
        }
    }
    struct slice out = arena_copy(arena, buf_view(&key));
    buf_free(&key);
    return out;
}

struct slice text_lower(struct slice in, struct arena *arena)
{
    struct buf out = {0};
    for (size_t at = 0; at < in.len;) {
        size_t start = at;
        uint8_t c = in.ptr[at];
        if (c < 0x80) {
            at++;
            buf_add_byte(&out, c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c);
            continue;
        }
        int32_t cp = next_code_point(in, &at);
        int32_t small = cp < 0 ? cp : utf8proc_tolower(cp);
        utf8proc_uint8_t bytes[4];
        utf8proc_ssize_t len = small == cp ? 0 : utf8proc_encode_char(small, bytes);
        if (len > 0) {
            buf_add(&out, bytes, (size_t)len);
        } else {
            buf_add(&out, in.ptr + start, at - start);
        }
    }
    struct slice s = arena_copy(arena, buf_view(&out));
    buf_free(&out);
    return s;
}

size_t text_width(struct slice in)
{
    size_t width = 0;
    for (size_t at = 0; at < in.len;) {
        int32_t cp = next_code_point(in, &at);
        int columns = cp < 0 ? 1 : utf8proc_charwidth(cp);
        width += columns > 0 ? (size_t)columns : 0;
    }
    return width;
}

const char *text_number(int64_t n, bool vi, struct arena *arena)
{
    const char *digits = arena_printf(arena, "%lld", (long long)n);
    size_t len = strlen(digits), at = 0;
    char *out = arena_alloc(arena, len * 2 + 1);
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && digits[i - 1] != '-' && (len - i) % 3 == 0) {
            out[at++] = vi ? '.' : ',';
        }
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

const char *text_money(int64_t dong, bool vi, struct arena *arena)
{
    return arena_printf(arena, "%s đ", text_number(dong, vi, arena));
}
