/* doubles, merge, unmerge */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/mask.h"
#include "cli/show.h"
#include "core/doubles.h"

static struct slice id_text(struct dot d, struct arena *arena)
{
    return slice_str(dot_text(d, arena));
}

/* A field of a record in words; of a set all of it. */
static struct slice field_words(struct cli *c, struct txn *t, const struct record *r,
                                const struct field_def *f, struct arena *arena)
{
    const struct field *field = record_field(r, f->number);
    size_t count = 0;
    struct buf b = {0};
    if (!field) {
        return slice_make("", 0);
    }
    const struct value **v = merge_siblings(r, f->number, arena, &count);
    count = f->rule != MERGE_SET && count > 1 ? 1 : count;
    for (size_t i = 0; i < count; i++) {
        buf_add_str(&b, i ? "; " : "");
        buf_add_slice(&b, mask_words(t, f, &v[i]->datum, c->lang, arena));
    }
    struct slice out = arena_copy(arena, buf_view(&b));
    buf_free(&b);
    return out;
}

static bool is_comparable(const struct field_def *f)
{
    return !(f->flags & FIELD_MACHINE);
}

/* ---- doubles -------------------------------------------------------------------------------- */

static void pair_json(struct cli *c, const struct double_pair *p)
{
    emit_open(&c->out, '{');
    emit_put_id(&c->out, "a", p->a);
    emit_put_id(&c->out, "b", p->b);
    emit_put_int(&c->out, "score", p->score);
    emit_key(&c->out, "reasons");
    emit_open(&c->out, '[');
    for (int i = 0; i < ALIKE_REASON_COUNT; i++) {
        if (p->reasons & (1u << i)) {
            emit_text(&c->out, slice_str(alike_code((enum alike_reason)i)));
        }
    }
    emit_close(&c->out, ']');
    if (p->apart) {
        emit_key(&c->out, "apart");
        emit_bool(&c->out, true);
    }
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
}

/* Side by side: who they are, then whatever one of them says that the other does not. */
static void pair_fields(struct cli *c, struct txn *t, const struct record r[2], struct arena *arena)
{
    const struct kind_def *k = schema_kind(KIND_MEMBER);
    const struct field_def *f = NULL;
    struct table table = {.arena = arena, .columns = 4};
    const struct slice ids[] = {slice_str("   "), slice_str("ID"), id_text(r[0].id, arena),
                                id_text(r[1].id, arena)};
    table_add(&table, ids);
    for (size_t i = 0; (f = schema_field_at(k, i)) != NULL; i++) {
        if (!is_comparable(f) || f->number == F_EXT_ID) {
            continue;
        }
        struct slice a = field_words(c, t, &r[0], f, arena), b = field_words(c, t, &r[1], f, arena);
        bool telling = f->number == F_MEMBER_NAME || f->number == F_MEMBER_BIRTH;
        if (!telling && (slice_equal(a, b) || a.len == 0 || b.len == 0)) {
            continue; /* what only one of them says does not speak against it */
        }
        const struct slice cells[] = {slice_str(slice_equal(a, b) ? "   " : "  ≠"),
                                      slice_str(cli_field_label(c, f)), a, b};
        table_add(&table, cells);
    }
    table_write(&table, &c->out);
}

static enum err pair_text(struct cli *c, struct txn *t, const struct double_pair *p,
                          struct arena *arena)
{
    struct record r[2];
    TRY(person_read(t, p->a, arena, &r[0], NULL));
    TRY(person_read(t, p->b, arena, &r[1], NULL));
    const char *why = alike_reasons(p->reasons, c->lang, arena);
    buf_printf(&c->out, _("%u %% likely one person: %s\n"), p->score, why);
    pair_fields(c, t, r, arena);
    struct slice a = id_text(p->a, arena), b = id_text(p->b, arena);
    buf_printf(&c->out,
               _("    One person:   terrace merge %.*s %.*s\n"
                 "    Two persons:  terrace doubles --not %.*s %.*s\n"),
               (int)a.len, (const char *)a.ptr, (int)b.len, (const char *)b.ptr, (int)a.len,
               (const char *)a.ptr, (int)b.len, (const char *)b.ptr);
    return ERR_OK;
}

/* With an empty line before each but the very first. */
static enum err write_page(struct cli *c, const struct double_pair *pairs, size_t count, bool first)
{
    struct txn *t = NULL;
    struct arena arena = {0};
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = ERR_OK;
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        arena_reset(&arena);
        if (c->json) {
            pair_json(c, &pairs[i]);
        } else {
            buf_add_str(&c->out, first && i == 0 ? "" : "\n");
            e = pair_text(c, t, &pairs[i], &arena);
        }
    }
    txn_abort(t);
    arena_free(&arena);
    return e ? e : cli_flush(c);
}

