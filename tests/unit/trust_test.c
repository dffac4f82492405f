/* Certificates, roles, levels: what a hub takes from whom. Each attack has an honest
 * twin that must go through. */
#include "core/authority.h"
#include "core/cert.h"
#include "core/proof.h"
#include "sync/admit.h"
#include "sync/join.h"
#include "tests/unit/forge.h"
#include "tests/unit/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct dot none;

/* ---- certificates --------------------------------------------------------------------------- */

static struct slice cert_bytes(const struct record *node, struct dot *by)
{
    const struct value *v = merge_shown(node, F_NODE_CERT);
    assert_non_null(v);
    *by = v->dot;
    return v->datum.text;
}

static void trust__a_joined_computer_has_a_certificate_chained_to_the_root(void **state)
{
    struct fixture f;
    struct arena arena = {0};
    struct cert cert;
    (void)state;
    fixture_tree(&f, 301);
    for (size_t at = 0; at <= DISTRICT; at++) { /* wherever the record is */
        struct txn *t = tree_begin(&f, at, TXN_READ);
        struct record r;
        assert_int_equal(store_get(t, tree_node(&f, FIRST), &arena, &r, NULL), ERR_OK);
        assert_true(cert_of_node(t, &r, &cert));
        assert_true(dot_equal(cert.unit, f.units[FIRST]));
        assert_int_equal(cert.role, NODE_ROLE_CLERK);
        assert_int_equal(cert.level, LEVEL_COMMUNE);
        assert_true(dot_equal(cert.issuer, tree_node(&f, DISTRICT)));
        txn_abort(t);
    }
    arena_free(&arena);
    fixture_end(&f);
}

static void trust__no_bit_of_a_certificate_may_change(void **state)
{
    struct fixture f;
    struct arena arena = {0};
    struct buf bent = {0};
    struct cert cert;
    struct dot by;
    (void)state;
    fixture_tree(&f, 302);
    struct record r = tree_load(&f, TOP, tree_node(&f, FIRST), &arena);
    buf_add_slice(&bent, cert_bytes(&r, &by));
    struct txn *t = tree_begin(&f, TOP, TXN_READ);
    assert_true(cert_holds(t, buf_view(&bent), by, &cert));
    for (size_t bit = 0; bit < 8 * bent.len; bit++) {
        bent.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(cert_holds(t, buf_view(&bent), by, &cert));
        bent.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t len = 0; len < bent.len; len++) {
        assert_false(cert_holds(t, slice_make(bent.ptr, len), by, &cert));
    }
    txn_abort(t);
    buf_free(&bent);
    arena_free(&arena);
    fixture_end(&f);
}

static void trust__nobody_gives_more_than_he_has(void **state)
{
    struct fixture f;
    (void)state;
    fixture_tree(&f, 303);
    assert_true(tree_issued_holds(&f, DISTRICT, f.units[FIRST], LEVEL_COMMUNE, NODE_ROLE_HUB));
    assert_true(tree_issued_holds(&f, FIRST, f.units[FIRST], LEVEL_COMMUNE, NODE_ROLE_CLERK));
    assert_false(tree_issued_holds(&f, FIRST, f.units[FIRST], LEVEL_COMMUNE, NODE_ROLE_OFFICER));
    assert_false(tree_issued_holds(&f, FIRST, f.units[FIRST], LEVEL_DISTRICT, NODE_ROLE_CLERK));
    assert_false(tree_issued_holds(&f, FIRST, f.units[SECOND], LEVEL_COMMUNE, NODE_ROLE_CLERK));
    assert_false(tree_issued_holds(&f, FIRST, f.units[DISTRICT], LEVEL_DISTRICT, NODE_ROLE_CLERK));
    assert_false(tree_issued_holds(&f, DISTRICT, f.units[TOP], LEVEL_PROVINCE, NODE_ROLE_HUB));
    fixture_end(&f);
}

