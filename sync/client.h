/* HTTP by libcurl: the only module that includes it. Proxies of the environment (http_proxy,
 * https_proxy, all_proxy, no_proxy) are used as by other programs: offices have them, and a message
 * is none the less what it is. */
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
/* From now on https is checked against the certificates in this file (PEM) instead of the machine's
 * own; "" or NULL: against those again. Nothing turns the check off. ERR_INPUT when there is no
 * such file. */
enum err client_trust(const char *ca_file) MUST_USE;
/* All rounds of one sync with the hub at url (NULL = the setting). Results also on failure. */
enum err client_sync(struct store *store, const char *url, struct sync_result *out) MUST_USE;

/* What a hub says, in these words and with status 429, to an address that has used up its wrong
 * codes; clients know it by them. */
#define HUB_TOO_MANY_CODES "terrace: too many wrong codes from this address"
/* An HTTP status other than 200 as an error; body is the hub's word. Of it only what a person may
 * be shown gets into the text. */
enum err client_http_error(int status, struct slice body) MUST_USE;
/* The hub's word as a person may see it: one line of UTF-8 without control characters, and none
 * that turn the direction of writing, at most size - 1 bytes. */
void client_plain_text(struct slice said, char *out, size_t size);
/* url, or the setting `hub` when NULL, with path appended. ERR_NOT_JOINED. */
enum err client_hub_url(struct store *store, const char *url, const char *path, char *out,
                        size_t size) MUST_USE;

#endif
