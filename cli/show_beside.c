/* Different outcomes that two offices wrote of one state at the same time. The furthest one counts
 * and nobody has to decide, but a person may want to know of the other. */
#include "cli/json.h"
#include "cli/mask.h"
#include "cli/show.h"

/* Values of a state field, the shown one first; fewer than two = nothing to tell. */
static const struct value **outcomes(const struct record *r, const struct field *f,
                                     struct arena *arena, size_t *count)
{
    const struct field_def *def = schema_field(r->kind, f->number);
    *count = 0;
    return f->count > 1 && def && def->type == FIELD_ENUM &&
                   schema_rule(r->kind, f) == MERGE_FORWARD && !(r->flags & RECORD_STUB)
               ? merge_siblings(r, f->number, arena, count)
               : NULL;
}

void show_beside_json(struct txn *t, const struct record *r, struct arena *arena, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < r->field_count; i++) {
        size_t count = 0;
        const struct value **v = outcomes(r, &r->fields[i], arena, &count);
        if (count < 2) {
            continue;
        }
        if (!any) {
            emit_key(out, "_beside");
            emit_open(out, '{');
            any = true;
        }
        emit_key(out, show_field_key(r->kind, r->fields[i].number, arena));
        emit_open(out, '[');
        for (size_t k = 0; k < count; k++) {
            emit_open(out, '{');
            emit_key(out, "value");
            show_datum(out, schema_field(r->kind, r->fields[i].number), &v[k]->datum, arena);
            show_origin(t, v[k], arena, out);
            emit_close(out, '}');
        }
        emit_close(out, ']');
    }
    if (any) {
        emit_close(out, '}');
    }
}

void show_beside_text(struct cli *c, struct txn *t, const struct record *r, struct arena *arena,
                      struct buf *out)
{
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field_def *f = schema_field(r->kind, r->fields[i].number);
        size_t count = 0;
        const struct value **v = outcomes(r, &r->fields[i], arena, &count);
        for (size_t k = 1; k < count; k++) {
            struct slice text = mask_words(t, f, &v[k]->datum, c->lang, arena);
            buf_printf(out, _("  %s: at the same time %s wrote “%.*s”; the further one counts.\n"),
                       f ? cli_field_label(c, f) : "?", show_value_author(t, v, count, k, arena),
                       (int)text.len, (const char *)text.ptr);
        }
    }
}
