/* A link between a client and a hub that can be counted, slowed and cut.
 *
 *   proxy TARGET STATS [--cut BYTES] [--rate BYTES_PER_S] [--delay MS]
 *         [--from ADDRESS]
 *
 * Listens on 127.0.0.1, prints "listening on http://127.0.0.1:PORT". --cut: after that many bytes,
 * both ways together, the connection is reset in the middle and no other is accepted. --rate: of
 * each direction. --delay: before each connection's first byte goes on. --from: of this machine, as
 * the target sees it. On SIGTERM writes a line to
 * STATS: connections requests bytes-up bytes-down, where a request is counted from its header. */
#include "tests/lib/net.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define PAIRS 32
#define CHUNK 16384

/* Finds where requests begin in what a client sends. */
struct request_counter {
    char head[8192];
    size_t head_len;
    uint64_t body_left;
    bool in_body;
};
struct way {
    char data[CHUNK];
    size_t start, len;
    bool ended; /* the source has said all */
    int64_t credit_us;
};
struct pair {
    int client, hub; /* -1 = closed */
    struct way up, down;
    struct request_counter counter;
    int64_t opened_us;
};
static struct {
    uint64_t connections, requests, up, down, cut, rate;
    int64_t delay_us;
    const char *from;
    bool dead; /* the link was cut */
} link_state;
static volatile sig_atomic_t stop;

static void on_term(int sig)
{
    (void)sig;
    stop = 1;
}

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void count_requests(struct request_counter *c, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (c->in_body) {
            uint64_t take = len - i < c->body_left ? len - i : c->body_left;
            c->body_left -= take;
            c->in_body = c->body_left > 0;
            i += (size_t)take - 1;
            continue;
        }
        if (c->head_len + 1 < sizeof(c->head)) {
            c->head[c->head_len++] = data[i];
        }
        if (c->head_len >= 4 && memcmp(c->head + c->head_len - 4, "\r\n\r\n", 4) == 0) {
            c->head[c->head_len] = '\0';
            link_state.requests++;
            for (char *line = c->head; line; line = strchr(line + 1, '\n')) {
                if (strncmp(line + 1, "Content-Length:", 15) == 0 ||
                    strncmp(line + 1, "content-length:", 15) == 0) {
                    c->body_left = strtoull(line + 16, NULL, 10);
                }
            }
            c->in_body = c->body_left > 0;
            c->head_len = 0;
        }
    }
}

static void pair_close(struct pair *p, bool hard)
{
    if (p->client >= 0) {
        hard ? net_reset(p->client) : (void)close(p->client);
    }
    if (p->hub >= 0) {
        hard ? net_reset(p->hub) : (void)close(p->hub);
    }
    memset(p, 0, sizeof(*p));
    p->client = p->hub = -1;
}

/* How much of `len` may go on now, by rate and cut. */
static size_t allowed(struct way *w, size_t len)
{
    if (link_state.cut > 0) {
        uint64_t left = link_state.cut - (link_state.up + link_state.down);
        len = len < left ? len : (size_t)left;
    }
    if (link_state.rate > 0) {
        int64_t now = now_us();
        if (w->credit_us == 0 || now - w->credit_us > 100000) {
            w->credit_us = now - 20000;
        }
        uint64_t bytes = (uint64_t)(now - w->credit_us) * link_state.rate / 1000000;
        len = len < bytes ? len : (size_t)bytes;
        w->credit_us += (int64_t)(len * 1000000 / link_state.rate);
    }
    return len;
}

