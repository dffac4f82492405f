#include "sync/hub.h"

#include "sync/client.h"
#include "sync/hub_gate.h"
#include "sync/join.h"
#include "sync/message.h"
#include "sync/session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 256u
#define FILES_BESIDE 48u /* the store's, the library's, the standard ones */
#define LONE_MAX 8       /* long messages at once: bounds the memory */
#define IDLE_TIMEOUT_S 90
#define CONNECTION_MEMORY_BYTES (16u * 1024u)
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
#define SWEEP_MS 500
#define TELL_MS 60000

struct hub {
    struct store *store;
    struct MHD_Daemon *daemon;
    struct gate *gate;
    void (*log)(void *ctx, const char *line);
    void *log_ctx;
    char address[136];
    unsigned lone_count;
    /* the watch over deadlines: libmicrohttpd has one for silence only */
    pthread_t watch;
    pthread_mutex_t watch_lock;
    pthread_cond_t watch_ends;
    bool watching, ending;
};

/* What one request gathers until its body is complete. */
struct exchange {
    struct buf body;
    struct gate_address from;
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

static int64_t hub_now(const struct hub *h)
{
    const struct env *env = store_env(h->store);
    return env->monotonic_ms(env->ctx);
}

static struct gate_slot *slot_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *i =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return i ? i->socket_context : NULL;
}

/* ---- answers -------------------------------------------------------------------------------- */

