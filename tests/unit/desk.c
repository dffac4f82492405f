#include "tests/unit/desk.h"

#include "core/draft.h"
#include "core/transfer.h"
#include "sync/join.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

const char *const desk_op_names[OP_COUNT] = {
    "created",
    "edited",
    "late edits after a move",
    "rogue edits after a mark",
    "moved by an upper",
    "issued",
    "concurrent transfers",
    "accepted",
    "accepted ahead",
    "refused",
    "returned",
    "merged a into b",
    "merged b into a",
    "unmerged",
    "deleted",
    "undeleted",
    "decided",
    "units merged",
    "unit merges undone",
    "units moved",
    "re-homed",
};

uint64_t desk_below(struct desk *d, uint64_t n)
{
    return fixture_random(&d->w.f) % n;
}

struct dot desk_unit(struct desk *d, size_t at)
{
    return d->w.f.units[at];
}

/* ---- one action each; ERR_RULE and its like mean that a person would have been told
 * -------------- */

static enum err write_field(struct txn *t, struct dot id, uint32_t kind, const struct edit *edits,
                            size_t n, struct arena *arena, struct dot *out)
{
    struct dot dot;
    struct save save = {.id = id, .kind = kind, .edits = edits, .edit_count = n, .via = VIA_LOCAL};
    return store_save(t, &save, arena, out, &dot);
}

static bool may_write(struct txn *t, struct dot id, struct arena *arena, struct record *r)
{
    return store_get(t, id, arena, r, NULL) == ERR_OK && draft_may_write(t, r) == ERR_OK &&
           !store_is_leaving(t, id);
}

static struct datum next_text(struct desk *d, struct arena *arena)
{
    return datum_text(slice_str(arena_printf(arena, "v%u", d->text++)));
}

enum err desk_create(struct desk *d, size_t at, struct txn *t, struct arena *arena)
{
    struct datum name = next_text(d, arena), unit = datum_ref(desk_unit(d, at));
    struct edit edits[] = {{F_UNIT, EDIT_SET, &unit, 1}, {F_MEMBER_NAME, EDIT_SET, &name, 1}};
    struct dot id = {0, 0};
    if (d->member_count == MEMBERS_MAX) {
        return ERR_RULE;
    }
    enum err e = write_field(t, id, KIND_MEMBER, edits, 2, arena, &id);
    if (e == ERR_OK) {
        d->members[d->member_count++] = id;
    }
    return e;
}

/* A member that somebody at this store may write; now and then just any. */
static struct dot any_member(struct desk *d, struct txn *t)
{
    struct dot id = {0, 0};
    for (int i = 0; i < 8 && d->member_count; i++) {
        struct arena arena = {0};
        struct record r;
        id = d->members[desk_below(d, d->member_count)];
        bool may = may_write(t, id, &arena, &r) && !merge_is_deleted(&r);
        arena_free(&arena);
        if (may) {
            break;
        }
    }
    error_clear();
    return id;
}

/* Has it left this store's scope by the top's knowledge, and not yet by its own? */
static bool gone_above(struct desk *d, struct txn *t, struct dot id)
{
    struct arena arena = {0};
    struct record r;
    struct id_list units;
    struct txn *top = NULL;
    bool gone = false;
    if (txn_store(t) != d->w.f.stores[0] && txn_begin(d->w.f.stores[0], TXN_READ, &top) == ERR_OK) {
        gone = store_get(top, id, &arena, &r, NULL) == ERR_OK &&
               scope_units(top, &r, &arena, &units) == ERR_OK &&
               !scope_within(top, units.ids, units.count, store_identity(txn_store(t))->unit);
        txn_abort(top);
    }
    arena_free(&arena);
    return gone;
}

static const uint32_t plain_fields[] = {F_MEMBER_NAME, 21, F_NOTE};

static enum err do_edit(struct desk *d, struct txn *t, struct arena *arena, bool want_late,
                        bool *late)
{
    struct dot id = any_member(d, t);
    struct record r;
    struct datum text = next_text(d, arena);
    struct edit edit = {plain_fields[desk_below(d, ARRAY_COUNT(plain_fields))], EDIT_SET, &text, 1};
    for (size_t i = 0; want_late && i < d->member_count && !gone_above(d, t, id); i++) {
        id = d->members[i];
    }
    if (!may_write(t, id, arena, &r) || merge_is_deleted(&r)) {
        return ERR_RULE;
    }
    *late = gone_above(d, t, id);
    return write_field(t, id, 0, &edit, 1, arena, &id);
}

