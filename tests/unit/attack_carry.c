/* What the network, a stick, a copied or an old disk and a wrong clock do to what is under way.
 * Here "it stands" is: something changed that should not have, or honest work is gone. */
#include "tests/unit/attack.h"
#include "tests/unit/sticks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define YEAR_1970 INT64_C(86400000)
#define YEAR_2020 INT64_C(1577836800000)
#define YEAR_2099 INT64_C(4070908800000)

static const struct dot none;

static bool first_arrives(struct scene *s)
{
    return attack_arrives(s, FIRST);
}

static void note(struct scene *s, size_t at, const char *text)
{
    (void)fixture_save_text(&s->f, at, s->own, 0, none, F_NOTE, text);
}

static bool noted(struct scene *s, size_t at, const char *text)
{
    return tree_shows(&s->f, at, s->own, F_NOTE, text);
}

/* What FIRST would send now, as it travels; the session, or NULL, to hear the reply. */
static void request(struct scene *s, struct session *session, struct buf *out)
{
    struct session own;
    buf_clear(out);
    if (s->way == BY_STICK) {
        struct bundle_written w;
        assert_int_equal(bundle_export(s->f.stores[FIRST], none, out, &w), ERR_OK);
        return;
    }
    session_init(session ? session : &own, s->f.stores[FIRST]);
    assert_int_equal(session_request(session ? session : &own, out), ERR_OK);
    if (!session) {
        session_end(&own);
    }
}

static enum err deliver(struct scene *s, size_t to, struct slice bytes, struct buf *reply)
{
    buf_clear(reply);
    if (s->way == BY_HTTP) {
        return session_serve(s->f.stores[to], bytes, reply);
    }
    struct bundle_taken taken = {0};
    enum err e = bundle_import(s->f.stores[to], bytes, &taken);
    buf_add_slice(reply, buf_view(&taken.reply));
    buf_free(&taken.reply);
    return e;
}

static size_t count_named(struct scene *s, size_t at, const char *name)
{
    struct id_list ids;
    size_t n = 0;
    struct txn *t = tree_begin(&s->f, at, TXN_READ);
    assert_int_equal(store_ids_of_kind(t, KIND_MEMBER, none, 1000, &s->arena, &ids), ERR_OK);
    txn_abort(t);
    for (size_t i = 0; i < ids.count; i++) {
        n += tree_shows(&s->f, at, ids.ids[i], F_MEMBER_NAME, name);
    }
    return n;
}

/* ---- again, late, elsewhere ------------------------------------------------------------------ */

static bool request_again(struct scene *s)
{
    struct buf old = {0}, reply = {0};
    note(s, FIRST, "cũ");
    request(s, NULL, &old);
    assert_int_equal(deliver(s, DISTRICT, buf_view(&old), &reply), ERR_OK);
    note(s, FIRST, "mới");
    fixture_settle(&s->f);
    for (int i = 0; i < 3; i++) {
        (void)!deliver(s, DISTRICT, buf_view(&old), &reply);
    }
    bool stands = !noted(s, DISTRICT, "mới") || !attack_arrives(s, FIRST);
    buf_free(&old);
    buf_free(&reply);
    return stands;
}

static bool reply_again(struct scene *s)
{
    struct session session;
    struct buf up = {0}, old = {0}, reply = {0};
    bool stands = false;
    (void)fixture_save_text(&s->f, DISTRICT, s->own, 0, none, F_NOTE, "cũ");
    request(s, &session, &up);
    assert_int_equal(deliver(s, DISTRICT, buf_view(&up), &old), ERR_OK);
    if (s->way == BY_HTTP) {
        assert_int_equal(session_reply(&session, buf_view(&old)), ERR_OK);
        session_end(&session);
    } else {
        assert_int_equal(deliver(s, FIRST, buf_view(&old), &reply), ERR_OK);
    }
    (void)fixture_save_text(&s->f, DISTRICT, s->own, 0, none, F_NOTE, "mới");
    fixture_settle(&s->f);
    if (s->way == BY_HTTP) { /* in answer to another request */
        request(s, &session, &up);
        stands = session_reply(&session, buf_view(&old)) == ERR_OK;
        session_end(&session);
    } else {
        (void)!deliver(s, FIRST, buf_view(&old), &reply);
    }
    stands = stands || !noted(s, FIRST, "mới") || !attack_arrives(s, FIRST);
    buf_free(&up);
    buf_free(&old);
    buf_free(&reply);
    return stands;
}

