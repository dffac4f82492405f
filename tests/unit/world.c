#include "tests/unit/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* What a store held, record by record in id order. */
struct shot {
    struct record *records;
    size_t count;
    struct arena arena;
    uint64_t own_seq;
};

static uint64_t datum_hash(const struct datum *d)
{
    struct value v = {.dot = {1, 1}, .datum = *d};
    return be64_get(value_hash(&v).bytes);
}

static void shot_take(struct txn *t, struct shot *s)
{
    struct dot after = {0, 0};
    size_t cap = 64;
    arena_reset(&s->arena);
    s->count = 0;
    s->own_seq = store_own_seq(t);
    s->records = arena_array(&s->arena, cap, sizeof(*s->records));
    for (uint32_t kind = KIND_UNIT; kind <= KIND_NOTE; kind++) {
        struct id_list ids;
        assert_int_equal(store_ids_of_kind(t, kind, after, SIZE_MAX, &s->arena, &ids), ERR_OK);
        for (size_t i = 0; i < ids.count; i++) {
            if (s->count == cap) {
                struct record *grown = arena_array(&s->arena, cap * 2, sizeof(*grown));
                memcpy(grown, s->records, cap * sizeof(*grown));
                s->records = grown;
                cap *= 2;
            }
            struct record *r = &s->records[s->count++];
            assert_int_equal(store_get(t, ids.ids[i], &s->arena, r, NULL), ERR_OK);
        }
    }
}

static const struct record *shot_find(const struct shot *s, struct dot id)
{
    for (size_t i = 0; i < s->count; i++) {
        if (dot_equal(s->records[i].id, id)) {
            return &s->records[i];
        }
    }
    return NULL;
}

void world_begin(struct world *w, uint64_t seed)
{
    *w = (struct world){.shot = calloc(2, sizeof(struct shot)), .seed = seed};
    assert_non_null(w->shot);
    fixture_begin(&w->f, seed);
}

void world_end(struct world *w)
{
    fixture_end(&w->f);
    arena_free(&w->shot[0].arena);
    arena_free(&w->shot[1].arena);
    free(w->shot);
    free(w->facts);
}

static struct fact *fact_find(struct world *w, struct dot id, uint32_t field, const struct value *v)
{
    uint64_t hash = datum_hash(&v->datum);
    for (size_t i = 0; i < w->fact_count; i++) {
        struct fact *f = &w->facts[i];
        if (dot_equal(f->id, id) && f->field == field && dot_equal(f->dot, v->dot) &&
            f->datum == hash) {
            return f;
        }
    }
    return NULL;
}

static void fact_add(struct world *w, const struct record *r, uint32_t field, const struct value *v)
{
    if (w->fact_count == w->fact_cap) {
        w->fact_cap = w->fact_cap ? w->fact_cap * 2 : 1024;
        w->facts = realloc(w->facts, w->fact_cap * sizeof(*w->facts));
        assert_non_null(w->facts);
    }
    w->facts[w->fact_count++] = (struct fact){.id = r->id,
                                              .kind = r->kind,
                                              .field = field,
                                              .dot = v->dot,
                                              .datum = datum_hash(&v->datum),
                                              .marker = v->datum.type == DATUM_MARK};
}

static bool field_has(const struct record *r, uint32_t field, const struct value *v)
{
    const struct field *f = r ? record_field(r, field) : NULL;
    for (uint32_t i = 0; f && i < f->count; i++) {
        if (dot_equal(f->values[i].dot, v->dot) &&
            datum_compare(&f->values[i].datum, &v->datum) == 0) {
            return true;
        }
    }
    return false;
}

/* New values under this store's own dots are facts; what stood in those fields and is gone was
 * replaced by them. */
