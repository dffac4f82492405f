/* init, config, status, check */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/secret.h"
#include "cli/settings.h"
#include "cli/show.h"
#include "core/cert.h"
#include "sync/bundle.h"
#include "sync/join.h"
#include "sync/receipts.h"
#include "sync/session.h"

#include <errno.h>
#include <sys/stat.h>

/* ---- init ----------------------------------------------------------------------------------- */

static enum err save_record(struct txn *t, uint32_t kind, const struct edit *edits, size_t count,
                            struct arena *arena, struct dot *id)
{
    struct dot dot;
    struct save save = {.kind = kind, .edits = edits, .edit_count = count, .via = VIA_LOCAL};
    return store_save(t, &save, arena, id, &dot);
}

static enum err save_root(struct txn *t, const struct datum *code, const struct datum *name,
                          struct arena *arena, struct identity *identity)
{
    char actor[DOT_TEXT_SIZE];
    dot_format((struct dot){identity->actor, 1}, actor);
    const struct datum type = datum_int(UNIT_TYPE_PROVINCE), active = datum_int(UNIT_ACTIVE);
    const struct edit unit[] = {
        {F_UNIT_CODE, EDIT_SET, code, 1},
        {F_UNIT_NAME, EDIT_SET, name, 1},
        {F_UNIT_TYPE, EDIT_SET, &type, 1},
        {F_UNIT_STATUS, EDIT_SET, &active, 1},
    };
    TRY(save_record(t, KIND_UNIT, unit, ARRAY_COUNT(unit), arena, &identity->unit));
    const struct datum home = datum_ref(identity->unit), role = datum_int(NODE_ROLE_HUB);
    const struct datum state = datum_int(NODE_ACTIVE);
    const struct datum key = datum_bytes(slice_make(identity->public_key, KEY_PUBLIC_BYTES));
    const struct datum own = datum_text(slice_make(actor, strcspn(actor, "-")));
    const struct edit node[] = {
        {F_UNIT, EDIT_SET, &home, 1},      {F_NODE_NAME, EDIT_SET, name, 1},
        {F_NODE_KEY, EDIT_SET, &key, 1},   {F_NODE_ACTORS, EDIT_ADD, &own, 1},
        {F_NODE_ROLE, EDIT_SET, &role, 1}, {F_NODE_STATE, EDIT_SET, &state, 1},
    };
    TRY(save_record(t, KIND_NODE, node, ARRAY_COUNT(node), arena, &identity->node));
    struct cert_root root = {.node = identity->node};
    memcpy(root.key, identity->public_key, KEY_PUBLIC_BYTES);
    return cert_root_store(t, &root);
}

/* The folders above the store; the store itself is made by its own module. */
enum err cli_make_parents(struct cli *c)
{
    char *path = arena_cstr(&c->arena, slice_str(c->dir));
    for (char *p = path + 1; *p; p++) {
        if (*p != '/') {
            continue;
        }
        *p = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST) {
            return error_set(ERR_IO, _("the folder %s cannot be made"), path);
        }
        *p = '/';
    }
    return ERR_OK;
}

