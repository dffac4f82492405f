#include "cli/show.h"

#include "cli/json.h"
#include "cli/mask.h"
#include "core/desk.h"
#include "core/person.h"
#include "core/text.h"
#include "sync/session.h"

struct dot show_unit(const struct record *r)
{
    return r->kind == KIND_UNIT ? r->id : merge_shown_ref(r, F_UNIT);
}

struct slice show_title(struct txn *t, struct dot id, struct arena *arena)
{
    struct datum d = datum_ref(id);
    return draft_format(t, NULL, &d, "en", arena); /* of a reference, whatever the language */
}

static struct slice plain_int(const struct field_def *f, int64_t v, struct arena *arena)
{
    const struct enum_code *c = NULL;
    switch (f ? f->type : FIELD_INT) {
    case FIELD_BOOL:
        return slice_str(v ? "true" : "false");
    case FIELD_ENUM:
        c = schema_code(f, v);
        return slice_str(c ? c->code : arena_printf(arena, "#%lld", (long long)v));
    case FIELD_MONTH:
        return slice_str(arena_printf(arena, "%04d-%02d", MONTH_YEAR(v), MONTH_MONTH(v)));
    case FIELD_DATE:
        if (DATE_DAY(v) != 0) {
            return slice_str(
                arena_printf(arena, "%04d-%02d-%02d", DATE_YEAR(v), DATE_MONTH(v), DATE_DAY(v)));
        }
        return slice_str(DATE_MONTH(v) != 0
                             ? arena_printf(arena, "%04d-%02d", DATE_YEAR(v), DATE_MONTH(v))
                             : arena_printf(arena, "%04d", DATE_YEAR(v)));
    case FIELD_GEO:
        return slice_str(draft_geo(v, arena));
    default:
        return slice_str(arena_printf(arena, "%lld", (long long)v));
    }
}

struct slice show_plain(const struct field_def *f, const struct datum *d, struct arena *arena)
{
    char *id = NULL;
    switch (d->type) {
    case DATUM_INT:
        return plain_int(f, d->i, arena);
    case DATUM_TEXT:
        return d->text;
    case DATUM_REF:
        id = arena_alloc(arena, DOT_TEXT_SIZE);
        dot_format(d->ref, id);
        return slice_str(id);
    case DATUM_BYTES: {
        struct buf hex = {0};
        for (size_t i = 0; i < d->text.len; i++) {
            buf_printf(&hex, "%02x", d->text.ptr[i]);
        }
        struct slice s = arena_copy(arena, buf_view(&hex));
        buf_free(&hex);
        return s;
    }
    case DATUM_EMPTY:
    case DATUM_MARK:
        break;
    }
    return slice_make("", 0);
}

void show_datum(struct buf *out, const struct field_def *f, const struct datum *d,
                struct arena *arena)
{
    bool number = !f || f->type == FIELD_INT || f->type == FIELD_MONEY;
    if (d->type == DATUM_EMPTY || d->type == DATUM_MARK) {
        emit_null(out);
    } else if (d->type == DATUM_INT && f && f->type == FIELD_BOOL) {
        emit_bool(out, d->i != 0);
    } else if (d->type == DATUM_INT && number) {
        emit_int(out, d->i);
    } else {
        emit_text(out, show_plain(f, d, arena));
    }
}

/* ---- who ------------------------------------------------------------------------------------ */

void show_origin(struct txn *t, const struct value *v, struct arena *arena, struct buf *out)
{
    struct dot dot = v->origin ? v->origin->dot : v->dot;
    struct actor_info who = desk_author(t, dot);
    emit_put_text(out, "by", unit_code(t, who.unit, arena));
    emit_put_id(out, "node", who.node);
    emit_put_int(out, "time", v->origin ? v->origin->time_ms : v->time_ms);
    emit_put_id(out, "dot", v->dot);
}

const char *show_value_author(struct txn *t, const struct value *const *values, size_t count,
                              size_t index, struct arena *arena)
{
    struct actor_info who = desk_value_author(t, values[index]);
    struct slice name = unit_name(t, who.unit, arena);
    const char *unit = name.len ? arena_cstr(arena, name) : _("another office");
    char id[DOT_TEXT_SIZE];
    bool alike = false;
    for (size_t i = 0; i < count; i++) {
        struct actor_info other = desk_value_author(t, values[i]);
        alike = alike || (dot_equal(other.unit, who.unit) && !dot_equal(other.node, who.node));
    }
    if (!alike || dot_is_none(who.node)) {
        return unit;
    }
    if (dot_equal(who.node, store_identity(txn_store(t))->node)) {
        return arena_printf(arena, _("%s, this computer"), unit);
    }
    dot_format(who.node, id);
    return arena_printf(arena, _("%s, computer %s"), unit, id);
}