static void note_record(struct world *w, const struct shot *was, const struct record *now,
                        uint64_t actor, bool user)
{
    const struct record *before = shot_find(was, now->id);
    for (size_t i = 0; i < now->field_count; i++) {
        const struct field *f = &now->fields[i];
        bool wrote = false;
        for (uint32_t j = 0; j < f->count; j++) {
            const struct value *v = &f->values[j];
            if (v->dot.actor == actor && v->dot.seq > was->own_seq) {
                fact_add(w, now, f->number, v);
                wrote = true;
            }
        }
        const struct field *old = before && wrote ? record_field(before, f->number) : NULL;
        for (uint32_t j = 0; user && old && j < old->count; j++) {
            struct fact *fact = field_has(now, f->number, &old->values[j])
                                    ? NULL
                                    : fact_find(w, now->id, f->number, &old->values[j]);
            if (fact) {
                fact->replaced = true;
            }
        }
        /* a store's own save within a sync: what its record has seen and no longer shows */
        for (size_t k = 0; !user && wrote && k < w->fact_count; k++) {
            struct fact *fact = &w->facts[k];
            struct value v = {.dot = fact->dot};
            bool live = false;
            for (uint32_t j = 0; j < f->count; j++) {
                live = live || (dot_equal(f->values[j].dot, v.dot) &&
                                datum_hash(&f->values[j].datum) == fact->datum);
            }
            if (dot_equal(fact->id, now->id) && fact->field == f->number && !live &&
                context_covers(&now->context, fact->dot)) {
                fact->replaced = true;
            }
        }
    }
}

struct txn *world_save(struct world *w, size_t at)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(w->f.stores[at], TXN_WRITE, &t), ERR_OK);
    shot_take(t, &w->shot[0]);
    return t;
}

static void note_all(struct world *w, size_t at, struct txn *t, bool user)
{
    uint64_t actor = store_identity(w->f.stores[at])->actor;
    if (store_own_seq(t) == w->shot[0].own_seq) {
        return;
    }
    shot_take(t, &w->shot[1]);
    for (size_t i = 0; i < w->shot[1].count; i++) {
        const struct record *now = &w->shot[1].records[i];
        if (context_seq(&now->context, actor) > w->shot[0].own_seq) {
            note_record(w, &w->shot[0], now, actor, user);
        }
    }
}

void world_saved(struct world *w, size_t at, struct txn *t, enum err e)
{
    if (e != ERR_OK) {
        txn_abort(t);
        return;
    }
    note_all(w, at, t, true);
    assert_int_equal(txn_commit(t), ERR_OK);
}

void world_saved_in_vain(struct world *w, size_t at, struct txn *t, enum err e)
{
    struct fact *before = calloc(w->fact_count + 1, sizeof(*before));
    size_t count = w->fact_count;
    assert_non_null(before);
    if (count) {
        memcpy(before, w->facts, count * sizeof(*before));
    }
    world_saved(w, at, t, e);
    for (size_t i = 0; i < count; i++) {
        w->facts[i].replaced = before[i].replaced;
    }
    for (size_t i = count; i < w->fact_count; i++) {
        w->facts[i].refused = true;
        for (size_t k = 0; k < count; k++) {
            w->facts[k].shadowed =
                w->facts[k].shadowed || (dot_equal(w->facts[k].id, w->facts[i].id) &&
                                         w->facts[k].field == w->facts[i].field);
        }
    }
    free(before);
}

static void note_own_saves(struct world *w, size_t at, uint64_t own_seq)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(w->f.stores[at], TXN_READ, &t), ERR_OK);
    if (store_own_seq(t) != own_seq) {
        arena_reset(&w->shot[0].arena);
        w->shot[0] = (struct shot){.arena = w->shot[0].arena, .own_seq = own_seq};
        note_all(w, at, t, false);
    }
    txn_abort(t);
}

static uint64_t own_seq_of(struct world *w, size_t at)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(w->f.stores[at], TXN_READ, &t), ERR_OK);
    uint64_t seq = store_own_seq(t);
    txn_abort(t);
    return seq;
}

bool world_sync(struct world *w, size_t at)
{
    size_t hub = (size_t)w->f.parents[at];
    uint64_t own = own_seq_of(w, at), above = own_seq_of(w, hub);
    bool ended = fixture_sync(&w->f, at, NULL);
    note_own_saves(w, at, own);
    note_own_saves(w, hub, above);
    return ended;
}

enum err world_import(struct world *w, size_t at, struct slice bytes, struct bundle_taken *taken)
{
    uint64_t own = own_seq_of(w, at), actor = store_identity(w->f.stores[at])->actor;
    enum err e = bundle_import(w->f.stores[at], bytes, taken);
    if (store_identity(w->f.stores[at])->actor == actor) {
        note_own_saves(w, at, own);
    }
    return e;
}

