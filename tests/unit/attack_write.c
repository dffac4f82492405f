/* Records that their author may not write so, or that are not his. */
#include "core/pack.h"
#include "core/proof.h"
#include "tests/unit/attack.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define HUGE_SEQ (UINT64_C(1) << 40)
#define GIVES_DOTS "the store gives dots and levels itself"
/* Rule 18. TERRACE_ATTACK does not try it either: SECURITY.md tells what is left to him. */
#define TOLD_BY_WHO_HELD                                                                           \
    "SKIPPED: who held a record tells a hub that lost it what others wrote there, unsigned"

static const struct dot none;

static uint64_t actor_of(struct scene *s, size_t at)
{
    return store_identity(s->f.stores[at])->actor;
}

static struct record at_hub(struct scene *s, struct dot id)
{
    return tree_load(&s->f, s->g.to, id, &s->arena);
}

static struct record new_member(struct scene *s, size_t unit)
{
    struct record r = forge_record(&s->g, KIND_MEMBER);
    forge_put_new(&s->g, &r, F_UNIT, datum_ref(s->f.units[unit]));
    forge_put_new(&s->g, &r, F_MEMBER_NAME, attack_text(s));
    return r;
}

/* ---- scope ---------------------------------------------------------------------------------- */

static bool note_on_theirs(struct scene *s)
{
    return s->way == BY_HAND ? attack_draft(s, s->theirs, 0, WORDS("note=giả"))
                             : attack_field(s, s->theirs, F_NOTE, attack_text(s));
}

static bool note_on_own(struct scene *s)
{
    return s->way == BY_HAND ? attack_draft(s, s->own, 0, WORDS("note=thật"))
                             : attack_field(s, s->own, F_NOTE, attack_text(s));
}

static bool new_of_theirs(struct scene *s)
{
    if (s->way == BY_HAND) {
        return attack_draft(s, none, KIND_NOTE, WORDS("title=Giả", "unit=04570"));
    }
    struct record r = new_member(s, SECOND);
    return attack_new(s, &r);
}

static bool new_of_own(struct scene *s)
{
    if (s->way == BY_HAND) {
        return attack_draft(s, none, KIND_NOTE, WORDS("title=Thật"));
    }
    struct record r = new_member(s, FIRST);
    return attack_new(s, &r);
}

/* ---- names that are not his ----------------------------------------------------------------- */

static bool under_actor(struct scene *s, uint64_t actor)
{
    s->g.actor = actor;
    bool stands = attack_field(s, s->own, F_NOTE, attack_text(s));
    struct record r = new_member(s, FIRST);
    stands = attack_new(s, &r) || stands;
    s->g.actor = 0;
    return stands;
}

static bool as_another_commune(struct scene *s)
{
    return under_actor(s, actor_of(s, SECOND));
}
static bool as_the_hub(struct scene *s)
{
    return under_actor(s, actor_of(s, DISTRICT));
}
static bool as_the_province(struct scene *s)
{
    return under_actor(s, actor_of(s, TOP));
}
static bool as_a_colleague(struct scene *s)
{
    size_t colleague = tree_joined(&s->f, DISTRICT, FIRST, NODE_ROLE_CLERK);
    assert_true(attack_arrives(s, colleague));
    return under_actor(s, actor_of(s, colleague));
}

/* A colleague who syncs with this very computer: one that it admitted, and one that came over from
 * the district with unsent work. */
static bool of_a_colleague_behind(struct scene *s)
{
    bool taken = true;
    for (int way = 0; way < 2 && taken; way++) {
        size_t colleague = tree_joined(&s->f, way ? DISTRICT : FIRST, FIRST, NODE_ROLE_CLERK);
        fixture_settle(&s->f);
        (void)fixture_save_text(&s->f, colleague, s->own, 0, none, F_NOTE, way ? "hai" : "một");
        struct dot id = tree_member(&s->f, colleague, FIRST, "Của bạn");
        if (way) {
            assert_int_equal(fixture_rehome(&s->f, colleague, FIRST, NULL), ERR_OK);
        }
        for (int i = 0; i < 3; i++) {
            assert_int_equal(attack_exchange(s, colleague), ERR_OK);
            assert_int_equal(attack_exchange(s, FIRST), ERR_OK);
        }
        taken = tree_held(&s->f, DISTRICT, id) &&
                tree_shows(&s->f, DISTRICT, s->own, F_NOTE, way ? "hai" : "một");
    }
    return taken;
}