static enum err do_move(struct desk *d, struct txn *t, struct arena *arena)
{
    struct dot id = any_member(d, t);
    struct record r;
    struct datum unit = datum_ref(desk_unit(d, desk_below(d, d->w.f.count)));
    struct edit edit = {F_UNIT, EDIT_SET, &unit, 1};
    if (!may_write(t, id, arena, &r) || merge_is_deleted(&r) ||
        !unit_is_within(t, unit.ref, store_identity(txn_store(t))->unit)) {
        return ERR_RULE;
    }
    return write_field(t, id, 0, &edit, 1, arena, &id);
}

/* Under way by another store's word, of which this one has not heard? */
static bool under_way_elsewhere(struct desk *d, struct txn *t, struct dot member)
{
    struct arena arena = {0};
    struct id_list open = {0};
    bool away = false;
    bool here = store_ids_of_open_transfers(t, member, 1, &arena, &open) != ERR_OK || open.count;
    for (size_t i = 0; i < d->w.f.count && !here && !away; i++) {
        struct txn *other = NULL;
        if (d->w.f.stores[i] != txn_store(t) &&
            txn_begin(d->w.f.stores[i], TXN_READ, &other) == ERR_OK) {
            away = store_ids_of_open_transfers(other, member, 1, &arena, &open) == ERR_OK &&
                   open.count > 0;
            txn_abort(other);
        }
    }
    arena_free(&arena);
    return away;
}

static enum err do_issue(struct desk *d, struct txn *t, struct arena *arena, bool *beside)
{
    struct transfer_order o = {.member = any_member(d, t)};
    struct dot id;
    struct slice letter;
    struct record r;
    size_t to = desk_below(d, d->w.f.count);
    for (size_t i = 0; *beside && i < d->member_count; i++) {
        if (under_way_elsewhere(d, t, d->members[i]) && may_write(t, d->members[i], arena, &r)) {
            o.member = d->members[i];
        }
    }
    o.to = desk_unit(d, to);
    if (d->letter_count == LETTERS_MAX || store_get(t, o.member, arena, &r, NULL) != ERR_OK) {
        return ERR_RULE;
    }
    *beside = under_way_elsewhere(d, t, o.member);
    enum err e = transfer_issue(t, &o, arena, &id, &letter);
    if (e == ERR_OK) {
        d->letter_to[d->letter_count] = to;
        (void)snprintf(d->letters[d->letter_count++], sizeof(d->letters[0]), "%.*s",
                       (int)letter.len, (const char *)letter.ptr);
    }
    return e;
}

static enum err do_answer(struct desk *d, size_t at, struct txn *t, struct arena *arena,
                          enum transfer_answer answer, bool *ahead)
{
    struct transfer_view v = {0};
    struct id_list candidates;
    if (d->letter_count == 0) {
        return ERR_RULE;
    }
    struct slice letter = {0};
    size_t first = desk_below(d, d->letter_count);
    bool want_ahead = *ahead, found = false;
    for (size_t i = 0; i < d->letter_count && !found; i++) {
        size_t k = (first + i) % d->letter_count;
        letter = slice_str(d->letters[k]);
        enum err known = transfer_find(t, letter, arena, &v, &candidates);
        *ahead = known == ERR_NOT_FOUND;
        /* in the hand of the office that it is addressed to */
        found = *ahead == want_ahead && (!*ahead || d->letter_to[k] == at);
    }
    if (!found) {
        return ERR_RULE;
    }
    return transfer_answer(t, answer, letter, (struct slice){0}, arena, &v, &candidates);
}

/* a into b or b into a, it is one edge: on the greater id, naming the smaller. */
static enum err do_merge(struct desk *d, struct txn *t, struct arena *arena, bool up)
{
    struct dot x = any_member(d, t), y = any_member(d, t);
    struct record ra, rb;
    bool ascending = dot_compare(x, y) < 0;
    struct dot a = ascending ? x : y, b = ascending ? y : x;
    if (ascending != up || dot_equal(a, b) || !may_write(t, a, arena, &ra) ||
        !may_write(t, b, arena, &rb) || merge_is_deleted(&ra) || merge_is_deleted(&rb)) {
        return ERR_RULE;
    }
    struct datum smaller = datum_ref(a);
    struct edit edit = {F_MERGED_INTO, EDIT_ADD, &smaller, 1};
    enum err e = write_field(t, b, 0, &edit, 1, arena, &b);
    return e == ERR_OK && store_own_seq(t) == d->w.own_seq ? ERR_RULE : e; /* it was so already */
}

