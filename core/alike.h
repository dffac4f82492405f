/* How probable it is that two records of members are one person.
 *
 * After Fellegi and Sunter (A Theory for Record Linkage, 1969): each thing that two records say
 * alike, or not, weighs as much as it is more frequent among doubles than among strangers. How
 * frequent it is among strangers is counted over the people at hand, so that a rare name tells more
 * than Giàng A Dê does in Mù Cang Chải, and 01/01 less than another birthday. Nothing depends on
 * the order in which people were added, on a clock or on ids: two stores that hold the same people
 * agree.
 *
 * A crowd is gathered first (alike_add), then asked. It owns its memory until alike_free. */
#ifndef TERRACE_CORE_ALIKE_H
#define TERRACE_CORE_ALIKE_H

#include "core/merge.h"

#define ALIKE_WORDS_MAX 6
#define ALIKE_PLACES_MAX 4

/* What two records have in common. code, Vietnamese, English */
#define ALIKE_REASONS(X)                                                                           \
    X(NAME, "name", "cùng họ tên", "the same name")                                                \
    X(NAME_MARKS, "name_marks", "họ tên khác dấu", "names with other marks")                       \
    X(NAME_MIDDLE, "name_middle", "một bên thiếu tên đệm", "a middle name is missing")             \
    X(NAME_TYPO, "name_typo", "họ tên sai một chữ cái", "a name with one wrong letter")            \
    X(BIRTH, "birth", "cùng ngày sinh", "the same day of birth")                                   \
    X(BIRTH_SWAPPED, "birth_swapped", "ngày và tháng sinh đổi chỗ cho nhau",                       \
      "day and month of birth changed places")                                                     \
    X(BIRTH_DIGIT, "birth_digit", "ngày sinh chỉ khác một chữ số",                                 \
      "days of birth one digit apart")                                                             \
    X(BIRTH_YEAR, "birth_year", "ngày sinh không mâu thuẫn (một bên chỉ có năm hoặc tháng)",       \
      "births that agree as far as they are known")                                                \
    X(HOME, "home", "cùng quê quán", "the same home place")                                        \
    X(HOME_NEAR, "home_near", "quê quán cùng xã", "homes in the same commune")                     \
    X(ID_NO, "id_no", "cùng số căn cước", "the same identity number")                              \
    X(ID_NO_TYPO, "id_no_typo", "số căn cước chỉ khác một chữ số",                                 \
      "identity numbers one digit apart")                                                          \
    X(CARD_NO, "card_no", "cùng số thẻ đoàn viên", "the same card number")                         \
    X(CARD_NO_TYPO, "card_no_typo", "số thẻ đoàn viên chỉ khác một chữ số",                        \
      "card numbers one digit apart")                                                              \
    X(EXT_ID, "ext_id", "cùng mã bên ngoài", "the same external ID")

enum alike_reason {
#define X(id, code, vi, en) ALIKE_##id,
    ALIKE_REASONS(X)
#undef X
        ALIKE_REASON_COUNT
};
#define ALIKE_BIT(id) (1u << ALIKE_##id)
const char *alike_code(enum alike_reason reason);
const char *alike_words(enum alike_reason reason,
                        const char *lang); /* All of these, one after the other, in the arena. */
const char *alike_reasons(uint32_t bits, const char *lang, struct arena *arena);
/* "vi", else English */

/* What is remembered of one record: texts by their number in the crowd's word list, 0 = none. */
struct alike {
    struct dot id;
    int64_t birth;                     /* as in datum.h; 0 = unknown */
    uint32_t words[ALIKE_WORDS_MAX];   /* of the folded name */
    uint32_t marked[ALIKE_WORDS_MAX];  /* the same words as written */
    uint32_t middle;                   /* all words between the first and the last, as one */
    uint32_t places[ALIKE_PLACES_MAX]; /* home: the widest, with the next, and so on */
    uint32_t id_no, card_no, ext_id;
    uint8_t word_count, place_count, sex;
    bool plain; /* a name without any mark */
};

struct alike_word {
    uint32_t at, len; /* in crowd.text */
    uint32_t next;    /* of the same hash; 0 = the last */
};
struct alike_tally {
    uint64_t key;
    uint32_t count;
};
struct alike_crowd {
    struct alike *people;
    size_t count, cap;
    size_t size_least; /* rarity is judged as among at least so many */
    struct buf text;
    struct alike_word *words; /* from 1 */
    uint32_t word_count, word_cap;
    uint32_t *word_heads;
    size_t head_count;
    struct alike_tally *tallies;
    size_t tally_count, tally_cap;
    uint32_t plain_count;
    struct arena scratch;
};

/* What is counted, alone or in pairs; a and b are below 2^30. */
enum alike_role {
    ALIKE_ROLE_FIRST = 1, /* the first word of a name */
    ALIKE_ROLE_LAST,
    ALIKE_ROLE_FIRST_LAST,
    ALIKE_ROLE_MIDDLE,
    ALIKE_ROLE_MIDDLE_LAST,
    ALIKE_ROLE_YEAR,
    ALIKE_ROLE_DAY, /* month * 32 + day */
    ALIKE_ROLE_PLACE,
    ALIKE_ROLE_ID_NO,
    ALIKE_ROLE_CARD_NO
};
static inline uint64_t alike_key(enum alike_role role, uint64_t a, uint64_t b)
{
    return (uint64_t)role << 60 | (a & 0x3fffffff) << 30 | (b & 0x3fffffff);
}

void alike_free(struct alike_crowd *c);
/* Adds a member's record as it is shown; false when it has no name. */
bool alike_add(struct alike_crowd *c, const struct record *r);

struct alike_result {
    double odds;      /* that they are one, against two */
    uint32_t reasons; /* ALIKE_BITs */
    bool apart;       /* a birth is known to the year or month alone: never as sure as the others */
};
struct alike_result alike_compare(const struct alike_crowd *c, const struct alike *a,
                                  const struct alike *b);
/* For the comparison: how many have it, and the text of a number. */
uint32_t alike_count(const struct alike_crowd *c, enum alike_role role, uint64_t a, uint64_t b);
struct slice alike_text(const struct alike_crowd *c, uint32_t word);
/* Is the day known? */
static inline bool alike_birth_is_full(const struct alike *a)
{
    return a->birth != 0 && DATE_DAY(a->birth) != 0;
}

#endif
