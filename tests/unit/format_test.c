/* The test vectors of sync/FORMAT.md, read from the document itself: each is decoded, compared with
 * the value that its name stands for here, and encoded again. */
#include "core/record.h"
#include "sync/batch.h"
#include "sync/batch_text.h"
#include "sync/bundle_part.h"
#include "sync/dictionary.h"
#include "sync/frame.h"
#include "sync/message.h"
#include "sync/round.h"
#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ACTOR_A UINT64_C(0x1111111111111111)
#define ACTOR_B UINT64_C(0x2222222222222222)

struct vector {
    char kind[32];
    char name[64];
    struct slice bytes; /* in the arena */
    bool met;
};
static struct vector vectors[128];
static size_t vector_count;
static struct arena memory;

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Pairs of hex digits up to a semicolon or the end of the line. */
static void add_hex(const char *line, struct buf *bytes)
{
    for (const char *c = line; *c && *c != ';' && *c != '\n'; c++) {
        if (*c == ' ') {
            continue;
        }
        int high = hex_digit(c[0]);
        int low = high < 0 ? -1 : hex_digit(c[1]);
        if (low < 0) {
            fail_msg("not hex in FORMAT.md: %s", line);
        }
        buf_add_byte(bytes, (uint8_t)(high * 16 + low));
        c++;
    }
}

/* Blocks that begin with ```vector KIND NAME. */
static int load_vectors(void **state)
{
    (void)state;
    const char *source = getenv("TERRACE_SOURCE");
    char path[1024];
    (void)snprintf(path, sizeof(path), "%s/sync/FORMAT.md", source ? source : ".");
    FILE *file = fopen(path, "r");
    if (!file) {
        return -1;
    }
    char line[1024];
    struct vector *v = NULL;
    struct buf bytes = {0};
    while (fgets(line, sizeof(line), file)) {
        if (v && strncmp(line, "```", 3) == 0) {
            v->bytes = arena_copy(&memory, buf_view(&bytes));
            v = NULL;
        } else if (v) {
            add_hex(line, &bytes);
        } else if (strncmp(line, "```vector ", 10) == 0 && vector_count < ARRAY_COUNT(vectors)) {
            v = &vectors[vector_count++];
            buf_clear(&bytes);
            if (sscanf(line, "```vector %31s %63s", v->kind, v->name) != 2) {
                fail_msg("a vector without a name: %s", line);
            }
        }
    }
    buf_free(&bytes);
    (void)fclose(file);
    return 0;
}

static int unload_vectors(void **state)
{
    (void)state;
    arena_free(&memory);
    return 0;
}

static struct slice vector_bytes(const char *kind, const char *name)
{
    for (size_t i = 0; i < vector_count; i++) {
        if (strcmp(vectors[i].kind, kind) == 0 && strcmp(vectors[i].name, name) == 0) {
            vectors[i].met = true;
            return vectors[i].bytes;
        }
    }
    fail_msg("FORMAT.md has no vector %s %s", kind, name);
    return (struct slice){0};
}

/* Shows both when they differ, so that a changed format is seen at once. */
static void expect_bytes(const char *kind, const char *name, struct slice encoded)
{
    struct slice documented = vector_bytes(kind, name);
    if (slice_equal(documented, encoded)) {
        return;
    }
    printf("%s %s encodes to:\n", kind, name);
    for (size_t i = 0; i < encoded.len; i++) {
        printf("%02x%s", encoded.ptr[i], i % 24 == 23 ? "\n" : " ");
    }
    printf("\n");
    fail_msg("%s %s: FORMAT.md says otherwise", kind, name);
}

/* ---- data ---------------------------------------------------------------------------------- */

static void expect_datum(const char *name, struct datum d)
{
    struct buf out = {0};
    struct pack_writer w = pack_writer_make(&out);
    datum_pack(&w, &d);
    expect_bytes("datum", name, buf_view(&out));
    struct pack_reader r = pack_reader_make(vector_bytes("datum", name));
    struct datum read = datum_read(&r);
    assert_true(pack_end(&r));
    assert_int_equal(datum_compare(&d, &read), 0);
    buf_free(&out);
}

