/* What `find` costs in a small and in a large store, without the start of a process.
 *
 *   find SMALL LARGE TEXT…
 *
 * For each text: fold it, ask the index for the first ten hits, read those records. The texts are
 * asked in turns, both stores alternately, so that the machine's moods fall on both alike. Prints
 * the median microseconds in each, and large divided by small. */
#include "core/crypto.h"
#include "core/store.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RUNS 4001
#define HITS 10

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static enum err find(struct store *s, const char *text, struct arena *arena, size_t *hits)
{
    struct txn *t = NULL;
    struct id_list list = {0};
    arena_reset(arena);
    enum err e = txn_begin(s, TXN_READ, &t);
    if (e == ERR_OK) {
        e = store_ids_by_text(t, text_fold(slice_str(text), arena), HITS, arena, &list);
    }
    for (size_t i = 0; e == ERR_OK && i < list.count; i++) {
        struct record r;
        e = store_get(t, list.ids[i], arena, &r, NULL);
    }
    txn_abort(t);
    *hits = list.count;
    return e;
}

int main(int argc, char **argv)
{
    static double spent[2][RUNS];
    struct env env;
    struct store *stores[2] = {NULL, NULL};
    struct arena arena = {0};
    size_t hits[2] = {0, 0};
    enum err e = ERR_OK;
    if (argc < 4) {
        fprintf(stderr, "usage: find SMALL LARGE TEXT…\n");
        return 2;
    }
    crypto_init();
    env_init_default(&env);
    for (int k = 0; e == ERR_OK && k < 2; k++) {
        e = store_open(&env, argv[1 + k], &stores[k]);
    }
    for (int run = 0; e == ERR_OK && run < RUNS; run++) {
        const char *text = argv[3 + run % (argc - 3)];
        for (int k = 0; e == ERR_OK && k < 2; k++) {
            size_t found = 0;
            double started = now_us();
            e = find(stores[k], text, &arena, &found);
            spent[k][run] = now_us() - started;
            hits[k] += found;
        }
    }
    if (e != ERR_OK) {
        fprintf(stderr, "find: %s: %s\n", error_word(e), error_last()->text);
        return 1;
    }
    if (hits[0] != (size_t)RUNS * HITS || hits[1] != (size_t)RUNS * HITS) {
        fprintf(stderr, "find: the texts have too few hits to compare: %zu and %zu\n", hits[0],
                hits[1]);
        return 1;
    }
    for (int k = 0; k < 2; k++) {
        qsort(spent[k], RUNS, sizeof(double), by_value);
        store_close(stores[k]);
    }
    arena_free(&arena);
    printf("%.2f %.2f %.3f\n", spent[0][RUNS / 2], spent[1][RUNS / 2],
           spent[1][RUNS / 2] / spent[0][RUNS / 2]);
    return 0;
}
