/* The one door for writes, and local saves through it. */
#include "core/store_env.h"

#include "core/authority.h"
#include "core/proof.h"
#include "core/scope.h"

#include <stdlib.h>

/* A field keeps the feed seq of its last change, so that a delta holds just what a receiver lacks.
 */
static void local_update(const struct record *before, const struct record_local *old,
                         const struct record *after, uint64_t seq, struct arena *arena,
                         struct record_local *out)
{
    out->field_seqs = arena_array(arena, after->field_count + 1, sizeof(uint64_t));
    size_t i = 0;
    for (size_t j = 0; j < after->field_count; j++) {
        const struct field *f = &after->fields[j];
        while (before && i < before->field_count && before->fields[i].number < f->number) {
            i++;
        }
        bool same = before && i < before->field_count && before->fields[i].number == f->number &&
                    field_equal(&before->fields[i], f);
        out->field_seqs[j] = same ? old->field_seqs[i] : seq;
    }
}

static enum err record_store(struct txn *t, const struct record *r,
                             const struct record_local *local)
{
    uint8_t key[DOT_KEY_BYTES];
    dot_key_put(key, r->id);
    row_write(&t->row, r, local);
    return table_put(t, TABLE_RECORDS, slice_make(key, sizeof(key)), buf_view(&t->row));
}

static enum err after_write(struct txn *t, const struct record *after, struct ripple *ripple)
{
    enum err e = ERR_OK;
    if (after->kind == KIND_UNIT) {
        memset(t->unit_slots, 0, sizeof(t->unit_slots));
    } else if (after->kind == KIND_NODE) {
        e = actors_learn(t, after);
    }
    return e ? e : ripple_spread(t, ripple);
}

/* Leaving is never an instruction: this store decides by its own unit, states its closing marks,
 * and remembers that the record may go once everybody has heard (rules 14, 15). had: it was in
 * scope until now. */
static enum err note_scope(struct txn *t, struct record *r, const struct id_list *units, bool had,
                           struct arena *arena, bool *stated)
{
    *stated = false;
    if (!scope_is_lost(t, r, units)) {
        return leaving_del(t, r->id);
    }
    TRY(marks_state(t, r, had && !store_is_leaving(t, r->id), arena, stated));
    return leaving_put(t, r->id);
}

/* A stub comes back whole: of what it had kept the story tells the change, where it belongs above
 * all; of the rest nothing is known. */
static struct record as_it_left(const struct record *stub, const struct record *after,
                                struct arena *arena)
{
    struct record was = *after;
    was.fields = arena_array(arena, after->field_count + 1, sizeof(struct field));
    for (size_t i = 0; i < after->field_count; i++) {
        const struct field *kept = record_field(stub, after->fields[i].number);
        was.fields[i] = kept ? *kept : after->fields[i];
    }
    return was;
}

enum err door_write(struct txn *t, const struct record *before, const struct record_local *local,
                    const struct record *given, const struct entry_cause *cause)
{
    const struct env *env = store_env(t->store);
    struct arena *scratch = &t->scratch;
    struct id_list units_before = {0}, units_after = {0};
    struct record after = *given;
    struct ripple ripple;
    uint64_t seq = 0;
    bool stated = false;
    CHECK(t->mode == TXN_WRITE);
    if (before) {
        TRY(scope_units(t, before, scratch, &units_before));
    }
    TRY(ripple_gather(t, before, &after, scratch, &ripple));
    TRY(scope_units(t, &after, scratch, &units_after));
    bool had = !before || !scope_is_lost(t, before, &units_before);
    TRY(note_scope(t, &after, &units_after, had, scratch, &stated));
    bool moved = !id_lists_equal(&units_before, &units_after);
    seq = t->feed_head + 1;
    struct record_local now = {
        .feed_seq = seq,
        .content_seq = seq,
        .entered_seq = moved ? seq : local->entered_seq,
        .stored_ms = before ? local->stored_ms : env->now_ms(env->ctx),
        .source_node = stated ? (struct dot){0, 0} : cause->echo_node,
        .source_actor = stated ? 0 : cause->echo_actor,
        .via = before ? local->via : (uint8_t)cause->via,
        .evidence = before ? local->evidence : t->evidence,
    };
    local_update(before, local, &after, seq, scratch, &now);
    t->feed_head = seq;
    if (before && local->feed_seq <= t->passed_seq) {
        TRY(feed_drop(t, local->feed_seq));
    }
    TRY(feed_append(t, &after, &now, before ? &units_before : NULL, &units_after));
    TRY(record_store(t, &after, &now));
    TRY(index_update(t, before, &after, &units_before, &units_after));
    if (before && !(after.flags & RECORD_STUB)) {
        struct record was =
            before->flags & RECORD_STUB ? as_it_left(before, &after, scratch) : *before;
        TRY(history_append(t, &was, &after, cause, false));
    }
    if (!before) {
        t->record_count++;
    }
    return after_write(t, &after, &ripple);
}

