/* workload: writes .jsonl files that `terrace import KIND FILE` takes, as large as wanted.
 *
 *   workload --out DIR [--commune CODE | --province [CODE] | --nation] [--seed N] [--members N]
 *            [--activities N] [--attendances N] [--branches N] [--plans N] [--doubles PERCENT]
 *            [--order branch|lived-in] [--data DIR]
 *
 * Counts are for each commune. For one commune the files stand in DIR, for more in DIR/CODE.
 * --doubles enters so many percent of the members a second time, with two slips each:
 * `doubles.jsonl`, and in `doubles-truth` who is who. Over a province half of them stand in another
 * commune, so they are imported after all members.
 * `steps` lists the imports in order, a line each: time, kind, file; the time is "now" or what
 * $TERRACE_NOW is to be. `steps-month` lists a month of edits after them. Rows are keyed by ext_id.
 *
 * branch:   all at once, branch by branch.
 * lived-in: over three years, several sessions a week, branches in random order, 15 % of the
 * members later than their branch; 30 % of the members are edited twice. */
#include "tools/workload.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define EDITED_PERCENT 30
#define MONTH_MEMBERS 17
#define MONTH_CHANGES 26
#define MONTH_MEETINGS 10
#define MONTH_ATTENDANCES 138
#define UNITS_MAX 16384
#define SESSIONS 3 /* a week */

uint64_t rng_next(struct rng *r)
{
    /* splitmix64 */
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

unsigned rng_below(struct rng *r, unsigned n)
{
    return (unsigned)((rng_next(r) >> 32) * n >> 32);
}

bool rng_percent(struct rng *r, unsigned percent)
{
    return rng_below(r, 100) < percent;
}

struct day day_from_number(long days)
{
    /* civil from days, Howard Hinnant's algorithm */
    long z = days + 719468;
    long era = (z >= 0 ? z : z - 146096) / 146097;
    long doe = z - era * 146097;
    long yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    long doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    long mp = (5 * doy + 2) / 153;
    int m = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct day){(int)(yoe + era * 400 + (m <= 2 ? 1 : 0)), m,
                        (int)(doy - (153 * mp + 2) / 5 + 1)};
}

static _Noreturn void fail(const char *what, const char *which)
{
    fprintf(stderr, "workload: %s %s%s%s\n", what, which, errno ? ": " : "",
            errno ? strerror(errno) : "");
    exit(1);
}

static void *need(size_t count, size_t size)
{
    void *p = calloc(count > 0 ? count : 1, size);
    if (!p) {
        fail("no memory for", "the records");
    }
    return p;
}

/* A path or a name; too long for its place is an error, never a shorter one. */
__attribute__((format(printf, 3, 4))) static void put(char *out, size_t size, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(out, size, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= size) {
        fail("too long:", out);
    }
}

static FILE *create(const char *dir, const char *name)
{
    char path[1024];
    put(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    if (!f) {
        fail("cannot write", path);
    }
    return f;
}

static void finish(FILE *f, const char *name)
{
    if (ferror(f) || fclose(f) != 0) {
        fail("cannot write", name);
    }
}

/* ---- the units ------------------------------------------------------------------------------ */

struct unit {
    char code[16], name[96], parent[16];
};
struct units {
    struct unit *list;
    size_t count;
};

static struct units units_load(const char *data, const char *file)
{
    char path[1024];
    char line[512];
    struct units u = {need(UNITS_MAX, sizeof(struct unit)), 0};
    put(path, sizeof(path), "%s/%s", data, file);
    FILE *f = fopen(path, "r");
    if (!f) {
        fail("cannot read", path);
    }
    while (fgets(line, sizeof(line), f) && u.count < UNITS_MAX) {
        struct unit *n = &u.list[u.count];
        char *name = strchr(line, ',');
        char *type = name ? strchr(name + 1, ',') : NULL;
        char *parent = type ? strchr(type + 1, ',') : NULL;
        if (!parent || strncmp(line, "code,", 5) == 0) {
            continue;
        }
        *name = *type = *parent = '\0';
        parent[1 + strcspn(parent + 1, "\r\n")] = '\0';
        put(n->code, sizeof(n->code), "%s", line);
        put(n->name, sizeof(n->name), "%s", name + 1);
        put(n->parent, sizeof(n->parent), "%s", parent + 1);
        u.count++;
    }
    fclose(f);
    return u;
}

static const struct unit *unit_find(const struct units *u, const char *code)
{
    for (size_t i = 0; i < u->count; i++) {
        if (strcmp(u->list[i].code, code) == 0) {
            return &u->list[i];
        }
    }
    return NULL;
}

/* "Xã Tân Đồng" → "Tân Đồng" */
static const char *short_name(const char *name)
{
    static const char *const types[] = {"Thành phố ", "Thị xã ", "Thị trấn ", "Phường ",
                                        "Huyện ",     "Tỉnh ",   "Quận ",     "Xã "};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        size_t len = strlen(types[i]);
        if (strncmp(name, types[i], len) == 0) {
            return name + len;
        }
    }
    return name;
}

