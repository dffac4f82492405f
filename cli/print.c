#include "cli/print.h"

#include "cli/mask.h"
#include "cli/query.h"
#include "cli/show.h"
#include "core/person.h"
#include "core/text.h"
#include "core/units.h"

#include <stdlib.h>

#define ABOUT_PAGE 512

/* ---- records -------------------------------------------------------------------------------- */

void print_list_add(struct print *p, struct print_list *list, const struct record *r)
{
    if (list->count == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 64;
        struct record *grown = arena_array(p->arena, cap, sizeof(*grown));
        if (list->count) {
            memcpy(grown, list->records, list->count * sizeof(*grown));
        }
        list->records = grown;
        list->cap = cap;
    }
    list->records[list->count++] = record_copy(r, p->arena);
}

struct collecting {
    struct print *p;
    bool (*keep)(const struct print *p, const struct record *r);
    struct print_list *out;
};

static bool collect_visit(void *ctx, const struct hit *hit)
{
    struct collecting *s = ctx;
    if (!s->keep || s->keep(s->p, hit->record)) {
        print_list_add(s->p, s->out, hit->record);
    }
    return true;
}

enum err print_collect(struct print *p, uint32_t kind, struct dot root,
                       bool (*keep)(const struct print *p, const struct record *r),
                       struct print_list *out)
{
    struct collecting s = {p, keep, out};
    struct query q = {.kind = schema_kind(kind), .root = root};
    *out = (struct print_list){0};
    return query_run(p->c, &q, collect_visit, NULL, &s);
}

enum err print_about(struct print *p, struct dot member, uint32_t kind, struct print_list *out)
{
    struct id_list ids = {0};
    *out = (struct print_list){0};
    TRY(person_component(p->t, member, p->arena, &ids));
    for (size_t i = 0; i < ids.count; i++) {
        struct id_list page = {0};
        struct dot after = {0, 0};
        do {
            TRY(store_ids_by_ref(p->t, ids.ids[i], F_MEMBER, after, ABOUT_PAGE, p->arena, &page));
            for (size_t j = 0; j < page.count; j++) {
                struct record r;
                after = page.ids[j];
                enum err e = store_get(p->t, after, p->arena, &r, NULL);
                if (e == ERR_OK && r.kind == kind && !(r.flags & RECORD_STUB) &&
                    !merge_is_deleted(&r)) {
                    print_list_add(p, out, &r);
                } else if (e != ERR_OK) {
                    return e;
                }
            }
        } while (page.more);
    }
    return ERR_OK;
}

/* "Giàng A Dê" as "dê giàng a dê": the given name leads. */
struct name_key {
    struct slice folded, plain;
    struct record record;
};

static struct slice given_first(struct print *p, struct slice name, bool fold)
{
    struct slice s = fold ? text_fold(name, p->arena) : text_lower(name, p->arena);
    size_t at = s.len;
    while (at > 0 && s.ptr[at - 1] != ' ') {
        at--;
    }
    return slice_str(arena_printf(p->arena, "%.*s %.*s", (int)(s.len - at),
                                  (const char *)s.ptr + at, (int)s.len, (const char *)s.ptr));
}

static int compare_names(const void *a, const void *b)
{
    const struct name_key *x = a, *y = b;
    int by_fold = slice_compare(x->folded, y->folded);
    int by_marks = by_fold ? by_fold : slice_compare(x->plain, y->plain);
    return by_marks ? by_marks : dot_compare(x->record.id, y->record.id);
}

void print_sort_by_name(struct print *p, struct print_list *list)
{
    struct name_key *keys = arena_array(p->arena, list->count + 1, sizeof(*keys));
    for (size_t i = 0; i < list->count; i++) {
        struct slice name = merge_shown_text(&list->records[i], F_MEMBER_NAME);
        keys[i] = (struct name_key){given_first(p, name, true), given_first(p, name, false),
                                    list->records[i]};
    }
    qsort(keys, list->count, sizeof(*keys), compare_names);
    for (size_t i = 0; i < list->count; i++) {
        list->records[i] = keys[i].record;
    }
}

void print_sort_by_date(struct print_list *list, uint32_t field)
{
    /* few records, mostly in order already */
    for (size_t i = 1; i < list->count; i++) {
        struct record r = list->records[i];
        size_t j = i;
        for (; j > 0 && merge_shown_int(&list->records[j - 1], field) > merge_shown_int(&r, field);
             j--) {
            list->records[j] = list->records[j - 1];
        }
        list->records[j] = r;
    }
}

