/* A draft for a person of several records: each field goes to the record that speaks for it, so
 * that what was saved is what is shown. */
#include "core/draft.h"
#include "core/person.h"
#include "core/text.h"

struct shares {
    struct txn *t;
    const struct draft *draft;
    struct arena *arena;
    struct person_view view;
    struct draft *parts; /* one for each record that speaks */
};

static void give(struct shares *s, size_t at, struct draft_item item)
{
    struct draft *part = &s->parts[at];
    struct draft_item *items = arena_array(s->arena, part->item_count + 1, sizeof(*items));
    for (size_t i = 0; i < part->item_count; i++) {
        items[i] = part->items[i];
    }
    items[part->item_count++] = item;
    part->items = items;
}

static bool holds(const struct record *r, uint32_t field, struct arena *arena)
{
    size_t count = 0;
    const struct field *f = record_field(r, field);
    if (f && schema_rule(r->kind, f) == MERGE_SET) {
        (void)merge_siblings(r, field, arena, &count);
        return count > 0;
    }
    const struct value *v = merge_shown(r, field);
    return v && v->datum.type != DATUM_EMPTY;
}

/* A set: what is added goes to the shown record, what is taken out goes wherever it is. */
static void share_set(struct shares *s, const struct field_def *f, struct draft_item item)
{
    struct draft_item none = {.name = item.name, .op = EDIT_SET};
    for (size_t i = 0; i < s->view.count; i++) {
        bool here = holds(&s->view.records[i], f->number, s->arena);
        if (i == 0 || (item.op == EDIT_REMOVE && here)) {
            give(s, i, item);
        } else if (item.op == EDIT_SET && here) {
            give(s, i, none);
        }
    }
}

/* A plain field: a value to the speaker, an empty one to all who have any. */
static void share_plain(struct shares *s, const struct field_def *f, struct draft_item item,
                        bool empty)
{
    const struct record *speaker = person_speaker(&s->view, f->number);
    bool chosen = holds(speaker, f->number, s->arena);
    for (size_t i = 0; i < s->view.count; i++) {
        bool here = holds(&s->view.records[i], f->number, s->arena);
        bool speaks = chosen ? &s->view.records[i] == speaker : i == 0;
        if (empty ? here : speaks) {
            give(s, i, item);
        }
    }
}

/* An export that comes back says of a person what was shown, and changes nothing. */
static enum err says_nothing_new(struct shares *s, const struct field_def *f,
                                 const struct draft_item *item, bool *out)
{
    struct datum d;
    size_t count = 0;
    *out = false;
    if (s->draft->via != VIA_IMPORT || item->op != EDIT_SET) {
        return ERR_OK;
    }
    if (f->rule != MERGE_SET) {
        struct id_list candidates;
        const struct value *v = merge_shown(&s->view.record, f->number);
        if (item->elements ||
            draft_parse_listing(s->t, f, item->value, s->arena, &d, &candidates) != ERR_OK) {
            return ERR_OK; /* said with the field when it is saved */
        }
        *out = v ? datum_compare(&v->datum, &d) == 0 : d.type == DATUM_EMPTY;
        return ERR_OK;
    }
    const struct value **now = record_field(&s->view.record, f->number)
                                   ? merge_siblings(&s->view.record, f->number, s->arena, &count)
                                   : NULL;
    struct buf joined = {0};
    for (size_t i = 0; i < count; i++) {
        buf_add_str(&joined, i ? ";" : "");
        buf_add_slice(&joined, draft_format(s->t, f, &now[i]->datum, "en", s->arena));
    }
    struct buf wanted = {0};
    buf_add_slice(&wanted, item->value);
    for (size_t i = 0; i < item->element_count; i++) {
        buf_add_str(&wanted, i ? ";" : "");
        buf_add_slice(&wanted, item->elements[i]);
    }
    *out = slice_equal(buf_view(&joined), buf_view(&wanted));
    buf_free(&joined);
    buf_free(&wanted);
    return ERR_OK;
}

static enum err share_items(struct shares *s)
{
    for (size_t i = 0; i < s->draft->item_count; i++) {
        const struct draft_item *item = &s->draft->items[i];
        const struct field_def *f = schema_field_by_name(schema_kind(KIND_MEMBER), item->name);
        struct slice text;
        bool nothing = false;
        if (!f || (f->flags & FIELD_MACHINE)) {
            give(s, 0, *item); /* refused there, in its own words */
            continue;
        }
        TRY(says_nothing_new(s, f, item, &nothing));
        TRY(text_normalize(item->value, s->arena, &text));
        if (nothing) {
            continue;
        }
        if (f->rule == MERGE_SET) {
            share_set(s, f, *item);
        } else {
            share_plain(s, f, *item, text.len == 0 && item->op == EDIT_SET && !item->elements);
        }
    }
    return ERR_OK;
}

static enum err save_person(struct txn *t, const struct draft *draft, struct arena *arena,
                            struct dot *id, struct dot *dot, struct id_list *doubles)
{
    struct shares s = {.t = t, .draft = draft, .arena = arena};
    TRY(person_view(t, draft->id, arena, &s.view));
    s.parts = arena_array(arena, s.view.count, sizeof(*s.parts));
    for (size_t i = 0; i < s.view.count; i++) {
        s.parts[i] = (struct draft){.id = s.view.records[i].id,
                                    .via = draft->via,
                                    .anyway = draft->anyway,
                                    .shown = i == 0 ? draft->shown : NULL};
    }
    TRY(share_items(&s));
    *dot = (struct dot){0, 0};
    for (size_t i = 0; i < s.view.count; i++) {
        struct dot saved, part;
        if (s.parts[i].item_count > 0) {
            TRY(draft_save_record(t, &s.parts[i], arena, &part, &saved, doubles));
            *dot = dot_is_none(saved) ? *dot : saved;
        }
    }
    *id = s.view.record.id;
    return ERR_OK;
}

enum err draft_save(struct txn *t, const struct draft *draft, struct arena *arena, struct dot *id,
                    struct dot *dot, struct id_list *doubles)
{
    *doubles = (struct id_list){0};
    if (!dot_is_none(draft->id) && person_is_merged(t, draft->id)) {
        return save_person(t, draft, arena, id, dot, doubles);
    }
    return draft_save_record(t, draft, arena, id, dot, doubles);
}