/* false when the unit is not a commune: it has no parent with a parent. */
static bool place_fill(const struct units *u, const struct unit *n, struct place *out)
{
    const struct unit *d = n->parent[0] ? unit_find(u, n->parent) : NULL;
    const struct unit *p = d && d->parent[0] ? unit_find(u, d->parent) : NULL;
    if (!p) {
        return false;
    }
    put(out->code, sizeof(out->code), "%s", n->code);
    put(out->name, sizeof(out->name), "%s", n->name);
    put(out->short_name, sizeof(out->short_name), "%s", short_name(n->name));
    put(out->district, sizeof(out->district), "%s", short_name(d->name));
    put(out->dcode, sizeof(out->dcode), "%s", d->code);
    put(out->province, sizeof(out->province), "%s", short_name(p->name));
    put(out->pcode, sizeof(out->pcode), "%s", p->code);
    return true;
}

/* ---- one commune ---------------------------------------------------------------------------- */

static const struct commune *sorted_in;

static int by_person(const void *a, const void *b)
{
    const struct person *x = a;
    const struct person *y = b;
    unsigned tx = sorted_in->branches[x->branch].turn;
    unsigned ty = sorted_in->branches[y->branch].turn;
    if (x->week != y->week) {
        return x->week < y->week ? -1 : 1;
    }
    if (tx != ty) {
        return tx < ty ? -1 : 1;
    }
    return x->order < y->order ? -1 : x->order > y->order;
}

static int by_meeting(const void *a, const void *b)
{
    const struct meeting *x = a;
    const struct meeting *y = b;
    if (sorted_in->options->lived_in) {
        if (x->week != y->week) {
            return x->week < y->week ? -1 : 1;
        }
    } else if (x->branch != y->branch) {
        return x->branch < y->branch ? -1 : 1;
    }
    if (x->date != y->date) {
        return x->date < y->date ? -1 : 1;
    }
    return x->order < y->order ? -1 : x->order > y->order;
}

static void branches_fill(struct commune *c)
{
    unsigned count = c->options->branches;
    c->branches = need(count, sizeof(*c->branches));
    for (unsigned i = 0; i < count; i++) {
        struct branch *b = &c->branches[i];
        b->turn = i;
        b->main_people = people_of_place(&c->rng, &c->place);
        village_name(&c->rng, b->main_people, b->village, sizeof(b->village));
        put(b->code, sizeof(b->code), "%s-%02u", c->place.code, i + 1);
        put(b->name, sizeof(b->name), "Chi đoàn %s", b->village);
    }
    for (unsigned i = count; c->options->lived_in && i > 1; i--) {
        unsigned k = rng_below(&c->rng, i);
        unsigned turn = c->branches[i - 1].turn;
        c->branches[i - 1].turn = c->branches[k].turn;
        c->branches[k].turn = turn;
    }
    for (unsigned i = 0; c->options->lived_in && i < count; i++) {
        c->branches[i].first_week = c->branches[i].turn * 26 / count;
    }
}

static void commune_fill(struct commune *c)
{
    const struct options *o = c->options;
    branches_fill(c);
    c->people_count = o->members;
    c->meeting_count = o->activities;
    c->people = need(c->people_count, sizeof(*c->people));
    c->meetings = need(c->meeting_count, sizeof(*c->meetings));
    people_fill(c);
    sorted_in = c;
    qsort(c->people, c->people_count, sizeof(*c->people), by_person);
    for (unsigned i = 0; i < o->branches; i++) {
        c->branches[i].members = need(c->people_count / o->branches + 1, sizeof(unsigned));
    }
    for (unsigned i = 0; i < c->people_count; i++) {
        struct branch *b = &c->branches[c->people[i].branch];
        c->people[i].number = i + 1;
        b->members[b->member_count++] = i;
    }
    meetings_fill(c);
    qsort(c->meetings, c->meeting_count, sizeof(*c->meetings), by_meeting);
    for (unsigned i = 0; i < c->meeting_count; i++) {
        c->meetings[i].number = i + 1;
    }
}

