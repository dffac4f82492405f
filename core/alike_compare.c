/* The weights. Each factor is how much more frequent a thing is among records of one person than
 * among strangers; their product with the odds beforehand are the odds that two are one. Only
 * multiplications and divisions, which every machine rounds alike. */
#include "core/alike.h"

/* Of this many persons one is entered twice. */
#define ONE_IN 100.0
/* A thing that nobody else has still is no rarer than this share of one person. */
#define UNSEEN 0.3
#define BACK_OFF 3.0
#define SHARED_MAX 3   /* a number that more have is no number: "0", "khong" */
#define TYPO_WAYS 60.0 /* a slip of the finger could have given so many other words */
#define NUMBER_LEAST 6

struct weighing {
    const struct alike_crowd *crowd;
    const struct alike *a, *b;
    double size;
    double odds;
    uint32_t reasons;
};

/* ---- words ---------------------------------------------------------------------------------- */

/* One letter replaced, left out, added, or two neighbours in the wrong order. */
static bool one_slip(struct slice a, struct slice b)
{
    if (a.len > b.len) {
        struct slice longer = a;
        a = b;
        b = longer;
    }
    if (b.len - a.len > 1 || b.len < 2) {
        return false;
    }
    size_t head = 0, tail = 0;
    while (head < a.len && a.ptr[head] == b.ptr[head]) {
        head++;
    }
    while (tail < a.len - head && a.ptr[a.len - 1 - tail] == b.ptr[b.len - 1 - tail]) {
        tail++;
    }
    size_t left = a.len - head - tail;
    if (a.len != b.len) {
        return left == 0;
    }
    return left == 1 ||
           (left == 2 && a.ptr[head] == b.ptr[head + 1] && a.ptr[head + 1] == b.ptr[head]);
}

static bool has_digit(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9') {
            return true;
        }
    }
    return false;
}

/* A digit in a name is there to tell namesakes apart. */
static bool words_slip(const struct alike_crowd *c, uint32_t a, uint32_t b)
{
    struct slice x = alike_text(c, a), y = alike_text(c, b);
    return a != b && one_slip(x, y) && !has_digit(x) && !has_digit(y);
}

static uint32_t last_word(const struct alike *p)
{
    return p->words[p->word_count - 1];
}

/* How many others, beside this person and the one compared with, have it. */
static double others(const struct weighing *w, enum alike_role role, uint64_t x, uint64_t y,
                     bool both)
{
    double n = (double)alike_count(w->crowd, role, x, y) - (both ? 2 : 1);
    return n > 0 ? n : 0;
}

/* Of strangers, how many have this name? First word, the last given the first, the middle given the
 * last; a pair that nobody has falls back to how frequent its words are by themselves. */
static double name_share(const struct weighing *w, const struct alike *p, const struct alike *o)
{
    uint32_t first = p->words[0], last = last_word(p);
    bool same_first = o->words[0] == first, same_last = last_word(o) == last;
    bool same_middle = o->middle == p->middle;
    double n_first = others(w, ALIKE_ROLE_FIRST, first, 0, same_first);
    double n_last = others(w, ALIKE_ROLE_LAST, last, 0, same_last);
    double pair = others(w, ALIKE_ROLE_FIRST_LAST, first, last, same_first && same_last);
    double share = (n_first + UNSEEN) / w->size;
    if (p->word_count > 1) {
        double alone = (n_last + UNSEEN) / w->size;
        share *= (pair + BACK_OFF * alone) / (n_first + BACK_OFF);
        double n_middle = others(w, ALIKE_ROLE_MIDDLE, p->middle, 0, same_middle);
        double with = others(w, ALIKE_ROLE_MIDDLE_LAST, p->middle, last, same_middle && same_last);
        alone = (n_middle + UNSEEN) / w->size;
        share *= (with + BACK_OFF * alone) / (n_last + BACK_OFF);
    }
    return share;
}

/* Are the middle words of b among those of a, in their order, and fewer? So many of them may be
 * mistyped. */
static bool middle_dropped(const struct alike_crowd *c, const struct alike *a,
                           const struct alike *b, size_t slips)
{
    size_t found = 0, want = b->word_count > 2 ? (size_t)b->word_count - 2 : 0;
    for (size_t at = 1; found < want && at + 1 < a->word_count; at++) {
        uint32_t x = a->words[at], y = b->words[1 + found];
        bool slip = slips > 0 && words_slip(c, x, y);
        slips -= slip ? 1 : 0;
        found += x == y || slip ? 1 : 0;
    }
    return found == want && a->word_count > b->word_count && b->word_count > 1;
}

static bool middle_slipped(const struct alike_crowd *c, const struct alike *a,
                           const struct alike *b)
{
    size_t slips = 0, differing = 0;
    for (size_t i = 1; i + 1 < a->word_count && a->word_count == b->word_count; i++) {
        differing += a->words[i] != b->words[i] ? 1 : 0;
        slips += words_slip(c, a->words[i], b->words[i]) ? 1 : 0;
    }
    return differing == 1 && slips == 1;
}