static bool in_any_order(struct scene *s)
{
    static const size_t orders[3][3] = {{2, 1, 0}, {1, 0, 2}, {2, 0, 1}};
    struct buf sent[3] = {{0}, {0}, {0}}, reply = {0};
    const char *texts[3] = {"một", "hai", "ba"};
    bool stands = false;
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++) {
            note(s, FIRST, texts[j]);
            request(s, NULL, &sent[j]);
        }
        for (size_t j = 0; j < 3; j++) {
            (void)!deliver(s, DISTRICT, buf_view(&sent[orders[i][j]]), &reply);
        }
        stands = stands || !attack_arrives(s, FIRST) || !noted(s, DISTRICT, "ba");
        fixture_settle(&s->f);
    }
    for (size_t j = 0; j < 3; j++) {
        buf_free(&sent[j]);
    }
    buf_free(&reply);
    return stands;
}

static bool for_another_hub(struct scene *s)
{
    struct buf up = {0}, reply = {0};
    note(s, FIRST, "cho huyện");
    request(s, NULL, &up);
    bool stands = deliver(s, TOP, buf_view(&up), &reply) == ERR_OK ||
                  deliver(s, SECOND, buf_view(&up), &reply) == ERR_OK ||
                  deliver(s, FIRST, buf_view(&up), &reply) == ERR_OK;
    buf_free(&up);
    buf_free(&reply);
    return stands || !attack_arrives(s, FIRST);
}

/* ---- bent ----------------------------------------------------------------------------------- */

static bool bent(struct scene *s)
{
    struct buf up = {0}, reply = {0};
    bool stands = false;
    note(s, FIRST, "nguyên vẹn");
    request(s, NULL, &up);
    for (size_t i = 0; i < up.len && !stands; i++) {
        for (int bit = i < 64 ? 0 : (int)(i % 8); bit < (i < 64 ? 8 : (int)(i % 8) + 1); bit++) {
            up.ptr[i] ^= (uint8_t)(1u << bit);
            stands = stands || deliver(s, DISTRICT, buf_view(&up), &reply) == ERR_OK;
            up.ptr[i] ^= (uint8_t)(1u << bit);
        }
        stands = stands || deliver(s, DISTRICT, slice_make(up.ptr, i), &reply) == ERR_OK;
    }
    buf_free(&up);
    buf_free(&reply);
    return stands || tree_shows(&s->f, DISTRICT, s->own, F_NOTE, "nguyên vẹn");
}

/* One list of a round at a time is as long as it may be, and `over`. True when all are taken, or
 * any that is over. */
static bool long_lists(struct scene *s, size_t over)
{
    struct dot *ids = arena_array(&s->arena, ROUND_IDS_MAX + 1, sizeof(*ids));
    struct refused *refusals = arena_array(&s->arena, ROUND_IDS_MAX + 1, sizeof(*refusals));
    struct round_group *groups = arena_array(&s->arena, ROUND_GROUPS_MAX + 1, sizeof(*groups));
    struct round_listing *lists = arena_array(&s->arena, ROUND_LISTINGS_MAX + 1, sizeof(*lists));
    struct token *tokens = arena_array(&s->arena, ROUND_TOKENS_MAX + 1, sizeof(*tokens));
    uint8_t *bytes = arena_array(&s->arena, (ROUND_SHORT_HEADS_MAX + 1) * SHORT_HEAD_BYTES, 1);
    for (size_t i = 0; i <= ROUND_IDS_MAX; i++) {
        ids[i] = (struct dot){5, i + 1};
        refusals[i] = (struct refused){ids[i], REFUSAL_SCOPE};
    }
    for (size_t i = 0; i <= ROUND_LISTINGS_MAX; i++) {
        lists[i] = (struct round_listing){.route = ROUTE_OWN, .unit = {5, i + 1}};
    }
    for (size_t i = 0; i <= ROUND_GROUPS_MAX; i++) {
        groups[i] = (struct round_group){ROUTE_OWN, {5, i + 1}, 7, 7};
    }
    memset(tokens, 0, (ROUND_TOKENS_MAX + 1) * sizeof(*tokens));
    memset(bytes, 0, (ROUND_SHORT_HEADS_MAX + 1) * SHORT_HEAD_BYTES);
    size_t taken = 0;
    s->g.by_stick = s->way == BY_STICK;
    for (int which = 0; which < 7; which++) {
        struct buf body = {0};
        struct round_request q = {.epoch = store_identity(s->f.stores[FIRST])->actor,
                                  .max_bytes = 60000,
                                  .wants = {ids, which == 0 ? ROUND_IDS_MAX + over : 0},
                                  .refusals = refusals,
                                  .refusal_count = which == 1 ? ROUND_IDS_MAX + over : 0,
                                  .groups = groups,
                                  .group_count = which == 2 ? ROUND_GROUPS_MAX + over : 0,
                                  .listings = lists,
                                  .listing_count = which == 3 ? ROUND_LISTINGS_MAX + over : 0,
                                  .tokens = tokens,
                                  .token_count = which == 4 ? ROUND_TOKENS_MAX + over : 0};
        size_t heads = which == 5 ? (ROUND_SHORT_HEADS_MAX + over) * SHORT_HEAD_BYTES : 0;
        q.short_heads = slice_make(bytes, heads);
        q.chain_seq = heads ? 5000 : 0; /* else they are not sent */
        q.evidence = slice_make(bytes, which == 6 ? ROUND_EVIDENCE_MAX_BYTES + over : 0);
        round_request_write(&q, &body);
        taken += forge_deliver(&s->g, buf_view(&body)) == ERR_OK;
        buf_free(&body);
    }
    return over ? taken > 0 || !attack_arrives(s, FIRST) : taken == 7;
}

