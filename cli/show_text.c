/* Records for people: labelled lines and aligned tables. */
#include "cli/mask.h"
#include "cli/show.h"
#include "core/desk.h"
#include "core/text.h"
#include "sync/session.h"

static void pad(struct buf *out, size_t have, size_t want)
{
    for (; have < want; have++) {
        buf_add_byte(out, ' ');
    }
}

/* Line ends within a value would break what is aligned. */
static void add_flat(struct buf *out, struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        buf_add_byte(out, s.ptr[i] < 0x20 ? ' ' : s.ptr[i]);
    }
}

void table_add(struct table *tb, const struct slice *cells)
{
    if (tb->row_count == tb->cap) {
        size_t cap = tb->cap ? tb->cap * 2 : 64;
        struct slice(*grown)[TABLE_COLUMNS_MAX] = arena_array(tb->arena, cap, sizeof(*grown));
        if (tb->row_count) {
            memcpy(grown, tb->rows, tb->row_count * sizeof(*grown));
        }
        tb->rows = grown;
        tb->cap = cap;
    }
    for (size_t i = 0; i < tb->columns; i++) {
        tb->rows[tb->row_count][i] = arena_copy(tb->arena, cells[i]);
    }
    tb->row_count++;
}

void table_write(const struct table *tb, struct buf *out)
{
    size_t width[TABLE_COLUMNS_MAX] = {0};
    for (size_t r = 0; r < tb->row_count; r++) {
        for (size_t i = 0; i < tb->columns; i++) {
            size_t w = text_width(tb->rows[r][i]);
            width[i] = w > width[i] ? w : width[i];
        }
    }
    for (size_t r = 0; r < tb->row_count; r++) {
        for (size_t i = 0; i < tb->columns; i++) {
            add_flat(out, tb->rows[r][i]);
            if (i + 1 < tb->columns && width[i] > 0) {
                pad(out, text_width(tb->rows[r][i]), width[i] + 2);
            }
        }
        buf_add_byte(out, '\n');
    }
}

#define LABEL_WIDTH 26 /* where all labels are short */

/* Further lines of a value stand under its first one. */
static void add_line(struct buf *out, size_t label_width, const char *label, struct slice value)
{
    size_t w = text_width(slice_str(label));
    buf_printf(out, "  %s", label);
    pad(out, w, label_width);
    buf_add_byte(out, ' ');
    for (size_t i = 0; i < value.len; i++) {
        buf_add_byte(out, value.ptr[i]);
        if (value.ptr[i] == '\n') {
            pad(out, 0, label_width + 3);
        }
    }
    buf_add_byte(out, '\n');
}

static struct slice field_text(struct cli *c, struct txn *t, const struct record *r,
                               const struct field_def *f, uint32_t number, struct arena *arena)
{
    const struct field *field = record_field(r, number);
    if (!field) {
        return slice_make("", 0);
    }
    if (schema_rule(r->kind, field) != MERGE_SET) {
        const struct value *v = merge_shown(r, number);
        return v ? mask_words(t, f, &v->datum, c->lang, arena) : slice_make("", 0);
    }
    struct buf b = {0};
    size_t count = 0;
    const struct value **v = merge_siblings(r, number, arena, &count);
    for (size_t i = 0; i < count; i++) {
        buf_add_str(&b, i ? "; " : "");
        buf_add_slice(&b, mask_words(t, f, &v[i]->datum, c->lang, arena));
    }
    struct slice s = arena_copy(arena, buf_view(&b));
    buf_free(&b);
    return s;
}

static void add_conflict(struct cli *c, struct txn *t, const struct record *r,
                         const struct field_def *f, uint32_t number, struct arena *arena,
                         struct buf *out)
{
    size_t count = 0;
    if (number == F_DELETED) {
        buf_add_str(out, _("  ! Deleted in one place and changed in another:\n"));
        show_deleted_text(t, r, arena, out);
        return;
    }
    const struct value **v = merge_siblings(r, number, arena, &count);
    buf_printf(out, _("  ! %s was written differently in %zu places; the first is shown:\n"),
               f ? cli_field_label(c, f) : "?", count);
    for (size_t i = 0; i < count; i++) {
        struct slice text = mask_words(t, f, &v[i]->datum, c->lang, arena);
        buf_printf(out, "      %zu. %.*s  (%s, %s)\n", i + 1, (int)text.len, (const char *)text.ptr,
                   show_value_author(t, v, count, i, arena), cli_time(arena, v[i]->time_ms));
    }
}

