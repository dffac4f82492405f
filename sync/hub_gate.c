#include "sync/hub_gate.h"

#include "sync/message.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define PEERS_MAX 1024u
#define MINUTE_MS 60000ll

/* ---- the head of a request ------------------------------------------------------------------ */

static bool name_is(struct slice name, const char *want)
{
    return name.len == strlen(want) && strncasecmp((const char *)name.ptr, want, name.len) == 0;
}

static bool name_begins(struct slice name, const char *want)
{
    return name.len >= strlen(want) && strncasecmp((const char *)name.ptr, want, strlen(want)) == 0;
}

/* What a program that syncs has no use for: what only browsers send, so that no page can reach a
 * hub on the same machine or network, by whatever name; and what changes how a body is read. */
static bool name_is_refused(struct slice name)
{
    static const char *const refused[] = {
        "origin",
        "cookie",
        "referer",
        "upgrade",
        "http2-settings",
        "transfer-encoding",
        "te",
        "trailer",
        "expect",
        "range",
        "content-encoding",
        "content-range",
        "x-http-method-override",
        "x-original-url",
        "x-rewrite-url",
    };
    for (size_t i = 0; i < ARRAY_COUNT(refused); i++) {
        if (name_is(name, refused[i])) {
            return true;
        }
    }
    return name_begins(name, "sec-") || name_begins(name, "access-control-");
}

static bool is_token(struct slice s)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.ptr[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alnum && (c == '\0' || !strchr(marks, c))) {
            return false;
        }
    }
    return s.len > 0;
}

static bool is_plain_value(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < 0x20 || s.ptr[i] == 0x7f) {
            return false;
        }
    }
    return s.len == 0 || (s.ptr[0] != ' ' && s.ptr[s.len - 1] != ' ');
}

/* The library reads more than one form (a line folded or ended by a bare LF or CR, blanks before a
 * colon, an escaped path) and hands over the same parts for all; but every part still lies where it
 * was read, so that their places tell the form: anything that was taken out, put in or moved leaves
 * a gap. A library that copied the parts would have every request refused, and every test fail. */
static bool is_written_plainly(const struct gate_head *h)
{
    uintptr_t start = (uintptr_t)h->method;
    uintptr_t at = start + strlen(h->method) + 1;
    if ((uintptr_t)h->path != at) {
        return false;
    }
    at += strlen(h->path) + 1;
    if ((uintptr_t)h->version != at) {
        return false;
    }
    at += strlen(h->version) + 2;
    for (size_t i = 0; i < h->count; i++) {
        const struct gate_line *l = &h->lines[i];
        if ((uintptr_t)l->name.ptr != at || (uintptr_t)l->value.ptr != at + l->name.len + 2) {
            return false;
        }
        at += l->name.len + 2 + l->value.len + 2;
    }
    return at + 2 - start == h->size_bytes;
}

struct slice gate_head_value(const struct gate_head *h, const char *name)
{
    struct slice found = {0};
    size_t count = 0;
    for (size_t i = 0; i < h->count; i++) {
        if (name_is(h->lines[i].name, name)) {
            found = h->lines[i].value;
            count++;
        }
    }
    return count == 1 ? found : (struct slice){0};
}

static size_t count_name(const struct gate_head *h, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < h->count; i++) {
        n += name_is(h->lines[i].name, name);
    }
    return n;
}