static void commune_free(struct commune *c)
{
    for (unsigned i = 0; i < c->options->branches; i++) {
        free(c->branches[i].members);
    }
    free(c->branches);
    free(c->people);
    free(c->meetings);
}

static void branches_write(const struct commune *c, const char *dir, FILE *steps, const char *when)
{
    FILE *f = create(dir, "branches.jsonl");
    for (unsigned i = 0; i < c->options->branches; i++) {
        const struct branch *b = &c->branches[i];
        fprintf(f, "{\"code\":\"%s\",\"name\":\"%s\",\"type\":\"chi-doan\",\"parent\":\"%s\"}\n",
                b->code, b->name, c->place.code);
    }
    finish(f, "branches.jsonl");
    fprintf(steps, "%s unit branches.jsonl\n", when);
}

static void at_once_write(struct commune *c, const char *dir, FILE *steps)
{
    branches_write(c, dir, steps, "now");
    FILE *f = create(dir, "members.jsonl");
    for (unsigned i = 0; i < c->people_count; i++) {
        people_write(c, &c->people[i], f);
    }
    finish(f, "members.jsonl");
    fputs("now member members.jsonl\n", steps);
    f = create(dir, "activities.jsonl");
    for (unsigned i = 0; i < c->meeting_count; i++) {
        meeting_write(c, &c->meetings[i], f);
    }
    finish(f, "activities.jsonl");
    fputs("now activity activities.jsonl\n", steps);
}

/* A file of one session; when it holds anything its line goes into steps. */
struct session_file {
    FILE *file;
    unsigned rows;
    char name[64];
};
static struct session_file session_open(const char *dir, unsigned number, const char *what)
{
    struct session_file s = {NULL, 0, ""};
    put(s.name, sizeof(s.name), "%03u-%s.jsonl", number, what);
    s.file = create(dir, s.name);
    return s;
}
static void session_close(struct commune *c, struct session_file *s, unsigned number,
                          const char *dir, const char *kind, unsigned hour, FILE *steps)
{
    finish(s->file, s->name);
    if (s->rows == 0) {
        char path[1024];
        put(path, sizeof(path), "%s/%s", dir, s->name);
        (void)remove(path);
        return;
    }
    struct day d = day_from_number(FIRST_DAY + number / SESSIONS * 7 + number % SESSIONS * 2 + 7);
    fprintf(steps, "%04d-%02d-%02dT%02u:%02u:%02u.%03uZ %s %s\n", d.y, d.m, d.d,
            hour + rng_below(&c->rng, 2), rng_below(&c->rng, 60), rng_below(&c->rng, 60),
            rng_below(&c->rng, 1000), kind, s->name);
}

static void lived_in_write(struct commune *c, const char *dir, FILE *steps)
{
    branches_write(c, dir, steps, "2022-06-01T02:00:00Z");
    /* when each member is edited: two sessions after its entry, or none */
    unsigned last = WORKLOAD_WEEKS * SESSIONS;
    unsigned *first_edit = need(c->people_count, sizeof(unsigned));
    unsigned *second_edit = need(c->people_count, sizeof(unsigned));
    for (unsigned i = 0; i < c->people_count; i++) {
        unsigned entered = (c->people[i].week + 1) * SESSIONS;
        if (rng_percent(&c->rng, EDITED_PERCENT)) {
            first_edit[i] = entered + rng_below(&c->rng, last - entered + 1);
            second_edit[i] = entered + rng_below(&c->rng, last - entered + 1);
        }
    }
    unsigned person = 0;
    unsigned meeting = 0;
    for (unsigned s = 0; s <= last; s++) {
        struct session_file f = session_open(dir, s, "members");
        /* a week's rows are shared out over its sessions */
        unsigned week = s / SESSIONS;
        while (person < c->people_count && c->people[person].week <= week &&
               (f.rows < 40 || s % SESSIONS == SESSIONS - 1)) {
            people_write(c, &c->people[person++], f.file);
            f.rows++;
        }
        session_close(c, &f, s, dir, "member", 1, steps);
        f = session_open(dir, s, "edits");
        for (unsigned i = 0; i < person; i++) {
            for (unsigned k = 0; k < 2; k++) {
                if ((k == 0 ? first_edit[i] : second_edit[i]) == s && first_edit[i] > 0) {
                    fprintf(f.file, "{\"ext_id\":\"m-%s-%u\",", c->place.code, c->people[i].number);
                    people_write_change(c, &c->people[i], k, f.file);
                    fputs("}\n", f.file);
                    f.rows++;
                }
            }
        }
        session_close(c, &f, s, dir, "member", 4, steps);
        f = session_open(dir, s, "activities");
        while (meeting < c->meeting_count && c->meetings[meeting].week < week &&
               (f.rows < 6 || s % SESSIONS == SESSIONS - 1)) {
            meeting_write(c, &c->meetings[meeting++], f.file);
            f.rows++;
        }
        session_close(c, &f, s, dir, "activity", 7, steps);
    }
    free(first_edit);
    free(second_edit);
}