static void format__data_are_as_documented(void **state)
{
    (void)state;
    expect_datum("empty", datum_empty());
    expect_datum("int", datum_int(2));
    expect_datum("negative", datum_int(-1000));
    expect_datum("date", datum_int(DATE_MAKE(2001, 4, 12)));
    expect_datum("text", datum_text(slice_str("Đoàn viên")));
    expect_datum("ref", datum_ref((struct dot){ACTOR_A, 300}));
    expect_datum("mark", datum_mark());
    struct dot seen[] = {{ACTOR_A, 5}, {ACTOR_B, 1}};
    struct context c = {seen, 2};
    struct buf packed = {0};
    struct pack_writer w = pack_writer_make(&packed);
    context_pack(&w, &c);
    expect_bytes("context", "two-actors", buf_view(&packed));
    expect_datum("delete", datum_bytes(buf_view(&packed)));
    buf_free(&packed);
}

/* ---- records ------------------------------------------------------------------------------- */

/* A member as its commune enters it: unit, name, birth date, two languages. */
static struct record fresh_member(struct dot id, struct dot unit, const char *name)
{
    struct record r = {.id = id, .kind = 4, .route = ROUTE_OWN};
    struct value *v = arena_array(&memory, 6, sizeof(struct value));
    for (size_t i = 0; i < 6; i++) {
        v[i] = (struct value){.dot = id, .time_ms = INT64_C(1763888400000), .level = 2};
    }
    v[0].datum = datum_ref(unit);
    v[1].datum = datum_text(slice_str(name));
    v[2].datum = datum_int(DATE_MAKE(2001, 4, 12));
    v[3].datum = datum_text(slice_str("tiếng Mông"));
    v[4].datum = datum_text(slice_str("tiếng Việt"));
    v[5].datum = datum_mark();
    r.context = context_with(&r.context, id, &memory);
    r.fields = arena_array(&memory, 4, sizeof(struct field));
    r.fields[0] = (struct field){1, 1, v};
    r.fields[1] = (struct field){16, 1, v + 1};
    r.fields[2] = (struct field){19, 1, v + 2};
    r.fields[3] = (struct field){28, 3, v + 3};
    r.field_count = 4;
    return r;
}

/* The same member after a district's edit met a commune's, with all that few records have. */
static struct record edited_member(void)
{
    struct record r = fresh_member((struct dot){ACTOR_A, 7}, (struct dot){ACTOR_B, 2}, "Vừ A Páo");
    struct value *v = arena_array(&memory, 2, sizeof(struct value));
    static const struct origin first = {{ACTOR_A, 8}, INT64_C(1763888500000), 2};
    v[0] = (struct value){.dot = {ACTOR_A, 9},
                          .time_ms = INT64_C(1763888600000),
                          .level = 2,
                          .datum = datum_int(DATE_MAKE(2001, 4, 0))};
    v[1] = (struct value){.dot = {ACTOR_B, 4},
                          .time_ms = INT64_C(1763888700000),
                          .level = 3,
                          .origin = &first,
                          .datum = datum_int(DATE_MAKE(2001, 0, 0))};
    r.fields[2].values = v;
    r.fields[2].count = 2;
    r.context = context_with(&r.context, (struct dot){ACTOR_A, 9}, &memory);
    r.context = context_with(&r.context, (struct dot){ACTOR_B, 6}, &memory);
    r.marks = arena_array(&memory, 1, sizeof(struct mark));
    r.marks[0] = (struct mark){{ACTOR_A, 7}, ACTOR_A, 9};
    r.mark_count = 1;
    r.proofs = arena_array(&memory, 1, sizeof(struct proof));
    r.proofs[0] = (struct proof){{ACTOR_B, 4}, slice_str("sig")};
    r.proof_count = 1;
    return r;
}

static void expect_record(const char *name, const struct record *record)
{
    struct buf out = {0};
    struct pack_writer w = pack_writer_make(&out);
    assert_true(record_is_valid(record));
    record_pack(&w, record);
    expect_bytes("record", name, buf_view(&out));
    struct pack_reader r = pack_reader_make(vector_bytes("record", name));
    struct record read = record_read(&r, &memory);
    assert_true(pack_end(&r));
    assert_true(record_equal(record, &read));
    struct hash digest = record_digest(record);
    expect_bytes("digest", name, slice_make(digest.bytes, HASH_BYTES));
    buf_free(&out);
}

