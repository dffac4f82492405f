/* All that help says of one kind: its fields, the steps of its status, the rules it is held to. */
#include "cli/explain.h"
#include "cli/json.h"
#include "cli/show.h"
#include "core/rules.h"
#include "core/steps.h"

/* ---- numbers of rules ----------------------------------------------------------------------- */

struct present {
    struct txn *t; /* NULL where there is no store: then what the program came with holds */
    int64_t today;
};

static struct present present_begin(struct cli *c)
{
    struct present p = {0};
    int year = 0, month = 0, day = 0;
    env_day(c->env.now_ms(c->env.ctx), &year, &month, &day);
    p.today = DATE_MAKE(year, month, day);
    if (c->store && txn_begin(c->store, TXN_READ, &p.t) != ERR_OK) {
        p.t = NULL;
    }
    return p;
}

static int64_t number_now(const struct present *p, const struct rule_number *n)
{
    bool second = n->dated[1].from != 0 && n->dated[1].from <= p->today;
    return p->t ? rules_number(p->t, n->name, p->today) : n->dated[second ? 1 : 0].value;
}

static enum rule_weight weight_now(const struct present *p, const struct rule *r)
{
    return p->t ? rules_weight(p->t, r, p->today) : r->weight;
}

static const char *weight_text(enum rule_weight w)
{
    return w == RULE_BLOCK  ? _("not saved")
           : w == RULE_WARN ? _("saved with a warning")
                            : _("listed");
}

/* ---- for people ----------------------------------------------------------------------------- */

static void put_fields(struct cli *c, const struct kind_def *k)
{
    struct arena arena = {0};
    struct table table = {.arena = &arena, .columns = 3};
    const struct field_def *f = NULL;
    for (size_t i = 0; (f = schema_field_at(k, i)) != NULL; i++) {
        if (f->flags & FIELD_MACHINE) {
            continue;
        }
        const struct slice cells[] = {slice_str(arena_printf(&arena, "  %s", f->name)),
                                      slice_str(cli_field_label(c, f)),
                                      explain_field(c, f, &arena)};
        table_add(&table, cells);
    }
    table_write(&table, &c->out);
    arena_free(&arena);
}

static const char *state_label(const struct cli *c, const struct field_def *f, int32_t number)
{
    const struct enum_code *code = schema_code(f, number);
    return code ? (strcmp(c->lang, "vi") == 0 ? code->vi : code->en) : _("new");
}

static struct slice step_words(const struct cli *c, const struct kind_def *k, const struct step *s,
                               struct arena *arena)
{
    struct buf b = {0};
    if (s->who == STEP_ABOVE) {
        buf_add_str(&b, _("by the office above"));
    } else if (s->who == STEP_COMMAND) {
        buf_add_str(&b, _("by terrace transfer"));
    }
    for (size_t i = 0; i < STEP_NEEDS && s->needs[i] != 0; i++) {
        const struct field_def *f = schema_field(k->number, s->needs[i]);
        buf_printf(&b, "%s%s",
                   i > 0       ? ", "
                   : b.len > 0 ? _("; with ")
                               : _("with "),
                   f ? cli_field_label(c, f) : "?");
    }
    struct slice words = arena_copy(arena, buf_view(&b));
    buf_free(&b);
    return words;
}

static void put_steps(struct cli *c, const struct kind_def *k, const struct machine *m)
{
    struct arena arena = {0};
    struct table table = {.arena = &arena, .columns = 2};
    const struct field_def *f = schema_field(k->number, m->field);
    buf_printf(&c->out, _("\nSteps of “%s”:\n"), cli_field_label(c, f));
    for (const struct step *s = m->steps; s->to != 0; s++) {
        const struct slice cells[] = {
            slice_str(arena_printf(&arena, "  %s → %s", state_label(c, f, s->from),
                                   state_label(c, f, s->to))),
            step_words(c, k, s, &arena)};
        table_add(&table, cells);
    }
    table_write(&table, &c->out);
    arena_free(&arena);
}

static void put_rules(struct cli *c, const struct kind_def *k)
{
    const struct present p = present_begin(c);
    const struct rule *r = NULL;
    const struct rule_number *n = NULL;
    bool any = false;
    for (size_t i = 0; (r = rules_at(i)) != NULL; i++) {
        if (!rules_concerns(r, k->number)) {
            continue;
        }
        buf_add_str(&c->out, any ? "" : _("\nRules, with their present numbers:\n"));
        any = true;
        buf_printf(&c->out, "  %s: %s (%s)\n", r->id, gettext(r->text),
                   weight_text(weight_now(&p, r)));
        for (size_t j = 0; (n = rules_number_at(j)) != NULL; j++) {
            if (strcmp(n->rule, r->id) == 0) {
                buf_printf(&c->out, "      %s = %lld: %s\n", n->name, (long long)number_now(&p, n),
                           gettext(n->text));
            }
        }
    }
    txn_abort(p.t);
}

