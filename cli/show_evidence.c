#include "cli/show_evidence.h"

#include "cli/json.h"
#include "cli/show.h"
#include "sync/evidence.h"

static const char *verdict_word(enum evidence_verdict verdict)
{
    switch (verdict) {
    case EVIDENCE_HOLDS:
        return "signed";
    case EVIDENCE_GONE:
        return "gone";
    case EVIDENCE_UNSIGNED:
        return "broken";
    default:
        return "not_in_it";
    }
}

/* The unit of the computer that signed; none when its record is not here. */
static struct dot signer_unit(struct txn *t, struct dot node, struct arena *arena)
{
    struct record r;
    return store_get(t, node, arena, &r, NULL) == ERR_OK ? show_unit(&r) : (struct dot){0, 0};
}

/* What cannot be looked at holds nothing either. */
static struct evidence_finding look(struct txn *t, struct dot record, const struct history_entry *h)
{
    struct evidence_finding found;
    if (evidence_verify(t, h->evidence, record, h->dot, &found) != ERR_OK) {
        found.verdict = EVIDENCE_UNSIGNED;
    }
    return found;
}

static bool is_bad(const struct evidence_finding *f)
{
    return f->verdict == EVIDENCE_UNSIGNED || f->verdict == EVIDENCE_NOT_IN_IT;
}

bool show_evidence_json(struct txn *t, struct dot record, const struct history_entry *h,
                        bool verify, struct arena *arena, struct buf *out)
{
    if (h->evidence == 0) {
        return false;
    }
    emit_put_int(out, "evidence", (int64_t)h->evidence);
    if (!verify) {
        return false;
    }
    struct evidence_finding found = look(t, record, h);
    emit_put_text(out, "verified", slice_str(verdict_word(found.verdict)));
    if (found.verdict == EVIDENCE_HOLDS) {
        emit_put_id(out, "signed_by", found.node);
        emit_put_text(out, "signed_by_unit",
                      unit_code(t, signer_unit(t, found.node, arena), arena));
    }
    return is_bad(&found);
}

bool show_evidence_text(struct txn *t, struct dot record, const struct history_entry *h,
                        struct arena *arena, struct buf *out)
{
    unsigned long long n = (unsigned long long)h->evidence;
    char node[DOT_TEXT_SIZE];
    if (n == 0) {
        if (h->via == VIA_SYNC || h->via == VIA_BUNDLE) {
            buf_add_str(out, _("    no signed message of it is kept here\n"));
        }
        return false;
    }
    struct evidence_finding found = look(t, record, h);
    dot_format(found.node, node);
    switch (found.verdict) {
    case EVIDENCE_HOLDS: {
        struct slice name = unit_name(t, signer_unit(t, found.node, arena), arena);
        buf_printf(out, _("    verified: in message %llu of %s, signed by %.*s, computer %s\n"), n,
                   cli_time(arena, found.time_ms), (int)name.len, (const char *)name.ptr, node);
        break;
    }
    case EVIDENCE_GONE:
        buf_printf(out, _("    the signed message %llu that brought it is not kept any more\n"), n);
        break;
    case EVIDENCE_UNSIGNED:
        buf_printf(out, _("    NOT verified: message %llu is not what its sender signed\n"), n);
        break;
    default:
        buf_printf(out, _("    NOT verified: message %llu is signed, but does not hold it\n"), n);
        break;
    }
    return is_bad(&found);
}