static void format__records_and_digests_are_as_documented(void **state)
{
    (void)state;
    struct record fresh =
        fresh_member((struct dot){ACTOR_A, 7}, (struct dot){ACTOR_B, 2}, "Vừ A Páo");
    struct record edited = edited_member();
    expect_record("fresh", &fresh);
    expect_record("edited", &edited);
}

/* ---- columns ------------------------------------------------------------------------------- */

static struct column_source source_of(struct slice bytes)
{
    return (struct column_source){
        .in = pack_reader_make(bytes), .arena = &memory, .budget_bytes = 1u << 20};
}

static void expect_column(const char *name, const int64_t *values, size_t count)
{
    struct buf out = {0};
    struct buf scratch = {0};
    struct column c = {0};
    for (size_t i = 0; i < count; i++) {
        column_add_signed(&c, values[i]);
    }
    struct pack_writer w = pack_writer_make(&out);
    column_write(&w, &c, &scratch);
    expect_bytes("column", name, buf_view(&out));
    struct column_source s = source_of(vector_bytes("column", name));
    struct column_view v = column_read(&s, count);
    assert_true(pack_end(&s.in));
    for (size_t i = 0; i < count; i++) {
        assert_true((int64_t)column_at(&v, i) == values[i]);
    }
    column_free(&c);
    buf_free(&scratch);
    buf_free(&out);
}
#define EXPECT_COLUMN(name, ...)                                                                   \
    expect_column(name, (const int64_t[]){__VA_ARGS__},                                            \
                  sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static void format__columns_are_as_documented(void **state)
{
    (void)state;
    EXPECT_COLUMN("equal", 5, 5, 5, 5);
    EXPECT_COLUMN("planes", 0, 60000, 300, 300, 60300, 0, 60300, 60000);
    EXPECT_COLUMN("negative", -3, -2, -3, -2, -2);
    EXPECT_COLUMN("planes-delta", 10, 20, 30, 40, 50, 60, 70, 80, 90, 89);
    EXPECT_COLUMN("planes-5", DATE_MAKE(2001, 4, 12), DATE_MAKE(1999, 11, 12),
                  DATE_MAKE(2003, 1, 12), DATE_MAKE(2000, 6, 12), DATE_MAKE(1998, 2, 14));
    EXPECT_COLUMN("rice-0", 0, 1, 0, 0, 3, 0, 1, 0, 2, 0, 0, 1, 0, 5, 1, 0, 0, 2, 0, 1, 0, 4, 0, 1);
    EXPECT_COLUMN("rice-1", 5, 2, 5, 2, 1, 11, 7, 10, 6, 6, 0, 1, 3, 3, 4, 1, 0, 0, 3, 5, 7, 6, 2,
                  2, 3, 1, 0, 9, 0, 4, 2, 0, 1, 2, 4, 1, 0, 1, 4, 8, 0, 0, 0, 0, 3, 2, 8, 0, 1, 1);
}

static void format__text_columns_are_as_documented(void **state)
{
    (void)state;
    struct slice texts[] = {slice_str("Thôn 5, xã"), slice_str("Thôn 12, xã"), slice_str("0912 xã"),
                            slice_str("Thôn 5, xã"), slice_str("xã  Thôn")};
    struct buf out = {0};
    struct buf scratch = {0};
    struct pack_writer w = pack_writer_make(&out);
    text_column_write(&w, texts, ARRAY_COUNT(texts), &scratch);
    expect_bytes("text-column", "places", buf_view(&out));
    struct column_source s = source_of(vector_bytes("text-column", "places"));
    struct text_view v;
    text_column_read(&s, ARRAY_COUNT(texts), &v);
    assert_true(pack_end(&s.in));
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct slice text = {0};
        assert_true(text_take(&v, &memory, &text));
        assert_true(slice_equal(text, texts[i]));
    }
    buf_free(&scratch);
    buf_free(&out);
}

/* ---- batches ------------------------------------------------------------------------------- */