static bool counts_now(const struct print *p, const struct record *r)
{
    (void)p;
    return merge_shown_int(r, F_MEMBER_STATUS) < MEMBER_MATURED;
}

enum err print_members(struct print *p, struct dot unit, struct print_list *out)
{
    TRY(print_collect(p, KIND_MEMBER, unit, counts_now, out));
    print_sort_by_name(p, out);
    return ERR_OK;
}

enum err print_subjects(struct print *p, struct print_list *out)
{
    struct record r;
    *out = (struct print_list){0};
    if (p->kind == KIND_UNIT) {
        TRY(print_members(p, p->subject, out));
        return out->count ? ERR_OK
                          : error_set(ERR_NOT_FOUND, _("no member is recorded in this unit"));
    }
    TRY(person_read(p->t, p->subject, p->arena, &r, NULL));
    print_list_add(p, out, &r);
    return ERR_OK;
}

bool print_set_has(const struct record *r, uint32_t field, struct dot id)
{
    const struct field *set = record_field(r, field);
    for (uint32_t i = 0; set && i < set->count; i++) {
        const struct datum *d = &set->values[i].datum;
        if (d->type == DATUM_REF && dot_equal(d->ref, id)) {
            return true;
        }
    }
    return false;
}

/* ---- words ---------------------------------------------------------------------------------- */

struct slice print_words(struct print *p, const struct record *r, uint32_t field)
{
    const struct field_def *f = schema_field(r->kind, field);
    if (!f || !record_field(r, field)) {
        return slice_make("", 0);
    }
    if (f->rule != MERGE_SET) {
        const struct value *v = merge_shown(r, field);
        return v ? mask_words(p->t, f, &v->datum, p->c->lang, p->arena) : slice_make("", 0);
    }
    struct buf joined = {0};
    size_t count = 0;
    const struct value **v = merge_siblings(r, field, p->arena, &count);
    for (size_t i = 0; i < count; i++) {
        buf_add_str(&joined, i ? ", " : "");
        buf_add_slice(&joined, mask_words(p->t, f, &v[i]->datum, p->c->lang, p->arena));
    }
    struct slice s = arena_copy(p->arena, buf_view(&joined));
    buf_free(&joined);
    return s;
}

const char *print_label(struct print *p, uint32_t kind, uint32_t field)
{
    return cli_field_label(p->c, schema_field(kind, field));
}

struct slice print_date(struct print *p, int64_t date)
{
    struct datum d = datum_int(date);
    if (date == 0) {
        return slice_make("", 0);
    }
    if (DATE_DAY(date) == 0) {
        return draft_format(p->t, schema_field(KIND_MEMBER, F_MEMBER_BIRTH), &d, p->c->lang,
                            p->arena);
    }
    /* a zero before the day, and before a month that could be made an 11 or 12 of, as decrees want
     */
    const char *month =
        arena_printf(p->arena, DATE_MONTH(date) < 3 ? "%02d" : "%d", DATE_MONTH(date));
    /* day, month, year */
    return slice_str(
        arena_printf(p->arena, _("%02d/%s/%d"), DATE_DAY(date), month, DATE_YEAR(date)));
}

const char *print_month(struct print *p, int64_t month)
{
    return arena_printf(p->arena, _("month %d/%d"), MONTH_MONTH(month), MONTH_YEAR(month));
}

int64_t print_today(struct print *p)
{
    return store_today(p->t).i;
}

/* What the lists of the administration call a place, and the Union its office there. */
static const char *const office_names[][2] = {
    {"Tỉnh ", "Tỉnh đoàn "},     {"Huyện ", "Huyện đoàn "},       {"Thành phố ", "Thành đoàn "},
    {"Thị xã ", "Thị đoàn "},    {"Quận ", "Quận đoàn "},         {"Xã ", "Đoàn xã "},
    {"Phường ", "Đoàn phường "}, {"Thị trấn ", "Đoàn thị trấn "},
};

static bool begins(struct slice s, const char *start)
{
    size_t n = strlen(start);
    return s.len > n && memcmp(s.ptr, start, n) == 0;
}

