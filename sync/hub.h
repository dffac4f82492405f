/* The hub: serves other stores over HTTP; sync/hub.c is the only module that includes
 * libmicrohttpd. */
#ifndef TERRACE_SYNC_HUB_H
#define TERRACE_SYNC_HUB_H

#include "core/store.h"

/* Of one address; 0 = no limit. */
struct hub_limits {
    uint64_t connections_per_address;
    uint64_t requests_per_minute;
    uint64_t bytes_per_minute;
    uint64_t wrong_codes_per_minute;
    /* Address of the one proxy whose X-Forwarded-For is believed; "" = none. */
    char trusted_proxy[64];
};
struct hub_options {
    const char *listen;                    /* HOST:PORT, port 0 picks one */
    const char *certificate_pem, *key_pem; /* both NULL: plain HTTP */
    struct hub_limits limits;
    void (*log)(void *ctx, const char *line);
    void *log_ctx;
};
struct hub;
/* The options are read only here. ERR_BUSY when the port is taken; ERR_INPUT when certificate and
 * key cannot be used. */
enum err hub_start(struct store *store, const struct hub_options *options,
                   struct hub **out) MUST_USE;
/* "http://HOST:PORT" as bound, or https; borrowed. */
const char *hub_address(const struct hub *h);
/* Finishes what is under way, then closes. NULL is fine. */
void hub_stop(struct hub *h);

/* Is it an address as `trusted_proxy` takes it? */
bool hub_address_is_good(const char *text);

#endif
