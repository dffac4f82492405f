#include "cli/waiting.h"

#include "cli/mask.h"
#include "cli/settings.h"
#include "cli/show.h"
#include "core/desk.h"
#include "core/doubles.h"
#include "core/rules.h"
#include "core/steps.h"
#include "core/transfer.h"
#include "sync/link.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define WORDS_BYTES 2048 /* of one line */
#define DOUBLE_SURE_SCORE 50

/* ---- the list -------------------------------------------------------------------------------- */

struct gather {
    struct cli *c;
    struct txn *t;
    struct dot own; /* unit */
    struct dot root;
    struct transfer_days days; /* for letters */
    struct waiting *out;
    struct arena arena; /* of the matter at hand */
};

static struct slice PRINTF_LIKE(2, 3) words(struct gather *g, const char *fmt, ...)
{
    va_list ap;
    char text[WORDS_BYTES];
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
    while (len == sizeof(text) - 1 && len > 0 && (text[len - 1] & 0x80)) {
        len--; /* cut between letters */
    }
    return arena_copy(&g->out->arena, slice_make(text, len));
}

static void add(struct gather *g, const struct waiting_item *item)
{
    struct waiting *w = g->out;
    if (!dot_is_none(g->root) && !unit_is_within(g->t, item->unit, g->root)) {
        return;
    }
    if (w->count == w->cap) {
        size_t cap = w->cap ? w->cap * 2 : 64;
        struct waiting_item *grown = arena_array(&w->arena, cap, sizeof(*grown));
        if (w->count) {
            memcpy(grown, w->items, w->count * sizeof(*grown));
        }
        w->items = grown;
        w->cap = cap;
    }
    w->items[w->count++] = *item;
}

static const char *id_text(struct gather *g, struct dot id)
{
    return dot_text(id, &g->arena);
}

static const char *name_of(struct gather *g, struct dot id)
{
    return arena_cstr(&g->arena, show_title(g->t, id, &g->arena));
}

static const char *place(struct gather *g, struct dot unit)
{
    struct slice name = unit_name(g->t, unit, &g->arena);
    return name.len ? arena_cstr(&g->arena, name) : _("another office");
}

/* ---- conflicts ------------------------------------------------------------------------------- */

static const char *values_text(struct gather *g, const struct record *r, uint32_t number,
                               int64_t *newest)
{
    const struct field_def *f = schema_field(r->kind, number);
    struct buf b = {0};
    size_t count = 0;
    const struct value *sides[2];
    const struct value **v = merge_siblings(r, number, &g->arena, &count);
    if (number == F_DELETED) {
        show_deleted_sides(r, &g->arena, sides);
        v = sides;
        count = ARRAY_COUNT(sides);
    }
    for (size_t i = 0; i < count; i++) {
        if (!v[i]) {
            continue;
        }
        struct slice text = number == F_DELETED
                                ? slice_str(i == 0 ? _("deleted") : _("changed or kept"))
                                : mask_words(g->t, f, &v[i]->datum, g->c->lang, &g->arena);
        buf_printf(&b, "%s%.*s (%s)", b.len ? _(" or ") : "", text.len ? (int)text.len : 3,
                   text.len ? (const char *)text.ptr : "–",
                   show_value_author(g->t, v, count, i, &g->arena));
        *newest = v[i]->time_ms > *newest ? v[i]->time_ms : *newest;
    }
    const char *s = arena_cstr(&g->arena, buf_view(&b));
    buf_free(&b);
    return s;
}

static void add_conflict(struct gather *g, const struct record *r, uint32_t number)
{
    const struct field_def *f = schema_field(r->kind, number);
    const char *key = show_field_key(r->kind, number, &g->arena);
    struct waiting_item item = {.type = WAITING_CONFLICT,
                                .urgency = number == F_UNIT || number == F_DELETED ? 1 : 2,
                                .unit = show_unit(r),
                                .id = r->id};
    const char *values = values_text(g, r, number, &item.since_ms);
    item.text = number == F_DELETED
                    ? words(g, _("%s was deleted in one place and not in another: %s"),
                            name_of(g, r->id), values)
                    : words(g, _("%s – %s was written differently: %s"), name_of(g, r->id),
                            f ? cli_field_label(g->c, f) : key, values);
    item.todo = words(g, "terrace resolve %s %s --take N", id_text(g, r->id), key);
    add(g, &item);
}