/* ---- the end -------------------------------------------------------------------------------- */

static bool in_history(struct world *w, size_t at, const struct fact *fact)
{
    struct txn *t = NULL;
    struct arena arena = {0};
    struct history_entry *entries = NULL;
    size_t n = 0;
    bool found = false;
    assert_int_equal(txn_begin(w->f.stores[at], TXN_READ, &t), ERR_OK);
    if (store_history(t, fact->id, &arena, &entries, &n) == ERR_OK) {
        for (size_t i = 0; i < n && !found; i++) {
            for (size_t j = 0; j < entries[i].change_count && !found; j++) {
                const struct history_change *c = &entries[i].changes[j];
                for (size_t k = 0; c->field == fact->field && k < c->to_count; k++) {
                    found = found || datum_hash(&c->to[k]) == fact->datum;
                }
            }
        }
    }
    txn_abort(t);
    arena_free(&arena);
    return found;
}

/* Under its own dot, or saved back by a hub that refused what had replaced it. */
static bool fact_is_live(const struct record *r, const struct fact *fact)
{
    const struct field *f = record_field(r, fact->field);
    bool live = false;
    for (uint32_t i = 0; f && i < f->count && !live; i++) {
        const struct value *v = &f->values[i];
        live =
            (dot_equal(v->dot, fact->dot) || (v->origin && dot_equal(v->origin->dot, fact->dot))) &&
            datum_hash(&v->datum) == fact->datum;
    }
    return live;
}

void world_assert_visible(struct world *w, size_t at)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(w->f.stores[at], TXN_READ, &t), ERR_OK);
    shot_take(t, &w->shot[1]);
    txn_abort(t);
    for (size_t i = 0; i < w->fact_count; i++) {
        const struct fact *fact = &w->facts[i];
        const struct record *r = shot_find(&w->shot[1], fact->id);
        if (r && !(r->flags & RECORD_STUB) && !fact->replaced && !fact->refused &&
            !fact->shadowed && !fact->marker && context_covers(&r->context, fact->dot) &&
            !fact_is_live(r, fact)) {
            char id[DOT_TEXT_SIZE], dot[DOT_TEXT_SIZE];
            dot_format(fact->id, id);
            dot_format(fact->dot, dot);
            fail_msg("seed %llu: store %zu has seen save %s of %s, field %u, and shows it no more",
                     (unsigned long long)w->seed, at, dot, id, fact->field);
        }
    }
}

/* The top holds everything; the stores below are compared with it elsewhere. */
void world_assert_nothing_lost(struct world *w)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    assert_int_equal(txn_begin(w->f.stores[0], TXN_READ, &t), ERR_OK);
    for (size_t i = 0; i < w->fact_count; i++) {
        const struct fact *fact = &w->facts[i];
        struct record r;
        char id[DOT_TEXT_SIZE], dot[DOT_TEXT_SIZE];
        dot_format(fact->id, id);
        dot_format(fact->dot, dot);
        arena_reset(&arena);
        if (store_get(t, fact->id, &arena, &r, NULL) != ERR_OK) {
            fail_msg("seed %llu: record %s of kind %u is not at the top",
                     (unsigned long long)w->seed, id, fact->kind);
        }
        if (fact->marker) {
            continue;
        }
        bool live = fact_is_live(&r, fact);
        if (fact->shadowed) {
            continue;
        }
        if (live && fact->replaced) {
            fail_msg("seed %llu: %s field %u: value of save %s was replaced and is live",
                     (unsigned long long)w->seed, id, fact->field, dot);
        }
        if (!live && !fact->replaced && !fact->refused) {
            fail_msg("seed %llu: %s of kind %u, field %u: value of save %s is lost",
                     (unsigned long long)w->seed, id, fact->kind, fact->field, dot);
        }
        if (fact->refused && !live && !fact->replaced) {
            bool kept = false;
            for (size_t at = 0; at < w->f.count && !kept; at++) {
                kept = in_history(w, at, fact);
            }
            if (!kept) {
                fail_msg("seed %llu: %s field %u: the refused value of save %s is in no history",
                         (unsigned long long)w->seed, id, fact->field, dot);
            }
        }
    }
    txn_abort(t);
    arena_free(&arena);
}