static enum MHD_Result respond(struct hub *h, struct MHD_Connection *c, unsigned status,
                               struct slice body, const char *type, unsigned retry_after_s)
{
    union {
        const void *in;
        void *out;
    } u = {.in = body.ptr}; /* copied by libmicrohttpd */
    char seconds[16];
    struct MHD_Response *r =
        MHD_create_response_from_buffer(body.len, u.out, MHD_RESPMEM_MUST_COPY);
    if (!r) {
        return MHD_NO;
    }
    enum MHD_Result ok = MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (ok == MHD_YES && retry_after_s) {
        (void)snprintf(seconds, sizeof(seconds), "%u", retry_after_s);
        ok = MHD_add_response_header(r, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    if (ok == MHD_YES && status != MHD_HTTP_OK) {
        /* what else lies in this connection was sent by somebody who does not speak as agreed */
        ok = MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close");
    }
    if (ok == MHD_YES) {
        ok = MHD_queue_response(c, status, r);
    }
    MHD_destroy_response(r);
    gate_enter(h->gate, slot_of(c), GATE_REPLY, body.len, hub_now(h));
    return ok;
}

static enum MHD_Result respond_error(struct hub *h, struct MHD_Connection *c, enum err e)
{
    const struct error_detail *d = error_last();
    const char *text = d->code == e && d->text[0] ? d->text : error_text(e);
    char line[256];
    (void)snprintf(line, sizeof(line), "refused %s", error_word(e));
    hub_log(h, line);
    return respond(h, c, (unsigned)error_http_status(e), slice_str(text),
                   "text/plain; charset=utf-8", 0);
}

static enum MHD_Result respond_gate(struct hub *h, struct MHD_Connection *c, unsigned status)
{
    return respond(h, c, status,
                   slice_str("terrace: POST /v1/sync or /v1/join, " MESSAGE_TYPE "\n"),
                   "text/plain", 0);
}

static enum MHD_Result respond_wait(struct hub *h, struct MHD_Connection *c, const char *text,
                                    unsigned seconds)
{
    return respond(h, c, MHD_HTTP_TOO_MANY_REQUESTS, slice_str(text), "text/plain", seconds);
}

/* ---- requests ------------------------------------------------------------------------------- */

static enum MHD_Result take_line(void *ctx, enum MHD_ValueKind kind, const char *name,
                                 size_t name_len, const char *value, size_t value_len)
{
    struct gate_head *head = ctx;
    (void)kind;
    if (head->count == GATE_LINES_MAX) {
        head->too_many = true;
        return MHD_NO;
    }
    head->lines[head->count++] =
        (struct gate_line){slice_make(name, name_len), slice_make(value, value_len)};
    return MHD_YES;
}

/* The head is complete: may the body come? *x is made when it may; else an answer is on its way. */
static enum MHD_Result begin(struct hub *h, struct MHD_Connection *c, struct gate_head *head,
                             struct exchange **x)
{
    struct gate_slot *slot = slot_of(c);
    struct gate_address from;
    uint64_t body_bytes = 0;
    const union MHD_ConnectionInfo *size =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    (void)MHD_get_connection_values_n(c, MHD_HEADER_KIND, take_line, head);
    head->size_bytes = size ? size->header_size : 0;
    unsigned status = gate_head_status(head, &body_bytes);
    if (status == MHD_HTTP_OK && !gate_requester(slot, head, &from)) {
        status = MHD_HTTP_BAD_REQUEST;
    }
    if (status != MHD_HTTP_OK) {
        return respond_gate(h, c, status);
    }
    unsigned wait = gate_take(h->gate, from, body_bytes + head->size_bytes, hub_now(h));
    if (wait) {
        return respond_wait(h, c, "terrace: too many requests from this address\n", wait);
    }
    if (strcmp(head->path, "/v1/join") == 0) {
        wait = gate_codes_wait(h->gate, from, hub_now(h));
        if (wait) {
            return respond_wait(h, c, HUB_TOO_MANY_CODES "\n", wait);
        }
    }
    *x = calloc(1, sizeof(**x));
    if (!*x) {
        return MHD_NO;
    }
    (*x)->from = from;
    gate_enter(h->gate, slot, GATE_BODY, 0, hub_now(h));
    return MHD_YES;
}

static void gather(struct hub *h, struct exchange *x, const char *data, size_t len)
{
    if (x->body.len + len > MESSAGE_MAX_BYTES && !x->lone) {
        x->lone = h->lone_count < LONE_MAX;
        h->lone_count += x->lone ? 1 : 0;
        x->busy = !x->lone;
    }
    if (x->body.len + len > MESSAGE_LONE_MAX_BYTES) {
        x->too_large = true;
    } else if (!x->busy) {
        buf_add(&x->body, data, len);
    }
}

static enum MHD_Result finish(struct hub *h, struct MHD_Connection *c, const char *url,
                              const struct exchange *x)
{
    struct buf reply = {0};
    struct slice request = buf_view(&x->body);
    bool joining = strcmp(url, "/v1/join") == 0;
    gate_enter(h->gate, slot_of(c), GATE_WORK, 0, hub_now(h));
    error_clear();
    enum err e =
        joining ? join_serve(h->store, request, &reply) : session_serve(h->store, request, &reply);
    enum MHD_Result ok = MHD_NO;
    if (joining && e == ERR_REFUSED) {
        gate_wrong_code(h->gate, x->from, hub_now(h));
    }
    if (e == ERR_OK) {
        char line[128];
        (void)snprintf(line, sizeof(line), "%s in=%zu out=%zu", url, request.len, reply.len);
        hub_log(h, line);
        ok = respond(h, c, MHD_HTTP_OK, buf_view(&reply), MESSAGE_TYPE, 0);
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
    if (!slot_of(c)) {
        return MHD_NO;
    }
    if (!x) {
        struct gate_head head = {.method = method, .path = url, .version = version};
        enum MHD_Result ok = begin(h, c, &head, &x);
        *state = x;
        return ok;
    }
    if (*len) {
        gather(h, x, data, *len);
        gate_count(h->gate, slot_of(c), *len);
        *len = 0;
        return MHD_YES;
    }
    if (x->too_large || x->busy) {
        return respond_gate(
            h, c, x->too_large ? MHD_HTTP_CONTENT_TOO_LARGE : MHD_HTTP_SERVICE_UNAVAILABLE);
    }
    return finish(h, c, url, x);
}

static void on_completed(void *ctx, struct MHD_Connection *c, void **state,
                         enum MHD_RequestTerminationCode why)
{
    struct exchange *x = *state;
    struct hub *h = ctx;
    (void)why;
    if (x) {
        h->lone_count -= x->lone ? 1 : 0;
        buf_free(&x->body);
        free(x);
        *state = NULL;
    }
    if (slot_of(c)) {
        gate_enter(h->gate, slot_of(c), GATE_HEAD, 0, hub_now(h));
    }
}

/* ---- connections ---------------------------------------------------------------------------- */

static struct gate_address address_of(const struct sockaddr *a)
{
    char text[INET6_ADDRSTRLEN] = "";
    struct gate_address out = {{0}};
    union {
        const struct sockaddr *any;
        const struct sockaddr_in *four;
        const struct sockaddr_in6 *six;
    } u = {.any = a};
    if (a && a->sa_family == AF_INET) {
        (void)inet_ntop(AF_INET, &u.four->sin_addr, text, sizeof(text));
    } else if (a && a->sa_family == AF_INET6) {
        (void)inet_ntop(AF_INET6, &u.six->sin6_addr, text, sizeof(text));
    }
    (void)gate_address_parse(slice_str(text), &out);
    return out;
}

static enum MHD_Result on_accept(void *ctx, const struct sockaddr *a, socklen_t len)
{
    struct hub *h = ctx;
    (void)len;
    return gate_admits(h->gate, address_of(a)) ? MHD_YES : MHD_NO;
}

/* libmicrohttpd tells of the end of a connection before it closes the socket. */
static void on_connection(void *ctx, struct MHD_Connection *c, void **slot,
                          enum MHD_ConnectionNotificationCode what)
{
    struct hub *h = ctx;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        gate_close(h->gate, *slot);
        *slot = NULL;
        return;
    }
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    *slot =
        gate_open(h->gate, fd->connect_fd, address_of(peer ? peer->client_addr : NULL), hub_now(h));
}

static void cut(int fd)
{
    (void)shutdown(fd, SHUT_RDWR); /* libmicrohttpd sees the end, and closes it */
}

static void *watch(void *ctx)
{
    struct hub *h = ctx;
    char line[256];
    int64_t told_ms = hub_now(h);
    (void)pthread_mutex_lock(&h->watch_lock);
    while (!h->ending) {
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += SWEEP_MS * 1000000l;
        until.tv_sec += until.tv_nsec / 1000000000l;
        until.tv_nsec %= 1000000000l;
        (void)pthread_cond_timedwait(&h->watch_ends, &h->watch_lock, &until);
        (void)gate_sweep(h->gate, hub_now(h), cut);
        if (hub_now(h) - told_ms >= TELL_MS || h->ending) {
            told_ms = hub_now(h);
            if (gate_tell(h->gate, line, sizeof(line))) {
                hub_log(h, line);
            }
        }
    }
    (void)pthread_mutex_unlock(&h->watch_lock);
    return NULL;
}

static void watch_start(struct hub *h)
{
    pthread_condattr_t attributes;
    CHECK(pthread_mutex_init(&h->watch_lock, NULL) == 0 &&
          pthread_condattr_init(&attributes) == 0 &&
          pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
          pthread_cond_init(&h->watch_ends, &attributes) == 0);
    (void)pthread_condattr_destroy(&attributes);
    h->watching = pthread_create(&h->watch, NULL, watch, h) == 0;
}

static void watch_stop(struct hub *h)
{
    if (h->watching) {
        (void)pthread_mutex_lock(&h->watch_lock);
        h->ending = true;
        (void)pthread_cond_signal(&h->watch_ends);
        (void)pthread_mutex_unlock(&h->watch_lock);
        (void)pthread_join(h->watch, NULL);
    }
    (void)pthread_cond_destroy(&h->watch_ends);
    (void)pthread_mutex_destroy(&h->watch_lock);
}

/* ---- start and stop ------------------------------------------------------------------------- */

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

static void bound_address(int fd, bool tls, char *out, size_t size)
{
    struct sockaddr_storage a = {0};
    socklen_t len = sizeof(a);
    char host[100] = "", port[16] = "";
    if (getsockname(fd, (struct sockaddr *)&a, &len) == 0 &&
        getnameinfo((struct sockaddr *)&a, len, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
        bool six = a.ss_family == AF_INET6;
        (void)snprintf(out, size, "%s://%s%s%s:%s", tls ? "https" : "http", six ? "[" : "", host,
                       six ? "]" : "", port);
    }
}

/* As many connections as there are file numbers for: the store needs its own, or a crowd would take
 * away what a round needs to be answered. */
static unsigned connections_max(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
        return CONNECTIONS_MAX / 2;
    }
    if (files.rlim_cur < CONNECTIONS_MAX + FILES_BESIDE && files.rlim_max > files.rlim_cur) {
        struct rlimit more = {.rlim_max = files.rlim_max};
        more.rlim_cur = files.rlim_max < CONNECTIONS_MAX + FILES_BESIDE
                            ? files.rlim_max
                            : CONNECTIONS_MAX + FILES_BESIDE;
        files = setrlimit(RLIMIT_NOFILE, &more) == 0 ? more : files;
    }
    if (files.rlim_cur >= CONNECTIONS_MAX + FILES_BESIDE) {
        return CONNECTIONS_MAX;
    }
    return files.rlim_cur > FILES_BESIDE + 8 ? (unsigned)files.rlim_cur - FILES_BESIDE : 8;
}

static struct MHD_Daemon *start_daemon(struct hub *h, const struct hub_options *o, int fd,
                                       unsigned connections)
{
    union {
        const char *in;
        void *out;
    } key = {.in = o->key_pem}, certificate = {.in = o->certificate_pem},
      priorities = {.in = TLS_PRIORITIES};
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, key.out},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, certificate.out},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, priorities.out},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags =
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | MHD_USE_SUPPRESS_DATE_NO_CLOCK;
    flags |= o->key_pem ? MHD_USE_TLS : 0;
    /* One thread: rounds are short, and the store has one writer anyway. */
    return MHD_start_daemon(flags, 0, on_accept, h, on_request, h, MHD_OPTION_LISTEN_SOCKET, fd,
                            MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_TIMEOUT,
                            (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                            (size_t)CONNECTION_MEMORY_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, h, MHD_OPTION_ARRAY,
                            o->key_pem ? tls : tls + 3, MHD_OPTION_END);
}

