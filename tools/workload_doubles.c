/* Persons who were entered twice: by another clerk, from another paper, with the slips that people
 * make. Each has two slips; some kept their card, some give another home. */
#include "tools/workload.h"

#include <string.h>

#define CARD_KEPT_PERCENT 30
#define HOME_CHANGED_PERCENT 40
#define ELSEWHERE_PERCENT 50
#define YEAR_ONLY_PERCENT 5 /* besides the others: papers that know only the year */
#define LETTERS_MAX 96
#define TRIES_MAX 10000

enum slip { SLIP_MARKS, SLIP_TYPO, SLIP_SWAP, SLIP_MIDDLE, SLIP_COUNT };
static const char *const slip_words[SLIP_COUNT] = {"marks", "typo", "swap", "middle"};

struct letters {
    uint32_t at[LETTERS_MAX];
    unsigned count;
};

static struct letters letters_read(const char *text)
{
    struct letters l = {{0}, 0};
    for (const unsigned char *p = (const unsigned char *)text; *p && l.count < LETTERS_MAX;) {
        unsigned more = *p < 0x80 ? 0 : *p < 0xe0 ? 1 : 2;
        uint32_t v = more == 0 ? *p : more == 1 ? *p & 0x1fu : *p & 0x0fu;
        for (p++; more > 0 && *p; more--, p++) {
            v = v << 6 | (*p & 0x3fu);
        }
        l.at[l.count++] = v;
    }
    return l;
}

static void letters_write(const struct letters *l, char *out, size_t size)
{
    size_t n = 0;
    for (unsigned i = 0; i < l->count && n + 4 < size; i++) {
        uint32_t v = l->at[i];
        if (v < 0x80) {
            out[n++] = (char)v;
        } else if (v < 0x800) {
            out[n++] = (char)(0xc0u | v >> 6);
            out[n++] = (char)(0x80u | (v & 0x3fu));
        } else {
            out[n++] = (char)(0xe0u | v >> 12);
            out[n++] = (char)(0x80u | (v >> 6 & 0x3fu));
            out[n++] = (char)(0x80u | (v & 0x3fu));
        }
    }
    out[n] = '\0';
}

/* The letter without its marks, as an old keyboard has it. */
static uint32_t plain(uint32_t v)
{
    static const struct {
        uint32_t from, to;
        char upper;
    } runs[] = {{0x1ea0, 0x1eb7, 'A'}, {0x1eb8, 0x1ec7, 'E'}, {0x1ec8, 0x1ecb, 'I'},
                {0x1ecc, 0x1ee3, 'O'}, {0x1ee4, 0x1ef1, 'U'}, {0x1ef2, 0x1ef9, 'Y'},
                {0xc0, 0xc3, 'A'},     {0xc8, 0xca, 'E'},     {0xcc, 0xcd, 'I'},
                {0xd2, 0xd5, 'O'},     {0xd9, 0xda, 'U'},     {0xdd, 0xdd, 'Y'}};
    static const struct {
        uint32_t upper;
        char letter;
    } pairs[] = {{0x102, 'A'}, {0x110, 'D'}, {0x128, 'I'},
                 {0x168, 'U'}, {0x1a0, 'O'}, {0x1af, 'U'}};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (v == pairs[i].upper || v == pairs[i].upper + 1) {
            return (uint32_t)pairs[i].letter + (v == pairs[i].upper ? 0 : 32);
        }
    }
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        bool small = runs[i].from >= 0x1ea0 ? v & 1 : false;
        if (v >= runs[i].from && v <= runs[i].to) {
            return (uint32_t)runs[i].upper + (small ? 32 : 0);
        }
        if (runs[i].from < 0x100 && v >= runs[i].from + 32 && v <= runs[i].to + 32) {
            return (uint32_t)runs[i].upper + 32;
        }
    }
    return v;
}

static void drop_marks(char *name, size_t size)
{
    struct letters l = letters_read(name);
    for (unsigned i = 0; i < l.count; i++) {
        l.at[i] = plain(l.at[i]);
    }
    letters_write(&l, name, size);
}

/* Letters that lie beside each other on the keyboard. */
static uint32_t beside(struct rng *r, uint32_t letter)
{
    static const char *const near[26] = {"sqz", "vn", "xv", "sf", "wr", "dg", "fh", "gj", "uo",
                                         "hk",  "jl", "k",  "n",  "bm", "ip", "o",  "wa", "et",
                                         "ad",  "ry", "yi", "cb", "qe", "zc", "tu", "x"};
    const char *list = letter >= 'a' && letter <= 'z' ? near[letter - 'a'] : "e";
    return (uint32_t)list[rng_below(r, (unsigned)strlen(list))];
}

static uint32_t lower(uint32_t letter)
{
    return letter >= 'A' && letter <= 'Z' ? letter + 32 : letter;
}

/* One slip of the finger in a word of two letters or more: it changes the word even without its
 * marks. */
static bool mistype(struct rng *r, char *name, size_t size)
{
    struct letters l = letters_read(name);
    unsigned i = rng_below(r, l.count);
    bool begins = i == 0 || l.at[i - 1] == ' ';
    bool ends = i + 1 == l.count || l.at[i + 1] == ' ';
    if (l.at[i] == ' ' || (begins && ends) || l.count + 1 >= LETTERS_MAX) {
        return false;
    }
    uint32_t here = lower(plain(l.at[i]));
    uint32_t wrong = beside(r, here);
    switch (rng_below(r, 4)) {
    case 0: /* the key beside it */
        l.at[i] = begins ? wrong - 32 : wrong;
        break;
    case 1: /* left out */
        memmove(&l.at[i], &l.at[i + 1], (l.count - i - 1) * sizeof(l.at[0]));
        l.count--;
        break;
    case 2: /* twice, or the key beside it as well */
        memmove(&l.at[i + 1], &l.at[i], (l.count - i) * sizeof(l.at[0]));
        l.at[i + 1] = rng_percent(r, 50) ? here : wrong;
        l.count++;
        break;
    default: /* in the wrong order */
        if (begins || lower(plain(l.at[i - 1])) == here) {
            return false;
        }
        wrong = l.at[i];
        l.at[i] = l.at[i - 1];
        l.at[i - 1] = wrong;
        break;
    }
    letters_write(&l, name, size);
    return true;
}

