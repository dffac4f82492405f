/* What every command works with. One `struct cli` lives for the process; its arena for the command.
 * Commands return an error; main shows it and chooses the exit status. */
#ifndef TERRACE_CLI_CLI_H
#define TERRACE_CLI_CLI_H

#include "cli/args.h"
#include "core/draft.h"

#include <signal.h>

#define PAGE_RECORDS 200 /* records read in one transaction while listing */

struct cli {
    struct env env;
    struct args args;
    const char *dir; /* of the store */
    bool json;
    const char *lang; /* "vi" or "en" */
    struct store *store;
    struct arena arena;
    struct buf out;                /* for stdout; cli_flush sends it */
    struct id_list candidates;     /* shown with ERR_DOUBLE and ERR_AMBIGUOUS */
    struct txn *candidates_in;     /* where they can be read; NULL = in what is committed */
    struct dot subject;            /* the record that the first word named; none = it named none */
    struct rule_notes notes;       /* what a save breaks without being blocked */
    bool no_secret;                /* for help's sake nobody is asked what opens a sealed store */
    bool new_key_file;             /* --key-file is the one to be taken on, not what opens */
    struct secret passphrase, key; /* of a store that is made */
    struct sealing sealing;
    int exit_status; /* when a command has told its errors itself; else -1 */
};

/* To stdout, with no transaction open. ERR_IO when it cannot be written. */
enum err cli_flush(struct cli *c) MUST_USE;
/* One line on stderr, in the user's language or as JSON. line 0 = none; file NULL = none. */
void cli_tell_error(struct cli *c, enum err e, const char *file, size_t line);
/* "ID  title (kind, unit)" of a record, in the arena; of one that is not held the ID again. */
const char *cli_candidate(const struct cli *c, struct txn *t, struct dot id, struct arena *arena);
/* As cli_tell_error for what the last save breaks without being blocked; and forgets it. */
void cli_tell_notes(struct cli *c, const char *file, size_t line);
/* A line for people on stderr; nothing with --json. */
void cli_say(struct cli *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Once, to a person: why the store goes on under a new actor. */
void cli_tell_renewal(struct cli *c);
/* Commits when e is ERR_OK, else aborts; the error that counts. */
enum err cli_end(struct txn *t, enum err e) MUST_USE;
/* The folders above the store, so that it can be made. */
enum err cli_make_parents(struct cli *c) MUST_USE;
/* Has this store been admitted, or is it at the top? ERR_NOT_JOINED: it waits for the answer to its
 * request. */
enum err cli_admitted(struct cli *c) MUST_USE;
/* --role, else the one that is usual for a computer of that unit. */
enum err cli_role(struct cli *c, struct txn *t, struct dot unit, int64_t *role) MUST_USE;
/* "-" is stdin, or stdout. */
bool cli_is_dash(const char *path);
enum err cli_read_file(struct cli *c, const char *path, size_t max_bytes, struct buf *out) MUST_USE;
enum err cli_write_file(struct cli *c, const char *path, struct slice bytes) MUST_USE;
/* The signals that end a command which runs until it is stopped. */
void cli_end_signals(sigset_t *set);
/* Absolute and without links, so that it still leads there tomorrow; the path itself when there is
 * no such file. In the arena. */
const char *cli_real_path(struct arena *arena, const char *path);
/* The record that a word names: ID, unit code, ext_id, card number, exact name. */
enum err cli_find(struct cli *c, struct txn *t, uint32_t kind, const char *word,
                  struct dot *id) MUST_USE;
/* A member; the last words of the name are enough within the unit. */
enum err cli_find_member(struct cli *c, struct txn *t, struct dot unit, const char *word,
                         struct dot *id) MUST_USE;
enum err cli_kind(const char *word, const struct kind_def **out) MUST_USE;
const char *cli_kind_label(const struct cli *c, const struct kind_def *k);
const char *cli_field_label(const struct cli *c, const struct field_def *f);
/* "name=value", "name+=value", "name-=value", "name=@FILE"; memory from the command's arena. */
enum err cli_parse_item(struct cli *c, const char *word, struct draft_item *out) MUST_USE;
/* dd/mm/yyyy hh:mm in local time, in the arena; "" for 0 */
const char *cli_time(struct arena *arena, int64_t ms);
/* Whole days from then to now, never less than 0. */
int64_t cli_days(const struct cli *c, int64_t since_ms);

/* Language (lang.c). */
const char *lang_choose(const char *option, const char *setting);
void lang_use(const char *lang);

/* Turns a fault in a damaged store's file into its error (fault.c). Once the language is known. */
void fault_guard(struct cli *c);

/* Help (cmd_help.c). */
enum err help_bare(struct cli *c);
void help_command(struct cli *c, const struct command *cmd);

#endif