static bool at_a_higher_level(struct scene *s)
{
    s->g.level = LEVEL_PROVINCE;
    bool stands = note_on_own(s) || new_of_own(s);
    s->g.level = 0;
    return stands;
}

static bool of_higher_origin(struct scene *s)
{
    const struct origin top = {{actor_of(s, TOP), 3}, 1577836800000, LEVEL_PROVINCE};
    s->g.origin = &top;
    bool stands = note_on_own(s) || new_of_own(s);
    s->g.origin = NULL;
    return stands;
}

static bool in_first_contact(struct scene *s, bool (*attack)(struct scene *s))
{
    s->g.first_contact = true;
    bool stands = attack(s);
    s->g.first_contact = false;
    return stands;
}
static bool note_on_theirs_in_first_contact(struct scene *s)
{
    return in_first_contact(s, note_on_theirs);
}
static bool new_of_theirs_in_first_contact(struct scene *s)
{
    return in_first_contact(s, new_of_theirs);
}
static bool as_the_province_in_first_contact(struct scene *s)
{
    return in_first_contact(s, as_the_province);
}
/* The id that another commune's next record will have is taken for one of its own, so that both are
 * one record, and comes to it whole. */
static bool id_taken_ahead_of(struct scene *s, size_t whose)
{
    struct txn *t = tree_begin(&s->f, whose, TXN_READ);
    uint64_t next = store_own_seq(t) + 1;
    txn_abort(t);
    uint64_t seq = s->g.seq;
    s->g.actor = actor_of(s, whose);
    s->g.seq = next - 1;
    struct record r = new_member(s, FIRST);
    s->g.actor = 0;
    s->g.seq = seq;
    attack_push(s, &r);
    struct dot id = tree_member(&s->f, whose, SECOND, "Riêng tư");
    assert_true(dot_equal(id, r.id));
    fixture_settle(&s->f);
    struct record there = tree_load(&s->f, DISTRICT, id, &s->arena);
    return attack_live_at(s, FIRST, id, F_MEMBER_NAME, datum_text(slice_str("Riêng tư"))) ||
           record_field(&there, F_UNIT)->count != 1;
}
static bool id_taken_ahead(struct scene *s)
{
    return id_taken_ahead_of(s, SECOND);
}
static bool id_taken_ahead_in_first_contact(struct scene *s)
{
    return in_first_contact(s, id_taken_ahead);
}
static bool id_of_the_province(struct scene *s)
{
    return id_taken_ahead_of(s, TOP);
}
static bool id_of_the_province_in_first_contact(struct scene *s)
{
    return in_first_contact(s, id_of_the_province);
}
static bool higher_level_in_first_contact(struct scene *s)
{
    return in_first_contact(s, at_a_higher_level);
}
static bool own_in_first_contact(struct scene *s)
{
    return in_first_contact(s, note_on_own);
}

/* ---- what steers others --------------------------------------------------------------------- */

static bool rename_unit(struct scene *s)
{
    return s->way == BY_HAND ? attack_draft(s, s->f.units[FIRST], 0, WORDS("name=Khác"))
                             : attack_field(s, s->f.units[FIRST], F_UNIT_NAME, attack_text(s));
}
static bool move_unit(struct scene *s)
{
    return s->way == BY_HAND
               ? attack_draft(s, s->f.units[FIRST], 0, WORDS("parent=15"))
               : attack_field(s, s->f.units[FIRST], F_UNIT_PARENT, datum_ref(s->f.units[TOP]));
}
static bool note_on_unit(struct scene *s)
{
    return s->way == BY_HAND ? attack_draft(s, s->f.units[FIRST], 0, WORDS("note=thật"))
                             : attack_field(s, s->f.units[FIRST], F_NOTE, attack_text(s));
}

static bool directive_by_clerk(struct scene *s)
{
    if (s->way == BY_HAND) {
        return attack_draft(s, none, KIND_DIRECTIVE, WORDS("subject=Giả"));
    }
    struct record r = forge_record(&s->g, KIND_DIRECTIVE);
    forge_put_new(&s->g, &r, F_UNIT, datum_ref(s->f.units[FIRST]));
    forge_put_new(&s->g, &r, F_NOTE, attack_text(s));
    return attack_new(s, &r);
}

