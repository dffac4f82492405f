/* The bodies of joining (by file as well) and re-homing, both ways. The first byte chooses which;
 * the rest stands for a body without its last item, the proof or the signature, which is made right
 * here, or else nothing behind it would ever be reached. */
#include "core/crypto.h"
#include "core/scope.h"
#include "sync/client.h"
#include "sync/join_code.h"
#include "sync/message.h"
#include "sync/session.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum mode {
    JOIN_ASKED,
    REHOME_ASKED,
    JOIN_ANSWERED,
    REHOME_ANSWERED,
    FILE_ASKED,
    FILE_ANSWERED,
    MODES
};

static struct scene {
    struct env env;
    char dir[64], hub_dir[80], node_dir[80], new_dir[80], wait_dir[80];
    struct store *hub, *node, *waits;
    struct identity waiting; /* as it was before it was admitted */
    struct hash context;     /* of its request */
    char code[JOIN_CODE_SIZE];
    uint8_t code_bytes[CODE_BYTES];
    bool honest; /* the hub answers, not the input */
    enum mode mode;
    struct slice input;
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

static void add_hash(struct buf *body, struct hash h)
{
    struct pack_writer w = pack_writer_make(body);
    pack_bin(&w, slice_make(h.bytes, HASH_BYTES));
}

/* What proof and signature of a re-homing's reply cover (FORMAT.md, 11). */
static void sign_reply(struct slice request, struct buf *body)
{
    struct buf context = {0}, said = {0};
    uint8_t signature[SIGNATURE_BYTES];
    buf_add_str(&context, "terrace rehome");
    buf_add_slice(&context, request);
    struct hash h = hash_of(buf_view(&context));
    buf_add(&said, h.bytes, HASH_BYTES);
    buf_add_slice(&said, buf_view(body));
    crypto_sign_data(store_identity(scene.hub)->secret_key, buf_view(&said), signature);
    struct pack_writer w = pack_writer_make(body);
    pack_bin(&w, slice_make(signature, SIGNATURE_BYTES));
    buf_free(&context);
    buf_free(&said);
}

/* What no input can know, since it is made anew in every run, stands in it as one letter all along.
 */
static void fill_in(struct buf *b)
{
    const struct identity *hub = store_identity(scene.hub), *node = store_identity(scene.node);
    struct hash id = code_id(scene.code_bytes);
    const uint8_t *key = scene.mode == REHOME_ASKED ? node->public_key
                         : scene.mode == FILE_ASKED ? scene.waiting.public_key
                                                    : hub->public_key;
    uint8_t actor[8], letters[32];
    be64_put(actor, hub->actor);
    const struct {
        char letter;
        size_t len;
        const uint8_t *bytes;
    } places[] = {{'k', KEY_PUBLIC_BYTES, key},
                  {'i', HASH_BYTES, id.bytes},
                  {'c', HASH_BYTES, scene.context.bytes},
                  {'a', 8, actor}};
    for (size_t p = 0; p < ARRAY_COUNT(places); p++) {
        memset(letters, places[p].letter, sizeof(letters));
        for (size_t at = 0; at + places[p].len <= b->len; at++) {
            if (memcmp(b->ptr + at, letters, places[p].len) == 0) {
                memcpy(b->ptr + at, places[p].bytes, places[p].len);
            }
        }
    }
    if (b->len > HASH_BYTES + 2) { /* the proof is the last item, behind its head */
        uint8_t *proof = b->ptr + b->len - HASH_BYTES;
        memset(letters, 'p', sizeof(letters));
        if (memcmp(proof, letters, HASH_BYTES) == 0) {
            struct slice said = slice_make(b->ptr, b->len - HASH_BYTES - 2);
            struct hash h = code_prove(scene.code_bytes, "node", said);
            memcpy(proof, h.bytes, HASH_BYTES);
        }
    }
}

static void wrap(const struct buf *body, struct buf *out)
{
    struct message m = {.version = MESSAGE_VERSION, .body = buf_view(body)};
    message_write(&m, out);
}

static enum err fuzz_post(void *ctx, const char *url, struct slice body, size_t reply_max,
                          struct buf *reply, int *status, uint64_t *sent, uint64_t *received)
{
    struct buf answer = {0}, raw = {0};
    struct message m;
    (void)ctx;
    (void)reply_max;
    (void)sent;
    (void)received;
    *status = 200;
    if (scene.honest) {
        return strstr(url, "/v1/join") ? join_serve(scene.hub, body, reply)
                                       : session_serve(scene.hub, body, reply);
    }
    CHECK(message_read(body, &raw, &m) == ERR_OK);
    buf_add_slice(&answer, scene.input);
    fill_in(&answer);
    if (scene.mode == JOIN_ANSWERED) {
        add_hash(&answer, code_prove(scene.code_bytes, "hub", buf_view(&answer)));
    } else {
        sign_reply(m.body, &answer);
    }
    wrap(&answer, reply);
    buf_free(&answer);
    buf_free(&raw);
    return ERR_OK;
}

static void clear_up(void)
{
    char line[128];
    store_close(scene.waits);
    store_close(scene.node);
    store_close(scene.hub);
    (void)snprintf(line, sizeof(line), "rm -rf %s", scene.dir);
    CHECK(system(line) == 0);
}

static struct dot save(struct txn *t, uint32_t kind, const struct edit *edits, size_t count)
{
    struct arena arena = {0};
    struct dot id, dot;
    struct save s = {.kind = kind, .edits = edits, .edit_count = count, .via = VIA_LOCAL};
    CHECK(store_save(t, &s, &arena, &id, &dot) == ERR_OK);
    arena_free(&arena);
    return id;
}

static void make_hub(void)
{
    struct identity id = {.level = LEVEL_PROVINCE};
    struct txn *t = NULL;
    int64_t expires = 0;
    struct datum name = datum_text(slice_str("15")), state = datum_int(NODE_ACTIVE);
    const struct edit unit[] = {{F_UNIT_CODE, EDIT_SET, &name, 1},
                                {F_UNIT_NAME, EDIT_SET, &name, 1}};
    crypto_keypair(id.public_key, id.secret_key);
    CHECK(store_create(&scene.env, scene.hub_dir, &id) == ERR_OK);
    CHECK(store_open(&scene.env, scene.hub_dir, &scene.hub) == ERR_OK);
    CHECK(txn_begin(scene.hub, TXN_WRITE, &t) == ERR_OK);
    id.unit = save(t, KIND_UNIT, unit, ARRAY_COUNT(unit));
    struct datum of = datum_ref(id.unit), key = datum_bytes(slice_make(id.public_key, 32));
    const struct edit node[] = {{F_UNIT, EDIT_SET, &of, 1},
                                {F_NODE_KEY, EDIT_SET, &key, 1},
                                {F_NODE_STATE, EDIT_SET, &state, 1}};
    id.node = save(t, KIND_NODE, node, ARRAY_COUNT(node));
    CHECK(txn_commit(t) == ERR_OK);
    CHECK(store_set_identity(scene.hub, &id) == ERR_OK);
    CHECK(txn_begin(scene.hub, TXN_WRITE, &t) == ERR_OK);
    CHECK(join_invite(t, id.unit, 1, 7, scene.code, &expires) == ERR_OK);
    CHECK(txn_commit(t) == ERR_OK);
    CHECK(code_parse(scene.code, scene.code_bytes) == ERR_OK);
}

/* The store that asked by file, as it stands before the answer. */
static void make_waiting(void)
{
    struct buf file = {0}, raw = {0}, said = {0};
    struct message m;
    char check[JOIN_CHECK_SIZE];
    CHECK(join_file_request(scene.waits, NULL, &file, check) == ERR_OK);
    CHECK(message_read(buf_view(&file), &raw, &m) == ERR_OK);
    buf_add_str(&said, "terrace join file");
    buf_add_slice(&said, m.body);
    scene.context = hash_of(buf_view(&said));
    scene.waiting = *store_identity(scene.waits);
    buf_free(&file);
    buf_free(&raw);
    buf_free(&said);
}

static void set_the_scene(void)
{
    struct identity id;
    struct sync_result result;
    env_init_default(&scene.env);
    scene.env.now_ms = fixed_now;
    scene.env.random = fill_random;
    scene.env.post = fuzz_post;
    (void)snprintf(scene.dir, sizeof(scene.dir), "%s/terrace-fuzz-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    CHECK(mkdtemp(scene.dir) != NULL);
    (void)snprintf(scene.hub_dir, sizeof(scene.hub_dir), "%s/hub", scene.dir);
    (void)snprintf(scene.node_dir, sizeof(scene.node_dir), "%s/node", scene.dir);
    (void)snprintf(scene.new_dir, sizeof(scene.new_dir), "%s/new", scene.dir);
    (void)snprintf(scene.wait_dir, sizeof(scene.wait_dir), "%s/wait", scene.dir);
    (void)atexit(clear_up);
    make_hub();
    scene.honest = true;
    CHECK(join_hub(&scene.env, scene.node_dir, "http://hub", scene.code, &id) == ERR_OK);
    CHECK(store_open(&scene.env, scene.node_dir, &scene.node) == ERR_OK);
    CHECK(client_sync(scene.node, NULL, &result) == ERR_OK);
    CHECK(join_file_create(&scene.env, scene.wait_dir, NULL) == ERR_OK);
    CHECK(store_open(&scene.env, scene.wait_dir, &scene.waits) == ERR_OK);
    make_waiting();
}

/* A file to the hub, or to the store that waits; signed by the one that it is from. */
static void carry(struct slice input)
{
    struct buf body = {0}, file = {0}, answer = {0};
    uint8_t signature[SIGNATURE_BYTES];
    const struct identity *hub = store_identity(scene.hub);
    const struct identity *from = scene.mode == FILE_ASKED ? &scene.waiting : hub;
    struct join_admitted a;
    struct txn *t = NULL;
    struct join_completed done;
    buf_add_slice(&body, input);
    fill_in(&body);
    crypto_sign_data(from->secret_key, buf_view(&body), signature);
    struct pack_writer w = pack_writer_make(&body);
    pack_bin(&w, slice_make(signature, SIGNATURE_BYTES));
    struct message m = {.version = MESSAGE_VERSION,
                        .sender = message_address_of(from->public_key),
                        .recipient = message_address_of(scene.waiting.public_key),
                        .body = buf_view(&body)};
    message_write(&m, &file);
    if (scene.mode == FILE_ASKED) { /* and so every input is its first */
        CHECK(txn_begin(scene.hub, TXN_WRITE, &t) == ERR_OK);
        CHECK(join_file_admit(t, buf_view(&file), hub->unit, NODE_ROLE_CLERK, &answer, &a) <
              ERR_COUNT);
        txn_abort(t);
    } else if (join_file_complete(scene.waits, buf_view(&file), &done) == ERR_OK) {
        CHECK(store_set_identity(scene.waits, &scene.waiting) == ERR_OK);
        make_waiting();
    }
    buf_free(&body);
    buf_free(&file);
    buf_free(&answer);
}

/* A request to the hub; with what only the honest can add. */
static void ask(struct slice input)
{
    struct buf body = {0}, message = {0}, reply = {0};
    uint8_t signature[SIGNATURE_BYTES];
    buf_add_slice(&body, input);
    fill_in(&body);
    if (scene.mode == JOIN_ASKED) {
        add_hash(&body, code_prove(scene.code_bytes, "node", buf_view(&body)));
    } else {
        crypto_sign_data(store_identity(scene.node)->secret_key, buf_view(&body), signature);
        struct pack_writer w = pack_writer_make(&body);
        pack_bin(&w, slice_make(signature, SIGNATURE_BYTES));
    }
    wrap(&body, &message);
    CHECK(join_serve(scene.hub, buf_view(&message), &reply) < ERR_COUNT);
    buf_free(&body);
    buf_free(&message);
    buf_free(&reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char line[128];
    struct identity id;
    if (!scene.hub) {
        set_the_scene();
    }
    if (size == 0) {
        return 0;
    }
    scene.honest = false;
    scene.mode = (enum mode)(data[0] % MODES);
    scene.input = slice_make(data + 1, size - 1);
    if (scene.mode == FILE_ASKED || scene.mode == FILE_ANSWERED) {
        carry(scene.input);
    } else if (scene.mode == JOIN_ASKED || scene.mode == REHOME_ASKED) {
        ask(scene.input);
    } else if (scene.mode == REHOME_ANSWERED) {
        CHECK(join_rehome(scene.node, "http://hub", NULL) < ERR_COUNT);
    } else if (join_hub(&scene.env, scene.new_dir, "http://hub", scene.code, &id) == ERR_OK) {
        (void)snprintf(line, sizeof(line), "rm -rf %s", scene.new_dir);
        CHECK(system(line) == 0);
    }
    return 0;
}
