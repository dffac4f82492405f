/* Sends the bytes of stdin to a server as they are and prints what comes back, at most 64 kB.
 *
 *   raw HOST:PORT [--drip MS]    --drip: one byte at a time
 *
 * Exit 0 when the server answered or closed within 10 s, 1 when it could not be reached, 3 when it
 * stayed silent. */
#include "tests/lib/net.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#define SILENCE_MS 10000
#define REPLY_MAX 65536

int main(int argc, char **argv)
{
    static char data[1 << 20];
    struct sockaddr_in to;
    if (argc < 2 || !net_address(argv[1], &to)) {
        fprintf(stderr, "usage: raw HOST:PORT [--drip MS] <BYTES\n");
        return 2;
    }
    long drip_ms = argc == 4 && strcmp(argv[2], "--drip") == 0 ? strtol(argv[3], NULL, 10) : 0;
    signal(SIGPIPE, SIG_IGN);
    size_t len = fread(data, 1, sizeof(data), stdin);
    int fd = net_connect(&to);
    if (fd < 0) {
        return 1;
    }
    for (size_t at = 0; at < len;) {
        ssize_t n = send(fd, data + at, drip_ms > 0 ? 1 : len - at, MSG_NOSIGNAL);
        if (n <= 0) {
            break; /* it has heard enough; what it says is read below */
        }
        at += (size_t)n;
        if (drip_ms > 0) {
            struct pollfd hung = {fd, POLLIN, 0};
            if (poll(&hung, 1, (int)drip_ms) > 0) {
                break;
            }
        }
    }
    shutdown(fd, SHUT_WR);
    size_t total = 0;
    int silent = 0;
    while (total < REPLY_MAX) {
        struct pollfd readable = {fd, POLLIN, 0};
        if (poll(&readable, 1, SILENCE_MS) <= 0) {
            silent = total == 0;
            break;
        }
        ssize_t n = recv(fd, data, sizeof(data), 0);
        if (n <= 0) {
            break;
        }
        fwrite(data, 1, (size_t)n, stdout);
        total += (size_t)n;
    }
    close(fd);
    return silent ? 3 : 0;
}