/* false when the pair is done with. */
static bool forward(struct pair *p, struct way *w, int from, int to, bool is_up)
{
    if (w->len == 0 && !w->ended) {
        ssize_t n = recv(from, w->data, sizeof(w->data), MSG_DONTWAIT);
        if (n == 0) {
            w->ended = true;
            shutdown(to, SHUT_WR);
        } else if (n < 0) {
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        } else {
            w->start = 0;
            w->len = (size_t)n;
        }
    }
    if (w->len > 0 && now_us() - p->opened_us >= link_state.delay_us) {
        size_t n = allowed(w, w->len);
        ssize_t sent = n > 0 ? send(to, w->data + w->start, n, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
        if (sent < 0) {
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        }
        if (is_up) {
            count_requests(&p->counter, w->data + w->start, (size_t)sent);
            link_state.up += (uint64_t)sent;
        } else {
            link_state.down += (uint64_t)sent;
        }
        w->start += (size_t)sent;
        w->len -= (size_t)sent;
        if (link_state.cut > 0 && link_state.up + link_state.down >= link_state.cut) {
            link_state.dead = true;
            return false;
        }
    }
    return true;
}

static void pair_open(struct pair *pairs, int client, const struct sockaddr_in *target)
{
    for (size_t i = 0; i < PAIRS; i++) {
        if (pairs[i].client < 0) {
            int hub = link_state.dead ? -1 : net_connect_from(link_state.from, target);
            if (hub < 0) {
                break;
            }
            pairs[i].client = client;
            pairs[i].hub = hub;
            pairs[i].opened_us = now_us();
            link_state.connections++;
            return;
        }
    }
    net_reset(client);
}

static void serve(int listener, const struct sockaddr_in *target)
{
    static struct pair pairs[PAIRS];
    for (size_t i = 0; i < PAIRS; i++) {
        pairs[i].client = pairs[i].hub = -1;
    }
    while (!stop) {
        struct pollfd fds[1 + 2 * PAIRS];
        nfds_t count = 0;
        bool waiting = false; /* for the rate or the delay: look again soon */
        fds[count++] = (struct pollfd){listener, POLLIN, 0};
        for (size_t i = 0; i < PAIRS; i++) {
            struct pair *p = &pairs[i];
            if (p->client >= 0) {
                waiting = waiting || p->up.len > 0 || p->down.len > 0;
                if (p->up.len == 0 && !p->up.ended) {
                    fds[count++] = (struct pollfd){p->client, POLLIN, 0};
                }
                if (p->down.len == 0 && !p->down.ended) {
                    fds[count++] = (struct pollfd){p->hub, POLLIN, 0};
                }
            }
        }
        if (poll(fds, count, waiting ? 2 : 1000) < 0) {
            continue; /* a signal */
        }
        if (fds[0].revents & POLLIN) {
            int client = accept(listener, NULL, NULL);
            if (client >= 0) {
                pair_open(pairs, client, target);
            }
        }
        for (size_t i = 0; i < PAIRS; i++) {
            struct pair *p = &pairs[i];
            if (p->client < 0) {
                continue;
            }
            bool alive = forward(p, &p->up, p->client, p->hub, true) && !link_state.dead &&
                         forward(p, &p->down, p->hub, p->client, false);
            bool said = p->up.ended && p->down.ended && p->up.len == 0 && p->down.len == 0;
            if (link_state.dead || !alive || said) {
                pair_close(p, link_state.dead || !alive);
            }
        }
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in target;
    unsigned port = 0;
    if (argc < 3 || !net_address(argv[1], &target)) {
        fprintf(stderr, "usage: proxy HOST:PORT STATS [--cut BYTES] [--rate BYTES_PER_S] "
                        "[--delay MS]\n");
        return 2;
    }
    for (int i = 3; i + 1 < argc; i += 2) {
        uint64_t n = strtoull(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--cut") == 0) {
            link_state.cut = n;
        } else if (strcmp(argv[i], "--rate") == 0) {
            link_state.rate = n;
        } else if (strcmp(argv[i], "--delay") == 0) {
            link_state.delay_us = (int64_t)n * 1000;
        } else if (strcmp(argv[i], "--from") == 0) {
            link_state.from = argv[i + 1];
        }
    }
    int listener = net_listen(&port);
    if (listener < 0) {
        perror("proxy: listen");
        return 1;
    }
    struct sigaction act = {.sa_handler = on_term};
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGINT, &act, NULL);
    printf("listening on http://127.0.0.1:%u\n", port);
    fflush(stdout);
    serve(listener, &target);

    FILE *stats = fopen(argv[2], "w");
    if (!stats) {
        perror("proxy: stats");
        return 1;
    }
    fprintf(stats, "%llu %llu %llu %llu\n", (unsigned long long)link_state.connections,
            (unsigned long long)link_state.requests, (unsigned long long)link_state.up,
            (unsigned long long)link_state.down);
    return fclose(stats) == 0 ? 0 : 1;
}