static void month_write(struct commune *c, const char *dir)
{
    FILE *steps = create(dir, "steps-month");
    FILE *f = create(dir, "month-members.jsonl");
    unsigned members = c->people_count < MONTH_MEMBERS ? c->people_count : MONTH_MEMBERS;
    for (unsigned i = 0; i < members; i++) {
        const struct person *p = &c->people[(uint64_t)i * c->people_count / members];
        fprintf(f, "{\"ext_id\":\"m-%s-%u\",", c->place.code, p->number);
        people_write_change(c, p, 2, f);
        if (i < MONTH_CHANGES - MONTH_MEMBERS) {
            fputc(',', f);
            people_write_change(c, p, 3, f);
        }
        fputs("}\n", f);
    }
    finish(f, "month-members.jsonl");
    f = create(dir, "month-activities.jsonl");
    meetings_month(c, MONTH_MEETINGS, MONTH_ATTENDANCES, f);
    finish(f, "month-activities.jsonl");
    fputs("now member month-members.jsonl\nnow activity month-activities.jsonl\n", steps);
    finish(steps, "steps-month");
}

static void doubles_files(struct commune *c, const struct place *elsewhere, const char *dir,
                          FILE *steps)
{
    FILE *rows = create(dir, "doubles.jsonl");
    FILE *truth = create(dir, "doubles-truth");
    doubles_write(c, elsewhere, rows, truth);
    finish(rows, "doubles.jsonl");
    finish(truth, "doubles-truth");
    if (strcmp(elsewhere->code, c->place.code) == 0) { /* else their units come later */
        fputs("now member doubles.jsonl\n", steps);
    }
}

static void commune_write(const struct options *o, const struct place *place,
                          const struct place *elsewhere, const char *dir)
{
    struct commune c = {.options = o, .place = *place};
    c.rng.state = o->seed;
    for (const char *s = place->code; *s; s++) {
        c.rng.state = c.rng.state * 1099511628211u + (unsigned char)*s;
    }
    (void)rng_next(&c.rng);
    if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
        fail("cannot create", dir);
    }
    errno = 0;
    commune_fill(&c);
    FILE *steps = create(dir, "steps");
    if (o->lived_in) {
        lived_in_write(&c, dir, steps);
    } else {
        at_once_write(&c, dir, steps);
    }
    if (o->plans > 0) {
        FILE *plans = create(dir, "plans.jsonl");
        FILE *items = create(dir, "plan-items.jsonl");
        plans_write(&c, plans, items);
        finish(plans, "plans.jsonl");
        finish(items, "plan-items.jsonl");
        fputs("now plan plans.jsonl\nnow plan_item plan-items.jsonl\n", steps);
    }
    if (o->doubles > 0) {
        doubles_files(&c, elsewhere, dir, steps);
    }
    finish(steps, "steps");
    month_write(&c, dir);
    commune_free(&c);
}

/* ---- arguments ------------------------------------------------------------------------------ */

struct request {
    struct options options;
    const char *commune, *province, *out, *data;
    bool nation;
};

static void number(const char *name, const char *value, unsigned *out)
{
    char *end = NULL;
    errno = 0;
    unsigned long v = value ? strtoul(value, &end, 10) : 0;
    if (!value || *end || end == value || errno || v > 10000000) {
        errno = 0;
        fail("not a number for", name);
    }
    *out = (unsigned)v;
}

