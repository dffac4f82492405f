/* Rows of a sealed store, and text in its keys; store_seal.h says what becomes of them. */
#include "core/store_seal.h"

#include <stdlib.h>

/* ---- values ---------------------------------------------------------------------------------- */

#define KEY_MAX 511 /* of LMDB */

/* Texts of one import begin alike: what a byte became behind a state is remembered. */
#define STEPS 4096
struct blind_step {
    uint8_t from[CRYPTO_KEY_BYTES], to[CRYPTO_KEY_BYTES];
    uint8_t byte, out;
    bool used;
};

struct seal_work {
    uint8_t nonce[CRYPTO_NONCE_BYTES]; /* random for the transaction, then counted */
    uint64_t count;
    struct buf out;
    struct buf in[SEAL_READS];
    size_t next;
    struct blind_step *steps; /* of a write, once it blinds */
};

struct seal_work *seal_work_begin(struct store *s, enum txn_mode mode)
{
    if (!s->seal) {
        return NULL;
    }
    struct seal_work *w = calloc(1, sizeof(*w));
    CHECK(w != NULL);
    if (mode == TXN_WRITE) {
        crypto_random(w->nonce, sizeof(w->nonce));
        w->count = be64_get(w->nonce + sizeof(w->nonce) - 8);
    }
    return w;
}

void seal_work_end(struct seal_work *w)
{
    if (!w) {
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(w->in); i++) {
        buf_free(&w->in[i]);
    }
    buf_free(&w->out);
    if (w->steps) {
        crypto_wipe(w->steps, STEPS * sizeof(*w->steps));
    }
    free(w->steps);
    free(w);
}

static struct slice bound_to(enum table table, struct slice key, uint8_t space[1 + KEY_MAX])
{
    CHECK(key.len <= KEY_MAX);
    space[0] = (uint8_t)table;
    memcpy(space + 1, key.ptr, key.len);
    return slice_make(space, 1 + key.len);
}

static uint8_t *room(struct buf *b, size_t len)
{
    if (b->cap < len) {
        buf_free(b);
        b->cap = len < 512 ? 512 : len + len / 2;
        b->ptr = malloc(b->cap);
        CHECK(b->ptr != NULL);
    }
    b->len = len;
    return b->ptr;
}

static void lock_into(const uint8_t key[CRYPTO_KEY_BYTES], struct slice bound, struct slice plain,
                      uint8_t *out)
{
    crypto_lock(key, out, bound, plain, out + CRYPTO_NONCE_BYTES);
}

static bool unlock_from(const uint8_t key[CRYPTO_KEY_BYTES], struct slice bound,
                        struct slice locked, uint8_t *out)
{
    return locked.len >= SEAL_OVERHEAD_BYTES &&
           crypto_unlock(
               key, locked.ptr, bound,
               slice_make(locked.ptr + CRYPTO_NONCE_BYTES, locked.len - CRYPTO_NONCE_BYTES), out);
}

struct slice seal_value(struct txn *t, enum table table, struct slice key, struct slice value)
{
    struct seal_work *w = t->sealed;
    uint8_t space[1 + KEY_MAX];
    CHECK(t->mode == TXN_WRITE); /* else there is no nonce */
    if (table == TABLE_INDEX && value.len == 0) {
        return value;
    }
    uint8_t *out = room(&w->out, value.len + SEAL_OVERHEAD_BYTES);
    be64_put(w->nonce + sizeof(w->nonce) - 8, w->count++);
    memcpy(out, w->nonce, sizeof(w->nonce));
    lock_into(t->store->seal->values, bound_to(table, key, space), value, out);
    return buf_view(&w->out);
}

bool seal_unvalue_into(const struct store *s, enum table table, struct slice key,
                       struct slice stored, uint8_t *out)
{
    uint8_t space[1 + KEY_MAX];
    return unlock_from(s->seal->values, bound_to(table, key, space), stored, out);
}

enum err seal_unvalue(struct txn *t, enum table table, struct slice key, struct slice stored,
                      struct slice *value)
{
    struct seal_work *w = t->sealed;
    *value = stored;
    if (table == TABLE_INDEX && stored.len == 0) {
        return ERR_OK;
    }
    struct buf *in = &w->in[w->next++ % SEAL_READS];
    size_t len = stored.len >= SEAL_OVERHEAD_BYTES ? stored.len - SEAL_OVERHEAD_BYTES : 0;
    uint8_t *out = room(in, len);
    if (seal_unvalue_into(t->store, table, key, stored, out)) {
        *value = slice_make(out, len);
        return ERR_OK;
    }
    return table == TABLE_RECORDS
               ? ERR_OK
               : error_set(ERR_DAMAGED,
                           _("a row of the sealed store in %s is not what was written there; run "
                             "`terrace check --repair`"),
                           t->store->dir);
}

