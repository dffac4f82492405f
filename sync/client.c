#include "sync/client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <unistd.h>

#define CONNECT_TIMEOUT_S 30L
#define TOTAL_TIMEOUT_S 600L
#define LOW_SPEED_BYTES 16L /* a second, over */
#define LOW_SPEED_S 60L
/* A message should take about this long on the link as measured. */
#define MESSAGE_SECONDS 5
#define MESSAGE_SMALLEST_BYTES 4096u

struct transfer {
    struct buf *reply;
    size_t max_bytes;
    bool too_large;
};

static size_t take_bytes(char *data, size_t size, size_t count, void *ctx)
{
    struct transfer *x = ctx;
    size_t n = size * count;
    if (n > x->max_bytes - x->reply->len) {
        x->too_large = true;
        return 0;
    }
    buf_add(x->reply, data, n);
    return n;
}

static CURL *handle; /* kept, so that the rounds of a sync share a connection */
static char trusted_ca[4096];

enum err client_trust(const char *ca_file)
{
    const char *path = ca_file ? ca_file : "";
    if (*path && access(path, R_OK) != 0) {
        return error_set_field(ERR_INPUT, "ca_file", _("%s: there is no such file"), path);
    }
    if (strlen(path) >= sizeof(trusted_ca)) {
        return error_set_field(ERR_INPUT, "ca_file", _("%s: the path is too long"), path);
    }
    (void)snprintf(trusted_ca, sizeof(trusted_ca), "%s", path);
    return ERR_OK;
}

static void set_options(CURL *c, const char *url, struct slice body, struct transfer *x,
                        struct curl_slist *headers)
{
    (void)curl_easy_setopt(c, CURLOPT_URL, url);
    (void)curl_easy_setopt(c, CURLOPT_POST, 1L);
    (void)curl_easy_setopt(c, CURLOPT_POSTFIELDS, (const char *)body.ptr);
    (void)curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)body.len);
    (void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_bytes);
    (void)curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
    (void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    (void)curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (trusted_ca[0]) {
        (void)curl_easy_setopt(c, CURLOPT_CAINFO, trusted_ca);
        (void)curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
    }
    (void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
    (void)curl_easy_setopt(c, CURLOPT_TIMEOUT, TOTAL_TIMEOUT_S);
    (void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED_BYTES);
    (void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, LOW_SPEED_S);
    (void)curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

static void count_wire(CURL *c, size_t body_len, uint64_t *sent, uint64_t *received)
{
    long request = 0, header = 0;
    curl_off_t down = 0;
    (void)curl_easy_getinfo(c, CURLINFO_REQUEST_SIZE, &request);
    (void)curl_easy_getinfo(c, CURLINFO_HEADER_SIZE, &header);
    (void)curl_easy_getinfo(c, CURLINFO_SIZE_DOWNLOAD_T, &down);
    curl_off_t up = 0;
    (void)curl_easy_getinfo(c, CURLINFO_SIZE_UPLOAD_T, &up);
    /* REQUEST_SIZE holds the headers, and the body too when it went out with them. */
    uint64_t head = (uint64_t)request;
    *sent += head >= body_len + 32 && (uint64_t)up == body_len ? head : head + (uint64_t)up;
    *received += (uint64_t)header + (uint64_t)down;
}

/* What went wrong, in words that say where to look. */
static const char *why_no_link(CURLcode rc)
{
    switch (rc) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return _("its name is not known; is the address right, is there a network?");
    case CURLE_COULDNT_RESOLVE_PROXY:
        return _("the name of the proxy is not known");
    case CURLE_COULDNT_CONNECT:
        return _("nothing answers at its address");
    case CURLE_OPERATION_TIMEDOUT:
        return _("it takes too long");
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
        return _("the link broke off");
    case CURLE_PEER_FAILED_VERIFICATION:
        return _("its certificate is not one that this computer trusts: issuer, name or date do "
                 "not fit; look at the clock here, and at the setting ca_file");
    case CURLE_SSL_CACERT_BADFILE:
        return _("the file of the setting ca_file cannot be used");
    case CURLE_SSL_CONNECT_ERROR:
        return _("no secure connection comes about; does it speak https?");
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return _("what answers there is no hub");
    default:
        return curl_easy_strerror(rc);
    }
}

static enum err no_link(CURLcode rc)
{
    return error_set(ERR_NO_LINK,
                     _("no link to the hub now (%s). Nothing is lost; try again later"),
                     why_no_link(rc));
}

static enum err client_post(void *ctx, const char *url, struct slice body, size_t reply_max_bytes,
                            struct buf *reply, int *http_status, uint64_t *wire_sent,
                            uint64_t *wire_received)
{
    (void)ctx;
    struct transfer x = {reply, reply_max_bytes, false};
    if (!handle) {
        CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == 0);
        handle = curl_easy_init();
        CHECK(handle != NULL);
    }
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: " MESSAGE_TYPE);
    headers = curl_slist_append(headers, "Accept:");
    headers = curl_slist_append(headers, "Expect:");
    CHECK(headers != NULL);
    set_options(handle, url, body, &x, headers);
    CURLcode rc = curl_easy_perform(handle);
    long status = 0;
    (void)curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    *http_status = (int)status;
    count_wire(handle, body.len, wire_sent, wire_received);
    curl_slist_free_all(headers);
    if (x.too_large) {
        return error_set(ERR_TOO_LARGE, _("the hub's reply is larger than it may be"));
    }
    if (rc == CURLE_URL_MALFORMAT) {
        return error_set(ERR_INPUT, _("%s is not an address of a hub (http://HOST:PORT)"), url);
    }
    return rc == CURLE_OK ? ERR_OK : no_link(rc);
}