static void trust__a_foreign_root_admits_nobody(void **state)
{
    struct fixture f, other;
    struct arena arena = {0};
    struct cert cert;
    struct dot by;
    (void)state;
    fixture_tree(&f, 304);
    fixture_tree(&other, 305);
    struct record r = tree_load(&other, TOP, tree_node(&other, FIRST), &arena);
    struct slice bytes = cert_bytes(&r, &by);
    struct txn *t = tree_begin(&f, TOP, TXN_READ);
    assert_false(cert_holds(t, bytes, by, &cert));
    txn_abort(t);
    /* nor does its hub hear what a stranger says */
    struct buf message = {0}, reply = {0};
    struct message m = {.body = slice_str("x")};
    assert_int_equal(message_seal(&m, store_identity(other.stores[FIRST]),
                                  store_identity(f.stores[DISTRICT])->public_key, &message),
                     ERR_OK);
    assert_int_equal(session_serve(f.stores[DISTRICT], buf_view(&message), &reply), ERR_REFUSED);
    buf_free(&message);
    buf_free(&reply);
    arena_free(&arena);
    fixture_end(&other);
    fixture_end(&f);
}

/* ---- the end of a certificate --------------------------------------------------------------- */

/* The hub goes on with its other children, a step of its clock at a time. */
static void pass_time(struct fixture *f, int64_t ms, int64_t step_ms)
{
    for (int64_t passed = 0; passed < ms; passed += step_ms) {
        f->now_ms += step_ms;
        assert_true(fixture_sync(f, SECOND, NULL));
    }
}

static void trust__who_was_silent_past_the_end_of_his_certificate_is_refused(void **state)
{
    struct fixture f;
    (void)state;
    fixture_tree(&f, 306);
    pass_time(&f, (CERT_DAYS - 100) * DAY_MS, 20 * DAY_MS);
    assert_int_equal(tree_sync(&f, FIRST), ERR_OK); /* and is renewed */
    pass_time(&f, (CERT_DAYS - 100) * DAY_MS, 20 * DAY_MS);
    assert_int_equal(tree_sync(&f, FIRST), ERR_OK);
    pass_time(&f, (CERT_DAYS + 100) * DAY_MS, 20 * DAY_MS);
    assert_int_equal(tree_sync(&f, FIRST), ERR_REFUSED);
    assert_int_equal(tree_sync(&f, SECOND), ERR_OK);
    fixture_end(&f);
}

static void trust__a_clock_that_jumps_ends_nothing(void **state)
{
    (void)state;
    const int64_t clocks[] = {0, 4070908800000, 1577836800000, 4070908800000, 86400000};
    struct fixture f;
    fixture_tree(&f, 307);
    struct dot id = tree_member(&f, FIRST, FIRST, "Vừ A Páo");
    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
        char name[32];
        f.now_ms = clocks[i];
        (void)snprintf(name, sizeof(name), "Vừ A Páo %zu", i);
        (void)fixture_save_text(&f, FIRST, id, 0, none, F_MEMBER_NAME, name);
        for (int again = 0; again < 3; again++) {
            assert_int_equal(tree_sync(&f, FIRST), ERR_OK);
            assert_int_equal(tree_sync(&f, SECOND), ERR_OK);
            f.now_ms += 2 * DAY_MS;
        }
        assert_true(tree_shows(&f, DISTRICT, id, F_MEMBER_NAME, name));
        tree_agrees(&f);
    }
    fixture_end(&f);
}

/* ---- roles ---------------------------------------------------------------------------------- */

