/* The gate of the hub: which heads it lets pass, who may ask how much, and who is cut. */
#include "sync/hub_gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define WRONG_CODES 10u
#define TYPE "Content-Type: application/vnd.terrace\r\n"

/* Reads a head as libmicrohttpd does: in place, leniently. */
static struct gate_head parse(char *text)
{
    struct gate_head h = {.size_bytes = strlen(text)};
    char *save = text;
    h.method = text;
    save = strchr(save, ' ');
    *save++ = '\0';
    h.path = save;
    save = strchr(save, ' ');
    *save++ = '\0';
    h.version = save;
    while (*save != '\r' && *save != '\n') {
        save++;
    }
    char *line = save + (save[0] == '\r' && save[1] == '\n' ? 2 : 1);
    *save = '\0';
    while (*line && *line != '\r' && *line != '\n') {
        char *colon = strchr(line, ':');
        char *value = colon + 1;
        while (*value == ' ') {
            value++;
        }
        char *end = value + strcspn(value, "\r\n");
        if (h.count < GATE_LINES_MAX) {
            h.lines[h.count++] = (struct gate_line){slice_make(line, (size_t)(colon - line)),
                                                    slice_make(value, (size_t)(end - value))};
        } else {
            h.too_many = true;
        }
        line = end + (end[0] == '\r' && end[1] == '\n' ? 2 : 1);
    }
    return h;
}

static unsigned status_of(const char *text)
{
    static char copy[16384];
    uint64_t body = 0;
    (void)snprintf(copy, sizeof(copy), "%s", text);
    struct gate_head h = parse(copy);
    return gate_head_status(&h, &body);
}

