/* Keys and certificates: stolen, foreign, run out, or with more in them than was given. */
#include "core/cert.h"
#include "sync/admit.h"
#include "tests/unit/attack.h"
#include "tests/unit/sticks.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct dot none;

static bool first_arrives(struct scene *s)
{
    return attack_arrives(s, FIRST);
}

static bool second_arrives(struct scene *s)
{
    return attack_arrives(s, SECOND);
}

/* ---- its own record ------------------------------------------------------------------------- */

static bool own_node(struct scene *s, uint32_t field, struct datum d)
{
    return attack_field(s, tree_node(&s->f, FIRST), field, d);
}

static bool role_raised(struct scene *s)
{
    return s->way == BY_HAND ? attack_draft(s, tree_node(&s->f, FIRST), 0, WORDS("role=officer"))
                             : own_node(s, F_NODE_ROLE, datum_int(NODE_ROLE_OFFICER));
}

static bool own_name(struct scene *s)
{
    return s->way == BY_HAND ? attack_draft(s, tree_node(&s->f, FIRST), 0, WORDS("name=Máy một"))
                             : own_node(s, F_NODE_NAME, attack_text(s));
}

static bool unit_changed(struct scene *s)
{
    return own_node(s, F_UNIT, datum_ref(s->f.units[SECOND])) ||
           own_node(s, F_NODE_ISSUER, datum_ref(tree_node(&s->f, TOP)));
}

/* What somebody's key certifies, rightly or not. */
static struct datum certificate(struct scene *s, const struct identity *issuer, struct dot node,
                                struct dot unit, enum level level, enum node_role role)
{
    struct buf bytes = {0};
    struct cert cert = {.node = node,
                        .unit = unit,
                        .level = (uint8_t)level,
                        .role = (uint8_t)role,
                        .issuer = issuer->node};
    memcpy(cert.key, store_identity(s->f.stores[FIRST])->public_key, KEY_PUBLIC_BYTES);
    cert_write(&cert, issuer->secret_key, &bytes);
    struct datum d = datum_bytes(arena_copy(&s->arena, buf_view(&bytes)));
    buf_free(&bytes);
    return d;
}

static bool certificate_swapped(struct scene *s)
{
    const struct identity *self = store_identity(s->f.stores[FIRST]);
    return own_node(
        s, F_NODE_CERT,
        certificate(s, self, self->node, s->f.units[DISTRICT], LEVEL_DISTRICT, NODE_ROLE_OFFICER));
}

/* A record of a new computer is pushed: is its certificate believed at the hub or above? */
static bool node_believed(struct scene *s, const struct identity *issuer, size_t unit,
                          enum level level, enum node_role role)
{
    struct record r = forge_record(&s->g, KIND_NODE);
    forge_put_new(&s->g, &r, F_UNIT, datum_ref(s->f.units[unit]));
    forge_put_new(&s->g, &r, F_NODE_STATE, datum_int(NODE_ACTIVE));
    forge_put_new(&s->g, &r, F_NODE_CERT,
                  certificate(s, issuer, r.id, s->f.units[unit], level, role));
    if (!attack_new(s, &r)) {
        return false;
    }
    struct cert cert;
    struct record held = tree_load(&s->f, s->g.to, r.id, &s->arena);
    struct txn *t = tree_begin(&s->f, s->g.to, TXN_READ);
    bool believed = cert_of_node(t, &held, &cert);
    txn_abort(t);
    return believed;
}

static bool issued_for_the_district(struct scene *s)
{
    const struct identity *self = store_identity(s->f.stores[FIRST]);
    return node_believed(s, self, DISTRICT, LEVEL_DISTRICT, NODE_ROLE_OFFICER) ||
           node_believed(s, self, FIRST, LEVEL_COMMUNE, NODE_ROLE_OFFICER) ||
           node_believed(s, self, SECOND, LEVEL_COMMUNE, NODE_ROLE_CLERK);
}

static bool issued_for_its_own(struct scene *s)
{
    return node_believed(s, store_identity(s->f.stores[FIRST]), FIRST, LEVEL_COMMUNE,
                         NODE_ROLE_CLERK);
}

static bool of_a_foreign_root(struct scene *s)
{
    struct fixture other;
    fixture_tree(&other, 901);
    bool believed =
        node_believed(s, store_identity(other.stores[TOP]), FIRST, LEVEL_COMMUNE, NODE_ROLE_CLERK);
    fixture_end(&other);
    return believed;
}

/* ---- who speaks ----------------------------------------------------------------------------- */

