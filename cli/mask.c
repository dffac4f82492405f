#include "cli/mask.h"

#include "core/cert.h"

static bool masking;

void mask_use(bool on)
{
    masking = on;
}

bool mask_hides(const struct field_def *f)
{
    return masking && (!f || (f->flags & FIELD_SENSITIVE));
}

struct slice mask_words(struct txn *t, const struct field_def *f, const struct datum *d,
                        const char *lang, struct arena *arena)
{
    if (mask_hides(f) && d->type != DATUM_EMPTY && d->type != DATUM_MARK) {
        return slice_str("•••");
    }
    return draft_format(t, f, d, lang, arena);
}

bool mask_by_role(struct store *store)
{
    struct arena arena = {0};
    struct txn *t = NULL;
    struct record own;
    struct cert cert;
    bool viewer = false;
    if (dot_is_none(store_identity(store)->node) || txn_begin(store, TXN_READ, &t) != ERR_OK) {
        return false;
    }
    viewer = store_get(t, store_identity(store)->node, &arena, &own, NULL) == ERR_OK &&
             cert_of_node(t, &own, &cert) && cert.role == NODE_ROLE_VIEWER;
    txn_abort(t);
    arena_free(&arena);
    error_clear();
    return viewer;
}
