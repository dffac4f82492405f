#include "core/record.h"

#include "core/text.h"

static int compare_u64(uint64_t a, uint64_t b)
{
    return a == b ? 0 : a < b ? -1 : 1;
}

static int compare_i64(int64_t a, int64_t b)
{
    return a == b ? 0 : a < b ? -1 : 1;
}

static int origin_compare(const struct origin *a, const struct origin *b)
{
    if (!a || !b) {
        return (a != NULL) - (b != NULL);
    }
    int c = dot_compare(a->dot, b->dot);
    if (c == 0) {
        c = compare_u64(a->level, b->level);
    }
    return c ? c : compare_i64(a->time_ms, b->time_ms);
}

int value_compare(const struct value *a, const struct value *b)
{
    int c = dot_compare(a->dot, b->dot);
    if (c == 0) {
        c = compare_u64(a->level, b->level);
    }
    if (c == 0) {
        c = compare_i64(a->time_ms, b->time_ms);
    }
    if (c == 0) {
        c = origin_compare(a->origin, b->origin);
    }
    return c ? c : datum_compare(&a->datum, &b->datum);
}

/* ---- hashes -------------------------------------------------------------------------------- */

/* What stands before a value's datum in the hashed form: id, field, dot, then level, time, origin
 * and the type and content of a short datum. */
#define HASH_HEAD_BYTES (DOT_KEY_BYTES + 4 + DOT_KEY_BYTES)
#define HASH_FIXED_BYTES (1 + 8 + 1 + DOT_KEY_BYTES + 1 + 8 + 1 + DOT_KEY_BYTES)
#define HASH_STACK_BYTES 512

/* Hash of head ‖ level ‖ time ‖ origin ‖ datum; head, of head_len bytes, stands in `bytes`. */
static struct hash hash_value(uint8_t bytes[HASH_STACK_BYTES], size_t head_len,
                              const struct value *v)
{
    uint8_t *at = bytes + head_len;
    *at++ = v->level;
    be64_put(at, (uint64_t)v->time_ms);
    at += 8;
    *at++ = v->origin ? 1 : 0;
    if (v->origin) {
        dot_key_put(at, v->origin->dot);
        at += DOT_KEY_BYTES;
        *at++ = v->origin->level;
        be64_put(at, (uint64_t)v->origin->time_ms);
        at += 8;
    }
    *at++ = (uint8_t)v->datum.type;
    switch (v->datum.type) {
    case DATUM_INT:
        be64_put(at, (uint64_t)v->datum.i);
        at += 8;
        break;
    case DATUM_REF:
        dot_key_put(at, v->datum.ref);
        at += DOT_KEY_BYTES;
        break;
    case DATUM_TEXT:
    case DATUM_BYTES: {
        size_t fixed_len = (size_t)(at - bytes);
        if (v->datum.text.len > HASH_STACK_BYTES - fixed_len) {
            struct buf long_form = {0};
            buf_add(&long_form, bytes, fixed_len);
            buf_add_slice(&long_form, v->datum.text);
            struct hash h = hash_of(buf_view(&long_form));
            buf_free(&long_form);
            return h;
        }
        if (v->datum.text.len) {
            memcpy(at, v->datum.text.ptr, v->datum.text.len);
        }
        at += v->datum.text.len;
        break;
    }
    case DATUM_EMPTY:
    case DATUM_MARK:
        break;
    }
    return hash_of(slice_make(bytes, (size_t)(at - bytes)));
}

_Static_assert(HASH_HEAD_BYTES + HASH_FIXED_BYTES <= HASH_STACK_BYTES,
               "the fixed part of a value's hashed form fits the stack buffer");

struct hash value_hash(const struct value *v)
{
    uint8_t bytes[HASH_STACK_BYTES];
    return hash_value(bytes, 0, v);
}

struct hash record_digest(const struct record *r)
{
    struct hash sum = {{0}};
    uint8_t bytes[HASH_STACK_BYTES];
    dot_key_put(bytes, r->id);
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        for (unsigned b = 0; b < 4; b++) {
            bytes[DOT_KEY_BYTES + b] = (uint8_t)(f->number >> (24 - 8 * b));
        }
        for (size_t j = 0; j < f->count; j++) {
            dot_key_put(bytes + DOT_KEY_BYTES + 4, f->values[j].dot);
            hash_sum_add(&sum, hash_value(bytes, HASH_HEAD_BYTES, &f->values[j]));
        }
    }
    return sum;
}

/* ---- whole records ------------------------------------------------------------------------- */

