/* What no record says: when computers were last in touch, what is not sent, conflicts, doubles. */
#include "cli/report.h"
#include "cli/settings.h"
#include "cli/show.h"
#include "core/doubles.h"
#include "sync/link.h"
#include "sync/session.h"

#include <stdlib.h>

struct facts {
    struct cli *c;
    struct txn *t;
    struct report_fact *list;
    size_t count, cap;
    int64_t silent_days;
};

static void add_fact(struct facts *f, struct report_fact fact)
{
    if (f->count == f->cap) {
        f->cap = f->cap ? 2 * f->cap : 64;
        struct report_fact *grown = arena_array(&f->c->arena, f->cap, sizeof(*grown));
        if (f->count) {
            memcpy(grown, f->list, f->count * sizeof(*grown));
        }
        f->list = grown;
    }
    f->list[f->count++] = fact;
}

/* This computer itself is in touch with itself, and others with their own hubs: of those nothing is
 * known here. */
static void add_contact(struct facts *f, const struct record *r)
{
    struct arena *arena = &f->c->arena;
    struct link link;
    struct dot unit = merge_shown_ref(r, F_UNIT);
    if (link_load(f->t, r->id, &link) != ERR_OK || link.last_contact_ms == 0) {
        return;
    }
    int64_t days = cli_days(f->c, link.last_contact_ms);
    struct slice code = unit_code(f->t, unit, arena);
    const char *id = dot_text(r->id, arena);
    add_fact(f,
             (struct report_fact){.unit = unit,
                                  .measure = "days_since_contact",
                                  .key = slice_str(id),
                                  .label = slice_str(arena_printf(arena, "%.*s %s", (int)code.len,
                                                                  (const char *)code.ptr, id)),
                                  .value = days});
    if (days >= f->silent_days) {
        add_fact(f, (struct report_fact){.unit = unit, .measure = "nodes_silent", .value = 1});
    }
}

static enum err add_nodes(struct facts *f)
{
    struct id_list list;
    TRY(store_ids_of_kind(f->t, KIND_NODE, (struct dot){0, 0}, SIZE_MAX, &f->c->arena, &list));
    for (size_t i = 0; i < list.count; i++) {
        struct record r;
        TRY(store_get(f->t, list.ids[i], &f->c->arena, &r, NULL));
        int64_t state = merge_shown_int(&r, F_NODE_STATE);
        if (!merge_is_deleted(&r) && state != NODE_RETIRED && state != NODE_REVOKED) {
            add_fact(f, (struct report_fact){
                            .unit = merge_shown_ref(&r, F_UNIT), .measure = "nodes", .value = 1});
            add_contact(f, &r);
        }
    }
    return ERR_OK;
}

static enum err add_conflicts(struct facts *f)
{
    struct id_list list;
    TRY(store_ids_in_conflict(f->t, (struct dot){0, 0}, SIZE_MAX, &f->c->arena, &list));
    for (size_t i = 0; i < list.count; i++) {
        struct record r;
        int64_t fields = 0;
        TRY(store_get(f->t, list.ids[i], &f->c->arena, &r, NULL));
        for (size_t k = 0; k < r.field_count; k++) {
            fields += merge_in_conflict(&r, r.fields[k].number) ? 1 : 0;
        }
        add_fact(f, (struct report_fact){
                        .unit = show_unit(&r), .measure = "conflicts", .value = fields});
    }
    return ERR_OK;
}

static struct dot counted_unit(struct facts *f, struct dot member)
{
    struct record r;
    return store_get(f->t, member, &f->c->arena, &r, NULL) == ERR_OK ? show_counted_unit(f->t, &r)
                                                                     : (struct dot){0, 0};
}

static enum err add_doubles(struct facts *f, struct dot root)
{
    struct double_pair *pairs = NULL;
    size_t count = 0;
    TRY(doubles_find(f->t, root, &f->c->arena, &pairs, &count));
    for (size_t i = 0; i < count; i++) {
        struct report_fact fact = {.unit = counted_unit(f, pairs[i].a),
                                   .also = counted_unit(f, pairs[i].b),
                                   .measure = "doubles",
                                   .value = 1};
        add_fact(f, fact);
    }
    return ERR_OK;
}

enum err report_facts(struct cli *c, struct txn *t, struct dot unit, struct report_query *q)
{
    struct facts f = {.c = c, .t = t};
    struct link_status st;
    const char *days = NULL;
    TRY(setting_get(t, setting_find("silent_days"), &c->arena, &days));
    f.silent_days = strtoll(days, NULL, 10);
    TRY(add_nodes(&f));
    TRY(add_conflicts(&f));
    TRY(add_doubles(&f, unit));
    TRY(session_status(t, &st));
    add_fact(&f, (struct report_fact){.unit = store_identity(c->store)->unit,
                                      .measure = "unsent",
                                      .value = (int64_t)st.unsent});
    q->facts = f.list;
    q->fact_count = f.count;
    return ERR_OK;
}
