/* HTTP by libcurl: the only module that includes it. */
#ifndef TERRACE_SYNC_CLIENT_H
#define TERRACE_SYNC_CLIENT_H

#include "sync/session.h"

struct sync_result {
    struct session_stats stats;
    uint64_t sent_bytes; /* as a counting proxy would see them, headers included */
    uint64_t received_bytes;
    int64_t ms;
};
/* Fills env->post. */
void client_install(struct env *env);
void client_shutdown(void);
/* All rounds of one sync with the hub at url (NULL = the setting). Results also on failure. */
enum err client_sync(struct store *store, const char *url, struct sync_result *out) MUST_USE;

/* An HTTP status other than 200 as an error; body is the hub's word. */
enum err client_http_error(int status, struct slice body) MUST_USE;
/* url, or the setting `hub` when NULL, with path appended. ERR_NOT_JOINED. */
enum err client_hub_url(struct store *store, const char *url, const char *path, char *out,
                        size_t size) MUST_USE;

#endif
