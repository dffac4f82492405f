#include "core/context.h"

uint64_t context_seq(const struct context *c, uint64_t actor)
{
    size_t low = 0;
    size_t high = c->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (c->items[mid].actor < actor) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low < c->count && c->items[low].actor == actor ? c->items[low].seq : 0;
}

bool context_covers_all(const struct context *a, const struct context *b)
{
    size_t i = 0;
    for (size_t j = 0; j < b->count; j++) {
        while (i < a->count && a->items[i].actor < b->items[j].actor) {
            i++;
        }
        if (i == a->count || a->items[i].actor != b->items[j].actor ||
            a->items[i].seq < b->items[j].seq) {
            return false;
        }
    }
    return true;
}

bool context_equal(const struct context *a, const struct context *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (!dot_equal(a->items[i], b->items[i])) {
            return false;
        }
    }
    return true;
}

struct context context_union(const struct context *a, const struct context *b, struct arena *arena)
{
    size_t total = 0;
    CHECK(size_add(a->count, b->count, &total));
    struct context out = {arena_array(arena, total, sizeof(struct dot)), 0};
    size_t i = 0;
    size_t j = 0;
    while (i < a->count || j < b->count) {
        if (j == b->count || (i < a->count && a->items[i].actor < b->items[j].actor)) {
            out.items[out.count++] = a->items[i++];
        } else if (i == a->count || b->items[j].actor < a->items[i].actor) {
            out.items[out.count++] = b->items[j++];
        } else {
            struct dot d = a->items[i++];
            if (b->items[j].seq > d.seq) {
                d.seq = b->items[j].seq;
            }
            j++;
            out.items[out.count++] = d;
        }
    }
    return out;
}

struct context context_with(const struct context *a, struct dot d, struct arena *arena)
{
    struct context one = {&d, dot_is_none(d) ? 0 : 1};
    return context_union(a, &one, arena);
}

struct context context_copy(const struct context *c, struct arena *arena)
{
    struct context out = {arena_array(arena, c->count, sizeof(struct dot)), c->count};
    if (c->count) {
        memcpy(out.items, c->items, c->count * sizeof(struct dot));
    }
    return out;
}

void context_pack(struct pack_writer *w, const struct context *c)
{
    pack_array(w, 2 * c->count);
    for (size_t i = 0; i < c->count; i++) {
        pack_uint(w, c->items[i].actor);
        pack_uint(w, c->items[i].seq);
    }
}

struct context context_read(struct pack_reader *r, struct arena *arena)
{
    size_t count = read_array(r);
    if (count % 2) {
        pack_fail(r);
    }
    if (!pack_ok(r)) {
        return (struct context){0};
    }
    struct context out = {arena_array(arena, count / 2, sizeof(struct dot)), count / 2};
    uint64_t before = 0; /* actors are never 0 and ascend */
    for (size_t i = 0; i < out.count; i++) {
        struct dot d = {0, 0};
        d.actor = read_uint(r);
        d.seq = read_uint(r);
        if (d.actor <= before || d.seq == 0) {
            pack_fail(r);
        }
        before = d.actor;
        out.items[i] = d;
    }
    return pack_ok(r) ? out : (struct context){0};
}
