/* The command line: one table of options, one of commands. popt stays inside args.c. */
#ifndef TERRACE_CLI_ARGS_H
#define TERRACE_CLI_ARGS_H

#include "core/error.h"

/* id, long name, short name, argument's name or NULL, help */
#define OPTION_TABLE(X)                                                                            \
    X(STORE, "store", 'C', N_("STORE"), N_("the store's directory"))                               \
    X(JSON, "json", 0, NULL, N_("one JSON object a line"))                                         \
    X(LANG, "lang", 0, "vi|en", N_("language"))                                                    \
    X(HELP, "help", 'h', NULL, N_("this help"))                                                    \
    X(VERSION, "version", 0, NULL, N_("version"))                                                  \
    X(KEY_FILE, "key-file", 0, N_("FILE"), N_("the key file of a sealed store"))                   \
    X(REMOVE_KEY_FILE, "remove-key-file", 0, NULL, N_("no key file opens it any more"))            \
    X(REQUEST, "request", 0, N_("FILE"), N_("writes a request to join, where there is no link"))   \
    X(ADMIT, "admit", 0, N_("FILE"), N_("admits that request, and writes the answer beside it"))   \
    X(COMPLETE, "complete", 0, N_("FILE"), N_("takes that answer"))                                \
    X(SEAL, "seal", 0, NULL, N_("seals the new store with a passphrase"))                          \
    X(UNIT, "unit", 0, N_("CODE"), N_("only this unit and those below it"))                        \
    X(NAME, "name", 0, N_("NAME"), N_("name of the unit"))                                         \
    X(ROLE, "role", 0, N_("ROLE"), N_("clerk, officer, viewer or hub"))                            \
    X(DAYS, "days", 0, "N", N_("how long the code is good"))                                       \
    X(ANYWAY, "anyway", 0, NULL, N_("enter it even if it looks like a double"))                    \
    X(SAVE, "save", 0, N_("DOT"), N_("this save instead of the newest"))                           \
    X(DELETED, "deleted", 0, NULL, N_("the deleted ones"))                                         \
    X(COUNT, "count", 0, NULL, N_("only how many"))                                                \
    X(LIMIT, "limit", 0, "N", N_("at most so many"))                                               \
    X(DRY_RUN, "dry-run", 0, NULL, N_("count, but write nothing"))                                 \
    X(MAP, "map", 0, N_("FILE"), N_("lines COLUMN=FIELD that rename columns"))                     \
    X(REJECTS, "rejects", 0, N_("FILE"),                                                           \
      N_("writes the rows that were not taken, to be corrected"))                                  \
    X(MAN, "man", 0, N_("DIR"), N_("writes the manual pages into this folder"))                    \
    X(MASK, "mask", 0, NULL, N_("without the sensitive fields"))                                   \
    X(QR, "qr", 0, NULL, N_("the code as a picture too, also where no terminal is"))               \
    X(SINCE, "since", 0, N_("SEQ"), N_("only what changed here after this number"))                \
    X(TEMPLATE, "template", 0, NULL, N_("no records, only the columns to be filled in"))           \
    X(LISTEN, "listen", 0, N_("HOST:PORT"), N_("where to listen; port 0 picks one"))               \
    X(VERIFY, "verify", 0, NULL, N_("looks at the signed message that brought each save"))         \
    X(TLS_CERT, "tls-cert", 0, N_("FILE"), N_("certificate (PEM), to serve https"))                \
    X(TLS_KEY, "tls-key", 0, N_("FILE"), N_("its private key (PEM)"))                              \
    X(CA_FILE, "ca-file", 0, N_("FILE"), N_("whose certificates are trusted (PEM), for https"))    \
    X(HUB, "hub", 0, "URL", N_("this hub instead of the usual one"))                               \
    X(EVERY, "every", 0, "15m", N_("again and again, at this interval"))                           \
    X(TAKE, "take", 0, N_("N|DOT"), N_("the value with this number"))                              \
    X(VALUE, "value", 0, N_("VALUE"), N_("another value"))                                         \
    X(REPAIR, "repair", 0, NULL, N_("rebuild what can be rebuilt"))                                \
    X(OUTSIDE, "outside", 0, N_("TEXT"), N_("a place that keeps no terrace"))                      \
    X(LETTER, "letter", 0, N_("NO"), N_("this letter number instead of a new one"))                \
    X(REASON, "reason", 0, N_("TEXT"), N_("why"))                                                  \
    X(STATE, "state", 0, N_("STATE"), N_("only those in this state"))                              \
    X(PUBLISH, "publish", 0, NULL, N_("freezes the figures; later changes show beside them"))      \
    X(LIST, "list", 0, NULL, N_("names the reports there are"))                                    \
    X(SEEN, "seen", 0, "ID", N_("puts a notice away, once it is read"))                            \
    X(INTO, "into", 0, N_("UNIT|CODE=NAME"), N_("the unit that takes over; = makes a new one"))    \
    X(TO, "to", 0, N_("UNIT"), N_("the unit to which it goes"))                                    \
    X(ON, "on", 0, N_("DATE"), N_("the day from which it counts"))                                 \
    X(ASSIGN, "assign", 0, N_("FILE"), N_("lines MEMBER_OR_BRANCH,CODE"))                          \
    X(FOR, "for", 0, N_("NODE"), N_("for this computer below, not for the hub"))                   \
    X(REHOME, "rehome", 0, NULL, N_("this computer goes to another hub, with its records"))        \
    X(NOT, "not", 0, NULL, N_("these two are two persons"))                                        \
    X(OUT, "out", 0, N_("FILE"), N_("writes this file; - is the screen"))                          \
    X(PERIOD, "period", 0, N_("PERIOD"),                                                           \
      N_("2025, H1/2025, Q2/2025 or 06/2025; also 2025-H1, 2025-Q2, 2025-06"))                     \
    X(UNDO, "undo", 0, NULL, N_("forget it again"))                                                \
    X(KEEP, "keep", 0, N_("N|FIELD=a|b"),                                                          \
      N_("merge: of this field the value of the first or the second; backup: only the newest N"))