enum err cmd_init(struct cli *c)
{
    struct identity identity = {.level = LEVEL_PROVINCE};
    struct datum code, name;
    struct txn *t = NULL;
    if (!c->args.given[OPT_UNIT] || !c->args.given[OPT_NAME]) {
        return error_set(ERR_USAGE, _("a store for the top needs --unit CODE and --name NAME"));
    }
    TRY(draft_parse(NULL, schema_field(KIND_UNIT, F_UNIT_CODE), slice_str(c->args.value[OPT_UNIT]),
                    &c->arena, &code));
    TRY(draft_parse(NULL, schema_field(KIND_UNIT, F_UNIT_NAME), slice_str(c->args.value[OPT_NAME]),
                    &c->arena, &name));
    if (code.type == DATUM_EMPTY || name.type == DATUM_EMPTY) {
        return error_set(ERR_INPUT, _("code and name cannot be empty"));
    }
    TRY(store_may_create(c->dir));
    TRY(cli_make_parents(c));
    if (c->args.given[OPT_SEAL]) {
        TRY(cli_seal_new(c));
    }
    crypto_keypair(identity.public_key, identity.secret_key);
    TRY(store_create(&c->env, c->dir, &identity));
    TRY(store_open(&c->env, c->dir, &c->store));
    identity = *store_identity(c->store);
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    TRY(cli_end(t, save_root(t, &code, &name, &c->arena, &identity)));
    TRY(store_set_identity(c->store, &identity));
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "node", identity.node);
        emit_put_id(&c->out, "unit", identity.unit);
        emit_put_text(&c->out, "unit_code", code.text);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        return cli_flush(c);
    }
    buf_printf(&c->out,
               _("The book of %.*s is open in %s.\nNext: terrace import unit FILE enters the "
                 "units below; terrace serve lets others sync; terrace invite UNIT lets them "
                 "join.\n"),
               (int)name.text.len, (const char *)name.text.ptr, c->dir);
    return cli_flush(c);
}

/* ---- config --------------------------------------------------------------------------------- */

static enum err config_show(struct cli *c, struct txn *t, const struct setting *s)
{
    const char *value = NULL;
    TRY(setting_get(t, s, &c->arena, &value));
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_text(&c->out, "key", slice_str(s->key));
        emit_put_text(&c->out, "value", slice_str(value));
        emit_put_text(&c->out, "default", slice_str(s->fallback));
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
    } else {
        buf_printf(&c->out, "%s=%s    (%s)\n", s->key, value, gettext(s->help));
    }
    return ERR_OK;
}

enum err cmd_config(struct cli *c)
{
    struct txn *t = NULL;
    const struct setting *s = NULL;
    const char *key = c->args.word_count > 0 ? c->args.words[0] : NULL;
    enum err e = ERR_OK;
    if (key && !(s = setting_find(key))) {
        return error_set(ERR_INPUT, _("there is no setting “%s”; terrace config lists them"), key);
    }
    if (c->args.word_count == 2) {
        TRY(txn_begin(c->store, TXN_WRITE, &t));
        TRY(cli_end(t, setting_put(t, s, c->args.words[1])));
    }
    TRY(txn_begin(c->store, TXN_READ, &t));
    for (size_t i = 0; e == ERR_OK && setting_at(i); i++) {
        if (!s || s == setting_at(i)) {
            e = config_show(c, t, setting_at(i));
        }
    }
    txn_abort(t);
    return e ? e : cli_flush(c);
}

/* ---- status --------------------------------------------------------------------------------- */

struct status {
    struct link_status link;
    uint64_t records, conflicts, quarantined;
    struct bundle_status bundle;
    struct receipts receipts;
    struct receipts_unit *units; /* offices that sync with this hub */
    size_t unit_count;
    struct slice (*unit_words)[2]; /* name and code of each */
    const char *hub;
    struct dot unit; /* of --unit; none when not asked */
    struct hash digest;
    uint64_t unit_records;
};

static enum err count_conflicts(struct txn *t, uint64_t *out)
{
    struct arena arena = {0};
    struct dot after = {0, 0};
    struct id_list page;
    enum err e = ERR_OK;
    *out = 0;
    do {
        arena_reset(&arena);
        page = (struct id_list){0};
        e = store_ids_in_conflict(t, after, PAGE_RECORDS, &arena, &page);
        *out += page.count;
        after = page.count ? page.ids[page.count - 1] : after;
    } while (e == ERR_OK && page.count > 0);
    arena_free(&arena);
    return e;
}

/* The sum over a subtree of what its units give scope to, and of what flows down from them. */
static enum err subtree_digest(struct cli *c, struct txn *t, struct status *st)
{
    static const enum route routes[] = {ROUTE_OWN, ROUTE_DOWN};
    struct id_list units = {0};
    TRY(cli_find(c, t, KIND_UNIT, c->args.value[OPT_UNIT], &st->unit));
    TRY(unit_subtree(t, st->unit, &c->arena, &units));
    for (size_t i = 0; i < units.count; i++) {
        for (size_t j = 0; j < ARRAY_COUNT(routes); j++) {
            struct digest_group g = store_digest(t, routes[j], units.ids[i]);
            hash_sum_add(&st->digest, g.sum);
            st->unit_records += g.count;
        }
    }
    return ERR_OK;
}