static void trust__a_viewer_reads_and_writes_nothing(void **state)
{
    struct fixture f;
    struct arena arena = {0};
    (void)state;
    fixture_tree(&f, 308);
    struct dot id = tree_member(&f, FIRST, FIRST, "Vừ A Páo");
    tree_agrees(&f);
    size_t viewer = tree_joined(&f, DISTRICT, FIRST, NODE_ROLE_VIEWER);
    assert_true(tree_shows(&f, viewer, id, F_MEMBER_NAME, "Vừ A Páo"));
    /* his program says so at once */
    struct datum d = datum_text(slice_str("x"));
    struct edit edit = {F_NOTE, EDIT_SET, &d, 1};
    struct save save = {.id = id, .edits = &edit, .edit_count = 1, .via = VIA_LOCAL};
    struct dot dot;
    struct txn *t = tree_begin(&f, viewer, TXN_WRITE);
    assert_int_equal(store_save(t, &save, &arena, &id, &dot), ERR_RULE);
    txn_abort(t);
    /* and a program that does not is not believed */
    struct forge g = {.f = &f, .from = viewer, .to = DISTRICT, .seq = 1000};
    struct record r = tree_load(&f, viewer, id, &arena);
    forge_replace(&g, &r, F_NOTE, datum_text(slice_str("giả mạo")));
    struct record new_one = forge_record(&g, KIND_MEMBER);
    forge_put_new(&g, &new_one, F_UNIT, datum_ref(f.units[FIRST]));
    forge_put_new(&g, &new_one, F_MEMBER_NAME, datum_text(slice_str("Giả")));
    struct record both[] = {r, new_one};
    assert_int_equal(forge_push(&g, both, 2), ERR_OK);
    fixture_settle(&f);
    assert_false(tree_shows(&f, DISTRICT, id, F_NOTE, "giả mạo"));
    assert_false(tree_held(&f, DISTRICT, new_one.id));
    tree_agrees(&f);
    arena_free(&g.arena);
    arena_free(&arena);
    fixture_end(&f);
}

/* ---- authority ------------------------------------------------------------------------------ */

struct attack {
    const char *name;
    bool on_node; /* on the forger's node record, else on its unit's */
    uint32_t field;
    struct datum (*datum)(struct fixture *f);
    enum refusal why; /* REFUSAL_NONE: the honest twin */
};
static struct datum officer(struct fixture *f)
{
    (void)f;
    return datum_int(NODE_ROLE_OFFICER);
}
static struct datum active(struct fixture *f)
{
    (void)f;
    return datum_int(NODE_ACTIVE);
}
static struct datum text(struct fixture *f)
{
    (void)f;
    return datum_text(slice_str("Khác"));
}
static struct datum bytes(struct fixture *f)
{
    (void)f;
    return datum_bytes(slice_str("0123456789abcdef0123456789abcdef"));
}
static struct datum second_unit(struct fixture *f)
{
    return datum_ref(f->units[SECOND]);
}
static struct datum top_unit(struct fixture *f)
{
    return datum_ref(f->units[TOP]);
}
static struct datum hub_node(struct fixture *f)
{
    return datum_ref(tree_node(f, DISTRICT));
}
static struct datum number(struct fixture *f)
{
    (void)f;
    return datum_int(17);
}

static const struct attack attacks[] = {
    {"its own role", true, F_NODE_ROLE, officer, REFUSAL_AUTHORITY},
    {"its own unit", true, F_UNIT, second_unit, REFUSAL_AUTHORITY},
    {"its own state", true, F_NODE_STATE, active, REFUSAL_AUTHORITY},
    {"its own key", true, F_NODE_KEY, bytes, REFUSAL_AUTHORITY},
    {"its own certificate", true, F_NODE_CERT, bytes, REFUSAL_AUTHORITY},
    {"its own issuer", true, F_NODE_ISSUER, hub_node, REFUSAL_AUTHORITY},
    {"its own closing", true, F_NODE_CLOSED, bytes, REFUSAL_AUTHORITY},
    {"twin: its name", true, F_NODE_NAME, text, REFUSAL_NONE},
    {"twin: its hub", true, F_NODE_HUB, hub_node, REFUSAL_NONE},
    {"the name of its unit", false, F_UNIT_NAME, text, REFUSAL_AUTHORITY},
    {"the code of its unit", false, F_UNIT_CODE, text, REFUSAL_AUTHORITY},
    {"where its unit stands", false, F_UNIT_PARENT, top_unit, REFUSAL_AUTHORITY},
    {"what its unit is", false, F_UNIT_TYPE, number, REFUSAL_AUTHORITY},
    {"what comes after its unit", false, F_UNIT_SUCCESSORS, second_unit, REFUSAL_AUTHORITY},
    {"that its unit is gone", false, F_DELETED, bytes, REFUSAL_AUTHORITY},
    {"that its unit is a model", false, 22, number, REFUSAL_AUTHORITY},
    {"twin: the youth of its unit", false, 24, number, REFUSAL_NONE},
    {"twin: a note on its unit", false, F_NOTE, text, REFUSAL_NONE},
};

