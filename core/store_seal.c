/* The file of a sealed store, its slots, and opening one; store_seal.h says how it is made. */
#include "core/store_seal.h"

#include <stdio.h>
#include <sys/stat.h>

uint32_t seal_memory_kib = 64u * 1024;
uint32_t seal_passes = 3;

/* ---- the file -------------------------------------------------------------------------------- */

static void slot_head_pack(struct pack_writer *w, uint64_t kind, const struct seal_slot *s)
{
    pack_uint(w, kind);
    pack_uint(w, s->passes);
    pack_uint(w, s->memory_kib);
    pack_bin(w, slice_make(s->salt, sizeof(s->salt)));
}

static void copy_write(const struct seal_file *f, struct buf *out)
{
    struct pack_writer w = pack_writer_make(out);
    size_t from = out->len;
    pack_array(&w, 3);
    pack_uint(&w, SEAL_VERSION);
    pack_array(&w, (size_t)f->slots[0].used + (size_t)f->slots[1].used);
    for (uint64_t kind = 1; kind <= ARRAY_COUNT(f->slots); kind++) {
        const struct seal_slot *s = &f->slots[kind - 1];
        if (s->used) {
            pack_array(&w, 6);
            slot_head_pack(&w, kind, s);
            pack_bin(&w, slice_make(s->nonce, sizeof(s->nonce)));
            pack_bin(&w, slice_make(s->wrapped, sizeof(s->wrapped)));
        }
    }
    struct hash h = hash_of(slice_make(out->ptr + from, out->len - from));
    pack_bin(&w, slice_make(h.bytes, HASH_BYTES));
}

void seal_file_write(const struct seal_file *f, struct buf *out)
{
    copy_write(f, out);
    copy_write(f, out);
}

static uint64_t slot_read(struct pack_reader *r, struct seal_slot *out, bool *dear)
{
    read_array_exact(r, 6);
    uint64_t kind = read_uint(r);
    uint64_t passes = read_uint(r), memory = read_uint(r);
    struct slice salt = read_bin_exact(r, sizeof(out->salt));
    struct slice nonce = read_bin_exact(r, sizeof(out->nonce));
    struct slice wrapped = read_bin_exact(r, sizeof(out->wrapped));
    if (!pack_ok(r) || (kind == SECRET_KEY && (passes != 0 || memory != 0)) ||
        (kind == SECRET_PASSPHRASE && (passes == 0 || memory < SEAL_MEMORY_MIN_KIB))) {
        pack_fail(r);
        return 0;
    }
    *dear = *dear || passes > SEAL_PASSES_MAX || memory > SEAL_MEMORY_MAX_KIB;
    out->passes = (uint32_t)(passes <= SEAL_PASSES_MAX ? passes : 0);
    out->memory_kib = (uint32_t)(memory <= SEAL_MEMORY_MAX_KIB ? memory : 0);
    memcpy(out->salt, salt.ptr, sizeof(out->salt));
    memcpy(out->nonce, nonce.ptr, sizeof(out->nonce));
    memcpy(out->wrapped, wrapped.ptr, sizeof(out->wrapped));
    out->used = true;
    return kind;
}

enum err seal_copy_read(struct pack_reader *r, struct seal_file *out)
{
    uint64_t last = 0;
    bool dear = false;
    *out = (struct seal_file){0};
    read_array_exact(r, 3);
    uint64_t version = read_uint(r);
    if (pack_ok(r) && version > SEAL_VERSION) {
        return ERR_TOO_NEW;
    }
    size_t count = read_array(r);
    for (size_t i = 0; i < count && pack_ok(r); i++) {
        struct seal_slot slot = {0};
        uint64_t kind = slot_read(r, &slot, &dear);
        if (kind <= last || kind > ARRAY_COUNT(out->slots)) {
            pack_fail(r);
            break;
        }
        last = kind;
        out->slots[kind - 1] = slot;
    }
    return !pack_ok(r) || last == 0 || version != SEAL_VERSION ? ERR_DAMAGED
           : dear                                              ? ERR_FORMAT
                                                               : ERR_OK;
}

static enum err hashed_copy_read(struct slice bytes, struct seal_file *out, size_t *used)
{
    struct pack_reader r = pack_reader_make(bytes);
    enum err e = seal_copy_read(&r, out);
    if (e == ERR_TOO_NEW || e == ERR_DAMAGED) {
        return e;
    }
    struct hash want = hash_of(slice_make(bytes.ptr, (size_t)(r.at - bytes.ptr)));
    struct slice h = read_bin_exact(&r, HASH_BYTES);
    *used = (size_t)(r.at - bytes.ptr);
    return pack_ok(&r) && memcmp(h.ptr, want.bytes, HASH_BYTES) == 0 ? e : ERR_DAMAGED;
}