static bool too_many(struct scene *s)
{
    return long_lists(s, 1);
}
static bool just_as_many(struct scene *s)
{
    return long_lists(s, 0);
}

/* The hub leaves out what it has for the commune and claims that both have the same. What is hidden
 * so comes to light at the next comparison that is not forged, if not before. */
static bool hidden_behind_a_digest(struct scene *s)
{
    struct dot id = tree_member(&s->f, DISTRICT, FIRST, "Bị giấu");
    struct forge g = {.f = &s->f, .from = DISTRICT, .to = FIRST, .by_stick = s->way == BY_STICK};
    assert_int_equal(forge_answer(&g, NULL), ERR_OK);
    assert_false(tree_held(&s->f, FIRST, id)); /* the control */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(attack_exchange(s, FIRST), ERR_OK);
    }
    arena_free(&g.arena);
    return count_named(s, FIRST, "Bị giấu") != 1; /* the hub, shown a reply that it does not know
                                                   * of, may have saved it again by another id */
}

static bool comes_down(struct scene *s)
{
    struct dot id = tree_member(&s->f, DISTRICT, FIRST, "Gửi xuống");
    assert_int_equal(attack_exchange(s, FIRST), ERR_OK);
    return tree_held(&s->f, FIRST, id);
}

/* ---- copies and old disks -------------------------------------------------------------------- */

static void exchange_often(struct scene *s, size_t at)
{
    for (int i = 0; i < 4; i++) {
        assert_int_equal(attack_exchange(s, at), ERR_OK);
    }
}

static bool clone_writes(struct scene *s)
{
    exchange_often(s, FIRST);
    size_t copy = fixture_clone(&s->f, FIRST);
    (void)tree_member(&s->f, FIRST, FIRST, "Trên bản một");
    (void)tree_member(&s->f, copy, FIRST, "Trên bản hai");
    (void)tree_member(&s->f, copy, FIRST, "Thêm trên bản hai");
    for (int i = 0; i < 2; i++) {
        exchange_often(s, FIRST);
        exchange_often(s, copy);
    }
    return count_named(s, DISTRICT, "Trên bản một") != 1 ||
           count_named(s, DISTRICT, "Trên bản hai") != 1 ||
           count_named(s, DISTRICT, "Thêm trên bản hai") != 1;
}

static bool node_put_back(struct scene *s)
{
    exchange_often(s, FIRST);
    fixture_snapshot(&s->f, FIRST);
    (void)tree_member(&s->f, FIRST, FIRST, "Trước khi khôi phục");
    exchange_often(s, FIRST);
    fixture_roll_back(&s->f, FIRST);
    (void)tree_member(&s->f, FIRST, FIRST, "Sau khi khôi phục");
    exchange_often(s, FIRST);
    return count_named(s, DISTRICT, "Trước khi khôi phục") != 1 ||
           count_named(s, DISTRICT, "Sau khi khôi phục") != 1 || !attack_arrives(s, FIRST);
}

static bool hub_put_back(struct scene *s)
{
    exchange_often(s, FIRST);
    fixture_snapshot(&s->f, DISTRICT);
    (void)tree_member(&s->f, FIRST, FIRST, "Trước khi khôi phục");
    exchange_often(s, FIRST);
    fixture_roll_back(&s->f, DISTRICT);
    (void)tree_member(&s->f, DISTRICT, FIRST, "Của huyện");
    (void)tree_member(&s->f, FIRST, FIRST, "Sau khi khôi phục");
    exchange_often(s, FIRST);
    exchange_often(s, SECOND);
    return count_named(s, DISTRICT, "Trước khi khôi phục") != 1 ||
           count_named(s, DISTRICT, "Sau khi khôi phục") != 1 ||
           count_named(s, FIRST, "Của huyện") != 1 || !attack_arrives(s, FIRST);
}