/* How many words were used: 1 or 2. */
static int option(struct request *q, const char *name, const char *value)
{
    struct options *o = &q->options;
    const struct {
        const char *name;
        unsigned *out;
    } numbers[] = {{"--members", &o->members},
                   {"--activities", &o->activities},
                   {"--attendances", &o->attendances},
                   {"--branches", &o->branches},
                   {"--plans", &o->plans},
                   {"--doubles", &o->doubles}};
    const struct {
        const char *name;
        const char **out;
    } texts[] = {{"--commune", &q->commune}, {"--out", &q->out}, {"--data", &q->data}};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (strcmp(name, numbers[i].name) == 0) {
            number(name, value, numbers[i].out);
            return 2;
        }
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(name, texts[i].name) == 0 && value) {
            *texts[i].out = value;
            return 2;
        }
    }
    if (strcmp(name, "--seed") == 0) {
        unsigned seed = 0;
        number(name, value, &seed);
        o->seed = seed;
        return 2;
    }
    if (strcmp(name, "--order") == 0 && value &&
        (strcmp(value, "branch") == 0 || strcmp(value, "lived-in") == 0)) {
        o->lived_in = value[0] == 'l';
        return 2;
    }
    if (strcmp(name, "--nation") == 0) {
        q->nation = true;
        return 1;
    }
    if (strcmp(name, "--province") == 0) {
        bool given = value && strncmp(value, "--", 2) != 0;
        q->province = given ? value : "15";
        return given ? 2 : 1;
    }
    fail("unknown option", name);
}

static bool is_asked(const struct request *q, const struct place *place)
{
    return q->commune ? strcmp(place->code, q->commune) == 0
                      : !q->province || strcmp(place->pcode, q->province) == 0;
}

/* Where people of the commune at `home` may have moved: the same for one seed, whatever else is
 * generated. */
static struct place another_place(const struct units *units, const struct request *q, size_t home)
{
    struct rng r = {q->options.seed + 0x646f75626c65u + home};
    struct place place = {0};
    for (unsigned tries = 0; tries < 100000; tries++) {
        size_t i = rng_below(&r, (unsigned)units->count);
        if (i != home && place_fill(units, &units->list[i], &place) && is_asked(q, &place)) {
            return place;
        }
    }
    (void)place_fill(units, &units->list[home], &place);
    return place;
}

int main(int argc, char **argv)
{
    struct request q = {.options = {.seed = 1,
                                    .members = 300,
                                    .activities = 120,
                                    .attendances = 1800,
                                    .branches = 8},
                        .data = "tools/data"};
    for (int i = 1; i < argc;) {
        i += option(&q, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
    }
    if (!q.out || (!q.commune && !q.province && !q.nation)) {
        fprintf(stderr,
                "usage: workload --out DIR [--commune CODE | --province [CODE] | --nation] "
                "[--seed N] [--members N]\n  [--activities N] [--attendances N] [--branches "
                "N] [--plans N] [--doubles PERCENT] [--order branch|lived-in] [--data DIR]\n");
        return 2;
    }
    if (q.options.branches == 0 || q.options.doubles > 25) {
        fail("not a number for", q.options.branches == 0 ? "--branches" : "--doubles");
    }
    bool yenbai = !q.nation && (!q.province || strcmp(q.province, "15") == 0);
    struct units units =
        units_load(q.data, yenbai ? "units-yenbai-2019-10.csv" : "units-vietnam-2019-10.csv");
    if (mkdir(q.out, 0777) != 0 && errno != EEXIST) {
        fail("cannot create", q.out);
    }
    errno = 0;
    unsigned written = 0;
    for (size_t i = 0; i < units.count; i++) {
        struct place place = {0};
        if (!place_fill(&units, &units.list[i], &place) || !is_asked(&q, &place)) {
            continue;
        }
        char dir[1024];
        put(dir, sizeof(dir), "%s%s%s", q.out, q.commune ? "" : "/", q.commune ? "" : place.code);
        struct place elsewhere = q.commune ? place : another_place(&units, &q, i);
        commune_write(&q.options, &place, &elsewhere, dir);
        written++;
    }
    free(units.list);
    if (written == 0) {
        fail("no such commune:", q.commune ? q.commune : q.province ? q.province : "");
    }
    return 0;
}