static enum err list_doubles(struct cli *c)
{
    struct txn *t = NULL;
    struct double_pair *pairs = NULL;
    struct dot root = {0, 0};
    size_t count = 0, at = 0, sure = 0;
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = c->args.given[OPT_UNIT] ? cli_find(c, t, KIND_UNIT, c->args.value[OPT_UNIT], &root)
                                         : ERR_OK;
    e = e ? e : doubles_find(t, root, &c->arena, &pairs, &count);
    txn_abort(t);
    TRY(e);
    while (sure < count && !pairs[sure].apart) {
        sure++;
    }
    while (at < count) {
        size_t end = at < sure ? sure : count;
        size_t page = end - at < PAGE_RECORDS ? end - at : PAGE_RECORDS;
        if (at == sure && !c->json) {
            buf_printf(&c->out, "%s%s", at ? "\n" : "",
                       _("Of these the year or month of birth alone is known:\n"));
        }
        TRY(write_page(c, pairs + at, page, at == 0));
        at += page;
    }
    if (count == 0) {
        cli_say(c, _("Nobody seems to be entered twice."));
    }
    return ERR_OK;
}

static enum err find_two(struct cli *c, struct txn *t, struct dot ids[2])
{
    TRY(cli_find(c, t, KIND_MEMBER, c->args.words[0], &ids[0]));
    return cli_find(c, t, KIND_MEMBER, c->args.words[1], &ids[1]);
}

static enum err decide_not(struct cli *c, struct txn *t, struct dot ids[2])
{
    TRY(find_two(c, t, ids));
    return doubles_not_same(t, ids[0], ids[1], c->args.given[OPT_UNDO], &c->arena);
}

enum err cmd_doubles(struct cli *c)
{
    struct txn *t = NULL;
    struct dot ids[2];
    bool undo = c->args.given[OPT_UNDO], decides = c->args.given[OPT_NOT];
    if (c->args.word_count != (decides ? 2u : 0u) || (undo && !decides) ||
        (decides && c->args.given[OPT_UNIT])) {
        return error_set(ERR_USAGE,
                         _("this is how it is written: terrace doubles [--unit CODE], or "
                           "terrace doubles --not ID ID [--undo]"));
    }
    if (!decides) {
        return list_doubles(c);
    }
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    TRY(cli_end(t, decide_not(c, t, ids)));
    if (c->json) {
        bool turned = dot_compare(ids[0], ids[1]) > 0;
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "a", ids[turned ? 1 : 0]);
        emit_put_id(&c->out, "b", ids[turned ? 0 : 1]);
        emit_key(&c->out, "not_same");
        emit_bool(&c->out, !undo);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
    } else {
        buf_add_str(&c->out, undo ? _("Forgotten: they are compared again.\n")
                                  : _("Remembered: these are two persons, and nobody is asked "
                                      "again. --undo takes it back.\n"));
    }
    return cli_flush(c);
}

/* ---- merge ---------------------------------------------------------------------------------- */

static enum err parse_keep(const char *word, struct doubles_keep *out)
{
    const char *equals = strchr(word, '=');
    bool good = equals && equals > word && (equals[1] == 'a' || equals[1] == 'b') && !equals[2];
    if (!good) {
        return error_set_field(ERR_INPUT, "keep",
                               _("“%s” is not written FIELD=a or FIELD=b; a is the record that is "
                                 "named first"),
                               word);
    }
    struct slice name = slice_make(word, (size_t)(equals - word));
    const struct field_def *f = schema_field_by_name(schema_kind(KIND_MEMBER), name);
    if (!f) {
        return error_set_field(ERR_INPUT, "keep",
                               _("a member has no field “%.*s”; see: terrace help member"),
                               (int)name.len, word);
    }
    *out = (struct doubles_keep){f->number, equals[1] == 'b'};
    return ERR_OK;
}

struct merging {
    struct dot ids[2];
    struct person_view before[2], after;
    struct doubles_keep *keeps;
    size_t keep_count;
    struct dot survivor;
};

static enum err merge(struct cli *c, struct txn *t, struct merging *m)
{
    TRY(find_two(c, t, m->ids));
    TRY(person_view(t, m->ids[0], &c->arena, &m->before[0]));
    TRY(person_view(t, m->ids[1], &c->arena, &m->before[1]));
    TRY(doubles_merge(t, m->ids[0], m->ids[1], m->keeps, m->keep_count, &c->arena, &m->survivor));
    return person_view(t, m->survivor, &c->arena, &m->after);
}

static void side_json(struct cli *c, const char *key, const struct record *r,
                      const struct field_def *f)
{
    size_t count = 0;
    const struct value **v =
        record_field(r, f->number) ? merge_siblings(r, f->number, &c->arena, &count) : NULL;
    if (count == 0 || (f->rule != MERGE_SET && v[0]->datum.type == DATUM_EMPTY)) {
        return;
    }
    emit_key(&c->out, key);
    if (f->rule != MERGE_SET) {
        show_datum(&c->out, f, &v[0]->datum, &c->arena);
        return;
    }
    emit_open(&c->out, '[');
    for (size_t i = 0; i < count; i++) {
        show_datum(&c->out, f, &v[i]->datum, &c->arena);
    }
    emit_close(&c->out, ']');
}