static enum err do_unmerge(struct desk *d, struct txn *t, struct arena *arena)
{
    size_t first = desk_below(d, d->member_count + 1);
    for (size_t i = 0; i < d->member_count; i++) {
        struct dot id = d->members[(first + i) % d->member_count];
        struct record r;
        size_t n = 0;
        if (!may_write(t, id, arena, &r) || merge_is_deleted(&r)) {
            continue;
        }
        (void)merge_siblings(&r, F_MERGED_INTO, arena, &n);
        struct edit edit = {F_MERGED_INTO, EDIT_SET, NULL, 0};
        if (n) {
            return write_field(t, id, 0, &edit, 1, arena, &id);
        }
    }
    return ERR_RULE;
}

static enum err do_delete(struct desk *d, struct txn *t, struct arena *arena, bool deleted)
{
    struct datum yes = datum_int(1);
    struct edit edit = {F_DELETED, EDIT_SET, &yes, deleted ? 1 : 0};
    size_t first = desk_below(d, d->member_count + 1);
    for (size_t i = 0; i < d->member_count; i++) {
        struct dot id = d->members[(first + i) % d->member_count];
        struct record r;
        if (may_write(t, id, arena, &r) && merge_is_deleted(&r) != deleted) {
            return write_field(t, id, 0, &edit, 1, arena, &id);
        }
    }
    return ERR_RULE;
}

static enum err decide_field(struct desk *d, struct txn *t, const struct record *r, uint32_t number,
                             struct arena *arena)
{
    size_t n = 0;
    struct dot id = r->id;
    const struct value **v = merge_siblings(r, number, arena, &n);
    const struct value *take = v[desk_below(d, n)];
    struct datum yes = datum_int(1);
    struct edit edit = {number, EDIT_SET, &take->datum, take->datum.type != DATUM_EMPTY};
    if (number == F_DELETED) {
        edit = (struct edit){F_DELETED, EDIT_SET, &yes, desk_below(d, 2)};
    }
    return write_field(t, id, 0, &edit, 1, arena, &id);
}

static enum err do_decide(struct desk *d, struct txn *t, struct arena *arena)
{
    struct id_list list;
    if (store_ids_in_conflict(t, (struct dot){0, 0}, 100, arena, &list) != ERR_OK) {
        return ERR_RULE;
    }
    for (size_t k = 0; k < list.count; k++) {
        struct record r;
        for (size_t i = 0; may_write(t, list.ids[k], arena, &r) && i < r.field_count; i++) {
            if (merge_in_conflict(&r, r.fields[i].number)) {
                return decide_field(d, t, &r, r.fields[i].number, arena);
            }
        }
    }
    return ERR_RULE;
}

/* Communes come into another one, of their district or of another; or the step is taken back. */
static enum err do_unit(struct desk *d, struct txn *t, struct arena *arena, enum op op)
{
    struct record r;
    struct dot id = {0, 0}, out;
    size_t v = 1 + desk_below(d, d->w.f.count - 1), u = v;
    for (int i = 0; i < 12; i++) {
        size_t n = 0;
        u = 1 + desk_below(d, d->w.f.count - 1);
        id = desk_unit(d, u);
        if (u != v && store_get(t, id, arena, &r, NULL) == ERR_OK) {
            (void)merge_siblings(&r, F_UNIT_SUCCESSORS, arena, &n);
        }
        if ((op == OP_UNIT_UNDO) == (n > 0) && u != v && unit_level(t, id) == LEVEL_COMMUNE) {
            break;
        }
    }
    struct datum ref = datum_ref(desk_unit(d, v));
    if (u == v || unit_level(t, id) != LEVEL_COMMUNE || !may_write(t, id, arena, &r) ||
        dot_equal(id, store_identity(txn_store(t))->unit)) {
        return ERR_RULE;
    }
    size_t n = 0;
    (void)merge_siblings(&r, F_UNIT_SUCCESSORS, arena, &n);
    if (op == OP_UNIT_MOVE) {
        struct edit edit = {F_UNIT_PARENT, EDIT_SET, &ref, 1};
        return unit_level(t, ref.ref) == LEVEL_DISTRICT &&
                       unit_is_within(t, ref.ref, store_identity(txn_store(t))->unit)
                   ? write_field(t, id, 0, &edit, 1, arena, &out)
                   : ERR_RULE;
    }
    struct datum merged = datum_int(UNIT_MERGED), active = datum_int(UNIT_ACTIVE);
    struct edit edits[] = {
        {F_UNIT_SUCCESSORS, EDIT_SET, &ref, op == OP_UNIT_MERGE ? 1 : 0},
        {F_UNIT_STATUS, EDIT_SET, op == OP_UNIT_MERGE ? &merged : &active, 1},
    };
    if ((op == OP_UNIT_UNDO) == (n == 0) ||
        (op == OP_UNIT_MERGE &&
         (unit_level(t, ref.ref) != LEVEL_COMMUNE || unit_is_within(t, ref.ref, id)))) {
        return ERR_RULE;
    }
    return write_field(t, id, 0, edits, 2, arena, &out);
}