static void trust__what_steers_others_is_written_by_those_above(void **state)
{
    struct fixture f;
    struct arena arena = {0};
    (void)state;
    fixture_tree(&f, 309);
    struct forge g = {.f = &f, .from = FIRST, .to = DISTRICT, .seq = 1000};
    for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
        const struct attack *a = &attacks[i];
        struct dot id = a->on_node ? tree_node(&f, FIRST) : f.units[FIRST];
        struct record before = tree_load(&f, DISTRICT, id, &arena), r = before;
        struct datum d = a->datum(&f);
        if (a->field == F_DELETED) {
            struct buf seen = {0};
            struct pack_writer w = pack_writer_make(&seen);
            context_pack(&w, &r.context);
            d = datum_bytes(arena_copy(&arena, buf_view(&seen)));
            buf_free(&seen);
        }
        forge_replace(&g, &r, a->field, d);
        assert_int_equal(forge_push(&g, &r, 1), ERR_OK);
        struct record after = tree_load(&f, DISTRICT, id, &arena);
        const struct value *now = merge_shown(&after, a->field);
        const struct value *was = merge_shown(&before, a->field);
        bool taken = now && datum_compare(&now->datum, &d) == 0 &&
                     !(was && datum_compare(&was->datum, &d) == 0);
        bool same = was && datum_compare(&was->datum, &d) == 0;
        if (!same && taken != (a->why == REFUSAL_NONE)) {
            fail_msg("%s: %s", a->name, taken ? "taken" : "refused");
        }
        if (!same && a->why != REFUSAL_NONE) { /* and he is told */
            assert_int_equal(g.refusal_count, 1);
            assert_int_equal(g.refusals[0].reason, a->why | REFUSAL_TAKEN_BACK);
        }
        fixture_settle(&f);
    }
    tree_agrees(&f);
    arena_free(&g.arena);
    arena_free(&arena);
    fixture_end(&f);
}

/* Nobody stands over the province's office; over its second computer the first does. */
static void trust__a_second_computer_of_the_top_is_not_the_root(void **state)
{
    struct fixture f;
    struct arena arena = {0};
    (void)state;
    fixture_tree(&f, 323);
    size_t second = tree_joined(&f, TOP, TOP, NODE_ROLE_CLERK);
    struct dot own = tree_node(&f, second);
    struct forge g = {.f = &f, .from = second, .to = TOP, .seq = 1000, .level = LEVEL_PROVINCE};
    struct record r = tree_load(&f, TOP, own, &arena);
    forge_replace(&g, &r, F_NODE_ROLE, datum_int(NODE_ROLE_HUB));
    assert_int_equal(forge_push(&g, &r, 1), ERR_OK);
    struct record now = tree_load(&f, TOP, own, &arena);
    assert_int_equal(merge_shown(&now, F_NODE_ROLE)->datum.i, NODE_ROLE_CLERK);
    r = now; /* the twin: what it says of itself */
    forge_replace(&g, &r, F_NODE_NAME, datum_text(slice_str("Máy hai")));
    assert_int_equal(forge_push(&g, &r, 1), ERR_OK);
    assert_true(tree_shows(&f, TOP, own, F_NODE_NAME, "Máy hai"));
    arena_free(&g.arena);
    arena_free(&arena);
    fixture_end(&f);
}