enum err seal_file_read(struct slice bytes, struct seal_file *out)
{
    struct seal_file copies[2];
    enum err results[2] = {ERR_DAMAGED, ERR_DAMAGED};
    size_t used[2] = {0, 0}, half = bytes.len / 2;
    for (size_t i = 0; i < 2 && bytes.len; i++) {
        results[i] = hashed_copy_read(
            i == 0 ? bytes : slice_make(bytes.ptr + half, bytes.len - half), &copies[i], &used[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        if (results[i] == ERR_OK) {
            *out = copies[i];
            out->worn =
                results[1 - i] != ERR_OK || used[0] + used[1] != bytes.len || used[0] != used[1];
            return ERR_OK;
        }
    }
    if (results[0] == ERR_FORMAT || results[1] == ERR_FORMAT) {
        return error_set(ERR_FORMAT,
                         _("the file seal asks for more work or memory than any terrace would; it "
                           "was changed by somebody. Put it back from a backup"));
    }
    return results[0] == ERR_TOO_NEW && results[1] == ERR_TOO_NEW
               ? error_set(ERR_TOO_NEW,
                           _("the file seal was written by a newer terrace; nothing was changed"))
               : error_set(ERR_DAMAGED,
                           _("the file seal is damaged, and without it nothing can be read. Put it "
                             "back from a backup; the rest of the store is as it was"));
}

/* ---- slots ----------------------------------------------------------------------------------- */

static enum err slot_key(const struct seal_slot *slot, const struct secret *secret,
                         uint8_t out[CRYPTO_KEY_BYTES])
{
    struct slice bytes = slice_make(secret->bytes, secret->len);
    if (secret->kind == SECRET_KEY) {
        CHECK(secret->len == CRYPTO_KEY_BYTES);
        crypto_derive(secret->bytes, slot->salt, out);
        return ERR_OK;
    }
    return crypto_stretch(bytes, slot->salt, slot->passes, slot->memory_kib, out)
               ? ERR_OK
               : error_set(ERR_BUSY,
                           _("this computer has not the %u MB of memory free that opening the "
                             "sealed store takes; end another program and try again"),
                           (unsigned)(slot->memory_kib / 1024));
}

static struct slice slot_head(const struct seal_slot *slot, enum secret_kind kind, struct buf *out)
{
    struct pack_writer w = pack_writer_make(out);
    buf_add_str(out, "terrace seal");
    pack_uint(&w, SEAL_VERSION);
    slot_head_pack(&w, (uint64_t)kind, slot);
    return buf_view(out);
}

static enum err slot_make(const struct secret *secret, const uint8_t master[CRYPTO_KEY_BYTES],
                          struct seal_slot *out)
{
    uint8_t key[CRYPTO_KEY_BYTES];
    struct buf head = {0};
    *out = (struct seal_slot){.used = true};
    if (secret->kind == SECRET_PASSPHRASE) {
        out->passes = seal_passes;
        out->memory_kib = seal_memory_kib;
    }
    crypto_random(out->salt, sizeof(out->salt));
    crypto_random(out->nonce, sizeof(out->nonce));
    enum err e = slot_key(out, secret, key);
    if (e == ERR_OK) {
        crypto_lock(key, out->nonce, slot_head(out, secret->kind, &head),
                    slice_make(master, CRYPTO_KEY_BYTES), out->wrapped);
    }
    crypto_wipe(key, sizeof(key));
    buf_free(&head);
    return e;
}

static enum err slot_open(const struct seal_slot *slot, const struct secret *secret,
                          uint8_t master[CRYPTO_KEY_BYTES])
{
    uint8_t key[CRYPTO_KEY_BYTES];
    struct buf head = {0};
    enum err e = slot_key(slot, secret, key);
    if (e == ERR_OK && !crypto_unlock(key, slot->nonce, slot_head(slot, secret->kind, &head),
                                      slice_make(slot->wrapped, sizeof(slot->wrapped)), master)) {
        e = error_set(ERR_SEALED, secret->kind == SECRET_KEY
                                      ? _("this key file does not open the store; nothing was "
                                          "changed")
                                      : _("this passphrase does not open the store; nothing was "
                                          "changed. Look at capitals and the keyboard's language"));
    }
    crypto_wipe(key, sizeof(key));
    buf_free(&head);
    return e;
}

/* ---- opening --------------------------------------------------------------------------------- */

static struct seal *keys_make(const uint8_t master[CRYPTO_KEY_BYTES])
{
    static const uint8_t purposes[3][CRYPTO_INPUT_BYTES] = {"terrace values", "terrace blinds",
                                                            "terrace ident"};
    struct seal *seal = crypto_secret_alloc(sizeof(*seal));
    memcpy(seal->master, master, CRYPTO_KEY_BYTES);
    crypto_derive(master, purposes[0], seal->values);
    crypto_derive(master, purposes[1], seal->blinds);
    crypto_derive(master, purposes[2], seal->identity);
    secret_no_core();
    return seal;
}

static enum err file_write(const struct store *s, const struct seal_file *f)
{
    char path[4096];
    struct buf b = {0};
    seal_file_write(f, &b);
    CHECK(b.len <= SEAL_FILE_MAX_BYTES);
    enum err e =
        s->env->write_file(s->env->ctx, store_path(s, "seal", path, sizeof(path)), buf_view(&b));
    buf_free(&b);
    return e;
}

static enum err file_read(const struct store *s, struct seal_file *out)
{
    char path[4096];
    struct buf b = {0};
    enum err e = s->env->read_file(s->env->ctx, store_path(s, "seal", path, sizeof(path)),
                                   SEAL_FILE_MAX_BYTES, &b);
    e = e == ERR_TOO_LARGE ? ERR_OK : e; /* what is of use comes first */
    e = e ? e : seal_file_read(buf_view(&b), out);
    buf_free(&b);
    return e;
}

enum err seal_create(struct store *s)
{
    const struct sealing *with = s->env->sealing;
    struct seal_file f = {0};
    uint8_t master[CRYPTO_KEY_BYTES];
    crypto_random(master, sizeof(master));
    enum err e = slot_make(with->passphrase, master, &f.slots[SECRET_PASSPHRASE - 1]);
    if (e == ERR_OK && with->key) {
        e = slot_make(with->key, master, &f.slots[SECRET_KEY - 1]);
    }
    e = e ? e : file_write(s, &f);
    if (e == ERR_OK) {
        s->seal = keys_make(master);
    }
    crypto_wipe(master, sizeof(master));
    return e;
}

static enum err open_with(const struct seal_file *f, const struct secret *secret,
                          uint8_t master[CRYPTO_KEY_BYTES])
{
    const struct seal_slot *slot = &f->slots[secret->kind - 1];
    if (!slot->used) {
        return error_set(ERR_SEALED, secret->kind == SECRET_KEY
                                         ? _("this store takes no key file; give its passphrase")
                                         : _("this store opens with its key file only"));
    }
    return slot_open(slot, secret, master);
}

static enum err open_file(struct store *s, const struct seal_file *f,
                          uint8_t master[CRYPTO_KEY_BYTES])
{
    const struct sealing *given = s->env->sealing;
    struct secret secret;
    enum err e = ERR_SEALED;
    if (given && given->key && f->slots[SECRET_KEY - 1].used) {
        e = open_with(f, given->key, master);
    }
    if (e == ERR_SEALED && given) {
        e = open_with(f, given->passphrase, master);
    }
    if (e != ERR_SEALED) {
        return e;
    }
    e = s->env->secret(s->env->ctx, s->dir, f->slots[SECRET_KEY - 1].used, &secret);
    e = e ? e : open_with(f, &secret, master);
    secret_wipe(&secret);
    return e;
}

enum err seal_open(struct store *s)
{
    struct seal_file f;
    struct stat st;
    char path[4096];
    uint8_t master[CRYPTO_KEY_BYTES] = {0};
    if (lstat(store_path(s, "seal", path, sizeof(path)), &st) != 0) {
        return ERR_OK;
    }
    TRY(file_read(s, &f));
    enum err e = open_file(s, &f, master);
    if (e == ERR_OK) {
        s->seal = keys_make(master);
        if (f.worn) {
            (void)!file_write(s, &f); /* two whole copies again; the next opening tries too */
        }
    }
    crypto_wipe(master, sizeof(master));
    return e;
}

void seal_close(struct store *s)
{
    crypto_secret_free(s->seal);
    s->seal = NULL;
}

bool store_is_sealed(const struct store *s)
{
    return s->seal != NULL;
}

bool store_takes_key(const struct store *s)
{
    struct seal_file f;
    return s->seal && file_read(s, &f) == ERR_OK && f.slots[SECRET_KEY - 1].used;
}

static enum err reseal(struct store *s, enum secret_kind kind, const struct secret *secret)
{
    struct seal_file f;
    struct seal_slot *slot = &f.slots[kind - 1];
    TRY(file_read(s, &f));
    if (secret) {
        TRY(slot_make(secret, s->seal->master, slot));
    } else if (!slot->used) {
        return error_set(ERR_NOT_FOUND, _("this store has no key file"));
    } else {
        *slot = (struct seal_slot){0};
    }
    return file_write(s, &f);
}

enum err store_reseal(struct store *s, enum secret_kind kind, const struct secret *secret)
{
    CHECK(secret ? secret->kind == kind : kind == SECRET_KEY);
    if (!s->seal) {
        return error_set(ERR_INPUT,
                         _("the store in %s is not sealed; a store is sealed when it is made, by "
                           "init --seal or join --seal"),
                         s->dir);
    }
    TRY(store_lock(s, "passphrase"));
    enum err e = reseal(s, kind, secret);
    store_unlock(s);
    return e;
}