/* ---- deleted in one place, kept in another -------------------------------------------------- */

void show_deleted_sides(const struct record *r, struct arena *arena, const struct value *out[2])
{
    size_t count = 0;
    const struct value **v = merge_siblings(r, F_DELETED, arena, &count);
    out[0] = NULL;
    out[1] = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t side = v[i]->datum.type == DATUM_EMPTY ? 1 : 0;
        out[side] = out[side] ? out[side] : v[i];
    }
    if (!out[1]) {
        out[1] = merge_beside_delete(r);
    }
}

void show_deleted_json(struct txn *t, const struct record *r, bool numbered, struct arena *arena,
                       struct buf *out)
{
    const struct value *sides[2];
    show_deleted_sides(r, arena, sides);
    for (size_t i = 0; i < 2; i++) {
        /* take 1 always deletes; what is shown comes first where nothing is numbered */
        size_t n = numbered || merge_is_deleted(r) ? i : 1 - i;
        emit_open(out, '{');
        if (numbered) {
            emit_put_int(out, "n", (int64_t)n + 1);
        }
        emit_key(out, "value");
        emit_bool(out, n == 0);
        if (sides[n]) {
            show_origin(t, sides[n], arena, out);
        }
        emit_close(out, '}');
    }
}

void show_deleted_text(struct txn *t, const struct record *r, struct arena *arena, struct buf *out)
{
    const struct value *sides[2];
    show_deleted_sides(r, arena, sides);
    if (!sides[0] || !sides[1]) {
        return;
    }
    buf_printf(out, _("      1. deleted  (%s, %s)\n"),
               show_value_author(t, sides, ARRAY_COUNT(sides), 0, arena),
               cli_time(arena, sides[0]->time_ms));
    buf_printf(out, _("      2. changed or kept  (%s, %s)\n"),
               show_value_author(t, sides, ARRAY_COUNT(sides), 1, arena),
               cli_time(arena, sides[1]->time_ms));
}

/* ---- JSON ----------------------------------------------------------------------------------- */

const char *show_field_key(uint32_t kind, uint32_t number, struct arena *arena)
{
    const struct field_def *f = schema_field(kind, number);
    return f ? f->name : arena_printf(arena, "field_%u", number);
}

static bool field_is_set(const struct record *r, const struct field *field)
{
    return schema_rule(r->kind, field) == MERGE_SET;
}

static void json_field(const struct record *r, uint32_t number, struct arena *arena,
                       struct buf *out)
{
    const struct field *field = record_field(r, number);
    const struct field_def *f = schema_field(r->kind, number);
    if (!field || mask_hides(f)) {
        return;
    }
    if (field_is_set(r, field)) {
        size_t count = 0;
        const struct value **v = merge_siblings(r, number, arena, &count);
        if (count == 0) {
            return;
        }
        emit_key(out, show_field_key(r->kind, number, arena));
        emit_open(out, '[');
        for (size_t i = 0; i < count; i++) {
            show_datum(out, f, &v[i]->datum, arena);
        }
        emit_close(out, ']');
        return;
    }
    const struct value *v = merge_shown(r, number);
    if (v && v->datum.type != DATUM_EMPTY) {
        emit_key(out, show_field_key(r->kind, number, arena));
        show_datum(out, f, &v->datum, arena);
    }
}

/* Has a key of its own in the object. */
static bool told_apart(uint32_t number)
{
    return number == F_DELETED || number == F_UNIT;
}

static void json_fields(const struct record *r, struct arena *arena, struct buf *out)
{
    const struct kind_def *k = schema_kind(r->kind);
    const struct field_def *f = NULL;
    for (size_t i = 0; k && (f = schema_field_at(k, i)) != NULL; i++) {
        if (!told_apart(f->number)) {
            json_field(r, f->number, arena, out);
        }
    }
    for (size_t i = 0; i < r->field_count; i++) {
        uint32_t number = r->fields[i].number;
        if (!told_apart(number) && (!k || !schema_field(r->kind, number))) {
            json_field(r, number, arena, out);
        }
    }
}

/* What is there and not shown, by name. */
static void json_masked(const struct record *r, struct arena *arena, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < r->field_count; i++) {
        uint32_t number = r->fields[i].number;
        size_t count = 0;
        if (!mask_hides(schema_field(r->kind, number))) {
            continue;
        }
        const struct value **v = merge_siblings(r, number, arena, &count);
        if (count == 0 || (count == 1 && v[0]->datum.type == DATUM_EMPTY)) {
            continue;
        }
        if (!any) {
            emit_key(out, "_masked");
            emit_open(out, '[');
            any = true;
        }
        emit_text(out, slice_str(show_field_key(r->kind, number, arena)));
    }
    if (any) {
        emit_close(out, ']');
    }
}