static struct slice rest_of(struct slice s, const char *start)
{
    return slice_make(s.ptr + strlen(start), s.len - strlen(start));
}

struct slice print_office(struct print *p, struct dot unit)
{
    struct slice name = unit_name(p->t, unit, p->arena);
    for (size_t i = 0; i < ARRAY_COUNT(office_names); i++) {
        if (begins(name, office_names[i][1])) {
            return name;
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(office_names); i++) {
        if (begins(name, office_names[i][0])) {
            struct slice place = rest_of(name, office_names[i][0]);
            return slice_str(arena_printf(p->arena, "%s%.*s", office_names[i][1], (int)place.len,
                                          (const char *)place.ptr));
        }
    }
    return name;
}

/* The bare name of the place: "Văn Tiến". */
static struct slice place_name(struct print *p, struct dot unit)
{
    struct slice name = unit_name(p->t, print_issuer(p, unit), p->arena);
    for (size_t column = 2; column-- > 0;) {
        for (size_t i = 0; i < ARRAY_COUNT(office_names); i++) {
            if (begins(name, office_names[i][column])) {
                return rest_of(name, office_names[i][column]);
            }
        }
    }
    return name;
}

struct dot print_issuer(struct print *p, struct dot unit)
{
    struct dot at = unit;
    for (int depth = 0; depth < UNIT_DEPTH_MAX && !dot_is_none(at); depth++) {
        if (unit_level(p->t, at) >= LEVEL_COMMUNE) {
            return at;
        }
        at = unit_parent(p->t, at);
    }
    return unit;
}

static bool holds_office(const struct record *position)
{
    int64_t status = merge_shown_int(position, F_POSITION_STATUS);
    return status != POSITION_NOMINATED && status != POSITION_ENDED;
}

static struct slice find_secretary(struct print *p, struct dot unit)
{
    struct print_list list;
    struct slice name = {0};
    int64_t since = -1;
    if (print_collect(p, KIND_POSITION, unit, NULL, &list) != ERR_OK) {
        error_clear(); /* a paper without the name is still good */
        return name;
    }
    for (size_t i = 0; i < list.count; i++) {
        const struct record *r = &list.records[i];
        int64_t from = merge_shown_int(r, F_POSITION_FROM);
        int64_t to = merge_shown_int(r, F_POSITION_TO);
        if (dot_equal(merge_shown_ref(r, F_UNIT), unit) &&
            merge_shown_int(r, F_POSITION_TITLE) == TITLE_SECRETARY && holds_office(r) &&
            from > since && (to == 0 || to >= print_today(p))) {
            since = from;
            name = show_title(p->t, merge_shown_ref(r, F_MEMBER), p->arena);
        }
    }
    return name;
}

struct slice print_secretary(struct print *p, struct dot unit)
{
    if (!dot_equal(p->holder_unit, unit)) {
        p->holder = find_secretary(p, unit);
        p->holder_unit = unit;
    }
    return p->holder;
}

/* ---- parts ---------------------------------------------------------------------------------- */

static const char common_rules[] =
    "body{overflow-wrap:anywhere}\n"
    ".head td{text-align:center;padding:0;line-height:1.25;font-size:12pt}\n"
    ".head td:first-child{width:43%}\n"
    ".up{text-transform:uppercase}\n"
    ".line{display:flex;gap:1.5mm;margin:0 0 1.2mm}\n"
    ".line .val{flex:1;overflow-wrap:anywhere;unicode-bidi:isolate}\n"
    ".fill{flex:1;border-bottom:.35mm dotted #000;min-width:15mm}\n"
    ".blank{border-bottom:.35mm dotted #000;height:7.5mm}\n"
    ".under{display:inline-block;border-bottom:.3mm solid #000}\n"
    ".slant{font-style:italic}\n"
    ".sign{padding-top:5mm;break-inside:avoid;border-collapse:separate;border-spacing:0}\n"
    ".sign td{text-align:center;padding:0 2mm}\n"
    ".room td{height:21mm}\n"
    ".photo{border:.3mm solid #000;display:flex;align-items:center;justify-content:center;"
    "text-align:center;font-size:9pt}\n"
    ".qr svg{display:block}\n";

void print_open(struct print *p, enum html_paper paper, const char *title, const char *rules)
{
    struct buf all = {0};
    buf_printf(&all, "%s%s", common_rules, rules);
    buf_add_byte(&all, 0);
    html_open_styled(p->out, p->c->lang, paper, slice_str(title), (const char *)all.ptr);
    buf_free(&all);
}

void print_head(struct print *p, struct dot unit, struct slice number, int64_t date)
{
    struct slice place = place_name(p, unit);
    struct dot above = unit_parent(p->t, unit);
    html_begin(p->out, "table", "head");
    html_begin(p->out, "tr", NULL);
    html_begin(p->out, "td", NULL);
    if (!dot_is_none(above)) {
        html_put(p->out, "div", "up", print_office(p, above));
    }
    html_put(p->out, "div", "up bold", print_office(p, unit));
    html_put(p->out, "div", NULL, slice_str("***"));
    if (number.len) {
        html_begin(p->out, "div", NULL);
        html_printf(p->out, _("No. %.*s"), (int)number.len, (const char *)number.ptr);
        html_end(p->out, "div");
    }
    html_end(p->out, "td");
    html_begin(p->out, "td", NULL);
    html_begin(p->out, "div", NULL);
    html_put(p->out, "span", "bold under up", slice_str(_("Ho Chi Minh Communist Youth Union")));
    html_end(p->out, "div");
    html_begin(p->out, "div", "slant");
    if (DATE_DAY(date) != 0) {
        struct slice words = print_date(p, date);
        html_printf(p->out, "%.*s, %.*s", (int)place.len, (const char *)place.ptr, (int)words.len,
                    (const char *)words.ptr);
    } else {
        html_printf(p->out, _("%.*s, ...../...../.........."), (int)place.len,
                    (const char *)place.ptr);
    }
    html_end(p->out, "div");
    html_end(p->out, "td");
    html_end(p->out, "tr");
    html_end(p->out, "table");
}

void print_line(struct print *p, const char *label, struct slice value)
{
    html_begin(p->out, "div", "line");
    html_begin(p->out, "span", NULL);
    html_printf(p->out, "%s:", label);
    html_end(p->out, "span");
    html_put(p->out, "span", value.len ? "val" : "fill", value);
    html_end(p->out, "div");
}

void print_text(struct print *p, const char *label, struct slice value, int empty_lines)
{
    html_begin(p->out, "div", "text");
    html_printf(p->out, value.len ? "%s: " : "%s:", label);
    html_text(p->out, value);
    html_end(p->out, "div");
    for (int i = 0; value.len == 0 && i < empty_lines; i++) {
        html_put(p->out, "div", "blank", slice_make("", 0));
    }
}

void print_signatures(struct print *p, const struct print_sign *signs, size_t count)
{
    html_begin(p->out, "table", "sign");
    html_begin(p->out, "tr", NULL);
    for (size_t i = 0; i < count; i++) {
        buf_printf(p->out, "<td style=\"width:%d%%\">", (int)(100 / count));
        if (signs[i].office) {
            html_put(p->out, "div", "bold up", slice_str(signs[i].office));
        }
        html_put(p->out, "div", "bold up", slice_str(signs[i].title));
        if (signs[i].title[0]) { /* else nobody signs on this side */
            html_put(p->out, "div", "slant small", slice_str(_("(signature, full name)")));
        }
        html_end(p->out, "td");
    }
    html_end(p->out, "tr");
    html_begin(p->out, "tr", "room"); /* the names below it stand on one line */
    for (size_t i = 0; i < count; i++) {
        print_cell(p, NULL, slice_make("", 0));
    }
    html_end(p->out, "tr");
    html_begin(p->out, "tr", NULL);
    for (size_t i = 0; i < count; i++) {
        print_cell(p, "bold", signs[i].name);
    }
    html_end(p->out, "tr");
    html_end(p->out, "table");
}

void print_columns(struct print *p, const char *const *heads)
{
    html_begin(p->out, "thead", NULL);
    html_begin(p->out, "tr", NULL);
    for (; *heads; heads++) {
        html_put(p->out, "th", NULL, slice_str(gettext(*heads)));
    }
    html_end(p->out, "tr");
    html_end(p->out, "thead");
}

void print_cell(struct print *p, const char *class_name, struct slice text)
{
    html_put(p->out, "td", class_name, text);
}

void print_number(struct print *p, size_t n)
{
    print_cell(p, "num", slice_str(arena_printf(p->arena, "%zu", n)));
}
