/* step: a record takes the next step of its procedure. */
#include "cli/cmd.h"
#include "cli/form.h"
#include "cli/json.h"
#include "cli/row.h"
#include "cli/show.h"
#include "core/process.h"

#include <stdlib.h>
#include <unistd.h>

struct stepping {
    struct cli *c;
    struct dot id;
    struct record record;
    struct slice title;
    const struct kind_def *kind;
    const struct machine *machine;
    const struct field_def *status;
    struct process_choice *choices;
    size_t count;
};

static const char *state_label(const struct stepping *s, int64_t state)
{
    const struct enum_code *code = schema_code(s->status, state);
    return !code ? "?" : strcmp(s->c->lang, "vi") == 0 ? code->vi : code->en;
}

static enum err open_record(struct stepping *s)
{
    struct cli *c = s->c;
    struct txn *t = NULL;
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = cli_find(c, t, 0, c->args.words[0], &s->id);
    e = e ? e : store_get(t, s->id, &c->arena, &s->record, NULL);
    s->title = e == ERR_OK ? show_title(t, s->id, &c->arena) : (struct slice){0};
    txn_abort(t);
    TRY(e);
    s->kind = schema_kind(s->record.kind);
    s->machine = steps_of(s->record.kind);
    if (!s->kind || !s->machine) {
        return error_set(ERR_RULE, _("a record of this kind takes no steps"));
    }
    s->status = schema_field(s->record.kind, s->machine->field);
    return ERR_OK;
}

/* ---- looking ----------------------------------------------------------------------------------
 */

static const char *who_text(enum step_who who)
{
    return who == STEP_ABOVE     ? _("the office above")
           : who == STEP_COMMAND ? "terrace transfer"
                                 : _("this office");
}

static void put_choice_json(const struct stepping *s, const struct process_choice *ch)
{
    static const char *const who[] = {"own", "above", "command"};
    struct buf *out = &s->c->out;
    emit_open(out, '{');
    emit_put_text(out, "to", slice_str(schema_code(s->status, ch->step->to)->code));
    emit_put_text(out, "label", slice_str(state_label(s, ch->step->to)));
    emit_put_text(out, "who", slice_str(who[ch->who]));
    emit_key(out, "needs");
    emit_open(out, '[');
    for (size_t i = 0; i < ch->missing_count; i++) {
        emit_text(out, slice_str(schema_field(s->kind->number, ch->missing[i])->name));
    }
    emit_close(out, ']');
    emit_key(out, "allowed");
    emit_bool(out, ch->why == NULL);
    emit_put_text(out, "why", slice_str(ch->why ? ch->why : ""));
    emit_close(out, '}');
    buf_add_byte(out, '\n');
}

static void put_choice(const struct stepping *s, size_t index)
{
    const struct process_choice *ch = &s->choices[index];
    struct buf *out = &s->c->out;
    buf_printf(out, "  %zu. %s (%s) – %s\n", index + 1, state_label(s, ch->step->to),
               schema_code(s->status, ch->step->to)->code, who_text(ch->who));
    for (size_t i = 0; i < ch->missing_count; i++) {
        const struct field_def *f = schema_field(s->kind->number, ch->missing[i]);
        buf_printf(out, _("       needs: %s (%s=…)\n"), cli_field_label(s->c, f), f->name);
    }
    if (ch->why) {
        buf_printf(out, _("       not now: %s\n"), ch->why);
    }
}

static enum err look(struct stepping *s)
{
    struct cli *c = s->c;
    for (size_t i = 0; c->json && i < s->count; i++) {
        put_choice_json(s, &s->choices[i]);
    }
    if (!c->json) {
        buf_printf(&c->out, "%s: %.*s – %s\n", cli_kind_label(c, s->kind), (int)s->title.len,
                   (const char *)s->title.ptr,
                   state_label(s, process_state(s->machine, &s->record)));
        buf_add_str(&c->out, s->count ? _("What may come next:\n") : _("Nothing follows.\n"));
        for (size_t i = 0; i < s->count; i++) {
            put_choice(s, i);
        }
    }
    return cli_flush(c);
}