/* Digits only, no zero before others, at most 9 of them. */
static bool parse_length(struct slice s, uint64_t *out)
{
    *out = 0;
    if (s.len == 0 || s.len > 9 || (s.len > 1 && s.ptr[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') {
            return false;
        }
        *out = *out * 10 + (uint64_t)(s.ptr[i] - '0');
    }
    return true;
}

unsigned gate_head_status(const struct gate_head *h, uint64_t *body_bytes)
{
    *body_bytes = 0;
    if (strcmp(h->version, "HTTP/1.1") != 0) {
        return 505;
    }
    for (size_t i = 0; i < h->count; i++) {
        if (!is_token(h->lines[i].name) || !is_plain_value(h->lines[i].value)) {
            return 400;
        }
        if (name_is_refused(h->lines[i].name)) {
            return 400;
        }
    }
    if (h->too_many || count_name(h, "host") != 1 || count_name(h, "content-length") > 1 ||
        !is_written_plainly(h)) {
        return 400;
    }
    if (strcmp(h->path, "/v1/sync") != 0 && strcmp(h->path, "/v1/join") != 0) {
        return 404;
    }
    if (strcmp(h->method, "POST") != 0) {
        return 405;
    }
    if (!slice_equal(gate_head_value(h, "content-type"), slice_str(MESSAGE_TYPE))) {
        return 415;
    }
    if (count_name(h, "content-length") == 0) {
        return 411;
    }
    if (!parse_length(gate_head_value(h, "content-length"), body_bytes)) {
        return 400;
    }
    return *body_bytes > MESSAGE_LONE_MAX_BYTES ? 413 : 200;
}

/* ---- addresses ------------------------------------------------------------------------------ */

bool gate_address_equal(struct gate_address a, struct gate_address b)
{
    return memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0;
}

bool gate_address_parse(struct slice text, struct gate_address *out)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    char s[64];
    *out = (struct gate_address){{0}};
    if (text.len == 0 || text.len >= sizeof(s)) {
        return false;
    }
    memcpy(s, text.ptr, text.len);
    s[text.len] = '\0';
    if (inet_pton(AF_INET, s, out->bytes + 12) == 1) {
        memcpy(out->bytes, mapped, sizeof(mapped));
        return true;
    }
    if (inet_pton(AF_INET6, s, out->bytes) != 1) {
        return false;
    }
    if (memcmp(out->bytes, mapped, sizeof(mapped)) != 0) {
        memset(out->bytes + 8, 0, 8);
    }
    return true;
}

/* ---- quotas and deadlines ------------------------------------------------------------------- */

/* What is known of an address. A minute begins with the first thing counted in it. */
struct peer {
    struct gate_address address;
    size_t open; /* connections */
    int64_t minute_ms, codes_ms;
    uint64_t requests, bytes;
    unsigned wrong_codes;
    bool used;
};

struct gate_slot {
    int fd; /* -1 = free */
    bool cut, from_proxy;
    struct gate_address from;
    enum gate_phase phase;
    int64_t since_ms;
    uint64_t bytes; /* of the body that came, or of the reply that goes */
};

struct gate {
    pthread_mutex_t lock;
    struct hub_limits limits;
    struct gate_address proxy;
    bool has_proxy;
    size_t slot_count, open;
    struct gate_slot *slots;
    uint64_t told_away, told_over, told_cut, told_codes;
    struct peer peers[PEERS_MAX];
};

struct gate *gate_new(const struct hub_limits *limits, size_t connections_max)
{
    struct gate *g = calloc(1, sizeof(*g));
    CHECK(g != NULL);
    g->slots = calloc(connections_max, sizeof(*g->slots));
    CHECK(g->slots != NULL && pthread_mutex_init(&g->lock, NULL) == 0);
    g->limits = *limits;
    g->has_proxy = gate_address_parse(slice_str(limits->trusted_proxy), &g->proxy);
    g->slot_count = connections_max;
    for (size_t i = 0; i < connections_max; i++) {
        g->slots[i].fd = -1;
    }
    return g;
}

void gate_free(struct gate *g)
{
    if (g) {
        (void)pthread_mutex_destroy(&g->lock);
        free(g->slots);
        free(g);
    }
}

static int64_t peer_newest(const struct peer *p)
{
    return p->codes_ms > p->minute_ms ? p->codes_ms : p->minute_ms;
}

