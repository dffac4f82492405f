/* unit merge, split, move, rename, close */
#include "cli/cmd.h"
#include "cli/json.h"
#include "core/reorg.h"

#include <errno.h>
#include <stdlib.h>

struct operation {
    const char *word;
    enum reorg_op op;
    uint64_t options; /* besides --on and --dry-run */
    const char *usage;
};
static const struct operation operations[] = {
    {"merge", REORG_MERGE, OPT_BIT(INTO), N_("merge UNIT… --into UNIT|CODE=NAME --on DATE")},
    {"split", REORG_SPLIT, OPT_BIT(INTO) | OPT_BIT(ASSIGN),
     N_("split UNIT --into CODE=NAME --into CODE=NAME… [--assign FILE] --on DATE")},
    {"move", REORG_MOVE, OPT_BIT(TO), N_("move UNIT --to UNIT --on DATE")},
    {"rename", REORG_RENAME, OPT_BIT(NAME), N_("rename UNIT --name NAME --on DATE")},
    {"close", REORG_CLOSE, OPT_BIT(INTO), N_("close UNIT --into UNIT --on DATE")},
};

/* One line of --assign as it was read; what it means is looked up in the transaction. */
struct assign_line {
    size_t line;
    struct slice what, code;
    struct dot id; /* once it is looked up */
};
struct unit_command {
    struct cli *c;
    const struct operation *op;
    struct reorg q;
    struct dot *units;
    struct reorg_assign *assigns;
    struct reorg_report report;
    struct assign_line *lines;
    size_t line_count, line_cap;
    size_t bad_line; /* of --assign, at which it ended; 0 = none */
};

/* ---- the words ------------------------------------------------------------------------------ */

static enum err written_so(const struct operation *op)
{
    return error_set(ERR_USAGE, _("this is how it is written: terrace unit %s"),
                     gettext(op->usage));
}

/* What is written behind --into: as often as the operation wants, new ones only for a split. */
static bool counts_fit(const struct unit_command *u)
{
    const struct args *a = &u->c->args;
    size_t into = a->value_count[OPT_INTO];
    bool one = a->word_count == 2;
    switch (u->op->op) {
    case REORG_MERGE:
        return into == 1;
    case REORG_SPLIT:
        return a->word_count >= 2 && into >= 1 && into + a->word_count - 2 >= 2;
    case REORG_MOVE:
        return one && a->value_count[OPT_TO] == 1;
    case REORG_RENAME:
        return one && a->value_count[OPT_NAME] == 1;
    case REORG_CLOSE:
        return one && into == 1;
    }
    return false;
}

static enum err find_operation(struct unit_command *u)
{
    static const enum option own[] = {OPT_INTO, OPT_TO, OPT_NAME, OPT_ASSIGN};
    const struct args *a = &u->c->args;
    for (size_t i = 0; i < ARRAY_COUNT(operations); i++) {
        if (strcmp(a->words[0], operations[i].word) == 0) {
            u->op = &operations[i];
        }
    }
    if (!u->op) {
        return error_set(ERR_USAGE,
                         _("“%s” is none of merge, split, move, rename, close; see: terrace help "
                           "unit"),
                         a->words[0]);
    }
    bool fits = counts_fit(u);
    for (size_t i = 0; i < ARRAY_COUNT(own); i++) {
        fits = fits && (!a->given[own[i]] || option_in(u->op->options, own[i]));
    }
    return fits && a->given[OPT_ON] ? ERR_OK : written_so(u->op);
}

static enum err parse_day(struct unit_command *u)
{
    struct datum d;
    const char *text = u->c->args.value[OPT_ON];
    enum err e = draft_parse(NULL, schema_field(KIND_UNIT, F_UNIT_VALID_TO), slice_str(text),
                             &u->c->arena, &d);
    if (e != ERR_OK || d.type != DATUM_INT) {
        return error_set_field(ERR_INPUT, "on", _("“%s” is not a date; write it like 01/03/2020"),
                               text);
    }
    u->q.on = d.i;
    return ERR_OK;
}

