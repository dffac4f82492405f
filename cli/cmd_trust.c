/* invite, nodes, revoke: who may come */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/qr.h"
#include "cli/query.h"
#include "cli/show.h"
#include "sync/admit.h"
#include "sync/join.h"

#include <ctype.h>
#include <stdio.h>
#include <unistd.h>

#define INVITE_DAYS 7

/* ---- invite --------------------------------------------------------------------------------- */

enum err cli_role(struct cli *c, struct txn *t, struct dot unit, int64_t *role)
{
    const struct field_def *f = schema_field(KIND_NODE, F_NODE_ROLE);
    *role = unit_level(t, unit) >= LEVEL_DISTRICT ? NODE_ROLE_HUB : NODE_ROLE_CLERK;
    if (c->args.given[OPT_ROLE]) {
        struct datum d;
        TRY(draft_parse(t, f, slice_str(c->args.value[OPT_ROLE]), &c->arena, &d));
        *role = d.type == DATUM_INT ? d.i : *role;
    }
    return ERR_OK;
}

/* In capitals, which make a smaller picture and are read as the same code. */
static enum err show_qr(struct cli *c, const char *code)
{
    struct buf picture = {0};
    char capitals[JOIN_CODE_SIZE];
    bool terminal = isatty(STDERR_FILENO);
    if (!c->args.given[OPT_QR] && (!terminal || c->json)) {
        return ERR_OK;
    }
    size_t n = 0;
    for (; code[n]; n++) {
        capitals[n] = (char)toupper((unsigned char)code[n]);
    }
    capitals[n] = '\0';
    enum err e = qr_write(capitals, terminal, &picture);
    if (e == ERR_OK) {
        (void)fwrite(picture.ptr, 1, picture.len, stderr);
    }
    buf_free(&picture);
    return e;
}

enum err cmd_invite(struct cli *c)
{
    struct txn *t = NULL;
    struct dot unit;
    char code[JOIN_CODE_SIZE];
    int64_t role = 0, days = 0, expires = 0;
    struct slice unit_text = {0}, name = {0};
    TRY(args_number(&c->args, OPT_DAYS, 1, 365, INVITE_DAYS, &days));
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    enum err e = cli_find(c, t, KIND_UNIT, c->args.words[0], &unit);
    e = e ? e : cli_role(c, t, unit, &role);
    e = e ? e : join_invite(t, unit, role, days, code, &expires);
    if (e == ERR_OK) {
        unit_text = unit_code(t, unit, &c->arena);
        name = unit_name(t, unit, &c->arena);
    }
    TRY(cli_end(t, e));
    if (c->json) {
        const struct enum_code *r = schema_code(schema_field(KIND_NODE, F_NODE_ROLE), role);
        emit_open(&c->out, '{');
        emit_put_text(&c->out, "code", slice_str(code));
        emit_put_text(&c->out, "unit_code", unit_text);
        emit_put_text(&c->out, "role", slice_str(r ? r->code : ""));
        emit_put_int(&c->out, "expires", expires);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        TRY(cli_flush(c));
        return show_qr(c, code);
    }
    buf_printf(&c->out, "%s\n", code);
    TRY(cli_flush(c));
    TRY(show_qr(c, code));
    cli_say(c, _("For one computer of %.*s, once, until %s. There: terrace join URL %s"),
            (int)name.len, (const char *)name.ptr, cli_time(&c->arena, expires), code);
    return ERR_OK;
}

/* ---- nodes ---------------------------------------------------------------------------------- */

struct nodes_state {
    struct cli *c;
    struct table table;
    struct arena arena;
};

static struct slice node_word(const struct hit *hit, uint32_t number, const char *lang)
{
    const struct value *v = merge_shown(hit->record, number);
    const struct field_def *f = schema_field(KIND_NODE, number);
    if (!v) {
        return slice_make("", 0);
    }
    return lang ? draft_format(hit->t, f, &v->datum, lang, hit->arena)
                : show_plain(f, &v->datum, hit->arena);
}

static bool nodes_visit(void *ctx, const struct hit *hit)
{
    struct nodes_state *s = ctx;
    struct cli *c = s->c;
    struct link link = {0};
    char id[DOT_TEXT_SIZE];
    bool known = link_load(hit->t, hit->record->id, &link) == ERR_OK;
    struct slice unit = unit_code(hit->t, show_unit(hit->record), hit->arena);
    dot_format(hit->record->id, id);
    if (!c->json) {
        const char *contact = known ? cli_time(hit->arena, link.last_contact_ms) : "";
        const struct slice cells[] = {node_word(hit, F_NODE_NAME, c->lang),
                                      unit,
                                      node_word(hit, F_NODE_ROLE, c->lang),
                                      node_word(hit, F_NODE_STATE, c->lang),
                                      node_word(hit, F_NODE_HUB, c->lang),
                                      slice_str(contact),
                                      slice_str(id)};
        s->table.columns = ARRAY_COUNT(cells);
        table_add(&s->table, cells);
        return true;
    }
    emit_open(&c->out, '{');
    emit_put_id(&c->out, "node", hit->record->id);
    emit_put_text(&c->out, "name", node_word(hit, F_NODE_NAME, NULL));
    emit_put_text(&c->out, "unit_code", unit);
    emit_put_text(&c->out, "role", node_word(hit, F_NODE_ROLE, NULL));
    emit_put_text(&c->out, "state", node_word(hit, F_NODE_STATE, NULL));
    emit_put_text(&c->out, "hub", node_word(hit, F_NODE_HUB, NULL));
    if (known && link.last_contact_ms) {
        emit_put_int(&c->out, "last_contact", link.last_contact_ms);
    }
    if (known) {
        emit_put_int(&c->out, "acked_seq", (int64_t)link.out_seq);
    }
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
    return true;
}

enum err cmd_nodes(struct cli *c)
{
    struct nodes_state s = {.c = c};
    struct query q;
    s.table.arena = &s.arena;
    TRY(query_build(c, schema_kind(KIND_NODE), NULL, 0, &q));
    enum err e = query_run(c, &q, nodes_visit, NULL, &s);
    table_write(&s.table, &c->out);
    arena_free(&s.arena);
    return e ? e : cli_flush(c);
}

/* ---- revoke --------------------------------------------------------------------------------- */

enum err cmd_revoke(struct cli *c)
{
    struct txn *t = NULL;
    struct dot node;
    const char *reason = c->args.value[OPT_REASON];
    char id[DOT_TEXT_SIZE];
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    enum err e = cli_find(c, t, KIND_NODE, c->args.words[0], &node);
    e = e ? e : admit_revoke(t, node, slice_str(reason ? reason : ""), &c->arena);
    TRY(cli_end(t, e));
    dot_format(node, id);
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "node", node);
        emit_put_text(&c->out, "state", slice_str("revoked"));
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        return cli_flush(c);
    }
    buf_printf(&c->out, "%s\n", id);
    TRY(cli_flush(c));
    cli_say(c, _("This computer is revoked. What it saved and what came here until now stays; what "
                 "it saves later is taken nowhere once the others have synced. If its user goes on "
                 "elsewhere: terrace invite, and there terrace join --rehome URL CODE with a "
                 "restored backup, or terrace join URL CODE."));
    return ERR_OK;
}
