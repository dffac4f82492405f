#include "cli/column.h"

#include "core/text.h"

#define NEAREST_MAX 3
#define WORD_MAX 64

/* The number of a row, as every table of an office begins with it. */
static bool numbers_rows(struct slice folded)
{
    static const char *const words[] = {"stt", "tt", "so tt", "so thu tu"};
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (slice_equal(folded, slice_str(words[i]))) {
            return true;
        }
    }
    return false;
}

/* Keys of an export that are no fields: what they say follows from the record. */
static bool is_derived(const struct kind_def *kind, struct slice head)
{
    return head.len == 0 || head.ptr[0] == '_' || slice_equal(head, slice_str("kind")) ||
           slice_equal(head, slice_str("unit_code")) ||
           (kind->number == KIND_UNIT && slice_equal(head, slice_str("unit")));
}

bool column_name(const struct kind_def *kind, struct slice head, struct slice *out)
{
    struct arena arena = {0};
    bool known = true;
    *out = slice_make("", 0);
    if (is_derived(kind, head)) {
        return true;
    }
    const struct field_def *f = schema_field_by_name(kind, head);
    if (f) {
        *out = f->flags & FIELD_MACHINE ? *out : slice_str(f->name);
        return true;
    }
    struct slice folded = text_fold(head, &arena);
    if (slice_equal(folded, slice_str(COLUMN_ID))) {
        *out = slice_str(COLUMN_ID);
    } else {
        known = numbers_rows(folded);
    }
    arena_free(&arena);
    return known;
}

const char *column_head(const struct cli *c, const struct kind_def *kind, const struct field_def *f,
                        struct arena *arena)
{
    const char *label = cli_field_label(c, f);
    bool leads_back = schema_field_by_name(kind, slice_str(label)) == f;
    return arena_printf(arena, "%s%s", leads_back ? label : f->name,
                        f->flags & FIELD_REQUIRED ? " *" : "");
}

/* Levenshtein's distance of two short words, in bytes of folded text. */
static size_t distance(struct slice a, struct slice b)
{
    size_t row[WORD_MAX + 1];
    for (size_t j = 0; j <= b.len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t change = corner + (a.ptr[i - 1] != b.ptr[j - 1]);
            size_t least = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            corner = row[j];
            row[j] = least < change ? least : change;
        }
    }
    return row[b.len];
}

/* How far a field is from what was written; WORD_MAX when they have nothing to do with each other.
 */
static size_t far_from(const struct field_def *f, struct slice folded, struct arena *arena)
{
    const char *const words[] = {f->name, f->vi, f->en};
    size_t least = WORD_MAX;
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        struct slice word = text_fold(slice_str(words[i]), arena);
        if (word.len > WORD_MAX) {
            continue;
        }
        size_t d = distance(folded, word);
        bool near = d <= 2 || d * 3 <= folded.len;
        least = near && d < least ? d : least;
    }
    return least;
}

const char *column_nearest(const struct cli *c, const struct kind_def *kind, struct slice head,
                           struct arena *arena)
{
    struct slice folded = text_fold(head, arena);
    struct buf out = {0};
    size_t count = 0;
    if (folded.len == 0 || folded.len > WORD_MAX) {
        return "";
    }
    for (size_t want = 0; want < WORD_MAX && count < NEAREST_MAX; want++) {
        const struct field_def *f = NULL;
        for (size_t i = 0; count < NEAREST_MAX && (f = schema_field_at(kind, i)) != NULL; i++) {
            if (!(f->flags & FIELD_MACHINE) && far_from(f, folded, arena) == want) {
                buf_printf(&out, "%s%s (%s)", count++ ? ", " : "", cli_field_label(c, f), f->name);
            }
        }
    }
    const char *text = arena_cstr(arena, buf_view(&out));
    buf_free(&out);
    return text;
}
