/* The test hook that forges what a store remembers, below the one door for writes, as somebody
 * would who may write its file.
 *
 *   forge STORE alter|remove|insert ID      an entry of the record's history
 *   forge STORE message NUMBER              a byte of a message that is kept as evidence
 *   forge STORE exchange NUMBER NUMBER      two such messages */
#include "core/crypto.h"
#include "core/store_env.h"

#include <stdio.h>
#include <stdlib.h>

/* The last entry of the record. */
static enum err forge_history(struct txn *t, const char *how, const char *id_text)
{
    struct dot id;
    unsigned bits = 0;
    uint8_t prefix[DOT_KEY_BYTES], key[64];
    struct slice k, v;
    struct buf entry = {0};
    enum err e = dot_parse(slice_str(id_text), &id, &bits);
    if (e != ERR_OK) {
        return e;
    }
    dot_key_put(prefix, id);
    e = table_last(t, TABLE_HISTORY, slice_make(prefix, sizeof(prefix)), &k, &v);
    if (e != ERR_OK || k.len >= sizeof(key)) {
        return e ? e : ERR_TOO_LARGE;
    }
    size_t key_len = k.len;
    memcpy(key, k.ptr, k.len);
    buf_add_slice(&entry, v);
    if (strcmp(how, "remove") == 0) {
        e = table_del(t, TABLE_HISTORY, slice_make(key, key_len));
    } else {
        if (strcmp(how, "alter") == 0) {
            entry.ptr[entry.len / 2] ^= 1;
        } else {
            key[key_len++] = 1;
        }
        e = table_put(t, TABLE_HISTORY, slice_make(key, key_len), buf_view(&entry));
    }
    buf_free(&entry);
    return e;
}

static void evidence_key(uint8_t key[9], uint64_t number)
{
    key[0] = EVIDENCE_TAKEN;
    be64_put(key + 1, number);
}

static enum err row_copy(struct txn *t, uint64_t number, struct buf *out)
{
    uint8_t key[9];
    struct slice v;
    evidence_key(key, number);
    enum err e = table_get(t, TABLE_EVIDENCE, slice_make(key, sizeof(key)), &v);
    if (e == ERR_OK) {
        buf_add_slice(out, v);
    }
    return e;
}

static enum err row_put(struct txn *t, uint64_t number, const struct buf *row)
{
    uint8_t key[9];
    evidence_key(key, number);
    return table_put(t, TABLE_EVIDENCE, slice_make(key, sizeof(key)), buf_view(row));
}

/* The row's own hash is made to fit: it is no secret. */
static enum err forge_message(struct txn *t, uint64_t number)
{
    struct buf row = {0};
    enum err e = row_copy(t, number, &row);
    if (e == ERR_OK) {
        row.ptr[row.len - 20] ^= 1;
        struct hash h = hash_of(slice_make(row.ptr + HASH_BYTES, row.len - HASH_BYTES));
        memcpy(row.ptr, h.bytes, HASH_BYTES);
        e = row_put(t, number, &row);
    }
    buf_free(&row);
    return e;
}

static enum err forge_exchange(struct txn *t, uint64_t a, uint64_t b)
{
    struct buf one = {0}, other = {0};
    enum err e = row_copy(t, a, &one);
    e = e ? e : row_copy(t, b, &other);
    e = e ? e : row_put(t, a, &other);
    e = e ? e : row_put(t, b, &one);
    buf_free(&one);
    buf_free(&other);
    return e;
}

int main(int argc, char **argv)
{
    struct env env;
    struct store *s = NULL;
    struct txn *t = NULL;
    if (argc < 4) {
        fprintf(stderr, "usage: forge STORE alter|remove|insert ID | message N | exchange N N\n");
        return 2;
    }
    crypto_init();
    env_init_default(&env);
    enum err e = store_open(&env, argv[1], &s);
    e = e ? e : txn_begin(s, TXN_WRITE, &t);
    if (e == ERR_OK) {
        e = strcmp(argv[2], "message") == 0 ? forge_message(t, strtoull(argv[3], NULL, 10))
            : strcmp(argv[2], "exchange") == 0 && argc > 4
                ? forge_exchange(t, strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10))
                : forge_history(t, argv[2], argv[3]);
        if (e == ERR_OK) {
            e = txn_commit(t);
        } else {
            txn_abort(t);
        }
    }
    if (e != ERR_OK) {
        fprintf(stderr, "forge: %s: %s\n", error_word(e), error_last()->text);
    }
    store_close(s);
    return e ? 1 : 0;
}
