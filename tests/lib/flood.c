/* Many connections to a hub that mean it no good, kept open until SIGTERM; one that is cut is
 * opened again.
 *
 *   flood HOST:PORT STATS COUNT ADDRESSES STORE
 *
 * A third sends a head, a third a body, a byte every 100 ms; a third asks, as the store STORE
 * would, for all there is and never reads the reply. They come from 127.0.0.1, 127.0.0.2, … by
 * turns. Prints "listening on flood" when each has been tried once. STATS, every second: open,
 * turned away or cut so far, bytes sent. Exit 1 when it cannot begin. */
#include "sync/session.h"
#include "tests/lib/net.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#define COUNT_MAX 1000

enum kind { SLOW_HEAD, SLOW_BODY, NEVER_READS };
static struct {
    struct sockaddr_in to;
    unsigned addresses;
    struct buf request;
    unsigned long cut, sent;
    int fds[COUNT_MAX];
    size_t at[COUNT_MAX];
} flood;
static volatile sig_atomic_t stop;

static void on_term(int sig)
{
    (void)sig;
    stop = 1;
}

static const char head[] = "POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Type: "
                           "application/vnd.terrace\r\nContent-Length: 60000\r\n\r\n";

/* What the node of the store would send first. */
static int make_request(const char *dir)
{
    struct env env;
    struct store *s = NULL;
    struct session session;
    struct buf message = {0};
    env_init_default(&env);
    if (store_open(&env, dir, &s) != ERR_OK) {
        return 0;
    }
    session_init(&session, s);
    int ok = session_request(&session, &message) == ERR_OK;
    session_end(&session);
    store_close(s);
    buf_printf(&flood.request,
               "POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Type: "
               "application/vnd.terrace\r\nContent-Length: %zu\r\n\r\n",
               message.len);
    buf_add_slice(&flood.request, buf_view(&message));
    buf_free(&message);
    return ok;
}

static int open_one(size_t i)
{
    struct sockaddr_in from = {.sin_family = AF_INET};
    int small = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(i % flood.addresses));
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0) {
        return -1;
    }
    /* without waiting: a hub that takes no more leaves it in the queue */
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    (void)connect(fd, (struct sockaddr *)&flood.to, sizeof(flood.to));
    return fd;
}

static void tell(const char *path, size_t count)
{
    size_t open = 0;
    for (size_t i = 0; i < count; i++) {
        open += flood.fds[i] >= 0;
    }
    char tmp[4096];
    snprintf(tmp, sizeof(tmp), "%s.new", path);
    FILE *f = fopen(tmp, "w");
    if (f) {
        fprintf(f, "%zu %lu %lu\n", open, flood.cut, flood.sent);
        fclose(f);
        rename(tmp, path);
    }
}

/* The next bytes of connection i: its head or request, and then x without end. */
static ssize_t send_some(size_t i, enum kind kind)
{
    struct slice all =
        kind == NEVER_READS ? buf_view(&flood.request) : slice_make(head, sizeof(head) - 1);
    if (kind == SLOW_HEAD) {
        all.len -= 4; /* the empty line never comes: the last header grows */
    }
    size_t left = flood.at[i] < all.len ? all.len - flood.at[i] : 0;
    if (left == 0 && kind == NEVER_READS) {
        return 0;
    }
    const uint8_t *from = left > 0 ? all.ptr + flood.at[i] : (const uint8_t *)"0";
    return send(flood.fds[i], from, kind == SLOW_HEAD || left == 0 ? 1 : left,
                MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int is_waiting(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOTCONN || errno == EINPROGRESS;
}

static void step(size_t i)
{
    enum kind kind = (enum kind)(i % 3);
    char bin[512];
    if (flood.fds[i] < 0) {
        flood.fds[i] = open_one(i);
        flood.at[i] = 0;
        return;
    }
    ssize_t sent = send_some(i, kind);
    int gone = sent < 0 && !is_waiting();
    if (sent > 0) {
        flood.at[i] += (size_t)sent;
        flood.sent += (unsigned long)sent;
    }
    if (kind != NEVER_READS && !gone) {
        ssize_t got = recv(flood.fds[i], bin, sizeof(bin), MSG_DONTWAIT);
        gone = got == 0 || (got < 0 && !is_waiting());
    }
    if (gone) {
        close(flood.fds[i]);
        flood.fds[i] = -1;
        flood.cut++;
    }
}

int main(int argc, char **argv)
{
    size_t count = argc == 6 ? strtoul(argv[3], NULL, 10) : 0;
    flood.addresses = argc == 6 ? (unsigned)strtoul(argv[4], NULL, 10) : 0;
    if (count == 0 || count > COUNT_MAX || flood.addresses == 0 ||
        !net_address(argv[1], &flood.to)) {
        fprintf(stderr, "usage: flood HOST:PORT STATS COUNT ADDRESSES STORE\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    struct sigaction act = {.sa_handler = on_term};
    sigaction(SIGTERM, &act, NULL);
    if (!make_request(argv[5])) {
        fprintf(stderr, "flood: no request from %s: %s\n", argv[5], error_last()->text);
        return 1;
    }
    for (size_t i = 0; i < count; i++) {
        flood.fds[i] = -1;
    }
    for (unsigned tick = 0; !stop; tick++) {
        for (size_t i = 0; i < count; i++) {
            step(i);
        }
        if (tick == 5) {
            printf("listening on flood\n");
            fflush(stdout);
        }
        if (tick % 10 == 5) {
            tell(argv[2], count);
        }
        nanosleep(&(struct timespec){0, 100000000}, NULL);
    }
    tell(argv[2], count);
    buf_free(&flood.request);
    return 0;
}
