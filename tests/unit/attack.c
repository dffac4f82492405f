#include "tests/unit/attack.h"

#include "sync/client.h"
#include "tests/unit/sticks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct datum attack_text(struct scene *s)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "viết %u", ++s->text);
    return datum_text(arena_copy(&s->arena, slice_str(text)));
}

void attack_push(struct scene *s, struct record *r)
{
    s->g.by_stick = s->way == BY_STICK;
    assert_int_equal(forge_push(&s->g, r, 1), ERR_OK);
    for (int i = 0; i < 2 && s->g.to != TOP; i++) {
        assert_true(fixture_sync(&s->f, s->g.to, NULL));
    }
}

static bool live_at(struct scene *s, size_t at, struct dot id, uint32_t field, struct datum d)
{
    bool live = false;
    if (!tree_held(&s->f, at, id)) {
        return false;
    }
    struct record r = tree_load(&s->f, at, id, &s->arena);
    const struct field *f = record_field(&r, field);
    for (uint32_t i = 0; f && i < f->count && !live; i++) {
        live = datum_compare(&f->values[i].datum, &d) == 0;
    }
    return live;
}

bool attack_live(struct scene *s, struct dot id, uint32_t field, struct datum d)
{
    return live_at(s, TOP, id, field, d) || live_at(s, s->g.to, id, field, d);
}

bool attack_field(struct scene *s, struct dot id, uint32_t field, struct datum d)
{
    struct record r = tree_load(&s->f, s->g.to, id, &s->arena);
    forge_replace(&s->g, &r, field, d);
    attack_push(s, &r);
    return attack_live(s, id, field, d);
}

bool attack_new(struct scene *s, struct record *r)
{
    attack_push(s, r);
    return tree_held(&s->f, s->g.to, r->id) || tree_held(&s->f, TOP, r->id);
}

bool attack_draft(struct scene *s, struct dot id, uint32_t kind, const char *const *words)
{
    struct id_list doubles;
    struct dot dot;
    struct draft draft = {.id = id, .kind = kind, .anyway = true};
    enum err e = fixture_draft(&s->f, s->g.from, draft, &s->arena, &id, &dot, &doubles, words);
    if (e != ERR_OK && e != ERR_RULE && e != ERR_NOT_FOUND) {
        fail_msg("%s: %s", error_word(e), error_last()->text);
    }
    assert_true(e != ERR_RULE || error_last()->text[0]);
    return e == ERR_OK;
}

/* By stick the receipt comes back, too. */
static enum err stick_exchange(struct scene *s, size_t at)
{
    struct buf bytes = {0};
    struct bundle_written w;
    struct bundle_taken up, down;
    enum err e = bundle_export(s->f.stores[at], (struct dot){0, 0}, &bytes, &w);
    if (e == ERR_OK) {
        e = bundle_import(s->f.stores[s->f.parents[at]], buf_view(&bytes), &up);
        if (e == ERR_OK && up.has_reply) {
            assert_int_equal(bundle_import(s->f.stores[at], buf_view(&up.reply), &down), ERR_OK);
            buf_free(&down.reply);
        }
        buf_free(&up.reply);
    }
    buf_free(&bytes);
    return e;
}

enum err attack_exchange(struct scene *s, size_t at)
{
    struct sync_result result;
    return s->way == BY_STICK ? stick_exchange(s, at) : client_sync(s->f.stores[at], NULL, &result);
}

bool attack_arrives(struct scene *s, size_t at)
{
    char name[32];
    (void)snprintf(name, sizeof(name), "Ngay %u", ++s->text);
    struct dot id = fixture_save_text(&s->f, at, (struct dot){0, 0}, KIND_MEMBER, s->f.units[at],
                                      F_MEMBER_NAME, name);
    bool there = false;
    for (int i = 0; i < 4 && !there; i++) { /* a hub that lost its data asks twice */
        there = attack_exchange(s, at) == ERR_OK &&
                tree_held(&s->f, (size_t)s->f.parents[at], id) &&
                tree_shows(&s->f, (size_t)s->f.parents[at], id, F_MEMBER_NAME, name);
    }
    return there;
}