static void json_conflicts(struct txn *t, const struct record *r, struct arena *arena,
                           struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < r->field_count; i++) {
        uint32_t number = r->fields[i].number;
        if (!merge_in_conflict(r, number)) {
            continue;
        }
        if (!any) {
            emit_key(out, "_conflicts");
            emit_open(out, '{');
            any = true;
        }
        size_t count = 0;
        const struct value **v = merge_siblings(r, number, arena, &count);
        emit_key(out, show_field_key(r->kind, number, arena));
        emit_open(out, '[');
        if (number == F_DELETED) {
            show_deleted_json(t, r, false, arena, out);
            count = 0;
        }
        for (size_t j = 0; j < count; j++) {
            emit_open(out, '{');
            if (!mask_hides(schema_field(r->kind, number))) {
                emit_key(out, "value");
                show_datum(out, schema_field(r->kind, number), &v[j]->datum, arena);
            }
            show_origin(t, v[j], arena, out);
            emit_close(out, '}');
        }
        emit_close(out, ']');
    }
    if (any) {
        emit_close(out, '}');
    }
}

struct id_list show_merged(struct txn *t, const struct record *r, struct arena *arena)
{
    struct id_list ids = {0};
    if (r->kind != KIND_MEMBER || !person_is_merged(t, r->id) ||
        person_component(t, r->id, arena, &ids) != ERR_OK) {
        return (struct id_list){0};
    }
    size_t n = 0;
    for (size_t i = 0; i < ids.count; i++) {
        if (!dot_equal(ids.ids[i], r->id)) {
            ids.ids[n++] = ids.ids[i];
        }
    }
    ids.count = n;
    return ids;
}

static void json_merged(struct txn *t, const struct record *r, struct arena *arena, struct buf *out)
{
    struct id_list ids = show_merged(t, r, arena);
    if (ids.count == 0) {
        return;
    }
    emit_key(out, "_merged");
    emit_open(out, '[');
    for (size_t i = 0; i < ids.count; i++) {
        emit_id(out, ids.ids[i]);
    }
    emit_close(out, ']');
}

int64_t show_departed_ms(const struct record *r)
{
    const struct value *v = merge_shown(r, F_UNIT);
    return v ? v->time_ms : 0;
}

static struct slice departure_date(const struct record *r, struct arena *arena)
{
    const char *text = cli_time(arena, show_departed_ms(r));
    if (strlen(text) < 10) {
        return slice_make("", 0);
    }
    return slice_str(arena_printf(arena, "%.4s-%.2s-%.2s", text + 6, text + 3, text));
}

void show_json(struct txn *t, const struct record *r, const struct record_local *local,
               struct arena *arena, struct buf *out)
{
    const struct kind_def *k = schema_kind(r->kind);
    struct dot unit = show_unit(r);
    emit_open(out, '{');
    emit_put_id(out, "id", r->id);
    emit_key(out, "kind");
    if (k) {
        emit_text(out, slice_str(k->name));
    } else {
        emit_int(out, r->kind);
    }
    emit_put_id(out, "unit", unit);
    emit_put_text(out, "unit_code", unit_code(t, unit, arena));
    json_fields(r, arena, out);
    json_masked(r, arena, out);
    json_conflicts(t, r, arena, out);
    show_beside_json(t, r, arena, out);
    show_transit_json(t, r, arena, out);
    json_merged(t, r, arena, out);
    emit_put_int(out, "_receipt", session_receipt(t, r, local));
    if (r->flags & RECORD_STUB) {
        emit_key(out, "_departed");
        emit_open(out, '{');
        emit_put_text(out, "to_code", unit_code(t, unit, arena));
        emit_put_text(out, "date", departure_date(r, arena));
        emit_close(out, '}');
    }
    if (merge_is_deleted(r)) {
        emit_key(out, "_deleted");
        emit_bool(out, true);
    }
    emit_close(out, '}');
    buf_add_byte(out, '\n');
}

const char *show_typed(const char *word, struct arena *arena)
{
    struct buf b = {0};
    bool plain = *word != '\0' && *word != '-';
    for (const char *at = word; *at && plain; at++) {
        bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
        plain = letter || (*at >= '0' && *at <= '9') || (*at & 0x80) != 0 || strchr("/.-_", *at);
    }
    if (plain) {
        return word;
    }
    buf_add_byte(&b, '\'');
    for (const char *at = word; *at; at++) {
        if (*at == '\'') {
            buf_add_str(&b, "'\\''");
        } else {
            buf_add_byte(&b, (uint8_t)*at);
        }
    }
    buf_add_byte(&b, '\'');
    const char *quoted = arena_cstr(arena, buf_view(&b));
    buf_free(&b);
    return quoted;
}