/* The entry of an address. When all are taken, the one that has been quiet for the longest gives
 * way: there are more entries than connections, so one of them has none open. */
static struct peer *peer_of(struct gate *g, struct gate_address a)
{
    struct peer *oldest = NULL;
    for (size_t i = 0; i < PEERS_MAX; i++) {
        struct peer *p = &g->peers[i];
        if (p->used && gate_address_equal(p->address, a)) {
            return p;
        }
        if (p->open == 0 &&
            (!oldest || (oldest->used && (!p->used || peer_newest(p) < peer_newest(oldest))))) {
            oldest = p;
        }
    }
    CHECK(oldest != NULL);
    *oldest =
        (struct peer){.address = a, .used = true, .minute_ms = -MINUTE_MS, .codes_ms = -MINUTE_MS};
    return oldest;
}

bool gate_admits(struct gate *g, struct gate_address from)
{
    (void)pthread_mutex_lock(&g->lock);
    bool free_of_limit = g->limits.connections_per_address == 0 ||
                         (g->has_proxy && gate_address_equal(from, g->proxy));
    bool yes = free_of_limit || peer_of(g, from)->open < g->limits.connections_per_address;
    g->told_away += yes ? 0 : 1;
    (void)pthread_mutex_unlock(&g->lock);
    return yes;
}

struct gate_slot *gate_open(struct gate *g, int fd, struct gate_address from, int64_t now_ms)
{
    struct gate_slot *s = NULL;
    (void)pthread_mutex_lock(&g->lock);
    for (size_t i = 0; i < g->slot_count && !s; i++) {
        s = g->slots[i].fd < 0 ? &g->slots[i] : NULL;
    }
    if (s) {
        *s = (struct gate_slot){.fd = fd,
                                .from = from,
                                .from_proxy = g->has_proxy && gate_address_equal(from, g->proxy),
                                .since_ms = now_ms};
        peer_of(g, from)->open++;
        g->open++;
    }
    (void)pthread_mutex_unlock(&g->lock);
    return s;
}

void gate_close(struct gate *g, struct gate_slot *s)
{
    if (!s) {
        return;
    }
    (void)pthread_mutex_lock(&g->lock);
    struct peer *p = peer_of(g, s->from);
    p->open -= p->open > 0;
    g->open--;
    s->fd = -1;
    (void)pthread_mutex_unlock(&g->lock);
}

void gate_enter(struct gate *g, struct gate_slot *s, enum gate_phase phase, uint64_t body_bytes,
                int64_t now_ms)
{
    (void)pthread_mutex_lock(&g->lock);
    s->phase = phase;
    s->since_ms = now_ms;
    s->bytes = body_bytes;
    (void)pthread_mutex_unlock(&g->lock);
}

void gate_count(struct gate *g, struct gate_slot *s, uint64_t bytes)
{
    (void)pthread_mutex_lock(&g->lock);
    s->bytes += bytes;
    (void)pthread_mutex_unlock(&g->lock);
}

bool gate_requester(const struct gate_slot *s, const struct gate_head *h, struct gate_address *out)
{
    *out = s->from;
    if (!s->from_proxy) {
        return true;
    }
    struct slice list = gate_head_value(h, "x-forwarded-for");
    size_t start = list.len;
    while (start > 0 && list.ptr[start - 1] != ',' && list.ptr[start - 1] != ' ') {
        start--;
    }
    return gate_address_parse(slice_make(list.ptr + start, list.len - start), out);
}

static unsigned seconds_left(int64_t since_ms, int64_t now_ms)
{
    int64_t left = since_ms + MINUTE_MS - now_ms;
    return left <= 0 ? 1 : (unsigned)((left + 999) / 1000);
}

