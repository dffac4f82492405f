#include "sync/batch_layout.h"

#include "sync/batch.h"

int entry_compare(const struct entry *a, const struct entry *b)
{
    int c = dot_compare(a->dot, b->dot);
    if (c || a->bare || b->bare) {
        return c ? c : (int)b->bare - (int)a->bare;
    }
    struct value x = {.dot = a->dot, .time_ms = a->time_ms, .origin = a->origin, .level = a->level};
    struct value y = {.dot = b->dot, .time_ms = b->time_ms, .origin = b->origin, .level = b->level};
    return value_compare(&x, &y);
}

size_t entry_first(const struct entry *entries, size_t count, struct dot d)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (dot_compare(entries[mid].dot, d) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

struct context implied_context(struct dot id, bool stub, const struct dot *dots, size_t count,
                               struct arena *arena)
{
    struct context out = {0};
    if (stub) {
        return out;
    }
    out.items = arena_array(arena, count + 1, sizeof(struct dot));
    size_t i = 0;
    bool id_stands = false;
    while (i < count || !id_stands) {
        /* the id takes its turn among the dots, which ascend */
        bool take_id = !id_stands && (i == count || dot_compare(id, dots[i]) <= 0);
        struct dot d = take_id ? id : dots[i++];
        id_stands = id_stands || take_id;
        if (out.count && out.items[out.count - 1].actor == d.actor) {
            out.items[out.count - 1].seq = d.seq;
        } else {
            out.items[out.count++] = d;
        }
    }
    return out;
}

size_t batch_weight(const struct change *c)
{
    const struct record *r = &c->record;
    size_t weight = 256 + 32 * (r->context.count + c->base.count);
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        weight += 120 * (size_t)f->count;
        for (size_t j = 0; j < f->count; j++) {
            const struct datum *d = &f->values[j].datum;
            if (d->type == DATUM_TEXT || d->type == DATUM_BYTES) {
                weight += 10 * d->text.len;
            }
        }
    }
    return weight;
}
