/* Bends a real message in thousands of ways and posts each to a hub.
 *
 *   mangle HOST:PORT STORE COUNT SEED HUB_STORE|rehome
 *
 * The message is the one that STORE would send next to the hub whose store is named, or by which it
 * would go to that hub. In turns it is cut short, has bits flipped, has bits flipped with its check
 * made right again, or has bits of its *unpacked* body flipped and is packed, signed and sealed
 * anew, so that only the meaning is wrong. Every one
 * must get an HTTP answer or a closed connection, and the hub must answer the next. Prints the
 * answers by status. */
#include "core/crypto.h"
#include "sync/join.h"
#include "sync/session.h"
#include "tests/lib/net.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>

#define SILENCE_MS 10000
#define CHECK_BYTES 8

static uint64_t random_state;
static const char *path = "/v1/sync";

static uint64_t random_next(void)
{
    uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* HTTP status, 0 when the connection was closed without one, -1 when nobody answers any more. */
static int post(const struct sockaddr_in *to, const char *at, struct slice body)
{
    char reply[65536];
    size_t got = 0;
    int status = 0;
    struct buf request = {0};
    int fd = net_connect(to);
    if (fd < 0) {
        return -1;
    }
    buf_printf(&request,
               "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: " MESSAGE_TYPE
               "\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
               path, at, body.len);
    buf_add_slice(&request, body);
    for (size_t sent = 0; sent < request.len;) {
        ssize_t n = send(fd, request.ptr + sent, request.len - sent, MSG_NOSIGNAL);
        if (n <= 0) {
            break;
        }
        sent += (size_t)n;
    }
    while (got + 1 < sizeof(reply)) {
        struct pollfd readable = {fd, POLLIN, 0};
        if (poll(&readable, 1, SILENCE_MS) <= 0) {
            status = -1;
            break;
        }
        ssize_t n = recv(fd, reply + got, sizeof(reply) - 1 - got, 0);
        if (n <= 0) {
            break;
        }
        got += (size_t)n;
    }
    reply[got] = '\0';
    if (status == 0 && strncmp(reply, "HTTP/1.", 7) == 0) {
        status = (int)strtol(reply + 9, NULL, 10);
    }
    close(fd);
    buf_free(&request);
    return status;
}

static void flip(struct buf *b, size_t from)
{
    size_t times = 1 + random_next() % 6;
    for (size_t i = 0; i < times && b->len > from; i++) {
        size_t at = from + random_next() % (b->len - from);
        switch (random_next() % 3) {
        case 0:
            b->ptr[at] ^= (uint8_t)(1u << (random_next() % 8));
            break;
        case 1:
            b->ptr[at] = (uint8_t)random_next();
            break;
        default:
            b->ptr[at] = (uint8_t)(random_next() % 2 ? 0xff : 0x00);
            break;
        }
    }
}

static void check_again(struct buf *b)
{
    if (b->len > CHECK_BYTES) {
        struct hash h = hash_of(slice_make(b->ptr, b->len - CHECK_BYTES));
        memcpy(b->ptr + b->len - CHECK_BYTES, h.bytes, CHECK_BYTES);
    }
}

/* Whose message it is, and whose hub reads it; NULL for the open ones of a re-homing. */
static struct store *store, *hub;

static void pack_anew(const struct message *bent, struct buf *out)
{
    if (!hub) {
        message_write(bent, out);
    } else {
        CHECK(message_seal(bent, store_identity(store), store_identity(hub)->public_key, out) ==
              ERR_OK);
    }
}

static enum err body_of(const struct buf *whole, struct buf *plain, struct buf *raw,
                        struct message *m)
{
    if (!hub) {
        return message_read(buf_view(whole), raw, m);
    }
    enum err e = message_unseal(buf_view(whole), store_identity(hub), plain, m);
    return e ? e : message_accept(m, store_identity(hub), store_identity(store)->public_key, raw);
}

static void bend(unsigned way, const struct buf *whole, const struct message *m, struct buf *out)
{
    struct buf body = {0};
    struct message bent = *m;
    buf_clear(out);
    switch (way % 4) {
    case 0:
        buf_add(out, whole->ptr, random_next() % whole->len);
        if (random_next() % 2) {
            check_again(out);
        }
        break;
    case 1:
        buf_add_slice(out, buf_view(whole));
        flip(out, 0);
        break;
    case 2:
        buf_add_slice(out, buf_view(whole));
        flip(out, 0);
        check_again(out);
        break;
    default:
        buf_add_slice(&body, m->body);
        flip(&body, 0);
        if (random_next() % 4 == 0) {
            body.len = random_next() % (body.len + 1);
        }
        bent.body = buf_view(&body);
        pack_anew(&bent, out);
        break;
    }
    buf_free(&body);
}

/* In place of a link: keeps what was to be sent, so that nothing comes of it here. */
static enum err keep_post(void *ctx, const char *url, struct slice body, size_t reply_max,
                          struct buf *reply, int *status, uint64_t *sent, uint64_t *received)
{
    (void)url;
    (void)reply_max;
    (void)reply;
    (void)status;
    (void)sent;
    (void)received;
    buf_add_slice(ctx, body);
    return ERR_NO_LINK;
}

static enum err next_message(struct store *s, bool rehome, struct buf *out)
{
    struct session session;
    if (rehome) {
        enum err e = join_rehome(s, "http://nowhere", NULL);
        return e == ERR_NO_LINK && out->len ? ERR_OK : e;
    }
    session_init(&session, s);
    return session_request(&session, out);
}

int main(int argc, char **argv)
{
    struct env env;
    struct sockaddr_in to;
    struct buf whole = {0}, plain = {0}, raw = {0}, bent = {0};
    struct message m;
    unsigned answers[6] = {0}; /* 0: closed, else the hundreds of the status */
    if (argc != 6 || !net_address(argv[1], &to)) {
        fprintf(stderr, "usage: mangle HOST:PORT STORE COUNT SEED HUB_STORE|rehome\n");
        return 2;
    }
    unsigned count = (unsigned)strtoul(argv[3], NULL, 10);
    random_state = strtoull(argv[4], NULL, 10);
    printf("seed %llu\n", (unsigned long long)random_state);
    signal(SIGPIPE, SIG_IGN);
    crypto_init();
    env_init_default(&env);
    env.ctx = &whole;
    env.post = keep_post;
    bool rehome = strcmp(argv[5], "rehome") == 0;
    path = rehome ? "/v1/join" : path;
    enum err e = store_open(&env, argv[2], &store);
    if (e == ERR_OK && !rehome) {
        e = store_open(&env, argv[5], &hub);
    }
    e = e ? e : next_message(store, rehome, &whole);
    e = e ? e : body_of(&whole, &plain, &raw, &m);
    if (e != ERR_OK) {
        fprintf(stderr, "mangle: %s: %s\n", error_word(e), error_last()->text);
        return 1;
    }
    printf("a message of %zu bytes, %zu unpacked\n", whole.len, m.body.len);
    int failed = 0;
    for (unsigned i = 0; i < count && !failed; i++) {
        bend(i, &whole, &m, &bent);
        int status = post(&to, argv[1], buf_view(&bent));
        if (status < 0 || status > 599) {
            fprintf(stderr, "mangle: no answer to message %u\n", i);
            failed = 1;
        } else {
            answers[status / 100]++;
        }
    }
    printf("closed %u, 2xx %u, 4xx %u, 5xx %u\n", answers[0], answers[2], answers[4], answers[5]);
    store_close(store);
    store_close(hub);
    buf_free(&plain);
    buf_free(&whole);
    buf_free(&raw);
    buf_free(&bent);
    return failed;
}