static struct forge as_district(struct scene *s)
{
    struct forge was = s->g;
    s->g = (struct forge){.f = &s->f,
                          .from = DISTRICT,
                          .to = TOP,
                          .seq = 1000 + was.seq,
                          .level = LEVEL_DISTRICT,
                          .by_stick = was.by_stick,
                          .arena = was.arena};
    return was;
}

static void as_before(struct scene *s, struct forge was)
{
    was.arena = s->g.arena;
    was.seq = s->g.seq;
    s->g = was;
}

static bool directive_by_district(struct scene *s)
{
    struct forge was = as_district(s);
    bool taken = false;
    if (s->way == BY_HAND) {
        taken = attack_draft(s, none, KIND_DIRECTIVE, WORDS("subject=Thật"));
    } else {
        struct record r = forge_record(&s->g, KIND_DIRECTIVE);
        forge_put_new(&s->g, &r, F_UNIT, datum_ref(s->f.units[DISTRICT]));
        forge_put_new(&s->g, &r, F_NOTE, attack_text(s));
        taken = attack_new(s, &r);
    }
    as_before(s, was);
    return taken;
}

/* A clerk of the district, whom the communes do not know. */
static bool directive_by_its_clerk(struct scene *s)
{
    size_t clerk = tree_joined(&s->f, TOP, DISTRICT, NODE_ROLE_CLERK);
    if (s->way == BY_HAND) {
        s->g.from = clerk;
        return attack_draft(s, none, KIND_DIRECTIVE, WORDS("subject=Giả"));
    }
    struct forge was = as_district(s);
    s->g.from = clerk;
    struct record r = forge_record(&s->g, KIND_DIRECTIVE);
    forge_put_new(&s->g, &r, F_UNIT, datum_ref(s->f.units[DISTRICT]));
    forge_put_new(&s->g, &r, F_NOTE, attack_text(s));
    bool stands = attack_new(s, &r);
    as_before(s, was);
    return stands;
}

static bool steer(struct scene *s, bool unsigned_, const uint8_t *key)
{
    struct forge was = as_district(s);
    s->g.unsigned_ = unsigned_;
    s->g.key = key;
    bool stands = attack_field(s, s->f.units[FIRST], F_UNIT_NAME, attack_text(s));
    struct record r = forge_record(&s->g, KIND_DIRECTIVE);
    forge_put_new(&s->g, &r, F_UNIT, datum_ref(s->f.units[DISTRICT]));
    forge_put_new(&s->g, &r, F_NOTE, attack_text(s));
    bool new_one = attack_new(s, &r);
    bool node = attack_field(s, tree_node(&s->f, FIRST), F_NODE_NAME, attack_text(s));
    as_before(s, was);
    return unsigned_ || key ? stands || new_one || node : stands && new_one && node;
}
static bool steer_unsigned(struct scene *s)
{
    return steer(s, true, NULL);
}
static bool steer_wrongly_signed(struct scene *s)
{
    return steer(s, false, store_identity(s->f.stores[SECOND])->secret_key);
}
static bool steer_signed(struct scene *s)
{
    return steer(s, false, NULL);
}

/* A district's hub tells its commune what the province is to have said. */
static bool down(struct scene *s, bool honest)
{
    struct dot said = fixture_save_text(&s->f, TOP, none, KIND_DIRECTIVE, s->f.units[TOP], F_NOTE,
                                        "Chỉ đạo của tỉnh");
    fixture_settle(&s->f);
    struct forge was = as_district(s);
    s->g.to = FIRST;
    struct record r = tree_load(&s->f, FIRST, said, &s->arena);
    struct datum d = attack_text(s);
    if (honest) {
        struct dot id = fixture_save_text(&s->f, DISTRICT, none, KIND_DIRECTIVE,
                                          s->f.units[DISTRICT], F_NOTE, "Chỉ đạo của huyện");
        r = tree_load(&s->f, DISTRICT, id, &s->arena);
        d = merge_shown(&r, F_NOTE)->datum;
    } else {
        s->g.actor = actor_of(s, TOP);
        s->g.level = LEVEL_PROVINCE;
        forge_replace(&s->g, &r, F_NOTE, d);
    }
    assert_int_equal(forge_answer(&s->g, &r), ERR_OK);
    bool stands = false;
    if (tree_held(&s->f, FIRST, r.id)) {
        struct record now = tree_load(&s->f, FIRST, r.id, &s->arena);
        const struct field *f = record_field(&now, F_NOTE);
        for (uint32_t i = 0; i < f->count; i++) {
            stands = stands || datum_compare(&f->values[i].datum, &d) == 0;
        }
    }
    as_before(s, was);
    return stands;
}
static bool for_the_province(struct scene *s)
{
    return down(s, false);
}
static bool of_the_district(struct scene *s)
{
    return down(s, true);
}

