#include "sync/hub.h"

#include "sync/join.h"
#include "sync/message.h"
#include "sync/session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 256
#define LONE_MAX 8 /* long messages at once: bounds the memory */
#define IDLE_TIMEOUT_S 60
#define CONNECTION_MEMORY_BYTES (16u * 1024u)

struct hub {
    struct store *store;
    struct MHD_Daemon *daemon;
    void (*log)(void *ctx, const char *line);
    void *log_ctx;
    char address[128];
    unsigned lone_count;
};

/* What one request gathers until its body is complete. */
struct exchange {
    struct buf body;
    bool too_large;
    bool lone; /* longer than most may be */
    bool busy; /* there are too many of those just now */
};

static void hub_log(struct hub *h, const char *line)
{
    if (h->log) {
        h->log(h->log_ctx, line);
    }
}

static enum MHD_Result respond(struct MHD_Connection *c, unsigned status, const void *data,
                               size_t len, const char *type)
{
    union {
        const void *in;
        void *out;
    } u = {.in = data}; /* copied by libmicrohttpd */
    struct MHD_Response *r = MHD_create_response_from_buffer(len, u.out, MHD_RESPMEM_MUST_COPY);
    if (!r) {
        return MHD_NO;
    }
    enum MHD_Result ok = MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (ok == MHD_YES) {
        ok = MHD_queue_response(c, status, r);
    }
    MHD_destroy_response(r);
    return ok;
}

static enum MHD_Result respond_error(struct hub *h, struct MHD_Connection *c, enum err e)
{
    const struct error_detail *d = error_last();
    const char *text = d->code == e && d->text[0] ? d->text : error_text(e);
    char line[256];
    (void)snprintf(line, sizeof(line), "refused %s", error_word(e));
    hub_log(h, line);
    return respond(c, (unsigned)error_http_status(e), text, strlen(text),
                   "text/plain; charset=utf-8");
}

/* The gate: exactly one Host, one way of framing, one body type. */
struct header_count {
    unsigned host, length, encoding;
};