static enum err gather_conflicts(struct gather *g)
{
    struct arena ids = {0};
    struct id_list page = {0};
    struct dot after = {0, 0};
    enum err e = ERR_OK;
    do {
        arena_reset(&ids);
        page = (struct id_list){0};
        e = store_ids_in_conflict(g->t, after, PAGE_RECORDS, &ids, &page);
        for (size_t i = 0; i < page.count && e == ERR_OK; i++) {
            struct record r;
            arena_reset(&g->arena);
            after = page.ids[i];
            e = store_get(g->t, page.ids[i], &g->arena, &r, NULL);
            for (size_t k = 0; e == ERR_OK && k < r.field_count; k++) {
                uint32_t number = r.fields[k].number;
                if (merge_in_conflict(&r, number) &&
                    desk_is_own(g->t, desk_decider(g->t, &r, number))) {
                    add_conflict(g, &r, number);
                }
            }
        }
    } while (e == ERR_OK && page.count > 0);
    arena_free(&ids);
    return e;
}

/* ---- doubles --------------------------------------------------------------------------------- */

/* When the later of the two was named. */
static int64_t named_ms(const struct record *a, const struct record *b)
{
    const struct value *x = merge_shown(a, F_MEMBER_NAME), *y = merge_shown(b, F_MEMBER_NAME);
    int64_t ms = x ? x->time_ms : 0;
    return y && y->time_ms > ms ? y->time_ms : ms;
}

static enum err add_double(struct gather *g, const struct double_pair *pair)
{
    struct record a, b;
    TRY(store_get(g->t, pair->a, &g->arena, &a, NULL));
    TRY(store_get(g->t, pair->b, &g->arena, &b, NULL));
    const struct dot offices[] = {desk_of_record(g->t, &a), desk_of_record(g->t, &b)};
    struct dot common = desk_common(g->t, offices, ARRAY_COUNT(offices));
    if (!desk_is_own(g->t, desk_office(g->t, common))) {
        return ERR_OK;
    }
    bool sure = !pair->apart && pair->score >= DOUBLE_SURE_SCORE;
    struct waiting_item item = {.type = WAITING_DOUBLE,
                                .urgency = sure ? 2 : 3,
                                .since_ms = named_ms(&a, &b),
                                .unit = show_unit(&a),
                                .id = pair->a};
    item.text = words(g, _("%s (%s) and %s (%s) may be one person: %s"), name_of(g, pair->a),
                      place(g, show_unit(&a)), name_of(g, pair->b), place(g, show_unit(&b)),
                      alike_reasons(pair->reasons, g->c->lang, &g->arena));
    item.todo = words(g, "terrace merge %s %s --dry-run", id_text(g, pair->a), id_text(g, pair->b));
    add(g, &item);
    return ERR_OK;
}

static enum err gather_doubles(struct gather *g)
{
    struct arena found = {0};
    struct double_pair *pairs = NULL;
    size_t count = 0;
    enum err e = doubles_find(g->t, g->root, &found, &pairs, &count);
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        arena_reset(&g->arena);
        e = add_double(g, &pairs[i]);
    }
    arena_free(&found);
    return e;
}

/* ---- what was refused ------------------------------------------------------------------------ */

/* taken_back: it was merged there, and what was before saved again; else it is kept here alone. */
static const char *reason_text(uint8_t reason, bool taken_back)
{
    switch (reason & ~REFUSAL_TAKEN_BACK) {
    case REFUSAL_DEPARTED:
        return _("had left your office before you changed it. What the new office holds counts; "
                 "your change is in the history");
    case REFUSAL_REVOKED:
        return _("was written by a computer after that had been revoked. It is kept aside; whoever "
                 "wrote it honestly enters it again on a computer that is admitted");
    case REFUSAL_ROLE:
        return _("was written on a computer that was admitted to read only. Ask for a code of "
                 "another role");
    case REFUSAL_FORGED:
    case REFUSAL_UNSIGNED:
        return _(
            "came with a claim that the office above could not confirm, and was not taken. Let "
            "somebody look at this computer");
    case REFUSAL_AUTHORITY:
        return taken_back
                   ? _("has a value that only another office writes: what was there before "
                       "counts again, and your change is in the history. Ask that office")
                   : _("the office above does not let this office write it. It is kept here");
    default:
        return _("the office above did not take it, because it does not belong to this office "
                 "there. It is kept here");
    }
}