enum err door_touch(struct txn *t, struct dot id, const struct id_list *former,
                    const struct id_list *units)
{
    struct arena arena = {0};
    struct record r;
    struct record_local local;
    bool stated = false;
    enum err e = store_get(t, id, &arena, &r, &local);
    e = e ? e : note_scope(t, &r, units, true, &arena, &stated);
    if (e == ERR_OK) {
        local.feed_seq = ++t->feed_head;
        local.entered_seq = local.feed_seq;
        if (stated) { /* the marks are news for upstream too */
            local.content_seq = local.feed_seq;
            local.source_node = (struct dot){0, 0};
        }
        struct record_local entry = local;
        entry.source_node = (struct dot){0, 0};
        struct index_items items = {.arena = &arena};
        index_collect(t, &r, units, &items);
        e = feed_append(t, &r, &entry, former, units);
        e = e ? e : record_store(t, &r, &local);
        e = e ? e : index_regroup(t, &r, former, &items);
    }
    arena_free(&arena);
    return e;
}

/* ---- local saves ---------------------------------------------------------------------------- */

struct save_state {
    struct txn *t;
    const struct save *save;
    struct arena *arena;
    struct record before;
    struct record_local local;
    bool is_new;
    struct context shown;
    struct dot dot;
    int64_t now_ms;
    struct field *fields; /* of the result, sorted; room for every edit */
    size_t field_count;
    size_t touched;
};

static struct value own_value(const struct save_state *s, struct datum d)
{
    return (struct value){.dot = s->dot,
                          .time_ms = s->now_ms,
                          .datum = d,
                          .level = store_identity(s->t->store)->level};
}

static int value_sort(const void *a, const void *b)
{
    return value_compare(a, b);
}

static bool data_has(const struct datum *data, size_t count, const struct datum *d)
{
    for (size_t i = 0; i < count; i++) {
        if (datum_compare(&data[i], d) == 0) {
            return true;
        }
    }
    return false;
}

static bool field_shows(const struct field *f, const struct datum *d)
{
    for (uint32_t i = 0; f && i < f->count; i++) {
        if (f->values[i].datum.type != DATUM_MARK && datum_compare(&f->values[i].datum, d) == 0) {
            return true;
        }
    }
    return false;
}

/* A set: what the author saw and took away goes, what is new comes under this dot, the rest keeps
 * its dots; markers he saw are replaced by one of this save. false when nothing changes. */
static bool edit_set_field(struct save_state *s, const struct field *old, const struct edit *edit,
                           struct field *out)
{
    size_t n = 0, old_count = old ? old->count : 0;
    struct value *values = arena_array(s->arena, old_count + edit->count + 1, sizeof(*values));
    bool changed = false;
    for (size_t i = 0; i < old_count; i++) {
        const struct value *v = &old->values[i];
        /* of this very save, too: one may add and take out at once */
        bool seen = context_covers(&s->shown, v->dot) || dot_equal(v->dot, s->dot);
        bool named = data_has(edit->data, edit->count, &v->datum);
        bool drop = v->datum.type == DATUM_MARK ? seen
                    : edit->op == EDIT_SET      ? seen && !named
                    : edit->op == EDIT_REMOVE   ? seen && named
                                                : false;
        changed = changed || (drop && v->datum.type != DATUM_MARK);
        if (!drop) {
            values[n++] = *v;
        }
    }
    for (size_t i = 0; edit->op != EDIT_REMOVE && i < edit->count; i++) {
        if (!field_shows(old, &edit->data[i]) && !data_has(edit->data, i, &edit->data[i])) {
            values[n++] = own_value(s, edit->data[i]);
            changed = true;
        }
    }
    if (!changed) {
        return false;
    }
    values[n++] = own_value(s, datum_mark());
    qsort(values, n, sizeof(*values), value_sort);
    *out = (struct field){edit->field, (uint32_t)n, values};
    return true;
}