static enum err gather_receipts(struct cli *c, struct txn *t, struct status *st)
{
    TRY(receipts_count(t, &st->receipts));
    TRY(receipts_units(t, &c->arena, &st->units, &st->unit_count));
    st->unit_words = arena_array(&c->arena, st->unit_count + 1, sizeof(*st->unit_words));
    for (size_t i = 0; i < st->unit_count; i++) {
        st->unit_words[i][0] = unit_name(t, st->units[i].unit, &c->arena);
        st->unit_words[i][1] = unit_code(t, st->units[i].unit, &c->arena);
    }
    return ERR_OK;
}

static enum err gather(struct cli *c, struct status *st)
{
    struct txn *t = NULL;
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = session_status(t, &st->link);
    e = e ? e : bundle_status(t, &st->bundle);
    e = e ? e : count_conflicts(t, &st->conflicts);
    e = e ? e : gather_receipts(c, t, st);
    e = e ? e : setting_get(t, setting_find("hub"), &c->arena, &st->hub);
    st->records = store_record_count(t);
    st->quarantined = store_evidence_count(t, EVIDENCE_QUARANTINED);
    if (e == ERR_OK && c->args.given[OPT_UNIT]) {
        e = subtree_digest(c, t, st);
    }
    txn_abort(t);
    return e;
}

static struct slice own_unit(struct cli *c, bool code)
{
    struct txn *t = NULL;
    struct slice s = {0};
    struct dot unit = store_identity(c->store)->unit;
    if (txn_begin(c->store, TXN_READ, &t) == ERR_OK) {
        s = code ? unit_code(t, unit, &c->arena) : unit_name(t, unit, &c->arena);
        txn_abort(t);
    }
    return s;
}

static void receipts_json(struct cli *c, const struct status *st)
{
    emit_key(&c->out, "receipts");
    emit_open(&c->out, '{');
    emit_put_int(&c->out, "here", (int64_t)st->receipts.here);
    emit_put_int(&c->out, "up", (int64_t)st->receipts.up);
    emit_put_int(&c->out, "top", (int64_t)st->receipts.top);
    emit_put_int(&c->out, "drafts", (int64_t)st->receipts.drafts);
    emit_close(&c->out, '}');
    if (st->unit_count == 0) {
        return;
    }
    emit_key(&c->out, "units");
    emit_open(&c->out, '[');
    for (size_t i = 0; i < st->unit_count; i++) {
        const struct receipts_unit *u = &st->units[i];
        emit_open(&c->out, '{');
        emit_put_text(&c->out, "unit_code", st->unit_words[i][1]);
        emit_put_text(&c->out, "name", st->unit_words[i][0]);
        emit_put_int(&c->out, "nodes", (int64_t)u->nodes);
        if (u->last_contact_ms) {
            emit_put_int(&c->out, "last_contact", u->last_contact_ms);
        }
        emit_put_int(&c->out, "receipt", u->receipt);
        emit_close(&c->out, '}');
    }
    emit_close(&c->out, ']');
}

static void status_json(struct cli *c, const struct status *st)
{
    char hex[HASH_HEX_SIZE];
    emit_open(&c->out, '{');
    emit_key(&c->out, "unit_code");
    emit_text(&c->out, own_unit(c, true));
    emit_put_id(&c->out, "node", store_identity(c->store)->node);
    emit_put_text(&c->out, "hub", slice_str(st->hub));
    emit_put_int(&c->out, "records",
                 (int64_t)(dot_is_none(st->unit) ? st->records : st->unit_records));
    emit_put_int(&c->out, "unsent", (int64_t)st->link.unsent);
    emit_put_int(&c->out, "conflicts", (int64_t)st->conflicts);
    emit_put_int(&c->out, "quarantined", (int64_t)st->quarantined);
    if (st->link.last_sync_ms) {
        emit_put_int(&c->out, "last_sync", st->link.last_sync_ms);
    }
    emit_put_int(&c->out, "received_seq", (int64_t)st->link.received_seq);
    emit_put_int(&c->out, "upstream_seq", (int64_t)st->link.upstream_seq);
    if (!dot_is_none(st->unit)) {
        hash_hex(st->digest, hex);
        emit_put_text(&c->out, "digest", slice_str(hex));
    }
    receipts_json(c, st);
    if (join_is_waiting(c->store)) {
        emit_key(&c->out, "waiting_for_admission");
        emit_bool(&c->out, true);
    }
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
}