static void trust__a_level_that_is_not_the_authors_is_forged(void **state)
{
    (void)state;
    for (int level = LEVEL_BRANCH; level <= 5; level++) {
        struct fixture f;
        struct arena arena = {0};
        fixture_tree(&f, 310);
        struct dot id = tree_member(&f, FIRST, FIRST, "Vừ A Páo");
        fixture_settle(&f);
        struct forge g = {.f = &f, .from = FIRST, .to = DISTRICT, .seq = 1000};
        g.level = (uint8_t)level;
        struct record r = tree_load(&f, DISTRICT, id, &arena);
        struct record new_one = forge_record(&g, KIND_MEMBER);
        forge_replace(&g, &r, F_NOTE, datum_text(slice_str("cấp trên")));
        forge_put_new(&g, &new_one, F_UNIT, datum_ref(f.units[FIRST]));
        forge_put_new(&g, &new_one, F_MEMBER_NAME, datum_text(slice_str("Mới")));
        struct record both[] = {r, new_one};
        assert_int_equal(forge_push(&g, both, 2), ERR_OK);
        bool honest = level <= LEVEL_COMMUNE;
        assert_true(tree_shows(&f, DISTRICT, id, F_NOTE, "cấp trên") == honest);
        assert_true(tree_held(&f, DISTRICT, new_one.id) == honest);
        fixture_settle(&f);
        assert_true(tree_held(&f, TOP, new_one.id) == honest);
        arena_free(&g.arena);
        arena_free(&arena);
        fixture_end(&f);
    }
}

/* What only a higher level writes: directives come down, and none goes up. */
static void trust__a_kind_of_a_higher_level_is_not_made_below(void **state)
{
    struct fixture f;
    struct arena arena = {0};
    (void)state;
    fixture_tree(&f, 311);
    struct forge g = {.f = &f, .from = FIRST, .to = DISTRICT, .seq = 1000};
    struct record r = forge_record(&g, KIND_DIRECTIVE);
    forge_put_new(&g, &r, F_UNIT, datum_ref(f.units[FIRST]));
    forge_put_new(&g, &r, F_NOTE, datum_text(slice_str("Chỉ đạo giả")));
    assert_int_equal(forge_push(&g, &r, 1), ERR_OK);
    assert_false(tree_held(&f, DISTRICT, r.id));
    /* the twin: the district's own */
    struct forge h = {.f = &f, .from = DISTRICT, .to = TOP, .seq = 1000, .level = LEVEL_DISTRICT};
    struct record own = forge_record(&h, KIND_DIRECTIVE);
    forge_put_new(&h, &own, F_UNIT, datum_ref(f.units[DISTRICT]));
    forge_put_new(&h, &own, F_NOTE, datum_text(slice_str("Chỉ đạo")));
    assert_int_equal(forge_push(&h, &own, 1), ERR_OK);
    assert_true(tree_held(&f, TOP, own.id));
    arena_free(&g.arena);
    arena_free(&h.arena);
    arena_free(&arena);
    fixture_end(&f);
}

/* ---- end to end ----------------------------------------------------------------------------- */

/* A hub that speaks for the province: to its communes, and to the province for another. */
static void trust__a_hub_does_not_speak_for_those_above_it(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) {
        struct fixture f;
        struct arena arena = {0};
        fixture_tree(&f, 320);
        struct dot honest =
            fixture_save_text(&f, TOP, none, KIND_DIRECTIVE, f.units[TOP], F_NOTE, "Chỉ đạo");
        fixture_settle(&f);
        assert_true(tree_shows(&f, FIRST, honest, F_NOTE, "Chỉ đạo"));
        /* written past the door of the district's own store, as a hostile program would */
        struct forge g = {.f = &f, .from = DISTRICT, .to = TOP, .seq = 1000};
        g.actor = store_identity(f.stores[TOP])->actor;
        g.level = LEVEL_PROVINCE;
        struct dot unit = f.units[SECOND];
        struct record r = way < 2 ? tree_load(&f, DISTRICT, honest, &arena)
                                  : tree_load(&f, DISTRICT, unit, &arena);
        uint32_t field = way < 2 ? F_NOTE : F_UNIT_NAME;
        forge_replace(&g, &r, field, datum_text(slice_str("giả mạo")));
        if (way % 2) { /* signed, by the wrong hand */
            proof_sign(&r, (struct dot){g.actor, g.seq},
                       store_identity(f.stores[DISTRICT])->secret_key, &arena);
        }
        const struct change change = {.record = r, .whole = true};
        const struct arrival arrival = {.via = VIA_SYNC,
                                        .node = tree_node(&f, DISTRICT),
                                        .actor = store_identity(f.stores[DISTRICT])->actor,
                                        .last = true};
        struct txn *t = tree_begin(&f, FIRST, TXN_WRITE);
        enum outcome outcome;
        uint8_t why = 0;
        assert_int_equal(store_receive(t, &change, &arrival, &outcome, &why), ERR_OK);
        assert_int_equal(outcome, OUTCOME_REFUSED);
        assert_int_equal(why, REFUSAL_UNSIGNED);
        assert_int_equal(txn_commit(t), ERR_OK);
        assert_false(tree_shows(&f, FIRST, r.id, field, "giả mạo"));
        tree_agrees(&f);
        arena_free(&g.arena);
        arena_free(&arena);
        fixture_end(&f);
    }
}