void seal_lock_identity(const struct store *s, struct slice bound, struct slice plain, uint8_t *out)
{
    crypto_random(out, CRYPTO_NONCE_BYTES);
    lock_into(s->seal->identity, bound, plain, out);
}

bool seal_unlock_identity(const struct store *s, struct slice bound, struct slice locked,
                          uint8_t *out)
{
    return unlock_from(s->seal->identity, bound, locked, out);
}

static bool row_is_good(struct txn *t, enum table table, struct slice key)
{
    struct slice v;
    return table_get(t, table, key, &v) == ERR_OK;
}

enum err seal_check_rows(struct txn *t, bool drop, uint64_t *wrong, uint64_t *dropped)
{
    /* and whether a row that says nothing any more is of use to nobody */
    static const struct {
        enum table table;
        bool drops;
    } tables[] = {{TABLE_META, false},   {TABLE_FEED, true},    {TABLE_HISTORY, true},
                  {TABLE_SAVES, false},  {TABLE_ACTORS, false}, {TABLE_HISTORY_LOG, true},
                  {TABLE_EVIDENCE, true}};
    for (size_t i = 0; t->sealed && i < ARRAY_COUNT(tables); i++) {
        enum table table = tables[i].table;
        bool drops = drop && tables[i].drops;
        uint8_t last[KEY_MAX];
        struct slice after = {0};
        bool more = true;
        while (more) { /* a walk does not outlive a deletion */
            struct walk w;
            more = false;
            walk_begin(&w, t, table, (struct slice){0}, after);
            w.keys_only = true;
            while (!more && walk_next(&w)) {
                more = !row_is_good(t, table, w.key);
                if (more) {
                    after = slice_make(last, w.key.len);
                    memcpy(last, w.key.ptr, w.key.len);
                }
            }
            TRY(walk_end(&w));
            *wrong += more;
            if (more && drops) {
                TRY(table_del(t, table, after));
                ++*dropped;
            }
        }
    }
    return ERR_OK;
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* A permutation of bytes: a Feistel network of four rounds over half bytes, each with a table of 16
 * random ones, 32 bytes in all. */
static uint8_t permute(const uint8_t tables[CRYPTO_KEY_BYTES], uint8_t byte)
{
    unsigned left = byte >> 4, right = byte & 15u;
    for (size_t round = 0; round < 4; round++) {
        unsigned f = (unsigned)tables[8 * round + right / 2] >> (4 * (right & 1u)) & 15u;
        unsigned next = left ^ f;
        left = right;
        right = next;
    }
    return (uint8_t)(left << 4 | right);
}

static void blind_step(uint8_t state[CRYPTO_KEY_BYTES], uint8_t *byte)
{
    uint8_t tables[CRYPTO_KEY_BYTES], input[CRYPTO_INPUT_BYTES] = {0};
    crypto_derive(state, input, tables);
    input[0] = 1;
    input[1] = *byte;
    *byte = permute(tables, *byte);
    crypto_derive(state, input, state);
    crypto_wipe(tables, sizeof(tables));
}

static void remembered_step(struct blind_step *steps, uint8_t state[CRYPTO_KEY_BYTES],
                            uint8_t *byte)
{
    /* a state looks random, so that its own bytes spread it */
    struct blind_step *s = &steps[((unsigned)state[0] << 8 | state[1]) % STEPS ^ *byte];
    if (s->used && s->byte == *byte && memcmp(s->from, state, CRYPTO_KEY_BYTES) == 0) {
        memcpy(state, s->to, CRYPTO_KEY_BYTES);
        *byte = s->out;
        return;
    }
    memcpy(s->from, state, CRYPTO_KEY_BYTES);
    s->byte = *byte;
    blind_step(state, byte);
    memcpy(s->to, state, CRYPTO_KEY_BYTES);
    s->out = *byte;
    s->used = true;
}

void seal_blind(const struct txn *t, uint8_t *key, size_t from, size_t len)
{
    struct seal_work *w = t->sealed;
    uint8_t state[CRYPTO_KEY_BYTES], input[CRYPTO_INPUT_BYTES] = {0};
    CHECK(from <= sizeof(input));
    if (!w->steps && t->mode == TXN_WRITE) {
        w->steps = calloc(STEPS, sizeof(*w->steps));
        CHECK(w->steps != NULL);
    }
    memcpy(input, key, from);
    crypto_derive(t->store->seal->blinds, input, state);
    for (size_t i = from; i < len; i++) {
        if (w->steps) {
            remembered_step(w->steps, state, &key[i]);
        } else {
            blind_step(state, &key[i]);
        }
    }
    crypto_wipe(state, sizeof(state));
}