static void expect_batch(const char *name, const struct change *changes, size_t count)
{
    struct buf out = {0};
    batch_write(changes, count, &memory, &out);
    expect_bytes("batch", name, buf_view(&out));
    struct batch_reader *r = NULL;
    assert_int_equal(batch_reader_open(vector_bytes("batch", name), &memory, &r), ERR_OK);
    assert_int_equal(batch_reader_count(r), count);
    for (size_t i = 0; i < count; i++) {
        struct change c;
        assert_int_equal(batch_reader_next(r, &memory, &c), ERR_OK);
        bool found = false;
        for (size_t j = 0; j < count; j++) {
            found =
                found || (c.whole == changes[j].whole && context_equal(&c.base, &changes[j].base) &&
                          record_equal(&c.record, &changes[j].record));
        }
        assert_true(found);
    }
    struct change extra;
    assert_int_equal(batch_reader_next(r, &memory, &extra), ERR_END);
    buf_free(&out);
}

/* A meeting of one unit, attended by two of its members. */
static struct record meeting(void)
{
    struct dot id = {ACTOR_A, 10};
    struct record r = {.id = id, .kind = 7, .route = ROUTE_OWN};
    struct value *v = arena_array(&memory, 4, sizeof(struct value));
    for (size_t i = 0; i < 4; i++) {
        v[i] = (struct value){.dot = id, .time_ms = INT64_C(1763890000000), .level = 2};
    }
    v[0].datum = datum_ref((struct dot){ACTOR_B, 2});
    v[1].datum = datum_ref((struct dot){ACTOR_A, 6});
    v[2].datum = datum_ref((struct dot){ACTOR_A, 7});
    v[3].datum = datum_mark();
    r.context = context_with(&r.context, id, &memory);
    r.fields = arena_array(&memory, 2, sizeof(struct field));
    r.fields[0] = (struct field){1, 1, v};
    r.fields[1] = (struct field){25, 3, v + 1};
    r.field_count = 2;
    return r;
}

static void format__batches_are_as_documented(void **state)
{
    (void)state;
    expect_batch("empty", NULL, 0);
    struct change two[] = {
        {.record = fresh_member((struct dot){ACTOR_A, 6}, (struct dot){ACTOR_B, 2}, "Lý A Sử"),
         .whole = true},
        {.record = fresh_member((struct dot){ACTOR_A, 7}, (struct dot){ACTOR_B, 2}, "Vừ A Páo"),
         .whole = true}};
    expect_batch("two-members", two, 2);
    struct change edited[] = {{.record = edited_member(), .whole = true}};
    expect_batch("edited", edited, 1);
    struct record whole = edited_member();
    uint32_t birth_date[] = {19};
    struct change mixed[] = {record_delta(&whole, birth_date, 1, &memory),
                             {.record = meeting(), .whole = true}};
    assert_false(mixed[0].whole);
    expect_batch("delta-and-meeting", mixed, 2);
}

static void identity_of(const char *name, struct identity *out)
{
    struct slice secret = vector_bytes("key", name);
    assert_int_equal(secret.len, KEY_SECRET_BYTES);
    memcpy(out->secret_key, secret.ptr, KEY_SECRET_BYTES);
    memcpy(out->public_key, secret.ptr + KEY_SECRET_BYTES - KEY_PUBLIC_BYTES, KEY_PUBLIC_BYTES);
}

/* ---- frames and messages ------------------------------------------------------------------- */

static void format__frames_are_as_documented(void **state)
{
    (void)state;
    struct buf raw = {0};
    struct slice brief = slice_str("abc");
    struct buf out = {0};
    frame_pack(brief, &out);
    expect_bytes("frame", "stored", buf_view(&out));
    assert_int_equal(frame_unpack(vector_bytes("frame", "stored"), 100, &raw), ERR_OK);
    assert_true(slice_equal(buf_view(&raw), brief));
    /* another deflate may find other bytes; what counts is what they unpack to */
    struct slice known = slice_str("sinh hoạt chi đoàn thường kỳ, đoàn viên ưu tú");
    buf_clear(&raw);
    assert_int_equal(frame_unpack(vector_bytes("frame", "deflated"), 100, &raw), ERR_OK);
    assert_true(slice_equal(buf_view(&raw), known));
    struct hash h = hash_of(dictionary_bytes());
    expect_bytes("hash", "dictionary", slice_make(h.bytes, HASH_BYTES));
    buf_free(&raw);
    buf_free(&out);
}

