/* The few lines of TCP that the test programs share. Everything is on the loopback. */
#ifndef TERRACE_TESTS_LIB_NET_H
#define TERRACE_TESTS_LIB_NET_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* "127.0.0.1:8080", or with "http://" before it; false when it is neither. */
static inline int net_address(const char *text, struct sockaddr_in *out)
{
    char host[64];
    if (strncmp(text, "http://", 7) == 0) {
        text += 7;
    }
    const char *colon = strchr(text, ':');
    if (!colon || (size_t)(colon - text) >= sizeof(host)) {
        return 0;
    }
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    memset(out, 0, sizeof(*out));
    out->sin_family = AF_INET;
    out->sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    return inet_pton(AF_INET, host, &out->sin_addr) == 1;
}

/* From an address of this machine, NULL = any; -1 when nobody listens. */
static inline int net_connect_from(const char *from, const struct sockaddr_in *to)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && from &&
        (inet_pton(AF_INET, from, &at.sin_addr) != 1 ||
         bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0)) {
        close(fd);
        return -1;
    }
    if (fd >= 0 && connect(fd, (const struct sockaddr *)to, sizeof(*to)) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static inline int net_connect(const struct sockaddr_in *to)
{
    return net_connect_from(NULL, to);
}

/* On a port of the system's choice, put into *port. */
static inline int net_listen(unsigned *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, 16) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
        return -1;
    }
    *port = ntohs(at.sin_port);
    return fd;
}

/* Closed with a reset: what a link does that goes away. */
static inline void net_reset(int fd)
{
    struct linger hard = {1, 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    close(fd);
}

#endif