static bool has_own_mark(struct txn *t, struct dot id, struct arena *arena)
{
    struct record r;
    bool has = false;
    if (store_get(t, id, arena, &r, NULL) != ERR_OK) {
        return false;
    }
    for (size_t i = 0; i < r.mark_count && !has; i++) {
        has = r.marks[i].actor == store_identity(txn_store(t))->actor;
    }
    return has;
}

/* A program that does not keep to its own marks: it writes on a record that it has let go. */
static enum err do_rogue(struct desk *d, struct txn *t, struct arena *arena, struct dot *id)
{
    struct record r;
    uint8_t key[8 + DOT_KEY_BYTES] = "leaving.";
    struct datum text = next_text(d, arena);
    struct edit edit = {F_MEMBER_NAME, EDIT_SET, &text, 1};
    for (size_t i = 0; i < d->member_count; i++) {
        *id = d->members[i];
        if (store_is_leaving(t, *id) && has_own_mark(t, *id, arena)) {
            break;
        }
    }
    if (!has_own_mark(t, *id, arena) || !store_is_leaving(t, *id) ||
        store_get(t, *id, arena, &r, NULL) != ERR_OK || r.flags & RECORD_STUB ||
        merge_is_deleted(&r)) {
        return ERR_RULE;
    }
    dot_key_put(key + 8, *id);
    assert_int_equal(store_kv_del(t, slice_make(key, sizeof(key))), ERR_OK);
    enum err e = write_field(t, *id, 0, &edit, 1, arena, id);
    assert_int_equal(store_kv_put(t, slice_make(key, sizeof(key)), slice_str("1")), ERR_OK);
    return e;
}

static enum err act(struct desk *d, size_t at, struct txn *t, struct arena *arena, enum op *op)
{
    bool flag = false;
    enum err e = ERR_RULE;
    switch (*op) {
    case OP_CREATE:
        return desk_create(d, at, t, arena);
    case OP_EDIT:
    case OP_LATE_EDIT:
        e = do_edit(d, t, arena, *op == OP_LATE_EDIT, &flag);
        *op = flag ? OP_LATE_EDIT : OP_EDIT;
        return e;
    case OP_MOVE:
        return do_move(d, t, arena);
    case OP_ISSUE:
    case OP_ISSUE_BESIDE:
        flag = *op == OP_ISSUE_BESIDE;
        e = do_issue(d, t, arena, &flag);
        *op = flag ? OP_ISSUE_BESIDE : OP_ISSUE;
        return e;
    case OP_ACCEPT:
    case OP_ACCEPT_AHEAD:
        flag = *op == OP_ACCEPT_AHEAD;
        e = do_answer(d, at, t, arena, TRANSFER_ACCEPT, &flag);
        *op = flag ? OP_ACCEPT_AHEAD : OP_ACCEPT;
        return e;
    case OP_REFUSE:
        return do_answer(d, at, t, arena, TRANSFER_REFUSE, &flag);
    case OP_RETURN:
        return do_answer(d, at, t, arena, TRANSFER_RETURN, &flag);
    case OP_MERGE_UP:
    case OP_MERGE_DOWN:
        return do_merge(d, t, arena, *op == OP_MERGE_UP);
    case OP_UNMERGE:
        return do_unmerge(d, t, arena);
    case OP_DELETE:
    case OP_UNDELETE:
        return do_delete(d, t, arena, *op == OP_DELETE);
    case OP_DECIDE:
        return do_decide(d, t, arena);
    case OP_UNIT_MERGE:
    case OP_UNIT_UNDO:
    case OP_UNIT_MOVE:
        return do_unit(d, t, arena, *op);
    case OP_ROGUE:
    case OP_REHOME:
    case OP_COUNT:
        break;
    }
    return ERR_RULE;
}