/* How far each office below is, and how far what it sent has come. */
static void units_text(struct cli *c, const struct status *st)
{
    static const char *const marks[] = {"·", "✓", "✓✓"};
    struct table table = {.arena = &c->arena, .columns = 4};
    for (size_t i = 0; i < st->unit_count; i++) {
        const struct receipts_unit *u = &st->units[i];
        struct slice name = st->unit_words[i][0];
        const char *contact =
            u->last_contact_ms ? cli_time(&c->arena, u->last_contact_ms) : _("not yet");
        const struct slice cells[] = {slice_str(arena_printf(&c->arena, "  %s", marks[u->receipt])),
                                      name, st->unit_words[i][1], slice_str(contact)};
        table_add(&table, cells);
    }
    if (st->unit_count > 0) {
        buf_add_str(&c->out, _("Offices that sync with this one, and their last contact (✓ all "
                               "they sent is stored here, ✓✓ at the top too):\n"));
        table_write(&table, &c->out);
    }
}

/* The computer of a unit that is no more goes on; its clerk should know what becomes of it. */
static void tell_closed(struct cli *c)
{
    struct txn *t = NULL;
    struct unit_state s;
    struct dot unit = store_identity(c->store)->unit;
    if (txn_begin(c->store, TXN_READ, &t) != ERR_OK) {
        return;
    }
    if (unit_state(t, unit, &c->arena, &s) == ERR_OK && unit_is_closed(&s) &&
        s.successors.count > 0) {
        const struct field_def *f = schema_field(KIND_UNIT, F_UNIT_SUCCESSORS);
        const struct field_def *day = schema_field(KIND_UNIT, F_UNIT_VALID_TO);
        struct datum on = datum_int(s.valid_to);
        struct buf names = {0};
        for (size_t i = 0; i < s.successors.count; i++) {
            struct datum next = datum_ref(s.successors.ids[i]);
            buf_add_str(&names, i ? ", " : "");
            buf_add_slice(&names, draft_format(t, f, &next, c->lang, &c->arena));
        }
        const char *name = arena_cstr(&c->arena, buf_view(&names));
        buf_free(&names);
        const char *date =
            s.valid_to ? arena_cstr(&c->arena, draft_format(t, day, &on, c->lang, &c->arena)) : "?";
        struct slice code = unit_code(t, s.successors.ids[0], &c->arena);
        buf_printf(&c->out,
                   _("This unit is closed from %s on; %s has taken over. This computer keeps "
                     "working: what is entered here counts for the old unit before that day, and "
                     "for its successor from then on. To make it a computer of the successor, ask "
                     "the hub for a code (terrace invite %.*s) and enter here: terrace join "
                     "--rehome URL CODE\n"),
                   date, name, (int)code.len, (const char *)code.ptr);
    }
    txn_abort(t);
}

