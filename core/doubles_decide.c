/* Deciding: two records are one person, or are not after all, or never were. */
#include "core/doubles.h"

/* A member that may be decided about here. */
static enum err open_member(struct txn *t, struct dot id, struct arena *arena, struct record *out)
{
    TRY(store_get(t, id, arena, out, NULL));
    if (out->kind != KIND_MEMBER) {
        return error_set(ERR_RULE, _("only members are compared and merged"));
    }
    TRY(draft_may_write(t, out));
    return merge_is_deleted(out)
               ? error_set(ERR_RULE, _("this record is deleted; undo the deletion first"))
               : ERR_OK;
}

static enum err open_both(struct txn *t, struct dot a, struct dot b, struct arena *arena,
                          struct record out[2])
{
    if (dot_equal(a, b)) {
        return error_set(ERR_INPUT, _("these are one and the same record"));
    }
    TRY(open_member(t, a, arena, &out[0]));
    return open_member(t, b, arena, &out[1]);
}

static bool field_names(const struct field *f, struct dot id)
{
    for (uint32_t i = 0; f && i < f->count; i++) {
        if (f->values[i].datum.type == DATUM_REF && dot_equal(f->values[i].datum.ref, id)) {
            return true;
        }
    }
    return false;
}

/* Was any record of the one person found to be another than one of the other's? */
static enum err check_not_same(struct txn *t, const struct id_list *one, const struct id_list *two,
                               struct arena *arena)
{
    for (size_t i = 0; i < one->count; i++) {
        struct record r;
        enum err e = store_get(t, one->ids[i], arena, &r, NULL);
        const struct field *f = e == ERR_OK ? record_field(&r, F_NOT_SAME) : NULL;
        if (e != ERR_OK && e != ERR_NOT_FOUND) {
            return e;
        }
        for (size_t j = 0; j < two->count; j++) {
            char a[DOT_TEXT_SIZE], b[DOT_TEXT_SIZE];
            dot_format(one->ids[i], a);
            dot_format(two->ids[j], b);
            if (field_names(f, two->ids[j])) {
                return error_set(ERR_RULE,
                                 _("somebody found that these are two persons. If they are one "
                                   "all the same: terrace doubles --not %s %s --undo"),
                                 a, b);
            }
        }
    }
    return ERR_OK;
}

static enum err save_edits(struct txn *t, struct dot id, const struct edit *edits, size_t count,
                           struct arena *arena)
{
    struct dot same, dot;
    struct save save = {.id = id, .edits = edits, .edit_count = count, .via = VIA_LOCAL};
    return store_save(t, &save, arena, &same, &dot);
}

/* ---- merge ---------------------------------------------------------------------------------- */

static enum err keep_datum(const struct doubles_keep *keep, const struct person_view views[2],
                           struct arena *arena, struct datum *out)
{
    const struct field_def *f = schema_field(KIND_MEMBER, keep->field);
    if (!f || (f->flags & FIELD_MACHINE)) {
        return error_set_field(ERR_INPUT, f ? f->name : "keep",
                               _("there is nothing to choose in this field"));
    }
    if (f->rule == MERGE_SET) {
        return error_set_field(ERR_INPUT, f->name,
                               _("of this field everything is kept; there is nothing to choose"));
    }
    if (f->leader) {
        const struct field_def *leader = schema_field(KIND_MEMBER, f->leader);
        return error_set_field(ERR_INPUT, f->name, _("this field goes with %s; choose that one"),
                               leader->name);
    }
    const struct record *speaker = person_speaker(&views[keep->from_b ? 1 : 0], keep->field);
    *out = datum_text(person_keep_format(keep->field, speaker->id, arena));
    return ERR_OK;
}