static enum level unit_level_at(struct desk *d, size_t at)
{
    struct txn *t = NULL;
    assert_int_equal(txn_begin(d->w.f.stores[at], TXN_READ, &t), ERR_OK);
    enum level level = unit_level(t, desk_unit(d, at));
    txn_abort(t);
    return level;
}

/* A node goes to another hub that may have it: the district of its unit, or the top. */
bool desk_rehome(struct desk *d, size_t at, size_t hub)
{
    struct fixture *f = &d->w.f;
    struct txn *t = NULL;
    char url[32];
    assert_int_equal(txn_begin(f->stores[hub], TXN_READ, &t), ERR_OK);
    bool may = unit_is_within(t, desk_unit(d, at), desk_unit(d, hub));
    txn_abort(t);
    if (!may || f->parents[at] == (int)hub || at == hub) {
        d->going[at] = 0;
        return false;
    }
    (void)snprintf(url, sizeof(url), "sim://%zu", hub);
    enum err e = join_rehome(f->stores[at], url, NULL);
    if (getenv("TERRACE_TRACE"))
        fprintf(stderr, "rehome %zu from %d to %zu: %s %s\n", at, f->parents[at], hub,
                error_word(e), e ? error_last()->text : "");
    d->going[at] = e == ERR_NO_LINK ? hub + 1 : 0; /* it may have been heard */
    if (e == ERR_OK) {
        f->parents[at] = (int)hub;
    }
    return e == ERR_OK;
}

/* With TERRACE_TRACE, what happens where, and under which dot. */
static void trace(struct desk *d, size_t at, const char *what)
{
    struct txn *t = NULL;
    char dot[DOT_TEXT_SIZE];
    if (!getenv("TERRACE_TRACE")) {
        return;
    }
    assert_int_equal(txn_begin(d->w.f.stores[at], TXN_READ, &t), ERR_OK);
    dot_format((struct dot){store_identity(d->w.f.stores[at])->actor, store_own_seq(t)}, dot);
    txn_abort(t);
    fprintf(stderr, "store %zu (hub %d) %s, at save %s\n", at, d->w.f.parents[at], what, dot);
}

/* Who asked for another hub and heard no answer asks again before anything else. */
void desk_sync(struct desk *d, size_t at)
{
    if (d->going[at] && !desk_rehome(d, at, d->going[at] - 1) && d->going[at]) {
        error_clear();
        return;
    }
    (void)world_sync(&d->w, at);
    trace(d, at, "synced");
}

/* One action, at the first store of a few where it can be done. */
void desk_step(struct desk *d)
{
    static const enum op rare[] = {OP_LATE_EDIT, OP_LATE_EDIT, OP_LATE_EDIT,
                                   OP_ROGUE,     OP_DECIDE,    OP_REHOME};
    enum op op = desk_below(d, 4) ? (enum op)desk_below(d, OP_COUNT)
                                  : rare[desk_below(d, ARRAY_COUNT(rare))];
    for (int i = 0; i < 6; i++) {
        struct arena arena = {0};
        enum op done = op;
        size_t at = desk_below(d, d->w.f.count), hub = desk_below(d, d->w.f.count);
        if (op == OP_REHOME) {
            bool gone = at > 0 && unit_level_at(d, at) == LEVEL_COMMUNE &&
                        unit_level_at(d, hub) >= LEVEL_DISTRICT && desk_rehome(d, at, hub);
            d->counts[op] += gone;
            error_clear();
            if (gone) {
                return;
            }
            continue;
        }
        struct txn *t = world_save(&d->w, at);
        struct dot rogue = {0, 0};
        d->w.own_seq = store_own_seq(t);
        enum err e = op == OP_ROGUE ? do_rogue(d, t, &arena, &rogue) : act(d, at, t, &arena, &done);
        if (op == OP_ROGUE) {
            world_saved_in_vain(&d->w, at, t, e);
        } else {
            world_saved(&d->w, at, t, e);
        }
        error_clear();
        arena_free(&arena);
        if (e == ERR_OK) {
            d->counts[done]++;
            trace(d, at, desk_op_names[done]);
            return;
        }
    }
}