/* A plain field: this save's value replaces those its author was shown. Writing what is shown is no
 * change, unless it decides between siblings. */
static bool edit_plain_field(struct save_state *s, const struct field *old, struct datum d,
                             uint32_t number, bool again, struct field *out)
{
    size_t n = 0, old_count = old ? old->count : 0;
    if (!old && d.type == DATUM_EMPTY) {
        return false;
    }
    bool differs = old_count == 0 || again;
    for (size_t i = 0; i < old_count; i++) {
        differs = differs || datum_compare(&old->values[i].datum, &d) != 0;
    }
    if (!differs) {
        return false;
    }
    struct value *values = arena_array(s->arena, old_count + 1, sizeof(*values));
    for (size_t i = 0; i < old_count; i++) {
        if (!context_covers(&s->shown, old->values[i].dot)) {
            values[n++] = old->values[i];
        }
    }
    values[n++] = own_value(s, d);
    qsort(values, n, sizeof(*values), value_sort);
    *out = (struct field){number, (uint32_t)n, values};
    return true;
}

static bool edit_is_set(const struct save_state *s, const struct edit *edit)
{
    const struct field_def *def =
        schema_field(s->is_new ? s->save->kind : s->before.kind, edit->field);
    if (def) {
        return def->rule == MERGE_SET;
    }
    const struct field *f = s->is_new ? NULL : record_field(&s->before, edit->field);
    return edit->op != EDIT_SET || (f && schema_rule(s->before.kind, f) == MERGE_SET);
}

static void fields_place(struct save_state *s, const struct field *f)
{
    size_t i = 0;
    while (i < s->field_count && s->fields[i].number < f->number) {
        i++;
    }
    if (i == s->field_count || s->fields[i].number != f->number) {
        memmove(&s->fields[i + 1], &s->fields[i], (s->field_count - i) * sizeof(*s->fields));
        s->field_count++;
    }
    s->fields[i] = *f;
    s->touched++;
}

static void apply_edit(struct save_state *s, const struct edit *edit)
{
    struct field result;
    const struct field *old = NULL;
    for (size_t i = 0; i < s->field_count && !old; i++) {
        old = s->fields[i].number == edit->field ? &s->fields[i] : NULL;
    }
    bool changed = false;
    if (edit->field == F_DELETED) {
        /* The datum of a delete is what its author had seen (rule 6). */
        struct datum d = datum_empty();
        if (edit->count) {
            struct buf bytes = {0};
            struct pack_writer w = pack_writer_make(&bytes);
            context_pack(&w, &s->shown);
            d = datum_bytes(arena_copy(s->arena, buf_view(&bytes)));
            buf_free(&bytes);
        }
        changed = edit_plain_field(s, old, d, F_DELETED, false, &result);
    } else if (edit_is_set(s, edit)) {
        changed = edit_set_field(s, old, edit, &result);
    } else {
        struct datum d = edit->count && edit->op != EDIT_REMOVE ? edit->data[0] : datum_empty();
        changed = edit_plain_field(s, old, d, edit->field, edit->op == EDIT_AGAIN, &result);
    }
    if (changed) {
        fields_place(s, &result);
    }
}

static const struct field *field_now(const struct save_state *s, uint32_t number)
{
    const struct field *f = NULL;
    for (size_t i = 0; i < s->field_count && !f; i++) {
        f = s->fields[i].number == number ? &s->fields[i] : NULL;
    }
    return f;
}

/* Where the record belonged until this save, so that what comes late from there is known for its
 * own whichever way the record went (rule 15). It only grows. */
static void remember_homes(struct save_state *s)
{
    static const uint32_t of_unit[] = {F_UNIT_PARENT, F_UNIT_SUCCESSORS}, of_others[] = {F_UNIT};
    bool unit = s->before.kind == KIND_UNIT;
    const uint32_t *numbers = unit ? of_unit : of_others;
    size_t n = 0, room = 0, count = unit ? ARRAY_COUNT(of_unit) : ARRAY_COUNT(of_others);
    for (size_t k = 0; k < count; k++) {
        const struct field *was = record_field(&s->before, numbers[k]);
        room += was ? was->count : 0;
    }
    struct datum *former = arena_array(s->arena, room + 1, sizeof(*former));
    for (size_t k = 0; k < count; k++) {
        const struct field *was = record_field(&s->before, numbers[k]);
        for (uint32_t i = 0; was && i < was->count; i++) {
            const struct datum *d = &was->values[i].datum;
            if (d->type == DATUM_REF && !field_shows(field_now(s, numbers[k]), d)) {
                former[n++] = *d;
            }
        }
    }
    struct edit edit = {F_ONCE, EDIT_ADD, former, n};
    if (n) {
        apply_edit(s, &edit);
    }
}