/* ---- clocks --------------------------------------------------------------------------------- */

/* FIRST saves and syncs by one clock, its hub by the other. */
static bool arrives_by_clocks(struct scene *s, int64_t node_ms, int64_t hub_ms, const char *text)
{
    struct session session;
    struct buf up = {0}, reply = {0}, nothing = {0};
    s->f.now_ms = node_ms;
    note(s, FIRST, text);
    request(s, &session, &up);
    s->f.now_ms = hub_ms;
    bool well = deliver(s, DISTRICT, buf_view(&up), &reply) == ERR_OK;
    s->f.now_ms = node_ms;
    if (s->way == BY_HTTP) {
        well = well && session_reply(&session, buf_view(&reply)) == ERR_OK;
        session_end(&session);
    } else {
        well = well && deliver(s, FIRST, buf_view(&reply), &nothing) == ERR_OK;
    }
    buf_free(&up);
    buf_free(&reply);
    buf_free(&nothing);
    return well && noted(s, DISTRICT, text);
}

static bool wrong_clocks(struct scene *s, bool node, bool hub)
{
    bool stands = false;
    const int64_t clocks[] = {YEAR_1970, YEAR_2099, YEAR_1970};
    for (size_t i = 0; i < ARRAY_COUNT(clocks); i++) {
        char text[32];
        (void)snprintf(text, sizeof(text), "giờ sai %zu", i);
        bool on =
            arrives_by_clocks(s, node ? clocks[i] : YEAR_2020, hub ? clocks[i] : YEAR_2020, text);
        stands = stands || !on || !attack_arrives(s, SECOND) ||
                 !tree_shows(&s->f, DISTRICT, s->own, F_MEMBER_NAME, "Của nó");
    }
    s->f.now_ms = YEAR_2020 + 100 * DAY_MS;
    return stands || !attack_arrives(s, FIRST);
}
static bool node_clock(struct scene *s)
{
    return wrong_clocks(s, true, false);
}
static bool hub_clock(struct scene *s)
{
    return wrong_clocks(s, false, true);
}
static bool both_clocks(struct scene *s)
{
    return wrong_clocks(s, true, true);
}

#define NETWORK "the network, or the stick"
#define NO_TRAVEL "nothing travels"
#define ONE_DISK "one store, one disk: its own saves go on"

const struct attack attacks_carried[] = {
    {"a request played again", NETWORK, request_again, first_arrives, {[BY_HAND] = NO_TRAVEL}},
    {"a reply played again, also to another request",
     NETWORK,
     reply_again,
     first_arrives,
     {[BY_HAND] = NO_TRAVEL}},
    {"requests or bundles in any order",
     NETWORK,
     in_any_order,
     first_arrives,
     {[BY_HAND] = NO_TRAVEL}},
    {"what was for another hub", NETWORK, for_another_hub, first_arrives, {[BY_HAND] = NO_TRAVEL}},
    {"a flipped bit, or a cut, at every byte",
     NETWORK,
     bent,
     first_arrives,
     {[BY_HAND] = NO_TRAVEL}},
    {"more than the limit in every list of a round",
     "a joined clerk's key",
     too_many,
     just_as_many,
     {[BY_HAND] = NO_TRAVEL}},
    {"a digest claimed equal, to hide a record",
     "a district hub's key",
     hidden_behind_a_digest,
     comes_down,
     {[BY_HAND] = NO_TRAVEL}},
    {"a clone that gives the same dots",
     "a copied disk",
     clone_writes,
     first_arrives,
     {[BY_HAND] = ONE_DISK}},
    {"a node on an older disk",
     "a restored disk",
     node_put_back,
     first_arrives,
     {[BY_HAND] = ONE_DISK}},
    {"a hub on an older disk",
     "a restored disk",
     hub_put_back,
     first_arrives,
     {[BY_HAND] = ONE_DISK}},
    {"1970 and 2099 on a node",
     "a wrong clock",
     node_clock,
     first_arrives,
     {[BY_HAND] = "see trust_test.c, a_clock_that_jumps"}},
    {"1970 and 2099 on a hub",
     "a wrong clock",
     hub_clock,
     first_arrives,
     {[BY_HAND] = "see trust_test.c, a_clock_that_jumps"}},
    {"1970 and 2099 on both",
     "a wrong clock",
     both_clocks,
     first_arrives,
     {[BY_HAND] = "see trust_test.c, a_clock_that_jumps"}},
};
const size_t attacks_carried_count = ARRAY_COUNT(attacks_carried);