/* ---- for programs --------------------------------------------------------------------------- */

static void begin_object(struct cli *c, const struct kind_def *k)
{
    emit_open(&c->out, '{');
    emit_put_text(&c->out, "kind", slice_str(k->name));
}

static void end_object(struct cli *c)
{
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
}

static void field_json(struct cli *c, const struct kind_def *k, const struct field_def *f)
{
    begin_object(c, k);
    emit_put_text(&c->out, "field", slice_str(f->name));
    emit_put_text(&c->out, "label", slice_str(cli_field_label(c, f)));
    emit_put_text(&c->out, "type", slice_str(explain_type(f->type)));
    emit_key(&c->out, "required");
    emit_bool(&c->out, (f->flags & FIELD_REQUIRED) != 0);
    emit_key(&c->out, "sensitive");
    emit_bool(&c->out, (f->flags & FIELD_SENSITIVE) != 0);
    emit_key(&c->out, "codes");
    emit_open(&c->out, '[');
    for (const struct enum_code *code = f->codes; code && code->number != 0; code++) {
        emit_text(&c->out, slice_str(code->code));
    }
    emit_close(&c->out, ']');
    end_object(c);
}

static void state_json(struct cli *c, const char *key, const struct field_def *f, int32_t number)
{
    const struct enum_code *code = schema_code(f, number);
    emit_put_text(&c->out, key, slice_str(code ? code->code : ""));
}

static void steps_json(struct cli *c, const struct kind_def *k, const struct machine *m)
{
    static const char *const who[] = {"own", "above", "command"};
    const struct field_def *f = schema_field(k->number, m->field);
    for (const struct step *s = m->steps; s->to != 0; s++) {
        begin_object(c, k);
        emit_put_text(&c->out, "steps_of", slice_str(f->name));
        state_json(c, "from", f, s->from);
        state_json(c, "to", f, s->to);
        emit_put_text(&c->out, "who", slice_str(who[s->who]));
        emit_key(&c->out, "needs");
        emit_open(&c->out, '[');
        for (size_t i = 0; i < STEP_NEEDS && s->needs[i] != 0; i++) {
            const struct field_def *need = schema_field(k->number, s->needs[i]);
            emit_text(&c->out, slice_str(need ? need->name : ""));
        }
        emit_close(&c->out, ']');
        end_object(c);
    }
}

static void rules_json(struct cli *c, const struct kind_def *k)
{
    static const char *const weights[] = {"list", "warn", "block"};
    const struct present p = present_begin(c);
    const struct rule *r = NULL;
    const struct rule_number *n = NULL;
    for (size_t i = 0; (r = rules_at(i)) != NULL; i++) {
        if (!rules_concerns(r, k->number)) {
            continue;
        }
        begin_object(c, k);
        emit_put_text(&c->out, "rule", slice_str(r->id));
        emit_put_text(&c->out, "text", slice_str(gettext(r->text)));
        emit_put_text(&c->out, "weight", slice_str(weights[weight_now(&p, r)]));
        emit_key(&c->out, "numbers");
        emit_open(&c->out, '{');
        for (size_t j = 0; (n = rules_number_at(j)) != NULL; j++) {
            if (strcmp(n->rule, r->id) == 0) {
                emit_put_int(&c->out, n->name, number_now(&p, n));
            }
        }
        emit_close(&c->out, '}');
        end_object(c);
    }
    txn_abort(p.t);
}

void explain_kind(struct cli *c, const struct kind_def *k)
{
    const struct machine *m = steps_of(k->number);
    const struct field_def *f = NULL;
    if (c->json) {
        for (size_t i = 0; (f = schema_field_at(k, i)) != NULL; i++) {
            field_json(c, k, f);
        }
        if (m) {
            steps_json(c, k, m);
        }
        rules_json(c, k);
        return;
    }
    const char *who = explain_level(k->level);
    buf_printf(&c->out, "%s: %s%s%s%s\n", k->name, cli_kind_label(c, k), *who ? " (" : "", who,
               *who ? ")" : "");
    put_fields(c, k);
    if (m) {
        put_steps(c, k, m);
    }
    put_rules(c, k);
}
