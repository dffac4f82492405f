#include "sync/batch_text.h"

/* Bytes that never occur in UTF-8 stand for what was taken out of a text. */
#define HOLE 0xff        /* a number without leading zeros */
#define HOLE_PADDED 0xfe /* one with leading zeros; the next byte is its width */
#define DIGITS_MAX 18u   /* longer runs of digits stay text */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static size_t number_column(size_t index_in_text)
{
    return index_in_text < TEXT_NUMBER_COLUMNS ? index_in_text : TEXT_NUMBER_COLUMNS - 1;
}

/* ---- writing ------------------------------------------------------------------------------- */

/* Appends the shape of a text; its numbers go to their columns. */
static void take_apart(struct slice text, struct buf *shape,
                       struct column numbers[TEXT_NUMBER_COLUMNS])
{
    size_t index = 0;
    size_t i = 0;
    while (i < text.len) {
        size_t end = i;
        uint64_t number = 0;
        while (end < text.len && is_digit(text.ptr[end])) {
            number = number * 10 + (uint64_t)(text.ptr[end] - '0');
            end++;
        }
        if (end == i) {
            buf_add_byte(shape, text.ptr[i++]);
            continue;
        }
        size_t digits = end - i;
        if (digits > DIGITS_MAX) {
            buf_add(shape, text.ptr + i, digits);
        } else {
            bool padded = digits > 1 && text.ptr[i] == '0';
            buf_add_byte(shape, padded ? HOLE_PADDED : HOLE);
            if (padded) {
                buf_add_byte(shape, (uint8_t)digits);
            }
            column_add(&numbers[number_column(index++)], number);
        }
        i = end;
    }
}

/* Everything that is being collected for one column. */
struct text_writer {
    struct arena arena;
    struct places shapes;
    struct places words;
    struct column which;       /* per text */
    struct column word_counts; /* per shape */
    struct column which_word;  /* per word of each shape */
    struct column numbers[TEXT_NUMBER_COLUMNS];
    struct buf new_words;
};

static void spell(struct text_writer *t, struct slice shape)
{
    size_t start = 0;
    size_t count = 0;
    for (size_t i = 0; i <= shape.len; i++) {
        if (i < shape.len && shape.ptr[i] != ' ') {
            continue;
        }
        /* the empty shape has no address */
        struct slice word = slice_make(shape.len ? shape.ptr + start : NULL, i - start);
        bool added = false;
        size_t place = places_put(&t->words, word, &added);
        if (added) {
            if (place) {
                buf_add_byte(&t->new_words, ' ');
            }
            buf_add_slice(&t->new_words, word);
        }
        column_add(&t->which_word, added ? 0 : place + 1);
        start = i + 1;
        count++;
    }
    column_add(&t->word_counts, count);
}

void text_column_write(struct pack_writer *w, const struct slice *texts, size_t count,
                       struct buf *scratch)
{
    if (count == 0) {
        return;
    }
    struct text_writer t = {0};
    struct buf shape = {0};
    for (size_t i = 0; i < count; i++) {
        buf_clear(&shape);
        take_apart(texts[i], &shape, t.numbers);
        bool added = false;
        size_t place = places_put(&t.shapes, buf_view(&shape), &added);
        if (added) {
            t.shapes.items[place] = arena_copy(&t.arena, buf_view(&shape));
            spell(&t, t.shapes.items[place]);
        }
        column_add(&t.which, added ? 0 : place + 1);
    }
    column_write(w, &t.which, scratch);
    column_write(w, &t.word_counts, scratch);
    column_write(w, &t.which_word, scratch);
    pack_bin(w, buf_view(&t.new_words));
    for (size_t i = 0; i < TEXT_NUMBER_COLUMNS; i++) {
        column_write(w, &t.numbers[i], scratch);
        column_free(&t.numbers[i]);
    }
    column_free(&t.which);
    column_free(&t.word_counts);
    column_free(&t.which_word);
    places_free(&t.shapes);
    places_free(&t.words);
    buf_free(&t.new_words);
    buf_free(&shape);
    arena_free(&t.arena);
}