/* ---- the file of a split -------------------------------------------------------------------- */

static void line_add(struct unit_command *u, size_t line, struct slice what, struct slice code)
{
    if (u->line_count == u->line_cap) {
        u->line_cap = u->line_cap ? u->line_cap * 2 : 64;
        struct assign_line *grown =
            arena_array(&u->c->arena, u->line_cap, sizeof(struct assign_line));
        if (u->line_count) {
            memcpy(grown, u->lines, u->line_count * sizeof(*grown));
        }
        u->lines = grown;
    }
    u->lines[u->line_count++] = (struct assign_line){.line = line,
                                                     .what = arena_copy(&u->c->arena, what),
                                                     .code = arena_copy(&u->c->arena, code)};
}

static bool is_part(const struct unit_command *u, struct slice code)
{
    for (size_t i = 0; i < u->q.target_count; i++) {
        if (slice_equal(u->q.targets[i].code, code)) {
            return true;
        }
    }
    return false;
}

/* The first line may be a head; it is none when it names one of the parts. */
static enum err assign_head(void *ctx, size_t line, struct slice *names, size_t count)
{
    struct unit_command *u = ctx;
    if (count == 2 && is_part(u, names[1])) {
        line_add(u, line, names[0], names[1]);
    }
    if (count != 2) {
        u->bad_line = line;
        return error_set_field(ERR_INPUT, "assign", _("a line is written MEMBER_OR_BRANCH,CODE"));
    }
    return ERR_OK;
}

static enum err assign_row(void *ctx, const struct row *row)
{
    struct unit_command *u = ctx;
    if (row->count != 2) {
        u->bad_line = row->line;
        return error_set_field(ERR_INPUT, "assign", _("a line is written MEMBER_OR_BRANCH,CODE"));
    }
    line_add(u, row->line, row->cells[0].value, row->cells[1].value);
    return ERR_OK;
}

static enum err assign_bad(void *ctx, const struct row *row)
{
    struct unit_command *u = ctx;
    u->bad_line = row->line;
    return error_set_field(ERR_INPUT, "assign", "%s", error_last()->text);
}

static enum err read_assign(struct unit_command *u)
{
    const char *path = u->c->args.value[OPT_ASSIGN];
    const struct row_sink sink = {u, assign_head, assign_row, assign_bad};
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (!in) {
        return error_set(errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path, strerror(errno));
    }
    enum err e = rows_read_csv(in, &sink);
    if (in != stdin) {
        (void)fclose(in);
    }
    return e;
}

static int by_id_and_line(const void *a, const void *b)
{
    const struct assign_line *x = a, *y = b;
    int c = dot_compare(x->id, y->id);
    return c ? c : x->line < y->line ? -1 : x->line > y->line;
}

/* Who is given to two parts, or twice to one. */
static enum err check_assigned_once(struct unit_command *u)
{
    qsort(u->lines, u->line_count, sizeof(*u->lines), by_id_and_line);
    for (size_t i = 1; i < u->line_count; i++) {
        if (dot_equal(u->lines[i].id, u->lines[i - 1].id)) {
            u->bad_line = u->lines[i].line;
            return error_set_field(ERR_INPUT, "assign", _("this one stands in line %zu too"),
                                   u->lines[i - 1].line);
        }
    }
    return ERR_OK;
}

static enum err find_assigned(struct unit_command *u, struct txn *t)
{
    u->assigns = arena_array(&u->c->arena, u->line_count + 1, sizeof(*u->assigns));
    for (size_t i = 0; i < u->line_count; i++) {
        const struct assign_line *line = &u->lines[i];
        struct reorg_assign *a = &u->assigns[i];
        u->bad_line = line->line;
        while (a->target < u->q.target_count &&
               !slice_equal(u->q.targets[a->target].code, line->code)) {
            a->target++;
        }
        if (a->target == u->q.target_count) {
            return error_set_field(ERR_INPUT, "assign", _("%.*s is none of the codes after --into"),
                                   (int)(line->code.len > 80 ? 80 : line->code.len),
                                   (const char *)line->code.ptr);
        }
        TRY(cli_find(u->c, t, 0, arena_cstr(&u->c->arena, line->what), &a->id));
        u->lines[i].id = a->id;
    }
    u->bad_line = 0;
    if (u->line_count > 1) {
        TRY(check_assigned_once(u));
    }
    u->q.assigns = u->assigns;
    u->q.assign_count = u->line_count;
    return ERR_OK;
}