/* Its unit stands under another office now than the one of the hub it syncs with. */
static void tell_moved(struct cli *c, struct dot hub)
{
    struct txn *t = NULL;
    struct record node;
    struct unit_state s;
    struct dot unit = store_identity(c->store)->unit;
    if (dot_is_none(hub) || txn_begin(c->store, TXN_READ, &t) != ERR_OK) {
        return;
    }
    const struct value *v =
        store_get(t, hub, &c->arena, &node, NULL) == ERR_OK ? merge_shown(&node, F_UNIT) : NULL;
    if (v && v->datum.type == DATUM_REF && !unit_is_within(t, unit, v->datum.ref) &&
        unit_state(t, unit, &c->arena, &s) == ERR_OK && !unit_is_closed(&s)) {
        struct slice now = unit_name(t, s.parent, &c->arena);
        struct slice before = unit_name(t, v->datum.ref, &c->arena);
        buf_printf(&c->out,
                   _("This unit belongs to %.*s now; this computer still syncs with %.*s, and "
                     "nothing is lost by it. When the address of the new hub is known: terrace "
                     "join --rehome URL\n"),
                   (int)now.len, (const char *)now.ptr, (int)before.len, (const char *)before.ptr);
    }
    txn_abort(t);
}

static void status_text(struct cli *c, const struct status *st)
{
    struct slice name = own_unit(c, false);
    bool joined = !dot_is_none(st->link.hub);
    if (join_is_waiting(c->store)) {
        buf_add_str(&c->out, _("This computer waits for its admission. Its request is a file, to "
                               "be carried to the hub: terrace join --request FILE writes it "
                               "again. With the answer: terrace join --complete FILE\n"));
        return;
    }
    buf_printf(&c->out, "%.*s\n", (int)name.len, (const char *)name.ptr);
    tell_closed(c);
    tell_moved(c, st->link.hub);
    buf_printf(&c->out, ngettext("%llu record here.\n", "%llu records here.\n", st->records),
               (unsigned long long)st->records);
    if (joined) {
        buf_printf(&c->out,
                   _("✓✓ %llu stored at the top, ✓ %llu one level up, · %llu only here.\n"),
                   (unsigned long long)st->receipts.top, (unsigned long long)st->receipts.up,
                   (unsigned long long)st->receipts.here);
    }
    if (st->quarantined) {
        buf_printf(&c->out,
                   ngettext("%llu message of a computer that was shut out, or of a copy, is kept "
                            "aside and was not taken.\n",
                            "%llu messages of computers that were shut out, or of copies, are kept "
                            "aside and were not taken.\n",
                            st->quarantined),
                   (unsigned long long)st->quarantined);
    }
    if (joined && st->receipts.drafts) {
        buf_printf(&c->out,
                   ngettext("%llu draft stays on this computer alone; terrace backup keeps it.\n",
                            "%llu drafts stay on this computer alone; terrace backup keeps them.\n",
                            st->receipts.drafts),
                   (unsigned long long)st->receipts.drafts);
    }
    if (joined && st->link.unsent == 0 && st->receipts.drafts == 0) {
        buf_add_str(&c->out, _("Everything is stored at the upper level too.\n"));
    } else if (joined && st->link.unsent == 0) {
        buf_add_str(&c->out, _("Everything else is stored at the upper level too.\n"));
    } else if (joined) {
        buf_printf(&c->out,
                   ngettext("%llu change is only here so far; terrace sync sends it.\n",
                            "%llu changes are only here so far; terrace sync sends them.\n",
                            st->link.unsent),
                   (unsigned long long)st->link.unsent);
    }
    if (joined) {
        buf_printf(&c->out, _("Hub: %s. Last sync: %s.\n"), *st->hub ? st->hub : "–",
                   st->link.last_sync_ms ? cli_time(&c->arena, st->link.last_sync_ms)
                                         : _("not yet"));
    }
    if (joined && st->link.unsent > 0 && st->bundle.number > 0 && !st->bundle.answered) {
        buf_printf(&c->out,
                   _("A file for the hub was written on %s; its receipt has not been imported "
                     "yet.\n"),
                   cli_time(&c->arena, st->bundle.written_ms));
    }
    if (st->conflicts > 0) {
        buf_printf(&c->out,
                   ngettext("%llu record is in conflict; terrace conflicts shows it.\n",
                            "%llu records are in conflict; terrace conflicts shows them.\n",
                            st->conflicts),
                   (unsigned long long)st->conflicts);
    }
    if (!dot_is_none(st->unit)) {
        char hex[HASH_HEX_SIZE];
        hash_hex(st->digest, hex);
        buf_printf(&c->out, _("%s: %llu records, digest %s\n"), c->args.value[OPT_UNIT],
                   (unsigned long long)st->unit_records, hex);
    }
    units_text(c, st);
}