/* ---- contexts ------------------------------------------------------------------------------- */

static bool delete_claiming(struct scene *s, uint64_t future)
{
    struct record r = at_hub(s, s->own);
    struct buf bytes = {0};
    struct context claim = r.context;
    if (future) {
        claim = context_with(&claim, (struct dot){actor_of(s, TOP), future}, &s->arena);
    }
    struct pack_writer w = pack_writer_make(&bytes);
    context_pack(&w, &claim);
    forge_replace(&s->g, &r, F_DELETED, datum_bytes(arena_copy(&s->arena, buf_view(&bytes))));
    buf_free(&bytes);
    attack_push(s, &r);
    r = at_hub(s, s->own);
    if (future == 0) {
        return merge_is_deleted(&r);
    }
    const struct field *f = record_field(&r, F_DELETED);
    bool claims = false;
    for (uint32_t i = 0; f && i < f->count && !claims; i++) {
        struct pack_reader p = pack_reader_make(f->values[i].datum.text);
        struct context seen = context_read(&p, &s->arena);
        claims = context_seq(&seen, actor_of(s, TOP)) >= future;
    }
    return claims;
}
static bool delete_of_the_future(struct scene *s)
{
    return delete_claiming(s, HUGE_SEQ);
}
static bool delete_of_what_was_seen(struct scene *s)
{
    return delete_claiming(s, 0);
}

/* Would it cover what the province writes next on the record, that would be lost unseen. */
static bool borrowed_future(struct scene *s)
{
    struct record r = at_hub(s, s->own);
    r.context = context_with(&r.context, (struct dot){actor_of(s, TOP), HUGE_SEQ}, &s->arena);
    r.context = context_with(&r.context, (struct dot){actor_of(s, SECOND), 900}, &s->arena);
    forge_replace(&s->g, &r, F_EXT_ID, attack_text(s));
    attack_push(s, &r);
    for (size_t at = TOP; at <= DISTRICT; at++) {
        struct record now = tree_load(&s->f, at, s->own, &s->arena);
        if (context_seq(&now.context, actor_of(s, TOP)) >= HUGE_SEQ ||
            context_seq(&now.context, actor_of(s, SECOND)) >= 900) {
            return true;
        }
    }
    return false;
}

static bool others_write_on(struct scene *s)
{
    (void)fixture_save_text(&s->f, TOP, s->own, 0, none, F_EXT_ID, "của tỉnh");
    fixture_settle(&s->f);
    return tree_shows(&s->f, FIRST, s->own, F_EXT_ID, "của tỉnh") ||
           attack_live(s, s->own, F_EXT_ID, datum_text(slice_str("của tỉnh")));
}

/* A field is left out that the context covers (rule 4), or has a value for nothing. */
static bool emptied(struct scene *s)
{
    struct record r = at_hub(s, s->own);
    struct field *fields = arena_array(&s->arena, r.field_count, sizeof(*fields));
    size_t n = 0;
    for (size_t i = 0; i < r.field_count; i++) {
        if (r.fields[i].number != F_MEMBER_NAME) {
            fields[n++] = r.fields[i];
        }
    }
    r.fields = fields;
    r.field_count = n;
    r.context = context_with(&r.context, forge_dot(&s->g), &s->arena);
    forge_replace(&s->g, &r, F_NOTE, attack_text(s));
    attack_push(s, &r);
    r = at_hub(s, s->own);
    return record_field(&r, F_MEMBER_NAME) == NULL;
}
static bool cleared(struct scene *s)
{
    return attack_field(s, s->own, F_NOTE, datum_empty());
}

/* A context that covers a value of another author, and brings none in its place. */
static bool covered_without_a_value(struct scene *s)
{
    (void)fixture_save_text(&s->f, TOP, s->own, 0, none, F_EXT_ID, "của tỉnh");
    fixture_settle(&s->f);
    struct record r = at_hub(s, s->own);
    struct field *fields = arena_array(&s->arena, r.field_count, sizeof(*fields));
    size_t n = 0;
    for (size_t i = 0; i < r.field_count; i++) {
        if (r.fields[i].number != F_EXT_ID) {
            fields[n++] = r.fields[i];
        }
    }
    r.fields = fields;
    r.field_count = n;
    forge_replace(&s->g, &r, F_NOTE, attack_text(s));
    attack_push(s, &r);
    return !attack_live(s, s->own, F_EXT_ID, datum_text(slice_str("của tỉnh")));
}