/* Each beside its honest twin: the same head without what makes it doubtful. */
static void gate__doubtful_heads_are_refused_and_their_twins_pass(void **state)
{
    static const struct {
        unsigned status;
        const char *head;
    } table[] = {
        {200, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 5\r\n\r\n"},
        {200, "POST /v1/join HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 5\r\n\r\n"},
        {200, "POST /v1/sync HTTP/1.1\r\nhost: x\r\ncontent-type: application/vnd.terrace\r\n"
              "content-length: 0\r\nX-Forwarded-For: 1.2.3.4\r\nVia: 1.1 a (b)\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\n" TYPE "Content-Length: 5\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\nHost: x\r\n" TYPE "Content-Length: 5\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE
              "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE
              "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: +5\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: -5\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 5, 5\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 05\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 0x5\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE
              "Content-Length: 18446744073709551621\r\n\r\n"},
        {413, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 524289\r\n\r\n"},
        {411, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length : 5\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length:  5\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length:5\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 5\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\nHost:  x\r\n" TYPE "Content-Length: 5\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 5\r\n\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 5\r\nA b: c\r\n\r\n"},
        {400, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 5\r\nA: b\x01\r\n\r\n"},
        {505, "POST /v1/sync HTTP/1.0\r\nHost: x\r\n" TYPE "Content-Length: 5\r\n\r\n"},
        {404, "POST http://x/v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 5\r\n\r\n"},
        {404, "POST /v1/sync/ HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 5\r\n\r\n"},
        {405, "post /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 5\r\n\r\n"},
        {405, "OPTIONS /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 5\r\n\r\n"},
        {415, "POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
              "Content-Length: 5\r\n\r\n"},
        {415, "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE TYPE "Content-Length: 5\r\n\r\n"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        unsigned got = status_of(table[i].head);
        if (got != table[i].status) {
            print_message("%u for: %s\n", got, table[i].head);
        }
        assert_int_equal(got, table[i].status);
    }
}

static void gate__what_only_browsers_send_is_refused(void **state)
{
    static const char *const names[] = {
        "Origin",
        "Cookie",
        "Referer",
        "Upgrade",
        "Sec-Fetch-Site",
        "Sec-WebSocket-Key",
        "Access-Control-Request-Method",
        "Expect",
        "TE",
        "Trailer",
    };
    char head[512];
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        (void)snprintf(head, sizeof(head),
                       "POST /v1/sync HTTP/1.1\r\nHost: evil.example\r\n" TYPE
                       "Content-Length: 5\r\n%s: x\r\n\r\n",
                       names[i]);
        assert_int_equal(status_of(head), 400);
    }
}

/* As the library leaves a folded line: the joined value is a copy, elsewhere. */
static void gate__a_value_that_was_put_together_is_refused(void **state)
{
    char head[] = "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 15\r\n\r\n";
    uint64_t body = 0;
    (void)state;
    struct gate_head h = parse(head);
    assert_int_equal(gate_head_status(&h, &body), 200);
    assert_int_equal(body, 15);
    h.lines[2].value = slice_str("15");
    assert_int_equal(gate_head_status(&h, &body), 400);
}

static void gate__a_head_of_a_hundred_lines_is_refused(void **state)
{
    char head[4096] = "POST /v1/sync HTTP/1.1\r\nHost: x\r\n" TYPE "Content-Length: 5\r\n";
    (void)state;
    for (size_t i = 0; i < 100; i++) {
        strcat(head, "A: b\r\n");
    }
    strcat(head, "\r\n");
    assert_int_equal(status_of(head), 400);
}

/* ---- addresses and quotas -------------------------------------------------------------------- */

static struct gate_address address(const char *text)
{
    struct gate_address a;
    assert_true(gate_address_parse(slice_str(text), &a));
    return a;
}

static struct gate *small_gate(const char *proxy)
{
    struct hub_limits l = {.connections_per_address = 3,
                           .requests_per_minute = 5,
                           .bytes_per_minute = 1000,
                           .wrong_codes_per_minute = WRONG_CODES};
    (void)snprintf(l.trusted_proxy, sizeof(l.trusted_proxy), "%s", proxy);
    return gate_new(&l, 16);
}

static void gate__an_address_is_one_however_it_is_written(void **state)
{
    struct gate_address a;
    (void)state;
    assert_true(gate_address_equal(address("192.0.2.7"), address("::ffff:192.0.2.7")));
    assert_true(gate_address_equal(address("2001:db8::1"), address("2001:db8::ffff:2")));
    assert_false(gate_address_equal(address("2001:db8::1"), address("2001:db8:0:1::1")));
    assert_false(gate_address_equal(address("::ffff:192.0.2.7"), address("::ffff:192.0.2.8")));
    assert_false(gate_address_parse(slice_str("unknown"), &a));
    assert_false(gate_address_parse(slice_str(""), &a));
}

static void gate__connections_of_one_address_are_limited(void **state)
{
    struct gate *g = small_gate("127.0.0.9");
    struct gate_slot *first = NULL;
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(gate_admits(g, address("10.0.0.1")));
        struct gate_slot *s = gate_open(g, 10 + i, address("10.0.0.1"), 0);
        first = first ? first : s;
    }
    assert_false(gate_admits(g, address("10.0.0.1")));
    assert_true(gate_admits(g, address("10.0.0.2")));
    gate_close(g, first);
    assert_true(gate_admits(g, address("10.0.0.1")));
    for (int i = 0; i < 5; i++) {
        assert_non_null(gate_open(g, 20 + i, address("127.0.0.9"), 0));
    }
    assert_true(gate_admits(g, address("127.0.0.9"))); /* the proxy */
    gate_free(g);
}

static void gate__requests_and_bytes_of_a_minute_are_limited(void **state)
{
    struct gate *g = small_gate("");
    struct gate_address a = address("10.0.0.1"), b = address("10.0.0.2");
    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(gate_take(g, a, 10, 1000), 0);
    }
    assert_int_equal(gate_take(g, a, 10, 11000), 50);
    assert_int_equal(gate_take(g, b, 10, 11000), 0);
    assert_int_equal(gate_take(g, a, 10, 61000), 0);
    assert_int_equal(gate_take(g, b, 995, 11000), 60);
    assert_int_equal(gate_take(g, b, 900, 11000), 0);
    /* one message that is larger than the quota gets through, alone */
    assert_int_equal(gate_take(g, address("10.0.0.3"), 5000, 11000), 0);
    assert_int_equal(gate_take(g, address("10.0.0.3"), 1, 11000), 60);
    gate_free(g);
}

static void gate__wrong_codes_are_limited_and_others_still_join(void **state)
{
    struct gate *g = small_gate("");
    struct gate_address a = address("10.0.0.1"), b = address("10.0.0.2");
    (void)state;
    for (unsigned i = 0; i < WRONG_CODES; i++) {
        assert_int_equal(gate_codes_wait(g, a, 1000), 0);
        gate_wrong_code(g, a, 1000);
    }
    assert_int_equal(gate_codes_wait(g, a, 31000), 30);
    assert_int_equal(gate_codes_wait(g, b, 31000), 0);
    assert_int_equal(gate_codes_wait(g, a, 61000), 0);
    gate_free(g);
}

static void gate__wrong_codes_are_remembered_through_a_crowd(void **state)
{
    struct gate *g = small_gate("");
    struct gate_address a = address("10.0.0.1");
    char text[32];
    (void)state;
    for (unsigned i = 0; i < WRONG_CODES; i++) {
        gate_wrong_code(g, a, 5000);
    }
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(text, sizeof(text), "10.1.%d.%d", i / 250, i % 250);
        (void)gate_take(g, address(text), 1, 1000);
    }
    assert_true(gate_codes_wait(g, a, 6000) > 0);
    gate_free(g);
}

static bool requester(struct gate *g, const char *from, const char *forwarded,
                      struct gate_address *out)
{
    struct gate_head h = {.count = 0};
    if (forwarded) {
        h.lines[h.count++] = (struct gate_line){slice_str("X-Forwarded-For"), slice_str(forwarded)};
    }
    struct gate_slot *s = gate_open(g, 3, address(from), 0);
    bool ok = gate_requester(s, &h, out);
    gate_close(g, s);
    return ok;
}

static void gate__only_the_trusted_proxy_speaks_for_others(void **state)
{
    struct gate *g = small_gate("127.0.0.9");
    struct gate_address a;
    (void)state;
    assert_true(requester(g, "10.0.0.1", "1.2.3.4", &a));
    assert_true(gate_address_equal(a, address("10.0.0.1")));
    assert_true(requester(g, "127.0.0.9", "1.2.3.4", &a));
    assert_true(gate_address_equal(a, address("1.2.3.4")));
    /* what the client claims stands before what the proxy saw */
    assert_true(requester(g, "127.0.0.9", "9.9.9.9, 1.2.3.4", &a));
    assert_true(gate_address_equal(a, address("1.2.3.4")));
    assert_false(requester(g, "127.0.0.9", NULL, &a));
    assert_false(requester(g, "127.0.0.9", "unknown", &a));
    gate_free(g);
}

/* ---- deadlines ------------------------------------------------------------------------------- */

static unsigned cut_count;
static int cut_last;

static void on_cut(int fd)
{
    cut_count++;
    cut_last = fd;
}

static unsigned swept(struct gate *g, int64_t now_ms)
{
    cut_count = 0;
    (void)gate_sweep(g, now_ms, on_cut);
    return cut_count;
}

static void gate__a_head_that_never_ends_is_cut(void **state)
{
    struct gate *g = small_gate("");
    struct gate_slot *s = gate_open(g, 7, address("10.0.0.1"), 1000);
    (void)state;
    assert_int_equal(swept(g, 1000 + GATE_HEAD_MS - 1), 0);
    assert_int_equal(swept(g, 1000 + GATE_HEAD_MS), 1);
    assert_int_equal(cut_last, 7);
    assert_int_equal(swept(g, 1000 + GATE_HEAD_MS + 500), 0); /* once */
    gate_close(g, s);
    gate_free(g);
}

static void gate__a_byte_a_second_is_cut_and_a_slow_link_is_not(void **state)
{
    struct gate *g = small_gate("");
    struct gate_slot *drip = gate_open(g, 7, address("10.0.0.1"), 0);
    struct gate_slot *slow = gate_open(g, 8, address("10.0.0.2"), 0);
    int64_t drip_cut_ms = 0, now = 0;
    (void)state;
    gate_enter(g, drip, GATE_BODY, 0, 0);
    gate_enter(g, slow, GATE_BODY, 0, 0);
    for (now = 0; now < 300000; now += 1000) {
        gate_count(g, drip, 1);
        gate_count(g, slow, 200);
        if (swept(g, now) > 0) {
            assert_int_equal(cut_last, 7);
            drip_cut_ms = now;
        }
    }
    assert_in_range(drip_cut_ms, GATE_GRACE_MS, GATE_GRACE_MS + 2000);
    gate_free(g);
}

static void gate__nothing_lasts_longer_than_a_request_may(void **state)
{
    struct gate *g = small_gate("");
    struct gate_slot *s = gate_open(g, 7, address("10.0.0.1"), 0);
    (void)state;
    gate_enter(g, s, GATE_BODY, 0, 0);
    gate_count(g, s, 100000000);
    assert_int_equal(swept(g, GATE_REQUEST_MS - 1), 0);
    assert_int_equal(swept(g, GATE_REQUEST_MS), 1);
    gate_free(g);
}

static void gate__a_reply_that_is_not_read_is_cut_and_work_is_not(void **state)
{
    struct gate *g = small_gate("");
    struct gate_slot *s = gate_open(g, 7, address("10.0.0.1"), 0);
    (void)state;
    gate_enter(g, s, GATE_WORK, 0, 0);
    assert_int_equal(swept(g, 10 * GATE_REQUEST_MS), 0);
    gate_enter(g, s, GATE_REPLY, 12800, 0);
    assert_int_equal(swept(g, GATE_GRACE_MS + 99999), 0);
    assert_int_equal(swept(g, GATE_GRACE_MS + 100000), 1);
    gate_free(g);
}

static void gate__a_crowd_makes_it_impatient(void **state)
{
    struct gate *g = small_gate("");
    (void)state;
    for (int i = 0; i < 11; i++) {
        assert_non_null(gate_open(g, i, address("10.0.0.1"), 0));
    }
    assert_int_equal(swept(g, GATE_HEAD_PRESSED_MS), 0);
    assert_non_null(gate_open(g, 11, address("10.0.0.1"), 0)); /* 12 of 16 */
    assert_int_equal(swept(g, GATE_HEAD_PRESSED_MS), 11 + 1);
    gate_free(g);
}

static void gate__there_is_no_room_beyond_the_last_slot(void **state)
{
    struct gate *g = small_gate("");
    (void)state;
    for (int i = 0; i < 16; i++) {
        assert_non_null(gate_open(g, i, address("10.0.0.1"), 0));
    }
    assert_null(gate_open(g, 16, address("10.0.0.1"), 0));
    gate_free(g);
}

static void gate__tells_what_it_turned_away_once(void **state)
{
    struct gate *g = small_gate("");
    char line[256];
    (void)state;
    assert_false(gate_tell(g, line, sizeof(line)));
    struct gate_slot *s = gate_open(g, 7, address("10.0.0.1"), 0);
    assert_int_equal(swept(g, GATE_HEAD_MS), 1);
    gate_close(g, s);
    assert_true(gate_tell(g, line, sizeof(line)));
    assert_non_null(strstr(line, "cut for slowness 1,"));
    assert_false(gate_tell(g, line, sizeof(line)));
    gate_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gate__doubtful_heads_are_refused_and_their_twins_pass),
        cmocka_unit_test(gate__what_only_browsers_send_is_refused),
        cmocka_unit_test(gate__a_value_that_was_put_together_is_refused),
        cmocka_unit_test(gate__a_head_of_a_hundred_lines_is_refused),
        cmocka_unit_test(gate__an_address_is_one_however_it_is_written),
        cmocka_unit_test(gate__connections_of_one_address_are_limited),
        cmocka_unit_test(gate__requests_and_bytes_of_a_minute_are_limited),
        cmocka_unit_test(gate__wrong_codes_are_limited_and_others_still_join),
        cmocka_unit_test(gate__wrong_codes_are_remembered_through_a_crowd),
        cmocka_unit_test(gate__only_the_trusted_proxy_speaks_for_others),
        cmocka_unit_test(gate__a_head_that_never_ends_is_cut),
        cmocka_unit_test(gate__a_byte_a_second_is_cut_and_a_slow_link_is_not),
        cmocka_unit_test(gate__nothing_lasts_longer_than_a_request_may),
        cmocka_unit_test(gate__a_reply_that_is_not_read_is_cut_and_work_is_not),
        cmocka_unit_test(gate__a_crowd_makes_it_impatient),
        cmocka_unit_test(gate__there_is_no_room_beyond_the_last_slot),
        cmocka_unit_test(gate__tells_what_it_turned_away_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