/* ---- choosing ---------------------------------------------------------------------------------
 */

/* A number of the list, or the state's code or label. 0 = none of them. */
static int32_t state_of(const struct stepping *s, const char *word, bool numbers)
{
    char *end = NULL;
    unsigned long n = numbers ? strtoul(word, &end, 10) : 0;
    if (n >= 1 && n <= s->count && *end == '\0') {
        return s->choices[n - 1].step->to;
    }
    const struct enum_code *code = schema_code_by_text(s->status, slice_str(word), &s->c->arena);
    return code ? code->number : 0;
}

static enum err ask_state(struct stepping *s, int32_t *to)
{
    struct buf line = {0};
    enum err e = ERR_OK;
    for (*to = 0; *to == 0 && e == ERR_OK;) {
        (void)fputs(_("Which step (number; Enter leaves everything as it is)? "), stderr);
        e = rows_line(stdin, &line);
        if (e == ERR_OK && line.len == 0) {
            e = ERR_END;
        }
        if (e == ERR_OK) {
            *to = state_of(s, arena_cstr(&s->c->arena, buf_view(&line)), true);
        }
    }
    buf_free(&line);
    return e;
}

static enum err parse_words(struct stepping *s, int32_t *to, struct draft *draft)
{
    struct cli *c = s->c;
    size_t from = 1;
    if (c->args.word_count > 1 && !strchr(c->args.words[1], '=')) {
        *to = state_of(s, c->args.words[1], false);
        from = 2;
        if (*to == 0) {
            return error_set_field(ERR_INPUT, s->status->name,
                                   _("“%s” is no state of this kind; see: terrace help %s"),
                                   c->args.words[1], s->kind->name);
        }
    }
    if (*to == 0 && c->args.word_count > 1) {
        return error_set(ERR_USAGE, _("say the step before its fields; see: terrace step %s"),
                         c->args.words[0]);
    }
    draft->item_count = c->args.word_count - from;
    struct draft_item *items = arena_array(&c->arena, draft->item_count + 1, sizeof(*items));
    for (size_t i = 0; i < draft->item_count; i++) {
        TRY(cli_parse_item(c, c->args.words[from + i], &items[i]));
    }
    draft->items = items;
    return ERR_OK;
}

/* On a terminal what is missing is asked for. */
static enum err ask_missing(struct stepping *s, int32_t to, struct draft *draft)
{
    uint32_t fields[STEP_NEEDS];
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct process_choice *ch = &s->choices[i];
        for (size_t k = 0; ch->step->to == to && !ch->why && k < ch->missing_count; k++) {
            bool given = false;
            for (size_t n = 0; n < draft->item_count; n++) {
                const struct field_def *f = schema_field_by_name(s->kind, draft->items[n].name);
                given = given || (f && f->number == ch->missing[k]);
            }
            if (!given) {
                fields[count++] = ch->missing[k];
            }
        }
    }
    return count ? form_ask(s->c, s->kind, fields, count, draft) : ERR_OK;
}

/* ---- taking it ----------------------------------------------------------------------------------
 */

static void put_undo(struct cli *c, struct dot id, struct dot dot)
{
    buf_printf(&c->out, "    terrace undo %s --save %s\n", dot_text(id, &c->arena),
               dot_text(dot, &c->arena));
}

/* The newest save first: all are of this store, one after another. */
static void put_way_back(struct cli *c, const struct process_report *r)
{
    bool own = false;
    buf_add_str(&c->out, r->also_count ? _("These commands take it back, in this order:\n")
                                       : _("This command takes it back:\n"));
    for (size_t i = r->also_count; i > 0; i--) {
        const struct process_saved *also = &r->also[i - 1];
        if (!own && also->dot.seq < r->dot.seq) {
            put_undo(c, r->id, r->dot);
            own = true;
        }
        put_undo(c, also->id, also->dot);
    }
    if (!own) {
        put_undo(c, r->id, r->dot);
    }
}