static enum MHD_Result count_header(void *ctx, enum MHD_ValueKind kind, const char *key,
                                    const char *value)
{
    struct header_count *n = ctx;
    (void)kind;
    (void)value;
    n->host += strcasecmp(key, MHD_HTTP_HEADER_HOST) == 0;
    n->length += strcasecmp(key, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
    n->encoding += strcasecmp(key, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0;
    return MHD_YES;
}

static unsigned gate(struct MHD_Connection *c, const char *url, const char *method)
{
    struct header_count n = {0};
    (void)MHD_get_connection_values(c, MHD_HEADER_KIND, count_header, &n);
    if (n.host != 1 || n.length > 1 || n.encoding != 0) {
        return MHD_HTTP_BAD_REQUEST;
    }
    if (strcmp(url, "/v1/sync") != 0 && strcmp(url, "/v1/join") != 0) {
        return MHD_HTTP_NOT_FOUND;
    }
    if (strcmp(method, MHD_HTTP_METHOD_POST) != 0) {
        return MHD_HTTP_METHOD_NOT_ALLOWED;
    }
    const char *type =
        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    if (!type || strcmp(type, MESSAGE_TYPE) != 0) {
        return MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
    }
    const char *length =
        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (!length) {
        return MHD_HTTP_LENGTH_REQUIRED;
    }
    if (strtoull(length, NULL, 10) > MESSAGE_LONE_MAX_BYTES) {
        return MHD_HTTP_CONTENT_TOO_LARGE;
    }
    return MHD_HTTP_OK;
}

static enum MHD_Result respond_gate(struct MHD_Connection *c, unsigned status)
{
    static const char text[] = "terrace: POST /v1/sync or /v1/join, " MESSAGE_TYPE "\n";
    return respond(c, status, text, sizeof(text) - 1, "text/plain");
}

static enum MHD_Result finish(struct hub *h, struct MHD_Connection *c, const char *url,
                              const struct exchange *x)
{
    struct buf reply = {0};
    struct slice request = buf_view(&x->body);
    error_clear();
    enum err e = strcmp(url, "/v1/join") == 0 ? join_serve(h->store, request, &reply)
                                              : session_serve(h->store, request, &reply);
    enum MHD_Result ok = MHD_NO;
    if (e == ERR_OK) {
        char line[128];
        (void)snprintf(line, sizeof(line), "%s in=%zu out=%zu", url, request.len, reply.len);
        hub_log(h, line);
        ok = respond(c, MHD_HTTP_OK, reply.ptr, reply.len, MESSAGE_TYPE);
    } else {
        ok = respond_error(h, c, e);
    }
    buf_free(&reply);
    return ok;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *len, void **state)
{
    struct hub *h = ctx;
    struct exchange *x = *state;
    (void)version;
    if (!x) {
        unsigned status = gate(c, url, method);
        if (status != MHD_HTTP_OK) {
            return respond_gate(c, status);
        }
        x = calloc(1, sizeof(*x));
        *state = x;
        return x ? MHD_YES : MHD_NO;
    }
    if (*len) {
        if (x->body.len + *len > MESSAGE_MAX_BYTES && !x->lone) {
            x->lone = h->lone_count < LONE_MAX;
            h->lone_count += x->lone ? 1 : 0;
            x->busy = !x->lone;
        }
        if (x->body.len + *len > MESSAGE_LONE_MAX_BYTES) {
            x->too_large = true;
        } else if (!x->busy) {
            buf_add(&x->body, data, *len);
        }
        *len = 0;
        return MHD_YES;
    }
    if (x->too_large || x->busy) {
        return respond_gate(c, x->too_large ? MHD_HTTP_CONTENT_TOO_LARGE
                                            : MHD_HTTP_SERVICE_UNAVAILABLE);
    }
    return finish(h, c, url, x);
}

static void on_completed(void *ctx, struct MHD_Connection *c, void **state,
                         enum MHD_RequestTerminationCode why)
{
    struct exchange *x = *state;
    struct hub *h = ctx;
    (void)c;
    (void)why;
    if (x) {
        h->lone_count -= x->lone ? 1 : 0;
        buf_free(&x->body);
        free(x);
        *state = NULL;
    }
}

/* HOST:PORT or [HOST]:PORT */
static enum err listen_socket(const char *listen_at, int *out)
{
    char host[128];
    const char *colon = strrchr(listen_at, ':');
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    if (!colon || (size_t)(colon - listen_at) >= sizeof(host)) {
        return error_set(ERR_USAGE, _("--listen takes HOST:PORT, for example 0.0.0.0:7470"));
    }
    size_t n = (size_t)(colon - listen_at);
    if (n >= 2 && listen_at[0] == '[' && listen_at[n - 1] == ']') {
        listen_at++;
        n -= 2;
    }
    memcpy(host, listen_at, n);
    host[n] = '\0';
    if (getaddrinfo(n ? host : NULL, colon + 1, &hints, &list) != 0 || !list) {
        return error_set(ERR_USAGE, _("--listen takes HOST:PORT, for example 0.0.0.0:7470"));
    }
    int one = 1;
    int fd = socket(list->ai_family, SOCK_STREAM, 0);
    enum err e = ERR_OK;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
        bind(fd, list->ai_addr, list->ai_addrlen) != 0 || listen(fd, 128) != 0) {
        enum err why = errno == EADDRINUSE ? ERR_BUSY : ERR_IO;
        e = error_set(why, _("cannot listen at %s: %s"), host, strerror(errno));
        if (fd >= 0) {
            (void)close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(list);
    *out = fd;
    return e;
}

static void bound_address(int fd, char *out, size_t size)
{
    struct sockaddr_storage a = {0};
    socklen_t len = sizeof(a);
    char host[100] = "", port[16] = "";
    if (getsockname(fd, (struct sockaddr *)&a, &len) == 0 &&
        getnameinfo((struct sockaddr *)&a, len, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
        (void)snprintf(out, size, a.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
    }
}

enum err hub_start(struct store *store, const char *listen_at,
                   void (*log)(void *ctx, const char *line), void *log_ctx, struct hub **out)
{
    int fd = -1;
    *out = NULL;
    TRY(listen_socket(listen_at, &fd));
    struct hub *h = calloc(1, sizeof(*h));
    CHECK(h != NULL);
    h->store = store;
    h->log = log;
    h->log_ctx = log_ctx;
    bound_address(fd, h->address, sizeof(h->address));
    /* One thread: rounds are short, and the store has one writer anyway. */
    h->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | MHD_USE_SUPPRESS_DATE_NO_CLOCK, 0, NULL,
        NULL, on_request, h, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
        MHD_OPTION_END);
    if (!h->daemon) {
        (void)close(fd);
        free(h);
        return error_set(ERR_IO, _("the hub could not be started at %s"), listen_at);
    }
    *out = h;
    return ERR_OK;
}

const char *hub_address(const struct hub *h)
{
    return h->address;
}

void hub_stop(struct hub *h)
{
    if (!h) {
        return;
    }
    MHD_stop_daemon(h->daemon);
    free(h);
}