/* head = H(previous, seq, record, sorted (field, hash of value)): the chain of rule 25. */
static enum err chain_extend(struct txn *t, const struct record *r, struct dot dot,
                             struct arena *arena)
{
    size_t n = 0;
    const struct save_item *items = save_items(r, dot, arena, &n);
    struct buf bytes = {0};
    uint8_t number[8], id[DOT_KEY_BYTES], key[DOT_KEY_BYTES], value[DOT_KEY_BYTES + HASH_BYTES];
    buf_add(&bytes, t->chain_head.bytes, HASH_BYTES);
    be64_put(number, dot.seq);
    buf_add(&bytes, number, sizeof(number));
    dot_key_put(id, r->id);
    buf_add(&bytes, id, sizeof(id));
    for (size_t i = 0; i < n; i++) {
        be64_put(number, items[i].field);
        buf_add(&bytes, number, sizeof(number));
        buf_add(&bytes, items[i].hash.bytes, HASH_BYTES);
    }
    t->chain_head = hash_of(buf_view(&bytes));
    buf_free(&bytes);
    dot_key_put(key, dot);
    memcpy(value, id, sizeof(id));
    memcpy(value + DOT_KEY_BYTES, t->chain_head.bytes, HASH_BYTES);
    return table_put(t, TABLE_SAVES, slice_make(key, sizeof(key)),
                     slice_make(value, sizeof(value)));
}

uint64_t store_own_seq(struct txn *t)
{
    return t->own_seq;
}

enum err store_chain_head(struct txn *t, uint64_t seq, struct hash *out)
{
    uint8_t key[DOT_KEY_BYTES];
    struct slice v;
    *out = (struct hash){{0}};
    if (seq == 0) {
        return ERR_OK;
    }
    dot_key_put(key, (struct dot){store_identity(t->store)->actor, seq});
    enum err e = table_get(t, TABLE_SAVES, slice_make(key, sizeof(key)), &v);
    if (e == ERR_OK && v.len == DOT_KEY_BYTES + HASH_BYTES) {
        memcpy(out->bytes, v.ptr + DOT_KEY_BYTES, HASH_BYTES);
    }
    return e;
}

static bool is_steering(const struct record *r, struct dot dot)
{
    bool steers = false;
    for (size_t i = 0; i < r->field_count && schema_steers(r->kind) && !steers; i++) {
        const struct field *f = &r->fields[i];
        for (uint32_t j = 0; j < f->count && !steers; j++) {
            steers = dot_equal(f->values[j].dot, dot) && authority_steers(r->kind, f->number);
        }
    }
    return steers;
}

enum err door_save(struct txn *t, const struct record *before, const struct record_local *local,
                   const struct record *after, struct dot dot, enum via via)
{
    const struct identity *self = store_identity(t->store);
    struct entry_cause cause = {.via = via};
    struct record proven = *after;
    CHECK(dot.actor == self->actor && dot.seq == t->own_seq + 1);
    t->own_seq++;
    TRY(chain_extend(t, after, dot, &t->scratch));
    if (is_steering(after, dot)) {
        proof_sign(&proven, dot, self->secret_key, &t->scratch);
    }
    TRY(door_write(t, before, local, &proven, &cause));
    struct actor_info own = {.node = self->node, .unit = self->unit, .closed_at = UINT64_MAX},
                      known;
    bool named = dot.seq > 1 || store_actor(t, self->actor, &known);
    return named ? ERR_OK : actor_bind(t, self->actor, &own);
}

static bool wrote_field(const struct record *r, uint32_t number, struct dot dot)
{
    const struct field *f = record_field(r, number);
    bool wrote = false;
    for (uint32_t i = 0; f && i < f->count && !wrote; i++) {
        wrote = dot_equal(f->values[i].dot, dot);
    }
    return wrote;
}