/* A round that says nothing, signed by that key, given to the district. */
static enum err empty_round(struct scene *s, const struct identity *self)
{
    struct buf body = {0}, bytes = {0}, reply = {0};
    struct round_request q = {.epoch = self->actor, .max_bytes = 60000};
    round_request_write(&q, &body);
    struct message m = {.body = buf_view(&body)};
    assert_int_equal(
        message_seal(&m, self, store_identity(s->f.stores[DISTRICT])->public_key, &bytes), ERR_OK);
    enum err e = session_serve(s->f.stores[DISTRICT], buf_view(&bytes), &reply);
    buf_free(&body);
    buf_free(&bytes);
    buf_free(&reply);
    return e;
}

static bool of_a_foreign_tree(struct scene *s)
{
    struct fixture other;
    struct buf stick = {0};
    struct bundle_taken taken = {0};
    fixture_tree(&other, 901);
    (void)sticks_member(&other, FIRST, "Lạ");
    enum err e = ERR_OK;
    if (s->way == BY_STICK) {
        sticks_up(&other, FIRST, &stick);
        e = bundle_import(s->f.stores[DISTRICT], buf_view(&stick), &taken);
    } else {
        e = empty_round(s, store_identity(other.stores[FIRST]));
    }
    buf_free(&taken.reply);
    buf_free(&stick);
    fixture_end(&other);
    return e == ERR_OK;
}

/* SECOND's name over FIRST's signature. */
static bool under_anothers_name(struct scene *s)
{
    struct identity mixed = *store_identity(s->f.stores[SECOND]);
    memcpy(mixed.secret_key, store_identity(s->f.stores[FIRST])->secret_key, KEY_SECRET_BYTES);
    return empty_round(s, &mixed) == ERR_OK;
}

static bool without_any_key(struct scene *s)
{
    struct buf body = {0}, bytes = {0}, reply = {0};
    const struct identity *hub = store_identity(s->f.stores[DISTRICT]);
    struct round_request q = {.epoch = 77, .max_bytes = 60000};
    round_request_write(&q, &body);
    struct message m = {.version = MESSAGE_VERSION,
                        .sender =
                            message_address_of(store_identity(s->f.stores[FIRST])->public_key),
                        .recipient = message_address_of(hub->public_key),
                        .body = buf_view(&body)};
    message_write(&m, &bytes);
    bool taken = session_serve(s->f.stores[DISTRICT], buf_view(&bytes), &reply) == ERR_OK;
    buf_free(&body);
    buf_free(&bytes);
    buf_free(&reply);
    return taken;
}

/* ---- roles ---------------------------------------------------------------------------------- */

static bool viewer_writes(struct scene *s)
{
    s->g.from = tree_joined(&s->f, DISTRICT, FIRST, NODE_ROLE_VIEWER);
    if (s->way == BY_HAND) {
        return attack_draft(s, s->own, 0, WORDS("note=giả")) ||
               attack_draft(s, none, KIND_NOTE, WORDS("title=Giả"));
    }
    struct record r = forge_record(&s->g, KIND_MEMBER);
    forge_put_new(&s->g, &r, F_UNIT, datum_ref(s->f.units[FIRST]));
    forge_put_new(&s->g, &r, F_MEMBER_NAME, attack_text(s));
    return attack_field(s, s->own, F_NOTE, attack_text(s)) || attack_new(s, &r);
}

static bool clerk_writes(struct scene *s)
{
    s->g.from = tree_joined(&s->f, DISTRICT, FIRST, NODE_ROLE_CLERK);
    return s->way == BY_HAND ? attack_draft(s, s->own, 0, WORDS("note=thật"))
                             : attack_field(s, s->own, F_NOTE, attack_text(s));
}

/* ---- the end of a certificate --------------------------------------------------------------- */

static bool past_its_end(struct scene *s)
{
    for (int64_t days = 0; days < CERT_DAYS + 100; days += 20) {
        s->f.now_ms += 20 * DAY_MS;
        assert_int_equal(attack_exchange(s, SECOND), ERR_OK);
    }
    return attack_arrives(s, FIRST);
}

static bool renewed_in_time(struct scene *s)
{
    for (int64_t days = 0; days < CERT_DAYS + 100; days += 200) {
        s->f.now_ms += 200 * DAY_MS;
        assert_int_equal(attack_exchange(s, FIRST), ERR_OK);
        assert_int_equal(attack_exchange(s, SECOND), ERR_OK);
    }
    return attack_arrives(s, FIRST);
}

/* ---- revoked -------------------------------------------------------------------------------- */

static bool revoked(struct scene *s)
{
    assert_int_equal(tree_revoke(&s->f, DISTRICT, FIRST), ERR_OK);
    return attack_arrives(s, FIRST);
}

static bool what_came_before_stays(struct scene *s)
{
    assert_true(attack_arrives(s, FIRST));
    struct dot before = tree_member(&s->f, FIRST, FIRST, "Trước");
    assert_int_equal(attack_exchange(s, FIRST), ERR_OK);
    assert_int_equal(tree_revoke(&s->f, DISTRICT, FIRST), ERR_OK);
    return tree_shows(&s->f, DISTRICT, before, F_MEMBER_NAME, "Trước");
}