/* Of the times that a's name is entered again, how often does it become b's? */
static double name_channel(const struct weighing *w, const struct alike *a, const struct alike *b,
                           double share_b, uint32_t *reasons)
{
    double p = 1;
    uint32_t pairs[2][2] = {{a->words[0], b->words[0]}, {last_word(a), last_word(b)}};
    for (size_t i = 0; i < 2; i++) {
        if (pairs[i][0] == pairs[i][1]) {
            p *= 0.9;
        } else if (words_slip(w->crowd, pairs[i][0], pairs[i][1])) {
            p *= 0.05 / TYPO_WAYS;
            *reasons |= ALIKE_BIT(NAME_TYPO);
        } else {
            return 0.0005 * share_b; /* another name altogether */
        }
    }
    if (a->middle == b->middle) {
        return p * 0.85;
    }
    if (middle_dropped(w->crowd, a, b, 0)) {
        *reasons |= ALIKE_BIT(NAME_MIDDLE);
        return p * 0.08;
    }
    if (middle_dropped(w->crowd, a, b, 1)) {
        *reasons |= ALIKE_BIT(NAME_MIDDLE) | ALIKE_BIT(NAME_TYPO);
        return p * 0.08 * 0.05 / TYPO_WAYS;
    }
    if (middle_dropped(w->crowd, b, a, 0)) {
        *reasons |= ALIKE_BIT(NAME_MIDDLE);
        return p * 0.02 * 0.01;
    }
    if (middle_slipped(w->crowd, a, b)) {
        *reasons |= ALIKE_BIT(NAME_TYPO);
        return p * 0.04 / TYPO_WAYS;
    }
    return 0.001 * share_b;
}

/* The same letters with other marks: a keyboard without marks says nothing, other marks are a
 * hint. */
static double marks_factor(const struct weighing *w, bool *differ)
{
    const struct alike *a = w->a, *b = w->b;
    if (a->plain != b->plain) {
        double plain = (double)w->crowd->plain_count - 1;
        double share = ((plain > 0 ? plain : 0) + 1) / w->size;
        double factor = 0.25 / (share < 0.02 ? 0.02 : share);
        *differ = true;
        return factor > 1 ? factor : 1;
    }
    size_t other = 0;
    for (size_t i = 0; i < a->word_count && i < b->word_count; i++) {
        bool same = a->words[i] == b->words[i];
        other += same && a->marked[i] != b->marked[i] ? 1 : 0;
    }
    *differ = other > 0;
    return other > 0 ? 0.25 : 1.2;
}

static void weigh_name(struct weighing *w)
{
    uint32_t forth = 0, back = 0;
    bool differ = false;
    double share_a = name_share(w, w->a, w->b), share_b = name_share(w, w->b, w->a);
    double to_b = name_channel(w, w->a, w->b, share_b, &forth) / share_b;
    double to_a = name_channel(w, w->b, w->a, share_a, &back) / share_a;
    w->odds *= to_b > to_a ? to_b : to_a;
    w->odds *= marks_factor(w, &differ);
    bool same = w->a->words[0] == w->b->words[0] && w->a->middle == w->b->middle &&
                last_word(w->a) == last_word(w->b);
    if (same) {
        w->reasons |= differ ? ALIKE_BIT(NAME_MARKS) : ALIKE_BIT(NAME);
    } else if (to_b > 1 || to_a > 1) {
        w->reasons |= (to_b > to_a ? forth : back) | (differ ? ALIKE_BIT(NAME_MARKS) : 0);
    }
}

/* ---- birth ---------------------------------------------------------------------------------- */

static double year_share(const struct weighing *w, int64_t birth, bool both)
{
    return (others(w, ALIKE_ROLE_YEAR, (uint64_t)DATE_YEAR(birth), 0, both) + 1) / (w->size + 30);
}

static double day_share(const struct weighing *w, int64_t birth, bool both)
{
    return (others(w, ALIKE_ROLE_DAY, (uint64_t)(birth % (13 * 32)), 0, both) + 1) /
           (w->size + 365);
}

static size_t digits_apart(int x, int y)
{
    size_t n = 0;
    for (; x != 0 || y != 0; x /= 10, y /= 10) {
        n += x % 10 != y % 10 ? 1 : 0;
    }
    return n;
}

static void weigh_full_birth(struct weighing *w)
{
    int64_t x = w->a->birth, y = w->b->birth;
    double share = year_share(w, y, DATE_YEAR(x) == DATE_YEAR(y)) * day_share(w, y, x == y);
    size_t apart = digits_apart(DATE_YEAR(x), DATE_YEAR(y)) +
                   digits_apart(DATE_MONTH(x), DATE_MONTH(y)) +
                   digits_apart(DATE_DAY(x), DATE_DAY(y));
    if (x == y) {
        w->odds *= 0.6 / share;
        w->reasons |= ALIKE_BIT(BIRTH);
    } else if (DATE_YEAR(x) == DATE_YEAR(y) && DATE_DAY(x) == DATE_MONTH(y) &&
               DATE_MONTH(x) == DATE_DAY(y)) {
        w->odds *= 0.2 / share;
        w->reasons |= ALIKE_BIT(BIRTH_SWAPPED);
    } else if (apart == 1) {
        w->odds *= 0.05 / 30 / share;
        w->reasons |= ALIKE_BIT(BIRTH_DIGIT);
    } else {
        w->odds *= 0.02;
    }
}