static enum err save_load(struct save_state *s)
{
    const struct save *save = s->save;
    s->is_new = dot_is_none(save->id);
    if (s->is_new) {
        return ERR_OK;
    }
    enum err e = store_get(s->t, save->id, s->arena, &s->before, &s->local);
    if (e != ERR_OK) {
        return e == ERR_NOT_FOUND ? error_set(e, _("there is no such record here")) : e;
    }
    if (s->before.flags & RECORD_STUB || store_is_leaving(s->t, save->id)) {
        return error_set(ERR_RULE,
                         _("this record has moved to another unit and is read-only here"));
    }
    bool undeletes = false;
    for (size_t i = 0; i < save->edit_count; i++) {
        undeletes = undeletes || save->edits[i].field == F_DELETED;
    }
    if (!undeletes && merge_is_deleted(&s->before)) {
        return error_set(ERR_RULE, _("this record is deleted; undo the deletion first"));
    }
    s->shown = save->shown ? *save->shown : s->before.context;
    s->field_count = s->before.field_count;
    return ERR_OK;
}

static enum err not_yours(enum refusal why)
{
    switch (why) {
    case REFUSAL_NONE:
        return ERR_OK;
    case REFUSAL_ROLE:
        return error_set(ERR_RULE, _("the role of this computer does not allow it; ask the office "
                                     "above for a code of another role"));
    case REFUSAL_REVOKED:
        return error_set(ERR_RULE,
                         _("this computer was revoked; what is entered here goes nowhere. Ask the "
                           "office above for a code, and give it with: terrace join --rehome URL "
                           "CODE"));
    default:
        return error_set(ERR_RULE, _("only the office above, or the one that it is of, writes "
                                     "this; nothing was saved"));
    }
}

/* The same decision as at every other way in, before it is made: better heard here. */
static enum err check_authority(const struct save_state *s, const struct record *after)
{
    const struct identity *self = store_identity(s->t->store);
    struct author author = authority_author(s->t, self->actor, self->unit);
    enum refusal why = REFUSAL_NONE;
    if (dot_is_none(self->unit)) {
        return ERR_OK; /* a root that is being made */
    }
    for (size_t i = 0; i < after->field_count && why == REFUSAL_NONE; i++) {
        const struct field *f = &after->fields[i];
        for (uint32_t j = 0; j < f->count && why == REFUSAL_NONE; j++) {
            if (dot_equal(f->values[j].dot, s->dot)) {
                why = authority_judge(s->t, &author, s->is_new ? NULL : &s->before, after,
                                      f->number, &f->values[j]);
            }
        }
    }
    return not_yours(why);
}

enum err store_save(struct txn *t, const struct save *save, struct arena *arena, struct dot *id,
                    struct dot *dot)
{
    const struct env *env = store_env(t->store);
    TRY(announce_actor(t, save));
    struct save_state s = {.t = t, .save = save, .arena = arena, .now_ms = env->now_ms(env->ctx)};
    s.dot = (struct dot){store_identity(t->store)->actor, t->own_seq + 1};
    *dot = (struct dot){0, 0};
    arena_reset(&t->scratch);
    TRY(save_load(&s));
    /* one more for F_ONCE */
    s.fields = arena_array(arena, s.field_count + save->edit_count + 2, sizeof(struct field));
    if (s.field_count) {
        memcpy(s.fields, s.before.fields, s.field_count * sizeof(struct field));
    }
    for (size_t i = 0; i < save->edit_count; i++) {
        if (save->edits[i].field != F_ONCE) { /* the door's own */
            apply_edit(&s, &save->edits[i]);
        }
    }
    if (!s.is_new && s.touched) {
        remember_homes(&s);
    }
    *id = s.is_new ? s.dot : save->id;
    if (s.touched == 0) {
        return s.is_new ? error_set(ERR_INPUT, _("nothing to save: no field has a value")) : ERR_OK;
    }
    struct record after = s.before;
    if (s.is_new) {
        after = (struct record){.id = s.dot, .kind = save->kind};
    }
    after.fields = s.fields;
    after.field_count = s.field_count;
    proofs_follow(&s.before, NULL, &after, arena);
    after.context = context_with(&after.context, s.dot, arena);
    if (s.is_new) {
        after.route = (uint8_t)schema_route(&after);
    }
    if (!record_is_valid(&after)) {
        return error_set(
            ERR_INPUT, _("a value is too long or is not text, or the record has become too large"));
    }
    if (!s.is_new && wrote_field(&after, F_UNIT, s.dot)) {
        TRY(marks_carry(t, &s.before, &after, s.dot, arena));
    }
    enum err e = check_authority(&s, &after);
    if (e != ERR_OK) {
        return e;
    }
    *dot = s.dot;
    return door_save(t, s.is_new ? NULL : &s.before, &s.local, &after, s.dot, save->via);
}
