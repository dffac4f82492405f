/* The workload generator: records such as the offices keep, from one commune to the nation,
 * deterministic by seed. This header is the seam between its parts. Every commune has a random
 * stream of its own, so what it holds does not depend on how many others are generated. */
#ifndef TERRACE_TOOLS_WORKLOAD_H
#define TERRACE_TOOLS_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define WORKLOAD_WEEKS 156 /* three years of a lived-in store, from FIRST_DAY on */
#define FIRST_DAY 19149    /* days since 1970: Monday 6 June 2022 */

struct rng {
    uint64_t state;
};
uint64_t rng_next(struct rng *r);
/* 0 … n-1; n > 0 */
unsigned rng_below(struct rng *r, unsigned n);
bool rng_percent(struct rng *r, unsigned percent);
/* A string of a list. */
#define PICK(r, list) ((list)[rng_below((r), (unsigned)(sizeof(list) / sizeof((list)[0])))])

struct day {
    int y, m, d;
};
struct day day_from_number(long days_since_1970);

enum people { KINH, TAY, DAO, HMONG, THAI, NUNG, MUONG, PEOPLE_COUNT };

struct place {
    char code[16], name[96];      /* "04501", "Xã Tân Đồng" */
    char short_name[96];          /* "Tân Đồng" */
    char district[96], dcode[16]; /* "Trấn Yên", "138" */
    char province[96], pcode[16]; /* "Yên Bái", "15" */
};
struct branch {
    char code[32], village[80], name[120];
    unsigned first_week;   /* in which it began to keep records here */
    unsigned *members;     /* indexes into commune.people */
    unsigned member_count; /* filled in the order of people */
    enum people main_people;
    unsigned turn; /* place in the order in which branches are worked through */
};
struct person {
    unsigned branch, number; /* number: of its ext_id, from 1 in order of appearance */
    unsigned week;           /* in which it was entered */
    enum people people;
    bool female, outstanding, has_place, has_theory, party, doubled;
    char name[96], phone[24], card[32], id_no[40];
    const char *religion, *occupation, *education, *profession, *it_skill, *home, *theory, *status;
    struct day birth, admitted, party_day;
    unsigned home_village, lives_in, zeal; /* zeal: how readily it attends, 1 … 100 */
    uint64_t order;                        /* random, for shuffles */
};
struct meeting {
    unsigned branch, number, week, present_count, excused_count, chair;
    long date;
    uint64_t order;
    unsigned present[400], excused[100];
};
struct options {
    uint64_t seed;
    unsigned members, activities, attendances, branches, plans; /* in each commune */
    unsigned doubles;                                           /* percent of the members */
    bool lived_in;
};
struct commune {
    struct rng rng;
    const struct options *options;
    struct place place;
    struct branch *branches;
    struct person *people;
    struct meeting *meetings;
    unsigned people_count, meeting_count;
};

/* workload_people.c */
void people_fill(struct commune *c);
void people_write(const struct commune *c, const struct person *p, FILE *out);
/* One changed field as `"name":"value"`; which: 0, 1, 2… gives different fields for one person. */
void people_write_change(struct commune *c, const struct person *p, unsigned which, FILE *out);
void village_name(struct rng *r, enum people people, char *out, size_t size);
void person_name(struct rng *r, enum people people, bool female, char *out, size_t size);
enum people people_of_place(struct rng *r, const struct place *place);

/* workload_doubles.c */
/* Members entered a second time, and a line for each: EXT_ID EXT_ID SLIP SLIP, or `year` for one
 * whose second entry knows only the year of birth. */
void doubles_write(struct commune *c, const struct place *elsewhere, FILE *rows, FILE *truth);

/* workload_life.c */
void meetings_fill(struct commune *c);
void meeting_write(struct commune *c, const struct meeting *m, FILE *out);
/* `count` more meetings with exactly `attendances` in all, numbered after the others. */
void meetings_month(struct commune *c, unsigned count, unsigned attendances, FILE *out);
void plans_write(struct commune *c, FILE *plans, FILE *items);

#endif
