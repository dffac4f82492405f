/* ZIP by libzip; the only module that includes it. */
#include "cli/sheet_zip.h"

#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <zip.h>

#define END_BYTES 22 /* of the end record without its comment (APPNOTE.TXT 4.3.16) */
#define LOCATOR_BYTES 20

struct parcel {
    zip_t *zip;
    char **names; /* of the archive's own memory; sorted, to find the ones that come twice */
    size_t count;
};

static enum err not_a_sheet(void)
{
    return error_set(ERR_INPUT, _("this is no .xlsx file, or it is damaged; open it in a "
                                  "spreadsheet program and save it again as .xlsx"));
}

static enum err strange(const char *what)
{
    return error_set(ERR_INPUT,
                     _("this .xlsx file holds what no spreadsheet program writes (%s); it is not "
                       "read"),
                     what);
}

static enum err bounded(void)
{
    return error_set(ERR_TOO_LARGE, _("this .xlsx file unpacks to more than is taken here; divide "
                                      "it into several, or save it as .csv"));
}

/* Old .xls files and those with a password are another container. */
static bool is_compound(struct slice file)
{
    return file.len >= 8 && memcmp(file.ptr, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0;
}

static bool has_zip64(struct slice file)
{
    for (size_t back = END_BYTES; back <= file.len && back <= END_BYTES + UINT16_MAX; back++) {
        const uint8_t *end = file.ptr + file.len - back;
        size_t comment = memcmp(end, "PK\5\6", 4) == 0 ? end[20] | (size_t)end[21] << 8 : SIZE_MAX;
        if (comment == back - END_BYTES) {
            return back + LOCATOR_BYTES <= file.len &&
                   memcmp(end - LOCATOR_BYTES, "PK\6\7", 4) == 0;
        }
    }
    return false;
}

static bool leads_outside(const char *name)
{
    size_t len = strlen(name);
    return len == 0 || len > 255 || name[0] == '/' || strchr(name, '\\') || strchr(name, ':') ||
           strcmp(name, "..") == 0 || strncmp(name, "../", 3) == 0 || strstr(name, "/../") ||
           (len >= 3 && strcmp(name + len - 3, "/..") == 0);
}

static bool is_link(zip_t *zip, zip_uint64_t index)
{
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    return zip_file_get_external_attributes(zip, index, 0, &system, &attributes) == 0 &&
           system == ZIP_OPSYS_UNIX && S_ISLNK((mode_t)(attributes >> 16));
}

static enum err look_at(struct parcel *p, zip_uint64_t index, uint64_t *sum)
{
    zip_stat_t st;
    if (zip_stat_index(p->zip, index, 0, &st) != 0 || !(st.valid & ZIP_STAT_NAME) ||
        !(st.valid & ZIP_STAT_SIZE) || !(st.valid & ZIP_STAT_COMP_SIZE)) {
        return not_a_sheet();
    }
    if (leads_outside(st.name)) {
        return strange(_("a name that leads outside"));
    }
    if (is_link(p->zip, index)) {
        return strange(_("a link"));
    }
    if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE) {
        return strange(_("an encrypted part"));
    }
    if (st.size > PARCEL_ENTRY_MAX_BYTES || st.comp_size > PARCEL_MAX_BYTES ||
        (st.size > PARCEL_RATIO_FROM_BYTES && st.size / PARCEL_RATIO_MAX > st.comp_size)) {
        return bounded();
    }
    *sum += st.size; /* at most PARCEL_ENTRIES_MAX times PARCEL_ENTRY_MAX_BYTES */
    p->names[p->count++] = (char *)(uintptr_t)st.name;
    return *sum > PARCEL_ALL_MAX_BYTES ? bounded() : ERR_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcasecmp(*(char *const *)a, *(char *const *)b);
}

static enum err look_at_all(struct parcel *p)
{
    uint64_t sum = 0;
    zip_int64_t count = zip_get_num_entries(p->zip, 0);
    if (count <= 0) {
        return not_a_sheet();
    }
    if (count > PARCEL_ENTRIES_MAX) {
        return bounded();
    }
    p->names = calloc((size_t)count, sizeof(*p->names));
    CHECK(p->names != NULL);
    for (zip_int64_t i = 0; i < count; i++) {
        TRY(look_at(p, (zip_uint64_t)i, &sum));
    }
    qsort(p->names, p->count, sizeof(*p->names), by_name);
    for (size_t i = 1; i < p->count; i++) {
        if (strcasecmp(p->names[i - 1], p->names[i]) == 0) {
            return strange(_("a part that comes twice"));
        }
    }
    return ERR_OK;
}

enum err parcel_open(struct slice file, struct parcel **out)
{
    zip_error_t why;
    *out = NULL;
    if (file.len > PARCEL_MAX_BYTES) {
        return bounded();
    }
    if (is_compound(file)) {
        return error_set(ERR_INPUT,
                         _("this is an old .xls file, or one with a password; open it in a "
                           "spreadsheet program and save it as .xlsx without a password"));
    }
    if (has_zip64(file)) {
        return strange("ZIP64");
    }
    struct parcel *p = calloc(1, sizeof(*p));
    CHECK(p != NULL);
    zip_error_init(&why);
    zip_source_t *source = zip_source_buffer_create(file.ptr, file.len, 0, &why);
    CHECK(source != NULL);
    p->zip = zip_open_from_source(source, ZIP_RDONLY, &why);
    zip_error_fini(&why);
    if (!p->zip) {
        zip_source_free(source);
        parcel_close(p);
        return not_a_sheet();
    }
    enum err e = look_at_all(p);
    if (e != ERR_OK) {
        parcel_close(p);
        return e;
    }
    *out = p;
    return ERR_OK;
}

void parcel_close(struct parcel *p)
{
    if (!p) {
        return;
    }
    if (p->zip) {
        zip_discard(p->zip);
    }
    free(p->names);
    free(p);
}

enum err parcel_read(struct parcel *p, const char *name,
                     enum err (*take)(void *ctx, struct slice piece), void *ctx)
{
    uint8_t piece[16384];
    zip_stat_t st = {0};
    uint64_t sum = 0;
    zip_int64_t n = 0;
    enum err e = ERR_OK;
    zip_int64_t index = zip_name_locate(p->zip, name, ZIP_FL_NOCASE);
    if (index < 0) {
        return not_a_sheet();
    }
    zip_file_t *file = zip_fopen_index(p->zip, (zip_uint64_t)index, 0);
    if (!file || zip_stat_index(p->zip, (zip_uint64_t)index, 0, &st) != 0) {
        e = not_a_sheet();
    }
    /* the size that stands in the directory is only what somebody wrote there */
    while (e == ERR_OK && (n = zip_fread(file, piece, sizeof(piece))) > 0) {
        sum += (uint64_t)n;
        e = sum > st.size ? not_a_sheet() : take(ctx, slice_make(piece, (size_t)n));
    }
    if (e == ERR_OK && (n < 0 || sum != st.size)) { /* the check sum, too */
        e = not_a_sheet();
    }
    if (file) {
        (void)zip_fclose(file);
    }
    return e;
}
