/* The merge desk under random histories: transfers, merges, unmerges, reorganisations, deletes,
 * decisions and late edits, on a random tree, over a lossy link, in any order of delivery. */
#include "tests/unit/world.h"

#include "core/draft.h"
#include "core/person.h"
#include "core/transfer.h"
#include "sync/join.h"
#include "sync/link.h"
#include "sync/reconcile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define MEMBERS_MAX 14
#define LETTERS_MAX 32
#define STEPS 60

enum op {
    OP_CREATE,
    OP_EDIT,
    OP_LATE_EDIT,
    OP_ROGUE,
    OP_MOVE,
    OP_ISSUE,
    OP_ISSUE_BESIDE,
    OP_ACCEPT,
    OP_ACCEPT_AHEAD,
    OP_REFUSE,
    OP_RETURN,
    OP_MERGE_UP,
    OP_MERGE_DOWN,
    OP_UNMERGE,
    OP_DELETE,
    OP_UNDELETE,
    OP_DECIDE,
    OP_UNIT_MERGE,
    OP_UNIT_UNDO,
    OP_UNIT_MOVE,
    OP_REHOME,
    OP_COUNT
};
static const char *const op_names[OP_COUNT] = {
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

/* How often each operation ran, over all seeds. */
struct tally {
    uint64_t counts[OP_COUNT];
    uint64_t refused;
};
#define SHARDS 2

struct desk {
    struct world w;
    struct dot members[MEMBERS_MAX];
    size_t member_count;
    char letters[LETTERS_MAX][32];
    size_t letter_to[LETTERS_MAX]; /* the store of the unit it is addressed to */
    size_t letter_count;
    uint64_t counts[OP_COUNT];
    unsigned text;
    size_t going[FIXTURE_STORES_MAX]; /* to which hub, and 1; 0 = nowhere */
};

static uint64_t below(struct desk *d, uint64_t n)
{
    return fixture_random(&d->w.f) % n;
}

static struct dot unit_of(struct desk *d, size_t at)
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

static enum err do_create(struct desk *d, size_t at, struct txn *t, struct arena *arena)
{
    struct datum name = next_text(d, arena), unit = datum_ref(unit_of(d, at));
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
        id = d->members[below(d, d->member_count)];
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
    struct edit edit = {plain_fields[below(d, ARRAY_COUNT(plain_fields))], EDIT_SET, &text, 1};
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
    struct datum unit = datum_ref(unit_of(d, below(d, d->w.f.count)));
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
    if (store_ids_of_open_transfers(t, member, 1, &arena, &open) != ERR_OK || open.count) {
        return false;
    }
    for (size_t i = 0; i < d->w.f.count && !away; i++) {
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
    size_t to = below(d, d->w.f.count);
    for (size_t i = 0; *beside && i < d->member_count; i++) {
        if (under_way_elsewhere(d, t, d->members[i]) && may_write(t, d->members[i], arena, &r)) {
            o.member = d->members[i];
        }
    }
    o.to = unit_of(d, to);
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
    size_t first = below(d, d->letter_count);
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
    size_t first = below(d, d->member_count + 1);
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
    size_t first = below(d, d->member_count + 1);
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
    const struct value *take = v[below(d, n)];
    struct datum yes = datum_int(1);
    struct edit edit = {number, EDIT_SET, &take->datum, take->datum.type != DATUM_EMPTY};
    if (number == F_DELETED) {
        edit = (struct edit){F_DELETED, EDIT_SET, &yes, below(d, 2)};
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
    size_t v = 1 + below(d, d->w.f.count - 1), u = v;
    for (int i = 0; i < 12; i++) {
        size_t n = 0;
        u = 1 + below(d, d->w.f.count - 1);
        id = unit_of(d, u);
        if (u != v && store_get(t, id, arena, &r, NULL) == ERR_OK) {
            (void)merge_siblings(&r, F_UNIT_SUCCESSORS, arena, &n);
        }
        if ((op == OP_UNIT_UNDO) == (n > 0) && u != v && unit_level(t, id) == LEVEL_COMMUNE) {
            break;
        }
    }
    struct datum ref = datum_ref(unit_of(d, v));
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
        return do_create(d, at, t, arena);
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
    enum level level = unit_level(t, unit_of(d, at));
    txn_abort(t);
    return level;
}

/* A node goes to another hub that may have it: the district of its unit, or the top. */
static bool rehome(struct desk *d, size_t at, size_t hub)
{
    struct fixture *f = &d->w.f;
    struct txn *t = NULL;
    char url[32];
    assert_int_equal(txn_begin(f->stores[hub], TXN_READ, &t), ERR_OK);
    bool may = unit_is_within(t, unit_of(d, at), unit_of(d, hub));
    txn_abort(t);
    if (!may || f->parents[at] == (int)hub || at == hub) {
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
static void sync_at(struct desk *d, size_t at)
{
    if (d->going[at] && !rehome(d, at, d->going[at] - 1)) {
        error_clear();
        return;
    }
    (void)world_sync(&d->w, at);
    trace(d, at, "synced");
}

/* One action, at the first store of a few where it can be done. */
static void step(struct desk *d)
{
    static const enum op rare[] = {OP_LATE_EDIT, OP_LATE_EDIT, OP_LATE_EDIT,
                                   OP_ROGUE,     OP_DECIDE,    OP_REHOME};
    enum op op = below(d, 4) ? (enum op)below(d, OP_COUNT) : rare[below(d, ARRAY_COUNT(rare))];
    for (int i = 0; i < 6; i++) {
        struct arena arena = {0};
        enum op done = op;
        size_t at = below(d, d->w.f.count), hub = below(d, d->w.f.count);
        if (op == OP_REHOME) {
            bool gone = at > 0 && unit_level_at(d, at) == LEVEL_COMMUNE &&
                        unit_level_at(d, hub) >= LEVEL_DISTRICT && rehome(d, at, hub);
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
            trace(d, at, op_names[done]);
            return;
        }
    }
}

/* ---- the tree ------------------------------------------------------------------------------- */

static void plant(struct desk *d)
{
    struct fixture *f = &d->w.f;
    size_t stores = 3 + below(d, 10), districts = 1 + below(d, stores > 5 ? 3 : 1);
    char code[16];
    fixture_root(f);
    for (size_t i = 0; i < districts; i++) {
        (void)snprintf(code, sizeof(code), "1%zu", 30 + i);
        size_t at = fixture_child(f, 0, code, LEVEL_DISTRICT);
        assert_true(fixture_sync(f, at, NULL));
    }
    while (f->count < stores) {
        (void)snprintf(code, sizeof(code), "04%zu", 200 + f->count);
        size_t at = fixture_child(f, 1 + below(d, districts), code, LEVEL_COMMUNE);
        assert_true(fixture_sync(f, at, NULL));
    }
}

/* ---- what must hold ------------------------------------------------------------------------- */

static void settle(struct desk *d)
{
    struct fixture *f = &d->w.f;
    f->lose_request_in = 0;
    f->lose_reply_in = 0;
    /* whoever syncs with a hub that has let its unit go, finds the top */
    for (int pass = 0; pass < 5; pass++) {
        for (size_t i = 1; i < f->count; i++) {
            struct txn *t = NULL;
            assert_int_equal(txn_begin(f->stores[0], TXN_READ, &t), ERR_OK);
            bool lost = !unit_is_within(t, unit_of(d, i), unit_of(d, (size_t)f->parents[i]));
            txn_abort(t);
            if (pass > 0 && lost && rehome(d, i, 0)) {
                d->counts[OP_REHOME]++;
            }
        }
        for (size_t i = f->count - 1; i > 0; i--) {
            sync_at(d, i);
        }
        for (size_t i = 1; i < f->count; i++) {
            sync_at(d, i);
        }
    }
}

/* For the person who looks into a failure: what every store makes of one record. */
static void tell(struct desk *d, struct dot id)
{
    struct dot member = {0, 0};
    for (size_t at = 0; at < d->w.f.count; at++) {
        struct arena arena = {0};
        struct txn *t = NULL;
        struct record r;
        struct record_local local;
        struct id_list units = {0}, above = {0};
        char text[DOT_TEXT_SIZE], text_of_dot[DOT_TEXT_SIZE];
        dot_format(id, text);
        assert_int_equal(txn_begin(d->w.f.stores[at], TXN_READ, &t), ERR_OK);
        assert_int_equal(unit_above(t, unit_of(d, at), &arena, &above), ERR_OK);
        printf("# store %zu (hub %d, within", at, d->w.f.parents[at]);
        for (size_t i = 0; i < above.count; i++) {
            struct slice code = unit_code(t, above.ids[i], &arena);
            printf(" %.*s", (int)code.len, (const char *)code.ptr);
        }
        printf("): %s ", text);
        if (store_get(t, id, &arena, &r, &local) == ERR_OK) {
            struct hash h = record_digest(&r);
            assert_int_equal(scope_units(t, &r, &arena, &units), ERR_OK);
            printf("kind %u flags %u leaving %d refused %d digest %02x%02x feed %llu content %llu "
                   "entered %llu counted %llx, units",
                   r.kind, r.flags, store_is_leaving(t, id), mark_has(t, "refused.", id),
                   h.bytes[0], h.bytes[1], (unsigned long long)local.feed_seq,
                   (unsigned long long)local.content_seq, (unsigned long long)local.entered_seq,
                   (unsigned long long)transfer_counted_unit(t, &r).seq);
            for (size_t i = 0; i < units.count; i++) {
                struct slice code = unit_code(t, units.ids[i], &arena);
                printf(" %.*s", (int)code.len, (const char *)code.ptr);
            }
            printf("\n");
            for (size_t i = 0; getenv("TERRACE_TRACE") && i < r.field_count; i++) {
                for (uint32_t j = 0; j < r.fields[i].count; j++) {
                    const struct value *x = &r.fields[i].values[j];
                    struct slice said =
                        x->datum.type == DATUM_REF && unit_code(t, x->datum.ref, &arena).len
                            ? unit_code(t, x->datum.ref, &arena)
                        : x->datum.type == DATUM_TEXT ? x->datum.text
                                                      : slice_str("…");
                    dot_format(x->dot, text_of_dot);
                    printf("#     field %u: %.*s by %s\n", r.fields[i].number, (int)said.len,
                           (const char *)said.ptr, text_of_dot);
                }
            }
            const struct value *v = merge_shown(&r, F_MEMBER);
            member = v && v->datum.type == DATUM_REF ? v->datum.ref : member;
        } else {
            printf("is not there\n");
        }
        txn_abort(t);
        arena_free(&arena);
    }
    if (!dot_is_none(member)) {
        tell(d, member);
    }
}

static bool serves_holder(struct desk *d, struct txn *t, size_t at, const struct record *r,
                          const struct id_list *units)
{
    bool serves = false;
    for (size_t i = 1; i < d->w.f.count; i++) {
        serves = serves || (d->w.f.parents[i] == (int)at &&
                            scope_holds(t, r->route, units->ids, units->count, unit_of(d, i)));
    }
    return serves;
}

static void assert_store_agrees(struct desk *d, struct txn *top, size_t at, uint64_t seed)
{
    struct arena arena = {0}, one = {0};
    struct txn *t = NULL;
    assert_int_equal(txn_begin(d->w.f.stores[at], TXN_READ, &t), ERR_OK);
    static const uint32_t kinds[] = {KIND_MEMBER, KIND_TRANSFER, KIND_ACCEPTANCE, KIND_UNIT};
    for (size_t k = 0; k < ARRAY_COUNT(kinds); k++) {
        struct id_list ids;
        assert_int_equal(
            store_ids_of_kind(top, kinds[k], (struct dot){0, 0}, SIZE_MAX, &arena, &ids), ERR_OK);
        for (size_t i = 0; i < ids.count; i++) {
            struct record r, here;
            struct id_list units;
            char id[DOT_TEXT_SIZE];
            arena_reset(&one);
            dot_format(ids.ids[i], id);
            assert_int_equal(store_get(top, ids.ids[i], &one, &r, NULL), ERR_OK);
            assert_int_equal(scope_units(top, &r, &one, &units), ERR_OK);
            bool entitled = scope_holds(top, r.route, units.ids, units.count, unit_of(d, at));
            enum err e = store_get(t, ids.ids[i], &one, &here, NULL);
            bool held = e == ERR_OK && !(here.flags & RECORD_STUB);
            bool same = !entitled || (held && hash_equal(record_digest(&r), record_digest(&here)));
            if (!same || (held && !entitled && !serves_holder(d, top, at, &r, &units))) {
                tell(d, r.id);
            }
            if (entitled && !held) {
                fail_msg("seed %llu: store %zu lacks %s of kind %u", (unsigned long long)seed, at,
                         id, kinds[k]);
            }
            if (!entitled && held && !serves_holder(d, top, at, &r, &units)) {
                fail_msg("seed %llu: store %zu still holds %s of kind %u", (unsigned long long)seed,
                         at, id, kinds[k]);
            }
            if (!same) {
                fail_msg("seed %llu: store %zu has another %s of kind %u", (unsigned long long)seed,
                         at, id, kinds[k]);
            }
        }
    }
    txn_abort(t);
    arena_free(&arena);
    arena_free(&one);
}

/* How many persons `at` counts in the subtree of its own unit. */
static size_t persons_within(struct desk *d, struct txn *t, struct dot root)
{
    size_t n = 0;
    struct arena arena = {0};
    for (size_t i = 0; i < d->member_count; i++) {
        struct record r;
        arena_reset(&arena);
        if (store_get(t, d->members[i], &arena, &r, NULL) == ERR_OK) {
            struct dot unit = transfer_counted_unit(t, &r);
            n += !dot_is_none(unit) && unit_is_within(t, unit, root);
        }
    }
    arena_free(&arena);
    return n;
}

static void assert_counts(struct desk *d, struct txn *top, uint64_t seed)
{
    size_t counted = 0, people = 0;
    struct arena arena = {0};
    for (size_t i = 0; i < d->member_count; i++) {
        struct record r;
        if (store_get(top, d->members[i], &arena, &r, NULL) == ERR_OK) {
            bool is_counted = !dot_is_none(transfer_counted_unit(top, &r));
            bool person = !merge_is_deleted(&r) && dot_equal(person_shown(top, r.id), r.id);
            counted += is_counted;
            people += person;
            if (is_counted != person) {
                tell(d, r.id);
            }
        }
    }
    if (counted != people) {
        fail_msg("seed %llu: %zu persons, %zu counted", (unsigned long long)seed, people, counted);
    }
    for (size_t at = 1; at < d->w.f.count; at++) {
        struct txn *t = NULL;
        assert_int_equal(txn_begin(d->w.f.stores[at], TXN_READ, &t), ERR_OK);
        size_t here = persons_within(d, t, unit_of(d, at));
        size_t there = persons_within(d, top, unit_of(d, at));
        for (size_t i = 0; here != there && i < d->member_count; i++) {
            struct record r, u;
            struct dot a = {0, 0}, b = {0, 0};
            if (store_get(t, d->members[i], &arena, &r, NULL) == ERR_OK) {
                a = transfer_counted_unit(t, &r);
            }
            if (store_get(top, d->members[i], &arena, &u, NULL) == ERR_OK) {
                b = transfer_counted_unit(top, &u);
            }
            if (!dot_equal(a, b)) {
                tell(d, d->members[i]);
            }
        }
        txn_abort(t);
        if (here != there) {
            fail_msg("seed %llu: store %zu counts %zu persons, the top %zu there",
                     (unsigned long long)seed, at, here, there);
        }
    }
    arena_free(&arena);
}

/* Every two values that nobody has decided between are a conflict for people to see. */
static void assert_visible(struct desk *d, struct txn *top, uint64_t seed)
{
    struct arena arena = {0};
    for (size_t i = 0; i < d->w.fact_count; i++) {
        const struct fact *a = &d->w.facts[i];
        for (size_t j = i + 1; j < d->w.fact_count && !a->replaced && !a->refused && !a->shadowed;
             j++) {
            const struct fact *b = &d->w.facts[j];
            struct record r;
            if (b->replaced || b->refused || b->shadowed || b->field != a->field ||
                !dot_equal(a->id, b->id) || b->datum == a->datum || a->field == F_DELETED) {
                continue;
            }
            arena_reset(&arena);
            assert_int_equal(store_get(top, a->id, &arena, &r, NULL), ERR_OK);
            enum merge_rule rule = schema_rule(r.kind, record_field(&r, a->field));
            if ((rule == MERGE_LATEST || rule == MERGE_AUTHORITY) &&
                !merge_in_conflict(&r, a->field)) {
                fail_msg("seed %llu: a conflict of field %u is not seen", (unsigned long long)seed,
                         a->field);
            }
        }
    }
    arena_free(&arena);
}

static void assert_nothing_refused(struct desk *d, size_t at, uint64_t seed)
{
    static const char *const spaces[] = {"refused.", "notice."};
    struct txn *t = NULL;
    assert_int_equal(txn_begin(d->w.f.stores[at], TXN_READ, &t), ERR_OK);
    for (size_t i = 0; i < ARRAY_COUNT(spaces); i++) {
        struct arena arena = {0};
        struct id_array list;
        assert_int_equal(mark_list(t, spaces[i], 100, &arena, &list), ERR_OK);
        if (list.count) {
            tell(d, list.ids[0]);
            fail_msg("seed %llu: honest work of store %zu was refused", (unsigned long long)seed,
                     at);
        }
        arena_free(&arena);
    }
    txn_abort(t);
}

static void run(uint64_t seed, struct tally *sum)
{
    struct desk *d = calloc(1, sizeof(*d));
    struct txn *top = NULL;
    assert_non_null(d);
    world_begin(&d->w, seed);
    plant(d);
    for (int i = 0; i < 6; i++) {
        struct arena arena = {0};
        size_t at = below(d, d->w.f.count);
        struct txn *t = world_save(&d->w, at);
        world_saved(&d->w, at, t, do_create(d, at, t, &arena));
        arena_free(&arena);
    }
    d->w.f.lose_request_in = 6;
    d->w.f.lose_reply_in = 5;
    for (int i = 0; i < STEPS; i++) {
        step(d);
        size_t at = below(d, d->w.f.count);
        if (at != 0 && below(d, 3)) {
            sync_at(d, at);
        }
    }
    settle(d);
    assert_int_equal(txn_begin(d->w.f.stores[0], TXN_READ, &top), ERR_OK);
    for (size_t at = 1; at < d->w.f.count; at++) {
        assert_store_agrees(d, top, at, seed);
    }
    assert_counts(d, top, seed);
    assert_visible(d, top, seed);
    txn_abort(top);
    for (size_t i = 0; getenv("TERRACE_TELL") && i < d->member_count; i++) {
        tell(d, d->members[i]);
    }
    world_assert_nothing_lost(&d->w);
    for (size_t at = 1; at < d->w.f.count && d->counts[OP_ROGUE] == 0; at++) {
        assert_nothing_refused(d, at, seed);
    }
    for (size_t i = 0; i < d->w.f.count; i++) {
        struct check_report report;
        assert_int_equal(store_check(d->w.f.stores[i], false, &report), ERR_OK);
        assert_int_equal(report.damaged, 0);
    }
    for (size_t i = 0; i < OP_COUNT; i++) {
        sum->counts[i] += d->counts[i];
    }
    sum->refused += world_refused(&d->w);
    world_end(&d->w);
    free(d);
}

static uint64_t number_of(const char *name, uint64_t fallback)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : fallback;
}

/* Half of the seeds each, so that two cores share them. */
static void run_shard(uint64_t first, uint64_t seeds, uint64_t shard, struct tally *out)
{
    for (uint64_t seed = first + shard; seed < first + seeds; seed += SHARDS) {
        if (getenv("TERRACE_TRACE")) {
            fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
        }
        run(seed, out);
    }
}

static void run_all(uint64_t first, uint64_t seeds, struct tally *sum)
{
    int pipes[2];
    struct tally other;
    if (seeds < SHARDS) {
        run_shard(first, seeds, 0, sum);
        return;
    }
    assert_int_equal(pipe(pipes), 0);
    (void)fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        run_shard(first, seeds, 1, sum); /* a failure ends the child with nothing in the pipe */
        ssize_t n = write(pipes[1], sum, sizeof(*sum));
        _exit(n == (ssize_t)sizeof(*sum) ? 0 : 1);
    }
    (void)close(pipes[1]);
    run_shard(first, seeds, 0, sum);
    ssize_t n = read(pipes[0], &other, sizeof(other));
    int status = 0;
    (void)close(pipes[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(n, sizeof(other));
    assert_int_equal(status, 0);
    for (size_t i = 0; i < OP_COUNT; i++) {
        sum->counts[i] += other.counts[i];
    }
    sum->refused += other.refused;
}

static void desk__random_histories_agree_and_lose_nothing(void **state)
{
    (void)state;
    uint64_t first = number_of("TERRACE_SEED", 1), seeds = number_of("TERRACE_SEEDS", 2000);
    struct tally sum = {{0}, 0};
    run_all(first, seeds, &sum);
    printf("# seeds %llu to %llu\n", (unsigned long long)first,
           (unsigned long long)(first + seeds - 1));
    for (size_t i = 0; i < OP_COUNT; i++) {
        printf("# %s: %llu\n", op_names[i], (unsigned long long)sum.counts[i]);
    }
    printf("# rogue edits that only a history keeps: %llu\n", (unsigned long long)sum.refused);
    /* the others came before a mark was known, or when the record was its author's again */
    assert_true(sum.counts[OP_ROGUE] < 20 || sum.refused * 4 > sum.counts[OP_ROGUE]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(desk__random_histories_agree_and_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