static void trust__what_steers_and_is_not_signed_goes_no_further(void **state)
{
    struct fixture f;
    struct arena arena = {0};
    (void)state;
    fixture_tree(&f, 321);
    for (int honest = 0; honest < 2; honest++) {
        struct forge g = {
            .f = &f, .from = DISTRICT, .to = TOP, .seq = 1000 + 100 * (uint64_t)honest};
        g.level = LEVEL_DISTRICT;
        g.unsigned_ = !honest;
        struct record r = tree_load(&f, DISTRICT, f.units[FIRST], &arena);
        forge_replace(&g, &r, F_UNIT_NAME, datum_text(slice_str("Tên mới")));
        assert_int_equal(forge_push(&g, &r, 1), ERR_OK);
        assert_true(tree_shows(&f, TOP, f.units[FIRST], F_UNIT_NAME, "Tên mới") == (honest != 0));
        arena_free(&g.arena);
    }
    arena_free(&arena);
    fixture_end(&f);
}

/* Part of a save may be replaced: what is left is still known for its author's. */
static void trust__a_proof_outlives_the_values_it_covers(void **state)
{
    struct fixture f;
    struct arena arena = {0};
    (void)state;
    fixture_tree(&f, 322);
    struct dot id = f.units[FIRST];
    for (int i = 0; i < 5; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "Tên %d", i);
        (void)fixture_save_text(&f, i % 2 ? TOP : DISTRICT, id, 0, none, F_UNIT_NAME, name);
        (void)fixture_save_text(&f, TOP, id, 0, none, F_UNIT_CODE, i % 2 ? "04576" : "4576");
        tree_agrees(&f);
        for (size_t at = 0; at < f.count; at++) {
            struct record r = tree_load(&f, at, id, &arena);
            assert_true(r.proof_count <= 4);
            assert_true(tree_shows(&f, at, id, F_UNIT_NAME, name));
            const struct value *v = merge_shown(&r, F_UNIT_TYPE); /* of the very first save */
            assert_true(proof_holds(&r, v->dot, store_identity(f.stores[TOP])->public_key) ||
                        proof_holds(&r, v->dot, store_identity(f.stores[DISTRICT])->public_key));
        }
    }
    arena_free(&arena);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trust__a_joined_computer_has_a_certificate_chained_to_the_root),
        cmocka_unit_test(trust__no_bit_of_a_certificate_may_change),
        cmocka_unit_test(trust__nobody_gives_more_than_he_has),
        cmocka_unit_test(trust__a_foreign_root_admits_nobody),
        cmocka_unit_test(trust__who_was_silent_past_the_end_of_his_certificate_is_refused),
        cmocka_unit_test(trust__a_clock_that_jumps_ends_nothing),
        cmocka_unit_test(trust__a_viewer_reads_and_writes_nothing),
        cmocka_unit_test(trust__what_steers_others_is_written_by_those_above),
        cmocka_unit_test(trust__a_second_computer_of_the_top_is_not_the_root),
        cmocka_unit_test(trust__a_level_that_is_not_the_authors_is_forged),
        cmocka_unit_test(trust__a_kind_of_a_higher_level_is_not_made_below),
        cmocka_unit_test(trust__a_hub_does_not_speak_for_those_above_it),
        cmocka_unit_test(trust__what_steers_and_is_not_signed_goes_no_further),
        cmocka_unit_test(trust__a_proof_outlives_the_values_it_covers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