/* ---- reading ------------------------------------------------------------------------------- */

/* Counts the holes of a shape; false when no text has this shape. */
static bool shape_is_canonical(struct slice shape, size_t *numbers)
{
    bool in_run = false; /* the token before was a hole or a digit */
    size_t digits = 0;
    *numbers = 0;
    for (size_t i = 0; i <= shape.len; i++) {
        uint8_t c = i < shape.len ? shape.ptr[i] : ' ';
        if (is_digit(c)) {
            if (in_run && digits == 0) {
                return false;
            }
            in_run = true;
            digits++;
            continue;
        }
        if (digits && digits <= DIGITS_MAX) {
            return false;
        }
        if (c != HOLE && c != HOLE_PADDED) {
            in_run = false;
            digits = 0;
            continue;
        }
        if (in_run) {
            return false;
        }
        in_run = true;
        (*numbers)++;
        if (c == HOLE_PADDED) {
            i++;
            if (i >= shape.len || shape.ptr[i] < 2 || shape.ptr[i] > DIGITS_MAX) {
                return false;
            }
        }
    }
    return true;
}

/* The words of the bin into places, each once; false unless there are exactly `count`. */
static bool read_words(struct slice joined, size_t count, struct places *words)
{
    size_t start = 0;
    if (count == 0) {
        return joined.len == 0;
    }
    for (size_t i = 0; i <= joined.len; i++) {
        if (i < joined.len && joined.ptr[i] != ' ') {
            continue;
        }
        bool added = false;
        (void)places_put(words, slice_make(joined.ptr + start, i - start), &added);
        if (!added) {
            return false;
        }
        start = i + 1;
    }
    return words->count == count;
}

static size_t count_zeros(const struct column_view *v)
{
    size_t zeros = 0;
    for (size_t i = 0; i < v->count; i++) {
        zeros += column_at(v, i) == 0;
    }
    return zeros;
}

/* One shape from its words; new words come in order. */
static bool read_shape(struct column_view *which_word, size_t word_count,
                       const struct places *words, size_t *seen, struct buf *out)
{
    buf_clear(out);
    for (size_t i = 0; i < word_count; i++) {
        uint64_t k = column_take(which_word);
        if (k > *seen || (k == 0 && *seen == words->count)) {
            return false;
        }
        struct slice word = words->items[k ? k - 1 : (*seen)++];
        if (i) {
            buf_add_byte(out, ' ');
        }
        buf_add_slice(out, word);
        if (out->len > COLUMN_VALUES_MAX) {
            return false;
        }
    }
    return true;
}

struct shape_columns {
    struct column_view word_counts;
    struct column_view which_word;
    struct slice joined;
};

static bool read_shapes(struct shape_columns *c, struct column_source *s, struct text_view *out)
{
    struct places words = {0};
    struct places shapes = {0};
    struct buf shape = {0};
    size_t seen = 0;
    bool ok = read_words(c->joined, count_zeros(&c->which_word), &words);
    for (size_t i = 0; ok && i < out->shape_count; i++) {
        size_t word_count = (size_t)column_take(&c->word_counts);
        bool added = false;
        ok = word_count > 0 && read_shape(&c->which_word, word_count, &words, &seen, &shape) &&
             column_spend(s, shape.len);
        if (!ok) {
            break;
        }
        struct slice copy = arena_copy(s->arena, buf_view(&shape));
        (void)places_put(&shapes, copy, &added);
        out->shapes[i].bytes = copy;
        ok = added && shape_is_canonical(copy, &out->shapes[i].numbers);
    }
    places_free(&words);
    places_free(&shapes);
    buf_free(&shape);
    return ok;
}

