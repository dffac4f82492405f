/* Private to the forms: when several records answer to what was typed. */
#ifndef TERRACE_CLI_FORM_CHOICE_H
#define TERRACE_CLI_FORM_CHOICE_H

#include "cli/cli.h"

/* The next line of the terminal, without white space around it; in the command's arena. ERR_END. */
enum err form_line(struct cli *c, struct slice *out) MUST_USE;
/* Shows them numbered, of a member its birth date and unit, and asks which one is meant. *id is
 * none when it was none of them. ERR_END. */
enum err form_choose(struct cli *c, const struct id_list *among, struct dot *id) MUST_USE;
/* Records of a kind with a word that begins like the text; few. */
enum err form_similar(struct cli *c, uint32_t kind, struct slice text,
                      struct id_list *out) MUST_USE;

#endif
