/* The test hook that leaves a mark on a record, as the reply of a hub would: for what a healthy
 * tree of offices hardly ever brings about.
 *
 *   mark STORE SPACE ID VALUE       SPACE is "refused." or "notice." */
#include "core/crypto.h"
#include "sync/link.h"

#include <stdio.h>
#include <stdlib.h>

static enum err put(struct store *s, const char *space, const char *id, unsigned value)
{
    struct txn *t = NULL;
    struct dot d;
    unsigned bits = 0;
    enum err e = dot_parse(slice_str(id), &d, &bits);
    e = e ? e : txn_begin(s, TXN_WRITE, &t);
    if (e != ERR_OK) {
        return e;
    }
    e = mark_put(t, space, d, (uint8_t)value);
    if (e == ERR_OK) {
        return txn_commit(t);
    }
    txn_abort(t);
    return e;
}

int main(int argc, char **argv)
{
    struct env env;
    struct store *s = NULL;
    if (argc != 5) {
        fprintf(stderr, "usage: mark STORE SPACE ID VALUE\n");
        return 2;
    }
    crypto_init();
    env_init_default(&env);
    enum err e = store_open(&env, argv[1], &s);
    e = e ? e : put(s, argv[2], argv[3], (unsigned)strtoul(argv[4], NULL, 10));
    if (e != ERR_OK) {
        fprintf(stderr, "mark: %s: %s\n", error_word(e), error_last()->text);
    }
    store_close(s);
    return e != ERR_OK;
}