const struct field *record_field(const struct record *r, uint32_t number)
{
    size_t low = 0;
    size_t high = r->field_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (r->fields[mid].number < number) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low < r->field_count && r->fields[low].number == number ? &r->fields[low] : NULL;
}

static int mark_compare(const struct mark *a, const struct mark *b)
{
    int c = dot_compare(a->unit_dot, b->unit_dot);
    return c ? c : compare_u64(a->actor, b->actor);
}

bool field_equal(const struct field *a, const struct field *b)
{
    if (a->number != b->number || a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (value_compare(&a->values[i], &b->values[i]) != 0) {
            return false;
        }
    }
    return true;
}

bool record_equal(const struct record *a, const struct record *b)
{
    if (!dot_equal(a->id, b->id) || a->kind != b->kind || a->route != b->route ||
        a->flags != b->flags || a->field_count != b->field_count ||
        a->mark_count != b->mark_count || a->proof_count != b->proof_count ||
        !context_equal(&a->context, &b->context)) {
        return false;
    }
    for (size_t i = 0; i < a->field_count; i++) {
        if (!field_equal(&a->fields[i], &b->fields[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < a->mark_count; i++) {
        if (mark_compare(&a->marks[i], &b->marks[i]) != 0 || a->marks[i].seq != b->marks[i].seq) {
            return false;
        }
    }
    for (size_t i = 0; i < a->proof_count; i++) {
        if (!dot_equal(a->proofs[i].dot, b->proofs[i].dot) ||
            !slice_equal(a->proofs[i].signature, b->proofs[i].signature)) {
            return false;
        }
    }
    return true;
}

struct record record_copy(const struct record *r, struct arena *arena)
{
    struct record copy = *r;
    copy.context = context_copy(&r->context, arena);
    copy.fields = arena_array(arena, r->field_count, sizeof(struct field));
    for (size_t i = 0; i < r->field_count; i++) {
        struct field *f = &copy.fields[i];
        *f = r->fields[i];
        f->values = arena_array(arena, f->count, sizeof(struct value));
        for (size_t j = 0; j < f->count; j++) {
            f->values[j] = r->fields[i].values[j];
            f->values[j].datum = datum_copy(&f->values[j].datum, arena);
            if (f->values[j].origin) {
                struct origin *origin = arena_alloc(arena, sizeof(struct origin));
                *origin = *f->values[j].origin;
                f->values[j].origin = origin;
            }
        }
    }
    copy.marks = arena_array(arena, r->mark_count, sizeof(struct mark));
    for (size_t i = 0; i < r->mark_count; i++) {
        copy.marks[i] = r->marks[i];
    }
    copy.proofs = arena_array(arena, r->proof_count, sizeof(struct proof));
    for (size_t i = 0; i < r->proof_count; i++) {
        copy.proofs[i].dot = r->proofs[i].dot;
        copy.proofs[i].signature = arena_copy(arena, r->proofs[i].signature);
    }
    return copy;
}

struct change record_delta(const struct record *r, const uint32_t *fields, size_t count,
                           struct arena *arena)
{
    struct change out = {.record = *r, .whole = true};
    struct field *kept = arena_array(arena, r->field_count, sizeof(struct field));
    size_t kept_count = 0;
    size_t next = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        while (next < count && fields[next] < f->number) {
            next++;
        }
        if (next < count && fields[next] == f->number) {
            kept[kept_count++] = *f;
            continue;
        }
        out.whole = false;
        for (size_t j = 0; j < f->count; j++) {
            if (!context_covers(&out.base, f->values[j].dot)) {
                out.base = context_with(&out.base, f->values[j].dot, arena);
            }
        }
    }
    if (!out.whole) {
        out.record.fields = kept;
        out.record.field_count = kept_count;
    }
    return out;
}

/* ---- validity ------------------------------------------------------------------------------ */

/* One character of two or three bytes that stands in NFC whatever its neighbours: U+00A0–02FF,
 * U+1E00–1EFF (Vietnamese), U+2010–2027 (dashes, quotes, dots). 0 = another, or not UTF-8. */
static size_t plain_char(const uint8_t *at, size_t left)
{
    if (left >= 2 && at[0] >= 0xc2 && at[0] <= 0xcb && (at[1] & 0xc0) == 0x80) {
        return at[0] == 0xc2 && at[1] < 0xa0 ? 0 : 2; /* up to U+009F they drive a terminal */
    }
    if (left < 3 || (at[2] & 0xc0) != 0x80) {
        return 0;
    }
    if (at[0] == 0xe1 && at[1] >= 0xb8 && at[1] <= 0xbb) {
        return 3;
    }
    return at[0] == 0xe2 && at[1] == 0x80 && at[2] >= 0x90 && at[2] <= 0xa7 ? 3 : 0;
}

/* Nearly all text here is Vietnamese in precomposed letters, which needs no look at the tables. */
static bool text_is_ok(struct slice text)
{
    if (text.len > RECORD_TEXT_MAX_BYTES) {
        return false;
    }
    size_t i = 0;
    while (i < text.len) {
        bool letter = text.ptr[i] >= 0x20 && text.ptr[i] < 0x7f;
        size_t step = letter ? 1 : plain_char(text.ptr + i, text.len - i);
        step = text.ptr[i] == '\n' || text.ptr[i] == '\t' ? 1 : step;
        if (step == 0) {
            return text_is_normal(text);
        }
        i += step;
    }
    return true;
}

static bool dot_is_real(struct dot d)
{
    return d.actor != 0 && d.seq != 0;
}

static bool datum_is_valid(const struct datum *d)
{
    switch (d->type) {
    case DATUM_EMPTY:
    case DATUM_INT:
    case DATUM_MARK:
        return true;
    case DATUM_TEXT:
        return text_is_ok(d->text);
    case DATUM_BYTES:
        return d->text.len <= RECORD_TEXT_MAX_BYTES;
    case DATUM_REF:
        return dot_is_real(d->ref);
    }
    return false;
}

static bool context_is_valid(const struct context *c)
{
    if (c->count > RECORD_ACTORS_MAX) {
        return false;
    }
    for (size_t i = 0; i < c->count; i++) {
        if (!dot_is_real(c->items[i]) || (i && c->items[i - 1].actor >= c->items[i].actor)) {
            return false;
        }
    }
    return true;
}

static bool field_is_valid(const struct record *r, const struct field *f)
{
    if (f->number == 0 || f->count == 0) {
        return false;
    }
    struct dot known = {0, 0}; /* neighbours mostly share their dot */
    for (size_t i = 0; i < f->count; i++) {
        const struct value *v = &f->values[i];
        if (!dot_equal(v->dot, known)) {
            if (!dot_is_real(v->dot) ||
                (!(r->flags & RECORD_STUB) && !context_covers(&r->context, v->dot))) {
                return false;
            }
            known = v->dot;
        }
        if (!datum_is_valid(&v->datum) || (v->origin && !dot_is_real(v->origin->dot)) ||
            (i && value_compare(&f->values[i - 1], v) >= 0)) {
            return false;
        }
    }
    return true;
}

static size_t field_bytes(const struct field *f)
{
    size_t bytes = (size_t)f->count * RECORD_VALUE_BYTES;
    for (uint32_t i = 0; i < f->count; i++) {
        const struct datum *d = &f->values[i].datum;
        bytes += d->type == DATUM_TEXT || d->type == DATUM_BYTES ? d->text.len : 0;
    }
    return bytes;
}

static bool fields_are_valid(const struct record *r)
{
    if (r->field_count > RECORD_FIELDS_MAX) {
        return false;
    }
    size_t values = 0, bytes = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        values += f->count;
        bytes += field_bytes(f);
        if (bytes > RECORD_MAX_BYTES) {
            return false;
        }
        if (values > RECORD_VALUES_MAX || (i && r->fields[i - 1].number >= f->number) ||
            !field_is_valid(r, f)) {
            return false;
        }
    }
    return true;
}

static bool marks_and_proofs_are_valid(const struct record *r)
{
    if (r->mark_count > RECORD_VALUES_MAX || r->proof_count > RECORD_VALUES_MAX) {
        return false;
    }
    for (size_t i = 0; i < r->mark_count; i++) {
        const struct mark *m = &r->marks[i];
        if (!dot_is_real(m->unit_dot) || m->actor == 0 ||
            (i && mark_compare(&r->marks[i - 1], m) >= 0)) {
            return false;
        }
    }
    for (size_t i = 0; i < r->proof_count; i++) {
        const struct proof *p = &r->proofs[i];
        if (!dot_is_real(p->dot) || p->signature.len > RECORD_TEXT_MAX_BYTES ||
            (i && dot_compare(r->proofs[i - 1].dot, p->dot) >= 0)) {
            return false;
        }
    }
    return true;
}

bool record_is_valid(const struct record *r)
{
    if (!dot_is_real(r->id) || r->kind == 0 || r->route < ROUTE_OWN || r->route > ROUTE_LOCAL ||
        (r->flags & ~RECORD_STUB) || !context_is_valid(&r->context)) {
        return false;
    }
    if (!(r->flags & RECORD_STUB) && !context_covers(&r->context, r->id)) {
        return false;
    }
    return fields_are_valid(r) && marks_and_proofs_are_valid(r);
}