/* The fresh key makes every one different; so it is only read here. */
static void format__a_sealed_message_is_as_documented(void **state)
{
    (void)state;
    struct identity from = {.actor = 1}, to = {.actor = 1};
    struct buf plain = {0}, raw = {0};
    struct message m;
    identity_of("sender-secret", &from);
    identity_of("recipient-secret", &to);
    assert_int_equal(message_unseal(vector_bytes("message", "sealed"), &to, &plain, &m), ERR_OK);
    m.answers = hash_of(slice_str("request"));
    assert_int_equal(message_accept(&m, &to, from.public_key, &raw), ERR_OK);
    assert_true(slice_equal(m.body, slice_str("abc")));
    buf_free(&plain);
    buf_free(&raw);
}

static void format__messages_are_as_documented(void **state)
{
    (void)state;
    struct message m = {.version = MESSAGE_VERSION,
                        .sender = {{0, 1, 2, 3, 4, 5, 6, 7}},
                        .recipient = {{8, 9, 10, 11, 12, 13, 14, 15}},
                        .body = slice_str("abc")};
    struct buf out = {0};
    struct buf raw = {0};
    message_write(&m, &out);
    expect_bytes("message", "brief", buf_view(&out));
    struct message read;
    assert_int_equal(message_read(vector_bytes("message", "brief"), &raw, &read), ERR_OK);
    assert_true(slice_equal(read.body, m.body));
    assert_memory_equal(read.sender.bytes, m.sender.bytes, 8);
    assert_memory_equal(read.recipient.bytes, m.recipient.bytes, 8);
    buf_free(&out);
    buf_free(&raw);
}

static void format__bundles_are_as_documented(void **state)
{
    (void)state;
    struct identity from = {.actor = 1}, to = {.actor = 1};
    struct buf plain = {0}, raw = {0}, again = {0};
    struct bundle_reader r;
    struct bundle_part part;
    struct slice bytes;
    struct message m;
    identity_of("sender-secret", &from);
    identity_of("recipient-secret", &to);
    assert_int_equal(bundle_reader_open(&r, NULL, vector_bytes("bundle", "push")), ERR_OK);
    assert_int_equal(r.count, 1);
    assert_int_equal(bundle_reader_message(&r, &bytes), ERR_OK);
    assert_int_equal(r.rest.len, 0);
    assert_int_equal(message_unseal(bytes, &to, &plain, &m), ERR_OK);
    assert_int_equal(message_accept(&m, &to, from.public_key, &raw), ERR_OK);
    assert_true(slice_equal(m.body, vector_bytes("part", "push")));
    assert_true(bundle_part_read(m.body, &part));
    assert_int_equal(part.number, 7);
    assert_int_equal(part.index, 0);
    assert_true(part.last);
    assert_true(slice_equal(part.body, vector_bytes("request", "quiet")));
    bundle_part_write(&part, &again);
    expect_bytes("part", "push", buf_view(&again));
    bundle_reader_close(&r);
    buf_free(&again);
    buf_free(&plain);
    buf_free(&raw);
}

static void expect_request(const char *name, const struct round_request *q)
{
    struct buf out = {0};
    struct buf again = {0};
    struct round_request read;
    round_request_write(q, &out);
    expect_bytes("request", name, buf_view(&out));
    assert_int_equal(round_request_read(vector_bytes("request", name), &memory, &read), ERR_OK);
    round_request_write(&read, &again);
    assert_true(slice_equal(buf_view(&again), buf_view(&out)));
    assert_int_equal(read.token_count, q->token_count);
    assert_int_equal(read.to_seq, q->to_seq);
    assert_int_equal(read.group_count, q->group_count);
    assert_int_equal(read.listing_count, q->listing_count);
    buf_free(&out);
    buf_free(&again);
}

static void expect_reply(const char *name, const struct round_reply *p)
{
    struct buf out = {0};
    struct buf again = {0};
    struct round_reply read;
    round_reply_write(p, &out);
    expect_bytes("reply", name, buf_view(&out));
    assert_int_equal(round_reply_read(vector_bytes("reply", name), &memory, &read), ERR_OK);
    round_reply_write(&read, &again);
    assert_true(slice_equal(buf_view(&again), buf_view(&out)));
    assert_int_equal(read.ack_seq, p->ack_seq);
    assert_int_equal(read.time_ms, p->time_ms);
    assert_int_equal(read.buckets_count, p->buckets_count);
    buf_free(&out);
    buf_free(&again);
}

