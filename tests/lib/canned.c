/* A server that gives every request the same answer: the bytes of a file.
 *
 *   canned FILE COUNTS [--endless]
 *
 * Prints "listening on http://127.0.0.1:PORT". --endless: the answer never ends. On SIGTERM writes
 * how many connections there were to COUNTS. */
#include "tests/lib/net.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t stop;

static void on_term(int sig)
{
    (void)sig;
    stop = 1;
}

static void answer(int fd, const char *text, size_t len, int endless)
{
    static char request[1 << 16];
    struct pollfd readable = {fd, POLLIN, 0};
    /* all that comes until it pauses */
    while (poll(&readable, 1, 200) > 0 && recv(fd, request, sizeof(request), 0) > 0) {
    }
    (void)send(fd, text, len, MSG_NOSIGNAL);
    memset(request, 'x', sizeof(request));
    while (endless && !stop && send(fd, request, sizeof(request), MSG_NOSIGNAL) > 0) {
    }
    close(fd);
}

int main(int argc, char **argv)
{
    static char text[65536];
    unsigned port = 0, connections = 0;
    FILE *f = argc >= 3 ? fopen(argv[1], "r") : NULL;
    int listener = net_listen(&port);
    if (!f || listener < 0) {
        fprintf(stderr, "usage: canned FILE COUNTS [--endless]\n");
        return 2;
    }
    size_t len = fread(text, 1, sizeof(text), f);
    fclose(f);
    struct sigaction act = {.sa_handler = on_term};
    sigaction(SIGTERM, &act, NULL);
    printf("listening on http://127.0.0.1:%u\n", port);
    fflush(stdout);
    while (!stop) {
        struct pollfd ready = {listener, POLLIN, 0};
        int fd = poll(&ready, 1, 1000) > 0 ? accept(listener, NULL, NULL) : -1;
        if (fd >= 0) {
            connections++;
            answer(fd, text, len, argc > 3);
        }
    }
    f = fopen(argv[2], "w");
    if (f) {
        fprintf(f, "%u\n", connections);
        fclose(f);
    }
    return 0;
}