/* How many numbers each column holds, and that shapes come in order of first appearance. */
static bool count_numbers(const struct text_view *v, size_t counts[TEXT_NUMBER_COLUMNS])
{
    size_t seen = 0;
    for (size_t i = 0; i < v->which.count; i++) {
        uint64_t k = column_at(&v->which, i);
        if (k > seen) {
            return false;
        }
        size_t numbers = v->shapes[k ? k - 1 : seen++].numbers;
        for (size_t c = 0; c < TEXT_NUMBER_COLUMNS; c++) {
            counts[c] += numbers > c;
        }
        if (numbers > TEXT_NUMBER_COLUMNS) {
            counts[TEXT_NUMBER_COLUMNS - 1] += numbers - TEXT_NUMBER_COLUMNS;
        }
        if (counts[TEXT_NUMBER_COLUMNS - 1] > COLUMN_VALUES_MAX) {
            return false;
        }
    }
    return true;
}

void text_column_read(struct column_source *s, size_t count, struct text_view *out)
{
    *out = (struct text_view){.source = s};
    if (count == 0) {
        return;
    }
    struct shape_columns c = {{0}, {0}, {0}};
    size_t total = 0;
    out->which = column_read(s, count);
    out->shape_count = count_zeros(&out->which);
    c.word_counts = column_read(s, out->shape_count);
    if (!pack_ok(&s->in) || !column_sum(&c.word_counts, COLUMN_VALUES_MAX, &total)) {
        pack_fail(&s->in);
        return;
    }
    c.which_word = column_read(s, total);
    c.joined = read_bin(&s->in);
    if (!pack_ok(&s->in) || !column_spend(s, out->shape_count * sizeof(struct text_shape))) {
        pack_fail(&s->in);
        return;
    }
    out->shapes = arena_array(s->arena, out->shape_count, sizeof(struct text_shape));
    size_t counts[TEXT_NUMBER_COLUMNS] = {0};
    if (!read_shapes(&c, s, out) || !count_numbers(out, counts)) {
        pack_fail(&s->in);
        return;
    }
    for (size_t i = 0; i < TEXT_NUMBER_COLUMNS; i++) {
        out->numbers[i] = column_read(s, counts[i]);
    }
}

/* Decimal digits of v into out, padded with zeros to width (0 = none); how many there are. */
static size_t put_digits(uint64_t v, size_t width, uint8_t out[DIGITS_MAX + 2])
{
    uint8_t reversed[20];
    size_t count = 0;
    do {
        reversed[count++] = (uint8_t)('0' + v % 10);
        v /= 10;
    } while (v);
    while (count < width) {
        reversed[count++] = '0';
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = reversed[count - 1 - i];
    }
    return count;
}

static bool number_fits(uint64_t v, size_t width)
{
    uint64_t limit = 1;
    for (size_t i = 0; i < (width ? width - 1 : DIGITS_MAX); i++) {
        limit *= 10;
    }
    return v < limit;
}

bool text_take(struct text_view *v, struct arena *arena, struct slice *out)
{
    uint64_t k = column_take(&v->which);
    const struct text_shape *shape = &v->shapes[k ? k - 1 : v->shapes_seen++];
    *out = shape->bytes;
    if (shape->numbers == 0) {
        return true;
    }
    size_t most = shape->bytes.len + shape->numbers * DIGITS_MAX;
    if (!column_spend(v->source, most)) {
        return false;
    }
    uint8_t *text = arena_alloc(arena, most);
    size_t len = 0;
    size_t index = 0;
    for (size_t i = 0; i < shape->bytes.len; i++) {
        uint8_t c = shape->bytes.ptr[i];
        if (c != HOLE && c != HOLE_PADDED) {
            text[len++] = c;
            continue;
        }
        size_t width = c == HOLE_PADDED ? shape->bytes.ptr[++i] : 0;
        uint64_t number = column_take(&v->numbers[number_column(index++)]);
        if (!number_fits(number, width)) {
            return false;
        }
        uint8_t digits[DIGITS_MAX + 2];
        size_t digit_count = put_digits(number, width, digits);
        memcpy(text + len, digits, digit_count);
        len += digit_count;
    }
    *out = slice_make(text, len);
    return true;
}
