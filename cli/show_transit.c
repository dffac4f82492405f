/* A member on the way from one unit to another: between which, by which letter, what is awaited. */
#include "cli/json.h"
#include "cli/show.h"
#include "core/transfer.h"

struct dot show_counted_unit(struct txn *t, const struct record *r)
{
    struct dot unit = r->kind == KIND_MEMBER ? transfer_counted_unit(t, r) : (struct dot){0, 0};
    return dot_is_none(unit) ? show_unit(r) : unit;
}

/* The first open letter of this record; false when there is none. */
static bool open_letter(struct txn *t, const struct record *r, struct arena *arena,
                        struct transfer_view *out)
{
    struct id_list open = {0}, candidates;
    char id[DOT_TEXT_SIZE];
    if (r->kind != KIND_MEMBER || r->flags & RECORD_STUB ||
        store_ids_of_open_transfers(t, r->id, 1, arena, &open) != ERR_OK || open.count == 0) {
        return false;
    }
    dot_format(open.ids[0], id);
    return transfer_find(t, slice_str(id), arena, out, &candidates) == ERR_OK;
}

void show_transit_json(struct txn *t, const struct record *r, struct arena *arena, struct buf *out)
{
    struct transfer_view v;
    if (!open_letter(t, r, arena, &v)) {
        return;
    }
    emit_key(out, "_in_transit");
    emit_open(out, '{');
    emit_put_text(out, "from_code", unit_code(t, v.sender, arena));
    emit_put_text(out, "to_code", unit_code(t, v.to, arena));
    emit_put_text(out, "to_outside", v.to_outside);
    emit_put_text(out, "letter_no", v.letter);
    emit_close(out, '}');
}

void show_transit_text(struct txn *t, const struct record *r, struct arena *arena, struct buf *out)
{
    struct transfer_view v;
    if (!open_letter(t, r, arena, &v)) {
        return;
    }
    const char *from = arena_cstr(arena, unit_name(t, v.sender, arena));
    const char *letter = arena_cstr(arena, v.letter);
    if (dot_is_none(v.to)) {
        buf_printf(out,
                   _("  On the way to %s by letter %s. Counts at %s until that place confirms: "
                     "terrace transfer accept %s\n"),
                   arena_cstr(arena, v.to_outside), letter, from, show_typed(letter, arena));
        return;
    }
    const char *to = arena_cstr(arena, unit_name(t, v.to, arena));
    buf_printf(out,
               v.state == TRANSFER_STATE_ANNOUNCED
                   ? _("  On the way from %s to %s by letter %s, which is answered; a sync of both "
                       "completes it.\n")
                   : _("  On the way from %s to %s by letter %s. Counts at the former until the "
                       "latter accepts.\n"),
               from, to, letter);
}