static void put_next(const struct stepping *s, int32_t state)
{
    struct buf *out = &s->c->out;
    size_t count = 0;
    for (const struct step *step = s->machine->steps; step->to != 0; step++) {
        if (step->from == state) {
            buf_printf(out, "%s%s (%s)", count++ ? ", " : _("Next: "), state_label(s, step->to),
                       who_text(process_who(s->c->store, s->machine, step)));
        }
    }
    buf_add_str(out, count ? "\n" : _("Nothing follows.\n"));
}

static void put_told(const struct stepping *s, const struct process_report *r, int32_t to)
{
    struct cli *c = s->c;
    buf_printf(&c->out, _("%s: %.*s: “%s” from now on.\n"), cli_kind_label(c, s->kind),
               (int)s->title.len, (const char *)s->title.ptr, state_label(s, to));
    if (!dot_equal(r->id, s->id)) {
        buf_printf(&c->out,
                   _("  What was sent is a new record: %s. The draft %s stays on this computer.\n"),
                   dot_text(r->id, &c->arena), dot_text(s->id, &c->arena));
    }
}

static void put_taken(const struct stepping *s, const struct process_report *r, int32_t to)
{
    struct cli *c = s->c;
    if (!c->json) {
        put_told(s, r, to);
    } else {
        emit_open(&c->out, '{');
        emit_put_id(&c->out, "id", r->id);
        emit_put_id(&c->out, "dot", r->dot);
        emit_key(&c->out, "also");
        emit_open(&c->out, '[');
    }
    for (size_t i = 0; i < r->also_count; i++) {
        const struct process_saved *also = &r->also[i];
        const struct kind_def *kind = schema_kind(also->kind);
        if (c->json) {
            emit_open(&c->out, '{');
            emit_put_text(&c->out, "kind", slice_str(kind->name));
            emit_put_id(&c->out, "id", also->id);
            emit_put_id(&c->out, "dot", also->dot);
            emit_close(&c->out, '}');
        } else {
            buf_printf(&c->out,
                       also->is_new ? _("  recorded with it: %s %s\n")
                                    : _("  changed with it: %s %s\n"),
                       cli_kind_label(c, kind), dot_text(also->id, &c->arena));
        }
    }
    if (c->json) {
        emit_close(&c->out, ']');
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
    } else {
        put_next(s, to);
        put_way_back(c, r);
    }
}

static enum err take(struct stepping *s, int32_t to, const struct draft *draft)
{
    struct cli *c = s->c;
    struct txn *t = NULL;
    struct process_report report;
    TRY(txn_begin(c->store, TXN_WRITE, &t));
    TRY(cli_end(t, process_step(t, draft, to, &c->arena, &report, &c->candidates)));
    put_taken(s, &report, to);
    cli_tell_notes(c, NULL, 0);
    return cli_flush(c);
}

enum err cmd_step(struct cli *c)
{
    struct stepping s = {.c = c};
    int32_t to = 0;
    bool asks = !c->json && isatty(STDIN_FILENO);
    TRY(open_record(&s));
    struct draft draft = {
        .id = s.id, .via = VIA_LOCAL, .anyway = c->args.given[OPT_ANYWAY], .notes = &c->notes};
    TRY(parse_words(&s, &to, &draft));
    if (to == 0 || asks) {
        TRY(process_choices(c->store, s.id, &c->arena, &s.choices, &s.count));
    }
    if (to == 0) {
        TRY(look(&s));
        if (!asks || s.count == 0) {
            return ERR_OK;
        }
        enum err e = ask_state(&s, &to);
        if (e != ERR_OK) {
            return e == ERR_END ? ERR_OK : e;
        }
    }
    TRY(asks ? ask_missing(&s, to, &draft) : ERR_OK);
    return take(&s, to, &draft);
}