enum option {
#define X(id, name, letter, arg, help) OPT_##id,
    OPTION_TABLE(X)
#undef X
        OPT_COUNT_OF_ALL
};
#define OPT_BIT(id) (UINT64_C(1) << OPT_##id)
static inline bool option_in(uint64_t set, int option)
{
    return (set >> option & 1) != 0;
}

struct args {
    const char **words; /* the command's name is not among them */
    size_t word_count;
    const char *command; /* NULL when none was given */
    bool given[OPT_COUNT_OF_ALL];
    const char *value[OPT_COUNT_OF_ALL];   /* the last one given */
    const char **values[OPT_COUNT_OF_ALL]; /* all of them, in order */
    size_t value_count[OPT_COUNT_OF_ALL];
    char bad[80]; /* the first option that could not be read; "" = none */
    bool bad_lacks_value;
};

/* STORE_WRITE: one that a hub has admitted, too (or that is at the top). */
enum store_need { STORE_NONE, STORE_MAYBE, STORE_MUST, STORE_WRITE };
struct cli;
struct command {
    const char *name;
    const char *words; /* as in the usage line */
    size_t words_min, words_max;
    enum store_need store;
    uint64_t options; /* OPT_BITs besides the global ones */
    const char *summary;
    const char *help; /* translated by the caller, as summary is */
    enum err (*run)(struct cli *c);
};

/* Borrowed from argv and from popt until args_free. It reads to the end whatever it meets: how an
 * error is told depends on options that may stand behind it. */
void args_parse(int argc, const char **argv, struct args *out);
void args_free(struct args *a);
/* Are there only options that exist, complete? ERR_USAGE. */
enum err args_check_options(const struct args *a) MUST_USE;
/* Are the words and options right for this command? ERR_USAGE. */
enum err args_check(const struct args *a, const struct command *cmd) MUST_USE;
/* The option as a number between min and max; fallback when it is not given. */
enum err args_number(const struct args *a, enum option id, int64_t min, int64_t max,
                     int64_t fallback, int64_t *out) MUST_USE;
/* "--unit CODE", in the user's language */
void option_usage(enum option id, struct buf *out);
const char *option_help(enum option id);

const struct command *command_at(size_t index); /* NULL past the end */
const struct command *command_find(const char *name);
/* Its words in the user's language. */
const char *command_words(const struct command *cmd);

#endif
