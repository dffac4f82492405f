/* A joined node that forges: well-formed messages about records that it has no right to. */
#include "sync/batch.h"
#include "sync/link.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define VICTIMS 6
#define FORGERIES 3000

struct scene {
    struct fixture f;
    struct dot ids[VICTIMS + 1];       /* the last is the forger's own: the control */
    struct record before[VICTIMS + 1]; /* as the hub held them; in the arena */
    struct arena arena;
};

static uint64_t pick(struct scene *s, uint64_t n)
{
    return fixture_random(&s->f) % n;
}

static void load(struct scene *s, size_t at, struct dot id, struct arena *arena, struct record *out)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(s->f.stores[at], TXN_READ, &t), ERR_OK);
    assert_int_equal(store_get(t, id, arena, out, NULL), ERR_OK);
    txn_abort(t);
}

/* Province 0, the forger's commune 1, and commune 2, whose records it is after. */
static void set_the_scene(struct scene *s, uint64_t seed)
{
    *s = (struct scene){0};
    struct fixture *f = &s->f;
    struct dot none = {0, 0};
    fixture_begin(f, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    fixture_root(f);
    (void)fixture_child(f, 0, "04249", LEVEL_COMMUNE);
    (void)fixture_child(f, 0, "04252", LEVEL_COMMUNE);
    s->ids[0] = f->units[0];
    s->ids[1] = f->units[2];
    s->ids[2] = fixture_save_text(f, 2, none, KIND_MEMBER, f->units[2], F_MEMBER_NAME, "Của họ");
    s->ids[3] = fixture_save_text(f, 0, none, KIND_DIRECTIVE, f->units[0], F_NOTE, "Chỉ đạo");
    s->ids[4] = fixture_save_text(f, 0, none, KIND_MEMBER, f->units[2], F_MEMBER_NAME, "Của tỉnh");
    s->ids[5] = fixture_save_text(f, 2, none, KIND_NOTE, f->units[2], F_NOTE, "Sổ tay");
    s->ids[6] = fixture_save_text(f, 1, none, KIND_MEMBER, f->units[1], F_MEMBER_NAME, "Của nó");
    fixture_settle(f);
    for (size_t i = 0; i <= VICTIMS; i++) {
        load(s, 0, s->ids[i], &s->arena, &s->before[i]);
    }
}

static struct dot some_dot(struct scene *s)
{
    size_t whose = pick(s, 4);
    uint64_t actor = whose < 3 ? store_identity(s->f.stores[whose])->actor : pick(s, 9) + 1;
    return (struct dot){actor, 1 + pick(s, 60)};
}

static struct datum some_datum(struct scene *s, struct dot own_unit)
{
    switch (pick(s, 5)) {
    case 0:
        return datum_ref(own_unit);
    case 1:
        return datum_empty();
    case 2:
        return datum_int(1);
    case 3:
        return datum_mark();
    default:
        return datum_text(slice_str("giả mạo"));
    }
}

/* A victim's record with what would take it over. */
static struct change forge(struct scene *s, struct arena *arena)
{
    struct change c = {.whole = pick(s, 2) == 0};
    struct dot own_unit = s->f.units[1];
    load(s, 0, s->ids[pick(s, VICTIMS + 1)], arena, &c.record);
    struct record *r = &c.record;
    for (uint64_t n = pick(s, 4); n > 0; n--) {
        r->context = context_with(&r->context, some_dot(s), arena);
    }
    struct dot dot = some_dot(s);
    r->context = context_with(&r->context, dot, arena);
    const uint32_t numbers[] = {F_UNIT, F_DELETED, F_NOTE, F_MEMBER_NAME, F_MEMBER, F_UNIT_PARENT};
    struct value *v = arena_alloc(arena, sizeof(*v));
    *v = (struct value){.dot = dot,
                        .time_ms = 1900000000000,
                        .level = (uint8_t)(1 + pick(s, 4)),
                        .datum = some_datum(s, own_unit)};
    struct field *fields = arena_array(arena, r->field_count + 1, sizeof(*fields));
    struct field forged = {numbers[pick(s, ARRAY_COUNT(numbers))], 1, v};
    size_t n = 0;
    bool placed = false;
    for (size_t i = 0; i < r->field_count; i++) {
        if (!placed && r->fields[i].number >= forged.number) {
            fields[n++] = forged;
            placed = true;
        }
        if (r->fields[i].number != forged.number && (c.whole || pick(s, 2))) {
            fields[n++] = r->fields[i];
        }
    }
    if (!placed) {
        fields[n++] = forged;
    }
    r->fields = fields;
    r->field_count = n;
    if (pick(s, 5) == 0) {
        r->kind = pick(s, 2) ? KIND_UNIT : 999;
    }
    if (pick(s, 5) == 0) {
        r->route = (uint8_t)(ROUTE_OWN + pick(s, 5));
    }
    return c;
}

static void send_forgery(struct scene *s)
{
    struct arena arena = {0};
    struct buf batch = {0}, body = {0}, bytes = {0}, reply = {0};
    struct change c = forge(s, &arena);
    if (record_is_valid(&c.record)) {
        batch_write(&c, 1, &arena, &batch);
        const struct identity *hub = store_identity(s->f.stores[0]);
        struct round_group group = {ROUTE_OWN, s->f.units[2], 7, 7};
        struct round_request q = {
            .flags = pick(s, 2) ? ROUND_FIRST_CONTACT : 0,
            .peer_epoch = pick(s, 2) ? hub->actor : pick(s, 9),
            .peer_seq = pick(s, 100),
            .peer_round = pick(s, 100),
            .epoch =
                pick(s, 8) ? store_identity(s->f.stores[1 + pick(s, 2)])->actor : pick(s, 9) + 1,
            .to_seq = pick(s, 100),
            .max_bytes = 60000,
            .wants = {s->ids, VICTIMS + 1},
            .groups = &group,
            .group_count = pick(s, 2),
            .batch = buf_view(&batch),
        };
        round_request_write(&q, &body);
        assert_int_equal(fixture_seal(&s->f, 1, 0, buf_view(&body), &bytes), ERR_OK);
        (void)!session_serve(s->f.stores[0], buf_view(&bytes), &reply);
    }
    buf_free(&batch);
    buf_free(&body);
    buf_free(&bytes);
    buf_free(&reply);
    arena_free(&arena);
}

static void hostile__forgeries_change_nothing_of_others(void **state)
{
    (void)state;
    struct scene s;
    set_the_scene(&s, 301);
    for (int i = 0; i < FORGERIES; i++) {
        send_forgery(&s);
    }
    struct arena arena = {0};
    for (size_t i = 0; i <= VICTIMS; i++) {
        struct record now;
        load(&s, 0, s.ids[i], &arena, &now);
        if (record_equal(&now, &s.before[i]) != (i < VICTIMS)) {
            fail_msg("record %zu was%s changed", i, i < VICTIMS ? "" : " not");
        }
    }
    /* and the victims go on as if nothing had been */
    struct session_stats stats;
    struct dot next = fixture_save_text(&s.f, 2, (struct dot){0, 0}, KIND_MEMBER, s.f.units[2],
                                        F_MEMBER_NAME, "Người mới");
    (void)fixture_save_text(&s.f, 2, s.ids[4], 0, (struct dot){0, 0}, F_NOTE, "thêm");
    assert_true(fixture_sync(&s.f, 2, &stats));
    assert_int_equal(stats.refused, 0);
    assert_int_equal(stats.digest_equal, 1);
    struct record r;
    load(&s, 0, next, &arena, &r);
    load(&s, 0, s.ids[4], &arena, &r);
    assert_non_null(record_field(&r, F_NOTE));
    arena_free(&arena);
    arena_free(&s.arena);
    fixture_end(&s.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile__forgeries_change_nothing_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
