#include "cli/form_choice.h"

#include "cli/mask.h"
#include "cli/row.h"
#include "cli/show.h"
#include "core/person.h"
#include "core/text.h"

#include <stdio.h>

#define SIMILAR_LOOKED 200
#define SIMILAR_MAX 9

enum err form_line(struct cli *c, struct slice *out)
{
    struct buf line = {0};
    enum err e = rows_line(stdin, &line);
    if (e == ERR_OK) {
        struct slice s = buf_view(&line);
        while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\r')) {
            s.len--;
        }
        while (s.len > 0 && s.ptr[0] == ' ') {
            s = slice_make(s.ptr + 1, s.len - 1);
        }
        *out = arena_copy(&c->arena, s);
    }
    buf_free(&line);
    return e;
}

static void put_candidate(struct cli *c, struct txn *t, size_t number, struct dot id)
{
    struct record r;
    struct slice title = show_title(t, id, &c->arena), birth = {0}, place = {0};
    if (person_read(t, id, &c->arena, &r, NULL) == ERR_OK) {
        const struct value *v = r.kind == KIND_MEMBER ? merge_shown(&r, F_MEMBER_BIRTH) : NULL;
        const struct field_def *f = schema_field(KIND_MEMBER, F_MEMBER_BIRTH);
        birth = v ? mask_words(t, f, &v->datum, c->lang, &c->arena) : birth;
        place = r.kind == KIND_UNIT ? place : unit_name(t, show_unit(&r), &c->arena);
    }
    (void)fprintf(stderr, "  %2zu. %.*s%s%.*s%s%.*s\n", number, (int)title.len,
                  (const char *)title.ptr, birth.len ? ", " : "", (int)birth.len,
                  (const char *)birth.ptr, place.len ? ", " : "", (int)place.len,
                  (const char *)place.ptr);
}

enum err form_choose(struct cli *c, const struct id_list *among, struct dot *id)
{
    struct txn *t = NULL;
    struct slice answer;
    *id = (struct dot){0, 0};
    TRY(txn_begin(c->store, TXN_READ, &t));
    for (size_t i = 0; i < among->count; i++) {
        put_candidate(c, t, i + 1, among->ids[i]);
    }
    txn_abort(t);
    (void)fputs(_("  The number of the one meant; Enter for none of them: "), stderr);
    TRY(form_line(c, &answer));
    size_t number = 0;
    for (size_t i = 0; i < answer.len; i++) {
        bool digit = answer.ptr[i] >= '0' && answer.ptr[i] <= '9';
        number = digit && number < 1000 ? number * 10 + (size_t)(answer.ptr[i] - '0') : 1000;
    }
    if (number >= 1 && number <= among->count) {
        *id = among->ids[number - 1];
    }
    return ERR_OK;
}

enum err form_similar(struct cli *c, uint32_t kind, struct slice text, struct id_list *out)
{
    struct txn *t = NULL;
    struct id_list found = {0};
    size_t cap = 0;
    struct slice folded = text_fold(text, &c->arena);
    *out = (struct id_list){0};
    if (folded.len == 0) {
        return ERR_OK;
    }
    TRY(txn_begin(c->store, TXN_READ, &t));
    enum err e = store_ids_by_text(t, folded, SIMILAR_LOOKED, &c->arena, &found);
    for (size_t i = 0; e == ERR_OK && i < found.count && out->count < SIMILAR_MAX; i++) {
        struct record r;
        e = store_get(t, found.ids[i], &c->arena, &r, NULL);
        bool fits = e == ERR_OK && !(r.flags & RECORD_STUB) && !merge_is_deleted(&r) &&
                    (kind == 0 || r.kind == kind);
        struct dot id = fits ? person_shown(t, r.id) : (struct dot){0, 0};
        if (fits && !id_list_has(out, id)) {
            id_list_add(out, &cap, id, &c->arena);
        }
    }
    txn_abort(t);
    return e;
}