void client_install(struct env *env)
{
    env->post = client_post;
}

void client_shutdown(void)
{
    if (handle) {
        curl_easy_cleanup(handle);
        handle = NULL;
        curl_global_cleanup();
    }
}

/* Bytes of the character at p, of at most n; 0 when it is no UTF-8 or one that may not be shown:
 * control characters drive a terminal, and some turn the direction of what follows. */
static size_t plain_char(const uint8_t *p, size_t n)
{
    size_t len = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : 0;
    len = p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : len;
    if (len == 0 || len > n) {
        return 0;
    }
    uint32_t c = len == 1 ? p[0] : p[0] & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
        c = c << 6 | (p[i] & 0x3fu);
    }
    bool hidden = c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
                  (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
    return hidden || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : len;
}

void client_plain_text(struct slice said, char *out, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < said.len;) {
        size_t len = plain_char(said.ptr + i, said.len - i);
        const uint8_t *from = len ? said.ptr + i : (const uint8_t *)" ";
        size_t take = len ? len : 1;
        if (used + take >= size) {
            break;
        }
        memcpy(out + used, from, take);
        used += take;
        i += take;
    }
    while (used > 0 && out[used - 1] == ' ') {
        used--;
    }
    out[used] = '\0';
}

enum err client_http_error(int status, struct slice body)
{
    char text[400];
    const size_t codes_len = strlen(HUB_TOO_MANY_CODES);
    client_plain_text(body, text, sizeof(text));
    if (status == 200) {
        return ERR_OK;
    }
    if (status == 429 && strncmp(text, HUB_TOO_MANY_CODES, codes_len) == 0) {
        return error_set(ERR_NO_LINK, _("too many wrong codes from this address; wait a minute, "
                                        "look at the code, and try again"));
    }
    if (status >= 500 || status == 429 || status == 408) {
        return error_set(ERR_NO_LINK,
                         _("the hub cannot answer now (%d). Nothing is lost; try again "
                           "later"),
                         status);
    }
    if (status >= 300 && status < 400) {
        return error_set(ERR_NO_LINK,
                         _("this address sends on to another one (%d), which a hub never does: a "
                           "page to sign in to the network, or a wrong address. Nothing was sent "
                           "on, nothing is lost"),
                         status);
    }
    if (status == 403 || status == 401) {
        return error_set(ERR_REFUSED, _("the hub refused: %s"), text);
    }
    if (status == 410) {
        return error_set(ERR_REVOKED,
                         _("this computer was revoked or retired, and what it sends is not taken. "
                           "What it had sent before is kept. To go on, ask the hub's office for a "
                           "new code and give it with: terrace join --rehome URL CODE (the hub "
                           "says: %s)"),
                         text);
    }
    return error_set(ERR_NO_LINK, _("this address does not answer as a hub (%d)"), status);
}

