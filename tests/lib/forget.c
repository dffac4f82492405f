/* The test hook that makes a store forget: takes records out of it, below the one door for writes,
 * and rebuilds what is derived, as if they had never come. For testing that a sync heals the loss.
 *
 *   forget STORE KIND COUNT        prints the ids */
#include "core/crypto.h"
#include "core/store_env.h"

#include <stdio.h>
#include <stdlib.h>

#define IDS_MAX 100000

static enum err forget(struct store *s, uint32_t kind, size_t count)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct id_list list = {0};
    enum err e = txn_begin(s, TXN_WRITE, &t);
    if (e == ERR_OK) {
        e = store_ids_of_kind(t, kind, (struct dot){0, 0}, IDS_MAX, &arena, &list);
    }
    if (e == ERR_OK && list.count < count) {
        e = error_set(ERR_NOT_FOUND, "only %zu records", list.count);
    }
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct dot id = list.ids[i * list.count / count + list.count / count / 2];
        uint8_t key[DOT_KEY_BYTES];
        char text[DOT_TEXT_SIZE];
        dot_key_put(key, id);
        e = table_del(t, TABLE_RECORDS, slice_make(key, sizeof(key)));
        t->record_count--;
        t->dirty = true;
        dot_format(id, text);
        printf("%s\n", text);
    }
    if (e == ERR_OK) {
        e = txn_commit(t);
    } else {
        txn_abort(t);
    }
    arena_free(&arena);
    struct check_report report;
    return e ? e : store_check(s, true, &report);
}

int main(int argc, char **argv)
{
    struct env env;
    struct store *s = NULL;
    const struct kind_def *kind = argc == 4 ? schema_kind_by_name(slice_str(argv[2])) : NULL;
    if (!kind) {
        fprintf(stderr, "usage: forget STORE KIND COUNT\n");
        return 2;
    }
    crypto_init();
    env_init_default(&env);
    enum err e = store_open(&env, argv[1], &s);
    e = e ? e : forget(s, kind->number, (size_t)strtoul(argv[3], NULL, 10));
    if (e != ERR_OK) {
        fprintf(stderr, "forget: %s: %s\n", error_word(e), error_last()->text);
    }
    store_close(s);
    return e ? 1 : 0;
}