enum err doubles_merge(struct txn *t, struct dot a, struct dot b, const struct doubles_keep *keeps,
                       size_t keep_count, struct arena *arena, struct dot *survivor)
{
    struct record r[2];
    struct person_view views[2];
    TRY(open_both(t, a, b, arena, r));
    TRY(person_view(t, a, arena, &views[0]));
    TRY(person_view(t, b, arena, &views[1]));
    if (id_list_has(&views[0].ids, b)) {
        return error_set(ERR_RULE, _("these two are one person already; nothing was changed"));
    }
    if (views[0].ids.count + views[1].ids.count > PERSON_MATES_MAX) {
        return error_set(ERR_RULE, _("too many records would be one person"));
    }
    TRY(check_not_same(t, &views[0].ids, &views[1].ids, arena));
    TRY(check_not_same(t, &views[1].ids, &views[0].ids, arena));
    bool turned = dot_compare(a, b) > 0;
    struct datum edge = datum_ref(turned ? b : a);
    struct datum *kept = arena_array(arena, keep_count + 1, sizeof(*kept));
    for (size_t i = 0; i < keep_count; i++) {
        TRY(keep_datum(&keeps[i], views, arena, &kept[i]));
        for (size_t j = 0; j < i; j++) {
            if (keeps[i].field == keeps[j].field) {
                return error_set_field(ERR_INPUT, schema_field(KIND_MEMBER, keeps[i].field)->name,
                                       _("this field is given twice"));
            }
        }
    }
    const struct edit edits[] = {{F_MERGED_INTO, EDIT_ADD, &edge, 1},
                                 {F_MERGED_KEEP, EDIT_ADD, kept, keep_count}};
    TRY(save_edits(t, turned ? a : b, edits, keep_count ? 2 : 1, arena));
    *survivor = person_shown(t, a);
    return ERR_OK;
}

/* ---- unmerge -------------------------------------------------------------------------------- */

/* greater was merged into smaller; cut when this is to go. */
struct edge {
    struct dot greater, smaller;
    bool cut;
};
struct edges {
    struct edge *list;
    size_t count;
};

static enum err edges_read(struct txn *t, const struct id_list *ids, struct arena *arena,
                           struct edges *out)
{
    size_t cap = 0;
    *out = (struct edges){0};
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < ids->count; i++) {
            struct record r;
            enum err e = store_get(t, ids->ids[i], arena, &r, NULL);
            const struct field *f = e == ERR_OK ? record_field(&r, F_MERGED_INTO) : NULL;
            if (e != ERR_OK && e != ERR_NOT_FOUND) {
                return e;
            }
            for (uint32_t k = 0; f && k < f->count; k++) {
                if (f->values[k].datum.type != DATUM_REF) {
                    continue;
                }
                if (pass == 1) {
                    out->list[out->count++] = (struct edge){r.id, f->values[k].datum.ref, false};
                }
                cap++;
            }
        }
        out->list = pass == 0 ? arena_array(arena, cap + 1, sizeof(*out->list)) : out->list;
    }
    return ERR_OK;
}

static size_t edges_cut(struct edges *edges, struct dot a, struct dot b)
{
    size_t n = 0;
    for (size_t i = 0; i < edges->count; i++) {
        struct edge *e = &edges->list[i];
        bool touches = dot_equal(e->greater, a) || dot_equal(e->smaller, a);
        bool other = dot_is_none(b) || dot_equal(e->greater, b) || dot_equal(e->smaller, b);
        e->cut = touches && other;
        n += e->cut ? 1 : 0;
    }
    return n;
}

/* What hangs together with `from` by the edges that stay. */
static struct id_list still_with(const struct edges *edges, struct dot from, struct arena *arena)
{
    struct id_list out = {.ids = arena_array(arena, edges->count + 1, sizeof(struct dot))};
    out.ids[out.count++] = from;
    for (size_t next = 0; next < out.count; next++) {
        for (size_t i = 0; i < edges->count; i++) {
            const struct edge *e = &edges->list[i];
            bool here = dot_equal(e->greater, out.ids[next]);
            if (e->cut || (!here && !dot_equal(e->smaller, out.ids[next]))) {
                continue;
            }
            struct dot other = here ? e->smaller : e->greater;
            if (!id_list_has(&out, other)) {
                out.ids[out.count++] = other;
            }
        }
    }
    return out;
}