/* ---- closing marks (rule 15) ----------------------------------------------------------------- */

/* FIRST's member goes to SECOND; heard: FIRST has closed it. Then FIRST writes on. */
static bool write_on_after(struct scene *s, bool heard, uint64_t mark, bool anew)
{
    (void)fixture_save_text(&s->f, DISTRICT, s->own, 0, s->f.units[SECOND], F_EXT_ID, "đi");
    if (heard) {
        fixture_settle(&s->f);
    }
    struct record r = at_hub(s, s->own);
    if (mark) {
        const struct field *unit = record_field(&r, F_UNIT);
        struct mark *m = arena_array(&s->arena, r.mark_count + 1, sizeof(*m));
        size_t n = 0;
        for (size_t i = 0; i < r.mark_count; i++) {
            if (!anew || r.marks[i].actor != actor_of(s, FIRST)) {
                m[n++] = r.marks[i];
            }
        }
        m[n++] = (struct mark){unit->values[0].dot, actor_of(s, FIRST), mark};
        if (n == 2 && m[0].actor > m[1].actor) {
            struct mark first = m[0];
            m[0] = m[1];
            m[1] = first;
        }
        r.marks = m;
        r.mark_count = n;
        attack_push(s, &r);
        /* and, known by now for closed, what it says it had written */
        s->g.seq = 2000;
        r = at_hub(s, s->own);
    }
    struct datum d = attack_text(s);
    forge_replace(&s->g, &r, F_NOTE, d);
    attack_push(s, &r);
    return attack_live(s, s->own, F_NOTE, d);
}
static bool beyond_the_mark(struct scene *s)
{
    return write_on_after(s, true, 0, false);
}
static bool first_mark_huge(struct scene *s)
{
    return write_on_after(s, false, HUGE_SEQ, false);
}
static bool mark_raised(struct scene *s)
{
    return write_on_after(s, true, HUGE_SEQ, true);
}
static bool before_hearing(struct scene *s)
{
    s->own = tree_member(&s->f, FIRST, FIRST, "Người đi");
    fixture_settle(&s->f);
    return write_on_after(s, false, 0, false);
}
static bool beyond_the_mark_in_first_contact(struct scene *s)
{
    return in_first_contact(s, beyond_the_mark);
}

/* A mark that closes another's pen where he has it. */
static bool anothers_mark(struct scene *s)
{
    (void)fixture_save_text(&s->f, DISTRICT, s->own, 0, s->f.units[SECOND], F_EXT_ID, "đi");
    fixture_settle(&s->f);
    struct record r = at_hub(s, s->own);
    struct mark *m = arena_array(&s->arena, 1, sizeof(*m));
    *m = (struct mark){record_field(&r, F_UNIT)->values[0].dot, actor_of(s, SECOND), 1};
    r.marks = m;
    r.mark_count = 1;
    attack_push(s, &r);
    (void)fixture_save_text(&s->f, SECOND, s->own, 0, none, F_MEMBER_HOME, "0912000001");
    fixture_settle(&s->f);
    return !attack_live(s, s->own, F_MEMBER_HOME, datum_text(slice_str("0912000001")));
}