/* ---- doing it ------------------------------------------------------------------------------- */

/* CODE=NAME is a unit to be made. Of a split all but the first may also stand as words of their
 * own:
 * --into CODE=NAME CODE=NAME. */
static enum err parse_targets(struct unit_command *u)
{
    const struct args *a = &u->c->args;
    enum option id = u->op->op == REORG_MOVE ? OPT_TO : OPT_INTO;
    size_t given = u->op->op == REORG_RENAME ? 0 : a->value_count[id];
    u->q.target_count = given + (u->op->op == REORG_SPLIT ? a->word_count - 2 : 0);
    u->q.targets = arena_array(&u->c->arena, u->q.target_count + 1, sizeof(*u->q.targets));
    for (size_t i = 0; i < u->q.target_count; i++) {
        const char *text = i < given ? a->values[id][i] : a->words[2 + i - given];
        const char *equals = strchr(text, '=');
        bool makes = u->op->op == REORG_MERGE || u->op->op == REORG_SPLIT;
        if (!equals && u->op->op != REORG_SPLIT) {
            continue;
        }
        if (!equals || !makes || equals == text || equals[1] == '\0') {
            return written_so(u->op);
        }
        u->q.targets[i].code = slice_make(text, (size_t)(equals - text));
        u->q.targets[i].name = slice_str(equals + 1);
    }
    return ERR_OK;
}

static enum err find_units(struct unit_command *u, struct txn *t)
{
    const struct args *a = &u->c->args;
    enum option id = u->op->op == REORG_MOVE ? OPT_TO : OPT_INTO;
    u->q.unit_count = u->op->op == REORG_SPLIT ? 1 : a->word_count - 1;
    u->units = arena_array(&u->c->arena, u->q.unit_count, sizeof(*u->units));
    for (size_t i = 0; i < u->q.unit_count; i++) {
        TRY(cli_find(u->c, t, KIND_UNIT, a->words[i + 1], &u->units[i]));
    }
    for (size_t i = 0; i < u->q.target_count; i++) {
        if (u->q.targets[i].code.len == 0) {
            TRY(cli_find(u->c, t, KIND_UNIT, a->values[id][i], &u->q.targets[i].unit));
        }
    }
    u->q.units = u->units;
    if (u->op->op == REORG_RENAME) {
        u->q.name = slice_str(a->value[OPT_NAME]);
    }
    return ERR_OK;
}

/* ---- what is said --------------------------------------------------------------------------- */

static void say_json(struct unit_command *u)
{
    struct cli *c = u->c;
    emit_open(&c->out, '{');
    emit_put_int(&c->out, "units", (int64_t)u->report.units);
    emit_put_int(&c->out, "members", (int64_t)u->report.members);
    emit_put_int(&c->out, "activities", (int64_t)u->report.activities);
    emit_put_int(&c->out, "nodes", (int64_t)u->report.nodes);
    if (!c->args.given[OPT_DRY_RUN]) {
        emit_key(&c->out, "saves");
        emit_open(&c->out, '[');
        for (size_t i = 0; i < u->report.save_count; i++) {
            emit_open(&c->out, '{');
            emit_put_id(&c->out, "id", u->report.saves[i].id);
            emit_put_id(&c->out, "dot", u->report.saves[i].dot);
            emit_close(&c->out, '}');
        }
        emit_close(&c->out, ']');
    }
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
}