/* All middle words go, or one of several. */
static void drop_middle(struct rng *r, char *name)
{
    char *first = strchr(name, ' ');
    char *last = strrchr(name, ' ');
    if (!first || first == last) {
        return;
    }
    char *second = strchr(first + 1, ' ');
    if (second != last && rng_percent(r, 50)) {
        if (rng_percent(r, 50)) {
            last = second; /* the first of the middle words */
        } else {
            first = second;
        }
    }
    memmove(first, last, strlen(last) + 1);
}

static void slip_make(struct rng *r, enum slip slip, struct person *p)
{
    int day = p->birth.d;
    switch (slip) {
    case SLIP_MARKS:
        drop_marks(p->name, sizeof(p->name));
        break;
    case SLIP_TYPO:
        for (unsigned i = 0; i < TRIES_MAX && !mistype(r, p->name, sizeof(p->name)); i++) {
        }
        break;
    case SLIP_SWAP:
        p->birth.d = p->birth.m;
        p->birth.m = day;
        break;
    case SLIP_MIDDLE:
        drop_middle(r, p->name);
        break;
    case SLIP_COUNT:
        break;
    }
}

static bool can_swap(const struct person *p)
{
    return p->birth.d <= 12 && p->birth.d != p->birth.m;
}

static void double_write(struct commune *c, const struct place *elsewhere, const struct person *p,
                         unsigned number, bool year_only, FILE *out)
{
    struct rng *r = &c->rng;
    const struct place *at = rng_percent(r, ELSEWHERE_PERCENT) ? elsewhere : &c->place;
    unsigned branch = rng_below(r, c->options->branches);
    char village[80];
    fprintf(out, "{\"ext_id\":\"d-%s-%u\",\"unit\":\"%s-%02u\",\"full_name\":\"%s\"", c->place.code,
            number, at->code, branch + 1, p->name);
    fprintf(out, ",\"sex\":\"%s\"", p->female ? "female" : "male");
    if (year_only) {
        fprintf(out, ",\"birth_date\":\"%04d\"", p->birth.y);
    } else {
        fprintf(out, ",\"birth_date\":\"%04d-%02d-%02d\"", p->birth.y, p->birth.m, p->birth.d);
    }
    if (rng_percent(r, HOME_CHANGED_PERCENT)) {
        village_name(r, people_of_place(r, elsewhere), village, sizeof(village));
        fprintf(out, ",\"home_place\":\"%s, %s, %s, %s\"", village, elsewhere->short_name,
                elsewhere->district, elsewhere->province);
    } else {
        fprintf(out, ",\"home_place\":\"%s, %s, %s, %s\"", c->branches[p->home_village].village,
                c->place.short_name, c->place.district, c->place.province);
    }
    if (p->card[0] && rng_percent(r, CARD_KEPT_PERCENT)) {
        fprintf(out, ",\"card_no\":\"%s\"", p->card);
    }
    if (rng_percent(r, 50)) {
        fprintf(out, ",\"phone\":\"09%08u\"", rng_below(r, 100000000));
    }
    fputs(",\"status\":\"active\"}\n", out);
}

void doubles_write(struct commune *c, const struct place *elsewhere, FILE *rows, FILE *truth)
{
    struct rng *r = &c->rng;
    /* as many as the share says, a fraction by chance */
    unsigned hundredths = c->people_count * c->options->doubles;
    unsigned count = hundredths / 100 + (rng_below(r, 100) < hundredths % 100 ? 1 : 0);
    unsigned year_only = 0;
    for (unsigned i = 0; i < count; i++) {
        year_only += rng_percent(r, YEAR_ONLY_PERCENT) ? 1 : 0;
    }
    unsigned left = c->people_count / 2; /* enough of them remain single */
    for (unsigned i = 0; i < count + year_only && i < left; i++) {
        bool year = i >= count;
        enum slip one = (enum slip)rng_below(r, SLIP_COUNT);
        enum slip two = (enum slip)((one + 1 + rng_below(r, SLIP_COUNT - 1)) % SLIP_COUNT);
        bool swap = !year && (one == SLIP_SWAP || two == SLIP_SWAP);
        struct person *p = NULL;
        for (unsigned tries = 0; tries < TRIES_MAX && !p; tries++) {
            struct person *drawn = &c->people[rng_below(r, c->people_count)];
            p = drawn->doubled || (swap && !can_swap(drawn)) ? NULL : drawn;
        }
        if (!p) {
            break;
        }
        struct person copy = *p;
        p->doubled = true;
        slip_make(r, year ? SLIP_MARKS : one, &copy);
        if (!year) {
            slip_make(r, two, &copy);
        }
        double_write(c, elsewhere, &copy, i + 1, year, rows);
        fprintf(truth, "m-%s-%u d-%s-%u %s %s\n", c->place.code, p->number, c->place.code, i + 1,
                year ? "year" : slip_words[one], year ? "marks" : slip_words[two]);
    }
}
