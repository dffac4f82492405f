/* Private to sync/hub*.c: who may speak to the hub, in what form, how much and for how long. It
 * knows no HTTP library: the head of a request comes as slices, times in milliseconds of a clock
 * that only goes forward, so that all of it can be tried without a socket. A `struct gate` may be
 * used by several threads. */
#ifndef TERRACE_SYNC_HUB_GATE_H
#define TERRACE_SYNC_HUB_GATE_H

#include "sync/hub.h"

/* ---- the head of a request ------------------------------------------------------------------ */

#define GATE_LINES_MAX 48 /* a proxy adds a dozen */

struct gate_line {
    struct slice name, value;
};
/* As the HTTP library hands it over, everything still in the buffer where it was read. */
struct gate_head {
    const char *method, *path, *version;
    size_t size_bytes; /* of the whole head, from the method to the empty line */
    struct gate_line lines[GATE_LINES_MAX];
    size_t count;
    bool too_many;
};
/* The HTTP status that the head deserves: 200 when it asks for what there is, in the one form in
 * which a proxy before the hub and the hub itself cannot read two different requests:
 * NAME ": " VALUE CRLF, one Host, one Content-Length of plain digits, no other framing, and nothing
 * that only a browser sends. *body_bytes is the length of the body. */
unsigned gate_head_status(const struct gate_head *h, uint64_t *body_bytes);
/* The value of a header that stands there exactly once; empty when it does not. */
struct slice gate_head_value(const struct gate_head *h, const char *name);

/* ---- addresses, quotas, deadlines ------------------------------------------------------------ */

/* IPv4, or the first 64 bits of IPv6: whoever has one of those has all the rest. */
struct gate_address {
    uint8_t bytes[16];
};
/* Of "192.0.2.7" or "2001:db8::1"; false when it is neither. */
bool gate_address_parse(struct slice text, struct gate_address *out);
bool gate_address_equal(struct gate_address a, struct gate_address b);

#define GATE_HEAD_MS 30000ll        /* for a head, from the connection or the reply before */
#define GATE_GRACE_MS 60000ll       /* for a body or a reply, and then … */
#define GATE_BYTES_A_SECOND 128ll   /* … at least so fast */
#define GATE_REQUEST_MS 600000ll    /* and never longer */
#define GATE_HEAD_PRESSED_MS 5000ll /* the same while three in four connections are taken */
#define GATE_GRACE_PRESSED_MS 20000ll
#define GATE_BYTES_PRESSED 512ll

enum gate_phase { GATE_HEAD, GATE_BODY, GATE_WORK, GATE_REPLY };
struct gate;
struct gate_slot; /* one connection */

struct gate *gate_new(const struct hub_limits *limits, size_t connections_max);
void gate_free(struct gate *g);
/* May this address open one more connection? */
bool gate_admits(struct gate *g, struct gate_address from);
/* A connection is there. NULL when there are more than connections_max: close it. */
struct gate_slot *gate_open(struct gate *g, int fd, struct gate_address from, int64_t now_ms);
/* To be called before fd is closed, so that nobody else's is cut by its number. */
void gate_close(struct gate *g, struct gate_slot *s);
/* body_bytes: of what is to come or to go. */
void gate_enter(struct gate *g, struct gate_slot *s, enum gate_phase phase, uint64_t body_bytes,
                int64_t now_ms);
/* Bytes of the body that came. */
void gate_count(struct gate *g, struct gate_slot *s, uint64_t bytes);
/* Whom the request counts for: the connection's address, or behind the trusted proxy the one that
 * the proxy names last in X-Forwarded-For. false when the proxy names none. */
bool gate_requester(const struct gate_slot *s, const struct gate_head *h, struct gate_address *out);
/* Counts a request; 0 when it is within the quota, else the seconds until it is again. */
unsigned gate_take(struct gate *g, struct gate_address from, uint64_t bytes, int64_t now_ms);
/* 0 when the address may still try a code, else the seconds until it may. */
unsigned gate_codes_wait(struct gate *g, struct gate_address from, int64_t now_ms);
void gate_wrong_code(struct gate *g, struct gate_address from, int64_t now_ms);
/* Ends the connections that are over their time, by cut(fd). Returns how many are open. */
size_t gate_sweep(struct gate *g, int64_t now_ms, void (*cut)(int fd));
/* What there was to turn away or to cut since the last time, as a line for the log; false when
 * there was nothing. */
bool gate_tell(struct gate *g, char *line, size_t size);

#endif
