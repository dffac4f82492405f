/* What a hub says, and what of it reaches a person. */
#include "sync/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char *plain(const char *said)
{
    static char out[64];
    client_plain_text(slice_str(said), out, sizeof(out));
    return out;
}

static void client__shows_the_hubs_word(void **state)
{
    (void)state;
    assert_string_equal(plain("the code has expired"), "the code has expired");
    assert_string_equal(plain("mã đã hết hạn"), "mã đã hết hạn");
}

static void client__shows_no_control_characters(void **state)
{
    (void)state;
    assert_string_equal(plain("\x1b[31mred\x1b]0;title\a"), " [31mred ]0;title");
    assert_string_equal(plain("one\r\ntwo\ttab\x7f."), "one  two tab .");
    assert_string_equal(plain("\xc2\x9b"
                              "31m c1"),
                        "  31m c1");
    assert_string_equal(plain("a\xe2\x80\xae"
                              "b\xe2\x81\xa6"
                              "c\xef\xbb\xbf"
                              "d"),
                        "a   b   c   d");
}

static void client__shows_no_broken_utf8(void **state)
{
    (void)state;
    assert_string_equal(plain("a\xff"
                              "b"),
                        "a b");
    assert_string_equal(plain("a\xe1\xbb"), "a");
    assert_string_equal(plain("\xc0\x80"
                              "x"),
                        "  x");
    assert_string_equal(plain("\xed\xa0\x80"
                              "x"),
                        "   x");
}

static void client__caps_the_hubs_word_between_characters(void **state)
{
    char out[8];
    (void)state;
    client_plain_text(slice_str("ááááááá"), out, sizeof(out));
    assert_string_equal(out, "ááá");
}

static void client__tells_statuses_apart(void **state)
{
    (void)state;
    assert_int_equal(client_http_error(200, slice_str("")), ERR_OK);
    assert_int_equal(client_http_error(302, slice_str("")), ERR_NO_LINK);
    assert_non_null(strstr(error_last()->text, "sends on to another"));
    assert_int_equal(client_http_error(403, slice_str("no\x1b[2J")), ERR_REFUSED);
    assert_null(strchr(error_last()->text, '\x1b'));
    assert_int_equal(client_http_error(429, slice_str("terrace: too many requests")), ERR_NO_LINK);
    assert_null(strstr(error_last()->text, "codes"));
    assert_int_equal(client_http_error(429, slice_str(HUB_TOO_MANY_CODES "\n")), ERR_NO_LINK);
    assert_non_null(strstr(error_last()->text, "too many wrong codes"));
    assert_int_equal(client_http_error(503, slice_str("")), ERR_NO_LINK);
}

static void client__trusts_only_a_file_there_is(void **state)
{
    (void)state;
    assert_int_equal(client_trust("/nowhere/ca.pem"), ERR_INPUT);
    assert_int_equal(client_trust(""), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(client__shows_the_hubs_word),
        cmocka_unit_test(client__shows_no_control_characters),
        cmocka_unit_test(client__shows_no_broken_utf8),
        cmocka_unit_test(client__caps_the_hubs_word_between_characters),
        cmocka_unit_test(client__tells_statuses_apart),
        cmocka_unit_test(client__trusts_only_a_file_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