enum err cmd_status(struct cli *c)
{
    struct status st = {0};
    TRY(gather(c, &st));
    if (c->json) {
        status_json(c, &st);
    } else {
        status_text(c, &st);
    }
    return cli_flush(c);
}

/* ---- check ---------------------------------------------------------------------------------- */

static const char *fault_word(enum history_fault fault)
{
    switch (fault) {
    case HISTORY_ALTERED:
        return "altered";
    case HISTORY_REMOVED:
        return "removed";
    case HISTORY_INSERTED:
        return "inserted";
    default:
        return "chain";
    }
}

static void fault_text(enum history_fault fault, const char *id, struct buf *out)
{
    switch (fault) {
    case HISTORY_ALTERED:
        buf_printf(out, _("History of %s: an entry was altered.\n"), id);
        return;
    case HISTORY_REMOVED:
        buf_printf(out, _("History of %s: an entry is missing.\n"), id);
        return;
    case HISTORY_INSERTED:
        buf_printf(out, _("History of %s: an entry was put in.\n"), id);
        return;
    default:
        buf_printf(out, _("The chain of the history does not fit, from an entry of %s on.\n"), id);
        return;
    }
}

static void history_json(struct cli *c, const struct history_report *h)
{
    char head[HASH_HEX_SIZE];
    hash_hex(h->head, head);
    emit_put_int(&c->out, "history_rows", (int64_t)h->rows);
    emit_put_text(&c->out, "history_head", slice_str(head));
    emit_key(&c->out, "history");
    emit_open(&c->out, '[');
    for (size_t i = 0; i < h->shown; i++) {
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "id", h->faults[i].id);
        emit_put_text(&c->out, "fault", slice_str(fault_word(h->faults[i].fault)));
        emit_close(&c->out, '}');
    }
    emit_close(&c->out, ']');
}

static void history_text(struct cli *c, const struct check_report *r)
{
    const struct history_report *h = &r->history;
    char text[HASH_HEX_SIZE > DOT_TEXT_SIZE ? HASH_HEX_SIZE : DOT_TEXT_SIZE];
    for (size_t i = 0; i < h->shown; i++) {
        dot_format(h->faults[i].id, text);
        fault_text(h->faults[i].fault, text, &c->out);
    }
    hash_hex(h->head, text);
    buf_printf(&c->out, _("The history has %llu entries in its chain; its head is %s.\n"),
               (unsigned long long)h->rows, text);
    if (r->history_chained_ms) {
        buf_printf(&c->out, _("What is older than %s has been chained only since then.\n"),
                   cli_time(&c->arena, r->history_chained_ms));
    }
    if (r->history_repaired_ms) {
        buf_printf(&c->out,
                   _("On %s the history was found wrong, in %llu places so far, and its chain was "
                     "begun anew over what was left.\n"),
                   cli_time(&c->arena, r->history_repaired_ms),
                   (unsigned long long)r->history_repaired);
    }
}

enum err cmd_check(struct cli *c)
{
    struct check_report report = {0};
    bool repair = c->args.given[OPT_REPAIR];
    TRY(store_check(c->store, repair, &report));
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_int(&c->out, "records", (int64_t)report.records);
        emit_put_int(&c->out, "damaged", (int64_t)report.damaged);
        emit_put_int(&c->out, "repaired", (int64_t)report.repaired);
        history_json(c, &report.history);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
    } else {
        buf_printf(&c->out, _("%llu records read, %llu damaged, %llu repaired.\n"),
                   (unsigned long long)report.records, (unsigned long long)report.damaged,
                   (unsigned long long)report.repaired);
        history_text(c, &report);
    }
    TRY(cli_flush(c));
    if (report.damaged > report.repaired) {
        return error_set(ERR_DAMAGED, _("the store is damaged; terrace check --repair rebuilds "
                                        "what it can, and the next sync brings the rest"));
    }
    return ERR_OK;
}
