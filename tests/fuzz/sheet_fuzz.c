/* Spreadsheets. The first byte chooses what the rest stands for: a whole file, or one part of a
 * file of which the others are good; else nothing behind the container would ever be reached. */
#include "cli/row.h"
#include "cli/sheet.h"
#include "tests/fuzz/fuzz.h"

#include <zip.h>

enum mode { WHOLE_FILE, SHEET, TEXTS, STYLES, WORKBOOK, RELATIONS, MODES };

#define RELATION(id, type, target)                                                                 \
    "<Relationship Id='" id "' Type='x/" type "' Target='" target "'/>"
static const struct {
    const char *name, *text;
} parts[MODES] = {
    [WHOLE_FILE] = {"_rels/.rels", "<r>" RELATION("b", "officeDocument", "xl/workbook.xml") "</r>"},
    [SHEET] = {"xl/s.xml", "<w><sheetData><row><c t='s' s='1'><v>0</v></c></row><row><c s='1'><v>1"
                           "</v></c></row></sheetData></w>"},
    [TEXTS] = {"xl/t.xml", "<sst><si><t>a_x000A_</t></si><si><r><t>b</t></r></si></sst>"},
    [STYLES] = {"xl/y.xml", "<y><numFmts><numFmt numFmtId='164' formatCode='dd/mm'/></numFmts>"
                            "<cellXfs><xf numFmtId='0'/><xf numFmtId='164'/></cellXfs></y>"},
    [WORKBOOK] = {"xl/workbook.xml",
                  "<w xmlns:r='r'><sheets><sheet name='a' r:id='s'/></sheets></w>"},
    [RELATIONS] = {"xl/_rels/workbook.xml.rels",
                   "<r>" RELATION("s", "worksheet", "s.xml") RELATION("t", "sharedStrings", "t.xml")
                       RELATION("y", "styles", "/xl/y.xml") "</r>"}};

/* The file with that part replaced. */
static void make_file(enum mode mode, struct slice text, struct buf *out)
{
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *file = zip_source_buffer_create(NULL, 0, 0, &why);
    CHECK(file != NULL);
    zip_source_keep(file);
    zip_t *zip = zip_open_from_source(file, ZIP_TRUNCATE, &why);
    CHECK(zip != NULL);
    for (int i = 0; i < MODES; i++) {
        struct slice s = i == (int)mode ? text : slice_str(parts[i].text);
        zip_source_t *part = zip_source_buffer(zip, s.ptr, s.len, 0);
        CHECK(part != NULL && zip_file_add(zip, parts[i].name, part, 0) >= 0);
    }
    CHECK(zip_close(zip) == 0 && zip_source_open(file) == 0);
    zip_stat_t st;
    CHECK(zip_source_stat(file, &st) == 0);
    uint8_t *at = buf_grow(out, (size_t)st.size);
    CHECK(zip_source_read(file, at, st.size) == (zip_int64_t)st.size);
    (void)zip_source_close(file);
    zip_source_free(file);
    zip_error_fini(&why);
}

struct seen {
    size_t columns, line;
};

static bool yes_sometimes(void *ctx, struct slice name)
{
    (void)ctx;
    return name.len > 0 && name.ptr[0] == 'a';
}

static void took_first(void *ctx, struct slice name, size_t others)
{
    (void)ctx;
    CHECK(others > 0 && (name.len == 0 || name.ptr != NULL));
}

static enum err take_head(void *ctx, size_t line, struct slice *names, size_t count)
{
    struct seen *s = ctx;
    CHECK(count > 0 && count <= SHEET_COLUMNS_MAX && names != NULL && s->columns == 0);
    s->columns = count;
    s->line = line;
    return ERR_OK;
}

static enum err take_row(void *ctx, const struct row *row)
{
    struct seen *s = ctx;
    size_t bytes = 0;
    CHECK(row->count == s->columns && row->line > s->line && row->line <= SHEET_ROWS_MAX);
    for (size_t i = 0; i < row->count; i++) {
        bytes += row->cells[i].value.len;
    }
    CHECK(bytes <= ROW_MAX_BYTES);
    s->line = row->line;
    return ERR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen seen = {0};
    struct buf file = {0};
    enum mode mode = size ? (enum mode)(data[0] % MODES) : WHOLE_FILE;
    struct slice rest = size ? slice_make(data + 1, size - 1) : slice_make("", 0);
    if (mode == WHOLE_FILE) {
        buf_add_slice(&file, rest);
    } else {
        make_file(mode, rest, &file);
    }
    const struct sheet_wish wish = {&seen, yes_sometimes, yes_sometimes, took_first};
    const struct row_sink sink = {&seen, take_head, take_row, take_row};
    enum err e = rows_read_xlsx(buf_view(&file), &wish, &sink);
    CHECK(e == ERR_OK || e == ERR_INPUT || e == ERR_TOO_LARGE);
    buf_free(&file);
    return 0;
}