/* One save: the edges of this record that are cut, and choices that name who is no longer with it.
 */
static enum err cut_record(struct txn *t, const struct edges *edges, struct dot greater,
                           struct arena *arena)
{
    struct record r;
    TRY(store_get(t, greater, arena, &r, NULL));
    TRY(draft_may_write(t, &r));
    struct id_list with = still_with(edges, greater, arena);
    struct datum *refs = arena_array(arena, edges->count + 1, sizeof(*refs));
    size_t ref_count = 0, left = 0, keep_count = 0;
    for (size_t i = 0; i < edges->count; i++) {
        const struct edge *e = &edges->list[i];
        if (dot_equal(e->greater, greater)) {
            refs[ref_count] = datum_ref(e->smaller);
            ref_count += e->cut ? 1 : 0;
            left += e->cut ? 0 : 1;
        }
    }
    const struct field *f = record_field(&r, F_MERGED_KEEP);
    struct datum *keeps = arena_array(arena, (f ? f->count : 0) + 1, sizeof(*keeps));
    for (uint32_t i = 0; f && i < f->count; i++) {
        uint32_t number = 0;
        struct dot named = {0, 0};
        bool good = f->values[i].datum.type == DATUM_TEXT &&
                    person_keep_parse(f->values[i].datum.text, &number, &named);
        if (good && (left == 0 || !id_list_has(&with, named))) {
            keeps[keep_count++] = f->values[i].datum;
        }
    }
    const struct edit edits[] = {{F_MERGED_INTO, EDIT_REMOVE, refs, ref_count},
                                 {F_MERGED_KEEP, EDIT_REMOVE, keeps, keep_count}};
    return save_edits(t, greater, edits, 2, arena);
}

enum err doubles_unmerge(struct txn *t, struct dot a, struct dot b, struct arena *arena,
                         struct dot *survivor)
{
    struct id_list ids;
    struct edges edges;
    TRY(person_component(t, a, arena, &ids));
    if (ids.count < 2) {
        return error_set(ERR_RULE, _("this record is merged with no other; nothing was changed"));
    }
    if (!dot_is_none(b) && !id_list_has(&ids, b)) {
        return error_set(ERR_RULE, _("these two are not merged; nothing was changed"));
    }
    *survivor = person_shown(t, a);
    TRY(edges_read(t, &ids, arena, &edges));
    if (edges_cut(&edges, a, b) == 0) {
        return error_set(ERR_RULE, _("these two are one person by way of another record; name the "
                                     "two that were merged, or one alone"));
    }
    for (size_t i = 0; i < ids.count; i++) {
        bool any = false;
        for (size_t k = 0; k < edges.count; k++) {
            const struct edge *e = &edges.list[k];
            any = any || (e->cut && dot_equal(e->greater, ids.ids[i]));
        }
        if (any) {
            TRY(cut_record(t, &edges, ids.ids[i], arena));
        }
    }
    return ERR_OK;
}

/* ---- two after all -------------------------------------------------------------------------- */

enum err doubles_not_same(struct txn *t, struct dot a, struct dot b, bool undo, struct arena *arena)
{
    struct record r[2];
    struct id_list ids;
    TRY(open_both(t, a, b, arena, r));
    TRY(person_component(t, a, arena, &ids));
    if (!undo && id_list_has(&ids, b)) {
        return error_set(ERR_RULE,
                         _("these two are merged; terrace unmerge takes that back first"));
    }
    bool turned = dot_compare(a, b) > 0;
    struct datum smaller = datum_ref(turned ? b : a), greater = datum_ref(turned ? a : b);
    struct edit edit = {F_NOT_SAME, undo ? EDIT_REMOVE : EDIT_ADD, &smaller, 1};
    TRY(save_edits(t, greater.ref, &edit, 1, arena));
    if (undo) { /* whoever wrote it on the other side */
        edit.data = &greater;
        return save_edits(t, smaller.ref, &edit, 1, arena);
    }
    return ERR_OK;
}