enum err hub_start(struct store *store, const struct hub_options *o, struct hub **out)
{
    int fd = -1;
    *out = NULL;
    if (o->key_pem && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES) {
        return error_set(ERR_INPUT, _("this libmicrohttpd cannot speak TLS; put a proxy before "
                                      "the hub"));
    }
    TRY(listen_socket(o->listen, &fd));
    unsigned connections = connections_max();
    struct hub *h = calloc(1, sizeof(*h));
    CHECK(h != NULL);
    h->store = store;
    h->log = o->log;
    h->log_ctx = o->log_ctx;
    h->gate = gate_new(&o->limits, connections);
    bound_address(fd, o->key_pem != NULL, h->address, sizeof(h->address));
    watch_start(h);
    h->daemon = h->watching ? start_daemon(h, o, fd, connections) : NULL;
    if (!h->daemon) {
        (void)close(fd);
        hub_stop(h);
        return o->key_pem ? error_set(ERR_INPUT, _("the certificate and the key cannot be used: "
                                                   "are they PEM, and of one another?"))
                          : error_set(ERR_IO, _("the hub could not be started at %s"), o->listen);
    }
    *out = h;
    return ERR_OK;
}

bool hub_address_is_good(const char *text)
{
    struct gate_address a;
    return gate_address_parse(slice_str(text), &a);
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
    if (h->daemon) {
        MHD_stop_daemon(h->daemon);
    }
    watch_stop(h);
    gate_free(h->gate);
    free(h);
}