/* What is known of both must agree; it never tells as much as a day. */
static void weigh_birth(struct weighing *w, bool *apart)
{
    int64_t x = w->a->birth, y = w->b->birth;
    if (alike_birth_is_full(w->a) && alike_birth_is_full(w->b)) {
        weigh_full_birth(w);
        return;
    }
    *apart = true;
    if (x == 0 || y == 0) {
        return;
    }
    bool months = DATE_MONTH(x) != 0 && DATE_MONTH(y) != 0;
    if (DATE_YEAR(x) != DATE_YEAR(y)) {
        w->odds *= 0.02;
        return;
    }
    w->odds *= 0.9 / year_share(w, y, true);
    w->odds *= !months ? 1 : DATE_MONTH(x) == DATE_MONTH(y) ? 10 : 0.05;
    if (!months || DATE_MONTH(x) == DATE_MONTH(y)) {
        w->reasons |= ALIKE_BIT(BIRTH_YEAR);
    }
}

/* ---- the rest ------------------------------------------------------------------------------- */

static double between(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

/* Names and homes hang together, so a home weighs less than its rarity says. */
static void weigh_home(struct weighing *w)
{
    const struct alike *a = w->a, *b = w->b;
    size_t least = a->place_count < b->place_count ? a->place_count : b->place_count, same = 0;
    while (same < least && a->places[same] == b->places[same]) {
        same++;
    }
    if (least == 0) {
        return;
    }
    double share = 1;
    if (same > 0) {
        share = (others(w, ALIKE_ROLE_PLACE, a->places[same - 1], 0, true) + UNSEEN) / w->size;
    }
    if (same == least) {
        w->odds *= between(0.5 / share, 1.2, 60);
        w->reasons |= least > 2 ? ALIKE_BIT(HOME) : least > 1 ? ALIKE_BIT(HOME_NEAR) : 0;
    } else if (same + 1 == least && same > 1) {
        w->odds *= between(0.15 / share, 1, 4);
        w->reasons |= ALIKE_BIT(HOME_NEAR);
    } else {
        w->odds *= 0.4;
    }
}

static void weigh_sex(struct weighing *w)
{
    if (w->a->sex != 0 && w->b->sex != 0) {
        w->odds *= w->a->sex == w->b->sex ? 1.2 : 0.04;
    }
}

struct number_weights {
    enum alike_role role;
    size_t length_least; /* what is shorter is "0", or a word */
    double same, slip, differs;
    enum alike_reason same_reason, slip_reason;
};

static void weigh_number(struct weighing *w, const struct number_weights *n, uint32_t a, uint32_t b)
{
    if (a == 0 || b == 0 || alike_count(w->crowd, n->role, a, 0) > SHARED_MAX ||
        alike_count(w->crowd, n->role, b, 0) > SHARED_MAX) {
        return;
    }
    struct slice x = alike_text(w->crowd, a), y = alike_text(w->crowd, b);
    if (x.len < n->length_least || y.len < n->length_least) {
        return;
    }
    if (a == b) {
        w->odds *= n->same;
        w->reasons |= 1u << n->same_reason;
    } else if (x.len != y.len) {
        return; /* the old number of 9 digits and the new one of 12 are one person's */
    } else if (x.len >= NUMBER_LEAST && one_slip(x, y)) {
        w->odds *= n->slip;
        w->reasons |= 1u << n->slip_reason;
    } else {
        w->odds *= n->differs;
    }
}

struct alike_result alike_compare(const struct alike_crowd *c, const struct alike *a,
                                  const struct alike *b)
{
    static const struct number_weights id_no = {ALIKE_ROLE_ID_NO, 8, 1e6, 50, 0.03, ALIKE_ID_NO,
                                                ALIKE_ID_NO_TYPO};
    static const struct number_weights card_no = {
        ALIKE_ROLE_CARD_NO, 3, 2e5, 30, 0.2, ALIKE_CARD_NO, ALIKE_CARD_NO_TYPO};
    struct weighing w = {.crowd = c, .a = a, .b = b};
    struct alike_result out = {0};
    w.size = (double)(c->count > c->size_least ? c->count : c->size_least);
    w.size = w.size < 200 ? 200 : w.size;
    w.odds = 1 / ONE_IN / w.size;
    weigh_name(&w);
    weigh_birth(&w, &out.apart);
    weigh_sex(&w);
    weigh_home(&w);
    weigh_number(&w, &id_no, a->id_no, b->id_no);
    weigh_number(&w, &card_no, a->card_no, b->card_no);
    if (a->ext_id != 0 && a->ext_id == b->ext_id) {
        w.odds *= 1e6;
        w.reasons |= ALIKE_BIT(EXT_ID);
    }
    out.odds = w.odds;
    out.reasons = w.reasons;
    return out;
}
