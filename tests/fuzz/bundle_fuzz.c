/* Bundles, both ways. The first byte chooses what the rest stands for: a file, a part of one, or
 * the request or reply in a part; what is around it, checks, seals and signatures, is made right
 * here, or else nothing behind it would ever be reached. */
#include "core/pack.h"
#include "sync/bundle_part.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CHECK_AT 5 /* FORMAT.md, "Bundle" */
#define COUNT_AT 21
#define LENGTH_AT 25
#define HEAD_BYTES 33
#define BODY_PART 16

enum mode { FILE_AS_IT_IS, FILE_MENDED, PART_UP, PART_DOWN, REQUEST, REPLY, MODES };

static struct scene {
    struct env env;
    char dir[64], hub_dir[80], node_dir[80];
    struct store *hub, *node;
    uint64_t random;
} scene;

static void fill_random(void *ctx, void *out, size_t len)
{
    uint8_t *p = out;
    (void)ctx;
    for (size_t i = 0; i < len; i++) {
        scene.random = scene.random * 6364136223846793005u + 1442695040888963407u;
        p[i] = (uint8_t)(scene.random >> 56);
    }
}

static int64_t fixed_now(void *ctx)
{
    (void)ctx;
    return 1750000000000;
}

static void remove_all(void)
{
    char command[160];
    store_close(scene.hub);
    store_close(scene.node);
    (void)snprintf(command, sizeof(command), "rm -rf %s", scene.dir);
    CHECK(system(command) == 0);
}

/* The two know each other, as after joining; ids are small, so that an input can name them. */
static void introduce(void)
{
    const struct identity *hub = store_identity(scene.hub), *node = store_identity(scene.node);
    struct link link = {.node = node->node, .unit = node->unit, .epoch = node->actor};
    struct upstream up = {.node = hub->node, .epoch = hub->actor};
    struct txn *t = NULL;
    memcpy(link.public_key, node->public_key, KEY_PUBLIC_BYTES);
    memcpy(up.public_key, hub->public_key, KEY_PUBLIC_BYTES);
    CHECK(txn_begin(scene.hub, TXN_WRITE, &t) == ERR_OK);
    CHECK(link_store(t, &link) == ERR_OK && txn_commit(t) == ERR_OK);
    CHECK(txn_begin(scene.node, TXN_WRITE, &t) == ERR_OK);
    CHECK(upstream_store(t, &up) == ERR_OK && txn_commit(t) == ERR_OK);
}

static void set_up(void)
{
    struct identity hub = {.node = {1, 2}, .unit = {1, 1}, .level = LEVEL_PROVINCE, .actor = 1};
    struct identity node = {.node = {1, 4}, .unit = {1, 3}, .level = LEVEL_COMMUNE, .actor = 2};
    env_init_default(&scene.env);
    scene.env.random = fill_random;
    scene.env.now_ms = fixed_now;
    bool memory = access("/dev/shm", W_OK) == 0;
    (void)snprintf(scene.dir, sizeof(scene.dir), "%s/terrace-fuzz-XXXXXX",
                   memory ? "/dev/shm" : "/tmp");
    CHECK(mkdtemp(scene.dir) != NULL);
    (void)snprintf(scene.hub_dir, sizeof(scene.hub_dir), "%s/hub", scene.dir);
    (void)snprintf(scene.node_dir, sizeof(scene.node_dir), "%s/node", scene.dir);
    crypto_keypair(hub.public_key, hub.secret_key);
    crypto_keypair(node.public_key, node.secret_key);
    CHECK(store_create(&scene.env, scene.hub_dir, &hub) == ERR_OK);
    CHECK(store_create(&scene.env, scene.node_dir, &node) == ERR_OK);
    CHECK(store_open(&scene.env, scene.hub_dir, &scene.hub) == ERR_OK);
    CHECK(store_open(&scene.env, scene.node_dir, &scene.node) == ERR_OK);
    introduce();
    CHECK(atexit(remove_all) == 0);
}

static void mend(struct buf *file)
{
    struct hash parts[2];
    be64_put(file->ptr + LENGTH_AT, file->len);
    parts[0] = hash_of(slice_make(file->ptr, CHECK_AT));
    parts[1] = hash_of(slice_make(file->ptr + COUNT_AT, file->len - COUNT_AT));
    struct hash check = hash_of(slice_make(parts, sizeof(parts)));
    memcpy(file->ptr + CHECK_AT, check.bytes, HASH_BYTES);
}

/* One part sealed as a whole bundle. */
static void wrap(struct slice part, bool up, struct buf *file)
{
    const struct identity *from = store_identity(up ? scene.node : scene.hub);
    const struct identity *to = store_identity(up ? scene.hub : scene.node);
    struct message m = {.body = part};
    const uint8_t head[HEAD_BYTES + 4] = {'T', 'r', 'c', 'B', 1};
    buf_add(file, head, sizeof(head));
    file->ptr[COUNT_AT + 3] = 1;
    CHECK(message_seal(&m, from, to->public_key, file) == ERR_OK);
    size_t len = file->len - HEAD_BYTES - 4;
    for (int i = 0; i < 4; i++) {
        file->ptr[HEAD_BYTES + i] = (uint8_t)(len >> (24 - 8 * i));
    }
    mend(file);
}

static void wrap_body(struct slice body, bool up, struct buf *file)
{
    struct buf part = {0};
    struct pack_writer w = pack_writer_make(&part);
    pack_array(&w, 5);
    pack_uint(&w, BODY_PART);
    pack_uint(&w, 1);
    pack_uint(&w, 0);
    pack_bool(&w, true);
    pack_bin(&w, body);
    wrap(buf_view(&part), up, file);
    buf_free(&part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf file = {0};
    struct bundle_taken taken;
    if (!scene.hub) {
        set_up();
    }
    enum mode mode = size ? (enum mode)(data[0] % MODES) : FILE_AS_IT_IS;
    struct slice rest = size ? slice_make(data + 1, size - 1) : slice_make("", 0);
    switch (mode) {
    case FILE_MENDED:
        buf_add_slice(&file, rest);
        if (file.len >= HEAD_BYTES) {
            mend(&file);
        }
        break;
    case PART_UP:
    case PART_DOWN:
        wrap(rest, mode == PART_UP, &file);
        break;
    case REQUEST:
    case REPLY:
        wrap_body(rest, mode == REQUEST, &file);
        break;
    default:
        buf_add_slice(&file, rest);
        break;
    }
    bool up = mode == PART_UP || mode == REQUEST;
    enum err e = bundle_import(up ? scene.hub : scene.node, buf_view(&file), &taken);
    CHECK(e < ERR_COUNT && taken.has_reply == (e == ERR_OK && taken.from_below));
    CHECK(taken.reply.len <= BUNDLE_MAX_BYTES);
    buf_free(&taken.reply);
    buf_free(&file);
    return 0;
}