/* The moment this store last wrote on it. */
static int64_t own_ms(const struct gather *g, const struct record *r,
                      const struct record_local *local)
{
    uint64_t actor = store_identity(txn_store(g->t))->actor;
    int64_t ms = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        for (uint32_t k = 0; k < r->fields[i].count; k++) {
            const struct value *v = &r->fields[i].values[k];
            ms = v->dot.actor == actor && v->time_ms > ms ? v->time_ms : ms;
        }
    }
    return ms ? ms : local->stored_ms;
}

static enum err add_refused(struct gather *g, struct dot id, uint8_t reason, bool notice)
{
    struct record r;
    struct record_local local;
    enum err e = store_get(g->t, id, &g->arena, &r, &local);
    if (e != ERR_OK) {
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    struct waiting_item item = {.type = WAITING_REFUSED,
                                .urgency = notice ? 2 : 1,
                                .since_ms = own_ms(g, &r, &local),
                                .unit = show_unit(&r),
                                .id = id};
    item.text = words(g, "%s: %s", name_of(g, id), reason_text(reason, notice));
    item.todo = words(g, notice ? "terrace inbox --seen %s" : "terrace show %s", id_text(g, id));
    add(g, &item);
    return ERR_OK;
}

static enum err gather_refused(struct gather *g)
{
    static const char *const spaces[] = {"refused.", "notice."};
    struct arena keys = {0};
    enum err e = ERR_OK;
    for (size_t i = 0; i < ARRAY_COUNT(spaces) && e == ERR_OK; i++) {
        struct slice key = {0}, value, prefix = slice_str(spaces[i]);
        while ((e = store_kv_next(g->t, prefix, key, &keys, &key, &value)) == ERR_OK) {
            if (key.len == prefix.len + DOT_KEY_BYTES && value.len == 1) {
                arena_reset(&g->arena);
                e = add_refused(g, dot_key_get(key.ptr + prefix.len), value.ptr[0], i == 1);
            }
            if (e != ERR_OK) {
                break;
            }
        }
        e = e == ERR_END ? ERR_OK : e;
    }
    arena_free(&keys);
    return e;
}

/* ---- transfers ------------------------------------------------------------------------------- */

struct letter_text {
    const char *letter, *member, *from, *to;
    long long days;
};

static void add_to_answer(struct gather *g, const struct letter_text *x, struct waiting_item *item)
{
    item->urgency = x->days >= g->days.remind ? 1 : 2;
    item->text =
        x->days < g->days.remind
            ? words(g, _("Letter %s: %s comes from %s to you"), x->letter, x->member, x->from)
            : words(g, _("Letter %s: %s comes from %s to you, waiting for %lld days"), x->letter,
                    x->member, x->from, x->days);
    item->todo = words(g, "terrace transfer accept %s", show_typed(x->letter, &g->arena));
    add(g, item);
}

static void add_reminder(struct gather *g, const struct transfer_view *v,
                         const struct letter_text *x, struct waiting_item *item)
{
    item->urgency = 2;
    if (dot_is_none(v->to)) {
        item->text = words(g, _("Letter %s: has %s arrived outside? %lld days have passed"),
                           x->letter, x->member, x->days);
        item->todo = words(g, "terrace transfer accept %s", show_typed(x->letter, &g->arena));
    } else if (v->state == TRANSFER_STATE_ANNOUNCED) {
        item->text = words(g,
                           _("Letter %s of %s is answered, but the data of both sides have not "
                             "met for %lld days"),
                           x->letter, x->member, x->days);
        item->todo = words(g, "terrace sync");
    } else {
        item->text = words(g,
                           _("Letter %s of %s: %s has not answered for %lld days; please ask "
                             "them, or take it back:"),
                           x->letter, x->member, x->to, x->days);
        item->todo = words(g, "terrace transfer return %s", show_typed(x->letter, &g->arena));
    }
    add(g, item);
}

static void add_arbitration(struct gather *g, const struct letter_text *x,
                            struct waiting_item *item)
{
    item->urgency = 1;
    item->text = words(g,
                       _("Letter %s of %s from %s to %s is without an answer for %lld days; "
                         "please settle it with both"),
                       x->letter, x->member, x->from, x->to, x->days);
    item->todo = words(g, "terrace transfer list");
    add(g, item);
}

/* The sender hears of a refusal for a while; the list of letters goes on telling it. */
static void add_letter_back(struct gather *g, const struct transfer_view *v)
{
    struct record r;
    if (v->state != TRANSFER_STATE_REFUSED || dot_is_none(v->to) ||
        mark_has(g->t, WAITING_SEEN, v->transfer) ||
        !dot_equal(desk_office(g->t, v->from), g->own) ||
        store_get(g->t, v->transfer, &g->arena, &r, NULL) != ERR_OK) {
        return;
    }
    const struct value *status = merge_shown(&r, F_TRANSFER_STATUS);
    const struct value *why = merge_shown(&r, F_NOTE);
    bool told = why && why->datum.type == DATUM_TEXT;
    struct waiting_item item = {.type = WAITING_TRANSFER,
                                .urgency = 3,
                                .since_ms = status ? status->time_ms : 0,
                                .unit = v->from,
                                .id = v->transfer};
    if (cli_days(g->c, item.since_ms) >= g->days.remind) {
        return;
    }
    const char *letter = arena_cstr(&g->arena, v->letter), *by = place(g, v->to);
    item.text =
        told
            ? words(g, _("Letter %s: %s was refused by %s and stays with you. Reason: %.*s"),
                    letter, name_of(g, v->member), by, (int)why->datum.text.len,
                    (const char *)why->datum.text.ptr)
            : words(g, _("Letter %s: %s was refused by %s and stays with you. They gave no reason"),
                    letter, name_of(g, v->member), by);
    item.todo = words(g, "terrace inbox --seen %s", id_text(g, v->transfer));
    add(g, &item);
}

/* An answer by a number that nobody has given a letter: the other side is late, or it is mistyped.
 */
static void add_letterless(struct gather *g, const struct transfer_view *v)
{
    long long days = cli_days(g->c, v->issued_ms);
    if (v->state != TRANSFER_STATE_ANNOUNCED || days < g->days.remind ||
        !dot_equal(desk_office(g->t, v->to), g->own)) {
        return;
    }
    struct waiting_item item = {.type = WAITING_TRANSFER,
                                .urgency = 2,
                                .since_ms = v->issued_ms,
                                .unit = v->to,
                                .id = v->acceptance};
    item.text =
        words(g,
              _("You answered letter %.*s, but no such letter has come for %lld days; please "
                "compare the number with the letter. If it is mistyped:"),
              (int)v->letter.len, (const char *)v->letter.ptr, days);
    item.todo = words(g, "terrace rm %s", id_text(g, v->acceptance));
    add(g, &item);
}

static bool visit_transfer(void *ctx, const struct transfer_view *v)
{
    struct gather *g = ctx;
    struct dot places[] = {v->from, v->to};
    arena_reset(&g->arena);
    if (dot_is_none(v->waiting_for)) {
        add_letter_back(g, v);
        add_letterless(g, v);
        return true;
    }
    struct letter_text x = {.letter = arena_cstr(&g->arena, v->letter),
                            .member =
                                dot_is_none(v->member) ? _("a member") : name_of(g, v->member),
                            .from = place(g, v->sender),
                            .to = place(g, v->to),
                            .days = cli_days(g->c, v->issued_ms)};
    struct waiting_item item = {.type =
                                    x.days >= g->days.overdue ? WAITING_OVERDUE : WAITING_TRANSFER,
                                .since_ms = v->issued_ms,
                                .unit = v->waiting_for,
                                .id = dot_is_none(v->transfer) ? v->acceptance : v->transfer};
    bool own = dot_equal(desk_office(g->t, v->waiting_for), g->own);
    bool sender = dot_equal(desk_office(g->t, v->from), g->own);
    bool receiver = dot_equal(desk_office(g->t, v->to), g->own);
    if (own && !dot_is_none(v->to) && v->state == TRANSFER_STATE_IN_TRANSIT) {
        add_to_answer(g, &x, &item);
    } else if ((sender || receiver) && x.days >= g->days.remind) {
        add_reminder(g, v, &x, &item);
    } else if (x.days >= g->days.overdue && !dot_is_none(v->to) &&
               dot_equal(desk_office(g->t, desk_common(g->t, places, ARRAY_COUNT(places))),
                         g->own)) {
        add_arbitration(g, &x, &item);
    }
    return true;
}

static enum err gather_transfers(struct gather *g)
{
    return transfer_each(g->t, visit_transfer, g);
}

/* ---- rules ----------------------------------------------------------------------------------- */

/* The rule's command with the record's ID in it. */
static struct slice todo_of(struct gather *g, const char *todo, struct dot id)
{
    const char *at = strstr(todo, "%s");
    return at ? words(g, "%.*s%s%s", (int)(at - todo), todo, id_text(g, id), at + 2)
              : words(g, "%s", todo);
}

/* Where a rule is of any kind the kind is said, and how far the record has come. */
static const char *matter(struct gather *g, const struct rule_finding *f, const struct record *r)
{
    const char *name = name_of(g, f->record);
    const struct kind_def *kind = f->rule->kind == 0 && r ? schema_kind(r->kind) : NULL;
    const struct machine *m = kind ? steps_of(kind->number) : NULL;
    const struct enum_code *state =
        m ? schema_code(schema_field(m->kind, m->field), merge_shown_int(r, m->field)) : NULL;
    if (!kind) {
        return name;
    }
    name = arena_printf(&g->arena, "%s: %s", cli_kind_label(g->c, kind), name);
    return !state ? name
                  : arena_printf(&g->arena, "%s, %s – %s", name, place(g, show_unit(r)),
                                 strcmp(g->c->lang, "vi") == 0 ? state->vi : state->en);
}

static bool visit_rule(void *ctx, const struct rule_finding *f)
{
    struct gather *g = ctx;
    struct record r;
    if (!desk_is_own(g->t, f->office)) {
        return true;
    }
    arena_reset(&g->arena);
    bool known = store_get(g->t, f->record, &g->arena, &r, NULL) == ERR_OK;
    struct waiting_item item = {.type = WAITING_RULE,
                                .urgency = f->rule->urgency,
                                .since_ms = f->since_ms,
                                .unit = known ? show_unit(&r) : f->office,
                                .id = f->record,
                                .rule = f->rule->id};
    const char *text = gettext(f->rule->text), *name = matter(g, f, known ? &r : NULL);
    if (f->count > 1) {
        item.text = words(g, ngettext("%s: %s and %llu more", "%s: %s and %llu more", f->count - 1),
                          text, name, (unsigned long long)f->count - 1);
    } else if (dot_is_none(f->other)) {
        item.text = words(g, "%s: %s", text, name);
    } else {
        item.text = words(g, "%s: %s; %s", text, name, name_of(g, f->other));
    }
    item.todo = todo_of(g, f->rule->todo, f->record);
    add(g, &item);
    return true;
}

static enum err gather_rules(struct gather *g)
{
    return rules_each(g->t, visit_rule, g);
}

/* ---- silence --------------------------------------------------------------------------------- */

/* Does this computer still sync with this hub, as far as its record says? */
static bool is_expected(const struct gather *g, const struct record *r)
{
    const struct value *state = merge_shown(r, F_NODE_STATE), *hub = merge_shown(r, F_NODE_HUB);
    bool active = !state || state->datum.type != DATUM_INT || state->datum.i == NODE_ACTIVE;
    bool elsewhere = hub && hub->datum.type == DATUM_REF &&
                     !dot_equal(hub->datum.ref, store_identity(txn_store(g->t))->node);
    return active && !elsewhere && !merge_is_deleted(r);
}

static enum err add_silent_node(struct gather *g, struct dot node, int64_t silent_days)
{
    struct record r;
    struct record_local local;
    struct link link;
    TRY(link_load(g->t, node, &link));
    enum err e = store_get(g->t, node, &g->arena, &r, &local);
    if (e != ERR_OK || !is_expected(g, &r)) {
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    int64_t since = link.last_contact_ms ? link.last_contact_ms : local.stored_ms;
    int64_t days = cli_days(g->c, since);
    if (days < silent_days) {
        return ERR_OK;
    }
    struct waiting_item item = {
        .type = WAITING_SILENT, .urgency = 3, .since_ms = since, .unit = link.unit, .id = node};
    const char *computer = id_text(g, node), *unit = place(g, link.unit);
    struct slice code = unit_code(g->t, link.unit, &g->arena);
    item.text = link.last_contact_ms
                    ? words(g, _("Computer %s of %s has not synced for %lld days"), computer, unit,
                            (long long)days)
                    : words(g,
                            _("Computer %s of %s has never synced since it joined, %lld days "
                              "ago"),
                            computer, unit, (long long)days);
    item.todo = words(g, "terrace nodes --unit %.*s", (int)code.len, (const char *)code.ptr);
    add(g, &item);
    return ERR_OK;
}

static enum err add_own_silence(struct gather *g, int64_t silent_days)
{
    struct upstream up;
    TRY(upstream_load(g->t, &up));
    int64_t days = cli_days(g->c, up.last_sync_ms);
    if (dot_is_none(up.node) || days < silent_days) {
        return ERR_OK;
    }
    struct waiting_item item = {.type = WAITING_SILENT,
                                .urgency = 2,
                                .since_ms = up.last_sync_ms,
                                .unit = g->own,
                                .id = store_identity(txn_store(g->t))->node};
    item.text = words(g,
                      _("This computer has not synced for %lld days; what was entered since is "
                        "only here"),
                      (long long)days);
    item.todo = words(g, "terrace sync");
    add(g, &item);
    return ERR_OK;
}

static enum err gather_silent(struct gather *g)
{
    struct arena keys = {0};
    struct slice key = {0}, value, prefix = slice_str("link.");
    const char *text = NULL;
    TRY(setting_get(g->t, setting_find("silent_days"), &g->out->arena, &text));
    int64_t silent_days = strtoll(text, NULL, 10);
    enum err e = add_own_silence(g, silent_days);
    while (e == ERR_OK && (e = store_kv_next(g->t, prefix, key, &keys, &key, &value)) == ERR_OK) {
        if (key.len == prefix.len + DOT_KEY_BYTES) {
            arena_reset(&g->arena);
            e = add_silent_node(g, dot_key_get(key.ptr + prefix.len), silent_days);
        }
    }
    arena_free(&keys);
    return e == ERR_END ? ERR_OK : e;
}

/* ---- all together ---------------------------------------------------------------------------- */

static enum err (*const sources[])(struct gather *g) = {
    gather_conflicts, gather_doubles, gather_refused, gather_transfers, gather_rules, gather_silent,
};

static int by_urgency(const void *a, const void *b)
{
    const struct waiting_item *x = a, *y = b;
    if (x->urgency != y->urgency) {
        return x->urgency - y->urgency;
    }
    if (x->since_ms != y->since_ms) {
        return x->since_ms < y->since_ms ? -1 : 1;
    }
    int c = dot_compare(x->id, y->id);
    return c ? c : slice_compare(x->text, y->text);
}

enum err waiting_collect(struct cli *c, struct txn *t, struct dot root, struct waiting *out)
{
    struct gather g = {.c = c,
                       .t = t,
                       .own = store_identity(txn_store(t))->unit,
                       .root = root,
                       .days = transfer_days(t),
                       .out = out};
    enum err e = ERR_OK;
    *out = (struct waiting){.count = 0};
    for (size_t i = 0; i < ARRAY_COUNT(sources) && e == ERR_OK; i++) {
        e = sources[i](&g);
    }
    arena_free(&g.arena);
    if (out->count > 1) {
        qsort(out->items, out->count, sizeof(*out->items), by_urgency);
    }
    return e;
}

void waiting_free(struct waiting *w)
{
    arena_free(&w->arena);
    *w = (struct waiting){.count = 0};
}

const char *waiting_word(enum waiting_type type)
{
    static const char *const type_words[] = {"conflict", "double", "refused", "transfer",
                                             "overdue",  "rule",   "silent"};
    return type_words[type];
}
