#include "cli/settings.h"

#include "sync/client.h"
#include "sync/hub.h"

#include <stdio.h>
#include <stdlib.h>

static enum err check_lang(const char *v)
{
    if (strcmp(v, "vi") != 0 && strcmp(v, "en") != 0) {
        return error_set_field(ERR_INPUT, "lang", _("the languages are vi and en"));
    }
    return ERR_OK;
}

enum err setting_check_url(const char *v)
{
    if (strncmp(v, "http://", 7) == 0 && v[7] != '\0') {
        return ERR_OK;
    }
    if (strncmp(v, "https://", 8) == 0 && v[8] != '\0') {
        return ERR_OK;
    }
    return error_set_field(ERR_INPUT, "hub",
                           _("the hub's address begins with http:// or https://"));
}

enum err setting_check_listen(const char *v)
{
    const char *colon = strrchr(v, ':');
    char *end = NULL;
    long port = colon && colon[1] >= '0' && colon[1] <= '9' ? strtol(colon + 1, &end, 10) : -1;
    if (port < 0 || port > 65535 || *end != '\0' || colon == v) {
        return error_set_field(ERR_INPUT, "listen", _("this is written HOST:PORT"));
    }
    return ERR_OK;
}

static enum err check_silent_days(const char *v)
{
    char *end = NULL;
    long days = strtol(v, &end, 10);
    if (end == v || *end != '\0' || days < 1 || days > 3650) {
        return error_set_field(ERR_INPUT, "silent_days", _("this is a number from 1 to 3650"));
    }
    return ERR_OK;
}

static enum err check_report_day(const char *v)
{
    char *end = NULL;
    long day = strtol(v, &end, 10);
    if (end == v || *end != '\0' || day < 1 || (day > 28 && day != 31)) {
        return error_set_field(ERR_INPUT, "report_day",
                               _("this is a number from 1 to 28, or 31 for the month's end"));
    }
    return ERR_OK;
}

static enum err check_limit(const char *v, const char *key)
{
    char *end = NULL;
    long n = strtol(v, &end, 10);
    if (*v < '0' || *v > '9' || *end != '\0' || n < 0 || n > 1000000) {
        return error_set_field(ERR_INPUT, key, _("this is a number from 0 to 1000000"));
    }
    return ERR_OK;
}

static enum err check_evidence_days(const char *v)
{
    return check_limit(v, "evidence_days");
}

static enum err check_evidence_mbytes(const char *v)
{
    return check_limit(v, "evidence_mbytes");
}

static enum err check_codes(const char *v)
{
    return check_limit(v, "limit_codes");
}

static enum err check_connections(const char *v)
{
    return check_limit(v, "limit_connections");
}

static enum err check_requests(const char *v)
{
    return check_limit(v, "limit_requests");
}

static enum err check_kilobytes(const char *v)
{
    return check_limit(v, "limit_kbytes");
}

static enum err check_proxy(const char *v)
{
    if (!hub_address_is_good(v)) {
        return error_set_field(ERR_INPUT, "trusted_proxy",
                               _("this is an address such as 127.0.0.1"));
    }
    return ERR_OK;
}

static enum err check_ca_file(const char *v)
{
    if (v[0] != '/') {
        return error_set_field(ERR_INPUT, "ca_file", _("this is a path that begins with /"));
    }
    return client_trust(v);
}

static const struct setting settings[] = {
    {"ca_file", "", N_("file of the CA that the hub's https certificate comes from"),
     check_ca_file},
    {"hub", "", N_("address of the hub this store syncs with"), setting_check_url},
    {"lang", "", N_("language of the program: vi or en"), check_lang},
    {"evidence_days", "180", N_("how many days signed messages are kept as evidence; 0 = not"),
     check_evidence_days},
    {"evidence_mbytes", "1024", N_("megabytes that they may take"), check_evidence_mbytes},
    {"limit_codes", "10", N_("wrong codes that one address may try in a minute"), check_codes},
    {"limit_connections", "32", N_("connections to serve that one address may have open"),
     check_connections},
    {"limit_kbytes", "65536", N_("kilobytes that one address may send to serve in a minute"),
     check_kilobytes},
    {"limit_requests", "600", N_("requests that one address may make to serve in a minute"),
     check_requests},
    {"listen", "127.0.0.1:7470", N_("where serve listens: HOST:PORT"), setting_check_listen},
    {"report_day", "31", N_("on which day a month ends in reports; 31 = its last"),
     check_report_day},
    {"silent_days", "40", N_("after how many days without a sync the inbox says so"),
     check_silent_days},
    {"trusted_proxy", "",
     N_("address of the proxy before serve, whose X-Forwarded-For is believed"), check_proxy},
};

const struct setting *setting_at(size_t index)
{
    return index < ARRAY_COUNT(settings) ? &settings[index] : NULL;
}

const struct setting *setting_find(const char *key)
{
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        if (strcmp(settings[i].key, key) == 0) {
            return &settings[i];
        }
    }
    return NULL;
}

static struct slice setting_key(const struct setting *s, struct arena *arena)
{
    return slice_str(arena_printf(arena, "set.%s", s->key));
}

enum err setting_get(struct txn *t, const struct setting *s, struct arena *arena, const char **out)
{
    struct slice v;
    enum err e = store_kv_get(t, setting_key(s, arena), arena, &v);
    *out = s->fallback;
    if (e == ERR_OK) {
        *out = arena_cstr(arena, v);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err setting_put(struct txn *t, const struct setting *s, const char *value)
{
    struct arena arena = {0};
    enum err e = *value ? s->check(value) : ERR_OK;
    if (e == ERR_OK) {
        struct slice key = setting_key(s, &arena);
        e = *value ? store_kv_put(t, key, slice_str(value)) : store_kv_del(t, key);
    }
    arena_free(&arena);
    return e;
}

void settings_lang(struct store *s, char out[8])
{
    struct txn *t = NULL;
    struct arena arena = {0};
    const char *v = "";
    out[0] = '\0';
    if (txn_begin(s, TXN_READ, &t) == ERR_OK) {
        if (setting_get(t, setting_find("lang"), &arena, &v) == ERR_OK) {
            (void)snprintf(out, 8, "%s", v);
        }
        txn_abort(t);
    }
    arena_free(&arena);
}

enum err setting_trust(struct store *s)
{
    struct txn *t = NULL;
    struct arena arena = {0};
    const char *path = "";
    TRY(txn_begin(s, TXN_READ, &t));
    enum err e = setting_get(t, setting_find("ca_file"), &arena, &path);
    txn_abort(t);
    e = e ? e : client_trust(path);
    arena_free(&arena);
    return e;
}