static void format__rounds_are_as_documented(void **state)
{
    (void)state;
    const struct hash head = {{0xaa, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};
    struct token token = {.n = 7, .random = {1, 2, 3, 4, 5, 6, 7, 8}, .own_seq = 3, .head = head};
    struct dot ids[] = {{ACTOR_A, 5}, {ACTOR_B, 300}};
    uint64_t sums[] = {1, UINT64_C(0x0102030405060708)};
    struct refused refusal = {ids[1], REFUSAL_SCOPE};
    struct round_group group = {ROUTE_OWN, ids[0], sums[1], 40};
    struct round_listing listing = {.route = ROUTE_OWN,
                                    .unit = ids[0],
                                    .bits = 2,
                                    .bucket = 3,
                                    .ids = ids,
                                    .hashes = sums,
                                    .count = 2};
    struct round_buckets buckets = {
        .route = ROUTE_DOWN, .unit = ids[0], .bits = 1, .count = 9, .sums = sums};
    struct round_request quiet = {.tokens = &token,
                                  .token_count = 1,
                                  .peer_epoch = ACTOR_B,
                                  .peer_seq = 12,
                                  .peer_round = 4,
                                  .epoch = ACTOR_A,
                                  .from_seq = 3,
                                  .to_seq = 3,
                                  .max_bytes = 65536};
    expect_request("quiet", &quiet);
    struct round_request full = quiet;
    full.flags = ROUND_MORE;
    full.to_seq = 9;
    full.chain_seq = 4;
    full.chain_head = head;
    full.short_heads = slice_make(head.bytes, SHORT_HEAD_BYTES);
    full.has_digest = true;
    full.digest = head;
    full.wants = (struct id_array){ids, 2};
    full.refusals = &refusal;
    full.refusal_count = 1;
    full.groups = &group;
    full.group_count = 1;
    full.listings = &listing;
    full.listing_count = 1;
    full.batch = slice_str("b");
    full.evidence = slice_str("sig");
    expect_request("full", &full);
    static const uint8_t known[KNOWN_HEAD_BYTES] = {0, 0, 0, 0, 0, 0, 0, 1, 0xbb, 1, 2, 3};
    struct round_reply reply = {.epoch = ACTOR_B,
                                .own_seq = 7,
                                .round = 5,
                                .ack_epoch = ACTOR_A,
                                .ack_seq = 9,
                                .from_seq = 12,
                                .to_seq = 14,
                                .head_seq = 14,
                                .top_seq = 10,
                                .time_ms = 1600000000000,
                                .chain_seq = 2,
                                .chain_head = head,
                                .known_heads = {known, sizeof(known)},
                                .has_digest = true,
                                .digest = head,
                                .wants = {ids, 1},
                                .refusals = &refusal,
                                .refusal_count = 1,
                                .buckets = &buckets,
                                .buckets_count = 1,
                                .batch = slice_str("b")};
    expect_reply("full", &reply);
}

static void format__every_documented_vector_was_tried(void **state)
{
    (void)state;
    for (size_t i = 0; i < vector_count; i++) {
        if (!vectors[i].met) {
            fail_msg("no test knows the vector %s %s", vectors[i].kind, vectors[i].name);
        }
    }
}

int main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(format__data_are_as_documented),
        cmocka_unit_test(format__records_and_digests_are_as_documented),
        cmocka_unit_test(format__columns_are_as_documented),
        cmocka_unit_test(format__text_columns_are_as_documented),
        cmocka_unit_test(format__batches_are_as_documented),
        cmocka_unit_test(format__frames_are_as_documented),
        cmocka_unit_test(format__messages_are_as_documented),
        cmocka_unit_test(format__a_sealed_message_is_as_documented),
        cmocka_unit_test(format__rounds_are_as_documented),
        cmocka_unit_test(format__bundles_are_as_documented),
        cmocka_unit_test(format__every_documented_vector_was_tried),
    };
    return cmocka_run_group_tests(tests, load_vectors, unload_vectors);
}
