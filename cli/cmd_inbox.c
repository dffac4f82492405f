/* inbox */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/waiting.h"
#include "core/units.h"
#include "sync/link.h"

static void item_json(struct cli *c, struct txn *t, const struct waiting_item *item)
{
    emit_open(&c->out, '{');
    emit_put_text(&c->out, "type", slice_str(waiting_word(item->type)));
    emit_put_int(&c->out, "urgency", item->urgency);
    emit_put_int(&c->out, "since", item->since_ms);
    emit_put_text(&c->out, "unit_code", unit_code(t, item->unit, &c->arena));
    emit_put_id(&c->out, "id", item->id);
    emit_put_text(&c->out, "text", item->text);
    emit_put_text(&c->out, "do", item->todo);
    emit_put_text(&c->out, "rule", slice_str(item->rule ? item->rule : ""));
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
}

static void item_text(struct cli *c, const struct waiting_item *item)
{
    static const char *const marks[] = {"!!!", "!! ", "!  "};
    const char *since = cli_time(&c->arena, item->since_ms);
    buf_printf(&c->out, "%s %.10s  %.*s\n                → %.*s\n", marks[item->urgency - 1],
               *since ? since : "          ", (int)item->text.len, (const char *)item->text.ptr,
               (int)item->todo.len, (const char *)item->todo.ptr);
}

void waiting_print(struct cli *c, struct txn *t, const struct waiting *w, size_t limit)
{
    for (size_t i = 0; i < w->count && i < limit; i++) {
        if (c->json) {
            item_json(c, t, &w->items[i]);
        } else {
            item_text(c, &w->items[i]);
        }
    }
}

static enum err mark_seen(struct cli *c, struct txn *t, struct dot id)
{
    struct record r;
    if (mark_has(t, "notice.", id)) {
        return mark_del(t, "notice.", id);
    }
    TRY(store_get(t, id, &c->arena, &r, NULL));
    const struct value *v = r.kind == KIND_TRANSFER ? merge_shown(&r, F_TRANSFER_STATUS) : NULL;
    if (v && v->datum.type == DATUM_INT && v->datum.i == TRANSFER_REFUSED) {
        return mark_put(t, WAITING_SEEN, id, 1);
    }
    return error_set(ERR_NOT_FOUND, _("there is no notice about that record"));
}

/* A notice is only to be read; then it goes. */
static enum err put_away(struct cli *c)
{
    struct txn *t = NULL;
    struct dot id;
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    enum err e = cli_find(c, t, 0, c->args.value[OPT_SEEN], &id);
    e = e ? e : mark_seen(c, t, id);
    TRY(cli_end(t, e));
    cli_say(c, _("Put away. The history of the record still tells it."));
    return ERR_OK;
}

enum err cmd_inbox(struct cli *c)
{
    struct txn *t = NULL;
    struct waiting w = {.count = 0};
    struct dot root = {0, 0};
    int64_t limit = 0;
    if (c->args.given[OPT_SEEN]) {
        return put_away(c);
    }
    TRY(args_number(&c->args, OPT_LIMIT, 1, INT32_MAX, INT32_MAX, &limit));
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = c->args.given[OPT_UNIT] ? cli_find(c, t, KIND_UNIT, c->args.value[OPT_UNIT], &root)
                                         : ERR_OK;
    e = e ? e : waiting_collect(c, t, root, &w);
    size_t count = w.count;
    if (e == ERR_OK) {
        waiting_print(c, t, &w, (size_t)limit);
    }
    txn_abort(t);
    waiting_free(&w);
    TRY(e);
    TRY(cli_flush(c));
    if (count == 0) {
        cli_say(c, _("Nothing waits."));
    } else if (count > (size_t)limit) {
        cli_say(c, _("There are %zu in all."), count);
    }
    return ERR_OK;
}
