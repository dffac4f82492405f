#include "cli/export_sheet.h"

#include "cli/column.h"
#include "cli/explain.h"
#include "cli/mask.h"
#include "cli/show.h"

#define TEXT_WIDTH 18

static bool speaks_vi(const struct cli *c)
{
    return strcmp(c->lang, "vi") == 0;
}

/* What an import of the label gives back, else the code. */
static const char *code_word(const struct cli *c, const struct field_def *f,
                             const struct enum_code *code)
{
    struct arena arena = {0};
    const char *label = speaks_vi(c) ? code->vi : code->en;
    bool leads_back = schema_code_by_text(f, slice_str(label), &arena) == code;
    arena_free(&arena);
    return leads_back ? label : code->code;
}

/* Not translated by the catalogue: an import knows these words whatever its language. */
static const char *truth_word(const struct cli *c, bool v)
{
    return v ? (speaks_vi(c) ? "có" : "yes") : (speaks_vi(c) ? "không" : "no");
}

/* ---- the head ------------------------------------------------------------------------------- */

static enum sheet_format format_of(const struct field_def *f)
{
    /* a date is typed as text: so 2001 stays a year, and 12/04 is April in every country */
    return f->type == FIELD_INT ? SHEET_NUMBER : f->type == FIELD_MONEY ? SHEET_MONEY : SHEET_TEXT;
}

static void add_choice(struct sheet_column *column, const char **words, const char *word)
{
    words[column->choice_count++] = word;
    column->choices = words;
}

static void put_choices(struct export_sheet *s, const struct field_def *f,
                        struct sheet_column *column)
{
    size_t count = 2;
    for (const struct enum_code *code = f->codes; code && code->number != 0; code++) {
        count++;
    }
    for (const char *p = f->suggest; p && *p; p++) {
        count += *p == '|';
    }
    const char **words = arena_array(&s->arena, count, sizeof(*words));
    for (const struct enum_code *code = f->codes; code && code->number != 0; code++) {
        add_choice(column, words, code_word(s->c, f, code));
    }
    if (f->type == FIELD_BOOL) {
        add_choice(column, words, truth_word(s->c, true));
        add_choice(column, words, truth_word(s->c, false));
    }
    for (const char *p = f->suggest; !f->codes && p && *p;) {
        size_t len = strcspn(p, "|");
        add_choice(column, words, arena_cstr(&s->arena, slice_make(p, len)));
        p += len + (p[len] == '|');
    }
}

static void put_head(struct export_sheet *s, bool for_template)
{
    const struct field_def *f = NULL;
    size_t count = 0;
    while (schema_field_at(s->kind, count) != NULL) {
        count++;
    }
    struct sheet_column *columns = arena_array(&s->arena, count + 1, sizeof(*columns));
    count = 0;
    if (!for_template) {
        columns[count++] = (struct sheet_column){.head = "ID", .width_chars = TEXT_WIDTH};
    }
    for (size_t i = 0; (f = schema_field_at(s->kind, i)) != NULL; i++) {
        if (!export_has(f)) {
            continue;
        }
        struct sheet_column *column = &columns[count++];
        column->head = column_head(s->c, s->kind, f, &s->arena);
        column->format = format_of(f);
        column->width_chars = f->number == s->kind->title ? 2 * TEXT_WIDTH : TEXT_WIDTH;
        column->wanted = (f->flags & FIELD_REQUIRED) != 0;
        put_choices(s, f, column);
        if (for_template) {
            column->note = arena_cstr(&s->arena, explain_field(s->c, f, &s->arena));
        }
    }
    book_head(s->book, columns, count);
}

static void put_explanation(struct export_sheet *s)
{
    static const size_t widths[] = {30, 20, 60};
    const char *const heads[] = {_("Column"), _("Field"), _("What may stand there")};
    struct sheet_column *columns = arena_array(&s->arena, 3, sizeof(*columns));
    const struct field_def *f = NULL;
    book_sheet(s->book, _("Explanation"));
    book_line(s->book, slice_str(_("Fill in the other sheet, one row for each record, and import "
                                   "the file. Yellow columns must be filled in.")));
    for (size_t i = 0; i < 3; i++) {
        columns[i] = (struct sheet_column){.head = heads[i], .width_chars = (unsigned)widths[i]};
    }
    book_head(s->book, columns, 3);
    for (size_t i = 0; (f = schema_field_at(s->kind, i)) != NULL; i++) {
        if (export_has(f)) {
            book_text(s->book, slice_str(column_head(s->c, s->kind, f, &s->arena)));
            book_text(s->book, slice_str(f->name));
            book_text(s->book, explain_field(s->c, f, &s->arena));
            book_row_end(s->book);
        }
    }
}

void export_sheet_begin(struct export_sheet *s, struct cli *c, const struct kind_def *kind,
                        bool for_template)
{
    *s = (struct export_sheet){.c = c, .kind = kind, .book = book_new()};
    book_sheet(s->book, cli_kind_label(c, kind));
    put_head(s, for_template);
    if (for_template) {
        put_explanation(s);
    }
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void put_one(struct export_sheet *s, const struct hit *hit, const struct field_def *f,
                    const struct datum *d)
{
    const struct enum_code *code = NULL;
    if (d->type != DATUM_INT) {
        book_text(s->book, export_datum(hit, f, d));
        return;
    }
    switch (f->type) {
    case FIELD_INT:
        book_number(s->book, d->i);
        break;
    case FIELD_MONEY:
        book_money(s->book, d->i);
        break;
    case FIELD_DATE:
        book_date(s->book, d->i);
        break;
    case FIELD_MONTH:
        book_month(s->book, d->i);
        break;
    case FIELD_BOOL:
        book_text(s->book, slice_str(truth_word(s->c, d->i != 0)));
        break;
    case FIELD_ENUM:
        code = schema_code(f, d->i);
        book_text(s->book, code ? slice_str(code_word(s->c, f, code)) : export_datum(hit, f, d));
        break;
    default:
        book_text(s->book, export_datum(hit, f, d));
    }
}

static void put_set(struct export_sheet *s, const struct hit *hit, const struct field_def *f)
{
    struct buf joined = {0};
    size_t count = 0;
    const struct value **v = merge_siblings(hit->record, f->number, hit->arena, &count);
    for (size_t i = 0; i < count; i++) {
        buf_add_str(&joined, i ? ";" : "");
        buf_add_slice(&joined, export_datum(hit, f, &v[i]->datum));
    }
    book_text(s->book, buf_view(&joined));
    buf_free(&joined);
}

void export_sheet_row(struct export_sheet *s, const struct hit *hit)
{
    const struct field_def *f = NULL;
    char id[DOT_TEXT_SIZE];
    dot_format(hit->record->id, id);
    book_text(s->book, slice_str(id));
    for (size_t i = 0; (f = schema_field_at(s->kind, i)) != NULL; i++) {
        if (!export_has(f)) {
            continue;
        }
        const struct value *v = NULL;
        bool there = record_field(hit->record, f->number) != NULL;
        if (there && f->rule == MERGE_SET) {
            put_set(s, hit, f);
        } else if (there && (v = merge_shown(hit->record, f->number)) != NULL) {
            put_one(s, hit, f, &v->datum);
        } else {
            book_skip(s->book);
        }
    }
    book_row_end(s->book);
}

enum err export_sheet_end(struct export_sheet *s, const char *path)
{
    return book_save(s->book, &s->c->env, path);
}

void export_sheet_free(struct export_sheet *s)
{
    book_free(s->book);
    arena_free(&s->arena);
}