static bool revoked_by_way_of_another(struct scene *s)
{
    assert_int_equal(tree_revoke(&s->f, DISTRICT, FIRST), ERR_OK);
    assert_true(fixture_sync(&s->f, DISTRICT, NULL));
    if (s->way == BY_HTTP && fixture_rehome(&s->f, FIRST, TOP, NULL) == ERR_OK) {
        return attack_arrives(s, FIRST);
    }
    s->g.to = TOP;
    s->g.by_stick = s->way == BY_STICK;
    struct buf body = {0};
    struct round_request q = {.epoch = store_identity(s->f.stores[FIRST])->actor,
                              .max_bytes = 60000};
    round_request_write(&q, &body);
    bool taken = forge_deliver(&s->g, buf_view(&body)) == ERR_OK;
    buf_free(&body);
    return taken;
}

static bool goes_to_another(struct scene *s)
{
    if (s->way == BY_HTTP) {
        assert_int_equal(fixture_rehome(&s->f, FIRST, TOP, NULL), ERR_OK);
    }
    return attack_arrives(s, FIRST);
}

/* The district has not heard of it and carries in good faith. */
static bool carried(struct scene *s, size_t who, bool revoke)
{
    if (revoke) {
        assert_int_equal(tree_revoke(&s->f, TOP, FIRST), ERR_OK);
    }
    struct dot id = tree_member(&s->f, who, who, "Được mang lên");
    (void)fixture_save_text(&s->f, who, who == FIRST ? s->own : s->theirs, 0, none, F_NOTE, "lên");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(attack_exchange(s, who), ERR_OK);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(attack_exchange(s, DISTRICT), ERR_OK);
    }
    bool noted = tree_shows(&s->f, TOP, who == FIRST ? s->own : s->theirs, F_NOTE, "lên");
    return revoke ? tree_held(&s->f, TOP, id) || noted : tree_held(&s->f, TOP, id) && noted;
}
static bool carried_beyond_the_end(struct scene *s)
{
    return carried(s, FIRST, true);
}
static bool carried_of_another(struct scene *s)
{
    return carried(s, SECOND, false);
}

#define CLERK "a joined clerk's key"
#define STOLEN "a stolen key, revoked"
#define NO_FIELD "a command does not write it"
#define NO_TRAVEL "nothing comes from elsewhere"
#define AS_MESSAGE "its parts are such messages: see http"

const struct attack attacks_keys[] = {
    {"its role raised by itself", CLERK, role_raised, own_name, {0}},
    {"its unit and issuer changed by itself",
     CLERK,
     unit_changed,
     own_name,
     {[BY_HAND] = NO_FIELD}},
    {"its certificate swapped", CLERK, certificate_swapped, own_name, {[BY_HAND] = NO_FIELD}},
    {"certificates of one who may not issue them",
     CLERK,
     issued_for_the_district,
     issued_for_its_own,
     {[BY_HAND] = NO_FIELD}},
    {"a certificate of a foreign root",
     "a foreign tree's key",
     of_a_foreign_root,
     issued_for_its_own,
     {[BY_HAND] = NO_FIELD}},
    {"messages of a foreign tree",
     "a foreign tree's key",
     of_a_foreign_tree,
     first_arrives,
     {[BY_HAND] = NO_TRAVEL}},
    {"another's name over its own signature",
     CLERK,
     under_anothers_name,
     second_arrives,
     {[BY_STICK] = AS_MESSAGE, [BY_HAND] = NO_TRAVEL}},
    {"a round that nobody signed",
     "nothing",
     without_any_key,
     first_arrives,
     {[BY_STICK] = AS_MESSAGE, [BY_HAND] = NO_TRAVEL}},
    {"a viewer writes", "a viewer's key", viewer_writes, clerk_writes, {0}},
    {"a certificate past its end",
     CLERK,
     past_its_end,
     renewed_in_time,
     {[BY_HAND] = "its own clock ends nothing"}},
    {"a revoked computer goes on",
     STOLEN,
     revoked,
     what_came_before_stays,
     {[BY_HAND] = "nothing tells a store that is kept away"}},
    {"a revoked computer goes to another hub",
     STOLEN,
     revoked_by_way_of_another,
     goes_to_another,
     {[BY_HAND] = NO_TRAVEL}},
    {"beyond the end, carried by an honest hub",
     STOLEN,
     carried_beyond_the_end,
     carried_of_another,
     {[BY_HAND] = NO_TRAVEL}},
};
const size_t attacks_keys_count = ARRAY_COUNT(attacks_keys);