const struct attack attacks_written[] = {
    {"a note on a member of another commune",
     "a joined clerk's key",
     note_on_theirs,
     note_on_own,
     {0}},
    {"the same, in a first contact pretended",
     "a joined clerk's key",
     note_on_theirs_in_first_contact,
     own_in_first_contact,
     {[BY_HAND] = "has no contact"}},
    {"a new member of another commune", "a joined clerk's key", new_of_theirs, new_of_own, {0}},
    {"the same, in a first contact pretended",
     "a joined clerk's key",
     new_of_theirs_in_first_contact,
     own_in_first_contact,
     {[BY_HAND] = "has no contact"}},
    {"a dot of another commune's actor",
     "a joined clerk's key",
     as_another_commune,
     note_on_own,
     {[BY_HAND] = GIVES_DOTS}},
    {"a dot of another computer of the same commune",
     "a joined clerk's key",
     as_a_colleague,
     of_a_colleague_behind,
     {[BY_HAND] = GIVES_DOTS}},
    {"a dot of the hub's own actor",
     "a joined clerk's key",
     as_the_hub,
     note_on_own,
     {[BY_HAND] = GIVES_DOTS}},
    {"a dot of the province's actor",
     "a joined clerk's key",
     as_the_province,
     note_on_own,
     {[BY_HAND] = GIVES_DOTS}},
    {"others' dots on its own records, in a first contact pretended",
     "a joined clerk's key",
     as_the_province_in_first_contact,
     own_in_first_contact,
     {TOLD_BY_WHO_HELD, TOLD_BY_WHO_HELD, GIVES_DOTS}},
    {"the id of another commune's next record",
     "a joined clerk's key",
     id_taken_ahead,
     new_of_own,
     {[BY_HAND] = GIVES_DOTS}},
    {"the same, in a first contact pretended",
     "a joined clerk's key",
     id_taken_ahead_in_first_contact,
     own_in_first_contact,
     {[BY_HAND] = GIVES_DOTS}},
    {"the id of the province's next record",
     "a joined clerk's key",
     id_of_the_province,
     new_of_own,
     {[BY_HAND] = GIVES_DOTS}},
    {"the same, in a first contact pretended",
     "a joined clerk's key",
     id_of_the_province_in_first_contact,
     own_in_first_contact,
     {[BY_HAND] = GIVES_DOTS}},
    {"a higher level claimed",
     "a joined clerk's key",
     at_a_higher_level,
     note_on_own,
     {[BY_HAND] = GIVES_DOTS}},
    {"the same, in a first contact pretended",
     "a joined clerk's key",
     higher_level_in_first_contact,
     own_in_first_contact,
     {[BY_HAND] = GIVES_DOTS}},
    {"an origin of the province's rank",
     "a joined clerk's key",
     of_higher_origin,
     note_on_own,
     {[BY_HAND] = GIVES_DOTS}},
    {"its unit renamed by itself", "a joined clerk's key", rename_unit, note_on_unit, {0}},
    {"its unit moved by itself", "a joined clerk's key", move_unit, note_on_unit, {0}},
    {"a directive by a clerk",
     "a joined clerk's key",
     directive_by_clerk,
     directive_by_district,
     {0}},
    {"a directive by a clerk of the district",
     "a joined clerk's key",
     directive_by_its_clerk,
     directive_by_district,
     {0}},
    {"steering saves without a signature",
     "a district hub's key",
     steer_unsigned,
     steer_signed,
     {[BY_HAND] = "the store signs what it saves"}},
    {"steering saves signed by another",
     "a district hub's key",
     steer_wrongly_signed,
     steer_signed,
     {[BY_HAND] = "the store signs what it saves"}},
    {"the province's word from the hub",
     "a district hub's key",
     for_the_province,
     of_the_district,
     {[BY_HAND] = GIVES_DOTS}},
    {"a delete of what it has not seen",
     "a joined clerk's key",
     delete_of_the_future,
     delete_of_what_was_seen,
     {[BY_HAND] = "the store states what it saw"}},
    {"a borrowed future context",
     "a joined clerk's key",
     borrowed_future,
     others_write_on,
     {[BY_HAND] = "the store states what it saw"}},
    {"a field left out and covered",
     "a joined clerk's key",
     emptied,
     cleared,
     {[BY_HAND] = "the store writes every field"}},
    {"another's value covered for nothing",
     "a joined clerk's key",
     covered_without_a_value,
     cleared,
     {[BY_HAND] = "the store writes every field"}},
    {"a save beyond its closing mark",
     "a joined clerk's key",
     beyond_the_mark,
     before_hearing,
     {[BY_HAND] = "what has left is read-only"}},
    {"the same, in a first contact pretended",
     "a joined clerk's key",
     beyond_the_mark_in_first_contact,
     before_hearing,
     {[BY_HAND] = "what has left is read-only"}},
    {"its first closing mark huge",
     "a joined clerk's key",
     first_mark_huge,
     before_hearing,
     {[BY_HAND] = "the store states its marks"}},
    {"its closing mark raised",
     "a joined clerk's key",
     mark_raised,
     before_hearing,
     {[BY_HAND] = "the store states its marks"}},
    {"a mark of another's actor",
     "a joined clerk's key",
     anothers_mark,
     before_hearing,
     {[BY_HAND] = "the store states its marks"}},
};
const size_t attacks_written_count = ARRAY_COUNT(attacks_written);
