/* How many of the planted doubles are found, how many are false, and what it costs.
 *
 *   judge STORE TRUTH [talk]
 *
 * TRUTH has a line for each planted pair: EXT_ID EXT_ID SLIP SLIP, or `year` when the second entry
 * knows only the year of birth. A pair that is reported and not planted is false: the generator
 * enters everybody else once. Prints: members, planted, found, reported, false, year-only planted,
 * year-only found, year-only reported, seconds of one scan of all members, seconds of the search.
 */
#include "core/crypto.h"
#include "core/doubles.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RUNS 3
#define LINE_BYTES 256

struct planted {
    struct dot a, b;
    bool year, found;
    char slips[2][16];
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void need(enum err e, const char *what)
{
    if (e != ERR_OK) {
        fprintf(stderr, "judge: %s: %s %s\n", what, error_word(e), error_last()->text);
        exit(1);
    }
}

static struct dot by_ext_id(struct txn *t, const char *text)
{
    struct arena arena = {0};
    struct id_list list = {0};
    need(store_ids_by_key(t, KIND_MEMBER, F_EXT_ID, slice_str(text), 2, &arena, &list), text);
    struct dot id = list.count == 1 ? list.ids[0] : (struct dot){0, 0};
    if (dot_is_none(id)) {
        fprintf(stderr, "judge: %zu members have the ext_id %s\n", list.count, text);
        exit(1);
    }
    arena_free(&arena);
    return id;
}

static struct planted *truth_read(struct txn *t, const char *path, size_t *count)
{
    char line[LINE_BYTES];
    size_t cap = 0;
    struct planted *list = NULL;
    FILE *f = fopen(path, "r");
    if (!f) {
        perror(path);
        exit(1);
    }
    while (fgets(line, sizeof(line), f)) {
        char a[64], b[64];
        struct planted p = {0};
        if (sscanf(line, "%63s %63s %15s %15s", a, b, p.slips[0], p.slips[1]) != 4) {
            continue;
        }
        p.year = strcmp(p.slips[0], "year") == 0;
        p.a = by_ext_id(t, a);
        p.b = by_ext_id(t, b);
        if (*count == cap) {
            cap = cap ? cap * 2 : 256;
            list = realloc(list, cap * sizeof(*list));
            CHECK(list != NULL);
        }
        list[(*count)++] = p;
    }
    fclose(f);
    return list;
}

static bool is_pair(const struct planted *p, const struct double_pair *d)
{
    return (dot_equal(p->a, d->a) && dot_equal(p->b, d->b)) ||
           (dot_equal(p->a, d->b) && dot_equal(p->b, d->a));
}

static size_t scan(struct txn *t)
{
    struct arena ids = {0}, arena = {0};
    struct id_list list = {0};
    size_t living = 0;
    need(store_ids_of_kind(t, KIND_MEMBER, (struct dot){0, 0}, SIZE_MAX, &ids, &list), "scan");
    for (size_t i = 0; i < list.count; i++) {
        struct record r;
        arena_reset(&arena);
        need(store_get(t, list.ids[i], &arena, &r, NULL), "scan");
        living += merge_is_deleted(&r) ? 0 : 1;
    }
    arena_free(&ids);
    arena_free(&arena);
    return living;
}

static void tell(struct txn *t, const char *what, struct dot a, struct dot b, unsigned score,
                 const char *slips)
{
    struct arena arena = {0};
    struct record r[2];
    need(store_get(t, a, &arena, &r[0], NULL), "tell");
    need(store_get(t, b, &arena, &r[1], NULL), "tell");
    fprintf(stderr, "%s %u %s\n", what, score, slips);
    for (int i = 0; i < 2; i++) {
        static const uint32_t fields[] = {F_MEMBER_NAME,    F_MEMBER_BIRTH, F_MEMBER_SEX,
                                          F_MEMBER_CARD_NO, F_MEMBER_ID_NO, F_MEMBER_HOME};
        for (size_t k = 0; k < ARRAY_COUNT(fields); k++) {
            const struct value *v = merge_shown(&r[i], fields[k]);
            struct slice s =
                v ? draft_format(t, schema_field(KIND_MEMBER, fields[k]), &v->datum, "en", &arena)
                  : slice_str("-");
            fprintf(stderr, "    %.*s", (int)s.len, (const char *)s.ptr);
        }
        fputs("\n", stderr);
    }
    arena_free(&arena);
}

struct judged {
    size_t planted, found, reported, wrong;
    size_t years, years_found, years_reported;
};

static struct judged judge(struct txn *t, struct planted *truth, size_t planted,
                           const struct double_pair *pairs, size_t count, bool talk)
{
    struct judged j = {0};
    for (size_t i = 0; i < count; i++) {
        const struct double_pair *d = &pairs[i];
        struct planted *hit = NULL;
        for (size_t k = 0; k < planted && !hit; k++) {
            hit = is_pair(&truth[k], d) ? &truth[k] : NULL;
        }
        j.reported += d->apart ? 0 : 1;
        j.years_reported += d->apart ? 1 : 0;
        if (hit) {
            hit->found = true;
        } else if (!d->apart) {
            j.wrong++;
            if (talk) {
                tell(t, "false", d->a, d->b, d->score, "");
            }
        }
    }
    for (size_t k = 0; k < planted; k++) {
        j.planted += truth[k].year ? 0 : 1;
        j.years += truth[k].year ? 1 : 0;
        j.found += truth[k].year || !truth[k].found ? 0 : 1;
        j.years_found += truth[k].year && truth[k].found ? 1 : 0;
        if (talk && !truth[k].found) {
            char slips[40];
            (void)snprintf(slips, sizeof(slips), "%s %s", truth[k].slips[0], truth[k].slips[1]);
            tell(t, "missed", truth[k].a, truth[k].b, 0, slips);
        }
    }
    return j;
}

int main(int argc, char **argv)
{
    struct env env;
    struct store *store = NULL;
    struct txn *t = NULL;
    struct arena arena = {0};
    struct double_pair *pairs = NULL;
    size_t count = 0, planted = 0, members = 0;
    double scan_s = 1e9, find_s = 1e9;
    if (argc < 3) {
        fprintf(stderr, "usage: judge STORE TRUTH [talk]\n");
        return 2;
    }
    crypto_init();
    env_init_default(&env);
    need(store_open(&env, argv[1], &store), argv[1]);
    need(txn_begin(store, TXN_READ, &t), "begin");
    struct planted *truth = truth_read(t, argv[2], &planted);
    for (int run = 0; run < RUNS; run++) {
        double started = now_s();
        members = scan(t);
        double scanned = now_s();
        arena_reset(&arena);
        need(doubles_find(t, (struct dot){0, 0}, &arena, &pairs, &count), "find");
        double found = now_s();
        scan_s = scanned - started < scan_s ? scanned - started : scan_s;
        find_s = found - scanned < find_s ? found - scanned : find_s;
    }
    struct judged j = judge(t, truth, planted, pairs, count, argc > 3);
    printf("%zu %zu %zu %zu %zu %zu %zu %zu %.4f %.4f\n", members, j.planted, j.found, j.reported,
           j.wrong, j.years, j.years_found, j.years_reported, scan_s, find_s);
    free(truth);
    txn_abort(t);
    store_close(store);
    arena_free(&arena);
    return 0;
}