unsigned gate_take(struct gate *g, struct gate_address from, uint64_t bytes, int64_t now_ms)
{
    unsigned wait = 0;
    (void)pthread_mutex_lock(&g->lock);
    struct peer *p = peer_of(g, from);
    if (now_ms - p->minute_ms >= MINUTE_MS) {
        p->minute_ms = now_ms;
        p->requests = p->bytes = 0;
    }
    uint64_t requests_max = g->limits.requests_per_minute;
    uint64_t bytes_max = g->limits.bytes_per_minute;
    /* a single message always fits */
    if ((requests_max && p->requests >= requests_max) ||
        (bytes_max && p->bytes > 0 && p->bytes + bytes > bytes_max)) {
        wait = seconds_left(p->minute_ms, now_ms);
        g->told_over++;
    } else {
        p->requests++;
        p->bytes += bytes;
    }
    (void)pthread_mutex_unlock(&g->lock);
    return wait;
}

unsigned gate_codes_wait(struct gate *g, struct gate_address from, int64_t now_ms)
{
    unsigned wait = 0;
    (void)pthread_mutex_lock(&g->lock);
    const struct peer *p = peer_of(g, from);
    uint64_t most = g->limits.wrong_codes_per_minute;
    if (most && p->wrong_codes >= most && now_ms - p->codes_ms < MINUTE_MS) {
        wait = seconds_left(p->codes_ms, now_ms);
        g->told_codes++;
    }
    (void)pthread_mutex_unlock(&g->lock);
    return wait;
}

void gate_wrong_code(struct gate *g, struct gate_address from, int64_t now_ms)
{
    (void)pthread_mutex_lock(&g->lock);
    struct peer *p = peer_of(g, from);
    if (now_ms - p->codes_ms >= MINUTE_MS) {
        p->codes_ms = now_ms;
        p->wrong_codes = 0;
    }
    p->wrong_codes++;
    (void)pthread_mutex_unlock(&g->lock);
}

/* How long a connection may be in its phase. Bytes that came buy time, so that a slow link gets
 * through; nothing buys more than GATE_REQUEST_MS. */
static int64_t allowed_ms(const struct gate_slot *s, bool pressed)
{
    int64_t rate = pressed ? GATE_BYTES_PRESSED : GATE_BYTES_A_SECOND;
    int64_t grace = pressed ? GATE_GRACE_PRESSED_MS : GATE_GRACE_MS;
    int64_t ms = grace + (int64_t)s->bytes * 1000 / rate;
    if (s->phase == GATE_HEAD) {
        return pressed ? GATE_HEAD_PRESSED_MS : GATE_HEAD_MS;
    }
    return ms < GATE_REQUEST_MS ? ms : GATE_REQUEST_MS;
}

size_t gate_sweep(struct gate *g, int64_t now_ms, void (*cut)(int fd))
{
    (void)pthread_mutex_lock(&g->lock);
    bool pressed = g->open * 4 >= g->slot_count * 3;
    for (size_t i = 0; i < g->slot_count; i++) {
        struct gate_slot *s = &g->slots[i];
        if (s->fd >= 0 && !s->cut && s->phase != GATE_WORK &&
            now_ms - s->since_ms >= allowed_ms(s, pressed)) {
            s->cut = true;
            g->told_cut++;
            cut(s->fd);
        }
    }
    size_t open = g->open;
    (void)pthread_mutex_unlock(&g->lock);
    return open;
}

bool gate_tell(struct gate *g, char *line, size_t size)
{
    (void)pthread_mutex_lock(&g->lock);
    uint64_t sum = g->told_away + g->told_over + g->told_cut + g->told_codes;
    (void)snprintf(line, size,
                   "limits: connections turned away %llu, cut for slowness %llu, requests over the "
                   "quota %llu, codes over the quota %llu",
                   (unsigned long long)g->told_away, (unsigned long long)g->told_cut,
                   (unsigned long long)g->told_over, (unsigned long long)g->told_codes);
    g->told_away = g->told_over = g->told_cut = g->told_codes = 0;
    (void)pthread_mutex_unlock(&g->lock);
    return sum > 0;
}
