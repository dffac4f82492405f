/* The hub: serves other stores over HTTP; the only module that includes libmicrohttpd. */
#ifndef TERRACE_SYNC_HUB_H
#define TERRACE_SYNC_HUB_H

#include "core/store.h"

struct hub;
/* listen: HOST:PORT, port 0 picks one. ERR_IO when the port is taken. */
enum err hub_start(struct store *store, const char *listen,
                   void (*log)(void *ctx, const char *line), void *log_ctx,
                   struct hub **out) MUST_USE;
/* "HOST:PORT" as bound; borrowed. */
const char *hub_address(const struct hub *h);
/* Finishes what is under way, then closes. NULL is fine. */
void hub_stop(struct hub *h);

#endif