static void say_what(struct unit_command *u, struct txn *t)
{
    struct buf *out = &u->c->out;
    const struct field_def *f = schema_field(KIND_UNIT, F_UNIT_VALID_TO);
    struct datum on = datum_int(date_first_day(u->q.on));
    const char *day = arena_cstr(&u->c->arena, draft_format(t, f, &on, u->c->lang, &u->c->arena));
    for (size_t i = 0; i < u->q.unit_count; i++) {
        const char *unit = unit_called(t, u->q.units[i], &u->c->arena);
        for (size_t j = 0; j < u->q.target_count; j++) {
            const char *to = unit_called(t, u->q.targets[j].unit, &u->c->arena);
            buf_printf(out,
                       u->op->op == REORG_MOVE ? _("%s stands under %s from %s on.\n")
                                               : _("%s is closed; %s takes over from %s on.\n"),
                       unit, to, day);
        }
        if (u->op->op == REORG_RENAME) {
            buf_printf(out, _("From %s on the unit is called %s.\n"), day, unit);
        }
    }
    buf_printf(out, _("It touches: units %llu, members %llu, activities %llu, computers %llu.\n"),
               (unsigned long long)u->report.units, (unsigned long long)u->report.members,
               (unsigned long long)u->report.activities, (unsigned long long)u->report.nodes);
    if (u->op->op == REORG_MERGE || u->op->op == REORG_CLOSE || u->op->op == REORG_SPLIT) {
        buf_printf(out,
                   _("Nothing is rewritten or lost: what happened before %s counts for the old "
                     "unit, what happens from then on for its successor, whoever enters it.\n"),
                   day);
    }
    if (u->op->op == REORG_MOVE && u->report.nodes > 0) {
        buf_add_str(out, _("Its computers keep working. When their new hub is known, each goes "
                           "there with: terrace join --rehome URL\n"));
    }
}

static void say_undo(struct unit_command *u, struct txn *t)
{
    struct cli *c = u->c;
    buf_add_str(&c->out, _("These commands take it back, in this order:\n"));
    for (size_t i = 0; i < u->report.save_count; i++) {
        const struct reorg_save *s = &u->report.saves[i];
        char id[DOT_TEXT_SIZE], dot[DOT_TEXT_SIZE];
        struct record r;
        bool unit = store_get(t, s->id, &c->arena, &r, NULL) == ERR_OK && r.kind == KIND_UNIT;
        struct slice code = unit ? unit_code(t, s->id, &c->arena) : (struct slice){0};
        dot_format(s->id, id);
        dot_format(s->dot, dot);
        buf_printf(&c->out, "    terrace undo %.*s --save %s\n",
                   code.len ? (int)code.len : (int)strlen(id),
                   code.len ? (const char *)code.ptr : id, dot);
    }
}

static enum err reorganise(struct unit_command *u, struct txn *t)
{
    struct cli *c = u->c;
    TRY(find_units(u, t));
    TRY(find_assigned(u, t));
    TRY(reorg_apply(t, &u->q, &c->arena, &u->report));
    if (c->json) {
        say_json(u);
        return ERR_OK;
    }
    say_what(u, t);
    if (c->args.given[OPT_DRY_RUN]) {
        buf_add_str(&c->out, _("This was only a look: nothing was written.\n"));
    } else {
        say_undo(u, t);
    }
    return ERR_OK;
}

enum err cmd_unit(struct cli *c)
{
    struct unit_command u = {.c = c};
    struct txn *t = NULL;
    TRY(find_operation(&u));
    u.q.op = u.op->op;
    TRY(parse_day(&u));
    TRY(parse_targets(&u));
    enum err e = c->args.given[OPT_ASSIGN] ? read_assign(&u) : ERR_OK;
    if (e == ERR_OK) {
        TRY(txn_begin(c->store, TXN_WRITE, &t));
        e = reorganise(&u, t);
        if (e == ERR_OK && !c->args.given[OPT_DRY_RUN]) {
            e = txn_commit(t);
        } else {
            txn_abort(t);
        }
    }
    if (e != ERR_OK && u.bad_line) {
        cli_tell_error(c, e, c->args.value[OPT_ASSIGN], u.bad_line);
        c->exit_status = error_exit_status(e);
        return ERR_OK;
    }
    return e ? e : cli_flush(c);
}