/* A message of about MESSAGE_SECONDS on the link as it was just measured. */
static void fit_to_link(struct session *s, uint64_t bytes, int64_t ms)
{
    if (bytes < 2048 || ms <= 0) {
        return; /* too little to tell */
    }
    uint64_t fits = bytes * 1000 * MESSAGE_SECONDS / (uint64_t)ms;
    fits = fits > MESSAGE_MAX_BYTES ? MESSAGE_MAX_BYTES : fits;
    s->batch_max_bytes = fits < MESSAGE_SMALLEST_BYTES ? MESSAGE_SMALLEST_BYTES : (size_t)fits;
}

static void remember_link(struct store *store, size_t bytes, bool load, size_t *out)
{
    struct txn *t = NULL;
    struct arena arena = {0};
    struct slice v;
    uint8_t be[8];
    const struct slice key = slice_str("up.message_bytes");
    if (txn_begin(store, load ? TXN_READ : TXN_WRITE, &t) != ERR_OK) {
        return;
    }
    if (load) {
        if (store_kv_get(t, key, &arena, &v) == ERR_OK && v.len == 8) {
            uint64_t n = be64_get(v.ptr);
            *out = n >= MESSAGE_SMALLEST_BYTES && n <= MESSAGE_MAX_BYTES ? (size_t)n : *out;
        }
        txn_abort(t);
    } else {
        be64_put(be, bytes);
        if (store_kv_put(t, key, slice_make(be, 8)) == ERR_OK) {
            (void)!txn_commit(t); /* only a hint; the next sync measures again */
        } else {
            txn_abort(t);
        }
    }
    arena_free(&arena);
}

static enum err round_trip(struct session *s, const struct env *env, const char *url,
                           struct sync_result *out)
{
    struct buf message = {0}, reply = {0};
    int status = 0;
    enum err e = session_request(s, &message);
    if (e == ERR_OK) {
        int64_t start = env->monotonic_ms(env->ctx);
        uint64_t before = out->sent_bytes + out->received_bytes;
        e = env->post(env->ctx, url, buf_view(&message), MESSAGE_LONE_MAX_BYTES, &reply, &status,
                      &out->sent_bytes, &out->received_bytes);
        fit_to_link(s, out->sent_bytes + out->received_bytes - before,
                    env->monotonic_ms(env->ctx) - start);
    }
    e = e ? e : client_http_error(status, buf_view(&reply));
    e = e ? e : session_reply(s, buf_view(&reply));
    buf_free(&message);
    buf_free(&reply);
    return e;
}

enum err client_sync(struct store *store, const char *url, struct sync_result *out)
{
    const struct env *env = store_env(store);
    struct session s;
    char target[2048];
    *out = (struct sync_result){0};
    out->stats.digest_equal = -1;
    enum err e = client_hub_url(store, url, "/v1/sync", target, sizeof(target));
    e = e ? e : store_lock(store, "sync");
    if (e != ERR_OK) {
        return e;
    }
    int64_t start = env->monotonic_ms(env->ctx);
    session_init(&s, store);
    remember_link(store, 0, true, &s.batch_max_bytes);
    size_t first = s.batch_max_bytes;
    while (e == ERR_OK && !s.done) {
        e = round_trip(&s, env, target, out);
    }
    out->stats = s.stats;
    out->ms = env->monotonic_ms(env->ctx) - start;
    if (s.batch_max_bytes != first) {
        remember_link(store, s.batch_max_bytes, false, NULL);
    }
    session_end(&s);
    store_unlock(store);
    return e;
}

enum err client_hub_url(struct store *store, const char *url, const char *path, char *out,
                        size_t size)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct slice v = slice_str(url);
    enum err e = ERR_OK;
    if (!url) {
        e = txn_begin(store, TXN_READ, &t);
        if (e == ERR_OK) {
            e = store_kv_get(t, slice_str("set.hub"), &arena, &v);
            txn_abort(t);
        }
        if (e == ERR_NOT_FOUND) {
            e = error_set(ERR_NOT_JOINED,
                          _("this store has no hub; `terrace join URL CODE` joins one"));
        }
    }
    while (e == ERR_OK && v.len && v.ptr[v.len - 1] == '/') {
        v.len--;
    }
    if (e == ERR_OK) {
        int n = snprintf(out, size, "%.*s%s", (int)v.len, (const char *)v.ptr, path);
        if (n < 0 || (size_t)n >= size) {
            e = error_set(ERR_INPUT, _("the hub's address is too long"));
        }
    }
    arena_free(&arena);
    return e;
}