/* Field by field: what the one says, what the other says, what would be shown. */
static void preview_json(struct cli *c, const struct merging *m)
{
    const struct field_def *f = NULL;
    for (size_t i = 0; (f = schema_field_at(schema_kind(KIND_MEMBER), i)) != NULL; i++) {
        if (!is_comparable(f) || !record_field(&m->after.record, f->number)) {
            continue;
        }
        emit_open(&c->out, '{');
        emit_put_text(&c->out, "field", slice_str(f->name));
        if (mask_hides(f)) {
            emit_put_true(&c->out, "_masked");
        } else {
            side_json(c, "a", &m->before[0].record, f);
            side_json(c, "b", &m->before[1].record, f);
            side_json(c, "shown", &m->after.record, f);
        }
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
    }
}

static void preview_text(struct cli *c, struct txn *t, const struct merging *m)
{
    const struct field_def *f = NULL;
    struct table table = {.arena = &c->arena, .columns = 5};
    const struct slice head[] = {slice_str(_("Field")), slice_str("a"), slice_str("b"),
                                 slice_str("→"), slice_str(_("would be shown"))};
    table_add(&table, head);
    for (size_t i = 0; (f = schema_field_at(schema_kind(KIND_MEMBER), i)) != NULL; i++) {
        if (!is_comparable(f)) {
            continue;
        }
        const struct slice cells[] = {
            slice_str(cli_field_label(c, f)), field_words(c, t, &m->before[0].record, f, &c->arena),
            field_words(c, t, &m->before[1].record, f, &c->arena), slice_str("→"),
            field_words(c, t, &m->after.record, f, &c->arena)};
        if (cells[4].len > 0) {
            table_add(&table, cells);
        }
    }
    table_write(&table, &c->out);
    struct slice id = id_text(m->survivor, &c->arena);
    buf_printf(&c->out, _("The person would be shown as %.*s. Nothing was written.\n"), (int)id.len,
               (const char *)id.ptr);
    struct slice a = id_text(m->ids[0], &c->arena), b = id_text(m->ids[1], &c->arena);
    buf_printf(&c->out,
               _("To do it: terrace merge %.*s %.*s\nTo show another value, add for each field "
                 "--keep FIELD=a or --keep FIELD=b, for example --keep full_name=a\n"),
               (int)a.len, (const char *)a.ptr, (int)b.len, (const char *)b.ptr);
}

static void put_survivor(struct cli *c, struct dot survivor)
{
    struct slice id = id_text(survivor, &c->arena);
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "id", survivor);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
    } else {
        buf_printf(&c->out, "%.*s\n", (int)id.len, (const char *)id.ptr);
    }
}

enum err cmd_merge(struct cli *c)
{
    struct merging m = {.keep_count = c->args.value_count[OPT_KEEP]};
    struct txn *t = NULL;
    m.keeps = arena_array(&c->arena, m.keep_count + 1, sizeof(*m.keeps));
    for (size_t i = 0; i < m.keep_count; i++) {
        TRY(parse_keep(c->args.values[OPT_KEEP][i], &m.keeps[i]));
    }
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    enum err e = merge(c, t, &m);
    if (c->args.given[OPT_DRY_RUN]) {
        if (e == ERR_OK && c->json) {
            preview_json(c, &m);
        } else if (e == ERR_OK) {
            preview_text(c, t, &m);
        }
        txn_abort(t);
        return e ? e : cli_flush(c);
    }
    TRY(cli_end(t, e));
    put_survivor(c, m.survivor);
    TRY(cli_flush(c));
    cli_say(
        c, _("They are one person now. Nothing was deleted. To take it back: terrace unmerge %.*s"),
        (int)id_text(m.survivor, &c->arena).len, (const char *)id_text(m.survivor, &c->arena).ptr);
    return ERR_OK;
}

/* ---- unmerge -------------------------------------------------------------------------------- */

static enum err unmerge(struct cli *c, struct txn *t, struct dot *survivor)
{
    struct dot a, b = {0, 0};
    TRY(cli_find(c, t, KIND_MEMBER, c->args.words[0], &a));
    if (c->args.word_count > 1) {
        TRY(cli_find(c, t, KIND_MEMBER, c->args.words[1], &b));
    }
    return doubles_unmerge(t, a, b, &c->arena, survivor);
}

enum err cmd_unmerge(struct cli *c)
{
    struct txn *t = NULL;
    struct dot survivor = {0, 0};
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    TRY(cli_end(t, unmerge(c, t, &survivor)));
    put_survivor(c, survivor);
    TRY(cli_flush(c));
    cli_say(c, _("They are two persons again, as they were before."));
    return ERR_OK;
}