static const char *receipt_text(int receipt)
{
    switch (receipt) {
    case 2:
        return _("✓✓ stored at the top");
    case 1:
        return _("✓ stored one level up");
    default:
        return _("only here so far; the next sync sends it");
    }
}

/* Who deleted it, and whether it can be brought back here. */
static void add_deletion(struct txn *t, const struct record *r, const char *id, struct arena *arena,
                         struct buf *out)
{
    const struct value *v = merge_shown(r, F_DELETED);
    struct dot own = store_identity(txn_store(t))->node;
    if (!v || dot_equal(desk_value_author(t, v).node, own)) {
        buf_printf(out, _("  This record is deleted. terrace undo %s brings it back.\n"), id);
        return;
    }
    buf_printf(out,
               _("  This record was deleted by %s on %.10s; that office can bring it back: "
                 "terrace undo %s\n"),
               show_value_author(t, &v, 1, 0, arena),
               cli_time(arena, v->origin ? v->origin->time_ms : v->time_ms), id);
}

static void add_state(struct txn *t, const struct record *r, const struct record_local *local,
                      size_t width, struct arena *arena, struct buf *out)
{
    char id[DOT_TEXT_SIZE];
    dot_format(r->id, id);
    add_line(out, width, "ID", slice_str(id));
    struct id_list merged = show_merged(t, r, arena);
    for (size_t i = 0; i < merged.count; i++) {
        char other[DOT_TEXT_SIZE];
        dot_format(merged.ids[i], other);
        add_line(out, width, i == 0 ? _("Merged with") : "", slice_str(other));
    }
    add_line(out, width, _("Safe"),
             slice_str(r->route == ROUTE_LOCAL
                           ? _("a draft, on this computer alone; a backup keeps it")
                           : receipt_text(session_receipt(t, r, local))));
    show_transit_text(t, r, arena, out);
    if (merge_is_deleted(r)) {
        add_deletion(t, r, id, arena, out);
    }
    if (r->flags & RECORD_STUB) {
        struct slice to = unit_name(t, show_unit(r), arena);
        buf_printf(out, _("  This record has moved to %.*s on %.10s and is kept there.\n"),
                   (int)to.len, (const char *)to.ptr, cli_time(arena, show_departed_ms(r)));
    }
}

static bool is_shown(const struct field_def *f)
{
    return f->number != F_DELETED && f->number != F_ONCE && f->number != F_MERGED_KEEP &&
           f->type != FIELD_BYTES;
}

static size_t label_width(struct cli *c, const struct record *r, const struct kind_def *k)
{
    const struct field_def *f = NULL;
    size_t width = LABEL_WIDTH;
    for (size_t i = 0; k && (f = schema_field_at(k, i)) != NULL; i++) {
        bool there = is_shown(f) && record_field(r, f->number);
        size_t w = there ? text_width(slice_str(cli_field_label(c, f))) : 0;
        width = w > width ? w : width;
    }
    return width;
}

void show_text(struct cli *c, struct txn *t, const struct record *r,
               const struct record_local *local, struct arena *arena, struct buf *out)
{
    const struct kind_def *k = schema_kind(r->kind);
    const struct field_def *f = NULL;
    struct slice title = show_title(t, r->id, arena);
    size_t width = label_width(c, r, k);
    buf_printf(out, "%s: %.*s\n", k ? cli_kind_label(c, k) : _("Record of an unknown kind"),
               (int)title.len, (const char *)title.ptr);
    for (size_t i = 0; k && (f = schema_field_at(k, i)) != NULL; i++) {
        struct slice text =
            is_shown(f) ? field_text(c, t, r, f, f->number, arena) : slice_make("", 0);
        if (text.len > 0) {
            add_line(out, width, cli_field_label(c, f), text);
        }
    }
    for (size_t i = 0; i < r->field_count; i++) {
        uint32_t number = r->fields[i].number;
        if (!schema_field(r->kind, number)) {
            add_line(out, width, arena_printf(arena, "field_%u", number),
                     field_text(c, t, r, NULL, number, arena));
        }
    }
    for (size_t i = 0; i < r->field_count; i++) {
        uint32_t number = r->fields[i].number;
        if (merge_in_conflict(r, number)) {
            add_conflict(c, t, r, schema_field(r->kind, number), number, arena, out);
        }
    }
    show_beside_text(c, t, r, arena, out);
    add_state(t, r, local, width, arena, out);
}
